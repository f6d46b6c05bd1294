// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transport for host tests, see sim_inproc.h: direct calls, fake clock, MSI-X table
 * honoured.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim_inproc.h"
#include "wire.h"

#define START_NS	1000000000ull
#define STEP_NS		1000		/* settle: when no model says when it wants to run */
#define MAX_ALLOCS	256
#define VEC_CTRL(vec)	(16 * (vec) + 12)

struct sim_inproc {
	struct sim_tran tran;		/* first */
	struct sim_dev *dev;
	uint8_t *bar_mem[SIM_MAX_BARS];
	struct {
		void *mem;
		uint64_t iova;
		size_t size;
	} allocs[MAX_ALLOCS];
	unsigned int nr_allocs;
	uint64_t sent[SIM_MAX_VECS];
	void (*on_msix)(void *arg, unsigned int vec);
	void *on_msix_arg;
};

static struct sim_inproc *all[SIM_MAX_PORTS];
static struct sim_dev *devs[SIM_MAX_PORTS];
static unsigned int nr;
static uint64_t now_ns = START_NS;

__attribute__((noreturn, format(printf, 1, 2)))
static void misuse(const char *fmt, ...)
{
	va_list ap;

	fputs("sim_inproc: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

/* ---- interrupts -------------------------------------------------------------------------- */

static bool vec_open(struct sim_dev *dev, unsigned int vec)
{
	return sim_pci_msix_enabled(dev) && !(sim_pci_msix_table(dev)[VEC_CTRL(vec)] & 1);
}

static void vec_deliver(struct sim_inproc *p, unsigned int vec)
{
	p->sent[vec]++;
	p->dev->ctr.msix_sent++;
	if (p->on_msix)
		p->on_msix(p->on_msix_arg, vec);
}

static void inproc_msix(struct sim_dev *dev, unsigned int vec)
{
	if (vec_open(dev, vec))
		vec_deliver((struct sim_inproc *)dev->tran, vec);
	else
		sim_pci_msix_pba(dev)[vec / 8] |= 1u << vec % 8;
}

/* After any write that may have unmasked something. */
static void pending_deliver(struct sim_inproc *p)
{
	uint8_t *pba = sim_pci_msix_pba(p->dev);

	for (unsigned int vec = 0; vec < p->dev->ident.msix_vecs; vec++) {
		if (!(pba[vec / 8] & 1u << vec % 8) || !vec_open(p->dev, vec))
			continue;
		pba[vec / 8] &= ~(1u << vec % 8);
		vec_deliver(p, vec);
	}
}

void sim_inproc_msix_open(struct sim_inproc *p)
{
	const struct sim_pci_ident *id = &p->dev->ident;
	uint32_t ctrl = sim_inproc_cfg_rd(p, id->msix_cap_off + 2, 2);

	for (unsigned int vec = 0; vec < id->msix_vecs; vec++)
		sim_inproc_wr32(p, id->msix_bar, id->msix_table_off + VEC_CTRL(vec), 0);
	sim_inproc_cfg_wr(p, id->msix_cap_off + 2, 2, (ctrl | 0x8000) & ~0x4000u);
}

uint64_t sim_inproc_msix_count(struct sim_inproc *p, unsigned int vec)
{
	return vec < SIM_MAX_VECS ? p->sent[vec] : 0;
}

void sim_inproc_on_msix(struct sim_inproc *p, void (*fn)(void *arg, unsigned int vec), void *arg)
{
	p->on_msix = fn;
	p->on_msix_arg = arg;
}

/* ---- life -------------------------------------------------------------------------------- */

static void inproc_fini(struct sim_dev *dev)
{
	dev->tran = NULL;
}

static const struct sim_tran_ops inproc_ops = {
	.msix = inproc_msix,
	.fini = inproc_fini,
};

struct sim_inproc *sim_inproc_new_ops(const struct sim_dev_ops *ops, const char *options)
{
	struct sim_inproc *p = calloc(1, sizeof(*p));
	char name[16], err[1024] = "";

	if (!p || nr == SIM_MAX_PORTS)
		misuse("no more than %d devices", SIM_MAX_PORTS);
	sim_clock_fake(now_ns);
	snprintf(name, sizeof(name), "port%u", nr);
	p->tran.ops = &inproc_ops;
	p->dev = sim_dev_create(ops, name, nr, options, err, sizeof(err));
	if (!p->dev || sim_wire_init(p->dev))
		misuse("model %s, options '%s': %s", ops->name, options ? options : "", err);
	p->dev->tran = &p->tran;
	for (unsigned int i = 0; i < SIM_MAX_BARS; i++) {
		const struct sim_bar *bar = &p->dev->bars[i];

		if (!bar->size || bar->mem_fd < 0)
			continue;
		p->bar_mem[i] =
			mmap(NULL, bar->size, PROT_READ | PROT_WRITE, MAP_SHARED, bar->mem_fd, 0);
		if (p->bar_mem[i] == MAP_FAILED)
			misuse("BAR %u: its mem_fd cannot be mapped", i);
	}
	all[nr] = p;
	devs[nr++] = p->dev;
	return p;
}

struct sim_inproc *sim_inproc_new(const char *model, const char *options)
{
	const struct sim_dev_ops *ops = sim_model_find(model);

	if (!ops)
		misuse("no model '%s'", model);
	return sim_inproc_new_ops(ops, options);
}

void sim_inproc_free(struct sim_inproc *p)
{
	unsigned int at = 0;

	while (at < nr && all[at] != p)
		at++;
	if (at == nr)
		misuse("device freed twice");
	sim_wire_fini(p->dev);
	for (unsigned int i = 0; i < SIM_MAX_BARS; i++)
		if (p->bar_mem[i])
			munmap(p->bar_mem[i], p->dev->bars[i].size);
	sim_dev_destroy(p->dev);
	for (unsigned int i = 0; i < p->nr_allocs; i++)
		free(p->allocs[i].mem);
	free(p);
	/* The numbers of later devices move down. */
	for (nr--; at < nr; at++) {
		all[at] = all[at + 1];
		devs[at] = devs[at + 1];
		devs[at]->index = at;
	}
}

struct sim_dev *sim_inproc_dev(struct sim_inproc *p)
{
	return p->dev;
}

/* ---- registers --------------------------------------------------------------------------- */

volatile void *sim_inproc_bar_ptr(struct sim_inproc *p, unsigned int bar, uint64_t off)
{
	const struct sim_bar *b;

	if (bar >= SIM_MAX_BARS || !p->bar_mem[bar])
		return NULL;
	b = &p->dev->bars[bar];
	for (unsigned int i = 0; i < b->nr_areas; i++)
		if (off >= b->areas[i].offset && off - b->areas[i].offset < b->areas[i].size)
			return p->bar_mem[bar] + off;
	return NULL;
}

static uint64_t reg_read(struct sim_inproc *p, unsigned int bar, uint64_t off, unsigned int len)
{
	volatile void *mem = sim_inproc_bar_ptr(p, bar, off);
	uint64_t val;

	if (off & (len - 1))
		misuse("read of %u bytes at BAR %u + 0x%llx is not aligned", len, bar,
		       (unsigned long long)off);
	if (mem)
		return len == 8 ? *(volatile uint64_t *)mem : *(volatile uint32_t *)mem;
	if (sim_bar_read(p->dev, bar, off, len, &val))
		misuse("read of %u bytes at BAR %u + 0x%llx: outside", len, bar,
		       (unsigned long long)off);
	return val;
}

static void reg_write(struct sim_inproc *p, unsigned int bar, uint64_t off, unsigned int len,
		      uint64_t val)
{
	volatile void *mem = sim_inproc_bar_ptr(p, bar, off);

	if (off & (len - 1))
		misuse("write of %u bytes at BAR %u + 0x%llx is not aligned", len, bar,
		       (unsigned long long)off);
	if (mem && len == 8)
		*(volatile uint64_t *)mem = val;
	else if (mem)
		*(volatile uint32_t *)mem = val;
	else if (sim_bar_write(p->dev, bar, off, len, val))
		misuse("write of %u bytes at BAR %u + 0x%llx: outside", len, bar,
		       (unsigned long long)off);
	pending_deliver(p);
}

uint32_t sim_inproc_rd32(struct sim_inproc *p, unsigned int bar, uint64_t off)
{
	return reg_read(p, bar, off, 4);
}

void sim_inproc_wr32(struct sim_inproc *p, unsigned int bar, uint64_t off, uint32_t val)
{
	reg_write(p, bar, off, 4, val);
}

uint64_t sim_inproc_rd64(struct sim_inproc *p, unsigned int bar, uint64_t off)
{
	return reg_read(p, bar, off, 8);
}

void sim_inproc_wr64(struct sim_inproc *p, unsigned int bar, uint64_t off, uint64_t val)
{
	reg_write(p, bar, off, 8, val);
}

uint32_t sim_inproc_cfg_rd(struct sim_inproc *p, unsigned int off, unsigned int len)
{
	uint32_t val = 0;

	if (len > sizeof(val) || sim_pci_read(p->dev, off, &val, len))
		misuse("configuration read of %u bytes at 0x%x", len, off);
	return val;
}

void sim_inproc_cfg_wr(struct sim_inproc *p, unsigned int off, unsigned int len, uint32_t val)
{
	if (len > sizeof(val) || sim_pci_write(p->dev, off, &val, len))
		misuse("configuration write of %u bytes at 0x%x", len, off);
	pending_deliver(p);
}

void sim_inproc_enable(struct sim_inproc *p)
{
	sim_inproc_cfg_wr(p, 4, 2, sim_inproc_cfg_rd(p, 4, 2) | 6);
}

void sim_inproc_flr(struct sim_inproc *p)
{
	unsigned int devctl = p->dev->ident.pcie_cap_off + 8;

	sim_inproc_cfg_wr(p, devctl, 2, sim_inproc_cfg_rd(p, devctl, 2) | 0x8000);
}

void sim_inproc_gone(struct sim_inproc *p)
{
	sim_dev_reset(p->dev, SIM_RESET_GONE);
}

void sim_inproc_remove(struct sim_inproc *p)
{
	sim_dev_remove(p->dev);
}

void sim_inproc_restore(struct sim_inproc *p)
{
	sim_dev_restore(p->dev);
}

/* ---- memory ------------------------------------------------------------------------------ */

void sim_inproc_map(struct sim_inproc *p, uint64_t iova, void *mem, size_t size, unsigned int prot)
{
	int ret = sim_iommu_map(p->dev, iova, size, mem, prot);

	if (ret)
		misuse("map 0x%llx + 0x%zx: %s", (unsigned long long)iova, size, strerror(-ret));
}

void sim_inproc_unmap(struct sim_inproc *p, uint64_t iova, size_t size)
{
	sim_iommu_unmap(p->dev, iova, size);
}

void *sim_inproc_alloc(struct sim_inproc *p, uint64_t iova, size_t size)
{
	void *mem;

	size = (size + SIM_PAGE_SIZE - 1) & ~(SIM_PAGE_SIZE - 1);
	mem = aligned_alloc(SIM_PAGE_SIZE, size);
	if (!mem || p->nr_allocs == MAX_ALLOCS)
		misuse("at most %d allocations a device", MAX_ALLOCS);
	memset(mem, 0, size);
	sim_inproc_map(p, iova, mem, size, SIM_INPROC_RW);
	p->allocs[p->nr_allocs].mem = mem;
	p->allocs[p->nr_allocs].iova = iova;
	p->allocs[p->nr_allocs++].size = size;
	return mem;
}

/* ---- time and wires ---------------------------------------------------------------------- */

uint64_t sim_inproc_now(void)
{
	return now_ns;
}

static bool poll_all(uint64_t *next)
{
	bool did = false;

	for (unsigned int i = 0; i < nr; i++)
		did |= sim_dev_poll(devs[i], now_ns, next);
	for (unsigned int i = 0; i < nr; i++)
		did |= sim_wire_poll(devs[i]->wire, now_ns, next);
	return did;
}

bool sim_inproc_step(uint64_t advance_ns)
{
	uint64_t next = UINT64_MAX;

	now_ns += advance_ns;
	sim_clock_fake(now_ns);
	return poll_all(&next);
}

bool sim_inproc_settle(uint64_t limit_ns)
{
	uint64_t end = now_ns + limit_ns;

	while (now_ns < end) {
		uint64_t next = UINT64_MAX;

		sim_clock_fake(now_ns);
		if (poll_all(&next))
			now_ns += STEP_NS;
		else if (next > end)
			return true;
		else
			now_ns = next > now_ns ? next : now_ns + STEP_NS;
	}
	sim_clock_fake(now_ns);
	return false;
}

void sim_inproc_plug(const char *spec)
{
	char err[1024] = "";

	if (sim_wire_plug(devs, nr, spec, err, sizeof(err)))
		misuse("plug %s: %s", spec, err);
}

void sim_inproc_link(struct sim_inproc *p, bool up)
{
	sim_wire_link(p->dev->wire, up);
}

void sim_inproc_inject(struct sim_inproc *p, const void *frame, uint32_t len)
{
	wire_deliver(p->dev->wire, frame, len);
}

void sim_inproc_on_tx(struct sim_inproc *p,
		      void (*fn)(void *arg, const uint8_t *frame, uint32_t len), void *arg)
{
	sim_wire_on_tx(p->dev->wire, fn, arg);
}
