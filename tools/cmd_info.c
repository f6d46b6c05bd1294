/* SPDX-License-Identifier: GPL-2.0-only */
/* ndrv info: what a device is and can do, and its link. Opens the device without a queue. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "common.h"
#include "sysfs.h"

static const struct tool_usage usage = {
	.head = "Usage: ndrv info [--json] DEVICE\n"
		"Show what a device is and can do, and its link. DEVICE is ndrvN or a PCI address.\n\n",
	.common = TOOL_OPT_JSON,
	.tail = "",
};

static const char *const formats[] = { "unknown", "ixgbe", "ice", "igb" };
static const char *const iommus[] = { "none", "identity", "DMA", "DMA-FQ" };
/* As /sys/class/ndrv/ndrvN/features has them. */
static const char *const features[] = {
	"rx-csum", "rx-hash", "rx-vlan", "tx-csum", "tx-tso", "tx-vlan", "wait", "filter-mac",
	"filter-mac-queue", "filter-vlan", "filter-ethertype", "filter-tuple", "queue-stats", "uring-wait",
};

/* libndrv's rings are powers of two. */
static uint32_t largest_ring(const struct ndrv_info *i)
{
	uint32_t n = i->out_ring_align;

	while (n && 2 * n <= i->out_ring_max)
		n *= 2;
	return n;
}

/* An E810 without a parser package. Its driver found none in the firmware folder; the kernel log says. */
static bool safe_mode(const struct ndrv_info *i)
{
	return i->out_desc_format == NDRV_DESC_ICE && !i->out_rss_queues;
}

static const char *model_name(const struct ndrv_info *i)
{
	const struct model *model = pci_model(i->out_pci_vendor, i->out_pci_device);

	return model ? model->name : "unknown model";
}

#define NAME_OF(names, i) ((i) < sizeof(names) / sizeof((names)[0]) ? (names)[i] : "unknown")
#define NR_FEATURES (sizeof(features) / sizeof(features[0]))

static void print_json(const struct ndrv_info *i, const struct ndrv_link *l, const char *pci,
		       const char *mac)
{
	json_t *names = json_array(), *root;
	unsigned int b;
	char id[10];

	snprintf(id, sizeof(id), "%04x:%04x", i->out_pci_vendor, i->out_pci_device);
	for (b = 0; b < NR_FEATURES; b++)
		if (i->out_features & 1u << b)
			json_array_append_new(names, json_string(features[b]));
	root = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:i, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i,"
			 " s:I, s:o, s:i, s:i}",
			 "pci", pci, "id", id, "model", model_name(i), "mac", mac, "descriptors",
			 NAME_OF(formats, i->out_desc_format), "safe_mode", safe_mode(i), "link_up",
			 l->out_up, "link_mbps", l->out_mbps, "iommu", NAME_OF(iommus, i->out_iommu),
			 "queues", i->out_max_queues, "rss_queues", i->out_rss_queues, "ring_min", i->out_ring_min, "ring_max",
			 i->out_ring_max, "ring_align", i->out_ring_align, "rx_buf_align",
			 i->out_rx_buf_align, "rx_buf_max", i->out_rx_buf_max, "max_frame",
			 i->out_max_frame, "pool_limit", (json_int_t)i->out_pool_limit, "features",
			 names, "numa_node", i->out_numa_node, "vectors", i->out_vectors);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static void print_text(const struct ndrv_info *i, const struct ndrv_link *l, const char *pci,
		       const char *mac)
{
	unsigned int b;

	printf("device        %s, %s (%04x:%04x)\n", pci, model_name(i), i->out_pci_vendor,
	       i->out_pci_device);
	printf("address       %s\n", mac);
	if (l->out_up)
		printf("link          up, %u Mbit/s\n", l->out_mbps);
	else
		printf("link          down\n");
	printf("IOMMU         %s\n", NAME_OF(iommus, i->out_iommu));
	if (i->out_numa_node >= 0)
		printf("NUMA node     %d\n", i->out_numa_node);
	printf("queue pairs   %u, descriptors of format %s\n", i->out_max_queues,
	       NAME_OF(formats, i->out_desc_format));
	if (i->out_rss_queues)
		printf("RSS           over %u of them\n", i->out_rss_queues);
	if (i->out_vectors)
		printf("interrupts    %u, shared by the queue pairs\n", i->out_vectors);
	else
		printf("interrupts    none: programs look all the time (the kernel log says why)\n");
	if (safe_mode(i))
		printf("safe mode     no parser package (DDP): received frames all go to queue 0, unhashed\n");
	printf("ring          %u to %u descriptors, a multiple of %u", i->out_ring_min,
	       i->out_ring_max, i->out_ring_align);
	if (largest_ring(i) != i->out_ring_max)
		printf(" (%u through libndrv)", largest_ring(i));
	putchar('\n');
	printf("rx buffer     up to %u bytes, a multiple of %u\n", i->out_rx_buf_max,
	       i->out_rx_buf_align);
	printf("frame         up to %u bytes without FCS\n", i->out_max_frame);
	printf("pools         up to %llu MiB\n", (unsigned long long)i->out_pool_limit >> 20);
	printf("features     ");
	for (b = 0; b < NR_FEATURES; b++)
		if (i->out_features & 1u << b)
			printf(" %s", features[b]);
	putchar('\n');
}

int cmd_info(int argc, char **argv)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_NO_QUEUE };
	char pci[32], mac[18];
	struct ndrv_queue *q;
	struct ndrv_info i;
	struct ndrv_link l;
	struct tool_common common = { 0 };
	int ret;

	tool_options(argc, argv, &usage, &common);
	if (argc - optind != 1)
		tool_die_usage("one device is needed (see: ndrv list)");
	q = tool_open(argv[optind], &opts);
	ret = ndrv_queue_info(q, &i);
	if (!ret)
		ret = ndrv_queue_link(q, &l);
	if (ret)
		tool_die("%s: %s", argv[optind], ndrv_strerror(ret));
	snprintf(pci, sizeof(pci), "%04x:%02x:%02x.%x", i.out_pci_domain, i.out_pci_bdf >> 8,
		 i.out_pci_bdf >> 3 & 31, i.out_pci_bdf & 7);
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", i.out_mac[0], i.out_mac[1],
		 i.out_mac[2], i.out_mac[3], i.out_mac[4], i.out_mac[5]);
	if (common.json)
		print_json(&i, &l, pci, mac);
	else
		print_text(&i, &l, pci, mac);
	ndrv_queue_close(q);
	return EXIT_SUCCESS;
}
