/* SPDX-License-Identifier: MIT */
/*
 * The entry points of the data path and what is the same for all descriptor formats. One indirect call
 * a burst, none a packet; the loops are in desc_<format>.c.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Asked only when there is nothing to do, so that a running queue never pays for it. */
int ndrv_why_idle(const struct ndrv_queue *q, uint32_t limit)
{
	if (!limit)
		return q->status && q->status->state == NDRV_STATE_GONE ? -ENODEV : -EPIPE;
	return ndrv_queue_check(q);
}

int ndrv_queue_check(const struct ndrv_queue *q)
{
	if (!q->generation)			/* then there may be no status page yet */
		return q->status && q->status->state == NDRV_STATE_GONE ? -ENODEV : -EPIPE;
	if (q->status->state == NDRV_STATE_GONE)
		return -ENODEV;
	return q->status->generation == q->generation ? 0 : -ESTALE;
}

int ndrv_rx_burst(struct ndrv_queue *q, struct ndrv_pkt *pkts, unsigned int n)
{
	return q->ops->rx_burst(q, pkts, n);
}

int ndrv_tx_burst(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n)
{
	return q->ops->tx_burst(q, pkts, n);
}

int ndrv_tx_reclaim(struct ndrv_queue *q)
{
	uint32_t busy;
	int ret;

	q->ops->tx_clean(q);
	busy = q->tx.next - q->tx.clean;
	if (!busy)
		return 0;
	ret = ndrv_why_idle(q, q->tx.limit);
	return ret ? ret : (int)busy;
}

int ndrv_rx_peek(struct ndrv_queue *q, unsigned int n, uint32_t *first)
{
	unsigned int ready = q->ops->rx_ready(q, n);

	*first = q->rx.next;
	return ready ? (int)ready : ndrv_why_idle(q, q->rx.limit);
}

const volatile void *ndrv_rx_desc(const struct ndrv_queue *q, uint32_t idx)
{
	return (const volatile uint8_t *)q->rx.ring + (idx & q->rx.mask) * q->ops->rx_desc_bytes;
}

void *ndrv_rx_data(const struct ndrv_queue *q, uint32_t idx)
{
	return q->rx.bufs[idx & q->rx.mask] + q->view.headroom_bytes;
}

int ndrv_rx_release(struct ndrv_queue *q, unsigned int n)
{
	uint32_t before = q->rx.fill, step = q->ops->rx_tail_step;
	unsigned int i;

	for (i = 0; i < n && q->rx.next != q->rx.fill; i++)
		q->ops->rx_post(q, &q->rx.bufs[q->rx.next++ & q->rx.mask], 1);
	/* The card does not see a tail that moves inside a step. */
	return (before ^ q->rx.fill) & ~(step - 1) ? rx_ring_doorbell(q) : 0;
}

int ndrv_tx_reserve(struct ndrv_queue *q, unsigned int n, uint32_t *first)
{
	struct tx_side *tx = &q->tx;

	if (n > tx->limit - (tx->next - tx->clean))
		q->ops->tx_clean(q);
	*first = tx->next;
	if (n <= tx->limit - (tx->next - tx->clean))
		return tx->limit ? (int)n : ndrv_why_idle(q, 0);
	return n > tx->limit && tx->limit ? -EINVAL : ndrv_why_idle(q, tx->limit);
}

volatile void *ndrv_tx_desc(const struct ndrv_queue *q, uint32_t idx)
{
	return (volatile uint8_t *)q->tx.ring + (idx & q->tx.mask) * q->ops->tx_desc_bytes;
}

int ndrv_tx_submit(struct ndrv_queue *q, unsigned int n)
{
	struct tx_side *tx = &q->tx;
	unsigned int i;

	if (!n)
		return 0;
	for (i = 0; i < n; i++)
		tx->bufs[tx->next++ & tx->mask] = NULL;
	tx->rs[tx->rs_tail++ & tx->mask] = tx->next - 1;
	/* There may have been context descriptors among them. */
	memset(tx->ctx, 0, sizeof(tx->ctx));
	return tx_ring_doorbell(q);
}

uint32_t ndrv_tx_sent(struct ndrv_queue *q)
{
	q->ops->tx_clean(q);
	return q->tx.clean;
}

uint64_t ndrv_iova(const struct ndrv_queue *q, const void *data)
{
	return view_iova(&q->view, data);
}
