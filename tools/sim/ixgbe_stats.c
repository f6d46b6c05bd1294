// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: statistics (8.2.3.23). 32-bit counters live in their registers, cleared by reading;
 * 64-bit pairs are latched by reading the low half and cleared by reading the high half.
 *
 * QPRC, QBRC, QPRDC and the QPTC alias lie inside the pages that a guest may map (trap=off), where
 * a read cannot be seen and so cannot clear. Drivers sum these per-queue counters, always between
 * reads of MPC/PXON/PXOFF and of other statistics. So: reading MPC or a priority flow control
 * counter stores what has been counted into the pages; the next trapped read of any statistic that
 * is neither of these nor a per-queue counter takes it for read, and the pages show 0 again. (Not of
 * other registers: an interrupt's handler may read EICR in the middle of a sweep.)
 */
#include "ixgbe.h"

void ixgbe_stats_reset(struct ixgbe *ix)
{
	memset(ix->qstat, 0, sizeof(ix->qstat));
	memset(&ix->gorc, 0, sizeof(ix->gorc));
	memset(&ix->gotc, 0, sizeof(ix->gotc));
	memset(&ix->tor, 0, sizeof(ix->tor));
	memset(&ix->rxdgbc, 0, sizeof(ix->rxdgbc));
	memset(&ix->txdgbc, 0, sizeof(ix->txdgbc));
	ix->qstat_shown = false;
	for (uint32_t off = 0; off < IXGBE_CSR_SIZE; off += 4)
		if (ixgbe_stats_is(off))
			R(ix, off) = 0;
}

static bool in(uint32_t off, uint32_t first, uint32_t last)
{
	return off >= first && off <= last;
}

/* Priority flow control counts and MPC: where drivers begin their sweep. */
static bool sweep_begins(uint32_t off)
{
	return in(off, 0x3f00, 0x3f3c) || in(off, 0x3fa0, 0x3fbc) || in(off, 0x4140, 0x417c) ||
	       in(off, 0x3240, 0x325c);
}

static bool is_qstat(uint32_t off)
{
	return in(off, 0x8680, 0x86bc) || in(off, 0x8700, 0x877c);
}

bool ixgbe_stats_is(uint32_t off)
{
	return sweep_begins(off) || is_qstat(off) || in(off, 0x4000, 0x4010) ||
	       in(off, 0x4034, 0x4040) || in(off, 0x405c, 0x40b8) || in(off, 0x40c0, 0x40f4) ||
	       off == 0x3f60 || off == 0x3f68 || off == 0x41a4 || off == 0x41a8 ||
	       off == IXGBE_XEC || in(off, 0x41b0, 0x41c4) || in(off, 0x2f50, 0x2f58) ||
	       off == 0x2f90 || in(off, 0x87a0, 0x87b0) || off == 0xcf90 || off == 0x5118 ||
	       off == 0x241c || off == 0x2424 || off == 0x2428 || off == 0x242c ||
	       off == 0x8780 || off == 0x8784 || off == 0x8788;
}

static uint32_t pair_low(struct ixgbe_stat64 *s)
{
	s->snap += s->acc;
	s->acc = 0;
	s->latched = true;
	return (uint32_t)s->snap;
}

static uint32_t pair_high(struct ixgbe_stat64 *s)
{
	uint32_t val;

	if (!s->latched)
		pair_low(s);
	val = s->snap >> 32;
	s->snap = 0;
	s->latched = false;
	return val;
}

static uint32_t take(uint32_t *reg)
{
	uint32_t val = *reg;

	*reg = 0;
	return val;
}

uint32_t ixgbe_stats_read(struct ixgbe *ix, uint32_t off)
{
	switch (off) {
	case IXGBE_GORCL:
		return pair_low(&ix->gorc);
	case IXGBE_GORCH:
		return pair_high(&ix->gorc);
	case IXGBE_GOTCL:
		return pair_low(&ix->gotc);
	case IXGBE_GOTCH:
		return pair_high(&ix->gotc);
	case IXGBE_TORL:
		return pair_low(&ix->tor);
	case IXGBE_TORH:
		return pair_high(&ix->tor);
	case IXGBE_RXDGBCL:
		return pair_low(&ix->rxdgbc);
	case IXGBE_RXDGBCH:
		return pair_high(&ix->rxdgbc);
	case IXGBE_TXDGBCL:
		return pair_low(&ix->txdgbc);
	case IXGBE_TXDGBCH:
		return pair_high(&ix->txdgbc);
	}
	if (in(off, 0x8680, 0x86bc)) {
		struct ixgbe_qstat *s = &ix->qstat[(off - 0x8680) / 4];

		/* The end of a sweep must not take it again, out of what is sent meanwhile. */
		s->pub_tx = 0;
		return take(&s->tx);
	}
	if (in(off, 0x8700, 0x877c)) {
		struct ixgbe_stat64 *s = &ix->qstat[(off - 0x8700) / 8].tx_bytes;

		return off & 4 ? pair_high(s) : pair_low(s);
	}
	return take(ixgbe_reg(ix, off));
}

/* A trapped read of a statistics word in a queue's block. */
uint32_t ixgbe_qstat_read(struct ixgbe *ix, bool tx, unsigned int q, unsigned int word)
{
	if (tx)
		return q < 16 ? take(&ix->qstat[q].tx) : 0;
	if (word == QW_STAT && q >= 16 && q < 32)
		return take(&ix->qstat[q - 16].rx_drop);
	if (q >= 16)
		return 0;
	if (word == QW_STAT)
		return take(&ix->qstat[q].rx);
	return word == QW_QBRC_L ? pair_low(&ix->qstat[q].rx_bytes)
				 : pair_high(&ix->qstat[q].rx_bytes);
}

static void sweep_show(struct ixgbe *ix)
{
	for (unsigned int i = 0; i < IXGBE_NR_QSTATS; i++) {
		struct ixgbe_qstat *s = &ix->qstat[i];

		s->pub_rx = s->rx;
		s->pub_tx = s->tx;
		s->pub_rx_drop = s->rx_drop;
		s->pub_rx_bytes = s->rx_bytes.acc;
		win_store(&ix->rxq[i], QW_STAT, s->pub_rx);
		win_store(&ix->rxq[i], QW_QBRC_L, (uint32_t)s->pub_rx_bytes);
		win_store(&ix->rxq[i], QW_QBRC_H, s->pub_rx_bytes >> 32);
		win_store(&ix->rxq[i + 16], QW_STAT, s->pub_rx_drop);
		win_store(&ix->txq[i], QW_STAT, s->pub_tx);
	}
	ix->qstat_shown = true;
}

static uint64_t less(uint64_t have, uint64_t shown)
{
	return have > shown ? have - shown : 0;
}

static void sweep_taken(struct ixgbe *ix)
{
	for (unsigned int i = 0; i < IXGBE_NR_QSTATS; i++) {
		struct ixgbe_qstat *s = &ix->qstat[i];

		s->rx = less(s->rx, s->pub_rx);
		s->tx = less(s->tx, s->pub_tx);
		s->rx_drop = less(s->rx_drop, s->pub_rx_drop);
		s->rx_bytes.acc = less(s->rx_bytes.acc, s->pub_rx_bytes);
		win_store(&ix->rxq[i], QW_STAT, 0);
		win_store(&ix->rxq[i], QW_QBRC_L, 0);
		win_store(&ix->rxq[i], QW_QBRC_H, 0);
		win_store(&ix->rxq[i + 16], QW_STAT, 0);
		win_store(&ix->txq[i], QW_STAT, 0);
	}
	ix->qstat_shown = false;
}

void ixgbe_qstat_sweep(struct ixgbe *ix, uint32_t off)
{
	if (!ix->shared)
		return;
	if (sweep_begins(off)) {
		if (!ix->qstat_shown)
			sweep_show(ix);
	} else if (ix->qstat_shown && ixgbe_stats_is(off) && !is_qstat(off)) {
		sweep_taken(ix);
	}
}

/* Frame sizes with FCS: 64, 65-127, ..., 1024 up; `first` is the register of the first class. */
static void size_class(struct ixgbe *ix, uint32_t first, uint32_t wire_len)
{
	static const uint16_t limit[5] = { 64, 127, 255, 511, 1023 };
	unsigned int i = 0;

	while (i < 5 && wire_len > limit[i])
		i++;
	stat_add(ix, first + 4 * i, 1);
}

static bool is_bcast(const uint8_t *dst)
{
	return !memcmp(dst, "\xff\xff\xff\xff\xff\xff", 6);
}

/* A good frame passed the filters. len without FCS, bytes count it. */
void ixgbe_stats_rx(struct ixgbe *ix, const uint8_t *dst, uint32_t len)
{
	size_class(ix, IXGBE_PRC64, len + 4);
	stat_add(ix, IXGBE_GPRC, 1);
	ix->gorc.acc += len + ixgbe_fcs_kept(ix);
	if (dst[0] & 1)
		stat_add(ix, is_bcast(dst) ? IXGBE_BPRC : IXGBE_MPRC, 1);
}

void ixgbe_stats_tx(struct ixgbe *ix, struct ixgbe_queue *q, const uint8_t *dst, uint32_t len)
{
	struct ixgbe_qstat *s = &ix->qstat[q->stat];

	size_class(ix, IXGBE_PTC64, len + 4);
	stat_add(ix, IXGBE_GPTC, 1);
	stat_add(ix, IXGBE_TPT, 1);
	stat_add(ix, IXGBE_TXDGPC, 1);
	ix->gotc.acc += len + 4;
	ix->txdgbc.acc += len + 4;
	s->tx++;
	s->tx_bytes.acc += len + 4;
	if (dst[0] & 1)
		stat_add(ix, is_bcast(dst) ? IXGBE_BPTC : IXGBE_MPTC, 1);
	ix->dev->ctr.tx_frames++;
	ix->dev->ctr.tx_bytes += len;
}
