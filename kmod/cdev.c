// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ndrvN: open and release, and the one place where user memory enters: the ioctl table. What
 * the calls do is elsewhere. User memory is touched without any lock held (see ndrv.h).
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ndrv.h"

static void ctx_free(struct ndrv_ctx *ctx)
{
	if (ctx->status_page)
		put_page(ctx->status_page);
	if (ctx->dummy_page)
		put_page(ctx->dummy_page);
	if (ctx->counters_page)
		put_page(ctx->counters_page);
	xa_destroy(&ctx->filters);
	xa_destroy(&ctx->pools);
	kfree(ctx);
}

static struct ndrv_ctx *ctx_alloc(struct ndrv_dev *ndev, struct file *file)
{
	struct ndrv_ctx *ctx;

	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return NULL;
	ctx->ndev = ndev;
	ctx->mapping = file->f_mapping;
	ctx->uid = current_euid();
	ctx->pid = task_tgid_nr(current);
	get_task_comm(ctx->comm, current->group_leader);
	xa_init_flags(&ctx->pools, XA_FLAGS_ALLOC);
	init_waitqueue_head(&ctx->wait);
	INIT_LIST_HEAD(&ctx->vector_node);
	spin_lock_init(&ctx->uring_lock);
	xa_init_flags(&ctx->filters, XA_FLAGS_ALLOC);
	ndrv_event_init(&ctx->events);
	ctx->counters_page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	ctx->status_page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	ctx->dummy_page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!ctx->status_page || !ctx->dummy_page || !ctx->counters_page) {
		ctx_free(ctx);
		return NULL;
	}
	ctx->counters = page_address(ctx->counters_page);
	ctx->status = page_address(ctx->status_page);
	ctx->status_generation = 1;
	WRITE_ONCE(ctx->status->generation, 1);
	return ctx;
}

/* One function is one trust domain: whoever has a file open keeps other users out. */
static bool other_user(struct ndrv_dev *ndev, kuid_t uid)
{
	struct ndrv_ctx *ctx;

	lockdep_assert_held(&ndev->lock);
	list_for_each_entry(ctx, &ndev->ctxs, node)
		if (!uid_eq(ctx->uid, uid))
			return true;
	return false;
}

static int ndrv_open(struct inode *inode, struct file *file)
{
	struct ndrv_dev *ndev = container_of(inode->i_cdev, struct ndrv_dev, cdev);
	struct ndrv_ctx *ctx;
	int ret;

	ctx = ctx_alloc(ndev, file);
	if (!ctx)
		return -ENOMEM;
	ret = mutex_lock_interruptible(&ndev->lock) ? -ERESTARTSYS : 0;
	if (ret)
		goto err_free;
	ret = -ENODEV;
	if (ndev->gone)
		goto err_unlock;
	ret = -EBUSY;
	if (other_user(ndev, ctx->uid) && !capable(CAP_SYS_RAWIO)) {
		dev_info_ratelimited(&ndev->pdev->dev, "ndrv%d: uid %u refused, another user has it open; one user at a time unless CAP_SYS_RAWIO\n",
				     ndev->minor, from_kuid_munged(&init_user_ns, ctx->uid));
		goto err_unlock;
	}
	get_device(&ndev->dev);
	list_add_tail(&ctx->node, &ndev->ctxs);
	ndrv_link_publish(ctx);
	file->private_data = ctx;
	mutex_unlock(&ndev->lock);
	return stream_open(inode, file);

err_unlock:
	mutex_unlock(&ndev->lock);
err_free:
	ctx_free(ctx);
	return ret;
}

/*
 * The last reference is gone, so there are no VMAs, no ioctls and no pollers. Cannot fail, cannot
 * be interrupted, and takes back no memory before the hardware has let go of it.
 */
static int ndrv_release(struct inode *inode, struct file *file)
{
	struct ndrv_ctx *ctx = file->private_data;
	struct ndrv_dev *ndev = ctx->ndev;

	mutex_lock(&ndev->lock);
	/*
	 * 1. The hardware stops, acknowledged, or by a reset of the device, or it is gone. Queues
	 *    that this process enabled through its doorbell page stop too. No DMA for this pair.
	 */
	if (ndrv_ctx_running(ctx))
		ndrv_queue_stop(ctx);
	else
		ndrv_queue_sweep(ndev);

	/* 2. Nobody finds the context any more: no reset, no link change, no sysfs line. */
	list_del(&ctx->node);
	ndrv_rss_drop(ctx);
	ndrv_filter_drop_all(ctx);
	if (ndrv_rx_mode_apply(ndev) == -ETIMEDOUT)
		ndrv_dev_reset(ndev, "the receive mode does not get through");
	ndrv_dev_check_gone(ndev);

	/* 3. Its memory is unmapped for the device, and the IOMMU has forgotten it. */
	ndrv_pool_detach_all(ctx);
	ndrv_ctx_unmap_rings(ctx);
	if (!ndev->gone)
		ndrv_iommu_flush(ndev);

	/* 4. The number is free for others. */
	if (ctx->rx.entries || ctx->tx.entries)
		__clear_bit(ctx->q.queue, ndev->queues);
	mutex_unlock(&ndev->lock);

	/* 5. The pages go, to whoever gets them. */
	ndrv_ctx_free_pair(ctx);
	ctx_free(ctx);
	put_device(&ndev->dev);
	return 0;
}

static __poll_t ndrv_poll(struct file *file, poll_table *wait)
{
	struct ndrv_ctx *ctx = file->private_data;
	__poll_t mask;
	u32 state;

	poll_wait(file, &ctx->wait, wait);
	mask = ndrv_irq_poll(ctx);
	if (ndrv_event_pending(ctx))
		mask |= EPOLLPRI;
	state = READ_ONCE(ctx->state);
	if (state == NDRV_STATE_REVOKED || state == NDRV_STATE_GONE)
		mask |= EPOLLERR | EPOLLHUP;
	return mask;
}

static int ioctl_info(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_dev *ndev = ctx->ndev;
	const struct ndrv_hw_info *info = ndev->hw.info;
	struct ndrv_info *arg = data;

	if (arg->flags)
		return -EOPNOTSUPP;
	arg->out_abi = NDRV_ABI_VERSION;
	arg->out_desc_format = info->desc_format;
	arg->out_features = ndev->hw.features;
	arg->out_iommu = ndrv_iommu_type(ndev);
	arg->out_max_queues = ndev->hw.max_queues;
	arg->out_ring_min = info->ring_min;
	arg->out_ring_max = info->ring_max;
	arg->out_ring_align = info->ring_align;
	arg->out_rx_desc_size = info->rx_desc_size;
	arg->out_tx_desc_size = info->tx_desc_size;
	arg->out_rx_buf_align = info->rx_buf_align;
	arg->out_rx_buf_max = info->rx_buf_max;
	arg->out_max_frame = info->max_frame;
	arg->out_numa_node = dev_to_node(&ndev->pdev->dev);
	arg->out_pci_domain = pci_domain_nr(ndev->pdev->bus);
	arg->out_pci_bdf = pci_dev_id(ndev->pdev);
	arg->out_pci_vendor = ndev->pdev->vendor;
	arg->out_pci_device = ndev->pdev->device;
	memcpy(arg->out_mac, ndev->hw.mac, NDRV_ADDR_LEN);
	arg->out_pool_limit = ndev->pool_limit;
	arg->out_rss_queues = ndev->hw.rss_queues;
	arg->out_vectors = ndev->hw.vectors ? ndev->hw.vectors - 1 : 0;
	memset(arg->__reserved, 0, sizeof(arg->__reserved));
	return 0;
}

static int ioctl_queue_setup(struct ndrv_ctx *ctx, void *data)
{
	return ndrv_queue_setup(ctx, data);
}

static int ioctl_queue_start(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_queue_start *arg = data;

	return arg->flags ? -EOPNOTSUPP : ndrv_queue_start(ctx, arg);
}

static int ioctl_queue_stop(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_queue_stop *arg = data;

	return arg->flags ? -EOPNOTSUPP : ndrv_queue_stop(ctx);
}

static int ioctl_pool_detach(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_pool_detach *arg = data;

	if (arg->flags)
		return -EOPNOTSUPP;
	return arg->__reserved ? -EINVAL : ndrv_pool_detach(ctx, arg->pool);
}

static int ioctl_rx_mode(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_rx_mode *arg = data, old = {
		.flags = ctx->rx_mode,
		.max_frame_bytes = ctx->max_frame,
	};
	int ret;

	if (arg->flags & ~(NDRV_RX_MODE_PROMISC | NDRV_RX_MODE_ALLMULTI))
		return -EOPNOTSUPP;
	if (arg->__reserved)
		return -EINVAL;
	if (arg->max_frame_bytes && (arg->max_frame_bytes < 64 ||
				     arg->max_frame_bytes > ctx->ndev->hw.info->max_frame))
		return -ERANGE;
	ctx->rx_mode = arg->flags;
	ctx->max_frame = arg->max_frame_bytes;
	ret = ndrv_rx_mode_apply(ctx->ndev);
	if (ret) {
		ctx->rx_mode = old.flags;
		ctx->max_frame = old.max_frame_bytes;
	}
	if (ret == -ETIMEDOUT)
		ndrv_dev_reset(ctx->ndev, "the receive mode does not get through");
	return ctx->ndev->gone ? -ENODEV : ret;
}

static int ioctl_stats(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_dev *ndev = ctx->ndev;
	struct ndrv_stats *arg = data;

	if (arg->flags)
		return -EOPNOTSUPP;
	ndrv_stats_fold(ndev);
	arg->out_rx_packets = ndev->stats.rx_packets;
	arg->out_rx_bytes = ndev->stats.rx_bytes;
	arg->out_rx_missed = ndev->stats.rx_missed;
	arg->out_rx_no_desc = ndev->stats.rx_no_desc;
	arg->out_rx_errors = ndev->stats.rx_errors;
	arg->out_rx_broadcast = ndev->stats.rx_broadcast;
	arg->out_rx_multicast = ndev->stats.rx_multicast;
	arg->out_tx_packets = ndev->stats.tx_packets;
	arg->out_tx_bytes = ndev->stats.tx_bytes;
	arg->out_tx_broadcast = ndev->stats.tx_broadcast;
	arg->out_tx_multicast = ndev->stats.tx_multicast;
	arg->out_resets = ndev->resets;
	arg->out_link_changes = ndev->link_changes;
	return ndev->gone ? -ENODEV : 0;
}

static int ioctl_link(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_link *arg = data;
	int ret;

	if (arg->flags)
		return -EOPNOTSUPP;
	ret = ndrv_link_update(ctx->ndev);
	if (ret == -ECONNRESET)
		ret = ndrv_dev_reset_for(ctx->ndev, NDRV_REASON_LOST, "it lost all its settings");
	arg->out_up = ctx->ndev->link_up;
	arg->out_mbps = ctx->ndev->link_mbps;
	return ret;
}

static int ioctl_rss(struct ndrv_ctx *ctx, void *data)
{
	return ndrv_rss_set(ctx, data);
}

static int ioctl_queue_get(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_queue_get *arg = data;

	return arg->flags ? -EOPNOTSUPP : ndrv_queue_get(ctx, arg);
}

static int ioctl_filter_add(struct ndrv_ctx *ctx, void *data)
{
	return ndrv_filter_add(ctx, data);
}

static int ioctl_filter_del(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_filter_del *arg = data;

	if (arg->flags)
		return -EOPNOTSUPP;
	return arg->__reserved ? -EINVAL : ndrv_filter_del(ctx, arg->filter);
}

/* What a call may leave to do once the lock is dropped and user memory may be touched again. */
union ndrv_arg {
	u32 size;
	struct ndrv_info info;
	struct ndrv_queue_setup queue_setup;
	struct ndrv_queue_start queue_start;
	struct ndrv_queue_stop queue_stop;
	struct ndrv_doorbell doorbell;
	struct ndrv_pool_create pool_create;
	struct ndrv_pool_attach pool_attach;
	struct ndrv_pool_detach pool_detach;
	struct ndrv_rx_mode rx_mode;
	struct ndrv_stats stats;
	struct ndrv_link link;
	struct ndrv_rss rss;
	struct ndrv_arm arm;
	struct ndrv_queue_get queue_get;
	struct ndrv_filter_add filter_add;
	struct ndrv_filter_del filter_del;
};

static int locked_call(struct ndrv_ctx *ctx, int (*fn)(struct ndrv_ctx *ctx, void *arg), void *arg)
{
	struct ndrv_dev *ndev = ctx->ndev;
	int ret;

	ret = mutex_lock_interruptible(&ndev->lock);
	if (ret)
		return ret;
	ret = ndev->gone ? -ENODEV : fn(ctx, arg);
	mutex_unlock(&ndev->lock);
	return ret;
}

static int copy_out(void __user *uarg, const void *arg, u32 size)
{
	return copy_to_user(uarg, arg, size) ? -EFAULT : 0;
}

/* The descriptor number is reserved first and the file installed last: nothing to undo after it. */
static int call_pool_create(struct ndrv_ctx *ctx, union ndrv_arg *u, void __user *uarg, u32 size)
{
	struct ndrv_pool_create *arg = &u->pool_create;
	struct dma_buf *dmabuf;
	int fd, ret;

	if (arg->flags)
		return -EOPNOTSUPP;
	if (READ_ONCE(ctx->ndev->gone))
		return -ENODEV;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	ret = ndrv_pool_create(ctx, arg->len_bytes, &dmabuf, &arg->out_contig_bytes);
	if (ret)
		goto err_fd;
	arg->out_fd = fd;
	ret = copy_out(uarg, arg, size);
	if (ret)
		goto err_dmabuf;
	fd_install(fd, dmabuf->file);
	return 0;

err_dmabuf:
	dma_buf_put(dmabuf);
err_fd:
	put_unused_fd(fd);
	return ret;
}

struct attach_call {
	struct ndrv_pool_attach *arg;
	u64 *iovas;
};

static int attach_locked(struct ndrv_ctx *ctx, void *data)
{
	struct attach_call *call = data;

	return ndrv_pool_attach(ctx, call->arg, &call->iovas);
}

static int call_pool_attach(struct ndrv_ctx *ctx, union ndrv_arg *u, void __user *uarg, u32 size)
{
	struct ndrv_pool_attach *arg = &u->pool_attach;
	struct attach_call call = { .arg = arg };
	struct ndrv_pool_attach __user *uattach = uarg;
	int ret;

	if (arg->flags)
		return -EOPNOTSUPP;
	ret = locked_call(ctx, attach_locked, &call);
	if (ret == -ENOSPC)
		return put_user(arg->nr_iovas, &uattach->nr_iovas) ? -EFAULT : ret;
	if (ret)
		return ret;
	if (copy_to_user(u64_to_user_ptr(arg->iovas_ptr), call.iovas,
			 array_size(arg->nr_iovas, sizeof(u64))))
		ret = -EFAULT;
	if (!ret)
		ret = copy_out(uarg, arg, size);
	kvfree(call.iovas);
	/* Nobody learned the number: take it back, unless another thread guessed it already. */
	if (ret) {
		mutex_lock(&ctx->ndev->lock);
		ndrv_pool_unattach(ctx, arg->out_pool);
		mutex_unlock(&ctx->ndev->lock);
	}
	return ret;
}

/*
 * What a call has given, but the caller could not be told of: it is taken back, unless another
 * thread of the caller went on with it meanwhile.
 */
static void undo_queue_setup(struct ndrv_ctx *ctx, void *data)
{
	ndrv_queue_unset(ctx);
}

static void undo_queue_start(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_queue_start *arg = data;

	if (ndrv_ctx_running(ctx) && ctx->status_generation == arg->out_generation)
		ndrv_queue_stop(ctx);
}

static void undo_filter_add(struct ndrv_ctx *ctx, void *data)
{
	struct ndrv_filter_add *arg = data;

	ndrv_filter_del(ctx, arg->out_filter);
}

struct ndrv_ioctl {
	unsigned int cmd;
	u32 size;
	u32 min_size;
	/* Exactly one of these; the first runs with the lock, and its argument is copied back. */
	int (*locked)(struct ndrv_ctx *ctx, void *arg);
	int (*call)(struct ndrv_ctx *ctx, union ndrv_arg *arg, void __user *uarg, u32 size);
	/* There is nothing in the argument that @locked has written: not copied back. */
	bool in_only;
	/* After @locked, if its argument cannot be copied back, where that matters; with the lock. */
	void (*undo)(struct ndrv_ctx *ctx, void *arg);
};

/* @last: the last member of the first published version */
#define ROW(cmd_, type, last, how, fn) ROW_AS(cmd_, type, last, how, fn, .undo = NULL)
#define ROW_IN(cmd_, type, last, fn) ROW_AS(cmd_, type, last, locked, fn, .in_only = true)
#define ROW_UNDO(cmd_, type, last, fn, undo_fn) \
	ROW_AS(cmd_, type, last, locked, fn, .undo = (undo_fn))
#define ROW_AS(cmd_, type, last, how, fn, more) \
	[_IOC_NR(cmd_)] = { \
		.cmd = (cmd_), \
		.size = sizeof(type) + \
			BUILD_BUG_ON_ZERO(offsetof(type, size)) + \
			BUILD_BUG_ON_ZERO(sizeof(type) % 4) + \
			BUILD_BUG_ON_ZERO(sizeof(union ndrv_arg) < sizeof(type)), \
		.min_size = offsetofend(type, last), \
		.how = (fn), \
		more, \
	}

static int call_doorbell(struct ndrv_ctx *ctx, union ndrv_arg *u, void __user *uarg, u32 size)
{
	return ndrv_queue_doorbell(ctx, &u->doorbell, false);
}

static int call_arm(struct ndrv_ctx *ctx, union ndrv_arg *u, void __user *uarg, u32 size)
{
	return ndrv_irq_arm(ctx, u->arm.flags, NULL);
}

static const struct ndrv_ioctl ndrv_ioctls[] = {
	ROW(NDRV_INFO, struct ndrv_info, __reserved, locked, ioctl_info),
	ROW_UNDO(NDRV_QUEUE_SETUP, struct ndrv_queue_setup, __reserved, ioctl_queue_setup,
		 undo_queue_setup),
	ROW_UNDO(NDRV_QUEUE_START, struct ndrv_queue_start, out_generation, ioctl_queue_start,
		 undo_queue_start),
	ROW_IN(NDRV_QUEUE_STOP, struct ndrv_queue_stop, flags, ioctl_queue_stop),
	ROW(NDRV_DOORBELL, struct ndrv_doorbell, tx_tail, call, call_doorbell),
	ROW(NDRV_POOL_CREATE, struct ndrv_pool_create, out_contig_bytes, call, call_pool_create),
	ROW(NDRV_POOL_ATTACH, struct ndrv_pool_attach, out_pool, call, call_pool_attach),
	ROW_IN(NDRV_POOL_DETACH, struct ndrv_pool_detach, __reserved, ioctl_pool_detach),
	ROW_IN(NDRV_RX_MODE, struct ndrv_rx_mode, __reserved, ioctl_rx_mode),
	ROW(NDRV_STATS, struct ndrv_stats, out_link_changes, locked, ioctl_stats),
	ROW(NDRV_LINK, struct ndrv_link, out_mbps, locked, ioctl_link),
	ROW_IN(NDRV_RSS, struct ndrv_rss, table, ioctl_rss),
	ROW(NDRV_ARM, struct ndrv_arm, flags, call, call_arm),
	ROW(NDRV_QUEUE_GET, struct ndrv_queue_get, out_tx_bytes, locked, ioctl_queue_get),
	ROW_UNDO(NDRV_FILTER_ADD, struct ndrv_filter_add, __reserved, ioctl_filter_add,
		 undo_filter_add),
	ROW_IN(NDRV_FILTER_DEL, struct ndrv_filter_del, __reserved, ioctl_filter_del),
};

static int copy_back(struct ndrv_ctx *ctx, const struct ndrv_ioctl *op, union ndrv_arg *arg,
		     void __user *uarg, u32 size)
{
	int ret = copy_out(uarg, arg, size);

	if (ret && op->undo) {
		mutex_lock(&ctx->ndev->lock);
		op->undo(ctx, arg);
		mutex_unlock(&ctx->ndev->lock);
	}
	return ret;
}

static long ndrv_ioctl(struct file *file, unsigned int cmd, unsigned long ptr)
{
	struct ndrv_ctx *ctx = file->private_data;
	void __user *uarg = (void __user *)ptr;
	const struct ndrv_ioctl *op;
	union ndrv_arg arg = {};
	u32 size;
	int ret;

	if (_IOC_NR(cmd) >= ARRAY_SIZE(ndrv_ioctls))
		return -ENOTTY;
	op = &ndrv_ioctls[_IOC_NR(cmd)];
	if (op->cmd != cmd)
		return -ENOTTY;

	if (get_user(size, (u32 __user *)uarg))
		return -EFAULT;
	if (size < op->min_size)
		return -EINVAL;
	ret = copy_struct_from_user(&arg, op->size, uarg, size);
	if (ret)
		return ret;
	/* The size was read twice; only the first reading counts. */
	arg.size = size;
	size = min(size, op->size);

	if (op->call) {
		ret = op->call(ctx, &arg, uarg, size);
	} else {
		ret = locked_call(ctx, op->locked, &arg);
		if (!ret && !op->in_only)
			ret = copy_back(ctx, op, &arg, uarg, size);
	}
	/*
	 * Nothing was done: the kernel may call again. What interrupts is not always a signal: io_uring
	 * calls its tasks in the same way, and no process would understand an EINTR for that.
	 */
	return ret == -EINTR ? -ERESTARTSYS : ret;
}

const struct file_operations ndrv_fops = {
	.owner = THIS_MODULE,
	.open = ndrv_open,
	.release = ndrv_release,
	.read = ndrv_event_read,
	.mmap = ndrv_mmap,
	.poll = ndrv_poll,
	.unlocked_ioctl = ndrv_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = ndrv_show_fdinfo,
	.uring_cmd = ndrv_uring_cmd,
	NDRV_NO_LLSEEK
};
