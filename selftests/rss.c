// SPDX-License-Identifier: GPL-2.0-only
/*
 * Received frames spread over queues (NDRV_RSS): which queue a flow takes is computed here, from the
 * definition of the Toeplitz hash and the table that was set, and never asked of the card. Needs
 * two ports joined by a cable.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>

#define NR_PAIRS	4
#define FLOWS		48
#define FRAME		120
#define MAGIC		0x6e647273

/* With ports in the hash, and without. */
enum proto { UDP = 17, TCP = 6, ICMP = 1, FRAGMENT = 256 + UDP };

struct flow {
	uint8_t src[16], dst[16];	/* 4 of them for IPv4 */
	uint16_t sport, dport;
	unsigned int ip;		/* 4 or 6 */
	enum proto proto;
};

/* ---- what the card should do ----------------------------------------------------------------- */

/* Every set bit of the data adds the 32 bits of the key that begin there. */
static uint32_t toeplitz(const uint8_t *key, const uint8_t *data, unsigned int len)
{
	uint32_t hash = 0, window = (uint32_t)key[0] << 24 | key[1] << 16 | key[2] << 8 | key[3];
	unsigned int bit;

	for (bit = 0; bit < len * 8; bit++) {
		if (data[bit / 8] >> (7 - bit % 8) & 1)
			hash ^= window;
		window = window << 1 | (key[4 + bit / 8] >> (7 - bit % 8) & 1);
	}
	return hash;
}

static uint32_t flow_hash(const uint8_t *key, const struct flow *f)
{
	unsigned int bytes = f->ip == 4 ? 4 : 16, at = 2 * bytes;
	uint8_t in[36];

	memcpy(in, f->src, bytes);
	memcpy(in + bytes, f->dst, bytes);
	if (f->proto != UDP && f->proto != TCP)
		return toeplitz(key, in, at);
	in[at] = f->sport >> 8;
	in[at + 1] = f->sport & 0xff;
	in[at + 2] = f->dport >> 8;
	in[at + 3] = f->dport & 0xff;
	return toeplitz(key, in, at + 4);
}

/* The key and the values that everybody publishes who implements this hash. */
TEST(hash_as_published)
{
	static const uint8_t key[40] = {
		0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
		0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
		0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
	};
	struct flow f = {
		.src = { 66, 9, 149, 187 }, .dst = { 161, 142, 100, 80 },
		.sport = 2794, .dport = 1766, .ip = 4, .proto = TCP,
	};

	EXPECT_EQ(0x51ccc178, flow_hash(key, &f));
	f.proto = ICMP;
	EXPECT_EQ(0x323e8fc2, flow_hash(key, &f));
}

/* ---- frames ---------------------------------------------------------------------------------- */

static struct flow flow_nr(unsigned int n)
{
	static const struct { unsigned int ip; enum proto proto; } kinds[] = {
		{ 4, UDP }, { 4, TCP }, { 6, UDP }, { 6, TCP }, { 4, ICMP }, { 4, FRAGMENT },
	};
	unsigned int kind = n % ARRAY_SIZE(kinds);
	struct flow f = { .ip = kinds[kind].ip, .proto = kinds[kind].proto,
			  .sport = 1000 + 77 * n, .dport = 40000 - 13 * n };
	unsigned int i;

	for (i = 0; i < 16; i++) {
		f.src[i] = 10 + 7 * n + 31 * i;
		f.dst[i] = 20 + 11 * n + 17 * i;
	}
	f.src[0] = f.dst[0] = f.ip == 4 ? 10 : 0xfd;
	return f;
}

static void put_be16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static unsigned int add_be16(const uint8_t *p, unsigned int len, unsigned int sum)
{
	unsigned int i;

	for (i = 0; i < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* @sum: of the pseudo header. */
static void l4_fill(uint8_t *l4, unsigned int len, const struct flow *f, unsigned int sum)
{
	unsigned int at = f->proto == TCP ? 16 : 6;

	if (f->proto == ICMP) {
		l4[0] = 8;		/* echo request */
		put_be16(l4 + 2, ~add_be16(l4, len, 0));
		return;
	}
	put_be16(l4, f->sport);
	put_be16(l4 + 2, f->dport);
	if (f->proto == TCP) {
		l4[12] = 5 << 4;
		l4[13] = 0x10;		/* ACK */
	} else {
		put_be16(l4 + 4, len);
	}
	sum = ~add_be16(l4, len, sum) & 0xffff;
	put_be16(l4 + at, sum ? sum : 0xffff);
}

/* Header checksums are right: a card may treat what it finds broken differently. */
static void frame_of(uint8_t *frame, const struct flow *f, const uint8_t *dst, const uint8_t *src,
		     uint32_t tag)
{
	unsigned int addr = f->ip == 4 ? 4 : 16, l3 = f->ip == 4 ? 20 : 40;
	unsigned int l4_len = FRAME - 14 - l3;
	uint8_t *ip = frame + 14, *l4 = ip + l3;
	uint32_t magic = MAGIC;

	memset(frame, 0, FRAME);
	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	put_be16(frame + 12, f->ip == 4 ? 0x0800 : 0x86dd);
	if (f->ip == 4) {
		ip[0] = 0x45;
		put_be16(ip + 2, FRAME - 14);
		ip[8] = 64;
		ip[6] = f->proto == FRAGMENT ? 0x20 : 0;	/* more fragments follow */
		ip[9] = f->proto;
		memcpy(ip + 12, f->src, 4);
		memcpy(ip + 16, f->dst, 4);
		put_be16(ip + 10, ~add_be16(ip, 20, 0));
	} else {
		ip[0] = 0x60;
		put_be16(ip + 4, l4_len);
		ip[6] = f->proto;
		ip[7] = 64;
		memcpy(ip + 8, f->src, 16);
		memcpy(ip + 24, f->dst, 16);
	}
	memcpy(frame + FRAME - 8, &magic, 4);
	memcpy(frame + FRAME - 4, &tag, 4);
	l4_fill(l4, l4_len, f, add_be16(l4 - 2 * addr, 2 * addr, (f->proto & 0xff) + l4_len));
}

static bool frame_tag(const uint8_t *frame, int len, uint32_t *tag)
{
	uint32_t magic;

	if (len != FRAME)
		return false;
	memcpy(&magic, frame + FRAME - 8, 4);
	memcpy(tag, frame + FRAME - 4, 4);
	return magic == MAGIC;
}

/* ---- ports ----------------------------------------------------------------------------------- */

FIXTURE(rss)
{
	struct port from;		/* port 0 */
	struct port to[NR_PAIRS];	/* port 1 */
	int ctl;			/* a file of port 1 without a pair */
	struct ndrv_info info;		/* of port 1 */
	uint8_t key[NDRV_RSS_KEY_LEN];
	uint16_t table[NDRV_RSS_TABLE_LEN];
	uint32_t tag;
};

FIXTURE_SETUP(rss)
{
	struct ndrv_queue_setup qs = setup_args();
	unsigned int i;

	self->from.fd = self->ctl = -1;
	for (i = 0; i < NR_PAIRS; i++)
		self->to[i].fd = -1;
	NEED_PORTS(2);
	ASSERT_EQ(0, port_setup(&self->from, 0, NULL));
	self->ctl = dev_open(1);
	ASSERT_GE(self->ctl, 0);
	ASSERT_EQ(0, get_info(self->ctl, &self->info));
	if (self->info.out_rss_queues < NR_PAIRS) {
		ASSERT_FALSE(bench_present());
		SKIP(return, "RSS over %u queues", self->info.out_rss_queues);
	}
	ASSERT_EQ(0, port_start(&self->from));
	for (i = 0; i < NR_PAIRS; i++) {
		qs = setup_args();
		qs.queue = i;
		ASSERT_EQ(0, port_setup(&self->to[i], 1, &qs));
		ASSERT_EQ(0, port_start(&self->to[i]));
	}
	ASSERT_EQ(0, port_wait_link(&self->from, LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->to[0], LINK_MS));
	for (i = 0; i < sizeof(self->key); i++)
		self->key[i] = 0x6d + 0x3b * i + (i * i >> 2);
	for (i = 0; i < ARRAY_SIZE(self->table); i++)
		self->table[i] = i % NR_PAIRS;
	self->tag = now_ms() << 8;
}

FIXTURE_TEARDOWN(rss)
{
	unsigned int i;

	for (i = 0; i < NR_PAIRS; i++)
		port_close(&self->to[i]);
	port_close(&self->from);
	if (self->ctl >= 0)
		close(self->ctl);
	if (sim_present() && dev_count() >= 2) {
		EXPECT_EQ(0, sim_counter(1, "dma_faults"));
		EXPECT_EQ(0, sim_counter(1, "dma_after_stop"));
	}
}

/* What a frame with @tag did: the queue it came to, or -1; *hash as the card reported it. */
static int arrives(FIXTURE_DATA(rss) *self, uint32_t tag, bool *has_hash, uint32_t *hash)
{
	uint64_t end = now_ms() + 3000;
	uint8_t in[2048];
	unsigned int q;

	do {
		for (q = 0; q < NR_PAIRS; q++) {
			struct port *p = &self->to[q];
			uint32_t idx = p->rx_pos % p->qs.rx_entries, got_tag;
			unsigned int len;
			bool last;

			if (!port_rx_done(p, idx, &len, &last))
				continue;
			*has_hash = p->desc->rx_hash(&p->rx[idx * p->desc->rx_words], hash);
			len = port_recv(p, in, sizeof(in), 0);
			if (frame_tag(in, len, &got_tag) && got_tag == tag)
				return (int)q;
		}
	} while (now_ms() < end);
	return -1;
}

static int send_flow(FIXTURE_DATA(rss) *self, const struct flow *f, bool *has_hash, uint32_t *hash)
{
	uint8_t out[FRAME];

	frame_of(out, f, self->to[0].info.out_mac, self->from.info.out_mac, ++self->tag);
	if (port_send(&self->from, out, sizeof(out)))
		return -1;
	return arrives(self, self->tag, has_hash, hash);
}

/* Every flow comes to the queue that key and table say, and is said to have that hash. */
static unsigned int misled(FIXTURE_DATA(rss) *self, unsigned int *per_queue)
{
	bool reported = self->info.out_features & NDRV_FEAT_RX_HASH, has_hash;
	unsigned int n, wrong = 0;

	for (n = 0; n < FLOWS; n++) {
		struct flow f = flow_nr(n);
		uint32_t want = flow_hash(self->key, &f), hash = 0;
		int queue = send_flow(self, &f, &has_hash, &hash);

		if (queue >= 0)
			per_queue[queue]++;
		if (queue == self->table[want % NDRV_RSS_TABLE_LEN] &&
		    (!reported || (has_hash && hash == want)))
			continue;
		fprintf(stderr, "# IPv%u protocol %u: hash %08x, queue %u wanted; %08x%s, %d seen\n",
			f.ip, f.proto, want, self->table[want % NDRV_RSS_TABLE_LEN], hash,
			has_hash ? "" : " (none)", queue);
		wrong++;
	}
	return wrong;
}

static int spread(int fd, const FIXTURE_DATA(rss) *self)
{
	struct ndrv_rss rss = { .size = sizeof(rss), .flags = NDRV_RSS_F_SPREAD };

	memcpy(rss.key, self->key, sizeof(rss.key));
	memcpy(rss.table, self->table, sizeof(rss.table));
	return xioctl(fd, NDRV_RSS, &rss);
}

static int gather(int fd)
{
	struct ndrv_rss rss = { .size = sizeof(rss) };

	return xioctl(fd, NDRV_RSS, &rss);
}

static void table_all(FIXTURE_DATA(rss) *self, unsigned int queue)
{
	unsigned int i;

	for (i = 0; i < NDRV_RSS_TABLE_LEN; i++)
		self->table[i] = queue;
}

TEST_F_TIMEOUT(rss, key_and_table_decide, 600)
{
	unsigned int per_queue[NR_PAIRS] = { 0 }, i;

	ASSERT_EQ(0, spread(self->ctl, self));
	EXPECT_EQ(0, misled(self, per_queue));
	for (i = 0; i < NR_PAIRS; i++)
		EXPECT_GT(per_queue[i], 0) TH_LOG("queue %u", i);
	/* Another key, another table, while the queues run */
	for (i = 0; i < sizeof(self->key); i++)
		self->key[i] ^= 0xa5 + i;
	for (i = 0; i < NDRV_RSS_TABLE_LEN; i++)
		self->table[i] = i % 3 ? 3 : 1;
	ASSERT_EQ(0, spread(self->ctl, self));
	EXPECT_EQ(0, misled(self, per_queue));
}

/* Every entry of the table is used, each for the hashes that end in its number. */
TEST_F_TIMEOUT(rss, every_entry_counts, 600)
{
	unsigned int per_queue[NR_PAIRS] = { 0 }, n;

	for (n = 0; n < 6; n++) {
		struct flow f = flow_nr(n);

		table_all(self, 1);
		self->table[flow_hash(self->key, &f) % NDRV_RSS_TABLE_LEN] = 2;
		ASSERT_EQ(0, spread(self->ctl, self));
		EXPECT_EQ(0, misled(self, per_queue));
	}
}

TEST_F_TIMEOUT(rss, without_a_table_queue_0, 600)
{
	unsigned int n;
	bool has_hash;
	uint32_t hash;

	for (n = 0; n < 12; n++) {
		struct flow f = flow_nr(n % 6);

		/* Never set, and taken back */
		if (n == 6) {
			table_all(self, 3);
			ASSERT_EQ(0, spread(self->ctl, self));
			ASSERT_EQ(0, gather(self->ctl));
		}
		EXPECT_EQ(0, send_flow(self, &f, &has_hash, &hash)) TH_LOG("frame %u", n);
	}
}

TEST_F(rss, what_is_not_ip_goes_to_queue_0)
{
	uint8_t out[100], in[2048];

	table_all(self, 3);
	ASSERT_EQ(0, spread(self->ctl, self));
	frame_fill(out, sizeof(out), self->info.out_mac, self->from.info.out_mac, 5);
	ASSERT_EQ(0, port_send(&self->from, out, sizeof(out)));
	EXPECT_EQ(sizeof(out), port_recv(&self->to[0], in, sizeof(in), 3000));
}

TEST_F_TIMEOUT(rss, a_table_belongs_to_its_file, 600)
{
	unsigned int per_queue[NR_PAIRS] = { 0 };
	struct flow f = flow_nr(0);
	bool has_hash;
	uint32_t hash;

	table_all(self, 2);
	ASSERT_EQ(0, spread(self->ctl, self));
	EXPECT_EQ(-EBUSY, spread(self->to[1].fd, self));
	EXPECT_EQ(0, gather(self->to[1].fd)) TH_LOG("it has none: nothing happens");
	EXPECT_EQ(0, misled(self, per_queue));
	close(self->ctl);
	self->ctl = -1;
	EXPECT_EQ(0, send_flow(self, &f, &has_hash, &hash)) TH_LOG("closed: taken back");
	table_all(self, 1);
	EXPECT_EQ(0, spread(self->to[1].fd, self));
	EXPECT_EQ(0, misled(self, per_queue));
}

TEST_F_TIMEOUT(rss, survives_a_reset, 600)
{
	unsigned int per_queue[NR_PAIRS] = { 0 }, i;

	NEED_ROOT();
	ASSERT_EQ(0, spread(self->ctl, self));
	ASSERT_EQ(0, dev_reset(dev_pci(1)));
	for (i = 0; i < NR_PAIRS; i++) {
		EXPECT_EQ(NDRV_STATE_REVOKED, self->to[i].status->state);
		ASSERT_EQ(0, port_start(&self->to[i]));
	}
	ASSERT_EQ(0, port_wait_link(&self->to[0], LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->from, LINK_MS));
	EXPECT_EQ(0, misled(self, per_queue));
}

/* "A frame for a queue that does not run is dropped", and holds up nobody. */
TEST_F_TIMEOUT(rss, a_stopped_queue_loses_its_frames_only, 600)
{
	unsigned int n, went_to[NR_PAIRS] = { 0 };

	ASSERT_EQ(0, spread(self->ctl, self));
	ASSERT_EQ(0, queue_stop(self->to[2].fd));
	for (n = 0; n < FLOWS; n++) {
		struct flow f = flow_nr(n);
		unsigned int queue = self->table[flow_hash(self->key, &f) % NDRV_RSS_TABLE_LEN];
		uint8_t out[FRAME];
		bool has_hash;
		uint32_t hash;

		if (queue == 2) {
			frame_of(out, &f, self->info.out_mac, self->from.info.out_mac, ++self->tag);
			ASSERT_EQ(0, port_send(&self->from, out, sizeof(out)));
		} else {
			EXPECT_EQ(queue, send_flow(self, &f, &has_hash, &hash));
		}
		went_to[queue]++;
	}
	EXPECT_GT(went_to[2], 0);
	ASSERT_EQ(0, port_start(&self->to[2]));
	memset(went_to, 0, sizeof(went_to));
	EXPECT_EQ(0, misled(self, went_to));
	EXPECT_GT(went_to[2], 0);
}

TEST_F(rss, refusals)
{
	struct ndrv_rss rss = { .size = sizeof(rss) };

	self->table[NDRV_RSS_TABLE_LEN - 1] = self->info.out_rss_queues;
	EXPECT_EQ(-ERANGE, spread(self->ctl, self));
	self->table[NDRV_RSS_TABLE_LEN - 1] = 0xffff;
	EXPECT_EQ(-ERANGE, spread(self->ctl, self));
	self->table[NDRV_RSS_TABLE_LEN - 1] = self->info.out_rss_queues - 1;
	EXPECT_EQ(0, spread(self->ctl, self)) TH_LOG("a queue of nobody");
	rss.key[39] = 1;
	EXPECT_EQ(-EINVAL, xioctl(self->ctl, NDRV_RSS, &rss));
	rss.key[39] = 0;
	rss.table[127] = 1;
	EXPECT_EQ(-EINVAL, xioctl(self->ctl, NDRV_RSS, &rss));
	rss.table[127] = 0;
	rss.flags = NDRV_RSS_F_SPREAD << 1;
	EXPECT_EQ(-EOPNOTSUPP, xioctl(self->ctl, NDRV_RSS, &rss));
}

TEST_HARNESS_MAIN
