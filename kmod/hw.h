/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between the core and a hardware family: what the core asks for, and what a family
 * may use. A family file sees registers and DMA addresses, never files, VMAs or user pointers.
 *
 * Family files also compile on the host, against the simulator in-process. There hw_host.h stands
 * in for the kernel and supplies:
 *  - u8 u16 u32 u64 bool, BIT() GENMASK() FIELD_PREP() FIELD_GET() ARRAY_SIZE() lower_32_bits()
 *    upper_32_bits(), min() max() max_t() min_t(), test_bit(), the errno names, memcpy,
 *    get_unaligned_le16() put_unaligned_le16() and those for 32 and 64 bits, READ_ONCE(),
 *    WARN_ON_ONCE(), __aligned()
 *  - spinlock_t, spin_lock_init() spin_lock_irqsave() spin_unlock_irqrestore()
 *  - __iomem and struct device (may be empty); a shim can find its device behind hw->regs
 *  - ndrv_rd32(hw, reg) ndrv_wr32(hw, reg, value): 32-bit register access
 *  - ndrv_hw_sleep_us(hw, us): waits at least that long, may sleep; ndrv_hw_delay_us(hw, us) does not
 *  - ndrv_hw_err(hw, fmt, ...) ndrv_hw_warn() ndrv_hw_info(): one log line with a newline at its end
 *  - ndrv_hw_zalloc() ndrv_hw_free(), ndrv_hw_dma_alloc() ndrv_hw_dma_free(), ndrv_hw_firmware()
 *    ndrv_hw_firmware_free(): see their prototypes; MODULE_FIRMWARE()
 *
 * Order between memory and registers: stores to DMA memory made before ndrv_wr32() are visible to
 * the device before the register changes, and what the device wrote before it changed a register is
 * visible to loads after the ndrv_rd32() that saw the change.
 */
#ifndef NDRV_HW_H
#define NDRV_HW_H

#ifdef __KERNEL__
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include "hw_host.h"
#endif

/* More than any family has; sizes the bitmaps of struct ndrv_hw_live. */
#define NDRV_HW_MAX_QUEUES	256

/* Key and table of receive side scaling as user space gives them; families stretch or repeat them. */
#define NDRV_HW_RSS_KEY		40
#define NDRV_HW_RSS_TABLE	128

struct ndrv_hw;

/**
 * struct ndrv_hw_queue - one queue pair, as the hardware is told about it
 * @queue: number of the pair
 * @rx_entries: receive descriptors, 0 = this side is left out
 * @tx_entries: transmit descriptors, 0 = this side is left out
 * @rx_buf_bytes: size of a receive buffer
 * @vlan_strip: take VLAN tags out of received frames
 * @vector: MSI-X vector of both sides, from 1 to hw->vectors - 1; several pairs may have the same. 0
 *	while hw->vectors is 0
 * @rx_iova: DMA address of the receive ring
 * @tx_iova: DMA address of the transmit ring
 */
struct ndrv_hw_queue {
	u32 queue;
	u32 rx_entries;
	u32 tx_entries;
	u32 rx_buf_bytes;
	bool vlan_strip;
	u32 vector;
	u64 rx_iova;
	u64 tx_iova;
};

/**
 * struct ndrv_hw_live - the queues that a context runs at this moment
 * @rx: bit n set: receive queue n
 * @tx: bit n set: transmit queue n
 */
struct ndrv_hw_live {
	unsigned long rx[NDRV_HW_MAX_QUEUES / (8 * sizeof(long))];
	unsigned long tx[NDRV_HW_MAX_QUEUES / (8 * sizeof(long))];
};

/**
 * struct ndrv_hw_stats - counters of the port, in the units of struct ndrv_stats
 * @rx_packets: good frames received
 * @rx_bytes: their bytes without FCS
 * @rx_missed: frames without room in the packet buffer
 * @rx_no_desc: frames dropped by a queue without descriptors
 * @rx_errors: frames with CRC, length or symbol errors
 * @rx_broadcast: good broadcasts received
 * @rx_multicast: good multicasts received
 * @tx_packets: good frames sent
 * @tx_bytes: their bytes without FCS
 * @tx_broadcast: broadcasts sent
 * @tx_multicast: multicasts sent
 */
struct ndrv_hw_stats {
	u64 rx_packets;
	u64 rx_bytes;
	u64 rx_missed;
	u64 rx_no_desc;
	u64 rx_errors;
	u64 rx_broadcast;
	u64 rx_multicast;
	u64 tx_packets;
	u64 tx_bytes;
	u64 tx_broadcast;
	u64 tx_multicast;
};

static inline void ndrv_hw_stats_add(struct ndrv_hw_stats *acc, const struct ndrv_hw_stats *d)
{
	acc->rx_packets += d->rx_packets;
	acc->rx_bytes += d->rx_bytes;
	acc->rx_missed += d->rx_missed;
	acc->rx_no_desc += d->rx_no_desc;
	acc->rx_errors += d->rx_errors;
	acc->rx_broadcast += d->rx_broadcast;
	acc->rx_multicast += d->rx_multicast;
	acc->tx_packets += d->tx_packets;
	acc->tx_bytes += d->tx_bytes;
	acc->tx_broadcast += d->tx_broadcast;
	acc->tx_multicast += d->tx_multicast;
}

/*
 * @grown without the @less that is in it. A card's counters are read one after the other while it goes on
 * counting. Read @grown first: then @less may have more than is in it yet, which @owed remembers until the
 * next look. Zero it when the counters begin anew.
 */
static inline u64 ndrv_hw_stat_less(u64 grown, u64 less, u64 *owed)
{
	u64 now;

	*owed += less;
	now = min(grown, *owed);
	*owed -= now;
	return grown - now;
}

/**
 * struct ndrv_hw_rss - how received frames are spread over queues
 * @key: of the Toeplitz hash
 * @table: queue numbers, indexed by the low bits of the hash; each below hw->rss_queues
 */
struct ndrv_hw_rss {
	u8 key[NDRV_HW_RSS_KEY];
	u16 table[NDRV_HW_RSS_TABLE];
};

/**
 * struct ndrv_hw_queue_stats - counters of one pair, in the units of struct ndrv_queue_get
 * @rx_packets: frames received
 * @rx_bytes: their bytes without FCS
 * @rx_no_desc: frames dropped for want of descriptors
 * @tx_packets: frames sent
 * @tx_bytes: their bytes without FCS
 */
struct ndrv_hw_queue_stats {
	u64 rx_packets;
	u64 rx_bytes;
	u64 rx_no_desc;
	u64 tx_packets;
	u64 tx_bytes;
};

/**
 * struct ndrv_hw_filter - which frames to take, or where they go
 * @type: NDRV_FILTER_*
 * @fields: NDRV_FILTER_F_*: what a TUPLE compares
 * @queue: receive queue, or NDRV_QUEUE_ANY; see NDRV_FILTER_ADD for which type needs what
 * @mac: of MAC
 * @vlan: of VLAN
 * @ethertype: of ETHERTYPE, host byte order
 * @proto: of TUPLE, as everything below, in network byte order
 * @src_ip: IPv4 address
 * @dst_ip: IPv4 address
 * @src_port: port
 * @dst_port: port
 * @order: of TUPLE filters with equally many @fields that match a frame, the one with the lower @order
 *	wins. Later ones have higher numbers, and each number is there once
 * @slot: the family's: where in the hardware it is, from filter_add to filter_del
 */
struct ndrv_hw_filter {
	u32 type;
	u32 fields;
	u32 queue;
	u8 mac[6];
	u16 vlan;
	u16 ethertype;
	u8 proto;
	__be32 src_ip;
	__be32 dst_ip;
	__be16 src_port;
	__be16 dst_port;
	u64 order;
	u32 slot;
};

/**
 * struct ndrv_hw_ops - what a family does for the core
 *
 * Context: every op runs in process context and may sleep, except @doorbell and @tail_off, and those
 * for interrupts, from @queue_arm to @misc_off. The core serialises all ops of one device
 * (ndrv_dev.lock), except @doorbell and @tail_off, which may run at any time while the queue is between
 * queue_start and queue_stop, and those for interrupts, as said there.
 *
 * Errors: 0 or a negative errno. -ETIMEDOUT: the hardware did not acknowledge within the bound,
 * which is a named constant of the family, and only a reset helps, which the core does then; the op
 * has logged which register or command. -EIO: the card's firmware has refused, and has said so in
 * the log; nothing has changed. -ENODEV: the device answers no more (hw->gone is then set). After
 * an error of reset the hardware may still do DMA.
 *
 * @attach: Once, before the first reset: allocates hw->priv and the DMA memory that the family
 *	itself needs, and reads its firmware files. Touches no register. A family without such
 *	needs leaves it and @detach NULL. Runs without ndrv_dev.lock, as @detach does.
 * @detach: The opposite, after the last shutdown or reset, when the device does no DMA any more;
 *	also after a start that failed. Touches no register: there may be none.
 * @reset: Stops all DMA of the function, resets it, and leaves it quiet: interrupts
 *	masked, all queues off, link state as the NVM says. Bus mastering may be off, so nothing
 *	here may need DMA. Bound: under a second, or what the data sheet says if that is longer.
 *	What was counted between the last @stats and the end of all DMA is in the next.
 * @start: After reset, with bus mastering on: sets up packet buffers, filters, the receive and
 *	transmit paths, and starts to bring the link up without waiting for it. All queues stay
 *	off. Reads the address into hw->mac (unless reset did). The first start may lower
 *	hw->max_queues and hw->features to what this card has; later ones leave them alone. What
 *	@rss was told last is forgotten.
 * @shutdown: Gives the device back: reset, plus whatever tells firmware that the driver has left.
 *	Same promise and bound as reset.
 * @queue_start: Programs the sides that are not left out, heads and tails 0, and enables them.
 *	On error both sides are off, or -ETIMEDOUT says that this is not certain.
 * @queue_stop: Disables the sides that are not left out. When it returns 0 the hardware has
 *	acknowledged and does no DMA for this pair any more. It trusts no register that user space
 *	can write. Bound: under 100 ms, and that of a command where firmware has to be asked.
 * @rx_drop: What a running receive queue without descriptors does with a frame: true, drop it;
 *	false, let it wait in the port's packet buffer, in front of the frames of all other queues. May be
 *	changed at any time; queue_start begins with true. A family whose queues cannot hold each
 *	other up leaves it NULL.
 * @sweep: User space may have enabled other queues through its doorbell page. Disables every queue
 *	that @live does not name, in the same way as queue_stop. Returns how many there were, or an
 *	error if one would not stop.
 * @doorbell: Moves the tail of one side. Never sleeps. Ring memory written before is visible to the
 *	device before the new tail is.
 * @tail_off: Where the tail register is, in bytes from the start of the register BAR
 * @queue_arm: The vector of a running pair sends one message when the card next writes back descriptors
 *	of a side that @rx or @tx names. What it has written back before is in memory when the op
 *	returns, or is a message too; so whoever looks then and sleeps misses nothing. A side that
 *	neither the last call for this pair nor this one names sends none. Never sleeps; the core
 *	holds a spinlock that is of the vector, with interrupts off. Not while queue_start or queue_stop
 *	of this pair, or a reset, is under way. Not called while hw->vectors is 0, nor are the next three.
 * @vector_off: In the interrupt: @vector sends no message until the next queue_arm of one of its pairs,
 *	and descriptors of its pairs are written back as promptly as without interrupts. Under the same
 *	lock. May come late, as misc_off may: at any time from attach to detach, beside any other op.
 * @misc_off: In the interrupt of vector 0, which is for everything but queues: it sends no message until
 *	the next misc_arm. May read and clear causes, and note for @link what they were. Never sleeps;
 *	under a spinlock of its own, with interrupts off.
 * @misc_arm: Vector 0 sends a message at the next change of link, message of firmware, or error, and for
 *	those that have happened since misc_off. The core calls @link between the two. Never sleeps; same
 *	lock as misc_off.
 * @filter_add: Adds a filter, which is of a type in hw->features and not there yet, and notes where in
 *	@f->slot. -ENOSPC: the card's table is full. -EOPNOTSUPP: this card cannot do this one. The core
 *	calls it again after each reset, which has forgotten all, in the @order of the filters. Of TUPLE
 *	filters that match a frame the one with more @fields wins, then the one with the lower @order,
 *	whatever was taken out in between. @f does not move or change until filter_del or reset, so the
 *	family may keep the pointer that long; reset itself must not look at it any more.
 * @filter_del: Takes it out. An error is like one of set_rx_mode; the filter counts as gone.
 * @queue_stats: Adds what happened to this pair since queue_start, or since the last call, to @acc. Only
 *	between queue_start and queue_stop, and once more right after queue_stop. false: the card does
 *	not count for this pair. A family that never does leaves it NULL.
 * @rss: Spreads frames over queues as @rss says; NULL: everything goes to queue 0, as after start.
 *	A frame for a queue that does not run is dropped, or waits where @rx_drop allows that.
 *	-EOPNOTSUPP: this card cannot (now). A family that never can leaves it NULL.
 * @set_rx_mode: Which frames to take: promisc, allmulti, and the longest frame (bytes without FCS).
 *	promisc takes frames of every VLAN, whatever filters there are.
 * @link: Reads the link: *up, and *mbps (0 while down). Called at least once a second: a family with
 *	firmware that talks unasked drains its messages here. -ECONNRESET: somebody else has reset
 *	the card, nothing of what was set up is left, or its memories are corrupt; the core resets the
 *	device.
 * @stats: Adds what happened since the last call to @acc; called at least every few seconds
 */
struct ndrv_hw_ops {
	int (*attach)(struct ndrv_hw *hw);
	void (*detach)(struct ndrv_hw *hw);
	int (*reset)(struct ndrv_hw *hw);
	int (*start)(struct ndrv_hw *hw);
	int (*shutdown)(struct ndrv_hw *hw);
	int (*queue_start)(struct ndrv_hw *hw, const struct ndrv_hw_queue *q);
	int (*queue_stop)(struct ndrv_hw *hw, const struct ndrv_hw_queue *q);
	void (*rx_drop)(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool drop);
	int (*sweep)(struct ndrv_hw *hw, const struct ndrv_hw_live *live);
	void (*doorbell)(struct ndrv_hw *hw, u32 queue, bool tx, u32 tail);
	u32 (*tail_off)(struct ndrv_hw *hw, u32 queue, bool tx);
	void (*queue_arm)(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool rx, bool tx);
	void (*vector_off)(struct ndrv_hw *hw, u32 vector);
	void (*misc_off)(struct ndrv_hw *hw);
	void (*misc_arm)(struct ndrv_hw *hw);
	int (*filter_add)(struct ndrv_hw *hw, struct ndrv_hw_filter *f);
	int (*filter_del)(struct ndrv_hw *hw, const struct ndrv_hw_filter *f);
	bool (*queue_stats)(struct ndrv_hw *hw, const struct ndrv_hw_queue *q,
			    struct ndrv_hw_queue_stats *acc);
	int (*rss)(struct ndrv_hw *hw, const struct ndrv_hw_rss *rss);
	int (*set_rx_mode)(struct ndrv_hw *hw, bool promisc, bool allmulti, u32 max_frame);
	int (*link)(struct ndrv_hw *hw, bool *up, u32 *mbps);
	void (*stats)(struct ndrv_hw *hw, struct ndrv_hw_stats *acc);
};

/**
 * struct ndrv_hw_info - everything the core knows about a family
 * @name: for messages
 * @ops: see there
 * @desc_format: NDRV_DESC_*
 * @features: NDRV_FEAT_*, as far as the whole family has them; see hw->features
 * @regs_bar: BAR with the registers
 * @regs_min_bytes: the BAR must be at least this long, and so much of it is within reach of
 *	ndrv_rd32() and ndrv_wr32(). @tail_off may point beyond, up to hw->regs_bytes.
 * @alive_reg: a register that is never all ones while the device answers
 * @max_queues: queue pairs, at most; see hw->max_queues
 * @max_vectors: MSI-X vectors that the family can use, the one for everything but queues included
 * @rss_queues: RSS can name the queues below this; 0 without @rss
 * @ring_min: smallest ring in descriptors
 * @ring_max: largest ring in descriptors
 * @ring_align: ring sizes are multiples of this
 * @rx_desc_size: bytes of a receive descriptor
 * @tx_desc_size: bytes of a transmit descriptor
 * @rx_buf_align: receive buffer sizes are multiples of this
 * @rx_buf_max: largest receive buffer
 * @max_frame: longest frame, bytes without FCS
 */
struct ndrv_hw_info {
	const char *name;
	const struct ndrv_hw_ops *ops;
	u32 desc_format;
	u32 features;
	u32 regs_bar;
	u32 regs_min_bytes;
	u32 alive_reg;
	u32 max_queues;
	u32 max_vectors;
	u32 rss_queues;
	u32 ring_min;
	u32 ring_max;
	u32 ring_align;
	u32 rx_desc_size;
	u32 tx_desc_size;
	u32 rx_buf_align;
	u32 rx_buf_max;
	u32 max_frame;
};

/**
 * struct ndrv_hw - one device, as its family sees it
 * @info: the family
 * @priv: the family's own, between attach and detach
 * @regs: start of the register BAR
 * @regs_bytes: length of the register BAR, which may be more than is mapped here
 * @dev: for messages only
 * @pci_device: PCI device id; a family may look its variant up with it
 * @serial: PCIe device serial number, 0 = none
 * @max_queues: queue pairs of this card, from info->max_queues; see @start
 * @vectors: MSI-X vectors that the core has, set before the first start and constant then: 0 is for
 *	everything but queues, 1 and up are for queues. 0 = no interrupts; else at least 2. MSI-X stays
 *	enabled in the PCI function over resets.
 * @rss_queues: RSS can name the queues below this, from info->rss_queues; see @start
 * @features: NDRV_FEAT_* of this card, from info->features; see @start
 * @lan_id: number of the port on a card with several, from the hardware
 * @gone: set, and never cleared, when the device answered with all ones
 * @link_up: set by the core: what the last @link said; reset may use it
 * @mac: the port's address, valid after start
 */
struct ndrv_hw {
	const struct ndrv_hw_info *info;
	void *priv;
	void __iomem *regs;
	u64 regs_bytes;
	struct device *dev;
	u16 pci_device;
	u64 serial;
	u32 max_queues;
	u32 vectors;
	u32 rss_queues;
	u32 features;
	u8 lan_id;
	bool gone;
	bool link_up;
	u8 mac[6];
};

/* Interrupts may find out too, so there is no lock over it. */
static inline bool ndrv_hw_gone(const struct ndrv_hw *hw)
{
	return READ_ONCE(hw->gone);
}

/**
 * struct ndrv_hw_blob - a firmware file
 * @data: its bytes; whoever could write to the firmware folder chose them
 * @bytes: how many
 * @handle: the kernel's
 */
struct ndrv_hw_blob {
	const u8 *data;
	size_t bytes;
	const void *handle;
};

/*
 * DMA memory of the family itself: zeroed, in whole pages of its own, coherent, mapped for reading
 * and writing. NULL: none left. User space's queues work in the same IOMMU domain and can write to
 * it, so what is read from it is read once, and checked. Free it only when the device cannot reach
 * it any more, with the same size.
 */
void *ndrv_hw_dma_alloc(struct ndrv_hw *hw, size_t bytes, u64 *iova);
void ndrv_hw_dma_free(struct ndrv_hw *hw, size_t bytes, void *mem, u64 iova);

/*
 * Tells whoever has the device open that something went wrong: NDRV_ERROR_*, and the queue pair or
 * NDRV_QUEUE_ANY. Process context, in any op that may sleep.
 */
void ndrv_hw_event(struct ndrv_hw *hw, u32 error, u32 queue);

/*
 * Reads a file below the kernel's firmware folders. -ENOENT: there is none, and nothing was said
 * about it in the log; the caller knows whether that matters. Only in @attach: reading a file takes
 * locks of its file system, under which others fault, and a fault in mmap takes ndrv_dev.lock; and
 * when a device resumes there may be no file system yet.
 */
int ndrv_hw_firmware(struct ndrv_hw *hw, const char *name, struct ndrv_hw_blob *blob);
void ndrv_hw_firmware_free(struct ndrv_hw *hw, struct ndrv_hw_blob *blob);

#ifdef __KERNEL__
u32 ndrv_rd32(struct ndrv_hw *hw, u32 reg);
void ndrv_wr32(struct ndrv_hw *hw, u32 reg, u32 value);

static inline void ndrv_hw_sleep_us(struct ndrv_hw *hw, unsigned int us)
{
	fsleep(us);
}

/* Some microseconds at most. */
static inline void ndrv_hw_delay_us(struct ndrv_hw *hw, unsigned int us)
{
	udelay(us);
}

/* Ordinary memory, zeroed; NULL: none left. */
static inline void *ndrv_hw_zalloc(struct ndrv_hw *hw, size_t bytes)
{
	return kvzalloc(bytes, GFP_KERNEL);
}

static inline void ndrv_hw_free(struct ndrv_hw *hw, void *mem)
{
	kvfree(mem);
}

/* User space can provoke some of these by writing to what shares a page with its doorbell. */
#define ndrv_hw_err(hw, fmt, ...)	dev_err_ratelimited((hw)->dev, fmt, ##__VA_ARGS__)
#define ndrv_hw_warn(hw, fmt, ...)	dev_warn_ratelimited((hw)->dev, fmt, ##__VA_ARGS__)
#define ndrv_hw_info(hw, fmt, ...)	dev_info_ratelimited((hw)->dev, fmt, ##__VA_ARGS__)
#endif

/* The families. */
extern const struct ndrv_hw_info ndrv_ixgbe_info;
extern const struct ndrv_hw_info ndrv_e810_info;
extern const struct ndrv_hw_info ndrv_igb_info;

#endif
