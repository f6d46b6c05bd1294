// SPDX-License-Identifier: GPL-2.0-only
/*
 * The builds of the descriptor loops for vectors against the scalar one, which is the reference: two queues
 * on two cards that do the same at the same time, whatever it is. Results, handles, descriptors, slots,
 * counters and indexes must be the same after every move, bit for bit.
 */
#include <errno.h>

#include "ring_fake.h"
#include "fuzz.h"

#define POOL_BYTES	(768u * 2048u)
#define BURST		80
#define HELD_MAX	300

static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice, &fake_igb };

/* 0: the reference */
static struct fake fake[2];
static struct ndrv_pkt held[2][HELD_MAX];
static unsigned int nr_held;
static enum simd simd;
static uint64_t handles[NR_SIMD], sent[NR_SIMD], refused[NR_SIMD];

/* ---- the same? ------------------------------------------------------------------------------- */

static size_t place(unsigned int i, const void *p)
{
	return p ? (size_t)((const uint8_t *)p - fake[i].mem) : SIZE_MAX;
}

static bool same_pkts(const struct ndrv_pkt *a, const struct ndrv_pkt *b, unsigned int n)
{
	for (; n; n--, a++, b++)
		if (place(0, a->data) != place(1, b->data) || a->len != b->len || a->flags != b->flags ||
		    a->hash != b->hash || a->vlan != b->vlan || a->mss != b->mss)
			return false;
	return true;
}

static bool same_slots(uint8_t *const *a, uint8_t *const *b, uint32_t from, uint32_t to, uint32_t mask)
{
	for (; from != to; from++)
		if (place(0, a[from & mask]) != place(1, b[from & mask]))
			return false;
	return true;
}

static bool same_rx(void)
{
	const struct rx_side *a = &fake[0].q->rx, *b = &fake[1].q->rx;
	uint32_t i;

	if (a->next != b->next || a->fill != b->fill || fake[0].rx_tail != fake[1].rx_tail ||
	    !same_slots(a->bufs, b->bufs, a->next, a->fill, a->mask))
		return false;
	/* Behind its first half an E810 reads nothing in a descriptor. */
	for (i = 0; i < fake[0].rx_entries; i++)
		if (memcmp(fake_rx_at(&fake[0], i), fake_rx_at(&fake[1], i), 16) != 0)
			return false;
	return true;
}

/* Behind next the ring is the library's: nobody reads what is there. */
static bool same_tx(void)
{
	const struct tx_side *a = &fake[0].q->tx, *b = &fake[1].q->tx;
	uint32_t i;

	if (a->next != b->next || a->clean != b->clean || a->rs_head != b->rs_head ||
	    a->rs_tail != b->rs_tail || fake[0].tx_tail != fake[1].tx_tail ||
	    !same_slots(a->bufs, b->bufs, a->clean, a->next, a->mask))
		return false;
	for (i = a->rs_head; i != a->rs_tail; i++)
		if (a->rs[i & a->mask] != b->rs[i & a->mask])
			return false;
	for (i = a->clean; i != a->next; i++)
		if (memcmp(fake_tx_at(&fake[0], i), fake_tx_at(&fake[1], i), 16) != 0)
			return false;
	return true;
}

static bool same_cache(void)
{
	const struct cache *a = &fake[0].q->cache, *b = &fake[1].q->cache;

	return a->n == b->n && same_slots(a->bufs, (uint8_t *const *)b->bufs, 0, a->n, ~0u);
}

static void compare(void)
{
	FUZZ_CHECK(same_rx());
	FUZZ_CHECK(same_tx());
	FUZZ_CHECK(same_cache());
	FUZZ_CHECK(same_pkts(held[0], held[1], nr_held));
	FUZZ_CHECK(!memcmp(fake[0].q->counters, fake[1].q->counters, sizeof(struct ndrv_counters)));
}

/* ---- what the cards do ----------------------------------------------------------------------- */

static struct fake_meta any_meta(void)
{
	struct fake_meta meta = { rnd(), rnd(), rnd() & ~3u, (uint16_t)rnd() };

	/* Mostly frames without error, with all flags that they can have, and types that exist. */
	if (pick(8)) {
		meta.status &= fake[0].card == &fake_ice ? 0x3008 : 0x78;
		if (pick(4))
			meta.info = fake[0].card == &fake_ice ? 20 + pick(80) : rnd() & 0x0fff;
	}
	return meta;
}

/* Frames arrive in order, whole and in pieces. */
static void rx_frames(void)
{
	unsigned int n = 1 + pick(BURST), i;
	bool plain = pick(2);

	while (n--) {
		uint32_t len = one_in(30) ? rnd() : pick(2049);
		bool last = plain || !one_in(10);
		struct fake_meta meta = any_meta();

		if (plain)
			meta.status &= fake[0].card == &fake_ice ? 0x3008 : 0x78;
		for (i = 0; i < 2; i++) {
			struct fake *f = &fake[i];

			if (!fake_rx_room(f))
				return;
			f->card->rx_write_back(fake_rx_at(f, f->rx_head), plain ? len % 2049 : len, last, &meta);
			f->rx_head = (f->rx_head + 1) & (f->rx_entries - 1);
		}
	}
}

/* Or anything anywhere. */
static void rx_lie(void)
{
	uint32_t slot = pick(4) ? fake[0].q->rx.next + pick(32) : pick(fake[0].rx_entries);
	uint8_t desc[32];

	fuzz_bytes(desc, sizeof(desc));
	if (one_in(2))
		desc[8] |= 3;
	memcpy(fake_rx_at(&fake[0], slot), desc, fake[0].card->rx_desc_bytes);
	memcpy(fake_rx_at(&fake[1], slot), desc, fake[0].card->rx_desc_bytes);
}

/* All is sent, or a part; and reported, also what did not ask for it. */
static void tx_sent(void)
{
	unsigned int i, n = pick(2) ? ~0u : pick(64), k;

	for (i = 0; i < 2; i++) {
		struct fake *f = &fake[i];

		for (k = n; k && f->tx_head != f->tx_tail; k--) {
			f->card->tx_report(fake_tx_at(f, f->tx_head));
			f->tx_head = (f->tx_head + 1) & (f->tx_entries - 1);
		}
	}
}

/* ---- what programs do ------------------------------------------------------------------------ */

static void move_rx(void)
{
	unsigned int n = 1 + pick(BURST), i;
	int got[2];

	if (nr_held + n > HELD_MAX)
		return;
	for (i = 0; i < 2; i++)
		got[i] = ndrv_rx_burst(fake[i].q, held[i] + nr_held, n);
	FUZZ_CHECK(got[0] == got[1]);
	if (got[0] > 0 && got[0] == got[1]) {
		nr_held += (unsigned int)got[0];
		handles[simd] += (unsigned int)got[0];
	}
}

static void drop(unsigned int from, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		memmove(held[i] + from, held[i] + from + n, (nr_held - from - n) * sizeof(held[0][0]));
	nr_held -= n;
}

/* Mostly just beyond what can be sent. */
static void spoil(struct ndrv_pkt *p)
{
	const struct fake *f = &fake[0];
	const uint32_t edges[] = { f->card->tx_max_bytes, f->buf_bytes, 17, 0, 0x7fffffff, 0xffffffff };

	if (one_in(3))
		p->flags = pick(2) ? rnd() : 1u << pick(32);
	if (one_in(2)) {
		p->len = pick(4) ? edges[pick(6)] + pick(3) - 1 : rnd();
		p->data = (uint8_t *)p->data - place(0, p->data) % f->buf_bytes;
	}
	if (one_in(4))
		p->data = f->mem + (pick(2) ? POOL_BYTES : pick(2) * (0ul - f->buf_bytes)) + pick(3) - 1;
	else if (one_in(4))
		p->data = (uint8_t *)p->data + (pick(2) ? pick(f->buf_bytes) : rnd());
}

static void move_tx(void)
{
	unsigned int n = nr_held ? 1 + pick(nr_held < BURST ? nr_held : BURST) : 0, i;
	struct ndrv_pkt was[2];
	bool wrong = one_in(3);
	int took[2];

	for (i = 0; i < n; i++) {
		struct ndrv_pkt *p = &held[0][i];

		if (!wrong || pick(40))
			p->flags &= ~NDRV_PKT_F_MORE;
		p->len = 17 + pick(1900);
		if (wrong && one_in(n)) {
			was[0] = *p;
			was[1] = held[1][i];
			spoil(p);
			held[1][i] = *p;
			held[1][i].data = (uint8_t *)was[1].data +
					  ((uintptr_t)p->data - (uintptr_t)was[0].data);
		} else {
			held[1][i].flags = p->flags;
			held[1][i].len = p->len;
		}
	}
	for (i = 0; i < 2; i++)
		took[i] = n ? ndrv_tx_burst(fake[i].q, held[i], n) : ndrv_tx_reclaim(fake[i].q);
	FUZZ_CHECK(took[0] == took[1]);
	if (!n || took[0] != took[1])
		return;
	if (took[0] > 0) {
		sent[simd] += (unsigned int)took[0];
		drop(0, (unsigned int)took[0]);
	} else if (took[0] < 0) {
		/* Its buffer may be anything by now, so it is not given back: some are lost this way. */
		refused[simd]++;
		drop(0, 1);
	}
}

static void move_free(void)
{
	unsigned int n = pick(nr_held + 1), i;

	for (i = 0; i < n; i++) {
		size_t at = place(0, held[0][i].data);

		if (at < POOL_BYTES) {
			ndrv_pkt_free(fake[0].q, &held[0][i], 1);
			ndrv_pkt_free(fake[1].q, &held[1][i], 1);
		}
	}
	drop(0, n);
}

static void move_alloc(void)
{
	unsigned int n = 1 + pick(BURST), i, k[2];

	if (nr_held + n > HELD_MAX)
		return;
	for (i = 0; i < 2; i++)
		k[i] = ndrv_pkt_alloc(fake[i].q, held[i] + nr_held, n);
	FUZZ_CHECK(k[0] == k[1]);
	nr_held += k[0];
}

static void move_restart(void)
{
	if (!one_in(20))
		return;
	ndrv_rings_stop(fake[0].q);
	ndrv_rings_stop(fake[1].q);
	FUZZ_CHECK(fake_start(&fake[0]) == fake_start(&fake[1]));
}

static void (*const moves_of[])(void) = {
	rx_frames, rx_frames, rx_frames, rx_lie, tx_sent, tx_sent, move_rx, move_rx, move_rx, move_tx, move_tx,
	move_tx, move_free, move_alloc, move_restart,
};

static void open_both(const struct fake_card *card, uint32_t entries, uint32_t buf_bytes,
		      uint32_t rx_buf_bytes)
{
	unsigned int i;

	fake_card = card;
	nr_held = 0;
	for (i = 0; i < 2; i++) {
		fake_ops = ndrv_simd_ops(card->desc_format, i ? simd : SIMD_SCALAR);
		fake_init(&fake[i], entries, entries, POOL_BYTES / buf_bytes, buf_bytes, rx_buf_bytes);
		FUZZ_CHECK(!fake_start(&fake[i]));
	}
}

static void close_both(void)
{
	fake_exit(&fake[0]);
	fake_exit(&fake[1]);
}

static void fuzz_one(unsigned int moves)
{
	bool large;

	simd = 1 + pick(NR_SIMD - 1);
	if (!ndrv_simd_ops(NDRV_DESC_IXGBE, simd))
		return;
	/* Buffers that hold more than a frame may have; they are few. */
	large = one_in(4);
	fake_piece_shift = large || pick(8) ? FAKE_ONE_PIECE : FAKE_PAGES;
	fake_features = rnd();
	open_both(cards[pick(sizeof(cards) / sizeof(cards[0]))], large ? 32 : 32u << pick(4),
		  large ? 16384 : 2048, 512u << pick(3));
	while (moves-- && fuzz_more()) {
		moves_of[pick(sizeof(moves_of) / sizeof(moves_of[0]))]();
		compare();
	}
	close_both();
}

#ifndef FUZZ_LIBFUZZER

/* Every packet type and every status without error: those that one word in @desc at @at can say. */
static void every_word(const struct fake_card *card, unsigned int at, const uint8_t *desc)
{
	uint32_t word, i, k, done = 0;
	struct ndrv_pkt p[2][32];

	fake_piece_shift = FAKE_ONE_PIECE;
	open_both(card, 64, 2048, 2048);
	for (word = 0; word < 0x10000; word += 32) {
		for (i = 0; i < 2; i++)
			for (k = 0; k < 32; k++) {
				uint8_t *d = fake_rx_at(&fake[i], fake[i].q->rx.next + k);

				memcpy(d, desc, card->rx_desc_bytes);
				d[at] = (uint8_t)(word + k);
				d[at + 1] = (uint8_t)((word + k) >> 8);
				d[8] |= 3;		/* DD, and the last piece */
			}
		for (i = 0; i < 2; i++)
			if (ndrv_rx_burst(fake[i].q, p[i], 32) == 32)
				done++;
		fuzz_broken += !same_pkts(p[0], p[1], 32);
		for (i = 0; i < 2; i++)
			ndrv_pkt_free(fake[i].q, p[i], 32);
		compare();
	}
	tap_ok(!fuzz_broken && done == 4096, "%s, %s: all values of the word at byte %u", ndrv_simd_name(simd),
	       card->name, at);
	close_both();
}

static void every(void)
{
	/* A write-back that says nothing but its length, 60. */
	static const uint8_t adv[16] = { [12] = 60 }, ice[32] = { [0] = 2, [4] = 60 };
	static const uint8_t ice_l3l4p[32] = { [0] = 2, [4] = 60, [8] = 8 };

	every_word(&fake_ixgbe, 0, adv);
	every_word(&fake_ixgbe, 8, adv);
	every_word(&fake_ixgbe, 10, adv);
	every_word(&fake_ixgbe, 12, adv);
	every_word(&fake_igb, 10, adv);
	every_word(&fake_ice, 2, ice);
	every_word(&fake_ice, 2, ice_l3l4p);
	every_word(&fake_ice, 4, ice);
	every_word(&fake_ice, 8, ice);
}

/* NDRV_SIMD limits what programs get; it does not give them what the CPU does not have. */
static void choice(void)
{
	const struct desc_ops *ops = NULL;
	unsigned int i, wrong = 0;

	for (i = 0; i < NR_SIMD; i++) {
		if (ndrv_simd_ops(NDRV_DESC_ICE, i))
			ops = ndrv_simd_ops(NDRV_DESC_ICE, i);
		setenv("NDRV_SIMD", ndrv_simd_name(i), 1);
		wrong += ndrv_simd_best(NDRV_DESC_ICE) != ops;
	}
	unsetenv("NDRV_SIMD");
	if (ndrv_cpu_is_emulated())
		ops = &ndrv_desc_ice;
	wrong += ndrv_simd_best(NDRV_DESC_ICE) != ops;
	setenv("NDRV_SIMD", "scalar", 1);
	tap_ok(!wrong && ndrv_simd_best(NDRV_DESC_IXGBE) == &ndrv_desc_ixgbe &&
	       ndrv_simd_best(NDRV_DESC_IGB) == &ndrv_desc_igb, "NDRV_SIMD is kept to");
	unsetenv("NDRV_SIMD");
	tap_ok(!ndrv_simd_best(0) && !ndrv_simd_best(1000), "no loops for unknown descriptors");
}

int main(void)
{
	choice();
	for (simd = 1; simd < NR_SIMD; simd++) {
		if (ndrv_simd_ops(NDRV_DESC_IXGBE, simd))
			every();
		else
			tap_skip(ndrv_simd_name(simd), "this CPU does not have it");
	}
	fuzz_main(600, 300);
	for (simd = 1; simd < NR_SIMD; simd++) {
		if (!ndrv_simd_ops(NDRV_DESC_IXGBE, simd))
			continue;
		printf("# %s: %llu handles, %llu sent, %llu refused\n", ndrv_simd_name(simd),
		       (unsigned long long)handles[simd], (unsigned long long)sent[simd],
		       (unsigned long long)refused[simd]);
		tap_ok(handles[simd] && sent[simd] && refused[simd], "%s: all sides were reached",
		       ndrv_simd_name(simd));
	}
	return tap_done();
}
#endif
