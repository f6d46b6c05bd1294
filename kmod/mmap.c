// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap(2) of /dev/ndrvN: which offset is what, how a page gets there, and how doorbells are taken
 * away. Rings and status page are inserted at once and stay; doorbells come by page fault, because
 * only a fault can decide between the card and a dead page.
 */
#include <linux/mm.h>

#include "ndrv.h"

/* A larger page around a tail register would show user space the whole card. */
static_assert(PAGE_SIZE == SZ_4K, "ndrv needs 4 KiB pages");

static unsigned long vma_offset(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff << PAGE_SHIFT;
}

/*
 * A doorbell is touched: under bar_lock it is either the card's page, as long as the pair has its
 * doorbells, or this context's dummy. A reset or unbind takes bar_lock for write, clears
 * doorbell_live and zaps, so a page of the card never outlives that.
 */
static vm_fault_t doorbell_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ndrv_ctx *ctx = vma->vm_file->private_data;
	struct ndrv_dev *ndev = ctx->ndev;
	bool tx = vmf->pgoff << PAGE_SHIFT == NDRV_MMAP_TX_DOORBELL;
	vm_fault_t ret;
	u32 off;

	down_read(&ndev->bar_lock);
	if (ctx->doorbell_live) {
		off = ndev->hw.info->ops->tail_off(&ndev->hw, ctx->q.queue, tx);
		WRITE_ONCE(ndev->doorbells_touched, true);
		ret = vmf_insert_pfn(vma, vmf->address, PHYS_PFN(ndev->bar_start + off));
	} else {
		ret = vmf_insert_pfn_prot(vma, vmf->address, page_to_pfn(ctx->dummy_page),
					  vm_get_page_prot(vma->vm_flags));
	}
	up_read(&ndev->bar_lock);
	return ret;
}

static const struct vm_operations_struct doorbell_vm_ops = {
	.fault = doorbell_fault,
};

/* Every file on this inode shares the mapping: others lose theirs too, and fault them in again. */
void ndrv_mmap_zap(struct ndrv_ctx *ctx)
{
	lockdep_assert_held_write(&ctx->ndev->bar_lock);
	unmap_mapping_range(ctx->mapping, NDRV_MMAP_RX_DOORBELL, PAGE_SIZE, 1);
	unmap_mapping_range(ctx->mapping, NDRV_MMAP_TX_DOORBELL, PAGE_SIZE, 1);
}

static int insert_ring(struct vm_area_struct *vma, struct ndrv_ring *ring)
{
	unsigned long left = ring->nr_pages;

	return vm_insert_pages(vma, vma->vm_start, ring->pages, &left);
}

/* The length of the area at an offset; 0 = nothing is there. */
static unsigned long area_len(struct ndrv_ctx *ctx, unsigned long offset)
{
	switch (offset) {
	case NDRV_MMAP_RX_RING:
		return ctx->rx.bytes;
	case NDRV_MMAP_TX_RING:
		return ctx->tx.bytes;
	case NDRV_MMAP_RX_DOORBELL:
		return ctx->rx.entries ? PAGE_SIZE : 0;
	case NDRV_MMAP_TX_DOORBELL:
		return ctx->tx.entries ? PAGE_SIZE : 0;
	case NDRV_MMAP_STATUS:
	case NDRV_MMAP_COUNTERS:
		return PAGE_SIZE;
	default:
		return 0;
	}
}

static int map_area(struct ndrv_ctx *ctx, struct vm_area_struct *vma)
{
	switch (vma_offset(vma)) {
	case NDRV_MMAP_RX_RING:
		return insert_ring(vma, &ctx->rx);
	case NDRV_MMAP_TX_RING:
		return insert_ring(vma, &ctx->tx);
	case NDRV_MMAP_STATUS:
		if (vma->vm_flags & VM_WRITE)
			return -EACCES;
		vm_flags_clear(vma, VM_MAYWRITE);
		return vm_insert_page(vma, vma->vm_start, ctx->status_page);
	case NDRV_MMAP_COUNTERS:
		return vm_insert_page(vma, vma->vm_start, ctx->counters_page);
	default:
		if (ctx->kernel_doorbell)
			return -EACCES;
		vm_flags_set(vma, VM_IO | VM_PFNMAP);
		vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
		vma->vm_ops = &doorbell_vm_ops;
		return 0;
	}
}

int ndrv_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct ndrv_ctx *ctx = file->private_data;
	struct ndrv_dev *ndev = ctx->ndev;
	unsigned long len;
	int ret;

	mutex_lock(&ndev->lock);
	ret = -ENODEV;
	if (ndev->gone)
		goto out_unlock;
	ret = -ENXIO;
	len = area_len(ctx, vma_offset(vma));
	if (!len)
		goto out_unlock;
	ret = -EINVAL;
	if (vma->vm_end - vma->vm_start != len || !(vma->vm_flags & VM_SHARED))
		goto out_unlock;
	ret = -EACCES;
	if (vma->vm_flags & VM_EXEC)
		goto out_unlock;
	vm_flags_clear(vma, VM_MAYEXEC);
	vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP);
	ret = map_area(ctx, vma);
out_unlock:
	mutex_unlock(&ndev->lock);
	return ret;
}
