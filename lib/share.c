/* SPDX-License-Identifier: MIT */
/*
 * Queues and pools that go from process to process: who lets go of what, and who finds out what it got.
 * Passing descriptors and numbers on is the program's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

int ndrv_queue_export(struct ndrv_queue *q)
{
	int fd = q->fd, ret = q->status ? ndrv_queue_stop(q) : 0;

	if (ret == -ENODEV) {
		ndrv_queue_free(q, true);
		return ret;
	}
	/* After a timeout the kernel has stopped it by a reset. Otherwise the card still has our buffers. */
	if (ret && ret != -ETIMEDOUT)
		return ret;
	ndrv_queue_free(q, false);
	return fd;
}

/* Whatever the former holder did with the pair, it is over: nothing runs, no pool is attached. */
static int take_over(struct ndrv_queue *q, uint32_t state)
{
	struct ndrv_pool_detach detach = { .size = sizeof(detach), .pool = NDRV_POOL_ALL };
	struct ndrv_queue_stop stop = { .size = sizeof(stop) };
	int ret = 0;

	if (state != NDRV_STATE_IDLE)
		ret = ndrv_ioctl(q->fd, NDRV_QUEUE_STOP, &stop);
	if (ret && ret != -ETIMEDOUT)
		return ret;
	return ndrv_ioctl(q->fd, NDRV_POOL_DETACH, &detach);
}

static int import_pair(struct ndrv_queue *q, const struct ndrv_queue_get *get,
		       const struct ndrv_info *info, uint32_t flags)
{
	const struct ndrv_queue_setup setup = {
		.flags = get->out_flags,
		.rx_entries = get->out_rx_entries,
		.tx_entries = get->out_tx_entries,
		.rx_buf_bytes = get->out_rx_buf_bytes,
		.out_queue = get->out_queue,
		.out_rx_ring_bytes = get->out_rx_ring_bytes,
		.out_tx_ring_bytes = get->out_tx_ring_bytes,
		.out_rx_tail_off = get->out_rx_tail_off,
		.out_tx_tail_off = get->out_tx_tail_off,
	};

	return ndrv_queue_map(q, &setup, info, flags & NDRV_OPEN_F_DEFER_DOORBELL);
}

int ndrv_queue_import(struct ndrv_queue **qp, int fd, uint32_t flags)
{
	struct ndrv_queue_get get;
	struct ndrv_info info;
	struct ndrv_queue *q;
	int ret, mode;

	if (flags & ~NDRV_OPEN_F_DEFER_DOORBELL)
		return -EINVAL;
	mode = fcntl(fd, F_GETFL);
	if (mode < 0)
		return -errno;
	ret = ndrv_queue_new(&q, fd, &info);
	if (ret)
		return ret;
	/* As ndrv_queue_open() does; after ndrv_queue_new(), which found out that the file is one of ours. */
	if (fcntl(fd, F_SETFL, mode | O_NONBLOCK)) {
		ret = -errno;
		goto err_free;
	}
	ret = ndrv_queue_get(q, &get);
	if (!ret)
		ret = take_over(q, get.out_state);
	if (!ret && get.out_state != NDRV_STATE_IDLE)
		ret = import_pair(q, &get, &info, flags);
	if (ret)
		goto err_free;
	*qp = q;
	return 0;

err_free:
	ndrv_queue_free(q, false);
	return ret;
}

static int by_address(const void *a, const void *b)
{
	const uint8_t *x = *(uint8_t *const *)a, *y = *(uint8_t *const *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Highest address first, as in ndrv_pool_init(): the @nr_bufs highest buffers are free if they lead. */
static bool top_is_free(struct ndrv_pool *pool, uint32_t nr_bufs)
{
	if (pool->nr_free < nr_bufs)
		return false;
	qsort(pool->free, pool->nr_free, sizeof(*pool->free), by_address);
	return pool->free[nr_bufs - 1] ==
	       pool->base + ((size_t)(pool->nr_bufs - nr_bufs) << pool->buf_shift);
}

int ndrv_pool_split(struct ndrv_pool *pool, uint32_t nr_bufs, uint32_t *firstp)
{
	int ret = 0;

	pthread_mutex_lock(&pool->lock);
	if (!nr_bufs || nr_bufs >= pool->nr_bufs) {
		ret = -EINVAL;
	} else if (__atomic_load_n(&pool->users, __ATOMIC_ACQUIRE) || !top_is_free(pool, nr_bufs)) {
		ret = -EBUSY;
	} else {
		pool->nr_bufs -= nr_bufs;
		pool->len_bytes = (size_t)pool->nr_bufs << pool->buf_shift;
		memmove(pool->free, pool->free + nr_bufs,
			(pool->nr_free - nr_bufs) * sizeof(*pool->free));
		__atomic_store_n(&pool->nr_free, pool->nr_free - nr_bufs, __ATOMIC_RELAXED);
		*firstp = ((pool->base - pool->map) >> pool->buf_shift) + pool->nr_bufs;
	}
	pthread_mutex_unlock(&pool->lock);
	return ret;
}

int ndrv_pool_import(struct ndrv_pool **poolp, int fd, uint32_t buf_bytes, uint32_t first,
		     uint32_t nr_bufs)
{
	uint64_t all, off = (uint64_t)first * buf_bytes;
	struct ndrv_pool *pool;
	off_t len;
	void *map;
	int ret;

	if (!ndrv_pool_buf_bytes_ok(buf_bytes))
		return -EINVAL;
	len = lseek(fd, 0, SEEK_END);
	if (len < 0)
		return errno == EBADF ? -EBADF : -EINVAL;
	all = len / buf_bytes;
	if (first >= all || nr_bufs > all - first)
		return -ERANGE;
	if (!nr_bufs)
		nr_bufs = all - first;
	if ((uint64_t)len > SIZE_MAX / 2)
		return -ENOMEM;

	map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	ret = ndrv_pool_init(&pool, (uint8_t *)map + off, (size_t)nr_bufs * buf_bytes, buf_bytes, fd);
	if (ret) {
		munmap(map, len);
		return ret;
	}
	pool->map = map;
	pool->map_bytes = len;
	*poolp = pool;
	return 0;
}
