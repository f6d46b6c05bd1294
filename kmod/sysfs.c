// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/ndrv/ndrvN: for people and scripts, one value a file; "queues" is a table with a line
 * per open file. Nothing can be written.
 */
#include <linux/sysfs.h>
#include <linux/user_namespace.h>

#include "ndrv.h"

static struct ndrv_dev *to_ndev(struct device *dev)
{
	return container_of(dev, struct ndrv_dev, dev);
}

static ssize_t iommu_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char * const names[] = {
		[NDRV_IOMMU_NONE] = "none", [NDRV_IOMMU_IDENTITY] = "identity",
		[NDRV_IOMMU_DMA] = "DMA", [NDRV_IOMMU_DMA_FQ] = "DMA-FQ",
	};

	return sysfs_emit(buf, "%s\n", names[ndrv_iommu_type(to_ndev(dev))]);
}
static DEVICE_ATTR_RO(iommu);

static ssize_t desc_format_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_ndev(dev)->hw.info->desc_format);
}
static DEVICE_ATTR_RO(desc_format);

static ssize_t mac_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%pM\n", to_ndev(dev)->hw.mac);
}
static DEVICE_ATTR_RO(mac);

static ssize_t link_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", READ_ONCE(to_ndev(dev)->link_up) ? "up" : "down");
}
static DEVICE_ATTR_RO(link);

static ssize_t speed_mbps_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_ndev(dev)->link_mbps));
}
static DEVICE_ATTR_RO(speed_mbps);

/* The user whose device this is at the moment; empty while no file is open. */
static ssize_t owner_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct ndrv_dev *ndev = to_ndev(dev);
	struct ndrv_ctx *ctx;
	ssize_t len = 0;

	mutex_lock(&ndev->lock);
	ctx = list_first_entry_or_null(&ndev->ctxs, struct ndrv_ctx, node);
	if (ctx)
		len = sysfs_emit(buf, "%u\n", from_kuid_munged(&init_user_ns, ctx->uid));
	mutex_unlock(&ndev->lock);
	return len;
}
static DEVICE_ATTR_RO(owner);

/* queue state rx_entries tx_entries doorbell generation uid pid comm */
static ssize_t queues_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char * const states[] = {
		[NDRV_STATE_IDLE] = "idle", [NDRV_STATE_READY] = "ready",
		[NDRV_STATE_RUNNING] = "running", [NDRV_STATE_REVOKED] = "revoked",
		[NDRV_STATE_GONE] = "gone",
	};
	struct ndrv_dev *ndev = to_ndev(dev);
	struct ndrv_ctx *ctx;
	ssize_t len = 0;

	mutex_lock(&ndev->lock);
	list_for_each_entry(ctx, &ndev->ctxs, node) {
		if (ctx->state == NDRV_STATE_IDLE)
			len += sysfs_emit_at(buf, len, "- ");
		else
			len += sysfs_emit_at(buf, len, "%u ", ctx->q.queue);
		len += sysfs_emit_at(buf, len, "%s %u %u %s %llu %u %d %s\n", states[ctx->state],
				     ctx->q.rx_entries, ctx->q.tx_entries,
				     ctx->kernel_doorbell ? "kernel" : "mapped",
				     ctx->status_generation,
				     from_kuid_munged(&init_user_ns, ctx->uid), ctx->pid,
				     ctx->comm);
	}
	mutex_unlock(&ndev->lock);
	return len;
}
static DEVICE_ATTR_RO(queues);

static struct attribute *ndrv_attrs[] = {
	&dev_attr_iommu.attr,
	&dev_attr_desc_format.attr,
	&dev_attr_mac.attr,
	&dev_attr_link.attr,
	&dev_attr_speed_mbps.attr,
	&dev_attr_owner.attr,
	&dev_attr_queues.attr,
	NULL
};

static const struct attribute_group ndrv_group = {
	.attrs = ndrv_attrs,
};

/* stats/NAME: the counters of NDRV_STATS, one each */
static ssize_t stat_emit(struct device *dev, char *buf, const u64 *value)
{
	struct ndrv_dev *ndev = to_ndev(dev);
	u64 v;

	mutex_lock(&ndev->lock);
	ndrv_stats_fold(ndev);
	v = *value;
	mutex_unlock(&ndev->lock);
	return sysfs_emit(buf, "%llu\n", v);
}

#define NDRV_STAT(name, field) \
static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *buf) \
{ \
	return stat_emit(dev, buf, &to_ndev(dev)->field); \
} \
static DEVICE_ATTR_RO(name)

NDRV_STAT(rx_packets, stats.rx_packets);
NDRV_STAT(rx_bytes, stats.rx_bytes);
NDRV_STAT(rx_missed, stats.rx_missed);
NDRV_STAT(rx_no_desc, stats.rx_no_desc);
NDRV_STAT(rx_errors, stats.rx_errors);
NDRV_STAT(rx_broadcast, stats.rx_broadcast);
NDRV_STAT(rx_multicast, stats.rx_multicast);
NDRV_STAT(tx_packets, stats.tx_packets);
NDRV_STAT(tx_bytes, stats.tx_bytes);
NDRV_STAT(tx_broadcast, stats.tx_broadcast);
NDRV_STAT(tx_multicast, stats.tx_multicast);
NDRV_STAT(resets, resets);
NDRV_STAT(link_changes, link_changes);

static struct attribute *ndrv_stats_attrs[] = {
	&dev_attr_rx_packets.attr, &dev_attr_rx_bytes.attr, &dev_attr_rx_missed.attr,
	&dev_attr_rx_no_desc.attr, &dev_attr_rx_errors.attr, &dev_attr_rx_broadcast.attr,
	&dev_attr_rx_multicast.attr, &dev_attr_tx_packets.attr, &dev_attr_tx_bytes.attr,
	&dev_attr_tx_broadcast.attr, &dev_attr_tx_multicast.attr, &dev_attr_resets.attr,
	&dev_attr_link_changes.attr,
	NULL
};

static const struct attribute_group ndrv_stats_group = {
	.name = "stats",
	.attrs = ndrv_stats_attrs,
};

const struct attribute_group *ndrv_groups[] = {
	&ndrv_group,
	&ndrv_stats_group,
	NULL
};
