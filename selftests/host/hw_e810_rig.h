/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The E810 behind hw_rig.h: its descriptors and the registers that tests look at, from the data sheet
 * (613875). For one test program, after hw_rig.h.
 */
#ifndef HW_E810_RIG_H
#define HW_E810_RIG_H

#define QRX_CTRL(q)		(0x120000 + 4 * (q))
#define QENA_STAT		4u
#define GLPCI_LBARCTRL		0x09de74
#define GLPRT_UPRC(port)	(0x381300 + 8 * (port))

/* Flexible descriptors with RXDID 2: packet length at byte 4, status at byte 8, L2TAG1 at 10. */
static void rx_post(u64 *desc, u64 iova)
{
	desc[0] = iova;
	desc[1] = desc[2] = desc[3] = 0;
}

static u32 rx_len(const u64 *desc)
{
	return (desc[1] & 3) == 3 ? desc[0] >> 32 & 0x3fff : 0;
}

/* RSS_VALID; the hash is at byte 12. */
static u32 rx_hash(const u64 *desc)
{
	return desc[1] >> 12 & 1 ? desc[1] >> 32 : 0;
}

/* EOP and RS. */
static void tx_post(u64 *desc, u64 iova, u32 len)
{
	desc[0] = iova;
	desc[1] = 0x30 | (u64)len << 34;
}

static bool tx_done(const u64 *desc)
{
	return (desc[1] & 0xf) == 0xf;
}

static bool rx_on(struct rig *r, u32 queue)
{
	return sim_inproc_rd32(r->p, 0, QRX_CTRL(queue)) & QENA_STAT;
}

static const struct rig_family family = {
	.model = "e810",
	.info = &ndrv_e810_info,
	.rx_tail_align = 8,
	.scan_polls = 5,
	.rx_post = rx_post,
	.rx_len = rx_len,
	.rx_hash = rx_hash,
	.tx_post = tx_post,
	.tx_done = tx_done,
	.rx_on = rx_on,
};

#endif
