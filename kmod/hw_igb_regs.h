/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of the 82576 that ndrv uses; names as in its data sheet:
 *  [82576] Intel 82576EB Gigabit Ethernet Controller Datasheet, 320961
 * In brackets the chapter.
 */
#ifndef NDRV_HW_IGB_REGS_H
#define NDRV_HW_IGB_REGS_H

/* General (8.2) */
#define IGB_CTRL		0x00000		/* RW */
#define IGB_CTRL_GIO_DIS	BIT(2)
#define IGB_CTRL_LRST		BIT(3)
#define IGB_CTRL_SLU		BIT(6)		/* set link up */
#define IGB_CTRL_FRCSPD		BIT(11)
#define IGB_CTRL_FRCDPX		BIT(12)
#define IGB_CTRL_RST		BIT(26)		/* SC */
#define IGB_CTRL_VME		BIT(30)		/* take VLAN tags out, on all queues */
#define IGB_STATUS		0x00008		/* RO */
#define IGB_STATUS_LU		BIT(1)		/* link up */
#define IGB_STATUS_LAN_ID	GENMASK(3, 2)
#define IGB_STATUS_SPEED	GENMASK(7, 6)
#define IGB_STATUS_GIO		BIT(19)		/* 1: still master */
#define IGB_EECD		0x00010		/* RW */
#define IGB_EECD_AUTO_RD	BIT(9)		/* auto-read done */
#define IGB_CTRL_EXT		0x00018		/* RW */
#define IGB_CTRL_EXT_DRV_LOAD	BIT(28)
#define IGB_MDIC		0x00020		/* RW */
#define IGB_MDIC_DATA		GENMASK(15, 0)
#define IGB_MDIC_REG		GENMASK(20, 16)
#define IGB_MDIC_PHY		GENMASK(25, 21)
#define IGB_MDIC_OP		GENMASK(27, 26)
#define IGB_MDIC_WRITE		1
#define IGB_MDIC_READ		2
#define IGB_MDIC_READY		BIT(28)
#define IGB_MDIC_ERROR		BIT(30)
#define IGB_PHY_ADDR		1		/* of the port's own copper PHY */

/* That PHY's registers, IEEE 802.3 clause 22 */
#define IGB_BMCR		0
#define IGB_BMCR_AN_RESTART	BIT(9)		/* SC */
#define IGB_BMCR_ISOLATE	BIT(10)
#define IGB_BMCR_POWER_DOWN	BIT(11)
#define IGB_BMCR_AN_ENABLE	BIT(12)
#define IGB_BMCR_LOOPBACK	BIT(14)
#define IGB_BMSR		1
#define IGB_BMSR_LINK		BIT(2)		/* link down is latched */
#define IGB_BMSR_AN_COMPLETE	BIT(5)

/* Semaphores (8.2) */
#define IGB_SWSM		0x05b50		/* RW */
#define IGB_SWSM_SMBI		BIT(0)		/* set by reading */
#define IGB_SWSM_SWESMBI	BIT(1)
#define IGB_SW_FW_SYNC		0x05b5c		/* RW */
#define IGB_SYNC_FW_SHIFT	16		/* the firmware's bits are above software's */
#define IGB_SYNC_PHY(port)	((port) < 2 ? BIT(1) << (port) : BIT(5) << ((port) - 2))

/* Interrupts (8.8): 25 vectors with MSI-X; the causes of old are behind the one of IVAR_MISC */
#define IGB_VECTORS		25
#define IGB_ICR			0x000c0		/* RC with GPIE.NSICR */
#define IGB_ICR_LSC		BIT(2)
#define IGB_IMS			0x000d0		/* W1S */
#define IGB_IMC			0x000d8		/* W1C */
#define IGB_IAM			0x000e0		/* RW: what reading ICR masks */
#define IGB_GPIE		0x01514		/* RW */
#define IGB_GPIE_NSICR		BIT(0)		/* reading ICR clears it, always */
#define IGB_GPIE_MSIX		BIT(4)
#define IGB_GPIE_EIAME		BIT(30)
#define IGB_GPIE_PBA		BIT(31)
#define IGB_EIMS		0x01524		/* W1S */
#define IGB_EIMC		0x01528		/* W1C */
#define IGB_EIAC		0x0152c		/* RW: causes that the message clears */
#define IGB_EIAM		0x01530		/* RW: what the message masks */
#define IGB_EICR		0x01580		/* W1C; reading clears */
#define IGB_EITR(v)		(0x01680 + 4 * (v)) /* RW */
#define IGB_IVAR(i)		(0x01700 + 4 * (i)) /* RW: Rx i, Tx i, Rx i + 8, Tx i + 8 */
#define IGB_IVAR_REGS		8
#define IGB_IVAR_VALID		BIT(7)		/* of a byte; the vector is in 4:0 */
#define IGB_IVAR_MISC		0x01740		/* RW: TCP timer, others */

/* Receive (8.10) */
#define IGB_RCTL		0x00100		/* RW */
#define IGB_RCTL_EN		BIT(1)
#define IGB_RCTL_UPE		BIT(3)
#define IGB_RCTL_MPE		BIT(4)
#define IGB_RCTL_LPE		BIT(5)		/* RLPML counts */
#define IGB_RCTL_BAM		BIT(15)
#define IGB_RCTL_VFE		BIT(18)
#define IGB_RCTL_DPF		BIT(22)		/* discard pause frames */
#define IGB_RCTL_SECRC		BIT(26)
#define IGB_RXCSUM		0x05000		/* RW */
#define IGB_RXCSUM_IPOFL	BIT(8)
#define IGB_RXCSUM_TUOFL	BIT(9)
#define IGB_RXCSUM_CRCOFL	BIT(11)		/* SCTP */
#define IGB_RXCSUM_PCSD		BIT(13)		/* RSS hash instead of fragment checksum */
#define IGB_RLPML		0x05004		/* RW: longest frame with FCS */
#define IGB_RFCTL		0x05008		/* RW: 0 = no filters for NFS and the like */
#define IGB_MTA(i)		(0x05200 + 4 * (i))
#define IGB_MTA_REGS		128
#define IGB_RAR_ENTRIES		24
#define IGB_RAL(i)		((i) < 16 ? 0x05400 + 8 * (i) : 0x054e0 + 8 * ((i) - 16))
#define IGB_RAH(i)		(IGB_RAL(i) + 4)
#define IGB_RAH_AV		BIT(31)
#define IGB_VFTA(i)		(0x05600 + 4 * (i)) /* RW: a bit per VLAN */
#define IGB_VFTA_REGS		128
#define IGB_VT_CTL		0x0581c		/* RW: 0 = no virtualization */
#define IGB_MRQC		0x05818		/* RW: 0 = no RSS, everything to queue 0 */
#define IGB_MRQC_RSS		2		/* of the field in bits 2:0 */
#define IGB_MRQC_TCP_IPV4	BIT(16)
#define IGB_MRQC_IPV4		BIT(17)
#define IGB_MRQC_TCP_IPV6_EX	BIT(18)
#define IGB_MRQC_IPV6		BIT(20)
#define IGB_MRQC_TCP_IPV6	BIT(21)
#define IGB_MRQC_UDP_IPV4	BIT(22)
#define IGB_MRQC_UDP_IPV6	BIT(23)
#define IGB_RETA(i)		(0x05c00 + 4 * (i))	/* RW, i < 32: four queue numbers each */
#define IGB_RSSRK(i)		(0x05c80 + 4 * (i))	/* RW, i < 10 */
#define IGB_ETQF(i)		(0x05cb0 + 4 * (i))	/* RW: 0 = off */
#define IGB_ETQF_ENTRIES	8
#define IGB_FTQF(i)		(0x059e0 + 4 * (i))	/* RW */
#define IGB_FTQF_ENTRIES	8

/* A receive queue (8.10): 64 bytes each, all in one page */
#define IGB_RXQ(q)		(0x0c000 + 0x40 * (q))
#define IGB_RDBAL(q)		(IGB_RXQ(q) + 0x00) /* RW */
#define IGB_RDBAH(q)		(IGB_RXQ(q) + 0x04) /* RW */
#define IGB_RDLEN(q)		(IGB_RXQ(q) + 0x08) /* RW: bytes */
#define IGB_SRRCTL(q)		(IGB_RXQ(q) + 0x0c) /* RW */
#define IGB_SRRCTL_BSIZEPKT	GENMASK(6, 0)	/* KiB */
#define IGB_SRRCTL_DESCTYPE	GENMASK(27, 25)
#define IGB_SRRCTL_ADV_ONEBUF	1
#define IGB_SRRCTL_DROP_EN	BIT(31)
#define IGB_RDH(q)		(IGB_RXQ(q) + 0x10) /* RW while off */
#define IGB_DCA_RXCTRL(q)	(IGB_RXQ(q) + 0x14) /* RW */
#define IGB_DCA_READ_RO		BIT(9)		/* descriptors read with relaxed ordering */
#define IGB_RDT(q)		(IGB_RXQ(q) + 0x18) /* RW */
#define IGB_RXDCTL(q)		(IGB_RXQ(q) + 0x28) /* RW */
#define IGB_DCTL_PTHRESH	GENMASK(4, 0)	/* these five are alike in TXDCTL */
#define IGB_DCTL_HTHRESH	GENMASK(12, 8)
#define IGB_DCTL_WTHRESH	GENMASK(20, 16)
#define IGB_DCTL_ENABLE		BIT(25)
#define IGB_DCTL_SWFLSH		BIT(26)		/* SC */
#define IGB_RQDPC(q)		(IGB_RXQ(q) + 0x30) /* RC: frames without a descriptor */

/* Transmit (8.12) */
#define IGB_TCTL		0x00400		/* RW */
#define IGB_TCTL_EN		BIT(1)
#define IGB_TCTL_PSP		BIT(3)		/* pad short frames */

/* A transmit queue: 64 bytes each, all in one page */
#define IGB_TXQ(q)		(0x0e000 + 0x40 * (q))
#define IGB_TDBAL(q)		(IGB_TXQ(q) + 0x00) /* RW */
#define IGB_TDBAH(q)		(IGB_TXQ(q) + 0x04) /* RW */
#define IGB_TDLEN(q)		(IGB_TXQ(q) + 0x08) /* RW: bytes */
#define IGB_TDH(q)		(IGB_TXQ(q) + 0x10) /* RW while off */
#define IGB_DCA_TXCTRL(q)	(IGB_TXQ(q) + 0x14) /* RW */
#define IGB_DCA_TXCTRL_DATA_RO	BIT(13)
#define IGB_TDT(q)		(IGB_TXQ(q) + 0x18) /* RW */
#define IGB_TXDCTL(q)		(IGB_TXQ(q) + 0x28) /* RW */
#define IGB_TDWBAL(q)		(IGB_TXQ(q) + 0x38) /* RW: 0 = no head write-back */
#define IGB_TDWBAH(q)		(IGB_TXQ(q) + 0x3c) /* RW */

/* Of the third word of a legacy transmit descriptor */
#define IGB_TXD_EOP		BIT(24)

/* Statistics (8.18): 32 bits unless there is an H, RC, and they stick at their maximum */
#define IGB_CRCERRS		0x04000
#define IGB_MPC			0x04010
#define IGB_RLEC		0x04040
#define IGB_GPRC		0x04074
#define IGB_BPRC		0x04078
#define IGB_MPRC		0x0407c
#define IGB_GPTC		0x04080
#define IGB_GORCL		0x04088		/* read first; the high half clears both */
#define IGB_GORCH		0x0408c
#define IGB_GOTCL		0x04090
#define IGB_GOTCH		0x04094
#define IGB_RUC			0x040a4
#define IGB_RFC			0x040a8
#define IGB_ROC			0x040ac
#define IGB_RJC			0x040b0
#define IGB_MPTC		0x040f0
#define IGB_BPTC		0x040f4

#endif
