// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: keys and look-up tables of receive side scaling, by command (0B02 to 0B05) and by
 * register (VSIQF_*), and the hash itself. What is hashed is up to the profiles of the package
 * (vsi->hash_fields): without one, nothing is.
 */
#include <errno.h>
#include <stdlib.h>

#include "e810_data.h"

#define LUT_VSI_SIZE	64
#define LUT_PF_SIZE	2048
#define LUT_GLOBAL_SIZE	512
#define NR_GLOBAL	16
#define KEY_REGS	13
#define LUT_REGS	16
#define REG_STRIDE	0x1000

enum lut { LUT_VSI, LUT_PF, LUT_GLOBAL };			/* in 0B03 and 0B05 */
enum lut_sel { SEL_VSI = 0, SEL_PF = 2, SEL_GLOBAL = 3 };	/* in a VSI's context */

struct vsi_rss {
	uint8_t key[RSS_KEY_BYTES];
	uint8_t lut[LUT_VSI_SIZE];
	uint32_t ctl;			/* VSIQF_HASH_CTL, if written */
	bool ctl_set;
	struct net_toeplitz *table;	/* of the key; NULL = to be built */
};

struct e810_rss {
	struct vsi_rss vsi[E810_NR_VSIS];
	uint8_t pf_lut[LUT_PF_SIZE];
	uint16_t pf_lut_size;
	uint8_t global[NR_GLOBAL][LUT_GLOBAL_SIZE];
};

static void key_changed(struct vsi_rss *r)
{
	free(r->table);
	r->table = NULL;
}

/* ---- the hash ------------------------------------------------------------------------------- */

static enum e810_hash kind_of(const struct net_hdrs *h)
{
	unsigned int base = h->v4 ? E810_HASH_IP4 : E810_HASH_IP6;

	if (!h->l4_ok)
		return base;
	switch (h->proto) {
	case NET_TCP:
		return base + (E810_HASH_TCP4 - E810_HASH_IP4);
	case NET_UDP:
		return base + (E810_HASH_UDP4 - E810_HASH_IP4);
	default:
		return base + (E810_HASH_SCTP4 - E810_HASH_IP4);
	}
}

/* Source and destination of each pair become the same: both directions of a flow hash alike. */
static void symmetric(uint8_t *in, unsigned int n, const struct net_hdrs *h, bool addr, bool port)
{
	unsigned int half = h->v4 ? 4 : 16;

	for (unsigned int i = 0; addr && i < half; i++)
		in[i] = in[half + i] = in[i] ^ in[half + i];
	for (unsigned int i = n - 4; port && i < n - 2; i++)
		in[i] = in[i + 2] = in[i] ^ in[i + 2];
}

static uint32_t hash_bytes(struct vsi_rss *r, unsigned int scheme, const uint8_t *in, unsigned int n)
{
	uint32_t hash = 0;

	if (scheme == 2) {			/* simple XOR of all words */
		for (unsigned int i = 0; i + 4 <= n; i += 4)
			hash ^= net_be32(in + i);
		return hash;
	}
	if (!r->table) {
		r->table = malloc(sizeof(*r->table));
		if (!r->table)
			return 0;
		net_toeplitz_build(r->table, r->key);
	}
	return net_toeplitz(r->table, in, n);
}

static uint8_t lut_entry(const struct e810_rss *s, const struct vsi_rss *r,
			 const struct e810_vsi *v, uint32_t hash)
{
	unsigned int sel = r->ctl_set ? HASH_CTL_LUT(r->ctl) : v->rss_lut;

	switch (sel) {
	case SEL_PF:
		return s->pf_lut[hash & (s->pf_lut_size - 1)];
	case SEL_GLOBAL:
		return s->global[VSIC_RSS_GLOBAL(v->props[VSIC_Q_OPT_RSS])]
				[hash & (LUT_GLOBAL_SIZE - 1)] & 0x3f;
	}
	return r->lut[hash & (LUT_VSI_SIZE - 1)] & 0xf;
}

bool e810_rss_hash(struct e810 *e, const struct e810_vsi *v, const struct net_hdrs *h,
		   uint32_t *hash, uint16_t *queue)
{
	struct e810_rss *s = e->rss;
	struct vsi_rss *r = &s->vsi[v->num % E810_NR_VSIS];
	enum e810_hash kind;
	uint8_t in[NET_HASH_BYTES], *from = in;
	unsigned int n, scheme, log2, entry;
	bool addr, port;

	if (!v->hash_fields)
		return false;
	kind = kind_of(h);
	addr = v->hash_fields & E810_HASH_ADDR(kind);
	port = v->hash_fields & E810_HASH_PORT(kind) && h->l4_ok;
	if (!addr && !port)
		return false;
	scheme = r->ctl_set ? HASH_CTL_SCHEME(r->ctl) : VSIC_RSS_HASH(v->props[VSIC_Q_OPT_RSS]);
	n = net_hash_input(h, port, in);
	if (scheme == 1)
		symmetric(in, n, h, addr, port);
	if (!addr) {
		from = in + n - 4;
		n = 4;
	}
	*hash = hash_bytes(r, scheme, from, n);
	entry = lut_entry(s, r, v, *hash);
	log2 = VSIC_TC_LOG2(get16(v->props + VSIC_TC_MAPPING));
	entry &= (1u << log2) - 1;
	*queue = entry < v->q_count ? (uint16_t)(v->q_first + entry) : UINT16_MAX;
	return true;
}

/* ---- commands ------------------------------------------------------------------------------- */

static enum e810_rc vsi_of(struct e810 *e, const struct e810_aq_msg *m, struct vsi_rss **r)
{
	uint16_t id = get16(m->param);

	if (!(id & AQ_VSI_VALID) || !e810_vsi_get(e, id & AQ_VSI_NUM))
		return RC_EINVAL;
	*r = &e->rss->vsi[id & AQ_VSI_NUM];
	return RC_OK;
}

/* The VSI whose key a 0B02 or 0B04 means; the buffer holds one. */
static enum e810_rc key_of(struct e810 *e, const struct e810_aq_msg *m, struct vsi_rss **r)
{
	enum e810_rc rc = vsi_of(e, m, r);

	return rc ? rc : m->len < RSS_KEY_BYTES ? RC_EINVAL : RC_OK;
}

static enum e810_rc cmd_set_key(struct e810 *e, struct e810_aq_msg *m)
{
	struct vsi_rss *r;
	enum e810_rc rc = key_of(e, m, &r);

	if (!rc && !m->has_data)
		rc = RC_EINVAL;
	if (rc)
		return rc;
	memcpy(r->key, m->buf, RSS_KEY_BYTES);
	key_changed(r);
	return RC_OK;
}

static enum e810_rc cmd_get_key(struct e810 *e, struct e810_aq_msg *m)
{
	struct vsi_rss *r;
	enum e810_rc rc = key_of(e, m, &r);

	if (rc)
		return rc;
	memcpy(m->buf, r->key, RSS_KEY_BYTES);
	m->out = RSS_KEY_BYTES;
	return RC_OK;
}

/* The table that a 0B03 or 0B05 means and its length by the size field. */
static enum e810_rc lut_of(struct e810 *e, const struct e810_aq_msg *m, uint8_t **lut,
			   unsigned int *size, enum lut *type)
{
	static const unsigned int sizes[4] = { 128, 512, 2048, 0 };
	uint16_t flags = get16(m->param + 2);
	struct vsi_rss *r;
	enum e810_rc rc = vsi_of(e, m, &r);

	if (rc)
		return rc;
	*type = flags & 3;
	*size = sizes[flags >> 2 & 3];
	switch (*type) {
	case LUT_VSI:
		*lut = r->lut;
		*size = LUT_VSI_SIZE;
		break;
	case LUT_PF:
		*lut = e->rss->pf_lut;
		break;
	case LUT_GLOBAL:
		*lut = e->rss->global[flags >> 4 & 0xf];
		if (*size > LUT_GLOBAL_SIZE)
			return RC_EINVAL;
		break;
	default:
		return RC_EINVAL;
	}
	return *size && m->len >= *size ? RC_OK : RC_EINVAL;
}

static enum e810_rc cmd_set_lut(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int size;
	enum lut type;
	uint8_t *lut;
	enum e810_rc rc = lut_of(e, m, &lut, &size, &type);

	if (rc)
		return rc;
	if (!m->has_data)
		return RC_EINVAL;
	memcpy(lut, m->buf, size);
	if (type == LUT_PF)
		e->rss->pf_lut_size = (uint16_t)size;
	return RC_OK;
}

static enum e810_rc cmd_get_lut(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int size;
	enum lut type;
	uint8_t *lut;
	enum e810_rc rc = lut_of(e, m, &lut, &size, &type);

	if (rc)
		return rc;
	memcpy(m->buf, lut, size);
	m->out = (uint16_t)size;
	return RC_OK;
}

const struct e810_aq_cmd e810_cmd_rss[] = {
	{ AQ_SET_RSS_KEY, "set_rss_key", cmd_set_key },
	{ AQ_SET_RSS_LUT, "set_rss_lut", cmd_set_lut },
	{ AQ_GET_RSS_KEY, "get_rss_key", cmd_get_key },
	{ AQ_GET_RSS_LUT, "get_rss_lut", cmd_get_lut },
	{ 0, NULL, NULL },
};

/* ---- registers ------------------------------------------------------------------------------ */

bool e810_rss_owns(uint32_t off)
{
	if ((off & (REG_STRIDE - 1)) / 4 >= E810_NR_VSIS)
		return false;
	return (off >= VSIQF_HKEY(0, 0) && off < VSIQF_HKEY(KEY_REGS, 0)) ||
	       (off >= VSIQF_HLUT(0, 0) && off < VSIQF_HLUT(LUT_REGS, 0)) ||
	       (off >= VSIQF_HASH_CTL(0) && off < VSIQF_HASH_CTL(E810_NR_VSIS));
}

/* The bytes of a key or LUT register, or NULL for VSIQF_HASH_CTL. */
static uint8_t *reg_bytes(struct e810 *e, uint32_t off, struct vsi_rss **r)
{
	*r = &e->rss->vsi[(off & (REG_STRIDE - 1)) / 4];
	if (off < VSIQF_HKEY(KEY_REGS, 0))
		return (*r)->key + 4 * ((off - VSIQF_HKEY(0, 0)) / REG_STRIDE);
	if (off >= VSIQF_HLUT(0, 0))
		return (*r)->lut + 4 * ((off - VSIQF_HLUT(0, 0)) / REG_STRIDE);
	return NULL;
}

uint32_t e810_rss_read(struct e810 *e, uint32_t off)
{
	const struct e810_vsi *v;
	struct vsi_rss *r;
	uint8_t *b = reg_bytes(e, off, &r);

	if (b)
		return get32(b);
	v = e810_vsi_get(e, (off & (REG_STRIDE - 1)) / 4);
	if (r->ctl_set || !v)
		return r->ctl;
	return v->rss_lut | VSIC_RSS_HASH(v->props[VSIC_Q_OPT_RSS]) << 6;
}

void e810_rss_write(struct e810 *e, uint32_t off, uint32_t val)
{
	struct vsi_rss *r;
	uint8_t *b = reg_bytes(e, off, &r);

	if (!b) {
		r->ctl = val;
		r->ctl_set = true;
		return;
	}
	put32(b, val);
	key_changed(r);
}

/* ---- life ----------------------------------------------------------------------------------- */

void e810_rss_vsi_gone(struct e810 *e, uint16_t vsi)
{
	struct vsi_rss *r = &e->rss->vsi[vsi % E810_NR_VSIS];

	key_changed(r);
	memset(r, 0, sizeof(*r));
}

/* Firmware writes VSIQF_HASH_CTL anew from the context. */
void e810_rss_vsi_changed(struct e810 *e, uint16_t vsi)
{
	e->rss->vsi[vsi % E810_NR_VSIS].ctl_set = false;
}

void e810_rss_reset(struct e810 *e)
{
	for (unsigned int i = 0; i < E810_NR_VSIS; i++)
		e810_rss_vsi_gone(e, (uint16_t)i);
	memset(e->rss->pf_lut, 0, sizeof(e->rss->pf_lut));
	memset(e->rss->global, 0, sizeof(e->rss->global));
	e->rss->pf_lut_size = LUT_PF_SIZE;
}

int e810_rss_init(struct e810 *e)
{
	e->rss = calloc(1, sizeof(*e->rss));
	if (!e->rss)
		return -ENOMEM;
	e->rss->pf_lut_size = LUT_PF_SIZE;
	return 0;
}

void e810_rss_fini(struct e810 *e)
{
	if (!e->rss)
		return;
	for (unsigned int i = 0; i < E810_NR_VSIS; i++)
		free(e->rss->vsi[i].table);
	free(e->rss);
	e->rss = NULL;
}
