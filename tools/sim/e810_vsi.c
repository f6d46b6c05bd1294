// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: virtual station interfaces: their numbers and contexts (0210, 0211, 0213). What a
 * context means for frames is decided in e810_switch.c, e810_rx.c, e810_tx.c and e810_rss.c.
 */
#include "e810.h"

#define KEEP_ALLOC	0x0001u
#define NR_MAP_WORDS	16

/* Bytes of the context that a valid-section bit covers. */
static const struct {
	uint16_t bit;
	uint8_t from, to;
} sections[] = {
	{ VSIC_SEC_SW, 2, 6 }, { VSIC_SEC_SECURITY, 6, 8 }, { VSIC_SEC_VLAN, 8, 16 },
	{ VSIC_SEC_INGRESS_UP, 16, 20 }, { VSIC_SEC_EGRESS_UP, 20, 24 },
	{ VSIC_SEC_OUTER_TAG, 24, 28 }, { VSIC_SEC_RXQ_MAP, 28, 78 }, { VSIC_SEC_Q_OPT, 78, 84 },
	{ VSIC_SEC_OUTER_UP, 84, 88 }, { VSIC_SEC_FLOW_DIR, 88, 100 },
	{ VSIC_SEC_PASID, 100, 104 },
};

struct e810_vsi *e810_vsi_get(struct e810 *e, uint32_t num)
{
	return num < E810_NR_VSIS && e->vsi[num].used ? &e->vsi[num] : NULL;
}

/* Queues of TC 0: false if they are not inside the function, or not in one piece. */
static bool queues_parse(const uint8_t *p, uint16_t *first, uint16_t *count)
{
	uint16_t tc = get16(p + VSIC_TC_MAPPING);
	uint32_t offset = VSIC_TC_OFFSET(tc), n = 1u << VSIC_TC_LOG2(tc);

	if (get16(p + VSIC_MAPPING_FLAGS) & 1) {
		uint32_t q0 = get16(p + VSIC_Q_MAPPING);

		for (uint32_t i = 1; i < NR_MAP_WORDS && i < offset + n; i++)
			if (get16(p + VSIC_Q_MAPPING + 2 * i) != q0 + i)
				return false;
		if (offset + n > NR_MAP_WORDS || q0 + offset + n > E810_NR_QUEUES)
			return false;
		*first = (uint16_t)(q0 + offset);
		*count = (uint16_t)n;
		return true;
	}
	*first = (uint16_t)(get16(p + VSIC_Q_MAPPING) + offset);
	*count = get16(p + VSIC_Q_MAPPING + 2);
	if (get16(p + VSIC_Q_MAPPING) + (uint32_t)*count > E810_NR_QUEUES)
		return false;
	*count = *count > offset ? *count - (uint16_t)offset : 0;
	if (*count > n)				/* the region is a power of two */
		*count = (uint16_t)n;
	return true;
}

static bool vsi_parse(struct e810_vsi *v)
{
	const uint8_t *p = v->props;

	if (!queues_parse(p, &v->q_first, &v->q_count))
		return false;
	v->rss_lut = VSIC_RSS_LUT(p[VSIC_Q_OPT_RSS]);
	v->vlan_emode = VSIC_VLAN_EMODE(p[VSIC_INNER_VLAN]);
	v->allow_lb = p[VSIC_SW_FLAGS] & VSIC_ALLOW_LB;
	v->local_lb = p[VSIC_SW_FLAGS] & VSIC_LOCAL_LB;
	v->src_prune = p[VSIC_SW_FLAGS] & VSIC_SRC_PRUNE;
	v->vlan_prune = p[VSIC_SW_FLAGS2] & VSIC_RX_VLAN_PRUNE;
	v->lan_ena = p[VSIC_SW_FLAGS2] & VSIC_LAN_ENA;
	return true;
}

/* After a reset only firmware's default VSI is there: one queue, tags left in the packet. */
void e810_vsi_reset(struct e810 *e)
{
	struct e810_vsi *v = &e->vsi[E810_DFLT_VSI];

	memset(e->vsi, 0, sizeof(e->vsi));
	for (unsigned int i = 0; i < E810_NR_VSIS; i++)
		e->vsi[i].num = (uint16_t)i;
	v->used = true;
	v->type = 2;
	v->props[VSIC_SW_ID] = 1;
	v->props[VSIC_SW_FLAGS2] = VSIC_LAN_ENA;
	v->props[VSIC_INNER_VLAN] = 3 | VLAN_EMODE_NOTHING << 3;
	put16(v->props + VSIC_Q_MAPPING + 2, 1);
	vsi_parse(v);
}

/* ---- commands ------------------------------------------------------------------------------- */

static enum e810_rc answer(struct e810 *e, struct e810_aq_msg *m, uint16_t num)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < E810_NR_VSIS; i++)
		used += e->vsi[i].used;
	put16(m->param, num | AQ_VSI_VALID);
	put16(m->param + 2, 0);
	put16(m->param + 4, (uint16_t)used);
	put16(m->param + 6, (uint16_t)(E810_NR_VSIS - used));
	m->out = m->len;
	return RC_OK;
}

static struct e810_vsi *vsi_free_one(struct e810 *e)
{
	for (unsigned int i = 0; i < E810_NR_VSIS; i++)
		if (!e->vsi[i].used)
			return &e->vsi[i];
	return NULL;
}

/* 0210: number @0, flags @2, VF @4, type @6; buffer: the context, all of it counts. */
static enum e810_rc vsi_add(struct e810 *e, struct e810_aq_msg *m)
{
	uint16_t want = get16(m->param), num = want & AQ_VSI_NUM;
	struct e810_vsi *v, next = { 0 };

	if (m->len < VSIC_BYTES || !m->has_data)
		return RC_EINVAL;
	if (want & AQ_VSI_VALID && num >= E810_NR_VSIS)
		return RC_EINVAL;
	v = want & AQ_VSI_VALID ? &e->vsi[num] : vsi_free_one(e);
	if (!v)
		return RC_ENOSPC;
	if (v->used)
		return RC_EEXIST;
	next.used = true;
	next.num = v->num;
	next.type = m->param[6] & 3;
	memcpy(next.props, m->buf, VSIC_BYTES);
	if (!vsi_parse(&next))
		return RC_EINVAL;
	*v = next;
	e810_ddp_vsi(e, v);
	e810_switch_vsi_changed(e, v->num, true);
	return answer(e, m, v->num);
}

static enum e810_rc vsi_of(struct e810 *e, struct e810_aq_msg *m, struct e810_vsi **v)
{
	uint16_t num = get16(m->param);

	*v = e810_vsi_get(e, num & AQ_VSI_NUM);
	if (!(num & AQ_VSI_VALID))
		return RC_EINVAL;
	return *v ? RC_OK : RC_ENOENT;
}

static enum e810_rc vsi_update(struct e810 *e, struct e810_aq_msg *m)
{
	struct e810_vsi *v, next;
	enum e810_rc rc = vsi_of(e, m, &v);
	uint16_t valid;

	if (rc)
		return rc;
	if (m->len < VSIC_BYTES || !m->has_data)
		return RC_EINVAL;
	next = *v;
	valid = get16(m->buf + VSIC_SECTIONS);
	for (unsigned int i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (valid & sections[i].bit)
			memcpy(next.props + sections[i].from, m->buf + sections[i].from,
			       sections[i].to - sections[i].from);
	if (!vsi_parse(&next))
		return RC_EINVAL;
	*v = next;
	e810_switch_vsi_changed(e, v->num, valid & VSIC_SEC_Q_OPT);
	return answer(e, m, v->num);
}

static enum e810_rc vsi_free(struct e810 *e, struct e810_aq_msg *m)
{
	struct e810_vsi *v;
	enum e810_rc rc = vsi_of(e, m, &v);

	if (rc)
		return rc;
	if (v->num == E810_DFLT_VSI)
		return RC_EPERM;
	e810_switch_vsi_gone(e, v->num);
	*v = (struct e810_vsi){
		.num = v->num, .type = v->type, .used = get16(m->param + 2) & KEEP_ALLOC,
	};
	return answer(e, m, v->num);
}

const struct e810_aq_cmd e810_cmd_vsi[] = {
	{ AQ_ADD_VSI, "add VSI", vsi_add },
	{ AQ_UPDATE_VSI, "update VSI", vsi_update },
	{ AQ_FREE_VSI, "free VSI", vsi_free },
	{ 0 },
};
