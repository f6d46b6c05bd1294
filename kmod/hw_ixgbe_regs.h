/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of the 82599, X540 and X550 that ndrv uses; names as in the data sheets:
 *  [82599] Intel 82599 10 GbE Controller Datasheet, 331520
 *  [X540]  Intel Ethernet Controller X540 Datasheet, 515556
 *  [X550]  Intel Ethernet Controller X550 Datasheet, 333369
 * Sections in comments are those of [82599], chapter 8 unless it says otherwise.
 */
#ifndef NDRV_HW_IXGBE_REGS_H
#define NDRV_HW_IXGBE_REGS_H

/* General (8.2.3.1) */
#define IXGBE_CTRL		0x00000		/* RW */
#define IXGBE_CTRL_GIO_DIS	BIT(2)
#define IXGBE_CTRL_LNK_RST	BIT(3)		/* SC */
#define IXGBE_CTRL_RST		BIT(26)		/* SC */
#define IXGBE_STATUS		0x00008		/* RO */
#define IXGBE_STATUS_LAN_ID	GENMASK(3, 2)
#define IXGBE_STATUS_GIO	BIT(19)		/* 1: still master */
#define IXGBE_CTRL_EXT		0x00018		/* RW */
#define IXGBE_CTRL_EXT_NS_DIS	BIT(16)
#define IXGBE_CTRL_EXT_DRV_LOAD	BIT(28)
#define IXGBE_ESDP		0x00020		/* RW */
#define IXGBE_ESDP_SDP3		BIT(3)		/* data: 1 = laser off */
#define IXGBE_ESDP_SDP5		BIT(5)		/* data: 1 = 10 Gbit/s */
#define IXGBE_ESDP_SDP3_DIR	BIT(11)		/* 1 = output */
#define IXGBE_ESDP_SDP5_DIR	BIT(13)

/* NVM and semaphores (8.2.3.2, 8.2.3.4) */
#define IXGBE_EEC		0x10010		/* RW */
#define IXGBE_EEC_ARD		BIT(9)		/* auto-read done */
#define IXGBE_SWSM		0x10140		/* RW */
#define IXGBE_SWSM_SMBI		BIT(0)		/* set by reading */
#define IXGBE_SWSM_SWESMBI	BIT(1)
#define IXGBE_SW_FW_SYNC	0x10160		/* RW */
#define IXGBE_SYNC_PHY0		BIT(1)
#define IXGBE_SYNC_PHY1		BIT(2)
#define IXGBE_SYNC_MAC_CSR	BIT(3)
#define IXGBE_SYNC_FW_SHIFT	5		/* the firmware's bits are above software's */
#define IXGBE_SYNC_REGSMP	BIT(31)		/* X540 and later: set by reading */

/*
 * Interrupts (8.2.3.5): 64 vectors. Those below 16 are also bits 15:0 of the registers without _EX,
 * whose other bits are causes that are no queue's.
 */
#define IXGBE_VECTORS		64
#define IXGBE_EICR		0x00800		/* W1C; reading clears, see GPIE.OCD */
#define IXGBE_EICR_VECTORS	GENMASK(15, 0)
#define IXGBE_EICR_PCI		BIT(18)
#define IXGBE_EICR_LSC		BIT(20)
#define IXGBE_EICR_ECC		BIT(28)
#define IXGBE_EICS		0x00808		/* reads as EICR, clears nothing */
#define IXGBE_EIAC		0x00810		/* RW: causes that the message clears */
#define IXGBE_EITR(v)		((v) < 24 ? 0x00820 + 4 * (v) : 0x12300 + 4 * ((v) - 24)) /* RW */
#define IXGBE_EIMS		0x00880		/* W1S */
#define IXGBE_EIMC		0x00888		/* W1C */
#define IXGBE_EIMC_ALL		GENMASK(30, 0)
#define IXGBE_EIAM		0x00890		/* RW: what the message masks */
#define IXGBE_GPIE		0x00898		/* RW */
#define IXGBE_GPIE_MSIX		BIT(4)
#define IXGBE_GPIE_OCD		BIT(5)		/* reading EICR clears only bits 29:16 */
#define IXGBE_GPIE_EIAME	BIT(30)
#define IXGBE_GPIE_PBA		BIT(31)
#define IXGBE_IVAR(i)		(0x00900 + 4 * (i)) /* RW: two pairs each: Rx, Tx, Rx, Tx */
#define IXGBE_IVAR_REGS		64
#define IXGBE_IVAR_VALID	BIT(7)		/* of a byte; the vector is in 5:0 */
#define IXGBE_IVAR_MISC		0x00a00		/* RW: TCP timer, others */
#define IXGBE_EIMS_EX(i)	(0x00aa0 + 4 * (i)) /* W1S */
#define IXGBE_EIMC_EX(i)	(0x00ab0 + 4 * (i)) /* W1C */
#define IXGBE_EIAM_EX(i)	(0x00ad0 + 4 * (i)) /* RW */

/* Link (8.2.3.22, 8.2.3.23) */
#define IXGBE_HLREG0		0x04240		/* RW */
#define IXGBE_HLREG0_TXCRCEN	BIT(0)
#define IXGBE_HLREG0_RXCRCSTRP	BIT(1)
#define IXGBE_HLREG0_JUMBOEN	BIT(2)
#define IXGBE_HLREG0_TXPADEN	BIT(10)
#define IXGBE_HLREG0_LPBK	BIT(15)
#define IXGBE_MAXFRS		0x04268		/* RW: bytes with FCS in 31:16 */
#define IXGBE_MAXFRS_MFS	GENMASK(31, 16)
#define IXGBE_AUTOC		0x042a0		/* RW, loaded from the NVM */
#define IXGBE_AUTOC_AN_RESTART	BIT(12)		/* SC */
#define IXGBE_AUTOC_LMS		GENMASK(15, 13)
#define IXGBE_AUTOC_LMS_10G_SERIAL 3
#define IXGBE_AUTOC2		0x042a8		/* RW, loaded from the NVM */
#define IXGBE_AUTOC2_10G_PMA	GENMASK(17, 16)
#define IXGBE_AUTOC2_10G_SFI	2
#define IXGBE_LINKS		0x042a4		/* RO, link down is latched */
#define IXGBE_LINKS_UP		BIT(30)
#define IXGBE_LINKS_SPEED	GENMASK(29, 28)
#define IXGBE_LINKS_NON_STD	BIT(27)		/* X550: 2.5 and 5 Gbit/s */
#define IXGBE_MFLCN		0x04294		/* RW */
#define IXGBE_MFLCN_DPF		BIT(1)		/* discard pause frames */
#define IXGBE_FCCFG		0x03d00		/* RW: 0 = send no pause frames */

/* Receive (8.2.3.7, 8.2.3.8) */
#define IXGBE_RXCTRL		0x03000		/* RW */
#define IXGBE_RXCTRL_RXEN	BIT(0)
#define IXGBE_RDRXCTL		0x02f00		/* RW */
#define IXGBE_RDRXCTL_CRCSTRIP	BIT(1)
#define IXGBE_RDRXCTL_DMAIDONE	BIT(3)		/* RO */
#define IXGBE_RDRXCTL_RSCFRSTSIZE GENMASK(21, 17) /* write 0 */
#define IXGBE_RDRXCTL_RSCACKC	BIT(25)		/* write 1 */
#define IXGBE_RDRXCTL_FCOE_WRFIX BIT(26)	/* write 1 */
#define IXGBE_RXPBSIZE(i)	(0x03c00 + 4 * (i)) /* KiB << 10 */
#define IXGBE_SECRXCTRL		0x08d00		/* RW */
#define IXGBE_SECRXCTRL_RX_DIS	BIT(1)
#define IXGBE_SECRXSTAT		0x08d04		/* RO */
#define IXGBE_SECRXSTAT_RDY	BIT(0)
#define IXGBE_RXCSUM		0x05000		/* RW */
#define IXGBE_RXCSUM_IPPCSE	BIT(12)
#define IXGBE_RXCSUM_PCSD	BIT(13)		/* RSS hash instead of fragment checksum */
#define IXGBE_RFCTL		0x05008		/* RW */
#define IXGBE_RFCTL_RSC_DIS	BIT(5)
#define IXGBE_MRQC		0x05818		/* RW: 0 = no RSS, everything to queue 0 */
#define IXGBE_MRQC_RSS		1		/* of the field in bits 3:0 */
#define IXGBE_MRQC_TCP_IPV4	BIT(16)
#define IXGBE_MRQC_IPV4		BIT(17)
#define IXGBE_MRQC_IPV6		BIT(20)
#define IXGBE_MRQC_TCP_IPV6	BIT(21)
#define IXGBE_MRQC_UDP_IPV4	BIT(22)
#define IXGBE_MRQC_UDP_IPV6	BIT(23)
#define IXGBE_RETA(i)		(0x05c00 + 4 * (i))	/* RW, i < 32: four queue numbers each */
#define IXGBE_RSSRK(i)		(0x05c80 + 4 * (i))	/* RW, i < 10 */
#define IXGBE_ERETA(i)		(0x0ee80 + 4 * (i))	/* RW, i < 96: X550, RETA goes on here */
#define IXGBE_MTA(i)		(0x05200 + 4 * (i))
#define IXGBE_MTA_REGS		128
#define IXGBE_MCSTCTRL		0x05090		/* RW */
#define IXGBE_MCSTCTRL_MFE	BIT(2)		/* MTA counts */
#define IXGBE_RAR_ENTRIES	128
#define IXGBE_RAL(i)		(0x0a200 + 8 * (i))
#define IXGBE_RAH(i)		(0x0a204 + 8 * (i))
#define IXGBE_RAH_AV		BIT(31)
#define IXGBE_FCTRL		0x05080		/* RW */
#define IXGBE_FCTRL_MPE		BIT(8)
#define IXGBE_FCTRL_UPE		BIT(9)
#define IXGBE_FCTRL_BAM		BIT(10)
#define IXGBE_FCTRL_DPF		BIT(13)
#define IXGBE_VLNCTRL		0x05088		/* RW */
#define IXGBE_VLNCTRL_CFIEN	BIT(29)
#define IXGBE_VLNCTRL_VFE	BIT(30)
#define IXGBE_VFTA(i)		(0x0a000 + 4 * (i)) /* RW: a bit per VLAN */
#define IXGBE_VFTA_REGS		128
#define IXGBE_PFVTCTL		0x051b0		/* RW: 0 = no virtualization */

/* Filters to a queue (8.2.3.7) */
#define IXGBE_ETQF_ENTRIES	8
#define IXGBE_ETQF(i)		(0x05128 + 4 * (i)) /* RW: EtherType in 15:0 */
#define IXGBE_ETQF_EN		BIT(31)
#define IXGBE_ETQS(i)		(0x0ec00 + 4 * (i)) /* RW */
#define IXGBE_ETQS_QUEUE	GENMASK(22, 16)
#define IXGBE_ETQS_EN		BIT(31)
#define IXGBE_SYNQF		0x0ec30		/* RW: 0 = none */
#define IXGBE_FTQF_ENTRIES	128
#define IXGBE_SAQF(i)		(0x0e000 + 4 * (i)) /* RW: source address */
#define IXGBE_DAQF(i)		(0x0e200 + 4 * (i)) /* RW: destination address */
#define IXGBE_SDPQF(i)		(0x0e400 + 4 * (i)) /* RW: source and destination port */
#define IXGBE_FTQF(i)		(0x0e600 + 4 * (i)) /* RW */
#define IXGBE_FTQF_PROTO	GENMASK(1, 0)
#define IXGBE_FTQF_TCP		0
#define IXGBE_FTQF_UDP		1
#define IXGBE_FTQF_SCTP		2
#define IXGBE_FTQF_PRIORITY	GENMASK(4, 2)	/* 7 wins */
#define IXGBE_FTQF_ANY_SRC	BIT(25)
#define IXGBE_FTQF_ANY_DST	BIT(26)
#define IXGBE_FTQF_ANY_SPORT	BIT(27)
#define IXGBE_FTQF_ANY_DPORT	BIT(28)
#define IXGBE_FTQF_ANY_PROTO	BIT(29)
#define IXGBE_FTQF_ANY_POOL	BIT(30)
#define IXGBE_FTQF_EN		BIT(31)
#define IXGBE_L34T_IMIR(i)	(0x0e800 + 4 * (i)) /* RW */
#define IXGBE_IMIR_SIZE_BP	BIT(12)		/* of any size */
#define IXGBE_IMIR_CTRL_BP	BIT(19)		/* with any TCP flags */
#define IXGBE_IMIR_QUEUE	GENMASK(27, 21)

/* A receive queue (8.2.3.8): 64 bytes each, two ranges */
#define IXGBE_RXQ(q)		((q) < 64 ? 0x01000 + 0x40 * (q) : 0x0d000 + 0x40 * ((q) - 64))
#define IXGBE_RDBAL(q)		(IXGBE_RXQ(q) + 0x00) /* RW */
#define IXGBE_RDBAH(q)		(IXGBE_RXQ(q) + 0x04) /* RW */
#define IXGBE_RDLEN(q)		(IXGBE_RXQ(q) + 0x08) /* RW: bytes */
#define IXGBE_DCA_RXCTRL(q)	(IXGBE_RXQ(q) + 0x0c) /* RW; bit 12 must be written 0 */
#define IXGBE_DCA_READ_RO	BIT(9)		/* descriptors read with relaxed ordering */
#define IXGBE_RDH(q)		(IXGBE_RXQ(q) + 0x10) /* RW while off */
#define IXGBE_SRRCTL(q)		(IXGBE_RXQ(q) + 0x14) /* RW */
#define IXGBE_SRRCTL_BSIZEPKT	GENMASK(4, 0)	/* KiB */
#define IXGBE_SRRCTL_DESCTYPE	GENMASK(27, 25)
#define IXGBE_SRRCTL_ADV_ONEBUF	1
#define IXGBE_SRRCTL_DROP_EN	BIT(28)
#define IXGBE_RDT(q)		(IXGBE_RXQ(q) + 0x18) /* RW */
#define IXGBE_RXDCTL(q)		(IXGBE_RXQ(q) + 0x28) /* RW */
#define IXGBE_RXDCTL_ENABLE	BIT(25)
#define IXGBE_RXDCTL_SWFLSH	BIT(26)
#define IXGBE_RXDCTL_VME	BIT(30)
#define IXGBE_RSCCTL(q)		(IXGBE_RXQ(q) + 0x2c) /* RW: 0 = no coalescing */

/* Transmit (8.2.3.9) */
#define IXGBE_DMATXCTL		0x04a80		/* RW */
#define IXGBE_DMATXCTL_TE	BIT(0)
#define IXGBE_DTXMXSZRQ		0x08100		/* RW: 256 bytes */
#define IXGBE_DTXMXSZRQ_CLASSES	0x10
#define IXGBE_TXPBSIZE(i)	(0x0cc00 + 4 * (i)) /* KiB << 10 */
#define IXGBE_TXPBTHRESH(i)	(0x04950 + 4 * (i)) /* KiB */
#define IXGBE_RTTDCS		0x04900		/* RW */
#define IXGBE_RTTDCS_TDPAC	BIT(0)		/* 0 = in turn, not by credits */
#define IXGBE_RTTDCS_VMPAC	BIT(1)
#define IXGBE_RTTDCS_TDRM	BIT(4)
#define IXGBE_RTTDCS_ARBDIS	BIT(6)
#define IXGBE_RTTDCS_BDPM	BIT(22)		/* 0 with classes */
#define IXGBE_RTTDCS_BPBFSM	BIT(23)		/* 0: look at the space in the packet buffers */
#define IXGBE_RTTPCS		0x0cd00		/* RW */
#define IXGBE_RTTPCS_TPPAC	BIT(5)		/* 0 = in turn */
#define IXGBE_RTTPCS_ARBD	GENMASK(31, 22)
#define IXGBE_RTTPCS_ARBD_CLASSES 4
#define IXGBE_MTQC		0x08120		/* RW, while ARBDIS */
#define IXGBE_MTQC_RT_ENA	BIT(0)
#define IXGBE_MTQC_4TC		(2 << 2)
#define IXGBE_SECTXMINIFG	0x08810		/* RW */
#define IXGBE_SECTXMINIFG_CLASSES GENMASK(12, 8)
#define IXGBE_RTTDQSEL		0x04904		/* RW: queue that RTTBCNRC is about */
#define IXGBE_RTTBCNRC		0x04984		/* RW: 0 = no rate limit */

/* A transmit queue: 64 bytes each */
#define IXGBE_TXQ(q)		(0x06000 + 0x40 * (q))
#define IXGBE_TDBAL(q)		(IXGBE_TXQ(q) + 0x00) /* RW */
#define IXGBE_TDBAH(q)		(IXGBE_TXQ(q) + 0x04) /* RW */
#define IXGBE_TDLEN(q)		(IXGBE_TXQ(q) + 0x08) /* RW: bytes */
#define IXGBE_DCA_TXCTRL(q)	(IXGBE_TXQ(q) + 0x0c) /* RW */
#define IXGBE_DCA_TXCTRL_DATA_RO BIT(13)	/* so are buffers; write-backs (bit 11) are not */
#define IXGBE_TDH(q)		(IXGBE_TXQ(q) + 0x10) /* RW while off */
#define IXGBE_TDT(q)		(IXGBE_TXQ(q) + 0x18) /* RW */
#define IXGBE_TXDCTL(q)		(IXGBE_TXQ(q) + 0x28) /* RW */
#define IXGBE_TXDCTL_PTHRESH	GENMASK(6, 0)
#define IXGBE_TXDCTL_HTHRESH	GENMASK(14, 8)
#define IXGBE_TXDCTL_ENABLE	BIT(25)
#define IXGBE_TXDCTL_SWFLSH	BIT(26)
#define IXGBE_TDWBAL(q)		(IXGBE_TXQ(q) + 0x38) /* RW: 0 = write back DD, not the head */
#define IXGBE_TDWBAH(q)		(IXGBE_TXQ(q) + 0x3c) /* RW */

/* Statistics (8.2.3.23): 32 bits, cleared by reading; pairs: low first, high clears */
#define IXGBE_CRCERRS		0x04000
#define IXGBE_ILLERRC		0x04004
#define IXGBE_ERRBC		0x04008
#define IXGBE_MPC(i)		(0x03fa0 + 4 * (i))
#define IXGBE_MPC_REGS		8
#define IXGBE_RLEC		0x04040
#define IXGBE_GPRC		0x04074
#define IXGBE_BPRC		0x04078
#define IXGBE_MPRC		0x0407c
#define IXGBE_GPTC		0x04080
#define IXGBE_GORCL		0x04088
#define IXGBE_GORCH		0x0408c
#define IXGBE_GOTCL		0x04090
#define IXGBE_GOTCH		0x04094
#define IXGBE_RUC		0x040a4
#define IXGBE_RFC		0x040a8
#define IXGBE_ROC		0x040ac
#define IXGBE_RJC		0x040b0
#define IXGBE_MPTC		0x040f0
#define IXGBE_BPTC		0x040f4
/* Of queues: 16 sets; RQSMR and TQSM say which one a queue counts in, 8 bits each */
#define IXGBE_STAT_SETS		16
#define IXGBE_RQSMR(i)		(0x02300 + 4 * (i)) /* RW, i < 32 */
#define IXGBE_TQSM(i)		(0x08600 + 4 * (i)) /* RW, i < 32 */
#define IXGBE_QPRC(i)		(0x01030 + 0x40 * (i))
#define IXGBE_QBRC_L(i)		(0x01034 + 0x40 * (i))
#define IXGBE_QBRC_H(i)		(0x01038 + 0x40 * (i))
#define IXGBE_QPRDC(i)		(0x01430 + 0x40 * (i))
#define IXGBE_QPTC(i)		(0x08680 + 4 * (i))
#define IXGBE_QBTC_L(i)		(0x08700 + 8 * (i))
#define IXGBE_QBTC_H(i)		(0x08704 + 8 * (i))

#endif
