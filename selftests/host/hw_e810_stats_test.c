// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810's counters, as kmod/hw_e810_link.c folds them, on the host against the model: nothing is
 * counted twice or lost, whatever the registers do meanwhile.
 */
#include "hw_rig.h"
#include "hw_e810_rig.h"

#define OPTIONS		"mac=02:11:22:33:44:55"
#define PRTRPB_RDPC	0x0ac260		/* from the data sheet (613875), as all below */
#define GLPRT_GORC(p)	(0x380000 + 8 * (p))
#define GLPRT_GOTC(p)	(0x380b40 + 8 * (p))
#define GLPRT_UPTC(p)	(0x3811c0 + 8 * (p))

static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* For hooks, which get no argument. */
static struct rig *rig_now;

/* Counters read as if the card had run for long: the next frames make them wrap. */
static u32 read_late(u32 reg, u32 value)
{
	u64 v;

	/* 0xffffffffff - 2 is added to UPRC, of which the halves are read apart. */
	if (reg == GLPRT_UPRC(0) || reg == GLPRT_UPRC(0) + 4) {
		v = sim_inproc_rd32(rig_now->p, 0, GLPRT_UPRC(0)) + 0xfffffffffdull;
		return reg == GLPRT_UPRC(0) ? (u32)v : (u32)(v >> 32 & 0xff);
	}
	return value;
}

static void test_stats(void)
{
	struct ndrv_hw_stats st = { 0 };
	struct rig r;
	int i;

	tap_ok(rig_up(&r, "stats", OPTIONS), "port up");
	queue_up(&r, 0);
	r.ops->stats(&r.hw, &st);
	tap_ok(!st.rx_packets && !st.tx_packets && !st.rx_bytes && !st.tx_bytes, "begin at 0");
	for (i = 0; i < 5; i++)
		rx_works(&r, i, 100, mac);
	rx_works(&r, 5, 64, all);
	for (i = 0; i < 7; i++)
		tx_works(&r, 200);
	r.ops->stats(&r.hw, &st);
	tap_eq(st.rx_packets, 6, "frames received");
	tap_eq(st.rx_bytes, 564, "bytes received, without FCS");
	tap_eq(st.rx_broadcast, 1, "broadcasts received");
	tap_eq(st.tx_packets, 7, "frames sent");
	tap_eq(st.tx_bytes, 1400, "bytes sent, without FCS");
	tap_eq(st.rx_errors, 0, "no errors");
	r.ops->stats(&r.hw, &st);
	tap_eq(st.rx_packets, 6, "read twice, counted once");
	tx_works(&r, 60);
	r.ops->stats(&r.hw, &st);
	tap_eq(st.tx_packets, 8, "what happens later is added");
	tx_works(&r, 60);
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw) && rig_link(&r), "reset");
	r.ops->stats(&r.hw, &st);
	tap_ok(st.rx_packets == 6 && st.tx_packets == 9, "which loses nothing and counts nothing anew");
	queue_up(&r, 0);
	tx_works(&r, 60);
	r.ops->stats(&r.hw, &st);
	tap_eq(st.tx_packets, 10, "and counting goes on");

	/* More frames than descriptors. */
	memset(&st, 0, sizeof(st));
	queue_up(&r, 0);
	for (i = 0; i < 80; i++) {
		u8 f[64];

		frame_make(f, sizeof(f), mac, 3);
		sim_inproc_inject(r.p, f, sizeof(f));
	}
	/* A frame may wait a while for a descriptor, as long as it harms nobody. */
	for (i = 0; i < 100 && st.rx_no_desc < 80 - 56; i++) {
		sim_inproc_step(100 * MS_NS);
		r.ops->stats(&r.hw, &st);
	}
	tap_eq(st.rx_packets, 80, "what has no descriptor has been received");
	tap_eq(st.rx_no_desc, 80 - 56, "and is counted as dropped for that");

	rig_now = &r;
	tap_ok(!r.ops->reset(&r.hw), "reset");
	host.on_read = read_late;
	tap_ok(!r.ops->start(&r.hw) && rig_link(&r) && !queue_up(&r, 0), "a counter near its end");
	memset(&st, 0, sizeof(st));
	for (i = 0; i < 5; i++)
		rx_works(&r, i, 100, mac);
	r.ops->stats(&r.hw, &st);
	tap_eq(st.rx_packets, 5, "40 bits wrap");
	host.on_read = NULL;
	rig_close(&r);
}

/*
 * Counters are read one after the other, and the card goes on counting: what happens between two reads is
 * in one counter at this look and in the other at the next.
 */
static struct { u32 missed, gorc, uprc, gotc, uptc; } more;

static u32 read_between(u32 reg, u32 value)
{
	return reg == PRTRPB_RDPC ? value + more.missed : reg == GLPRT_GORC(0) ? value + more.gorc :
	       reg == GLPRT_UPRC(0) ? value + more.uprc : reg == GLPRT_GOTC(0) ? value + more.gotc :
	       reg == GLPRT_UPTC(0) ? value + more.uptc : value;
}

static void test_between(void)
{
	struct ndrv_hw_stats st = { 0 };
	struct rig r;

	tap_ok(rig_up(&r, "between", OPTIONS), "port up");
	r.ops->stats(&r.hw, &st);
	memset(&st, 0, sizeof(st));
	host.on_read = read_between;
	more.missed = 3;			/* the last that is read */
	more.uptc = 1;				/* after the bytes */
	r.ops->stats(&r.hw, &st);
	tap_eq(st.rx_missed, 3, "frames missed behind the reader's back");
	more.gorc = 4 * 68;
	more.uprc = 4;
	more.gotc = 204;
	r.ops->stats(&r.hw, &st);
	tap_eq(st.rx_packets, 1, "are not received ones");
	tap_eq(st.rx_bytes, 4 * 64, "bytes received, without FCS");
	tap_eq(st.tx_packets, 1, "a frame sent meanwhile");
	tap_eq(st.tx_bytes, 200, "and its bytes, without FCS");
	host.on_read = NULL;
	rig_close(&r);
}

int main(void)
{
	test_stats();
	test_between();
	return tap_done();
}
