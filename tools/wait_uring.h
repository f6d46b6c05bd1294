/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for queues through io_uring, as a program does that has one anyway for its files and sockets.
 * The calls of wait.h for this mode; results are 0 or more, or -errno.
 */
#ifndef NDRV_TOOLS_WAIT_URING_H
#define NDRV_TOOLS_WAIT_URING_H

#include <stdint.h>

#include <ndrv.h>

struct uring_waiter;

int uring_waiter_open(struct uring_waiter **wp);
void uring_waiter_close(struct uring_waiter *w);
int uring_waiter_want(struct uring_waiter *w, struct ndrv_queue *q, unsigned int what);
int uring_wait(struct uring_waiter *w, uint64_t timeout_us);

#endif
