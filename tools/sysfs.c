/* SPDX-License-Identifier: GPL-2.0-only */
/* PCI devices as sysfs shows them; see sysfs.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"

#define PCI_DEVICES	"/sys/bus/pci/devices"
#define PCI_DRIVERS	"/sys/bus/pci/drivers"
#define VENDOR_INTEL	0x8086

/* What the module's id table holds. */
static const struct model models[] = {
	{ 0x10f7, "82599 KX4", "ixgbe" },
	{ 0x10f8, "82599 backplane", "ixgbe" },
	{ 0x10f9, "82599 CX4", "ixgbe" },
	{ 0x10fb, "82599 SFP+ (X520)", "ixgbe" },
	{ 0x10fc, "82599 XAUI", "ixgbe" },
	{ 0x1507, "82599 SFP+ EM", "ixgbe" },
	{ 0x1514, "82599 KX4 mezzanine", "ixgbe" },
	{ 0x1517, "82599 KR", "ixgbe" },
	{ 0x151c, "82599 T3 10GBASE-T", "ixgbe" },
	{ 0x1529, "82599 SFP+ FCoE", "ixgbe" },
	{ 0x152a, "82599 backplane FCoE", "ixgbe" },
	{ 0x154a, "82599 quad SFP+", "ixgbe" },
	{ 0x154d, "82599 dual SFP+", "ixgbe" },
	{ 0x154f, "82599 LS", "ixgbe" },
	{ 0x1557, "82599EN SFP+", "ixgbe" },
	{ 0x1558, "82599 QSFP+", "ixgbe" },
	{ 0x1528, "X540-T2", "ixgbe" },
	{ 0x1560, "X540-T1", "ixgbe" },
	{ 0x1563, "X550-T2", "ixgbe" },
	{ 0x15d1, "X550-T1", "ixgbe" },
	{ 0x15aa, "X552 KX4", "ixgbe" },
	{ 0x15ab, "X552 KR", "ixgbe" },
	{ 0x15ac, "X552 SFP+", "ixgbe" },
	{ 0x15ad, "X552 10GBASE-T", "ixgbe" },
	{ 0x15ae, "X552 1GBASE-T", "ixgbe" },
	{ 0x15b0, "X552 XFI", "ixgbe" },
	{ 0x15c2, "X553 KR", "ixgbe" },
	{ 0x15c3, "X553 KR L", "ixgbe" },
	{ 0x15c4, "X553 SFP+ N", "ixgbe" },
	{ 0x15c6, "X553 SGMII", "ixgbe" },
	{ 0x15c7, "X553 SGMII L", "ixgbe" },
	{ 0x15c8, "X553 10GBASE-T", "ixgbe" },
	{ 0x15ce, "X553 SFP+", "ixgbe" },
	{ 0x15e4, "X553 1GBASE-T", "ixgbe" },
	{ 0x15e5, "X553 1GBASE-T L", "ixgbe" },
	{ 0x10c9, "82576", "igb" },
	{ 0x1591, "E810-C backplane", "ice" },
	{ 0x1592, "E810-C QSFP", "ice" },
	{ 0x1593, "E810-C SFP", "ice" },
	{ 0x1599, "E810-XXV backplane", "ice" },
	{ 0x159a, "E810-XXV QSFP", "ice" },
	{ 0x159b, "E810-XXV SFP", "ice" },
};

const struct model *pci_model(uint16_t vendor, uint16_t device)
{
	size_t i;

	if (vendor != VENDOR_INTEL)
		return NULL;
	for (i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (models[i].device == device)
			return &models[i];
	return NULL;
}

/* The first line of a file of the device into @text; false, and "", if there is none. */
static bool read_line(const char *addr, const char *file, char *text, size_t bytes)
{
	char path[PATH_MAX];
	FILE *f;

	text[0] = '\0';
	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", addr, file);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (fgets(text, bytes, f))
		text[strcspn(text, "\n")] = '\0';
	fclose(f);
	return text[0];
}

/* A number in a file of the device, or @missing. */
static long read_number(const char *addr, const char *file, long missing)
{
	char text[64];

	return read_line(addr, file, text, sizeof(text)) ? strtol(text, NULL, 0) : missing;
}

/* The last component of a link of the device into @name; "" if there is none. */
static void read_link(const char *addr, const char *file, char *name, size_t bytes)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *last;
	ssize_t len;

	name[0] = '\0';
	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", addr, file);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return;
	target[len] = '\0';
	last = strrchr(target, '/');
	snprintf(name, bytes, "%.*s", (int)bytes - 1, last ? last + 1 : target);
}

/* The next entry that is not hidden. */
static const char *next_entry(DIR *dir)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			return entry->d_name;
	return NULL;
}

static DIR *open_sub(const char *addr, const char *sub)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", addr, sub);
	return opendir(path);
}

static void read_ifaces(struct pci_dev *dev)
{
	DIR *dir = open_sub(dev->addr, "net");
	const char *name;

	while (dir && dev->nr_ifaces < MAX_IFACES && (name = next_entry(dir)))
		snprintf(dev->ifaces[dev->nr_ifaces++], IFNAMSIZ, "%.*s", IFNAMSIZ - 1, name);
	if (dir)
		closedir(dir);
	dir = open_sub(dev->addr, "ndrv");
	if (dir && (name = next_entry(dir)))
		snprintf(dev->ndrv, sizeof(dev->ndrv), "%.*s", (int)sizeof(dev->ndrv) - 1, name);
	if (dir)
		closedir(dir);
}

static void count_other(const struct pci_dev *other, void *arg)
{
	(void)other;
	++*(unsigned int *)arg;
}

int pci_read(const char *addr, struct pci_dev *dev)
{
	char group[32];

	memset(dev, 0, sizeof(*dev));
	snprintf(dev->addr, sizeof(dev->addr), "%s", addr);
	dev->vendor = read_number(addr, "vendor", 0);
	if (!dev->vendor)
		return -ENOENT;
	dev->device = read_number(addr, "device", 0);
	dev->is_network = read_number(addr, "class", 0) >> 16 == 0x02;
	dev->model = pci_model(dev->vendor, dev->device);
	dev->numa_node = read_number(addr, "numa_node", -1);
	dev->nr_vfs = read_number(addr, "sriov_numvfs", 0);
	read_link(addr, "driver", dev->driver, sizeof(dev->driver));
	read_link(addr, "iommu_group", group, sizeof(group));
	dev->iommu_group = group[0] ? atoi(group) : -1;
	read_line(addr, "iommu_group/type", dev->iommu_type, sizeof(dev->iommu_type));
	read_ifaces(dev);
	pci_for_group(dev, count_other, &dev->group_others);
	return 0;
}

/* Bridges share their children's groups by design and are no concern. */
static bool is_bridge(const char *addr)
{
	return read_number(addr, "class", 0) >> 16 == 0x06;
}

void pci_for_group(const struct pci_dev *dev, void (*fn)(const struct pci_dev *other, void *arg),
		   void *arg)
{
	struct pci_dev other;
	const char *name;
	DIR *dir = open_sub(dev->addr, "iommu_group/devices");

	if (!dir)
		return;
	while ((name = next_entry(dir))) {
		if (!strcmp(name, dev->addr) || is_bridge(name))
			continue;
		memset(&other, 0, sizeof(other));
		snprintf(other.addr, sizeof(other.addr), "%.*s", PCI_ADDR_LEN - 1, name);
		read_link(name, "driver", other.driver, sizeof(other.driver));
		fn(&other, arg);
	}
	closedir(dir);
}

static int compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int pci_for_each(int (*fn)(const struct pci_dev *dev, void *arg), void *arg)
{
	struct dirent **entries;
	struct pci_dev dev;
	int n = scandir(PCI_DEVICES, &entries, NULL, compare), i, ret = 0;

	if (n < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		if (!ret && entries[i]->d_name[0] != '.' && !pci_read(entries[i]->d_name, &dev))
			ret = fn(&dev, arg);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

struct wanted {
	const char *name;
	struct pci_dev *dev;
};

static int matches(const struct pci_dev *dev, void *arg)
{
	struct wanted *w = arg;
	unsigned int i;
	bool found = !strcmp(dev->ndrv, w->name);

	for (i = 0; i < dev->nr_ifaces; i++)
		found = found || !strcmp(dev->ifaces[i], w->name);
	if (found)
		*w->dev = *dev;
	return found;
}

int pci_find(const char *name, struct pci_dev *dev)
{
	struct wanted w = { name, dev };
	unsigned int domain = 0, bus, slot, fn;
	char addr[PCI_ADDR_LEN];
	int end = 0, ret;

	if (sscanf(name, "%4x:%2x:%2x.%1x%n", &domain, &bus, &slot, &fn, &end) == 4 && !name[end]) {
		snprintf(addr, sizeof(addr), "%04x:%02x:%02x.%x", domain, bus, slot, fn);
		return pci_read(addr, dev);
	}
	end = 0;
	if (sscanf(name, "%2x:%2x.%1x%n", &bus, &slot, &fn, &end) == 3 && end && !name[end]) {
		snprintf(addr, sizeof(addr), "0000:%02x:%02x.%x", bus, slot, fn);
		return pci_read(addr, dev);
	}
	if (!strncmp(name, "/dev/", 5))
		w.name += 5;
	if (!*w.name)
		return -EINVAL;
	ret = pci_for_each(matches, &w);
	return ret > 0 ? 0 : ret < 0 ? ret : -ENOENT;
}

bool pci_driver_loaded(const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_DRIVERS "/%s", driver);
	return !access(path, F_OK);
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int pci_set_override(const char *addr, const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver_override", addr);
	/* A newline alone clears it. */
	return write_file(path, driver[0] ? driver : "\n");
}

static int write_driver_file(const char *addr, const char *driver, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_DRIVERS "/%s/%s", driver, file);
	return write_file(path, addr);
}

int pci_unbind(const char *addr, const char *driver)
{
	return write_driver_file(addr, driver, "unbind");
}

int pci_bind(const char *addr, const char *driver)
{
	return write_driver_file(addr, driver, "bind");
}

int pci_probe(const char *addr)
{
	return write_file("/sys/bus/pci/drivers_probe", addr);
}
