// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet memory. First half: a dma-buf exporter that allocates large chunks. Second half: attaching
 * any dma-buf to a device, once per device however many files ask. The halves meet only through the
 * dma-buf interface.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "ndrv.h"
#include "trace.h"

#define POOL_CHUNK_ORDER	(21 - PAGE_SHIFT)	/* 2 MiB: one IOMMU large page */
/* Several devices map one pool at a time: nothing to synchronise, they are all coherent. */
#define POOL_DMA_ATTRS		DMA_ATTR_SKIP_CPU_SYNC
#define POOL_MMAP_BATCH		64
#define POOL_MIN_PIECE_SHIFT	12

struct pool_chunk {
	struct list_head node;
	struct page *page;
	u32 nr_pages;
};

/* The private side of an exported dma-buf. Lives until the last fd, mapping or attachment goes. */
struct pool {
	struct ndrv_dev *ndev;		/* reference, for the account only */
	u64 len_bytes;
	u32 nr_chunks;
	struct list_head chunks;
};

static void pool_free(struct pool *pool)
{
	struct pool_chunk *chunk, *next;
	u32 i;

	list_for_each_entry_safe(chunk, next, &pool->chunks, node) {
		for (i = 0; i < chunk->nr_pages; i++)
			put_page(chunk->page + i);
		kfree(chunk);
	}
	atomic64_sub(pool->len_bytes, &pool->ndev->pool_bytes);
	put_device(&pool->ndev->dev);
	kfree(pool);
}

/*
 * A run of at most @want pages. Split, so that each page is counted alone and may stay mapped in a
 * process; what the power of two gave too much goes back at once.
 */
static struct pool_chunk *chunk_alloc(int node, u32 want, unsigned int *max_order)
{
	gfp_t gfp = GFP_HIGHUSER | __GFP_ZERO | __GFP_ACCOUNT | __GFP_NOWARN;
	struct pool_chunk *chunk;
	unsigned int order;
	u32 i;

	chunk = kzalloc(sizeof(*chunk), GFP_KERNEL_ACCOUNT);
	if (!chunk)
		return NULL;
	for (order = min_t(unsigned int, get_order(want << PAGE_SHIFT), *max_order);; order--) {
		chunk->page = alloc_pages_node(node, order ? gfp | __GFP_NORETRY : gfp, order);
		if (chunk->page)
			break;
		if (!order) {
			kfree(chunk);
			return NULL;
		}
		*max_order = order - 1;
	}
	split_page(chunk->page, order);
	chunk->nr_pages = min(want, 1U << order);
	for (i = chunk->nr_pages; i < 1U << order; i++)
		put_page(chunk->page + i);
	return chunk;
}

static int pool_fill(struct pool *pool, u32 *contig_bytes)
{
	int node = dev_to_node(&pool->ndev->pdev->dev);
	unsigned int max_order = POOL_CHUNK_ORDER;
	u64 left = pool->len_bytes >> PAGE_SHIFT;
	struct pool_chunk *chunk;

	*contig_bytes = U32_MAX;
	while (left) {
		if (fatal_signal_pending(current))
			return -EINTR;
		chunk = chunk_alloc(node, min_t(u64, left, 1U << POOL_CHUNK_ORDER), &max_order);
		if (!chunk)
			return -ENOMEM;
		list_add_tail(&chunk->node, &pool->chunks);
		pool->nr_chunks++;
		left -= chunk->nr_pages;
		*contig_bytes = min_t(u32, *contig_bytes, chunk->nr_pages << PAGE_SHIFT);
		cond_resched();
	}
	return 0;
}

/* Exported pages are never swapped or moved, so only a coherent device can use them unasked. */
static int pool_dmabuf_attach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	return dev_is_dma_coherent(attach->dev) ? 0 : -EOPNOTSUPP;
}

static struct sg_table *pool_dmabuf_map(struct dma_buf_attachment *attach,
					enum dma_data_direction dir)
{
	struct pool *pool = attach->dmabuf->priv;
	struct pool_chunk *chunk;
	struct scatterlist *sg;
	struct sg_table *sgt;
	int ret;

	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	if (!sgt)
		return ERR_PTR(-ENOMEM);
	ret = sg_alloc_table(sgt, pool->nr_chunks, GFP_KERNEL);
	if (ret)
		goto err_free;
	sg = sgt->sgl;
	list_for_each_entry(chunk, &pool->chunks, node) {
		sg_set_page(sg, chunk->page, chunk->nr_pages << PAGE_SHIFT, 0);
		sg = sg_next(sg);
	}
	ret = dma_map_sgtable(attach->dev, sgt, dir, POOL_DMA_ATTRS);
	if (ret)
		goto err_free_table;
	return sgt;

err_free_table:
	sg_free_table(sgt);
err_free:
	kfree(sgt);
	return ERR_PTR(ret);
}

static void pool_dmabuf_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
			      enum dma_data_direction dir)
{
	dma_unmap_sgtable(attach->dev, sgt, dir, POOL_DMA_ATTRS);
	sg_free_table(sgt);
	kfree(sgt);
}

/* Inserts the part of @chunk, which starts at page @first of the pool, that @vma shows. */
static int chunk_insert(struct vm_area_struct *vma, struct pool_chunk *chunk, u64 first)
{
	u64 from = max_t(u64, first, vma->vm_pgoff);
	u64 to = min_t(u64, first + chunk->nr_pages, vma->vm_pgoff + vma_pages(vma));
	struct page *pages[POOL_MMAP_BATCH];
	unsigned long n, left, i;
	int ret;

	for (; from < to; from += n) {
		n = min_t(u64, to - from, POOL_MMAP_BATCH);
		for (i = 0; i < n; i++)
			pages[i] = chunk->page + (from - first) + i;
		left = n;
		ret = vm_insert_pages(vma, vma->vm_start + ((from - vma->vm_pgoff) << PAGE_SHIFT),
				      pages, &left);
		if (ret)
			return ret;
	}
	return 0;
}

static int pool_dmabuf_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct pool *pool = dmabuf->priv;
	struct pool_chunk *chunk;
	u64 first = 0;
	int ret;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	list_for_each_entry(chunk, &pool->chunks, node) {
		ret = chunk_insert(vma, chunk, first);
		if (ret)
			return ret;
		first += chunk->nr_pages;
	}
	return 0;
}

static void pool_dmabuf_release(struct dma_buf *dmabuf)
{
	pool_free(dmabuf->priv);
}

static const struct dma_buf_ops pool_dmabuf_ops = {
	.attach = pool_dmabuf_attach,
	.map_dma_buf = pool_dmabuf_map,
	.unmap_dma_buf = pool_dmabuf_unmap,
	.mmap = pool_dmabuf_mmap,
	.release = pool_dmabuf_release,
};

/* NDRV_POOL_CREATE, up to the file descriptor. Without ndev->lock: it may take long. */
int ndrv_pool_create(struct ndrv_ctx *ctx, u64 len_bytes, struct dma_buf **out, u32 *contig_bytes)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp);
	struct ndrv_dev *ndev = ctx->ndev;
	struct dma_buf *dmabuf;
	struct pool *pool;
	int ret;

	if (!len_bytes || len_bytes % SZ_4K || !PAGE_ALIGNED(len_bytes))
		return -EINVAL;
	if (len_bytes > ndev->pool_limit)
		return -EDQUOT;
	pool = kzalloc(sizeof(*pool), GFP_KERNEL_ACCOUNT);
	if (!pool)
		return -ENOMEM;
	INIT_LIST_HEAD(&pool->chunks);
	pool->ndev = ndev;
	pool->len_bytes = len_bytes;
	get_device(&ndev->dev);
	ret = -EDQUOT;
	if ((u64)atomic64_add_return(len_bytes, &ndev->pool_bytes) > ndev->pool_limit)
		goto err_free;
	ret = pool_fill(pool, contig_bytes);
	if (ret)
		goto err_free;

	exp.ops = &pool_dmabuf_ops;
	exp.size = len_bytes;
	exp.flags = O_RDWR | O_CLOEXEC;
	exp.priv = pool;
	dmabuf = dma_buf_export(&exp);
	if (IS_ERR(dmabuf)) {
		ret = PTR_ERR(dmabuf);
		goto err_free;
	}
	*out = dmabuf;
	return 0;

err_free:
	pool_free(pool);
	return ret;
}

/*
 * The DMA addresses of a mapping, as pieces of equal length. Segments that touch are one run; the
 * largest power of two that divides the start of every run is the piece, or the whole length if
 * there is one run only.
 */
static int mapping_cut(struct ndrv_mapping *m)
{
	u64 off = 0, iova = 0, next = 0, mask = 0;
	struct scatterlist *sg;
	u32 n = 0;
	int seg;

	for_each_sgtable_dma_sg(m->sgt, sg, seg) {
		iova = sg_dma_address(sg);
		if (off >= m->len_bytes)
			break;
		if (off && iova != next)
			mask |= off;
		next = iova + sg_dma_len(sg);
		off += sg_dma_len(sg);
	}
	if (off < m->len_bytes)
		return -EOPNOTSUPP;
	m->piece_shift = mask ? __ffs64(mask) : fls64(m->len_bytes - 1);
	if (m->piece_shift < POOL_MIN_PIECE_SHIFT)
		return -EOPNOTSUPP;
	m->nr_iovas = DIV_ROUND_UP_ULL(m->len_bytes, 1ULL << m->piece_shift);
	m->iovas = kvcalloc(m->nr_iovas, sizeof(*m->iovas), GFP_KERNEL_ACCOUNT);
	if (!m->iovas)
		return -ENOMEM;

	/* A segment may hold many pieces, and a piece may be many segments. */
	off = 0;
	for_each_sgtable_dma_sg(m->sgt, sg, seg) {
		for (; n < m->nr_iovas && (u64)n << m->piece_shift < off + sg_dma_len(sg); n++)
			m->iovas[n] = sg_dma_address(sg) + (((u64)n << m->piece_shift) - off);
		off += sg_dma_len(sg);
	}
	return 0;
}

/* The device loses access. The IOMMU forgets before the pages can go anywhere. */
static void mapping_unmap(struct ndrv_dev *ndev, struct ndrv_mapping *m)
{
	lockdep_assert_held(&ndev->lock);
	if (!m->attach)
		return;
	list_del(&m->node);
	ndrv_dma_buf_unmap(m->attach, m->sgt, DMA_BIDIRECTIONAL);
	ndrv_iommu_flush(ndev);
	dma_buf_detach(m->dmabuf, m->attach);
	dma_buf_put(m->dmabuf);
	m->attach = NULL;
	m->dmabuf = NULL;
}

static void mapping_put(struct ndrv_dev *ndev, struct ndrv_mapping *m)
{
	if (m->users && --m->users)
		return;
	mapping_unmap(ndev, m);
	kvfree(m->iovas);
	kfree(m);
}

/* Takes over the reference to @dmabuf on success. */
static struct ndrv_mapping *mapping_create(struct ndrv_dev *ndev, struct dma_buf *dmabuf)
{
	struct ndrv_mapping *m;
	int ret;

	m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->len_bytes = dmabuf->size;
	m->dmabuf = dmabuf;
	m->attach = dma_buf_attach(dmabuf, &ndev->pdev->dev);
	if (IS_ERR(m->attach)) {
		ret = PTR_ERR(m->attach);
		goto err_free;
	}
	m->sgt = ndrv_dma_buf_map(m->attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(m->sgt)) {
		ret = PTR_ERR(m->sgt);
		goto err_detach;
	}
	ret = mapping_cut(m);
	if (ret)
		goto err_unmap;
	list_add_tail(&m->node, &ndev->mappings);
	return m;

err_unmap:
	ndrv_dma_buf_unmap(m->attach, m->sgt, DMA_BIDIRECTIONAL);
	ndrv_iommu_flush(ndev);
err_detach:
	dma_buf_detach(dmabuf, m->attach);
err_free:
	kfree(m);
	return ERR_PTR(ret);
}

/* Finds or makes the device's mapping of @dmabuf; consumes the reference either way. */
static struct ndrv_mapping *mapping_get(struct ndrv_ctx *ctx, struct dma_buf *dmabuf)
{
	struct ndrv_dev *ndev = ctx->ndev;
	struct ndrv_mapping *m, *mine;
	unsigned long id;

	list_for_each_entry(m, &ndev->mappings, node) {
		if (m->dmabuf != dmabuf)
			continue;
		dma_buf_put(dmabuf);
		xa_for_each(&ctx->pools, id, mine)
			if (mine == m)
				return ERR_PTR(-EEXIST);
		return m;
	}
	m = mapping_create(ndev, dmabuf);
	if (IS_ERR(m))
		dma_buf_put(dmabuf);
	return m;
}

/*
 * NDRV_POOL_ATTACH. On success *iovas is a copy for the caller, who frees it; on -ENOSPC nr_iovas
 * says what is needed.
 */
int ndrv_pool_attach(struct ndrv_ctx *ctx, struct ndrv_pool_attach *arg, u64 **iovas)
{
	struct ndrv_dev *ndev = ctx->ndev;
	struct dma_buf *dmabuf;
	struct ndrv_mapping *m;
	u32 room = arg->nr_iovas;
	int ret;

	lockdep_assert_held(&ndev->lock);
	ret = ndrv_iommu_check(ndev);
	if (ret)
		return ret;
	dmabuf = dma_buf_get(arg->fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	m = mapping_get(ctx, dmabuf);
	if (IS_ERR(m))
		return PTR_ERR(m);

	arg->nr_iovas = m->nr_iovas;
	ret = -ENOSPC;
	if (room < m->nr_iovas)
		goto err_put;
	ret = -ENOMEM;
	*iovas = kvmalloc_array(m->nr_iovas, sizeof(**iovas), GFP_KERNEL);
	if (!*iovas)
		goto err_put;
	memcpy(*iovas, m->iovas, m->nr_iovas * sizeof(**iovas));
	ret = xa_alloc(&ctx->pools, &arg->out_pool, m, XA_LIMIT(0, NDRV_MAX_POOLS_PER_CTX - 1),
		       GFP_KERNEL_ACCOUNT);
	if (ret) {
		kvfree(*iovas);
		*iovas = NULL;
		ret = -ENOMEM;
		goto err_put;
	}
	m->users++;
	arg->out_len_bytes = m->len_bytes;
	arg->out_piece_shift = m->piece_shift;
	trace_ndrv_pool_attach(ndev->minor, arg->out_pool, m->len_bytes, m->iovas[0], m->nr_iovas);
	return 0;

err_put:
	if (!m->users)
		mapping_put(ndev, m);
	return ret;
}

static void pool_drop(struct ndrv_ctx *ctx, u32 id, struct ndrv_mapping *m)
{
	struct ndrv_dev *ndev = ctx->ndev;

	trace_ndrv_pool_detach(ndev->minor, id, m->len_bytes, m->iovas[0], m->nr_iovas);
	xa_erase(&ctx->pools, id);
	mapping_put(ndev, m);
}

int ndrv_pool_detach(struct ndrv_ctx *ctx, u32 id)
{
	struct ndrv_mapping *m;

	lockdep_assert_held(&ctx->ndev->lock);
	m = id == NDRV_POOL_ALL ? NULL : xa_load(&ctx->pools, id);
	if (!m && id != NDRV_POOL_ALL)
		return -ENOENT;
	if (ndrv_ctx_running(ctx))
		return -EBUSY;
	if (!m) {
		ndrv_pool_detach_all(ctx);
		return 0;
	}
	pool_drop(ctx, id, m);
	return 0;
}

/* As before ndrv_pool_attach(), also while the pair runs: nobody was told of an address in it. */
void ndrv_pool_unattach(struct ndrv_ctx *ctx, u32 id)
{
	struct ndrv_mapping *m;

	lockdep_assert_held(&ctx->ndev->lock);
	m = xa_load(&ctx->pools, id);
	if (m)
		pool_drop(ctx, id, m);
}

void ndrv_pool_detach_all(struct ndrv_ctx *ctx)
{
	struct ndrv_mapping *m;
	unsigned long id;

	lockdep_assert_held(&ctx->ndev->lock);
	xa_for_each(&ctx->pools, id, m)
		pool_drop(ctx, id, m);
}

/* Unbind: the files keep their numbers, the device loses all memory. */
void ndrv_pool_unmap_device(struct ndrv_dev *ndev)
{
	struct ndrv_mapping *m, *next;

	list_for_each_entry_safe(m, next, &ndev->mappings, node)
		mapping_unmap(ndev, m);
}
