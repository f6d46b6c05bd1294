/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the 82599 family stand on: a port with rings and buffers in the model's memory,
 * over the shim (hw_shim.h). For one test program: it defines what it declares.
 */
#ifndef HW_RIG_H
#define HW_RIG_H

#include "hw_shim.h"
#include "tap.h"

#include <linux/ndrv.h>

#define RING_ENTRIES	64
#define RX_RING_IOVA	0x1000000ull
#define TX_RING_IOVA	0x2000000ull
#define BUF_IOVA	0x3000000ull
#define BUF_BYTES	2048
#define MS_NS		1000000ull

/* ---- a port and its rings -------------------------------------------------------------------- */

struct rig {
	struct sim_inproc *p;
	struct sim_dev *sim;
	struct ndrv_hw hw;
	const struct ndrv_hw_ops *ops;
	struct ndrv_hw_queue q;
	u64 *rx, *tx;			/* descriptors, two words each */
	u8 *buf;			/* receive buffer i, then transmit buffer i */
	u32 tx_tail;
	u8 sent[16384];			/* last frame on the wire */
	u32 sent_len, nr_sent;
};

static const u8 mac[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

static void on_tx(void *arg, const uint8_t *frame, uint32_t len)
{
	struct rig *r = arg;

	r->nr_sent++;
	r->sent_len = len;
	memcpy(r->sent, frame, len < sizeof(r->sent) ? len : sizeof(r->sent));
}

static void rig_open(struct rig *r, const char *name, const char *options)
{
	memset(r, 0, sizeof(*r));
	memset(&host, 0, sizeof(host));
	current = name;
	r->p = sim_inproc_new("82599", options);
	r->sim = sim_inproc_dev(r->p);
	sim_inproc_on_tx(r->p, on_tx, r);
	sim_inproc_enable(r->p);
	r->hw.info = &ndrv_ixgbe_info;
	r->hw.regs = r->p;
	r->hw.pci_device = r->sim->ident.device;
	r->hw.max_queues = ndrv_ixgbe_info.max_queues;
	r->hw.rss_queues = ndrv_ixgbe_info.rss_queues;
	r->hw.features = ndrv_ixgbe_info.features;
	r->ops = ndrv_ixgbe_info.ops;
	r->rx = sim_inproc_alloc(r->p, RX_RING_IOVA, RING_ENTRIES * 16);
	r->tx = sim_inproc_alloc(r->p, TX_RING_IOVA, RING_ENTRIES * 16);
	r->buf = sim_inproc_alloc(r->p, BUF_IOVA, 2 * RING_ENTRIES * BUF_BYTES);
	r->q = (struct ndrv_hw_queue){
		.rx_entries = RING_ENTRIES, .tx_entries = RING_ENTRIES, .rx_buf_bytes = BUF_BYTES,
		.rx_iova = RX_RING_IOVA, .tx_iova = TX_RING_IOVA,
	};
}

static void rig_close(struct rig *r)
{
	sim_inproc_free(r->p);
}

static bool rig_link(struct rig *r)
{
	bool up = false;
	u32 mbps = 0;
	int i;

	for (i = 0; i < 1000 && !up; i++) {
		sim_inproc_step(10 * MS_NS);
		if (r->ops->link(&r->hw, &up, &mbps))
			return false;
	}
	r->hw.link_up = up;
	return up;
}

static bool rig_up(struct rig *r, const char *name, const char *options)
{
	rig_open(r, name, options);
	return !r->ops->reset(&r->hw) && !r->ops->start(&r->hw) && rig_link(r);
}

/* A queue that plain stores enabled is found by the model's scan, which is not done in every poll. */
static void settle(void)
{
	int i;

	for (i = 0; i < 300; i++)
		sim_inproc_step(1000);
	sim_inproc_settle(50 * MS_NS);
}

static void rx_fill(struct rig *r)
{
	u32 i;

	for (i = 0; i < r->q.rx_entries; i++) {
		r->rx[2 * i] = BUF_IOVA + (u64)i * BUF_BYTES;
		r->rx[2 * i + 1] = 0;
	}
	r->ops->doorbell(&r->hw, r->q.queue, false, r->q.rx_entries - 1);
	settle();
}

static int queue_up(struct rig *r, u32 queue)
{
	int err;

	r->q.queue = queue;
	r->tx_tail = 0;
	memset(r->rx, 0, RING_ENTRIES * 16);
	memset(r->tx, 0, RING_ENTRIES * 16);
	err = r->ops->queue_start(&r->hw, &r->q);
	if (!err && r->q.rx_entries)
		rx_fill(r);
	return err;
}

static void frame_make(u8 *f, u32 len, const u8 *dst, u8 mark)
{
	memset(f, mark, len);
	memcpy(f, dst, 6);
	memset(f + 6, 0x0a, 6);
	f[12] = 0x88;
	f[13] = 0xb5;
}

/* Sends through the ring: true if exactly this frame came out of the port and DD came back. */
static bool tx_works(struct rig *r, u32 len)
{
	u32 i = r->tx_tail, before = r->nr_sent;
	u8 *b = r->buf + (RING_ENTRIES + i) * BUF_BYTES;

	frame_make(b, len, mac, (u8)(0x40 + i));
	r->tx[2 * i] = BUF_IOVA + (u64)(RING_ENTRIES + i) * BUF_BYTES;
	r->tx[2 * i + 1] = (0x2b300000u | len) | (u64)(len << 14) << 32;
	r->tx_tail = (i + 1) % RING_ENTRIES;
	r->ops->doorbell(&r->hw, r->q.queue, true, r->tx_tail);
	settle();
	return r->nr_sent == before + 1 && r->sent_len == len && !memcmp(r->sent, b, len) &&
	       (r->tx[2 * i + 1] >> 32 & 1);
}

/* Injects a frame: true if descriptor idx holds it. Only queue 0 receives. */
static bool rx_works(struct rig *r, u32 idx, u32 len, const u8 *dst)
{
	u8 f[16384];
	u64 done;

	frame_make(f, len, dst, (u8)(0x80 + idx));
	sim_inproc_inject(r->p, f, len);
	settle();
	done = r->rx[2 * idx + 1];
	return (done & 3) == 3 && (done >> 32 & 0xffff) == len &&
	       !memcmp(r->buf + idx * BUF_BYTES, f, len);
}

static u64 ms_since(u64 start)
{
	return (sim_inproc_now() - start) / MS_NS;
}

#endif
