/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stress of races (stress.c): what its supervisor, its actors and its checks share. An actor is a process
 * that does actions in the order that its pseudo-random numbers give; all of them see struct stress,
 * which is shared memory.
 */
#ifndef NDRV_SELFTEST_STRESS_H
#define NDRV_SELFTEST_STRESS_H

#include <sys/types.h>

#include "util.h"

#define MAX_ACTORS	16
#define MAX_SPANS	4096
#define MAX_PAIRS	(MAX_PORTS / 2)
#define MAX_FAILURES	64
#define MAX_ERRNO	135
#define MIN_SAMPLES	8	/* of memory, for a verdict: two in each quarter */

/* No call takes longer than this, not even in the queue behind all others. */
#define CALL_MS		MS(240000)

/* What actors do to a port. The first ones are somebody's who owns the machine, the others any user's. */
enum action {
	ACT_BIND, ACT_UNBIND, ACT_REMOVE, ACT_SURPRISE, ACT_HOTPLUG, ACT_FLR, ACT_RESET, ACT_MODULE,
	ACT_OPEN, ACT_MMAP, ACT_TRAFFIC, ACT_KILL, ACT_FORK, ACT_WAIT, ACT_URING, ACT_CONFIG,
	ACT_POOL, ACT_SYSFS,
	NR_ACTS
};

/* Calls whose result is checked against what is documented. */
enum call {
	C_OPEN, C_INFO, C_SETUP, C_START, C_STOP, C_DOORBELL, C_CREATE, C_ATTACH, C_DETACH, C_RX_MODE,
	C_STATS, C_LINK, C_RSS, C_ARM, C_GET, C_FILTER_ADD, C_FILTER_DEL, C_MMAP, C_READ, C_POLL, C_CLOSE,
	C_ADOPT, C_URING_WAIT, C_URING_CANCEL, C_URING_ARM, C_URING_END,
	C_OVERRIDE, C_BIND, C_UNBIND, C_REMOVE, C_RESCAN, C_METHOD, C_RESET, C_UNLOAD, C_LOAD, C_ATTR,
	C_FDINFO, C_REAP, C_SIM, C_MONITOR,
	NR_CALLS
};

struct span {
	uint8_t act, port;
	uint64_t from_ms, to_ms;
};

struct actor {
	pid_t pid;
	uint64_t rng;
	volatile bool parked;
	volatile int act, port;			/* what it does; -1: nothing */
	volatile int call;			/* ... in particular */
	volatile uint64_t call_ms;		/* since when; 0: it is not in a call */
	volatile uint32_t nr_spans;
	struct span spans[MAX_SPANS];		/* of this epoch, by the actor; what was in vain is not there */
	uint64_t tried[NR_ACTS], done[NR_ACTS];
	uint64_t frames;			/* received, all of them as they were sent */
	uint64_t restarts;			/* after a revocation */
	uint64_t errnos[NR_CALLS][MAX_ERRNO];
	uint32_t longest_ms[NR_CALLS];
};

struct stress_port {
	char pci[32];
	uint8_t mac[NDRV_ADDR_LEN];
	int sim;				/* number in the simulator; -1: it is none of its cards */
	int igb;				/* number among the igb ports of QEMU; -1: it is none */
	unsigned int peer;			/* at the other end of the cable */
	volatile bool pulled;			/* and not yet put back */
};

struct stress {
	volatile bool pause, stop;
	volatile int wish[2], wish_port;	/* actions that have not met yet, and where they could */
	volatile bool quiet;			/* somebody would like to unload the module: be brief */
	struct stress_port ports[MAX_PORTS];	/* that are attacked */
	unsigned int nr_ports;
	int nr_sim;				/* cards of the simulator, the neighbour's too */
	int nr_igb;				/* ports of QEMU's igb */
	struct actor actors[MAX_ACTORS];
	unsigned int nr_actors;
	volatile uint32_t nr_failures;
	char failures[MAX_FAILURES][160];
	volatile bool neighbour_runs, neighbour_end;
	volatile uint64_t neighbour_sent;	/* of the neighbour of this epoch */
};

extern struct stress *stress;
extern struct actor *me;			/* NULL in the supervisor */
const char *action_name(int act);

/* ---- stress_call.c ---------------------------------------------------------------------------- */

const char *call_name(enum call call);
/* A call and its result, which must be what is documented; returns it. */
#define CALL(call_, expr) ({ call_begin(call_); call_end((call_), (expr)); })
void call_begin(enum call call);
extern bool is_child;	/* of an actor, which waits for it: what it is in is not shown */
long call_end(enum call call, long ret);
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
uint32_t roll(uint32_t below);			/* the actor's next pseudo-random number */
bool chance(uint32_t percent);
/* Until when an action goes on, and whether it should still. */
bool go_on(uint64_t end_ms);
int port_fd(const struct stress_port *sp);	/* open(2), by PCI address */
bool pci_there(const char *pci);
bool has_checkers(void);			/* the kernel: lockdep, KASAN */
bool slots_are_emptied(void);			/* ACT_HOTPLUG makes sense here */
/* ports_open() and its undoing: a pair with mappings and pool; started if @start. */
int pair_open(struct port *p, const struct stress_port *sp, uint32_t flags, bool start);
void pair_close(struct port *p);
int sysfs_put(const char *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int run_program(const char *const argv[]);	/* its exit code, or -errno */

/* ---- stress_file.c, stress_dev.c: true = it did what it is for ---------------------------------- */

bool act_open(struct stress_port *sp);
bool act_mmap(struct stress_port *sp);
bool act_traffic(struct stress_port *sp);
bool act_kill(struct stress_port *sp);
bool act_fork(struct stress_port *sp);
bool act_wait(struct stress_port *sp);
bool act_uring(struct stress_port *sp);
bool act_config(struct stress_port *sp);
bool act_pool(struct stress_port *sp);
bool act_sysfs(struct stress_port *sp);

bool act_bind(struct stress_port *sp);
bool act_unbind(struct stress_port *sp);
bool act_remove(struct stress_port *sp);
bool act_surprise(struct stress_port *sp);
bool act_hotplug(struct stress_port *sp);
bool act_flr(struct stress_port *sp);
bool act_reset(struct stress_port *sp);
bool act_module(struct stress_port *sp);
/* Everything is where it belongs again, and bound. False: something is not. */
bool ports_home(void);
/* Takes the module out; 0 or -errno after @ms. */
int module_unload(unsigned int ms);
int module_load(void);

/* ---- stress_check.c ----------------------------------------------------------------------------- */

/* What actors did at the same time to the same port, of this epoch; then their spans are forgotten. */
void matrix_add(void);
void matrix_print(void);
/* The next two actions that have not met before this epoch; false: all have. */
bool matrix_wish(int *a, int *b);
/* Pairs of actions that never met. */
unsigned int matrix_missing(void);
/* Memory and mappings, with the module unloaded; a line for the table at the end. */
void memory_sample(unsigned int epoch);
void memory_print(void);
bool memory_flat(void);
unsigned int mappings_left(void);	/* of the ports, as the kernel's debugging of DMA knows them */
/* No card has used memory that was not mapped for it. */
bool no_stray_dma(void);
/* Both ways over the cable between two ports: every frame, in order, as it was sent. 0 or -errno. */
int cable_check(const char *pci_a, const char *pci_b, unsigned int frames);
/* Prints how often each was done; false: one of them never was. */
bool actions_done(void);
void calls_print(void);

#endif
