/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The smallest device the simulator's core accepts, so that the core is tested without any real
 * model: BAR 0 is storage plus three registers that act, BAR 4 holds MSI-X, page 0x4000 is shared.
 */
#ifndef SIM_TESTDEV_H
#define SIM_TESTDEV_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dev.h"

#define TD_BAR0_SIZE	0x10000
#define TD_VECS		4
#define TD_REG_MSIX	0x10	/* write v: send vector v */
#define TD_REG_DMA_HI	0x20
#define TD_REG_DMA_LO	0x24	/* write: 8 bytes of 0x5a to this IOVA by DMA */
#define TD_SHARED	0x4000

struct testdev {
	uint32_t regs[TD_BAR0_SIZE / 4];
	uint8_t *shared;
	int resets[3];
	int64_t room;
	uint64_t rx_frames, rx_bytes;
	uint8_t last[SIM_FRAME_MAX];
	uint32_t last_len;
	int carriers, masters;
	/* What to send back: a frame that arrives goes out again, this often, or altered. */
	int echo;
	void (*alter)(struct sim_dev *dev, uint8_t *frame, uint32_t len);
};

static const struct sim_mmap_area td_areas[] = { { TD_SHARED, 4096 } };

static inline struct testdev *td(struct sim_dev *dev)
{
	return dev->priv;
}

static int td_init(struct sim_dev *dev)
{
	struct testdev *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->room = 1 << 20;
	dev->priv = t;
	dev->ident = (struct sim_pci_ident){
		.vendor = 0x1234,
		.device = 0x5678,
		.subvendor = 0x1234,
		.subdevice = 1,
		.revision = 1,
		.class_code = 0x020000,
		.msix_cap_off = 0x70,
		.pcie_cap_off = 0xa0,
		.pm_cap_off = 0x40,
		.msix_bar = 4,
		.msix_vecs = TD_VECS,
		.msix_table_off = 0,
		.msix_pba_off = 0x2000,
		.link_width = 8,
		.link_speed = 2,
	};
	dev->bars[0] = (struct sim_bar){
		.size = TD_BAR0_SIZE, .is_64 = true, .mem_fd = memfd_create("td", MFD_CLOEXEC),
		.areas = td_areas, .nr_areas = 1,
	};
	dev->bars[4] = (struct sim_bar){ .size = 0x4000, .is_64 = true, .mem_fd = -1 };
	if (dev->bars[0].mem_fd < 0 || ftruncate(dev->bars[0].mem_fd, TD_BAR0_SIZE))
		return -ENOMEM;
	return 0;
}

static void td_fini(struct sim_dev *dev)
{
	close(dev->bars[0].mem_fd);
	free(dev->priv);
}

static int td_set(struct sim_dev *dev, const char *key, const char *value)
{
	if (strcmp(key, "room"))
		return -ENOENT;
	td(dev)->room = atol(value);
	return td(dev)->room > 0 ? 0 : -EINVAL;
}

static void td_reset(struct sim_dev *dev, enum sim_reset kind)
{
	td(dev)->resets[kind]++;
	memset(td(dev)->regs, 0, sizeof(td(dev)->regs));
}

static uint64_t td_bar_read(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len)
{
	uint64_t v = 0;

	if (bar == 0)
		memcpy(&v, (uint8_t *)td(dev)->regs + off, len);
	return v;
}

static void td_bar_write(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
			 uint64_t val)
{
	if (bar)
		return;
	memcpy((uint8_t *)td(dev)->regs + off, &val, len);
	if (off == TD_REG_MSIX)
		sim_msix_send(dev, val);
	if (off == TD_REG_DMA_LO) {
		uint64_t iova = (uint64_t)td(dev)->regs[TD_REG_DMA_HI / 4] << 32 | (uint32_t)val;
		uint8_t data[8];

		memset(data, 0x5a, sizeof(data));
		sim_dma_write(dev, iova, data, sizeof(data));
	}
}

static bool td_poll(struct sim_dev *dev, uint64_t now_ns, uint64_t *next_ns)
{
	(void)dev;
	(void)now_ns;
	(void)next_ns;
	return false;
}

static void td_wire_rx(struct sim_dev *dev, const uint8_t *frame, uint32_t len)
{
	struct testdev *t = td(dev);

	t->rx_frames++;
	t->rx_bytes += len;
	memcpy(t->last, frame, len);
	t->last_len = len;
	if (t->alter)
		t->alter(dev, t->last, len);
	else
		for (int i = 0; i < t->echo; i++)
			sim_wire_tx(dev, frame, len);
}

static int64_t td_wire_room(struct sim_dev *dev)
{
	return td(dev)->room;
}

static void td_carrier(struct sim_dev *dev, bool on)
{
	(void)on;
	td(dev)->carriers++;
}

static void td_bus_master(struct sim_dev *dev, bool on)
{
	(void)on;
	td(dev)->masters++;
}

static const struct sim_dev_ops td_ops = {
	.name = "testdev", .init = td_init, .fini = td_fini, .set = td_set, .reset = td_reset,
	.bar_read = td_bar_read, .bar_write = td_bar_write, .poll = td_poll, .wire_rx = td_wire_rx,
	.wire_room = td_wire_room, .carrier = td_carrier, .bus_master = td_bus_master,
};

#endif
