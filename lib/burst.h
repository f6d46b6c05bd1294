/* SPDX-License-Identifier: MIT */
/*
 * The loops of the data path, written once for all descriptor formats. Each desc_<format>.c compiles
 * them with constants of its own: everything here is inlined into it, @f is folded away. Internal to
 * lib/; the meaning of descriptor bits stays in those files.
 *
 * Cache lines a forwarded packet touches, in parts of one line (descriptors of receive are 16 bytes, E810: 32):
 *   shared with the card     receive 1/4 (1/2) and as much again for the refill, transmit 1/4
 *   slots, both rings        written 1/8 and read 1/8 each
 *   free buffers             written 1/8 and read 1/8, the same ones
 *   handle                   3/8, of the caller, written and read
 * The frame itself is not touched. Handles are the caller's array, which stays warm: a smaller one saves nothing.
 *
 * No prefetching: what the loops read next is in the line that the card writes next, and asking for it early
 * takes it away from the card. Measured on forward at bursts of 8 and 32, the card on another core:
 *   the next two lines of receive descriptors	within 3 % mostly; AVX-512 on E810 at 32 lost 12 %
 *   refilled descriptors, for writing		within 7 % both ways
 *   transmit descriptors, for writing		AVX2 at 32 won 22 % on E810 and lost 56 % on 82599, scalar lost
 *						45 and 84 %
 *   first line of each frame received		5 of 47 instructions and 0.7 ns for programs that read none; one
 *						that reads them knows better which, and when
 */
#ifndef NDRV_BURST_H
#define NDRV_BURST_H

#include <errno.h>

#include "internal.h"
#ifdef VEC_BYTES
#include "vec.h"
#endif

#define burst_inline static inline __attribute__((always_inline))

/* Receive slots are refilled, and the tail moved, when so many are empty. */
#define RX_POST_BATCH	32u
/* All that may be asked of transmit, known or not. */
#define TX_REQUESTS	0x00ffff00u

struct tx_frame;

/*
 * What the loops must know of a format. Of a receive descriptor: the first quadword takes the buffer
 * address and the second one 0; it is written back when bit 0 of the second one is set. A transmit
 * descriptor has 16 bytes: the address, then what tx_command() says.
 */
struct burst_format {
	uint32_t rx_qwords;		/* length of a receive descriptor */
	uint32_t rx_tail_step;		/* the card rounds its tail down to a multiple of this */
	uint32_t tx_min_bytes, tx_max_bytes;	/* of a frame; a longer or shorter one harms the card */
	uint32_t tx_desc_bytes;		/* most in one descriptor, not less than tx_max_bytes */
	uint32_t tx_max_pieces;		/* descriptors of a frame, or of a segment */
	uint32_t tx_max_tso_descs;	/* ... of all segments together; not less */
	uint64_t tx_rs;			/* second quadword: report status */
	unsigned int tx_done_word;	/* 32-bit word of a descriptor with the report in it */
	uint32_t tx_done;		/* the bits that are all set then */
	/* Second quadword for @len bytes of a frame of @total, or with that payload to be segmented. */
	uint64_t (*tx_command)(uint32_t len, uint32_t total, bool last);
	/* The requests of @pkt, which have been looked at, as descriptors; changes the end of @fr only. */
	void (*tx_offload)(const struct tx_side *tx, const struct ndrv_pkt *pkt, struct tx_frame *fr);
	/*
	 * Fill in all of @pkt but data; returns its flags. @word is the third 32-bit word of @d, the one
	 * with DD; @d may be read behind it. With MORE set the other flags do not matter. Sets @bad if
	 * FRAME_BAD may be among them.
	 */
	uint32_t (*rx_decode)(const volatile uint64_t *d, uint32_t word, uint32_t buf_bytes,
			      struct ndrv_pkt *pkt, bool *bad);
#ifdef VEC_BYTES
	/*
	 * The same for RX_VECS vectors of what cards write back, as handles without data in @rest; and
	 * tx_command() of whole frames of one piece. True: these are not all done, in one piece and without
	 * error; then @rest does not matter.
	 */
	bool (*rx_vec)(const v64 *raw, v64 *rest);
	v64 (*tx_command_vec)(v64 len);
#endif
};

burst_inline const volatile uint32_t *rx_dd_word(const volatile uint64_t *d)
{
	return (const volatile uint32_t *)d + 2;
}

/*
 * The last two members of a handle, in one store. Volatile, or the compiler gathers the handle in a vector
 * register, with twice the instructions.
 */
burst_inline void rx_set_vlan(struct ndrv_pkt *pkt, uint32_t vlan)
{
	_Static_assert(offsetof(struct ndrv_pkt, mss) == offsetof(struct ndrv_pkt, vlan) + 2, "order");
	*(volatile uint32_t *)&pkt->vlan = vlan;
}

#ifdef VEC_BYTES
#include "burst_vec.h"
#endif

/* Up to the end of the ring. One loop for both cases: @one_piece is a constant where this is called. */
burst_inline void burst_post(struct ndrv_queue *q, const struct burst_format *f, uint8_t *const *bufs,
			     unsigned int n, bool one_piece)
{
	const struct pool_view v = q->view;
	const uint64_t delta = v.iova_delta + v.headroom_bytes;
	const size_t first = q->rx.fill & q->rx.mask;
	volatile uint64_t *d = (volatile uint64_t *)q->rx.ring + first * f->rx_qwords;
	uint8_t **slots = q->rx.bufs + first;
	unsigned int i;

	for (i = 0; i < n; i++, d += f->rx_qwords) {
		uint8_t *buf = bufs[i];

		slots[i] = buf;
		d[0] = one_piece ? (uintptr_t)buf + delta : view_iova(&v, buf + v.headroom_bytes);
		d[1] = 0;
	}
	q->rx.fill += n;
}

burst_inline void burst_post_some(struct ndrv_queue *q, const struct burst_format *f,
				  uint8_t *const *bufs, unsigned int n)
{
	if (q->view.one_piece)
		burst_post(q, f, bufs, n, true);
	else
		burst_post(q, f, bufs, n, false);
}

burst_inline void burst_rx_post(struct ndrv_queue *q, const struct burst_format *f,
				uint8_t *const *bufs, unsigned int n)
{
	while (n) {
		/* Up to the end of the ring, and from there on. */
		unsigned int until = q->rx.mask + 1 - (q->rx.fill & q->rx.mask);
		unsigned int part = n < until ? n : until, done = 0;

#ifdef VEC_BYTES
		done = burst_post_vec(q, f, bufs, part);
		q->rx.fill += done;
#endif
		if (done < part)
			burst_post_some(q, f, bufs + done, part - done);
		bufs += part;
		n -= part;
	}
}

/*
 * Fill the empty slots from the cache, as far as the card can see: it gets all that is posted. A batch
 * that the pool cannot give in full is tried again.
 */
burst_inline void burst_refill(struct ndrv_queue *q, const struct burst_format *f, uint32_t empty)
{
	uint32_t n = empty, beyond;

	/* Refill what fits into one cache; the next burst does the rest. */
	if (n > CACHE_CHUNK)
		n = CACHE_CHUNK;
	if (n > cache_have(q, n))
		n = q->cache.n;
	beyond = (q->rx.fill + n) & (f->rx_tail_step - 1);
	if (n <= beyond)
		return;
	n -= beyond;
	q->cache.n -= n;
	burst_rx_post(q, f, q->cache.bufs + q->cache.n, n);
	/* A kernel doorbell that fails means a revoked queue; the next empty burst says so. */
	(void)rx_ring_doorbell(q);
}

/* Others read the page at any time: whole 64-bit stores. */
static inline void burst_count(__u64 *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/* Apart from the loops over descriptors, which have no register left for it. */
static inline uint32_t burst_bytes(const struct ndrv_pkt *pkts, unsigned int n)
{
	const struct ndrv_pkt *end = pkts + n;
	uint32_t bytes = 0;

	for (; pkts + 8 <= end; pkts += 8)
		bytes += pkts[0].len + pkts[1].len + pkts[2].len + pkts[3].len +
			 pkts[4].len + pkts[5].len + pkts[6].len + pkts[7].len;
	for (; pkts != end; pkts++)
		bytes += pkts->len;
	return bytes;
}

burst_inline void burst_rx_count(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n,
				 unsigned int frames, uint32_t bytes, bool bad)
{
	struct ndrv_counters *c = q->counters;

	burst_count(&c->rx_packets, frames);
	burst_count(&c->rx_bytes, bytes);
	if (unlikely(bad)) {
		while (n--)
			if (pkts[n].flags & NDRV_PKT_F_FRAME_BAD)
				burst_count(&c->rx_errors, 1);
	}
}

/* How far a burst has come, in handles; the first @frames_end of them are complete frames. */
struct rx_run {
	unsigned int n, frames_end;
	unsigned int more;		/* handles that are not the last of their frame */
	bool bad;
};

/* One by one, until there are @n or something has not arrived. */
burst_inline void burst_rx_some(const struct ndrv_queue *q, const struct burst_format *f,
				struct rx_run *run, struct ndrv_pkt *pkts, unsigned int n)
{
	const volatile uint64_t *ring = q->rx.ring;
	uint8_t *const *slots = q->rx.bufs;
	const uint32_t next = q->rx.next, mask = q->rx.mask;
	uint32_t buf_bytes = q->rx_buf_bytes, headroom = q->view.headroom_bytes;
	unsigned int i = run->n, end = run->frames_end;
	struct ndrv_pkt *pkt = pkts + i;

	for (; i != n; pkt++) {
		size_t slot = (next + i) & mask;
		const volatile uint64_t *d = ring + slot * f->rx_qwords;
		uint32_t word = ndrv_load32(rx_dd_word(d));

		if (!(word & 1))
			break;
		ndrv_acquire();			/* (D), pairs with (C) of the card */
		pkt->data = slots[slot] + headroom;
		i++;
		/* Only the last piece has valid flags. Pieces behind the last complete frame stay. */
		if (likely(!(f->rx_decode(d, word, buf_bytes, pkt, &run->bad) & NDRV_PKT_F_MORE))) {
			end = i;
		} else {
			pkt->flags = NDRV_PKT_F_MORE;
			run->more++;
		}
	}
	run->n = i;
	run->frames_end = end;
}

/* Returns the bytes of complete frames. */
burst_inline uint32_t burst_rx_scalar(const struct ndrv_queue *q, const struct burst_format *f,
				      struct rx_run *run, struct ndrv_pkt *pkts, unsigned int n)
{
	burst_rx_some(q, f, run, pkts, n);
	return burst_bytes(pkts, run->frames_end);
}

#ifdef VEC_BYTES

/* The same by groups; what does not fit into one is looked at one by one. */
burst_inline uint32_t burst_rx_all(const struct ndrv_queue *q, const struct burst_format *f,
				   struct rx_run *run, struct ndrv_pkt *pkts, unsigned int n)
{
	uint32_t bytes = 0;

	if (n < RX_GROUP)
		return burst_rx_scalar(q, f, run, pkts, n);
	while (run->n != n) {
		unsigned int got = burst_rx_vec(q, f, pkts + run->n, q->rx.next + run->n, n - run->n,
						&bytes), from, part;

		run->n += got;
		if (got)
			run->frames_end = run->n;
		if (run->n == n)
			break;
		from = run->n;
		part = n - from < RX_GROUP ? n : from + RX_GROUP;
		burst_rx_some(q, f, run, pkts, part);
		bytes += burst_bytes(pkts + from, run->n - from);
		if (run->n != part)
			break;
	}
	if (unlikely(run->n != run->frames_end))
		bytes -= burst_bytes(pkts + run->frames_end, run->n - run->frames_end);
	return bytes;
}

#else
#define burst_rx_all burst_rx_scalar
#endif

burst_inline int burst_rx(struct ndrv_queue *q, const struct burst_format *f, struct ndrv_pkt *pkts,
			  unsigned int n)
{
	uint32_t posted = q->rx.fill - q->rx.next, empty, bytes;
	struct rx_run run = { .n = 0 };

	bytes = burst_rx_all(q, f, &run, pkts, n < posted ? n : posted);
	q->rx.next += run.frames_end;

	empty = q->rx.limit - (q->rx.fill - q->rx.next);
	if (empty >= RX_POST_BATCH)
		burst_refill(q, f, empty);
	if (likely(run.frames_end)) {
		burst_rx_count(q, pkts, run.frames_end, run.n - run.more, bytes, run.bad);
		return run.frames_end;
	}
	if (run.n && run.n == n)
		return -EMSGSIZE;
	return ndrv_why_idle(q, q->rx.limit);
}

burst_inline unsigned int burst_rx_ready(struct ndrv_queue *q, const struct burst_format *f,
					 unsigned int n)
{
	const volatile uint64_t *ring = q->rx.ring;
	uint32_t posted = q->rx.fill - q->rx.next;
	unsigned int i;

	if (n > posted)
		n = posted;
	for (i = 0; i < n; i++) {
		size_t slot = (q->rx.next + i) & q->rx.mask;

		if (!(ndrv_load32(rx_dd_word(ring + slot * f->rx_qwords)) & 1))
			break;
	}
	ndrv_acquire();				/* (D), pairs with (C) of the card */
	return i;
}

/* Buffers of the sent descriptors [clean, end) go to the cache; raw ones have none. */
static inline void tx_free_until(struct ndrv_queue *q, uint32_t end)
{
	struct tx_side *tx = &q->tx;
	struct cache *c = &q->cache;
	uint8_t *const *slots = tx->bufs;
	uint32_t clean = tx->clean, mask = tx->mask;

	while (clean != end) {
		/* Up to the end of the ring, and from there on. */
		uint32_t part = end - clean, first = clean & mask, n, i = 0;

		if (part > mask + 1 - first)
			part = mask + 1 - first;
		if (part > CACHE_CHUNK)
			part = CACHE_CHUNK;
		cache_make_room(q, part);
		n = c->n;
#ifdef VEC_BYTES
		i = burst_free_vec(c->bufs + n, slots + first, part);
		n += i;
#endif
		for (; i < part; i++) {
			uint8_t *buf = slots[first + i];

			c->bufs[n] = buf;
			n += buf != NULL;
		}
		c->n = n;
		clean += part;
	}
	tx->clean = end;
}

/* Has the oldest descriptor that reports its status been sent? */
burst_inline bool burst_tx_ready(const struct ndrv_queue *q, const struct burst_format *f)
{
	const volatile uint32_t *ring = q->tx.ring;
	const struct tx_side *tx = &q->tx;
	uint32_t last;

	if (tx->rs_head == tx->rs_tail)
		return false;
	last = tx->rs[tx->rs_head & tx->mask];
	return (ndrv_load32(&ring[(last & tx->mask) * 4 + f->tx_done_word]) & f->tx_done) == f->tx_done;
}

burst_inline void burst_tx_clean(struct ndrv_queue *q, const struct burst_format *f)
{
	const volatile uint32_t *ring = q->tx.ring;
	struct tx_side *tx = &q->tx;
	uint32_t head = tx->rs_head, end = tx->clean;

	for (; head != tx->rs_tail; head++) {
		uint32_t last = tx->rs[head & tx->mask];
		uint32_t word = ndrv_load32(&ring[(last & tx->mask) * 4 + f->tx_done_word]);

		if ((word & f->tx_done) != f->tx_done)
			break;
		end = last + 1;
	}
	if (head == tx->rs_head)
		return;
	ndrv_acquire();				/* (D), pairs with (C) of the card */
	tx->rs_head = head;
	tx_free_until(q, end);
}

/*
 * The descriptor before tx->next reports its status. It ends a frame (RS is legal only there). Reports of
 * one block of descriptors are awaited together: the last one that was asked for stands for all of them.
 *
 * Why every burst asks: it may be the last one for long, its buffers must come back, and once the tail has
 * moved RS cannot be put in. Asking once in 32 descriptors over several bursts would save of a burst of one
 * 16 instructions (of 252 transmit, of 365 forward) and 1 of 16 ns, of a burst of eight less than 2 %.
 */
burst_inline void burst_ask_status(struct ndrv_queue *q, const struct burst_format *f)
{
	volatile uint64_t *ring = q->tx.ring;
	struct tx_side *tx = &q->tx;
	uint32_t last = tx->next - 1, tail = tx->rs_tail, mask = tx->mask;

	ring[(last & mask) * 2 + 1] |= f->tx_rs;
	if (tail == tx->rs_head || (tx->rs[(tail - 1) & mask] ^ last) & ~tx->rs_block)
		tx->rs_tail = ++tail;
	tx->rs[(tail - 1) & mask] = last;
}

/*
 * Write descriptors for packets that are one piece each and ask for nothing, before the end of the ring; ends
 * at the first that is not so, or is bad.
 */
burst_inline unsigned int burst_write_single(struct ndrv_queue *q, const struct burst_format *f,
					     const struct ndrv_pkt *pkts, unsigned int n,
					     bool one_piece)
{
	const struct pool_view v = q->view;
	const uint64_t in_buf_mask = v.buf_bytes - 1;
	const size_t first = q->tx.next & q->tx.mask;
	volatile uint64_t *d = (volatile uint64_t *)q->tx.ring + first * 2;
	uint8_t **const slots = q->tx.bufs + first;
	unsigned int i;

	for (i = 0; i < n; i++, pkts++, d += 2) {
		uint8_t *data = pkts->data;
		uint64_t off = (uintptr_t)data - (uintptr_t)v.base, in_buf = off & in_buf_mask;
		uint32_t len = pkts->len;

		if (unlikely(pkts->flags & (NDRV_PKT_F_MORE | TX_REQUESTS) ||
			     len - f->tx_min_bytes > f->tx_max_bytes - f->tx_min_bytes ||
			     off >= v.len_bytes || in_buf + len - 1 > in_buf_mask))
			break;
		slots[i] = data - in_buf;
		d[0] = one_piece ? (uintptr_t)data + v.iova_delta : view_iova(&v, data);
		d[1] = f->tx_command(len, len, true);
	}
	q->tx.next += i;
	return i;
}

burst_inline unsigned int burst_tx_some(struct ndrv_queue *q, const struct burst_format *f,
					const struct ndrv_pkt *pkts, unsigned int n)
{
	return q->view.one_piece ? burst_write_single(q, f, pkts, n, true) :
				   burst_write_single(q, f, pkts, n, false);
}

/* The same, by vectors as far as there are whole ones. */
burst_inline unsigned int burst_tx_single(struct ndrv_queue *q, const struct burst_format *f,
					  const struct ndrv_pkt *pkts, unsigned int n)
{
#ifdef VEC_BYTES
	unsigned int done;

	if (n < VEC_LANES)
		return burst_tx_some(q, f, pkts, n);
	done = burst_tx_vec(q, f, pkts, n);
	q->tx.next += done;
	return done == n ? n : done + burst_tx_some(q, f, pkts + done, n - done);
#else
	return burst_tx_some(q, f, pkts, n);
#endif
}

#include "frame.h"

/* @frames is burst_tx_frames() for @f, a function of its own: it needs what registers there are. */
burst_inline int burst_tx(struct ndrv_queue *q, const struct burst_format *f,
			  const struct ndrv_pkt *pkts, unsigned int n,
			  int (*frames)(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n,
					unsigned int *more))
{
	struct tx_side *tx = &q->tx;
	uint32_t busy = tx->next - tx->clean, room;
	unsigned int done = 0, more = 0;
	int ret = 1;

	/* Early, so that few buffers circulate and stay in the CPU's cache. */
	if (busy >= TX_RS_BATCH || n > tx->limit - busy) {
		q->ops->tx_clean(q);
		busy = tx->next - tx->clean;
	}
	room = tx->limit - busy;
	do {
		unsigned int part = tx->mask + 1 - (tx->next & tx->mask), got;

		part = part < TX_RS_BATCH ? part : TX_RS_BATCH;
		part = part < room ? part : room;
		part = part < n - done ? part : n - done;
		got = burst_tx_single(q, f, pkts + done, part);
		if (unlikely(got < part)) {
			ret = frames(q, pkts + done + got, n - done - got, &more);
			got += ret > 0 ? ret : 0;
		}
		if (likely(got))
			burst_ask_status(q, f);
		done += got;
		if (likely(done == n) || unlikely(ret <= 0))
			break;
		room = tx->limit - (tx->next - tx->clean);
	} while (room);
	if (likely(done)) {
		burst_count(&q->counters->tx_packets, done - more);
		burst_count(&q->counters->tx_bytes, burst_bytes(pkts, done));
		/* A kernel doorbell that fails means a revoked queue; the next full burst says so. */
		(void)tx_ring_doorbell(q);
		return done;
	}
	if (!n)
		return 0;
	return ret < 0 ? ret : ndrv_why_idle(q, tx->limit);
}

/* One struct desc_ops for each build of a file. */
#if !defined(VEC_BYTES)
#define DESC_OPS(name)		name
#elif VEC_BYTES == 16
#define DESC_OPS(name)		DESC_OPS_OF(name, sse4)
#elif VEC_BYTES == 32
#define DESC_OPS(name)		DESC_OPS_OF(name, avx2)
#else
#define DESC_OPS(name)		DESC_OPS_OF(name, avx512)
#endif
#define DESC_OPS_OF(name, simd)	DESC_OPS_NAME(name, simd)
#define DESC_OPS_NAME(name, simd) name##_##simd

/* The functions of a struct desc_ops for @format, a constant in this file. */
#define BURST_OPS(format)							\
static void rx_post(struct ndrv_queue *q, uint8_t *const *bufs, unsigned int n)	\
{										\
	burst_rx_post(q, &(format), bufs, n);					\
}										\
static int rx_burst(struct ndrv_queue *q, struct ndrv_pkt *pkts, unsigned int n)	\
{										\
	return burst_rx(q, &(format), pkts, n);					\
}										\
static unsigned int rx_ready(struct ndrv_queue *q, unsigned int n)		\
{										\
	return burst_rx_ready(q, &(format), n);					\
}										\
static void tx_clean(struct ndrv_queue *q)					\
{										\
	burst_tx_clean(q, &(format));						\
}										\
static bool tx_ready(const struct ndrv_queue *q)				\
{										\
	return burst_tx_ready(q, &(format));					\
}										\
static __attribute__((noinline)) int						\
tx_frames(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n, unsigned int *more) \
{										\
	return burst_tx_frames(q, &(format), pkts, n, more);			\
}										\
static int tx_burst(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n) \
{										\
	return burst_tx(q, &(format), pkts, n, tx_frames);			\
}

#endif
