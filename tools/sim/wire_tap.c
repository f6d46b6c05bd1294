// SPDX-License-Identifier: GPL-2.0-only
/* A TAP device of the host as the far end of a port. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "wire.h"

#define FRAMES_PER_POLL 64

struct wire_tap {
	struct sim_fd fd;
	char name[IFNAMSIZ];
	bool readable;			/* edge triggered: until a read says there is no more */
	uint8_t held[SIM_FRAME_MAX];	/* read, but the port had no room yet */
	uint32_t held_len;
	uint64_t to_host, to_host_dropped, from_host;
};

static void tap_ready(void *arg, uint32_t events)
{
	struct wire_tap *t = arg;

	(void)events;
	t->readable = true;
}

struct wire_tap *wire_tap_open(struct sim_wire *w, const char *name, char *err, size_t err_size)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	struct wire_tap *t = calloc(1, sizeof(*t));

	(void)w;
	if (!t) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	if (!*name || strlen(name) >= IFNAMSIZ) {
		snprintf(err, err_size, "tap: '%s' is no interface name (1 to %d characters)", name,
			 IFNAMSIZ - 1);
		free(t);
		return NULL;
	}
	t->fd = (struct sim_fd){open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), tap_ready,
				t};
	strcpy(ifr.ifr_name, name);
	if (t->fd.fd < 0 || ioctl(t->fd.fd, TUNSETIFF, &ifr)) {
		snprintf(err, err_size, "tap=%s: %s (needs /dev/net/tun and CAP_NET_ADMIN)", name,
			 strerror(errno));
		if (t->fd.fd >= 0)
			close(t->fd.fd);
		free(t);
		return NULL;
	}
	strcpy(t->name, ifr.ifr_name);
	t->readable = true;
	sim_loop_add(&t->fd, EPOLLIN | EPOLLET);
	return t;
}

void wire_tap_free(struct wire_tap *t)
{
	if (!t)
		return;
	sim_loop_del(&t->fd);
	close(t->fd.fd);
	free(t);
}

void wire_tap_tx(struct wire_tap *t, const uint8_t *frame, uint32_t len)
{
	/* EIO: the interface is down. Either way nobody takes the frame. */
	if (write(t->fd.fd, frame, len) == (ssize_t)len)
		t->to_host++;
	else
		t->to_host_dropped++;
}

bool wire_tap_poll(struct wire_tap *t, struct sim_wire *w)
{
	int n = 0;

	while ((t->readable || t->held_len) && n < FRAMES_PER_POLL) {
		if (!t->held_len) {
			ssize_t len = read(t->fd.fd, t->held, sizeof(t->held));

			if (len <= 0) {
				t->readable = false;
				break;
			}
			t->held_len = len;
		}
		if (wire_room(w, t->held_len) == ROOM_FULL)
			break;
		wire_deliver(w, t->held, t->held_len);
		t->from_host++;
		t->held_len = 0;
		n++;
	}
	return n > 0;
}

void wire_tap_json(struct wire_tap *t, FILE *out)
{
	fprintf(out,
		"{\"name\":\"%s\",\"from_host\":%llu,\"to_host\":%llu,\"to_host_dropped\":%llu}",
		t->name, (unsigned long long)t->from_host, (unsigned long long)t->to_host,
		(unsigned long long)t->to_host_dropped);
}
