/* SPDX-License-Identifier: MIT */
/*
 * The data path for NDRV_DESC_IXGBE: 82599, X540, X550, advanced descriptors of 16 bytes. This is the
 * only file that reads or writes them. Sections are those of the data sheet named in <ndrv/desc.h>.
 */
#include <errno.h>

#include <ndrv/desc.h>

#include "internal.h"

/* Receive slots are refilled, and the tail moved, when so many are empty. */
#define RX_POST_BATCH	32u
/* A status report is asked for at least every so many transmitted descriptors. */
#define TX_RS_BATCH	32u
/* A frame may have at most so many pieces. */
#define TX_MAX_PIECES	40u

#define RX_FLAGS (NDRV_IXGBE_RXS_VP | NDRV_IXGBE_RXS_L4CS | NDRV_IXGBE_RXS_IPCS | \
		  NDRV_IXGBE_RXE_TCPE | NDRV_IXGBE_RXE_IPE | NDRV_IXGBE_RXS_EOP)
#define TX_CMD (NDRV_IXGBE_TXD_DTYP_DATA | NDRV_IXGBE_TXD_DEXT | NDRV_IXGBE_TXD_IFCS)

_Static_assert(sizeof(union ndrv_ixgbe_rx) == 16, "receive descriptor");
_Static_assert(sizeof(union ndrv_ixgbe_tx) == 16, "transmit descriptor");
/* The flags of a handle are the bits of the descriptor, so that one AND translates them. */
_Static_assert(NDRV_PKT_F_VLAN == NDRV_IXGBE_RXS_VP, "VLAN flag");
_Static_assert(NDRV_PKT_F_L4_CHECKED == NDRV_IXGBE_RXS_L4CS, "L4 checked flag");
_Static_assert(NDRV_PKT_F_IP_CHECKED == NDRV_IXGBE_RXS_IPCS, "IP checked flag");
_Static_assert(NDRV_PKT_F_L4_BAD == NDRV_IXGBE_RXE_TCPE, "L4 bad flag");
_Static_assert(NDRV_PKT_F_IP_BAD == NDRV_IXGBE_RXE_IPE, "IP bad flag");
_Static_assert(NDRV_PKT_F_MORE == NDRV_IXGBE_RXS_EOP, "MORE is EOP inverted");

/* One loop for both cases: @one_piece is a constant where this is called. */
static inline __attribute__((always_inline)) void post(struct ndrv_queue *q, uint8_t *const *bufs,
						       unsigned int n, bool one_piece)
{
	volatile union ndrv_ixgbe_rx *ring = q->rx.ring;
	const struct pool_view v = q->view;
	uint64_t delta = v.iova_delta + v.headroom_bytes;
	uint32_t fill = q->rx.fill, mask = q->rx.mask;
	uint8_t **slots = q->rx.bufs;
	unsigned int i;

	for (i = 0; i < n; i++, fill++) {
		uint32_t slot = fill & mask;
		uint8_t *buf = bufs[i];

		slots[slot] = buf;
		ring[slot].qword[0] = one_piece ? (uintptr_t)buf + delta :
						  view_iova(&v, buf + v.headroom_bytes);
		ring[slot].qword[1] = 0;
	}
	q->rx.fill = fill;
}

static void rx_post(struct ndrv_queue *q, uint8_t *const *bufs, unsigned int n)
{
	if (q->view.one_piece)
		post(q, bufs, n, true);
	else
		post(q, bufs, n, false);
}

/* Fill the empty slots from the cache. A batch that the pool cannot give in full is tried again. */
static void rx_refill(struct ndrv_queue *q, uint32_t empty)
{
	uint32_t n = empty;

	/* Refill what fits into one cache; the next burst does the rest. */
	if (n > CACHE_CHUNK)
		n = CACHE_CHUNK;
	if (n > cache_have(q, n))
		n = q->cache.n;
	if (!n)
		return;
	q->cache.n -= n;
	rx_post(q, q->cache.bufs + q->cache.n, n);
	/* A kernel doorbell that fails means a revoked queue; the next empty burst says so. */
	(void)rx_ring_doorbell(q);
}

/* The checksum error of a UDP frame is not to be believed: the 82599 reports it for checksum 0 too. */
static uint32_t rx_error_flags(uint32_t status, uint16_t pkt_info, uint32_t flags)
{
	if (status & NDRV_IXGBE_RXE_FRAME)
		flags |= NDRV_PKT_F_FRAME_BAD;
	if (status & NDRV_IXGBE_RXE_TCPE && !(pkt_info & NDRV_IXGBE_RXP_ETQF) &&
	    pkt_info & NDRV_IXGBE_RXP_UDP)
		flags &= ~(NDRV_PKT_F_L4_BAD | NDRV_PKT_F_L4_CHECKED);
	return flags;
}

static int rx_burst(struct ndrv_queue *q, struct ndrv_pkt *pkts, unsigned int n)
{
	const volatile union ndrv_ixgbe_rx *ring = q->rx.ring;
	uint8_t *const *slots = q->rx.bufs;
	uint32_t next = q->rx.next, mask = q->rx.mask;
	uint32_t posted = q->rx.fill - next;
	uint32_t buf_bytes = q->rx_buf_bytes, headroom = q->view.headroom_bytes;
	unsigned int i, frames_end = 0, room = n;
	uint32_t empty;

	if (n > posted)
		n = posted;
	for (i = 0; i < n; i++) {
		uint32_t slot = (next + i) & mask;
		const volatile union ndrv_ixgbe_rx *d = &ring[slot];
		uint32_t status = ndrv_load32(&d->wb.status);
		uint32_t flags, len, len_vlan;
		uint64_t lo;

		if (!(status & NDRV_IXGBE_RXS_DD))
			break;
		ndrv_acquire();			/* (D), pairs with (C) of the card */
		lo = d->qword[0];
		len_vlan = d->wb.len_vlan;
		len = len_vlan & 0xffff;

		flags = (status & RX_FLAGS) ^ NDRV_PKT_F_MORE;
		flags |= lo & NDRV_IXGBE_RXP_RSS_TYPE ? NDRV_PKT_F_HASH : 0;
		if (unlikely(status & (NDRV_IXGBE_RXE_FRAME | NDRV_IXGBE_RXE_TCPE)))
			flags = rx_error_flags(status, lo, flags);
		if (unlikely(len > buf_bytes)) {
			flags |= NDRV_PKT_F_FRAME_BAD;
			len = buf_bytes;
		}
		pkts[i].data = slots[slot] + headroom;
		pkts[i].len = len;
		pkts[i].flags = flags;
		pkts[i].hash = lo >> 32;
		pkts[i].vlan = len_vlan >> 16;
		pkts[i].reserved = 0;
		/* Only the last piece has valid flags. Pieces behind the last complete frame stay. */
		if (likely(!(flags & NDRV_PKT_F_MORE)))
			frames_end = i + 1;
		else
			pkts[i].flags = NDRV_PKT_F_MORE;
	}
	q->rx.next = next + frames_end;

	empty = q->rx.limit - (q->rx.fill - q->rx.next);
	if (empty >= RX_POST_BATCH)
		rx_refill(q, empty);
	if (likely(frames_end))
		return frames_end;
	if (i && i == room)
		return -EMSGSIZE;
	return ndrv_why_idle(q, q->rx.limit);
}

static unsigned int rx_ready(struct ndrv_queue *q, unsigned int n)
{
	const volatile union ndrv_ixgbe_rx *ring = q->rx.ring;
	uint32_t posted = q->rx.fill - q->rx.next;
	unsigned int i;

	if (n > posted)
		n = posted;
	for (i = 0; i < n; i++)
		if (!(ndrv_load32(&ring[(q->rx.next + i) & q->rx.mask].wb.status) &
		      NDRV_IXGBE_RXS_DD))
			break;
	ndrv_acquire();				/* (D), pairs with (C) of the card */
	return i;
}

/* Buffers of the sent descriptors [clean, end) go to the cache; raw ones have none. */
static void tx_free_until(struct ndrv_queue *q, uint32_t end)
{
	struct tx_side *tx = &q->tx;
	struct cache *c = &q->cache;
	uint8_t *const *slots = tx->bufs;
	uint32_t clean = tx->clean, mask = tx->mask;

	while (clean != end) {
		uint32_t part = end - clean, n, i;

		if (part > CACHE_CHUNK)
			part = CACHE_CHUNK;
		cache_make_room(q, part);
		n = c->n;
		for (i = 0; i < part; i++) {
			uint8_t *buf = slots[(clean + i) & mask];

			c->bufs[n] = buf;
			n += buf != NULL;
		}
		c->n = n;
		clean += part;
	}
	tx->clean = end;
}

static void tx_clean(struct ndrv_queue *q)
{
	const volatile union ndrv_ixgbe_tx *ring = q->tx.ring;
	struct tx_side *tx = &q->tx;

	while (tx->rs_head != tx->rs_tail) {
		uint32_t last = tx->rs[tx->rs_head & tx->mask];

		if (!(ndrv_load32(&ring[last & tx->mask].data.olinfo) & NDRV_IXGBE_TXO_DD))
			break;
		ndrv_acquire();			/* (D), pairs with (C) of the card */
		tx_free_until(q, last + 1);
		tx->rs_head++;
	}
}

/* The descriptor before tx->next reports its status. It ends a frame (RS is legal only there). */
static void tx_ask_status(struct ndrv_queue *q)
{
	volatile union ndrv_ixgbe_tx *ring = q->tx.ring;
	struct tx_side *tx = &q->tx;
	uint32_t last = tx->next - 1;

	ring[last & tx->mask].data.cmd_type_len |= NDRV_IXGBE_TXD_RS;
	tx->rs[tx->rs_tail++ & tx->mask] = last;
}

/* Is @pkt inside one buffer of the pool? */
static inline bool tx_inside(const struct pool_view *v, uint64_t off, uint32_t len)
{
	return off < v->len_bytes && (off & (v->buf_bytes - 1)) + len <= v->buf_bytes;
}

/* Write descriptors for packets that are one piece each; ends at the first that is not, or is bad. */
static inline __attribute__((always_inline)) unsigned int
write_single(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n, bool one_piece)
{
	volatile union ndrv_ixgbe_tx *ring = q->tx.ring;
	const struct pool_view v = q->view;
	uint32_t next = q->tx.next, mask = q->tx.mask;
	uint8_t **slots = q->tx.bufs;
	unsigned int i;

	for (i = 0; i < n; i++, next++) {
		uint8_t *data = pkts[i].data;
		uint64_t off = (uintptr_t)data - (uintptr_t)v.base, in_buf = off & (v.buf_bytes - 1);
		uint32_t len = pkts[i].len, slot = next & mask;

		if (unlikely(pkts[i].flags & (NDRV_PKT_F_MORE | NDRV_PKT_F_TX_RESERVED) ||
			     len < NDRV_IXGBE_TX_MIN_BYTES || off >= v.len_bytes ||
			     in_buf + len > v.buf_bytes))
			break;
		slots[slot] = data - in_buf;
		ring[slot].qword[0] = one_piece ? (uintptr_t)data + v.iova_delta :
						  view_iova(&v, data);
		ring[slot].qword[1] = (uint64_t)len << (32 + NDRV_IXGBE_TXO_PAYLEN_SHIFT) |
				      (TX_CMD | NDRV_IXGBE_TXD_EOP) | len;
	}
	q->tx.next = next;
	return i;
}

static unsigned int tx_single(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n)
{
	return q->view.one_piece ? write_single(q, pkts, n, true) : write_single(q, pkts, n, false);
}

/* How many pieces the frame at @pkts has, and its length; or why it cannot be sent. */
static int tx_measure(const struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n,
		      uint32_t *total)
{
	const struct pool_view *v = &q->view;
	unsigned int i;

	*total = 0;
	for (i = 0; i < n && i < TX_MAX_PIECES; i++) {
		uint64_t off = (uintptr_t)pkts[i].data - (uintptr_t)v->base;

		if (pkts[i].flags & NDRV_PKT_F_TX_RESERVED)
			return -EOPNOTSUPP;
		if (!pkts[i].len || !tx_inside(v, off, pkts[i].len))
			return -EINVAL;
		*total += pkts[i].len;
		if (!(pkts[i].flags & NDRV_PKT_F_MORE))
			return *total < NDRV_IXGBE_TX_MIN_BYTES || i >= q->tx.limit ? -EINVAL
										     : (int)i + 1;
	}
	return -EINVAL;
}

/*
 * What tx_single() left: a frame in several pieces, or one that cannot be sent. Returns the pieces
 * taken, 0 if they do not fit now, or an error.
 */
static int tx_pieces(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n, uint32_t room)
{
	volatile union ndrv_ixgbe_tx *ring = q->tx.ring;
	const struct pool_view *v = &q->view;
	uint32_t total;
	int pieces = tx_measure(q, pkts, n, &total), i;

	if (pieces < 0)
		return pieces;
	if ((uint32_t)pieces > room)
		return 0;
	for (i = 0; i < pieces; i++) {
		uint8_t *data = pkts[i].data;
		uint64_t off = (uintptr_t)data - (uintptr_t)v->base;
		uint32_t slot = q->tx.next++ & q->tx.mask;
		uint32_t cmd = i + 1 == pieces ? TX_CMD | NDRV_IXGBE_TXD_EOP : TX_CMD;

		q->tx.bufs[slot] = data - (off & (v->buf_bytes - 1));
		ring[slot].qword[0] = view_iova(v, data);
		ring[slot].qword[1] = (uint64_t)total << (32 + NDRV_IXGBE_TXO_PAYLEN_SHIFT) |
				      cmd | pkts[i].len;
	}
	return pieces;
}

static int tx_burst(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n)
{
	struct tx_side *tx = &q->tx;
	uint32_t busy = tx->next - tx->clean, room;
	unsigned int done = 0;
	int ret = 0;

	/* Early, so that few buffers circulate and stay in the CPU's cache. */
	if (busy >= TX_RS_BATCH || n > tx->limit - busy) {
		tx_clean(q);
		busy = tx->next - tx->clean;
	}
	room = tx->limit - busy;
	while (done < n && room) {
		unsigned int part = n - done < room ? n - done : room, got;

		if (part > TX_RS_BATCH)
			part = TX_RS_BATCH;
		got = tx_single(q, pkts + done, part);
		room -= got;
		done += got;
		if (unlikely(got < part)) {
			ret = tx_pieces(q, pkts + done, n - done, room);
			if (ret > 0) {
				room -= ret;
				done += ret;
				got += ret;
			}
		}
		if (got)
			tx_ask_status(q);
		if (unlikely(got < part && ret <= 0))
			break;
	}
	if (likely(done)) {
		/* A kernel doorbell that fails means a revoked queue; the next full burst says so. */
		(void)tx_ring_doorbell(q);
		return done;
	}
	if (ret < 0 || !n)
		return ret;
	return ndrv_why_idle(q, tx->limit);
}

const struct desc_ops ndrv_desc_ixgbe = {
	.rx_desc_bytes = sizeof(union ndrv_ixgbe_rx),
	.tx_desc_bytes = sizeof(union ndrv_ixgbe_tx),
	.tx_min_bytes = NDRV_IXGBE_TX_MIN_BYTES,
	.rx_burst = rx_burst,
	.tx_burst = tx_burst,
	.rx_post = rx_post,
	.rx_ready = rx_ready,
	.tx_clean = tx_clean,
};
