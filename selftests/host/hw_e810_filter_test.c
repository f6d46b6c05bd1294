// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters of kmod/hw_e810*.c on the host, against the E810 model: which frames are taken, and the queue
 * that each arrives on. All queues have one ring and one place for buffers: where a frame went is told
 * by the queue's own receive ring, which is made here.
 */
#include "hw_rig.h"
#include "hw_e810_rig.h"

#define OPTIONS		"mac=02:11:22:33:44:55"
#define NR_RINGS	256
#define RINGS_IOVA	0x10000000ull
#define RING_BYTES	(RING_ENTRIES * 32)
#define ANY		NDRV_QUEUE_ANY

static const u8 other[6] = { 0x02, 0x99, 0x99, 0x99, 0x99, 0x99 };
static const u8 group[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static struct rig *rig_now;		/* for hooks, which get no argument */
static u8 *rings;			/* one per queue */
static u32 next_at[NR_RINGS];

/* What is handed to firmware with this write; NULL: nothing. */
static u8 *command(u32 reg, u32 value)
{
	u64 ring;

	if (reg != 0x080400)
		return NULL;
	ring = sim_inproc_rd32(rig_now->p, 0, 0x080000) |
	       (u64)sim_inproc_rd32(rig_now->p, 0, 0x080100) << 32;
	return sim_dma_ptr(rig_now->sim, ring + 32 * ((value - 1) % 32), 32, true);
}

/* Starts the receive sides [0, nr), each with a ring of its own. */
static bool receive_on(struct rig *r, u32 nr)
{
	struct ndrv_hw_queue q = r->q;
	u32 i, k;

	memset(next_at, 0, sizeof(next_at));
	memset(rings, 0, NR_RINGS * RING_BYTES);
	q.tx_entries = 0;
	for (i = 0; i < nr; i++) {
		u64 *ring = (u64 *)(rings + i * RING_BYTES);

		for (k = 0; k < RING_ENTRIES; k++)
			ring[4 * k] = BUF_IOVA + k * BUF_BYTES;
		q.queue = i;
		q.rx_iova = RINGS_IOVA + i * RING_BYTES;
		if (r->ops->queue_start(&r->hw, &q))
			return false;
		r->ops->doorbell(&r->hw, i, false, RING_ENTRIES - 8);
	}
	settle();
	return true;
}

static bool up(struct rig *r, const char *name, const char *options, u32 nr)
{
	bool good = rig_up(r, name, options);

	rings = sim_inproc_alloc(r->p, RINGS_IOVA, NR_RINGS * RING_BYTES);
	return good && receive_on(r, nr);
}

/* The queue that the frame arrived on; -1: none, -2: it arrived more than once. */
static int send(struct rig *r, const u8 *dst, int vlan, u16 ethertype)
{
	int found = -1;
	u8 f[64];
	u32 i;

	frame_make(f, sizeof(f), dst, 0x77);
	if (vlan >= 0) {
		f[12] = 0x81;
		f[13] = 0;
		f[14] = (u8)(vlan >> 8);
		f[15] = (u8)vlan;
	}
	f[vlan >= 0 ? 16 : 12] = (u8)(ethertype >> 8);
	f[vlan >= 0 ? 17 : 13] = (u8)ethertype;
	sim_inproc_inject(r->p, f, sizeof(f));
	settle();
	for (i = 0; i < NR_RINGS; i++) {
		const u64 *ring = (u64 *)(rings + i * RING_BYTES);

		while (next_at[i] < RING_ENTRIES && (ring[4 * next_at[i] + 1] & 3) == 3) {
			found = found == -1 ? (int)i : -2;
			next_at[i]++;
		}
	}
	return found;
}

static struct ndrv_hw_filter mac_filter(const u8 *addr, u32 queue)
{
	struct ndrv_hw_filter f = { .type = NDRV_FILTER_MAC, .queue = queue };

	memcpy(f.mac, addr, 6);
	return f;
}

static struct ndrv_hw_filter vlan_filter(u16 vlan)
{
	return (struct ndrv_hw_filter){ .type = NDRV_FILTER_VLAN, .queue = ANY, .vlan = vlan };
}

static struct ndrv_hw_filter type_filter(u16 ethertype, u32 queue)
{
	return (struct ndrv_hw_filter){ .type = NDRV_FILTER_ETHERTYPE, .queue = queue,
					.ethertype = ethertype };
}

#define PLAIN(r, dst)	send(r, dst, -1, 0x88b5)

static void test_mac(void)
{
	struct ndrv_hw_filter f = mac_filter(other, ANY), g = mac_filter(group, 3);
	struct ndrv_hw_filter own = mac_filter(mac, ANY);
	struct rig r;

	tap_ok(up(&r, "mac", OPTIONS, 4), "port up");
	tap_eq(PLAIN(&r, other), -1, "another's address is not taken");
	tap_eq(r.ops->filter_add(&r.hw, &f), 0, "filter for it");
	tap_eq(PLAIN(&r, other), 0, "then it is, on queue 0");
	tap_eq(PLAIN(&r, group), -1, "a multicast is not");
	tap_eq(r.ops->filter_add(&r.hw, &g), 0, "filter for it, to queue 3");
	tap_eq(PLAIN(&r, group), 3, "then it is, on queue 3");
	tap_eq(r.ops->filter_del(&r.hw, &f), 0, "the first goes");
	tap_eq(PLAIN(&r, other), -1, "and its frames are not taken any more");
	tap_eq(PLAIN(&r, group), 3, "the other's are");
	tap_eq(r.ops->filter_del(&r.hw, &g), 0, "the second goes");
	tap_eq(PLAIN(&r, group), -1, "no multicast any more");

	/* Rules for these are there anyway. */
	tap_eq(r.ops->filter_add(&r.hw, &own), 0, "filter for the own address");
	tap_eq(PLAIN(&r, mac), 0, "changes nothing");
	tap_eq(r.ops->filter_del(&r.hw, &own), 0, "it goes");
	tap_eq(PLAIN(&r, mac), 0, "the address stays");
	own.queue = 2;
	tap_eq(r.ops->filter_add(&r.hw, &own), 0, "the own address to queue 2");
	tap_eq(PLAIN(&r, mac), 2, "arrives there");
	f = mac_filter(all, 1);
	tap_eq(r.ops->filter_add(&r.hw, &f), 0, "broadcasts to queue 1");
	tap_eq(PLAIN(&r, all), 1, "arrive there");
	tap_eq(r.ops->filter_del(&r.hw, &own), 0, "it goes");
	tap_eq(PLAIN(&r, mac), 0, "the own address goes to queue 0 again");
	tap_eq(r.ops->filter_del(&r.hw, &f), 0, "the other too");
	tap_eq(PLAIN(&r, all), 0, "broadcasts do as well");

	/* Promiscuous, and with a queue of its own: once, there. */
	f = mac_filter(other, 3);
	tap_ok(!r.ops->filter_add(&r.hw, &f) && !r.ops->set_rx_mode(&r.hw, true, false, 1518),
	       "promiscuous with a filter");
	tap_eq(PLAIN(&r, other), 3, "the filter still leads");
	f.queue = 256;
	tap_eq(r.ops->filter_add(&r.hw, &f), -EINVAL, "a queue that is none");
	tap_ok(!host.errors, "nothing to complain of");
	rig_close(&r);
}

/* Each of the 256 queues by an address of its own, and no other. */
static void test_every_queue(void)
{
	struct ndrv_hw_filter f[256];
	u32 i, failed = 0, wrong = 0;
	u8 addr[6] = { 0x02, 0, 0, 0, 0, 0 };
	struct rig r;

	tap_ok(up(&r, "every queue", OPTIONS, 256), "port up with 256 queues");
	for (i = 0; i < 256; i++) {
		addr[5] = (u8)i;
		f[i] = mac_filter(addr, 255 - i);
		failed += !!r.ops->filter_add(&r.hw, &f[i]);
	}
	tap_eq(failed, 0, "256 filters");
	for (i = 0; i < 256; i++) {
		addr[5] = (u8)i;
		wrong += PLAIN(&r, addr) != 255 - (int)i;
	}
	tap_eq(wrong, 0, "each frame arrives on its queue");
	for (i = 0; i < 256; i += 2)
		failed += !!r.ops->filter_del(&r.hw, &f[i]);
	tap_eq(failed, 0, "every other one goes");
	for (i = 0; i < 256; i++) {
		addr[5] = (u8)i;
		wrong += PLAIN(&r, addr) != (i & 1 ? 255 - (int)i : -1);
	}
	tap_eq(wrong, 0, "and only those");
	rig_close(&r);
}

static void test_vlan(void)
{
	struct ndrv_hw_filter f = vlan_filter(42), g = vlan_filter(4094);
	struct rig r;

	tap_ok(up(&r, "vlan", OPTIONS, 2), "port up");
	tap_eq(send(&r, mac, 7, 0x88b5), 0, "without filters every VLAN is taken");
	tap_eq(r.ops->filter_add(&r.hw, &f), 0, "filter for VLAN 42");
	tap_eq(send(&r, mac, 42, 0x88b5), 0, "which is taken");
	tap_eq(send(&r, mac, 7, 0x88b5), -1, "others are not");
	tap_eq(PLAIN(&r, mac), 0, "frames without a tag are");
	tap_eq(send(&r, mac, 0, 0x88b5), 0, "and those with a priority only");
	tap_eq(send(&r, other, 42, 0x88b5), -1, "the address still counts");
	tap_eq(r.ops->filter_add(&r.hw, &g), 0, "filter for VLAN 4094");
	tap_eq(send(&r, mac, 4094, 0x88b5), 0, "which is taken as well");
	tap_eq(r.ops->set_rx_mode(&r.hw, true, false, 1518), 0, "promiscuous");
	tap_eq(send(&r, mac, 7, 0x88b5), 0, "takes every VLAN");
	tap_eq(r.ops->set_rx_mode(&r.hw, false, false, 1518), 0, "not promiscuous");
	tap_eq(send(&r, mac, 7, 0x88b5), -1, "filters hold again");
	tap_eq(r.ops->filter_del(&r.hw, &f), 0, "42 goes");
	tap_eq(send(&r, mac, 42, 0x88b5), -1, "and is not taken any more");
	tap_eq(send(&r, mac, 4094, 0x88b5), 0, "4094 is");
	tap_eq(r.ops->filter_del(&r.hw, &g), 0, "the last goes");
	tap_eq(send(&r, mac, 7, 0x88b5), 0, "every VLAN is taken again");
	/* Promiscuous first. */
	tap_ok(!r.ops->set_rx_mode(&r.hw, true, false, 1518) && !r.ops->filter_add(&r.hw, &f),
	       "a filter while promiscuous");
	tap_eq(send(&r, mac, 7, 0x88b5), 0, "does not hold");
	tap_eq(r.ops->set_rx_mode(&r.hw, false, false, 1518), 0, "until that ends");
	tap_eq(send(&r, mac, 7, 0x88b5), -1, "then it does");
	tap_ok(!host.errors, "nothing to complain of");
	rig_close(&r);
}

static void test_ethertype(void)
{
	struct ndrv_hw_filter f = type_filter(0x88f7, 3), m = mac_filter(other, ANY);
	struct rig r;

	tap_ok(up(&r, "ethertype", OPTIONS, 4), "port up");
	tap_eq(send(&r, mac, -1, 0x88f7), 0, "without a filter: queue 0");
	tap_eq(r.ops->filter_add(&r.hw, &f), 0, "filter to queue 3");
	tap_eq(send(&r, mac, -1, 0x88f7), 3, "then there");
	tap_eq(send(&r, mac, 5, 0x88f7), 3, "behind a tag too");
	tap_eq(send(&r, mac, -1, 0x88b5), 0, "others as before");
	tap_eq(r.ops->filter_add(&r.hw, &m), 0, "an address that leads nowhere particular");
	tap_eq(send(&r, other, -1, 0x88f7), 3, "the type leads");
	tap_eq(r.ops->filter_del(&r.hw, &f), 0, "it goes");
	tap_eq(send(&r, mac, -1, 0x88f7), 0, "queue 0 again");
	f.queue = 0;
	tap_eq(r.ops->filter_add(&r.hw, &f), 0, "filter to queue 0");
	tap_eq(send(&r, mac, -1, 0x88f7), 0, "there, once");
	tap_eq(r.ops->filter_del(&r.hw, &f), 0, "it goes");
	f.ethertype = 0x88b5;
	r.q.queue = 7;
	tap_ok(!r.ops->filter_add(&r.hw, &f) && !queue_up(&r, 7) && tx_works(&r, 100),
	       "frames of that type are sent, once");
	tap_eq(r.ops->filter_del(&r.hw, &f), 0, "it goes");
	f.type = NDRV_FILTER_TUPLE;
	tap_eq(r.ops->filter_add(&r.hw, &f), -EOPNOTSUPP, "this family has no tuples");
	tap_ok(!(r.hw.features & NDRV_FEAT_FILTER_TUPLE), "and says so");
	rig_close(&r);
}

/* The core adds them again: a reset has forgotten all, and names are given out anew. */
static void test_reset(void)
{
	struct ndrv_hw_filter f = mac_filter(other, 3), g = vlan_filter(42), own = mac_filter(mac, 2);
	struct rig r;

	tap_ok(up(&r, "filters and reset", OPTIONS, 4), "port up");
	tap_ok(!r.ops->filter_add(&r.hw, &f) && !r.ops->filter_add(&r.hw, &g) &&
	       !r.ops->filter_add(&r.hw, &own), "three filters");
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw) && rig_link(&r), "reset");
	tap_ok(receive_on(&r, 4), "queues run again");
	tap_ok(PLAIN(&r, other) == -1 && send(&r, mac, 7, 0x88b5) == 0, "none is left");
	tap_ok(!r.ops->filter_add(&r.hw, &f) && !r.ops->filter_add(&r.hw, &g) &&
	       !r.ops->filter_add(&r.hw, &own), "once more");
	tap_ok(PLAIN(&r, other) == 3 && PLAIN(&r, mac) == 2 && send(&r, mac, 7, 0x88b5) == -1 &&
	       send(&r, mac, 42, 0x88b5) == 2, "they work");
	tap_ok(!r.ops->filter_del(&r.hw, &f) && !r.ops->filter_del(&r.hw, &g) &&
	       !r.ops->filter_del(&r.hw, &own), "and go");
	tap_ok(!host.errors, "nothing to complain of");
	rig_close(&r);
}

/* Rules are a resource: none is lost by adding and removing, and the last one is refused politely. */
static void test_full(void)
{
	struct ndrv_hw_filter *f = calloc(20000, sizeof(*f));
	u8 addr[6] = { 0x02, 1, 0, 0, 0, 0 };
	struct rig r;
	u32 n, i;
	int err = 0;

	tap_ok(up(&r, "full", OPTIONS, 1), "port up");
	for (n = 0; n < 20000 && !err; n++) {
		addr[4] = (u8)(n >> 8);
		addr[5] = (u8)n;
		f[n] = mac_filter(addr, ANY);
		err = r.ops->filter_add(&r.hw, &f[n]);
	}
	n--;
	tap_eq(err, -ENOSPC, "at last the table is full");
	tap_ok(n >= 1000, "after %u filters", n);
	tap_eq(PLAIN(&r, f[n - 1].mac), 0, "the last one works");
	tap_eq(r.ops->filter_del(&r.hw, &f[0]), 0, "one goes");
	tap_eq(r.ops->filter_add(&r.hw, &f[n]), 0, "and makes room");
	for (i = 1, err = 0; i <= n; i++)
		err |= r.ops->filter_del(&r.hw, &f[i]);
	tap_eq(err, 0, "all go");
	tap_ok(!host.errors, "nothing to complain of");
	free(f);
	rig_close(&r);
}

/* ---- what is written into rules ---------------------------------------------------------------- */

static u8 rule[32];

static bool write_rule(u32 reg, u32 value)
{
	u8 *desc = command(reg, value);
	u64 iova;

	if (!desc || get_unaligned_le16(desc + 2) != 0x02a0)
		return true;
	iova = get_unaligned_le32(desc + 28) | (u64)get_unaligned_le32(desc + 24) << 32;
	memcpy(rule, sim_dma_ptr(rig_now->sim, iova, 32, false), 32);
	return true;
}

/*
 * Bits of an action: kind 1:0, loopback 2, LAN 3, then VSI, queue or list from
 * 4 on. Beyond those: VALID 17 of forwarding, and of a queue nothing (15 to 17 make it a group).
 */
static void test_rules(void)
{
	struct ndrv_hw_filter f = mac_filter(other, ANY), g = mac_filter(group, 255);
	struct ndrv_hw_filter t = type_filter(0x88f7, 200), v = vlan_filter(42);
	struct rig r;
	u32 vsi;

	tap_ok(up(&r, "rules", OPTIONS, 1), "port up");
	rig_now = &r;
	host.on_write = write_rule;
	r.ops->filter_add(&r.hw, &f);
	vsi = get_unaligned_le16(rule + 6);
	tap_ok(get_unaligned_le16(rule) == 1 && get_unaligned_le16(rule + 4) == 1 && vsi,
	       "an address: transmit rule of recipe 1, from the VSI");
	tap_eq(get_unaligned_le32(rule + 8), 0xc | vsi << 4 | 1u << 17, "to the VSI");
	tap_ok(get_unaligned_le16(rule + 14) == 16 && !memcmp(rule + 16, other, 6), "the address");
	r.ops->filter_add(&r.hw, &g);
	tap_eq(get_unaligned_le32(rule + 8), 0xd | 255 << 4, "to a queue");
	r.ops->filter_add(&r.hw, &t);
	tap_ok(!get_unaligned_le16(rule) && !get_unaligned_le16(rule + 4) &&
	       !get_unaligned_le16(rule + 6), "a type: receive rule of recipe 0, from port 0");
	tap_eq(get_unaligned_le32(rule + 8), 1 | 200 << 4, "to a queue");
	tap_ok(rule[28] == 0x88 && rule[29] == 0xf7, "the type");
	r.ops->filter_add(&r.hw, &v);
	tap_ok(get_unaligned_le16(rule) == 1 && get_unaligned_le16(rule + 4) == 4 &&
	       get_unaligned_le16(rule + 6) == vsi, "a VLAN: recipe 4, from the VSI");
	tap_eq(get_unaligned_le32(rule + 8) & ~(0x3ffu << 4), 2 | 3u << 15,
	       "prunes both ways by a list");
	tap_ok(rule[28] == 0x81 && !rule[29] && !rule[30] && rule[31] == 42, "the VLAN");
	rig_close(&r);
}

/* ---- firmware that refuses -------------------------------------------------------------------- */

static struct {
	u16 opcode;
	u32 skip;
} refuse;

/* The doorbell of the admin queue: the command becomes one that firmware does not know. */
static bool write_refuse(u32 reg, u32 value)
{
	u8 *desc = command(reg, value);

	if (!desc || get_unaligned_le16(desc + 2) != refuse.opcode || refuse.skip--)
		return true;
	/* No data: what these commands need. The opcode stays, so the answer is its own. */
	put_unaligned_le16(0, desc + 16);
	refuse.opcode = 0;
	return true;
}

static const struct refusal {
	const char *name;
	u32 type;
	u16 opcode;
	u32 skip;
} refusals[] = {
	{ "an address", NDRV_FILTER_MAC, 0x02a0, 0 },
	{ "a list of VSIs", NDRV_FILTER_VLAN, 0x0208, 0 },
	{ "the own VSI in it", NDRV_FILTER_VLAN, 0x02a0, 0 },
	{ "VLAN 0", NDRV_FILTER_VLAN, 0x02a0, 1 },
	{ "a VLAN", NDRV_FILTER_VLAN, 0x02a0, 2 },
	{ "pruning", NDRV_FILTER_VLAN, 0x0211, 0 },
};

static void test_refused(void)
{
	struct ndrv_hw_filter f;
	struct rig r;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *t = &refusals[i];

		tap_ok(up(&r, t->name, OPTIONS, 1), "port up");
		rig_now = &r;
		host.on_write = write_refuse;
		refuse.opcode = t->opcode;
		refuse.skip = t->skip;
		f = t->type == NDRV_FILTER_MAC ? mac_filter(other, ANY) : vlan_filter(42);
		tap_ok(r.ops->filter_add(&r.hw, &f) == -EIO, "%s: refused", t->name);
		tap_ok(!refuse.opcode && host.errors, "%s: the log says so", t->name);
		tap_ok(PLAIN(&r, other) == -1 && send(&r, mac, 7, 0x88b5) == 0,
		       "%s: nothing has changed", t->name);
		tap_ok(!r.ops->filter_add(&r.hw, &f), "%s: it works later", t->name);
		tap_ok(t->type == NDRV_FILTER_MAC ? PLAIN(&r, other) == 0 :
		       send(&r, mac, 7, 0x88b5) == -1 && send(&r, mac, 42, 0x88b5) == 0,
		       "%s: as it should", t->name);
		tap_ok(!r.ops->filter_del(&r.hw, &f) && PLAIN(&r, other) == -1 &&
		       send(&r, mac, 7, 0x88b5) == 0, "%s: and can be taken back", t->name);
		rig_close(&r);
	}
}

/* Without a package: what needs none. */
static void test_safe_mode(void)
{
	struct ndrv_hw_filter f = mac_filter(other, ANY), g = vlan_filter(42);
	struct rig r;

	tap_ok(up(&r, "safe mode", OPTIONS, 1), "port up");
	tap_ok(!r.hw.rss_queues, "there is no package");
	tap_eq(r.hw.features & (NDRV_FEAT_FILTER_MAC | NDRV_FEAT_FILTER_VLAN),
	       NDRV_FEAT_FILTER_MAC | NDRV_FEAT_FILTER_VLAN, "addresses and VLANs");
	tap_eq(r.hw.features & (NDRV_FEAT_FILTER_MAC_QUEUE | NDRV_FEAT_FILTER_ETHERTYPE), 0,
	       "nothing that leads to a queue");
	tap_ok(!r.ops->filter_add(&r.hw, &f) && !r.ops->filter_add(&r.hw, &g), "two filters");
	tap_ok(PLAIN(&r, other) == 0 && send(&r, mac, 42, 0x88b5) == 0 &&
	       send(&r, mac, 7, 0x88b5) == -1, "they work");
	rig_close(&r);
}

int main(void)
{
	test_mac();
	test_every_queue();
	test_vlan();
	test_ethertype();
	test_reset();
	test_full();
	test_rules();
	test_refused();
	test_safe_mode();
	return tap_done();
}
