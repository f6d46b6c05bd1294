// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue pair through its states: set-up, start, stop, generation, status page, doorbells by the
 * kernel, pairs beside each other, statistics and receive mode of the port. One port, no cable
 * needed.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>

FIXTURE(pair)
{
	int fd;
	struct ndrv_info info;
	struct ndrv_queue_setup qs;
	const volatile struct ndrv_status *st;
};

FIXTURE_SETUP(pair)
{
	int err;

	self->fd = -1;
	NEED_PORTS(1);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, get_info(self->fd, &self->info));
	self->qs = setup_args();
	self->st = xmmap(self->fd, page_up(1), PROT_READ, MAP_SHARED, NDRV_MMAP_STATUS, &err);
	if (err == -ENXIO)
		self->st = NULL;
	else
		ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(pair)
{
	if (self->fd >= 0)
		close(self->fd);
}

/* After set-up there is a status page for certain. */
#define SETUP() do {								\
	int map_err;								\
	if (self->st)								\
		munmap((void *)self->st, page_up(1));				\
	ASSERT_EQ(0, queue_setup(self->fd, &self->qs));				\
	self->st = xmmap(self->fd, page_up(1), PROT_READ, MAP_SHARED,		\
			 NDRV_MMAP_STATUS, &map_err);				\
	ASSERT_EQ(0, map_err);							\
} while (0)

TEST_F(pair, without_setup_enxio)
{
	EXPECT_EQ(-ENXIO, queue_start(self->fd, NULL));
	EXPECT_EQ(-ENXIO, queue_stop(self->fd));
	EXPECT_EQ(-ENXIO, doorbell(self->fd, NDRV_DOORBELL_F_RX, 0, 0));
	if (self->st)
		EXPECT_EQ(NDRV_STATE_IDLE, self->st->state);
}

TEST_F(pair, setup_gives_the_queue_that_was_asked_for)
{
	self->qs.queue = self->info.out_max_queues - 1;
	SETUP();
	EXPECT_EQ(self->info.out_max_queues - 1, self->qs.out_queue);
	EXPECT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(0, queue_stop(self->fd));
}

TEST_F(pair, every_queue_starts_and_stops)
{
	uint32_t q;

	for (q = 0; q < self->info.out_max_queues; q++) {
		struct ndrv_queue_setup qs = setup_args();
		int fd = dev_open(0);

		ASSERT_GE(fd, 0);
		qs.queue = q;
		qs.rx_entries = qs.tx_entries = self->info.out_ring_min;
		ASSERT_EQ(0, queue_setup(fd, &qs)) TH_LOG("queue %u", q);
		ASSERT_EQ(0, queue_start(fd, NULL)) TH_LOG("queue %u", q);
		ASSERT_EQ(0, queue_stop(fd)) TH_LOG("queue %u", q);
		close(fd);
	}
}

TEST_F(pair, ring_sizes_at_the_limits)
{
	uint32_t sizes[] = { self->info.out_ring_min, self->info.out_ring_max };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		int fd = dev_open(0);
		struct ndrv_queue_setup qs = setup_args();

		ASSERT_GE(fd, 0);
		qs.rx_entries = qs.tx_entries = sizes[i];
		qs.rx_buf_bytes = self->info.out_rx_buf_max;
		EXPECT_EQ(0, queue_setup(fd, &qs)) TH_LOG("%u entries", sizes[i]);
		EXPECT_EQ(0, queue_start(fd, NULL));
		close(fd);
	}
}

TEST_F(pair, either_side_may_be_left_out)
{
	struct ndrv_queue_setup tx = setup_args();
	int fd = dev_open(0);

	ASSERT_GE(fd, 0);
	tx.rx_entries = tx.rx_buf_bytes = 0;
	tx.queue = 1;
	EXPECT_EQ(0, queue_setup(fd, &tx));
	EXPECT_EQ(0, tx.out_rx_ring_bytes);
	EXPECT_EQ(0, queue_start(fd, NULL));
	EXPECT_EQ(0, queue_stop(fd));
	self->qs.tx_entries = 0;
	SETUP();
	EXPECT_EQ(0, self->qs.out_tx_ring_bytes);
	EXPECT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(0, queue_stop(self->fd));
	close(fd);
}

TEST_F(pair, generation_counts_starts)
{
	uint64_t ready, first, second;

	SETUP();
	ready = self->st->generation;
	ASSERT_EQ(0, queue_start(self->fd, &first));
	EXPECT_GT(first, ready);
	EXPECT_EQ(first, self->st->generation);
	EXPECT_EQ(NDRV_STATE_RUNNING, self->st->state);
	ASSERT_EQ(0, queue_stop(self->fd));
	EXPECT_EQ(NDRV_STATE_READY, self->st->state);
	ASSERT_EQ(0, queue_start(self->fd, &second));
	EXPECT_GT(second, first);
	EXPECT_EQ(second, self->st->generation);
}

TEST_F(pair, start_while_running_ebusy)
{
	uint64_t generation;

	SETUP();
	ASSERT_EQ(0, queue_start(self->fd, &generation));
	EXPECT_EQ(-EBUSY, queue_start(self->fd, NULL));
	EXPECT_EQ(generation, self->st->generation) TH_LOG("a refusal changes nothing");
	EXPECT_EQ(NDRV_STATE_RUNNING, self->st->state);
}

TEST_F(pair, stop_of_a_stopped_pair_does_nothing)
{
	uint64_t generation;

	SETUP();
	generation = self->st->generation;
	EXPECT_EQ(0, queue_stop(self->fd));
	EXPECT_EQ(generation, self->st->generation);
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(0, queue_stop(self->fd));
	EXPECT_EQ(0, queue_stop(self->fd));
	EXPECT_EQ(NDRV_STATE_READY, self->st->state);
}

/* "Fills both rings with zeroes": nothing of an earlier run is left to be taken for a descriptor. */
TEST_F(pair, start_clears_the_rings)
{
	static const uint64_t areas[] = { NDRV_MMAP_RX_RING, NDRV_MMAP_TX_RING };
	unsigned int i;

	SETUP();
	for (i = 0; i < 2; i++) {
		size_t len = i ? self->qs.out_tx_ring_bytes : self->qs.out_rx_ring_bytes;
		volatile uint8_t *ring;
		size_t b, left = 0;
		int err;

		ring = xmmap(self->fd, page_up(len), PROT_READ | PROT_WRITE, MAP_SHARED, areas[i],
			     &err);
		ASSERT_EQ(0, err);
		memset((void *)ring, 0xff, len);
		ASSERT_EQ(0, queue_start(self->fd, NULL));
		for (b = 0; b < len; b++)
			left += ring[b] != 0;
		EXPECT_EQ(0, left) TH_LOG("%s ring", i ? "tx" : "rx");
		ASSERT_EQ(0, queue_stop(self->fd));
	}
}

TEST_F(pair, closed_pair_is_free_at_once)
{
	int i;

	for (i = 0; i < 20; i++) {
		struct ndrv_queue_setup qs = setup_args();
		int fd = dev_open(0);

		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, queue_setup(fd, &qs)) TH_LOG("round %d", i);
		ASSERT_EQ(0, queue_start(fd, NULL));
		close(fd);
	}
}

TEST_F(pair, poll_is_silent_while_all_is_well)
{
	EXPECT_EQ(0, poll_fd(self->fd, POLLIN | POLLOUT, 0) & (POLLERR | POLLHUP));
	SETUP();
	EXPECT_EQ(0, poll_fd(self->fd, POLLIN | POLLOUT, 0) & (POLLERR | POLLHUP));
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(0, poll_fd(self->fd, POLLIN | POLLOUT, 0) & (POLLERR | POLLHUP));
	ASSERT_EQ(0, queue_stop(self->fd));
	EXPECT_EQ(0, poll_fd(self->fd, POLLIN | POLLOUT, 0) & (POLLERR | POLLHUP));
}

TEST_F(pair, doorbell_is_possible_in_both_modes)
{
	self->qs.flags = 0;
	SETUP();
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(0, doorbell(self->fd, NDRV_DOORBELL_F_TX, 0, 0));
	/* The mapping holds the file as well. */
	munmap((void *)self->st, page_up(1));
	self->st = NULL;
	close(self->fd);
	self->fd = dev_open(0);
	ASSERT_GE(self->fd, 0);
	self->qs = setup_args();
	self->qs.flags = NDRV_QUEUE_F_KERNEL_DOORBELL;
	SETUP();
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(0, doorbell(self->fd, NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX, 0, 0));
}

/* The mapped page and the call reach the same register. */
TEST_F(pair, doorbell_call_and_page_are_one_register)
{
	volatile uint32_t *tail;
	uint8_t *page;
	uint64_t end;
	int err;

	SETUP();
	page = xmmap(self->fd, page_up(1), PROT_READ | PROT_WRITE, MAP_SHARED,
		     NDRV_MMAP_TX_DOORBELL, &err);
	ASSERT_EQ(0, err);
	tail = (volatile uint32_t *)(page + self->qs.out_tx_tail_off);
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	EXPECT_EQ(0, *tail);
	/* A zeroed descriptor is nothing that the card could harm: no address is fetched for it. */
	ASSERT_EQ(0, doorbell(self->fd, NDRV_DOORBELL_F_TX, 0, 0));
	EXPECT_EQ(0, *tail);
	page = xmmap(self->fd, page_up(1), PROT_READ | PROT_WRITE, MAP_SHARED,
		     NDRV_MMAP_RX_DOORBELL, &err);
	ASSERT_EQ(0, err);
	tail = (volatile uint32_t *)(page + self->qs.out_rx_tail_off);
	/* A multiple of what any family steps in. */
	ASSERT_EQ(0, doorbell(self->fd, NDRV_DOORBELL_F_RX, 8, 0));
	/* Page and call may be two addresses of it: the simulator carries the value over when it looks. */
	for (end = now_ms() + MS(5000); *tail != 8 && now_ms() < end; )
		sleep_ms(1);
	EXPECT_EQ(8, *tail);
	*tail = 0;
	EXPECT_EQ(0, *tail);
}

TEST_F(pair, vlan_strip_needs_the_feature)
{
	int err;

	self->qs.flags = NDRV_QUEUE_F_VLAN_STRIP;
	err = queue_setup(self->fd, &self->qs);
	EXPECT_EQ(self->info.out_features & NDRV_FEAT_RX_VLAN ? 0 : -EOPNOTSUPP, err);
}

TEST_F(pair, link_and_status_agree)
{
	struct ndrv_link link;
	uint64_t end;

	SETUP();
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	for (end = now_ms() + LINK_MS; now_ms() < end; sleep_ms(20)) {
		ASSERT_EQ(0, get_link(self->fd, &link));
		/* The call updates the page. */
		EXPECT_EQ(link.out_up, self->st->link_up);
		EXPECT_EQ(link.out_mbps, self->st->link_mbps);
		EXPECT_EQ(link.out_up, !!link.out_mbps);
		if (link.out_up)
			return;
	}
	/* Hardware may have no cable; a VM's is always there. */
	EXPECT_FALSE(bench_present()) TH_LOG("no link after %d ms", LINK_MS);
}

/* The page alone, without a call that reads the link, within its second. */
TEST_F(pair, link_loss_reaches_the_status_page)
{
	struct ndrv_link link;
	uint64_t end;
	int i;

	if (!bench_present())
		SKIP(return, "needs somebody who pulls the cable");
	SETUP();
	ASSERT_EQ(0, queue_start(self->fd, NULL));
	for (i = 0; i < LINK_MS / 20; i++, sleep_ms(20))
		if (!get_link(self->fd, &link) && link.out_up)
			break;
	ASSERT_EQ(1, self->st->link_up);
	ASSERT_EQ(0, cable(0, false));
	for (end = now_ms() + 3000; now_ms() < end && self->st->link_up; sleep_ms(20))
		;
	EXPECT_EQ(0, self->st->link_up);
	EXPECT_EQ(0, self->st->link_mbps);
	ASSERT_EQ(0, cable(0, true));
	for (end = now_ms() + LINK_MS; now_ms() < end && !self->st->link_up; sleep_ms(20))
		;
	EXPECT_EQ(1, self->st->link_up);
}

TEST_F(pair, stats_only_grow)
{
	struct ndrv_stats a, b;

	ASSERT_EQ(0, get_stats(self->fd, &a));
	ASSERT_EQ(0, get_stats(self->fd, &b));
	EXPECT_GE(b.out_rx_packets, a.out_rx_packets);
	EXPECT_GE(b.out_tx_packets, a.out_tx_packets);
	EXPECT_GE(b.out_rx_bytes, a.out_rx_bytes);
	EXPECT_GE(b.out_link_changes, a.out_link_changes);
	EXPECT_EQ(b.out_resets, a.out_resets);
}

/* The link and the neighbours do not notice that a pair starts, stops or goes. */
TEST_F(pair, neighbours_do_not_disturb)
{
	struct ndrv_stats before, after;
	uint64_t generation;
	int i;

	SETUP();
	ASSERT_EQ(0, queue_start(self->fd, &generation));
	sleep_ms(1200);
	ASSERT_EQ(0, get_stats(self->fd, &before));
	for (i = 0; i < 10; i++) {
		struct ndrv_queue_setup qs = setup_args();
		int fd = dev_open(0);

		ASSERT_GE(fd, 0);
		qs.queue = NDRV_QUEUE_ANY;
		ASSERT_EQ(0, queue_setup(fd, &qs));
		ASSERT_EQ(0, queue_start(fd, NULL));
		if (i & 1)
			ASSERT_EQ(0, queue_stop(fd));
		close(fd);
	}
	ASSERT_EQ(0, get_stats(self->fd, &after));
	EXPECT_EQ(before.out_resets, after.out_resets);
	EXPECT_EQ(before.out_link_changes, after.out_link_changes);
	EXPECT_EQ(NDRV_STATE_RUNNING, self->st->state);
	EXPECT_EQ(generation, self->st->generation);
}

/* ---- a queue that does not stop in time ----------------------------------------------------------- */

FIXTURE(stuck) { unsigned int nr; bool found; int a, b; const volatile struct ndrv_status *st; };

/*
 * The simulator plays the stuck queue, on a port where it sees the enables of queues: an 82599 has
 * them in the mapped page, unless trap=on; an E810 has not.
 */
static bool sees_enables(unsigned int nr)
{
	struct ndrv_info info;
	int fd = dev_open(nr), err;

	if (fd < 0)
		return false;
	err = get_info(fd, &info);
	close(fd);
	if (err || !desc_format(info.out_desc_format))
		return false;
	return !desc_format(info.out_desc_format)->ring_registers ||
	       sim_port_says(nr, "\"trap\":true");
}

FIXTURE_SETUP(stuck)
{
	struct ndrv_queue_setup qs = setup_args();
	int err;

	self->a = self->b = -1;
	NEED_PORTS(1);
	while (sim_present() && self->nr < dev_count() && !self->found) {
		self->found = sees_enables(self->nr);
		self->nr += !self->found;
	}
	if (!self->found)
		SKIP(return, "needs the simulator's stuck queue: an E810 port, or an 82599 port with trap=on");
	self->a = dev_open(self->nr);
	self->b = dev_open(self->nr);
	ASSERT_GE(self->a, 0);
	ASSERT_GE(self->b, 0);
	ASSERT_EQ(0, queue_setup(self->a, &qs));
	qs.queue = 1;
	ASSERT_EQ(0, queue_setup(self->b, &qs));
	self->st = xmmap(self->a, page_up(1), PROT_READ, MAP_SHARED, NDRV_MMAP_STATUS, &err);
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, queue_start(self->a, NULL));
	ASSERT_EQ(0, queue_start(self->b, NULL));
}

FIXTURE_TEARDOWN(stuck)
{
	if (self->found)
		sim_command("fault %d stuck-disable 0", sim_index(self->nr));
	if (self->a >= 0)
		close(self->a);
	if (self->b >= 0)
		close(self->b);
}

/* The device is reset: ETIMEDOUT says so, the others are REVOKED, and all can be started again. */
TEST_F(stuck, stop_resets_the_port)
{
	struct ndrv_stats before, after;
	uint64_t generation = self->st->generation, again;

	ASSERT_EQ(0, get_stats(self->a, &before));
	ASSERT_EQ(0, sim_command("fault %d stuck-disable 1000", sim_index(self->nr)));
	EXPECT_EQ(-ETIMEDOUT, queue_stop(self->b));
	ASSERT_EQ(0, sim_command("fault %d stuck-disable 0", sim_index(self->nr)));
	ASSERT_EQ(0, get_stats(self->a, &after));
	EXPECT_EQ(before.out_resets + 1, after.out_resets);
	EXPECT_EQ(NDRV_STATE_REVOKED, self->st->state);
	EXPECT_NE(generation, self->st->generation);
	EXPECT_EQ(POLLERR | POLLHUP, poll_fd(self->a, POLLIN, 0) & (POLLERR | POLLHUP));
	EXPECT_EQ(-EPIPE, doorbell(self->a, NDRV_DOORBELL_F_TX, 0, 0));
	EXPECT_EQ(0, queue_stop(self->a)) TH_LOG("does nothing in REVOKED");
	ASSERT_EQ(0, queue_start(self->a, &again));
	EXPECT_GT(again, generation);
	EXPECT_EQ(0, poll_fd(self->a, POLLIN, 0) & (POLLERR | POLLHUP));
	EXPECT_EQ(0, queue_start(self->b, NULL)) TH_LOG("the stuck one");
	EXPECT_EQ(0, sim_counter(self->nr, "dma_after_stop"));
}

/* close cannot fail: the reset happens there, and the memory goes only then. */
TEST_F(stuck, close_resets_the_port)
{
	struct ndrv_queue_setup qs = setup_args();

	ASSERT_EQ(0, sim_command("fault %d stuck-disable 1000", sim_index(self->nr)));
	EXPECT_EQ(0, close(self->b));
	ASSERT_EQ(0, sim_command("fault %d stuck-disable 0", sim_index(self->nr)));
	EXPECT_EQ(NDRV_STATE_REVOKED, self->st->state);
	ASSERT_EQ(0, queue_start(self->a, NULL));
	self->b = dev_open(self->nr);
	ASSERT_GE(self->b, 0);
	qs.queue = 1;
	EXPECT_EQ(0, queue_setup(self->b, &qs)) TH_LOG("its queue is free");
	EXPECT_EQ(0, queue_start(self->b, NULL));
	EXPECT_EQ(0, sim_counter(self->nr, "dma_faults"));
	EXPECT_EQ(0, sim_counter(self->nr, "dma_after_stop"));
}

TEST_HARNESS_MAIN
