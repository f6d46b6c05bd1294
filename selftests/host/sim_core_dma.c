// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IOVA table: what is mapped is reached, what is not is a counted fault; and configuration
 * space.
 */
#define _GNU_SOURCE
#include "sim_testdev.h"
#include "tap.h"

#include "sim_inproc.h"
#include "tran.h"

static struct sim_inproc *p;
static struct sim_dev *dev;

static void fresh(void)
{
	if (p)
		sim_inproc_free(p);
	p = sim_inproc_new_ops(&td_ops, NULL);
	dev = sim_inproc_dev(p);
}

static void test_access(void)
{
	uint8_t *mem, buf[64], want[64];
	uint64_t gen;

	fresh();
	sim_inproc_enable(p);
	mem = sim_inproc_alloc(p, 0x7ffff000ull, 8192);
	gen = sim_dma_generation(dev);
	memset(want, 7, sizeof(want));
	tap_eq(sim_dma_write(dev, 0x7ffff000ull + 4096 - 32, want, 64), 0,
	       "write over a page border");
	tap_ok(!memcmp(mem + 4096 - 32, want, 64), "arrived");
	tap_eq(sim_dma_read(dev, 0x7ffff000ull + 4096 - 32, buf, 64), 0, "read over a page border");
	tap_ok(!memcmp(buf, want, 64), "same bytes");
	tap_ok(sim_dma_ptr(dev, 0x7ffff000ull, 8192, true) == mem, "pointer to all of it");
	tap_ok(!sim_dma_ptr(dev, 0x7ffff000ull, 8193, true), "no pointer one byte beyond");
	tap_ok(!sim_dma_ptr(dev, 0x7ffff000ull, 0, true), "no pointer to nothing");
	tap_ok(!sim_dma_ptr(dev, 0x7ffff000ull, SIZE_MAX, false), "no pointer around the end");
	tap_eq(dev->ctr.dma_faults, 0, "no fault so far");
	tap_eq(sim_dma_write(dev, 0x80000ff0, want, 32), -EFAULT, "write beyond the end fails");
	tap_eq(dev->ctr.dma_faults, 1, "and is one fault");
	tap_eq(dev->ctr.dma_fault_iova, 0x80001000, "at the first address not mapped");
	tap_eq(sim_dma_read(dev, 0, buf, 1), -EFAULT, "IOVA 0 is not mapped");
	tap_eq(sim_dma_read(dev, ~0ull, buf, 1), -EFAULT, "nor is the last one");
	tap_eq(sim_dma_read(dev, 1ull << SIM_IOVA_BITS, buf, 8), -EFAULT,
	       "nor what no table holds");
	sim_inproc_unmap(p, 0x80000000, 4096);
	tap_ok(sim_dma_generation(dev) != gen, "unmap changes the generation");
	tap_eq(sim_dma_read(dev, 0x80000000, buf, 1), -EFAULT, "unmapped page is gone");
	tap_eq(sim_dma_read(dev, 0x7fffffff, buf, 1), 0, "its neighbour is not");
}

static void test_permissions(void)
{
	static uint8_t mem[2][4096] __attribute__((aligned(4096)));
	uint8_t b = 1;

	fresh();
	sim_inproc_enable(p);
	sim_inproc_map(p, 0x1000, mem[0], 4096, SIM_INPROC_R);
	sim_inproc_map(p, 0x2000, mem[1], 4096, SIM_INPROC_W);
	tap_eq(sim_dma_write(dev, 0x1000, &b, 1), -EFAULT, "write to a read-only page");
	tap_eq(sim_dma_read(dev, 0x1000, &b, 1), 0, "read of it");
	tap_eq(sim_dma_read(dev, 0x2000, &b, 1), -EFAULT, "read of a write-only page");
	tap_eq(sim_dma_write(dev, 0x2000, &b, 1), 0, "write to it");
	tap_ok(!sim_dma_ptr(dev, 0x1000, 8192, true), "no pointer over mixed permissions");
	tap_eq(mem[0][0], 0, "the read-only page is untouched");
	tap_eq(dev->ctr.dma_faults, 2, "two faults");
}

static void test_ranges(void)
{
	static uint8_t mem[4][4096] __attribute__((aligned(4096)));
	uint64_t top = (1ull << SIM_IOVA_BITS) - 4096;

	fresh();
	tap_eq(sim_iommu_map(dev, 0x3000, 0x4000, mem, 3), 0, "map four pages");
	tap_eq(sim_iommu_map(dev, 0x6000, 0x2000, mem, 3), -EEXIST, "overlap is refused");
	tap_eq(sim_iommu_pages(dev), 4, "and changed nothing");
	tap_eq(sim_iommu_map(dev, 0x3001, 4096, mem, 3), -EINVAL, "unaligned IOVA");
	tap_eq(sim_iommu_map(dev, 0x9000, 4095, mem, 3), -EINVAL, "unaligned size");
	tap_eq(sim_iommu_map(dev, 0x9000, 0, mem, 3), -EINVAL, "size 0");
	tap_eq(sim_iommu_map(dev, 0x9000, 4096, mem, 0), -EINVAL, "no permission at all");
	tap_eq(sim_iommu_map(dev, 0x9000, 4096, mem, 4), -EINVAL, "unknown permission");
	tap_eq(sim_iommu_map(dev, 0x9000, 4096, mem[0] + 1, 3), -EINVAL, "unaligned memory");
	tap_eq(sim_iommu_map(dev, -4096ull, 8192, mem, 3), -EINVAL, "around the end of 64 bits");
	tap_eq(sim_iommu_map(dev, top + 4096, 4096, mem, 3), -ERANGE, "above the table");
	tap_eq(sim_iommu_map(dev, top, 4096, mem, 3), 0, "last page of the table");
	sim_iommu_unmap(dev, 0, top);
	tap_eq(sim_iommu_pages(dev), 1, "unmap of nearly everything leaves one page");
	sim_iommu_unmap(dev, 0, UINT64_MAX);
	tap_eq(sim_iommu_pages(dev), 0, "unmap of everything");
	sim_iommu_unmap(dev, 0x123456000, 1ull << 40);
	tap_eq(sim_iommu_pages(dev), 0, "unmap of what never was");
	tap_eq(sim_iommu_map(dev, 0x3000, 0x4000, mem, 3), 0, "map again");
	sim_iommu_unmap(dev, 0x4000, 0x2000);
	tap_eq(sim_iommu_pages(dev), 2, "hole in the middle");
	tap_eq(sim_iommu_map(dev, 0x4000, 0x2000, mem, 3), 0, "and filled again");
}

/* How the client cut its memory is counted: what a card's IOMMU must remember depends on it. */
static void test_map_counts(void)
{
	static uint8_t mem[4 << 20] __attribute__((aligned(4096)));
	uint64_t maps, large;

	fresh();
	maps = dev->ctr.maps;
	large = dev->ctr.maps_large;
	sim_iommu_map(dev, 2 << 20, 2 << 20, mem, 3);
	sim_iommu_map(dev, 8 << 20, 4 << 20, mem, 3);
	tap_eq(dev->ctr.maps_large - large, 2, "two large ranges");
	sim_iommu_map(dev, (16 << 20) + 4096, 2 << 20, mem, 3);
	sim_iommu_map(dev, 32 << 20, 4096, mem, 3);
	tap_eq(sim_iommu_map(dev, 2 << 20, 2 << 20, mem, 3), -EEXIST, "what is mapped already");
	tap_eq(dev->ctr.maps - maps, 4, "is not among all that were mapped");
	tap_eq(dev->ctr.maps_large - large, 2, "and a shifted one is not large");
}

static void test_files(void)
{
	int fd = memfd_create("ram", MFD_CLOEXEC), ro, pipes[2];
	char path[64];
	uint32_t v = 0x11223344, back = 0;
	void *a, *b;

	fresh();
	sim_inproc_enable(p);
	if (fd < 0 || ftruncate(fd, 1 << 20) || pipe(pipes)) {
		tap_ok(0, "memfd and pipe");
		return;
	}
	tap_eq(sim_iommu_map_fd(dev, 0x100000, 0x10000, fd, 0x4000, 3), 0, "map part of a file");
	tap_eq(sim_iommu_map_fd(dev, 0x900000, 0x10000, fd, 0x4000, 1), 0,
	       "the same part elsewhere");
	a = sim_dma_ptr(dev, 0x100000, 4, true);
	b = sim_dma_ptr(dev, 0x900000, 4, false);
	tap_ok(a && a == b, "one file is mapped once: same memory");
	tap_eq(sim_dma_write(dev, 0x100010, &v, 4), 0, "DMA write");
	tap_ok(pread(fd, &back, 4, 0x4010) == 4 && back == v, "is in the file at its offset");
	tap_eq(sim_iommu_map_fd(dev, 0x200000, 0x1000, fd, 1 << 20, 3), -EINVAL, "behind its end");
	tap_eq(sim_iommu_map_fd(dev, 0x200000, 0x2000, fd, 0xff000, 3), -EINVAL, "over its end");
	tap_eq(sim_iommu_map_fd(dev, 0x200000, 0x1000, fd, -4096ull, 3), -EINVAL, "offset wraps");
	tap_eq(sim_iommu_map_fd(dev, 0x200000, 0x1000, fd, 1, 3), -EINVAL, "unaligned offset");
	tap_eq(sim_iommu_map_fd(dev, 0x200000, 0x1000, pipes[0], 0, 3), -EINVAL,
	       "a pipe is no memory");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ro = open(path, O_RDONLY | O_CLOEXEC);
	sim_iommu_clear(dev);
	tap_eq(sim_iommu_map_fd(dev, 0x200000, 0x1000, ro, 0, 3), -EACCES,
	       "read-only descriptor for a writable map");
	tap_eq(sim_iommu_map_fd(dev, 0x200000, 0x1000, ro, 0, 1), 0, "and for a readable one");
	close(ro);
	close(fd);
	close(pipes[0]);
	close(pipes[1]);
	tap_eq(sim_dma_read(dev, 0x204010 - 0x4000, &back, 4), 0,
	       "the file outlives its descriptor");
}

static void test_many_files(void)
{
	int refused = 0, ok = 0;

	fresh();
	for (int i = 0; i < 200; i++) {
		int fd = memfd_create("many", MFD_CLOEXEC);
		int ret;

		if (fd < 0 || ftruncate(fd, 4096))
			break;
		ret = sim_iommu_map_fd(dev, 0x1000ull * (i + 1), 4096, fd, 0, 3);
		ok += !ret;
		refused += ret == -ENOSPC;
		close(fd);
	}
	tap_ok(ok == 64 && refused == 136, "64 files in use are the limit (%d, %d)", ok, refused);
	sim_iommu_unmap(dev, 0, UINT64_MAX);
	for (int i = 0; i < 100; i++) {
		int fd = memfd_create("many", MFD_CLOEXEC);

		if (fd < 0 || ftruncate(fd, 4096))
			break;
		ok += !sim_iommu_map_fd(dev, 0x1000ull, 4096, fd, 0, 3);
		sim_iommu_unmap(dev, 0x1000, 4096);
		close(fd);
	}
	tap_eq(ok, 164, "files without pages make room");
}

static void test_bus_master(void)
{
	uint8_t b = 0;

	fresh();
	sim_inproc_alloc(p, 0x1000, 4096);
	tap_eq(sim_dma_read(dev, 0x1000, &b, 1), -EFAULT, "no DMA before bus mastering is on");
	tap_ok(!sim_dma_ptr(dev, 0x1000, 1, false), "nor a pointer");
	tap_eq(dev->ctr.dma_faults, 0, "which is no IOMMU fault");
	tap_eq(dev->ctr.dma_no_master, 1, "but counted");
	sim_inproc_enable(p);
	tap_eq(sim_dma_read(dev, 0x1000, &b, 1), 0, "DMA with it");
	sim_inproc_cfg_wr(p, 0x44, 2, 3);
	tap_eq(sim_dma_read(dev, 0x1000, &b, 1), -EFAULT, "not in D3hot");
	sim_inproc_cfg_wr(p, 0x44, 2, 0);
	tap_eq(sim_dma_read(dev, 0x1000, &b, 1), 0, "again in D0");
	tap_eq(td(dev)->masters, 3, "the model was told each time");
	sim_inproc_gone(p);
	tap_eq(sim_iommu_pages(dev), 0, "removal forgets all mappings");
}

static void test_config_identity(void)
{
	fresh();
	tap_eq(sim_inproc_cfg_rd(p, 0, 4), 0x56781234, "ids");
	tap_eq(sim_inproc_cfg_rd(p, 8, 4), 0x02000001, "class and revision");
	tap_eq(sim_inproc_cfg_rd(p, 0x34, 1), 0x40, "first capability: PM");
	tap_eq(sim_inproc_cfg_rd(p, 0x40, 2), 0x7001, "PM, next MSI-X");
	tap_eq(sim_inproc_cfg_rd(p, 0x70, 2), 0xa011, "MSI-X, next PCIe");
	tap_eq(sim_inproc_cfg_rd(p, 0x72, 2), TD_VECS - 1, "MSI-X table size");
	tap_eq(sim_inproc_cfg_rd(p, 0x74, 4), 4, "table in BAR 4");
	tap_eq(sim_inproc_cfg_rd(p, 0x78, 4), 0x2004, "PBA in BAR 4 + 0x2000");
	tap_eq(sim_inproc_cfg_rd(p, 0xa0, 4), 0x00020010, "PCIe version 2 endpoint, last");
	tap_ok(sim_inproc_cfg_rd(p, 0xa4, 4) & 1u << 28, "FLR capable");
	tap_eq(sim_inproc_cfg_rd(p, 0xb2, 2) & 0x3ff, 0x82, "link x8, 5 GT/s");
	tap_eq(sim_pci_read(dev, 4093, &(uint32_t){ 0 }, 4), -EINVAL, "read over the end");
	tap_eq(sim_pci_write(dev, ~0ull, &(uint32_t){ 0 }, 4), -EINVAL, "write far outside");
}

static void test_config_writes(void)
{
	fresh();
	sim_inproc_cfg_wr(p, 0, 4, 0xffffffff);
	tap_eq(sim_inproc_cfg_rd(p, 0, 4), 0x56781234, "ids are read-only");
	sim_inproc_cfg_wr(p, 0x10, 4, 0xffffffff);
	sim_inproc_cfg_wr(p, 0x14, 4, 0xffffffff);
	tap_eq(sim_inproc_cfg_rd(p, 0x10, 4), 0xffff0004, "BAR 0 says 64 KiB, 64 bit");
	tap_eq(sim_inproc_cfg_rd(p, 0x14, 4), 0xffffffff, "upper half all writable");
	sim_inproc_cfg_wr(p, 0x18, 4, 0xffffffff);
	tap_eq(sim_inproc_cfg_rd(p, 0x18, 4), 0, "BAR 2 is absent");
	sim_inproc_cfg_wr(p, 4, 2, 0xffff);
	tap_eq(sim_inproc_cfg_rd(p, 4, 2), 0x0547, "command register");
	tap_eq(sim_inproc_cfg_rd(p, 6, 2), 0x0010, "status: capability list");
	sim_inproc_cfg_wr(p, 0x72, 2, 0xffff);
	tap_eq(sim_inproc_cfg_rd(p, 0x72, 2), 0xc000 | (TD_VECS - 1), "MSI-X control");
	sim_inproc_wr32(p, 0, 0x100, 5);
	sim_inproc_flr(p);
	tap_eq(td(dev)->resets[SIM_RESET_FLR], 1, "FLR reaches the model");
	tap_eq(sim_inproc_rd32(p, 0, 0x100), 0, "which reset its registers");
	tap_eq(sim_inproc_cfg_rd(p, 4, 2), 0, "command register is 0 after FLR");
	tap_eq(sim_inproc_cfg_rd(p, 0x72, 2), TD_VECS - 1, "MSI-X is off after FLR");
	tap_eq(sim_inproc_cfg_rd(p, 0xa8, 2) & 0x8000, 0, "the FLR bit reads 0");
	tap_eq(dev->ctr.flrs, 1, "one FLR counted");
}

/* The kernel looks for errors here, and injects them; what is noted outlives the reset that follows. */
static void test_error_reporting(void)
{
	fresh();
	tap_eq(sim_inproc_cfg_rd(p, 0x100, 4), 0x00010001, "the one extended capability is AER");
	tap_eq(sim_inproc_cfg_rd(p, 0x104, 4), 0, "no error");
	sim_inproc_cfg_wr(p, 0x108, 4, 0xffffffff);
	tap_eq(sim_inproc_cfg_rd(p, 0x108, 4), 0x001ff010, "mask: what an endpoint can have");
	tap_eq(sim_inproc_cfg_rd(p, 0x10c, 4), 0x00062010, "severity");
	sim_inproc_cfg_wr(p, 0x10c, 4, 0);
	tap_eq(sim_inproc_cfg_rd(p, 0x110, 4), 0, "no correctable error");
	tap_eq(sim_inproc_cfg_rd(p, 0x114, 4), 0x2000, "advisory errors are masked");
	sim_inproc_flr(p);
	tap_eq(sim_inproc_cfg_rd(p, 0x108, 4), 0x001ff010, "FLR keeps the mask");
	tap_eq(sim_inproc_cfg_rd(p, 0x10c, 4), 0, "and the severity");
	sim_inproc_remove(p);
	sim_inproc_restore(p);
	tap_eq(sim_inproc_cfg_rd(p, 0x108, 4), 0, "power-on does not");
	tap_eq(sim_inproc_cfg_rd(p, 0x10c, 4), 0x00062010, "severity neither");
}

static void test_msix(void)
{
	fresh();
	sim_inproc_enable(p);
	sim_inproc_wr32(p, 0, TD_REG_MSIX, 1);
	tap_eq(sim_inproc_msix_count(p, 1), 0, "MSI-X off: nothing comes");
	tap_eq(sim_inproc_rd64(p, 4, 0x2000), 2, "but is pending");
	sim_inproc_msix_open(p);
	tap_eq(sim_inproc_msix_count(p, 1), 1, "and comes when opened");
	tap_eq(sim_inproc_rd64(p, 4, 0x2000), 0, "no more pending");
	sim_inproc_wr32(p, 4, 16 * 1 + 12, 1);
	sim_inproc_wr32(p, 0, TD_REG_MSIX, 1);
	sim_inproc_wr32(p, 0, TD_REG_MSIX, 1);
	tap_eq(sim_inproc_msix_count(p, 1), 1, "masked vector waits");
	sim_inproc_wr32(p, 4, 16 * 1 + 12, 0);
	tap_eq(sim_inproc_msix_count(p, 1), 2, "two messages in one");
	sim_inproc_wr32(p, 0, TD_REG_MSIX, TD_VECS);
	tap_eq(dev->ctr.msix_sent, 2, "a vector that does not exist is not sent");
	sim_inproc_wr64(p, 4, 0x2000, ~0ull);
	tap_eq(sim_inproc_rd64(p, 4, 0x2000), 0, "the PBA is read-only");
}

static void test_shared_page(void)
{
	volatile uint32_t *tail;

	fresh();
	tail = sim_inproc_bar_ptr(p, 0, TD_SHARED + 0x18);
	tap_ok(tail != NULL, "shared page has an address");
	tap_ok(!sim_inproc_bar_ptr(p, 0, TD_SHARED + 4096), "the next page traps");
	sim_inproc_wr32(p, 0, TD_SHARED + 0x18, 77);
	tap_ok(tail && *tail == 77, "register write is a plain store there");
	tap_eq(td(dev)->regs[(TD_SHARED + 0x18) / 4], 0, "that the model did not see as a trap");
}

static void test_removal(void)
{
	volatile uint32_t *tail;
	uint8_t b;

	fresh();
	sim_inproc_plug("0:loop");
	sim_inproc_enable(p);
	sim_inproc_msix_open(p);
	sim_inproc_alloc(p, 0x1000, 4096);
	tail = sim_inproc_bar_ptr(p, 0, TD_SHARED);
	sim_inproc_wr32(p, 0, 0x100, 5);
	sim_inproc_remove(p);
	tap_eq(sim_inproc_rd32(p, 0, 0x100), 0xffffffff, "a removed card reads all ones");
	tap_eq(sim_inproc_cfg_rd(p, 0, 4), 0xffffffff, "its configuration space too");
	tap_eq(*tail, 0xffffffff, "and its shared page");
	sim_inproc_wr32(p, 0, 0x100, 6);
	tap_eq(td(dev)->regs[0x100 / 4], 0, "a write does not arrive");
	sim_inproc_cfg_wr(p, 4, 2, 6);
	tap_eq(sim_dma_read(dev, 0x1000, &b, 1), -EFAULT, "no DMA");
	tap_ok(!dev->carrier, "no carrier");
	tap_eq(td(dev)->resets[SIM_RESET_GONE], 1, "the model was stopped once");
	sim_inproc_restore(p);
	tap_eq(sim_inproc_rd32(p, 0, 0x100), 0, "back: registers as after power-on");
	tap_eq(sim_inproc_cfg_rd(p, 4, 2), 0, "configuration space as well");
	tap_eq(td(dev)->resets[SIM_RESET_POWER_ON], 2, "power-on reset");
	tap_ok(dev->carrier, "carrier again");
}

int main(void)
{
	sim_verbose = -1;
	test_access();
	test_permissions();
	test_ranges();
	test_map_counts();
	test_files();
	test_many_files();
	test_bus_master();
	test_config_identity();
	test_config_writes();
	test_error_reporting();
	test_msix();
	test_shared_page();
	test_removal();
	sim_inproc_free(p);
	return tap_done();
}
