// SPDX-License-Identifier: GPL-2.0-only
/*
 * All queue pairs of a port at once: each sends, each receives exactly what is meant for it, by filters
 * and by NDRV_RSS; threads work on some of them while others come and go. Needs two ports joined by a
 * cable.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_PAIRS	256
#define FRAME		80
#define MAGIC		0x71756575
#define PATIENCE_MS	MS(10000)	/* the longest wait for a frame */
#define PORT_BASE	2000		/* UDP port of queue 0 */
#define NOWHERE		-1

#define LANES		16
#define LANE_WINDOW	8		/* frames under way */
#define LANE_STEP	20		/* that count as progress */

/* A port with all its pairs, whose slots are in one pool. */
struct side {
	int ctl;			/* a file without a pair */
	struct ndrv_info info;
	struct pool pool;
	struct port *pair;		/* [n] */
};

FIXTURE(queues)
{
	struct side from, to;		/* port 0, port 1 */
	unsigned int n;			/* pairs of each */
	uint32_t tag;
	uint16_t sport[NDRV_RSS_TABLE_LEN];	/* whose hash picks this entry of the table */
	int64_t faults[2];		/* that tests before this one have provoked */
};

static uint64_t pair_bytes(const struct side *s)
{
	/* Powers of two, so that the slots of a pair are in one piece of the pool. */
	return 2ULL * s->info.out_ring_min * SLOT_BYTES;
}

static int side_open(struct side *s, unsigned int nr)
{
	int err;

	s->pair = calloc(MAX_PAIRS, sizeof(*s->pair));
	for (unsigned int i = 0; s->pair && i < MAX_PAIRS; i++)
		s->pair[i].fd = s->pair[i].pool.fd = -1;
	s->ctl = dev_open(nr);
	if (s->ctl < 0 || !s->pair)
		return s->pair ? s->ctl : -ENOMEM;
	err = get_info(s->ctl, &s->info);
	if (err)
		return err;
	s->pool.fd = pool_create(s->ctl, s->info.out_max_queues * pair_bytes(s));
	if (s->pool.fd < 0)
		return s->pool.fd;
	err = pool_attach(s->ctl, s->pool.fd, &s->pool);
	return err ? err : pool_map(&s->pool);
}

static int pair_open(struct side *s, unsigned int nr, unsigned int queue)
{
	struct ndrv_queue_setup qs = setup_args();
	int err;

	qs.queue = queue;
	qs.rx_entries = qs.tx_entries = s->info.out_ring_min;
	err = port_setup_in(&s->pair[queue], nr, &qs, &s->pool, queue * pair_bytes(s));
	return err ? err : port_start(&s->pair[queue]);
}

static void side_close(struct side *s)
{
	for (unsigned int i = 0; s->pair && i < MAX_PAIRS; i++)
		if (s->pair[i].fd >= 0)
			port_close(&s->pair[i]);
	pool_close(&s->pool);
	if (s->ctl >= 0)
		close(s->ctl);
	free(s->pair);
}

FIXTURE_SETUP(queues)
{
	unsigned int i;

	self->from.ctl = self->to.ctl = self->from.pool.fd = self->to.pool.fd = -1;
	NEED_PORTS(2);
	for (i = 0; i < 2; i++)
		self->faults[i] = sim_present() ? sim_counter(i, "dma_faults") : 0;
	ASSERT_EQ(0, side_open(&self->from, 0));
	ASSERT_EQ(0, side_open(&self->to, 1));
	self->n = self->to.info.out_max_queues;
	ASSERT_EQ(self->n, self->from.info.out_max_queues);
	ASSERT_LE(self->n, MAX_PAIRS);
	for (i = 0; i < self->n; i++) {
		ASSERT_EQ(0, pair_open(&self->from, 0, i)) TH_LOG("pair %u of %u", i, self->n);
		ASSERT_EQ(0, pair_open(&self->to, 1, i)) TH_LOG("pair %u of %u", i, self->n);
	}
	ASSERT_EQ(0, port_wait_link(&self->from.pair[0], LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->to.pair[0], LINK_MS));
	self->tag = now_ms() << 12;
}

FIXTURE_TEARDOWN(queues)
{
	side_close(&self->from);
	side_close(&self->to);
	if (!sim_present() || dev_count() < 2)
		return;
	for (unsigned int i = 0; i < 2; i++) {
		EXPECT_EQ(self->faults[i], sim_counter(i, "dma_faults"));
		EXPECT_EQ(0, sim_counter(i, "dma_after_stop"));
		EXPECT_EQ(0, sim_queues(i)) TH_LOG("all pairs are closed");
	}
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* UDP over IPv4, without a UDP checksum. */
static void frame_make(uint8_t *f, const uint8_t *dst, const uint8_t *src, uint16_t sport,
		       uint16_t dport, uint32_t tag)
{
	static const uint8_t ip[20] = {
		0x45, 0, 0, FRAME - 14, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
	};
	const uint32_t words[2] = { MAGIC, tag };
	unsigned int sum = 0, i;

	memset(f, 0, FRAME);
	memcpy(f, dst, 6);
	memcpy(f + 6, src, 6);
	f[12] = 0x08;
	memcpy(f + 14, ip, sizeof(ip));
	for (i = 0; i < sizeof(ip); i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	sum = ~(sum + (sum >> 16));
	f[24] = sum >> 8;
	f[25] = sum;
	f[34] = sport >> 8;
	f[35] = sport;
	f[36] = dport >> 8;
	f[37] = dport;
	f[39] = FRAME - 34;
	memcpy(f + FRAME - 8, words, 8);
}

static bool frame_is(const uint8_t *f, int len, uint32_t tag)
{
	const uint32_t words[2] = { MAGIC, tag };

	return len == FRAME && !memcmp(f + FRAME - 8, words, 8);
}

/* The address by which a queue of an E810 is named. */
static void queue_mac(uint8_t *mac, unsigned int queue)
{
	const uint8_t m[6] = { 0x02, 0x6e, 0x64, 0x71, 0x75, queue };

	memcpy(mac, m, 6);
}

static bool ready(const struct port *p)
{
	unsigned int len;
	bool last;

	return p->fd >= 0 && p->rx && port_rx_done(p, p->rx_pos % p->qs.rx_entries, &len, &last);
}

/* The pair of port 1 that has a frame, which is taken; NOWHERE: there is none in time. */
static int arrival(FIXTURE_DATA(queues) *self, uint8_t *f, int *len, unsigned int ms)
{
	uint64_t end = now_ms() + ms;
	unsigned int q;

	do {
		for (q = 0; q < self->n; q++)
			if (ready(&self->to.pair[q])) {
				*len = port_recv(&self->to.pair[q], f, FRAME, 0);
				return (int)q;
			}
	} while (now_ms() < end);
	return NOWHERE;
}

/* Sends @f, which has the newest tag, from pair @from: the queue it arrives on, and nothing else does. */
static int passes(FIXTURE_DATA(queues) *self, unsigned int from, const uint8_t *f)
{
	uint8_t in[FRAME];
	int len, queue;

	if (port_send(&self->from.pair[from], f, FRAME))
		return -EAGAIN;
	queue = arrival(self, in, &len, PATIENCE_MS);
	if (queue >= 0 && !frame_is(in, len, self->tag))
		return -EBADMSG;
	return queue;
}

/* ---- a name for every queue ------------------------------------------------------------------- */

/* How the frames of a queue are told from others: the first of these that the card can do for all. */
enum names { BY_TUPLE, BY_MAC, BY_HASH, BY_NOTHING };

static enum names names(const FIXTURE_DATA(queues) *self)
{
	if (self->to.info.out_features & NDRV_FEAT_FILTER_TUPLE)
		return BY_TUPLE;
	if (self->to.info.out_features & NDRV_FEAT_FILTER_MAC_QUEUE)
		return BY_MAC;
	if (self->n <= self->to.info.out_rss_queues && self->n <= NDRV_RSS_TABLE_LEN)
		return BY_HASH;
	return BY_NOTHING;
}

static bool can_name_all(const FIXTURE_DATA(queues) *self)
{
	return names(self) != BY_NOTHING;
}

/* By the definition of the Toeplitz hash, for the addresses of frame_make(). */
static uint32_t flow_hash(const uint8_t *key, uint16_t sport, uint16_t dport)
{
	const uint8_t in[12] = { 10, 0, 0, 1, 10, 0, 0, 2, sport >> 8, sport, dport >> 8, dport };
	uint32_t hash = 0, window = (uint32_t)key[0] << 24 | key[1] << 16 | key[2] << 8 | key[3];
	unsigned int bit;

	for (bit = 0; bit < sizeof(in) * 8; bit++) {
		if (in[bit / 8] >> (7 - bit % 8) & 1)
			hash ^= window;
		window = window << 1 | (key[4 + bit / 8] >> (7 - bit % 8) & 1);
	}
	return hash;
}

#define HASH_DPORT	9

/* The table begins with queue @first; self->sport is a source port for each entry. */
static int rss_from(FIXTURE_DATA(queues) *self, unsigned int first, struct ndrv_rss *rss)
{
	unsigned int i, sport;

	*rss = (struct ndrv_rss){ .size = sizeof(*rss), .flags = NDRV_RSS_F_SPREAD };
	for (i = 0; i < sizeof(rss->key); i++)
		rss->key[i] = 0x6d + 0x3b * i + (i * i >> 2);
	for (i = 0; i < NDRV_RSS_TABLE_LEN; i++) {
		rss->table[i] = (first + i) % self->to.info.out_rss_queues;
		sport = 3000;
		while (flow_hash(rss->key, sport, HASH_DPORT) % NDRV_RSS_TABLE_LEN != i)
			sport++;
		self->sport[i] = sport;
	}
	return xioctl(self->to.ctl, NDRV_RSS, rss);
}

static int filter_add(FIXTURE_DATA(queues) *self, unsigned int queue)
{
	struct ndrv_filter_add fa = { .size = sizeof(fa), .queue = queue };

	if (names(self) == BY_TUPLE) {
		fa.type = NDRV_FILTER_TUPLE;
		fa.flags = NDRV_FILTER_F_PROTO | NDRV_FILTER_F_DST_PORT;
		fa.proto = 17;
		fa.dst_port = htons(PORT_BASE + queue);
	} else {
		fa.type = NDRV_FILTER_MAC;
		queue_mac(fa.mac, queue);
	}
	return xioctl(self->to.ctl, NDRV_FILTER_ADD, &fa);
}

static int name_all(FIXTURE_DATA(queues) *self)
{
	struct ndrv_rss rss;
	unsigned int q;
	int err = 0;

	if (names(self) == BY_HASH)
		return rss_from(self, 0, &rss);
	for (q = 0; q < self->n && !err; q++)
		err = filter_add(self, q);
	return err;
}

/* A frame that is to arrive on queue @queue. */
static void frame_to(const FIXTURE_DATA(queues) *self, uint8_t *f, unsigned int queue, uint32_t tag)
{
	uint16_t sport = 1000, dport = PORT_BASE + queue;
	uint8_t mac[6];

	memcpy(mac, self->to.info.out_mac, 6);
	if (names(self) == BY_MAC)
		queue_mac(mac, queue);
	if (names(self) == BY_HASH) {
		sport = self->sport[queue];
		dport = HASH_DPORT;
	}
	frame_make(f, mac, self->from.info.out_mac, sport, dport, tag);
}

/* To queue @queue by its name, from pair @from. */
static int passes_to(FIXTURE_DATA(queues) *self, unsigned int from, unsigned int queue)
{
	uint8_t f[FRAME];

	frame_to(self, f, queue, ++self->tag);
	return passes(self, from, f);
}

/* ---- every pair ------------------------------------------------------------------------------- */

/* The table begins with queue @first: how many queues did not get the frame of their entry. */
static unsigned int rss_misses(FIXTURE_DATA(queues) *self, unsigned int first)
{
	unsigned int i, wrong = 0;
	struct ndrv_rss rss;
	uint8_t f[FRAME];

	if (rss_from(self, first, &rss))
		return self->n;
	for (i = 0; i < NDRV_RSS_TABLE_LEN && i < self->to.info.out_rss_queues; i++) {
		frame_make(f, self->to.info.out_mac, self->from.info.out_mac, self->sport[i],
			   HASH_DPORT, ++self->tag);
		wrong += passes(self, i % self->n, f) != (int)rss.table[i];
	}
	return wrong;
}

TEST_F_TIMEOUT(queues, each_sends_and_receives, 1800)
{
	unsigned int q, wrong = 0, first;
	uint8_t f[FRAME];
	int len;

	for (q = 0; q < self->n; q++) {
		frame_make(f, self->to.info.out_mac, self->from.info.out_mac, 1000, 1000, ++self->tag);
		wrong += passes(self, q, f) != 0;
	}
	EXPECT_EQ(0, wrong) TH_LOG("each pair sends, and all of it goes to queue 0");
	for (q = 0; q < self->n; q++)
		wrong += !!port_tx_flush(&self->from.pair[q], PATIENCE_MS);
	EXPECT_EQ(0, wrong) TH_LOG("and is told that it was sent");

	if (!can_name_all(self)) {
		ASSERT_FALSE(bench_present());
		SKIP(return, "neither filters nor RSS can name every queue");
	}
	ASSERT_EQ(0, name_all(self));
	for (q = 0; q < self->n; q++)
		wrong += passes_to(self, self->n - 1 - q, q) != (int)q;
	EXPECT_EQ(0, wrong) TH_LOG("each pair receives what has its name");

	for (first = 0; first < self->to.info.out_rss_queues; first += NDRV_RSS_TABLE_LEN) {
		EXPECT_EQ(0, rss_misses(self, first)) TH_LOG("by hash, from queue %u on", first);
	}
	EXPECT_EQ(7, passes_to(self, 0, 7)) TH_LOG("names come before that");
	EXPECT_EQ(NOWHERE, arrival(self, f, &len, 100)) TH_LOG("nothing else arrives anywhere");
}

/* ---- threads ---------------------------------------------------------------------------------- */

/* Sends on one pair of port 0 and receives on the pair of the same number of port 1. */
struct lane {
	pthread_t thread;
	FIXTURE_DATA(queues) *all;
	unsigned int queue, cpu;
	bool waits;			/* for an interrupt, when there is nothing to do */
	volatile bool stop;
	volatile unsigned int got;
	unsigned int sent, wrong, slept;
	int err;
};

static void lane_send(struct lane *l)
{
	uint8_t f[FRAME];

	frame_to(l->all, f, l->queue, l->queue << 20 | l->sent);
	if (!port_send(&l->all->from.pair[l->queue], f, sizeof(f)))
		l->sent++;
}

static void lane_idle(struct lane *l)
{
	struct port *p = &l->all->to.pair[l->queue];

	if (!l->waits) {
		sleep_ms(1);		/* who spins here keeps the one who opens and closes from work */
		return;
	}
	l->err = queue_arm(p->fd, NDRV_ARM_RX);
	if (l->err || ready(p))
		return;
	l->slept++;
	if (poll_fd(p->fd, POLLIN, PATIENCE_MS) != POLLIN)
		l->err = -ETIMEDOUT;
}

/* Armed before there is anything to come: some cards deliver before the sender's doorbell returns. */
static void lane_wake(struct lane *l)
{
	struct port *p = &l->all->to.pair[l->queue];

	l->err = queue_arm(p->fd, NDRV_ARM_RX);
	if (l->err)
		return;
	lane_send(l);
	l->slept++;
	if (poll_fd(p->fd, POLLIN, PATIENCE_MS) != POLLIN)
		l->err = -ETIMEDOUT;
}

/* As much as may be under way; who waits lets all of it arrive first. */
static void lane_fill(struct lane *l)
{
	if (l->waits && l->sent != l->got)
		return;
	if (l->waits)
		lane_wake(l);
	while (!l->err && l->sent - l->got < LANE_WINDOW)
		lane_send(l);
}

static void *lane_run(void *arg)
{
	struct lane *l = arg;
	struct port *p = &l->all->to.pair[l->queue];
	uint64_t end = now_ms() + PATIENCE_MS;
	uint8_t f[FRAME];
	cpu_set_t cpus;
	int len;

	CPU_ZERO(&cpus);
	CPU_SET(l->cpu, &cpus);
	l->err = pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	while (!l->err && (!l->stop || l->got < l->sent)) {
		if (!l->stop)
			lane_fill(l);
		len = port_recv(p, f, sizeof(f), 0);
		if (len) {
			/* In the order in which they were sent, and none of another queue. */
			l->wrong += !frame_is(f, len, l->queue << 20 | l->got);
			l->got++;
			/* Nobody is to be kept from work by that. */
			if (l->got % LANE_WINDOW == 0)
				sleep_ms(2);
			end = now_ms() + PATIENCE_MS;
		} else if (now_ms() > end) {
			l->err = -ETIMEDOUT;
		} else {
			lane_idle(l);
		}
	}
	return NULL;
}

/* All lanes go on: 0, or what one of them failed with. */
static int lanes_flow(struct lane *lanes, unsigned int nr)
{
	unsigned int before[LANES], i;

	for (i = 0; i < nr; i++)
		before[i] = lanes[i].got;
	for (i = 0; i < nr; i++)
		while (lanes[i].got - before[i] < LANE_STEP) {
			if (lanes[i].err)
				return lanes[i].err;
			sleep_ms(1);
		}
	return 0;
}

static unsigned int lanes_start(FIXTURE_DATA(queues) *self, struct lane *lanes)
{
	unsigned int cpus = sysconf(_SC_NPROCESSORS_ONLN), i;
	unsigned int nr = self->n / 2 < LANES ? self->n / 2 : LANES, step = self->n / nr;

	for (i = 0; i < nr; i++) {
		struct lane *l = &lanes[i];

		*l = (struct lane){ .all = self, .cpu = i % cpus };
		/* Even, and not all with one interrupt. */
		l->queue = i * step + (step >= 8 ? i / 2 % 4 * 2 : 0);
		l->waits = i % 4 == 1 && self->to.info.out_features & NDRV_FEAT_WAIT;
		if (pthread_create(&l->thread, NULL, lane_run, l))
			l->err = -EAGAIN;
	}
	return nr;
}

/* Threads have pairs with even numbers; those with odd numbers go, and come back, under their eyes. */
TEST_F_TIMEOUT(queues, half_of_them_come_and_go, 1800)
{
	unsigned int i, nr, wrong = 0, slept = 0;
	struct lane lanes[LANES];
	uint8_t f[FRAME];
	int len;

	if (!can_name_all(self)) {
		ASSERT_FALSE(bench_present());
		SKIP(return, "neither filters nor RSS can name every queue");
	}
	ASSERT_EQ(0, name_all(self));
	nr = lanes_start(self, lanes);
	EXPECT_EQ(0, lanes_flow(lanes, nr));
	for (i = 1; i < self->n; i += 2) {
		port_close(&self->from.pair[i]);
		port_close(&self->to.pair[i]);
	}
	EXPECT_EQ(0, lanes_flow(lanes, nr)) TH_LOG("half of the pairs are closed");
	for (i = 1; i < self->n; i += 2) {
		EXPECT_EQ(0, pair_open(&self->to, 1, i));
		if (i % 4 == 1)
			EXPECT_EQ(0, pair_open(&self->from, 0, i));
	}
	EXPECT_EQ(0, lanes_flow(lanes, nr)) TH_LOG("and open again");
	for (i = 0; i < nr; i++)
		lanes[i].stop = true;
	for (i = 0; i < nr; i++) {
		pthread_join(lanes[i].thread, NULL);
		EXPECT_EQ(0, lanes[i].err) TH_LOG("queue %u", lanes[i].queue);
		EXPECT_EQ(0, lanes[i].wrong) TH_LOG("queue %u", lanes[i].queue);
		EXPECT_EQ(lanes[i].sent, lanes[i].got) TH_LOG("queue %u", lanes[i].queue);
		slept += lanes[i].slept;
	}
	if (self->to.info.out_features & NDRV_FEAT_WAIT) {
		EXPECT_GT(slept, 0) TH_LOG("those that wait have slept");
	}
	for (i = 1; i < self->n; i += 4)
		wrong += passes_to(self, i, i) != (int)i;
	EXPECT_EQ(0, wrong) TH_LOG("what came back works");
	/* A frame for a queue that does not run is nowhere when the next one has arrived. */
	port_close(&self->to.pair[3]);
	frame_to(self, f, 3, 1);
	ASSERT_EQ(0, port_send(&self->from.pair[0], f, sizeof(f)));
	EXPECT_EQ(4, passes_to(self, 0, 4));
	EXPECT_EQ(NOWHERE, arrival(self, f, &len, 100));
}

TEST_HARNESS_MAIN
