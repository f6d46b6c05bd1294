/* SPDX-License-Identifier: MIT */
/*
 * ndrv_pkt_csum_prepare(): what software must do before a card can put checksums into a frame. Works on
 * the bytes of the first piece alone; no queue, no card.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <ndrv/ring.h>

#define TX_L4_CSUM (NDRV_PKT_F_TX_TCP_CSUM | NDRV_PKT_F_TX_UDP_CSUM | NDRV_PKT_F_TX_SCTP_CSUM)

#define ETH_ADDRS	12u
#define ETH_TAGS_MAX	2u

#define PROTO_TCP	6u
#define PROTO_UDP	17u
#define PROTO_SCTP	132u

/* Where things are in the frame at @f, of which @len bytes are here. */
struct headers {
	uint8_t *f;
	uint32_t len;
	uint32_t l3, l4;
	bool v6;
	uint8_t proto;
	uint32_t l4_bytes;		/* as the IP header says */
};

static uint32_t be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void put_be16(uint8_t *p, uint32_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* The Ethernet header with its tags; the type behind it. */
static int parse_l2(struct headers *h, uint32_t *type)
{
	uint32_t at = ETH_ADDRS, tags;

	for (tags = 0;; tags++, at += 4) {
		if (at + 2 > h->len)
			return -EINVAL;
		*type = be16(h->f + at);
		if (*type != 0x8100 && *type != 0x88a8 && *type != 0x9100)
			break;
		if (tags == ETH_TAGS_MAX)
			return -EINVAL;
	}
	h->l3 = at + 2;
	return 0;
}

static int parse_v4(struct headers *h)
{
	const uint8_t *ip = h->f + h->l3;
	uint32_t len, total;

	if (h->l3 + 20 > h->len || ip[0] >> 4 != 4)
		return -EINVAL;
	len = (ip[0] & 15) * 4;
	total = be16(ip + 2);
	/* A piece of a datagram: MF, or an offset. */
	if (len < 20 || h->l3 + len > h->len || be16(ip + 6) & 0x3fff)
		return -EINVAL;
	h->l4 = h->l3 + len;
	h->l4_bytes = total > len ? total - len : 0;
	h->proto = ip[9];
	return 0;
}

/* Sees through extension headers; one that makes the last address another than that of the header is not. */
static int parse_v6(struct headers *h)
{
	const uint8_t *ip = h->f + h->l3;
	uint32_t at = h->l3 + 40, end;
	uint8_t proto;

	if (at > h->len || ip[0] >> 4 != 6)
		return -EINVAL;
	end = at + be16(ip + 4);
	for (proto = ip[6]; proto == 0 || proto == 43 || proto == 60;) {
		const uint8_t *ext = h->f + at;

		if (at + 8 > h->len || (proto == 43 && ext[3]))
			return -EINVAL;
		proto = ext[0];
		at += 8 + ext[1] * 8u;
	}
	if (at > h->len || at - h->l3 > UINT8_MAX)
		return -EINVAL;
	h->v6 = true;
	h->l4 = at;
	h->l4_bytes = end > at ? end - at : 0;
	h->proto = proto;
	return 0;
}

/* The sum of the pseudo header, folded but not complemented. */
static uint32_t pseudo_sum(const struct headers *h, uint32_t l4_bytes)
{
	const uint8_t *addr = h->f + h->l3 + (h->v6 ? 8 : 12);
	uint32_t n = h->v6 ? 32 : 8, i, sum = h->proto + l4_bytes;

	for (i = 0; i < n; i += 2)
		sum += be16(addr + i);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static int prepare_tcp(struct ndrv_pkt *pkt, const struct headers *h)
{
	const bool tso = pkt->flags & NDRV_PKT_F_TX_TSO;
	uint8_t *tcp = h->f + h->l4;
	uint32_t len;

	if (h->proto != PROTO_TCP || h->l4 + 20 > h->len)
		return -EINVAL;
	len = (tcp[12] >> 4) * 4;
	if (len < 20 || h->l4 + len > h->len || (!tso && h->l4_bytes < len))
		return -EINVAL;
	pkt->l4_len = len;
	put_be16(tcp + 16, pseudo_sum(h, tso ? 0 : h->l4_bytes));
	/* The card writes the length of each segment. */
	if (tso)
		put_be16(h->f + h->l3 + (h->v6 ? 4 : 2), 0);
	return 0;
}

static int prepare_l4(struct ndrv_pkt *pkt, const struct headers *h)
{
	uint8_t *l4 = h->f + h->l4;

	switch (pkt->flags & (TX_L4_CSUM | NDRV_PKT_F_TX_TSO)) {
	case NDRV_PKT_F_TX_TSO:
	case NDRV_PKT_F_TX_TSO | NDRV_PKT_F_TX_TCP_CSUM:
	case NDRV_PKT_F_TX_TCP_CSUM:
		return prepare_tcp(pkt, h);
	case NDRV_PKT_F_TX_UDP_CSUM:
		if (h->proto != PROTO_UDP || h->l4_bytes < 8 || h->l4 + 8 > h->len)
			return -EINVAL;
		pkt->l4_len = 8;
		put_be16(l4 + 6, pseudo_sum(h, h->l4_bytes));
		return 0;
	case NDRV_PKT_F_TX_SCTP_CSUM:
		if (h->proto != PROTO_SCTP || h->l4_bytes < 12 || h->l4 + 12 > h->len)
			return -EINVAL;
		pkt->l4_len = 12;
		memset(l4 + 8, 0, 4);
		return 0;
	case 0:
		pkt->l4_len = 0;
		return 0;
	default:
		return -EINVAL;
	}
}

int ndrv_pkt_csum_prepare(struct ndrv_pkt *pkt)
{
	struct headers h = { .f = pkt->data, .len = pkt->len };
	uint32_t type;
	int ret;

	if (!(pkt->flags & (TX_L4_CSUM | NDRV_PKT_F_TX_IP_CSUM | NDRV_PKT_F_TX_TSO)))
		return 0;
	ret = parse_l2(&h, &type);
	if (ret)
		return ret;
	ret = type == 0x0800 ? parse_v4(&h) : type == 0x86dd ? parse_v6(&h) : -EINVAL;
	if (!ret && h.v6 && pkt->flags & NDRV_PKT_F_TX_IP_CSUM)
		ret = -EINVAL;
	if (!ret)
		ret = prepare_l4(pkt, &h);
	if (ret)
		return ret;
	if (!h.v6 && pkt->flags & (NDRV_PKT_F_TX_IP_CSUM | NDRV_PKT_F_TX_TSO))
		put_be16(h.f + h.l3 + 10, 0);
	pkt->flags &= ~NDRV_PKT_F_TX_IPV6;
	pkt->flags |= h.v6 ? NDRV_PKT_F_TX_IPV6 : 0;
	pkt->l2_len = h.l3;
	pkt->l3_len = h.l4 - h.l3;
	pkt->tx_reserved = 0;
	return 0;
}
