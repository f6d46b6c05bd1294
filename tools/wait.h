/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a tool sleeps while its queues have nothing to do: --wait. NULL stands for "poll": it never
 * sleeps. One thread at a time per waiter, the thread of its queues.
 */
#ifndef NDRV_TOOLS_WAIT_H
#define NDRV_TOOLS_WAIT_H

#include <stdint.h>

#include "common.h"

struct tool_waiter;

/*
 * For the queues @q of the ports @names. Ends the program if @how needs interrupts and a port has none;
 * "adaptive" then means "poll", with a warning.
 */
struct tool_waiter *tool_waiter_open(enum tool_wait how, const char *const *names,
				     struct ndrv_queue *const *q, unsigned int nr);
void tool_waiter_close(struct tool_waiter *w);

/* What to wait for at @q from now on: NDRV_ARM_RX, NDRV_ARM_TX, both, or 0. Ends the program on errors. */
void tool_waiter_want(struct tool_waiter *w, struct ndrv_queue *q, unsigned int what);

/*
 * Until a queue has what it was asked for, or something is wrong with one, or @timeout_us. Returns at once
 * without a waiter. More than 0: look; 0: nothing came; or -EINTR after a signal, or an error of a queue,
 * which its next burst repeats.
 */
int tool_wait(struct tool_waiter *w, uint64_t timeout_us);

#endif
