/* SPDX-License-Identifier: GPL-2.0-only */
/* How a tool sleeps; see wait.h. "irq" and "adaptive" are libndrv's, "uring" is in wait_uring.c. */
#include <errno.h>
#include <stdlib.h>

#include "wait.h"
#include "wait_uring.h"

struct tool_waiter {
	struct ndrv_waiter *lib;
	struct uring_waiter *uring;
};

/* Every port of these has interrupts? */
static bool can_sleep(enum tool_wait how, const char *const *names, struct ndrv_queue *const *q,
		      unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (ndrv_queue_features(q[i]) & NDRV_FEAT_WAIT)
			continue;
		if (how != TOOL_WAIT_ADAPTIVE)
			tool_die("%s: has no interrupts (the kernel log says why at bind); take "
				 "--wait=poll", names[i]);
		tool_warn("%s: has no interrupts (the kernel log says why at bind): looking all the time",
			  names[i]);
		return false;
	}
	return true;
}

struct tool_waiter *tool_waiter_open(enum tool_wait how, const char *const *names,
				     struct ndrv_queue *const *q, unsigned int nr)
{
	struct tool_waiter *w;
	int ret;

	if (how == TOOL_WAIT_POLL || !can_sleep(how, names, q, nr))
		return NULL;
	w = calloc(1, sizeof(*w));
	if (!w)
		tool_die("out of memory");
	if (how == TOOL_WAIT_URING)
		ret = uring_waiter_open(&w->uring);
	else
		ret = ndrv_waiter_open(&w->lib, how == TOOL_WAIT_IRQ ? NDRV_WAIT_IRQ :
								       NDRV_WAIT_ADAPTIVE);
	if (ret == -ENOSYS || ret == -EPERM)
		tool_die("--wait=uring: io_uring is not there or not allowed on this machine "
			 "(kernel.io_uring_disabled)");
	if (ret)
		tool_die("cannot wait: %s", ndrv_strerror(ret));
	return w;
}

void tool_waiter_close(struct tool_waiter *w)
{
	if (!w)
		return;
	ndrv_waiter_close(w->lib);
	uring_waiter_close(w->uring);
	free(w);
}

void tool_waiter_want(struct tool_waiter *w, struct ndrv_queue *q, unsigned int what)
{
	int ret;

	if (w->uring)
		ret = uring_waiter_want(w->uring, q, what);
	else
		ret = ndrv_waiter_add(w->lib, q, what);
	if (ret)
		tool_die("cannot wait: %s", ndrv_strerror(ret));
}

int tool_wait(struct tool_waiter *w, uint64_t timeout_us)
{
	if (!w)
		return 0;
	return w->uring ? uring_wait(w->uring, timeout_us) : ndrv_wait(w->lib, timeout_us);
}
