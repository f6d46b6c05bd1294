/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv bind, ndrv unbind: give a card to ndrv and back. Owns the policy: what is refused, what is only
 * warned of, and that a failed bind leaves the card with the driver it had.
 */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "common.h"
#include "inuse.h"
#include "sysfs.h"

static bool force;
static const char *group, *to;

static void set_group(const char *option, const char *text)
{
	(void)option;
	group = text;
}

static void set_to(const char *option, const char *text)
{
	(void)option;
	to = text;
}

static const struct tool_option bind_options[] = {
	{ 'f', "force", NULL, "also if somebody depends on the interface", NULL, &force },
	{ 'g', "group", "GROUP", "let GROUP use the device\n(else a udev rule does: group ndrv)", set_group, NULL },
	{ 0 }
};

static const struct tool_usage bind_usage = {
	.head = "Usage: ndrv bind [OPTION]... DEVICE...\n"
		"Take cards from their drivers and give them to ndrv. DEVICE is a PCI address or an\n"
		"interface.\n\n",
	.options = bind_options,
	.tail = "\nRefused without --force: an interface that is part of a bond, bridge or VLAN, that is up\n"
		"and has an address or a route, or that is in another network namespace; a card with\n"
		"virtual functions.\n"
		"Exit status: 0 done, 1 failed or refused, 2 wrong usage, 3 bound to ndrv already.\n",
};

static const struct tool_option unbind_options[] = {
	{ 0, "to", "DRIVER", "give them to DRIVER instead", set_to, NULL },
	{ 0 }
};

static const struct tool_usage unbind_usage = {
	.head = "Usage: ndrv unbind [OPTION]... DEVICE...\n"
		"Give cards back to the kernel's own driver. DEVICE is ndrvN or a PCI address. Programs\n"
		"that have the device open get errors from then on.\n\n",
	.options = unbind_options,
	.tail = "\nExit status: 0 done, 1 failed, 2 wrong usage, 3 not bound to ndrv.\n",
};

static bool complain(const char *name, int ret)
{
	if (ret == -ENOENT || ret == -EINVAL)
		tool_warn("%s: no such PCI device or interface", name);
	else if (ret)
		tool_warn("%s: %s", name, strerror(-ret));
	return ret;
}

static const char *write_error(int ret)
{
	return ret == -EACCES || ret == -EPERM ? "permission denied; this needs root" : strerror(-ret);
}

/* True if somebody depends on the card; says who. */
static bool refuse_in_use(const struct pci_dev *dev)
{
	char why[512];
	unsigned int i;
	bool used = false;

	for (i = 0; i < dev->nr_ifaces; i++) {
		if (!iface_in_use(dev->ifaces[i], why, sizeof(why)))
			continue;
		tool_warn("%s: %s is in use: it %s", dev->addr, dev->ifaces[i], why);
		used = true;
	}
	if (!dev->nr_ifaces && !strcmp(dev->driver, dev->model->stock)) {
		tool_warn("%s: its interface is not in this network namespace", dev->addr);
		used = true;
	}
	if (dev->nr_vfs) {
		tool_warn("%s: it has %u virtual functions", dev->addr, dev->nr_vfs);
		used = true;
	}
	if (used)
		tool_warn("%s: left alone; --force takes it all the same", dev->addr);
	return used;
}

static void warn_other(const struct pci_dev *other, void *arg)
{
	const struct pci_dev *dev = arg;

	tool_warn("warning: %s shares IOMMU group %d with %s (%s): no isolation, ndrv will hand out no queues",
		  dev->addr, dev->iommu_group, other->addr,
		  other->driver[0] ? other->driver : "no driver");
}

static void warn_iommu(struct pci_dev *dev)
{
	if (dev->iommu_group < 0)
		tool_warn("warning: %s is behind no IOMMU; ndrv will hand out no queues (see ndrv(8))",
			  dev->addr);
	else if (!strcmp(dev->iommu_type, "identity"))
		tool_warn("warning: the IOMMU does not translate for %s (iommu=pt?); ndrv will hand out no queues (see ndrv(8))",
			  dev->addr);
	else
		pci_for_group(dev, warn_other, dev);
}

/* Back to the driver that the card had; says so if that fails. */
static void roll_back(const struct pci_dev *dev)
{
	int ret = pci_set_override(dev->addr, "");

	if (!ret && dev->driver[0])
		ret = pci_bind(dev->addr, dev->driver);
	if (ret)
		tool_warn("%s: cannot give it back to %s: %s", dev->addr,
			  dev->driver[0] ? dev->driver : "nobody", write_error(ret));
	else if (dev->driver[0])
		tool_warn("%s: given back to %s", dev->addr, dev->driver);
}

static int give_to_group(const struct pci_dev *dev)
{
	struct group *g = getgrnam(group);
	char path[64];

	snprintf(path, sizeof(path), "/dev/%s", dev->ndrv);
	if (chown(path, -1, g->gr_gid)) {
		tool_warn("%s: cannot be given to group %s: %s", path, group, strerror(errno));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* The three writes; 0 if the card is ndrv's then. */
static int take(const struct pci_dev *dev, struct pci_dev *after)
{
	int ret = pci_set_override(dev->addr, NDRV_DRIVER);

	if (ret) {
		tool_warn("%s: cannot set driver_override: %s", dev->addr, write_error(ret));
		return ret;
	}
	if (dev->driver[0]) {
		ret = pci_unbind(dev->addr, dev->driver);
		if (ret) {
			tool_warn("%s: cannot unbind it from %s: %s", dev->addr, dev->driver,
				  write_error(ret));
			pci_set_override(dev->addr, "");
			return ret;
		}
	}
	ret = pci_probe(dev->addr);
	if (!ret && !pci_read(dev->addr, after) && after->ndrv[0])
		return 0;
	tool_warn("%s: ndrv did not accept it%s%s; the kernel log says why", dev->addr,
		  ret ? ": " : "", ret ? strerror(-ret) : "");
	roll_back(dev);
	return -EIO;
}

static int bind_one(const char *name)
{
	struct pci_dev dev, after;

	if (complain(name, pci_find(name, &dev)))
		return EXIT_FAILURE;
	if (!strcmp(dev.driver, NDRV_DRIVER)) {
		tool_warn("%s: is already bound to ndrv, as %s", dev.addr, dev.ndrv);
		return EXIT_ALREADY;
	}
	if (!dev.model) {
		tool_warn("%s: %04x:%04x is no card that ndrv can drive%s", dev.addr, dev.vendor,
			  dev.device, dev.is_network ? "; see SUPPORTED CARDS of ndrv(8)" :
						       ": it is no network card at all");
		return EXIT_FAILURE;
	}
	if (!pci_driver_loaded(NDRV_DRIVER)) {
		tool_warn("the kernel module is not loaded: modprobe ndrv");
		return EXIT_FAILURE;
	}
	if (!force && refuse_in_use(&dev))
		return EXIT_FAILURE;
	warn_iommu(&dev);
	if (take(&dev, &after))
		return EXIT_FAILURE;
	printf("%s is /dev/%s now\n", dev.addr, after.ndrv);
	return group ? give_to_group(&after) : EXIT_SUCCESS;
}

/* A failure weighs more than "already". */
static int worse(int a, int b)
{
	return a == EXIT_FAILURE || b == EXIT_FAILURE ? EXIT_FAILURE : a > b ? a : b;
}

int cmd_bind(int argc, char **argv)
{
	struct tool_common common = { 0 };
	int ret = EXIT_SUCCESS;

	tool_options(argc, argv, &bind_usage, &common);
	if (optind == argc)
		tool_die_usage("which device? (see: ndrv list)");
	if (group && !getgrnam(group))
		tool_die("there is no group %s: groupadd --system %s", group, group);
	for (; optind < argc; optind++)
		ret = worse(ret, bind_one(argv[optind]));
	return ret;
}

static int unbind_one(const char *name)
{
	struct pci_dev dev, after;
	const char *want;
	int ret;

	if (complain(name, pci_find(name, &dev)))
		return EXIT_FAILURE;
	if (strcmp(dev.driver, NDRV_DRIVER)) {
		tool_warn("%s: is not bound to ndrv (%s)", dev.addr,
			  dev.driver[0] ? dev.driver : "no driver");
		return EXIT_ALREADY;
	}
	want = to ? to : dev.model ? dev.model->stock : "";
	if (to && !pci_driver_loaded(to)) {
		tool_warn("%s: there is no driver %s: modprobe %s", dev.addr, to, to);
		return EXIT_FAILURE;
	}

	/* Cleared first: from the unbinding on, nothing brings it to ndrv again. */
	ret = pci_set_override(dev.addr, to ? to : "");
	if (!ret)
		ret = pci_unbind(dev.addr, NDRV_DRIVER);
	if (ret) {
		tool_warn("%s: cannot unbind: %s", dev.addr, write_error(ret));
		return EXIT_FAILURE;
	}
	ret = pci_probe(dev.addr);
	if (ret || pci_read(dev.addr, &after) || !after.driver[0]) {
		printf("%s is free now\n", dev.addr);
		if (!pci_driver_loaded(want))
			tool_warn("%s: %s is not loaded and will take it when it is: modprobe %s",
				  dev.addr, want, want);
		else
			tool_warn("%s: %s did not accept it; the kernel log says why", dev.addr, want);
		return to || pci_driver_loaded(want) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	printf("%s belongs to %s now%s%s\n", dev.addr, after.driver, after.nr_ifaces ? ", as " : "",
	       after.nr_ifaces ? after.ifaces[0] : "");
	return EXIT_SUCCESS;
}

int cmd_unbind(int argc, char **argv)
{
	struct tool_common common = { 0 };
	int ret = EXIT_SUCCESS;

	tool_options(argc, argv, &unbind_usage, &common);
	if (optind == argc)
		tool_die_usage("which device? (see: ndrv list)");
	for (; optind < argc; optind++)
		ret = worse(ret, unbind_one(argv[optind]));
	return ret;
}
