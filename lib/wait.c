/* SPDX-License-Identifier: MIT */
/*
 * Waiting for packets: by looking, by sleeping, or by both. Nothing here is called while there is something
 * to do; sleeping costs one ioctl for each queue that has woken up since it was armed, and one epoll_wait.
 *
 * Why nothing is slept through (the kernel's half of this is in kmod/irq.c):
 *
 *   this program                 card
 *   ------------                 ----
 *   (1) arm                      (a) write back a descriptor, set DD
 *   (2) look at DD               (b) if armed: interrupt -> the file is ready
 *   (3) sleep if not set
 *
 * The descriptor that we look at in (2) is the next one of the ring, so DD is set there if anything was
 * written back that we have not taken. Either (a) is visible to (2), and we do not sleep; or it comes after
 * (2), so after (1), so (b) finds the side armed, and the sleep ends: the file stays ready until the next (1),
 * also when (b) is done before (3) begins. (1) is a system call that has told the card when it returns; what
 * the card does in between counts as after. Looking before arming would not do: (a) could come between.
 * There is no ordering of memory in this but that of (1): it is complete, for this CPU, before (2) is begun.
 *
 * That argument needs a descriptor that the card can write back. A receive ring that ran dry has none, so we
 * refill before (1), and if the pool is empty, sleep for a short time only. It also needs the tails told,
 * which we do if they are deferred.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE		/* epoll_pwait2 */
#endif
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

/*
 * NDRV_WAIT_ADAPTIVE: a sleep and its end cost some 10 microseconds of CPU and delay, so looking pays while
 * packets come closer together than a few of those. We look for twice the mean gap and LOOK_MIN_NS, and not
 * at all when twice the mean gap is more than LOOK_MAX_NS. Longer gaps count as GAP_MAX_NS, so that after a
 * long silence a dozen packets are enough to begin looking again.
 */
#define LOOK_MIN_NS	5000u
#define LOOK_MAX_NS	100000u
#define GAP_MAX_NS	400000u
#define GAP_WEIGHT	8
/* So many looks at the rings for one at the clock and, where there are any, one at other descriptors. */
#define LOOKS_AT_ONCE	32u
/* How long to sleep while a receive ring is dry and the pool empty. */
#define DRY_NAP_NS	1000000u
#define EVENTS_AT_ONCE	64

/* A queue, or a descriptor of the program (@q is NULL). @armed is of the sides of that generation. */
struct watch {
	struct watch *next;
	struct ndrv_queue *q;
	int fd;
	uint32_t what;
	uint32_t armed;
	uint64_t armed_generation;
};

struct ndrv_waiter {
	struct watch *watches;
	unsigned int mode;
	unsigned int nr_others;		/* watches that only epoll knows: descriptors, NDRV_WAIT_EVENTS */
	int epfd;
	int64_t gap_ns;			/* mean time from having nothing to do to having something */
	uint64_t idle_since;		/* since when there is nothing to do; 0: there was something */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("yield");
#endif
}

int ndrv_queue_ready(const struct ndrv_queue *q)
{
	int ret = ndrv_queue_check(q);

	if (ret)
		return ret;
	/* rx_ready() only looks, but serves callers that go on with the descriptors. */
	if (q->ops->rx_ready((struct ndrv_queue *)q, 1))
		ret |= NDRV_ARM_RX;
	if (q->ops->tx_ready(q))
		ret |= NDRV_ARM_TX;
	return ret;
}

int ndrv_queue_arm(struct ndrv_queue *q, uint32_t what)
{
	struct ndrv_arm arg = { .size = sizeof(arg), .flags = what };
	int ret = ndrv_queue_check(q);

	if (ret)
		return ret;
	ret = ndrv_ioctl(q->fd, NDRV_ARM, &arg);
	/* It ran when we looked: somebody else has stopped it since. */
	return ret == -EPIPE ? -ESTALE : ret;
}

int ndrv_waiter_open(struct ndrv_waiter **wp, unsigned int mode)
{
	struct ndrv_waiter *w;
	int ret;

	if (mode > NDRV_WAIT_ADAPTIVE)
		return -EINVAL;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->mode = mode;
	w->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (w->epfd < 0) {
		ret = -errno;
		free(w);
		return ret;
	}
	*wp = w;
	return 0;
}

void ndrv_waiter_close(struct ndrv_waiter *w)
{
	struct watch *x;

	if (!w)
		return;
	while ((x = w->watches)) {
		w->watches = x->next;
		free(x);
	}
	close(w->epfd);
	free(w);
}

int ndrv_waiter_fd(const struct ndrv_waiter *w)
{
	return w->epfd;
}

/* @q, or the program's own @fd. */
static struct watch **find(struct ndrv_waiter *w, const struct ndrv_queue *q, int fd)
{
	struct watch **p;

	for (p = &w->watches; *p; p = &(*p)->next)
		if (q ? (*p)->q == q : !(*p)->q && (*p)->fd == fd)
			return p;
	return NULL;
}

static bool is_other(const struct watch *x)
{
	return !x->q || x->what & NDRV_WAIT_EVENTS;
}

/* Adds a watch for @q or @fd, or changes the one that is there. @what is of queues, @events of epoll. */
static int watch(struct ndrv_waiter *w, struct ndrv_queue *q, int fd, uint32_t what, uint32_t events)
{
	struct watch **p = find(w, q, fd), *x = p ? *p : calloc(1, sizeof(*x));
	struct epoll_event ev = { .events = events, .data.ptr = x };

	if (!x)
		return -ENOMEM;
	if (epoll_ctl(w->epfd, p ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev)) {
		if (!p)
			free(x);
		return -errno;
	}
	if (p) {
		w->nr_others -= is_other(x);
	} else {
		x->q = q;
		x->fd = fd;
		x->next = w->watches;
		w->watches = x;
	}
	x->what = what;
	w->nr_others += is_other(x);
	return 0;
}

static int unwatch(struct ndrv_waiter *w, struct ndrv_queue *q, int fd)
{
	struct watch **p = find(w, q, fd), *x;

	if (!p)
		return -ENOENT;
	x = *p;
	/* It may be closed already: then it is out by itself. */
	(void)epoll_ctl(w->epfd, EPOLL_CTL_DEL, x->fd, NULL);
	w->nr_others -= is_other(x);
	*p = x->next;
	free(x);
	return 0;
}

int ndrv_waiter_add(struct ndrv_waiter *w, struct ndrv_queue *q, uint32_t what)
{
	uint32_t events = what & NDRV_WAIT_EVENTS ? EPOLLPRI : 0;

	if (what & ~(NDRV_ARM_RX | NDRV_ARM_TX | NDRV_WAIT_EVENTS) ||
	    (what & NDRV_ARM_RX && !q->rx.mask) || (what & NDRV_ARM_TX && !q->tx.mask))
		return -EINVAL;
	if (w->mode != NDRV_WAIT_POLL) {
		if (what & (NDRV_ARM_RX | NDRV_ARM_TX) && !(q->features & NDRV_FEAT_WAIT))
			return -EOPNOTSUPP;
		if (what & NDRV_ARM_RX)
			events |= EPOLLIN;
		if (what & NDRV_ARM_TX)
			events |= EPOLLOUT;
	}
	return watch(w, q, q->fd, what, events);
}

int ndrv_waiter_del(struct ndrv_waiter *w, struct ndrv_queue *q)
{
	return unwatch(w, q, q->fd);
}

int ndrv_waiter_add_fd(struct ndrv_waiter *w, int fd, uint32_t events)
{
	return watch(w, NULL, fd, 0, events & ~(EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE));
}

int ndrv_waiter_del_fd(struct ndrv_waiter *w, int fd)
{
	return unwatch(w, NULL, fd);
}

/* How many queues are ready, or why one cannot go on. */
static int look(const struct ndrv_waiter *w)
{
	const struct watch *x;
	int n = 0, ret;

	for (x = w->watches; x; x = x->next) {
		if (!x->q || !x->q->status)
			continue;
		ret = ndrv_queue_ready(x->q);
		if (ret < 0)
			return ret;
		n += !!((uint32_t)ret & x->what);
	}
	return n;
}

/*
 * Sleep until @timeout_ns is over (negative: no end), or only ask. Returns how many of those are ready that
 * look() does not see. A side that is reported has to be armed again before the next sleep.
 */
static int ask_epoll(struct ndrv_waiter *w, int64_t timeout_ns)
{
	const struct timespec timeout = {
		.tv_sec = timeout_ns / 1000000000,
		.tv_nsec = timeout_ns % 1000000000,
	};
	struct epoll_event events[EVENTS_AT_ONCE];
	int n, i, others = 0;

	n = epoll_pwait2(w->epfd, events, EVENTS_AT_ONCE, timeout_ns < 0 ? NULL : &timeout, NULL);
	if (n < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		struct watch *x = events[i].data.ptr;

		x->armed = 0;
		/* A file without a queue has no status page: its end is an event too. */
		others += !x->q || events[i].events & EPOLLPRI || (is_other(x) && !x->q->status);
	}
	return others;
}

/* Can the card write back a receive descriptor? It sees whole steps only. */
static bool is_dry(const struct ndrv_queue *q)
{
	uint32_t seen = q->rx.fill & ~(q->ops->rx_tail_step - 1);

	return q->rx.limit && (int32_t)(seen - q->rx.next) <= 0;
}

/*
 * Refill a ring that ran dry: a burst of 0 packets does that. Buffers that the card has sent are in transmit
 * rings until somebody looks, and nobody would while we sleep. Returns whether it stays dry.
 */
static bool refill(const struct ndrv_waiter *w, struct ndrv_queue *q)
{
	const struct watch *x;

	if (!is_dry(q))
		return false;
	q->ops->rx_burst(q, NULL, 0);
	if (!is_dry(q))
		return false;
	for (x = w->watches; x; x = x->next)
		if (x->q && x->q->tx.limit) {
			x->q->ops->tx_clean(x->q);
			ndrv_cache_empty(x->q);
		}
	q->ops->rx_burst(q, NULL, 0);
	return is_dry(q);
}

/* What the card needs in order to do something that could be waited for. */
static int settle(const struct ndrv_waiter *w, bool *dry)
{
	const struct watch *x;
	int ret;

	*dry = false;
	for (x = w->watches; x; x = x->next) {
		if (!x->q || !x->q->status)
			continue;
		if (x->what & NDRV_ARM_RX)
			*dry |= refill(w, x->q);
		ret = ndrv_queue_doorbell(x->q);
		if (ret)
			return ret;
	}
	return 0;
}

/* What was armed and has not been reported since needs no second time, unless the queue was started anew. */
static int arm(struct ndrv_waiter *w)
{
	struct watch *x;
	uint32_t sides;
	int ret;

	if (w->mode == NDRV_WAIT_POLL)
		return 0;
	for (x = w->watches; x; x = x->next) {
		sides = x->what & (NDRV_ARM_RX | NDRV_ARM_TX);
		if (!sides || (x->armed == sides && x->armed_generation == x->q->generation))
			continue;
		ret = ndrv_queue_arm(x->q, sides);
		if (ret)
			return ret;
		x->armed = sides;
		x->armed_generation = x->q->generation;
	}
	return 0;
}

/* Make sleeping safe, see above: returns 0 if it is, but with @dry only for a short time. */
static int prepare(struct ndrv_waiter *w, bool *dry)
{
	int ret = settle(w, dry);

	if (!ret)
		ret = arm(w);
	return ret ? ret : look(w);
}

/* Look until @end, which is UINT64_MAX when there is none. */
static int look_until(struct ndrv_waiter *w, uint64_t end)
{
	unsigned int i;
	bool dry;
	int n;

	for (;;) {
		n = settle(w, &dry);
		for (i = 0; !n && i < LOOKS_AT_ONCE; i++) {
			relax();
			n = look(w);
		}
		if (!n && w->nr_others)
			n = ask_epoll(w, 0);
		if (n)
			return n;
		if (now_ns() >= end)
			return 0;
	}
}

static void count_sleep(const struct ndrv_waiter *w)
{
	const struct watch *x;

	for (x = w->watches; x; x = x->next)
		if (x->q && x->what)
			x->q->counters->sleeps++;
}

/* How long to sleep: negative is without end. */
static int64_t sleep_ns(uint64_t end, bool dry)
{
	uint64_t now = now_ns(), left = now < end ? end - now : 0;

	if (dry && left > DRY_NAP_NS)
		left = DRY_NAP_NS;
	return end == UINT64_MAX && !dry ? -1 : (int64_t)left;
}

/* Sleep until something is ready, or until @end. */
static int sleep_until(struct ndrv_waiter *w, uint64_t end)
{
	int n, others;
	int64_t left;
	bool dry;

	for (;;) {
		n = prepare(w, &dry);
		if (n)
			return n;
		left = sleep_ns(end, dry);
		if (left)
			count_sleep(w);
		others = ask_epoll(w, left);
		n = look(w);
		if (n < 0 || (n && others < 0))
			return n;
		if (n || others)
			return n + others;
		if (now_ns() >= end)
			return 0;
	}
}

/* Something is ready at last. */
static void learn(struct ndrv_waiter *w)
{
	uint64_t gap = w->idle_since ? now_ns() - w->idle_since : 0;

	if (gap > GAP_MAX_NS)
		gap = GAP_MAX_NS;
	w->gap_ns += ((int64_t)gap - w->gap_ns) / GAP_WEIGHT;
	w->idle_since = 0;
}

/* When to stop looking and sleep; at @now or before: do not look at all. */
static uint64_t end_of_looking(const struct ndrv_waiter *w, uint64_t now, uint64_t end)
{
	uint64_t look_end = w->idle_since + LOOK_MIN_NS + 2 * w->gap_ns;

	if (w->mode == NDRV_WAIT_POLL)
		return end;
	if (w->mode == NDRV_WAIT_IRQ || 2 * w->gap_ns > LOOK_MAX_NS)
		return now;
	return look_end < end ? look_end : end;
}

int ndrv_wait(struct ndrv_waiter *w, int64_t timeout_us)
{
	bool forever = timeout_us < 0 || timeout_us > INT64_MAX / 2000;
	uint64_t now, end, look_end;
	int n = look(w);

	if (!n && !timeout_us) {
		n = look_until(w, 0);
	} else if (!n) {
		if (forever && !w->watches)
			return -EINVAL;
		now = now_ns();
		end = forever ? UINT64_MAX : now + timeout_us * 1000;
		if (!w->idle_since)
			w->idle_since = now;
		look_end = end_of_looking(w, now, end);
		if (look_end > now)
			n = look_until(w, look_end);
		if (!n && look_end < end)
			n = sleep_until(w, end);
	}
	if (n > 0)
		learn(w);
	return n;
}

int ndrv_waiter_arm(struct ndrv_waiter *w)
{
	/* First: who was reported must be armed again, or our descriptor stays readable. */
	int n, others = ask_epoll(w, 0);
	bool dry;

	if (others < 0)
		return others;
	n = look(w);
	if (!n)
		n = prepare(w, &dry);
	return n < 0 ? n : n + others;
}
