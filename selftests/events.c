// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events (struct ndrv_event, read(2), EPOLLPRI): which come, to whom, in which order, what happens to
 * those that nobody reads, and that whoever sleeps for one wakes up, when the device goes at the latest.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#define KEPT		64		/* events that a file keeps; struct ndrv_event */
#define EVENT_MS	LINK_MS
#define READERS		4

FIXTURE(events)
{
	struct port p;
	int other;		/* a file of the same port without a pair */
};

static int read_event(int fd, struct ndrv_event *e)
{
	ssize_t n = read(fd, e, sizeof(*e));

	return n < 0 ? -errno : (int)n;
}

static void set_nonblock(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

static unsigned int drain(int fd)
{
	struct ndrv_event e;
	unsigned int n = 0;

	while (read_event(fd, &e) == sizeof(e))
		n++;
	return n;
}

/* The next event of another type than LINK, which come when they like; -ETIMEDOUT. */
static int next_but_link(int fd, struct ndrv_event *e)
{
	uint64_t end = now_ms() + EVENT_MS;
	int n;

	do {
		n = read_event(fd, e);
		if (n == -EAGAIN && !(poll_fd(fd, POLLPRI, 200) & POLLPRI))
			sleep_ms(5);	/* POLLERR returns at once */
	} while ((n == -EAGAIN || (n > 0 && e->type == NDRV_EVENT_LINK)) && now_ms() < end);
	return n == -EAGAIN ? -ETIMEDOUT : n;
}

FIXTURE_SETUP(events)
{
	self->p.fd = self->other = -1;
	NEED_PORTS(1);
	self->other = dev_open(0);
	ASSERT_GE(self->other, 0);
	ASSERT_EQ(0, port_setup(&self->p, 0, NULL));
	ASSERT_EQ(0, port_start(&self->p));
	ASSERT_EQ(0, port_wait_link(&self->p, LINK_MS));
	set_nonblock(self->p.fd, true);
	set_nonblock(self->other, true);
	drain(self->p.fd);
	drain(self->other);
}

FIXTURE_TEARDOWN(events)
{
	port_close(&self->p);
	if (self->other >= 0)
		close(self->other);
}

/* ---- read(2) --------------------------------------------------------------------------------- */

TEST_F(events, nothing_there_is_eagain)
{
	struct ndrv_event e;

	EXPECT_EQ(-EAGAIN, read_event(self->p.fd, &e));
	EXPECT_EQ(0, poll_fd(self->p.fd, POLLPRI, 0));
	EXPECT_EQ(-EAGAIN, read_event(self->other, &e));
}

TEST_F(events, file_has_no_position)
{
	struct ndrv_event e;

	EXPECT_EQ(-1, lseek(self->p.fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, pread(self->p.fd, &e, sizeof(e), 0));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, write(self->p.fd, &e, sizeof(e)));
	EXPECT_EQ(EINVAL, errno);
}

/* A buffer that holds none is an error even when there is one; one and a half holds one. */
TEST_F(events, buffer_sizes)
{
	struct ndrv_event e[3];

	EXPECT_EQ(-1, read(self->p.fd, e, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->p.fd, e, sizeof(e[0]) - 1));
	EXPECT_EQ(EINVAL, errno);
	NEED_ROOT();
	ASSERT_EQ(0, dev_reset(dev_pci(0)));
	EXPECT_EQ(-1, read(self->p.fd, e, sizeof(e[0]) - 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(sizeof(e[0]), read(self->p.fd, e, sizeof(e[0]) * 3 / 2));
	EXPECT_EQ(NDRV_EVENT_REVOKED, e[0].type);
}

/* What cannot be copied stays. */
TEST_F(events, unwritable_buffer_is_efault)
{
	struct ndrv_event e;
	size_t page = page_up(1);
	uint8_t *two;
	int err;

	NEED_ROOT();
	two = xmmap(-1, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0, &err);
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, mprotect(two + page, page, PROT_NONE));
	ASSERT_EQ(0, dev_reset(dev_pci(0)));
	EXPECT_EQ(-1, read(self->p.fd, two + page, sizeof(e)));
	EXPECT_EQ(EFAULT, errno);
	/* Room for one, and half of the second. */
	EXPECT_EQ(sizeof(e), read(self->p.fd, two + page - sizeof(e) * 3 / 2, 2 * sizeof(e)));
	EXPECT_EQ(NDRV_EVENT_REVOKED,
		  ((struct ndrv_event *)(two + page - sizeof(e) * 3 / 2))->type);
	ASSERT_EQ(sizeof(e), next_but_link(self->p.fd, &e));
	EXPECT_EQ(NDRV_EVENT_RESTORED, e.type);
	munmap(two, 2 * page);
}

static void no_op(int sig)
{
	(void)sig;
}

/* A signal ends a read that sleeps. */
TEST_F(events, signal_is_eintr)
{
	struct sigaction sa = { .sa_handler = no_op };
	struct itimerspec soon = { .it_value.tv_nsec = 50000000, .it_interval.tv_nsec = 50000000 };
	struct ndrv_event e;
	timer_t timer;

	set_nonblock(self->other, false);
	ASSERT_EQ(0, sigaction(SIGALRM, &sa, NULL));
	ASSERT_EQ(0, timer_create(CLOCK_MONOTONIC, NULL, &timer));
	/* Again and again: the first may come before the read sleeps. */
	ASSERT_EQ(0, timer_settime(timer, 0, &soon, NULL));
	EXPECT_EQ(-EINTR, read_event(self->other, &e));
	timer_delete(timer);
}

/* ---- what comes ------------------------------------------------------------------------------ */

TEST_F(events, reset_is_revoked_then_restored)
{
	uint64_t before = self->p.status->generation, t0 = now_ms();
	struct ndrv_event e;

	NEED_ROOT();
	ASSERT_EQ(0, dev_reset(dev_pci(0)));
	EXPECT_EQ(POLLPRI, poll_fd(self->p.fd, POLLPRI, EVENT_MS) & POLLPRI);
	ASSERT_EQ(sizeof(e), next_but_link(self->p.fd, &e));
	EXPECT_EQ(NDRV_EVENT_REVOKED, e.type);
	EXPECT_EQ(NDRV_REASON_ADMIN, e.arg[0]);
	EXPECT_EQ(self->p.qs.out_queue, e.queue);
	EXPECT_EQ(before + 1, e.generation);
	EXPECT_EQ(self->p.status->generation, e.generation);
	EXPECT_GE(e.time_ns / 1000000, t0 - 1);
	EXPECT_LE(e.time_ns / 1000000, now_ms());
	EXPECT_EQ(0, e.arg[1] | e.arg[2] | e.arg[3]);
	ASSERT_EQ(sizeof(e), next_but_link(self->p.fd, &e));
	EXPECT_EQ(NDRV_EVENT_RESTORED, e.type);
	EXPECT_EQ(NDRV_QUEUE_ANY, e.queue);
	EXPECT_EQ(before + 1, e.generation);
	/* It means what it says. */
	EXPECT_EQ(0, port_start(&self->p));
}

/* Whoever has no pair that runs is told that there was a reset, and loses nothing. */
TEST_F(events, idle_and_ready_are_not_revoked)
{
	struct ndrv_event e;

	NEED_ROOT();
	ASSERT_EQ(0, queue_stop(self->p.fd));
	drain(self->p.fd);
	ASSERT_EQ(0, dev_reset(dev_pci(0)));
	ASSERT_EQ(sizeof(e), next_but_link(self->p.fd, &e));
	EXPECT_EQ(NDRV_EVENT_RESTORED, e.type);
	ASSERT_EQ(sizeof(e), next_but_link(self->other, &e));
	EXPECT_EQ(NDRV_EVENT_RESTORED, e.type);
	EXPECT_EQ(NDRV_STATE_READY, self->p.status->state);
}

/* A pair that will not stop costs the others theirs, and they are told why; its owner asked for it. */
TEST_F(events, stuck_neighbour_revokes_with_its_reason)
{
	struct ndrv_queue_setup qs = setup_args();
	struct ndrv_event e;
	int err;

	if (!sim_present() ||
	    (self->p.desc->ring_registers && !sim_port_says(0, "\"trap\":true")))
		SKIP(return, "needs the simulator's stuck queue: an E810 port, or an 82599 port with trap=on");
	qs.queue = 1;
	ASSERT_EQ(0, queue_setup(self->other, &qs));
	ASSERT_EQ(0, queue_start(self->other, NULL));
	ASSERT_EQ(0, sim_command("fault %d stuck-disable 1000", sim_index(0)));
	err = queue_stop(self->other);
	ASSERT_EQ(0, sim_command("fault %d stuck-disable 0", sim_index(0)));
	EXPECT_EQ(-ETIMEDOUT, err);
	ASSERT_EQ(sizeof(e), next_but_link(self->p.fd, &e));
	EXPECT_EQ(NDRV_EVENT_REVOKED, e.type);
	EXPECT_EQ(NDRV_REASON_RESET, e.arg[0]);
	ASSERT_EQ(sizeof(e), next_but_link(self->p.fd, &e));
	EXPECT_EQ(NDRV_EVENT_RESTORED, e.type);
	ASSERT_EQ(sizeof(e), next_but_link(self->other, &e));
	EXPECT_EQ(NDRV_EVENT_RESTORED, e.type);
}

/* 82599 data sheet 331520, 8.2.3.8: the enable of the next receive queue, from the tail of this one */
#define NEXT_DCTL	(0x40 + 0x10)
#define DCTL_ENABLE	0x02000000u

/* What the kernel stops although nobody may run it is an error that every file learns of. */
TEST_F(events, stray_queue_is_an_error)
{
	struct ndrv_event e;

	if (!self->p.desc->ring_registers)
		SKIP(return, "no enable in the doorbell page of this family");
	*(volatile uint32_t *)(self->p.rx_page + self->p.qs.out_rx_tail_off + NEXT_DCTL) =
		DCTL_ENABLE;
	ASSERT_EQ(0, queue_stop(self->p.fd));
	ASSERT_EQ(sizeof(e), next_but_link(self->other, &e));
	EXPECT_EQ(NDRV_EVENT_ERROR, e.type);
	EXPECT_EQ(NDRV_ERROR_STRAY, e.arg[0]);
	EXPECT_EQ(NDRV_QUEUE_ANY, e.queue);
	ASSERT_EQ(sizeof(e), next_but_link(self->p.fd, &e));
	EXPECT_EQ(NDRV_EVENT_ERROR, e.type);
	EXPECT_EQ(0, port_start(&self->p));
}

/* The port's link, up or down, by its cable; true when the kernel has seen it. */
static bool link_becomes(int fd, bool up)
{
	uint64_t end = now_ms() + LINK_MS;
	struct ndrv_link link;

	if (cable(0, up))
		return false;
	do {
		if (!get_link(fd, &link) && link.out_up == up)
			return true;
		sleep_ms(1);
	} while (now_ms() < end);
	return false;
}

/* Each file has a copy of its own. */
TEST_F(events, link_down_and_up)
{
	struct ndrv_event e;
	int i;

	if (!bench_present())
		SKIP(return, "needs somebody who pulls the cable");
	ASSERT_TRUE(link_becomes(self->p.fd, false));
	ASSERT_TRUE(link_becomes(self->p.fd, true));
	for (i = 0; i < 2; i++) {
		int fd = i ? self->other : self->p.fd;

		ASSERT_EQ(sizeof(e), read_event(fd, &e));
		EXPECT_EQ(NDRV_EVENT_LINK, e.type);
		EXPECT_EQ(NDRV_QUEUE_ANY, e.queue);
		EXPECT_EQ(0, e.arg[0]);
		EXPECT_EQ(0, e.arg[1]);
		ASSERT_EQ(sizeof(e), read_event(fd, &e));
		EXPECT_EQ(NDRV_EVENT_LINK, e.type);
		EXPECT_EQ(1, e.arg[0]);
		EXPECT_EQ(self->p.status->link_mbps, e.arg[1]);
		EXPECT_EQ(-EAGAIN, read_event(fd, &e));
	}
}

/* Nobody asks for the link: the event comes by itself, and wakes who sleeps. */
TEST_F(events, link_wakes_a_sleeping_read)
{
	struct ndrv_event e;

	if (!bench_present())
		SKIP(return, "needs somebody who pulls the cable");
	set_nonblock(self->other, false);
	ASSERT_EQ(0, cable(0, false));
	ASSERT_EQ(sizeof(e), read_event(self->other, &e));
	EXPECT_EQ(NDRV_EVENT_LINK, e.type);
	EXPECT_EQ(0, e.arg[0]);
	ASSERT_EQ(0, cable(0, true));
	EXPECT_EQ(POLLPRI, poll_fd(self->other, POLLPRI, EVENT_MS));
	ASSERT_EQ(sizeof(e), read_event(self->other, &e));
	EXPECT_EQ(1, e.arg[0]);
}

/* The oldest are lost, counted, and the loss comes first. Some cards need half a second for a link. */
TEST_F_TIMEOUT(events, unread_events_are_lost_and_counted, 600)
{
	struct ndrv_event e[KEPT + 2];
	const int made = KEPT + 36;
	uint64_t last;
	int i, n;

	if (!bench_present())
		SKIP(return, "needs somebody who pulls the cable");
	for (i = 0; i < made; i++)
		ASSERT_TRUE(link_becomes(self->p.fd, i % 2)) TH_LOG("change %d", i);
	/* In two reads: a short one must not lose its place. */
	ASSERT_EQ(2 * sizeof(e[0]), read(self->p.fd, e, 2 * sizeof(e[0])));
	n = read(self->p.fd, e + 2, sizeof(e) - 2 * sizeof(e[0]));
	ASSERT_EQ((KEPT - 1) * sizeof(e[0]), n);
	EXPECT_EQ(NDRV_EVENT_LOST, e[0].type);
	EXPECT_EQ(made - KEPT, e[0].arg[0]);
	for (i = 1, last = e[0].time_ns; i <= KEPT; i++) {
		EXPECT_EQ(NDRV_EVENT_LINK, e[i].type) TH_LOG("event %d", i);
		EXPECT_EQ((i - 1) % 2, e[i].arg[0]) TH_LOG("event %d", i);
		EXPECT_LE(last, e[i].time_ns) TH_LOG("event %d", i);
		last = e[i].time_ns;
	}
	EXPECT_EQ(-EAGAIN, read_event(self->p.fd, e));
	/* The other file lost the same, for itself. */
	ASSERT_EQ(sizeof(e[0]), read_event(self->other, e));
	EXPECT_EQ(NDRV_EVENT_LOST, e[0].type);
	EXPECT_EQ(made - KEPT, e[0].arg[0]);
	EXPECT_EQ(KEPT, drain(self->other));
}

/* ---- several readers, and the end ------------------------------------------------------------ */

struct reader {
	pthread_t thread;
	int fd;
	unsigned int links, gone, end;
	int err;
};

static void *read_to_the_end(void *arg)
{
	struct reader *r = arg;
	struct ndrv_event e;
	int n;

	while ((n = read_event(r->fd, &e)) == sizeof(e)) {
		r->links += e.type == NDRV_EVENT_LINK;
		r->gone += e.type == NDRV_EVENT_GONE;
	}
	r->end = n == 0;
	r->err = n;
	return NULL;
}

/* Each event to one of those who read one file; GONE to one, the end to all, also of those that sleep. */
TEST_F_TIMEOUT(events, several_readers_and_unbind, 600)
{
	struct reader r[READERS] = {}, alone = { .fd = self->other };
	unsigned int links = 0, gone = 0, i;
	const unsigned int made = 20;
	char pci[32];

	NEED_ROOT();
	strcpy(pci, dev_pci(0));
	set_nonblock(self->p.fd, false);
	set_nonblock(self->other, false);
	ASSERT_EQ(0, pthread_create(&alone.thread, NULL, read_to_the_end, &alone));
	for (i = 0; i < READERS; i++) {
		r[i].fd = self->p.fd;
		ASSERT_EQ(0, pthread_create(&r[i].thread, NULL, read_to_the_end, &r[i]));
	}
	for (i = 0; bench_present() && i < made; i++)
		ASSERT_TRUE(link_becomes(self->p.fd, i % 2)) TH_LOG("change %u", i);
	sleep_ms(50);
	ASSERT_EQ(0, dev_unbind(pci));
	for (i = 0; i < READERS; i++) {
		pthread_join(r[i].thread, NULL);
		EXPECT_EQ(1, r[i].end) TH_LOG("reader %u: %d", i, r[i].err);
		links += r[i].links;
		gone += r[i].gone;
	}
	pthread_join(alone.thread, NULL);
	if (bench_present()) {
		EXPECT_EQ(made, links);
		EXPECT_EQ(made, alone.links);
	}
	EXPECT_EQ(1, gone);
	EXPECT_EQ(1, alone.gone);
	EXPECT_EQ(1, alone.end);
	EXPECT_EQ(0, poll_fd(self->other, POLLPRI, 0) & POLLPRI);
	EXPECT_EQ(POLLERR | POLLHUP, poll_fd(self->other, 0, 0));
	EXPECT_EQ(0, dev_bind(pci, "ndrv"));
}

TEST_F(events, gone_is_the_last)
{
	struct ndrv_event e;
	char pci[32];

	NEED_ROOT();
	strcpy(pci, dev_pci(0));
	ASSERT_EQ(0, dev_unbind(pci));
	ASSERT_EQ(sizeof(e), read_event(self->p.fd, &e));
	EXPECT_EQ(NDRV_EVENT_GONE, e.type);
	EXPECT_EQ(NDRV_QUEUE_ANY, e.queue);
	EXPECT_EQ(self->p.status->generation, e.generation);
	EXPECT_EQ(0, read_event(self->p.fd, &e));
	EXPECT_EQ(0, read_event(self->p.fd, &e));
	EXPECT_EQ(0, dev_bind(pci, "ndrv"));
	/* Another life of the device is none of this file's. */
	EXPECT_EQ(0, read_event(self->p.fd, &e));
}

TEST_HARNESS_MAIN
