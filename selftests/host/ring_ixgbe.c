/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libndrv's data path for ixgbe descriptors against a card in memory: wrap-around, full and empty
 * rings, status reports, frames in pieces, errors, and a random run that follows every buffer.
 */
#include <errno.h>

#include "ring_fake.h"

static uint8_t frame[65536];

static int frame_is(const uint8_t *p, uint32_t len, uint8_t seed)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		if (p[i] != (uint8_t)(seed + i))
			return 0;
	return 1;
}

/* The program has these now. */
static void got(struct fake *f, const struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		f->owner[fake_buf(f, pkts[i].data)] = OWNER_PROGRAM;
}

static void freed(struct fake *f, const struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		FAKE_CHECK(f, f->owner[fake_buf(f, pkts[i].data)] == OWNER_PROGRAM);
		f->owner[fake_buf(f, pkts[i].data)] = OWNER_POOL;
	}
	ndrv_pkt_free(f->q, pkts, n);
}

static int alloc(struct fake *f, struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i, k = ndrv_pkt_alloc(f->q, pkts, n);

	for (i = 0; i < k; i++) {
		FAKE_CHECK(f, f->owner[fake_buf(f, pkts[i].data)] == OWNER_POOL);
		pkts[i].len = 60;
	}
	got(f, pkts, k);
	return k;
}

/* Ownership changes before the call: the card may fetch at once. */
static int send(struct fake *f, const struct ndrv_pkt *pkts, unsigned int n)
{
	int i, k = ndrv_tx_burst(f->q, pkts, n);

	for (i = 0; i < k; i++) {
		FAKE_CHECK(f, f->owner[fake_buf(f, pkts[i].data)] == OWNER_PROGRAM);
		f->owner[fake_buf(f, pkts[i].data)] = OWNER_TX;
	}
	return k;
}

static void test_states(void)
{
	struct ndrv_pkt p[4];
	struct fake f;
	uint32_t first;

	fake_init(&f, 64, 64, 512, 2048, 2048);
	tap_eq(ndrv_rx_burst(f.q, p, 4), -EPIPE, "rx before start is EPIPE");
	tap_eq(ndrv_tx_burst(f.q, p, 4), -EPIPE, "tx before start is EPIPE");
	tap_eq(ndrv_tx_reserve(f.q, 1, &first), -EPIPE, "reserve before start is EPIPE");
	tap_eq(fake_start(&f), 0, "start");
	tap_eq(f.rx_tail, 63, "start posts all descriptors but one");
	tap_eq(ndrv_rx_burst(f.q, p, 4), 0, "empty ring gives 0");
	tap_eq(ndrv_tx_burst(f.q, p, 0), 0, "sending nothing is 0");
	tap_eq(ndrv_queue_check(f.q), 0, "check of a running queue");

	f.status.generation++;
	f.status.state = NDRV_STATE_REVOKED;
	tap_eq(ndrv_rx_burst(f.q, p, 4), -ESTALE, "rx after revocation is ESTALE");
	alloc(&f, p, 4);
	while (ndrv_tx_burst(f.q, p, 1) == 1)
		alloc(&f, p, 1);
	tap_eq(ndrv_tx_burst(f.q, p, 1), -ESTALE, "tx into a revoked, full ring is ESTALE");
	tap_eq(ndrv_tx_reclaim(f.q), -ESTALE, "reclaim of a revoked ring is ESTALE");
	tap_eq(ndrv_queue_check(f.q), -ESTALE, "check of a revoked queue");
	f.status.state = NDRV_STATE_GONE;
	tap_eq(ndrv_rx_burst(f.q, p, 4), -ENODEV, "rx of a removed device is ENODEV");
	tap_eq(ndrv_tx_burst(f.q, p, 1), -ENODEV, "tx of a removed device is ENODEV");
	ndrv_rings_stop(f.q);
	tap_eq(ndrv_rx_burst(f.q, p, 4), -ENODEV, "and stays so after stop");
	ndrv_pkt_free(f.q, p, 4);
	ndrv_cache_empty(f.q);
	tap_ok(fake_all_home(&f), "all buffers come back from a revoked queue");
	fake_exit(&f);

	fake_init(&f, 64, 64, 62, 2048, 2048);
	tap_eq(fake_start(&f), -ENOBUFS, "a pool smaller than the ring is ENOBUFS");
	tap_ok(fake_all_home(&f), "and loses no buffer");
	fake_exit(&f);
}

static void test_rx_fields(void)
{
	struct ndrv_pkt p[2];
	struct fake f;

	fake_init(&f, 64, 64, 512, 4096, 2048);
	fake_start(&f);
	fake_rx(&f, 7, 60, 0x117, 0xcafe0123, 1u << 3 | 1u << 5 | 1u << 6, 0x2abc);
	tap_eq(ndrv_rx_burst(f.q, p, 2), 1, "one frame");
	tap_ok(p[0].len == 60 && frame_is(p[0].data, 60, 7), "its bytes");
	tap_eq(p[0].flags, NDRV_PKT_F_VLAN | NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_IP_CHECKED |
	       NDRV_PKT_F_HASH, "checked, tagged, hashed");
	tap_eq(p[0].hash, 0xcafe0123, "hash");
	tap_eq(p[0].vlan, 0x2abc, "tag");
	tap_eq(((uint8_t *)p[0].data - f.mem) % 4096, 2048, "headroom in front of the frame");

	fake_rx(&f, 0, 60, 0x110, 0, 1u << 5 | 1u << 6 | 1u << 30 | 1u << 31, 0);
	ndrv_rx_burst(f.q, p, 1);
	tap_eq(p[0].flags, NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_L4_BAD | NDRV_PKT_F_IP_CHECKED |
	       NDRV_PKT_F_IP_BAD, "TCP and IP checksums wrong");
	fake_rx(&f, 0, 60, 0x210, 0, 1u << 5 | 1u << 6 | 1u << 30, 0);
	ndrv_rx_burst(f.q, p, 1);
	tap_eq(p[0].flags, NDRV_PKT_F_IP_CHECKED, "a wrong UDP checksum is not believed");
	fake_rx(&f, 0, 60, 0, 0, 1u << 24, 0);
	ndrv_rx_burst(f.q, p, 1);
	tap_eq(p[0].flags, NDRV_PKT_F_FRAME_BAD, "CRC error");

	fake_rx(&f, 0, 60, 0, 0, 0, 0);
	f.rx_ring[4 * 16 + 12] = 0xff;
	f.rx_ring[4 * 16 + 13] = 0xff;
	ndrv_rx_burst(f.q, p, 1);
	tap_ok(p[0].len == 2048 && p[0].flags == NDRV_PKT_F_FRAME_BAD,
	       "a length beyond the buffer is cut and flagged");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

static void test_rx_ring(void)
{
	struct ndrv_pkt p[128];
	unsigned int i, n = 0, wraps, bad = 0;
	struct fake f;

	fake_init(&f, 64, 64, 512, 2048, 2048);
	fake_start(&f);
	while (fake_rx(&f, n, 100, 0, 0, 0, 0))
		n++;
	tap_eq(n, 63, "a card can fill all posted descriptors");
	tap_eq(ndrv_rx_burst(f.q, p, 128), 63, "and one burst takes them all");
	for (i = 0; i < 63; i++)
		bad += !frame_is(p[i].data, 100, i);
	tap_eq(bad, 0, "in order");
	tap_eq(fake_rx_room(&f), 63, "the ring is full of fresh buffers again");
	got(&f, p, 63);
	freed(&f, p, 63);

	for (wraps = 0; wraps < 1000; wraps++) {
		for (i = 0; i < 41; i++)
			bad += !fake_rx(&f, wraps + i, 60, 0, 0, 0, 0);
		bad += ndrv_rx_burst(f.q, p, 41) != 41;
		for (i = 0; i < 41; i++)
			bad += !frame_is(p[i].data, 60, wraps + i);
		got(&f, p, 41);
		freed(&f, p, 41);
	}
	tap_eq(bad, 0, "1000 rounds of 41 through a ring of 64");

	fake_rx(&f, 0, 2048 * 3, 0, 0, 0, 0);
	tap_eq(ndrv_rx_burst(f.q, p, 2), -EMSGSIZE, "a frame larger than the burst is EMSGSIZE");
	tap_eq(ndrv_rx_burst(f.q, p, 8), 3, "a frame in three pieces is three handles");
	tap_ok(p[0].flags == NDRV_PKT_F_MORE && p[1].flags == NDRV_PKT_F_MORE && !p[2].flags,
	       "MORE on all but the last");
	fake_rx(&f, 1, 60, 0, 0, 0, 0);
	fake_rx(&f, 2, 4096, 0, 0, 0, 0);
	tap_eq(ndrv_rx_burst(f.q, p + 3, 2), 1, "a burst ends before a frame that it would cut");
	tap_eq(ndrv_rx_burst(f.q, p + 4, 2), 2, "which comes whole next time");
	got(&f, p, 6);
	freed(&f, p, 6);
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

static void test_rx_starved(void)
{
	struct ndrv_pkt p[200];
	unsigned int n = 0;
	struct fake f;
	int k;

	/* 63 in the ring, 17 more. The program keeps everything until the ring is dry. */
	fake_init(&f, 64, 64, 80, 2048, 2048);
	fake_start(&f);
	for (;;) {
		if (!fake_rx(&f, n, 60, 0, 0, 0, 0))
			break;
		k = ndrv_rx_burst(f.q, p + n, 1);
		if (k != 1)
			break;
		got(&f, p + n, 1);
		n++;
	}
	tap_eq(n, 80, "every buffer of the pool is used before the ring runs dry");
	tap_eq(ndrv_rx_burst(f.q, p + n, 1), 0, "then receive gives 0");
	freed(&f, p, 40);
	tap_eq(ndrv_rx_burst(f.q, p + n, 1), 0, "the next call refills");
	tap_eq(fake_rx_room(&f), 40, "with what the pool has");
	freed(&f, p + 40, 40);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

static void test_tx_ring(void)
{
	struct ndrv_pkt p[256];
	struct fake f;
	int i, rs = 0;

	fake_init(&f, 64, 128, 512, 2048, 2048);
	fake_start(&f);
	tap_eq(alloc(&f, p, 200), 200, "allocate");
	tap_eq(send(&f, p, 200), 127, "a ring of 128 takes 127");
	tap_eq(f.tx_tail, 127, "tail");
	for (i = 0; i < 127; i++)
		rs += !!(fake_get32(f.tx_ring + i * 16 + 8) & 1u << 27);
	tap_eq(rs, 4, "a status report every 32 descriptors and at the end");
	tap_eq(send(&f, p + 127, 73), 0, "a full ring takes nothing");
	tap_eq(ndrv_tx_reclaim(f.q), 127, "127 with the card");
	for (i = 0; i < 31; i++)
		fake_tx(&f, frame, 0);
	tap_eq(ndrv_tx_reclaim(f.q), 127, "sent without report: nothing comes back");
	fake_tx(&f, frame, 0);
	tap_eq(ndrv_tx_reclaim(f.q), 95, "the report brings 32 back");
	tap_eq(send(&f, p + 127, 73), 32, "which can be sent into at once");
	while (fake_tx(&f, frame, 0))
		;
	tap_eq(ndrv_tx_reclaim(f.q), 0, "all sent");
	tap_eq(ndrv_tx_flush(f.q, 0), 0, "flush has nothing to wait for");
	freed(&f, p + 159, 41);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");

	fake_start(&f);
	alloc(&f, p, 40);
	send(&f, p, 40);
	tap_eq(ndrv_tx_flush(f.q, 1000), -ETIMEDOUT, "flush gives up in time");
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "stop with frames in flight loses no buffer");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

static void test_tx_errors(void)
{
	struct ndrv_pkt p[64], bad;
	uint8_t outside[64];
	struct fake f;
	int i;

	fake_init(&f, 64, 32, 512, 2048, 2048);
	fake_start(&f);
	alloc(&f, p, 64);
	bad = p[0];
	bad.len = 16;
	tap_eq(send(&f, &bad, 1), -EINVAL, "16 bytes are too short");
	bad.len = 2049;
	tap_eq(send(&f, &bad, 1), -EINVAL, "longer than the buffer");
	bad.len = 100;
	bad.data = (uint8_t *)p[0].data + 1949;
	tap_eq(send(&f, &bad, 1), -EINVAL, "beyond the end of the buffer");
	bad.data = outside;
	tap_eq(send(&f, &bad, 1), -EINVAL, "outside the pool");
	bad.data = f.mem - 2048;
	tap_eq(send(&f, &bad, 1), -EINVAL, "in front of the pool");
	bad.data = f.mem + 512 * 2048;
	tap_eq(send(&f, &bad, 1), -EINVAL, "behind the pool");
	bad = p[0];
	bad.flags = 1u << 12;
	tap_eq(send(&f, &bad, 1), -EOPNOTSUPP, "unknown request");
	tap_eq(f.tx_tail, 0, "none of them reached the ring");

	p[3].len = 5;
	tap_eq(send(&f, p, 8), 3, "a burst ends in front of a bad packet");
	tap_eq(send(&f, p + 3, 5), -EINVAL, "which is then reported");
	p[3].len = 60;

	p[3].flags = NDRV_PKT_F_MORE;
	tap_eq(send(&f, p + 3, 1), -EINVAL, "a frame without its last piece");
	p[3].len = 3;
	p[4].len = 14;
	p[4].data = (uint8_t *)p[4].data + 2034;
	tap_eq(send(&f, p + 3, 2), 2, "17 bytes in two pieces");
	for (i = 5; i < 45; i++)
		p[i].flags = NDRV_PKT_F_MORE;
	tap_eq(send(&f, p + 5, 41), -EINVAL, "more pieces than a frame may have");
	for (i = 5; i < 31; i++)
		p[i].flags = NDRV_PKT_F_MORE;
	p[31].flags = 0;
	tap_eq(send(&f, p + 5, 27), 0, "27 pieces wait while 26 descriptors are free");
	while (fake_tx(&f, frame, 0))
		;
	tap_eq(send(&f, p + 5, 27), 27, "and go when there is room");
	tap_eq(fake_tx(&f, frame, 0), 27 * 60, "as one frame");
	freed(&f, p + 32, 32);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "buffers come back by their start, wherever their data was");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

static void test_raw(void)
{
	struct ndrv_pkt p[2];
	uint32_t first, sent, i, dw[4];
	unsigned int round, bad = 0;
	struct fake f;
	uint64_t iova;
	void *was;

	fake_init(&f, 64, 64, 200, 2048, 2048);
	fake_start(&f);
	tap_eq(ndrv_rx_peek(f.q, 8, &first), 0, "peek at an empty ring");
	for (round = 0; round < 300; round++) {
		fake_rx(&f, round, 60, 0, 0, 0, 0);
		fake_rx(&f, round + 1, 61, 0, 0, 0, 0);
		bad += ndrv_rx_peek(f.q, 8, &first) != 2 || first != 2 * round;
		was = ndrv_rx_data(f.q, first + 1);
		bad += !frame_is(was, 61, round + 1);
		bad += fake_get32((const uint8_t *)ndrv_rx_desc(f.q, first + 1) + 12) != 61;
		bad += ndrv_rx_release(f.q, 2) != 0 || fake_rx_room(&f) != 63;
		f.owner[fake_buf(&f, was)] = OWNER_POOL;
		f.owner[fake_buf(&f, ndrv_rx_data(f.q, first))] = OWNER_POOL;
		memset(f.owner, OWNER_POOL, sizeof(f.owner));
	}
	tap_eq(bad, 0, "300 rounds of peek and release");

	alloc(&f, p, 1);
	memset(p[0].data, 0x5a, 60);
	for (round = 0; round < 100; round++) {
		bad += ndrv_tx_reserve(f.q, 3, &first) != 3;
		for (i = 0; i < 3; i++) {
			iova = ndrv_iova(f.q, p[0].data);
			memcpy(dw, &iova, 8);
			dw[2] = 60 | 0x2b300000 | (i == 2 ? 1u << 27 : 0);
			dw[3] = 60u << 14;
			memcpy((void *)ndrv_tx_desc(f.q, first + i), dw, 16);
		}
		bad += ndrv_tx_submit(f.q, 3) != 0;
		for (i = 0; i < 3; i++) {
			f.owner[fake_buf(&f, p[0].data)] = OWNER_TX;
			bad += fake_tx(&f, frame, 0) != 60;
		}
		sent = ndrv_tx_sent(f.q);
		bad += sent != first + 3;
	}
	tap_eq(bad, 0, "100 rounds of raw descriptors from one buffer");
	tap_eq(ndrv_tx_reserve(f.q, 64, &first), -EINVAL, "more than the ring can ever hold");
	f.owner[fake_buf(&f, p[0].data)] = OWNER_PROGRAM;
	freed(&f, p, 1);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost or doubled");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

/* A second pool user: spill and fill through the lock, and a pool that is given too much. */
static void test_pool(void)
{
	struct ndrv_pkt *p = calloc(4096, sizeof(*p));
	struct fake f;

	fake_init(&f, 64, 64, 4096, 2048, 2048);
	tap_eq(ndrv_pool_destroy(f.pool), -EBUSY, "an attached pool is not destroyed");
	tap_eq(ndrv_pool_get(f.pool, p, 5000), 4096, "get takes all");
	tap_eq(ndrv_pkt_alloc(f.q, p, 1), 0, "then alloc finds none");
	ndrv_pkt_free(f.q, p, 4096);
	tap_ok(ndrv_pool_nr_free(f.pool) >= 4096 - CACHE_BUFS, "the cache spills into the pool");
	ndrv_cache_empty(f.q);
	tap_ok(fake_all_home(&f), "all home");
	ndrv_pool_get(f.pool, p, 1);
	ndrv_pool_put(f.pool, p, 1);
	ndrv_pool_put(f.pool, p, 1);
	tap_ok(fake_all_home(&f), "a buffer too many does not overflow the pool");
	free(p);
	fake_exit(&f);
}

/* Random traffic through a forwarder that sometimes keeps, drops or splits packets. */
static void random_run(unsigned int seed, uint32_t entries, uint32_t nr_bufs, uint32_t buf_bytes)
{
	uint8_t rx_seed[4096], tx_seed[4096];
	uint32_t rx_put = 0, rx_get = 0, tx_put = 0, tx_get = 0, rx_len[4096], tx_len[4096];
	struct ndrv_pkt p[64], held[512];
	unsigned int step, i, nr_held = 0, bad = 0, frames = 0;
	struct fake f;
	int n, k;

	srandom(seed);
	fake_init(&f, entries, entries, nr_bufs, buf_bytes, 2048);
	fake_start(&f);
	for (step = 0; step < 1200; step++) {
		for (i = random() % 40; i; i--) {	/* the card receives */
			uint32_t len = random() % 16 ? 60 + random() % 1900 : 2049 + random() % 12000;
			uint8_t s = random();

			if (!fake_rx(&f, s, len, 0, 0, 0, 0))
				break;
			rx_seed[rx_put % 4096] = s;
			rx_len[rx_put++ % 4096] = len;
		}
		n = ndrv_rx_burst(f.q, p, 1 + random() % 64);
		bad += n < 0 && n != -EMSGSIZE;
		for (k = 0; k < n; k++) {		/* one frame: pieces [k, k + i] */
			uint32_t total = 0, at = 0;

			for (i = 0; p[k + i].flags & NDRV_PKT_F_MORE; i++)
				;
			got(&f, p + k, i + 1);
			for (; at <= i; at++) {
				bad += !frame_is(p[k + at].data, p[k + at].len,
						 rx_seed[rx_get % 4096] + total);
				total += p[k + at].len;
			}
			bad += total != rx_len[rx_get % 4096];
			if (random() % 8 == 0 && nr_held + i < 500) {
				memcpy(held + nr_held, p + k, (i + 1) * sizeof(*p));
				nr_held += i + 1;
			} else if (random() % 8 && send(&f, p + k, i + 1) == (int)i + 1) {
				tx_seed[tx_put % 4096] = rx_seed[rx_get % 4096];
				tx_len[tx_put++ % 4096] = total;
			} else {
				freed(&f, p + k, i + 1);
			}
			rx_get++;
			k += i;
		}
		if (random() % 4 == 0) {
			freed(&f, held, nr_held);
			nr_held = 0;
		}
		for (i = random() % 64; i; i--) {	/* the card sends */
			uint32_t len = fake_tx(&f, frame, random() % 2);

			if (!len)
				break;
			bad += len != tx_len[tx_get % 4096] ||
			       !frame_is(frame, len, tx_seed[tx_get % 4096]);
			tx_get++;
			frames++;
		}
		if (random() % 16 == 0)
			fake_tx_report(&f);
		if (random() % 200 == 0) {		/* stop and start with everything in flight */
			ndrv_rings_stop(f.q);
			for (i = 0; i < f.nr_bufs; i++)
				if (f.owner[i] != OWNER_PROGRAM)
					f.owner[i] = OWNER_POOL;
			rx_get = rx_put;
			tx_get = tx_put;
			freed(&f, held, nr_held);
			nr_held = 0;
			bad += fake_start(&f) != 0;
		}
	}
	freed(&f, held, nr_held);
	ndrv_rings_stop(f.q);
	tap_ok(!bad && !f.errors && fake_all_home(&f) && frames > 1000,
	       "random run %u, rings of %u, %u buffers of %u: %u frames sent, %u wrong, %u errors", seed,
	       entries, nr_bufs, buf_bytes, frames, bad, f.errors);
	fake_exit(&f);
}

int main(void)
{
	static const uint32_t shifts[] = { FAKE_PAGES, FAKE_ONE_PIECE };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		fake_piece_shift = shifts[i];
		printf("# a pool %s\n", i ? "in one piece" : "scattered in pages");
		test_states();
		test_rx_fields();
		test_rx_ring();
		test_rx_starved();
		test_tx_ring();
		test_tx_errors();
		test_raw();
		test_pool();
		random_run(1 + i, 64, 4096, 2048);
		random_run(3 + i, 64, 140, 4096);
		random_run(5 + i, 256, 1400, 4096);
		random_run(7 + i, 512, 8192, 2048);
	}
	return tap_done();
}
