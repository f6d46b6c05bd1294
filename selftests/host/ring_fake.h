/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card in plain memory for the tests of libndrv's data path: fetches and writes back descriptors, and
 * knows at any time who owns each buffer. What descriptors look like is in ring_fake_cards.h.
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

/* What the queues of fake_init() run on; NULL: what programs get on this CPU. */
static const struct desc_ops *fake_ops;

/* NDRV_FEAT_* of the devices of fake_init(). */
static uint32_t fake_features;

struct fake;

/* What a card says of a received frame besides its length, in the bits of its own descriptors. */
struct fake_meta {
	uint32_t info, hash, status;
	uint16_t vlan;
};

/* A transmit descriptor as the card reads it. @total is 0 where the format does not say it. */
struct fake_tx_desc {
	uint64_t iova;
	uint32_t len, total;
	int last, report;
};

struct fake_card {
	const char *name;
	uint32_t desc_format;		/* NDRV_DESC_* */
	uint32_t rx_desc_bytes;
	uint32_t rx_tail_step;		/* the card rounds its tail down to a multiple */
	uint32_t tx_max_bytes, tx_max_pieces;
	/* Written by the program: 0 if the card would misunderstand it. */
	int (*rx_is_clean)(const uint8_t *desc);
	void (*rx_write_back)(uint8_t *desc, uint32_t len, int last, const struct fake_meta *meta);
	uint32_t (*rx_len)(const uint8_t *desc);
	int (*tx_read)(const uint8_t *desc, struct fake_tx_desc *t);
	void (*tx_write)(uint8_t *desc, const struct fake_tx_desc *t);
	void (*tx_report)(uint8_t *desc);
};

enum owner { OWNER_POOL, OWNER_RX, OWNER_PROGRAM, OWNER_TX };

#define FAKE_LINE _Alignas(128)

struct fake {
	const struct fake_card *card;
	struct ndrv_queue *q;
	struct ndrv_pool *pool;
	uint8_t *rx_ring, *tx_ring, *mem;
	uint32_t rx_entries, tx_entries;
	uint32_t rx_buf_bytes, buf_bytes, nr_bufs;
	uint64_t *iovas;
	uint32_t nr_iovas;
	/* Who writes what follows is not who writes what is before: a card on another core shares no line. */
	FAKE_LINE struct ndrv_status status;
	FAKE_LINE uint32_t rx_tail;	/* the registers */
	FAKE_LINE uint32_t tx_tail;
	FAKE_LINE uint32_t rx_head, tx_head;
	uint32_t tx_unreported;		/* fetched, RS, DD not yet written: ring index + 1, 0 none */
	unsigned int errors;		/* things a card would choke on, or a lost or doubled buffer */
	uint8_t owner[FAKE_MAX_BUFS];
};

#define FAKE_CHECK(f, cond) do {						\
	if (!(cond)) {								\
		if ((f)->errors++ < 5)						\
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
	}									\
} while (0)

#include "ring_fake_cards.h"

/* The card of fake_init(). */
static const struct fake_card *fake_card = &fake_ixgbe;

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
	memset(f->rx_ring, 0, f->rx_entries * f->card->rx_desc_bytes);
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
	f->card = fake_card;
	f->q = calloc(1, sizeof(*f->q));
	f->rx_ring = aligned_alloc(128, rx_entries * f->card->rx_desc_bytes + 128);
	f->tx_ring = aligned_alloc(128, tx_entries * 16 + 128);
	f->mem = aligned_alloc(4096, (bytes + 4095) & ~4095ull);
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
		.features = fake_features,
		.status = &f->status,
	};
	if (ndrv_rings_init(f->q, fake_ops ? fake_ops : ndrv_simd_best(f->card->desc_format), &rings) ||
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
	uint32_t tail = f->rx_tail & ~(f->card->rx_tail_step - 1);

	return (tail - f->rx_head) & (f->rx_entries - 1);
}

static inline uint8_t *fake_rx_at(const struct fake *f, uint32_t slot)
{
	return f->rx_ring + (slot & (f->rx_entries - 1)) * f->card->rx_desc_bytes;
}

static inline uint8_t *fake_tx_at(const struct fake *f, uint32_t slot)
{
	return f->tx_ring + (slot & (f->tx_entries - 1)) * 16;
}

/* The next receive descriptor is one whole frame of @len bytes, whatever its buffer is. */
static inline void fake_rx_blind(struct fake *f, uint32_t len)
{
	static const struct fake_meta none;

	f->card->rx_write_back(fake_rx_at(f, f->rx_head), len, 1, &none);
	f->rx_head = (f->rx_head + 1) & (f->rx_entries - 1);
}

/* Everything up to the tail is sent, whatever it is. */
static inline void fake_tx_blind(struct fake *f)
{
	for (; f->tx_head != f->tx_tail; f->tx_head = (f->tx_head + 1) & (f->tx_entries - 1))
		f->card->tx_report(fake_tx_at(f, f->tx_head));
}

/* Descriptors that a frame of @len takes. */
static inline uint32_t fake_rx_pieces(const struct fake *f, uint32_t len)
{
	return (len + f->rx_buf_bytes - 1) / f->rx_buf_bytes;
}

/* Receive one frame whose bytes are (seed + position). 0 if there are not enough descriptors. */
static inline int fake_rx_meta(struct fake *f, uint8_t seed, uint32_t len, const struct fake_meta *meta)
{
	uint32_t at = 0, part, i;

	if (fake_rx_pieces(f, len) > fake_rx_room(f))
		return 0;
	while (at < len) {
		uint8_t *d = fake_rx_at(f, f->rx_head), *buf;

		FAKE_CHECK(f, f->card->rx_is_clean(d));
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
		f->card->rx_write_back(d, part, at == len, meta);
		f->rx_head = (f->rx_head + 1) & (f->rx_entries - 1);
	}
	return 1;
}

static inline int fake_rx(struct fake *f, uint8_t seed, uint32_t len)
{
	static const struct fake_meta none;

	return fake_rx_meta(f, seed, len, &none);
}

/* Write the report that an earlier fake_tx() left open. */
static inline void fake_tx_report(struct fake *f)
{
	if (f->tx_unreported)
		f->card->tx_report(fake_tx_at(f, f->tx_unreported - 1));
	f->tx_unreported = 0;
}

/*
 * Send the next frame into @frame; its length, or 0 when head is at tail. A status that was asked for
 * is reported now or, if @late, with the next one or by fake_tx_report().
 */
static inline uint32_t fake_tx(struct fake *f, uint8_t *frame, int late)
{
	uint32_t len = 0, total = 0, pieces = 0;
	struct fake_tx_desc t;

	if (f->tx_head == (f->tx_tail & (f->tx_entries - 1)))
		return 0;
	for (;;) {
		const uint8_t *buf;

		FAKE_CHECK(f, f->card->tx_read(fake_tx_at(f, f->tx_head), &t));
		if (!pieces++)
			total = t.total;
		buf = fake_dma(f, t.iova, t.len);
		FAKE_CHECK(f, buf && t.len);
		if (!buf)
			return 0;
		FAKE_CHECK(f, f->owner[fake_buf(f, buf)] == OWNER_TX);
		f->owner[fake_buf(f, buf)] = OWNER_POOL;
		memcpy(frame + len, buf, t.len);
		len += t.len;
		if (t.report) {
			FAKE_CHECK(f, t.last);
			fake_tx_report(f);
			f->tx_unreported = f->tx_head + 1;
			if (!late)
				fake_tx_report(f);
		}
		f->tx_head = (f->tx_head + 1) & (f->tx_entries - 1);
		if (t.last)
			break;
		FAKE_CHECK(f, f->tx_head != f->tx_tail);
		if (f->tx_head == f->tx_tail)
			return 0;
	}
	FAKE_CHECK(f, !total || total == len);
	FAKE_CHECK(f, len >= 17 && len <= f->card->tx_max_bytes && pieces <= f->card->tx_max_pieces);
	return len;
}

/* What the programs of the tests do with packets, watched. */
static inline int frame_is(const uint8_t *p, uint32_t len, uint8_t seed)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		if (p[i] != (uint8_t)(seed + i))
			return 0;
	return 1;
}

/* The program has these now. */
static inline void got(struct fake *f, const struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		f->owner[fake_buf(f, pkts[i].data)] = OWNER_PROGRAM;
}

static inline void freed(struct fake *f, const struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		FAKE_CHECK(f, f->owner[fake_buf(f, pkts[i].data)] == OWNER_PROGRAM);
		f->owner[fake_buf(f, pkts[i].data)] = OWNER_POOL;
	}
	ndrv_pkt_free(f->q, pkts, n);
}

static inline int alloc(struct fake *f, struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i, k = ndrv_pkt_alloc(f->q, pkts, n);

	for (i = 0; i < k; i++) {
		FAKE_CHECK(f, f->owner[fake_buf(f, pkts[i].data)] == OWNER_POOL);
		pkts[i].len = 60;
	}
	got(f, pkts, k);
	return k;
}

/* Ownership changes before the call: the card may fetch at once. */
static inline int send(struct fake *f, const struct ndrv_pkt *pkts, unsigned int n)
{
	int i, k = ndrv_tx_burst(f->q, pkts, n);

	for (i = 0; i < k; i++) {
		FAKE_CHECK(f, f->owner[fake_buf(f, pkts[i].data)] == OWNER_PROGRAM);
		f->owner[fake_buf(f, pkts[i].data)] = OWNER_TX;
	}
	return k;
}

#endif
