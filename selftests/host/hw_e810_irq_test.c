// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of kmod/hw_e810*.c on the host, against the E810 model: who gets a message, who does not,
 * and that none is missing. Register numbers are typed from the data sheet once more.
 */
#include "hw_rig.h"
#include "hw_e810_rig.h"

#define OPTIONS		"mac=02:11:22:33:44:55"
#define VECTORS		8

#define DYN_CTL(v)	(0x160000 + 4 * (v))
#define INTENA		1u
#define WB_ON_ITR	(1u << 30)
#define RQCTL(q)	(0x150000 + 4 * (q))
#define TQCTL(q)	(0x140000 + 4 * (q))
#define CAUSE_ENA	(1u << 30)
#define OICR		0x16ca00

static bool up(struct rig *r, const char *name, const char *options, u32 vectors)
{
	rig_open(r, name, options);
	r->hw.vectors = vectors;
	sim_inproc_msix_open(r->p);
	if (r->ops->reset(&r->hw) || r->ops->start(&r->hw) || !rig_link(r))
		return false;
	return true;
}

static u64 messages(struct rig *r, u32 vector)
{
	settle();
	return sim_inproc_msix_count(r->p, vector);
}

static bool no_other_messages(struct rig *r, u32 first)
{
	u32 i;

	for (i = first; i < 128; i++)
		if (sim_inproc_msix_count(r->p, i))
			return false;
	return true;
}

static u32 reg(struct rig *r, u32 off)
{
	return sim_inproc_rd32(r->p, 0, off);
}

static void arm(struct rig *r, bool rx, bool tx)
{
	r->ops->queue_arm(&r->hw, &r->q, rx, tx);
}

static bool start(struct rig *r, u32 queue, u32 vector)
{
	r->q.vector = vector;
	return !queue_up(r, queue);
}

/* ---- queues ----------------------------------------------------------------------------------- */

static void test_receive(void)
{
	struct rig r;
	u64 n;

	tap_ok(up(&r, "receive", OPTIONS, VECTORS), "port up");
	tap_eq(ndrv_e810_info.max_vectors, 127, "vectors that the family can use");
	tap_ok(start(&r, 0, 3), "queue 0 has vector 3");
	tap_ok(rx_works(&r, 0, 64, mac), "receives");
	tap_eq((long long)messages(&r, 3), 0, "without a message: nobody waits");
	arm(&r, true, false);
	n = messages(&r, 3);
	tap_ok(n <= 1, "what came before may be told");
	if (n) {
		r.ops->vector_off(&r.hw, 3);
		arm(&r, true, false);
	}
	tap_eq((long long)messages(&r, 3), (long long)n, "silence while nothing comes");
	tap_ok(rx_works(&r, 1, 64, mac), "a frame");
	tap_eq((long long)messages(&r, 3), (long long)n + 1, "and its message");
	tap_ok(rx_works(&r, 2, 64, mac) && rx_works(&r, 3, 64, mac), "more frames");
	tap_eq((long long)messages(&r, 3), (long long)n + 1, "no more messages");
	tap_ok(!(reg(&r, DYN_CTL(3)) & INTENA), "the card has masked it");
	r.ops->vector_off(&r.hw, 3);
	tap_eq(reg(&r, DYN_CTL(3)) & (INTENA | WB_ON_ITR), WB_ON_ITR,
	       "descriptors are written back all the same");
	tap_ok(rx_works(&r, 4, 64, mac), "a frame");
	tap_eq((long long)messages(&r, 3), (long long)n + 1, "not told while off");
	arm(&r, true, false);
	tap_eq(reg(&r, DYN_CTL(3)) & WB_ON_ITR, 0, "armed: the message writes back");
	tap_ok(rx_works(&r, 5, 64, mac), "a frame");
	tap_eq((long long)messages(&r, 3), (long long)n + 2, "told");
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "stops");
	tap_eq(reg(&r, RQCTL(0)), 0, "its cause is off");
	tap_eq((long long)sim_inproc_msix_count(r.p, 0), 0, "no other vector: 0");
	tap_ok(no_other_messages(&r, 4), "nor any above");
	rig_close(&r);
}

static void test_transmit(void)
{
	struct rig r;
	u64 n;

	tap_ok(up(&r, "transmit", OPTIONS, VECTORS) && start(&r, 5, 2), "port up");
	tap_ok((reg(&r, TQCTL(5)) & CAUSE_ENA) && (reg(&r, RQCTL(5)) & CAUSE_ENA),
	       "causes are on: they write descriptors back");
	tap_ok((reg(&r, TQCTL(5)) & 0x7ff) == VECTORS && (reg(&r, RQCTL(5)) & 0x7ff) == VECTORS,
	       "and lead to the first vector that the core does not have");
	tap_eq(reg(&r, DYN_CTL(VECTORS)) & (INTENA | WB_ON_ITR), WB_ON_ITR, "which is quiet");
	arm(&r, true, false);
	tap_ok(tx_works(&r, 64) && tx_works(&r, 64), "sends");
	tap_eq((long long)messages(&r, 2), 0, "who waits for frames is not woken by that");
	arm(&r, false, true);
	tap_eq((long long)messages(&r, 2), 0, "armed for transmit: silence");
	tap_ok(tx_works(&r, 64), "sends");
	tap_eq((long long)messages(&r, 2), 1, "and that is told");
	r.ops->vector_off(&r.hw, 2);
	arm(&r, true, true);
	n = messages(&r, 2);
	tap_ok(tx_works(&r, 64), "armed for both, sends");
	tap_eq((long long)messages(&r, 2), (long long)n + 1, "told");
	r.ops->vector_off(&r.hw, 2);
	arm(&r, true, false);
	n = messages(&r, 2);
	tap_ok(tx_works(&r, 64), "armed for receive, sends");
	tap_eq((long long)messages(&r, 2), (long long)n, "not told");
	/* A side that is left out has no cause. */
	r.ops->queue_stop(&r.hw, &r.q);
	r.q.rx_entries = 0;
	tap_ok(start(&r, 5, 2), "only a transmit side");
	arm(&r, true, true);
	tap_eq(reg(&r, RQCTL(5)), 0, "the other one's cause stays off");
	tap_ok(no_other_messages(&r, 3), "no message anywhere else");
	rig_close(&r);
}

/* Two pairs, one vector: only what somebody waits for sends. */
static void test_shared(void)
{
	struct ndrv_hw_queue first;
	struct rig r;
	u64 n;

	tap_ok(up(&r, "shared", OPTIONS, VECTORS) && start(&r, 0, 4), "port up");
	first = r.q;
	r.q.rx_iova += 0x100000;
	sim_inproc_alloc(r.p, r.q.rx_iova, RING_ENTRIES * 32);
	r.q.queue = 1;
	tap_eq(r.ops->queue_start(&r.hw, &r.q), 0, "a second pair with the same vector");
	r.ops->queue_arm(&r.hw, &r.q, true, false);
	tap_ok(rx_works(&r, 0, 64, mac), "the first receives");
	tap_eq((long long)messages(&r, 4), 0, "who waits for the second is not woken");
	r.ops->queue_arm(&r.hw, &first, true, false);
	n = messages(&r, 4);
	tap_eq((long long)n, 0, "the first is armed as well");
	tap_ok(rx_works(&r, 1, 64, mac), "receives");
	tap_eq((long long)messages(&r, 4), 1, "now it is told");
	rig_close(&r);
}

/* The core has all that the function has: woken too often, but never not at all. */
static void test_none_left(void)
{
	struct rig r;

	tap_ok(up(&r, "none left", OPTIONS ",vectors=4", 4) && start(&r, 0, 2), "port up");
	tap_ok((reg(&r, TQCTL(0)) & 0x7ff) == 2 && reg(&r, TQCTL(0)) & CAUSE_ENA,
	       "unarmed sides lead to the vector of their pair");
	tap_ok(rx_works(&r, 0, 64, mac) && tx_works(&r, 64), "works");
	tap_eq((long long)messages(&r, 2), 0, "nobody waits");
	arm(&r, true, false);
	messages(&r, 2);
	r.ops->vector_off(&r.hw, 2);
	arm(&r, true, false);
	tap_ok(rx_works(&r, 1, 64, mac), "a frame");
	tap_ok(messages(&r, 2) >= 1, "is told");
	rig_close(&r);
}

/*
 * Frames at any moment around arming. Whoever arms, looks, and then sleeps must be woken by what came
 * after his look, and for what came before it he needs no message.
 */
static void test_none_missed(void)
{
	u32 i, k, at = 0, missed = 0, woken = 0;
	struct rig r;
	u8 f[64];
	u64 n;

	tap_ok(up(&r, "none missed", OPTIONS, VECTORS) && start(&r, 0, 1), "port up");
	frame_make(f, sizeof(f), mac, 1);
	srand(1);
	for (i = 0; i < 3000; i++) {
		bool seen, both = rand() & 1;

		if (rand() & 1)
			sim_inproc_inject(r.p, f, sizeof(f));
		for (k = (u32)rand() % 4; k; k--)
			sim_inproc_step((u64)rand() % 3000);
		n = sim_inproc_msix_count(r.p, 1);
		arm(&r, true, both);
		seen = rx_len(rx_desc(&r, at));
		sim_inproc_inject(r.p, f, sizeof(f));
		settle();
		missed += sim_inproc_msix_count(r.p, 1) == n;
		woken += sim_inproc_msix_count(r.p, 1) > n;
		missed += seen && !rx_len(rx_desc(&r, at));
		r.ops->vector_off(&r.hw, 1);
		/* All are taken, and their descriptors given back. */
		while (rx_len(rx_desc(&r, at))) {
			rx_post(rx_desc(&r, at), BUF_IOVA + at * BUF_BYTES);
			at = (at + 1) % RING_ENTRIES;
		}
		r.ops->doorbell(&r.hw, 0, false, rx_tail((at + RING_ENTRIES - 8) % RING_ENTRIES));
	}
	tap_eq(missed, 0, "nobody sleeps through a frame");
	tap_eq(woken, 3000, "3000 times");
	rig_close(&r);
}

static void test_reset(void)
{
	struct rig r;
	u64 n;

	tap_ok(up(&r, "reset", OPTIONS, VECTORS) && start(&r, 0, 3), "port up");
	arm(&r, true, true);
	r.ops->misc_arm(&r.hw);
	tap_eq(r.ops->reset(&r.hw), 0, "reset while armed");
	n = messages(&r, 0) + messages(&r, 3);
	sim_inproc_link(r.p, false);
	sim_inproc_step(100 * MS_NS);
	sim_inproc_link(r.p, true);
	sim_inproc_step(100 * MS_NS);
	tap_eq((long long)(messages(&r, 0) + messages(&r, 3)), (long long)n, "no message after it");
	tap_ok(!r.ops->start(&r.hw) && rig_link(&r) && start(&r, 0, 3), "starts again");
	tap_ok(rx_works(&r, 0, 64, mac), "a frame");
	tap_eq((long long)(messages(&r, 0) + messages(&r, 3)), (long long)n, "of which nobody is told");
	n = messages(&r, 3);
	arm(&r, true, false);
	settle();
	r.ops->vector_off(&r.hw, 3);
	arm(&r, true, false);
	tap_ok(rx_works(&r, 1, 64, mac) && messages(&r, 3) > n, "armed anew, it is told");
	rig_close(&r);
}

/* No interrupts: as if there were none. */
static void test_no_vectors(void)
{
	struct rig r;

	tap_ok(up(&r, "no vectors", OPTIONS, 0) && start(&r, 7, 0), "port up");
	tap_eq(reg(&r, DYN_CTL(0)) & (INTENA | WB_ON_ITR), WB_ON_ITR, "descriptors are written back");
	tap_ok(reg(&r, RQCTL(7)) & CAUSE_ENA && !(reg(&r, RQCTL(7)) & 0x7ff), "by vector 0");
	tap_ok(tx_works(&r, 64), "sends");
	sim_inproc_link(r.p, false);
	sim_inproc_step(100 * MS_NS);
	settle();
	tap_ok(no_other_messages(&r, 0), "no message at all");
	rig_close(&r);
}

/* ---- everything but queues --------------------------------------------------------------------- */

static int look(struct rig *r, bool *up_now)
{
	u32 mbps;

	return r->ops->link(&r->hw, up_now, &mbps);
}

/* What bringing the port up has caused is told; how many messages vector 0 has sent until now. */
static u64 armed_anew(struct rig *r)
{
	bool on;

	r->ops->misc_arm(&r->hw);
	settle();
	r->ops->misc_off(&r->hw);
	look(r, &on);
	r->ops->misc_arm(&r->hw);
	return messages(r, 0);
}

static void test_link_events(void)
{
	bool on = true;
	struct rig r;
	u64 n;

	tap_ok(up(&r, "link events", OPTIONS, VECTORS), "port up");
	n = armed_anew(&r);
	tap_eq((long long)messages(&r, 0), (long long)n, "silence");
	sim_inproc_link(r.p, false);
	sim_inproc_step(100 * MS_NS);
	tap_eq((long long)messages(&r, 0), (long long)n + 1, "a pulled cable is told");
	r.ops->misc_off(&r.hw);
	tap_ok(!look(&r, &on) && !on, "the link is down");
	sim_inproc_link(r.p, true);
	sim_inproc_step(2000 * MS_NS);
	tap_eq((long long)messages(&r, 0), (long long)n + 1, "off: its return is not told");
	r.ops->misc_arm(&r.hw);
	tap_eq((long long)messages(&r, 0), (long long)n + 2, "armed: it is, late");
	r.ops->misc_off(&r.hw);
	tap_ok(!look(&r, &on) && on, "the link is up");
	r.ops->misc_arm(&r.hw);
	n = messages(&r, 0);
	for (int i = 0; i < 50; i++) {
		look(&r, &on);
		sim_inproc_step(10 * MS_NS);
	}
	tap_eq((long long)messages(&r, 0), (long long)n, "commands cause none");
	tap_ok(no_other_messages(&r, 1), "nor is there any elsewhere");
	rig_close(&r);
}

static void test_complaints(void)
{
	bool on;
	struct rig r;
	u64 n;

	tap_ok(up(&r, "complaints", OPTIONS, VECTORS) && start(&r, 6, 2), "port up");
	n = armed_anew(&r);
	host.events = 0;
	family.tx_post(tx_desc(&r, 0), BUF_IOVA, 5);	/* shorter than the card takes */
	r.ops->doorbell(&r.hw, 6, true, 1);
	tap_eq((long long)messages(&r, 0), (long long)n + 1, "a refused descriptor is told");
	r.ops->misc_off(&r.hw);
	tap_eq(look(&r, &on), 0, "a look");
	tap_eq(host.events, 1, "one event");
	tap_eq(host.event_error, NDRV_ERROR_DESC, "about descriptors");
	tap_eq(host.event_queue, 6, "of queue 6");
	look(&r, &on);
	tap_eq(host.events, 1, "told once");
	r.ops->misc_arm(&r.hw);

	r.ops->queue_stop(&r.hw, &r.q);
	start(&r, 6, 2);
	family.tx_post(tx_desc(&r, 0), 0xdead0000, 64);	/* no such memory */
	n = messages(&r, 0);
	r.ops->doorbell(&r.hw, 6, true, 1);
	tap_eq((long long)messages(&r, 0), (long long)n + 1, "so is a failed transfer");
	r.ops->misc_off(&r.hw);
	tap_eq(look(&r, &on), 0, "which is no reason for a reset");
	tap_ok(host.events == 2 && host.event_error == NDRV_ERROR_DESC &&
	       host.event_queue == NDRV_QUEUE_ANY, "an event, but the card does not say whose");
	rig_close(&r);
}

static u32 oicr_bits;

/* Reading clears. */
static u32 read_oicr(u32 off, u32 value)
{
	if (off != OICR)
		return value;
	value |= oicr_bits;
	oicr_bits = 0;
	return value;
}

/* What the card tells at vector 0 reaches link, whether the interrupt or link itself has read it. */
static void test_hardware_errors(void)
{
	static const struct {
		u32 bit;
		int err;
		u32 events;
	} errors[] = {
		{ 1u << 16, -ECONNRESET, 1 },	/* ECC */
		{ 1u << 26, 0, 1 },		/* HMC */
		{ 1u << 20, -ECONNRESET, 0 },	/* GRST */
		{ 1u << 16 | 1u << 26, -ECONNRESET, 2 },
	};
	struct rig r;
	bool on;
	u32 i;

	tap_ok(up(&r, "hardware errors", OPTIONS, VECTORS), "port up");
	host.on_read = read_oicr;
	for (i = 0; i < 2 * ARRAY_SIZE(errors); i++) {
		host.events = 0;
		host.event_error = 0;
		oicr_bits = errors[i / 2].bit;
		if (i & 1)
			r.ops->misc_off(&r.hw);
		tap_eq(look(&r, &on), errors[i / 2].err, "a look at the link");
		tap_eq(host.events, errors[i / 2].events, "events");
		tap_ok(!host.events || host.event_error == NDRV_ERROR_HARDWARE, "of the hardware");
		tap_eq(look(&r, &on), 0, "told once");
	}
	oicr_bits = 1u << 16;
	r.ops->misc_off(&r.hw);
	host.events = 0;
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw) && rig_link(&r) && !host.events,
	       "a reset forgets");
	rig_close(&r);
}

/* Somebody else resets the card: told at once, not when somebody happens to look. */
static void test_card_reset(void)
{
	bool on;
	struct rig r;
	u64 n;

	tap_ok(up(&r, "card reset", OPTIONS, VECTORS), "port up");
	n = armed_anew(&r);
	r.sim->ops->fault(r.sim, "core-reset", 1);
	sim_inproc_step(200000);
	tap_eq((long long)sim_inproc_msix_count(r.p, 0), (long long)n + 1, "told");
	r.ops->misc_off(&r.hw);
	tap_eq(look(&r, &on), -ECONNRESET, "link says so");
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw) && rig_link(&r), "a reset heals");
	rig_close(&r);
}

int main(void)
{
	test_receive();
	test_transmit();
	test_shared();
	test_none_left();
	test_none_missed();
	test_reset();
	test_no_vectors();
	test_link_events();
	test_complaints();
	test_hardware_errors();
	test_card_reset();
	return tap_done();
}
