/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv_pkt_csum_prepare(): a card that sums up what it leaves in a frame gets the right checksum, the
 * lengths are those of the headers, and what is not as the requests say is refused. A random run with
 * damaged frames looks for reads outside the frame (with sanitizers).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ndrv/ring.h>

#include "tap.h"

#define TCP	6
#define UDP	17
#define SCTP	132

struct shape {
	const char *name;
	uint32_t tags, v6, more, proto, l4_more, payload, requests;	/* more: bytes of options */
};

struct built {
	uint8_t f[2048];
	uint32_t len, l2, l3, l4, l4_len;
};

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static uint32_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void build(const struct shape *s, struct built *b)
{
	uint8_t *p = b->f, *ip;
	uint32_t i, fixed = s->proto == TCP ? 20 : s->proto == UDP ? 8 : 12, bytes;

	for (i = 0; i < sizeof(b->f); i++)
		b->f[i] = random();
	for (p += 12, i = 0; i < s->tags; i++, p += 4)
		put16(p, i ? 0x8100 : 0x88a8);
	put16(p, s->v6 ? 0x86dd : 0x0800);
	ip = p + 2;
	b->l2 = ip - b->f;
	b->l3 = (s->v6 ? 40 : 20) + s->more;
	b->l4_len = fixed + s->l4_more;
	b->l4 = b->l2 + b->l3;
	bytes = b->l4_len + s->payload;
	b->len = b->l4 + bytes;
	if (s->v6) {
		ip[0] = 0x6f;
		put16(ip + 4, s->more + bytes);
		ip[6] = s->more ? 0 : s->proto;			/* hop by hop, then padding */
		ip[40] = s->more ? s->proto : ip[40];
		ip[41] = s->more ? s->more / 8 - 1 : ip[41];
	} else {
		ip[0] = 0x40 | b->l3 / 4;
		put16(ip + 2, b->l3 + bytes);
		put16(ip + 6, 0x4000);				/* DF */
		ip[9] = s->proto;
	}
	if (s->proto == TCP)
		b->f[b->l4 + 12] = b->l4_len / 4 << 4 | 1;
}

/* One bit at a time over 16-bit words with end-around carry: not the way of the library. */
static uint32_t ones_sum(uint32_t sum, const uint8_t *p, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		sum += i & 1 ? p[i] : p[i] << 8;
		sum = sum > 0xffff ? sum - 0xffff : sum;
	}
	return sum;
}

/* What must be in the checksum field before the card adds the rest. */
static uint32_t seed(const struct shape *s, const struct built *b, uint32_t bytes)
{
	uint8_t pseudo[4] = { 0, s->proto, bytes >> 8, bytes };
	uint32_t at = b->l2 + (s->v6 ? 8 : 12);

	return ones_sum(ones_sum(0, b->f + at, s->v6 ? 32 : 8), pseudo, 4);
}

static int right(const struct shape *s)
{
	const uint32_t tso = s->requests & NDRV_PKT_F_TX_TSO, fl = s->requests;
	static struct built b, was;
	struct ndrv_pkt p = { .flags = fl | NDRV_PKT_F_HASH, .mss = 1000, .vlan = 7 };
	uint32_t at, diff = 0, i;

	build(s, &b);
	was = b;
	p.data = b.f;
	p.len = b.len;
	p.hash = 0xffffffff;
	p.flags |= s->v6 ? 0 : NDRV_PKT_F_TX_IPV6;		/* an old flag is corrected */
	if (ndrv_pkt_csum_prepare(&p))
		return 0;
	if (p.flags != (fl | NDRV_PKT_F_HASH | (s->v6 ? NDRV_PKT_F_TX_IPV6 : 0)) || p.l2_len != b.l2 ||
	    p.l3_len != b.l3 || p.mss != 1000 || p.vlan != 7 || p.len != was.len)
		return 0;
	at = b.l4 + (s->proto == TCP ? 16 : s->proto == UDP ? 6 : 8);
	if (s->proto == SCTP && fl & NDRV_PKT_F_TX_SCTP_CSUM) {
		if (memcmp(b.f + at, "\0\0\0", 4))
			return 0;
		memcpy(b.f + at, was.f + at, 4);
	} else if (fl & ~NDRV_PKT_F_TX_IP_CSUM) {
		uint32_t want = seed(s, &was, tso ? 0 : b.l4_len + s->payload);

		/* 0 and 0xffff are the same number. */
		if (get16(b.f + at) % 0xffff != want % 0xffff || (p.l4_len != b.l4_len))
			return 0;
		memcpy(b.f + at, was.f + at, 2);
	}
	if (!s->v6 && (tso || fl & NDRV_PKT_F_TX_IP_CSUM)) {
		if (get16(b.f + b.l2 + 10))
			return 0;
		memcpy(b.f + b.l2 + 10, was.f + b.l2 + 10, 2);
	}
	if (tso) {
		at = b.l2 + (s->v6 ? 4 : 2);
		if (get16(b.f + at))
			return 0;
		memcpy(b.f + at, was.f + at, 2);
	}
	for (i = 0; i < sizeof(b.f); i++)
		diff += b.f[i] != was.f[i];
	return diff == 0;
}

static const struct shape shapes[] = {
	{ "TCP", 0, 0, 0, TCP, 0, 100, NDRV_PKT_F_TX_TCP_CSUM },
	{ "TCP with options, odd", 1, 0, 12, TCP, 40, 101, NDRV_PKT_F_TX_TCP_CSUM | NDRV_PKT_F_TX_IP_CSUM },
	{ "TCP/IPv6 behind an extension", 2, 1, 24, TCP, 12, 0, NDRV_PKT_F_TX_TCP_CSUM },
	{ "TCP, TSO", 0, 0, 0, TCP, 0, 1000, NDRV_PKT_F_TX_TSO },
	{ "TCP/IPv6, TSO", 1, 1, 0, TCP, 12, 1000, NDRV_PKT_F_TX_TSO | NDRV_PKT_F_TX_TCP_CSUM },
	{ "TCP/IPv6, TSO, longest extension", 1, 1, 208, TCP, 12, 1000, NDRV_PKT_F_TX_TSO },
	{ "UDP", 0, 0, 0, UDP, 0, 33, NDRV_PKT_F_TX_UDP_CSUM },
	{ "UDP, empty, and IP", 2, 0, 40, UDP, 0, 0, NDRV_PKT_F_TX_UDP_CSUM | NDRV_PKT_F_TX_IP_CSUM },
	{ "UDP/IPv6", 0, 1, 0, UDP, 0, 1400, NDRV_PKT_F_TX_UDP_CSUM },
	{ "SCTP", 0, 0, 0, SCTP, 0, 40, NDRV_PKT_F_TX_SCTP_CSUM },
	{ "SCTP/IPv6", 1, 1, 8, SCTP, 0, 40, NDRV_PKT_F_TX_SCTP_CSUM },
	{ "IP alone", 0, 0, 4, 89, 0, 40, NDRV_PKT_F_TX_IP_CSUM },
};

#define NR_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* A frame of @shape with byte @at of its IP (or, from 1000 on, L4) header changed. */
static int changed(unsigned int shape, uint32_t requests, uint32_t at, uint8_t value, uint32_t cut)
{
	struct ndrv_pkt p = { .flags = requests };
	static struct built b;

	build(&shapes[shape], &b);
	b.f[at < 1000 ? b.l2 + at : b.l4 + at - 1000] = value;
	p.data = b.f;
	p.len = cut ? b.l4 + b.l4_len - cut : b.len;
	return ndrv_pkt_csum_prepare(&p);
}

static void test_refused(void)
{
	const uint32_t tcp = NDRV_PKT_F_TX_TCP_CSUM, udp = NDRV_PKT_F_TX_UDP_CSUM;
	struct ndrv_pkt p = { .flags = tcp };
	uint8_t arp[60] = { [12] = 8, [13] = 6 };

	tap_eq(changed(0, tcp, 8, 9, 0), 0, "another TTL is fine");
	tap_eq(changed(0, udp, 8, 9, 0), -EINVAL, "TCP that should be UDP");
	tap_eq(changed(6, tcp, 8, 9, 0), -EINVAL, "UDP that should be TCP");
	tap_eq(changed(9, udp, 8, 9, 0), -EINVAL, "SCTP that should be UDP");
	tap_eq(changed(0, tcp | udp, 8, 9, 0), -EINVAL, "two checksums");
	tap_eq(changed(6, NDRV_PKT_F_TX_TSO, 8, 9, 0), -EINVAL, "TSO of UDP");
	tap_eq(changed(0, NDRV_PKT_F_TX_TSO | udp, 8, 9, 0), -EINVAL, "TSO with UDP");
	tap_eq(changed(0, tcp, 6, 0x20, 0), -EINVAL, "the first fragment");
	tap_eq(changed(0, tcp, 7, 1, 0), -EINVAL, "a later fragment");
	tap_eq(changed(8, udp, 6, 44, 0), -EINVAL, "a fragment of IPv6");
	tap_eq(changed(10, NDRV_PKT_F_TX_SCTP_CSUM, 6, 43, 0), -EINVAL, "a routing header");
	tap_eq(changed(0, tcp, 0, 0x44, 0), -EINVAL, "an IP header of 16 bytes");
	tap_eq(changed(0, tcp, 0, 0x65, 0), -EINVAL, "IPv6 by the wrong type");
	tap_eq(changed(8, udp, 0, 0x45, 0), -EINVAL, "IPv4 by the wrong type");
	tap_eq(changed(0, tcp, 1012, 0x40, 0), -EINVAL, "a TCP header of 16 bytes");
	tap_eq(changed(0, tcp, 3, 39, 0), -EINVAL, "an IP length shorter than TCP");
	tap_eq(changed(8, udp | NDRV_PKT_F_TX_IP_CSUM, 8, 9, 0), -EINVAL, "a header checksum of IPv6");
	tap_eq(changed(2, tcp, 41, 30, 0), -EINVAL, "extension headers that are too long");
	tap_eq(changed(0, tcp, 8, 9, 1), -EINVAL, "TCP cut off");
	tap_eq(changed(6, udp, 8, 9, 1), -EINVAL, "UDP cut off");
	tap_eq(changed(11, NDRV_PKT_F_TX_IP_CSUM, 8, 9, 13), -EINVAL, "IP cut off");
	p.data = arp;
	p.len = sizeof(arp);
	tap_eq(ndrv_pkt_csum_prepare(&p), -EINVAL, "ARP");
	p.flags = NDRV_PKT_F_TX_VLAN;
	tap_eq(ndrv_pkt_csum_prepare(&p), 0, "ARP with a tag");
	arp[12] = arp[16] = arp[20] = 0x81;
	arp[13] = arp[17] = arp[21] = 0;
	p.flags = tcp;
	tap_eq(ndrv_pkt_csum_prepare(&p), -EINVAL, "three tags");
}

/* The frame in memory of its own length, with one byte changed: nothing outside is touched. */
static void test_damaged(void)
{
	static const uint32_t requests[] = {
		NDRV_PKT_F_TX_TCP_CSUM, NDRV_PKT_F_TX_UDP_CSUM, NDRV_PKT_F_TX_SCTP_CSUM,
		NDRV_PKT_F_TX_IP_CSUM, NDRV_PKT_F_TX_TSO,
	};
	unsigned int round, fine = 0, refused = 0;
	static struct built b;

	for (round = 0; round < 200000; round++) {
		const struct shape *s = &shapes[random() % NR_SHAPES];
		struct ndrv_pkt p = { .flags = random() % 2 ? s->requests : requests[random() % 5] };

		build(s, &b);
		p.len = random() % 2 ? b.len : random() % b.len;
		p.data = malloc(p.len ? p.len : 1);
		memcpy(p.data, b.f, p.len);
		if (p.len && random() % 4)
			((uint8_t *)p.data)[random() % p.len % 120] = random();
		if (ndrv_pkt_csum_prepare(&p))
			refused++;
		else
			fine += p.l2_len + p.l3_len <= (int)p.len;
		free(p.data);
	}
	tap_ok(fine + refused == round && fine > 10000 && refused > 10000,
	       "damaged frames: %u are fine, %u are refused", fine, refused);
}

int main(void)
{
	unsigned int i, k;

	for (i = 0; i < NR_SHAPES; i++) {
		for (k = 0; k < 200 && right(&shapes[i]); k++)
			;
		tap_ok(k == 200, "%s", shapes[i].name);
	}
	test_refused();
	test_damaged();
	return tap_done();
}
