/* SPDX-License-Identifier: MIT */
/*
 * The data path for NDRV_DESC_IXGBE: 82599, X540, X550, advanced descriptors of 16 bytes. This is the
 * only file that reads or writes them. Sections are those of the data sheet named in <ndrv/desc.h>.
 */
#include <ndrv/desc.h>

#include "burst.h"

/* The descriptors of a frame: at most 40 - WTHRESH - 2 (section 7.2.1.1); the kernel sets WTHRESH to 0. */
#define TX_MAX_DESCS	38u
/* The longest frame is 15.5 KiB with FCS (section 8.2.3.22.13). */
#define TX_MAX_BYTES	(15872u - 4u)
/* A descriptor could take 65535; this is what goes out of one buffer otherwise. */
#define TX_DESC_BYTES	16384u

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

burst_inline uint32_t rx_decode(const volatile uint64_t *desc, uint32_t status, uint32_t buf_bytes,
				struct ndrv_pkt *pkt, bool *bad)
{
	const volatile union ndrv_ixgbe_rx *d = (const volatile union ndrv_ixgbe_rx *)desc;
	uint64_t lo = d->qword[0];
	uint32_t len_vlan = d->wb.len_vlan, len = len_vlan & 0xffff;
	uint32_t flags = (status & RX_FLAGS) ^ NDRV_PKT_F_MORE;

	flags |= lo & NDRV_IXGBE_RXP_RSS_TYPE ? NDRV_PKT_F_HASH : 0;
	if (unlikely(status & (NDRV_IXGBE_RXE_FRAME | NDRV_IXGBE_RXE_TCPE))) {
		flags = rx_error_flags(status, lo, flags);
		*bad = true;
	}
	if (unlikely(len > buf_bytes)) {
		flags |= NDRV_PKT_F_FRAME_BAD;
		len = buf_bytes;
		*bad = true;
	}
	pkt->len = len;
	pkt->flags = flags;
	pkt->hash = lo >> 32;
	rx_set_vlan(pkt, len_vlan >> 16);
	return flags;
}

burst_inline uint64_t tx_command(uint32_t len, uint32_t total, bool last)
{
	return (uint64_t)total << (32 + NDRV_IXGBE_TXO_PAYLEN_SHIFT) |
	       (last ? TX_CMD | NDRV_IXGBE_TXD_EOP : TX_CMD) | len;
}

/*
 * The card remembers two contexts a queue, and data descriptors say which one they mean: a stream of like
 * packets writes one of them once (section 7.2.3.2.3).
 */
burst_inline void tx_offload(const struct tx_side *tx, const struct ndrv_pkt *pkt, struct tx_frame *fr)
{
	const uint32_t flags = pkt->flags;
	uint32_t type = NDRV_IXGBE_TXD_DTYP_CTX | NDRV_IXGBE_TXD_DEXT, cmd = 0, pops = 0, mss = 0;
	uint64_t lens = TX_L2_MIN << NDRV_IXGBE_TXC_MACLEN_SHIFT;
	unsigned int slot = tx->ctx_last;

	if (!(flags & TX_REQUESTS & ~NDRV_PKT_F_TX_IPV6))
		return;
	if (flags & TX_NEEDS_HEADERS) {
		lens = pkt->l3_len | (uint32_t)pkt->l2_len << NDRV_IXGBE_TXC_MACLEN_SHIFT;
		type |= flags & NDRV_PKT_F_TX_IPV6 ? 0 : NDRV_IXGBE_TXC_IPV4;
		type |= fr->l4 == NDRV_PKT_F_TX_TCP_CSUM ? NDRV_IXGBE_TXC_L4T_TCP :
			fr->l4 == NDRV_PKT_F_TX_SCTP_CSUM ? NDRV_IXGBE_TXC_L4T_SCTP :
							    NDRV_IXGBE_TXC_L4T_UDP;
		pops |= fr->l4 ? NDRV_IXGBE_TXO_TXSM : 0;
		pops |= flags & NDRV_PKT_F_TX_IP_CSUM ? NDRV_IXGBE_TXO_IXSM : 0;
	}
	if (flags & NDRV_PKT_F_TX_VLAN) {
		lens |= (uint32_t)pkt->vlan << NDRV_IXGBE_TXC_VLAN_SHIFT;
		cmd |= NDRV_IXGBE_TXD_VLE;
	}
	if (fr->tso) {
		pops |= flags & NDRV_PKT_F_TX_IPV6 ? 0 : NDRV_IXGBE_TXO_IXSM;
		cmd |= NDRV_IXGBE_TXD_TSE;
		mss = (uint32_t)pkt->mss << NDRV_IXGBE_TXC_MSS_SHIFT |
		      (uint32_t)pkt->l4_len << NDRV_IXGBE_TXC_L4LEN_SHIFT;
	}
	fr->context[0] = lens;
	fr->context[1] = type | (uint64_t)(mss | slot << NDRV_IXGBE_TXO_IDX_SHIFT) << 32;
	if (tx->ctx[slot][0] != fr->context[0] || tx->ctx[slot][1] != fr->context[1]) {
		slot ^= 1;
		fr->context[1] ^= 1ull << (NDRV_IXGBE_TXO_IDX_SHIFT + 32);
		fr->has_context = tx->ctx[slot][0] != fr->context[0] ||
				  tx->ctx[slot][1] != fr->context[1];
	}
	fr->context_slot = slot;
	fr->bits = cmd | (uint64_t)(pops | slot << NDRV_IXGBE_TXO_IDX_SHIFT) << 32;
}

static const struct burst_format format = {
	.rx_qwords = 2,
	.rx_tail_step = 1,
	.tx_min_bytes = NDRV_IXGBE_TX_MIN_BYTES,
	.tx_max_bytes = TX_MAX_BYTES,
	.tx_desc_bytes = TX_DESC_BYTES,
	.tx_max_pieces = TX_MAX_DESCS,
	.tx_max_tso_descs = TX_MAX_DESCS,
	.tx_rs = NDRV_IXGBE_TXD_RS,
	.tx_done_word = 3,
	.tx_done = NDRV_IXGBE_TXO_DD,
	.tx_command = tx_command,
	.tx_offload = tx_offload,
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
	.tx_ready = tx_ready,
};
