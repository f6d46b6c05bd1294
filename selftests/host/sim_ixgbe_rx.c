// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82599 model's receive side: descriptors bit by bit, filters, RSS against published vectors,
 * packet buffer, stop of a queue, what happens at unmapped addresses.
 */
#include "sim_ixgbe.h"

static struct port *up(const char *options, uint32_t srrctl, uint32_t dctl, unsigned int posted)
{
	struct port *t = port_new(options);

	rx_on(t, 0, srrctl, dctl, posted);
	rx_open(t);
	return t;
}

static void put(struct port *t, const uint8_t *f, uint32_t len)
{
	sim_inproc_inject(t->p, f, len);
	settle();
}

static void test_descriptors(void)
{
	struct port *t = up("trap=on", SRRCTL_ADV, 0, RING - 1);
	uint8_t f[4096];
	uint32_t len;

	len = ip_frame(f, false, 17, 100);
	put(t, f, len);
	tap_eq(t->rx[0][0].lo, 0x0210, "IPv4 UDP packet type, no hash");
	tap_eq(t->rx[0][0].hi, (uint64_t)len << 32 | 0x73, "DD EOP UDPCS L4CS IPCS, length");
	tap_ok(!memcmp(t->rx_buf[0], f, len), "bytes");
	tap_eq(rd(t, 0x1010), 1, "RDH moved");

	f[60] ^= 1;
	put(t, f, len);
	tap_eq(t->rx[0][1].hi, (uint64_t)len << 32 | 0x40000073, "bad UDP checksum: TCPE");
	len = ip_frame(f, false, 6, 100);
	f[14 + 8] = 63;
	put(t, f, len);
	tap_eq(t->rx[0][2].lo, 0x0110, "IPv4 TCP");
	tap_eq(t->rx[0][2].hi, (uint64_t)len << 32 | 0x80000063, "bad IP checksum: IPE");
	len = ip_frame(f, true, 6, 100);
	put(t, f, len);
	tap_eq(t->rx[0][3].lo, 0x0140, "IPv6 TCP");
	tap_eq(t->rx[0][3].hi, (uint64_t)len << 32 | 0x23, "no IPCS for IPv6");
	len = ip_frame(f, false, 17, 100);
	be16(f + 40, 0);
	put(t, f, len);
	tap_eq(t->rx[0][4].hi, (uint64_t)len << 32 | 0x43, "UDP without checksum: not checked");
	len = ip_frame(f, false, 17, 100);
	be16(f + 20, 0x2000);
	be16(f + 24, 0);
	be16(f + 24, ~sum16(f + 14, 20, 0));
	put(t, f, len);
	tap_eq(t->rx[0][5].lo, 0x0010, "a fragment has no L4 type");
	tap_eq(t->rx[0][5].hi, (uint64_t)len << 32 | 0x43, "nor L4CS");
	memset(f + 12, 0x33, 60);
	put(t, f, 60);
	tap_eq(t->rx[0][6].lo, 0, "not IP: no type");
	tap_eq(t->rx[0][6].hi, 60ull << 32 | 3, "60 bytes, DD EOP");
	put(t, f, 59);
	tap_eq(rd(t, 0x40a4), 1, "59 bytes are a runt (RUC)");
	tap_eq(t->rx[0][7].hi, 0, "and dropped");
	tap_eq(ctr(t)->rx_frames, 7, "seven frames counted");
	port_free(t);
}

static void test_multi_buffer(void)
{
	struct port *t = up("trap=on", 1u << 25 | 1, 0, 16);	/* 1 KiB */
	uint8_t f[4096];
	uint32_t len = ip_frame(f, false, 17, 2958);

	put(t, f, len);
	tap_eq(t->rx[0][0].hi, 0, "3000 bytes are too long");
	tap_eq(rd(t, 0x40ac), 1, "ROC counts it");
	wr(t, 0x4240, rd(t, 0x4240) | 4);
	wr(t, 0x4268, (len + 4) << 16);
	put(t, f, len);
	tap_eq(t->rx[0][0].hi, 1024ull << 32 | 1, "first buffer: DD only");
	tap_eq(t->rx[0][1].hi, 1024ull << 32 | 1, "second");
	tap_eq(t->rx[0][2].hi, (uint64_t)(len - 2048) << 32 | 0x73, "third: EOP and status");
	tap_ok(!memcmp(t->rx_buf[0], f, 1024) && !memcmp(t->rx_buf[0] + BUF, f + 1024, 1024) &&
	       !memcmp(t->rx_buf[0] + 2 * BUF, f + 2048, len - 2048), "bytes");
	wr(t, 0x4268, (len + 3) << 16);
	put(t, f, len);
	tap_eq(rd(t, 0x40ac), 1, "MAXFRS counts the FCS");
	port_free(t);
}

static void test_legacy(void)
{
	struct port *t = up("trap=on", 2, 1u << 30, 16);
	uint8_t f[4096], g[4096];
	uint32_t len = ip_frame(f, false, 17, 100);

	put(t, f, len);
	tap_eq(t->rx[0][0].hi, 0x73ull << 32 | len, "legacy: length, status");
	memcpy(g, f, 12);
	memcpy(g + 12, "\x81\x00\x20\x05", 4);
	memcpy(g + 16, f + 12, len - 12);
	g[70] ^= 1;
	put(t, g, len + 4);
	tap_eq(t->rx[0][1].hi, 0x2005ull << 48 | 0x407bull << 32 | len, "VLAN, error byte");
	g[70] ^= 1;
	tap_ok(!memcmp(t->rx_buf[0] + BUF, f, 40), "tag stripped");
	port_free(t);
}

static void test_vlan(void)
{
	struct port *t = up("trap=on", SRRCTL_ADV, 1u << 30, 32);
	uint8_t f[4096], g[4096];
	uint32_t len = ip_frame(f, false, 6, 200);

	memcpy(g, f, 12);
	memcpy(g + 12, "\x81\x00\xe0\x64", 4);
	memcpy(g + 16, f + 12, len - 12);
	put(t, g, len + 4);
	tap_eq(t->rx[0][0].hi, 0xe064ull << 48 | (uint64_t)len << 32 | 0x6b, "stripped: VP, tag");
	tap_ok(!memcmp(t->rx_buf[0], f, len), "bytes without the tag");
	wr(t, 0x1028, 1u << 25);
	put(t, g, len + 4);
	tap_eq(t->rx[0][1].hi, (uint64_t)(len + 4) << 32 | 0x63, "VME off: the tag stays");
	tap_eq(t->rx[0][1].lo, 0x0110, "headers behind a tag are found");
	wr(t, 0x5088, 0x40008100);
	put(t, g, len + 4);
	tap_eq(ctr(t)->rx_filtered, 1, "VFE: VLAN 100 is not in the VFTA");
	wr(t, 0xa000 + 4 * 3, 1 << 4);
	put(t, g, len + 4);
	tap_eq(t->rx[0][2].hi & 3, 3, "now it is");
	put(t, f, len);
	tap_eq(t->rx[0][3].hi & 3, 3, "untagged frames pass");
	port_free(t);
}

static void test_filters(void)
{
	struct port *t = up("trap=on,mac=02:11:22:33:44:55", SRRCTL_ADV, 0, 32);
	uint8_t f[4096];
	uint32_t len = ip_frame(f, false, 17, 100), n = 0;

	memcpy(f, "\x02\x11\x22\x33\x44\x55", 6);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, ++n, "own address");
	f[5]++;
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, n, "another one is filtered");
	wr(t, 0xa200 + 8 * 127, 0x33221102);
	wr(t, 0xa204 + 8 * 127, 0x80005644);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, ++n, "the last RAR has it");
	wr(t, 0xa204 + 8 * 127, 0x00005644);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, n, "not without AV");
	wr(t, 0x5080, 1 << 9);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, ++n, "UPE");
	tap_eq(t->rx[0][n - 1].hi & 0x80, 0x80, "PIF: passed an inexact filter");
	memcpy(f, "\x01\x00\x5e\x01\x02\x03", 6);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, n, "UPE is not for multicast");
	/* MO 0: address bits 47:36 = 0x030 */
	wr(t, 0x5200 + 4 * (0x030 >> 5), 1u << (0x030 & 31));
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, n, "MTA needs MFE");
	wr(t, 0x5090, 4);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, ++n, "MTA hit");
	f[5] ^= 0x40;
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, n, "MTA miss");
	wr(t, 0x5080, 1 << 8);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, ++n, "MPE");
	memset(f, 0xff, 6);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, n, "no broadcast without BAM");
	wr(t, 0x5080, 1 << 10);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, ++n, "BAM");
	port_free(t);
}

/* Microsoft's RSS verification suite: key, then addresses, ports and both hashes. */
static const uint8_t rss_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
	0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
	0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
	0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static const struct {
	bool v6;
	uint8_t src[16], dst[16];
	uint16_t sport, dport;
	uint32_t hash_ip, hash_tcp;
} rss_vectors[] = {
	{ false, { 66, 9, 149, 187 }, { 161, 142, 100, 80 }, 2794, 1766, 0x323e8fc2, 0x51ccc178 },
	{ false, { 199, 92, 111, 2 }, { 65, 69, 140, 83 }, 14230, 4739, 0xd718262a, 0xc626b0ea },
	{ false, { 24, 19, 198, 95 }, { 12, 22, 207, 184 }, 12898, 38024, 0xd2d0a5de, 0x5c2b394a },
	{ false, { 38, 27, 205, 30 }, { 209, 142, 163, 6 }, 48228, 2217, 0x82989176, 0xafc7327f },
	{ false, { 153, 39, 163, 191 }, { 202, 188, 127, 2 }, 44251, 1303, 0x5d1809c5, 0x10e828a2 },
	{ true, { 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x1f, 0xff, 0, 0, 0, 0, 0, 0, 0, 7 },
	  { 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x00, 0x03, 0, 0, 0, 0, 0, 0, 0, 1 },
	  2794, 1766, 0x2cc18cd5, 0x40207d3d },
	{ true, { 0x3f, 0xfe, 0x05, 0x01, 0, 8, 0, 0, 2, 0x60, 0x97, 0xff, 0xfe, 0x40, 0xef, 0xab },
	  { 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
	  14230, 4739, 0x0f0c461c, 0xdde51bbf },
	{ true, { 0x3f, 0xfe, 0x19, 0, 0x45, 0x45, 0, 3, 2, 0, 0xf8, 0xff, 0xfe, 0x21, 0x67, 0xcf },
	  { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x02, 0x00, 0xf8, 0xff, 0xfe, 0x21, 0x67, 0xcf },
	  44251, 38024, 0x4b61e985, 0x02d1feef },
};

static void rss_one(struct port *t, unsigned int i, unsigned int slot, bool tcp)
{
	uint8_t f[200], *ip = f + 14;
	bool v6 = rss_vectors[i].v6;
	uint32_t len = ip_frame(f, v6, 6, 60), want, type = v6 ? (tcp ? 3 : 5) : tcp ? 1 : 2;

	memcpy(ip + (v6 ? 8 : 12), rss_vectors[i].src, v6 ? 16 : 4);
	memcpy(ip + (v6 ? 24 : 16), rss_vectors[i].dst, v6 ? 16 : 4);
	be16(ip + (v6 ? 40 : 20), rss_vectors[i].sport);
	be16(ip + (v6 ? 42 : 22), rss_vectors[i].dport);
	put(t, f, len);
	want = tcp ? rss_vectors[i].hash_tcp : rss_vectors[i].hash_ip;
	tap_ok(t->rx[0][slot].lo >> 32 == want, "RSS vector %u %s: hash %08x, got %08x", i,
	       tcp ? "with ports" : "addresses", want, (uint32_t)(t->rx[0][slot].lo >> 32));
	tap_eq(t->rx[0][slot].lo & 0xf, type, "RSS type");
}

static void test_rss(void)
{
	struct port *t = up("trap=on", SRRCTL_ADV, 0, RING - 1);
	unsigned int slot = 0;
	uint8_t f[200];
	uint32_t len, v;

	for (unsigned int i = 0; i < 10; i++) {
		memcpy(&v, rss_key + 4 * i, 4);
		wr(t, 0x5c80 + 4 * i, v);
	}
	wr(t, 0x5000, 1 << 13);
	for (unsigned int tcp = 0; tcp < 2; tcp++) {
		wr(t, 0x5818, 1 | 1 << 17 | 1 << 20 | (tcp ? 1 << 16 | 1 << 21 : 0));
		for (unsigned int i = 0; i < sizeof(rss_vectors) / sizeof(rss_vectors[0]); i++)
			rss_one(t, i, slot++, tcp);
	}
	/* redirection: queue 5 for the entry of this hash, one in the upper half of the table */
	rx_on(t, 5, SRRCTL_ADV, 0, 8);
	len = ip_frame(f, false, 17, 20);
	wr(t, 0x5818, 1 | 1 << 22);
	be16(f + 34, 1001);
	put(t, f, len);
	v = t->rx[0][slot].lo >> 32;
	tap_eq(v & 0x40, 0x40, "the frame's hash is in the upper half");
	tap_eq(t->rx[0][slot].lo & 0xf, 7, "IPv4 UDP type");
	wr(t, 0x5c00 + (v & 0x7c), 5u << 8 * (v & 3));
	put(t, f, len);
	tap_eq(t->rx[5][0].lo >> 32, v, "RETA sends that hash to queue 5");
	len = ip_frame(f, false, 6, 20);
	put(t, f, len);
	tap_eq(t->rx[0][slot + 1].lo & 0xf, 0, "TCP is not hashed: queue 0, type 0");
	wr(t, 0x0, 1u << 26);
	rx_on(t, 0, SRRCTL_ADV, 0, 8);
	rx_open(t);
	wr(t, 0x5000, 1 << 13);
	wr(t, 0x5818, 1 | 1 << 17);
	put(t, f, len);
	tap_eq(t->rx[0][0].lo, 0x0112, "a reset forgot the key: hash 0");
	port_free(t);
}

static void test_queue_filters(void)
{
	struct port *t = up("trap=on", SRRCTL_ADV, 0, RING - 1);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	rx_on(t, 7, SRRCTL_ADV, 0, 16);
	/* 5-tuple 3: UDP to port 2000, anything else open */
	wr(t, 0xe400 + 12, (uint32_t)htobe16(2000) << 16);
	wr(t, 0xe800 + 12, 7u << 21);
	wr(t, 0xe600 + 12, 1u << 31 | 1u << 30 | 7 << 25 | 7 << 2 | 1);
	put(t, f, len);
	tap_eq(t->rx[7][0].hi & 3, 3, "5-tuple filter sends it to queue 7");
	f[37]++;
	put(t, f, len);
	tap_eq(t->rx[0][0].hi & 3, 3, "another port does not match");
	be16(f + 12, 0x88f7);
	wr(t, 0x5128 + 4, 1u << 31 | 0x88f7);
	wr(t, 0xec00 + 4, 1u << 31 | 7 << 16);
	put(t, f, len);
	tap_eq(t->rx[7][1].lo & 0xfff0, 0x8010, "ethertype filter 1: queue 7, index in the type");
	port_free(t);
}

static void test_packet_buffer(void)
{
	struct port *t = up("trap=on", SRRCTL_ADV, 0, 0);
	uint8_t f[2000];
	uint32_t len = ip_frame(f, false, 17, 1462), n = 0;	/* 1508 with FCS: 1520 stored */
	bool order = true;

	while (!ctr(t)->rx_missed && n < 1000) {
		f[42] = n;
		sim_inproc_inject(t->p, f, len);
		n++;
	}
	tap_eq(n - 1, 512 * 1024 / 1520, "512 KiB hold so many frames, in lines of 16 bytes");
	tap_eq(rd(t, 0x3fa0), 1, "MPC counts the first that found no room");
	tap_eq(rd(t, 0x808) & 1 << 17, 1 << 17, "EICR.RX_MISS");
	tap_eq(ctr(t)->rx_frames, 0, "none delivered without descriptors");
	for (unsigned int i = 0; i < n - 1; i++) {
		if (i % 32 == 0) {
			for (unsigned int k = i; k < i + 32; k++)
				t->rx[0][k % RING] = (struct desc){ RX_BUF + BUF * (k % RING), 0 };
			wr(t, 0x1018, (i + 32) % RING);
			settle();
		}
		order &= t->rx_buf[0][BUF * (i % RING) + 42] == (uint8_t)i;
	}
	tap_ok(order, "they come out in order as descriptors appear");
	tap_eq(ctr(t)->rx_frames, n - 1, "all of them");
	wr(t, 0x1018, rd(t, 0x1010));
	wr(t, 0x1014, SRRCTL_ADV | 1u << 28);
	sim_inproc_inject(t->p, f, len);
	tap_eq(ctr(t)->rx_no_desc, 1, "DROP_EN: dropped at once");
	tap_eq(rd(t, 0x1430), 1, "QPRDC counts it");
	port_free(t);
}

/* A ring that is not served holds up the other; one with DROP_EN does not. */
static void test_head_of_line(void)
{
	struct port *t = up("trap=on", SRRCTL_ADV, 0, 16);
	uint8_t f[200], g[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	memcpy(g, f, len);
	be16(g + 12, 0x88f7);
	rx_on(t, 7, SRRCTL_ADV, 0, 0);
	wr(t, 0x5128, 1u << 31 | 0x88f7);
	wr(t, 0xec00, 1u << 31 | 7 << 16);
	put(t, g, len);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, 0, "no descriptor in queue 7 holds up queue 0");
	wr(t, RXQ(7) + 0x14, SRRCTL_ADV | 1u << 28);
	settle();
	tap_eq(t->rx[0][0].hi & 3, 3, "DROP_EN frees it");
	put(t, g, len);
	tap_eq(ctr(t)->rx_no_desc, 2, "two frames of queue 7 dropped");
	port_free(t);
}

static void test_stop(const char *options)
{
	struct port *t = up(options, SRRCTL_ADV, 0, 32);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	put(t, f, len);
	wr(t, 0x1028, 0);
	rd(t, 0x8);
	put(t, f, len);
	tap_ok(t->rx[0][1].hi == 0, "%s: no DMA after ENABLE was cleared and STATUS read", options);
	tap_eq(ctr(t)->dma_after_stop, 0, "none was even tried");
	tap_eq(ctr(t)->rx_no_desc, 1, "the frame was dropped");
	rx_on(t, 0, SRRCTL_ADV, 0, 32);
	put(t, f, len);
	tap_eq(t->rx[0][0].hi & 3, 3, "enabled again: starts at RDH");
	/* without a flush in between, only the head tells */
	wr(t, 0x1028, 0);
	rx_on(t, 0, SRRCTL_ADV, 0, 32);
	put(t, f, len);
	tap_eq(t->rx[0][0].hi & 3, 3, "disabled and enabled at once: starts at RDH too");
	port_free(t);
}

static void test_early_tail(void)
{
	struct port *t = port_new("trap=on");
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	rx_on(t, 0, SRRCTL_ADV, 0, 0);
	wr(t, 0x1028, 0);
	wr(t, 0x1010, 0);
	wr(t, 0x1018, 16);
	wr(t, 0x1028, 1u << 25);
	rx_open(t);
	put(t, f, len);
	tap_eq(t->rx[0][0].hi, 0, "a tail written before ENABLE starts nothing");
	wr(t, 0x1018, 16);
	settle();
	tap_eq(t->rx[0][0].hi & 3, 3, "written again, it does");
	port_free(t);
}

static void test_hostile(void)
{
	struct port *t = up("trap=off,police=on", SRRCTL_ADV, 0, 8);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	wr(t, 0x1018, RING + 3);
	rd(t, 0x8);
	put(t, f, len);
	tap_eq(ctr(t)->tail_overruns, 1, "tail outside the ring is counted");
	settle();
	tap_eq(ctr(t)->tail_overruns, 1, "once");
	tap_eq(ctr(t)->rx_frames, 0, "and nothing moves");
	t->rx[0][1].lo = 0xdead000;
	wr(t, 0x1018, 16);
	put(t, f, len);
	tap_eq(ctr(t)->rx_frames, 2, "until it is sane");
	tap_ok(ctr(t)->dma_faults == 1 && ctr(t)->dma_fault_iova == 0xdead000,
	       "a buffer that is not mapped is a fault");
	tap_eq(t->rx[0][1].hi & 3, 3, "a posted write has no answer: the descriptor is done");
	t->rx[0][17].lo = t->rx[0][20].lo + BUF - 1;
	wr(t, 0x1018, 24);
	settle();
	tap_eq(ctr(t)->buf_reused, 2, "police: two buffers share bytes with a posted one");
	/* the ring itself goes away */
	sim_inproc_unmap(t->p, RX_RING, 4096);
	put(t, f, len);
	tap_eq(ctr(t)->dma_faults, 2, "a descriptor that cannot be fetched is a fault");
	put(t, f, len);
	tap_eq(ctr(t)->dma_faults, 2, "the queue hangs then");
	tap_eq(rd(t, 0x808) & 1 << 18, 1 << 18, "EICR.PCI");
	tap_eq(ctr(t)->dma_after_stop, 0, "no DMA after a stop");
	port_free(t);
}

static void test_no_dd(void)
{
	struct port *t = up("trap=on", SRRCTL_ADV, 0, 8);
	struct sim_dev *dev = sim_inproc_dev(t->p);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	dev->ops->fault(dev, "no-dd", 1);
	put(t, f, len);
	put(t, f, len);
	tap_eq(t->rx[0][0].hi, 0, "no-dd: the write-back is missing");
	tap_eq(t->rx[0][1].hi & 1, 1, "for one descriptor");
	dev->ops->fault(dev, "torn-dd", 2);
	sim_inproc_inject(t->p, f, len);
	tap_eq(t->rx[0][2].hi, (uint64_t)len << 32 | 0x72, "torn-dd: length and status before DD");
	sim_inproc_inject(t->p, f, len);
	tap_ok((t->rx[0][2].hi & 1) && !(t->rx[0][3].hi & 1), "DD follows, in order");
	settle();
	tap_eq(t->rx[0][3].hi & 1, 1, "and at the latest with the next look");
	port_free(t);
}

static void test_crc(void)
{
	struct port *t = up("trap=on", SRRCTL_ADV, 0, 8);
	uint8_t f[64] = "\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x01\x88\xb5" "123456789";

	wr(t, 0x2f00, 0);
	put(t, f, 60);
	tap_eq(t->rx[0][0].hi >> 32 & 0xffff, 64, "without CRC strip the length has the FCS");
	/* CRC-32 of these 60 bytes, by zlib */
	tap_eq(le32toh(*(uint32_t *)(t->rx_buf[0] + 60)), 0x91301fe9, "and the FCS is right");
	port_free(t);
}

int main(void)
{
	test_descriptors();
	test_multi_buffer();
	test_legacy();
	test_vlan();
	test_filters();
	test_rss();
	test_queue_filters();
	test_packet_buffer();
	test_head_of_line();
	test_stop("trap=on");
	test_stop("trap=off");
	test_early_tail();
	test_hostile();
	test_no_dd();
	test_crc();
	return tap_done();
}
