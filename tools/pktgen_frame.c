/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames that ndrv-pktgen makes; see pktgen_frame.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pktgen_frame.h"

/* Byte offsets in the frame. */
#define AT_IP		14
#define AT_UDP		34
#define AT_UDP_CSUM	40
#define AT_STAMP	42
#define AT_SEQ		(AT_STAMP + 4)
#define AT_CRC		(AT_STAMP + 14)
#define STAMP_BYTES	18
#define STAMP_MAGIC	0x6e64

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* CRC-32 of IEEE 802.3, as zlib's crc32() counts it. */
static uint32_t crc32_add(uint32_t crc, const uint8_t *p, uint32_t len)
{
	static uint32_t table[256];
	uint32_t i, k;

	if (!table[1])
		for (i = 0; i < 256; i++) {
			table[i] = i;
			for (k = 0; k < 8; k++)
				table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
		}
	crc = ~crc;
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
	return ~crc;
}

/* Ones' complement sum of big-endian words (RFC 1071), added to @sum. */
static uint32_t sum_words(uint32_t sum, const uint8_t *p, uint32_t len)
{
	uint32_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += p[len - 1] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* Of the bytes that the stamp's CRC covers: the first 14 of the stamp and what follows it. */
static uint32_t stamp_crc(const struct frame *f)
{
	uint32_t crc = crc32_add(0, f->bytes + AT_STAMP, STAMP_BYTES - 4);

	return crc32_add(crc, f->bytes + AT_STAMP + STAMP_BYTES,
			 f->len - AT_STAMP - STAMP_BYTES);
}

static void write_headers(struct frame *f, const struct frame_opts *o)
{
	uint8_t *ip = f->bytes + AT_IP, *udp = f->bytes + AT_UDP;

	memcpy(f->bytes, o->dst, 6);
	memcpy(f->bytes + 6, o->src, 6);
	put16(f->bytes + 12, 0x0800);

	ip[0] = 0x45;
	put16(ip + 2, f->len - AT_IP);
	put16(ip + 6, 0x4000);		/* do not fragment */
	ip[8] = 64;			/* hops */
	ip[9] = 17;			/* UDP */
	put32(ip + 12, o->src_ip);
	put32(ip + 16, o->dst_ip);
	put16(ip + 10, ~fold(sum_words(0, ip, 20)));

	put16(udp, o->src_port);
	put16(udp + 2, o->dst_port);
	put16(udp + 4, f->len - AT_UDP);
}

int frame_init(struct frame *f, const struct frame_opts *o)
{
	uint32_t i, value;

	memset(f, 0, sizeof(*f));
	f->len = o->len;
	f->src_port = o->src_port;
	f->bytes = calloc(1, f->len);
	if (!f->bytes)
		return -ENOMEM;
	write_headers(f, o);
	put16(f->bytes + AT_STAMP, STAMP_MAGIC);
	put16(f->bytes + AT_STAMP + 2, o->stream);
	for (i = AT_STAMP + STAMP_BYTES; i < f->len; i++)
		f->bytes[i] = i;

	/* A CRC is linear: crc(a ^ b) ^ crc(a) depends on b alone. So each byte has its own delta. */
	f->crc = stamp_crc(f);
	for (i = 0; i < 6; i++) {
		for (value = 0; value < 256; value++) {
			f->bytes[AT_SEQ + i] = value;
			f->crc_delta[i][value] = stamp_crc(f) ^ f->crc;
		}
		f->bytes[AT_SEQ + i] = 0;
	}

	/* Pseudo header, ports and payload; source port, number and CRC count as 0 here. */
	put16(f->bytes + AT_UDP, 0);
	f->udp_sum = fold(sum_words(17 + f->len - AT_UDP, f->bytes + AT_IP + 12, 8));
	f->udp_sum = fold(sum_words(f->udp_sum, f->bytes + AT_UDP, f->len - AT_UDP));
	frame_stamp(f, f->bytes, 0, 0);
	return 0;
}

void frame_exit(struct frame *f)
{
	free(f->bytes);
	f->bytes = NULL;
}

void frame_stamp(struct frame *f, uint8_t *data, uint64_t seq, uint16_t flow)
{
	uint16_t low = seq, port = f->src_port + flow, csum;
	uint32_t high = seq >> 16, crc;

	if (__builtin_expect(high != f->high, 0)) {
		f->high = high;
		f->high_crc = f->crc_delta[0][high >> 24] ^ f->crc_delta[1][high >> 16 & 0xff] ^
			      f->crc_delta[2][high >> 8 & 0xff] ^ f->crc_delta[3][high & 0xff];
	}
	crc = f->crc ^ f->high_crc ^ f->crc_delta[4][low >> 8] ^ f->crc_delta[5][low & 0xff];
	csum = ~fold(f->udp_sum + port + (high >> 16) + (high & 0xffff) + low + (crc >> 16) +
		     (crc & 0xffff));

	put16(data + AT_UDP, port);
	put16(data + AT_UDP_CSUM, csum ? csum : 0xffff);	/* 0 would mean "none" (RFC 768) */
	put32(data + AT_SEQ, high);
	put16(data + AT_SEQ + 4, low);
	put32(data + AT_CRC, crc);
}
