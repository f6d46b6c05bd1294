/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Queues and pools that change processes. Memory files stand for the dma-buf and for the device file, and
 * this program for ioctl(2): it keeps the state of the file as the kernel does, whoever holds it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ring_fake.h"

#define BUF_BYTES 2048u
#define NR_BUFS 1024u

/* The file, as the kernel sees it. */
static struct ndrv_info info = {
	.out_abi = NDRV_ABI_VERSION, .out_desc_format = NDRV_DESC_ICE, .out_features = NDRV_FEAT_WAIT,
	.out_ring_min = 64, .out_ring_max = 8160, .out_ring_align = 32,
	.out_rx_desc_size = 32, .out_tx_desc_size = 16, .out_rx_buf_align = 128, .out_rx_buf_max = 16256,
};
static struct ndrv_queue_get pair;
static int attached, stops, detaches, stop_error, get_error, info_error;
static uint32_t piece_shift = 63;

static int fails(int error)
{
	errno = error;
	return -1;
}

static int do_attach(struct ndrv_pool_attach *a)
{
	if (attached)
		return fails(EEXIST);
	if (!a->nr_iovas) {
		a->nr_iovas = 1;
		return fails(ENOSPC);
	}
	a->nr_iovas = 1;
	*(uint64_t *)(uintptr_t)a->iovas_ptr = 0x100000;
	a->out_piece_shift = piece_shift;
	a->out_pool = 7;
	attached = 1;
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	struct ndrv_pool_detach *detach;
	va_list ap;
	void *arg;

	(void)fd;
	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	switch (request) {
	case NDRV_INFO:
		if (info_error)
			return fails(info_error);
		memcpy(arg, &info, sizeof(info));
		return 0;
	case NDRV_QUEUE_SETUP:
		pair.out_state = NDRV_STATE_READY;
		pair.out_queue = ((struct ndrv_queue_setup *)arg)->out_queue = 3;
		pair.out_rx_entries = ((struct ndrv_queue_setup *)arg)->rx_entries;
		pair.out_tx_entries = ((struct ndrv_queue_setup *)arg)->tx_entries;
		pair.out_rx_buf_bytes = ((struct ndrv_queue_setup *)arg)->rx_buf_bytes;
		pair.out_rx_ring_bytes = ((struct ndrv_queue_setup *)arg)->out_rx_ring_bytes = 16384;
		pair.out_tx_ring_bytes = ((struct ndrv_queue_setup *)arg)->out_tx_ring_bytes = 8192;
		pair.out_rx_tail_off = ((struct ndrv_queue_setup *)arg)->out_rx_tail_off = 0x120;
		pair.out_tx_tail_off = ((struct ndrv_queue_setup *)arg)->out_tx_tail_off = 0x240;
		return 0;
	case NDRV_QUEUE_GET:
		if (get_error)
			return fails(get_error);
		memcpy(arg, &pair, sizeof(pair));
		return 0;
	case NDRV_QUEUE_STOP:
		stops++;
		if (stop_error)
			return fails(stop_error);
		pair.out_state = NDRV_STATE_READY;
		return 0;
	case NDRV_QUEUE_START:
		((struct ndrv_queue_start *)arg)->out_generation = 1;
		pair.out_state = NDRV_STATE_RUNNING;
		return 0;
	case NDRV_POOL_ATTACH:
		return do_attach(arg);
	case NDRV_POOL_DETACH:
		detach = arg;
		detaches++;
		if (pair.out_state == NDRV_STATE_RUNNING)
			return fails(EBUSY);
		if (detach->pool != NDRV_POOL_ALL && !attached)
			return fails(ENOENT);
		attached = 0;
		return 0;
	}
	return fails(ENOTTY);
}

static int new_file(void)
{
	int fd;

	memset(&pair, 0, sizeof(pair));
	pair.out_queue = NDRV_QUEUE_ANY;
	attached = stops = detaches = stop_error = get_error = info_error = 0;
	fd = memfd_create("ndrv", 0);
	if (fd < 0 || ftruncate(fd, NDRV_MMAP_COUNTERS + 4096)) {
		printf("Bail out! no memory file\n");
		exit(1);
	}
	return fd;
}

/* A dma-buf of NR_BUFS buffers whose first bytes say which one they are. */
static int new_dmabuf(void)
{
	int fd = memfd_create("dma-buf", 0);
	uint32_t i;

	if (fd < 0 || ftruncate(fd, NR_BUFS * BUF_BYTES)) {
		printf("Bail out! no memory file\n");
		exit(1);
	}
	for (i = 0; i < NR_BUFS; i++)
		if (pwrite(fd, &i, sizeof(i), (off_t)i * BUF_BYTES) != sizeof(i))
			printf("# short write\n");
	return fd;
}

/* Every buffer of [first, first + n) is in the pool once. */
static int holds(struct ndrv_pool *pool, uint32_t first, uint32_t n)
{
	static struct ndrv_pkt pkts[NR_BUFS + 1];
	static uint8_t seen[NR_BUFS];
	uint32_t i, number, ok;

	memset(seen, 0, sizeof(seen));
	ok = ndrv_pool_nr_free(pool) == n && ndrv_pool_nr_bufs(pool) == n &&
	     ndrv_pool_bytes(pool) == (size_t)n * BUF_BYTES && ndrv_pool_get(pool, pkts, NR_BUFS + 1) == n;
	for (i = 0; ok && i < n; i++) {
		memcpy(&number, pkts[i].data, sizeof(number));
		ok = number >= first && number < first + n && !seen[number]++;
	}
	if (ok)
		ndrv_pool_put(pool, pkts, n);
	return ok;
}

static void test_split(void)
{
	struct ndrv_pool *a, *b, *c;
	int fd = new_dmabuf(), other = dup(fd), third = dup(fd);
	struct ndrv_pkt pkts[NR_BUFS];
	uint32_t first = 0, i;

	tap_eq(ndrv_pool_import(&a, fd, BUF_BYTES, 0, 0), 0, "all of a dma-buf");
	tap_ok(holds(a, 0, NR_BUFS), "has all buffers");
	tap_eq(ndrv_pool_split(a, 0, &first), -EINVAL, "split off none");
	tap_eq(ndrv_pool_split(a, NR_BUFS, &first), -EINVAL, "split off all");
	/* Mixed up as after some work. */
	ndrv_pool_get(a, pkts, 700);
	ndrv_pool_put(a, pkts + 300, 400);
	ndrv_pool_put(a, pkts, 300);
	tap_ok(!ndrv_pool_split(a, 300, &first) && first == 724, "split off 300");
	tap_ok(holds(a, 0, 724), "they are gone here");
	tap_eq(ndrv_pool_import(&b, other, BUF_BYTES, first, 300), 0, "import them");
	tap_ok(holds(b, 724, 300), "they are there");
	tap_ok(ndrv_pool_base(b) == (uint8_t *)b->map + 724 * BUF_BYTES, "in their place");
	tap_ok(!ndrv_pool_split(b, 100, &first) && first == 924, "split once more");
	tap_eq(ndrv_pool_import(&c, third, BUF_BYTES, first, 0), 0, "import from there to the end");
	tap_ok(holds(c, 924, 100) && holds(b, 724, 200) && holds(a, 0, 724), "all three fit together");
	ndrv_pool_get(a, pkts, 724);
	for (i = 0; i < 723; i++)
		if (pkts[i].data > pkts[723].data) {
			struct ndrv_pkt top = pkts[i];

			pkts[i] = pkts[723];
			pkts[723] = top;
		}
	ndrv_pool_put(a, pkts, 723);
	tap_eq(ndrv_pool_split(a, 10, &first), -EBUSY, "the last buffer is in use");
	ndrv_pool_put(a, pkts + 723, 1);
	tap_eq(ndrv_pool_split(a, 10, &first), 0, "and back");
	tap_eq(ndrv_pool_destroy(a), 0, "destroy");
	tap_ok(holds(b, 724, 200), "the others live on");
	ndrv_pool_destroy(b);
	ndrv_pool_destroy(c);
	tap_eq(fcntl(other, F_GETFD), -1, "a pool closes its descriptor");
}

static void test_import_pool(void)
{
	struct ndrv_pool *a;
	int fd = new_dmabuf(), zero = open("/dev/zero", O_RDWR), pipes[2];

	tap_eq(ndrv_pool_import(&a, fd, 1000, 0, 0), -EINVAL, "no power of two");
	tap_eq(ndrv_pool_import(&a, fd, BUF_BYTES, NR_BUFS, 0), -ERANGE, "nothing left");
	tap_eq(ndrv_pool_import(&a, fd, BUF_BYTES, NR_BUFS - 1, 2), -ERANGE, "one too many");
	tap_eq(ndrv_pool_import(&a, fd, BUF_BYTES, 1, UINT32_MAX), -ERANGE, "far too many");
	tap_eq(ndrv_pool_import(&a, -1, BUF_BYTES, 0, 0), -EBADF, "no descriptor");
	tap_eq(ndrv_pool_import(&a, zero, BUF_BYTES, 0, 0), -ERANGE, "no length");
	tap_eq(pipe(pipes), 0, "a pipe");
	tap_eq(ndrv_pool_import(&a, pipes[0], BUF_BYTES, 0, 0), -EINVAL, "is no dma-buf");
	tap_ok(fcntl(fd, F_GETFD) >= 0, "failures leave the descriptor");
	close(fd);
	close(zero);
	close(pipes[0]);
	close(pipes[1]);
}

/* Where the card finds the buffers of a part of a dma-buf, in one piece and in many. */
static void test_addresses(uint32_t shift)
{
	uint64_t iovas[NR_BUFS * BUF_BYTES >> 12];
	uint32_t i, n = shift == 63 ? 1 : sizeof(iovas) / sizeof(iovas[0]), bad = 0;
	struct ndrv_pool *pool;
	struct ndrv_pkt pkt;
	uint32_t number;
	struct fake f;

	for (i = 0; i < n; i++)
		iovas[i] = 0x7000000000 - (uint64_t)i * 8192;
	fake_init(&f, 64, 64, 512, 2048, 2048);
	ndrv_view_exit(f.q);
	tap_eq(ndrv_pool_import(&pool, new_dmabuf(), BUF_BYTES, 301, 500), 0, "a part");
	tap_eq(ndrv_view_init(f.q, pool, iovas, n, shift), 0, "for a queue");
	for (i = 0; i < 500; i++) {
		pkt.data = pool->base + (size_t)i * BUF_BYTES;
		memcpy(&number, pkt.data, sizeof(number));
		bad += number != 301 + i || ndrv_iova(f.q, (uint8_t *)pkt.data + 5) !=
		       iovas[(uint64_t)number * BUF_BYTES >> (shift == 63 ? 62 : shift)] +
		       (shift == 63 ? (uint64_t)number * BUF_BYTES : (number * BUF_BYTES & 4095)) + 5;
	}
	tap_eq(bad, 0, shift == 63 ? "one piece: each buffer has its address" : "many pieces: the same");
	f.status.generation = 1;
	f.status.state = NDRV_STATE_RUNNING;
	tap_eq(ndrv_rings_start(f.q, 1), 0, "start");
	tap_eq(ndrv_pool_split(pool, 1, &number), -EBUSY, "no splitting while a queue lives on it");
	pkt = (struct ndrv_pkt){ .data = pool->base - BUF_BYTES, .len = 60 };
	tap_eq(ndrv_tx_burst(f.q, &pkt, 1), -EINVAL, "the buffer before is not ours to send");
	pkt.data = pool->base + 500 * BUF_BYTES;
	tap_eq(ndrv_tx_burst(f.q, &pkt, 1), -EINVAL, "nor the one behind");
	pkt.data = pool->base + 499 * BUF_BYTES;
	tap_eq(ndrv_view_init(f.q, pool, iovas, n == 1 ? 0 : n / 2, shift), -EOPNOTSUPP, "too few addresses");
	ndrv_rings_stop(f.q);
	ndrv_view_exit(f.q);
	ndrv_rings_exit(f.q);
	ndrv_pool_destroy(pool);
	ndrv_pool_destroy(f.pool);
	free(f.q);
	free(f.rx_ring);
	free(f.tx_ring);
	free(f.mem);
	free(f.iovas);
}

static void test_export(void)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .rx_entries = 128, .tx_entries = 256 };
	struct ndrv_queue *q, *r;
	struct ndrv_pool *pool;
	struct ndrv_counters counters;
	int fd = new_file();
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	tap_eq(ndrv_queue_open(&q, path, &opts), 0, "open");
	close(fd);
	ndrv_pool_import(&pool, new_dmabuf(), BUF_BYTES, 0, 0);
	tap_eq(ndrv_pool_attach(q, pool), 0, "attach");
	tap_eq(ndrv_queue_start(q), 0, "start");
	stop_error = EIO;
	tap_eq(ndrv_queue_export(q), -EIO, "it cannot be stopped: nothing is let go");
	tap_ok(attached && ndrv_pool_destroy(pool) == -EBUSY, "and all is as it was");
	stop_error = 0;
	fd = ndrv_queue_export(q);
	tap_ok(fd >= 0 && fcntl(fd, F_GETFD) >= 0, "let go");
	tap_ok(!attached && pair.out_state == NDRV_STATE_READY && holds(pool, 0, NR_BUFS),
	       "stopped, detached, every buffer back");

	tap_eq(ndrv_queue_import(&r, fd, 0), 0, "import");
	tap_ok(ndrv_queue_number(r) == 3 && ndrv_queue_rx_entries(r) == 128 &&
	       ndrv_queue_tx_entries(r) == 256 && ndrv_queue_rx_buf_bytes(r) == 2048 &&
	       ndrv_queue_features(r) == NDRV_FEAT_WAIT, "it is the same");
	r->counters->sleeps = 77;
	tap_ok(pread(fd, &counters, sizeof(counters), NDRV_MMAP_COUNTERS) == sizeof(counters) &&
	       counters.sleeps == 77, "it counts where others can see it");
	tap_ok(r->rx.tail == (uint32_t *)r->maps[MAP_RX_DOORBELL] + 0x120 / 4 &&
	       r->tx.tail == (uint32_t *)r->maps[MAP_TX_DOORBELL] + 0x240 / 4, "with its tails");
	tap_eq(ndrv_pool_attach(r, pool), 0, "attach");
	tap_eq(ndrv_queue_start(r), 0, "start");
	/* r is dead now, in the middle of its work. */
	stops = detaches = 0;
	fd = dup(ndrv_queue_fd(r));
	tap_eq(ndrv_queue_import(&q, fd, NDRV_OPEN_F_DEFER_DOORBELL), 0, "import from the dead");
	tap_ok(stops == 1 && detaches == 1 && !attached && pair.out_state == NDRV_STATE_READY,
	       "stopped, then detached");
	tap_ok(!q->rx.tail && q->rx_register && q->defer, "deferred doorbells");
	tap_ok(fcntl(fd, F_GETFL) & O_NONBLOCK, "events do not block");
	ndrv_queue_close(q);
	ndrv_queue_close(r);
	tap_eq(fcntl(fd, F_GETFD), -1, "close closes");
	tap_eq(ndrv_pool_destroy(pool), 0, "the pool is free");
}

static void test_import_queue(void)
{
	struct ndrv_queue *q;
	int fd = new_file();

	tap_eq(ndrv_queue_import(&q, fd, NDRV_OPEN_F_PROMISC), -EINVAL, "a flag that was decided before");
	tap_eq(ndrv_queue_import(&q, -1, 0), -EBADF, "no descriptor");
	info_error = ENOTTY;
	tap_eq(ndrv_queue_import(&q, fd, 0), -ENOTTY, "not a file of ndrv");
	tap_ok(!(fcntl(fd, F_GETFL) & O_NONBLOCK), "which stays as it is");
	info_error = 0;
	get_error = ENODEV;
	tap_eq(ndrv_queue_import(&q, fd, 0), -ENODEV, "the device is gone");
	get_error = 0;
	pair = (struct ndrv_queue_get){ .out_state = NDRV_STATE_READY, .out_rx_entries = 96,
		.out_tx_entries = 64, .out_rx_buf_bytes = 2048, .out_rx_ring_bytes = 4096,
		.out_tx_ring_bytes = 4096 };
	tap_eq(ndrv_queue_import(&q, fd, 0), -EINVAL, "a ring of 96");
	pair.out_rx_entries = 64;
	info.out_rx_desc_size = 16;
	tap_eq(ndrv_queue_import(&q, fd, 0), -EPROTONOSUPPORT, "unknown descriptors");
	info.out_rx_desc_size = 32;
	pair.out_state = NDRV_STATE_REVOKED;
	stop_error = ETIMEDOUT;
	tap_eq(ndrv_queue_import(&q, fd, 0), 0, "stopped by a reset is stopped");
	tap_ok(fcntl(fd, F_GETFD) >= 0, "failures had left the descriptor");
	ndrv_queue_close(q);
	fd = new_file();
	tap_eq(ndrv_queue_import(&q, fd, 0), 0, "a file without a queue");
	tap_ok(!stops && ndrv_queue_start(q) == -ENXIO && !ndrv_queue_rx_entries(q), "stays one");
	tap_eq(ndrv_queue_export(q), fd, "and can be passed on");
	close(fd);
}

int main(void)
{
	test_split();
	test_import_pool();
	test_addresses(63);
	test_addresses(12);
	fake_card = &fake_ice;
	test_export();
	test_import_queue();
	return tap_done();
}
