/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The port of an E810 function as its ops see it: state and prototypes of hw_e810.c (life of the
 * function), hw_e810_link.c (link, statistics), hw_e810_vsi.c (VSI), hw_e810_rule.c (switch rules),
 * hw_e810_sched.c (Tx scheduler), hw_e810_queue.c and hw_e810_irq.c. Nobody else includes this.
 */
#ifndef HW_E810_PORT_H
#define HW_E810_PORT_H

#include "hw_e810.h"

#define E810_MAX_QUEUES		256
#define E810_MAP_LONGS		(E810_MAX_QUEUES / (8 * sizeof(long)))
#define E810_MAX_VECTORS	127	/* so that cards with 128 have one left, see hw_e810_irq.c */
#define E810_FCS		4
#define E810_MAX_FRAME		9728	/* with FCS (9.5.5.3) */
#define E810_NO_TEID		0xffffffffu
#define E810_RULE_NAMES		0x10000	/* 16 bits in commands */

/* The rules that ndrv may have in the switch, besides filters. */
enum e810_rule {
	E810_RULE_OWN_MAC,
	E810_RULE_BROADCAST,
	E810_RULE_ANY_UNICAST,
	E810_RULE_ANY_MULTICAST,
	E810_NR_RULES
};

enum e810_counter {
	E810_RX_BYTES, E810_RX_UNICAST, E810_RX_MULTICAST, E810_RX_BROADCAST,
	E810_TX_BYTES, E810_TX_UNICAST, E810_TX_MULTICAST, E810_TX_BROADCAST,
	E810_RX_CRC, E810_RX_ILLEGAL, E810_RX_LENGTH, E810_RX_UNDERSIZE, E810_RX_FRAGMENT,
	E810_RX_OVERSIZE, E810_RX_JABBER, E810_RX_MISSED, E810_RX_NO_DESC,
	E810_NR_COUNTERS
};

/* What the vector for everything but queues tells of, beyond what has registers of its own. */
enum e810_misc {
	E810_MISC_ECC, E810_MISC_GRST, E810_MISC_PCI, E810_MISC_HMC,
	E810_NR_MISC
};

/* Zeroed by reset, except where a comment says otherwise. */
struct e810_port {
	/* stay what they are for the life of the device */
	bool sized;			/* hw->max_queues and hw->features are what the card has */
	bool tail_known, tail_pages;	/* doorbells have pages of their own */
	bool lldp_stopped;		/* firmware's agent ran before */

	u8 lport;			/* number of the port, for firmware */
	u8 swid;			/* of the switch */
	bool vsi_there;
	u16 vsi;
	bool vsi_strips;		/* what the VSI does with VLAN tags */
	bool vsi_prunes;		/* takes only VLANs with a filter */
	bool promisc;

	bool rule_there[E810_NR_RULES];
	u16 rule_index[E810_NR_RULES];	/* firmware's name for it */
	unsigned long rule_used[E810_RULE_NAMES / (8 * sizeof(long))];	/* all that it has given out */
	u32 nr_vlans;			/* VLAN filters */
	bool prune_list_there;
	u16 prune_list;			/* of VSIs: our own */

	/* nodes of the scheduler that queues hang from, and how many each takes */
	u32 group_teid[E810_MAX_QUEUES];
	u32 nr_groups;
	u32 group_size;

	/* Queues that have been told to run, and those that take VLAN tags out. */
	unsigned long rx_on[E810_MAP_LONGS];
	unsigned long tx_on[E810_MAP_LONGS];
	unsigned long strip[E810_MAP_LONGS];

	/* Under the core's lock of the vector, while the queue runs. */
	bool armed[2][E810_MAX_QUEUES];	/* of receive, transmit: leads to the vector of its pair */
	bool vector_armed[E810_MAX_VECTORS + 1];
	bool vector_ready[E810_MAX_VECTORS + 1];	/* set up; under ndrv_dev.lock */

	/* How often each was seen, in the interrupt and otherwise, and how often link has told. */
	u32 misc_irq[E810_NR_MISC];
	u32 misc_polled[E810_NR_MISC];
	u32 misc_seen[E810_NR_MISC];

	bool link_changed;		/* an event said so */
	u32 link_skipped;		/* calls of link since firmware was asked */
	bool link_up;
	u32 link_mbps;

	u64 counter[E810_NR_COUNTERS];	/* as last read */
	struct ndrv_hw_stats late;	/* counted by the last reset, and not asked for yet */
	/* ndrv_hw_stat_less: frames missed, and bytes of FCS */
	u64 rx_missed_owed;
	u64 rx_fcs_owed;
	u64 tx_fcs_owed;
};

static inline struct e810_port *e810_port(struct ndrv_hw *hw)
{
	return e810_priv(hw)->port;
}

/* ---- hw_e810_link.c ------------------------------------------------------------------------ */

int e810_link_start(struct ndrv_hw *hw);
int e810_link(struct ndrv_hw *hw, bool *up, u32 *mbps);
void e810_stats_start(struct ndrv_hw *hw);	/* counts from here on */
void e810_stats(struct ndrv_hw *hw, struct ndrv_hw_stats *acc);

/* ---- hw_e810_vsi.c ------------------------------------------------------------------------- */

/* Finds the port and the switch that the function belongs to. */
int e810_switch_find(struct ndrv_hw *hw);
/* One VSI with all queue pairs, contiguous from 0. */
int e810_vsi_add(struct ndrv_hw *hw);
/* Whether received VLAN tags are taken out of frames: one setting for all queues. */
int e810_vsi_strip(struct ndrv_hw *hw, bool strip);
/* Whether tagged frames are dropped unless their VLAN has a rule that names the VSI. */
int e810_vsi_prune(struct ndrv_hw *hw, bool prune);

/* ---- hw_e810_rule.c ------------------------------------------------------------------------ */

int e810_rule_set(struct ndrv_hw *hw, enum e810_rule rule, bool on);
int e810_rule_promisc(struct ndrv_hw *hw, bool promisc, bool allmulti);
int e810_filter_add(struct ndrv_hw *hw, struct ndrv_hw_filter *f);
int e810_filter_del(struct ndrv_hw *hw, const struct ndrv_hw_filter *f);

/* ---- hw_e810_sched.c ----------------------------------------------------------------------- */

/*
 * Asks what the scheduler's layers hold, into *queues: that many queues can be had. build: makes the
 * nodes for hw->max_queues queues.
 */
struct e810_sched {
	u32 levels;			/* layers in use; the last holds the queues */
	u32 children[9];		/* how many a node of each layer may have */
	u32 tc_layer;
	u32 nr_nodes;			/* of the branch that firmware made, root first */
	u32 teid[9];
};

int e810_sched_query(struct ndrv_hw *hw, struct e810_sched *s, u32 *queues);
int e810_sched_build(struct ndrv_hw *hw, const struct e810_sched *s);

/* ---- hw_e810_queue.c ----------------------------------------------------------------------- */

void e810_queue_setup(struct ndrv_hw *hw);	/* after a reset, before the first queue */
int e810_queue_start(struct ndrv_hw *hw, const struct ndrv_hw_queue *q);
int e810_queue_stop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q);
int e810_queue_sweep(struct ndrv_hw *hw, const struct ndrv_hw_live *live);
void e810_queue_complaints(struct ndrv_hw *hw);	/* tells about queues that were stopped */
void e810_doorbell(struct ndrv_hw *hw, u32 queue, bool tx, u32 tail);
u32 e810_tail_off(struct ndrv_hw *hw, u32 queue, bool tx);

/* ---- hw_e810_irq.c ------------------------------------------------------------------------- */

void e810_irq_start(struct ndrv_hw *hw);	/* after a reset, before the first queue */
/* A side that is about to run, or does not any more. Nobody waits for it. */
void e810_irq_queue_on(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool tx);
void e810_irq_queue_off(struct ndrv_hw *hw, u32 queue, bool tx);
void e810_queue_arm(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool rx, bool tx);
void e810_vector_off(struct ndrv_hw *hw, u32 vector);
void e810_misc_off(struct ndrv_hw *hw);
void e810_misc_arm(struct ndrv_hw *hw);
/* Tells about what the card complains of. -ECONNRESET: as that of the op link. */
int e810_misc_take(struct ndrv_hw *hw);

#endif
