// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82599 model's transmit side: data and context descriptors, checksums and TSO segments held
 * against this file's own arithmetic, write-back forms, and what malformed descriptors do.
 */
#include "sim_ixgbe.h"

static struct port *up(const char *options, uint32_t dctl)
{
	struct port *t = port_new(options);

	tx_on(t, 0, dctl);
	return t;
}

/* A packet in one descriptor; the write-back is asked for. Returns its index. */
static unsigned int send(struct port *t, const uint8_t *f, uint32_t len, uint32_t d2, uint32_t d3)
{
	unsigned int i = t->tx_tail[0];

	memcpy(t->tx_buf[0] + BUF * i, f, len);
	return tx_put(t, 0, TX_BUF + BUF * i, TX_DATA | TX_EOP_IFCS | TX_RS | d2 | len,
		      d3 | len << 14);
}

static void context(struct port *t, uint32_t vlan, uint32_t iplen, uint32_t d2, uint32_t l4len,
		    uint32_t mss, unsigned int idx)
{
	tx_put(t, 0, (uint64_t)vlan << 16 | 14 << 9 | iplen, TX_CTX | d2,
	       mss << 16 | l4len << 8 | idx << 4);
}

static const uint8_t *last(struct port *t)
{
	return t->frame[(t->nr_frames - 1) % 64];
}

static uint32_t last_len(struct port *t)
{
	return t->frame_len[(t->nr_frames - 1) % 64];
}

static void test_plain(void)
{
	struct port *t = up("trap=on", 0);
	uint8_t f[2000];
	uint32_t len = ip_frame(f, false, 17, 100);
	unsigned int i;

	i = send(t, f, len, 0, 0);
	wr(t, 0x6018, t->tx_tail[0]);
	tap_eq(t->nr_frames, 0, "nothing before the model runs");
	settle();
	tap_ok(t->nr_frames == 1 && last_len(t) == len && !memcmp(last(t), f, len), "one frame");
	tap_eq(t->tx[0][i].hi, 1ull << 32, "write-back: DD, all else 0");
	tap_eq(t->tx[0][i].lo, 0, "and the address is gone");
	tap_eq(rd(t, 0x6010), 1, "TDH moved");
	send(t, f, 20, 0, 0);
	tx_kick(t, 0);
	tap_eq(last_len(t), 60, "padded to 60 bytes");
	tap_ok(!memcmp(last(t), f, 20) && !last(t)[20] && !last(t)[59], "with zeroes");
	wr(t, 0x4240, rd(t, 0x4240) & ~(1u << 10));
	send(t, f, 20, 0, 0);
	tx_kick(t, 0);
	tap_eq(last_len(t), 20, "not without TXPADEN");
	tap_eq(rd(t, 0x4080), 3, "GPTC");
	tap_eq(rd(t, 0x6030), 3, "QPTC0, the address drivers use");
	tap_eq(rd(t, 0x8680), 0, "the data sheet's address is the same counter");
	tap_eq(rd(t, 0x40d8), 2, "PTC64: 64 bytes with FCS and the runt");
	tap_eq(rd(t, 0x40e0), 1, "PTC255");
	port_free(t);
}

/* With shared pages a driver may read QPTC in the middle of its sweep, while frames go on. */
static void test_sweep(void)
{
	struct port *t = up("trap=off", 0);
	uint8_t f[2000];
	uint32_t len = ip_frame(f, false, 17, 100);

	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	rd(t, 0x3fa0);
	tap_eq(rd(t, 0x8680), 1, "QPTC in a sweep");
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	rd(t, 0x4000);
	tap_eq(rd(t, 0x8680), 1, "what was sent meanwhile is counted in the next one");
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	rd(t, 0x3fa0);
	rd(t, 0x800);				/* EICR: an interrupt, between two reads of the sweep */
	tap_eq(rd(t, 0x8680), 1, "an interrupt in a sweep takes nothing from it");
	port_free(t);
}

static void test_multi(void)
{
	struct port *t = up("trap=on", 0);
	uint8_t f[2000];
	uint32_t len = ip_frame(f, false, 17, 900), cut[] = { 1, 13, 300, len - 314 }, at = 0;
	unsigned int first = t->tx_tail[0];

	memcpy(t->tx_buf[0], f, len);
	for (unsigned int i = 0; i < 3; i++) {
		tx_put(t, 0, TX_BUF + at, TX_DATA | 1u << 25 | cut[i], len << 14);
		at += cut[i];
	}
	t->tx[0][first].hi |= TX_RS;
	tx_kick(t, 0);
	tap_eq(t->nr_frames, 0, "no EOP yet: nothing goes");
	tap_ok(!(t->tx[0][first].hi >> 32 & 1), "and nothing is done");
	tx_put(t, 0, TX_BUF + at, TX_DATA | TX_EOP_IFCS | TX_RS | cut[3], len << 14);
	tx_kick(t, 0);
	tap_ok(t->nr_frames == 1 && last_len(t) == len && !memcmp(last(t), f, len),
	       "four buffers, one frame");
	tap_ok(t->tx[0][first].hi >> 32 == 1 && t->tx[0][first + 1].hi >> 32 != 1 &&
	       t->tx[0][first + 2].hi >> 32 != 1 && t->tx[0][first + 3].hi >> 32 == 1,
	       "DD only where RS was");
	tap_eq(ctr(t)->bad_desc, 0, "nothing was bad");
	port_free(t);
}

static void test_wthresh(void)
{
	struct port *t = up("trap=on", 4u << 16);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	for (unsigned int i = 0; i < 6; i++)
		send(t, f, len, 0, 0);
	tx_kick(t, 0);
	for (unsigned int i = 0; i < 6; i++)
		tap_ok(t->tx[0][i].hi >> 32 == 1, "WTHRESH 4: descriptor %u is written back", i);
	port_free(t);
}

static void test_head_wb(void)
{
	struct port *t = up("trap=on", 0);
	uint8_t f[200], *wb = sim_inproc_alloc(t->p, 0x5000000, 4096);
	uint32_t len = ip_frame(f, false, 17, 60);

	wr(t, 0x603c, 0);
	wr(t, 0x6038, 0x5000040 | 1);
	for (unsigned int i = 0; i < 3; i++)
		send(t, f, len, 0, 0);
	tx_kick(t, 0);
	tap_eq(le32toh(*(uint32_t *)(wb + 0x40)), 3, "the head is written to memory");
	tap_ok(!(t->tx[0][2].hi >> 32 & 1), "and no DD");
	port_free(t);
}

static void test_irq(void)
{
	struct port *t = up("trap=on", 0);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	sim_inproc_msix_open(t->p);
	wr(t, 0x898, 1u << 4 | 1u << 30 | 1u << 31);
	wr(t, 0x900, 0x83 << 8);		/* tx 0 -> 3 */
	wr(t, 0xaa0, 8);
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	tap_eq(sim_inproc_msix_count(t->p, 3), 1, "a write-back interrupts");
	port_free(t);
}

static void test_checksums(bool v6, uint8_t proto)
{
	struct port *t = up("trap=on", 0);
	uint32_t iplen = v6 ? 40 : 20, at = 14 + iplen + (proto == 6 ? 16 : 6), n;
	uint8_t f[2000], want[2000];
	uint32_t len = ip_frame(want, v6, proto, 333);

	memcpy(f, want, len);
	n = len - 14 - iplen;
	if (!v6)
		be16(f + 24, 0);
	be16(f + at, sum16((uint8_t[]){ 0, 0 }, 2, pseudo(f + 14, v6, proto, n)));
	context(t, 0, iplen, (v6 ? 0 : 1 << 10) | (proto == 6 ? 1 << 11 : 0), 0, 0, 1);
	send(t, f, len, 0, (v6 ? 0 : IXSM) | TXSM | 1 << 4);
	tx_kick(t, 0);
	tap_ok(t->nr_frames == 1 && last_len(t) == len && !memcmp(last(t), want, len),
	       "checksums of IPv%d protocol %u", v6 ? 6 : 4, proto);
	tap_eq(ctr(t)->bad_desc, 0, "nothing was bad");
	port_free(t);
}

/* 0 means "no checksum" in UDP: a sum of 0 is sent as ffff. */
static void test_udp_zero(void)
{
	struct port *t = up("trap=on", 0);
	uint8_t f[200], *udp = f + 34;
	uint32_t len = ip_frame(f, false, 17, 20), sum;

	be16(udp + 6, 0);
	be16(udp + 8, 0);
	sum = sum16(udp, 28, pseudo(f + 14, false, 17, 28));
	be16(udp + 8, ~sum);			/* now the whole sums to ffff */
	be16(udp + 6, pseudo(f + 14, false, 17, 28));
	context(t, 0, 20, 1 << 10, 0, 0, 0);
	send(t, f, len, 0, TXSM);
	tx_kick(t, 0);
	tap_eq(last(t)[40] << 8 | last(t)[41], 0xffff, "a UDP checksum of 0 is sent as ffff");
	port_free(t);
}

static void test_vlan(void)
{
	struct port *t = up("trap=on", 0);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	context(t, 0x6005, 20, 1 << 10, 0, 0, 0);
	send(t, f, len, TX_VLE, 0);
	tx_kick(t, 0);
	tap_eq(last_len(t), len + 4, "VLE: four bytes more");
	tap_ok(!memcmp(last(t), f, 12) && !memcmp(last(t) + 12, "\x81\x00\x60\x05", 4) &&
	       !memcmp(last(t) + 16, f + 12, len - 12), "the tag of the context, in its place");
	send(t, f, 40, TX_VLE, 0);
	tx_kick(t, 0);
	tap_eq(last_len(t), 60, "a short tagged frame is padded to 60");
	send(t, f, len, TX_VLE, 1 << 4);
	tx_kick(t, 0);
	tap_eq(ctr(t)->bad_desc, 1, "a context that was never set is refused");
	tap_eq(t->nr_frames, 2, "and the frame dropped");
	port_free(t);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static void segment_check(const uint8_t *s, uint32_t slen, bool v6, unsigned int i, uint32_t at,
			  uint32_t n, bool end, const uint8_t *orig)
{
	uint32_t iplen = v6 ? 40 : 20, hdr = 14 + iplen + 20, l4n = 20 + n;
	const uint8_t *ip = s + 14, *tcp = ip + iplen;
	uint8_t flags = i ? end ? 0x19 : 0x10 : 0x90;	/* FIN, PSH at the end; CWR first */
	bool ok = slen == hdr + n && !memcmp(s, orig, 14) && !memcmp(s + hdr, orig + hdr + at, n);

	if (v6)
		ok &= (ip[4] << 8 | ip[5]) == (int)l4n;
	else
		ok &= (ip[2] << 8 | ip[3]) == (int)(20 + l4n) &&
		      (ip[4] << 8 | ip[5]) == 0x1234 + (int)i && sum16(ip, 20, 0) == 0xffff;
	ok &= get32(tcp + 4) == 0xfffffff0 + at && tcp[13] == flags;
	ok &= sum16(tcp, l4n, pseudo(ip, v6, 6, l4n)) == 0xffff;
	tap_ok(ok, "IPv%d segment %u: %u bytes, ids, sequence, flags, checksums", v6 ? 6 : 4, i, n);
}

static void test_tso(bool v6, bool tag)
{
	enum { MSS = 1448, PAYLOAD = 5 * MSS + 77 };
	struct port *t = up("trap=on", 0);
	static uint8_t f[16384], g[16384];
	uint32_t iplen = v6 ? 40 : 20, hdr = 14 + iplen + 20, len = ip_frame(f, v6, 6, PAYLOAD);

	memcpy(g, f, len);
	if (v6) {
		be16(g + 18, 0);
	} else {
		be16(g + 16, 0);
		be16(g + 24, 0);
	}
	be16(g + 14 + iplen + 16, pseudo(g + 14, v6, 6, 0));
	memcpy(t->tx_buf[0], g, len);
	context(t, 0x123, iplen, (v6 ? 0 : 1 << 10) | 1 << 11, 20, MSS, 0);
	tx_put(t, 0, TX_BUF, TX_DATA | TX_TSE | 1u << 25 | (tag ? TX_VLE : 0) | hdr,
	       PAYLOAD << 14 | TXSM | (v6 ? 0 : IXSM));
	tx_put(t, 0, TX_BUF + hdr, TX_DATA | TX_EOP_IFCS | TX_RS | (len - hdr), PAYLOAD << 14);
	tx_kick(t, 0);
	tap_eq(t->nr_frames, 6, "six segments");
	for (unsigned int i = 0; i < t->nr_frames && i < 6; i++) {
		uint8_t s[2000];
		uint32_t n = t->frame_len[i];

		memcpy(s, t->frame[i], n);
		if (tag) {
			tap_ok(!memcmp(s + 12, "\x81\x00\x01\x23", 4), "segment %u has the tag", i);
			memmove(s + 12, s + 16, n - 16);
			n -= 4;
		}
		segment_check(s, n, v6, i, MSS * i, i < 5 ? MSS : 77, i == 5, f);
	}
	tap_eq(t->tx[0][2].hi >> 32, 1, "DD on the last descriptor");
	tap_eq(ctr(t)->bad_desc, 0, "nothing was bad");
	port_free(t);
}

static void test_legacy(void)
{
	struct port *t = up("trap=on", 0);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);
	unsigned int i = t->tx_tail[0];

	memcpy(t->tx_buf[0], f, len);
	/* CMD: EOP IFCS RS, VLE; the tag in bits 63:48 */
	t->tx[0][i] = (struct desc){ TX_BUF, (uint64_t)0x0007 << 48 | (uint64_t)0x4b << 24 | len };
	t->tx_tail[0]++;
	tx_kick(t, 0);
	tap_ok(last_len(t) == len + 4 && !memcmp(last(t) + 12, "\x81\x00\x00\x07", 4),
	       "legacy descriptor with a tag");
	tap_eq(t->tx[0][i].hi >> 32 & 1, 1, "DD");
	port_free(t);
}

static void test_round_trip(void)
{
	struct port *t = up("trap=on", 0);
	uint8_t f[2000];
	uint32_t len = ip_frame(f, false, 17, 500);

	rx_on(t, 0, SRRCTL_ADV, 0, 8);
	rx_open(t);
	wr(t, 0x4240, rd(t, 0x4240) | 1 << 15);
	sim_inproc_link(t->p, false);
	settle();
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	tap_eq(t->nr_frames, 0, "HLREG0.LPBK: nothing on the wire");
	tap_eq(t->rx[0][0].hi & 3, 3, "the frame came back, link or not");
	tap_ok(!memcmp(t->rx_buf[0], f, len), "unchanged");
	port_free(t);
}

static void test_gates(void)
{
	struct port *t = up("trap=on", 0);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60), txctl = rd(t, 0x4a80);

	wr(t, 0x4a80, txctl & ~1u);
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	tap_eq(t->nr_frames, 0, "DMATXCTL.TE off: nothing goes");
	wr(t, 0x4a80, txctl);
	settle();
	tap_eq(t->nr_frames, 1, "on: it goes");
	sim_inproc_link(t->p, false);
	settle();
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	tap_eq(t->nr_frames, 1, "no link: it waits");
	tap_eq(rd(t, 0x6010), 1, "in the ring");
	sim_inproc_link(t->p, true);
	settle();
	tap_eq(t->nr_frames, 2, "link back: it goes");
	wr(t, 0x0, 4);
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	tap_eq(t->nr_frames, 2, "GIO_DIS: no DMA");
	wr(t, 0x0, 0);
	settle();
	sim_inproc_cfg_wr(t->p, 4, 2, 2);
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	tap_eq(t->nr_frames, 3, "no bus master: no DMA");
	tap_eq(ctr(t)->dma_after_stop + ctr(t)->dma_no_master, 0, "not even tried");
	port_free(t);
}

static void test_stop(const char *options)
{
	struct port *t = up(options, 0);
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	send(t, f, len, 0, 0);
	wr(t, 0x6018, 1);
	wr(t, 0x6028, 0);
	rd(t, 0x8);
	settle();
	tap_ok(t->nr_frames == 0, "%s: stopped before it was polled: nothing goes", options);
	tx_on(t, 0, 0);
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	tap_eq(t->nr_frames, 1, "enabled again");
	wr(t, 0x0, 1u << 26);
	send(t, f, len, 0, 0);
	tx_kick(t, 0);
	tap_eq(t->nr_frames, 1, "after a reset nothing goes");
	tap_eq(ctr(t)->dma_after_stop, 0, "no DMA after a stop");
	port_free(t);
}

struct bad {
	const char *what;
	uint64_t lo;
	uint32_t d2, d3;
	bool hangs;
	uint64_t bad_desc, faults;
};

static void test_malformed(void)
{
	enum { ONE = TX_DATA | TX_EOP_IFCS };
	static const struct bad cases[] = {
		{ "unknown type", TX_BUF, 5u << 20 | TX_EOP_IFCS | 1u << 29 | 9, 0, true, 1, 0 },
		{ "length 0", TX_BUF, ONE, 0, true, 1, 0 },
		{ "unmapped buffer", 0xdead0000, ONE | 60, 60 << 14, true, 0, 1 },
		{ "PAYLEN wrong", TX_BUF, ONE | 60, 61 << 14, false, 1, 0 },
		{ "no FCS", TX_BUF, TX_DATA | 1u << 24 | 60, 60 << 14, false, 1, 0 },
		{ "13 bytes", TX_BUF, ONE | 13, 13 << 14, false, 1, 0 },
		{ "longer than a frame", TX_BUF, ONE | 16385, 16385 << 14, false, 1, 0 },
		{ "checksum without context", TX_BUF, ONE | 60, 60 << 14 | TXSM, false, 1, 0 },
		{ "TSO without context", TX_BUF, ONE | TX_TSE | 60, 6 << 14, false, 1, 0 },
	};
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct port *t = up("trap=on", 0);

		tx_on(t, 1, 0);
		tx_put(t, 0, cases[i].lo, cases[i].d2, cases[i].d3);
		send(t, f, len, 0, 0);
		tx_kick(t, 0);
		tap_ok(ctr(t)->bad_desc == cases[i].bad_desc &&
		       ctr(t)->dma_faults == cases[i].faults, "%s: counted", cases[i].what);
		tap_eq(t->nr_frames, cases[i].hangs ? 0 : 1,
		       cases[i].hangs ? "the queue hangs" : "the packet alone is lost");
		memcpy(t->tx_buf[1], f, len);
		tx_put(t, 1, TX_BUF + 0x100000, TX_DATA | TX_EOP_IFCS | len, len << 14);
		tx_kick(t, 1);
		tap_eq(t->nr_frames, cases[i].hangs ? 1 : 2, "the other queue goes on");
		tx_on(t, 0, 0);
		send(t, f, len, 0, 0);
		tx_kick(t, 0);
		tap_eq(t->nr_frames, cases[i].hangs ? 2 : 3, "enabled anew, it works again");
		port_free(t);
	}
}

static void test_no_eop(void)
{
	struct port *t = up("trap=on", 0);

	for (unsigned int i = 0; i < RING - 1; i++)
		tx_put(t, 0, TX_BUF, TX_DATA | 1u << 25 | 10, 100 << 14);
	tx_kick(t, 0);
	tap_eq(ctr(t)->bad_desc, 1, "a ring full of one packet without end is refused");
	tap_eq(t->nr_frames, 0, "nothing goes");
	port_free(t);
}

int main(void)
{
	test_plain();
	test_sweep();
	test_multi();
	test_wthresh();
	test_head_wb();
	test_irq();
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		test_checksums(v6, 6);
		test_checksums(v6, 17);
		test_tso(v6, false);
		test_tso(v6, true);
	}
	test_udp_zero();
	test_vlan();
	test_legacy();
	test_round_trip();
	test_gates();
	test_stop("trap=on");
	test_stop("trap=off");
	test_malformed();
	test_no_eop();
	return tap_done();
}
