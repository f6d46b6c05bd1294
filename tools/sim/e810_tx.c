// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: from the rings to the switch. A packet is taken when its EOP descriptor lies before
 * the tail; its bytes are gathered, offloads applied, and it leaves as one frame or as segments, to
 * the wire, to VSIs of this port, or both.
 *
 * A descriptor that the data sheet does not allow stops its queue until it is disabled, is counted in
 * bad_desc and reported as malicious driver event (GL_MDET_TX_*); the other queues go on.
 */
#include "e810_data.h"

#define HEADROOM		16		/* in front of the packet, for two tags */
#define LEN_MIN			17		/* bytes of a packet before padding */
#define READY_MAX		32768		/* ask the far end for no more at once */
#define TX_ROUND		32		/* packets before the next queue's turn */
#define MAX_DESCS		256		/* of one TSO request: its data is at most 256 KiB */

/* Types of a malicious driver event. The numbers are the model's: drivers only print them. */
enum mdd_type {
	MDD_DTYPE = 1, MDD_BUF_SZ, MDD_TOO_MANY, MDD_MSS, MDD_TSO_LEN, MDD_NO_EOP, MDD_LENGTH,
	MDD_OFFLOAD, MDD_TWO_CONTEXTS, MDD_NO_TSO,
};

struct frame {
	uint8_t *data;
	uint32_t len;
};

/* One packet on its way through. */
struct packet {
	uint8_t *data;
	uint32_t len;
	uint64_t q1;			/* of the first data descriptor */
	uint64_t ctx0, ctx1;		/* context descriptor; ctx1 0 = none */
	uint64_t fd0, fd1;		/* flow director descriptor; fd1 0 = none */
	uint32_t nr;			/* data descriptors */
	uint32_t end[MAX_DESCS];	/* where the bytes of each end */
	uint32_t rs[MAX_DESCS];		/* descriptors that want a completion */
	uint32_t nr_rs;
};

static uint32_t next(const struct e810_ring *q, uint32_t i)
{
	return i + 1 == q->nr ? 0 : i + 1;
}

static bool mdd(struct e810_ring *q, enum mdd_type type, const char *why)
{
	q->e->dev->ctr.bad_desc++;
	e810_mdd(q->e, E810_MDD_TCLAN, q->idx, type);
	e810_ring_hang(q, why);
	return false;
}

/* ---- to the switch -------------------------------------------------------------------------- */

static void to_wire(struct e810 *e, uint8_t *d, uint32_t len)
{
	e->dev->ctr.tx_frames++;
	e->dev->ctr.tx_bytes += len;
	e810_stats_tx_port(e, d, len);
	sim_wire_tx(e->dev, d, len);
}

static void to_vsis(struct e810 *e, const struct e810_fwd *fwd, const uint8_t *d, uint32_t len)
{
	for (unsigned int i = 0; i < fwd->nr; i++) {
		const struct e810_vsi *v = e810_vsi_get(e, fwd->to[i].vsi);

		if (v && e810_switch_vlan_ok(e, v, d, len, false))
			e810_rx_vsi(e, v, &fwd->to[i], d, len, true);
	}
}

/* One frame of a VSI, complete but for padding and FCS. */
static void emit(struct e810_ring *q, const struct e810_vsi *v, const struct packet *pk, uint8_t *d,
		 uint32_t len)
{
	unsigned int way = pk->ctx1 && !(pk->ctx1 & TXX_TSO) ? TXX_SWTCH(pk->ctx1) : SWTCH_NONE;
	struct e810 *e = q->e;
	const struct e810_fwd *fwd;
	struct e810_fwd to;

	if (len < 60) {
		memset(d + len, 0, 60 - len);
		len = 60;
	}
	if (e810_switch_spoofed(e, v, d) || !e810_switch_vlan_ok(e, v, d, len, true)) {
		e810_stats_tx_error(e, v->num);
		return;
	}
	e810_stats_tx_vsi(e, v->num, d, len);
	fwd = e810_switch(e, v, d, len);
	if (way && v->props[VSIC_SEC_FLAGS] & VSIC_ALLOW_DEST_OVRD) {
		to = *fwd;
		if (way == SWTCH_UPLINK)
			to.nr = 0;
		to.lan = way == SWTCH_UPLINK;
		if (way == SWTCH_VSI) {
			to.nr = 1;
			to.to[0] = (struct e810_dest){ (uint16_t)TXX_VSI(pk->ctx1), -1, 0 };
		}
		fwd = &to;
	}
	if (fwd->drop) {
		e810_stats_tx_error(e, v->num);
		return;
	}
	to_vsis(e, fwd, d, len);
	if (fwd->lan)
		to_wire(e, d, len);
}

/* ---- offloads ------------------------------------------------------------------------------- */

static void insert_tag(struct frame *fr, uint16_t ethertype, uint16_t tci)
{
	memmove(fr->data - 4, fr->data, 12);
	fr->data -= 4;
	fr->len += 4;
	net_put_be16(fr->data + 12, ethertype);
	net_put_be16(fr->data + 14, tci);
}

/* The inner tag by L2TAG1 or port VLAN, the outer one by L2TAG2. */
static void insert_tags(const struct e810_vsi *v, const struct packet *pk, struct frame *fr)
{
	static const uint16_t outer[4] = { 0x8100, 0x88a8, 0x8100, 0x9100 };

	if (v->props[VSIC_INNER_VLAN] & VSIC_VLAN_INSERT_PVID)
		insert_tag(fr, 0x8100, get16(v->props + VSIC_INNER_PVID));
	else if (pk->q1 & TXD_IL2TAG1)
		insert_tag(fr, 0x8100, TXD_L2TAG1(pk->q1));
	if (pk->ctx1 & TXX_IL2TAG2)
		insert_tag(fr, outer[v->props[VSIC_OUTER_VLAN] >> 2 & 3], TXX_L2TAG2(pk->ctx0));
}

/* Where the inner IP header of a packet begins; *outer: the length of the outer one, 0 = no tunnel. */
static uint32_t inner_l3(const struct packet *pk, uint32_t *outer)
{
	*outer = TXX_EIPT(pk->ctx0) ? TXX_EIPLEN(pk->ctx0) : 0;
	if (!*outer)
		return TXD_MACLEN(pk->q1);
	return TXD_MACLEN(pk->q1) + *outer + TXX_L4TUNLEN(pk->ctx0);
}

static bool outer_ok(const struct packet *pk, uint32_t outer)
{
	uint32_t least = TXX_EIPT(pk->ctx0) == EIPT_IPV6 ? 40 : 20;

	if (!TXX_EIPT(pk->ctx0))
		return !TXX_L4TUNT(pk->ctx0);
	return TXD_MACLEN(pk->q1) >= NET_ETH_HDR && outer >= least && TXX_L4TUNT(pk->ctx0) != 3 &&
	       (TXX_L4TUNT(pk->ctx0) != L4TUNT_UDP || TXX_L4TUNLEN(pk->ctx0) >= 8);
}

static bool tso_header_ok(const struct packet *pk, const struct net_tso *t)
{
	uint64_t q1 = pk->q1;

	if (TXD_L4T(q1) != L4T_TCP && TXD_L4T(q1) != L4T_UDP)
		return false;
	if (TXD_IIPT(q1) != IIPT_IPV4_CSUM && TXD_IIPT(q1) != IIPT_IPV6)
		return false;
	return t->l3 >= NET_ETH_HDR && t->l4 - t->l3 >= (t->ipv4 ? 20u : 40u) &&
	       t->l4len >= (t->udp ? 8u : 20u) && t->l4 + t->l4len < pk->len;
}

/* Bytes [from, to) lie in how many buffers? */
static uint32_t buffers(const struct packet *pk, uint32_t from, uint32_t to)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pk->nr; i++) {
		uint32_t start = i ? pk->end[i - 1] : 0;

		n += start < to && pk->end[i] > from;
	}
	return n;
}

static bool segments_ok(const struct packet *pk, const struct net_tso *t, uint32_t hdr)
{
	uint32_t of_header = buffers(pk, 0, hdr);

	if (pk->nr <= TXD_MAX_BUFS)
		return true;
	for (uint32_t at = hdr; at < pk->len; at += t->mss) {
		uint32_t to = at + t->mss < pk->len ? at + t->mss : pk->len;
		uint32_t n = of_header + buffers(pk, at, to);

		/* the buffer in which headers end and payload begins counts once */
		for (uint32_t i = 0; i < pk->nr; i++)
			if ((i ? pk->end[i - 1] : 0) < hdr && pk->end[i] > at)
				n--;
		if (n > TXD_MAX_BUFS)
			return false;
	}
	return true;
}

static bool send_tso(struct e810_ring *q, const struct e810_vsi *v, struct packet *pk)
{
	struct net_tso t = {
		.l4len = TXD_L4LEN(pk->q1), .mss = TXX_MSS(pk->ctx1),
		.ipv4 = TXD_IIPT(pk->q1) >= IIPT_IPV4, .udp = TXD_L4T(pk->q1) == L4T_UDP,
		/* FIN and PSH in the last segment only, CWR in the first only */
		.flags_first = 0xff6, .flags_mid = 0xf76, .flags_last = 0xf7f,
		.outer_l3 = TXD_MACLEN(pk->q1), .outer_v4 = TXX_EIPT(pk->ctx0) != EIPT_IPV6,
		.outer_udp = TXX_L4TUNT(pk->ctx0) == L4TUNT_UDP,
		.outer_udp_sum = pk->ctx0 & TXX_L4T_CS,
	};
	uint32_t hdr, nr;

	t.l3 = inner_l3(pk, &t.outer_len);
	t.l4 = t.l3 + TXD_IPLEN(pk->q1);
	hdr = t.l4 + t.l4len;

	if (!q->tso_ena)
		return mdd(q, MDD_NO_TSO, "TSO on a queue whose context does not allow it");
	if (t.mss < TSO_MSS_MIN || t.mss > TSO_MSS_MAX)
		return mdd(q, MDD_MSS, "MSS is not 64 to 9728");
	if (!outer_ok(pk, t.outer_len) || !tso_header_ok(pk, &t))
		return mdd(q, MDD_OFFLOAD, "TSO headers do not fit the packet");
	if (pk->len - hdr != TXX_TSO_LEN(pk->ctx1))
		return mdd(q, MDD_TSO_LEN, "TSO_LEN is not what the buffers hold");
	if (hdr + t.mss + 4 > q->e->max_frame)
		return mdd(q, MDD_LENGTH, "segment longer than a frame may be");
	if (!segments_ok(pk, &t, hdr))
		return mdd(q, MDD_TOO_MANY, "more than 8 buffers in a segment");
	nr = net_segments(&t, pk->len);
	for (uint32_t i = 0; i < nr; i++) {
		struct frame one = { .data = q->e->q->seg_buf + HEADROOM };

		one.len = net_segment(&t, pk->data, pk->len, i, one.data);
		insert_tags(v, pk, &one);
		emit(q, v, pk, one.data, one.len);
	}
	return true;
}

/* The checksums of one packet; false if lengths and types contradict it. */
static bool offload_sums(const struct packet *pk)
{
	uint32_t outer, l3 = inner_l3(pk, &outer), mac = TXD_MACLEN(pk->q1);
	uint32_t l4 = l3 + TXD_IPLEN(pk->q1), type = TXD_L4T(pk->q1), at;
	static const uint8_t header[4] = { 0, 20, 12, 8 }, field[4] = { 0, 16, 8, 6 };

	if (!TXD_IIPT(pk->q1) && !type)
		return true;
	if (l3 < NET_ETH_HDR || l4 > pk->len || !outer_ok(pk, outer))
		return false;
	if (TXD_IIPT(pk->q1) && l4 - l3 < (TXD_IIPT(pk->q1) == IIPT_IPV6 ? 40u : 20u))
		return false;
	if (TXX_EIPT(pk->ctx0) == EIPT_IPV4_CSUM)
		net_sum_insert(pk->data, mac, mac + outer, mac + 10, 0, false);
	if (TXD_IIPT(pk->q1) == IIPT_IPV4_CSUM)
		net_sum_insert(pk->data, l3, l4, l3 + 10, 0, false);
	if (!type)
		return true;
	at = l4 + field[type];
	if (!TXD_IIPT(pk->q1) || TXD_L4LEN(pk->q1) < header[type] || l4 + header[type] > pk->len)
		return false;
	if (type == L4T_SCTP) {
		uint32_t crc = net_sctp_crc(pk->data + l4, pk->len - l4);

		memcpy(pk->data + at, &crc, 4);
	} else {
		net_sum_insert(pk->data, l4, pk->len, at, 0, type == L4T_UDP);
	}
	return true;
}

/* A flow director descriptor with its dummy packet: matching is not modelled, and it says so. */
static bool program_fd(struct e810_ring *q, const struct e810_vsi *v, const struct packet *pk)
{
	uint64_t done = pk->fd1 & TXF_REMOVE ? RXFD_PROG_DEL : RXFD_FAIL;
	unsigned int report = TXF_COMP_REPORT(pk->fd0);

	if (report == COMP_REPORT_ALWAYS || (report == COMP_REPORT_FAIL && done & RXFD_FAIL))
		e810_rx_fd_done(q->e, v, done, TXF_FDID(pk->fd1));
	return true;
}

static bool send_packet(struct e810_ring *q, struct packet *pk)
{
	const struct e810_vsi *v = e810_vsi_get(q->e, q->vsi);
	bool tso = pk->ctx1 & TXX_TSO;
	struct frame one;

	if (!v)					/* freed under its queue */
		return true;
	if (pk->fd1 || pk->q1 & TXD_DUMMY)
		return program_fd(q, v, pk);
	if (pk->len < LEN_MIN)
		return mdd(q, MDD_LENGTH, "packet shorter than 17 bytes");
	if (tso)
		return send_tso(q, v, pk);
	if (pk->nr > TXD_MAX_BUFS)
		return mdd(q, MDD_TOO_MANY, "more than 8 buffers");
	if (pk->len + 4 > q->e->max_frame)
		return mdd(q, MDD_LENGTH, "packet longer than a frame may be");
	if (!offload_sums(pk))
		return mdd(q, MDD_OFFLOAD, "checksum offload does not fit the packet");
	one = (struct frame){ pk->data, pk->len };
	insert_tags(v, pk, &one);
	emit(q, v, pk, one.data, one.len);
	return true;
}

/* ---- descriptors ---------------------------------------------------------------------------- */

enum gather { GATHERED, NOT_YET, STOPPED };

static enum gather stop(struct e810_ring *q, enum mdd_type type, const char *why)
{
	mdd(q, type, why);
	return STOPPED;
}

static enum gather append(struct e810_ring *q, struct packet *pk, uint64_t iova, uint64_t q1)
{
	uint32_t n = TXD_BUF_SZ(q1);

	if (!n)
		return stop(q, MDD_BUF_SZ, "buffer of length 0");
	if (pk->nr == MAX_DESCS || (!(pk->ctx1 & TXX_TSO) && pk->nr == TXD_MAX_BUFS))
		return stop(q, MDD_TOO_MANY, "too many buffers");
	if (pk->len + n > TSO_MAX_BYTES)
		return stop(q, MDD_LENGTH, "packet larger than any");
	if (!e810_buf_read(q, iova, pk->data + pk->len, n)) {
		e810_irq_misc(q->e, OICR_PCI_EXC);
		e810_ring_hang(q, "data read failed");
		return STOPPED;
	}
	pk->len += n;
	pk->end[pk->nr++] = pk->len;
	return GATHERED;
}

/* One descriptor into the packet. */
static enum gather take(struct e810_ring *q, struct packet *pk, uint32_t i, const uint64_t d[2])
{
	switch (TXD_DTYPE(d[1])) {
	case TXD_CTX:
		if (pk->nr)
			return stop(q, MDD_NO_EOP, "context inside a packet");
		if (pk->ctx1)
			return stop(q, MDD_TWO_CONTEXTS, "two contexts for one packet");
		pk->ctx0 = d[0];
		pk->ctx1 = d[1];
		return GATHERED;
	case TXD_FD:
		if (pk->nr || pk->fd1)
			return stop(q, MDD_NO_EOP, "flow director descriptor inside a packet");
		pk->fd0 = d[0];
		pk->fd1 = d[1];
		return GATHERED;
	case TXD_DATA:
		break;
	default:
		return stop(q, MDD_DTYPE, "reserved descriptor type");
	}
	if (!pk->nr)
		pk->q1 = d[1];
	if (d[1] & TXD_RS && pk->nr_rs < MAX_DESCS)
		pk->rs[pk->nr_rs++] = i;
	return append(q, pk, d[0], d[1]);
}

/* The packet at the head, up to its EOP; *at becomes the descriptor after it. */
static enum gather gather(struct e810_ring *q, uint32_t *at, uint64_t desc[2], struct packet *pk)
{
	uint32_t i = *at;

	pk->data = q->e->q->tx_buf + HEADROOM;
	pk->len = pk->nr = pk->nr_rs = 0;
	pk->ctx0 = pk->ctx1 = pk->fd0 = pk->fd1 = 0;
	for (;;) {
		enum gather ret = take(q, pk, i, desc);

		if (ret != GATHERED)
			return ret;
		i = next(q, i);
		if (pk->nr && desc[1] & TXD_EOP)
			break;
		if (i == q->tail) {
			if (next(q, i) == q->head)
				return stop(q, MDD_NO_EOP, "ring full without EOP");
			q->stuck_tail = q->tail;
			return NOT_YET;
		}
		if (!e810_desc_read(q, i, desc))
			return STOPPED;
	}
	*at = i;
	return GATHERED;
}

static void complete(struct e810_ring *q, const struct packet *pk)
{
	static const uint64_t done[4] = { 0, TXD_DONE, 0, 0 };

	for (uint32_t i = 0; i < pk->nr_rs; i++)
		e810_desc_write(q, pk->rs[i], done);
	if (pk->nr_rs)
		e810_irq_queue(q->e, true, q->idx);
}

/* One packet at the head. False: nothing more to do for now. */
static bool tx_one(struct e810_ring *q, struct packet *pk)
{
	uint32_t at = q->head, need;
	uint64_t desc[2];

	if (!e810_desc_read(q, at, desc))
		return false;
	if (!q->e->link_up && TXD_DTYPE(desc[1]) != TXD_FD)
		return false;
	need = TXD_DTYPE(desc[1]) == TXD_CTX ? TXX_TSO_LEN(desc[1]) : TXD_BUF_SZ(desc[1]);
	if (!sim_wire_ready(q->e->dev, need < READY_MAX ? need : READY_MAX))
		return false;
	if (gather(q, &at, desc, pk) != GATHERED || !send_packet(q, pk))
		return false;
	q->head = at;
	complete(q, pk);
	return true;
}

/* Round robin over the live queues, until about `budget` frames are out. True if anything moved. */
bool e810_tx_run(struct e810 *e, unsigned int budget)
{
	uint64_t start = e->dev->ctr.tx_frames;
	struct e810_queues *s = e->q;
	unsigned int rounds = 0, idle = 0;
	struct packet pk;
	bool did = false;

	if (!s->nr_tx_live || !e810_master(e))
		return false;
	e810_enter(e);
	while (e->dev->ctr.tx_frames - start < budget && rounds++ < budget && idle < s->nr_tx_live) {
		struct e810_ring *q = s->tx_live[s->tx_next % s->nr_tx_live];
		unsigned int n = 0;

		s->tx_next = (s->tx_next + 1) % s->nr_tx_live;
		while (n < TX_ROUND && q->head != q->tail && q->tail != q->stuck_tail && !q->hung &&
		       tx_one(q, &pk))
			n++;
		did |= n > 0;
		idle = n ? 0 : idle + 1;
	}
	return did;
}
