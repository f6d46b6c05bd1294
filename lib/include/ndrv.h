/* SPDX-License-Identifier: MIT */
/*
 * libndrv, control path: open a queue of an ndrv device, give it packet memory, start and stop it. The
 * data path is in <ndrv/ring.h>, which this file includes; <ndrv/desc.h> describes raw descriptors.
 *
 * A forwarder in five calls: ndrv_queue_open() for each port, ndrv_pool_create() once, ndrv_pool_attach()
 * and ndrv_queue_start() for each port; then ndrv_rx_burst() and ndrv_tx_burst().
 *
 * Results are 0 or more, or a negative errno value; the global errno means nothing. Nothing is printed.
 * Besides the errors named here, calls that reach the kernel return what <linux/ndrv.h> documents for
 * the ioctl behind them, and -ENODEV when the device is gone. Calls that wait restart after signals.
 *
 * Thread rule: one thread at a time per queue, control and data calls together; different queues may be
 * used at once. ndrv_pool_create() and ndrv_pool_destroy() count as calls on that pool alone.
 */
#ifndef NDRV_H
#define NDRV_H

#include <stddef.h>
#include <stdint.h>

#include <linux/ndrv.h>

#include <ndrv/ring.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NDRV_OPEN_F_NO_RX		(1u << 0)	/* without a receive side */
#define NDRV_OPEN_F_NO_TX		(1u << 1)	/* without a transmit side */
#define NDRV_OPEN_F_NO_QUEUE		(1u << 2)	/* information and statistics only */
#define NDRV_OPEN_F_KERNEL_DOORBELL	(1u << 3)	/* move tails by one ioctl a burst */
#define NDRV_OPEN_F_PROMISC		(1u << 4)	/* receive everything */
#define NDRV_OPEN_F_ALLMULTI		(1u << 5)	/* receive every multicast frame */
#define NDRV_OPEN_F_VLAN_STRIP		(1u << 6)	/* take VLAN tags out of received frames */

/**
 * struct ndrv_queue_opts - What kind of queue; zero everywhere but @size means the defaults
 * @size: sizeof(struct ndrv_queue_opts)
 * @flags: NDRV_OPEN_F_*
 * @queue: Number of the queue pair, or NDRV_QUEUE_ANY. Frames arrive on queue 0, unless ndrv_rss_set()
 *         spreads them.
 * @rx_entries: Receive descriptors, 0 = 512; rounded up to a power of two that the device can do
 * @tx_entries: Transmit descriptors, 0 = 512; the same
 * @rx_buf_bytes: What the card may write into one buffer, 0 = 2048 or the next the device can do
 * @max_frame_bytes: Longest frame without FCS, 0 = 1518
 * @reserved: 0
 */
struct ndrv_queue_opts {
	uint32_t size;
	uint32_t flags;
	uint32_t queue;
	uint32_t rx_entries;
	uint32_t tx_entries;
	uint32_t rx_buf_bytes;
	uint32_t max_frame_bytes;
	uint32_t reserved;
};

/**
 * ndrv_queue_open() - Open a device and set up a queue pair; the hardware does not run yet
 * @qp: The queue; the caller's until ndrv_queue_close()
 * @name: "ndrv0", "/dev/ndrv0", or a PCI address ("0000:03:00.0", "03:00.0")
 * @opts: NULL for all defaults
 *
 * Return: 0, or
 *  -ENOENT    no such device, or the PCI device is not bound to ndrv
 *  -EACCES    no permission for the device file (be in group ndrv), or no translating IOMMU
 *  -EBUSY     another user has the device open, or the queue belongs to somebody else
 *  -EINVAL    bad name or option, both sides left out
 *  -ERANGE    ring, buffer or frame size beyond the device's limits; for a ring, the largest power of
 *             two within out_ring_max of ndrv_queue_info() (E810: 4096)
 *  -ENXIO     the device is behind no IOMMU
 *  -EPROTONOSUPPORT  kernel with another ABI version, or a descriptor format unknown to this library
 *  -ENOMEM, -EMFILE
 */
int ndrv_queue_open(struct ndrv_queue **qp, const char *name, const struct ndrv_queue_opts *opts);

/**
 * ndrv_queue_close() - Stop the queue, give its buffers back to the pool, detach that, free everything
 *
 * Buffers in the program's hands stay valid as long as the pool. May be called in any state, also after
 * -ENODEV, and with NULL.
 */
void ndrv_queue_close(struct ndrv_queue *q);

/**
 * ndrv_pool_create() - Allocate packet memory
 * @poolp: The pool; the caller's until ndrv_pool_destroy()
 * @q: A queue of the device near which the memory should be. The pool is not attached to it.
 * @nr_bufs: Number of buffers; 0 = enough for three queues like @q that run full
 * @buf_bytes: Bytes of a buffer, a power of two from 256 to 65536; 0 = 2048
 *
 * A pool must be larger than the rings that it feeds: each attached queue can keep rx_entries +
 * tx_entries buffers, and 512 more in a cache of its own. Buffers in the program's hands come on top.
 * An E810 is given receive buffers by the eight: with fewer in the pool its ring stays as it is.
 *
 * Return: 0, or
 *  -EINVAL    buf_bytes
 *  -EDQUOT    over the module's limit (parameter pool_limit_mib)
 *  -ENOMEM, -EMFILE
 */
int ndrv_pool_create(struct ndrv_pool **poolp, struct ndrv_queue *q, uint32_t nr_bufs,
		     uint32_t buf_bytes);

/**
 * ndrv_pool_destroy() - Free a pool; its handles and their data become invalid
 *
 * Return: 0, or -EBUSY while a queue has it attached. With NULL it does nothing.
 */
int ndrv_pool_destroy(struct ndrv_pool *pool);

/* The dma-buf behind the pool; it belongs to the pool and is closed with it. */
int ndrv_pool_fd(const struct ndrv_pool *pool);

/* Where the pool is mapped, how long it is, and how many buffers it has. */
void *ndrv_pool_base(const struct ndrv_pool *pool);
size_t ndrv_pool_bytes(const struct ndrv_pool *pool);
uint32_t ndrv_pool_nr_bufs(const struct ndrv_pool *pool);

/* Buffers in the pool now, those in the caches of queues not counted. A snapshot, for statistics. */
uint32_t ndrv_pool_nr_free(const struct ndrv_pool *pool);

/**
 * ndrv_pool_attach() - Let the device of @q reach @pool, and let @q live on it
 *
 * A queue has one pool; a pool may serve any number of queues of any number of devices. What a buffer
 * has more than rx_buf_bytes is headroom in front of received frames.
 *
 * Return: 0, or
 *  -EEXIST    the queue has a pool
 *  -EBUSY     the queue runs
 *  -EINVAL    the buffers of the pool are smaller than rx_buf_bytes
 *  -EOPNOTSUPP  a buffer would not be contiguous for the device
 *  -ENOMEM
 */
int ndrv_pool_attach(struct ndrv_queue *q, struct ndrv_pool *pool);

/**
 * ndrv_queue_start() - Run: post receive buffers, enable the hardware
 *
 * Also the way back after -ESTALE: buffers that were with the card return to the pool first, frames that
 * were not sent are lost. The link may take seconds to come: ndrv_queue_wait_link().
 *
 * Return: 0, or
 *  -EBUSY     it runs already, or another queue of an E810 port runs with the other VLAN_STRIP
 *  -ENOBUFS   the pool cannot fill the receive ring, or there is no pool
 *  -ENXIO     the context has no queue (NDRV_OPEN_F_NO_QUEUE)
 *  -EAGAIN    the device is being reset; try again
 *  -ETIMEDOUT the hardware did not answer (see the kernel log)
 *  -EIO       the card's firmware refused (see the kernel log)
 */
int ndrv_queue_start(struct ndrv_queue *q);

/**
 * ndrv_queue_stop() - Stop the hardware; every buffer in the rings goes back to the pool
 *
 * Frames that were not sent are lost: ndrv_tx_flush() first to avoid that. Does nothing if stopped.
 *
 * Return: 0, or
 *  -ENXIO     the context has no queue
 *  -ETIMEDOUT the queue did not stop, so the kernel reset the device; the buffers are back all the same
 */
int ndrv_queue_stop(struct ndrv_queue *q);

/**
 * ndrv_tx_flush() - Wait until everything was sent, looking all the time
 * @timeout_us: At most so long, in microseconds
 *
 * Return: 0, or -ETIMEDOUT, or -ESTALE, -ENODEV, -EPIPE as for ndrv_tx_burst().
 */
int ndrv_tx_flush(struct ndrv_queue *q, uint64_t timeout_us);

/**
 * ndrv_queue_check() - Does the queue still run? Two loads, no system call.
 *
 * Return: 0 runs; -EPIPE not started; -ESTALE taken away by the kernel, may be started again; -ENODEV
 * the device is gone.
 */
int ndrv_queue_check(const struct ndrv_queue *q);

/* The file descriptor of the queue, for poll(2) and for ioctls of <linux/ndrv.h>. */
int ndrv_queue_fd(const struct ndrv_queue *q);

/* What was set up: the number of the queue pair, and the sizes after rounding. */
uint32_t ndrv_queue_number(const struct ndrv_queue *q);
uint32_t ndrv_queue_rx_entries(const struct ndrv_queue *q);
uint32_t ndrv_queue_tx_entries(const struct ndrv_queue *q);
uint32_t ndrv_queue_rx_buf_bytes(const struct ndrv_queue *q);

/* The pool that is attached, or NULL. */
struct ndrv_pool *ndrv_queue_pool(const struct ndrv_queue *q);

/* NDRV_INFO, NDRV_STATS, NDRV_LINK of <linux/ndrv.h>: 0 or -errno. @size and @flags are set here. */
int ndrv_queue_info(struct ndrv_queue *q, struct ndrv_info *info);
int ndrv_queue_stats(struct ndrv_queue *q, struct ndrv_stats *stats);
int ndrv_queue_link(struct ndrv_queue *q, struct ndrv_link *link);

/**
 * ndrv_queue_wait_link() - Sleep until the port has link
 * @timeout_ms: At most so long, in milliseconds
 *
 * Return: 0, or -ETIMEDOUT, -ENODEV; -EINTR when a signal arrived (so that a program can end).
 */
int ndrv_queue_wait_link(struct ndrv_queue *q, unsigned int timeout_ms);

/**
 * ndrv_queue_rx_mode() - Change what the port receives while this queue is open
 * @flags: NDRV_RX_MODE_*
 * @max_frame_bytes: Longest frame without FCS, 0 = 1518
 *
 * Return: 0, or -ERANGE.
 */
int ndrv_queue_rx_mode(struct ndrv_queue *q, uint32_t flags, uint32_t max_frame_bytes);

/**
 * ndrv_rss_set() - Spread received frames over queues of the port
 * @key: NDRV_RSS_KEY_LEN bytes, the key of the hash; NULL: one under which both directions of a TCP or
 *       UDP flow, and of an IP conversation, have the same hash and so arrive on the same queue
 * @queues: Numbers of queue pairs, also of those that other processes have or will have
 * @nr_queues: How many, up to NDRV_RSS_TABLE_LEN; a number that is there twice gets twice the share. 0:
 *             take the spreading back, everything arrives on queue 0 again
 *
 * Belongs to @q and ends when that is closed. Frames for a queue that does not run are dropped, so start
 * the queues first. See NDRV_RSS in <linux/ndrv.h> for what is hashed.
 *
 * Return: 0, or
 *  -EOPNOTSUPP  the device has no RSS (out_rss_queues of ndrv_queue_info() is 0)
 *  -ERANGE    a queue is not below out_rss_queues
 *  -EBUSY     somebody else's spreading is in force
 *  -EINVAL    @nr_queues
 */
int ndrv_rss_set(struct ndrv_queue *q, const uint8_t *key, const uint16_t *queues,
		 unsigned int nr_queues);

/* One line of English for a result of this library, such as "permission denied: ..."; never NULL. */
const char *ndrv_strerror(int result);

/* "1.0.0"; what this library is, not what it was compiled against. */
const char *ndrv_version(void);

#ifdef __cplusplus
}
#endif

#endif
