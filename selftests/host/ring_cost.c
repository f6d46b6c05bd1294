/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the data path costs: forwards 64-byte frames between the rings of a card in memory and prints
 * the time inside the library. Run it under callgrind for instructions per packet:
 *   valgrind --tool=callgrind --collect-atstart=no --toggle-collect='forward_burst' \
 *           ring_cost 100000 E810
 * Fails when packets get lost, and never because it was slow: machines differ.
 */
#include <time.h>

#include "ring_fake.h"

#define BURST 32
/* The best of many short windows: what other programs took from the CPU does not count. */
#define WINDOW_BURSTS 1000

/* Apart, so that callgrind can tell it from the card's part of the work. */
static __attribute__((noinline)) int forward_burst(struct ndrv_queue *q)
{
	struct ndrv_pkt pkts[BURST];
	int n = ndrv_rx_burst(q, pkts, BURST);

	return n > 0 ? ndrv_tx_burst(q, pkts, n) : n;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void forward(unsigned long packets)
{
	double in_lib = 0, best = 1e9, start;
	unsigned long done = 0;
	unsigned int bursts = 0, i;
	struct fake f;
	int n = BURST;

	fake_piece_shift = FAKE_ONE_PIECE;
	fake_init(&f, 512, 512, 4096, 2048, 2048);
	if (fake_start(&f)) {
		tap_ok(0, "%s starts", f.card->name);
		return;
	}
	while (done < packets && n == BURST) {
		for (i = 0; i < BURST; i++)
			fake_rx_blind(&f, 60);
		start = now_ns();
		n = forward_burst(f.q);
		in_lib += now_ns() - start;
		done += n > 0 ? n : 0;
		if (++bursts == WINDOW_BURSTS || done >= packets) {
			best = in_lib / bursts < best ? in_lib / bursts : best;
			in_lib = bursts = 0;
		}
		fake_tx_blind(&f);
	}
	printf("# %s: %lu packets, %.1f ns each in the library\n", f.card->name, done, best / BURST);
	tap_ok(done >= packets, "%s: every packet is forwarded", f.card->name);
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");
	fake_exit(&f);
}

int main(int argc, char **argv)
{
	static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice, &fake_igb };
	unsigned long packets = argc > 1 ? strtoul(argv[1], NULL, 0) : 2000000;
	unsigned int i;

	for (i = 0; i < sizeof(cards) / sizeof(*cards); i++) {
		fake_card = cards[i];
		if (argc < 3 || !strcmp(argv[2], fake_card->name))
			forward(packets);
	}
	return tap_done();
}
