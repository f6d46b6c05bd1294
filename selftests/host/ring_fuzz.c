// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever a card writes into its rings, at any time, libndrv's bursts must not read or write outside
 * of rings and buffers, nor hand out a buffer twice, a handle longer than its buffer, or lose one.
 */
#include <errno.h>

#include "ring_fake.h"
#include "fuzz.h"

#define NR_BUFS		512
#define BUF_BYTES	2048
#define BURST		48
#define HELD_MAX	200

static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice, &fake_igb };

static struct fake fake;
static struct ndrv_pkt held[HELD_MAX];	/* the program's */
static unsigned int nr_held;
static uint64_t handles, frames_sent, refused;

/* What the card says of a receive descriptor: mostly done, with fields of all kinds. */
static void rx_lie(void)
{
	/* Where the library looks next, most of the time. */
	uint32_t slot = pick(4) ? fake.q->rx.next + pick(2) * pick(8) : pick(fake.rx_entries), i;
	uint8_t *d = fake_rx_at(&fake, slot);	/* within the ring, whatever slot is */
	struct fake_meta meta = { rnd(), rnd(), rnd() & ~3u, (uint16_t)rnd() };

	switch (pick(6)) {
	case 0:
		fuzz_bytes(d, fake.card->rx_desc_bytes);
		break;
	case 1:
		d[pick(fake.card->rx_desc_bytes)] = (uint8_t)rnd();
		break;
	case 2:
		memset(d, pick(2) ? 0xff : 0, fake.card->rx_desc_bytes);
		break;
	default:
		for (i = 1 + pick(4); i; i--) {
			fake.card->rx_write_back(fake_rx_at(&fake, slot++),
						 pick(2) ? pick(4096) : rnd(), pick(4) != 0, &meta);
		}
	}
}

static void tx_lie(void)
{
	uint32_t slot = pick(fake.tx_entries);

	switch (pick(4)) {
	case 0:
		fuzz_bytes(fake_tx_at(&fake, slot), 16);
		break;
	case 1:
		fake.card->tx_report(fake_tx_at(&fake, slot));
		break;
	default:
		fake_tx_blind(&fake);
	}
}

/* In a buffer of the pool, not behind its end, and nobody else's. */
static void handle_check(const struct ndrv_pkt *p)
{
	const uint8_t *data = p->data;
	size_t off = (size_t)(data - fake.mem);
	uint32_t buf = fake_buf(&fake, data);

	FUZZ_CHECK(data >= fake.mem && off < (size_t)NR_BUFS * BUF_BYTES);
	if (data < fake.mem || off >= (size_t)NR_BUFS * BUF_BYTES)
		return;
	FUZZ_CHECK(p->len <= fake.rx_buf_bytes && off % BUF_BYTES + p->len <= BUF_BYTES);
	FUZZ_CHECK(fake.owner[buf] != OWNER_PROGRAM);
	fake.owner[buf] = OWNER_PROGRAM;
}

static void hold(const struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		held[nr_held++] = pkts[i];
}

static void move_rx(void)
{
	unsigned int n = 1 + pick(BURST);
	struct ndrv_pkt *pkts = malloc(n * sizeof(*pkts));	/* not one more */
	int i, got;

	if (nr_held + n > HELD_MAX)
		n = HELD_MAX - nr_held;
	got = ndrv_rx_burst(fake.q, pkts, n);
	FUZZ_CHECK(got <= (int)n);
	FUZZ_CHECK(got >= 0 || got == -EMSGSIZE || got == -ESTALE || got == -ENODEV || got == -EPIPE);
	for (i = 0; i < got; i++)
		handle_check(&pkts[i]);
	FUZZ_CHECK(got <= 0 || !(pkts[got - 1].flags & NDRV_PKT_F_MORE));
	if (got > 0) {
		handles += (unsigned int)got;
		hold(pkts, (unsigned int)got);
	}
	free(pkts);
}

static void own(const struct ndrv_pkt *pkts, unsigned int n, enum owner owner)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		fake.owner[fake_buf(&fake, pkts[i].data)] = owner;
}

static void drop_front(unsigned int n)
{
	nr_held -= n;
	memmove(held, held + n, nr_held * sizeof(held[0]));
}

/* A program that is wrong, too: any flags, lengths and requests. The card must then get none of it. */
static void spoil(struct ndrv_pkt *p)
{
	p->flags = pick(2) ? rnd() : 1u << pick(32);
	if (pick(2))
		p->len = pick(2) ? pick(BUF_BYTES + 100) : rnd();
	if (pick(2)) {
		p->l2_len = (uint8_t)rnd();
		p->l3_len = (uint8_t)rnd();
		p->l4_len = (uint8_t)rnd();
		p->mss = (uint16_t)rnd();
	}
}

/*
 * Every descriptor between two tails lies in the pool. Those with requests in front of their frame are
 * no data, and what kind they are is the card's to say.
 */
static void move_tx(void)
{
	unsigned int n = nr_held ? 1 + pick(nr_held < BURST ? nr_held : BURST) : 0, i;
	int took;

	for (i = 0; i < n; i++) {
		held[i].flags &= NDRV_PKT_F_MORE;
		if (held[i].len < 60)
			held[i].len = 60;
		if (one_in(8))
			spoil(&held[i]);
		if (one_in(8))
			ndrv_pkt_csum_prepare(&held[i]);
	}
	took = n ? ndrv_tx_burst(fake.q, held, n) : ndrv_tx_reclaim(fake.q);
	FUZZ_CHECK(took <= (int)(n ? n : fake.tx_entries));
	if (took < 0 && n) {
		refused++;
		own(held, 1, OWNER_POOL);
		ndrv_pkt_free(fake.q, held, 1);
		drop_front(1);
	} else if (n) {
		frames_sent += (unsigned int)took;
		own(held, (unsigned int)took, OWNER_TX);
		drop_front((unsigned int)took);
	}
}

static void move_free(void)
{
	unsigned int n = pick(nr_held + 1);

	own(held, n, OWNER_POOL);
	ndrv_pkt_free(fake.q, held, n);
	drop_front(n);
}

static void move_alloc(void)
{
	struct ndrv_pkt pkts[BURST];
	unsigned int n = 1 + pick(BURST), i;

	if (nr_held + n > HELD_MAX)
		return;
	n = ndrv_pkt_alloc(fake.q, pkts, n);
	for (i = 0; i < n; i++) {
		handle_check(&pkts[i]);
		pkts[i].len = 60 + pick(1400);
	}
	hold(pkts, n);
}

/* Revoked, or gone, and started again. */
static void move_state(void)
{
	if (!one_in(8))
		return;
	fake.status.state = pick(2) ? NDRV_STATE_REVOKED : NDRV_STATE_GONE;
	fake.status.generation += 2;
	move_rx();
	move_tx();
	ndrv_rings_stop(fake.q);
	FUZZ_CHECK(!fake_start(&fake));
}

static void (*const moves_of[])(void) = {
	rx_lie, rx_lie, rx_lie, rx_lie, tx_lie, tx_lie, move_rx, move_rx, move_rx, move_tx, move_tx,
	move_free, move_alloc, move_state,
};

static void fuzz_one(unsigned int moves)
{
	static const uint32_t sizes[] = { 64, 128, 256 };

	fake_card = cards[pick(sizeof(cards) / sizeof(cards[0]))];
	fake_piece_shift = pick(2) ? FAKE_PAGES : FAKE_ONE_PIECE;
	fake_features = rnd();
	nr_held = 0;
	fake_init(&fake, sizes[pick(3)], sizes[pick(3)], NR_BUFS, BUF_BYTES, 512u << pick(3));
	FUZZ_CHECK(!fake_start(&fake));
	while (moves-- && fuzz_more())
		moves_of[pick(sizeof(moves_of) / sizeof(moves_of[0]))]();
	ndrv_pkt_free(fake.q, held, nr_held);
	ndrv_rings_stop(fake.q);
	ndrv_view_exit(fake.q);
	FUZZ_CHECK(fake_all_home(&fake));
	ndrv_rings_exit(fake.q);
	FUZZ_CHECK(!ndrv_pool_destroy(fake.pool));
	free(fake.q);
	free(fake.rx_ring);
	free(fake.tx_ring);
	free(fake.mem);
	free(fake.iovas);
}

#ifndef FUZZ_LIBFUZZER
int main(void)
{
	fuzz_main(2000, 300);
	printf("# %llu handles, %llu sent, %llu refused\n", (unsigned long long)handles,
	       (unsigned long long)frames_sent, (unsigned long long)refused);
	tap_ok(handles && frames_sent && refused, "all sides were reached");
	return tap_done();
}
#endif
