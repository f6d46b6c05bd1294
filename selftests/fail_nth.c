// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fails every allocation, and every copy from or to user memory, of every call, one after another
 * (/proc/self/fail-nth; a kernel with fault injection). The call fails with an errno that says so, or
 * succeeds; a failure leaves nothing behind and the call succeeds when it is repeated; then packets
 * pass. One macro line a step; host/ioctl-rows.sh finds what is missing.
 */
#include "kselftest_harness.h"
#include "calls.h"
#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define MAX_POINTS	400		/* of one step; more is a step that never ends */
#define END_MS		MS(10000)

/* One round of a step. */
struct round {
	int fd;				/* of port 0 */
	int other;			/* what else the step opened, or -1 */
	uint8_t arg[MAX_ARG] __attribute__((aligned(8)));
	uint8_t good[MAX_ARG] __attribute__((aligned(8)));
	void *map;
	size_t map_len;
	struct pool pool;
	struct io_uring ring;
	bool has_ring, queued;
	int pair[2];
};

struct step {
	const char *name;
	unsigned long cmd;		/* an ioctl or a command of io_uring, or 0 */
	uint32_t state;
	uint64_t area;
	int (*before)(const struct step *step, struct round *r);
	int (*run)(const struct step *step, struct round *r);
	void (*after)(const struct step *step, struct round *r);
	int also;			/* an errno besides ENOMEM and EFAULT */
};

/* ---- ioctls: as in calls.c ----------------------------------------------------------------------- */

static int ioctl_before(const struct step *step, struct round *r)
{
	r->fd = call_fresh(call_find(step->cmd), r->good);
	return r->fd < 0 ? r->fd : 0;
}

static int ioctl_run(const struct step *step, struct round *r)
{
	memcpy(r->arg, r->good, sizeof(r->arg));
	return xioctl(r->fd, step->cmd, r->arg);
}

static void ioctl_after(const struct step *step, struct round *r)
{
	call_find(step->cmd)->undo(r->fd, r->arg);
}

static int spread_before(const struct step *step, struct round *r)
{
	r->fd = dev_open(0);
	memset(r->good, 0, sizeof(r->good));
	*(uint32_t *)r->good = sizeof(struct ndrv_rss);
	return r->fd < 0 ? r->fd : fill_rss_spread(r->fd, r->good);
}

static int filter_before(const struct step *step, struct round *r)
{
	static int (*const fills[])(int fd, void *arg) = {
		[NDRV_FILTER_VLAN] = fill_filter_vlan,
		[NDRV_FILTER_ETHERTYPE] = fill_filter_ethertype,
		[NDRV_FILTER_TUPLE] = fill_filter_tuple,
	};

	r->fd = dev_open(0);
	memset(r->good, 0, sizeof(r->good));
	*(uint32_t *)r->good = sizeof(struct ndrv_filter_add);
	return r->fd < 0 ? r->fd : fills[step->area](r->fd, r->good);
}

/* 8 MiB: more than one run of pages. */
static int big_pool_before(const struct step *step, struct round *r)
{
	int err = ioctl_before(step, r);

	((struct ndrv_pool_create *)r->good)->len_bytes = 8 << 20;
	return err;
}

/* ---- open, close, mmap --------------------------------------------------------------------------- */

static int none_before(const struct step *step, struct round *r)
{
	return 0;
}

static void none_after(const struct step *step, struct round *r)
{
}

static int open_run(const struct step *step, struct round *r)
{
	r->fd = open(dev_path(0), O_RDWR | O_CLOEXEC);
	return r->fd < 0 ? -errno : 0;
}

static int state_before(const struct step *step, struct round *r)
{
	r->fd = dev_open(0);
	return r->fd < 0 ? r->fd : call_state(r->fd, step->state, 0);
}

/* Nothing can be done about an error: there is none. */
static int close_run(const struct step *step, struct round *r)
{
	int err = close(r->fd) ? -errno : 0;

	r->fd = -1;
	return err;
}

/* Each page is touched: doorbells come by page fault. */
static int map_run(const struct step *step, struct round *r)
{
	struct ndrv_queue_get qg;
	int prot = step->area == NDRV_MMAP_STATUS ? PROT_READ : PROT_READ | PROT_WRITE, err;
	size_t at;

	r->map_len = page_up(1);
	if (step->area == NDRV_MMAP_RX_RING || step->area == NDRV_MMAP_TX_RING) {
		err = queue_get(r->fd, &qg);
		if (err)
			return err;
		r->map_len = step->area == NDRV_MMAP_RX_RING ? qg.out_rx_ring_bytes :
							       qg.out_tx_ring_bytes;
	}
	r->map = xmmap(r->fd, r->map_len, prot, MAP_SHARED, step->area, &err);
	for (at = 0; !err && at < r->map_len; at += 4096)
		(void)*(volatile uint32_t *)((uint8_t *)r->map + at);
	return err;
}

static void map_after(const struct step *step, struct round *r)
{
	munmap(r->map, r->map_len);
}

static int pool_before(const struct step *step, struct round *r)
{
	r->fd = dev_open(0);
	if (r->fd < 0)
		return r->fd;
	r->pool.fd = pool_create(r->fd, 4 << 20);
	r->pool.len = 4 << 20;
	return r->pool.fd < 0 ? r->pool.fd : 0;
}

static int pool_map_run(const struct step *step, struct round *r)
{
	int err = pool_map(&r->pool);
	size_t at;

	for (at = 0; !err && at < r->pool.len; at += 4096)
		((volatile uint8_t *)r->pool.map)[at] = 1;
	return err;
}

static void pool_map_after(const struct step *step, struct round *r)
{
	munmap(r->pool.map, r->pool.len);
}

/* ---- waiting ------------------------------------------------------------------------------------- */

static int poll_run(const struct step *step, struct round *r)
{
	int n = poll_fd(r->fd, POLLIN | POLLOUT | POLLPRI, 0);

	return n < 0 ? n : 0;
}

static int epoll_before(const struct step *step, struct round *r)
{
	r->other = epoll_create1(EPOLL_CLOEXEC);
	return r->other < 0 ? -errno : state_before(step, r);
}

static int epoll_run(const struct step *step, struct round *r)
{
	struct epoll_event ev = { .events = EPOLLIN }, out;

	if (epoll_ctl(r->other, EPOLL_CTL_ADD, r->fd, &ev) && errno != EEXIST)
		return -errno;
	return epoll_wait(r->other, &out, 1, 0) < 0 ? -errno : 0;
}

static int ring_before(const struct step *step, struct round *r)
{
	struct ndrv_info info;
	int err = state_before(step, r);

	if (!err)
		err = get_info(r->fd, &info);
	if (!err && !(info.out_features & NDRV_FEAT_URING_WAIT) &&
	    (step->cmd == NDRV_URING_WAIT || step->cmd == NDRV_URING_CANCEL))
		return 1;
	if (!err && !(info.out_features & NDRV_FEAT_WAIT) && step->cmd == NDRV_URING_ARM)
		return 1;
	if (!err)
		err = io_uring_queue_init(8, &r->ring, 0);
	r->has_ring = !err;
	return err;
}

/* The result of command @op; INT_MIN: it is not done in time. Others that are done are passed over. */
static int result_of(struct round *r, uint32_t op, unsigned int ms)
{
	struct __kernel_timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000LL };
	struct io_uring_cqe *cqe;
	uint64_t data;
	int err, res;

	do {
		err = io_uring_wait_cqe_timeout(&r->ring, &cqe, &ts);
		if (err == -ENOMEM || err == -EFAULT)	/* of the waiting, not of the command */
			err = io_uring_wait_cqe_timeout(&r->ring, &cqe, &ts);
		if (err)
			return INT_MIN;
		res = cqe->res;
		data = io_uring_cqe_get_data64(cqe);
		io_uring_cqe_seen(&r->ring, cqe);
	} while (data != op);
	return res;
}

static int ring_command(struct round *r, uint32_t op, uint32_t flags, bool ends)
{
	struct ndrv_uring arg = { .flags = flags };
	struct io_uring_sqe *sqe;
	int n;

	/* What could not be submitted is still in the ring. */
	if (!r->queued) {
		sqe = io_uring_get_sqe(&r->ring);
		io_uring_prep_rw(IORING_OP_URING_CMD, sqe, r->fd, NULL, 0, 0);
		sqe->cmd_op = op;
		memcpy(sqe->cmd, &arg, sizeof(arg));
		io_uring_sqe_set_data64(sqe, op);
		r->queued = true;
	}
	n = io_uring_submit(&r->ring);
	if (n < 0)
		return n;
	r->queued = false;
	n = result_of(r, op, ends ? END_MS : 1);
	return n == INT_MIN ? (ends ? -ETIMEDOUT : 0) : n > 0 ? 0 : n;
}

static int ring_run(const struct step *step, struct round *r)
{
	return ring_command(r, step->cmd, step->cmd == NDRV_URING_CANCEL ? 0 : NDRV_ARM_RX,
			    step->cmd != NDRV_URING_WAIT);
}

static void wait_after(const struct step *step, struct round *r)
{
	ring_command(r, NDRV_URING_CANCEL, 0, true);
}

/* There is a WAIT to be cancelled. */
static int cancel_before(const struct step *step, struct round *r)
{
	int err = ring_before(step, r);

	return err ? err : ring_command(r, NDRV_URING_WAIT, NDRV_ARM_RX, false);
}

/* ---- events, tables, other processes ------------------------------------------------------------- */

static int event_before(const struct step *step, struct round *r)
{
	int err = state_before(step, r);

	return err ? err : dev_reset(dev_pci(0));
}

/* What could not be copied is still there. */
static int event_run(const struct step *step, struct round *r)
{
	struct ndrv_event ev[8];
	ssize_t n = read(r->fd, ev, sizeof(ev));

	if (n < 0)
		return -errno;
	return n ? 0 : -ENODATA;
}

static int text_run(struct round *r, const char *path)
{
	char text[4096];
	ssize_t n;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text));
	err = n < 0 ? -errno : n ? 0 : -ENODATA;
	close(fd);
	return err;
}

static int table_run(const struct step *step, struct round *r)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/class/ndrv/%s/queues", dev_path(0) + strlen("/dev/"));
	return text_run(r, path);
}

static int fdinfo_run(const struct step *step, struct round *r)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", r->fd);
	return text_run(r, path);
}

static int pass_before(const struct step *step, struct round *r)
{
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, r->pair))
		return -errno;
	return state_before(step, r);
}

static int pass_run(const struct step *step, struct round *r)
{
	union { char buf[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } u = {};
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = u.buf,
			      .msg_controllen = sizeof(u.buf) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct ndrv_queue_get qg;
	int err, fd;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &r->fd, sizeof(int));
	/* Of an attempt that got half way. */
	while (recv(r->pair[1], &byte, 1, MSG_DONTWAIT) > 0)
		;
	if (sendmsg(r->pair[0], &msg, 0) < 0)
		return -errno;
	memset(&u, 0, sizeof(u));
	msg.msg_controllen = sizeof(u.buf);
	if (recvmsg(r->pair[1], &msg, MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	c = CMSG_FIRSTHDR(&msg);
	if (msg.msg_flags & MSG_CTRUNC || !c)
		return -ENOMEM;
	memcpy(&fd, CMSG_DATA(c), sizeof(int));
	err = queue_get(fd, &qg);
	close(fd);
	return err ? err : qg.out_state == step->state ? 0 : -EPROTO;
}

/* ---- the steps ----------------------------------------------------------------------------------- */

LEAVE_WITHOUT_INJECTION()

FIXTURE(failing) { struct round r; };
FIXTURE_VARIANT(failing) { struct step step; };

#define STEP(what, ...) \
	FIXTURE_VARIANT_ADD(failing, what) { .step = { .name = #what, __VA_ARGS__ } }
#define CALL(call) \
	STEP(call, .cmd = NDRV_##call, .before = ioctl_before, .run = ioctl_run, \
	     .after = ioctl_after)
#define CALL_WITH(call, what, how, after_, ...) \
	STEP(call##_##what, .cmd = NDRV_##call, .before = how##_before, .run = ioctl_run, \
	     .after = after_, ##__VA_ARGS__)
#define MAPPING(what) \
	STEP(MMAP_##what, .area = NDRV_MMAP_##what, .state = NDRV_STATE_RUNNING, \
	     .before = state_before, .run = map_run, .after = map_after)
#define IN_RING(what, before_, after_) \
	STEP(URING_##what, .cmd = NDRV_URING_##what, .state = NDRV_STATE_RUNNING, \
	     .before = before_, .run = ring_run, .after = after_, .also = EAGAIN)
#define OTHER(what, state_, how, ...) \
	STEP(what, .state = NDRV_STATE_##state_, .before = state_before, .run = how##_run, \
	     .after = none_after, ##__VA_ARGS__)

STEP(open, .before = none_before, .run = open_run, .after = none_after);
CALL(INFO);
CALL(QUEUE_SETUP);
CALL(QUEUE_START);
CALL(QUEUE_STOP);
CALL(DOORBELL);
CALL(POOL_CREATE);
CALL(POOL_ATTACH);
CALL(POOL_DETACH);
CALL(RX_MODE);
CALL(STATS);
CALL(LINK);
CALL(RSS);
CALL(ARM);
CALL(QUEUE_GET);
CALL(FILTER_ADD);
CALL(FILTER_DEL);
CALL_WITH(POOL_CREATE, large, big_pool, ioctl_after);
CALL_WITH(RSS, spread, spread, ioctl_after);
CALL_WITH(FILTER_ADD, vlan, filter, ioctl_after, .area = NDRV_FILTER_VLAN);
CALL_WITH(FILTER_ADD, ethertype, filter, ioctl_after, .area = NDRV_FILTER_ETHERTYPE);
CALL_WITH(FILTER_ADD, tuple, filter, ioctl_after, .area = NDRV_FILTER_TUPLE);
MAPPING(RX_RING);
MAPPING(TX_RING);
MAPPING(RX_DOORBELL);
MAPPING(TX_DOORBELL);
MAPPING(STATUS);
MAPPING(COUNTERS);
STEP(mmap_pool, .before = pool_before, .run = pool_map_run, .after = pool_map_after);
IN_RING(DOORBELL, ring_before, none_after);
IN_RING(ARM, ring_before, none_after);
IN_RING(WAIT, ring_before, wait_after);
IN_RING(CANCEL, cancel_before, none_after);
OTHER(poll, RUNNING, poll);
STEP(epoll, .state = NDRV_STATE_RUNNING, .before = epoll_before, .run = epoll_run,
     .after = none_after);
STEP(read, .state = NDRV_STATE_RUNNING, .before = event_before, .run = event_run,
     .after = none_after);
OTHER(sysfs, READY, table);
OTHER(fdinfo, READY, fdinfo);
STEP(pass, .state = NDRV_STATE_RUNNING, .before = pass_before, .run = pass_run,
     .after = none_after, .also = ENOBUFS);
OTHER(close, READY, close);
OTHER(close_running, RUNNING, close);

FIXTURE_SETUP(failing)
{
	NEED_PORTS(2);
	ASSERT_EQ(0, inject_setup());
}

FIXTURE_TEARDOWN(failing)
{
}

static void round_begin(struct round *r)
{
	memset(r, 0, sizeof(*r));
	r->fd = r->other = r->pair[0] = r->pair[1] = r->pool.fd = -1;
}

static void round_end(struct round *r)
{
	int *fds[] = { &r->fd, &r->other, &r->pair[0], &r->pair[1], &r->pool.fd };
	unsigned int i;

	if (r->has_ring)
		io_uring_queue_exit(&r->ring);
	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
}

/* The state and the set-up of the pair; not what moves by itself. */
static int look(int fd, struct ndrv_queue_get *qg)
{
	int err;

	if (fd < 0) {
		memset(qg, 0, sizeof(*qg));
		return 0;
	}
	err = queue_get(fd, qg);
	qg->out_interrupts = qg->out_generation = qg->out_counted = 0;
	return err;
}

/* One round with the nth failing: what the step said; *fired: there was an nth. */
static void one_round(struct __test_metadata *_metadata, const struct step *step, struct round *r,
		      unsigned int nth, bool *fired)
{
	struct ndrv_queue_get before, after;
	int err;

	ASSERT_EQ(0, look(r->fd, &before));
	inject_arm(nth);
	err = step->run(step, r);
	*fired = inject_fired();
	if (!err) {
		step->after(step, r);
		return;
	}
	ASSERT_TRUE(*fired) TH_LOG("%s fails by itself: %d", step->name, err);
	ASSERT_TRUE(err == -ENOMEM || err == -EFAULT || (step->also && err == -step->also))
		TH_LOG("%s, number %u: %d", step->name, nth, err);
	ASSERT_EQ(0, look(r->fd, &after));
	ASSERT_EQ(before.out_state, after.out_state)
		TH_LOG("%s, number %u: %d, and the state has changed", step->name, nth, err);
	ASSERT_EQ(0, memcmp(&before, &after, sizeof(before)))
		TH_LOG("%s, number %u: %d, and the pair has changed", step->name, nth, err);
	err = step->run(step, r);
	ASSERT_EQ(0, err) TH_LOG("%s, number %u failed, and so does the next: %d", step->name,
				 nth, err);
	step->after(step, r);
}

TEST_F_TIMEOUT(failing, each_in_turn, 1200)
{
	const struct step *step = &variant->step;
	unsigned int nth, failures = 0;
	bool fired = true;
	struct left there;

	what_is_left(0, &there);
	for (nth = 1; fired; nth++) {
		struct round *r = &self->r;
		struct left now;
		int err;

		ASSERT_LT(nth, MAX_POINTS) TH_LOG("%s never ends", step->name);
		round_begin(r);
		err = step->before(step, r);
		if (err == 1) {
			round_end(r);
			SKIP(return, "this card or kernel has nothing of it");
		}
		ASSERT_EQ(0, err) TH_LOG("%s", step->name);
		one_round(_metadata, step, r, nth, &fired);
		round_end(r);
		failures += fired;
		what_is_left(0, &now);
		ASSERT_TRUE(same_left(&there, &now))
			TH_LOG("%s, number %u: DMA mappings %d, were %d; files %d, were %d; filters %d, were %d; descriptors %d, were %d",
			       step->name, nth, now.mappings, there.mappings, now.queues,
			       there.queues, now.filters, there.filters, now.fds, there.fds);
	}
	/* poll needs no memory, nor does a command of io_uring whose request is there. */
	if (step->cmd && step->run == ioctl_run)
		ASSERT_GT(failures, 0);
	TH_LOG("%u failures injected", failures);
	ASSERT_EQ(0, packets_pass());
}

TEST_HARNESS_MAIN
