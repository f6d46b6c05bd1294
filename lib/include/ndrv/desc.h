/* SPDX-License-Identifier: MIT */
/*
 * What the descriptors in the rings look like, per format (out_desc_format of NDRV_INFO). Programs that
 * only use bursts do not need this file; those that peek at descriptors do.
 *
 * All fields are little-endian. Sources: NDRV_DESC_IXGBE, Intel 82599 10 GbE Controller Datasheet,
 * document 331520, sections 7.1.6 (receive) and 7.2.3 (transmit); the X540 and X550 data sheets describe
 * the same formats. NDRV_DESC_ICE, Intel Ethernet Controller E810 Datasheet, document 613875. NDRV_DESC_IGB,
 * Intel 82576EB Gigabit Ethernet Controller Datasheet, document 320961, sections 7.1.5 and 7.2.2.
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
/* vlan_macip_lens, mss_l4len_idx */
#define NDRV_IXGBE_TXC_MACLEN_SHIFT	9
#define NDRV_IXGBE_TXC_VLAN_SHIFT	16
#define NDRV_IXGBE_TXC_L4LEN_SHIFT	8
#define NDRV_IXGBE_TXC_MSS_SHIFT	16

/* The smallest frame length, without FCS, that a transmit queue accepts without hanging. */
#define NDRV_IXGBE_TX_MIN_BYTES		17u

/*
 * NDRV_DESC_IGB: union ndrv_ixgbe_rx and union ndrv_ixgbe_tx, and all that is named NDRV_IXGBE_* above, with
 * the same meanings, but for the errors in the status of a received frame.
 */
#define NDRV_IGB_RXE_FRAME	(0x97u << 24)	/* CRC, symbol, sequence, extension, other receive error */
#define NDRV_IGB_RXE_TCPE	(1u << 29)	/* L4 checksum wrong */
#define NDRV_IGB_RXE_IPE	(1u << 30)	/* IPv4 header checksum wrong */

/* The smallest frame length, without FCS, that a transmit queue accepts without hanging. */
#define NDRV_IGB_TX_MIN_BYTES		17u

/*
 * NDRV_DESC_ICE, receive: flexible descriptors of 32 bytes, written back by profile 2 (RXDID 2, "NIC").
 * The program writes the first two quadwords; header_iova is 0, always: there is no header split, and
 * its bit 0 is where the card sets DD, so storing 0 also takes back an old DD.
 *
 * The receive tail counts in steps of NDRV_ICE_RX_TAIL_STEP: the card ignores what is below. A tail of 13
 * lets it use descriptors 0 to 7 and no more until the tail is 16.
 */
union ndrv_ice_rx {
	struct {
		uint64_t iova;			/* where the card puts the frame */
		uint64_t header_iova;		/* 0 */
		uint64_t reserved[2];		/* the card does not look at them */
	} read;
	struct {
		uint8_t rxdid;			/* 2 */
		uint8_t mirror_cast;		/* mirror id 5:0, broadcast or multicast 7:6 */
		uint16_t ptype;			/* packet type in NDRV_ICE_RXP_PTYPE */
		uint16_t len;			/* bytes in this buffer, without FCS, in NDRV_ICE_RXL_LEN */
		uint16_t hdr_len;
		uint16_t status0;		/* NDRV_ICE_RXS_* */
		uint16_t l2tag1;		/* the tag that was taken out, if RXS_L2TAG1P */
		uint32_t hash;			/* RSS hash, if RXS_RSS_VALID */
		uint16_t status1;
		uint8_t flags2;
		uint8_t time_low;
		uint16_t l2tag2_1st;
		uint16_t l2tag2_2nd;
		uint32_t flow_id;
		uint32_t time_high;
	} wb;
	uint64_t qword[4];
};

#define NDRV_ICE_RX_TAIL_STEP	8u

#define NDRV_ICE_RXP_PTYPE	0x03ffu
#define NDRV_ICE_RXL_LEN	0x3fffu

/* status0 */
#define NDRV_ICE_RXS_DD		(1u << 0)	/* written back: the descriptor is the program's */
#define NDRV_ICE_RXS_EOF	(1u << 1)	/* last buffer of the frame; all below is valid only then */
#define NDRV_ICE_RXS_L3L4P	(1u << 3)	/* the card looked at the checksums that ptype has */
#define NDRV_ICE_RXS_IPE	(1u << 4)	/* IPv4 header checksum wrong */
#define NDRV_ICE_RXS_L4E	(1u << 5)	/* TCP, UDP or SCTP checksum wrong */
#define NDRV_ICE_RXS_EIPE	(1u << 6)	/* the same of the outer header of a tunnel */
#define NDRV_ICE_RXS_EUDPE	(1u << 7)
#define NDRV_ICE_RXS_LPBK	(1u << 8)	/* came from this port, through the card's switch */
#define NDRV_ICE_RXS_IPV6EXADD	(1u << 9)	/* IPv6 with an address in an extension header */
#define NDRV_ICE_RXS_RXE	(1u << 10)	/* CRC, length or other error of the frame */
#define NDRV_ICE_RXS_CRCP	(1u << 11)	/* the FCS is still there */
#define NDRV_ICE_RXS_RSS_VALID	(1u << 12)	/* hash holds the RSS hash */
#define NDRV_ICE_RXS_L2TAG1P	(1u << 13)	/* l2tag1 holds a tag */

/* Packet types of frames without tunnel, as all published parser packages number them. */
#define NDRV_ICE_PTYPE_IPV4_FRAG	22u
#define NDRV_ICE_PTYPE_IPV4		23u
#define NDRV_ICE_PTYPE_IPV4_UDP		24u
#define NDRV_ICE_PTYPE_IPV4_TCP		26u
#define NDRV_ICE_PTYPE_IPV4_SCTP	27u
#define NDRV_ICE_PTYPE_IPV4_ICMP	28u
#define NDRV_ICE_PTYPE_IPV6_FRAG	88u
#define NDRV_ICE_PTYPE_IPV6		89u
#define NDRV_ICE_PTYPE_IPV6_UDP		90u
#define NDRV_ICE_PTYPE_IPV6_TCP		92u
#define NDRV_ICE_PTYPE_IPV6_SCTP	93u
#define NDRV_ICE_PTYPE_IPV6_ICMP	94u

/*
 * NDRV_DESC_ICE, transmit: data descriptor and, in the same 16 bytes, context descriptor. When a data
 * descriptor that asked with RS, and all before it, are sent, the card makes its DTYPE NDRV_ICE_TXD_DONE;
 * the other bits of it mean nothing then.
 */
union ndrv_ice_tx {
	struct {
		uint64_t iova;
		uint64_t cmd_len;		/* NDRV_ICE_TXD_* */
	} data;
	struct {
		uint32_t tunnel;
		uint16_t l2tag2;
		uint16_t reserved;
		uint64_t cmd_tso_mss;		/* DTYPE 3:0, command 10:4, TSO length 47:30, MSS 63:50 */
	} ctx;
	uint64_t qword[2];
};

/* cmd_len */
#define NDRV_ICE_TXD_DTYPE		0xfull
#define NDRV_ICE_TXD_DTYPE_DATA		0x0ull
#define NDRV_ICE_TXD_DTYPE_CTX		0x1ull
#define NDRV_ICE_TXD_DONE		0xfull
#define NDRV_ICE_TXD_EOP		(1ull << 4)	/* last buffer of the frame */
#define NDRV_ICE_TXD_RS			(1ull << 5)	/* report status. Only together with EOP */
#define NDRV_ICE_TXD_IL2TAG1		(1ull << 7)	/* insert the VLAN tag in 63:48 */
#define NDRV_ICE_TXD_IIPT_IPV6		(1ull << 9)	/* what the IP header is */
#define NDRV_ICE_TXD_IIPT_IPV4		(2ull << 9)
#define NDRV_ICE_TXD_IIPT_IPV4_CSUM	(3ull << 9)	/* ... and insert its checksum */
#define NDRV_ICE_TXD_L4T_TCP		(1ull << 12)	/* insert the L4 checksum */
#define NDRV_ICE_TXD_L4T_SCTP		(2ull << 12)
#define NDRV_ICE_TXD_L4T_UDP		(3ull << 12)
#define NDRV_ICE_TXD_MACLEN_SHIFT	16		/* length of the MAC header / 2, 7 bits */
#define NDRV_ICE_TXD_IPLEN_SHIFT	23		/* length of the IP header / 4, 7 bits */
#define NDRV_ICE_TXD_L4LEN_SHIFT	30		/* length of the L4 header / 4, 4 bits */
#define NDRV_ICE_TXD_LEN_SHIFT		34		/* bytes of this buffer, 14 bits */
#define NDRV_ICE_TXD_L2TAG1_SHIFT	48
/* cmd_tso_mss */
#define NDRV_ICE_TXX_TSO		(1ull << 4)
#define NDRV_ICE_TXX_TSO_LEN_SHIFT	30		/* bytes behind the headers, 18 bits */
#define NDRV_ICE_TXX_MSS_SHIFT		50		/* 64 to 9728, 14 bits */

/*
 * Limits whose violation the card answers by stopping the queue ("malicious driver"): length of a frame
 * without FCS, and its buffers.
 */
#define NDRV_ICE_TX_MIN_BYTES		17u
#define NDRV_ICE_TX_MAX_BYTES		9724u
#define NDRV_ICE_TX_MAX_BUFS		8u

#ifdef __cplusplus
}
#endif

#endif
