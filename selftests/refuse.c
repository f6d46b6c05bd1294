// SPDX-License-Identifier: GPL-2.0-only
/*
 * What NDRV_QUEUE_SETUP, NDRV_DOORBELL, NDRV_RX_MODE and open(2) refuse, each with its own errno.
 * Refusals of mmap are in mmap.c, of pools in pool.c, the general rules of structures in ioctl.c.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define OTHER_UID 4242

FIXTURE(setup_refuses)
{
	int fd;
	struct ndrv_info info;
	struct ndrv_queue_setup qs;
};

FIXTURE_SETUP(setup_refuses)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, get_info(self->fd, &self->info));
	self->qs = setup_args();
}

/* No refusal leaves something behind: the file can still have its pair. */
FIXTURE_TEARDOWN(setup_refuses)
{
	struct ndrv_queue_setup qs = setup_args();

	if (self->fd < 0)
		return;
	EXPECT_EQ(0, queue_setup(self->fd, &qs));
	close(self->fd);
}

#define SETUP_FAILS(error) EXPECT_EQ(-(error), queue_setup(self->fd, &self->qs))

TEST_F(setup_refuses, no_side_einval)
{
	self->qs.rx_entries = self->qs.tx_entries = 0;
	self->qs.rx_buf_bytes = 0;
	SETUP_FAILS(EINVAL);
}

TEST_F(setup_refuses, unaligned_rx_entries_einval)
{
	self->qs.rx_entries = self->info.out_ring_min + self->info.out_ring_align - 1;
	SETUP_FAILS(EINVAL);
	self->qs.rx_entries = self->info.out_ring_max - 1;
	SETUP_FAILS(EINVAL);
}

TEST_F(setup_refuses, unaligned_tx_entries_einval)
{
	self->qs.tx_entries = self->info.out_ring_min + 1;
	SETUP_FAILS(EINVAL);
	self->qs.tx_entries = self->info.out_ring_max - 1;
	SETUP_FAILS(EINVAL);
}

/* 7 is neither a multiple nor in the range: both errors are right, silence is not. */
TEST_F(setup_refuses, seven_entries)
{
	int err;

	self->qs.rx_entries = 7;
	err = queue_setup(self->fd, &self->qs);
	EXPECT_TRUE(err == -EINVAL || err == -ERANGE) TH_LOG("rx: %d", err);
	self->qs = setup_args();
	self->qs.tx_entries = 7;
	err = queue_setup(self->fd, &self->qs);
	EXPECT_TRUE(err == -EINVAL || err == -ERANGE) TH_LOG("tx: %d", err);
}

TEST_F(setup_refuses, too_many_entries_erange)
{
	const uint32_t sizes[] = { 0x80000000, 0x10000000, 0xfffff000,
				   self->info.out_ring_max + self->info.out_ring_align };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		self->qs = setup_args();
		self->qs.rx_entries = sizes[i];
		SETUP_FAILS(ERANGE) TH_LOG("rx %#x", sizes[i]);
		self->qs = setup_args();
		self->qs.tx_entries = sizes[i];
		SETUP_FAILS(ERANGE) TH_LOG("tx %#x", sizes[i]);
	}
}

TEST_F(setup_refuses, too_few_entries_erange)
{
	uint32_t below = self->info.out_ring_min - self->info.out_ring_align;
	int err = ERANGE;

	/* Where the smallest ring is one multiple, only what is no multiple is smaller. */
	if (!below) {
		below = self->info.out_ring_min / 2;
		err = EINVAL;
	}
	self->qs.rx_entries = below;
	SETUP_FAILS(err);
	self->qs = setup_args();
	self->qs.tx_entries = below;
	SETUP_FAILS(err);
}

TEST_F(setup_refuses, queue_beyond_the_hardware_erange)
{
	const uint32_t queues[] = { self->info.out_max_queues, self->info.out_max_queues + 1, 65536,
				    0x80000000, NDRV_QUEUE_ANY - 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		self->qs.queue = queues[i];
		SETUP_FAILS(ERANGE) TH_LOG("queue %#x", queues[i]);
	}
}

TEST_F(setup_refuses, buffer_missing_einval)
{
	self->qs.rx_buf_bytes = 0;
	SETUP_FAILS(EINVAL);
}

TEST_F(setup_refuses, buffer_without_receive_side_einval)
{
	self->qs.rx_entries = 0;
	SETUP_FAILS(EINVAL);
}

TEST_F(setup_refuses, unaligned_buffer_einval)
{
	if (self->info.out_rx_buf_align == 1)
		SKIP(return, "every buffer size is aligned");
	self->qs.rx_buf_bytes = self->info.out_rx_buf_align + 1;
	SETUP_FAILS(EINVAL);
	self->qs.rx_buf_bytes = self->info.out_rx_buf_max - 1;
	SETUP_FAILS(EINVAL);
}

TEST_F(setup_refuses, huge_buffer_erange)
{
	self->qs.rx_buf_bytes = self->info.out_rx_buf_max + self->info.out_rx_buf_align;
	SETUP_FAILS(ERANGE);
	self->qs.rx_buf_bytes = 0x80000000;
	SETUP_FAILS(ERANGE);
}

TEST_F(setup_refuses, queue_of_another_file_ebusy)
{
	struct ndrv_queue_setup other = setup_args();
	int fd = dev_open(0);

	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, queue_setup(fd, &other));
	EXPECT_EQ(0, other.out_queue);
	SETUP_FAILS(EBUSY);
	self->qs.queue = NDRV_QUEUE_ANY;
	EXPECT_EQ(0, queue_setup(self->fd, &self->qs));
	EXPECT_EQ(1, self->qs.out_queue) TH_LOG("the lowest that is free");
	close(fd);
	/* The teardown sets up once more and expects success, so start over. */
	close(self->fd);
	self->fd = dev_open(0);
}

TEST_F(setup_refuses, second_setup_eexist)
{
	struct ndrv_queue_setup again = setup_args();

	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	EXPECT_EQ(-EEXIST, queue_setup(self->fd, &again));
	again.queue = 5;
	EXPECT_EQ(-EEXIST, queue_setup(self->fd, &again));
	EXPECT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(-EEXIST, queue_setup(self->fd, &again));
	close(self->fd);
	self->fd = dev_open(0);
}

/* All pairs of the hardware can be had, then none is left, and one that is closed comes back. */
TEST_F(setup_refuses, no_pair_left_ebusy)
{
	uint32_t n = self->info.out_max_queues, i;
	int *fds = calloc(n, sizeof(*fds));
	struct ndrv_queue_setup qs;

	ASSERT_TRUE(fds != NULL);
	for (i = 0; i < n; i++) {
		fds[i] = dev_open(0);
		ASSERT_GE(fds[i], 0);
		qs = setup_args();
		qs.queue = NDRV_QUEUE_ANY;
		qs.rx_entries = qs.tx_entries = self->info.out_ring_min;
		ASSERT_EQ(0, queue_setup(fds[i], &qs));
		EXPECT_EQ(i, qs.out_queue);
	}
	self->qs.queue = NDRV_QUEUE_ANY;
	SETUP_FAILS(EBUSY);
	self->qs.queue = n - 1;
	SETUP_FAILS(EBUSY);
	close(fds[n / 2]);
	self->qs.queue = NDRV_QUEUE_ANY;
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	EXPECT_EQ(n / 2, self->qs.out_queue);
	for (i = 0; i < n; i++)
		if (i != n / 2)
			close(fds[i]);
	free(fds);
	close(self->fd);
	self->fd = dev_open(0);
}

FIXTURE(doorbell_refuses) { int fd; struct ndrv_queue_setup qs; };

FIXTURE_SETUP(doorbell_refuses)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	self->qs = setup_args();
}

FIXTURE_TEARDOWN(doorbell_refuses)
{
	if (self->fd >= 0)
		close(self->fd);
}

TEST_F(doorbell_refuses, by_state)
{
	EXPECT_EQ(-ENXIO, doorbell(self->fd, NDRV_DOORBELL_F_TX, 0, 0));
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	EXPECT_EQ(-EPIPE, doorbell(self->fd, NDRV_DOORBELL_F_TX, 0, 0));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(0, doorbell(self->fd, NDRV_DOORBELL_F_TX, 0, 0));
	ASSERT_EQ(0, queue_stop(self->fd));
	EXPECT_EQ(-EPIPE, doorbell(self->fd, NDRV_DOORBELL_F_TX, 0, 0));
}

TEST_F(doorbell_refuses, no_flag_einval)
{
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(-EINVAL, doorbell(self->fd, 0, 0, 0));
}

TEST_F(doorbell_refuses, value_without_flag_einval)
{
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(-EINVAL, doorbell(self->fd, NDRV_DOORBELL_F_RX, 0, 1));
	EXPECT_EQ(-EINVAL, doorbell(self->fd, NDRV_DOORBELL_F_TX, 1, 0));
}

TEST_F(doorbell_refuses, tail_outside_the_ring_erange)
{
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(-ERANGE, doorbell(self->fd, NDRV_DOORBELL_F_RX, self->qs.rx_entries, 0));
	EXPECT_EQ(-ERANGE, doorbell(self->fd, NDRV_DOORBELL_F_TX, 0, self->qs.tx_entries));
	EXPECT_EQ(-ERANGE, doorbell(self->fd, NDRV_DOORBELL_F_TX, 0, 0xffffffff));
	EXPECT_EQ(-ERANGE, doorbell(self->fd, NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX, 0, 0x80000000));
}

TEST_F(doorbell_refuses, side_left_out_einval)
{
	self->qs.rx_entries = self->qs.rx_buf_bytes = 0;
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(-EINVAL, doorbell(self->fd, NDRV_DOORBELL_F_RX, 0, 0));
	EXPECT_EQ(-EINVAL, doorbell(self->fd, NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX, 0, 0));
	EXPECT_EQ(0, doorbell(self->fd, NDRV_DOORBELL_F_TX, 0, 0));
}

FIXTURE(rx_mode_refuses) { int fd; struct ndrv_info info; };

FIXTURE_SETUP(rx_mode_refuses)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, get_info(self->fd, &self->info));
}

FIXTURE_TEARDOWN(rx_mode_refuses)
{
	if (self->fd >= 0)
		close(self->fd);
}

static int rx_mode(int fd, uint32_t flags, uint32_t max_frame)
{
	struct ndrv_rx_mode rm = {
		.size = sizeof(rm), .flags = flags, .max_frame_bytes = max_frame,
	};

	return xioctl(fd, NDRV_RX_MODE, &rm);
}

TEST_F(rx_mode_refuses, frame_length_outside_the_limits_erange)
{
	EXPECT_EQ(-ERANGE, rx_mode(self->fd, 0, 1));
	EXPECT_EQ(-ERANGE, rx_mode(self->fd, 0, 63));
	EXPECT_EQ(0, rx_mode(self->fd, 0, 64));
	EXPECT_EQ(0, rx_mode(self->fd, 0, self->info.out_max_frame));
	EXPECT_EQ(-ERANGE, rx_mode(self->fd, 0, self->info.out_max_frame + 1));
	EXPECT_EQ(-ERANGE, rx_mode(self->fd, 0, 0xffffffff));
	EXPECT_EQ(0, rx_mode(self->fd, NDRV_RX_MODE_PROMISC | NDRV_RX_MODE_ALLMULTI, 0));
}

static int drop_all_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };

	return syscall(SYS_capset, &head, none);
}

/* Opens the port in a child with another uid: the child's errno, 0 if it could. */
static int open_as(uid_t uid, bool rawio)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		int fd;

		if (rawio)
			prctl(PR_SET_KEEPCAPS, 1);
		if (setgroups(0, NULL) || setgid(uid) || setuid(uid))
			_exit(255);
		if (rawio) {
			struct __user_cap_header_struct head = {
				.version = _LINUX_CAPABILITY_VERSION_3 };
			struct __user_cap_data_struct caps[2] = { {
				.effective = 1 << CAP_SYS_RAWIO,
				.permitted = 1 << CAP_SYS_RAWIO,
			} };

			if (syscall(SYS_capset, &head, caps))
				_exit(254);
		}
		fd = dev_open(0);
		_exit(fd < 0 ? -fd : 0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

FIXTURE(open_refuses) { struct stat was; bool changed; };

/* Everybody may open the node here, so that what refuses is the module and not the file mode. */
FIXTURE_SETUP(open_refuses)
{
	NEED_PORTS(1);
	NEED_ROOT();
	ASSERT_EQ(0, stat(dev_path(0), &self->was));
	ASSERT_EQ(0, chmod(dev_path(0), 0666));
	self->changed = true;
}

FIXTURE_TEARDOWN(open_refuses)
{
	if (self->changed)
		chmod(dev_path(0), self->was.st_mode & 07777);
}

TEST_F(open_refuses, another_user_ebusy)
{
	int fd;

	EXPECT_EQ(0, open_as(OTHER_UID, false)) TH_LOG("free port");
	fd = dev_open(0);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(-EBUSY, open_as(OTHER_UID, false));
	EXPECT_EQ(0, open_as(OTHER_UID, true)) TH_LOG("CAP_SYS_RAWIO may");
	close(fd);
	EXPECT_EQ(0, open_as(OTHER_UID, false)) TH_LOG("free again");
}

/* root without its capability is a user like another. */
TEST_F(open_refuses, root_without_rawio_ebusy)
{
	int ready[2], go[2], status;
	char c;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setgid(OTHER_UID) || setuid(OTHER_UID))
			_exit(1);
		if (dev_open(0) < 0 || write(ready[1], "r", 1) != 1)
			_exit(2);
		_exit(read(go[0], &c, 1) == 1 ? 0 : 3);
	}
	ASSERT_EQ(1, read(ready[0], &c, 1));
	pid_t second = fork();

	if (!second) {
		int fd;

		if (drop_all_capabilities())
			_exit(255);
		fd = dev_open(0);
		_exit(fd < 0 ? -fd : 0);
	}
	waitpid(second, &status, 0);
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(EBUSY, WEXITSTATUS(status));
	ASSERT_EQ(1, write(go[1], "g", 1));
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

TEST_F(open_refuses, same_user_twice_is_fine)
{
	int a = dev_open(0), b = dev_open(0);

	EXPECT_GE(a, 0);
	EXPECT_GE(b, 0);
	close(a);
	close(b);
}

TEST_HARNESS_MAIN
