/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzzers of the simulator's models share: proof that a run got anywhere. After fuzz.h. */
#ifndef SIM_FUZZ_H
#define SIM_FUZZ_H

#include "sim_inproc.h"

static inline void fuzz_reached(struct sim_counters *sum, const struct sim_counters *c)
{
	sum->rx_frames += c->rx_frames;
	sum->tx_frames += c->tx_frames;
	sum->bad_desc += c->bad_desc;
	sum->tail_overruns += c->tail_overruns;
	sum->dma_faults += c->dma_faults;
}

static inline void fuzz_reached_all(const struct sim_counters *sum)
{
	printf("# %llu frames in, %llu out, %llu faults, %llu bad descriptors, %llu bad tails\n",
	       (unsigned long long)sum->rx_frames, (unsigned long long)sum->tx_frames,
	       (unsigned long long)sum->dma_faults, (unsigned long long)sum->bad_desc,
	       (unsigned long long)sum->tail_overruns);
	tap_ok(sum->rx_frames && sum->tx_frames && sum->bad_desc && sum->tail_overruns,
	       "the storm reached rings and descriptors");
}

#endif
