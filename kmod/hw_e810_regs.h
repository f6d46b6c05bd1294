/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of the E810 that ndrv uses; names as in the data sheet (Intel Ethernet Controller E810,
 * 613875). The layouts of admin queue commands and of queue contexts are with the code that packs
 * them.
 *
 * Queue numbers are those of the function: it sees its own queues from 0. Indexes called `port` and
 * `vsi` are those of the whole card.
 */
#ifndef NDRV_HW_E810_REGS_H
#define NDRV_HW_E810_REGS_H

/* Reset and state of the card */
#define E810_PFGEN_CTRL			0x091000	/* RW */
#define E810_PFGEN_CTRL_PFSWR		BIT(0)		/* SC */
#define E810_PFGEN_PORTNUM		0x1d2400	/* RO */
#define E810_PFGEN_PORTNUM_PORT		GENMASK(2, 0)
#define E810_PF_FUNC_RID		0x09e880	/* RO */
#define E810_PF_FUNC_RID_FUNC		GENMASK(2, 0)
#define E810_GLPCI_LBARCTRL		0x09de74	/* RO */
#define E810_GLPCI_LBARCTRL_PAGES_PF	BIT(2)		/* a page for each doorbell */
#define E810_GLGEN_RSTCTL		0x0b8180	/* RW */
#define E810_GLGEN_RSTCTL_GRSTDEL	GENMASK(5, 0)	/* 100 ms */
#define E810_GLGEN_RSTAT		0x0b8188	/* RO, never all ones */
#define E810_GLGEN_RSTAT_DEVSTATE	GENMASK(1, 0)	/* 0: no reset of the card is pending */
#define E810_GLGEN_STAT			0x0b612c	/* RO: read to flush writes */
#define E810_GLNVM_ULD			0x0b6008	/* RO: what has been loaded from the NVM */
#define E810_GLNVM_ULD_DONE		0x33bu		/* PCIe, core, global and power-on parts */
#define E810_GLNVM_FLA			0x0b6108	/* RO */
#define E810_GLNVM_FLA_LOCKED		BIT(6)		/* 0: no valid image in the NVM */
#define E810_GL_MNG_FWSM		0x0b6134	/* RO */
#define E810_GL_MNG_FWSM_MODES		GENMASK(2, 0)	/* 0: firmware runs normally */
#define E810_GL_MNG_FWSM_RECOVERY	BIT(1)
#define E810_GL_MNG_FWSM_LOADING	BIT(30)

/* Firmware's admin queue: the sending and the receiving ring */
#define E810_PF_FW_ATQBAL		0x080000	/* RW */
#define E810_PF_FW_ATQBAH		0x080100	/* RW */
#define E810_PF_FW_ATQLEN		0x080200	/* RW */
#define E810_PF_FW_ATQH			0x080300	/* RW */
#define E810_PF_FW_ATQT			0x080400	/* RW */
#define E810_PF_FW_ARQBAL		0x080080	/* RW */
#define E810_PF_FW_ARQBAH		0x080180	/* RW */
#define E810_PF_FW_ARQLEN		0x080280	/* RW */
#define E810_PF_FW_ARQH			0x080380	/* RW */
#define E810_PF_FW_ARQT			0x080480	/* RW */
#define E810_AQ_LEN_COUNT		GENMASK(9, 0)
#define E810_AQ_LEN_VFE			BIT(28)
#define E810_AQ_LEN_OVFL		BIT(29)
#define E810_AQ_LEN_CRIT		BIT(30)
#define E810_AQ_LEN_ENABLE		BIT(31)
#define E810_AQ_HEAD			GENMASK(9, 0)

/* Interrupts. Vectors are the function's, from 0. */
#define E810_PFINT_OICR_ENA		0x16c900	/* RW */
#define E810_PFINT_OICR			0x16ca00	/* RC */
#define E810_PFINT_OICR_ECC_ERR		BIT(16)
#define E810_PFINT_OICR_MAL_DETECT	BIT(19)		/* see E810_PF_MDET_RX */
#define E810_PFINT_OICR_GRST		BIT(20)		/* the whole card is going to be reset */
#define E810_PFINT_OICR_PCI_EXCEPTION	BIT(21)
#define E810_PFINT_OICR_HMC_ERR		BIT(26)
#define E810_PFINT_OICR_CTL		0x16ca80	/* RW */
#define E810_PFINT_FW_CTL		0x16c800	/* RW */
#define E810_PFINT_MBX_CTL		0x16b280	/* RW */
#define E810_PFINT_SB_CTL		0x16b600	/* RW */
#define E810_QINT_RQCTL(q)		(0x150000 + 4 * (q))	/* RW */
#define E810_QINT_TQCTL(q)		(0x140000 + 4 * (q))	/* RW */
#define E810_QINT_MSIX			GENMASK(10, 0)
#define E810_QINT_ITR			GENMASK(12, 11)
#define E810_QINT_CAUSE_ENA		BIT(30)
#define E810_GLINT_DYN_CTL(v)		(0x160000 + 4 * (v))	/* RW */
#define E810_GLINT_DYN_CTL_INTENA	BIT(0)
#define E810_GLINT_DYN_CTL_ITR		GENMASK(4, 3)
#define E810_GLINT_DYN_CTL_ITR_NONE	3
#define E810_GLINT_DYN_CTL_WB_ON_ITR	BIT(30)		/* write descriptors back, no message */
#define E810_GLINT_DYN_CTL_INTENA_MSK	BIT(31)		/* leave INTENA as it is */
#define E810_GLINT_ITR(i, v)		(0x154000 + 0x2000 * (i) + 4 * (v))	/* RW, 2 us */

/* Receive queues, q < 2048 */
#define E810_QRX_CTRL(q)		(0x120000 + 4 * (q))	/* RW */
#define E810_QRX_CTRL_QENA_REQ		BIT(0)
#define E810_QRX_CTRL_QENA_STAT		BIT(2)		/* RO */
#define E810_QRX_CONTEXT(i, q)		(0x280000 + 0x2000 * (i) + 4 * (q))	/* RW, i < 8 */
#define E810_QRXFLXP_CNTXT(q)		(0x480000 + 4 * (q))	/* RW, survives resets */
#define E810_QRXFLXP_CNTXT_RXDID	GENMASK(5, 0)
#define E810_QRXFLXP_CNTXT_RXDID_NIC	2		/* 32 bytes, RSS hash and flow id */
#define E810_QRXFLXP_CNTXT_PRIO		GENMASK(10, 8)

/* RSS: what a hash profile leaves out or folds */
#define E810_GLQF_HMASK_SEL(profile)	(0x410000 + 4 * (profile))	/* RW, profile < 128 */
#define E810_GLQF_HSYMM(profile, i)	(0x40f000 + 4 * (profile) + 512 * (i))	/* RW */
#define E810_GLQF_HSYMM_REGS		6

/*
 * What the card has refused to do for a queue ("malicious driver detection"): for the function, and
 * for the card, with the queue. Cleared by writing ones.
 */
#define E810_PF_MDET_RX			0x294280	/* W1C */
#define E810_PF_MDET_TX_PQM		0x2d2c80
#define E810_PF_MDET_TX_TCLAN		0x0fc000
#define E810_PF_MDET_VALID		BIT(0)
#define E810_GL_MDET_RX			0x294c00
#define E810_GL_MDET_TX_PQM		0x2d2e00
#define E810_GL_MDET_TX_TCLAN		0x0fc068
#define E810_GL_MDET_PQM_QUEUE		GENMASK(25, 12)
#define E810_GL_MDET_PQM_PF		GENMASK(2, 0)
#define E810_GL_MDET_QUEUE		GENMASK(14, 0)	/* the other two */
#define E810_GL_MDET_PF			GENMASK(25, 23)
#define E810_GL_MDET_TYPE		GENMASK(30, 26)

/* Doorbells: packed, and one in a page of its own where GLPCI_LBARCTRL says so */
#define E810_QRX_TAIL(q)		(0x290000 + 4 * (q))	/* RW, multiples of 8 */
#define E810_QTX_COMM_DBELL(q)		(0x2c0000 + 4 * (q))	/* RW */
#define E810_QRX_TAIL_PAGE(q)		(0x03800000 + 4096 * (q))
#define E810_QTX_COMM_DBELL_PAGE(q)	(0x04000000 + 4096 * (q))
#define E810_PAGES_MIN_BYTES		0x08000000	/* the BAR is this long where they exist */
#define E810_CSR_BYTES			0x00800000	/* everything else is below */

/*
 * Statistics of a port: counters of 40 bits, low half here and high half 4 above; neither cleared by
 * reading nor by a reset of the function.
 */
#define E810_GLPRT_GORC(port)		(0x380000 + 8 * (port))
#define E810_GLPRT_CRCERRS(port)	(0x380100 + 8 * (port))	/* 32 bits, as the others of errors */
#define E810_GLPRT_RLEC(port)		(0x380140 + 8 * (port))
#define E810_GLPRT_ILLERRC(port)	(0x3801c0 + 8 * (port))
#define E810_GLPRT_RUC(port)		(0x380200 + 8 * (port))
#define E810_GLPRT_ROC(port)		(0x380240 + 8 * (port))
#define E810_GLPRT_RFC(port)		(0x380ac0 + 8 * (port))
#define E810_GLPRT_RJC(port)		(0x380b00 + 8 * (port))
#define E810_GLPRT_GOTC(port)		(0x380b40 + 8 * (port))
#define E810_GLPRT_UPTC(port)		(0x3811c0 + 8 * (port))
#define E810_GLPRT_MPTC(port)		(0x381200 + 8 * (port))
#define E810_GLPRT_BPTC(port)		(0x381240 + 8 * (port))
#define E810_GLPRT_UPRC(port)		(0x381300 + 8 * (port))
#define E810_GLPRT_MPRC(port)		(0x381340 + 8 * (port))
#define E810_GLPRT_BPRC(port)		(0x381380 + 8 * (port))
#define E810_PRTRPB_RDPC		0x0ac260	/* 32 bits: no room in the packet buffer */
/* Of a VSI, 32 bits: no descriptors */
#define E810_GLV_RDPC(vsi)		(0x294c04 + 4 * (vsi))

#endif
