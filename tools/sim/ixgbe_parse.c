// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: what kind of frame this is, whether its checksums are right, and which queue gets it
 * (7.1.2 queue assignment, 7.1.6.2 packet types, 7.1.11 checksums).
 */
#include "ixgbe.h"

/* Packet type bits and checksum status of what net_parse found. */
static void describe(const struct net_hdrs *p, struct ixgbe_rx_info *ri)
{
	enum net_l4_sum sum;

	if (p->v4) {
		ri->pkt_info |= RXD_PTYPE_IPV4 | (p->v4_options ? RXD_PTYPE_IPV4E : 0);
		ri->staterr |= RXD_STAT_IPCS | (p->v4_bad ? RXD_ERR_IPE : 0);
	} else if (p->v6) {
		ri->pkt_info |= RXD_PTYPE_IPV6 | (p->v6_ext ? RXD_PTYPE_IPV6E : 0);
	}
	if (!p->l4_ok)
		return;
	ri->pkt_info |= p->proto == NET_TCP ? RXD_PTYPE_TCP :
			p->proto == NET_UDP ? RXD_PTYPE_UDP : RXD_PTYPE_SCTP;
	sum = net_l4_check(p);
	if (sum == NET_L4_NONE)
		return;
	ri->staterr |= RXD_STAT_L4CS | (p->proto == NET_UDP ? RXD_STAT_UDPCS : 0) |
		       (sum == NET_L4_BAD ? RXD_ERR_TCPE : 0);
}

/* ---- RSS, 7.1.2.8 --------------------------------------------------------------------------- */

/* RSS type by what MRQC has switched on; 0 = not hashed. *ports: the hash covers them. */
static unsigned int rss_type(const struct net_hdrs *p, uint32_t mrqc, bool *ports)
{
	bool tcp = p->l4_ok && p->proto == NET_TCP, udp = p->l4_ok && p->proto == NET_UDP;

	*ports = true;
	if (p->v4) {
		if (tcp && mrqc & MRQC_IPV4_TCP)
			return 1;
		if (udp && mrqc & MRQC_IPV4_UDP)
			return 7;
		*ports = false;
		return mrqc & MRQC_IPV4 ? 2 : 0;
	}
	if (p->v6) {
		if (tcp && mrqc & MRQC_IPV6_TCP)
			return 3;
		if (udp && mrqc & MRQC_IPV6_UDP)
			return 8;
		*ports = false;
		return mrqc & MRQC_IPV6 ? 5 : 0;
	}
	return 0;
}

static void rss(struct ixgbe *ix, const struct net_hdrs *p, struct ixgbe_rx_info *ri)
{
	uint32_t mrqc = R(ix, IXGBE_MRQC), mode = MRQC_MRQE(mrqc);
	uint8_t in[NET_HASH_BYTES];
	unsigned int type, n;
	bool ports;

	if (mode != 1 && mode != 4 && mode != 5)
		return;
	type = rss_type(p, mrqc, &ports);
	if (!type)
		return;
	if (ix->rss_stale) {
		net_toeplitz_build(&ix->toeplitz, (uint8_t *)ixgbe_reg(ix, IXGBE_RSSRK(0)));
		ix->rss_stale = false;
	}
	n = net_hash_input(p, ports, in);
	ri->hash = net_toeplitz(&ix->toeplitz, in, n);
	ri->pkt_info |= type;
	ri->queue = R(ix, IXGBE_RETA((ri->hash & 0x7f) / 4)) >> 8 * (ri->hash & 3) & 0xf;
}

/* ---- ethertype, SYN and 5-tuple filters, 7.1.2.3 to 7.1.2.5 ---------------------------------- */

void ixgbe_filters_build(struct ixgbe *ix)
{
	ix->nr_etqf = 0;
	ix->nr_ftqf = 0;
	for (unsigned int i = 0; i < 8; i++)
		if (R(ix, IXGBE_ETQF(i)) & ETQF_EN)
			ix->nr_etqf++;
	for (int prio = 7; prio >= 0; prio--)
		for (unsigned int i = 0; i < 128; i++) {
			uint32_t ftqf = R(ix, IXGBE_FTQF(i));

			if (ftqf & FTQF_EN && FTQF_PRIO(ftqf) == (unsigned int)prio)
				ix->ftqf[ix->nr_ftqf++] = i;
		}
}

static bool etqf_match(struct ixgbe *ix, uint16_t ethertype, struct ixgbe_rx_info *ri)
{
	for (unsigned int i = 0; i < 8; i++) {
		uint32_t etqf = R(ix, IXGBE_ETQF(i)), etqs = R(ix, IXGBE_ETQS(i));

		if (!(etqf & ETQF_EN) || (uint16_t)etqf != ethertype)
			continue;
		ri->pkt_info = RXD_PTYPE_ETQF | i << 4;
		if (etqs & ETQS_EN)
			ri->queue = etqs >> 16 & 0x7f;
		return true;
	}
	return false;
}

static bool ftqf_one(struct ixgbe *ix, unsigned int i, const struct net_hdrs *p)
{
	static const uint8_t protos[4] = { NET_TCP, NET_UDP, NET_SCTP, 0 };
	const uint8_t *ip = p->f + p->l3, *l4 = p->f + p->l4;
	uint32_t f = R(ix, IXGBE_FTQF(i)), ports = R(ix, IXGBE_SDPQF(i)), src, dst;

	memcpy(&src, ip + 12, 4);
	memcpy(&dst, ip + 16, 4);
	if (!(f & FTQF_MASK_SRC) && src != R(ix, IXGBE_SAQF(i)))
		return false;
	if (!(f & FTQF_MASK_DST) && dst != R(ix, IXGBE_DAQF(i)))
		return false;
	if (!(f & FTQF_MASK_PROTO) && ((f & 3) == 3 ? p->l4_ok : protos[f & 3] != p->proto))
		return false;
	if ((!(f & FTQF_MASK_SPORT) || !(f & FTQF_MASK_DPORT)) && !p->l4_ok)
		return false;
	if (!(f & FTQF_MASK_SPORT) && memcmp(l4, &ports, 2))
		return false;
	return f & FTQF_MASK_DPORT || !memcmp(l4 + 2, (uint8_t *)&ports + 2, 2);
}

static bool l4_filters(struct ixgbe *ix, const struct net_hdrs *p, struct ixgbe_rx_info *ri)
{
	uint32_t synqf = R(ix, IXGBE_SYNQF);
	bool syn = synqf & SYNQF_EN && p->l4_ok && p->proto == NET_TCP &&
		   (p->f[p->l4 + 13] & 0x12) == 0x02;

	if (syn && synqf & SYNQF_PRIO) {
		ri->queue = synqf >> 1 & 0x7f;
		return true;
	}
	if (p->v4 && !p->fragment)
		for (unsigned int k = 0; k < ix->nr_ftqf; k++)
			if (ftqf_one(ix, ix->ftqf[k], p)) {
				ri->queue = R(ix, IXGBE_L34T_IMIR(ix->ftqf[k])) >> 21 & 0x7f;
				return true;
			}
	if (syn)
		ri->queue = synqf >> 1 & 0x7f;
	return syn;
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* ri->tagged is set already. Fills queue, pkt_info, hash, staterr. */
void ixgbe_classify(struct ixgbe *ix, const uint8_t *f, uint32_t len, struct ixgbe_rx_info *ri)
{
	uint32_t l3 = ri->tagged ? 18 : 14;
	struct net_hdrs p;
	uint16_t queue;

	ri->queue = 0;
	ri->pkt_info = 0;
	ri->hash = 0;
	ri->staterr = 0;
	if (len < l3)
		return;
	if (ix->nr_etqf && etqf_match(ix, net_be16(f + l3 - 2), ri))
		return;
	net_parse(&p, f, len, l3);
	if (!p.v4 && !p.v6)
		return;
	describe(&p, ri);
	rss(ix, &p, ri);
	queue = ri->queue;
	if ((ix->nr_ftqf || R(ix, IXGBE_SYNQF) & SYNQF_EN) && !l4_filters(ix, &p, ri))
		ri->queue = queue;
}
