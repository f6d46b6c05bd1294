// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking and giving back a PCI function: probe and remove, resets whoever asks for them, surprise
 * removal. Owns the order of these steps; what a reset does to the hardware is the family's
 * business.
 */
#include <linux/dma-map-ops.h>
#include <linux/etherdevice.h>
#include <linux/idr.h>
#include <linux/module.h>

#include "ndrv.h"
#include "trace.h"

static DEFINE_IDA(ndrv_minors);

/*
 * override_only: a device comes to ndrv only when its driver_override says so ("ndrv bind", or the
 * module parameter bind=). For the same reason there is no MODULE_DEVICE_TABLE: no alias, no
 * autoload, no NIC lost by loading a module.
 */
#define NDRV_ID(id, info) { \
	.vendor = PCI_VENDOR_ID_INTEL, .device = (id), \
	.subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID, \
	.driver_data = (kernel_ulong_t)&(info), .override_only = 1, \
}

#define NDRV_IXGBE(id) NDRV_ID(id, ndrv_ixgbe_info)
#define NDRV_E810(id) NDRV_ID(id, ndrv_e810_info)
#define NDRV_IGB(id) NDRV_ID(id, ndrv_igb_info)

static const struct pci_device_id ndrv_ids[] = {
	/* 82599 */
	NDRV_IXGBE(0x10f7), NDRV_IXGBE(0x10f8), NDRV_IXGBE(0x10f9), NDRV_IXGBE(0x10fb),
	NDRV_IXGBE(0x10fc), NDRV_IXGBE(0x1507), NDRV_IXGBE(0x1514), NDRV_IXGBE(0x1517),
	NDRV_IXGBE(0x151c), NDRV_IXGBE(0x1529), NDRV_IXGBE(0x152a), NDRV_IXGBE(0x154a),
	NDRV_IXGBE(0x154d), NDRV_IXGBE(0x154f), NDRV_IXGBE(0x1557), NDRV_IXGBE(0x1558),
	/* X540 */
	NDRV_IXGBE(0x1528), NDRV_IXGBE(0x1560),
	/* X550, X552, X553 */
	NDRV_IXGBE(0x1563), NDRV_IXGBE(0x15d1),
	NDRV_IXGBE(0x15aa), NDRV_IXGBE(0x15ab), NDRV_IXGBE(0x15ac), NDRV_IXGBE(0x15ad),
	NDRV_IXGBE(0x15ae), NDRV_IXGBE(0x15b0),
	NDRV_IXGBE(0x15c2), NDRV_IXGBE(0x15c3), NDRV_IXGBE(0x15c4), NDRV_IXGBE(0x15c6),
	NDRV_IXGBE(0x15c7), NDRV_IXGBE(0x15c8), NDRV_IXGBE(0x15ce), NDRV_IXGBE(0x15e4),
	NDRV_IXGBE(0x15e5),
	/* E810-C, E810-XXV */
	NDRV_E810(0x1591), NDRV_E810(0x1592), NDRV_E810(0x1593),
	NDRV_E810(0x1599), NDRV_E810(0x159a), NDRV_E810(0x159b),
	/* 82576 */
	NDRV_IGB(0x10c9),
	{}
};

/* From here on nothing touches the device for any context. The mappings are a matter of remove. */
static void dev_mark_gone(struct ndrv_dev *ndev)
{
	struct ndrv_ctx *ctx;

	lockdep_assert_held(&ndev->lock);
	/* pairs with call_pool_create(), which has no lock */
	WRITE_ONCE(ndev->gone, true);
	list_for_each_entry(ctx, &ndev->ctxs, node) {
		ndrv_ctx_set_state(ctx, NDRV_STATE_GONE, false);
		ndrv_event_post(ctx, NDRV_EVENT_GONE, NDRV_QUEUE_ANY, 0, 0);
	}
}

/* After hardware ops: if the card vanished, tell everybody. */
void ndrv_dev_check_gone(struct ndrv_dev *ndev)
{
	lockdep_assert_held(&ndev->lock);
	if (ndrv_hw_gone(&ndev->hw) && !ndev->gone)
		dev_mark_gone(ndev);
}

static void dev_revoke_all(struct ndrv_dev *ndev, u32 reason)
{
	struct ndrv_ctx *ctx;

	lockdep_assert_held(&ndev->lock);
	list_for_each_entry(ctx, &ndev->ctxs, node) {
		if (ndrv_ctx_running(ctx)) {
			ndrv_ctx_set_state(ctx, NDRV_STATE_REVOKED, false);
			ndrv_event_post(ctx, NDRV_EVENT_REVOKED, ctx->q.queue, reason, 0);
		} else {
			ndrv_ctx_set_state(ctx, ctx->state, false);
		}
	}
}

/* The reset is over. Pairs that exist but do not run keep their doorbells over it. */
static void dev_restored(struct ndrv_dev *ndev)
{
	struct ndrv_ctx *ctx;

	list_for_each_entry(ctx, &ndev->ctxs, node)
		if (ctx->state == NDRV_STATE_READY)
			ndrv_ctx_set_state(ctx, NDRV_STATE_READY, true);
	ndrv_event_post_all(ndev, NDRV_EVENT_RESTORED, NDRV_QUEUE_ANY, 0, 0);
}

/*
 * Stops all DMA for certain: the family's reset, or else a function level reset, or else the bus
 * master bit is taken away and the device given up.
 */
static int dev_stop_dma(struct ndrv_dev *ndev)
{
	struct pci_dev *pdev = ndev->pdev;
	struct ndrv_hw *hw = &ndev->hw;
	int ret;

	lockdep_assert_held(&ndev->lock);
	hw->link_up = ndev->link_up;
	ret = hw->info->ops->reset(hw);
	if (ret && !ndrv_hw_gone(hw)) {
		dev_warn(&pdev->dev, "reset failed (%d), trying a function level reset\n", ret);
		pci_save_state(pdev);
		ret = pcie_reset_flr(pdev, false);
		pci_restore_state(pdev);
		hw->link_up = false;
		/* What error recovery will restore; a suspend in progress saves for itself. */
		if (!ret && !ndev->resetting)
			pci_save_state(pdev);
		if (!ret)
			ret = hw->info->ops->reset(hw);
	}
	/* No doorbell_fault() sets it meanwhile: whoever comes here has taken all doorbells away. */
	WRITE_ONCE(ndev->doorbells_touched, false);
	if (!ret)
		return 0;
	pci_clear_master(pdev);
	if (!ndrv_hw_gone(hw))
		dev_err(&pdev->dev, "cannot be reset (%d): bus mastering is off and the device unusable; unbind it, power-cycle the machine\n",
			ret);
	WRITE_ONCE(hw->gone, true);
	ndrv_dev_check_gone(ndev);
	return -ENODEV;
}

/*
 * After dev_stop_dma: the port works again, with what its files wish. A port that does not start is
 * lost.
 */
static int dev_start_port(struct ndrv_dev *ndev)
{
	struct ndrv_hw *hw = &ndev->hw;
	int ret;

	lockdep_assert_held(&ndev->lock);
	ret = hw->info->ops->start(hw);
	if (!ret) {
		ndev->rx_mode = ~0U;
		ret = ndrv_rx_mode_apply(ndev);
	}
	if (!ret)
		ret = ndrv_link_update(ndev);
	if (!ret) {
		ndrv_irq_misc_arm(ndev);
		ndrv_rss_restore(ndev);
		ndrv_filter_restore(ndev);
		return ndev->gone ? -ENODEV : 0;
	}
	dev_err(&ndev->pdev->dev, "the port does not start after its reset (%d)\n", ret);
	WRITE_ONCE(hw->gone, true);
	ndrv_dev_check_gone(ndev);
	return -ENODEV;
}

/*
 * Resets the device, because a queue would not stop, mostly. Counts, tells the pairs, brings the port
 * up again. @reason: NDRV_REASON_*. -ENODEV: the device is lost.
 */
int ndrv_dev_reset_for(struct ndrv_dev *ndev, u32 reason, const char *why)
{
	int ret;

	lockdep_assert_held(&ndev->lock);
	dev_warn_ratelimited(&ndev->pdev->dev, "resetting the device: %s\n", why);
	trace_ndrv_reset(ndev->minor, pci_dev_id(ndev->pdev));
	ndev->resets++;
	ndrv_stats_fold_all(ndev);
	dev_revoke_all(ndev, reason);
	ret = dev_stop_dma(ndev);
	if (!ret)
		ret = dev_start_port(ndev);
	if (!ret)
		dev_restored(ndev);
	return ret;
}

/* The first and second half of a reset that somebody else does: sysfs, AER, suspend. */
static void dev_quiesce(struct ndrv_dev *ndev, u32 reason, bool reachable)
{
	mutex_lock(&ndev->lock);
	if (!ndev->gone) {
		dev_info(&ndev->pdev->dev, "ndrv%d: the device is being reset or suspended; its queues are revoked\n",
			 ndev->minor);
		trace_ndrv_reset(ndev->minor, pci_dev_id(ndev->pdev));
		if (reachable)
			ndrv_stats_fold_all(ndev);
		/* pairs with the interrupt handlers, here and in dev_revive() */
		WRITE_ONCE(ndev->resetting, true);
		ndev->resets++;
		dev_revoke_all(ndev, reason);
		/* Buffers are their owners' again, in both cases; registers may not be touched in one. */
		if (reachable)
			dev_stop_dma(ndev);
		else
			pci_clear_master(ndev->pdev);
	}
	mutex_unlock(&ndev->lock);
	/* Who saw no reset under way may be on the way to a register. */
	ndrv_irq_sync(ndev);
}

static void dev_revive(struct ndrv_dev *ndev)
{
	mutex_lock(&ndev->lock);
	if (!ndev->gone && ndev->resetting) {
		WRITE_ONCE(ndev->resetting, false);
		if (!dev_stop_dma(ndev)) {
			pci_save_state(ndev->pdev);
			pci_set_master(ndev->pdev);
			if (!dev_start_port(ndev))
				dev_restored(ndev);
		}
	}
	mutex_unlock(&ndev->lock);
}

static void dev_release(struct device *dev)
{
	struct ndrv_dev *ndev = container_of(dev, struct ndrv_dev, dev);

	pci_dev_put(ndev->pdev);
	mutex_destroy(&ndev->lock);
	kfree(ndev->vectors);
	kfree(ndev);
}

/*
 * The driver's reference ends, and the number is free for the next device even while files of this
 * one are open: after cdev_device_del() no inode leads here by number any more.
 */
static void dev_put_number(struct ndrv_dev *ndev)
{
	ida_free(&ndrv_minors, ndev->minor);
	put_device(&ndev->dev);
}

static struct ndrv_dev *dev_alloc(struct pci_dev *pdev, const struct ndrv_hw_info *info)
{
	struct ndrv_dev *ndev;
	int ret;

	ndev = kzalloc_node(sizeof(*ndev), GFP_KERNEL, dev_to_node(&pdev->dev));
	if (!ndev)
		return ERR_PTR(-ENOMEM);
	ndev->minor = ida_alloc_max(&ndrv_minors, NDRV_MAX_DEVICES - 1, GFP_KERNEL);
	if (ndev->minor < 0) {
		ret = ndev->minor;
		kfree(ndev);
		return ERR_PTR(ret);
	}
	device_initialize(&ndev->dev);
	ndev->dev.class = &ndrv_class;
	ndev->dev.parent = &pdev->dev;
	ndev->dev.devt = MKDEV(MAJOR(ndrv_devt), ndev->minor);
	ndev->dev.release = dev_release;
	ndev->pdev = pci_dev_get(pdev);
	mutex_init(&ndev->lock);
	init_rwsem(&ndev->bar_lock);
	INIT_LIST_HEAD(&ndev->ctxs);
	INIT_LIST_HEAD(&ndev->mappings);
	INIT_LIST_HEAD(&ndev->filters);
	INIT_DELAYED_WORK(&ndev->poll_work, ndrv_poll_work);
	ndev->max_frame = NDRV_DEFAULT_FRAME;
	ndev->pool_limit = ndrv_pool_limit_bytes();
	ndev->hw.info = info;
	ndev->hw.dev = &pdev->dev;
	ndev->hw.pci_device = pdev->device;
	ndev->hw.serial = pci_get_dsn(pdev);
	ndev->hw.max_queues = info->max_queues;
	ndev->hw.rss_queues = info->rss_queues;
	ndev->hw.features = info->features;
	cdev_init(&ndev->cdev, &ndrv_fops);
	ndev->cdev.owner = THIS_MODULE;
	ret = dev_set_name(&ndev->dev, NDRV_NAME "%d", ndev->minor);
	if (ret) {
		dev_put_number(ndev);
		return ERR_PTR(ret);
	}
	return ndev;
}

/* The PCI function's registers, and what the family needs before it touches one. */
static int dev_map(struct ndrv_dev *ndev)
{
	struct pci_dev *pdev = ndev->pdev;
	const struct ndrv_hw_info *info = ndev->hw.info;
	int ret;

	if (!dev_is_dma_coherent(&pdev->dev)) {
		dev_err(&pdev->dev, "DMA is not cache-coherent here: rings cannot be shared with user space\n");
		return -EOPNOTSUPP;
	}
	ret = pci_enable_device_mem(pdev);
	if (ret)
		return ret;
	ret = pci_request_region(pdev, info->regs_bar, NDRV_NAME);
	if (ret)
		goto err_disable;
	ret = -ENODEV;
	ndev->bar_start = pci_resource_start(pdev, info->regs_bar);
	if (pci_resource_len(pdev, info->regs_bar) < info->regs_min_bytes ||
	    !PAGE_ALIGNED(ndev->bar_start)) {
		dev_err(&pdev->dev, "BAR %u is too small or not page aligned: %pR\n",
			info->regs_bar, &pdev->resource[info->regs_bar]);
		goto err_region;
	}
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		goto err_region;
	/* One segment for a whole pool, where the IOMMU makes it contiguous */
	dma_set_max_seg_size(&pdev->dev, UINT_MAX);
	dma_set_seg_boundary(&pdev->dev, ULONG_MAX);

	ret = -ENOMEM;
	ndev->hw.regs = ioremap(ndev->bar_start, info->regs_min_bytes);
	if (!ndev->hw.regs)
		goto err_region;
	ndev->hw.regs_bytes = pci_resource_len(pdev, info->regs_bar);
	ret = info->ops->attach ? info->ops->attach(&ndev->hw) : 0;
	if (ret)
		goto err_iounmap;
	ndrv_pci_report_errors(pdev);
	return 0;

err_iounmap:
	iounmap(ndev->hw.regs);
	ndev->hw.regs = NULL;

err_region:
	pci_release_region(pdev, info->regs_bar);
err_disable:
	pci_disable_device(pdev);
	return ret;
}

/* The device does no DMA any more. */
static void dev_unmap(struct ndrv_dev *ndev)
{
	ndrv_pci_ignore_errors(ndev->pdev);
	if (ndev->hw.info->ops->detach)
		ndev->hw.info->ops->detach(&ndev->hw);
	iounmap(ndev->hw.regs);
	ndev->hw.regs = NULL;
	pci_release_region(ndev->pdev, ndev->hw.info->regs_bar);
	pci_disable_device(ndev->pdev);
}

static int ndrv_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct ndrv_hw_info *info = (const struct ndrv_hw_info *)id->driver_data;
	struct ndrv_dev *ndev;
	int ret;

	/* driver_override makes the PCI core offer any device, with an empty id. */
	if (!info || id->vendor == (u32)PCI_ANY_ID) {
		dev_err(&pdev->dev, "%04x:%04x is no device that ndrv knows\n", pdev->vendor,
			pdev->device);
		return -ENODEV;
	}
	ndev = dev_alloc(pdev, info);
	if (IS_ERR(ndev))
		return PTR_ERR(ndev);
	ret = dev_map(ndev);
	if (ret)
		goto err_put;

	ndrv_irq_setup(ndev);
	/* With what error recovery will restore: everything but bus mastering */
	pci_save_state(pdev);

	/* Whoever had the card before may have left DMA behind: reset first, master later. */
	mutex_lock(&ndev->lock);
	ret = dev_stop_dma(ndev);
	if (!ret) {
		pci_set_master(pdev);
		ret = dev_start_port(ndev);
	}
	if (!ret && !is_valid_ether_addr(ndev->hw.mac)) {
		dev_err(&pdev->dev, "no valid address in the NVM: %pM\n", ndev->hw.mac);
		dev_stop_dma(ndev);
		ret = -EIO;
	}
	mutex_unlock(&ndev->lock);
	if (ret)
		goto err_quiet;

	/* Publish last. */
	pci_set_drvdata(pdev, ndev);
	ret = cdev_device_add(&ndev->cdev, &ndev->dev);
	if (ret)
		goto err_quiet;
	ndrv_irq_misc_open(ndev);
	schedule_delayed_work(&ndev->poll_work, HZ);
	trace_ndrv_bind(ndev->minor, pci_dev_id(pdev));
	dev_info(&pdev->dev, "%s: %s, %pM\n", dev_name(&ndev->dev), info->name, ndev->hw.mac);
	return 0;

err_quiet:
	pci_clear_master(pdev);
	ndrv_irq_teardown(ndev);
	dev_unmap(ndev);
err_put:
	dev_put_number(ndev);
	return ret;
}

/*
 * Gives the function back while files may be open and their rings mapped.
 */
static void ndrv_remove(struct pci_dev *pdev)
{
	struct ndrv_dev *ndev = pci_get_drvdata(pdev);
	struct ndrv_ctx *ctx;

	/* 1. Nobody new comes: no open, no sysfs read, no periodic work. */
	cdev_device_del(&ndev->cdev, &ndev->dev);
	ndrv_irq_misc_close(ndev);
	cancel_delayed_work_sync(&ndev->poll_work);

	/* 2. Everybody who is there learns of it; no store reaches a doorbell any more. */
	mutex_lock(&ndev->lock);
	trace_ndrv_unbind(ndev->minor, pci_dev_id(pdev));
	dev_mark_gone(ndev);

	/* 3. The hardware stops, acknowledged or with bus mastering off: no DMA from here on. */
	if (!ndrv_hw_gone(&ndev->hw) && ndev->hw.info->ops->shutdown(&ndev->hw))
		dev_stop_dma(ndev);
	pci_clear_master(pdev);

	/* 4. Memory is no longer mapped for the device. It stays with those who hold it. */
	ndrv_pool_unmap_device(ndev);
	list_for_each_entry(ctx, &ndev->ctxs, node)
		ndrv_ctx_unmap_rings(ctx);
	ndrv_iommu_flush(ndev);
	WRITE_ONCE(ndev->hw.gone, true);
	mutex_unlock(&ndev->lock);

	/* 5. Interrupts and registers go. Who asks now gets -ENODEV. */
	ndrv_irq_teardown(ndev);
	dev_unmap(ndev);
	dev_info(&pdev->dev, "%s: released\n", dev_name(&ndev->dev));
	dev_put_number(ndev);
}

/* Reboot, kexec: the next kernel must find a card that does no DMA. */
static void ndrv_shutdown(struct pci_dev *pdev)
{
	struct ndrv_dev *ndev = pci_get_drvdata(pdev);

	dev_quiesce(ndev, NDRV_REASON_ADMIN, true);
	pci_clear_master(pdev);
}

static void ndrv_reset_prepare(struct pci_dev *pdev)
{
	dev_quiesce(pci_get_drvdata(pdev), NDRV_REASON_ADMIN, true);
}

static void ndrv_reset_done(struct pci_dev *pdev)
{
	dev_revive(pci_get_drvdata(pdev));
}

static pci_ers_result_t ndrv_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct ndrv_dev *ndev = pci_get_drvdata(pdev);

	dev_quiesce(ndev, NDRV_REASON_PCI_ERROR, false);
	if (state != pci_channel_io_perm_failure)
		return PCI_ERS_RESULT_NEED_RESET;
	mutex_lock(&ndev->lock);
	WRITE_ONCE(ndev->hw.gone, true);
	ndrv_dev_check_gone(ndev);
	mutex_unlock(&ndev->lock);
	return PCI_ERS_RESULT_DISCONNECT;
}

static pci_ers_result_t ndrv_slot_reset(struct pci_dev *pdev)
{
	pci_restore_state(pdev);
	pci_save_state(pdev);
	return PCI_ERS_RESULT_RECOVERED;
}

static const struct pci_error_handlers ndrv_err_handler = {
	.error_detected = ndrv_error_detected,
	.slot_reset = ndrv_slot_reset,
	.resume = ndrv_reset_done,
	.reset_prepare = ndrv_reset_prepare,
	.reset_done = ndrv_reset_done,
};

static int ndrv_suspend(struct device *dev)
{
	dev_quiesce(dev_get_drvdata(dev), NDRV_REASON_SUSPEND, true);
	return 0;
}

static int ndrv_resume(struct device *dev)
{
	dev_revive(dev_get_drvdata(dev));
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(ndrv_pm_ops, ndrv_suspend, ndrv_resume);

struct pci_driver ndrv_pci_driver = {
	.name = NDRV_NAME,
	.id_table = ndrv_ids,
	.probe = ndrv_probe,
	.remove = ndrv_remove,
	.shutdown = ndrv_shutdown,
	.err_handler = &ndrv_err_handler,
	.driver.pm = pm_sleep_ptr(&ndrv_pm_ops),
};

static void take_one(unsigned int domain, unsigned int bus, unsigned int devfn)
{
	struct pci_dev *pdev = pci_get_domain_bus_and_slot(domain, bus, devfn);
	int ret;

	if (!pdev) {
		pr_err("ndrv: bind=: no device at %04x:%02x:%02x.%x\n", domain, bus,
		       PCI_SLOT(devfn), PCI_FUNC(devfn));
		return;
	}
	if (pdev->dev.driver) {
		pci_err(pdev, "bind=: belongs to %s; unbind it first\n",
			dev_driver_string(&pdev->dev));
		goto out_put;
	}
	/*
	 * The override stays only as long as the match takes: later the device is anybody's
	 * again.
	 */
	ret = ndrv_pci_set_override(pdev, NDRV_NAME);
	if (!ret) {
		ret = device_attach(&pdev->dev);
		ndrv_pci_set_override(pdev, "");
		ret = ret < 0 ? ret : ret ? 0 : -ENODEV;
	}
	if (ret)
		pci_err(pdev, "bind=: not taken (%d)\n", ret);
out_put:
	pci_dev_put(pdev);
}

/* Module parameter bind=: the addresses of devices, each without a driver so far. */
int ndrv_pci_take(const char *list)
{
	unsigned int domain, bus, slot, func;
	int len;

	while (*list) {
		len = 0;
		if (sscanf(list, "%x:%x:%x.%x%n", &domain, &bus, &slot, &func, &len) != 4 ||
		    bus > 255 || slot > 31 || func > 7) {
			pr_err("ndrv: bind=: expected 0000:03:00.0[,...] at \"%s\"\n", list);
			return -EINVAL;
		}
		take_one(domain, bus, PCI_DEVFN(slot, func));
		list += len;
		if (*list == ',')
			list++;
	}
	return 0;
}
