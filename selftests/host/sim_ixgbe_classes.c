// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82599 model's transmit queues by mode (MTQC): which of the 128 exist, which packet buffer each
 * one uses, and what the buffers' sizes do to frames. The tables are the data sheet's (7.2.1.2.1),
 * written out by queue.
 */
#include "sim_ixgbe.h"

#define RTTDCS		0x4900
#define ARBDIS		(1u << 6)
#define MTQC		0x8120
#define TXPBSIZE(i)	(0xcc00 + 4 * (i))
#define TXPBTHRESH(i)	(0x4950 + 4 * (i))

static const unsigned int probed[] = {
	0, 1, 31, 32, 63, 64, 79, 80, 95, 96, 103, 104, 111, 112, 119, 120, 127
};
#define NR_PROBED (sizeof(probed) / sizeof(probed[0]))

static const struct mode {
	const char *name;
	uint32_t mtqc;
	int8_t tc[NR_PROBED];		/* -1: no such queue */
} modes[] = {
	{ "64 queues", 0x0,
	  { 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 } },
	{ "4 classes", 0x9, { 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3 } },
	{ "8 classes", 0xd, { 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7 } },
	{ "64 pools", 0x6, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
	{ "32 pools", 0xa, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
	{ "32 pools of 4 classes", 0xb,
	  { 0, 1, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3 } },
	{ "16 pools of 8 classes", 0xf,
	  { 0, 1, 7, 0, 7, 0, 7, 0, 7, 0, 7, 0, 7, 0, 7, 0, 7 } },
	{ "no mode of the data sheet", 0x5,
	  { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 } },
};

static void mtqc_set(struct port *t, uint32_t val)
{
	wr(t, RTTDCS, ARBDIS);
	wr(t, MTQC, val);
	wr(t, RTTDCS, 0);
}

/* Class `tc` alone has a packet buffer. */
static void only_buffer(struct port *t, int tc, uint32_t kib, uint32_t threshold)
{
	for (int i = 0; i < 8; i++) {
		wr(t, TXPBSIZE(i), i == tc ? kib << 10 : 0);
		wr(t, TXPBTHRESH(i), i == tc ? threshold : 0);
	}
}

/* One ring and one buffer serve any queue, one at a time. */
static void queue_on(struct port *t, unsigned int q)
{
	memset(t->tx[0], 0, RING * 16);
	wr(t, 0x4a80, rd(t, 0x4a80) | 1);
	wr(t, TXQ(q) + 0x00, TX_RING);
	wr(t, TXQ(q) + 0x04, 0);
	wr(t, TXQ(q) + 0x08, RING * 16);
	wr(t, TXQ(q) + 0x10, 0);
	wr(t, TXQ(q) + 0x18, 0);
	wr(t, TXQ(q) + 0x28, 1u << 25);
	t->tx_tail[0] = 0;
}

static void queue_off(struct port *t, unsigned int q)
{
	wr(t, TXQ(q) + 0x28, 0);
}

/* Frames that left without a write-back, or the other way round; descriptors read for nothing. */
static unsigned int half_sent, stray_reads;

/* True: the frame left, and is written back. False: nothing of it did. */
static bool sends(struct port *t, unsigned int q, uint32_t len)
{
	unsigned int before = t->nr_frames, i = t->tx_tail[0];
	bool done;

	memset(t->tx_buf[0], 0x5a, len);
	tx_put(t, 0, TX_BUF, TX_DATA | TX_EOP_IFCS | TX_RS | len, len << 14);
	wr(t, TXQ(q) + 0x18, t->tx_tail[0]);
	settle();
	done = t->tx[0][i].hi == 1ull << 32;
	half_sent += done != (t->nr_frames == before + 1);
	return done;
}

static struct port *up(void)
{
	struct port *t = port_new("trap=on");

	t->tx[0] = sim_inproc_alloc(t->p, TX_RING, RING * 16);
	t->tx_buf[0] = sim_inproc_alloc(t->p, TX_BUF, 0x100000);
	return t;
}

static bool probe(struct port *t, unsigned int q)
{
	uint64_t reads = ctr(t)->dma_reads;
	bool sent;

	queue_on(t, q);
	sent = sends(t, q, 100);
	if (!sent)
		stray_reads += ctr(t)->dma_reads != reads;
	queue_off(t, q);
	return sent;
}

/* With a buffer for one class only, exactly the queues of that class send. */
static void test_mode(const struct mode *m)
{
	struct port *t = up();

	printf("# %s\n", m->name);
	mtqc_set(t, m->mtqc);
	tap_eq(rd(t, MTQC), m->mtqc, "MTQC is set");
	for (int tc = 0; tc < 8; tc++) {
		unsigned int wrong = 0;

		only_buffer(t, tc, 20, 10);
		for (unsigned int i = 0; i < NR_PROBED; i++)
			if (probe(t, probed[i]) != (m->tc[i] == tc)) {
				printf("# queue %u\n", probed[i]);
				wrong++;
			}
		tap_ok(!wrong, "%s: the queues of class %d", m->name, tc);
	}
	tap_eq(ctr(t)->bad_desc, 0, "no frame was too long");
	port_free(t);
}

static void test_when(void)
{
	struct port *t = up();

	wr(t, MTQC, 0x9);
	tap_eq(rd(t, MTQC), 0, "without ARBDIS MTQC stays as it was");
	mtqc_set(t, 0x9);
	tap_eq(rd(t, MTQC), 0x9, "with it, it is set");
	queue_on(t, 5);
	mtqc_set(t, 0);
	tap_eq(rd(t, MTQC), 0x9, "not while a queue is enabled");
	queue_off(t, 5);
	mtqc_set(t, 0);
	tap_eq(rd(t, MTQC), 0, "but afterwards");
	mtqc_set(t, 0x9);
	wr(t, 0, 1u << 26);
	settle();
	tap_eq(rd(t, MTQC), 0, "a reset makes it 0");
	tap_ok(probe(t, 63) && !probe(t, 64), "and 64 queues");
	port_free(t);
}

static void test_sizes(void)
{
	struct port *t = up();

	mtqc_set(t, 0x9);
	only_buffer(t, 1, 4, 2);
	queue_on(t, 64);
	tap_ok(sends(t, 64, 2044), "2048 bytes with FCS fit above the threshold");
	tap_eq(ctr(t)->bad_desc, 0, "and are fine");
	tap_ok(sends(t, 64, 2045), "one more goes out, because the buffer was empty");
	tap_eq(ctr(t)->bad_desc, 1, "and is counted");
	tap_ok(sends(t, 64, 4092), "a frame as long as the buffer");
	tap_ok(!sends(t, 64, 4093), "a longer one never leaves");
	tap_ok(!sends(t, 64, 100), "nor does what comes behind it");
	queue_off(t, 64);
	queue_on(t, 65);
	tap_ok(sends(t, 65, 100), "another queue of the class does");
	queue_off(t, 65);
	queue_on(t, 64);
	tap_ok(sends(t, 64, 100), "and the first again, once restarted");
	queue_off(t, 64);
	wr(t, TXPBTHRESH(1), 0);
	queue_on(t, 64);
	tap_ok(!sends(t, 64, 100), "a threshold of 0 lets nothing in");
	port_free(t);
}

int main(void)
{
	for (unsigned int i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		test_mode(&modes[i]);
	test_when();
	test_sizes();
	tap_eq(half_sent, 0, "written back if and only if sent");
	tap_eq(stray_reads, 0, "a queue that does not exist reads no descriptor");
	return tap_done();
}
