// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands through io_uring (uapi/linux/ndrv.h, NDRV_URING_*): doorbells of two pairs in one
 * submission, ARM, and a WAIT on each of the ways that it can end: packet, CANCEL, stop, reset, unbind,
 * close of the ring, death of the process. A WAIT that stayed behind would keep its queue, so each of
 * these ends with the queue given to another file. Two ports on a cable.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <liburing.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define END_MS		MS(10000)	/* what takes longer does not happen */
#define FRAME_LEN	64

FIXTURE(uring) { struct port a, b; struct io_uring ring; bool has_ring; };

FIXTURE_SETUP(uring)
{
	struct ndrv_queue_setup qs = setup_args();

	self->a.fd = self->b.fd = -1;
	NEED_PORTS(2);
	/* No mapped doorbells: with the mappings gone, closing the file is closing the file. */
	qs.flags = NDRV_QUEUE_F_KERNEL_DOORBELL;
	ASSERT_EQ(0, port_setup(&self->a, 0, &qs));
	ASSERT_EQ(0, port_setup(&self->b, 1, &qs));
	ASSERT_EQ(0, port_start(&self->a));
	ASSERT_EQ(0, port_start(&self->b));
	ASSERT_EQ(0, port_wait_link(&self->a, LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->b, LINK_MS));
	ASSERT_EQ(0, io_uring_queue_init(8, &self->ring, 0));
	self->has_ring = true;
}

FIXTURE_TEARDOWN(uring)
{
	if (self->has_ring)
		io_uring_queue_exit(&self->ring);
	if (self->a.fd >= 0)
		port_close(&self->a);
	if (self->b.fd >= 0)
		port_close(&self->b);
}

#define NEED_WAIT() do {							\
	if (!(self->b.info.out_features & NDRV_FEAT_URING_WAIT))		\
		SKIP(return, "this kernel cannot cancel commands (before 6.7), or no interrupts"); \
} while (0)

static void prep(struct io_uring *ring, int fd, uint32_t op, struct ndrv_uring arg, uint64_t data)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	io_uring_prep_rw(IORING_OP_URING_CMD, sqe, fd, NULL, 0, 0);
	sqe->cmd_op = op;
	memcpy(sqe->cmd, &arg, sizeof(arg));
	io_uring_sqe_set_data64(sqe, data);
}

/* The result of the next completion; INT_MIN: there is none in time. */
static int next_res(struct io_uring *ring, uint64_t *data, unsigned int ms)
{
	struct __kernel_timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000LL };
	struct io_uring_cqe *cqe;
	int res;

	if (io_uring_wait_cqe_timeout(ring, &cqe, &ts))
		return INT_MIN;
	res = cqe->res;
	if (data)
		*data = io_uring_cqe_get_data64(cqe);
	io_uring_cqe_seen(ring, cqe);
	return res;
}

/* One command, and its result. */
static int command(struct io_uring *ring, int fd, uint32_t op, struct ndrv_uring arg)
{
	prep(ring, fd, op, arg, 0);
	if (io_uring_submit(ring) != 1)
		return INT_MIN;
	return next_res(ring, NULL, END_MS);
}

/* A WAIT that does not end at once; its completion carries @data. */
static int start_wait(struct io_uring *ring, int fd, uint32_t sides, uint64_t data)
{
	struct io_uring_cqe *cqe;
	int i;

	/* What is late of earlier messages may end it in vain. */
	for (i = 0; i < 100; i++) {
		prep(ring, fd, NDRV_URING_WAIT, (struct ndrv_uring){ .flags = sides }, data);
		if (io_uring_submit(ring) != 1)
			return -EIO;
		sleep_ms(5);
		if (io_uring_peek_cqe(ring, &cqe))
			return 0;
		if (cqe->res < 0)
			return cqe->res;
		io_uring_cqe_seen(ring, cqe);
	}
	return -EBUSY;
}

static int send_seq(struct port *from, const struct port *to, uint64_t seq)
{
	uint8_t frame[FRAME_LEN];

	frame_fill(frame, sizeof(frame), to->info.out_mac, from->info.out_mac, seq);
	return port_send(from, frame, sizeof(frame));
}

TEST_F(uring, errnos)
{
	struct ndrv_uring rx = { .flags = NDRV_ARM_RX };
	int fd = dev_open(0);

	ASSERT_GE(fd, 0);
	EXPECT_EQ(-ENXIO, command(&self->ring, fd, NDRV_URING_ARM, rx));
	EXPECT_EQ(-ENXIO, command(&self->ring, fd, NDRV_URING_DOORBELL, rx));
	close(fd);
	fd = self->a.fd;
	EXPECT_EQ(-ENOTTY, command(&self->ring, fd, NDRV_ARM, rx));
	EXPECT_EQ(-ENOTTY, command(&self->ring, fd, _IO(NDRV_TYPE, 0x4f), rx));
	EXPECT_EQ(-EINVAL, command(&self->ring, fd, NDRV_URING_ARM, (struct ndrv_uring){}));
	rx.__reserved = 1;
	EXPECT_EQ(-EINVAL, command(&self->ring, fd, NDRV_URING_ARM, rx));
	EXPECT_EQ(-EINVAL, command(&self->ring, fd, NDRV_URING_DOORBELL, rx));
	rx = (struct ndrv_uring){ .flags = NDRV_ARM_RX, .rx_tail = 1 };
	EXPECT_EQ(-EINVAL, command(&self->ring, fd, NDRV_URING_ARM, rx));
	rx = (struct ndrv_uring){ .flags = 1U << 2 };
	EXPECT_EQ(-EOPNOTSUPP, command(&self->ring, fd, NDRV_URING_ARM, rx));
	EXPECT_EQ(-EOPNOTSUPP, command(&self->ring, fd, NDRV_URING_DOORBELL, rx));
	rx = (struct ndrv_uring){ .flags = NDRV_DOORBELL_F_TX, .tx_tail = self->a.qs.tx_entries };
	EXPECT_EQ(-ERANGE, command(&self->ring, fd, NDRV_URING_DOORBELL, rx));
	ASSERT_EQ(0, queue_stop(fd));
	rx = (struct ndrv_uring){ .flags = NDRV_ARM_RX };
	EXPECT_EQ(-EPIPE, command(&self->ring, fd, NDRV_URING_ARM, rx));
	EXPECT_EQ(-EPIPE, command(&self->ring, fd, NDRV_URING_DOORBELL, rx));
}

TEST_F(uring, wait_works_or_says_that_it_does_not)
{
	struct ndrv_uring rx = { .flags = NDRV_ARM_RX };

	if (self->b.info.out_features & NDRV_FEAT_URING_WAIT) {
		EXPECT_EQ(-ENOENT, command(&self->ring, self->b.fd, NDRV_URING_CANCEL,
					   (struct ndrv_uring){}));
		EXPECT_EQ(-EOPNOTSUPP, command(&self->ring, self->b.fd, NDRV_URING_CANCEL, rx));
		ASSERT_EQ(0, queue_stop(self->b.fd));
		EXPECT_EQ(-EPIPE, command(&self->ring, self->b.fd, NDRV_URING_WAIT, rx));
	} else {
		EXPECT_EQ(-EOPNOTSUPP, command(&self->ring, self->b.fd, NDRV_URING_WAIT, rx));
		EXPECT_EQ(-EOPNOTSUPP, command(&self->ring, self->b.fd, NDRV_URING_CANCEL,
					       (struct ndrv_uring){}));
	}
}

/* The frame is in the ring, and the tail has not moved. */
static void put_frame(struct port *from, const struct port *to, uint64_t seq)
{
	uint64_t off = (from->qs.rx_entries + from->tx_pos % from->qs.tx_entries) *
		       (uint64_t)SLOT_BYTES;

	frame_fill(from->pool.map + off, FRAME_LEN, to->info.out_mac, from->info.out_mac, seq);
	port_tx_desc(from, pool_iova(&from->pool, off), FRAME_LEN);
}

TEST_F(uring, two_doorbells_in_one_submission)
{
	struct ndrv_queue_setup qs = setup_args();
	bool seen[2] = {};
	struct port other;
	uint8_t in[SLOT_BYTES];
	unsigned int i;

	qs.flags = NDRV_QUEUE_F_KERNEL_DOORBELL;
	qs.queue = 1;
	ASSERT_EQ(0, port_setup(&other, 0, &qs));
	ASSERT_EQ(0, port_start(&other));
	put_frame(&self->a, &self->b, 0);
	put_frame(&other, &self->b, 1);
	EXPECT_EQ(0, port_recv(&self->b, in, sizeof(in), 50)) TH_LOG("nothing is published");
	prep(&self->ring, self->a.fd, NDRV_URING_DOORBELL,
	     (struct ndrv_uring){ .flags = NDRV_DOORBELL_F_TX, .tx_tail = 1 }, 0);
	prep(&self->ring, other.fd, NDRV_URING_DOORBELL,
	     (struct ndrv_uring){ .flags = NDRV_DOORBELL_F_TX, .tx_tail = 1 }, 1);
	ASSERT_EQ(2, io_uring_submit(&self->ring));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, next_res(&self->ring, NULL, END_MS));
		ASSERT_EQ(FRAME_LEN, port_recv(&self->b, in, sizeof(in), END_MS));
		ASSERT_LT(frame_seq(in), 2);
		seen[frame_seq(in)] = true;
	}
	EXPECT_TRUE(seen[0] && seen[1]);
	port_close(&other);
}

TEST_F(uring, arm_then_poll)
{
	struct ndrv_uring rx = { .flags = NDRV_ARM_RX };
	uint8_t in[SLOT_BYTES];

	ASSERT_EQ(0, command(&self->ring, self->b.fd, NDRV_URING_ARM, rx));
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 3));
	EXPECT_EQ(POLLIN, poll_fd(self->b.fd, POLLIN, END_MS));
	EXPECT_EQ(FRAME_LEN, port_recv(&self->b, in, sizeof(in), END_MS));
}

TEST_F(uring, packet_ends_wait)
{
	uint8_t in[SLOT_BYTES];
	uint64_t data = 0;
	int i;

	NEED_WAIT();
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, start_wait(&self->ring, self->b.fd, NDRV_ARM_RX, 7));
		ASSERT_EQ(0, send_seq(&self->a, &self->b, i));
		EXPECT_EQ(NDRV_ARM_RX, next_res(&self->ring, &data, END_MS));
		EXPECT_EQ(7, data);
		EXPECT_EQ(FRAME_LEN, port_recv(&self->b, in, sizeof(in), END_MS));
	}
	/* And is reported by poll as well. */
	EXPECT_EQ(POLLIN, poll_fd(self->b.fd, POLLIN, 0));
}

TEST_F(uring, second_wait_ebusy_and_cancel)
{
	uint64_t data[2] = {};
	int res[2], i;

	NEED_WAIT();
	ASSERT_EQ(0, start_wait(&self->ring, self->b.fd, NDRV_ARM_RX, 1));
	EXPECT_EQ(-EBUSY, command(&self->ring, self->b.fd, NDRV_URING_WAIT,
				  (struct ndrv_uring){ .flags = NDRV_ARM_TX }));
	prep(&self->ring, self->b.fd, NDRV_URING_CANCEL, (struct ndrv_uring){}, 2);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	for (i = 0; i < 2; i++)
		res[i] = next_res(&self->ring, &data[i], END_MS);
	EXPECT_EQ(3, data[0] + data[1]);
	EXPECT_EQ(-ECANCELED, res[data[0] == 1 ? 0 : 1]);
	EXPECT_EQ(0, res[data[0] == 1 ? 1 : 0]);
	/* The next one is welcome. */
	ASSERT_EQ(0, start_wait(&self->ring, self->b.fd, NDRV_ARM_RX, 1));
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 1));
	EXPECT_EQ(NDRV_ARM_RX, next_res(&self->ring, NULL, END_MS));
}

TEST_F(uring, stop_ends_wait_estale)
{
	NEED_WAIT();
	ASSERT_EQ(0, start_wait(&self->ring, self->b.fd, NDRV_ARM_RX, 1));
	ASSERT_EQ(0, queue_stop(self->b.fd));
	EXPECT_EQ(-ESTALE, next_res(&self->ring, NULL, END_MS));
}

TEST_F(uring, reset_ends_wait_estale)
{
	NEED_WAIT();
	NEED_ROOT();
	ASSERT_EQ(0, start_wait(&self->ring, self->b.fd, NDRV_ARM_RX, 1));
	ASSERT_EQ(0, dev_reset(dev_pci(1)));
	EXPECT_EQ(-ESTALE, next_res(&self->ring, NULL, END_MS));
	ASSERT_EQ(0, port_start(&self->b));
	ASSERT_EQ(0, port_wait_link(&self->b, LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->a, LINK_MS));
	ASSERT_EQ(0, start_wait(&self->ring, self->b.fd, NDRV_ARM_RX, 1));
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 1));
	EXPECT_EQ(NDRV_ARM_RX, next_res(&self->ring, NULL, END_MS));
}

TEST_F(uring, unbind_ends_wait_enodev)
{
	char pci[32] = "";

	NEED_WAIT();
	NEED_ROOT();
	strncpy(pci, dev_pci(1), sizeof(pci) - 1);
	ASSERT_EQ(0, start_wait(&self->ring, self->b.fd, NDRV_ARM_RX | NDRV_ARM_TX, 1));
	ASSERT_EQ(0, dev_unbind(pci));
	EXPECT_EQ(-ENODEV, next_res(&self->ring, NULL, END_MS));
	EXPECT_EQ(-ENODEV, command(&self->ring, self->b.fd, NDRV_URING_ARM,
				   (struct ndrv_uring){ .flags = NDRV_ARM_RX }));
	EXPECT_EQ(-ENODEV, command(&self->ring, self->b.fd, NDRV_URING_WAIT,
				   (struct ndrv_uring){ .flags = NDRV_ARM_RX }));
	EXPECT_EQ(-ENODEV, command(&self->ring, self->b.fd, NDRV_URING_CANCEL,
				   (struct ndrv_uring){}));
	dev_unbind(pci);		/* the stock driver may have been quicker */
	EXPECT_EQ(0, dev_bind(pci, "ndrv"));
}

/* Queue 0 of port 1 can be had by another file: nothing holds the old one any more. */
static int queue_gets_free(void)
{
	uint64_t end = now_ms() + END_MS;
	struct ndrv_queue_setup qs;
	int fd, err;

	do {
		fd = dev_open(1);
		if (fd < 0)
			return fd;
		qs = setup_args();
		err = queue_setup(fd, &qs);
		close(fd);
		if (err != -EBUSY)
			return err;
		sleep_ms(10);
	} while (now_ms() < end);
	return -EBUSY;
}

TEST_F(uring, close_of_the_ring_ends_wait)
{
	NEED_WAIT();
	ASSERT_EQ(0, start_wait(&self->ring, self->b.fd, NDRV_ARM_RX, 1));
	port_close(&self->b);
	io_uring_queue_exit(&self->ring);
	self->has_ring = false;
	EXPECT_EQ(0, queue_gets_free());
}

/* The file is closed first: the WAIT keeps the pair running, and a packet still ends it. */
TEST_F(uring, wait_outlives_close)
{
	NEED_WAIT();
	ASSERT_EQ(0, start_wait(&self->ring, self->b.fd, NDRV_ARM_RX, 1));
	port_close(&self->b);
	ASSERT_EQ(0, send_seq(&self->a, &self->b, 1));
	EXPECT_EQ(NDRV_ARM_RX, next_res(&self->ring, NULL, END_MS));
	EXPECT_EQ(0, queue_gets_free());
}

/* The child that waits is killed at a random moment, also between its waits. */
TEST_F_TIMEOUT(uring, kill_ends_wait, 600)
{
	unsigned int seed = (unsigned int)now_ms(), i;

	NEED_WAIT();
	TH_LOG("seed %u", seed);
	port_close(&self->b);
	for (i = 0; i < 10; i++) {
		struct ndrv_queue_setup qs = setup_args();
		struct io_uring ring;
		struct port p;
		int status;
		pid_t pid;

		pid = fork();
		ASSERT_GE(pid, 0);
		if (!pid) {
			io_uring_queue_exit(&self->ring);
			if (port_setup(&p, 1, &qs) || port_start(&p) ||
			    io_uring_queue_init(8, &ring, 0))
				_exit(1);
			for (;;) {
				struct ndrv_uring rx = { .flags = NDRV_ARM_RX };

				prep(&ring, p.fd, NDRV_URING_WAIT, rx, 1);
				io_uring_submit(&ring);
				next_res(&ring, NULL, 20);
				prep(&ring, p.fd, NDRV_URING_CANCEL, (struct ndrv_uring){}, 2);
				io_uring_submit(&ring);
				while (next_res(&ring, NULL, 1) != INT_MIN)
					;
			}
		}
		sleep_ms(100 + rand_r(&seed) % 100);
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_TRUE(WIFSIGNALED(status)) TH_LOG("it left by itself: %x", status);
		ASSERT_EQ(0, queue_gets_free()) TH_LOG("round %u", i);
	}
}

TEST_HARNESS_MAIN
