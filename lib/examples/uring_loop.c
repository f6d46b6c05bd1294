/* SPDX-License-Identifier: MIT */
/*
 * Both directions between two ports in one io_uring: bursts do not ring doorbells, one submission rings all
 * of them and waits. A program with sockets or files in the same ring pays nothing extra for its ports. Ends
 * after COUNT packets.
 *
 *	uring_loop ndrv0 ndrv1 1000
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <ndrv.h>
#include <ndrv/uring.h>

#define BURST 32
#define DOORBELL 99		/* user_data; that of a wait is the number of the port */

static struct ndrv_queue *ports[2];
static unsigned long done;

static int check(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "uring_loop: %s: %s\n", what, ndrv_strerror(result));
		exit(1);
	}
	return result;
}

/* Forwards one burst each way; returns how many packets that were. */
static int forward_burst(void)
{
	struct ndrv_pkt pkts[BURST];
	int from, n, sent, all = 0;

	for (from = 0; from < 2; from++) {
		n = check(ndrv_rx_burst(ports[from], pkts, BURST), "receive");
		sent = n ? check(ndrv_tx_burst(ports[!from], pkts, n), "send") : 0;
		/* No room: drop the rest, as routers do. */
		ndrv_pkt_free(ports[!from], pkts + sent, n - sent);
		all += n;
		done += sent;
	}
	return all;
}

/* Takes completions; notes which ports wait no more. */
static void take_completions(struct io_uring *ring, int *waiting)
{
	struct io_uring_cqe *cqe;

	while (!io_uring_peek_cqe(ring, &cqe)) {
		if (cqe->user_data != DOORBELL) {
			check(ndrv_uring_wait_result(ports[cqe->user_data], cqe->res), "wait");
			waiting[cqe->user_data] = 0;
		}
		io_uring_cqe_seen(ring, cqe);
	}
}

int main(int argc, char **argv)
{
	struct ndrv_queue_opts opts = {
		.size = sizeof(opts),
		.flags = NDRV_OPEN_F_PROMISC | NDRV_OPEN_F_DEFER_DOORBELL,
	};
	int i, waiting[2] = { 0, 0 };
	unsigned long count;
	struct ndrv_pool *pool;
	struct io_uring ring;

	if (argc != 4) {
		fprintf(stderr, "Usage: uring_loop DEVICE DEVICE COUNT\n");
		return 2;
	}
	count = strtoul(argv[3], NULL, 0);

	for (i = 0; i < 2; i++)
		check(ndrv_queue_open(&ports[i], argv[1 + i], &opts), argv[1 + i]);
	check(ndrv_pool_create(&pool, ports[0], 0, 0), "packet memory");
	for (i = 0; i < 2; i++) {
		check(ndrv_pool_attach(ports[i], pool), "attach");
		check(ndrv_queue_start(ports[i]), "start");
		check(ndrv_queue_wait_link(ports[i], 10000), "link");
	}
	check(io_uring_queue_init(64, &ring, 0), "io_uring");
	fprintf(stderr, "forwarding\n");

	while (done < count) {
		int packets = forward_burst();

		check(ndrv_uring_prep_doorbell(&ring, ports, 2, DOORBELL), "doorbells");
		if (packets) {
			check(io_uring_submit(&ring), "submit");
			continue;
		}
		/* Nothing to do: arm. Then look once more, and only then sleep. */
		for (i = 0; i < 2; i++)
			if (!waiting[i]++)
				check(ndrv_uring_prep_wait(&ring, ports[i], NDRV_ARM_RX, i), "wait");
		check(io_uring_submit(&ring), "submit");
		if (!(ndrv_queue_ready(ports[0]) & NDRV_ARM_RX) &&
		    !(ndrv_queue_ready(ports[1]) & NDRV_ARM_RX))
			check(io_uring_submit_and_wait(&ring, 1), "sleep");
		take_completions(&ring, waiting);
	}
	for (i = 0; i < 2; i++)
		check(ndrv_tx_flush(ports[i], 1000000), "flush");
	printf("%lu packets\n", done);

	io_uring_queue_exit(&ring);
	for (i = 0; i < 2; i++)
		ndrv_queue_close(ports[i]);
	return check(ndrv_pool_destroy(pool), "destroy");
}
