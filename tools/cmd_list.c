/* SPDX-License-Identifier: GPL-2.0-only */
/* ndrv list: the cards that ndrv can drive. Needs no rights. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "common.h"
#include "sysfs.h"

static const struct tool_usage usage = {
	.head = "Usage: ndrv list [--json]\n"
		"Show the network cards that ndrv can drive, who drives them now, and as what.\n\n",
	.common = TOOL_OPT_JSON,
	.tail = "",
};

static int add_json(const struct pci_dev *dev, void *arg)
{
	json_t *list = arg, *ifaces = json_array();
	unsigned int i;

	if (!dev->model && !dev->ndrv[0]) {
		json_decref(ifaces);
		return 0;
	}
	for (i = 0; i < dev->nr_ifaces; i++)
		json_array_append_new(ifaces, json_string(dev->ifaces[i]));
	json_array_append_new(list,
		json_pack("{s:s, s:s, s:s?, s:s?, s:o, s:i, s:s, s:i, s:i}", "pci", dev->addr, "model",
			  dev->model ? dev->model->name : "unknown", "driver",
			  dev->driver[0] ? dev->driver : NULL, "ndrv",
			  dev->ndrv[0] ? dev->ndrv : NULL, "interfaces", ifaces, "iommu_group",
			  dev->iommu_group, "iommu", dev->iommu_group < 0 ? "none" :
			  dev->iommu_type, "iommu_group_others", dev->group_others, "numa_node",
			  dev->numa_node));
	return 0;
}

static int print_line(const struct pci_dev *dev, void *arg)
{
	unsigned int *lines = arg;
	char group[64] = "none";

	if (!dev->model && !dev->ndrv[0])
		return 0;
	if (!(*lines)++)
		printf("%-13s %-22s %-10s %-12s %s\n", "PCI", "MODEL", "DRIVER", "NAME",
		       "IOMMU GROUP");
	if (dev->iommu_group >= 0)
		snprintf(group, sizeof(group), "%d, %s%s", dev->iommu_group, dev->iommu_type,
			 dev->group_others ? ", shared" : "");
	printf("%-13s %-22s %-10s %-12s %s\n", dev->addr,
	       dev->model ? dev->model->name : "unknown", dev->driver[0] ? dev->driver : "-",
	       dev->ndrv[0] ? dev->ndrv : dev->nr_ifaces ? dev->ifaces[0] : "-", group);
	return 0;
}

int cmd_list(int argc, char **argv)
{
	struct tool_common common = { 0 };
	unsigned int lines = 0;
	json_t *list;

	tool_options(argc, argv, &usage, &common);
	if (optind != argc)
		tool_die_usage("no argument is needed");

	if (common.json) {
		list = json_array();
		pci_for_each(add_json, list);
		json_dumpf(list, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(list);
		return EXIT_SUCCESS;
	}
	pci_for_each(print_line, &lines);
	if (!lines)
		printf("No card that ndrv can drive.\n");
	return EXIT_SUCCESS;
}
