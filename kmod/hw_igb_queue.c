// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82576's queue pairs: start, stop, doorbells. The pages of their registers can be in user space, so
 * nothing that is read from those registers is believed, and nothing is kept there.
 *
 * What proves that a queue does no DMA any more
 *
 * ENABLE reads 0 once the hardware has let go of the queue. It is in a page that user
 * space may write, but the core takes those pages away before it stops a pair, and what another process
 * enables again is found by sweep. The descriptors that had been fetched may still be worked on, which
 * the data sheet gives no bit for: their requests are answered within PCIe's completion timeout, whose
 * default is 50 us to 50 ms, and a root complex that is alive needs microseconds. So there is a wait,
 * as long as the stock driver's, and a read after it, which pushes the write-backs ahead of itself.
 *
 * QEMU's model does transmit DMA inside the write of a tail, and receive DMA inside its main loop or
 * the sender's write; both hold the lock that a register access of ours takes as well, and look at ENABLE
 * before each frame. There the write of 0 alone is the proof.
 */
#include "hw_igb.h"

/* The bound of every wait: polls times microseconds. */
#define IGB_QUEUE_POLLS		200	/* enabling and disabling a queue */
#define IGB_QUEUE_POLL_US	100
#define IGB_DRAIN_US		10000	/* what had been fetched */

/* RXDCTL and TXDCTL are alike where it matters here. */
static int igb_queue_acked(struct ndrv_hw *hw, u32 reg, const char *name, u32 q, u32 want)
{
	int ret;

	ret = igb_poll(hw, reg, IGB_DCTL_ENABLE, want, IGB_QUEUE_POLLS, IGB_QUEUE_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "%s(%u).ENABLE does not become %u\n", name, q, !!want);
	return ret;
}

/* Without the wait: the caller knows whether the queue can have done anything. */
static int igb_queue_disable(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	int ret = 0, ret2;

	if (q->rx_entries)
		ndrv_wr32(hw, IGB_RXDCTL(q->queue), IGB_DCTL_SWFLSH);
	if (q->tx_entries)
		ndrv_wr32(hw, IGB_TXDCTL(q->queue), IGB_DCTL_SWFLSH);
	if (q->rx_entries)
		ret = igb_queue_acked(hw, IGB_RXDCTL(q->queue), "RXDCTL", q->queue, 0);
	if (q->tx_entries) {
		ret2 = igb_queue_acked(hw, IGB_TXDCTL(q->queue), "TXDCTL", q->queue, 0);
		ret = ret ?: ret2;
	}
	return ndrv_hw_gone(hw) ? -ENODEV : ret;
}

static int igb_queue_off(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	struct igb *x = hw->priv;
	int ret;

	igb_irq_detach(hw, q->queue, q->rx_entries, q->tx_entries);
	ret = igb_queue_disable(hw, q);
	igb_flush(hw);
	ndrv_hw_sleep_us(hw, IGB_DRAIN_US);
	igb_flush(hw);
	if (q->rx_entries)
		x->rx_on &= ~BIT(q->queue);
	return ndrv_hw_gone(hw) ? -ENODEV : ret;
}

/* RCTL and TCTL are off: no queue has had anything to do. */
int igb_queues_off(struct ndrv_hw *hw)
{
	struct igb *x = hw->priv;
	struct ndrv_hw_queue q = { .rx_entries = 1, .tx_entries = 1 };
	int ret;

	for (q.queue = 0; q.queue < IGB_QUEUES; q.queue++) {
		ret = igb_queue_disable(hw, &q);
		if (ret)
			return ret;
	}
	x->rx_on = 0;
	return 0;
}

/* Written whole: user space can write this register, so what it holds is not taken over. */
void igb_rx_drop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool drop)
{
	ndrv_wr32(hw, IGB_SRRCTL(q->queue),
		  FIELD_PREP(IGB_SRRCTL_BSIZEPKT, q->rx_buf_bytes >> 10) |
		  FIELD_PREP(IGB_SRRCTL_DESCTYPE, IGB_SRRCTL_ADV_ONEBUF) |
		  (drop ? IGB_SRRCTL_DROP_EN : 0));
}

/*
 * Here, too, every register is written whole. WTHRESH 1 is the least with which receive descriptors are
 * written back at once.
 */
static void igb_rxq_setup(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	u32 i = q->queue;

	ndrv_wr32(hw, IGB_RDBAL(i), lower_32_bits(q->rx_iova));
	ndrv_wr32(hw, IGB_RDBAH(i), upper_32_bits(q->rx_iova));
	ndrv_wr32(hw, IGB_RDLEN(i), q->rx_entries * 16);
	ndrv_wr32(hw, IGB_DCA_RXCTRL(i), IGB_DCA_READ_RO);
	igb_rx_drop(hw, q, true);
	ndrv_wr32(hw, IGB_RDH(i), 0);
	ndrv_wr32(hw, IGB_RDT(i), 0);
	ndrv_wr32(hw, IGB_RXDCTL(i), IGB_DCTL_ENABLE | FIELD_PREP(IGB_DCTL_PTHRESH, 8) |
		  FIELD_PREP(IGB_DCTL_HTHRESH, 8) | FIELD_PREP(IGB_DCTL_WTHRESH, 1));
}

/* WTHRESH 0: each descriptor with RS is written back on its own, as the data path expects. */
static void igb_txq_setup(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	u32 i = q->queue;

	ndrv_wr32(hw, IGB_TDBAL(i), lower_32_bits(q->tx_iova));
	ndrv_wr32(hw, IGB_TDBAH(i), upper_32_bits(q->tx_iova));
	ndrv_wr32(hw, IGB_TDLEN(i), q->tx_entries * 16);
	ndrv_wr32(hw, IGB_DCA_TXCTRL(i), IGB_DCA_READ_RO | IGB_DCA_TXCTRL_DATA_RO);
	ndrv_wr32(hw, IGB_TDWBAL(i), 0);
	ndrv_wr32(hw, IGB_TDWBAH(i), 0);
	ndrv_wr32(hw, IGB_TDH(i), 0);
	ndrv_wr32(hw, IGB_TDT(i), 0);
	ndrv_wr32(hw, IGB_TXDCTL(i), IGB_DCTL_ENABLE | FIELD_PREP(IGB_DCTL_PTHRESH, 8) |
		  FIELD_PREP(IGB_DCTL_HTHRESH, 1));
}

/*
 * Whoever had the queue may have left half a frame with the card, by descriptors without EOP, and what it
 * remembers of that frame (its offloads, or that it can only be thrown away) goes into the next one's
 * making: QEMU's model forgets it at EOP or in a reset, whatever ENABLE does, and a card is only said to
 * be disabled between frames. A reset would take the port from everybody. So the next frame is one of
 * ours, a legacy descriptor of length 0, which ends a frame and transfers no data (Intel's manual of the
 * 8254x, from which the 82576 has this format: 3.3.3). A card that does not take it within the bound is
 * started all the same.
 */
static int igb_txq_forget(struct ndrv_hw *hw, u32 queue)
{
	struct igb *x = hw->priv;
	const struct ndrv_hw_queue q = {
		.queue = queue, .tx_entries = IGB_NULL_ENTRIES, .tx_iova = x->nothing_iova,
	};
	int ret;

	igb_txq_setup(hw, &q);
	ret = igb_queue_acked(hw, IGB_TXDCTL(queue), "TXDCTL", queue, IGB_DCTL_ENABLE);
	if (!ret) {
		ndrv_wr32(hw, IGB_TDT(queue), 1);
		igb_poll(hw, IGB_TDH(queue), ~0U, 1, IGB_QUEUE_POLLS, IGB_QUEUE_POLL_US);
	}
	return igb_queue_disable(hw, &q) ?: ret;
}

/*
 * Tags are taken out on all queues or on none (CTRL.VME): who starts a queue while others run has
 * to agree with them.
 */
static int igb_strip_agree(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	struct igb *x = hw->priv;
	u32 ctrl;

	if (x->strip == q->vlan_strip)
		return 0;
	if (x->rx_on) {
		ndrv_hw_warn(hw, "queue %u: VLAN_STRIP has to be the same for all queues of an 82576 port, and others run %s it\n",
			     q->queue, q->vlan_strip ? "without" : "with");
		return -EBUSY;
	}
	ctrl = ndrv_rd32(hw, IGB_CTRL) & ~IGB_CTRL_VME;
	ndrv_wr32(hw, IGB_CTRL, q->vlan_strip ? ctrl | IGB_CTRL_VME : ctrl);
	x->strip = q->vlan_strip;
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

int igb_queue_start(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	struct igb *x = hw->priv;
	int ret;

	/*
	 * User space may have left the queue in any state: bases may only change while it is off.
	 */
	ret = igb_queue_off(hw, q);
	if (!ret && q->rx_entries)
		ret = igb_strip_agree(hw, q);
	if (!ret && q->tx_entries)
		ret = igb_txq_forget(hw, q->queue);
	if (ret)
		return ret;
	if (q->rx_entries) {
		x->rx_on |= BIT(q->queue);
		igb_rxq_setup(hw, q);
		ret = igb_queue_acked(hw, IGB_RXDCTL(q->queue), "RXDCTL", q->queue,
				      IGB_DCTL_ENABLE);
	}
	if (!ret && q->tx_entries) {
		igb_txq_setup(hw, q);
		ret = igb_queue_acked(hw, IGB_TXDCTL(q->queue), "TXDCTL", q->queue,
				      IGB_DCTL_ENABLE);
	}
	if (ret)
		igb_queue_off(hw, q);
	return ret;
}

int igb_queue_stop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	return igb_queue_off(hw, q);
}

int igb_sweep(struct ndrv_hw *hw, const struct ndrv_hw_live *live)
{
	struct ndrv_hw_queue q = {};
	int found = 0, ret;

	for (q.queue = 0; q.queue < IGB_QUEUES; q.queue++) {
		q.rx_entries = !test_bit(q.queue, live->rx) &&
			(ndrv_rd32(hw, IGB_RXDCTL(q.queue)) & IGB_DCTL_ENABLE);
		q.tx_entries = !test_bit(q.queue, live->tx) &&
			(ndrv_rd32(hw, IGB_TXDCTL(q.queue)) & IGB_DCTL_ENABLE);
		if (ndrv_hw_gone(hw))
			return -ENODEV;
		if (!q.rx_entries && !q.tx_entries)
			continue;
		found++;
		ret = igb_queue_off(hw, &q);
		if (ret)
			return ret;
	}
	return found;
}

u32 igb_tail_off(struct ndrv_hw *hw, u32 queue, bool tx)
{
	return tx ? IGB_TDT(queue) : IGB_RDT(queue);
}

void igb_doorbell(struct ndrv_hw *hw, u32 queue, bool tx, u32 tail)
{
	ndrv_wr32(hw, igb_tail_off(hw, queue, tx), tail);
}
