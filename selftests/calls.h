/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every ioctl once, with an argument and a state of the file in which it succeeds, so that only what a
 * test does to it can make it fail. The sweeps of lengths (ioctl.c), values (values.c) and failing
 * allocations (fail_nth.c) go through this one table; host/ioctl-rows.sh compares it with the header
 * and with the module's own table.
 */
#ifndef NDRV_SELFTEST_CALLS_H
#define NDRV_SELFTEST_CALLS_H

#include "util.h"

#define MAX_ARG	512

struct call {
	const char *name;
	unsigned long cmd;
	uint32_t size;
	uint32_t known_flags;
	int reserved_off;		/* of a field that must be 0 on input, or -1 */
	int out_off, out_len;		/* the out_ fields; out_len 0 = none */
	uint32_t state;			/* NDRV_STATE_*: in this one it succeeds */
	/* What it needs besides, and the argument: 0, -errno, or 1 = this card has nothing of it. */
	int (*fill)(int fd, void *arg);
	void (*undo)(int fd, void *arg);	/* after a success */
};

extern const struct call calls[];
extern const unsigned int nr_calls;

#define EACH_CALL(c) (c = calls; c < calls + nr_calls; c++)

const struct call *call_find(unsigned long cmd);
/* The file is IDLE; it becomes READY or RUNNING, with queue @queue. */
int call_state(int fd, uint32_t state, uint32_t queue);
/* The state and the argument with which the call succeeds. @arg: MAX_ARG bytes. */
int call_prepare(const struct call *call, int fd, void *arg);
/* A file of its own for @call, prepared: the file or -errno. */
int call_fresh(const struct call *call, void *arg);

/* Arguments by type of filter, for NDRV_FILTER_ADD. */
int fill_filter_mac(int fd, void *arg);
int fill_filter_vlan(int fd, void *arg);
int fill_filter_ethertype(int fd, void *arg);
int fill_filter_tuple(int fd, void *arg);
int fill_rss_spread(int fd, void *arg);

#endif
