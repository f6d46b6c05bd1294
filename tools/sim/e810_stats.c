// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: counters of the port (GLPRT_*) and of the VSIs (GLV_*), and malicious driver
 * detection. Counters of the port and received bytes of a VSI include the FCS, sent bytes of a VSI
 * do not. No reset of the function clears a counter; drivers take differences.
 */
#include <errno.h>
#include <stdlib.h>

#include "e810_data.h"

#define PRT_STRIDE	0x40		/* between two counters: eight ports of 8 bytes */
#define NR_PRT		((GLPRT_END - GLPRT_BASE) / PRT_STRIDE)
#define MASK_40		((1ull << 40) - 1)
#define CAST_KINDS	3

/* Counters of a VSI in one direction: bytes, then frames by kind of address. */
struct dir {
	uint64_t bytes, cast[CAST_KINDS];
};

struct e810_stats {
	uint64_t prt[NR_PRT];		/* port 0 */
	struct dir rx[E810_NR_VSIS], tx[E810_NR_VSIS];
	uint32_t rdpc[E810_NR_VSIS], tepc[E810_NR_VSIS];
	uint32_t prt_rdpc;
};

static unsigned int cast_of(const uint8_t *f)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };

	if (!(f[0] & 1))
		return 0;
	return memcmp(f, all, 6) ? 1 : 2;
}

static void prt(struct e810 *e, uint32_t counter, uint64_t n)
{
	e->stats->prt[counter / PRT_STRIDE] += n;
}

/* Offset of the size counter from that of 64 bytes; `len` with FCS. */
static uint32_t size_bin(uint32_t len)
{
	static const uint16_t limit[] = { 64, 127, 255, 511, 1023, 1522 };
	unsigned int i = 0;

	while (i < 6 && len > limit[i])
		i++;
	return i * PRT_STRIDE;
}

void e810_stats_rx_port(struct e810 *e, const uint8_t *f, uint32_t len)
{
	static const uint32_t cast[CAST_KINDS] = { PRT_UPRC, PRT_MPRC, PRT_BPRC };

	prt(e, PRT_GORC, len + 4);
	prt(e, PRT_PRC64 + size_bin(len + 4), 1);
	prt(e, cast[cast_of(f)], 1);
}

void e810_stats_tx_port(struct e810 *e, const uint8_t *f, uint32_t len)
{
	static const uint32_t cast[CAST_KINDS] = { PRT_UPTC, PRT_MPTC, PRT_BPTC };

	prt(e, PRT_GOTC, len + 4);
	prt(e, PRT_PTC64 + size_bin(len + 4), 1);
	prt(e, cast[cast_of(f)], 1);
}

void e810_stats_rx_vsi(struct e810 *e, uint16_t vsi, const uint8_t *f, uint32_t len)
{
	struct dir *d = &e->stats->rx[vsi % E810_NR_VSIS];

	d->bytes += len + 4;
	d->cast[cast_of(f)]++;
}

void e810_stats_tx_vsi(struct e810 *e, uint16_t vsi, const uint8_t *f, uint32_t len)
{
	struct dir *d = &e->stats->tx[vsi % E810_NR_VSIS];

	d->bytes += len;
	d->cast[cast_of(f)]++;
}

void e810_stats_rx_size(struct e810 *e, bool runt)
{
	prt(e, runt ? PRT_RUC : PRT_ROC, 1);
}

void e810_stats_rx_drop(struct e810 *e, uint16_t vsi)
{
	e->stats->rdpc[vsi % E810_NR_VSIS]++;
}

void e810_stats_pb_drop(struct e810 *e)
{
	e->stats->prt_rdpc++;
}

void e810_stats_tx_error(struct e810 *e, uint16_t vsi)
{
	e->stats->tepc[vsi % E810_NR_VSIS]++;
}

/* ---- malicious driver detection -------------------------------------------------------------- */

/* The first event stays until the driver has cleared it; the cause is raised for each. */
void e810_mdd(struct e810 *e, enum e810_mdd unit, unsigned int queue, unsigned int type)
{
	static const struct {
		uint32_t gl, pf;
		unsigned int queue_s;
	} reg[] = {
		[E810_MDD_RX] = { GL_MDET_RX, PF_MDET_RX, 0 },
		[E810_MDD_PQM] = { GL_MDET_TX_PQM, PF_MDET_TX_PQM, GL_MDET_PQM_QUEUE_S },
		[E810_MDD_TCLAN] = { GL_MDET_TX_TCLAN, PF_MDET_TX_TCLAN, 0 },
	};

	if (!(R(e, reg[unit].gl) & GL_MDET_VALID))
		R(e, reg[unit].gl) = GL_MDET_VALID | type << GL_MDET_TYPE_S |
				     queue << reg[unit].queue_s;
	R(e, reg[unit].pf) = PF_MDET_VALID;
	e810_irq_misc(e, OICR_MAL);
}

static bool is_mdet(uint32_t off)
{
	return off == GL_MDET_RX || off == GL_MDET_TX_PQM || off == GL_MDET_TX_TCLAN ||
	       off == PF_MDET_RX || off == PF_MDET_TX_PQM || off == PF_MDET_TX_TCLAN;
}

/* ---- registers ------------------------------------------------------------------------------ */

#define IN(off, first, n, step)	((off) >= (first) && (off) < (first) + (uint32_t)(n) * (step))

/* The 64-bit counter whose low or high half lies at off, or NULL. */
static const uint64_t *counter_at(const struct e810_stats *s, uint32_t off)
{
	static const uint32_t rx[] = { GLV_GORC(0), GLV_UPRC(0), GLV_MPRC(0), GLV_BPRC(0) };
	static const uint32_t tx[] = { GLV_GOTC(0), GLV_UPTC(0), GLV_MPTC(0), GLV_BPTC(0) };

	if (off >= GLPRT_BASE && off < GLPRT_END)
		return (off & (PRT_STRIDE - 1)) < 8 ? &s->prt[(off - GLPRT_BASE) / PRT_STRIDE] : NULL;
	for (unsigned int k = 0; k < 1 + CAST_KINDS; k++) {
		const struct dir *d = NULL;

		if (IN(off, rx[k], E810_NR_VSIS, 8))
			d = &s->rx[(off - rx[k]) / 8];
		else if (IN(off, tx[k], E810_NR_VSIS, 8))
			d = &s->tx[(off - tx[k]) / 8];
		if (d)
			return k ? &d->cast[k - 1] : &d->bytes;
	}
	return NULL;
}

bool e810_stats_owns(uint32_t off)
{
	return (off >= GLPRT_BASE && off < GLPRT_END) ||
	       IN(off, GLV_GORC(0), E810_NR_VSIS, 8) || IN(off, GLV_UPRC(0), E810_NR_VSIS, 8) ||
	       IN(off, GLV_MPRC(0), E810_NR_VSIS, 8) || IN(off, GLV_BPRC(0), E810_NR_VSIS, 8) ||
	       IN(off, GLV_GOTC(0), E810_NR_VSIS, 8) || IN(off, GLV_UPTC(0), E810_NR_VSIS, 8) ||
	       IN(off, GLV_MPTC(0), E810_NR_VSIS, 8) || IN(off, GLV_BPTC(0), E810_NR_VSIS, 8) ||
	       IN(off, GLV_TEPC(0), E810_NR_VSIS, 4) || IN(off, GLV_RDPC(0), E810_NR_VSIS, 4) ||
	       off == PRTRPB_RDPC || is_mdet(off);
}

uint32_t e810_stats_read(struct e810 *e, uint32_t off)
{
	const struct e810_stats *s = e->stats;
	const uint64_t *c;

	if (is_mdet(off))
		return R(e, off);
	if (off == PRTRPB_RDPC)
		return s->prt_rdpc;
	if (IN(off, GLV_RDPC(0), E810_NR_VSIS, 4))
		return s->rdpc[(off - GLV_RDPC(0)) / 4];
	if (IN(off, GLV_TEPC(0), E810_NR_VSIS, 4))
		return s->tepc[(off - GLV_TEPC(0)) / 4];
	c = counter_at(s, off);
	if (!c)
		return 0;
	return off & 4 ? (uint32_t)((*c & MASK_40) >> 32) : (uint32_t)*c;
}

/* Counters are read only; MDET registers are cleared by writing ones. */
void e810_stats_write(struct e810 *e, uint32_t off, uint32_t val)
{
	if (is_mdet(off))
		R(e, off) &= ~val;
}

int e810_stats_init(struct e810 *e)
{
	e->stats = calloc(1, sizeof(*e->stats));
	return e->stats ? 0 : -ENOMEM;
}

void e810_stats_fini(struct e810 *e)
{
	free(e->stats);
	e->stats = NULL;
}
