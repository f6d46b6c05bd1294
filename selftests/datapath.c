// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames from one port to the other over the cable, through descriptors that this program writes:
 * content, lengths, order, ring wrap, several buffers a frame, both doorbell modes, one pool on
 * both ports, receive mode, statistics. Needs two ports joined by a cable, of any family each.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <sys/mman.h>

FIXTURE(path) { struct port a, b; };

FIXTURE_VARIANT(path) { uint32_t flags; uint32_t entries; };
FIXTURE_VARIANT_ADD(path, mapped) { .flags = 0, .entries = 256 };
FIXTURE_VARIANT_ADD(path, kernel) { .flags = NDRV_QUEUE_F_KERNEL_DOORBELL, .entries = 256 };
/* Three pages of buffers go around quickly. */
FIXTURE_VARIANT_ADD(path, small_rings) { .flags = 0, .entries = 64 };

FIXTURE_SETUP(path)
{
	struct ndrv_queue_setup qs = setup_args();
	int err;

	self->a.fd = self->b.fd = -1;
	NEED_PORTS(2);
	qs.flags = variant->flags;
	qs.rx_entries = qs.tx_entries = variant->entries;
	ASSERT_EQ(0, port_setup(&self->a, 0, &qs));
	ASSERT_EQ(0, port_setup(&self->b, 1, &qs));
	ASSERT_EQ(0, port_start(&self->a));
	ASSERT_EQ(0, port_start(&self->b));
	err = port_wait_link(&self->a, LINK_MS);
	if (!err)
		err = port_wait_link(&self->b, LINK_MS);
	if (err == -ETIMEDOUT && !bench_present())
		SKIP(return, "no link: are the two ports joined by a cable?");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(path)
{
	if (self->a.fd >= 0)
		port_close(&self->a);
	if (self->b.fd >= 0)
		port_close(&self->b);
}

/* Sends one frame and receives it: 0, or what went wrong. */
static const char *one_frame(struct port *from, struct port *to, unsigned int len, uint64_t seq)
{
	uint8_t out[FRAME_MAX + 500], in[FRAME_MAX + 500];
	static char why[80];
	int got;

	frame_fill(out, len, to->info.out_mac, from->info.out_mac, seq);
	if (port_send(from, out, len))
		return "transmit ring full";
	do {
		got = port_recv(to, in, sizeof(in), 3000);
		if (got <= 0)
			return "nothing received";
		/* Real networks have a life of their own: frames of others do not count. */
	} while (frame_seq(in) == UINT64_MAX);
	if (got != (int)len) {
		snprintf(why, sizeof(why), "%d bytes received", got);
		return why;
	}
	if (memcmp(in, out, len)) {
		snprintf(why, sizeof(why), "byte %u differs", frame_check(in, len, seq) - 1);
		return why;
	}
	return NULL;
}

#define EXPECT_PASSES(from, to, len, seq) do {					\
	const char *why = one_frame(from, to, len, seq);			\
	EXPECT_EQ(NULL, why) TH_LOG("%u bytes: %s", (unsigned int)(len), why);	\
} while (0)

TEST_F(path, every_length)
{
	unsigned int len;

	for (len = FRAME_MIN; len <= FRAME_MAX; len++) {
		const char *why = one_frame(&self->a, &self->b, len, len);

		ASSERT_EQ(NULL, why) TH_LOG("%u bytes: %s", len, why);
	}
	EXPECT_EQ(0, port_tx_flush(&self->a, 1000));
}

TEST_F(path, both_directions)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		EXPECT_PASSES(&self->a, &self->b, 64 + i, i);
		EXPECT_PASSES(&self->b, &self->a, 1514 - i, i);
	}
}

/* As many as fit, again and again: order, content, and several times around both rings. */
static int stream(struct port *from, struct port *to, uint64_t count, unsigned int len)
{
	uint64_t sent = 0, received = 0, end = now_ms() + 60000;
	uint8_t out[FRAME_MAX], in[FRAME_MAX];

	while (received < count) {
		while (sent < count && sent - received < to->qs.rx_entries / 2) {
			frame_fill(out, len, to->info.out_mac, from->info.out_mac, sent);
			if (port_send(from, out, len))
				break;
			sent++;
		}
		while (received < sent) {
			int got = port_recv(to, in, sizeof(in), 2000);

			if (got <= 0 || now_ms() > end)
				return -ETIMEDOUT;
			if (frame_seq(in) == UINT64_MAX)
				continue;
			if (got != (int)len || frame_check(in, len, received))
				return -EBADMSG;
			received++;
		}
	}
	return port_tx_flush(from, 1000);
}

TEST_F(path, in_order_around_the_rings)
{
	EXPECT_EQ(0, stream(&self->a, &self->b, 10 * variant->entries + 7, 60));
	EXPECT_EQ(0, stream(&self->b, &self->a, 5 * variant->entries + 3, 1514));
}

/* A full transmit ring: entries - 1 frames in one go, all of them arrive. */
TEST_F(path, full_ring_in_one_doorbell)
{
	uint32_t n = variant->entries - 1, i, got = 0, wrong = 0;
	uint8_t in[2048];
	int len;

	for (i = 0; i < n; i++) {
		uint64_t off = (self->a.qs.rx_entries + i) * (uint64_t)SLOT_BYTES;

		frame_fill(self->a.pool.map + off, 60, self->b.info.out_mac,
			   self->a.info.out_mac, i);
		port_tx_desc(&self->a, pool_iova(&self->a.pool, off), 60);
	}
	port_tx_publish(&self->a);
	ASSERT_EQ(0, port_tx_flush(&self->a, 5000));
	while ((len = port_recv(&self->b, in, sizeof(in), 1000)) > 0) {
		if (frame_seq(in) == UINT64_MAX)
			continue;
		wrong += len != 60 || frame_check(in, 60, got);
		got++;
	}
	EXPECT_EQ(n, got);
	EXPECT_EQ(0, wrong);
}

TEST_F(path, restart_begins_at_zero)
{
	EXPECT_EQ(0, stream(&self->a, &self->b, 100, 200));
	ASSERT_EQ(0, queue_stop(self->a.fd));
	ASSERT_EQ(0, queue_stop(self->b.fd));
	ASSERT_EQ(0, port_start(&self->a));
	ASSERT_EQ(0, port_start(&self->b));
	ASSERT_EQ(0, port_wait_link(&self->a, LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->b, LINK_MS));
	EXPECT_EQ(0, stream(&self->a, &self->b, 100, 200));
}

/* While a pair is stopped nothing writes to its memory: "every buffer belongs to the caller". */
TEST_F(path, stopped_receiver_is_left_alone)
{
	uint8_t out[64];
	size_t i, touched = 0;

	EXPECT_PASSES(&self->a, &self->b, 64, 1);
	ASSERT_EQ(0, queue_stop(self->b.fd));
	memset(self->b.pool.map, 0xee, self->b.qs.rx_entries * SLOT_BYTES);
	frame_fill(out, 64, self->b.info.out_mac, self->a.info.out_mac, 2);
	for (i = 0; i < 20; i++)
		ASSERT_EQ(0, port_send(&self->a, out, 64));
	port_tx_flush(&self->a, 1000);
	sleep_ms(100);
	for (i = 0; i < self->b.qs.rx_entries * SLOT_BYTES; i++)
		touched += self->b.pool.map[i] != 0xee;
	EXPECT_EQ(0, touched);
	if (sim_present()) {
		EXPECT_EQ(0, sim_counter(1, "dma_after_stop"));
		EXPECT_EQ(0, sim_counter(1, "dma_faults"));
	}
}

static int rx_mode(struct port *p, uint32_t flags, uint32_t max_frame)
{
	struct ndrv_rx_mode rm = {
		.size = sizeof(rm), .flags = flags, .max_frame_bytes = max_frame,
	};

	return xioctl(p->fd, NDRV_RX_MODE, &rm);
}

/* Is a frame to @dst taken? */
static bool taken(struct port *from, struct port *to, const uint8_t *dst)
{
	static uint64_t seq = 1000000;
	uint8_t out[64], in[2048];
	int got;

	frame_fill(out, 64, dst, from->info.out_mac, ++seq);
	if (port_send(from, out, 64))
		return false;
	while ((got = port_recv(to, in, sizeof(in), 300)) > 0)
		if (got == 64 && frame_seq(in) == seq)
			return true;
	return false;
}

TEST_F(path, receive_mode)
{
	static const uint8_t other[6] = { 2, 0x99, 0x88, 0x77, 0x66, 0x55 };
	static const uint8_t group[6] = { 1, 0, 0x5e, 9, 9, 9 };
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	int second = dev_open(1);

	ASSERT_GE(second, 0);
	EXPECT_TRUE(taken(&self->a, &self->b, self->b.info.out_mac));
	EXPECT_TRUE(taken(&self->a, &self->b, all));
	EXPECT_FALSE(taken(&self->a, &self->b, other));
	EXPECT_FALSE(taken(&self->a, &self->b, group));
	ASSERT_EQ(0, rx_mode(&self->b, NDRV_RX_MODE_ALLMULTI, 0));
	EXPECT_TRUE(taken(&self->a, &self->b, group));
	EXPECT_FALSE(taken(&self->a, &self->b, other));
	ASSERT_EQ(0, rx_mode(&self->b, NDRV_RX_MODE_PROMISC, 0));
	EXPECT_TRUE(taken(&self->a, &self->b, other));
	ASSERT_EQ(0, rx_mode(&self->b, 0, 0));
	EXPECT_FALSE(taken(&self->a, &self->b, other));
	/* The port does what its files want together; a wish goes with its file. */
	struct port wisher = { .fd = second };

	ASSERT_EQ(0, rx_mode(&wisher, NDRV_RX_MODE_PROMISC, 0));
	EXPECT_TRUE(taken(&self->a, &self->b, other));
	ASSERT_EQ(0, rx_mode(&self->b, 0, 0));
	EXPECT_TRUE(taken(&self->a, &self->b, other)) TH_LOG("the other file still wants it");
	close(second);
	EXPECT_FALSE(taken(&self->a, &self->b, other));
}

/* A frame longer than a buffer takes several descriptors. */
TEST_F(path, jumbo_frame_takes_several_buffers)
{
	uint64_t off = self->a.qs.rx_entries * (uint64_t)SLOT_BYTES, end = now_ms() + 3000;
	uint8_t *out = self->a.pool.map + off;
	unsigned int len = 5000, i, at = 0, wrong = 0, n;
	bool last;

	if (self->a.info.out_max_frame < len)
		SKIP(return, "the longest frame is %u", self->a.info.out_max_frame);
	/* Three transmit slots in a row are one buffer where the pool is one piece. */
	if (self->a.pool.nr_iovas != 1)
		SKIP(return, "the pool has %u pieces", self->a.pool.nr_iovas);
	ASSERT_EQ(0, rx_mode(&self->a, 0, 9014));
	ASSERT_EQ(0, rx_mode(&self->b, 0, 9014));
	frame_fill(out, len, self->b.info.out_mac, self->a.info.out_mac, 5);
	port_tx_desc(&self->a, pool_iova(&self->a.pool, off), len);
	port_tx_publish(&self->a);
	ASSERT_EQ(0, port_tx_flush(&self->a, 1000));
	while (!port_rx_done(&self->b, 2, &n, &last) && now_ms() < end)
		sleep_ms(1);
	for (i = 0; i < 3; i++) {
		EXPECT_TRUE(port_rx_done(&self->b, i, &n, &last)) TH_LOG("descriptor %u", i);
		EXPECT_EQ(i == 2, last) TH_LOG("descriptor %u: end of frame", i);
		EXPECT_EQ(i == 2 ? len - 2 * SLOT_BYTES : SLOT_BYTES, n);
		if (n > SLOT_BYTES)
			n = SLOT_BYTES;
		wrong += !!memcmp(self->b.pool.map + i * SLOT_BYTES, out + at, n);
		at += n;
	}
	EXPECT_EQ(0, wrong);
	/* And back to the default: the same frame is too long. */
	self->b.rx_pos = 3;
	ASSERT_EQ(0, rx_mode(&self->b, 0, 0));
	port_tx_desc(&self->a, pool_iova(&self->a.pool, off), len);
	port_tx_publish(&self->a);
	sleep_ms(200);
	EXPECT_FALSE(port_rx_done(&self->b, 3, &n, &last));
}

TEST_F(path, statistics_count_what_passed)
{
	struct ndrv_stats a0, a1, b0, b1;

	/* Whatever the wire still had. */
	sleep_ms(50);
	ASSERT_EQ(0, get_stats(self->a.fd, &a0));
	ASSERT_EQ(0, get_stats(self->b.fd, &b0));
	ASSERT_EQ(0, stream(&self->a, &self->b, 300, 100));
	sleep_ms(50);
	ASSERT_EQ(0, get_stats(self->a.fd, &a1));
	ASSERT_EQ(0, get_stats(self->b.fd, &b1));
	EXPECT_EQ(300, a1.out_tx_packets - a0.out_tx_packets);
	EXPECT_EQ(30000, a1.out_tx_bytes - a0.out_tx_bytes);
	if (bench_present()) {
		EXPECT_EQ(300, b1.out_rx_packets - b0.out_rx_packets);
		EXPECT_EQ(30000, b1.out_rx_bytes - b0.out_rx_bytes);
	} else {
		EXPECT_GE(b1.out_rx_packets - b0.out_rx_packets, 300);
	}
	EXPECT_EQ(0, b1.out_rx_errors - b0.out_rx_errors);
	EXPECT_EQ(a0.out_resets, a1.out_resets);
}

/* A queue without descriptors loses frames and says so, and recovers when it has some. */
TEST_F(path, receiver_without_descriptors)
{
	uint32_t n = self->b.qs.rx_entries + 50, i, got = 0;
	uint8_t out[60], in[2048];

	for (i = 0; i < n; i++) {
		frame_fill(out, 60, self->b.info.out_mac, self->a.info.out_mac, i);
		while (port_send(&self->a, out, 60) == -EAGAIN)
			sleep_ms(1);
	}
	port_tx_flush(&self->a, 1000);
	sleep_ms(100);
	while (port_recv(&self->b, in, sizeof(in), 200) > 0)
		got++;
	/* Some wait in the card's own buffer: at least a ring full is there, never more than sent. */
	EXPECT_GE(got, port_rx_room(&self->b));
	EXPECT_LE(got, n);
	EXPECT_PASSES(&self->a, &self->b, 77, 4711);
}

/* Zero copy: what port 1 received leaves by port 0 from the same memory, one pool on both. */
TEST_F(path, one_pool_on_two_ports)
{
	struct pool shared = { .fd = -1 };
	uint64_t seq = 42, iova0;
	uint8_t in[2048];
	uint8_t frame[200];
	int got;

	ASSERT_EQ(0, pool_attach(self->a.fd, self->b.pool.fd, &shared));
	frame_fill(frame, sizeof(frame), self->b.info.out_mac, self->a.info.out_mac, seq);
	ASSERT_EQ(0, port_send(&self->a, frame, sizeof(frame)));
	got = port_recv(&self->b, in, sizeof(in), 3000);
	ASSERT_EQ(sizeof(frame), got);
	/* It lies in slot 0 of b's pool still; a sends it from there, to b once more. */
	ASSERT_EQ(0, frame_check(self->b.pool.map, sizeof(frame), seq));
	iova0 = pool_iova(&shared, 0);
	port_tx_desc(&self->a, iova0, sizeof(frame));
	port_tx_publish(&self->a);
	ASSERT_EQ(0, port_tx_flush(&self->a, 1000));
	got = port_recv(&self->b, in, sizeof(in), 3000);
	EXPECT_EQ(sizeof(frame), got);
	EXPECT_EQ(0, frame_check(in, sizeof(frame), seq));
	EXPECT_EQ(-EBUSY, pool_detach(self->a.fd, shared.id)) TH_LOG("running");
}

TEST_HARNESS_MAIN
