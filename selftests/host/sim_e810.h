/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A driver's few moves for the tests of the E810 model: admin queue, events, commands. Offsets and
 * layouts are written out here on purpose: the tests must not inherit a mistake of the model's
 * header.
 */
#ifndef HOST_SIM_E810_H
#define HOST_SIM_E810_H

#include <endian.h>
#include <string.h>

#include "sim_inproc.h"
#include "tap.h"

#define ATQ		0x100000ull
#define ARQ		0x110000ull
#define AQ_BUF		0x120000ull	/* 4 KiB, of the command that runs */
#define ARQ_BUF		0x130000ull	/* 4 KiB each */
#define AQ_ENTRIES	16

#define ATQ_BAL		0x080000
#define ATQ_BAH		0x080100
#define ATQ_LEN		0x080200
#define ATQ_HEAD	0x080300
#define ATQ_TAIL	0x080400
#define ARQ_BAL		0x080080
#define ARQ_BAH		0x080180
#define ARQ_LEN		0x080280
#define ARQ_HEAD	0x080380
#define ARQ_TAIL	0x080480
#define AQ_ENABLE	0x80000000u

#define DESC_DD		0x0001
#define DESC_CMP	0x0002
#define DESC_ERR	0x0004
#define DESC_LB		0x0200
#define DESC_RD		0x0400
#define DESC_BUF	0x1000
#define DESC_SI		0x2000

struct aq_desc {
	uint16_t flags, opcode, datalen, retval;
	uint32_t cookie_high, cookie_low;
	uint8_t param[16];
};

struct port {
	struct sim_inproc *p;
	struct aq_desc *atq, *arq;
	uint8_t *buf, *arq_buf;
	unsigned int next, event;
	struct aq_desc done;		/* as the last command left it */
};

static inline uint32_t rd(struct port *t, uint32_t off)
{
	return sim_inproc_rd32(t->p, 0, off);
}

static inline void wr(struct port *t, uint32_t off, uint32_t val)
{
	sim_inproc_wr32(t->p, 0, off, val);
}

static inline void settle(void)
{
	sim_inproc_settle(20000000);
}

static inline struct sim_counters *ctr(struct port *t)
{
	return &sim_inproc_dev(t->p)->ctr;
}

static inline uint16_t le16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return le16toh(v);
}

static inline uint32_t le32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return le32toh(v);
}

static inline void set16(void *p, uint16_t v)
{
	v = htole16(v);
	memcpy(p, &v, 2);
}

static inline void set32(void *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, 4);
}

/* Both rings on, all event buffers posted. Order as drivers have it: base address last. */
static inline void aq_open(struct port *t)
{
	memset(t->atq, 0, AQ_ENTRIES * sizeof(*t->atq));
	memset(t->arq, 0, AQ_ENTRIES * sizeof(*t->arq));
	t->next = t->event = 0;
	for (unsigned int i = 0; i < AQ_ENTRIES; i++) {
		t->arq[i].flags = DESC_BUF | DESC_LB;
		t->arq[i].datalen = 4096;
		set32(t->arq[i].param + 12, ARQ_BUF + 4096 * i);
	}
	wr(t, ATQ_HEAD, 0);
	wr(t, ATQ_TAIL, 0);
	wr(t, ATQ_LEN, AQ_ENTRIES | AQ_ENABLE);
	wr(t, ATQ_BAL, ATQ);
	wr(t, ATQ_BAH, 0);
	wr(t, ARQ_HEAD, 0);
	wr(t, ARQ_TAIL, 0);
	wr(t, ARQ_LEN, AQ_ENTRIES | AQ_ENABLE);
	wr(t, ARQ_BAL, ARQ);
	wr(t, ARQ_BAH, 0);
	wr(t, ARQ_TAIL, AQ_ENTRIES - 1);
}

/* Frames that the port sends are not looked at. */
static inline void sent(void *arg, const uint8_t *f, uint32_t len)
{
	(void)arg;
	(void)f;
	(void)len;
}

static inline struct port *port_new(const char *options)
{
	struct port *t = calloc(1, sizeof(*t));

	t->p = sim_inproc_new("e810", options);
	sim_inproc_enable(t->p);
	sim_inproc_on_tx(t->p, sent, t);	/* plugged in */
	t->atq = sim_inproc_alloc(t->p, ATQ, 4096);
	t->arq = sim_inproc_alloc(t->p, ARQ, 4096);
	t->buf = sim_inproc_alloc(t->p, AQ_BUF, 4096);
	t->arq_buf = sim_inproc_alloc(t->p, ARQ_BUF, AQ_ENTRIES * 4096);
	aq_open(t);
	return t;
}

static inline void port_free(struct port *t)
{
	sim_inproc_free(t->p);
	free(t);
}

/* Post a command; t->buf holds what goes along. `len` 0 = direct; `rd`: the device reads buf. */
static inline void aq_post(struct port *t, uint16_t opcode, const uint8_t param[16], uint16_t len,
			   bool rd)
{
	struct aq_desc *d = &t->atq[t->next];

	memset(d, 0, sizeof(*d));
	d->flags = DESC_SI | (len ? DESC_BUF : 0) | (len > 512 ? DESC_LB : 0) | (rd ? DESC_RD : 0);
	d->opcode = opcode;
	d->datalen = len;
	d->cookie_high = 0x11223344;
	d->cookie_low = 0x55667788;
	if (param)
		memcpy(d->param, param, len ? 8 : 16);
	if (len)
		set32(d->param + 12, AQ_BUF);
	t->next = (t->next + 1) % AQ_ENTRIES;
	wr(t, ATQ_TAIL, t->next);
}

/* The head moved past the last command? Then t->done is its answer. */
static inline bool aq_done(struct port *t)
{
	if (rd(t, ATQ_HEAD) != t->next)
		return false;
	t->done = t->atq[(t->next + AQ_ENTRIES - 1) % AQ_ENTRIES];
	return true;
}

/* Firmware's return code, or -1: no answer. */
static inline int aq(struct port *t, uint16_t opcode, const uint8_t param[16], uint16_t len, bool rd)
{
	aq_post(t, opcode, param, len, rd);
	return aq_done(t) && t->done.flags & DESC_DD ? t->done.retval : -1;
}

/* The next event, or NULL; its buffer is at *buf. The descriptor is posted again. */
static inline struct aq_desc *aq_event(struct port *t, uint8_t **buf)
{
	static struct aq_desc ev;
	struct aq_desc *d = &t->arq[t->event];

	if (rd(t, ARQ_HEAD) == t->event)
		return NULL;
	ev = *d;
	*buf = t->arq_buf + 4096 * t->event;
	memset(d, 0, sizeof(*d));
	d->flags = DESC_BUF | DESC_LB;
	d->datalen = 4096;
	set32(d->param + 12, ARQ_BUF + 4096 * t->event);
	wr(t, ARQ_TAIL, t->event);
	t->event = (t->event + 1) % AQ_ENTRIES;
	return &ev;
}

#endif
