// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: the three control queue pairs (firmware, mailbox, sideband): registers, descriptors,
 * buffers, events, and the faults that a driver must survive. What a command does is in the tables
 * of e810_cmd.c, e810_nvm.c, ...; nothing here knows one by its meaning.
 *
 * A command is answered inside the tail write that posts it, unless a fault delays it. The guest
 * sees an answer only as a real one arrives: by DMA, then the head register moves.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "e810.h"

#define EVENT_BUF_MAX		512		/* more than any event carries */
#define NR_EVENTS		64		/* waiting for a buffer; the oldest is lost */
#define NR_FAULTS		16
#define LATE_NS			300000000ull	/* aq-late: longer than a driver likes to wait */
#define OVERSIZE		64		/* aq-oversized: bytes more than were asked for */

enum aq_which { AQ_FW, AQ_MBX, AQ_SB, AQ_NR };
enum aq_reg { AQ_BAL, AQ_BAH, AQ_LEN, AQ_HEAD, AQ_TAIL, AQ_NR_REGS };

/* [queue pair][send, receive][register] */
static const uint32_t aq_regs[AQ_NR][2][AQ_NR_REGS] = {
	[AQ_FW] = {
		{ PF_FW_ATQBAL, PF_FW_ATQBAH, PF_FW_ATQLEN, PF_FW_ATQH, PF_FW_ATQT },
		{ PF_FW_ARQBAL, PF_FW_ARQBAH, PF_FW_ARQLEN, PF_FW_ARQH, PF_FW_ARQT },
	},
	[AQ_MBX] = {
		{ PF_MBX_ATQBAL, PF_MBX_ATQBAH, PF_MBX_ATQLEN, PF_MBX_ATQH, PF_MBX_ATQT },
		{ PF_MBX_ARQBAL, PF_MBX_ARQBAH, PF_MBX_ARQLEN, PF_MBX_ARQH, PF_MBX_ARQT },
	},
	[AQ_SB] = {
		{ PF_SB_ATQBAL, PF_SB_ATQBAH, PF_SB_ATQLEN, PF_SB_ATQH, PF_SB_ATQT },
		{ PF_SB_ARQBAL, PF_SB_ARQBAH, PF_SB_ARQLEN, PF_SB_ARQH, PF_SB_ARQT },
	},
};

static const struct e810_aq_cmd *const tables[] = {
	e810_cmd_base, e810_cmd_nvm, e810_cmd_link, e810_cmd_sched, e810_cmd_vsi, e810_cmd_ddp,
	e810_cmd_switch, e810_cmd_queue, e810_cmd_rss,
};

enum fault_kind {
	FAULT_LATE, FAULT_MISSING, FAULT_NO_DD, FAULT_OVERSIZED, FAULT_WRONG_OPCODE, FAULT_JUNK,
	FAULT_ERROR, FAULT_NR,
};

static const char *const fault_names[FAULT_NR] = {
	[FAULT_LATE] = "aq-late",
	[FAULT_MISSING] = "aq-missing",
	[FAULT_NO_DD] = "aq-no-dd",
	[FAULT_OVERSIZED] = "aq-oversized",
	[FAULT_WRONG_OPCODE] = "aq-wrong-opcode",
	[FAULT_JUNK] = "aq-junk",
	[FAULT_ERROR] = "aq-error",
};

struct aq_fault {
	enum fault_kind kind;
	uint16_t opcode;		/* 0 = any */
	uint64_t left;			/* 0 = this entry is free */
};

struct aq_event {
	uint16_t opcode, len;
	uint16_t claim;			/* datalen shown; differs from len only for arq-junk */
	uint8_t param[16];
	uint8_t buf[EVENT_BUF_MAX];
};

struct e810_aq {
	uint8_t buf[E810_AQ_BUF_MAX];
	struct aq_event ev[NR_EVENTS];
	unsigned int ev_first, ev_nr;
	struct aq_fault fault[NR_FAULTS];
	uint64_t late_until;		/* 0 = the next command is not being delayed */
	bool hung[AQ_NR];		/* aq-missing: until the queue is disabled */
	bool posted[AQ_NR];		/* a tail was written: commands run on nothing else */
	uint64_t seed;
	uint64_t commands, unknown, errors;
};

static uint32_t reg(const struct e810 *e, enum aq_which w, unsigned int dir, enum aq_reg r)
{
	return e->regs[aq_regs[w][dir][r] / 4];
}

static void reg_set(struct e810 *e, enum aq_which w, unsigned int dir, enum aq_reg r, uint32_t val)
{
	e->regs[aq_regs[w][dir][r] / 4] = val;
}

static uint8_t junk(struct e810_aq *aq)
{
	aq->seed ^= aq->seed << 13;
	aq->seed ^= aq->seed >> 7;
	aq->seed ^= aq->seed << 17;
	return (uint8_t)(aq->seed >> 24);
}

/* ---- life ----------------------------------------------------------------------------------- */

int e810_aq_init(struct e810 *e)
{
	e->aq = calloc(1, sizeof(*e->aq));
	return e->aq ? 0 : -ENOMEM;
}

void e810_aq_fini(struct e810 *e)
{
	free(e->aq);
	e->aq = NULL;
}

void e810_aq_reset(struct e810 *e, enum e810_reset kind)
{
	struct e810_aq *aq = e->aq;

	for (unsigned int w = 0; w < AQ_NR; w++) {
		for (unsigned int dir = 0; dir < 2; dir++)
			for (unsigned int r = 0; r < AQ_NR_REGS; r++)
				reg_set(e, w, dir, r, 0);
		aq->hung[w] = aq->posted[w] = false;
	}
	aq->ev_nr = aq->ev_first = 0;
	aq->late_until = 0;
	if (kind == E810_POWER_ON) {
		memset(aq->fault, 0, sizeof(aq->fault));
		aq->seed = 0x6e64727601020304ull + e->dev->index;
	}
}

/* ---- faults --------------------------------------------------------------------------------- */

/* Does a fault of this kind hit this command? Takes one off its count. */
static bool fault_hits(struct e810_aq *aq, enum fault_kind kind, uint16_t opcode)
{
	for (unsigned int i = 0; i < NR_FAULTS; i++) {
		struct aq_fault *f = &aq->fault[i];

		if (!f->left || f->kind != kind || (f->opcode && f->opcode != opcode))
			continue;
		f->left--;
		return true;
	}
	return false;
}

static int fault_arm(struct e810_aq *aq, enum fault_kind kind, uint16_t opcode, uint64_t count)
{
	struct aq_fault *slot = NULL;

	for (unsigned int i = 0; i < NR_FAULTS; i++) {
		struct aq_fault *f = &aq->fault[i];

		if (f->left && f->kind == kind && f->opcode == opcode) {
			f->left = count;
			return 0;
		}
		if (!f->left && !slot)
			slot = f;
	}
	if (!count)
		return 0;
	if (!slot)
		return -ENOSPC;
	*slot = (struct aq_fault){ kind, opcode, count };
	return 0;
}

static struct aq_event *event_new(struct e810 *e)
{
	struct e810_aq *aq = e->aq;
	struct aq_event *ev;

	if (aq->ev_nr == NR_EVENTS) {		/* nobody fetches them: the driver is told */
		if (reg(e, AQ_FW, 1, AQ_LEN) & AQLEN_ENABLE)
			reg_set(e, AQ_FW, 1, AQ_LEN, reg(e, AQ_FW, 1, AQ_LEN) | AQLEN_OVFL);
		aq->ev_first = (aq->ev_first + 1) % NR_EVENTS;
		aq->ev_nr--;
	}
	ev = &aq->ev[(aq->ev_first + aq->ev_nr++) % NR_EVENTS];
	memset(ev, 0, sizeof(*ev));
	return ev;
}

static void junk_events(struct e810 *e, uint64_t count)
{
	struct e810_aq *aq = e->aq;

	for (uint64_t n = 0; n < count && n < NR_EVENTS; n++) {
		struct aq_event *ev = event_new(e);

		ev->opcode = n & 1 ? 0x0607 : (uint16_t)(junk(aq) << 8 | junk(aq));
		ev->claim = (uint16_t)(E810_AQ_BUF_MAX + 1 + (junk(aq) << 6));
		ev->len = EVENT_BUF_MAX;
		for (unsigned int i = 0; i < sizeof(ev->param); i++)
			ev->param[i] = junk(aq);
		for (unsigned int i = 0; i < sizeof(ev->buf); i++)
			ev->buf[i] = junk(aq);
	}
}

/* NAME or NAME:OPCODE (hexadecimal). */
int e810_aq_fault(struct e810 *e, const char *name, uint64_t count)
{
	const char *colon = strchr(name, ':');
	size_t len = colon ? (size_t)(colon - name) : strlen(name);
	unsigned long opcode = 0;
	char *end;

	if (!strcmp(name, "arq-junk")) {
		junk_events(e, count);
		return 0;
	}
	for (unsigned int k = 0; k < FAULT_NR; k++) {
		if (strlen(fault_names[k]) != len || strncmp(fault_names[k], name, len))
			continue;
		if (colon) {
			opcode = strtoul(colon + 1, &end, 16);
			if (*end || !opcode || opcode > 0xffff)
				return -EINVAL;
		}
		return fault_arm(e->aq, k, (uint16_t)opcode, count);
	}
	return -ENOENT;
}

/* ---- commands ------------------------------------------------------------------------------- */

static const struct e810_aq_cmd *cmd_find(uint16_t opcode)
{
	for (unsigned int t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct e810_aq_cmd *c = tables[t]; c->opcode; c++)
			if (c->opcode == opcode)
				return c;
	return NULL;
}

static enum e810_rc cmd_run(struct e810 *e, enum aq_which w, struct e810_aq_msg *m)
{
	const struct e810_aq_cmd *c = w == AQ_FW ? cmd_find(m->opcode) : NULL;
	enum e810_rc rc;

	e->aq->commands++;
	if (w == AQ_MBX) {			/* the functions at the other end do not exist */
		sim_log(e->dev, 1, "mailbox message %04x to nobody", m->opcode);
		return RC_ENOENT;
	}
	if (!c) {
		e->aq->unknown++;
		sim_log(e->dev, 1, "%s command %04x is not known: ENOSYS",
			w == AQ_FW ? "admin queue" : "sideband", m->opcode);
		return RC_ENOSYS;
	}
	if (fault_hits(e->aq, FAULT_ERROR, m->opcode))
		return RC_EIO;
	rc = c->run(e, m);
	if (rc != RC_OK) {
		e->aq->errors++;
		sim_log(e->dev, 2, "command %04x %s: error %u", m->opcode, c->name, rc);
	} else {
		sim_log(e->dev, 3, "command %04x %s", m->opcode, c->name);
	}
	return rc;
}

/* The buffer of an indirect command, zero beyond what the driver sent. */
static enum e810_rc buf_fetch(struct e810 *e, struct e810_aq_msg *m, uint64_t addr)
{
	memset(e->aq->buf, 0, sizeof(e->aq->buf));
	m->buf = e->aq->buf;
	if (!m->len)
		return RC_OK;
	if (m->len > E810_AQ_BUF_MAX) {
		sim_log(e->dev, 1, "command %04x: buffer of %u bytes", m->opcode, m->len);
		m->len = 0;
		return RC_EINVAL;
	}
	if (m->has_data && sim_dma_read(e->dev, addr, m->buf, m->len))
		return RC_EIO;
	return RC_OK;
}

/* Change a finished answer into one that no firmware should give. */
static void answer_spoil(struct e810_aq *aq, struct e810_aq_msg *m, uint8_t *d, uint16_t datalen)
{
	uint16_t opcode = m->opcode;

	if (fault_hits(aq, FAULT_OVERSIZED, opcode))
		put16(d + 4, datalen > 0xffff - OVERSIZE ? 0xffff : datalen + OVERSIZE);
	if (fault_hits(aq, FAULT_WRONG_OPCODE, opcode))
		put16(d + 2, opcode ^ 0x0101);
	if (fault_hits(aq, FAULT_JUNK, opcode)) {
		for (unsigned int i = 0; i < 16; i++)
			d[16 + i] = junk(aq);
		for (unsigned int i = 0; i < m->len; i++)
			m->buf[i] = junk(aq);
		m->out = m->len;
		put16(d + 4, m->len);
		put16(d + 6, 0);
	}
}

/* One command: false = it got no answer. */
static bool cmd_answer(struct e810 *e, enum aq_which w, uint64_t at)
{
	uint8_t d[AQ_DESC_BYTES];
	struct e810_aq_msg m = { 0 };
	enum e810_rc rc;
	uint64_t addr;
	uint16_t datalen;

	if (sim_dma_read(e->dev, at, d, sizeof(d)))
		return false;
	m.flags = get16(d);
	m.opcode = get16(d + 2);
	datalen = get16(d + 4);
	m.len = m.flags & AQ_FLAG_BUF ? datalen : 0;
	m.has_data = m.flags & AQ_FLAG_RD;
	memcpy(m.param, d + 16, sizeof(m.param));
	addr = (uint64_t)get32(d + 24) << 32 | get32(d + 28);
	rc = buf_fetch(e, &m, addr);
	if (rc == RC_OK)
		rc = cmd_run(e, w, &m);
	if (m.out > m.len)
		m.out = m.len;
	if (m.len)				/* the address comes back as it went */
		memcpy(m.param + 8, d + 24, 8);
	put16(d, (m.flags & ~AQ_FLAG_ERR) | AQ_FLAG_DD | AQ_FLAG_CMP | (rc ? AQ_FLAG_ERR : 0));
	put16(d + 4, m.out);
	put16(d + 6, (uint16_t)rc);
	memcpy(d + 16, m.param, sizeof(m.param));
	answer_spoil(e->aq, &m, d, datalen);
	if (fault_hits(e->aq, FAULT_NO_DD, m.opcode))
		return true;
	if (e->dev->hostile)
		sim_hostile_answer(e->dev, at, d, sizeof(d), m.buf, m.len, &m.out);
	if (m.out && sim_dma_write(e->dev, addr, m.buf, m.out))
		return false;
	if (sim_dma_write(e->dev, at, d, sizeof(d)))
		return false;
	if (!(m.flags & AQ_FLAG_SI)) {
		if (w == AQ_MBX)
			e810_irq_mbx(e);
		else
			e810_irq_fw(e);
	}
	return true;
}

/* Is the command at `at` to wait, or never to be answered? */
static bool cmd_held(struct e810 *e, enum aq_which w, uint64_t at, uint64_t now_ns)
{
	struct e810_aq *aq = e->aq;
	uint8_t d[AQ_DESC_BYTES];

	if (aq->late_until) {
		if (now_ns < aq->late_until)
			return true;
		aq->late_until = 0;
		return false;
	}
	if (sim_dma_read(e->dev, at, d, sizeof(d)))
		return false;			/* cmd_answer meets the same error */
	if (fault_hits(aq, FAULT_MISSING, get16(d + 2))) {
		aq->hung[w] = true;
		return true;
	}
	if (fault_hits(aq, FAULT_LATE, get16(d + 2))) {
		aq->late_until = now_ns + LATE_NS;
		return true;
	}
	return false;
}

static void send_fatal(struct e810 *e, enum aq_which w)
{
	reg_set(e, w, 0, AQ_LEN, reg(e, w, 0, AQ_LEN) | AQLEN_CRIT);
	sim_log(e->dev, 1, "control queue %u: DMA error, stopped", w);
}

/* Where ring `dir` lies: 0 entries if it is off or broken. */
static unsigned int ring(struct e810 *e, enum aq_which w, unsigned int dir, uint64_t *base)
{
	uint32_t len = reg(e, w, dir, AQ_LEN);

	if (!(len & AQLEN_ENABLE) || len & AQLEN_CRIT || !e->dev->bus_master)
		return 0;
	*base = (uint64_t)reg(e, w, dir, AQ_BAH) << 32 | reg(e, w, dir, AQ_BAL);
	return len & AQLEN_COUNT;
}

static bool send_run(struct e810 *e, enum aq_which w, uint64_t now_ns)
{
	struct e810_aq *aq = e->aq;
	uint64_t base = 0;
	bool did = false;

	/* Commands can disable the queue (0003): look at the registers each time. */
	while (aq->posted[w] && !aq->hung[w]) {
		unsigned int n = ring(e, w, 0, &base);
		uint32_t head = reg(e, w, 0, AQ_HEAD), tail = reg(e, w, 0, AQ_TAIL);

		if (head == tail)
			aq->posted[w] = false;
		if (!aq->posted[w] || head >= n || tail >= n ||
		    cmd_held(e, w, base + head * AQ_DESC_BYTES, now_ns))
			break;
		did = true;
		if (!cmd_answer(e, w, base + head * AQ_DESC_BYTES)) {
			send_fatal(e, w);
			break;
		}
		if (reg(e, w, 0, AQ_LEN) & AQLEN_ENABLE)
			reg_set(e, w, 0, AQ_HEAD, (head + 1) % n);
	}
	return did;
}

/* ---- events --------------------------------------------------------------------------------- */

void e810_aq_event(struct e810 *e, uint16_t opcode, const uint8_t param[16], const void *buf,
		   uint16_t len)
{
	struct aq_event *ev = event_new(e);

	if (len > EVENT_BUF_MAX)
		len = EVENT_BUF_MAX;
	ev->opcode = opcode;
	ev->len = ev->claim = len;
	if (param)
		memcpy(ev->param, param, sizeof(ev->param));
	if (len)
		memcpy(ev->buf, buf, len);
}

static bool event_deliver(struct e810 *e, const struct aq_event *ev, uint64_t at)
{
	uint8_t d[AQ_DESC_BYTES];
	uint16_t room, len = ev->len;
	uint64_t addr;

	if (sim_dma_read(e->dev, at, d, sizeof(d)))
		return false;
	room = get16(d + 4);
	addr = (uint64_t)get32(d + 24) << 32 | get32(d + 28);
	if (len > room)
		len = room;
	if (len && sim_dma_write(e->dev, addr, ev->buf, len))
		return false;
	put16(d, AQ_FLAG_DD | (ev->len ? AQ_FLAG_BUF : 0) | (ev->len > 512 ? AQ_FLAG_LB : 0));
	put16(d + 2, ev->opcode);
	put16(d + 4, ev->claim == ev->len ? len : ev->claim);
	put16(d + 6, 0);
	put32(d + 8, 0);
	put32(d + 12, 0);
	memcpy(d + 16, ev->param, ev->len ? 8 : 16);
	if (e->dev->hostile)
		sim_hostile_answer(e->dev, at, d, sizeof(d), NULL, 0, &(uint16_t){ 0 });
	return !sim_dma_write(e->dev, at, d, sizeof(d));
}

static bool events_run(struct e810 *e)
{
	struct e810_aq *aq = e->aq;
	uint64_t base = 0;
	unsigned int n = ring(e, AQ_FW, 1, &base);
	bool did = false;

	while (n && aq->ev_nr) {
		uint32_t head = reg(e, AQ_FW, 1, AQ_HEAD);

		if (head >= n || head == reg(e, AQ_FW, 1, AQ_TAIL))
			break;
		if (!event_deliver(e, &aq->ev[aq->ev_first], base + head * AQ_DESC_BYTES)) {
			reg_set(e, AQ_FW, 1, AQ_LEN, reg(e, AQ_FW, 1, AQ_LEN) | AQLEN_CRIT);
			break;
		}
		aq->ev_first = (aq->ev_first + 1) % NR_EVENTS;
		aq->ev_nr--;
		reg_set(e, AQ_FW, 1, AQ_HEAD, (head + 1) % n);
		did = true;
	}
	if (did)
		e810_irq_fw(e);
	return did;
}

bool e810_aq_poll(struct e810 *e, uint64_t now_ns, uint64_t *next_ns)
{
	bool did = false;

	for (unsigned int w = 0; w < AQ_NR; w++)
		did |= send_run(e, w, now_ns);
	did |= events_run(e);
	if (e->aq->late_until && e->aq->late_until < *next_ns)
		*next_ns = e->aq->late_until;
	return did;
}

/* ---- registers ------------------------------------------------------------------------------ */

static bool locate(uint32_t off, enum aq_which *w, unsigned int *dir, enum aq_reg *r)
{
	for (unsigned int i = 0; i < AQ_NR * 2 * AQ_NR_REGS; i++) {
		*w = i / (2 * AQ_NR_REGS);
		*dir = i / AQ_NR_REGS % 2;
		*r = i % AQ_NR_REGS;
		if (aq_regs[*w][*dir][*r] == off)
			return true;
	}
	return false;
}

bool e810_aq_owns(uint32_t off)
{
	return (off >= 0x080000 && off <= 0x080480 && !(off & 0x7f)) ||
	       (off >= 0x22e100 && off <= 0x22e580 && !(off & 0x7f)) ||
	       (off >= 0x22fc00 && off <= 0x230080 && !(off & 0x7f));
}

uint32_t e810_aq_read(struct e810 *e, uint32_t off)
{
	return R(e, off);
}

static void len_write(struct e810 *e, enum aq_which w, unsigned int dir, uint32_t val)
{
	/* Overflow and error bits are firmware's: a driver can only write them away. */
	val &= AQLEN_ENABLE | AQLEN_COUNT;
	reg_set(e, w, dir, AQ_LEN, val);
	if (!(val & AQLEN_ENABLE) && dir == 0) {
		e->aq->hung[w] = e->aq->posted[w] = false;
		if (w == AQ_FW)
			e->aq->late_until = 0;
	}
}

void e810_aq_write(struct e810 *e, uint32_t off, uint32_t val)
{
	enum aq_which w;
	unsigned int dir;
	enum aq_reg r;

	if (!locate(off, &w, &dir, &r)) {
		R(e, off) = val;
		return;
	}
	switch (r) {
	case AQ_BAL:
		reg_set(e, w, dir, r, val & ~63u);
		return;
	case AQ_LEN:
		len_write(e, w, dir, val);
		return;
	case AQ_HEAD:
		if (dir == 0)
			e->aq->posted[w] = false;
		reg_set(e, w, dir, r, val & AQLEN_COUNT);
		return;
	case AQ_TAIL:
		reg_set(e, w, dir, r, val & AQLEN_COUNT);
		break;
	default:
		reg_set(e, w, dir, r, val);
		return;
	}
	if (!(reg(e, w, dir, AQ_LEN) & AQLEN_ENABLE))
		return;
	if ((val & AQLEN_COUNT) >= (reg(e, w, dir, AQ_LEN) & AQLEN_COUNT)) {
		e->dev->ctr.tail_overruns++;
		reg_set(e, w, dir, AQ_TAIL, reg(e, w, dir, AQ_HEAD));
		return;
	}
	e->aq->posted[w] |= dir == 0;
	if (dir == 0)
		send_run(e, w, sim_now_ns());
	else if (w == AQ_FW)
		events_run(e);
}

void e810_aq_dump(struct e810 *e, char *buf, size_t size)
{
	const struct e810_aq *aq = e->aq;

	snprintf(buf, size, "\"aq_commands\":%llu,\"aq_errors\":%llu,\"aq_unknown\":%llu,"
		 "\"aq_events_waiting\":%u,\"aq_hung\":%s", (unsigned long long)aq->commands,
		 (unsigned long long)aq->errors, (unsigned long long)aq->unknown, aq->ev_nr,
		 aq->hung[AQ_FW] ? "true" : "false");
}
