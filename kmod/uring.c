// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring on /dev/ndrvN (NDRV_URING_*): doorbells and arming at once, a WAIT that the interrupt ends.
 *
 * A WAIT is ctx->wait_cmd, under ctx->uring_lock. Whoever takes it out of there completes it, and
 * nobody else: the interrupt, ndrv_irq_leave() (stop, reset, unbind), NDRV_URING_CANCEL, or io_uring
 * itself when its ring or its task goes. It holds the file, so the context is there as long as it is.
 *
 * Lock order: ndrv_vector.lock -> ndrv_ctx.uring_lock; both are taken in interrupts.
 */
#include <linux/slab.h>

#include "ndrv.h"

/* Rests in struct io_uring_cmd while the command does. */
struct uring_pdu {
	int res;
	bool cancelled;		/* by io_uring; ctx->uring_lock */
};

static int cmd_read(struct io_uring_cmd *cmd, struct ndrv_uring *arg)
{
	const struct ndrv_uring *sqe = ndrv_uring_sqe_cmd(cmd);

	/* It may lie in the ring still, where the process can change it: each field is read once. */
	arg->flags = READ_ONCE(sqe->flags);
	arg->rx_tail = READ_ONCE(sqe->rx_tail);
	arg->tx_tail = READ_ONCE(sqe->tx_tail);
	arg->__reserved = READ_ONCE(sqe->__reserved);
	return arg->__reserved ? -EINVAL : 0;
}

static int uring_doorbell(struct ndrv_ctx *ctx, const struct ndrv_uring *arg, bool nonblock)
{
	const struct ndrv_doorbell db = {
		.size = sizeof(db),
		.flags = arg->flags,
		.rx_tail = arg->rx_tail,
		.tx_tail = arg->tx_tail,
	};

	return ndrv_queue_doorbell(ctx, &db, nonblock);
}

#ifdef NDRV_HAVE_URING_CANCEL
static struct uring_pdu *cmd_pdu(struct io_uring_cmd *cmd)
{
	return io_uring_cmd_to_pdu(cmd, struct uring_pdu);
}

static void wait_done(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	ndrv_uring_done(cmd, cmd_pdu(cmd)->res, issue_flags);
}

NDRV_URING_IN_TASK(wait_done_in_task, wait_done)

/* Ends the WAIT, if there is one, in any context. */
bool ndrv_uring_complete(struct ndrv_ctx *ctx, int res)
{
	struct io_uring_cmd *cmd;
	unsigned long flags;

	spin_lock_irqsave(&ctx->uring_lock, flags);
	cmd = ctx->wait_cmd;
	ctx->wait_cmd = NULL;
	if (cmd) {
		cmd_pdu(cmd)->res = res;
		io_uring_cmd_complete_in_task(cmd, wait_done_in_task);
	}
	spin_unlock_irqrestore(&ctx->uring_lock, flags);
	return cmd;
}

/* @cmd waits from now on, unless it may not; the caller arms it in the same critical section. */
int ndrv_uring_wait(struct ndrv_ctx *ctx, struct io_uring_cmd *cmd)
{
	int ret = 0;

	lockdep_assert_irqs_disabled();
	spin_lock(&ctx->uring_lock);
	if (cmd_pdu(cmd)->cancelled)
		ret = -ECANCELED;
	else if (ctx->wait_cmd)
		ret = -EBUSY;
	else
		ctx->wait_cmd = cmd;
	spin_unlock(&ctx->uring_lock);
	return ret;
}

/* io_uring calls this for each WAIT that is not done when its ring or its task goes. */
static void uring_cancelled(struct ndrv_ctx *ctx, struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	unsigned long flags;
	bool mine;

	spin_lock_irqsave(&ctx->uring_lock, flags);
	mine = ctx->wait_cmd == cmd;
	if (mine)
		ctx->wait_cmd = NULL;
	/* Otherwise it is being completed, or about to wait: that must not happen any more. */
	cmd_pdu(cmd)->cancelled = true;
	spin_unlock_irqrestore(&ctx->uring_lock, flags);
	if (mine)
		ndrv_uring_done(cmd, -ECANCELED, issue_flags);
}

/*
 * Marking comes first, because a command that waits can be done, and be gone, at any time. A command
 * that is marked is done by io_uring_cmd_done(), also if it fails.
 */
static int uring_wait(struct ndrv_ctx *ctx, struct io_uring_cmd *cmd, u32 sides,
		      unsigned int issue_flags)
{
	int ret;

	*cmd_pdu(cmd) = (struct uring_pdu){};
	io_uring_cmd_mark_cancelable(cmd, issue_flags);
	ret = ndrv_irq_arm(ctx, sides, cmd);
	/* Without an error the command may be gone by now. */
	if (ret)
		ndrv_uring_done(cmd, ret, issue_flags);
	return -EIOCBQUEUED;
}

static int uring_cancel(struct ndrv_ctx *ctx)
{
	if (READ_ONCE(ctx->state) == NDRV_STATE_GONE)
		return -ENODEV;
	return ndrv_uring_complete(ctx, -ECANCELED) ? 0 : -ENOENT;
}
#else
bool ndrv_uring_complete(struct ndrv_ctx *ctx, int res)
{
	return false;
}

int ndrv_uring_wait(struct ndrv_ctx *ctx, struct io_uring_cmd *cmd)
{
	return -EOPNOTSUPP;
}

static int uring_wait(struct ndrv_ctx *ctx, struct io_uring_cmd *cmd, u32 sides,
		      unsigned int issue_flags)
{
	return -EOPNOTSUPP;
}

static int uring_cancel(struct ndrv_ctx *ctx)
{
	return -EOPNOTSUPP;
}
#endif

int ndrv_uring_cmd(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	struct ndrv_ctx *ctx = cmd->file->private_data;
	struct ndrv_uring arg;
	int ret;

#ifdef NDRV_HAVE_URING_CANCEL
	if (issue_flags & IO_URING_F_CANCEL) {
		uring_cancelled(ctx, cmd, issue_flags);
		return 0;
	}
#endif
	ret = cmd_read(cmd, &arg);
	if (ret)
		return ret;
	if (cmd->cmd_op == NDRV_URING_DOORBELL)
		return uring_doorbell(ctx, &arg, issue_flags & IO_URING_F_NONBLOCK);
	if (arg.rx_tail || arg.tx_tail)
		return -EINVAL;
	switch (cmd->cmd_op) {
	case NDRV_URING_ARM:
		return ndrv_irq_arm(ctx, arg.flags, NULL);
	case NDRV_URING_WAIT:
		return uring_wait(ctx, cmd, arg.flags, issue_flags);
	case NDRV_URING_CANCEL:
		return arg.flags ? -EOPNOTSUPP : uring_cancel(ctx);
	default:
		return -ENOTTY;
	}
}
