// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames as device models see them: checksums, headers, the Toeplitz hash. Every length in a frame
 * is read once and checked before use.
 */
#include "net.h"

#include <string.h>

/* ---- sums ----------------------------------------------------------------------------------- */

uint64_t net_sum_add(uint64_t sum, const uint8_t *p, uint32_t len)
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

uint16_t net_sum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

void net_sum_insert(uint8_t *d, uint32_t from, uint32_t to, uint32_t at, uint64_t seed, bool udp)
{
	uint16_t sum = ~net_sum_fold(net_sum_add(seed, d + from, to - from));

	if (udp && !sum)
		sum = 0xffff;
	memcpy(d + at, &sum, 2);
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

uint32_t net_crc32(const uint8_t *p, uint32_t len)
{
	static uint32_t table[256];

	if (!table[1])
		crc_table(table, 0xedb88320);
	return ~crc(table, UINT32_MAX, p, len);
}

uint32_t net_sctp_crc(const uint8_t *p, uint32_t len)
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
	case NET_TCP:
		return 20;
	case NET_UDP:
		return 8;
	case NET_SCTP:
		return 12;
	}
	return 0;
}

static void parse_l4(struct net_hdrs *p)
{
	uint32_t size = l4_header_size(p->proto);

	p->l4_ok = size && !p->fragment && p->l4 + size <= p->l4_end;
}

static void parse_v4(struct net_hdrs *p)
{
	const uint8_t *h = p->f + p->l3;
	uint32_t room = p->len - p->l3, hlen, total, w[5];
	uint64_t sum;
	uint8_t vihl;

	if (room < 20)
		return;
	vihl = h[0];
	hlen = (vihl & 0xf) * 4;
	total = net_be16(h + 2);
	if (vihl >> 4 != 4 || hlen < 20 || hlen > room || total < hlen || total > room)
		return;
	p->v4 = true;
	p->v4_options = hlen > 20;
	p->fragment = net_be16(h + 6) & 0x3fff;
	p->proto = h[9];
	p->l4 = p->l3 + hlen;
	p->l4_end = p->l3 + total;
	memcpy(w, h, 20);
	p->addr_sum = (uint64_t)w[3] + w[4];
	sum = p->addr_sum + w[0] + w[1] + w[2];
	if (hlen > 20)
		sum = net_sum_add(sum, h + 20, hlen - 20);
	p->v4_bad = net_sum_fold(sum) != 0xffff;
	parse_l4(p);
}

static void parse_v6(struct net_hdrs *p)
{
	const uint8_t *h = p->f + p->l3;
	uint32_t room = p->len - p->l3, total;
	uint8_t next;

	if (room < 40 || h[0] >> 4 != 6)
		return;
	total = 40u + net_be16(h + 4);
	if (total > room)
		return;
	p->v6 = true;
	p->addr_sum = net_sum_add(0, h + 8, 32);
	p->l4 = p->l3 + 40;
	p->l4_end = p->l3 + total;
	next = h[6];
	/* hop-by-hop, routing, destination options; a fragment header ends the walk */
	for (unsigned int i = 0; i < 8; i++) {
		const uint8_t *e = p->f + p->l4;

		if (next != 0 && next != 43 && next != 60 && next != 44)
			break;
		if (p->l4 + 8 > p->l4_end)
			return;
		p->v6_ext = true;
		if (next == 44) {
			p->fragment = true;
			return;
		}
		if (next == 43 && e[3]) {	/* segments left: another final destination */
			p->fragment = true;
			p->v6_route = true;
		}
		next = e[0];
		p->l4 += 8 + 8 * e[1];
		if (p->l4 > p->l4_end)
			return;
	}
	p->proto = next;
	parse_l4(p);
}

void net_parse(struct net_hdrs *h, const uint8_t *f, uint32_t len, uint32_t l3)
{
	uint16_t ethertype;

	*h = (struct net_hdrs){ .f = f, .len = len, .l3 = l3 };
	if (len < l3)
		return;
	ethertype = net_be16(f + l3 - 2);
	if (ethertype == NET_ETH_IPV4)
		parse_v4(h);
	else if (ethertype == NET_ETH_IPV6)
		parse_v6(h);
}

enum net_l4_sum net_l4_check(const struct net_hdrs *p)
{
	const uint8_t *h = p->f + p->l4;
	uint32_t len = p->l4_end - p->l4;
	uint64_t sum;

	if (p->proto == NET_SCTP) {
		uint32_t want;

		memcpy(&want, h + 8, 4);
		return net_sctp_crc(h, len) == want ? NET_L4_GOOD : NET_L4_BAD;
	}
	if (p->proto == NET_UDP && !(h[6] | h[7]))
		return NET_L4_NONE;
	/* pseudo header; length and protocol in network order on a little-endian host */
	sum = p->addr_sum + ((uint32_t)p->proto << 8) + __builtin_bswap16((uint16_t)len);
	sum = net_sum_add(sum, h, len);
	return net_sum_fold(sum) == 0xffff ? NET_L4_GOOD : NET_L4_BAD;
}

/* ---- segmentation --------------------------------------------------------------------------- */

uint32_t net_segments(const struct net_tso *t, uint32_t len)
{
	uint32_t payload = len - t->l4 - t->l4len;

	return payload ? (payload + t->mss - 1) / t->mss : 1;
}

/* Lengths and checksums of the headers around a tunnel, the inner ones being final. */
static void outer_headers(const struct net_tso *t, uint8_t *seg, uint32_t len, uint32_t i)
{
	uint32_t l3 = t->outer_l3, l4 = l3 + t->outer_len;
	uint64_t seed = (uint16_t)__builtin_bswap16((uint16_t)(len - l4));

	if (t->outer_v4) {
		net_put_be16(seg + l3 + 2, len - l3);
		net_put_be16(seg + l3 + 4, net_be16(seg + l3 + 4) + i);
		net_sum_insert(seg, l3, l4, l3 + 10, 0, false);
	} else {
		net_put_be16(seg + l3 + 4, len - l3 - 40);
	}
	if (t->outer_udp)
		net_put_be16(seg + l4 + 4, len - l4);
	if (t->outer_udp_sum)
		net_sum_insert(seg, l4, len, l4 + 6, seed, true);
}

uint32_t net_segment(const struct net_tso *t, const uint8_t *pkt, uint32_t len, uint32_t i,
		     uint8_t *seg)
{
	uint32_t l3 = t->l3, l4 = t->l4, hdr = l4 + t->l4len, at = i * t->mss;
	uint32_t n = len - hdr - at < t->mss ? len - hdr - at : t->mss;
	bool last = hdr + at + n == len;
	uint16_t flags = last ? t->flags_last : i ? t->flags_mid : t->flags_first;
	/* one's complement of the length that the driver left out of the pseudo header */
	uint64_t seed = (uint16_t)__builtin_bswap16((uint16_t)(t->l4len + n));

	memcpy(seg, pkt, hdr);
	if (t->ipv4) {
		net_put_be16(seg + l3 + 2, l4 - l3 + t->l4len + n);
		net_put_be16(seg + l3 + 4, net_be16(seg + l3 + 4) + i);
		net_sum_insert(seg, l3, l4, l3 + 10, 0, false);
	} else {
		net_put_be16(seg + l3 + 4, l4 - l3 - 40 + t->l4len + n);
	}
	memcpy(seg + hdr, pkt + hdr + at, n);
	if (t->udp) {
		net_put_be16(seg + l4 + 4, 8 + n);
		net_sum_insert(seg, l4, hdr + n, l4 + 6, seed, true);
	} else {
		net_put_be32(seg + l4 + 4, net_be32(seg + l4 + 4) + at);
		if (last && !i)		/* the only segment keeps its flags */
			flags = 0xfff;
		seg[l4 + 12] &= 0xf0 | (flags >> 8 & 0xf);
		seg[l4 + 13] &= flags;
		net_sum_insert(seg, l4, hdr + n, l4 + 16, seed, false);
	}
	if (t->outer_len)
		outer_headers(t, seg, hdr + n, i);
	return hdr + n;
}

/* ---- Toeplitz hash -------------------------------------------------------------------------- */

void net_toeplitz_build(struct net_toeplitz *t, const uint8_t key[NET_HASH_BYTES + 4])
{
	for (unsigned int pos = 0; pos < NET_HASH_BYTES; pos++) {
		uint64_t window = 0;

		for (unsigned int i = 0; i < 5; i++)
			window = window << 8 | key[pos + i];
		for (unsigned int v = 0; v < 256; v++) {
			uint32_t h = 0;

			for (unsigned int bit = 0; bit < 8; bit++)
				if (v & 0x80 >> bit)
					h ^= (uint32_t)(window >> (8 - bit));
			t->of[pos][v] = h;
		}
	}
}

uint32_t net_toeplitz(const struct net_toeplitz *t, const uint8_t *in, unsigned int len)
{
	uint32_t h = 0;

	for (unsigned int i = 0; i < len; i++)
		h ^= t->of[i][in[i]];
	return h;
}

unsigned int net_hash_input(const struct net_hdrs *h, bool ports, uint8_t in[NET_HASH_BYTES])
{
	unsigned int n = h->v4 ? 8 : 32;

	memcpy(in, h->f + h->l3 + (h->v4 ? 12 : 8), n);
	if (ports) {
		memcpy(in + n, h->f + h->l4, 4);
		n += 4;
	}
	return n;
}
