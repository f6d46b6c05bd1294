// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping instead of looking (uapi/linux/ndrv.h, "Waiting"): what NDRV_ARM accepts, what poll(2)
 * reports and until when, over stop, reset and unbind; and that nobody ever sleeps through a packet:
 * packets that are answered one by one, NDRV_WAITS of them (8000). Waking in vain is allowed, so
 * nothing here asserts that there is no wake-up, except where nothing was armed. Two ports on a cable.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#define WAKE_MS		MS(10000)	/* a wake-up that takes longer is missing */
#define FRAME_LEN	64

static uint64_t interrupts(int fd)
{
	struct ndrv_queue_get get = { .size = sizeof(get) };

	return xioctl(fd, NDRV_QUEUE_GET, &get) ? UINT64_MAX : get.out_interrupts;
}

static bool has_frame(struct port *p)
{
	unsigned int len;
	bool last;

	return port_rx_done(p, p->rx_pos % p->qs.rx_entries, &len, &last);
}

static bool all_sent(struct port *p)
{
	port_tx_reap(p);
	return p->tx_done == p->tx_pos;
}

static int send_seq(struct port *from, const struct port *to, uint64_t seq)
{
	uint8_t frame[FRAME_LEN];

	frame_fill(frame, sizeof(frame), to->info.out_mac, from->info.out_mac, seq);
	return port_send(from, frame, sizeof(frame));
}

/* The frame that is there is the right one, and is given back. */
static int take_seq(struct port *p, uint64_t seq)
{
	uint8_t in[SLOT_BYTES];

	if (port_recv(p, in, sizeof(in), 0) != FRAME_LEN)
		return -EBADMSG;
	return frame_check(in, FRAME_LEN, seq) ? -EILSEQ : 0;
}

/* ---- one port: what the call accepts ------------------------------------------------------------ */

FIXTURE(arm) { int fd; struct ndrv_info info; struct ndrv_queue_setup qs; };

FIXTURE_SETUP(arm)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, get_info(self->fd, &self->info));
	self->qs = setup_args();
	if (!bench_present() && !(self->info.out_features & NDRV_FEAT_WAIT))
		SKIP(return, "this port has no interrupts");
}

FIXTURE_TEARDOWN(arm)
{
	if (self->fd >= 0)
		close(self->fd);
}

TEST_F(arm, there_are_vectors)
{
	EXPECT_NE(0, self->info.out_features & NDRV_FEAT_WAIT);
	EXPECT_GE(self->info.out_vectors, 1);
	EXPECT_LE(self->info.out_vectors, self->info.out_max_queues);
}

TEST_F(arm, errnos_by_state)
{
	EXPECT_EQ(-ENXIO, queue_arm(self->fd, NDRV_ARM_RX));
	EXPECT_EQ(-EOPNOTSUPP, queue_arm(self->fd, 1U << 2));
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	EXPECT_EQ(-EPIPE, queue_arm(self->fd, NDRV_ARM_RX));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(-EINVAL, queue_arm(self->fd, 0));
	EXPECT_EQ(-EOPNOTSUPP, queue_arm(self->fd, NDRV_ARM_RX | 1U << 31));
	EXPECT_EQ(0, queue_arm(self->fd, NDRV_ARM_RX));
	EXPECT_EQ(0, queue_arm(self->fd, NDRV_ARM_TX));
	EXPECT_EQ(0, queue_arm(self->fd, NDRV_ARM_RX | NDRV_ARM_TX));
	ASSERT_EQ(0, queue_stop(self->fd));
	EXPECT_EQ(-EPIPE, queue_arm(self->fd, NDRV_ARM_RX));
}

TEST_F(arm, side_that_was_left_out_einval)
{
	self->qs.rx_entries = self->qs.rx_buf_bytes = 0;
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(-EINVAL, queue_arm(self->fd, NDRV_ARM_RX));
	EXPECT_EQ(-EINVAL, queue_arm(self->fd, NDRV_ARM_RX | NDRV_ARM_TX));
	EXPECT_EQ(0, queue_arm(self->fd, NDRV_ARM_TX));
}

TEST_F(arm, last_queue_can_wait)
{
	self->qs.queue = self->info.out_max_queues - 1;
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(0, queue_arm(self->fd, NDRV_ARM_RX | NDRV_ARM_TX));
}

/* ---- two ports: what is reported ---------------------------------------------------------------- */

/* In a FIXTURE_SETUP: ports 0 and 1 run, or the test is skipped. */
#define START_BOTH() do { \
		ASSERT_EQ(0, port_setup(&self->a, 0, NULL)); \
		ASSERT_EQ(0, port_setup(&self->b, 1, NULL)); \
		if (!bench_present() && !(self->a.info.out_features & self->b.info.out_features & \
					  NDRV_FEAT_WAIT)) \
			SKIP(return, "these ports have no interrupts"); \
		ASSERT_EQ(0, port_start(&self->a)); \
		ASSERT_EQ(0, port_start(&self->b)); \
		ASSERT_EQ(0, port_wait_link(&self->a, LINK_MS)); \
		ASSERT_EQ(0, port_wait_link(&self->b, LINK_MS)); \
	} while (0)

FIXTURE(wake) { struct port a, b; uint64_t seq; };

FIXTURE_SETUP(wake)
{
	self->a.fd = self->b.fd = -1;
	NEED_PORTS(2);
	START_BOTH();
}

FIXTURE_TEARDOWN(wake)
{
	if (self->a.fd >= 0)
		port_close(&self->a);
	if (self->b.fd >= 0)
		port_close(&self->b);
}

/* Armed, and nothing is reported yet: what came late of earlier armings is gone by then. */
static int arm_quietly(int fd, uint32_t sides)
{
	int i, err;

	for (i = 0; i < 100; i++) {
		err = queue_arm(fd, sides);
		if (err)
			return err;
		if (!poll_fd(fd, POLLIN | POLLOUT, 5))
			return 0;
	}
	return -EBUSY;
}

TEST_F(wake, packet_wakes_the_receiver)
{
	ASSERT_EQ(0, arm_quietly(self->b.fd, NDRV_ARM_RX));
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 1));
	EXPECT_EQ(POLLIN | POLLRDNORM,
		  poll_fd(self->b.fd, POLLIN | POLLRDNORM | POLLOUT, WAKE_MS));
	EXPECT_TRUE(has_frame(&self->b));
	EXPECT_GE(interrupts(self->b.fd), 1);
	/* It stays, whether the packet is taken or not, until the side is armed again. */
	EXPECT_EQ(POLLIN, poll_fd(self->b.fd, POLLIN, 0));
	EXPECT_EQ(0, take_seq(&self->b, 1));
	EXPECT_EQ(POLLIN, poll_fd(self->b.fd, POLLIN, 0));
	EXPECT_EQ(0, arm_quietly(self->b.fd, NDRV_ARM_RX));
}

TEST_F(wake, sent_frame_wakes_the_sender)
{
	ASSERT_EQ(0, arm_quietly(self->a.fd, NDRV_ARM_TX));
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 1));
	EXPECT_EQ(POLLOUT | POLLWRNORM,
		  poll_fd(self->a.fd, POLLIN | POLLOUT | POLLWRNORM, WAKE_MS));
	EXPECT_EQ(1, port_tx_reap(&self->a));
}

TEST_F(wake, one_side_can_be_armed_again_alone)
{
	ASSERT_EQ(0, arm_quietly(self->a.fd, NDRV_ARM_RX | NDRV_ARM_TX));
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 1));
	/* An interrupt reports all that was armed. */
	EXPECT_EQ(POLLIN | POLLOUT, poll_fd(self->a.fd, POLLIN | POLLOUT, WAKE_MS));
	ASSERT_EQ(0, queue_arm(self->a.fd, NDRV_ARM_RX));
	EXPECT_EQ(POLLOUT, poll_fd(self->a.fd, POLLOUT, 0));
	ASSERT_EQ(0, arm_quietly(self->a.fd, NDRV_ARM_RX | NDRV_ARM_TX));
	ASSERT_EQ(0, send_seq(&self->b, &self->a, 2));
	EXPECT_NE(0, poll_fd(self->a.fd, POLLIN, WAKE_MS) & POLLIN);
	EXPECT_EQ(0, take_seq(&self->a, 2));
}

TEST_F(wake, side_that_is_not_armed_is_not_reported)
{
	uint64_t i;

	ASSERT_EQ(0, queue_arm(self->b.fd, NDRV_ARM_TX));
	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, send_seq(&self->a, &self->b, i));
	ASSERT_EQ(0, port_tx_flush(&self->a, WAKE_MS));
	for (i = 0; i < 100; i++) {
		uint8_t in[SLOT_BYTES];

		ASSERT_EQ(FRAME_LEN, port_recv(&self->b, in, sizeof(in), WAKE_MS));
	}
	EXPECT_EQ(0, poll_fd(self->b.fd, POLLIN, 50) & POLLIN);
}

/* Who polls the descriptors pays for no interrupt. */
TEST_F(wake, nothing_armed_no_interrupts)
{
	uint64_t i;

	for (i = 0; i < 200; i++) {
		uint8_t in[SLOT_BYTES];

		ASSERT_EQ(0, send_seq(&self->a, &self->b, i));
		ASSERT_EQ(FRAME_LEN, port_recv(&self->b, in, sizeof(in), WAKE_MS));
	}
	EXPECT_EQ(0, poll_fd(self->b.fd, POLLIN | POLLOUT, 50));
	EXPECT_EQ(0, interrupts(self->a.fd));
	EXPECT_EQ(0, interrupts(self->b.fd));
}

TEST_F(wake, stop_takes_the_report_back)
{
	ASSERT_EQ(0, queue_arm(self->b.fd, NDRV_ARM_RX));
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 1));
	ASSERT_EQ(POLLIN, poll_fd(self->b.fd, POLLIN, WAKE_MS));
	ASSERT_EQ(0, queue_stop(self->b.fd));
	EXPECT_EQ(0, poll_fd(self->b.fd, POLLIN | POLLOUT, 20));
	ASSERT_EQ(0, port_start(&self->b));
	EXPECT_EQ(0, poll_fd(self->b.fd, POLLIN | POLLOUT, 20)) TH_LOG("nothing is armed yet");
	ASSERT_EQ(0, arm_quietly(self->b.fd, NDRV_ARM_RX));
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 2));
	EXPECT_EQ(POLLIN, poll_fd(self->b.fd, POLLIN, WAKE_MS));
	EXPECT_EQ(0, take_seq(&self->b, 2));
}

/* A pair that shares its vector wakes its neighbour at most in vain, and never instead. */
TEST_F(wake, pairs_that_share_a_vector)
{
	struct ndrv_queue_setup qs = setup_args();
	uint8_t in[SLOT_BYTES];
	struct port other;
	int i;

	qs.queue = self->b.qs.out_queue + self->b.info.out_vectors;
	if (qs.queue >= self->b.info.out_max_queues)
		SKIP(return, "every pair has a vector of its own");
	ASSERT_EQ(0, port_setup(&other, 1, &qs));
	ASSERT_EQ(0, port_start(&other));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, queue_arm(self->b.fd, NDRV_ARM_RX));
		ASSERT_EQ(0, queue_arm(other.fd, NDRV_ARM_TX));
		ASSERT_EQ(0, send_seq(&self->a, &self->b, i));
		ASSERT_EQ(0, send_seq(&other, &self->a, i));
		ASSERT_NE(0, poll_fd(self->b.fd, POLLIN, WAKE_MS));
		ASSERT_NE(0, poll_fd(other.fd, POLLOUT, WAKE_MS));
		/* In vain is allowed: wait for both for certain, with an arming for each. */
		while (!has_frame(&self->b)) {
			ASSERT_EQ(0, queue_arm(self->b.fd, NDRV_ARM_RX));
			if (!has_frame(&self->b))
				ASSERT_NE(0, poll_fd(self->b.fd, POLLIN, WAKE_MS));
		}
		while (!all_sent(&other)) {
			ASSERT_EQ(0, queue_arm(other.fd, NDRV_ARM_TX));
			if (!all_sent(&other))
				ASSERT_NE(0, poll_fd(other.fd, POLLOUT, WAKE_MS));
		}
		ASSERT_EQ(0, take_seq(&self->b, i));
		ASSERT_EQ(FRAME_LEN, port_recv(&self->a, in, sizeof(in), WAKE_MS));
	}
	port_close(&other);
}

/* ---- the device is taken away from somebody who sleeps -------------------------------------------- */

struct sleeper { int fd; int revents; pthread_t thread; };

static void *sleeper_run(void *data)
{
	struct sleeper *s = data;

	/* An interrupt of an earlier arming may come later than arm_quietly() looks: it is no answer. */
	do {
		s->revents = poll_fd(s->fd, POLLIN | POLLOUT, WAKE_MS);
	} while (s->revents > 0 && !(s->revents & (POLLERR | POLLHUP)) &&
		 queue_arm(s->fd, NDRV_ARM_RX) != -EBADF);
	return NULL;
}

/* Interrupts go on after a function level reset: the card's MSI-X table was lost in it. */
TEST_F(wake, reset_wakes_and_interrupts_survive_it)
{
	struct sleeper s = { .fd = self->b.fd };
	int err;

	NEED_ROOT();
	ASSERT_EQ(0, arm_quietly(s.fd, NDRV_ARM_RX));
	ASSERT_EQ(0, pthread_create(&s.thread, NULL, sleeper_run, &s));
	sleep_ms(50);
	err = dev_reset(dev_pci(1));
	if (err == -ENOENT)
		TH_LOG("this card has no reset");
	pthread_join(s.thread, NULL);
	ASSERT_EQ(0, err);
	EXPECT_EQ(POLLERR | POLLHUP, s.revents);
	EXPECT_EQ(-EPIPE, queue_arm(s.fd, NDRV_ARM_RX));
	ASSERT_EQ(0, port_start(&self->b));
	EXPECT_EQ(0, poll_fd(s.fd, POLLIN | POLLOUT, 0));
	ASSERT_EQ(0, port_wait_link(&self->b, LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->a, LINK_MS));
	ASSERT_EQ(0, arm_quietly(s.fd, NDRV_ARM_RX));
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 9));
	EXPECT_EQ(POLLIN, poll_fd(s.fd, POLLIN, WAKE_MS));
	EXPECT_EQ(0, take_seq(&self->b, 9));
}

TEST_F(wake, unbind_wakes)
{
	struct sleeper s = { .fd = self->b.fd };
	char pci[32] = "";

	NEED_ROOT();
	strncpy(pci, dev_pci(1), sizeof(pci) - 1);
	ASSERT_EQ(0, arm_quietly(s.fd, NDRV_ARM_RX | NDRV_ARM_TX));
	ASSERT_EQ(0, pthread_create(&s.thread, NULL, sleeper_run, &s));
	sleep_ms(50);
	ASSERT_EQ(0, dev_unbind(pci));
	pthread_join(s.thread, NULL);
	EXPECT_EQ(POLLERR | POLLHUP, s.revents & (POLLERR | POLLHUP));
	EXPECT_EQ(-ENODEV, queue_arm(s.fd, NDRV_ARM_RX));
	dev_unbind(pci);		/* the stock driver may have been quicker */
	EXPECT_EQ(0, dev_bind(pci, "ndrv"));
}

/* ---- nobody sleeps through a packet ---------------------------------------------------------------- */

/* One way to sleep until the side is reported; 0 = awake, -ETIMEDOUT = it was not. */
struct waiter {
	const char *name;
	int (*wait)(struct waiter *w, uint32_t side);
	int fd;
	int epoll;
	struct io_uring ring;
	bool has_ring;
	uint64_t slept, vain;
};

static int wait_poll(struct waiter *w, uint32_t side)
{
	int got = poll_fd(w->fd, side == NDRV_ARM_RX ? POLLIN : POLLOUT, WAKE_MS);

	return got > 0 ? 0 : got ? got : -ETIMEDOUT;
}

static int wait_epoll(struct waiter *w, uint32_t side)
{
	struct epoll_event ev = { .events = side == NDRV_ARM_RX ? EPOLLIN : EPOLLOUT };
	int n;

	if (w->epoll < 0)
		w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_ctl(w->epoll, EPOLL_CTL_MOD, w->fd, &ev) &&
	    epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->fd, &ev))
		return -errno;
	n = epoll_wait(w->epoll, &ev, 1, WAKE_MS);
	return n < 0 ? -errno : n ? 0 : -ETIMEDOUT;
}

static int wait_uring(struct waiter *w, uint32_t side)
{
	struct __kernel_timespec ts = { .tv_sec = WAKE_MS / 1000 };
	struct io_uring_cqe *cqe;
	struct io_uring_sqe *sqe;
	int err;

	if (!w->has_ring) {
		err = io_uring_queue_init(4, &w->ring, 0);
		if (err)
			return err;
		w->has_ring = true;
	}
	sqe = io_uring_get_sqe(&w->ring);
	io_uring_prep_poll_add(sqe, w->fd, side == NDRV_ARM_RX ? POLLIN : POLLOUT);
	io_uring_submit(&w->ring);
	err = io_uring_wait_cqe_timeout(&w->ring, &cqe, &ts);
	if (err)
		return err == -ETIME ? -ETIMEDOUT : err;
	err = cqe->res < 0 ? cqe->res : 0;
	io_uring_cqe_seen(&w->ring, cqe);
	return err;
}

static void waiter_close(struct waiter *w)
{
	if (w->epoll >= 0)
		close(w->epoll);
	if (w->has_ring)
		io_uring_queue_exit(&w->ring);
}

/*
 * Arm, look, sleep: the order that the interface promises to be enough. -EDEADLK: what was waited for is
 * there, and the sleep went on; -ETIMEDOUT: it is not there.
 */
static int wait_for(struct waiter *w, struct port *p, uint32_t side, bool (*there)(struct port *p))
{
	uint64_t end = now_ms() + 2 * WAKE_MS;
	int err;

	w->fd = p->fd;
	while (!there(p)) {
		err = queue_arm(p->fd, side);
		if (err || there(p))
			return err;
		err = w->wait(w, side);
		if (err == -ETIMEDOUT && there(p))
			return -EDEADLK;
		if (err)
			return err;
		w->slept++;
		if (there(p))
			return 0;
		w->vain++;
		if (now_ms() > end)
			return -ETIMEDOUT;
	}
	return 0;
}

/*
 * A pair on the vector of a player that arms and sends, so that messages overlap. A few times for each
 * packet of the player: if it went on, it would wake who has slept through his own.
 */
#define NOISE_PER_PACKET	2

struct noise {
	struct port p;
	const volatile unsigned int *at;
	volatile bool stop;
	bool on;
	uint64_t sent;
	pthread_t thread;
};

static void *noise_run(void *data)
{
	static const uint8_t nobody[6] = { 2, 0, 0, 0, 0, 99 };
	struct noise *n = data;
	unsigned int last = *n->at, times = 0;
	uint8_t frame[FRAME_LEN];

	while (!n->stop) {
		if (last != *n->at)
			times = 0;
		last = *n->at;
		if (times++ >= NOISE_PER_PACKET) {
			sleep_ms(1);
			continue;
		}
		frame_fill(frame, sizeof(frame), nobody, n->p.info.out_mac, n->sent);
		queue_arm(n->p.fd, NDRV_ARM_TX);
		if (!port_send(&n->p, frame, sizeof(frame)))
			n->sent++;
		poll_fd(n->p.fd, POLLOUT, 3);
	}
	return NULL;
}

static unsigned int waits(void)
{
	const char *env = getenv("NDRV_WAITS");

	return env ? strtoul(env, NULL, 0) : 8000;
}

/* One of two threads that answer each other's packets; each sleeps on its own port. */
struct player {
	struct port *p;
	const struct port *peer;
	bool first;
	unsigned int n;
	volatile unsigned int at;	/* noise looks at it */
	uint32_t random;
	struct waiter ways[3];
	const char *wrong;
	pthread_t thread;
};

/*
 * The answer must come at every moment of the other's arm, look and sleep, so the time until it is sent
 * is drawn: nothing, or up to what these three take under emulation.
 */
static void dawdle(struct player *me)
{
	struct timespec t;
	uint64_t end, now;

	me->random ^= me->random << 13;
	me->random ^= me->random >> 17;
	me->random ^= me->random << 5;
	if (me->random & 1)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	end = now + (me->random >> 8) % 200000;
	while (now < end) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	}
}

static const char *turn_send(struct player *me, struct waiter *w)
{
	int err;

	if (send_seq(me->p, me->peer, me->at))
		return "cannot be sent";
	if (me->at % 16)
		return NULL;
	err = wait_for(w, me->p, NDRV_ARM_TX, all_sent);
	return err == -EDEADLK ? "was sent, and nobody was woken" : err ? strerror(-err) : NULL;
}

static const char *turn_receive(struct player *me, struct waiter *w)
{
	int err = wait_for(w, me->p, NDRV_ARM_RX, has_frame);

	if (err == -EDEADLK)
		return "is there, and nobody was woken";
	if (err == -ETIMEDOUT)
		return "did not arrive";
	if (err)
		return strerror(-err);
	return take_seq(me->p, me->at) ? "is not the one that was sent" : NULL;
}

static void *player_run(void *data)
{
	struct player *me = data;

	for (me->at = 0; me->at < me->n && !me->wrong; me->at++) {
		/* Most by poll, one in eight by each of the others */
		struct waiter *w = &me->ways[me->at % 8 < 3 ? me->at % 8 : 0];

		if (me->first)
			me->wrong = turn_send(me, w);
		if (!me->wrong)
			me->wrong = turn_receive(me, w);
		dawdle(me);
		if (!me->wrong && !me->first)
			me->wrong = turn_send(me, w);
	}
	return NULL;
}

static void player_init(struct player *me, struct port *p, const struct port *peer)
{
	static const struct waiter ways[] = {
		{ .name = "poll", .wait = wait_poll, .epoll = -1 },
		{ .name = "epoll", .wait = wait_epoll, .epoll = -1 },
		{ .name = "io_uring", .wait = wait_uring, .epoll = -1 },
	};
	unsigned int i;

	*me = (struct player){ .p = p, .peer = peer, .n = waits() / 2 };
	me->random = (uint32_t)(now_ms() * 2654435761U) | 1;
	if (p > peer)
		me->random ^= 0x5bd1e994;
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		me->ways[i] = ways[i];
}

FIXTURE(stress) { struct port a, b; struct noise noise; struct player players[2]; };

FIXTURE_SETUP(stress)
{
	struct ndrv_queue_setup qs = setup_args();

	self->a.fd = self->b.fd = self->noise.p.fd = -1;
	NEED_PORTS(2);
	START_BOTH();
	player_init(&self->players[0], &self->a, &self->b);
	player_init(&self->players[1], &self->b, &self->a);
	self->players[0].first = true;
	qs.rx_entries = qs.rx_buf_bytes = 0;
	qs.queue = self->b.qs.out_queue + self->b.info.out_vectors;
	if (qs.queue >= self->b.info.out_max_queues)
		return;
	ASSERT_EQ(0, port_setup(&self->noise.p, 1, &qs));
	ASSERT_EQ(0, port_start(&self->noise.p));
	self->noise.at = &self->players[1].at;
	ASSERT_EQ(0, pthread_create(&self->noise.thread, NULL, noise_run, &self->noise));
	self->noise.on = true;
}

FIXTURE_TEARDOWN(stress)
{
	unsigned int i, j;

	self->noise.stop = true;
	if (self->noise.on)
		pthread_join(self->noise.thread, NULL);
	if (self->noise.p.fd >= 0)
		port_close(&self->noise.p);
	for (i = 0; i < 2; i++)
		for (j = 0; j < 3 && self->players[i].p; j++)
			waiter_close(&self->players[i].ways[j]);
	if (self->a.fd >= 0)
		port_close(&self->a);
	if (self->b.fd >= 0)
		port_close(&self->b);
}

TEST_F_TIMEOUT(stress, nobody_sleeps_through_a_packet, 7200)
{
	uint64_t start = now_ms(), slept, vain;
	unsigned int i, j;

	TH_LOG("seeds %u %u", self->players[0].random, self->players[1].random);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&self->players[i].thread, NULL, player_run,
					    &self->players[i]));
	for (i = 0; i < 2; i++) {
		struct player *p = &self->players[i];

		pthread_join(p->thread, NULL);
		EXPECT_EQ(NULL, p->wrong)
			TH_LOG("player %u: packet %u %s", i, p->at, p->wrong);
	}
	for (j = 0; j < 3; j++) {
		slept = self->players[0].ways[j].slept + self->players[1].ways[j].slept;
		vain = self->players[0].ways[j].vain + self->players[1].ways[j].vain;
		TH_LOG("%s: slept %llu times, woken in vain %llu", self->players[0].ways[j].name,
		       (unsigned long long)slept, (unsigned long long)vain);
		EXPECT_NE(0, slept);
	}
	TH_LOG("%u packets in %llu ms, %llu beside them; interrupts %llu %llu",
	       2 * self->players[0].at, (unsigned long long)(now_ms() - start),
	       (unsigned long long)self->noise.sent, (unsigned long long)interrupts(self->a.fd),
	       (unsigned long long)interrupts(self->b.fd));
}

TEST_HARNESS_MAIN
