// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of kmod/hw_ixgbe*.c on the host, against the 82599 model: one message per arming, of the
 * sides that are waited for and no others, none lost between arming and sleeping, and vector 0.
 */
#include "hw_rig.h"
#include "hw_ixgbe_rig.h"

/* 82599 data sheet 331520, 8.2.3.5 */
#define EICS		0x0808
#define EIMS		0x0880
#define IVAR(i)		(0x0900 + 4 * (i))
#define GPIE		0x0898
#define EIMS_EX(i)	(0x0aa0 + 4 * (i))
#define CAUSE_ECC	(1u << 28)

#define MAC_OPT		"mac=02:11:22:33:44:55"

static const u8 own[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

static u64 seen[64];

static bool irq_up(struct rig *r, const char *name, u32 vectors)
{
	bool up;

	memset(seen, 0, sizeof(seen));
	rig_open(r, name, MAC_OPT);
	r->hw.vectors = vectors;
	sim_inproc_msix_open(r->p);
	up = !r->ops->reset(&r->hw) && !r->ops->start(&r->hw) && rig_link(r);
	settle();
	return up;
}

/* Messages of a vector since the last look. */
static u64 messages(struct rig *r, u32 vector)
{
	u64 now, n;

	settle();
	now = sim_inproc_msix_count(r->p, vector);
	n = now - seen[vector];
	seen[vector] = now;
	return n;
}

static u64 all_messages(struct rig *r)
{
	u64 n = 0;
	u32 v;

	for (v = 0; v < 64; v++)
		n += messages(r, v);
	return n;
}

static void frame_in(struct rig *r)
{
	u8 f[64];

	frame_make(f, sizeof(f), own, 0x11);
	sim_inproc_inject(r->p, f, sizeof(f));
	settle();
}

static void arm(struct rig *r, bool rx, bool tx)
{
	r->ops->queue_arm(&r->hw, &r->q, rx, tx);
}

static void test_once(void)
{
	struct rig r;

	tap_ok(irq_up(&r, "once", 3), "port up");
	tap_eq(ndrv_ixgbe_info.max_vectors, 64, "64 vectors");
	r.q.vector = 2;
	queue_up(&r, 0);
	frame_in(&r);
	tap_eq(all_messages(&r), 0, "nothing is reported that nobody has armed");
	arm(&r, true, false);
	tap_eq(all_messages(&r), 0, "nor what was before the first arming");
	frame_in(&r);
	tap_eq(messages(&r, 2), 1, "a frame after the arming is");
	frame_in(&r);
	tap_eq(all_messages(&r), 0, "the next one is not: one message per arming");
	r.ops->vector_off(&r.hw, 2);
	frame_in(&r);
	tap_eq(all_messages(&r), 0, "nor after vector_off");
	arm(&r, true, false);
	tap_eq(messages(&r, 2), 1, "what came in between is reported by the next arming");
	arm(&r, true, false);
	tap_eq(all_messages(&r), 0, "once");
	r.ops->vector_off(&r.hw, 2);
	frame_in(&r);
	tap_eq(all_messages(&r), 0, "vector_off takes an arming back");
	rig_close(&r);
}

static u32 last_ivar, accesses_since, reads_since;

static bool note_write(u32 reg, u32 value)
{
	(void)value;
	if (reg >= IVAR(0) && reg <= IVAR(63)) {
		last_ivar = reg;
		reads_since = 0;
	}
	accesses_since++;
	return true;
}

static u32 note_read(u32 reg, u32 value)
{
	(void)reg;
	reads_since++;
	accesses_since++;
	return value;
}

/*
 * Whoever looks at the ring after queue_arm has returned must not miss a frame: a cause whose IVAR byte
 * is not valid is lost, so the write that makes it valid has arrived by then.
 */
static void test_recheck(void)
{
	struct rig r;

	tap_ok(irq_up(&r, "recheck", 2), "port up");
	r.q.vector = 1;
	queue_up(&r, 0);
	host.on_write = note_write;
	host.on_read = note_read;
	arm(&r, true, false);
	tap_eq(last_ivar, IVAR(0), "the first arming writes IVAR");
	tap_ok(reads_since, "and a read pushes that write");
	tap_ok(sim_inproc_rd32(r.p, 0, EIMS_EX(0)) & 2, "the vector is open");
	tap_eq(sim_inproc_rd32(r.p, 0, IVAR(0)), 0x81, "for receive only");
	last_ivar = accesses_since = 0;
	r.ops->vector_off(&r.hw, 1);
	arm(&r, true, false);
	tap_ok(!last_ivar && accesses_since == 2, "later armings are one write");
	arm(&r, true, true);
	tap_ok(last_ivar == IVAR(0) && reads_since, "another side is pushed again");
	tap_eq(sim_inproc_rd32(r.p, 0, IVAR(0)), 0x8181, "both sides then");
	rig_close(&r);
}

static void test_sides(void)
{
	struct rig r;

	tap_ok(irq_up(&r, "sides", 2), "port up");
	r.q.vector = 1;
	queue_up(&r, 0);
	arm(&r, true, false);
	tap_ok(tx_works(&r, 60), "sends");
	tap_eq(all_messages(&r), 0, "who waits for receive is not woken by transmit");
	arm(&r, false, true);
	all_messages(&r);
	arm(&r, false, true);
	frame_in(&r);
	tap_eq(all_messages(&r), 0, "nor the other way round");
	tx_works(&r, 60);
	tap_eq(messages(&r, 1), 1, "but by what he waits for");
	arm(&r, true, true);
	all_messages(&r);
	arm(&r, true, true);
	frame_in(&r);
	tap_eq(messages(&r, 1), 1, "or by either");
	r.ops->vector_off(&r.hw, 1);
	arm(&r, true, true);
	tx_works(&r, 60);
	tap_eq(messages(&r, 1), 1, "of both");
	rig_close(&r);
}

/* Every corner of the vector registers, and of IVAR. */
static void test_numbers(void)
{
	static const struct {
		u32 queue, vector;
	} pairs[] = {
		{ 0, 1 }, { 1, 2 }, { 62, 15 }, { 63, 16 }, { 64, 31 }, { 65, 32 }, { 126, 33 },
		{ 127, 63 }, { 5, 63 },
	};
	unsigned int i, wrong = 0;
	struct rig r;

	tap_ok(irq_up(&r, "numbers", 64), "port up");
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		r.q.vector = pairs[i].vector;
		wrong += !!queue_up(&r, pairs[i].queue);
		arm(&r, false, true);
		wrong += !tx_works(&r, 60);
		wrong += messages(&r, pairs[i].vector) != 1;
		wrong += tx_works(&r, 60) ? all_messages(&r) : 1;
		arm(&r, false, true);
		wrong += messages(&r, pairs[i].vector) != 1;
		wrong += !!r.ops->queue_stop(&r.hw, &r.q);
		wrong += all_messages(&r);
		if (wrong)
			break;
	}
	tap_eq(wrong, 0, "each pair by its own vector");
	tap_eq((long long)r.sim->ctr.bad_desc, 0, "no descriptor went wrong");
	rig_close(&r);
}

/* A second pair beside the rig's: transmit only, on a ring of its own. */
static struct ndrv_hw_queue second_up(struct rig *r, u32 queue, u32 vector)
{
	struct ndrv_hw_queue q = { .queue = queue, .tx_entries = RING_ENTRIES, .vector = vector,
				   .tx_iova = 0x5000000ull + queue * 0x10000 };

	r->tx = sim_inproc_alloc(r->p, q.tx_iova, RING_ENTRIES * family.info->tx_desc_size);
	r->ops->queue_start(&r->hw, &q);
	return q;
}

static void test_neighbours(void)
{
	struct ndrv_hw_queue other;
	struct rig r;

	tap_ok(irq_up(&r, "neighbours", 3), "port up");
	r.q.vector = 1;
	r.q.tx_entries = 0;
	queue_up(&r, 0);
	other = second_up(&r, 1, 2);
	arm(&r, true, false);
	r.ops->queue_arm(&r.hw, &other, false, true);
	tap_eq(sim_inproc_rd32(r.p, 0, IVAR(0)), 0x82000081, "two pairs share a word of IVAR");
	frame_in(&r);
	tap_ok(messages(&r, 1) == 1 && !messages(&r, 2), "the one pair's vector alone");
	arm(&r, true, false);
	family.tx_post(tx_desc(&r, 0), BUF_IOVA, 60);
	r.ops->doorbell(&r.hw, 1, true, 1);
	tap_ok(!messages(&r, 1) && messages(&r, 2) == 1, "the other's alone");
	r.ops->queue_stop(&r.hw, &other);
	tap_eq(sim_inproc_rd32(r.p, 0, IVAR(0)), 0x81, "a stop takes out one pair");
	frame_in(&r);
	tap_eq(messages(&r, 1), 1, "the other stays armed");

	/* Both on one vector. */
	other = second_up(&r, 9, 1);
	r.ops->vector_off(&r.hw, 1);
	arm(&r, true, false);
	messages(&r, 1);
	family.tx_post(tx_desc(&r, 0), BUF_IOVA, 60);
	r.ops->doorbell(&r.hw, 9, true, 1);
	tap_eq(messages(&r, 1), 0, "a neighbour that is not armed sends nothing");
	r.ops->queue_arm(&r.hw, &other, false, true);
	family.tx_post(tx_desc(&r, 1), BUF_IOVA, 60);
	r.ops->doorbell(&r.hw, 9, true, 2);
	tap_eq(messages(&r, 1), 1, "one that is armed does");
	r.ops->queue_arm(&r.hw, &other, false, true);
	r.ops->vector_off(&r.hw, 1);
	frame_in(&r);
	tap_eq(all_messages(&r), 0, "vector_off holds for all pairs of the vector");
	r.ops->queue_arm(&r.hw, &other, false, true);
	tap_eq(messages(&r, 1), 1, "and arming any of them opens it");
	rig_close(&r);
}

static void test_stop(void)
{
	struct ndrv_hw_live live = { .rx = { 1 } };
	struct rig r;

	tap_ok(irq_up(&r, "stop", 2), "port up");
	r.q.vector = 1;
	queue_up(&r, 0);
	arm(&r, true, true);
	tap_eq(r.ops->sweep(&r.hw, &live), 1, "a sweep of the transmit side");
	tap_eq(sim_inproc_rd32(r.p, 0, IVAR(0)), 0x81, "leaves the other armed");
	tap_eq(r.ops->queue_stop(&r.hw, &r.q), 0, "stop while armed");
	frame_in(&r);
	tap_eq(all_messages(&r), 0, "no message after it");
	tap_eq(sim_inproc_rd32(r.p, 0, IVAR(0)), 0, "no vector either");
	queue_up(&r, 0);
	frame_in(&r);
	tap_eq(all_messages(&r), 0, "the next start has to be armed anew");
	rig_close(&r);
}

static void test_misc(void)
{
	u32 mbps;
	struct rig r;
	bool up;

	tap_ok(irq_up(&r, "misc", 2), "port up");
	sim_inproc_link(r.p, false);
	tap_eq(all_messages(&r), 0, "a lost link is not reported unasked");
	r.ops->misc_arm(&r.hw);
	tap_eq(messages(&r, 0), 1, "but once it is");
	r.ops->misc_off(&r.hw);
	r.ops->link(&r.hw, &up, &mbps);
	tap_ok(!up, "the link is down");
	r.ops->misc_arm(&r.hw);
	tap_eq(all_messages(&r), 0, "nothing new");
	r.ops->misc_off(&r.hw);
	sim_inproc_link(r.p, true);
	tap_ok(rig_link(&r), "up again, while vector 0 is off");
	tap_eq(all_messages(&r), 0, "no message then");
	r.ops->misc_arm(&r.hw);
	tap_eq(messages(&r, 0), 1, "but with the next arming");
	sim_inproc_link(r.p, false);
	r.ops->misc_off(&r.hw);
	tap_eq(messages(&r, 0), 0, "no second message before misc_off");
	tap_eq(host.events, 0, "a change of link is no error");
	rig_close(&r);
}

static void test_errors(void)
{
	u32 mbps;
	struct rig r;
	bool up;

	tap_ok(irq_up(&r, "errors", 2), "port up");
	queue_up(&r, 0);
	r.ops->misc_arm(&r.hw);
	messages(&r, 0);
	r.ops->misc_off(&r.hw);
	r.ops->link(&r.hw, &up, &mbps);
	r.ops->misc_arm(&r.hw);
	messages(&r, 0);
	family.tx_post(tx_desc(&r, 0), 0xdead0000ull, 60);
	r.ops->doorbell(&r.hw, 0, true, 1);
	tap_eq(messages(&r, 0), 1, "a descriptor with an address that is not mapped");
	r.ops->misc_off(&r.hw);
	tap_eq(r.ops->link(&r.hw, &up, &mbps), 0, "link goes on");
	tap_ok(host.events == 1 && host.event_error == NDRV_ERROR_DESC &&
	       host.event_queue == NDRV_QUEUE_ANY, "an event tells of it");
	tap_eq(r.ops->link(&r.hw, &up, &mbps), 0, "the next link");
	tap_eq(host.events, 1, "does not tell again");
	r.ops->misc_arm(&r.hw);
	sim_inproc_wr32(r.p, 0, EICS, CAUSE_ECC);
	tap_eq(messages(&r, 0), 1, "a memory error");
	r.ops->misc_off(&r.hw);
	tap_eq(r.ops->link(&r.hw, &up, &mbps), -ECONNRESET, "asks for a reset");
	tap_ok(host.events == 2 && host.event_error == NDRV_ERROR_HARDWARE, "and is an event");
	tap_ok(host.errors && strstr(host.last_error, "ECC"), "and a line in the log");
	rig_close(&r);
}

static void test_reset(void)
{
	struct rig r;

	tap_ok(irq_up(&r, "reset", 2), "port up");
	r.q.vector = 1;
	queue_up(&r, 0);
	arm(&r, true, true);
	r.ops->misc_arm(&r.hw);
	all_messages(&r);
	tap_eq(r.ops->reset(&r.hw), 0, "reset");
	tap_ok(!sim_inproc_rd32(r.p, 0, EIMS) && !sim_inproc_rd32(r.p, 0, EIMS_EX(0)) &&
	       !sim_inproc_rd32(r.p, 0, EIMS_EX(1)), "everything is masked");
	tap_eq(r.ops->start(&r.hw), 0, "start");
	rig_link(&r);
	tap_eq(all_messages(&r), 0, "no message from either");
	queue_up(&r, 0);
	arm(&r, true, false);
	frame_in(&r);
	tap_eq(messages(&r, 1), 1, "arming works as before");
	rig_close(&r);

	/* Without interrupts the registers stay as a reset leaves them. */
	tap_ok(rig_up(&r, "no vectors", MAC_OPT), "port up without interrupts");
	queue_up(&r, 0);
	frame_in(&r);
	tap_ok(!sim_inproc_rd32(r.p, 0, GPIE) && !sim_inproc_rd32(r.p, 0, EIMS_EX(0)) &&
	       !sim_inproc_rd32(r.p, 0, IVAR(0)), "nothing is set up");
	rig_close(&r);
}

int main(void)
{
	test_once();
	test_recheck();
	test_sides();
	test_numbers();
	test_neighbours();
	test_stop();
	test_misc();
	test_errors();
	test_reset();
	return tap_done();
}
