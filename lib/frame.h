/* SPDX-License-Identifier: MIT */
/*
 * The other half of transmit: frames in several pieces, and frames with requests to the card. Internal to
 * lib/; included by burst.h, so that each descriptor format compiles it with constants of its own. What a
 * request means in a descriptor is in desc_<format>.c.
 */
#ifndef NDRV_FRAME_H
#define NDRV_FRAME_H

#define TX_L4_CSUM	(NDRV_PKT_F_TX_TCP_CSUM | NDRV_PKT_F_TX_UDP_CSUM | NDRV_PKT_F_TX_SCTP_CSUM)
#define TX_NEEDS_HEADERS (TX_L4_CSUM | NDRV_PKT_F_TX_IP_CSUM | NDRV_PKT_F_TX_TSO)

#define TX_L2_MIN	14u
#define TX_L2_MAX	126u
#define TX_VLAN_BYTES	4u

/* How a frame goes into the ring. */
struct tx_frame {
	unsigned int pieces;		/* handles */
	unsigned int descs;		/* descriptors, a context among them */
	uint32_t total;			/* bytes in the pieces */
	uint32_t header;		/* how many of them are headers, as far as requests need to know */
	uint32_t l4;			/* NDRV_PKT_F_TX_*_CSUM: what is to be summed, 0 nothing */
	bool tso;
	/* Of the format: */
	uint64_t bits;			/* for the second quadword of every data descriptor */
	bool has_context;
	unsigned int context_slot;	/* of tx_side.ctx */
	uint64_t context[2];
};

/* Header lengths that both cards can express and that the protocols can have. */
static inline int tx_headers(const struct ndrv_pkt *pkt, struct tx_frame *fr)
{
	const bool v6 = pkt->flags & NDRV_PKT_F_TX_IPV6;
	const uint32_t l3_min = v6 ? 40 : 20, l3_max = v6 ? 252 : 60;
	uint32_t l4_len = 0;

	fr->l4 = pkt->flags & TX_L4_CSUM;
	if (fr->tso)
		fr->l4 |= NDRV_PKT_F_TX_TCP_CSUM;
	if (fr->l4 & (fr->l4 - 1) || (v6 && pkt->flags & NDRV_PKT_F_TX_IP_CSUM))
		return -EINVAL;
	if (pkt->l2_len < TX_L2_MIN || pkt->l2_len > TX_L2_MAX || pkt->l2_len & 1 ||
	    pkt->l3_len < l3_min || pkt->l3_len > l3_max || pkt->l3_len & 3)
		return -EINVAL;
	switch (fr->l4) {
	case NDRV_PKT_F_TX_TCP_CSUM:
		l4_len = fr->tso ? pkt->l4_len : 20;
		if (l4_len < 20 || l4_len > 60 || l4_len & 3)
			return -EINVAL;
		break;
	case NDRV_PKT_F_TX_UDP_CSUM:
		l4_len = 8;
		break;
	case NDRV_PKT_F_TX_SCTP_CSUM:
		l4_len = 12;
		break;
	}
	fr->header = pkt->l2_len + pkt->l3_len + l4_len;
	return 0;
}

/* The requests in the flags of @pkt, the first piece: 0 if the card can do them. */
static inline int tx_requests(const struct ndrv_queue *q, const struct ndrv_pkt *pkt,
			      struct tx_frame *fr)
{
	const uint32_t requests = pkt->flags & TX_REQUESTS;

	fr->header = 0;
	fr->l4 = 0;
	fr->tso = requests & NDRV_PKT_F_TX_TSO;
	if (requests & ~q->tx.flags)
		return -EOPNOTSUPP;
	return requests & TX_NEEDS_HEADERS ? tx_headers(pkt, fr) : 0;
}

/*
 * A segment is the headers, and mss bytes from where the last one ended. Each may be in so many
 * descriptors; the headers are in the first one.
 */
burst_inline bool tx_segments_fit(const struct burst_format *f, const struct ndrv_pkt *pkts,
				  const struct tx_frame *fr)
{
	uint32_t mss = pkts[0].mss, left = mss, in_segment = 1;
	unsigned int i;

	for (i = 0; i < fr->pieces; i++) {
		uint32_t at = i ? 0 : fr->header;

		/* One round for each descriptor; the first one is in every segment already. */
		for (uint32_t end; at < pkts[i].len; at = end) {
			bool first = !i && at < f->tx_desc_bytes;
			uint32_t len;

			end = (at / f->tx_desc_bytes + 1) * f->tx_desc_bytes;
			end = end < pkts[i].len ? end : pkts[i].len;
			len = end - at;
			in_segment += !first;
			if (in_segment > f->tx_max_pieces)
				return false;
			if (len < left) {
				left -= len;
				continue;
			}
			/* Segments end here; the rest of the descriptor begins one more. */
			len = (len - left) % mss;
			left = mss - len;
			in_segment = 1 + (len && !first);
		}
	}
	return true;
}

/* What the lengths of a whole frame must be. */
burst_inline bool tx_lengths_fit(const struct burst_format *f, const struct ndrv_pkt *pkts,
				 const struct tx_frame *fr)
{
	uint32_t tag = pkts[0].flags & NDRV_PKT_F_TX_VLAN ? TX_VLAN_BYTES : 0;

	if (fr->total < f->tx_min_bytes)
		return false;
	if (!fr->tso)
		return fr->total + tag <= f->tx_max_bytes && fr->descs <= f->tx_max_pieces &&
		       fr->header <= fr->total;
	return fr->header <= pkts[0].len && fr->header < fr->total &&
	       fr->total <= NDRV_TX_MAX_TSO_BYTES && pkts[0].mss >= NDRV_TX_MIN_MSS &&
	       fr->header + pkts[0].mss + tag <= f->tx_max_bytes &&
	       fr->descs <= f->tx_max_tso_descs &&
	       (fr->descs <= f->tx_max_pieces || tx_segments_fit(f, pkts, fr));
}

/* Look at the whole frame that begins at @pkts: 0, or why it cannot be sent. */
burst_inline int tx_measure(const struct ndrv_queue *q, const struct burst_format *f,
			    const struct ndrv_pkt *pkts, unsigned int n, struct tx_frame *fr)
{
	const struct pool_view *v = &q->view;
	int ret = tx_requests(q, pkts, fr);
	unsigned int i;

	if (ret)
		return ret;
	fr->total = 0;
	fr->descs = 0;
	for (i = 0;; i++) {
		uint64_t off;

		if (i == n || i == f->tx_max_tso_descs)
			return -EINVAL;
		off = (uintptr_t)pkts[i].data - (uintptr_t)v->base;
		if (!pkts[i].len || off >= v->len_bytes ||
		    (off & (v->buf_bytes - 1)) + pkts[i].len > v->buf_bytes ||
		    (i && pkts[i].flags & TX_REQUESTS))
			return -EINVAL;
		fr->total += pkts[i].len;
		fr->descs += pkts[i].len <= f->tx_desc_bytes ? 1 :
			     (pkts[i].len - 1) / f->tx_desc_bytes + 1;
		if (!(pkts[i].flags & NDRV_PKT_F_MORE))
			break;
	}
	fr->pieces = i + 1;
	if (!tx_lengths_fit(f, pkts, fr))
		return -EINVAL;
	fr->bits = 0;
	fr->has_context = false;
	fr->context_slot = 0;
	fr->context[0] = 0;
	fr->context[1] = 0;
	if (pkts[0].flags & TX_REQUESTS) {
		f->tx_offload(&q->tx, pkts, fr);
		fr->descs += fr->has_context;
	}
	return fr->descs > q->tx.limit ? -EINVAL : 0;
}

/* Write the descriptors of a frame; there is room for them. */
burst_inline void tx_write(struct ndrv_queue *q, const struct burst_format *f,
			   const struct ndrv_pkt *pkts, const struct tx_frame *fr)
{
	const uint32_t count = fr->tso ? fr->total - fr->header : fr->total;
	const struct pool_view *v = &q->view;
	volatile uint64_t *ring = q->tx.ring;
	struct tx_side *tx = &q->tx;
	unsigned int i;

	if (fr->has_context) {
		uint32_t slot = tx->next++ & tx->mask;

		tx->bufs[slot] = NULL;
		ring[slot * 2] = fr->context[0];
		ring[slot * 2 + 1] = fr->context[1];
		tx->ctx[fr->context_slot][0] = fr->context[0];
		tx->ctx[fr->context_slot][1] = fr->context[1];
	}
	if (fr->bits)
		tx->ctx_last = fr->context_slot;
	for (i = 0; i < fr->pieces; i++) {
		uint8_t *data = pkts[i].data;
		uint64_t in_buf = ((uintptr_t)data - (uintptr_t)v->base) & (v->buf_bytes - 1);
		uint32_t left = pkts[i].len, len;

		for (; left; left -= len, data += len) {
			uint32_t slot = tx->next++ & tx->mask;
			bool last;

			len = left < f->tx_desc_bytes ? left : f->tx_desc_bytes;
			last = len == left;
			/* The buffer is free when its last descriptor is sent. */
			tx->bufs[slot] = last ? (uint8_t *)pkts[i].data - in_buf : NULL;
			ring[slot * 2] = view_iova(v, data);
			ring[slot * 2 + 1] = f->tx_command(len, count, last && i + 1 == fr->pieces) |
					     fr->bits;
		}
	}
}

/* Would tx_measure() make of @pkt, one piece without TSO, what it made of @like? */
static inline bool tx_alike(const struct ndrv_pkt *pkt, const struct ndrv_pkt *like)
{
	return !((pkt->flags ^ like->flags) & TX_REQUESTS) && !(pkt->flags & NDRV_PKT_F_MORE) &&
	       pkt->vlan == like->vlan &&
	       (pkt->hash == like->hash || !(pkt->flags & TX_NEEDS_HEADERS));
}

/* Packets of one flow want the same: @fr is that of the one before. False: look at it closely. */
burst_inline bool tx_again(struct ndrv_queue *q, const struct burst_format *f,
			   const struct ndrv_pkt *pkt, const struct tx_frame *fr)
{
	const struct pool_view *v = &q->view;
	const uint32_t most = f->tx_max_bytes - TX_VLAN_BYTES, len = pkt->len;
	volatile uint64_t *ring = q->tx.ring;
	uint64_t off = (uintptr_t)pkt->data - (uintptr_t)v->base, in_buf = off & (v->buf_bytes - 1);
	uint32_t slot = q->tx.next & q->tx.mask;

	if (len - f->tx_min_bytes > most - f->tx_min_bytes || len < fr->header ||
	    off >= v->len_bytes || in_buf + len > v->buf_bytes)
		return false;
	q->tx.bufs[slot] = (uint8_t *)pkt->data - in_buf;
	ring[slot * 2] = view_iova(v, pkt->data);
	ring[slot * 2 + 1] = f->tx_command(len, len, true) | fr->bits;
	q->tx.next++;
	return true;
}

/*
 * What the loop over plain packets left, up to a batch: the first one is in several pieces, has requests,
 * or cannot be sent. Returns the handles taken, 0 if there is no room now, or an error; adds to @more how
 * many of them are not the last of their frame.
 */
burst_inline int burst_tx_frames(struct ndrv_queue *q, const struct burst_format *f,
				 const struct ndrv_pkt *pkts, unsigned int n, unsigned int *more)
{
	uint32_t room = q->tx.limit - (q->tx.next - q->tx.clean);
	const struct ndrv_pkt *like = NULL;
	unsigned int done = 0, descs = 0;
	struct tx_frame fr = { .pieces = 0 };

	while (done < n && descs < TX_RS_BATCH) {
		int ret;

		if (like && room && tx_alike(pkts + done, like) && tx_again(q, f, pkts + done, &fr)) {
			room--;
			descs++;
			done++;
			continue;
		}
		like = NULL;
		ret = tx_measure(q, f, pkts + done, n - done, &fr);

		if (ret)
			return done ? (int)done : ret;
		if (fr.descs > room) {
			if (!done) {
				q->ops->tx_clean(q);
				room = q->tx.limit - (q->tx.next - q->tx.clean);
			}
			if (fr.descs > room)
				break;
		}
		tx_write(q, f, pkts + done, &fr);
		like = fr.tso ? NULL : pkts + done;
		room -= fr.descs;
		descs += fr.descs;
		done += fr.pieces;
		*more += fr.pieces - 1;
	}
	return done;
}

#endif
