/* SPDX-License-Identifier: MIT */
/*
 * The data path for NDRV_DESC_IXGBE: 82599, X540, X550, advanced descriptors of 16 bytes. Only adv.h reads
 * or writes them; here is what is these cards' own. Sections are those of the data sheet named in
 * <ndrv/desc.h>.
 */
#include <stdbool.h>
#include <stdint.h>

#include <ndrv/desc.h>

#define ADV_OPS			ndrv_desc_ixgbe
#define ADV_ERROR_SHIFT		0
#define ADV_RXE_FRAME		NDRV_IXGBE_RXE_FRAME
#define ADV_RXE_L4		NDRV_IXGBE_RXE_TCPE
#define ADV_TX_MIN_BYTES	NDRV_IXGBE_TX_MIN_BYTES
/* The longest frame is 15.5 KiB with FCS (section 8.2.3.22.13). */
#define ADV_TX_MAX_BYTES	(15872u - 4u)
/* The descriptors of a frame: at most 40 - WTHRESH - 2 (section 7.2.1.1); the kernel sets WTHRESH to 0. */
#define ADV_TX_MAX_DESCS	38u

/* The checksum error of a UDP frame is not to be believed: the 82599 reports it for checksum 0 too. */
static inline bool adv_l4_doubtful(uint16_t pkt_info, uint32_t len)
{
	(void)len;
	return pkt_info & NDRV_IXGBE_RXP_UDP;
}

#include "adv.h"
