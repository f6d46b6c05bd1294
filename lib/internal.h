/* SPDX-License-Identifier: MIT */
/*
 * What the files of libndrv share; never installed. The data path sees rings, buffer numbers and
 * addresses only: a queue can be built on plain memory (struct ndrv_rings), which is what the host
 * tests do.
 */
#ifndef NDRV_INTERNAL_H
#define NDRV_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/ndrv.h>

#include <ndrv.h>
#include <ndrv/barrier.h>

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

/* Buffers move between a queue and the pool's lock in halves of its cache. */
#define CACHE_BUFS	512u
#define CACHE_CHUNK	(CACHE_BUFS / 2)

/* A status report is asked for at least every so many transmitted descriptors. */
#define TX_RS_BATCH	32u

/*
 * A pool: buffers of one size. A buffer is named by its first byte, a multiple of the size from @base on.
 * @lock protects @nr_free and @free, the stack of buffers that are in no cache, ring or hand. @users
 * counts attached queues, atomically. The pool may be a part of its dma-buf: [map, map + map_bytes) is
 * all of that, [base, base + len_bytes) ours.
 */
struct ndrv_pool {
	uint8_t *base;
	size_t len_bytes;
	uint8_t *map;
	size_t map_bytes;
	uint32_t nr_bufs;
	uint32_t buf_shift;
	uint32_t users;
	int fd;				/* -1: plain memory that somebody else owns */
	pthread_mutex_t lock;
	uint32_t nr_free;
	uint8_t **free;
};

/* Buffers of one queue's thread, last in first out: the next one used is the warmest in the cache. */
struct cache {
	uint32_t n;
	uint8_t *bufs[CACHE_BUFS];
};

/*
 * One side of a pair. @next and @fill or @clean are free-running; slot = number & mask.
 *
 *   receive:  [next, fill) is with the card; fill - next <= limit = entries - 1
 *   transmit: [clean, next) is with the card; next - clean <= limit = entries - 1
 *
 * One slot stays free because head == tail means "empty" to the card (82599 data sheet, 7.1.9 and
 * 7.2.3.3). @limit is 0 while the queue does not run, so that the hot path needs no other test.
 *
 * A card that counts its receive tail in steps (ops->rx_tail_step) does not see what was posted behind
 * the last whole step. So @fill is a multiple of the step: what would be beyond it stays in the pool.
 * Only ndrv_rx_release(), which has no pool to leave it in, posts descriptors one by one; the card then
 * has up to a step less than [next, fill), until the next release or refill.
 */
struct rx_side {
	volatile void *ring;
	uint8_t **bufs;			/* buffer of each slot */
	volatile uint32_t *tail;	/* NULL: through the kernel */
	uint32_t mask;
	uint32_t limit;
	uint32_t next;
	uint32_t fill;
};

struct tx_side {
	volatile void *ring;
	uint8_t **bufs;			/* NULL: raw, not the library's to give back */
	volatile uint32_t *tail;
	uint32_t mask;
	uint32_t limit;
	uint32_t next;
	uint32_t clean;
	uint32_t *rs;			/* numbers of the descriptors with RS that are not yet done */
	uint32_t rs_head, rs_tail;
	uint32_t rs_block;		/* descriptors awaited together, less one */
	uint32_t flags;			/* NDRV_PKT_F_TX_* that the card can do */
	/* The context descriptors that the card remembers, where it does; second word 0: none. */
	uint64_t ctx[2][2];
	uint32_t ctx_last;		/* which of them was used last */
};

/* The pool as the device of one queue sees it. */
struct pool_view {
	uint8_t *base;
	uint64_t len_bytes;
	uint32_t buf_shift;
	uint32_t buf_bytes;
	uint32_t headroom_bytes;
	uint64_t piece_off;		/* where @base is in the dma-buf; @iovas counts from its start */
	uint32_t piece_shift;
	uint64_t piece_mask;
	uint64_t *iovas;
	bool one_piece;			/* the normal case: every address is its own plus @iova_delta */
	uint64_t iova_delta;
};

/* What differs between descriptor formats. All calls are per burst, none is per packet. */
struct desc_ops {
	uint32_t rx_desc_bytes;
	uint32_t tx_desc_bytes;
	uint32_t rx_tail_step;		/* a power of two; see struct rx_side */
	int (*rx_burst)(struct ndrv_queue *q, struct ndrv_pkt *pkts, unsigned int n);
	int (*tx_burst)(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n);
	/* Put the buffers @bufs into the next @n free receive slots; the tail does not move. */
	void (*rx_post)(struct ndrv_queue *q, uint8_t *const *bufs, unsigned int n);
	/* How many of the next @n receive descriptors are written back. */
	unsigned int (*rx_ready)(struct ndrv_queue *q, unsigned int n);
	/* Take back what the card has sent, and whether there is something to take. */
	void (*tx_clean)(struct ndrv_queue *q);
	bool (*tx_ready)(const struct ndrv_queue *q);
};

/* The reference, and what does the same to several packets at a time, where the CPU can (simd.c). */
extern const struct desc_ops ndrv_desc_ixgbe, ndrv_desc_ice, ndrv_desc_igb;
#if defined(__x86_64__)
extern const struct desc_ops ndrv_desc_ixgbe_sse4, ndrv_desc_ice_sse4, ndrv_desc_igb_sse4;
extern const struct desc_ops ndrv_desc_ixgbe_avx2, ndrv_desc_ice_avx2, ndrv_desc_igb_avx2;
extern const struct desc_ops ndrv_desc_ixgbe_avx512, ndrv_desc_ice_avx512, ndrv_desc_igb_avx512;
#endif

/* What a queue has mapped of its file. */
enum { MAP_RX_RING, MAP_TX_RING, MAP_RX_DOORBELL, MAP_TX_DOORBELL, MAP_STATUS, MAP_COUNTERS, NR_MAPS };

struct ndrv_queue {
	struct rx_side rx;
	struct tx_side tx;
	struct pool_view view;
	const struct desc_ops *ops;
	struct ndrv_pool *pool;
	const volatile struct ndrv_status *status;
	uint64_t generation;		/* of the status page when we started; 0: not started */
	/* The page that the kernel shows to others, or @own_counters; never NULL, written by our thread. */
	struct ndrv_counters *counters;

	int fd;
	uint32_t number;
	uint32_t rx_buf_bytes;
	uint32_t features;		/* NDRV_FEAT_* */
	uint32_t pool_id;		/* for NDRV_POOL_DETACH */
	/*
	 * Deferred doorbells: the sides have no tail, so that bursts come to ndrv_kernel_doorbell(), which
	 * only notes in @untold (NDRV_DOORBELL_F_*) that there is something to tell.
	 */
	bool defer;
	uint32_t untold;
	volatile uint32_t *rx_register, *tx_register;	/* NULL: through the kernel */
	void *maps[NR_MAPS];
	size_t map_bytes[NR_MAPS];
	struct ndrv_counters own_counters;
	struct cache cache;		/* last: 4 KiB, between what every burst looks at */
};

/* Where the parts of a pair are in this process; a side with 0 entries does not exist. */
struct ndrv_rings {
	volatile void *rx_ring, *tx_ring;
	volatile uint32_t *rx_tail, *tx_tail;
	uint32_t rx_entries, tx_entries;	/* powers of two */
	uint32_t rx_buf_bytes;
	uint32_t features;			/* NDRV_FEAT_* */
	const volatile struct ndrv_status *status;
};

/* queue.c */
int ndrv_rings_init(struct ndrv_queue *q, const struct desc_ops *ops, const struct ndrv_rings *r);
void ndrv_rings_exit(struct ndrv_queue *q);
int ndrv_rings_start(struct ndrv_queue *q, uint64_t generation);
void ndrv_rings_stop(struct ndrv_queue *q);
int ndrv_view_init(struct ndrv_queue *q, struct ndrv_pool *pool, const uint64_t *iovas,
		   uint32_t nr_iovas, uint32_t piece_shift);
void ndrv_view_exit(struct ndrv_queue *q);

/* pool.c */
int ndrv_pool_init(struct ndrv_pool **poolp, void *base, size_t len_bytes, uint32_t buf_bytes, int fd);
bool ndrv_pool_buf_bytes_ok(uint32_t buf_bytes);
unsigned int ndrv_pool_take(struct ndrv_pool *pool, uint8_t **bufs, unsigned int n);
void ndrv_pool_give(struct ndrv_pool *pool, uint8_t *const *bufs, unsigned int n);
void ndrv_cache_fill(struct ndrv_queue *q);
void ndrv_cache_spill(struct ndrv_queue *q);
void ndrv_cache_empty(struct ndrv_queue *q);

/* simd.c */
enum simd { SIMD_SCALAR, SIMD_SSE4, SIMD_AVX2, SIMD_AVX512, NR_SIMD };
const char *ndrv_simd_name(enum simd simd);
const struct desc_ops *ndrv_simd_ops(uint32_t desc_format, enum simd simd);
const struct desc_ops *ndrv_simd_best(uint32_t desc_format);
bool ndrv_cpu_is_emulated(void);		/* slower with vectors than without */

/* control.c, device.c */
int ndrv_queue_map(struct ndrv_queue *q, const struct ndrv_queue_setup *setup,
		   const struct ndrv_info *info, bool defer);
int ndrv_queue_new(struct ndrv_queue **qp, int fd, struct ndrv_info *info);
void ndrv_queue_free(struct ndrv_queue *q, bool close_file);
int ndrv_kernel_doorbell(struct ndrv_queue *q, uint32_t flag, uint32_t tail);
int ndrv_device_path(const char *name, char *path, size_t path_bytes);
int ndrv_ioctl(int fd, unsigned long request, void *arg);

/* ring.c: why a side cannot do anything: -EPIPE, -ESTALE, -ENODEV, or 0 if it can. */
int ndrv_why_idle(const struct ndrv_queue *q, uint32_t limit);

/* The device's address of @data in the pool. */
static inline uint64_t view_iova(const struct pool_view *v, const uint8_t *data)
{
	uint64_t off = (uintptr_t)data - (uintptr_t)v->base + v->piece_off;

	return v->iovas[off >> v->piece_shift] + (off & v->piece_mask);
}

/* At least one buffer is in the cache unless the pool is empty; returns how many are there. */
static inline uint32_t cache_have(struct ndrv_queue *q, uint32_t want)
{
	if (unlikely(q->cache.n < want))
		ndrv_cache_fill(q);
	return q->cache.n;
}

/* Room for @n more buffers, which must be at most CACHE_CHUNK. */
static inline void cache_make_room(struct ndrv_queue *q, uint32_t n)
{
	if (unlikely(q->cache.n + n > CACHE_BUFS))
		ndrv_cache_spill(q);
}

/* (A) of barrier.h, then the tail. Errors are of kernel doorbells only. */
static inline int rx_ring_doorbell(struct ndrv_queue *q)
{
	uint32_t tail = q->rx.fill & q->rx.mask;

	ndrv_publish();
	if (unlikely(!q->rx.tail))
		return ndrv_kernel_doorbell(q, NDRV_DOORBELL_F_RX, tail);
	ndrv_doorbell_write(q->rx.tail, tail);
	return 0;
}

static inline int tx_ring_doorbell(struct ndrv_queue *q)
{
	uint32_t tail = q->tx.next & q->tx.mask;

	ndrv_publish();
	if (unlikely(!q->tx.tail))
		return ndrv_kernel_doorbell(q, NDRV_DOORBELL_F_TX, tail);
	ndrv_doorbell_write(q->tx.tail, tail);
	return 0;
}

#endif
