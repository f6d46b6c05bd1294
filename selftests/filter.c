// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive filters (NDRV_FILTER_ADD, NDRV_FILTER_DEL): a frame that is sent from the neighbour port
 * arrives on exactly the queue that the filters say, or on none. Who owns a filter, how files share
 * one, that a reset loses none, and what is refused. Needs two ports joined by a cable.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

#define NR_PAIRS	3
#define DEAD_QUEUE	3	/* nobody's */
#define FRAME		100
#define NOWHERE		-1
#define MARK_TYPE	0x88b5
#define TEST_TYPE	LOOK_TYPE
#define IPV4		0x0800

static const uint8_t mac_a[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };
static const uint8_t mac_b[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x56 };
static const uint8_t mac_group[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };

FIXTURE(filters)
{
	struct port from;		/* port 0 */
	struct port to[NR_PAIRS];	/* port 1 */
	int ctl, ctl2;			/* files of port 1 without a pair */
	struct ndrv_info info;		/* of port 1 */
	uint64_t tag;
};

FIXTURE_SETUP(filters)
{
	struct ndrv_queue_setup qs;
	unsigned int i;

	self->from.fd = self->ctl = self->ctl2 = -1;
	for (i = 0; i < NR_PAIRS; i++)
		self->to[i].fd = -1;
	NEED_PORTS(2);
	self->ctl = dev_open(1);
	self->ctl2 = dev_open(1);
	ASSERT_GE(self->ctl, 0);
	ASSERT_GE(self->ctl2, 0);
	ASSERT_EQ(0, get_info(self->ctl, &self->info));
	ASSERT_EQ(0, port_setup(&self->from, 0, NULL));
	ASSERT_EQ(0, port_start(&self->from));
	for (i = 0; i < NR_PAIRS; i++) {
		qs = setup_args();
		qs.queue = i;
		ASSERT_EQ(0, port_setup(&self->to[i], 1, &qs));
		ASSERT_EQ(0, port_start(&self->to[i]));
	}
	ASSERT_EQ(0, port_wait_link(&self->from, LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->to[0], LINK_MS));
	self->tag = now_ms() << 16;
}

FIXTURE_TEARDOWN(filters)
{
	unsigned int i;

	for (i = 0; i < NR_PAIRS; i++)
		port_close(&self->to[i]);
	port_close(&self->from);
	if (self->ctl >= 0)
		close(self->ctl);
	if (self->ctl2 >= 0)
		close(self->ctl2);
	if (sim_present() && dev_count() >= 2) {
		EXPECT_EQ(0, sim_counter(1, "dma_faults"));
		EXPECT_EQ(0, sim_counter(1, "dma_after_stop"));
	}
}

/* ---- frames ---------------------------------------------------------------------------------- */

static void frame_of(FIXTURE_DATA(filters) *self, uint8_t *frame, const struct look *l, uint64_t tag)
{
	frame_look(frame, FRAME, l, self->info.out_mac, self->from.info.out_mac);
	memcpy(frame + FRAME - 8, &tag, 8);
}

/* The tags of frames that wait on queue @q are compared with both; counts into seen[0] and seen[1]. */
static void collect(struct port *p, uint64_t tag, uint64_t mark, unsigned int seen[2])
{
	uint8_t in[2048];
	uint64_t got;
	int len;

	while ((len = port_recv(p, in, sizeof(in), 0)) > 0) {
		if (len != FRAME)
			continue;
		memcpy(&got, in + FRAME - 8, 8);
		seen[0] += got == tag;
		seen[1] += got == mark;
	}
}

/*
 * The queue that such a frame comes to, or NOWHERE. Behind it goes one that no filter touches, on the
 * same wire: when that has arrived on queue 0 the other has, or never will. -EPROTO: it came twice, or
 * the second was lost.
 */
static int goes_to(FIXTURE_DATA(filters) *self, const struct look *l)
{
	uint64_t tag = self->tag++, mark = self->tag++, end = now_ms() + 5000;
	struct look marker = { .ethertype = MARK_TYPE };
	int queue = NOWHERE, copies = 0, late = 0;
	uint8_t frame[FRAME];
	unsigned int q, marked = 0;

	frame_of(self, frame, l, tag);
	if (port_send(&self->from, frame, FRAME))
		return -EAGAIN;
	frame_of(self, frame, &marker, mark);
	if (port_send(&self->from, frame, FRAME))
		return -EAGAIN;
	/* One round after the mark: the queues are looked at one after the other. */
	while (late < 2 && now_ms() < end) {
		for (q = 0; q < NR_PAIRS; q++) {
			unsigned int seen[2] = {};

			collect(&self->to[q], tag, mark, seen);
			if (seen[0])
				queue = q;
			copies += seen[0];
			marked += q == 0 && seen[1];
		}
		late += !!marked;
	}
	port_tx_flush(&self->from, 1000);
	return copies > 1 || !marked ? -EPROTO : queue;
}

/* ---- filters --------------------------------------------------------------------------------- */

static struct ndrv_filter_add filter_mac(const uint8_t *mac, uint32_t queue)
{
	struct ndrv_filter_add fa = {
		.size = sizeof(fa), .type = NDRV_FILTER_MAC, .queue = queue,
	};

	memcpy(fa.mac, mac, 6);
	return fa;
}

static struct ndrv_filter_add filter_vlan(uint16_t vlan)
{
	return (struct ndrv_filter_add){
		.size = sizeof(struct ndrv_filter_add), .type = NDRV_FILTER_VLAN,
		.queue = NDRV_QUEUE_ANY, .vlan = vlan,
	};
}

static struct ndrv_filter_add filter_type(uint16_t ethertype, uint32_t queue)
{
	return (struct ndrv_filter_add){
		.size = sizeof(struct ndrv_filter_add), .type = NDRV_FILTER_ETHERTYPE,
		.queue = queue, .ethertype = ethertype,
	};
}

/* Those fields of @l that @fields names. */
static struct ndrv_filter_add filter_tuple(const struct look *l, uint32_t fields, uint32_t queue)
{
	struct ndrv_filter_add fa = {
		.size = sizeof(fa), .type = NDRV_FILTER_TUPLE, .queue = queue, .flags = fields,
	};

	if (fields & NDRV_FILTER_F_PROTO)
		fa.proto = l->proto;
	if (fields & NDRV_FILTER_F_SRC_IP)
		fa.src_ip = htonl(l->src_ip);
	if (fields & NDRV_FILTER_F_DST_IP)
		fa.dst_ip = htonl(l->dst_ip);
	if (fields & NDRV_FILTER_F_SRC_PORT)
		fa.src_port = htons(l->src_port);
	if (fields & NDRV_FILTER_F_DST_PORT)
		fa.dst_port = htons(l->dst_port);
	return fa;
}

#define ALL_FIELDS (NDRV_FILTER_F_PROTO | NDRV_FILTER_F_SRC_IP | NDRV_FILTER_F_DST_IP | \
		    NDRV_FILTER_F_SRC_PORT | NDRV_FILTER_F_DST_PORT)

static int add(int fd, struct ndrv_filter_add fa, uint32_t *id)
{
	int err = xioctl(fd, NDRV_FILTER_ADD, &fa);

	if (!err && id)
		*id = fa.out_filter;
	return err;
}

static int del(int fd, uint32_t id)
{
	struct ndrv_filter_del fd_arg = { .size = sizeof(fd_arg), .filter = id };

	return xioctl(fd, NDRV_FILTER_DEL, &fd_arg);
}

static const struct look flow = {
	.proto = 17, .src_ip = 0x0a000001, .dst_ip = 0x0a010203, .src_port = 1000, .dst_port = 2000,
};

/* The simulator's cards have them all; other cards may not. */
#define MAC		NDRV_FEAT_FILTER_MAC
#define VLAN		NDRV_FEAT_FILTER_VLAN
#define ETHERTYPE	NDRV_FEAT_FILTER_ETHERTYPE

#define NEED_FEATURES(bits) do {						\
	if (~self->info.out_features & (bits)) {				\
		ASSERT_FALSE(sim_present()) TH_LOG("not all of " #bits);	\
		SKIP(return, "not all of " #bits);				\
	}									\
} while (0)

#define HAS_TYPE	(self->info.out_features & ETHERTYPE)
#define HAS_TUPLE	(self->info.out_features & NDRV_FEAT_FILTER_TUPLE)

/* The 82599 has it; who has not says so, and nothing changes. */
#define NEED_TUPLE() do {							\
	if (!HAS_TUPLE) {							\
		EXPECT_NE(NDRV_DESC_IXGBE, self->info.out_desc_format);		\
		EXPECT_EQ(-EOPNOTSUPP,						\
			  add(self->ctl, filter_tuple(&flow, ALL_FIELDS, 1), NULL)); \
		EXPECT_EQ(0, goes_to(self, &flow));				\
		return;								\
	}									\
} while (0)

#define GOES_TO(where, ...) EXPECT_EQ(where, goes_to(self, &(struct look){ __VA_ARGS__ }))

/* ---- addresses and VLANs --------------------------------------------------------------------- */

TEST_F(filters, mac)
{
	const uint8_t *macs[] = { mac_a, mac_group };
	unsigned int i;
	uint32_t id;

	NEED_FEATURES(MAC);
	for (i = 0; i < ARRAY_SIZE(macs); i++) {
		GOES_TO(NOWHERE, .dst = macs[i]);
		ASSERT_EQ(0, add(self->ctl, filter_mac(macs[i], NDRV_QUEUE_ANY), &id));
		GOES_TO(0, .dst = macs[i]);
		GOES_TO(0, .dst = NULL);
		GOES_TO(NOWHERE, .dst = mac_b);
		ASSERT_EQ(0, del(self->ctl, id));
		GOES_TO(NOWHERE, .dst = macs[i]);
	}
	/* The port's own is there anyway, and stays. */
	ASSERT_EQ(0, add(self->ctl, filter_mac(self->info.out_mac, NDRV_QUEUE_ANY), &id));
	GOES_TO(0, .dst = NULL);
	ASSERT_EQ(0, del(self->ctl, id));
	GOES_TO(0, .dst = NULL);
}

TEST_F(filters, mac_to_a_queue)
{
	uint32_t id;

	NEED_FEATURES(MAC);
	if (!(self->info.out_features & NDRV_FEAT_FILTER_MAC_QUEUE)) {
		EXPECT_EQ(-EOPNOTSUPP, add(self->ctl, filter_mac(mac_a, 2), NULL));
		GOES_TO(NOWHERE, .dst = mac_a);
		return;
	}
	ASSERT_EQ(0, add(self->ctl, filter_mac(mac_a, 2), &id));
	ASSERT_EQ(0, add(self->ctl, filter_mac(mac_b, 1), NULL));
	GOES_TO(2, .dst = mac_a);
	GOES_TO(1, .dst = mac_b);
	GOES_TO(0, .dst = NULL);
	ASSERT_EQ(0, del(self->ctl, id));
	GOES_TO(NOWHERE, .dst = mac_a);
	GOES_TO(1, .dst = mac_b);
}

TEST_F(filters, vlan)
{
	struct ndrv_rx_mode mode = { .size = sizeof(mode), .flags = NDRV_RX_MODE_PROMISC };
	uint32_t id, id2;

	NEED_FEATURES(VLAN);
	GOES_TO(0, .vlan = 100);
	ASSERT_EQ(0, add(self->ctl, filter_vlan(100), &id));
	GOES_TO(0, .vlan = 100);
	GOES_TO(NOWHERE, .vlan = 200);
	GOES_TO(0, .vlan = 0);
	ASSERT_EQ(0, add(self->ctl2, filter_vlan(4094), &id2));
	GOES_TO(0, .vlan = 4094);
	GOES_TO(0, .vlan = 100);
	GOES_TO(NOWHERE, .vlan = 200);
	/* Who wants everything gets it. */
	ASSERT_EQ(0, xioctl(self->ctl2, NDRV_RX_MODE, &mode));
	GOES_TO(0, .vlan = 200);
	mode.flags = 0;
	ASSERT_EQ(0, xioctl(self->ctl2, NDRV_RX_MODE, &mode));
	GOES_TO(NOWHERE, .vlan = 200);
	ASSERT_EQ(0, del(self->ctl, id));
	GOES_TO(NOWHERE, .vlan = 100);
	GOES_TO(0, .vlan = 4094);
	ASSERT_EQ(0, del(self->ctl2, id2));
	GOES_TO(0, .vlan = 200);
}

/* ---- to a queue ------------------------------------------------------------------------------ */

TEST_F(filters, ethertype)
{
	int elsewhere;
	uint32_t id;

	NEED_FEATURES(ETHERTYPE);
	GOES_TO(0, .ethertype = TEST_TYPE);
	ASSERT_EQ(0, add(self->ctl, filter_type(TEST_TYPE, 1), &id));
	ASSERT_EQ(0, add(self->ctl, filter_type(0x88cc, 2), NULL));
	ASSERT_EQ(0, add(self->ctl, filter_type(0x8863, DEAD_QUEUE), NULL));
	ASSERT_EQ(0, add(self->ctl, filter_type(0x8899, 0), NULL));
	GOES_TO(1, .ethertype = TEST_TYPE);
	GOES_TO(2, .ethertype = 0x88cc);
	GOES_TO(NOWHERE, .ethertype = 0x8863);
	GOES_TO(0, .ethertype = 0x8899);
	GOES_TO(0, .ethertype = 0x8864);
	GOES_TO(0, .proto = 17, .src_ip = 1, .dst_ip = 2);
	/* To somebody else: taken by some cards, but then by that queue. */
	elsewhere = goes_to(self, &(struct look){ .ethertype = TEST_TYPE, .dst = mac_a });
	EXPECT_TRUE(elsewhere == NOWHERE || elsewhere == 1) TH_LOG("%d", elsewhere);
	ASSERT_EQ(0, del(self->ctl, id));
	GOES_TO(0, .ethertype = TEST_TYPE);
	GOES_TO(2, .ethertype = 0x88cc);
}

/* The same flow with one field changed. */
static struct look other(unsigned int field)
{
	struct look l = flow;

	l.proto = field == NDRV_FILTER_F_PROTO ? 6 : l.proto;
	l.src_ip += field == NDRV_FILTER_F_SRC_IP;
	l.dst_ip += field == NDRV_FILTER_F_DST_IP;
	l.src_port += field == NDRV_FILTER_F_SRC_PORT;
	l.dst_port += field == NDRV_FILTER_F_DST_PORT;
	return l;
}

/* Every useful set of fields, alone: a frame that differs in one of them goes where it would. */
TEST_F(filters, tuple)
{
	unsigned int fields, bit;
	struct look l;
	uint32_t id;

	NEED_TUPLE();
	for (fields = 1; fields <= ALL_FIELDS; fields++) {
		if (fields & (NDRV_FILTER_F_SRC_PORT | NDRV_FILTER_F_DST_PORT) &&
		    !(fields & NDRV_FILTER_F_PROTO))
			continue;
		ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, fields, 2), &id))
			TH_LOG("fields 0x%x", fields);
		EXPECT_EQ(2, goes_to(self, &flow)) TH_LOG("fields 0x%x", fields);
		for (bit = 1; bit <= NDRV_FILTER_F_DST_PORT; bit <<= 1) {
			l = other(bit);
			EXPECT_EQ(fields & bit ? 0 : 2, goes_to(self, &l))
				TH_LOG("fields 0x%x, 0x%x differs", fields, bit);
		}
		ASSERT_EQ(0, del(self->ctl, id));
		EXPECT_EQ(0, goes_to(self, &flow)) TH_LOG("fields 0x%x", fields);
	}
}

TEST_F(filters, tuple_protocols)
{
	static const unsigned int protos[] = { 6, 17, 132 };
	struct look l = flow;
	unsigned int i, j;
	uint32_t id;

	NEED_TUPLE();
	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		l.proto = protos[i];
		ASSERT_EQ(0, add(self->ctl, filter_tuple(&l, ALL_FIELDS, 1), &id));
		for (j = 0; j < ARRAY_SIZE(protos); j++) {
			l.proto = protos[j];
			EXPECT_EQ(i == j ? 1 : 0, goes_to(self, &l))
				TH_LOG("filter %u, frame %u", protos[i], protos[j]);
		}
		ASSERT_EQ(0, del(self->ctl, id));
	}
}

#define SRC_IP	NDRV_FILTER_F_SRC_IP
#define DST_IP	NDRV_FILTER_F_DST_IP
#define UDP	NDRV_FILTER_F_PROTO

/* More fields win, whichever came first; then the older one wins, whatever was taken out since. */
TEST_F(filters, tuple_order)
{
	uint32_t wide, narrow, old, young;

	NEED_TUPLE();
	ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, DST_IP, 1), &wide));
	ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, ALL_FIELDS, 2), &narrow));
	EXPECT_EQ(2, goes_to(self, &flow));
	ASSERT_EQ(0, del(self->ctl, wide));
	ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, DST_IP, 1), &wide));
	EXPECT_EQ(2, goes_to(self, &flow));
	ASSERT_EQ(0, del(self->ctl, narrow));
	EXPECT_EQ(1, goes_to(self, &flow));
	ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, ALL_FIELDS, 2), &narrow));
	EXPECT_EQ(2, goes_to(self, &flow));
	ASSERT_EQ(0, del(self->ctl, narrow));
	ASSERT_EQ(0, del(self->ctl, wide));

	/* The place that the first leaves free must not make the third older than the second. */
	ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, UDP | NDRV_FILTER_F_SRC_PORT, 1), &wide));
	ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, UDP | SRC_IP, 2), &old));
	EXPECT_EQ(1, goes_to(self, &flow));
	ASSERT_EQ(0, del(self->ctl, wide));
	ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, UDP | DST_IP, 1), &young));
	EXPECT_EQ(2, goes_to(self, &flow));
	ASSERT_EQ(0, del(self->ctl, old));
	EXPECT_EQ(1, goes_to(self, &flow));
	ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, UDP | SRC_IP, 2), &old));
	EXPECT_EQ(1, goes_to(self, &flow));
}

/* A table that sends everything to queue 2 does not touch what filters send elsewhere. */
TEST_F(filters, before_rss)
{
	struct ndrv_rss rss = { .size = sizeof(rss), .flags = NDRV_RSS_F_SPREAD };
	struct look l;
	unsigned int i;

	NEED_FEATURES(ETHERTYPE);
	if (self->info.out_rss_queues < NR_PAIRS)
		SKIP(return, "RSS over %u queues", self->info.out_rss_queues);
	for (i = 0; i < sizeof(rss.key); i++)
		rss.key[i] = 0x6d + 0x3b * i;
	for (i = 0; i < ARRAY_SIZE(rss.table); i++)
		rss.table[i] = 2;
	ASSERT_EQ(0, xioctl(self->ctl, NDRV_RSS, &rss));
	EXPECT_EQ(2, goes_to(self, &flow));
	if (HAS_TUPLE)
		ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, ALL_FIELDS, 1), NULL));
	ASSERT_EQ(0, add(self->ctl, filter_type(TEST_TYPE, 1), NULL));
	EXPECT_EQ(HAS_TUPLE ? 1 : 2, goes_to(self, &flow));
	l = other(NDRV_FILTER_F_SRC_PORT);
	EXPECT_EQ(2, goes_to(self, &l));
	GOES_TO(1, .ethertype = TEST_TYPE);
	GOES_TO(0, .ethertype = 0x8864);
}

/* ---- owners ---------------------------------------------------------------------------------- */

TEST_F(filters, belongs_to_its_file)
{
	struct ndrv_filter_add fa = filter_type(TEST_TYPE, 1);
	uint32_t id, id2;
	int fd;

	NEED_FEATURES(ETHERTYPE);
	fd = dev_open(1);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, add(fd, fa, &id));
	EXPECT_EQ(-EEXIST, add(fd, fa, NULL));
	EXPECT_EQ(-ENOENT, del(self->ctl, id));
	EXPECT_EQ(-ENOENT, del(fd, id + 1));
	EXPECT_EQ(-ENOENT, del(fd, 0xffffffff));
	fa.queue = 2;
	EXPECT_EQ(-EEXIST, add(fd, fa, NULL));
	EXPECT_EQ(-EEXIST, add(self->ctl, fa, NULL));
	GOES_TO(1, .ethertype = TEST_TYPE);
	close(fd);
	GOES_TO(0, .ethertype = TEST_TYPE);
	ASSERT_EQ(0, add(self->ctl, fa, &id2));
	GOES_TO(2, .ethertype = TEST_TYPE);
	EXPECT_EQ(0, del(self->ctl, id2));
	EXPECT_EQ(-ENOENT, del(self->ctl, id2));
}

/* One filter for two files: it goes with the last. */
TEST_F(filters, shared_by_two_files)
{
	uint32_t id, vlan;
	int fd;

	NEED_FEATURES(MAC | VLAN);
	fd = dev_open(1);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, add(fd, filter_mac(mac_a, NDRV_QUEUE_ANY), NULL));
	ASSERT_EQ(0, add(self->ctl, filter_mac(mac_a, NDRV_QUEUE_ANY), &id));
	ASSERT_EQ(0, add(fd, filter_vlan(7), NULL));
	ASSERT_EQ(0, add(self->ctl, filter_vlan(7), &vlan));
	EXPECT_EQ(-EEXIST, add(fd, filter_vlan(7), NULL));
	close(fd);
	GOES_TO(0, .dst = mac_a, .vlan = 7);
	GOES_TO(NOWHERE, .vlan = 8);
	fd = dev_open(1);
	ASSERT_EQ(0, add(fd, filter_mac(mac_a, NDRV_QUEUE_ANY), NULL));
	ASSERT_EQ(0, del(self->ctl, id));
	ASSERT_EQ(0, del(self->ctl, vlan));
	GOES_TO(0, .dst = mac_a, .vlan = 8);
	close(fd);
	GOES_TO(NOWHERE, .dst = mac_a);
}

TEST_F(filters, sysfs_shows_them)
{
	uint32_t id;

	NEED_FEATURES(MAC | VLAN);
	EXPECT_EQ(0, sysfs_lines(1, "filters", ""));
	ASSERT_EQ(0, add(self->ctl, filter_mac(mac_a, NDRV_QUEUE_ANY), &id));
	ASSERT_EQ(0, add(self->ctl2, filter_mac(mac_a, NDRV_QUEUE_ANY), NULL));
	ASSERT_EQ(0, add(self->ctl, filter_vlan(77), NULL));
	if (HAS_TYPE)
		ASSERT_EQ(0, add(self->ctl, filter_type(TEST_TYPE, 2), NULL));
	EXPECT_EQ(2 + !!HAS_TYPE, sysfs_lines(1, "filters", ""));
	EXPECT_EQ(1, sysfs_lines(1, "filters", "mac - 2 set 02:11:22:33:44:55\n"));
	EXPECT_EQ(1, sysfs_lines(1, "filters", "vlan - 1 set 77\n"));
	EXPECT_EQ(!!HAS_TYPE, sysfs_lines(1, "filters", "ethertype 2 1 set 0x88f7\n"));
	if (HAS_TUPLE)
		ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, ALL_FIELDS, 1), NULL));
	EXPECT_EQ(!!HAS_TUPLE,
		  sysfs_lines(1, "filters", "tuple 1 1 set proto=17 src=10.0.0.1 dst=10.1.2.3 "
			      "sport=1000 dport=2000\n"));
	ASSERT_EQ(0, del(self->ctl, id));
	EXPECT_EQ(1, sysfs_lines(1, "filters", "mac - 1 set 02:11:22:33:44:55\n"));
}

/* ---- resets, full tables, wrong arguments ---------------------------------------------------- */

TEST_F(filters, survive_a_reset)
{
	struct look l = other(NDRV_FILTER_F_DST_PORT);
	unsigned int i;
	uint32_t id;

	NEED_ROOT();
	NEED_FEATURES(MAC | VLAN);
	ASSERT_EQ(0, add(self->ctl, filter_mac(mac_b, NDRV_QUEUE_ANY), &id));
	ASSERT_EQ(0, add(self->ctl, filter_mac(mac_a, NDRV_QUEUE_ANY), NULL));
	ASSERT_EQ(0, add(self->ctl, filter_mac(mac_group, NDRV_QUEUE_ANY), NULL));
	ASSERT_EQ(0, add(self->ctl, filter_vlan(100), NULL));
	if (HAS_TYPE)
		ASSERT_EQ(0, add(self->ctl, filter_type(TEST_TYPE, 1), NULL));
	if (HAS_TUPLE) {
		ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, UDP | SRC_IP, 2), NULL));
		ASSERT_EQ(0, add(self->ctl, filter_tuple(&flow, ALL_FIELDS, 1), NULL));
	}
	ASSERT_EQ(0, del(self->ctl, id));
	ASSERT_EQ(0, dev_reset(dev_pci(1)));
	for (i = 0; i < NR_PAIRS; i++)
		ASSERT_EQ(0, port_start(&self->to[i]));
	ASSERT_EQ(0, port_wait_link(&self->to[0], LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->from, LINK_MS));
	GOES_TO(0, .dst = mac_a, .ethertype = 0x8864);
	GOES_TO(0, .dst = mac_group, .ethertype = 0x8864);
	GOES_TO(NOWHERE, .dst = mac_b, .ethertype = 0x8864);
	GOES_TO(0, .vlan = 100, .ethertype = 0x8864);
	GOES_TO(NOWHERE, .vlan = 200, .ethertype = 0x8864);
	GOES_TO(HAS_TYPE ? 1 : 0, .ethertype = TEST_TYPE);
	EXPECT_EQ(HAS_TUPLE ? 1 : 0, goes_to(self, &flow));
	EXPECT_EQ(HAS_TUPLE ? 2 : 0, goes_to(self, &l));
}

#define TABLE_MAX	20000

static struct ndrv_filter_add nth(uint32_t type, unsigned int n)
{
	struct ndrv_filter_add fa = filter_type(0x9000 + n, 1);
	uint8_t mac[6] = { 0x02, 0xfe, 0, n >> 16, n >> 8, n };
	struct look l = flow;

	l.src_ip += n;
	if (type == NDRV_FILTER_MAC)
		fa = filter_mac(mac, NDRV_QUEUE_ANY);
	if (type == NDRV_FILTER_TUPLE)
		fa = filter_tuple(&l, ALL_FIELDS, 2);
	return fa;
}

/* A table that is full says so and loses nothing; a place that becomes free can be taken. */
static void fill_table(struct __test_metadata *_metadata, FIXTURE_DATA(filters) *self, uint32_t type)
{
	uint32_t first = 0, id = 0;
	unsigned int n;
	int err = 0;

	for (n = 0; !err && n < TABLE_MAX; n++) {
		err = add(self->ctl, nth(type, n), &id);
		if (!n)
			first = id;
	}
	n--;
	TH_LOG("type %u: %u filters", type, n);
	EXPECT_EQ(-ENOSPC, err);
	EXPECT_GE(n, 4);
	EXPECT_EQ(-ENOSPC, add(self->ctl2, nth(type, n), NULL));
	/* Sharing needs no place. */
	EXPECT_EQ(0, add(self->ctl2, nth(type, n - 1), &id));
	EXPECT_EQ(0, del(self->ctl2, id));
	EXPECT_EQ(0, del(self->ctl, first));
	EXPECT_EQ(0, add(self->ctl2, nth(type, n), &id));
	EXPECT_EQ(-ENOSPC, add(self->ctl, nth(type, n + 1), NULL));
	EXPECT_EQ(0, del(self->ctl2, id));
}

TEST_F(filters, full_table_of_addresses)
{
	NEED_FEATURES(MAC);
	fill_table(_metadata, self, NDRV_FILTER_MAC);
	GOES_TO(0, .dst = (uint8_t[]){ 0x02, 0xfe, 0, 0, 0, 1 });
	GOES_TO(NOWHERE, .dst = (uint8_t[]){ 0x02, 0xfe, 0, 0, 0, 0 });
}

TEST_F(filters, full_table_of_ethertypes)
{
	NEED_FEATURES(ETHERTYPE);
	fill_table(_metadata, self, NDRV_FILTER_ETHERTYPE);
	GOES_TO(1, .ethertype = 0x9001);
	GOES_TO(0, .ethertype = 0x9000);
}

TEST_F(filters, full_table_of_tuples)
{
	struct look l = other(NDRV_FILTER_F_SRC_IP);

	NEED_TUPLE();
	fill_table(_metadata, self, NDRV_FILTER_TUPLE);
	EXPECT_EQ(2, goes_to(self, &l));
	EXPECT_EQ(0, goes_to(self, &flow));
}

#define REFUSED(want, start, ...) do {				\
	struct ndrv_filter_add fa = start;			\
	__VA_ARGS__;						\
	EXPECT_EQ(want, add(self->ctl, fa, NULL));		\
} while (0)

static void wrong_tuples(struct __test_metadata *_metadata, FIXTURE_DATA(filters) *self)
{
	REFUSED(-EINVAL, filter_tuple(&flow, 0, 0));
	REFUSED(-EINVAL, filter_tuple(&flow, NDRV_FILTER_F_SRC_PORT, 0));
	REFUSED(-EINVAL, filter_tuple(&flow, ALL_FIELDS, NDRV_QUEUE_ANY));
	REFUSED(-EINVAL, filter_tuple(&flow, ALL_FIELDS, 0), fa.proto = 1);
	REFUSED(-EINVAL, filter_tuple(&flow, UDP, 0), fa.src_ip = 1);
	REFUSED(-EINVAL, filter_tuple(&flow, UDP, 0), fa.dst_ip = 1);
	REFUSED(-EINVAL, filter_tuple(&flow, UDP, 0), fa.src_port = 1);
	REFUSED(-EINVAL, filter_tuple(&flow, UDP, 0), fa.dst_port = 1);
	REFUSED(-EINVAL, filter_tuple(&flow, SRC_IP, 0), fa.proto = 17);
	REFUSED(-EINVAL, filter_tuple(&flow, UDP, 0), fa.ethertype = TEST_TYPE);
	REFUSED(-ERANGE, filter_tuple(&flow, UDP, self->info.out_max_queues));
}

static void wrong_types(struct __test_metadata *_metadata, FIXTURE_DATA(filters) *self)
{
	REFUSED(-EINVAL, filter_type(0x5ff, 0));
	REFUSED(-EINVAL, filter_type(IPV4, 0));
	REFUSED(-EINVAL, filter_type(0x86dd, 0));
	REFUSED(-EINVAL, filter_type(TEST_TYPE, NDRV_QUEUE_ANY));
	REFUSED(-ERANGE, filter_type(TEST_TYPE, self->info.out_max_queues));
	REFUSED(-EINVAL, filter_type(TEST_TYPE, 0), fa.proto = 6);
}

TEST_F(filters, wrong_arguments)
{
	static const uint8_t none[6] = {}, all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	NEED_FEATURES(MAC | VLAN);
	REFUSED(-EOPNOTSUPP, filter_vlan(1), fa.type = 0);
	REFUSED(-EOPNOTSUPP, filter_vlan(1), fa.type = 5);
	REFUSED(-EINVAL, filter_vlan(1), fa.__reserved0 = 1);
	REFUSED(-EINVAL, filter_mac(none, NDRV_QUEUE_ANY));
	REFUSED(-EINVAL, filter_mac(all, NDRV_QUEUE_ANY));
	REFUSED(-EINVAL, filter_mac(mac_a, NDRV_QUEUE_ANY), fa.vlan = 1);
	REFUSED(-EINVAL, filter_mac(mac_a, NDRV_QUEUE_ANY), fa.flags = NDRV_FILTER_F_PROTO);
	REFUSED(-EINVAL, filter_vlan(0));
	REFUSED(-EINVAL, filter_vlan(4095));
	REFUSED(-EINVAL, filter_vlan(1), fa.queue = 0);
	REFUSED(-EINVAL, filter_vlan(1), fa.mac[5] = 1);
	if (!HAS_TYPE)
		REFUSED(-EOPNOTSUPP, filter_type(TEST_TYPE, 0));
	else
		wrong_types(_metadata, self);
	if (!HAS_TUPLE)
		REFUSED(-EOPNOTSUPP, filter_tuple(&flow, UDP, 0));
	else
		wrong_tuples(_metadata, self);
	/* None of that left a trace. */
	EXPECT_EQ(0, goes_to(self, &flow));
	GOES_TO(0, .vlan = 100);
}

TEST_HARNESS_MAIN
