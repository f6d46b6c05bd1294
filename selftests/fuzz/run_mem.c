// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls on memory: mappings of files and pools, and what programs write into them, descriptors and tails
 * above all. Each mapping has an address of its own, far from everything else, so that threads that race
 * for it hit each other and never the fuzzer.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE		4096UL
#define ARENA		0x200000000ULL
#define SLOT_ROOM	(64ULL << 20)

void *map_addr(unsigned int slot)
{
	return (void *)(ARENA + (slot % NR_MAPS) * SLOT_ROOM);
}

/* What a mapping of such an area has to be long; 0: nobody knows, a page. */
static size_t right_len(struct world *w, uint64_t file, uint64_t area)
{
	const struct ndrv_queue_setup *qs = &w->setup[file % NR_FILES];
	size_t len = PAGE;

	if (area == 0 && qs->out_rx_ring_bytes)
		len = qs->out_rx_ring_bytes;
	if (area == 1 && qs->out_tx_ring_bytes)
		len = qs->out_tx_ring_bytes;
	return page_up(len);
}

static long map_at(struct world *w, unsigned int slot, size_t len, int prot, int flags, int fd, off_t off)
{
	slot %= NR_MAPS;
	if (!len || len > SLOT_ROOM)
		len = len ? SLOT_ROOM : PAGE;
	if (mmap(map_addr(slot), len, prot, flags | MAP_FIXED, fd, off) == MAP_FAILED)
		return -errno;
	w->map[slot].len = len;
	atomic_store(&w->map[slot].there, true);
	return 0;
}

long run_mmap(struct world *w, const struct op *op, const uint64_t *a)
{
	static const int flags[] = { MAP_SHARED, MAP_SHARED | MAP_POPULATE, MAP_PRIVATE, MAP_SHARED | MAP_LOCKED };
	static const uint64_t others[] = { 0x06000000, 0x00001000 };
	uint64_t area = a[1] % (NR_AREAS + 2);
	uint64_t off = area < NR_AREAS ? area << 24 : others[area - NR_AREAS];
	size_t len = a[2] ? (size_t)a[2] : right_len(w, a[0], area);

	return map_at(w, (unsigned int)(a[0] % NR_FILES * NR_AREAS + area % NR_AREAS), len, (int)(a[3] & 7),
		      flags[a[4] & 3], file_fd(w, a[0]), (off_t)off);
}

long run_pool_map(struct world *w, const struct op *op, const uint64_t *a)
{
	unsigned int slot = NR_FILES * NR_AREAS + (unsigned int)(a[0] % NR_POOLS);

	return map_at(w, slot, a[1] ? (size_t)a[1] : 65536, (int)(a[2] & 7), MAP_SHARED, pool_fd(w, a[0]),
		      (off_t)(a[3] % 0x10000 * PAGE));
}

/* A part of a mapping, or what wrong arguments make of it, but never beyond its room. */
static void *part_of(struct world *w, uint64_t slot, uint64_t off, uint64_t *len)
{
	struct map *m = &w->map[slot % NR_MAPS];

	if (off >= SLOT_ROOM)
		off = 0;
	if (!*len)
		*len = m->len > off ? m->len - off : PAGE;
	if (*len > SLOT_ROOM - off)
		*len = SLOT_ROOM - off;
	return (uint8_t *)map_addr((unsigned int)slot) + off;
}

long run_munmap(struct world *w, const struct op *op, const uint64_t *a)
{
	uint64_t len = a[2];
	void *at = part_of(w, a[0], a[1], &len);

	return munmap(at, len) ? -errno : 0;
}

long run_mprotect(struct world *w, const struct op *op, const uint64_t *a)
{
	uint64_t len = a[2];
	void *at = part_of(w, a[0], a[1], &len);

	return mprotect(at, len, (int)(a[3] & 7)) ? -errno : 0;
}

long run_mremap(struct world *w, const struct op *op, const uint64_t *a)
{
	struct map *m = &w->map[a[0] % NR_MAPS];
	size_t old = m->len ? m->len : PAGE, len = a[1] ? (size_t)a[1] : old;
	int flags = a[3] & 1 ? MREMAP_MAYMOVE | MREMAP_FIXED : 0;
	void *at;

	if (a[3] & 4)
		flags |= MREMAP_DONTUNMAP | MREMAP_MAYMOVE | MREMAP_FIXED;
	if (len > SLOT_ROOM)
		len = SLOT_ROOM;
	at = mremap(map_addr((unsigned int)(a[0] % NR_MAPS)), old, len, flags,
		    map_addr((unsigned int)(a[2] % NR_MAPS)));
	if (at == MAP_FAILED)
		return -errno;
	if (flags) {
		w->map[a[2] % NR_MAPS].len = len;
		atomic_store(&w->map[a[2] % NR_MAPS].there, true);
	} else {
		m->len = len;
	}
	return 0;
}

long run_madvise(struct world *w, const struct op *op, const uint64_t *a)
{
	uint64_t len = a[1];
	void *at = part_of(w, a[0], 0, &len);

	if (a[2] == 100 || a[2] == 101)		/* would poison the machine's memory */
		return -EPERM;
	return madvise(at, len, (int)a[2]) ? -errno : 0;
}

long run_mlock(struct world *w, const struct op *op, const uint64_t *a)
{
	uint64_t len = 0;
	void *at = part_of(w, a[0], 0, &len);

	return (a[1] & 1 ? munlock(at, len) : mlock(at, len)) ? -errno : 0;
}

/* ---- stores and loads ------------------------------------------------------------------------------ */

struct touch {
	volatile uint32_t *at;
	size_t words;
	bool write;
	struct rnd r;
};

static void do_touch(void *arg)
{
	struct touch *t = arg;
	unsigned int n;
	uint32_t i;

	for (n = 0; n < 8; n++) {
		i = rnd_below(&t->r, (uint32_t)t->words);
		if (t->write)
			t->at[i] = (uint32_t)rnd64(&t->r);
		else
			(void)t->at[i];
	}
}

/*
 * A page of doorbells holds registers of all queues, where random stores find nothing that a process with
 * this page may not do, but leave a card that no longer works: its tails are run_tail()'s.
 */
long run_touch(struct world *w, const struct op *op, const uint64_t *a)
{
	unsigned int slot = (unsigned int)(a[0] % NR_MAPS), area = slot % NR_AREAS;
	bool doorbell = slot < NR_FILES * NR_AREAS && (area == 2 || area == 3);
	struct touch t = {
		.at = map_addr(slot), .words = (w->map[slot].len ? w->map[slot].len : PAGE) / 4,
		.write = a[1] & 1 && !doorbell, .r = { a[2] },
	};

	return guarded(do_touch, &t);
}

struct fill {
	const struct desc_format *d;
	volatile uint64_t *ring;
	unsigned int words, entries, count, wrong;
	bool tx;
	struct attachment pool;
	struct rnd r;
};

/* In the pool, or where nothing is mapped for any device: never another part of this device's memory. */
static uint64_t dma_addr(struct fill *f)
{
	if (f->wrong && rnd_chance(&f->r, 50))
		return 1ULL << 47 | (rnd64(&f->r) >> 20);
	if (f->pool.len < 2 * SLOT_BYTES)
		return 1ULL << 47;
	return f->pool.iova + rnd_below(&f->r, (uint32_t)(f->pool.len / SLOT_BYTES - 1)) * SLOT_BYTES;
}

static void do_fill(void *arg)
{
	struct fill *f = arg;
	unsigned int i, k;

	for (i = 0; i < f->count; i++) {
		volatile uint64_t *d = f->ring + (size_t)rnd_below(&f->r, f->entries) * f->words;

		if (i < f->count / 2)		/* one after the other, as drivers do */
			d = f->ring + (size_t)(i % f->entries) * f->words;
		if (f->tx)
			f->d->tx_fill(d, dma_addr(f), 60 + rnd_below(&f->r, f->wrong ? 16384 : 1400));
		else
			f->d->rx_give(d, dma_addr(f));
		/* Everything but the address, which is the first word. */
		for (k = 1; f->wrong == 2 && k < f->words; k++)
			d[k] ^= 1ULL << rnd_below(&f->r, 64);
	}
}

long run_descs(struct world *w, const struct op *op, const uint64_t *a)
{
	unsigned int file = (unsigned int)(a[0] % NR_FILES);
	struct fill f = {
		.d = desc_format(w->format[file]), .tx = a[1] & 1, .count = (unsigned int)a[2] % 64,
		.wrong = (unsigned int)a[3] % 3, .r = { a[4] }, .pool = w->attached[a[5] % NR_POOLS],
	};

	if (!f.d)
		return -ENODATA;
	f.ring = map_addr(file * NR_AREAS + f.tx);
	f.words = f.tx ? f.d->tx_words : f.d->rx_words;
	f.entries = f.tx ? w->setup[file].tx_entries : w->setup[file].rx_entries;
	if (!f.entries || f.entries > NDRV_MAX_RING_ENTRIES)
		return -ENODATA;
	return guarded(do_fill, &f);
}

struct store { volatile uint32_t *at; uint32_t value; };

static void do_store(void *arg)
{
	struct store *s = arg;

	*s->at = s->value;
}

/* A store to the own tail; to other registers of the page (@a[3]) only where it holds tails and no more. */
long run_tail(struct world *w, const struct op *op, const uint64_t *a)
{
	unsigned int file = (unsigned int)(a[0] % NR_FILES);
	const struct ndrv_queue_setup *qs = &w->setup[file];
	const struct desc_format *d = desc_format(w->format[file]);
	uint32_t off = a[1] & 1 ? qs->out_tx_tail_off : qs->out_rx_tail_off;
	struct store s = { .value = (uint32_t)a[2] };

	if (a[3] && d && !d->ring_registers)
		off = (uint32_t)a[3];
	s.at = (volatile uint32_t *)((uint8_t *)map_addr(file * NR_AREAS + 2 + (a[1] & 1)) + off % PAGE / 4 * 4);
	return guarded(do_store, &s);
}

/* ---- pools ----------------------------------------------------------------------------------------- */

long run_pool_close(struct world *w, const struct op *op, const uint64_t *a)
{
	return close(atomic_exchange(&w->pool[a[0] % NR_POOLS], -1)) ? -errno : 0;
}

/* Memory of another exporter. */
long run_udmabuf(struct world *w, const struct op *op, const uint64_t *a)
{
	struct udmabuf_create uc = { .memfd = (uint32_t)w->memfd, .flags = UDMABUF_FLAGS_CLOEXEC,
				     .size = a[1] % 512 * PAGE };
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd;

	if (dev < 0)
		return -errno;
	fd = ioctl(dev, UDMABUF_CREATE, &uc);
	fd = fd < 0 ? -errno : fd;
	close(dev);
	if (fd >= 0)
		close_fd(atomic_exchange(&w->pool[a[0] % NR_POOLS], fd));
	return fd;
}
