/* SPDX-License-Identifier: MIT */
/*
 * The data path for NDRV_DESC_IXGBE: 82599, X540, X550, advanced descriptors of 16 bytes. This is the
 * only file that reads or writes them. Sections are those of the data sheet named in <ndrv/desc.h>.
 */
#include <ndrv/desc.h>

#include "burst.h"

/* A frame may have at most so many pieces (section 7.2.1.1). */
#define TX_MAX_PIECES	40u

#define RX_FLAGS (NDRV_IXGBE_RXS_VP | NDRV_IXGBE_RXS_L4CS | NDRV_IXGBE_RXS_IPCS | \
		  NDRV_IXGBE_RXE_TCPE | NDRV_IXGBE_RXE_IPE | NDRV_IXGBE_RXS_EOP)
#define TX_CMD (NDRV_IXGBE_TXD_DTYP_DATA | NDRV_IXGBE_TXD_DEXT | NDRV_IXGBE_TXD_IFCS)

_Static_assert(sizeof(union ndrv_ixgbe_rx) == 16, "receive descriptor");
_Static_assert(sizeof(union ndrv_ixgbe_tx) == 16, "transmit descriptor");
_Static_assert(offsetof(union ndrv_ixgbe_rx, wb.status) == 8, "the word with DD");
_Static_assert(NDRV_IXGBE_RXS_DD == 1, "DD");
/* The flags of a handle are the bits of the descriptor, so that one AND translates them. */
_Static_assert(NDRV_PKT_F_VLAN == NDRV_IXGBE_RXS_VP, "VLAN flag");
_Static_assert(NDRV_PKT_F_L4_CHECKED == NDRV_IXGBE_RXS_L4CS, "L4 checked flag");
_Static_assert(NDRV_PKT_F_IP_CHECKED == NDRV_IXGBE_RXS_IPCS, "IP checked flag");
_Static_assert(NDRV_PKT_F_L4_BAD == NDRV_IXGBE_RXE_TCPE, "L4 bad flag");
_Static_assert(NDRV_PKT_F_IP_BAD == NDRV_IXGBE_RXE_IPE, "IP bad flag");
_Static_assert(NDRV_PKT_F_MORE == NDRV_IXGBE_RXS_EOP, "MORE is EOP inverted");

/* The checksum error of a UDP frame is not to be believed: the 82599 reports it for checksum 0 too. */
static uint32_t rx_error_flags(uint32_t status, uint16_t pkt_info, uint32_t flags)
{
	if (status & NDRV_IXGBE_RXE_FRAME)
		flags |= NDRV_PKT_F_FRAME_BAD;
	if (status & NDRV_IXGBE_RXE_TCPE && !(pkt_info & NDRV_IXGBE_RXP_ETQF) &&
	    pkt_info & NDRV_IXGBE_RXP_UDP)
		flags &= ~(NDRV_PKT_F_L4_BAD | NDRV_PKT_F_L4_CHECKED);
	return flags;
}

burst_inline void rx_decode(const volatile uint64_t *desc, uint32_t status, uint32_t buf_bytes,
			    struct ndrv_pkt *pkt)
{
	const volatile union ndrv_ixgbe_rx *d = (const volatile union ndrv_ixgbe_rx *)desc;
	uint64_t lo = d->qword[0];
	uint32_t len_vlan = d->wb.len_vlan, len = len_vlan & 0xffff;
	uint32_t flags = (status & RX_FLAGS) ^ NDRV_PKT_F_MORE;

	flags |= lo & NDRV_IXGBE_RXP_RSS_TYPE ? NDRV_PKT_F_HASH : 0;
	if (unlikely(status & (NDRV_IXGBE_RXE_FRAME | NDRV_IXGBE_RXE_TCPE)))
		flags = rx_error_flags(status, lo, flags);
	if (unlikely(len > buf_bytes)) {
		flags |= NDRV_PKT_F_FRAME_BAD;
		len = buf_bytes;
	}
	pkt->len = len;
	pkt->flags = flags;
	pkt->hash = lo >> 32;
	pkt->vlan = len_vlan >> 16;
}

burst_inline uint64_t tx_command(uint32_t len, uint32_t total, bool last)
{
	return (uint64_t)total << (32 + NDRV_IXGBE_TXO_PAYLEN_SHIFT) |
	       (last ? TX_CMD | NDRV_IXGBE_TXD_EOP : TX_CMD) | len;
}

static const struct burst_format format = {
	.rx_qwords = 2,
	.rx_tail_step = 1,
	.tx_min_bytes = NDRV_IXGBE_TX_MIN_BYTES,
	.tx_max_bytes = UINT16_MAX,	/* what the length fields hold */
	.tx_max_pieces = TX_MAX_PIECES,
	.tx_rs = NDRV_IXGBE_TXD_RS,
	.tx_done_word = 3,
	.tx_done = NDRV_IXGBE_TXO_DD,
	.tx_command = tx_command,
	.rx_decode = rx_decode,
};

BURST_OPS(format)

const struct desc_ops ndrv_desc_ixgbe = {
	.rx_desc_bytes = sizeof(union ndrv_ixgbe_rx),
	.tx_desc_bytes = sizeof(union ndrv_ixgbe_tx),
	.rx_tail_step = 1,
	.rx_burst = rx_burst,
	.tx_burst = tx_burst,
	.rx_post = rx_post,
	.rx_ready = rx_ready,
	.tx_clean = tx_clean,
};
