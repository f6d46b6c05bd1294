// SPDX-License-Identifier: GPL-2.0-only
/* The epoll instance of this process and the calls to whoever owns a descriptor that is ready. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <time.h>

#include "loop.h"

#define BATCH 16

static int epoll_fd = -1;
static struct epoll_event batch[BATCH];
static int batch_len;

static int epoll_get(void)
{
	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return epoll_fd;
}

int sim_loop_add(struct sim_fd *f, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = f };

	if (epoll_get() < 0)
		return -errno;
	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, f->fd, &ev) ? -errno : 0;
}

void sim_loop_del(struct sim_fd *f)
{
	epoll_ctl(epoll_get(), EPOLL_CTL_DEL, f->fd, NULL);
	for (int i = 0; i < batch_len; i++)
		if (batch[i].data.ptr == f)
			batch[i].data.ptr = NULL;
}

int sim_loop_wait(int64_t timeout_ns)
{
	struct timespec ts = { timeout_ns / 1000000000, timeout_ns % 1000000000 };
	struct pollfd pfd = { epoll_get(), POLLIN, 0 };
	int n;

	if (pfd.fd < 0)
		return -errno;
	/* ppoll for its nanoseconds; epoll_wait has milliseconds only. */
	if (timeout_ns && ppoll(&pfd, 1, timeout_ns < 0 ? NULL : &ts, NULL) <= 0)
		return 0;
	n = epoll_wait(epoll_fd, batch, BATCH, 0);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	batch_len = n;
	for (int i = 0; i < n; i++) {
		struct sim_fd *f = batch[i].data.ptr;

		if (f)
			f->ready(f->arg, batch[i].events);
	}
	batch_len = 0;
	return n;
}
