// SPDX-License-Identifier: GPL-2.0-only
/* CRC-32 and Internet checksum of generated frames. */
#include <string.h>

#include "stamp.h"

#define POLY 0xedb88320u	/* IEEE 802.3, bit reversed */

static uint32_t table[8][256];

static void table_init(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c >> 1 ^ (c & 1 ? POLY : 0);
		table[0][i] = c;
	}
	for (unsigned int i = 0; i < 256; i++)
		for (unsigned int t = 1; t < 8; t++)
			table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 0xff];
}

uint32_t crc32_update(uint32_t crc, const uint8_t *data, size_t len)
{
	if (!table[0][1])
		table_init();
	crc = ~crc;
	for (; len >= 8; len -= 8, data += 8) {		/* one table per byte position */
		uint32_t lo, hi;

		memcpy(&lo, data, 4);
		memcpy(&hi, data + 4, 4);
		lo ^= crc;
		crc = table[7][lo & 0xff] ^ table[6][lo >> 8 & 0xff] ^ table[5][lo >> 16 & 0xff] ^
		      table[4][lo >> 24] ^ table[3][hi & 0xff] ^ table[2][hi >> 8 & 0xff] ^
		      table[1][hi >> 16 & 0xff] ^ table[0][hi >> 24];
	}
	for (; len; len--, data++)
		crc = crc >> 8 ^ table[0][(crc ^ *data) & 0xff];
	return ~crc;
}

uint64_t csum_add(uint64_t sum, const uint8_t *data, size_t len)
{
	for (; len >= 4; len -= 4, data += 4)
		sum += stamp_get32(data);		/* 2^16 = 1 in this arithmetic: halves may mix */
	if (len >= 2) {
		sum += stamp_get16(data);
		data += 2;
		len -= 2;
	}
	if (len)
		sum += (unsigned int)data[0] << 8;
	return sum;
}

uint16_t csum_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}
