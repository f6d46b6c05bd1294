/* SPDX-License-Identifier: GPL-2.0-only */
/* ndrv-fwd: the thread of a lane; see fwd.h. Nothing here is shared with other lanes but the budget. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "fwd.h"

#define FLUSH_US	200000
/* How many rounds with packets between two looks at the clock. */
#define ROUNDS_PER_TICK	64
/* A sleeping lane looks at everything this often, whatever it waits for. */
#define SLEEP_US	1000000

struct fwd_opts fwd_opts;
volatile bool fwd_stop;
uint64_t fwd_left = UINT64_MAX;

/* The part of fwd_left that no lane has asked its card for. */
static uint64_t unasked = UINT64_MAX;

void fwd_set_count(uint64_t n)
{
	fwd_left = unasked = n;
}

/* How many packets of @n a lane may ask its card for. */
static unsigned int reserve(unsigned int n)
{
	uint64_t left = __atomic_load_n(&unasked, __ATOMIC_RELAXED), take;

	if (left == UINT64_MAX)
		return n;
	do
		take = left < n ? left : n;
	while (!__atomic_compare_exchange_n(&unasked, &left, left - take, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return take;
}

/* Of @asked packets @got have come. With pieces that may be more. */
static void account(unsigned int asked, unsigned int got)
{
	if (fwd_left == UINT64_MAX)
		return;
	if (got < asked)
		__atomic_add_fetch(&unasked, asked - got, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&fwd_left, got < asked ? got : asked, __ATOMIC_RELAXED);
}

/* Only what has come counts: what another lane asked for in vain comes back. */
static bool all_received(void)
{
	return !__atomic_load_n(&fwd_left, __ATOMIC_RELAXED);
}

static void wake_main(void)
{
	uint64_t one = 1;

	/* It cannot fail but for a counter that is full, and then main is awake. */
	if (write(fwd_opts.wake_fd, &one, sizeof(one)) < 0)
		return;
}

static void change_addresses(struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		uint8_t *frame = pkts[i].data, dst[6];

		/* Only the first piece of a frame begins with addresses. */
		if (i && pkts[i - 1].flags & NDRV_PKT_F_MORE)
			continue;
		if (fwd_opts.mac_swap) {
			memcpy(dst, frame, 6);
			memcpy(frame, frame + 6, 6);
			memcpy(frame + 6, dst, 6);
		}
		if (fwd_opts.set_dst)
			memcpy(frame, fwd_opts.dst, 6);
	}
}

/* Handles are packets, unless packets come in pieces. */
static unsigned int nr_packets(const struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i, count = 0;

	if (!fwd_opts.pieces)
		return n;
	for (i = 0; i < n; i++)
		count += !(pkts[i].flags & NDRV_PKT_F_MORE);
	return count;
}

/* The packet at w->first can never be sent: drop the whole frame that it begins. */
static void drop_frame(struct fwd_way *w)
{
	unsigned int n = 1;

	while (w->pkts[w->first + n - 1].flags & NDRV_PKT_F_MORE && w->first + n < w->end)
		n++;
	ndrv_pkt_free(w->to->q, &w->pkts[w->first], n);
	w->first += n;
	w->dropped++;
}

/* A call for a queue failed: start it again; false if the lane has to end. */
static bool recover(struct fwd_end *end, int ret)
{
	if (!tool_recover(end->port->name, end->q, ret))
		return false;
	end->restarts++;
	return true;
}

/* Receive into an empty way; the number of handles, or -1 if the lane has to end. */
static int receive(struct fwd_way *w)
{
	unsigned int room = reserve(fwd_opts.burst), count;
	int n;

	if (!room)
		return 0;
	n = ndrv_rx_burst(w->from->q, w->pkts, fwd_opts.pieces ? fwd_opts.burst : room);
	if (n <= 0) {
		account(room, 0);
		return n == 0 || recover(w->from, n) ? 0 : -1;
	}
	w->first = 0;
	w->end = n;
	count = nr_packets(w->pkts, n);
	w->received += count;
	account(room, count);
	if (all_received())
		wake_main();	/* others may sleep */
	if (fwd_opts.mac_swap || fwd_opts.set_dst)
		change_addresses(w->pkts, n);
	return n;
}

/* Send what is in the way; the number of handles, or -1. Packets that do not fit stay. */
static int transmit(struct fwd_way *w)
{
	int n = ndrv_tx_burst(w->to->q, &w->pkts[w->first], w->end - w->first);

	if (n >= 0) {
		w->sent += nr_packets(&w->pkts[w->first], n);
		w->first += n;
		return n;
	}
	if (n == -EINVAL || n == -EOPNOTSUPP) {
		drop_frame(w);
		return 1;
	}
	return recover(w->to, n) ? 0 : -1;
}

/* Both; whether anything moved, or -1. */
static int move(struct fwd_way *w)
{
	int got = 0, sent = 0;

	if (w->first == w->end)
		got = receive(w);
	if (got >= 0 && w->first != w->end)
		sent = transmit(w);
	return got < 0 || sent < 0 ? -1 : got || sent;
}

static bool empty(const struct fwd_lane *lane)
{
	return lane->ways[0].first == lane->ways[0].end && lane->ways[1].first == lane->ways[1].end;
}

/* Start again what does not run any more; false if the lane has to end. */
static bool revive(struct fwd_lane *lane)
{
	unsigned int i;
	int ret;

	for (i = 0; i < 2; i++) {
		ret = ndrv_queue_check(lane->ends[i].q);
		if (ret && !recover(&lane->ends[i], ret))
			return false;
	}
	return true;
}

/*
 * Sleep until there is something to do: a way with packets waits for room in the ring of its port, an
 * empty one for packets. Where the pool has run out, a receive ring may be empty because all buffers
 * are with the other port: then its end of sending counts, too.
 */
static bool nap(struct fwd_lane *lane)
{
	unsigned int want[2] = { 0, 0 }, i, to;
	int ret;

	for (i = 0; i < lane->nr_ways; i++) {
		struct fwd_way *w = &lane->ways[i];

		to = !i;
		if (w->first != w->end)
			want[to] |= NDRV_ARM_TX;
		else
			want[i] |= NDRV_ARM_RX;
		if (!ndrv_pool_nr_free(ndrv_queue_pool(w->to->q)) && ndrv_tx_reclaim(w->to->q) > 0)
			want[to] |= NDRV_ARM_TX;
	}
	for (i = 0; i < 2; i++)
		tool_waiter_want(lane->waiter, lane->ends[i].q, want[i]);
	ret = tool_wait(lane->waiter, SLEEP_US);
	if (ret >= 0 || ret == -EINTR)
		return true;
	/* A queue that only sends would not be asked before the next packet. */
	if (ret == -ESTALE || ret == -ENODEV || ret == -EPIPE)
		return revive(lane);
	tool_warn("%s, %s: cannot wait: %s", lane->ends[0].port->name, lane->ends[1].port->name,
		  ndrv_strerror(ret));
	return false;
}

/* Packets moved since the last look at the clock. */
static void tick(struct fwd_lane *lane)
{
	lane->last_ns = tool_now_ns();
	if (!lane->first_ns)
		lane->first_ns = lane->last_ns;
	__atomic_store_n(&lane->shown, lane->ways[0].sent + lane->ways[1].sent, __ATOMIC_RELAXED);
}

static bool forward(struct fwd_lane *lane)
{
	unsigned int i, rounds = 0;
	bool good = true;
	int ret, busy;

	while (good && !fwd_stop && !(all_received() && empty(lane))) {
		for (busy = 0, i = 0; i < lane->nr_ways && good; i++) {
			ret = move(&lane->ways[i]);
			good = ret >= 0;
			busy |= ret;
		}
		/* The clock is looked at seldom while packets flow. */
		rounds += busy;
		if (rounds && (!busy || !lane->first_ns || rounds >= ROUNDS_PER_TICK)) {
			tick(lane);
			rounds = 0;
		}
		if (!busy && lane->waiter)
			good = nap(lane);
	}
	if (rounds)
		tick(lane);
	return good;
}

/* Send what is in the ways and wait until the cards have sent all; what stays behind is dropped. */
static void finish(struct fwd_lane *lane)
{
	uint64_t end = tool_now_ns() + FLUSH_US * 1000ull;
	unsigned int i;
	int left;

	for (i = 0; i < lane->nr_ways; i++) {
		struct fwd_way *w = &lane->ways[i];

		while (w->first != w->end && tool_now_ns() < end && !ndrv_queue_check(w->to->q))
			if (transmit(w) < 0)
				break;
		ndrv_pkt_free(w->to->q, &w->pkts[w->first], w->end - w->first);
		w->dropped += nr_packets(&w->pkts[w->first], w->end - w->first);
		if (ndrv_tx_flush(w->to->q, FLUSH_US)) {
			/* Descriptors; with pieces that is more than packets, and never less. */
			left = ndrv_tx_reclaim(w->to->q);
			if (left > 0 && (uint64_t)left <= w->sent) {
				w->sent -= left;
				w->dropped += left;
			}
		}
	}
}

void *fwd_run(void *arg)
{
	struct fwd_lane *lane = arg;

	lane->good = forward(lane);
	if (!lane->good)
		fwd_stop = true;
	finish(lane);
	__atomic_store_n(&lane->done, true, __ATOMIC_RELEASE);
	wake_main();
	return NULL;
}
