// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever a guest stores, at any time, into registers, shared pages, rings, buffers and commands,
 * the E810 model must neither crash nor hang nor touch anything it was not given. Run under ASan
 * and UBSan. Seeded: SEED=n ROUNDS=n repeat or lengthen a run.
 */
#include "sim_e810_port.h"
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
		return 1u << 30 | (rnd() & 0x18ff);
	case 4:
		return pick(2) ? 0 : 0xffffffff;
	case 5:
		return RING;
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

static uint64_t random_data(void)
{
	static const uint64_t sums[] = { 0, IPV4_SUM | UDP, IPV4_SUM | TCP, IPV6 | TCP, IPV4 | SCTP };
	uint64_t hi = SIZE(pick(4) ? 60 + pick(1400) : pick(16384));

	if (pick(4))
		hi |= EOP | RS;
	if (one_in(3))
		hi |= sums[pick(5)] | LENS(14, 20 * (1 + pick(2)), 4 * (pick(6)));
	if (one_in(6))
		hi |= L2TAG1 | (uint64_t)rnd() << 48;
	return hi;
}

static void random_ring(struct txd *d)
{
	for (unsigned int i = 0; i < RING; i++) {
		uint64_t hi = random_data();

		switch (pick(16)) {
		case 0:
			hi = (uint64_t)rnd() << 32 | rnd();
			break;
		case 1:
			hi = CTX_TSO(pick(3000), pick(2000));
			break;
		case 2:
			hi = 1 | (uint64_t)(rnd() & 0x7f) << 4 | (uint64_t)rnd() << 32;
			break;
		case 3:
			hi = 8 | (uint64_t)(rnd() & 0xfff) << 4;
			break;
		}
		d[i] = (struct txd){ descriptor_address(), hi };
	}
}

static void random_frame(struct nic *n)
{
	static uint8_t f[16384];
	uint32_t len = ip_frame(f, pick(2), pick(2) ? 6 : 17, pick(2000));

	if (one_in(3))
		len = pick(len);
	for (unsigned int i = pick(8); len && i; i--)
		f[pick(len)] = (uint8_t)rnd();
	if (len >= 14)
		sim_inproc_inject(n->t->p, f, len);
}

static void random_command(struct nic *n)
{
	static const uint16_t ops[] = { 0x02a0, 0x02a1, 0x02a2, 0x0b02, 0x0b03, 0x0b04, 0x0b05, 0x0c30,
					0x0c31, 0x0210, 0x0211, 0x0213, 0x0208, 0x0209 };
	uint8_t param[16];

	for (unsigned int i = 0; i < 16; i++)
		param[i] = pick(3) ? (uint8_t)(pick(4)) : (uint8_t)rnd();
	if (pick(2))
		set16(param, (uint16_t)(0x8000 | pick(4)));
	for (unsigned int i = 0; i < 512; i++)
		n->t->buf[i] = pick(2) ? (uint8_t)(pick(8)) : (uint8_t)rnd();
	aq(n->t, ops[pick(sizeof(ops) / 2)], param, (uint16_t)(1 + pick(2100)), pick(4));
}

/* A random register soon leaves the port deaf or mute; what follows is to reach it again. */
static void restart(struct nic *n)
{
	sim_inproc_flr(n->t->p);
	sim_inproc_enable(n->t->p);
	sim_inproc_link(n->t->p, true);
	aq_open(n->t);
	settle();
	n->teid = default_group(n->t);
	n->vsi = (unsigned int)vsi_add(n->t, 0, 4, pick(4), (uint8_t)(rnd() & 0xe0), 0);
	rule_add(n->t, 1, 1, n->vsi, TO_VSI(n->vsi) | LB | LAN, bcast, 0, 0);
	for (unsigned int q = 0; q < 4; q++) {
		rx_on(n, q, &(struct rx_opts){ .rxdid = 2 }, 56);
		tx_on(n, q);
	}
}

/* A store of any size at any place of a shared page, or nothing where pages trap. */
static void random_store(struct nic *n, uint32_t page)
{
	volatile uint8_t *p = sim_inproc_bar_ptr(n->t->p, 0, page);

	if (p)
		p[rnd() & 0xfff] = (uint8_t)rnd();
}

static void one_move(struct nic *n)
{
	static const uint32_t areas[] = { 0x140000, 0x150000, 0x154000, 0x160000, 0x16c000, 0x280000,
					  0x120000, 0x400000, 0x40d000, 0x420000, 0x480000, 0x294000,
					  0x2d2000, 0xfc000, 0x380000, 0x3000000 };
	static const unsigned int ids[] = { 2, 22, 6, 1, 0 };
	bool paged = sim_inproc_dev(n->t->p)->bars[0].size > TX_PAGE(0);
	unsigned int q = pick(4);
	struct rx_opts o = { .rxdid = ids[pick(5)], .small = one_in(8),
			     .keep_crc = pick(2), .l2tag2 = pick(2),
			     .buf = pick(4) ? 0 : 128 * (pick(128)) };

	switch (pick(14)) {
	case 0:
		wr(n->t, areas[pick(paged ? 16 : 15)] + (rnd() & 0xffc), value());
		break;
	case 1:
		rd(n->t, pick((uint32_t)sim_inproc_dev(n->t->p)->bars[0].size) & ~3u);
		break;
	case 2:
		if (one_in(8))
			wr(n->t, pick(0x800000) & ~3u, value());
		break;
	case 3:
		wr(n->t, RX_CTRL(q), 0);
		rx_on(n, q, &o, pick(70));
		break;
	case 4:
		tx_off(n, q);
		tx_on(n, q);
		random_ring(n->tx[q]);
		wr(n->t, TX_TAIL(q), pick(70));
		break;
	case 5:
		wr(n->t, RX_CTRL(q), value());
		break;
	case 6:
		wr(n->t, pick(2) && paged ? RX_PAGE(q) : RX_TAIL(q), pick(70));
		break;
	case 7:
		wr(n->t, pick(2) && paged ? TX_PAGE(q) : TX_TAIL(q), pick(70));
		break;
	case 8:
		if (pick(2) && n->rx[q])
			n->rx[q][pick(RING)].qw[0] = descriptor_address();
		else if (n->tx[q])
			n->tx[q][pick(RING)].lo = descriptor_address();
		break;
	case 9:
		sim_inproc_link(n->t->p, pick(8));
		break;
	case 10:
		random_store(n, pick(2) ? RX_TAIL(0) : TX_TAIL(0));
		if (paged)
			random_store(n, pick(2) ? RX_PAGE(q) : TX_PAGE(q));
		break;
	case 11:
		if (one_in(4))
			random_command(n);
		break;
	default:
		random_frame(n);
	}
	if (one_in(4))
		sim_inproc_step(pick(100000));
	if (one_in(300))
		restart(n);
}

static bool usable_again(struct nic *n)
{
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 60);

	restart(n);
	sim_inproc_inject(n->t->p, f, len);
	settle();
	return (n->rx[0][0].qw[1] & 3) == 3 && !memcmp(n->rx_buf[0], f, len);
}

static struct sim_counters reached;

static void storm(const char *options, unsigned int moves)
{
	struct nic *n = nic_new(options, 4, 3);

	restart(n);
	while (moves-- && fuzz_more())
		one_move(n);
	FUZZ_CHECK(!ctr(n->t)->dma_after_stop);
	FUZZ_CHECK(usable_again(n));
	fuzz_reached(&reached, ctr(n->t));
	nic_free(n);
}

static void fuzz_one(unsigned int moves)
{
	static const char *const options[] = {
		"trap=off", "trap=on", "trap=off,police=on", "pages=off",
	};

	storm(options[pick(4)], moves);
}

#ifndef FUZZ_LIBFUZZER
int main(void)
{
	fuzz_main(12, 10000);
	fuzz_reached_all(&reached);
	tap_ok(reached.dma_faults, "... and addresses that are not mapped");
	return tap_done();
}
#endif
