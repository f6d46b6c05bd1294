/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libndrv makes of the fields of a received ixgbe descriptor. What is the same for all formats is
 * in ring_burst.c.
 */
#include "ring_fake.h"

/* One frame of @len bytes with these fields, through the ring. */
static struct ndrv_pkt receive(struct fake *f, uint32_t pkt_info, uint32_t hash, uint32_t status,
			       uint16_t vlan)
{
	const struct fake_meta meta = { pkt_info, hash, status, vlan };
	struct ndrv_pkt pkt = { .len = 0 };

	fake_rx_meta(f, 7, 60, &meta);
	if (ndrv_rx_burst(f->q, &pkt, 1) != 1)
		pkt.flags = ~0u;
	return pkt;
}

int main(void)
{
	struct ndrv_pkt p;
	struct fake f;

	fake_init(&f, 64, 64, 512, 4096, 2048);
	fake_start(&f);
	p = receive(&f, 0x117, 0xcafe0123, 1u << 3 | 1u << 5 | 1u << 6, 0x2abc);
	tap_ok(p.len == 60 && frame_is(p.data, 60, 7), "its bytes");
	tap_eq(p.flags, NDRV_PKT_F_VLAN | NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_IP_CHECKED |
	       NDRV_PKT_F_HASH, "checked, tagged, hashed");
	tap_eq(p.hash, 0xcafe0123, "hash");
	tap_eq(p.vlan, 0x2abc, "tag");
	tap_eq(((uint8_t *)p.data - f.mem) % 4096, 2048, "headroom in front of the frame");

	p = receive(&f, 0x110, 0, 1u << 5 | 1u << 6 | 1u << 30 | 1u << 31, 0);
	tap_eq(p.flags, NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_L4_BAD | NDRV_PKT_F_IP_CHECKED |
	       NDRV_PKT_F_IP_BAD, "TCP and IP checksums wrong");
	p = receive(&f, 0x210, 0, 1u << 5 | 1u << 6 | 1u << 30, 0);
	tap_eq(p.flags, NDRV_PKT_F_IP_CHECKED, "a wrong UDP checksum is not believed");
	p = receive(&f, 0, 0, 1u << 24, 0);
	tap_eq(p.flags, NDRV_PKT_F_FRAME_BAD, "CRC error");

	fake_rx(&f, 0, 60);
	fake_ixgbe_rx_write_back(fake_rx_at(&f, f.rx_head - 1), 0xffff, 1, &(struct fake_meta){ 0 });
	ndrv_rx_burst(f.q, &p, 1);
	tap_ok(p.len == 2048 && p.flags == NDRV_PKT_F_FRAME_BAD,
	       "a length beyond the buffer is cut and flagged");
	tap_ok(f.q->counters->rx_errors == 2 && f.q->counters->rx_packets == 5,
	       "two of five frames count as bad");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
	return tap_done();
}
