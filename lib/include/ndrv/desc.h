/* SPDX-License-Identifier: MIT */
/*
 * What the descriptors in the rings look like, per format (out_desc_format of NDRV_INFO). Programs that
 * only use bursts do not need this file; those that peek at descriptors do.
 *
 * All fields are little-endian. Source: Intel 82599 10 GbE Controller Datasheet, document 331520,
 * sections 7.1.6 (receive) and 7.2.3 (transmit); the X540 and X550 data sheets describe the same formats.
 */
#ifndef NDRV_DESC_H
#define NDRV_DESC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * NDRV_DESC_IXGBE, receive. The program writes the read format, the card overwrites it with the
 * write-back format. header_iova is 0 here, always: there is no header split, and its bit 0 is where
 * the card sets DD, so storing 0 also takes back an old DD.
 */
union ndrv_ixgbe_rx {
	struct {
		uint64_t iova;			/* where the card puts the frame */
		uint64_t header_iova;		/* 0 */
	} read;
	struct {
		uint16_t pkt_info;		/* RSS type 3:0, packet type 15:4: NDRV_IXGBE_RXP_* */
		uint16_t hdr_info;
		uint32_t hash;			/* RSS hash, if the RSS type is not 0 */
		uint32_t status;		/* NDRV_IXGBE_RXS_* and, from bit 20 on, NDRV_IXGBE_RXE_* */
		uint32_t len_vlan;		/* bytes in this buffer, without FCS, in 15:0; the tag
						 * that was taken out in 31:16, if RXS_VP */
	} wb;
	uint64_t qword[2];
};

/* pkt_info, section 7.1.6.2 */
#define NDRV_IXGBE_RXP_RSS_TYPE	0x000fu
#define NDRV_IXGBE_RXP_IPV4	0x0010u
#define NDRV_IXGBE_RXP_IPV6	0x0040u
#define NDRV_IXGBE_RXP_TCP	0x0100u
#define NDRV_IXGBE_RXP_UDP	0x0200u
#define NDRV_IXGBE_RXP_SCTP	0x0400u
#define NDRV_IXGBE_RXP_ETQF	0x8000u		/* matched an EtherType filter; the bits above mean others */

/* status, section 7.1.6.2 (Extended Status) */
#define NDRV_IXGBE_RXS_DD	(1u << 0)	/* written back: the descriptor is the program's */
#define NDRV_IXGBE_RXS_EOP	(1u << 1)	/* last buffer of the frame; all below is valid only then */
#define NDRV_IXGBE_RXS_VP	(1u << 3)	/* vlan holds a tag */
#define NDRV_IXGBE_RXS_UDPCS	(1u << 4)	/* UDP checksum was calculated */
#define NDRV_IXGBE_RXS_L4CS	(1u << 5)	/* L4 checksum was calculated */
#define NDRV_IXGBE_RXS_IPCS	(1u << 6)	/* IPv4 header checksum was calculated */
/* Extended Error */
#define NDRV_IXGBE_RXE_FRAME	(0x3bu << 24)	/* CRC, length, packet, oversize, undersize error */
#define NDRV_IXGBE_RXE_TCPE	(1u << 30)	/* L4 checksum wrong */
#define NDRV_IXGBE_RXE_IPE	(1u << 31)	/* IPv4 header checksum wrong */

/*
 * NDRV_DESC_IXGBE, transmit: data descriptor (section 7.2.3.2.4) and, in the same 16 bytes, context
 * descriptor (section 7.2.3.2.3). The card sets DD in olinfo of data descriptors that asked with RS,
 * when they and all before them are sent.
 */
union ndrv_ixgbe_tx {
	struct {
		uint64_t iova;
		uint32_t cmd_type_len;		/* NDRV_IXGBE_TXD_*, length of this buffer in 15:0 */
		uint32_t olinfo;		/* NDRV_IXGBE_TXO_*, length of the whole frame in 31:14 */
	} data;
	struct {
		uint32_t vlan_macip_lens;	/* VLAN tag 31:16, MAC header 15:9, IP header 8:0 bytes */
		uint32_t sa_fcoe;
		uint32_t type_tucmd;		/* NDRV_IXGBE_TXC_* */
		uint32_t mss_l4len_idx;		/* MSS 31:16, L4 header 15:8 bytes, context number 6:4 */
	} ctx;
	uint64_t qword[2];
};

/* cmd_type_len */
#define NDRV_IXGBE_TXD_DTYP_CTX		0x00200000u	/* context descriptor */
#define NDRV_IXGBE_TXD_DTYP_DATA	0x00300000u	/* data descriptor */
#define NDRV_IXGBE_TXD_EOP		(1u << 24)	/* last buffer of the frame */
#define NDRV_IXGBE_TXD_IFCS		(1u << 25)	/* let the card append the FCS; in every descriptor */
#define NDRV_IXGBE_TXD_RS		(1u << 27)	/* report status: set DD. Only together with EOP */
#define NDRV_IXGBE_TXD_DEXT		(1u << 29)	/* advanced format: always */
#define NDRV_IXGBE_TXD_VLE		(1u << 30)	/* insert the VLAN tag of the context */
#define NDRV_IXGBE_TXD_TSE		(1u << 31)	/* segment (TSO) */
/* olinfo */
#define NDRV_IXGBE_TXO_DD		(1u << 0)
#define NDRV_IXGBE_TXO_IDX_SHIFT	4
#define NDRV_IXGBE_TXO_CC		(1u << 7)	/* a context descriptor came before */
#define NDRV_IXGBE_TXO_IXSM		(1u << 8)	/* insert the IPv4 header checksum */
#define NDRV_IXGBE_TXO_TXSM		(1u << 9)	/* insert the L4 checksum */
#define NDRV_IXGBE_TXO_PAYLEN_SHIFT	14
/* type_tucmd */
#define NDRV_IXGBE_TXC_L4T_UDP		(0u << 11)
#define NDRV_IXGBE_TXC_L4T_TCP		(1u << 11)
#define NDRV_IXGBE_TXC_L4T_SCTP		(2u << 11)
#define NDRV_IXGBE_TXC_IPV4		(1u << 10)

/* The smallest frame length, without FCS, that a transmit queue accepts without hanging. */
#define NDRV_IXGBE_TX_MIN_BYTES		17u

#ifdef __cplusplus
}
#endif

#endif
