/* SPDX-License-Identifier: MIT */
/*
 * Advanced descriptors of 16 bytes: what NDRV_DESC_IXGBE and NDRV_DESC_IGB have in common, which is nearly
 * all. Internal to lib/; included by desc_ixgbe.c and desc_igb.c, each of which compiles it with what is
 * its card's own:
 *  ADV_OPS		name of the struct desc_ops
 *  ADV_ERROR_SHIFT	the L4 and IP error bits are so much below those of a handle
 *  ADV_RXE_FRAME	bits that mean a bad frame
 *  ADV_RXE_L4		the bit for a wrong L4 checksum
 *  ADV_TX_MIN_BYTES, ADV_TX_MAX_BYTES	of a frame without FCS
 *  ADV_TX_MAX_DESCS	descriptors of a frame
 *  adv_l4_doubtful()	is this L4 error one that the card is known to report of good frames?
 * Sections are those of the 82599 data sheet named in <ndrv/desc.h>.
 */
#ifndef NDRV_ADV_H
#define NDRV_ADV_H

#include <ndrv/desc.h>

#include "burst.h"

/* A descriptor could take 65535; this is what goes out of one buffer otherwise. */
#define TX_DESC_BYTES	16384u

#define RX_STATUS_FLAGS (NDRV_IXGBE_RXS_VP | NDRV_IXGBE_RXS_L4CS | NDRV_IXGBE_RXS_IPCS | \
			 NDRV_IXGBE_RXS_EOP)
#define RX_ERROR_FLAGS	(NDRV_PKT_F_L4_BAD | NDRV_PKT_F_IP_BAD)
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
_Static_assert(NDRV_PKT_F_L4_BAD == ADV_RXE_L4 << ADV_ERROR_SHIFT, "L4 bad flag of this card");
_Static_assert(NDRV_PKT_F_MORE == NDRV_IXGBE_RXS_EOP, "MORE is EOP inverted");

static uint32_t rx_error_flags(uint32_t status, uint16_t pkt_info, uint32_t len, uint32_t flags)
{
	if (status & ADV_RXE_FRAME)
		flags |= NDRV_PKT_F_FRAME_BAD;
	if (status & ADV_RXE_L4 && !(pkt_info & NDRV_IXGBE_RXP_ETQF) &&
	    adv_l4_doubtful(pkt_info, len))
		flags &= ~(NDRV_PKT_F_L4_BAD | NDRV_PKT_F_L4_CHECKED);
	return flags;
}

burst_inline uint32_t rx_decode(const volatile uint64_t *desc, uint32_t status, uint32_t buf_bytes,
				struct ndrv_pkt *pkt, bool *bad)
{
	const volatile union ndrv_ixgbe_rx *d = (const volatile union ndrv_ixgbe_rx *)desc;
	uint64_t lo = d->qword[0];
	uint32_t len_vlan = d->wb.len_vlan, len = len_vlan & 0xffff;
	uint32_t flags = ADV_ERROR_SHIFT ? (status & RX_STATUS_FLAGS) |
					   (status << ADV_ERROR_SHIFT & RX_ERROR_FLAGS) :
					   status & (RX_STATUS_FLAGS | RX_ERROR_FLAGS);

	flags ^= NDRV_PKT_F_MORE;
	flags |= lo & NDRV_IXGBE_RXP_RSS_TYPE ? NDRV_PKT_F_HASH : 0;
	if (unlikely(status & (ADV_RXE_FRAME | ADV_RXE_L4))) {
		flags = rx_error_flags(status, lo, len, flags);
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

#ifdef VEC_BYTES

#define NO 0x80		/* of vec_shuffle(): a byte 0 */

/* The flags of a frame without error are in one byte of its status, but for that of the hash. */
burst_inline bool rx_vec(const v64 *raw, v64 *rest)
{
	const uint32_t errors = ADV_RXE_FRAME | ADV_RXE_L4 | NDRV_PKT_F_IP_BAD >> ADV_ERROR_SHIFT;
	const uint32_t done = NDRV_IXGBE_RXS_DD | NDRV_IXGBE_RXS_EOP;
	const uint32_t flags = NDRV_PKT_F_VLAN | NDRV_PKT_F_L4_CHECKED | NDRV_PKT_F_IP_CHECKED;
	const v8 order = VEC_EACH(12, 13, NO, NO, 8, NO, NO, NO, 4, 5, 6, 7, 14, 15, NO, NO);
	const v8 type_order = VEC_EACH(NO, NO, NO, NO, 0, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO);
	const v32 keep = VEC_EACH(0xffff, flags, 0xffffffff, 0xffff);
	const v32 type_keep = VEC_EACH(0, NDRV_IXGBE_RXP_RSS_TYPE, 0, 0);
	/* By RSS type. */
	const v8 hash = VEC_EACH(0, NDRV_PKT_F_HASH, NDRV_PKT_F_HASH, NDRV_PKT_F_HASH, NDRV_PKT_F_HASH,
				 NDRV_PKT_F_HASH, NDRV_PKT_F_HASH, NDRV_PKT_F_HASH, NDRV_PKT_F_HASH,
				 NDRV_PKT_F_HASH, NDRV_PKT_F_HASH, NDRV_PKT_F_HASH, NDRV_PKT_F_HASH,
				 NDRV_PKT_F_HASH, NDRV_PKT_F_HASH, NDRV_PKT_F_HASH);
	const v64 want = VEC_EACH(0, done), special = VEC_EACH(0, done | errors);
	v64 other = { 0 };
	unsigned int i;

	vec_unroll
	for (i = 0; i < RX_VECS; i++) {
		v32 word = (v32)vec_shuffle((v8)raw[i], order) & keep;
		v32 type = (v32)vec_shuffle((v8)raw[i], type_order) & type_keep;

		other |= raw[i] ^ want;
		rest[i] = (v64)(word | (v32)vec_shuffle(hash, (v8)type));
	}
	return vec_any(other, special);
}

burst_inline v64 tx_command_vec(v64 len)
{
	return len << (32 + NDRV_IXGBE_TXO_PAYLEN_SHIFT) | len | vec_all(TX_CMD | NDRV_IXGBE_TXD_EOP);
}

#endif

burst_inline uint64_t tx_command(uint32_t len, uint32_t total, bool last)
{
	return (uint64_t)total << (32 + NDRV_IXGBE_TXO_PAYLEN_SHIFT) |
	       (last ? TX_CMD | NDRV_IXGBE_TXD_EOP : TX_CMD) | len;
}

/*
 * The cards remember two contexts a queue, and data descriptors say which one they mean: a stream of like
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
	.tx_min_bytes = ADV_TX_MIN_BYTES,
	.tx_max_bytes = ADV_TX_MAX_BYTES,
	.tx_desc_bytes = TX_DESC_BYTES,
	.tx_max_pieces = ADV_TX_MAX_DESCS,
	.tx_max_tso_descs = ADV_TX_MAX_DESCS,
	.tx_rs = NDRV_IXGBE_TXD_RS,
	.tx_done_word = 3,
	.tx_done = NDRV_IXGBE_TXO_DD,
	.tx_command = tx_command,
	.tx_offload = tx_offload,
	.rx_decode = rx_decode,
#ifdef VEC_BYTES
	.rx_vec = rx_vec,
	.tx_command_vec = tx_command_vec,
#endif
};

BURST_OPS(format)

const struct desc_ops DESC_OPS(ADV_OPS) = {
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

#endif
