/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is special about libndrv on an E810: the fields of its receive descriptors, a receive tail that
 * moves in steps of 8, and limits of transmit. What is the same for all formats is in ring_burst.c.
 */
#include <errno.h>

#include "ring_fake.h"

/* Bits of status_error0, and packet types. */
#define L3L4P	(1u << 3)
#define IPE	(1u << 4)
#define L4E	(1u << 5)
#define EIPE	(1u << 6)
#define EXADD	(1u << 9)
#define RXE	(1u << 10)
#define RSS	(1u << 12)
#define TAG	(1u << 13)

#define IP	NDRV_PKT_F_IP_CHECKED
#define L4	NDRV_PKT_F_L4_CHECKED

static void test_rx_fields(void)
{
	static const struct {
		const char *name;
		uint32_t ptype, status, flags;
	} rows[] = {
		{ "IPv4 fragment", 22, L3L4P, IP },
		{ "IPv4 with another protocol", 23, L3L4P, IP },
		{ "IPv4 UDP", 24, L3L4P, IP | L4 },
		{ "IPv4 TCP", 26, L3L4P, IP | L4 },
		{ "IPv4 SCTP", 27, L3L4P, IP | L4 },
		{ "IPv4 ICMP", 28, L3L4P, IP },
		{ "IPv6 fragment", 88, L3L4P, 0 },
		{ "IPv6 UDP", 90, L3L4P, L4 },
		{ "IPv6 TCP", 92, L3L4P, L4 },
		{ "IPv6 SCTP", 93, L3L4P, L4 },
		{ "IPv6 ICMP", 94, L3L4P, 0 },
		{ "no IP at all", 1, L3L4P, 0 },
		{ "not looked at", 26, 0, 0 },
		{ "not looked at, so error bits mean nothing", 26, IPE | L4E, 0 },
		{ "IP checksum wrong", 26, L3L4P | IPE, IP | L4 | NDRV_PKT_F_IP_BAD },
		{ "TCP checksum wrong", 26, L3L4P | L4E, IP | L4 | NDRV_PKT_F_L4_BAD },
		{ "UDP checksum wrong", 90, L3L4P | L4E, L4 | NDRV_PKT_F_L4_BAD },
		{ "address in an IPv6 extension header", 92, L3L4P | EXADD, 0 },
		{ "the same, TCP checksum wrong", 92, L3L4P | L4E | EXADD, 0 },
		{ "tunnel: neither checked nor bad", 58, L3L4P | IPE | L4E | EIPE, 0 },
		{ "packet type beyond 8 bits", 256 + 26, L3L4P, 0 },
		{ "last packet type", 1023, L3L4P | IPE | L4E, 0 },
		{ "frame error", 1, RXE, NDRV_PKT_F_FRAME_BAD },
		{ "hash", 1, RSS, NDRV_PKT_F_HASH },
		{ "tag", 1, TAG, NDRV_PKT_F_VLAN },
	};
	struct fake_meta meta;
	struct ndrv_pkt p;
	struct fake f;
	unsigned int i;

	fake_init(&f, 64, 64, 512, 4096, 1920);
	fake_start(&f);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		meta = (struct fake_meta){ rows[i].ptype, 0xcafe0123, rows[i].status, 0xbabc };
		fake_rx_meta(&f, i, 60 + i, &meta);
		tap_ok(ndrv_rx_burst(f.q, &p, 1) == 1 && p.flags == rows[i].flags &&
		       p.len == 60 + i && frame_is(p.data, 60 + i, i) && p.hash == 0xcafe0123 &&
		       p.vlan == 0xbabc && !p.mss, "%s: flags %x", rows[i].name, p.flags);
	}
	tap_eq(((uint8_t *)p.data - f.mem) % 4096, 4096 - 1920, "headroom in front of the frame");
	fake_rx(&f, 0, 60);
	fake_ice_rx_write_back(fake_rx_at(&f, f.rx_head - 1), 0x3fff, 1, &(struct fake_meta){ 0 });
	ndrv_rx_burst(f.q, &p, 1);
	tap_ok(p.len == 1920 && p.flags == NDRV_PKT_F_FRAME_BAD,
	       "a length beyond the buffer is cut and flagged");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

/* Whatever the bursts, the card has nearly a ring full as long as the pool has buffers. */
static void test_tail_small_bursts(unsigned int burst)
{
	unsigned int round, bad = 0, low = 1000, waiting = 0;
	struct ndrv_pkt p[64];
	struct fake f;
	int n;

	fake_init(&f, 128, 64, 1024, 2048, 2048);
	fake_start(&f);
	for (round = 0; round < 4000; round++) {
		while (waiting < burst && fake_rx(&f, round, 60))
			waiting++;
		n = ndrv_rx_burst(f.q, p, burst);
		bad += n != (int)burst;
		waiting -= n > 0 ? n : 0;
		got(&f, p, n);
		freed(&f, p, n);
		bad += f.rx_tail & 7;
		low = fake_rx_room(&f) < low ? fake_rx_room(&f) : low;
	}
	tap_ok(!bad && !f.errors && low >= 128 - 8 - 32, "bursts of %u: at least %u of 128 with the card",
	       burst, low);
	fake_exit(&f);
}

/* A batch that the pool cannot give whole steps of: what the card would not see stays in the pool. */
static void test_tail_small_pool(void)
{
	struct ndrv_pkt p[128];
	unsigned int n = 0;
	struct fake f;

	/* 56 in the ring, 5 more: no step of 8. */
	fake_init(&f, 64, 64, 61, 2048, 2048);
	fake_start(&f);
	while (fake_rx(&f, n, 60) && ndrv_rx_burst(f.q, p + n, 1) == 1)
		got(&f, p + n++, 1);
	tap_eq(n, 56, "the card gets what it can see");
	tap_eq(alloc(&f, p + n, 8), 5, "the program can have the rest");
	freed(&f, p, 2);
	tap_eq(ndrv_rx_burst(f.q, p + 61, 1), 0, "two buffers are not a step");
	tap_eq(fake_rx_room(&f), 0, "so nothing is posted");
	freed(&f, p + 2, 7);
	ndrv_rx_burst(f.q, p + 61, 1);
	tap_eq(fake_rx_room(&f), 8, "nine are one");
	freed(&f, p + 9, 52);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

/* Frames are looked at and released one by one; the doorbell is rung once a step. */
static void test_tail_release(void)
{
	unsigned int round, rung = 0, low = 1000, bad = 0;
	struct ndrv_pkt p[64];
	uint32_t first, tail;
	struct fake f;

	fake_init(&f, 64, 64, 512, 2048, 2048);
	fake_start(&f);
	for (round = 0; round < 803; round++) {
		bad += !fake_rx(&f, round, 60);
		bad += ndrv_rx_peek(f.q, 8, &first) != 1;
		f.owner[fake_buf(&f, ndrv_rx_data(f.q, first))] = OWNER_POOL;
		tail = f.rx_tail;
		bad += ndrv_rx_release(f.q, 1) != 0;
		rung += f.rx_tail != tail;
		low = fake_rx_room(&f) < low ? fake_rx_room(&f) : low;
	}
	tap_ok(!bad && low == 64 - 8 - 7, "803 rounds of one: at least %u with the card", low);
	tap_eq(rung, 100, "a doorbell for each step");
	/* 803 is 3 beyond a step. Bursts that come after bring the tail back to one. */
	for (round = 0; round < 40; round++) {
		bad += !fake_rx(&f, round, 60);
		bad += ndrv_rx_burst(f.q, p + round, 1) != 1;
	}
	got(&f, p, 40);
	tap_ok(!bad && f.rx_tail % 8 == 0 && f.q->rx.fill % 8 == 0, "a refill ends on a step again");
	freed(&f, p, 40);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost or doubled");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

static void test_tx_limits(void)
{
	static uint8_t frame[65536];
	struct ndrv_pkt p[16];
	struct fake f;
	unsigned int i;

	fake_piece_shift = FAKE_ONE_PIECE;
	fake_init(&f, 64, 64, 128, 16384, 2048);
	fake_start(&f);
	alloc(&f, p, 16);
	for (i = 0; i < 16; i++)
		p[i].data = (uint8_t *)p[i].data - (16384 - 2048);
	p[0].len = 16384;
	tap_eq(send(&f, p, 1), -EINVAL, "a length that does not fit into 14 bits");
	p[0].len = 9725;
	tap_eq(send(&f, p, 1), -EINVAL, "a frame longer than the card sends");
	p[0].len = 9724;
	tap_eq(send(&f, p, 1), 1, "the longest");
	tap_eq(fake_tx(&f, frame, 0), 9724, "goes out whole");
	for (i = 1; i < 9; i++) {
		p[i].len = 1216;
		p[i].flags = NDRV_PKT_F_MORE;
	}
	p[8].flags = 0;
	p[8].len = 9724 - 7 * 1216 + 1;
	tap_eq(send(&f, p + 1, 8), -EINVAL, "too long in eight pieces");
	p[8].len--;
	tap_eq(send(&f, p + 1, 8), 8, "the longest in eight pieces");
	tap_eq(fake_tx(&f, frame, 0), 9724, "goes out whole");
	p[9].len = 16;
	tap_eq(send(&f, p + 9, 1), -EINVAL, "16 bytes are too short");
	p[9].len = 17;
	tap_eq(send(&f, p + 9, 1), 1, "17 are not");
	tap_eq(fake_tx(&f, frame, 0), 17, "they go out");
	tap_eq(ndrv_tx_reclaim(f.q), 0, "all sent");
	tap_eq(send(&f, p + 10, 1), 1, "one more");
	fake_tx_at(&f, f.tx_tail - 1)[8] |= 7;
	tap_eq(ndrv_tx_reclaim(f.q), 1, "only a DTYPE of 0xf says that it was sent");
	fake_ice_tx_report(fake_tx_at(&f, f.tx_tail - 1));
	tap_eq(ndrv_tx_reclaim(f.q), 0, "this one");
	freed(&f, p + 11, 5);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

int main(void)
{
	struct fake f;

	fake_card = &fake_ice;
	test_rx_fields();
	test_tail_small_bursts(1);
	test_tail_small_bursts(3);
	test_tail_small_bursts(8);
	test_tail_small_bursts(32);
	test_tail_small_pool();
	test_tail_release();
	test_tx_limits();

	fake_init(&f, 4096, 4096, 8192, 2048, 2048);
	tap_eq(fake_start(&f), 0, "the largest ring");
	tap_eq(fake_rx_room(&f), 4096 - 8, "is filled");
	fake_exit(&f);
	return tap_done();
}
