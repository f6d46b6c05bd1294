// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which frames the 82599 family takes, and to which queue they go: receive mode, RSS, and filters for
 * addresses, VLANs, EtherTypes and tuples.
 */
#include "hw_ixgbe.h"

/* The VLAN filter holds for promiscuous ports too, so such a port has none (8.2.3.7.2). */
static void ixgbe_vlan_switch(struct ndrv_hw *hw)
{
	const struct ixgbe *x = hw->priv;
	u32 ctrl = ndrv_rd32(hw, IXGBE_VLNCTRL) & ~(IXGBE_VLNCTRL_VFE | IXGBE_VLNCTRL_CFIEN);

	if (x->nr_vlans && !x->promisc)
		ctrl |= IXGBE_VLNCTRL_VFE;
	ndrv_wr32(hw, IXGBE_VLNCTRL, ctrl);
}

/* A reset does not clear the tables that are memories (VFTA, MTA, RAR, FTQF). */
void ixgbe_filter_setup(struct ndrv_hw *hw)
{
	struct ixgbe *x = hw->priv;
	u32 i;

	memset(x->rar_used, 0, sizeof(x->rar_used));
	memset(x->mta_users, 0, sizeof(x->mta_users));
	memset(x->etqf_used, 0, sizeof(x->etqf_used));
	x->nr_vlans = 0;
	x->nr_tuples = 0;
	x->promisc = false;
	/* Entry 0 is the port's own address. */
	for (i = 1; i < IXGBE_RAR_ENTRIES; i++)
		ndrv_wr32(hw, IXGBE_RAH(i), 0);
	for (i = 0; i < IXGBE_MTA_REGS; i++)
		ndrv_wr32(hw, IXGBE_MTA(i), 0);
	ndrv_wr32(hw, IXGBE_MCSTCTRL, IXGBE_MCSTCTRL_MFE);
	/* VLAN 0 is a priority and no VLAN: it passes while VLANs are filtered. */
	ndrv_wr32(hw, IXGBE_VFTA(0), BIT(0));
	for (i = 1; i < IXGBE_VFTA_REGS; i++)
		ndrv_wr32(hw, IXGBE_VFTA(i), 0);
	for (i = 0; i < IXGBE_ETQF_ENTRIES; i++) {
		ndrv_wr32(hw, IXGBE_ETQF(i), 0);
		ndrv_wr32(hw, IXGBE_ETQS(i), 0);
	}
	ndrv_wr32(hw, IXGBE_SYNQF, 0);
	for (i = 0; i < IXGBE_FTQF_ENTRIES; i++)
		ndrv_wr32(hw, IXGBE_FTQF(i), 0);
	ixgbe_vlan_switch(hw);
}

int ixgbe_set_rx_mode(struct ndrv_hw *hw, bool promisc, bool allmulti, u32 max_frame)
{
	u32 fctrl = IXGBE_FCTRL_BAM | IXGBE_FCTRL_DPF;
	/* Always: without it max_frame_bytes is reached only with a VLAN tag (8.2.3.22) */
	u32 hlreg0 = ndrv_rd32(hw, IXGBE_HLREG0) | IXGBE_HLREG0_JUMBOEN;
	struct ixgbe *x = hw->priv;

	if (promisc)
		fctrl |= IXGBE_FCTRL_UPE | IXGBE_FCTRL_MPE;
	if (allmulti)
		fctrl |= IXGBE_FCTRL_MPE;
	x->promisc = promisc;
	ixgbe_vlan_switch(hw);
	ndrv_wr32(hw, IXGBE_MAXFRS, FIELD_PREP(IXGBE_MAXFRS_MFS, max_frame + IXGBE_FCS));
	ndrv_wr32(hw, IXGBE_HLREG0, hlreg0);
	ndrv_wr32(hw, IXGBE_FCTRL, fctrl);
	ixgbe_flush(hw);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

/*
 * 7.1.2.8. The table may change under traffic; whether there is one may not, so that happens while
 * the receive path holds frames back.
 */
int ixgbe_rss(struct ndrv_hw *hw, const struct ndrv_hw_rss *rss)
{
	u32 regs = ixgbe_variant(hw)->long_reta ? 128 : 32;
	u32 i, reta, mrqc = 0;
	const u16 *queue;
	int ret;

	for (i = 0; rss && i < NDRV_HW_RSS_KEY / 4; i++)
		ndrv_wr32(hw, IXGBE_RSSRK(i), get_unaligned_le32(rss->key + 4 * i));
	for (i = 0; rss && i < regs; i++) {
		queue = rss->table + 4 * i % NDRV_HW_RSS_TABLE;
		reta = queue[0] | queue[1] << 8 | queue[2] << 16 | (u32)queue[3] << 24;
		ndrv_wr32(hw, i < 32 ? IXGBE_RETA(i) : IXGBE_ERETA(i - 32), reta);
	}
	if (rss)
		mrqc = IXGBE_MRQC_RSS | IXGBE_MRQC_TCP_IPV4 | IXGBE_MRQC_IPV4 | IXGBE_MRQC_IPV6 |
		       IXGBE_MRQC_TCP_IPV6 | IXGBE_MRQC_UDP_IPV4 | IXGBE_MRQC_UDP_IPV6;
	if (ndrv_rd32(hw, IXGBE_MRQC) == mrqc)
		return ndrv_hw_gone(hw) ? -ENODEV : 0;
	ret = ixgbe_rx_switch(hw, false);
	if (ret)
		return ret;
	ndrv_wr32(hw, IXGBE_MRQC, mrqc);
	return ixgbe_rx_switch(hw, true);
}

/* ---- addresses and VLANs (7.1.1) ------------------------------------------------------------ */

/* What MCSTCTRL.MO = 0 takes of a multicast address: its last twelve bits on the wire. */
static u32 ixgbe_mta_hash(const u8 *mac)
{
	return mac[4] >> 4 | mac[5] << 4;
}

static void ixgbe_table_bit(struct ndrv_hw *hw, u32 reg, u32 bit, bool set)
{
	u32 value = ndrv_rd32(hw, reg);

	ndrv_wr32(hw, reg, set ? value | BIT(bit) : value & ~BIT(bit));
}

/* Multicasts have no exact filter on this family: others with the same hash arrive as well. */
static void ixgbe_multicast_add(struct ndrv_hw *hw, const struct ndrv_hw_filter *f)
{
	struct ixgbe *x = hw->priv;
	u32 hash = ixgbe_mta_hash(f->mac);

	if (!x->mta_users[hash]++)
		ixgbe_table_bit(hw, IXGBE_MTA(hash / 32), hash % 32, true);
}

static void ixgbe_multicast_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f)
{
	struct ixgbe *x = hw->priv;
	u32 hash = ixgbe_mta_hash(f->mac);

	if (!--x->mta_users[hash])
		ixgbe_table_bit(hw, IXGBE_MTA(hash / 32), hash % 32, false);
}

static int ixgbe_unicast_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f)
{
	struct ixgbe *x = hw->priv;
	u32 i;

	f->slot = 0;
	if (!memcmp(f->mac, hw->mac, sizeof(hw->mac)))
		return 0;
	for (i = 1; i < IXGBE_RAR_ENTRIES && x->rar_used[i]; i++)
		;
	if (i == IXGBE_RAR_ENTRIES)
		return -ENOSPC;
	x->rar_used[i] = true;
	f->slot = i;
	ndrv_wr32(hw, IXGBE_RAL(i), get_unaligned_le32(f->mac));
	ndrv_wr32(hw, IXGBE_RAH(i), IXGBE_RAH_AV | get_unaligned_le16(f->mac + 4));
	return 0;
}

static void ixgbe_unicast_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f)
{
	struct ixgbe *x = hw->priv;

	if (!f->slot)
		return;
	ndrv_wr32(hw, IXGBE_RAH(f->slot), 0);
	x->rar_used[f->slot] = false;
}

static void ixgbe_vlan(struct ndrv_hw *hw, const struct ndrv_hw_filter *f, bool add)
{
	struct ixgbe *x = hw->priv;

	ixgbe_table_bit(hw, IXGBE_VFTA(f->vlan / 32), f->vlan % 32, add);
	if (add)
		x->nr_vlans++;
	else
		x->nr_vlans--;
	ixgbe_vlan_switch(hw);
}

/* ---- EtherTypes (7.1.2.3) ------------------------------------------------------------------- */

static int ixgbe_ethertype_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f)
{
	struct ixgbe *x = hw->priv;
	u32 i;

	for (i = 0; i < IXGBE_ETQF_ENTRIES && x->etqf_used[i]; i++)
		;
	if (i == IXGBE_ETQF_ENTRIES)
		return -ENOSPC;
	x->etqf_used[i] = true;
	f->slot = i;
	ndrv_wr32(hw, IXGBE_ETQS(i), IXGBE_ETQS_EN | FIELD_PREP(IXGBE_ETQS_QUEUE, f->queue));
	ndrv_wr32(hw, IXGBE_ETQF(i), IXGBE_ETQF_EN | f->ethertype);
	return 0;
}

static void ixgbe_ethertype_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f)
{
	struct ixgbe *x = hw->priv;

	ndrv_wr32(hw, IXGBE_ETQF(f->slot), 0);
	ndrv_wr32(hw, IXGBE_ETQS(f->slot), 0);
	x->etqf_used[f->slot] = false;
}

/* ---- tuples (7.1.2.5) ----------------------------------------------------------------------- */

static u32 ixgbe_ftqf(const struct ndrv_hw_filter *f)
{
	u32 ftqf = IXGBE_FTQF_EN | IXGBE_FTQF_ANY_POOL |
		   FIELD_PREP(IXGBE_FTQF_PRIORITY, hweight32(f->fields));

	if (!(f->fields & NDRV_FILTER_F_SRC_IP))
		ftqf |= IXGBE_FTQF_ANY_SRC;
	if (!(f->fields & NDRV_FILTER_F_DST_IP))
		ftqf |= IXGBE_FTQF_ANY_DST;
	if (!(f->fields & NDRV_FILTER_F_SRC_PORT))
		ftqf |= IXGBE_FTQF_ANY_SPORT;
	if (!(f->fields & NDRV_FILTER_F_DST_PORT))
		ftqf |= IXGBE_FTQF_ANY_DPORT;
	if (!(f->fields & NDRV_FILTER_F_PROTO))
		return ftqf | IXGBE_FTQF_ANY_PROTO;
	return ftqf | FIELD_PREP(IXGBE_FTQF_PROTO, f->proto == 6 ? IXGBE_FTQF_TCP :
				 f->proto == 17 ? IXGBE_FTQF_UDP : IXGBE_FTQF_SCTP);
}

/* Addresses and ports stand in the registers as they do in a frame, first byte lowest. */
static void ixgbe_tuple_write(struct ndrv_hw *hw, u32 i)
{
	const struct ixgbe *x = hw->priv;
	const struct ndrv_hw_filter *f = x->tuples[i];

	ndrv_wr32(hw, IXGBE_FTQF(i), 0);
	ndrv_wr32(hw, IXGBE_SAQF(i), get_unaligned_le32(&f->src_ip));
	ndrv_wr32(hw, IXGBE_DAQF(i), get_unaligned_le32(&f->dst_ip));
	ndrv_wr32(hw, IXGBE_SDPQF(i), get_unaligned_le16(&f->src_port) |
		  (u32)get_unaligned_le16(&f->dst_port) << 16);
	ndrv_wr32(hw, IXGBE_L34T_IMIR(i), IXGBE_IMIR_SIZE_BP | IXGBE_IMIR_CTRL_BP |
		  FIELD_PREP(IXGBE_IMIR_QUEUE, f->queue));
	ndrv_wr32(hw, IXGBE_FTQF(i), ixgbe_ftqf(f));
}

/*
 * Of filters with the same priority the card takes the first. So they are kept in order, without
 * gaps; while they move, each is there at least once.
 */
static int ixgbe_tuple_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f)
{
	struct ixgbe *x = hw->priv;
	u32 i;

	if (x->nr_tuples == IXGBE_FTQF_ENTRIES)
		return -ENOSPC;
	for (i = x->nr_tuples++; i && x->tuples[i - 1]->order > f->order; i--) {
		x->tuples[i] = x->tuples[i - 1];
		ixgbe_tuple_write(hw, i);
	}
	x->tuples[i] = f;
	ixgbe_tuple_write(hw, i);
	return 0;
}

static void ixgbe_tuple_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f)
{
	struct ixgbe *x = hw->priv;
	u32 i;

	for (i = 0; i < x->nr_tuples && x->tuples[i] != f; i++)
		;
	if (i == x->nr_tuples)
		return;
	for (x->nr_tuples--; i < x->nr_tuples; i++) {
		x->tuples[i] = x->tuples[i + 1];
		ixgbe_tuple_write(hw, i);
	}
	ndrv_wr32(hw, IXGBE_FTQF(i), 0);
}

/* ---- all of them ---------------------------------------------------------------------------- */

int ixgbe_filter_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f)
{
	int ret = 0;

	switch (f->type) {
	case NDRV_FILTER_MAC:
		if (f->mac[0] & 1)
			ixgbe_multicast_add(hw, f);
		else
			ret = ixgbe_unicast_add(hw, f);
		break;
	case NDRV_FILTER_VLAN:
		ixgbe_vlan(hw, f, true);
		break;
	case NDRV_FILTER_ETHERTYPE:
		ret = ixgbe_ethertype_add(hw, f);
		break;
	case NDRV_FILTER_TUPLE:
		ret = ixgbe_tuple_add(hw, f);
		break;
	default:
		return -EOPNOTSUPP;
	}
	if (ret)
		return ret;
	ixgbe_flush(hw);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

int ixgbe_filter_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f)
{
	switch (f->type) {
	case NDRV_FILTER_MAC:
		if (f->mac[0] & 1)
			ixgbe_multicast_del(hw, f);
		else
			ixgbe_unicast_del(hw, f);
		break;
	case NDRV_FILTER_VLAN:
		ixgbe_vlan(hw, f, false);
		break;
	case NDRV_FILTER_ETHERTYPE:
		ixgbe_ethertype_del(hw, f);
		break;
	case NDRV_FILTER_TUPLE:
		ixgbe_tuple_del(hw, f);
		break;
	}
	ixgbe_flush(hw);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}
