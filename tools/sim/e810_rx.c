// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: from the wire, or from the switch's loopback, to the rings. A frame goes straight to
 * its ring, or waits in the packet buffer (one FIFO: one traffic class) while the ring of the oldest
 * frame has no descriptors. If the sender does not pause, the buffer fills and PRTRPB_RDPC counts.
 *
 * Silicon drops for a ring without descriptors, unless the traffic class is lossless, and counts in
 * GLV_RDPC; how long it holds on before is not in the data sheet. Here the oldest frame waits for
 * E810_HOLD_NS; then frames for that ring are dropped until its tail moves: a queue that nobody
 * serves must not hold up the others. A frame for a queue that is disabled or hangs is dropped
 * and counted likewise.
 */
#include "e810_data.h"

#define PB_ALIGN	16
#define ROOM_MAX	(96 * 1024)
#define RXDID_FD_DONE	0x40		/* of a flow director completion on a flex queue */

enum deliver { DELIVERED, WAIT };

struct record {
	struct e810_rx_info ri;
	uint32_t size;			/* of the record in host memory */
};

/* What a frame takes of the packet buffer: with FCS, in its 16-byte lines. */
static uint32_t pb_cost(uint32_t len)
{
	return (len + 4 + PB_ALIGN - 1) & ~(PB_ALIGN - 1u);
}

void e810_rx_reset(struct e810 *e)
{
	struct e810_queues *s = e->q;

	s->pb_head = s->pb_tail = s->pb_used = 0;
	s->pb_frames = 0;
	s->wait_since_ns = 0;
}

/* ---- packet buffer -------------------------------------------------------------------------- */

/* Place for `size` contiguous bytes, or NULL. */
static struct record *pb_place(struct e810_queues *s, uint32_t size)
{
	const uint32_t capacity = 2 * E810_PB_BYTES;	/* room for record heads */

	if (!s->pb_frames)
		s->pb_head = s->pb_tail = 0;
	if (s->pb_tail >= s->pb_head) {
		if (capacity - s->pb_tail >= size) {
			s->pb_wrap = capacity;
			return (struct record *)(s->pb + s->pb_tail);
		}
		if (s->pb_head <= size)
			return NULL;
		s->pb_wrap = s->pb_tail;
		s->pb_tail = 0;
	} else if (s->pb_head - s->pb_tail <= size) {
		return NULL;
	}
	return (struct record *)(s->pb + s->pb_tail);
}

static void pb_push(struct e810 *e, const struct e810_rx_info *ri, const uint8_t *f)
{
	uint32_t size = (sizeof(struct record) + ri->len + 15) & ~15u, cost = pb_cost(ri->len);
	struct e810_queues *s = e->q;
	struct record *rec = NULL;

	if (s->pb_used + cost <= E810_PB_BYTES)
		rec = pb_place(s, size);
	if (!rec) {
		e->dev->ctr.rx_missed++;
		e810_stats_pb_drop(e);
		return;
	}
	rec->ri = *ri;
	rec->size = size;
	memcpy(rec + 1, f, ri->len);
	s->pb_tail += size;
	s->pb_used += cost;
	s->pb_frames++;
}

/* ---- write-back ------------------------------------------------------------------------------ */

/* The fields of the last descriptor of a frame; of the others, length and DD. */
static void flex_words(const struct e810_ring *q, const struct e810_rx_info *ri, uint32_t len,
		       bool eop, uint64_t qw[4])
{
	uint32_t status = RXF_DD, at12 = ri->hash, at24 = RXF_NO_FDID;
	uint16_t tag1 = 0, tag2 = 0, status1 = 0;

	if (!eop) {
		qw[0] = q->rxdid | (uint64_t)len << 32;
		qw[1] = status;
		qw[2] = qw[3] = 0;
		return;
	}
	status |= RXF_EOF | ri->status | (q->crcstrip ? 0 : RXF_CRCP);
	if (ri->report && q->l2tag1) {
		status |= RXF_L2TAG1P;
		tag1 = ri->vlan;
	} else if (ri->report) {
		status1 = RXF1_L2TAG2P;
		tag2 = ri->vlan;
	}
	if (q->rxdid == RXDID_COMMS_OVS) {
		at12 = RXF_NO_FDID;
		at24 = ri->hash;
	} else if (q->rxdid == RXDID_FLEX_NIC_2) {
		at24 = 0xffff;			/* flow id; source VSI 0 */
	}
	qw[0] = q->rxdid | (uint64_t)ri->cast << (8 + RXF_UMBCAST_S) | (uint64_t)ri->ptype << 16 |
		(uint64_t)len << 32;
	qw[1] = status | (uint64_t)tag1 << 16 | (uint64_t)at12 << 32;
	qw[2] = status1 | (uint64_t)tag2 << 48;
	qw[3] = at24;
}

static void legacy_words(const struct e810_ring *q, const struct e810_rx_info *ri, uint32_t len,
			 bool eop, uint64_t qw[4])
{
	qw[0] = qw[2] = qw[3] = 0;
	qw[1] = RXL_DD | (uint64_t)len << RXL_LEN_S;
	if (!eop)
		return;
	qw[0] = (uint64_t)ri->hash << 32;
	qw[1] |= RXL_EOF | (uint64_t)ri->ptype << RXL_PTYPE_S | (uint64_t)ri->cast << RXL_UMBCAST_S |
		 (ri->status & RXF_L3L4P ? RXL_L3L4P : 0) | (q->crcstrip ? 0 : RXL_CRCP) |
		 (ri->status & RXF_IPE ? RXL_IPE : 0) | (ri->status & RXF_L4E ? RXL_L4E : 0) |
		 (ri->status & RXF_LPBK ? RXL_LPBK : 0) |
		 (ri->status & RXF_IPV6EXADD ? RXL_IPV6EXADD : 0) |
		 (ri->hashed ? RXL_FLTSTAT_RSS : 0);
	if (ri->report && q->l2tag1) {
		qw[1] |= RXL_L2TAG1P;
		qw[0] |= (uint64_t)ri->vlan << 16;
	} else if (ri->report) {
		qw[2] = RXL_EXT_L2TAG2P | (uint64_t)ri->vlan << 48;
	}
}

static void write_back(struct e810_ring *q, uint32_t i, const struct e810_rx_info *ri, uint32_t len,
		       bool eop)
{
	uint64_t qw[4];

	if (q->rxdid <= RXDID_LEGACY_32)
		legacy_words(q, ri, len, eop, qw);
	else
		flex_words(q, ri, len, eop, qw);
	e810_desc_write(q, i, qw);
}

/* Tag out, FCS on: the bytes as the host gets them. */
static const uint8_t *host_bytes(struct e810 *e, const uint8_t *f, uint32_t *len, bool strip,
				 bool fcs)
{
	uint8_t *to = e->q->rx_tmp;
	uint32_t n = *len;

	if (!strip && !fcs)
		return f;
	if (strip) {
		memcpy(to, f, 12);
		memcpy(to + 12, f + 16, n - 16);
		n -= 4;
	} else {
		memcpy(to, f, n);
	}
	if (fcs) {
		uint32_t crc = net_crc32(f, *len);

		memcpy(to + n, &crc, 4);
		n += 4;
	}
	*len = n;
	return to;
}

/* ---- to the ring ---------------------------------------------------------------------------- */

static void drop(struct e810 *e, const struct e810_rx_info *ri)
{
	e->dev->ctr.rx_no_desc++;
	e810_stats_rx_drop(e, ri->vsi);
}

static uint32_t available(const struct e810_ring *q)
{
	return q->tail >= q->head ? q->tail - q->head : q->tail + q->nr - q->head;
}

/* The buffers of one frame, descriptors enough. False: a read failed, the queue hangs now. */
static bool fill(struct e810_ring *q, const struct e810_rx_info *ri, const uint8_t *f, uint32_t len)
{
	struct police *pol = q->e->q->pol;
	uint64_t desc[2];

	for (uint32_t done = 0; done < len;) {
		uint32_t n = len - done < q->buf_size ? len - done : q->buf_size, i = q->head;

		if (!e810_desc_read(q, i, desc))
			return false;
		e810_buf_write(q, desc[0], f + done, n);
		if (pol)
			police_done(pol, q->idx, desc[0]);
		done += n;
		q->head = i + 1 == q->nr ? 0 : i + 1;
		write_back(q, i, ri, n, done == len);
	}
	return true;
}

static enum deliver deliver(struct e810 *e, const struct e810_rx_info *ri, const uint8_t *f)
{
	struct e810_ring *q = ri->queue < E810_NR_QUEUES ? &e->q->rx[ri->queue] : NULL;
	uint32_t len = ri->len, total, need;

	if (!q || !q->live || q->hung) {
		drop(e, ri);
		return DELIVERED;
	}
	if (len + 4 > q->rxmax) {
		e->dev->ctr.rx_filtered++;
		sim_log(e->dev, 2, "rx queue %u: %u bytes exceed RXMAX", q->idx, len + 4);
		return DELIVERED;
	}
	total = len - (ri->strip ? 4 : 0) + (q->crcstrip ? 0 : 4);
	need = total <= q->buf_size ? 1 : (total + q->buf_size - 1) / q->buf_size;
	if (available(q) < need) {
		e810_ring_look(q);
		if (available(q) < need) {
			if (need < q->nr && !q->starved)
				return WAIT;
			drop(e, ri);
			return DELIVERED;
		}
	}
	f = host_bytes(e, f, &len, ri->strip, !q->crcstrip);
	if (!fill(q, ri, f, len)) {
		drop(e, ri);
		return DELIVERED;
	}
	e->dev->ctr.rx_frames++;
	e->dev->ctr.rx_bytes += ri->len;
	e810_irq_queue(e, false, q->idx);
	return DELIVERED;
}

/* The oldest frame found no descriptors: start its clock, or give its ring up. True: gave up. */
static bool waited_too_long(struct e810 *e, const struct e810_rx_info *ri)
{
	uint64_t now = sim_now_ns();

	if (!e->q->wait_since_ns)
		e->q->wait_since_ns = now ? now : 1;
	if (now - e->q->wait_since_ns < E810_HOLD_NS)
		return false;
	e->q->rx[ri->queue].starved = true;
	e->q->wait_since_ns = 0;
	return true;
}

/* Oldest first, as far as descriptors go. True: something left the packet buffer. */
bool e810_rx_poll(struct e810 *e, unsigned int budget, uint64_t *next_ns)
{
	struct e810_queues *s = e->q;
	unsigned int n = 0;

	s->rx_since_poll = 0;
	e810_enter(e);
	if (s->torn.q)
		e810_desc_untear(e);
	if (!s->pb_frames || !e810_master(e))
		return false;
	while (n < budget && s->pb_frames) {
		struct record *rec;

		if (s->pb_head == s->pb_wrap)
			s->pb_head = 0;
		rec = (struct record *)(s->pb + s->pb_head);
		if (deliver(e, &rec->ri, (uint8_t *)(rec + 1)) == WAIT) {
			if (waited_too_long(e, &rec->ri))
				continue;
			if (s->wait_since_ns + E810_HOLD_NS < *next_ns)
				*next_ns = s->wait_since_ns + E810_HOLD_NS;
			break;
		}
		s->wait_since_ns = 0;
		s->pb_head += rec->size;
		s->pb_used -= pb_cost(rec->ri.len);
		s->pb_frames--;
		n++;
	}
	return n;
}

void e810_rx_fd_done(struct e810 *e, const struct e810_vsi *v, uint64_t qw1, uint32_t fdid)
{
	struct e810_ring *q = v->q_first < E810_NR_QUEUES ? &e->q->rx[v->q_first] : NULL;
	uint64_t qw[4] = { 0, qw1 | RXFD_DD, 0, (uint64_t)fdid << 32 }, desc[2];
	uint32_t i;

	if (q && q->live && !q->hung && !available(q))
		e810_ring_look(q);
	if (!q || !q->live || q->hung || !available(q) || !e810_desc_read(q, q->head, desc)) {
		e->dev->ctr.rx_no_desc++;
		return;
	}
	if (q->rxdid > RXDID_LEGACY_32)
		qw[0] = RXDID_FD_DONE;
	if (e->q->pol)
		police_done(e->q->pol, q->idx, desc[0]);
	i = q->head;
	q->head = i + 1 == q->nr ? 0 : i + 1;
	e810_desc_write(q, i, qw);
	e810_irq_queue(e, false, q->idx);
}

/* ---- in ------------------------------------------------------------------------------------- */

void e810_rx_vsi(struct e810 *e, const struct e810_vsi *v, const struct e810_dest *to,
		 const uint8_t *f, uint32_t len, bool loopback)
{
	struct e810_rx_info ri = { .len = len, .vsi = v->num };

	e810_stats_rx_vsi(e, v->num, f, len);
	e810_classify(e, v, f, len, &ri);
	if (to->queue >= 0)
		ri.queue = (uint16_t)(to->queue + (ri.hash & ((1u << to->region) - 1)));
	if (loopback)
		ri.status |= RXF_LPBK;
	if (e->q->pb_frames || !e810_master(e) || deliver(e, &ri, f) == WAIT)
		pb_push(e, &ri, f);
}

static bool size_ok(struct e810 *e, uint32_t len)
{
	if (len >= 60 && len + 4 <= e->max_frame)
		return true;
	e810_stats_rx_size(e, len < 60);
	return false;
}

void e810_rx_frame(struct e810 *e, const uint8_t *f, uint32_t len)
{
	const struct e810_fwd *fwd;
	bool taken = false;

	if (!e->link_up || len < 14 || len > SIM_FRAME_MAX) {
		e->dev->ctr.rx_filtered++;
		return;
	}
	e->q->rx_since_poll++;
	e810_enter(e);
	if (!size_ok(e, len)) {
		e->dev->ctr.rx_filtered++;
		return;
	}
	e810_stats_rx_port(e, f, len);
	fwd = e810_switch(e, NULL, f, len);
	for (unsigned int i = 0; !fwd->drop && i < fwd->nr; i++) {
		const struct e810_vsi *v = e810_vsi_get(e, fwd->to[i].vsi);

		if (!v || !e810_switch_vlan_ok(e, v, f, len, false))
			continue;
		e810_rx_vsi(e, v, &fwd->to[i], f, len, false);
		taken = true;
	}
	if (!taken)
		e->dev->ctr.rx_filtered++;
}

/*
 * For senders that wait. They are stopped well before the packet buffer is full, which keeps frames
 * in the cache of this machine, and get their turn again after the next poll.
 */
int64_t e810_rx_room(struct e810 *e)
{
	struct e810_queues *s = e->q;

	if (!e->link_up || !s->nr_rx_live)
		return SIM_RX_DEAF;
	if (s->rx_since_poll >= E810_RX_FRAMES)
		return 0;
	/* A quarter stays free for what frames cost beyond their bytes. */
	return s->pb_used < ROOM_MAX ? (int64_t)(ROOM_MAX - s->pb_used) * 3 / 4 : 0;
}
