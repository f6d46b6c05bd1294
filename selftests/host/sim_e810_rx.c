// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810 model's receive side: descriptors of all profiles bit by bit, tails at both addresses,
 * contexts that are refused, stop of a queue, queues nobody serves, unmapped addresses.
 */
#include "sim_e810_port.h"

static uint32_t tagged(uint8_t *g, const uint8_t *f, uint32_t len, uint16_t tci)
{
	memcpy(g, f, 12);
	be16(g + 12, 0x8100);
	be16(g + 14, tci);
	memcpy(g + 16, f + 12, len - 12);
	return len + 4;
}

static uint64_t flex0(unsigned int rxdid, unsigned int cast, unsigned int ptype, uint64_t len)
{
	return rxdid | (uint64_t)cast << 14 | (uint64_t)ptype << 16 | len << 32;
}

static uint32_t fcs(const uint8_t *p, uint32_t len)
{
	uint32_t c = 0xffffffff;

	for (uint32_t i = 0; i < 8 * len; i++)
		c = c >> 1 ^ ((c ^ p[i / 8] >> i % 8) & 1 ? 0xedb88320 : 0);
	return ~c;
}

static void test_flex_nic(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);
	uint8_t f[4096];
	uint32_t len;

	tap_ok(rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 56), "QENA_STAT follows QENA_REQ");
	len = ip_frame(f, false, 17, 100);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[0], flex0(2, 2, 24, len), "RXDID 2, broadcast, IPv4 UDP, length");
	tap_eq(n->rx[0][0].qw[1], 0xb, "DD EOF L3L4P, no hash");
	tap_eq(n->rx[0][0].qw[2], 0, "no second status");
	tap_eq(n->rx[0][0].qw[3], 0xffffffff, "no flow director match");
	tap_ok(!memcmp(n->rx_buf[0], f, len), "bytes");
	f[60] ^= 1;
	put(n, f, len);
	tap_eq(n->rx[0][1].qw[1], 0x2b, "bad UDP checksum: L4E");
	len = ip_frame(f, false, 6, 100);
	f[14 + 8] = 63;
	put(n, f, len);
	tap_eq(n->rx[0][2].qw[0], flex0(2, 2, 26, len), "IPv4 TCP");
	tap_eq(n->rx[0][2].qw[1], 0x1b, "bad IP checksum: IPE");
	len = ip_frame(f, true, 6, 100);
	put(n, f, len);
	tap_eq(n->rx[0][3].qw[0], flex0(2, 2, 92, len), "IPv6 TCP");
	len = ip_frame(f, true, 17, 100);
	put(n, f, len);
	tap_eq(n->rx[0][4].qw[0], flex0(2, 2, 90, len), "IPv6 UDP");
	len = ip_frame(f, false, 1, 100);
	put(n, f, len);
	tap_eq(n->rx[0][5].qw[0], flex0(2, 2, 28, len), "ICMP");
	len = ip_frame(f, false, 17, 100);
	be16(f + 20, 0x2000);
	be16(f + 24, 0);
	be16(f + 24, ~sum16(f + 14, 20, 0));
	put(n, f, len);
	tap_eq(n->rx[0][6].qw[0], flex0(2, 2, 22, len), "IPv4 fragment");
	tap_eq(n->rx[0][6].qw[1], 0xb, "no L4E for it");
	memset(f + 12, 0x33, 60);
	put(n, f, 60);
	tap_eq(n->rx[0][7].qw[0], flex0(2, 2, 1, 60), "not IP: MAC payload");
	tap_eq(n->rx[0][7].qw[1], 3, "and no L3L4P");
	be16(f + 12, 0x0806);
	put(n, f, 60);
	tap_eq(n->rx[0][8].qw[0], flex0(2, 2, 11, 60), "ARP");
	put(n, f, 59);
	tap_eq(n->rx[0][9].qw[1], 0, "a runt is dropped");
	tap_eq(rd(n->t, 0x380200), 1, "GLPRT_RUC");
	tap_eq(ctr(n->t)->rx_frames, 9, "nine frames counted");
	nic_free(n);
}

static void test_vlan(void)
{
	uint8_t f[4096], g[4096];
	uint32_t len = ip_frame(f, false, 6, 200), glen = tagged(g, f, len, 0xa123);
	struct nic *n = nic_new("trap=on", 1, 0);

	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 56);
	put(n, g, glen);
	tap_eq(n->rx[0][0].qw[0], flex0(2, 2, 26, len), "stripped: length without tag");
	tap_eq(n->rx[0][0].qw[1], 0x200b | 0xa123u << 16, "L2TAG1P and the tag in L2TAG1");
	tap_ok(!memcmp(n->rx_buf[0], f, len), "bytes without the tag");
	rx_off(n, 0);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2, .l2tag2 = true }, 56);
	put(n, g, glen);
	tap_eq(n->rx[0][0].qw[1], 0xb, "L2TSEL 0: nothing in L2TAG1");
	tap_eq(n->rx[0][0].qw[2], 0x800 | 0xa123ull << 48, "L2TAG2P and the tag in L2TAG2_2ND");
	nic_free(n);

	n = nic_new("trap=on", 1, 3);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 56);
	put(n, g, glen);
	tap_eq(n->rx[0][0].qw[0], flex0(2, 2, 26, glen), "EMODE 3: tag stays, type still found");
	tap_eq(n->rx[0][0].qw[1], 0xb, "and is not reported");
	nic_free(n);

	n = nic_new("trap=on", 1, 2);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 56);
	put(n, g, glen);
	tap_eq(n->rx[0][0].qw[0], flex0(2, 2, 26, len), "EMODE 2: stripped");
	tap_eq(n->rx[0][0].qw[1], 0xb, "not reported");
	nic_free(n);
}

static void test_profiles(void)
{
	struct nic *n = nic_new("trap=on", 1, 0);
	uint8_t f[4096], g[4096];
	uint32_t len = ip_frame(f, false, 6, 200), glen = tagged(g, f, len, 0x64);

	rx_on(n, 0, &(struct rx_opts){ .rxdid = 22 }, 56);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[0], flex0(22, 2, 26, len), "COMMS_OVS");
	tap_eq(n->rx[0][0].qw[1] >> 32, 0xffffffff, "flow id: no match");
	tap_eq(n->rx[0][0].qw[3], 0, "hash word");
	rx_off(n, 0);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 6 }, 56);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[3], 0xffff, "FLEX_NIC_2: flow id of 16 bits, source VSI");
	rx_off(n, 0);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 1 }, 56);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[1], 0xbull | 2 << 9 | 26ull << 30 | (uint64_t)len << 38,
	       "legacy: DD EOF L3L4P, broadcast, type, length");
	tap_eq(n->rx[0][0].qw[0], 0, "no tag, no hash");
	f[80] ^= 1;
	put(n, f, len);
	f[80] ^= 1;
	tap_eq(n->rx[0][1].qw[1] >> 19 & 0xff, 1 << 4, "legacy: L4E");
	put(n, g, glen);
	tap_eq(n->rx[0][2].qw[0], 0x64 << 16, "legacy: L2TAG1");
	tap_eq(n->rx[0][2].qw[1] & 0x7f, 0xf, "legacy: L2TAG1P");
	rx_off(n, 0);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2, .small = true }, 56);
	put(n, g, glen);
	tap_eq(n->rx[0][0].qw[0], flex0(2, 2, 26, len), "16-byte descriptors");
	tap_eq(n->rx[0][0].qw[1], 0x200b | 0x64 << 16, "status");
	tap_eq(n->rx[0][0].qw[2], RX_BUF + BUF, "the next one is untouched");
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[2], flex0(2, 2, 26, len), "second of 16 bytes");
	nic_free(n);
}

static void test_sizes(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);
	uint8_t f[9000];
	uint32_t len = ip_frame(f, false, 17, 2958), crc;

	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2, .buf = 1024 }, 56);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[0], flex0(2, 0, 0, 1024), "first buffer: its length");
	tap_eq(n->rx[0][0].qw[1], 1, "DD only");
	tap_eq(n->rx[0][1].qw[1], 1, "second");
	tap_eq(n->rx[0][2].qw[0], flex0(2, 2, 24, len - 2048), "third: the rest, the type");
	tap_eq(n->rx[0][2].qw[1], 0xb, "EOF and status");
	tap_ok(!memcmp(n->rx_buf[0], f, 1024) && !memcmp(n->rx_buf[0] + BUF, f + 1024, 1024) &&
	       !memcmp(n->rx_buf[0] + 2 * BUF, f + 2048, len - 2048), "bytes");
	rx_off(n, 0);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2, .rxmax = 1522 }, 56);
	len = ip_frame(f, false, 17, 1519 - 42);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[1], 0, "RXMAX counts the FCS");
	len = ip_frame(f, false, 17, 1518 - 42);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[0] >> 32, 1518, "1518 and FCS fit 1522");
	rx_off(n, 0);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2, .keep_crc = true }, 56);
	len = ip_frame(f, false, 17, 18);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[0] >> 32, len + 4, "CRCSTRIP 0: FCS counted");
	tap_eq(n->rx[0][0].qw[1], 0x80b, "CRCP");
	memcpy(&crc, n->rx_buf[0] + len, 4);
	tap_eq(crc, fcs(f, len), "FCS stored");
	nic_free(n);
}

static void test_tails(const char *options)
{
	struct nic *n = nic_new(options, 2, 3);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	rx_setup(n, 0, &(struct rx_opts){ .rxdid = 2 });
	wr(n->t, RX_TAIL(0), 0);
	wr(n->t, RX_TAIL(0), 15);
	wr(n->t, RX_CTRL(0), 1);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[1] & 1, 1, "a tail from before the enable counts");
	for (int i = 0; i < 7; i++)
		put(n, f, len);
	tap_eq(n->rx[0][7].qw[1] & 1, 1, "8 of 15 are the hardware's");
	put(n, f, len);
	tap_eq(n->rx[0][8].qw[1], 0, "the low three bits of a tail do not count");
	wr(n->t, RX_PAGE(0), 16);
	settle();
	tap_eq(n->rx[0][8].qw[1] & 1, 1, "the page window is the same register");
	tap_eq(rd(n->t, RX_TAIL(0)), 16, "and reads the same");
	wr(n->t, RX_TAIL(0), 24);
	settle();
	tap_eq(rd(n->t, RX_PAGE(0)), 24, "the other way round");
	wr(n->t, RX_TAIL(0), 4096);
	settle();
	tap_eq(ctr(n->t)->tail_overruns, 1, "a tail outside the ring is counted");
	wr(n->t, RX_PAGE(0), 32);
	settle();
	for (int i = 0; i < 23; i++)
		put(n, f, len);
	tap_eq(n->rx[0][31].qw[1] & 1, 1, "and harmless");
	tap_ok(rx_off(n, 0), "disable");
	tap_eq(rd(n->t, RX_TAIL(0)), 0, "stop resets the tail");
	tap_eq(ctr(n->t)->dma_after_stop, 0, "no DMA after the stop");
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 8);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[1] & 1, 1, "and the position");

	/* Somebody stores in the page of a queue that is off, then its driver sets it up again. */
	tap_ok(rx_off(n, 0), "disable");
	wr(n->t, RX_PAGE(0), 24);
	rx_setup(n, 0, &(struct rx_opts){ .rxdid = 2 });
	wr(n->t, RX_TAIL(0), 0);
	wr(n->t, RX_CTRL(0), 1);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[1], 0, "of two tails from before the enable the later one counts");
	nic_free(n);
}

static void test_context(void)
{
	static const struct {
		struct rx_opts o;
		const char *name;
	} bad[] = {
		{ { .rxdid = 2, .len = 33 }, "length no multiple of 32" },
		{ { .rxdid = 2, .buf = 512 }, "DBUF 512" },
		{ { .rxdid = 2, .rxmax = 5 * BUF + 1 }, "RXMAX above 5 buffers" },
		{ { .rxdid = 2, .no_prefena = true }, "PREFENA 0" },
		{ { .rxdid = 63 }, "unknown RXDID" },
		{ { .rxdid = 1, .small = true }, "RXDID 1 with 16-byte descriptors" },
	};
	struct nic *n = nic_new("trap=on", 1, 3);

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t before = ctr(n->t)->bad_desc;

		tap_ok(!rx_on(n, 0, &bad[i].o, 8), "%s: refused", bad[i].name);
		tap_eq(ctr(n->t)->bad_desc - before, 1, "counted");
		tap_eq(rd(n->t, 0x294c00) >> 31, 1, "GL_MDET_RX valid");
		wr(n->t, 0x294c00, 0xffffffff);
		tap_eq(rd(n->t, 0x294c00), 0, "cleared by writing ones");
		wr(n->t, RX_CTRL(0), 0);
	}
	tap_eq(rd(n->t, 0x294280), 1, "PF_MDET_RX");
	tap_eq(rd(n->t, 0x16ca00) >> 19 & 1, 1, "OICR says MAL");
	tap_ok(rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 8), "a sound context is accepted");
	nic_free(n);
}

/* A queue without descriptors holds frames, and up the others, for a bounded time only. */
static void test_starved(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);
	static const uint8_t other[6] = { 2, 0, 0, 0, 0, 0x77 };
	int vsi2 = vsi_add(n->t, 1, 1, 3, 0, 0);

	rule_add(n->t, 1, 1, (unsigned int)vsi2, TO_VSI(vsi2), other, 0, 0);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 8);
	rx_on(n, 1, &(struct rx_opts){ .rxdid = 2 }, 56);
	for (int i = 0; i < 10; i++)
		put(n, f, len);
	memcpy(f, other, 6);
	put(n, f, len);
	tap_eq(n->rx[1][0].qw[1], 0, "the oldest frame waits, others behind it");
	tap_eq(rd(n->t, 0x294c04 + 4 * n->vsi), 0, "nothing dropped yet");
	sim_inproc_settle(10000000000);			/* nothing but the model's own clock */
	tap_eq(n->rx[1][0].qw[1] & 1, 1, "then the other queue goes on");
	tap_eq(rd(n->t, 0x294c04 + 4 * n->vsi), 2, "GLV_RDPC counts the two given up");
	tap_eq(ctr(n->t)->rx_no_desc, 2, "so does the counter");
	memcpy(f, bcast, 6);
	put(n, f, len);
	tap_eq(rd(n->t, 0x294c04 + 4 * n->vsi), 3, "the next is dropped at once");
	wr(n->t, RX_TAIL(0), 16);
	put(n, f, len);
	tap_eq(n->rx[0][8].qw[1] & 1, 1, "until the tail moves");
	rx_off(n, 0);
	put(n, f, len);
	tap_eq(rd(n->t, 0x294c04 + 4 * n->vsi), 4, "a disabled queue drops");
	nic_free(n);
}

static void test_faults(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);
	struct sim_dev *dev = sim_inproc_dev(n->t->p);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 56);
	dev->ops->fault(dev, "no-dd", 1);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[1], 0, "no-dd: a write-back is lost");
	put(n, f, len);
	tap_eq(n->rx[0][1].qw[1] & 1, 1, "the next is there");
	dev->ops->fault(dev, "torn-dd", 1);
	sim_inproc_inject(n->t->p, f, len);
	tap_eq(n->rx[0][2].qw[0], flex0(2, 2, 24, len), "torn-dd: fields");
	tap_eq(n->rx[0][2].qw[1] & 1, 0, "without DD");
	settle();
	tap_eq(n->rx[0][2].qw[1] & 1, 1, "DD follows");
	dev->ops->fault(dev, "stuck-disable", 1);
	tap_ok(!rx_off(n, 0), "stuck-disable: QENA_STAT stays");
	put(n, f, len);
	tap_eq(n->rx[0][3].qw[1] & 1, 1, "and the queue runs");
	tap_ok(rx_off(n, 0), "the next disable works");

	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 56);
	n->rx[0][0].qw[0] = 0xdead0000;
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[1] & 1, 1, "unmapped buffer: written back all the same");
	tap_eq(ctr(n->t)->dma_faults, 1, "and counted as a fault");
	tap_eq(ctr(n->t)->dma_after_stop, 0, "no DMA after a stop");
	nic_free(n);

	n = nic_new("trap=on,police=on", 1, 3);
	rx_setup(n, 0, &(struct rx_opts){ .rxdid = 2 });
	n->rx[0][5].qw[0] = n->rx[0][4].qw[0] + 100;
	wr(n->t, RX_CTRL(0), 1);
	wr(n->t, RX_TAIL(0), 56);
	settle();
	tap_eq(ctr(n->t)->buf_reused, 1, "police: a buffer that overlaps its neighbour is seen");
	nic_free(n);
}

/* A ring that is unmapped while its queue runs: a fault, and no access through an old pointer. */
static void test_unmapped_ring(const char *options)
{
	struct nic *n = nic_new(options, 1, 3);
	void *mem = aligned_alloc(4096, 4096);
	uint32_t dw[2] = { (0x7000000 >> 7), 0 };
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	rx_setup(n, 0, &(struct rx_opts){ .rxdid = 2 });
	memcpy(mem, n->rx[0], RING * 32);
	sim_inproc_map(n->t->p, 0x7000000, mem, 4096, SIM_INPROC_RW);
	wr(n->t, RX_CTX(1, 0), dw[0]);
	wr(n->t, RX_CTRL(0), 1);
	wr(n->t, RX_TAIL(0), 56);
	put(n, f, len);
	tap_eq(((struct rxd *)mem)[0].qw[1] & 1, 1, "the ring is used");
	sim_inproc_unmap(n->t->p, 0x7000000, 4096);
	free(mem);
	put(n, f, len);
	tap_eq(ctr(n->t)->dma_faults, 1, "unmapped: a fault");
	put(n, f, len);
	tap_eq(ctr(n->t)->dma_faults, 1, "one only: the queue stands");
	tap_eq(rd(n->t, 0x16ca00) >> 21 & 1, 1, "OICR says PCI_EXCEPTION");
	nic_free(n);
}

static void test_interrupts(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	sim_inproc_msix_open(n->t->p);
	rx_on(n, 0, &(struct rx_opts){ .rxdid = 2 }, 56);
	wr(n->t, 0x150000, 3 | 1u << 30);		/* vector 3, ITR 0 */
	put(n, f, len);
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 0, "INTENA 0: nothing");
	wr(n->t, 0x16000c, 3u << 3 | 3);
	settle();
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 1, "an event from before is told on re-arm");
	tap_eq(rd(n->t, 0x16000c) & 1, 0, "INTENA cleared by sending");
	put(n, f, len);
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 1, "auto-masked");
	wr(n->t, 0x16000c, 1u << 31 | 3u << 3);
	settle();
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 1, "INTENA_MSK: INTENA of this write is ignored");
	wr(n->t, 0x16000c, 3u << 3 | 3);
	settle();
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 2, "not lost");
	wr(n->t, 0x16000c, 1 | 50u << 5);		/* ITR 0: 100 us */
	tap_eq(rd(n->t, 0x15400c), 50, "INTERVAL goes to GLINT_ITR");
	sim_inproc_inject(n->t->p, f, len);
	sim_inproc_step(1000);
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 2, "moderated");
	sim_inproc_step(100000);
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 3, "and sent in time");
	wr(n->t, 0x16000c, 1 | 4 | 1u << 24 | 3u << 25 | 3u << 3);
	settle();
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 4, "SWINT_TRIG");
	wr(n->t, 0x150000, 3);
	wr(n->t, 0x16000c, 3u << 3 | 1);
	put(n, f, len);
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 4, "CAUSE_ENA 0: nothing");
	wr(n->t, 0x150000, 3 | 1u << 30);
	settle();
	tap_eq(sim_inproc_msix_count(n->t->p, 3), 5, "told once it is enabled");
	wr(n->t, 0x16ca80, 1u << 30 | 3u << 11);	/* OICR: vector 0 */
	wr(n->t, 0x16c900, 1u << 19);
	wr(n->t, 0x160000, 1 | 3u << 3);
	rx_on(n, 1, &(struct rx_opts){ .rxdid = 63 }, 8);
	settle();
	tap_eq(sim_inproc_msix_count(n->t->p, 0), 1, "a misc cause");
	tap_eq(rd(n->t, 0x16ca00) & (1u << 19 | 1), 1u << 19 | 1, "MAL and INTEVENT");
	tap_eq(rd(n->t, 0x16ca00), 0, "cleared by reading");
	wr(n->t, 0x160000, 1 | 3u << 3);
	aq(n->t, 0x0607, (uint8_t[16]){ 0, 0, 3 }, 32, false);	/* link status events on */
	sim_inproc_link(n->t->p, false);		/* an event of firmware, its cause off */
	settle();
	rx_on(n, 1, &(struct rx_opts){ .rxdid = 63 }, 8);
	wr(n->t, RX_CTRL(1), 0);
	rx_on(n, 1, &(struct rx_opts){ .rxdid = 63 }, 8);
	settle();
	tap_eq(sim_inproc_msix_count(n->t->p, 0), 2, "misc again");
	wr(n->t, 0x160000, 1 | 3u << 3);
	wr(n->t, 0x16c800, 1u << 30 | 3u << 11);	/* PFINT_FW_CTL */
	settle();
	tap_eq(sim_inproc_msix_count(n->t->p, 0), 3, "firmware's is told once its cause is on");
	nic_free(n);
}

int main(void)
{
	test_flex_nic();
	test_vlan();
	test_profiles();
	test_sizes();
	test_tails("trap=on");
	test_tails("trap=off");
	test_context();
	test_starved();
	test_faults();
	test_unmapped_ring("trap=on");
	test_unmapped_ring("trap=off");
	test_interrupts();
	return tap_done();
}
