/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rss op of kmod/hw.h promises, for any family: the published vectors of the Toeplitz hash
 * (Microsoft's "Verifying the RSS hash calculation") arrive with that hash, on the queue that the
 * table names for it, and everything else does not. For one test program, after the family's rig.
 */
#ifndef HW_RSS_H
#define HW_RSS_H

#define RSS_QUEUE	5

static const u8 rss_key[NDRV_HW_RSS_KEY] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/* Source and destination address, source and destination port, as they stand in a frame. */
static const u8 rss_v4[8] = { 66, 9, 149, 187, 161, 142, 100, 80 };
static const u8 rss_v6[32] = {
	0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x1f, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x07,
	0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x00, 0x03, 0, 0, 0, 0, 0, 0, 0, 0x01,
};
static const u8 rss_ports[4] = { 2794 >> 8, 2794 & 0xff, 1766 >> 8, 1766 & 0xff };

struct rss_vector {
	const char *name;
	bool v6, fragment;
	u8 proto;
	u32 hash;
};

static const struct rss_vector rss_vectors[] = {
	{ "IPv4 TCP", false, false, 6, 0x51ccc178 },
	{ "IPv4 UDP", false, false, 17, 0x51ccc178 },
	{ "IPv4 ICMP", false, false, 1, 0x323e8fc2 },
	{ "a fragment of IPv4 UDP", false, true, 17, 0x323e8fc2 },
	{ "IPv6 TCP", true, false, 6, 0x40207d3d },
	{ "IPv6 UDP", true, false, 17, 0x40207d3d },
	{ "IPv6 with no protocol known", true, false, 59, 0x2cc18cd5 },
};

#define RSS_FRAME	100

static void rss_frame(u8 f[RSS_FRAME], const struct rss_vector *v)
{
	u8 *ip = f + 14, *l4 = ip + (v->v6 ? 40 : 20);

	memset(f, 0, RSS_FRAME);
	memcpy(f, mac, 6);
	f[6] = 0x0a;
	if (v->v6) {
		f[12] = 0x86;
		f[13] = 0xdd;
		ip[0] = 0x60;
		ip[5] = RSS_FRAME - 14 - 40;
		ip[6] = v->proto;
		ip[7] = 64;
		memcpy(ip + 8, rss_v6, 32);
	} else {
		f[12] = 0x08;
		ip[0] = 0x45;
		ip[3] = RSS_FRAME - 14;
		ip[6] = v->fragment ? 0x20 : 0;
		ip[8] = 64;
		ip[9] = v->proto;
		memcpy(ip + 12, rss_v4, 8);
	}
	memcpy(l4, rss_ports, 4);
	if (v->proto == 6)
		l4[12] = 0x50;
	if (v->proto == 17)
		l4[5] = RSS_FRAME - (u8)(l4 - f);
}

static void rss_inject(struct rig *r, const struct rss_vector *v)
{
	u8 f[RSS_FRAME];

	rss_frame(f, v);
	sim_inproc_inject(r->p, f, sizeof(f));
	settle();
}

/* A table that sends one hash to one queue, and all others to another. */
static struct ndrv_hw_rss rss_only(u32 hash, u16 queue, u16 others)
{
	struct ndrv_hw_rss rss;
	u32 i;

	memcpy(rss.key, rss_key, sizeof(rss.key));
	for (i = 0; i < NDRV_HW_RSS_TABLE; i++)
		rss.table[i] = i == hash % NDRV_HW_RSS_TABLE ? queue : others;
	return rss;
}

/* Queue RSS_QUEUE runs and its next free descriptor is @idx; returns the next one. */
static u32 rss_vector(struct rig *r, const struct rss_vector *v, u32 idx)
{
	struct ndrv_hw_rss rss = rss_only(v->hash, RSS_QUEUE, 0);

	tap_eq(r->ops->rss(&r->hw, &rss), 0, "rss is set");
	rss_inject(r, v);
	tap_eq(family.rx_len(rx_desc(r, idx)), RSS_FRAME, v->name);
	tap_eq(family.rx_hash(rx_desc(r, idx)), v->hash, "... with its hash");
	rss = rss_only(v->hash, 0, RSS_QUEUE);
	tap_eq(r->ops->rss(&r->hw, &rss), 0, "rss is set the other way round");
	rss_inject(r, v);
	tap_eq(family.rx_len(rx_desc(r, idx + 1)), 0, "now it arrives elsewhere");
	return idx + 1;
}

static void rss_test(struct rig *r)
{
	struct ndrv_hw_rss all = rss_only(0, RSS_QUEUE, RSS_QUEUE);
	u8 arp[RSS_FRAME];
	u32 i, idx = 0;

	tap_eq(queue_up(r, RSS_QUEUE), 0, "a queue");
	rss_inject(r, &rss_vectors[0]);
	tap_eq(family.rx_len(rx_desc(r, 0)), 0, "without rss nothing comes to it");
	for (i = 0; i < ARRAY_SIZE(rss_vectors); i++)
		idx = rss_vector(r, &rss_vectors[i], idx);

	tap_eq(r->ops->rss(&r->hw, &all), 0, "all hashes to one queue");
	frame_make(arp, sizeof(arp), mac, 1);
	sim_inproc_inject(r->p, arp, sizeof(arp));
	settle();
	tap_eq(family.rx_len(rx_desc(r, idx)), 0, "what is not IP goes to queue 0");
	rss_inject(r, &rss_vectors[0]);
	tap_eq(family.rx_len(rx_desc(r, idx)), RSS_FRAME, "a flow comes");
	idx++;
	tap_eq(r->ops->rss(&r->hw, NULL), 0, "rss is taken back");
	rss_inject(r, &rss_vectors[0]);
	tap_eq(family.rx_len(rx_desc(r, idx)), 0, "no flow comes");
	tap_eq(r->ops->queue_stop(&r->hw, &r->q), 0, "queue stops");
	tap_eq(queue_up(r, 0), 0, "queue 0");
	rss_inject(r, &rss_vectors[0]);
	tap_eq(family.rx_len(rx_desc(r, 0)), RSS_FRAME, "it comes there");
	tap_eq(r->ops->queue_stop(&r->hw, &r->q), 0, "queue stops");

	tap_eq(r->ops->rss(&r->hw, &all), 0, "all to one queue again");
	tap_ok(!r->ops->reset(&r->hw) && !r->ops->start(&r->hw) && rig_link(r), "a reset");
	tap_eq(queue_up(r, 0), 0, "queue 0");
	rss_inject(r, &rss_vectors[0]);
	tap_eq(family.rx_len(rx_desc(r, 0)), RSS_FRAME, "which has forgotten it");
	tap_eq(r->ops->queue_stop(&r->hw, &r->q), 0, "queue stops");
	tap_eq(queue_up(r, RSS_QUEUE), 0, "the other queue");
	rss_vector(r, &rss_vectors[0], 0);
	tap_eq(r->ops->queue_stop(&r->hw, &r->q), 0, "queue stops");
}

#endif
