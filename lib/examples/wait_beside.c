/* SPDX-License-Identifier: MIT */
/*
 * Waiting for packets and for something else at once, here for lines on standard input and for a signal:
 * "count" prints how many packets have arrived, "quit", end of file, SIGINT and SIGTERM end it. While nothing
 * happens the process sleeps.
 *
 *	wait_beside ndrv0
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <ndrv.h>

#define BURST 32

static int check(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "wait_beside: %s: %s\n", what, ndrv_strerror(result));
		exit(1);
	}
	return result;
}

/* A signal as something to wait for: it cannot arrive between two looks at a flag. */
static int signal_descriptor(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK);
}

/* Is there something to read? The wait says that something is ready, not what. */
static int readable(int epfd, int fd)
{
	struct epoll_event ev[2];
	int i, n = epoll_wait(epfd, ev, 2, 0);

	for (i = 0; i < n; i++)
		if (ev[i].data.fd == fd)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_PROMISC };
	int epfd = epoll_create1(EPOLL_CLOEXEC), signals = signal_descriptor(), n;
	struct epoll_event on_stdin = { .events = EPOLLIN, .data.fd = STDIN_FILENO };
	struct epoll_event on_signal = { .events = EPOLLIN, .data.fd = signals };
	struct ndrv_pkt pkts[BURST];
	unsigned long packets = 0;
	struct ndrv_waiter *waiter;
	struct ndrv_queue *queue;
	struct ndrv_pool *pool;
	char line[80];

	if (argc != 2) {
		fprintf(stderr, "Usage: wait_beside DEVICE\n");
		return 2;
	}
	check(ndrv_queue_open(&queue, argv[1], &opts), argv[1]);
	check(ndrv_pool_create(&pool, queue, 0, 0), "packet memory");
	check(ndrv_pool_attach(queue, pool), "attach");
	check(ndrv_queue_start(queue), "start");

	setvbuf(stdin, NULL, _IONBF, 0);	/* or lines could wait where epoll does not see them */
	/* An epoll descriptor is readable when something in it is: one for all that is not ndrv's. */
	if (epoll_ctl(epfd, EPOLL_CTL_ADD, STDIN_FILENO, &on_stdin) ||
	    epoll_ctl(epfd, EPOLL_CTL_ADD, signals, &on_signal))
		check(-errno, "epoll");
	check(ndrv_waiter_open(&waiter, NDRV_WAIT_IRQ), "waiter");
	check(ndrv_waiter_add(waiter, queue, NDRV_ARM_RX), "waiter");
	check(ndrv_waiter_add_fd(waiter, epfd, EPOLLIN), "waiter");
	fprintf(stderr, "waiting\n");

	for (;;) {
		while ((n = check(ndrv_rx_burst(queue, pkts, BURST), "receive")) > 0) {
			packets += n;
			ndrv_pkt_free(queue, pkts, n);
		}
		if (readable(epfd, signals))
			break;
		if (readable(epfd, STDIN_FILENO)) {
			if (!fgets(line, sizeof(line), stdin) || !strcmp(line, "quit\n"))
				break;
			if (!strcmp(line, "count\n"))
				printf("%lu packets\n", packets);
			fflush(stdout);
		}
		n = ndrv_wait(waiter, -1);
		if (n < 0 && n != -EINTR)
			check(n, "wait");
	}
	printf("%lu packets at the end\n", packets);

	ndrv_waiter_close(waiter);
	ndrv_queue_close(queue);
	return check(ndrv_pool_destroy(pool), "destroy");
}
