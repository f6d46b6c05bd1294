// SPDX-License-Identifier: GPL-2.0-only
/* Processes of a test, and descriptors that go between them; see util.h. */
#include "util.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int send_fds(int sock, const void *data, size_t len, int fd0, int fd1)
{
	int fds[2] = { fd0, fd1 }, n = (fd0 >= 0) + (fd1 >= 0);
	char control[CMSG_SPACE(sizeof(fds))] = {};
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (n) {
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -EIO;
}

int recv_fds(int sock, void *data, size_t len, int *fd0, int *fd1)
{
	int fds[2] = { -1, -1 };
	char control[CMSG_SPACE(sizeof(fds))] = {};
	struct iovec iov = { data, len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;

	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) != (ssize_t)len)
		return -EIO;
	c = CMSG_FIRSTHDR(&msg);
	if (c)
		memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
	if (fd0)
		*fd0 = fds[0];
	if (fd1)
		*fd1 = fds[1];
	return 0;
}

pid_t child(int *sock)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	pid = fork();
	if (pid)
		close(pair[1]);
	else
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	*sock = pair[!pid];
	return pid;
}

bool ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status);
}
