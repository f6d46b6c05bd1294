/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the 82576 family share, and who implements what. Nobody outside hw_igb*.c
 * includes this. Section numbers are those of the 82576 data sheet (hw_igb_regs.h).
 */
#ifndef NDRV_HW_IGB_H
#define NDRV_HW_IGB_H

#include "hw.h"
#include "hw_igb_regs.h"

#include <linux/ndrv.h>

#define IGB_QUEUES		16
#define IGB_FCS			4
#define IGB_NULL_ENTRIES	8	/* no ring is shorter: TDLEN counts 128 bytes */
#define IGB_NULL_BYTES		(16 * IGB_NULL_ENTRIES)

/**
 * struct igb - what this family remembers of a card: hw->priv
 * @lock: Over @ivar: a word of IVAR is shared by pairs of two vectors, whose callers hold different
 *	locks
 * @ivar: what the registers of that name hold
 * @rx_on: bit n: receive queue n runs
 * @strip: what those that run want of VLAN tags
 * @rctl: what RCTL should hold, but for RCTL_EN
 * @promisc: set_rx_mode's
 * @nr_vlans: VLAN filters
 * @rar_used: entries of the address table
 * @mta_users: multicast filters by their hash
 * @counting: what the counters hold is ours: from start to reset
 * @late: counted by then, and not asked for yet
 * @rx_fcs_owed: of bytes received, see ndrv_hw_stat_less
 * @tx_fcs_owed: of bytes sent, likewise
 * @nothing: a transmit ring whose first descriptor sends nothing; the card only reads it
 * @nothing_iova: its DMA address
 */
struct igb {
	spinlock_t lock;
	u32 ivar[IGB_IVAR_REGS];
	u32 rx_on;
	bool strip;
	u32 rctl;
	bool promisc;
	u32 nr_vlans;
	bool rar_used[IGB_RAR_ENTRIES];
	u32 mta_users[32 * IGB_MTA_REGS];
	bool counting;
	struct ndrv_hw_stats late;
	u64 rx_fcs_owed;
	u64 tx_fcs_owed;
	u8 *nothing;
	u64 nothing_iova;
};

/* ---- the card: hw_igb.c -------------------------------------------------------------------- */

/* Waits until (reg & mask) == want. Says nothing: the caller knows what a timeout means. */
int igb_poll(struct ndrv_hw *hw, u32 reg, u32 mask, u32 want, u32 polls, u32 poll_us);

/* What was written before has arrived, and what the card wrote before is visible. */
static inline void igb_flush(struct ndrv_hw *hw)
{
	ndrv_rd32(hw, IGB_STATUS);
}

/* ---- the link: hw_igb_link.c --------------------------------------------------------------- */

/* In start: lets the PHY find a link, unless it has one. */
int igb_link_setup(struct ndrv_hw *hw);
int igb_link(struct ndrv_hw *hw, bool *up, u32 *mbps);

/* ---- queue pairs: hw_igb_queue.c ----------------------------------------------------------- */

/* After a reset, which has enabled queue 0: all off, and nothing runs. */
int igb_queues_off(struct ndrv_hw *hw);
int igb_queue_start(struct ndrv_hw *hw, const struct ndrv_hw_queue *q);
int igb_queue_stop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q);
void igb_rx_drop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool drop);
int igb_sweep(struct ndrv_hw *hw, const struct ndrv_hw_live *live);
u32 igb_tail_off(struct ndrv_hw *hw, u32 queue, bool tx);
void igb_doorbell(struct ndrv_hw *hw, u32 queue, bool tx, u32 tail);

/* ---- interrupts: hw_igb_irq.c -------------------------------------------------------------- */

/* Nothing is reported any more; also while nothing is known of the card's state. */
void igb_irq_mask(struct ndrv_hw *hw);
/* After reset, in start: all masked, no queue has a vector yet. */
void igb_irq_setup(struct ndrv_hw *hw);
/* These sides of the pair cause no interrupt. */
void igb_irq_detach(struct ndrv_hw *hw, u32 queue, bool rx, bool tx);
void igb_queue_arm(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool rx, bool tx);
void igb_vector_off(struct ndrv_hw *hw, u32 vector);
void igb_misc_off(struct ndrv_hw *hw);
void igb_misc_arm(struct ndrv_hw *hw);

/* ---- what is received, and where it goes: hw_igb_filter.c ---------------------------------- */

/* In start: no filters. */
void igb_filter_setup(struct ndrv_hw *hw);
int igb_set_rx_mode(struct ndrv_hw *hw, bool promisc, bool allmulti, u32 max_frame);
int igb_rss(struct ndrv_hw *hw, const struct ndrv_hw_rss *rss);
int igb_filter_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f);
int igb_filter_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f);

/* ---- counters: hw_igb_stats.c -------------------------------------------------------------- */

/* In start: the reset has cleared all counters. */
void igb_stats_setup(struct ndrv_hw *hw);
/* In reset, which clears the counters: nothing is received or sent any more. */
void igb_stats_last(struct ndrv_hw *hw);
void igb_stats(struct ndrv_hw *hw, struct ndrv_hw_stats *acc);

#endif
