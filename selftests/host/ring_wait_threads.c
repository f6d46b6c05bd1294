/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv_wait() against a card in a thread of its own, by the real clock and the real epoll: every packet is
 * received, however arming, looking, sleeping and arriving fall together. A wait that lasts DEADLINE_US is one
 * whose packet was slept through.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "ring_fake.h"

#define PACKETS 20000u
#define DEADLINE_US 10000000
#define ENTRIES 64u

static atomic_uint armed, arms, reports, taken, stop;
static int file;

/* Some time, different each time: now less than a sleep takes, now more. */
static void pause_for(unsigned int *seed)
{
	unsigned int i, n = rand_r(seed) % 64;

	if (n < 8)
		usleep(n * 20);
	else if (n < 24)
		sched_yield();
	else
		for (i = 0; i < n * 20; i++)
			atomic_load(&armed);
}

/* The kernel's side of arming: nothing is reported any more, then the card may interrupt once. */
int ioctl(int fd, unsigned long request, ...)
{
	static unsigned int seed = 2;
	eventfd_t junk;

	if (fd != file || request != NDRV_ARM) {
		errno = ENOTTY;
		return -1;
	}
	atomic_fetch_add(&arms, 1);
	/* It takes a while, so that packets fall into it. */
	pause_for(&seed);
	(void)eventfd_read(file, &junk);
	atomic_store(&armed, 1);
	return 0;
}

/* DD is set last, by one store; then the interrupt, if somebody wants it. */
static void write_back(struct fake *f, uint8_t *at)
{
	static const struct fake_meta none;
	uint8_t desc[32];

	memcpy(desc, at, f->card->rx_desc_bytes);
	f->card->rx_write_back(desc, 60, 1, &none);
	memcpy(at, desc, 8);
	memcpy(at + 12, desc + 12, f->card->rx_desc_bytes - 12);
	__atomic_store_n((uint32_t *)(at + 8), fake_get32(desc + 8), __ATOMIC_SEQ_CST);
	if (atomic_exchange(&armed, 0)) {
		atomic_fetch_add(&reports, 1);
		eventfd_write(file, 1);
	}
}

static void *card(void *arg)
{
	unsigned int seed = 1, sent, head = 0;
	struct fake *f = arg;

	for (sent = 0; sent < PACKETS && !atomic_load(&stop); sent++) {
		/* Half a ring is always posted again by who has taken the other half. */
		while (sent - atomic_load(&taken) >= ENTRIES / 4 && !atomic_load(&stop))
			sched_yield();
		write_back(f, fake_rx_at(f, head));
		head = (head + 1) % ENTRIES;
		pause_for(&seed);
	}
	return NULL;
}

/* 0 also for a wait whose time was over when it found the packet: that ended no sleep. */
static int wait_in_time(struct ndrv_waiter *w)
{
	time_t begun = time(NULL);
	int ret = ndrv_wait(w, DEADLINE_US);

	return time(NULL) - begun >= DEADLINE_US / 1000000 ? 0 : ret;
}

static void receive_all(unsigned int mode, const char *name)
{
	struct ndrv_pkt pkts[32];
	struct ndrv_waiter *w;
	unsigned int got_all = 0;
	pthread_t thread;
	struct fake f;
	int n, ret = 1;

	armed = arms = reports = taken = stop = 0;
	file = eventfd(0, EFD_NONBLOCK);
	fake_init(&f, ENTRIES, ENTRIES, 512, 2048, 2048);
	f.q->fd = file;
	f.q->features = NDRV_FEAT_WAIT;
	if (fake_start(&f) || ndrv_waiter_open(&w, mode) || ndrv_waiter_add(w, f.q, NDRV_ARM_RX)) {
		tap_ok(0, "%s: begin", name);
		return;
	}
	pthread_create(&thread, NULL, card, &f);
	while (got_all < PACKETS && ret > 0) {
		n = ndrv_rx_burst(f.q, pkts, 32);
		if (n > 0) {
			ndrv_pkt_free(f.q, pkts, n);
			got_all += n;
			atomic_store(&taken, got_all);
		} else {
			ret = n ? n : wait_in_time(w);
		}
	}
	atomic_store(&stop, 1);
	pthread_join(thread, NULL);
	printf("# %s, %s: %u arms, %u reports, %llu sleeps\n", f.card->name, name, arms, reports,
	       (unsigned long long)f.q->counters->sleeps);
	tap_ok(got_all == PACKETS, "%s, %s: %u packets, the last wait said %d", f.card->name, name, got_all, ret);
	tap_ok(mode == NDRV_WAIT_POLL ? !arms : arms && f.q->counters->sleeps, "%s: and it %s", name,
	       mode == NDRV_WAIT_POLL ? "never armed" : "did sleep");
	ndrv_waiter_close(w);
	fake_exit(&f);
	close(file);
}

int main(void)
{
	static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice, &fake_igb };
	unsigned int i;

	for (i = 0; i < sizeof(cards) / sizeof(*cards); i++) {
		fake_card = cards[i];
		receive_all(NDRV_WAIT_IRQ, "IRQ");
		receive_all(NDRV_WAIT_ADAPTIVE, "adaptive");
	}
	receive_all(NDRV_WAIT_POLL, "poll");
	return tap_done();
}
