// SPDX-License-Identifier: GPL-2.0-only
/*
 * The areas that mmap(2) gives, and all that it refuses (uapi/linux/ndrv.h, "Memory"). What becomes
 * of mappings when the device goes is in lifetime.c.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define RW (PROT_READ | PROT_WRITE)

struct area {
	const char *name;
	uint64_t off;
	size_t len;		/* of the area, in whole pages */
	int prot;		/* the most that it allows */
};

#define NR_AREAS 6

FIXTURE(mmap)
{
	int fd;
	size_t page;
	struct ndrv_queue_setup qs;
	struct area areas[NR_AREAS];
};

FIXTURE_SETUP(mmap)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	self->page = page_up(1);
	self->qs = setup_args();
	self->qs.rx_entries = 512;
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));
	self->areas[0] = (struct area){ "rx ring", NDRV_MMAP_RX_RING,
		page_up(self->qs.out_rx_ring_bytes), RW };
	self->areas[1] = (struct area){ "tx ring", NDRV_MMAP_TX_RING,
		page_up(self->qs.out_tx_ring_bytes), RW };
	self->areas[2] = (struct area){ "rx doorbell", NDRV_MMAP_RX_DOORBELL, self->page, RW };
	self->areas[3] = (struct area){ "tx doorbell", NDRV_MMAP_TX_DOORBELL, self->page, RW };
	self->areas[4] = (struct area){ "status", NDRV_MMAP_STATUS, self->page, PROT_READ };
	self->areas[5] = (struct area){ "counters", NDRV_MMAP_COUNTERS, self->page, RW };
}

FIXTURE_TEARDOWN(mmap)
{
	if (self->fd >= 0)
		close(self->fd);
}

/* errno of an mmap, 0 = it worked (and is undone). */
static int try_mmap(int fd, size_t len, int prot, int flags, uint64_t off)
{
	int err;
	void *p = xmmap(fd, len, prot, flags, off, &err);

	if (!err)
		munmap(p, len);
	return -err;
}

#define EACH_AREA(a) (a = self->areas; a < self->areas + NR_AREAS; a++)

TEST_F(mmap, setup_tells_the_lengths)
{
	struct ndrv_info info;

	ASSERT_EQ(0, get_info(self->fd, &info));
	EXPECT_GE(self->qs.out_rx_ring_bytes, self->qs.rx_entries * info.out_rx_desc_size);
	EXPECT_GE(self->qs.out_tx_ring_bytes, self->qs.tx_entries * info.out_tx_desc_size);
	EXPECT_LT(self->qs.out_rx_tail_off, self->page);
	EXPECT_LT(self->qs.out_tx_tail_off, self->page);
	EXPECT_EQ(0, self->qs.out_rx_tail_off % 4);
	EXPECT_EQ(0, self->qs.out_tx_tail_off % 4);
}

TEST_F(mmap, every_area_maps)
{
	const struct area *a;

	for EACH_AREA(a) {
		EXPECT_EQ(0, try_mmap(self->fd, a->len, a->prot, MAP_SHARED, a->off))
			TH_LOG("%s", a->name);
		EXPECT_EQ(0, try_mmap(self->fd, a->len, PROT_READ, MAP_SHARED, a->off))
			TH_LOG("%s, read only", a->name);
		EXPECT_EQ(0, try_mmap(self->fd, a->len, PROT_READ, MAP_SHARED_VALIDATE, a->off))
			TH_LOG("%s, MAP_SHARED_VALIDATE", a->name);
		EXPECT_EQ(0, try_mmap(self->fd, a->len, a->prot, MAP_SHARED | MAP_POPULATE, a->off))
			TH_LOG("%s, populated", a->name);
	}
}

TEST_F(mmap, rings_start_as_zeroes_and_are_shared)
{
	volatile uint64_t *one, *two;
	size_t i, n = 0;
	int err;

	one = xmmap(self->fd, self->areas[0].len, RW, MAP_SHARED, NDRV_MMAP_RX_RING, &err);
	ASSERT_EQ(0, err);
	two = xmmap(self->fd, self->areas[0].len, RW, MAP_SHARED, NDRV_MMAP_RX_RING, &err);
	ASSERT_EQ(0, err);
	for (i = 0; i < self->areas[0].len / 8; i++)
		n += one[i] != 0;
	EXPECT_EQ(0, n);
	one[3] = 0x1122334455667788;
	EXPECT_EQ(0x1122334455667788, two[3]);
	two[self->qs.out_rx_ring_bytes / 8 - 1] = 42;
	EXPECT_EQ(42, one[self->qs.out_rx_ring_bytes / 8 - 1]);
	/* Another ring is other memory. */
	two = xmmap(self->fd, self->areas[1].len, RW, MAP_SHARED, NDRV_MMAP_TX_RING, &err);
	ASSERT_EQ(0, err);
	EXPECT_EQ(0, two[3]);
}

TEST_F(mmap, wrong_length_einval)
{
	const struct area *a;

	for EACH_AREA(a) {
		EXPECT_EQ(EINVAL, try_mmap(self->fd, a->len + self->page, PROT_READ, MAP_SHARED,
					   a->off)) TH_LOG("%s, longer", a->name);
		EXPECT_EQ(EINVAL, try_mmap(self->fd, 1 << 24, PROT_READ, MAP_SHARED, a->off))
			TH_LOG("%s, up to the next area", a->name);
		if (a->len > self->page)
			EXPECT_EQ(EINVAL, try_mmap(self->fd, a->len - self->page, PROT_READ,
						   MAP_SHARED, a->off))
				TH_LOG("%s, shorter", a->name);
	}
}

TEST_F(mmap, wrong_offset_enxio)
{
	const struct area *a;
	uint64_t off;

	for EACH_AREA(a)
		EXPECT_EQ(ENXIO, try_mmap(self->fd, self->page, PROT_READ, MAP_SHARED,
					  a->off + self->page)) TH_LOG("%s, second page", a->name);
	for (off = NDRV_MMAP_COUNTERS + 0x1000000; off; off <<= 1)
		EXPECT_EQ(ENXIO, try_mmap(self->fd, self->page, PROT_READ, MAP_SHARED, off))
			TH_LOG("%#llx", (unsigned long long)off);
	EXPECT_EQ(ENXIO, try_mmap(self->fd, self->page, PROT_READ, MAP_SHARED,
				  0x100000000 + NDRV_MMAP_STATUS));
	EXPECT_EQ(ENXIO, try_mmap(self->fd, self->page, PROT_READ, MAP_SHARED, 0x100000000));
}

TEST_F(mmap, exec_eacces)
{
	const struct area *a;

	for EACH_AREA(a) {
		EXPECT_EQ(EACCES, try_mmap(self->fd, a->len, PROT_READ | PROT_EXEC, MAP_SHARED,
					   a->off)) TH_LOG("%s", a->name);
		EXPECT_EQ(EACCES, try_mmap(self->fd, a->len, a->prot | PROT_EXEC, MAP_SHARED,
					   a->off)) TH_LOG("%s", a->name);
	}
}

TEST_F(mmap, private_einval)
{
	const struct area *a;

	for EACH_AREA(a) {
		EXPECT_EQ(EINVAL, try_mmap(self->fd, a->len, a->prot, MAP_PRIVATE, a->off))
			TH_LOG("%s", a->name);
		EXPECT_EQ(EINVAL, try_mmap(self->fd, a->len, PROT_READ, MAP_PRIVATE, a->off))
			TH_LOG("%s, read only", a->name);
	}
}

TEST_F(mmap, writable_status_eacces)
{
	EXPECT_EQ(EACCES, try_mmap(self->fd, self->page, RW, MAP_SHARED, NDRV_MMAP_STATUS));
	EXPECT_EQ(EACCES, try_mmap(self->fd, self->page, PROT_WRITE, MAP_SHARED, NDRV_MMAP_STATUS));
}

/* What mmap refuses cannot be had later either. */
TEST_F(mmap, mprotect_cannot_add_what_mmap_refuses)
{
	const struct area *a;
	void *p;
	int err;

	for EACH_AREA(a) {
		p = xmmap(self->fd, a->len, PROT_READ, MAP_SHARED, a->off, &err);
		ASSERT_EQ(0, err);
		EXPECT_EQ(-1, mprotect(p, a->len, PROT_READ | PROT_EXEC)) TH_LOG("%s", a->name);
		EXPECT_EQ(EACCES, errno);
		if (!(a->prot & PROT_WRITE)) {
			EXPECT_EQ(-1, mprotect(p, a->len, RW)) TH_LOG("%s", a->name);
			EXPECT_EQ(EACCES, errno);
		}
		munmap(p, a->len);
	}
}

TEST_F(mmap, mappings_cannot_grow)
{
	const struct area *a;
	void *p;
	int err;

	for EACH_AREA(a) {
		p = xmmap(self->fd, a->len, PROT_READ, MAP_SHARED, a->off, &err);
		ASSERT_EQ(0, err);
		EXPECT_EQ(MAP_FAILED, mremap(p, a->len, a->len + self->page, MREMAP_MAYMOVE))
			TH_LOG("%s", a->name);
		munmap(p, a->len);
	}
}

/* Part of a mapping may be given up: the rest goes on, and closes well. */
TEST_F(mmap, partial_unmap_keeps_the_rest)
{
	volatile uint64_t *ring;
	int err;

	ring = xmmap(self->fd, self->areas[0].len, RW, MAP_SHARED, NDRV_MMAP_RX_RING, &err);
	ASSERT_EQ(0, err);
	ASSERT_GE(self->areas[0].len, 2 * self->page);
	ASSERT_EQ(0, munmap((void *)ring, self->page));
	ring[self->page / 8] = 7;
	EXPECT_EQ(7, ring[self->page / 8]);
}

static void on_segv(int sig)
{
	(void)sig;
	_exit(77);
}

/* True if a read of @at dies of SIGSEGV in a child. */
static bool child_faults_at(const volatile uint32_t *at)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		signal(SIGSEGV, on_segv);
		signal(SIGBUS, SIG_DFL);
		(void)*at;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 77;
}

TEST_F(mmap, fork_does_not_inherit)
{
	const struct area *a;
	volatile uint32_t *p;
	int err;

	for EACH_AREA(a) {
		p = xmmap(self->fd, a->len, PROT_READ, MAP_SHARED, a->off, &err);
		ASSERT_EQ(0, err);
		(void)*p;
		EXPECT_TRUE(child_faults_at(p)) TH_LOG("%s", a->name);
		munmap((void *)p, a->len);
	}
}

TEST_F(mmap, fork_cannot_be_made_to_inherit)
{
	void *p;
	int err;

	p = xmmap(self->fd, self->page, PROT_READ, MAP_SHARED, NDRV_MMAP_TX_DOORBELL, &err);
	ASSERT_EQ(0, err);
	EXPECT_EQ(-1, madvise(p, self->page, MADV_DOFORK)) TH_LOG("device memory");
}

TEST_F(mmap, status_says_ready)
{
	const volatile struct ndrv_status *st;
	uint64_t generation;
	int err;

	st = xmmap(self->fd, self->page, PROT_READ, MAP_SHARED, NDRV_MMAP_STATUS, &err);
	ASSERT_EQ(0, err);
	EXPECT_EQ(NDRV_STATE_READY, st->state);
	EXPECT_NE(0, st->generation);
	generation = st->generation;
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(NDRV_STATE_RUNNING, st->state);
	EXPECT_NE(generation, st->generation);
}

FIXTURE(mmap_early) { int fd; size_t page; };

FIXTURE_SETUP(mmap_early)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	self->page = page_up(1);
}

FIXTURE_TEARDOWN(mmap_early)
{
	if (self->fd >= 0)
		close(self->fd);
}

TEST_F(mmap_early, before_setup_enxio)
{
	static const uint64_t offs[] = { NDRV_MMAP_RX_RING, NDRV_MMAP_TX_RING,
		NDRV_MMAP_RX_DOORBELL, NDRV_MMAP_TX_DOORBELL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(offs); i++)
		EXPECT_EQ(ENXIO, try_mmap(self->fd, self->page, PROT_READ, MAP_SHARED, offs[i]));
}

TEST_F(mmap_early, left_out_side_enxio)
{
	struct ndrv_queue_setup qs = setup_args();

	qs.rx_entries = qs.rx_buf_bytes = 0;
	ASSERT_EQ(0, queue_setup(self->fd, &qs));
	EXPECT_EQ(0, qs.out_rx_ring_bytes);
	EXPECT_EQ(ENXIO, try_mmap(self->fd, self->page, RW, MAP_SHARED, NDRV_MMAP_RX_RING));
	EXPECT_EQ(ENXIO, try_mmap(self->fd, self->page, RW, MAP_SHARED, NDRV_MMAP_RX_DOORBELL));
	EXPECT_EQ(0, try_mmap(self->fd, self->page, RW, MAP_SHARED, NDRV_MMAP_TX_DOORBELL));
}

TEST_F(mmap_early, kernel_mode_doorbell_eacces)
{
	struct ndrv_queue_setup qs = setup_args();

	qs.flags = NDRV_QUEUE_F_KERNEL_DOORBELL;
	ASSERT_EQ(0, queue_setup(self->fd, &qs));
	EXPECT_EQ(EACCES, try_mmap(self->fd, self->page, RW, MAP_SHARED, NDRV_MMAP_RX_DOORBELL));
	EXPECT_EQ(EACCES, try_mmap(self->fd, self->page, PROT_READ, MAP_SHARED,
				   NDRV_MMAP_TX_DOORBELL));
	EXPECT_EQ(0, try_mmap(self->fd, page_up(qs.out_rx_ring_bytes), RW, MAP_SHARED,
			      NDRV_MMAP_RX_RING));
}

TEST_HARNESS_MAIN
