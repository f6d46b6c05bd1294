/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What only the data side of the E810 model shares: rings, the way of a frame from the wire to a
 * ring and back. The control side sees e810.h alone.
 */
#ifndef SIM_E810_DATA_H
#define SIM_E810_DATA_H

#include "e810.h"
#include "net.h"
#include "police.h"

#define E810_PB_BYTES		(512 * 1024)	/* Rx packet buffer of the one traffic class */
#define E810_RX_FRAMES		128		/* between two polls, if the sender can wait */
#define E810_HOLD_NS		3000000000ull	/* how long a frame waits for a descriptor */
#define E810_TX_BYTES		(TSO_MAX_BYTES + 4096)
#define TSO_MAX_BYTES		(256 * 1024)	/* TSO_LEN has 18 bits */

/*
 * One receive or transmit queue. `live` = enabled and its context accepted; it is the only state in
 * which its descriptors or buffers may be touched.
 */
struct e810_ring {
	struct e810 *e;
	struct sim_desc_page desc_page;
	uint64_t base;
	uint32_t nr, head, tail;
	uint32_t *word[2];		/* tail: packed page, page window */
	uint32_t seen[2];
	uint32_t own_word;		/* page window without shared pages */
	uint16_t idx;
	bool tx, live, hung;
	uint8_t desc_bytes;
	/* Rx */
	uint32_t buf_size, rxmax;
	uint8_t rxdid;
	bool crcstrip, l2tag1;
	bool starved;			/* its frames waited too long: dropped until its tail moves */
	/* Tx */
	uint16_t vsi;
	uint32_t teid;
	uint32_t stuck_tail;		/* no EOP up to here, wait for another tail */
	bool tso_ena, rs_pending;
	uint8_t ctx[TXC_BYTES];
};

/* A frame as the receive path has classified it. */
struct e810_rx_info {
	uint32_t len;			/* as it arrived */
	uint32_t hash;
	uint16_t vsi, queue;
	uint16_t ptype, status;		/* status_error0 without DD, EOF, L2TAG1P */
	uint16_t vlan;
	uint8_t cast;			/* UMBCAST */
	bool tagged, strip, report, hashed;
};

struct e810_queues {
	struct e810_ring rx[E810_NR_QUEUES], tx[E810_NR_QUEUES];
	struct e810_ring *rx_live[E810_NR_QUEUES], *tx_live[E810_NR_QUEUES];
	unsigned int nr_rx_live, nr_tx_live, tx_next;
	uint64_t gen;			/* sim_dma_generation at the last look */
	struct police *pol;		/* police=on only */

	/* Rx packet buffer: records {info, bytes} in order of arrival */
	uint8_t *pb;
	uint32_t pb_head, pb_tail, pb_used, pb_wrap;
	unsigned int pb_frames, rx_since_poll;
	uint64_t wait_since_ns;		/* the oldest frame waits since then; 0 = it does not */
	uint8_t *rx_tmp;		/* one frame, tag stripped or FCS appended */
	uint8_t *tx_buf, *seg_buf;

	/* faults: how many times still */
	uint64_t fault_no_dd, fault_torn_dd, fault_stuck_rx, fault_stuck_tx;
	struct {
		struct e810_ring *q;		/* NULL = nothing held back */
		uint32_t i;
		uint64_t qw1;
	} torn;
};

static inline bool e810_master(const struct e810 *e)
{
	return e->dev->bus_master;
}

/* At the start of whatever may do DMA: cached pointers hold only within one address space. */
static inline void e810_enter(struct e810 *e)
{
	e->q->gen = sim_dma_generation(e->dev);
}

/* Field of a context, both as in the data sheet's tables; `field` is one of RXC_*, TXC_*. */
#define CTX(bytes, field)	e810_ctx_field(bytes, field)
uint64_t e810_ctx_field(const uint8_t *bytes, unsigned int lsb, unsigned int width);

/* ---- e810_queue.c: rings and their life ---- */
void e810_ring_look(struct e810_ring *q);	/* take note of its tail */
void e810_ring_hang(struct e810_ring *q, const char *why);

/* ---- e810_dma.c ---- */
bool e810_desc_read(struct e810_ring *q, uint32_t i, uint64_t desc[2]);
/* Qwords 0, 2, 3 (of 32-byte descriptors), then qword 1. */
void e810_desc_write(struct e810_ring *q, uint32_t i, const uint64_t qw[4]);
void e810_desc_untear(struct e810 *e);
bool e810_buf_read(struct e810_ring *q, uint64_t iova, void *buf, uint32_t len);
void e810_buf_write(struct e810_ring *q, uint64_t iova, const void *buf, uint32_t len);

/* ---- e810_rx.c ---- */
void e810_rx_reset(struct e810 *e);
struct e810_dest;
/* A frame for one VSI and, if `to` names one, for that queue; from the wire or looped back. */
void e810_rx_vsi(struct e810 *e, const struct e810_vsi *v, const struct e810_dest *to,
		 const uint8_t *f, uint32_t len, bool loopback);
/* A flow director completion on queue 0 of the VSI: qword 1. */
void e810_rx_fd_done(struct e810 *e, const struct e810_vsi *v, uint64_t qw1, uint32_t fdid);

/* ---- e810_parse.c: what kind of frame, which queue ---- */
void e810_classify(struct e810 *e, const struct e810_vsi *v, const uint8_t *f, uint32_t len,
		   struct e810_rx_info *ri);

/* ---- e810_rss.c ---- */
/* False: not hashed. Else the hash, and the queue of the function it leads to. */
bool e810_rss_hash(struct e810 *e, const struct e810_vsi *v, const struct net_hdrs *h,
		   uint32_t *hash, uint16_t *queue);
void e810_rss_vsi_gone(struct e810 *e, uint16_t vsi);
void e810_rss_vsi_changed(struct e810 *e, uint16_t vsi);

/* ---- e810_switch.c ---- */
struct e810_dest {
	uint16_t vsi;
	int16_t queue;			/* -1: as the VSI decides */
	uint8_t region;			/* 2^region queues, by hash */
};

struct e810_fwd {
	uint64_t key[2];
	uint32_t gen;			/* of the rules that led to it; 0 = empty */
	bool lan, drop;
	uint16_t nr;
	struct e810_dest to[32];
};

/* Where a frame goes: from the wire (src NULL), or from a VSI. Valid until the next rule change. */
const struct e810_fwd *e810_switch(struct e810 *e, const struct e810_vsi *src, const uint8_t *f,
				   uint32_t len);
bool e810_switch_spoofed(struct e810 *e, const struct e810_vsi *src, const uint8_t *f);
bool e810_switch_vlan_ok(struct e810 *e, const struct e810_vsi *v, const uint8_t *f, uint32_t len,
			 bool egress);

/* ---- e810_stats.c ---- */
void e810_stats_rx_port(struct e810 *e, const uint8_t *f, uint32_t len);
void e810_stats_tx_port(struct e810 *e, const uint8_t *f, uint32_t len);
void e810_stats_rx_vsi(struct e810 *e, uint16_t vsi, const uint8_t *f, uint32_t len);
void e810_stats_tx_vsi(struct e810 *e, uint16_t vsi, const uint8_t *f, uint32_t len);
void e810_stats_rx_size(struct e810 *e, bool runt);	/* dropped for its length */
void e810_stats_rx_drop(struct e810 *e, uint16_t vsi);	/* no descriptor: GLV_RDPC */
void e810_stats_pb_drop(struct e810 *e);		/* no packet buffer: PRTRPB_RDPC */
void e810_stats_tx_error(struct e810 *e, uint16_t vsi);
/* Malicious driver detection: note it where the driver looks, raise the cause. */
enum e810_mdd { E810_MDD_RX, E810_MDD_PQM, E810_MDD_TCLAN };
void e810_mdd(struct e810 *e, enum e810_mdd unit, unsigned int queue, unsigned int type);

#endif
