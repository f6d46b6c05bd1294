// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: dynamic device personalization: what a downloaded package (0C40) and later changes
 * (0C42) put into the tables, and what follows for RSS. The RSS block's tables are kept and looked
 * up as the hardware does: packet type -> group (XLT1), VSI -> group (XLT2), both -> profile (TCAM)
 * -> words that are hashed (field vector). Sections of other blocks are checked and not kept.
 *
 * Package types of other blocks: the parser of this model is fixed, see e810_parse.c.
 */
#include <errno.h>
#include <stdlib.h>

#include "e810.h"

#define NR_XLT1		8192		/* packet types: 13 bits */
#define NR_XLT2		1024
#define NR_TCAM		512
#define NR_PROFILES	128
#define FV_WORDS	24
#define FV_BYTES	(4 * FV_WORDS)
#define KEY_BYTES	10		/* half key, half its complement */
#define TCAM_BYTES	(2 + KEY_BYTES + 1)
#define NR_META		16
#define META_BYTES	16

/* A buffer: sections, end of data, then type, offset, size of each section. */
#define BUF_HDR		4
#define BUF_ENTRY	8
#define BUF_MIN_END	12
#define BUF_BYTES	4096
#define MAX_SECTIONS	511
#define SECTION_METADATA 0x80000000u

enum section {
	SECT_META = 1, SECT_TCAM_FD = 34, SECT_XLT1_RSS = 42, SECT_XLT2_RSS = 43,
	SECT_TCAM_RSS = 44, SECT_FV_RSS = 46, SECT_META_INIT = 58,
};

#define PKG_LAST	0x01
#define META_SECT_BYTES	36		/* version, name, track id */
#define INFO_BYTES	40

struct tcam {
	bool used;
	uint8_t key[KEY_BYTES], profile;
};

struct tables {
	uint8_t xlt1[NR_XLT1];
	uint16_t xlt2[NR_XLT2];
	struct tcam tcam[NR_TCAM];
	uint8_t fv[NR_PROFILES][FV_BYTES];
	bool profile_used[NR_PROFILES];
};

/* Ids that a function can allocate: one table for each type. */
enum pool { POOL_FD_PROFILE, POOL_FD_TCAM, POOL_RSS_PROFILE, POOL_RSS_TCAM, POOL_NR };

static const struct {
	uint16_t type, ids;
} pools[POOL_NR] = {
	{ 0x58, NR_PROFILES }, { 0x59, NR_TCAM }, { 0x60, NR_PROFILES }, { 0x61, NR_TCAM },
};

enum id_state { ID_FREE, ID_PACKAGE, ID_ALLOCATED };

struct e810_ddp {
	struct tables pkg, now;		/* as downloaded; with the driver's changes */
	uint8_t id[POOL_NR][NR_TCAM];	/* enum id_state */
	uint8_t meta_init[NR_META][META_BYTES];
	uint8_t meta[META_SECT_BYTES];
	bool has_meta, downloading;
};

int e810_ddp_init(struct e810 *e)
{
	e->ddp = calloc(1, sizeof(*e->ddp));
	return e->ddp ? 0 : -ENOMEM;
}

void e810_ddp_fini(struct e810 *e)
{
	free(e->ddp);
	e->ddp = NULL;
}

/* ---- what follows for RSS ------------------------------------------------------------------- */

/* A bit that may be 0 is set in the key, one that may be 1 in its complement. */
static bool tcam_match(const struct tcam *t, const uint8_t want[KEY_BYTES / 2])
{
	for (unsigned int i = 0; i < KEY_BYTES / 2; i++) {
		uint8_t zero = t->key[i], one = t->key[KEY_BYTES / 2 + i];

		if ((uint8_t)((~want[i] & zero) | (want[i] & one)) != 0xff)
			return false;
	}
	return t->used;
}

/* The profile for a packet type on a VSI, or -1. */
static int profile_of(const struct tables *t, uint16_t vsi, unsigned int ptype)
{
	uint8_t want[KEY_BYTES / 2] = { 0 };	/* flags 16, group 8, VSI group 16 */

	want[2] = t->xlt1[ptype];
	put16(want + 3, t->xlt2[vsi]);
	for (unsigned int i = 0; i < NR_TCAM; i++)
		if (tcam_match(&t->tcam[i], want))
			return t->tcam[i].profile < NR_PROFILES ? t->tcam[i].profile : -1;
	return -1;
}

static uint32_t fields_of(const uint8_t *fv, enum e810_hash kind)
{
	uint32_t fields = 0;

	for (unsigned int i = 0; i < FV_WORDS; i++) {
		uint8_t proto = fv[4 * i];
		uint16_t off = get16(fv + 4 * i + 1);

		if (((proto == 32 || proto == 33) && off >= 12 && off < 20) ||	/* IPv4 */
		    ((proto == 40 || proto == 41) && off >= 8 && off < 40))	/* IPv6 */
			fields |= E810_HASH_ADDR(kind);
		else if ((proto == 49 || proto == 52 || proto == 53 || proto == 96) && off < 4)
			fields |= E810_HASH_PORT(kind);
	}
	return fields;
}

void e810_ddp_vsi(struct e810 *e, struct e810_vsi *v)
{
	static const uint8_t ptypes[E810_HASH_KINDS] = {
		[E810_HASH_IP4] = PTYPE_IPV4, [E810_HASH_TCP4] = PTYPE_IPV4_TCP,
		[E810_HASH_UDP4] = PTYPE_IPV4_UDP, [E810_HASH_SCTP4] = PTYPE_IPV4_SCTP,
		[E810_HASH_IP6] = PTYPE_IPV6, [E810_HASH_TCP6] = PTYPE_IPV6_TCP,
		[E810_HASH_UDP6] = PTYPE_IPV6_UDP, [E810_HASH_SCTP6] = PTYPE_IPV6_SCTP,
	};
	const struct tables *t = &e->ddp->now;

	v->hash_fields = 0;
	if (!e->ddp_active)
		return;
	for (unsigned int kind = 0; kind < E810_HASH_KINDS; kind++) {
		int profile = profile_of(t, v->num, ptypes[kind]);

		if (profile >= 0 && t->profile_used[profile])
			v->hash_fields |= fields_of(t->fv[profile], kind);
	}
}

static void vsis_update(struct e810 *e)
{
	for (unsigned int i = 0; i < E810_NR_VSIS; i++)
		if (e->vsi[i].used)
			e810_ddp_vsi(e, &e->vsi[i]);
}

/* ---- life ----------------------------------------------------------------------------------- */

/* A function's reset takes back what its driver changed; the package stays until a device reset. */
void e810_ddp_reset(struct e810 *e, enum e810_reset kind)
{
	struct e810_ddp *d = e->ddp;

	if (kind == E810_POWER_ON || kind == E810_CORER) {
		memset(d, 0, sizeof(*d));
		e->ddp_active = false;
	}
	d->now = d->pkg;
	d->downloading = false;
	for (unsigned int p = 0; p < POOL_NR; p++)
		for (unsigned int i = 0; i < NR_TCAM; i++)
			if (d->id[p][i] == ID_ALLOCATED)
				d->id[p][i] = ID_FREE;
	vsis_update(e);
}

/* ---- ids ------------------------------------------------------------------------------------ */

static int pool_find(uint16_t type)
{
	for (int p = 0; p < POOL_NR; p++)
		if (pools[p].type == type)
			return p;
	return -1;
}

enum e810_rc e810_ddp_alloc(struct e810 *e, uint16_t type, bool from_end, uint16_t *id)
{
	int p = pool_find(type);

	if (p < 0)
		return RC_EINVAL;
	for (unsigned int i = 0; i < pools[p].ids; i++) {
		unsigned int at = from_end ? pools[p].ids - 1u - i : i;

		if (e->ddp->id[p][at] != ID_FREE)
			continue;
		e->ddp->id[p][at] = ID_ALLOCATED;
		*id = (uint16_t)at;
		return RC_OK;
	}
	return RC_ENOSPC;
}

enum e810_rc e810_ddp_free(struct e810 *e, uint16_t type, uint16_t id)
{
	int p = pool_find(type);

	if (p < 0 || id >= pools[p].ids || e->ddp->id[p][id] != ID_ALLOCATED)
		return RC_EINVAL;
	e->ddp->id[p][id] = ID_FREE;
	return RC_OK;
}

uint16_t e810_ddp_list(struct e810 *e, uint16_t type, uint16_t *ids, uint16_t max)
{
	int p = pool_find(type);
	uint16_t n = 0;

	for (unsigned int i = 0; p >= 0 && i < pools[p].ids && n < max; i++)
		if (e->ddp->id[p][i] == ID_ALLOCATED)
			ids[n++] = (uint16_t)i;
	return n;
}

static void package_owns(struct e810 *e, enum pool p, unsigned int id)
{
	if (id < pools[p].ids)
		e->ddp->id[p][id] = ID_PACKAGE;
}

/* ---- sections ------------------------------------------------------------------------------- */

static bool xlt1_apply(struct tables *t, const uint8_t *s, uint32_t size)
{
	uint32_t n = get16(s), at = get16(s + 2);

	if (4 + n > size || at + n > NR_XLT1)
		return false;
	memcpy(t->xlt1 + at, s + 4, n);
	return true;
}

static bool xlt2_apply(struct tables *t, const uint8_t *s, uint32_t size)
{
	uint32_t n = get16(s), at = get16(s + 2);

	if (4 + 2 * n > size || at + n > NR_XLT2)
		return false;
	for (uint32_t i = 0; i < n; i++)
		t->xlt2[at + i] = get16(s + 4 + 2 * i);
	return true;
}

static bool tcam_apply(struct tables *t, const uint8_t *s, uint32_t size)
{
	uint32_t n = get16(s);

	if (2 + n * TCAM_BYTES > size)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *p = s + 2 + i * TCAM_BYTES;
		struct tcam *e;

		if (get16(p) >= NR_TCAM)
			return false;
		e = &t->tcam[get16(p)];
		e->used = true;
		memcpy(e->key, p + 2, KEY_BYTES);
		e->profile = p[2 + KEY_BYTES];
	}
	return true;
}

static bool fv_apply(struct tables *t, const uint8_t *s, uint32_t size)
{
	uint32_t n = get16(s), at = get16(s + 2);

	if (4 + n * FV_BYTES > size || at + n > NR_PROFILES)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		memcpy(t->fv[at + i], s + 4 + i * FV_BYTES, FV_BYTES);
		t->profile_used[at + i] = true;
	}
	return true;
}

static bool table_apply(struct tables *t, uint32_t type, const uint8_t *s, uint32_t size)
{
	if (size < 4)
		return false;
	switch (type) {
	case SECT_XLT1_RSS:
		return xlt1_apply(t, s, size);
	case SECT_XLT2_RSS:
		return xlt2_apply(t, s, size);
	case SECT_TCAM_RSS:
		return tcam_apply(t, s, size);
	default:
		return fv_apply(t, s, size);
	}
}

static bool is_rss_table(uint32_t type)
{
	return type == SECT_XLT1_RSS || type == SECT_XLT2_RSS || type == SECT_TCAM_RSS ||
	       type == SECT_FV_RSS;
}

static bool meta_init_keep(struct e810_ddp *d, const uint8_t *s, uint32_t size)
{
	uint32_t n, at;

	if (size < 4)
		return false;
	n = get16(s);
	at = get16(s + 2);
	if (4 + n * META_BYTES > size)
		return false;
	for (uint32_t i = 0; i < n && at + i < NR_META; i++)
		memcpy(d->meta_init[at + i], s + 4 + i * META_BYTES, META_BYTES);
	return true;
}

/* A bit that may be neither 0 nor 1: how an empty entry looks. */
static bool key_never(const uint8_t key[KEY_BYTES])
{
	for (unsigned int i = 0; i < KEY_BYTES / 2; i++)
		if ((uint8_t)(key[i] | key[KEY_BYTES / 2 + i]) != 0xff)
			return true;
	return false;
}

/* Ids that entries of the package take: not for drivers. */
static void tcam_owned(struct e810 *e, enum pool profiles, enum pool entries, const uint8_t *s,
		       uint32_t size)
{
	for (uint32_t i = 0; size >= 2 && i < get16(s) && 2 + (i + 1) * TCAM_BYTES <= size; i++) {
		const uint8_t *p = s + 2 + i * TCAM_BYTES;

		if (key_never(p + 2))
			continue;
		package_owns(e, entries, get16(p));
		package_owns(e, profiles, p[2 + KEY_BYTES]);
	}
}

static bool download_section(struct e810 *e, uint32_t type, const uint8_t *s, uint32_t size)
{
	struct e810_ddp *d = e->ddp;

	if (type == SECT_META) {
		if (size < META_SECT_BYTES)
			return false;
		memcpy(d->meta, s, META_SECT_BYTES);
		d->has_meta = true;
	} else if (type == SECT_META_INIT) {
		return meta_init_keep(d, s, size);
	} else if (type == SECT_TCAM_FD) {
		tcam_owned(e, POOL_FD_PROFILE, POOL_FD_TCAM, s, size);
	} else if (is_rss_table(type)) {
		if (!table_apply(&d->pkg, type, s, size))
			return false;
		if (type == SECT_TCAM_RSS)
			tcam_owned(e, POOL_RSS_PROFILE, POOL_RSS_TCAM, s, size);
	}
	return true;
}

static bool update_section(struct e810 *e, uint32_t type, const uint8_t *s, uint32_t size)
{
	if (is_rss_table(type))
		return table_apply(&e->ddp->now, type, s, size);
	sim_log(e->dev, 2, "package section %u changed: without effect here", type);
	return true;
}

/* ---- buffers -------------------------------------------------------------------------------- */

/* Where an answer tells what is wrong with a buffer. */
static enum e810_rc buf_error(struct e810 *e, struct e810_aq_msg *m, uint32_t off, uint32_t info)
{
	sim_log(e->dev, 1, "package buffer: error at byte %u, section 0x%x", off, info);
	put32(m->buf, off);
	put32(m->buf + 4, info);
	m->out = m->len < 8 ? m->len : 8;
	return RC_EBADBUF;
}

/* Every section inside the data, and the data inside what the driver sent. */
static bool buf_check(const struct e810_aq_msg *m, uint32_t *bad)
{
	uint32_t n, end;

	*bad = 0;
	if (m->len < BUF_MIN_END || !m->has_data)
		return false;
	n = get16(m->buf);
	end = get16(m->buf + 2);
	if (!n || n > MAX_SECTIONS || end < BUF_MIN_END || end > BUF_BYTES || end > m->len ||
	    BUF_HDR + n * BUF_ENTRY > end)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *s = m->buf + BUF_HDR + i * BUF_ENTRY;
		uint32_t off = get16(s + 4), size = get16(s + 6);

		*bad = BUF_HDR + i * BUF_ENTRY;
		if (!size || off < BUF_HDR + n * BUF_ENTRY || off + size > end)
			return false;
	}
	return true;
}

static enum e810_rc buf_run(struct e810 *e, struct e810_aq_msg *m,
			    bool (*run)(struct e810 *e, uint32_t type, const uint8_t *s,
					uint32_t size))
{
	uint32_t bad;

	if (!buf_check(m, &bad))
		return buf_error(e, m, bad, 0);
	for (uint32_t i = 0; i < get16(m->buf); i++) {
		const uint8_t *s = m->buf + BUF_HDR + i * BUF_ENTRY;

		if (!run(e, get32(s), m->buf + get16(s + 4), get16(s + 6)))
			return buf_error(e, m, get16(s + 4), get32(s));
	}
	return RC_OK;
}

/* ---- commands ------------------------------------------------------------------------------- */

static enum e810_rc download(struct e810 *e, struct e810_aq_msg *m)
{
	struct e810_ddp *d = e->ddp;
	enum e810_rc rc;

	if (!e810_lock_held(e, E810_LOCK_GLOBAL))
		return RC_EPERM;
	if (e->ddp_active)
		return RC_EEXIST;
	if (!d->downloading) {
		memset(d, 0, sizeof(*d));
		d->downloading = true;
	}
	rc = buf_run(e, m, download_section);
	if (rc || !(m->param[0] & PKG_LAST))
		return rc;
	d->downloading = false;
	if (!d->has_meta)
		return RC_EBADMAN;
	d->now = d->pkg;
	e->ddp_active = true;
	vsis_update(e);
	sim_log(e->dev, 1, "package %u.%u.%u.%u '%.28s' is active", d->meta[0], d->meta[1],
		d->meta[2], d->meta[3], (const char *)d->meta + 4);
	return RC_OK;
}

/* 0C42 */
static enum e810_rc update(struct e810 *e, struct e810_aq_msg *m)
{
	enum e810_rc rc;

	if (!e->ddp_active || !e810_lock_held(e, E810_LOCK_CHANGE))
		return RC_EPERM;
	rc = buf_run(e, m, update_section);
	vsis_update(e);
	return rc;
}

/* 0C41: one section with the number and the first of its entries, to be filled. */
static enum e810_rc upload(struct e810 *e, struct e810_aq_msg *m)
{
	struct e810_ddp *d = e->ddp;
	uint32_t bad, type, size, n, at;
	uint8_t *s;

	if (!e->ddp_active)
		return RC_EPERM;
	if (!buf_check(m, &bad))
		return RC_EINVAL;
	type = get32(m->buf + BUF_HDR);
	s = m->buf + get16(m->buf + BUF_HDR + 4);
	size = get16(m->buf + BUF_HDR + 6);
	if (size < 4 || type != SECT_META_INIT)
		return RC_EINVAL;
	n = get16(s);
	at = get16(s + 2);
	if (4 + n * META_BYTES > size || at + n > NR_META)
		return RC_EINVAL;
	for (uint32_t i = 0; i < n; i++)
		memcpy(s + 4 + i * META_BYTES, d->meta_init[at + i], META_BYTES);
	m->out = m->len;
	return RC_OK;
}

static void info_put(uint8_t *p, const uint8_t *version, const char *name, uint32_t track,
		     bool nvm, bool active)
{
	memset(p, 0, INFO_BYTES);
	memcpy(p, version, 4);
	memcpy(p + 4, name, strnlen(name, 28));
	put32(p + 32, track);
	p[36] = nvm;
	p[37] = active;
	p[38] = nvm;				/* active at boot */
}

/* 0C43: the part in the NVM, and the package if there is one. */
static enum e810_rc get_info(struct e810 *e, struct e810_aq_msg *m)
{
	static const uint8_t version[4] = { 1, 3, 0, 0 };
	const struct e810_ddp *d = e->ddp;
	unsigned int n = e->ddp_active ? 2 : 1;

	if (m->len < 4 + n * INFO_BYTES)
		return RC_ENOMEM;
	memset(m->buf, 0, m->len);
	put32(m->buf, n);
	info_put(m->buf + 4, version, "ndrv-sim NVM", 0x6e647276, true, !e->ddp_active);
	if (e->ddp_active) {
		char name[29] = { 0 };

		memcpy(name, d->meta + 4, 28);
		info_put(m->buf + 4 + INFO_BYTES, d->meta, name, get32(d->meta + 32), false, true);
	}
	m->out = (uint16_t)(4 + n * INFO_BYTES);
	return RC_OK;
}

const struct e810_aq_cmd e810_cmd_ddp[] = {
	{ AQ_DOWNLOAD_PKG, "download package", download },
	{ AQ_UPLOAD_SECTION, "upload section", upload },
	{ AQ_UPDATE_PKG, "update package", update },
	{ AQ_GET_PKG_INFO, "get package information", get_info },
	{ 0 },
};
