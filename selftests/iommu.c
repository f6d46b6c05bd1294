// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may have queues behind which IOMMU: translated, passed through (iommu=pt), none. What the
 * machine has is read from the kernel's own records, never from the module; boot the three ways to
 * have all. NDRV_UNSAFE=1 in the environment says that the module was loaded with
 * allow_unsafe_dma=1.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <sys/wait.h>

FIXTURE(iommu)
{
	int fd;
	struct ndrv_info info;
	uint32_t kind;			/* NDRV_IOMMU_* as the kernel says */
	int refusal;			/* what a queue must get: 0 or -errno */
	bool unsafe;
};

static uint32_t kernel_says(const char *pci)
{
	char path[128], type[32] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group/type", pci);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NDRV_IOMMU_NONE;
	n = read(fd, type, sizeof(type) - 1);
	close(fd);
	if (n > 0 && type[n - 1] == '\n')
		type[n - 1] = 0;
	if (!strcmp(type, "DMA"))
		return NDRV_IOMMU_DMA;
	if (!strcmp(type, "DMA-FQ"))
		return NDRV_IOMMU_DMA_FQ;
	return NDRV_IOMMU_IDENTITY;
}

FIXTURE_SETUP(iommu)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, get_info(self->fd, &self->info));
	self->kind = kernel_says(dev_pci(0));
	self->unsafe = getenv("NDRV_UNSAFE") && !strcmp(getenv("NDRV_UNSAFE"), "1");
	if (self->kind == NDRV_IOMMU_NONE)
		self->refusal = -ENXIO;
	else if (self->kind == NDRV_IOMMU_IDENTITY)
		self->refusal = -EACCES;
	TH_LOG("IOMMU kind %u%s", self->kind, self->unsafe ? ", unsafe DMA allowed" : "");
}

FIXTURE_TEARDOWN(iommu)
{
	if (self->fd >= 0)
		close(self->fd);
}

static bool kernel_log_has(const char *text)
{
	static char log[1 << 20];
	int n = klogctl(3, log, sizeof(log) - 1);	/* SYSLOG_ACTION_READ_ALL */

	if (n < 0)
		return false;
	log[n] = 0;
	return strstr(log, text);
}

/* TAINT_USER: "user space did something that the kernel cannot answer for". */
static bool user_tainted(void)
{
	unsigned long mask = 0;
	FILE *f = fopen("/proc/sys/kernel/tainted", "r");

	if (f) {
		if (fscanf(f, "%lu", &mask) != 1)
			mask = 0;
		fclose(f);
	}
	return mask >> 6 & 1;
}

static int setup_now(int fd)
{
	struct ndrv_queue_setup qs = setup_args();

	return queue_setup(fd, &qs);
}

TEST_F(iommu, info_agrees_with_the_kernel)
{
	EXPECT_EQ(self->kind, self->info.out_iommu);
}

TEST_F(iommu, queues_by_policy)
{
	if (self->unsafe && geteuid())
		SKIP(return, "needs root");
	EXPECT_EQ(self->unsafe ? 0 : self->refusal, setup_now(self->fd));
}

/* A refusal tells the administrator what to do; permission leaves a mark on the kernel. */
TEST_F(iommu, log_and_taint_by_policy)
{
	NEED_ROOT();
	setup_now(self->fd);
	if (!self->refusal) {
		EXPECT_FALSE(user_tainted());
	} else if (self->unsafe) {
		EXPECT_TRUE(user_tainted());
		EXPECT_TRUE(kernel_log_has("allow_unsafe_dma=1"));
	} else {
		EXPECT_FALSE(user_tainted());
		EXPECT_TRUE(kernel_log_has("cannot be confined"));
		EXPECT_TRUE(kernel_log_has(self->kind == NDRV_IOMMU_NONE ? "no IOMMU" : "iommu=pt"));
	}
}

TEST_F(iommu, pools_by_policy)
{
	struct pool p;
	int fd = pool_create(self->fd, 2 << 20);

	/* Memory alone harms nobody. */
	ASSERT_GE(fd, 0);
	if (self->unsafe && geteuid())
		SKIP(return, "needs root");
	EXPECT_EQ(self->unsafe ? 0 : self->refusal, pool_attach(self->fd, fd, &p));
	close(fd);
}

/* The parameter is not enough: the caller needs CAP_SYS_RAWIO as well. */
TEST_F(iommu, without_rawio_by_policy)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		if (syscall(SYS_capset, &head, none))
			_exit(255);
		_exit(-setup_now(self->fd));
	}
	waitpid(pid, &status, 0);
	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(-self->refusal, WEXITSTATUS(status));
}

/* With permission the port works without an IOMMU too: addresses are physical then. */
TEST_F(iommu, frames_pass_only_where_queues_are_allowed)
{
	struct port a, b;
	uint8_t out[500], in[2048];

	NEED_PORTS(2);
	NEED_ROOT();
	if (self->refusal && !self->unsafe) {
		/* What was refused left nothing behind that could be started or mapped. */
		EXPECT_EQ(self->refusal, setup_now(self->fd));
		EXPECT_EQ(-ENXIO, queue_start(self->fd, NULL));
		EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd,
					   NDRV_MMAP_TX_DOORBELL));
		EXPECT_EQ(ENXIO, errno);
		EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd,
					   NDRV_MMAP_RX_RING));
		EXPECT_EQ(ENXIO, errno);
		return;
	}
	close(self->fd);
	self->fd = -1;
	ASSERT_EQ(0, port_setup(&a, 0, NULL));
	ASSERT_EQ(0, port_setup(&b, 1, NULL));
	ASSERT_EQ(0, port_start(&a));
	ASSERT_EQ(0, port_start(&b));
	ASSERT_EQ(0, port_wait_link(&a, LINK_MS));
	ASSERT_EQ(0, port_wait_link(&b, LINK_MS));
	frame_fill(out, sizeof(out), b.info.out_mac, a.info.out_mac, 3);
	ASSERT_EQ(0, port_send(&a, out, sizeof(out)));
	EXPECT_EQ(sizeof(out), port_recv(&b, in, sizeof(in), 3000));
	EXPECT_EQ(0, memcmp(in, out, sizeof(out)));
	port_close(&a);
	port_close(&b);
}

TEST_HARNESS_MAIN
