// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82576's statistics. All counters are cleared by reading. RQDPC is in the page with the doorbells,
 * so who has that page can clear or write it: nothing but a number for people depends on it.
 */
#include "hw_igb.h"

/* Reading the high half clears both (8.18). */
static u64 igb_octets(struct ndrv_hw *hw, u32 reg_lo, u32 reg_hi)
{
	u64 octets = ndrv_rd32(hw, reg_lo);

	return octets | (u64)ndrv_rd32(hw, reg_hi) << 32;
}

void igb_stats_setup(struct ndrv_hw *hw)
{
	struct igb *x = hw->priv;

	x->counting = true;
	x->rx_fcs_owed = 0;
	x->tx_fcs_owed = 0;
}

static void igb_read_port(struct ndrv_hw *hw, struct ndrv_hw_stats *p)
{
	static const u32 errors[] = {
		IGB_CRCERRS, IGB_RLEC, IGB_RUC, IGB_RFC, IGB_ROC, IGB_RJC,
	};
	struct igb *x = hw->priv;
	u64 octets;
	u32 i;

	/* Octets include the FCS, those received too; and they are read before their frames. */
	octets = igb_octets(hw, IGB_GORCL, IGB_GORCH);
	p->rx_packets = ndrv_rd32(hw, IGB_GPRC);
	p->rx_bytes = ndrv_hw_stat_less(octets, p->rx_packets * IGB_FCS, &x->rx_fcs_owed);
	octets = igb_octets(hw, IGB_GOTCL, IGB_GOTCH);
	p->tx_packets = ndrv_rd32(hw, IGB_GPTC);
	p->tx_bytes = ndrv_hw_stat_less(octets, p->tx_packets * IGB_FCS, &x->tx_fcs_owed);
	p->rx_missed = ndrv_rd32(hw, IGB_MPC);
	for (i = 0; i < IGB_QUEUES; i++)
		p->rx_no_desc += ndrv_rd32(hw, IGB_RQDPC(i));
	for (i = 0; i < ARRAY_SIZE(errors); i++)
		p->rx_errors += ndrv_rd32(hw, errors[i]);
	p->rx_broadcast = ndrv_rd32(hw, IGB_BPRC);
	p->rx_multicast = ndrv_rd32(hw, IGB_MPRC);
	p->tx_broadcast = ndrv_rd32(hw, IGB_BPTC);
	p->tx_multicast = ndrv_rd32(hw, IGB_MPTC);
}

void igb_stats(struct ndrv_hw *hw, struct ndrv_hw_stats *acc)
{
	struct ndrv_hw_stats d = {};
	struct igb *x = hw->priv;

	igb_read_port(hw, &d);
	ndrv_hw_stats_add(acc, &x->late);
	memset(&x->late, 0, sizeof(x->late));
	/* A card that vanished half way has answered with all ones: none of this counts. */
	if (!ndrv_hw_gone(hw))
		ndrv_hw_stats_add(acc, &d);
}

void igb_stats_last(struct ndrv_hw *hw)
{
	struct ndrv_hw_stats d = {};
	struct igb *x = hw->priv;

	if (!x->counting)
		return;
	igb_stats(hw, &d);
	x->late = d;
	x->counting = false;
}
