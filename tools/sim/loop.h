/* SPDX-License-Identifier: GPL-2.0-only */
/* File descriptors that the one thread waits for: sockets and TAP devices. Knows no protocol. */
#ifndef SIM_LOOP_H
#define SIM_LOOP_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in its owner; stays where it is from add to del. */
struct sim_fd {
	int fd;
	void (*ready)(void *arg, uint32_t events);	/* EPOLLIN, EPOLLHUP, ... */
	void *arg;
};

/* events: EPOLLIN, or EPOLLIN | EPOLLET. 0 or -errno. */
int sim_loop_add(struct sim_fd *f, uint32_t events);
/* Safe inside any ready(), also for another descriptor: it is not called any more. */
void sim_loop_del(struct sim_fd *f);

/*
 * Handle what is ready; wait up to timeout_ns (0 = not at all, < 0 = for ever). Returns how
 * many.
 */
int sim_loop_wait(int64_t timeout_ns);

/* ---- unix.c ---------------------------------------------------------------------------------- */

struct sockaddr_un;
int sim_unix_address(const char *path, struct sockaddr_un *addr);	/* -1: too long */
/* A listening socket, or -1 with a sentence in err. */
int sim_unix_listen(const char *path, char *err, size_t err_size);

#endif
