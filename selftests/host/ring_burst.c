/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libndrv's data path against cards in memory, the same for every descriptor format: wrap-around, full
 * and empty rings, status reports, frames in pieces, errors, and a random run that follows every
 * buffer.
 */
#include <errno.h>

#include "ring_fake.h"

static uint8_t frame[65536];

/* How many receive descriptors of a ring of 64 the card can be given at once. */
static uint32_t posted_of_64(void)
{
	return 64 - fake_card->rx_tail_step;
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
	tap_eq(f.rx_tail, posted_of_64(), "start posts all descriptors that the card can see");
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

	fake_init(&f, 64, 64, posted_of_64() - 1, 2048, 2048);
	tap_eq(fake_start(&f), -ENOBUFS, "a pool smaller than the ring is ENOBUFS");
	tap_ok(fake_all_home(&f), "and loses no buffer");
	fake_exit(&f);
}

static void test_rx_ring(void)
{
	unsigned int i, n = 0, wraps, bad = 0, full = posted_of_64();
	struct ndrv_pkt p[128];
	struct fake f;

	fake_init(&f, 64, 64, 512, 2048, 2048);
	fake_start(&f);
	while (fake_rx(&f, n, 100))
		n++;
	tap_eq(n, full, "a card can fill all posted descriptors");
	tap_eq(ndrv_rx_burst(f.q, p, 128), full, "and one burst takes them all");
	for (i = 0; i < full; i++)
		bad += !frame_is(p[i].data, 100, i);
	tap_eq(bad, 0, "in order");
	tap_eq(fake_rx_room(&f), full, "the ring is full of fresh buffers again");
	got(&f, p, full);
	freed(&f, p, full);

	for (wraps = 0; wraps < 1000; wraps++) {
		for (i = 0; i < 41; i++)
			bad += !fake_rx(&f, wraps + i, 60);
		bad += ndrv_rx_burst(f.q, p, 41) != 41;
		for (i = 0; i < 41; i++)
			bad += !frame_is(p[i].data, 60, wraps + i);
		got(&f, p, 41);
		freed(&f, p, 41);
	}
	tap_eq(bad, 0, "1000 rounds of 41 through a ring of 64");

	fake_rx(&f, 0, 2048 * 3);
	tap_eq(ndrv_rx_burst(f.q, p, 2), -EMSGSIZE, "a frame larger than the burst is EMSGSIZE");
	tap_eq(ndrv_rx_burst(f.q, p, 8), 3, "a frame in three pieces is three handles");
	tap_ok(p[0].flags == NDRV_PKT_F_MORE && p[1].flags == NDRV_PKT_F_MORE && !p[2].flags,
	       "MORE on all but the last");
	fake_rx(&f, 1, 60);
	fake_rx(&f, 2, 4096);
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
		if (!fake_rx(&f, n, 60))
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
	struct fake_tx_desc t;
	int i, rs = 0;

	fake_init(&f, 64, 128, 512, 2048, 2048);
	fake_start(&f);
	tap_eq(alloc(&f, p, 200), 200, "allocate");
	tap_eq(send(&f, p, 200), 127, "a ring of 128 takes 127");
	tap_eq(f.tx_tail, 127, "tail");
	for (i = 0; i < 127; i++) {
		f.card->tx_read(fake_tx_at(&f, i), &t);
		rs += t.report;
	}
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

static void test_tx_small(void)
{
	struct ndrv_pkt p[40];
	struct fake f;
	struct fake_tx_desc t;
	int i, rs = 0;

	fake_init(&f, 64, 128, 512, 2048, 2048);
	fake_start(&f);
	alloc(&f, p, 40);
	for (i = 0; i < 40; i++) {
		send(&f, p + i, 1);
		f.card->tx_read(fake_tx_at(&f, i), &t);
		rs += t.report;
	}
	tap_eq(rs, 40, "bursts of one: each asks for a report");
	for (i = 0; i < 31; i++)
		fake_tx(&f, frame, 0);
	tap_eq(ndrv_tx_reclaim(f.q), 40, "32 of them are awaited together");
	tap_eq(ndrv_queue_ready(f.q), 0, "so there is nothing to do for 31");
	fake_tx(&f, frame, 0);
	tap_eq(ndrv_queue_ready(f.q), NDRV_ARM_TX, "but for 32");
	tap_eq(ndrv_tx_reclaim(f.q), 8, "which come back");
	for (i = 0; i < 8; i++)
		fake_tx(&f, frame, 0);
	tap_eq(ndrv_queue_ready(f.q), NDRV_ARM_TX, "and the last one stands for what is left");
	tap_eq(ndrv_tx_reclaim(f.q), 0, "all sent");
	alloc(&f, p, 1);
	send(&f, p, 1);
	fake_tx(&f, frame, 0);
	tap_eq(ndrv_tx_reclaim(f.q), 0, "one alone comes back");
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

static void test_tx_errors(void)
{
	int i, max = fake_card->tx_max_pieces, pieces, singles;
	struct ndrv_pkt p[64], bad;
	uint8_t outside[64];
	struct fake f;

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
	for (i = 5; i < 64; i++)
		p[i].flags = NDRV_PKT_F_MORE;
	p[5 + max].flags = 0;
	tap_eq(send(&f, p + 5, max + 1), -EINVAL, "more pieces than a frame may have");
	pieces = max < 27 ? max : 27;
	singles = 26 - (pieces - 1);
	p[5 + pieces - 1].flags = 0;
	for (i = 45; i < 64; i++)
		p[i].flags = 0;
	tap_eq(send(&f, p + 45, singles), singles, "leave room for all pieces of a frame but one");
	tap_eq(send(&f, p + 5, pieces), 0, "it waits");
	while (fake_tx(&f, frame, 0))
		;
	tap_eq(send(&f, p + 5, pieces), pieces, "and goes when there is room");
	tap_eq(fake_tx(&f, frame, 0), pieces * 60, "as one frame");
	freed(&f, p + 5 + pieces, 40 - pieces);
	freed(&f, p + 45 + singles, 19 - singles);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "buffers come back by their start, wherever their data was");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

static void test_raw(void)
{
	struct fake_tx_desc t = { .len = 60, .total = 60, .last = 1 };
	uint32_t first, i, hidden;
	unsigned int round, bad = 0;
	struct ndrv_pkt p[2];
	struct fake f;
	void *was;

	fake_init(&f, 64, 64, 200, 2048, 2048);
	fake_start(&f);
	tap_eq(ndrv_rx_peek(f.q, 8, &first), 0, "peek at an empty ring");
	for (round = 0; round < 300; round++) {
		fake_rx(&f, round, 60);
		fake_rx(&f, round + 1, 61);
		bad += ndrv_rx_peek(f.q, 8, &first) != 2 || first != 2 * round;
		was = ndrv_rx_data(f.q, first + 1);
		bad += !frame_is(was, 61, round + 1);
		bad += f.card->rx_len((const uint8_t *)ndrv_rx_desc(f.q, first + 1)) != 61;
		/* Posted one by one, the last of them are not seen yet where the tail has steps. */
		hidden = 2 * (round + 1) & (f.card->rx_tail_step - 1);
		bad += ndrv_rx_release(f.q, 2) != 0 || fake_rx_room(&f) != posted_of_64() - hidden;
		memset(f.owner, OWNER_POOL, sizeof(f.owner));
	}
	tap_eq(bad, 0, "300 rounds of peek and release");

	alloc(&f, p, 1);
	memset(p[0].data, 0x5a, 60);
	t.iova = ndrv_iova(f.q, p[0].data);
	for (round = 0; round < 100; round++) {
		bad += ndrv_tx_reserve(f.q, 3, &first) != 3;
		for (i = 0; i < 3; i++) {
			t.report = i == 2;
			f.card->tx_write((uint8_t *)ndrv_tx_desc(f.q, first + i), &t);
		}
		bad += ndrv_tx_submit(f.q, 3) != 0;
		for (i = 0; i < 3; i++) {
			f.owner[fake_buf(&f, p[0].data)] = OWNER_TX;
			bad += fake_tx(&f, frame, 0) != 60;
		}
		bad += ndrv_tx_sent(f.q) != first + 3;
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

/* Frames around the lengths at which they take one more buffer, up to the longest; each is sent on. */
static void test_jumbo(void)
{
	uint32_t max = fake_card->tx_max_bytes, len, wrong = 0, frames = 0, i;
	uint64_t bytes = 0;
	struct ndrv_pkt p[16];
	struct fake f;
	int n;

	fake_init(&f, 64, 64, 512, 2048, 2048);
	fake_start(&f);
	for (len = 2047; len <= max; len += len % 2048 == 1 ? 2046 : 1) {
		uint32_t want = (len + 2047) / 2048, total = 0;

		/* A short last piece, and what is left of the buffer when the longest is reached. */
		len = len + 2046 > max && len % 2048 == 1 ? max : len;
		wrong += !fake_rx(&f, len, len);
		n = ndrv_rx_burst(f.q, p, 16);
		wrong += n != (int)want;
		got(&f, p, n > 0 ? n : 0);
		for (i = 0; i < (uint32_t)n; i++)
			total += p[i].len;
		wrong += total != len || send(&f, p, n) != n || fake_tx(&f, frame, 0) != len ||
			 !frame_is(frame, len, len);
		frames++;
		bytes += len;
		if (len == max)
			break;
	}
	tap_ok(!wrong && len == max, "%u frames of 2047 to %u bytes, wrong: %u", frames, len, wrong);
	tap_ok(f.q->counters->rx_packets == frames && f.q->counters->rx_bytes == bytes &&
	       f.q->counters->tx_packets == frames && f.q->counters->tx_bytes == bytes,
	       "each counts as one, with all its bytes");
	tap_eq(f.q->counters->rx_errors, 0, "and none as bad");
	ndrv_tx_reclaim(f.q);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");
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

static void count(__u64 *packets, __u64 *bytes, uint32_t len)
{
	++*packets;
	*bytes += len;
}

static unsigned int let_go(struct fake *f, const struct ndrv_pkt *held, unsigned int n)
{
	freed(f, held, n);
	return n;
}

/* Random traffic through a forwarder that sometimes keeps, drops or splits packets. */
static void random_run(unsigned int seed, uint32_t entries, uint32_t nr_bufs, uint32_t buf_bytes)
{
	uint8_t rx_seed[4096], tx_seed[4096];
	uint32_t rx_put = 0, rx_get = 0, tx_put = 0, tx_get = 0, rx_len[4096], tx_len[4096];
	struct ndrv_pkt p[64], held[512];
	unsigned int step, i, nr_held = 0, bad = 0, frames = 0;
	struct ndrv_counters sum = { 0 };
	uint32_t longest = fake_card->tx_max_bytes < 14000 ? fake_card->tx_max_bytes : 14000;
	struct fake f;
	int n, k;

	srandom(seed);
	fake_init(&f, entries, entries, nr_bufs, buf_bytes, 2048);
	fake_start(&f);
	for (step = 0; step < 1200; step++) {
		for (i = random() % 40; i; i--) {	/* the card receives */
			uint32_t len = random() % 16 ? 60 + random() % 1900 : 2049 + random() % (longest - 2048);
			uint8_t s = random();

			if (!fake_rx(&f, s, len))
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
			count(&sum.rx_packets, &sum.rx_bytes, total);
			if (random() % 8 == 0 && nr_held + i < 500) {
				memcpy(held + nr_held, p + k, (i + 1) * sizeof(*p));
				nr_held += i + 1;
			} else if (random() % 8 && send(&f, p + k, i + 1) == (int)i + 1) {
				tx_seed[tx_put % 4096] = rx_seed[rx_get % 4096];
				tx_len[tx_put++ % 4096] = total;
				count(&sum.tx_packets, &sum.tx_bytes, total);
			} else {
				freed(&f, p + k, i + 1);
			}
			rx_get++;
			k += i;
		}
		if (random() % 4 == 0)
			nr_held -= let_go(&f, held, nr_held);
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
			nr_held -= let_go(&f, held, nr_held);
			bad += fake_start(&f) != 0;
		}
	}
	freed(&f, held, nr_held);
	ndrv_rings_stop(f.q);
	bad += memcmp(&sum, f.q->counters, sizeof(sum)) != 0;
	tap_ok(!bad && !f.errors && fake_all_home(&f) && frames > 1000,
	       "random run %u, rings of %u, %u buffers of %u: %u frames sent, %u wrong, %u errors", seed,
	       entries, nr_bufs, buf_bytes, frames, bad, f.errors);
	fake_exit(&f);
}

int main(void)
{
	static const uint32_t shifts[] = { FAKE_PAGES, FAKE_ONE_PIECE };
	static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice, &fake_igb };
	unsigned int i;

	for (i = 0; i < 2 * sizeof(cards) / sizeof(*cards); i++) {
		fake_piece_shift = shifts[i & 1];
		fake_card = cards[i >> 1];
		printf("# %s, a pool %s\n", fake_card->name, i & 1 ? "in one piece" : "scattered in pages");
		test_states();
		test_rx_ring();
		test_rx_starved();
		test_tx_ring();
		test_tx_small();
		test_tx_errors();
		test_raw();
		test_jumbo();
		test_pool();
		random_run(1 + i, 64, 4096, 2048);
		random_run(3 + i, 64, 140, 4096);
		random_run(5 + i, 256, 1400, 4096);
		random_run(7 + i, 512, 8192, 2048);
	}
	return tap_done();
}
