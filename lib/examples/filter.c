/* SPDX-License-Identifier: MIT */
/*
 * Receives only what it asks for: frames to a MAC address that is not the port's, or UDP datagrams to a port,
 * which the card puts on a queue of their own. Ends after COUNT packets.
 *
 *	filter ndrv0 02:00:00:00:00:77 10
 *	filter ndrv0 udp:5001 10
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include <ndrv.h>

#define BURST 32

static int check(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "filter: %s: %s\n", what, ndrv_strerror(result));
		exit(1);
	}
	return result;
}

/* 0 if @text is neither a MAC address nor udp:PORT. */
static int parse(const char *text, struct ndrv_filter_add *filter)
{
	unsigned int mac[6], port, i;
	char rest;

	if (sscanf(text, "udp:%u%c", &port, &rest) == 1 && port <= 65535) {
		filter->type = NDRV_FILTER_TUPLE;
		filter->flags = NDRV_FILTER_F_PROTO | NDRV_FILTER_F_DST_PORT;
		filter->proto = IPPROTO_UDP;
		filter->dst_port = htons(port);
		return 1;
	}
	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5],
		   &rest) != 6)
		return 0;
	filter->type = NDRV_FILTER_MAC;
	filter->queue = NDRV_QUEUE_ANY;		/* wherever frames go anyway */
	for (i = 0; i < 6; i++)
		filter->mac[i] = mac[i];
	return 1;
}

int main(int argc, char **argv)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts) };
	struct ndrv_filter_add filter = { 0 };
	struct ndrv_pkt pkts[BURST];
	struct ndrv_waiter *waiter;
	struct ndrv_queue *queue;
	unsigned long packets;
	struct ndrv_pool *pool;
	int n;

	if (argc != 4 || !parse(argv[2], &filter)) {
		fprintf(stderr, "Usage: filter DEVICE MAC|udp:PORT COUNT\n");
		return 2;
	}
	/* What has no filter goes to queue 0, so steered frames get another one. */
	if (filter.type == NDRV_FILTER_TUPLE)
		opts.queue = 1;

	check(ndrv_queue_open(&queue, argv[1], &opts), argv[1]);
	check(ndrv_pool_create(&pool, queue, 0, 0), "packet memory");
	check(ndrv_pool_attach(queue, pool), "attach");
	check(ndrv_queue_start(queue), "start");
	if (filter.type == NDRV_FILTER_TUPLE)
		filter.queue = ndrv_queue_number(queue);
	/* Now frames may come. */
	check(ndrv_filter_add(queue, &filter), "filter");
	check(ndrv_waiter_open(&waiter, NDRV_WAIT_IRQ), "waiter");
	check(ndrv_waiter_add(waiter, queue, NDRV_ARM_RX), "waiter");
	fprintf(stderr, "receiving\n");

	for (packets = 0; packets < strtoul(argv[3], NULL, 0); packets += n) {
		n = check(ndrv_rx_burst(queue, pkts, BURST), "receive");
		if (!n)
			check(ndrv_wait(waiter, -1), "wait");
		ndrv_pkt_free(queue, pkts, n);
	}
	check(ndrv_filter_del(queue, filter.out_filter), "filter");
	printf("%lu packets on queue %u\n", packets, ndrv_queue_number(queue));

	ndrv_waiter_close(waiter);
	ndrv_queue_close(queue);
	return check(ndrv_pool_destroy(pool), "destroy");
}
