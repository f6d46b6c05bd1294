/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The interface of /dev/ndrvN: the descriptor rings of a network card in user space.
 *
 * General rules
 *
 * One open file is one context, and a context has at most one queue pair. The life of the pair is
 * the life of the file: however the last reference to the file goes away (close, exit, SIGKILL),
 * the kernel stops the pair, waits until the hardware has acknowledged that, and only then takes
 * its memory back. The link and the other queues do not notice.
 *
 * Trust: whoever may write descriptors can make the card read and write everything that is mapped
 * for this PCI function in the IOMMU, and nothing else. So one PCI function is one trust domain.
 * The kernel maps into it only the rings and pools of its contexts, hands out queues only where the
 * IOMMU translates (see NDRV_QUEUE_SETUP), and refuses open(2) with EBUSY while a context of another
 * user is open, unless the caller has CAP_SYS_RAWIO. The E810 is commanded through a queue in memory,
 * which is mapped there as well: its users can forge commands to the firmware of their function, and
 * answers from it, as they could with VFIO; neither reaches beyond that function.
 *
 * Every structure starts with its size in bytes, so that it can grow. A kernel that is given a
 * longer structure than it knows accepts it if the unknown tail is zero, otherwise it fails with
 * E2BIG. A shorter structure than the first published one fails with EINVAL. Fields whose name
 * starts with out_ are written by the kernel on success only; what they held before is ignored.
 * Reserved fields (__reserved) must be 0.
 *
 * Errors that every call can give:
 *  - ENOTTY: unknown ioctl number.
 *  - E2BIG: the part of the structure that this kernel does not know is not zero.
 *  - EINVAL: structure too short, reserved field not 0.
 *  - EOPNOTSUPP: a known field has a value (a flag bit, mostly) that this kernel does not understand.
 *  - EFAULT: the structure is not readable or writable memory; nothing was done.
 *  - ENODEV: the device is gone (unbound, unplugged). The file stays open; close(2) is all that is left.
 *  - EINTR: a signal arrived while the call waited for another one on the same device; nothing was done.
 * Errors with another meaning, or only for one call, stand with that call.
 *
 * Calls on one file may be made from several threads; the kernel serialises them. Structures have no
 * implicit padding and the same layout for 32- and 64-bit programs.
 *
 * Memory
 *
 * mmap(2) on the file gives, at the offsets below (NDRV_MMAP_*), the descriptor rings, the pages with
 * the tail registers ("doorbells") and a read-only status page. Rings and status page are ordinary
 * memory, shared with the kernel's or the card's other side; they stay mapped and harmless whatever
 * happens to the device. Doorbell pages are device memory: when the device is reset, unbound or
 * unplugged the kernel takes them away first and puts a page of dead memory in their place, so a store
 * to a doorbell never faults, it only has no effect any more. A process learns of it from the status
 * page (state and generation change), from poll(2) (EPOLLERR | EPOLLHUP) and from ENODEV.
 *
 * mmap errors: ENXIO no such offset, or nothing there yet (no queue set up, side left out); EINVAL
 * length not exactly that of the area (rounded up to pages), or not MAP_SHARED; EACCES PROT_EXEC, or
 * PROT_WRITE of the status page, or the doorbells of a queue in kernel doorbell mode; ENODEV as above.
 * Mappings are not inherited by fork(2) (VM_DONTCOPY) and cannot grow.
 *
 * Waiting
 *
 * Whether packets have arrived is seen in the descriptors, without asking the kernel. Who does not want
 * to look all the time arms the pair (NDRV_ARM, or NDRV_URING_ARM), looks once more, and if there is
 * still nothing, sleeps in poll(2), epoll or io_uring. poll(2) reports
 *  - EPOLLIN | EPOLLRDNORM: the receive side was armed, and the card has written back descriptors
 *  - EPOLLOUT | EPOLLWRNORM: the same for the transmit side
 *  - EPOLLPRI: read(2) has an event (struct ndrv_event)
 *  - EPOLLERR | EPOLLHUP: the pair was revoked (until it is started again), or the device is gone
 * The first two stay until the side is armed again or the pair is stopped. They can be reported although
 * there is nothing: several pairs may share an interrupt. They are never missing: what the card writes
 * back after the arming is reported, so whoever looks at the descriptors between arming and sleeping
 * cannot sleep through a packet.
 *
 * Events
 *
 * read(2) on any file of the device, with or without a queue pair, returns struct ndrv_event records, as
 * many as are there and fit. EINVAL: the buffer holds not even one; EAGAIN: none there and O_NONBLOCK;
 * EINTR; 0: the device is gone and its last event has been read.
 *
 * Packet memory is a dma-buf ("pool"), see NDRV_POOL_CREATE.
 *
 * Several processes
 *
 * A file descriptor may be passed to another process (SCM_RIGHTS) or inherited; NDRV_QUEUE_GET tells the
 * receiver what it has, and it makes mappings of its own. The pair stops when the last descriptor and the
 * last mapping are gone, so after fork(2) both have to close it. exec(2) closes it if it was opened with
 * O_CLOEXEC. Nothing keeps two processes from using the rings at once: that is for them to agree.
 */
#ifndef _UAPI_LINUX_NDRV_H
#define _UAPI_LINUX_NDRV_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define NDRV_TYPE	0xBD

/* Raised when something here changes its meaning; additions do not count. */
#define NDRV_ABI_VERSION	1

#define NDRV_MAX_RING_ENTRIES	8192
#define NDRV_ADDR_LEN		6

/*
 * mmap offsets, in bytes; the length of each area is returned by NDRV_QUEUE_SETUP.
 *  RX_RING, TX_RING   read-write: the descriptors that the hardware reads and writes
 *  RX_DOORBELL, TX_DOORBELL  read-write, one page each, device memory: the page that holds the tail
 *                     register of this queue at out_*_tail_off. On some families other registers of
 *                     other queues share that page; see "Trust" above. Writing anything but the own
 *                     tail harms this device and nothing else.
 *  STATUS             read-only, one page: struct ndrv_status
 *  COUNTERS           read-write, one page: struct ndrv_counters
 */
#define NDRV_MMAP_RX_RING	0x00000000
#define NDRV_MMAP_TX_RING	0x01000000
#define NDRV_MMAP_RX_DOORBELL	0x02000000
#define NDRV_MMAP_TX_DOORBELL	0x03000000
#define NDRV_MMAP_STATUS	0x04000000
#define NDRV_MMAP_COUNTERS	0x05000000

/*
 * States of a queue pair, and how they follow each other:
 *
 *   IDLE --QUEUE_SETUP--> READY --QUEUE_START--> RUNNING --QUEUE_STOP--> READY
 *   RUNNING --device reset--> REVOKED --QUEUE_START--> RUNNING (new generation)
 *   any --unbind, unplug--> GONE (final)
 */
#define NDRV_STATE_IDLE		0	/* no queue yet */
#define NDRV_STATE_READY	1	/* rings exist, hardware stopped */
#define NDRV_STATE_RUNNING	2	/* hardware works on the rings */
#define NDRV_STATE_REVOKED	3	/* stopped by the kernel; may be started again */
#define NDRV_STATE_GONE		4	/* the device is gone */

/**
 * struct ndrv_status - The status page, written by the kernel only
 * @generation: Counts the times that the pair was started or taken away. A process that remembers it
 *              sees with one load that its ring positions no longer mean anything. Never 0 once mapped.
 * @state: NDRV_STATE_*
 * @link_up: 1 while the port has link, else 0; refreshed at least once a second
 * @link_mbps: Speed in Mbit/s, 0 while the link is down
 * @__reserved: 0
 *
 * Each field is written with a single store; there is no order between the fields.
 */
struct ndrv_status {
	__u64 generation;
	__u32 state;
	__u32 link_up;
	__u32 link_mbps;
	__u32 __reserved[11];
};

/**
 * struct ndrv_counters - The counters page: what the process says that it has done
 * @rx_packets: Frames taken out of the receive ring
 * @rx_bytes: Their bytes
 * @tx_packets: Frames put into the transmit ring
 * @tx_bytes: Their bytes
 * @rx_errors: Frames taken out that the card had marked as bad
 * @sleeps: Times that the process went to sleep because there was nothing to do
 * @__reserved: 0
 *
 * The kernel only shows them, in /proc/PID/fdinfo and in sysfs, so that others can watch a process that
 * never calls the kernel. Nothing depends on them. 0 before the first store.
 */
struct ndrv_counters {
	__u64 rx_packets;
	__u64 rx_bytes;
	__u64 tx_packets;
	__u64 tx_bytes;
	__u64 rx_errors;
	__u64 sleeps;
	__u64 __reserved[2];
};

/*
 * What the descriptors in the rings look like. The formats are described in <ndrv/desc.h>. NDRV_DESC_ICE
 * has a receive tail that moves in steps of 8: the card rounds what is written down to a multiple, so
 * descriptors behind the last whole step are not yet the card's.
 */
#define NDRV_DESC_IXGBE		1	/* 82599, X540, X550: advanced descriptors, 16 bytes */
#define NDRV_DESC_ICE		2	/* E810: flexible receive descriptors 32 bytes, transmit 16 */
#define NDRV_DESC_IGB		3	/* 82576: advanced descriptors, 16 bytes */

/* Who stands between the card's DMA and memory */
#define NDRV_IOMMU_NONE		0	/* nothing: no IOMMU, or not for this device */
#define NDRV_IOMMU_IDENTITY	1	/* IOMMU in pass-through (iommu=pt): translates nothing */
#define NDRV_IOMMU_DMA		2	/* translated, unmapping is strict */
#define NDRV_IOMMU_DMA_FQ	3	/* translated, unmapping is deferred (flush queue) */

#define NDRV_FEAT_RX_CSUM	(1U << 0)	/* receive descriptors report IP and L4 checksums */
#define NDRV_FEAT_RX_HASH	(1U << 1)	/* ... and the RSS hash, while NDRV_RSS spreads frames */
#define NDRV_FEAT_RX_VLAN	(1U << 2)	/* VLAN tags can be stripped (NDRV_QUEUE_F_VLAN_STRIP) */
#define NDRV_FEAT_TX_CSUM	(1U << 3)	/* transmit descriptors can ask for checksums */
#define NDRV_FEAT_TX_TSO	(1U << 4)	/* ... for segmentation */
#define NDRV_FEAT_TX_VLAN	(1U << 5)	/* ... for a VLAN tag */
#define NDRV_FEAT_WAIT		(1U << 6)	/* there are interrupts: NDRV_ARM works */
#define NDRV_FEAT_FILTER_MAC	(1U << 7)	/* NDRV_FILTER_MAC */
#define NDRV_FEAT_FILTER_MAC_QUEUE (1U << 8)	/* ... to a queue */
#define NDRV_FEAT_FILTER_VLAN	(1U << 9)	/* NDRV_FILTER_VLAN */
#define NDRV_FEAT_FILTER_ETHERTYPE (1U << 10)	/* NDRV_FILTER_ETHERTYPE */
#define NDRV_FEAT_FILTER_TUPLE	(1U << 11)	/* NDRV_FILTER_TUPLE */
#define NDRV_FEAT_QUEUE_STATS	(1U << 12)	/* the card counts by queue, see NDRV_QUEUE_GET */
#define NDRV_FEAT_URING_WAIT	(1U << 13)	/* NDRV_URING_WAIT works on this kernel */

/**
 * struct ndrv_info - ioctl(NDRV_INFO)
 * @size: sizeof(struct ndrv_info)
 * @flags: Must be 0
 * @out_abi: NDRV_ABI_VERSION of the kernel
 * @out_desc_format: NDRV_DESC_*
 * @out_features: NDRV_FEAT_* bits of this device
 * @out_iommu: NDRV_IOMMU_*
 * @out_max_queues: Number of queue pairs that the hardware has; queue numbers are below it
 * @out_ring_min: Smallest ring, in descriptors
 * @out_ring_max: Largest ring, in descriptors
 * @out_ring_align: Ring sizes are multiples of this
 * @out_rx_desc_size: Bytes of a receive descriptor
 * @out_tx_desc_size: Bytes of a transmit descriptor
 * @out_rx_buf_align: Receive buffer sizes are multiples of this, in bytes
 * @out_rx_buf_max: Largest receive buffer, in bytes
 * @out_max_frame: Largest frame, in bytes without FCS
 * @out_numa_node: NUMA node of the card, -1 unknown
 * @out_pci_domain: PCI domain (segment)
 * @out_pci_bdf: Bus << 8 | device << 3 | function
 * @out_pci_vendor: PCI vendor id
 * @out_pci_device: PCI device id
 * @out_mac: Address of the port
 * @out_pool_limit: Bytes that all pools created through this device may have together
 * @out_rss_queues: NDRV_RSS can name the queues below this; 0 = this device has no RSS
 * @out_vectors: Interrupts that queue pairs share among them; pair n has number n % out_vectors. 0 = none
 * @__reserved: Written as 0
 *
 * What this device is and what it can do. Constant while the file is open.
 *
 * Availability: in every state but GONE.
 * Return: 0, or the errors of the general rules.
 */
struct ndrv_info {
	__u32 size;
	__u32 flags;
	__u32 out_abi;
	__u32 out_desc_format;
	__u32 out_features;
	__u32 out_iommu;
	__u32 out_max_queues;
	__u32 out_ring_min;
	__u32 out_ring_max;
	__u32 out_ring_align;
	__u32 out_rx_desc_size;
	__u32 out_tx_desc_size;
	__u32 out_rx_buf_align;
	__u32 out_rx_buf_max;
	__u32 out_max_frame;
	__s32 out_numa_node;
	__u32 out_pci_domain;
	__u16 out_pci_bdf;
	__u16 out_pci_vendor;
	__u16 out_pci_device;
	__u8 out_mac[NDRV_ADDR_LEN];
	__aligned_u64 out_pool_limit;
	__u32 out_rss_queues;
	__u32 out_vectors;
	__u32 __reserved[2];
};
#define NDRV_INFO _IO(NDRV_TYPE, 0x00)

#define NDRV_QUEUE_ANY			0xffffffffU
#define NDRV_QUEUE_F_KERNEL_DOORBELL	(1U << 0)
#define NDRV_QUEUE_F_VLAN_STRIP		(1U << 1)

/**
 * struct ndrv_queue_setup - ioctl(NDRV_QUEUE_SETUP)
 * @size: sizeof(struct ndrv_queue_setup)
 * @flags: NDRV_QUEUE_F_* bits.
 *         KERNEL_DOORBELL: the doorbell pages cannot be mapped; tails move through NDRV_DOORBELL.
 *         VLAN_STRIP: the hardware takes VLAN tags out of received frames into the descriptor
 *         (needs NDRV_FEAT_RX_VLAN). On cards where this is a setting of the port (E810,
 *         82576) all receive queues that run must agree.
 * @queue: Number of the pair, or NDRV_QUEUE_ANY for the lowest that is free. Frames arrive on queue 0,
 *         unless NDRV_RSS spreads them.
 * @rx_entries: Receive descriptors; 0 = no receive side. A multiple of out_ring_align between
 *              out_ring_min and out_ring_max of NDRV_INFO.
 * @tx_entries: The same for transmit; not both can be 0
 * @rx_buf_bytes: Bytes that the hardware may write behind each receive buffer address. A multiple of
 *                out_rx_buf_align, at most out_rx_buf_max; must be 0 without a receive side. A longer
 *                frame takes several descriptors.
 * @out_queue: The number that was given
 * @out_rx_ring_bytes: Length of the area at NDRV_MMAP_RX_RING, 0 without a receive side
 * @out_tx_ring_bytes: Length of the area at NDRV_MMAP_TX_RING, 0 without a transmit side
 * @out_rx_tail_off: Where in the page at NDRV_MMAP_RX_DOORBELL the 32-bit tail register is, in bytes
 * @out_tx_tail_off: The same for NDRV_MMAP_TX_DOORBELL
 * @__reserved: Must be 0
 *
 * Gives the file a queue pair and allocates its rings, filled with zeroes. The hardware does not
 * look at them before NDRV_QUEUE_START. It cannot be undone but by closing the file.
 *
 * Availability: state IDLE.
 * Return: 0, or
 *  - EEXIST: this file has a queue pair already
 *  - EBUSY: that pair belongs to another file, or with NDRV_QUEUE_ANY: all do
 *  - EINVAL: both sides left out; entries not a multiple of out_ring_align; rx_buf_bytes not a
 *    multiple of out_rx_buf_align, or missing, or given without a receive side
 *  - ERANGE: queue, entries or rx_buf_bytes outside the limits of NDRV_INFO
 *  - ENXIO: the device is behind no IOMMU: its DMA could not be confined
 *  - EACCES: the IOMMU does not translate for this device (iommu=pt, identity domain), or not for
 *    it alone (other devices of its IOMMU group share the translation). For this and ENXIO: boot
 *    with the IOMMU on and in translating mode, or, if every process that may open the device may
 *    also read and write all memory, load the module with allow_unsafe_dma=1 and call with
 *    CAP_SYS_RAWIO; the kernel is then tainted.
 *  - ENOMEM
 */
struct ndrv_queue_setup {
	__u32 size;
	__u32 flags;
	__u32 queue;
	__u32 rx_entries;
	__u32 tx_entries;
	__u32 rx_buf_bytes;
	__u32 out_queue;
	__u32 out_rx_ring_bytes;
	__u32 out_tx_ring_bytes;
	__u32 out_rx_tail_off;
	__u32 out_tx_tail_off;
	__u32 __reserved;
};
#define NDRV_QUEUE_SETUP _IO(NDRV_TYPE, 0x01)

/**
 * struct ndrv_queue_start - ioctl(NDRV_QUEUE_START)
 * @size: sizeof(struct ndrv_queue_start)
 * @flags: Must be 0
 * @out_generation: The new value of ndrv_status.generation
 *
 * Fills both rings with zeroes, sets heads and tails to 0 and enables the hardware. Descriptors are
 * written after this call, then published by moving the tail. The port itself comes up when the
 * device is bound and stays up; its link may take seconds to come (see struct ndrv_status).
 *
 * Availability: states READY and REVOKED.
 * Return: 0, or
 *  - EBUSY: the pair runs already, or another one runs with a VLAN_STRIP that differs where all have
 *    to agree (the kernel log says which)
 *  - ENXIO: no queue set up
 *  - EAGAIN: the device is being reset; try again
 *  - ETIMEDOUT: the hardware did not acknowledge within its bound; the kernel log says which register
 *    or command. The kernel has reset the device; every other pair of it is now REVOKED
 *  - EIO: the card's firmware refused; the kernel log says what it answered
 */
struct ndrv_queue_start {
	__u32 size;
	__u32 flags;
	__aligned_u64 out_generation;
};
#define NDRV_QUEUE_START _IO(NDRV_TYPE, 0x02)

/**
 * struct ndrv_queue_stop - ioctl(NDRV_QUEUE_STOP)
 * @size: sizeof(struct ndrv_queue_stop)
 * @flags: Must be 0
 *
 * Stops both sides. When it returns 0 the hardware does no DMA for this pair any more: every buffer
 * belongs to the caller. Frames whose descriptors were not completed are lost.
 *
 * Availability: states RUNNING, READY and REVOKED (in the last two it does nothing).
 * Return: 0, or
 *  - ENXIO: no queue set up
 *  - ETIMEDOUT: the queue did not stop within its bound; the kernel has reset the device, which
 *    stops it for certain, and every other pair of the device is now REVOKED
 */
struct ndrv_queue_stop {
	__u32 size;
	__u32 flags;
};
#define NDRV_QUEUE_STOP _IO(NDRV_TYPE, 0x03)

#define NDRV_DOORBELL_F_RX	(1U << 0)
#define NDRV_DOORBELL_F_TX	(1U << 1)

/**
 * struct ndrv_doorbell - ioctl(NDRV_DOORBELL)
 * @size: sizeof(struct ndrv_doorbell)
 * @flags: NDRV_DOORBELL_F_RX, NDRV_DOORBELL_F_TX or both: which tails to move
 * @rx_tail: Index of the first receive descriptor that the hardware may not use
 * @tx_tail: Index of the first transmit descriptor that the hardware may not use
 *
 * Moves tails through the kernel: the only way with NDRV_QUEUE_F_KERNEL_DOORBELL, possible always.
 * Stores to the ring before this call are visible to the hardware before the new tail is.
 *
 * Availability: state RUNNING.
 * Return: 0, or
 *  - EINVAL: no flag given, or a tail for a side that was left out, or a value in a field without flag
 *  - ERANGE: tail not below the number of entries
 *  - ENXIO: no queue set up
 *  - EPIPE: the pair does not run
 */
struct ndrv_doorbell {
	__u32 size;
	__u32 flags;
	__u32 rx_tail;
	__u32 tx_tail;
};
#define NDRV_DOORBELL _IO(NDRV_TYPE, 0x04)

/**
 * struct ndrv_pool_create - ioctl(NDRV_POOL_CREATE)
 * @size: sizeof(struct ndrv_pool_create)
 * @flags: Must be 0
 * @len_bytes: Length of the pool; a multiple of 4096, not 0
 * @out_fd: The dma-buf, close-on-exec
 * @out_contig_bytes: Length of the smallest physically contiguous piece: 2 MiB normally, less where
 *                    memory is fragmented
 *
 * Allocates packet memory near the device, filled with zeroes, and returns it as a dma-buf file
 * descriptor: mmap(2) it (MAP_SHARED) to reach the packets, give it to NDRV_POOL_ATTACH of this or of
 * another device to let the hardware reach them, pass it to other processes. The memory lives as long
 * as a descriptor, a mapping or an attachment does, and longer than the device if need be. It is
 * charged to the caller's memory cgroup.
 *
 * Availability: in every state but GONE.
 * Return: 0, or
 *  - EINVAL: length 0 or not a multiple of 4096
 *  - EDQUOT: over out_pool_limit of NDRV_INFO (module parameter pool_limit_mib)
 *  - ENOMEM, EMFILE
 */
struct ndrv_pool_create {
	__u32 size;
	__u32 flags;
	__aligned_u64 len_bytes;
	__s32 out_fd;
	__u32 out_contig_bytes;
};
#define NDRV_POOL_CREATE _IO(NDRV_TYPE, 0x05)

/**
 * struct ndrv_pool_attach - ioctl(NDRV_POOL_ATTACH)
 * @size: sizeof(struct ndrv_pool_attach)
 * @flags: Must be 0
 * @fd: A dma-buf: one from NDRV_POOL_CREATE, of this or another ndrv device, or any exporter's
 * @nr_iovas: In: how many entries @iovas_ptr has room for (may be 0). Out: how many the pool has
 * @iovas_ptr: User address of an array of __u64: the DMA addresses of the pieces of the pool
 * @out_len_bytes: Length of the pool
 * @out_piece_shift: The pool consists of pieces of 1 << out_piece_shift bytes; the byte at offset o has
 *                   the DMA address iovas[o >> out_piece_shift] + (o & ((1 << out_piece_shift) - 1)).
 *                   A pool that is contiguous for the device, the normal case, is one piece.
 * @out_pool: Number for NDRV_POOL_DETACH
 *
 * Maps a pool for the device, for reading and writing. It is mapped once however often and by however
 * many files it is attached, and stays mapped until the last of them is closed or detaches.
 *
 * Availability: in every state but GONE.
 * Return: 0, or
 *  - EBADF: not a file descriptor; EINVAL: not a dma-buf
 *  - ENOSPC: @nr_iovas is too small; it now holds the number that is needed, nothing is attached
 *  - EEXIST: this file has attached it already
 *  - ENXIO, EACCES: no translating IOMMU, see NDRV_QUEUE_SETUP
 *  - EOPNOTSUPP: its memory cannot be cut into equal pieces of at least 4096 bytes
 *  - ENOMEM, or what the exporter says
 */
struct ndrv_pool_attach {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 nr_iovas;
	__aligned_u64 iovas_ptr;
	__aligned_u64 out_len_bytes;
	__u32 out_piece_shift;
	__u32 out_pool;
};
#define NDRV_POOL_ATTACH _IO(NDRV_TYPE, 0x06)

#define NDRV_POOL_ALL		0xffffffffU

/**
 * struct ndrv_pool_detach - ioctl(NDRV_POOL_DETACH)
 * @size: sizeof(struct ndrv_pool_detach)
 * @flags: Must be 0
 * @pool: out_pool of NDRV_POOL_ATTACH, or NDRV_POOL_ALL: whatever this file has attached, perhaps nothing
 *        (for who got the descriptor from a process that is dead)
 * @__reserved: Must be 0
 *
 * Gives up this file's attachment; the device loses access if it was the last.
 *
 * Availability: states IDLE, READY and REVOKED.
 * Return: 0, or
 *  - ENOENT: this file has no such pool
 *  - EBUSY: the queue pair of this file runs; stop it first
 */
struct ndrv_pool_detach {
	__u32 size;
	__u32 flags;
	__u32 pool;
	__u32 __reserved;
};
#define NDRV_POOL_DETACH _IO(NDRV_TYPE, 0x07)

#define NDRV_RX_MODE_PROMISC	(1U << 0)	/* everything */
#define NDRV_RX_MODE_ALLMULTI	(1U << 1)	/* every multicast frame */

/**
 * struct ndrv_rx_mode - ioctl(NDRV_RX_MODE)
 * @size: sizeof(struct ndrv_rx_mode)
 * @flags: NDRV_RX_MODE_* bits: what this file wants besides frames to the port's own address and
 *         broadcasts
 * @max_frame_bytes: Longest frame that this file wants to receive or send, without FCS; 0 = the
 *                   default of 1518
 * @__reserved: Must be 0
 *
 * The port does what its open files want together: it is promiscuous while one of them is, and takes
 * frames as long as the largest that one of them asked for. Closing the file takes its wish back.
 *
 * Availability: in every state but GONE.
 * Return: 0, or
 *  - ERANGE: max_frame_bytes below 64 or above out_max_frame of NDRV_INFO
 *  - ETIMEDOUT, EIO: as with NDRV_QUEUE_START
 */
struct ndrv_rx_mode {
	__u32 size;
	__u32 flags;
	__u32 max_frame_bytes;
	__u32 __reserved;
};
#define NDRV_RX_MODE _IO(NDRV_TYPE, 0x08)

/**
 * struct ndrv_stats - ioctl(NDRV_STATS)
 * @size: sizeof(struct ndrv_stats)
 * @flags: Must be 0
 * @out_rx_packets: Good frames received by the port; on the E810 also those of out_rx_no_desc
 * @out_rx_bytes: Their bytes, without FCS; those of missed frames are counted too
 * @out_rx_missed: Frames that found no room in the packet buffer: the software was too slow
 * @out_rx_no_desc: Frames dropped by a queue without descriptors
 * @out_rx_errors: Frames with CRC, length or symbol errors
 * @out_rx_broadcast: Good broadcast frames received
 * @out_rx_multicast: Good multicast frames received
 * @out_tx_packets: Good frames sent by the port
 * @out_tx_bytes: Their bytes, without FCS
 * @out_tx_broadcast: Broadcast frames sent
 * @out_tx_multicast: Multicast frames sent
 * @out_resets: Resets of the device since it was bound
 * @out_link_changes: Times that the link went up or down since it was bound
 *
 * Counters of the port since it was bound, 64 bits; the kernel reads the hardware's often enough that
 * they cannot stick or wrap. They include what other queues of the port did.
 *
 * Availability: in every state but GONE.
 * Return: 0, or the errors of the general rules.
 */
struct ndrv_stats {
	__u32 size;
	__u32 flags;
	__aligned_u64 out_rx_packets;
	__aligned_u64 out_rx_bytes;
	__aligned_u64 out_rx_missed;
	__aligned_u64 out_rx_no_desc;
	__aligned_u64 out_rx_errors;
	__aligned_u64 out_rx_broadcast;
	__aligned_u64 out_rx_multicast;
	__aligned_u64 out_tx_packets;
	__aligned_u64 out_tx_bytes;
	__aligned_u64 out_tx_broadcast;
	__aligned_u64 out_tx_multicast;
	__aligned_u64 out_resets;
	__aligned_u64 out_link_changes;
};
#define NDRV_STATS _IO(NDRV_TYPE, 0x09)

/**
 * struct ndrv_link - ioctl(NDRV_LINK)
 * @size: sizeof(struct ndrv_link)
 * @flags: Must be 0
 * @out_up: 1 = link, 0 = none
 * @out_mbps: Speed in Mbit/s, 0 without link
 *
 * Reads the link now, from the hardware, and updates the status pages.
 *
 * Availability: in every state but GONE.
 * Return: 0, or
 *  - ETIMEDOUT, EIO: the card's firmware did not answer, or refused; the kernel log says how. Queues
 *    that run go on
 */
struct ndrv_link {
	__u32 size;
	__u32 flags;
	__u32 out_up;
	__u32 out_mbps;
};
#define NDRV_LINK _IO(NDRV_TYPE, 0x0a)

#define NDRV_RSS_KEY_LEN	40
#define NDRV_RSS_TABLE_LEN	128

#define NDRV_RSS_F_SPREAD	(1U << 0)

/**
 * struct ndrv_rss - ioctl(NDRV_RSS)
 * @size: sizeof(struct ndrv_rss)
 * @flags: SPREAD: received frames are spread over queues by @key and @table. Without it: this file's
 *         table, if there is one, is taken back, and everything arrives on queue 0 again.
 * @key: Key of the Toeplitz hash; must be 0 without SPREAD
 * @table: Queue numbers: a frame goes to table[hash % NDRV_RSS_TABLE_LEN]; must be 0 without SPREAD
 *
 * Receive side scaling. The hash is over source and destination address of IPv4 and IPv6, and both
 * ports where the frame is whole TCP or UDP; all other frames (ARP, other protocols than IP) go to
 * queue 0. So all frames of one flow and direction arrive on one queue, in order. The descriptors
 * report the hash. A frame for a queue that does not run is dropped.
 *
 * The table is the port's, and belongs to the file that set it: closing that file takes it back, and
 * no other file can set one as long as it is there. It survives resets of the device. It may name
 * queues that belong to other files, or to nobody yet. Frames that are under way while a table
 * replaces another may arrive by either.
 *
 * Availability: in every state but GONE.
 * Return: 0, or
 *  - EOPNOTSUPP: this device has no RSS (out_rss_queues of NDRV_INFO is 0). On an E810 that may mean
 *    that the card's package is missing; the kernel log says so when the device is bound.
 *  - ERANGE: @table names a queue that is not below out_rss_queues
 *  - EBUSY: another file's table is in force
 *  - EINVAL: key or table not 0 without SPREAD
 *  - ETIMEDOUT: the hardware did not take it within its bound; the kernel has reset the device, and
 *    every pair of it is now REVOKED
 *  - EIO: the card's firmware refused; the kernel log says how
 */
struct ndrv_rss {
	__u32 size;
	__u32 flags;
	__u8 key[NDRV_RSS_KEY_LEN];
	__u16 table[NDRV_RSS_TABLE_LEN];
};
#define NDRV_RSS _IO(NDRV_TYPE, 0x0b)

#define NDRV_ARM_RX	(1U << 0)
#define NDRV_ARM_TX	(1U << 1)

/**
 * struct ndrv_arm - ioctl(NDRV_ARM)
 * @size: sizeof(struct ndrv_arm)
 * @flags: NDRV_ARM_RX, NDRV_ARM_TX or both: which sides
 *
 * Takes back what poll(2) reports of these sides, and lets the card interrupt once when it next writes
 * back descriptors of one of them. Look at the descriptors after this call and before going to sleep.
 * What the card had written back before may be reported too.
 *
 * Availability: state RUNNING.
 * Return: 0, or
 *  - EINVAL: no flag given, or one for a side that was left out
 *  - ENXIO: no queue set up
 *  - EPIPE: the pair does not run
 *  - EOPNOTSUPP: no interrupts (NDRV_FEAT_WAIT is not there); the kernel log said why at bind
 */
struct ndrv_arm {
	__u32 size;
	__u32 flags;
};
#define NDRV_ARM _IO(NDRV_TYPE, 0x0c)

/**
 * struct ndrv_queue_get - ioctl(NDRV_QUEUE_GET)
 * @size: sizeof(struct ndrv_queue_get)
 * @flags: Must be 0
 * @out_state: NDRV_STATE_*
 * @out_queue: Number of the pair; NDRV_QUEUE_ANY in state IDLE, where everything else is 0
 * @out_flags: NDRV_QUEUE_F_* bits that it was set up with
 * @out_rx_entries: Receive descriptors, 0 = no receive side
 * @out_tx_entries: Transmit descriptors, 0 = no transmit side
 * @out_rx_buf_bytes: As it was set up
 * @out_rx_ring_bytes: Length of the area at NDRV_MMAP_RX_RING
 * @out_tx_ring_bytes: Length of the area at NDRV_MMAP_TX_RING
 * @out_rx_tail_off: As NDRV_QUEUE_SETUP returned it
 * @out_tx_tail_off: The same for transmit
 * @out_counted: 1: the card counts for this pair, and the counters below are those; 0: it does not, and
 *               they are 0 (NDRV_FEAT_QUEUE_STATS is missing, or the card has fewer counters than pairs)
 * @__reserved: Written as 0
 * @out_generation: ndrv_status.generation
 * @out_interrupts: Interrupts that were reported to this file
 * @out_rx_packets: Frames that this pair received since it was set up
 * @out_rx_bytes: Their bytes, without FCS
 * @out_rx_no_desc: Frames that it dropped for want of descriptors
 * @out_tx_packets: Frames that it sent
 * @out_tx_bytes: Their bytes, without FCS
 *
 * What pair this file has: for who got the descriptor from another process, and for statistics.
 *
 * Availability: in every state but GONE.
 * Return: 0, or the errors of the general rules.
 */
struct ndrv_queue_get {
	__u32 size;
	__u32 flags;
	__u32 out_state;
	__u32 out_queue;
	__u32 out_flags;
	__u32 out_rx_entries;
	__u32 out_tx_entries;
	__u32 out_rx_buf_bytes;
	__u32 out_rx_ring_bytes;
	__u32 out_tx_ring_bytes;
	__u32 out_rx_tail_off;
	__u32 out_tx_tail_off;
	__u32 out_counted;
	__u32 __reserved;
	__aligned_u64 out_generation;
	__aligned_u64 out_interrupts;
	__aligned_u64 out_rx_packets;
	__aligned_u64 out_rx_bytes;
	__aligned_u64 out_rx_no_desc;
	__aligned_u64 out_tx_packets;
	__aligned_u64 out_tx_bytes;
};
#define NDRV_QUEUE_GET _IO(NDRV_TYPE, 0x0d)

/* What a filter looks at, and what it does */
#define NDRV_FILTER_MAC		1	/* takes frames to @mac, a unicast or multicast address */
#define NDRV_FILTER_VLAN	2	/* takes frames with VLAN @vlan; see below */
#define NDRV_FILTER_ETHERTYPE	3	/* frames with @ethertype go to @queue */
#define NDRV_FILTER_TUPLE	4	/* IPv4 frames with these addresses and ports go to @queue */

/* NDRV_FILTER_TUPLE: which fields are compared; at least one */
#define NDRV_FILTER_F_PROTO	(1U << 0)
#define NDRV_FILTER_F_SRC_IP	(1U << 1)
#define NDRV_FILTER_F_DST_IP	(1U << 2)
#define NDRV_FILTER_F_SRC_PORT	(1U << 3)
#define NDRV_FILTER_F_DST_PORT	(1U << 4)

/**
 * struct ndrv_filter_add - ioctl(NDRV_FILTER_ADD)
 * @size: sizeof(struct ndrv_filter_add)
 * @flags: NDRV_FILTER_F_* with NDRV_FILTER_TUPLE, otherwise 0
 * @type: NDRV_FILTER_*
 * @queue: Number of a queue pair, or NDRV_QUEUE_ANY: wherever frames go without this filter. ETHERTYPE
 *         and TUPLE need a number, VLAN needs ANY; MAC takes a number with NDRV_FEAT_FILTER_MAC_QUEUE.
 * @mac: For MAC, otherwise 0
 * @vlan: For VLAN: 1 to 4094, otherwise 0
 * @ethertype: For ETHERTYPE, in host byte order, at least 0x600 and neither IPv4 nor IPv6; otherwise 0
 * @proto: IP protocol: 6 (TCP), 17 (UDP), 132 (SCTP); this and the next four for TUPLE where their flag
 *         is given, otherwise 0. Ports need @proto.
 * @__reserved0: Must be 0
 * @src_ip: IPv4 address in network byte order
 * @dst_ip: The same
 * @src_port: In network byte order
 * @dst_port: The same
 * @out_filter: Number for NDRV_FILTER_DEL
 * @__reserved: Must be 0
 *
 * Filters belong to the file and go with it; they are the port's, and survive its resets. Files may set
 * the same MAC or VLAN filter: it is there until the last of them takes it back. While there is a VLAN
 * filter the port drops tagged frames of all other VLANs, also of files that want everything
 * (NDRV_RX_MODE_PROMISC excepted). Filters to a queue come before NDRV_RSS, ETHERTYPE before TUPLE;
 * among TUPLE filters the one with more fields wins, then the older one. A frame for a queue that does
 * not run is dropped. Filters may name queues of other files. Some cards take frames with an ETHERTYPE
 * filter whatever their address.
 *
 * Availability: in every state but GONE.
 * Return: 0, or
 *  - EOPNOTSUPP: this device has no such filter (out_features of NDRV_INFO), or not to a queue
 *  - EINVAL: what the type does not use is not 0, or a value is none that it can have
 *  - ERANGE: queue is not below out_max_queues
 *  - EEXIST: there is a filter with this match, of this file, or of another with another queue
 *  - ENOSPC: the card's table for this type is full
 *  - EAGAIN: the device is being reset; try again
 *  - ETIMEDOUT, EIO: as with NDRV_RSS
 *  - ENOMEM
 */
struct ndrv_filter_add {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 queue;
	__u8 mac[NDRV_ADDR_LEN];
	__u16 vlan;
	__u16 ethertype;
	__u8 proto;
	__u8 __reserved0;
	__be32 src_ip;
	__be32 dst_ip;
	__be16 src_port;
	__be16 dst_port;
	__u32 out_filter;
	__u32 __reserved;
};
#define NDRV_FILTER_ADD _IO(NDRV_TYPE, 0x0e)

/**
 * struct ndrv_filter_del - ioctl(NDRV_FILTER_DEL)
 * @size: sizeof(struct ndrv_filter_del)
 * @flags: Must be 0
 * @filter: out_filter of NDRV_FILTER_ADD
 * @__reserved: Must be 0
 *
 * Availability: in every state but GONE.
 * Return: 0, or
 *  - ENOENT: this file has no such filter
 *  - ETIMEDOUT: as with NDRV_RSS; the filter is gone all the same
 */
struct ndrv_filter_del {
	__u32 size;
	__u32 flags;
	__u32 filter;
	__u32 __reserved;
};
#define NDRV_FILTER_DEL _IO(NDRV_TYPE, 0x0f)

/*
 * Events. arg[] of each type; what is not named is 0:
 *  LINK      [0] 1 = up, 0 = down; [1] speed in Mbit/s
 *  REVOKED   [0] NDRV_REASON_*; the pair of this file was taken away; @generation is the new one. Files
 *            whose pair did not run get none.
 *  RESTORED  the device works again: NDRV_QUEUE_START can be called
 *  GONE      the device is gone; the last event
 *  ERROR     [0] NDRV_ERROR_*; @queue says which, if one
 *  LOST      [0] number of events that were lost before this one, because nobody read them
 */
#define NDRV_EVENT_LINK		1
#define NDRV_EVENT_REVOKED	2
#define NDRV_EVENT_RESTORED	3
#define NDRV_EVENT_GONE		4
#define NDRV_EVENT_ERROR	5
#define NDRV_EVENT_LOST		6

#define NDRV_REASON_RESET	1	/* the kernel reset the device: a queue, or firmware, did not answer */
#define NDRV_REASON_ADMIN	2	/* somebody asked for a reset (sysfs, VFIO habits) */
#define NDRV_REASON_SUSPEND	3	/* the system went to sleep */
#define NDRV_REASON_PCI_ERROR	4	/* PCI error recovery (AER) */
#define NDRV_REASON_LOST	5	/* somebody else reset the whole card */

#define NDRV_ERROR_DESC		1	/* the card has stopped a queue because of its descriptors */
#define NDRV_ERROR_STRAY	2	/* a queue was enabled behind the kernel's back, and stopped */
#define NDRV_ERROR_HARDWARE	3	/* the card reports an internal error (ECC); the kernel log says more */

/**
 * struct ndrv_event - What read(2) returns
 * @type: NDRV_EVENT_*; ignore types that you do not know
 * @queue: Number of a queue pair, or NDRV_QUEUE_ANY: the device as a whole
 * @time_ns: CLOCK_MONOTONIC when it happened
 * @generation: Of this file's pair, afterwards
 * @arg: see above
 *
 * Each open file has its own copy of every event since it was opened; 64 are kept.
 */
struct ndrv_event {
	__u32 type;
	__u32 queue;
	__aligned_u64 time_ns;
	__aligned_u64 generation;
	__u32 arg[4];
};

/*
 * io_uring: IORING_OP_URING_CMD on the file, with one of these as sqe->cmd_op and a struct ndrv_uring in
 * sqe->cmd. The result is in cqe->res: 0 or what is said there, or a negative errno as with the ioctl of
 * the same name.
 *
 *  DOORBELL  NDRV_DOORBELL: @flags are NDRV_DOORBELL_F_*
 *  ARM       NDRV_ARM: @flags are NDRV_ARM_*; completes at once
 *  WAIT      the same, but completes when the card has interrupted: the result is those NDRV_ARM_* bits
 *            that were armed. ESTALE: the pair was stopped or revoked meanwhile; ENODEV: the device went;
 *            EBUSY: this file has a WAIT already; ECANCELED: by CANCEL, or because the ring or the task
 *            went. IORING_OP_ASYNC_CANCEL and link timeouts do not reach commands like this one.
 *            EOPNOTSUPP on kernels that cannot cancel it (before 6.7; NDRV_FEAT_URING_WAIT is missing):
 *            link ARM and IORING_OP_POLL_ADD instead, as <ndrv/uring.h> does.
 *  CANCEL    ends the WAIT of this file, if there is one; @flags is 0. ENOENT: there is none
 *
 * ARM and WAIT have armed when the submission returns, so that is the time to look at the descriptors.
 * Behind other commands in a link, with IOSQE_ASYNC or IORING_SETUP_SQPOLL it may be later: there use ARM
 * and look when it has completed. Doorbells of one submission may be executed in any order: link them
 * where it matters, as with two of the same pair. A WAIT keeps the file open, and so the pair running,
 * until it completes. ENOTTY: unknown command.
 */
#define NDRV_URING_DOORBELL	_IO(NDRV_TYPE, 0x40)
#define NDRV_URING_ARM		_IO(NDRV_TYPE, 0x41)
#define NDRV_URING_WAIT		_IO(NDRV_TYPE, 0x42)
#define NDRV_URING_CANCEL	_IO(NDRV_TYPE, 0x43)

/**
 * struct ndrv_uring - sqe->cmd, 16 bytes
 * @flags: see above
 * @rx_tail: as in struct ndrv_doorbell; otherwise 0
 * @tx_tail: as in struct ndrv_doorbell; otherwise 0
 * @__reserved: Must be 0
 */
struct ndrv_uring {
	__u32 flags;
	__u32 rx_tail;
	__u32 tx_tail;
	__u32 __reserved;
};

#endif
