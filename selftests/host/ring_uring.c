/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What <ndrv/uring.h> puts into a submission queue. The ring is memory of this program and no kernel sees it,
 * so that both ways of waiting are looked at wherever this runs.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <poll.h>

#define send libc_send		/* ring_fake.h has one of its own */
#include <ndrv/uring.h>
#undef send

#include "ring_fake.h"

#define ENTRIES 4u

static struct io_uring ring;
static struct io_uring_sqe sqes[ENTRIES];
static unsigned int khead;

/* All entries free, filled with what another request had left there. */
static void empty_ring(void)
{
	memset(&ring, 0, sizeof(ring));
	memset(sqes, 0xa5, sizeof(sqes));
	khead = 0;
	ring.sq.khead = &khead;
	ring.sq.sqes = sqes;
	ring.sq.ring_entries = ENTRIES;
	ring.sq.ring_mask = ENTRIES - 1;
}

static unsigned int used(void)
{
	return ring.sq.sqe_tail;
}

/* The entry is this command for @q and nothing else is set. */
static int is_command(const struct io_uring_sqe *sqe, const struct ndrv_queue *q, uint32_t op,
		      const struct ndrv_uring *cmd, uint8_t flags, uint64_t user_data)
{
	struct io_uring_sqe want;

	memset(&want, 0, sizeof(want));
	want.opcode = IORING_OP_URING_CMD;
	want.flags = flags;
	want.fd = q->fd;
	want.cmd_op = op;
	want.user_data = user_data;
	memcpy(want.cmd, cmd, sizeof(*cmd));
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*): each byte goes to the kernel */
	return !memcmp(sqe, &want, sizeof(want));
}

static void test_wait(struct ndrv_queue *q)
{
	const struct ndrv_uring both = { .flags = NDRV_ARM_RX | NDRV_ARM_TX }, rx = { .flags = NDRV_ARM_RX };
	const struct ndrv_uring none = { 0 };

	q->features = NDRV_FEAT_WAIT | NDRV_FEAT_URING_WAIT;
	empty_ring();
	tap_ok(!ndrv_uring_prep_wait(&ring, q, NDRV_ARM_RX | NDRV_ARM_TX, 7) && used() == 1 &&
	       is_command(&sqes[0], q, NDRV_URING_WAIT, &both, 0, 7), "a wait");
	tap_ok(!ndrv_uring_prep_arm(&ring, q, NDRV_ARM_RX, 8) && used() == 2 &&
	       is_command(&sqes[1], q, NDRV_URING_ARM, &rx, 0, 8), "an arming");
	tap_ok(!ndrv_uring_prep_cancel(&ring, q, 7, 9) && used() == 3 &&
	       is_command(&sqes[2], q, NDRV_URING_CANCEL, &none, 0, 9), "taking the wait back");
	tap_eq(ndrv_uring_prep_wait(&ring, q, NDRV_ARM_RX, 7), 0, "the last entry");
	tap_ok(ndrv_uring_prep_wait(&ring, q, NDRV_ARM_RX, 7) == -EAGAIN &&
	       ndrv_uring_prep_arm(&ring, q, NDRV_ARM_RX, 7) == -EAGAIN &&
	       ndrv_uring_prep_cancel(&ring, q, 7, 7) == -EAGAIN && used() == ENTRIES, "no room");
}

static void test_older_kernel(struct ndrv_queue *q)
{
	const struct ndrv_uring tx = { .flags = NDRV_ARM_TX };

	q->features = NDRV_FEAT_WAIT;
	empty_ring();
	tap_ok(!ndrv_uring_prep_wait(&ring, q, NDRV_ARM_TX, 7) && used() == 2, "a wait in two entries");
	tap_ok(is_command(&sqes[0], q, NDRV_URING_ARM, &tx, IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS, 7),
	       "the first arms, silently, and goes before the second");
	tap_ok(sqes[1].opcode == IORING_OP_POLL_ADD && sqes[1].fd == q->fd && !sqes[1].flags && !sqes[1].len &&
	       sqes[1].poll32_events == POLLWRNORM && sqes[1].user_data == 7, "which polls for that side");
	tap_eq(ndrv_uring_prep_cancel(&ring, q, 7, 9), 0, "take it back");
	tap_ok(sqes[2].opcode == IORING_OP_ASYNC_CANCEL && sqes[2].addr == 7 && sqes[2].user_data == 9 &&
	       !sqes[2].cancel_flags, "by its number");
	tap_ok(ndrv_uring_prep_wait(&ring, q, NDRV_ARM_RX, 7) == -EAGAIN && used() == 3, "room for half a wait");
	khead = 2;
	tap_eq(ndrv_uring_prep_wait(&ring, q, NDRV_ARM_RX, 7), 0, "and for all of it");
	tap_eq(sqes[0].poll32_events, POLLRDNORM, "the other side");
}

static void test_results(struct fake *f)
{
	struct ndrv_queue *q = f->q;

	tap_eq(ndrv_uring_wait_result(q, NDRV_ARM_RX), NDRV_ARM_RX, "receive");
	tap_eq(ndrv_uring_wait_result(q, NDRV_ARM_TX), NDRV_ARM_TX, "transmit");
	tap_eq(ndrv_uring_wait_result(q, 3), NDRV_ARM_RX | NDRV_ARM_TX, "both");
	tap_eq(ndrv_uring_wait_result(q, POLLRDNORM), NDRV_ARM_RX, "receive, of a poll");
	tap_eq(ndrv_uring_wait_result(q, POLLWRNORM), NDRV_ARM_TX, "transmit, of a poll");
	tap_eq(ndrv_uring_wait_result(q, -ECANCELED), -ECANCELED, "an error");
	tap_eq(ndrv_uring_wait_result(q, -EPIPE), -ESTALE, "stopped behind our back");
	f->status.generation++;
	tap_eq(ndrv_uring_wait_result(q, POLLERR | POLLHUP | POLLRDNORM), -ESTALE, "revoked");
	f->status.state = NDRV_STATE_GONE;
	tap_eq(ndrv_uring_wait_result(q, POLLERR | POLLHUP), -ENODEV, "gone");
	ndrv_rings_stop(q);
	f->status.state = NDRV_STATE_READY;
	tap_eq(ndrv_uring_wait_result(q, -EPIPE), -EPIPE, "not started");
	tap_ok(!((POLLRDNORM | POLLWRNORM) & (NDRV_ARM_RX | NDRV_ARM_TX | POLLERR | POLLHUP)),
	       "bits of both kinds can be told apart");
}

/* Queues that defer their doorbells; the second has nothing to tell. */
static void test_doorbell(void)
{
	struct ndrv_uring cmd = { .flags = NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX, .tx_tail = 1 };
	struct ndrv_queue *qs[3];
	struct ndrv_pkt pkt;
	struct fake f[3];
	int i;

	for (i = 0; i < 3; i++) {
		fake_init(&f[i], 64, 64, 512, 2048, 2048);
		qs[i] = f[i].q;
		qs[i]->fd = 20 + i;
		qs[i]->rx.tail = qs[i]->tx.tail = NULL;
		qs[i]->defer = true;
		fake_start(&f[i]);
		if (i != 1 && alloc(&f[i], &pkt, 1) == 1)
			send(&f[i], &pkt, 1);
	}
	ndrv_queue_tails(qs[1], &(struct ndrv_uring){ 0 });
	cmd.rx_tail = f[0].card->rx_tail_step == 1 ? 63 : 56;
	empty_ring();
	khead = (unsigned int)-2;
	tap_ok(ndrv_uring_prep_doorbell(&ring, qs, 3, 5) == -EAGAIN && !used(), "no room for all");
	khead = 0;
	tap_ok(ndrv_uring_prep_doorbell(&ring, qs, 3, 5) == 2 && used() == 2, "two of three have to tell");
	tap_ok(is_command(&sqes[0], qs[0], NDRV_URING_DOORBELL, &cmd, IOSQE_CQE_SKIP_SUCCESS, 5) &&
	       is_command(&sqes[1], qs[2], NDRV_URING_DOORBELL, &cmd, IOSQE_CQE_SKIP_SUCCESS, 5),
	       "both tails of each");
	tap_eq(ndrv_uring_prep_doorbell(&ring, qs, 2, 5), 0, "and they are told");
	for (i = 0; i < 3; i++)
		fake_exit(&f[i]);
}

int main(void)
{
	static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice, &fake_igb };
	unsigned int i;
	struct fake f;

	for (i = 0; i < sizeof(cards) / sizeof(*cards); i++) {
		fake_card = cards[i];
		fake_init(&f, 64, 64, 512, 2048, 2048);
		f.q->fd = 77;
		fake_start(&f);
		test_wait(f.q);
		test_older_kernel(f.q);
		test_results(&f);
		fake_exit(&f);
		test_doorbell();
	}
	return tap_done();
}
