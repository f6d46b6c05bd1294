/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Option police=on of the device models: remembers every receive buffer that is posted and not yet
 * written back, over all queues of a port, to see one posted twice. Slow, so off by default.
 */
#ifndef SIM_POLICE_H
#define SIM_POLICE_H

#include <stdbool.h>
#include <stdint.h>

struct police;

struct police *police_new(void);
void police_free(struct police *p);
/* A buffer was handed to the hardware. True: it shares a byte with one that is in flight. */
bool police_post(struct police *p, unsigned int queue, uint64_t iova, uint32_t len);
/* Its descriptor was written back. */
void police_done(struct police *p, unsigned int queue, uint64_t iova);
/* The queue was stopped: nothing of it is in flight. */
void police_drop(struct police *p, unsigned int queue);

#endif
