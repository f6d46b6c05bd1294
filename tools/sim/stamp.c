// SPDX-License-Identifier: GPL-2.0-only
/* CRC-32 and Internet checksum of generated frames. */
#ifdef __x86_64__
#include <immintrin.h>
#endif
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

/* The shift register itself: no inversion before or after. */
static uint32_t crc_raw(uint32_t crc, const uint8_t *data, size_t len)
{
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
	return crc;
}

#ifdef __x86_64__
/*
 * Long data by carry-less multiplication: x^n mod P for the distances of 512 and 128 bits, bit
 * reversed, fold blocks onto later ones until 16 bytes are left that have the same remainder.
 */
#define CLMUL_MIN 64

__attribute__((target("pclmul,sse2")))
static inline __m128i fold(__m128i x, __m128i k, __m128i next)
{
	__m128i lo = _mm_clmulepi64_si128(x, k, 0x00), hi = _mm_clmulepi64_si128(x, k, 0x11);

	return _mm_xor_si128(_mm_xor_si128(lo, hi), next);
}

__attribute__((target("pclmul,sse2")))
static uint32_t crc_clmul(uint32_t crc, const uint8_t **data, size_t *len)
{
	const __m128i by512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
	const __m128i by128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
	const __m128i *at = (const __m128i *)*data;
	size_t blocks = *len / 16;
	uint8_t rest[16];
	__m128i x[4];

	for (int i = 0; i < 4; i++)
		x[i] = _mm_loadu_si128(at++);
	x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128(crc));
	for (blocks -= 4; blocks >= 4; blocks -= 4)
		for (int i = 0; i < 4; i++)
			x[i] = fold(x[i], by512, _mm_loadu_si128(at++));
	for (int i = 1; i < 4; i++)
		x[0] = fold(x[0], by128, x[i]);
	for (; blocks; blocks--)
		x[0] = fold(x[0], by128, _mm_loadu_si128(at++));
	_mm_storeu_si128((__m128i *)rest, x[0]);
	*len -= (const uint8_t *)at - *data;
	*data = (const uint8_t *)at;
	return crc_raw(0, rest, sizeof(rest));
}
#endif

uint32_t crc32_update(uint32_t crc, const uint8_t *data, size_t len)
{
	if (!table[0][1])
		table_init();
	crc = ~crc;
#ifdef __x86_64__
	if (len >= CLMUL_MIN && __builtin_cpu_supports("pclmul"))
		crc = crc_clmul(crc, &data, &len);
#endif
	return ~crc_raw(crc, data, len);
}

/* Words are added as this machine stores them; the sum is turned at the end (RFC 1071, 2B). */
uint64_t csum_add(uint64_t sum, const uint8_t *data, size_t len)
{
	uint64_t native = 0, carry = 0, word;
	uint16_t folded;

	for (; len >= 8; len -= 8, data += 8) {
		memcpy(&word, data, 8);
		native += word;
		carry += native < word;
	}
	word = 0;
	memcpy(&word, data, len);
	native += word;
	carry += native < word;
	native = (native & 0xffffffff) + (native >> 32) + carry;
	folded = ~csum_fold(native);
	return sum + __builtin_bswap16(folded);	/* little endian, as all here */
}

uint16_t csum_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}
