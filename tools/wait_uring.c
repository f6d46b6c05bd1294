/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting through io_uring; see wait_uring.h. Each queue has at most one request under way: a WAIT, or on
 * kernels that cannot cancel one (NDRV_FEAT_URING_WAIT) a poll behind an ARM. It stays under way over many
 * calls, until the card interrupts or the program wants something that it does not cover.
 */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "wait_uring.h"

#define QUEUES		8	/* of a thread of a tool */
#define ENTRIES		(4 * QUEUES)

struct watch {
	struct ndrv_queue *q;
	unsigned int want;
	unsigned int armed;		/* sides that the request under way covers, 0: none is */
	uint64_t request;		/* its user_data */
};

struct uring_waiter {
	struct io_uring ring;
	struct watch watches[QUEUES];
	unsigned int nr;
	uint64_t requests;		/* user_data of the last; 0 is for what nobody waits for */
};

int uring_waiter_open(struct uring_waiter **wp)
{
	struct uring_waiter *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return -ENOMEM;
	ret = io_uring_queue_init(ENTRIES, &w->ring, 0);
	if (ret) {
		free(w);
		return ret;
	}
	*wp = w;
	return 0;
}

void uring_waiter_close(struct uring_waiter *w)
{
	if (!w)
		return;
	io_uring_queue_exit(&w->ring);
	free(w);
}

int uring_waiter_want(struct uring_waiter *w, struct ndrv_queue *q, unsigned int what)
{
	unsigned int i;

	for (i = 0; i < w->nr && w->watches[i].q != q; i++)
		;
	if (i == QUEUES)
		return -ENOSPC;
	if (i == w->nr)
		w->nr++;
	w->watches[i].q = q;
	w->watches[i].want = what;
	return 0;
}

/* A request of its own; 0 in front of user_data tells nobody. There is room: see ENTRIES. */
static struct io_uring_sqe *get_sqe(struct uring_waiter *w, uint64_t request, unsigned int flags)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&w->ring);

	if (!sqe) {
		io_uring_submit(&w->ring);
		sqe = io_uring_get_sqe(&w->ring);
	}
	if (sqe) {
		memset(sqe, 0, sizeof(*sqe));
		sqe->user_data = request;
		sqe->flags = flags;
	}
	return sqe;
}

/* One of NDRV_URING_* for @q. */
static int command(struct uring_waiter *w, struct ndrv_queue *q, unsigned int op, unsigned int sides,
		   uint64_t request, unsigned int flags)
{
	const struct ndrv_uring cmd = { .flags = sides };
	struct io_uring_sqe *sqe = get_sqe(w, request, flags);

	if (!sqe)
		return -EBUSY;
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = ndrv_queue_fd(q);
	sqe->cmd_op = op;
	memcpy(sqe->cmd, &cmd, sizeof(cmd));
	return 0;
}

/* WAIT, or ARM and a poll behind it. A request that does not cover what is wanted is taken back first. */
static int ask(struct uring_waiter *w, struct watch *watch)
{
	bool native = ndrv_queue_features(watch->q) & NDRV_FEAT_URING_WAIT;
	uint64_t old = watch->request;
	struct io_uring_sqe *sqe;
	int ret = 0;

	watch->request = ++w->requests;
	if (native) {
		/* The old one may end at this moment, and then there is nothing to take back: no error. */
		if (watch->armed)
			ret = command(w, watch->q, NDRV_URING_CANCEL, 0, 0, IOSQE_IO_HARDLINK);
		if (!ret)
			ret = command(w, watch->q, NDRV_URING_WAIT, watch->want, watch->request, 0);
	} else {
		if (watch->armed) {
			sqe = get_sqe(w, 0, 0);
			if (!sqe)
				return -EBUSY;
			io_uring_prep_poll_remove(sqe, old);
			sqe->user_data = 0;
		}
		/* If the ARM fails, that is the answer of the poll, too: ECANCELED. */
		ret = command(w, watch->q, NDRV_URING_ARM, watch->want, 0, IOSQE_IO_LINK);
		sqe = ret ? NULL : get_sqe(w, watch->request, 0);
		if (!sqe)
			return -EBUSY;
		io_uring_prep_poll_add(sqe, ndrv_queue_fd(watch->q),
				       (watch->want & NDRV_ARM_RX ? POLLIN : 0) |
				       (watch->want & NDRV_ARM_TX ? POLLOUT : 0));
		sqe->user_data = watch->request;
	}
	watch->armed = watch->want;
	return ret;
}

/* Take what is done; how many queues that was, or the first error. */
static int reap(struct uring_waiter *w)
{
	struct io_uring_cqe *cqe;
	unsigned int i;
	int done = 0, ret = 0;

	while (!io_uring_peek_cqe(&w->ring, &cqe)) {
		for (i = 0; i < w->nr; i++) {
			if (!cqe->user_data || w->watches[i].request != cqe->user_data)
				continue;
			w->watches[i].armed = 0;
			done++;
			/* Why the ARM in front of a poll failed, the queue itself tells. */
			if (cqe->res == -ECANCELED)
				ret = ret ? ret : ndrv_queue_check(w->watches[i].q);
			else if (cqe->res < 0 && !ret)
				ret = cqe->res;
		}
		io_uring_cqe_seen(&w->ring, cqe);
	}
	return ret ? ret : done;
}

/* Queues that have what they were asked for, or the first error. */
static int ready(const struct uring_waiter *w)
{
	unsigned int i;
	int n = 0, ret;

	for (i = 0; i < w->nr; i++) {
		ret = ndrv_queue_ready(w->watches[i].q);
		if (ret < 0)
			return ret;
		n += !!(ret & w->watches[i].want);
	}
	return n;
}

int uring_wait(struct uring_waiter *w, uint64_t timeout_us)
{
	struct __kernel_timespec ts = {
		.tv_sec = timeout_us / 1000000,
		.tv_nsec = timeout_us % 1000000 * 1000,
	};
	struct io_uring_cqe *cqe;
	unsigned int i;
	int ret = reap(w);

	if (ret < 0)
		return ret;
	for (i = 0; i < w->nr; i++) {
		if (!(w->watches[i].want & ~w->watches[i].armed))
			continue;
		ret = ask(w, &w->watches[i]);
		if (ret)
			return ret;
	}
	/* Arm first, then look: what comes after the look ends the sleep. See lib/wait.c. */
	ret = io_uring_submit(&w->ring);
	if (ret >= 0)
		ret = ready(w);
	if (ret)
		return ret;
	ret = io_uring_wait_cqe_timeout(&w->ring, &cqe, &ts);
	if (ret == -ETIME)
		return 0;
	return ret ? ret : reap(w);
}
