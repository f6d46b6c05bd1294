// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: the switch. Rules by command (02A0, 02A1, 02A2), lists of VSIs, and the decision where
 * a frame goes: from the wire to VSIs, from a VSI to the wire, to other VSIs, or both.
 *
 * Every rule that matches counts: destinations add up, one drop drops. Recipes 1, 2 and 4 look at no
 * source, so a rule that a driver adds as transmit rule holds for received frames too; recipes 0, 3,
 * 5, 8, 9 match their direction and source only. The default VSI (5) gets what found no destination.
 */
#include <errno.h>
#include <stdlib.h>

#include "e810_data.h"

#define NR_RULES	8192
#define NR_LISTS	256		/* of each kind */
#define NR_RECIPES	64
#define CACHE		256		/* decisions remembered */
#define RULE_BYTES	16		/* in front of the header of a look-up rule */
#define HDR_BYTES	16
#define LPORT		0
#define VLAN_BITMAP	(E810_NR_VSIS / 64)

struct rule {
	uint8_t type, recipe;
	bool used;
	uint16_t src;
	uint32_t act;
	uint8_t hdr[HDR_BYTES];
};

struct list {
	bool allocated;
	uint64_t vsis[VLAN_BITMAP];
};

struct e810_switch {
	struct rule rule[NR_RULES];
	uint16_t of_recipe[NR_RECIPES][NR_RULES];	/* used ones */
	uint16_t nr_of[NR_RECIPES];
	struct list list[2][NR_LISTS];	/* forwarding, prune */
	uint32_t gen;			/* of everything above; never 0 */
	struct e810_fwd cache[CACHE];
};

static void changed(struct e810 *e)
{
	struct e810_switch *s = e->sw;

	memset(s->nr_of, 0, sizeof(s->nr_of));
	for (unsigned int i = 0; i < NR_RULES; i++)
		if (s->rule[i].used)
			s->of_recipe[s->rule[i].recipe][s->nr_of[s->rule[i].recipe]++] = (uint16_t)i;
	if (!++s->gen)
		s->gen = 1;
}

static bool in_list(const struct list *l, unsigned int vsi)
{
	return l->vsis[vsi / 64] >> vsi % 64 & 1;
}

/* ---- look-up -------------------------------------------------------------------------------- */

/* What the recipes look at. */
struct look {
	const uint8_t *f;
	uint16_t ethertype, vid;	/* behind the tag, if any */
	bool tagged, rx;
	uint16_t src;			/* VSI; LPORT from the wire */
};

static bool promisc_class(const uint8_t *want, const uint8_t *da)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };

	if (!memcmp(want, all, 6))
		return !memcmp(da, all, 6);
	if (want[0] & 1)
		return da[0] & 1 && memcmp(da, all, 6);
	return !(da[0] & 1);
}

static uint16_t rule_vid(const struct rule *r)
{
	return net_be16(r->hdr + 14) & 0xfff;
}

static bool source_matches(const struct rule *r, const struct look *l)
{
	return l->rx ? r->type == SWR_LKUP_RX : r->type == SWR_LKUP_TX && r->src == l->src;
}

static bool matches(const struct rule *r, const struct look *l)
{
	switch (r->recipe) {
	case RECIPE_ETHERTYPE:
		return source_matches(r, l) && net_be16(r->hdr + 12) == l->ethertype;
	case RECIPE_ETHERTYPE_MAC:
		return source_matches(r, l) && net_be16(r->hdr + 12) == l->ethertype &&
		       !memcmp(r->hdr, l->f, 6);
	case RECIPE_MAC:
		return !memcmp(r->hdr, l->f, 6);
	case RECIPE_MAC_VLAN:
		return !memcmp(r->hdr, l->f, 6) && l->tagged && rule_vid(r) == l->vid;
	case RECIPE_PROMISC:
		return source_matches(r, l) && promisc_class(r->hdr, l->f);
	case RECIPE_PROMISC_VLAN:
		return source_matches(r, l) && promisc_class(r->hdr, l->f) && l->tagged &&
		       rule_vid(r) == l->vid;
	case RECIPE_DFLT:
		return source_matches(r, l);
	}
	return false;
}

static void add_dest(struct e810_fwd *fwd, uint16_t vsi, int16_t queue, uint8_t region)
{
	for (unsigned int i = 0; i < fwd->nr; i++)
		if (fwd->to[i].vsi == vsi) {
			if (queue >= 0)
				fwd->to[i] = (struct e810_dest){ vsi, queue, region };
			return;
		}
	if (fwd->nr < sizeof(fwd->to) / sizeof(fwd->to[0]))
		fwd->to[fwd->nr++] = (struct e810_dest){ vsi, queue, region };
}

/* The VSI that owns an Rx queue: firmware's default one only while no other has taken its queue. */
static int vsi_of_queue(struct e810 *e, unsigned int queue)
{
	int found = -1;

	for (unsigned int i = 0; i < E810_NR_VSIS; i++) {
		const struct e810_vsi *v = &e->vsi[i];

		if (v->used && queue >= v->q_first &&
		    queue < (unsigned int)v->q_first + v->q_count && (found < 0 || i != E810_DFLT_VSI))
			found = (int)i;
	}
	return found;
}

static void add_action(struct e810 *e, struct e810_fwd *fwd, uint32_t act)
{
	const struct list *l;
	int vsi;

	/* Bit 17 is a part of its region, not VALID. */
	if (ACT_TYPE(act) == ACT_TO_Q) {
		vsi = vsi_of_queue(e, ACT_QUEUE(act));
		if (vsi >= 0)
			add_dest(fwd, (uint16_t)vsi, (int16_t)ACT_QUEUE(act), ACT_Q_REGION(act));
		return;
	}
	if (ACT_TYPE(act) != ACT_FORWARD || !(act & ACT_VALID))
		return;
	if (act & ACT_DROP) {
		fwd->drop = true;
	} else if (!(act & ACT_LIST)) {
		add_dest(fwd, (uint16_t)ACT_VSI(act), -1, 0);
	} else if (ACT_LIST_ID(act) < NR_LISTS) {
		l = &e->sw->list[0][ACT_LIST_ID(act)];
		for (unsigned int i = 0; i < E810_NR_VSIS; i++)
			if (in_list(l, i))
				add_dest(fwd, (uint16_t)i, -1, 0);
	}
}

/* All rules of one recipe. Returns the actions' LB and LAN bits of those that matched. */
static uint32_t run_recipe(struct e810 *e, unsigned int recipe, const struct look *l,
			   struct e810_fwd *fwd)
{
	struct e810_switch *s = e->sw;
	uint32_t bits = 0;

	for (unsigned int i = 0; i < s->nr_of[recipe]; i++) {
		const struct rule *r = &s->rule[s->of_recipe[recipe][i]];

		if (matches(r, l)) {
			add_action(e, fwd, r->act);
			bits |= r->act & (ACT_LB_EN | ACT_LAN_EN);
		}
	}
	return bits;
}

/* A transmitted frame stays inside only if its VSI may loop back, and never comes back to it. */
static void egress(const struct e810_vsi *src, uint32_t bits, struct e810_fwd *fwd)
{
	bool local = src->allow_lb && bits & ACT_LB_EN;
	unsigned int n = 0;

	for (unsigned int i = 0; i < fwd->nr; i++)
		if (local && (fwd->to[i].vsi != src->num || src->local_lb))
			fwd->to[n++] = fwd->to[i];
	fwd->nr = (uint16_t)n;
	fwd->lan = src->lan_ena && (!n || bits & ACT_LAN_EN);
}

static void decide(struct e810 *e, const struct e810_vsi *src, const struct look *l,
		   struct e810_fwd *fwd)
{
	static const uint8_t recipes[] = {
		RECIPE_ETHERTYPE, RECIPE_MAC, RECIPE_MAC_VLAN, RECIPE_PROMISC,
		RECIPE_ETHERTYPE_MAC, RECIPE_PROMISC_VLAN,
	};
	uint32_t bits = 0;

	fwd->lan = fwd->drop = false;
	fwd->nr = 0;
	for (unsigned int i = 0; i < sizeof(recipes); i++)
		bits |= run_recipe(e, recipes[i], l, fwd);
	if (!fwd->nr)
		bits |= run_recipe(e, RECIPE_DFLT, l, fwd);
	if (src)
		egress(src, bits, fwd);
}

const struct e810_fwd *e810_switch(struct e810 *e, const struct e810_vsi *src, const uint8_t *f,
				   uint32_t len)
{
	struct e810_switch *s = e->sw;
	struct look l = { .f = f, .rx = !src, .src = src ? src->num : LPORT,
			  .ethertype = net_be16(f + 12) };
	uint64_t key[2] = { 0 };
	struct e810_fwd *fwd;

	if (l.ethertype == 0x8100 && len >= 18) {
		l.tagged = true;
		l.vid = net_be16(f + 14) & 0xfff;
		l.ethertype = net_be16(f + 16);
	}
	memcpy(key, f, 6);
	key[0] |= (uint64_t)l.ethertype << 48;
	key[1] = l.vid | (uint64_t)l.tagged << 12 | (uint64_t)l.src << 16 | (uint64_t)l.rx << 32;
	fwd = &s->cache[((key[0] ^ key[0] >> 32 ^ key[1]) * 0x9e3779b97f4a7c15ull) >> 56];
	if (fwd->gen == s->gen && fwd->key[0] == key[0] && fwd->key[1] == key[1])
		return fwd;
	decide(e, src, &l, fwd);
	fwd->key[0] = key[0];
	fwd->key[1] = key[1];
	fwd->gen = s->gen;
	return fwd;
}

/* ---- what a VSI may send and receive ---------------------------------------------------------- */

/* Is the VSI in the prune list of this VLAN? */
static bool vlan_member(struct e810 *e, uint16_t vsi, uint16_t vid, uint32_t way)
{
	struct e810_switch *s = e->sw;

	for (unsigned int i = 0; i < s->nr_of[RECIPE_VLAN]; i++) {
		const struct rule *r = &s->rule[s->of_recipe[RECIPE_VLAN][i]];
		unsigned int id = ACT_LIST_ID(r->act);

		if (rule_vid(r) != vid)
			continue;
		if (ACT_TYPE(r->act) == ACT_PRUNE && r->act & way && id < NR_LISTS &&
		    in_list(&s->list[1][id], vsi))
			return true;
	}
	return false;
}

/*
 * Tags against the prune lists and the VLAN mode of the VSI. Untagged frames are not looked up:
 * they match no VLAN rule.
 */
bool e810_switch_vlan_ok(struct e810 *e, const struct e810_vsi *v, const uint8_t *f, uint32_t len,
			 bool egress)
{
	bool tagged = len >= 18 && net_be16(f + 12) == 0x8100;
	unsigned int mode = VSIC_VLAN_TX_MODE(v->props[VSIC_INNER_VLAN]);
	uint16_t vid;

	if (egress && mode && !(mode & (tagged ? 2 : 1)) &&
	    !(v->props[VSIC_INNER_VLAN] & VSIC_VLAN_INSERT_PVID))
		return false;
	if (!tagged)
		return true;
	vid = net_be16(f + 14) & 0xfff;
	if (egress)
		return !(v->props[VSIC_SEC_FLAGS] & VSIC_TX_VLAN_PRUNE) ||
		       vlan_member(e, v->num, vid, ACT_EGRESS);
	return !v->vlan_prune || vlan_member(e, v->num, vid, ACT_INGRESS);
}

/* Anti-spoof: the source address must be one of those that lead to the VSI. */
bool e810_switch_spoofed(struct e810 *e, const struct e810_vsi *src, const uint8_t *f)
{
	struct e810_switch *s = e->sw;

	if (!(src->props[VSIC_SEC_FLAGS] & VSIC_MAC_ANTI_SPOOF))
		return false;
	for (unsigned int i = 0; i < s->nr_of[RECIPE_MAC]; i++) {
		const struct rule *r = &s->rule[s->of_recipe[RECIPE_MAC][i]];
		struct e810_fwd to = { .nr = 0 };

		if (memcmp(r->hdr, f + 6, 6))
			continue;
		add_action(e, &to, r->act);
		for (unsigned int k = 0; k < to.nr; k++)
			if (to.to[k].vsi == src->num)
				return false;
	}
	return true;
}

/* ---- commands ------------------------------------------------------------------------------- */

static enum e810_rc lookup_check(struct e810 *e, const struct rule *r)
{
	if (r->recipe >= NR_RECIPES)
		return RC_EINVAL;
	if (r->type == SWR_LKUP_RX ? r->src != LPORT : !e810_vsi_get(e, r->src))
		return RC_EINVAL;
	if (ACT_TYPE(r->act) == ACT_FORWARD && !(r->act & (ACT_LIST | ACT_DROP)) &&
	    !e810_vsi_get(e, ACT_VSI(r->act)))
		return RC_EINVAL;
	if (ACT_TYPE(r->act) == ACT_FORWARD && r->act & ACT_LIST &&
	    (ACT_LIST_ID(r->act) >= NR_LISTS || !e->sw->list[0][ACT_LIST_ID(r->act)].allocated))
		return RC_EINVAL;
	if (ACT_TYPE(r->act) == ACT_PRUNE && !(r->act & ACT_PTR) &&
	    (ACT_LIST_ID(r->act) >= NR_LISTS || !e->sw->list[1][ACT_LIST_ID(r->act)].allocated))
		return RC_EINVAL;
	return RC_OK;
}

static bool same_key(const struct rule *a, const struct rule *b)
{
	return a->used && a->type == b->type && a->recipe == b->recipe && a->src == b->src &&
	       !memcmp(a->hdr, b->hdr, HDR_BYTES);
}

static enum e810_rc lookup_rule(struct e810 *e, uint16_t opcode, uint8_t *b, uint32_t hdr_len)
{
	struct e810_switch *s = e->sw;
	struct rule r = { .type = b[0], .used = true, .src = get16(b + 6), .act = get32(b + 8) };
	uint16_t index = get16(b + 12);
	enum e810_rc rc;

	if (get16(b + 4) >= NR_RECIPES)
		return RC_EINVAL;
	r.recipe = (uint8_t)get16(b + 4);
	memcpy(r.hdr, b + RULE_BYTES, hdr_len < HDR_BYTES ? hdr_len : HDR_BYTES);
	if (opcode != AQ_ADD_SW_RULES) {
		if (index >= NR_RULES || !s->rule[index].used)
			return RC_ENOENT;
		if (opcode == AQ_REMOVE_SW_RULES) {
			s->rule[index].used = false;
			return RC_OK;
		}
		s->rule[index].act = r.act;
		return lookup_check(e, &s->rule[index]);
	}
	rc = lookup_check(e, &r);
	if (rc)
		return rc;
	for (unsigned int i = 0; i < NR_RULES; i++)
		if (same_key(&s->rule[i], &r))
			return RC_EEXIST;
	for (unsigned int i = 0; i < NR_RULES; i++)
		if (!s->rule[i].used) {
			s->rule[i] = r;
			put16(b + 12, (uint16_t)i);
			return RC_OK;
		}
	return RC_ENOSPC;
}

static enum e810_rc list_rule(struct e810 *e, uint8_t *b, uint32_t room)
{
	unsigned int type = get16(b), index = get16(b + 4), n = get16(b + 6);
	bool prune = type >= SWR_PRUNE_LIST_SET;
	bool set = type == SWR_VSI_LIST_SET || type == SWR_PRUNE_LIST_SET;
	struct list *l;

	if (index >= NR_LISTS || 8 + 2 * n > room)
		return RC_EINVAL;
	l = &e->sw->list[prune][index];
	if (!l->allocated)
		return RC_ENOENT;
	for (unsigned int i = 0; i < n; i++) {
		unsigned int vsi = get16(b + 8 + 2 * i) & AQ_VSI_NUM;

		if (vsi >= E810_NR_VSIS || (set && !e810_vsi_get(e, vsi)))
			return RC_EINVAL;
		if (set)
			l->vsis[vsi / 64] |= 1ull << vsi % 64;
		else
			l->vsis[vsi / 64] &= ~(1ull << vsi % 64);
	}
	return RC_OK;
}

/* One element of the buffer; *size becomes its length. */
static enum e810_rc one_rule(struct e810 *e, uint16_t opcode, uint8_t *b, uint32_t room,
			     uint32_t *size)
{
	uint32_t hdr;

	if (room < 8)
		return RC_EINVAL;
	switch (get16(b)) {
	case SWR_LKUP_RX:
	case SWR_LKUP_TX:
		if (room < RULE_BYTES)
			return RC_EINVAL;
		hdr = get16(b + 14);
		*size = RULE_BYTES + hdr;
		return *size <= room ? lookup_rule(e, opcode, b, hdr) : RC_EINVAL;
	case SWR_VSI_LIST_SET:
	case SWR_VSI_LIST_CLEAR:
	case SWR_PRUNE_LIST_SET:
	case SWR_PRUNE_LIST_CLEAR:
		*size = 8 + 2 * get16(b + 6);
		return list_rule(e, b, room);
	}
	return RC_ENOSYS;			/* large actions */
}

static enum e810_rc cmd_rules(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int n = get16(m->param);
	enum e810_rc first = RC_OK;
	uint32_t at = 0;

	if (!m->has_data || !n)
		return RC_EINVAL;
	m->out = m->len;
	for (unsigned int i = 0; i < n; i++) {
		uint32_t size = 0;
		enum e810_rc rc;

		if (at >= m->len)
			return RC_EINVAL;
		rc = one_rule(e, m->opcode, m->buf + at, m->len - at, &size);
		put16(m->buf + at + 2, (uint16_t)rc);
		if (rc && !first)
			first = rc;
		if (!size)
			break;
		at += (size + 3) & ~3u;
	}
	changed(e);
	return first;
}

const struct e810_aq_cmd e810_cmd_switch[] = {
	{ AQ_ADD_SW_RULES, "add_sw_rules", cmd_rules },
	{ AQ_UPDATE_SW_RULES, "update_sw_rules", cmd_rules },
	{ AQ_REMOVE_SW_RULES, "remove_sw_rules", cmd_rules },
	{ 0, NULL, NULL },
};

/* ---- lists as resources, life ----------------------------------------------------------------- */

enum e810_rc e810_switch_alloc_list(struct e810 *e, bool prune, uint16_t *id)
{
	for (unsigned int i = 0; i < NR_LISTS; i++) {
		struct list *l = &e->sw->list[prune][i];

		if (l->allocated)
			continue;
		memset(l, 0, sizeof(*l));
		l->allocated = true;
		*id = (uint16_t)i;
		return RC_OK;
	}
	return RC_ENOSPC;
}

enum e810_rc e810_switch_free_list(struct e810 *e, bool prune, uint16_t id)
{
	if (id >= NR_LISTS || !e->sw->list[prune][id].allocated)
		return RC_ENOENT;
	memset(&e->sw->list[prune][id], 0, sizeof(e->sw->list[prune][id]));
	changed(e);
	return RC_OK;
}

/* Firmware takes a VSI that is freed out of all rules and lists. */
void e810_switch_vsi_gone(struct e810 *e, uint16_t vsi)
{
	struct e810_switch *s = e->sw;

	for (unsigned int i = 0; i < NR_RULES; i++) {
		struct rule *r = &s->rule[i];

		if (!r->used)
			continue;
		if (r->type == SWR_LKUP_TX && r->src == vsi)
			r->used = false;
		if (ACT_TYPE(r->act) == ACT_FORWARD && !(r->act & (ACT_LIST | ACT_DROP)) &&
		    ACT_VSI(r->act) == vsi)
			r->used = false;
	}
	for (unsigned int k = 0; k < 2; k++)
		for (unsigned int i = 0; i < NR_LISTS; i++)
			s->list[k][i].vsis[vsi / 64] &= ~(1ull << vsi % 64);
	e810_rss_vsi_gone(e, vsi);
	changed(e);
}

void e810_switch_vsi_changed(struct e810 *e, uint16_t vsi, bool rss)
{
	if (rss)
		e810_rss_vsi_changed(e, vsi);
	changed(e);				/* its flags went into remembered decisions */
}

void e810_switch_reset(struct e810 *e)
{
	struct e810_switch *s = e->sw;

	memset(s->rule, 0, sizeof(s->rule));
	memset(s->list, 0, sizeof(s->list));
	changed(e);
}

int e810_switch_init(struct e810 *e)
{
	e->sw = calloc(1, sizeof(*e->sw));
	if (!e->sw)
		return -ENOMEM;
	changed(e);
	return 0;
}

void e810_switch_fini(struct e810 *e)
{
	free(e->sw);
	e->sw = NULL;
}
