/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the E810 model share: its state and who implements what. Nobody outside
 * e810*.c includes this.
 */
#ifndef SIM_E810_H
#define SIM_E810_H

#include <string.h>

#include "dev.h"
#include "e810_regs.h"

#define E810_NR_QUEUES		256		/* queue pairs of the function */
#define E810_NR_VSIS		768
#define E810_FD_GUARANTEED	1024		/* flow director filters, GLQF_FD_SIZE and 0208 */
#define E810_FD_SHARED		4096
#define E810_AQ_BUF_MAX		4096		/* bytes of an indirect command */

struct e810;

/* ---- admin queue: e810_aq.c runs the rings, the tables below answer the commands ---------- */

/* What firmware answers; numbers as in the descriptor's retval. */
enum e810_rc {
	RC_OK = 0, RC_EPERM = 1, RC_ENOENT = 2, RC_EIO = 5, RC_EAGAIN = 8, RC_ENOMEM = 9,
	RC_EBUSY = 12, RC_EEXIST = 13, RC_EINVAL = 14, RC_ENOSPC = 16, RC_ENOSYS = 17,
	RC_EMODE = 21, RC_ENOSEC = 24, RC_EBADSIG = 25, RC_ESVN = 26, RC_EBADMAN = 27,
	RC_EBADBUF = 28,
};

/* One command while it is being answered. */
struct e810_aq_msg {
	uint16_t opcode, flags;
	uint8_t param[16];		/* in place: command, then answer */
	uint8_t *buf;			/* E810_AQ_BUF_MAX bytes, zero beyond what the driver sent */
	uint16_t len;			/* bytes of the driver's buffer, 0 = direct command */
	uint16_t out;			/* bytes of buf to write back, at most len */
	bool has_data;			/* RD: the driver sent something in buf */
};

/* Tables end with opcode 0. */
struct e810_aq_cmd {
	uint16_t opcode;
	const char *name;
	enum e810_rc (*run)(struct e810 *e, struct e810_aq_msg *m);
};

extern const struct e810_aq_cmd e810_cmd_base[];	/* e810_cmd.c: version, caps, resources, MAC, ... */
extern const struct e810_aq_cmd e810_cmd_nvm[];		/* e810_nvm.c */
extern const struct e810_aq_cmd e810_cmd_link[];	/* e810_link.c */
extern const struct e810_aq_cmd e810_cmd_sched[];	/* e810_sched.c */
extern const struct e810_aq_cmd e810_cmd_vsi[];		/* e810_vsi.c */
extern const struct e810_aq_cmd e810_cmd_ddp[];		/* e810_ddp.c */
extern const struct e810_aq_cmd e810_cmd_switch[];	/* e810_switch.c: rules, VSI lists */
extern const struct e810_aq_cmd e810_cmd_queue[];	/* e810_queue.c: 0C30, 0C31, 0C32 */
extern const struct e810_aq_cmd e810_cmd_rss[];		/* e810_rss.c: 0B02..0B05 */

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static inline uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)v);
	put16(p + 2, (uint16_t)(v >> 16));
}

static inline void put64(uint8_t *p, uint64_t v)
{
	put32(p, (uint32_t)v);
	put32(p + 4, (uint32_t)(v >> 32));
}

#define E810_DFLT_VSI	0		/* firmware's own, there before any driver */

/* A VSI as 0210/0211 left it. Owned by e810_vsi.c; the data path reads. */
struct e810_vsi {
	bool used;
	uint16_t num;
	uint8_t type;			/* 0 VF, 1 VMDq2, 2 PF, 3 EMP */
	uint8_t props[128];		/* the context, sections merged */
	/* out of props, for the data path */
	uint16_t q_first, q_count;	/* contiguous mapping of TC 0, in queues of the function */
	uint8_t rss_lut;		/* q_opt_rss 1:0 */
	uint8_t vlan_emode;		/* inner_vlan_flags 4:3 */
	bool vlan_prune, lan_ena, allow_lb, local_lb, src_prune;
	uint32_t hash_fields;		/* e810_ddp.c: what its RSS profiles hash; 0 = no RSS */
};

/* hash_fields: per kind of packet, whether addresses and ports go into the hash. */
enum e810_hash {
	E810_HASH_IP4, E810_HASH_TCP4, E810_HASH_UDP4, E810_HASH_SCTP4,
	E810_HASH_IP6, E810_HASH_TCP6, E810_HASH_UDP6, E810_HASH_SCTP6, E810_HASH_KINDS,
};
#define E810_HASH_ADDR(kind)	(1u << (2 * (kind)))
#define E810_HASH_PORT(kind)	(1u << (2 * (kind) + 1))

/* The state that more than one file needs; each file keeps its own behind a pointer. */
struct e810 {
	struct sim_dev *dev;
	uint32_t *regs;			/* storage of the CSRs below E810_CSR_BYTES */
	uint8_t *shared;		/* memfd of BAR0 (doorbell pages), or NULL with trap=on */
	bool trap, pages, fd;		/* options: see e810.c */
	uint8_t mac[6];			/* in the NVM */
	uint16_t device;
	bool link_up, link_enabled;	/* e810_link.c */
	uint32_t link_mbps;
	struct {			/* e810_link.c only */
		bool lse, restart;	/* events wanted; lanes start again */
		uint16_t event_mask;
		uint8_t caps, fec;	/* as 0601 left them */
		uint64_t phy_low, at_ns;
	} link;
	struct {			/* e810_cmd.c only */
		struct e810_lock_state {
			bool taken;
			uint64_t until_ns;
		} lock[5];		/* by enum e810_lock */
		uint8_t mac[6];		/* 0107, 0108 */
		bool pxe_cleared, lldp_stopped;
		bool fd_counter[256];
		uint32_t fd_guaranteed, fd_shared;
	} cmd;
	uint16_t max_frame;		/* 0603, bytes with FCS */
	bool ddp_active;		/* e810_ddp.c: a package was downloaded */
	struct e810_vsi vsi[E810_NR_VSIS];
	struct e810_aq *aq;
	struct e810_nvm *nvm;
	struct e810_sched *sched;
	struct e810_ddp *ddp;
	struct e810_switch *sw;
	struct e810_queues *q;
	struct e810_rss *rss;
	struct e810_irq *irq;
	struct e810_stats *stats;
};

#define R(e, off) ((e)->regs[(off) / 4])

/* Every file with state of its own: alloc once, reset on PFR/FLR/power-on, free. */
enum e810_reset { E810_POWER_ON, E810_FLR, E810_PFR, E810_CORER };

/* ---- e810_aq.c ---- */
int e810_aq_init(struct e810 *e);
void e810_aq_fini(struct e810 *e);
void e810_aq_reset(struct e810 *e, enum e810_reset kind);
bool e810_aq_owns(uint32_t off);			/* registers of the three queue pairs */
uint32_t e810_aq_read(struct e810 *e, uint32_t off);
void e810_aq_write(struct e810 *e, uint32_t off, uint32_t val);
bool e810_aq_poll(struct e810 *e, uint64_t now_ns, uint64_t *next_ns);
/* An event on the firmware's receive queue; kept until the driver posts a buffer. */
void e810_aq_event(struct e810 *e, uint16_t opcode, const uint8_t param[16], const void *buf, uint16_t len);
int e810_aq_fault(struct e810 *e, const char *name, uint64_t count);
void e810_aq_dump(struct e810 *e, char *buf, size_t size);

/* ---- e810_cmd.c ---- */
void e810_cmd_reset(struct e810 *e, enum e810_reset kind);
void e810_cmd_pools_reset(struct e810 *e);
enum e810_lock { E810_LOCK_NVM = 1, E810_LOCK_SDP, E810_LOCK_CHANGE, E810_LOCK_GLOBAL };
bool e810_lock_held(struct e810 *e, enum e810_lock lock);

/* ---- e810_link.c, e810_vsi.c, e810_sched.c, e810_nvm.c, e810_ddp.c ---- */
bool e810_link_speed_known(uint32_t mbps);
void e810_link_carrier(struct e810 *e);			/* dev->carrier changed */
void e810_link_reset(struct e810 *e, enum e810_reset kind);
bool e810_link_poll(struct e810 *e, uint64_t now_ns, uint64_t *next_ns);
void e810_vsi_reset(struct e810 *e);
struct e810_vsi *e810_vsi_get(struct e810 *e, uint32_t num);	/* NULL: no such VSI */
int e810_sched_init(struct e810 *e);
void e810_sched_fini(struct e810 *e);
void e810_sched_reset(struct e810 *e);
/* A leaf for Tx queue `q` under `parent`; *teid is new. RC_* */
enum e810_rc e810_sched_add_leaf(struct e810 *e, uint32_t parent, const uint8_t elem[16], uint32_t *teid);
void e810_sched_del_leaf(struct e810 *e, uint32_t teid);
enum e810_rc e810_sched_move_leaf(struct e810 *e, uint32_t teid, uint32_t parent);
bool e810_sched_is_parent(struct e810 *e, uint32_t parent, uint32_t leaf);
int e810_nvm_init(struct e810 *e);
void e810_nvm_fini(struct e810 *e);
void e810_nvm_build(struct e810 *e);			/* contents, from the options */
int e810_ddp_init(struct e810 *e);
void e810_ddp_fini(struct e810 *e);
void e810_ddp_reset(struct e810 *e, enum e810_reset kind);
void e810_ddp_vsi(struct e810 *e, struct e810_vsi *v);	/* a new VSI: its hash_fields */
/* Ids of profiles (FD, RSS) and of their TCAM entries, as resources of 0208/0209/020A. */
enum e810_rc e810_ddp_alloc(struct e810 *e, uint16_t type, bool from_end, uint16_t *id);
enum e810_rc e810_ddp_free(struct e810 *e, uint16_t type, uint16_t id);
uint16_t e810_ddp_list(struct e810 *e, uint16_t type, uint16_t *ids, uint16_t max);

/* ---- e810_switch.c: where a frame goes ---- */
int e810_switch_init(struct e810 *e);
void e810_switch_fini(struct e810 *e);
void e810_switch_reset(struct e810 *e);
void e810_switch_vsi_gone(struct e810 *e, uint16_t vsi);
/* Its context is another one; rss: the choice of table and hash with it. */
void e810_switch_vsi_changed(struct e810 *e, uint16_t vsi, bool rss);
/* VSI lists as resources 3 and 4 of 0208/0209 (e810_cmd.c calls): RC_* */
enum e810_rc e810_switch_alloc_list(struct e810 *e, bool prune, uint16_t *id);
enum e810_rc e810_switch_free_list(struct e810 *e, bool prune, uint16_t id);

/* ---- e810_queue.c, e810_rx.c, e810_tx.c, e810_rss.c ---- */
int e810_queues_init(struct e810 *e);
void e810_queues_fini(struct e810 *e);
void e810_queues_reset(struct e810 *e);			/* all DMA has ended when it returns */
void e810_queues_sync(struct e810 *e);			/* follow tails stored in the shared pages */
bool e810_queue_owns(uint32_t off);			/* QRX_*, QTX_*, doorbell pages, GLCOMM_QTX_* */
uint32_t e810_queue_read(struct e810 *e, uint32_t off);
void e810_queue_write(struct e810 *e, uint32_t off, uint32_t val);
bool e810_queues_active(struct e810 *e);
int e810_police_set(struct e810 *e, bool on);
void e810_queues_dump(struct e810 *e, char *buf, size_t size);	/* JSON, begins with a comma */
void e810_rx_frame(struct e810 *e, const uint8_t *f, uint32_t len);
int64_t e810_rx_room(struct e810 *e);
bool e810_rx_poll(struct e810 *e, unsigned int budget, uint64_t *next_ns);
bool e810_tx_run(struct e810 *e, unsigned int budget);
int e810_rss_init(struct e810 *e);
void e810_rss_fini(struct e810 *e);
void e810_rss_reset(struct e810 *e);
bool e810_rss_owns(uint32_t off);			/* VSIQF_HKEY, HLUT, HASH_CTL */
uint32_t e810_rss_read(struct e810 *e, uint32_t off);
void e810_rss_write(struct e810 *e, uint32_t off, uint32_t val);

/* ---- e810_irq.c ---- */
int e810_irq_init(struct e810 *e);
void e810_irq_fini(struct e810 *e);
void e810_irq_reset(struct e810 *e);
bool e810_irq_owns(uint32_t off);			/* GLINT_*, PFINT_*, QINT_*, PF0INT pages */
uint32_t e810_irq_read(struct e810 *e, uint32_t off);
void e810_irq_write(struct e810 *e, uint32_t off, uint32_t val);
bool e810_irq_poll(struct e810 *e, uint64_t now_ns, uint64_t *next_ns);
void e810_irq_queue(struct e810 *e, bool tx, unsigned int q);	/* a descriptor was written back */
void e810_irq_fw(struct e810 *e);			/* the cause of PFINT_FW_CTL */
void e810_irq_mbx(struct e810 *e);
void e810_irq_misc(struct e810 *e, uint32_t causes);	/* bits of PFINT_OICR */

/* ---- e810_stats.c: GLPRT_*, GLV_*; malicious driver detection (GL_MDET_*, PF_MDET_*) ---- */
int e810_stats_init(struct e810 *e);
void e810_stats_fini(struct e810 *e);
bool e810_stats_owns(uint32_t off);
uint32_t e810_stats_read(struct e810 *e, uint32_t off);
void e810_stats_write(struct e810 *e, uint32_t off, uint32_t val);
int e810_data_fault(struct e810 *e, const char *name, uint64_t count);	/* no-dd, torn-dd, stuck-disable, ... */

#endif
