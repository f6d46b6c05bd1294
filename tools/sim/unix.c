// SPDX-License-Identifier: GPL-2.0-only
/* Listening UNIX sockets. Removes a socket that nobody serves, and nothing else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop.h"

int sim_unix_address(const char *path, struct sockaddr_un *addr)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!*path || strlen(path) >= sizeof(addr->sun_path))
		return -1;
	strcpy(addr->sun_path, path);
	return 0;
}

/* Make room at `path`: a socket left behind goes, a file or a living server is an error. */
static int path_clear(const struct sockaddr_un *addr, char *err, size_t err_size)
{
	struct stat st;
	int fd, ret;

	if (lstat(addr->sun_path, &st))
		return 0;
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(err, err_size, "'%s' exists and is no socket; it is left alone",
			 addr->sun_path);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ret = fd < 0 ? -1 : connect(fd, (const struct sockaddr *)addr, sizeof(*addr));
	if (ret && errno == ECONNREFUSED)
		ret = unlink(addr->sun_path) ? -1 : 1;
	if (fd >= 0)
		close(fd);
	if (ret == 1)
		return 0;
	snprintf(err, err_size, "'%s' is served by another process", addr->sun_path);
	return -1;
}

int sim_unix_listen(const char *path, char *err, size_t err_size)
{
	struct sockaddr_un addr;
	int fd;

	if (sim_unix_address(path, &addr)) {
		snprintf(err, err_size, "socket path '%s' is empty or longer than %zu bytes", path,
			 sizeof(addr.sun_path) - 1);
		return -1;
	}
	if (path_clear(&addr, err, err_size))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&addr, sizeof(addr)) && !listen(fd, 8))
		return fd;
	snprintf(err, err_size,
		 "cannot listen on '%s': %s (does its directory exist, may you write there?)", path,
		 strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
