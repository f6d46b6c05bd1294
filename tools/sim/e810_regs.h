/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers, admin queue numbers, contexts and descriptors of the E810 as the simulator reads the
 * data sheet (Intel 613875). Typed for the simulator alone: kmod and lib have their own.
 */
#ifndef SIM_E810_REGS_H
#define SIM_E810_REGS_H

#define E810_CSR_BYTES		0x00800000	/* registers; above: page windows of BAR0 */
#define E810_BAR0_BYTES		0x08000000	/* with the page windows */
#define E810_BAR3_BYTES		0x00010000	/* MSI-X */
#define E810_MSIX_PBA_OFF	0x8000
#define E810_HW_RX_QUEUES	2048
#define E810_HW_TX_QUEUES	16384
#define E810_HW_VECTORS		2048

/* ---- reset and general ---- */
#define PFGEN_CTRL		0x00091000
#define  PFGEN_CTRL_PFSWR	(1u << 0)
#define PFGEN_PORTNUM		0x001D2400
#define GLGEN_RSTCTL		0x000B8180
#define GLGEN_RSTAT		0x000B8188
#define  GLGEN_RSTAT_DEVSTATE	0x00000003u
#define  GLGEN_RSTAT_TYPE_S	2		/* 1 CORER, 2 GLOBR, 3 EMPR */
#define GLGEN_RTRIG		0x000B8190
#define  GLGEN_RTRIG_CORER	(1u << 0)
#define  GLGEN_RTRIG_GLOBR	(1u << 1)
#define  GLGEN_RTRIG_EMPFWR	(1u << 2)
#define GLGEN_STAT		0x000B612C
#define GLGEN_CLKSTAT_SRC	0x000B826C
#define  GLGEN_CLKSTAT_SRC_PSM_S 4
#define GL_PWR_MODE_CTL		0x000B820C
#define GL_MNG_FWSM		0x000B6134
#define GLNVM_ULD		0x000B6008
#define  GLNVM_ULD_DONE		0x0000033Bu
#define  GLNVM_ULD_PE_DONE	(1u << 10)
#define GLNVM_GENS		0x000B6100
#define  GLNVM_GENS_SR_SIZE_S	5
#define GLNVM_FLA		0x000B6108
#define  GLNVM_FLA_LOCKED	(1u << 6)
#define PF_FUNC_RID		0x0009E880
#define GLPCI_LBARCTRL		0x0009DE74
#define  GLPCI_LBARCTRL_PREFBAR	(1u << 0)
#define  GLPCI_LBARCTRL_BAR32	(1u << 1)
#define  GLPCI_LBARCTRL_PAGES_PF (1u << 2)
#define GLPCI_CNF2		0x000BE004
#define PFPM_APM		0x000B8080
#define PFPM_WUFC		0x0009DC00
#define PFPM_WUS		0x0009DB80
#define GL_MDCK_TX_TDPU		0x00049348
#define PRTDCB_GENS		0x00083020
#define PFLAN_RX_QALLOC		0x001D2500	/* first 10:0, last 26:16, VALID b31 */
#define PFLAN_TX_QALLOC		0x001D2580
#define PFINT_ALLOC		0x001D2600
#define  ALLOC_VALID		(1u << 31)

/* ---- admin queue, mailbox, sideband: register groups ---- */
#define PF_FW_ATQBAL		0x00080000
#define PF_FW_ATQBAH		0x00080100
#define PF_FW_ATQLEN		0x00080200
#define PF_FW_ATQH		0x00080300
#define PF_FW_ATQT		0x00080400
#define PF_FW_ARQBAL		0x00080080
#define PF_FW_ARQBAH		0x00080180
#define PF_FW_ARQLEN		0x00080280
#define PF_FW_ARQH		0x00080380
#define PF_FW_ARQT		0x00080480
#define PF_MBX_ATQBAL		0x0022E100
#define PF_MBX_ATQBAH		0x0022E180
#define PF_MBX_ATQLEN		0x0022E200
#define PF_MBX_ATQH		0x0022E280
#define PF_MBX_ATQT		0x0022E300
#define PF_MBX_ARQBAL		0x0022E380
#define PF_MBX_ARQBAH		0x0022E400
#define PF_MBX_ARQLEN		0x0022E480
#define PF_MBX_ARQH		0x0022E500
#define PF_MBX_ARQT		0x0022E580
#define PF_SB_ATQBAL		0x0022FC00
#define PF_SB_ATQBAH		0x0022FC80
#define PF_SB_ATQLEN		0x0022FD00
#define PF_SB_ATQH		0x0022FD80
#define PF_SB_ATQT		0x0022FE00
#define PF_SB_ARQBAL		0x0022FE80
#define PF_SB_ARQBAH		0x0022FF00
#define PF_SB_ARQLEN		0x0022FF80
#define PF_SB_ARQH		0x00230000
#define PF_SB_ARQT		0x00230080
#define  AQLEN_COUNT		0x000003ffu
#define  AQLEN_VFE		(1u << 28)
#define  AQLEN_OVFL		(1u << 29)
#define  AQLEN_CRIT		(1u << 30)
#define  AQLEN_ENABLE		(1u << 31)

#define AQ_DESC_BYTES		32
#define  AQ_FLAG_DD		(1u << 0)
#define  AQ_FLAG_CMP		(1u << 1)
#define  AQ_FLAG_ERR		(1u << 2)
#define  AQ_FLAG_VFE		(1u << 3)
#define  AQ_FLAG_LB		(1u << 9)
#define  AQ_FLAG_RD		(1u << 10)
#define  AQ_FLAG_VFC		(1u << 11)
#define  AQ_FLAG_BUF		(1u << 12)
#define  AQ_FLAG_SI		(1u << 13)
#define  AQ_FLAG_EI		(1u << 14)
#define  AQ_FLAG_FE		(1u << 15)

/* ---- admin queue opcodes ---- */
#define AQ_GET_VER		0x0001
#define AQ_DRIVER_VER		0x0002
#define AQ_Q_SHUTDOWN		0x0003
#define AQ_REQ_RES		0x0008
#define AQ_RELEASE_RES		0x0009
#define AQ_FUNC_CAPS		0x000A
#define AQ_DEV_CAPS		0x000B
#define AQ_MAC_READ		0x0107
#define AQ_MAC_WRITE		0x0108
#define AQ_CLEAR_PXE		0x0110
#define AQ_GET_SW_CFG		0x0200
#define AQ_SET_PORT_PARAMS	0x0203
#define AQ_GET_RES_ALLOC	0x0204
#define AQ_ALLOC_RES		0x0208
#define AQ_FREE_RES		0x0209
#define AQ_GET_ALLOCD_RES	0x020A
#define AQ_SET_VLAN_MODE	0x020C
#define AQ_GET_VLAN_MODE	0x020D
#define AQ_ADD_VSI		0x0210
#define AQ_UPDATE_VSI		0x0211
#define AQ_FREE_VSI		0x0213
#define AQ_ADD_RECIPE		0x0290
#define AQ_RECIPE_TO_PROFILE	0x0291
#define AQ_GET_RECIPE		0x0292
#define AQ_GET_RECIPE_TO_PROFILE 0x0293
#define AQ_ADD_SW_RULES		0x02A0
#define AQ_UPDATE_SW_RULES	0x02A1
#define AQ_REMOVE_SW_RULES	0x02A2
#define AQ_CLEAR_PF_CFG		0x02A4
#define AQ_QUERY_PFC_MODE	0x0302
#define AQ_SET_PFC_MODE		0x0303
#define AQ_GET_DFLT_TOPO	0x0400
#define AQ_ADD_SCHED_ELEMS	0x0401
#define AQ_CFG_SCHED_ELEMS	0x0403
#define AQ_GET_SCHED_ELEMS	0x0404
#define AQ_MOVE_SCHED_ELEMS	0x0408
#define AQ_SUSPEND_SCHED_ELEMS	0x0409
#define AQ_RESUME_SCHED_ELEMS	0x040A
#define AQ_QUERY_PORT_ETS	0x040E
#define AQ_DELETE_SCHED_ELEMS	0x040F
#define AQ_ADD_RL_PROFILES	0x0410
#define AQ_QUERY_SCHED_RES	0x0412
#define AQ_REMOVE_RL_PROFILES	0x0415
#define AQ_SET_TX_TOPO		0x0417
#define AQ_GET_TX_TOPO		0x0418
#define AQ_GET_PHY_CAPS		0x0600
#define AQ_SET_PHY_CFG		0x0601
#define AQ_SET_MAC_CFG		0x0603
#define AQ_RESTART_AN		0x0605
#define AQ_GET_LINK_STATUS	0x0607
#define AQ_SET_EVENT_MASK	0x0613
#define AQ_SET_MAC_LB		0x0620
#define AQ_GET_SENSOR		0x0632
#define AQ_GET_LINK_TOPO	0x06E0
#define AQ_PORT_ID_LED		0x06E9
#define AQ_GET_PORT_OPTIONS	0x06EA
#define AQ_SFF_EEPROM		0x06EE
#define AQ_NVM_READ		0x0701
#define AQ_NVM_ERASE		0x0702
#define AQ_NVM_WRITE		0x0703
#define AQ_NVM_CHECKSUM		0x0706
#define AQ_NVM_ACTIVATE		0x0707
#define AQ_MBX_TO_PF		0x0801
#define AQ_MBX_TO_VF		0x0802
#define AQ_LLDP_GET_MIB		0x0A00
#define AQ_LLDP_SET_MIB_CHANGE	0x0A01
#define AQ_LLDP_STOP		0x0A05
#define AQ_LLDP_START		0x0A06
#define AQ_GET_CEE_DCB		0x0A07
#define AQ_SET_LOCAL_MIB	0x0A08
#define AQ_LLDP_STOP_START	0x0A09
#define AQ_LLDP_FILTER_CTRL	0x0A0A
#define AQ_SET_RSS_KEY		0x0B02
#define AQ_SET_RSS_LUT		0x0B03
#define AQ_GET_RSS_KEY		0x0B04
#define AQ_GET_RSS_LUT		0x0B05
#define AQ_ADD_TXQS		0x0C30
#define AQ_DIS_TXQS		0x0C31
#define AQ_MOVE_TXQS		0x0C32
#define AQ_DOWNLOAD_PKG		0x0C40
#define AQ_UPLOAD_SECTION	0x0C41
#define AQ_UPDATE_PKG		0x0C42
#define AQ_GET_PKG_INFO		0x0C43
#define AQ_DRIVER_PARAMS	0x0C90
#define AQ_LAN_OVERFLOW		0x1001

/* Fields of commands that more than one file reads. */
#define AQ_VSI_NUM		0x03ffu
#define AQ_VSI_VALID		0x8000u
#define AQ_RES_VSI_LIST_REP	0x03
#define AQ_RES_VSI_LIST_PRUNE	0x04
#define AQ_RES_FD_COUNTER	0x21
#define AQ_RES_FD_GUARANTEED	0x22
#define AQ_RES_FD_SHARED	0x23

/* ---- doorbells and queue state ---- */
#define QRX_TAIL(q)		(0x00290000 + 4 * (q))
#define  QRX_TAIL_MASK		0x1fffu
#define QTX_COMM_DBELL(q)	(0x002C0000 + 4 * (q))
#define QTX_COMM_HEAD(q)	(0x000E0000 + 4 * (q))
#define  QTX_COMM_HEAD_MASK	0x1fffu
#define  QTX_COMM_HEAD_RS	(1u << 16)
#define QRX_TAIL_PAGE(q)	(0x03800000 + 4096u * (q))
#define QTX_DBELL_PAGE(q)	(0x04000000 + 4096u * (q))
#define QTX_DBLQ_DBELL_PAGE(i)	(0x02F00000 + 4096u * (i))
#define QRX_CONTEXT(i, q)	(0x00280000 + 0x2000 * (i) + 4 * (q))
#define QRX_CTRL(q)		(0x00120000 + 4 * (q))
#define  QRX_CTRL_REQ		(1u << 0)
#define  QRX_CTRL_FAST		(1u << 1)
#define  QRX_CTRL_STAT		(1u << 2)
#define QRXFLXP_CNTXT(q)	(0x00480000 + 4 * (q))
#define  QRXFLXP_RXDID(v)	((v) & 0x3f)
#define  QRXFLXP_TS		(1u << 11)
#define QRX_ITR(q)		(0x00292000 + 4 * (q))
#define GLCOMM_QTX_CNTX_CTL	0x002D2DC8
#define  QTX_CNTX_CTL_QUEUE	0x00003fffu
#define  QTX_CNTX_CTL_CMD(v)	((v) >> 16 & 7)
#define  QTX_CNTX_CTL_EXEC	(1u << 19)
#define GLCOMM_QTX_CNTX_STAT	0x002D2DCC
#define GLCOMM_QTX_CNTX_DATA(i)	(0x002D2D40 + 4 * (i))
#define GLFLXP_RXDID_FLAGS(i, j) (0x0045D000 + 4 * (i) + 256 * (j))
#define GLFLXP_RXDID_WORD(w, i)	(0x0045C800 + 0x100 * (w) + 4 * (i))

/* ---- Rx queue context: first bit and width of each field ---- */
#define RXC_HEAD		0, 13
#define RXC_CPUID		13, 8
#define RXC_BASE		32, 57
#define RXC_QLEN		89, 13
#define RXC_DBUF		102, 7		/* x 128 bytes */
#define RXC_HBUF		109, 5		/* x 64 bytes */
#define RXC_DTYPE		114, 2		/* header split: 0 none, 1 split, 2 always */
#define RXC_DSIZE		116, 1		/* 1 = 32-byte descriptors */
#define RXC_CRCSTRIP		117, 1
#define RXC_L2TSEL		119, 1		/* 1 = stripped tag in L2TAG1 */
#define RXC_HSPLIT0		120, 4
#define RXC_HSPLIT1		124, 2
#define RXC_SHOWIV		127, 1
#define RXC_RXMAX		174, 14
#define RXC_LRXQTHRESH		198, 3
#define RXC_PREFENA		201, 1
#define RXC_BYTES		32
#define RXC_MAX_BUFS		5		/* rxmax may be that many buffers */

/* ---- Tx LAN queue context, as 0C30 carries it ---- */
#define TXC_BASE		0, 57
#define TXC_PORT		57, 3
#define TXC_CGD			60, 5
#define TXC_PF			65, 3
#define TXC_VMVF_NUM		68, 10
#define TXC_VMVF_TYPE		78, 2		/* 0 VF, 1 VMQ, 2 PF */
#define TXC_SRC_VSI		80, 10
#define TXC_TSYN_ENA		90, 1
#define TXC_INTERNAL		91, 1
#define TXC_ALT_VLAN		92, 1
#define TXC_CPUID		93, 8
#define TXC_WB_MODE		101, 1
#define TXC_QNUM_IN_FUNC	114, 14
#define TXC_ITR_NOTIF		128, 1
#define TXC_QLEN		135, 13
#define TXC_QUANTA		148, 4
#define TXC_TSO_ENA		152, 1
#define TXC_TSO_QNUM		153, 11
#define TXC_LEGACY_INT		164, 1
#define TXC_DROP_ENA		165, 1
#define TXC_BYTES		22
#define TXC_VMVF_PF		2

/* ---- interrupts ---- */
#define GLINT_DYN_CTL(v)	(0x00160000 + 4 * (v))
#define PF0INT_DYN_CTL_PAGE(v)	(0x03000000 + 4096u * (v))
#define PF0INT_ITR_PAGE(i, v)	(0x03000004 + 4 * (i) + 4096u * (v))
#define  DYN_CTL_INTENA		(1u << 0)
#define  DYN_CTL_CLEARPBA	(1u << 1)
#define  DYN_CTL_SWINT_TRIG	(1u << 2)
#define  DYN_CTL_ITR_INDX(v)	((v) >> 3 & 3)
#define  DYN_CTL_INTERVAL(v)	((v) >> 5 & 0xfff)
#define  DYN_CTL_SW_ITR_ENA	(1u << 24)
#define  DYN_CTL_SW_ITR(v)	((v) >> 25 & 3)
#define  DYN_CTL_WB_ON_ITR	(1u << 30)
#define  DYN_CTL_INTENA_MSK	(1u << 31)
#define  ITR_NONE		3
#define GLINT_ITR(i, v)		(0x00154000 + 0x2000 * (i) + 4 * (v))
#define  ITR_INTERVAL_MASK	0xfffu
#define  ITR_UNIT_NS		2000
#define GLINT_RATE(v)		(0x0015A000 + 4 * (v))
#define  RATE_INTERVAL(v)	((v) & 0x3f)
#define  RATE_INTRL_ENA		(1u << 6)
#define GLINT_CTL		0x0016CC54
#define  GLINT_CTL_DIS_AUTOMASK	(1u << 0)
#define GLINT_VECT2FUNC(v)	(0x00162000 + 4 * (v))
#define QINT_RQCTL(q)		(0x00150000 + 4 * (q))
#define QINT_TQCTL(q)		(0x00140000 + 4 * (q))
#define PFINT_FW_CTL		0x0016C800
#define PFINT_MBX_CTL		0x0016B280
#define PFINT_SB_CTL		0x0016B600
#define PFINT_OICR_CTL		0x0016CA80
#define  CAUSE_MSIX(v)		((v) & 0x7ff)
#define  CAUSE_ITR(v)		((v) >> 11 & 3)
#define  CAUSE_ENA		(1u << 30)
#define  CAUSE_INTEVENT		(1u << 31)
#define PFINT_OICR		0x0016CA00
#define  OICR_INTEVENT		(1u << 0)
#define  OICR_TSYN_TX		(1u << 11)
#define  OICR_TSYN_EVNT		(1u << 12)
#define  OICR_ECC_ERR		(1u << 16)
#define  OICR_MAL		(1u << 19)
#define  OICR_GRST		(1u << 20)
#define  OICR_PCI_EXC		(1u << 21)
#define  OICR_LINK		(1u << 25)
#define  OICR_HMC_ERR		(1u << 26)
#define  OICR_VFLR		(1u << 29)
#define  OICR_SWINT		(1u << 31)
#define PFINT_OICR_ENA		0x0016C900

/* ---- malicious driver detection ---- */
#define GL_MDET_RX		0x00294C00	/* queue 14:0, VF 22:15, PF 25:23, type 30:26 */
#define GL_MDET_TX_PQM		0x002D2E00	/* PF 2:0, VF 11:4, queue 25:12, type 30:26 */
#define GL_MDET_TX_TCLAN	0x000FC068	/* as GL_MDET_RX */
#define  GL_MDET_TYPE_S		26
#define  GL_MDET_PQM_QUEUE_S	12
#define  GL_MDET_VALID		(1u << 31)
#define PF_MDET_RX		0x00294280
#define PF_MDET_TX_PQM		0x002D2C80
#define PF_MDET_TX_TCLAN	0x000FC000
#define  PF_MDET_VALID		(1u << 0)

/* ---- RSS and flow director ---- */
#define VSIQF_HKEY(i, vsi)	(0x00400000 + 0x1000 * (i) + 4 * (vsi))		/* i < 13 */
#define VSIQF_HASH_CTL(vsi)	(0x0040D000 + 4 * (vsi))
#define  HASH_CTL_LUT(v)	((v) & 3)
#define  HASH_CTL_SCHEME(v)	((v) >> 6 & 3)
#define VSIQF_HLUT(i, vsi)	(0x00420000 + 0x1000 * (i) + 4 * (vsi))		/* i < 16 */
#define RSS_KEY_BYTES		52
#define RSS_KEY_AQ_BYTES	40		/* and 12 of extended key */
#define PFQF_FD_ENA		0x0043A000
#define PFQF_FD_SIZE		0x00460100
#define GLQF_FD_SIZE		0x00460010
#define GLQF_FD_CNT		0x00460018
#define VSIQF_FD_CNT(vsi)	(0x00464000 + 4 * (vsi))
#define VSIQF_FD_SIZE(vsi)	(0x00462000 + 4 * (vsi))
#define GLSTAT_FD_CNT0L(i)	(0x003A0000 + 8 * (i))
#define GLQF_HMASK(i)		(0x0040FC00 + 4 * (i))
#define GLQF_HMASK_SEL(i)	(0x00410000 + 4 * (i))
#define GLQF_FDMASK_SEL(i)	(0x00410400 + 4 * (i))
#define GLQF_FDMASK(i)		(0x00410800 + 4 * (i))
#define GLQF_FDINSET(i, j)	(0x00412000 + 4 * (i) + 512 * (j))
#define GLQF_FDSWAP(i, j)	(0x00413000 + 4 * (i) + 512 * (j))
#define GL_PREEXT_L2_PMASK0(i)	(0x0020F0FC + 4 * (i))
#define GL_PREEXT_L2_PMASK1(i)	(0x0020F108 + 4 * (i))

/* ---- statistics: port p of 8 bytes each, VSI v ---- */
#define GLPRT_BASE		0x00380000
#define GLPRT_END		0x003813C0
#define  PRT_GORC		0x000
#define  PRT_MLFC		0x040
#define  PRT_MRFC		0x080
#define  PRT_CRCERRS		0x100
#define  PRT_RLEC		0x140
#define  PRT_ILLERRC		0x1C0
#define  PRT_RUC		0x200
#define  PRT_ROC		0x240
#define  PRT_LXONRXC		0x280
#define  PRT_LXOFFRXC		0x2C0
#define  PRT_PRC64		0x900
#define  PRT_PRC127		0x940
#define  PRT_PRC255		0x980
#define  PRT_PRC511		0x9C0
#define  PRT_PRC1023		0xA00
#define  PRT_PRC1522		0xA40
#define  PRT_PRC9522		0xA80
#define  PRT_RFC		0xAC0
#define  PRT_RJC		0xB00
#define  PRT_GOTC		0xB40
#define  PRT_PTC64		0xB80
#define  PRT_PTC127		0xBC0
#define  PRT_PTC255		0xC00
#define  PRT_PTC511		0xC40
#define  PRT_PTC1023		0xC80
#define  PRT_PTC1522		0xCC0
#define  PRT_PTC9522		0xD00
#define  PRT_LXONTXC		0x1140
#define  PRT_LXOFFTXC		0x1180
#define  PRT_UPTC		0x11C0
#define  PRT_MPTC		0x1200
#define  PRT_BPTC		0x1240
#define  PRT_TDOLD		0x1280
#define  PRT_UPRC		0x1300
#define  PRT_MPRC		0x1340
#define  PRT_BPRC		0x1380
#define GLV_GOTC(v)		(0x00300000 + 8 * (v))
#define GLV_UPTC(v)		(0x0030A000 + 8 * (v))
#define GLV_MPTC(v)		(0x0030C000 + 8 * (v))
#define GLV_BPTC(v)		(0x0030E000 + 8 * (v))
#define GLV_TEPC(v)		(0x00312000 + 4 * (v))
#define GLV_GORC(v)		(0x003B0000 + 8 * (v))
#define GLV_UPRC(v)		(0x003B2000 + 8 * (v))
#define GLV_MPRC(v)		(0x003B4000 + 8 * (v))
#define GLV_BPRC(v)		(0x003B6000 + 8 * (v))
#define GLV_RDPC(v)		(0x00294C04 + 4 * (v))
#define PRTRPB_RDPC		0x000AC260

/* ---- VSI context: byte offsets and bits ---- */
#define VSIC_SECTIONS		0
#define  VSIC_SEC_SW		(1u << 0)
#define  VSIC_SEC_SECURITY	(1u << 1)
#define  VSIC_SEC_VLAN		(1u << 2)
#define  VSIC_SEC_OUTER_TAG	(1u << 3)
#define  VSIC_SEC_INGRESS_UP	(1u << 4)
#define  VSIC_SEC_EGRESS_UP	(1u << 5)
#define  VSIC_SEC_RXQ_MAP	(1u << 6)
#define  VSIC_SEC_Q_OPT		(1u << 7)
#define  VSIC_SEC_OUTER_UP	(1u << 8)
#define  VSIC_SEC_FLOW_DIR	(1u << 11)
#define  VSIC_SEC_PASID		(1u << 12)
#define VSIC_SW_ID		2
#define VSIC_SW_FLAGS		3
#define  VSIC_ALLOW_LB		(1u << 5)
#define  VSIC_LOCAL_LB		(1u << 6)
#define  VSIC_SRC_PRUNE		(1u << 7)
#define VSIC_SW_FLAGS2		4
#define  VSIC_RX_VLAN_PRUNE	(1u << 0)
#define  VSIC_LAN_ENA		(1u << 4)
#define VSIC_SEC_FLAGS		6
#define  VSIC_ALLOW_DEST_OVRD	(1u << 0)
#define  VSIC_MAC_ANTI_SPOOF	(1u << 2)
#define  VSIC_TX_VLAN_PRUNE	(1u << 4)
#define VSIC_INNER_PVID		8
#define VSIC_INNER_VLAN		12
#define  VSIC_VLAN_TX_MODE(v)	((v) & 3)	/* 1 untagged, 2 tagged, 3 all */
#define  VSIC_VLAN_INSERT_PVID	(1u << 2)
#define  VSIC_VLAN_EMODE(v)	((v) >> 3 & 3)
#define   VLAN_EMODE_STRIP_BOTH	0		/* strip; tag and UP reported */
#define   VLAN_EMODE_STRIP_UP	1
#define   VLAN_EMODE_STRIP	2		/* strip, report nothing */
#define   VLAN_EMODE_NOTHING	3		/* tag stays in the packet */
#define VSIC_OUTER_VLAN		26		/* tag type 3:2: 1 88a8, 2 8100, 3 9100 */
#define VSIC_MAPPING_FLAGS	28
#define VSIC_Q_MAPPING		30
#define VSIC_TC_MAPPING		62
#define  VSIC_TC_OFFSET(v)	((v) & 0x7ff)
#define  VSIC_TC_LOG2(v)	((v) >> 11 & 0xf)
#define VSIC_Q_OPT_RSS		78
#define  VSIC_RSS_LUT(v)	((v) & 3)
#define  VSIC_RSS_GLOBAL(v)	((v) >> 2 & 0xf)
#define  VSIC_RSS_HASH(v)	((v) >> 6 & 3)	/* 0 Toeplitz, 1 symmetric, 2 XOR */
#define VSIC_FD_OPTIONS		90
#define VSIC_BYTES		128

/* ---- switch rules ---- */
#define SWR_LKUP_RX		0
#define SWR_LKUP_TX		1
#define SWR_LARGE_ACT		2
#define SWR_VSI_LIST_SET	3
#define SWR_VSI_LIST_CLEAR	4
#define SWR_PRUNE_LIST_SET	5
#define SWR_PRUNE_LIST_CLEAR	6
#define RECIPE_ETHERTYPE	0
#define RECIPE_MAC		1
#define RECIPE_MAC_VLAN		2
#define RECIPE_PROMISC		3
#define RECIPE_VLAN		4
#define RECIPE_DFLT		5
#define RECIPE_ETHERTYPE_MAC	8
#define RECIPE_PROMISC_VLAN	9
#define RECIPE_LPORT		10
#define ACT_TYPE(a)		((a) & 3)
#define  ACT_FORWARD		0		/* to a VSI or a list */
#define  ACT_TO_Q		1
#define  ACT_PRUNE		2		/* with b18: pointer to a large action */
#define  ACT_OTHER		3
#define ACT_LB_EN		(1u << 2)
#define ACT_LAN_EN		(1u << 3)
#define ACT_VSI(a)		((a) >> 4 & 0x3ff)
#define ACT_LIST_ID(a)		((a) >> 4 & 0x3ff)
#define ACT_LIST		(1u << 14)
#define ACT_VALID		(1u << 17)
#define ACT_DROP		(1u << 18)
#define ACT_QUEUE(a)		((a) >> 4 & 0x7ff)
#define ACT_Q_REGION(a)		((a) >> 15 & 7)
#define ACT_EGRESS		(1u << 15)
#define ACT_INGRESS		(1u << 16)
#define ACT_PTR			(1u << 18)

/* ---- Rx descriptors ---- */
#define RXDID_LEGACY_16		0
#define RXDID_LEGACY_32		1
#define RXDID_FLEX_NIC		2
#define RXDID_FLEX_NIC_2	6
#define RXDID_COMMS_FIRST	16
#define RXDID_COMMS_OVS		22
#define RXDID_COMMS_LAST	25
/* flex: status_error0 at byte 8, status_error1 at byte 16 */
#define RXF_DD			(1u << 0)
#define RXF_EOF			(1u << 1)
#define RXF_HBO			(1u << 2)
#define RXF_L3L4P		(1u << 3)
#define RXF_IPE			(1u << 4)
#define RXF_L4E			(1u << 5)
#define RXF_EIPE		(1u << 6)
#define RXF_EUDPE		(1u << 7)
#define RXF_LPBK		(1u << 8)
#define RXF_IPV6EXADD		(1u << 9)
#define RXF_RXE			(1u << 10)
#define RXF_CRCP		(1u << 11)
#define RXF_RSS_VALID		(1u << 12)
#define RXF_L2TAG1P		(1u << 13)
#define RXF1_L2TAG2P		(1u << 11)
#define RXF_UMBCAST_S		6		/* in byte 1: 0 unicast, 1 multicast, 2 broadcast */
#define RXF_NO_FDID		0xffffffffu
/* legacy: qword 1 */
#define RXL_DD			(1ull << 0)
#define RXL_EOF			(1ull << 1)
#define RXL_L2TAG1P		(1ull << 2)
#define RXL_L3L4P		(1ull << 3)
#define RXL_CRCP		(1ull << 4)
#define RXL_UMBCAST_S		9
#define RXL_FLM			(1ull << 11)
#define RXL_FLTSTAT_RSS		(3ull << 12)
#define RXL_LPBK		(1ull << 14)
#define RXL_IPV6EXADD		(1ull << 15)
#define RXL_RXE			(1ull << 19)
#define RXL_HBO			(1ull << 21)
#define RXL_IPE			(1ull << 22)
#define RXL_L4E			(1ull << 23)
#define RXL_EIPE		(1ull << 24)
#define RXL_OVERSIZE		(1ull << 25)
#define RXL_PTYPE_S		30
#define RXL_LEN_S		38
#define RXL_HLEN_S		52
#define RXL_EXT_L2TAG2P		(1u << 0)	/* ext_status, qword 2 */
/* completion of a flow director descriptor: qword 1 */
#define RXFD_DD			(1ull << 0)
#define RXFD_PROG_DEL		(1ull << 1)
#define RXFD_FAIL		(1ull << 4)
#define RXFD_FAIL_PROF		(1ull << 5)

/* packet types of the default parse graph */
#define PTYPE_MAC_PAY		1
#define PTYPE_PTP_L2		2
#define PTYPE_LLDP		6
#define PTYPE_ARP		11
#define PTYPE_IPV4_FRAG		22
#define PTYPE_IPV4		23
#define PTYPE_IPV4_UDP		24
#define PTYPE_IPV4_TCP		26
#define PTYPE_IPV4_SCTP		27
#define PTYPE_IPV4_ICMP		28
#define PTYPE_IPV6_FRAG		88
#define PTYPE_IPV6		89
#define PTYPE_IPV6_UDP		90
#define PTYPE_IPV6_TCP		92
#define PTYPE_IPV6_SCTP		93
#define PTYPE_IPV6_ICMP		94

/* ---- Tx descriptors ---- */
#define TXD_DTYPE(q1)		((unsigned int)((q1) & 0xf))
#define  TXD_DATA		0x0
#define  TXD_CTX		0x1
#define  TXD_FD			0x8
#define  TXD_DONE		0xf
#define TXD_EOP			(1ull << 4)
#define TXD_RS			(1ull << 5)
#define TXD_IL2TAG1		(1ull << 7)
#define TXD_DUMMY		(1ull << 8)
#define TXD_IIPT(q1)		((unsigned int)((q1) >> 9 & 3))
#define  IIPT_IPV6		1
#define  IIPT_IPV4		2
#define  IIPT_IPV4_CSUM		3
#define TXD_L4T(q1)		((unsigned int)((q1) >> 12 & 3))
#define  L4T_NONE		0
#define  L4T_TCP		1
#define  L4T_SCTP		2
#define  L4T_UDP		3
#define TXD_RE			(1ull << 14)
#define TXD_MACLEN(q1)		((uint32_t)((q1) >> 16 & 0x7f) * 2)
#define TXD_IPLEN(q1)		((uint32_t)((q1) >> 23 & 0x7f) * 4)
#define TXD_L4LEN(q1)		((uint32_t)((q1) >> 30 & 0xf) * 4)
#define TXD_BUF_SZ(q1)		((uint32_t)((q1) >> 34 & 0x3fff))
#define TXD_L2TAG1(q1)		((uint16_t)((q1) >> 48))
#define TXD_MAX_BUFS		8		/* of a packet, or of a segment with its headers */
#define TXX_L2TAG2(q0)		((uint16_t)((q0) >> 32))
#define TXX_TSO			(1ull << 4)
#define TXX_TSYN		(1ull << 5)
#define TXX_IL2TAG2		(1ull << 6)
#define TXX_IL2TAG2_IL2H	(1ull << 7)
#define TXX_SWTCH(q1)		((unsigned int)((q1) >> 8 & 3))
#define  SWTCH_NONE		0
#define  SWTCH_UPLINK		1
#define  SWTCH_LOCAL		2
#define  SWTCH_VSI		3
#define TXX_TSO_LEN(q1)		((uint32_t)((q1) >> 30 & 0x3ffff))
#define TXX_MSS(q1)		((uint32_t)((q1) >> 50 & 0x3fff))
#define TXX_VSI(q1)		((uint32_t)((q1) >> 50 & 0x3ff))
#define TXX_EIPT(q0)		((unsigned int)((q0) & 3))
#define  EIPT_IPV6		1
#define  EIPT_IPV4		2
#define  EIPT_IPV4_CSUM		3
#define TXX_EIPLEN(q0)		((uint32_t)((q0) >> 2 & 0x7f) * 4)
#define TXX_L4TUNT(q0)		((unsigned int)((q0) >> 9 & 3))
#define  L4TUNT_UDP		1
#define  L4TUNT_GRE		2
#define TXX_L4TUNLEN(q0)	((uint32_t)((q0) >> 12 & 0x7f) * 2)
#define TXX_L4T_CS		(1ull << 23)
#define TSO_MSS_MIN		64
#define TSO_MSS_MAX		9728
/* flow director programming */
#define TXF_QINDEX(q0)		((uint32_t)((q0) & 0x7ff))
#define TXF_COMP_Q		(1ull << 11)
#define TXF_COMP_REPORT(q0)	((unsigned int)((q0) >> 12 & 3))
#define  COMP_REPORT_NEVER	0
#define  COMP_REPORT_FAIL	1
#define  COMP_REPORT_ALWAYS	2
#define TXF_TO_Q(q0)		((unsigned int)((q0) >> 32 & 7))
#define TXF_DROP		(1ull << 40)
#define TXF_REMOVE		(1ull << 4)
#define TXF_PROF(q1)		((unsigned int)((q1) >> 8 & 0x3f))
#define TXF_VSI(q1)		((uint32_t)((q1) >> 14 & 0x3ff))
#define TXF_FDID(q1)		((uint32_t)((q1) >> 32))

#endif
