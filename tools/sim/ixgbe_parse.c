// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: what kind of frame this is, whether its checksums are right, and which queue gets it
 * (7.1.2 queue assignment, 7.1.6.2 packet types, 7.1.11 checksums). Every length in the frame is
 * read once and checked before use.
 */
#include "ixgbe.h"

#define ETH_IPV4	0x0800
#define ETH_IPV6	0x86dd
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_SCTP	132

/* Where things are in one frame. */
struct parse {
	const uint8_t *f;
	uint32_t len;
	uint32_t l3, l4, l4_end;	/* offsets; l4_end by the IP length fields */
	uint64_t addr_sum;		/* both addresses */
	bool v4, v6, fragment, l4_ok;	/* l4_ok: header at l4 is whole, and proto is known */
	uint8_t proto;
};

static inline uint16_t be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* ---- sums ----------------------------------------------------------------------------------- */

/* One's complement sum in machine order, unfolded; an odd last byte counts as followed by 0. */
uint64_t ixgbe_sum_add(uint64_t sum, const uint8_t *p, uint32_t len)
{
	uint64_t a = 0, b = 0;
	uint32_t w[4];
	uint16_t h;

	for (; len >= 16; len -= 16, p += 16) {
		memcpy(w, p, 16);
		a += (uint64_t)w[0] + w[1];
		b += (uint64_t)w[2] + w[3];
	}
	for (; len >= 4; len -= 4, p += 4) {
		memcpy(w, p, 4);
		a += w[0];
	}
	if (len >= 2) {
		memcpy(&h, p, 2);
		b += h;
		p += 2;
	}
	if (len & 1)
		a += p[0];			/* little-endian host: first byte of the pair */
	return sum + a + b;
}

uint16_t ixgbe_sum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void crc_table(uint32_t table[256], uint32_t poly)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (unsigned int k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ poly : c >> 1;
		table[i] = c;
	}
}

static uint32_t crc(const uint32_t table[256], uint32_t c, const uint8_t *p, uint32_t len)
{
	while (len--)
		c = c >> 8 ^ table[(c ^ *p++) & 0xff];
	return c;
}

uint32_t ixgbe_crc32(const uint8_t *p, uint32_t len)
{
	static uint32_t table[256];

	if (!table[1])
		crc_table(table, 0xedb88320);
	return ~crc(table, UINT32_MAX, p, len);
}

/* CRC32c of an SCTP packet of at least 12 bytes, its checksum field taken as 0. */
uint32_t ixgbe_sctp_crc(const uint8_t *p, uint32_t len)
{
	static uint32_t table[256];
	static const uint8_t zero[4];
	uint32_t c;

	if (!table[1])
		crc_table(table, 0x82f63b78);
	c = crc(table, UINT32_MAX, p, 8);
	c = crc(table, c, zero, 4);
	return ~crc(table, c, p + 12, len - 12);
}

/* ---- headers -------------------------------------------------------------------------------- */

static uint32_t l4_header_size(uint8_t proto)
{
	switch (proto) {
	case PROTO_TCP:
		return 20;
	case PROTO_UDP:
		return 8;
	case PROTO_SCTP:
		return 12;
	}
	return 0;
}

static void parse_l4(struct parse *p)
{
	uint32_t size = l4_header_size(p->proto);

	p->l4_ok = size && !p->fragment && p->l4 + size <= p->l4_end;
}

static void parse_v4(struct parse *p, struct ixgbe_rx_info *ri)
{
	const uint8_t *h = p->f + p->l3;
	uint32_t room = p->len - p->l3, hlen, total, w[5];
	uint64_t sum;
	uint16_t frag;
	uint8_t vihl;

	if (room < 20)
		return;
	vihl = h[0];
	hlen = (vihl & 0xf) * 4;
	total = be16(h + 2);
	if (vihl >> 4 != 4 || hlen < 20 || hlen > room || total < hlen || total > room)
		return;
	p->v4 = true;
	frag = be16(h + 6);
	p->fragment = frag & 0x3fff;
	p->proto = h[9];
	p->l4 = p->l3 + hlen;
	p->l4_end = p->l3 + total;
	ri->pkt_info |= RXD_PTYPE_IPV4 | (hlen > 20 ? RXD_PTYPE_IPV4E : 0);
	ri->staterr |= RXD_STAT_IPCS;
	memcpy(w, h, 20);
	p->addr_sum = (uint64_t)w[3] + w[4];
	sum = p->addr_sum + w[0] + w[1] + w[2];
	if (hlen > 20)
		sum = ixgbe_sum_add(sum, h + 20, hlen - 20);
	if (ixgbe_sum_fold(sum) != 0xffff)
		ri->staterr |= RXD_ERR_IPE;
	parse_l4(p);
}

static void parse_v6(struct parse *p, struct ixgbe_rx_info *ri)
{
	const uint8_t *h = p->f + p->l3;
	uint32_t room = p->len - p->l3, total;
	uint8_t next;

	if (room < 40 || h[0] >> 4 != 6)
		return;
	total = 40u + be16(h + 4);
	if (total > room)
		return;
	p->v6 = true;
	p->addr_sum = ixgbe_sum_add(0, h + 8, 32);
	p->l4 = p->l3 + 40;
	p->l4_end = p->l3 + total;
	ri->pkt_info |= RXD_PTYPE_IPV6;
	next = h[6];
	/* hop-by-hop, routing, destination options; a fragment header ends the walk */
	for (unsigned int i = 0; i < 8; i++) {
		const uint8_t *e = p->f + p->l4;

		if (next != 0 && next != 43 && next != 60 && next != 44)
			break;
		if (p->l4 + 8 > p->l4_end)
			return;
		ri->pkt_info |= RXD_PTYPE_IPV6E;
		if (next == 44) {
			p->fragment = true;
			return;
		}
		if (next == 43 && e[3])		/* segments left: another final destination */
			p->fragment = true;
		next = e[0];
		p->l4 += 8 + 8 * e[1];
		if (p->l4 > p->l4_end)
			return;
	}
	p->proto = next;
	parse_l4(p);
}

static void check_l4(struct parse *p, struct ixgbe_rx_info *ri)
{
	const uint8_t *h = p->f + p->l4;
	uint32_t len = p->l4_end - p->l4;
	uint64_t sum;

	if (p->proto == PROTO_SCTP) {
		uint32_t want;

		memcpy(&want, h + 8, 4);
		ri->pkt_info |= RXD_PTYPE_SCTP;
		ri->staterr |= RXD_STAT_L4CS;
		if (ixgbe_sctp_crc(h, len) != want)
			ri->staterr |= RXD_ERR_TCPE;
		return;
	}
	if (p->proto == PROTO_UDP) {
		ri->pkt_info |= RXD_PTYPE_UDP;
		if (!(h[6] | h[7]))		/* sent without a checksum */
			return;
	} else {
		ri->pkt_info |= RXD_PTYPE_TCP;
	}
	ri->staterr |= RXD_STAT_L4CS | (p->proto == PROTO_UDP ? RXD_STAT_UDPCS : 0);
	/* pseudo header; length and protocol in network order on a little-endian host */
	sum = p->addr_sum + ((uint32_t)p->proto << 8) + __builtin_bswap16((uint16_t)len);
	sum = ixgbe_sum_add(sum, h, len);
	if (ixgbe_sum_fold(sum) != 0xffff)
		ri->staterr |= RXD_ERR_TCPE;
}

/* ---- RSS, 7.1.2.8 --------------------------------------------------------------------------- */

static void toeplitz_build(struct ixgbe *ix)
{
	uint8_t key[44] = { 0 };

	ix->rss_stale = false;
	memcpy(key, ixgbe_reg(ix, IXGBE_RSSRK(0)), 40);
	for (unsigned int pos = 0; pos < 36; pos++) {
		uint64_t window = 0;

		for (unsigned int i = 0; i < 5; i++)
			window = window << 8 | key[pos + i];
		for (unsigned int v = 0; v < 256; v++) {
			uint32_t h = 0;

			for (unsigned int bit = 0; bit < 8; bit++)
				if (v & 0x80 >> bit)
					h ^= (uint32_t)(window >> (8 - bit));
			ix->toeplitz[pos][v] = h;
		}
	}
}

static uint32_t toeplitz(struct ixgbe *ix, const uint8_t *in, unsigned int len)
{
	uint32_t h = 0;

	if (ix->rss_stale)
		toeplitz_build(ix);
	for (unsigned int i = 0; i < len; i++)
		h ^= ix->toeplitz[i][in[i]];
	return h;
}

/* RSS type by what MRQC has switched on; 0 = not hashed. *ports: the hash covers them. */
static unsigned int rss_type(const struct parse *p, uint32_t mrqc, bool *ports)
{
	bool tcp = p->l4_ok && p->proto == PROTO_TCP, udp = p->l4_ok && p->proto == PROTO_UDP;

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

static void rss(struct ixgbe *ix, const struct parse *p, struct ixgbe_rx_info *ri)
{
	uint32_t mrqc = R(ix, IXGBE_MRQC), mode = MRQC_MRQE(mrqc);
	unsigned int type, n = p->v4 ? 8 : 32;
	uint8_t in[36];
	bool ports;

	if (mode != 1 && mode != 4 && mode != 5)
		return;
	type = rss_type(p, mrqc, &ports);
	if (!type)
		return;
	memcpy(in, p->f + p->l3 + (p->v4 ? 12 : 8), n);
	if (ports) {
		memcpy(in + n, p->f + p->l4, 4);
		n += 4;
	}
	ri->hash = toeplitz(ix, in, n);
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

static bool ftqf_one(struct ixgbe *ix, unsigned int i, const struct parse *p)
{
	static const uint8_t protos[4] = { PROTO_TCP, PROTO_UDP, PROTO_SCTP, 0 };
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

static bool l4_filters(struct ixgbe *ix, const struct parse *p, struct ixgbe_rx_info *ri)
{
	uint32_t synqf = R(ix, IXGBE_SYNQF);
	bool syn = synqf & SYNQF_EN && p->l4_ok && p->proto == PROTO_TCP &&
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
	struct parse p = { .f = f, .len = len, .l3 = ri->tagged ? 18 : 14 };
	uint16_t ethertype, queue;

	ri->queue = 0;
	ri->pkt_info = 0;
	ri->hash = 0;
	ri->staterr = 0;
	if (len < p.l3)
		return;
	ethertype = be16(f + p.l3 - 2);
	if (ix->nr_etqf && etqf_match(ix, ethertype, ri))
		return;
	if (ethertype == ETH_IPV4)
		parse_v4(&p, ri);
	else if (ethertype == ETH_IPV6)
		parse_v6(&p, ri);
	else
		return;
	if (p.l4_ok)
		check_l4(&p, ri);
	rss(ix, &p, ri);
	queue = ri->queue;
	if ((ix->nr_ftqf || R(ix, IXGBE_SYNQF) & SYNQF_EN) && !l4_filters(ix, &p, ri))
		ri->queue = queue;
}
