// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810 model's transmit side: completions, checksums, segmentation, tags, commands 0C30 and
 * 0C31, and descriptors that must stop a queue and be reported.
 */
#include "sim_e810_port.h"

#define MDET_TCLAN	0xfc068
#define MDET_PQM	0x2d2e00

static struct nic *up(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);

	tap_eq(tx_on(n, 0), 0, "0C30");
	return n;
}

/* The checksum field as a driver leaves it: the pseudo header, with or without the length. */
static uint32_t prepare(uint8_t *f, bool v6, uint8_t proto, uint32_t payload, bool with_len)
{
	uint32_t len = ip_frame(f, v6, proto, payload), l4 = 14 + (v6 ? 40 : 20), n = len - l4;

	be16(f + l4 + (proto == 6 ? 16 : 6), (uint16_t)pseudo(f + 14, v6, proto, with_len ? n : 0));
	return len;
}

static void test_plain(void)
{
	struct nic *n = up();
	uint8_t f[4096];
	uint32_t len = ip_frame(f, false, 17, 100);

	memcpy(n->tx_buf[0], f, len);
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(len));
	tx_put(n, 0, TX_BUF, EOP | SIZE(20));
	tx_kick(n, 0);
	tap_eq(n->nr_frames, 2, "two frames");
	tap_ok(n->frame_len[0] == len && !memcmp(n->frame[0], f, len), "bytes");
	tap_eq(n->frame_len[1], 60, "padded");
	tap_eq(n->tx[0][0].hi & 0xf, 0xf, "RS: DTYPE becomes 15");
	tap_eq(n->tx[0][1].hi & 0xf, 0, "no RS: untouched");
	tap_eq(ctr(n->t)->tx_frames, 2, "counted");
	tap_eq(rd(n->t, 0x380b40), len + 4 + 64, "GLPRT_GOTC, with FCS");
	tap_eq(rd(n->t, 0x300000 + 8 * n->vsi), len + 60, "GLV_GOTC, without");
	tap_eq(rd(n->t, 0xe0000), 2, "QTX_COMM_HEAD");
	wr(n->t, TX_PAGE(0), 3);
	settle();
	tap_eq(rd(n->t, TX_TAIL(0)), 3, "page window: the same register");
	nic_free(n);
}

static void test_gather(void)
{
	struct nic *n = up();
	uint8_t f[4096];
	uint32_t len = ip_frame(f, false, 17, 758);

	for (unsigned int i = 0; i < 8; i++) {
		memcpy(n->tx_buf[0] + 4096 * i, f + 100 * i, 100);
		tx_put(n, 0, TX_BUF + 4096 * i, SIZE(100) | (i == 7 ? EOP | RS : 0));
		if (i == 3) {
			tx_kick(n, 0);
			tap_eq(n->nr_frames, 0, "no EOP before the tail: nothing yet");
		}
	}
	tx_kick(n, 0);
	tap_ok(n->nr_frames == 1 && n->frame_len[0] == len && !memcmp(n->frame[0], f, len),
	       "8 buffers make one frame");
	tap_eq(n->tx[0][7].hi & 0xf, 0xf, "done");
	nic_free(n);
}

static void one_checksum(bool v6, uint8_t proto)
{
	struct nic *n = up();
	uint8_t f[4096], want[4096];
	uint32_t len = prepare(f, v6, proto, 333, true), l4 = proto == 6 ? 20 : 8;

	ip_frame(want, v6, proto, 333);
	if (!v6)
		be16(f + 24, 0);
	memcpy(n->tx_buf[0], f, len);
	tx_put(n, 0, TX_BUF, EOP | RS | (v6 ? IPV6 : IPV4_SUM) | (proto == 6 ? TCP : UDP) |
	       LENS(14, v6 ? 40 : 20, l4) | SIZE(len));
	tx_kick(n, 0);
	tap_ok(n->nr_frames == 1 && !memcmp(n->frame[0], want, len), "checksums of IPv%d, proto %d",
	       v6 ? 6 : 4, proto);
	nic_free(n);
}

/* All segments of one TSO request: lengths, sequence numbers, flags, checksums, bytes. */
static void one_tso(bool v6, bool udp, uint32_t payload, uint32_t mss)
{
	uint32_t l3 = v6 ? 40 : 20, l4 = udp ? 8 : 20, hdr = 14 + l3 + l4, at = 0, bad = 0;
	struct nic *n = up();
	uint8_t *f = n->tx_buf[0];
	uint32_t len = prepare(f, v6, udp ? 17 : 6, payload, false);

	if (!v6)
		be16(f + 24, 0);
	tx_put(n, 0, 0, CTX_TSO(payload, mss));
	tx_put(n, 0, TX_BUF, (v6 ? IPV6 : IPV4_SUM) | (udp ? UDP : TCP) | LENS(14, l3, l4) |
	       SIZE(hdr));
	for (uint32_t off = hdr; off < len;) {
		uint32_t k = len - off < 12288 ? len - off : 12288;

		tx_put(n, 0, TX_BUF + off, SIZE(k) | (off + k == len ? EOP | RS : 0));
		off += k;
	}
	tx_kick(n, 0);
	tap_eq(n->nr_frames, (payload + mss - 1) / mss, "segments");
	for (uint32_t i = 0; i < n->nr_frames && i < 64; i++) {
		const uint8_t *s = n->frame[i];
		uint32_t k = payload - at < mss ? payload - at : mss, t = l4 + k;
		bool last = at + k == payload;

		bad += n->frame_len[i] != (hdr + k < 60 ? 60 : hdr + k) || memcmp(s + hdr, f + hdr + at, k);
		bad += !v6 && (sum16(s + 14, 20, 0) != 0xffff ||
			       (s[18] << 8 | s[19]) != (uint16_t)(0x1234 + i));
		bad += sum16(s + 14 + l3, t, pseudo(s + 14, v6, udp ? 17 : 6, t)) != 0xffff;
		if (udp)
			bad += (s[hdr - 4] << 8 | s[hdr - 3]) != (int)t;
		else
			bad += s[14 + l3 + 13] != (0x10 | (i ? 0 : 0x80) | (last ? 0x09 : 0));
		at += k;
	}
	tap_eq(bad, 0, "each with its lengths, flags, checksums and bytes");
	tap_eq(at, payload, "and all of it");
	nic_free(n);
}

/* The outer headers of 50 bytes: Ethernet, IPv4, UDP to VXLAN's port, VXLAN. */
static void vxlan(uint8_t *f, uint32_t inner, bool sum)
{
	uint8_t *ip = f + 14;

	memset(f, 0, 50);
	memset(f, 0xff, 6);
	be16(f + 12, 0x0800);
	ip[0] = 0x45;
	be16(ip + 4, 0x77);
	ip[8] = 64;
	ip[9] = 17;
	memcpy(ip + 12, "\x0a\x01\x00\x01\x0a\x01\x00\x02", 8);
	be16(f + 34, 5555);
	be16(f + 36, 4789);
	be16(f + 38, (uint16_t)(inner + 16));
	be16(f + 40, sum ? (uint16_t)pseudo(ip, false, 17, 0) : 0);
	f[42] = 8;
}

/* TCP inside VXLAN inside IPv4, segmented: both pairs of headers are made anew. */
static void test_tunnel_tso(bool sum)
{
	uint32_t payload = 5000, mss = 1400, hdr = 50 + 54, at = 0, bad = 0, len;
	struct nic *n = up();
	uint8_t *f = n->tx_buf[0];

	len = prepare(f + 50, false, 6, payload, false);
	be16(f + 50 + 24, 0);
	vxlan(f, len, sum);
	len += 50;
	/* outer IPv4 with checksum, 20 bytes; UDP; 8 + 8 + 14 bytes up to the inner IP header */
	tx_put(n, 0, 3 | 5 << 2 | 1 << 9 | 15 << 12 | (uint64_t)sum << 23, CTX_TSO(payload, mss));
	tx_put(n, 0, TX_BUF, EOP | RS | IPV4_SUM | TCP | LENS(14, 20, 20) | SIZE(len));
	tx_kick(n, 0);
	tap_eq(n->nr_frames, 4, "segments in a tunnel");
	for (uint32_t i = 0; i < n->nr_frames; i++) {
		const uint8_t *s = n->frame[i], *in = s + 50;
		uint32_t k = payload - at < mss ? payload - at : mss;

		bad += n->frame_len[i] != hdr + k || memcmp(s + hdr, f + hdr + at, k);
		bad += sum16(s + 14, 20, 0) != 0xffff || (s[16] << 8 | s[17]) != (int)(hdr - 14 + k);
		bad += (s[18] << 8 | s[19]) != (int)(0x77 + i);
		bad += (s[38] << 8 | s[39]) != (int)(hdr - 34 + k);
		if (sum)
			bad += sum16(s + 34, hdr - 34 + k, pseudo(s + 14, false, 17, hdr - 34 + k)) !=
			       0xffff;
		else
			bad += s[40] | s[41];
		bad += sum16(in + 14, 20, 0) != 0xffff;
		bad += sum16(in + 34, 20 + k, pseudo(in + 14, false, 6, 20 + k)) != 0xffff;
		at += k;
	}
	tap_eq(bad, 0, "outer and inner lengths and checksums");
	nic_free(n);
}

static void test_tags(void)
{
	struct nic *n = up();
	uint8_t f[4096];
	uint32_t len = ip_frame(f, false, 17, 100);

	memcpy(n->tx_buf[0], f, len);
	tx_put(n, 0, TX_BUF, EOP | RS | L2TAG1 | SIZE(len) | 0xa064ull << 48);
	tx_kick(n, 0);
	tap_eq(n->frame_len[0], len + 4, "L2TAG1: four bytes more");
	tap_ok(!memcmp(n->frame[0] + 12, "\x81\x00\xa0\x64", 4) && !memcmp(n->frame[0], f, 12) &&
	       !memcmp(n->frame[0] + 16, f + 12, len - 12), "tag behind the addresses");
	nic_free(n);
}

/* One descriptor sequence that must stop queue 0 and leave queue 1 alone. */
static void one_bad(const char *name, void (*put_bad)(struct nic *n), uint32_t reg,
		    unsigned int shift)
{
	struct nic *n = up();
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60), mdet;
	unsigned int frames;

	tx_on(n, 3);
	memcpy(n->tx_buf[0], f, len);
	memcpy(n->tx_buf[3], f, len);
	put_bad(n);
	if (reg == MDET_TCLAN)
		tx_kick(n, 0);
	tap_eq(ctr(n->t)->bad_desc + ctr(n->t)->tail_overruns, 1, name);
	mdet = rd(n->t, reg);
	tap_eq(mdet >> 31, 1, "GL_MDET valid");
	tap_eq(mdet >> shift & 0x3fff, 0, "with the queue");
	tap_eq(rd(n->t, 0x16ca00) >> 19 & 1, 1, "OICR says MAL");
	frames = n->nr_frames;
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(len));
	tx_kick(n, 0);
	tap_eq(n->nr_frames - frames, 0, "the queue stands");
	tx_put(n, 3, TX_BUF + 0x300000, EOP | RS | SIZE(len));
	tx_kick(n, 3);
	tap_eq(n->nr_frames - frames, 1, "another one does not");
	tap_eq(tx_off(n, 0), 0, "0C31 takes it down");
	tap_eq(tx_on(n, 0), 0, "0C30 again");
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(len));
	tx_kick(n, 0);
	tap_eq(n->nr_frames - frames, 2, "and it works");
	nic_free(n);
}

static void bad_size(struct nic *n)
{
	tx_put(n, 0, TX_BUF, EOP | RS);
}

static void bad_dtype(struct nic *n)
{
	tx_put(n, 0, TX_BUF, 5 | EOP | RS | SIZE(60));
}

static void bad_nine(struct nic *n)
{
	for (int i = 0; i < 9; i++)
		tx_put(n, 0, TX_BUF, SIZE(60) | (i == 8 ? EOP | RS : 0));
}

static void bad_mss(struct nic *n)
{
	tx_put(n, 0, 0, CTX_TSO(1000, 63));
	tx_put(n, 0, TX_BUF, EOP | RS | IPV4_SUM | TCP | LENS(14, 20, 20) | SIZE(1054));
}

static void bad_tso_len(struct nic *n)
{
	tx_put(n, 0, 0, CTX_TSO(999, 500));
	tx_put(n, 0, TX_BUF, EOP | RS | IPV4_SUM | TCP | LENS(14, 20, 20) | SIZE(1054));
}

static void bad_segment(struct nic *n)
{
	tx_put(n, 0, 0, CTX_TSO(946, 500));
	for (int i = 0; i < 20; i++)
		tx_put(n, 0, TX_BUF, SIZE(50) | IPV4_SUM | TCP | LENS(14, 20, 20) |
		       (i == 19 ? EOP | RS : 0));
}

static void bad_context(struct nic *n)
{
	tx_put(n, 0, TX_BUF, SIZE(60));
	tx_put(n, 0, 0, CTX_TSO(946, 500));
}

static void bad_short(struct nic *n)
{
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(16));
}

static void bad_offsets(struct nic *n)
{
	tx_put(n, 0, TX_BUF, EOP | RS | IPV4_SUM | UDP | LENS(14, 60, 8) | SIZE(60));
}

static void bad_no_eop(struct nic *n)
{
	tx_put(n, 0, 0, CTX_TSO(200000, 500));
	for (unsigned int i = 1; i < RING - 1; i++)
		tx_put(n, 0, TX_BUF, SIZE(60));
}

static void bad_tail(struct nic *n)
{
	wr(n->t, TX_TAIL(0), RING);
	settle();
}

static void test_malicious(void)
{
	one_bad("BUF_SZ 0", bad_size, MDET_TCLAN, 0);
	one_bad("reserved DTYPE", bad_dtype, MDET_TCLAN, 0);
	one_bad("nine buffers", bad_nine, MDET_TCLAN, 0);
	one_bad("MSS 63", bad_mss, MDET_TCLAN, 0);
	one_bad("TSO_LEN", bad_tso_len, MDET_TCLAN, 0);
	one_bad("a segment in more than 8 buffers", bad_segment, MDET_TCLAN, 0);
	one_bad("context inside a packet", bad_context, MDET_TCLAN, 0);
	one_bad("16 bytes", bad_short, MDET_TCLAN, 0);
	one_bad("checksum outside the packet", bad_offsets, MDET_TCLAN, 0);
	one_bad("no EOP in the whole ring", bad_no_eop, MDET_TCLAN, 0);
	one_bad("tail outside the ring", bad_tail, MDET_PQM, 12);
}

/* One 0C30 for queue q and, after it, for `second`. */
static int tx_on_two(struct nic *n, unsigned int q, unsigned int second)
{
	uint8_t param[16] = { 1 }, *b = n->t->buf, *c = b + 16;

	memset(b, 0, 104);
	set32(b, n->teid);
	b[4] = 2;
	set16(b + 8, (uint16_t)q);
	ctx_put(c, 0, 57, TX_RING >> 7);
	ctx_put(c, 78, 2, 2);
	ctx_put(c, 80, 10, n->vsi);
	ctx_put(c, 135, 13, RING);
	b[40] = 5;
	memcpy(b + 56, b + 8, 48);
	set16(b + 56, (uint16_t)second);
	return aq(n->t, 0x0c30, param, 104, true);
}

static void test_commands(void)
{
	uint8_t param[16] = { 1 };
	struct nic *n = up();
	struct sim_dev *dev = sim_inproc_dev(n->t->p);
	uint32_t group = n->teid;

	tap_ok(n->leaf[0], "a leaf");
	tap_ok(tx_on(n, 0) != 0, "0C30 of a running queue is refused");
	n->teid = 0x7777;
	tap_ok(tx_on(n, 1) != 0, "0C30 under no parent");
	tap_ok(tx_off(n, 0) != 0, "0C31 under a wrong parent");
	n->teid = group;
	n->vsi = 700;
	tap_ok(tx_on(n, 1) != 0, "0C30 for no VSI");
	tap_ok(aq(n->t, 0x0c30, param, 20, true) != 0, "0C30 shorter than its queues");
	n->vsi = 1;
	tap_ok(tx_on_two(n, 4, 0) != 0, "0C30 of two queues, the second runs already");
	tap_eq(tx_on(n, 4), 0, "then the first was not started");
	n->vsi = 700;
	tap_eq(rd(n->t, TX_TAIL(0)), 0, "tail");
	memcpy(n->tx_buf[0], bcast, 6);
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(60));
	tx_kick(n, 0);
	tap_eq(n->nr_frames, 1, "the queue still runs");
	dev->ops->fault(dev, "stuck-disable", 1);
	tap_ok(tx_off(n, 0) != 0, "stuck-disable: 0C31 fails");
	tap_eq(tx_off(n, 0), 0, "then succeeds");
	tap_eq(rd(n->t, TX_TAIL(0)), 0, "stop resets the tail");
	wr(n->t, TX_TAIL(0), 5);
	settle();
	tap_eq(ctr(n->t)->dma_after_stop, 0, "no DMA after 0C31");
	tap_eq(n->nr_frames, 1, "no frame either");
	n->vsi = 1;
	tap_eq(tx_on(n, 0), 0, "0C30 again");
	tap_eq(rd(n->t, TX_TAIL(0)), 0, "a doorbell from before does not count");
	nic_free(n);
}

/* 0C32: to another queue group, made by 0401 beside the first one. */
static void test_move(void)
{
	uint8_t param[16] = { 1 }, move[16] = { 1, 1 };
	struct nic *n = up();
	uint32_t first = n->teid, above, second;
	uint8_t *b = n->t->buf;

	aq(n->t, 0x0400, (uint8_t[16]){ 0 }, 4096, false);
	above = le32(b + 8 + 24 * 6 + 4);
	memset(b, 0, 32);
	set32(b, above);
	set16(b + 4, 1);
	set32(b + 8, above);
	b[16] = 3;
	b[17] = 7;
	set16(b + 22, 4);
	set16(b + 26, 4);
	tap_eq(aq(n->t, 0x0401, param, 32, true), 0, "a second queue group");
	second = le32(b + 12);
	memset(b, 0, 16);
	set32(b, first);
	set32(b + 4, second);
	set32(b + 12, n->leaf[0]);
	tap_eq(aq(n->t, 0x0c32, move, 16, true), 0, "0C32");
	tap_ok(tx_off(n, 0) != 0, "the first group has the queue no longer");
	memcpy(n->tx_buf[0], bcast, 6);
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(60));
	tx_kick(n, 0);
	tap_eq(n->nr_frames, 1, "it runs on");
	n->teid = second;
	tap_eq(tx_off(n, 0), 0, "and is stopped under the second");
	nic_free(n);
}

static void test_fd(void)
{
	struct nic *n = up();

	rx_on(n, 0, &(struct rx_opts){ .rxdid = 1 }, 56);
	tx_put(n, 0, 2 << 12, 8 | 0x1234ull << 32);
	tx_put(n, 0, TX_BUF, EOP | RS | 1ull << 8 | SIZE(60));
	tx_put(n, 0, 2 << 12, 8 | 1 << 4);
	tx_put(n, 0, TX_BUF, EOP | RS | 1ull << 8 | SIZE(60));
	tx_kick(n, 0);
	tap_eq(n->nr_frames, 0, "dummy packets stay inside");
	tap_eq(n->tx[0][1].hi & 0xf, 0xf, "and complete");
	tap_eq(n->rx[0][0].qw[1], 1 | 1 << 4, "add: DD and FAIL");
	tap_eq(n->rx[0][1].qw[1], 1 | 1 << 1, "remove: DD, PROG_ID 1");
	nic_free(n);
}

int main(void)
{
	test_plain();
	test_gather();
	one_checksum(false, 6);
	one_checksum(false, 17);
	one_checksum(true, 6);
	one_checksum(true, 17);
	one_tso(false, false, 30000, 1448);
	one_tso(true, false, 30000, 1428);
	one_tso(false, true, 9000, 1400);
	one_tso(false, false, 1448, 1448);
	one_tso(false, false, 1449, 1448);
	test_tunnel_tso(false);
	test_tunnel_tso(true);
	test_tags();
	test_malicious();
	test_commands();
	test_move();
	test_fd();
	return tap_done();
}
