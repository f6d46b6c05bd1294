/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internal structures of the module: who owns what, under which lock, and which file does what.
 *
 * Ownership
 *
 * struct ndrv_dev is one bound function. Its embedded struct device is the reference count: the
 * driver holds one from probe to remove, every open file one (ctx->ndev), every pool one
 * (pool->ndev), and the embedded cdev one while an inode is open. So it outlives unbind; what does
 * not outlive it is hw.regs, the DMA mappings and the sysfs entries. ndev->gone says that remove
 * has been there.
 *
 * struct ndrv_ctx is one open file, from open to release; VMAs hold the file, so it also outlives
 * every mapping of its rings. Ring, status and dummy pages belong to it and are ordinary refcounted
 * pages, so that they outlive the device.
 *
 * struct ndrv_mapping is one dma-buf mapped for one device, counted by the files that attached it.
 *
 * Lock order: mmap_lock -> ndrv_dev.lock -> ndrv_dev.bar_lock -> { dma_resv, i_mmap_rwsem, page
 * locks } so user memory is never touched with either lock held. ndrv_event_ring.reader -> mmap_lock:
 * read(2) touches user memory, and takes neither of the two. Spinlocks come last.
 *
 * ndrv_dev.lock (mutex, process context) protects everything in ndrv_dev and ndrv_ctx that has no
 * other rule at its field, and serialises the hardware ops. Taken interruptibly by ioctls.
 *
 * ndrv_dev.bar_lock (rwsem, process context): readers are those who reach a doorbell without
 * ndrv_dev.lock (page faults, NDRV_DOORBELL); they look at ctx->doorbell_live and ctx->state under
 * it. Both change, and VMAs are zapped, under the write side (and ndrv_dev.lock).
 *
 * ndrv_vector.lock (spinlock, taken in interrupts) protects what is armed and ready in the contexts of
 * that vector, and serialises the ops for interrupts; below it ndrv_ctx.uring_lock and the lock of
 * ndrv_ctx.wait. A context is in the list of its vector only while its pair runs, so no handler meets
 * one that is being freed.
 */
#ifndef NDRV_INTERNAL_H
#define NDRV_INTERNAL_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/ndrv.h>

#include "hw.h"

#define NDRV_NAME		"ndrv"
#define NDRV_MAX_DEVICES	256
#define NDRV_MAX_POOLS_PER_CTX	1024
#define NDRV_DEFAULT_FRAME	1518

/* One ring of a pair. The pages live as long as the context, the mapping as long as the device. */
struct ndrv_ring {
	struct page **pages;
	u32 nr_pages;
	u32 entries;
	u32 bytes;
	dma_addr_t iova;
	bool mapped;
};

#define NDRV_EVENT_RING		64

/* Events that one file has not read yet; event.c. Numbers count up freely. */
struct ndrv_event_ring {
	spinlock_t lock;			/* everything here but @reader and @wait */
	struct mutex reader;			/* one reader at a time; user memory is touched under it */
	wait_queue_head_t wait;			/* readers that sleep */
	u64 first, next;			/* to be read, to be written */
	u64 lost;				/* pushed out before @first, and not told yet */
	u64 lost_ever;				/* pushed out since open */
	u64 lost_ns;				/* when the last of them happened */
	bool ended;				/* NDRV_EVENT_GONE is in, or was */
	struct ndrv_event events[NDRV_EVENT_RING];
};

/* An MSI-X vector; there until the last file is closed, with an interrupt until remove. */
struct ndrv_vector {
	spinlock_t lock;			/* see above */
	struct list_head ctxs;			/* whose pairs run, by vector_node; none in vector 0 */
	struct ndrv_dev *ndev;
	u32 index;
	int irq;
	char name[20];				/* in /proc/interrupts */
};

struct ndrv_ctx {
	struct ndrv_dev *ndev;			/* constant */
	struct list_head node;			/* in ndev->ctxs */
	struct address_space *mapping;		/* constant: where to zap */
	kuid_t uid;				/* constant: who opened */
	pid_t pid;				/* constant: for people, as the host sees it */
	char comm[TASK_COMM_LEN];		/* constant */

	u32 state;				/* NDRV_STATE_*; bar_lock, poll reads it racily */
	bool doorbell_live;			/* faults may map the BAR; see bar_lock */
	bool kernel_doorbell;			/* constant once the pair exists */
	struct ndrv_hw_queue q;			/* constant once the pair exists */
	struct ndrv_ring rx;
	struct ndrv_ring tx;

	struct page *status_page;
	struct ndrv_status *status;
	struct page *dummy_page;		/* where stores to a dead doorbell go */

	struct page *counters_page;
	const struct ndrv_counters *counters;	/* written by user space: shown, never believed */

	u64 status_generation;			/* what status->generation shows */
	u64 interrupts;				/* reported to this file; one writer at a time */
	bool counted;				/* the card counts for this pair */
	struct ndrv_hw_queue_stats queue_stats;	/* since the pair was set up */
	struct ndrv_event_ring events;
	struct xarray filters;			/* id -> struct ndrv_filter */
	u32 rx_mode;				/* this file's wish */
	u32 max_frame;
	struct xarray pools;			/* id -> struct ndrv_mapping */

	wait_queue_head_t wait;
	struct list_head vector_node;		/* these three: the vector's lock */
	u32 armed;				/* NDRV_ARM_*: to be reported */
	u32 ready;				/* NDRV_ARM_*: reported; poll reads it racily */
	spinlock_t uring_lock;
	struct io_uring_cmd *wait_cmd;		/* under uring_lock: the WAIT that there is */
};

/* A dma-buf as one device sees it. */
struct ndrv_mapping {
	struct list_head node;			/* in ndev->mappings while mapped */
	struct dma_buf *dmabuf;			/* holds a reference while mapped */
	struct dma_buf_attachment *attach;	/* NULL once the device is gone */
	struct sg_table *sgt;
	unsigned int users;			/* files that attached it */
	u64 len_bytes;
	u32 piece_shift;
	u32 nr_iovas;
	u64 *iovas;
};

/* A filter of the port, shared by the files that asked for it. */
struct ndrv_filter {
	struct list_head node;			/* in ndev->filters */
	struct ndrv_hw_filter hw;
	bool in_hw;				/* false: lost in a reset; the log says so */
	unsigned int users;			/* files whose xarray it is in */
};

struct ndrv_dev {
	struct device dev;			/* the class device and the reference count */
	struct cdev cdev;
	int minor;
	struct pci_dev *pdev;			/* holds a reference to the end */
	struct mutex lock;			/* see above */
	struct rw_semaphore bar_lock;		/* see above */

	struct ndrv_hw hw;
	resource_size_t bar_start;		/* physical address of the register BAR */
	bool gone;				/* remove has run, or the hardware is lost */
	bool resetting;				/* between reset_prepare and reset_done */
	bool doorbells_touched;			/* since the last reset: user space has a page */
	bool unsafe_told;			/* the log says that DMA is not confined */
	struct list_head ctxs;
	struct list_head mappings;
	DECLARE_BITMAP(queues, NDRV_HW_MAX_QUEUES);	/* pairs that belong to a context */

	struct list_head filters;		/* struct ndrv_filter, the oldest first */
	u64 filter_order;			/* of the last one */
	struct ndrv_ctx *rss_owner;		/* whose table is in force; NULL: nobody's */
	struct ndrv_hw_rss rss;			/* that table */
	u32 rx_mode;				/* what the hardware was told */
	u32 max_frame;
	bool link_up;
	u32 link_mbps;
	struct ndrv_hw_stats stats;
	u64 resets;
	u64 link_changes;
	struct delayed_work poll_work;

	struct ndrv_vector *vectors;		/* hw.vectors of them; constant from probe on */
	bool misc_open;				/* under vectors[0].lock, with the next one */
	unsigned long misc_next;		/* jiffies: poll_work does not come early before this */

	atomic64_t pool_bytes;			/* of all pools created here; lock-free */
	u64 pool_limit;				/* constant */
};

/* The read side of bar_lock, for who must not sleep, or may not be made to. */
static inline int ndrv_bar_lock(struct ndrv_dev *ndev, bool nonblock)
{
	if (nonblock)
		return down_read_trylock(&ndev->bar_lock) ? 0 : -EAGAIN;
	return down_read_interruptible(&ndev->bar_lock);
}

static inline bool ndrv_ctx_running(const struct ndrv_ctx *ctx)
{
	return ctx->state == NDRV_STATE_RUNNING;
}

/* main.c */
extern struct class ndrv_class;
extern dev_t ndrv_devt;
extern bool ndrv_allow_unsafe_dma;
u64 ndrv_pool_limit_bytes(void);

/* hw.c: what hw.h says */

/* pci.c */
extern struct pci_driver ndrv_pci_driver;
int ndrv_dev_reset_for(struct ndrv_dev *ndev, u32 reason, const char *why);

static inline int ndrv_dev_reset(struct ndrv_dev *ndev, const char *why)
{
	return ndrv_dev_reset_for(ndev, NDRV_REASON_RESET, why);
}

void ndrv_dev_check_gone(struct ndrv_dev *ndev);
int ndrv_pci_take(const char *list);

/* iommu.c */
u32 ndrv_iommu_type(struct ndrv_dev *ndev);
int ndrv_iommu_check(struct ndrv_dev *ndev);
void ndrv_iommu_flush(struct ndrv_dev *ndev);

/* cdev.c */
extern const struct file_operations ndrv_fops;

/* queue.c */
int ndrv_queue_setup(struct ndrv_ctx *ctx, struct ndrv_queue_setup *arg);
void ndrv_queue_unset(struct ndrv_ctx *ctx);
int ndrv_queue_start(struct ndrv_ctx *ctx, struct ndrv_queue_start *arg);
int ndrv_queue_stop(struct ndrv_ctx *ctx);
int ndrv_queue_get(struct ndrv_ctx *ctx, struct ndrv_queue_get *arg);
int ndrv_queue_doorbell(struct ndrv_ctx *ctx, const struct ndrv_doorbell *arg, bool nonblock);
void ndrv_ctx_set_state(struct ndrv_ctx *ctx, u32 state, bool doorbell_live);
void ndrv_ctx_unmap_rings(struct ndrv_ctx *ctx);
void ndrv_ctx_free_pair(struct ndrv_ctx *ctx);
void ndrv_queue_sweep(struct ndrv_dev *ndev);
int ndrv_rx_mode_apply(struct ndrv_dev *ndev);

/* irq.c */
void ndrv_irq_setup(struct ndrv_dev *ndev);
void ndrv_irq_teardown(struct ndrv_dev *ndev);
void ndrv_irq_sync(struct ndrv_dev *ndev);
void ndrv_irq_misc_open(struct ndrv_dev *ndev);
void ndrv_irq_misc_close(struct ndrv_dev *ndev);
void ndrv_irq_misc_arm(struct ndrv_dev *ndev);
int ndrv_irq_arm(struct ndrv_ctx *ctx, u32 sides, struct io_uring_cmd *cmd);
void ndrv_irq_join(struct ndrv_ctx *ctx);
void ndrv_irq_leave(struct ndrv_ctx *ctx, int res);
__poll_t ndrv_irq_poll(struct ndrv_ctx *ctx);

/* uring.c */
int ndrv_uring_cmd(struct io_uring_cmd *cmd, unsigned int issue_flags);
int ndrv_uring_wait(struct ndrv_ctx *ctx, struct io_uring_cmd *cmd);
bool ndrv_uring_complete(struct ndrv_ctx *ctx, int res);

/* rss.c */
int ndrv_rss_set(struct ndrv_ctx *ctx, const struct ndrv_rss *arg);
void ndrv_rss_drop(struct ndrv_ctx *ctx);
void ndrv_rss_restore(struct ndrv_dev *ndev);

/* event.c */
void ndrv_event_init(struct ndrv_event_ring *ring);
void ndrv_event_post(struct ndrv_ctx *ctx, u32 type, u32 queue, u32 arg0, u32 arg1);
void ndrv_event_post_all(struct ndrv_dev *ndev, u32 type, u32 queue, u32 arg0, u32 arg1);
u32 ndrv_event_pending(struct ndrv_ctx *ctx);
u64 ndrv_event_lost(struct ndrv_ctx *ctx);
ssize_t ndrv_event_read(struct file *file, char __user *buf, size_t room, loff_t *pos);

/* filter.c */
int ndrv_filter_add(struct ndrv_ctx *ctx, struct ndrv_filter_add *arg);
int ndrv_filter_del(struct ndrv_ctx *ctx, u32 id);
void ndrv_filter_drop_all(struct ndrv_ctx *ctx);
void ndrv_filter_restore(struct ndrv_dev *ndev);

/* pool.c */
int ndrv_pool_create(struct ndrv_ctx *ctx, u64 len_bytes, struct dma_buf **out, u32 *contig_bytes);
int ndrv_pool_attach(struct ndrv_ctx *ctx, struct ndrv_pool_attach *arg, u64 **iovas);
int ndrv_pool_detach(struct ndrv_ctx *ctx, u32 id);
void ndrv_pool_unattach(struct ndrv_ctx *ctx, u32 id);
void ndrv_pool_detach_all(struct ndrv_ctx *ctx);
void ndrv_pool_unmap_device(struct ndrv_dev *ndev);

/* mmap.c */
int ndrv_mmap(struct file *file, struct vm_area_struct *vma);
void ndrv_mmap_zap(struct ndrv_ctx *ctx);

/* stats.c */
void ndrv_poll_work(struct work_struct *work);
void ndrv_stats_fold(struct ndrv_dev *ndev);
void ndrv_stats_fold_all(struct ndrv_dev *ndev);
void ndrv_queue_stats_fold(struct ndrv_ctx *ctx);
int ndrv_link_update(struct ndrv_dev *ndev);
void ndrv_link_publish(struct ndrv_ctx *ctx);

/* sysfs.c */
void ndrv_show_fdinfo(struct seq_file *m, struct file *file);
extern const struct attribute_group *ndrv_groups[];

#endif
