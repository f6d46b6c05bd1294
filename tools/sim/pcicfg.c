// SPDX-License-Identifier: GPL-2.0-only
/*
 * Type 0 configuration space of one function, built from dev->ident and dev->bars: command
 * register, BAR sizing, PM, MSI-X and PCI Express version 2 capability with FLR, and Advanced Error
 * Reporting, whose registers a reset keeps. Also the storage of MSI-X table and PBA. Register
 * layout: PCI Local Bus 3.0, PCI Express Base 3.1 section 7.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tran.h"

#define CFG_COMMAND		0x04
#define   CMD_MASTER		0x0004
#define   CMD_WRITABLE		0x0547	/* I/O, memory, master, parity, SERR, INTx disable */
#define CFG_STATUS		0x06
#define   STATUS_CAP_LIST	0x0010
#define   STATUS_W1C		0xf900
#define CFG_CACHE_LINE		0x0c
#define CFG_BAR(n)		(0x10 + 4 * (n))
#define CFG_SUBSYSTEM		0x2c
#define CFG_CAP_PTR		0x34
#define CFG_INT_LINE		0x3c

#define PM_CAPS			2	/* offsets inside the capability */
#define   PM_CAPS_VALUE		0x0003	/* version 3, no PME from D3 */
#define PM_CSR			4
#define   PM_CSR_STATE		0x0003
#define   PM_CSR_NO_SOFT_RESET	0x0008

#define MSIX_CTRL		2
#define   MSIX_CTRL_ENABLE	0x8000
#define   MSIX_CTRL_MASK_ALL	0x4000
#define MSIX_TABLE		4
#define MSIX_PBA		8

#define EXP_FLAGS		0x02
#define EXP_DEVCAP		0x04
#define   DEVCAP_VALUE		0x10008002u	/* FLR, role based errors, payload up to 512 */
#define EXP_DEVCTL		0x08
#define   DEVCTL_RESET		0x2810	/* read request 512, relaxed ordering, no snoop */
#define   DEVCTL_FLR		0x8000
#define EXP_DEVSTA		0x0a
#define EXP_LNKCAP		0x0c
#define   LNKCAP_L0S_EXIT	0x00036000u	/* exit latencies; no ASPM support bits */
#define EXP_LNKCTL		0x10
#define EXP_LNKSTA		0x12
#define   LNKSTA_SLOT_CLOCK	0x1000
#define EXP_DEVCAP2		0x24
#define   DEVCAP2_VALUE		0x0000001fu	/* completion timeouts A-D, may be off */
#define EXP_DEVCTL2		0x28
#define EXP_LNKCAP2		0x2c
#define EXP_LNKCTL2		0x30

/* Advanced Error Reporting, the one extended capability: PCI Express Base 3.1, 7.10 */
#define CFG_AER			0x100
#define   AER_HEADER		0x00010001u	/* the last in the list, version 1, AER */
#define AER_UNCOR_STATUS	0x04
#define   AER_UNCOR_ALL		0x001ff010u	/* what an endpoint can have */
#define AER_UNCOR_MASK		0x08
#define AER_UNCOR_SEVERITY	0x0c
#define   AER_SEVERITY_VALUE	0x00062010u	/* fatal unless told otherwise: table 7-36 */
#define AER_COR_STATUS		0x10
#define   AER_COR_ALL		0x000031c1u
#define AER_COR_MASK		0x14
#define   AER_COR_MASK_VALUE	0x00002000u	/* advisory non-fatal errors are masked */
#define AER_SIZE		0x2c		/* control and header log follow: 0, nothing is logged */

struct sim_pci {
	uint8_t cfg[SIM_PCI_CFG_SIZE];
	uint8_t writable[SIM_PCI_CFG_SIZE];
	uint8_t w1c[SIM_PCI_CFG_SIZE];
	uint8_t table[16 * SIM_MAX_VECS];
	uint8_t pba[SIM_MAX_VECS / 8];
};

static uint16_t get16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v;
	p[1] = v >> 8;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v);
	put16(p + 2, v >> 16);
}

static void bars_init(struct sim_dev *dev)
{
	struct sim_pci *pci = dev->pci;

	for (unsigned int i = 0; i < SIM_MAX_BARS; i++) {
		const struct sim_bar *bar = &dev->bars[i];
		uint64_t mask = ~(bar->size - 1);

		if (!bar->size)
			continue;
		put32(pci->cfg + CFG_BAR(i),
		      bar->is_io ? 1 : (bar->is_64 ? 4 : 0) | (bar->prefetch ? 8 : 0));
		put32(pci->writable + CFG_BAR(i), mask & (bar->is_io ? ~3u : ~15u));
		if (bar->is_64 && i + 1 < SIM_MAX_BARS)
			put32(pci->writable + CFG_BAR(++i), mask >> 32);
	}
}

static void pm_init(struct sim_dev *dev)
{
	unsigned int at = dev->ident.pm_cap_off;

	dev->pci->cfg[at] = 0x01;
	put16(dev->pci->cfg + at + PM_CAPS, PM_CAPS_VALUE);
	put16(dev->pci->cfg + at + PM_CSR, PM_CSR_NO_SOFT_RESET);
	put16(dev->pci->writable + at + PM_CSR, PM_CSR_STATE);
}

static void msix_init(struct sim_dev *dev)
{
	unsigned int at = dev->ident.msix_cap_off;

	dev->pci->cfg[at] = 0x11;
	put16(dev->pci->cfg + at + MSIX_CTRL, dev->ident.msix_vecs - 1);
	put16(dev->pci->writable + at + MSIX_CTRL, MSIX_CTRL_ENABLE | MSIX_CTRL_MASK_ALL);
	put32(dev->pci->cfg + at + MSIX_TABLE, dev->ident.msix_table_off | dev->ident.msix_bar);
	put32(dev->pci->cfg + at + MSIX_PBA, dev->ident.msix_pba_off | dev->ident.msix_bar);
	/* Vector control powers on masked (PCI 3.0, 6.8.2.9). */
	for (unsigned int v = 0; v < dev->ident.msix_vecs; v++)
		dev->pci->table[16 * v + 12] = 1;
}

static void exp_init(struct sim_dev *dev)
{
	uint8_t *cap = dev->pci->cfg + dev->ident.pcie_cap_off;
	uint8_t *wr = dev->pci->writable + dev->ident.pcie_cap_off;
	uint32_t link = dev->ident.link_speed | dev->ident.link_width << 4;

	cap[0] = 0x10;
	put16(cap + EXP_FLAGS, 0x0002);			/* version 2, endpoint */
	put32(cap + EXP_DEVCAP, DEVCAP_VALUE);
	put16(cap + EXP_DEVCTL, DEVCTL_RESET);
	put16(wr + EXP_DEVCTL, 0x7fff);			/* FLR reads 0, see sim_pci_write */
	put16(dev->pci->w1c + dev->ident.pcie_cap_off + EXP_DEVSTA, 0x000f);
	put32(cap + EXP_LNKCAP, link | LNKCAP_L0S_EXIT);
	put16(wr + EXP_LNKCTL, 0x01cb);
	put16(cap + EXP_LNKSTA, link | LNKSTA_SLOT_CLOCK);
	put32(cap + EXP_DEVCAP2, DEVCAP2_VALUE);
	put16(wr + EXP_DEVCTL2, 0x001f);
	put32(cap + EXP_LNKCAP2, ((1u << dev->ident.link_speed) - 1) << 1);
	put16(cap + EXP_LNKCTL2, dev->ident.link_speed);
	put16(wr + EXP_LNKCTL2, 0x000f);
}

static void aer_init(struct sim_dev *dev)
{
	struct sim_pci *pci = dev->pci;

	put32(pci->cfg + CFG_AER, AER_HEADER);
	put32(pci->w1c + CFG_AER + AER_UNCOR_STATUS, AER_UNCOR_ALL);
	put32(pci->writable + CFG_AER + AER_UNCOR_MASK, AER_UNCOR_ALL);
	put32(pci->cfg + CFG_AER + AER_UNCOR_SEVERITY, AER_SEVERITY_VALUE);
	put32(pci->writable + CFG_AER + AER_UNCOR_SEVERITY, AER_UNCOR_ALL);
	put32(pci->w1c + CFG_AER + AER_COR_STATUS, AER_COR_ALL);
	put32(pci->cfg + CFG_AER + AER_COR_MASK, AER_COR_MASK_VALUE);
	put32(pci->writable + CFG_AER + AER_COR_MASK, AER_COR_ALL);
}

/* Chain the capabilities that exist, in the order of their addresses as given by the model. */
static void caps_init(struct sim_dev *dev)
{
	struct {
		uint8_t off;
		void (*fill)(struct sim_dev *dev);
	} caps[] = {
		{ dev->ident.pm_cap_off, pm_init },
		{ dev->ident.msix_vecs ? dev->ident.msix_cap_off : 0, msix_init },
		{ dev->ident.pcie_cap_off, exp_init },
	};
	unsigned int link = CFG_CAP_PTR;

	for (unsigned int i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		if (!caps[i].off)
			continue;
		caps[i].fill(dev);
		dev->pci->cfg[link] = caps[i].off;
		link = caps[i].off + 1;
		put16(dev->pci->cfg + CFG_STATUS, STATUS_CAP_LIST);
	}
}

void sim_pci_reset(struct sim_dev *dev, enum sim_reset kind)
{
	struct sim_pci *pci = dev->pci;
	const struct sim_pci_ident *id = &dev->ident;
	uint8_t sticky[AER_SIZE];

	memcpy(sticky, pci->cfg + CFG_AER, sizeof(sticky));
	memset(pci, 0, sizeof(*pci));
	put16(pci->cfg + 0, id->vendor);
	put16(pci->cfg + 2, id->device);
	put32(pci->cfg + 8, id->class_code << 8 | id->revision);
	put16(pci->cfg + CFG_SUBSYSTEM, id->subvendor);
	put16(pci->cfg + CFG_SUBSYSTEM + 2, id->subdevice);
	put16(pci->writable + CFG_COMMAND, CMD_WRITABLE);
	put16(pci->w1c + CFG_STATUS, STATUS_W1C);
	pci->writable[CFG_CACHE_LINE] = 0xff;
	pci->writable[CFG_INT_LINE] = 0xff;
	bars_init(dev);
	caps_init(dev);
	aer_init(dev);
	if (kind == SIM_RESET_FLR)
		memcpy(pci->cfg + CFG_AER, sticky, sizeof(sticky));
	dev->bus_master = false;
	sim_iommu_touch(dev);
}

static int ident_check(struct sim_dev *dev)
{
	const struct sim_pci_ident *id = &dev->ident;
	uint64_t bar_size = id->msix_bar < SIM_MAX_BARS ? dev->bars[id->msix_bar].size : 0;

	if (id->pm_cap_off > 0xf8 || id->msix_cap_off > 0xf4 || id->pcie_cap_off > 0xc4)
		return -EINVAL;
	if (id->msix_vecs > SIM_MAX_VECS)
		return -EINVAL;
	if (id->msix_vecs && (id->msix_table_off + 16ull * id->msix_vecs > bar_size ||
			      id->msix_pba_off + 8ull * ((id->msix_vecs + 63) / 64) > bar_size))
		return -EINVAL;
	for (unsigned int i = 0; i < SIM_MAX_BARS; i++) {
		const struct sim_bar *bar = &dev->bars[i];

		if (bar->size & (bar->size - 1) || (bar->is_64 && i == SIM_MAX_BARS - 1))
			return -EINVAL;
		if (bar->size && bar->size < (bar->is_io ? 4 : 16))
			return -EINVAL;
	}
	return 0;
}

int sim_pci_init(struct sim_dev *dev)
{
	if (ident_check(dev))
		return -EINVAL;
	dev->pci = calloc(1, sizeof(*dev->pci));
	if (!dev->pci)
		return -ENOMEM;
	sim_pci_reset(dev, SIM_RESET_POWER_ON);
	return 0;
}

void sim_pci_fini(struct sim_dev *dev)
{
	free(dev->pci);
	dev->pci = NULL;
}

/* Bus mastering as the device sees it: the command bit, and power state D0. */
static void master_update(struct sim_dev *dev)
{
	struct sim_pci *pci = dev->pci;
	bool on = get16(pci->cfg + CFG_COMMAND) & CMD_MASTER;

	if (dev->ident.pm_cap_off &&
	    get16(pci->cfg + dev->ident.pm_cap_off + PM_CSR) & PM_CSR_STATE)
		on = false;
	if (on == dev->bus_master)
		return;
	dev->bus_master = on;
	sim_iommu_touch(dev);
	if (dev->ops->bus_master)
		dev->ops->bus_master(dev, on);
}

int sim_pci_read(struct sim_dev *dev, uint64_t off, void *buf, size_t len)
{
	if (off >= SIM_PCI_CFG_SIZE || len > SIM_PCI_CFG_SIZE - off)
		return -EINVAL;
	if (dev->removed)
		memset(buf, 0xff, len);
	else
		memcpy(buf, dev->pci->cfg + off, len);
	return 0;
}

int sim_pci_write(struct sim_dev *dev, uint64_t off, const void *buf, size_t len)
{
	struct sim_pci *pci = dev->pci;
	const uint8_t *from = buf;
	uint64_t flr_byte = dev->ident.pcie_cap_off + EXP_DEVCTL + 1;
	bool flr = false;

	if (off >= SIM_PCI_CFG_SIZE || len > SIM_PCI_CFG_SIZE - off)
		return -EINVAL;
	if (dev->removed)
		return 0;
	for (size_t i = 0; i < len; i++) {
		uint64_t at = off + i;

		pci->cfg[at] = (pci->cfg[at] & ~pci->writable[at]) | (from[i] & pci->writable[at]);
		pci->cfg[at] &= ~(from[i] & pci->w1c[at]);
		if (dev->ident.pcie_cap_off && at == flr_byte && from[i] & DEVCTL_FLR >> 8)
			flr = true;
	}
	if (flr)
		sim_dev_reset(dev, SIM_RESET_FLR);
	else
		master_update(dev);
	return 0;
}

bool sim_pci_msix_enabled(struct sim_dev *dev)
{
	uint16_t ctrl;

	if (!dev->ident.msix_vecs)
		return false;
	ctrl = get16(dev->pci->cfg + dev->ident.msix_cap_off + MSIX_CTRL);
	return (ctrl & (MSIX_CTRL_ENABLE | MSIX_CTRL_MASK_ALL)) == MSIX_CTRL_ENABLE;
}

uint8_t *sim_pci_msix_table(struct sim_dev *dev)
{
	return dev->pci->table;
}

uint8_t *sim_pci_msix_pba(struct sim_dev *dev)
{
	return dev->pci->pba;
}
