/* SPDX-License-Identifier: MIT */
/*
 * The data path for NDRV_DESC_ICE: E810, flexible receive descriptors of 32 bytes, transmit descriptors
 * of 16. This is the only file that reads or writes them; the data sheet is named in <ndrv/desc.h>.
 */
#include <ndrv/desc.h>

#include "burst.h"

/* The length field has 14 bits; three pages keep reads within pages. */
#define TX_DESC_BYTES	12288u
/* Of one TSO request: what the largest has in buffers of 2 KiB, and some more. */
#define TX_MAX_TSO_DESCS 255u

_Static_assert(sizeof(union ndrv_ice_rx) == 32, "receive descriptor");
_Static_assert(sizeof(union ndrv_ice_tx) == 16, "transmit descriptor");
_Static_assert(offsetof(union ndrv_ice_rx, wb.status0) == 8, "the word with DD");
_Static_assert(NDRV_ICE_RXS_DD == 1, "DD");
_Static_assert(NDRV_PKT_F_MORE == NDRV_ICE_RXS_EOF, "MORE is EOF inverted");

/* From a bit of status0 to the flag of a handle. */
#define VLAN_SHIFT	10
#define HASH_SHIFT	5
_Static_assert(NDRV_ICE_RXS_L2TAG1P >> VLAN_SHIFT == NDRV_PKT_F_VLAN, "VLAN flag");
_Static_assert(NDRV_ICE_RXS_RSS_VALID >> HASH_SHIFT == NDRV_PKT_F_HASH, "hash flag");

#define RX_ERRORS (NDRV_ICE_RXS_IPE | NDRV_ICE_RXS_L4E | NDRV_ICE_RXS_RXE | NDRV_ICE_RXS_IPV6EXADD)

#define L4	NDRV_PKT_F_L4_CHECKED
#define IP	NDRV_PKT_F_IP_CHECKED

/*
 * Which checksums L3L4P speaks of. Tunnels have two of each; what the card found out about them does
 * not fit into the flags, so their handles say nothing.
 */
static const uint8_t rx_checked[NDRV_ICE_RXP_PTYPE + 1] = {
	[NDRV_ICE_PTYPE_IPV4_FRAG] = IP,
	[NDRV_ICE_PTYPE_IPV4] = IP,
	[NDRV_ICE_PTYPE_IPV4_UDP] = IP | L4,
	[NDRV_ICE_PTYPE_IPV4_TCP] = IP | L4,
	[NDRV_ICE_PTYPE_IPV4_SCTP] = IP | L4,
	[NDRV_ICE_PTYPE_IPV4_ICMP] = IP,
	[NDRV_ICE_PTYPE_IPV6_UDP] = L4,
	[NDRV_ICE_PTYPE_IPV6_TCP] = L4,
	[NDRV_ICE_PTYPE_IPV6_SCTP] = L4,
};

static uint32_t rx_error_flags(uint32_t status, uint32_t flags)
{
	if (status & NDRV_ICE_RXS_RXE)
		flags |= NDRV_PKT_F_FRAME_BAD;
	/* The pseudo header has another address than the card believes. */
	if (status & NDRV_ICE_RXS_IPV6EXADD)
		flags &= ~L4;
	if (status & NDRV_ICE_RXS_IPE && flags & IP)
		flags |= NDRV_PKT_F_IP_BAD;
	if (status & NDRV_ICE_RXS_L4E && flags & L4)
		flags |= NDRV_PKT_F_L4_BAD;
	return flags;
}

burst_inline uint32_t rx_decode(const volatile uint64_t *desc, uint32_t status, uint32_t buf_bytes,
				struct ndrv_pkt *pkt, bool *bad)
{
	const volatile union ndrv_ice_rx *d = (const volatile union ndrv_ice_rx *)desc;
	uint64_t lo = d->qword[0];
	uint32_t len = (lo >> 32) & NDRV_ICE_RXL_LEN;
	uint32_t flags = (status & NDRV_ICE_RXS_EOF) ^ NDRV_PKT_F_MORE;

	flags |= (status >> VLAN_SHIFT) & NDRV_PKT_F_VLAN;
	flags |= (status >> HASH_SHIFT) & NDRV_PKT_F_HASH;
	if (status & NDRV_ICE_RXS_L3L4P)
		flags |= rx_checked[(lo >> 16) & NDRV_ICE_RXP_PTYPE];
	if (unlikely(status & RX_ERRORS)) {
		flags = rx_error_flags(status, flags);
		*bad = true;
	}
	if (unlikely(len > buf_bytes)) {
		flags |= NDRV_PKT_F_FRAME_BAD;
		len = buf_bytes;
		*bad = true;
	}
	pkt->len = len;
	pkt->flags = flags;
	pkt->hash = d->wb.hash;
	rx_set_vlan(pkt, status >> 16);
	return flags;
}

#ifdef VEC_BYTES

#define NO 0x80		/* of vec_shuffle(): a byte 0 */
#define NO4 NO, NO, NO, NO

/* What rx_checked has is in two pieces of 16: those of IPv4 and of IPv6. */
#define PTYPES_V4	16u
#define PTYPES_V6	80u

/*
 * The checksums of packet types, by lanes of 32 bits. vec_shuffle() wants a number below 16 with anything
 * in bits 6:4, and gives 0 for one with bit 7.
 */
vec_inline v32 rx_checked_vec(v32 ptype)
{
	const v32 end = vec_all32(0x80), other = vec_all32(0x70);
	v32 v4 = (v32)vec_min16((v16)(ptype ^ PTYPES_V4), (v16)end) + other;
	v32 v6 = (v32)vec_min16((v16)(ptype ^ PTYPES_V6), (v16)end) + other;

	return (v32)vec_shuffle(vec_repeat(rx_checked + PTYPES_V4), (v8)v4) |
	       (v32)vec_shuffle(vec_repeat(rx_checked + PTYPES_V6), (v8)v6);
}

/*
 * Status and packet type of vector i are gathered in lane i of each quad, so that flags are made of all at
 * once.
 */
burst_inline bool rx_vec(const v64 *raw, v64 *rest)
{
	const v8 order = VEC_EACH(4, 5, NO, NO, NO4, 12, 13, 14, 15, 10, 11, NO, NO);
	const v32 keep = VEC_EACH(NDRV_ICE_RXL_LEN, 0, 0xffffffff, 0xffff);
	const v8 to_lane[] = {
		VEC_EACH(8, 9, 2, 3, NO4, NO4, NO4), VEC_EACH(NO4, 8, 9, 2, 3, NO4, NO4),
		VEC_EACH(NO4, NO4, 8, 9, 2, 3, NO4), VEC_EACH(NO4, NO4, NO4, 8, 9, 2, 3),
	};
	const v8 from_lane[] = {
		VEC_EACH(NO4, 0, 1, 2, 3, NO4, NO4), VEC_EACH(NO4, 4, 5, 6, 7, NO4, NO4),
		VEC_EACH(NO4, 8, 9, 10, 11, NO4, NO4), VEC_EACH(NO4, 12, 13, 14, 15, NO4, NO4),
	};
	const uint32_t done = NDRV_ICE_RXS_DD | NDRV_ICE_RXS_EOF, rest_done = RX_VECS > 2 ? done : 0;
	const v32 want = VEC_EACH(done, done, rest_done, rest_done);
	v32 status = { 0 }, ptype, flags;
	unsigned int i;

	vec_unroll
	for (i = 0; i < RX_VECS; i++)
		status |= (v32)vec_shuffle((v8)raw[i], to_lane[i]);
	if (unlikely(vec_any((v64)(status ^ want), (v64)vec_all32(done | RX_ERRORS))))
		return true;
	/* Without L3L4P a type that does not exist. */
	ptype = ((status >> 16) & NDRV_ICE_RXP_PTYPE) | (~status & NDRV_ICE_RXS_L3L4P) << 8;
	flags = rx_checked_vec(ptype);
	flags |= (status >> VLAN_SHIFT) & NDRV_PKT_F_VLAN;
	flags |= (status >> HASH_SHIFT) & NDRV_PKT_F_HASH;
	vec_unroll
	for (i = 0; i < RX_VECS; i++)
		rest[i] = (v64)(((v32)vec_shuffle((v8)raw[i], order) & keep) |
				(v32)vec_shuffle((v8)flags, from_lane[i]));
	return false;
}

burst_inline v64 tx_command_vec(v64 len)
{
	return len << NDRV_ICE_TXD_LEN_SHIFT | vec_all(NDRV_ICE_TXD_DTYPE_DATA | NDRV_ICE_TXD_EOP);
}

#endif

burst_inline uint64_t tx_command(uint32_t len, uint32_t total, bool last)
{
	(void)total;
	return (uint64_t)len << NDRV_ICE_TXD_LEN_SHIFT | NDRV_ICE_TXD_DTYPE_DATA |
	       (last ? NDRV_ICE_TXD_EOP : 0);
}

/* Only TSO needs a context descriptor, and each request one of its own. */
burst_inline void tx_offload(const struct tx_side *tx, const struct ndrv_pkt *pkt, struct tx_frame *fr)
{
	const uint32_t flags = pkt->flags;
	uint64_t bits = 0;

	(void)tx;
	if (flags & NDRV_PKT_F_TX_VLAN)
		bits |= NDRV_ICE_TXD_IL2TAG1 | (uint64_t)pkt->vlan << NDRV_ICE_TXD_L2TAG1_SHIFT;
	if (flags & TX_NEEDS_HEADERS) {
		bits |= (uint64_t)pkt->l2_len / 2 << NDRV_ICE_TXD_MACLEN_SHIFT |
			(uint64_t)pkt->l3_len / 4 << NDRV_ICE_TXD_IPLEN_SHIFT;
		bits |= flags & NDRV_PKT_F_TX_IPV6 ? NDRV_ICE_TXD_IIPT_IPV6 :
			flags & (NDRV_PKT_F_TX_IP_CSUM | NDRV_PKT_F_TX_TSO) ?
			NDRV_ICE_TXD_IIPT_IPV4_CSUM : NDRV_ICE_TXD_IIPT_IPV4;
		/* The L4 length has 4 bits of words. */
		bits |= (uint64_t)(fr->header - pkt->l2_len - pkt->l3_len) / 4 << NDRV_ICE_TXD_L4LEN_SHIFT;
		bits |= fr->l4 == NDRV_PKT_F_TX_TCP_CSUM ? NDRV_ICE_TXD_L4T_TCP :
			fr->l4 == NDRV_PKT_F_TX_UDP_CSUM ? NDRV_ICE_TXD_L4T_UDP :
			fr->l4 == NDRV_PKT_F_TX_SCTP_CSUM ? NDRV_ICE_TXD_L4T_SCTP : 0;
	}
	if (fr->tso) {
		fr->has_context = true;
		fr->context[0] = 0;
		fr->context[1] = NDRV_ICE_TXD_DTYPE_CTX | NDRV_ICE_TXX_TSO |
				 (uint64_t)(fr->total - fr->header) << NDRV_ICE_TXX_TSO_LEN_SHIFT |
				 (uint64_t)pkt->mss << NDRV_ICE_TXX_MSS_SHIFT;
	}
	fr->context_slot = 0;
	fr->bits = bits;
}

static const struct burst_format format = {
	.rx_qwords = 4,
	.rx_tail_step = NDRV_ICE_RX_TAIL_STEP,
	.tx_min_bytes = NDRV_ICE_TX_MIN_BYTES,
	.tx_max_bytes = NDRV_ICE_TX_MAX_BYTES,
	.tx_desc_bytes = TX_DESC_BYTES,
	.tx_max_pieces = NDRV_ICE_TX_MAX_BUFS,
	.tx_max_tso_descs = TX_MAX_TSO_DESCS,
	.tx_rs = NDRV_ICE_TXD_RS,
	.tx_done_word = 2,
	.tx_done = NDRV_ICE_TXD_DONE,
	.tx_command = tx_command,
	.tx_offload = tx_offload,
	.rx_decode = rx_decode,
#ifdef VEC_BYTES
	.rx_vec = rx_vec,
	.tx_command_vec = tx_command_vec,
#endif
};

BURST_OPS(format)

const struct desc_ops DESC_OPS(ndrv_desc_ice) = {
	.rx_desc_bytes = sizeof(union ndrv_ice_rx),
	.tx_desc_bytes = sizeof(union ndrv_ice_tx),
	.rx_tail_step = NDRV_ICE_RX_TAIL_STEP,
	.rx_burst = rx_burst,
	.tx_burst = tx_burst,
	.rx_post = rx_post,
	.rx_ready = rx_ready,
	.tx_clean = tx_clean,
	.tx_ready = tx_ready,
};
