// SPDX-License-Identifier: GPL-2.0-only
/*
 * One fault for each checker of the bench's kernels, and beside each the same thing done right. A checker
 * that is silent about its fault is not there. Only tools/vm/planted loads it, in a VM.
 *
 *	/sys/module/planted/parameters/bad	writing a name of the table below does it wrong
 *	/sys/module/planted/parameters/good	does it right
 *	/sys/module/planted/parameters/refused	allocations that failed, and were seen to have
 *
 * What the compiler could see through is hidden from it: it would warn, or leave out what it takes for
 * impossible.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define LEN	128		/* bytes; an object that fills its slab's slot has poison behind it */
#define LEAKS	16		/* a stale pointer on some stack hides one or the other */
#define RACE_MS	2000

static unsigned int refused;
module_param(refused, uint, 0444);
MODULE_PARM_DESC(refused, "allocations that failed");

static unsigned int sink;	/* results end here */

static int out_of_bounds(bool bad)
{
	char *p = kmalloc(LEN, GFP_KERNEL);
	size_t at = bad ? LEN : LEN - 1;

	if (!p)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(p[at], 1);
	kfree(p);
	return 0;
}

static int after_free(bool bad)
{
	char *p = kzalloc(LEN, GFP_KERNEL), *again = p;

	if (!p)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(again);
	if (bad)
		kfree(p);
	WRITE_ONCE(sink, READ_ONCE(*again));
	if (!bad)
		kfree(p);
	return 0;
}

static int shift(bool bad)
{
	unsigned int by = bad ? 32 : 31;

	OPTIMIZER_HIDE_VAR(by);
	WRITE_ONCE(sink, 1U << by);
	return 0;
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void take_both(struct mutex *outer, struct mutex *inner)
{
	mutex_lock(outer);
	mutex_lock(inner);
	mutex_unlock(inner);
	mutex_unlock(outer);
}

/* By one task, one after the other: nothing hangs, the order alone is wrong. */
static int lock_order(bool bad)
{
	take_both(&first, &second);
	if (bad)
		take_both(&second, &first);
	else
		take_both(&first, &second);
	return 0;
}

static DEFINE_SPINLOCK(spin);

/* GFP_KERNEL may sleep. */
static int atomic_sleep(bool bad)
{
	void *p;

	spin_lock(&spin);
	p = kmalloc(LEN, bad ? GFP_KERNEL : GFP_ATOMIC);
	spin_unlock(&spin);
	kfree(p);
	return p ? 0 : -ENOMEM;
}

/* Nobody looks whether there is memory: that is only seen when an allocation is made to fail. */
static int unchecked(bool bad)
{
	unsigned int *p = kmalloc(LEN, GFP_KERNEL);

	if (!p)
		refused++;
	if (!p && !bad)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(*p, 1);
	kfree(p);
	return 0;
}

static int leak(bool bad)
{
	unsigned int i;
	void *p;

	for (i = 0; i < LEAKS; i++) {
		p = kmalloc(LEN, GFP_KERNEL);
		if (!p)
			return -ENOMEM;
		OPTIMIZER_HIDE_VAR(p);
		if (!bad)
			kfree(p);
	}
	return 0;
}

/* ---- DMA: of the NIC that is bound to the driver below, or of the first one ------------------------- */

struct mapping {
	struct pci_dev *pdev;
	void *buf;
	dma_addr_t iova;
	bool forget;		/* the driver goes, it stays */
};

static struct mapping mapping;

static int map(struct pci_dev *pdev)
{
	mapping.buf = kzalloc(LEN, GFP_KERNEL);
	if (!mapping.buf)
		return -ENOMEM;
	mapping.iova = dma_map_single(&pdev->dev, mapping.buf, LEN, DMA_FROM_DEVICE);
	if (!dma_mapping_error(&pdev->dev, mapping.iova))
		return 0;
	kfree(mapping.buf);
	mapping.buf = NULL;
	return -EIO;
}

static void unmap(struct pci_dev *pdev, size_t len)
{
	if (!mapping.buf)
		return;
	dma_unmap_single(&pdev->dev, mapping.iova, len, DMA_FROM_DEVICE);
	kfree(mapping.buf);
	mapping.buf = NULL;
}

static int unmap_size(bool bad)
{
	int ret;

	if (!mapping.pdev)
		return -ENODEV;
	ret = map(mapping.pdev);
	if (!ret)
		unmap(mapping.pdev, bad ? LEN / 2 : LEN);
	return ret;
}

/* Remove takes it away, or forgets it. */
static int map_kept(bool bad)
{
	if (!mapping.pdev)
		return -ENODEV;
	mapping.forget = bad;
	return map(mapping.pdev);
}

/* As a driver that maps for a device which it has lost already. */
static int map_late(bool bad)
{
	struct pci_dev *pdev = pci_get_class(PCI_CLASS_NETWORK_ETHERNET << 8, NULL);
	int ret;

	if (!pdev)
		return -ENODEV;
	ret = map(pdev);
	if (!ret && !bad)
		unmap(pdev, LEN);
	pci_dev_put(pdev);
	return ret;
}

static int planted_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (mapping.pdev)
		return -EBUSY;
	mapping.pdev = pdev;
	return 0;
}

static void planted_remove(struct pci_dev *pdev)
{
	if (!mapping.forget)
		unmap(pdev, LEN);
	mapping.pdev = NULL;
}

/* No id: driver_override alone gives it a device. */
static const struct pci_device_id planted_ids[] = { { } };

static struct pci_driver planted_driver = {
	.name = "planted",
	.id_table = planted_ids,
	.probe = planted_probe,
	.remove = planted_remove,
};

/* ---- two threads ------------------------------------------------------------------------------------- */

static unsigned long shared;

static int racer(void *bad)
{
	while (!kthread_should_stop()) {
		if (bad) {
			shared++;
		} else {
			spin_lock(&spin);
			shared++;
			spin_unlock(&spin);
		}
		cond_resched();
	}
	return 0;
}

static int race(bool bad)
{
	struct task_struct *a, *b;

	a = kthread_run(racer, bad ? &shared : NULL, "planted-a");
	if (IS_ERR(a))
		return PTR_ERR(a);
	b = kthread_run(racer, bad ? &shared : NULL, "planted-b");
	msleep(RACE_MS);
	kthread_stop(a);
	return IS_ERR(b) ? PTR_ERR(b) : kthread_stop(b);
}

/* ---- who is asked for what --------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*run)(bool bad);
} faults[] = {
	{ "out_of_bounds", out_of_bounds },
	{ "after_free", after_free },
	{ "shift", shift },
	{ "lock_order", lock_order },
	{ "atomic_sleep", atomic_sleep },
	{ "unchecked", unchecked },
	{ "leak", leak },
	{ "unmap_size", unmap_size },
	{ "map_kept", map_kept },
	{ "map_late", map_late },
	{ "race", race },
};

static int run(const char *name, bool bad)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++)
		if (sysfs_streq(name, faults[i].name))
			return faults[i].run(bad);
	return -EINVAL;
}

static int run_bad(const char *name, const struct kernel_param *kp)
{
	return run(name, true);
}

static int run_good(const char *name, const struct kernel_param *kp)
{
	return run(name, false);
}

static const struct kernel_param_ops bad_ops = { .set = run_bad };
static const struct kernel_param_ops good_ops = { .set = run_good };

module_param_cb(bad, &bad_ops, NULL, 0200);
MODULE_PARM_DESC(bad, "name of what is to be done wrong");
module_param_cb(good, &good_ops, NULL, 0200);
MODULE_PARM_DESC(good, "name of what is to be done right");

module_pci_driver(planted_driver);

MODULE_DESCRIPTION("faults for checkers to see");
MODULE_LICENSE("GPL");
