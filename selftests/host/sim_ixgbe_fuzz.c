// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever a guest stores, at any time, into registers, shared pages, rings and buffers, the 82599
 * model must neither crash nor hang nor touch anything it was not given. Run under ASan and UBSan.
 * Seeded: SEED=n ROUNDS=n repeat or lengthen a run.
 */
#include "sim_ixgbe.h"
#include "fuzz.h"
#include "sim_fuzz.h"

/* Mostly values that get far: small numbers, valid addresses, bits that matter. */
static uint32_t value(void)
{
	switch (pick(8)) {
	case 0:
		return pick(80);
	case 1:
		return RX_RING + (rnd() & 0xff80);
	case 2:
		return 1u << pick(32);
	case 3:
		return 1u << 25 | (rnd() & 0xff);
	case 4:
		return pick(2) ? 0 : 0xffffffff;
	case 5:
		return RING * 16;
	}
	return rnd();
}

static uint64_t descriptor_address(void)
{
	switch (pick(4)) {
	case 0:
		return (uint64_t)rnd() << 32 | rnd();
	case 1:
		return TX_BUF + 0x100000 - pick(64);
	}
	return TX_BUF + pick(0x20000);
}

static void random_ring(struct desc *d)
{
	for (unsigned int i = 0; i < RING; i++) {
		uint32_t d2 = pick(3) ? TX_DATA | pick(3000) : rnd(), d3 = rnd();

		if (one_in(4))
			d2 = TX_CTX;
		else if (pick(2))
			d2 |= TX_EOP_IFCS | TX_RS;
		if (one_in(8))
			d2 |= TX_TSE | TX_VLE;
		if (pick(4))
			d3 = (d2 & 0xffff) << 14 | (d3 & 0x310);
		d[i] = (struct desc){ descriptor_address(), (uint64_t)d3 << 32 | d2 };
	}
}

static void random_frame(struct port *t)
{
	static uint8_t f[16384];
	uint32_t len = ip_frame(f, pick(2), pick(2) ? 6 : 17, pick(2000));

	if (one_in(3))
		len = pick(len);
	for (unsigned int i = pick(8); len && i; i--)
		f[pick(len)] = rnd();
	if (len >= 14)
		sim_inproc_inject(t->p, f, len);
}

/* A random register soon leaves the port deaf or mute; what follows is to reach it again. */
static void restart(struct port *t)
{
	sim_inproc_flr(t->p);
	sim_inproc_enable(t->p);
	sim_inproc_link(t->p, true);
	settle();
	for (unsigned int q = 0; q < 4; q++) {
		rx_on(t, q, SRRCTL_ADV, 0, 32);
		tx_on(t, q, 0);
	}
	rx_open(t);
}

static void one_move(struct port *t)
{
	static const uint32_t pages[] = { 0x1000, 0x6000, 0x7000, 0xd000 };
	unsigned int q = pick(4);
	volatile uint8_t *page;
	struct desc *d;

	switch (pick(12)) {
	case 0:
		if (one_in(8))
			wr(t, pick(0x20000) & ~3u, value());
		break;
	case 1:
		rd(t, pick(0x80000) & ~3u);
		break;
	case 2:
		wr(t, pages[pick(4)] + (rnd() & 0xffc), value());
		break;
	case 3:
		rx_on(t, q, SRRCTL_ADV + (pick(4) ? 0 : rnd()), rnd() & 1u << 30, pick(70));
		rx_open(t);
		break;
	case 4:
		tx_on(t, q, rnd() & 0x7f0000);
		random_ring(t->tx[q]);
		wr(t, TXQ(q) + 0x18, pick(70));
		break;
	case 5:
		wr(t, (pick(2) ? RXQ(q) : TXQ(q)) + 0x28, pick(2) ? 0 : value());
		break;
	case 6:
		wr(t, (pick(2) ? RXQ(q) : TXQ(q)) + 0x18, pick(70));
		break;
	case 7:
		d = pick(2) ? t->rx[q] : t->tx[q];
		if (d)
			d[pick(RING)].lo = descriptor_address();
		break;
	case 8:
		sim_inproc_link(t->p, pick(8));
		break;
	case 9:
		/* The pages again, as a plain store of any size at any place. */
		page = sim_inproc_bar_ptr(t->p, 0, pages[pick(4)]);
		if (page)
			page[rnd() & 0xfff] = rnd();
		break;
	default:
		random_frame(t);
	}
	if (one_in(4))
		sim_inproc_step(pick(100000));
	if (one_in(500))
		restart(t);
}

static bool usable_again(struct port *t)
{
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	restart(t);
	sim_inproc_inject(t->p, f, len);
	settle();
	return (t->rx[0][0].hi & 3) == 3 && !memcmp(t->rx_buf[0], f, len);
}

static struct sim_counters reached;

static void storm(const char *options, unsigned int moves)
{
	struct port *t = port_new(options);

	restart(t);
	while (moves-- && fuzz_more())
		one_move(t);
	FUZZ_CHECK(!ctr(t)->dma_after_stop);
	FUZZ_CHECK(usable_again(t));
	fuzz_reached(&reached, ctr(t));
	port_free(t);
}

static void fuzz_one(unsigned int moves)
{
	static const char *const options[] = { "trap=off", "trap=on", "trap=off,police=on" };

	storm(options[pick(3)], moves);
}

#ifndef FUZZ_LIBFUZZER
int main(void)
{
	fuzz_main(12, 10000);
	fuzz_reached_all(&reached);
	return tap_done();
}
#endif
