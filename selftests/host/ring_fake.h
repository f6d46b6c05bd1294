/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card in plain memory for the tests of libndrv's data path: fetches and writes back advanced
 * descriptors of the 82599, and knows at any time who owns each buffer. Typed from the data sheet by
 * byte offsets on purpose: it does not include <ndrv/desc.h>, so that a wrong bit there is found.
 */
#ifndef RING_FAKE_H
#define RING_FAKE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/internal.h"
#include "tap.h"

#define FAKE_MAX_BUFS		8192
#define FAKE_PAGES		12
#define FAKE_ONE_PIECE		40

/* How the pools of fake_init() look to the card: scattered in pages, or in one piece. */
static uint32_t fake_piece_shift = FAKE_PAGES;

enum owner { OWNER_POOL, OWNER_RX, OWNER_PROGRAM, OWNER_TX };

struct fake {
	struct ndrv_queue *q;
	struct ndrv_pool *pool;
	struct ndrv_status status;
	uint8_t *rx_ring, *tx_ring, *mem;
	uint32_t rx_entries, tx_entries;
	uint32_t rx_tail, tx_tail;	/* the registers */
	uint32_t rx_head, tx_head;
	uint32_t tx_unreported;		/* fetched, RS, DD not yet written: ring index + 1, 0 none */
	uint32_t rx_buf_bytes, buf_bytes, nr_bufs;
	uint64_t *iovas;
	uint32_t nr_iovas;
	unsigned int errors;		/* things a card would choke on, or a lost or doubled buffer */
	uint8_t owner[FAKE_MAX_BUFS];
};

#define FAKE_CHECK(f, cond) do {						\
	if (!(cond)) {								\
		if ((f)->errors++ < 5)						\
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
	}									\
} while (0)

static inline uint32_t fake_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static inline uint64_t fake_get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

/* The memory behind a DMA address, or NULL where the IOMMU would fault. */
static inline uint8_t *fake_dma(struct fake *f, uint64_t iova, uint32_t len)
{
	const uint64_t bytes = (uint64_t)f->nr_bufs * f->buf_bytes;
	uint64_t size = 1ull << fake_piece_shift;
	uint32_t i;

	size = size < bytes ? size : bytes;
	for (i = 0; i < f->nr_iovas; i++)
		if (iova >= f->iovas[i] && iova + len <= f->iovas[i] + size)
			return f->mem + i * size + (iova - f->iovas[i]);
	return NULL;
}

static inline uint32_t fake_buf(struct fake *f, const void *p)
{
	return ((const uint8_t *)p - f->mem) / f->buf_bytes;
}

static inline int fake_start(struct fake *f)
{
	memset(f->rx_ring, 0, f->rx_entries * 16);
	memset(f->tx_ring, 0, f->tx_entries * 16);
	f->rx_tail = f->tx_tail = f->rx_head = f->tx_head = f->tx_unreported = 0;
	f->status.generation++;
	f->status.state = NDRV_STATE_RUNNING;
	return ndrv_rings_start(f->q, f->status.generation);
}

static inline void fake_init(struct fake *f, uint32_t rx_entries, uint32_t tx_entries,
			     uint32_t nr_bufs, uint32_t buf_bytes, uint32_t rx_buf_bytes)
{
	size_t bytes = (size_t)nr_bufs * buf_bytes;
	struct ndrv_rings rings;
	uint32_t i;

	memset(f, 0, sizeof(*f));
	f->q = calloc(1, sizeof(*f->q));
	f->rx_ring = aligned_alloc(128, rx_entries * 16 + 128);
	f->tx_ring = aligned_alloc(128, tx_entries * 16 + 128);
	f->mem = aligned_alloc(4096, bytes);
	memset(f->mem, 0, bytes);
	f->rx_entries = rx_entries;
	f->tx_entries = tx_entries;
	f->nr_bufs = nr_bufs;
	f->buf_bytes = buf_bytes;
	f->rx_buf_bytes = rx_buf_bytes;
	f->nr_iovas = (bytes - 1) / (1ull << fake_piece_shift) + 1;
	f->iovas = calloc(f->nr_iovas, sizeof(*f->iovas));
	/* Backwards and with holes, so that a missed translation is never right by chance. */
	for (i = 0; i < f->nr_iovas; i++)
		f->iovas[i] = 0xfedc00000000ull + ((f->nr_iovas - i) * 8192ull);
	rings = (struct ndrv_rings){
		.rx_ring = f->rx_ring, .tx_ring = f->tx_ring,
		.rx_tail = &f->rx_tail, .tx_tail = &f->tx_tail,
		.rx_entries = rx_entries, .tx_entries = tx_entries,
		.rx_buf_bytes = rx_entries ? rx_buf_bytes : 0,
		.status = &f->status,
	};
	if (ndrv_rings_init(f->q, &ndrv_desc_ixgbe, &rings) ||
	    ndrv_pool_init(&f->pool, f->mem, bytes, buf_bytes, -1) ||
	    ndrv_view_init(f->q, f->pool, f->iovas, f->nr_iovas, fake_piece_shift)) {
		printf("Bail out! no queue\n");
		exit(1);
	}
}

/* Every buffer is in the pool exactly once. */
static inline int fake_all_home(struct fake *f)
{
	uint8_t *seen = calloc(1, f->nr_bufs);
	uint32_t i, ok = f->pool->nr_free == f->nr_bufs;

	for (i = 0; i < f->pool->nr_free; i++) {
		uint32_t buf = fake_buf(f, f->pool->free[i]);

		if (buf >= f->nr_bufs || seen[buf]++ ||
		    f->pool->free[i] != f->mem + (size_t)buf * f->buf_bytes)
			ok = 0;
	}
	free(seen);
	return ok;
}

static inline void fake_exit(struct fake *f)
{
	ndrv_rings_stop(f->q);
	ndrv_view_exit(f->q);
	ndrv_rings_exit(f->q);
	ndrv_pool_destroy(f->pool);
	free(f->q);
	free(f->rx_ring);
	free(f->tx_ring);
	free(f->mem);
	free(f->iovas);
}

/* Let @f live on the pool of @with, as a second port of a forwarder does. */
static inline int fake_share(struct fake *f, struct fake *with)
{
	ndrv_view_exit(f->q);
	if (ndrv_pool_destroy(f->pool))
		return -1;
	free(f->mem);
	free(f->iovas);
	f->pool = with->pool;
	f->mem = with->mem;
	f->iovas = with->iovas;
	f->nr_iovas = with->nr_iovas;
	return ndrv_view_init(f->q, f->pool, f->iovas, f->nr_iovas, fake_piece_shift);
}

/* The end of a port that shares; the pool goes with fake_exit() of the other. */
static inline void fake_unshare(struct fake *f)
{
	ndrv_rings_stop(f->q);
	ndrv_view_exit(f->q);
	ndrv_rings_exit(f->q);
	free(f->q);
	free(f->rx_ring);
	free(f->tx_ring);
}

static inline uint32_t fake_rx_room(const struct fake *f)
{
	return (f->rx_tail - f->rx_head) & (f->rx_entries - 1);
}

/* Descriptors that a frame of @len takes. */
static inline uint32_t fake_rx_pieces(const struct fake *f, uint32_t len)
{
	return (len + f->rx_buf_bytes - 1) / f->rx_buf_bytes;
}

/*
 * Receive one frame whose bytes are (seed + position); @dword0 and @status are ored into the last
 * write-back. 0 if there are not enough descriptors.
 */
static inline int fake_rx(struct fake *f, uint8_t seed, uint32_t len, uint32_t pkt_info, uint32_t hash,
			  uint32_t status, uint16_t vlan)
{
	uint32_t at = 0, part, dw[4], i;

	if (fake_rx_pieces(f, len) > fake_rx_room(f))
		return 0;
	while (at < len) {
		uint8_t *d = f->rx_ring + f->rx_head * 16, *buf;

		FAKE_CHECK(f, fake_get64(d + 8) == 0);	/* header address, so DD is clear too */
		buf = fake_dma(f, fake_get64(d), f->rx_buf_bytes);
		FAKE_CHECK(f, buf);
		if (!buf)
			return 0;
		FAKE_CHECK(f, f->owner[fake_buf(f, buf)] == OWNER_POOL);
		f->owner[fake_buf(f, buf)] = OWNER_RX;
		part = len - at < f->rx_buf_bytes ? len - at : f->rx_buf_bytes;
		for (i = 0; i < part; i++)
			buf[i] = seed + at + i;
		at += part;
		dw[0] = at == len ? pkt_info : 0;
		dw[1] = at == len ? hash : 0;
		dw[2] = 1 | (at == len ? 2 | status : 0);	/* DD, EOP */
		dw[3] = part | (at == len ? (uint32_t)vlan << 16 : 0);
		memcpy(d, dw, 16);
		f->rx_head = (f->rx_head + 1) & (f->rx_entries - 1);
	}
	return 1;
}

/* Write the DD that an earlier fake_tx() left open. */
static inline void fake_tx_report(struct fake *f)
{
	uint8_t *d;
	uint32_t olinfo;

	if (!f->tx_unreported)
		return;
	d = f->tx_ring + (f->tx_unreported - 1) * 16;
	olinfo = fake_get32(d + 12) | 1;
	memcpy(d + 12, &olinfo, 4);
	f->tx_unreported = 0;
}

/*
 * Send the next frame into @frame; its length, or 0 when head is at tail. DD of a descriptor with RS
 * is written now or, if @late, with the next one or by fake_tx_report().
 */
static inline uint32_t fake_tx(struct fake *f, uint8_t *frame, int late)
{
	uint32_t len = 0, paylen = 0, first = 1;

	if (f->tx_head == (f->tx_tail & (f->tx_entries - 1)))
		return 0;
	for (;;) {
		const uint8_t *d = f->tx_ring + f->tx_head * 16, *buf;
		uint32_t cmd = fake_get32(d + 8), olinfo = fake_get32(d + 12), part = cmd & 0xffff;

		FAKE_CHECK(f, (cmd & 0xf00000) == 0x300000);		/* DTYP: data */
		FAKE_CHECK(f, cmd & 1u << 29 && cmd & 1u << 25);	/* DEXT, IFCS */
		FAKE_CHECK(f, !(cmd & 0xd4000000) && !(olinfo & 0x3fff));
		if (first)
			paylen = olinfo >> 14;
		first = 0;
		buf = fake_dma(f, fake_get64(d), part);
		FAKE_CHECK(f, buf && part);
		if (!buf)
			return 0;
		FAKE_CHECK(f, f->owner[fake_buf(f, buf)] == OWNER_TX);
		f->owner[fake_buf(f, buf)] = OWNER_POOL;
		memcpy(frame + len, buf, part);
		len += part;
		if (cmd & 1u << 27) {					/* RS */
			FAKE_CHECK(f, cmd & 1u << 24);
			fake_tx_report(f);
			f->tx_unreported = f->tx_head + 1;
			if (!late)
				fake_tx_report(f);
		}
		f->tx_head = (f->tx_head + 1) & (f->tx_entries - 1);
		if (cmd & 1u << 24)					/* EOP */
			break;
		FAKE_CHECK(f, f->tx_head != f->tx_tail);
		if (f->tx_head == f->tx_tail)
			return 0;
	}
	FAKE_CHECK(f, paylen == len && len >= 17);
	return len;
}

#endif
