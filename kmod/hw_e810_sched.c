// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 Tx scheduler: a tree in firmware whose leaves are transmit queues. Firmware begins with one
 * thin branch; here it becomes just wide enough for all queue pairs of the function, all with equal
 * shares. Counts and node numbers from firmware are checked before they are used.
 */
#include "hw_e810_port.h"

#define LAYERS			9
#define QUERY_BYTES		320	/* 0412: header and 9 layers, 32 bytes each */
#define QUERY_LAYER		32
#define QUERY_SIBLINGS		10

#define TOPO_BYTES		4096	/* 0400 */
#define TOPO_BRANCH		224
#define GROUP_HEAD		8	/* 0400, 0401, 040F: parent, count */
#define ELEM_BYTES		24
#define ELEM_TYPE_TC		2
#define ELEM_TYPE_GENERIC	3
#define ELEM_SECTIONS		0x7	/* generic, committed and excess rate */
#define ELEM_WEIGHT		4
#define ADD_MAX			((E810_AQ_BUF_BYTES - GROUP_HEAD) / ELEM_BYTES)

static bool e810_teid_good(u32 teid)
{
	return teid && teid != E810_NO_TEID;
}

/* How many layers there are, and how wide they may be. */
static int e810_query_layers(struct ndrv_hw *hw, struct e810_sched *s, u8 *buf)
{
	struct e810_aq_desc d = { .opcode = E810_OP_QUERY_SCHED };
	u32 i;
	int ret;

	ret = e810_aq_cmd(hw, &d, buf, QUERY_BYTES, 0);
	if (ret)
		return ret;
	s->levels = get_unaligned_le16(buf + 2);
	if (s->levels < 3 || s->levels > LAYERS || d.len < QUERY_LAYER * (1 + s->levels)) {
		ndrv_hw_err(hw, "opcode 0x0412: %u scheduler layers in %u bytes make no tree; update the card's firmware\n",
			    s->levels, d.len);
		return -EIO;
	}
	for (i = 0; i + 1 < s->levels; i++)
		s->children[i] = get_unaligned_le16(buf + QUERY_LAYER * (2 + i) + QUERY_SIBLINGS);
	return 0;
}

/* The branch that firmware has made: each node the child of the one before. */
static int e810_query_branch(struct ndrv_hw *hw, struct e810_sched *s, u8 *buf)
{
	struct e810_aq_desc d = { .opcode = E810_OP_DEFAULT_TOPOLOGY };
	const u8 *e = buf + GROUP_HEAD;
	bool good;
	u32 i;
	int ret;

	d.param[0] = e810_port(hw)->lport;
	ret = e810_aq_cmd(hw, &d, buf, TOPO_BYTES, 0);
	if (ret)
		return ret;
	s->nr_nodes = get_unaligned_le16(buf + 4);
	s->tc_layer = LAYERS;
	good = d.param[1] >= 1 && d.len >= TOPO_BRANCH && s->nr_nodes >= 2 &&
	       s->nr_nodes <= s->levels;
	for (i = 0; good && i < s->nr_nodes; i++, e += ELEM_BYTES) {
		s->teid[i] = get_unaligned_le32(e + 4);
		good = e810_teid_good(s->teid[i]) && (!i || get_unaligned_le32(e) == s->teid[i - 1]);
		if (s->tc_layer == LAYERS && e[8] == ELEM_TYPE_TC)
			s->tc_layer = i;
	}
	/* Between the traffic class and the queues there is at least one layer. */
	if (!good || s->tc_layer + 2 >= s->levels) {
		ndrv_hw_err(hw, "opcode 0x0400: %u branches, the first with %u nodes in %u bytes, is no scheduler tree; update the card's firmware\n",
			    d.param[1], s->nr_nodes, d.len);
		return -EIO;
	}
	return 0;
}

int e810_sched_query(struct ndrv_hw *hw, struct e810_sched *s, u32 *queues)
{
	u8 *buf = e810_scratch_get(hw, TOPO_BYTES);
	u32 i, room = 1;
	int ret;

	memset(s, 0, sizeof(*s));
	if (!buf)
		return -ENOMEM;
	ret = e810_query_layers(hw, s, buf);
	if (!ret)
		ret = e810_query_branch(hw, s, buf);
	e810_scratch_put(hw);
	if (ret)
		return ret;
	for (i = s->tc_layer; i + 1 < s->levels; i++)
		room = min_t(u32, room * min_t(u32, s->children[i], E810_MAX_QUEUES),
			     E810_MAX_QUEUES);
	if (!room) {
		ndrv_hw_err(hw, "opcode 0x0412: a scheduler layer without room; update the card's firmware\n");
		return -EIO;
	}
	*queues = room;
	return 0;
}

/*
 * What hangs below the traffic class goes, as with stock drivers. Firmware that keeps it keeps the
 * room it takes as well; whether that matters shows when nodes are added.
 */
static int e810_branch_delete(struct ndrv_hw *hw, const struct e810_sched *s)
{
	u32 i;
	int ret;

	for (i = s->nr_nodes - 1; i > s->tc_layer; i--) {
		struct e810_aq_desc d = { .opcode = E810_OP_DELETE_SCHED_ELEMS };
		u8 buf[GROUP_HEAD + 4] = {};

		put_unaligned_le32(s->teid[i - 1], buf);
		put_unaligned_le16(1, buf + 4);
		put_unaligned_le32(s->teid[i], buf + 8);
		put_unaligned_le16(1, d.param);
		ret = e810_aq_cmd(hw, &d, buf, sizeof(buf), E810_AQ_F_RD | E810_AQ_F_QUIET);
		if (e810_aq_lost(ret))
			return ret;
		if (ret) {
			ndrv_hw_warn(hw, "opcode 0x040f: code %u: firmware keeps its default scheduler node 0x%x\n",
				     d.retval, s->teid[i]);
			break;
		}
	}
	return 0;
}

/* Nodes that firmware answered with: new ones, below the parent that was asked for. */
static int e810_nodes_check(struct ndrv_hw *hw, const u8 *buf, u32 parent, u32 count, u32 *teids, u32 have)
{
	u32 i, k;

	for (i = 0; i < count; i++) {
		const u8 *e = buf + GROUP_HEAD + i * ELEM_BYTES;
		u32 teid = get_unaligned_le32(e + 4);
		bool good = e810_teid_good(teid) && teid != parent && get_unaligned_le32(e) == parent;

		for (k = 0; k < have + i; k++)
			good &= teids[k] != teid;
		if (!good) {
			ndrv_hw_err(hw, "opcode 0x0401: node 0x%x is not a new one below 0x%x; resetting the function is what helps\n",
				    teid, parent);
			return -EIO;
		}
		teids[have + i] = teid;
	}
	return 0;
}

static int e810_nodes_add(struct ndrv_hw *hw, u8 *buf, u32 parent, u32 count, u32 *teids, u32 have)
{
	struct e810_aq_desc d = { .opcode = E810_OP_ADD_SCHED_ELEMS };
	u32 i, len = GROUP_HEAD + count * ELEM_BYTES;
	int ret;

	memset(buf, 0, len);
	put_unaligned_le32(parent, buf);
	put_unaligned_le16(count, buf + 4);
	for (i = 0; i < count; i++) {
		u8 *e = buf + GROUP_HEAD + i * ELEM_BYTES;

		put_unaligned_le32(parent, e);
		e[8] = ELEM_TYPE_GENERIC;
		e[9] = ELEM_SECTIONS;
		put_unaligned_le16(ELEM_WEIGHT, e + 14);
		put_unaligned_le16(ELEM_WEIGHT, e + 18);
	}
	put_unaligned_le16(1, d.param);
	ret = e810_aq_cmd(hw, &d, buf, len, E810_AQ_F_RD);
	if (ret)
		return ret;
	if (get_unaligned_le16(d.param + 2) != 1) {
		ndrv_hw_err(hw, "opcode 0x0401: %u groups of nodes made, not 1; resetting the function is what helps\n",
			    get_unaligned_le16(d.param + 2));
		return -EIO;
	}
	return e810_nodes_check(hw, buf, parent, count, teids, have);
}

/* One layer: `need` nodes, each parent filled before the next. */
static int e810_layer_add(struct ndrv_hw *hw, u8 *buf, const u32 *parents, u32 per_parent, u32 need,
		     u32 *teids)
{
	u32 have = 0, count;
	int ret;

	while (have < need) {
		count = min_t(u32, need - have, per_parent - have % per_parent);
		count = min_t(u32, count, ADD_MAX);
		ret = e810_nodes_add(hw, buf, parents[have / per_parent], count, teids, have);
		if (ret)
			return ret;
		have += count;
	}
	return 0;
}

int e810_sched_build(struct ndrv_hw *hw, const struct e810_sched *s)
{
	struct e810_port *port = e810_port(hw);
	u32 need[LAYERS], i, *parents, *work;
	u8 *buf;
	int ret;

	need[s->levels - 1] = hw->max_queues;
	for (i = s->levels - 2; i > s->tc_layer; i--)
		need[i] = DIV_ROUND_UP(need[i + 1], s->children[i]);

	work = e810_scratch_get(hw, 2 * E810_MAX_QUEUES * sizeof(u32) + E810_AQ_BUF_BYTES);
	if (!work)
		return -ENOMEM;
	parents = work + E810_MAX_QUEUES;
	buf = (u8 *)(work + 2 * E810_MAX_QUEUES);
	ret = e810_branch_delete(hw, s);
	parents[0] = s->teid[s->tc_layer];
	for (i = s->tc_layer + 1; !ret && i + 1 < s->levels; i++) {
		ret = e810_layer_add(hw, buf, parents, s->children[i - 1], need[i], work);
		memcpy(parents, work, E810_MAX_QUEUES * sizeof(u32));
	}
	if (!ret) {
		memcpy(port->group_teid, parents, sizeof(port->group_teid));
		port->nr_groups = need[s->levels - 2];
		port->group_size = s->children[s->levels - 2];
	}
	e810_scratch_put(hw);
	return ret;
}
