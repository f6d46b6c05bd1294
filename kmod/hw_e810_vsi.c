// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 switch: finds the function's port, makes its one VSI and says how it treats VLAN tags.
 * Every number that firmware hands out is checked before it is used as one.
 */
#include "hw_e810_port.h"
#include "hw_e810_regs.h"

#define SWITCH_BYTES		2048	/* 0200: elements of 6 bytes */
#define SWITCH_ELEM		6
#define SWITCH_ROUNDS		16	/* answers of 0200 that are read at most */
#define SWITCH_TYPE		GENMASK(15, 14)
#define SWITCH_PHYS_PORT	0
#define SWITCH_NUMBER		GENMASK(9, 0)
#define MAX_PORTS		8

#define VSI_BYTES		128
#define VSI_NUMBER		GENMASK(9, 0)
#define VSI_VALID		BIT(15)
#define VSI_TYPE_PF		2
#define MAX_VSIS		768
/* Sections of the VSI's properties */
#define VSI_SECT_SWITCH		BIT(0)
#define VSI_SECT_SECURITY	BIT(1)
#define VSI_SECT_VLAN		BIT(2)
#define VSI_SECT_INGRESS_UP	BIT(4)
#define VSI_SECT_EGRESS_UP	BIT(5)
#define VSI_SECT_RX_QUEUES	BIT(6)
#define VSI_SECT_Q_OPT		BIT(7)
/* Where they are */
#define VSI_SW_ID		2
#define VSI_SW_FLAGS2		4
#define VSI_SW_FLAGS2_RX_PRUNE	BIT(0)		/* take only VLANs with a rule */
#define VSI_SW_FLAGS2_LAN_ENA	BIT(4)
#define VSI_VLAN		12
#define VSI_VLAN_TX_ALL		3		/* tagged and untagged frames may be sent */
#define VSI_VLAN_STRIP		(0 << 3)	/* tag and priority to the descriptor */
#define VSI_VLAN_LEAVE		(3 << 3)
#define VSI_INGRESS_UP		16
#define VSI_EGRESS_UP		20
#define VSI_UP_IDENTITY		0x00fac688u	/* priority n stays n, 3 bits each */
#define VSI_MAPPING		28		/* 0: contiguous */
#define VSI_Q_FIRST		30
#define VSI_Q_COUNT		32
#define VSI_TC0			62
#define VSI_TC_LOG2_SHIFT	11
#define VSI_RSS			78
#define VSI_RSS_PF_TABLE	2

static int e810_switch_elem(struct ndrv_hw *hw, const u8 *e, bool *found)
{
	struct e810_port *port = e810_port(hw);
	u16 what = get_unaligned_le16(e), swid = get_unaligned_le16(e + 2);
	u32 number = FIELD_GET(SWITCH_NUMBER, what);

	if (*found || FIELD_GET(SWITCH_TYPE, what) != SWITCH_PHYS_PORT)
		return 0;
	if (number >= MAX_PORTS || swid > 0xff) {
		ndrv_hw_err(hw, "opcode 0x0200: port %u of switch %u is none; update the card's firmware\n",
			    number, swid);
		return -EIO;
	}
	port->lport = number;
	port->swid = swid;
	*found = true;
	return 0;
}

int e810_switch_find(struct ndrv_hw *hw)
{
	u32 round, i, count, next = 0;
	bool found = false;
	u8 *buf;
	int ret = 0;

	buf = e810_scratch_get(hw, SWITCH_BYTES);
	if (!buf)
		return -ENOMEM;
	for (round = 0; round < SWITCH_ROUNDS && !ret; round++) {
		struct e810_aq_desc d = { .opcode = E810_OP_SWITCH_CONFIG };

		put_unaligned_le16(next, d.param + 2);
		ret = e810_aq_cmd(hw, &d, buf, SWITCH_BYTES, 0);
		if (ret)
			break;
		next = get_unaligned_le16(d.param + 2);
		count = min_t(u32, get_unaligned_le16(d.param + 4), d.len / SWITCH_ELEM);
		for (i = 0; i < count && !ret; i++)
			ret = e810_switch_elem(hw, buf + i * SWITCH_ELEM, &found);
		if (!next)
			break;
	}
	e810_scratch_put(hw);
	if (!ret && !found) {
		ndrv_hw_err(hw, "opcode 0x0200: firmware names no port for this function; power-cycle the machine, or update the card's firmware\n");
		ret = -EIO;
	}
	return ret;
}

static u32 e810_log2_up(u32 n)
{
	u32 log = 0;

	while (1U << log < n)
		log++;
	return log;
}

int e810_vsi_add(struct ndrv_hw *hw)
{
	struct e810_aq_desc d = { .opcode = E810_OP_ADD_VSI };
	struct e810_port *port = e810_port(hw);
	u8 p[VSI_BYTES] = {};
	u32 number;
	int ret;

	put_unaligned_le16(VSI_SECT_SWITCH | VSI_SECT_SECURITY | VSI_SECT_VLAN |
			   VSI_SECT_INGRESS_UP | VSI_SECT_EGRESS_UP | VSI_SECT_RX_QUEUES |
			   VSI_SECT_Q_OPT, p);
	p[VSI_SW_ID] = port->swid;
	/* No source pruning: a forwarder may get frames back that carry the port's own address. */
	p[VSI_SW_FLAGS2] = VSI_SW_FLAGS2_LAN_ENA;
	p[VSI_VLAN] = VSI_VLAN_TX_ALL | VSI_VLAN_LEAVE;
	put_unaligned_le32(VSI_UP_IDENTITY, p + VSI_INGRESS_UP);
	put_unaligned_le32(VSI_UP_IDENTITY, p + VSI_EGRESS_UP);
	put_unaligned_le16(0, p + VSI_MAPPING);
	put_unaligned_le16(0, p + VSI_Q_FIRST);
	put_unaligned_le16(hw->max_queues, p + VSI_Q_COUNT);
	put_unaligned_le16(e810_log2_up(hw->max_queues) << VSI_TC_LOG2_SHIFT, p + VSI_TC0);
	if (e810_priv(hw)->caps.rss_table)
		p[VSI_RSS] = VSI_RSS_PF_TABLE;

	put_unaligned_le16(VSI_TYPE_PF, d.param + 6);
	ret = e810_aq_cmd(hw, &d, p, sizeof(p), E810_AQ_F_RD);
	if (ret)
		return ret;
	number = FIELD_GET(VSI_NUMBER, get_unaligned_le16(d.param));
	if (number >= MAX_VSIS) {
		ndrv_hw_err(hw, "opcode 0x0210: VSI %u is none; update the card's firmware\n",
			    number);
		return -EIO;
	}
	port->vsi = number;
	port->vsi_there = true;
	port->vsi_strips = false;
	port->vsi_prunes = false;
	return 0;
}

int e810_vsi_strip(struct ndrv_hw *hw, bool strip)
{
	struct e810_aq_desc d = { .opcode = E810_OP_UPDATE_VSI };
	struct e810_port *port = e810_port(hw);
	u8 p[VSI_BYTES] = {};
	int ret;

	if (port->vsi_strips == strip)
		return 0;
	put_unaligned_le16(VSI_SECT_VLAN, p);
	p[VSI_VLAN] = VSI_VLAN_TX_ALL | (strip ? VSI_VLAN_STRIP : VSI_VLAN_LEAVE);
	put_unaligned_le16(port->vsi | VSI_VALID, d.param);
	ret = e810_aq_cmd(hw, &d, p, sizeof(p), E810_AQ_F_RD);
	if (!ret)
		port->vsi_strips = strip;
	return ret;
}

int e810_vsi_prune(struct ndrv_hw *hw, bool prune)
{
	struct e810_aq_desc d = { .opcode = E810_OP_UPDATE_VSI };
	struct e810_port *port = e810_port(hw);
	u8 p[VSI_BYTES] = {};
	int ret;

	if (port->vsi_prunes == prune)
		return 0;
	put_unaligned_le16(VSI_SECT_SWITCH, p);
	p[VSI_SW_ID] = port->swid;
	p[VSI_SW_FLAGS2] = VSI_SW_FLAGS2_LAN_ENA | (prune ? VSI_SW_FLAGS2_RX_PRUNE : 0);
	put_unaligned_le16(port->vsi | VSI_VALID, d.param);
	ret = e810_aq_cmd(hw, &d, p, sizeof(p), E810_AQ_F_RD);
	if (!ret)
		port->vsi_prunes = prune;
	return ret;
}
