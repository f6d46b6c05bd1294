// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82599 family's queue pairs: start, stop, doorbells. The pages of their registers can be in
 * user space, so nothing that is read from those registers is believed, and nothing is kept there.
 */
#include "hw_ixgbe.h"

/* The bound of every wait: polls times microseconds. */
#define IXGBE_QUEUE_POLLS		200	/* enabling and disabling a queue */
#define IXGBE_QUEUE_POLL_US		100
#define IXGBE_PREFETCH_US		100	/* prefetched: may still be written (4.6.7) */

static void ixgbe_rxq_off(struct ndrv_hw *hw, u32 q)
{
	ndrv_wr32(hw, IXGBE_RXDCTL(q), IXGBE_RXDCTL_SWFLSH);
}

static void ixgbe_txq_off(struct ndrv_hw *hw, u32 q)
{
	ndrv_wr32(hw, IXGBE_TXDCTL(q), IXGBE_TXDCTL_SWFLSH);
}

/* 4.6.7, 4.6.8: ENABLE reads 0 once the hardware has let go of the queue. */
static int ixgbe_queue_acked(struct ndrv_hw *hw, u32 reg, const char *name, u32 q, u32 want)
{
	int ret;

	ret = ixgbe_poll(hw, reg, IXGBE_RXDCTL_ENABLE, want, IXGBE_QUEUE_POLLS,
			 IXGBE_QUEUE_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "%s(%u).ENABLE does not become %u\n", name, q, !!want);
	return ret;
}

static int ixgbe_queue_off(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	int ret = 0, ret2;

	ixgbe_irq_detach(hw, q->queue, q->rx_entries, q->tx_entries);
	if (q->rx_entries)
		ixgbe_rxq_off(hw, q->queue);
	if (q->tx_entries)
		ixgbe_txq_off(hw, q->queue);
	if (q->rx_entries)
		ret = ixgbe_queue_acked(hw, IXGBE_RXDCTL(q->queue), "RXDCTL", q->queue, 0);
	if (q->tx_entries) {
		ret2 = ixgbe_queue_acked(hw, IXGBE_TXDCTL(q->queue), "TXDCTL", q->queue, 0);
		ret = ret ?: ret2;
	}
	/*
	 * The read pushes write-backs that are on their way ahead of itself, then prefetches end.
	 */
	ixgbe_flush(hw);
	ndrv_hw_sleep_us(hw, IXGBE_PREFETCH_US);
	ixgbe_flush(hw);
	if (ndrv_hw_gone(hw))
		return -ENODEV;
	return ret;
}

/* Written whole: user space can write this register, so what it holds is not taken over. */
void ixgbe_rx_drop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool drop)
{
	ndrv_wr32(hw, IXGBE_SRRCTL(q->queue),
		  FIELD_PREP(IXGBE_SRRCTL_BSIZEPKT, q->rx_buf_bytes >> 10) |
		  FIELD_PREP(IXGBE_SRRCTL_DESCTYPE, IXGBE_SRRCTL_ADV_ONEBUF) |
		  (drop ? IXGBE_SRRCTL_DROP_EN : 0));
}

/* Here, too, every register is written whole. */
static void ixgbe_rxq_setup(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	u32 i = q->queue;

	ndrv_wr32(hw, IXGBE_RDBAL(i), lower_32_bits(q->rx_iova));
	ndrv_wr32(hw, IXGBE_RDBAH(i), upper_32_bits(q->rx_iova));
	ndrv_wr32(hw, IXGBE_RDLEN(i), q->rx_entries * 16);
	ndrv_wr32(hw, IXGBE_DCA_RXCTRL(i), IXGBE_DCA_READ_RO);
	ixgbe_rx_drop(hw, q, true);
	ndrv_wr32(hw, IXGBE_RSCCTL(i), 0);
	ndrv_wr32(hw, IXGBE_RDH(i), 0);
	ndrv_wr32(hw, IXGBE_RDT(i), 0);
	ndrv_wr32(hw, IXGBE_RXDCTL(i),
		  IXGBE_RXDCTL_ENABLE | (q->vlan_strip ? IXGBE_RXDCTL_VME : 0));
}

/* WTHRESH 0: each descriptor with RS is written back on its own, as the data path expects. */
static void ixgbe_txq_setup(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	u32 i = q->queue;

	ndrv_wr32(hw, IXGBE_TDBAL(i), lower_32_bits(q->tx_iova));
	ndrv_wr32(hw, IXGBE_TDBAH(i), upper_32_bits(q->tx_iova));
	ndrv_wr32(hw, IXGBE_TDLEN(i), q->tx_entries * 16);
	ndrv_wr32(hw, IXGBE_DCA_TXCTRL(i), IXGBE_DCA_READ_RO | IXGBE_DCA_TXCTRL_DATA_RO);
	ndrv_wr32(hw, IXGBE_TDWBAL(i), 0);
	ndrv_wr32(hw, IXGBE_TDWBAH(i), 0);
	ndrv_wr32(hw, IXGBE_TDH(i), 0);
	ndrv_wr32(hw, IXGBE_TDT(i), 0);
	ndrv_wr32(hw, IXGBE_RTTDQSEL, i);
	ndrv_wr32(hw, IXGBE_RTTBCNRC, 0);
	ndrv_wr32(hw, IXGBE_TXDCTL(i), IXGBE_TXDCTL_ENABLE | FIELD_PREP(IXGBE_TXDCTL_PTHRESH, 32) |
		  FIELD_PREP(IXGBE_TXDCTL_HTHRESH, 1));
}

int ixgbe_queue_start(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	int ret;

	/*
	 * User space may have left the queue in any state: bases may only change while it is off.
	 */
	ret = ixgbe_queue_off(hw, q);
	if (ret)
		return ret;
	ixgbe_stats_attach(hw, q->queue);
	if (q->rx_entries) {
		ixgbe_rxq_setup(hw, q);
		ret = ixgbe_queue_acked(hw, IXGBE_RXDCTL(q->queue), "RXDCTL", q->queue,
					IXGBE_RXDCTL_ENABLE);
	}
	if (!ret && q->tx_entries) {
		ixgbe_txq_setup(hw, q);
		ret = ixgbe_queue_acked(hw, IXGBE_TXDCTL(q->queue), "TXDCTL", q->queue,
					IXGBE_TXDCTL_ENABLE);
	}
	if (ret)
		ixgbe_queue_stop(hw, q);
	return ret;
}

int ixgbe_queue_stop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	ixgbe_stats_detach(hw, q->queue);
	return ixgbe_queue_off(hw, q);
}

int ixgbe_sweep(struct ndrv_hw *hw, const struct ndrv_hw_live *live)
{
	struct ndrv_hw_queue q = {};
	int found = 0, ret;

	for (q.queue = 0; q.queue < IXGBE_QUEUES; q.queue++) {
		q.rx_entries = !test_bit(q.queue, live->rx) &&
			(ndrv_rd32(hw, IXGBE_RXDCTL(q.queue)) & IXGBE_RXDCTL_ENABLE);
		q.tx_entries = !test_bit(q.queue, live->tx) &&
			(ndrv_rd32(hw, IXGBE_TXDCTL(q.queue)) & IXGBE_TXDCTL_ENABLE);
		if (ndrv_hw_gone(hw))
			return -ENODEV;
		if (!q.rx_entries && !q.tx_entries)
			continue;
		found++;
		ret = ixgbe_queue_off(hw, &q);
		if (ret)
			return ret;
	}
	return found;
}

u32 ixgbe_tail_off(struct ndrv_hw *hw, u32 queue, bool tx)
{
	return tx ? IXGBE_TDT(queue) : IXGBE_RDT(queue);
}

void ixgbe_doorbell(struct ndrv_hw *hw, u32 queue, bool tx, u32 tail)
{
	ndrv_wr32(hw, ixgbe_tail_off(hw, queue, tx), tail);
}
