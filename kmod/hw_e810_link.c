// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 link and counters: what the core asks for about once a second. Link events from firmware are
 * taken as a hint to ask it, never as the answer.
 */
#include "hw_e810_port.h"
#include "hw_e810_regs.h"

#define LINK_BYTES		32	/* 0607 */
#define LINK_MIN_BYTES		12
#define LINK_INFO		2
#define LINK_INFO_UP		BIT(0)
#define LINK_SPEED		10
#define LINK_EVENTS_ON		3
/* Calls of link without an event after which firmware is asked anyway: some seconds. */
#define LINK_SKIP_MAX		3

#define PHY_BYTES		560	/* 0600 */
#define PHY_MIN_BYTES		36
#define PHY_REPORT_MEDIA	0x2	/* what the plugged-in medium can do */
#define PHY_REPORT_ACTIVE	0x4	/* what has been configured last */
#define PHY_CAPS		16
#define PHY_CAPS_PAUSE		(BIT(0) | BIT(1))
#define PHY_CAPS_LINK		BIT(3)
#define PHY_CAPS_KEEP		(BIT(2) | BIT(7))	/* low power, automatic FEC */
#define PHY_FEC			34
#define PHY_COMPLIANCE		35
#define PHY_CONFIG_BYTES	24	/* 0601 */
#define PHY_CONFIG_AUTO_UPDATE	BIT(5)

#define AN_RESTART		BIT(1)
#define AN_LINK_ENABLE		BIT(2)

/* 0613: events that are not suppressed: link up or down, no medium, unknown module */
#define EVENTS_WANTED		(BIT(1) | BIT(2) | BIT(8))

/* The bits of the answer's link speed, from 0 on, in Mbit/s. */
static const u32 speeds[] = {
	10, 100, 1000, 2500, 5000, 10000, 20000, 25000, 40000, 50000, 100000,
};

static void e810_event(struct ndrv_hw *hw, const struct e810_aq_desc *d, const u8 *buf)
{
	if (d->opcode == E810_OP_LINK_STATUS)
		e810_port(hw)->link_changed = true;
}

static int e810_link_ask(struct ndrv_hw *hw)
{
	struct e810_aq_desc d = { .opcode = E810_OP_LINK_STATUS };
	struct e810_port *port = e810_port(hw);
	u8 buf[LINK_BYTES];
	u32 i, speed;
	int ret;

	d.param[0] = port->lport;
	put_unaligned_le16(LINK_EVENTS_ON, d.param + 2);
	ret = e810_aq_cmd(hw, &d, buf, sizeof(buf), 0);
	if (ret)
		return ret;
	if (d.len < LINK_MIN_BYTES) {
		ndrv_hw_err(hw, "opcode 0x0607: %u bytes are no link status\n", d.len);
		return -EIO;
	}
	port->link_up = buf[LINK_INFO] & LINK_INFO_UP;
	speed = get_unaligned_le16(buf + LINK_SPEED);
	port->link_mbps = 0;
	for (i = 0; port->link_up && i < ARRAY_SIZE(speeds); i++)
		if (speed & BIT(i))
			port->link_mbps = speeds[i];
	port->link_changed = false;
	port->link_skipped = 0;
	return 0;
}

/*
 * Another function, or firmware, may reset the whole card; that takes the admin queue away, and every
 * queue, VSI and rule with it.
 */
static bool e810_was_reset(struct ndrv_hw *hw)
{
	return ndrv_rd32(hw, E810_GLGEN_RSTAT) & E810_GLGEN_RSTAT_DEVSTATE ||
	       !(ndrv_rd32(hw, E810_PF_FW_ATQLEN) & E810_AQ_LEN_ENABLE);
}

int e810_link(struct ndrv_hw *hw, bool *up, u32 *mbps)
{
	struct e810_port *port = e810_port(hw);
	bool reset = e810_was_reset(hw);
	int ret;

	if (ndrv_hw_gone(hw))
		return -ENODEV;
	if (reset) {
		ndrv_hw_err(hw, "the card was reset by another function or by its firmware\n");
		return -ECONNRESET;
	}
	ret = e810_misc_take(hw);
	if (ret)
		return ret;
	e810_queue_complaints(hw);
	ret = e810_arq_poll(hw, e810_event);
	/* A message that was lost may have been about the link. */
	if (ret == -EBADMSG)
		port->link_changed = true;
	else if (ret)
		return ret;
	if (port->link_changed || ++port->link_skipped > LINK_SKIP_MAX) {
		ret = e810_link_ask(hw);
		if (ret)
			return ret;
	}
	*up = port->link_up;
	*mbps = port->link_mbps;
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

/* As it is configured, or else what medium and port can do together. */
static int e810_phy_read(struct ndrv_hw *hw, u32 report, u8 *buf)
{
	struct e810_aq_desc d = { .opcode = E810_OP_PHY_CAPS };
	int ret;

	d.param[0] = e810_port(hw)->lport;
	put_unaligned_le16(report, d.param + 2);
	ret = e810_aq_cmd(hw, &d, buf, PHY_BYTES, 0);
	if (!ret && d.len < PHY_MIN_BYTES) {
		ndrv_hw_err(hw, "opcode 0x0600: %u bytes are no PHY capabilities\n", d.len);
		ret = -EIO;
	}
	return ret;
}

/*
 * Link on, and no pause frames either way: a program that stalls must not stop the link partner.
 * Everything else stays as the NVM or the administrator wants it.
 */
static int e810_phy_write(struct ndrv_hw *hw, const u8 *phy)
{
	struct e810_aq_desc d = { .opcode = E810_OP_SET_PHY_CONFIG };
	u8 cfg[PHY_CONFIG_BYTES] = {};

	memcpy(cfg, phy, 16);
	cfg[PHY_CAPS] = (phy[PHY_CAPS] & PHY_CAPS_KEEP) | PHY_CAPS_LINK | PHY_CONFIG_AUTO_UPDATE;
	memcpy(cfg + 17, phy + 17, 5);
	cfg[22] = phy[PHY_FEC];
	cfg[23] = phy[PHY_COMPLIANCE];
	d.param[0] = e810_port(hw)->lport;
	return e810_aq_cmd(hw, &d, cfg, sizeof(cfg), E810_AQ_F_RD);
}

static bool e810_phy_has_type(const u8 *phy)
{
	return get_unaligned_le64(phy) || get_unaligned_le64(phy + 8);
}

/* Firmware may have no medium to configure yet: then it does what the NVM says when there is one. */
static int e810_phy_start(struct ndrv_hw *hw)
{
	u8 *phy = e810_scratch_get(hw, PHY_BYTES);
	bool right;
	int ret;

	if (!phy)
		return -ENOMEM;
	ret = e810_phy_read(hw, PHY_REPORT_ACTIVE, phy);
	right = e810_phy_has_type(phy) && phy[PHY_CAPS] & PHY_CAPS_LINK &&
		!(phy[PHY_CAPS] & PHY_CAPS_PAUSE);
	if (!ret && !e810_phy_has_type(phy))
		ret = e810_phy_read(hw, PHY_REPORT_MEDIA, phy);
	if (!ret && !right && e810_phy_has_type(phy))
		ret = e810_phy_write(hw, phy);
	e810_scratch_put(hw);
	return ret;
}

int e810_link_start(struct ndrv_hw *hw)
{
	struct e810_aq_desc mask = { .opcode = E810_OP_SET_EVENT_MASK };
	struct e810_aq_desc an = { .opcode = E810_OP_RESTART_AN };
	struct e810_port *port = e810_port(hw);
	int ret;

	mask.param[0] = an.param[0] = port->lport;
	put_unaligned_le16((u16)~EVENTS_WANTED, mask.param + 8);
	ret = e810_aq_cmd(hw, &mask, NULL, 0, 0);
	if (!ret)
		ret = e810_phy_start(hw);
	if (!ret)
		ret = e810_link_ask(hw);
	if (ret || port->link_up)
		return ret;
	/* Refused without a medium, and then there is nothing to bring up. */
	an.param[2] = AN_RESTART | AN_LINK_ENABLE;
	ret = e810_aq_cmd(hw, &an, NULL, 0, E810_AQ_F_QUIET);
	port->link_changed = true;
	return e810_aq_lost(ret) ? ret : 0;
}

/* Where a counter is, and how wide. */
static void e810_counter_place(struct ndrv_hw *hw, enum e810_counter c, u32 *reg, bool *wide)
{
	const struct e810_port *port = e810_port(hw);
	const u32 places[E810_NR_COUNTERS] = {
		[E810_RX_BYTES] = E810_GLPRT_GORC(port->lport),
		[E810_RX_UNICAST] = E810_GLPRT_UPRC(port->lport),
		[E810_RX_MULTICAST] = E810_GLPRT_MPRC(port->lport),
		[E810_RX_BROADCAST] = E810_GLPRT_BPRC(port->lport),
		[E810_TX_BYTES] = E810_GLPRT_GOTC(port->lport),
		[E810_TX_UNICAST] = E810_GLPRT_UPTC(port->lport),
		[E810_TX_MULTICAST] = E810_GLPRT_MPTC(port->lport),
		[E810_TX_BROADCAST] = E810_GLPRT_BPTC(port->lport),
		[E810_RX_CRC] = E810_GLPRT_CRCERRS(port->lport),
		[E810_RX_ILLEGAL] = E810_GLPRT_ILLERRC(port->lport),
		[E810_RX_LENGTH] = E810_GLPRT_RLEC(port->lport),
		[E810_RX_UNDERSIZE] = E810_GLPRT_RUC(port->lport),
		[E810_RX_FRAGMENT] = E810_GLPRT_RFC(port->lport),
		[E810_RX_OVERSIZE] = E810_GLPRT_ROC(port->lport),
		[E810_RX_JABBER] = E810_GLPRT_RJC(port->lport),
		[E810_RX_MISSED] = E810_PRTRPB_RDPC,
		[E810_RX_NO_DESC] = E810_GLV_RDPC(port->vsi),
	};

	*reg = places[c];
	*wide = c < E810_RX_CRC;
}

/* 40 bits in two registers: the high half is read until it has not changed meanwhile. */
static u64 e810_counter_read(struct ndrv_hw *hw, enum e810_counter c, u64 *mask)
{
	u32 reg, lo, hi, again, tries = 3;
	bool wide;

	e810_counter_place(hw, c, &reg, &wide);
	*mask = wide ? 0xffffffffffull : 0xffffffffull;
	if (!wide)
		return ndrv_rd32(hw, reg);
	again = ndrv_rd32(hw, reg + 4) & 0xff;
	do {
		hi = again;
		lo = ndrv_rd32(hw, reg);
		again = ndrv_rd32(hw, reg + 4) & 0xff;
	} while (hi != again && --tries);
	return (u64)hi << 32 | lo;
}

void e810_stats_start(struct ndrv_hw *hw)
{
	struct e810_port *port = e810_port(hw);
	u64 mask;
	u32 c;

	for (c = 0; c < E810_NR_COUNTERS; c++)
		port->counter[c] = e810_counter_read(hw, c, &mask);
	port->rx_missed_owed = 0;
	port->rx_fcs_owed = 0;
	port->tx_fcs_owed = 0;
}

void e810_stats(struct ndrv_hw *hw, struct ndrv_hw_stats *acc)
{
	struct e810_port *port = e810_port(hw);
	u64 now[E810_NR_COUNTERS], d[E810_NR_COUNTERS], mask, rx, tx;
	struct ndrv_hw_stats late;
	u32 c;

	if (!port->vsi_there)
		return;
	for (c = 0; c < E810_NR_COUNTERS; c++) {
		now[c] = e810_counter_read(hw, c, &mask);
		d[c] = (now[c] - port->counter[c]) & mask;
	}
	/* A card that vanished half way has answered with all ones: none of this counts. */
	if (ndrv_hw_gone(hw))
		return;
	memcpy(port->counter, now, sizeof(now));
	/* First taken out: @acc may be the same. */
	late = port->late;
	memset(&port->late, 0, sizeof(port->late));
	ndrv_hw_stats_add(acc, &late);

	/* The port counts before its packet buffer: what was missed there is in the good frames. */
	rx = d[E810_RX_UNICAST] + d[E810_RX_MULTICAST] + d[E810_RX_BROADCAST];
	tx = d[E810_TX_UNICAST] + d[E810_TX_MULTICAST] + d[E810_TX_BROADCAST];
	acc->rx_packets += ndrv_hw_stat_less(rx, d[E810_RX_MISSED], &port->rx_missed_owed);
	acc->rx_bytes += ndrv_hw_stat_less(d[E810_RX_BYTES], rx * E810_FCS, &port->rx_fcs_owed);
	acc->rx_missed += d[E810_RX_MISSED];
	acc->rx_no_desc += d[E810_RX_NO_DESC];
	for (c = E810_RX_CRC; c <= E810_RX_JABBER; c++)
		acc->rx_errors += d[c];
	acc->rx_broadcast += d[E810_RX_BROADCAST];
	acc->rx_multicast += d[E810_RX_MULTICAST];
	acc->tx_packets += tx;
	acc->tx_bytes += ndrv_hw_stat_less(d[E810_TX_BYTES], tx * E810_FCS, &port->tx_fcs_owed);
	acc->tx_broadcast += d[E810_TX_BROADCAST];
	acc->tx_multicast += d[E810_TX_MULTICAST];
}
