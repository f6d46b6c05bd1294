/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A port that lies: what core.c, dma.c, ctl.c and the transports need of hostile.c. Models see the
 * part that dev.h lists.
 */
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include <stdio.h>

#include "dev.h"

#define SIM_HOSTILE_RATE	16	/* one lie in so many chances, unless told */

/* What a port lies about; the names are in hostile.c. */
enum sim_lie {
	SIM_LIE_REGS = 1,		/* registers, but for the next two */
	SIM_LIE_STATS = 2,		/* counters */
	SIM_LIE_LINK = 4,		/* link registers; and the cable comes and goes */
	SIM_LIE_DESC = 8,		/* descriptors written back */
	SIM_LIE_AQ = 16,		/* answers and events of firmware */
	SIM_LIE_IRQ = 32,		/* MSI-X messages that are missing or that nothing caused */
	SIM_LIE_DMA = 64,		/* writes to places that nobody gave to the device */
	SIM_LIE_ALL = 127,
};

/*
 * From now on, or anew from `seed`: one lie in `rate` chances. -EINVAL: rate 0 or nothing to lie
 * about; -ENOMEM. Replaces what was before.
 */
int sim_hostile_on(struct sim_dev *dev, uint64_t seed, uint32_t rate, unsigned int what);
/* Honest again: faults are taken back and the cable is as it was. Off already is fine. */
void sim_hostile_off(struct sim_dev *dev);

/* "regs+aq", "all": 0 and *what, or -EINVAL. */
int sim_hostile_what(const char *text, unsigned int *what);
/* The options hostile=, rate= and what= of --dev: -ENOENT = another one. */
int sim_hostile_option(struct sim_dev *dev, const char *key, const char *value);
/* "SEED [RATE [WHAT]]" of the control socket, as words: 0, or a sentence in err. */
int sim_hostile_command(struct sim_dev *dev, int argc, char **argv, char *err, size_t err_size);
/* How many lies, and the last `last` of them, as one JSON object. */
void sim_hostile_json(struct sim_dev *dev, unsigned int last, FILE *out);
/* The last lies as text, a line each with `prefix`; for test programs. */
void sim_hostile_print(struct sim_dev *dev, unsigned int last, const char *prefix, FILE *out);

extern const char sim_hostile_help[];	/* a paragraph about the options */

/* Hooks; only while dev->hostile is set. */
uint64_t sim_hostile_read(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
			  uint64_t val);
bool sim_hostile_msix_lost(struct sim_dev *dev, unsigned int vec);
bool sim_hostile_poll(struct sim_dev *dev, uint64_t now_ns, uint64_t *next_ns);

#endif
