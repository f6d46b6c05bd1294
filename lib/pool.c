/* SPDX-License-Identifier: MIT */
/*
 * Packet pools and the caches in front of them: which buffers belong to nobody. Knows neither rings nor
 * device addresses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#define BUF_BYTES_MIN		256u
#define BUF_BYTES_MAX		65536u
#define BUF_BYTES_DEFAULT	2048u
#define POOL_ALIGN_BYTES	4096ull		/* NDRV_POOL_CREATE wants multiples */
#define POOL_CHUNK_BYTES	(2ull << 20)	/* and allocates in these */
#define DEFAULT_QUEUES		3u

/* A pool over [base, base + len_bytes); buf_bytes is a power of two. Takes @fd and the mapping over. */
int ndrv_pool_init(struct ndrv_pool **poolp, void *base, size_t len_bytes, uint32_t buf_bytes, int fd)
{
	uint64_t nr_bufs = len_bytes / buf_bytes;
	struct ndrv_pool *pool;
	uint32_t i;

	if (!nr_bufs || nr_bufs > UINT32_MAX)
		return -EINVAL;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	pool->free = malloc(nr_bufs * sizeof(*pool->free));
	if (!pool->free) {
		free(pool);
		return -ENOMEM;
	}
	pool->base = base;
	pool->len_bytes = len_bytes;
	pool->map = base;
	pool->map_bytes = len_bytes;
	pool->nr_bufs = nr_bufs;
	pool->buf_shift = __builtin_ctz(buf_bytes);
	pool->fd = fd;
	pthread_mutex_init(&pool->lock, NULL);
	/* Lowest address on top of the stack, so that a small load stays in a small piece of memory. */
	for (i = 0; i < nr_bufs; i++)
		pool->free[i] = pool->base + (size_t)(nr_bufs - 1 - i) * buf_bytes;
	pool->nr_free = nr_bufs;
	*poolp = pool;
	return 0;
}

bool ndrv_pool_buf_bytes_ok(uint32_t buf_bytes)
{
	return buf_bytes >= BUF_BYTES_MIN && buf_bytes <= BUF_BYTES_MAX && !(buf_bytes & (buf_bytes - 1));
}

int ndrv_pool_create(struct ndrv_pool **poolp, struct ndrv_queue *q, uint32_t nr_bufs,
		     uint32_t buf_bytes)
{
	struct ndrv_pool_create arg = { .size = sizeof(arg) };
	volatile const uint8_t *byte;
	uint64_t len, off;
	void *base;
	int ret;

	if (!buf_bytes)
		buf_bytes = BUF_BYTES_DEFAULT;
	if (!ndrv_pool_buf_bytes_ok(buf_bytes))
		return -EINVAL;
	if (!nr_bufs)
		nr_bufs = DEFAULT_QUEUES * (ndrv_queue_rx_entries(q) + ndrv_queue_tx_entries(q) +
					    CACHE_BUFS);

	len = (uint64_t)nr_bufs * buf_bytes;
	len = (len + POOL_ALIGN_BYTES - 1) & ~(POOL_ALIGN_BYTES - 1);
	if (len > POOL_CHUNK_BYTES)
		len = (len + POOL_CHUNK_BYTES - 1) & ~(POOL_CHUNK_BYTES - 1);
	if (len > SIZE_MAX / 2)
		return -ENOMEM;

	arg.len_bytes = len;
	ret = ndrv_ioctl(q->fd, NDRV_POOL_CREATE, &arg);
	if (ret < 0)
		return ret;
	base = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, arg.out_fd, 0);
	if (base == MAP_FAILED) {
		ret = -errno;
		goto err_close;
	}
	/* Take the page faults now and not with the first packets. */
	for (byte = base, off = 0; off < len; off += POOL_ALIGN_BYTES)
		(void)byte[off];

	ret = ndrv_pool_init(poolp, base, len, buf_bytes, arg.out_fd);
	if (ret)
		goto err_unmap;
	return 0;

err_unmap:
	munmap(base, len);
err_close:
	close(arg.out_fd);
	return ret;
}

int ndrv_pool_destroy(struct ndrv_pool *pool)
{
	if (!pool)
		return 0;
	if (__atomic_load_n(&pool->users, __ATOMIC_ACQUIRE))
		return -EBUSY;
	if (pool->fd >= 0) {
		munmap(pool->map, pool->map_bytes);
		close(pool->fd);
	}
	pthread_mutex_destroy(&pool->lock);
	free(pool->free);
	free(pool);
	return 0;
}

int ndrv_pool_fd(const struct ndrv_pool *pool)
{
	return pool->fd;
}

void *ndrv_pool_base(const struct ndrv_pool *pool)
{
	return pool->base;
}

size_t ndrv_pool_bytes(const struct ndrv_pool *pool)
{
	return pool->len_bytes;
}

uint32_t ndrv_pool_nr_bufs(const struct ndrv_pool *pool)
{
	return pool->nr_bufs;
}

uint32_t ndrv_pool_nr_free(const struct ndrv_pool *pool)
{
	return __atomic_load_n(&pool->nr_free, __ATOMIC_RELAXED);
}

/* nr_free is read without the lock by ndrv_pool_nr_free(), hence the atomic stores. */
static void set_nr_free(struct ndrv_pool *pool, uint32_t n)
{
	__atomic_store_n(&pool->nr_free, n, __ATOMIC_RELAXED);
}

unsigned int ndrv_pool_take(struct ndrv_pool *pool, uint8_t **bufs, unsigned int n)
{
	pthread_mutex_lock(&pool->lock);
	if (n > pool->nr_free)
		n = pool->nr_free;
	set_nr_free(pool, pool->nr_free - n);
	memcpy(bufs, pool->free + pool->nr_free, n * sizeof(*bufs));
	pthread_mutex_unlock(&pool->lock);
	return n;
}

void ndrv_pool_give(struct ndrv_pool *pool, uint8_t *const *bufs, unsigned int n)
{
	pthread_mutex_lock(&pool->lock);
	/* More buffers than exist: one was given back twice. Writing past the stack would be worse. */
	if (n > pool->nr_bufs - pool->nr_free)
		n = pool->nr_bufs - pool->nr_free;
	memcpy(pool->free + pool->nr_free, bufs, n * sizeof(*bufs));
	set_nr_free(pool, pool->nr_free + n);
	pthread_mutex_unlock(&pool->lock);
}

void ndrv_cache_fill(struct ndrv_queue *q)
{
	struct cache *c = &q->cache;

	if (q->pool && c->n <= CACHE_BUFS - CACHE_CHUNK)
		c->n += ndrv_pool_take(q->pool, c->bufs + c->n, CACHE_CHUNK);
}

/* Give the oldest, coldest half back. */
void ndrv_cache_spill(struct ndrv_queue *q)
{
	struct cache *c = &q->cache;

	ndrv_pool_give(q->pool, c->bufs, CACHE_CHUNK);
	c->n -= CACHE_CHUNK;
	memmove(c->bufs, c->bufs + CACHE_CHUNK, c->n * sizeof(*c->bufs));
}

void ndrv_cache_empty(struct ndrv_queue *q)
{
	if (q->cache.n)
		ndrv_pool_give(q->pool, q->cache.bufs, q->cache.n);
	q->cache.n = 0;
}

unsigned int ndrv_pool_get(struct ndrv_pool *pool, struct ndrv_pkt *pkts, unsigned int n)
{
	uint8_t *bufs[CACHE_CHUNK];
	unsigned int done = 0, part, i;

	while (done < n) {
		part = n - done < CACHE_CHUNK ? n - done : CACHE_CHUNK;
		part = ndrv_pool_take(pool, bufs, part);
		if (!part)
			break;
		for (i = 0; i < part; i++)
			pkts[done + i] = (struct ndrv_pkt){
				.data = bufs[i],
			};
		done += part;
	}
	return done;
}

/* The buffer that the handle points into. */
static uint8_t *buf_of(const struct ndrv_pool *pool, const struct ndrv_pkt *pkt)
{
	uintptr_t off = (uintptr_t)pkt->data - (uintptr_t)pool->base;

	return (uint8_t *)pkt->data - (off & (((uintptr_t)1 << pool->buf_shift) - 1));
}

void ndrv_pool_put(struct ndrv_pool *pool, const struct ndrv_pkt *pkts, unsigned int n)
{
	uint8_t *bufs[CACHE_CHUNK];
	unsigned int i, k = 0;

	for (i = 0; i < n; i++) {
		bufs[k++] = buf_of(pool, &pkts[i]);
		if (k == CACHE_CHUNK) {
			ndrv_pool_give(pool, bufs, k);
			k = 0;
		}
	}
	if (k)
		ndrv_pool_give(pool, bufs, k);
}

/* From the top of the cache, where there are so many. */
static inline void cache_pop(struct ndrv_queue *q, struct ndrv_pkt *pkts, unsigned int n)
{
	const uint32_t headroom = q->view.headroom_bytes;
	uint8_t *const *top = q->cache.bufs + q->cache.n;
	const struct ndrv_pkt *end = pkts + n;

	q->cache.n -= n;
	for (; pkts != end; pkts++)
		*pkts = (struct ndrv_pkt){
			.data = *--top + headroom,
		};
}

static inline void cache_push(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n)
{
	const uintptr_t base = (uintptr_t)q->view.base, in_buf = q->view.buf_bytes - 1;
	uint8_t **top = q->cache.bufs + q->cache.n;
	const struct ndrv_pkt *end = pkts + n;

	q->cache.n += n;
	for (; pkts != end; pkts++)
		*top++ = (uint8_t *)pkts->data - (((uintptr_t)pkts->data - base) & in_buf);
}

/* The common case of both calls has no function to call, so nothing to save for it. */
static __attribute__((noinline)) unsigned int alloc_by_parts(struct ndrv_queue *q, struct ndrv_pkt *pkts,
							     unsigned int n)
{
	unsigned int done = 0, part;

	for (; done < n; done += part) {
		part = cache_have(q, 1);
		if (!part)
			break;
		part = n - done < part ? n - done : part;
		cache_pop(q, pkts + done, part);
	}
	return done;
}

unsigned int ndrv_pkt_alloc(struct ndrv_queue *q, struct ndrv_pkt *pkts, unsigned int n)
{
	if (unlikely(n > q->cache.n))
		return alloc_by_parts(q, pkts, n);
	cache_pop(q, pkts, n);
	return n;
}

static __attribute__((noinline)) void free_by_parts(struct ndrv_queue *q, const struct ndrv_pkt *pkts,
						    unsigned int n)
{
	while (n) {
		unsigned int part;

		cache_make_room(q, 1);
		part = CACHE_BUFS - q->cache.n;
		part = n < part ? n : part;
		cache_push(q, pkts, part);
		pkts += part;
		n -= part;
	}
}

void ndrv_pkt_free(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n)
{
	if (unlikely(n > CACHE_BUFS - q->cache.n))
		free_by_parts(q, pkts, n);
	else
		cache_push(q, pkts, n);
}
