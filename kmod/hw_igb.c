// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82576. Its files own every register access to such a card; this one: reset, start, and what the
 * core has to know. Section numbers are those of the 82576 data sheet (hw_igb_regs.h).
 *
 * What has been run, and where: QEMU's igb, which is a model of the 82576 with a copper PHY, and nothing
 * else. Silicon has not been tried. Where both differ, the code is written for either, and says so.
 *
 * Filters to a queue (ETQF, FTQF) are not offered: the model knows none, so they could not be tried.
 * Nor are counters per pair: the card has them only per virtual function.
 */
#include "hw_igb.h"

/* 9.5 KiB with FCS */
#define IGB_MAX_FRAME		(9728 - IGB_FCS)
#define IGB_STD_FRAME		1518	/* until the core says more */

/* The bound of every wait: polls times microseconds. */
#define IGB_MASTER_POLLS	800
#define IGB_MASTER_POLL_US	100
#define IGB_RESET_POLLS		100
#define IGB_RESET_POLL_US	100
#define IGB_RESET_WAIT_US	1000	/* before anything else is touched */
#define IGB_NVM_POLLS		20
#define IGB_NVM_POLL_US		1000
#define IGB_QUIESCE_US		10000

int igb_poll(struct ndrv_hw *hw, u32 reg, u32 mask, u32 want, u32 polls, u32 poll_us)
{
	u32 i;

	for (i = 0; i < polls; i++) {
		if ((ndrv_rd32(hw, reg) & mask) == want)
			return ndrv_hw_gone(hw) ? -ENODEV : 0;
		if (ndrv_hw_gone(hw))
			return -ENODEV;
		ndrv_hw_sleep_us(hw, poll_us);
	}
	return -ETIMEDOUT;
}

static int igb_attach(struct ndrv_hw *hw)
{
	struct igb *x = ndrv_hw_zalloc(hw, sizeof(*x));

	if (!x)
		return -ENOMEM;
	x->nothing = ndrv_hw_dma_alloc(hw, IGB_NULL_BYTES, &x->nothing_iova);
	if (!x->nothing) {
		ndrv_hw_free(hw, x);
		return -ENOMEM;
	}
	memset(x->nothing, 0, IGB_NULL_BYTES);
	put_unaligned_le32(IGB_TXD_EOP, x->nothing + 8);
	spin_lock_init(&x->lock);
	hw->priv = x;
	return 0;
}

static void igb_detach(struct ndrv_hw *hw)
{
	struct igb *x = hw->priv;

	ndrv_hw_dma_free(hw, IGB_NULL_BYTES, x->nothing, x->nothing_iova);
	ndrv_hw_free(hw, x);
	hw->priv = NULL;
}

/* No interrupts, no new frames, no new descriptors. */
static void igb_quiesce(struct ndrv_hw *hw)
{
	u32 q;

	igb_irq_mask(hw);
	ndrv_wr32(hw, IGB_RCTL, 0);
	ndrv_wr32(hw, IGB_TCTL, ndrv_rd32(hw, IGB_TCTL) & ~IGB_TCTL_EN);
	for (q = 0; q < IGB_QUEUES; q++) {
		ndrv_wr32(hw, IGB_TXDCTL(q), IGB_DCTL_SWFLSH);
		ndrv_wr32(hw, IGB_RXDCTL(q), IGB_DCTL_SWFLSH);
	}
	igb_flush(hw);
	ndrv_hw_sleep_us(hw, IGB_QUIESCE_US);
}

/*
 * CTRL.GIO_MASTER_DISABLE: afterwards the card starts no DMA, and none is under way. If it does not
 * acknowledge, the reset that follows ends DMA without it, as the data sheet allows.
 */
static int igb_master_disable(struct ndrv_hw *hw)
{
	int ret;

	ndrv_wr32(hw, IGB_CTRL, ndrv_rd32(hw, IGB_CTRL) | IGB_CTRL_GIO_DIS);
	ret = igb_poll(hw, IGB_STATUS, IGB_STATUS_GIO, 0, IGB_MASTER_POLLS, IGB_MASTER_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_warn(hw, "STATUS.GIO stays set: DMA does not drain, resetting all the same\n");
	return ret == -ETIMEDOUT ? 0 : ret;
}

/* The reset has loaded the NVM's address into entry 0. */
static void igb_read_mac(struct ndrv_hw *hw)
{
	u32 lo = ndrv_rd32(hw, IGB_RAL(0));
	u32 hi = ndrv_rd32(hw, IGB_RAH(0));

	hw->mac[0] = lo;
	hw->mac[1] = lo >> 8;
	hw->mac[2] = lo >> 16;
	hw->mac[3] = lo >> 24;
	hw->mac[4] = hi;
	hw->mac[5] = hi >> 8;
}

static int igb_reset(struct ndrv_hw *hw)
{
	int ret;

	hw->lan_id = FIELD_GET(IGB_STATUS_LAN_ID, ndrv_rd32(hw, IGB_STATUS));
	igb_quiesce(hw);
	igb_stats_last(hw);
	ret = igb_master_disable(hw);
	if (ret)
		return ret;
	ndrv_wr32(hw, IGB_CTRL, ndrv_rd32(hw, IGB_CTRL) | IGB_CTRL_RST);
	/* A posted write starts it, so nothing is read before it has had its time. */
	ndrv_hw_sleep_us(hw, IGB_RESET_WAIT_US);
	ret = igb_poll(hw, IGB_CTRL, IGB_CTRL_RST, 0, IGB_RESET_POLLS, IGB_RESET_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "CTRL.RST does not clear: the reset did not finish\n");
	if (ret)
		return ret;
	/* A card without NVM never says that it was read, nor does QEMU's: that alone is no failure. */
	ret = igb_poll(hw, IGB_EECD, IGB_EECD_AUTO_RD, IGB_EECD_AUTO_RD, IGB_NVM_POLLS,
		       IGB_NVM_POLL_US);
	if (ret == -ENODEV)
		return ret;
	igb_irq_mask(hw);
	ret = igb_queues_off(hw);
	if (ret)
		return ret;
	igb_read_mac(hw);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

static int igb_start(struct ndrv_hw *hw)
{
	struct igb *x = hw->priv;
	u32 ctrl;
	int ret;

	ndrv_wr32(hw, IGB_CTRL_EXT, ndrv_rd32(hw, IGB_CTRL_EXT) | IGB_CTRL_EXT_DRV_LOAD);
	ctrl = ndrv_rd32(hw, IGB_CTRL) & ~(IGB_CTRL_GIO_DIS | IGB_CTRL_LRST | IGB_CTRL_FRCSPD |
					   IGB_CTRL_FRCDPX | IGB_CTRL_VME);
	ndrv_wr32(hw, IGB_CTRL, ctrl | IGB_CTRL_SLU);
	x->strip = false;
	igb_irq_setup(hw);
	igb_stats_setup(hw);
	igb_filter_setup(hw);
	ndrv_wr32(hw, IGB_VT_CTL, 0);
	ndrv_wr32(hw, IGB_MRQC, 0);
	ndrv_wr32(hw, IGB_RFCTL, 0);
	ndrv_wr32(hw, IGB_RXCSUM, IGB_RXCSUM_IPOFL | IGB_RXCSUM_TUOFL | IGB_RXCSUM_CRCOFL |
		  IGB_RXCSUM_PCSD);
	ndrv_wr32(hw, IGB_TCTL, ndrv_rd32(hw, IGB_TCTL) | IGB_TCTL_EN | IGB_TCTL_PSP);
	ret = igb_set_rx_mode(hw, false, false, IGB_STD_FRAME);
	return ret ?: igb_link_setup(hw);
}

static int igb_shutdown(struct ndrv_hw *hw)
{
	int ret;

	ret = igb_reset(hw);
	ndrv_wr32(hw, IGB_CTRL_EXT, ndrv_rd32(hw, IGB_CTRL_EXT) & ~IGB_CTRL_EXT_DRV_LOAD);
	igb_flush(hw);
	return ret;
}

static const struct ndrv_hw_ops igb_ops = {
	.attach = igb_attach,
	.detach = igb_detach,
	.reset = igb_reset,
	.start = igb_start,
	.shutdown = igb_shutdown,
	.queue_start = igb_queue_start,
	.queue_stop = igb_queue_stop,
	.rx_drop = igb_rx_drop,
	.sweep = igb_sweep,
	.doorbell = igb_doorbell,
	.tail_off = igb_tail_off,
	.queue_arm = igb_queue_arm,
	.vector_off = igb_vector_off,
	.misc_off = igb_misc_off,
	.misc_arm = igb_misc_arm,
	.filter_add = igb_filter_add,
	.filter_del = igb_filter_del,
	.rss = igb_rss,
	.set_rx_mode = igb_set_rx_mode,
	.link = igb_link,
	.stats = igb_stats,
};

const struct ndrv_hw_info ndrv_igb_info = {
	.name = "82576",
	.ops = &igb_ops,
	.desc_format = NDRV_DESC_IGB,
	.features = NDRV_FEAT_RX_CSUM | NDRV_FEAT_RX_HASH | NDRV_FEAT_RX_VLAN | NDRV_FEAT_TX_CSUM |
		    NDRV_FEAT_TX_TSO | NDRV_FEAT_TX_VLAN | NDRV_FEAT_FILTER_MAC |
		    NDRV_FEAT_FILTER_VLAN,
	.regs_bar = 0,
	.regs_min_bytes = 0x20000,
	.alive_reg = IGB_STATUS,
	.max_queues = IGB_QUEUES,
	.max_vectors = IGB_VECTORS,
	.rss_queues = IGB_QUEUES,
	.ring_min = 64,
	.ring_max = NDRV_MAX_RING_ENTRIES,
	.ring_align = 8,
	.rx_desc_size = 16,
	.tx_desc_size = 16,
	.rx_buf_align = 1024,
	.rx_buf_max = 16384,
	.max_frame = IGB_MAX_FRAME,
};
