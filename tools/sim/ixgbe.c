// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model of the Intel 82599 10 Gb/s controller, from the data sheet: life of the device, options,
 * reset values, the poll that moves everything, faults. Registers: ixgbe_access.c; rings:
 * ixgbe_queue.c; frames: ixgbe_rx.c, ixgbe_parse.c, ixgbe_tx.c.
 *
 * Doorbells. With trap=off (default) BAR0 pages 0x1000, 0x6000, 0x7000 and 0xd000, which hold the
 * queues' blocks, are a memfd that the guest maps: its stores arrive without a trap and are found
 * by poll, and before every trapped access (so a driver that flushes with a read of STATUS gets
 * exact semantics: ENABLE cleared, STATUS read back, all DMA of that queue has stopped). Not exact:
 *  - ENABLE reads back as written at once, before the model has seen it; a flush closes the gap.
 *  - Reserved bits, and SWFLSH, read back as written.
 *  - Heads read as of the last poll; statistics in these pages: see ixgbe_stats.c.
 *  - A tail stored before ENABLE counts once ENABLE is seen.
 * With trap=on nothing is mapped and every access has its exact effect; a tail written before
 * ENABLE is then ignored, as the data sheet warns (4.6.7.1, 4.6.8).
 *
 * Left out: virtualization (VMDq, SR-IOV) and DCB, but for the transmit queues and packet buffers of
 * MTQC; RSC (never coalesces), header split, flow director matching, IPsec and LinkSec (fused off),
 * FCoE, time stamps, wake-up, legacy interrupts (INTx).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ixgbe.h"

#define TX_FRAMES		256		/* about, in one poll */
#define SCAN_EVERY		64		/* polls between looks at all 256 queues */
#define RECENT_NS		1000000000ull	/* a trapped access, then untrapped ones */

static const struct sim_mmap_area doorbell_areas[] = {
	{ 0x1000, 0x1000 },
	{ 0x6000, 0x2000 },
	{ 0xd000, 0x1000 },
};

/* ---- life and options ----------------------------------------------------------------------- */

static int shared_make(struct ixgbe *ix)
{
	int ret = sim_bar_share(ix->dev, 0, doorbell_areas,
				sizeof(doorbell_areas) / sizeof(doorbell_areas[0]));

	ix->shared = ix->dev->bars[0].mem;
	return ret;
}

static void model_fini(struct sim_dev *dev)
{
	struct ixgbe *ix = dev->priv;

	if (!ix)
		return;
	ixgbe_police_set(ix, false);
	sim_bar_unshare(dev, 0);
	free(ix->regs);
	free(ix->pb);
	free(ix->rx_tmp);
	free(ix->tx_buf);
	free(ix->seg_buf);
	free(ix);
	dev->priv = NULL;
}

static void ident_set(struct ixgbe *ix, uint16_t device)
{
	ix->device = device;
	ix->dev->ident.device = device;
}

static int model_init(struct sim_dev *dev)
{
	struct ixgbe *ix = calloc(1, sizeof(*ix));
	int ret = -ENOMEM;

	if (!ix)
		return -ENOMEM;
	dev->priv = ix;
	ix->dev = dev;
	dev->bars[0].size = IXGBE_BAR0_SIZE;
	ix->regs = calloc(1, IXGBE_CSR_SIZE);
	ix->pb = malloc(2 * IXGBE_PB_BYTES);
	ix->rx_tmp = malloc(SIM_FRAME_MAX + 64);
	ix->tx_buf = malloc(IXGBE_TX_MAX_BYTES);
	ix->seg_buf = malloc(SIM_FRAME_MAX + 1024);
	if (ix->regs && ix->pb && ix->rx_tmp && ix->tx_buf && ix->seg_buf)
		ret = shared_make(ix);
	if (ret) {
		model_fini(dev);
		return ret;
	}
	memcpy(ix->mac, (uint8_t[6]){ 0x02, 0x6e, 0x64, 0, 0, dev->index }, 6);
	dev->ident = (struct sim_pci_ident){
		.vendor = 0x8086, .subvendor = 0x8086, .subdevice = 0x000c, .revision = 1,
		.class_code = 0x020000, .msix_cap_off = 0x70, .pcie_cap_off = 0xa0,
		.pm_cap_off = 0x40, .msix_bar = 4, .msix_vecs = IXGBE_NR_VECS,
		.msix_table_off = 0, .msix_pba_off = 0x2000, .link_width = 8, .link_speed = 2,
	};
	ident_set(ix, 0x10fb);
	dev->bars[0].is_64 = true;
	dev->bars[2].size = 32;
	dev->bars[2].is_io = true;
	dev->bars[4].size = 0x4000;
	dev->bars[4].is_64 = true;
	ixgbe_queues_init(ix);
	return 0;
}

static int set_device(struct ixgbe *ix, const char *value)
{
	char *end;
	unsigned long id = strtoul(value, &end, 16);

	if (*end || id > 0xffff || !ixgbe_device_known(id))
		return -EINVAL;
	ident_set(ix, id);
	return 0;
}

static int model_set(struct sim_dev *dev, const char *key, const char *value)
{
	struct ixgbe *ix = dev->priv;
	bool on;
	int ret;

	if (!strcmp(key, "device"))
		return set_device(ix, value);
	if (!strcmp(key, "mac"))
		return sim_option_unicast(value, ix->mac);
	if (!strcmp(key, "sfp")) {
		if (strcmp(value, "da") && strcmp(value, "none"))
			return -EINVAL;
		ix->sfp_absent = !strcmp(value, "none");
		return 0;
	}
	if (!strcmp(key, "police")) {
		ret = sim_option_on_off(value, &on);
		return ret ? ret : ixgbe_police_set(ix, on);
	}
	if (strcmp(key, "trap"))
		return -ENOENT;
	ret = sim_option_on_off(value, &on);
	if (ret)
		return ret;
	sim_bar_unshare(dev, 0);
	ix->shared = NULL;
	ix->trap = on;
	if (!on)
		ret = shared_make(ix);
	ixgbe_queues_init(ix);
	return ret;
}

/* ---- reset ---------------------------------------------------------------------------------- */

static bool survives_reset(uint32_t off)
{
	return off == IXGBE_SWSM || off == IXGBE_SW_FW_SYNC || off == IXGBE_I2CCTL ||
	       off == IXGBE_ESDP || ixgbe_stats_is(off);
}

/* Values other than 0 after a reset, section 8.2.3 at each register. */
static void reset_values(struct ixgbe *ix)
{
	static const struct {
		uint32_t off, val;
	} values[] = {
		{ IXGBE_VLNCTRL, 0x00008100 }, { IXGBE_DMATXCTL, 0x81000000 },
		{ IXGBE_HLREG0, HLREG0_RESET }, { IXGBE_MAXFRS, 0x05ee0000 },
		{ IXGBE_RXPBSIZE(0), 0x00080000 }, { IXGBE_TXPBSIZE(0), 0x00028000 },
		{ IXGBE_TXPBTHRESH(0), 0x00000096 }, { IXGBE_DTXMXSZRQ, 0x00000010 },
		{ IXGBE_DTXTCPFLGL, 0x0f760ff6 }, { IXGBE_DTXTCPFLGH, 0x00000f7f },
		{ IXGBE_RDRXCTL, 0x00100000 }, { IXGBE_FDIRFREE, 0x00008000 },
	};
	const uint8_t *m = ix->mac;

	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		R(ix, values[i].off) = values[i].val;
	R(ix, IXGBE_AUTOC) = ixgbe_autoc_default(ix);
	R(ix, IXGBE_AUTOC2) = ixgbe_is_sfp(ix->device) ? 2u << 16 : 0;
	R(ix, IXGBE_RAL(0)) = m[0] | m[1] << 8 | m[2] << 16 | (uint32_t)m[3] << 24;
	R(ix, IXGBE_RAL(0) + 4) = m[4] | m[5] << 8 | RAH_AV;
}

/* Everything a software reset touches; semaphores and statistics only at power_on (or FLR). */
void ixgbe_reset_csr(struct ixgbe *ix, bool power_on)
{
	ixgbe_queues_reset(ix);
	for (uint32_t off = 0; off < IXGBE_CSR_SIZE; off += 4)
		if (power_on || !survives_reset(off))
			R(ix, off) = 0;
	reset_values(ix);
	if (!ix->shared)			/* the blocks are part of regs: once more */
		ixgbe_queues_reset(ix);
	ixgbe_queue_vectors(ix);
	ixgbe_irq_reset(ix);
	ixgbe_rx_reset(ix);
	ixgbe_tx_classes(ix);
	ixgbe_filters_build(ix);
	ix->rar_stale = true;
	ix->rss_stale = true;
	if (power_on) {
		ixgbe_stats_reset(ix);
		memset(&ix->i2c, 0, sizeof(ix->i2c));
		ix->i2c.sda_out = true;
	}
}

static void model_reset(struct sim_dev *dev, enum sim_reset kind)
{
	struct ixgbe *ix = dev->priv;

	ix->gen = 0;				/* cached addresses are gone */
	ixgbe_reset_csr(ix, true);
	ixgbe_link_reset(ix);
	ixgbe_irq_reset(ix);			/* nobody is told of that link change */
	if (kind == SIM_RESET_POWER_ON) {
		ixgbe_nvm_build(ix);
		ix->fault_stuck_reset = ix->fault_no_dd = 0;
		ix->fault_stuck_disable = ix->fault_eeprom_bad = ix->fault_torn_dd = 0;
	}
}

/* ---- callbacks of the core ------------------------------------------------------------------- */

void ixgbe_enter(struct ixgbe *ix)
{
	ix->gen = sim_dma_generation(ix->dev);
}

/* A trapped access: stores that came before it are seen before it. */
static void trapped(struct ixgbe *ix)
{
	ixgbe_enter(ix);
	ix->touched_ns = sim_now_ns();
	if (ix->shared)
		ixgbe_queues_sync(ix);
}

static uint32_t csr_read(struct ixgbe *ix, uint64_t off)
{
	return off < IXGBE_CSR_SIZE ? ixgbe_read32(ix, off) : 0;
}

static void csr_write(struct ixgbe *ix, uint64_t off, uint32_t val)
{
	if (off < IXGBE_CSR_SIZE)
		ixgbe_write32(ix, off, val);
}

/* BAR2: IOADDR at 0, IODATA at 4 (8.1.2). */
static uint32_t io_read(struct ixgbe *ix, uint64_t off)
{
	if (off == 0)
		return ix->io_addr;
	return off == 4 ? csr_read(ix, ix->io_addr) : 0;
}

static void io_write(struct ixgbe *ix, uint64_t off, uint32_t val)
{
	if (off == 0)
		ix->io_addr = val;
	else if (off == 4)
		csr_write(ix, ix->io_addr, val);
}

static uint64_t model_bar_read(struct sim_dev *dev, unsigned int bar, uint64_t off,
			       unsigned int len)
{
	struct ixgbe *ix = dev->priv;
	uint64_t val;

	trapped(ix);
	if (bar == 2)
		return io_read(ix, off & ~3ull);
	if (bar != 0)
		return 0;
	if (len == 8) {
		val = csr_read(ix, off);
		return val | (uint64_t)csr_read(ix, off + 4) << 32;
	}
	val = csr_read(ix, off) >> 8 * (off & 3);
	return len == 4 ? val : val & ((1ull << 8 * len) - 1);
}

static void model_bar_write(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
			    uint64_t val)
{
	struct ixgbe *ix = dev->priv;

	trapped(ix);
	/* 8.1.1: registers are written as whole dwords; anything smaller is lost. */
	if (len < 4) {
		sim_log(dev, 1, "write of %u bytes at BAR%u 0x%llx ignored", len, bar,
			(unsigned long long)off);
		return;
	}
	if (bar == 2) {
		io_write(ix, off & ~3ull, (uint32_t)val);
		return;
	}
	if (bar != 0)
		return;
	csr_write(ix, off, (uint32_t)val);
	if (len == 8)
		csr_write(ix, off + 4, val >> 32);
}

/* A queue that stops takes itself off the list, so the index advances only past those that stay. */
static void sync_live(struct ixgbe *ix)
{
	for (unsigned int i = 0; i < ix->nr_rx_live;) {
		struct ixgbe_queue *q = ix->rx_live[i];

		ixgbe_queue_sync(q);
		i += q->live;
	}
	for (unsigned int i = 0; i < ix->nr_tx_live;) {
		struct ixgbe_queue *q = ix->tx_live[i];

		ixgbe_queue_sync(q);
		i += q->live;
	}
}

static bool model_poll(struct sim_dev *dev, uint64_t now_ns, uint64_t *next_ns)
{
	struct ixgbe *ix = dev->priv;
	bool did = false;

	ixgbe_enter(ix);
	if (ix->shared) {
		if (!ix->scan_countdown--) {
			ix->scan_countdown = SCAN_EVERY;
			ixgbe_queues_sync(ix);
		} else {
			sync_live(ix);
		}
	}
	if (ix->torn.q && ixgbe_master(ix)) {
		ixgbe_desc_untear(ix);
		did = true;
	}
	did |= ixgbe_link_poll(ix, now_ns, next_ns);
	/* Transmit first and in larger bites: who forwards is not to find its Tx ring full. */
	did |= ixgbe_tx_run(ix, TX_FRAMES);
	ix->rx_since_poll = 0;
	did |= ixgbe_rx_drain(ix, IXGBE_RX_FRAMES) != 0;
	for (unsigned int i = 0; i < ix->nr_rx_live; i++)
		ixgbe_queue_publish(ix->rx_live[i]);
	for (unsigned int i = 0; i < ix->nr_tx_live; i++)
		ixgbe_queue_publish(ix->tx_live[i]);
	did |= ixgbe_irq_poll(ix, now_ns, next_ns);
	return did;
}

static void model_wire_rx(struct sim_dev *dev, const uint8_t *frame, uint32_t len)
{
	struct ixgbe *ix = dev->priv;

	ixgbe_enter(ix);
	ixgbe_rx_frame(ix, frame, len, false);
}

static int64_t model_wire_room(struct sim_dev *dev)
{
	return ixgbe_rx_room(dev->priv);
}

/* The link follows in poll. Pulled and plugged again between two polls is still a lost link. */
static void model_carrier(struct sim_dev *dev, bool on)
{
	struct ixgbe *ix = dev->priv;

	if (!on && ix->link_up)
		ixgbe_link_reset(ix);
}

static bool model_active(struct sim_dev *dev)
{
	struct ixgbe *ix = dev->priv;

	if (!ix->shared)
		return false;
	return ix->nr_rx_live || ix->nr_tx_live || sim_now_ns() - ix->touched_ns < RECENT_NS;
}

static void model_bus_master(struct sim_dev *dev, bool on)
{
	struct ixgbe *ix = dev->priv;

	(void)on;				/* dev->bus_master is looked at before every DMA */
	ix->gen = 0;
}

static int model_fault(struct sim_dev *dev, const char *name, uint64_t count)
{
	struct ixgbe *ix = dev->priv;
	const struct {
		const char *name;
		uint64_t *left;
	} faults[] = {
		{ "stuck-reset", &ix->fault_stuck_reset },
		{ "no-dd", &ix->fault_no_dd },
		{ "stuck-disable", &ix->fault_stuck_disable },
		{ "eeprom-bad", &ix->fault_eeprom_bad },
		{ "torn-dd", &ix->fault_torn_dd },
	};

	for (unsigned int i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (!strcmp(name, faults[i].name)) {
			*faults[i].left = count;
			return 0;
		}
	return -ENOENT;
}

static enum sim_reg_class model_reg_class(struct sim_dev *dev, unsigned int bar, uint64_t off)
{
	(void)dev;
	if (!bar && (off & ~3ull) == IXGBE_LINKS)
		return SIM_REG_LINK;
	return !bar && ixgbe_stats_is((uint32_t)off & ~3u) ? SIM_REG_STATS : SIM_REG_OTHER;
}

static int dump_queue(char *buf, size_t size, struct ixgbe_queue *q, bool first)
{
	return snprintf(buf, size, "%s{\"dir\":\"%s\",\"queue\":%u,\"head\":%u,\"tail\":%u,"
			"\"size\":%u,\"hung\":%s}", first ? "" : ",", q->tx ? "tx" : "rx", q->idx,
			q->head, q->tail, q->nr, q->hung ? "true" : "false");
}

static void model_dump(struct sim_dev *dev, char *buf, size_t size)
{
	struct ixgbe *ix = dev->priv;
	size_t at;

	at = snprintf(buf, size, "\"device_id\":\"%04x\",\"link_up\":%s,\"trap\":%s,"
		      "\"packet_buffer_frames\":%u,\"queues\":[", ix->device,
		      ix->link_up ? "true" : "false", ix->trap ? "true" : "false", ix->pb_frames);
	/* One queue takes less than 100 bytes; what does not fit is left out whole. */
	for (unsigned int i = 0; i < ix->nr_rx_live && at + 102 < size; i++)
		at += dump_queue(buf + at, size - at, ix->rx_live[i], !i);
	for (unsigned int i = 0; i < ix->nr_tx_live && at + 102 < size; i++)
		at += dump_queue(buf + at, size - at, ix->tx_live[i], !i && !ix->nr_rx_live);
	if (at + 2 < size)
		snprintf(buf + at, size - at, "]");
}

const struct sim_dev_ops sim_ixgbe_ops = {
	.name = "82599",
	.keys_help =
		"  device=ID       PCI device id, hexadecimal (10fb, SFP+; 10f7 backplane)\n"
		"  mac=ADDRESS     station address in the NVM\n"
		"  sfp=da|none     what is in the SFP+ cage (10fb and its kin)\n"
		"  trap=on|off     on: no page is mapped, every register access is exact\n"
		"  police=on|off   on: count receive buffers posted twice\n"
		"  Faults: stuck-reset (CTRL.RST reads 1), stuck-disable (trap=on: ENABLE stays),\n"
		"  no-dd (a write-back is lost), torn-dd (an Rx write-back first lacks its DD),\n"
		"  eeprom-bad (a word read from the NVM is wrong)\n",
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
