/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What device models need to know about frames, and nothing about any device: checksums, headers,
 * segmentation, the Toeplitz hash. Host memory only; every length in a frame is checked.
 */
#ifndef SIM_NET_H
#define SIM_NET_H

#include <stdbool.h>
#include <stdint.h>

#define NET_ETH_HDR	14
#define NET_ETH_IPV4	0x0800
#define NET_ETH_IPV6	0x86dd
#define NET_ICMP	1
#define NET_TCP		6
#define NET_UDP		17
#define NET_ICMP6	58
#define NET_SCTP	132

static inline uint16_t net_be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static inline uint32_t net_be32(const uint8_t *p)
{
	return (uint32_t)net_be16(p) << 16 | net_be16(p + 2);
}

static inline void net_put_be16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void net_put_be32(uint8_t *p, uint32_t v)
{
	net_put_be16(p, v >> 16);
	net_put_be16(p + 2, v);
}

/* ---- sums ---------------------------------------------------------------------------------- */

/* One's complement sum in machine order, unfolded; an odd last byte counts as followed by 0. */
uint64_t net_sum_add(uint64_t sum, const uint8_t *p, uint32_t len);
uint16_t net_sum_fold(uint64_t sum);
/* Sum over [from, to), the field at `at` included as a seed, stored there. udp: 0 becomes ffff. */
void net_sum_insert(uint8_t *d, uint32_t from, uint32_t to, uint32_t at, uint64_t seed, bool udp);
uint32_t net_crc32(const uint8_t *p, uint32_t len);	/* Ethernet FCS */
/* CRC32c of an SCTP packet of at least 12 bytes, its checksum field taken as 0. */
uint32_t net_sctp_crc(const uint8_t *p, uint32_t len);

/* ---- headers -------------------------------------------------------------------------------- */

/* Where things are in one frame. */
struct net_hdrs {
	const uint8_t *f;
	uint32_t len;
	uint32_t l3, l4, l4_end;	/* offsets; l4_end by the IP length fields */
	uint64_t addr_sum;		/* both addresses */
	bool v4, v6, fragment;
	bool v4_options, v4_bad, v6_ext, v6_route;
	bool l4_ok;			/* TCP, UDP or SCTP, its header whole */
	uint8_t proto;
};

/* l3: behind the ethertype. Neither v4 nor v6 is set if it is no sound IP packet. */
void net_parse(struct net_hdrs *h, const uint8_t *f, uint32_t len, uint32_t l3);

enum net_l4_sum { NET_L4_NONE, NET_L4_GOOD, NET_L4_BAD };	/* none: UDP sent without */

/* Only with l4_ok. */
enum net_l4_sum net_l4_check(const struct net_hdrs *h);

/* ---- segmentation --------------------------------------------------------------------------- */

struct net_tso {
	uint32_t l3, l4, l4len;		/* offsets of the headers to rewrite, length of the last */
	uint32_t mss;
	bool ipv4, udp;
	uint16_t flags_first, flags_mid, flags_last;	/* masks of the TCP flags */
	/* around a tunnel: the outer IP header, and UDP behind it; outer_len 0 = no tunnel */
	uint32_t outer_l3, outer_len;
	bool outer_v4, outer_udp, outer_udp_sum;
};

/*
 * Segment i of the packet, headers and payload, into seg (l4 + l4len + mss bytes). The checksum
 * field of the packet holds the pseudo header without its length. Returns the segment's length.
 */
uint32_t net_segment(const struct net_tso *t, const uint8_t *pkt, uint32_t len, uint32_t i,
		     uint8_t *seg);
/* How many there are; 1 if there is no payload. */
uint32_t net_segments(const struct net_tso *t, uint32_t len);

/* ---- Toeplitz hash -------------------------------------------------------------------------- */

#define NET_HASH_BYTES	36		/* two IPv6 addresses and two ports */

struct net_toeplitz {
	uint32_t of[NET_HASH_BYTES][256];
};

void net_toeplitz_build(struct net_toeplitz *t, const uint8_t key[NET_HASH_BYTES + 4]);
uint32_t net_toeplitz(const struct net_toeplitz *t, const uint8_t *in, unsigned int len);
/* Addresses, and ports if asked for (l4_ok then). Returns the number of bytes. */
unsigned int net_hash_input(const struct net_hdrs *h, bool ports, uint8_t in[NET_HASH_BYTES]);

#endif
