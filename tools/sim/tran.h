/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies between a device and whoever drives it: creation of devices, the PCI core, the IOMMU
 * table and the transports. Models include dev.h only and never this.
 */
#ifndef SIM_TRAN_H
#define SIM_TRAN_H

#include "dev.h"

/* ---- core.c: devices --------------------------------------------------------------------- */

extern const struct sim_dev_ops *const sim_models[];	/* models.c; ends with NULL */
extern int sim_verbose;					/* levels above this are not printed */

const struct sim_dev_ops *sim_model_find(const char *name);

/*
 * Make a device: init, then each "key=value" of `opts` (comma separated, or NULL) through set().
 * NULL after writing a sentence into err. The device starts in SIM_RESET_POWER_ON, carrier off.
 */
struct sim_dev *sim_dev_create(const struct sim_dev_ops *ops, const char *name, unsigned int index,
			       const char *opts, char *err, size_t err_size);
void sim_dev_destroy(struct sim_dev *dev);

/* FLR or VFIO reset, or the client is gone (which also forgets all DMA mappings). */
void sim_dev_reset(struct sim_dev *dev, enum sim_reset kind);

/* The model's poll, if the device is there at all. */
bool sim_dev_poll(struct sim_dev *dev, uint64_t now_ns, uint64_t *next_ns);

/*
 * Surprise removal while the client stays: reads give all ones, writes, DMA and interrupts nothing,
 * the model is not polled. Back: as after power-on, configuration space included.
 */
void sim_dev_remove(struct sim_dev *dev);
void sim_dev_restore(struct sim_dev *dev);

/* A fixed time for sim_now_ns (host tests), or 0: the monotonic clock again. */
void sim_clock_fake(uint64_t now_ns);

/* ---- transports -------------------------------------------------------------------------- */

struct sim_tran_ops {
	void (*msix)(struct sim_dev *dev, unsigned int vec);
	/* A reset happened: forget pending interrupts. */
	void (*reset)(struct sim_dev *dev);
	void (*fini)(struct sim_dev *dev);
};

/* First member of each transport's own structure. */
struct sim_tran {
	const struct sim_tran_ops *ops;
};

/* ---- region access, shared by the transports --------------------------------------------- */

/*
 * A trapped access to a BAR, len 1, 2, 4 or 8 and naturally aligned. -EINVAL if outside or of
 * another form. MSI-X table and PBA are plain storage here (dev->pci), the model never sees them.
 */
int sim_bar_read(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
		 uint64_t *val);
int sim_bar_write(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
		  uint64_t val);

/* ---- pcicfg.c ---------------------------------------------------------------------------- */

#define SIM_PCI_CFG_SIZE 4096

int sim_pci_init(struct sim_dev *dev);
void sim_pci_fini(struct sim_dev *dev);
/* Registers as after this kind of reset; the model is not told. */
void sim_pci_reset(struct sim_dev *dev, enum sim_reset kind);
/* -EINVAL outside the 4 KiB. Any length; unimplemented bytes read 0 and ignore writes. */
int sim_pci_read(struct sim_dev *dev, uint64_t off, void *buf, size_t len);
int sim_pci_write(struct sim_dev *dev, uint64_t off, const void *buf, size_t len);

bool sim_pci_msix_enabled(struct sim_dev *dev);		/* enable bit, function mask clear */
/* Table and PBA as stored; size 16 * vectors and 8 * ((vectors + 63) / 64). */
uint8_t *sim_pci_msix_table(struct sim_dev *dev);
uint8_t *sim_pci_msix_pba(struct sim_dev *dev);

/* ---- dma.c: the table from IOVA to memory of this process -------------------------------- */

#define SIM_PROT_READ	1u
#define SIM_PROT_WRITE	2u
#define SIM_PAGE_SIZE	4096ul
#define SIM_IOVA_BITS	52

int sim_iommu_init(struct sim_dev *dev);
void sim_iommu_fini(struct sim_dev *dev);

/*
 * Map [iova, iova + size) to memory at `host`. All page aligned. -EEXIST if any page is mapped
 * already (then nothing changed), -EINVAL, -ERANGE above SIM_IOVA_BITS, -ENOMEM.
 */
int sim_iommu_map(struct sim_dev *dev, uint64_t iova, uint64_t size, void *host, unsigned int prot);
/*
 * The same for `size` bytes of a shared file at `offset`. The file behind fd is mmapped once
 * however often it comes (recognised by device and inode); fd stays the caller's.
 */
int sim_iommu_map_fd(struct sim_dev *dev, uint64_t iova, uint64_t size, int fd, uint64_t offset,
		     unsigned int prot);
/* Remove whatever is mapped in the range; nothing there is fine. */
void sim_iommu_unmap(struct sim_dev *dev, uint64_t iova, uint64_t size);
void sim_iommu_clear(struct sim_dev *dev);	/* all pages, all files */
void sim_iommu_touch(struct sim_dev *dev);	/* cached sim_dma_ptr results are stale now */
uint64_t sim_iommu_pages(const struct sim_dev *dev);

#endif
