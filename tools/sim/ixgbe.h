/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the 82599 model share: its state and who implements what. Nobody outside
 * ixgbe*.c includes this.
 */
#ifndef SIM_IXGBE_H
#define SIM_IXGBE_H

#include <string.h>

#include "dev.h"
#include "ixgbe_regs.h"
#include "net.h"
#include "police.h"

#define IXGBE_NR_VECS		64
#define IXGBE_NR_QSTATS		16		/* per-queue counter sets */
#define IXGBE_NVM_WORDS		2048		/* stored, of 16 K; the rest reads 0xffff */
#define IXGBE_BAR0_SIZE		0x80000
#define IXGBE_TX_MAX_BYTES	(320 * 1024)	/* headers and payload of one TSO request */
#define IXGBE_RX_FRAMES		128		/* between two polls, if the sender can wait */
#define IXGBE_PB_BYTES		(512 * 1024)	/* silicon: all Rx packet buffers together */

struct ixgbe;

/* A context slot as the last context descriptor for it left it, 7.2.3.2.3. */
struct ixgbe_ctx {
	bool valid, ipv4;
	uint8_t l4t, l4len;
	uint16_t maclen, iplen, vlan, mss;
};

/*
 * One receive or transmit queue. `live` = ENABLE was seen set and the ring is latched; it is the
 * only state in which its descriptors or buffers may be touched.
 */
struct ixgbe_queue {
	struct ixgbe *ix;
	uint32_t *win;			/* its 64-byte register block; the guest may store there */
	struct sim_desc_page desc_page;
	uint64_t base;
	uint32_t nr, head, tail;
	uint32_t head_pub;		/* head as last stored in the block */
	uint32_t bal, bah, len;		/* as latched, to notice a restart */
	uint32_t dctl, srrctl;
	uint32_t stuck_tail;		/* Tx: no EOP up to here, wait for another tail */
	uint32_t bad_tail;		/* last tail value counted as overrun */
	int16_t vec;			/* MSI-X vector or -1 */
	uint8_t idx, stat;		/* queue number, counter set */
	bool tx, live, hung;
	bool armed;			/* a tail counts: trap=on wants one written after ENABLE */
	/* Rx */
	uint32_t buf_size;
	uint8_t desc_type;
	bool drop_en, vme;
	/* Tx */
	struct ixgbe_ctx ctx[2];
	int8_t tc;			/* traffic class, -1: no such queue in this mode */
	bool head_wb;
	uint64_t head_wb_iova;
	uint8_t wthresh;
	uint8_t nr_rs;			/* descriptors whose DD is still to be written */
	uint32_t done_since_wb;
	uint32_t rs[128];
};

/* A frame as the receive path has classified it. */
struct ixgbe_rx_info {
	uint32_t len;			/* of the frame as it will be stored, tag stripped or not */
	uint16_t queue, vlan;
	uint16_t pkt_info;		/* RSS type 3:0, packet type 15:4 */
	bool tagged;
	uint32_t hash;
	uint32_t staterr;		/* without DD, EOP, VP */
};

struct ixgbe_stat64 {
	uint64_t acc, snap;		/* snap: latched by reading the low half, even if it is 0 */
	bool latched;
};

struct ixgbe_vec {
	uint64_t last_ns;		/* last message sent */
	bool sent;
};

/* Registers that read-clear inside a shared page: kept here, see ixgbe_stats.c. */
struct ixgbe_qstat {
	uint32_t rx, tx, rx_drop;
	uint32_t pub_rx, pub_tx, pub_rx_drop;	/* of these, now shown in the pages */
	struct ixgbe_stat64 rx_bytes, tx_bytes;
	uint64_t pub_rx_bytes;
};

struct ixgbe {
	struct sim_dev *dev;
	uint32_t *regs;			/* private storage of all CSRs */
	uint8_t *shared;		/* BAR0 memfd, or NULL with trap=on */

	/* options */
	bool trap, police;
	uint8_t mac[6];
	uint16_t device;
	bool sfp_absent;

	/* queues */
	struct ixgbe_queue rxq[IXGBE_NR_QUEUES], txq[IXGBE_NR_QUEUES];
	struct ixgbe_queue *rx_live[IXGBE_NR_QUEUES], *tx_live[IXGBE_NR_QUEUES];
	unsigned int nr_rx_live, nr_tx_live, tx_next;
	unsigned int scan_countdown;
	uint64_t gen;			/* sim_dma_generation at entry of this callback */
	uint64_t touched_ns;		/* last trapped access */

	/* interrupts: one bit per vector; bits 16.. of misc are the causes of the same number */
	uint64_t v_cause, v_fire, v_mask, v_automask;
	uint32_t misc, misc_fire, misc_mask, misc_automask;
	struct ixgbe_vec vec[IXGBE_NR_VECS];

	/* link */
	bool link_up, link_restart;
	uint64_t link_at_ns;		/* 0 = not waiting */
	uint32_t link_speed;		/* LINKS 29:28 */

	/* receive filters, rebuilt from registers when stale */
	bool rar_stale, rss_stale;
	unsigned int nr_rar, nr_etqf, nr_ftqf;
	uint64_t rar[128];
	uint8_t ftqf[128];		/* enabled ones, best priority first */
	struct net_toeplitz toeplitz;

	/* Rx packet buffer: records {info, bytes} in order of arrival */
	uint8_t *pb;
	uint32_t pb_head, pb_tail, pb_used, pb_size, pb_wrap;
	unsigned int pb_frames, rx_since_poll;
	uint8_t *rx_tmp;		/* one frame, tag stripped or FCS appended */
	uint8_t *tx_buf;		/* IXGBE_TX_MAX_BYTES */
	uint8_t *seg_buf;		/* one segment of a TSO request */
	struct police *pol;		/* police=on only */

	/* statistics */
	struct ixgbe_qstat qstat[IXGBE_NR_QSTATS];
	struct ixgbe_stat64 gorc, gotc, tor, rxdgbc, txdgbc;
	bool qstat_shown;

	/* NVM and SFP */
	uint16_t nvm[IXGBE_NVM_WORDS];
	struct {
		uint8_t state, shift, bits, ptr;
		bool ack_phase, answered, reading, sda_out, clk, data;
	} i2c;

	/* faults: how many times still */
	uint64_t fault_stuck_reset, fault_no_dd, fault_stuck_disable, fault_eeprom_bad;
	uint64_t fault_torn_dd;
	struct {
		struct ixgbe_queue *q;		/* NULL = nothing held back */
		uint32_t i;
		uint64_t lo, hi;
	} torn;
	uint32_t io_addr;
};

static inline uint32_t *ixgbe_reg(struct ixgbe *ix, uint32_t off)
{
	return &ix->regs[off / 4];
}

#define R(ix, off) (*ixgbe_reg(ix, off))

static inline uint32_t win_load(const struct ixgbe_queue *q, unsigned int word)
{
	return __atomic_load_n(&q->win[word], __ATOMIC_ACQUIRE);
}

static inline void win_store(struct ixgbe_queue *q, unsigned int word, uint32_t val)
{
	__atomic_store_n(&q->win[word], val, __ATOMIC_RELAXED);
}

/* 8.2.3.23: counters stick at their maximum. */
static inline void stat_add(struct ixgbe *ix, uint32_t off, uint32_t n)
{
	uint32_t *r = ixgbe_reg(ix, off);

	if (__builtin_add_overflow(*r, n, r))
		*r = UINT32_MAX;
}

/*
 * Bytes of the FCS that reach the host, and so GORC and QBRC. The data sheet has them count it always;
 * DPDK's driver found out on silicon that they do not while it is stripped.
 */
static inline uint32_t ixgbe_fcs_kept(const struct ixgbe *ix)
{
	return ix->regs[IXGBE_HLREG0 / 4] & HLREG0_RXCRCSTRP &&
	       ix->regs[IXGBE_RDRXCTL / 4] & RDRXCTL_CRCSTRIP ? 0 : 4;
}

/* May the function start DMA at all? */
static inline bool ixgbe_master(const struct ixgbe *ix)
{
	return ix->dev->bus_master && !(ix->regs[IXGBE_CTRL / 4] & CTRL_GIO_DIS);
}

/* ---- ixgbe.c ---- */
void ixgbe_enter(struct ixgbe *ix);		/* at the start of each callback */
void ixgbe_reset_csr(struct ixgbe *ix, bool power_on);

/* ---- ixgbe_access.c: registers as the driver sees them ---- */
uint32_t ixgbe_read32(struct ixgbe *ix, uint32_t off);
void ixgbe_write32(struct ixgbe *ix, uint32_t off, uint32_t val);
bool ixgbe_queue_block(uint32_t off, bool *tx, unsigned int *q, unsigned int *word);

/* ---- ixgbe_queue.c: rings, their life and their DMA ---- */
void ixgbe_queues_init(struct ixgbe *ix);
void ixgbe_queues_reset(struct ixgbe *ix);
void ixgbe_queue_sync(struct ixgbe_queue *q);	/* look at the block and follow it */
void ixgbe_queues_sync(struct ixgbe *ix);	/* all 256 */
void ixgbe_queue_publish(struct ixgbe_queue *q);
void ixgbe_queue_write(struct ixgbe_queue *q, unsigned int word, uint32_t val);
void ixgbe_queue_vectors(struct ixgbe *ix);	/* IVAR or statistics mapping changed */
void ixgbe_queue_hang(struct ixgbe_queue *q, const char *why);
bool ixgbe_desc_read(struct ixgbe_queue *q, uint32_t i, uint64_t desc[2]);
void ixgbe_desc_write(struct ixgbe_queue *q, uint32_t i, uint64_t lo, uint64_t hi);
void ixgbe_desc_untear(struct ixgbe *ix);
bool ixgbe_buf_read(struct ixgbe_queue *q, uint64_t iova, void *buf, uint32_t len);
void ixgbe_buf_write(struct ixgbe_queue *q, uint64_t iova, const void *buf, uint32_t len);
int ixgbe_police_set(struct ixgbe *ix, bool on);

/* ---- ixgbe_irq.c ---- */
void ixgbe_irq_reset(struct ixgbe *ix);
void ixgbe_irq_misc(struct ixgbe *ix, uint32_t causes);
bool ixgbe_irq_poll(struct ixgbe *ix, uint64_t now_ns, uint64_t *next_ns);
uint32_t ixgbe_irq_read(struct ixgbe *ix, uint32_t off);
void ixgbe_irq_write(struct ixgbe *ix, uint32_t off, uint32_t val);

static inline void ixgbe_irq_queue(struct ixgbe_queue *q)
{
	if (q->vec >= 0) {
		q->ix->v_cause |= 1ull << q->vec;
		q->ix->v_fire |= 1ull << q->vec;
	}
}

/* ---- ixgbe_mac.c: link, address filters ---- */
void ixgbe_link_reset(struct ixgbe *ix);	/* LNK_RST, AN_RESTART, power-on */
bool ixgbe_link_poll(struct ixgbe *ix, uint64_t now_ns, uint64_t *next_ns);
uint32_t ixgbe_links(struct ixgbe *ix);
uint32_t ixgbe_autoc_default(const struct ixgbe *ix);
bool ixgbe_is_sfp(uint16_t device);
bool ixgbe_device_known(uint16_t device);
enum ixgbe_match { MATCH_NONE, MATCH_EXACT, MATCH_INEXACT };
enum ixgbe_match ixgbe_l2_filter(struct ixgbe *ix, const uint8_t *dst, bool tagged, uint16_t tci);

/* ---- ixgbe_stats.c ---- */
void ixgbe_stats_reset(struct ixgbe *ix);
bool ixgbe_stats_is(uint32_t off);
uint32_t ixgbe_stats_read(struct ixgbe *ix, uint32_t off);
uint32_t ixgbe_qstat_read(struct ixgbe *ix, bool tx, unsigned int q, unsigned int word);
void ixgbe_qstat_sweep(struct ixgbe *ix, uint32_t off);	/* before each trapped read */
void ixgbe_stats_rx(struct ixgbe *ix, const uint8_t *dst, uint32_t len);
void ixgbe_stats_tx(struct ixgbe *ix, struct ixgbe_queue *q, const uint8_t *dst, uint32_t len);

/* ---- ixgbe_nvm.c ---- */
void ixgbe_nvm_build(struct ixgbe *ix);
uint32_t ixgbe_nvm_read(struct ixgbe *ix, uint32_t off);
void ixgbe_nvm_write(struct ixgbe *ix, uint32_t off, uint32_t val);

/* ---- ixgbe_parse.c: what kind of frame, which queue ---- */
void ixgbe_classify(struct ixgbe *ix, const uint8_t *f, uint32_t len, struct ixgbe_rx_info *ri);
void ixgbe_filters_build(struct ixgbe *ix);

/* ---- ixgbe_rx.c, ixgbe_tx.c ---- */
void ixgbe_rx_reset(struct ixgbe *ix);
void ixgbe_rx_frame(struct ixgbe *ix, const uint8_t *f, uint32_t len, bool loopback);
unsigned int ixgbe_rx_drain(struct ixgbe *ix, unsigned int budget);
int64_t ixgbe_rx_room(struct ixgbe *ix);
bool ixgbe_tx_run(struct ixgbe *ix, unsigned int budget);
void ixgbe_tx_classes(struct ixgbe *ix);	/* MTQC changed */

#endif
