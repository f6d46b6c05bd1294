// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: from the rings to the wire (7.2). A packet is taken when its EOP descriptor lies
 * before the tail; its bytes are gathered, offloads applied, and it leaves as one frame or as the
 * segments of a TSO request.
 *
 * What silicon cannot digest (another descriptor type, an unreadable address, a packet that fills
 * the ring without EOP) makes the queue hang until it is disabled, counted in bad_desc; the other
 * queues go on. Offload fields that contradict the packet are counted and the packet is dropped.
 */
#include "ixgbe.h"

#define ETH_HDR			14
#define HEADROOM		16		/* in front of the packet, for a tag */
#define MIN_MSS			16		/* bounds the segments of one request */
#define READY_MAX		32768		/* ask the far end for no more at once */
#define TX_ROUND		32		/* packets before the next queue's turn */

/* One packet on its way through: offsets count from `data`. */
struct packet {
	uint8_t *data;
	uint32_t len;
	uint32_t first_cmd, first_olinfo, last_cmd;
	uint16_t legacy_vlan;
	uint8_t legacy_css, legacy_cso;
	bool legacy;
};

static uint32_t next(const struct ixgbe_queue *q, uint32_t i)
{
	return i + 1 == q->nr ? 0 : i + 1;
}

/* ---- which queues there are, and their packet buffers, 7.2.1.2.1 ------------------------------ */

/* Traffic class of a queue; -1: the mode has no such queue, or is none. */
static int class_of(uint32_t mtqc, unsigned int queue)
{
	static const uint8_t first4[4] = { 0, 64, 96, 112 };
	static const uint8_t first8[8] = { 0, 32, 64, 80, 96, 104, 112, 120 };
	unsigned int num = MTQC_NUM(mtqc), tcs = num == 3 ? 8 : 4;
	const uint8_t *first = num == 3 ? first8 : first4;
	int tc = tcs - 1;

	switch (mtqc & (MTQC_RT_ENA | MTQC_VT_ENA)) {
	case 0:				/* 64 queues */
		return !num && queue < 64 ? 0 : -1;
	case MTQC_VT_ENA:		/* 64 pools of two queues, 32 of four */
		return num == 1 || num == 2 ? 0 : -1;
	case MTQC_VT_ENA | MTQC_RT_ENA:	/* each pool has a queue of each class */
		return num >= 2 ? (int)(queue % tcs) : -1;
	}
	if (num < 2)
		return -1;
	while (queue < first[tc])
		tc--;
	return tc;
}

void ixgbe_tx_classes(struct ixgbe *ix)
{
	for (unsigned int i = 0; i < IXGBE_NR_QUEUES; i++)
		ix->txq[i].tc = class_of(R(ix, IXGBE_MTQC), i);
}

static uint32_t buffer_bytes(const struct ixgbe_queue *q)
{
	return R(q->ix, IXGBE_TXPBSIZE(q->tc)) & TXPBSIZE_BYTES;
}

static uint32_t buffer_threshold(const struct ixgbe_queue *q)
{
	return (R(q->ix, IXGBE_TXPBTHRESH(q->tc)) & TXPBTHRESH_THRESH) * 1024;
}

/* Data is fetched for a buffer that is filled less than its threshold: never, if that is 0. */
static bool fetches(const struct ixgbe_queue *q)
{
	return q->tc >= 0 && buffer_bytes(q) && buffer_threshold(q);
}

/* ---- write-back, 7.2.3.5 -------------------------------------------------------------------- */

static void flush_dd(struct ixgbe_queue *q)
{
	q->done_since_wb = 0;
	if (!q->nr_rs)
		return;
	if (q->head_wb) {
		uint32_t head = q->head;

		if (q->ix->fault_no_dd)
			q->ix->fault_no_dd--;
		else
			ixgbe_buf_write(q, q->head_wb_iova, &head, 4);
	} else {
		for (unsigned int i = 0; i < q->nr_rs; i++)
			ixgbe_desc_write(q, q->rs[i], 0, (uint64_t)TXD_DD << 32);
	}
	q->nr_rs = 0;
	ixgbe_irq_queue(q);
}

/* Descriptors up to and with the one before `head` are done; those with RS are in rs[] already. */
static void completed(struct ixgbe_queue *q, uint32_t head)
{
	q->done_since_wb += head >= q->head ? head - q->head : head + q->nr - q->head;
	q->head = head;
	if (q->done_since_wb >= q->wthresh || q->nr_rs == sizeof(q->rs) / sizeof(q->rs[0]))
		flush_dd(q);
}

static void note_rs(struct ixgbe_queue *q, uint32_t i, uint32_t cmd)
{
	if (cmd & TXD_RS && q->nr_rs < sizeof(q->rs) / sizeof(q->rs[0]))
		q->rs[q->nr_rs++] = i;
}

/* ---- offloads ------------------------------------------------------------------------------- */

static uint32_t sum_offset(uint8_t l4t)
{
	return l4t == L4T_UDP ? 6 : l4t == L4T_TCP ? 16 : 8;
}

static bool offload_sums(const struct packet *pk, const struct ixgbe_ctx *c)
{
	uint32_t l4 = c->maclen + c->iplen, at = l4 + sum_offset(c->l4t);

	if (pk->first_olinfo & TXD_TXSM) {
		if (c->l4t > L4T_SCTP || at + (c->l4t == L4T_SCTP ? 4 : 2) > pk->len)
			return false;
		if (c->l4t == L4T_SCTP) {
			uint32_t crc = net_sctp_crc(pk->data + l4, pk->len - l4);

			memcpy(pk->data + at, &crc, 4);
		} else {
			net_sum_insert(pk->data, l4, pk->len, at, 0, c->l4t == L4T_UDP);
		}
	}
	if (pk->first_olinfo & TXD_IXSM) {
		if (c->iplen < 20 || l4 > pk->len)
			return false;
		net_sum_insert(pk->data, c->maclen, l4, c->maclen + 10, 0, false);
	}
	return true;
}

static void insert_tag(struct ixgbe *ix, struct packet *pk, uint16_t tci)
{
	memmove(pk->data - 4, pk->data, 12);
	pk->data -= 4;
	pk->len += 4;
	net_put_be16(pk->data + 12, R(ix, IXGBE_DMATXCTL) >> 16);
	net_put_be16(pk->data + 14, tci);
}

/* ---- to the wire ---------------------------------------------------------------------------- */

/* The frame without FCS; the FCS itself is checked and dropped if the driver brought its own. */
static bool fcs_ok(struct ixgbe_queue *q, struct packet *pk)
{
	uint32_t crc;

	if (pk->first_cmd & TXD_IFCS && R(q->ix, IXGBE_HLREG0) & HLREG0_TXCRCEN)
		return true;
	if (pk->len < ETH_HDR + 4)
		return false;
	memcpy(&crc, pk->data + pk->len - 4, 4);
	pk->len -= 4;
	return crc == net_crc32(pk->data, pk->len);
}

static bool bad(struct ixgbe_queue *q, const char *why)
{
	q->ix->dev->ctr.bad_desc++;
	sim_log(q->ix->dev, 1, "tx queue %u descriptor %u: %s", q->idx, q->head, why);
	return false;
}

/*
 * A frame leaves when all of it is in the packet buffer of its class. The buffers here never fill, so one
 * that could overrun a full one goes out, and is only counted.
 */
static bool fits(struct ixgbe_queue *q, uint32_t len)
{
	uint32_t size = buffer_bytes(q), threshold = buffer_threshold(q);

	if (len > size) {
		ixgbe_queue_hang(q, "frame longer than the packet buffer of its class");
		return bad(q, "does not fit into its packet buffer");
	}
	if (threshold > size || len > size - threshold)
		bad(q, "frame longer than the packet buffer is above its threshold");
	return true;
}

static void emit(struct ixgbe_queue *q, uint8_t *d, uint32_t len)
{
	struct ixgbe *ix = q->ix;

	if (!fits(q, len + 4))
		return;
	if (len < 60 && R(ix, IXGBE_HLREG0) & HLREG0_TXPADEN) {
		memset(d + len, 0, 60 - len);
		len = 60;
	}
	ixgbe_stats_tx(ix, q, d, len);
	if (R(ix, IXGBE_HLREG0) & HLREG0_LPBK)
		ixgbe_rx_frame(ix, d, len, true);
	else
		sim_wire_tx(ix->dev, d, len);
}

/* What 7.2.4 does to each segment; the TCP flags as DTXTCPFLGL and H say. */
static struct net_tso tso_of(struct ixgbe *ix, const struct ixgbe_ctx *c)
{
	uint32_t low = R(ix, IXGBE_DTXTCPFLGL), high = R(ix, IXGBE_DTXTCPFLGH);

	return (struct net_tso){
		.l3 = c->maclen, .l4 = c->maclen + c->iplen, .l4len = c->l4len, .mss = c->mss,
		.ipv4 = c->ipv4, .flags_first = low & 0xfff, .flags_mid = low >> 16 & 0xfff,
		.flags_last = high & 0xfff,
	};
}

static bool send_tso(struct ixgbe_queue *q, struct packet *pk, const struct ixgbe_ctx *c)
{
	struct ixgbe *ix = q->ix;
	uint32_t hdr = c->maclen + c->iplen + c->l4len, payload, nr;
	struct net_tso tso = tso_of(ix, c);

	if (c->l4t != L4T_TCP || c->l4len < 20 || c->iplen < (c->ipv4 ? 20 : 40) ||
	    c->maclen < ETH_HDR || c->mss < MIN_MSS || hdr > pk->len)
		return bad(q, "TSO context does not fit the packet");
	payload = pk->len - hdr;
	if (payload != TXD_PAYLEN(pk->first_olinfo))
		return bad(q, "TSO PAYLEN is not what the buffers hold");
	if (hdr + c->mss + 4 > SIM_FRAME_MAX)
		return bad(q, "TSO segment longer than a frame can be");
	if (!(pk->first_cmd & TXD_IFCS))
		return bad(q, "TSO without IFCS");
	nr = net_segments(&tso, pk->len);
	for (uint32_t i = 0; i < nr && !q->hung; i++) {
		struct packet one = { .data = ix->seg_buf + HEADROOM };

		one.len = net_segment(&tso, pk->data, pk->len, i, one.data);
		if (pk->first_cmd & TXD_VLE)
			insert_tag(ix, &one, c->vlan);
		emit(q, one.data, one.len);
	}
	return true;
}

static bool send_legacy(struct ixgbe_queue *q, struct packet *pk)
{
	if (pk->first_cmd & TXD_LEGACY_IC) {
		if (pk->legacy_cso + 2u > pk->len || pk->legacy_css >= pk->len)
			return bad(q, "legacy checksum offsets outside the packet");
		net_sum_insert(pk->data, pk->legacy_css, pk->len, pk->legacy_cso, 0, false);
	}
	if (!fcs_ok(q, pk))
		return bad(q, "no FCS");
	if (pk->first_cmd & TXD_VLE)
		insert_tag(q->ix, pk, pk->legacy_vlan);
	emit(q, pk->data, pk->len);
	return true;
}

static bool send_packet(struct ixgbe_queue *q, struct packet *pk)
{
	const struct ixgbe_ctx *c = &q->ctx[TXD_IDX(pk->first_olinfo) & 1];
	bool tso = pk->first_cmd & TXD_TSE;

	if (pk->len < ETH_HDR)
		return bad(q, "packet shorter than an Ethernet header");
	if (pk->legacy)
		return pk->len <= SIM_FRAME_MAX - 4 ? send_legacy(q, pk) : bad(q, "too long");
	if ((tso || pk->first_cmd & TXD_VLE || pk->first_olinfo & (TXD_IXSM | TXD_TXSM)) &&
	    (!c->valid || TXD_IDX(pk->first_olinfo) > 1))
		return bad(q, "offload without a context descriptor");
	if (tso)
		return send_tso(q, pk, c);
	if (pk->len > SIM_FRAME_MAX - 4)
		return bad(q, "packet longer than a frame can be");
	if (pk->len != TXD_PAYLEN(pk->first_olinfo))
		return bad(q, "PAYLEN is not what the buffers hold");
	if (pk->first_olinfo & (TXD_IXSM | TXD_TXSM) && !offload_sums(pk, c))
		return bad(q, "checksum context does not fit the packet");
	if (!fcs_ok(q, pk))
		return bad(q, "no FCS: neither IFCS nor a right one in the data");
	if (pk->first_cmd & TXD_VLE)
		insert_tag(q->ix, pk, c->vlan);
	emit(q, pk->data, pk->len);
	return true;
}

/* ---- descriptors ---------------------------------------------------------------------------- */

static void context(struct ixgbe_queue *q, uint64_t lo, uint64_t hi)
{
	uint32_t d2 = (uint32_t)hi, d3 = hi >> 32;
	struct ixgbe_ctx *c = &q->ctx[TXD_IDX(d3) & 1];

	if (TXD_IDX(d3) > 1)
		bad(q, "context index above 1");
	c->valid = true;
	c->iplen = lo & 0x1ff;
	c->maclen = lo >> 9 & 0x7f;
	c->vlan = lo >> 16;
	c->ipv4 = d2 & TXC_IPV4;
	c->l4t = TXC_L4T(d2);
	c->l4len = d3 >> 8;
	c->mss = d3 >> 16;
}

enum gather { GATHERED, NOT_YET, HANG };

static enum gather hang(struct ixgbe_queue *q, const char *why)
{
	bad(q, why);
	ixgbe_queue_hang(q, why);
	return HANG;
}

static enum gather append(struct ixgbe_queue *q, struct packet *pk, uint64_t iova, uint32_t n)
{
	if (!n)
		return hang(q, "buffer of length 0");
	if (pk->len + n > IXGBE_TX_MAX_BYTES - HEADROOM - 64)
		return hang(q, "packet larger than the packet buffer");
	if (!ixgbe_buf_read(q, iova, pk->data + pk->len, n)) {
		ixgbe_irq_misc(q->ix, EICR_PCI);
		ixgbe_queue_hang(q, "data read failed");
		return HANG;
	}
	pk->len += n;
	return GATHERED;
}

/*
 * Bytes of the packet that starts at *at, up to its EOP. *at becomes the descriptor after it. RS
 * of all its descriptors is noted in q->rs, to be written once the packet is out.
 */
static enum gather gather(struct ixgbe_queue *q, uint32_t *at, uint64_t first[2], struct packet *pk)
{
	uint64_t desc[2] = { first[0], first[1] };
	uint8_t nr_rs = q->nr_rs;
	uint32_t i = *at;

	pk->data = q->ix->tx_buf + HEADROOM;
	pk->len = 0;
	pk->first_cmd = (uint32_t)desc[1];
	pk->first_olinfo = desc[1] >> 32;
	pk->legacy = !(pk->first_cmd & TXD_DEXT);
	pk->legacy_vlan = desc[1] >> 48;
	pk->legacy_cso = desc[1] >> 16;
	pk->legacy_css = desc[1] >> 40;
	for (;;) {
		uint32_t cmd = (uint32_t)desc[1];
		enum gather ret;

		if (!(cmd & TXD_DEXT) != pk->legacy ||
		    (!pk->legacy && TXD_DTYP(cmd) != TXD_DTYP_DATA))
			return hang(q, "descriptor of another type inside a packet");
		ret = append(q, pk, desc[0], cmd & 0xffff);
		if (ret != GATHERED)
			return ret;
		note_rs(q, i, cmd);
		i = next(q, i);
		if (cmd & TXD_EOP)
			break;
		if (i == q->tail) {
			q->nr_rs = nr_rs;
			if (next(q, i) == q->head)
				return hang(q, "ring full without EOP");
			q->stuck_tail = q->tail;
			return NOT_YET;
		}
		if (!ixgbe_desc_read(q, i, desc))
			return HANG;
	}
	*at = i;
	return GATHERED;
}

/* One descriptor or packet at the head. False: nothing more to do for now. */
static bool tx_one(struct ixgbe_queue *q)
{
	struct packet pk;
	uint64_t desc[2];
	uint32_t at = q->head, cmd, need;
	uint8_t nr_rs = q->nr_rs;

	if (!ixgbe_desc_read(q, at, desc))
		return false;
	cmd = (uint32_t)desc[1];
	if (cmd & TXD_DEXT && TXD_DTYP(cmd) == TXD_DTYP_CTX) {
		context(q, desc[0], desc[1]);
		note_rs(q, at, cmd);
		completed(q, next(q, at));
		return true;
	}
	need = cmd & TXD_DEXT ? TXD_PAYLEN((uint32_t)(desc[1] >> 32)) : cmd & 0xffff;
	if (need > READY_MAX)
		need = READY_MAX;
	if (!(R(q->ix, IXGBE_HLREG0) & HLREG0_LPBK) && !sim_wire_ready(q->ix->dev, need))
		return false;
	if (gather(q, &at, desc, &pk) != GATHERED)
		return false;
	send_packet(q, &pk);
	if (q->hung) {
		q->nr_rs = nr_rs;
		return false;
	}
	completed(q, at);
	return true;
}

static bool tx_open(struct ixgbe *ix)
{
	return R(ix, IXGBE_DMATXCTL) & DMATXCTL_TE && ixgbe_master(ix) &&
	       (ix->link_up || R(ix, IXGBE_HLREG0) & HLREG0_LPBK);
}

/* Round robin over the live queues, until about `budget` frames are out. True if anything moved. */
bool ixgbe_tx_run(struct ixgbe *ix, unsigned int budget)
{
	uint64_t start = ix->dev->ctr.tx_frames;
	unsigned int rounds = 0, idle = 0;
	bool did = false;

	if (!ix->nr_tx_live || !tx_open(ix))
		return false;
	while (ix->dev->ctr.tx_frames - start < budget && rounds++ < budget &&
	       idle < ix->nr_tx_live) {
		struct ixgbe_queue *q = ix->tx_live[ix->tx_next % ix->nr_tx_live];
		unsigned int n = 0;

		ix->tx_next = (ix->tx_next + 1) % ix->nr_tx_live;
		while (n < TX_ROUND && q->head != q->tail && q->tail != q->stuck_tail && !q->hung &&
		       fetches(q) && tx_one(q))
			n++;
		if (n < TX_ROUND)		/* idle: what waits for WTHRESH is written now */
			flush_dd(q);
		did |= n;
		idle = n ? 0 : idle + 1;
	}
	return did;
}
