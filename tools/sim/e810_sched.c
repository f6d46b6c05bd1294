// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: the transmit scheduler's tree and the commands that shape it (0400 to 0415). Only its
 * structure is kept: nodes, parents, limits, suspension. Bandwidth is accepted and not enforced.
 *
 * Layers: 0 port, 1 traffic class, 2 entry point, 3..6 generic, 7 queue groups, 8 queues. After a
 * reset there is one branch down to a queue group, so that a queue can be added at once.
 */
#include <errno.h>
#include <stdlib.h>

#include "e810.h"

#define NR_LAYERS	9
#define LAYER_ENTRY	2
#define LAYER_QGROUP	(NR_LAYERS - 2)
#define LAYER_LEAF	(NR_LAYERS - 1)
#define NR_NODES	4096
#define NR_PROFILES	64
#define NO_PARENT	0xffffffffu
#define TEID_FIRST	0x20u

#define ELEM_BYTES	16		/* properties of a node */
#define NODE_BYTES	24		/* parent, TEID, properties */
#define GROUP_BYTES	8		/* parent, number, before a list */
#define BRANCH_BYTES	(GROUP_BYTES + NR_LAYERS * NODE_BYTES)
#define MOVE_BYTES	12
#define PROFILE_BYTES	12
#define RES_BYTES	320
#define ETS_BYTES	64

enum elem_type { ELEM_ROOT = 1, ELEM_TC, ELEM_GENERIC, ELEM_ENTRY, ELEM_LEAF };

/* Offsets in the properties. */
#define ELEM_TYPE	0
#define ELEM_VALID	1
#define  VALID_GENERIC	0x01
#define  VALID_CIR	0x02
#define  VALID_EIR	0x04
#define  VALID_SHARED	0x08
#define ELEM_GENERIC_AT	2
#define ELEM_FLAGS	3
#define  FLAG_SUSPEND	0x01
#define ELEM_CIR	4
#define ELEM_EIR	8
#define ELEM_SRL	12

struct node {
	uint32_t teid, parent;		/* teid 0 = this entry is free */
	uint16_t children;
	uint8_t layer;
	uint8_t elem[ELEM_BYTES];
};

struct profile {
	bool used;
	uint8_t data[PROFILE_BYTES];
};

struct e810_sched {
	struct node node[NR_NODES];
	unsigned int top;		/* entries above are free */
	uint32_t next_teid, root;
	struct profile profile[NR_PROFILES];	/* 0 = the default, always there */
};

/* Most children that share a parent, and most nodes, by layer. */
static const struct {
	uint16_t siblings, nodes;
} layers[NR_LAYERS] = {
	{ 1, 1 }, { 8, 8 }, { 8, 64 }, { 8, 128 }, { 8, 256 }, { 64, 768 }, { 8, 768 }, { 8, 768 },
	{ 8, E810_NR_QUEUES },
};

/* ---- the tree ------------------------------------------------------------------------------- */

int e810_sched_init(struct e810 *e)
{
	e->sched = calloc(1, sizeof(*e->sched));
	return e->sched ? 0 : -ENOMEM;
}

void e810_sched_fini(struct e810 *e)
{
	free(e->sched);
	e->sched = NULL;
}

static struct node *find(struct e810_sched *s, uint32_t teid)
{
	for (unsigned int i = 0; teid && i < s->top; i++)
		if (s->node[i].teid == teid)
			return &s->node[i];
	return NULL;
}

static unsigned int layer_count(const struct e810_sched *s, unsigned int layer)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->top; i++)
		n += s->node[i].teid && s->node[i].layer == layer;
	return n;
}

/* Room for n more children of parent? */
static bool has_room(const struct e810_sched *s, const struct node *parent, unsigned int n)
{
	unsigned int layer = parent->layer + 1u;

	return layer < NR_LAYERS && parent->children + n <= layers[layer].siblings &&
	       layer_count(s, layer) + n <= layers[layer].nodes;
}

static struct node *add(struct e810_sched *s, struct node *parent, enum elem_type type,
			const uint8_t elem[ELEM_BYTES])
{
	struct node *n = NULL;

	for (unsigned int i = 0; i < NR_NODES && !n; i++)
		if (!s->node[i].teid) {
			n = &s->node[i];
			if (i >= s->top)
				s->top = i + 1;
		}
	if (!n)
		return NULL;
	memset(n, 0, sizeof(*n));
	n->teid = s->next_teid++;
	n->parent = parent ? parent->teid : NO_PARENT;
	n->layer = parent ? parent->layer + 1 : 0;
	if (elem)
		memcpy(n->elem, elem, ELEM_BYTES);
	n->elem[ELEM_TYPE] = type;
	if (parent)
		parent->children++;
	return n;
}

static void del(struct e810_sched *s, struct node *n)
{
	struct node *parent = find(s, n->parent);

	if (parent)
		parent->children--;
	n->teid = 0;
}

void e810_sched_reset(struct e810 *e)
{
	static const enum elem_type types[] = { ELEM_ROOT, ELEM_TC, ELEM_ENTRY };
	static const uint8_t dflt[ELEM_BYTES] = {
		[ELEM_VALID] = VALID_GENERIC | VALID_CIR | VALID_EIR,
		[ELEM_CIR + 2] = 4, [ELEM_EIR + 2] = 4,
	};
	struct e810_sched *s = e->sched;
	struct node *n = NULL;

	memset(s, 0, sizeof(*s));
	s->next_teid = TEID_FIRST;
	s->root = TEID_FIRST;
	s->profile[0].used = true;
	for (unsigned int layer = 0; layer <= LAYER_QGROUP; layer++)
		n = add(s, n, layer < 3 ? types[layer] : ELEM_GENERIC, dflt);
}

enum e810_rc e810_sched_add_leaf(struct e810 *e, uint32_t parent, const uint8_t elem[16],
				 uint32_t *teid)
{
	struct node *p = find(e->sched, parent), *n;

	if (!p)
		return RC_ENOENT;
	if (p->layer != LAYER_QGROUP)
		return RC_EINVAL;
	if (!has_room(e->sched, p, 1))
		return RC_ENOSPC;
	n = add(e->sched, p, ELEM_LEAF, elem);
	if (!n)
		return RC_ENOSPC;
	*teid = n->teid;
	return RC_OK;
}

void e810_sched_del_leaf(struct e810 *e, uint32_t teid)
{
	struct node *n = find(e->sched, teid);

	if (n && n->layer == LAYER_LEAF)
		del(e->sched, n);
}

enum e810_rc e810_sched_move_leaf(struct e810 *e, uint32_t teid, uint32_t parent)
{
	struct node *n = find(e->sched, teid), *to = find(e->sched, parent), *from;

	if (!n || !to)
		return RC_ENOENT;
	from = find(e->sched, n->parent);
	if (!from || to == from || to->layer != from->layer)
		return RC_EINVAL;
	if (!has_room(e->sched, to, 1))
		return RC_ENOSPC;
	n->parent = to->teid;
	from->children--;
	to->children++;
	return RC_OK;
}

bool e810_sched_is_parent(struct e810 *e, uint32_t parent, uint32_t leaf)
{
	struct node *n = find(e->sched, leaf);

	return n && n->parent == parent;
}

/* ---- commands ------------------------------------------------------------------------------- */

static void node_put(uint8_t *p, const struct node *n)
{
	put32(p, n->parent);
	put32(p + 4, n->teid);
	memcpy(p + 8, n->elem, ELEM_BYTES);
}

/* 0400: the branch that leads to the first queue group. */
static enum e810_rc default_topology(struct e810 *e, struct e810_aq_msg *m)
{
	struct e810_sched *s = e->sched;
	uint32_t parent = NO_PARENT;
	unsigned int nr = 0;

	if (m->param[0])			/* the function has one port */
		return RC_EINVAL;
	if (m->len < BRANCH_BYTES)
		return RC_ENOMEM;
	memset(m->buf, 0, m->len);
	for (unsigned int i = 0; i < s->top && nr < NR_LAYERS; i++) {
		const struct node *n = &s->node[i];

		if (!n->teid || n->parent != parent || n->layer != nr)
			continue;
		node_put(m->buf + GROUP_BYTES + nr++ * NODE_BYTES, n);
		parent = n->teid;
	}
	put32(m->buf, NO_PARENT);
	put16(m->buf + 4, (uint16_t)nr);
	m->param[1] = 1;
	m->out = BRANCH_BYTES;
	return RC_OK;
}

/* 0412 */
static enum e810_rc query_resources(struct e810 *e, struct e810_aq_msg *m)
{
	uint8_t *p = m->buf;

	(void)e;
	if (m->len < RES_BYTES)
		return RC_ENOMEM;
	memset(p, 0, RES_BYTES);
	put16(p, NR_LAYERS);
	put16(p + 2, NR_LAYERS);
	p[5] = p[6] = 8;			/* congestion domains */
	for (unsigned int i = 0; i < NR_LAYERS; i++) {
		uint8_t *l = p + 32 + 32 * i;

		l[0] = (uint8_t)i;
		l[1] = 1;
		put16(l + 2, layers[i].nodes);
		put16(l + 4, layers[i].nodes);
		put16(l + 10, layers[i].siblings);
		put16(l + 12, NR_PROFILES);
		put16(l + 14, NR_PROFILES);
		put16(l + 16, NR_PROFILES);
	}
	m->out = RES_BYTES;
	return RC_OK;
}

/* The next group (parent, number, list of `item` bytes each) in the buffer: NULL = malformed. */
static uint8_t *group_next(const struct e810_aq_msg *m, uint32_t *at, unsigned int item)
{
	uint8_t *g = m->buf + *at;
	uint32_t bytes;

	if (*at + GROUP_BYTES > m->len)
		return NULL;
	bytes = GROUP_BYTES + get16(g + 4) * item;
	if (!get16(g + 4) || *at + bytes > m->len)
		return NULL;
	*at += bytes;
	return g;
}

static enum e810_rc group_add(struct e810_sched *s, uint8_t *g)
{
	struct node *parent = find(s, get32(g));
	unsigned int nr = get16(g + 4);

	if (!parent)
		return RC_ENOENT;
	if (parent->layer + 1 < LAYER_ENTRY || parent->layer + 1 > LAYER_QGROUP)
		return RC_EINVAL;		/* leaves come by 0C30 */
	for (unsigned int i = 0; i < nr; i++)
		if (g[GROUP_BYTES + i * NODE_BYTES + 8 + ELEM_TYPE] != ELEM_GENERIC)
			return RC_EINVAL;
	if (!has_room(s, parent, nr))
		return RC_ENOSPC;
	for (unsigned int i = 0; i < nr; i++) {
		uint8_t *p = g + GROUP_BYTES + i * NODE_BYTES;
		struct node *n = add(s, parent, ELEM_GENERIC, p + 8);

		if (!n)
			return RC_ENOSPC;
		node_put(p, n);
	}
	return RC_OK;
}

static enum e810_rc group_delete(struct e810_sched *s, uint8_t *g)
{
	unsigned int nr = get16(g + 4);

	for (unsigned int i = 0; i < nr; i++) {
		struct node *n = find(s, get32(g + GROUP_BYTES + 4 * i));

		if (!n || n->parent != get32(g))
			return RC_ENOENT;
		if (n->layer < LAYER_ENTRY || n->layer == LAYER_LEAF)
			return RC_EPERM;
		if (n->children)
			return RC_EBUSY;
		del(s, n);
	}
	return RC_OK;
}

/* Number of groups @0 in the command, of groups done @2 in the answer. */
static enum e810_rc groups_run(struct e810 *e, struct e810_aq_msg *m, unsigned int item,
			       enum e810_rc (*run)(struct e810_sched *s, uint8_t *g))
{
	unsigned int nr = get16(m->param), done = 0;
	enum e810_rc rc = nr ? RC_OK : RC_EINVAL;
	uint32_t at = 0;

	while (!rc && done < nr) {
		uint8_t *g = group_next(m, &at, item);

		rc = g ? run(e->sched, g) : RC_EINVAL;
		done += !rc;
	}
	put16(m->param + 2, (uint16_t)done);
	m->out = m->len;
	return rc;
}

static enum e810_rc add_elems(struct e810 *e, struct e810_aq_msg *m)
{
	return groups_run(e, m, NODE_BYTES, group_add);
}

static enum e810_rc delete_elems(struct e810 *e, struct e810_aq_msg *m)
{
	return groups_run(e, m, 4, group_delete);
}

static enum e810_rc get_elems(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int nr = get16(m->param);

	if (!nr || nr * NODE_BYTES > m->len)
		return RC_EINVAL;
	for (unsigned int i = 0; i < nr; i++) {
		uint8_t *p = m->buf + i * NODE_BYTES;
		struct node *n = find(e->sched, get32(p + 4));

		if (!n)
			return RC_ENOENT;
		node_put(p, n);
		put16(m->param + 2, (uint16_t)(i + 1));
	}
	m->out = (uint16_t)(nr * NODE_BYTES);
	return RC_OK;
}

static bool profile_known(struct e810_sched *s, const uint8_t *p)
{
	return get16(p) < NR_PROFILES && s->profile[get16(p)].used;
}

static enum e810_rc elem_config(struct e810_sched *s, struct node *n, const uint8_t *p)
{
	uint8_t valid = p[ELEM_VALID];

	if ((valid & VALID_CIR && !profile_known(s, p + ELEM_CIR)) ||
	    (valid & VALID_EIR && !profile_known(s, p + ELEM_EIR)) ||
	    (valid & VALID_SHARED && !profile_known(s, p + ELEM_SRL)))
		return RC_EINVAL;
	if (valid & VALID_GENERIC)
		n->elem[ELEM_GENERIC_AT] = p[ELEM_GENERIC_AT];
	if (valid & VALID_CIR)
		memcpy(n->elem + ELEM_CIR, p + ELEM_CIR, 4);
	if (valid & VALID_EIR)
		memcpy(n->elem + ELEM_EIR, p + ELEM_EIR, 4);
	if (valid & VALID_SHARED)
		memcpy(n->elem + ELEM_SRL, p + ELEM_SRL, 2);
	n->elem[ELEM_VALID] |= valid;
	return RC_OK;
}

static enum e810_rc config_elems(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int nr = get16(m->param);
	enum e810_rc rc = RC_OK;

	if (!nr || nr * NODE_BYTES > m->len)
		return RC_EINVAL;
	for (unsigned int i = 0; i < nr && !rc; i++) {
		uint8_t *p = m->buf + i * NODE_BYTES;
		struct node *n = find(e->sched, get32(p + 4));

		rc = n ? elem_config(e->sched, n, p + 8) : RC_ENOENT;
		if (!rc)
			put16(m->param + 2, (uint16_t)(i + 1));
	}
	m->out = (uint16_t)(nr * NODE_BYTES);
	return rc;
}

/* 0408: source parent, destination parent, number, mode, TEIDs. */
static enum e810_rc move_elems(struct e810 *e, struct e810_aq_msg *m)
{
	struct e810_sched *s = e->sched;
	struct node *src = find(s, get32(m->buf)), *dst = find(s, get32(m->buf + 4));
	unsigned int nr = get16(m->buf + 8);

	if (get16(m->param) != 1 || m->len < MOVE_BYTES || m->len < MOVE_BYTES + 4 * nr || !nr)
		return RC_EINVAL;
	if (!src || !dst)
		return RC_ENOENT;
	if (src->layer != dst->layer || src == dst)
		return RC_EINVAL;
	if (dst->children + nr > layers[dst->layer + 1].siblings)
		return RC_ENOSPC;
	for (unsigned int i = 0; i < nr; i++) {
		struct node *n = find(s, get32(m->buf + MOVE_BYTES + 4 * i));

		if (!n || n->parent != src->teid)
			return RC_ENOENT;
		n->parent = dst->teid;
		src->children--;
		dst->children++;
	}
	put16(m->param + 2, 1);
	m->out = m->len;
	return RC_OK;
}

static enum e810_rc suspend(struct e810 *e, struct e810_aq_msg *m, bool on)
{
	unsigned int nr = get16(m->param);

	if (!nr || nr * 4 > m->len)
		return RC_EINVAL;
	for (unsigned int i = 0; i < nr; i++) {
		struct node *n = find(e->sched, get32(m->buf + 4 * i));

		if (!n)
			return RC_ENOENT;
		if (on)
			n->elem[ELEM_FLAGS] |= FLAG_SUSPEND;
		else
			n->elem[ELEM_FLAGS] &= (uint8_t)~FLAG_SUSPEND;
		put16(m->param + 2, (uint16_t)(i + 1));
	}
	m->out = m->len;
	return RC_OK;
}

static enum e810_rc suspend_elems(struct e810 *e, struct e810_aq_msg *m)
{
	return suspend(e, m, true);
}

static enum e810_rc resume_elems(struct e810 *e, struct e810_aq_msg *m)
{
	return suspend(e, m, false);
}

/* 040E: one traffic class has everything. */
static enum e810_rc query_port_ets(struct e810 *e, struct e810_aq_msg *m)
{
	struct e810_sched *s = e->sched;

	if (get32(m->param) != s->root)
		return RC_ENOENT;
	if (m->len < ETS_BYTES)
		return RC_ENOMEM;
	memset(m->buf, 0, ETS_BYTES);
	m->buf[0] = 1;
	m->buf[8] = 100;
	for (unsigned int i = 0; i < s->top; i++)
		if (s->node[i].teid && s->node[i].layer == 1)
			put32(m->buf + 32, s->node[i].teid);
	m->out = ETS_BYTES;
	return RC_OK;
}

/* 0410, 0415: rate limiter profiles. Number @0, done @2; the id is at byte 4 of each. */
static enum e810_rc add_profiles(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int nr = get16(m->param);

	if (!nr || nr * PROFILE_BYTES > m->len)
		return RC_EINVAL;
	for (unsigned int i = 0; i < nr; i++) {
		uint8_t *p = m->buf + i * PROFILE_BYTES;
		unsigned int id = 1;

		while (id < NR_PROFILES && e->sched->profile[id].used)
			id++;
		if (id == NR_PROFILES)
			return RC_ENOSPC;
		put16(p + 4, (uint16_t)id);
		e->sched->profile[id].used = true;
		memcpy(e->sched->profile[id].data, p, PROFILE_BYTES);
		put16(m->param + 2, (uint16_t)(i + 1));
	}
	m->out = m->len;
	return RC_OK;
}

static enum e810_rc remove_profiles(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int nr = get16(m->param);

	if (!nr || nr * PROFILE_BYTES > m->len)
		return RC_EINVAL;
	for (unsigned int i = 0; i < nr; i++) {
		const uint8_t *id = m->buf + i * PROFILE_BYTES + 4;

		if (!get16(id) || !profile_known(e->sched, id))
			return RC_ENOENT;
		e->sched->profile[get16(id)].used = false;
		put16(m->param + 2, (uint16_t)(i + 1));
	}
	m->out = m->len;
	return RC_OK;
}

const struct e810_aq_cmd e810_cmd_sched[] = {
	{ AQ_GET_DFLT_TOPO, "get default topology", default_topology },
	{ AQ_ADD_SCHED_ELEMS, "add scheduling elements", add_elems },
	{ AQ_CFG_SCHED_ELEMS, "configure scheduling elements", config_elems },
	{ AQ_GET_SCHED_ELEMS, "get scheduling elements", get_elems },
	{ AQ_MOVE_SCHED_ELEMS, "move scheduling elements", move_elems },
	{ AQ_SUSPEND_SCHED_ELEMS, "suspend scheduling elements", suspend_elems },
	{ AQ_RESUME_SCHED_ELEMS, "resume scheduling elements", resume_elems },
	{ AQ_QUERY_PORT_ETS, "query port ETS", query_port_ets },
	{ AQ_DELETE_SCHED_ELEMS, "delete scheduling elements", delete_elems },
	{ AQ_ADD_RL_PROFILES, "add rate limiter profiles", add_profiles },
	{ AQ_QUERY_SCHED_RES, "query scheduler resources", query_resources },
	{ AQ_REMOVE_RL_PROFILES, "remove rate limiter profiles", remove_profiles },
	{ 0 },
};
