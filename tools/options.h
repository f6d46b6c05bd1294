/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of the command line tools: each is one row of a table, from which both the parser and --help
 * come. Those that several tools have are here, so that they mean the same everywhere.
 */
#ifndef NDRV_TOOLS_OPTIONS_H
#define NDRV_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <ndrv.h>

/* Options that a tool may have, in the order of --help; their values are in struct tool_common. */
#define TOOL_OPT_COUNT		(1u << 0)	/* -c, --count */
#define TOOL_OPT_SECONDS	(1u << 1)	/* -t, --seconds */
#define TOOL_OPT_BURST		(1u << 2)	/* -b, --burst */
#define TOOL_OPT_RX_RING	(1u << 3)	/* --rx-ring */
#define TOOL_OPT_TX_RING	(1u << 4)	/* --tx-ring */
#define TOOL_OPT_MAX_FRAME	(1u << 5)	/* --max-frame */
#define TOOL_OPT_DOORBELL	(1u << 6)	/* --doorbell */
#define TOOL_OPT_QUEUE		(1u << 7)	/* --queue */
#define TOOL_OPT_QUIET		(1u << 8)	/* -q, --quiet */
#define TOOL_OPT_JSON		(1u << 9)	/* --json */
#define TOOL_OPT_WAIT		(1u << 10)	/* --wait */
#define TOOL_OPT_QUEUES		(1u << 11)	/* --queues */
#define TOOL_OPT_CPUS		(1u << 12)	/* --cpus */
#define TOOL_OPT_FILTER		(1u << 13)	/* --filter */
#define TOOL_OPT_RUN		(TOOL_OPT_COUNT | TOOL_OPT_SECONDS | TOOL_OPT_DOORBELL | \
				 TOOL_OPT_QUIET | TOOL_OPT_JSON)

#define TOOL_BURST_MAX		256
#define TOOL_QUEUES_MAX		256
#define TOOL_CPUS_MAX		256
#define TOOL_FILTERS_MAX	64

/* What to do while there is nothing to do. */
enum tool_wait { TOOL_WAIT_POLL, TOOL_WAIT_IRQ, TOOL_WAIT_URING, TOOL_WAIT_ADAPTIVE };

/* Set to the defaults before tool_options(); --help shows them. */
struct tool_common {
	uint64_t count, run_ns;		/* 0: no end */
	unsigned int burst;
	bool quiet, json;
	enum tool_wait wait;
	unsigned int queues;		/* 0 counts as 1 */
	unsigned int nr_cpus;
	uint16_t cpus[TOOL_CPUS_MAX];	/* in the order of the list */
	struct ndrv_queue_opts queue;
	unsigned int nr_filters;
	struct ndrv_filter_add filters[TOOL_FILTERS_MAX];	/* for tool_filters() */
};

/* An option of one tool: @set is called, or @flag becomes true. A line break in @help begins a line. */
struct tool_option {
	char letter;			/* 0: no short form */
	const char *name;
	const char *arg;		/* what it takes ("N"), NULL: nothing */
	const char *help;
	void (*set)(const char *option, const char *text);	/* @option as in messages: "--name" */
	bool *flag;
};

struct tool_usage {
	const char *head, *tail;	/* of --help, in front of and behind the options */
	const struct tool_option *options;	/* of this tool; the last has no name */
	unsigned int common;		/* TOOL_OPT_* */
};

/*
 * Takes all options; optind is the first argument behind them. --help and --version, which every tool
 * has, end the program, and so does a wrong option.
 */
void tool_options(int argc, char **argv, const struct tool_usage *usage, struct tool_common *common);

/* Numbers: decimal or 0x hex with k, M, G (powers of 1000). End with a usage error. */
uint64_t tool_number(const char *option, const char *text, uint64_t min, uint64_t max);
/* Seconds with decimals, as nanoseconds. */
uint64_t tool_seconds(const char *option, const char *text);
void tool_mac(const char *option, const char *text, uint8_t mac[6]);

#endif
