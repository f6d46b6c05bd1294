/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers and descriptors of the 82599 as the simulator reads the data sheet (Intel 331520,
 * "82599 10 GbE Controller Datasheet", sections 7 and 8). Typed for the simulator alone: kmod and
 * lib have their own. RW read/write, RO read only, RC cleared by reading, SC clears itself, WO.
 */
#ifndef SIM_IXGBE_REGS_H
#define SIM_IXGBE_REGS_H

#define IXGBE_NR_QUEUES		128
#define IXGBE_CSR_SIZE		0x20000

/* ---- general, 8.2.3.1 ---- */
#define IXGBE_CTRL		0x00000		/* RW; b3, b26 SC */
#define  CTRL_GIO_DIS		(1u << 2)
#define  CTRL_LNK_RST		(1u << 3)
#define  CTRL_RST		(1u << 26)
#define IXGBE_CTRL_ALIAS	0x00004
#define IXGBE_STATUS		0x00008		/* RO */
#define  STATUS_GIO		(1u << 19)	/* PCIe master enabled */
#define IXGBE_CTRL_EXT		0x00018		/* RW */
#define IXGBE_ESDP		0x00020		/* RW */
#define  ESDP_SDP2		(1u << 2)	/* SFP+ present */
#define  ESDP_SDP3		(1u << 3)	/* Tx laser off */
#define IXGBE_I2CCTL		0x00028		/* RW */
#define  I2CCTL_CLK_IN		(1u << 0)
#define  I2CCTL_CLK_OUT		(1u << 1)
#define  I2CCTL_DATA_IN		(1u << 2)
#define  I2CCTL_DATA_OUT	(1u << 3)
#define IXGBE_LEDCTL		0x00200		/* RW */
#define IXGBE_GCR		0x11000		/* RW */
#define IXGBE_GCR_EXT		0x11050		/* RW */

/* ---- NVM and semaphores, 8.2.3.2, 8.2.3.4 ---- */
#define IXGBE_EEC		0x10010		/* RW; status bits RO */
#define  EEC_REQ		(1u << 6)
#define  EEC_GNT		(1u << 7)
#define  EEC_PRES		(1u << 8)
#define  EEC_ARD		(1u << 9)
#define  EEC_SIZE_16K		(8u << 11)	/* words = 1 << (field + 6) */
#define  EEC_RW			0x0000006fu
#define IXGBE_EERD		0x10014		/* RW */
#define IXGBE_EEWR		0x10018		/* RW */
#define  EERD_START		(1u << 0)
#define  EERD_DONE		(1u << 1)
#define IXGBE_SWSM		0x10140		/* RW; reading sets SMBI */
#define  SWSM_SMBI		(1u << 0)
#define  SWSM_SWESMBI		(1u << 1)
#define IXGBE_FWSM		0x10148		/* RO here */
#define IXGBE_FACTPS		0x10150		/* RO */
#define IXGBE_SW_FW_SYNC	0x10160		/* RW */

/* ---- interrupts, 8.2.3.5 ---- */
#define IXGBE_EICR		0x00800		/* RC/W1C, see OCD */
#define  EICR_QUEUES		0x0000ffffu
#define  EICR_RX_MISS		(1u << 17)
#define  EICR_PCI		(1u << 18)
#define  EICR_LSC		(1u << 20)
#define  EICR_TCP_TIMER		(1u << 30)
#define IXGBE_EICS		0x00808		/* W: set; R: EICR without clearing */
#define IXGBE_EIAC		0x00810		/* RW */
#define IXGBE_EITR_LO(n)	(0x00820 + 4 * (n))	/* RW, n < 24 */
#define IXGBE_EITR_HI(n)	(0x12300 + 4 * ((n) - 24))	/* RW, 24 <= n < 129 */
#define  EITR_INTERVAL(v)	(((v) >> 3) & 0x1ff)	/* units of 2.048 us at 10 Gb/s */
#define  EITR_CNT_WDIS		(1u << 31)
#define  EITR_MASK		0x001f8ff8u
#define  EITR_UNIT_NS		2048
#define IXGBE_EIMS		0x00880		/* W1S */
#define IXGBE_EIMC		0x00888		/* W1C */
#define IXGBE_EIAM		0x00890		/* RW */
#define IXGBE_EITRSEL		0x00894		/* RW */
#define IXGBE_GPIE		0x00898		/* RW */
#define  GPIE_MSIX_MODE		(1u << 4)
#define  GPIE_OCD		(1u << 5)
#define  GPIE_EIAME		(1u << 30)
#define IXGBE_IVAR(n)		(0x00900 + 4 * (n))	/* RW, n < 64 */
#define  IVAR_VALID		0x80
#define  IVAR_VECTOR		0x3f
#define IXGBE_IVAR_MISC		0x00a00		/* RW */
#define IXGBE_EICS_EX(n)	(0x00a90 + 4 * (n))	/* as EICS, 64 vectors */
#define IXGBE_EIMS_EX(n)	(0x00aa0 + 4 * (n))
#define IXGBE_EIMC_EX(n)	(0x00ab0 + 4 * (n))
#define IXGBE_EIAM_EX(n)	(0x00ad0 + 4 * (n))

/* ---- receive, 8.2.3.7, 8.2.3.8 ---- */
#define IXGBE_RXQ(q)		((q) < 64 ? 0x01000 + 0x40 * (q) : 0x0d000 + 0x40 * ((q) - 64))
#define IXGBE_TXQ(q)		(0x06000 + 0x40 * (q))
/* Dword indexes in a queue's 64-byte block. */
#define QW_BAL			0		/* RW, 128-byte aligned */
#define QW_BAH			1		/* RW */
#define QW_LEN			2		/* RW, bytes, multiple of 128 */
#define QW_DCA			3		/* RW */
#define QW_HEAD			4		/* RW while disabled */
#define QW_SRRCTL		5		/* RW, Rx */
#define QW_TAIL			6		/* RW */
#define QW_DCTL			10		/* RW: RXDCTL, TXDCTL */
#define QW_RSCCTL		11		/* RW, Rx */
#define QW_STAT			12		/* RC: QPRC (q < 16), QPRDC (16 <= q < 32), QPTC */
#define QW_QBRC_L		13
#define QW_QBRC_H		14		/* Rx; TDWBAL on a Tx queue */
#define QW_TDWBAL		14		/* RW, Tx */
#define QW_TDWBAH		15		/* RW, Tx */
#define  QLEN_MASK		0x000fff80u
#define  DCTL_ENABLE		(1u << 25)
#define  DCTL_SWFLSH		(1u << 26)	/* SC */
#define  RXDCTL_VME		(1u << 30)
#define  TXDCTL_WTHRESH(v)	(((v) >> 16) & 0x7f)
#define  DCA_RXCTRL_B12		(1u << 12)	/* must be written 0 */
#define  SRRCTL_BSIZEPKT(v)	((v) & 0x1f)	/* KiB; 16 is the most the silicon takes */
#define  SRRCTL_DESCTYPE(v)	(((v) >> 25) & 7)
#define  SRRCTL_DROP_EN		(1u << 28)
#define  TDWBAL_ENABLE		(1u << 0)
#define IXGBE_SRRCTL_ALIAS(q)	(0x02100 + 4 * (q))	/* q < 16 */
#define IXGBE_DCA_RXCTRL_ALIAS(q) (0x02200 + 4 * (q))	/* q < 16 */
#define IXGBE_RQSMR(i)		(0x02300 + 4 * (i))	/* RW, i < 32 */
#define IXGBE_TQSM(i)		(0x08600 + 4 * (i))	/* RW, i < 32 */
#define IXGBE_RDRXCTL		0x02f00		/* RW */
#define  RDRXCTL_CRCSTRIP	(1u << 1)
#define  RDRXCTL_DMAIDONE	(1u << 3)	/* RO */
#define IXGBE_RXCTRL		0x03000		/* RW */
#define  RXCTRL_RXEN		(1u << 0)
#define IXGBE_RXPBSIZE(i)	(0x03c00 + 4 * (i))	/* RW */
#define IXGBE_SECRXCTRL		0x08d00		/* RW */
#define  SECRXCTRL_RX_DIS	(1u << 1)
#define IXGBE_SECRXSTAT		0x08d04		/* RO */
#define  SECSTAT_RDY		(1u << 0)
#define  SECSTAT_OFF_DIS	(1u << 1)	/* security engines fused off */
#define IXGBE_RXCSUM		0x05000		/* RW */
#define  RXCSUM_PCSD		(1u << 13)
#define IXGBE_RFCTL		0x05008		/* RW */
#define IXGBE_FCTRL		0x05080		/* RW */
#define  FCTRL_MPE		(1u << 8)
#define  FCTRL_UPE		(1u << 9)
#define  FCTRL_BAM		(1u << 10)
#define  FCTRL_PMCF		(1u << 12)
#define IXGBE_VLNCTRL		0x05088		/* RW */
#define  VLNCTRL_VET		0x0000ffffu
#define  VLNCTRL_CFI		(1u << 28)
#define  VLNCTRL_CFIEN		(1u << 29)
#define  VLNCTRL_VFE		(1u << 30)
#define IXGBE_MCSTCTRL		0x05090		/* RW */
#define  MCSTCTRL_MFE		(1u << 2)
#define IXGBE_ETQF(i)		(0x05128 + 4 * (i))	/* RW, i < 8 */
#define  ETQF_EN		(1u << 31)
#define IXGBE_ETQS(i)		(0x0ec00 + 4 * (i))	/* RW, i < 8 */
#define  ETQS_EN		(1u << 31)
#define IXGBE_MTA(i)		(0x05200 + 4 * (i))	/* RW, i < 128 */
#define IXGBE_RAL_LO(i)		(0x05400 + 8 * (i))	/* RW, i < 16; RAH follows */
#define IXGBE_RAL(i)		(0x0a200 + 8 * (i))	/* RW, i < 128 */
#define  RAH_AV			(1u << 31)
#define IXGBE_PSRTYPE_LO(i)	(0x05480 + 4 * (i))	/* RW, i < 16 */
#define IXGBE_PSRTYPE(i)	(0x0ea00 + 4 * (i))
#define IXGBE_VFTA(i)		(0x0a000 + 4 * (i))	/* RW, i < 128 */
#define IXGBE_MRQC		0x05818		/* RW */
#define IXGBE_MRQC_ALIAS	0x0ec80
#define  MRQC_MRQE(v)		((v) & 0xf)
#define  MRQC_IPV4_TCP		(1u << 16)
#define  MRQC_IPV4		(1u << 17)
#define  MRQC_IPV6		(1u << 20)
#define  MRQC_IPV6_TCP		(1u << 21)
#define  MRQC_IPV4_UDP		(1u << 22)
#define  MRQC_IPV6_UDP		(1u << 23)
#define IXGBE_RETA(i)		(0x05c00 + 4 * (i))	/* RW, i < 32 */
#define IXGBE_RETA_ALIAS(i)	(0x0eb00 + 4 * (i))
#define IXGBE_RSSRK(i)		(0x05c80 + 4 * (i))	/* RW, i < 10 */
#define IXGBE_RSSRK_ALIAS(i)	(0x0eb80 + 4 * (i))
#define IXGBE_SYNQF		0x0ec30		/* RW */
#define  SYNQF_EN		(1u << 0)
#define  SYNQF_PRIO		(1u << 31)
#define IXGBE_SAQF(i)		(0x0e000 + 4 * (i))	/* RW, i < 128 */
#define IXGBE_DAQF(i)		(0x0e200 + 4 * (i))
#define IXGBE_SDPQF(i)		(0x0e400 + 4 * (i))
#define IXGBE_FTQF(i)		(0x0e600 + 4 * (i))
#define  FTQF_PRIO(v)		(((v) >> 2) & 7)
#define  FTQF_MASK_SRC		(1u << 25)	/* 1 = not compared */
#define  FTQF_MASK_DST		(1u << 26)
#define  FTQF_MASK_SPORT	(1u << 27)
#define  FTQF_MASK_DPORT	(1u << 28)
#define  FTQF_MASK_PROTO	(1u << 29)
#define  FTQF_EN		(1u << 31)
#define IXGBE_L34T_IMIR(i)	(0x0e800 + 4 * (i))	/* RW, i < 128 */
#define IXGBE_FDIRCTRL		0x0ee00		/* RW */
#define  FDIRCTRL_INIT_DONE	(1u << 3)
#define IXGBE_FDIRFREE		0x0ee38
#define IXGBE_FDIRCMD		0x0ee2c		/* RW; CMD SC */

/* ---- transmit, 8.2.3.9 ---- */
#define IXGBE_RTTDCS		0x04900		/* RW */
#define  RTTDCS_ARBDIS		(1u << 6)
#define IXGBE_TXPBTHRESH(i)	(0x04950 + 4 * (i))	/* RW: KiB */
#define  TXPBTHRESH_THRESH	0x3ffu
#define IXGBE_DMATXCTL		0x04a80		/* RW */
#define  DMATXCTL_TE		(1u << 0)
#define IXGBE_DTXTCPFLGL	0x04a88		/* RW: TSO flag masks, first 11:0, middle 27:16 */
#define IXGBE_DTXTCPFLGH	0x04a8c		/* RW: last 11:0 */
#define IXGBE_DTXMXSZRQ		0x08100		/* RW */
#define IXGBE_MTQC		0x08120		/* RW, while RTTDCS.ARBDIS */
#define  MTQC_RT_ENA		(1u << 0)	/* traffic classes */
#define  MTQC_VT_ENA		(1u << 1)	/* pools */
#define  MTQC_NUM(v)		(((v) >> 2) & 3)
#define IXGBE_TXPBSIZE(i)	(0x0cc00 + 4 * (i))	/* RW */
#define  TXPBSIZE_BYTES		0xffc00u	/* KiB in 19:10 */
#define IXGBE_SECTXSTAT		0x08804		/* RO */

/* ---- MAC and link, 8.2.3.22 ---- */
#define IXGBE_HLREG0		0x04240		/* RW */
#define  HLREG0_TXCRCEN		(1u << 0)
#define  HLREG0_RXCRCSTRP	(1u << 1)
#define  HLREG0_JUMBOEN		(1u << 2)
#define  HLREG0_TXPADEN		(1u << 10)
#define  HLREG0_LPBK		(1u << 15)
#define  HLREG0_RESET		0x08010403u	/* CRC, padding, MDC speed, length error enable */
#define IXGBE_MSCA		0x0425c		/* RW; b30 SC */
#define  MSCA_MDI_COMMAND	(1u << 30)
#define IXGBE_MSRWD		0x04260		/* RW */
#define IXGBE_MAXFRS		0x04268		/* RW, 31:16 with CRC */
#define IXGBE_MFLCN		0x04294		/* RW */
#define  MFLCN_PMCF		(1u << 0)
#define IXGBE_AUTOC		0x042a0		/* RW; b12 SC */
#define  AUTOC_LMS(v)		(((v) >> 13) & 7)
#define  AUTOC_AN_RESTART	(1u << 12)
#define IXGBE_LINKS		0x042a4		/* RO */
#define  LINKS_UP		(1u << 30)
#define  LINKS_KX_AN_COMP	(1u << 31)
#define  LINKS_SPEED_10G	(3u << 28)
#define  LINKS_SPEED_1G		(2u << 28)
#define IXGBE_AUTOC2		0x042a8		/* RW */
#define IXGBE_ANLP1		0x042b0		/* RO; AN state 19:16 */
#define IXGBE_FCRTH(i)		(0x03260 + 4 * (i))	/* RW */
#define  FCRTH_FCEN		(1u << 31)
#define  FCRTH_RTH		0x0007fff0u

/* ---- statistics, 8.2.3.23 ---- */
#define IXGBE_MPC(i)		(0x03fa0 + 4 * (i))
#define IXGBE_RUC		0x040a4
#define IXGBE_ROC		0x040ac
#define IXGBE_PRC64		0x0405c		/* size classes follow, 6 of them */
#define IXGBE_GPRC		0x04074
#define IXGBE_BPRC		0x04078
#define IXGBE_MPRC		0x0407c
#define IXGBE_GPTC		0x04080
#define IXGBE_GORCL		0x04088
#define IXGBE_GORCH		0x0408c
#define IXGBE_GOTCL		0x04090
#define IXGBE_GOTCH		0x04094
#define IXGBE_TORL		0x040c0
#define IXGBE_TORH		0x040c4
#define IXGBE_TPR		0x040d0
#define IXGBE_TPT		0x040d4
#define IXGBE_PTC64		0x040d8		/* 64, 127, 255, 511, 1023, 1522 */
#define IXGBE_MPTC		0x040f0
#define IXGBE_BPTC		0x040f4
#define IXGBE_XEC		0x04120
#define IXGBE_RXDGPC		0x02f50
#define IXGBE_RXDGBCL		0x02f54
#define IXGBE_RXDGBCH		0x02f58
#define IXGBE_TXDGPC		0x087a0
#define IXGBE_TXDGBCL		0x087a4
#define IXGBE_TXDGBCH		0x087a8
#define IXGBE_QPTC_DS(i)	(0x08680 + 4 * (i))	/* data sheet; alias at TX + 0x30 */
#define IXGBE_QBTC_L(i)		(0x08700 + 8 * (i))

/* ---- descriptors, 7.1.5, 7.1.6, 7.2.3 ---- */
#define RXD_PTYPE_IPV4		0x0010u
#define RXD_PTYPE_IPV4E		0x0020u
#define RXD_PTYPE_IPV6		0x0040u
#define RXD_PTYPE_IPV6E		0x0080u
#define RXD_PTYPE_TCP		0x0100u
#define RXD_PTYPE_UDP		0x0200u
#define RXD_PTYPE_SCTP		0x0400u
#define RXD_PTYPE_ETQF		0x8000u
#define RXD_STAT_DD		(1u << 0)
#define RXD_STAT_EOP		(1u << 1)
#define RXD_STAT_VP		(1u << 3)
#define RXD_STAT_UDPCS		(1u << 4)
#define RXD_STAT_L4CS		(1u << 5)
#define RXD_STAT_IPCS		(1u << 6)
#define RXD_STAT_PIF		(1u << 7)
#define RXD_STAT_UDPV		(1u << 10)
#define RXD_STAT_LB		(1u << 18)
#define RXD_ERR_TCPE		(1u << 30)
#define RXD_ERR_IPE		(1u << 31)
#define RXD_LEGACY_ERR_TCPE	(1u << 6)
#define RXD_LEGACY_ERR_IPE	(1u << 7)

/* Bits of dword 2 of a transmit descriptor. */
#define TXD_DTYP(v)		(((v) >> 20) & 0xf)
#define  TXD_DTYP_CTX		2
#define  TXD_DTYP_DATA		3
#define TXD_EOP			(1u << 24)
#define TXD_IFCS		(1u << 25)
#define TXD_LEGACY_IC		(1u << 26)
#define TXD_RS			(1u << 27)
#define TXD_DEXT		(1u << 29)
#define TXD_VLE			(1u << 30)
#define TXD_TSE			(1u << 31)
/* dword 3 */
#define TXD_DD			(1u << 0)
#define TXD_IDX(v)		(((v) >> 4) & 7)
#define TXD_IXSM		(1u << 8)
#define TXD_TXSM		(1u << 9)
#define TXD_PAYLEN(v)		((v) >> 14)
/* context, dword 2 */
#define TXC_IPV4		(1u << 10)
#define TXC_L4T(v)		(((v) >> 11) & 3)
#define  L4T_UDP		0
#define  L4T_TCP		1
#define  L4T_SCTP		2

#endif
