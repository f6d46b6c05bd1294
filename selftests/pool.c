// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet memory: NDRV_POOL_CREATE, NDRV_POOL_ATTACH, NDRV_POOL_DETACH; one pool on two ports and in
 * two processes; memory of other exporters. That a port reaches no other memory is in isolation.c.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define MIB (1ULL << 20)

FIXTURE(pool)
{
	int fd;
	struct ndrv_info info;
	struct pool p;
};

FIXTURE_SETUP(pool)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, get_info(self->fd, &self->info));
}

FIXTURE_TEARDOWN(pool)
{
	if (self->fd >= 0)
		close(self->fd);
}

#define CREATE(len) ({								\
	int made = pool_create(self->fd, len);					\
	ASSERT_GE(made, 0);							\
	made;									\
})

TEST_F(pool, bad_lengths_einval)
{
	EXPECT_EQ(-EINVAL, pool_create(self->fd, 0));
	EXPECT_EQ(-EINVAL, pool_create(self->fd, 1));
	EXPECT_EQ(-EINVAL, pool_create(self->fd, 4095));
	EXPECT_EQ(-EINVAL, pool_create(self->fd, 2 * MIB + 1));
	EXPECT_EQ(-EINVAL, pool_create(self->fd, UINT64_MAX));
}

TEST_F(pool, huge_lengths_edquot)
{
	EXPECT_EQ(-EDQUOT, pool_create(self->fd, self->info.out_pool_limit / 4096 * 4096 + 4096));
	EXPECT_EQ(-EDQUOT, pool_create(self->fd, 1ULL << 62));
	EXPECT_EQ(-EDQUOT, pool_create(self->fd, UINT64_MAX - 4095));
}

/* The limit is for all pools of the device together, and what is closed counts no longer. */
TEST_F(pool, limit_is_shared_and_given_back)
{
	uint64_t limit = self->info.out_pool_limit / 4096 * 4096, got = 0;
	int fds[64], n = 0, other = dev_open(0), fd;

	ASSERT_GE(other, 0);
	while (n < 64) {
		fd = pool_create(n & 1 ? other : self->fd, 4 * MIB);
		if (fd < 0)
			break;
		fds[n++] = fd;
		got += 4 * MIB;
		if (got + 4 * MIB > limit)
			break;
	}
	if (n == 64)
		fd = pool_create(self->fd, limit - got + 4096);
	else
		fd = pool_create(other, limit - got + 4096);
	EXPECT_EQ(-EDQUOT, fd) TH_LOG("%llu MiB had, limit %llu MiB",
				      (unsigned long long)(got / MIB),
				      (unsigned long long)(limit / MIB));
	while (n)
		close(fds[--n]);
	fd = pool_create(self->fd, 4 * MIB);
	EXPECT_GE(fd, 0);
	close(fd);
	close(other);
}

TEST_F(pool, memory_is_zero_and_shared)
{
	volatile uint8_t *one, *two;
	int fd = CREATE(3 * MIB), err;
	size_t i, left = 0;

	one = xmmap(fd, 3 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, 0, &err);
	ASSERT_EQ(0, err);
	for (i = 0; i < 3 * MIB; i++)
		left += one[i] != 0;
	EXPECT_EQ(0, left);
	one[3 * MIB - 1] = 0x77;
	/* Part of it, at an offset. */
	two = xmmap(fd, 4096, PROT_READ, MAP_SHARED, 3 * MIB - 4096, &err);
	ASSERT_EQ(0, err);
	EXPECT_EQ(0x77, two[4095]);
	close(fd);
	EXPECT_EQ(0x77, two[4095]) TH_LOG("a mapping keeps the memory");
}

/* What was in a pool never shows in the next. */
TEST_F(pool, reused_memory_is_zero)
{
	int round, err;

	for (round = 0; round < 4; round++) {
		int fd = CREATE(4 * MIB);
		uint64_t *m = xmmap(fd, 4 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, 0, &err);
		size_t i, left = 0;

		ASSERT_EQ(0, err);
		for (i = 0; i < 4 * MIB / 8; i++)
			left += m[i] != 0;
		EXPECT_EQ(0, left);
		memset(m, 0xa5, 4 * MIB);
		munmap(m, 4 * MIB);
		close(fd);
	}
}

TEST_F(pool, mmap_refusals)
{
	int fd = CREATE(8192), err;

	xmmap(fd, 12288, PROT_READ, MAP_SHARED, 0, &err);
	EXPECT_EQ(-EINVAL, err) TH_LOG("longer than the pool");
	xmmap(fd, 8192, PROT_READ, MAP_SHARED, 4096, &err);
	EXPECT_EQ(-EINVAL, err) TH_LOG("beyond its end");
	xmmap(fd, 4096, PROT_READ, MAP_SHARED, 8192, &err);
	EXPECT_NE(0, err) TH_LOG("behind it");
	xmmap(fd, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0, &err);
	EXPECT_NE(0, err) TH_LOG("private: the card would not see it");
	close(fd);
}

TEST_F(pool, fd_is_close_on_exec)
{
	int fd = CREATE(4096);

	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(8192, lseek(CREATE(8192), 0, SEEK_END)) TH_LOG("length of a dma-buf");
	close(fd);
}

TEST_F(pool, contig_bytes_are_true)
{
	struct ndrv_pool_create pc = { .size = sizeof(pc), .len_bytes = 8 * MIB };

	ASSERT_EQ(0, xioctl(self->fd, NDRV_POOL_CREATE, &pc));
	EXPECT_GE(pc.out_contig_bytes, 4096);
	EXPECT_LE(pc.out_contig_bytes, 8 * MIB);
	EXPECT_EQ(0, pc.out_contig_bytes % 4096);
	close(pc.out_fd);
}

/* A pool is not cut into 4 KiB for the card: translations of 2 MiB, of which few cover all packets. */
TEST_F(pool, large_iommu_pages)
{
	struct ndrv_pool_create pc = { .size = sizeof(pc), .len_bytes = 16 * MIB };
	int64_t maps, large;

	if (!sim_present() || self->info.out_iommu < NDRV_IOMMU_DMA)
		SKIP(return, "only the simulator sees how memory is mapped, and only behind an IOMMU");
	maps = sim_counter(0, "maps");
	large = sim_counter(0, "maps_large");
	ASSERT_EQ(0, xioctl(self->fd, NDRV_POOL_CREATE, &pc));
	EXPECT_EQ(2 * MIB, pc.out_contig_bytes);
	ASSERT_EQ(0, pool_attach(self->fd, pc.out_fd, &self->p));
	EXPECT_EQ(8, sim_counter(0, "maps") - maps);
	EXPECT_EQ(8, sim_counter(0, "maps_large") - large);
	EXPECT_EQ(0, pool_detach(self->fd, self->p.id));
	close(pc.out_fd);
}

/* The addresses describe the whole pool: pieces of equal size, none overlapping, page aligned. */
TEST_F(pool, attach_describes_every_byte)
{
	static const uint64_t lens[] = { 4096, 8192, 2 * MIB, 2 * MIB + 4096, 7 * MIB };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		int fd = CREATE(lens[i]);
		uint32_t a, b;

		ASSERT_EQ(0, pool_attach(self->fd, fd, &self->p));
		EXPECT_EQ(lens[i], self->p.len);
		EXPECT_GE(self->p.piece_shift, 12);
		EXPECT_LE(self->p.piece_shift, 63);
		EXPECT_EQ((lens[i] + (1ULL << self->p.piece_shift) - 1) >> self->p.piece_shift,
			  self->p.nr_iovas);
		for (a = 0; a < self->p.nr_iovas; a++) {
			EXPECT_EQ(0, self->p.iovas[a] % 4096);
			EXPECT_NE(0, self->p.iovas[a]);
			for (b = 0; b < a; b++)
				EXPECT_GE(self->p.iovas[a] > self->p.iovas[b] ?
					  self->p.iovas[a] - self->p.iovas[b] :
					  self->p.iovas[b] - self->p.iovas[a],
					  1ULL << self->p.piece_shift);
		}
		EXPECT_EQ(0, pool_detach(self->fd, self->p.id));
		close(fd);
	}
}

TEST_F(pool, too_few_iovas_enospc)
{
	uint64_t room[4] = { 1, 1, 1, 1 };
	int fd = CREATE(2 * MIB);
	struct ndrv_pool_attach pa = { .size = sizeof(pa), .fd = fd, .nr_iovas = 0 };

	EXPECT_EQ(-ENOSPC, xioctl(self->fd, NDRV_POOL_ATTACH, &pa));
	EXPECT_GE(pa.nr_iovas, 1);
	/* Nothing is attached, and with that many it works. */
	if (pa.nr_iovas > 4)
		SKIP(return, "the pool has %u pieces", pa.nr_iovas);
	pa.iovas_ptr = (uintptr_t)room;
	EXPECT_EQ(0, xioctl(self->fd, NDRV_POOL_ATTACH, &pa));
	EXPECT_NE(1, room[0]);
	close(fd);
}

TEST_F(pool, unwritable_iovas_efault)
{
	int fd = CREATE(8192);
	struct ndrv_pool_attach pa = { .size = sizeof(pa), .fd = fd, .nr_iovas = 8 };

	EXPECT_EQ(-EFAULT, xioctl(self->fd, NDRV_POOL_ATTACH, &pa));
	pa.iovas_ptr = (uintptr_t)-8;
	pa.nr_iovas = 8;
	EXPECT_EQ(-EFAULT, xioctl(self->fd, NDRV_POOL_ATTACH, &pa));
	/* It left no attachment behind. */
	EXPECT_EQ(0, pool_attach(self->fd, fd, &self->p));
	close(fd);
}

TEST_F(pool, foreign_fds_are_refused)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC), memfd = memfd_create("x", 0);

	EXPECT_EQ(-EBADF, pool_attach(self->fd, -1, &self->p));
	EXPECT_EQ(-EBADF, pool_attach(self->fd, 1000, &self->p));
	EXPECT_EQ(-EINVAL, pool_attach(self->fd, null_fd, &self->p));
	EXPECT_EQ(-EINVAL, pool_attach(self->fd, memfd, &self->p));
	EXPECT_EQ(-EINVAL, pool_attach(self->fd, self->fd, &self->p));
	close(null_fd);
	close(memfd);
}

TEST_F(pool, second_attach_eexist)
{
	struct pool again;
	int fd = CREATE(8192);

	ASSERT_EQ(0, pool_attach(self->fd, fd, &self->p));
	EXPECT_EQ(-EEXIST, pool_attach(self->fd, fd, &again));
	/* Another descriptor of the same pool is the same pool. */
	EXPECT_EQ(-EEXIST, pool_attach(self->fd, dup(fd), &again));
	ASSERT_EQ(0, pool_detach(self->fd, self->p.id));
	EXPECT_EQ(0, pool_attach(self->fd, fd, &again));
	close(fd);
}

/* Mapped once per device: two files of one port see the same addresses. */
TEST_F(pool, two_files_of_one_port_share_the_mapping)
{
	int fd = CREATE(2 * MIB), other = dev_open(0);
	struct pool q;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, pool_attach(self->fd, fd, &self->p));
	ASSERT_EQ(0, pool_attach(other, fd, &q));
	EXPECT_EQ(self->p.nr_iovas, q.nr_iovas);
	EXPECT_EQ(self->p.iovas[0], q.iovas[0]);
	EXPECT_EQ(0, pool_detach(self->fd, self->p.id));
	EXPECT_EQ(0, pool_detach(other, q.id));
	close(other);
	close(fd);
}

TEST_F(pool, detach_refusals)
{
	struct ndrv_queue_setup qs = setup_args();
	int fd = CREATE(8192), other = dev_open(0);

	ASSERT_GE(other, 0);
	EXPECT_EQ(-ENOENT, pool_detach(self->fd, 0));
	EXPECT_EQ(-ENOENT, pool_detach(self->fd, 0xfffffffe));
	EXPECT_EQ(0, pool_detach(self->fd, NDRV_POOL_ALL)) TH_LOG("all of none");
	ASSERT_EQ(0, pool_attach(self->fd, fd, &self->p));
	EXPECT_EQ(-ENOENT, pool_detach(self->fd, self->p.id + 1));
	EXPECT_EQ(-ENOENT, pool_detach(other, self->p.id)) TH_LOG("another file's");
	ASSERT_EQ(0, queue_setup(self->fd, &qs));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(-EBUSY, pool_detach(self->fd, self->p.id)) TH_LOG("running");
	EXPECT_EQ(-EBUSY, pool_detach(self->fd, NDRV_POOL_ALL)) TH_LOG("running");
	ASSERT_EQ(0, queue_stop(self->fd));
	EXPECT_EQ(0, pool_detach(self->fd, self->p.id));
	EXPECT_EQ(-ENOENT, pool_detach(self->fd, self->p.id)) TH_LOG("twice");
	close(other);
	close(fd);
}

TEST_F(pool, many_attachments)
{
	struct pool p[32];
	int fds[32], i;

	for (i = 0; i < 32; i++) {
		fds[i] = CREATE(8192);
		ASSERT_EQ(0, pool_attach(self->fd, fds[i], &p[i]));
		if (i)
			EXPECT_NE(p[i].iovas[0], p[i - 1].iovas[0]);
		close(fds[i]);
	}
	for (i = 0; i < 32; i += 2)
		EXPECT_EQ(0, pool_detach(self->fd, p[i].id));
	EXPECT_EQ(0, pool_detach(self->fd, NDRV_POOL_ALL));
	for (i = 0; i < 32; i++)
		EXPECT_EQ(-ENOENT, pool_detach(self->fd, p[i].id));
}

TEST_F(pool, attached_to_two_ports)
{
	int fd, other;
	struct pool q;

	NEED_PORTS(2);
	fd = CREATE(2 * MIB);
	other = dev_open(1);
	ASSERT_GE(other, 0);
	ASSERT_EQ(0, pool_attach(self->fd, fd, &self->p));
	ASSERT_EQ(0, pool_attach(other, fd, &q));
	EXPECT_EQ(self->p.len, q.len);
	EXPECT_EQ(0, pool_detach(self->fd, self->p.id));
	EXPECT_EQ(0, pool_detach(other, q.id));
	close(other);
	close(fd);
}

/* The maker and its file may go: who holds the descriptor holds the memory. */
TEST_F(pool, outlives_the_file_that_made_it)
{
	int fd = CREATE(2 * MIB), err;
	uint8_t *m;

	close(self->fd);
	m = xmmap(fd, 2 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, 0, &err);
	ASSERT_EQ(0, err);
	memset(m, 1, 2 * MIB);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	EXPECT_EQ(0, pool_attach(self->fd, fd, &self->p));
	close(fd);
}

static int send_fd(int sock, int fd)
{
	char c = 'f', room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec io = { &c, 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = room,
			    .msg_controllen = sizeof(room) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&m);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	return sendmsg(sock, &m, 0) == 1 ? 0 : -errno;
}

static int receive_fd(int sock)
{
	char c, room[CMSG_SPACE(sizeof(int))];
	struct iovec io = { &c, 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = room,
			    .msg_controllen = sizeof(room) };
	int fd;

	if (recvmsg(sock, &m, 0) != 1 || !CMSG_FIRSTHDR(&m))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(int));
	return fd;
}

/* Another process, which got no file by fork, maps the pool, writes, and attaches it. */
TEST_F(pool, crosses_processes)
{
	int sock[2], fd, err, status;
	uint8_t *m;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	pid = fork();
	if (!pid) {
		struct pool q;
		int dev = dev_open(0);

		fd = receive_fd(sock[1]);
		m = xmmap(fd, 2 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, 0, &err);
		if (fd < 0 || dev < 0 || err)
			_exit(1);
		m[12345] = 0xc3;
		_exit(pool_attach(dev, fd, &q) ? 2 : 0);
	}
	fd = CREATE(2 * MIB);
	ASSERT_EQ(0, send_fd(sock[0], fd));
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
	m = xmmap(fd, 2 * MIB, PROT_READ, MAP_SHARED, 0, &err);
	ASSERT_EQ(0, err);
	EXPECT_EQ(0xc3, m[12345]);
	close(fd);
}

static int udmabuf_make(uint64_t len)
{
	struct udmabuf_create uc = { .size = len };
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd;

	if (dev < 0)
		return -errno;
	uc.memfd = memfd_create("ndrv", MFD_ALLOW_SEALING);
	if (ftruncate(uc.memfd, (off_t)len) || fcntl(uc.memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		return -errno;
	fd = ioctl(dev, UDMABUF_CREATE, &uc);
	if (fd < 0)
		fd = -errno;
	close(uc.memfd);
	close(dev);
	return fd;
}

/* Memory of another exporter: ordinary pages, behind the IOMMU in one piece. */
TEST_F(pool, any_exporters_memory)
{
	int fd = udmabuf_make(1 * MIB);

	if (fd == -ENOENT || fd == -ENODEV)
		SKIP(return, "this kernel has no /dev/udmabuf");
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, pool_attach(self->fd, fd, &self->p));
	EXPECT_EQ(1 * MIB, self->p.len);
	EXPECT_GE(self->p.piece_shift, 12);
	EXPECT_EQ(0, pool_detach(self->fd, self->p.id));
	/* Attached and left: closing the port gives it up. */
	ASSERT_EQ(0, pool_attach(self->fd, fd, &self->p));
	close(fd);
}

TEST_HARNESS_MAIN
