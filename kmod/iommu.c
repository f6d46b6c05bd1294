// SPDX-License-Identifier: GPL-2.0-only
/*
 * The question that decides whether user space may write descriptors: does an IOMMU confine the DMA
 * of this device, and of this device alone? Also closes the window that deferred unmapping leaves.
 */
#include <linux/capability.h>
#include <linux/iommu.h>
#include <linux/module.h>

#include "ndrv.h"

u32 ndrv_iommu_type(struct ndrv_dev *ndev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(&ndev->pdev->dev);

	if (!domain)
		return NDRV_IOMMU_NONE;
	switch (domain->type) {
	case IOMMU_DOMAIN_DMA:
		return NDRV_IOMMU_DMA;
	case IOMMU_DOMAIN_DMA_FQ:
		return NDRV_IOMMU_DMA_FQ;
	default:
		/* Identity, or something this module did not ask for: not ours to rely on */
		return NDRV_IOMMU_IDENTITY;
	}
}

/* Counts the functions of a group that can do DMA of their own; bridges only forward. */
static int count_endpoint(struct device *dev, void *data)
{
	if (!dev_is_pci(dev) || to_pci_dev(dev)->hdr_type == PCI_HEADER_TYPE_NORMAL)
		++*(unsigned int *)data;
	return 0;
}

static bool group_shared(struct ndrv_dev *ndev)
{
	struct iommu_group *group = iommu_group_get(&ndev->pdev->dev);
	unsigned int endpoints = 0;

	if (!group)
		return false;
	iommu_group_for_each_dev(group, &endpoints, count_endpoint);
	iommu_group_put(group);
	return endpoints > 1;
}

/*
 * 0 if user space may have queues and attach pools. Devices of one group share one domain, so a
 * neighbour's buffers would be within reach: that counts as not translated.
 */
int ndrv_iommu_check(struct ndrv_dev *ndev)
{
	struct device *dev = &ndev->pdev->dev;
	u32 type = ndrv_iommu_type(ndev);
	const char *why;
	int ret;

	lockdep_assert_held(&ndev->lock);
	if (type == NDRV_IOMMU_NONE) {
		why = "no IOMMU stands behind this device";
		ret = -ENXIO;
	} else if (type == NDRV_IOMMU_IDENTITY) {
		why = "the IOMMU passes this device through (iommu=pt?)";
		ret = -EACCES;
	} else if (group_shared(ndev)) {
		why = "other devices are in this device's IOMMU group";
		ret = -EACCES;
	} else {
		return 0;
	}

	if (ndrv_allow_unsafe_dma && capable(CAP_SYS_RAWIO)) {
		if (!ndev->unsafe_told)
			dev_warn(dev, "%s: user space now reaches all memory by DMA, as allow_unsafe_dma=1 permits; kernel tainted\n",
				 why);
		ndev->unsafe_told = true;
		add_taint(TAINT_USER, LOCKDEP_STILL_OK);
		return 0;
	}
	dev_warn_ratelimited(dev, "refused a queue or pool: %s, so its DMA cannot be confined; boot with intel_iommu=on or amd_iommu=on and without iommu=pt, or see allow_unsafe_dma in modinfo ndrv\n",
			     why);
	return ret;
}

/*
 * After unmapping and before the pages go anywhere: with deferred unmapping (DMA_FQ) the IOMMU may
 * still hold old translations for milliseconds, and another queue of the function may use them.
 */
void ndrv_iommu_flush(struct ndrv_dev *ndev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(&ndev->pdev->dev);

	if (domain && domain->type == IOMMU_DOMAIN_DMA_FQ)
		iommu_flush_iotlb_all(domain);
}
