// SPDX-License-Identifier: GPL-2.0-only
/*
 * What people and scripts see: /sys/class/ndrv/ndrvN, one value a file but for two tables, "queues"
 * with a line per open file and "filters" with a line per filter; and what /proc/PID/fdinfo says of
 * an open file. Nothing can be written.
 *
 * The counters page is user space's. It is shown as it is, and nothing depends on it.
 */
#include <linux/seq_buf.h>
#include <linux/slab.h>
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

static ssize_t max_queues_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_ndev(dev)->hw.max_queues);
}
static DEVICE_ATTR_RO(max_queues);

/* As out_vectors of NDRV_INFO: without the one that is for everything but queues. */
static ssize_t vectors_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u32 vectors = to_ndev(dev)->hw.vectors;

	return sysfs_emit(buf, "%u\n", vectors ? vectors - 1 : 0);
}
static DEVICE_ATTR_RO(vectors);

/* The NDRV_FEAT_* bits that this card has, by name, in their order. */
static ssize_t features_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char * const names[] = {
		"rx-csum", "rx-hash", "rx-vlan", "tx-csum", "tx-tso", "tx-vlan", "wait",
		"filter-mac", "filter-mac-queue", "filter-vlan", "filter-ethertype",
		"filter-tuple", "queue-stats", "uring-wait",
	};
	u32 features = to_ndev(dev)->hw.features, i;
	ssize_t len = 0;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (features & BIT(i))
			len += sysfs_emit_at(buf, len, "%s%s", len ? " " : "", names[i]);
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(features);

static const char * const state_names[] = {
	[NDRV_STATE_IDLE] = "idle", [NDRV_STATE_READY] = "ready",
	[NDRV_STATE_RUNNING] = "running", [NDRV_STATE_REVOKED] = "revoked",
	[NDRV_STATE_GONE] = "gone",
};

/* Also of a device that is gone. */
static bool has_pair(const struct ndrv_ctx *ctx)
{
	return ctx->rx.entries || ctx->tx.entries;
}

/* ---- tables: binary files, because a page does not hold all lines -------------------------------- */

#define TABLE_LINE	256

/* One file; the columns are those of the man page ndrv-sysfs(7). comm is last: it may hold spaces. */
static void queue_line(struct seq_buf *s, struct ndrv_ctx *ctx)
{
	const struct ndrv_counters *c = ctx->counters;

	if (!has_pair(ctx))
		seq_buf_printf(s, "-");
	else
		seq_buf_printf(s, "%u", ctx->q.queue);
	seq_buf_printf(s, " %s %u %u %s %llu %u %d", state_names[ctx->state], ctx->q.rx_entries,
		       ctx->q.tx_entries, ctx->kernel_doorbell ? "kernel" : "mapped",
		       ctx->status_generation, from_kuid_munged(&init_user_ns, ctx->uid),
		       ctx->pid);
	seq_buf_printf(s, " %llu %llu %llu %llu %s\n", READ_ONCE(ctx->interrupts),
		       READ_ONCE(c->rx_packets), READ_ONCE(c->tx_packets), READ_ONCE(c->sleeps),
		       ctx->comm);
}

static void queues_table(struct ndrv_dev *ndev, struct seq_buf *s)
{
	struct ndrv_ctx *ctx;

	list_for_each_entry(ctx, &ndev->ctxs, node)
		queue_line(s, ctx);
}

static void tuple_text(struct seq_buf *s, const struct ndrv_hw_filter *f)
{
	if (f->fields & NDRV_FILTER_F_PROTO)
		seq_buf_printf(s, " proto=%u", f->proto);
	if (f->fields & NDRV_FILTER_F_SRC_IP)
		seq_buf_printf(s, " src=%pI4", &f->src_ip);
	if (f->fields & NDRV_FILTER_F_DST_IP)
		seq_buf_printf(s, " dst=%pI4", &f->dst_ip);
	if (f->fields & NDRV_FILTER_F_SRC_PORT)
		seq_buf_printf(s, " sport=%u", be16_to_cpu(f->src_port));
	if (f->fields & NDRV_FILTER_F_DST_PORT)
		seq_buf_printf(s, " dport=%u", be16_to_cpu(f->dst_port));
}

/* type queue files state match, the oldest first */
static void filters_table(struct ndrv_dev *ndev, struct seq_buf *s)
{
	static const char * const types[] = {
		[NDRV_FILTER_MAC] = "mac", [NDRV_FILTER_VLAN] = "vlan",
		[NDRV_FILTER_ETHERTYPE] = "ethertype", [NDRV_FILTER_TUPLE] = "tuple",
	};
	const struct ndrv_filter *filter;

	list_for_each_entry(filter, &ndev->filters, node) {
		const struct ndrv_hw_filter *f = &filter->hw;

		seq_buf_printf(s, "%s ", types[f->type]);
		if (f->queue == NDRV_QUEUE_ANY)
			seq_buf_printf(s, "-");
		else
			seq_buf_printf(s, "%u", f->queue);
		seq_buf_printf(s, " %u %s", filter->users, filter->in_hw ? "set" : "lost");
		if (f->type == NDRV_FILTER_MAC)
			seq_buf_printf(s, " %pM", f->mac);
		else if (f->type == NDRV_FILTER_VLAN)
			seq_buf_printf(s, " %u", f->vlan);
		else if (f->type == NDRV_FILTER_ETHERTYPE)
			seq_buf_printf(s, " 0x%04x", f->ethertype);
		else
			tuple_text(s, f);
		seq_buf_printf(s, "\n");
	}
}

/* The part of a table that was asked for. Every call makes it anew, so a long one may shift. */
static ssize_t table_read(struct kobject *kobj, char *buf, loff_t pos, size_t count,
			  void (*fill)(struct ndrv_dev *ndev, struct seq_buf *s), bool filters)
{
	struct ndrv_dev *ndev = to_ndev(kobj_to_dev(kobj));
	struct list_head *at;
	struct seq_buf s;
	size_t lines = 1;
	ssize_t ret;
	char *text;

	mutex_lock(&ndev->lock);
	list_for_each(at, filters ? &ndev->filters : &ndev->ctxs)
		lines++;
	text = kvmalloc_array(lines, TABLE_LINE, GFP_KERNEL);
	if (text) {
		seq_buf_init(&s, text, lines * TABLE_LINE);
		fill(ndev, &s);
	}
	mutex_unlock(&ndev->lock);
	if (!text)
		return -ENOMEM;
	ret = memory_read_from_buffer(buf, count, &pos, text, seq_buf_used(&s));
	kvfree(text);
	return ret;
}

static ssize_t queues_read(struct file *file, struct kobject *kobj, ndrv_bin_attribute *attr,
			   char *buf, loff_t pos, size_t count)
{
	return table_read(kobj, buf, pos, count, queues_table, false);
}
static ndrv_bin_attribute bin_attr_queues = __BIN_ATTR_RO(queues, 0);

static ssize_t filters_read(struct file *file, struct kobject *kobj, ndrv_bin_attribute *attr,
			    char *buf, loff_t pos, size_t count)
{
	return table_read(kobj, buf, pos, count, filters_table, true);
}
static ndrv_bin_attribute bin_attr_filters = __BIN_ATTR_RO(filters, 0);

static ndrv_bin_attribute *ndrv_bin_attrs[] = {
	&bin_attr_queues,
	&bin_attr_filters,
	NULL
};

static struct attribute *ndrv_attrs[] = {
	&dev_attr_iommu.attr,
	&dev_attr_desc_format.attr,
	&dev_attr_mac.attr,
	&dev_attr_link.attr,
	&dev_attr_speed_mbps.attr,
	&dev_attr_owner.attr,
	&dev_attr_max_queues.attr,
	&dev_attr_vectors.attr,
	&dev_attr_features.attr,
	NULL
};

static const struct attribute_group ndrv_group = {
	.attrs = ndrv_attrs,
	.bin_attrs = ndrv_bin_attrs,
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

/* ---- /proc/PID/fdinfo/FD: "key:\tvalue" a line, see ndrv-sysfs(7) --------------------------------- */

static void fdinfo_counters(struct seq_file *m, const struct ndrv_counters *c)
{
	seq_printf(m, "rx_packets:\t%llu\n", READ_ONCE(c->rx_packets));
	seq_printf(m, "rx_bytes:\t%llu\n", READ_ONCE(c->rx_bytes));
	seq_printf(m, "rx_errors:\t%llu\n", READ_ONCE(c->rx_errors));
	seq_printf(m, "tx_packets:\t%llu\n", READ_ONCE(c->tx_packets));
	seq_printf(m, "tx_bytes:\t%llu\n", READ_ONCE(c->tx_bytes));
	seq_printf(m, "sleeps:\t%llu\n", READ_ONCE(c->sleeps));
}

/* Only where the card counts for this pair: a 0 that nobody counted would be a lie. */
static void fdinfo_hw_counters(struct seq_file *m, const struct ndrv_hw_queue_stats *stats)
{
	seq_printf(m, "hw_rx_packets:\t%llu\n", stats->rx_packets);
	seq_printf(m, "hw_rx_bytes:\t%llu\n", stats->rx_bytes);
	seq_printf(m, "hw_rx_no_desc:\t%llu\n", stats->rx_no_desc);
	seq_printf(m, "hw_tx_packets:\t%llu\n", stats->tx_packets);
	seq_printf(m, "hw_tx_bytes:\t%llu\n", stats->tx_bytes);
}

void ndrv_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct ndrv_ctx *ctx = file->private_data;
	struct ndrv_dev *ndev = ctx->ndev;

	mutex_lock(&ndev->lock);
	ndrv_queue_stats_fold(ctx);
	seq_printf(m, "ndrv_device:\tndrv%d\n", ndev->minor);
	if (!has_pair(ctx))
		seq_puts(m, "queue:\t-\n");
	else
		seq_printf(m, "queue:\t%u\n", ctx->q.queue);
	seq_printf(m, "state:\t%s\n", state_names[ctx->state]);
	seq_printf(m, "pid:\t%d\n", ctx->pid);
	seq_printf(m, "rx_entries:\t%u\n", ctx->rx.entries);
	seq_printf(m, "tx_entries:\t%u\n", ctx->tx.entries);
	seq_printf(m, "doorbell:\t%s\n", ctx->kernel_doorbell ? "kernel" : "mapped");
	seq_printf(m, "generation:\t%llu\n", ctx->status_generation);
	seq_printf(m, "interrupts:\t%llu\n", READ_ONCE(ctx->interrupts));
	seq_printf(m, "events_pending:\t%u\n", ndrv_event_pending(ctx));
	seq_printf(m, "events_lost:\t%llu\n", ndrv_event_lost(ctx));
	fdinfo_counters(m, ctx->counters);
	if (ctx->counted)
		fdinfo_hw_counters(m, &ctx->queue_stats);
	mutex_unlock(&ndev->lock);
}
