// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82599 family: 82599, X540, X550. Its files own every register access to such a card; this one:
 * reset, link, and the paths without queues. Section numbers are those of the 82599 data
 * sheet (hw_ixgbe_regs.h).
 *
 * What has been run, and where: 82599 on a software model only; X540, X550 and X55x have been
 * compiled. Their copper PHYs are left to the NVM's settings and to firmware.
 */
#include "hw_ixgbe.h"

/* An entry of the RSS table is four bits on the 82599 (8.2.3.7.12). */
#define IXGBE_RSS_QUEUES		16
/* 15.5 KiB with FCS is the longest that MAXFRS may hold (8.2.3.22). */
#define IXGBE_MAX_FRAME			(15872 - 4)
#define IXGBE_MAX_FRAME_KIB		16
#define IXGBE_STD_FRAME			1518	/* until the core says more */

/* The bound of every wait: polls times microseconds. */
#define IXGBE_MASTER_POLLS		800	/* 5.2.5.3.2 */
#define IXGBE_MASTER_POLL_US		100
#define IXGBE_RESET_POLLS		100
#define IXGBE_RESET_POLL_US		100
#define IXGBE_NVM_POLLS			200
#define IXGBE_NVM_POLL_US		1000
#define IXGBE_DMAINIT_POLLS		100
#define IXGBE_DMAINIT_POLL_US		1000
#define IXGBE_SEMAPHORE_POLLS		200
#define IXGBE_SEMAPHORE_POLL_US		100
#define IXGBE_SYNC_TRIES		40
#define IXGBE_SYNC_TRY_US		5000
#define IXGBE_SECRX_POLLS		40
#define IXGBE_SECRX_POLL_US		1000
#define IXGBE_QUIESCE_US		1000

enum { V_82599, V_82599_SFI, V_X540, V_X550, V_X550EM_X, V_X550EM_A };

static const struct ixgbe_variant ixgbe_variants[] = {
	[V_82599] = { "82599", IXGBE_SWSM, IXGBE_EEC, 512, 50000, false, false, false },
	[V_82599_SFI] = { "82599 SFP+", IXGBE_SWSM, IXGBE_EEC, 512, 50000, false, true, false },
	[V_X540] = { "X540", IXGBE_SWSM, IXGBE_EEC, 384, 100000, true, false, false },
	[V_X550] = { "X550", IXGBE_SWSM, IXGBE_EEC, 384, 100000, true, false, true },
	[V_X550EM_X] = { "X552", IXGBE_SWSM, IXGBE_EEC, 384, 100000, true, false, true },
	[V_X550EM_A] = { "X553", 0x15f70, 0x15ff8, 384, 100000, true, false, true },
};

/* Device ids that are not a plain 82599; everything else in the core's table is one. */
static const struct {
	u16 id;
	u8 variant;
} ixgbe_ids[] = {
	{ 0x10fb, V_82599_SFI }, { 0x1507, V_82599_SFI }, { 0x1529, V_82599_SFI },
	{ 0x154a, V_82599_SFI }, { 0x154d, V_82599_SFI }, { 0x154f, V_82599_SFI },
	{ 0x1557, V_82599_SFI }, { 0x1558, V_82599_SFI },
	{ 0x1528, V_X540 }, { 0x1560, V_X540 },
	{ 0x1563, V_X550 }, { 0x15d1, V_X550 },
	{ 0x15aa, V_X550EM_X }, { 0x15ab, V_X550EM_X }, { 0x15ac, V_X550EM_X },
	{ 0x15ad, V_X550EM_X }, { 0x15ae, V_X550EM_X }, { 0x15b0, V_X550EM_X },
	{ 0x15c2, V_X550EM_A }, { 0x15c3, V_X550EM_A }, { 0x15c4, V_X550EM_A },
	{ 0x15c6, V_X550EM_A }, { 0x15c7, V_X550EM_A }, { 0x15c8, V_X550EM_A },
	{ 0x15ce, V_X550EM_A }, { 0x15e4, V_X550EM_A }, { 0x15e5, V_X550EM_A },
};

const struct ixgbe_variant *ixgbe_variant(const struct ndrv_hw *hw)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ixgbe_ids); i++)
		if (ixgbe_ids[i].id == hw->pci_device)
			return &ixgbe_variants[ixgbe_ids[i].variant];
	return &ixgbe_variants[V_82599];
}

int ixgbe_poll(struct ndrv_hw *hw, u32 reg, u32 mask, u32 want, u32 polls, u32 poll_us)
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

/*
 * SWSM (10.5.4): SMBI arbitrates between drivers, SWESMBI between driver and firmware. A holder
 * that died leaves SMBI set; after the bound nobody can be holding it legally, so it is taken
 * over.
 */
static int ixgbe_swsm_take(struct ndrv_hw *hw, const struct ixgbe_variant *v)
{
	u32 i;

	if (ixgbe_poll(hw, v->swsm, IXGBE_SWSM_SMBI, 0, IXGBE_SEMAPHORE_POLLS,
		       IXGBE_SEMAPHORE_POLL_US))
		ndrv_hw_warn(hw, "SWSM.SMBI was left set by somebody; taking it over\n");
	for (i = 0; i < IXGBE_SEMAPHORE_POLLS; i++) {
		ndrv_wr32(hw, v->swsm, ndrv_rd32(hw, v->swsm) | IXGBE_SWSM_SWESMBI);
		if (ndrv_rd32(hw, v->swsm) & IXGBE_SWSM_SWESMBI)
			return ndrv_hw_gone(hw) ? -ENODEV : 0;
		ndrv_hw_sleep_us(hw, IXGBE_SEMAPHORE_POLL_US);
	}
	ndrv_wr32(hw, v->swsm, 0);
	ndrv_hw_err(hw, "firmware does not grant SWSM.SWESMBI\n");
	return -ETIMEDOUT;
}

/* Takes (or gives back) bits of SW_FW_SYNC under whatever guards that register on this part. */
static int ixgbe_sync_change(struct ndrv_hw *hw, const struct ixgbe_variant *v, u32 mask, bool take)
{
	u32 sync, busy = 0;
	int ret;

	ret = ixgbe_swsm_take(hw, v);
	if (ret)
		return ret;
	if (v->internal_phy &&
	    ixgbe_poll(hw, IXGBE_SW_FW_SYNC, IXGBE_SYNC_REGSMP, 0, IXGBE_SEMAPHORE_POLLS,
		       IXGBE_SEMAPHORE_POLL_US))
		ndrv_hw_warn(hw, "SW_FW_SYNC.REGSMP was left set by somebody; taking it over\n");

	sync = ndrv_rd32(hw, IXGBE_SW_FW_SYNC) & ~IXGBE_SYNC_REGSMP;
	if (take) {
		busy = sync & (mask | mask << IXGBE_SYNC_FW_SHIFT);
		if (!busy)
			sync |= mask;
	} else {
		sync &= ~mask;
	}
	ndrv_wr32(hw, IXGBE_SW_FW_SYNC, sync);
	ndrv_wr32(hw, v->swsm, 0);
	ixgbe_flush(hw);
	return busy ? -EBUSY : 0;
}

static int ixgbe_sync_take(struct ndrv_hw *hw, const struct ixgbe_variant *v, u32 mask)
{
	int ret = -EBUSY;
	u32 i;

	for (i = 0; i < IXGBE_SYNC_TRIES; i++) {
		ret = ixgbe_sync_change(hw, v, mask, true);
		if (ret != -EBUSY)
			return ret;
		ndrv_hw_sleep_us(hw, IXGBE_SYNC_TRY_US);
	}
	ndrv_hw_warn(hw, "SW_FW_SYNC 0x%x is never free; going on without it\n", mask);
	return ret;
}

/* Step 1 and 2 of a reset: no interrupts, no new frames, no new descriptors. */
static void ixgbe_quiesce(struct ndrv_hw *hw)
{
	u32 q;

	ixgbe_irq_mask(hw);

	ndrv_wr32(hw, IXGBE_RXCTRL, ndrv_rd32(hw, IXGBE_RXCTRL) & ~IXGBE_RXCTRL_RXEN);
	for (q = 0; q < IXGBE_QUEUES; q++) {
		ndrv_wr32(hw, IXGBE_TXDCTL(q), IXGBE_TXDCTL_SWFLSH);
		ndrv_wr32(hw, IXGBE_RXDCTL(q), IXGBE_RXDCTL_SWFLSH);
	}
	ixgbe_flush(hw);
	ndrv_hw_sleep_us(hw, IXGBE_QUIESCE_US);
}

/*
 * Master disable (5.2.5.3.2): afterwards the card starts no DMA, and none is under way. If requests
 * never drain the data sheet wants the reset that follows to be done twice.
 */
static int ixgbe_master_disable(struct ndrv_hw *hw)
{
	int ret;

	ndrv_wr32(hw, IXGBE_CTRL, ndrv_rd32(hw, IXGBE_CTRL) | IXGBE_CTRL_GIO_DIS);
	ret = ixgbe_poll(hw, IXGBE_STATUS, IXGBE_STATUS_GIO, 0, IXGBE_MASTER_POLLS,
			 IXGBE_MASTER_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_warn(hw, "STATUS.GIO stays set: DMA does not drain, resetting twice\n");
	return ret;
}

/* One software reset (4.2.1.6.1); LNK_RST too where the link is down anyway. */
static int ixgbe_reset_once(struct ndrv_hw *hw, const struct ixgbe_variant *v)
{
	u32 bits = IXGBE_CTRL_RST;
	int ret;

	if (!v->internal_phy && !hw->link_up)
		bits |= IXGBE_CTRL_LNK_RST;
	ndrv_wr32(hw, IXGBE_CTRL, ndrv_rd32(hw, IXGBE_CTRL) | bits);
	ixgbe_flush(hw);
	ret = ixgbe_poll(hw, IXGBE_CTRL, IXGBE_CTRL_RST | IXGBE_CTRL_LNK_RST, 0,
			 IXGBE_RESET_POLLS, IXGBE_RESET_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "CTRL.RST does not clear: the reset did not finish\n");
	if (!ret)
		ndrv_hw_sleep_us(hw, v->reset_wait_us);
	return ret;
}

static int ixgbe_reset_guarded(struct ndrv_hw *hw, const struct ixgbe_variant *v)
{
	u32 phy = hw->lan_id ? IXGBE_SYNC_PHY1 : IXGBE_SYNC_PHY0;
	bool taken = false;
	int drained, ret;

	drained = ixgbe_master_disable(hw);
	if (drained == -ENODEV)
		return drained;
	if (v->internal_phy)
		taken = !ixgbe_sync_take(hw, v, phy);
	ret = ixgbe_reset_once(hw, v);
	if (!ret && drained == -ETIMEDOUT)
		ret = ixgbe_reset_once(hw, v);
	if (taken)
		ixgbe_sync_change(hw, v, phy, false);
	return ret;
}

static int ixgbe_attach(struct ndrv_hw *hw)
{
	struct ixgbe *x = ndrv_hw_zalloc(hw, sizeof(*x));

	if (!x)
		return -ENOMEM;
	spin_lock_init(&x->lock);
	hw->priv = x;
	return 0;
}

static void ixgbe_detach(struct ndrv_hw *hw)
{
	ndrv_hw_free(hw, hw->priv);
	hw->priv = NULL;
}

static int ixgbe_reset(struct ndrv_hw *hw)
{
	const struct ixgbe_variant *v = ixgbe_variant(hw);
	u32 lo, hi;
	int ret;

	hw->lan_id = FIELD_GET(IXGBE_STATUS_LAN_ID, ndrv_rd32(hw, IXGBE_STATUS));
	ixgbe_quiesce(hw);
	ixgbe_stats_last(hw);
	ret = ixgbe_reset_guarded(hw, v);
	if (ret)
		return ret;

	ixgbe_irq_mask(hw);

	/* 4.6.3: the NVM has been read, the DMA engines are initialised */
	ret = ixgbe_poll(hw, v->eec, IXGBE_EEC_ARD, IXGBE_EEC_ARD, IXGBE_NVM_POLLS,
			 IXGBE_NVM_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "EEC.ARD stays clear: the NVM was not read\n");
	if (ret)
		return ret;
	ret = ixgbe_poll(hw, IXGBE_RDRXCTL, IXGBE_RDRXCTL_DMAIDONE, IXGBE_RDRXCTL_DMAIDONE,
			 IXGBE_DMAINIT_POLLS, IXGBE_DMAINIT_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "RDRXCTL.DMAIDONE stays clear: no DMA after reset\n");
	if (ret)
		return ret;

	/* The reset has loaded the NVM's address into entry 0 (8.2.3.7). */
	lo = ndrv_rd32(hw, IXGBE_RAL(0));
	hi = ndrv_rd32(hw, IXGBE_RAH(0));
	hw->mac[0] = lo;
	hw->mac[1] = lo >> 8;
	hw->mac[2] = lo >> 16;
	hw->mac[3] = lo >> 24;
	hw->mac[4] = hi;
	hw->mac[5] = hi >> 8;
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

/*
 * RXEN may only change while the security block holds frames back, or receive DMA can hang
 * (specification update, and 4.6.7).
 */
int ixgbe_rx_switch(struct ndrv_hw *hw, bool on)
{
	u32 rxctrl;
	int ret;

	ndrv_wr32(hw, IXGBE_SECRXCTRL, ndrv_rd32(hw, IXGBE_SECRXCTRL) | IXGBE_SECRXCTRL_RX_DIS);
	ret = ixgbe_poll(hw, IXGBE_SECRXSTAT, IXGBE_SECRXSTAT_RDY, IXGBE_SECRXSTAT_RDY,
			 IXGBE_SECRX_POLLS, IXGBE_SECRX_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "SECRXSTAT.SECRX_RDY stays clear: receive path not switched\n");
	if (ret)
		return ret;
	rxctrl = ndrv_rd32(hw, IXGBE_RXCTRL) & ~IXGBE_RXCTRL_RXEN;
	ndrv_wr32(hw, IXGBE_RXCTRL, on ? rxctrl | IXGBE_RXCTRL_RXEN : rxctrl);
	ndrv_wr32(hw, IXGBE_SECRXCTRL, ndrv_rd32(hw, IXGBE_SECRXCTRL) & ~IXGBE_SECRXCTRL_RX_DIS);
	ixgbe_flush(hw);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

/* 4.6.7, without queues: filters, CRC stripping, packet buffer. */
static void ixgbe_rx_setup(struct ndrv_hw *hw, const struct ixgbe_variant *v)
{
	u32 i, rdrxctl;

	ixgbe_filter_setup(hw);
	ndrv_wr32(hw, IXGBE_PFVTCTL, 0);
	ndrv_wr32(hw, IXGBE_MRQC, 0);
	ndrv_wr32(hw, IXGBE_RFCTL, ndrv_rd32(hw, IXGBE_RFCTL) | IXGBE_RFCTL_RSC_DIS);
	ndrv_wr32(hw, IXGBE_RXCSUM, IXGBE_RXCSUM_IPPCSE | IXGBE_RXCSUM_PCSD);

	ndrv_wr32(hw, IXGBE_RXPBSIZE(0), v->rxpb_kib << 10);
	for (i = 1; i < 8; i++)
		ndrv_wr32(hw, IXGBE_RXPBSIZE(i), 0);

	/* CRC stripping is switched in two places that must agree (8.2.3.22) */
	ndrv_wr32(hw, IXGBE_HLREG0, (ndrv_rd32(hw, IXGBE_HLREG0) & ~IXGBE_HLREG0_LPBK) |
		  IXGBE_HLREG0_TXCRCEN | IXGBE_HLREG0_RXCRCSTRP | IXGBE_HLREG0_TXPADEN);
	rdrxctl = ndrv_rd32(hw, IXGBE_RDRXCTL) & ~IXGBE_RDRXCTL_RSCFRSTSIZE;
	ndrv_wr32(hw, IXGBE_RDRXCTL, rdrxctl | IXGBE_RDRXCTL_CRCSTRIP | IXGBE_RDRXCTL_RSCACKC |
		  IXGBE_RDRXCTL_FCOE_WRFIX);

	/* A program that stalls must not pause the link partner: no pause frames, either way. */
	ndrv_wr32(hw, IXGBE_FCCFG, 0);
	ndrv_wr32(hw, IXGBE_MFLCN, IXGBE_MFLCN_DPF);
}

/*
 * 4.6.8 and 4.6.11, without queues. TE has to be set before the first queue is enabled.
 *
 * Transmit queues 64 to 127 exist only with traffic classes or virtual machines (7.2.1.2.1), and that is
 * chosen right after a reset, when nobody knows yet which pairs will be asked for. So there are always
 * four classes: queues 0-63, 64-95, 96-111 and 112-127, each with a packet buffer of its own, all served
 * in turn. Machines would have to be there on the receive side too; that has 128 queues without either.
 * The stock driver sets the same mode when it has more than 63 transmit queues. This has run on a model
 * only; what silicon makes of it at full load nobody has measured.
 */
static void ixgbe_tx_setup(struct ndrv_hw *hw)
{
	/* KiB. Data is fetched until a buffer is full to its threshold: a whole frame fits above it. */
	static const u32 size[] = { 64, 32, 32, 32 };
	u32 i, rttdcs;

	rttdcs = ndrv_rd32(hw, IXGBE_RTTDCS) & ~(IXGBE_RTTDCS_TDPAC | IXGBE_RTTDCS_VMPAC |
		 IXGBE_RTTDCS_TDRM | IXGBE_RTTDCS_BDPM | IXGBE_RTTDCS_BPBFSM);
	ndrv_wr32(hw, IXGBE_RTTDCS, rttdcs | IXGBE_RTTDCS_ARBDIS);
	ndrv_wr32(hw, IXGBE_MTQC, IXGBE_MTQC_RT_ENA | IXGBE_MTQC_4TC);
	for (i = 0; i < 8; i++) {
		ndrv_wr32(hw, IXGBE_TXPBSIZE(i), i < ARRAY_SIZE(size) ? size[i] << 10 : 0);
		ndrv_wr32(hw, IXGBE_TXPBTHRESH(i),
			  i < ARRAY_SIZE(size) ? size[i] - IXGBE_MAX_FRAME_KIB : 0);
	}
	ndrv_wr32(hw, IXGBE_DTXMXSZRQ, IXGBE_DTXMXSZRQ_CLASSES);
	ndrv_wr32(hw, IXGBE_SECTXMINIFG,
		  ndrv_rd32(hw, IXGBE_SECTXMINIFG) | IXGBE_SECTXMINIFG_CLASSES);
	ndrv_wr32(hw, IXGBE_RTTPCS,
		  (ndrv_rd32(hw, IXGBE_RTTPCS) & ~(IXGBE_RTTPCS_TPPAC | IXGBE_RTTPCS_ARBD)) |
		  FIELD_PREP(IXGBE_RTTPCS_ARBD, IXGBE_RTTPCS_ARBD_CLASSES));
	ndrv_wr32(hw, IXGBE_RTTDCS, rttdcs & ~IXGBE_RTTDCS_ARBDIS);
	ndrv_wr32(hw, IXGBE_DMATXCTL, ndrv_rd32(hw, IXGBE_DMATXCTL) | IXGBE_DMATXCTL_TE);
}

/*
 * 4.6.4. The NVM has chosen the kind of link; only an SFP+ cage needs the serial interface set to
 * SFI. The stock driver switches the laser off when it leaves, so it is switched on here.
 * Firmware restarts the link too: AUTOC is changed under SW_FW_SYNC.MAC_CSR.
 */
static void ixgbe_link_setup(struct ndrv_hw *hw, const struct ixgbe_variant *v)
{
	bool taken;
	u32 autoc, esdp;

	if (v->internal_phy)
		return;
	if (v->sfi) {
		esdp = ndrv_rd32(hw, IXGBE_ESDP) & ~IXGBE_ESDP_SDP3;
		ndrv_wr32(hw, IXGBE_ESDP, esdp | IXGBE_ESDP_SDP5 | IXGBE_ESDP_SDP5_DIR |
			  IXGBE_ESDP_SDP3_DIR);
	}
	taken = !ixgbe_sync_take(hw, v, IXGBE_SYNC_MAC_CSR);
	autoc = ndrv_rd32(hw, IXGBE_AUTOC);
	if (v->sfi) {
		autoc &= ~IXGBE_AUTOC_LMS;
		autoc |= FIELD_PREP(IXGBE_AUTOC_LMS, IXGBE_AUTOC_LMS_10G_SERIAL);
		ndrv_wr32(hw, IXGBE_AUTOC2,
			  (ndrv_rd32(hw, IXGBE_AUTOC2) & ~IXGBE_AUTOC2_10G_PMA) |
			  FIELD_PREP(IXGBE_AUTOC2_10G_PMA, IXGBE_AUTOC2_10G_SFI));
	}
	ndrv_wr32(hw, IXGBE_AUTOC, autoc | IXGBE_AUTOC_AN_RESTART);
	if (taken)
		ixgbe_sync_change(hw, v, IXGBE_SYNC_MAC_CSR, false);
}

static int ixgbe_start(struct ndrv_hw *hw)
{
	const struct ixgbe_variant *v = ixgbe_variant(hw);
	int ret;

	ndrv_wr32(hw, IXGBE_CTRL_EXT, ndrv_rd32(hw, IXGBE_CTRL_EXT) | IXGBE_CTRL_EXT_DRV_LOAD |
		  IXGBE_CTRL_EXT_NS_DIS);
	ret = ixgbe_rx_switch(hw, false);
	if (ret)
		return ret;
	ixgbe_irq_setup(hw);
	ixgbe_stats_setup(hw);
	ixgbe_rx_setup(hw, v);
	ixgbe_tx_setup(hw);
	ret = ixgbe_set_rx_mode(hw, false, false, IXGBE_STD_FRAME);
	if (ret)
		return ret;
	ret = ixgbe_rx_switch(hw, true);
	if (ret)
		return ret;
	ixgbe_link_setup(hw, v);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

static int ixgbe_shutdown(struct ndrv_hw *hw)
{
	int ret;

	ret = ixgbe_reset(hw);
	ndrv_wr32(hw, IXGBE_CTRL_EXT, ndrv_rd32(hw, IXGBE_CTRL_EXT) & ~IXGBE_CTRL_EXT_DRV_LOAD);
	ixgbe_flush(hw);
	return ret;
}

static int ixgbe_link(struct ndrv_hw *hw, bool *up, u32 *mbps)
{
	static const u32 speeds[] = { 10, 100, 1000, 10000 };
	static const u32 speeds_non_std[] = { 10, 100, 5000, 2500 };
	u32 links;
	int ret;

	ret = ixgbe_irq_misc(hw);
	if (ret)
		return ret;
	/* A link that was down since the last read shows as down once (8.2.3.22). */
	ndrv_rd32(hw, IXGBE_LINKS);
	links = ndrv_rd32(hw, IXGBE_LINKS);
	if (ndrv_hw_gone(hw))
		return -ENODEV;
	*up = links & IXGBE_LINKS_UP;
	*mbps = 0;
	if (*up)
		*mbps = (links & IXGBE_LINKS_NON_STD ? speeds_non_std :
			 speeds)[FIELD_GET(IXGBE_LINKS_SPEED, links)];
	return 0;
}

static const struct ndrv_hw_ops ixgbe_ops = {
	.attach = ixgbe_attach,
	.detach = ixgbe_detach,
	.reset = ixgbe_reset,
	.start = ixgbe_start,
	.shutdown = ixgbe_shutdown,
	.queue_start = ixgbe_queue_start,
	.queue_stop = ixgbe_queue_stop,
	.rx_drop = ixgbe_rx_drop,
	.sweep = ixgbe_sweep,
	.doorbell = ixgbe_doorbell,
	.tail_off = ixgbe_tail_off,
	.queue_arm = ixgbe_queue_arm,
	.vector_off = ixgbe_vector_off,
	.misc_off = ixgbe_misc_off,
	.misc_arm = ixgbe_misc_arm,
	.filter_add = ixgbe_filter_add,
	.filter_del = ixgbe_filter_del,
	.queue_stats = ixgbe_queue_stats,
	.rss = ixgbe_rss,
	.set_rx_mode = ixgbe_set_rx_mode,
	.link = ixgbe_link,
	.stats = ixgbe_stats,
};

const struct ndrv_hw_info ndrv_ixgbe_info = {
	.name = "82599 family",
	.ops = &ixgbe_ops,
	.desc_format = NDRV_DESC_IXGBE,
	.features = NDRV_FEAT_RX_CSUM | NDRV_FEAT_RX_HASH | NDRV_FEAT_RX_VLAN | NDRV_FEAT_TX_CSUM |
		    NDRV_FEAT_TX_TSO | NDRV_FEAT_TX_VLAN | NDRV_FEAT_FILTER_MAC |
		    NDRV_FEAT_FILTER_VLAN | NDRV_FEAT_FILTER_ETHERTYPE | NDRV_FEAT_FILTER_TUPLE |
		    NDRV_FEAT_QUEUE_STATS,
	.regs_bar = 0,
	.regs_min_bytes = 0x20000,
	.alive_reg = IXGBE_STATUS,
	.max_queues = IXGBE_QUEUES,
	.max_vectors = IXGBE_VECTORS,
	.rss_queues = IXGBE_RSS_QUEUES,
	.ring_min = 64,
	.ring_max = NDRV_MAX_RING_ENTRIES,
	.ring_align = 8,
	.rx_desc_size = 16,
	.tx_desc_size = 16,
	.rx_buf_align = 1024,
	.rx_buf_max = 16384,
	.max_frame = IXGBE_MAX_FRAME,
};
