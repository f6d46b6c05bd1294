/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI devices as sysfs shows them: who drives them, what else they are. Reads, and writes the few
 * files that bind and unbind. Knows no policy.
 */
#ifndef NDRV_TOOLS_SYSFS_H
#define NDRV_TOOLS_SYSFS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_ADDR_LEN	32
#define NDRV_DRIVER	"ndrv"
#define MAX_IFACES	8

/* A supported device id. */
struct model {
	uint16_t device;		/* vendor is Intel, 8086 */
	const char *name;
	const char *stock;		/* the kernel's own driver */
};

struct pci_dev {
	char addr[PCI_ADDR_LEN];	/* 0000:03:00.0 */
	uint16_t vendor, device;
	const struct model *model;	/* NULL: not supported */
	bool is_network;
	char driver[64];		/* "" = none */
	char ndrv[32];			/* "ndrv0" if bound to ndrv, else "" */
	char ifaces[MAX_IFACES][IFNAMSIZ];
	unsigned int nr_ifaces;
	int iommu_group;		/* -1: none */
	char iommu_type[16];		/* "DMA", "DMA-FQ": translates; "identity": does not; "" unknown */
	unsigned int group_others;	/* other endpoints in that group */
	int numa_node;			/* -1: unknown */
	unsigned int nr_vfs;
};

/* What the card with this id is; NULL: not supported. */
const struct model *pci_model(uint16_t vendor, uint16_t device);

/* The device with this PCI address, ndrv name or network interface; 0 or -ENOENT, -EINVAL. */
int pci_find(const char *name, struct pci_dev *dev);

/* Fill @dev from sysfs for @addr; 0 or -ENOENT. */
int pci_read(const char *addr, struct pci_dev *dev);

/* Call @fn for every PCI device until it returns non-zero; that value, or 0, or -errno. */
int pci_for_each(int (*fn)(const struct pci_dev *dev, void *arg), void *arg);

/* The other endpoints in the device's IOMMU group, called one by one. */
void pci_for_group(const struct pci_dev *dev, void (*fn)(const struct pci_dev *other, void *arg),
		   void *arg);

/* Is the ndrv module there? Is any driver of this name? */
bool pci_driver_loaded(const char *driver);

/* 0 or -errno of the write. An empty @driver clears the override. */
int pci_set_override(const char *addr, const char *driver);
int pci_unbind(const char *addr, const char *driver);
int pci_bind(const char *addr, const char *driver);
int pci_probe(const char *addr);

#endif
