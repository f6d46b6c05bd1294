/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the E810 model's data side need beyond sim_e810.h: a VSI, rules, rings and
 * buffers at fixed IOVAs, a record of what the port sends. Offsets are written out on purpose.
 */
#ifndef HOST_SIM_E810_PORT_H
#define HOST_SIM_E810_PORT_H

#include "sim_e810.h"
#include "sim_frames.h"

#define RX_RING		0x1000000ull	/* + 0x10000 * queue */
#define TX_RING		0x1800000ull
#define RX_BUF		0x2000000ull	/* + 0x100000 * queue; 2 KiB each */
#define TX_BUF		0x4000000ull	/* + 0x100000 * queue */
#define RING		64
#define BUF		2048
#define NQ		16

#define RX_TAIL(q)	(0x290000 + 4 * (q))
#define TX_TAIL(q)	(0x2c0000 + 4 * (q))
#define RX_CTRL(q)	(0x120000 + 4 * (q))
#define RX_CTX(i, q)	(0x280000 + 0x2000 * (i) + 4 * (q))
#define RX_FLXP(q)	(0x480000 + 4 * (q))
#define RX_PAGE(q)	(0x3800000 + 4096u * (q))
#define TX_PAGE(q)	(0x4000000 + 4096u * (q))

struct rxd {
	uint64_t qw[4];
};

struct txd {
	uint64_t lo, hi;
};

struct nic {
	struct port *t;
	unsigned int vsi;
	uint32_t teid;			/* of the queue group */
	uint32_t leaf[NQ];
	struct rxd *rx[NQ];
	struct txd *tx[NQ];
	uint8_t *rx_buf[NQ], *tx_buf[NQ];
	unsigned int tx_tail[NQ];
	/* what the port sent last */
	uint8_t frame[64][16384];
	uint32_t frame_len[64];
	unsigned int nr_frames;
};

static inline void nic_sent(void *arg, const uint8_t *f, uint32_t len)
{
	struct nic *n = arg;
	unsigned int i = n->nr_frames++ % 64;

	memcpy(n->frame[i], f, len);
	n->frame_len[i] = len;
}

/* A field of a context, bit by bit. */
static inline void ctx_put(uint8_t *c, unsigned int lsb, unsigned int width, uint64_t val)
{
	for (unsigned int i = 0; i < width; i++) {
		c[(lsb + i) / 8] &= (uint8_t)~(1u << (lsb + i) % 8);
		c[(lsb + i) / 8] |= (uint8_t)((val >> i & 1) << (lsb + i) % 8);
	}
}

/* 0210 with `queues` (a power of 2) from `first`; emode: VLAN stripping. Returns its number. */
static inline int vsi_add(struct port *t, unsigned int first, unsigned int queues,
			  unsigned int emode, uint8_t sw_flags, uint8_t sw_flags2)
{
	uint8_t param[16] = { 0 }, *c = t->buf;

	memset(c, 0, 128);
	set16(param + 6, 2);
	c[2] = 1;
	c[3] = sw_flags;
	c[4] = sw_flags2 | 1u << 4;
	c[12] = (uint8_t)(3 | emode << 3);
	set16(c + 30, (uint16_t)first);
	set16(c + 32, (uint16_t)queues);
	set16(c + 62, (uint16_t)(__builtin_ctz(queues) << 11));
	c[78] = 2;
	set16(c, 0x1ff);
	if (aq(t, 0x0210, param, 128, true))
		return -1;
	return le16(t->done.param) & 0x3ff;
}

/* 02A0 with one look-up rule; da, ethertype or VLAN where the recipe looks. Its index or -rc. */
static inline int rule_add(struct port *t, unsigned int type, unsigned int recipe, unsigned int src,
			   uint32_t act, const uint8_t *da, uint16_t at12, uint16_t at14)
{
	static const uint8_t dummy[16] = { 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0x81, 0, 0, 0 };
	uint8_t param[16] = { 1 }, *b = t->buf;
	int rc;

	memset(b, 0, 32);
	set16(b, (uint16_t)type);
	set16(b + 4, (uint16_t)recipe);
	set16(b + 6, (uint16_t)src);
	set32(b + 8, act);
	set16(b + 14, 16);
	memcpy(b + 16, dummy, 16);
	if (da)
		memcpy(b + 16, da, 6);
	if (at12)
		be16(b + 28, at12);
	be16(b + 30, at14);
	rc = aq(t, 0x02a0, param, 32, true);
	return rc ? -rc : le16(b + 12);
}

static inline int rule_del(struct port *t, unsigned int index)
{
	uint8_t param[16] = { 1 }, *b = t->buf;

	memset(b, 0, 16);
	set16(b + 12, (uint16_t)index);
	return aq(t, 0x02a2, param, 16, true);
}

#define TO_VSI(v)	((uint32_t)(v) << 4 | 1u << 17)
#define LB		(1u << 2)
#define LAN		(1u << 3)

static const uint8_t bcast[6] = { 255, 255, 255, 255, 255, 255 };

/* The queue group of the default topology: the last element of 0400. */
static inline uint32_t default_group(struct port *t)
{
	uint8_t param[16] = { 0 };
	unsigned int n;

	if (aq(t, 0x0400, param, 4096, false))
		return 0;
	n = le16(t->buf + 4);
	return le32(t->buf + 8 + 24 * (n - 1) + 4);
}

/* A port with link, one VSI on queues 0.. and the broadcast rule. */
static inline struct nic *nic_new(const char *options, unsigned int queues, unsigned int emode)
{
	struct nic *n = calloc(1, sizeof(*n));

	n->t = port_new(options);
	sim_inproc_on_tx(n->t->p, nic_sent, n);
	sim_inproc_link(n->t->p, true);
	settle();
	n->teid = default_group(n->t);
	n->vsi = (unsigned int)vsi_add(n->t, 0, queues, emode, 0, 0);
	rule_add(n->t, 1, 1, n->vsi, TO_VSI(n->vsi) | LB | LAN, bcast, 0, 0);
	return n;
}

static inline void nic_free(struct nic *n)
{
	port_free(n->t);
	free(n);
}

struct rx_opts {
	unsigned int rxdid, buf, rxmax, len;
	bool small, keep_crc, l2tag2, no_prefena;
};

/* Context and buffers of an Rx queue; not enabled yet. */
static inline void rx_setup(struct nic *n, unsigned int q, const struct rx_opts *o)
{
	uint32_t dw[8] = { 0 };
	uint8_t *c = (uint8_t *)dw;
	unsigned int buf = o->buf ? o->buf : BUF;

	if (!n->rx[q]) {
		n->rx[q] = sim_inproc_alloc(n->t->p, RX_RING + 0x10000 * q, RING * 32);
		n->rx_buf[q] = sim_inproc_alloc(n->t->p, RX_BUF + 0x100000 * q, RING * BUF);
	}
	memset(n->rx[q], 0, RING * 32);
	for (unsigned int i = 0; i < RING; i++) {
		uint64_t *d = o->small ? n->rx[q][0].qw + 2 * i : n->rx[q][i].qw;

		d[0] = RX_BUF + 0x100000 * q + BUF * i;
	}
	ctx_put(c, 32, 57, (RX_RING + 0x10000 * q) >> 7);
	ctx_put(c, 89, 13, o->len ? o->len : RING);
	ctx_put(c, 102, 7, buf / 128);
	ctx_put(c, 116, 1, !o->small);
	ctx_put(c, 117, 1, !o->keep_crc);
	ctx_put(c, 119, 1, !o->l2tag2);
	ctx_put(c, 174, 14, o->rxmax ? o->rxmax : 5 * buf);
	ctx_put(c, 201, 1, !o->no_prefena);
	for (unsigned int i = 0; i < 8; i++)
		wr(n->t, RX_CTX(i, q), dw[i]);
	wr(n->t, RX_FLXP(q), o->rxdid | 3u << 8);
}

/* Enabled, `posted` descriptors given to the hardware. False: the device refused. */
static inline bool rx_on(struct nic *n, unsigned int q, const struct rx_opts *o,
			 unsigned int posted)
{
	rx_setup(n, q, o);
	wr(n->t, RX_CTRL(q), 1);
	wr(n->t, RX_TAIL(q), posted);
	return rd(n->t, RX_CTRL(q)) == 5;
}

static inline bool rx_off(struct nic *n, unsigned int q)
{
	wr(n->t, RX_CTRL(q), 0);
	return !(rd(n->t, RX_CTRL(q)) & 4);
}

/* 0C30 for one queue. Returns firmware's code. */
static inline int tx_on(struct nic *n, unsigned int q)
{
	uint8_t param[16] = { 1 }, *b = n->t->buf, *c = b + 16;
	int rc;

	if (!n->tx[q]) {
		n->tx[q] = sim_inproc_alloc(n->t->p, TX_RING + 0x10000 * q, RING * 16);
		n->tx_buf[q] = sim_inproc_alloc(n->t->p, TX_BUF + 0x100000 * q, 0x100000);
	}
	memset(n->tx[q], 0, RING * 16);
	memset(b, 0, 56);
	set32(b, n->teid);
	b[4] = 1;
	set16(b + 8, (uint16_t)q);
	ctx_put(c, 0, 57, (TX_RING + 0x10000 * q) >> 7);
	ctx_put(c, 78, 2, 2);
	ctx_put(c, 80, 10, n->vsi);
	ctx_put(c, 135, 13, RING);
	ctx_put(c, 152, 1, 1);
	ctx_put(c, 153, 11, q);
	ctx_put(c, 164, 1, 1);
	b[40] = 5;			/* leaf */
	b[41] = 7;
	set16(b + 46, 4);
	set16(b + 50, 4);
	rc = aq(n->t, 0x0c30, param, 56, true);
	n->leaf[q] = le32(b + 12);
	n->tx_tail[q] = 0;
	return rc;
}

static inline int tx_off(struct nic *n, unsigned int q)
{
	uint8_t param[16] = { 0, 1 }, *b = n->t->buf;

	memset(b, 0, 8);
	set32(b, n->teid);
	b[4] = 1;
	set16(b + 6, (uint16_t)q);
	return aq(n->t, 0x0c31, param, 8, true);
}

#define EOP		(1ull << 4)
#define RS		(1ull << 5)
#define L2TAG1		(1ull << 7)
#define IPV4		(2ull << 9)
#define IPV4_SUM	(3ull << 9)
#define IPV6		(1ull << 9)
#define TCP		(1ull << 12)
#define SCTP		(2ull << 12)
#define UDP		(3ull << 12)
#define SIZE(n)		((uint64_t)(n) << 34)
/* MACLEN in words, IPLEN and L4LEN in dwords */
#define LENS(mac, ip, l4) ((uint64_t)(mac) / 2 << 16 | (uint64_t)(ip) / 4 << 23 | \
			   (uint64_t)(l4) / 4 << 30)
#define CTX_TSO(len, mss) (1ull | 1ull << 4 | (uint64_t)(len) << 30 | (uint64_t)(mss) << 50)

static inline unsigned int tx_put(struct nic *n, unsigned int q, uint64_t lo, uint64_t hi)
{
	unsigned int i = n->tx_tail[q];

	n->tx[q][i] = (struct txd){ lo, hi };
	n->tx_tail[q] = (i + 1) % RING;
	return i;
}

static inline void tx_kick(struct nic *n, unsigned int q)
{
	wr(n->t, TX_TAIL(q), n->tx_tail[q]);
	settle();
}

static inline void put(struct nic *n, const uint8_t *f, uint32_t len)
{
	sim_inproc_inject(n->t->p, f, len);
	settle();
}

#endif
