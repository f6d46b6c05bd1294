// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: registers as the driver sees them: aliases, access kinds, side effects. Registers
 * not named here are plain storage that a reset clears; unknown ones read 0 until written.
 */
#include "ixgbe.h"

/* Is `off` in the register block of a queue? */
bool ixgbe_queue_block(uint32_t off, bool *tx, unsigned int *q, unsigned int *word)
{
	switch (off >> 12) {
	case 0x1:
		*tx = false;
		*q = (off - 0x1000) / 0x40;
		break;
	case 0xd:
		*tx = false;
		*q = 64 + (off - 0xd000) / 0x40;
		break;
	case 0x6:
	case 0x7:
		*tx = true;
		*q = (off - 0x6000) / 0x40;
		break;
	default:
		return false;
	}
	*word = (off & 0x3f) / 4;
	return true;
}

static bool in(uint32_t off, uint32_t first, uint32_t last)
{
	return off >= first && off <= last;
}

/* Several registers have two addresses and one storage. */
static uint32_t canonical(uint32_t off)
{
	if (off == IXGBE_CTRL_ALIAS)
		return IXGBE_CTRL;
	if (in(off, 0x2100, 0x213c))
		return IXGBE_RXQ((off - 0x2100) / 4) + 4 * QW_SRRCTL;
	if (in(off, 0x2200, 0x223c))
		return IXGBE_RXQ((off - 0x2200) / 4) + 4 * QW_DCA;
	if (in(off, 0x5400, 0x547c))
		return IXGBE_RAL(0) + off - 0x5400;
	if (in(off, 0x5480, 0x54bc))
		return IXGBE_PSRTYPE(0) + off - 0x5480;
	if (off == IXGBE_MRQC_ALIAS)
		return IXGBE_MRQC;
	if (in(off, IXGBE_RETA_ALIAS(0), IXGBE_RETA_ALIAS(31)))
		return IXGBE_RETA(0) + off - IXGBE_RETA_ALIAS(0);
	if (in(off, IXGBE_RSSRK_ALIAS(0), IXGBE_RSSRK_ALIAS(9)))
		return IXGBE_RSSRK(0) + off - IXGBE_RSSRK_ALIAS(0);
	return off;
}

static bool is_irq(uint32_t off)
{
	return off == IXGBE_EICR || off == IXGBE_EICS || off == IXGBE_EIMS || off == IXGBE_EIMC ||
	       off == IXGBE_EIAM || in(off, IXGBE_EICS_EX(0), IXGBE_EIAM_EX(1));
}

static bool is_nvm(uint32_t off)
{
	return off == IXGBE_EEC || off == IXGBE_EERD || off == IXGBE_EEWR || off == IXGBE_SWSM ||
	       off == IXGBE_FWSM || off == IXGBE_FACTPS || off == IXGBE_MSCA ||
	       off == IXGBE_MSRWD || off == IXGBE_I2CCTL;
}

static uint32_t ctrl_read(struct ixgbe *ix)
{
	uint32_t val = R(ix, IXGBE_CTRL);

	if (!ix->fault_stuck_reset)
		val &= ~(CTRL_RST | CTRL_LNK_RST);
	else if (val & (CTRL_RST | CTRL_LNK_RST))
		ix->fault_stuck_reset--;
	return val;
}

static uint32_t esdp_read(struct ixgbe *ix)
{
	uint32_t val = R(ix, IXGBE_ESDP);

	if (ixgbe_is_sfp(ix->device))
		val = ix->sfp_absent ? val & ~ESDP_SDP2 : val | ESDP_SDP2;
	return val;
}

static uint32_t queue_read(struct ixgbe *ix, bool tx, unsigned int i, unsigned int word)
{
	struct ixgbe_queue *q = tx ? &ix->txq[i] : &ix->rxq[i];

	if (word == QW_STAT || (!tx && (word == QW_QBRC_L || word == QW_QBRC_H)))
		return ixgbe_qstat_read(ix, tx, i, word);
	if (word == QW_HEAD && q->live)
		return q->head;
	return win_load(q, word);
}

uint32_t ixgbe_read32(struct ixgbe *ix, uint32_t off)
{
	unsigned int q, word;
	bool tx;

	off = canonical(off & ~3u);
	ixgbe_qstat_sweep(ix, off);
	if (ixgbe_queue_block(off, &tx, &q, &word))
		return queue_read(ix, tx, q, word);
	if (ixgbe_stats_is(off))
		return ixgbe_stats_read(ix, off);
	if (is_irq(off))
		return ixgbe_irq_read(ix, off);
	if (is_nvm(off))
		return ixgbe_nvm_read(ix, off);
	switch (off) {
	case IXGBE_CTRL:
		return ctrl_read(ix);
	case IXGBE_STATUS:
		return R(ix, IXGBE_CTRL) & CTRL_GIO_DIS ? 0 : STATUS_GIO;
	case IXGBE_ESDP:
		return esdp_read(ix);
	case IXGBE_LINKS:
		return ixgbe_links(ix);
	case IXGBE_ANLP1:
		return 0x00040000;		/* auto-negotiation state: not idle */
	case IXGBE_SECRXSTAT:
	case IXGBE_SECTXSTAT:
		return SECSTAT_RDY | SECSTAT_OFF_DIS;
	case IXGBE_RDRXCTL:
		return R(ix, off) | RDRXCTL_DMAIDONE;
	}
	return R(ix, off);
}

/* 4.2.1: RST resets the port's registers, LNK_RST the MAC with its lanes as well. */
static void ctrl_write(struct ixgbe *ix, uint32_t val)
{
	uint32_t rst = val & (CTRL_RST | CTRL_LNK_RST);

	if (rst) {
		ix->dev->ctr.resets++;
		ixgbe_reset_csr(ix, false);
		if (rst & CTRL_LNK_RST)
			ixgbe_link_reset(ix);
		R(ix, IXGBE_CTRL) = rst;	/* shown only by the fault stuck-reset */
		return;
	}
	R(ix, IXGBE_CTRL) = val & CTRL_GIO_DIS;
}

static bool is_read_only(uint32_t off)
{
	return off == IXGBE_STATUS || off == IXGBE_LINKS || off == IXGBE_ANLP1 ||
	       off == IXGBE_SECRXSTAT || off == IXGBE_SECTXSTAT || off == IXGBE_FDIRFREE ||
	       ixgbe_stats_is(off);
}

/* What is kept of a store into plain storage. */
static uint32_t store_mask(uint32_t off)
{
	if (off == IXGBE_RXCTRL)
		return RXCTRL_RXEN;
	if (off == IXGBE_RDRXCTL)
		return ~RDRXCTL_DMAIDONE;
	if (in(off, 0x3220, IXGBE_FCRTH(7)))	/* FCRTL, PXON2OFF, FCRTH */
		return 0x8007fff0;
	if (in(off, IXGBE_EITR_LO(0), IXGBE_EITR_LO(23)) || in(off, 0x12300, 0x124a0))
		return EITR_MASK;
	if (in(off, IXGBE_RAL(0), IXGBE_RAL(127) + 4) && off & 4)
		return 0x8000ffff;
	if (off == IXGBE_AUTOC)
		return ~AUTOC_AN_RESTART;
	if (off == IXGBE_FDIRCMD)
		return ~3u;			/* the command is done at once */
	return ~0u;
}

/* What a plain store also does. */
static void after_store(struct ixgbe *ix, uint32_t off, uint32_t val)
{
	if (in(off, IXGBE_RAL(0), IXGBE_RAL(127) + 4))
		ix->rar_stale = true;
	else if (in(off, IXGBE_RSSRK(0), IXGBE_RSSRK(9)))
		ix->rss_stale = true;
	else if (in(off, IXGBE_IVAR(0), IXGBE_IVAR(63)) ||
		 in(off, IXGBE_RQSMR(0), IXGBE_RQSMR(31)) || in(off, IXGBE_TQSM(0), IXGBE_TQSM(31)))
		ixgbe_queue_vectors(ix);
	else if (in(off, IXGBE_ETQF(0), IXGBE_ETQF(7)) || in(off, IXGBE_FTQF(0), IXGBE_FTQF(127)))
		ixgbe_filters_build(ix);
	else if (off == IXGBE_MTQC)
		ixgbe_tx_classes(ix);
	else if (off == IXGBE_AUTOC && val & AUTOC_AN_RESTART)
		ixgbe_link_reset(ix);
	else if (off == IXGBE_FDIRCTRL)
		R(ix, off) |= FDIRCTRL_INIT_DONE;
}

/* A new EITR without CNT_WDIS also writes the counter: the vector may send at once, 8.2.3.5.12. */
static void eitr_written(struct ixgbe *ix, uint32_t off, uint32_t val)
{
	unsigned int vec;

	if (in(off, IXGBE_EITR_LO(0), IXGBE_EITR_LO(23)))
		vec = (off - IXGBE_EITR_LO(0)) / 4;
	else if (in(off, IXGBE_EITR_HI(24), IXGBE_EITR_HI(63)))
		vec = 24 + (off - IXGBE_EITR_HI(24)) / 4;
	else
		return;
	if (!(val & EITR_CNT_WDIS))
		ix->vec[vec].sent = false;
}

/* 4.6.11: only with the arbiter off, and not while there is anything to send. */
static bool mtqc_open(struct ixgbe *ix)
{
	if (R(ix, IXGBE_RTTDCS) & RTTDCS_ARBDIS && !ix->nr_tx_live)
		return true;
	sim_log(ix->dev, 1, "MTQC written on the fly: ignored");
	return false;
}

void ixgbe_write32(struct ixgbe *ix, uint32_t off, uint32_t val)
{
	unsigned int q, word;
	bool tx;

	off = canonical(off & ~3u);
	if (ixgbe_queue_block(off, &tx, &q, &word)) {
		ixgbe_queue_write(tx ? &ix->txq[q] : &ix->rxq[q], word, val);
		return;
	}
	if (is_read_only(off))
		return;
	if (is_irq(off)) {
		ixgbe_irq_write(ix, off, val);
		return;
	}
	if (is_nvm(off)) {
		ixgbe_nvm_write(ix, off, val);
		return;
	}
	if (off == IXGBE_CTRL) {
		ctrl_write(ix, val);
		return;
	}
	if (off == IXGBE_MTQC && !mtqc_open(ix))
		return;
	R(ix, off) = val & store_mask(off);
	after_store(ix, off, val);
	eitr_written(ix, off, val);
}
