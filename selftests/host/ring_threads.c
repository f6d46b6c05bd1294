/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread rule of libndrv: two queues, each with a thread of its own, on one pool, while a third
 * thread takes buffers out of the pool and puts them back. No buffer may be lost, doubled, or be with
 * two of them at once. Also built for ThreadSanitizer by hand: gcc -fsanitize=thread.
 */
#include <string.h>

#include "ring_fake.h"

#define ROUNDS	60000
#define BURST	32

struct thread {
	pthread_t id;
	struct fake f;
	uint8_t mark;
	unsigned int bad, forwarded;
};

static int stop;

/* Receives, marks every frame as this thread's, looks whether it still is one round later, sends. */
static void *forward(void *arg)
{
	struct thread *t = arg;
	struct ndrv_pkt pkts[BURST];
	struct ndrv_pkt extra[4];
	unsigned int round, i, room;
	int n, k;

	for (round = 0; round < ROUNDS; round++) {
		/* Meets the other threads at the pool's lock in every round. */
		i = ndrv_pool_get(t->f.pool, extra, 4);
		ndrv_pool_put(t->f.pool, extra, i);
		room = fake_rx_room(&t->f);
		for (i = 0; i < BURST && i < room; i++)
			fake_rx_blind(&t->f, 60);
		n = ndrv_rx_burst(t->f.q, pkts, BURST);
		if (n < 0) {
			t->bad++;
			break;
		}
		for (k = 0; k < n; k++)
			memset(pkts[k].data, t->mark, 60);
		for (k = 0; k < n; k++)
			for (i = 0; i < 60; i++)
				t->bad += ((uint8_t *)pkts[k].data)[i] != t->mark;
		k = ndrv_tx_burst(t->f.q, pkts, n / 2);
		if (k < 0)
			k = 0;
		t->forwarded += k;
		ndrv_pkt_free(t->f.q, pkts + k, n - k);
		fake_tx_blind(&t->f);
	}
	return NULL;
}

static void *borrow(void *arg)
{
	struct thread *t = arg;
	struct ndrv_pkt pkts[8];
	unsigned int n, i, k;

	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		n = ndrv_pool_get(t->f.pool, pkts, 8);
		for (i = 0; i < n; i++)
			memset(pkts[i].data, t->mark, 60);
		for (i = 0; i < n; i++)
			for (k = 0; k < 60; k++)
				t->bad += ((uint8_t *)pkts[i].data)[k] != t->mark;
		ndrv_pool_put(t->f.pool, pkts, n);
		t->forwarded += n;
	}
	return NULL;
}

int main(void)
{
	static struct thread t[3];
	unsigned int i;

	/* Two families on one pool. */
	fake_init(&t[0].f, 256, 256, 1500, 2048, 2048);
	fake_card = &fake_ice;
	fake_init(&t[1].f, 256, 256, 64, 2048, 2048);
	if (fake_share(&t[1].f, &t[0].f) || fake_start(&t[0].f) || fake_start(&t[1].f)) {
		printf("Bail out! no queues\n");
		return 1;
	}
	t[2].f.pool = t[0].f.pool;
	for (i = 0; i < 3; i++) {
		t[i].mark = 0x11 * (i + 1);
		if (pthread_create(&t[i].id, NULL, i < 2 ? forward : borrow, &t[i])) {
			printf("Bail out! no thread\n");
			return 1;
		}
	}
	pthread_join(t[0].id, NULL);
	pthread_join(t[1].id, NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	pthread_join(t[2].id, NULL);

	for (i = 0; i < 3; i++)
		tap_ok(!t[i].bad && t[i].forwarded > 1000, "thread %u: %u buffers, %u wrong", i,
		       t[i].forwarded, t[i].bad);
	fake_unshare(&t[1].f);
	ndrv_rings_stop(t[0].f.q);
	tap_ok(fake_all_home(&t[0].f), "no buffer lost or doubled");
	fake_exit(&t[0].f);
	return tap_done();
}
