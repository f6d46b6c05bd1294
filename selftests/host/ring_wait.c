/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv_wait() on fake rings. This program stands in for the kernel: ioctl(2) arms, epoll_pwait2(2) sleeps,
 * clock_gettime(2) is a clock that only moves when it is asked or slept on. So every moment at which a packet
 * can arrive is tried, and no case depends on how fast this machine is.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#define send libc_send		/* ring_fake.h has one of its own */
#include <sys/socket.h>
#undef send
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ring_fake.h"

#define LOOK_NS 100		/* what one look at the clock takes */
#define NR_PORTS 2

/*
 * A file of a device: a socket pair whose far end is the kernel's. Readable: a byte was written there;
 * writable: what fills it was read there.
 */
static struct port {
	struct fake f;
	int file, far;
	uint32_t armed;
	unsigned int arms, doorbells;
	struct ndrv_doorbell doorbell;
} ports[NR_PORTS];

static uint64_t clock_ns = 1000000000;
static uint64_t slept_ns, longest_ns;
static unsigned int sleeps, asks;	/* epoll_pwait2() with time to sleep, and without */
static int arm_error, signal_now;
static void (*before_arm)(struct port *), (*after_arm)(struct port *), (*in_sleep)(void);

static struct port *port_of(int fd)
{
	unsigned int i;

	for (i = 0; i < NR_PORTS; i++)
		if (ports[i].file == fd)
			return &ports[i];
	return NULL;
}

static void unreport(struct port *p, uint32_t sides)
{
	static char junk[4096];

	if (sides & NDRV_ARM_RX)
		while (recv(p->file, junk, sizeof(junk), MSG_DONTWAIT) > 0)
			;
	if (sides & NDRV_ARM_TX)
		while (syscall(SYS_sendto, p->file, junk, sizeof(junk), MSG_DONTWAIT, NULL, 0) > 0)
			;
}

/* What poll(2) says from now on. */
static void report(struct port *p, uint32_t sides)
{
	static char junk[4096];

	if (sides & NDRV_ARM_RX && write(p->far, junk, 1) != 1)
		p->f.errors++;
	if (sides & NDRV_ARM_TX)
		while (recv(p->far, junk, sizeof(junk), MSG_DONTWAIT) > 0)
			;
}

/* The card writes something back; the kernel reports it if that side is armed, once. */
static void interrupt(struct port *p, uint32_t side)
{
	if (p->armed & side)
		report(p, side);
	p->armed &= ~side;
}

static void packet(struct port *p)
{
	fake_rx(&p->f, 1, 60);
	interrupt(p, NDRV_ARM_RX);
}

int ioctl(int fd, unsigned long request, ...)
{
	struct port *p = port_of(fd);
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (p && request == NDRV_DOORBELL) {
		memcpy(&p->doorbell, arg, sizeof(p->doorbell));
		p->doorbells++;
		return 0;
	}
	if (!p || request != NDRV_ARM) {
		errno = ENOTTY;
		return -1;
	}
	if (arm_error) {
		errno = arm_error;
		return -1;
	}
	if (before_arm)
		before_arm(p);
	p->arms++;
	p->armed |= ((struct ndrv_arm *)arg)->flags;
	unreport(p, ((struct ndrv_arm *)arg)->flags);
	if (after_arm)
		after_arm(p);
	return 0;
}

static uint64_t next_ns;		/* when the next packet comes, 0 none does */

static void next_packet(void)
{
	if (next_ns && clock_ns >= next_ns) {
		next_ns = 0;
		packet(&ports[0]);
	}
}

int clock_gettime(clockid_t which, struct timespec *t)
{
	(void)which;
	clock_ns += LOOK_NS;
	next_packet();
	t->tv_sec = clock_ns / 1000000000;
	t->tv_nsec = clock_ns % 1000000000;
	return 0;
}

int epoll_pwait2(int epfd, struct epoll_event *events, int n, const struct timespec *timeout,
		 const sigset_t *mask)
{
	static const struct timespec none;
	uint64_t ns = timeout ? timeout->tv_sec * 1000000000ull + timeout->tv_nsec : UINT64_MAX;
	int ret;

	(void)mask;
	asks += !ns;
	sleeps += !!ns;
	if (ns && in_sleep)
		in_sleep();
	if (ns && signal_now) {
		errno = EINTR;
		return -1;
	}
	ret = syscall(SYS_epoll_pwait2, epfd, events, n, &none, NULL, 0);
	if (ret || !ns)
		return ret;
	if (!timeout) {
		printf("Bail out! slept for ever\n");
		exit(1);
	}
	clock_ns += ns;
	slept_ns += ns;
	longest_ns = ns > longest_ns ? ns : longest_ns;
	return 0;
}

static void reset(void)
{
	before_arm = after_arm = NULL;
	in_sleep = NULL;
	arm_error = signal_now = 0;
	sleeps = asks = 0;
	slept_ns = longest_ns = 0;
}

static void port_init(struct port *p, uint32_t nr_bufs)
{
	int pair[2];

	memset(p, 0, sizeof(*p));
	fake_init(&p->f, 64, 64, nr_bufs, 2048, 2048);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
		printf("Bail out! no socket pair\n");
		exit(1);
	}
	p->file = pair[0];
	p->far = pair[1];
	p->f.q->fd = p->file;
	p->f.q->features = NDRV_FEAT_WAIT;
	unreport(p, NDRV_ARM_RX | NDRV_ARM_TX);
	fake_start(&p->f);
	reset();
}

static void port_exit(struct port *p)
{
	ndrv_rings_stop(p->f.q);
	tap_ok(!p->f.errors && (!p->f.pool || fake_all_home(&p->f)), "%s: nothing lost", p->f.card->name);
	fake_exit(&p->f);
	close(p->file);
	close(p->far);
}

/* One port in a new waiter of @mode. */
static struct ndrv_waiter *begin(struct port *p, unsigned int mode, uint32_t what)
{
	struct ndrv_waiter *w = NULL;

	port_init(p, 512);
	if (ndrv_waiter_open(&w, mode) || ndrv_waiter_add(w, p->f.q, what)) {
		printf("Bail out! no waiter\n");
		exit(1);
	}
	return w;
}

static void end(struct ndrv_waiter *w, struct port *p)
{
	ndrv_waiter_close(w);
	port_exit(p);
}

/* Take everything that has arrived. */
static int drain(struct port *p)
{
	struct ndrv_pkt pkts[64];
	int n = ndrv_rx_burst(p->f.q, pkts, 64);

	if (n > 0) {
		got(&p->f, pkts, n);
		freed(&p->f, pkts, n);
	}
	return n;
}

/* The card sends @n frames. */
static void card_sends(struct port *p, unsigned int n)
{
	static uint8_t frame[65536];

	while (n--)
		FAKE_CHECK(&p->f, fake_tx(&p->f, frame, 0));
}

static int send_one(struct port *p)
{
	struct ndrv_pkt pkt;

	return alloc(&p->f, &pkt, 1) == 1 ? send(&p->f, &pkt, 1) : -1;
}

static void test_ready(void)
{
	struct port *p = ports;

	port_init(p, 512);
	tap_eq(ndrv_queue_ready(p->f.q), 0, "nothing to do");
	packet(p);
	tap_eq(ndrv_queue_ready(p->f.q), NDRV_ARM_RX, "a packet");
	tap_eq(send_one(p), 1, "send");
	tap_eq(ndrv_queue_ready(p->f.q), NDRV_ARM_RX, "it is with the card");
	card_sends(p, 1);
	tap_eq(ndrv_queue_ready(p->f.q), NDRV_ARM_RX | NDRV_ARM_TX, "it is sent");
	tap_eq(ndrv_tx_reclaim(p->f.q), 0, "take it back");
	tap_eq(drain(p), 1, "receive");
	tap_eq(ndrv_queue_ready(p->f.q), 0, "nothing to do any more");
	tap_eq(ndrv_queue_arm(p->f.q, NDRV_ARM_TX), 0, "arm");
	tap_eq(p->armed, NDRV_ARM_TX, "that side");
	arm_error = EPIPE;
	tap_eq(ndrv_queue_arm(p->f.q, NDRV_ARM_TX), -ESTALE, "stopped behind our back");
	arm_error = EOPNOTSUPP;
	tap_eq(ndrv_queue_arm(p->f.q, NDRV_ARM_TX), -EOPNOTSUPP, "no interrupts");
	p->f.status.generation++;
	tap_eq(ndrv_queue_ready(p->f.q), -ESTALE, "revoked");
	p->f.status.state = NDRV_STATE_GONE;
	tap_eq(ndrv_queue_arm(p->f.q, NDRV_ARM_RX), -ENODEV, "gone");
	ndrv_rings_stop(p->f.q);
	p->f.status.state = NDRV_STATE_READY;
	tap_eq(ndrv_queue_ready(p->f.q), -EPIPE, "not started");
	port_exit(p);
}

static void packet_in_sleep(void) { packet(&ports[0]); in_sleep = NULL; }
static void packet_at_arm(struct port *p) { fake_rx(&p->f, 1, 60); before_arm = NULL; }
static void packet_after_arm(struct port *p) { packet(p); after_arm = NULL; }
static void report_in_sleep(void) { report(&ports[0], NDRV_ARM_RX); in_sleep = NULL; }

static void test_irq(void)
{
	struct port *p = ports;
	struct ndrv_waiter *w = begin(p, NDRV_WAIT_IRQ, NDRV_ARM_RX);

	packet(p);
	tap_ok(ndrv_wait(w, -1) == 1 && !p->arms && !sleeps, "there is a packet: no system call");
	drain(p);
	before_arm = packet_at_arm;
	tap_ok(ndrv_wait(w, 1000) == 1 && p->arms == 1 && !sleeps, "a packet before arming: no sleep");
	drain(p);
	in_sleep = packet_in_sleep;
	tap_ok(ndrv_wait(w, -1) == 1 && p->arms == 1 && sleeps == 1, "a packet ends the sleep");
	tap_eq(ndrv_wait(w, -1), 1, "it is still there");
	drain(p);
	after_arm = packet_after_arm;
	tap_ok(ndrv_wait(w, -1) == 1 && p->arms == 2 && sleeps == 1, "a packet after arming: no sleep");
	drain(p);
	sleeps = 0;
	tap_ok(ndrv_wait(w, 5000) == 0 && slept_ns <= 5000000 && slept_ns > 4990000, "the time is over");
	tap_eq(p->f.q->counters->sleeps, 1 + sleeps, "sleeps are counted");
	p->arms = 0;
	tap_ok(ndrv_wait(w, 5000) == 0 && !p->arms, "armed is armed");
	in_sleep = report_in_sleep;
	sleeps = 0;
	tap_ok(ndrv_wait(w, 5000) == 0 && p->arms == 1 && sleeps == 2,
	       "the interrupt was somebody else's: arm again, sleep on");
	ndrv_rings_stop(p->f.q);
	tap_eq(ndrv_wait(w, 5000), -EPIPE, "not started");
	fake_start(&p->f);
	tap_ok(ndrv_wait(w, 5000) == 0 && p->arms == 2, "started anew: arm again");
	signal_now = 1;
	tap_eq(ndrv_wait(w, -1), -EINTR, "a signal");
	in_sleep = packet_in_sleep;
	tap_eq(ndrv_wait(w, -1), 1, "a signal and a packet");
	drain(p);
	signal_now = 0;
	p->arms = sleeps = 0;
	tap_ok(ndrv_wait(w, 0) == 0 && !p->arms && !sleeps, "without time it only looks");
	arm_error = EPIPE;
	p->f.q->generation = ++p->f.status.generation;
	tap_eq(ndrv_wait(w, -1), -ESTALE, "stopped behind our back");
	end(w, p);
}

static void send_in_sleep(void)
{
	card_sends(&ports[0], 1);
	interrupt(&ports[0], NDRV_ARM_TX);
	in_sleep = NULL;
}

static void revoke_in_sleep(void)
{
	ports[0].f.status.generation++;
	ports[0].f.status.state = NDRV_STATE_REVOKED;
	shutdown(ports[0].far, SHUT_RDWR);		/* EPOLLHUP */
}

static void unplug_in_sleep(void)
{
	ports[0].f.status.state = NDRV_STATE_GONE;
}

static void test_sides(void)
{
	struct port *p = ports;
	struct ndrv_waiter *w = begin(p, NDRV_WAIT_IRQ, NDRV_ARM_TX);

	tap_eq(send_one(p), 1, "send");
	packet(p);
	in_sleep = send_in_sleep;
	tap_ok(ndrv_wait(w, -1) == 1 && p->arms == 1, "only its end is waited for");
	tap_eq(ndrv_tx_reclaim(p->f.q), 0, "it is sent");
	tap_eq(ndrv_waiter_add(w, p->f.q, NDRV_ARM_RX), 0, "wait for something else");
	tap_eq(ndrv_wait(w, -1), 1, "which is there");
	tap_eq(ndrv_waiter_add(w, p->f.q, 0), 0, "wait for nothing");
	tap_eq(ndrv_wait(w, 100), 0, "nothing comes");
	in_sleep = revoke_in_sleep;
	tap_eq(ndrv_wait(w, -1), -ESTALE, "but a revocation does");
	tap_eq(ndrv_wait(w, -1), -ESTALE, "and stays");
	tap_eq(ndrv_waiter_del(w, p->f.q), 0, "take it out");
	tap_eq(ndrv_waiter_del(w, p->f.q), -ENOENT, "once");
	tap_eq(ndrv_wait(w, 100), 0, "nothing to wait for");
	tap_eq(ndrv_wait(w, -1), -EINVAL, "for ever");
	ndrv_rings_stop(p->f.q);
	fake_start(&p->f);
	tap_eq(ndrv_waiter_add(w, p->f.q, NDRV_ARM_RX), 0, "back again");
	in_sleep = unplug_in_sleep;
	tap_eq(ndrv_wait(w, -1), -ENODEV, "the device goes");
	tap_eq(ndrv_waiter_add(w, p->f.q, 4), -EINVAL, "an unknown side");
	p->f.q->features = 0;
	tap_eq(ndrv_waiter_add(w, p->f.q, NDRV_ARM_RX), -EOPNOTSUPP, "no interrupts");
	end(w, p);
}


static void test_poll(void)
{
	struct port *p = ports;
	struct ndrv_waiter *w = begin(p, NDRV_WAIT_POLL, NDRV_ARM_RX | NDRV_ARM_TX);
	int other = eventfd(0, 0);

	p->f.q->features = 0;
	tap_ok(ndrv_wait(w, 100) == 0 && !p->arms && !sleeps && !asks, "looks, neither arms nor sleeps");
	packet(p);
	tap_ok(ndrv_wait(w, -1) == 1 && !p->arms, "a packet");
	drain(p);
	tap_eq(ndrv_waiter_add_fd(w, other, EPOLLIN), 0, "a descriptor");
	tap_ok(ndrv_wait(w, 100) == 0 && asks && !sleeps, "is asked for without sleeping");
	eventfd_write(other, 1);
	tap_eq(ndrv_wait(w, -1), 1, "ends the wait");
	ndrv_waiter_del_fd(w, other);
	close(other);
	end(w, p);
}

/* Sleep until the next packet. */
static void sleep_to_next(void)
{
	if (next_ns && clock_ns < next_ns)
		clock_ns = next_ns;
	next_packet();
}

/* @n packets, each so long after the one before was waited for. */
static void run_gaps(struct ndrv_waiter *w, struct port *p, unsigned int n, uint64_t gap_ns)
{
	in_sleep = sleep_to_next;
	while (n--) {
		next_ns = clock_ns + gap_ns;
		ndrv_wait(w, 10000000);
		drain(p);
	}
	in_sleep = NULL;
	slept_ns = 0;
}

static void test_adaptive(void)
{
	struct port *p = ports;
	struct ndrv_waiter *w = begin(p, NDRV_WAIT_ADAPTIVE, NDRV_ARM_RX);
	uint64_t start;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		packet(p);
		ndrv_wait(w, -1);
		drain(p);
	}
	start = clock_ns;
	ndrv_wait(w, 1000000);
	tap_ok(sleeps == 1 && clock_ns - start - slept_ns >= 5000 && clock_ns - start - slept_ns < 10000,
	       "after a dense burst it looks a little, then sleeps");
	/* Every sleep is ended by the next packet, half a millisecond later. */
	run_gaps(w, p, 30, 500000);
	start = clock_ns;
	ndrv_wait(w, 1000000);
	tap_ok(clock_ns - start - slept_ns < 5 * LOOK_NS, "when packets are far apart it does not look");
	run_gaps(w, p, 60, 20000);
	start = clock_ns;
	ndrv_wait(w, 1000000);
	tap_ok(clock_ns - start - slept_ns > 30000 && clock_ns - start - slept_ns < 100000,
	       "20 us apart: it looks for twice that, %llu ns",
	       (unsigned long long)(clock_ns - start - slept_ns));
	start = clock_ns;
	slept_ns = 0;
	for (i = 0; i < 100; i++)
		ndrv_wait(w, 50);
	tap_ok(clock_ns - start - slept_ns < 100 * 10 * LOOK_NS, "many short waits in silence: no more looking");
	end(w, p);
}

/* The pool is empty: the program has all buffers that the ring has not. */
static struct ndrv_pkt all[512];
static int nr_all;

static void free_in_sleep(void)
{
	if (sleeps < 3)
		return;
	freed(&ports[0].f, all, nr_all);
	in_sleep = NULL;
	nr_all = 0;
}

static void test_dry(void)
{
	struct port *p = ports;
	struct ndrv_waiter *w = begin(p, NDRV_WAIT_IRQ, NDRV_ARM_RX);
	int n;

	nr_all = alloc(&p->f, all, 512);
	while (fake_rx_room(&p->f)) {
		packet(p);
		n = ndrv_rx_burst(p->f.q, all + nr_all, 1);
		if (n == 1)
			got(&p->f, all + nr_all, 1);
		nr_all += n;
	}
	tap_eq(nr_all, 512, "the program has all buffers");
	in_sleep = free_in_sleep;
	tap_eq(ndrv_wait(w, 10000), 0, "a dry ring");
	tap_ok(sleeps >= 4 && !nr_all, "is looked after");
	tap_ok(fake_rx_room(&p->f) >= 48, "and filled as soon as there are buffers");
	tap_ok(slept_ns > 9900000 && slept_ns <= 10000000, "in the time that was given");
	tap_ok(longest_ns > 5000000, "and then sleeps as usual");

	/* The buffers are in the transmit ring, sent, and nobody has looked. */
	nr_all = alloc(&p->f, all, 512);
	while (nr_all < 512) {
		packet(p);
		n = ndrv_rx_burst(p->f.q, all + nr_all, 1);
		if (n != 1)
			break;
		got(&p->f, all + nr_all, 1);
		nr_all += n;
	}
	tap_eq(nr_all, 512, "again");
	tap_eq(send(&p->f, all + 512 - 40, 40), 40, "send 40 of them");
	nr_all -= 40;
	card_sends(p, 40);
	tap_eq(ndrv_wait(w, 100), 0, "nobody reclaims them");
	tap_eq(fake_rx_room(&p->f), 40, "but who sleeps on a dry ring");
	freed(&p->f, all, nr_all);
	end(w, p);
}

static void test_defer(void)
{
	struct port *p = ports;
	struct ndrv_waiter *w = begin(p, NDRV_WAIT_IRQ, NDRV_ARM_RX | NDRV_ARM_TX);
	struct ndrv_queue *q = p->f.q;
	struct ndrv_uring cmd;

	q->rx_register = q->rx.tail;
	q->tx_register = q->tx.tail;
	q->rx.tail = q->tx.tail = NULL;
	q->defer = true;
	tap_eq(send_one(p), 1, "send");
	tap_eq(p->f.tx_tail, 0, "without telling");
	tap_ok(ndrv_wait(w, 100) == 0 && p->f.tx_tail == 1, "who sleeps tells first");
	send_one(p);
	tap_ok(ndrv_queue_doorbell(q) == 0 && p->f.tx_tail == 2, "or the program does");
	p->f.tx_tail = 77;
	tap_ok(ndrv_queue_doorbell(q) == 0 && p->f.tx_tail == 77, "once");
	p->f.tx_tail = 2;
	send_one(p);
	tap_eq(ndrv_queue_tails(q, &cmd), NDRV_DOORBELL_F_TX, "or somebody else");
	tap_ok(cmd.tx_tail == 3 && !cmd.rx_tail && !cmd.__reserved && p->f.tx_tail == 2, "with this");
	tap_eq(ndrv_queue_tails(q, &cmd), 0, "who has to");
	q->rx_register = q->tx_register = NULL;
	send_one(p);
	tap_ok(ndrv_wait(w, 100) == 0 && p->doorbells == 1 && p->doorbell.flags == NDRV_DOORBELL_F_TX &&
	       p->doorbell.tx_tail == 4, "kernel doorbells: one call");
	q->defer = false;
	end(w, p);
}

static void other_in_sleep(void) { eventfd_write(ports[1].file, 1); }

static void test_many(void)
{
	struct port *a = &ports[0], *b = &ports[1];
	struct ndrv_waiter *w = begin(a, NDRV_WAIT_IRQ, NDRV_ARM_RX);
	int other = eventfd(0, 0);

	port_init(b, 512);
	tap_eq(ndrv_waiter_add(w, b->f.q, NDRV_ARM_RX), 0, "a second queue");
	in_sleep = packet_in_sleep;
	tap_ok(ndrv_wait(w, -1) == 1 && a->arms == 1 && b->arms == 1, "a packet on one");
	drain(a);
	in_sleep = packet_in_sleep;
	tap_ok(ndrv_wait(w, -1) == 1 && a->arms == 2 && b->arms == 1, "only that is armed again");
	packet(b);
	tap_eq(ndrv_wait(w, -1), 2, "packets on both");
	b->f.status.generation++;
	tap_eq(ndrv_wait(w, -1), -ESTALE, "a revoked one comes first");
	tap_eq(ndrv_waiter_del(w, b->f.q), 0, "take it out");
	tap_eq(ndrv_wait(w, -1), 1, "the other goes on");
	drain(a);
	port_exit(b);

	b->file = other;
	tap_eq(ndrv_waiter_add_fd(w, other, EPOLLIN), 0, "a descriptor");
	in_sleep = other_in_sleep;
	tap_eq(ndrv_wait(w, -1), 1, "ends the sleep");
	tap_eq(ndrv_waiter_arm(w), 1, "and is ready for an event loop");
	tap_eq(ndrv_waiter_add_fd(w, other, EPOLLERR), 0, "wait for something else");
	tap_eq(ndrv_waiter_arm(w), 0, "nothing");
	packet(a);
	tap_eq(epoll_pwait2(ndrv_waiter_fd(w), &(struct epoll_event){}, 1, &(struct timespec){}, NULL), 1,
	       "the waiter's descriptor becomes readable");
	tap_eq(ndrv_waiter_arm(w), 1, "a packet");
	drain(a);
	tap_eq(ndrv_waiter_arm(w), 0, "armed");
	tap_eq(epoll_pwait2(ndrv_waiter_fd(w), &(struct epoll_event){}, 1, &(struct timespec){}, NULL), 0,
	       "and it is readable no more");
	tap_eq(ndrv_waiter_del_fd(w, other), 0, "out");
	tap_eq(ndrv_waiter_del_fd(w, other), -ENOENT, "once");
	close(other);
	end(w, a);
}

/* Two ports on one pool: buffers that one has sent fill the dry ring of the other. */
static void test_shared_pool(void)
{
	struct port *a = &ports[0], *b = &ports[1];
	struct ndrv_waiter *w = begin(a, NDRV_WAIT_IRQ, NDRV_ARM_RX);
	struct ndrv_pkt theirs[512];
	int nr_theirs;

	port_init(b, 512);
	ndrv_rings_stop(b->f.q);
	tap_ok(!fake_share(&b->f, &a->f) && !fake_start(&b->f) && !ndrv_waiter_add(w, b->f.q, 0),
	       "a second port on the pool");
	alloc(&b->f, theirs, 40);
	tap_eq(send(&b->f, theirs, 40), 40, "which sends");
	card_sends(b, 40);
	nr_theirs = alloc(&b->f, theirs, 512);
	for (nr_all = 0; fake_rx_room(&a->f); nr_all++) {
		packet(a);
		if (ndrv_rx_burst(a->f.q, all + nr_all, 1) != 1)
			break;
		got(&a->f, all + nr_all, 1);
	}
	tap_eq(ndrv_wait(w, 100), 0, "the other is dry");
	tap_eq(fake_rx_room(&a->f), 40, "and gets what was sent");
	freed(&a->f, all, nr_all);
	freed(&b->f, theirs, nr_theirs);
	tap_eq(b->f.errors, 0, "by one owner at a time");
	ndrv_waiter_close(w);
	fake_unshare(&b->f);
	close(b->file);
	close(b->far);
	port_exit(a);
}

/* Peek and release: what is posted behind the last whole step of an E810 is not the card's yet. */
static void test_step(void)
{
	struct port *p = ports;
	struct ndrv_waiter *w = begin(p, NDRV_WAIT_IRQ, NDRV_ARM_RX);
	uint32_t first, i, bad = 0;

	for (i = 0; i < 200; i++) {
		in_sleep = packet_in_sleep;
		bad += ndrv_wait(w, -1) != 1 || ndrv_rx_peek(p->f.q, 8, &first) != 1;
		p->f.owner[fake_buf(&p->f, ndrv_rx_data(p->f.q, first))] = OWNER_POOL;
		bad += ndrv_rx_release(p->f.q, 1);
	}
	tap_eq(bad, 0, "200 packets, peeked at and released one by one");
	end(w, p);
}

int main(void)
{
	static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice, &fake_igb };
	struct ndrv_waiter *w;
	unsigned int i;

	for (i = 0; i < sizeof(cards) / sizeof(*cards); i++) {
		fake_card = cards[i];
		printf("# %s\n", fake_card->name);
		test_ready();
		test_irq();
		test_sides();
		test_poll();
		test_adaptive();
		test_dry();
		test_defer();
		test_many();
		test_shared_pool();
		test_step();
	}
	tap_eq(ndrv_waiter_open(&w, 3), -EINVAL, "no such mode");
	ndrv_waiter_close(NULL);
	return tap_done();
}
