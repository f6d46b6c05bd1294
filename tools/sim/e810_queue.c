// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: rings, their life (Rx: context registers and QRX_CTRL; Tx: 0C30 and 0C31), their tails
 * in the packed pages and in the page windows. Their DMA: e810_dma.c.
 *
 * Tails may lie in pages that the guest stores to at any time. Each is loaded once per look, checked,
 * and the copy is used.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "e810_data.h"

#define SHARED_TAILS	1024		/* tails in one packed page */
#define RING_UNIT	32		/* descriptors: lengths are multiples */
#define BUF_MIN		1024
#define MDD_RX_CONTEXT	1
#define MDD_PQM_TAIL	1

/* ---- tails ---------------------------------------------------------------------------------- */

static uint32_t word_load(const uint32_t *w)
{
	return __atomic_load_n(w, __ATOMIC_ACQUIRE);
}

static void words_store(struct e810_ring *q, uint32_t val)
{
	for (unsigned int k = 0; k < 2; k++) {
		__atomic_store_n(q->word[k], val, __ATOMIC_RELAXED);
		q->seen[k] = val;
	}
}

/* police=on: descriptors [from, to) were handed to the hardware. */
static void posted(struct e810_ring *q, uint32_t from, uint32_t to)
{
	struct e810 *e = q->e;

	if (!e810_master(e))
		return;
	for (uint32_t i = from; i != to; i = i + 1 == q->nr ? 0 : i + 1) {
		uint64_t desc[2];

		if (!e810_desc_read(q, i, desc))
			return;
		if (!police_post(e->q->pol, q->idx, desc[0], q->buf_size))
			continue;
		e->dev->ctr.buf_reused++;
		sim_log(e->dev, 1, "rx queue %u descriptor %u: buffer 0x%llx is in flight",
			q->idx, i, (unsigned long long)desc[0]);
	}
}

/* Rx: outside the ring, nothing happens. Tx: the queue manager stops the queue. */
static void tail_bad(struct e810_ring *q, uint32_t tail)
{
	struct e810 *e = q->e;

	e->dev->ctr.tail_overruns++;
	sim_log(e->dev, 1, "%s queue %u: tail %u outside the ring of %u", q->tx ? "tx" : "rx",
		q->idx, tail, q->nr);
	if (q->tx) {
		e810_mdd(e, E810_MDD_PQM, q->idx, MDD_PQM_TAIL);
		e810_ring_hang(q, "tail outside the ring");
	}
}

/*
 * The register was found at `val` at its address k. The other address follows, unless the guest has
 * stored there meanwhile; the one that told may hold a newer value already and is left alone.
 */
static void tail_follow(struct e810_ring *q, unsigned int k, uint32_t val)
{
	uint32_t other = q->seen[!k];

	q->seen[k] = val;
	if (__atomic_compare_exchange_n(q->word[!k], &other, val, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		q->seen[!k] = val;
}

static void tail_new(struct e810_ring *q, unsigned int k, uint32_t val)
{
	/* data sheet: an Rx tail moves in steps of eight descriptors */
	uint32_t tail = q->tx ? val : val & ~7u;

	tail_follow(q, k, val);
	if (tail == q->tail)
		return;
	if (tail >= q->nr) {
		tail_bad(q, val);
		return;
	}
	q->e->dev->ctr.doorbells++;
	q->stuck_tail = UINT32_MAX;
	q->starved = false;
	if (q->e->q->pol && !q->tx)
		posted(q, q->tail, tail);
	q->tail = tail;
}

/* The same register at two addresses: the one that changed tells. */
void e810_ring_look(struct e810_ring *q)
{
	uint32_t packed = word_load(q->word[0]), paged = word_load(q->word[1]);

	if (paged != q->seen[1])
		tail_new(q, 1, paged);
	else if (packed != q->seen[0])
		tail_new(q, 0, packed);
}

/*
 * A queue that is off is not looked at all the time, and of two stores to its tail, at either address, only
 * the later one counts: what is found now is at both, before there can be another.
 */
static void tail_settle(struct e810_ring *q)
{
	for (unsigned int k = 0; !q->live && k < 2; k++) {
		uint32_t val = word_load(q->word[k]);

		if (val != q->seen[k])
			tail_follow(q, k, val);
	}
}

void e810_queues_sync(struct e810 *e)
{
	struct e810_queues *s = e->q;

	e810_enter(e);
	for (unsigned int i = 0; i < s->nr_rx_live; i++)
		e810_ring_look(s->rx_live[i]);
	for (unsigned int i = 0; i < s->nr_tx_live; i++)
		e810_ring_look(s->tx_live[i]);
}

/* ---- life ----------------------------------------------------------------------------------- */

static void live_lists(struct e810_queues *s)
{
	s->nr_rx_live = 0;
	s->nr_tx_live = 0;
	for (unsigned int i = 0; i < E810_NR_QUEUES; i++) {
		if (s->rx[i].live)
			s->rx_live[s->nr_rx_live++] = &s->rx[i];
		if (s->tx[i].live)
			s->tx_live[s->nr_tx_live++] = &s->tx[i];
	}
}

static void ring_start(struct e810_ring *q, uint32_t head)
{
	q->head = q->tail = head;
	q->hung = q->starved = q->rs_pending = false;
	q->stuck_tail = UINT32_MAX;
	sim_desc_forget(&q->desc_page);
	q->live = true;
	live_lists(q->e->q);
	sim_log(q->e->dev, 2, "%s queue %u started: base 0x%llx, %u descriptors, VSI %u",
		q->tx ? "tx" : "rx", q->idx, (unsigned long long)q->base, q->nr, q->vsi);
}

static void ring_stop(struct e810_ring *q)
{
	struct e810_queues *s = q->e->q;

	if (!q->live)
		return;
	if (s->torn.q == q)
		s->torn.q = NULL;
	if (s->pol && !q->tx)
		police_drop(s->pol, q->idx);
	q->live = false;
	sim_log(q->e->dev, 2, "%s queue %u stopped at %u", q->tx ? "tx" : "rx", q->idx, q->head);
	q->head = q->tail = 0;
	words_store(q, 0);
	live_lists(s);
	if (q->tx) {
		e810_sched_del_leaf(q->e, q->teid);
		q->teid = 0;
	}
}

/* Like silicon after an error it has reported: nothing moves until the queue is disabled. */
void e810_ring_hang(struct e810_ring *q, const char *why)
{
	if (!q->hung)
		sim_log(q->e->dev, 1, "%s queue %u stops at descriptor %u: %s",
			q->tx ? "tx" : "rx", q->idx, q->head, why);
	q->hung = true;
}

uint64_t e810_ctx_field(const uint8_t *bytes, unsigned int lsb, unsigned int width)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < width; i++)
		v |= (uint64_t)(bytes[(lsb + i) / 8] >> (lsb + i) % 8 & 1) << i;
	return v;
}

/* What is wrong with an Rx context, or NULL; fills the ring if it is sound. */
static const char *rx_context(struct e810_ring *q, const uint8_t *c, uint32_t *head)
{
	uint32_t nr = (uint32_t)CTX(c, RXC_QLEN), buf = (uint32_t)CTX(c, RXC_DBUF) * 128;
	uint32_t rxmax = (uint32_t)CTX(c, RXC_RXMAX);

	*head = (uint32_t)CTX(c, RXC_HEAD);
	if (!nr || nr % RING_UNIT || *head >= nr)
		return "length or head of the ring";
	if (buf < BUF_MIN)
		return "DBUF below 1 KiB";
	if (rxmax < 64 || rxmax > RXC_MAX_BUFS * buf)
		return "RXMAX is not 64 to 5 buffers";
	if (!CTX(c, RXC_PREFENA))
		return "PREFENA is 0";
	if (CTX(c, RXC_DTYPE))
		return "header split is not modelled";
	q->base = CTX(c, RXC_BASE) << 7;
	q->nr = nr;
	q->buf_size = buf;
	q->rxmax = rxmax;
	q->desc_bytes = CTX(c, RXC_DSIZE) ? 32 : 16;
	q->crcstrip = CTX(c, RXC_CRCSTRIP);
	q->l2tag1 = CTX(c, RXC_L2TSEL);
	return NULL;
}

static bool rxdid_known(unsigned int id, unsigned int desc_bytes)
{
	if (id == RXDID_LEGACY_32)
		return desc_bytes == 32;
	return id == RXDID_LEGACY_16 || id == RXDID_FLEX_NIC || id == RXDID_FLEX_NIC_2 ||
	       (id >= RXDID_COMMS_FIRST && id <= RXDID_COMMS_LAST);
}

static bool rx_start(struct e810 *e, struct e810_ring *q)
{
	uint32_t dw[8], head;
	const char *bad;

	for (unsigned int i = 0; i < 8; i++)
		dw[i] = R(e, QRX_CONTEXT(i, q->idx));
	bad = rx_context(q, (uint8_t *)dw, &head);
	q->rxdid = QRXFLXP_RXDID(R(e, QRXFLXP_CNTXT(q->idx)));
	if (!bad && !rxdid_known(q->rxdid, q->desc_bytes))
		bad = "RXDID";
	if (bad) {
		sim_log(e->dev, 1, "rx queue %u: bad context: %s", q->idx, bad);
		e->dev->ctr.bad_desc++;
		e810_mdd(e, E810_MDD_RX, q->idx, MDD_RX_CONTEXT);
		return false;
	}
	tail_settle(q);
	ring_start(q, head);
	tail_new(q, 0, q->seen[0]);		/* a tail written before the enable counts */
	return true;
}

static void rx_ctrl_write(struct e810 *e, struct e810_ring *q, uint32_t val)
{
	uint32_t *ctrl = &R(e, QRX_CTRL(q->idx)), stat = *ctrl & QRX_CTRL_STAT;

	if (val & QRX_CTRL_REQ && !q->live) {
		stat = rx_start(e, q) ? QRX_CTRL_STAT : 0;
	} else if (!(val & QRX_CTRL_REQ) && q->live) {
		if (e->q->fault_stuck_rx) {
			e->q->fault_stuck_rx--;
		} else {
			ring_stop(q);
			stat = 0;
		}
	} else if (!q->live) {
		stat = 0;
	}
	*ctrl = (val & (QRX_CTRL_REQ | QRX_CTRL_FAST)) | stat;
}

/* ---- registers ------------------------------------------------------------------------------ */

#define IN(off, first, n, step)	((off) >= (first) && (off) < (first) + (uint32_t)(n) * (step))

/* The ring whose tail or doorbell lies at off, or NULL. */
static struct e810_ring *tail_at(struct e810 *e, uint32_t off)
{
	struct e810_queues *s = e->q;

	if (IN(off, QRX_TAIL(0), E810_NR_QUEUES, 4))
		return &s->rx[(off - QRX_TAIL(0)) / 4];
	if (IN(off, QTX_COMM_DBELL(0), E810_NR_QUEUES, 4))
		return &s->tx[(off - QTX_COMM_DBELL(0)) / 4];
	if (IN(off, QRX_TAIL_PAGE(0), E810_NR_QUEUES, 4096) && !(off & 4095))
		return &s->rx[(off - QRX_TAIL_PAGE(0)) / 4096];
	if (IN(off, QTX_DBELL_PAGE(0), E810_NR_QUEUES, 4096) && !(off & 4095))
		return &s->tx[(off - QTX_DBELL_PAGE(0)) / 4096];
	return NULL;
}

bool e810_queue_owns(uint32_t off)
{
	return IN(off, QRX_TAIL(0), E810_HW_RX_QUEUES, 4) ||
	       IN(off, QTX_COMM_DBELL(0), E810_HW_TX_QUEUES, 4) ||
	       IN(off, QTX_COMM_HEAD(0), E810_HW_TX_QUEUES, 4) ||
	       IN(off, QRX_CONTEXT(0, 0), 8, 0x2000) || IN(off, QRX_CTRL(0), E810_HW_RX_QUEUES, 4) ||
	       IN(off, QRXFLXP_CNTXT(0), E810_HW_RX_QUEUES, 4) ||
	       IN(off, QRX_TAIL_PAGE(0), E810_HW_RX_QUEUES, 4096) ||
	       IN(off, QTX_DBELL_PAGE(0), E810_HW_TX_QUEUES, 4096) ||
	       off == GLCOMM_QTX_CNTX_CTL || off == GLCOMM_QTX_CNTX_STAT ||
	       IN(off, GLCOMM_QTX_CNTX_DATA(0), 10, 4);
}

uint32_t e810_queue_read(struct e810 *e, uint32_t off)
{
	struct e810_ring *q = tail_at(e, off);

	if (q)
		return word_load(q->word[off >= E810_CSR_BYTES]) & QRX_TAIL_MASK;
	if (off >= E810_CSR_BYTES)
		return 0;
	if (IN(off, QTX_COMM_HEAD(0), E810_NR_QUEUES, 4)) {
		q = &e->q->tx[(off - QTX_COMM_HEAD(0)) / 4];
		return q->head | (q->rs_pending ? QTX_COMM_HEAD_RS : 0);
	}
	return R(e, off);
}

/* 13.2 of the context debug access: CMD 0 = read; the data registers then hold the context. */
static void tx_context_read(struct e810 *e, uint32_t val)
{
	uint32_t i = val & QTX_CNTX_CTL_QUEUE, dw[6] = { 0 };

	R(e, GLCOMM_QTX_CNTX_CTL) = val & ~QTX_CNTX_CTL_EXEC;
	if (!(val & QTX_CNTX_CTL_EXEC) || QTX_CNTX_CTL_CMD(val) || i >= E810_NR_QUEUES)
		return;
	memcpy(dw, e->q->tx[i].ctx, TXC_BYTES);
	for (unsigned int k = 0; k < 6; k++)
		R(e, GLCOMM_QTX_CNTX_DATA(k)) = dw[k];
}

void e810_queue_write(struct e810 *e, uint32_t off, uint32_t val)
{
	struct e810_ring *q = tail_at(e, off);

	e810_enter(e);
	if (q) {
		unsigned int k = off >= E810_CSR_BYTES;

		__atomic_store_n(q->word[k], val, __ATOMIC_RELAXED);
		if (q->live)
			tail_new(q, k, val);
		else		/* the last store counts, whichever address it took */
			__atomic_store_n(q->word[!k], val, __ATOMIC_RELAXED);
	} else if (off >= E810_CSR_BYTES || IN(off, QTX_COMM_HEAD(0), E810_HW_TX_QUEUES, 4) ||
		   off == GLCOMM_QTX_CNTX_STAT) {
		return;
	} else if (IN(off, QRX_CTRL(0), E810_NR_QUEUES, 4)) {
		rx_ctrl_write(e, &e->q->rx[(off - QRX_CTRL(0)) / 4], val);
	} else if (off == GLCOMM_QTX_CNTX_CTL) {
		tx_context_read(e, val);
	} else {
		R(e, off) = val;
		if (IN(off, QRX_CONTEXT(0, 0), 8, 0x2000) && off % 0x2000 / 4 < E810_NR_QUEUES)
			tail_settle(&e->q->rx[off % 0x2000 / 4]);
	}
}

/* ---- commands 0C30, 0C31, 0C32 ---------------------------------------------------------------- */

#define TXQ_GROUP_BYTES	8
#define TXQ_REC_BYTES	48

static enum e810_rc txq_add(struct e810 *e, uint32_t parent, uint8_t *rec)
{
	uint16_t id = get16(rec);
	const uint8_t *c = rec + 8;
	uint32_t nr = (uint32_t)CTX(c, TXC_QLEN), vsi = (uint32_t)CTX(c, TXC_SRC_VSI), teid;
	struct e810_ring *q;
	enum e810_rc rc;

	if (id >= E810_NR_QUEUES || !nr || nr % RING_UNIT || !e810_vsi_get(e, vsi))
		return RC_EINVAL;
	q = &e->q->tx[id];
	if (q->live)
		return RC_EEXIST;
	rc = e810_sched_add_leaf(e, parent, rec + 32, &teid);
	if (rc)
		return rc;
	memcpy(q->ctx, c, TXC_BYTES);
	q->base = CTX(c, TXC_BASE) << 7;
	q->nr = nr;
	q->vsi = (uint16_t)vsi;
	q->tso_ena = CTX(c, TXC_TSO_ENA);
	q->teid = teid;
	words_store(q, 0);
	ring_start(q, 0);
	put32(rec + 4, teid);
	return RC_OK;
}

static enum e810_rc cmd_add_txqs(struct e810 *e, struct e810_aq_msg *m)
{
	uint32_t at = 0;
	uint16_t added[E810_NR_QUEUES];
	unsigned int nr = 0;
	enum e810_rc rc = RC_OK;

	for (unsigned int g = 0; !rc && g < m->param[0]; g++) {
		uint32_t parent, n;

		if (at + TXQ_GROUP_BYTES > m->len) {
			rc = RC_EINVAL;
			break;
		}
		parent = get32(m->buf + at);
		n = m->buf[at + 4];
		at += TXQ_GROUP_BYTES;
		for (; !rc && n; n--, at += TXQ_REC_BYTES) {
			if (at + TXQ_REC_BYTES > m->len || nr == E810_NR_QUEUES)
				rc = RC_EINVAL;
			else
				rc = txq_add(e, parent, m->buf + at);
			if (!rc)
				added[nr++] = get16(m->buf + at);
		}
	}
	while (rc && nr)			/* all or none */
		ring_stop(&e->q->tx[added[--nr]]);
	m->out = m->len;
	return rc;
}

/* VM or VF reset: every Tx queue of that function. */
static void stop_function(struct e810 *e, unsigned int type, unsigned int num)
{
	for (unsigned int i = 0; i < E810_NR_QUEUES; i++) {
		struct e810_ring *q = &e->q->tx[i];
		uint64_t kind = CTX(q->ctx, TXC_VMVF_TYPE), n = CTX(q->ctx, TXC_VMVF_NUM);

		if (!q->live)
			continue;
		if (type == 3 || (type == 1 && kind == 1 && n == num) ||
		    (type == 2 && kind == 0 && n == num))
			ring_stop(q);
	}
}

static enum e810_rc cmd_dis_txqs(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int groups = m->param[1], type = m->param[0] & 3;
	uint32_t at = 0;

	if (e->q->fault_stuck_tx) {
		e->q->fault_stuck_tx--;
		return RC_EAGAIN;
	}
	put32(m->param + 4, 0);			/* blocked CGDs */
	m->out = m->len;
	if (type)
		stop_function(e, type, get16(m->param + 2) & 0x3ff);
	for (unsigned int g = 0; g < groups; g++) {
		uint32_t parent, n;

		if (at + 6 > m->len)
			return RC_EINVAL;
		parent = get32(m->buf + at);
		n = m->buf[at + 4];
		for (unsigned int k = 0; k < n; k++) {
			uint16_t id;
			struct e810_ring *q;

			if (at + 6 + 2 * k + 2 > m->len)
				return RC_EINVAL;
			id = get16(m->buf + at + 6 + 2 * k) & 0x3fff;
			q = id < E810_NR_QUEUES ? &e->q->tx[id] : NULL;
			if (!q)
				return RC_EINVAL;
			if (!q->live)
				return RC_ENOENT;
			if (!e810_sched_is_parent(e, parent, q->teid))
				return RC_EINVAL;
			ring_stop(q);
		}
		at += (6 + 2 * n + 3) & ~3u;
	}
	return RC_OK;
}

/*
 * 0C32: type @0 (1 move, 2 traffic class, 3 both), count @1; buffer: parents from and to, then 8
 * bytes a queue: number, traffic class, TEID. There is one traffic class, 0.
 */
static enum e810_rc cmd_move_txqs(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int type = m->param[0] & 3, n = m->param[1];
	uint32_t from = get32(m->buf), to = get32(m->buf + 4);

	if (!type || !n || !m->has_data || m->len < 8 + 8 * n)
		return RC_EINVAL;
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *b = m->buf + 8 + 8 * i;
		const struct e810_ring *q = get16(b) < E810_NR_QUEUES ? &e->q->tx[get16(b)] : NULL;
		enum e810_rc rc;

		if (!q || !q->live || q->teid != get32(b + 4) ||
		    !e810_sched_is_parent(e, from, q->teid))
			return RC_ENOENT;
		if (type & 2 && b[2])
			return RC_EINVAL;
		rc = type & 1 ? e810_sched_move_leaf(e, q->teid, to) : RC_OK;
		if (rc)
			return rc;
	}
	put32(m->param + 4, 0);			/* blocked CGDs */
	m->out = m->len;
	return RC_OK;
}

const struct e810_aq_cmd e810_cmd_queue[] = {
	{ AQ_ADD_TXQS, "add_txqs", cmd_add_txqs },
	{ AQ_DIS_TXQS, "dis_txqs", cmd_dis_txqs },
	{ AQ_MOVE_TXQS, "move_txqs", cmd_move_txqs },
	{ 0, NULL, NULL },
};

/* ---- all of them ---------------------------------------------------------------------------- */

/* The words lie in the shared pages as soon as there are any; the options may change that. */
static void words_place(struct e810 *e)
{
	struct e810_queues *s = e->q;
	bool pages = e->dev->bars[0].size >= E810_BAR0_BYTES;

	for (unsigned int i = 0; i < E810_NR_QUEUES; i++) {
		uint8_t *base = e->shared ? e->shared : (uint8_t *)e->regs;
		uint8_t *paged = e->shared && pages ? e->shared : NULL;

		s->rx[i].word[0] = (uint32_t *)(base + QRX_TAIL(i));
		s->tx[i].word[0] = (uint32_t *)(base + QTX_COMM_DBELL(i));
		s->rx[i].word[1] = paged ? (uint32_t *)(paged + QRX_TAIL_PAGE(i)) : &s->rx[i].own_word;
		s->tx[i].word[1] = paged ? (uint32_t *)(paged + QTX_DBELL_PAGE(i)) : &s->tx[i].own_word;
	}
}

void e810_queues_reset(struct e810 *e)
{
	struct e810_queues *s = e->q;

	words_place(e);
	for (unsigned int i = 0; i < E810_NR_QUEUES; i++) {
		ring_stop(&s->rx[i]);
		ring_stop(&s->tx[i]);
		words_store(&s->rx[i], 0);
		words_store(&s->tx[i], 0);
		memset(s->tx[i].ctx, 0, TXC_BYTES);
		R(e, QRX_CTRL(i)) = 0;
		for (unsigned int k = 0; k < 8; k++)
			R(e, QRX_CONTEXT(k, i)) = 0;
	}
	s->fault_stuck_rx = s->fault_stuck_tx = 0;
	e810_rx_reset(e);
}

bool e810_queues_active(struct e810 *e)
{
	return e->q->nr_rx_live || e->q->nr_tx_live;
}

int e810_police_set(struct e810 *e, bool on)
{
	if (on && !e->q->pol) {
		e->q->pol = police_new();
		return e->q->pol ? 0 : -ENOMEM;
	}
	if (!on) {
		police_free(e->q->pol);
		e->q->pol = NULL;
	}
	return 0;
}

static int dump_ring(char *buf, size_t size, const struct e810_ring *q, bool first)
{
	return snprintf(buf, size, "%s{\"dir\":\"%s\",\"queue\":%u,\"head\":%u,\"tail\":%u,"
			"\"size\":%u,\"base\":%llu,\"hung\":%s}", first ? "" : ",",
			q->tx ? "tx" : "rx", q->idx, q->head, q->tail, q->nr,
			(unsigned long long)q->base, q->hung ? "true" : "false");
}

void e810_queues_dump(struct e810 *e, char *buf, size_t size)
{
	const struct e810_queues *s = e->q;
	size_t at;

	at = (size_t)snprintf(buf, size, ",\"packet_buffer_frames\":%u,\"queues\":[", s->pb_frames);
	/* One ring takes less than 160 bytes; what does not fit is left out whole. */
	for (unsigned int i = 0; i < s->nr_rx_live && at + 162 < size; i++)
		at += (size_t)dump_ring(buf + at, size - at, s->rx_live[i], !i);
	for (unsigned int i = 0; i < s->nr_tx_live && at + 162 < size; i++)
		at += (size_t)dump_ring(buf + at, size - at, s->tx_live[i], !i && !s->nr_rx_live);
	if (at + 2 < size)
		snprintf(buf + at, size - at, "]");
}

int e810_queues_init(struct e810 *e)
{
	struct e810_queues *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	e->q = s;
	s->pb = malloc(2 * E810_PB_BYTES);
	s->rx_tmp = malloc(SIM_FRAME_MAX + 64);
	s->tx_buf = malloc(E810_TX_BYTES);
	s->seg_buf = malloc(E810_TX_BYTES);
	if (!s->pb || !s->rx_tmp || !s->tx_buf || !s->seg_buf)
		return -ENOMEM;
	for (unsigned int i = 0; i < E810_NR_QUEUES; i++) {
		s->rx[i] = (struct e810_ring){ .e = e, .idx = (uint16_t)i };
		s->tx[i] = (struct e810_ring){ .e = e, .idx = (uint16_t)i, .tx = true,
					       .desc_bytes = 16 };
	}
	words_place(e);
	return 0;
}

void e810_queues_fini(struct e810 *e)
{
	if (!e->q)
		return;
	e810_police_set(e, false);
	free(e->q->pb);
	free(e->q->rx_tmp);
	free(e->q->tx_buf);
	free(e->q->seg_buf);
	free(e->q);
	e->q = NULL;
}
