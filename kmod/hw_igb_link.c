// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82576's link: its copper PHY, which firmware and the other ports may be talking to as well, and
 * what the MAC says about it.
 */
#include "hw_igb.h"

/* The bound of every wait: polls times microseconds. */
#define IGB_MDIC_POLLS		40
#define IGB_MDIC_POLL_US	100
#define IGB_SEMAPHORE_POLLS	200
#define IGB_SEMAPHORE_POLL_US	100
#define IGB_SYNC_TRIES		40
#define IGB_SYNC_TRY_US		5000

/*
 * SWSM: SMBI arbitrates between drivers, SWESMBI between driver and firmware. A holder that
 * died leaves SMBI set; after the bound nobody can be holding it legally, so it is taken over.
 */
static int igb_swsm_take(struct ndrv_hw *hw)
{
	u32 i;

	if (igb_poll(hw, IGB_SWSM, IGB_SWSM_SMBI, 0, IGB_SEMAPHORE_POLLS, IGB_SEMAPHORE_POLL_US))
		ndrv_hw_warn(hw, "SWSM.SMBI was left set by somebody; taking it over\n");
	for (i = 0; i < IGB_SEMAPHORE_POLLS; i++) {
		ndrv_wr32(hw, IGB_SWSM, ndrv_rd32(hw, IGB_SWSM) | IGB_SWSM_SWESMBI);
		if (ndrv_rd32(hw, IGB_SWSM) & IGB_SWSM_SWESMBI)
			return ndrv_hw_gone(hw) ? -ENODEV : 0;
		ndrv_hw_sleep_us(hw, IGB_SEMAPHORE_POLL_US);
	}
	ndrv_wr32(hw, IGB_SWSM, 0);
	ndrv_hw_err(hw, "firmware does not grant SWSM.SWESMBI\n");
	return -ETIMEDOUT;
}

/* Takes (or gives back) bits of SW_FW_SYNC. */
static int igb_sync_change(struct ndrv_hw *hw, u32 mask, bool take)
{
	u32 sync, busy = 0;
	int ret;

	ret = igb_swsm_take(hw);
	if (ret)
		return ret;
	sync = ndrv_rd32(hw, IGB_SW_FW_SYNC);
	if (take) {
		busy = sync & (mask | mask << IGB_SYNC_FW_SHIFT);
		if (!busy)
			sync |= mask;
	} else {
		sync &= ~mask;
	}
	ndrv_wr32(hw, IGB_SW_FW_SYNC, sync);
	ndrv_wr32(hw, IGB_SWSM, 0);
	igb_flush(hw);
	return busy ? -EBUSY : 0;
}

static int igb_sync_take(struct ndrv_hw *hw, u32 mask)
{
	int ret = -EBUSY;
	u32 i;

	for (i = 0; i < IGB_SYNC_TRIES; i++) {
		ret = igb_sync_change(hw, mask, true);
		if (ret != -EBUSY)
			return ret;
		ndrv_hw_sleep_us(hw, IGB_SYNC_TRY_US);
	}
	ndrv_hw_warn(hw, "SW_FW_SYNC 0x%x is never free; going on without it\n", mask);
	return ret;
}

/* One access to a register of the PHY, through MDIC. */
static int igb_mdic(struct ndrv_hw *hw, u32 op, u32 reg, u16 *data)
{
	u32 mdic;
	int ret;

	ndrv_wr32(hw, IGB_MDIC, FIELD_PREP(IGB_MDIC_OP, op) | FIELD_PREP(IGB_MDIC_REG, reg) |
		  FIELD_PREP(IGB_MDIC_PHY, IGB_PHY_ADDR) | *data);
	ret = igb_poll(hw, IGB_MDIC, IGB_MDIC_READY, IGB_MDIC_READY, IGB_MDIC_POLLS,
		       IGB_MDIC_POLL_US);
	if (ret)
		return ret;
	mdic = ndrv_rd32(hw, IGB_MDIC);
	*data = FIELD_GET(IGB_MDIC_DATA, mdic);
	return ndrv_hw_gone(hw) ? -ENODEV : mdic & IGB_MDIC_ERROR ? -EIO : 0;
}

static int igb_phy_read(struct ndrv_hw *hw, u32 reg, u16 *data)
{
	*data = 0;
	return igb_mdic(hw, IGB_MDIC_READ, reg, data);
}

/* Negotiation takes seconds on a cable: a PHY that has a link keeps it. */
static int igb_phy_start(struct ndrv_hw *hw)
{
	const u16 good = IGB_BMSR_LINK | IGB_BMSR_AN_COMPLETE;
	u16 bmsr, bmcr;
	int ret;

	/* The first read is about the past (latched). */
	ret = igb_phy_read(hw, IGB_BMSR, &bmsr);
	if (!ret)
		ret = igb_phy_read(hw, IGB_BMSR, &bmsr);
	if (ret || (bmsr & good) == good)
		return ret;
	ret = igb_phy_read(hw, IGB_BMCR, &bmcr);
	if (ret)
		return ret;
	bmcr &= ~(IGB_BMCR_ISOLATE | IGB_BMCR_POWER_DOWN | IGB_BMCR_LOOPBACK);
	bmcr |= IGB_BMCR_AN_ENABLE | IGB_BMCR_AN_RESTART;
	return igb_mdic(hw, IGB_MDIC_WRITE, IGB_BMCR, &bmcr);
}

int igb_link_setup(struct ndrv_hw *hw)
{
	u32 mask = IGB_SYNC_PHY(hw->lan_id);
	bool taken = !igb_sync_take(hw, mask);
	int ret;

	ret = igb_phy_start(hw);
	if (ret && ret != -ENODEV)
		ndrv_hw_warn(hw, "the PHY does not answer through MDIC (%d): its link is left as it is\n",
			     ret);
	if (taken)
		igb_sync_change(hw, mask, false);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

int igb_link(struct ndrv_hw *hw, bool *up, u32 *mbps)
{
	static const u32 speeds[] = { 10, 100, 1000, 1000 };
	u32 status = ndrv_rd32(hw, IGB_STATUS);

	if (ndrv_hw_gone(hw))
		return -ENODEV;
	*up = status & IGB_STATUS_LU;
	*mbps = *up ? speeds[FIELD_GET(IGB_STATUS_SPEED, status)] : 0;
	return 0;
}
