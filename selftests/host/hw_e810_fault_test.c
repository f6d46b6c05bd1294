// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmod/hw_e810*.c on the host, with an E810 that hangs, is gone, or whose firmware answers late, not
 * at all, or nonsense: every op ends in bounded time, the log names what was wrong, and a reset makes
 * the port work again. Answers are changed on their way from the model's memory to the driver, or by
 * the model's own faults.
 */
#include "hw_rig.h"
#include "hw_e810_rig.h"

#define OPTIONS		"mac=02:11:22:33:44:55"

#define ATQBAL		0x080000
#define ATQBAH		0x080100
#define ATQH		0x080300
#define ATQ_ENTRIES	32		/* what the driver uses */
#define GLGEN_RSTAT	0x0b8188
#define GLNVM_ULD	0x0b6008
#define GLNVM_FLA	0x0b6108
#define GL_MNG_FWSM	0x0b6134
#define PFGEN_CTRL	0x091000

/* No op waits longer for firmware, locks of other functions included. */
#define BOUND_MS	7000

static struct rig *now;

static bool works(struct rig *r)
{
	return !queue_up(r, 0) && tx_works(r, 100) && rx_works(r, 0, 100, mac) &&
	       !r->ops->queue_stop(&r->hw, &r->q);
}

/* After whatever has happened: reset, start, frames both ways. */
static bool recovers(struct rig *r)
{
	host.on_read = NULL;
	host.on_write = NULL;
	return !r->ops->reset(&r->hw) && !r->ops->start(&r->hw) && rig_link(r) && works(r);
}

static void forget_errors(void)
{
	host.errors = 0;
	host.last_error[0] = 0;
}

static bool error_names(const char *word)
{
	return host.errors && strstr(host.last_error, word);
}

/* ---- registers that hang ------------------------------------------------------------------------ */

static u32 stuck_reg, stuck_set, stuck_clear;

static u32 read_stuck(u32 reg, u32 value)
{
	return reg == stuck_reg ? (value | stuck_set) & ~stuck_clear : value;
}

static void stick(u32 reg, u32 set, u32 clear)
{
	stuck_reg = reg;
	stuck_set = set;
	stuck_clear = clear;
	host.on_read = read_stuck;
	forget_errors();
}

static void test_stuck_reset(void)
{
	static const struct {
		u32 reg, set, clear;
		const char *name;
		u32 bound_ms;
	} ways[] = {
		{ PFGEN_CTRL, 1, 0, "PFGEN_CTRL", 1000 },
		{ GLGEN_RSTAT, 1, 0, "GLGEN_RSTAT", 8000 },
		{ GLNVM_ULD, 0, 0x8, "GLNVM_ULD", 1000 },
	};
	struct rig r;
	unsigned int i;
	u64 start;

	tap_ok(rig_up(&r, "stuck reset", OPTIONS) && works(&r), "port up");
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		stick(ways[i].reg, ways[i].set, ways[i].clear);
		start = sim_inproc_now();
		tap_eq(r.ops->reset(&r.hw), -ETIMEDOUT, "reset never ends: ETIMEDOUT");
		tap_ok(ms_since(start) <= ways[i].bound_ms, "after %llu ms",
		       (unsigned long long)ms_since(start));
		tap_ok(error_names(ways[i].name), "the log names %s", ways[i].name);
		tap_ok(!r.hw.gone, "slow is not gone");
		tap_ok(recovers(&r), "the next reset succeeds");
	}
	tap_eq(r.sim->ops->fault(r.sim, "stuck-reset", 1), 0, "the model's own");
	forget_errors();
	tap_eq(r.ops->reset(&r.hw), -ETIMEDOUT, "reset never ends: ETIMEDOUT");
	tap_ok(error_names("PFGEN_CTRL"), "the log names PFGEN_CTRL");
	r.sim->ops->fault(r.sim, "stuck-reset", 0);
	sim_inproc_flr(r.p);
	sim_inproc_enable(r.p);
	tap_ok(recovers(&r), "a function level reset heals");
	rig_close(&r);
}

/* Somebody resets the whole card: noticed, waited for, survived; at any moment of it. */
static void test_card_reset(void)
{
	unsigned int ms;
	struct rig r;
	u32 mbps;
	bool up;

	for (ms = 0; ms <= 1000; ms += ms < 30 ? 5 : 97) {
		tap_ok(rig_up(&r, "card reset", OPTIONS) && !queue_up(&r, 0) && tx_works(&r, 64),
		       "port up");
		tap_eq(r.sim->ops->fault(r.sim, "core-reset", 1), 0, "the card is reset");
		forget_errors();
		sim_inproc_step(1000);
		sim_inproc_step(ms * MS_NS);
		tap_eq(r.ops->link(&r.hw, &up, &mbps), -ECONNRESET, "noticed");
		tap_ok(error_names("was reset"), "and told to the log");
		tap_ok(recovers(&r), "a reset after %u ms heals", ms);
		tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
		rig_close(&r);
	}
}

static void test_bad_card(void)
{
	static const struct {
		u32 reg, set, clear;
		const char *name;
	} ways[] = {
		{ GL_MNG_FWSM, 1u << 30, 0, "FW_LOADING" },
		{ GL_MNG_FWSM, 2, 0, "recovery" },
		{ GL_MNG_FWSM, 4, 0, "roll-back" },
		{ GLNVM_FLA, 0, 1 << 6, "GLNVM_FLA" },
	};
	struct rig r;
	unsigned int i;
	u64 start;

	tap_ok(rig_up(&r, "bad card", OPTIONS), "port up");
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		stick(ways[i].reg, ways[i].set, ways[i].clear);
		start = sim_inproc_now();
		tap_eq(r.ops->reset(&r.hw), 0, "reset asks nothing of firmware");
		tap_ok(r.ops->start(&r.hw) < 0, "start fails");
		tap_ok(ms_since(start) < BOUND_MS, "after %llu ms",
		       (unsigned long long)ms_since(start));
		tap_ok(error_names(ways[i].name), "the log says %s", ways[i].name);
		tap_ok(recovers(&r), "a healthy card starts");
	}
	rig_close(&r);
}

static void test_stuck_queue(void)
{
	struct ndrv_hw_live none = { .rx = { 0 } };
	struct rig r;
	u64 start;

	tap_ok(rig_up(&r, "stuck queue", OPTIONS), "port up");
	queue_up(&r, 5);
	stick(QRX_CTRL(5), QENA_STAT, 0);
	start = sim_inproc_now();
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), -ETIMEDOUT, "receive side does not stop: ETIMEDOUT");
	tap_ok(ms_since(start) <= 100, "in less than 100 ms (%llu)",
	       (unsigned long long)ms_since(start));
	tap_ok(error_names("QRX_CTRL"), "the log names QRX_CTRL");
	tap_eq(r.ops->sweep(&r.hw, &none), -ETIMEDOUT, "the sweep says so too");
	tap_ok(recovers(&r), "a reset heals");
	stick(QRX_CTRL(5), 0, QENA_STAT);
	r.q.queue = 5;
	tap_eq(r.ops->queue_start(&r.hw, &r.q), -ETIMEDOUT, "receive side does not start: ETIMEDOUT");
	host.on_read = NULL;
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "and can be stopped");

	tap_ok(recovers(&r) && !queue_up(&r, 0) && tx_works(&r, 64), "port up");
	tap_eq(r.sim->ops->fault(r.sim, "stuck-disable", 1), 0, "the model's own");
	forget_errors();
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), -ETIMEDOUT, "neither side stops: ETIMEDOUT");
	tap_ok(host.errors > 0, "and the log says so");
	r.sim->ops->fault(r.sim, "stuck-disable", 0);
	tap_ok(recovers(&r), "a reset heals");
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
	rig_close(&r);
}

/* ---- a card that is gone ------------------------------------------------------------------------ */

static u32 reads_left;

static u32 read_vanish(u32 reg, u32 value)
{
	(void)reg;
	if (reads_left && !--reads_left)
		sim_inproc_remove(now->p);
	return reads_left ? value : 0xffffffff;
}

static void test_gone(void)
{
	struct ndrv_hw_live none = { .rx = { 0 } };
	struct ndrv_hw_stats st = { 0 }, was;
	struct rig r;
	u32 mbps = 1;
	bool up = true, wrong = false, whole = false;
	u64 start;
	u32 n;
	int err;

	tap_ok(rig_up(&r, "gone", OPTIONS) && works(&r), "port up");
	queue_up(&r, 0);
	r.ops->stats(&r.hw, &st);
	was = st;
	sim_inproc_remove(r.p);
	start = sim_inproc_now();
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), -ENODEV, "stop: ENODEV");
	tap_ok(r.hw.gone, "hw->gone is set");
	tap_eq(r.ops->sweep(&r.hw, &none), -ENODEV, "sweep: ENODEV");
	tap_eq(r.ops->queue_start(&r.hw, &r.q), -ENODEV, "start of a queue: ENODEV");
	tap_eq(r.ops->set_rx_mode(&r.hw, true, true, 1518), -ENODEV, "receive mode: ENODEV");
	tap_eq(r.ops->link(&r.hw, &up, &mbps), -ENODEV, "link: ENODEV");
	r.ops->stats(&r.hw, &st);
	tap_ok(!memcmp(&st, &was, sizeof(st)), "all ones are not counted as packets");
	tap_eq(r.ops->reset(&r.hw), -ENODEV, "reset: ENODEV");
	tap_eq(r.ops->start(&r.hw), -ENODEV, "start: ENODEV");
	tap_eq(r.ops->shutdown(&r.hw), -ENODEV, "shutdown: ENODEV");
	tap_ok(ms_since(start) < 2000, "all that in %llu ms", (unsigned long long)ms_since(start));
	rig_close(&r);
	/* Gone in the middle of a start, at any register access. */
	for (n = 1; n < 1000 && !wrong && !whole; n++) {
		rig_open(&r, "gone in start", OPTIONS);
		r.ops->reset(&r.hw);
		now = &r;
		reads_left = n;
		host.on_read = read_vanish;
		start = sim_inproc_now();
		err = r.ops->start(&r.hw);
		whole = !err && !r.hw.gone;
		wrong = (!whole && err != -ENODEV) || ms_since(start) > 100;
		rig_close(&r);
	}
	tap_ok(whole, "gone at any of %u reads of a start: ENODEV, at once", n);
}

/* ---- answers that are changed on their way ------------------------------------------------------ */

static struct {
	u16 opcode;			/* 0: only watch */
	bool in_buf;
	u16 cap;			/* in_buf: in this capability of a list of them */
	u32 off;			/* in the descriptor, or in the buffer */
	u8 bytes[8];
	u32 len;
	u32 skip;			/* answers to let through before */
	u32 hits;
	u32 head;
	u16 seen[256];			/* opcodes that were answered */
	bool seen_buf[256];		/* ... and whether with a buffer */
	u32 nr_seen;
} mitm;

static u32 read_mitm(u32 reg, u32 value)
{
	u64 ring, buf;
	u8 *desc, *at;
	u16 opcode;
	u32 i;

	if (reg != ATQH || value == mitm.head)
		return value;
	mitm.head = value;
	ring = sim_inproc_rd32(now->p, 0, ATQBAL) |
	       (u64)sim_inproc_rd32(now->p, 0, ATQBAH) << 32;
	desc = sim_dma_ptr(now->sim, ring + 32 * ((value - 1) % ATQ_ENTRIES), 32, true);
	opcode = desc ? (u16)(desc[2] | desc[3] << 8) : 0;
	if (!opcode)			/* the ring is new */
		return value;
	if (mitm.nr_seen < ARRAY_SIZE(mitm.seen)) {
		mitm.seen_buf[mitm.nr_seen] = desc[1] & 0x10;
		mitm.seen[mitm.nr_seen++] = opcode;
	}
	if (!mitm.opcode || opcode != mitm.opcode || mitm.skip) {
		mitm.skip -= mitm.skip && opcode == mitm.opcode;
		return value;
	}
	at = desc;
	if (mitm.in_buf) {
		buf = get_unaligned_le32(desc + 28) | (u64)get_unaligned_le32(desc + 24) << 32;
		at = sim_dma_ptr(now->sim, buf, 4096, true);
	}
	for (i = 0; at && mitm.cap && i < 4096 / 32; i++, at += 32)
		if (get_unaligned_le16(at) == mitm.cap)
			break;
	if (at)
		memcpy(at + mitm.off, mitm.bytes, mitm.len);
	mitm.hits++;
	return value;
}

static void mitm_on(struct rig *r)
{
	now = r;
	mitm.head = sim_inproc_rd32(r->p, 0, ATQH);
	mitm.hits = 0;
	mitm.nr_seen = 0;
	host.on_read = read_mitm;
	forget_errors();
}

enum when { START, QUEUE_START, QUEUE_STOP, RX_MODE, LINK };

/* Descriptor: 4 length, 6 code, 16 parameters. */
static const struct lie {
	const char *what;
	enum when when;
	u16 opcode;
	bool in_buf;
	u32 off;
	u8 bytes[8];
	u32 len, skip;
	int want;			/* 0: any error */
} lies[] = {
	{ "firmware's interface is another", START, 0x0001, false, 29, { 2 }, 1, 0, 0 },
	{ "no port", START, 0x0200, false, 20, { 0, 0 }, 2, 0, 0 },
	{ "port 9", START, 0x0200, true, 0, { 9, 0 }, 2, 0, 0 },
	{ "switch 4660", START, 0x0200, true, 2, { 0x34, 0x12 }, 2, 0, 0 },
	{ "an endless list of ports", START, 0x0200, false, 18, { 1, 0, 0, 0 }, 4, 0, 0 },
	{ "no address", START, 0x0107, false, 20, { 0 }, 1, 0, 0 },
	{ "an address in no bytes", START, 0x0107, false, 4, { 0, 0 }, 2, 0, 0 },
	{ "no layers", START, 0x0412, true, 2, { 0, 0 }, 2, 0, 0 },
	{ "two layers", START, 0x0412, true, 2, { 2, 0 }, 2, 0, 0 },
	{ "too many layers", START, 0x0412, true, 2, { 10, 0 }, 2, 0, 0 },
	{ "65535 layers", START, 0x0412, true, 2, { 0xff, 0xff }, 2, 0, 0 },
	{ "layers in 64 bytes", START, 0x0412, false, 4, { 64, 0 }, 2, 0, 0 },
	{ "a layer without room", START, 0x0412, true, 32 * 8 + 10, { 0, 0 }, 2, 0, 0 },
	{ "no branch", START, 0x0400, false, 17, { 0 }, 1, 0, 0 },
	{ "255 nodes", START, 0x0400, true, 4, { 0xff, 0 }, 2, 0, 0 },
	{ "no nodes", START, 0x0400, true, 4, { 0, 0 }, 2, 0, 0 },
	{ "a branch in 200 bytes", START, 0x0400, false, 4, { 200, 0 }, 2, 0, 0 },
	{ "node 0", START, 0x0400, true, 8 + 24 + 4, { 0, 0, 0, 0 }, 4, 0, 0 },
	{ "node of another parent", START, 0x0400, true, 8 + 24, { 9, 9, 9, 9 }, 4, 0, 0 },
	{ "no traffic class", START, 0x0400, true, 8 + 24 + 8, { 3 }, 1, 0, 0 },
	{ "a new node 0", START, 0x0401, true, 8 + 4, { 0, 0, 0, 0 }, 4, 0, 0 },
	{ "a new node of all ones", START, 0x0401, true, 8 + 4, { 255, 255, 255, 255 }, 4, 0, 0 },
	{ "a new node elsewhere", START, 0x0401, true, 8, { 1, 2, 3, 4 }, 4, 0, 0 },
	{ "the same node thrice", START, 0x0401, true, 8 + 4, { 0x77, 0, 0, 0 }, 4, 5, 0 },
	{ "no group of nodes", START, 0x0401, false, 18, { 0, 0 }, 2, 0, 0 },
	{ "many groups of nodes", START, 0x0401, false, 18, { 0xff, 0xff }, 2, 0, 0 },
	{ "VSI 1023", START, 0x0210, false, 16, { 0xff, 0x03 }, 2, 0, 0 },
	{ "VSI 768", START, 0x0210, false, 16, { 0x00, 0x03 }, 2, 0, 0 },
	{ "a rule with a bad status", START, 0x02a0, true, 2, { 7, 0 }, 2, 0, 0 },
	{ "two rules of one number", START, 0x02a0, true, 12, { 5, 0 }, 2, 0, 0 },
	{ "a PHY in 8 bytes", START, 0x0600, false, 4, { 8, 0 }, 2, 0, 0 },
	{ "a link in 4 bytes", START, 0x0607, false, 4, { 4, 0 }, 2, 0, 0 },
	{ "a queue's node 0", QUEUE_START, 0x0c30, true, 12, { 0, 0, 0, 0 }, 4, 0, -ETIMEDOUT },
	{ "a queue's node of all ones", QUEUE_START, 0x0c30, true, 12, { 255, 255, 255, 255 }, 4, 0,
	  -ETIMEDOUT },
	{ "no permission for new nodes", START, 0x0401, false, 6, { 1, 0 }, 2, 0, -EIO },
	{ "a refused queue", QUEUE_START, 0x0c30, false, 6, { 16, 0 }, 2, 0, -EIO },
	{ "a blocked queue", QUEUE_STOP, 0x0c31, false, 20, { 1, 0, 0, 0 }, 4, 0, -ETIMEDOUT },
	{ "an unknown queue", QUEUE_STOP, 0x0c31, false, 6, { 2, 0 }, 2, 0, -ETIMEDOUT },
	{ "a refused rule", RX_MODE, 0x02a0, false, 6, { 16, 0 }, 2, 0, 0 },
	{ "a rule's bad status", RX_MODE, 0x02a0, true, 2, { 1, 0 }, 2, 0, 0 },
	{ "a refused frame length", RX_MODE, 0x0603, false, 6, { 14, 0 }, 2, 0, 0 },
	{ "a short link status", LINK, 0x0607, false, 4, { 11, 0 }, 2, 0, 0 },
};

static int run(struct rig *r, enum when when)
{
	bool up;
	u32 mbps;
	int i, err = 0;

	switch (when) {
	case START:
		return r->ops->reset(&r->hw) ?: r->ops->start(&r->hw);
	case QUEUE_START:
		r->q.queue = 3;
		return r->ops->queue_start(&r->hw, &r->q);
	case QUEUE_STOP:
		return r->ops->queue_stop(&r->hw, &r->q);
	case RX_MODE:
		return r->ops->set_rx_mode(&r->hw, true, true, 9000);
	default:
		for (i = 0; i < 10 && !err; i++)
			err = r->ops->link(&r->hw, &up, &mbps);
		return err;
	}
}

static void test_lies(void)
{
	const struct lie *l;
	char opcode[8];
	struct rig r;
	u64 start;
	int err;

	tap_ok(rig_up(&r, "lies", OPTIONS), "port up");
	for (l = lies; l < lies + ARRAY_SIZE(lies); l++) {
		if (l->when == QUEUE_STOP)
			queue_up(&r, 3);
		memset(&mitm, 0, sizeof(mitm));
		mitm.opcode = l->opcode;
		mitm.in_buf = l->in_buf;
		mitm.off = l->off;
		memcpy(mitm.bytes, l->bytes, sizeof(mitm.bytes));
		mitm.len = l->len;
		mitm.skip = l->skip;
		mitm_on(&r);
		start = sim_inproc_now();
		err = run(&r, l->when);
		tap_ok(mitm.hits, "%s: told", l->what);
		tap_ok(l->want ? err == l->want : err < 0, "%s: refused (%d)", l->what, err);
		snprintf(opcode, sizeof(opcode), "0x%04x", l->opcode);
		tap_ok(l->opcode == 0x0001 ? host.errors > 0 : error_names(opcode),
		       "%s: the log names %s", l->what, opcode);
		tap_ok(ms_since(start) < BOUND_MS, "%s: in bounded time", l->what);
		if (l->when == QUEUE_START)
			tap_ok(l->want == -ETIMEDOUT ||
			       !(sim_inproc_rd32(r.p, 0, QRX_CTRL(3)) & QENA_STAT),
			       "%s: the other side is off", l->what);
		tap_ok(recovers(&r), "%s: a reset heals", l->what);
	}
	rig_close(&r);
}

/* Firmware's LLDP agent is off as long as ndrv has the port, and on again if it was. */
static void test_lldp(void)
{
	unsigned int i, pass, starts;
	struct rig r;

	for (pass = 0; pass < 2; pass++) {
		rig_open(&r, "lldp", OPTIONS);
		memset(&mitm, 0, sizeof(mitm));
		/* Flags, opcode, length, code: EPERM if it was off already. */
		mitm.opcode = 0x0a05;
		memcpy(mitm.bytes, pass ? "\x03\x20\x05\x0a\0\0\0\0" :
					  "\x07\x20\x05\x0a\0\0\1\0", 8);
		mitm.len = 8;
		mitm_on(&r);
		tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw), "port up");
		for (starts = 0, i = 0; i < mitm.nr_seen; i++)
			starts += mitm.seen[i] == 0x0a05;
		tap_eq(starts, 1, "start stops the agent");
		tap_eq(r.ops->shutdown(&r.hw), 0, "shutdown");
		for (starts = 0, i = 0; i < mitm.nr_seen; i++)
			starts += mitm.seen[i] == 0x0a06;
		tap_eq(starts, pass, pass ? "starts an agent that ran" : "starts none that did not");
		rig_close(&r);
	}
}

/* User space has been told how many queue pairs there are: a card that has less later is refused. */
static void test_fewer_queues(void)
{
	struct rig r;

	rig_open(&r, "fewer queues", OPTIONS);
	memset(&mitm, 0, sizeof(mitm));
	mitm.opcode = 0x000a;
	mitm.in_buf = true;
	mitm.cap = 0x0042;
	mitm.off = 4;
	mitm.bytes[0] = 5;
	mitm.len = 4;
	mitm_on(&r);
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw), "a card with 5 transmit queues");
	tap_eq(r.hw.max_queues, 5, "has 5 queue pairs");
	r.q.queue = 5;
	tap_ok(r.ops->queue_start(&r.hw, &r.q) < 0, "and not a sixth");
	tap_ok(recovers(&r), "works");
	tap_eq(r.hw.max_queues, 5, "does not get more by a reset");
	mitm.bytes[0] = 4;
	mitm_on(&r);
	tap_ok(!r.ops->reset(&r.hw) && r.ops->start(&r.hw) < 0, "but must not get less");
	tap_ok(error_names("0x000a"), "the log names 0x000a");
	tap_ok(recovers(&r), "with 5 it works again");
	rig_close(&r);
}

/* ---- the model's own faults, in every command that there is -------------------------------------- */

struct used {
	u16 opcode;
	bool buf;
};

static unsigned int opcodes_of_start(struct rig *r, struct used list[64])
{
	unsigned int i, k, n = 0;

	mitm.opcode = 0;
	mitm_on(r);
	if (r->ops->reset(&r->hw) || r->ops->start(&r->hw))
		return 0;
	host.on_read = NULL;
	for (i = 0; i < mitm.nr_seen; i++) {
		for (k = 0; k < n && list[k].opcode != mitm.seen[i]; k++)
			;
		if (k == n && n < 64)
			list[n++] = (struct used){ mitm.seen[i], mitm.seen_buf[i] };
	}
	return n;
}

static void fault_one(struct rig *r, const char *kind, u16 opcode, enum when when)
{
	char name[40], hex[8];
	u64 start;
	int err;

	snprintf(name, sizeof(name), "%s:%04x", kind, opcode);
	snprintf(hex, sizeof(hex), "0x%04x", opcode);
	if (when == QUEUE_STOP)
		queue_up(r, 3);
	forget_errors();
	if (r->sim->ops->fault(r->sim, name, 1)) {
		tap_ok(false, "the model has no fault %s", name);
		return;
	}
	start = sim_inproc_now();
	err = run(r, when);
	tap_ok(ms_since(start) < BOUND_MS, "%s: %d after %llu ms", name, err,
	       (unsigned long long)ms_since(start));
	/* Junk may look right, and another command pays for it. */
	if (err)
		tap_ok(error_names(strcmp(kind, "aq-junk") ? hex : "pcode 0x"),
		       "%s: the log names the opcode", name);
	if (err && !strcmp(kind, "aq-error"))
		tap_ok(error_names("answers 5"), "%s: and the code", name);
	if (!strcmp(kind, "aq-late"))
		tap_eq(err, 0, "which is worth waiting for");
	else if (strcmp(kind, "aq-error") && strcmp(kind, "aq-junk"))
		tap_ok(err < 0, "%s: an error", name);
	r->sim->ops->fault(r->sim, name, 0);
	tap_ok(recovers(r), "%s: a reset heals", name);
}

static void test_faults(void)
{
	static const char *const kinds[] = {
		"aq-late", "aq-missing", "aq-no-dd", "aq-oversized", "aq-wrong-opcode", "aq-junk",
		"aq-error",
	};
	static const struct {
		u16 opcode;
		enum when when;
		bool buf;
	} later[] = {
		{ 0x0c30, QUEUE_START, true }, { 0x0c31, QUEUE_STOP, true },
		{ 0x02a0, RX_MODE, true }, { 0x0603, RX_MODE, false }, { 0x0607, LINK, true },
	};
	unsigned int k, i, n;
	struct used list[64];
	struct rig r;

	tap_ok(rig_up(&r, "faults", OPTIONS), "port up");
	n = opcodes_of_start(&r, list);
	tap_ok(n >= 15, "start uses %u opcodes", n);
	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		current = kinds[k];
		for (i = 0; i < n; i++)
			/* A direct command has no buffer that could be too small. */
			if (strcmp(kinds[k], "aq-oversized") || list[i].buf)
				fault_one(&r, kinds[k], list[i].opcode, START);
		for (i = 0; i < ARRAY_SIZE(later); i++)
			if (strcmp(kinds[k], "aq-oversized") || later[i].buf)
				fault_one(&r, kinds[k], later[i].opcode, later[i].when);
	}
	tap_eq((long long)r.sim->ctr.dma_after_stop, 0, "no DMA after a stop");
	tap_eq((long long)r.sim->ctr.dma_faults, 0, "no DMA fault");
	rig_close(&r);
}

/* Junk in any answers, many times: bounded, no overrun (sanitizers look), and healed by a reset. */
static void test_junk(void)
{
	unsigned int i, slow = 0, sick = 0, failed = 0;
	struct rig r;
	u64 start;

	tap_ok(rig_up(&r, "junk", OPTIONS), "port up");
	for (i = 0; i < 100; i++) {
		r.ops->reset(&r.hw);
		srand(i);
		r.sim->ops->fault(r.sim, "aq-junk", 1 + (u32)rand() % 60);
		start = sim_inproc_now();
		failed += r.ops->start(&r.hw) != 0;
		queue_up(&r, 0);
		r.ops->set_rx_mode(&r.hw, true, true, 9000);
		r.ops->queue_stop(&r.hw, &r.q);
		slow += ms_since(start) > 4 * BOUND_MS;
		r.sim->ops->fault(r.sim, "aq-junk", 0);
		sick += !recovers(&r);
	}
	tap_ok(failed > 0, "%u of 100 starts fail", failed);
	tap_eq(slow, 0, "none takes long");
	tap_eq(sick, 0, "after each a reset heals");
	rig_close(&r);
}

/* Messages that nobody asked for, of any kind and length. */
static void test_events(void)
{
	unsigned int i, failed = 0, sick = 0;
	u32 mbps = 0;
	bool up = false;
	struct rig r;

	tap_ok(rig_up(&r, "events", OPTIONS), "port up");
	queue_up(&r, 0);
	for (i = 0; i < 50; i++) {
		r.sim->ops->fault(r.sim, "arq-junk", 1 + i % 20);
		sim_inproc_step(MS_NS);
		failed += r.ops->link(&r.hw, &up, &mbps) != 0 || !up || !mbps;
		sick += !tx_works(&r, 100);
	}
	tap_eq(failed, 0, "the link is known all the time");
	tap_eq(sick, 0, "and frames are sent");
	sim_inproc_link(r.p, false);
	for (i = 0; i < 3; i++) {
		sim_inproc_step(100 * MS_NS);
		r.ops->link(&r.hw, &up, &mbps);
	}
	tap_ok(!up && !mbps, "a pulled cable is still noticed");
	rig_close(&r);
}

int main(void)
{
	test_stuck_reset();
	test_card_reset();
	test_bad_card();
	test_stuck_queue();
	test_gone();
	test_lies();
	test_lldp();
	test_fewer_queues();
	test_faults();
	test_junk();
	test_events();
	return tap_done();
}
