/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device model inside a test program: no QEMU, no socket, no thread, no real time. Link with
 * build/sim/libsim.a (or build/sim-asan/libsim.a) and include this file only.
 *
 *	struct sim_inproc *p = sim_inproc_new("82599", "mac=02:00:00:00:00:01");
 *	sim_inproc_plug("0:loop");			// ports count from 0 as they are made
 *	sim_inproc_enable(p);				// memory decode, bus master
 *	uint64_t *ring = sim_inproc_alloc(p, 0x100000, 4096);	// "guest" memory at that IOVA
 *	sim_inproc_wr32(p, 0, 0x6038, 1);		// BAR 0
 *	sim_inproc_settle(1000000);			// let the model work until nothing happens
 *	sim_inproc_free(p);
 *
 * Register accesses do what a guest's would: an access to a page that the model shares (tail pages)
 * is a plain load or store that the model only finds when it is polled; all others trap into it.
 * Whatever the device does by DMA goes through the same IOVA table as under QEMU: addresses that
 * were not mapped are faults, counted in sim_inproc_dev(p)->ctr.
 *
 * Time stands still except for sim_inproc_step(): delay functions of code under test should call it
 * (udelay(n) -> sim_inproc_step(n * 1000)), so that waits for the "hardware" end in no time.
 * Misuse by the test program itself (access outside a BAR, bad map) ends it with a message.
 */
#ifndef SIM_INPROC_H
#define SIM_INPROC_H

#include "dev.h"

struct sim_inproc;

/* model: a name as for --dev, options as there (may be NULL). Ends the program if that fails. */
struct sim_inproc *sim_inproc_new(const char *model, const char *options);
/* The same for a model that is not in the list (a test's own). */
struct sim_inproc *sim_inproc_new_ops(const struct sim_dev_ops *ops, const char *options);
void sim_inproc_free(struct sim_inproc *p);
struct sim_dev *sim_inproc_dev(struct sim_inproc *p);

/* ---- registers --------------------------------------------------------------------------- */

uint32_t sim_inproc_rd32(struct sim_inproc *p, unsigned int bar, uint64_t off);
void sim_inproc_wr32(struct sim_inproc *p, unsigned int bar, uint64_t off, uint32_t val);
uint64_t sim_inproc_rd64(struct sim_inproc *p, unsigned int bar, uint64_t off);
void sim_inproc_wr64(struct sim_inproc *p, unsigned int bar, uint64_t off, uint64_t val);
/* Where a shared page can be stored to directly, as a user's doorbell; NULL if `off` traps. */
volatile void *sim_inproc_bar_ptr(struct sim_inproc *p, unsigned int bar, uint64_t off);

uint32_t sim_inproc_cfg_rd(struct sim_inproc *p, unsigned int off, unsigned int len);
void sim_inproc_cfg_wr(struct sim_inproc *p, unsigned int off, unsigned int len, uint32_t val);
void sim_inproc_enable(struct sim_inproc *p);	/* COMMAND: memory and bus master on */
void sim_inproc_flr(struct sim_inproc *p);	/* through DevCtl, as a guest */
void sim_inproc_gone(struct sim_inproc *p);	/* the client vanished; mappings are forgotten */
/* Surprise removal: all reads give all ones until it is back, as after power-on. Mappings stay. */
void sim_inproc_remove(struct sim_inproc *p);
void sim_inproc_restore(struct sim_inproc *p);

/* ---- memory ------------------------------------------------------------------------------ */

#define SIM_INPROC_R	1u		/* the device may read */
#define SIM_INPROC_W	2u		/* the device may write */
#define SIM_INPROC_RW	3u

/* All page aligned. The test program keeps `mem` until it is unmapped. */
void sim_inproc_map(struct sim_inproc *p, uint64_t iova, void *mem, size_t size, unsigned int prot);
void sim_inproc_unmap(struct sim_inproc *p, uint64_t iova, size_t size);
/*
 * Zeroed pages mapped read-write at iova; freed (and unmapped) with the device. size is rounded
 * up.
 */
void *sim_inproc_alloc(struct sim_inproc *p, uint64_t iova, size_t size);

/* ---- interrupts -------------------------------------------------------------------------- */

/*
 * Enable MSI-X and unmask all vectors in the table, as a driver would; or do it by register
 * writes.
 */
void sim_inproc_msix_open(struct sim_inproc *p);
/* Messages delivered so far. A masked vector stays pending (PBA) and comes when it is unmasked. */
uint64_t sim_inproc_msix_count(struct sim_inproc *p, unsigned int vec);
void sim_inproc_on_msix(struct sim_inproc *p, void (*fn)(void *arg, unsigned int vec), void *arg);

/* ---- time and wires ---------------------------------------------------------------------- */

/* Let time pass, then poll every device and wire once. True if anything happened. */
bool sim_inproc_step(uint64_t advance_ns);
/*
 * Step (jumping to due times) until nothing happens; gives up after limit_ns of time. False:
 * gave up.
 */
bool sim_inproc_settle(uint64_t limit_ns);
uint64_t sim_inproc_now(void);

/*
 * "cable:0,1", "0:loop", "0:gen,size=64,count=10,start=auto", "1:sink" ... as --wire of ndrv-
 * sim.
 */
void sim_inproc_plug(const char *spec);
void sim_inproc_link(struct sim_inproc *p, bool up);
/* Put one frame on the wire towards the port / get what it sent. The callback replaces the wire. */
void sim_inproc_inject(struct sim_inproc *p, const void *frame, uint32_t len);
void sim_inproc_on_tx(struct sim_inproc *p,
		      void (*fn)(void *arg, const uint8_t *frame, uint32_t len), void *arg);

#endif
