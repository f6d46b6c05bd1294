// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: from the wire to the rings. A frame passes MAC and filters, then goes straight to
 * its ring, or waits in the packet buffer (one FIFO, 7.1.3) while the ring of the oldest frame has
 * no descriptors: as in silicon, one ring without DROP_EN that is not served holds up the port.
 *
 * A frame for a queue that is disabled or hangs is dropped and counted with those that found no
 * descriptor. Writes to unmapped addresses are lost (posted writes have no answer) and counted by
 * the DMA layer; the descriptor is written back nevertheless.
 */
#include "ixgbe.h"

#define PB_ALIGN	16
#define ROOM_MAX	(96 * 1024)
#define PB_CAPACITY	(2 * IXGBE_PB_BYTES)	/* host memory, with room for record heads */

enum deliver { DELIVERED, WAIT };

struct record {
	struct ixgbe_rx_info ri;
	uint32_t size;			/* of the record in host memory */
};

/* What a frame takes of the packet buffer: with FCS, in its 16-byte lines. */
static uint32_t pb_cost(uint32_t len)
{
	return (len + 4 + PB_ALIGN - 1) & ~(PB_ALIGN - 1u);
}

static uint32_t pb_limit(struct ixgbe *ix)
{
	uint32_t sum = 0;

	for (unsigned int i = 0; i < 8; i++)
		sum += R(ix, IXGBE_RXPBSIZE(i)) & 0xffc00;
	return sum < IXGBE_PB_BYTES ? sum : IXGBE_PB_BYTES;
}

void ixgbe_rx_reset(struct ixgbe *ix)
{
	ix->pb_head = ix->pb_tail = ix->pb_used = 0;
	ix->pb_frames = 0;
}

/* Can frames move from the packet buffer to host memory at all? */
static bool rx_open(struct ixgbe *ix)
{
	return R(ix, IXGBE_RXCTRL) & RXCTRL_RXEN &&
	       !(R(ix, IXGBE_SECRXCTRL) & SECRXCTRL_RX_DIS) && ixgbe_master(ix);
}

/* ---- packet buffer -------------------------------------------------------------------------- */

/* Place for `size` contiguous bytes, or NULL. */
static struct record *pb_place(struct ixgbe *ix, uint32_t size)
{
	if (!ix->pb_frames)
		ix->pb_head = ix->pb_tail = 0;
	if (ix->pb_tail >= ix->pb_head) {
		if (PB_CAPACITY - ix->pb_tail >= size) {
			ix->pb_wrap = PB_CAPACITY;
			return (struct record *)(ix->pb + ix->pb_tail);
		}
		if (ix->pb_head <= size)
			return NULL;
		ix->pb_wrap = ix->pb_tail;
		ix->pb_tail = 0;
	} else if (ix->pb_head - ix->pb_tail <= size) {
		return NULL;
	}
	return (struct record *)(ix->pb + ix->pb_tail);
}

static void pb_push(struct ixgbe *ix, const struct ixgbe_rx_info *ri, const uint8_t *f)
{
	uint32_t size = (sizeof(struct record) + ri->len + 15) & ~15u, cost = pb_cost(ri->len);
	struct record *rec = NULL;

	if (ix->pb_used + cost <= pb_limit(ix))
		rec = pb_place(ix, size);
	if (!rec) {
		ix->dev->ctr.rx_missed++;
		stat_add(ix, IXGBE_MPC(0), 1);
		ixgbe_irq_misc(ix, EICR_RX_MISS);
		return;
	}
	rec->ri = *ri;
	rec->size = size;
	memcpy(rec + 1, f, ri->len);
	ix->pb_tail += size;
	ix->pb_used += cost;
	ix->pb_frames++;
}

/* ---- to the ring ---------------------------------------------------------------------------- */

static void drop(struct ixgbe *ix, struct ixgbe_queue *q)
{
	ix->dev->ctr.rx_no_desc++;
	ix->qstat[q->stat].rx_drop++;
}

static void write_back(struct ixgbe_queue *q, uint32_t i, const struct ixgbe_rx_info *ri,
		       uint32_t len, bool vp, bool eop)
{
	uint32_t status = RXD_STAT_DD;
	uint64_t lo, hi;

	if (eop)
		status |= RXD_STAT_EOP | ri->staterr | (vp ? RXD_STAT_VP : 0);
	if (q->desc_type) {
		lo = ri->pkt_info;
		if (R(q->ix, IXGBE_RXCSUM) & RXCSUM_PCSD)
			lo |= (uint64_t)ri->hash << 32;
		hi = status | (uint64_t)len << 32;
	} else {
		uint32_t err = (status & RXD_ERR_TCPE ? RXD_LEGACY_ERR_TCPE : 0) |
			       (status & RXD_ERR_IPE ? RXD_LEGACY_ERR_IPE : 0);

		/* length, checksum 0, status, errors; the address in the low half stays */
		lo = 0;
		hi = len | (uint64_t)(status & 0xff) << 32 | (uint64_t)err << 40;
	}
	if (vp && eop)
		hi |= (uint64_t)ri->vlan << 48;
	ixgbe_desc_write(q, i, lo, hi);
}

/* Tag out, FCS on: the bytes as the host gets them. */
static const uint8_t *host_bytes(struct ixgbe *ix, const uint8_t *f, uint32_t *len, bool strip,
				 bool fcs)
{
	uint32_t n = *len;

	if (!strip && !fcs)
		return f;
	if (strip) {
		memcpy(ix->rx_tmp, f, 12);
		memcpy(ix->rx_tmp + 12, f + 16, n - 16);
		n -= 4;
	} else {
		memcpy(ix->rx_tmp, f, n);
	}
	if (fcs) {
		uint32_t crc = net_crc32(f, *len);

		memcpy(ix->rx_tmp + n, &crc, 4);
		n += 4;
	}
	*len = n;
	return ix->rx_tmp;
}

static bool ring_usable(struct ixgbe_queue *q)
{
	if (q->desc_type <= 2 && q->buf_size)
		return true;
	q->ix->dev->ctr.bad_desc++;
	return false;
}

static enum deliver deliver(struct ixgbe *ix, const struct ixgbe_rx_info *ri, const uint8_t *f)
{
	struct ixgbe_queue *q = &ix->rxq[ri->queue];
	bool strip, fcs = ixgbe_fcs_kept(ix);
	uint32_t len = ri->len, avail, need, total;
	uint64_t desc[2];

	if (!q->live || q->hung || !ring_usable(q)) {
		drop(ix, q);
		return DELIVERED;
	}
	strip = ri->tagged && q->vme;
	total = len - (strip ? 4 : 0) + (fcs ? 4 : 0);
	need = total <= q->buf_size ? 1 : (total + q->buf_size - 1) / q->buf_size;
	avail = q->tail >= q->head ? q->tail - q->head : q->tail + q->nr - q->head;
	if (avail < need) {
		ixgbe_queue_sync(q);
		if (!q->live || !q->nr || need >= q->nr) {
			drop(ix, q);
			return DELIVERED;
		}
		avail = q->tail >= q->head ? q->tail - q->head : q->tail + q->nr - q->head;
		if (avail < need) {
			if (!q->drop_en)
				return WAIT;
			drop(ix, q);
			return DELIVERED;
		}
	}
	f = host_bytes(ix, f, &len, strip, fcs);
	for (uint32_t done = 0; done < len;) {
		uint32_t n = len - done < q->buf_size ? len - done : q->buf_size, i = q->head;

		if (!ixgbe_desc_read(q, i, desc)) {
			drop(ix, q);
			return DELIVERED;
		}
		ixgbe_buf_write(q, desc[0], f + done, n);
		if (ix->pol)
			police_done(ix->pol, q->idx, desc[0]);
		done += n;
		q->head = i + 1 == q->nr ? 0 : i + 1;
		write_back(q, i, ri, n, strip, done == len);
	}
	ix->dev->ctr.rx_frames++;
	ix->dev->ctr.rx_bytes += ri->len;
	stat_add(ix, IXGBE_RXDGPC, 1);
	ix->rxdgbc.acc += ri->len + 4;
	ix->qstat[q->stat].rx++;
	ix->qstat[q->stat].rx_bytes.acc += ri->len + ixgbe_fcs_kept(ix);
	ixgbe_irq_queue(q);
	return DELIVERED;
}

/* Oldest first, as far as descriptors go. Returns how many frames left the packet buffer. */
unsigned int ixgbe_rx_drain(struct ixgbe *ix, unsigned int budget)
{
	unsigned int n = 0;

	if (!ix->pb_frames || !rx_open(ix))
		return 0;
	while (n < budget && ix->pb_frames) {
		struct record *rec;

		if (ix->pb_head == ix->pb_wrap)
			ix->pb_head = 0;
		rec = (struct record *)(ix->pb + ix->pb_head);
		if (deliver(ix, &rec->ri, (uint8_t *)(rec + 1)) == WAIT)
			break;
		ix->pb_head += rec->size;
		ix->pb_used -= pb_cost(rec->ri.len);
		ix->pb_frames--;
		n++;
	}
	return n;
}

/* ---- from the wire -------------------------------------------------------------------------- */

/* 8.2.3.22.13: MAXFRS counts the FCS and not the tag. */
static bool size_ok(struct ixgbe *ix, uint32_t len, bool tagged)
{
	uint32_t max = 1518;

	if (R(ix, IXGBE_HLREG0) & HLREG0_JUMBOEN)
		max = R(ix, IXGBE_MAXFRS) >> 16;
	if (len + 4 > max + (tagged ? 4 : 0)) {
		stat_add(ix, IXGBE_ROC, 1);
		return false;
	}
	if (len < 60) {
		stat_add(ix, IXGBE_RUC, 1);
		return false;
	}
	return true;
}

static bool listening(struct ixgbe *ix, bool loopback)
{
	if (!(R(ix, IXGBE_RXCTRL) & RXCTRL_RXEN))
		return false;
	return loopback || (ix->link_up && !(R(ix, IXGBE_HLREG0) & HLREG0_LPBK));
}

void ixgbe_rx_frame(struct ixgbe *ix, const uint8_t *f, uint32_t len, bool loopback)
{
	struct ixgbe_rx_info ri = { .len = len };
	enum ixgbe_match match;
	uint16_t ethertype;

	if (!listening(ix, loopback) || len < 14 || len > SIM_FRAME_MAX) {
		ix->dev->ctr.rx_filtered++;
		return;
	}
	ix->rx_since_poll++;
	stat_add(ix, IXGBE_TPR, 1);
	ix->tor.acc += len + 4;
	ethertype = f[12] << 8 | f[13];
	ri.tagged = len >= 18 && ethertype == (R(ix, IXGBE_VLNCTRL) & VLNCTRL_VET);
	if (ri.tagged)
		ri.vlan = f[14] << 8 | f[15];
	if (!size_ok(ix, len, ri.tagged)) {
		ix->dev->ctr.rx_filtered++;
		return;
	}
	match = ixgbe_l2_filter(ix, f, ri.tagged, ri.vlan);
	if (match == MATCH_NONE || (ethertype == 0x8808 && !(R(ix, IXGBE_MFLCN) & MFLCN_PMCF))) {
		ix->dev->ctr.rx_filtered++;
		return;
	}
	ixgbe_stats_rx(ix, f, len);
	ixgbe_classify(ix, f, len, &ri);
	if (match == MATCH_INEXACT)
		ri.staterr |= RXD_STAT_PIF;
	if (ix->pb_frames || !rx_open(ix) || deliver(ix, &ri, f) == WAIT)
		pb_push(ix, &ri, f);
}

/*
 * For senders that wait. They are stopped well before the packet buffer is full, which keeps frames
 * in the cache of this machine, and get their turn again after the next poll.
 */
int64_t ixgbe_rx_room(struct ixgbe *ix)
{
	uint32_t limit = pb_limit(ix), fcrth = R(ix, IXGBE_FCRTH(0));

	if (!listening(ix, false))
		return SIM_RX_DEAF;
	if (ix->rx_since_poll >= IXGBE_RX_FRAMES)
		return 0;
	if (fcrth & FCRTH_FCEN && (fcrth & FCRTH_RTH) < limit)
		limit = fcrth & FCRTH_RTH;
	if (limit > ROOM_MAX)
		limit = ROOM_MAX;
	/* A quarter stays free for what frames cost beyond their bytes. */
	return ix->pb_used < limit ? (int64_t)(limit - ix->pb_used) * 3 / 4 : 0;
}
