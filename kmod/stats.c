// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has to be looked at now and then: link state and the card's counters, which are short and
 * cleared by reading. Folds them into 64 bits and writes the link into the status pages.
 */
#include "ndrv.h"

/*
 * Counters of a card stick or wrap. Smallest frames come at 14.9 million a second at 10 Gbit/s and at
 * 149 million at 100, so 32 bits of frames last 288 s and 28.8 s; 1.25 and 12.5 gigabytes a second
 * fill 36 bits of a 10 Gbit/s card in 55 s and 40 bits of a 100 Gbit/s card in 88 s. Once a second
 * leaves 27 s for whoever holds ndev->lock: resets, which are bounded and clear the counters anyway.
 */
#define POLL_INTERVAL	HZ

void ndrv_stats_fold(struct ndrv_dev *ndev)
{
	lockdep_assert_held(&ndev->lock);
	if (ndev->gone || ndev->resetting)
		return;
	ndev->hw.info->ops->stats(&ndev->hw, &ndev->stats);
	ndrv_dev_check_gone(ndev);
}

/* Before the pair stops, and right after; else now and then, like the port's. */
void ndrv_queue_stats_fold(struct ndrv_ctx *ctx)
{
	struct ndrv_dev *ndev = ctx->ndev;
	const struct ndrv_hw_ops *ops = ndev->hw.info->ops;

	lockdep_assert_held(&ndev->lock);
	if (!ops->queue_stats || !ndrv_ctx_running(ctx) || ndev->gone || ndev->resetting)
		return;
	ctx->counted = ops->queue_stats(&ndev->hw, &ctx->q, &ctx->queue_stats);
	ndrv_dev_check_gone(ndev);
}

/* Everything that a card counts, into 64 bits. */
void ndrv_stats_fold_all(struct ndrv_dev *ndev)
{
	struct ndrv_ctx *ctx;

	ndrv_stats_fold(ndev);
	list_for_each_entry(ctx, &ndev->ctxs, node)
		ndrv_queue_stats_fold(ctx);
}

void ndrv_link_publish(struct ndrv_ctx *ctx)
{
	lockdep_assert_held(&ctx->ndev->lock);
	WRITE_ONCE(ctx->status->link_mbps, ctx->ndev->link_mbps);
	WRITE_ONCE(ctx->status->link_up, ctx->ndev->link_up);
}

/* Reads the link from the hardware and tells everybody. */
int ndrv_link_update(struct ndrv_dev *ndev)
{
	struct ndrv_ctx *ctx;
	bool up = false;
	u32 mbps = 0;
	int ret = 0;

	lockdep_assert_held(&ndev->lock);
	if (!ndev->gone && !ndev->resetting)
		ret = ndev->hw.info->ops->link(&ndev->hw, &up, &mbps);
	ndrv_dev_check_gone(ndev);
	if (ret)
		return ret;
	if (up != ndev->link_up || mbps != ndev->link_mbps)
		ndrv_event_post_all(ndev, NDRV_EVENT_LINK, NDRV_QUEUE_ANY, up, mbps);
	if (up != ndev->link_up) {
		ndev->link_changes++;
		dev_info(&ndev->pdev->dev, "ndrv%d: link %s\n", ndev->minor, up ? "up" : "down");
	}
	/* pairs with sysfs, which reads them without the lock */
	WRITE_ONCE(ndev->link_up, up);
	WRITE_ONCE(ndev->link_mbps, mbps);
	list_for_each_entry(ctx, &ndev->ctxs, node)
		ndrv_link_publish(ctx);
	return 0;
}

static bool any_running(struct ndrv_dev *ndev)
{
	struct ndrv_ctx *ctx;

	list_for_each_entry(ctx, &ndev->ctxs, node)
		if (ndrv_ctx_running(ctx))
			return true;
	return false;
}

void ndrv_poll_work(struct work_struct *work)
{
	struct ndrv_dev *ndev = container_of(work, struct ndrv_dev, poll_work.work);
	bool again;
	int ret;

	mutex_lock(&ndev->lock);
	ndrv_stats_fold_all(ndev);
	ret = ndrv_link_update(ndev);
	/*
	 * Hardware that does not answer any more needs a reset. Queues that run need no answers: they
	 * go on until somebody wants something else of the device.
	 */
	if (ret == -ECONNRESET)
		ndrv_dev_reset_for(ndev, NDRV_REASON_LOST, "it lost all its settings");
	else if (ret == -ETIMEDOUT && !any_running(ndev))
		ndrv_dev_reset(ndev, "the link cannot be asked for");
	ndrv_irq_misc_arm(ndev);
	again = !ndev->gone;
	mutex_unlock(&ndev->lock);
	if (again)
		schedule_delayed_work(&ndev->poll_work, POLL_INTERVAL);
}
