// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue pair of a context: its states, its rings, start and stop, doorbells through the kernel.
 * No register is known here, and nothing in a ring or doorbell page is ever read back.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "ndrv.h"
#include "trace.h"

/*
 * The one place where a context changes state or loses its doorbells. Whoever reaches a doorbell
 * without ndev->lock does so under bar_lock, so after the write side nobody is half way through.
 */
void ndrv_ctx_set_state(struct ndrv_ctx *ctx, u32 state, bool doorbell_live)
{
	struct ndrv_dev *ndev = ctx->ndev;
	u32 from = ctx->state;

	lockdep_assert_held(&ndev->lock);
	down_write(&ndev->bar_lock);
	/* pairs with arm_check(): the pair was set up before it left IDLE */
	smp_store_release(&ctx->state, state);
	if (state != NDRV_STATE_RUNNING)
		ndrv_irq_leave(ctx, state == NDRV_STATE_GONE ? -ENODEV : -ESTALE);
	else if (from != state)
		ndrv_irq_join(ctx);
	if (ctx->doorbell_live != doorbell_live) {
		ctx->doorbell_live = doorbell_live;
		ndrv_mmap_zap(ctx);
	}
	up_write(&ndev->bar_lock);

	if (from == state)
		return;
	/* pairs with nothing: each field of the status page stands alone (uapi) */
	WRITE_ONCE(ctx->status->state, state);
	if (state == NDRV_STATE_RUNNING || state == NDRV_STATE_REVOKED || state == NDRV_STATE_GONE) {
		/* pairs with event_peek(), which has no ndev->lock */
		WRITE_ONCE(ctx->status_generation, ctx->status_generation + 1);
		WRITE_ONCE(ctx->status->generation, ctx->status_generation);
	}
	if (state == NDRV_STATE_GONE) {
		WRITE_ONCE(ctx->status->link_up, 0);
		WRITE_ONCE(ctx->status->link_mbps, 0);
	}
	trace_ndrv_queue_state(ndev->minor, ctx->q.queue, from, state, ctx->status_generation);
	if (state == NDRV_STATE_REVOKED || state == NDRV_STATE_GONE)
		wake_up_interruptible_poll(&ctx->wait, EPOLLERR | EPOLLHUP);
}

static void ring_free(struct ndrv_ring *ring)
{
	u32 i;

	for (i = 0; i < ring->nr_pages; i++)
		put_page(ring->pages[i]);
	kfree(ring->pages);
	memset(ring, 0, sizeof(*ring));
}

/* Contiguous, because the families take one address; split, so that each page is counted alone. */
static int ring_alloc(struct ndrv_dev *ndev, struct ndrv_ring *ring, u32 entries, u32 desc_size)
{
	unsigned int order = get_order(entries * desc_size);
	struct page *page;
	u32 i;

	ring->pages = kcalloc(1U << order, sizeof(*ring->pages), GFP_KERNEL_ACCOUNT);
	if (!ring->pages)
		return -ENOMEM;
	page = alloc_pages_node(dev_to_node(&ndev->pdev->dev),
				GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN, order);
	if (!page) {
		kfree(ring->pages);
		ring->pages = NULL;
		return -ENOMEM;
	}
	split_page(page, order);
	ring->nr_pages = 1U << order;
	for (i = 0; i < ring->nr_pages; i++)
		ring->pages[i] = page + i;
	ring->bytes = ring->nr_pages << PAGE_SHIFT;
	ring->entries = entries;
	return 0;
}

static int ring_map(struct ndrv_dev *ndev, struct ndrv_ring *ring)
{
	struct device *dev = &ndev->pdev->dev;

	ring->iova = dma_map_page(dev, ring->pages[0], 0, ring->bytes, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, ring->iova))
		return -ENOMEM;
	ring->mapped = true;
	return 0;
}

static void ring_unmap(struct ndrv_dev *ndev, struct ndrv_ring *ring)
{
	if (ring->mapped)
		dma_unmap_page(&ndev->pdev->dev, ring->iova, ring->bytes, DMA_BIDIRECTIONAL);
	ring->mapped = false;
}

/* The hardware must have stopped for this pair; the caller flushes the IOMMU before pages go. */
void ndrv_ctx_unmap_rings(struct ndrv_ctx *ctx)
{
	lockdep_assert_held(&ctx->ndev->lock);
	ring_unmap(ctx->ndev, &ctx->rx);
	ring_unmap(ctx->ndev, &ctx->tx);
}

void ndrv_ctx_free_pair(struct ndrv_ctx *ctx)
{
	ring_free(&ctx->rx);
	ring_free(&ctx->tx);
}

static int ring_check(const struct ndrv_hw_info *info, u32 entries)
{
	if (entries % info->ring_align)
		return -EINVAL;
	if (entries && (entries < info->ring_min || entries > info->ring_max))
		return -ERANGE;
	return 0;
}

static int setup_check(const struct ndrv_hw *hw, const struct ndrv_queue_setup *arg)
{
	const struct ndrv_hw_info *info = hw->info;
	int ret;

	if (arg->flags & ~(NDRV_QUEUE_F_KERNEL_DOORBELL | NDRV_QUEUE_F_VLAN_STRIP))
		return -EOPNOTSUPP;
	if (arg->flags & NDRV_QUEUE_F_VLAN_STRIP && !(hw->features & NDRV_FEAT_RX_VLAN))
		return -EOPNOTSUPP;
	if (arg->__reserved)
		return -EINVAL;
	if (!arg->rx_entries && !arg->tx_entries)
		return -EINVAL;
	ret = ring_check(info, arg->rx_entries);
	if (!ret)
		ret = ring_check(info, arg->tx_entries);
	if (ret)
		return ret;
	if (!arg->rx_entries != !arg->rx_buf_bytes || arg->rx_buf_bytes % info->rx_buf_align)
		return -EINVAL;
	if (arg->rx_buf_bytes > info->rx_buf_max)
		return -ERANGE;
	if (arg->queue != NDRV_QUEUE_ANY && arg->queue >= hw->max_queues)
		return -ERANGE;
	return 0;
}

static int pair_alloc(struct ndrv_ctx *ctx, const struct ndrv_queue_setup *arg)
{
	const struct ndrv_hw_info *info = ctx->ndev->hw.info;
	struct ndrv_dev *ndev = ctx->ndev;
	int ret = 0;

	if (arg->rx_entries)
		ret = ring_alloc(ndev, &ctx->rx, arg->rx_entries, info->rx_desc_size);
	if (!ret && arg->tx_entries)
		ret = ring_alloc(ndev, &ctx->tx, arg->tx_entries, info->tx_desc_size);
	if (!ret && ctx->rx.entries)
		ret = ring_map(ndev, &ctx->rx);
	if (!ret && ctx->tx.entries)
		ret = ring_map(ndev, &ctx->tx);
	if (!ret)
		return 0;
	ndrv_ctx_unmap_rings(ctx);
	ndrv_iommu_flush(ndev);
	ndrv_ctx_free_pair(ctx);
	return ret;
}

/* Where in its doorbell page the tail of a side is; 0 for one that was left out. */
static u32 tail_in_page(struct ndrv_ctx *ctx, const struct ndrv_ring *ring)
{
	struct ndrv_hw *hw = &ctx->ndev->hw;

	if (!ring->entries)
		return 0;
	return offset_in_page(hw->info->ops->tail_off(hw, ctx->q.queue, ring == &ctx->tx));
}

int ndrv_queue_setup(struct ndrv_ctx *ctx, struct ndrv_queue_setup *arg)
{
	struct ndrv_dev *ndev = ctx->ndev;
	u32 queue = arg->queue;
	int ret;

	lockdep_assert_held(&ndev->lock);
	ret = setup_check(&ndev->hw, arg);
	if (ret)
		return ret;
	if (ctx->state != NDRV_STATE_IDLE)
		return -EEXIST;
	ret = ndrv_iommu_check(ndev);
	if (ret)
		return ret;
	if (queue == NDRV_QUEUE_ANY)
		queue = find_first_zero_bit(ndev->queues, ndev->hw.max_queues);
	if (queue >= ndev->hw.max_queues || test_bit(queue, ndev->queues))
		return -EBUSY;
	ret = pair_alloc(ctx, arg);
	if (ret)
		return ret;

	__set_bit(queue, ndev->queues);
	ctx->q = (struct ndrv_hw_queue){
		.queue = queue,
		.rx_entries = arg->rx_entries,
		.tx_entries = arg->tx_entries,
		.rx_buf_bytes = arg->rx_buf_bytes,
		.vlan_strip = arg->flags & NDRV_QUEUE_F_VLAN_STRIP,
		.vector = ndev->hw.vectors ? 1 + queue % (ndev->hw.vectors - 1) : 0,
		.rx_iova = ctx->rx.iova,
		.tx_iova = ctx->tx.iova,
	};
	ctx->kernel_doorbell = arg->flags & NDRV_QUEUE_F_KERNEL_DOORBELL;
	ndrv_ctx_set_state(ctx, NDRV_STATE_READY, !ndev->resetting);

	arg->out_queue = queue;
	arg->out_rx_ring_bytes = ctx->rx.bytes;
	arg->out_tx_ring_bytes = ctx->tx.bytes;
	arg->out_rx_tail_off = tail_in_page(ctx, &ctx->rx);
	arg->out_tx_tail_off = tail_in_page(ctx, &ctx->tx);
	return 0;
}

/* As before ndrv_queue_setup(). A pair that was started meanwhile stays. */
void ndrv_queue_unset(struct ndrv_ctx *ctx)
{
	struct ndrv_dev *ndev = ctx->ndev;

	lockdep_assert_held(&ndev->lock);
	if (ctx->state != NDRV_STATE_READY)
		return;
	ndrv_ctx_set_state(ctx, NDRV_STATE_IDLE, false);
	/* Its process may have enabled it through the doorbell page. */
	ndrv_queue_sweep(ndev);
	ndrv_ctx_unmap_rings(ctx);
	ndrv_iommu_flush(ndev);
	__clear_bit(ctx->q.queue, ndev->queues);
	ndrv_ctx_free_pair(ctx);
}

/* What this file has, and what the card counted for it. */
int ndrv_queue_get(struct ndrv_ctx *ctx, struct ndrv_queue_get *arg)
{
	const struct ndrv_hw_queue_stats *stats = &ctx->queue_stats;

	lockdep_assert_held(&ctx->ndev->lock);
	ndrv_queue_stats_fold(ctx);
	if (ctx->ndev->gone)
		return -ENODEV;
	*arg = (struct ndrv_queue_get){
		.size = arg->size,
		.out_state = ctx->state,
		.out_queue = NDRV_QUEUE_ANY,
	};
	if (ctx->state == NDRV_STATE_IDLE)
		return 0;
	arg->out_queue = ctx->q.queue;
	if (ctx->kernel_doorbell)
		arg->out_flags |= NDRV_QUEUE_F_KERNEL_DOORBELL;
	if (ctx->q.vlan_strip)
		arg->out_flags |= NDRV_QUEUE_F_VLAN_STRIP;
	arg->out_rx_entries = ctx->rx.entries;
	arg->out_tx_entries = ctx->tx.entries;
	arg->out_rx_buf_bytes = ctx->q.rx_buf_bytes;
	arg->out_rx_ring_bytes = ctx->rx.bytes;
	arg->out_tx_ring_bytes = ctx->tx.bytes;
	arg->out_rx_tail_off = tail_in_page(ctx, &ctx->rx);
	arg->out_tx_tail_off = tail_in_page(ctx, &ctx->tx);
	arg->out_generation = ctx->status_generation;
	arg->out_interrupts = READ_ONCE(ctx->interrupts);
	arg->out_counted = ctx->counted;
	arg->out_rx_packets = stats->rx_packets;
	arg->out_rx_bytes = stats->rx_bytes;
	arg->out_rx_no_desc = stats->rx_no_desc;
	arg->out_tx_packets = stats->tx_packets;
	arg->out_tx_bytes = stats->tx_bytes;
	return 0;
}

static void ring_clear(struct ndrv_ring *ring)
{
	u32 i;

	for (i = 0; i < ring->nr_pages; i++)
		clear_page(page_address(ring->pages[i]));
}

/* What may run: the sides of every running pair. Everything else is a stray. */
static void live_queues(struct ndrv_dev *ndev, struct ndrv_hw_live *live)
{
	struct ndrv_ctx *ctx;

	memset(live, 0, sizeof(*live));
	list_for_each_entry(ctx, &ndev->ctxs, node) {
		if (!ndrv_ctx_running(ctx))
			continue;
		if (ctx->rx.entries)
			__set_bit(ctx->q.queue, live->rx);
		if (ctx->tx.entries)
			__set_bit(ctx->q.queue, live->tx);
	}
}

/*
 * A doorbell page holds the registers of many queues, so user space may have enabled others. They
 * can reach no more than this function's mappings, but memory that is about to be unmapped should
 * not have a stray queue on it.
 */
void ndrv_queue_sweep(struct ndrv_dev *ndev)
{
	struct ndrv_hw_live live;
	int found;

	lockdep_assert_held(&ndev->lock);
	/* pairs with doorbell_fault(), which has bar_lock only */
	if (!READ_ONCE(ndev->doorbells_touched) || ndev->resetting || ndev->gone)
		return;
	live_queues(ndev, &live);
	found = ndev->hw.info->ops->sweep(&ndev->hw, &live);
	if (found > 0) {
		dev_warn_ratelimited(&ndev->pdev->dev, "stopped %d queue(s) that user space had enabled through a doorbell page\n",
				     found);
		ndrv_event_post_all(ndev, NDRV_EVENT_ERROR, NDRV_QUEUE_ANY, NDRV_ERROR_STRAY, 0);
	}
	if (found == -ETIMEDOUT)
		ndrv_dev_reset(ndev, "a queue that nobody owns does not stop");
	ndrv_dev_check_gone(ndev);
}

/*
 * A queue that is alone may let frames wait in the packet buffer for its descriptors, which rides
 * out bursts. As soon as there are two, a stalled program would hold up the frames of the other.
 */
static void rx_drop_apply(struct ndrv_dev *ndev)
{
	const struct ndrv_hw_ops *ops = ndev->hw.info->ops;
	unsigned int running = 0;
	struct ndrv_ctx *ctx;

	lockdep_assert_held(&ndev->lock);
	if (!ops->rx_drop || ndev->resetting || ndev->gone)
		return;
	list_for_each_entry(ctx, &ndev->ctxs, node)
		running += ndrv_ctx_running(ctx) && ctx->rx.entries;
	list_for_each_entry(ctx, &ndev->ctxs, node)
		if (ndrv_ctx_running(ctx) && ctx->rx.entries)
			ops->rx_drop(&ndev->hw, &ctx->q, running > 1);
}

int ndrv_queue_start(struct ndrv_ctx *ctx, struct ndrv_queue_start *arg)
{
	struct ndrv_dev *ndev = ctx->ndev;
	int ret;

	lockdep_assert_held(&ndev->lock);
	if (ctx->state == NDRV_STATE_IDLE)
		return -ENXIO;
	if (ctx->state == NDRV_STATE_RUNNING)
		return -EBUSY;
	if (ndev->resetting)
		return -EAGAIN;

	/*
	 * The pair may have been enabled behind our back: off first, then the rings may be
	 * cleared.
	 */
	ret = ndev->hw.info->ops->queue_stop(&ndev->hw, &ctx->q);
	if (!ret) {
		ring_clear(&ctx->rx);
		ring_clear(&ctx->tx);
		ret = ndev->hw.info->ops->queue_start(&ndev->hw, &ctx->q);
	}
	if (ret == -ETIMEDOUT)
		ndrv_dev_reset(ndev, "a queue does not start");
	ndrv_dev_check_gone(ndev);
	if (ndev->gone)
		return -ENODEV;
	if (ret)
		return ret;
	ndrv_ctx_set_state(ctx, NDRV_STATE_RUNNING, true);
	rx_drop_apply(ndev);
	arg->out_generation = ctx->status_generation;
	return 0;
}

/*
 * Stops the pair, whatever that takes. 0 and -ETIMEDOUT both mean that the hardware does no DMA for
 * it any more: in the second case because the whole device was reset.
 */
int ndrv_queue_stop(struct ndrv_ctx *ctx)
{
	struct ndrv_dev *ndev = ctx->ndev;
	int ret;

	lockdep_assert_held(&ndev->lock);
	if (ctx->state == NDRV_STATE_IDLE)
		return -ENXIO;
	if (!ndrv_ctx_running(ctx))
		return 0;

	/* First, so that nobody arms what the family is about to stop */
	ndrv_irq_leave(ctx, -ESTALE);
	ret = ndev->hw.info->ops->queue_stop(&ndev->hw, &ctx->q);
	ndrv_queue_stats_fold(ctx);
	ndrv_dev_check_gone(ndev);
	if (ndev->gone)
		return -ENODEV;
	/* Before a reset too: this pair is stopped at its owner's wish, not revoked */
	ndrv_ctx_set_state(ctx, NDRV_STATE_READY, true);
	if (ret)
		ndrv_dev_reset(ndev, "a queue does not stop");
	else
		ndrv_queue_sweep(ndev);
	rx_drop_apply(ndev);
	return ndev->gone ? -ENODEV : ret;
}

/* NDRV_DOORBELL: without ndev->lock, so that pairs do not wait for each other. */
int ndrv_queue_doorbell(struct ndrv_ctx *ctx, const struct ndrv_doorbell *arg, bool nonblock)
{
	struct ndrv_dev *ndev = ctx->ndev;
	u32 state;
	int ret;

	if (arg->flags & ~(NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX))
		return -EOPNOTSUPP;
	ret = ndrv_bar_lock(ndev, nonblock);
	if (ret)
		return ret;
	/* The order of the checks is that of likelihood for a caller; each has its own errno */
	state = ctx->state;
	ret = -EINVAL;
	if (state == NDRV_STATE_GONE)
		ret = -ENODEV;
	else if (state == NDRV_STATE_IDLE)
		ret = -ENXIO;
	else if (!arg->flags || (!(arg->flags & NDRV_DOORBELL_F_RX) && arg->rx_tail) ||
		 (!(arg->flags & NDRV_DOORBELL_F_TX) && arg->tx_tail))
		ret = -EINVAL;
	else if ((arg->flags & NDRV_DOORBELL_F_RX && !ctx->q.rx_entries) ||
		 (arg->flags & NDRV_DOORBELL_F_TX && !ctx->q.tx_entries))
		ret = -EINVAL;
	else if ((arg->flags & NDRV_DOORBELL_F_RX && arg->rx_tail >= ctx->q.rx_entries) ||
		 (arg->flags & NDRV_DOORBELL_F_TX && arg->tx_tail >= ctx->q.tx_entries))
		ret = -ERANGE;
	else if (state != NDRV_STATE_RUNNING)
		ret = -EPIPE;
	else
		ret = 0;
	if (!ret && arg->flags & NDRV_DOORBELL_F_RX) {
		trace_ndrv_doorbell(ndev->minor, ctx->q.queue, false, arg->rx_tail);
		ndev->hw.info->ops->doorbell(&ndev->hw, ctx->q.queue, false, arg->rx_tail);
	}
	if (!ret && arg->flags & NDRV_DOORBELL_F_TX) {
		trace_ndrv_doorbell(ndev->minor, ctx->q.queue, true, arg->tx_tail);
		ndev->hw.info->ops->doorbell(&ndev->hw, ctx->q.queue, true, arg->tx_tail);
	}
	up_read(&ndev->bar_lock);
	return ret;
}

/* What the open files want together; tells the hardware if that changed. */
int ndrv_rx_mode_apply(struct ndrv_dev *ndev)
{
	u32 mode = 0, max_frame = NDRV_DEFAULT_FRAME;
	struct ndrv_ctx *ctx;
	int ret;

	lockdep_assert_held(&ndev->lock);
	list_for_each_entry(ctx, &ndev->ctxs, node) {
		mode |= ctx->rx_mode;
		max_frame = max(max_frame, ctx->max_frame);
	}
	if (ndev->gone || ndev->resetting ||
	    (mode == ndev->rx_mode && max_frame == ndev->max_frame))
		return 0;
	ret = ndev->hw.info->ops->set_rx_mode(&ndev->hw, mode & NDRV_RX_MODE_PROMISC,
					      mode & NDRV_RX_MODE_ALLMULTI, max_frame);
	if (ret)
		return ret;
	ndev->rx_mode = mode;
	ndev->max_frame = max_frame;
	return 0;
}
