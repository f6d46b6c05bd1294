/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a queue pair of any family must do: go round its rings, run with one side only, and be still
 * after a stop. For one test program, after the family's rig.
 */
#ifndef HW_QUEUE_H
#define HW_QUEUE_H

/* One side alone works, and the other, which is left out, stays off. */
static void only_side(struct rig *r, u32 queue, bool tx)
{
	bool (*other_on)(struct rig *r, u32 queue) = tx ? family.rx_on : family.tx_on;

	r->q.tx_entries = tx ? RING_ENTRIES : 0;
	r->q.rx_entries = tx ? 0 : RING_ENTRIES;
	r->q.rx_buf_bytes = tx ? 0 : BUF_BYTES;
	tap_eq(queue_up(r, queue), 0, "starts with one side only");
	tap_ok(tx ? tx_works(r, 100) : rx_works(r, 0, 100, mac), tx ? "sends" : "receives");
	if (other_on)
		tap_ok(!other_on(r, queue), "the other side stays off");
	tap_eq(r->ops->queue_stop(&r->hw, &r->q), 0, "stops");
}

static void test_wrap_and_restart(const char *options)
{
	struct rig r;
	bool good = true;
	int i;

	tap_ok(rig_up(&r, "wrap", options), "port up");
	queue_up(&r, 0);
	for (i = 0; i < 3 * RING_ENTRIES + 5; i++)
		good &= tx_works(&r, 60 + i);
	tap_ok(good, "three times around the transmit ring");
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "stop in the middle of the ring");
	tap_eq(queue_up(&r, 0), 0, "start again");
	tap_ok(tx_works(&r, 100) && rx_works(&r, 0, 100, mac), "begins at descriptor 0");
	tap_ok(family.rx_on(&r, 0) && (!family.tx_on || family.tx_on(&r, 0)), "both sides are on");
	r.ops->queue_stop(&r.hw, &r.q);
	only_side(&r, 3, true);
	only_side(&r, 0, false);
	rig_close(&r);
}

/* After a stop the memory is ours: neither frames nor tails reach it. */
static void test_stop_is_final(const char *options)
{
	u64 writes, reads;
	struct rig r;
	u8 f[64];

	tap_ok(rig_up(&r, "stop", options), "port up");
	queue_up(&r, 0);
	tap_ok(rx_works(&r, 0, 64, mac), "receives before");
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "stops");
	writes = r.sim->ctr.dma_writes;
	reads = r.sim->ctr.dma_reads;
	frame_make(f, sizeof(f), mac, 1);
	sim_inproc_inject(r.p, f, sizeof(f));
	settle();
	sim_inproc_wr32(r.p, 0, r.ops->tail_off(&r.hw, 0, true), 5);
	sim_inproc_wr32(r.p, 0, r.ops->tail_off(&r.hw, 0, false), rx_tail(9));
	settle();
	tap_ok(r.sim->ctr.dma_writes == writes && r.sim->ctr.dma_reads == reads,
	       "no DMA although frames arrive and tails move");
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "the model agrees");
	rig_close(&r);
}

#endif
