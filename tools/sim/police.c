// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers in flight, hashed by the page of their first byte. Buffers are at most 16 KiB long, which
 * bounds how far back an overlapping one can begin.
 */
#include "police.h"

#include <stdlib.h>

#define BUCKETS		16384
#define BUF_MAX		16384
#define QUEUES		2048

struct buf {
	uint64_t iova;
	uint32_t len;
	uint16_t queue;
	struct buf *next;
};

struct police {
	struct buf *bucket[BUCKETS];
	struct buf *free;
	uint32_t nr[QUEUES];		/* in flight */
};

static unsigned int bucket_of(uint64_t page)
{
	return (page ^ page >> 14) % BUCKETS;
}

struct police *police_new(void)
{
	return calloc(1, sizeof(struct police));
}

static void free_list(struct buf *b)
{
	while (b) {
		struct buf *next = b->next;

		free(b);
		b = next;
	}
}

void police_free(struct police *p)
{
	if (!p)
		return;
	for (unsigned int i = 0; i < BUCKETS; i++)
		free_list(p->bucket[i]);
	free_list(p->free);
	free(p);
}

/* Does any posted buffer share a byte with [iova, iova + len)? */
static bool overlaps(const struct police *p, uint64_t iova, uint32_t len)
{
	uint64_t first = iova < BUF_MAX ? 0 : (iova - (BUF_MAX - 1)) >> 12;

	for (uint64_t page = first; page <= (iova + len - 1) >> 12; page++)
		for (const struct buf *b = p->bucket[bucket_of(page)]; b; b = b->next)
			if (b->iova < iova + len && iova < b->iova + b->len)
				return true;
	return false;
}

bool police_post(struct police *p, unsigned int queue, uint64_t iova, uint32_t len)
{
	struct buf **bucket = &p->bucket[bucket_of(iova >> 12)], *b = p->free;
	bool reused = overlaps(p, iova, len);

	if (b)
		p->free = b->next;
	else
		b = malloc(sizeof(*b));
	if (!b)
		return reused;
	*b = (struct buf){ .iova = iova, .len = len, .queue = queue, .next = *bucket };
	*bucket = b;
	p->nr[queue]++;
	return reused;
}

static void unlink_buf(struct police *p, struct buf **at)
{
	struct buf *b = *at;

	*at = b->next;
	b->next = p->free;
	p->free = b;
	p->nr[b->queue]--;
}

void police_done(struct police *p, unsigned int queue, uint64_t iova)
{
	for (struct buf **at = &p->bucket[bucket_of(iova >> 12)]; *at; at = &(*at)->next)
		if ((*at)->iova == iova && (*at)->queue == queue) {
			unlink_buf(p, at);
			return;
		}
}

void police_drop(struct police *p, unsigned int queue)
{
	for (unsigned int i = 0; i < BUCKETS && p->nr[queue]; i++) {
		struct buf **at = &p->bucket[i];

		while (*at)
			if ((*at)->queue == queue)
				unlink_buf(p, at);
			else
				at = &(*at)->next;
	}
}
