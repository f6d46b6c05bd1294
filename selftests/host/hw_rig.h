/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of a family stand on: a port with rings and buffers in the model's memory, over the
 * shim (hw_shim.h). For one test program: it defines what it declares, and the program defines
 * `family`, which knows the model's name and the descriptors.
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

struct rig;

/* A descriptor is an array of little-endian words; entry i of a ring begins at i times its size. */
struct rig_family {
	const char *model;
	const struct ndrv_hw_info *info;
	u32 rx_tail_align;		/* the receive tail moves in steps of this */
	u32 scan_polls;			/* after that many the model has seen every store */
	void (*rx_post)(u64 *desc, u64 iova);
	/* Done, and the frame ends here: its length; else 0. */
	u32 (*rx_len)(const u64 *desc);
	u32 (*rx_hash)(const u64 *desc);	/* 0 = none reported */
	void (*tx_post)(u64 *desc, u64 iova, u32 len);
	bool (*tx_done)(const u64 *desc);
	/* A register says that this side of a queue is enabled; NULL: the card has none for it. */
	bool (*rx_on)(struct rig *r, u32 queue);
	bool (*tx_on)(struct rig *r, u32 queue);
};

static const struct rig_family family;

struct rig {
	struct sim_inproc *p;
	struct sim_dev *sim;
	struct ndrv_hw hw;
	const struct ndrv_hw_ops *ops;
	struct ndrv_hw_queue q;
	u64 *rx, *tx;			/* descriptors */
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

static u64 *rx_desc(struct rig *r, u32 i)
{
	return r->rx + i * family.info->rx_desc_size / sizeof(u64);
}

static u64 *tx_desc(struct rig *r, u32 i)
{
	return r->tx + i * family.info->tx_desc_size / sizeof(u64);
}

/* As the core has it before attach. */
static void rig_hw(struct rig *r)
{
	memset(&r->hw, 0, sizeof(r->hw));
	r->hw.info = family.info;
	r->hw.regs = r->p;
	r->hw.regs_bytes = r->sim->bars[family.info->regs_bar].size;
	r->hw.pci_device = r->sim->ident.device;
	r->hw.max_queues = family.info->max_queues;
	r->hw.rss_queues = family.info->rss_queues;
	r->hw.features = family.info->features;
}

static void rig_open(struct rig *r, const char *name, const char *options)
{
	memset(r, 0, sizeof(*r));
	memset(&host, 0, sizeof(host));
	current = name;
	r->p = sim_inproc_new(family.model, options);
	r->sim = sim_inproc_dev(r->p);
	sim_inproc_on_tx(r->p, on_tx, r);
	sim_inproc_enable(r->p);
	rig_hw(r);
	r->ops = family.info->ops;
	if (r->ops->attach && r->ops->attach(&r->hw))
		printf("# [%s] attach failed\n", current);
	r->rx = sim_inproc_alloc(r->p, RX_RING_IOVA, RING_ENTRIES * family.info->rx_desc_size);
	r->tx = sim_inproc_alloc(r->p, TX_RING_IOVA, RING_ENTRIES * family.info->tx_desc_size);
	r->buf = sim_inproc_alloc(r->p, BUF_IOVA, 2 * RING_ENTRIES * BUF_BYTES);
	r->q = (struct ndrv_hw_queue){
		.rx_entries = RING_ENTRIES, .tx_entries = RING_ENTRIES, .rx_buf_bytes = BUF_BYTES,
		.rx_iova = RX_RING_IOVA, .tx_iova = TX_RING_IOVA,
	};
}

static void rig_close(struct rig *r)
{
	if (r->ops->detach && r->hw.priv)
		r->ops->detach(&r->hw);
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

static inline bool rig_up(struct rig *r, const char *name, const char *options)
{
	rig_open(r, name, options);
	return !r->ops->reset(&r->hw) && !r->ops->start(&r->hw) && rig_link(r);
}

/* What plain stores change is found by the model's scan, which is not done in every poll. */
static void settle(void)
{
	u32 i;

	for (i = 0; i < family.scan_polls; i++)
		sim_inproc_step(1000);
	sim_inproc_settle(50 * MS_NS);
}

static u32 rx_tail(u32 tail)
{
	return tail - tail % family.rx_tail_align;
}

static void rx_fill(struct rig *r)
{
	u32 i;

	for (i = 0; i < r->q.rx_entries; i++)
		family.rx_post(rx_desc(r, i), BUF_IOVA + (u64)i * BUF_BYTES);
	r->ops->doorbell(&r->hw, r->q.queue, false, rx_tail(r->q.rx_entries - 1));
	settle();
}

static inline int queue_up(struct rig *r, u32 queue)
{
	int err;

	r->q.queue = queue;
	r->tx_tail = 0;
	memset(r->rx, 0, RING_ENTRIES * family.info->rx_desc_size);
	memset(r->tx, 0, RING_ENTRIES * family.info->tx_desc_size);
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
static inline bool tx_works(struct rig *r, u32 len)
{
	u32 i = r->tx_tail, before = r->nr_sent;
	u8 *b = r->buf + (RING_ENTRIES + i) * BUF_BYTES;

	frame_make(b, len, mac, (u8)(0x40 + i));
	family.tx_post(tx_desc(r, i), BUF_IOVA + (u64)(RING_ENTRIES + i) * BUF_BYTES, len);
	r->tx_tail = (i + 1) % RING_ENTRIES;
	r->ops->doorbell(&r->hw, r->q.queue, true, r->tx_tail);
	settle();
	return r->nr_sent == before + 1 && r->sent_len == len && !memcmp(r->sent, b, len) &&
	       family.tx_done(tx_desc(r, i));
}

/* Injects a frame: true if descriptor idx holds it. Only queue 0 receives. */
static inline bool rx_works(struct rig *r, u32 idx, u32 len, const u8 *dst)
{
	u8 f[16384];

	frame_make(f, len, dst, (u8)(0x80 + idx));
	sim_inproc_inject(r->p, f, len);
	settle();
	return family.rx_len(rx_desc(r, idx)) == len &&
	       !memcmp(r->buf + idx * BUF_BYTES, f, len);
}

static inline u64 ms_since(u64 start)
{
	return (sim_inproc_now() - start) / MS_NS;
}

#endif
