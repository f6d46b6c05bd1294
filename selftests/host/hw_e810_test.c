// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmod/hw_e810*.c on the host, against the E810 model: what struct ndrv_hw_ops of kmod/hw.h promises,
 * op by op, with frames that cross the model's DMA. Hardware and firmware that misbehave have a
 * program of their own (hw_e810_fault_test.c). Numbers here are typed from the data sheet once more,
 * not taken from the family.
 */
#include "hw_rig.h"
#include "hw_e810_rig.h"
#include "hw_queue.h"

#define OPTIONS		"mac=02:11:22:33:44:55"

static const u8 other[6] = { 0x02, 0x99, 0x99, 0x99, 0x99, 0x99 };
static const u8 group[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* For hooks, which get no argument. */
static struct rig *rig_now;

static u32 rx_status(struct rig *r, u32 i)
{
	return rx_desc(r, i)[1] & 0xffff;
}

static u32 rx_bytes(struct rig *r, u32 i)
{
	return rx_desc(r, i)[0] >> 32 & 0x3fff;
}

/* ---- life ------------------------------------------------------------------------------------ */

static void test_info(void)
{
	const struct ndrv_hw_info *i = &ndrv_e810_info;

	current = "info";
	tap_eq(i->desc_format, NDRV_DESC_ICE, "descriptor format");
	tap_eq(i->max_queues, 256, "256 queue pairs");
	tap_eq(i->rx_desc_size, 32, "receive descriptors of 32 bytes");
	tap_eq(i->tx_desc_size, 16, "transmit descriptors of 16 bytes");
	tap_ok(i->ring_align % 32 == 0 && i->ring_min % i->ring_align == 0 &&
	       i->ring_max % i->ring_align == 0, "ring lengths are multiples of 32");
	tap_ok(i->ring_max <= 8160, "largest ring as the context's 13 bits allow");
	tap_ok(i->rx_buf_align % 128 == 0 && i->rx_buf_max <= 127 * 128, "buffers of 128 bytes n");
	tap_eq(i->max_frame, 9728 - 4, "jumbo frames");
	tap_ok(i->regs_min_bytes <= 0x800000, "needs no more than the registers");
	tap_ok(!i->ops->rx_drop, "queues cannot hold each other up");
	tap_ok(i->name && i->name[0], "has a name");
}

static void test_life(void)
{
	struct rig r;
	bool up = true;
	u32 mbps = 1;
	u64 start;

	rig_open(&r, "life", OPTIONS);
	start = sim_inproc_now();
	/* As the core does it: no bus mastering before the first reset is through. */
	sim_inproc_cfg_wr(r.p, 4, 2, 2);
	tap_eq(r.ops->reset(&r.hw), 0, "reset succeeds without bus mastering");
	tap_ok(ms_since(start) < 1000, "in less than a second");
	tap_ok(!r.hw.gone && !host.errors, "and finds nothing wrong");
	sim_inproc_enable(r.p);
	tap_eq(r.ops->start(&r.hw), 0, "start succeeds");
	tap_ok(!memcmp(r.hw.mac, mac, 6), "start reads the address");
	tap_ok(r.hw.max_queues >= 1 && r.hw.max_queues <= 256, "%u queue pairs", r.hw.max_queues);
	tap_ok(rig_link(&r), "link comes up");
	tap_eq(r.ops->link(&r.hw, &up, &mbps), 0, "link can be read");
	tap_ok(up && (mbps == 100000 || mbps == 25000), "link at %u Mbit/s", mbps);
	sim_inproc_link(r.p, false);
	sim_inproc_step(100 * MS_NS);
	tap_ok(!r.ops->link(&r.hw, &up, &mbps) && !up && !mbps,
	       "a pulled cable is seen at the first look, speed 0");
	sim_inproc_link(r.p, true);
	tap_ok(rig_link(&r), "and its return");
	tap_eq(r.ops->shutdown(&r.hw), 0, "shutdown succeeds");
	tap_eq(r.ops->reset(&r.hw), 0, "reset after shutdown");
	tap_eq(r.ops->start(&r.hw), 0, "start after shutdown");
	tap_ok(!host.errors, "nothing to complain of");
	tap_eq((long long)r.sim->ctr.dma_faults, 0, "no DMA fault");
	r.ops->shutdown(&r.hw);
	r.ops->detach(&r.hw);
	tap_eq((long long)host_dma_bytes, 0, "detach gives all DMA memory back");
	rig_close(&r);
}

/* Wherever memory runs out: an error, nothing lost, and the next attempt works. */
static void test_no_memory(void)
{
	unsigned int n, failed = 0, lost = 0, again = 0;
	struct rig r;
	int err;

	for (n = 1; n < 100; n++) {
		rig_open(&r, "no memory", OPTIONS);
		r.ops->detach(&r.hw);
		lost += host_dma_bytes != 0;
		host.fail_alloc = n;
		err = r.ops->attach(&r.hw);
		if (!err)
			err = r.ops->reset(&r.hw) ?: r.ops->start(&r.hw);
		else
			lost += r.hw.priv != NULL || host_dma_bytes != 0;
		failed += err == -ENOMEM;
		if (host.fail_alloc) {
			tap_eq(err, 0, "with enough memory the port starts");
			rig_close(&r);
			break;
		}
		host.fail_alloc = 0;
		if (r.hw.priv) {
			err = r.ops->reset(&r.hw) ?: r.ops->start(&r.hw);
			again += err != 0;
		}
		rig_close(&r);
	}
	tap_ok(failed >= 4, "%u allocations failed with ENOMEM", failed);
	tap_eq(failed, n - 1, "each that failed was reported");
	tap_eq(lost, 0, "nothing was leaked");
	tap_eq(again, 0, "the next start succeeds");

	/* Once in a driver's life memory may be short; a reset finds all that it needs. */
	rig_up(&r, "no memory in a reset", OPTIONS);
	host.fail_alloc = 1;
	tap_eq(r.ops->reset(&r.hw) ?: r.ops->start(&r.hw), 0, "a port comes back from a reset without memory");
	tap_eq(host.fail_alloc, 1, "it has not asked for any");
	host.fail_alloc = 0;
	rig_close(&r);
}

/* ---- queues ----------------------------------------------------------------------------------- */

static void test_queues(void)
{
	static const u32 queues[] = { 0, 1, 7, 8, 63, 64, 255 };
	struct rig r;
	unsigned int i;

	tap_ok(rig_up(&r, "queues", OPTIONS), "port up");
	for (i = 0; i < ARRAY_SIZE(queues) && queues[i] < r.hw.max_queues; i++) {
		u32 q = queues[i];

		printf("# queue %u\n", q);
		tap_eq(queue_up(&r, q), 0, "queue starts");
		tap_ok(tx_works(&r, 60) && tx_works(&r, 1514), "queue %u sends", q);
		if (q == 0)
			tap_ok(rx_works(&r, 0, 60, mac) && rx_works(&r, 1, 1514, mac),
			       "queue 0 receives");
		tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "queue stops");
		tap_ok(!rx_on(&r, q), "receive side is off");
	}
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "a queue that does not run stops too");
	tap_eq((long long)r.sim->ctr.dma_faults, 0, "no DMA fault");
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
	tap_eq((long long)r.sim->ctr.tail_overruns, 0, "no tail overrun");
	rig_close(&r);
}

/* Every pair at once, each with its own doorbell. */
static void test_all_queues(void)
{
	unsigned int failed = 0, sent = 0, on = 0;
	struct rig r;
	u32 q;

	tap_ok(rig_up(&r, "all queues", OPTIONS), "port up");
	for (q = 0; q < r.hw.max_queues; q++) {
		r.q.queue = q;
		failed += !!r.ops->queue_start(&r.hw, &r.q);
	}
	tap_eq(failed, 0, "all pairs start");
	for (q = 0; q < r.hw.max_queues; q++) {
		on += !!rx_on(&r, q);
		r.q.queue = q;
		r.tx_tail = 0;
		memset(r.tx, 0, RING_ENTRIES * 16);
		sent += tx_works(&r, 64 + q);
	}
	tap_eq(on, r.hw.max_queues, "all receive sides are on");
	tap_eq(sent, r.hw.max_queues, "all of them send");
	for (q = 0; q < r.hw.max_queues; q++) {
		r.q.queue = q;
		failed += !!r.ops->queue_stop(&r.hw, &r.q);
	}
	tap_eq(failed, 0, "all of them stop");
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
	rig_close(&r);
}

/*
 * Tails that were stored while the pair was off are of the past when it starts. Each access traps:
 * of plain stores to a register's two addresses the model cannot tell which was first.
 */
static void test_stale_tails(void)
{
	struct rig r;
	u8 f[64];
	u32 i;

	tap_ok(rig_up(&r, "stale tails", OPTIONS ",trap=on"), "port up");
	for (i = 0; i < RING_ENTRIES; i++)
		family.rx_post(rx_desc(&r, i), BUF_IOVA + (u64)i * BUF_BYTES);
	sim_inproc_wr32(r.p, 0, r.ops->tail_off(&r.hw, 0, true), 5);
	sim_inproc_wr32(r.p, 0, r.ops->tail_off(&r.hw, 0, false), 8);
	frame_make(f, sizeof(f), mac, 1);
	tap_eq(r.ops->queue_start(&r.hw, &r.q), 0, "starts");
	sim_inproc_inject(r.p, f, sizeof(f));
	settle();
	tap_ok(!(rx_status(&r, 0) & 1), "without the receive descriptors of the old tail");
	tap_ok(!r.nr_sent && !r.sim->ctr.bad_desc, "nor the transmit descriptors");
	rig_close(&r);
}

/* The tail that user space maps is the queue's, and in a page of its own where the card has those. */
static void test_tails(void)
{
	bool pages;
	struct rig r;
	u32 q;

	tap_ok(rig_up(&r, "tails", OPTIONS), "port up");
	pages = r.hw.regs_bytes >= 0x08000000 && sim_inproc_rd32(r.p, 0, GLPCI_LBARCTRL) & 4;
	for (q = 0; q < 256; q += 85) {
		tap_eq(r.ops->tail_off(&r.hw, q, false),
		       pages ? 0x03800000 + 4096 * q : 0x290000 + 4 * q, "receive tail");
		tap_eq(r.ops->tail_off(&r.hw, q, true),
		       pages ? 0x04000000 + 4096 * q : 0x2c0000 + 4 * q, "transmit tail");
	}
	queue_up(&r, 2);
	family.tx_post(tx_desc(&r, 0), BUF_IOVA, 100);
	frame_make(r.buf, 100, mac, 9);
	sim_inproc_wr32(r.p, 0, r.ops->tail_off(&r.hw, 2, true), 1);
	settle();
	tap_ok(r.nr_sent == 1 && r.sent_len == 100, "a store to that tail sends");
	rig_close(&r);
	/* A register BAR without room for pages: the packed registers. */
	rig_open(&r, "packed tails", OPTIONS);
	r.hw.regs_bytes = 0x02000000;
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw), "port up");
	tap_eq(r.ops->tail_off(&r.hw, 3, false), 0x290000 + 12, "receive tail's place");
	tap_eq(r.ops->tail_off(&r.hw, 3, true), 0x2c0000 + 12, "transmit tail's place");
	rig_close(&r);
}

/* Noise in every tail that user space could have: the pair must still stop, the next find it clean. */
static void test_hostile_tails(void)
{
	struct ndrv_hw_live none = { .rx = { 0 } };
	unsigned int seed, q, failed = 0;
	u64 reads, writes;
	struct rig r;

	tap_ok(rig_up(&r, "hostile", OPTIONS), "port up");
	for (seed = 1; seed <= 8; seed++) {
		srand(seed);
		failed += !!queue_up(&r, 0);
		for (q = 0; q < 256; q++) {
			sim_inproc_wr32(r.p, 0, r.ops->tail_off(&r.hw, q, true), (u32)rand());
			sim_inproc_wr32(r.p, 0, r.ops->tail_off(&r.hw, q, false), (u32)rand());
		}
		settle();
		failed += r.ops->queue_stop(&r.hw, &r.q) != 0;
		failed += r.ops->sweep(&r.hw, &none) != 0;
		reads = r.sim->ctr.dma_reads;
		writes = r.sim->ctr.dma_writes;
		sim_inproc_step(100 * MS_NS);
		settle();
		failed += r.sim->ctr.dma_reads != reads || r.sim->ctr.dma_writes != writes;
	}
	tap_eq(failed, 0, "stop succeeds after random tails, nothing is left to sweep");
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
	tap_ok(!queue_up(&r, 0) && tx_works(&r, 80) && rx_works(&r, 0, 80, mac),
	       "the next user of the pair finds it clean");
	rig_close(&r);
}

/* What runs although its owner has stopped is all that there can be. */
static void test_sweep(void)
{
	struct ndrv_hw_live live = { .rx = { 0 } };
	struct rig r;

	tap_ok(rig_up(&r, "sweep", OPTIONS), "port up");
	queue_up(&r, 4);
	queue_up(&r, 0);
	__set_bit(0, live.rx);
	__set_bit(0, live.tx);
	tap_eq(r.ops->sweep(&r.hw, &live), 1, "one pair to sweep");
	tap_ok(!rx_on(&r, 4), "it is off");
	tap_ok(tx_works(&r, 200) && rx_works(&r, 0, 200, mac), "the live pair works on");
	tap_eq(r.ops->sweep(&r.hw, &live), 0, "nothing is left");
	rig_close(&r);
}

/* A reset under load, at any moment: quiet afterwards, and the port comes back. */
static void test_reset_in_the_middle(void)
{
	u64 writes, reads;
	struct rig r;
	u8 f[64];
	int i;

	tap_ok(rig_up(&r, "reset", OPTIONS), "port up");
	queue_up(&r, 5);
	queue_up(&r, 0);
	for (i = 0; i < 3; i++) {
		tap_ok(tx_works(&r, 100) && rx_works(&r, 0, 100, mac), "works");
		tap_eq(r.ops->reset(&r.hw), 0, "reset while queues run");
		writes = r.sim->ctr.dma_writes;
		reads = r.sim->ctr.dma_reads;
		frame_make(f, sizeof(f), mac, 1);
		sim_inproc_inject(r.p, f, sizeof(f));
		sim_inproc_wr32(r.p, 0, r.ops->tail_off(&r.hw, 0, true), 9);
		settle();
		tap_ok(r.sim->ctr.dma_writes == writes && r.sim->ctr.dma_reads == reads,
		       "no DMA after it");
		tap_ok(!r.ops->start(&r.hw) && rig_link(&r), "the port starts again");
		tap_eq(queue_up(&r, 0), 0, "and its queue");
	}
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
	tap_eq((long long)r.sim->ctr.dma_faults, 0, "no DMA fault");
	rig_close(&r);
}

/* ---- what is written into contexts and commands ------------------------------------------------- */

static u32 rx_context[8], rx_flex;
static struct {
	u16 opcode;
	u8 desc[32], buf[512];
	u32 nr;
} sent;

/* Notes the receive context of queue 9, and the command of one opcode as it is handed over. */
static bool write_note(u32 reg, u32 value)
{
	u64 ring;
	u8 *desc;
	u32 i;

	for (i = 0; i < 8; i++)
		if (reg == 0x280000 + 0x2000 * i + 4 * 9)
			rx_context[i] = value;
	if (reg == 0x480000 + 4 * 9)
		rx_flex = value;
	if (reg != 0x080400)
		return true;
	ring = sim_inproc_rd32(rig_now->p, 0, 0x080000) |
	       (u64)sim_inproc_rd32(rig_now->p, 0, 0x080100) << 32;
	desc = sim_dma_ptr(rig_now->sim, ring + 32 * ((value - 1) % 32), 32, false);
	if (!desc || get_unaligned_le16(desc + 2) != sent.opcode)
		return true;
	memcpy(sent.desc, desc, 32);
	ring = get_unaligned_le32(desc + 28) | (u64)get_unaligned_le32(desc + 24) << 32;
	if (get_unaligned_le16(desc + 4))
		memcpy(sent.buf, sim_dma_ptr(rig_now->sim, ring, 512, false), 512);
	sent.nr++;
	return true;
}

static void note(struct rig *r, u16 opcode)
{
	memset(&sent, 0, sizeof(sent));
	sent.opcode = opcode;
	rig_now = r;
	host.on_write = write_note;
}

/*
 * Ring at 0x123456789a80, 96 entries, buffers of 2048: packed by hand from the bit positions of the
 * data sheet's tables. The address in units of 128 bytes is 0x2468acf135.
 */
static void test_contexts(void)
{
	static const u32 want[8] = {
		0, 0x68acf135, 0xc0000024, 0x00b00400, 0, 9728 << 14, 0x00000200, 0,
	};
	/* 96 << 7 from bit 135; TSO_ENA 152, TSO_QNUM 153 = 9, LEGACY_INT 164 */
	static const u8 tx[22] = {
		0x35, 0xf1, 0xac, 0x68, 0x24, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x30, 0, 0x13,
		0x10, 0,
	};
	u8 tx_want[22];
	u32 vsi;
	struct rig r;
	int i;

	tap_ok(rig_up(&r, "contexts", OPTIONS), "port up");
	note(&r, 0x0c30);
	r.q.queue = 9;
	r.q.rx_entries = r.q.tx_entries = 96;
	r.q.rx_iova = r.q.tx_iova = 0x123456789a80ull;
	tap_eq(r.ops->queue_start(&r.hw, &r.q), 0, "queue starts");
	for (i = 0; i < 8; i++)
		tap_eq(rx_context[i], want[i], "receive context");
	tap_eq(rx_flex & 0x3f, 2, "flexible descriptors of the NIC kind");
	tap_ok(sent.nr == 1 && sent.buf[4] == 1 && get_unaligned_le16(sent.buf + 8) == 9,
	       "one transmit queue is added, number 9");
	/* Port and function are 0 here; VMVF_TYPE 2 at 78; the VSI is at 80 */
	memcpy(tx_want, tx, sizeof(tx_want));
	vsi = get_unaligned_le16(sent.buf + 16 + 10) & 0x3ff;
	tap_ok(vsi && vsi < 768, "of VSI %u", vsi);
	put_unaligned_le16(vsi, tx_want + 10);
	tap_ok(!memcmp(sent.buf + 16, tx_want, sizeof(tx_want)), "transmit context");
	for (i = 0; i < 22; i++)
		if (sent.buf[16 + i] != tx_want[i])
			printf("# byte %d: 0x%02x, want 0x%02x\n", i, sent.buf[16 + i], tx_want[i]);
	note(&r, 0x0c31);
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "queue stops");
	tap_ok(sent.nr == 1 && sent.desc[17] == 1 && sent.buf[4] == 1 &&
	       get_unaligned_le16(sent.buf + 6) == 9, "one transmit queue is disabled, number 9");
	tap_ok(sent.desc[16] == 8, "whatever is in the pipe is flushed");
	rig_close(&r);
}

/* The function is not always the first, nor its port. */
static u32 read_pf5(u32 reg, u32 value)
{
	return reg == 0x09e880 ? (value & ~7u) | 5 : value;
}

static void test_numbers(void)
{
	struct rig r;

	rig_open(&r, "numbers", OPTIONS);
	host.on_read = read_pf5;
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw), "function 5 starts");
	note(&r, 0x0c30);
	r.ops->queue_start(&r.hw, &r.q);
	tap_eq(get_unaligned_le64(sent.buf + 16 + 8) >> 1 & 7, 5, "its number is in the context");
	rig_close(&r);

	rig_open(&r, "VSI", OPTIONS);
	note(&r, 0x0210);
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw), "start");
	tap_eq(sent.nr, 1, "one VSI is added");
	tap_eq(get_unaligned_le16(sent.desc + 16 + 6) & 3, 2, "for the physical function");
	tap_eq(get_unaligned_le16(sent.buf) & 0xd7, 0xd7 & ~(1u << 3), "the sections it needs");
	tap_eq(sent.buf[3], 0, "no source pruning, no loopback");
	tap_eq(sent.buf[4] & 0x10, 0x10, "may send to the LAN");
	tap_eq(sent.buf[12], 0x1b, "all frames may be sent, tags stay in received ones");
	tap_eq(get_unaligned_le32(sent.buf + 16), 0xfac688, "priorities stay what they are");
	tap_eq(get_unaligned_le32(sent.buf + 20), 0xfac688, "both ways");
	tap_eq(get_unaligned_le16(sent.buf + 28), 0, "queues are contiguous");
	tap_eq(get_unaligned_le16(sent.buf + 30), 0, "from the first");
	tap_eq(get_unaligned_le16(sent.buf + 32), r.hw.max_queues, "to the last");
	tap_eq(1u << (get_unaligned_le16(sent.buf + 62) >> 11 & 0xf), r.hw.max_queues,
	       "all in traffic class 0");
	tap_eq(sent.buf[78] & 3, 2, "RSS by the function's table");
	rig_close(&r);
}

/* A descriptor that the card refuses stops its queue and no other, and the log says which. */
static void test_refused_descriptor(void)
{
	bool up;
	u32 mbps;
	struct rig r;

	tap_ok(rig_up(&r, "refused", OPTIONS), "port up");
	queue_up(&r, 1);
	queue_up(&r, 6);
	tap_ok(tx_works(&r, 64), "sends");
	family.tx_post(tx_desc(&r, 1), BUF_IOVA, 5);	/* shorter than the card takes */
	r.ops->doorbell(&r.hw, 6, true, 2);
	settle();
	tap_eq(r.sim->ctr.bad_desc, 1, "the model refuses a packet of 5 bytes");
	tap_ok(!family.tx_done(tx_desc(&r, 1)), "it is never done");
	tap_ok(!r.ops->link(&r.hw, &up, &mbps), "a look at the link");
	tap_ok(!!strstr(host.last_warning, "transmit queue 6"), "the log names the queue");
	host.last_warning[0] = 0;
	r.ops->link(&r.hw, &up, &mbps);
	tap_ok(!host.last_warning[0], "once");
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "the queue can be stopped");
	tap_ok(!queue_up(&r, 6) && tx_works(&r, 64), "and works when it is started again");
	r.q.queue = 1;
	r.tx_tail = 0;
	memset(r.tx, 0, RING_ENTRIES * 16);
	tap_ok(tx_works(&r, 64), "the other has worked all the time");
	rig_close(&r);
}

/* ---- receive mode, VLAN, RSS -------------------------------------------------------------------- */

static void test_rx_mode(void)
{
	struct rig r;
	u32 at = 0, i;

	tap_ok(rig_up(&r, "rx_mode", OPTIONS), "port up");
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
	tap_eq(r.ops->set_rx_mode(&r.hw, true, true, 1518), 0, "both");
	tap_ok(rx_works(&r, at++, 64, group) && rx_works(&r, at++, 64, other), "no loss by that");
	tap_eq(r.ops->set_rx_mode(&r.hw, false, false, 1518), 0, "back to normal");
	tap_ok(!rx_works(&r, at, 64, other), "not another's address again");
	tap_ok(!rx_works(&r, at, 64, group), "nor a multicast");
	tap_ok(rx_works(&r, at++, 64, mac), "own address still");
	tap_ok(tx_works(&r, 64), "sends still");
	for (i = 0; i < 300; i++)
		if (r.ops->set_rx_mode(&r.hw, i & 1, i & 2, 1518))
			break;
	tap_eq(i, 300, "300 changes use nothing up");
	tap_ok(!host.errors, "and nothing to complain of");
	rig_close(&r);
}

/* A frame of 5000 bytes takes three buffers of 2048; beyond max_frame it is not taken at all. */
static void test_jumbo(void)
{
	u8 f[9724];
	struct rig r;
	u32 at = 0;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		tap_ok(rig_up(&r, "jumbo", OPTIONS), "port up");
		queue_up(&r, 0);
		tap_eq(r.ops->set_rx_mode(&r.hw, false, false, pass ? 9724 : 1518), 0, "mode set");
		frame_make(f, sizeof(f), mac, 0x5a);
		sim_inproc_inject(r.p, f, 5000);
		settle();
		if (!pass) {
			tap_ok(!(rx_status(&r, 0) & 1), "a long frame is dropped by default");
		} else {
			tap_ok((rx_status(&r, 0) & 3) == 1 && (rx_status(&r, 1) & 3) == 1 &&
			       (rx_status(&r, 2) & 3) == 3, "a long frame takes three descriptors");
			tap_eq(rx_bytes(&r, 0) + rx_bytes(&r, 1) + rx_bytes(&r, 2), 5000,
			       "of its length together");
			tap_ok(!memcmp(r.buf, f, BUF_BYTES) &&
			       !memcmp(r.buf + 2 * BUF_BYTES, f + 2 * BUF_BYTES, 904),
			       "with its content");
			at = 3;
			sim_inproc_inject(r.p, f, sizeof(f));
			settle();
			tap_eq(rx_bytes(&r, 3) + rx_bytes(&r, 4) + rx_bytes(&r, 5) +
			       rx_bytes(&r, 6) + rx_bytes(&r, 7), 9724, "the longest takes five");
			at = 8;
		}
		tap_ok(rx_works(&r, at, 1518, mac), "1518 bytes always");
		rig_close(&r);
	}
}

static void test_vlan_strip(void)
{
	u8 f[68];
	struct rig r;
	int strip;

	tap_ok(rig_up(&r, "vlan", OPTIONS), "port up");
	for (strip = 1; strip >= 0; strip--) {
		r.q.vlan_strip = strip;
		tap_eq(queue_up(&r, 0), 0, "queue starts");
		frame_make(f, sizeof(f), mac, 0x33);
		memcpy(f + 12, "\x81\x00\x00\x2a\x88\xb5", 6);
		sim_inproc_inject(r.p, f, sizeof(f));
		settle();
		tap_eq(rx_bytes(&r, 0), strip ? 64 : 68, "length of a tagged frame");
		tap_ok(!!(rx_status(&r, 0) & 0x2000) == strip, "L2TAG1P only where it was stripped");
		if (strip)
			tap_eq(rx_desc(&r, 0)[1] >> 16 & 0xffff, 0x2a, "tag is in the descriptor");
		tap_ok(rx_works(&r, 1, 64, mac), "frames without a tag come as ever");
		/* The other way cannot be had as long as this one runs. */
		r.q.queue = 9;
		r.q.vlan_strip = !strip;
		tap_eq(r.ops->queue_start(&r.hw, &r.q), -EBUSY, "another queue has to agree");
		tap_ok(!(sim_inproc_rd32(r.p, 0, QRX_CTRL(9)) & QENA_STAT), "and stays off");
		r.q.vlan_strip = strip;
		tap_eq(r.ops->queue_start(&r.hw, &r.q), 0, "one that agrees starts");
		tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "and stops");
		r.q.queue = 0;
		tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "queue stops");
	}
	tap_ok(!host.errors, "nothing to complain of");
	rig_close(&r);
}

int main(void)
{
	test_info();
	test_life();
	test_no_memory();
	test_queues();
	test_all_queues();
	test_wrap_and_restart(OPTIONS);
	test_stop_is_final(OPTIONS);
	test_stale_tails();
	test_tails();
	test_hostile_tails();
	test_sweep();
	test_reset_in_the_middle();
	test_contexts();
	test_numbers();
	test_refused_descriptor();
	test_rx_mode();
	test_jumbo();
	test_vlan_strip();
	return tap_done();
}
