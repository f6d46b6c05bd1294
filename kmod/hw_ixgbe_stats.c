// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82599 family's statistics, of the port and of queue pairs. All counters are cleared by reading, and
 * some are of both kinds, so all are read together and kept here until somebody asks.
 *
 * There are 16 sets of counters for 128 pairs, and each queue counts in one of them. The last set is for
 * all queues without one of their own: they count too (frames for a queue that does not run). The receive
 * sets are in the page with the doorbells of queues 0 to 63, so who has that page can clear them: nothing
 * but these numbers depends on them.
 */
#include "hw_ixgbe.h"

#define IXGBE_SET_REST	(IXGBE_STAT_SETS - 1)

/* What one look at all registers found. */
struct ixgbe_counted {
	struct ndrv_hw_stats port;
	struct ndrv_hw_queue_stats set[IXGBE_STAT_SETS];
};

/* The high half holds 4 bits, and reading it clears both. */
static u64 ixgbe_stat36(struct ndrv_hw *hw, u32 reg_lo, u32 reg_hi)
{
	u64 lo = ndrv_rd32(hw, reg_lo);

	return lo | (u64)(ndrv_rd32(hw, reg_hi) & 0xf) << 32;
}

/*
 * Octets sent include the FCS. Those received do not while it is stripped: the data sheet does not say
 * so, but DPDK's driver had to learn it. Frames are to be read after their octets.
 */
static u64 ixgbe_without_fcs(u64 octets, u64 frames, u64 *owed)
{
	return ndrv_hw_stat_less(octets, frames * IXGBE_FCS, owed);
}

static void ixgbe_read_sets(struct ndrv_hw *hw, struct ixgbe_counted *c)
{
	struct ixgbe *x = hw->priv;
	struct ndrv_hw_queue_stats *s;
	u64 octets;
	u32 i;

	for (i = 0; i < IXGBE_STAT_SETS; i++) {
		s = &c->set[i];
		s->rx_no_desc = ndrv_rd32(hw, IXGBE_QPRDC(i));
		c->port.rx_no_desc += s->rx_no_desc;
		if (!x->sets[i].owned)
			continue;
		s->rx_packets = ndrv_rd32(hw, IXGBE_QPRC(i));
		s->rx_bytes = ixgbe_stat36(hw, IXGBE_QBRC_L(i), IXGBE_QBRC_H(i));
		octets = ixgbe_stat36(hw, IXGBE_QBTC_L(i), IXGBE_QBTC_H(i));
		s->tx_packets = ndrv_rd32(hw, IXGBE_QPTC(i));
		s->tx_bytes = ixgbe_without_fcs(octets, s->tx_packets, &x->sets[i].tx_fcs_owed);
	}
}

static void ixgbe_read_port(struct ndrv_hw *hw, struct ixgbe_counted *c)
{
	static const u32 errors[] = {
		IXGBE_CRCERRS, IXGBE_ILLERRC, IXGBE_ERRBC, IXGBE_RLEC,
		IXGBE_RUC, IXGBE_RFC, IXGBE_ROC, IXGBE_RJC,
	};
	struct ndrv_hw_stats *p = &c->port;
	struct ixgbe *x = hw->priv;
	u64 rx, octets;
	u32 i;

	rx = ndrv_rd32(hw, IXGBE_GPRC);
	p->rx_bytes = ixgbe_stat36(hw, IXGBE_GORCL, IXGBE_GORCH);
	octets = ixgbe_stat36(hw, IXGBE_GOTCL, IXGBE_GOTCH);
	p->tx_packets = ndrv_rd32(hw, IXGBE_GPTC);
	p->tx_bytes = ixgbe_without_fcs(octets, p->tx_packets, &x->tx_fcs_owed);
	for (i = 0; i < IXGBE_MPC_REGS; i++)
		p->rx_missed += ndrv_rd32(hw, IXGBE_MPC(i));
	ixgbe_read_sets(hw, c);
	for (i = 0; i < ARRAY_SIZE(errors); i++)
		p->rx_errors += ndrv_rd32(hw, errors[i]);
	p->rx_broadcast = ndrv_rd32(hw, IXGBE_BPRC);
	p->rx_multicast = ndrv_rd32(hw, IXGBE_MPRC);
	p->tx_broadcast = ndrv_rd32(hw, IXGBE_BPTC);
	p->tx_multicast = ndrv_rd32(hw, IXGBE_MPTC);
	/* The 82599 counts a missed frame as a good one as well. */
	p->rx_packets = ndrv_hw_stat_less(rx, p->rx_missed, &x->rx_missed_owed);
}

static void ixgbe_add_set(struct ndrv_hw_queue_stats *acc, const struct ndrv_hw_queue_stats *d)
{
	acc->rx_packets += d->rx_packets;
	acc->rx_bytes += d->rx_bytes;
	acc->rx_no_desc += d->rx_no_desc;
	acc->tx_packets += d->tx_packets;
	acc->tx_bytes += d->tx_bytes;
}

static void ixgbe_count(struct ndrv_hw *hw)
{
	struct ixgbe *x = hw->priv;
	struct ixgbe_counted c = {};
	u32 i;

	ixgbe_read_port(hw, &c);
	/* A card that vanished half way has answered with all ones: none of this counts. */
	if (ndrv_hw_gone(hw))
		return;
	ndrv_hw_stats_add(&x->port, &c.port);
	for (i = 0; i < IXGBE_STAT_SETS; i++)
		ixgbe_add_set(&x->sets[i].counted, &c.set[i]);
}

void ixgbe_stats(struct ndrv_hw *hw, struct ndrv_hw_stats *acc)
{
	struct ixgbe *x = hw->priv;

	ixgbe_count(hw);
	ndrv_hw_stats_add(acc, &x->port);
	memset(&x->port, 0, sizeof(x->port));
}

/* ---- which pair has which set ---------------------------------------------------------------- */

static struct ixgbe_set *ixgbe_set_of(struct ixgbe *x, u32 queue)
{
	u32 i;

	for (i = 0; i < IXGBE_SET_REST; i++)
		if (x->sets[i].owned && x->sets[i].queue == queue)
			return &x->sets[i];
	return NULL;
}

/* Both sides of the pair; four queues to a register. */
static void ixgbe_set_map(struct ndrv_hw *hw, u32 queue, u32 set)
{
	u32 shift = 8 * (queue % 4), i = queue / 4;

	ndrv_wr32(hw, IXGBE_RQSMR(i), (ndrv_rd32(hw, IXGBE_RQSMR(i)) & ~(0xffU << shift)) | set << shift);
	ndrv_wr32(hw, IXGBE_TQSM(i), (ndrv_rd32(hw, IXGBE_TQSM(i)) & ~(0xffU << shift)) | set << shift);
}

void ixgbe_stats_setup(struct ndrv_hw *hw)
{
	struct ixgbe *x = hw->priv;
	u32 i;

	memset(x->sets, 0, sizeof(x->sets));
	x->counting = true;
	x->rx_missed_owed = 0;
	x->tx_fcs_owed = 0;
	for (i = 0; i < IXGBE_QUEUES / 4; i++) {
		ndrv_wr32(hw, IXGBE_RQSMR(i), IXGBE_SET_REST * 0x01010101);
		ndrv_wr32(hw, IXGBE_TQSM(i), IXGBE_SET_REST * 0x01010101);
	}
}

void ixgbe_stats_last(struct ndrv_hw *hw)
{
	struct ixgbe *x = hw->priv;

	if (x->counting)
		ixgbe_count(hw);
	x->counting = false;
}

/* A set outlives its pair until another one needs it: what the pair counted can still be asked for. */
void ixgbe_stats_attach(struct ndrv_hw *hw, u32 queue)
{
	struct ixgbe *x = hw->priv;
	struct ixgbe_set *s = ixgbe_set_of(x, queue);
	u32 i;

	for (i = 0; !s && i < IXGBE_SET_REST; i++)
		if (!x->sets[i].owned)
			s = &x->sets[i];
	for (i = 0; !s && i < IXGBE_SET_REST; i++)
		if (!x->sets[i].running)
			s = &x->sets[i];
	if (!s)
		return;
	if (s->owned && s->queue != queue)
		ixgbe_set_map(hw, s->queue, IXGBE_SET_REST);
	s->owned = true;
	s->running = true;
	s->queue = queue;
	ixgbe_set_map(hw, queue, s - x->sets);
	ixgbe_count(hw);
	memset(&s->counted, 0, sizeof(s->counted));
	s->tx_fcs_owed = 0;
}

void ixgbe_stats_detach(struct ndrv_hw *hw, u32 queue)
{
	struct ixgbe_set *s = ixgbe_set_of(hw->priv, queue);

	if (s)
		s->running = false;
}

bool ixgbe_queue_stats(struct ndrv_hw *hw, const struct ndrv_hw_queue *q,
		       struct ndrv_hw_queue_stats *acc)
{
	struct ixgbe_set *s = ixgbe_set_of(hw->priv, q->queue);

	if (!s)
		return false;
	ixgbe_count(hw);
	ixgbe_add_set(acc, &s->counted);
	memset(&s->counted, 0, sizeof(s->counted));
	return true;
}
