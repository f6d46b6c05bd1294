// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fails the allocations of bind, unbind and reset of a port, one after another, as fail_nth.c does for
 * calls. A bind fails with ENOMEM and leaves nothing, or gives a port; an unbind and a reset cannot fail
 * for want of memory. Afterwards the port is what it was and packets pass. There are hundreds of points
 * in a probe: from a random one on every so manieth is taken, so that about NDRV_POINTS (40) are; what
 * was taken is printed, NDRV_SEED=N repeats it, NDRV_FULL=1 takes all, and those outside the module too.
 */
#include "kselftest_harness.h"
#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#define MANY	1000000

enum { BIND, UNBIND, RESET };

LEAVE_WITHOUT_INJECTION()

FIXTURE(bound) { char pci[32]; struct ndrv_info info; };
FIXTURE_VARIANT(bound) { int what; };
FIXTURE_VARIANT_ADD(bound, bind) { .what = BIND };
FIXTURE_VARIANT_ADD(bound, unbind) { .what = UNBIND };
FIXTURE_VARIANT_ADD(bound, reset) { .what = RESET };

/* Whether the port is there, by its place among the ports: 0, and what it says of itself. */
static int port_info(const char *pci, struct ndrv_info *info)
{
	int fd, err;

	if (!dev_bound_to(pci, "ndrv"))
		return -ENODEV;
	fd = dev_open(0);
	if (fd < 0)
		return fd;
	err = get_info(fd, info);
	close(fd);
	return err;
}

/* The PCI core calls a probe on a processor of the card's node, in another task, if it has a node. */
static int stay_here(const char *pci)
{
	char path[96], text[16] = "";
	int fd, ret = 0;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/numa_node", pci);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return 0;		/* a kernel without nodes */
	if (read(fd, text, sizeof(text) - 1) > 0 && atoi(text) >= 0 &&
	    pwrite(fd, "-1", 2, 0) != 2)
		ret = -errno;
	close(fd);
	return ret;
}

FIXTURE_SETUP(bound)
{
	NEED_PORTS(2);
	ASSERT_EQ(0, inject_setup());
	strncpy(self->pci, dev_pci(0), sizeof(self->pci) - 1);
	ASSERT_EQ(0, stay_here(self->pci));
	ASSERT_EQ(0, port_info(self->pci, &self->info));
	if (getenv("NDRV_FULL"))
		return;
	ASSERT_EQ(0, inject_only_ndrv(true));
}

FIXTURE_TEARDOWN(bound)
{
}

static int act(int what, const char *pci)
{
	return what == BIND ? dev_bind(pci, "ndrv") :
	       what == UNBIND ? dev_unbind(pci) : dev_reset(pci);
}

/* Into the state in which it can be done. */
static int ready_for(int what, const char *pci)
{
	bool bound = dev_bound_to(pci, "ndrv");

	if (what == BIND)
		return bound ? dev_unbind(pci) : 0;
	return bound ? 0 : dev_bind(pci, "ndrv");
}

/* One failure: true if there was one. */
static bool one(struct __test_metadata *_metadata, int what, const char *pci, unsigned int nth)
{
	struct ndrv_info info;
	bool fired;
	int err;

	ASSERT_EQ(0, ready_for(what, pci)) TH_LOG("after number %u", nth - 1);
	inject_arm(nth);
	err = act(what, pci);
	fired = inject_fired();
	switch (what) {
	case BIND:
		/* pci_request_regions() has one error for everything. */
		ASSERT_TRUE(!err || (fired && (err == -ENOMEM || err == -EFAULT || err == -EBUSY)))
			TH_LOG("number %u: %d", nth, err);
		if (!err)
			break;
		ASSERT_FALSE(dev_bound_to(pci, "ndrv"));
		ASSERT_LE(dma_mappings(pci), 0) TH_LOG("number %u: DMA mappings are left", nth);
		break;
	case UNBIND:
		ASSERT_EQ(0, err) TH_LOG("number %u", nth);
		ASSERT_LE(dma_mappings(pci), 0) TH_LOG("number %u: DMA mappings are left", nth);
		break;
	default:
		/* Outside the module a reset may fail before it has begun. */
		ASSERT_TRUE(!err || (fired && err == -ENOMEM)) TH_LOG("number %u: %d", nth, err);
		ASSERT_EQ(0, port_info(pci, &info))
			TH_LOG("number %u: the reset has cost the port", nth);
	}
	return fired;
}

static unsigned int from_env(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 0) : otherwise;
}

TEST_F_TIMEOUT(bound, each_in_turn, 600)
{
	unsigned int seed = from_env("NDRV_SEED", (unsigned int)now_ms());
	unsigned int points, stride, nth, failures = 0, state = seed;
	struct ndrv_info info;

	ASSERT_EQ(0, ready_for(variant->what, self->pci));
	inject_arm(MANY);
	ASSERT_EQ(0, act(variant->what, self->pci));
	points = inject_passed(MANY);
	stride = 1 + points / from_env("NDRV_POINTS", 40);
	if (getenv("NDRV_FULL"))
		stride = 1;
	nth = 1 + rand_r(&state) % stride;
	TH_LOG("seed %u: %u points, every %u. from number %u on", seed, points, stride, nth);
	for (; nth <= points; nth += stride)
		failures += one(_metadata, variant->what, self->pci, nth);
	TH_LOG("%u failures injected", failures);
	/* A reset asks for no memory at all, on most cards. */
	if (variant->what != RESET || points)
		ASSERT_GT(failures, 0);

	/* All is as if nothing had been: vectors and tables that a probe had to do without, too. */
	if (dev_bound_to(self->pci, "ndrv"))
		ASSERT_EQ(0, dev_unbind(self->pci));
	ASSERT_LE(dma_mappings(self->pci), 0);
	ASSERT_EQ(0, dev_bind(self->pci, "ndrv"));
	ASSERT_EQ(0, port_info(self->pci, &info));
	ASSERT_EQ(0, memcmp(&info, &self->info, sizeof(info)));
	ASSERT_EQ(0, packets_pass());
}

TEST_HARNESS_MAIN
