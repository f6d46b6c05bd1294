// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever a guest stores, at any time, into registers, shared pages, rings and buffers, the 82599
 * model must neither crash nor hang nor touch anything it was not given. Run under ASan and UBSan.
 * Seeded: SEED=n ROUNDS=n repeat or lengthen a run.
 */
#include <time.h>

#include "sim_ixgbe.h"

static uint64_t state;

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

/* Mostly values that get far: small numbers, valid addresses, bits that matter. */
static uint32_t value(void)
{
	switch (rnd() % 8) {
	case 0:
		return rnd() % 80;
	case 1:
		return RX_RING + (rnd() & 0xff80);
	case 2:
		return 1u << rnd() % 32;
	case 3:
		return 1u << 25 | (rnd() & 0xff);
	case 4:
		return rnd() % 2 ? 0 : 0xffffffff;
	case 5:
		return RING * 16;
	}
	return rnd();
}

static uint64_t descriptor_address(void)
{
	switch (rnd() % 4) {
	case 0:
		return (uint64_t)rnd() << 32 | rnd();
	case 1:
		return TX_BUF + 0x100000 - rnd() % 64;
	}
	return TX_BUF + rnd() % 0x20000;
}

static void random_ring(struct desc *d)
{
	for (unsigned int i = 0; i < RING; i++) {
		uint32_t d2 = rnd() % 3 ? TX_DATA | rnd() % 3000 : rnd(), d3 = rnd();

		if (rnd() % 4 == 0)
			d2 = TX_CTX;
		else if (rnd() % 2)
			d2 |= TX_EOP_IFCS | TX_RS;
		if (rnd() % 8 == 0)
			d2 |= TX_TSE | TX_VLE;
		if (rnd() % 4)
			d3 = (d2 & 0xffff) << 14 | (d3 & 0x310);
		d[i] = (struct desc){ descriptor_address(), (uint64_t)d3 << 32 | d2 };
	}
}

static void random_frame(struct port *t)
{
	static uint8_t f[16384];
	uint32_t len = ip_frame(f, rnd() % 2, rnd() % 2 ? 6 : 17, rnd() % 2000);

	if (rnd() % 3 == 0)
		len = rnd() % len;
	for (unsigned int i = rnd() % 8; len && i; i--)
		f[rnd() % len] = rnd();
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
	unsigned int q = rnd() % 4;
	volatile uint8_t *page;
	struct desc *d;

	switch (rnd() % 12) {
	case 0:
		if (rnd() % 8 == 0)
			wr(t, rnd() % 0x20000 & ~3u, value());
		break;
	case 1:
		rd(t, rnd() % 0x80000 & ~3u);
		break;
	case 2:
		wr(t, pages[rnd() % 4] + (rnd() & 0xffc), value());
		break;
	case 3:
		rx_on(t, q, SRRCTL_ADV + (rnd() % 4 ? 0 : rnd()), rnd() & 1u << 30, rnd() % 70);
		rx_open(t);
		break;
	case 4:
		tx_on(t, q, rnd() & 0x7f0000);
		random_ring(t->tx[q]);
		wr(t, TXQ(q) + 0x18, rnd() % 70);
		break;
	case 5:
		wr(t, (rnd() % 2 ? RXQ(q) : TXQ(q)) + 0x28, rnd() % 2 ? 0 : value());
		break;
	case 6:
		wr(t, (rnd() % 2 ? RXQ(q) : TXQ(q)) + 0x18, rnd() % 70);
		break;
	case 7:
		d = rnd() % 2 ? t->rx[q] : t->tx[q];
		if (d)
			d[rnd() % RING].lo = descriptor_address();
		break;
	case 8:
		sim_inproc_link(t->p, rnd() % 8);
		break;
	case 9:
		/* The pages again, as a plain store of any size at any place. */
		page = sim_inproc_bar_ptr(t->p, 0, pages[rnd() % 4]);
		if (page)
			page[rnd() & 0xfff] = rnd();
		break;
	default:
		random_frame(t);
	}
	if (rnd() % 4 == 0)
		sim_inproc_step(rnd() % 100000);
	if (rnd() % 500 == 0)
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

static void run(const char *options, unsigned int rounds, uint64_t seed)
{
	struct port *t = port_new(options);
	struct timespec a, b;

	state = seed * 0x9e3779b97f4a7c15ull + 1;
	restart(t);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (unsigned int i = 0; i < rounds; i++)
		one_move(t);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("# %s: %u moves, seed %llu, %.1f s: %llu frames in, %llu out, %llu faults, "
	       "%llu bad descriptors, %llu bad tails\n", options, rounds, (unsigned long long)seed,
	       b.tv_sec - a.tv_sec + (b.tv_nsec - a.tv_nsec) / 1e9,
	       (unsigned long long)ctr(t)->rx_frames, (unsigned long long)ctr(t)->tx_frames,
	       (unsigned long long)ctr(t)->dma_faults, (unsigned long long)ctr(t)->bad_desc,
	       (unsigned long long)ctr(t)->tail_overruns);
	tap_ok(ctr(t)->rx_frames && ctr(t)->tx_frames && ctr(t)->bad_desc && ctr(t)->tail_overruns,
	       "%s: the storm reached rings and descriptors", options);
	tap_eq(ctr(t)->dma_after_stop, 0, "no DMA for a stopped queue");
	tap_ok(usable_again(t), "%s: after FLR the port works as new", options);
	port_free(t);
}

int main(void)
{
	const char *s = getenv("SEED"), *r = getenv("ROUNDS");
	unsigned int rounds = r ? strtoul(r, NULL, 0) : 40000;
	uint64_t seed = s ? strtoull(s, NULL, 0) : 1;

	run("trap=off", rounds, seed);
	run("trap=on", rounds, seed + 1);
	run("trap=off,police=on", rounds, seed + 2);
	return tap_done();
}
