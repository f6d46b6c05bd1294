// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IOVA table of one device and all DMA through it: four levels of 1024 entries, 4 KiB pages,
 * a permission per direction. What is not in the table cannot be reached: the access is counted as
 * a fault, as an IOMMU would report it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tran.h"

#define LEVEL_BITS	10
#define NODE_ENTRIES	(1u << LEVEL_BITS)
#define LEVELS		4			/* 4 * 10 + 12 = SIM_IOVA_BITS */
#define PAGE_SHIFT	12
#define LARGE_PAGE_SIZE	(2ull << 20)
#define LEAF_SHIFT	(PAGE_SHIFT + LEVEL_BITS)
#define NR_FILES	64
#define CACHE_ENTRIES	64			/* leaves; 4 MiB of IOVA each */
#define FAULT_LOG_MAX	16

/* A leaf entry: page address of this process, file index + 1 in bits 11:2, permissions in 1:0. */
#define PTE_PROT(e)	((unsigned int)((e) & 3))
#define PTE_FILE(e)	((unsigned int)((e) >> 2) & 0x3ff)
#define PTE_HOST(e)	((uint8_t *)(uintptr_t)((e) & ~(uint64_t)(SIM_PAGE_SIZE - 1)))

union node {
	union node *sub[NODE_ENTRIES];
	uint64_t pte[NODE_ENTRIES];
};

struct file_map {
	dev_t dev;
	ino_t ino;
	uint8_t *base;
	uint64_t size, pages_used;
	bool writable;
};

struct sim_iommu {
	uint64_t generation, pages;
	union node *root;
	struct {
		uint64_t tag;			/* iova >> LEAF_SHIFT, + 1 so that 0 = empty */
		union node *leaf;
	} cache[CACHE_ENTRIES];
	struct file_map files[NR_FILES];
	unsigned int faults_logged;
};

int sim_iommu_init(struct sim_dev *dev)
{
	dev->iommu = calloc(1, sizeof(*dev->iommu));
	if (!dev->iommu)
		return -ENOMEM;
	dev->iommu->generation = 1;
	dev->iommu->root = calloc(1, sizeof(union node));
	if (!dev->iommu->root) {
		free(dev->iommu);
		dev->iommu = NULL;
		return -ENOMEM;
	}
	return 0;
}

static void node_free(union node *node, int level)
{
	if (!node)
		return;
	if (level < LEVELS - 1)
		for (unsigned int i = 0; i < NODE_ENTRIES; i++)
			node_free(node->sub[i], level + 1);
	free(node);
}

void sim_iommu_clear(struct sim_dev *dev)
{
	struct sim_iommu *mmu = dev->iommu;

	for (unsigned int i = 0; i < NODE_ENTRIES; i++) {
		node_free(mmu->root->sub[i], 1);
		mmu->root->sub[i] = NULL;
	}
	memset(mmu->cache, 0, sizeof(mmu->cache));
	for (unsigned int i = 0; i < NR_FILES; i++)
		if (mmu->files[i].base)
			munmap(mmu->files[i].base, mmu->files[i].size);
	memset(mmu->files, 0, sizeof(mmu->files));
	mmu->pages = 0;
	mmu->faults_logged = 0;
	mmu->generation++;
}

void sim_iommu_fini(struct sim_dev *dev)
{
	if (!dev->iommu)
		return;
	sim_iommu_clear(dev);
	free(dev->iommu->root);
	free(dev->iommu);
	dev->iommu = NULL;
}

void sim_iommu_touch(struct sim_dev *dev)
{
	dev->iommu->generation++;
}

uint64_t sim_iommu_pages(const struct sim_dev *dev)
{
	return dev->iommu->pages;
}

static unsigned int level_index(uint64_t iova, int level)
{
	return (iova >> (PAGE_SHIFT + LEVEL_BITS * (LEVELS - 1 - level))) & (NODE_ENTRIES - 1);
}

static union node *leaf_walk(struct sim_iommu *mmu, uint64_t iova, bool create)
{
	union node *node = mmu->root;

	if (iova >> SIM_IOVA_BITS)
		return NULL;
	for (int level = 0; level < LEVELS - 1; level++) {
		union node **slot = &node->sub[level_index(iova, level)];

		if (!*slot && create)
			*slot = calloc(1, sizeof(union node));
		if (!*slot)
			return NULL;
		node = *slot;
	}
	return node;
}

static inline uint64_t pte_lookup(struct sim_iommu *mmu, uint64_t iova)
{
	uint64_t tag = (iova >> LEAF_SHIFT) + 1;
	unsigned int slot = tag % CACHE_ENTRIES;
	union node *leaf;

	if (mmu->cache[slot].tag == tag) {
		leaf = mmu->cache[slot].leaf;
	} else {
		leaf = leaf_walk(mmu, iova, false);
		if (!leaf)
			return 0;
		mmu->cache[slot].tag = tag;
		mmu->cache[slot].leaf = leaf;
	}
	return leaf->pte[(iova >> PAGE_SHIFT) & (NODE_ENTRIES - 1)];
}

static int range_check(uint64_t iova, uint64_t size)
{
	if (!size || (iova | size) & (SIM_PAGE_SIZE - 1) || iova + size - 1 < iova)
		return -EINVAL;
	if ((iova + size - 1) >> SIM_IOVA_BITS)
		return -ERANGE;
	return 0;
}

static int map_pages(struct sim_dev *dev, uint64_t iova, uint64_t size, uint8_t *host,
		     unsigned int prot, unsigned int file)
{
	struct sim_iommu *mmu = dev->iommu;
	uint64_t end = iova + size;

	for (uint64_t at = iova; at < end; at += SIM_PAGE_SIZE)
		if (pte_lookup(mmu, at))
			return -EEXIST;
	for (uint64_t at = iova; at < end; at += SIM_PAGE_SIZE) {
		union node *leaf = leaf_walk(mmu, at, true);

		if (!leaf) {
			sim_iommu_unmap(dev, iova, at - iova);
			return -ENOMEM;
		}
		leaf->pte[(at >> PAGE_SHIFT) & (NODE_ENTRIES - 1)] =
			(uintptr_t)(host + (at - iova)) | file << 2 | prot;
		mmu->pages++;
		if (file)
			mmu->files[file - 1].pages_used++;
	}
	mmu->generation++;
	dev->ctr.maps++;
	dev->ctr.maps_large += !((iova | size) & (LARGE_PAGE_SIZE - 1));
	return 0;
}

int sim_iommu_map(struct sim_dev *dev, uint64_t iova, uint64_t size, void *host, unsigned int prot)
{
	int ret = range_check(iova, size);

	if (ret)
		return ret;
	if (!prot || prot & ~(SIM_PROT_READ | SIM_PROT_WRITE) ||
	    (uintptr_t)host & (SIM_PAGE_SIZE - 1))
		return -EINVAL;
	return map_pages(dev, iova, size, host, prot, 0);
}

/* Slot for a new file; one that no page uses any more is given up only when all are taken. */
static struct file_map *file_slot(struct sim_iommu *mmu)
{
	for (unsigned int i = 0; i < NR_FILES; i++)
		if (!mmu->files[i].base)
			return &mmu->files[i];
	for (unsigned int i = 0; i < NR_FILES; i++) {
		struct file_map *f = &mmu->files[i];

		if (!f->pages_used) {
			munmap(f->base, f->size);
			memset(f, 0, sizeof(*f));
			return f;
		}
	}
	return NULL;
}

static int file_get(struct sim_iommu *mmu, int fd, const struct stat *st, struct file_map **out)
{
	struct file_map *f;
	uint8_t *base;
	bool writable = true;

	for (unsigned int i = 0; i < NR_FILES; i++) {
		f = &mmu->files[i];
		/* A file that grew is mapped a second time: the old pages keep their address. */
		if (f->base && f->dev == st->st_dev && f->ino == st->st_ino &&
		    f->size == (uint64_t)st->st_size) {
			*out = f;
			return 0;
		}
	}
	f = file_slot(mmu);
	if (!f)
		return -ENOSPC;
	base = mmap(NULL, st->st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED && (errno == EACCES || errno == EPERM)) {
		base = mmap(NULL, st->st_size, PROT_READ, MAP_SHARED, fd, 0);
		writable = false;
	}
	if (base == MAP_FAILED)
		return -errno;
	*f = (struct file_map){ .dev = st->st_dev, .ino = st->st_ino, .base = base,
				.size = st->st_size, .writable = writable };
	*out = f;
	return 0;
}

int sim_iommu_map_fd(struct sim_dev *dev, uint64_t iova, uint64_t size, int fd, uint64_t offset,
		     unsigned int prot)
{
	struct sim_iommu *mmu = dev->iommu;
	struct file_map *f = NULL;
	struct stat st;
	int ret = range_check(iova, size);

	if (ret)
		return ret;
	if (!prot || prot & ~(SIM_PROT_READ | SIM_PROT_WRITE) || offset & (SIM_PAGE_SIZE - 1))
		return -EINVAL;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return -EINVAL;
	if (offset > (uint64_t)st.st_size || size > (uint64_t)st.st_size - offset)
		return -EINVAL;
	ret = file_get(mmu, fd, &st, &f);
	if (ret)
		return ret;
	if (prot & SIM_PROT_WRITE && !f->writable)
		return -EACCES;
	return map_pages(dev, iova, size, f->base + offset, prot, f - mmu->files + 1);
}

static void leaf_unmap(struct sim_iommu *mmu, union node *leaf, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i <= to; i++) {
		uint64_t pte = leaf->pte[i];

		if (!pte)
			continue;
		leaf->pte[i] = 0;
		mmu->pages--;
		if (PTE_FILE(pte))
			mmu->files[PTE_FILE(pte) - 1].pages_used--;
	}
}

/* Clear [first, last] (both page numbers) below `node`, which starts at page number `base`. */
static void node_unmap(struct sim_iommu *mmu, union node *node, int level, uint64_t base,
		       uint64_t first, uint64_t last)
{
	uint64_t span = 1ull << (LEVEL_BITS * (LEVELS - 1 - level));	/* pages an entry covers */
	unsigned int from = first > base ? (first - base) / span : 0;
	uint64_t to = (last - base) / span;

	if (to >= NODE_ENTRIES)
		to = NODE_ENTRIES - 1;
	if (level == LEVELS - 1) {
		leaf_unmap(mmu, node, from, to);
		return;
	}
	for (unsigned int i = from; i <= to; i++) {
		uint64_t sub_base = base + i * span;

		if (!node->sub[i])
			continue;
		node_unmap(mmu, node->sub[i], level + 1, sub_base, first, last);
		if (level == LEVELS - 2 && first <= sub_base && last >= sub_base + span - 1) {
			free(node->sub[i]);
			node->sub[i] = NULL;
		}
	}
}

void sim_iommu_unmap(struct sim_dev *dev, uint64_t iova, uint64_t size)
{
	struct sim_iommu *mmu = dev->iommu;
	uint64_t first, last, max = (1ull << (SIM_IOVA_BITS - PAGE_SHIFT)) - 1;

	if (!size)
		return;
	first = iova >> PAGE_SHIFT;
	last = (iova + size - 1 < iova ? UINT64_MAX : iova + size - 1) >> PAGE_SHIFT;
	if (last > max)
		last = max;
	if (first > last)
		return;
	memset(mmu->cache, 0, sizeof(mmu->cache));
	node_unmap(mmu, mmu->root, 0, 0, first, last);
	mmu->generation++;
}

/* ---- services for models ----------------------------------------------------------------- */

static int dma_fault(struct sim_dev *dev, uint64_t iova, size_t len, unsigned int need)
{
	struct sim_iommu *mmu = dev->iommu;

	if (!dev->bus_master) {
		dev->ctr.dma_no_master++;
		return -EFAULT;
	}
	dev->ctr.dma_faults++;
	dev->ctr.dma_fault_iova = iova;
	if (mmu->faults_logged < FAULT_LOG_MAX) {
		mmu->faults_logged++;
		sim_log(dev, 1, "DMA fault: %s of %zu bytes at IOVA 0x%llx: %s%s",
			need & SIM_PROT_WRITE ? "write" : "read", len, (unsigned long long)iova,
			pte_lookup(mmu, iova) ? "not mapped for this direction" : "not mapped",
			mmu->faults_logged == FAULT_LOG_MAX ? " (further faults are only counted)"
							    : "");
	}
	return -EFAULT;
}

int sim_dma_read(struct sim_dev *dev, uint64_t iova, void *buf, size_t len)
{
	uint8_t *to = buf;

	dev->ctr.dma_reads++;
	while (len) {
		size_t in_page = SIM_PAGE_SIZE - (iova & (SIM_PAGE_SIZE - 1));
		size_t n = len < in_page ? len : in_page;
		uint64_t pte = dev->bus_master ? pte_lookup(dev->iommu, iova) : 0;

		if (!(PTE_PROT(pte) & SIM_PROT_READ))
			return dma_fault(dev, iova, len, SIM_PROT_READ);
		memcpy(to, PTE_HOST(pte) + (iova & (SIM_PAGE_SIZE - 1)), n);
		dev->ctr.dma_read_bytes += n;
		iova += n;
		to += n;
		len -= n;
	}
	return 0;
}

int sim_dma_write(struct sim_dev *dev, uint64_t iova, const void *buf, size_t len)
{
	const uint8_t *from = buf;

	dev->ctr.dma_writes++;
	while (len) {
		size_t in_page = SIM_PAGE_SIZE - (iova & (SIM_PAGE_SIZE - 1));
		size_t n = len < in_page ? len : in_page;
		uint64_t pte = dev->bus_master ? pte_lookup(dev->iommu, iova) : 0;

		if (!(PTE_PROT(pte) & SIM_PROT_WRITE))
			return dma_fault(dev, iova, len, SIM_PROT_WRITE);
		memcpy(PTE_HOST(pte) + (iova & (SIM_PAGE_SIZE - 1)), from, n);
		dev->ctr.dma_write_bytes += n;
		iova += n;
		from += n;
		len -= n;
	}
	return 0;
}

void *sim_dma_ptr(struct sim_dev *dev, uint64_t iova, size_t len, bool write)
{
	unsigned int need = write ? SIM_PROT_WRITE : SIM_PROT_READ;
	uint64_t page = iova & ~(uint64_t)(SIM_PAGE_SIZE - 1), end = iova + len;
	uint8_t *host;
	uint64_t pte;

	if (!dev->bus_master || !len || end < iova)
		return NULL;
	pte = pte_lookup(dev->iommu, iova);
	if (!(PTE_PROT(pte) & need))
		return NULL;
	host = PTE_HOST(pte);
	for (uint64_t at = page + SIM_PAGE_SIZE; at < end; at += SIM_PAGE_SIZE) {
		pte = pte_lookup(dev->iommu, at);
		if (!(PTE_PROT(pte) & need) || PTE_HOST(pte) != host + (at - page))
			return NULL;
	}
	return host + (iova - page);
}

void sim_desc_look_up(struct sim_dev *dev, struct sim_desc_page *page, uint64_t iova)
{
	page->iova = iova;
	page->host = NULL;
	if (dev->hostile)			/* sim_desc_write() is to see them all */
		return;
	page->host = sim_dma_ptr(dev, iova, SIM_PAGE_SIZE, true);
	if (page->host && sim_dma_ptr(dev, iova, SIM_PAGE_SIZE, false) != page->host)
		page->host = NULL;
}

uint64_t sim_dma_generation(struct sim_dev *dev)
{
	return dev->iommu->generation;
}
