// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810 model's hash against the published Toeplitz vectors, and the way from hash to queue.
 * Which fields are hashed comes out of a package that this test does not have: it sets the model's
 * own summary of it, hence the model's header.
 */
#include "e810.h"

#include "sim_e810_port.h"

static const uint8_t ms_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static struct e810_vsi *vsi(struct nic *n)
{
	struct e810 *e = sim_inproc_dev(n->t->p)->priv;

	return &e->vsi[n->vsi];
}

/* Four queues, the published key, table: entry i leads to queue i & 3. */
static struct nic *up(unsigned int kinds)
{
	struct nic *n = nic_new("trap=on", 4, 3);
	uint8_t param[16] = { 0 };

	set16(param, (uint16_t)(n->vsi | 0x8000));
	memset(n->t->buf, 0, 52);
	memcpy(n->t->buf, ms_key, 40);
	aq(n->t, 0x0b02, param, 52, true);
	set16(param + 2, 1 | 1 << 2);			/* PF table, 512 */
	for (unsigned int i = 0; i < 512; i++)
		n->t->buf[i] = (uint8_t)(i & 3);
	aq(n->t, 0x0b03, param, 512, true);
	for (unsigned int q = 0; q < 4; q++)
		rx_on(n, q, &(struct rx_opts){ .rxdid = 2 }, 56);
	vsi(n)->hash_fields = kinds;
	return n;
}

static void addresses(uint8_t *f, bool v6, const void *src, const void *dst, uint16_t sport,
		      uint16_t dport)
{
	uint8_t *ip = f + 14;
	unsigned int n = v6 ? 16 : 4;

	memcpy(ip + (v6 ? 8 : 12), src, n);
	memcpy(ip + (v6 ? 24 : 16), dst, n);
	be16(ip + (v6 ? 40 : 20), sport);
	be16(ip + (v6 ? 42 : 22), dport);
}

/* One frame; its hash must be `want` and its queue follow from it. */
static void one(struct nic *n, const uint8_t *f, uint32_t len, uint32_t want, const char *name)
{
	unsigned int q = want & 3;
	struct rxd d;

	for (unsigned int i = 0; i < 4; i++) {
		wr(n->t, RX_CTRL(i), 0);
		rx_on(n, i, &(struct rx_opts){ .rxdid = 2 }, 56);
	}
	put(n, f, len);
	d = n->rx[q][0];
	tap_eq(d.qw[1] & 1, 1, "in the queue that the table says");
	tap_eq(d.qw[1] >> 32, want, name);
	tap_eq(d.qw[1] >> 12 & 1, 1, "RSS_VALID");
}

static void test_vectors(void)
{
	static const uint8_t a4[4] = { 66, 9, 149, 187 }, b4[4] = { 161, 142, 100, 80 };
	static const uint8_t a6[16] = { 0x3f, 0xfe, 0x25, 0x01, 2, 0, 0x1f, 0xff, [15] = 7 };
	static const uint8_t b6[16] = { 0x3f, 0xfe, 0x25, 0x01, 2, 0, 0, 3, [15] = 1 };
	struct nic *n = up(E810_HASH_ADDR(E810_HASH_TCP4) | E810_HASH_PORT(E810_HASH_TCP4) |
			   E810_HASH_ADDR(E810_HASH_UDP4) | E810_HASH_ADDR(E810_HASH_UDP6) |
			   E810_HASH_ADDR(E810_HASH_TCP6) | E810_HASH_PORT(E810_HASH_TCP6));
	uint8_t f[200];
	uint32_t len;

	len = ip_frame(f, false, 6, 20);
	addresses(f, false, a4, b4, 2794, 1766);
	one(n, f, len, 0x51ccc178, "IPv4 with TCP ports");
	len = ip_frame(f, false, 17, 20);
	addresses(f, false, a4, b4, 2794, 1766);
	one(n, f, len, 0x323e8fc2, "IPv4 addresses only");
	len = ip_frame(f, true, 6, 20);
	addresses(f, true, a6, b6, 2794, 1766);
	one(n, f, len, 0x40207d3d, "IPv6 with TCP ports");
	len = ip_frame(f, true, 17, 20);
	addresses(f, true, a6, b6, 2794, 1766);
	one(n, f, len, 0x2cc18cd5, "IPv6 addresses only");
	len = ip_frame(f, false, 1, 40);
	put(n, f, len);
	tap_eq(n->rx[0][0].qw[1] >> 12 & 1, 0, "a kind that no profile has: not hashed");
	vsi(n)->hash_fields = 0;
	len = ip_frame(f, false, 6, 20);
	put(n, f, len);
	tap_eq(n->rx[0][1].qw[1] >> 12 & 1, 0, "no profile: no RSS");
	nic_free(n);
}

/* The symmetric scheme: both directions of a flow, one queue, one hash. */
static void test_symmetric(void)
{
	struct nic *n = up(E810_HASH_ADDR(E810_HASH_UDP4) | E810_HASH_PORT(E810_HASH_UDP4));
	uint8_t f[200], x[4] = { 10, 0, 0, 1 }, y[4] = { 10, 9, 8, 7 };
	uint32_t len = ip_frame(f, false, 17, 20), hash[2];

	for (unsigned int s = 0; s < 2; s++) {
		wr(n->t, 0x40d000 + 4 * n->vsi, 2 | s << 6);	/* PF table, Toeplitz or symmetric */
		for (unsigned int i = 0; i < 2; i++) {
			uint64_t w = 0;

			for (unsigned int q = 0; q < 4; q++) {
				wr(n->t, RX_CTRL(q), 0);
				rx_on(n, q, &(struct rx_opts){ .rxdid = 2 }, 56);
			}
			addresses(f, false, i ? y : x, i ? x : y, i ? 7 : 5000, i ? 5000 : 7);
			put(n, f, len);
			for (unsigned int q = 0; q < 4; q++)
				w |= n->rx[q][0].qw[1];
			hash[i] = (uint32_t)(w >> 32);
		}
		tap_ok((hash[0] == hash[1]) == (s == 1), s ? "symmetric: the same both ways" :
		       "Toeplitz: different");
	}
	nic_free(n);
}

/* A table entry beyond the VSI's queues. */
static void test_beyond(void)
{
	struct nic *n = up(E810_HASH_ADDR(E810_HASH_UDP4));
	uint8_t f[200];
	uint32_t len = ip_frame(f, false, 17, 20);

	vsi(n)->q_count = 0;
	put(n, f, len);
	tap_eq(rd(n->t, 0x294c04 + 4 * n->vsi), 1, "no such queue: dropped, GLV_RDPC");
	nic_free(n);
}

/* A rule to a region of queues: the hash says which of them, and no table. */
static void test_region(void)
{
	struct nic *n = up(E810_HASH_ADDR(E810_HASH_UDP4) | E810_HASH_PORT(E810_HASH_UDP4));
	unsigned int wrong = 0, seen[4] = { 0 };
	uint8_t f[200], x[4] = { 10, 0, 0, 1 }, y[4] = { 10, 9, 8, 7 };
	uint32_t len = ip_frame(f, false, 17, 20);

	memcpy(f, f + 6, 6);				/* an address that has no rule yet */
	tap_ok(rule_add(n->t, 1, 1, n->vsi, 1 | 2u << 4 | 1u << 15, f, 0, 0) >= 0,
	       "two queues from 2 on");
	for (unsigned int i = 0; i < 16; i++) {
		addresses(f, false, x, y, (uint16_t)(5000 + i), 7);
		put(n, f, len);
		for (unsigned int q = 0; q < 4; q++) {
			const struct rxd *d = &n->rx[q][seen[q]];

			if (!(d->qw[1] & 1))
				continue;
			seen[q]++;
			wrong += q != 2 + (d->qw[1] >> 32 & 1);
		}
	}
	tap_eq(wrong, 0, "each by its hash");
	tap_eq(seen[2] + seen[3], 16, "all of them");
	tap_ok(seen[2] && seen[3], "to both");
	nic_free(n);
}

int main(void)
{
	test_vectors();
	test_region();
	test_symmetric();
	test_beyond();
	return tap_done();
}
