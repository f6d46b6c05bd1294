// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: the 256 rings, their life (ENABLE, tail, stop) and every DMA done for them. All
 * descriptor and buffer access goes through here, so "DMA after the stop" has one place to be seen.
 *
 * A queue's register block may lie in a page that the guest stores to at any time. Each word is
 * loaded once per look, clamped, and the copy is used.
 */
#include <errno.h>

#include "ixgbe.h"

static bool dma_allowed(struct ixgbe_queue *q)
{
	if (q->live && ixgbe_master(q->ix))
		return true;
	q->ix->dev->ctr.dma_after_stop++;
	return false;
}

/* ---- DMA ------------------------------------------------------------------------------------ */

static uint64_t *desc_ptr(struct ixgbe_queue *q, uint32_t i)
{
	return sim_desc_ptr(q->ix->dev, &q->desc_page, q->ix->gen, q->base + 16ull * i);
}

/* False: not allowed, or the read completed with an error; the queue hangs then. */
bool ixgbe_desc_read(struct ixgbe_queue *q, uint32_t i, uint64_t desc[2])
{
	struct sim_dev *dev = q->ix->dev;
	uint64_t *p;

	if (!dma_allowed(q))
		return false;
	p = desc_ptr(q, i);
	if (p) {
		desc[0] = __atomic_load_n(&p[0], __ATOMIC_RELAXED);
		desc[1] = __atomic_load_n(&p[1], __ATOMIC_RELAXED);
		dev->ctr.dma_reads++;
		dev->ctr.dma_read_bytes += 16;
		return true;
	}
	if (!sim_dma_read(dev, q->base + 16ull * i, desc, 16))
		return true;
	ixgbe_irq_misc(q->ix, EICR_PCI);
	ixgbe_queue_hang(q, "descriptor read failed");
	return false;
}

static void desc_store(struct ixgbe_queue *q, uint32_t i, uint64_t lo, uint64_t hi)
{
	struct sim_dev *dev = q->ix->dev;
	uint64_t *p = desc_ptr(q, i);

	if (p) {
		__atomic_store_n(&p[0], lo, __ATOMIC_RELAXED);
		__atomic_store_n(&p[1], hi, __ATOMIC_RELEASE);
		dev->ctr.dma_writes++;
		dev->ctr.dma_write_bytes += 16;
	} else {
		uint64_t desc[2] = { lo, hi };

		sim_desc_write(dev, q->base + 16ull * i, desc, 16);
	}
}

/* Fault torn-dd: what was held back of the last write-back follows, before anything else does. */
void ixgbe_desc_untear(struct ixgbe *ix)
{
	struct ixgbe_queue *q = ix->torn.q;

	ix->torn.q = NULL;
	if (q && dma_allowed(q))
		desc_store(q, ix->torn.i, ix->torn.lo, ix->torn.hi);
}

/*
 * Write-back. The half with DD and length becomes visible last. A posted write gets no answer, so
 * an address that is not mapped costs the write-back and nothing else.
 */
void ixgbe_desc_write(struct ixgbe_queue *q, uint32_t i, uint64_t lo, uint64_t hi)
{
	struct ixgbe *ix = q->ix;

	if (!dma_allowed(q))
		return;
	if (ix->torn.q)
		ixgbe_desc_untear(ix);
	if (ix->fault_no_dd) {
		ix->fault_no_dd--;
		return;
	}
	if (ix->fault_torn_dd && !q->tx && q->desc_type) {
		ix->fault_torn_dd--;
		ix->torn.q = q;
		ix->torn.i = i;
		ix->torn.lo = lo;
		ix->torn.hi = hi;
		hi &= ~(uint64_t)RXD_STAT_DD;
	}
	desc_store(q, i, lo, hi);
}

/* False: the read completed with an error (unmapped); the caller decides what becomes of it. */
bool ixgbe_buf_read(struct ixgbe_queue *q, uint64_t iova, void *buf, uint32_t len)
{
	return dma_allowed(q) && !sim_dma_read(q->ix->dev, iova, buf, len);
}

void ixgbe_buf_write(struct ixgbe_queue *q, uint64_t iova, const void *buf, uint32_t len)
{
	if (dma_allowed(q))
		sim_dma_write(q->ix->dev, iova, buf, len);
}

/* ---- life ----------------------------------------------------------------------------------- */

static void live_lists(struct ixgbe *ix)
{
	ix->nr_rx_live = 0;
	ix->nr_tx_live = 0;
	for (unsigned int i = 0; i < IXGBE_NR_QUEUES; i++) {
		if (ix->rxq[i].live)
			ix->rx_live[ix->nr_rx_live++] = &ix->rxq[i];
		if (ix->txq[i].live)
			ix->tx_live[ix->nr_tx_live++] = &ix->txq[i];
	}
}

void ixgbe_queue_publish(struct ixgbe_queue *q)
{
	if (q->head_pub != q->head) {
		q->head_pub = q->head;
		win_store(q, QW_HEAD, q->head);
	}
}

static void queue_stop(struct ixgbe_queue *q)
{
	if (!q->live)
		return;
	if (q->ix->torn.q == q)
		q->ix->torn.q = NULL;
	ixgbe_queue_publish(q);
	if (q->ix->pol && !q->tx)
		police_drop(q->ix->pol, q->idx);
	q->live = false;
	q->hung = false;
	sim_desc_forget(&q->desc_page);
	q->nr_rs = 0;
	live_lists(q->ix);
	sim_log(q->ix->dev, 2, "%s queue %u stopped at %u", q->tx ? "tx" : "rx", q->idx, q->head);
}

static void queue_start(struct ixgbe_queue *q, uint32_t dctl)
{
	uint32_t head = win_load(q, QW_HEAD);

	q->bal = win_load(q, QW_BAL);
	q->bah = win_load(q, QW_BAH);
	q->len = win_load(q, QW_LEN);
	q->base = ((uint64_t)q->bah << 32 | q->bal) & ~127ull;
	q->nr = (q->len & QLEN_MASK) / 16;
	q->head_pub = head;
	q->head = head < q->nr ? head : 0;
	q->tail = q->head;
	q->dctl = dctl;
	q->bad_tail = UINT32_MAX;
	q->stuck_tail = UINT32_MAX;
	q->hung = false;
	q->armed = !q->ix->trap;
	q->nr_rs = 0;
	q->done_since_wb = 0;
	memset(q->ctx, 0, sizeof(q->ctx));
	if (!q->tx && win_load(q, QW_DCA) & DCA_RXCTRL_B12)
		sim_log(q->ix->dev, 2, "rx queue %u enabled with DCA_RXCTRL bit 12 set", q->idx);
	q->live = true;
	live_lists(q->ix);
	sim_log(q->ix->dev, 2, "%s queue %u started: base 0x%llx, %u descriptors, head %u",
		q->tx ? "tx" : "rx", q->idx, (unsigned long long)q->base, q->nr, q->head);
}

/* Like silicon after an error it cannot report: nothing moves until the queue is disabled. */
void ixgbe_queue_hang(struct ixgbe_queue *q, const char *why)
{
	if (!q->hung)
		sim_log(q->ix->dev, 1, "%s queue %u hangs at descriptor %u: %s",
			q->tx ? "tx" : "rx", q->idx, q->head, why);
	q->hung = true;
}

/* police=on: descriptors [from, to) were handed to the hardware. */
static void posted(struct ixgbe_queue *q, uint32_t from, uint32_t to)
{
	struct ixgbe *ix = q->ix;

	if (!q->buf_size || !ixgbe_master(ix))
		return;
	for (uint32_t i = from; i != to; i = i + 1 == q->nr ? 0 : i + 1) {
		uint64_t desc[2];

		if (!ixgbe_desc_read(q, i, desc))
			return;
		if (!police_post(ix->pol, q->idx, desc[0], q->buf_size))
			continue;
		ix->dev->ctr.buf_reused++;
		sim_log(ix->dev, 1, "rx queue %u descriptor %u: buffer 0x%llx is in flight",
			q->idx, i, (unsigned long long)desc[0]);
	}
}

int ixgbe_police_set(struct ixgbe *ix, bool on)
{
	if (on && !ix->pol) {
		ix->pol = police_new();
		return ix->pol ? 0 : -ENOMEM;
	}
	if (!on) {
		police_free(ix->pol);
		ix->pol = NULL;
	}
	return 0;
}

static void tail_update(struct ixgbe_queue *q)
{
	uint32_t tail = win_load(q, QW_TAIL);

	if (tail == q->tail)
		return;
	if (tail >= q->nr) {
		if (tail != q->bad_tail) {
			q->ix->dev->ctr.tail_overruns++;
			sim_log(q->ix->dev, 1, "%s queue %u: tail %u outside the ring of %u",
				q->tx ? "tx" : "rx", q->idx, tail, q->nr);
		}
		q->bad_tail = tail;
		if (q->ix->pol && !q->tx)
			police_drop(q->ix->pol, q->idx);
		q->tail = q->head;	/* nothing to do until it is sane again */
		return;
	}
	q->bad_tail = UINT32_MAX;
	q->ix->dev->ctr.doorbells++;
	q->stuck_tail = UINT32_MAX;
	if (q->ix->pol && !q->tx)
		posted(q, q->tail, tail);
	q->tail = tail;
}

/* Fields that a driver may change while the queue runs. */
static void queue_flags(struct ixgbe_queue *q)
{
	if (q->tx) {
		uint32_t wbal = win_load(q, QW_TDWBAL);

		q->wthresh = TXDCTL_WTHRESH(q->dctl);
		q->head_wb = wbal & TDWBAL_ENABLE;
		q->head_wb_iova = (uint64_t)win_load(q, QW_TDWBAH) << 32 | (wbal & ~3u);
		return;
	}
	q->srrctl = win_load(q, QW_SRRCTL);
	q->vme = q->dctl & RXDCTL_VME;
	q->drop_en = q->srrctl & SRRCTL_DROP_EN;
	q->desc_type = SRRCTL_DESCTYPE(q->srrctl);
	q->buf_size = SRRCTL_BSIZEPKT(q->srrctl) * 1024;
	if (q->buf_size > 16384)
		q->buf_size = 16384;
}

void ixgbe_queue_sync(struct ixgbe_queue *q)
{
	uint32_t dctl = win_load(q, QW_DCTL);

	if (!(dctl & DCTL_ENABLE)) {
		if (q->live)
			queue_stop(q);
		return;
	}
	/* Disabled and enabled again between two looks: the ring or the head is another one. */
	if (q->live && (win_load(q, QW_HEAD) != q->head_pub || win_load(q, QW_BAL) != q->bal ||
			win_load(q, QW_BAH) != q->bah || win_load(q, QW_LEN) != q->len)) {
		/*
		 * The guest's head must survive the stop: nothing may be published over it. (A
		 * trapped write of a head while enabled never reaches the block.)
		 */
		q->head = q->head_pub;
		queue_stop(q);
	}
	if (!q->live)
		queue_start(q, dctl);
	q->dctl = dctl;
	queue_flags(q);
	if (q->armed)
		tail_update(q);
}

void ixgbe_queues_sync(struct ixgbe *ix)
{
	for (unsigned int i = 0; i < IXGBE_NR_QUEUES; i++) {
		if (ix->rxq[i].live || win_load(&ix->rxq[i], QW_DCTL) & DCTL_ENABLE)
			ixgbe_queue_sync(&ix->rxq[i]);
		if (ix->txq[i].live || win_load(&ix->txq[i], QW_DCTL) & DCTL_ENABLE)
			ixgbe_queue_sync(&ix->txq[i]);
	}
}

static uint32_t write_mask(const struct ixgbe_queue *q, unsigned int word)
{
	switch (word) {
	case QW_BAL:
		return 0xffffff80;
	case QW_LEN:
		return QLEN_MASK;
	case QW_HEAD:
	case QW_TAIL:
		return 0xffff;
	case QW_DCTL:
		return ~DCTL_SWFLSH;
	case QW_SRRCTL:
		return q->tx ? 0 : 0xffffffff;
	case QW_RSCCTL:
		return q->tx ? 0 : 0xd;
	case QW_BAH:
	case QW_DCA:
		return 0xffffffff;
	case QW_TDWBAL:
	case QW_TDWBAH:
		return q->tx ? 0xffffffff : 0;
	}
	return 0;
}

/* A trapped store into a queue's block. */
void ixgbe_queue_write(struct ixgbe_queue *q, unsigned int word, uint32_t val)
{
	uint32_t mask = write_mask(q, word);

	if (!mask)
		return;
	/* 8.2.3.8.4: the head may only be written while the queue is disabled. */
	if (word == QW_HEAD && q->live)
		return;
	if (word == QW_DCTL && q->live && !(val & DCTL_ENABLE) && q->ix->fault_stuck_disable) {
		q->ix->fault_stuck_disable--;
		val |= DCTL_ENABLE;
	}
	win_store(q, word, val & mask);
	if (word == QW_TAIL && q->live)
		q->armed = true;
	ixgbe_queue_sync(q);
}

static int16_t queue_vector(struct ixgbe *ix, bool tx, unsigned int i)
{
	uint32_t ivar = R(ix, IXGBE_IVAR(i / 2));
	uint8_t entry = ivar >> (16 * (i & 1) + (tx ? 8 : 0));

	return entry & IVAR_VALID ? entry & IVAR_VECTOR : -1;
}

void ixgbe_queue_vectors(struct ixgbe *ix)
{
	for (unsigned int i = 0; i < IXGBE_NR_QUEUES; i++) {
		unsigned int sh = 8 * (i & 3);

		ix->rxq[i].vec = queue_vector(ix, false, i);
		ix->txq[i].vec = queue_vector(ix, true, i);
		ix->rxq[i].stat = (R(ix, IXGBE_RQSMR(i / 4)) >> sh) & (IXGBE_NR_QSTATS - 1);
		ix->txq[i].stat = (R(ix, IXGBE_TQSM(i / 4)) >> sh) & (IXGBE_NR_QSTATS - 1);
	}
}

static void queue_init(struct ixgbe *ix, struct ixgbe_queue *q, unsigned int i, bool tx)
{
	uint32_t off = tx ? IXGBE_TXQ(i) : IXGBE_RXQ(i);

	q->ix = ix;
	q->idx = i;
	q->tx = tx;
	q->win = ix->shared ? (uint32_t *)(ix->shared + off) : ixgbe_reg(ix, off);
}

/* Once the place of the blocks is known: after init and after the option trap. */
void ixgbe_queues_init(struct ixgbe *ix)
{
	for (unsigned int i = 0; i < IXGBE_NR_QUEUES; i++) {
		queue_init(ix, &ix->rxq[i], i, false);
		queue_init(ix, &ix->txq[i], i, true);
	}
}

/* All queues disabled, blocks at their reset values, 8.2.3.8 and 8.2.3.9. */
void ixgbe_queues_reset(struct ixgbe *ix)
{
	for (unsigned int i = 0; i < IXGBE_NR_QUEUES; i++) {
		struct ixgbe_queue *pair[2] = { &ix->rxq[i], &ix->txq[i] };

		for (unsigned int k = 0; k < 2; k++) {
			win_store(pair[k], QW_DCTL, 0);
			queue_stop(pair[k]);
			for (unsigned int w = 0; w < 16; w++)
				win_store(pair[k], w, 0);
			pair[k]->head = 0;
			pair[k]->head_pub = 0;
			pair[k]->tail = 0;
		}
		win_store(&ix->rxq[i], QW_SRRCTL, 0x00000402);
		win_store(&ix->rxq[i], QW_DCA, 1u << 9 | 1u << 12 | 1u << 13 | 1u << 15);
		win_store(&ix->txq[i], QW_DCA, 1u << 9 | 1u << 11 | 1u << 13);
	}
	ixgbe_queue_vectors(ix);
}
