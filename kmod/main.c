// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading: parameters, the device class, the range of device numbers. Nothing here
 * knows a device.
 */
#include <linux/mm.h>
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "trace.h"
#include "ndrv.h"

bool ndrv_allow_unsafe_dma;
module_param_named(allow_unsafe_dma, ndrv_allow_unsafe_dma, bool, 0444);
MODULE_PARM_DESC(allow_unsafe_dma,
		 "Hand out queues without a translating IOMMU to callers with CAP_SYS_RAWIO (taints)");

static unsigned int pool_limit_mib;
module_param(pool_limit_mib, uint, 0444);
MODULE_PARM_DESC(pool_limit_mib,
		 "MiB that the pools created through one device may have together (default: RAM / 4)");

static char *bind;
module_param(bind, charp, 0444);
MODULE_PARM_DESC(bind, "PCI addresses (0000:03:00.0,...) of free devices to take when loaded");

dev_t ndrv_devt;

static char *ndrv_devnode(ndrv_devnode_device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0660;
	return NULL;
}

struct class ndrv_class = {
	.name = NDRV_NAME,
	.devnode = ndrv_devnode,
	.dev_groups = ndrv_groups,
};

u64 ndrv_pool_limit_bytes(void)
{
	if (pool_limit_mib)
		return (u64)pool_limit_mib << 20;
	return (u64)totalram_pages() << PAGE_SHIFT >> 2;
}

static int __init ndrv_init(void)
{
	int ret;

	ret = class_register(&ndrv_class);
	if (ret)
		return ret;
	ret = alloc_chrdev_region(&ndrv_devt, 0, NDRV_MAX_DEVICES, NDRV_NAME);
	if (ret)
		goto err_class;
	ret = pci_register_driver(&ndrv_pci_driver);
	if (ret)
		goto err_chrdev;
	if (bind)
		ndrv_pci_take(bind);
	return 0;

err_chrdev:
	unregister_chrdev_region(ndrv_devt, NDRV_MAX_DEVICES);
err_class:
	class_unregister(&ndrv_class);
	return ret;
}
module_init(ndrv_init);

static void __exit ndrv_exit(void)
{
	pci_unregister_driver(&ndrv_pci_driver);
	unregister_chrdev_region(ndrv_devt, NDRV_MAX_DEVICES);
	class_unregister(&ndrv_class);
}
module_exit(ndrv_exit);

MODULE_DESCRIPTION("Descriptor rings of Intel NICs in user space");
MODULE_AUTHOR("The ndrv developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(NDRV_VERSION);
NDRV_IMPORT_DMA_BUF;
