// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and resume under load: the kernel's own test mode goes as far as the devices and back, to
 * RAM and to idle in turn. Every pair of every port is taken away, its owner, who was frozen meanwhile,
 * starts it again on the same descriptor. Not part of a run in a VM whose root is on 9p: that file
 * system does not outlive a suspend (see tools/vm/guest/suspend).
 */
#include "kselftest_harness.h"
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#define ROUNDS		((int)ndrv_volume(20))
#define NR_LOADS	(MAX_PORTS / 2)

FIXTURE(suspend)
{
	struct load l[NR_LOADS];
	unsigned int loads;
};

/* The kernel comes back by itself, right after the devices: nobody has to wake it. */
static int test_mode(const char *mode)
{
	int err = sysfs_write(NULL, "/sys/power/pm_test", mode);

	if (!err)
		err = sysfs_write(NULL, "/sys/module/suspend/parameters/pm_test_delay", "0");
	return err;
}

FIXTURE_SETUP(suspend)
{
	unsigned int i;

	memset(self, 0, sizeof(*self));
	for (i = 0; i < NR_LOADS; i++)
		self->l[i].p[0].fd = self->l[i].p[1].fd = -1;
	NEED_PORTS(2);
	NEED_ROOT();
	if (test_mode("devices")) {
		ASSERT_FALSE(dev_needed(2)) TH_LOG("no /sys/power/pm_test");
		SKIP(return, "no /sys/power/pm_test (CONFIG_PM_DEBUG)");
	}
	self->loads = dev_count() / 2;
	for (i = 0; i < self->loads; i++) {
		ASSERT_EQ(0, load_start(&self->l[i], 2 * i));
		ASSERT_EQ(0, load_flows(&self->l[i]));
	}
}

FIXTURE_TEARDOWN(suspend)
{
	unsigned int i;

	for (i = 0; i < self->loads; i++)
		load_end(&self->l[i]);
	test_mode("none");
}

/* Both pairs of one load, after it: NULL, or what is not so. */
static const char *check_load(struct load *l, const uint64_t *restarts, const uint64_t *resets,
			      const uint64_t *generation)
{
	struct events e;
	int i;

	for (i = 0; i < 2; i++)
		if (load_restarted(l, i, restarts[i]))
			return "a pair was not taken away, or could not be started again";
	if (load_flows(l))
		return "no traffic afterwards";
	for (i = 0; i < 2; i++) {
		if (load_resets(l, i) != resets[i] + 1)
			return "the reset was not counted once";
		if (events_read(l->p[i].fd, &e))
			return "read(2) of the events";
		if (e.of[NDRV_EVENT_REVOKED] != 1 || e.of[NDRV_EVENT_RESTORED] != 1 ||
		    e.reason != NDRV_REASON_SUSPEND)
			return "the owner is to be told once, and why";
		if (e.generation <= generation[i] || e.generation >= l->p[i].generation)
			return "the owner's generation";
	}
	return NULL;
}

static const char *one_round(FIXTURE_DATA(suspend) *self, const char *state)
{
	uint64_t restarts[NR_LOADS][2], resets[NR_LOADS][2], generation[NR_LOADS][2];
	const char *why = NULL;
	unsigned int n;
	int i;

	for (n = 0; n < self->loads; n++) {
		struct load *l = &self->l[n];
		struct events e;

		for (i = 0; i < 2; i++) {
			events_read(l->p[i].fd, &e);
			restarts[n][i] = l->restarts[i];
			resets[n][i] = load_resets(l, i);
			generation[n][i] = l->p[i].generation;
		}
	}
	if (sysfs_write(NULL, "/sys/power/state", state))
		return "the system does not suspend";
	for (n = 0; n < self->loads && !why; n++)
		why = check_load(&self->l[n], restarts[n], resets[n], generation[n]);
	return why;
}

TEST_F_TIMEOUT(suspend, every_pair_goes_on_with_its_descriptor, 600)
{
	static const char *const states[] = { "mem", "freeze" };
	uint64_t frames = 0;
	const char *why;
	unsigned int n;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		why = one_round(self, states[round % 2]);
		ASSERT_EQ(NULL, why) TH_LOG("round %d, %s: %s", round, states[round % 2], why);
	}
	for (n = 0; n < self->loads; n++) {
		EXPECT_EQ(ROUNDS, self->l[n].restarts[0]);
		EXPECT_EQ(ROUNDS, self->l[n].restarts[1]);
		EXPECT_EQ(0, self->l[n].no_hangup);
		EXPECT_EQ(0, self->l[n].wrong);
		frames += self->l[n].total;
	}
	TH_LOG("%d times, %u ports, %llu frames", ROUNDS, 2 * self->loads,
	       (unsigned long long)frames);
}

TEST_HARNESS_MAIN
