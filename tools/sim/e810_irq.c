// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: interrupt causes, moderation, auto-mask and MSI-X messages. All messages are sent from
 * poll, where the time is known.
 *
 * A cause that is enabled marks its vector with the throttling index it uses; the vector fires when
 * INTENA is set and the shortest of those intervals has passed since it last fired. Sending takes
 * the marks away and clears INTENA. A mark set while INTENA is 0 stays until then, CLEARPBA or not:
 * what it reports happened after the last message.
 */
#include <errno.h>
#include <stdlib.h>

#include "e810_data.h"

#define RATE_UNIT_NS	4000
#define DYN_STORED	(0xfffu << 5 | 3u << 3 | DYN_CTL_SW_ITR_ENA | 3u << 25 | DYN_CTL_WB_ON_ITR)

struct vector {
	uint8_t pending;		/* one bit per throttling index, 3 = none */
	bool ena, sent;
	uint32_t stored;		/* other fields of GLINT_DYN_CTL */
	uint64_t last_ns;		/* last message sent */
};

struct e810_irq {
	struct vector v[SIM_MAX_VECS];
	uint64_t due[SIM_MAX_VECS / 64];	/* vectors with pending causes */
	uint32_t oicr;
	uint8_t rx_event[E810_NR_QUEUES], tx_event[E810_NR_QUEUES];	/* while CAUSE_ENA is 0 */
};

static void mark(struct e810_irq *s, unsigned int vec, unsigned int itr)
{
	if (vec >= SIM_MAX_VECS)
		return;
	s->v[vec].pending |= 1u << itr;
	s->due[vec / 64] |= 1ull << vec % 64;
}

/* An event at a cause register. False: not enabled. */
static bool cause(struct e810 *e, uint32_t reg)
{
	uint32_t ctl = R(e, reg);

	if (!(ctl & CAUSE_ENA))
		return false;
	mark(e->irq, CAUSE_MSIX(ctl), CAUSE_ITR(ctl));
	return true;
}

void e810_irq_queue(struct e810 *e, bool tx, unsigned int q)
{
	if (!cause(e, tx ? QINT_TQCTL(q) : QINT_RQCTL(q)))
		(tx ? e->irq->tx_event : e->irq->rx_event)[q] = 1;
}

static void control_event(struct e810 *e, uint32_t reg)
{
	R(e, reg) |= CAUSE_INTEVENT;
	if (cause(e, reg))
		e->irq->oicr |= OICR_INTEVENT;
}

void e810_irq_fw(struct e810 *e)
{
	control_event(e, PFINT_FW_CTL);
}

void e810_irq_mbx(struct e810 *e)
{
	control_event(e, PFINT_MBX_CTL);
}

static void misc_deliver(struct e810 *e)
{
	if (e->irq->oicr & R(e, PFINT_OICR_ENA) & ~OICR_INTEVENT && cause(e, PFINT_OICR_CTL))
		e->irq->oicr |= OICR_INTEVENT;
}

void e810_irq_misc(struct e810 *e, uint32_t causes)
{
	e->irq->oicr |= causes;
	misc_deliver(e);
}

/* ---- registers ------------------------------------------------------------------------------ */

#define IN(off, first, n, step)	((off) >= (first) && (off) < (first) + (uint32_t)(n) * (step))

bool e810_irq_owns(uint32_t off)
{
	return IN(off, GLINT_DYN_CTL(0), E810_HW_VECTORS, 4) ||
	       IN(off, GLINT_ITR(0, 0), 3, 0x2000) || IN(off, GLINT_RATE(0), E810_HW_VECTORS, 4) ||
	       IN(off, QINT_RQCTL(0), E810_HW_RX_QUEUES, 4) ||
	       IN(off, QINT_TQCTL(0), E810_HW_TX_QUEUES, 4) ||
	       IN(off, PF0INT_DYN_CTL_PAGE(0), E810_HW_VECTORS, 4096) ||
	       off == GLINT_CTL || off == PFINT_FW_CTL || off == PFINT_MBX_CTL ||
	       off == PFINT_SB_CTL || off == PFINT_OICR_CTL || off == PFINT_OICR ||
	       off == PFINT_OICR_ENA;
}

/* The page windows show the registers of a vector once more; 0 = nothing there. */
static uint32_t unpage(uint32_t off)
{
	unsigned int vec = (off - PF0INT_DYN_CTL_PAGE(0)) / 4096, word = (off & 4095) / 4;

	if (word == 0)
		return GLINT_DYN_CTL(vec);
	return word <= 3 ? GLINT_ITR(word - 1, vec) : 0;
}

uint32_t e810_irq_read(struct e810 *e, uint32_t off)
{
	struct e810_irq *s = e->irq;
	uint32_t val;

	if (off >= E810_CSR_BYTES)
		off = unpage(off);
	if (!off)
		return 0;
	if (IN(off, GLINT_DYN_CTL(0), SIM_MAX_VECS, 4)) {
		const struct vector *v = &s->v[(off - GLINT_DYN_CTL(0)) / 4];

		return v->stored | (v->ena ? DYN_CTL_INTENA : 0);
	}
	if (off == PFINT_OICR) {
		val = s->oicr;
		s->oicr = 0;
		return val;
	}
	return R(e, off);
}

static void dyn_ctl_write(struct e810 *e, unsigned int vec, uint32_t val)
{
	struct vector *v = &e->irq->v[vec];

	v->stored = val & DYN_STORED;
	if (!(val & DYN_CTL_INTENA_MSK))
		v->ena = val & DYN_CTL_INTENA;
	if (DYN_CTL_ITR_INDX(val) != ITR_NONE)
		R(e, GLINT_ITR(DYN_CTL_ITR_INDX(val), vec)) = DYN_CTL_INTERVAL(val);
	if (val & DYN_CTL_SWINT_TRIG)
		mark(e->irq, vec, val & DYN_CTL_SW_ITR_ENA ? DYN_CTL_SW_ITR(val) : ITR_NONE);
}

/* A cause was written: what happened while it was off is told now. */
static void cause_write(struct e810 *e, uint32_t off, uint32_t val)
{
	struct e810_irq *s = e->irq;
	uint8_t *event = NULL;

	R(e, off) = (val & ~CAUSE_INTEVENT) | (R(e, off) & CAUSE_INTEVENT);
	if (IN(off, QINT_RQCTL(0), E810_NR_QUEUES, 4))
		event = &s->rx_event[(off - QINT_RQCTL(0)) / 4];
	else if (IN(off, QINT_TQCTL(0), E810_NR_QUEUES, 4))
		event = &s->tx_event[(off - QINT_TQCTL(0)) / 4];
	if (event && *event && cause(e, off))
		*event = 0;
	else if (!event && R(e, off) & CAUSE_INTEVENT && cause(e, off))
		s->oicr |= OICR_INTEVENT;
}

void e810_irq_write(struct e810 *e, uint32_t off, uint32_t val)
{
	if (off >= E810_CSR_BYTES)
		off = unpage(off);
	if (!off || off == PFINT_OICR)
		return;
	if (IN(off, GLINT_DYN_CTL(0), SIM_MAX_VECS, 4)) {
		dyn_ctl_write(e, (off - GLINT_DYN_CTL(0)) / 4, val);
	} else if (IN(off, QINT_RQCTL(0), E810_NR_QUEUES, 4) ||
		   IN(off, QINT_TQCTL(0), E810_NR_QUEUES, 4) || off == PFINT_FW_CTL ||
		   off == PFINT_MBX_CTL) {
		cause_write(e, off, val);
	} else if (off == PFINT_OICR_ENA || off == PFINT_OICR_CTL) {
		R(e, off) = val;
		misc_deliver(e);
	} else {
		R(e, off) = val;
	}
}

/* ---- sending -------------------------------------------------------------------------------- */

/* When the vector may send: the shortest interval of its causes, and the rate limit. */
static uint64_t due_at(struct e810 *e, unsigned int vec, const struct vector *v)
{
	uint32_t rate = R(e, GLINT_RATE(vec));
	uint64_t wait = UINT64_MAX, limit = 0;

	if (!v->sent)
		return 0;
	for (unsigned int i = 0; i <= ITR_NONE; i++) {
		uint64_t itr = i == ITR_NONE ? 0 : R(e, GLINT_ITR(i, vec)) & ITR_INTERVAL_MASK;

		if (v->pending & 1u << i && itr * ITR_UNIT_NS < wait)
			wait = itr * ITR_UNIT_NS;
	}
	if (rate & RATE_INTRL_ENA)
		limit = RATE_INTERVAL(rate) * RATE_UNIT_NS;
	return v->last_ns + (wait > limit ? wait : limit);
}

static void control_told(struct e810 *e, uint32_t reg, unsigned int vec)
{
	if (R(e, reg) & CAUSE_ENA && CAUSE_MSIX(R(e, reg)) == vec)
		R(e, reg) &= ~CAUSE_INTEVENT;
}

static bool vector_poll(struct e810 *e, unsigned int vec, uint64_t now_ns, uint64_t *next_ns)
{
	struct e810_irq *s = e->irq;
	struct vector *v = &s->v[vec];
	uint64_t at;

	if (!v->ena || vec >= e->dev->ident.msix_vecs)
		return false;
	at = due_at(e, vec, v);
	if (now_ns < at) {
		if (at < *next_ns)
			*next_ns = at;
		return false;
	}
	v->pending = 0;
	s->due[vec / 64] &= ~(1ull << vec % 64);
	if (!(R(e, GLINT_CTL) & GLINT_CTL_DIS_AUTOMASK))
		v->ena = false;
	v->sent = true;
	v->last_ns = now_ns;
	control_told(e, PFINT_FW_CTL, vec);
	control_told(e, PFINT_MBX_CTL, vec);
	sim_msix_send(e->dev, vec);
	return true;
}

bool e810_irq_poll(struct e810 *e, uint64_t now_ns, uint64_t *next_ns)
{
	bool did = false;

	if (!e->dev->bus_master)
		return false;
	for (unsigned int w = 0; w < SIM_MAX_VECS / 64; w++) {
		uint64_t due = e->irq->due[w];

		for (; due; due &= due - 1)
			did |= vector_poll(e, w * 64 + __builtin_ctzll(due), now_ns, next_ns);
	}
	return did;
}

/* ---- life ----------------------------------------------------------------------------------- */

void e810_irq_reset(struct e810 *e)
{
	memset(e->irq, 0, sizeof(*e->irq));
	for (unsigned int i = 0; i < E810_NR_QUEUES; i++)
		R(e, QINT_RQCTL(i)) = R(e, QINT_TQCTL(i)) = 0;
	for (unsigned int i = 0; i < SIM_MAX_VECS; i++) {
		R(e, GLINT_RATE(i)) = 0;
		for (unsigned int k = 0; k < 3; k++)
			R(e, GLINT_ITR(k, i)) = 0;
	}
	R(e, PFINT_FW_CTL) = R(e, PFINT_MBX_CTL) = R(e, PFINT_SB_CTL) = 0;
	R(e, PFINT_OICR_CTL) = R(e, PFINT_OICR_ENA) = 0;
}

int e810_irq_init(struct e810 *e)
{
	e->irq = calloc(1, sizeof(*e->irq));
	return e->irq ? 0 : -ENOMEM;
}

void e810_irq_fini(struct e810 *e)
{
	free(e->irq);
	e->irq = NULL;
}
