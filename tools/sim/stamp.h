/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stamp in generated frames, by which a sink tells lost, duplicated, reordered and corrupted
 * frames apart. Any program may emit it; this comment is the whole specification.
 *
 * The frame is Ethernet, IPv4, UDP (802.1Q tags in between are allowed). The stamp is the first 18
 * bytes of the UDP payload, so that it fits a minimum frame: 14 + 20 + 8 + 18 = 60 bytes, 64 with
 * FCS. Everything is big endian:
 *
 *   offset size
 *        0    2  magic 0x6e64 ("nd")
 *        2    2  stream: one run of one sender; its sequence numbers count from 0 without gaps
 *        4    6  sequence number
 *       10    4  send time: low 32 bits of CLOCK_MONOTONIC in ns of the machine ndrv-sim runs on
 *                (a value of 0 is sent as 1); 0 = no time, which any other sender writes
 *       14    4  CRC-32 (IEEE 802.3, the one of zlib) of bytes 0 to 13 of the stamp followed by all
 *                bytes of the UDP payload behind the stamp; Ethernet padding is not payload
 *
 * Headers may be rewritten on the way (MAC addresses, VLAN tag, TTL). A frame is taken for one of
 * ours if its magic is right or its UDP destination port is 28260 (0x6e64); then the CRC decides
 * whether it is corrupted. The sink also checks IPv4 and UDP checksums (UDP 0 = none). Latency is
 * (arrival - send time) mod 2^32, hence right below 4.29 s.
 */
#ifndef SIM_STAMP_H
#define SIM_STAMP_H

#include <stddef.h>
#include <stdint.h>

#define STAMP_SIZE	18
#define STAMP_MAGIC	0x6e64
#define STAMP_PORT	28260
#define STAMP_SEQ_MASK	0xffffffffffffull

static inline void stamp_put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void stamp_put32(uint8_t *p, uint32_t v)
{
	stamp_put16(p, v >> 16);
	stamp_put16(p + 2, v);
}

static inline uint16_t stamp_get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static inline uint32_t stamp_get32(const uint8_t *p)
{
	return (uint32_t)stamp_get16(p) << 16 | stamp_get16(p + 2);
}

/* CRC-32 of zlib: crc32_update(0, ...) starts; feed the result back to go on. */
uint32_t crc32_update(uint32_t crc, const uint8_t *data, size_t len);
/* Ones' complement sum of 16-bit big-endian words, not folded, not inverted. */
uint64_t csum_add(uint64_t sum, const uint8_t *data, size_t len);
uint16_t csum_fold(uint64_t sum);		/* folded and inverted */

#endif
