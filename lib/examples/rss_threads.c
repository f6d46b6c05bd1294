/* SPDX-License-Identifier: MIT */
/*
 * One thread, one queue, one core: the card spreads flows over queues by their hash, so threads share nothing
 * but the pool. Each thread also computes where its packets had to arrive. Ends after COUNT packets in all.
 *
 *	rss_threads ndrv0 4 1000
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ndrv.h>

#define BURST 32
#define MAX_THREADS 16

static uint16_t numbers[MAX_THREADS];
static unsigned int nr_threads;
static atomic_ulong left;

struct worker {
	struct ndrv_queue *queue;
	pthread_t thread;
	unsigned long packets, misplaced;
};

static int check(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "rss_threads: %s: %s\n", what, ndrv_strerror(result));
		exit(1);
	}
	return result;
}

/* On which queue this frame has to arrive, if it is IPv4 over Ethernet; otherwise on queue 0. */
static uint32_t right_queue(const struct ndrv_pkt *pkt)
{
	const uint8_t *frame = pkt->data, *ip = frame + 14, *l4;
	struct ndrv_flow flow = { .version = 4 };

	if (pkt->len < 34 || frame[12] != 0x08 || frame[13] != 0x00)
		return 0;
	memcpy(flow.src, ip + 12, 4);
	memcpy(flow.dst, ip + 16, 4);
	l4 = ip + (ip[0] & 15) * 4;
	if (l4 + 4 <= frame + pkt->len && !(ip[6] & 0x3f) && !ip[7]) {	/* not a fragment */
		flow.proto = ip[9];
		memcpy(&flow.src_port, l4, 2);
		memcpy(&flow.dst_port, l4 + 2, 2);
	}
	return ndrv_rss_queue(numbers, nr_threads, ndrv_rss_hash(NULL, &flow));
}

static void *work(void *arg)
{
	struct ndrv_pkt pkts[BURST];
	struct worker *me = arg;
	struct ndrv_waiter *waiter;
	int n, i;

	check(ndrv_waiter_open(&waiter, NDRV_WAIT_ADAPTIVE), "waiter");
	check(ndrv_waiter_add(waiter, me->queue, NDRV_ARM_RX), "waiter");
	while (atomic_load(&left)) {
		n = check(ndrv_rx_burst(me->queue, pkts, BURST), "receive");
		if (!n) {
			/* Not for ever: another thread may receive the last packet. */
			check(ndrv_wait(waiter, 100000), "wait");
			continue;
		}
		for (i = 0; i < n; i++) {
			me->misplaced += right_queue(&pkts[i]) != ndrv_queue_number(me->queue);
			if (atomic_load(&left))
				atomic_fetch_sub(&left, 1);
		}
		me->packets += n;
		ndrv_pkt_free(me->queue, pkts, n);
	}
	ndrv_waiter_close(waiter);
	return NULL;
}

int main(int argc, char **argv)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_PROMISC };
	struct worker workers[MAX_THREADS] = { 0 };
	struct ndrv_pool *pool = NULL;
	unsigned int i;

	nr_threads = argc == 4 ? atoi(argv[2]) : 0;
	if (!nr_threads || nr_threads > MAX_THREADS) {
		fprintf(stderr, "Usage: rss_threads DEVICE THREADS COUNT\n");
		return 2;
	}
	atomic_store(&left, strtoul(argv[3], NULL, 0));

	for (i = 0; i < nr_threads; i++) {
		opts.queue = numbers[i] = i;
		check(ndrv_queue_open(&workers[i].queue, argv[1], &opts), argv[1]);
		if (!pool)
			check(ndrv_pool_create(&pool, workers[i].queue, 2048 * nr_threads, 0), "memory");
		check(ndrv_pool_attach(workers[i].queue, pool), "attach");
		check(ndrv_queue_start(workers[i].queue), "start");
	}
	/* Only now: frames for a queue that does not run are dropped. */
	check(ndrv_rss_set(workers[0].queue, NULL, numbers, nr_threads), "spread");
	fprintf(stderr, "receiving\n");
	for (i = 0; i < nr_threads; i++)
		check(-pthread_create(&workers[i].thread, NULL, work, &workers[i]), "thread");
	for (i = 0; i < nr_threads; i++) {
		pthread_join(workers[i].thread, NULL);
		printf("queue %u: %lu packets, %lu misplaced\n", i, workers[i].packets, workers[i].misplaced);
	}
	for (i = 0; i < nr_threads; i++)
		ndrv_queue_close(workers[i].queue);
	return check(ndrv_pool_destroy(pool), "destroy");
}
