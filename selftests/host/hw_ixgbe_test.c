// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmod/hw_ixgbe.c on the host, against the 82599 model: what struct ndrv_hw_ops of kmod/hw.h
 * promises, op by op, with frames that cross the model's DMA, and with hardware that hangs or is
 * gone. Register numbers here are typed from the data sheet once more, not taken from the family.
 */
#include "hw_rig.h"
#include "hw_ixgbe_rig.h"
#include "hw_queue.h"

/* 82599 data sheet 331520, 8.2.3 */
#define CTRL		0x00000
#define CTRL_RST_BITS	0x04000008u
#define RDBAL(q)	(RXDCTL(q) - 0x28)
#define TDBAL(q)	(TXDCTL(q) - 0x28)
#define RDT_OF(q)	(RXDCTL(q) - 0x10)
#define TDT_OF(q)	(TXDCTL(q) - 0x10)

/* ---- life ------------------------------------------------------------------------------------ */

static void test_info(void)
{
	const struct ndrv_hw_info *i = &ndrv_ixgbe_info;

	current = "info";
	tap_eq(i->desc_format, NDRV_DESC_IXGBE, "descriptor format");
	tap_eq(i->max_queues, 128, "128 queue pairs");
	tap_eq(i->rx_desc_size, 16, "receive descriptors of 16 bytes");
	tap_eq(i->tx_desc_size, 16, "transmit descriptors of 16 bytes");
	tap_ok(i->ring_align && i->ring_min % i->ring_align == 0 && i->ring_max % i->ring_align == 0 &&
	       i->ring_align * 16 % 128 == 0, "ring lengths are multiples of 128 bytes");
	tap_ok(i->ring_max <= NDRV_MAX_RING_ENTRIES, "largest ring within the interface's limit");
	tap_ok(i->rx_buf_align % 1024 == 0 && i->rx_buf_max <= 16384, "buffers in KiB, to 16");
	tap_ok(i->max_frame >= 9014 && i->max_frame <= 15872 - 4, "jumbo frames");
	tap_ok(i->name && i->name[0], "has a name");
}

static void test_life(const char *options, const char *what)
{
	struct rig r;
	bool up = true;
	u32 mbps = 1;
	u64 start;

	rig_open(&r, what, options);
	start = sim_inproc_now();
	tap_eq(r.ops->reset(&r.hw), 0, "reset succeeds");
	tap_ok(ms_since(start) < 1000, "reset takes less than a second");
	tap_ok(!memcmp(r.hw.mac, mac, 6), "%s: reset reads the address", what);
	tap_ok(!r.hw.gone && !host.errors, "reset finds nothing wrong");
	tap_eq(r.ops->start(&r.hw), 0, "start succeeds");
	tap_ok(rig_link(&r), "%s: link comes up", what);
	tap_eq(r.ops->link(&r.hw, &up, &mbps), 0, "link can be read");
	tap_ok(up && mbps == 10000, "link at 10 Gbit/s");
	sim_inproc_link(r.p, false);
	sim_inproc_step(100 * MS_NS);
	tap_ok(!r.ops->link(&r.hw, &up, &mbps) && !up && !mbps, "a pulled cable is seen, speed 0");
	sim_inproc_link(r.p, true);
	tap_ok(rig_link(&r), "and its return");
	tap_eq(r.ops->shutdown(&r.hw), 0, "shutdown succeeds");
	tap_eq(r.ops->reset(&r.hw), 0, "reset after shutdown");
	tap_ok(r.sim->ctr.dma_reads + r.sim->ctr.dma_writes == 0, "no DMA in all that");
	rig_close(&r);
}

/* ---- queues ----------------------------------------------------------------------------------- */

static void test_queues(void)
{
	static const u32 queues[] = { 0, 1, 15, 16, 62, 63, 64, 95, 96, 111, 112, 127 };
	struct rig r;
	unsigned int i;

	tap_ok(rig_up(&r, "queues", "mac=02:11:22:33:44:55"), "port up");
	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		u32 q = queues[i];

		printf("# queue %u\n", q);
		tap_eq(queue_up(&r, q), 0, "queue starts");
		tap_eq(r.ops->tail_off(&r.hw, q, false), RDT_OF(q), "receive tail's place");
		tap_eq(r.ops->tail_off(&r.hw, q, true), TDT_OF(q), "transmit tail's place");
		tap_ok(tx_works(&r, 60) && tx_works(&r, 1514), "queue %u sends", q);
		if (q == 0) {
			tap_ok(rx_works(&r, 0, 60, mac) && rx_works(&r, 1, 1514, mac),
			       "queue 0 receives");
		}
		tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "queue stops");
		tap_ok(!rx_on(&r, q) && !tx_on(&r, q), "both sides are off");
	}
	tap_eq((long long)r.sim->ctr.dma_faults, 0, "no DMA fault");
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
	tap_eq((long long)r.sim->ctr.tail_overruns, 0, "no tail overrun");
	rig_close(&r);
}

/* The longest frame of the family, from a queue of each packet buffer: eight buffers of it. */
static void test_longest_frame(void)
{
	static const u32 queues[] = { 0, 63, 64, 96, 112, 127 };
	u32 len = ndrv_ixgbe_info.max_frame;
	unsigned int i, at, n, wrong = 0;
	struct rig r;
	u8 *b;

	tap_ok(rig_up(&r, "longest frame", "mac=02:11:22:33:44:55"), "port up");
	r.ops->set_rx_mode(&r.hw, false, false, len);
	b = r.buf + RING_ENTRIES * BUF_BYTES;
	frame_make(b, len, mac, 0x77);
	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		wrong += !!queue_up(&r, queues[i]);
		for (at = 0, n = 0; at < len; at += BUF_BYTES, n++) {
			u32 part = min(len - at, (u32)BUF_BYTES);

			family.tx_post(tx_desc(&r, n), BUF_IOVA + RING_ENTRIES * BUF_BYTES + at, part);
			/* PAYLEN is of the whole, and only the last has EOP and RS. */
			r.tx[2 * n + 1] &= ~(0xffffc000ull << 32 | (at + part < len ? 0x09000000 : 0));
			r.tx[2 * n + 1] |= (u64)(len << 14) << 32;
		}
		r.nr_sent = 0;
		r.ops->doorbell(&r.hw, queues[i], true, n);
		settle();
		wrong += r.nr_sent != 1 || r.sent_len != len || memcmp(r.sent, b, len) ||
			 !family.tx_done(tx_desc(&r, n - 1));
		wrong += !!r.ops->queue_stop(&r.hw, &r.q);
	}
	tap_eq(wrong, 0, "leaves from queues of all packet buffers");
	tap_eq((long long)r.sim->ctr.bad_desc, 0, "and cannot overrun one");
	rig_close(&r);
}

static unsigned int queues_on(struct rig *r)
{
	unsigned int q, n = 0;

	for (q = 0; q < 128; q++) {
		n += rx_on(r, q) + tx_on(r, q);
	}
	return n;
}

/* What a user does who has the doorbell pages: enables a queue of its own making. */
static void stray_queue(struct rig *r, u32 q)
{
	sim_inproc_wr32(r->p, 0, RDBAL(q), (u32)RX_RING_IOVA);
	sim_inproc_wr32(r->p, 0, RDBAL(q) + 4, 0);
	sim_inproc_wr32(r->p, 0, RDBAL(q) + 8, RING_ENTRIES * 16);
	sim_inproc_wr32(r->p, 0, RXDCTL(q), DCTL_ENABLE);
	sim_inproc_wr32(r->p, 0, TDBAL(q), (u32)TX_RING_IOVA);
	sim_inproc_wr32(r->p, 0, TDBAL(q) + 4, 0);
	sim_inproc_wr32(r->p, 0, TDBAL(q) + 8, RING_ENTRIES * 16);
	sim_inproc_wr32(r->p, 0, TXDCTL(q), DCTL_ENABLE);
	settle();
}

static void test_sweep(void)
{
	struct ndrv_hw_live live = { .rx = { 0 } };
	struct rig r;

	tap_ok(rig_up(&r, "sweep", "mac=02:11:22:33:44:55"), "port up");
	queue_up(&r, 0);
	__set_bit(0, live.rx);
	__set_bit(0, live.tx);
	tap_eq(r.ops->sweep(&r.hw, &live), 0, "nothing to sweep");
	stray_queue(&r, 7);
	stray_queue(&r, 63);
	stray_queue(&r, 64);
	stray_queue(&r, 127);
	tap_eq(queues_on(&r), 10, "strays are on");
	tap_ok(r.ops->sweep(&r.hw, &live) >= 4, "the sweep finds them");
	tap_eq(queues_on(&r), 2, "only the live pair is on");
	tap_ok(tx_works(&r, 200) && rx_works(&r, 0, 200, mac), "the live pair works on");
	tap_eq(r.ops->sweep(&r.hw, &live), 0, "nothing is left");
	memset(&live, 0, sizeof(live));
	__set_bit(0, live.rx);
	tap_eq(r.ops->sweep(&r.hw, &live), 1, "one side alone can be a stray");
	tap_eq(queues_on(&r), 1, "and only that goes");
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
	rig_close(&r);
}

/* Every register that the doorbell pages show, written with noise: the pair must still stop. */
static void test_hostile_pages(void)
{
	struct ndrv_hw_live none = { .rx = { 0 } };
	unsigned int seed, reg, left = 0, failed = 0;
	u64 reads, writes;
	struct rig r;

	tap_ok(rig_up(&r, "hostile", "mac=02:11:22:33:44:55"), "port up");
	for (seed = 1; seed <= 8; seed++) {
		srand(seed);
		failed += !!queue_up(&r, 0);
		for (reg = 0; reg < 0x1000; reg += 4) {
			sim_inproc_wr32(r.p, 0, 0x1000 + reg, (u32)rand() << 1 ^ (u32)rand());
			sim_inproc_wr32(r.p, 0, 0x6000 + reg, (u32)rand() << 1 ^ (u32)rand());
			sim_inproc_wr32(r.p, 0, 0x7000 + reg, (u32)rand() << 1 ^ (u32)rand());
			sim_inproc_wr32(r.p, 0, 0xd000 + reg, (u32)rand() << 1 ^ (u32)rand());
		}
		settle();
		failed += r.ops->queue_stop(&r.hw, &r.q) < 0;
		failed += r.ops->sweep(&r.hw, &none) < 0;
		left += queues_on(&r);
		reads = r.sim->ctr.dma_reads;
		writes = r.sim->ctr.dma_writes;
		sim_inproc_step(100 * MS_NS);
		settle();
		failed += r.sim->ctr.dma_reads != reads || r.sim->ctr.dma_writes != writes;
	}
	tap_eq(failed, 0, "stop and sweep succeed after random writes to all pages");
	tap_eq(left, 0, "no queue is on afterwards");
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
	tap_ok(!queue_up(&r, 0) && tx_works(&r, 80) && rx_works(&r, 0, 80, mac),
	       "the next user of the pair finds it clean");
	/* DCA_RXCTRL and DCA_TXCTRL, too: reads in any order, no tags, bit 12 clear. */
	tap_ok(sim_inproc_rd32(r.p, 0, 0x100c) == 0x200 && sim_inproc_rd32(r.p, 0, 0x600c) == 0x2200,
	       "and nothing in it is the last one's");
	rig_close(&r);
}

/* ---- receive mode, statistics ------------------------------------------------------------------ */

static const u8 other[6] = { 0x02, 0x99, 0x99, 0x99, 0x99, 0x99 };
static const u8 group[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void test_rx_mode(void)
{
	struct rig r;
	u32 at = 0;

	tap_ok(rig_up(&r, "rx_mode", "mac=02:11:22:33:44:55"), "port up");
	queue_up(&r, 0);
	tap_ok(rx_works(&r, at++, 64, mac), "own address");
	tap_ok(rx_works(&r, at++, 64, all), "broadcast");
	tap_ok(!rx_works(&r, at, 64, other), "not another's address");
	tap_ok(!rx_works(&r, at, 64, group), "not a multicast");
	tap_eq(r.ops->set_rx_mode(&r.hw, false, true, 1518), 0, "allmulti");
	tap_ok(rx_works(&r, at++, 64, group), "a multicast then");
	tap_ok(!rx_works(&r, at, 64, other), "still not another's address");
	tap_eq(r.ops->set_rx_mode(&r.hw, true, false, 1518), 0, "promiscuous");
	tap_ok(rx_works(&r, at++, 64, other), "another's address then");
	tap_ok(rx_works(&r, at++, 64, group), "a multicast too");
	tap_eq(r.ops->set_rx_mode(&r.hw, false, false, 1518), 0, "back to normal");
	tap_ok(!rx_works(&r, at, 64, other), "not another's address again");
	tap_ok(rx_works(&r, at++, 64, mac), "own address still");
	tap_ok(tx_works(&r, 64), "sends still");
	rig_close(&r);
}

/* A frame of 5000 bytes takes three buffers of 2048; beyond max_frame it is not taken at all. */
static void test_jumbo(void)
{
	u8 f[5000];
	struct rig r;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		tap_ok(rig_up(&r, "jumbo", "mac=02:11:22:33:44:55"), "port up");
		queue_up(&r, 0);
		tap_eq(r.ops->set_rx_mode(&r.hw, false, false, pass ? 9014 : 1518), 0, "mode set");
		frame_make(f, sizeof(f), mac, 0x5a);
		sim_inproc_inject(r.p, f, sizeof(f));
		settle();
		if (!pass) {
			tap_ok(!(r.rx[1] & 1), "a long frame is dropped by default");
		} else {
			tap_ok((r.rx[1] & 3) == 1 && (r.rx[3] & 3) == 1 && (r.rx[5] & 3) == 3,
			       "a long frame takes three descriptors");
			tap_eq((r.rx[1] >> 32 & 0xffff) + (r.rx[3] >> 32 & 0xffff) +
			       (r.rx[5] >> 32 & 0xffff), 5000, "of its length together");
			tap_ok(!memcmp(r.buf, f, BUF_BYTES) &&
			       !memcmp(r.buf + 2 * BUF_BYTES, f + 2 * BUF_BYTES, 904),
			       "with its content");
		}
		tap_ok(rx_works(&r, pass ? 3 : 0, 1518, mac), "1518 bytes always");
		rig_close(&r);
	}
}

/* A burst longer than the ring: gone with drop, else it waits in the packet buffer for new buffers. */
static void test_rx_drop(void)
{
	u32 i, got, drop;
	u8 f[64];
	struct rig r;

	for (drop = 0; drop < 2; drop++) {
		tap_ok(rig_up(&r, "drop", "mac=02:11:22:33:44:55"), "port up");
		queue_up(&r, 0);
		r.ops->rx_drop(&r.hw, &r.q, drop);
		frame_make(f, sizeof(f), mac, 0x71);
		for (i = 0; i < RING_ENTRIES + 8; i++)
			sim_inproc_inject(r.p, f, sizeof(f));
		settle();
		for (got = 0, i = 0; i < RING_ENTRIES; i++)
			got += r.rx[2 * i + 1] & 1;
		tap_eq(got, RING_ENTRIES - 1, "the ring takes what it has descriptors for");
		rx_fill(&r);			/* all anew; the tail goes round to where it stands, */
		r.ops->doorbell(&r.hw, 0, false, RING_ENTRIES - 2);	/* and one short of that */
		settle();
		for (got = 0, i = 0; i < RING_ENTRIES; i++)
			got += r.rx[2 * i + 1] & 1;
		tap_eq(got, drop ? 0 : 9, drop ? "the rest is gone" : "the rest has waited");
		tap_eq(r.sim->ctr.rx_no_desc, drop ? 9 : 0, "and is counted so");
		rig_close(&r);
	}
}

static void test_vlan_strip(void)
{
	u8 f[68];
	struct rig r;
	int strip;

	for (strip = 0; strip < 2; strip++) {
		tap_ok(rig_up(&r, "vlan", "mac=02:11:22:33:44:55"), "port up");
		r.q.vlan_strip = strip;
		queue_up(&r, 0);
		frame_make(f, sizeof(f), mac, 0x33);
		memcpy(f + 12, "\x81\x00\x00\x2a\x88\xb5", 6);
		sim_inproc_inject(r.p, f, sizeof(f));
		settle();
		tap_eq((r.rx[1] >> 32 & 0xffff), strip ? 64 : 68, "length of a tagged frame");
		tap_ok(!!(r.rx[1] & 8) == strip, "VP bit only where the tag was stripped");
		if (strip)
			tap_eq(r.rx[1] >> 48, 0x2a, "the tag is in the descriptor");
		rig_close(&r);
	}
}

static void test_stats(void)
{
	struct ndrv_hw_stats st = { 0 };
	struct rig r;
	int i;

	tap_ok(rig_up(&r, "stats", "mac=02:11:22:33:44:55"), "port up");
	queue_up(&r, 0);
	r.ops->stats(&r.hw, &st);
	memset(&st, 0, sizeof(st));
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
	rig_close(&r);
}

/* ---- hardware that hangs ------------------------------------------------------------------------ */

static u32 stuck_reg, stuck_set, stuck_clear;

static u32 read_stuck(u32 reg, u32 value)
{
	return reg == stuck_reg ? (value | stuck_set) & ~stuck_clear : value;
}

/* The bit of the register reads as given from now on. */
static void stick(u32 reg, u32 set, u32 clear)
{
	stuck_reg = reg;
	stuck_set = set;
	stuck_clear = clear;
	host.on_read = read_stuck;
	host.errors = 0;
	host.last_error[0] = 0;
}

static bool error_names(const char *word)
{
	return host.errors && strstr(host.last_error, word);
}

static void test_stuck(void)
{
	struct ndrv_hw_live none = { .rx = { 0 } };
	struct rig r;
	u64 start;

	tap_ok(rig_up(&r, "stuck", "mac=02:11:22:33:44:55"), "port up");
	queue_up(&r, 5);
	stick(RXDCTL(5), DCTL_ENABLE, 0);
	start = sim_inproc_now();
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), -ETIMEDOUT, "receive side does not stop: ETIMEDOUT");
	tap_ok(ms_since(start) <= 100, "in less than 100 ms (%llu)",
	       (unsigned long long)ms_since(start));
	tap_ok(error_names("RXDCTL"), "the log names RXDCTL");
	start = sim_inproc_now();
	tap_eq(r.ops->sweep(&r.hw, &none), -ETIMEDOUT, "the sweep says so too");
	tap_ok(ms_since(start) <= 200, "and is bounded");
	host.on_read = NULL;
	tap_eq(r.ops->reset(&r.hw), 0, "a reset heals");
	tap_eq(queues_on(&r), 0, "and stops every queue");
	tap_ok(!r.ops->start(&r.hw) && rig_link(&r) && !queue_up(&r, 5) && tx_works(&r, 90),
	       "the port works again");
	stick(TXDCTL(5), DCTL_ENABLE, 0);
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), -ETIMEDOUT, "transmit side does not stop: ETIMEDOUT");
	tap_ok(error_names("TXDCTL"), "the log names TXDCTL");
	host.on_read = NULL;
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "later it does");
	stick(RXDCTL(5), 0, DCTL_ENABLE);
	start = sim_inproc_now();
	tap_eq(r.ops->queue_start(&r.hw, &r.q), -ETIMEDOUT, "receive side does not start: ETIMEDOUT");
	tap_ok(ms_since(start) <= 200, "bounded");
	host.on_read = NULL;
	r.ops->queue_stop(&r.hw, &r.q);
	stick(TXDCTL(5), 0, DCTL_ENABLE);
	tap_eq(r.ops->queue_start(&r.hw, &r.q), -ETIMEDOUT,
	       "transmit side does not start: ETIMEDOUT");
	host.on_read = NULL;
	r.ops->queue_stop(&r.hw, &r.q);
	tap_eq(queues_on(&r), 0, "neither side is on");
	rig_close(&r);
}

static void test_stuck_reset(void)
{
	struct rig r;
	u64 start;

	rig_open(&r, "stuck reset", "mac=02:11:22:33:44:55");
	stick(CTRL, CTRL_RST_BITS, 0);
	start = sim_inproc_now();
	tap_eq(r.ops->reset(&r.hw), -ETIMEDOUT, "reset never ends: ETIMEDOUT");
	tap_ok(ms_since(start) <= 1000, "in less than a second (%llu ms)",
	       (unsigned long long)ms_since(start));
	tap_ok(error_names("CTRL"), "the log names CTRL");
	tap_ok(!r.hw.gone, "slow is not gone");
	host.on_read = NULL;
	tap_eq(r.ops->reset(&r.hw), 0, "the next reset succeeds");
	rig_close(&r);
}

/* ---- hardware that is gone ----------------------------------------------------------------------- */

static u32 read_gone(u32 reg, u32 value)
{
	(void)reg;
	(void)value;
	return 0xffffffff;
}

static bool write_gone(u32 reg, u32 value)
{
	(void)reg;
	(void)value;
	return false;
}

static void test_gone(void)
{
	struct ndrv_hw_live none = { .rx = { 0 } };
	struct ndrv_hw_stats st = { 0 }, was;
	struct rig r;
	u32 mbps = 1;
	bool up = true;
	u64 start;

	tap_ok(rig_up(&r, "gone", "mac=02:11:22:33:44:55"), "port up");
	queue_up(&r, 0);
	r.ops->stats(&r.hw, &st);
	was = st;
	host.on_read = read_gone;
	host.on_write = write_gone;
	start = sim_inproc_now();
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), -ENODEV, "stop: ENODEV");
	tap_ok(r.hw.gone, "hw->gone is set");
	tap_eq(r.ops->sweep(&r.hw, &none), -ENODEV, "sweep: ENODEV");
	tap_eq(r.ops->queue_start(&r.hw, &r.q), -ENODEV, "start of a queue: ENODEV");
	tap_eq(r.ops->set_rx_mode(&r.hw, true, true, 1518), -ENODEV, "receive mode: ENODEV");
	tap_eq(r.ops->link(&r.hw, &up, &mbps), -ENODEV, "link: ENODEV");
	tap_eq(r.ops->reset(&r.hw), -ENODEV, "reset: ENODEV");
	tap_eq(r.ops->start(&r.hw), -ENODEV, "start: ENODEV");
	tap_eq(r.ops->shutdown(&r.hw), -ENODEV, "shutdown: ENODEV");
	tap_ok(ms_since(start) < 2000, "all that in %llu ms", (unsigned long long)ms_since(start));
	r.ops->stats(&r.hw, &st);
	tap_ok(!memcmp(&st, &was, sizeof(st)), "all ones are not counted as packets");
	rig_close(&r);
	/* And the first op that meets it, each alone. */
	rig_open(&r, "gone at reset", "mac=02:11:22:33:44:55");
	host.on_read = read_gone;
	host.on_write = write_gone;
	tap_eq(r.ops->reset(&r.hw), -ENODEV, "first reset: ENODEV");
	tap_ok(r.hw.gone, "hw->gone is set");
	rig_close(&r);
}

int main(void)
{
	test_info();
	test_life("mac=02:11:22:33:44:55,device=10f7", "backplane");
	test_life("mac=02:11:22:33:44:55,device=10fb", "SFP+");
	test_queues();
	test_longest_frame();
	test_wrap_and_restart("mac=02:11:22:33:44:55");
	test_stop_is_final("mac=02:11:22:33:44:55");
	test_sweep();
	test_hostile_pages();
	test_rx_mode();
	test_jumbo();
	test_rx_drop();
	test_vlan_strip();
	test_stats();
	test_stuck();
	test_stuck_reset();
	test_gone();
	return tap_done();
}
