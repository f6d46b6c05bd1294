// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive filters: which there are, which files want them, and that they are there again after a
 * reset. Where a filter is in the card, and how it gets there, is the family's business.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>

#include "ndrv.h"

#define FILTER_FIELDS	(NDRV_FILTER_F_PROTO | NDRV_FILTER_F_SRC_IP | NDRV_FILTER_F_DST_IP | \
			 NDRV_FILTER_F_SRC_PORT | NDRV_FILTER_F_DST_PORT)
#define FILTER_PORTS	(NDRV_FILTER_F_SRC_PORT | NDRV_FILTER_F_DST_PORT)

/* ---- what the caller says -------------------------------------------------------------------- */

static bool proto_valid(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_SCTP;
}

/* A field that is not compared must be 0. */
static int tuple_check(const struct ndrv_filter_add *arg)
{
	u32 flags = arg->flags;

	if (!flags || (flags & FILTER_PORTS && !(flags & NDRV_FILTER_F_PROTO)))
		return -EINVAL;
	if (flags & NDRV_FILTER_F_PROTO ? !proto_valid(arg->proto) : arg->proto)
		return -EINVAL;
	if ((!(flags & NDRV_FILTER_F_SRC_IP) && arg->src_ip) ||
	    (!(flags & NDRV_FILTER_F_DST_IP) && arg->dst_ip) ||
	    (!(flags & NDRV_FILTER_F_SRC_PORT) && arg->src_port) ||
	    (!(flags & NDRV_FILTER_F_DST_PORT) && arg->dst_port))
		return -EINVAL;
	return 0;
}

/* What each type has no use for is 0, and what it uses is a value that it can have. */
static int match_check(const struct ndrv_filter_add *arg)
{
	bool mac = arg->type == NDRV_FILTER_MAC, vlan = arg->type == NDRV_FILTER_VLAN;
	bool ethertype = arg->type == NDRV_FILTER_ETHERTYPE;

	if (mac ? is_zero_ether_addr(arg->mac) || is_broadcast_ether_addr(arg->mac) :
		  !is_zero_ether_addr(arg->mac))
		return -EINVAL;
	if (vlan ? arg->vlan < 1 || arg->vlan > 4094 : arg->vlan)
		return -EINVAL;
	if (ethertype ? arg->ethertype < ETH_P_802_3_MIN || arg->ethertype == ETH_P_IP ||
			arg->ethertype == ETH_P_IPV6 :
			arg->ethertype)
		return -EINVAL;
	if (arg->type == NDRV_FILTER_TUPLE)
		return tuple_check(arg);
	return arg->flags || arg->proto || arg->src_ip || arg->dst_ip || arg->src_port ||
	       arg->dst_port ? -EINVAL : 0;
}

static u32 feature_of(u32 type)
{
	switch (type) {
	case NDRV_FILTER_MAC:
		return NDRV_FEAT_FILTER_MAC;
	case NDRV_FILTER_VLAN:
		return NDRV_FEAT_FILTER_VLAN;
	case NDRV_FILTER_ETHERTYPE:
		return NDRV_FEAT_FILTER_ETHERTYPE;
	case NDRV_FILTER_TUPLE:
		return NDRV_FEAT_FILTER_TUPLE;
	default:
		return 0;
	}
}

static int queue_check(const struct ndrv_hw *hw, const struct ndrv_filter_add *arg)
{
	if (arg->queue == NDRV_QUEUE_ANY)
		return arg->type == NDRV_FILTER_MAC || arg->type == NDRV_FILTER_VLAN ? 0 : -EINVAL;
	if (arg->type == NDRV_FILTER_VLAN)
		return -EINVAL;
	if (arg->queue >= hw->max_queues)
		return -ERANGE;
	if (arg->type == NDRV_FILTER_MAC && !(hw->features & NDRV_FEAT_FILTER_MAC_QUEUE))
		return -EOPNOTSUPP;
	return 0;
}

static int filter_check(const struct ndrv_hw *hw, const struct ndrv_filter_add *arg)
{
	int ret;

	if (arg->flags & ~FILTER_FIELDS)
		return -EOPNOTSUPP;
	if (arg->__reserved0 || arg->__reserved)
		return -EINVAL;
	if (!(hw->features & feature_of(arg->type)))
		return -EOPNOTSUPP;
	ret = match_check(arg);
	return ret ? ret : queue_check(hw, arg);
}

static struct ndrv_hw_filter filter_of(const struct ndrv_filter_add *arg)
{
	struct ndrv_hw_filter f = {
		.type = arg->type,
		.fields = arg->flags,
		.queue = arg->queue,
		.vlan = arg->vlan,
		.ethertype = arg->ethertype,
		.proto = arg->proto,
		.src_ip = arg->src_ip,
		.dst_ip = arg->dst_ip,
		.src_port = arg->src_port,
		.dst_port = arg->dst_port,
	};

	ether_addr_copy(f.mac, arg->mac);
	return f;
}

/* ---- the port's filters ---------------------------------------------------------------------- */

static bool same_match(const struct ndrv_hw_filter *a, const struct ndrv_hw_filter *b)
{
	return a->type == b->type && a->fields == b->fields && ether_addr_equal(a->mac, b->mac) &&
	       a->vlan == b->vlan && a->ethertype == b->ethertype && a->proto == b->proto &&
	       a->src_ip == b->src_ip && a->dst_ip == b->dst_ip && a->src_port == b->src_port &&
	       a->dst_port == b->dst_port;
}

static struct ndrv_filter *filter_find(struct ndrv_dev *ndev, const struct ndrv_hw_filter *match)
{
	struct ndrv_filter *filter;

	list_for_each_entry(filter, &ndev->filters, node)
		if (same_match(&filter->hw, match))
			return filter;
	return NULL;
}

static bool filter_of_file(struct ndrv_ctx *ctx, const struct ndrv_filter *wanted)
{
	struct ndrv_filter *filter;
	unsigned long id;

	xa_for_each(&ctx->filters, id, filter)
		if (filter == wanted)
			return true;
	return false;
}

/* Into the card; a reset if it is half in, perhaps. */
static int filter_insert(struct ndrv_dev *ndev, struct ndrv_filter *filter)
{
	int ret = ndev->hw.info->ops->filter_add(&ndev->hw, &filter->hw);

	ndrv_dev_check_gone(ndev);
	filter->in_hw = !ret;
	if (ret == -ETIMEDOUT && !ndev->gone)
		ndrv_dev_reset(ndev, "a filter does not get through");
	return ndev->gone ? -ENODEV : ret;
}

/* As the youngest of all. */
static int filter_create(struct ndrv_dev *ndev, const struct ndrv_hw_filter *match,
			 struct ndrv_filter **out)
{
	struct ndrv_filter *filter;
	int ret;

	filter = kzalloc(sizeof(*filter), GFP_KERNEL_ACCOUNT);
	if (!filter)
		return -ENOMEM;
	filter->hw = *match;
	filter->hw.order = ++ndev->filter_order;
	ret = filter_insert(ndev, filter);
	if (ret) {
		kfree(filter);
		return ret;
	}
	list_add_tail(&filter->node, &ndev->filters);
	*out = filter;
	return 0;
}

/* One file less wants it; the last takes it out. An error: it may still be in the card. */
static int filter_put(struct ndrv_dev *ndev, struct ndrv_filter *filter)
{
	int ret = 0;

	if (--filter->users)
		return 0;
	list_del(&filter->node);
	if (filter->in_hw && !ndev->gone && !ndev->resetting)
		ret = ndev->hw.info->ops->filter_del(&ndev->hw, &filter->hw);
	kfree(filter);
	ndrv_dev_check_gone(ndev);
	return ret;
}

/* A reset takes it out for certain, and puts back all others. */
static int filters_put_end(struct ndrv_dev *ndev, int ret)
{
	if (ndev->gone)
		return -ENODEV;
	if (!ret)
		return 0;
	ndrv_dev_reset(ndev, "a filter cannot be taken out");
	return ndev->gone ? -ENODEV : -ETIMEDOUT;
}

int ndrv_filter_add(struct ndrv_ctx *ctx, struct ndrv_filter_add *arg)
{
	struct ndrv_dev *ndev = ctx->ndev;
	struct ndrv_hw_filter match;
	struct ndrv_filter *filter;
	int ret;
	u32 id;

	lockdep_assert_held(&ndev->lock);
	ret = filter_check(&ndev->hw, arg);
	if (ret)
		return ret;
	if (ndev->resetting)
		return -EAGAIN;
	match = filter_of(arg);
	filter = filter_find(ndev, &match);
	if (filter && (filter->hw.queue != match.queue || filter_of_file(ctx, filter)))
		return -EEXIST;

	/* Reserved first: nothing to undo in the card when there is no memory. */
	ret = xa_alloc(&ctx->filters, &id, NULL, xa_limit_31b, GFP_KERNEL_ACCOUNT);
	if (ret)
		return ret;
	if (!filter)
		ret = filter_create(ndev, &match, &filter);
	else if (!filter->in_hw)
		ret = filter_insert(ndev, filter);
	if (ret) {
		xa_release(&ctx->filters, id);
		return ret;
	}
	filter->users++;
	xa_store(&ctx->filters, id, filter, GFP_KERNEL);
	arg->out_filter = id;
	return 0;
}

int ndrv_filter_del(struct ndrv_ctx *ctx, u32 id)
{
	struct ndrv_dev *ndev = ctx->ndev;
	struct ndrv_filter *filter;

	lockdep_assert_held(&ndev->lock);
	filter = xa_erase(&ctx->filters, id);
	if (!filter)
		return -ENOENT;
	return filters_put_end(ndev, filter_put(ndev, filter));
}

/* The file goes. */
void ndrv_filter_drop_all(struct ndrv_ctx *ctx)
{
	struct ndrv_filter *filter;
	unsigned long id;
	int ret = 0;

	lockdep_assert_held(&ctx->ndev->lock);
	xa_for_each(&ctx->filters, id, filter) {
		xa_erase(&ctx->filters, id);
		ret = filter_put(ctx->ndev, filter) ?: ret;
	}
	filters_put_end(ctx->ndev, ret);
}

/*
 * After a reset, which has undone them. One that the card does not take again stays in its files'
 * hands, as lost; the next reset tries again.
 */
void ndrv_filter_restore(struct ndrv_dev *ndev)
{
	struct ndrv_filter *filter;
	int ret;

	lockdep_assert_held(&ndev->lock);
	list_for_each_entry(filter, &ndev->filters, node) {
		ret = ndev->gone ? -ENODEV :
				   ndev->hw.info->ops->filter_add(&ndev->hw, &filter->hw);
		filter->in_hw = !ret;
		ndrv_dev_check_gone(ndev);
		if (ret && !ndev->gone)
			dev_err(&ndev->pdev->dev, "ndrv%d: a filter of type %u is lost in the reset (%d)\n",
				ndev->minor, filter->hw.type, ret);
	}
}
