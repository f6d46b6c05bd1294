// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: commands that belong to no part of their own: versions, capabilities, resource locks,
 * pools of ids, the station address, switch configuration, LLDP agent, clearing of everything.
 */
#include "e810.h"

#define NR_FLTR_COUNTERS	256		/* flow director, resource 21 */
#define MTU_MAX			9728
#define LUT_ENTRIES		2048
#define LUT_WIDTH		8
#define SWITCH_ID		1

/* ---- versions ------------------------------------------------------------------------------- */

/* API 1.5: before link override, the LLDP filter command and reports of default configuration. */
static enum e810_rc get_version(struct e810 *e, struct e810_aq_msg *m)
{
	static const uint8_t fw[4] = { 0, 6, 0, 0 }, api[4] = { 0, 1, 5, 0 };

	(void)e;
	memset(m->param, 0, sizeof(m->param));
	put32(m->param, 1);			/* ROM */
	put32(m->param + 4, 0x6e64);		/* build */
	memcpy(m->param + 8, fw, 4);
	memcpy(m->param + 12, api, 4);
	return RC_OK;
}

static enum e810_rc driver_version(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int n = 0;

	if (!m->has_data || !m->len)
		return RC_EINVAL;
	while (n < m->len && n < 64 && m->buf[n] >= ' ' && m->buf[n] < 0x7f)
		n++;
	sim_log(e->dev, 1, "driver %u.%u.%u.%u %.*s", m->param[0], m->param[1], m->param[2],
		m->param[3], (int)n, (const char *)m->buf);
	return RC_OK;
}

static enum e810_rc queue_shutdown(struct e810 *e, struct e810_aq_msg *m)
{
	sim_log(e->dev, 1, "driver shuts its queue down%s", m->param[0] & 1 ? ", unloading" : "");
	memset(e->cmd.lock, 0, sizeof(e->cmd.lock));
	return RC_OK;
}

/* ---- resource locks ------------------------------------------------------------------------- */

#define LOCK_DEFAULT_MS		3000
#define LOCK_MAX_MS		180000
#define GLOBAL_GRANTED		0
#define GLOBAL_DONE		2

static struct e810_lock_state *lock_of(struct e810 *e, unsigned int id)
{
	return id >= E810_LOCK_NVM && id <= E810_LOCK_GLOBAL ? &e->cmd.lock[id] : NULL;
}

/*
 * Also after its time, as long as nobody else takes it: there is no other function, and a guest that
 * is not scheduled for seconds is to lose nothing.
 */
bool e810_lock_held(struct e810 *e, enum e810_lock lock)
{
	return e->cmd.lock[lock].taken;
}

/* 0008: resource @0, access @2, timeout @4, number @8, status @12. */
static enum e810_rc request_resource(struct e810 *e, struct e810_aq_msg *m)
{
	struct e810_lock_state *l = lock_of(e, get16(m->param));
	unsigned int access = get16(m->param + 2);
	uint64_t now = sim_now_ns();
	uint32_t ms = get32(m->param + 4);

	if (!l || access < 1 || access > 2)
		return RC_EINVAL;
	put16(m->param + 12, GLOBAL_GRANTED);
	if (now < l->until_ns) {
		put32(m->param + 4, (uint32_t)((l->until_ns - now) / 1000000 + 1));
		put16(m->param + 12, 1);	/* GLOBAL: in progress */
		return RC_EBUSY;
	}
	if (get16(m->param) == E810_LOCK_GLOBAL && e->ddp_active) {
		put32(m->param + 4, 0);
		put16(m->param + 12, GLOBAL_DONE);
		return RC_OK;
	}
	if (!ms || ms > LOCK_MAX_MS)
		ms = LOCK_DEFAULT_MS;
	l->until_ns = now + ms * 1000000ull;
	l->taken = true;
	put32(m->param + 4, ms);
	return RC_OK;
}

/* Giving back a lock whose time is over is no error: its owner cannot know. */
static enum e810_rc release_resource(struct e810 *e, struct e810_aq_msg *m)
{
	struct e810_lock_state *l = lock_of(e, get16(m->param));

	if (!l || !l->taken)
		return RC_EINVAL;
	*l = (struct e810_lock_state){ 0 };
	return RC_OK;
}

/* ---- capabilities --------------------------------------------------------------------------- */

#define CAP_BYTES 32

static void cap_put(struct e810_aq_msg *m, unsigned int *n, uint16_t id, uint32_t number,
		    uint32_t logical, uint32_t phys)
{
	uint8_t *p = m->buf + *n * CAP_BYTES;

	++*n;
	if (*n * CAP_BYTES > m->len)
		return;				/* counted; the caller sees that it did not fit */
	memset(p, 0, CAP_BYTES);
	put16(p, id);
	p[2] = 1;				/* version of the element */
	put32(p + 4, number);
	put32(p + 8, logical);
	put32(p + 12, phys);
}

static enum e810_rc caps(struct e810 *e, struct e810_aq_msg *m)
{
	unsigned int n = 0;

	cap_put(m, &n, 0x0005, 1, 0, 0);	/* functions, a bitmap */
	cap_put(m, &n, 0x0017, E810_NR_VSIS, 0, 0);
	cap_put(m, &n, 0x0040, LUT_ENTRIES, LUT_WIDTH, 0);
	cap_put(m, &n, 0x0041, E810_NR_QUEUES, 0, 0);	/* receive queues */
	cap_put(m, &n, 0x0042, E810_NR_QUEUES, 0, 0);	/* transmit queues */
	cap_put(m, &n, 0x0043, e->dev->ident.msix_vecs, 0, 0);
	if (e->fd)
		cap_put(m, &n, 0x0045, 1, 0, 0);
	cap_put(m, &n, 0x0047, MTU_MAX, 0, 0);
	put32(m->param + 4, n);
	if (n * CAP_BYTES > m->len)
		return RC_ENOMEM;
	m->out = (uint16_t)(n * CAP_BYTES);
	return RC_OK;
}

/* ---- station address ------------------------------------------------------------------------ */

#define MAC_LAN_VALID	0x10

static enum e810_rc mac_read(struct e810 *e, struct e810_aq_msg *m)
{
	if (m->len < 8)
		return RC_ENOMEM;
	put16(m->param, MAC_LAN_VALID);
	m->param[4] = 1;
	memset(m->buf, 0, m->len);		/* logical port 0, type 0: LAN */
	memcpy(m->buf + 2, e->cmd.mac, 6);
	m->out = 8;
	return RC_OK;
}

static enum e810_rc mac_write(struct e810 *e, struct e810_aq_msg *m)
{
	static const uint8_t none[6];
	const uint8_t *mac = m->param + 2;

	if (mac[0] & 1 || !memcmp(mac, none, 6))
		return RC_EINVAL;
	memcpy(e->cmd.mac, mac, 6);
	return RC_OK;
}

static enum e810_rc clear_pxe(struct e810 *e, struct e810_aq_msg *m)
{
	(void)m;
	if (e->cmd.pxe_cleared)
		return RC_EEXIST;
	e->cmd.pxe_cleared = true;
	return RC_OK;
}

/* ---- switch configuration ------------------------------------------------------------------- */

#define ELEM_BYTES	6
#define ELEM_VSI	0x8000			/* type in 15:14: 0 physical port, 2 VSI */

/* 0200: first element @2; next @2, number @4. */
static enum e810_rc get_switch_config(struct e810 *e, struct e810_aq_msg *m)
{
	static const uint16_t elems[] = { 0, ELEM_VSI | 0 };
	unsigned int first = get16(m->param + 2), n = 0, nr = sizeof(elems) / sizeof(elems[0]);

	(void)e;
	if (first >= nr)
		return RC_EINVAL;
	if (m->len < ELEM_BYTES)
		return RC_ENOMEM;
	memset(m->buf, 0, m->len);
	for (; first < nr && (n + 1) * ELEM_BYTES <= m->len; first++, n++) {
		put16(m->buf + n * ELEM_BYTES, elems[first]);
		put16(m->buf + n * ELEM_BYTES + 2, SWITCH_ID);
	}
	put16(m->param + 2, first < nr ? (uint16_t)first : 0);
	put16(m->param + 4, (uint16_t)n);
	m->out = (uint16_t)(n * ELEM_BYTES);
	return RC_OK;
}

static enum e810_rc set_port_params(struct e810 *e, struct e810_aq_msg *m)
{
	uint16_t swid = get16(m->param + 4);

	(void)e;
	return swid && (swid & 0xff) != SWITCH_ID ? RC_EINVAL : RC_OK;
}

/* 02A4: as after a reset, for all but the admin queue and the link. */
static enum e810_rc clear_pf_config(struct e810 *e, struct e810_aq_msg *m)
{
	(void)m;
	e810_queues_reset(e);
	e810_switch_reset(e);
	e810_vsi_reset(e);
	e810_sched_reset(e);
	e810_cmd_pools_reset(e);
	return RC_OK;
}

/* ---- pools of ids --------------------------------------------------------------------------- */

#define RES_TYPE		0x7f
#define RES_SCAN_BOTTOM		0x1000

void e810_cmd_pools_reset(struct e810 *e)
{
	memset(e->cmd.fd_counter, 0, sizeof(e->cmd.fd_counter));
	e->cmd.fd_guaranteed = e->cmd.fd_shared = 0;
}

static bool is_profile(uint16_t type)
{
	return type == 0x58 || type == 0x59 || type == 0x60 || type == 0x61;
}

static enum e810_rc counter_alloc(struct e810 *e, uint16_t *id)
{
	for (unsigned int i = 0; i < NR_FLTR_COUNTERS; i++)
		if (!e->cmd.fd_counter[i]) {
			e->cmd.fd_counter[i] = true;
			*id = (uint16_t)i;
			return RC_OK;
		}
	return RC_ENOSPC;
}

static enum e810_rc counter_free(struct e810 *e, uint16_t id)
{
	if (id >= NR_FLTR_COUNTERS || !e->cmd.fd_counter[id])
		return RC_EINVAL;
	e->cmd.fd_counter[id] = false;
	return RC_OK;
}

static enum e810_rc one_alloc(struct e810 *e, uint16_t res, uint16_t *id)
{
	uint16_t type = res & RES_TYPE;

	if (type == AQ_RES_VSI_LIST_REP || type == AQ_RES_VSI_LIST_PRUNE)
		return e810_switch_alloc_list(e, type == AQ_RES_VSI_LIST_PRUNE, id);
	if (type == AQ_RES_FD_COUNTER)
		return counter_alloc(e, id);
	if (is_profile(type))
		return e810_ddp_alloc(e, type, res & RES_SCAN_BOTTOM, id);
	return RC_EINVAL;
}

static enum e810_rc one_free(struct e810 *e, uint16_t res, uint16_t id)
{
	uint16_t type = res & RES_TYPE;

	if (type == AQ_RES_VSI_LIST_REP || type == AQ_RES_VSI_LIST_PRUNE)
		return e810_switch_free_list(e, type == AQ_RES_VSI_LIST_PRUNE, id);
	if (type == AQ_RES_FD_COUNTER)
		return counter_free(e, id);
	if (is_profile(type))
		return e810_ddp_free(e, type, id);
	return RC_EINVAL;
}

/* Filter space is a number, without ids. */
static enum e810_rc space_change(struct e810 *e, uint16_t type, uint16_t n, bool alloc)
{
	uint32_t *used = type == AQ_RES_FD_SHARED ? &e->cmd.fd_shared : &e->cmd.fd_guaranteed;
	uint32_t max = type == AQ_RES_FD_SHARED ? E810_FD_SHARED : E810_FD_GUARANTEED;

	if (!e->fd)
		return RC_ENOSPC;
	if (alloc && *used + n > max)
		return RC_ENOSPC;
	if (!alloc && n > *used)
		return RC_EINVAL;
	*used = alloc ? *used + n : *used - n;
	return RC_OK;
}

/* 0208, 0209: entries @0 (one); buffer: type, number, ids. */
static enum e810_rc resources(struct e810 *e, struct e810_aq_msg *m, bool alloc)
{
	uint16_t res, n, i;
	enum e810_rc rc = RC_OK;

	if (get16(m->param) != 1 || m->len < 4 || !m->has_data)
		return RC_EINVAL;
	res = get16(m->buf);
	n = get16(m->buf + 2);
	m->out = m->len;
	if ((res & RES_TYPE) == AQ_RES_FD_GUARANTEED || (res & RES_TYPE) == AQ_RES_FD_SHARED)
		return space_change(e, res & RES_TYPE, n, alloc);
	if (!n || 4 + 2u * n > m->len)
		return RC_EINVAL;
	for (i = 0; i < n && !rc; i++) {
		uint16_t id = get16(m->buf + 4 + 2 * i);

		rc = alloc ? one_alloc(e, res, &id) : one_free(e, res, id);
		if (!rc && alloc)
			put16(m->buf + 4 + 2 * i, id);
	}
	if (rc && alloc)			/* all or nothing; i - 1 is the one that failed */
		for (uint16_t k = 0; k + 1 < i; k++)
			one_free(e, res, get16(m->buf + 4 + 2 * k));
	return rc;
}

static enum e810_rc alloc_resources(struct e810 *e, struct e810_aq_msg *m)
{
	return resources(e, m, true);
}

static enum e810_rc free_resources(struct e810 *e, struct e810_aq_msg *m)
{
	return resources(e, m, false);
}

/* 020A: type @0, first @2; next @2, number @4; buffer: ids. */
static enum e810_rc get_allocated(struct e810 *e, struct e810_aq_msg *m)
{
	uint16_t type = get16(m->param) & RES_TYPE, first = get16(m->param + 2);
	uint16_t ids[512], n, out = 0;

	if (!is_profile(type))
		return RC_EINVAL;
	n = e810_ddp_list(e, type, ids, sizeof(ids) / sizeof(ids[0]));
	memset(m->buf, 0, m->len);
	for (; first < n && 2u * (out + 1u) <= m->len; first++, out++)
		put16(m->buf + 2 * out, ids[first]);
	put16(m->param + 2, first < n ? first : 0);
	put16(m->param + 4, out);
	m->out = 2 * out;
	return RC_OK;
}

/* ---- LLDP agent ----------------------------------------------------------------------------- */

static enum e810_rc lldp_stop(struct e810 *e, struct e810_aq_msg *m)
{
	(void)m;
	if (e->cmd.lldp_stopped)
		return RC_EPERM;
	e->cmd.lldp_stopped = true;
	return RC_OK;
}

static enum e810_rc lldp_start(struct e810 *e, struct e810_aq_msg *m)
{
	(void)m;
	if (!e->cmd.lldp_stopped)
		return RC_EEXIST;
	e->cmd.lldp_stopped = false;
	return RC_OK;
}

/* The agent has no neighbour, so nothing ever changes. */
static enum e810_rc lldp_set_mib_change(struct e810 *e, struct e810_aq_msg *m)
{
	(void)m;
	return e->cmd.lldp_stopped ? RC_EPERM : RC_OK;
}

static enum e810_rc lldp_nothing(struct e810 *e, struct e810_aq_msg *m)
{
	(void)m;
	return e->cmd.lldp_stopped ? RC_EPERM : RC_ENOENT;
}

/* ---- life ----------------------------------------------------------------------------------- */

void e810_cmd_reset(struct e810 *e, enum e810_reset kind)
{
	memset(e->cmd.lock, 0, sizeof(e->cmd.lock));
	memcpy(e->cmd.mac, e->mac, 6);
	e810_cmd_pools_reset(e);
	if (kind == E810_PFR || kind == E810_FLR)
		return;				/* what belongs to the device stays */
	e->cmd.pxe_cleared = e->cmd.lldp_stopped = false;
}

const struct e810_aq_cmd e810_cmd_base[] = {
	{ AQ_GET_VER, "get version", get_version },
	{ AQ_DRIVER_VER, "driver version", driver_version },
	{ AQ_Q_SHUTDOWN, "queue shutdown", queue_shutdown },
	{ AQ_REQ_RES, "request resource", request_resource },
	{ AQ_RELEASE_RES, "release resource", release_resource },
	{ AQ_FUNC_CAPS, "function capabilities", caps },
	{ AQ_DEV_CAPS, "device capabilities", caps },
	{ AQ_MAC_READ, "read MAC address", mac_read },
	{ AQ_MAC_WRITE, "write MAC address", mac_write },
	{ AQ_CLEAR_PXE, "clear PXE mode", clear_pxe },
	{ AQ_GET_SW_CFG, "get switch configuration", get_switch_config },
	{ AQ_SET_PORT_PARAMS, "set port parameters", set_port_params },
	{ AQ_ALLOC_RES, "allocate resources", alloc_resources },
	{ AQ_FREE_RES, "free resources", free_resources },
	{ AQ_GET_ALLOCD_RES, "get allocated resources", get_allocated },
	{ AQ_CLEAR_PF_CFG, "clear PF configuration", clear_pf_config },
	{ AQ_LLDP_GET_MIB, "get LLDP MIB", lldp_nothing },
	{ AQ_LLDP_SET_MIB_CHANGE, "set LLDP MIB change events", lldp_set_mib_change },
	{ AQ_LLDP_STOP, "stop LLDP", lldp_stop },
	{ AQ_LLDP_START, "start LLDP", lldp_start },
	{ AQ_GET_CEE_DCB, "get CEE DCB configuration", lldp_nothing },
	{ 0 },
};
