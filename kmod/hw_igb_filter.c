// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which frames the 82576 takes, and to which queue they go: receive mode, RSS, and filters for addresses
 * and VLANs.
 */
#include "hw_igb.h"

/* The VLAN filter holds for promiscuous ports too, so such a port has none. */
static void igb_rctl_write(struct ndrv_hw *hw)
{
	struct igb *x = hw->priv;
	u32 rctl = x->rctl | IGB_RCTL_EN;

	if (x->nr_vlans && !x->promisc)
		rctl |= IGB_RCTL_VFE;
	ndrv_wr32(hw, IGB_RCTL, rctl);
}

/* A reset does not clear the tables that are memories. The receive path is off. */
void igb_filter_setup(struct ndrv_hw *hw)
{
	struct igb *x = hw->priv;
	u32 i;

	memset(x->rar_used, 0, sizeof(x->rar_used));
	memset(x->mta_users, 0, sizeof(x->mta_users));
	x->nr_vlans = 0;
	x->promisc = false;
	/* Entry 0 is the port's own address. */
	for (i = 1; i < IGB_RAR_ENTRIES; i++) {
		ndrv_wr32(hw, IGB_RAL(i), 0);
		ndrv_wr32(hw, IGB_RAH(i), 0);
	}
	for (i = 0; i < IGB_MTA_REGS; i++)
		ndrv_wr32(hw, IGB_MTA(i), 0);
	/* VLAN 0 is a priority and no VLAN: it passes while VLANs are filtered. */
	ndrv_wr32(hw, IGB_VFTA(0), BIT(0));
	for (i = 1; i < IGB_VFTA_REGS; i++)
		ndrv_wr32(hw, IGB_VFTA(i), 0);
	for (i = 0; i < IGB_ETQF_ENTRIES; i++)
		ndrv_wr32(hw, IGB_ETQF(i), 0);
	for (i = 0; i < IGB_FTQF_ENTRIES; i++)
		ndrv_wr32(hw, IGB_FTQF(i), 0);
}

/*
 * LPE always: without it RLPML does not count, and a frame of max_frame_bytes is taken only with a VLAN
 * tag.
 */
int igb_set_rx_mode(struct ndrv_hw *hw, bool promisc, bool allmulti, u32 max_frame)
{
	struct igb *x = hw->priv;

	x->rctl = IGB_RCTL_BAM | IGB_RCTL_DPF | IGB_RCTL_SECRC | IGB_RCTL_LPE;
	if (promisc)
		x->rctl |= IGB_RCTL_UPE | IGB_RCTL_MPE;
	if (allmulti)
		x->rctl |= IGB_RCTL_MPE;
	x->promisc = promisc;
	ndrv_wr32(hw, IGB_RLPML, max_frame + IGB_FCS);
	igb_rctl_write(hw);
	igb_flush(hw);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

/*
 * The table may change under traffic; whether there is one changes while the receive path is
 * off. The hash over TCP in IPv6 goes by two names; QEMU's model knows the one with extension headers,
 * and without such headers both are the same.
 */
int igb_rss(struct ndrv_hw *hw, const struct ndrv_hw_rss *rss)
{
	u32 i, mrqc = 0;
	const u16 *queue;

	for (i = 0; rss && i < NDRV_HW_RSS_KEY / 4; i++)
		ndrv_wr32(hw, IGB_RSSRK(i), get_unaligned_le32(rss->key + 4 * i));
	for (i = 0; rss && i < NDRV_HW_RSS_TABLE / 4; i++) {
		queue = rss->table + 4 * i;
		ndrv_wr32(hw, IGB_RETA(i),
			  queue[0] | queue[1] << 8 | queue[2] << 16 | (u32)queue[3] << 24);
	}
	if (rss)
		mrqc = IGB_MRQC_RSS | IGB_MRQC_TCP_IPV4 | IGB_MRQC_IPV4 | IGB_MRQC_IPV6 |
		       IGB_MRQC_TCP_IPV6 | IGB_MRQC_TCP_IPV6_EX | IGB_MRQC_UDP_IPV4 |
		       IGB_MRQC_UDP_IPV6;
	if (ndrv_rd32(hw, IGB_MRQC) != mrqc) {
		ndrv_wr32(hw, IGB_RCTL, 0);
		igb_flush(hw);
		ndrv_wr32(hw, IGB_MRQC, mrqc);
		igb_rctl_write(hw);
		igb_flush(hw);
	}
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

/* ---- addresses and VLANs ------------------------------------------------------------------ */

/* What RCTL.MO = 0 takes of a multicast address: its last twelve bits on the wire. */
static u32 igb_mta_hash(const u8 *mac)
{
	return mac[4] >> 4 | mac[5] << 4;
}

static void igb_table_bit(struct ndrv_hw *hw, u32 reg, u32 bit, bool set)
{
	u32 value = ndrv_rd32(hw, reg);

	ndrv_wr32(hw, reg, set ? value | BIT(bit) : value & ~BIT(bit));
}

/* Multicasts have no exact filter on this family: others with the same hash arrive as well. */
static void igb_multicast(struct ndrv_hw *hw, const struct ndrv_hw_filter *f, bool add)
{
	struct igb *x = hw->priv;
	u32 hash = igb_mta_hash(f->mac);

	if (add ? !x->mta_users[hash]++ : !--x->mta_users[hash])
		igb_table_bit(hw, IGB_MTA(hash / 32), hash % 32, add);
}

static int igb_unicast_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f)
{
	struct igb *x = hw->priv;
	u32 i;

	f->slot = 0;
	if (!memcmp(f->mac, hw->mac, sizeof(hw->mac)))
		return 0;
	for (i = 1; i < IGB_RAR_ENTRIES && x->rar_used[i]; i++)
		;
	if (i == IGB_RAR_ENTRIES)
		return -ENOSPC;
	x->rar_used[i] = true;
	f->slot = i;
	ndrv_wr32(hw, IGB_RAL(i), get_unaligned_le32(f->mac));
	ndrv_wr32(hw, IGB_RAH(i), IGB_RAH_AV | get_unaligned_le16(f->mac + 4));
	return 0;
}

static void igb_unicast_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f)
{
	struct igb *x = hw->priv;

	if (!f->slot)
		return;
	ndrv_wr32(hw, IGB_RAH(f->slot), 0);
	x->rar_used[f->slot] = false;
}

static void igb_vlan(struct ndrv_hw *hw, const struct ndrv_hw_filter *f, bool add)
{
	struct igb *x = hw->priv;

	igb_table_bit(hw, IGB_VFTA(f->vlan / 32), f->vlan % 32, add);
	if (add)
		x->nr_vlans++;
	else
		x->nr_vlans--;
	igb_rctl_write(hw);
}

int igb_filter_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f)
{
	int ret = 0;

	switch (f->type) {
	case NDRV_FILTER_MAC:
		if (f->mac[0] & 1)
			igb_multicast(hw, f, true);
		else
			ret = igb_unicast_add(hw, f);
		break;
	case NDRV_FILTER_VLAN:
		igb_vlan(hw, f, true);
		break;
	default:
		return -EOPNOTSUPP;
	}
	if (ret)
		return ret;
	igb_flush(hw);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

int igb_filter_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f)
{
	switch (f->type) {
	case NDRV_FILTER_MAC:
		if (f->mac[0] & 1)
			igb_multicast(hw, f, false);
		else
			igb_unicast_del(hw, f);
		break;
	case NDRV_FILTER_VLAN:
		igb_vlan(hw, f, false);
		break;
	}
	igb_flush(hw);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}
