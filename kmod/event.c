// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: what happened to the device, kept for each open file until it reads. Owns the rings of
 * events and read(2); decides nothing about devices, those who post do.
 *
 * A ring is written under ndev->lock, so all files see one order. It is read without it, because
 * reading touches user memory: the ring's spinlock covers only the copy from or to the ring.
 */
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "ndrv.h"

void ndrv_event_init(struct ndrv_event_ring *ring)
{
	spin_lock_init(&ring->lock);
	mutex_init(&ring->reader);
	init_waitqueue_head(&ring->wait);
}

/* A full ring loses its oldest: what is true now matters more than what was. */
static void ring_put(struct ndrv_event_ring *ring, const struct ndrv_event *event)
{
	if (ring->next - ring->first == NDRV_EVENT_RING) {
		ring->lost_ns = ring->events[ring->first % NDRV_EVENT_RING].time_ns;
		ring->first++;
		ring->lost++;
		ring->lost_ever++;
	}
	ring->events[ring->next++ % NDRV_EVENT_RING] = *event;
}

/* One file learns of something. Nothing follows NDRV_EVENT_GONE. */
void ndrv_event_post(struct ndrv_ctx *ctx, u32 type, u32 queue, u32 arg0, u32 arg1)
{
	struct ndrv_event_ring *ring = &ctx->events;
	struct ndrv_event event = {
		.type = type,
		.queue = queue,
		.time_ns = ktime_get_ns(),
		.generation = ctx->status_generation,
		.arg = { arg0, arg1 },
	};

	lockdep_assert_held(&ctx->ndev->lock);
	spin_lock(&ring->lock);
	if (!ring->ended) {
		ring_put(ring, &event);
		/* pairs with ndrv_event_read() and read_returns(), which look without the lock */
		WRITE_ONCE(ring->ended, type == NDRV_EVENT_GONE);
	}
	spin_unlock(&ring->lock);
	wake_up_interruptible(&ring->wait);
	wake_up_interruptible_poll(&ctx->wait, EPOLLPRI);
}

void ndrv_event_post_all(struct ndrv_dev *ndev, u32 type, u32 queue, u32 arg0, u32 arg1)
{
	struct ndrv_ctx *ctx;

	lockdep_assert_held(&ndev->lock);
	list_for_each_entry(ctx, &ndev->ctxs, node)
		ndrv_event_post(ctx, type, queue, arg0, arg1);
}

u32 ndrv_event_pending(struct ndrv_ctx *ctx)
{
	struct ndrv_event_ring *ring = &ctx->events;
	u32 n;

	spin_lock(&ring->lock);
	n = ring->next - ring->first + !!ring->lost;
	spin_unlock(&ring->lock);
	return n;
}

u64 ndrv_event_lost(struct ndrv_ctx *ctx)
{
	struct ndrv_event_ring *ring = &ctx->events;
	u64 n;

	spin_lock(&ring->lock);
	n = ring->lost_ever;
	spin_unlock(&ring->lock);
	return n;
}

/* Copies the event that is to be read next, and leaves it there. */
static bool event_peek(struct ndrv_ctx *ctx, struct ndrv_event *event, u64 *number)
{
	struct ndrv_event_ring *ring = &ctx->events;
	bool found = true;

	spin_lock(&ring->lock);
	*number = ring->first;
	if (ring->lost)
		*event = (struct ndrv_event){
			.type = NDRV_EVENT_LOST,
			.queue = NDRV_QUEUE_ANY,
			.time_ns = ring->lost_ns,
			.generation = READ_ONCE(ctx->status_generation),
			.arg = { min_t(u64, ring->lost, U32_MAX) },
		};
	else if (ring->next != ring->first)
		*event = ring->events[ring->first % NDRV_EVENT_RING];
	else
		found = false;
	spin_unlock(&ring->lock);
	return found;
}

/* User space has what event_peek() gave: it may have been pushed out meanwhile, but is not lost. */
static void event_take(struct ndrv_ctx *ctx, const struct ndrv_event *event, u64 number)
{
	struct ndrv_event_ring *ring = &ctx->events;

	spin_lock(&ring->lock);
	if (event->type == NDRV_EVENT_LOST) {
		ring->lost -= event->arg[0];
	} else if (ring->first == number) {
		ring->first++;
	} else {
		ring->lost--;
		ring->lost_ever--;
	}
	spin_unlock(&ring->lock);
}

/* As many as are there and fit. What cannot be copied stays for the next call. */
static ssize_t copy_events(struct ndrv_ctx *ctx, char __user *buf, size_t room)
{
	struct ndrv_event event;
	size_t done = 0;
	u64 number;

	lockdep_assert_held(&ctx->events.reader);
	while (room - done >= sizeof(event) && event_peek(ctx, &event, &number)) {
		if (copy_to_user(buf + done, &event, sizeof(event)))
			return done ? done : -EFAULT;
		event_take(ctx, &event, number);
		done += sizeof(event);
	}
	return done;
}

/* Pending, or never again: a read has something to say. */
static bool read_returns(struct ndrv_ctx *ctx)
{
	return ndrv_event_pending(ctx) || READ_ONCE(ctx->events.ended);
}

ssize_t ndrv_event_read(struct file *file, char __user *buf, size_t room, loff_t *pos)
{
	struct ndrv_ctx *ctx = file->private_data;
	struct ndrv_event_ring *ring = &ctx->events;
	ssize_t ret;
	bool ended;

	if (room < sizeof(struct ndrv_event))
		return -EINVAL;
	for (;;) {
		/* Read before the ring is: no event comes behind the one that sets it. */
		ended = READ_ONCE(ring->ended);
		ret = mutex_lock_interruptible(&ring->reader);
		if (ret)
			return ret;
		ret = copy_events(ctx, buf, room);
		mutex_unlock(&ring->reader);
		if (ret || ended)
			return ret;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(ring->wait, read_returns(ctx));
		if (ret)
			return ret;
	}
}
