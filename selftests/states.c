// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every ioctl in every state of the file, and while the device is being reset: what the "Availability"
 * lines of uapi/linux/ndrv.h say. One macro line a call; host/ioctl-rows.sh finds what is missing.
 */
#include "kselftest_harness.h"
#include "calls.h"

#include <errno.h>
#include <sys/wait.h>

struct state_row {
	const char *name;
	unsigned long cmd;
	int in[NDRV_STATE_GONE + 1];
};

/* IDLE, READY, RUNNING, REVOKED; the fifth, GONE, is the same for all. */
#define IN_STATES(call, idle, ready, running, revoked) \
	{ #call, call, { idle, ready, running, revoked, ENODEV } }

static const struct state_row state_rows[] = {
	IN_STATES(NDRV_INFO, 0, 0, 0, 0),
	IN_STATES(NDRV_QUEUE_SETUP, 0, EEXIST, EEXIST, EEXIST),
	IN_STATES(NDRV_QUEUE_START, ENXIO, 0, EBUSY, 0),
	IN_STATES(NDRV_QUEUE_STOP, ENXIO, 0, 0, 0),
	IN_STATES(NDRV_DOORBELL, ENXIO, EPIPE, 0, EPIPE),
	IN_STATES(NDRV_POOL_CREATE, 0, 0, 0, 0),
	IN_STATES(NDRV_POOL_ATTACH, 0, 0, 0, 0),
	IN_STATES(NDRV_POOL_DETACH, 0, 0, EBUSY, 0),
	IN_STATES(NDRV_RX_MODE, 0, 0, 0, 0),
	IN_STATES(NDRV_STATS, 0, 0, 0, 0),
	IN_STATES(NDRV_LINK, 0, 0, 0, 0),
	IN_STATES(NDRV_RSS, 0, 0, 0, 0),
	IN_STATES(NDRV_ARM, ENXIO, EPIPE, 0, EPIPE),
	IN_STATES(NDRV_QUEUE_GET, 0, 0, 0, 0),
	IN_STATES(NDRV_FILTER_ADD, 0, 0, 0, 0),
	IN_STATES(NDRV_FILTER_DEL, 0, 0, 0, 0),
};
#define NR_STATE_ROWS (sizeof(state_rows) / sizeof(state_rows[0]))

/* A file and an argument for each call; then the device does what makes the state. */
static void try_all(struct __test_metadata *_metadata, uint32_t state)
{
	static uint8_t args[NR_STATE_ROWS][MAX_ARG] __attribute__((aligned(8)));
	const struct call *call[NR_STATE_ROWS];
	uint32_t before = state < NDRV_STATE_REVOKED ? state : NDRV_STATE_RUNNING;
	int fds[NR_STATE_ROWS], left[NR_STATE_ROWS];
	struct ndrv_info info;
	char pci[32] = "";
	unsigned int i;

	strncpy(pci, dev_pci(0), sizeof(pci) - 1);
	for (i = 0; i < NR_STATE_ROWS; i++) {
		call[i] = call_find(state_rows[i].cmd);
		ASSERT_TRUE(call[i] != NULL) TH_LOG("%s", state_rows[i].name);
		fds[i] = dev_open(0);
		ASSERT_GE(fds[i], 0);
		ASSERT_EQ(0, get_info(fds[i], &info));
		ASSERT_EQ(0, call_state(fds[i], before, i % info.out_max_queues));
		memset(args[i], 0, MAX_ARG);
		left[i] = call[i]->fill(fds[i], args[i]);
		ASSERT_GE(left[i], 0) TH_LOG("%s", state_rows[i].name);
		*(uint32_t *)args[i] = call[i]->size;
	}
	if (state == NDRV_STATE_REVOKED)
		ASSERT_EQ(0, dev_reset(pci));
	if (state == NDRV_STATE_GONE)
		ASSERT_EQ(0, dev_unbind(pci));
	for (i = 0; i < NR_STATE_ROWS; i++) {
		int err = xioctl(fds[i], call[i]->cmd, args[i]);

		int want = left[i] && state != NDRV_STATE_GONE ? EOPNOTSUPP :
								  state_rows[i].in[state];

		EXPECT_EQ(-want, err) TH_LOG("%s in state %u", state_rows[i].name, state);
		if (!err)
			call[i]->undo(fds[i], args[i]);
		close(fds[i]);
	}
	if (state == NDRV_STATE_GONE) {
		dev_unbind(pci);	/* the stock driver may have been quicker */
		ASSERT_EQ(0, dev_bind(pci, "ndrv"));
	}
}

TEST(idle) { NEED_PORTS(1); try_all(_metadata, NDRV_STATE_IDLE); }
TEST(ready) { NEED_PORTS(1); try_all(_metadata, NDRV_STATE_READY); }
TEST(running) { NEED_PORTS(1); try_all(_metadata, NDRV_STATE_RUNNING); }
TEST(revoked) { NEED_PORTS(1); NEED_ROOT(); try_all(_metadata, NDRV_STATE_REVOKED); }
TEST(gone) { NEED_PORTS(1); NEED_ROOT(); try_all(_metadata, NDRV_STATE_GONE); }

FIXTURE(reset) { int unused; };

FIXTURE_SETUP(reset)
{
	NEED_PORTS(1);
}

FIXTURE_TEARDOWN(reset)
{
}

/*
 * While somebody else resets the device there is no state to speak of: what needs the hardware says that
 * it is to be tried again. A reset by its PCI function takes more than 100 ms, so calls meet it.
 */
TEST_F_TIMEOUT(reset, calls_during_a_reset_are_to_be_repeated, 600)
{
	int status, adder, starter, again[2] = {}, done = 0;
	pid_t pid;

	NEED_ROOT();
	adder = dev_open(0);
	starter = dev_open(0);
	ASSERT_GE(adder, 0);
	ASSERT_GE(starter, 0);
	ASSERT_EQ(0, call_state(starter, NDRV_STATE_READY, 0));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		for (status = 0; status < 5; status++)
			if (dev_reset(dev_pci(0)))
				_exit(1);
		_exit(0);
	}
	while (!done) {
		uint8_t arg[MAX_ARG] __attribute__((aligned(8))) = {};
		int err;

		done = waitpid(pid, &status, WNOHANG) == pid;
		*(uint32_t *)arg = sizeof(struct ndrv_filter_add);
		fill_filter_mac(adder, arg);
		err = xioctl(adder, NDRV_FILTER_ADD, arg);
		ASSERT_TRUE(!err || err == -EAGAIN) TH_LOG("NDRV_FILTER_ADD: %d", err);
		if (!err)
			call_find(NDRV_FILTER_ADD)->undo(adder, arg);
		again[0] += err == -EAGAIN;
		err = queue_start(starter, NULL);
		ASSERT_TRUE(!err || err == -EAGAIN) TH_LOG("NDRV_QUEUE_START: %d", err);
		if (!err)
			ASSERT_EQ(0, queue_stop(starter));
		again[1] += err == -EAGAIN;
	}
	ASSERT_TRUE(WIFEXITED(status) && !WEXITSTATUS(status));
	EXPECT_GT(again[0], 0);
	EXPECT_GT(again[1], 0);
	EXPECT_EQ(0, sysfs_lines(0, "filters", ""));
	close(adder);
	close(starter);
}

TEST_HARNESS_MAIN
