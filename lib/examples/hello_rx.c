/* SPDX-License-Identifier: MIT */
/*
 * The smallest receiver: open a port, give it memory, look at its ring until COUNT packets have arrived.
 *
 *	hello_rx ndrv0 100
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <ndrv.h>

#define BURST 32

static int check(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "hello_rx: %s: %s\n", what, ndrv_strerror(result));
		exit(1);
	}
	return result;
}

int main(int argc, char **argv)
{
	/* Promiscuous: also what is sent to others. NULL instead of options would do as well. */
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_PROMISC };
	uint64_t want, packets = 0, bytes = 0;
	struct ndrv_pkt pkts[BURST];
	struct ndrv_queue *queue;
	struct ndrv_pool *pool;
	int n, i;

	if (argc != 3) {
		fprintf(stderr, "Usage: hello_rx DEVICE COUNT\n");
		return 2;
	}
	want = strtoull(argv[2], NULL, 0);

	check(ndrv_queue_open(&queue, argv[1], &opts), argv[1]);
	check(ndrv_pool_create(&pool, queue, 0, 0), "packet memory");
	check(ndrv_pool_attach(queue, pool), "attach");
	check(ndrv_queue_start(queue), "start");
	fprintf(stderr, "receiving\n");

	while (packets < want) {
		n = check(ndrv_rx_burst(queue, pkts, BURST), "receive");
		for (i = 0; i < n; i++) {
			/* pkts[i].data is the frame: the very memory that the card wrote. */
			bytes += pkts[i].len;
			packets += !(pkts[i].flags & NDRV_PKT_F_MORE);
		}
		ndrv_pkt_free(queue, pkts, n);
	}
	printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", packets, bytes);

	ndrv_queue_close(queue);
	return check(ndrv_pool_destroy(pool), "destroy");
}
