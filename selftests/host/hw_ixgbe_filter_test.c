// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters of kmod/hw_ixgbe_filter.c on the host, against the 82599 model: which frames the port takes,
 * on which queue they arrive, which of several filters wins, full tables, and that a reset forgets.
 */
#include "hw_rig.h"
#include "hw_ixgbe_rig.h"

#define MAC_OPT		"mac=02:11:22:33:44:55"
#define TARGETS		8		/* pairs that run, all on the rig's ring */
#define NR_TUPLES	128

#define F_PROTO		NDRV_FILTER_F_PROTO
#define F_SIP		NDRV_FILTER_F_SRC_IP
#define F_DIP		NDRV_FILTER_F_DST_IP
#define F_SPORT		NDRV_FILTER_F_SRC_PORT
#define F_DPORT		NDRV_FILTER_F_DST_PORT
#define F_ALL		(F_PROTO | F_SIP | F_DIP | F_SPORT | F_DPORT)

static const u8 own[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };
static const u8 other[6] = { 0x02, 0x99, 0x99, 0x99, 0x99, 0x99 };
static const u8 group[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
/* Bits 47:36 as those of `group`: the hash cannot tell them apart. */
static const u8 group_twin[6] = { 0x01, 0x00, 0x5e, 0x7f, 0x02, 0x03 };
static const u8 group_other[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x13 };

static const u32 targets[TARGETS] = { 0, 1, 5, 63, 64, 95, 112, 127 };

/* RDH of a queue, 82599 data sheet 8.2.3.8.4. */
static u32 head_reg(u32 q)
{
	return q < 64 ? 0x1010 + 0x40 * q : 0xd010 + 0x40 * (q - 64);
}

/* ---- a port whose queues can be told apart ----------------------------------------------------- */

/*
 * The queues of targets[] run, and share the rig's descriptors: nobody looks at those, only at how far each
 * queue has come.
 */
static void targets_start(struct rig *r)
{
	u32 i;

	r->q.tx_entries = 0;
	for (i = 0; i < TARGETS; i++) {
		r->q.queue = targets[i];
		if (r->ops->queue_start(&r->hw, &r->q))
			printf("# queue %u does not start\n", targets[i]);
		rx_fill(r);
	}
}

static bool targets_up(struct rig *r, const char *name)
{
	bool up = rig_up(r, name, MAC_OPT);

	targets_start(r);
	return up;
}

/* The queue that got the frame, or -1. */
static int lands(struct rig *r, const u8 *f, u32 len)
{
	u32 before[TARGETS], i;
	int at = -1;

	for (i = 0; i < TARGETS; i++)
		before[i] = sim_inproc_rd32(r->p, 0, head_reg(targets[i]));
	sim_inproc_inject(r->p, f, len);
	sim_inproc_settle(MS_NS);
	for (i = 0; i < TARGETS; i++) {
		u32 head = sim_inproc_rd32(r->p, 0, head_reg(targets[i]));

		if (head == before[i])
			continue;
		if (at >= 0)
			printf("# one frame on two queues\n");
		at = (int)targets[i];
		/* What was used is given back, so that no queue ever runs dry. */
		family.rx_post(rx_desc(r, before[i]), BUF_IOVA + (u64)before[i] * BUF_BYTES);
		r->ops->doorbell(&r->hw, targets[i], false, (head + RING_ENTRIES - 1) % RING_ENTRIES);
	}
	return at;
}

static int lands_at(struct rig *r, const u8 *dst)
{
	u8 f[64];

	frame_make(f, sizeof(f), dst, 0x33);
	return lands(r, f, sizeof(f));
}

static int lands_tagged(struct rig *r, u16 vlan)
{
	u8 f[68];

	frame_make(f, sizeof(f), own, 0x33);
	memcpy(f + 12, "\x81\x00\x00\x00\x88\xb5", 6);
	f[14] = vlan >> 8;
	f[15] = (u8)vlan;
	return lands(r, f, sizeof(f));
}

static int lands_type(struct rig *r, u16 ethertype)
{
	u8 f[64];

	frame_make(f, sizeof(f), own, 0x33);
	f[12] = ethertype >> 8;
	f[13] = (u8)ethertype;
	return lands(r, f, sizeof(f));
}

/* Addresses and ports as bytes of a frame: source, destination. */
struct flow {
	u8 proto, ip[8], port[4];
};

static int lands_flow(struct rig *r, const struct flow *w)
{
	u8 f[80] = { 0 }, *ip = f + 14;

	memcpy(f, own, 6);
	f[6] = 0x0a;
	f[12] = 0x08;
	ip[0] = 0x45;
	ip[3] = sizeof(f) - 14;
	ip[8] = 64;
	ip[9] = w->proto;
	memcpy(ip + 12, w->ip, 8);
	memcpy(ip + 20, w->port, 4);
	if (w->proto == 6)
		ip[32] = 0x50;
	else if (w->proto == 17)
		ip[25] = sizeof(f) - 34;
	return lands(r, f, sizeof(f));
}

static const struct flow flow0 = { 17, { 10, 0, 0, 1, 10, 0, 0, 2 }, { 0x12, 0x34, 0x56, 0x78 } };

static struct ndrv_hw_filter tuple(u32 fields, u32 queue, const struct flow *w)
{
	static u64 order;
	struct ndrv_hw_filter f = { .type = NDRV_FILTER_TUPLE, .fields = fields, .queue = queue };

	f.order = ++order;
	if (fields & F_PROTO)
		f.proto = w->proto;
	if (fields & F_SIP)
		memcpy(&f.src_ip, w->ip, 4);
	if (fields & F_DIP)
		memcpy(&f.dst_ip, w->ip + 4, 4);
	if (fields & F_SPORT)
		memcpy(&f.src_port, w->port, 2);
	if (fields & F_DPORT)
		memcpy(&f.dst_port, w->port + 2, 2);
	return f;
}

static struct ndrv_hw_filter mac_filter(const u8 *addr)
{
	struct ndrv_hw_filter f = { .type = NDRV_FILTER_MAC, .queue = NDRV_QUEUE_ANY };

	memcpy(f.mac, addr, 6);
	return f;
}

static int add(struct rig *r, struct ndrv_hw_filter *f)
{
	return r->ops->filter_add(&r->hw, f);
}

static int del(struct rig *r, struct ndrv_hw_filter *f)
{
	return r->ops->filter_del(&r->hw, f);
}

/* ---- which frames are taken ---------------------------------------------------------------------- */

static void test_features(void)
{
	u32 want = NDRV_FEAT_FILTER_MAC | NDRV_FEAT_FILTER_VLAN | NDRV_FEAT_FILTER_ETHERTYPE |
		   NDRV_FEAT_FILTER_TUPLE;

	current = "features";
	tap_eq(ndrv_ixgbe_info.features & want, want, "four kinds of filters");
	tap_ok(!(ndrv_ixgbe_info.features & NDRV_FEAT_FILTER_MAC_QUEUE), "an address leads to no queue");
}

static void test_unicast(void)
{
	struct ndrv_hw_filter f[128], self = mac_filter(own);
	unsigned int i, failed = 0;
	u8 addr[6];
	struct rig r;

	tap_ok(targets_up(&r, "unicast"), "port up");
	f[0] = mac_filter(other);
	tap_eq(lands_at(&r, other), -1, "another's address");
	tap_eq(add(&r, &f[0]), 0, "a filter for it");
	tap_eq(lands_at(&r, other), 0, "arrives then");
	tap_eq(lands_at(&r, own), 0, "the own one too");
	tap_eq(del(&r, &f[0]), 0, "taken back");
	tap_eq(lands_at(&r, other), -1, "and does not any more");
	tap_ok(!add(&r, &self) && !del(&r, &self), "the own address can be asked for");
	tap_eq(lands_at(&r, own), 0, "and stays when that is taken back");
	memcpy(addr, other, 6);
	for (i = 0; i < 127; i++) {
		addr[5] = (u8)i;
		f[i] = mac_filter(addr);
		failed += !!add(&r, &f[i]);
	}
	tap_eq(failed, 0, "127 addresses");
	f[127] = mac_filter(other);
	tap_eq(add(&r, &f[127]), -ENOSPC, "not one more");
	tap_ok(!add(&r, &self) && !del(&r, &self), "but the own one always");
	tap_eq(lands_at(&r, f[0].mac) + lands_at(&r, f[126].mac), 0, "first and last arrive");
	tap_ok(!del(&r, &f[60]) && !add(&r, &f[127]), "one for one");
	tap_ok(lands_at(&r, f[60].mac) == -1 && !lands_at(&r, other), "the new one is there");
	tap_eq(lands_at(&r, own), 0, "the own address still");
	rig_close(&r);
}

static void test_multicast(void)
{
	struct ndrv_hw_filter a = mac_filter(group), b = mac_filter(group_twin);
	struct rig r;

	tap_ok(targets_up(&r, "multicast"), "port up");
	tap_eq(lands_at(&r, group), -1, "a group");
	tap_ok(!add(&r, &a) && !add(&r, &b), "filters for it and for another with its hash");
	tap_eq(lands_at(&r, group), 0, "the first arrives");
	tap_eq(lands_at(&r, group_twin), 0, "the second arrives");
	tap_eq(lands_at(&r, group_other), -1, "others do not");
	tap_eq(del(&r, &a), 0, "the first is taken back");
	tap_eq(lands_at(&r, group_twin), 0, "the second stays");
	tap_eq(del(&r, &b), 0, "it too");
	tap_ok(lands_at(&r, group) == -1 && lands_at(&r, group_twin) == -1, "none is left");
	rig_close(&r);
}

static void test_vlan(void)
{
	struct ndrv_hw_filter a = { .type = NDRV_FILTER_VLAN, .vlan = 42, .queue = NDRV_QUEUE_ANY };
	struct ndrv_hw_filter b = { .type = NDRV_FILTER_VLAN, .vlan = 4094, .queue = NDRV_QUEUE_ANY };
	struct rig r;

	tap_ok(targets_up(&r, "vlan"), "port up");
	tap_ok(!lands_tagged(&r, 42) && !lands_tagged(&r, 43), "without filters every VLAN arrives");
	tap_ok(!add(&r, &a) && !add(&r, &b), "filters for two");
	tap_ok(!lands_tagged(&r, 42) && !lands_tagged(&r, 4094), "arrive");
	tap_ok(lands_tagged(&r, 43) == -1 && lands_tagged(&r, 41) == -1, "others do not");
	tap_eq(lands_tagged(&r, 0x6000 | 42), 0, "whatever the priority");
	tap_eq(lands_tagged(&r, 0x6000), 0, "nor is a priority alone a VLAN");
	tap_eq(lands_at(&r, own), 0, "untagged frames arrive");
	r.ops->set_rx_mode(&r.hw, true, false, 1518);
	tap_eq(lands_tagged(&r, 43), 0, "a promiscuous port takes every VLAN");
	r.ops->set_rx_mode(&r.hw, false, false, 1518);
	tap_eq(lands_tagged(&r, 43), -1, "until it is no more");
	r.ops->set_rx_mode(&r.hw, true, false, 1518);
	tap_eq(del(&r, &a), 0, "one is taken back, while promiscuous");
	r.ops->set_rx_mode(&r.hw, false, false, 1518);
	tap_ok(lands_tagged(&r, 42) == -1 && !lands_tagged(&r, 4094), "the other stays");
	tap_eq(del(&r, &b), 0, "the last is taken back");
	tap_ok(!lands_tagged(&r, 42) && !lands_tagged(&r, 43), "every VLAN arrives again");
	rig_close(&r);
}

/* ---- where they go -------------------------------------------------------------------------------- */

static void test_ethertype(void)
{
	struct ndrv_hw_filter f[9];
	unsigned int i, failed = 0;
	struct rig r;

	tap_ok(targets_up(&r, "ethertype"), "port up");
	for (i = 0; i < 9; i++) {
		f[i] = (struct ndrv_hw_filter){ .type = NDRV_FILTER_ETHERTYPE };
		f[i].ethertype = (u16)(0x88b5 + i);
		f[i].queue = targets[i % TARGETS];
	}
	tap_eq(lands_type(&r, 0x88bc), 0, "a type without a filter: queue 0");
	for (i = 0; i < 8; i++)
		failed += !!add(&r, &f[i]);
	tap_eq(failed, 0, "eight types");
	tap_eq(add(&r, &f[8]), -ENOSPC, "not one more");
	for (i = 0; i < 8; i++)
		failed += lands_type(&r, f[i].ethertype) != (int)f[i].queue;
	tap_eq(failed, 0, "each to its queue, up to 127");
	tap_eq(lands_type(&r, 0x9000), 0, "other types to queue 0");
	tap_eq(del(&r, &f[7]), 0, "one is taken back");
	tap_eq(lands_type(&r, 0x88bc), 0, "queue 0 again");
	tap_eq(lands_type(&r, 0x88bb), 112, "its neighbour stays");
	tap_eq(add(&r, &f[8]), 0, "and its place is free");
	tap_eq(lands_type(&r, 0x88bd), 0, "for the ninth");
	f[8].queue = 9;			/* which does not run */
	tap_ok(!del(&r, &f[8]) && !add(&r, &f[8]) && lands_type(&r, 0x88bd) == -1,
	       "a frame for a queue that does not run is dropped");
	rig_close(&r);
}

/* Every field alone, and all together, with a frame that differs in one field at a time. */
static void test_fields(void)
{
	static const u32 sets[] = {
		F_PROTO, F_SIP, F_DIP, F_PROTO | F_SPORT, F_PROTO | F_DPORT, F_SIP | F_DIP, F_ALL,
	};
	static const struct flow differs[] = {
		{ 6, { 10, 0, 0, 1, 10, 0, 0, 2 }, { 0x12, 0x34, 0x56, 0x78 } },
		{ 17, { 10, 0, 0, 9, 10, 0, 0, 2 }, { 0x12, 0x34, 0x56, 0x78 } },
		{ 17, { 10, 0, 0, 1, 10, 0, 9, 2 }, { 0x12, 0x34, 0x56, 0x78 } },
		{ 17, { 10, 0, 0, 1, 10, 0, 0, 2 }, { 0x34, 0x12, 0x56, 0x78 } },
		{ 17, { 10, 0, 0, 1, 10, 0, 0, 2 }, { 0x12, 0x34, 0x56, 0x79 } },
	};
	static const u32 which[] = { F_PROTO, F_SIP, F_DIP, F_SPORT, F_DPORT };
	unsigned int i, k, wrong = 0;
	struct rig r;

	tap_ok(targets_up(&r, "fields"), "port up");
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		struct ndrv_hw_filter f = tuple(sets[i], 127, &flow0);

		wrong += !!add(&r, &f);
		wrong += lands_flow(&r, &flow0) != 127;
		for (k = 0; k < ARRAY_SIZE(differs); k++)
			wrong += lands_flow(&r, &differs[k]) != (sets[i] & which[k] ? 0 : 127);
		wrong += !!del(&r, &f);
		wrong += lands_flow(&r, &flow0) != 0;
		if (wrong) {
			printf("# fields 0x%x\n", sets[i]);
			break;
		}
	}
	tap_eq(wrong, 0, "what a filter names is compared, and nothing else");
	for (i = 0; i < 3; i++) {
		struct flow w = flow0;
		struct ndrv_hw_filter f;

		w.proto = (u8[]){ 6, 17, 132 }[i];
		f = tuple(F_PROTO, 64, &w);
		wrong += add(&r, &f) || lands_flow(&r, &w) != 64;
		wrong += lands_flow(&r, &flow0) != (i == 1 ? 64 : 0);
		wrong += !!del(&r, &f);
	}
	tap_eq(wrong, 0, "TCP, UDP and SCTP");
	rig_close(&r);
}

static void test_before_rss(void)
{
	struct ndrv_hw_filter f = tuple(F_DIP, 127, &flow0);
	struct ndrv_hw_rss rss = { .key = { 1, 2, 3, 4 } };
	struct rig r;
	u32 i;

	for (i = 0; i < NDRV_HW_RSS_TABLE; i++)
		rss.table[i] = 5;
	tap_ok(targets_up(&r, "before RSS"), "port up");
	tap_eq(r.ops->rss(&r.hw, &rss), 0, "everything to queue 5");
	tap_eq(lands_flow(&r, &flow0), 5, "a frame goes there");
	tap_eq(add(&r, &f), 0, "a tuple filter");
	tap_eq(lands_flow(&r, &flow0), 127, "comes first");
	tap_eq(del(&r, &f), 0, "without it");
	tap_eq(lands_flow(&r, &flow0), 5, "RSS again");
	rig_close(&r);
}

/* What the interface says: more fields, then the older one. */
static const struct ndrv_hw_filter *best(struct ndrv_hw_filter *f, const bool *there, u32 n,
					 const struct flow *w)
{
	const struct ndrv_hw_filter *b = NULL;
	u32 i;

	for (i = 0; i < n; i++) {
		struct ndrv_hw_filter m;

		if (!there[i])
			continue;
		m = tuple(f[i].fields, 0, w);
		if (m.proto != f[i].proto || m.src_ip != f[i].src_ip || m.dst_ip != f[i].dst_ip ||
		    m.src_port != f[i].src_port || m.dst_port != f[i].dst_port)
			continue;
		if (!b || hweight32(f[i].fields) > hweight32(b->fields) ||
		    (hweight32(f[i].fields) == hweight32(b->fields) && f[i].order < b->order))
			b = &f[i];
	}
	return b;
}

static struct flow random_flow(void)
{
	struct flow w = { rand() & 1 ? 6 : 17, { 10, 0, 0, 0, 10, 0, 0, 0 }, { 0, 0, 0, 0 } };

	w.ip[3] = rand() % 3;
	w.ip[7] = rand() % 3;
	w.port[1] = rand() % 3;
	w.port[2] = rand() % 3;
	return w;
}

static u32 random_fields(void)
{
	u32 fields = 1 + rand() % F_ALL;

	return fields & (F_SPORT | F_DPORT) ? fields | F_PROTO : fields;
}

/* Filters come and go in any order, more than there is room for; after each, random frames. */
static void test_priority(void)
{
	enum { SLOTS = NR_TUPLES + 8 };
	static struct ndrv_hw_filter f[SLOTS];
	bool there[SLOTS] = { false };
	unsigned int step, wrong = 0, full = 0, n = 0, k;
	struct rig r;

	tap_ok(targets_up(&r, "priority"), "port up");
	srand(1);
	for (step = 0; step < 1500 && !wrong; step++) {
		u32 i = (u32)rand() % SLOTS;
		int ret;

		if (there[i] && rand() % 3) {
			wrong += !!del(&r, &f[i]);
			there[i] = false;
			n--;
		} else if (!there[i]) {
			struct flow w = random_flow();

			f[i] = tuple(random_fields(), targets[1 + rand() % (TARGETS - 1)], &w);
			f[i].order *= 0x9e3779b97f4a7c15ull;	/* unique, and no order of adding */
			ret = add(&r, &f[i]);
			wrong += ret != (n == NR_TUPLES ? -ENOSPC : 0);
			there[i] = !ret;
			n += !ret;
			full += ret == -ENOSPC;
		}
		for (k = 0; k < 2; k++) {
			struct flow w = random_flow();
			const struct ndrv_hw_filter *b = best(f, there, SLOTS, &w);
			int got = lands_flow(&r, &w);

			if (got == (b ? (int)b->queue : 0))
				continue;
			printf("# step %u: queue %d, not %d\n", step, got, b ? (int)b->queue : 0);
			wrong++;
		}
	}
	tap_eq(wrong, 0, "the filter with more fields wins, then the older one");
	tap_ok(n > 40, "with many filters there (%u)", n);
	tap_eq((long long)r.sim->ctr.rx_no_desc, 0, "no frame went elsewhere");

	/* Full, and with the oldest gone. */
	for (k = 0; k < SLOTS; k++)
		if (there[k])
			wrong += !!del(&r, &f[k]);
	for (k = 0; k < NR_TUPLES; k++) {
		struct flow w = flow0;

		w.ip[0] = (u8)k;
		f[k] = tuple(F_SIP, targets[1 + k % 7], &w);
		wrong += !!add(&r, &f[k]);
	}
	tap_eq(wrong, 0, "128 tuples");
	f[NR_TUPLES] = tuple(F_ALL, 127, &flow0);
	tap_eq(add(&r, &f[NR_TUPLES]), -ENOSPC, "not one more");
	tap_ok(!del(&r, &f[0]) && !add(&r, &f[NR_TUPLES]), "one for one");
	tap_eq(lands_flow(&r, &flow0), 127, "it wins");
	rig_close(&r);
}

/* A reset forgets; the same filters can be added again. */
static void test_reset(void)
{
	struct ndrv_hw_filter m = mac_filter(other), g = mac_filter(group);
	struct ndrv_hw_filter v = { .type = NDRV_FILTER_VLAN, .vlan = 42, .queue = NDRV_QUEUE_ANY };
	struct ndrv_hw_filter e = { .type = NDRV_FILTER_ETHERTYPE, .ethertype = 0x88b5, .queue = 64 };
	struct ndrv_hw_filter t = tuple(F_ALL, 127, &flow0);
	struct ndrv_hw_filter *all[] = { &m, &g, &v, &e, &t };
	unsigned int pass, i, failed = 0;
	struct rig r;

	tap_ok(targets_up(&r, "reset"), "port up");
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < ARRAY_SIZE(all); i++)
			failed += !!add(&r, all[i]);
		tap_eq(failed, 0, pass ? "all added again" : "one filter of each kind");
		tap_ok(lands_at(&r, other) == 64 && lands_at(&r, group) == 64 &&
		       lands_tagged(&r, 43) == -1 && lands_flow(&r, &flow0) == 127, "all work");
		tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw) && rig_link(&r), "reset and start");
		targets_start(&r);
		tap_ok(lands_at(&r, other) == -1 && lands_at(&r, group) == -1 &&
		       !lands_tagged(&r, 43) && !lands_at(&r, own) && !lands_flow(&r, &flow0),
		       "nothing is left of them");
	}
	rig_close(&r);
}

static u32 read_gone(u32 reg, u32 value)
{
	(void)reg;
	(void)value;
	return 0xffffffff;
}

static void test_gone(void)
{
	struct ndrv_hw_filter f = tuple(F_ALL, 127, &flow0), m = mac_filter(other);
	struct rig r;

	tap_ok(targets_up(&r, "gone"), "port up");
	tap_eq(add(&r, &f), 0, "a filter");
	host.on_read = read_gone;
	tap_eq(add(&r, &m), -ENODEV, "add: ENODEV");
	tap_eq(del(&r, &f), -ENODEV, "del: ENODEV");
	rig_close(&r);
}

int main(void)
{
	test_features();
	test_unicast();
	test_multicast();
	test_vlan();
	test_ethertype();
	test_fields();
	test_before_rss();
	test_priority();
	test_reset();
	test_gone();
	return tap_done();
}
