/* SPDX-License-Identifier: MIT */
/*
 * libndrv and io_uring: doorbells of many queues in one system call, and waiting beside everything else that
 * a ring waits for. Header-only: needs liburing 2.3 or later where it is included, libndrv itself does not.
 *
 * One loop, one io_uring_submit_and_wait() a lap:
 *
 *	ndrv_uring_prep_wait(&ring, q, NDRV_ARM_RX, tag);
 *	io_uring_submit(&ring);                   arms: what the card does from here on completes the wait
 *	if (ndrv_queue_ready(q) > 0)              so look once more before sleeping
 *		... receive, and do not sleep ...
 *	io_uring_wait_cqe(&ring, &cqe);
 *	... ndrv_uring_wait_result(q, cqe->res) ...
 *
 * The look must come after the arming, and the arming is done when io_uring_submit() returns. So a ring
 * with IORING_SETUP_SQPOLL, where a kernel thread submits at a time of its own, cannot wait in this way
 * (nor a wait that is linked behind something, or IOSQE_ASYNC): there use ndrv_uring_prep_arm(), look when
 * it has completed, and then poll ndrv_queue_fd(). Doorbells work everywhere. If the look finds something
 * the wait stays under way: leave it, it completes with the next packet at the latest, or take it back with
 * ndrv_uring_prep_cancel().
 *
 * Thread rule: that of the queue, and that of the ring. Functions return -EAGAIN when the submission queue
 * has no room, and then have done nothing: io_uring_submit() and call again.
 */
#ifndef NDRV_URING_H
#define NDRV_URING_H

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>

#include <liburing.h>

#include <ndrv.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What poll(2) says of a side, in bits that no NDRV_ARM_* has. POSIX hides the names: <linux/poll.h>. */
#define NDRV_URING_POLL_RX	0x0040u
#define NDRV_URING_POLL_TX	0x0100u
#define NDRV_URING_POLL_BAD	(POLLERR | POLLHUP)

/* For the functions below: an empty entry. They have made sure that there is one. */
static inline struct io_uring_sqe *ndrv_uring_entry(struct io_uring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	if (!sqe)
		__builtin_unreachable();
	memset(sqe, 0, sizeof(*sqe));
	return sqe;
}

/* One command on the file of @q. */
static inline struct io_uring_sqe *ndrv_uring_command(struct io_uring *ring, const struct ndrv_queue *q,
						      uint32_t op, const struct ndrv_uring *cmd,
						      uint64_t user_data)
{
	struct io_uring_sqe *sqe = ndrv_uring_entry(ring);

	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = ndrv_queue_fd(q);
	sqe->cmd_op = op;
	sqe->user_data = user_data;
	memcpy(sqe->cmd, cmd, sizeof(*cmd));
	return sqe;
}

/**
 * ndrv_uring_prep_arm() - ndrv_queue_arm() in the ring
 * @what: NDRV_ARM_RX, NDRV_ARM_TX or both
 *
 * One completion, at once: 0 or a negative errno of ndrv_queue_arm(), with -EPIPE also for a revoked queue.
 *
 * Return: 0 or -EAGAIN.
 */
static inline int ndrv_uring_prep_arm(struct io_uring *ring, const struct ndrv_queue *q, uint32_t what,
				      uint64_t user_data)
{
	const struct ndrv_uring cmd = { what, 0, 0, 0 };

	if (!io_uring_sq_space_left(ring))
		return -EAGAIN;
	(void)ndrv_uring_command(ring, q, NDRV_URING_ARM, &cmd, user_data);
	return 0;
}

/**
 * ndrv_uring_prep_wait() - Arm, and complete when there is something to do
 * @what: NDRV_ARM_RX, NDRV_ARM_TX or both
 *
 * Always exactly one completion; ndrv_uring_wait_result() says what it means. One wait at a time per queue.
 * Deferred doorbells are not told here: see ndrv_uring_prep_doorbell().
 *
 * The kernel says whether it has NDRV_URING_WAIT (NDRV_FEAT_URING_WAIT). Where it has not, which is before
 * Linux 6.7, this is NDRV_URING_ARM linked to IORING_OP_POLL_ADD: two entries of the submission queue instead
 * of one. The first completes only if it fails, and then the second does not.
 *
 * Return: 0 or -EAGAIN.
 */
static inline int ndrv_uring_prep_wait(struct io_uring *ring, const struct ndrv_queue *q, uint32_t what,
				       uint64_t user_data)
{
	const struct ndrv_uring cmd = { what, 0, 0, 0 };
	struct io_uring_sqe *sqe;

	if (ndrv_queue_features(q) & NDRV_FEAT_URING_WAIT) {
		if (!io_uring_sq_space_left(ring))
			return -EAGAIN;
		(void)ndrv_uring_command(ring, q, NDRV_URING_WAIT, &cmd, user_data);
		return 0;
	}
	if (io_uring_sq_space_left(ring) < 2)
		return -EAGAIN;
	sqe = ndrv_uring_command(ring, q, NDRV_URING_ARM, &cmd, user_data);
	sqe->flags = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
	sqe = ndrv_uring_entry(ring);
	sqe->opcode = IORING_OP_POLL_ADD;
	sqe->fd = ndrv_queue_fd(q);
	sqe->poll32_events = (what & NDRV_ARM_RX ? NDRV_URING_POLL_RX : 0) |
			     (what & NDRV_ARM_TX ? NDRV_URING_POLL_TX : 0);
	sqe->user_data = user_data;
	return 0;
}

/**
 * ndrv_uring_wait_result() - What the completion of ndrv_uring_prep_wait() means
 * @res: cqe->res
 *
 * Return: NDRV_ARM_* bits that are worth a look; several queues may share an interrupt, so there may be
 * nothing. Or a negative errno:
 *  -ESTALE    the queue was stopped or revoked, and may be started again
 *  -ENODEV    the device is gone
 *  -EPIPE     it was not started
 *  -ECANCELED  taken back
 *  -EBUSY     there is a wait on this queue already
 *  -EINVAL, -EOPNOTSUPP  as for ndrv_queue_arm()
 */
static inline int ndrv_uring_wait_result(const struct ndrv_queue *q, int res)
{
	int ret;

	if (res == -EPIPE || (res > 0 && res & NDRV_URING_POLL_BAD)) {
		ret = ndrv_queue_check(q);
		return ret ? ret : -ESTALE;
	}
	if (res > 0)
		return (res & NDRV_ARM_RX || res & (int)NDRV_URING_POLL_RX ? NDRV_ARM_RX : 0) |
		       (res & NDRV_ARM_TX || res & (int)NDRV_URING_POLL_TX ? NDRV_ARM_TX : 0);
	return res;
}

/**
 * ndrv_uring_prep_cancel() - Take a wait back
 * @wait_data: user_data of the ndrv_uring_prep_wait()
 *
 * The wait completes with -ECANCELED, unless it is complete already. This has a completion of its own, with 0
 * or -ENOENT (there was nothing to take back); on older kernels also -EALREADY: it is just completing.
 *
 * Return: 0 or -EAGAIN.
 */
static inline int ndrv_uring_prep_cancel(struct io_uring *ring, const struct ndrv_queue *q,
					 uint64_t wait_data, uint64_t user_data)
{
	const struct ndrv_uring cmd = { 0, 0, 0, 0 };
	struct io_uring_sqe *sqe;

	if (!io_uring_sq_space_left(ring))
		return -EAGAIN;
	if (ndrv_queue_features(q) & NDRV_FEAT_URING_WAIT) {
		(void)ndrv_uring_command(ring, q, NDRV_URING_CANCEL, &cmd, user_data);
		return 0;
	}
	sqe = ndrv_uring_entry(ring);
	sqe->opcode = IORING_OP_ASYNC_CANCEL;
	sqe->fd = -1;
	sqe->addr = wait_data;
	sqe->user_data = user_data;
	return 0;
}

/**
 * ndrv_uring_prep_doorbell() - Tell the deferred tails of many queues in one submission
 * @qs: Queues with NDRV_OPEN_F_DEFER_DOORBELL; those with nothing to tell are passed over
 * @nr: How many
 *
 * Call it after the bursts of a lap, then io_uring_submit(): one system call, however many queues. A doorbell
 * completes only if it fails (-EPIPE, -ENODEV), with @user_data; the queue then says so itself
 * (ndrv_queue_check()), so such completions may be ignored.
 *
 * Return: how many entries were prepared (0: nothing to submit), or -EAGAIN: fewer than @nr entries are free.
 */
static inline int ndrv_uring_prep_doorbell(struct io_uring *ring, struct ndrv_queue *const *qs,
					   unsigned int nr, uint64_t user_data)
{
	struct ndrv_uring cmd;
	unsigned int i;
	int n = 0;

	if (io_uring_sq_space_left(ring) < nr)
		return -EAGAIN;
	for (i = 0; i < nr; i++) {
		if (!ndrv_queue_tails(qs[i], &cmd))
			continue;
		ndrv_uring_command(ring, qs[i], NDRV_URING_DOORBELL, &cmd, user_data)->flags =
			IOSQE_CQE_SKIP_SUCCESS;
		n++;
	}
	return n;
}

#ifdef __cplusplus
}
#endif

#endif
