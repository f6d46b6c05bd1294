/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libndrv asks cards to do with frames (checksums, segments, tags), descriptor by descriptor: random
 * frames with random requests are sent, a reader made from the data sheets says what a card would
 * understand, and both must agree, also about what cannot be sent. The reader does not include
 * <ndrv/desc.h>. Whether a card then makes the right frames of it is tested elsewhere (offload.sh).
 */
#include <errno.h>

#include "ring_fake.h"

#define ALL_FEATURES	(NDRV_FEAT_TX_CSUM | NDRV_FEAT_TX_TSO | NDRV_FEAT_TX_VLAN)
#define L4_FLAGS	(NDRV_PKT_F_TX_TCP_CSUM | NDRV_PKT_F_TX_UDP_CSUM | NDRV_PKT_F_TX_SCTP_CSUM)
#define HEADER_FLAGS	(L4_FLAGS | NDRV_PKT_F_TX_IP_CSUM | NDRV_PKT_F_TX_TSO)
#define MAX_PIECES	300

/* A frame as the program means it, or as the card reads it. What is not asked for is 0. */
struct request {
	uint32_t len, payload;		/* payload: with TSO */
	uint32_t tso, ip_csum, l4, v4;	/* l4: IP protocol; v4: with any of the other three */
	uint32_t l2_len, l3_len, l4_len, mss;
	uint32_t tag, vlan;
	uint32_t descs, contexts;
};

static int same(const struct request *a, const struct request *b)
{
	return a->len == b->len && a->payload == b->payload && a->tso == b->tso &&
	       a->ip_csum == b->ip_csum && a->l4 == b->l4 && a->v4 == b->v4 &&
	       a->l2_len == b->l2_len && a->l3_len == b->l3_len && a->l4_len == b->l4_len &&
	       a->mss == b->mss && a->tag == b->tag && a->vlan == b->vlan;
}

static void print_request(const char *who, const struct request *r)
{
	printf("# %s: len %u payload %u tso %u ip %u l4 %u v4 %u lens %u %u %u mss %u tag %u %04x, %u descs\n",
	       who, r->len, r->payload, r->tso, r->ip_csum, r->l4, r->v4, r->l2_len, r->l3_len, r->l4_len,
	       r->mss, r->tag, r->vlan, r->descs);
}

/* ---- the cards' side ------------------------------------------------------------------------ */

/* What a card remembers between descriptors. */
static struct {
	int valid;
	uint32_t dw[4];
} ixgbe_ctx[2];

/* One descriptor of the ring into @r; 1: the frame ends here. */
static int ixgbe_read(struct fake *f, const uint8_t *d, struct request *r)
{
	uint32_t cmd = fake_get32(d + 8), olinfo = fake_get32(d + 12), idx = olinfo >> 4 & 7;
	uint32_t offloads = (cmd & 0xc0000000) | (olinfo & 0x300), first = r->descs == r->contexts;
	static uint32_t first_cmd, first_olinfo;
	const uint32_t *c;

	FAKE_CHECK(f, cmd & 1u << 29);					/* DEXT */
	FAKE_CHECK(f, idx < 2);
	if ((cmd >> 20 & 15) == 2) {					/* a context */
		FAKE_CHECK(f, first && !r->contexts);
		FAKE_CHECK(f, !(cmd & 0x5b000000));			/* no EOP, IFCS, RS, VLE */
		memcpy(ixgbe_ctx[idx & 1].dw, d, 16);
		ixgbe_ctx[idx & 1].valid = 1;
		r->contexts++;
		r->descs++;
		return 0;
	}
	FAKE_CHECK(f, (cmd >> 20 & 15) == 3 && cmd & 1u << 25);		/* data, IFCS */
	FAKE_CHECK(f, cmd & 0xffff);
	if (first) {
		first_cmd = cmd;
		first_olinfo = olinfo;
	}
	FAKE_CHECK(f, ((cmd ^ first_cmd) & 0xf6ff0000) == 0 && olinfo == first_olinfo);
	FAKE_CHECK(f, !(olinfo & 0x3c8f));				/* STA, CC, IPSEC, reserved */
	r->descs++;
	r->len += cmd & 0xffff;
	if (!(cmd & 1u << 24)) {					/* EOP */
		FAKE_CHECK(f, !(cmd & 1u << 27));			/* RS */
		return 0;
	}
	r->tso = cmd >> 31;
	if (!r->tso)
		FAKE_CHECK(f, olinfo >> 14 == r->len);
	if (!offloads)
		return 1;
	c = ixgbe_ctx[idx & 1].dw;
	FAKE_CHECK(f, ixgbe_ctx[idx & 1].valid);
	FAKE_CHECK(f, !c[1] && (c[2] & ~0x00001c00u) == 0x20200000);
	FAKE_CHECK(f, (c[0] >> 9 & 127) >= 14);
	r->tag = cmd >> 30 & 1;
	r->vlan = r->tag ? c[0] >> 16 : 0;
	r->ip_csum = olinfo >> 8 & 1;
	if (olinfo & 1u << 9) {
		static const uint8_t protos[4] = { 17, 6, 132, 0 };

		r->l4 = protos[c[2] >> 11 & 3];
	}
	if (r->l4 || r->ip_csum) {
		r->v4 = c[2] >> 10 & 1;
		r->l3_len = c[0] & 0x1ff;
		r->l2_len = c[0] >> 9 & 127;
	}
	if (r->tso) {
		r->payload = olinfo >> 14;
		r->l4_len = c[3] >> 8 & 0xff;
		r->mss = c[3] >> 16;
		FAKE_CHECK(f, r->l4 == 6 && r->ip_csum == r->v4);
		r->ip_csum = 0;						/* part of it */
	}
	return 1;
}

static uint64_t ice_ctx;

static int ice_read(struct fake *f, const uint8_t *d, struct request *r)
{
	uint64_t q1 = fake_get64(d + 8);
	uint32_t first = r->descs == r->contexts, iipt = q1 >> 9 & 3, l4t = q1 >> 12 & 3;
	static uint64_t first_q1;

	if ((q1 & 15) == 1) {
		FAKE_CHECK(f, first && !r->contexts && !fake_get64(d));
		FAKE_CHECK(f, (q1 & 0x3fffffff) == 0x11);		/* TSO, nothing else, no RS bit */
		ice_ctx = q1;
		r->contexts++;
		r->descs++;
		return 0;
	}
	FAKE_CHECK(f, !(q1 & 15) && q1 >> 34 & 0x3fff);
	if (first)
		first_q1 = q1;
	/* All but length, EOP and RS is the same in all of a frame. */
	FAKE_CHECK(f, !((q1 ^ first_q1) & 0xffff0003ffffffcf));
	FAKE_CHECK(f, !(q1 & 0xc140));					/* ICRC, DUMMY, RE, reserved */
	r->descs++;
	r->len += q1 >> 34 & 0x3fff;
	if (!(q1 & 1u << 4)) {
		FAKE_CHECK(f, !(q1 & 1u << 5));
		return 0;
	}
	r->tag = q1 >> 7 & 1;
	r->vlan = q1 >> 48;
	if (iipt) {
		static const uint8_t protos[4] = { 0, 6, 132, 17 }, words[4] = { 0, 5, 3, 2 };

		r->l4 = protos[l4t];
		r->ip_csum = iipt == 3;
		r->v4 = iipt >= 2;
		r->l2_len = (q1 >> 16 & 127) * 2;
		r->l3_len = (q1 >> 23 & 127) * 4;
		r->l4_len = (q1 >> 30 & 15) * 4;
		if (!r->contexts) {
			FAKE_CHECK(f, r->l4_len == words[l4t] * 4u);
			r->l4_len = 0;
		}
	} else {
		FAKE_CHECK(f, !l4t && !(q1 >> 16 & 0x3ffff));
	}
	if (r->contexts) {
		r->tso = 1;
		r->payload = ice_ctx >> 30 & 0x3ffff;
		r->mss = ice_ctx >> 50;
		FAKE_CHECK(f, r->l4 == 6 && r->ip_csum == r->v4);
		r->ip_csum = 0;
	}
	return 1;
}

static int is_ice(const struct fake *f)
{
	return f->card->desc_format == NDRV_DESC_ICE;
}

/* The next frame in the ring, without sending it. 0: none. */
static int read_frame(struct fake *f, uint32_t *head, struct request *r, int *report)
{
	memset(r, 0, sizeof(*r));
	while (*head != (f->tx_tail & (f->tx_entries - 1))) {
		uint8_t *d = fake_tx_at(f, *head);
		int end = is_ice(f) ? ice_read(f, d, r) : ixgbe_read(f, d, r);

		*report = is_ice(f) ? d[8] >> 5 & 1 : d[11] >> 3 & 1;
		*head = (*head + 1) & (f->tx_entries - 1);
		if (end)
			return 1;
	}
	FAKE_CHECK(f, !r->descs);			/* a frame without end */
	return 0;
}

/* ---- what is right, from the words of <ndrv/ring.h> ----------------------------------------- */

struct limits {
	uint32_t max_bytes, desc_bytes, max_descs, max_tso_descs, room;
};

static struct limits limits_of(const struct fake *f)
{
	return is_ice(f) ? (struct limits){ 9724, 12288, 8, 255, f->tx_entries - 1 } :
			   (struct limits){ f->card->tx_max_bytes, 16384, 38, 38, f->tx_entries - 1 };
}

/* Brute force: count for every segment the descriptors that its bytes are in. */
static int segments_ok(const struct limits *l, const struct ndrv_pkt *p, uint32_t n, uint32_t total,
		       uint32_t header)
{
	uint32_t at, to, i, k, start;

	for (at = header; at < total; at = to) {
		uint32_t count = 0;

		to = at + p->mss < total ? at + p->mss : total;
		for (i = start = 0; i < n; i++) {
			for (k = 0; k < p[i].len; k += l->desc_bytes) {
				uint32_t a = start + k, b = a + l->desc_bytes;

				b = b < start + p[i].len ? b : start + p[i].len;
				count += a < header || (a < to && b > at);
			}
			start += p[i].len;
		}
		if (count > l->max_descs)
			return 0;
	}
	return 1;
}

static int lens_ok(const struct ndrv_pkt *p, uint32_t l4)
{
	int v6 = !!(p->flags & NDRV_PKT_F_TX_IPV6);

	if (p->l2_len < 14 || p->l2_len > 126 || p->l2_len % 2 || p->l3_len % 4)
		return 0;
	if (p->l3_len < (v6 ? 40 : 20) || p->l3_len > (v6 ? 252 : 60))
		return 0;
	if (p->flags & NDRV_PKT_F_TX_TSO && (p->l4_len < 20 || p->l4_len > 60 || p->l4_len % 4))
		return 0;
	return !(v6 && p->flags & NDRV_PKT_F_TX_IP_CSUM) && (l4 & (l4 - 1)) == 0;
}

/* 0, or why this frame of @n pieces cannot be sent; what it asks for. */
static int expect(const struct limits *l, const struct ndrv_pkt *p, uint32_t n, uint32_t features,
		  struct request *r)
{
	uint32_t fl = p->flags, l4 = fl & L4_FLAGS, tso = !!(fl & NDRV_PKT_F_TX_TSO), header, i, tag;
	uint32_t v4 = !(fl & NDRV_PKT_F_TX_IPV6);

	memset(r, 0, sizeof(*r));
	if (fl & 0x00ff8000 || (fl & HEADER_FLAGS & ~NDRV_PKT_F_TX_TSO && !(features & NDRV_FEAT_TX_CSUM)) ||
	    (tso && !(features & NDRV_FEAT_TX_TSO)) ||
	    (fl & NDRV_PKT_F_TX_VLAN && !(features & NDRV_FEAT_TX_VLAN)))
		return -EOPNOTSUPP;
	for (i = 0; i < n; i++) {
		r->len += p[i].len;
		r->descs += (p[i].len + l->desc_bytes - 1) / l->desc_bytes;
	}
	r->tag = !!(fl & NDRV_PKT_F_TX_VLAN);
	r->vlan = r->tag ? p->vlan : 0;
	tag = r->tag * 4;
	l4 |= tso ? NDRV_PKT_F_TX_TCP_CSUM : 0;
	header = 0;
	if (fl & HEADER_FLAGS) {
		if (!lens_ok(p, l4))
			return -EINVAL;
		r->v4 = v4;
		r->l2_len = p->l2_len;
		r->l3_len = p->l3_len;
		r->ip_csum = !tso && fl & NDRV_PKT_F_TX_IP_CSUM;
		r->l4 = l4 == NDRV_PKT_F_TX_TCP_CSUM ? 6 : l4 == NDRV_PKT_F_TX_UDP_CSUM ? 17 : l4 ? 132 : 0;
		header = r->l2_len + r->l3_len;
		header += tso ? p->l4_len : r->l4 == 6 ? 20 : r->l4 == 17 ? 8 : r->l4 ? 12 : 0;
	}
	if (r->len < 17)
		return -EINVAL;
	if (!tso)
		return r->len + tag > l->max_bytes || r->descs > l->max_descs || header > r->len ? -EINVAL : 0;
	r->tso = 1;
	r->l4_len = p->l4_len;
	r->mss = p->mss;
	if (header > p->len || header >= r->len || p->mss < 64 || header + p->mss + tag > l->max_bytes)
		return -EINVAL;
	r->payload = r->len - header;
	if (r->len > 262143 || r->descs > l->max_tso_descs)
		return -EINVAL;
	return segments_ok(l, p, n, r->len, header) ? 0 : -EINVAL;
}

/* ---- random frames -------------------------------------------------------------------------- */

static uint32_t pick(uint32_t n)
{
	return (uint32_t)random() % n;
}

/* Requests for the frame at @p; mostly good ones, so that both sides are seen. */
static void random_request(struct ndrv_pkt *p)
{
	static const uint32_t l4s[4] = {
		NDRV_PKT_F_TX_TCP_CSUM, NDRV_PKT_F_TX_UDP_CSUM, NDRV_PKT_F_TX_SCTP_CSUM, 0
	};
	uint32_t v6 = pick(2);

	p->flags &= NDRV_PKT_F_MORE;
	p->vlan = pick(3);
	p->hash = random();			/* what a received handle leaves there */
	p->mss = random();
	p->flags |= pick(4) ? 0 : NDRV_PKT_F_HASH | NDRV_PKT_F_VLAN | NDRV_PKT_F_L4_CHECKED |
				  NDRV_PKT_F_IP_BAD | NDRV_PKT_F_FRAME_BAD;
	p->flags |= pick(3) ? 0 : NDRV_PKT_F_TX_VLAN;
	if (!pick(3))
		return;
	p->l2_len = 14 + 4 * pick(3);
	p->l3_len = v6 ? 40 + 8 * (pick(4) ? 0 : pick(27)) : 20 + 4 * (pick(4) ? 0 : pick(11));
	p->l4_len = 20 + 4 * pick(11);
	p->flags |= v6 ? NDRV_PKT_F_TX_IPV6 : 0;
	p->flags |= !v6 && pick(2) ? NDRV_PKT_F_TX_IP_CSUM : 0;
	if (pick(2))
		p->flags |= l4s[pick(4)];
	else
		p->flags |= NDRV_PKT_F_TX_TSO | (pick(2) ? NDRV_PKT_F_TX_TCP_CSUM : 0);
	p->mss = pick(8) ? 64 + pick(1400) : 64 + pick(9700);
	switch (pick(40)) {			/* one thing is wrong, perhaps */
	case 0:
		p->l2_len = random();
		break;
	case 1:
		p->l3_len = random();
		break;
	case 2:
		p->l4_len = random();
		break;
	case 3:
		p->mss = pick(2) ? pick(66) : random();
		break;
	case 4:
		p->flags |= l4s[pick(3)];
		break;
	case 5:
		p->flags ^= NDRV_PKT_F_TX_IPV6;
		break;
	case 6:
		p->flags |= 1u << (15 + pick(9));
		break;
	}
}

/* A frame of up to MAX_PIECES pieces, all of them ours. Returns how many. */
static uint32_t random_frame(struct fake *f, struct ndrv_pkt *p)
{
	uint32_t most = pick(4) ? 1 + pick(3) : pick(8) ? 1 + pick(50) : MAX_PIECES;
	uint32_t n = alloc(f, p, most), i;
	uint32_t typical = pick(2) ? f->buf_bytes : 64 + pick(f->buf_bytes - 64);

	for (i = 0; i < n; i++) {
		uint32_t room = f->buf_bytes;

		p[i].data = f->mem + (size_t)fake_buf(f, p[i].data) * f->buf_bytes;
		p[i].len = pick(4) ? (typical < room ? typical : room) : 1 + pick(room);
		p[i].flags = i + 1 < n ? NDRV_PKT_F_MORE : 0;
		if (pick(3) == 0)
			p[i].data = (uint8_t *)p[i].data + pick(room - p[i].len + 1);
		p[i].mss = 0;
	}
	if (n)
		random_request(p);
	return n;
}

struct run {
	struct fake f;
	struct limits l;
	uint32_t features;
	struct request sent[4096];	/* in the ring, not yet seen by the card */
	uint32_t put, get, head;
	uint64_t frames, bytes;		/* accepted */
	unsigned int bad, good, refused, full;
};

static void complain(struct run *r, const char *why, const struct request *a, const struct request *b)
{
	if (r->bad++ > 3)
		return;
	printf("# %s\n", why);
	print_request("wanted", a);
	print_request("seen", b);
}

/* The card looks at what is in the ring and sends it, all or a part. */
static void card_works(struct run *r, unsigned int max)
{
	struct request seen, *want;
	uint32_t from;
	int report;

	while (max-- && r->get != r->put) {
		from = r->head;
		if (!read_frame(&r->f, &r->head, &seen, &report)) {
			r->bad++;
			return;
		}
		want = &r->sent[r->get++ % 4096];
		if (!same(want, &seen) || seen.descs - seen.contexts != want->descs)
			complain(r, "the card reads something else", want, &seen);
		for (; from != r->head; from = (from + 1) & (r->f.tx_entries - 1)) {
			struct fake_tx_desc t = { 0 };

			/* Buffers are the pool's when their last byte is sent; contexts have none. */
			t.iova = fake_get64(fake_tx_at(&r->f, from));
			if (fake_dma(&r->f, t.iova, 1))
				r->f.owner[fake_buf(&r->f, fake_dma(&r->f, t.iova, 1))] = OWNER_POOL;
		}
		if (report)
			r->f.card->tx_report(fake_tx_at(&r->f, r->head - 1));
	}
}

#define BURST_FRAMES	8

struct burst {
	struct ndrv_pkt p[BURST_FRAMES * MAX_PIECES];
	struct request want[BURST_FRAMES];
	uint32_t nr, at[BURST_FRAMES + 1];	/* frames; where each begins */
	int err[BURST_FRAMES];
};

/* Some frames, more than one only if they are small; some ask for the same as the one before. */
static void random_burst(struct run *r, struct burst *b)
{
	uint32_t most = 1 + pick(BURST_FRAMES), n;

	b->at[0] = 0;
	for (b->nr = 0; b->nr < most; b->nr++) {
		struct ndrv_pkt *p = &b->p[b->at[b->nr]], *before;

		n = random_frame(&r->f, p);
		if (!n)
			return;
		before = b->nr ? &b->p[b->at[b->nr - 1]] : NULL;
		if (before && pick(3)) {
			p->flags = (before->flags & ~NDRV_PKT_F_MORE) | (p->flags & NDRV_PKT_F_MORE);
			p->hash = pick(8) ? before->hash : p->hash;
			p->vlan = pick(8) ? before->vlan : p->vlan;
			p->mss = before->mss;
		}
		b->err[b->nr] = expect(&r->l, p, n, r->features, &b->want[b->nr]);
		if (!b->err[b->nr] && b->want[b->nr].descs + b->want[b->nr].tso > r->l.room)
			b->err[b->nr] = -EINVAL;
		b->at[b->nr + 1] = b->at[b->nr] + n;
	}
}

/* The first frame that was not taken: was that right? */
static void not_taken(struct run *r, const struct burst *b, uint32_t i, int ret)
{
	uint32_t room = r->l.room - (r->f.q->tx.next - r->f.q->tx.clean);
	const struct request *want = &b->want[i];

	if (ret < 0 && (i || ret != b->err[i])) {
		/* A context that the reader could not know of makes it too long for the ring. */
		if (i || ret != -EINVAL || b->err[i] || want->descs < r->l.room) {
			printf("# %d, wanted %d, flags %x\n", ret, b->err[i], b->p[b->at[i]].flags);
			complain(r, "ndrv_tx_burst()", want, want);
		}
	} else if (!b->err[i] && room > want->descs) {
		complain(r, "there was room", want, want);
	} else if (!ret && !i && b->err[i] && room) {
		complain(r, "no error", want, want);
	}
	r->refused += !!b->err[i];
	r->full += !b->err[i];
}

/* Send; what is not taken is the program's again. */
static void program_sends(struct run *r)
{
	static struct burst b;
	uint32_t i;
	int ret;

	random_burst(r, &b);
	if (!b.nr)
		return;
	ret = send(&r->f, b.p, b.at[b.nr]);
	for (i = 0; i < b.nr && ret >= (int)b.at[i + 1]; i++) {
		if (b.err[i])
			complain(r, "a frame that cannot be sent was taken", &b.want[i], &b.want[i]);
		r->sent[r->put++ % 4096] = b.want[i];
		r->frames++;
		r->bytes += b.want[i].len;
		r->good++;
	}
	freed(&r->f, b.p + b.at[i], b.at[b.nr] - b.at[i]);
	if (i == b.nr)
		return;
	if (ret >= 0 && ret != (int)b.at[i])
		complain(r, "a part of a frame was taken", &b.want[i], &b.want[i]);
	not_taken(r, &b, i, ret);
}

static void random_run(unsigned int seed, uint32_t entries, uint32_t nr_bufs, uint32_t buf_bytes,
		       uint32_t features)
{
	static struct run r;
	unsigned int step;

	srandom(seed);
	memset(&r, 0, sizeof(r));
	r.features = features;
	fake_features = features;
	fake_init(&r.f, 64, entries, nr_bufs, buf_bytes, buf_bytes < 2048 ? buf_bytes : 2048);
	r.l = limits_of(&r.f);
	fake_start(&r.f);
	memset(ixgbe_ctx, 0, sizeof(ixgbe_ctx));
	for (step = 0; step < 20000 && r.bad < 10; step++) {
		if (pick(3))
			program_sends(&r);
		else
			card_works(&r, pick(6));
		if (!pick(500)) {			/* the card forgets everything */
			ndrv_rings_stop(r.f.q);
			memset(r.f.owner, OWNER_POOL, sizeof(r.f.owner));
			memset(ixgbe_ctx, 0, sizeof(ixgbe_ctx));
			r.get = r.put;
			r.head = 0;
			r.bad += fake_start(&r.f) != 0;
		}
	}
	card_works(&r, 4096);
	r.bad += r.f.q->counters->tx_packets != r.frames || r.f.q->counters->tx_bytes != r.bytes;
	ndrv_rings_stop(r.f.q);
	tap_ok(!r.bad && !r.f.errors && fake_all_home(&r.f) && r.refused > 20 &&
	       r.good > (features ? 1000 : 100),
	       "%s, run %u, ring of %u, buffers of %u: %u sent, %u refused, %u times full, %u wrong, %u errors",
	       r.f.card->name, seed, entries, buf_bytes, r.good, r.refused, r.full, r.bad, r.f.errors);
	fake_exit(&r.f);
}

/* ---- one by one ----------------------------------------------------------------------------- */

static struct ndrv_pkt tcp(struct fake *f, uint32_t len, uint32_t flags)
{
	struct ndrv_pkt p;

	ndrv_pkt_alloc(f->q, &p, 1);
	got(f, &p, 1);
	p.len = len;
	p.flags = flags;
	p.l2_len = 14;
	p.l3_len = 20;
	p.l4_len = 20;
	p.mss = 1000;
	p.vlan = 5;
	return p;
}

/* The descriptors of one frame after the other, on an 82599: its two contexts are used again. */
static void test_contexts(void)
{
	static const struct {
		uint32_t flags, vlan, contexts;
	} rows[] = {
		{ NDRV_PKT_F_TX_TCP_CSUM, 0, 1 }, { NDRV_PKT_F_TX_TCP_CSUM, 0, 0 },
		{ NDRV_PKT_F_TX_VLAN, 5, 1 }, { NDRV_PKT_F_TX_VLAN, 5, 0 },
		{ NDRV_PKT_F_TX_TCP_CSUM, 9, 0 },	/* the tag is not asked for */
		{ NDRV_PKT_F_TX_VLAN, 5, 0 },
		{ NDRV_PKT_F_TX_VLAN, 6, 1 }, { NDRV_PKT_F_TX_VLAN, 5, 0 },
		{ NDRV_PKT_F_TX_TCP_CSUM, 0, 1 }, { NDRV_PKT_F_TX_VLAN, 6, 1 },
		{ NDRV_PKT_F_TX_TCP_CSUM, 0, 0 },
		{ 0, 0, 0 }, { NDRV_PKT_F_TX_IPV6, 0, 0 }, { NDRV_PKT_F_TX_VLAN, 6, 0 },
	};
	unsigned int i, wrong = 0;
	struct request seen;
	struct ndrv_pkt p;
	struct fake f;
	uint32_t head = 0, first;
	int report;

	fake_init(&f, 64, 64, 512, 2048, 2048);
	fake_start(&f);
	memset(ixgbe_ctx, 0, sizeof(ixgbe_ctx));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = tcp(&f, 200, rows[i].flags);
		p.vlan = rows[i].vlan;
		wrong += send(&f, &p, 1) != 1 || !read_frame(&f, &head, &seen, &report) || !report ||
			 seen.contexts != rows[i].contexts;
		if (wrong)
			break;
	}
	tap_ok(!wrong, "82599: contexts are written when they must be, up to frame %u", i);
	tap_ok(f.q->tx.next == head && ndrv_tx_reclaim(f.q) == (int)head, "and each takes a descriptor");
	tap_eq(ndrv_tx_reserve(f.q, 1, &first), 1, "a raw descriptor");
	memset((void *)ndrv_tx_desc(f.q, first), 0, 16);
	((volatile uint32_t *)ndrv_tx_desc(f.q, first))[2] = 0x20200000;
	ndrv_tx_submit(f.q, 1);
	head++;
	p = tcp(&f, 200, NDRV_PKT_F_TX_VLAN);
	p.vlan = 6;
	tap_ok(send(&f, &p, 1) == 1 && read_frame(&f, &head, &seen, &report) && seen.contexts == 1,
	       "may have been a context: it is written anew");
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");
	tap_eq(f.errors, 0, "the card saw nothing wrong");
	fake_exit(&f);
}

/* A frame that does not fit yet goes when there is room, with its context counted. */
static void test_room(void)
{
	struct ndrv_pkt p[64];
	struct fake f;
	int i, n;

	fake_init(&f, 64, 64, 512, 2048, 2048);
	fake_start(&f);
	for (n = 0; n < 62; n++) {
		p[0] = tcp(&f, 60, 0);
		send(&f, p, 1);
	}
	p[0] = tcp(&f, 1500, NDRV_PKT_F_TX_TSO);
	tap_ok(send(&f, p, 1) == 0, "%s: room for a frame, but not for its context", f.card->name);
	fake_tx_blind(&f);
	tap_eq(send(&f, p, 1), 1, "then it goes");
	tap_eq(f.q->tx.next - f.q->tx.clean, 2, "as two descriptors");
	fake_tx_blind(&f);
	ndrv_tx_reclaim(f.q);
	/* As many as a burst of plain and other packets in turn can have. */
	for (i = 0; i < 40; i++)
		p[i] = tcp(&f, 1500, i & 1 ? NDRV_PKT_F_TX_TSO : 0);
	for (i = 0; i < 40; i += 2)
		p[i].vlan = i;
	n = send(&f, p, 40);
	tap_ok(n == 40, "40 packets in turn with and without requests: %d taken", n);
	for (i = 0; i < 64; i++) {
		const uint8_t *d = fake_tx_at(&f, i);

		n = is_ice(&f) ? (d[8] & 15) == 1 && d[8] & 32 : (d[10] >> 4) == 2 && d[11] & 8;
		FAKE_CHECK(&f, !n);
	}
	fake_tx_blind(&f);
	tap_eq(ndrv_tx_reclaim(f.q), 0, "all come back");
	ndrv_rings_stop(f.q);
	tap_ok(fake_all_home(&f), "no buffer lost");
	tap_eq(f.errors, 0, "no context asks for a report");
	fake_exit(&f);
}

/* A handle as it was received, with everything that a card can say of it, goes out as it is. */
static void test_received(void)
{
	struct request seen;
	uint32_t head = 0;
	struct ndrv_pkt p;
	struct fake f;
	int report;

	fake_init(&f, 64, 64, 512, 2048, 2048);
	fake_start(&f);
	p = tcp(&f, 60, 0xff0000ffu & ~NDRV_PKT_F_MORE);
	p.hash = 0xffffffff;
	p.vlan = 0xffff;
	tap_ok(send(&f, &p, 1) == 1, "%s: all flags of receive", f.card->name);
	tap_ok(read_frame(&f, &head, &seen, &report) && seen.descs == 1 && !seen.tag && !seen.l4,
	       "ask for nothing");
	ndrv_rings_stop(f.q);
	fake_exit(&f);
}

int main(void)
{
	static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice, &fake_igb };
	unsigned int i;

	for (i = 0; i < sizeof(cards) / sizeof(*cards); i++) {
		fake_card = cards[i];
		fake_piece_shift = i ? FAKE_ONE_PIECE : FAKE_PAGES;
		fake_features = ALL_FEATURES;
		if (fake_card != &fake_ice)
			test_contexts();
		test_room();
		test_received();
		random_run(1 + i, 64, 4096, 2048, ALL_FEATURES);
		random_run(3 + i, 512, 4096, 4096, ALL_FEATURES);
		random_run(5 + i, 256, 8192, 256, ALL_FEATURES);
		fake_piece_shift = FAKE_ONE_PIECE;
		random_run(7 + i, 128, 512, 65536, ALL_FEATURES);
		random_run(9 + i, 128, 4096, 2048, NDRV_FEAT_TX_VLAN);
		random_run(11 + i, 128, 4096, 2048, 0);
	}
	return tap_done();
}
