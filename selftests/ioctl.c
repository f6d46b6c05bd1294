// SPDX-License-Identifier: GPL-2.0-only
/*
 * The general rules of uapi/linux/ndrv.h, for every ioctl of calls.c: the size field, unknown tails,
 * reserved fields, unknown flags, unreadable memory, out_ fields. Values of fields are in values.c.
 * Also built for 32 bit (ioctl_32), where every call must behave the same.
 */
#include "kselftest_harness.h"
#include "calls.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define JUNK	0xa5

FIXTURE(ioctl_rules)
{
	const struct call *row;
	int fd;
	uint8_t arg[MAX_ARG + 8192] __attribute__((aligned(8)));
};

FIXTURE_VARIANT(ioctl_rules)
{
	unsigned long cmd;
};

/* One variant a row; ioctl-rows.sh finds a row without variant. */
#define VARIANT(call) FIXTURE_VARIANT_ADD(ioctl_rules, call) { .cmd = NDRV_##call }
VARIANT(INFO);
VARIANT(QUEUE_SETUP);
VARIANT(QUEUE_START);
VARIANT(QUEUE_STOP);
VARIANT(DOORBELL);
VARIANT(POOL_CREATE);
VARIANT(POOL_ATTACH);
VARIANT(POOL_DETACH);
VARIANT(RX_MODE);
VARIANT(STATS);
VARIANT(LINK);
VARIANT(RSS);
VARIANT(ARM);
VARIANT(QUEUE_GET);
VARIANT(FILTER_ADD);
VARIANT(FILTER_DEL);

#define CALL(at) xioctl(self->fd, self->row->cmd, at)

FIXTURE_SETUP(ioctl_rules)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->row = call_find(variant->cmd);
	ASSERT_TRUE(self->row != NULL);
	memset(self->arg, 0, sizeof(self->arg));
	self->fd = call_fresh(self->row, self->arg);
	ASSERT_GE(self->fd, 0);
	if (self->row->out_len)
		memset(self->arg + self->row->out_off, JUNK, self->row->out_len);
}

FIXTURE_TEARDOWN(ioctl_rules)
{
	if (self->fd >= 0)
		close(self->fd);
}

static bool outs_untouched(const struct call *row, const uint8_t *arg)
{
	int i;

	for (i = 0; i < row->out_len; i++)
		if (arg[row->out_off + i] != JUNK)
			return false;
	return true;
}

/* What out_ fields held before is ignored, and on success they are written. */
TEST_F(ioctl_rules, exact_size_succeeds)
{
	ASSERT_EQ(0, CALL(self->arg));
	EXPECT_EQ(self->row->size, *(uint32_t *)self->arg);
	if (self->row->out_len)
		EXPECT_FALSE(outs_untouched(self->row, self->arg));
	self->row->undo(self->fd, self->arg);
}

TEST_F(ioctl_rules, too_short_is_einval)
{
	uint32_t sizes[] = { 0, 1, 4, 7, self->row->size - 8, self->row->size - 4,
			     self->row->size - 1 };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i] >= self->row->size)
			continue;
		*(uint32_t *)self->arg = sizes[i];
		EXPECT_EQ(-EINVAL, CALL(self->arg))
			TH_LOG("%s with size %u", self->row->name, sizes[i]);
	}
	EXPECT_TRUE(outs_untouched(self->row, self->arg));
}

TEST_F(ioctl_rules, junk_in_unknown_tail_is_e2big)
{
	uint32_t sizes[] = { self->row->size + 1, self->row->size + 8, self->row->size + 4096 };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		*(uint32_t *)self->arg = sizes[i];
		self->arg[sizes[i] - 1] = 1;
		EXPECT_EQ(-E2BIG, CALL(self->arg))
			TH_LOG("%s with size %u", self->row->name, sizes[i]);
		self->arg[sizes[i] - 1] = 0;
	}
	EXPECT_TRUE(outs_untouched(self->row, self->arg));
}

TEST_F(ioctl_rules, zeroes_in_unknown_tail_are_accepted)
{
	*(uint32_t *)self->arg = self->row->size + 8;
	ASSERT_EQ(0, CALL(self->arg));
	self->row->undo(self->fd, self->arg);
}

TEST_F(ioctl_rules, long_tail_of_zeroes_is_accepted)
{
	*(uint32_t *)self->arg = self->row->size + 4096;
	ASSERT_EQ(0, CALL(self->arg));
	self->row->undo(self->fd, self->arg);
}

/* A size of 4 GiB must end at the end of the memory or at the first byte that is not zero. */
TEST_F(ioctl_rules, absurd_size_is_refused)
{
	int err;

	*(uint32_t *)self->arg = 0xffffffff;
	err = CALL(self->arg);
	EXPECT_TRUE(err == -E2BIG || err == -EFAULT)
		TH_LOG("%s: %d", self->row->name, err);
	EXPECT_TRUE(outs_untouched(self->row, self->arg));
}

TEST_F(ioctl_rules, unknown_flag_is_eopnotsupp)
{
	uint32_t *flags = (uint32_t *)self->arg + 1;
	uint32_t had = *flags;
	unsigned int bit;

	for (bit = 0; bit < 32; bit++) {
		if (self->row->known_flags & (1U << bit))
			continue;
		*flags = had | (1U << bit);
		EXPECT_EQ(-EOPNOTSUPP, CALL(self->arg))
			TH_LOG("%s with flag bit %u", self->row->name, bit);
	}
	EXPECT_TRUE(outs_untouched(self->row, self->arg));
	/* None of that left a trace: the right call still works. */
	*flags = had;
	ASSERT_EQ(0, CALL(self->arg));
	self->row->undo(self->fd, self->arg);
}

TEST_F(ioctl_rules, unreadable_argument_is_efault)
{
	size_t page = page_up(1);
	uint8_t *two;
	int err;

	EXPECT_EQ(-EFAULT, CALL(NULL));
	EXPECT_EQ(-EFAULT, CALL((void *)(uintptr_t)-4096));
	two = xmmap(-1, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0, &err);
	ASSERT_TRUE(two != NULL);
	ASSERT_EQ(0, mprotect(two + page, page, PROT_NONE));
	/* The size is readable, the rest is not. */
	memcpy(two + page - 4, self->arg, 4);
	EXPECT_EQ(-EFAULT, CALL(two + page - 4));
	/* All of the known part is readable, the unknown tail is not. */
	memcpy(two + page - self->row->size, self->arg, self->row->size);
	*(uint32_t *)(two + page - self->row->size) = self->row->size + 8;
	EXPECT_EQ(-EFAULT, CALL(two + page - self->row->size));
	munmap(two, 2 * page);
}

/* ---- rules for some of the rows ----------------------------------------------------------------- */

/* As call_fresh(), and what out_ fields hold before is junk. */
static int fresh(const struct call *row, uint8_t *arg)
{
	int fd = call_fresh(row, arg);

	if (fd >= 0 && row->out_len)
		memset(arg + row->out_off, JUNK, row->out_len);
	return fd;
}

TEST(reserved_field_is_einval)
{
	uint8_t arg[MAX_ARG] __attribute__((aligned(8)));
	const struct call *row;
	int n = 0;

	NEED_PORTS(1);
	for EACH_CALL(row) {
		int fd, i;

		if (row->reserved_off < 0)
			continue;
		n++;
		fd = fresh(row, arg);
		ASSERT_GE(fd, 0) TH_LOG("%s", row->name);
		for (i = 0; i < 4; i++) {
			arg[row->reserved_off + i] = 1;
			EXPECT_EQ(-EINVAL, xioctl(fd, row->cmd, arg))
				TH_LOG("%s, byte %d", row->name, i);
			arg[row->reserved_off + i] = 0;
		}
		EXPECT_TRUE(outs_untouched(row, arg));
		EXPECT_EQ(0, xioctl(fd, row->cmd, arg)) TH_LOG("%s", row->name);
		close(fd);
	}
	EXPECT_EQ(6, n);
}

/* A call that cannot write its results leaves nothing of them behind: it succeeds when repeated. */
TEST(unwritable_argument_is_efault)
{
	size_t page = page_up(1);
	const struct call *row;
	int n = 0;

	NEED_PORTS(1);
	for EACH_CALL(row) {
		int fd, err, first_free, free_after;
		uint8_t *ro;

		if (!row->out_len)
			continue;
		n++;
		ro = xmmap(-1, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0, &err);
		ASSERT_EQ(0, err);
		fd = fresh(row, ro);
		ASSERT_GE(fd, 0) TH_LOG("%s", row->name);
		ASSERT_EQ(0, mprotect(ro, page, PROT_READ));
		first_free = dup(0);
		close(first_free);
		EXPECT_EQ(-EFAULT, xioctl(fd, row->cmd, ro)) TH_LOG("%s", row->name);
		free_after = dup(0);
		close(free_after);
		EXPECT_EQ(first_free, free_after)
			TH_LOG("%s: a file descriptor was left open", row->name);
		ASSERT_EQ(0, mprotect(ro, page, PROT_READ | PROT_WRITE));
		EXPECT_EQ(0, xioctl(fd, row->cmd, ro)) TH_LOG("%s", row->name);
		row->undo(fd, ro);
		munmap(ro, page);
		close(fd);
	}
	EXPECT_EQ(9, n);
}

FIXTURE(numbers) { int fd; };

FIXTURE_SETUP(numbers)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
}

FIXTURE_TEARDOWN(numbers)
{
	if (self->fd >= 0)
		close(self->fd);
}

TEST_F(numbers, unknown_ioctl_is_enotty)
{
	uint32_t arg[64] = { sizeof(arg) };
	unsigned int nr;

	for (nr = 0; nr < 256; nr++) {
		if (call_find(_IO(NDRV_TYPE, nr)))
			continue;
		EXPECT_EQ(-ENOTTY, xioctl(self->fd, _IO(NDRV_TYPE, nr), arg))
			TH_LOG("number %u", nr);
	}
	EXPECT_EQ(-ENOTTY, xioctl(self->fd, _IO(NDRV_TYPE + 1, 0), arg));
	EXPECT_EQ(-ENOTTY, xioctl(self->fd, _IO(0, 0), arg));
}

/* The numbers carry neither size nor direction: those that do are others. */
TEST_F(numbers, sized_ioctl_is_enotty)
{
	struct ndrv_info info = { .size = sizeof(info) };

	EXPECT_EQ(-ENOTTY, xioctl(self->fd, _IOR(NDRV_TYPE, 0, struct ndrv_info), &info));
	EXPECT_EQ(-ENOTTY, xioctl(self->fd, _IOWR(NDRV_TYPE, 0, struct ndrv_info), &info));
	EXPECT_EQ(-ENOTTY, xioctl(self->fd, _IOW(NDRV_TYPE, 0, struct ndrv_info), &info));
}

TEST_F(numbers, info_is_plausible)
{
	struct ndrv_info a, b;
	unsigned int i;

	ASSERT_EQ(0, get_info(self->fd, &a));
	EXPECT_EQ(NDRV_ABI_VERSION, a.out_abi);
	ASSERT_TRUE(desc_format(a.out_desc_format) != NULL) TH_LOG("%u", a.out_desc_format);
	EXPECT_LE(a.out_iommu, NDRV_IOMMU_DMA_FQ);
	EXPECT_GE(a.out_max_queues, 1);
	EXPECT_GE(a.out_ring_align, 1);
	EXPECT_GE(a.out_ring_min, a.out_ring_align);
	EXPECT_EQ(0, a.out_ring_min % a.out_ring_align);
	EXPECT_EQ(0, a.out_ring_max % a.out_ring_align);
	EXPECT_LE(a.out_ring_min, a.out_ring_max);
	EXPECT_LE(a.out_ring_max, NDRV_MAX_RING_ENTRIES);
	EXPECT_EQ(desc_format(a.out_desc_format)->rx_words * 8, a.out_rx_desc_size);
	EXPECT_EQ(desc_format(a.out_desc_format)->tx_words * 8, a.out_tx_desc_size);
	EXPECT_EQ(0, a.out_ring_align % desc_format(a.out_desc_format)->rx_step);
	EXPECT_GE(a.out_rx_buf_align, 1);
	EXPECT_GE(a.out_rx_buf_max, SLOT_BYTES);
	EXPECT_GE(a.out_max_frame, 1518);
	EXPECT_GE(a.out_pool_limit, 1 << 20);
	EXPECT_EQ(0, a.out_mac[0] & 1) TH_LOG("the port's address is a group address");
	for (i = 0; i < ARRAY_SIZE(a.__reserved); i++)
		EXPECT_EQ(0, a.__reserved[i]);
	ASSERT_EQ(0, get_info(self->fd, &b));
	EXPECT_EQ(0, memcmp(&a, &b, sizeof(a)));
}

TEST_F(numbers, info_names_the_pci_function)
{
	unsigned int domain, bus, dev, fn;
	struct ndrv_info info;

	ASSERT_EQ(0, get_info(self->fd, &info));
	ASSERT_EQ(4, sscanf(dev_pci(0), "%x:%x:%x.%x", &domain, &bus, &dev, &fn));
	EXPECT_EQ(domain, info.out_pci_domain);
	EXPECT_EQ(bus << 8 | dev << 3 | fn, info.out_pci_bdf);
	EXPECT_EQ(0x8086, info.out_pci_vendor);
}

TEST_HARNESS_MAIN
