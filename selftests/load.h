/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Traffic that goes on while something happens to a card: a program that notices, starts its pair
 * again and goes on, and a neighbour that counts every frame. The tests make things happen; here is
 * nothing that asserts.
 */
#ifndef NDRV_SELFTEST_LOAD_H
#define NDRV_SELFTEST_LOAD_H

#include <pthread.h>

#include "util.h"

#define PATIENCE_MS	MS(30000)	/* the longest wait for traffic after a recovery */

/* Two ports that send to each other; what is volatile is written by the load's own thread. */
struct load {
	struct port p[2];
	pthread_t thread;
	bool runs;
	volatile bool stop;
	volatile uint64_t got[2];	/* frames received by each port since its last start */
	volatile uint64_t total;	/* ... by both, ever */
	volatile uint64_t restarts[2];
	volatile uint64_t again;	/* times that a start was told EAGAIN */
	volatile uint64_t wrong;	/* frames with a content that nobody sent */
	volatile uint64_t no_hangup;	/* revoked or gone, and poll(2) did not say so */
	volatile bool gone[2];		/* in state GONE; the thread leaves it alone until this is cleared */
	volatile int err;		/* what a call failed with, and the thread ended */
	uint64_t seq;
};

/* Sets up and starts ports @first and @first + 1; 0 or -errno. Descriptors do not block. */
int load_start(struct load *l, unsigned int first);
void load_end(struct load *l);
/* Until both ports have received a good number of frames from now on. */
int load_flows(struct load *l);
/* Until port @i was started once more than @before; -ENODEV: it is gone. */
int load_restarted(struct load *l, int i, uint64_t before);
/* Until the thread has seen that port @i is gone, and leaves it alone. */
int load_gone(struct load *l, int i);
/* Port number @nr is there again: takes the place of the one that is gone. */
int load_replace(struct load *l, int i, unsigned int nr);
uint64_t load_resets(struct load *l, int i);

/* One port sends to the other, never more than its ring can take: nothing may be lost. */
struct neighbour {
	struct port from, to;
	pthread_t thread;
	bool runs;
	volatile bool stop;
	volatile uint64_t sent, got;
	volatile uint64_t wrong;	/* not the next frame, or not as it was sent */
	uint64_t generation[2];
};

int neighbour_start(struct neighbour *n, unsigned int first);
/* Ends the traffic, when what is under way has arrived. */
void neighbour_stop(struct neighbour *n);
void neighbour_end(struct neighbour *n);
/* All arrived, in order, and nobody touched the pairs. */
bool neighbour_unharmed(const struct neighbour *n);

/* What read(2) returned. */
struct events {
	unsigned int of[NDRV_EVENT_LOST + 1];	/* how many of each type */
	uint32_t reason;			/* of the last REVOKED */
	uint32_t queue;				/* ... its pair */
	uint64_t generation;			/* ... afterwards */
	uint32_t last;				/* type of the last one */
	uint64_t time_ns;
	bool backwards;				/* times were not in order */
	bool end;				/* read(2) says that nothing comes any more */
};

/* All events that are there; the descriptor must not block. 0 or -errno. */
int events_read(int fd, struct events *e);

/* Writes to a file of sysfs: of the PCI function, if @pci is given. 0 or -errno. */
int sysfs_write(const char *pci, const char *file, const char *text);

#endif
