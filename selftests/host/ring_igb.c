/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libndrv makes of the fields of a received 82576 descriptor: where they differ from the 82599's, and
 * that the others do not. What is the same for all formats is in ring_burst.c.
 */
#include "ring_fake.h"

/* One frame of @len bytes with these fields, through the ring. */
static struct ndrv_pkt receive(struct fake *f, uint32_t len, uint32_t pkt_info, uint32_t status,
			       uint16_t vlan)
{
	const struct fake_meta meta = { pkt_info, 0xcafe0123, status, vlan };
	struct ndrv_pkt pkt = { .len = 0 };

	fake_rx_meta(f, 7, len, &meta);
	if (ndrv_rx_burst(f->q, &pkt, 1) != 1)
		pkt.flags = ~0u;
	return pkt;
}

/* Every bit of the status alone: only these mean something. */
static void test_bits(struct fake *f)
{
	unsigned int bit;

	for (bit = 2; bit < 32; bit++) {
		struct ndrv_pkt p = receive(f, 64, 0x110, 1u << bit, 0);
		uint32_t want = bit == 3 ? NDRV_PKT_F_VLAN : bit == 5 ? NDRV_PKT_F_L4_CHECKED :
			bit == 6 ? NDRV_PKT_F_IP_CHECKED : bit == 29 ? NDRV_PKT_F_L4_BAD :
			bit == 30 ? NDRV_PKT_F_IP_BAD :
			bit == 24 || bit == 25 || bit == 26 || bit == 28 || bit == 31 ?
			NDRV_PKT_F_FRAME_BAD : 0;

		tap_ok(p.flags == want, "status bit %u: flags 0x%x", bit, p.flags);
	}
}

int main(void)
{
	struct ndrv_pkt p;
	struct fake f;

	fake_card = &fake_igb;
	fake_init(&f, 64, 64, 512, 4096, 2048);
	fake_start(&f);
	p = receive(&f, 60, 0x117, 1u << 3 | 1u << 5 | 1u << 6, 0x2abc);
	tap_ok(p.len == 60 && frame_is(p.data, 60, 7), "its bytes");
	tap_eq(p.flags, NDRV_PKT_F_VLAN | NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_IP_CHECKED |
	       NDRV_PKT_F_HASH, "checked, tagged, hashed");
	tap_eq(p.hash, 0xcafe0123, "hash");
	tap_eq(p.vlan, 0x2abc, "tag");
	test_bits(&f);

	p = receive(&f, 60, 0x110, 1u << 5 | 1u << 6 | 1u << 29 | 1u << 30, 0);
	tap_eq(p.flags, NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_L4_BAD | NDRV_PKT_F_IP_CHECKED |
	       NDRV_PKT_F_IP_BAD, "TCP and IP checksums wrong");
	p = receive(&f, 60, 0x210, 1u << 5 | 1u << 6 | 1u << 29, 0);
	tap_eq(p.flags, NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_L4_BAD | NDRV_PKT_F_IP_CHECKED,
	       "a wrong UDP checksum is");
	p = receive(&f, 61, 0x410, 1u << 5 | 1u << 6 | 1u << 29, 0);
	tap_eq(p.flags, NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_L4_BAD | NDRV_PKT_F_IP_CHECKED,
	       "a wrong SCTP checksum is");
	p = receive(&f, 60, 0x410, 1u << 5 | 1u << 6 | 1u << 29, 0);
	tap_eq(p.flags, NDRV_PKT_F_IP_CHECKED, "but is not believed in the shortest frame");
	p = receive(&f, 60, 0x8410, 1u << 5 | 1u << 29, 0);
	tap_eq(p.flags, NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_L4_BAD,
	       "after an EtherType filter those bits do not mean SCTP");

	fake_rx(&f, 0, 60);
	fake_ixgbe_rx_write_back(fake_rx_at(&f, f.rx_head - 1), 0xffff, 1, &(struct fake_meta){ 0 });
	ndrv_rx_burst(f.q, &p, 1);
	tap_ok(p.len == 2048 && p.flags == NDRV_PKT_F_FRAME_BAD,
	       "a length beyond the buffer is cut and flagged");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
	return tap_done();
}
