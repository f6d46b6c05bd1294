// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of a device outside its model: creation from options, reset, trapped BAR access, the clock,
 * messages. Knows no transport and no family.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"
#include "wire.h"

int sim_verbose;
static uint64_t fake_now_ns;

void sim_clock_fake(uint64_t now_ns)
{
	fake_now_ns = now_ns;
}

uint64_t sim_now_ns(void)
{
	struct timespec ts;

	if (fake_now_ns)
		return fake_now_ns;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

void sim_log(struct sim_dev *dev, int level, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	if (level > sim_verbose)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	fprintf(stderr, "ndrv-sim: %s: %s\n", dev ? dev->name : "core", line);
}

const struct sim_dev_ops *sim_model_find(const char *name)
{
	for (unsigned int i = 0; sim_models[i]; i++)
		if (!strcmp(sim_models[i]->name, name))
			return sim_models[i];
	return NULL;
}

static int options_apply(struct sim_dev *dev, const char *opts, char *err, size_t err_size)
{
	char *copy = strdup(opts), *save = NULL;
	int ret = 0;

	if (!copy)
		return -ENOMEM;
	for (char *o = strtok_r(copy, ",", &save); o && !ret; o = strtok_r(NULL, ",", &save)) {
		char *value = strchr(o, '=');

		if (value)
			*value++ = '\0';
		ret = sim_hostile_option(dev, o, value ? value : "");
		if (ret == -ENOENT && dev->ops->set)
			ret = dev->ops->set(dev, o, value ? value : "");
		if (ret == -ENOENT)
			snprintf(err, err_size, "model %s has no option '%s'; it knows:\n%s",
				 dev->ops->name, o,
				 dev->ops->keys_help ? dev->ops->keys_help : "(none)");
		else if (ret)
			snprintf(err, err_size, "option %s: value '%s' refused (%s)", o,
				 value ? value : "", strerror(-ret));
		else if (value && !strcmp(o, "mac"))
			sim_option_mac(value, dev->mac);	/* the wires aim at it */
	}
	free(copy);
	return ret;
}

struct sim_dev *sim_dev_create(const struct sim_dev_ops *ops, const char *name, unsigned int index,
			       const char *opts, char *err, size_t err_size)
{
	struct sim_dev *dev = calloc(1, sizeof(*dev));
	int ret;

	if (!dev) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	dev->ops = ops;
	dev->index = index;
	memcpy(dev->mac, (uint8_t[]){ 0x02, 0x6e, 0x64, 0, 0, index }, sizeof(dev->mac));
	snprintf(dev->name, sizeof(dev->name), "%s", name);
	for (unsigned int i = 0; i < SIM_MAX_BARS; i++)
		dev->bars[i].mem_fd = -1;
	ret = sim_iommu_init(dev);
	if (ret) {
		snprintf(err, err_size, "out of memory");
		goto err_free;
	}
	ret = ops->init(dev);
	if (ret) {
		snprintf(err, err_size, "model %s: init: %s", ops->name, strerror(-ret));
		goto err_iommu;
	}
	if (opts && options_apply(dev, opts, err, err_size))
		goto err_model;
	ret = sim_pci_init(dev);
	if (ret) {
		snprintf(err, err_size, "model %s: its PCI identity is not consistent: %s",
			 ops->name, strerror(-ret));
		goto err_model;
	}
	ops->reset(dev, SIM_RESET_POWER_ON);
	return dev;

err_model:
	free(dev->hostile);
	if (ops->fini)
		ops->fini(dev);
err_iommu:
	sim_iommu_fini(dev);
err_free:
	free(dev);
	return NULL;
}

void sim_dev_destroy(struct sim_dev *dev)
{
	if (!dev)
		return;
	if (dev->tran)
		dev->tran->ops->fini(dev);
	if (dev->ops->fini)
		dev->ops->fini(dev);
	sim_pci_fini(dev);
	sim_iommu_fini(dev);
	free(dev->hostile);
	free(dev);
}

bool sim_dev_poll(struct sim_dev *dev, uint64_t now_ns, uint64_t *next_ns)
{
	bool did;

	if (dev->removed)
		return false;
	did = dev->ops->poll(dev, now_ns, next_ns);
	if (dev->hostile)
		did |= sim_hostile_poll(dev, now_ns, next_ns);
	return did;
}

void sim_dev_reset(struct sim_dev *dev, enum sim_reset kind)
{
	if (dev->removed && kind != SIM_RESET_GONE)
		return;
	sim_dev_restore(dev);		/* the next client finds a card */
	if (kind == SIM_RESET_FLR)
		dev->ctr.flrs++;
	dev->ops->reset(dev, kind);
	sim_pci_reset(dev, kind);
	if (kind == SIM_RESET_GONE)
		sim_iommu_clear(dev);
	if (dev->tran && dev->tran->ops->reset)
		dev->tran->ops->reset(dev);
}

/* What a store lands in that the client does not trap: all ones, as a dead bus reads. */
static void shared_fill(struct sim_dev *dev)
{
	uint8_t ones[4096];

	memset(ones, 0xff, sizeof(ones));
	for (unsigned int i = 0; i < SIM_MAX_BARS; i++) {
		const struct sim_bar *bar = &dev->bars[i];

		for (unsigned int a = 0; bar->mem_fd >= 0 && a < bar->nr_areas; a++)
			for (uint64_t at = 0; at < bar->areas[a].size; at += sizeof(ones))
				if (pwrite(bar->mem_fd, ones, sizeof(ones),
					   bar->areas[a].offset + at) < 0)
					sim_log(dev, 0, "BAR %u: %s", i, strerror(errno));
	}
}

void sim_dev_remove(struct sim_dev *dev)
{
	if (dev->removed)
		return;
	dev->ops->reset(dev, SIM_RESET_GONE);
	sim_pci_reset(dev, SIM_RESET_GONE);
	dev->removed = true;
	shared_fill(dev);
	if (dev->wire)
		sim_wire_update(dev->wire);
	sim_log(dev, 1, "removed");
}

void sim_dev_restore(struct sim_dev *dev)
{
	if (!dev->removed)
		return;
	dev->removed = false;
	sim_pci_reset(dev, SIM_RESET_POWER_ON);
	dev->ops->reset(dev, SIM_RESET_POWER_ON);
	if (dev->wire)
		sim_wire_update(dev->wire);
	sim_log(dev, 1, "back in its slot");
}

void sim_msix_send(struct sim_dev *dev, unsigned int vec)
{
	if (vec >= dev->ident.msix_vecs)
		return;
	if (!dev->bus_master) {
		dev->ctr.dma_no_master++;
		return;
	}
	if (dev->hostile && sim_hostile_msix_lost(dev, vec))
		return;
	if (dev->tran)
		dev->tran->ops->msix(dev, vec);
}

/* ---- BARs ---------------------------------------------------------------------------------- */

void sim_bar_unshare(struct sim_dev *dev, unsigned int bar)
{
	struct sim_bar *b = &dev->bars[bar];

	if (!b->mem)
		return;
	munmap(b->mem, b->size);
	close(b->mem_fd);
	b->mem = NULL;
	b->mem_fd = -1;
	b->areas = NULL;
	b->nr_areas = 0;
}

int sim_bar_share(struct sim_dev *dev, unsigned int bar, const struct sim_mmap_area *areas,
		  unsigned int nr_areas)
{
	struct sim_bar *b = &dev->bars[bar];
	int fd = memfd_create("ndrv-sim-bar", MFD_CLOEXEC);
	void *mem;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, b->size))
		goto err_close;
	mem = mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		goto err_close;
	b->mem = mem;
	b->mem_fd = fd;
	b->areas = areas;
	b->nr_areas = nr_areas;
	return 0;

err_close:
	close(fd);
	return -ENOMEM;
}

/* ---- trapped BAR access ------------------------------------------------------------------ */

static bool access_ok(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len)
{
	if (bar >= SIM_MAX_BARS || (len != 1 && len != 2 && len != 4 && len != 8))
		return false;
	return off < dev->bars[bar].size && len <= dev->bars[bar].size - off && !(off & (len - 1));
}

/* Storage behind an access to the MSI-X table or PBA, or NULL: belongs to the model. */
static uint8_t *msix_storage(struct sim_dev *dev, unsigned int bar, uint64_t off, bool write)
{
	const struct sim_pci_ident *id = &dev->ident;

	if (!id->msix_vecs || bar != id->msix_bar)
		return NULL;
	if (off >= id->msix_table_off && off < id->msix_table_off + 16u * id->msix_vecs)
		return sim_pci_msix_table(dev) + (off - id->msix_table_off);
	if (!write && off >= id->msix_pba_off &&
	    off < id->msix_pba_off + 8u * ((id->msix_vecs + 63) / 64))
		return sim_pci_msix_pba(dev) + (off - id->msix_pba_off);
	return NULL;
}

static bool in_pba(struct sim_dev *dev, unsigned int bar, uint64_t off)
{
	const struct sim_pci_ident *id = &dev->ident;

	return id->msix_vecs && bar == id->msix_bar && off >= id->msix_pba_off &&
	       off < id->msix_pba_off + 8u * ((id->msix_vecs + 63) / 64);
}

int sim_bar_read(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
		 uint64_t *val)
{
	uint8_t *mem;

	if (!access_ok(dev, bar, off, len))
		return -EINVAL;
	*val = UINT64_MAX >> (64 - 8 * len);
	if (dev->removed)
		return 0;
	*val = 0;
	mem = msix_storage(dev, bar, off, false);
	if (mem)
		memcpy(val, mem, len);		/* little endian */
	else
		*val = dev->ops->bar_read(dev, bar, off, len);
	if (dev->hostile && !mem)
		*val = sim_hostile_read(dev, bar, off, len, *val);
	return 0;
}

int sim_bar_write(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
		  uint64_t val)
{
	uint8_t *mem;

	if (!access_ok(dev, bar, off, len))
		return -EINVAL;
	if (dev->removed)
		return 0;
	mem = msix_storage(dev, bar, off, true);
	if (mem)
		memcpy(mem, &val, len);
	else if (!in_pba(dev, bar, off))	/* the PBA is read-only */
		dev->ops->bar_write(dev, bar, off, len, val);
	return 0;
}
