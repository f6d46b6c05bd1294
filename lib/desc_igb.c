/* SPDX-License-Identifier: MIT */
/*
 * The data path for NDRV_DESC_IGB: 82576, advanced descriptors of 16 bytes. Only adv.h reads or writes them;
 * here is what is this card's own.
 */
#include <stdbool.h>
#include <stdint.h>

#include <ndrv/desc.h>

#define ADV_OPS			ndrv_desc_igb
#define ADV_ERROR_SHIFT		1
#define ADV_RXE_FRAME		NDRV_IGB_RXE_FRAME
#define ADV_RXE_L4		NDRV_IGB_RXE_TCPE
#define ADV_TX_MIN_BYTES	NDRV_IGB_TX_MIN_BYTES
/* The longest frame is 9.5 KiB with FCS. */
#define ADV_TX_MAX_BYTES	(9728u - 4u)
/* No number is documented; what the 82599 takes fits into the descriptors that both hold on chip. */
#define ADV_TX_MAX_DESCS	38u

/* The stock driver knows of an erratum: SCTP in the shortest frame is said to be wrong when it is not. */
static inline bool adv_l4_doubtful(uint16_t pkt_info, uint32_t len)
{
	return pkt_info & NDRV_IXGBE_RXP_SCTP && len == 60;
}

#include "adv.h"
