// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of the commands of io_uring (NDRV_URING_*), as values.c has them of ioctls: every field of every
 * command, every command in every state of the file, in every kind of ring, and what of the SQE is not
 * theirs. One macro line each; host/ioctl-rows.sh finds what is missing.
 */
#include "kselftest_harness.h"
#include "calls.h"

#include <errno.h>
#include <limits.h>
#include <liburing.h>

#define END_MS	10000

struct facts {
	struct ndrv_info info;
	uint32_t rx_entries, tx_entries;
};

#define OK	0

/* ---- what each field may hold -------------------------------------------------------------------- */

static int zero(const struct facts *f, uint32_t v)
{
	return v ? EINVAL : OK;
}

/* The tail of the receive side is not 0. */
static int bell_flags(const struct facts *f, uint32_t v)
{
	if (v & ~(NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX))
		return EOPNOTSUPP;
	return v & NDRV_DOORBELL_F_RX ? OK : EINVAL;
}

static int rx_tail(const struct facts *f, uint32_t v)
{
	return v < f->rx_entries ? OK : ERANGE;
}

static int arm_flags(const struct facts *f, uint32_t v)
{
	if (v & ~(NDRV_ARM_RX | NDRV_ARM_TX))
		return EOPNOTSUPP;
	return v ? OK : EINVAL;
}

/* There is nothing to cancel: that is what it gives with its field as it is. */
static int no_flags(const struct facts *f, uint32_t v)
{
	return v ? EOPNOTSUPP : OK;
}

struct field {
	const char *name, *what;
	uint32_t cmd;
	unsigned int off;
	int (*expect)(const struct facts *f, uint32_t v);
};

#define FIELD(call, type, member, expect) \
	{ #call, #member, call, offsetof(struct type, member), expect }

static const struct field fields[] = {
	FIELD(NDRV_URING_DOORBELL, ndrv_uring, flags, bell_flags),
	FIELD(NDRV_URING_DOORBELL, ndrv_uring, rx_tail, rx_tail),
	FIELD(NDRV_URING_DOORBELL, ndrv_uring, tx_tail, zero),
	FIELD(NDRV_URING_DOORBELL, ndrv_uring, __reserved, zero),
	FIELD(NDRV_URING_ARM, ndrv_uring, flags, arm_flags),
	FIELD(NDRV_URING_ARM, ndrv_uring, rx_tail, zero),
	FIELD(NDRV_URING_ARM, ndrv_uring, tx_tail, zero),
	FIELD(NDRV_URING_ARM, ndrv_uring, __reserved, zero),
	FIELD(NDRV_URING_WAIT, ndrv_uring, flags, arm_flags),
	FIELD(NDRV_URING_WAIT, ndrv_uring, rx_tail, zero),
	FIELD(NDRV_URING_WAIT, ndrv_uring, tx_tail, zero),
	FIELD(NDRV_URING_WAIT, ndrv_uring, __reserved, zero),
	FIELD(NDRV_URING_CANCEL, ndrv_uring, flags, no_flags),
	FIELD(NDRV_URING_CANCEL, ndrv_uring, rx_tail, zero),
	FIELD(NDRV_URING_CANCEL, ndrv_uring, tx_tail, zero),
	FIELD(NDRV_URING_CANCEL, ndrv_uring, __reserved, zero),
};

/* IDLE, READY, RUNNING, REVOKED, GONE. */
#define IN_STATES(call, flags, idle, ready, running, revoked) \
	{ #call, call, flags, { idle, ready, running, revoked, ENODEV } }

static const struct state_row {
	const char *name;
	uint32_t cmd, flags;
	int in[NDRV_STATE_GONE + 1];
} state_rows[] = {
	IN_STATES(NDRV_URING_DOORBELL, NDRV_DOORBELL_F_RX, ENXIO, EPIPE, 0, EPIPE),
	IN_STATES(NDRV_URING_ARM, NDRV_ARM_RX, ENXIO, EPIPE, 0, EPIPE),
	IN_STATES(NDRV_URING_WAIT, NDRV_ARM_RX, ENXIO, EPIPE, 0, EPIPE),
	IN_STATES(NDRV_URING_CANCEL, 0, ENOENT, ENOENT, ENOENT, ENOENT),
};

/* ---- a ring of some kind ------------------------------------------------------------------------- */

FIXTURE(ring) { struct io_uring ring; bool has_ring; int fd; struct facts f; };
FIXTURE_VARIANT(ring) { unsigned int flags, sqe_flags; bool refused; };

#define RING(what, ...) FIXTURE_VARIANT_ADD(ring, what) { __VA_ARGS__ }
RING(plain);
RING(sqe128, .flags = IORING_SETUP_SQE128);
RING(cqe32, .flags = IORING_SETUP_CQE32);
RING(sqpoll, .flags = IORING_SETUP_SQPOLL);
RING(in_task, .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
RING(worker, .sqe_flags = IOSQE_ASYNC);
/* There is nothing to poll for. */
RING(iopoll, .flags = IORING_SETUP_IOPOLL, .refused = true);

FIXTURE_SETUP(ring)
{
	struct ndrv_queue_setup qs = setup_args();
	int err;

	self->fd = -1;
	NEED_PORTS(1);
	self->f.rx_entries = qs.rx_entries;
	self->f.tx_entries = qs.tx_entries;
	err = io_uring_queue_init(8, &self->ring, variant->flags);
	if (err == -EINVAL)
		SKIP(return, "this kernel has no such ring");
	ASSERT_EQ(0, err);
	self->has_ring = true;
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, get_info(self->fd, &self->f.info));
}

FIXTURE_TEARDOWN(ring)
{
	if (self->has_ring)
		io_uring_queue_exit(&self->ring);
	if (self->fd >= 0)
		close(self->fd);
}

static struct io_uring_sqe *prep(struct io_uring *ring, unsigned int sqe_flags, int fd, uint32_t op,
				 const struct ndrv_uring *arg)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	if (!sqe)
		return NULL;
	io_uring_prep_rw(IORING_OP_URING_CMD, sqe, fd, NULL, 0, 0);
	sqe->cmd_op = op;
	sqe->flags |= sqe_flags;
	memcpy(sqe->cmd, arg, sizeof(*arg));
	io_uring_sqe_set_data64(sqe, op);
	return sqe;
}

static int result(struct io_uring *ring, uint64_t *data, unsigned int ms)
{
	struct __kernel_timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000LL };
	struct io_uring_cqe *cqe;
	int res;

	if (io_uring_wait_cqe_timeout(ring, &cqe, &ts))
		return INT_MIN;
	res = cqe->res;
	*data = io_uring_cqe_get_data64(cqe);
	io_uring_cqe_seen(ring, cqe);
	return res;
}

/*
 * A WAIT that has been submitted is cancelled until it is done: a worker, or the thread that looks at
 * the ring, may not have begun with it. Being cancelled is its success.
 */
static int cancelled(struct io_uring *ring, unsigned int sqe_flags, int fd)
{
	const struct ndrv_uring none = {};
	bool cancelling = false, done = false;
	int i, res, ret = -ETIMEDOUT;
	uint64_t op;

	for (i = 0; i < END_MS && (!done || cancelling); i++) {
		res = result(ring, &op, 1);
		if (res != INT_MIN && op == NDRV_URING_CANCEL) {
			cancelling = false;
		} else if (res != INT_MIN) {
			done = true;
			ret = res > 0 || res == -ECANCELED ? 0 : res;
		} else if (!cancelling && !done) {
			prep(ring, sqe_flags, fd, NDRV_URING_CANCEL, &none);
			if (io_uring_submit(ring) < 1)
				return INT_MIN;
			cancelling = true;
		}
	}
	return ret;
}

/* Submits what is prepared. The thread that looks at the ring may have more to do than this. */
static int finish(struct io_uring *ring, unsigned int sqe_flags, int fd, bool waits)
{
	uint64_t op;

	if (io_uring_submit(ring) < 1)
		return INT_MIN;
	return waits ? cancelled(ring, sqe_flags, fd) : result(ring, &op, END_MS);
}

static int command(struct io_uring *ring, unsigned int sqe_flags, int fd, uint32_t op,
		   const struct ndrv_uring *arg)
{
	if (!prep(ring, sqe_flags, fd, op, arg))
		return INT_MIN;
	return finish(ring, sqe_flags, fd, op == NDRV_URING_WAIT);
}

/* This card, or this kernel, has it. */
static bool has(const struct facts *f, uint32_t cmd)
{
	if (cmd == NDRV_URING_WAIT || cmd == NDRV_URING_CANCEL)
		return f->info.out_features & NDRV_FEAT_URING_WAIT;
	return cmd != NDRV_URING_ARM || f->info.out_features & NDRV_FEAT_WAIT;
}

static struct ndrv_uring good(uint32_t cmd)
{
	if (cmd == NDRV_URING_DOORBELL)
		return (struct ndrv_uring){ .flags = NDRV_DOORBELL_F_RX, .rx_tail = 8 };
	return (struct ndrv_uring){ .flags = cmd == NDRV_URING_CANCEL ? 0 : NDRV_ARM_RX };
}

static const uint32_t values[] = {
	0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 31, 32, 63, 64, 127, 128, 254, 255, 256, 257, 511, 512,
	1023, 1024, 4095, 4096, 8191, 8192, 0xffff, 0x10000, 0xffffff, 0x1000000, 0x3fffffff,
	0x40000000, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
};

TEST_F_TIMEOUT(ring, each_value_has_its_documented_answer, 600)
{
	const struct field *field;
	struct ndrv_queue_get before, after;
	unsigned int i, n = 0;

	ASSERT_EQ(0, call_state(self->fd, NDRV_STATE_RUNNING, 0));
	for (field = fields; field < fields + sizeof(fields) / sizeof(fields[0]); field++) {
		int base = field->cmd == NDRV_URING_CANCEL ? -ENOENT : 0;

		if (!has(&self->f, field->cmd))
			continue;
		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			struct ndrv_uring arg = good(field->cmd);
			int want, res;

			memcpy((uint8_t *)&arg + field->off, &values[i], sizeof(values[i]));
			want = field->expect(&self->f, values[i]) ?
			       -field->expect(&self->f, values[i]) : base;
			if (variant->refused)
				want = -EOPNOTSUPP;
			ASSERT_EQ(0, queue_get(self->fd, &before));
			res = command(&self->ring, variant->sqe_flags, self->fd, field->cmd, &arg);
			ASSERT_EQ(want, res) TH_LOG("%s.%s = 0x%x", field->name, field->what,
						    values[i]);
			ASSERT_EQ(0, queue_get(self->fd, &after));
			before.out_interrupts = after.out_interrupts;
			ASSERT_EQ(0, memcmp(&before, &after, sizeof(before)))
				TH_LOG("%s.%s = 0x%x changed the pair", field->name, field->what,
				       values[i]);
			n++;
		}
	}
	ASSERT_GT(n, 0);
	TH_LOG("%u commands", n);
}

TEST_F(ring, unknown_command_is_enotty)
{
	const struct ndrv_uring none = {};
	unsigned int nr, i;

	ASSERT_EQ(0, call_state(self->fd, NDRV_STATE_RUNNING, 0));
	for (nr = 0; nr < 256; nr++) {
		uint32_t others[] = { _IO(NDRV_TYPE, nr), _IO(NDRV_TYPE + 1, nr), nr,
				      _IOW(NDRV_TYPE, nr, struct ndrv_uring) };

		for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
			unsigned int k;
			bool known = false;

			for (k = 0; k < sizeof(state_rows) / sizeof(state_rows[0]); k++)
				known |= state_rows[k].cmd == others[i];
			if (known)
				continue;
			ASSERT_EQ(variant->refused ? -EOPNOTSUPP : -ENOTTY,
				  command(&self->ring, variant->sqe_flags, self->fd, others[i],
					  &none)) TH_LOG("0x%x", others[i]);
		}
	}
}

/* Flags that belong to io_uring, which knows none of these. */
TEST_F(ring, flags_of_the_operation_are_refused)
{
	struct ndrv_uring arg = good(NDRV_URING_DOORBELL);
	unsigned int bit;

	ASSERT_EQ(0, call_state(self->fd, NDRV_STATE_RUNNING, 0));
	for (bit = 8; bit < 31; bit++) {
		struct io_uring_sqe *sqe = prep(&self->ring, variant->sqe_flags, self->fd,
						NDRV_URING_DOORBELL, &arg);

		sqe->rw_flags = 1U << bit;
		EXPECT_EQ(-EINVAL, finish(&self->ring, variant->sqe_flags, self->fd, false))
			TH_LOG("bit %u", bit);
	}
	EXPECT_EQ(variant->refused ? -EOPNOTSUPP : 0,
		  command(&self->ring, variant->sqe_flags, self->fd, NDRV_URING_DOORBELL, &arg));
}

TEST_F_TIMEOUT(ring, every_state, 600)
{
	char pci[32] = "";
	unsigned int state, i;

	strncpy(pci, dev_pci(0), sizeof(pci) - 1);
	for (state = NDRV_STATE_IDLE; state <= NDRV_STATE_GONE; state++) {
		if (state >= NDRV_STATE_REVOKED && geteuid() != 0)
			break;
		if (state == NDRV_STATE_READY)
			ASSERT_EQ(0, call_state(self->fd, NDRV_STATE_READY, 0));
		if (state == NDRV_STATE_RUNNING)
			ASSERT_EQ(0, queue_start(self->fd, NULL));
		if (state == NDRV_STATE_REVOKED)
			ASSERT_EQ(0, dev_reset(pci));
		if (state == NDRV_STATE_GONE)
			ASSERT_EQ(0, dev_unbind(pci));
		for (i = 0; i < sizeof(state_rows) / sizeof(state_rows[0]); i++) {
			struct ndrv_uring arg = { .flags = state_rows[i].flags };
			int want = state_rows[i].in[state];

			if (!has(&self->f, state_rows[i].cmd))
				continue;
			EXPECT_EQ(variant->refused ? -EOPNOTSUPP : -want,
				  command(&self->ring, variant->sqe_flags, self->fd,
					  state_rows[i].cmd, &arg))
				TH_LOG("%s in state %u", state_rows[i].name, state);
		}
	}
	if (state > NDRV_STATE_GONE) {
		dev_unbind(pci);	/* the stock driver may have been quicker */
		ASSERT_EQ(0, dev_bind(pci, "ndrv"));
	}
}

/* What is behind the 16 bytes, in a ring of long SQEs, is not the command's: nobody looks at it. */
TEST(rest_of_a_long_sqe_is_not_looked_at)
{
	struct ndrv_uring arg = good(NDRV_URING_DOORBELL);
	struct io_uring_sqe *sqe;
	struct io_uring ring;
	int fd;

	NEED_PORTS(1);
	ASSERT_EQ(0, io_uring_queue_init(8, &ring, IORING_SETUP_SQE128));
	fd = dev_open(0);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, call_state(fd, NDRV_STATE_RUNNING, 0));
	sqe = prep(&ring, 0, fd, NDRV_URING_DOORBELL, &arg);
	memset((uint8_t *)sqe->cmd + 16, 0xa5, 64);
	EXPECT_EQ(0, finish(&ring, 0, fd, false));
	io_uring_queue_exit(&ring);
	close(fd);
}

TEST_HARNESS_MAIN
