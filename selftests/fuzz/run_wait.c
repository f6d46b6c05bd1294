// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that wait, or that make others wait: poll, epoll, io_uring, signals; descriptors that travel to
 * other processes and back. Every wait has an end of its own.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RING_ENTRIES	8
#define KID_MS		20		/* the longest life of a child */

static short events_of(uint64_t bits)
{
	static const short all[] = { POLLIN, POLLOUT, POLLPRI, POLLRDHUP, POLLRDNORM | POLLWRNORM };
	short events = 0;
	unsigned int i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (bits >> i & 1)
			events |= all[i];
	return events;
}

long run_poll(struct world *w, const struct op *op, const uint64_t *a)
{
	struct pollfd p[2] = {
		{ .fd = file_fd(w, a[0]), .events = events_of(a[1]) },
		{ .fd = file_fd(w, (a[0] + 1) % NR_FILES), .events = events_of(a[1]) },
	};
	int n = poll(p, 2, (int)(a[2] % 16));

	return n < 0 ? -errno : p[0].revents & POLLNVAL ? -EBADF : n;
}

long run_epoll_ctl(struct world *w, const struct op *op, const uint64_t *a)
{
	static const uint32_t modes[] = { 0, EPOLLET, EPOLLONESHOT, EPOLLEXCLUSIVE };
	struct epoll_event e = { .events = (uint32_t)events_of(a[2]) | modes[a[3] % 4] };

	return epoll_ctl(w->epoll, (int)(a[1] % 4), file_fd(w, a[0]), &e) ? -errno : 0;
}

long run_epoll_wait(struct world *w, const struct op *op, const uint64_t *a)
{
	struct epoll_event e[4];
	int n = epoll_wait(w->epoll, e, 4, (int)(a[0] % 16));

	return n < 0 ? -errno : n;
}

/* ---- io_uring: a ring per thread --------------------------------------------------------------------- */

static __thread struct io_uring ring;
static __thread bool has_ring;

/*
 * Of rings with one submitter Linux up to 6.12 asserts that nobody else completes on them, and then does so
 * itself when such a ring is closed before its task ends, whoever's command waits. lockdep takes it at its word.
 */
static int ring_get(uint64_t kind)
{
	static const unsigned int flags[] = {
		0, IORING_SETUP_SQE128 | IORING_SETUP_CQE32,
		IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_COOP_TASKRUN,
	};
	int err = 0;

	kind %= 4;
	if (flags[kind] & IORING_SETUP_SINGLE_ISSUER && !access("/proc/lockdep", F_OK))
		kind = 0;
	if (!has_ring) {
		err = io_uring_queue_init(RING_ENTRIES, &ring, flags[kind]);
		has_ring = !err;
	}
	return err;
}

void uring_drop(void)
{
	if (has_ring)
		io_uring_queue_exit(&ring);
	has_ring = false;
}

/* Takes what has completed; the last result, or -EAGAIN. */
static long reap(unsigned int ms)
{
	struct __kernel_timespec ts = { .tv_nsec = ms * 1000000LL };
	struct io_uring_cqe *cqe;
	long res = -EAGAIN;

	while (!(ms ? io_uring_wait_cqe_timeout(&ring, &cqe, &ts) : io_uring_peek_cqe(&ring, &cqe))) {
		res = cqe->res;
		io_uring_cqe_seen(&ring, cqe);
		ms = 0;
	}
	return res;
}

/* What a submission came to: results of commands are their own, those of submissions are errors. */
static long submitted(int n)
{
	long res = reap(0);

	if (n < 0)
		return n;
	return res == -EAGAIN ? 0 : res;
}

long run_uring_cmd(struct world *w, const struct op *op, const uint64_t *a)
{
	static const unsigned int sqe_flags[] = { 0, IOSQE_ASYNC, IOSQE_IO_LINK, IOSQE_CQE_SKIP_SUCCESS };
	struct ndrv_uring arg = {
		.flags = (uint32_t)a[2], .rx_tail = (uint32_t)a[3], .tx_tail = (uint32_t)a[4],
		.__reserved = (uint32_t)a[5],
	};
	int err = ring_get(a[7]);
	struct io_uring_sqe *sqe;

	/* Tails belong to doorbells; elsewhere they are mostly left out, as they should be. */
	if (a[1] != NDRV_URING_DOORBELL && a[3] < 4096 && a[4] < 4096)
		arg.rx_tail = arg.tx_tail = 0;
	sqe = err ? NULL : io_uring_get_sqe(&ring);
	if (!sqe)
		return err ? err : -EBUSY;
	io_uring_prep_rw(IORING_OP_URING_CMD, sqe, file_fd(w, a[0]), NULL, 0, 0);
	sqe->cmd_op = (uint32_t)a[1];
	memcpy(sqe->cmd, &arg, sizeof(arg));
	sqe->flags = sqe_flags[a[6] % 4];
	return submitted(io_uring_submit(&ring));
}

long run_uring_poll(struct world *w, const struct op *op, const uint64_t *a)
{
	int err = ring_get(0);
	struct io_uring_sqe *sqe = err ? NULL : io_uring_get_sqe(&ring);

	if (!sqe)
		return err ? err : -EBUSY;
	if (a[2] & 1)
		io_uring_prep_poll_multishot(sqe, file_fd(w, a[0]), (unsigned int)events_of(a[1]));
	else
		io_uring_prep_poll_add(sqe, file_fd(w, a[0]), (unsigned int)events_of(a[1]));
	return submitted(io_uring_submit(&ring));
}

long run_uring_reap(struct world *w, const struct op *op, const uint64_t *a)
{
	struct io_uring_sqe *sqe;

	if (!has_ring)
		return -ENXIO;
	sqe = a[1] == 2 ? io_uring_get_sqe(&ring) : NULL;
	if (sqe) {
		io_uring_prep_cancel64(sqe, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
		io_uring_submit(&ring);
	}
	return reap((unsigned int)(a[0] % 16));
}

/* The ring goes; with 0 by its descriptor alone, as when a process ends. */
long run_uring_exit(struct world *w, const struct op *op, const uint64_t *a)
{
	if (!has_ring)
		return -ENXIO;
	uring_drop();
	return 0;
}

/* ---- other processes --------------------------------------------------------------------------------- */

long run_scm_send(struct world *w, const struct op *op, const uint64_t *a)
{
	union { char buf[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } u = {};
	char c = 0;
	struct iovec iov = { &c, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = u.buf, .msg_controllen = sizeof(u.buf),
	};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	/* A socket in its own queue keeps what is behind it alive, until somebody collects garbage. */
	int fd = a[1] & 1 && a[0] & 1 ? w->sock[1] : file_fd(w, a[0]);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	return sendmsg(w->sock[0], &m, MSG_DONTWAIT) < 0 ? -errno : 0;
}

long run_scm_recv(struct world *w, const struct op *op, const uint64_t *a)
{
	union { char buf[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } u = {};
	char c;
	struct iovec iov = { &c, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = u.buf, .msg_controllen = sizeof(u.buf),
	};
	struct cmsghdr *h;
	int fd;

	if (recvmsg(w->sock[1], &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	h = CMSG_FIRSTHDR(&m);
	if (!h || h->cmsg_len != CMSG_LEN(sizeof(int)))
		return -ENOMSG;
	memcpy(&fd, CMSG_DATA(h), sizeof(fd));
	close_fd(atomic_exchange(&w->file[a[0] % NR_FILES], fd));
	return 0;
}

static void touch_status(void *arg)
{
	(void)*(volatile uint32_t *)arg;
}

/* A child has the same descriptors for a while. It has no mappings: they are not inherited. */
static void __attribute__((noreturn)) kid_lives(struct world *w, uint64_t how, unsigned int ms)
{
	struct ndrv_queue_get qg = { .size = sizeof(qg) };
	unsigned int i;

	if (how == 1)
		sleep_ms(ms);
	else if (how == 2)
		for (i = 0; i < NR_FILES; i++)
			close_fd(atomic_load(&w->file[i]));
	else if (how == 3)
		execl("/bin/true", "true", NULL);
	for (i = 0; how == 4 && i < NR_FILES; i++) {
		xioctl(atomic_load(&w->file[i]), NDRV_QUEUE_GET, &qg);
		queue_stop(atomic_load(&w->file[i]));
		guarded(touch_status, map_addr(i * NR_AREAS + 4));
	}
	_exit(0);
}

long run_fork(struct world *w, const struct op *op, const uint64_t *a)
{
	unsigned int i;
	pid_t pid;

	for (i = 0; i < NR_KIDS; i++)
		if (!atomic_load(&w->kid[i]))
			break;
	if (i == NR_KIDS)
		return -EAGAIN;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		kid_lives(w, a[0] % 5, (unsigned int)(a[1] % KID_MS));
	pid = atomic_exchange(&w->kid[i], pid);
	if (pid)
		waitpid(pid, NULL, 0);		/* another thread was as quick */
	return 0;
}

long run_kill_kid(struct world *w, const struct op *op, const uint64_t *a)
{
	pid_t pid = atomic_exchange(&w->kid[a[0] % NR_KIDS], 0);

	if (!pid)
		return -ESRCH;
	kill(pid, SIGKILL);
	return waitpid(pid, NULL, 0) < 0 ? -errno : 0;
}

void kids_reap(struct world *w)
{
	unsigned int i;

	for (i = 0; i < NR_KIDS; i++) {
		pid_t pid = atomic_exchange(&w->kid[i], 0);

		if (pid)
			waitpid(pid, NULL, 0);
	}
}

/* Signals while the next calls run. */
long run_timer(struct world *w, const struct op *op, const uint64_t *a)
{
	kick_start((unsigned int)(100 + a[0] % 16 * 300));
	return 0;
}

long run_sleep(struct world *w, const struct op *op, const uint64_t *a)
{
	sleep_ms((unsigned int)(a[0] % 16));
	return 0;
}
