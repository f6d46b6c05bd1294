// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive side scaling: whose table is in force, and that it is again after a reset. What a table
 * does to the hardware is the family's business.
 */
#include "ndrv.h"

static_assert(NDRV_RSS_KEY_LEN == NDRV_HW_RSS_KEY);
static_assert(NDRV_RSS_TABLE_LEN == NDRV_HW_RSS_TABLE);

static int rss_apply(struct ndrv_dev *ndev, const struct ndrv_hw_rss *rss)
{
	const struct ndrv_hw_ops *ops = ndev->hw.info->ops;
	int ret;

	lockdep_assert_held(&ndev->lock);
	if (!ops->rss)
		return -EOPNOTSUPP;
	if (ndev->gone || ndev->resetting)
		return 0;
	ret = ops->rss(&ndev->hw, rss);
	ndrv_dev_check_gone(ndev);
	return ndev->gone ? -ENODEV : ret;
}

static int rss_check(const struct ndrv_dev *ndev, const struct ndrv_rss *arg)
{
	u32 i;

	if (arg->flags & ~NDRV_RSS_F_SPREAD)
		return -EOPNOTSUPP;
	if (!(arg->flags & NDRV_RSS_F_SPREAD))
		return memchr_inv(arg->key, 0, sizeof(arg->key)) ||
		       memchr_inv(arg->table, 0, sizeof(arg->table)) ? -EINVAL : 0;
	if (!ndev->hw.rss_queues)
		return -EOPNOTSUPP;
	for (i = 0; i < NDRV_RSS_TABLE_LEN; i++)
		if (arg->table[i] >= ndev->hw.rss_queues)
			return -ERANGE;
	return 0;
}

int ndrv_rss_set(struct ndrv_ctx *ctx, const struct ndrv_rss *arg)
{
	struct ndrv_dev *ndev = ctx->ndev;
	struct ndrv_ctx *old_owner = ndev->rss_owner;
	struct ndrv_hw_rss old = ndev->rss;
	int ret;

	lockdep_assert_held(&ndev->lock);
	ret = rss_check(ndev, arg);
	if (ret)
		return ret;
	if (!(arg->flags & NDRV_RSS_F_SPREAD)) {
		ndrv_rss_drop(ctx);
		return ndev->gone ? -ENODEV : 0;
	}
	if (old_owner && old_owner != ctx)
		return -EBUSY;
	memcpy(ndev->rss.key, arg->key, sizeof(ndev->rss.key));
	memcpy(ndev->rss.table, arg->table, sizeof(ndev->rss.table));
	ndev->rss_owner = ctx;
	ret = rss_apply(ndev, &ndev->rss);
	if (!ret)
		return 0;
	ndev->rss = old;
	ndev->rss_owner = old_owner;
	/* Half done, perhaps. */
	if (ret == -ETIMEDOUT)
		ndrv_dev_reset(ndev, "the RSS table does not get through");
	else
		rss_apply(ndev, old_owner ? &ndev->rss : NULL);
	return ndev->gone ? -ENODEV : ret;
}

/* The file goes, or wants it no more. Others may set a table now. */
void ndrv_rss_drop(struct ndrv_ctx *ctx)
{
	struct ndrv_dev *ndev = ctx->ndev;

	lockdep_assert_held(&ndev->lock);
	if (ndev->rss_owner != ctx)
		return;
	ndev->rss_owner = NULL;
	/* After a reset everything goes to queue 0. */
	if (rss_apply(ndev, NULL) && !ndev->gone)
		ndrv_dev_reset(ndev, "the RSS table cannot be taken back");
}

/* After a reset, which has undone it. */
void ndrv_rss_restore(struct ndrv_dev *ndev)
{
	int ret;

	lockdep_assert_held(&ndev->lock);
	if (!ndev->rss_owner)
		return;
	ret = rss_apply(ndev, &ndev->rss);
	if (ret && !ndev->gone)
		dev_err(&ndev->pdev->dev, "ndrv%d: the RSS table is lost in the reset (%d), all frames arrive on queue 0\n",
			ndev->minor, ret);
	if (ret)
		ndev->rss_owner = NULL;
}
