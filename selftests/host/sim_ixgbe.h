/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A driver's few moves for the tests of the 82599 model: one queue pair per number, rings and
 * buffers at fixed IOVAs. Register offsets are written out here on purpose: the tests must not
 * inherit a mistake of the model's header.
 */
#ifndef HOST_SIM_IXGBE_H
#define HOST_SIM_IXGBE_H

#include <endian.h>
#include <string.h>

#include "sim_frames.h"
#include "sim_inproc.h"
#include "tap.h"

#define RX_RING		0x100000ull	/* + 0x10000 * queue */
#define TX_RING		0x900000ull
#define RX_BUF		0x1100000ull	/* + 0x100000 * queue; 2 KiB each */
#define TX_BUF		0x2100000ull	/* + 0x100000 * queue */
#define RING		64
#define BUF		2048

#define RXQ(q)		((q) < 64 ? 0x1000 + 0x40 * (q) : 0xd000 + 0x40 * ((q) - 64))
#define TXQ(q)		(0x6000 + 0x40 * (q))

struct desc {
	uint64_t lo, hi;
};

struct port {
	struct sim_inproc *p;
	struct desc *rx[16], *tx[16];
	uint8_t *rx_buf[16], *tx_buf[16];
	unsigned int rx_tail[16], tx_tail[16];
	/* what the port sent last */
	uint8_t frame[64][16384];
	uint32_t frame_len[64];
	unsigned int nr_frames;
};

static inline uint32_t rd(struct port *t, uint32_t off)
{
	return sim_inproc_rd32(t->p, 0, off);
}

static inline void wr(struct port *t, uint32_t off, uint32_t val)
{
	sim_inproc_wr32(t->p, 0, off, val);
}

static inline void settle(void)
{
	sim_inproc_settle(20000000);
}

static inline struct sim_counters *ctr(struct port *t)
{
	return &sim_inproc_dev(t->p)->ctr;
}

static inline void sent(void *arg, const uint8_t *f, uint32_t len)
{
	struct port *t = arg;
	unsigned int i = t->nr_frames++ % 64;

	memcpy(t->frame[i], f, len);
	t->frame_len[i] = len;
}

/* A port after power-on with carrier; whatever it sends is recorded. */
static inline struct port *port_new(const char *options)
{
	struct port *t = calloc(1, sizeof(*t));

	t->p = sim_inproc_new("82599", options);
	sim_inproc_enable(t->p);
	sim_inproc_on_tx(t->p, sent, t);
	sim_inproc_link(t->p, true);
	settle();
	return t;
}

static inline void port_free(struct port *t)
{
	sim_inproc_free(t->p);
	free(t);
}

/* Rx queue with 2 KiB advanced one-buffer descriptors, `posted` of them given to the hardware. */
static inline void rx_on(struct port *t, unsigned int q, uint32_t srrctl, uint32_t dctl,
			 unsigned int posted)
{
	if (!t->rx[q]) {
		t->rx[q] = sim_inproc_alloc(t->p, RX_RING + 0x10000 * q, RING * 16);
		t->rx_buf[q] = sim_inproc_alloc(t->p, RX_BUF + 0x100000 * q, RING * BUF);
	}
	for (unsigned int i = 0; i < RING; i++)
		t->rx[q][i] = (struct desc){ RX_BUF + 0x100000 * q + BUF * i, 0 };
	wr(t, RXQ(q) + 0x00, RX_RING + 0x10000 * q);
	wr(t, RXQ(q) + 0x04, 0);
	wr(t, RXQ(q) + 0x08, RING * 16);
	wr(t, RXQ(q) + 0x0c, 0);
	wr(t, RXQ(q) + 0x10, 0);
	wr(t, RXQ(q) + 0x14, srrctl);
	wr(t, RXQ(q) + 0x28, dctl | 1u << 25);
	rd(t, 0x8);
	wr(t, RXQ(q) + 0x18, posted);
	t->rx_tail[q] = posted;
}

static inline void rx_open(struct port *t)
{
	wr(t, 0x5080, 1 << 10);		/* FCTRL: broadcast */
	wr(t, 0x4240, rd(t, 0x4240) | 2);	/* HLREG0, RDRXCTL: strip the CRC */
	wr(t, 0x2f00, rd(t, 0x2f00) | 2);
	wr(t, 0x3000, 1);
}

#define SRRCTL_ADV	(1u << 25 | 2)

static inline void tx_on(struct port *t, unsigned int q, uint32_t dctl)
{
	if (!t->tx[q]) {
		t->tx[q] = sim_inproc_alloc(t->p, TX_RING + 0x10000 * q, RING * 16);
		t->tx_buf[q] = sim_inproc_alloc(t->p, TX_BUF + 0x100000 * q, 0x100000);
	}
	memset(t->tx[q], 0, RING * 16);
	wr(t, TXQ(q) + 0x28, 0);
	wr(t, 0x4a80, rd(t, 0x4a80) | 1);	/* DMATXCTL.TE */
	wr(t, TXQ(q) + 0x00, TX_RING + 0x10000 * q);
	wr(t, TXQ(q) + 0x04, 0);
	wr(t, TXQ(q) + 0x08, RING * 16);
	wr(t, TXQ(q) + 0x10, 0);
	wr(t, TXQ(q) + 0x18, 0);
	wr(t, TXQ(q) + 0x28, dctl | 1u << 25);
	rd(t, 0x8);
	t->tx_tail[q] = 0;
}

#define TX_EOP_IFCS	(1u << 24 | 1u << 25)
#define TX_RS		(1u << 27)
#define TX_DATA		(3u << 20 | 1u << 29)
#define TX_CTX		(2u << 20 | 1u << 29)
#define TX_VLE		(1u << 30)
#define TX_TSE		(1u << 31)
#define IXSM		(1u << 8)
#define TXSM		(1u << 9)

static inline unsigned int tx_put(struct port *t, unsigned int q, uint64_t lo, uint32_t d2,
				  uint32_t d3)
{
	unsigned int i = t->tx_tail[q];

	t->tx[q][i] = (struct desc){ lo, (uint64_t)d3 << 32 | d2 };
	t->tx_tail[q] = (i + 1) % RING;
	return i;
}

static inline void tx_kick(struct port *t, unsigned int q)
{
	wr(t, TXQ(q) + 0x18, t->tx_tail[q]);
	settle();
}

#endif
