/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that may look at the kernel version; Kbuild forces it into every other one. Call
 * sites use the names defined here. Supported: 6.1 and later.
 */
#ifndef NDRV_COMPAT_H
#define NDRV_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "ndrv needs Linux 6.1 or later"
#endif

/* MODULE_IMPORT_NS() took a bare word before 6.13, a string since. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define NDRV_IMPORT_DMA_BUF	MODULE_IMPORT_NS("DMA_BUF")
#else
#define NDRV_IMPORT_DMA_BUF	MODULE_IMPORT_NS(DMA_BUF)
#endif

/* io_uring commands got a header of their own in 6.8, the whole SQE in 6.5, an end at exit in 6.7. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#include <linux/io_uring/cmd.h>
#else
#include <linux/io_uring.h>
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define NDRV_HAVE_URING_CANCEL
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define ndrv_uring_sqe_cmd(ioucmd)	((const void *)(ioucmd)->sqe->cmd)
#else
#define ndrv_uring_sqe_cmd(ioucmd)	((ioucmd)->cmd)
#endif
#ifndef io_uring_cmd_to_pdu
#define io_uring_cmd_to_pdu(ioucmd, type)	((type *)(ioucmd)->pdu)
#endif

/* Without a second result since 6.18. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define ndrv_uring_done(ioucmd, ret, flags)	io_uring_cmd_done(ioucmd, ret, flags)
#else
#define ndrv_uring_done(ioucmd, ret, flags)	io_uring_cmd_done(ioucmd, ret, 0, flags)
#endif

/* What io_uring calls in the task of a command got other arguments when this constant came. */
#ifdef IO_URING_CMD_TASK_WORK_ISSUE_FLAGS
#define NDRV_URING_IN_TASK(name, fn) \
	static void name(struct io_tw_req req, io_tw_token_t token) \
	{ \
		fn(io_uring_cmd_from_tw(req), IO_URING_CMD_TASK_WORK_ISSUE_FLAGS); \
	}
#else
#define NDRV_URING_IN_TASK(name, fn) \
	static void name(struct io_uring_cmd *ioucmd, unsigned int issue_flags) \
	{ \
		fn(ioucmd, issue_flags); \
	}
#endif

/* Since 6.2 the PCI core has every device report its errors (AER); before, the driver asked for it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#include <linux/aer.h>
#define ndrv_pci_report_errors(pdev)	pci_enable_pcie_error_reporting(pdev)
#define ndrv_pci_ignore_errors(pdev)	pci_disable_pcie_error_reporting(pdev)
#else
#define ndrv_pci_report_errors(pdev)	((void)(pdev))
#define ndrv_pci_ignore_errors(pdev)	((void)(pdev))
#endif

/* get_unaligned_le16() and its like moved in 6.12. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* class.devnode looks at a const device since 6.2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define ndrv_devnode_device	const struct device
#else
#define ndrv_devnode_device	struct device
#endif

/* The DMA-buf locking convention of 6.2: importers without the reservation lock say so. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define ndrv_dma_buf_map	dma_buf_map_attachment_unlocked
#define ndrv_dma_buf_unmap	dma_buf_unmap_attachment_unlocked
#else
#define ndrv_dma_buf_map	dma_buf_map_attachment
#define ndrv_dma_buf_unmap	dma_buf_unmap_attachment
#endif

/* vm_flags became read-only in 6.3. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define vm_flags_set(vma, flags)	((vma)->vm_flags |= (flags))
#define vm_flags_clear(vma, flags)	((vma)->vm_flags &= ~(flags))
#endif

/* no_llseek() went away in 6.12, where a missing method means the same. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define NDRV_NO_LLSEEK	.llseek = no_llseek,
#else
#define NDRV_NO_LLSEEK
#endif

/* Methods of binary sysfs files take a const attribute since 6.16. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define ndrv_bin_attribute	const struct bin_attribute
#else
#define ndrv_bin_attribute	struct bin_attribute
#endif

/*
 * driver_override moved from struct pci_dev into struct device, in 6.19 and in some stable kernels;
 * no version number tells, so Kbuild looks for the helper.
 */
#ifdef NDRV_HAVE_DEVICE_OVERRIDE
#define ndrv_pci_set_override(pdev, name) device_set_driver_override(&(pdev)->dev, name)
#else
#define ndrv_pci_set_override(pdev, name) \
	driver_set_override(&(pdev)->dev, &(pdev)->driver_override, name, strlen(name))
#endif

#endif
