/* SPDX-License-Identifier: MIT */
/*
 * The control path: opens the device, maps its memory, starts and stops the hardware. Everything that
 * asks the kernel is here or in pool.c; nothing here is called per packet, kernel doorbells excepted.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define DEFAULT_ENTRIES		512u
#define DEFAULT_RX_BUF_BYTES	2048u
#define LINK_POLL_MS		20u
#define EVENTS_AT_ONCE		1024u		/* more than the kernel keeps */

static const struct {
	off_t offset;
	int prot;
} map_areas[NR_MAPS] = {
	[MAP_RX_RING] = { NDRV_MMAP_RX_RING, PROT_READ | PROT_WRITE },
	[MAP_TX_RING] = { NDRV_MMAP_TX_RING, PROT_READ | PROT_WRITE },
	[MAP_RX_DOORBELL] = { NDRV_MMAP_RX_DOORBELL, PROT_READ | PROT_WRITE },
	[MAP_TX_DOORBELL] = { NDRV_MMAP_TX_DOORBELL, PROT_READ | PROT_WRITE },
	[MAP_STATUS] = { NDRV_MMAP_STATUS, PROT_READ },
	[MAP_COUNTERS] = { NDRV_MMAP_COUNTERS, PROT_READ | PROT_WRITE },
};

static int ioctl_doorbell(struct ndrv_queue *q, uint32_t flags, uint32_t rx_tail, uint32_t tx_tail)
{
	struct ndrv_doorbell arg = {
		.size = sizeof(arg),
		.flags = flags,
		.rx_tail = rx_tail,
		.tx_tail = tx_tail,
	};
	int ret = ndrv_ioctl(q->fd, NDRV_DOORBELL, &arg);

	return ret == -EPIPE ? -ESTALE : ret;
}

/* A side without a tail register of its own: told by the kernel, or later. */
int ndrv_kernel_doorbell(struct ndrv_queue *q, uint32_t flag, uint32_t tail)
{
	if (q->defer) {
		q->untold |= flag;
		return 0;
	}
	return flag == NDRV_DOORBELL_F_RX ? ioctl_doorbell(q, flag, tail, 0) :
					    ioctl_doorbell(q, flag, 0, tail);
}

uint32_t ndrv_queue_tails(struct ndrv_queue *q, struct ndrv_uring *cmd)
{
	memset(cmd, 0, sizeof(*cmd));
	cmd->flags = q->untold;
	if (q->untold & NDRV_DOORBELL_F_RX)
		cmd->rx_tail = q->rx.fill & q->rx.mask;
	if (q->untold & NDRV_DOORBELL_F_TX)
		cmd->tx_tail = q->tx.next & q->tx.mask;
	q->untold = 0;
	return cmd->flags;
}

int ndrv_queue_doorbell(struct ndrv_queue *q)
{
	struct ndrv_uring cmd;

	if (!ndrv_queue_tails(q, &cmd))
		return 0;
	if (!q->rx_register && !q->tx_register)
		return ioctl_doorbell(q, cmd.flags, cmd.rx_tail, cmd.tx_tail);
	ndrv_publish();			/* (A) of barrier.h, once for both sides */
	if (cmd.flags & NDRV_DOORBELL_F_RX)
		ndrv_doorbell_write(q->rx_register, cmd.rx_tail);
	if (cmd.flags & NDRV_DOORBELL_F_TX)
		ndrv_doorbell_write(q->tx_register, cmd.tx_tail);
	return 0;
}

static int map_area(struct ndrv_queue *q, unsigned int area, size_t bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *map;

	bytes = (bytes + page - 1) & ~(page - 1);
	map = mmap(NULL, bytes, map_areas[area].prot, MAP_SHARED, q->fd, map_areas[area].offset);
	if (map == MAP_FAILED)
		return -errno;
	q->maps[area] = map;
	q->map_bytes[area] = bytes;
	return 0;
}

static void unmap_areas(struct ndrv_queue *q)
{
	unsigned int i;

	for (i = 0; i < NR_MAPS; i++)
		if (q->maps[i])
			munmap(q->maps[i], q->map_bytes[i]);
}

static int map_areas_of(struct ndrv_queue *q, const struct ndrv_queue_setup *setup)
{
	bool doorbells = !(setup->flags & NDRV_QUEUE_F_KERNEL_DOORBELL);
	int ret = map_area(q, MAP_STATUS, 1);

	if (!ret) {
		ret = map_area(q, MAP_COUNTERS, 1);
		/* A module without that page: nobody watches us, and nothing depends on it. */
		if (ret == -ENXIO)
			ret = 0;
	}
	if (!ret && setup->rx_entries)
		ret = map_area(q, MAP_RX_RING, setup->out_rx_ring_bytes);
	if (!ret && setup->tx_entries)
		ret = map_area(q, MAP_TX_RING, setup->out_tx_ring_bytes);
	if (!ret && setup->rx_entries && doorbells)
		ret = map_area(q, MAP_RX_DOORBELL, 1);
	if (!ret && setup->tx_entries && doorbells)
		ret = map_area(q, MAP_TX_DOORBELL, 1);
	return ret;
}

static volatile uint32_t *tail_at(void *page, uint32_t off)
{
	return page ? (volatile uint32_t *)((uint8_t *)page + off) : NULL;
}

static const struct desc_ops *ops_of(const struct ndrv_info *info)
{
	const struct desc_ops *ops = ndrv_simd_best(info->out_desc_format);

	if (!ops || ops->rx_desc_bytes != info->out_rx_desc_size ||
	    ops->tx_desc_bytes != info->out_tx_desc_size)
		return NULL;
	return ops;
}

/* The pair of this file, as @setup says it is, becomes memory and rings of this process. */
int ndrv_queue_map(struct ndrv_queue *q, const struct ndrv_queue_setup *setup,
		   const struct ndrv_info *info, bool defer)
{
	const struct desc_ops *ops = ops_of(info);
	struct ndrv_rings rings;
	int ret;

	if (!ops)
		return -EPROTONOSUPPORT;
	ret = map_areas_of(q, setup);
	if (ret)
		return ret;
	q->number = setup->out_queue;
	if (q->maps[MAP_COUNTERS])
		q->counters = q->maps[MAP_COUNTERS];
	q->defer = defer;
	q->rx_register = tail_at(q->maps[MAP_RX_DOORBELL], setup->out_rx_tail_off);
	q->tx_register = tail_at(q->maps[MAP_TX_DOORBELL], setup->out_tx_tail_off);
	rings = (struct ndrv_rings){
		.rx_ring = q->maps[MAP_RX_RING],
		.tx_ring = q->maps[MAP_TX_RING],
		.rx_tail = defer ? NULL : q->rx_register,
		.tx_tail = defer ? NULL : q->tx_register,
		.rx_entries = setup->rx_entries,
		.tx_entries = setup->tx_entries,
		.rx_buf_bytes = setup->rx_buf_bytes,
		.features = info->out_features,
		.status = q->maps[MAP_STATUS],
	};
	return ndrv_rings_init(q, ops, &rings);
}

/*
 * Rings here are powers of two, so that a slot is found with a mask. 0: too large, which on the E810 is
 * everything above 4096 although the card's limit is 8160.
 */
static uint32_t round_entries(uint32_t entries, const struct ndrv_info *info)
{
	uint32_t n = info->out_ring_align;

	if (!entries)
		entries = DEFAULT_ENTRIES;
	if (entries < info->out_ring_min)
		entries = info->out_ring_min;
	if (entries > info->out_ring_max)
		return 0;
	/* out_ring_align is one itself in every family; if not, the kernel refuses what we make of it. */
	while (n < entries)
		n *= 2;
	return n <= info->out_ring_max ? n : 0;
}

static int make_setup(struct ndrv_queue_setup *setup, const struct ndrv_queue_opts *opts,
		      const struct ndrv_info *info)
{
	uint32_t buf_bytes = opts->rx_buf_bytes, align = info->out_rx_buf_align;

	memset(setup, 0, sizeof(*setup));
	setup->size = sizeof(*setup);
	setup->queue = opts->queue;
	if (opts->flags & NDRV_OPEN_F_KERNEL_DOORBELL)
		setup->flags |= NDRV_QUEUE_F_KERNEL_DOORBELL;
	if (opts->flags & NDRV_OPEN_F_VLAN_STRIP)
		setup->flags |= NDRV_QUEUE_F_VLAN_STRIP;

	if (!(opts->flags & NDRV_OPEN_F_NO_TX)) {
		setup->tx_entries = round_entries(opts->tx_entries, info);
		if (!setup->tx_entries)
			return -ERANGE;
	}
	if (opts->flags & NDRV_OPEN_F_NO_RX)
		return 0;
	setup->rx_entries = round_entries(opts->rx_entries, info);
	if (!setup->rx_entries)
		return -ERANGE;
	if (!buf_bytes && align) {
		buf_bytes = (DEFAULT_RX_BUF_BYTES + align - 1) / align * align;
		if (buf_bytes > info->out_rx_buf_max)
			buf_bytes = info->out_rx_buf_max;
	}
	setup->rx_buf_bytes = buf_bytes;
	return 0;
}

static int setup_queue(struct ndrv_queue *q, const struct ndrv_queue_opts *opts,
		       const struct ndrv_info *info)
{
	struct ndrv_queue_setup setup;
	uint32_t rx_mode = 0;
	int ret;

	if (!ops_of(info))
		return -EPROTONOSUPPORT;
	ret = make_setup(&setup, opts, info);
	if (ret)
		return ret;
	ret = ndrv_ioctl(q->fd, NDRV_QUEUE_SETUP, &setup);
	if (ret)
		return ret;

	if (opts->flags & NDRV_OPEN_F_PROMISC)
		rx_mode |= NDRV_RX_MODE_PROMISC;
	if (opts->flags & NDRV_OPEN_F_ALLMULTI)
		rx_mode |= NDRV_RX_MODE_ALLMULTI;
	if (rx_mode || opts->max_frame_bytes) {
		ret = ndrv_queue_rx_mode(q, rx_mode, opts->max_frame_bytes);
		if (ret)
			return ret;
	}
	return ndrv_queue_map(q, &setup, info, opts->flags & NDRV_OPEN_F_DEFER_DOORBELL);
}

/* What ndrv_queue_open() and ndrv_queue_import() have in common. Takes @fd over when it succeeds. */
int ndrv_queue_new(struct ndrv_queue **qp, int fd, struct ndrv_info *info)
{
	struct ndrv_queue *q = calloc(1, sizeof(*q));
	int ret;

	if (!q)
		return -ENOMEM;
	q->fd = fd;
	q->counters = &q->own_counters;
	ret = ndrv_queue_info(q, info);
	if (!ret && info->out_abi != NDRV_ABI_VERSION)
		ret = -EPROTONOSUPPORT;
	if (ret) {
		free(q);
		return ret;
	}
	q->features = info->out_features;
	*qp = q;
	return 0;
}

int ndrv_queue_open(struct ndrv_queue **qp, const char *name, const struct ndrv_queue_opts *opts)
{
	static const struct ndrv_queue_opts defaults = { .size = sizeof(defaults) };
	const uint32_t no_sides = NDRV_OPEN_F_NO_RX | NDRV_OPEN_F_NO_TX;
	char path[PATH_MAX];
	struct ndrv_info info;
	struct ndrv_queue *q;
	int ret, fd;

	if (!opts)
		opts = &defaults;
	if (opts->size != sizeof(*opts) || opts->reserved || opts->flags >> 8 ||
	    (opts->flags & no_sides) == no_sides)
		return -EINVAL;
	ret = ndrv_device_path(name, path, sizeof(path));
	if (ret)
		return ret;

	/* Only reading events could block, and ndrv_queue_event() never does. */
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		ret = -errno;
		/* What a device file whose driver is gone says. */
		return ret == -ENXIO ? -ENODEV : ret;
	}

	ret = ndrv_queue_new(&q, fd, &info);
	if (ret) {
		close(fd);
		return ret;
	}
	if (!(opts->flags & NDRV_OPEN_F_NO_QUEUE))
		ret = setup_queue(q, opts, &info);
	if (ret) {
		ndrv_queue_close(q);
		return ret;
	}
	*qp = q;
	return 0;
}

/* The end of @q, but for its file, which is closed or not. The hardware must have stopped if not. */
void ndrv_queue_free(struct ndrv_queue *q, bool close_file)
{
	struct ndrv_pool_detach detach = { .size = sizeof(detach) };

	if (q->pool) {
		detach.pool = q->pool_id;
		(void)ndrv_ioctl(q->fd, NDRV_POOL_DETACH, &detach);
	}
	unmap_areas(q);
	if (close_file)
		close(q->fd);
	/* From here on the hardware does nothing for us, even if stopping above had failed. */
	ndrv_rings_stop(q);
	ndrv_view_exit(q);
	ndrv_rings_exit(q);
	free(q);
}

void ndrv_queue_close(struct ndrv_queue *q)
{
	if (!q)
		return;
	/* Closing the file stops and detaches as well; this and what follows only do it in an orderly way. */
	(void)ndrv_queue_stop(q);
	ndrv_queue_free(q, true);
}

/* Asks how many addresses the pool has on this device, then for the addresses. */
static int attach_pool(struct ndrv_queue *q, struct ndrv_pool_attach *arg, uint64_t **iovas)
{
	uint32_t n = 1;
	int ret;

	for (;;) {
		*iovas = calloc(n, sizeof(**iovas));
		if (!*iovas)
			return -ENOMEM;
		arg->nr_iovas = n;
		arg->iovas_ptr = (uintptr_t)*iovas;
		ret = ndrv_ioctl(q->fd, NDRV_POOL_ATTACH, arg);
		if (!ret)
			return 0;
		free(*iovas);
		*iovas = NULL;
		if (ret != -ENOSPC || arg->nr_iovas <= n)
			return ret;
		n = arg->nr_iovas;
	}
}

int ndrv_pool_attach(struct ndrv_queue *q, struct ndrv_pool *pool)
{
	struct ndrv_pool_attach arg = { .size = sizeof(arg), .fd = pool->fd };
	struct ndrv_pool_detach detach = { .size = sizeof(detach) };
	uint64_t *iovas;
	int ret;

	if (q->generation)
		return -EBUSY;
	if (q->pool)
		return -EEXIST;
	ret = attach_pool(q, &arg, &iovas);
	if (ret)
		return ret;
	ret = ndrv_view_init(q, pool, iovas, arg.nr_iovas, arg.out_piece_shift);
	free(iovas);
	if (ret) {
		detach.pool = arg.out_pool;
		(void)ndrv_ioctl(q->fd, NDRV_POOL_DETACH, &detach);
		return ret;
	}
	q->pool_id = arg.out_pool;
	return 0;
}

int ndrv_queue_start(struct ndrv_queue *q)
{
	struct ndrv_queue_start arg = { .size = sizeof(arg) };
	int ret;

	if (!q->status)
		return -ENXIO;
	if (!q->pool)
		return -ENOBUFS;
	ret = ndrv_queue_check(q);
	if (!ret)
		return -EBUSY;
	if (ret == -ENODEV)
		return ret;
	/* Revoked: the kernel has stopped it, the buffers in the rings are ours. */
	ndrv_rings_stop(q);

	ret = ndrv_ioctl(q->fd, NDRV_QUEUE_START, &arg);
	if (ret)
		return ret;
	ret = ndrv_rings_start(q, arg.out_generation);
	if (!ret)
		ret = ndrv_queue_doorbell(q);
	if (ret) {
		struct ndrv_queue_stop stop = { .size = sizeof(stop) };

		(void)ndrv_ioctl(q->fd, NDRV_QUEUE_STOP, &stop);
		ndrv_rings_stop(q);
	}
	return ret;
}

int ndrv_queue_stop(struct ndrv_queue *q)
{
	struct ndrv_queue_stop arg = { .size = sizeof(arg) };
	int ret;

	if (!q->status)
		return -ENXIO;
	if (!q->generation)
		return 0;
	ret = ndrv_ioctl(q->fd, NDRV_QUEUE_STOP, &arg);
	/* ETIMEDOUT: stopped by a reset. ENODEV: no device. In each case no DMA any more. */
	if (!ret || ret == -ETIMEDOUT || ret == -ENODEV)
		ndrv_rings_stop(q);
	return ret;
}

int ndrv_tx_flush(struct ndrv_queue *q, uint64_t timeout_us)
{
	struct timespec now;
	uint64_t us, end = 0;
	int ret;

	ret = ndrv_queue_doorbell(q);
	if (ret)
		return ret;
	for (;;) {
		ret = ndrv_tx_reclaim(q);
		if (ret <= 0)
			return ret;
		clock_gettime(CLOCK_MONOTONIC, &now);
		us = now.tv_sec * 1000000ull + now.tv_nsec / 1000;
		if (!end)
			end = us + timeout_us;
		else if (us >= end)
			return -ETIMEDOUT;
	}
}

int ndrv_queue_wait_link(struct ndrv_queue *q, unsigned int timeout_ms)
{
	const struct timespec nap = { .tv_nsec = LINK_POLL_MS * 1000000l };
	unsigned int waited_ms = 0;
	struct ndrv_link link;
	int ret;

	for (;;) {
		ret = ndrv_queue_link(q, &link);
		if (ret)
			return ret;
		if (link.out_up)
			return 0;
		if (waited_ms >= timeout_ms)
			return -ETIMEDOUT;
		if (nanosleep(&nap, NULL))
			return -errno;
		waited_ms += LINK_POLL_MS;
	}
}

int ndrv_queue_rx_mode(struct ndrv_queue *q, uint32_t flags, uint32_t max_frame_bytes)
{
	struct ndrv_rx_mode arg = {
		.size = sizeof(arg),
		.flags = flags,
		.max_frame_bytes = max_frame_bytes,
	};

	return ndrv_ioctl(q->fd, NDRV_RX_MODE, &arg);
}

int ndrv_queue_info(struct ndrv_queue *q, struct ndrv_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return ndrv_ioctl(q->fd, NDRV_INFO, info);
}

int ndrv_queue_stats(struct ndrv_queue *q, struct ndrv_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	return ndrv_ioctl(q->fd, NDRV_STATS, stats);
}

int ndrv_queue_link(struct ndrv_queue *q, struct ndrv_link *link)
{
	memset(link, 0, sizeof(*link));
	link->size = sizeof(*link);
	return ndrv_ioctl(q->fd, NDRV_LINK, link);
}

int ndrv_queue_get(struct ndrv_queue *q, struct ndrv_queue_get *get)
{
	memset(get, 0, sizeof(*get));
	get->size = sizeof(*get);
	return ndrv_ioctl(q->fd, NDRV_QUEUE_GET, get);
}

int ndrv_filter_add(struct ndrv_queue *q, struct ndrv_filter_add *filter)
{
	filter->size = sizeof(*filter);
	return ndrv_ioctl(q->fd, NDRV_FILTER_ADD, filter);
}

int ndrv_filter_del(struct ndrv_queue *q, uint32_t filter)
{
	struct ndrv_filter_del arg = { .size = sizeof(arg), .filter = filter };

	return ndrv_ioctl(q->fd, NDRV_FILTER_DEL, &arg);
}

int ndrv_queue_event(struct ndrv_queue *q, struct ndrv_event *events, unsigned int n)
{
	ssize_t got;

	if (!n)
		return -EINVAL;
	if (n > EVENTS_AT_ONCE)
		n = EVENTS_AT_ONCE;
	do
		got = read(q->fd, events, n * sizeof(*events));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	return got ? got / (ssize_t)sizeof(*events) : -ENODEV;
}

int ndrv_queue_fd(const struct ndrv_queue *q)
{
	return q->fd;
}

uint32_t ndrv_queue_number(const struct ndrv_queue *q)
{
	return q->number;
}

uint32_t ndrv_queue_rx_entries(const struct ndrv_queue *q)
{
	return q->rx.mask ? q->rx.mask + 1 : 0;
}

uint32_t ndrv_queue_tx_entries(const struct ndrv_queue *q)
{
	return q->tx.mask ? q->tx.mask + 1 : 0;
}

uint32_t ndrv_queue_rx_buf_bytes(const struct ndrv_queue *q)
{
	return q->rx_buf_bytes;
}

uint32_t ndrv_queue_features(const struct ndrv_queue *q)
{
	return q->features;
}

struct ndrv_pool *ndrv_queue_pool(const struct ndrv_queue *q)
{
	return q->pool;
}
