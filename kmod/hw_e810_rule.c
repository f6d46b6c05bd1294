// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules in the E810's switch: those that lead frames to the function's VSI, and filters.
 * Every number that firmware hands out is checked before it is used as one.
 */
#include "hw_e810_port.h"

#include <linux/ndrv.h>

/* A look-up rule with its header; without it to remove one */
#define RULE_BYTES		32
#define RULE_BYTES_REMOVE	16
#define RULE_RX			0
#define RULE_TX			1
#define RULE_PRUNE_LIST_SET	5		/* no rule: adds VSIs to a list */
#define RULE_RECIPE_ETHERTYPE	0
#define RULE_RECIPE_MAC		1
#define RULE_RECIPE_PROMISC	3
#define RULE_RECIPE_VLAN	4
#define RULE_ACT_TO_QUEUE	1
#define RULE_ACT_PRUNE		2
#define RULE_ACT_LB		BIT(2)
#define RULE_ACT_LAN		BIT(3)
#define RULE_ACT_SHIFT		4		/* VSI, queue or list */
#define RULE_ACT_EGRESS		BIT(15)		/* of PRUNE; TO_QUEUE has other fields there */
#define RULE_ACT_INGRESS	BIT(16)
#define RULE_ACT_VALID		BIT(17)		/* of forwarding to a VSI */

#define RES_PRUNE_LIST		0x04
#define RES_BYTES		8
#define RES_ELEMENT		4
#define MAX_LISTS		1024
#define LIST_RULE_BYTES		10		/* with one VSI */

/* ndrv_hw_filter.slot: a name of firmware's, or one of these rules, which are there anyway */
#define SLOT_FIXED		E810_RULE_NAMES

struct e810_key {
	u16 recipe;
	u8 da[6];
	u16 ethertype;			/* host byte order */
	u16 vlan;
};

static const u8 broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* ---- rules of any kind ----------------------------------------------------------------------- */

/*
 * Rules of these recipes are of the sending kind, as stock drivers make them: the recipe looks at frames
 * of both directions.
 */
static bool e810_key_sends(const struct e810_key *key)
{
	return key->recipe == RULE_RECIPE_MAC || key->recipe == RULE_RECIPE_VLAN;
}

static void e810_rule_fill(struct ndrv_hw *hw, const struct e810_key *key, u32 act, u8 r[RULE_BYTES])
{
	struct e810_port *port = e810_port(hw);
	bool sends = e810_key_sends(key);
	u8 *head = r + RULE_BYTES_REMOVE;

	memset(r, 0, RULE_BYTES);
	put_unaligned_le16(sends ? RULE_TX : RULE_RX, r);
	put_unaligned_le16(key->recipe, r + 4);
	put_unaligned_le16(sends ? port->vsi : port->lport, r + 6);
	put_unaligned_le32(act, r + 8);
	put_unaligned_le16(RULE_BYTES - RULE_BYTES_REMOVE, r + 14);
	memcpy(head, key->da, 6);
	head[6] = 0x02;
	head[12] = key->ethertype >> 8;
	head[13] = key->ethertype & 0xff;
	head[14] = key->vlan >> 8;
	head[15] = key->vlan & 0xff;
}

/* -ENOSPC: no room for one more. */
static int e810_rule_add(struct ndrv_hw *hw, const struct e810_key *key, u32 act, u16 *index)
{
	struct e810_aq_desc d = { .opcode = E810_OP_ADD_RULES };
	struct e810_port *port = e810_port(hw);
	u8 r[RULE_BYTES];
	u32 status;
	int ret;

	e810_rule_fill(hw, key, act, r);
	put_unaligned_le16(1, d.param);
	ret = e810_aq_cmd(hw, &d, r, sizeof(r), E810_AQ_F_RD | E810_AQ_F_QUIET);
	if (e810_aq_lost(ret))
		return ret;
	if (ret == -ENOSPC || ret == -ENOMEM)
		return -ENOSPC;
	status = get_unaligned_le16(r + 2);
	*index = get_unaligned_le16(r + 12);
	if (ret) {
		e810_aq_complain(hw, &d);
		return -EIO;
	}
	if (status || test_bit(*index, port->rule_used)) {
		ndrv_hw_err(hw, "opcode 0x02a0: status 0x%x and index %u are no answer to a rule of recipe %u\n",
			    status, *index, key->recipe);
		return -EIO;
	}
	__set_bit(*index, port->rule_used);
	return 0;
}

static int e810_rule_remove(struct ndrv_hw *hw, const struct e810_key *key, u16 index)
{
	struct e810_aq_desc d = { .opcode = E810_OP_REMOVE_RULES };
	u8 r[RULE_BYTES];
	int ret;

	e810_rule_fill(hw, key, 0, r);
	put_unaligned_le16(index, r + 12);
	put_unaligned_le16(0, r + 14);
	put_unaligned_le16(1, d.param);
	ret = e810_aq_cmd(hw, &d, r, RULE_BYTES_REMOVE, E810_AQ_F_RD);
	if (!ret)
		__clear_bit(index, e810_port(hw)->rule_used);
	return ret;
}

static int e810_rule_update(struct ndrv_hw *hw, const struct e810_key *key, u32 act, u16 index)
{
	struct e810_aq_desc d = { .opcode = E810_OP_UPDATE_RULES };
	u8 r[RULE_BYTES];

	e810_rule_fill(hw, key, act, r);
	put_unaligned_le16(index, r + 12);
	put_unaligned_le16(1, d.param);
	return e810_aq_cmd(hw, &d, r, sizeof(r), E810_AQ_F_RD);
}

/*
 * To a queue, or wherever the VSI sends frames. Queues in rules are those of the whole card. LAN: a frame
 * to the own address still leaves the port.
 */
static u32 e810_act(struct ndrv_hw *hw, const struct e810_key *key, u32 queue)
{
	u32 act = e810_key_sends(key) ? RULE_ACT_LB | RULE_ACT_LAN : 0;

	if (queue == NDRV_QUEUE_ANY)
		return act | RULE_ACT_VALID | (u32)e810_port(hw)->vsi << RULE_ACT_SHIFT;
	return act | RULE_ACT_TO_QUEUE | (e810_priv(hw)->caps.rx_first + queue) << RULE_ACT_SHIFT;
}

/* ---- what the port takes --------------------------------------------------------------------- */

static struct e810_key e810_fixed_key(struct ndrv_hw *hw, enum e810_rule rule)
{
	struct e810_key key = { .recipe = RULE_RECIPE_PROMISC, .ethertype = 0x8100 };

	switch (rule) {
	case E810_RULE_OWN_MAC:
		key.recipe = RULE_RECIPE_MAC;
		memcpy(key.da, hw->mac, 6);
		break;
	case E810_RULE_BROADCAST:
		key.recipe = RULE_RECIPE_MAC;
		memcpy(key.da, broadcast, 6);
		break;
	case E810_RULE_ANY_UNICAST:
		key.da[0] = 0x02;
		break;
	default:
		key.da[0] = 0x03;		/* any multicast */
		break;
	}
	return key;
}

int e810_rule_set(struct ndrv_hw *hw, enum e810_rule rule, bool on)
{
	struct e810_key key = e810_fixed_key(hw, rule);
	struct e810_port *port = e810_port(hw);
	int ret;

	if (port->rule_there[rule] == on)
		return 0;
	if (on)
		ret = e810_rule_add(hw, &key, e810_act(hw, &key, NDRV_QUEUE_ANY),
				    &port->rule_index[rule]);
	else
		ret = e810_rule_remove(hw, &key, port->rule_index[rule]);
	if (!ret)
		port->rule_there[rule] = on;
	if (ret != -ENOSPC)
		return ret;
	ndrv_hw_err(hw, "opcode 0x02a0: firmware has no room for rule %u\n", rule);
	return -EIO;
}

/* VLAN filters do not hold for who wants everything. */
static int e810_prune_agree(struct ndrv_hw *hw)
{
	struct e810_port *port = e810_port(hw);

	return e810_vsi_prune(hw, port->nr_vlans && !port->promisc);
}

int e810_rule_promisc(struct ndrv_hw *hw, bool promisc, bool allmulti)
{
	int ret;

	e810_port(hw)->promisc = promisc;
	ret = e810_rule_set(hw, E810_RULE_ANY_MULTICAST, promisc || allmulti);
	if (!ret)
		ret = e810_rule_set(hw, E810_RULE_ANY_UNICAST, promisc);
	return ret ?: e810_prune_agree(hw);
}

/* ---- VLAN filters ---------------------------------------------------------------------------- */

static int e810_prune_list_alloc(struct ndrv_hw *hw)
{
	struct e810_aq_desc d = { .opcode = E810_OP_ALLOC_RESOURCES };
	struct e810_port *port = e810_port(hw);
	u8 buf[RES_BYTES] = {};
	u32 list;
	int ret;

	put_unaligned_le16(1, d.param);
	put_unaligned_le16(RES_PRUNE_LIST, buf);
	put_unaligned_le16(1, buf + 2);
	ret = e810_aq_cmd(hw, &d, buf, sizeof(buf), E810_AQ_F_RD);
	if (ret)
		return ret;
	list = get_unaligned_le16(buf + RES_ELEMENT);
	if (list >= MAX_LISTS) {
		ndrv_hw_err(hw, "opcode 0x0208: list %u of VSIs is none; update the card's firmware\n", list);
		return -EIO;
	}
	port->prune_list = list;
	return 0;
}

static int e810_prune_list_fill(struct ndrv_hw *hw)
{
	struct e810_aq_desc d = { .opcode = E810_OP_ADD_RULES };
	struct e810_port *port = e810_port(hw);
	u8 r[LIST_RULE_BYTES] = {};

	put_unaligned_le16(RULE_PRUNE_LIST_SET, r);
	put_unaligned_le16(port->prune_list, r + 4);
	put_unaligned_le16(1, r + 6);
	put_unaligned_le16(port->vsi, r + 8);
	put_unaligned_le16(1, d.param);
	return e810_aq_cmd(hw, &d, r, sizeof(r), E810_AQ_F_RD);
}

static struct e810_key e810_vlan_key(u16 vlan)
{
	return (struct e810_key){ .recipe = RULE_RECIPE_VLAN, .da = { 0x02 }, .ethertype = 0x8100,
				  .vlan = vlan };
}

static int e810_vlan_rule_add(struct ndrv_hw *hw, u16 vlan, u16 *index)
{
	struct e810_key key = e810_vlan_key(vlan);

	return e810_rule_add(hw, &key, RULE_ACT_PRUNE | RULE_ACT_EGRESS | RULE_ACT_INGRESS |
			     (u32)e810_port(hw)->prune_list << RULE_ACT_SHIFT, index);
}

/* One list for all VLANs; it stays until a reset, as does VLAN 0: frames with a priority, no VLAN. */
static int e810_prune_list_get(struct ndrv_hw *hw)
{
	struct e810_port *port = e810_port(hw);
	u16 index;
	int ret;

	if (port->prune_list_there)
		return 0;
	ret = e810_prune_list_alloc(hw);
	if (!ret)
		ret = e810_prune_list_fill(hw);
	if (!ret)
		ret = e810_vlan_rule_add(hw, 0, &index);
	port->prune_list_there = !ret;
	return ret;
}

static int e810_vlan_add(struct ndrv_hw *hw, u16 vlan, u16 *index)
{
	struct e810_port *port = e810_port(hw);
	struct e810_key key = e810_vlan_key(vlan);
	int ret;

	ret = e810_prune_list_get(hw);
	if (!ret)
		ret = e810_vlan_rule_add(hw, vlan, index);
	if (ret)
		return ret;
	port->nr_vlans++;
	ret = e810_prune_agree(hw);
	if (!ret)
		return 0;
	port->nr_vlans--;
	if (!e810_aq_lost(ret))
		e810_rule_remove(hw, &key, *index);
	return ret;
}

static int e810_vlan_del(struct ndrv_hw *hw, u16 vlan, u16 index)
{
	struct e810_key key = e810_vlan_key(vlan);
	int ret, ret2;

	e810_port(hw)->nr_vlans--;
	ret = e810_prune_agree(hw);
	if (e810_aq_lost(ret))
		return ret;
	ret2 = e810_rule_remove(hw, &key, index);
	return ret ?: ret2;
}

/* ---- filters that lead somewhere -------------------------------------------------------------- */

static struct e810_key e810_filter_key(const struct ndrv_hw_filter *f)
{
	struct e810_key key = { .recipe = RULE_RECIPE_MAC, .ethertype = 0x8100 };

	if (f->type == NDRV_FILTER_ETHERTYPE) {
		key.recipe = RULE_RECIPE_ETHERTYPE;
		key.da[0] = 0x02;
		key.ethertype = f->ethertype;
	} else {
		memcpy(key.da, f->mac, 6);
	}
	return key;
}

/* The rule of these addresses is there already: what can change is where it leads. */
static bool e810_filter_fixed(struct ndrv_hw *hw, const struct ndrv_hw_filter *f, enum e810_rule *rule)
{
	*rule = memcmp(f->mac, hw->mac, 6) ? E810_RULE_BROADCAST : E810_RULE_OWN_MAC;
	return f->type == NDRV_FILTER_MAC &&
	       (*rule == E810_RULE_OWN_MAC || !memcmp(f->mac, broadcast, 6));
}

static int e810_fixed_lead(struct ndrv_hw *hw, enum e810_rule rule, u32 queue)
{
	struct e810_key key = e810_fixed_key(hw, rule);

	return e810_rule_update(hw, &key, e810_act(hw, &key, queue),
				e810_port(hw)->rule_index[rule]);
}

static int e810_filter_err(int ret)
{
	if (!ret || e810_aq_lost(ret) || ret == -ENOSPC)
		return ret;
	return -EIO;
}

int e810_filter_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f)
{
	struct e810_key key = e810_filter_key(f);
	enum e810_rule rule;
	u16 index = 0;
	int ret = 0;

	if (f->type != NDRV_FILTER_MAC && f->type != NDRV_FILTER_VLAN &&
	    f->type != NDRV_FILTER_ETHERTYPE)
		return -EOPNOTSUPP;
	if (f->queue != NDRV_QUEUE_ANY && f->queue >= hw->max_queues)
		return -EINVAL;
	if (e810_filter_fixed(hw, f, &rule)) {
		if (f->queue != NDRV_QUEUE_ANY)
			ret = e810_fixed_lead(hw, rule, f->queue);
		f->slot = SLOT_FIXED + rule;
	} else {
		if (f->type == NDRV_FILTER_VLAN)
			ret = e810_vlan_add(hw, f->vlan, &index);
		else
			ret = e810_rule_add(hw, &key, e810_act(hw, &key, f->queue), &index);
		f->slot = index;
	}
	return ndrv_hw_gone(hw) ? -ENODEV : e810_filter_err(ret);
}

int e810_filter_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f)
{
	struct e810_key key = e810_filter_key(f);
	int ret;

	if (f->slot >= SLOT_FIXED)
		ret = f->queue == NDRV_QUEUE_ANY ? 0 :
		      e810_fixed_lead(hw, f->slot - SLOT_FIXED, NDRV_QUEUE_ANY);
	else if (f->type == NDRV_FILTER_VLAN)
		ret = e810_vlan_del(hw, f->vlan, f->slot);
	else
		ret = e810_rule_remove(hw, &key, f->slot);
	return ndrv_hw_gone(hw) ? -ENODEV : e810_filter_err(ret);
}
