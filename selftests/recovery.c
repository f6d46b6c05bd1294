// SPDX-License-Identifier: GPL-2.0-only
/*
 * What befalls a card while programs work on it, each many times under load: resets that somebody asks
 * for, PCI errors, unbinding, surprise removal, suspend. A program on the card does what a real one
 * would: sees that its pair was taken away, starts it again on the same descriptor, goes on. Two other
 * ports carry traffic of their own meanwhile and must not lose a frame. Wants four ports: 0 and 1, 2
 * and 3 each joined by a cable; with two there is no neighbour.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#define ROUNDS		20
#define ENOUGH		50		/* frames each way before a round is over */
#define WINDOW		100		/* frames of the neighbours under way */
#define PATIENCE_MS	MS(30000)	/* the longest wait for traffic after a recovery */
#define DEAD_STORES	100

/* ---- the program on the card ------------------------------------------------------------------ */

/* Two ports that send to each other; counters are written by the worker's thread only. */
struct load {
	struct port p[2];
	pthread_t thread;
	bool runs;
	volatile bool stop;
	volatile uint64_t got[2];	/* frames received by each port since its last start */
	volatile uint64_t total;	/* ... by both, ever */
	volatile uint64_t restarts[2];
	volatile uint64_t again;	/* times that a start was told EAGAIN */
	volatile uint64_t wrong;	/* frames with a content that nobody sent */
	volatile uint64_t no_hangup;	/* revoked or gone, and poll(2) did not say so */
	volatile int gone[2];		/* the pair is in state GONE */
	volatile int err;		/* what a call failed with, and the thread ended */
	uint64_t seq;
};

/* The doorbells are dead until the next start: stores go nowhere, and loads do not fault. */
static void ring_dead_doorbells(struct port *p)
{
	int i;

	for (i = 0; i < DEAD_STORES; i++)
		port_tail(p, NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX, i, i);
	(void)*(volatile uint32_t *)(p->tx_page + p->qs.out_tx_tail_off);
}

/* Sees and answers what happened to its pair, as any program has to. 0 or -errno. */
static int look_after(struct load *l, int i)
{
	struct port *p = &l->p[i];
	int err, events;

	if (p->status->generation == p->generation || l->gone[i])
		return 0;
	events = poll_fd(p->fd, POLLIN, 0);
	ring_dead_doorbells(p);
	if (p->status->state == NDRV_STATE_GONE) {
		l->gone[i] = 1;
	} else if (p->status->state == NDRV_STATE_RUNNING) {
		return -EPROTO;		/* nobody but this thread starts it */
	} else {
		err = port_start(p);
		if (err == -EAGAIN) {
			l->again++;
			sleep_ms(1);
		} else if (err && err != -ENODEV) {
			return err;
		} else if (!err) {
			l->got[i] = 0;
			l->restarts[i]++;
		}
	}
	l->no_hangup += (events & (POLLERR | POLLHUP)) != (POLLERR | POLLHUP);
	return 0;
}

static unsigned int take_all(struct load *l, int i)
{
	uint8_t frame[FRAME_MAX];
	unsigned int n = 0;
	uint64_t seq;
	int len;

	while (n < 32 && (len = port_recv(&l->p[i], frame, sizeof(frame), 0))) {
		n++;
		seq = len > 0 ? frame_seq(frame) : UINT64_MAX;
		l->wrong += seq == UINT64_MAX || frame_check(frame, len, seq);
		l->got[i]++;
		l->total++;
	}
	return n;
}

static void send_some(struct load *l, int i)
{
	uint8_t frame[FRAME_MAX];
	unsigned int n, len;

	for (n = 0; n < 4; n++) {
		len = FRAME_MIN + l->seq % 500;
		frame_fill(frame, len, l->p[!i].info.out_mac, l->p[i].info.out_mac, l->seq);
		if (port_send(&l->p[i], frame, len))
			return;
		l->seq++;
	}
}

static void *load_thread(void *arg)
{
	struct load *l = arg;
	int i, err = 0;

	while (!l->stop && !err) {
		unsigned int n = 0;

		for (i = 0; i < 2 && !err; i++) {
			err = look_after(l, i);
			/* A pair that is taken away in between: rings are memory, nothing faults. */
			if (!l->gone[i]) {
				n += take_all(l, i);
				send_some(l, i);
			}
		}
		if (!n)
			sleep_ms(1);
	}
	l->err = err;
	return NULL;
}

static int load_start(struct load *l, unsigned int first)
{
	int i, err;

	memset(l, 0, sizeof(*l));
	l->p[0].fd = l->p[1].fd = -1;
	for (i = 0; i < 2; i++) {
		err = port_setup(&l->p[i], first + i, NULL);
		if (!err)
			err = port_start(&l->p[i]);
		if (err)
			return err;
		fcntl(l->p[i].fd, F_SETFL, O_NONBLOCK);
	}
	err = pthread_create(&l->thread, NULL, load_thread, l);
	l->runs = !err;
	return -err;
}

static void load_end(struct load *l)
{
	int i;

	l->stop = true;
	if (l->runs)
		pthread_join(l->thread, NULL);
	l->runs = false;
	for (i = 0; i < 2; i++)
		if (l->p[i].fd >= 0)
			port_close(&l->p[i]);
}

/* Until both ports have received a good number of frames since their last start. */
static int load_flows(struct load *l)
{
	uint64_t from = l->total, end = now_ms() + PATIENCE_MS;
	uint64_t had[2] = { l->got[0], l->got[1] };
	int i, flowing;

	(void)from;
	do {
		if (l->err)
			return l->err;
		for (i = 0, flowing = 0; i < 2; i++) {
			if (l->got[i] < had[i])
				had[i] = 0;	/* started again */
			flowing += l->got[i] >= had[i] + ENOUGH;
		}
		if (flowing == 2)
			return 0;
		sleep_ms(2);
	} while (now_ms() < end);
	return -ETIMEDOUT;
}

static int load_restarted(struct load *l, int i, uint64_t before)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (l->restarts[i] == before) {
		if (l->err || l->gone[i])
			return l->err ? l->err : -ENODEV;
		if (now_ms() > end)
			return -ETIMEDOUT;
		sleep_ms(1);
	}
	return 0;
}

/* ---- the neighbour ---------------------------------------------------------------------------- */

/* From one port to the other, never more under way than its ring can take: nothing may be lost. */
struct neighbour {
	struct port from, to;
	pthread_t thread;
	bool runs;
	volatile bool stop;
	volatile uint64_t sent, got, wrong;
	uint64_t generation[2];
};

static void *neighbour_thread(void *arg)
{
	struct neighbour *n = arg;
	uint8_t frame[FRAME_MAX];
	uint64_t end = 0;
	int len;

	while (!n->stop || (n->got < n->sent && now_ms() < end)) {
		bool idle = true;

		if (!n->stop)
			end = now_ms() + MS(5000);
		while ((len = port_recv(&n->to, frame, sizeof(frame), 0))) {
			/* In order and complete: the next frame is the one that was sent next. */
			if (len < 0 || frame_check(frame, len, n->got))
				n->wrong++;
			n->got++;
			idle = false;
		}
		while (!n->stop && n->sent - n->got < WINDOW) {
			len = FRAME_MIN + n->sent % 700;
			frame_fill(frame, len, n->to.info.out_mac, n->from.info.out_mac, n->sent);
			if (port_send(&n->from, frame, len))
				break;
			n->sent++;
		}
		if (idle)
			sleep_ms(1);
	}
	return NULL;
}

static int neighbour_start(struct neighbour *n)
{
	int err;

	memset(n, 0, sizeof(*n));
	n->from.fd = n->to.fd = -1;
	err = port_setup(&n->from, 2, NULL);
	if (!err)
		err = port_setup(&n->to, 3, NULL);
	if (!err)
		err = port_start(&n->from);
	if (!err)
		err = port_start(&n->to);
	/* Ports that come up take each other's link down for a moment; then it stays. */
	if (!err)
		err = port_wait_link(&n->from, LINK_MS);
	if (!err)
		err = port_wait_link(&n->to, LINK_MS);
	if (!err)
		err = port_wait_link(&n->from, LINK_MS);
	if (err)
		return err;
	n->generation[0] = n->from.status->generation;
	n->generation[1] = n->to.status->generation;
	err = pthread_create(&n->thread, NULL, neighbour_thread, n);
	n->runs = !err;
	return -err;
}

static void neighbour_stop(struct neighbour *n)
{
	n->stop = true;
	if (n->runs)
		pthread_join(n->thread, NULL);
	n->runs = false;
}

static void neighbour_end(struct neighbour *n)
{
	neighbour_stop(n);
	if (n->from.fd >= 0)
		port_close(&n->from);
	if (n->to.fd >= 0)
		port_close(&n->to);
}

/* ---- what happens to the card ------------------------------------------------------------------- */

static int write_to(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, data, len) != (ssize_t)len)
		err = -errno;
	close(fd);
	return err;
}

static int write_pci(const char *pci, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", pci, file);
	return write_to(path, text, strlen(text));
}

/* /dev/aer_inject: one error of one function, as the kernel's aer_inject module takes it. */
struct aer_injection {
	uint8_t bus, dev, fn, pad;
	uint32_t uncorrectable, correctable, header_log[4], domain;
};

#define AER_DLP			0x00000010	/* data link protocol error: fatal */
#define AER_COMP_TIMEOUT	0x00004000	/* completion timeout: not fatal */

static int aer_inject(const char *pci, uint32_t error)
{
	struct aer_injection e = { .uncorrectable = error };
	unsigned int domain, bus, dev, fn;

	if (sscanf(pci, "%x:%x:%x.%x", &domain, &bus, &dev, &fn) != 4)
		return -EINVAL;
	e.domain = domain;
	e.bus = bus;
	e.dev = dev;
	e.fn = fn;
	return write_to("/dev/aer_inject", &e, sizeof(e));
}

static bool aer_available(void)
{
	return !access("/dev/aer_inject", W_OK) ||
	       (!system("modprobe -q aer_inject") && !access("/dev/aer_inject", W_OK));
}

static int do_flr(const char *pci, int round)
{
	return dev_reset(pci);
}

static int do_bus_reset(const char *pci, int round)
{
	int err = write_pci(pci, "reset_method", "bus"), ret;

	if (err)
		return err;
	ret = dev_reset(pci);
	err = write_pci(pci, "reset_method", "default");
	return ret ? ret : err;
}

static int do_aer_nonfatal(const char *pci, int round)
{
	return aer_inject(pci, AER_COMP_TIMEOUT);
}

static int do_aer_fatal(const char *pci, int round)
{
	return aer_inject(pci, AER_DLP);
}

/* ---- tests ---------------------------------------------------------------------------------------- */

FIXTURE(recovery)
{
	char pci[32];
	struct load l;
	struct neighbour n;
	bool has_neighbour;
};

FIXTURE_VARIANT(recovery)
{
	int (*happen)(const char *pci, int round);
	bool aer;
	uint32_t reason;
};

FIXTURE_VARIANT_ADD(recovery, flr) {
	.happen = do_flr, .reason = NDRV_REASON_ADMIN,
};

FIXTURE_VARIANT_ADD(recovery, bus_reset) {
	.happen = do_bus_reset, .reason = NDRV_REASON_ADMIN,
};

FIXTURE_VARIANT_ADD(recovery, aer_nonfatal) {
	.happen = do_aer_nonfatal, .aer = true, .reason = NDRV_REASON_PCI_ERROR,
};

FIXTURE_VARIANT_ADD(recovery, aer_fatal) {
	.happen = do_aer_fatal, .aer = true, .reason = NDRV_REASON_PCI_ERROR,
};

FIXTURE_SETUP(recovery)
{
	self->l.p[0].fd = self->l.p[1].fd = self->n.from.fd = self->n.to.fd = -1;
	NEED_PORTS(2);
	NEED_ROOT();
	if (variant->aer && !aer_available()) {
		ASSERT_FALSE(dev_needed(2)) TH_LOG("no /dev/aer_inject");
		SKIP(return, "no /dev/aer_inject (CONFIG_PCIEAER_INJECT)");
	}
	strncpy(self->pci, dev_pci(0), sizeof(self->pci) - 1);
	self->has_neighbour = dev_count() >= 4;
	if (self->has_neighbour)
		ASSERT_EQ(0, neighbour_start(&self->n));
	ASSERT_EQ(0, load_start(&self->l, 0));
	ASSERT_EQ(0, load_flows(&self->l));
}

FIXTURE_TEARDOWN(recovery)
{
	load_end(&self->l);
	neighbour_end(&self->n);
}

static uint64_t resets_of(struct load *l, int i)
{
	struct ndrv_stats st;

	return get_stats(l->p[i].fd, &st) ? 0 : st.out_resets;
}

/* What happens and everything that follows: NULL, or what went wrong. */
static const char *one_round(FIXTURE_DATA(recovery) *self,
			     const FIXTURE_VARIANT(recovery) *variant, int round)
{
	uint64_t restarts = self->l.restarts[0], resets = resets_of(&self->l, 0);

	if (variant->happen(self->pci, round))
		return "it cannot be made to happen";
	if (load_restarted(&self->l, 0, restarts))
		return "the pair was not taken away, or could not be started again";
	if (load_flows(&self->l))
		return "no traffic afterwards";
	if (resets_of(&self->l, 0) <= resets)
		return "the reset was not counted";
	return NULL;
}

TEST_F_TIMEOUT(recovery, goes_on_with_the_same_descriptor, 180)
{
	uint64_t resets = resets_of(&self->l, 0), peer_resets = resets_of(&self->l, 1);
	int fd = self->l.p[0].fd, round;
	const char *why;

	for (round = 0; round < ROUNDS; round++) {
		why = one_round(self, variant, round);
		ASSERT_EQ(NULL, why) TH_LOG("round %d: %s (thread: %d)", round, why, self->l.err);
	}
	EXPECT_EQ(fd, self->l.p[0].fd);
	EXPECT_EQ(ROUNDS, resets_of(&self->l, 0) - resets);
	EXPECT_EQ(ROUNDS, self->l.restarts[0]);
	EXPECT_EQ(0, self->l.no_hangup);
	EXPECT_EQ(0, self->l.wrong);
	EXPECT_EQ(0, self->l.err);
	/* The far end of the cable had no link for a while, and nothing else. */
	EXPECT_EQ(0, self->l.restarts[1]);
	EXPECT_EQ(peer_resets, resets_of(&self->l, 1));
	TH_LOG("%d resets, %llu restarts, %llu times too early, %llu frames", ROUNDS,
	       (unsigned long long)self->l.restarts[0], (unsigned long long)self->l.again,
	       (unsigned long long)self->l.total);
	if (!self->has_neighbour)
		return;
	neighbour_stop(&self->n);
	EXPECT_EQ(self->n.sent, self->n.got);
	EXPECT_EQ(0, self->n.wrong);
	EXPECT_EQ(self->n.generation[0], self->n.from.status->generation);
	EXPECT_EQ(self->n.generation[1], self->n.to.status->generation);
	TH_LOG("neighbour: %llu frames sent, %llu received", (unsigned long long)self->n.sent,
	       (unsigned long long)self->n.got);
}

TEST_HARNESS_MAIN
