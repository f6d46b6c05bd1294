/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fault injection by number: the nth allocation or copy of user memory of this task fails. And what is
 * there of a port in the kernel's books, to see whether a failure left something.
 */
#ifndef NDRV_SELFTEST_INJECT_H
#define NDRV_SELFTEST_INJECT_H

#include "util.h"

/* 0, -EPERM: not root, -ENODEV: the kernel cannot. Sets up failslab, fail_page_alloc, fail_usercopy. */
int inject_setup(void);
/* Only what the module ndrv asked for itself counts, or (false) everything. -ENODEV: cannot be told. */
int inject_only_ndrv(bool only);
void inject_arm(unsigned int nth);
/* True: the failure has been injected. Nothing fails after this. */
bool inject_fired(void);
/* The same: how many failures there could have been before the one that was armed with @nth. */
unsigned int inject_passed(unsigned int nth);

/*
 * In a program of this kind: one line and kselftest's exit code for "skipped" unless the kernel can, and
 * whoever runs it may. Each test calls inject_setup() again: it is another process.
 */
void inject_or_leave(void);
#define LEAVE_WITHOUT_INJECTION()						\
static void __attribute__((constructor)) leave_without_injection(void)	\
{										\
	inject_or_leave();							\
}

struct left {
	int mappings;		/* for the DMA of the port's PCI function; -1: nobody counts them */
	int queues, filters;	/* lines of these tables in sysfs; -1: no such port */
	int fds;		/* of this process */
};

void what_is_left(unsigned int nr, struct left *left);
bool same_left(const struct left *a, const struct left *b);
/* DMA mappings of a PCI function by its address, or -1. */
int dma_mappings(const char *pci);
/* A few packets from port 0 to port 1, with pairs set up for them: 0 or -errno. */
int packets_pass(void);

#endif
