/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames for the tests of the device models, their checksums by functions of the tests' own. */
#ifndef HOST_SIM_FRAMES_H
#define HOST_SIM_FRAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t sum16(const uint8_t *p, uint32_t len, uint32_t sum)
{
	for (uint32_t i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static inline void be16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void be32(uint8_t *p, uint32_t v)
{
	be16(p, v >> 16);
	be16(p + 2, v);
}

/* One's complement sum of the pseudo header; with_len adds the L4 length. */
static inline uint32_t pseudo(const uint8_t *ip, bool v6, uint8_t proto, uint32_t len)
{
	uint32_t sum = v6 ? sum16(ip + 8, 32, 0) : sum16(ip + 12, 8, 0);

	return sum16((uint8_t[]){ 0, proto, len >> 8, len }, 4, sum);
}

/* Ethernet, IPv4 or IPv6, UDP (17), TCP (6) or nothing; checksums right. Returns the length. */
static inline uint32_t ip_frame(uint8_t *f, bool v6, uint8_t proto, uint32_t payload)
{
	uint32_t l4len = proto == 6 ? 20 : proto == 17 ? 8 : 0, iplen = v6 ? 40 : 20;
	uint8_t *ip = f + 14, *l4 = ip + iplen;
	uint32_t n = l4len + payload;

	memset(f, 0, 14 + iplen + n);
	memset(f, 0xff, 6);
	memcpy(f + 6, "\x02\x00\x00\x00\x00\x09", 6);
	be16(f + 12, v6 ? 0x86dd : 0x0800);
	if (v6) {
		ip[0] = 0x60;
		be16(ip + 4, n);
		ip[6] = proto;
		ip[7] = 64;
		for (int i = 0; i < 32; i++)
			ip[8 + i] = 0x20 + i;
	} else {
		ip[0] = 0x45;
		be16(ip + 2, 20 + n);
		be16(ip + 4, 0x1234);
		ip[8] = 64;
		ip[9] = proto;
		memcpy(ip + 12, "\x0a\x01\x02\x03\x0a\x04\x05\x06", 8);
		be16(ip + 10, ~sum16(ip, 20, 0));
	}
	for (uint32_t i = 0; i < payload; i++)
		l4[l4len + i] = i * 7 + (i >> 8);
	if (l4len) {
		be16(l4, 1000);
		be16(l4 + 2, 2000);
	}
	if (proto == 17) {
		be16(l4 + 4, n);
		be16(l4 + 6, ~sum16(l4, n, pseudo(ip, v6, 17, n)));
	} else if (proto == 6) {
		be32(l4 + 4, 0xfffffff0);
		l4[12] = 0x50;
		l4[13] = 0x99;			/* CWR ACK PSH FIN */
		be16(l4 + 16, ~sum16(l4, n, pseudo(ip, v6, 6, n)));
	}
	return 14 + iplen + n;
}

#endif
