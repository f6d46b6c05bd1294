// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that means harm: descriptors with addresses that its port does not own, its own rings
 * as buffers, queues enabled behind the kernel's back. The IOMMU must stop each, memory must stay
 * as it was (canaries), the port must be usable at once, and two other ports must not lose a frame.
 *
 * Ports 0 and 1 are the attacker's and share a cable; ports 2 and 3, where they exist, are the
 * neighbours. The simulator's counters prove that an access was tried and failed; without it (real
 * hardware) only the canaries speak.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

/* 82599 data sheet 331520, 8.2.3.8 and 8.2.3.9, from the tail of the same queue; desc.ring_registers */
#define BAL		-0x18
#define BAH		-0x14
#define LEN		-0x10
#define HEAD		-0x08
#define DCTL		0x10
#define DCTL_ENABLE	0x02000000u
#define QUEUE_STRIDE	0x40

#define CANARY		0xc7
#define OTHER_BYTES	(16ULL << 20)

/* ---- neighbours ------------------------------------------------------------------------------ */

struct neighbours {
	bool running;
	volatile bool stop;
	pthread_t thread;
	struct port from, to;
	volatile uint64_t sent, received, wrong;
};

static void *talk(void *arg)
{
	struct neighbours *n = arg;
	uint8_t out[200], in[2048];

	while (!n->stop || n->received < n->sent) {
		int got;

		if (!n->stop && n->sent - n->received < 64) {
			frame_fill(out, sizeof(out), n->to.info.out_mac, n->from.info.out_mac,
				   n->sent);
			if (!port_send(&n->from, out, sizeof(out)))
				n->sent++;
		}
		got = port_recv(&n->to, in, sizeof(in), n->sent - n->received >= 64 || n->stop ?
				3000 : 0);
		if (got == 0 && (n->stop || n->sent - n->received >= 64))
			break;
		if (got <= 0)
			continue;
		n->wrong += got != sizeof(out) || frame_check(in, sizeof(out), n->received);
		/* Enough to notice a gap, and something left of the processor for the attacker. */
		if (++n->received % 64 == 0)
			sleep_ms(2);
	}
	return NULL;
}

static int neighbours_start(struct neighbours *n)
{
	int err;

	err = port_setup(&n->from, 2, NULL);
	if (!err)
		err = port_setup(&n->to, 3, NULL);
	if (!err)
		err = port_start(&n->from);
	if (!err)
		err = port_start(&n->to);
	if (!err)
		err = port_wait_link(&n->from, LINK_MS);
	if (!err)
		err = port_wait_link(&n->to, LINK_MS);
	if (!err)
		err = -pthread_create(&n->thread, NULL, talk, n);
	n->running = !err;
	return err;
}

/* ---- the attacker ---------------------------------------------------------------------------- */

FIXTURE(attack)
{
	struct port a, b;
	struct pool other;		/* attached to b only */
	uint8_t *page;			/* of this process, at the physical address phys */
	uint64_t phys;
	struct neighbours n;
	int64_t faults;
};

static uint64_t phys_of(void *at)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (pread(fd, &entry, 8, (off_t)((uintptr_t)at / 4096 * 8)) != 8)
			entry = 0;
		close(fd);
	}
	return entry >> 63 ? (entry & ((1ULL << 55) - 1)) * 4096 : 0;
}

FIXTURE_SETUP(attack)
{
	int err, fd;

	self->a.fd = self->b.fd = self->n.from.fd = self->n.to.fd = -1;
	NEED_PORTS(2);
	NEED_ROOT();
	ASSERT_FALSE(dev_needed(4) && dev_count() < 4);
	ASSERT_EQ(0, port_setup(&self->a, 0, NULL));
	ASSERT_EQ(0, port_setup(&self->b, 1, NULL));
	if (self->a.info.out_iommu != NDRV_IOMMU_DMA && self->a.info.out_iommu != NDRV_IOMMU_DMA_FQ)
		SKIP(return, "no translating IOMMU here: nothing confines the port");
	fd = pool_create(self->b.fd, OTHER_BYTES);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, pool_attach(self->b.fd, fd, &self->other));
	ASSERT_EQ(0, pool_map(&self->other));
	memset(self->other.map, CANARY, OTHER_BYTES);
	self->page = xmmap(-1, 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, 0, &err);
	ASSERT_EQ(0, err);
	memset(self->page, CANARY, 4096);
	self->phys = phys_of(self->page);
	ASSERT_NE(0, self->phys);
	ASSERT_EQ(0, port_start(&self->a));
	ASSERT_EQ(0, port_start(&self->b));
	ASSERT_EQ(0, port_wait_link(&self->a, LINK_MS));
	ASSERT_EQ(0, port_wait_link(&self->b, LINK_MS));
	if (dev_count() >= 4)
		ASSERT_EQ(0, neighbours_start(&self->n));
	self->faults = sim_present() ? sim_counter(0, "dma_faults") : -1;
}

static size_t changed(const uint8_t *at, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += at[i] != CANARY;
	return n;
}

/* In every test of this file: canaries, neighbours, and the model's opinion. */
FIXTURE_TEARDOWN(attack)
{
	if (self->page)
		EXPECT_EQ(0, changed(self->page, 4096)) TH_LOG("a page of this process");
	if (self->other.map)
		EXPECT_EQ(0, changed(self->other.map, OTHER_BYTES)) TH_LOG("the other port's pool");
	if (self->n.running) {
		uint64_t before = self->n.received;
		int i;

		/* On a busy machine they may be late; they give up by themselves, much sooner than this. */
		for (i = 0; i < 200 && self->n.received == before; i++)
			sleep_ms(50);
		EXPECT_GT(self->n.received, before) TH_LOG("the neighbours stand still");
		self->n.stop = true;
		pthread_join(self->n.thread, NULL);
		EXPECT_EQ(self->n.sent, self->n.received);
		EXPECT_EQ(0, self->n.wrong);
		TH_LOG("neighbours: %llu frames", (unsigned long long)self->n.received);
	}
	port_close(&self->n.from);
	port_close(&self->n.to);
	pool_close(&self->other);
	port_close(&self->a);
	port_close(&self->b);
	if (self->faults >= 0) {
		EXPECT_EQ(0, sim_counter(0, "dma_after_stop"));
		EXPECT_EQ(0, sim_counter(1, "dma_faults"));
		EXPECT_EQ(0, sim_counter(1, "dma_after_stop"));
	}
}

static unsigned int drain(struct port *p, unsigned int ms)
{
	unsigned int n = 0;
	uint8_t in[2048];

	while (port_recv(p, in, sizeof(in), ms) > 0)
		n += frame_seq(in) != UINT64_MAX;
	return n;
}

/* After the attack the same file stops, starts and works. */
static const char *recovers(struct port *a, struct port *b)
{
	uint8_t out[100], in[2048];

	if (queue_stop(a->fd))
		return "stop";
	if (port_start(a))
		return "start";
	if (port_wait_link(a, LINK_MS) || port_wait_link(b, LINK_MS))
		return "link";
	/* What waited in the card's packet buffer comes now. */
	drain(a, 20);
	drain(b, 20);
	frame_fill(out, sizeof(out), b->info.out_mac, a->info.out_mac, 7);
	if (port_send(a, out, sizeof(out)) || port_recv(b, in, sizeof(in), 3000) != 100 ||
	    frame_check(in, 100, 7))
		return "send";
	frame_fill(out, sizeof(out), a->info.out_mac, b->info.out_mac, 8);
	if (port_send(b, out, sizeof(out)) || port_recv(a, in, sizeof(in), 3000) != 100 ||
	    frame_check(in, 100, 8))
		return "receive";
	return NULL;
}

#define EXPECT_RECOVERS() do {							\
	const char *step = recovers(&self->a, &self->b);			\
	EXPECT_EQ(NULL, step) TH_LOG("the port does not come back: %s", step);	\
} while (0)

/* The card reads from @iova, to send: nothing may come out. */
#define READ_MUST_FAIL(iova) do {						\
	int64_t was = sim_counter(0, "dma_faults");				\
	port_tx_desc(&self->a, iova, 64);					\
	port_tx_publish(&self->a);						\
	EXPECT_EQ(0, drain(&self->b, 100)) TH_LOG("read at %#llx", (unsigned long long)(iova)); \
	if (self->faults >= 0) {						\
		EXPECT_GT(sim_counter(0, "dma_faults"), was)			\
			TH_LOG("read at %#llx", (unsigned long long)(iova));	\
		EXPECT_EQ((int64_t)((iova) >> 12), sim_counter(0, "dma_fault_iova") >> 12); \
	}									\
	EXPECT_RECOVERS();							\
} while (0)

/* The card writes to @iova what it receives. All receive descriptors say so. */
#define WRITE_MUST_FAIL(iova) do {						\
	int64_t was = sim_counter(0, "dma_faults");				\
	uint8_t frame[64];							\
	uint32_t d;								\
	ASSERT_EQ(0, queue_stop(self->a.fd));					\
	ASSERT_EQ(0, queue_start(self->a.fd, NULL));				\
	for (d = 0; d < self->a.qs.rx_entries; d++)				\
		port_rx_desc(&self->a, d, iova);				\
	port_tail(&self->a, NDRV_DOORBELL_F_RX, port_rx_room(&self->a), 0);	\
	ASSERT_EQ(0, port_wait_link(&self->a, LINK_MS));			\
	frame_fill(frame, 64, self->a.info.out_mac, self->b.info.out_mac, 9);	\
	for (d = 0; d < 4; d++)							\
		ASSERT_EQ(0, port_send(&self->b, frame, 64));			\
	sleep_ms(100);								\
	if (self->faults >= 0)							\
		EXPECT_GT(sim_counter(0, "dma_faults"), was)			\
			TH_LOG("write at %#llx", (unsigned long long)(iova));	\
	EXPECT_RECOVERS();							\
} while (0)

#define BOTH_MUST_FAIL(iova) do {						\
	READ_MUST_FAIL(iova);							\
	WRITE_MUST_FAIL(iova);							\
} while (0)

TEST_F(attack, address_zero)
{
	BOTH_MUST_FAIL(0ULL);
}

/* Address spaces of two ports look alike; this address is deep enough to be free on port 0. */
TEST_F(attack, pool_of_the_other_port)
{
	uint64_t lowest = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < self->other.nr_iovas; i++)
		if (self->other.iovas[i] < lowest)
			lowest = self->other.iovas[i];
	for (i = 0; i < self->a.pool.nr_iovas; i++)
		ASSERT_LT(lowest + 4096, self->a.pool.iovas[i]);
	BOTH_MUST_FAIL(lowest);
}

TEST_F(attack, physical_address_of_user_memory)
{
	BOTH_MUST_FAIL(self->phys);
}

TEST_F_TIMEOUT(attack, physical_addresses_of_the_kernel, 600)
{
	char line[128], what[64];
	unsigned long long from, to, tried = 0;
	FILE *f = fopen("/proc/iomem", "r");

	ASSERT_TRUE(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %llx-%llx : %63[^\n]", &from, &to, what) != 3 || !from ||
		    (strcmp(what, "Kernel code") && strcmp(what, "Kernel data")))
			continue;
		READ_MUST_FAIL(from);
		WRITE_MUST_FAIL((from + to) / 2 & ~0xfffULL);
		tried++;
	}
	fclose(f);
	EXPECT_EQ(2, tried);
}

TEST_F_TIMEOUT(attack, random_addresses, 600)
{
	unsigned int seed = (unsigned int)time(NULL) ^ (unsigned int)getpid(), i;
	const char *given = getenv("NDRV_SEED");

	if (given)
		seed = strtoul(given, NULL, 0);
	TH_LOG("seed %u", seed);
	srand(seed);
	for (i = 0; i < 6; i++) {
		/* Below 2^31: where Linux puts nothing, it hands addresses out from 2^32 downwards. */
		uint64_t iova = (uint64_t)(rand() & 0x7fffffff) & ~127ULL;

		if (i & 1)
			iova |= (uint64_t)(rand() & 0x7fff) << 33;
		if (i & 2)
			READ_MUST_FAIL(iova);
		else
			WRITE_MUST_FAIL(iova);
	}
}

/* Where a ring lies: the 82599 shows its user, the E810 nobody, but the simulator tells. 0 = unknown. */
static uint64_t ring_iova(struct port *p, bool tx)
{
	volatile uint8_t *tail = tx ? p->tx_page + p->qs.out_tx_tail_off :
				      p->rx_page + p->qs.out_rx_tail_off;

	if (!p->desc->ring_registers)
		return sim_present() ? sim_ring(0, tx, p->qs.out_queue) : 0;
	return *(volatile uint32_t *)(tail + BAL) | (uint64_t)*(volatile uint32_t *)(tail + BAH) << 32;
}

/* The port's own rings as buffers: it may harm itself, and nobody else. */
TEST_F(attack, own_rings)
{
	uint64_t rx = ring_iova(&self->a, false);
	uint64_t tx = ring_iova(&self->a, true);
	uint8_t frame[1000];
	uint32_t d;

	if (!rx && !tx && !self->a.desc->ring_registers && !sim_present())
		SKIP(return, "nobody can tell where the rings of this card are");
	ASSERT_NE(0, rx);
	ASSERT_NE(0, tx);
	ASSERT_EQ(0, queue_stop(self->a.fd));
	ASSERT_EQ(0, queue_start(self->a.fd, NULL));
	for (d = 0; d < self->a.qs.rx_entries; d++)
		port_rx_desc(&self->a, d, d & 1 ? tx : rx);
	port_tail(&self->a, NDRV_DOORBELL_F_RX, port_rx_room(&self->a), 0);
	ASSERT_EQ(0, port_wait_link(&self->a, LINK_MS));
	frame_fill(frame, sizeof(frame), self->a.info.out_mac, self->b.info.out_mac, 9);
	for (d = 0; d < 100; d++)
		ASSERT_EQ(0, port_send(&self->b, frame, sizeof(frame)));
	/* What the frames made of the transmit ring is now sent. */
	port_tail(&self->a, NDRV_DOORBELL_F_TX, 0, self->a.qs.tx_entries - 1);
	sleep_ms(200);
	EXPECT_RECOVERS();
}

/* Tails outside the ring, both sides, many times. */
TEST_F(attack, wild_tails)
{
	unsigned int i;

	srand(1);
	for (i = 0; i < 200; i++) {
		*(volatile uint32_t *)(self->a.tx_page + self->a.qs.out_tx_tail_off) = (uint32_t)rand();
		*(volatile uint32_t *)(self->a.rx_page + self->a.qs.out_rx_tail_off) = (uint32_t)rand();
	}
	sleep_ms(50);
	EXPECT_RECOVERS();
	if (self->faults >= 0)
		EXPECT_GT(sim_counter(0, "tail_overruns"), 0);
}

/* ---- queues that the kernel never gave ------------------------------------------------------- */

#define STRAY		5
#define STRAY_ENTRIES	4096

/* A pool for a ring of STRAY_ENTRIES and, behind it, one frame of 0xff: 0 or -errno. */
static int stray_pool(struct port *p, struct pool *big)
{
	int fd = pool_create(p->fd, 2 << 20), err;

	if (fd < 0)
		return fd;
	err = pool_attach(p->fd, fd, big);
	if (!err)
		err = pool_map(big);
	if (err)
		return err;
	memset(big->map + STRAY_ENTRIES * 16, 0xff, 1514);
	/* Ring and frame are in the first piece. */
	return big->nr_iovas == 1 || big->piece_shift >= 17 ? 0 : -EDOM;
}

/*
 * 82599: a transmit queue whose ring lies in the pool; its registers are in the mapped page. Full of
 * frames at the moment of close. The kernel must find and stop it before the pool goes.
 */
static void enable_stray(struct port *p, struct pool *big)
{
	volatile uint8_t *stray = p->tx_page + p->qs.out_tx_tail_off + STRAY * QUEUE_STRIDE;
	volatile uint64_t *ring = (volatile uint64_t *)big->map;
	uint32_t i;

	for (i = 0; i < STRAY_ENTRIES; i++)
		p->desc->tx_fill(&ring[2 * i], pool_iova(big, STRAY_ENTRIES * 16), 1514);
	*(volatile uint32_t *)(stray + BAL) = (uint32_t)pool_iova(big, 0);
	*(volatile uint32_t *)(stray + BAH) = (uint32_t)(pool_iova(big, 0) >> 32);
	*(volatile uint32_t *)(stray + LEN) = STRAY_ENTRIES * 16;
	*(volatile uint32_t *)(stray + HEAD) = 0;
	*(volatile uint32_t *)stray = 0;
	*(volatile uint32_t *)(stray + DCTL) = DCTL_ENABLE;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	sleep_ms(5);
	*(volatile uint32_t *)stray = STRAY_ENTRIES - 1;
}

/*
 * E810: nothing in the doorbell pages is more than a tail, so whatever is stored there enables no
 * queue and moves no ring: everything but the own tails gets a value that would do so elsewhere.
 */
static void scribble(struct port *p, struct pool *big)
{
	uint32_t value = (uint32_t)pool_iova(big, 0) | DCTL_ENABLE | 1;
	size_t off;

	for (off = 0; off < page_up(1); off += 4) {
		if (off != p->qs.out_rx_tail_off)
			*(volatile uint32_t *)(p->rx_page + off) = value;
		if (off != p->qs.out_tx_tail_off)
			*(volatile uint32_t *)(p->tx_page + off) = value;
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	sleep_ms(20);
}

static void attack_pages(struct port *p, struct pool *big)
{
	if (p->desc->ring_registers)
		enable_stray(p, big);
	else
		scribble(p, big);
}

/* In the page of another pair of the same port: is the stray queue enabled? */
static bool stray_enabled(volatile uint8_t *page, const struct ndrv_queue_setup *qs)
{
	return *(volatile uint32_t *)(page + qs->out_tx_tail_off +
				      (STRAY - qs->out_queue) * QUEUE_STRIDE + DCTL) & DCTL_ENABLE;
}

TEST_F(attack, stray_queue_ends_with_its_file)
{
	struct pool big = { .fd = -1 };
	struct ndrv_queue_setup qs = setup_args();
	volatile uint8_t *page;
	uint8_t in[2048];
	int err;

	ASSERT_EQ(0, stray_pool(&self->a, &big));
	attack_pages(&self->a, &big);
	/* Where there is a stray it is at work: the other end receives. */
	if (self->a.desc->ring_registers) {
		EXPECT_EQ(1514, port_recv(&self->b, in, sizeof(in), 3000));
	} else {
		EXPECT_EQ(0, port_recv(&self->b, in, sizeof(in), 100));
	}
	if (sim_present())
		EXPECT_EQ(self->a.desc->ring_registers ? 3 : 2, sim_queues(0));
	port_close(&self->a);
	pool_close(&big);
	sleep_ms(100);
	if (self->faults >= 0) {
		EXPECT_EQ(self->faults, sim_counter(0, "dma_faults"));
		EXPECT_EQ(0, sim_queues(0));
	}
	/* The next owner of the page finds it off. */
	self->a.fd = dev_open(0);
	ASSERT_GE(self->a.fd, 0);
	ASSERT_EQ(0, queue_setup(self->a.fd, &qs));
	page = xmmap(self->a.fd, page_up(1), PROT_READ | PROT_WRITE, MAP_SHARED,
		     NDRV_MMAP_TX_DOORBELL, &err);
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, queue_start(self->a.fd, NULL));
	EXPECT_EQ(0, *(volatile uint32_t *)(page + qs.out_tx_tail_off)) TH_LOG("its own tail");
	if (desc_format(self->a.info.out_desc_format)->ring_registers)
		EXPECT_FALSE(stray_enabled(page, &qs));
}

/* The same while another file of the port goes on: only the stray goes. */
TEST_F(attack, stray_queue_among_running_ones)
{
	struct ndrv_queue_setup qs = setup_args();
	struct pool big = { .fd = -1 };
	struct port second;
	uint8_t out[64], in[2048];
	bool shares_page;
	int i, got = 0;

	qs.queue = 1;
	ASSERT_EQ(0, port_setup(&second, 0, &qs));
	ASSERT_EQ(0, port_start(&second));
	ASSERT_EQ(0, stray_pool(&self->a, &big));
	attack_pages(&self->a, &big);
	shares_page = !second.desc->ring_registers &&
		      second.qs.out_tx_tail_off != self->a.qs.out_tx_tail_off;
	port_close(&self->a);
	pool_close(&big);
	EXPECT_EQ(NDRV_STATE_RUNNING, second.status->state);
	while (port_recv(&self->b, in, sizeof(in), 100) > 0)
		;
	if (shares_page) {
		/* Users of one function can disturb each other, and recover. */
		ASSERT_EQ(0, queue_stop(second.fd));
		ASSERT_EQ(0, port_start(&second));
		ASSERT_EQ(0, port_wait_link(&second, LINK_MS));
	}
	frame_fill(out, 64, self->b.info.out_mac, second.info.out_mac, 77);
	for (i = 0; i < 50; i++)
		ASSERT_EQ(0, port_send(&second, out, 64));
	for (i = 0; i < 50; i++)
		got += port_recv(&self->b, in, sizeof(in), 1000) == 64 && frame_seq(in) == 77;
	EXPECT_EQ(50, got);
	if (second.desc->ring_registers)
		EXPECT_FALSE(stray_enabled(second.tx_page, &second.qs));
	if (self->faults >= 0) {
		EXPECT_EQ(self->faults, sim_counter(0, "dma_faults"));
		EXPECT_EQ(2, sim_queues(0)) TH_LOG("both sides of the second pair");
	}
	port_close(&second);
}

TEST_HARNESS_MAIN
