/* SPDX-License-Identifier: MIT */
/*
 * A forwarder of one direction that sleeps when there is nothing to do, survives resets of either device,
 * and copies nothing: both ports live on one pool. Ends after COUNT packets.
 *
 *	forward ndrv0 ndrv1 1000
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <ndrv.h>

#define BURST 32

static int check(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "forward: %s: %s\n", what, ndrv_strerror(result));
		exit(1);
	}
	return result;
}

/* After a reset of the device the queue can be started again; anything else is the end. */
static void start_again(struct ndrv_queue *queue, int result)
{
	if (result == -ESTALE) {
		do
			result = ndrv_queue_start(queue);
		while (result == -EAGAIN);
	}
	check(result, "queue");
}

/* Send all of them: what the ring has no room for waits until the card has sent something. */
static void send_all(struct ndrv_queue *queue, struct ndrv_waiter *room, struct ndrv_pkt *pkts, int n)
{
	int sent, done = 0;

	while (done < n) {
		sent = ndrv_tx_burst(queue, pkts + done, n - done);
		if (sent == 0)
			sent = ndrv_wait(room, 1000000) < 0 ? ndrv_queue_check(queue) : 0;
		else if (sent > 0)
			done += sent;
		if (sent < 0)
			start_again(queue, sent);
	}
}

int main(int argc, char **argv)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_PROMISC };
	struct ndrv_waiter *packets, *room;
	struct ndrv_pkt pkts[BURST];
	struct ndrv_queue *in, *out;
	unsigned long count, done;
	struct ndrv_pool *pool;
	int n;

	if (argc != 4) {
		fprintf(stderr, "Usage: forward FROM TO COUNT\n");
		return 2;
	}
	count = strtoul(argv[3], NULL, 0);

	check(ndrv_queue_open(&in, argv[1], &opts), argv[1]);
	check(ndrv_queue_open(&out, argv[2], &opts), argv[2]);
	check(ndrv_pool_create(&pool, in, 0, 0), "packet memory");
	check(ndrv_pool_attach(in, pool), "attach");
	check(ndrv_pool_attach(out, pool), "attach");
	check(ndrv_queue_start(in), "start");
	check(ndrv_queue_start(out), "start");
	check(ndrv_queue_wait_link(out, 10000), "link");

	check(ndrv_waiter_open(&packets, NDRV_WAIT_ADAPTIVE), "waiter");
	check(ndrv_waiter_add(packets, in, NDRV_ARM_RX), "waiter");
	check(ndrv_waiter_open(&room, NDRV_WAIT_ADAPTIVE), "waiter");
	check(ndrv_waiter_add(room, out, NDRV_ARM_TX), "waiter");
	fprintf(stderr, "forwarding\n");

	for (done = 0; done < count; ) {
		n = ndrv_rx_burst(in, pkts, BURST);
		if (n > 0) {
			send_all(out, room, pkts, n);
			done += n;
		} else if (n < 0) {
			start_again(in, n);
		} else {
			/* Errors of the wait are those of the queue: the next burst says the same. */
			(void)ndrv_wait(packets, -1);
		}
	}
	check(ndrv_tx_flush(out, 1000000), "flush");
	printf("%lu packets\n", done);

	ndrv_waiter_close(packets);
	ndrv_waiter_close(room);
	ndrv_queue_close(in);
	ndrv_queue_close(out);
	return check(ndrv_pool_destroy(pool), "destroy");
}
