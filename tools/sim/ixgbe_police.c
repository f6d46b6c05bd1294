// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model, option police=on: remembers every receive buffer that is posted and not yet written
 * back, over all queues of the port, and counts a buffer posted while another descriptor still owns
 * a part of it. Slow (a hash per descriptor), so off by default.
 */
#include <errno.h>
#include <stdlib.h>

#include "ixgbe.h"

#define BUCKETS		16384		/* by 4 KiB page of the first byte */

struct buf {
	uint64_t iova;
	uint32_t len;
	uint16_t queue;
	struct buf *next;
};

struct ixgbe_police {
	struct buf *bucket[BUCKETS];
	struct buf *free;
};

static unsigned int bucket_of(uint64_t page)
{
	return (page ^ page >> 14) % BUCKETS;
}

int ixgbe_police_set(struct ixgbe *ix, bool on)
{
	if (on && !ix->pol) {
		ix->pol = calloc(1, sizeof(*ix->pol));
		return ix->pol ? 0 : -ENOMEM;
	}
	if (!on && ix->pol) {
		for (unsigned int i = 0; i < IXGBE_NR_QUEUES; i++)
			ixgbe_police_drop(&ix->rxq[i]);
		while (ix->pol->free) {
			struct buf *b = ix->pol->free;

			ix->pol->free = b->next;
			free(b);
		}
		free(ix->pol);
		ix->pol = NULL;
	}
	return 0;
}

/* Does any posted buffer share a byte with [iova, iova + len)? */
static bool overlaps(struct ixgbe_police *pol, uint64_t iova, uint32_t len)
{
	uint64_t first = iova < 16384 ? 0 : (iova - 16383) >> 12;

	for (uint64_t page = first; page <= (iova + len - 1) >> 12; page++)
		for (struct buf *b = pol->bucket[bucket_of(page)]; b; b = b->next)
			if (b->iova < iova + len && iova < b->iova + b->len)
				return true;
	return false;
}

/* Descriptors [from, to) were handed to the hardware. */
void ixgbe_police_posted(struct ixgbe_queue *q, uint32_t from, uint32_t to)
{
	struct ixgbe *ix = q->ix;
	struct ixgbe_police *pol = ix->pol;

	if (!q->buf_size || !ixgbe_master(ix))
		return;
	for (uint32_t i = from; i != to; i = i + 1 == q->nr ? 0 : i + 1) {
		uint64_t desc[2];
		struct buf *b;

		if (!ixgbe_desc_read(q, i, desc))
			return;
		if (overlaps(pol, desc[0], q->buf_size)) {
			ix->dev->ctr.buf_reused++;
			sim_log(ix->dev, 1, "rx queue %u descriptor %u: buffer 0x%llx is in flight",
				q->idx, i, (unsigned long long)desc[0]);
		}
		b = pol->free;
		if (b)
			pol->free = b->next;
		else
			b = malloc(sizeof(*b));
		if (!b)
			return;
		*b = (struct buf){ .iova = desc[0], .len = q->buf_size, .queue = q->idx,
				   .next = pol->bucket[bucket_of(desc[0] >> 12)] };
		pol->bucket[bucket_of(desc[0] >> 12)] = b;
		q->policed++;
	}
}

/* The descriptor with this buffer was written back. */
void ixgbe_police_done(struct ixgbe_queue *q, uint64_t iova)
{
	struct ixgbe_police *pol = q->ix->pol;
	struct buf **at = &pol->bucket[bucket_of(iova >> 12)];

	for (; *at; at = &(*at)->next) {
		struct buf *b = *at;

		if (b->iova == iova && b->queue == q->idx) {
			*at = b->next;
			b->next = pol->free;
			pol->free = b;
			q->policed--;
			return;
		}
	}
}

/* The queue was stopped: nothing of it is in flight. */
void ixgbe_police_drop(struct ixgbe_queue *q)
{
	struct ixgbe_police *pol = q->ix->pol;

	if (!pol || q->tx)
		return;
	for (unsigned int i = 0; i < BUCKETS && q->policed; i++) {
		struct buf **at = &pol->bucket[i];

		while (*at) {
			struct buf *b = *at;

			if (b->queue != q->idx) {
				at = &b->next;
				continue;
			}
			*at = b->next;
			b->next = pol->free;
			pol->free = b;
			q->policed--;
		}
	}
}
