// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: packet type, checksum status and queue of a received frame, as the default parse
 * graph of the device has them. Tunnels are described by their outer headers.
 */
#include "e810_data.h"

#define ETH_VLAN	0x8100
#define ETH_ARP		0x0806
#define ETH_LLDP	0x88cc
#define ETH_PTP		0x88f7

static uint16_t ptype_l2(uint16_t ethertype)
{
	switch (ethertype) {
	case ETH_ARP:
		return PTYPE_ARP;
	case ETH_LLDP:
		return PTYPE_LLDP;
	case ETH_PTP:
		return PTYPE_PTP_L2;
	}
	return PTYPE_MAC_PAY;
}

static uint16_t ptype_ip(const struct net_hdrs *h)
{
	if (h->fragment)
		return h->v4 ? PTYPE_IPV4_FRAG : PTYPE_IPV6_FRAG;
	if (h->l4_ok && h->proto == NET_TCP)
		return h->v4 ? PTYPE_IPV4_TCP : PTYPE_IPV6_TCP;
	if (h->l4_ok && h->proto == NET_UDP)
		return h->v4 ? PTYPE_IPV4_UDP : PTYPE_IPV6_UDP;
	if (h->l4_ok && h->proto == NET_SCTP)
		return h->v4 ? PTYPE_IPV4_SCTP : PTYPE_IPV6_SCTP;
	if (h->v4)
		return h->proto == NET_ICMP ? PTYPE_IPV4_ICMP : PTYPE_IPV4;
	return h->proto == NET_ICMP6 ? PTYPE_IPV6_ICMP : PTYPE_IPV6;
}

static uint8_t cast_of(const uint8_t *f)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };

	if (!(f[0] & 1))
		return 0;
	return memcmp(f, all, 6) ? 1 : 2;
}

/* Fills everything but len and vsi. */
void e810_classify(struct e810 *e, const struct e810_vsi *v, const uint8_t *f, uint32_t len,
		   struct e810_rx_info *ri)
{
	struct net_hdrs h;
	uint32_t l3 = 14;

	ri->cast = cast_of(f);
	ri->queue = v->q_first;
	if (len >= 18 && net_be16(f + 12) == ETH_VLAN) {
		ri->tagged = true;
		ri->vlan = net_be16(f + 14);
		ri->strip = v->vlan_emode != VLAN_EMODE_NOTHING;
		ri->report = v->vlan_emode < VLAN_EMODE_STRIP;
		if (v->vlan_emode == VLAN_EMODE_STRIP_UP)
			ri->vlan &= 0xe000;
		l3 = 18;
	}
	net_parse(&h, f, len, l3);
	if (!h.v4 && !h.v6) {
		ri->ptype = ptype_l2(net_be16(f + l3 - 2));
		return;
	}
	ri->ptype = ptype_ip(&h);
	ri->status = RXF_L3L4P;
	if (h.v4_bad)
		ri->status |= RXF_IPE;
	if (h.l4_ok && net_l4_check(&h) == NET_L4_BAD)
		ri->status |= RXF_L4E;
	if (h.v6_route)
		ri->status |= RXF_IPV6EXADD;
	ri->hashed = e810_rss_hash(e, v, &h, &ri->hash, &ri->queue);
	if (ri->hashed)
		ri->status |= RXF_RSS_VALID;
}
