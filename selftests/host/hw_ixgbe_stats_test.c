// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of queue pairs in kmod/hw_ixgbe_stats.c on the host, against the 82599 model: 15 pairs have
 * counters of their own, they count what that pair did and nothing else, and lose nothing.
 */
#include "hw_rig.h"
#include "hw_ixgbe_rig.h"

#define MAC_OPT		"mac=02:11:22:33:44:55"
#define MPC(i)		(0x3fa0 + 4 * (i))	/* 82599 data sheet 8.2.3.23, as all below */
#define GPRC		0x4074
#define GPTC		0x4080
#define GOTCL		0x4090
#define QPTC(i)		(0x8680 + 4 * (i))
#define QBTC_L(i)	(0x8700 + 8 * (i))
#define QBRC_H(i)	(0x1038 + 0x40 * (i))
#define QBTC_H(i)	(0x8704 + 8 * (i))

static const u8 own[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

static bool counters(struct rig *r, u32 queue, struct ndrv_hw_queue_stats *st)
{
	struct ndrv_hw_queue q = r->q;

	q.queue = queue;
	return r->ops->queue_stats(&r->hw, &q, st);
}

static bool none(const struct ndrv_hw_queue_stats *st)
{
	static const struct ndrv_hw_queue_stats zero;

	return !memcmp(st, &zero, sizeof(zero));
}

static void test_counts(void)
{
	struct ndrv_hw_queue_stats st = { 0 };
	struct ndrv_hw_stats port = { 0 };
	unsigned int i;
	struct rig r;
	u8 f[64];

	tap_ok(rig_up(&r, "counts", MAC_OPT), "port up");
	tap_ok(ndrv_ixgbe_info.features & NDRV_FEAT_QUEUE_STATS, "the card counts by queue");
	queue_up(&r, 0);
	r.ops->stats(&r.hw, &port);
	for (i = 0; i < 5; i++)
		rx_works(&r, i, 100, own);
	for (i = 0; i < 7; i++)
		tx_works(&r, 200);
	tap_ok(counters(&r, 0, &st), "pair 0 has counters");
	tap_eq(st.rx_packets, 5, "frames received");
	tap_eq(st.rx_bytes, 500, "bytes received, without FCS");
	tap_eq(st.tx_packets, 7, "frames sent");
	tap_eq(st.tx_bytes, 1400, "bytes sent, without FCS");
	tap_eq(st.rx_no_desc, 0, "none dropped");
	counters(&r, 0, &st);
	tap_eq(st.rx_packets, 5, "asked twice, counted once");
	memset(&port, 0, sizeof(port));
	r.ops->stats(&r.hw, &port);
	tap_ok(port.rx_packets == 5 && port.rx_bytes == 500 && port.tx_packets == 7 &&
	       port.tx_bytes == 1400, "the port's counters lose nothing by that");
	rx_works(&r, 5, 64, own);
	r.ops->stats(&r.hw, &port);
	counters(&r, 0, &st);
	tap_ok(port.rx_packets == 6 && st.rx_packets == 6, "nor the pair's by asking for the port's");
	frame_make(f, sizeof(f), own, 1);
	for (i = 0; i < RING_ENTRIES; i++)
		sim_inproc_inject(r.p, f, sizeof(f));
	settle();
	counters(&r, 0, &st);
	tap_eq(st.rx_no_desc, 6 + 1, "frames without a descriptor");
	tap_eq(st.rx_packets, RING_ENTRIES - 1, "are not received");
	tx_works(&r, 60);
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "stop");
	tap_ok(counters(&r, 0, &st) && st.tx_packets == 8, "the last is counted after it");
	queue_up(&r, 0);
	memset(&st, 0, sizeof(st));
	tap_ok(counters(&r, 0, &st) && none(&st), "and not again after the next start");
	rig_close(&r);
}

/* Frames sent by a pair that starts for that. */
static unsigned int send_some(struct rig *r, u32 queue, unsigned int n)
{
	unsigned int wrong = !!queue_up(r, queue);

	while (n--)
		wrong += !tx_works(r, 60);
	return wrong;
}

static void test_sets(void)
{
	struct ndrv_hw_queue_stats st;
	unsigned int i, wrong = 0, counted = 0;
	struct rig r;

	tap_ok(rig_up(&r, "sets", MAC_OPT), "port up");
	r.q.rx_entries = 0;
	for (i = 0; i < 20; i++) {
		u32 queue = 127 - 6 * i;

		wrong += send_some(&r, queue, i + 1);
	}
	for (i = 0; i < 20; i++) {
		memset(&st, 0, sizeof(st));
		if (!counters(&r, 127 - 6 * i, &st)) {
			wrong += !none(&st);
			continue;
		}
		counted++;
		wrong += i >= 15 || st.tx_packets != i + 1 || st.tx_bytes != 60 * (i + 1);
	}
	tap_eq(counted, 15, "the first 15 pairs have counters");
	tap_eq(wrong, 0, "each its own");
	r.q.queue = 127 - 6 * 4;
	r.ops->queue_stop(&r.hw, &r.q);
	memset(&st, 0, sizeof(st));
	tap_ok(counters(&r, 127 - 6 * 4, &st), "a pair that stopped still has them");
	tap_eq(send_some(&r, 127 - 6 * 4, 2), 0, "it runs again, and nobody asks");
	r.ops->queue_stop(&r.hw, &r.q);
	tap_eq(send_some(&r, 2, 3), 0, "another one starts");
	memset(&st, 0, sizeof(st));
	tap_ok(!counters(&r, 127 - 6 * 4, &st), "which takes them");
	tap_ok(counters(&r, 2, &st) && st.tx_packets == 3, "and begins at 0");
	tap_eq(send_some(&r, 127 - 6 * 4, 2), 0, "the first pair starts again");
	memset(&st, 0, sizeof(st));
	tap_ok(!counters(&r, 127 - 6 * 4, &st), "without counters");
	tap_ok(counters(&r, 2, &st) && none(&st), "and counts in nobody's");
	rig_close(&r);
}

/* What queues that do not run drop is the port's, and no pair's. */
static void test_rest(void)
{
	struct ndrv_hw_rss rss = { .key = { 1 } };
	struct ndrv_hw_queue_stats st = { 0 };
	struct ndrv_hw_stats port = { 0 };
	struct rig r;
	u8 f[100] = { 0 };
	u32 i;

	for (i = 0; i < NDRV_HW_RSS_TABLE; i++)
		rss.table[i] = 3;
	tap_ok(rig_up(&r, "rest", MAC_OPT), "port up");
	queue_up(&r, 0);
	r.ops->stats(&r.hw, &port);
	memset(&port, 0, sizeof(port));
	tap_eq(r.ops->rss(&r.hw, &rss), 0, "everything to a queue that does not run");
	memcpy(f, own, 6);
	f[6] = 0x0a;
	f[12] = 0x08;
	f[14] = 0x45;
	f[17] = sizeof(f) - 14;
	f[23] = 1;
	for (i = 0; i < 4; i++)
		sim_inproc_inject(r.p, f, sizeof(f));
	settle();
	tap_ok(counters(&r, 0, &st) && none(&st), "pair 0 counts nothing");
	r.ops->stats(&r.hw, &port);
	tap_eq(port.rx_no_desc, 4, "the port does");
	rig_close(&r);
}

/* Octets have 36 bits. A high half of all ones is a value of 4 bits, not a card that is gone. */
static u32 read_high(u32 reg, u32 value)
{
	return reg == QBRC_H(0) ? 0xfffffff3 : reg == QBTC_H(0) ? 0x2 : value;
}

static u32 read_gone(u32 reg, u32 value)
{
	(void)reg;
	(void)value;
	return 0xffffffff;
}

static void test_width(void)
{
	struct ndrv_hw_queue_stats st = { 0 };
	struct rig r;

	tap_ok(rig_up(&r, "width", MAC_OPT), "port up");
	queue_up(&r, 0);
	rx_works(&r, 0, 100, own);
	tx_works(&r, 200);
	host.on_read = read_high;
	counters(&r, 0, &st);
	tap_eq(st.rx_bytes, 3ll << 32 | 100, "36 bits of bytes received");
	tap_eq(st.tx_bytes, (2ll << 32 | 204) - 4, "and sent");
	memset(&st, 0, sizeof(st));
	host.on_read = read_gone;
	counters(&r, 0, &st);
	tap_ok(none(&st) && r.hw.gone, "a card that is gone counts nothing");
	rig_close(&r);
}

/*
 * Counters are read one after the other, and the card goes on counting: frames that it missed, or sent,
 * between two reads are in one counter at this look and in the other at the next.
 */
static bool first_look;

static u32 read_between(u32 reg, u32 value)
{
	switch (reg) {
	case MPC(0): return first_look ? 3 : 0;
	case GPRC: return first_look ? 0 : 3;
	case GOTCL: case QBTC_L(0): return first_look ? 0 : 204;
	case GPTC: case QPTC(0): return first_look ? 1 : 0;
	default: return value;
	}
}

static void test_between(void)
{
	struct ndrv_hw_queue_stats st = { 0 };
	struct ndrv_hw_stats port = { 0 };
	struct rig r;

	tap_ok(rig_up(&r, "between", MAC_OPT), "port up");
	queue_up(&r, 0);
	host.on_read = read_between;
	first_look = true;
	r.ops->stats(&r.hw, &port);
	first_look = false;
	r.ops->stats(&r.hw, &port);
	host.on_read = NULL;
	counters(&r, 0, &st);
	tap_eq(port.rx_missed, 3, "frames missed while the counters were read");
	tap_eq(port.rx_packets, 0, "are not received ones");
	tap_eq(port.tx_packets, 1, "a frame sent meanwhile");
	tap_eq(port.tx_bytes, 200, "and its bytes, without FCS");
	tap_eq(st.tx_bytes, 200, "the pair's too");
	rig_close(&r);
}

static void test_reset(void)
{
	struct ndrv_hw_stats port = { 0 };
	unsigned int i;
	struct rig r;

	tap_ok(rig_up(&r, "reset", MAC_OPT), "port up");
	queue_up(&r, 0);
	for (i = 0; i < 3; i++)
		rx_works(&r, i, 100, own);
	tx_works(&r, 200);
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw) && rig_link(&r), "a reset, and nobody has asked");
	r.ops->stats(&r.hw, &port);
	tap_ok(port.rx_packets == 3 && port.rx_bytes == 300, "what was received before counts");
	tap_ok(port.tx_packets == 1 && port.tx_bytes == 200, "and what was sent");
	r.ops->stats(&r.hw, &port);
	tap_eq(port.rx_packets, 3, "once");
	rig_close(&r);
}

int main(void)
{
	test_counts();
	test_sets();
	test_rest();
	test_width();
	test_between();
	test_reset();
	return tap_done();
}
