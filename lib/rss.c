/* SPDX-License-Identifier: MIT */
/*
 * Receive side scaling: which hash a frame has and which queue it goes to, computed as the cards do, and the
 * call that sets it.
 */
#include <errno.h>
#include <string.h>

#include <netinet/in.h>

#include "internal.h"

/*
 * Without a key: one that repeats after 16 bits. A bit of the input counts with the 32 key bits from its own
 * position on, so addresses and ports that change sides, by multiples of 16 bits, give the same hash.
 */
static uint8_t key_byte(const uint8_t *key, unsigned int i)
{
	return key ? key[i] : i & 1 ? 0x5a : 0x6d;
}

int ndrv_rss_set(struct ndrv_queue *q, const uint8_t *key, const uint16_t *queues,
		 unsigned int nr_queues)
{
	struct ndrv_rss arg = { .size = sizeof(arg) };
	unsigned int i;

	if (nr_queues > NDRV_RSS_TABLE_LEN)
		return -EINVAL;
	if (!nr_queues)
		return ndrv_ioctl(q->fd, NDRV_RSS, &arg);
	arg.flags = NDRV_RSS_F_SPREAD;
	for (i = 0; i < NDRV_RSS_KEY_LEN; i++)
		arg.key[i] = key_byte(key, i);
	for (i = 0; i < NDRV_RSS_TABLE_LEN; i++)
		arg.table[i] = ndrv_rss_queue(queues, nr_queues, i);
	return ndrv_ioctl(q->fd, NDRV_RSS, &arg);
}

uint32_t ndrv_rss_queue(const uint16_t *queues, unsigned int nr_queues, uint32_t hash)
{
	return nr_queues ? queues[hash % NDRV_RSS_TABLE_LEN % nr_queues] : 0;
}

/* The bytes that the card puts through the hash, in their order; returns how many. */
static unsigned int hash_input(const struct ndrv_flow *flow, uint8_t *in)
{
	unsigned int addr_bytes = flow->version == 4 ? 4 : 16, n = 2 * addr_bytes;

	memcpy(in, flow->src, addr_bytes);
	memcpy(in + addr_bytes, flow->dst, addr_bytes);
	if (flow->proto == IPPROTO_TCP || flow->proto == IPPROTO_UDP) {
		memcpy(in + n, &flow->src_port, 2);
		memcpy(in + n + 2, &flow->dst_port, 2);
		n += 4;
	}
	return n;
}

uint32_t ndrv_rss_hash(const uint8_t *key, const struct ndrv_flow *flow)
{
	uint32_t window = 0, hash = 0;
	unsigned int n, i, bit;
	uint8_t in[36];

	if (flow->version != 4 && flow->version != 6)
		return 0;
	n = hash_input(flow, in);
	for (i = 0; i < 4; i++)
		window = window << 8 | key_byte(key, i);
	for (i = 0; i < n; i++) {
		uint8_t next = key_byte(key, i + 4);

		for (bit = 0; bit < 8; bit++) {
			if (in[i] & 0x80 >> bit)
				hash ^= window;
			window = window << 1 | (next >> (7 - bit) & 1);
		}
	}
	return hash;
}
