/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the fuzzer of /dev/ndrvN share. A program is a list of typed calls; what types there
 * are, with their arguments and what right values look like, is one table (ops.c). Everything else works
 * from that table: making and changing programs and their text (prog.c), running them (run*.c).
 */
#ifndef NDRV_FUZZ_H
#define NDRV_FUZZ_H

#include "../util.h"

#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/types.h>

#define NR_FILES	8
#define NR_POOLS	6
#define NR_AREAS	6		/* mmap areas of a file, in the order of their offsets */
#define NR_MAPS		(NR_FILES * NR_AREAS + NR_POOLS)
#define NR_IDS		16		/* numbers of pools and filters that programs remember */
#define NR_THREADS	4
#define NR_KIDS		4
#define MAX_ARGS	16
#define MAX_CALLS	48
#define MAX_OPS		96
#define MAX_ERRNO	134		/* the last that the generic table has is 133 */

/* ---- random numbers: the same ones for a seed on every machine -------------------------------- */

struct rnd { uint64_t s; };

static inline uint64_t rnd64(struct rnd *r)
{
	uint64_t z = (r->s += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline uint32_t rnd_below(struct rnd *r, uint32_t n)
{
	return n ? (uint32_t)((rnd64(r) >> 32) * n >> 32) : 0;
}

static inline bool rnd_chance(struct rnd *r, uint32_t percent)
{
	return rnd_below(r, 100) < percent;
}

/* ---- programs ----------------------------------------------------------------------------------- */

enum kind {
	K_END,		/* no more arguments */
	K_PORT,		/* number of a port */
	K_FILE,		/* a slot of world.file; above 0xff a descriptor of another kind, see file_fd() */
	K_POOL,		/* a slot of world.pool; the same */
	K_SLOT,		/* a slot of a table with @hint entries */
	K_MAP,		/* a slot of world.map */
	K_SIZE,		/* size of a structure: 0 = the right one, otherwise itself */
	K_PTR,		/* where a structure is: PTR_* */
	K_BITS,		/* a subset of @hint */
	K_PICK,		/* one of @pick */
	K_BELOW,	/* less than @hint */
	K_ZERO,		/* reserved: 0 */
	K_CONST,	/* @hint */
	K_SEED,		/* of random content */
};

enum ptr {
	PTR_GOOD,
	PTR_NULL,
	PTR_NOWHERE,		/* nothing is mapped there */
	PTR_READONLY,
	PTR_EDGE,		/* the second half is not there */
	PTR_KERNEL,
	PTR_SHARED,		/* in a page that another thread writes */
	PTR_RING,		/* in the file's own receive ring, if that is mapped */
	PTR_STATUS,		/* in its status page */
	NR_PTRS
};

struct world;
struct op;

struct field {
	const char *name;
	uint8_t kind;		/* enum kind */
	uint8_t bytes;		/* of the member of the structure; 0 = none */
	uint16_t off;
	uint64_t hint;
	const uint64_t *pick;	/* the number of values, then the values */
};

struct op {
	const char *name;
	unsigned int weight;	/* how often, against the others */
	unsigned long cmd;	/* ioctl */
	uint16_t size;		/* of its structure */
	/* The result or -errno. */
	long (*run)(struct world *w, const struct op *op, const uint64_t *a);
	/* ioctl: it succeeded; @arg is the structure. */
	void (*done)(struct world *w, const uint64_t *a, const void *arg);
	/* ioctl: before it is called. */
	void (*fix)(const struct op *op, void *arg);
	bool event;		/* happens to the device: has a thread of its own in races */
	struct field f[MAX_ARGS];
};

struct call {
	uint16_t op;
	uint64_t arg[MAX_ARGS];
};

/* flags of a program */
#define PROG_LEAVE	1U	/* ends with everything open: the kernel cleans up */
#define PROG_RACE	2U	/* runs beside those before it, down to the one with thread 0 */
#define PROG_THREAD(f)	((f) >> 8 & 0xff)
#define PROG_KILL_MS(f)	((f) >> 16)	/* of thread 0: all of them are killed then; 0 = not */

struct prog {
	uint32_t nr;
	uint32_t flags;
	struct call call[MAX_CALLS];
};

extern const struct op ops[];
unsigned int nr_ops(void);
unsigned int op_args(const struct op *op);
int op_find(const char *name);

void prog_random(struct prog *p, struct rnd *r);
void prog_events(struct prog *p, struct rnd *r);	/* of those that happen to the device */
void prog_mutate(struct prog *p, struct rnd *r, const struct prog *other);
size_t prog_text(const struct prog *p, char *text, size_t size);
void prog_print(const struct prog *p, FILE *to);	/* for people: names instead of numbers */
/* One program from a file of them: 1, 0 at the end, or -EINVAL with a message on stderr. */
int prog_read(struct prog *p, FILE *from);

/* ---- running ------------------------------------------------------------------------------------- */

struct map {
	atomic_bool there;
	size_t len;
};

struct attachment {
	uint64_t iova, len;
};

/*
 * What a program has. Threads use it without locks, as programs of users may: what they race for are
 * descriptors and addresses, never memory of the fuzzer.
 */
struct world {
	atomic_int file[NR_FILES];
	atomic_int pool[NR_POOLS];
	struct map map[NR_MAPS];
	struct ndrv_queue_setup setup[NR_FILES];
	uint32_t format[NR_FILES];		/* NDRV_DESC_* */
	struct attachment attached[NR_POOLS];	/* any file's: the last one */
	uint32_t pool_id[NR_IDS], filter_id[NR_IDS];
	atomic_uint pools, pool_ids, filter_ids;	/* how many there were: the next slot */
	int sock[2], epoll, memfd, null;
	atomic_int kid[NR_KIDS];		/* processes of FORK */
	uint8_t *shared;			/* a page */
};

/* What the parent sees of a running program, also of one that does not come back. */
struct seat {
	_Atomic uint64_t since_ms;		/* the call began; 0 = none */
	atomic_uint op;
	atomic_int tid;
};

struct base { long dma, refs; };		/* of the oracle; -1: this kernel does not say */

struct shared {
	atomic_ulong result[MAX_OPS][MAX_ERRNO + 1];	/* [0]: succeeded */
	atomic_ulong calls, faults;		/* faults: stores and loads that a signal ended */
	struct seat seat[NR_THREADS + 1];
};

extern struct shared *shm;
extern __thread unsigned int my_seat;

void world_open(struct world *w);
void world_close(struct world *w);
void run_prog(struct world *w, const struct prog *p);
void thread_init(unsigned int seat);		/* every thread that runs programs, first of all */
void thread_exit(void);
/* Runs @p with signals for bad addresses caught: 0, or -EFAULT. */
int guarded(void (*fn)(void *), void *arg);
void *map_addr(unsigned int slot);
void close_fd(int fd);
int file_fd(struct world *w, uint64_t v);
int pool_fd(struct world *w, uint64_t v);
void kick_start(unsigned int us);		/* a signal for this thread, again and again */
void kick_stop(void);

long run_ioctl(struct world *w, const struct op *op, const uint64_t *a);

#define RUN(name) long run_##name(struct world *w, const struct op *op, const uint64_t *a)
RUN(open); RUN(close); RUN(dup); RUN(raw_ioctl); RUN(rss); RUN(read); RUN(fcntl); RUN(fdinfo);
RUN(sysfs); RUN(open_nobody);
RUN(mmap); RUN(munmap); RUN(mprotect); RUN(mremap); RUN(madvise); RUN(touch); RUN(descs); RUN(tail);
RUN(pool_map); RUN(pool_close); RUN(udmabuf); RUN(mlock);
RUN(poll); RUN(epoll_ctl); RUN(epoll_wait); RUN(uring_cmd); RUN(uring_poll); RUN(uring_reap);
RUN(uring_exit); RUN(scm_send); RUN(scm_recv); RUN(fork); RUN(kill_kid); RUN(timer); RUN(sleep);
RUN(dev_reset); RUN(dev_rebind); RUN(cable);
RUN(pool_attach); RUN(pool_detach); RUN(filter_del);

void uring_drop(void);				/* this thread's ring */
void kids_reap(struct world *w);

/* ---- batches: a program alone, or some that race --------------------------------------------------- */

#define MAX_BATCH	(NR_THREADS + 1)	/* the last one is of events */

struct batch {
	unsigned int nr;
	struct prog prog[MAX_BATCH];
};

/* Runs it in a process of its own; @cov: with coverage. NULL, or what went wrong. */
const char *batch_run(const struct batch *b, bool cov);
/* oracle_check() in a process of its own. */
const char *batch_check(const struct base *b);
/* 1, 0 at the end, -EINVAL. */
int batch_read(struct batch *b, FILE *from);
void batch_random_race(struct batch *b, struct rnd *r);

/* Which batches make @check fail: written to @path; what is left need not be the least. */
int minimise(const char *from, const char *path, unsigned int seconds);

/* ---- ports, oracle, coverage ---------------------------------------------------------------------- */

void ports_find(void);
unsigned int ports_count(void);
const char *port_pci(unsigned int nr);
int port_open(unsigned int nr, int flags);	/* by its address: the number may have changed */
int port_dev_name(unsigned int nr, char *name, size_t size);	/* "ndrv0" */

void oracle_base(struct base *b);
/* With everything closed: NULL, or what is not as it was. */
const char *oracle_check(const struct base *b);
bool ports_repair(void);			/* whatever events did: all are bound to ndrv */

bool kcov_init(void);				/* false: this kernel has no coverage */
void kcov_enable(void);				/* in the thread that is to be watched */
void kcov_disable(void);
unsigned int kcov_harvest(void);		/* new places since the last call */
unsigned int kcov_total(void);

#endif
