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
#define NDRV_OPEN_F_DEFER_DOORBELL	(1u << 7)	/* bursts move no tails: ndrv_queue_doorbell() */

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
 * ndrv_queue_export() - Let go of a queue without closing its file, so that another process can go on
 *
 * Stops it, gives its buffers back to the pool, detaches that, frees everything as ndrv_queue_close() does,
 * @q included, except the file: what belongs to that stays, such as the queue pair, filters, and what
 * ndrv_rss_set() and ndrv_queue_rx_mode() had set.
 *
 * Return: the file descriptor, which is the caller's now: pass it on (SCM_RIGHTS, fork) for
 * ndrv_queue_import(), close it here. -ENODEV: the device is gone, and @q was closed.
 */
int ndrv_queue_export(struct ndrv_queue *q);

/**
 * ndrv_queue_import() - Make a queue of a file descriptor that another process has set up
 * @fd: Of /dev/ndrvN; the queue's on success, the caller's otherwise. Other copies of it may stay open: the
 *      pair lives until the last one is closed.
 * @flags: 0 or NDRV_OPEN_F_DEFER_DOORBELL; the rest was decided by who opened it
 *
 * The former holder must not use the queue any more: it has called ndrv_queue_export(), or is dead. If the
 * pair runs it is stopped and its pools are detached, so this process begins as after ndrv_queue_open(), with
 * ndrv_pool_attach() and ndrv_queue_start(). An open file without a queue pair becomes a queue like one of
 * NDRV_OPEN_F_NO_QUEUE.
 *
 * Return: 0, or
 *  -ENOTTY    not a file of ndrv
 *  -EBADF     not a file descriptor
 *  -EINVAL    @flags; or rings that are no powers of two (set up without this library)
 *  -EPROTONOSUPPORT  as for ndrv_queue_open()
 *  -ENODEV, -ENOMEM
 */
int ndrv_queue_import(struct ndrv_queue **qp, int fd, uint32_t flags);

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

/**
 * ndrv_pool_split() - Take buffers out of a pool, for good, so that another process can have them
 * @nr_bufs: How many
 * @firstp: Set to the number of the first one in the dma-buf
 *
 * The last @nr_bufs buffers of the pool, counted from the start of the dma-buf: send ndrv_pool_fd(), the size
 * of a buffer and these two numbers to the other process for ndrv_pool_import(). Each process then gives out and
 * takes back only its own buffers. The memory is shared: both can read and write all of it, and packets may be
 * passed by agreement, but a buffer must be given back where it came from. They stay the other's when it ends;
 * a new process can import the same numbers when the old one is dead and its queues are stopped.
 *
 * Return: 0, or
 *  -EBUSY     a queue has the pool attached, or one of these buffers is in the program's hands
 *  -EINVAL    @nr_bufs is 0, or there are not more than that
 */
int ndrv_pool_split(struct ndrv_pool *pool, uint32_t nr_bufs, uint32_t *firstp);

/**
 * ndrv_pool_import() - A pool of buffers that another process has split off
 * @fd: The dma-buf; the pool's on success, the caller's otherwise
 * @buf_bytes: Size of a buffer, as in the other process
 * @first: Number of the first buffer
 * @nr_bufs: How many; 0 = all from @first on
 *
 * Also for dma-bufs of other exporters, as far as they can be mapped into a process.
 *
 * Return: 0, or
 *  -EINVAL    @buf_bytes, or not a dma-buf
 *  -ERANGE    there are not so many buffers in it
 *  -EBADF, -ENOMEM, or why it could not be mapped
 */
int ndrv_pool_import(struct ndrv_pool **poolp, int fd, uint32_t buf_bytes, uint32_t first,
		     uint32_t nr_bufs);

/* The dma-buf behind the pool; it belongs to the pool and is closed with it. */
int ndrv_pool_fd(const struct ndrv_pool *pool);

/* The first buffer of the pool, how long it is, and how many buffers it has; without those split off. */
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
 *  -EBUSY     it runs already, or another queue of an E810 or 82576 port runs with the other
 *             VLAN_STRIP
 *  -ENOBUFS   the pool cannot fill the receive ring, or there is no pool
 *  -ENXIO     the context has no queue (NDRV_OPEN_F_NO_QUEUE)
 *  -EAGAIN    the device is being reset; try again
 *  -ETIMEDOUT the hardware did not answer (see the kernel log)
 *  -EIO       the card's firmware refused (see the kernel log)
 */
int ndrv_queue_start(struct ndrv_queue *q);

/**
 * ndrv_queue_doorbell() - Move the tails that calls of the data path left behind
 *
 * Only for queues with NDRV_OPEN_F_DEFER_DOORBELL, whose bursts write descriptors but do not tell the card:
 * the program does, with this call, or for many queues at once with ndrv_uring_prep_doorbell() of
 * <ndrv/uring.h>. ndrv_wait(), ndrv_waiter_arm(), ndrv_tx_flush() and ndrv_queue_start() do it themselves. A
 * queue whose tails are not told neither sends nor gets fresh receive buffers. With mapped doorbells these
 * are at most two stores, with NDRV_OPEN_F_KERNEL_DOORBELL at most one ioctl.
 *
 * Return: 0 (also when there is nothing to tell), or -ESTALE, -ENODEV (kernel doorbells only).
 */
int ndrv_queue_doorbell(struct ndrv_queue *q);

/**
 * ndrv_queue_tails() - Take over the duty to tell the tails
 * @cmd: Filled in as NDRV_DOORBELL and NDRV_URING_DOORBELL want it
 *
 * For who rings in another way, as <ndrv/uring.h> does. From here on the library takes it that the card will
 * be told, so the command must reach the kernel.
 *
 * Return: @cmd->flags: NDRV_DOORBELL_F_*, 0 when there is nothing to tell.
 */
uint32_t ndrv_queue_tails(struct ndrv_queue *q, struct ndrv_uring *cmd);

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

/* NDRV_FEAT_* of the device, as they were when the queue was opened; no system call. */
uint32_t ndrv_queue_features(const struct ndrv_queue *q);

/*
 * NDRV_INFO, NDRV_STATS, NDRV_LINK, NDRV_QUEUE_GET of <linux/ndrv.h>: 0 or -errno. @size and @flags are set
 * here.
 */
int ndrv_queue_info(struct ndrv_queue *q, struct ndrv_info *info);
int ndrv_queue_stats(struct ndrv_queue *q, struct ndrv_stats *stats);
int ndrv_queue_link(struct ndrv_queue *q, struct ndrv_link *link);
int ndrv_queue_get(struct ndrv_queue *q, struct ndrv_queue_get *get);

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

/**
 * struct ndrv_flow - What the RSS hash looks at
 * @src: Source address in network byte order; IPv4 in the first four bytes
 * @dst: Destination address, the same
 * @src_port: Source port in network byte order; looked at if @proto is TCP or UDP
 * @dst_port: Destination port, the same
 * @version: 4 or 6
 * @proto: 6 (TCP) or 17 (UDP): the ports count. Anything else, also for fragments of TCP and UDP: only the
 *         addresses do
 */
struct ndrv_flow {
	uint8_t src[16];
	uint8_t dst[16];
	uint16_t src_port;
	uint16_t dst_port;
	uint8_t version;
	uint8_t proto;
};

/**
 * ndrv_rss_hash() - The hash that the card computes for a frame of @flow
 * @key: As for ndrv_rss_set(); NULL: the key that it uses then
 *
 * Pure: any thread, at any time. Receive handles carry the same number (NDRV_PKT_F_HASH).
 *
 * Return: the hash; 0 if @flow->version is neither 4 nor 6 (such frames are not hashed).
 */
uint32_t ndrv_rss_hash(const uint8_t *key, const struct ndrv_flow *flow);

/**
 * ndrv_rss_queue() - On which queue a frame with @hash arrives
 * @queues: As for ndrv_rss_set()
 * @nr_queues: The same; 0: no spreading
 *
 * Pure. Holds for frames that are hashed; ARP and whatever else is not IP arrives on queue 0.
 *
 * Return: a queue number; 0 if @nr_queues is 0.
 */
uint32_t ndrv_rss_queue(const uint16_t *queues, unsigned int nr_queues, uint32_t hash);

/**
 * ndrv_filter_add() - Receive more frames, or receive some on a queue of their own choice
 * @filter: See NDRV_FILTER_ADD in <linux/ndrv.h>; @size is set here, @out_filter on success
 *
 * Belongs to @q and ends when that is closed; survives ndrv_queue_stop() and resets. May name queues of other
 * threads or processes. Any context of the device can do it, also one without a queue.
 *
 * Return: 0, or
 *  -EOPNOTSUPP  the device has no such filter (NDRV_FEAT_FILTER_* of ndrv_queue_features())
 *  -EINVAL    a field that the type does not use is not 0, or a value is none it can have
 *  -ERANGE    there is no such queue
 *  -EEXIST    there is one with this match already
 *  -ENOSPC    the card's table is full
 *  -ETIMEDOUT, -EIO  the hardware or its firmware did not answer, or refused (see the kernel log)
 */
int ndrv_filter_add(struct ndrv_queue *q, struct ndrv_filter_add *filter);

/**
 * ndrv_filter_del() - Take a filter back
 * @filter: out_filter of ndrv_filter_add()
 *
 * Return: 0, or -ENOENT: @q has no such filter; -ETIMEDOUT: the hardware did not answer, but it is gone.
 */
int ndrv_filter_del(struct ndrv_queue *q, uint32_t filter);

/**
 * ndrv_queue_event() - What has happened to the device: link, resets, errors
 * @events: Filled in, oldest first; see struct ndrv_event in <linux/ndrv.h>
 * @n: Room for how many; at least 1
 *
 * Never waits: NDRV_WAIT_EVENTS does. Each queue, also one of NDRV_OPEN_F_NO_QUEUE, has its own copy of all
 * events since it was opened; 64 are kept.
 *
 * Return: the number of events filled in, or
 *  -EAGAIN    there are none
 *  -ENODEV    the device is gone and its last event has been read
 *  -EINVAL    @n is 0
 */
int ndrv_queue_event(struct ndrv_queue *q, struct ndrv_event *events, unsigned int n);

/*
 * Waiting. The thread rule holds: a waiter belongs to the thread of its queues. ndrv(7) says how to choose a
 * mode.
 */

/**
 * ndrv_queue_arm() - Ask for an interrupt when there is something to do
 * @what: NDRV_ARM_RX, NDRV_ARM_TX or both
 *
 * For programs with an event loop of their own: arm, look with ndrv_queue_ready(), and only if that says 0
 * sleep in poll(2) on ndrv_queue_fd(): EPOLLIN for receive, EPOLLOUT for transmit. What the card does after
 * the arming is reported, so nothing is slept through. One ioctl; once per sleep, not per packet.
 *
 * Return: 0, or
 *  -EINVAL    @what is 0, or has a side that the queue does not have
 *  -EOPNOTSUPP  the device has no interrupts (NDRV_FEAT_WAIT)
 *  -ESTALE, -ENODEV, -EPIPE  as for ndrv_queue_check()
 */
int ndrv_queue_arm(struct ndrv_queue *q, uint32_t what);

/**
 * ndrv_queue_ready() - Is there something to do? A few loads, no system call.
 *
 * NDRV_ARM_RX: ndrv_rx_burst() will find something (perhaps the first piece of a frame whose end is not yet
 * there). NDRV_ARM_TX: frames were sent that ndrv_tx_reclaim() will find; never while nothing is with the card.
 *
 * Return: these bits, 0 for neither, or -ESTALE, -ENODEV, -EPIPE as for ndrv_queue_check().
 */
int ndrv_queue_ready(const struct ndrv_queue *q);

struct ndrv_waiter;

/* How ndrv_wait() waits */
#define NDRV_WAIT_POLL		0u	/* looks all the time, never sleeps: the lowest latency, one CPU */
#define NDRV_WAIT_IRQ		1u	/* sleeps at once until an interrupt: the least CPU */
#define NDRV_WAIT_ADAPTIVE	2u	/* looks as long as packets come close together, then sleeps */

/* For ndrv_waiter_add(), beside NDRV_ARM_*: wake up for ndrv_queue_event() too. */
#define NDRV_WAIT_EVENTS	(1u << 8)

/**
 * ndrv_waiter_open() - Something to wait with
 * @mode: NDRV_WAIT_POLL, _IRQ or _ADAPTIVE
 *
 * Return: 0, or -EINVAL: @mode; -ENOMEM, -EMFILE.
 */
int ndrv_waiter_open(struct ndrv_waiter **wp, unsigned int mode);

/**
 * ndrv_waiter_add() - Wait for @q too, or change what is waited for
 * @what: NDRV_ARM_RX, NDRV_ARM_TX, NDRV_WAIT_EVENTS or some of them; 0: stays in, but only errors end the wait
 *
 * A queue may be in one waiter at a time, and must be taken out before it is closed. It need not be started
 * yet. For a queue that is in already @what replaces the former; that costs nothing, so a forwarder can wait
 * for room in one ring while that is full and for packets otherwise.
 *
 * Return: 0, or
 *  -EINVAL    an unknown bit, or a side that the queue does not have
 *  -EOPNOTSUPP  the device has no interrupts, and the mode is not NDRV_WAIT_POLL
 *  -ENOMEM, -ENOSPC (limit of epoll)
 */
int ndrv_waiter_add(struct ndrv_waiter *w, struct ndrv_queue *q, uint32_t what);

/* Takes @q out; -ENOENT if it is not in. */
int ndrv_waiter_del(struct ndrv_waiter *w, struct ndrv_queue *q);

/**
 * ndrv_waiter_add_fd() - Let another file descriptor end the wait: a socket, a TAP, a timerfd, a signalfd
 * @fd: Stays the caller's; to be taken out before it is closed
 * @events: EPOLLIN and so on, as for epoll_ctl(2), level-triggered; for a descriptor that is in already they
 *          replace the former
 *
 * With NDRV_WAIT_POLL these are looked at once in a while only.
 *
 * Return: 0, or -EPERM: not for epoll (an ordinary file); -EBADF, -ENOMEM, -ENOSPC.
 */
int ndrv_waiter_add_fd(struct ndrv_waiter *w, int fd, uint32_t events);

/* Takes @fd out; -ENOENT if it is not in. */
int ndrv_waiter_del_fd(struct ndrv_waiter *w, int fd);

/**
 * ndrv_wait() - Wait until there is something to do
 * @timeout_us: At most so long, in microseconds; 0: only look; negative: without end
 *
 * Returns at once if something is ready: call it when there was nothing to do, not before every burst. Which
 * queue it is, its burst or ndrv_queue_ready() says; which descriptor, a read that does not block. Before it
 * sleeps it arms (see ndrv_queue_arm()), tells deferred doorbells, and refills receive rings that had run dry;
 * while the pool is empty it sleeps at most a millisecond at a time and tries again.
 *
 * Return: how many queues and descriptors are ready, 0 when the time is over, or
 *  -EINTR     a signal arrived while it slept. (One that arrives just before is not noticed: programs that
 *             must not miss it use a signalfd, or a timeout. NDRV_WAIT_POLL does not sleep, so it never is.)
 *  -ESTALE, -ENODEV, -EPIPE  a queue cannot go on, ndrv_queue_check() says which: start it again, or take it
 *             out with ndrv_waiter_del(). Comes before anything that is ready.
 *  -EINVAL    nothing to wait for, and no timeout
 */
int ndrv_wait(struct ndrv_waiter *w, int64_t timeout_us);

/**
 * ndrv_waiter_arm() - Everything that ndrv_wait() does, but for the sleep
 *
 * For event loops of others (GLib, libuv): put ndrv_waiter_fd() into the loop for reading, and call this each
 * time before the loop sleeps; if it does not return 0 there is something to do first. In NDRV_WAIT_POLL mode
 * queues are not armed.
 *
 * Return: as ndrv_wait() with timeout 0; after 0 ndrv_waiter_fd() becomes readable when something is ready.
 */
int ndrv_waiter_arm(struct ndrv_waiter *w);

/* The epoll descriptor of the waiter; it belongs to the waiter. */
int ndrv_waiter_fd(const struct ndrv_waiter *w);

/* Frees it; queues and descriptors in it are left alone. With NULL it does nothing. */
void ndrv_waiter_close(struct ndrv_waiter *w);

/* One line of English for a result of this library, such as "permission denied: ..."; never NULL. */
const char *ndrv_strerror(int result);

/* "1.0.0"; what this library is, not what it was compiled against. */
const char *ndrv_version(void);

#ifdef __cplusplus
}
#endif

#endif
