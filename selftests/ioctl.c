// SPDX-License-Identifier: GPL-2.0-only
/*
 * The general rules of uapi/linux/ndrv.h, for every ioctl: the size field, unknown tails, reserved
 * fields, unknown flags, unreadable memory, out_ fields. One row per ioctl in the table below; a
 * row brings its file into a state in which the call succeeds, so that only the fault under test
 * can make it fail. ioctl-rows.sh compares the rows with the header and with the module's own
 * table. Also built for 32 bit (ioctl_32), where every call must behave the same.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define JUNK	0xa5
#define MAX_ARG	512

struct row {
	const char *name;
	unsigned long cmd;
	uint32_t size;
	uint32_t known_flags;
	int reserved_off;		/* of a field that must be 0 on input, or -1 */
	int out_off, out_len;		/* the out_ fields, or -1 */
	/* State in which the call succeeds, and the argument for it; nonzero = -errno. */
	int (*prepare)(int fd, void *arg);
	void (*undo)(int fd, void *arg);	/* after a success */
};

static int prepare_nothing(int fd, void *arg)
{
	(void)fd;
	(void)arg;
	return 0;
}

static int prepare_setup(int fd, void *arg)
{
	struct ndrv_queue_setup qs = setup_args();

	(void)fd;
	memcpy(arg, &qs, sizeof(qs));
	return 0;
}

static int prepare_ready(int fd, void *arg)
{
	struct ndrv_queue_setup qs = setup_args();

	(void)arg;
	return queue_setup(fd, &qs);
}

static int prepare_running(int fd, void *arg)
{
	struct ndrv_doorbell *db = arg;
	int err = prepare_ready(fd, NULL);

	db->flags = NDRV_DOORBELL_F_TX;
	return err ? err : queue_start(fd, NULL);
}

static int prepare_create(int fd, void *arg)
{
	(void)fd;
	((struct ndrv_pool_create *)arg)->len_bytes = 8192;
	return 0;
}

static void undo_create(int fd, void *arg)
{
	(void)fd;
	close(((struct ndrv_pool_create *)arg)->out_fd);
}

static uint64_t iova_room[64];

static int prepare_attach(int fd, void *arg)
{
	struct ndrv_pool_attach *pa = arg;

	pa->fd = pool_create(fd, 8192);
	pa->nr_iovas = 64;
	pa->iovas_ptr = (uintptr_t)iova_room;
	return pa->fd < 0 ? pa->fd : 0;
}

static void undo_attach(int fd, void *arg)
{
	(void)fd;
	close(((struct ndrv_pool_attach *)arg)->fd);
}

static int prepare_detach(int fd, void *arg)
{
	struct pool p;
	int pool_fd, err;

	pool_fd = pool_create(fd, 8192);
	if (pool_fd < 0)
		return pool_fd;
	err = pool_attach(fd, pool_fd, &p);
	close(pool_fd);
	((struct ndrv_pool_detach *)arg)->pool = p.id;
	return err;
}

static int prepare_arm(int fd, void *arg)
{
	((struct ndrv_arm *)arg)->flags = NDRV_ARM_RX;
	return prepare_running(fd, &(struct ndrv_doorbell){});
}

/* Every card has filters for addresses. */
static int prepare_filter(int fd, void *arg)
{
	struct ndrv_filter_add *fa = arg;

	(void)fd;
	fa->type = NDRV_FILTER_MAC;
	fa->queue = NDRV_QUEUE_ANY;
	memcpy(fa->mac, "\x02\x00\x00\x00\x00\x01", 6);
	return 0;
}

static void undo_filter(int fd, void *arg)
{
	struct ndrv_filter_del fd_arg = {
		.size = sizeof(fd_arg),
		.filter = ((struct ndrv_filter_add *)arg)->out_filter,
	};

	xioctl(fd, NDRV_FILTER_DEL, &fd_arg);
}

static int prepare_unfilter(int fd, void *arg)
{
	struct ndrv_filter_add fa = { .size = sizeof(fa) };
	int err;

	prepare_filter(fd, &fa);
	err = xioctl(fd, NDRV_FILTER_ADD, &fa);
	((struct ndrv_filter_del *)arg)->filter = fa.out_filter;
	return err;
}

static void undo_nothing(int fd, void *arg)
{
	(void)fd;
	(void)arg;
}

/* First and last out_ field. */
#define OUT(type, first, last) \
	offsetof(struct type, first), \
	offsetof(struct type, last) + sizeof(((struct type *)0)->last) - \
		offsetof(struct type, first)
#define NO_OUT -1, 0

#define ROW(call, type, flags, reserved, out, how, undo_how) \
	{ #call, call, sizeof(struct type), flags, reserved, out, prepare_##how, undo_##undo_how }

static const struct row rows[] = {
	ROW(NDRV_INFO, ndrv_info, 0, -1, OUT(ndrv_info, out_abi, out_vectors),
	    nothing, nothing),
	ROW(NDRV_QUEUE_SETUP, ndrv_queue_setup,
	    NDRV_QUEUE_F_KERNEL_DOORBELL | NDRV_QUEUE_F_VLAN_STRIP,
	    offsetof(struct ndrv_queue_setup, __reserved),
	    OUT(ndrv_queue_setup, out_queue, out_tx_tail_off), setup, nothing),
	ROW(NDRV_QUEUE_START, ndrv_queue_start, 0, -1,
	    OUT(ndrv_queue_start, out_generation, out_generation), ready, nothing),
	ROW(NDRV_QUEUE_STOP, ndrv_queue_stop, 0, -1, NO_OUT, ready, nothing),
	ROW(NDRV_DOORBELL, ndrv_doorbell, NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX, -1, NO_OUT,
	    running, nothing),
	ROW(NDRV_POOL_CREATE, ndrv_pool_create, 0, -1,
	    OUT(ndrv_pool_create, out_fd, out_contig_bytes), create, create),
	ROW(NDRV_POOL_ATTACH, ndrv_pool_attach, 0, -1,
	    OUT(ndrv_pool_attach, out_len_bytes, out_pool), attach, attach),
	ROW(NDRV_POOL_DETACH, ndrv_pool_detach, 0,
	    offsetof(struct ndrv_pool_detach, __reserved), NO_OUT, detach, nothing),
	ROW(NDRV_RX_MODE, ndrv_rx_mode, NDRV_RX_MODE_PROMISC | NDRV_RX_MODE_ALLMULTI,
	    offsetof(struct ndrv_rx_mode, __reserved), NO_OUT, nothing, nothing),
	ROW(NDRV_STATS, ndrv_stats, 0, -1, OUT(ndrv_stats, out_rx_packets, out_link_changes),
	    nothing, nothing),
	ROW(NDRV_LINK, ndrv_link, 0, -1, OUT(ndrv_link, out_up, out_mbps), nothing, nothing),
	/* Without SPREAD it takes a table back, which any device lets a file do. */
	ROW(NDRV_RSS, ndrv_rss, NDRV_RSS_F_SPREAD, offsetof(struct ndrv_rss, table), NO_OUT,
	    nothing, nothing),
	ROW(NDRV_ARM, ndrv_arm, NDRV_ARM_RX | NDRV_ARM_TX, -1, NO_OUT, arm, nothing),
	ROW(NDRV_QUEUE_GET, ndrv_queue_get, 0, -1, OUT(ndrv_queue_get, out_state, out_tx_bytes),
	    ready, nothing),
	ROW(NDRV_FILTER_ADD, ndrv_filter_add,
	    NDRV_FILTER_F_PROTO | NDRV_FILTER_F_SRC_IP | NDRV_FILTER_F_DST_IP |
	    NDRV_FILTER_F_SRC_PORT | NDRV_FILTER_F_DST_PORT,
	    offsetof(struct ndrv_filter_add, __reserved),
	    OUT(ndrv_filter_add, out_filter, out_filter), filter, filter),
	ROW(NDRV_FILTER_DEL, ndrv_filter_del, 0, offsetof(struct ndrv_filter_del, __reserved),
	    NO_OUT, unfilter, nothing),
};

FIXTURE(ioctl_rules)
{
	const struct row *row;
	int fd;
	int prepared;
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
	size_t i;

	self->fd = -1;
	NEED_PORTS(1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].cmd == variant->cmd)
			self->row = &rows[i];
	ASSERT_TRUE(self->row != NULL);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	memset(self->arg, 0, sizeof(self->arg));
	*(uint32_t *)self->arg = self->row->size;
	ASSERT_EQ(0, self->row->prepare(self->fd, self->arg));
	if (self->row->out_off >= 0)
		memset(self->arg + self->row->out_off, JUNK, self->row->out_len);
}

FIXTURE_TEARDOWN(ioctl_rules)
{
	if (self->fd >= 0)
		close(self->fd);
}

static bool outs_untouched(const struct row *row, const uint8_t *arg)
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

#define EACH_ROW(r) (r = rows; r < rows + sizeof(rows) / sizeof(rows[0]); r++)

/* A file of its own for @row, and the argument with which the call succeeds: the file or -errno. */
static int fresh(const struct row *row, uint8_t *arg)
{
	int fd = dev_open(0), err;

	if (fd < 0)
		return fd;
	memset(arg, 0, MAX_ARG);
	*(uint32_t *)arg = row->size;
	err = row->prepare(fd, arg);
	if (err) {
		close(fd);
		return err;
	}
	if (row->out_len)
		memset(arg + row->out_off, JUNK, row->out_len);
	return fd;
}

TEST(reserved_field_is_einval)
{
	uint8_t arg[MAX_ARG] __attribute__((aligned(8)));
	const struct row *row;
	int n = 0;

	NEED_PORTS(1);
	for EACH_ROW(row) {
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

/* A call that cannot write its results must not leave half of them behind. */
TEST(unwritable_argument_is_efault)
{
	size_t page = page_up(1);
	const struct row *row;
	int n = 0;

	NEED_PORTS(1);
	for EACH_ROW(row) {
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
		size_t i, known = 0;

		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			known |= rows[i].cmd == _IO(NDRV_TYPE, nr);
		if (known)
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
