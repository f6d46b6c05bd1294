// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life and death of files and devices: unbind and removal under mapped, running queues; descriptors
 * that cross processes; fork; close after the device; a new device after the old
 * (uapi/linux/ndrv.h, "General rules" and "Memory"). Needs root: it unbinds the port.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define DRIVER "ndrv"

FIXTURE(unbind)
{
	char pci[32];
	struct port a;
};

FIXTURE_SETUP(unbind)
{
	self->a.fd = -1;
	NEED_PORTS(1);
	NEED_ROOT();
	strncpy(self->pci, dev_pci(0), sizeof(self->pci) - 1);
	ASSERT_EQ(0, port_setup(&self->a, 0, NULL));
}

/* Whatever happened: the port is bound again for the next test. */
FIXTURE_TEARDOWN(unbind)
{
	if (self->a.fd >= 0)
		port_close(&self->a);
	if (!self->pci[0] || dev_bound_to(self->pci, DRIVER))
		return;
	dev_unbind(self->pci);		/* the stock driver may have been quicker */
	EXPECT_EQ(0, dev_bind(self->pci, DRIVER));
}

#define UNBIND() ASSERT_EQ(0, dev_unbind(self->pci))

/* Every call says ENODEV, whatever state the file was in. */
static int calls_not_enodev(int fd)
{
	struct ndrv_info info;
	struct ndrv_stats stats;
	struct ndrv_link link;
	struct ndrv_rx_mode rm = { .size = sizeof(rm) };
	struct ndrv_queue_setup qs = setup_args();
	struct pool p;
	int n = 0;

	n += get_info(fd, &info) != -ENODEV;
	n += queue_setup(fd, &qs) != -ENODEV;
	n += queue_start(fd, NULL) != -ENODEV;
	n += queue_stop(fd) != -ENODEV;
	n += doorbell(fd, NDRV_DOORBELL_F_TX, 0, 0) != -ENODEV;
	n += pool_create(fd, 4096) != -ENODEV;
	n += pool_attach(fd, 0, &p) != -ENODEV;
	n += pool_detach(fd, 0) != -ENODEV;
	n += xioctl(fd, NDRV_RX_MODE, &rm) != -ENODEV;
	n += get_stats(fd, &stats) != -ENODEV;
	n += get_link(fd, &link) != -ENODEV;
	return n;
}

TEST_F(unbind, running_and_mapped)
{
	uint64_t generation;
	int i, err;

	ASSERT_EQ(0, port_start(&self->a));
	memset(self->a.pool.map, 0x5a, self->a.pool.len);
	self->a.tx[200] = 0x1234;
	generation = self->a.status->generation;
	UNBIND();
	EXPECT_EQ(NDRV_STATE_GONE, self->a.status->state);
	EXPECT_NE(generation, self->a.status->generation);
	EXPECT_EQ(0, self->a.status->link_up);
	EXPECT_EQ(POLLERR | POLLHUP, poll_fd(self->a.fd, POLLIN, 0) & (POLLERR | POLLHUP));
	EXPECT_EQ(0, calls_not_enodev(self->a.fd));
	/* Stores and loads go nowhere, and do not fault. */
	for (i = 0; i < 1000; i++)
		port_tail(&self->a, NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX, i % 256, i % 256);
	(void)*(volatile uint32_t *)(self->a.tx_page + self->a.qs.out_tx_tail_off);
	/* Rings and pool stay what they are: memory. */
	EXPECT_EQ(0x1234, self->a.tx[200]);
	self->a.tx[200] = 0x4321;
	EXPECT_EQ(0x4321, self->a.tx[200]);
	EXPECT_EQ(0x5a, self->a.pool.map[self->a.pool.len - 1]);
	self->a.pool.map[0] = 1;
	EXPECT_EQ(1, self->a.pool.map[0]);
	/* Nothing new can be had. */
	xmmap(self->a.fd, page_up(1), PROT_READ, MAP_SHARED, NDRV_MMAP_STATUS, &err);
	EXPECT_EQ(-ENODEV, err);
	xmmap(self->a.fd, page_up(1), PROT_READ, MAP_SHARED, NDRV_MMAP_TX_DOORBELL, &err);
	EXPECT_EQ(-ENODEV, err);
}

/* A doorbell page that was mapped and never touched must not find the device afterwards either. */
TEST_F(unbind, untouched_doorbell)
{
	ASSERT_EQ(0, queue_start(self->a.fd, NULL));
	UNBIND();
	port_tail(&self->a, NDRV_DOORBELL_F_TX, 0, 7);
	(void)*(volatile uint32_t *)(self->a.rx_page + self->a.qs.out_rx_tail_off);
	EXPECT_EQ(NDRV_STATE_GONE, self->a.status->state);
}

TEST_F(unbind, every_state_becomes_gone)
{
	int idle = dev_open(0), ready = dev_open(0);
	struct ndrv_queue_setup qs = setup_args();

	ASSERT_GE(idle, 0);
	ASSERT_GE(ready, 0);
	qs.queue = NDRV_QUEUE_ANY;
	ASSERT_EQ(0, queue_setup(ready, &qs));
	UNBIND();
	EXPECT_EQ(POLLERR | POLLHUP, poll_fd(idle, POLLIN, 0) & (POLLERR | POLLHUP));
	EXPECT_EQ(POLLERR | POLLHUP, poll_fd(ready, POLLIN, 0) & (POLLERR | POLLHUP));
	EXPECT_EQ(0, calls_not_enodev(idle));
	EXPECT_EQ(0, calls_not_enodev(ready));
	EXPECT_EQ(0, close(idle));
	EXPECT_EQ(0, close(ready));
}

struct sleeper {
	int fd;
	volatile int revents;
};

static void *sleep_in_poll(void *arg)
{
	struct sleeper *s = arg;

	s->revents = poll_fd(s->fd, POLLIN, 20000);
	return NULL;
}

TEST_F(unbind, wakes_who_sleeps_in_poll)
{
	struct sleeper s = { .fd = self->a.fd, .revents = -1 };
	pthread_t thread;
	uint64_t start;

	ASSERT_EQ(0, port_start(&self->a));
	ASSERT_EQ(0, pthread_create(&thread, NULL, sleep_in_poll, &s));
	sleep_ms(200);
	EXPECT_EQ(-1, s.revents) TH_LOG("poll slept");
	start = now_ms();
	UNBIND();
	pthread_join(thread, NULL);
	EXPECT_EQ(POLLERR | POLLHUP, s.revents & (POLLERR | POLLHUP));
	EXPECT_LT(now_ms() - start, 5000);
}

struct hammer {
	struct port *port;
	volatile bool stop;
	volatile uint64_t rounds;
};

static void *ring_doorbells(void *arg)
{
	struct hammer *h = arg;

	for (; !h->stop; h->rounds++)
		port_tail(h->port, NDRV_DOORBELL_F_TX, 0, 0);
	return NULL;
}

/* The page is taken away under a thread that stores to it all the time. */
TEST_F(unbind, under_a_storm_of_doorbells)
{
	struct hammer h = { .port = &self->a };
	pthread_t thread;
	uint64_t before;

	ASSERT_EQ(0, port_start(&self->a));
	ASSERT_EQ(0, pthread_create(&thread, NULL, ring_doorbells, &h));
	sleep_ms(100);
	UNBIND();
	before = h.rounds;
	sleep_ms(100);
	EXPECT_GT(h.rounds, before) TH_LOG("the thread lives on");
	h.stop = true;
	pthread_join(thread, NULL);
}

TEST_F(unbind, rebind_gives_a_new_device)
{
	struct port b;

	ASSERT_EQ(0, port_start(&self->a));
	UNBIND();
	ASSERT_EQ(0, dev_bind(self->pci, DRIVER));
	/* The old file stays dead, */
	EXPECT_EQ(0, calls_not_enodev(self->a.fd));
	EXPECT_EQ(NDRV_STATE_GONE, self->a.status->state);
	port_tail(&self->a, NDRV_DOORBELL_F_TX, 0, 3);
	/* the new one lives, with the same queue. */
	ASSERT_GE(dev_count(), 1);
	ASSERT_EQ(0, port_setup(&b, 0, NULL));
	EXPECT_EQ(0, port_start(&b));
	EXPECT_EQ(NDRV_STATE_RUNNING, b.status->state);
	/* A store to the page of the old one does not reach the new one's registers. */
	port_tail(&self->a, NDRV_DOORBELL_F_RX, 77, 0);
	EXPECT_EQ(port_rx_room(&b), *(volatile uint32_t *)(b.rx_page + b.qs.out_rx_tail_off));
	/* A pool of the old device is memory like any other. */
	EXPECT_EQ(0, pool_attach(b.fd, self->a.pool.fd, &(struct pool){ 0 }));
	port_close(&self->a);
	EXPECT_EQ(NDRV_STATE_RUNNING, b.status->state);
	EXPECT_EQ(0, queue_stop(b.fd));
	port_close(&b);
}

TEST_F(unbind, pool_outlives_the_device)
{
	int fd = dup(self->a.pool.fd), err;
	uint8_t *m;

	memset(self->a.pool.map, 0x3c, 4096);
	UNBIND();
	port_close(&self->a);
	m = xmmap(fd, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0, &err);
	ASSERT_EQ(0, err);
	EXPECT_EQ(0x3c, m[4095]);
	close(fd);
	EXPECT_EQ(0x3c, m[0]);
}

/* PCI removal instead of unbind: as a hot-plug slot does it. */
TEST_F(unbind, pci_remove_and_rescan)
{
	char path[128];
	int fd;

	ASSERT_EQ(0, port_start(&self->a));
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove", self->pci);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(1, write(fd, "1", 1));
	close(fd);
	EXPECT_EQ(NDRV_STATE_GONE, self->a.status->state);
	EXPECT_EQ(0, calls_not_enodev(self->a.fd));
	port_tail(&self->a, NDRV_DOORBELL_F_TX, 0, 3);
	fd = open("/sys/bus/pci/rescan", O_WRONLY | O_CLOEXEC);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(1, write(fd, "1", 1));
	close(fd);
	/* The teardown binds what came back. */
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", self->pci);
	EXPECT_EQ(0, access(path, F_OK));
}

FIXTURE(file) { struct port a; };

FIXTURE_SETUP(file)
{
	self->a.fd = -1;
	NEED_PORTS(1);
	ASSERT_EQ(0, port_setup(&self->a, 0, NULL));
	ASSERT_EQ(0, port_start(&self->a));
}

FIXTURE_TEARDOWN(file)
{
	if (self->a.fd >= 0)
		port_close(&self->a);
}

static bool queue0_is_free(void)
{
	struct ndrv_queue_setup qs = setup_args();
	int fd = dev_open(0), err;

	if (fd < 0)
		return false;
	err = queue_setup(fd, &qs);
	close(fd);
	return !err;
}

/* The pair lives as long as any reference to the file does, a mapping included. */
TEST_F(file, mappings_keep_the_pair)
{
	const volatile struct ndrv_status *status = self->a.status;
	int fd = self->a.fd;

	close(fd);
	self->a.fd = -1;
	EXPECT_EQ(NDRV_STATE_RUNNING, status->state);
	EXPECT_FALSE(queue0_is_free());
	port_close(&self->a);
	EXPECT_TRUE(queue0_is_free());
}

TEST_F(file, dup_keeps_the_pair)
{
	int fd = dup(self->a.fd);

	port_close(&self->a);
	EXPECT_FALSE(queue0_is_free());
	close(fd);
	EXPECT_TRUE(queue0_is_free());
}

/* The descriptor goes with fork (unless closed on exec), the mappings do not: see also mmap.c. */
TEST_F(file, child_has_the_file_only)
{
	int status, c[2];
	pid_t pid;
	char x;

	ASSERT_EQ(0, pipe(c));
	pid = fork();
	if (!pid) {
		struct ndrv_info info;

		_exit(get_info(self->a.fd, &info) || read(c[0], &x, 1) != 1 ? 1 : 0);
	}
	EXPECT_EQ(NDRV_STATE_RUNNING, self->a.status->state);
	port_close(&self->a);
	EXPECT_FALSE(queue0_is_free()) TH_LOG("the child holds it");
	ASSERT_EQ(1, write(c[1], "x", 1));
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
	EXPECT_TRUE(queue0_is_free());
}

TEST_F(file, exec_closes_it)
{
	char path[64];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->a.fd);
	pid = fork();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", "test ! -e $0", path, NULL);
		_exit(2);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

/* Another process takes over: it maps the rings of the pair that it was sent, and sees its state. */
TEST_F(file, crosses_processes_by_scm_rights)
{
	char c = 'f', room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec io = { &c, 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = room,
			    .msg_controllen = sizeof(room) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&m);
	int sock[2], status, fd, err;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	pid = fork();
	if (!pid) {
		const volatile struct ndrv_status *st;

		close(self->a.fd);
		if (recvmsg(sock[1], &m, 0) != 1)
			_exit(1);
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
		st = xmmap(fd, page_up(1), PROT_READ, MAP_SHARED, NDRV_MMAP_STATUS, &err);
		if (err || st->state != NDRV_STATE_RUNNING)
			_exit(2);
		_exit(queue_stop(fd) ? 3 : 0);
	}
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &self->a.fd, sizeof(int));
	ASSERT_EQ(1, sendmsg(sock[0], &m, 0));
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
	EXPECT_EQ(NDRV_STATE_READY, self->a.status->state) TH_LOG("the other process stopped it");
}

static int start_and_die(unsigned int ms)
{
	int status, ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		return -errno;
	pid = fork();
	if (!pid) {
		struct port p;

		if (port_setup(&p, 0, NULL) || port_start(&p) || write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			port_tail(&p, NDRV_DOORBELL_F_RX, port_rx_room(&p), 0);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		return -EIO;
	close(ready[0]);
	sleep_ms(ms);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 0 : -EIO;
}

/* When the killed process is reaped, its pair is stopped and free. */
TEST(kill_frees_the_pair_at_once)
{
	int i;

	NEED_PORTS(1);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, start_and_die(i * 7));
		if (sim_present())
			EXPECT_TRUE(sim_port_says(0, "\"queues\":[]")) TH_LOG("round %d", i);
		EXPECT_TRUE(queue0_is_free()) TH_LOG("round %d", i);
	}
	if (sim_present())
		EXPECT_EQ(0, sim_counter(0, "dma_after_stop"));
}

TEST_HARNESS_MAIN
