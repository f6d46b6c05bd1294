/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queue pairs of a device as others see them: /sys/class/ndrv/ndrvN/queues, and what /proc/PID/fdinfo
 * adds for those who may read it. Reads only.
 */
#ifndef NDRV_TOOLS_QUEUES_H
#define NDRV_TOOLS_QUEUES_H

#include <stdbool.h>
#include <stdint.h>

/* Counters of a pair; those of the program are what it says itself. */
struct queue_count {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
};

struct queue_line {
	int queue;			/* -1: the file has no pair */
	char state[16], doorbell[16], program[32];
	unsigned int rx_entries, tx_entries, uid;
	int pid;
	uint64_t generation, interrupts, sleeps;
	struct queue_count program_count;	/* bytes only with @info */
	uint64_t rx_errors;			/* the same */
	bool info;			/* /proc/PID/fdinfo was found and could be read */
	bool counted;			/* the card counts for this pair */
	struct queue_count card;	/* with @counted, and the next */
	uint64_t card_no_desc;
};

/* All files that are open for @device ("ndrv0"), in *@lines, to be freed; how many, or -errno. */
int queues_read(const char *device, struct queue_line **lines);

#endif
