/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting through io_uring; see wait_uring.h. Each queue has at most one request under way; it stays so over
 * many calls, until the card interrupts or the program wants something that it does not cover.
 */
#include <errno.h>
#include <stdlib.h>

#include <ndrv/uring.h>

#include "wait_uring.h"

/* Of a thread of a tool. */
#define QUEUES			8
/* An old request is taken back, and a new one has two entries at most. */
#define ENTRIES_PER_QUEUE	3
/* A power of two that holds them for all. */
#define ENTRIES			32

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

/*
 * One request for all that is wanted. One that does not cover it is taken back first; that answer, and what
 * the old request still says, is nobody's.
 */
static int ask(struct uring_waiter *w, struct watch *watch)
{
	uint64_t old = watch->request;
	int ret = 0;

	if (io_uring_sq_space_left(&w->ring) < ENTRIES_PER_QUEUE)
		ret = io_uring_submit(&w->ring);
	if (ret >= 0 && watch->armed)
		ret = ndrv_uring_prep_cancel(&w->ring, watch->q, old, 0);
	if (ret < 0)
		return ret;
	watch->request = ++w->requests;
	watch->armed = watch->want;
	return ndrv_uring_prep_wait(&w->ring, watch->q, watch->want, watch->request);
}

/* Take what is done; how many queues that was, or the first error. */
static int reap(struct uring_waiter *w)
{
	struct io_uring_cqe *cqe;
	struct watch *watch;
	unsigned int i;
	int done = 0, ret = 0, res;

	while (!io_uring_peek_cqe(&w->ring, &cqe)) {
		for (i = 0; i < w->nr; i++) {
			watch = &w->watches[i];
			if (!cqe->user_data || watch->request != cqe->user_data)
				continue;
			watch->armed = 0;
			res = ndrv_uring_wait_result(watch->q, cqe->res);
			if (res < 0 && !ret)
				ret = res;
			done++;
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
