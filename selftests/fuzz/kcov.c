// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which places of the module a thread reached: KCOV of a kernel that has it, with a module that was built
 * for it (NDRV_KCOV=1). The places are kept in a hash set of their own; nothing is known about them but
 * whether they were seen before.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <linux/kcov.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define TRACE_WORDS	(1UL << 18)
#define SET_SLOTS	(1U << 16)

static uint64_t *trace;		/* shared with the kernel, and with the child that runs programs */
static uint64_t *seen;
static unsigned int total;
static int fd = -1;

bool kcov_init(void)
{
	fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, TRACE_WORDS))
		return false;
	trace = mmap(NULL, TRACE_WORDS * 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	seen = calloc(SET_SLOTS, sizeof(*seen));
	return trace != MAP_FAILED && seen;
}

void kcov_enable(void)
{
	if (fd >= 0 && ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		perror("# KCOV_ENABLE");
	if (fd >= 0)
		__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
}

void kcov_disable(void)
{
	if (fd >= 0)
		ioctl(fd, KCOV_DISABLE, 0);
}

/* True if it is new. The module is far smaller than the set, so the set never fills. */
static bool add(uint64_t pc)
{
	uint32_t at = (uint32_t)((pc * 0x9e3779b97f4a7c15ULL) >> 48) % SET_SLOTS;

	while (seen[at] && seen[at] != pc)
		at = (at + 1) % SET_SLOTS;
	if (seen[at])
		return false;
	seen[at] = pc;
	total++;
	return true;
}

unsigned int kcov_harvest(void)
{
	uint64_t i, n = fd >= 0 ? __atomic_load_n(&trace[0], __ATOMIC_RELAXED) : 0;
	unsigned int fresh = 0;

	for (i = 1; i <= n && i < TRACE_WORDS && total < SET_SLOTS / 2; i++)
		fresh += add(trace[i]);
	if (fd >= 0)
		__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
	return fresh;
}

unsigned int kcov_total(void)
{
	return total;
}
