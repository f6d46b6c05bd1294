/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the data path costs: forwards 64-byte frames between the rings of a card in memory and prints
 * the time inside the library. Run it under callgrind for instructions per packet:
 *   valgrind --tool=callgrind --collect-atstart=no --toggle-collect='forward_burst' ring_cost 100000
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

int main(int argc, char **argv)
{
	unsigned long packets = argc > 1 ? strtoul(argv[1], NULL, 0) : 2000000, done = 0;
	static const uint32_t wb[4] = { 0, 0, 3, 60 };
	double in_lib = 0, best = 1e9, start;
	unsigned int bursts = 0;
	struct fake f;
	unsigned int i;
	int n = BURST;

	fake_piece_shift = FAKE_ONE_PIECE;
	fake_init(&f, 512, 512, 4096, 2048, 2048);
	if (fake_start(&f))
		return 1;
	while (done < packets && n == BURST) {
		for (i = 0; i < BURST; i++, f.rx_head++)
			memcpy(f.rx_ring + (f.rx_head & 511) * 16, wb, 16);
		start = now_ns();
		n = forward_burst(f.q);
		in_lib += now_ns() - start;
		done += n > 0 ? n : 0;
		if (++bursts == WINDOW_BURSTS || done >= packets) {
			best = in_lib / bursts < best ? in_lib / bursts : best;
			in_lib = bursts = 0;
		}
		for (; f.tx_head != f.tx_tail; f.tx_head = (f.tx_head + 1) & 511)
			f.tx_ring[f.tx_head * 16 + 12] |= 1;
	}
	printf("# %lu packets, %.1f ns each in the library\n", done, best / BURST);
	tap_ok(done >= packets, "every packet is forwarded");
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");
	fake_exit(&f);
	return tap_done();
}
