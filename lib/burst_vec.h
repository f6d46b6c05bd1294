/* SPDX-License-Identifier: MIT */
/*
 * The loops of burst.h over several packets at a time. Internal to lib/; included by burst.h in the builds
 * of desc_<format>.c with VEC_BYTES.
 *
 * They take what is common: whole frames of one piece without error, plain packets, buffers of the pool. At
 * anything else they stop, and the loops of burst.h, which know all cases, go on from there. So what they do
 * is by construction a part of what those would do, bit for bit; ring_simd_fuzz in selftests/host compares
 * them.
 */
#ifndef NDRV_BURST_VEC_H
#define NDRV_BURST_VEC_H

#include "vec.h"

/* Vectors of write-backs that are looked at together; packets in them. */
#define RX_VECS		(VEC_BYTES == 64 ? 2u : 4u)
#define RX_GROUP	(RX_VECS * VEC_QUADS)

/* A handle without data: length, flags, hash and tag as they lie in it. */
_Static_assert(offsetof(struct ndrv_pkt, data) == 0 && offsetof(struct ndrv_pkt, len) == 8 &&
	       offsetof(struct ndrv_pkt, flags) == 12 && offsetof(struct ndrv_pkt, hash) == 16 &&
	       offsetof(struct ndrv_pkt, vlan) == 20 && sizeof(struct ndrv_pkt) == 24, "handle");

#if VEC_BYTES == 64

/* @data has the addresses of eight packets, @rest what else is in their handles. */
vec_inline void vec_handles(struct ndrv_pkt *pkts, const v64 *data, const v64 *rest)
{
	uint8_t *p = (uint8_t *)pkts;
	v64 a = rest[0], b = rest[1], mid;

	mid = __builtin_shufflevector(a, b, 5, 0, 6, 7, 0, 8, 9, 0);
	vec_store(p, __builtin_shufflevector(a, *data, 8, 0, 1, 9, 2, 3, 10, 4));
	vec_store(p + 64, __builtin_shufflevector(mid, *data, 0, 11, 2, 3, 12, 5, 6, 13));
	vec_store(p + 128, __builtin_shufflevector(b, *data, 2, 3, 14, 4, 5, 15, 6, 7));
}

#else

vec_inline void vec_handles(struct ndrv_pkt *pkts, const v64 *data, const v64 *rest)
{
	unsigned int i;

	vec_unroll
	for (i = 0; i < RX_GROUP; i++)
		*(uint64_t *)&pkts[i].data = data[i / VEC_LANES][i % VEC_LANES];
	vec_unroll
	for (i = 0; i < RX_VECS; i++) {
#if VEC_BYTES == 16
		vec_store(&pkts[i].len, rest[i]);
#else
		quad_store(&pkts[2 * i].len, rest[i], 0);
		quad_store(&pkts[2 * i + 1].len, rest[i], 1);
#endif
	}
}

#endif

/* Is the last descriptor of the group at @d written back? Cards do that in order. */
burst_inline bool burst_rx_group(const struct burst_format *f, const volatile uint8_t *d)
{
	d += (RX_GROUP - 1) * f->rx_qwords * 8;
	return ndrv_load32(rx_dd_word((const volatile uint64_t *)d)) & 1;
}

/* Whole groups from slot @next on, up to @n handles and the end of the ring; adds their bytes to @bytes. */
burst_inline unsigned int burst_rx_vec(const struct ndrv_queue *q, const struct burst_format *f,
				       struct ndrv_pkt *pkts, uint32_t next, unsigned int n, uint32_t *bytes)
{
	const volatile uint64_t *ring = q->rx.ring;
	const size_t first = next & q->rx.mask, stride = f->rx_qwords * 8;
	const v64 headroom = vec_all(q->view.headroom_bytes);
	const v32 longest = VEC_EACH(q->rx_buf_bytes, 0, 0, 0), sign = VEC_EACH(1u << 31, 0, 0, 0);
	uint8_t *const *slots = q->rx.bufs + first;
	const volatile uint8_t *d = (const volatile uint8_t *)(ring + first * f->rx_qwords);
	unsigned int done, i;
	v32 sum = { 0 };

	if (n > q->rx.mask + 1 - first)
		n = q->rx.mask + 1 - first;
	/* Few packets a burst: be gone before the constants are loaded. */
	if (n < RX_GROUP || !burst_rx_group(f, d))
		return 0;
	for (done = 0; done + RX_GROUP <= n; done += RX_GROUP) {
		v64 raw[RX_VECS], rest[RX_VECS], data[RX_GROUP / VEC_LANES];
		v32 most;

		/* A card that is wrong about the order does not get past rx_vec(), which looks at all. */
		if (!burst_rx_group(f, d))
			break;
		ndrv_acquire();			/* (D), pairs with (C) of the card */
		vec_unroll
		for (i = 0; i < RX_VECS; i++)
			raw[i] = vec_gather(d + i * VEC_QUADS * stride, stride);
		if (unlikely(f->rx_vec(raw, rest)))
			break;
		most = (v32)rest[0];
		vec_unroll
		for (i = 1; i < RX_VECS; i++)
			most = vec_max32(most, (v32)rest[i]);
		if (unlikely(vec_any((v64)(longest - most), (v64)sign)))
			break;
		vec_unroll
		for (i = 0; i < RX_VECS; i++)
			sum += (v32)rest[i];
		vec_unroll
		for (i = 0; i < RX_GROUP / VEC_LANES; i++)
			data[i] = vec_load(slots + i * VEC_LANES) + headroom;
		vec_handles(pkts, data, rest);
		pkts += RX_GROUP;
		slots += RX_GROUP;
		d += RX_GROUP * stride;
	}
	vec_unroll
	for (i = 0; i < VEC_QUADS; i++)
		*bytes += sum[4 * i];
	return done;
}

/* As many of the next @n free slots as whole vectors before the end of the ring fill. */
burst_inline unsigned int burst_post_vec(struct ndrv_queue *q, const struct burst_format *f,
					 uint8_t *const *bufs, unsigned int n)
{
	volatile uint64_t *ring = q->rx.ring;
	const v64 delta = vec_all(q->view.iova_delta + q->view.headroom_bytes), zero = { 0 };
	const size_t first = q->rx.fill & q->rx.mask;
	uint8_t **slots = q->rx.bufs + first;
	volatile uint8_t *d = (volatile uint8_t *)(ring + first * f->rx_qwords);
	unsigned int done;

	if (!q->view.one_piece || n < VEC_LANES)
		return 0;
	if (n > q->rx.mask + 1 - first)
		n = q->rx.mask + 1 - first;
	for (done = 0; done + VEC_LANES <= n; done += VEC_LANES) {
		v64 v = vec_load(bufs + done);

		vec_store(slots + done, v);
		vec_scatter(d, f->rx_qwords * 8, v + delta, zero);
		d += VEC_LANES * f->rx_qwords * 8;
	}
	return done;
}

/*
 * Descriptors for the packets of whole vectors: all of them, or none if one is not plain. Behind tx.next the
 * ring is ours, so it does not matter what is written there in vain.
 */
burst_inline unsigned int burst_tx_vec(struct ndrv_queue *q, const struct burst_format *f,
				       const struct ndrv_pkt *pkts, unsigned int n)
{
	const struct pool_view *v = &q->view;
	volatile uint64_t *ring = q->tx.ring;
	const size_t first = q->tx.next & q->tx.mask;
	const v64 base = vec_all((uintptr_t)v->base), last = vec_all(v->len_bytes - 1);
	const v64 in_buf = vec_all(v->buf_bytes - 1), delta = vec_all(v->iova_delta);
	const v64 low = vec_all(0xffffffff), sign = vec_all(1ull << 63);
	const v64 special = vec_all((uint64_t)(NDRV_PKT_F_MORE | TX_REQUESTS) << 32);
	/* Lengths and flags alternate in these; flags are not looked at here. */
	const v32 longest = (v32)vec_all(f->tx_max_bytes), shortest = (v32)vec_all(f->tx_min_bytes);
	v64 outside = { 0 }, flags = { 0 };
	v32 most = { 0 }, least = ~(v32){ 0 };
	unsigned int done;

	if (!v->one_piece || n < VEC_LANES)
		return 0;
	if (n > q->tx.mask + 1 - first)
		n = q->tx.mask + 1 - first;
	for (done = 0; done + VEC_LANES <= n; done += VEC_LANES) {
		v64 data, word, off, len, in;

		vec_split(pkts + done, &data, &word);
		off = data - base;
		len = word & low;
		in = off & in_buf;
		/* Bit 63 of some of these, or all is well: pools are smaller than that. */
		outside |= off | (last - off) | (in_buf + 1 - in - len);
		flags |= word;
		most = vec_max32(most, (v32)word);
		least = vec_min32(least, (v32)word);
		vec_store(q->tx.bufs + first + done, data - in);
		vec_scatter((volatile uint8_t *)(ring + (first + done) * 2), 16, data + delta,
			    f->tx_command_vec(len));
	}
	/* What fits into a buffer can be compared by the sign of a difference. */
	outside |= (v64)((longest - most) | (least - shortest)) << 32;
	if (unlikely(vec_any(outside, sign) || vec_any(flags, special)))
		return 0;
	return done;
}

/* Buffers of sent descriptors from slot @first on: those of whole vectors, unless one has none. */
burst_inline unsigned int burst_free_vec(uint8_t **to, uint8_t *const *slots, unsigned int n)
{
	v64 none = { 0 };
	unsigned int done;

	if (n < VEC_LANES)
		return 0;
	for (done = 0; done + VEC_LANES <= n; done += VEC_LANES) {
		v64 v = vec_load(slots + done);

		none |= (v64)(v == 0);
		vec_store(to + done, v);
	}
	return vec_any(none, vec_all(~0ull)) ? 0 : done;
}

#endif
