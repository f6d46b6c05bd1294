/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 82599 behind hw_rig.h: its descriptors and the registers that tests look at, from the data sheet
 * (331520). For one test program, after hw_rig.h.
 */
#ifndef HW_IXGBE_RIG_H
#define HW_IXGBE_RIG_H

#define RXDCTL(q)	(((q) < 64 ? 0x1028 + 0x40 * (q) : 0xd028 + 0x40 * ((q) - 64)))
#define TXDCTL(q)	(0x6028 + 0x40 * (q))
#define DCTL_ENABLE	0x02000000u

static void rx_post(u64 *desc, u64 iova)
{
	desc[0] = iova;
	desc[1] = 0;
}

static u32 rx_len(const u64 *desc)
{
	return (desc[1] & 3) == 3 ? desc[1] >> 32 & 0xffff : 0;
}

/* EOP, IFCS, RS, an advanced data descriptor; PAYLEN. */
static void tx_post(u64 *desc, u64 iova, u32 len)
{
	desc[0] = iova;
	desc[1] = (0x2b300000u | len) | (u64)(len << 14) << 32;
}

static bool tx_done(const u64 *desc)
{
	return desc[1] >> 32 & 1;
}

/* While RSS is on; the type in the low bits says what was hashed. */
static u32 rx_hash(const u64 *desc)
{
	return desc[0] & 0xf ? desc[0] >> 32 : 0;
}

static bool rx_on(struct rig *r, u32 queue)
{
	return sim_inproc_rd32(r->p, 0, RXDCTL(queue)) & DCTL_ENABLE;
}

static bool tx_on(struct rig *r, u32 queue)
{
	return sim_inproc_rd32(r->p, 0, TXDCTL(queue)) & DCTL_ENABLE;
}

static const struct rig_family family = {
	.model = "82599",
	.info = &ndrv_ixgbe_info,
	.rx_tail_align = 1,
	.scan_polls = 300,
	.rx_post = rx_post,
	.rx_len = rx_len,
	.rx_hash = rx_hash,
	.tx_post = tx_post,
	.tx_done = tx_done,
	.rx_on = rx_on,
	.tx_on = tx_on,
};

#endif
