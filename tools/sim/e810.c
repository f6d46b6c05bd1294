// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model of one physical function of the Intel E810 (100 Gb/s) controller, from the data sheet: life
 * of the device, options, resets, register dispatch, the poll that moves everything, faults.
 * Commands: e810_aq.c and the files of its tables; rings: e810_queue.c; frames: e810_rx.c, e810_tx.c.
 *
 * Doorbells. With trap=off (default) the tail registers of all queues, in the packed pages and in
 * the one-page-a-queue windows (pages=on), are a memfd that the guest maps; its stores are found by
 * poll, and before every trapped access. With trap=on nothing is mapped.
 *
 * Left out: SR-IOV, RDMA, DCB, IEEE 1588, flow director matching, ACL, sideband queue services.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "e810.h"

#define TX_FRAMES		256		/* about, in one poll */
#define RX_FRAMES		256
#define RECENT_NS		1000000000ull	/* a trapped access, then untrapped ones */
#define BAR0_NO_PAGES		0x02000000	/* what cards without the windows show */
#define GRST_NOTICE_NS		20000000ull	/* from the interrupt to the reset itself */
#define CORER_NS		5000000ull
#define NR_VECS			128
#define QALLOC_LAST_S		16
#define FD_BEST_EFFORT_S	16

/* What only this file looks at. */
struct e810_top {
	struct e810 e;			/* first */
	uint64_t touched_ns;		/* last trapped access */
	uint64_t reset_next_ns;		/* next step of a device reset; 0 = none is under way */
	uint64_t fault_stuck_reset;
	uint32_t mbps_option;
};

static const struct sim_mmap_area packed_areas[] = {
	{ QRX_TAIL(0), 4096 },
	{ QTX_COMM_DBELL(0), 4096 },
};

static const struct sim_mmap_area page_areas[] = {
	{ QRX_TAIL(0), 4096 },
	{ QTX_COMM_DBELL(0), 4096 },
	{ QRX_TAIL_PAGE(0), 4096ull * E810_NR_QUEUES },
	{ QTX_DBELL_PAGE(0), 4096ull * E810_NR_QUEUES },
};

static const uint16_t devices[] = { 0x1591, 0x1592, 0x1593, 0x1599, 0x159a, 0x159b };

static struct e810_top *top(struct e810 *e)
{
	return (struct e810_top *)e;
}

/* ---- BAR0 ----------------------------------------------------------------------------------- */

/* After an option that changes what BAR0 is. */
static int bar0_make(struct e810 *e)
{
	struct sim_dev *dev = e->dev;
	int ret = 0;

	sim_bar_unshare(dev, 0);
	dev->bars[0].size = e->pages ? E810_BAR0_BYTES : BAR0_NO_PAGES;
	if (!e->trap)
		ret = sim_bar_share(dev, 0, e->pages ? page_areas : packed_areas, e->pages ? 4 : 2);
	e->shared = dev->bars[0].mem;
	return ret;
}

/* Doorbells read 0 again, in every mapping of the pages. */
static void shared_clear(struct e810 *e)
{
	struct sim_bar *bar = &e->dev->bars[0];

	for (unsigned int i = 0; e->shared && i < bar->nr_areas; i++)
		if (fallocate(bar->mem_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      bar->areas[i].offset, bar->areas[i].size))
			memset(e->shared + bar->areas[i].offset, 0, bar->areas[i].size);
}

/* ---- life and options ----------------------------------------------------------------------- */

static void model_fini(struct sim_dev *dev)
{
	struct e810 *e = dev->priv;

	if (!e)
		return;
	e810_stats_fini(e);
	e810_irq_fini(e);
	e810_rss_fini(e);
	e810_queues_fini(e);
	e810_switch_fini(e);
	e810_ddp_fini(e);
	e810_sched_fini(e);
	e810_nvm_fini(e);
	e810_aq_fini(e);
	sim_bar_unshare(dev, 0);
	free(e->regs);
	free(e);
	dev->priv = NULL;
}

static void ident_set(struct sim_dev *dev, uint16_t device)
{
	dev->ident = (struct sim_pci_ident){
		.vendor = 0x8086, .device = device, .subvendor = 0x8086, .subdevice = 0x0001,
		.revision = 2, .class_code = 0x020000, .msix_cap_off = 0x70, .pcie_cap_off = 0xa0,
		.pm_cap_off = 0x40, .msix_bar = 3, .msix_vecs = NR_VECS, .msix_table_off = 0,
		.msix_pba_off = E810_MSIX_PBA_OFF, .link_width = 16, .link_speed = 4,
	};
}

static int parts_init(struct e810 *e)
{
	int (*const inits[])(struct e810 *e) = {
		e810_aq_init, e810_nvm_init, e810_sched_init, e810_ddp_init, e810_switch_init,
		e810_queues_init, e810_rss_init, e810_irq_init, e810_stats_init,
	};
	int ret;

	for (unsigned int i = 0; i < sizeof(inits) / sizeof(inits[0]); i++) {
		ret = inits[i](e);
		if (ret)
			return ret;
	}
	return 0;
}

static int model_init(struct sim_dev *dev)
{
	struct e810_top *t = calloc(1, sizeof(*t));
	struct e810 *e;
	int ret = -ENOMEM;

	if (!t)
		return -ENOMEM;
	e = &t->e;
	dev->priv = e;
	e->dev = dev;
	e->pages = e->fd = true;
	e->device = 0x1592;
	memcpy(e->mac, (uint8_t[6]){ 0x02, 0x6e, 0x64, 0, 0, dev->index }, 6);
	ident_set(dev, e->device);
	dev->bars[0].is_64 = dev->bars[0].prefetch = true;
	dev->bars[3].size = E810_BAR3_BYTES;
	dev->bars[3].is_64 = dev->bars[3].prefetch = true;
	e->regs = calloc(1, E810_CSR_BYTES);
	if (e->regs)
		ret = bar0_make(e);
	if (!ret)
		ret = parts_init(e);
	if (ret)
		model_fini(dev);
	return ret;
}

static int set_device(struct e810 *e, const char *value)
{
	char *end;
	unsigned long id = strtoul(value, &end, 16);

	for (unsigned int i = 0; !*end && i < sizeof(devices) / sizeof(devices[0]); i++)
		if (id == devices[i]) {
			e->device = e->dev->ident.device = (uint16_t)id;
			return 0;
		}
	return -EINVAL;
}

static int set_number(const char *value, unsigned long min, unsigned long max, uint32_t *to)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*end || !*value || n < min || n > max)
		return -EINVAL;
	*to = (uint32_t)n;
	return 0;
}

static int set_speed(struct e810 *e, const char *value)
{
	uint32_t mbps;

	if (set_number(value, 1, 100000, &mbps) || !e810_link_speed_known(mbps))
		return -EINVAL;
	top(e)->mbps_option = mbps;
	return 0;
}

static int set_vectors(struct e810 *e, const char *value)
{
	uint32_t n;

	if (set_number(value, 2, SIM_MAX_VECS, &n))
		return -EINVAL;
	e->dev->ident.msix_vecs = (uint16_t)n;
	return 0;
}

static int model_set(struct sim_dev *dev, const char *key, const char *value)
{
	struct e810 *e = dev->priv;
	bool on;
	int ret;

	if (!strcmp(key, "device"))
		return set_device(e, value);
	if (!strcmp(key, "mac"))
		return sim_option_unicast(value, e->mac);
	if (!strcmp(key, "speed"))
		return set_speed(e, value);
	if (!strcmp(key, "vectors"))
		return set_vectors(e, value);
	if (!strcmp(key, "fd"))
		return sim_option_on_off(value, &e->fd);
	if (!strcmp(key, "police")) {
		ret = sim_option_on_off(value, &on);
		return ret ? ret : e810_police_set(e, on);
	}
	if (!strcmp(key, "trap"))
		ret = sim_option_on_off(value, &e->trap);
	else if (!strcmp(key, "pages"))
		ret = sim_option_on_off(value, &e->pages);
	else
		return -ENOENT;
	return ret ? ret : bar0_make(e);
}

/* ---- resets --------------------------------------------------------------------------------- */

/* What the NVM loads: after power-on and device resets. */
static void nvm_load(struct e810 *e)
{
	uint32_t last = (E810_NR_QUEUES - 1) << QALLOC_LAST_S;

	memset(e->regs, 0, E810_CSR_BYTES);
	R(e, GLNVM_GENS) = 6u << GLNVM_GENS_SR_SIZE_S;
	R(e, GLNVM_FLA) = GLNVM_FLA_LOCKED;
	R(e, GLPCI_LBARCTRL) = GLPCI_LBARCTRL_PREFBAR | (e->pages ? GLPCI_LBARCTRL_PAGES_PF : 0);
	R(e, PFLAN_RX_QALLOC) = ALLOC_VALID | last;
	R(e, PFLAN_TX_QALLOC) = ALLOC_VALID | last;
	R(e, PFINT_ALLOC) = ALLOC_VALID | (e->dev->ident.msix_vecs - 1u) << QALLOC_LAST_S;
	R(e, GLFLXP_RXDID_FLAGS(RXDID_COMMS_OVS, 0)) = 0x16;
	if (e->fd)
		R(e, GLQF_FD_SIZE) = E810_FD_GUARANTEED |
				     (uint32_t)E810_FD_SHARED << FD_BEST_EFFORT_S;
}

/* 0003, PFR, ...: everything the function owns is gone, and all its DMA has ended. */
static void function_reset(struct e810 *e, enum e810_reset kind)
{
	e810_queues_reset(e);
	e810_aq_reset(e, kind);
	e810_irq_reset(e);
	e810_rss_reset(e);
	e810_switch_reset(e);
	e810_vsi_reset(e);
	e810_sched_reset(e);
	e810_cmd_reset(e, kind);
	e810_ddp_reset(e, kind);
	e810_link_reset(e, kind);
	R(e, PFGEN_CTRL) = 0;
}

static void device_reset(struct e810 *e, enum e810_reset kind)
{
	e810_queues_reset(e);
	nvm_load(e);
	shared_clear(e);
	function_reset(e, kind);
}

static void model_reset(struct sim_dev *dev, enum sim_reset kind)
{
	struct e810 *e = dev->priv;

	if (kind == SIM_RESET_FLR) {
		function_reset(e, E810_FLR);
		shared_clear(e);
		return;
	}
	top(e)->reset_next_ns = 0;
	if (kind == SIM_RESET_GONE) {		/* the next client's machine starts cold */
		device_reset(e, E810_CORER);
		return;
	}
	top(e)->fault_stuck_reset = 0;
	e->link_mbps = top(e)->mbps_option;
	e810_nvm_build(e);
	device_reset(e, E810_POWER_ON);
}

static void pf_reset(struct e810 *e)
{
	if (top(e)->fault_stuck_reset) {
		top(e)->fault_stuck_reset--;
		R(e, PFGEN_CTRL) = PFGEN_CTRL_PFSWR;
		return;
	}
	e->dev->ctr.resets++;
	function_reset(e, E810_PFR);
	shared_clear(e);
}

/*
 * CORER, GLOBR: the whole device. DEVSTATE says 1 and an interrupt announces it, some time later the
 * reset comes (2), and then the device is active again (0).
 */
static void trigger_write(struct e810 *e, uint32_t val)
{
	unsigned int type = val & GLGEN_RTRIG_GLOBR ? 2 : 1;

	if (!(val & (GLGEN_RTRIG_CORER | GLGEN_RTRIG_GLOBR)) || top(e)->reset_next_ns)
		return;
	e->dev->ctr.resets++;
	R(e, GLGEN_RSTAT) = 1 | type << GLGEN_RSTAT_TYPE_S;
	top(e)->reset_next_ns = sim_now_ns() + GRST_NOTICE_NS;
	e810_irq_misc(e, OICR_GRST);
}

static void device_reset_poll(struct e810 *e, uint64_t now_ns, uint64_t *next_ns)
{
	struct e810_top *t = top(e);
	uint32_t stat = R(e, GLGEN_RSTAT);

	if (t->reset_next_ns && now_ns >= t->reset_next_ns) {
		if ((stat & GLGEN_RSTAT_DEVSTATE) == 1) {
			device_reset(e, E810_CORER);
			R(e, GLGEN_RSTAT) = (stat & ~GLGEN_RSTAT_DEVSTATE) | 2;
			t->reset_next_ns = now_ns + CORER_NS;
		} else {
			R(e, GLGEN_RSTAT) = stat & ~GLGEN_RSTAT_DEVSTATE;
			t->reset_next_ns = 0;
		}
	}
	if (t->reset_next_ns && t->reset_next_ns < *next_ns)
		*next_ns = t->reset_next_ns;
}

/* ---- registers ------------------------------------------------------------------------------ */

static uint32_t csr_read(struct e810 *e, uint64_t off64)
{
	uint32_t off = (uint32_t)off64 & ~3u;

	if (off64 >= e->dev->bars[0].size)
		return 0;
	if (e810_queue_owns(off))
		return e810_queue_read(e, off);
	if (e810_irq_owns(off))
		return e810_irq_read(e, off);
	if (off >= E810_CSR_BYTES)
		return 0;
	if (e810_aq_owns(off))
		return e810_aq_read(e, off);
	if (e810_stats_owns(off))
		return e810_stats_read(e, off);
	if (e810_rss_owns(off))
		return e810_rss_read(e, off);
	if (off == GLNVM_ULD)
		return (R(e, GLGEN_RSTAT) & GLGEN_RSTAT_DEVSTATE) == 2 ? 0 : GLNVM_ULD_DONE;
	return R(e, off);
}

static bool is_read_only(uint32_t off)
{
	return off == GLNVM_ULD || off == GLNVM_GENS || off == GLNVM_FLA || off == GLGEN_RSTAT ||
	       off == GL_MNG_FWSM || off == PF_FUNC_RID || off == PFGEN_PORTNUM ||
	       off == GLPCI_LBARCTRL || off == PFLAN_RX_QALLOC || off == PFLAN_TX_QALLOC ||
	       off == PFINT_ALLOC || off == GLGEN_STAT || off == GLGEN_CLKSTAT_SRC ||
	       off == GLQF_FD_SIZE;
}

static void csr_write(struct e810 *e, uint64_t off64, uint32_t val)
{
	uint32_t off = (uint32_t)off64 & ~3u;

	if (off64 >= e->dev->bars[0].size)
		return;
	if (e810_queue_owns(off))
		e810_queue_write(e, off, val);
	else if (e810_irq_owns(off))
		e810_irq_write(e, off, val);
	else if (off >= E810_CSR_BYTES || is_read_only(off))
		sim_log(e->dev, 2, "write of 0x%x at 0x%x ignored", val, off);
	else if (e810_aq_owns(off))
		e810_aq_write(e, off, val);
	else if (e810_stats_owns(off))
		e810_stats_write(e, off, val);
	else if (e810_rss_owns(off))
		e810_rss_write(e, off, val);
	else if (off == GLGEN_RTRIG)
		trigger_write(e, val);
	else if (off != PFGEN_CTRL)
		R(e, off) = val;
	else if (val & PFGEN_CTRL_PFSWR)
		pf_reset(e);
}

/* A trapped access: stores that came before it are seen before it. */
static void trapped(struct e810 *e)
{
	top(e)->touched_ns = sim_now_ns();
	device_reset_poll(e, top(e)->touched_ns, &(uint64_t){ UINT64_MAX });
	if (e->shared)
		e810_queues_sync(e);
}

static uint64_t model_bar_read(struct sim_dev *dev, unsigned int bar, uint64_t off,
			       unsigned int len)
{
	struct e810 *e = dev->priv;
	uint64_t val;

	if (bar != 0)
		return 0;
	trapped(e);
	if (len == 8) {
		val = csr_read(e, off);
		return val | (uint64_t)csr_read(e, off + 4) << 32;
	}
	val = csr_read(e, off) >> 8 * (off & 3);
	return len == 4 ? val : val & ((1ull << 8 * len) - 1);
}

static void model_bar_write(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
			    uint64_t val)
{
	struct e810 *e = dev->priv;

	if (bar != 0)
		return;
	trapped(e);
	if (len < 4) {				/* registers are written whole */
		sim_log(dev, 1, "write of %u bytes at BAR%u 0x%llx ignored", len, bar,
			(unsigned long long)off);
		return;
	}
	csr_write(e, off, (uint32_t)val);
	if (len == 8)
		csr_write(e, off + 4, (uint32_t)(val >> 32));
}

/* ---- callbacks of the core ------------------------------------------------------------------- */

static bool model_poll(struct sim_dev *dev, uint64_t now_ns, uint64_t *next_ns)
{
	struct e810 *e = dev->priv;
	bool did;

	device_reset_poll(e, now_ns, next_ns);
	if (e->shared)
		e810_queues_sync(e);
	did = e810_aq_poll(e, now_ns, next_ns);
	did |= e810_link_poll(e, now_ns, next_ns);
	/* Transmit first: who forwards is not to find its Tx ring full. */
	did |= e810_tx_run(e, TX_FRAMES);
	did |= e810_rx_poll(e, RX_FRAMES, next_ns);
	did |= e810_irq_poll(e, now_ns, next_ns);
	return did;
}

static void model_wire_rx(struct sim_dev *dev, const uint8_t *frame, uint32_t len)
{
	e810_rx_frame(dev->priv, frame, len);
}

static int64_t model_wire_room(struct sim_dev *dev)
{
	return e810_rx_room(dev->priv);
}

static void model_carrier(struct sim_dev *dev, bool on)
{
	(void)on;				/* dev->carrier says the same */
	e810_link_carrier(dev->priv);
}

static bool model_active(struct sim_dev *dev)
{
	struct e810 *e = dev->priv;

	if (!e->shared)
		return false;
	return e810_queues_active(e) || sim_now_ns() - top(e)->touched_ns < RECENT_NS;
}

static void model_bus_master(struct sim_dev *dev, bool on)
{
	(void)dev;				/* dev->bus_master is looked at before every DMA */
	(void)on;
}

static int model_fault(struct sim_dev *dev, const char *name, uint64_t count)
{
	struct e810 *e = dev->priv;
	int ret;

	if (!strcmp(name, "stuck-reset")) {
		top(e)->fault_stuck_reset = count;
		return 0;
	}
	if (!strcmp(name, "core-reset")) {
		if (count)
			trigger_write(e, GLGEN_RTRIG_CORER);
		return 0;
	}
	ret = e810_aq_fault(e, name, count);
	return ret == -ENOENT ? e810_data_fault(e, name, count) : ret;
}

static enum sim_reg_class model_reg_class(struct sim_dev *dev, unsigned int bar, uint64_t off)
{
	(void)dev;
	return !bar && e810_stats_owns((uint32_t)off & ~3u) ? SIM_REG_STATS : SIM_REG_OTHER;
}

/* The VSIs that exist; what does not fit is left out whole. */
static int dump_vsis(struct e810 *e, char *buf, size_t size)
{
	size_t at = 0;

	for (unsigned int i = 0; i < E810_NR_VSIS && at + 128 < size; i++) {
		const struct e810_vsi *v = &e->vsi[i];

		if (v->used)
			at += (size_t)snprintf(buf + at, size - at, "%s{\"vsi\":%u,\"type\":%u,"
					       "\"first_queue\":%u,\"queues\":%u,"
					       "\"hash_fields\":%u}", at ? "," : "", v->num,
					       v->type, v->q_first, v->q_count, v->hash_fields);
	}
	return (int)at;
}

static void model_dump(struct sim_dev *dev, char *buf, size_t size)
{
	struct e810 *e = dev->priv;
	size_t at;

	at = (size_t)snprintf(buf, size, "\"device_id\":\"%04x\",\"link_up\":%s,"
			      "\"link_mbps\":%u,\"trap\":%s,\"pages\":%s,\"ddp\":%s,\"vsis\":[",
			      e->device, e->link_up ? "true" : "false", e->link_mbps,
			      e->trap ? "true" : "false", e->pages ? "true" : "false",
			      e->ddp_active ? "true" : "false");
	if (at + 1024 >= size)
		return;
	at += (size_t)dump_vsis(e, buf + at, size - at - 512);
	at += (size_t)snprintf(buf + at, size - at, "],");
	e810_aq_dump(e, buf + at, size - at);
	at += strlen(buf + at);
	e810_queues_dump(e, buf + at, size - at);
}

const struct sim_dev_ops sim_e810_ops = {
	.name = "e810",
	.keys_help =
		"  device=ID       PCI device id, hexadecimal: 1591 1592 1593 1599 159a 159b (1592)\n"
		"  mac=ADDRESS     station address in the NVM\n"
		"  speed=MBPS      10000, 25000, 40000, 50000 or 100000 (by device: 25000, 100000)\n"
		"  pages=on|off    off: BAR0 is 32 MiB and has no page for each doorbell\n"
		"  trap=on|off     on: no page is mapped, every register access is exact\n"
		"  police=on|off   on: count receive buffers posted twice\n"
		"  vectors=N       MSI-X vectors (128)\n"
		"  fd=on|off       off: a card without flow director (on)\n"
		"  Faults: stuck-reset (PFSWR stays 1); core-reset (as if another function wanted\n"
		"  it); NAME or NAME:OPCODE with aq-late (300 ms),\n"
		"  aq-missing (until the queue is disabled), aq-no-dd, aq-oversized,\n"
		"  aq-wrong-opcode, aq-junk, aq-error; arq-junk (an event of random bytes, longer\n"
		"  than its buffer); no-dd, torn-dd, stuck-disable\n",
	.init = model_init,
	.fini = model_fini,
	.set = model_set,
	.reset = model_reset,
	.bar_read = model_bar_read,
	.bar_write = model_bar_write,
	.poll = model_poll,
	.wire_rx = model_wire_rx,
	.wire_room = model_wire_room,
	.carrier = model_carrier,
	.active = model_active,
	.bus_master = model_bus_master,
	.fault = model_fault,
	.dump = model_dump,
	.reg_class = model_reg_class,
};
