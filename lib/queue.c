/* SPDX-License-Identifier: MIT */
/*
 * The software side of a queue pair: which buffer is in which ring slot, from start to stop. Works on
 * memory only; control.c says where that memory is and makes the hardware start and stop.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static bool is_pow2(uint32_t n)
{
	return n && !(n & (n - 1));
}

/* What may be asked of transmit on a device with these NDRV_FEAT_*. */
static uint32_t tx_flags(uint32_t features)
{
	uint32_t flags = NDRV_PKT_F_TX_IPV6;

	if (features & NDRV_FEAT_TX_CSUM)
		flags |= NDRV_PKT_F_TX_IP_CSUM | NDRV_PKT_F_TX_TCP_CSUM | NDRV_PKT_F_TX_UDP_CSUM |
			 NDRV_PKT_F_TX_SCTP_CSUM;
	if (features & NDRV_FEAT_TX_TSO)
		flags |= NDRV_PKT_F_TX_TSO;
	if (features & NDRV_FEAT_TX_VLAN)
		flags |= NDRV_PKT_F_TX_VLAN;
	return flags;
}

int ndrv_rings_init(struct ndrv_queue *q, const struct desc_ops *ops, const struct ndrv_rings *r)
{
	if (r->rx_entries && !is_pow2(r->rx_entries))
		return -EINVAL;
	if (r->tx_entries && !is_pow2(r->tx_entries))
		return -EINVAL;
	if (r->rx_entries && r->rx_entries <= ops->rx_tail_step)
		return -EINVAL;

	if (r->rx_entries) {
		q->rx.bufs = malloc(r->rx_entries * sizeof(*q->rx.bufs));
		if (!q->rx.bufs)
			return -ENOMEM;
		q->rx.mask = r->rx_entries - 1;
	}
	if (r->tx_entries) {
		q->tx.bufs = malloc(r->tx_entries * sizeof(*q->tx.bufs));
		q->tx.rs = malloc(r->tx_entries * sizeof(*q->tx.rs));
		if (!q->tx.bufs || !q->tx.rs) {
			ndrv_rings_exit(q);
			return -ENOMEM;
		}
		q->tx.mask = r->tx_entries - 1;
		q->tx.rs_block = q->tx.mask / 4 < TX_RS_BATCH ? q->tx.mask / 4 : TX_RS_BATCH - 1;
		q->tx.flags = tx_flags(r->features);
	}
	q->ops = ops;
	q->rx.ring = r->rx_ring;
	q->rx.tail = r->rx_tail;
	q->tx.ring = r->tx_ring;
	q->tx.tail = r->tx_tail;
	q->rx_buf_bytes = r->rx_buf_bytes;
	q->status = r->status;
	q->features = r->features;
	if (!q->counters)
		q->counters = &q->own_counters;
	return 0;
}

void ndrv_rings_exit(struct ndrv_queue *q)
{
	free(q->rx.bufs);
	free(q->tx.bufs);
	free(q->tx.rs);
	q->rx.bufs = NULL;
	q->tx.bufs = NULL;
	q->tx.rs = NULL;
}

/*
 * The hardware runs on zeroed rings, heads and tails are 0: post all receive buffers there is room for.
 * -ENOBUFS if the pool cannot give as many; then nothing is posted.
 */
int ndrv_rings_start(struct ndrv_queue *q, uint64_t generation)
{
	/* As many as the card can see. */
	uint32_t want = q->rx.mask & ~(q->ops->rx_tail_step - 1), have;
	uint8_t **bufs;
	int ret = 0;

	q->rx.next = 0;
	q->rx.fill = 0;
	q->tx.next = 0;
	q->tx.clean = 0;
	q->tx.rs_head = 0;
	q->tx.rs_tail = 0;
	memset(q->tx.ctx, 0, sizeof(q->tx.ctx));
	if (want) {
		bufs = malloc(want * sizeof(*bufs));
		if (!bufs)
			return -ENOMEM;
		ndrv_cache_empty(q);
		have = ndrv_pool_take(q->pool, bufs, want);
		if (have < want) {
			ndrv_pool_give(q->pool, bufs, have);
			ret = -ENOBUFS;
		} else {
			q->ops->rx_post(q, bufs, want);
		}
		free(bufs);
		if (ret)
			return ret;
	}
	q->generation = generation;
	q->rx.limit = q->rx.mask;
	q->tx.limit = q->tx.mask;
	if (q->rx.limit)
		ret = rx_ring_doorbell(q);
	if (ret)
		ndrv_rings_stop(q);
	return ret;
}

/* The hardware does no DMA for the pair any more: all buffers in the rings are the pool's again. */
void ndrv_rings_stop(struct ndrv_queue *q)
{
	uint8_t *buf;

	q->rx.limit = 0;
	q->tx.limit = 0;
	q->generation = 0;
	q->untold = 0;
	for (; q->rx.next != q->rx.fill; q->rx.next++)
		ndrv_pool_give(q->pool, &q->rx.bufs[q->rx.next & q->rx.mask], 1);
	for (; q->tx.clean != q->tx.next; q->tx.clean++) {
		buf = q->tx.bufs[q->tx.clean & q->tx.mask];
		if (buf)
			ndrv_pool_give(q->pool, &buf, 1);
	}
	q->tx.rs_head = q->tx.rs_tail;
	if (q->pool)
		ndrv_cache_empty(q);
}

/* Let the queue live on @pool, whose pieces the device reaches at @iovas. */
int ndrv_view_init(struct ndrv_queue *q, struct ndrv_pool *pool, const uint64_t *iovas,
		   uint32_t nr_iovas, uint32_t piece_shift)
{
	struct pool_view *v = &q->view;
	uint32_t buf_bytes = 1u << pool->buf_shift;
	uint64_t off = pool->base - pool->map;

	if (q->rx.mask && buf_bytes < q->rx_buf_bytes)
		return -EINVAL;
	if (piece_shift > 63)
		piece_shift = 63;
	if (nr_iovas > 1 && piece_shift < pool->buf_shift)
		return -EOPNOTSUPP;
	if (!nr_iovas || (off + pool->len_bytes - 1) >> piece_shift >= nr_iovas)
		return -EOPNOTSUPP;

	v->iovas = malloc(nr_iovas * sizeof(*v->iovas));
	if (!v->iovas)
		return -ENOMEM;
	memcpy(v->iovas, iovas, nr_iovas * sizeof(*v->iovas));
	v->base = pool->base;
	v->len_bytes = (uint64_t)pool->nr_bufs << pool->buf_shift;
	v->buf_shift = pool->buf_shift;
	v->buf_bytes = buf_bytes;
	v->headroom_bytes = q->rx.mask ? buf_bytes - q->rx_buf_bytes : 0;
	v->piece_off = off;
	v->piece_shift = piece_shift;
	v->piece_mask = (1ull << piece_shift) - 1;
	v->one_piece = nr_iovas == 1;
	v->iova_delta = iovas[0] + off - (uintptr_t)pool->base;
	q->pool = pool;
	__atomic_add_fetch(&pool->users, 1, __ATOMIC_RELAXED);
	return 0;
}

void ndrv_view_exit(struct ndrv_queue *q)
{
	if (!q->pool)
		return;
	ndrv_cache_empty(q);
	free(q->view.iovas);
	memset(&q->view, 0, sizeof(q->view));
	/* Release: whoever sees 0 users also sees our last buffers on the stack. */
	__atomic_sub_fetch(&q->pool->users, 1, __ATOMIC_RELEASE);
	q->pool = NULL;
}
