/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv_rss_hash() against the vectors that Microsoft published for the Toeplitz hash ("Verifying the RSS Hash
 * Calculation"), the properties of the library's own key, and the way from a hash to a queue.
 */
#include <arpa/inet.h>
#include <string.h>

#include <ndrv.h>

#include "tap.h"

static const uint8_t key[NDRV_RSS_KEY_LEN] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
	0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
	0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static const struct {
	const char *src, *dst;
	uint16_t src_port, dst_port;
	uint32_t addresses, ports;	/* the hash without ports, and with them */
} rows[] = {
	{ "66.9.149.187", "161.142.100.80", 2794, 1766, 0x323e8fc2, 0x51ccc178 },
	{ "199.92.111.2", "65.69.140.83", 14230, 4739, 0xd718262a, 0xc626b0ea },
	{ "24.19.198.95", "12.22.207.184", 12898, 38024, 0xd2d0a5de, 0x5c2b394a },
	{ "38.27.205.30", "209.142.163.6", 48228, 2217, 0x82989176, 0xafc7327f },
	{ "153.39.163.191", "202.188.127.2", 44251, 1303, 0x5d1809c5, 0x10e828a2 },
	{ "3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766, 0x2cc18cd5, 0x40207d3d },
	{ "3ffe:501:8::260:97ff:fe40:efab", "ff02::1", 14230, 4739, 0x0f0c461c, 0xdde51bbf },
	{ "3ffe:1900:4545:3:200:f8ff:fe21:67cf", "fe80::200:f8ff:fe21:67cf", 44251, 38024, 0x4b61e985,
	  0x02d1feef },
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

static struct ndrv_flow flow_of(unsigned int i, uint8_t proto)
{
	struct ndrv_flow flow = {
		.src_port = htons(rows[i].src_port),
		.dst_port = htons(rows[i].dst_port),
		.version = strchr(rows[i].src, ':') ? 6 : 4,
		.proto = proto,
	};

	if (inet_pton(flow.version == 6 ? AF_INET6 : AF_INET, rows[i].src, flow.src) != 1 ||
	    inet_pton(flow.version == 6 ? AF_INET6 : AF_INET, rows[i].dst, flow.dst) != 1)
		flow.version = 0;
	return flow;
}

/* The same conversation the other way round. */
static struct ndrv_flow back_of(const struct ndrv_flow *flow)
{
	struct ndrv_flow back = *flow;

	memcpy(back.src, flow->dst, sizeof(back.src));
	memcpy(back.dst, flow->src, sizeof(back.dst));
	back.src_port = flow->dst_port;
	back.dst_port = flow->src_port;
	return back;
}

static void test_vectors(void)
{
	struct ndrv_flow flow;
	unsigned int i;

	for (i = 0; i < NR_ROWS; i++) {
		flow = flow_of(i, IPPROTO_TCP);
		tap_eq(ndrv_rss_hash(key, &flow), rows[i].ports, rows[i].src);
		flow.proto = IPPROTO_UDP;
		tap_eq(ndrv_rss_hash(key, &flow), rows[i].ports, "UDP is hashed as TCP");
		flow.proto = IPPROTO_ICMP;
		tap_eq(ndrv_rss_hash(key, &flow), rows[i].addresses, "without ports");
	}
	flow.version = 5;
	tap_eq(ndrv_rss_hash(key, &flow), 0, "neither IPv4 nor IPv6");
}

static void test_own_key(void)
{
	unsigned int i, same = 0, bad = 0;
	struct ndrv_flow flow, back;

	for (i = 0; i < NR_ROWS; i++) {
		flow = flow_of(i, IPPROTO_TCP);
		back = back_of(&flow);
		bad += ndrv_rss_hash(NULL, &flow) != ndrv_rss_hash(NULL, &back);
		same += ndrv_rss_hash(key, &flow) == ndrv_rss_hash(key, &back);
		flow.proto = back.proto = 0;
		bad += ndrv_rss_hash(NULL, &flow) != ndrv_rss_hash(NULL, &back);
	}
	tap_eq(bad, 0, "without a key both directions have one hash");
	tap_eq(same, 0, "with that key none has");
	flow = flow_of(0, IPPROTO_TCP);
	back = flow;
	back.src_port ^= htons(1);
	tap_ok(ndrv_rss_hash(NULL, &flow) != ndrv_rss_hash(NULL, &back), "flows differ");
}

static void test_queues(void)
{
	static const uint16_t queues[] = { 5, 0, 9 };

	tap_eq(ndrv_rss_queue(queues, 3, 0), 5, "entry 0");
	tap_eq(ndrv_rss_queue(queues, 3, 127), 0, "entry 127: 127 % 3");
	tap_eq(ndrv_rss_queue(queues, 3, 128), 5, "the table repeats after 128, not after 3");
	tap_eq(ndrv_rss_queue(queues, 3, 0xffffffff), 0, "the last hash");
	tap_eq(ndrv_rss_queue(NULL, 0, 77), 0, "without spreading");
}

int main(void)
{
	test_vectors();
	test_own_key();
	test_queues();
	return tap_done();
}
