// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two families at once: an 82599 and an E810 joined by a cable work on one pool. What one receives
 * leaves by the other from the same buffer, as a forwarder does it, in both directions, so every
 * frame is written by one card through its mapping of the pool and read by the other through its
 * own. Frames are written by the processor once and never again: their content is that of the DMA.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>

#define ENTRIES		128
#define NR_BUFS		1024
#define FRAMES		24		/* on their way in each direction */
#define HOPS		ndrv_volume(3000)		/* receptions of each port */

struct side {
	struct port p;
	unsigned int nr;		/* of the port */
	struct pool view;		/* the pool, as this port addresses it */
	uint32_t rx_buf[ENTRIES], tx_buf[ENTRIES];
	uint64_t rx_hops, wrong;
};

FIXTURE(mixed)
{
	struct side s[2];		/* 82599, E810 */
	struct pool pool;
	int spacer;
	uint32_t free[NR_BUFS], nr_free;
	uint64_t seq;
};

/* The first port with this descriptor format, or -1. */
static int find_port(uint32_t format)
{
	struct ndrv_info info;
	unsigned int nr;
	int fd, err;

	for (nr = 0; nr < dev_count(); nr++) {
		fd = dev_open(nr);
		if (fd < 0)
			continue;
		err = get_info(fd, &info);
		close(fd);
		if (!err && info.out_desc_format == format)
			return (int)nr;
	}
	return -1;
}

static uint8_t *buf_at(struct pool *p, uint32_t buf)
{
	return p->map + (uint64_t)buf * SLOT_BYTES;
}

static void rx_give(struct side *s, uint32_t buf)
{
	uint32_t idx = s->p.rx_pos % ENTRIES, step = s->p.desc->rx_step;

	s->rx_buf[idx] = buf;
	port_rx_desc(&s->p, idx, pool_iova(&s->view, (uint64_t)buf * SLOT_BYTES));
	s->p.rx_pos++;
	port_tail(&s->p, NDRV_DOORBELL_F_RX, idx / step * step, 0);
}

static void tx_give(struct side *s, uint32_t buf, unsigned int len)
{
	s->tx_buf[s->p.tx_pos % ENTRIES] = buf;
	port_tx_desc(&s->p, pool_iova(&s->view, (uint64_t)buf * SLOT_BYTES), len);
	port_tx_publish(&s->p);
}

/* Starts one side with buffers of the shared pool in its receive ring. */
static int side_start(struct side *s, uint32_t *free, uint32_t *nr_free)
{
	uint32_t i;
	int err = queue_start(s->p.fd, &s->p.generation);

	if (err)
		return err;
	s->p.rx_pos = s->p.tx_pos = s->p.tx_done = 0;
	for (i = 0; i < ENTRIES; i++) {
		s->rx_buf[i] = free[--*nr_free];
		port_rx_desc(&s->p, i, pool_iova(&s->view, (uint64_t)s->rx_buf[i] * SLOT_BYTES));
	}
	port_tail(&s->p, NDRV_DOORBELL_F_RX, port_rx_room(&s->p), 0);
	return port_wait_link(&s->p, LINK_MS);
}

FIXTURE_SETUP(mixed)
{
	int ports[2] = { find_port(NDRV_DESC_IXGBE), find_port(NDRV_DESC_ICE) }, i;
	struct ndrv_queue_setup qs = setup_args();

	self->s[0].p.fd = self->s[1].p.fd = self->pool.fd = -1;
	NEED_PORTS(2);
	if (ports[0] < 0 || ports[1] < 0) {
		ASSERT_FALSE(dev_needed(2));
		SKIP(return, "needs an 82599 and an E810 port joined by a cable");
	}
	qs.rx_entries = qs.tx_entries = ENTRIES;
	for (i = 0; i < 2; i++) {
		self->s[i].nr = ports[i];
		ASSERT_EQ(0, port_setup(&self->s[i].p, ports[i], &qs));
	}
	self->pool.fd = pool_create(self->s[0].p.fd, NR_BUFS * SLOT_BYTES);
	ASSERT_GE(self->pool.fd, 0);
	/* Address spaces look alike: with something in one of them a mix-up cannot go unseen. */
	self->spacer = pool_create(self->s[1].p.fd, NR_BUFS * SLOT_BYTES);
	ASSERT_GE(self->spacer, 0);
	ASSERT_EQ(0, pool_attach(self->s[1].p.fd, self->spacer, &self->s[1].view));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pool_attach(self->s[i].p.fd, self->pool.fd, &self->s[i].view));
	ASSERT_NE(self->s[0].view.iovas[0], self->s[1].view.iovas[0]);
	self->pool.len = self->s[0].view.len;
	ASSERT_EQ(0, pool_map(&self->pool));
	for (i = NR_BUFS - 1; i >= 0; i--)
		self->free[self->nr_free++] = i;
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, side_start(&self->s[i], self->free, &self->nr_free));
	/* The second start may have taken the link of the first for a moment. */
	ASSERT_EQ(0, port_wait_link(&self->s[0].p, LINK_MS));
}

FIXTURE_TEARDOWN(mixed)
{
	int i;

	for (i = 0; i < 2; i++)
		if (self->s[i].p.fd >= 0)
			port_close(&self->s[i].p);
	pool_close(&self->pool);
	for (i = 0; i < 2 && sim_present() && self->nr_free; i++) {
		EXPECT_EQ(0, sim_counter(self->s[i].nr, "dma_faults"));
		EXPECT_EQ(0, sim_counter(self->s[i].nr, "dma_after_stop"));
	}
}

/* A new frame leaves by @from. */
static void inject(FIXTURE_DATA(mixed) *self, int from, unsigned int len)
{
	uint32_t buf = self->free[--self->nr_free];

	frame_fill(buf_at(&self->pool, buf), len, self->s[!from].p.info.out_mac,
		   self->s[from].p.info.out_mac, self->seq++);
	tx_give(&self->s[from], buf, len);
}

static unsigned int frame_len(const uint8_t *frame)
{
	return frame[14] << 8 | frame[15];
}

/* Buffers whose frame has left go back to the pool. */
static void reap(FIXTURE_DATA(mixed) *self, int i)
{
	struct side *s = &self->s[i];
	uint64_t from = s->p.tx_done;

	port_tx_reap(&s->p);
	for (; from < s->p.tx_done; from++)
		self->free[self->nr_free++] = s->tx_buf[from % ENTRIES];
}

/*
 * Takes what port @i received; as long as it has to make @hops, the frame leaves by the other port,
 * untouched, from where it is. Returns how many came.
 */
static unsigned int turn(FIXTURE_DATA(mixed) *self, int i, uint64_t hops)
{
	struct side *s = &self->s[i], *other = &self->s[!i];
	unsigned int n = 0, len;
	bool last;

	for (;;) {
		uint32_t idx = s->p.rx_pos % ENTRIES, buf = s->rx_buf[idx];
		uint8_t *frame = buf_at(&self->pool, buf);

		if (!port_rx_done(&s->p, idx, &len, &last))
			return n;
		n++;
		reap(self, !i);
		if (frame_seq(frame) == UINT64_MAX) {
			rx_give(s, buf);	/* somebody else's, on a real network */
			continue;
		}
		s->wrong += !last || len != frame_len(frame) ||
			    frame_check(frame, len, frame_seq(frame)) ||
			    memcmp(frame, s->p.info.out_mac, 6) ||
			    memcmp(frame + 6, other->p.info.out_mac, 6);
		if (s->rx_hops++ >= hops || !self->nr_free ||
		    other->p.tx_pos - other->p.tx_done >= ENTRIES - 1) {
			rx_give(s, buf);
			continue;
		}
		rx_give(s, self->free[--self->nr_free]);
		tx_give(other, buf, len);
	}
}

/* Both carousels until each port has received @hops frames and every frame has come in: 0 or -errno. */
static int run(FIXTURE_DATA(mixed) *self, uint64_t hops)
{
	uint64_t end = now_ms() + 60000, quiet = now_ms() + 5000;
	int i;

	self->s[0].rx_hops = self->s[1].rx_hops = 0;
	for (i = 0; i < FRAMES; i++) {
		inject(self, 0, FRAME_MIN + i * 60);
		inject(self, 1, FRAME_MAX - i * 60);
	}
	/* What is under way when the hops are made comes in as well: FRAMES more on each side. */
	while (self->s[0].rx_hops < hops + FRAMES || self->s[1].rx_hops < hops + FRAMES) {
		if (turn(self, 0, hops) + turn(self, 1, hops))
			quiet = now_ms() + 5000;
		else
			sleep_ms(1);
		if (now_ms() > quiet || now_ms() > end)
			return -ETIMEDOUT;
	}
	for (i = 0; i < 2; i++) {
		while (reap(self, i), self->s[i].p.tx_done < self->s[i].p.tx_pos) {
			if (now_ms() > quiet)
				return -ETIMEDOUT;
			sleep_ms(1);
		}
	}
	return self->s[0].wrong || self->s[1].wrong ? -EBADMSG : 0;
}

#define EXPECT_RUNS(hops) do {							\
	EXPECT_EQ(0, run(self, hops))						\
		TH_LOG("received %llu and %llu, wrong %llu and %llu",		\
		       (unsigned long long)self->s[0].rx_hops,			\
		       (unsigned long long)self->s[1].rx_hops,			\
		       (unsigned long long)self->s[0].wrong,			\
		       (unsigned long long)self->s[1].wrong);			\
} while (0)

TEST_F_TIMEOUT(mixed, forwards_from_the_same_buffer, 600)
{
	struct ndrv_stats before[2], after[2];
	int i;

	sleep_ms(50);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, get_stats(self->s[i].p.fd, &before[i]));
	EXPECT_RUNS(HOPS);
	sleep_ms(50);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, get_stats(self->s[i].p.fd, &after[i]));
		EXPECT_EQ(HOPS + FRAMES, self->s[i].rx_hops) TH_LOG("%s", self->s[i].p.desc->name);
		EXPECT_GE(after[i].out_rx_packets - before[i].out_rx_packets, HOPS + FRAMES);
		EXPECT_GE(after[i].out_tx_packets - before[i].out_tx_packets, HOPS + FRAMES);
	}
}

/* The pool stays attached, and the same, for a port that was reset; the other one does not notice. */
static const char *reset_side(FIXTURE_DATA(mixed) *self, int i)
{
	struct side *s = &self->s[i], *other = &self->s[!i];
	uint64_t generation = other->p.status->generation;
	uint32_t d;

	if (dev_reset(dev_pci(s->nr)))
		return "reset";
	if (s->p.status->state != NDRV_STATE_REVOKED)
		return "not revoked";
	if (other->p.status->state != NDRV_STATE_RUNNING ||
	    other->p.status->generation != generation)
		return "the other port noticed";
	for (d = 0; d < ENTRIES; d++)
		self->free[self->nr_free++] = s->rx_buf[d];
	if (side_start(s, self->free, &self->nr_free))
		return "start";
	return port_wait_link(&other->p, LINK_MS) ? "link" : NULL;
}

TEST_F_TIMEOUT(mixed, outlives_a_reset_of_either, 600)
{
	const char *why;
	int i;

	NEED_ROOT();
	EXPECT_RUNS(100);
	for (i = 0; i < 2; i++) {
		reap(self, i);
		why = reset_side(self, i);
		ASSERT_EQ(NULL, why) TH_LOG("%s: %s", self->s[i].p.desc->name, why);
		EXPECT_RUNS(100);
	}
}

TEST_HARNESS_MAIN
