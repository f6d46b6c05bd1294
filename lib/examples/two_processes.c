/* SPDX-License-Identifier: MIT */
/*
 * Two processes on one packet memory: this one opens both ports, keeps the first, and hands the second with
 * half of the buffers to its child (SCM_RIGHTS). It then sends COUNT frames, which a cable brings to the child.
 * Neither can take the other's buffers, and each may die without harm to the other.
 *
 *	two_processes ndrv0 ndrv1 1000
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ndrv.h>

#define BURST 32
#define BUF_BYTES 2048
#define NR_BUFS 4096

/* What the child has to know beside the two descriptors. */
struct message {
	uint32_t first, nr_bufs;
};

static int check(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "two_processes: %s: %s\n", what, ndrv_strerror(result));
		exit(1);
	}
	return result;
}

/* Sends or receives a message and two descriptors. */
static void pass(int sock, ssize_t (*how)(int, struct msghdr *, int), struct message *m, int fds[2])
{
	union {
		char bytes[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec iov = { .iov_base = m, .iov_len = sizeof(*m) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	*c = (struct cmsghdr){ CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(c), fds, 2 * sizeof(int));
	n = how(sock, &msg, 0);
	if (n != sizeof(*m))
		check(n < 0 ? -errno : -EIO, "pass descriptors");
	memcpy(fds, CMSG_DATA(c), 2 * sizeof(int));
}

static ssize_t send_message(int sock, struct msghdr *msg, int flags) { return sendmsg(sock, msg, flags); }
static ssize_t receive_message(int sock, struct msghdr *msg, int flags) { return recvmsg(sock, msg, flags); }

static int receiver(int sock, unsigned long count)
{
	int fds[2] = { -1, -1 }, n;
	struct ndrv_pkt pkts[BURST];
	struct ndrv_waiter *waiter;
	struct ndrv_queue *queue;
	struct ndrv_pool *pool;
	unsigned long packets;
	struct message m;

	pass(sock, receive_message, &m, fds);
	check(ndrv_queue_import(&queue, fds[0], 0), "import the queue");
	check(ndrv_pool_import(&pool, fds[1], BUF_BYTES, m.first, m.nr_bufs), "import buffers");
	check(ndrv_pool_attach(queue, pool), "attach");
	check(ndrv_queue_start(queue), "start");
	check(ndrv_waiter_open(&waiter, NDRV_WAIT_IRQ), "waiter");
	check(ndrv_waiter_add(waiter, queue, NDRV_ARM_RX), "waiter");
	if (write(sock, "", 1) != 1)			/* ready */
		return 1;
	for (packets = 0; packets < count; packets += n) {
		n = check(ndrv_rx_burst(queue, pkts, BURST), "receive");
		if (!n && check(ndrv_wait(waiter, 5000000), "wait") == 0)
			break;
		ndrv_pkt_free(queue, pkts, n);
	}
	printf("%lu packets, %u buffers from number %u\n", packets, ndrv_pool_nr_bufs(pool), m.first);
	ndrv_waiter_close(waiter);
	ndrv_queue_close(queue);
	check(ndrv_pool_destroy(pool), "destroy");
	return packets != count;
}

static void send_frames(struct ndrv_queue *queue, unsigned long count)
{
	struct ndrv_pkt pkt;
	unsigned long sent;

	for (sent = 0; sent < count; ) {
		/* All buffers are with the card: look which are sent. */
		if (!ndrv_pkt_alloc(queue, &pkt, 1)) {
			check(ndrv_tx_reclaim(queue), "reclaim");
			continue;
		}
		pkt.len = 60;
		memset(pkt.data, 0, pkt.len);
		memset(pkt.data, 0xff, 6);		/* broadcast */
		while (check(ndrv_tx_burst(queue, &pkt, 1), "send") == 0)
			;
		if (++sent % 256 == 0)			/* no faster than a small machine receives */
			usleep(10000);
	}
	check(ndrv_tx_flush(queue, 1000000), "flush");
}

int main(int argc, char **argv)
{
	struct ndrv_queue *mine, *other;
	struct ndrv_pool *pool;
	int socks[2], fds[2], status = 1;
	struct message m;
	char ready;
	pid_t child;

	if (argc != 4) {
		fprintf(stderr, "Usage: two_processes DEVICE DEVICE COUNT\n");
		return 2;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, socks))
		check(-errno, "socket pair");
	/* Before anything is open: a child inherits descriptors, and must not touch its parent's queues. */
	child = fork();
	if (child == 0) {
		close(socks[0]);
		return receiver(socks[1], strtoul(argv[3], NULL, 0));
	}
	close(socks[1]);

	check(ndrv_queue_open(&mine, argv[1], NULL), argv[1]);
	check(ndrv_queue_open(&other, argv[2], NULL), argv[2]);
	check(ndrv_pool_create(&pool, mine, NR_BUFS, BUF_BYTES), "packet memory");
	m.nr_bufs = ndrv_pool_nr_bufs(pool) / 2;
	check(ndrv_pool_split(pool, m.nr_bufs, &m.first), "split");
	check(ndrv_pool_attach(mine, pool), "attach");
	check(ndrv_queue_start(mine), "start");

	fds[0] = check(ndrv_queue_export(other), "let go of the queue");
	fds[1] = ndrv_pool_fd(pool);
	pass(socks[0], send_message, &m, fds);
	close(fds[0]);
	if (read(socks[0], &ready, 1) == 1) {
		check(ndrv_queue_wait_link(mine, 10000), "link");
		fprintf(stderr, "sending\n");
		send_frames(mine, strtoul(argv[3], NULL, 0));
	}
	waitpid(child, &status, 0);
	ndrv_queue_close(mine);
	check(ndrv_pool_destroy(pool), "destroy");
	return status != 0;
}
