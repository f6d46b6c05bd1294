/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv-fwd's lanes: a lane is one queue pair of each port, and the thread that moves packets between
 * them. Lanes share the pool and nothing else but the number of packets that may still be received.
 */
#ifndef NDRV_TOOLS_FWD_H
#define NDRV_TOOLS_FWD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "common.h"
#include "wait.h"

/* A frame that is longer than a buffer takes several handles; so many are always enough. */
#define FWD_BURST_PIECES	16

struct fwd_port {
	const char *name;
	struct ndrv_stats before, after;
};

/* A queue pair of a port. */
struct fwd_end {
	const struct fwd_port *port;
	struct ndrv_queue *q;
	unsigned int restarts;
};

/* One direction; @pkts[first, end) is received and not yet sent. */
struct fwd_way {
	struct fwd_end *from, *to;
	struct ndrv_pkt pkts[TOOL_BURST_MAX];
	unsigned int first, end;
	uint64_t received, sent, dropped;
};

struct fwd_lane {
	struct fwd_end ends[2];
	struct fwd_way ways[2];
	unsigned int nr_ways;
	int cpu;			/* -1: any */
	struct tool_waiter *waiter;
	pthread_t thread;
	bool good;			/* no error ended it */
	uint64_t first_ns, last_ns;	/* first and last packet, 0: none */
	uint64_t shown;			/* packets sent, for others to read: atomically */
	bool done;			/* the same */
};

/* For all lanes; set before they start. */
struct fwd_opts {
	unsigned int burst;
	bool mac_swap, set_dst;
	uint8_t dst[6];
	bool pieces;			/* frames may be longer than a buffer */
	int wake_fd;			/* an eventfd that a lane writes to when it wants to be looked at */
};

extern struct fwd_opts fwd_opts;
/* Lanes end: as soon as possible, or when this many packets more were received (UINT64_MAX: never). */
extern volatile bool fwd_stop;
extern uint64_t fwd_left;
void fwd_set_count(uint64_t n);

/* The thread: from the first packet until fwd_stop, fwd_left is 0 or an error, then what is left is sent. */
void *fwd_run(void *lane);

#endif
