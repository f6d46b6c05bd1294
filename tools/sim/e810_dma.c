// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: every DMA done for a ring, and the faults that can be played on it. All descriptor and
 * buffer access goes through here, so "DMA after the stop" has one place to be seen.
 */
#include <errno.h>

#include "e810_data.h"

static bool dma_allowed(struct e810_ring *q)
{
	if (q->live && e810_master(q->e))
		return true;
	q->e->dev->ctr.dma_after_stop++;
	return false;
}

static uint64_t *desc_ptr(struct e810_ring *q, uint32_t i)
{
	return sim_desc_ptr(q->e->dev, &q->desc_page, q->e->q->gen,
			    q->base + (uint64_t)q->desc_bytes * i);
}

/* False: not allowed, or the read completed with an error; the queue hangs then. */
bool e810_desc_read(struct e810_ring *q, uint32_t i, uint64_t desc[2])
{
	struct sim_dev *dev = q->e->dev;
	uint64_t *p;

	if (!dma_allowed(q))
		return false;
	p = desc_ptr(q, i);
	if (p) {
		desc[0] = __atomic_load_n(&p[0], __ATOMIC_RELAXED);
		desc[1] = __atomic_load_n(&p[1], __ATOMIC_RELAXED);
		dev->ctr.dma_reads++;
		dev->ctr.dma_read_bytes += q->desc_bytes;
		return true;
	}
	if (!sim_dma_read(dev, q->base + (uint64_t)q->desc_bytes * i, desc, 16))
		return true;
	e810_irq_misc(q->e, OICR_PCI_EXC);
	e810_ring_hang(q, "descriptor read failed");
	return false;
}

static void desc_store(struct e810_ring *q, uint32_t i, const uint64_t qw[4])
{
	struct sim_dev *dev = q->e->dev;
	uint64_t *p = desc_ptr(q, i);

	if (p) {
		__atomic_store_n(&p[0], qw[0], __ATOMIC_RELAXED);
		if (q->desc_bytes == 32) {
			__atomic_store_n(&p[2], qw[2], __ATOMIC_RELAXED);
			__atomic_store_n(&p[3], qw[3], __ATOMIC_RELAXED);
		}
		__atomic_store_n(&p[1], qw[1], __ATOMIC_RELEASE);
		dev->ctr.dma_writes++;
		dev->ctr.dma_write_bytes += q->desc_bytes;
	} else {
		sim_desc_write(dev, q->base + (uint64_t)q->desc_bytes * i, qw, q->desc_bytes);
	}
}

/* Fault torn-dd: the DD held back of the last write-back follows, before anything else does. */
void e810_desc_untear(struct e810 *e)
{
	struct e810_ring *q = e->q->torn.q;
	uint64_t iova, *p;

	e->q->torn.q = NULL;
	if (!q || !dma_allowed(q))
		return;
	p = desc_ptr(q, e->q->torn.i);
	iova = q->base + (uint64_t)q->desc_bytes * e->q->torn.i + 8;
	if (p)
		__atomic_store_n(&p[1], e->q->torn.qw1, __ATOMIC_RELEASE);
	else
		sim_dma_write(e->dev, iova, &e->q->torn.qw1, 8);
}

/*
 * Write-back. The quarter with DD becomes visible last. A posted write gets no answer, so an
 * address that is not mapped costs the write-back and nothing else.
 */
void e810_desc_write(struct e810_ring *q, uint32_t i, const uint64_t qw[4])
{
	struct e810_queues *s = q->e->q;
	uint64_t torn[4];

	if (!dma_allowed(q))
		return;
	if (s->torn.q)
		e810_desc_untear(q->e);
	if (s->fault_no_dd) {
		s->fault_no_dd--;
		return;
	}
	if (s->fault_torn_dd && !q->tx) {
		s->fault_torn_dd--;
		s->torn.q = q;
		s->torn.i = i;
		s->torn.qw1 = qw[1];
		memcpy(torn, qw, sizeof(torn));
		torn[1] &= ~1ull;			/* DD, in all formats */
		qw = torn;
	}
	desc_store(q, i, qw);
}

/* False: the read completed with an error (unmapped); the caller decides what becomes of it. */
bool e810_buf_read(struct e810_ring *q, uint64_t iova, void *buf, uint32_t len)
{
	return dma_allowed(q) && !sim_dma_read(q->e->dev, iova, buf, len);
}

void e810_buf_write(struct e810_ring *q, uint64_t iova, const void *buf, uint32_t len)
{
	if (dma_allowed(q))
		sim_dma_write(q->e->dev, iova, buf, len);
}

/* ---- faults --------------------------------------------------------------------------------- */

int e810_data_fault(struct e810 *e, const char *name, uint64_t count)
{
	struct e810_queues *s = e->q;

	if (!strcmp(name, "no-dd")) {
		s->fault_no_dd = count;
	} else if (!strcmp(name, "torn-dd")) {
		s->fault_torn_dd = count;
		e810_enter(e);
		if (!count && s->torn.q)
			e810_desc_untear(e);
	} else if (!strcmp(name, "stuck-disable")) {
		s->fault_stuck_rx = s->fault_stuck_tx = count;
	} else {
		return -ENOENT;
	}
	return 0;
}
