// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever is in a frame, libndrv's look at its headers (ndrv_pkt_csum_prepare()) stays within it, ends,
 * and leaves nothing in the handle that a card would take for more than there is. The hash of RSS takes
 * any flow and any key.
 */
#include <errno.h>

#include <ndrv.h>

#include "fuzz.h"

static uint64_t prepared, refused;

/* Headers that go on, more often than noise does. */
static void frame_make(uint8_t *f, uint32_t len)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x8100, 0x88a8, 0x9100, 0x8864, 0x0806 };
	static const uint8_t protos[] = { 6, 17, 132, 0, 43, 44, 60, 51, 50, 58, 59, 4, 41 };
	uint32_t at = 12, i;

	fuzz_bytes(f, len < 80 ? len : 80);
	for (i = pick(4); i && at + 6 <= len; i--, at += 4) {
		f[at] = (uint8_t)(types[2 + pick(3)] >> 8);
		f[at + 1] = (uint8_t)types[2 + pick(3)];
	}
	if (at + 2 > len)
		return;
	i = pick(2);
	f[at] = (uint8_t)(types[i] >> 8);
	f[at + 1] = (uint8_t)types[i];
	at += 2;
	if (at + 20 > len)
		return;
	if (!i) {
		f[at] = (uint8_t)(0x40 | (pick(4) ? 5 : pick(16)));
		f[at + 9] = protos[pick(3)];
		f[at + 6] &= pick(4) ? 0x40 : 0xff;
		if (pick(4))
			f[at + 7] = 0;
		return;
	}
	f[at] = 0x60;
	f[at + 6] = protos[pick(13)];
	/* Extension headers, each naming the next. */
	for (at += 40, i = pick(6); i && at + 8 <= len; i--, at += 8) {
		f[at] = protos[pick(13)];
		f[at + 1] = (uint8_t)(pick(4) ? 0 : rnd());
	}
}

static void look_at_frame(void)
{
	uint32_t len = pick(2) ? pick(200) : pick(1600);
	uint8_t *f = malloc(len ? len : 1);		/* not one byte more */
	struct ndrv_pkt pkt = { .data = f, .len = len };
	static const uint32_t requests[] = {
		NDRV_PKT_F_TX_IP_CSUM, NDRV_PKT_F_TX_TCP_CSUM, NDRV_PKT_F_TX_UDP_CSUM,
		NDRV_PKT_F_TX_SCTP_CSUM, NDRV_PKT_F_TX_TSO, NDRV_PKT_F_TX_TSO | NDRV_PKT_F_TX_TCP_CSUM,
		NDRV_PKT_F_TX_IP_CSUM | NDRV_PKT_F_TX_TCP_CSUM, NDRV_PKT_F_TX_VLAN, 0,
	};
	int ret;

	memset(f, 0, len);
	frame_make(f, len);
	pkt.flags = pick(8) ? requests[pick(9)] | (pick(4) ? 0 : rnd() & 0x6000) : rnd();
	pkt.mss = (uint16_t)rnd();
	pkt.vlan = (uint16_t)rnd();
	ret = ndrv_pkt_csum_prepare(&pkt);
	FUZZ_CHECK(ret <= 0 && pkt.data == f && pkt.len == len);
	if (ret)
		refused++;
	else
		prepared++;
	if (!ret && pkt.flags & (NDRV_PKT_F_TX_IP_CSUM | NDRV_PKT_F_TX_TCP_CSUM | NDRV_PKT_F_TX_UDP_CSUM))
		FUZZ_CHECK((uint32_t)pkt.l2_len + pkt.l3_len <= len);
	if (!ret && pkt.flags & NDRV_PKT_F_TX_TSO)
		FUZZ_CHECK((uint32_t)pkt.l2_len + pkt.l3_len + pkt.l4_len <= len);
	free(f);
}

static void look_at_flow(void)
{
	uint16_t queues[8];
	struct ndrv_flow flow;
	uint8_t key[40];
	uint32_t hash, n = 1 + pick(8), i;

	fuzz_bytes(&flow, sizeof(flow));
	fuzz_bytes(key, sizeof(key));
	if (pick(4))
		flow.version = pick(2) ? 4 : 6;
	for (i = 0; i < n; i++)
		queues[i] = (uint16_t)i;
	hash = ndrv_rss_hash(pick(2) ? key : NULL, &flow);
	FUZZ_CHECK(ndrv_rss_queue(queues, n, hash) < n);
}

static void fuzz_one(unsigned int moves)
{
	while (moves-- && fuzz_more()) {
		if (pick(4))
			look_at_frame();
		else
			look_at_flow();
	}
}

#ifndef FUZZ_LIBFUZZER
int main(void)
{
	fuzz_main(1000, 300);
	printf("# %llu frames prepared, %llu refused\n", (unsigned long long)prepared,
	       (unsigned long long)refused);
	tap_ok(prepared > 1000 && refused > 1000, "both ends were reached");
	return tap_done();
}
#endif
