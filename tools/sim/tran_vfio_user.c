// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vfio-user server of one device: listens, takes one client at a time, cuts its byte stream
 * into messages, sends the replies. A message that is no message ends the connection; one that asks
 * for something wrong gets an error reply. What the commands mean is in vfio_user_cmd.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfio_user.h"

#define MESSAGES_PER_EVENT	64	/* then the poll loop has its turn */
#define REPLY_WAIT_MS		1000	/* a client that does not read for so long never will */
#define FLAGS_KNOWN		(VFU_TYPE_MASK | VFU_NO_REPLY | VFU_ERROR)

bool sim_vfu_connected(const struct sim_vfu *v)
{
	return v->conn.fd >= 0;
}

static void fds_close(struct sim_vfu *v)
{
	for (unsigned int i = 0; i < v->nr_fds; i++)
		if (v->fds[i] >= 0)
			close(v->fds[i]);
	v->nr_fds = 0;
	v->fds_lost = false;
}

void sim_vfu_drop(struct sim_vfu *v, const char *why)
{
	if (v->conn.fd < 0)
		return;
	sim_log(v->dev, 1, "client gone: %s", why);
	sim_loop_del(&v->conn);
	close(v->conn.fd);
	v->conn.fd = -1;
	v->versioned = false;
	v->have = 0;
	fds_close(v);
	vfu_irqs_close(v);
	sim_dev_reset(v->dev, SIM_RESET_GONE);
	if (v->listener.fd >= 0)
		sim_loop_add(&v->listener, EPOLLIN);
}

/*
 * Keep descriptors that came with a read; those that do not fit are closed and the message
 * fails.
 */
static void fds_take(struct sim_vfu *v, struct msghdr *mh)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (v->nr_fds < VFU_MAX_FDS) {
				v->fds[v->nr_fds++] = fd;
			} else {
				close(fd);
				v->fds_lost = true;
			}
		}
	}
	if (mh->msg_flags & MSG_CTRUNC)
		v->fds_lost = true;
}

/*
 * Read up to `want` bytes in all of the current message. Never beyond it: descriptors belong to the
 * message whose bytes they came with. 1 = there, 0 = not yet, -errno.
 */
static int fill(struct sim_vfu *v, size_t want)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int) * VFU_MAX_FDS)];
	} ctl;

	while (v->have < want) {
		struct iovec iov = { v->msg + v->have, want - v->have };
		struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
				     .msg_control = &ctl, .msg_controllen = sizeof(ctl) };
		ssize_t n = recvmsg(v->conn.fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		fds_take(v, &mh);
		if (!n)
			return -ECONNRESET;
		v->have += n;
	}
	return 1;
}

static int send_reply(struct sim_vfu *v, const struct vfu_header *h, const struct vfu_reply *r)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} ctl = { .room = { 0 } };
	struct iovec iov[2] = { { (void *)h, sizeof(*h) }, { (void *)r->payload, r->len } };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = r->len ? 2 : 1 };
	ssize_t n;

	if (r->fd >= 0) {
		struct cmsghdr *c = &ctl.align;

		mh.msg_control = &ctl;
		mh.msg_controllen = sizeof(ctl);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &r->fd, sizeof(int));
	}
	n = sendmsg(v->conn.fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == EAGAIN) {		/* its queue is full: a moment to read */
		struct pollfd pfd = { v->conn.fd, POLLOUT, 0 };

		poll(&pfd, 1, REPLY_WAIT_MS);
		n = sendmsg(v->conn.fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	if (n < 0)
		return -errno;
	return (size_t)n == h->size ? 0 : -ENOBUFS;
}

/* Handle the complete message in v->msg. False: the connection is over. */
static bool message(struct sim_vfu *v)
{
	static struct vfu_reply reply;
	struct vfu_header h;
	int ret;

	memcpy(&h, v->msg, sizeof(h));
	v->messages++;
	if (v->fds_lost) {
		reply.len = 0;
		reply.fd = -1;
		ret = -EMFILE;
	} else if (!v->versioned && h.command != VFU_VERSION) {
		sim_vfu_drop(v, "first message is not VERSION");
		return false;
	} else {
		ret = vfu_dispatch(v, &h, v->msg + sizeof(h), h.size - sizeof(h), &reply);
	}
	if (v->conn.fd < 0)
		return false;
	if (ret) {
		v->errors++;
		sim_log(v->dev, h.command == VFU_VERSION || h.flags & VFU_NO_REPLY ? 0 : 1,
			"vfio-user command %u of %u bytes refused: %s", h.command, h.size,
			strerror(-ret));
	}
	fds_close(v);
	v->have = 0;
	if (h.flags & VFU_NO_REPLY)
		return true;
	h.flags = VFU_TYPE_REPLY | (ret ? VFU_ERROR : 0);
	h.error = ret ? -ret : 0;
	if (ret) {
		reply.len = 0;
		reply.fd = -1;
	}
	h.size = sizeof(h) + reply.len;
	if (send_reply(v, &h, &reply)) {
		sim_vfu_drop(v, "does not take its replies");
		return false;
	}
	if (ret && h.command == VFU_VERSION && !v->versioned) {
		sim_vfu_drop(v, "no common version");
		return false;
	}
	return true;
}

static void conn_ready(void *arg, uint32_t events)
{
	struct sim_vfu *v = arg;
	struct vfu_header h;
	int ret;

	(void)events;
	for (int i = 0; i < MESSAGES_PER_EVENT; i++) {
		ret = fill(v, sizeof(h));
		if (ret == 1) {
			memcpy(&h, v->msg, sizeof(h));
			if (h.size < sizeof(h) || h.size > sizeof(v->msg)) {
				sim_vfu_drop(v, "message size out of bounds");
				return;
			}
			if (h.flags & ~FLAGS_KNOWN || h.flags & VFU_ERROR ||
			    (h.flags & VFU_TYPE_MASK) != VFU_TYPE_COMMAND) {
				sim_vfu_drop(v, "message flags make no sense");
				return;
			}
			ret = fill(v, h.size);
		}
		if (ret < 0)
			sim_vfu_drop(v, ret == -ECONNRESET ? "connection closed" : strerror(-ret));
		if (ret <= 0 || !message(v))
			return;
	}
}

static int conn_start(struct sim_vfu *v, int fd)
{
	v->conn = (struct sim_fd){ fd, conn_ready, v };
	v->clients++;
	return sim_loop_add(&v->conn, EPOLLIN);
}

static void listener_ready(void *arg, uint32_t events)
{
	struct sim_vfu *v = arg;
	int fd = accept4(v->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	if (conn_start(v, fd)) {
		v->conn.fd = -1;
		close(fd);
		return;
	}
	/* One client at a time: the next one waits in the backlog. */
	sim_loop_del(&v->listener);
	sim_log(v->dev, 1, "client connected");
}

int sim_vfu_request_unplug(struct sim_vfu *v)
{
	if (v->conn.fd < 0)
		return -ENOTCONN;
	if (v->req < 0)
		return -ENOTSUP;
	return eventfd_write(v->req, 1) ? -errno : 0;
}

static void vfu_msix(struct sim_dev *dev, unsigned int vec)
{
	struct sim_vfu *v = (struct sim_vfu *)dev->tran;

	/*
	 * No eventfd: the guest has not enabled this vector. EAGAIN: 2^64 - 2 are pending,
	 * woken anyway.
	 */
	if (v->msix[vec] < 0)
		return;
	dev->ctr.msix_sent++;
	if (eventfd_write(v->msix[vec], 1) && errno != EAGAIN)
		sim_log(dev, 0, "MSI-X vector %u: %s", vec, strerror(errno));
}

static void vfu_fini(struct sim_dev *dev)
{
	struct sim_vfu *v = (struct sim_vfu *)dev->tran;

	if (v->listener.fd >= 0) {
		if (v->conn.fd < 0)
			sim_loop_del(&v->listener);
		close(v->listener.fd);
		v->listener.fd = -1;
		unlink(v->path);
	}
	sim_vfu_drop(v, "simulator ends");
	dev->tran = NULL;
	free(v);
}

static const struct sim_tran_ops vfu_ops = {
	.msix = vfu_msix,
	.fini = vfu_fini,
};

static struct sim_vfu *vfu_new(struct sim_dev *dev)
{
	struct sim_vfu *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->tran.ops = &vfu_ops;
	v->dev = dev;
	v->listener.fd = v->conn.fd = v->err = v->req = -1;
	for (unsigned int i = 0; i < SIM_MAX_VECS; i++)
		v->msix[i] = -1;
	dev->tran = &v->tran;
	return v;
}

struct sim_vfu *sim_vfu_serve(struct sim_dev *dev, int fd)
{
	struct sim_vfu *v = vfu_new(dev);

	if (v && conn_start(v, fd)) {
		dev->tran = NULL;
		free(v);
		v = NULL;
	}
	return v;
}

struct sim_vfu *sim_vfu_listen(struct sim_dev *dev, const char *path, char *err, size_t err_size)
{
	struct sim_vfu *v;
	int fd = sim_unix_listen(path, err, err_size);

	if (fd < 0)
		return NULL;
	v = vfu_new(dev);
	if (!v) {
		snprintf(err, err_size, "out of memory");
		close(fd);
		return NULL;
	}
	strcpy(v->path, path);
	v->listener = (struct sim_fd){ fd, listener_ready, v };
	sim_loop_add(&v->listener, EPOLLIN);
	return v;
}
