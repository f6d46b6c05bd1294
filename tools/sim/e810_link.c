// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: port and PHY: link state, what commands 0600 to 0613 read and set, and the events
 * they ask for. The link is up when the carrier is there and the driver (or the NVM) wants it.
 */
#include "e810.h"

#define LINK_UP_DELAY_NS	2000000ull	/* partner and lanes found again after a restart */

#define LINK_BYTES		32
#define PHY_CAPS_BYTES		560
#define PHY_CFG_BYTES		24

/* 0607: link_info, an_info */
#define LINK_UP			0x01
#define LINK_UP_PORT		0x20
#define LINK_MEDIA		0x40
#define LINK_SIGNAL		0x80
#define AN_COMPLETED		0x01
#define AN_LP_ABILITY		0x02
#define AN_QUALIFIED		0x80
#define LSE_MASK		3
#define LSE_DISABLE		2
#define LSE_ENABLE		3

/* 0600, 0601: capabilities */
#define CAP_TX_PAUSE		0x01
#define CAP_RX_PAUSE		0x02
#define CAP_LOW_POWER		0x04
#define CAP_EN_LINK		0x08
#define CAP_AN_MODE		0x10		/* 0600 only */
#define CAP_AUTO_UPDT		0x20		/* 0601 only */
#define CAP_AUTO_FEC		0x80
#define CAP_STORED		(CAP_TX_PAUSE | CAP_RX_PAUSE | CAP_LOW_POWER | CAP_EN_LINK | \
				 CAP_AUTO_FEC)
#define CAPS_DEFAULT		(CAP_AUTO_FEC | CAP_EN_LINK)

#define AN_RESTART		0x02
#define AN_ENABLE_LINK		0x04
#define EVENT_UPDOWN		0x0002
#define MAX_FRAME		9728
#define MIN_FRAME		64

/* Speeds: bit in the link status, PHY types as the twin-axial cable of that speed has them. */
static const struct speed {
	uint32_t mbps;
	uint16_t bit;
	uint64_t phy_low;
} speeds[] = {
	{ 10000, 1u << 5, 1ull << 13 },
	{ 25000, 1u << 7, 1ull << 20 | 1ull << 21 | 1ull << 22 },
	{ 40000, 1u << 8, 1ull << 30 },
	{ 50000, 1u << 9, 1ull << 36 },
	{ 100000, 1u << 10, 1ull << 51 },
};

static const struct speed *speed_find(uint32_t mbps)
{
	for (unsigned int i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++)
		if (speeds[i].mbps == mbps)
			return &speeds[i];
	return NULL;
}

bool e810_link_speed_known(uint32_t mbps)
{
	return speed_find(mbps);
}

/* Cards with SFP28 cages (and their backplane kin) and with QSFP28 ones. */
static uint32_t device_mbps(uint16_t device)
{
	return device == 0x1591 || device == 0x1592 || device == 0x1593 ? 100000 : 25000;
}

/* ---- state ---------------------------------------------------------------------------------- */

static void status_put(struct e810 *e, uint8_t *p)
{
	const struct speed *s = speed_find(e->link_mbps);

	memset(p, 0, LINK_BYTES);
	p[2] = LINK_UP_PORT | LINK_MEDIA;
	p[3] = AN_QUALIFIED;
	if (e->dev->carrier)
		p[2] |= LINK_SIGNAL;
	put16(p + 6, e->max_frame);
	if (!e->link_up)
		return;
	p[2] |= LINK_UP;
	p[3] |= AN_COMPLETED | AN_LP_ABILITY;
	put16(p + 10, s->bit);
	put64(p + 16, s->phy_low & -s->phy_low);
}

static void link_set(struct e810 *e, bool up)
{
	uint8_t param[16] = { 0 }, status[LINK_BYTES];

	if (e->link_up == up)
		return;
	e->link_up = up;
	e->dev->ctr.link_transitions++;
	sim_log(e->dev, 2, "link %s", up ? "up" : "down");
	e810_irq_misc(e, OICR_LINK);
	if (!e->link.lse || e->link.event_mask & EVENT_UPDOWN)
		return;
	put16(param + 2, 1);
	status_put(e, status);
	e810_aq_event(e, AQ_GET_LINK_STATUS, param, status, sizeof(status));
}

static void link_restart(struct e810 *e)
{
	link_set(e, false);
	e->link.restart = true;
}

void e810_link_carrier(struct e810 *e)
{
	/* Up follows in poll; pulled and plugged again between two polls is still a lost link. */
	if (!e->dev->carrier && e->link_up)
		link_restart(e);
}

/* A function's reset leaves the PHY alone, but not what the driver asked of it. */
void e810_link_reset(struct e810 *e, enum e810_reset kind)
{
	if (!e->link_mbps)
		e->link_mbps = device_mbps(e->device);
	e->link.lse = false;
	e->link.event_mask = 0;
	e->max_frame = MAX_FRAME;
	if (kind == E810_PFR)
		return;
	e->link_enabled = true;
	e->link.caps = CAPS_DEFAULT;
	e->link.phy_low = speed_find(e->link_mbps)->phy_low;
	e->link.fec = 0;
	link_restart(e);
}

bool e810_link_poll(struct e810 *e, uint64_t now_ns, uint64_t *next_ns)
{
	bool was_up = e->link_up;

	if (!e->dev->carrier || !e->link_enabled || e->link.caps & CAP_LOW_POWER) {
		e->link.at_ns = 0;
		e->link.restart = false;
		link_set(e, false);
		return was_up;
	}
	if (e->link_up)
		return false;
	if (e->link.restart || !e->link.at_ns) {
		e->link.restart = false;
		e->link.at_ns = now_ns + LINK_UP_DELAY_NS;
	}
	if (now_ns >= e->link.at_ns) {
		e->link.at_ns = 0;
		link_set(e, true);
		return true;
	}
	if (e->link.at_ns < *next_ns)
		*next_ns = e->link.at_ns;
	return false;
}

/* ---- commands ------------------------------------------------------------------------------- */

/* 0600: mode 000 and 001 what hardware and module can, 010 what software set, 100 the NVM's. */
static enum e810_rc get_phy_caps(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int mode = get16(m->param + 2) >> 1 & 7;
	uint8_t *p = m->buf;
	bool active = mode == 2;

	if (m->param[0] || mode > 4 || mode == 3)
		return RC_EINVAL;
	memset(p, 0, PHY_CAPS_BYTES);
	put64(p, active ? e->link.phy_low : speed_find(e->link_mbps)->phy_low);
	p[16] = (active ? e->link.caps : CAPS_DEFAULT) | CAP_AN_MODE;
	if (mode <= 1)
		p[16] |= CAP_TX_PAUSE | CAP_RX_PAUSE;
	p[34] = active ? e->link.fec : 0;
	p[35] = 1;				/* strict: qualified modules only */
	p[37] = e->link_mbps > 25000 ? 0x11 : 0x03;	/* QSFP28, SFP28 */
	p[38] = 0x04;				/* passive copper */
	m->out = m->len < PHY_CAPS_BYTES ? m->len : PHY_CAPS_BYTES;
	return RC_OK;
}

static enum e810_rc set_phy_cfg(struct e810 *e, struct e810_aq_msg *m)
{
	uint64_t low = get64(m->buf);
	uint8_t caps = m->buf[16];
	bool changed;

	if (m->param[0] || m->len < PHY_CFG_BYTES || !m->has_data)
		return RC_EINVAL;
	low &= speed_find(e->link_mbps)->phy_low;
	if (!low && caps & CAP_EN_LINK)
		return RC_EINVAL;		/* nothing left that this port can */
	changed = low != e->link.phy_low || (caps & CAP_STORED) != e->link.caps ||
		  m->buf[22] != e->link.fec;
	e->link.phy_low = low;
	e->link.caps = caps & CAP_STORED;
	e->link.fec = m->buf[22];
	if (!changed || !(caps & CAP_AUTO_UPDT))
		return RC_OK;
	e->link_enabled = caps & CAP_EN_LINK;
	link_restart(e);
	return RC_OK;
}

static enum e810_rc set_mac_cfg(struct e810 *e, struct e810_aq_msg *m)
{
	uint16_t max = get16(m->param);

	if (max < MIN_FRAME || max > MAX_FRAME)
		return RC_EINVAL;
	e->max_frame = max;
	return RC_OK;
}

static enum e810_rc restart_an(struct e810 *e, struct e810_aq_msg *m)
{
	if (m->param[0])
		return RC_EINVAL;
	e->link_enabled = m->param[2] & AN_ENABLE_LINK;
	if (e->link_enabled)
		e->link.caps |= CAP_EN_LINK;
	else
		e->link.caps &= (uint8_t)~CAP_EN_LINK;
	if (m->param[2] & AN_RESTART || !e->link_enabled)
		link_restart(e);
	return RC_OK;
}

static enum e810_rc get_link_status(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int cmd = get16(m->param + 2) & LSE_MASK;

	if (m->param[0])
		return RC_EINVAL;
	if (cmd == LSE_ENABLE)
		e->link.lse = true;
	else if (cmd == LSE_DISABLE)
		e->link.lse = false;
	put16(m->param + 2, e->link.lse);
	status_put(e, m->buf);
	m->out = m->len < LINK_BYTES ? m->len : LINK_BYTES;
	return RC_OK;
}

static enum e810_rc set_event_mask(struct e810 *e, struct e810_aq_msg *m)
{
	if (m->param[0])
		return RC_EINVAL;
	e->link.event_mask = get16(m->param + 8);
	return RC_OK;
}

/* 06E0: the netlist has no node beyond the port itself. */
static enum e810_rc get_link_topo(struct e810 *e, struct e810_aq_msg *m)
{
	(void)e;
	(void)m;
	return RC_ENOENT;
}

static enum e810_rc port_led(struct e810 *e, struct e810_aq_msg *m)
{
	if (m->param[0])
		return RC_EINVAL;
	sim_log(e->dev, 1, "identify: %s", m->param[2] & 1 ? "LED as the link says" : "LED blinks");
	return RC_OK;
}

const struct e810_aq_cmd e810_cmd_link[] = {
	{ AQ_GET_PHY_CAPS, "get PHY capabilities", get_phy_caps },
	{ AQ_SET_PHY_CFG, "set PHY configuration", set_phy_cfg },
	{ AQ_SET_MAC_CFG, "set MAC configuration", set_mac_cfg },
	{ AQ_RESTART_AN, "restart auto-negotiation", restart_an },
	{ AQ_GET_LINK_STATUS, "get link status", get_link_status },
	{ AQ_SET_EVENT_MASK, "set link event mask", set_event_mask },
	{ AQ_GET_LINK_TOPO, "get link topology node", get_link_topo },
	{ AQ_PORT_ID_LED, "set port LED", port_led },
	{ 0 },
};
