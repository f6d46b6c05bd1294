/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the 82599 family share, and who implements what. Nobody outside hw_ixgbe*.c
 * includes this. Section numbers are those of the 82599 data sheet (hw_ixgbe_regs.h).
 */
#ifndef NDRV_HW_IXGBE_H
#define NDRV_HW_IXGBE_H

#include "hw.h"
#include "hw_ixgbe_regs.h"

#include <linux/ndrv.h>

#define IXGBE_QUEUES		128
#define IXGBE_FCS		4

struct ixgbe_variant {
	const char *name;
	u32 swsm;
	u32 eec;
	u32 rxpb_kib;
	u32 reset_wait_us;	/* after RST cleared, before anything else is touched */
	bool internal_phy;	/* X540 and later: no AUTOC set-up, REGSMP guards SW_FW_SYNC */
	bool sfi;		/* SFP+ cage behind the 10G serial interface */
	bool long_reta;		/* 512 entries of the RSS table, not 128 */
};

/**
 * struct ixgbe_set - counters of one pair
 * @owned: belongs to @queue
 * @running: which runs
 * @queue: number of the pair
 * @tx_fcs_owed: of bytes sent, see ndrv_hw_stat_less
 * @counted: since it was last asked for
 */
struct ixgbe_set {
	bool owned;
	bool running;
	u32 queue;
	u64 tx_fcs_owed;
	struct ndrv_hw_queue_stats counted;
};

/**
 * struct ixgbe - what this family remembers of a card: hw->priv
 * @lock: Over @ivar and @misc: a word of IVAR is shared by pairs of two vectors, whose callers hold
 *	different locks
 * @ivar: what the registers of that name hold
 * @misc: causes of vector 0 that misc_off has taken and link has not looked at
 * @promisc: set_rx_mode's
 * @nr_vlans: VLAN filters
 * @rar_used: entries of the address table
 * @mta_users: multicast filters by their hash
 * @etqf_used: EtherType filters
 * @nr_tuples: length of @tuples
 * @tuples: tuple filters, in their places in the card
 * @counting: what the counters hold is ours: from start to reset
 * @rx_missed_owed: of frames received, see ndrv_hw_stat_less
 * @tx_fcs_owed: of bytes sent, likewise
 * @port: counted since the core last asked
 * @sets: counters of pairs; the last one is nobody's
 */
struct ixgbe {
	spinlock_t lock;
	u32 ivar[IXGBE_IVAR_REGS];
	u32 misc;
	bool promisc;
	u32 nr_vlans;
	bool rar_used[IXGBE_RAR_ENTRIES];
	u32 mta_users[32 * IXGBE_MTA_REGS];
	bool etqf_used[IXGBE_ETQF_ENTRIES];
	u32 nr_tuples;
	const struct ndrv_hw_filter *tuples[IXGBE_FTQF_ENTRIES];
	bool counting;
	u64 rx_missed_owed;
	u64 tx_fcs_owed;
	struct ndrv_hw_stats port;
	struct ixgbe_set sets[IXGBE_STAT_SETS];
};

/* ---- the card: hw_ixgbe.c ------------------------------------------------------------------ */

const struct ixgbe_variant *ixgbe_variant(const struct ndrv_hw *hw);

/* Waits until (reg & mask) == want. Says nothing: the caller knows what a timeout means. */
int ixgbe_poll(struct ndrv_hw *hw, u32 reg, u32 mask, u32 want, u32 polls, u32 poll_us);

/* What was written before has arrived, and what the card wrote before is visible. */
static inline void ixgbe_flush(struct ndrv_hw *hw)
{
	ndrv_rd32(hw, IXGBE_STATUS);
}

/* Receive path on or off, as 4.6.7 wants it. */
int ixgbe_rx_switch(struct ndrv_hw *hw, bool on);

/* ---- queue pairs: hw_ixgbe_queue.c --------------------------------------------------------- */

int ixgbe_queue_start(struct ndrv_hw *hw, const struct ndrv_hw_queue *q);
int ixgbe_queue_stop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q);
void ixgbe_rx_drop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool drop);
int ixgbe_sweep(struct ndrv_hw *hw, const struct ndrv_hw_live *live);
u32 ixgbe_tail_off(struct ndrv_hw *hw, u32 queue, bool tx);
void ixgbe_doorbell(struct ndrv_hw *hw, u32 queue, bool tx, u32 tail);

/* ---- interrupts: hw_ixgbe_irq.c ------------------------------------------------------------ */

/* Nothing is reported any more; also while nothing is known of the card's state. */
void ixgbe_irq_mask(struct ndrv_hw *hw);
/* After reset, in start: all masked, no queue has a vector yet. */
void ixgbe_irq_setup(struct ndrv_hw *hw);
/* These sides of the pair cause no interrupt. */
void ixgbe_irq_detach(struct ndrv_hw *hw, u32 queue, bool rx, bool tx);
/* What vector 0 has reported; 0, or -ECONNRESET: only a reset helps. */
int ixgbe_irq_misc(struct ndrv_hw *hw);
void ixgbe_queue_arm(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool rx, bool tx);
void ixgbe_vector_off(struct ndrv_hw *hw, u32 vector);
void ixgbe_misc_off(struct ndrv_hw *hw);
void ixgbe_misc_arm(struct ndrv_hw *hw);

/* ---- what is received, and where it goes: hw_ixgbe_filter.c -------------------------------- */

/* In start: no filters. */
void ixgbe_filter_setup(struct ndrv_hw *hw);
int ixgbe_set_rx_mode(struct ndrv_hw *hw, bool promisc, bool allmulti, u32 max_frame);
int ixgbe_rss(struct ndrv_hw *hw, const struct ndrv_hw_rss *rss);
int ixgbe_filter_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f);
int ixgbe_filter_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f);

/* ---- counters: hw_ixgbe_stats.c ------------------------------------------------------------ */

/* In start: no pair has counters of its own. */
void ixgbe_stats_setup(struct ndrv_hw *hw);
/* In reset, which clears the counters: nothing is received or sent any more. */
void ixgbe_stats_last(struct ndrv_hw *hw);
/* Gives a pair that starts a set of counters, if one is left; and the set is not needed any more. */
void ixgbe_stats_attach(struct ndrv_hw *hw, u32 queue);
void ixgbe_stats_detach(struct ndrv_hw *hw, u32 queue);
void ixgbe_stats(struct ndrv_hw *hw, struct ndrv_hw_stats *acc);
bool ixgbe_queue_stats(struct ndrv_hw *hw, const struct ndrv_hw_queue *q,
		       struct ndrv_hw_queue_stats *acc);

#endif
