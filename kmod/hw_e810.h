/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the E810 family share, and who implements what. Nobody outside hw_e810*.c
 * includes this. Layouts of commands are those of the E810 data sheet (613875), chapter 9.
 *
 * The admin queue and trust. Queues of user space and the admin queue are the same PCI function, so
 * the IOMMU sees one device: a receive buffer address can point into the admin queue's memory. What
 * follows from that:
 *  - Nothing read from that memory is believed: an answer is copied out once and then checked, and
 *    no index, length or address is ever taken back from it unchecked.
 *  - A command can be forged on its way to firmware, and an answer on its way back, by somebody who
 *    floods its slot in the moment between the one's store and the other's fetch. No check can
 *    prevent that, and to map the ring only while a command runs would not narrow that moment. What
 *    a forged answer can do ends at the IOMMU: a queue that did not stop finds its memory unmapped.
 *    Who holds a
 *    queue of an E810 function is trusted with that function, firmware commands included, as with
 *    VFIO; he is not trusted with anything else. ndrv(7) says so.
 */
#ifndef HW_E810_H
#define HW_E810_H

#include "hw.h"

/* ---- admin queue: hw_e810_aq.c ------------------------------------------------------------- */

#define E810_AQ_BUF_BYTES	4096	/* largest buffer of a command */
#define E810_SCRATCH_BYTES	(2 * E810_AQ_BUF_BYTES)

enum e810_op {
	E810_OP_GET_VERSION		= 0x0001,
	E810_OP_DRIVER_VERSION		= 0x0002,
	E810_OP_QUEUE_SHUTDOWN		= 0x0003,
	E810_OP_REQUEST_RESOURCE	= 0x0008,
	E810_OP_RELEASE_RESOURCE	= 0x0009,
	E810_OP_FUNC_CAPS		= 0x000a,
	E810_OP_DEV_CAPS		= 0x000b,
	E810_OP_MAC_READ		= 0x0107,
	E810_OP_MAC_WRITE		= 0x0108,
	E810_OP_CLEAR_PXE		= 0x0110,
	E810_OP_SWITCH_CONFIG		= 0x0200,
	E810_OP_SET_PORT_PARAMS		= 0x0203,
	E810_OP_ALLOC_RESOURCES		= 0x0208,
	E810_OP_FREE_RESOURCES		= 0x0209,
	E810_OP_GET_VLAN_MODE		= 0x020d,
	E810_OP_ADD_VSI			= 0x0210,
	E810_OP_UPDATE_VSI		= 0x0211,
	E810_OP_FREE_VSI		= 0x0213,
	E810_OP_ADD_RULES		= 0x02a0,
	E810_OP_UPDATE_RULES		= 0x02a1,
	E810_OP_REMOVE_RULES		= 0x02a2,
	E810_OP_CLEAR_PF_CONFIG		= 0x02a4,
	E810_OP_DEFAULT_TOPOLOGY	= 0x0400,
	E810_OP_ADD_SCHED_ELEMS		= 0x0401,
	E810_OP_GET_SCHED_ELEMS		= 0x0404,
	E810_OP_MOVE_SCHED_ELEMS	= 0x0408,
	E810_OP_DELETE_SCHED_ELEMS	= 0x040f,
	E810_OP_QUERY_SCHED		= 0x0412,
	E810_OP_PHY_CAPS		= 0x0600,
	E810_OP_SET_PHY_CONFIG		= 0x0601,
	E810_OP_SET_MAC_CONFIG		= 0x0603,
	E810_OP_RESTART_AN		= 0x0605,
	E810_OP_LINK_STATUS		= 0x0607,
	E810_OP_SET_EVENT_MASK		= 0x0613,
	E810_OP_STOP_LLDP		= 0x0a05,
	E810_OP_START_LLDP		= 0x0a06,
	E810_OP_SET_RSS_KEY		= 0x0b02,
	E810_OP_SET_RSS_LUT		= 0x0b03,
	E810_OP_ADD_TX_QUEUES		= 0x0c30,
	E810_OP_DISABLE_TX_QUEUES	= 0x0c31,
	E810_OP_DOWNLOAD_PACKAGE	= 0x0c40,
	E810_OP_UPDATE_PACKAGE		= 0x0c42,
	E810_OP_PACKAGE_INFO		= 0x0c43,
	E810_OP_LAN_OVERFLOW		= 0x1001,
};

/**
 * struct e810_aq_desc - a command, and its answer in the same place
 * @opcode: E810_OP_*
 * @retval: out: what firmware answered, 0 = fine; also when e810_aq_cmd() turned it into an errno
 * @len: out: bytes of the buffer that firmware has written, at most what was given
 * @param: in and out: the 16 bytes behind the cookie, little-endian; only get_unaligned_le*() and
 *	put_unaligned_le*() on it. Of an indirect command the last 8 (the address) are set here and
 *	come back as 0.
 */
struct e810_aq_desc {
	u16 opcode;
	u16 retval;
	u16 len;
	u8 param[16];
};

#define E810_AQ_F_RD	BIT(0)	/* firmware reads the buffer (and may write it) */
#define E810_AQ_F_QUIET	BIT(1)	/* an error that firmware reports is not worth a log line */

/*
 * Runs one command and waits for its answer. @buf is kernel memory of @len bytes, at most
 * E810_AQ_BUF_BYTES, or NULL and 0 for a direct command. Without F_RD firmware sees zeroes, and what
 * it did not write is zero afterwards; with F_RD what it did not write stays as it was.
 *
 * Process context, ndrv_dev.lock held (as in every op). Bound: E810_AQ_TIMEOUT_MS.
 *
 * 0; what firmware reported (retval in desc): -EPERM -ENOENT -EIO -EAGAIN -ENOMEM -EBUSY -EEXIST
 * -EINVAL -ENOSPC -EOPNOTSUPP (unknown opcode); or the queue itself failed: -ETIMEDOUT. That is
 * no answer in time, or one that is broken or belongs to something else; the log says which, and
 * every command from then on fails at once in the same way, until the next e810_aq_init(). The
 * core resets the device when an op returns it. -ENODEV: the card is gone.
 */
int e810_aq_cmd(struct ndrv_hw *hw, struct e810_aq_desc *d, void *buf, u16 len, u32 flags);

/* What a caller of F_QUIET says when firmware's refusal was not the one that it had expected. */
void e810_aq_complain(struct ndrv_hw *hw, const struct e810_aq_desc *d);

/* Whether an errno of e810_aq_cmd() says that the queue is dead, not that firmware said no. */
static inline bool e810_aq_lost(int err)
{
	return err == -ETIMEDOUT || err == -ENODEV;
}

/* What an op returns for it: a refusal of firmware's is EIO, whatever firmware calls it. */
static inline int e810_op_result(int err)
{
	return err && !e810_aq_lost(err) && err != -ENOMEM ? -EIO : err;
}

/*
 * Takes what firmware sent unasked, at most a ring's worth, and gives each message to @event: @d and
 * @buf (@d->len bytes) are checked copies. Commands may be run in @event. 0, or -EBADMSG: some were
 * broken and are lost; -ETIMEDOUT and -ENODEV as above.
 */
int e810_arq_poll(struct ndrv_hw *hw,
		  void (*event)(struct ndrv_hw *hw, const struct e810_aq_desc *d, const u8 *buf));

/*
 * Memory of both rings, from attach to detach. init: after a reset, with bus mastering on: starts
 * with empty rings. stop: both rings off, before a reset or whenever firmware has nothing more to
 * say; needs no answer.
 */
int e810_aq_alloc(struct ndrv_hw *hw);
void e810_aq_free(struct ndrv_hw *hw);
int e810_aq_init(struct ndrv_hw *hw);
void e810_aq_stop(struct ndrv_hw *hw);

/* ---- firmware's own matters: hw_e810_fw.c -------------------------------------------------- */

/**
 * struct e810_caps - what firmware says that the function has (opcode 000A)
 * @vsis: VSIs
 * @rx_queues: receive queues
 * @tx_queues: transmit queues
 * @rx_first: number of the first one in the whole card
 * @tx_first: the same
 * @vectors: interrupt vectors
 * @rss_table: entries of the RSS table of the function; 0 = no RSS
 * @rss_width: bits of a table entry
 * @max_mtu: longest frame
 */
struct e810_caps {
	u32 vsis;
	u32 rx_queues;
	u32 tx_queues;
	u32 rx_first;
	u32 tx_first;
	u32 vectors;
	u32 rss_table;
	u32 rss_width;
	u32 max_mtu;
};

/* After e810_aq_init(): checks the version of firmware's interface, says who the driver is. */
int e810_fw_hello(struct ndrv_hw *hw);
/* Says that the driver leaves (0003); before e810_aq_stop(), needs no success. */
void e810_fw_bye(struct ndrv_hw *hw);
/* Fills e810->caps. */
int e810_fw_caps(struct ndrv_hw *hw);

/* Locks between functions and firmware (opcodes 0008, 0009). */
enum e810_lock { E810_LOCK_NVM = 1, E810_LOCK_CHANGE = 3, E810_LOCK_GLOBAL = 4 };
/* 0 taken; 1 (GLOBAL only): another function has done the work already; -EBUSY after the bound. */
int e810_fw_lock(struct ndrv_hw *hw, enum e810_lock what);
void e810_fw_unlock(struct ndrv_hw *hw, enum e810_lock what);

/* ---- package: hw_e810_ddp.c ---------------------------------------------------------------- */

/* The file, from attach to detach. Whether there is one is told by e810_ddp_load(). */
void e810_ddp_get(struct ndrv_hw *hw);
void e810_ddp_put(struct ndrv_hw *hw);

/*
 * Sees to it that a package is active on the device, which is what makes RSS work. Sets
 * e810->safe_mode if there is none and none can be had, and says so once; that is no error. Errors
 * are those of a lost queue only. Before any VSI exists.
 */
int e810_ddp_load(struct ndrv_hw *hw);

/* ---- RSS: hw_e810_rss.c -------------------------------------------------------------------- */

/*
 * Spreads the frames of a VSI as @rss says, or sends all of them to its first queue (NULL). The
 * VSI's context must select the function's table (q_opt_rss = 2) if e810->caps.rss_table is not 0.
 */
int e810_rss_set(struct ndrv_hw *hw, u16 vsi, const struct ndrv_hw_rss *rss);
/* After a reset, which has undone it, and in detach. */
void e810_rss_forget(struct ndrv_hw *hw);

/* Packet types that a package can name (10 bits in a descriptor). */
#define E810_RSS_PTYPES		1024

/* ---- all of the family --------------------------------------------------------------------- */

struct e810_aq;
struct e810_port;
struct e810_rss;

/* hw->priv: allocated by attach (hw_e810.c). */
struct e810 {
	struct e810_aq *aq;		/* hw_e810_aq.c */
	struct e810_caps caps;
	u8 pf;				/* number of the function: PF_FUNC_RID, set by reset */
	bool safe_mode;			/* no package: no RSS */
	bool safe_mode_told;
	struct ndrv_hw_blob ddp_file;	/* hw_e810_ddp.c: the package, if ddp_file_err is 0 */
	int ddp_file_err;
	bool ddp_known;			/* a package was active, and rss_group is out of it */
	u8 rss_group[E810_RSS_PTYPES];	/* what the package sorts each packet type into */
	struct e810_rss *rss;		/* hw_e810_rss.c; NULL until it was used */
	struct e810_port *port;		/* hw_e810*.c: VSI, scheduler, queues, link, statistics */
	bool scratch_used;
	u8 scratch[E810_SCRATCH_BYTES] __aligned(8);
};

static inline struct e810 *e810_priv(struct ndrv_hw *hw)
{
	return hw->priv;
}

/*
 * Zeroed memory for the length of a command or a few. It is there from attach on, because start follows a
 * reset as well, and a port must not be lost for want of a buffer. One user at a time: operations that
 * talk to firmware never run beside each other (hw.h), and no user of this calls another.
 */
static inline void *e810_scratch_get(struct ndrv_hw *hw, size_t bytes)
{
	struct e810 *e = e810_priv(hw);

	if (WARN_ON_ONCE(e->scratch_used || bytes > sizeof(e->scratch)))
		return NULL;
	e->scratch_used = true;
	memset(e->scratch, 0, bytes);
	return e->scratch;
}

static inline void e810_scratch_put(struct ndrv_hw *hw)
{
	e810_priv(hw)->scratch_used = false;
}

#endif
