// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tools/vm/guest/hostile runs on a port whose device lies, and afterwards on one that does not. Built
 * with ASan and UBSan, and so is the library in it.
 *
 *	hostile-app storm DEVICE SECONDS SEED	use everything; handles that the library gives must lie
 *						in their buffers, and no call may take longer than a minute
 *	hostile-app exact DEVICE COUNT SEED	the port is looped: what is sent comes back to the byte
 *
 * Exit status 0, 1 with a sentence, or whatever a sanitizer says.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <ndrv.h>

#define BURST		32
#define NR_BUFS		2048
#define BUF_BYTES	2048
#define CALL_BOUND_S	60
#define LINK_MS		20000
#define EXACT_BOUND_S	60

static uint64_t state;
static const char *device, *doing = "nothing";
static struct ndrv_queue *q;
static struct ndrv_pool *pool;
static struct ndrv_waiter *waiter;
static unsigned long long opens, received, sent, waits, errors, revoked;

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void fail(const char *what, long long a, long long b)
{
	printf("hostile-app: %s: %s (%lld, %lld)\n", device, what, a, b);
	exit(1);
}

static void on_alarm(int sig)
{
	(void)sig;
	if (write(1, "hostile-app: a call does not end: ", 34) < 0 ||
	    write(1, doing, strlen(doing)) < 0 || write(1, "\n", 1) < 0)
		_exit(2);
	_exit(1);
}

/* Every call that may sleep in the kernel: named, and bounded. */
#define CALL(call) (doing = #call, alarm(CALL_BOUND_S), note(call))

static int note(int ret)
{
	alarm(0);
	errors += ret < 0 && ret != -EAGAIN;
	return ret;
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* ---- a queue ------------------------------------------------------------------------------------- */

static void queue_close(void)
{
	ndrv_waiter_close(waiter);
	waiter = NULL;
	doing = "close";
	alarm(CALL_BOUND_S);
	ndrv_queue_close(q);
	alarm(0);
	q = NULL;
	if (pool && ndrv_pool_destroy(pool))
		fail("a pool that nobody uses cannot be destroyed", 0, 0);
	pool = NULL;
}

static int queue_open(uint32_t number, uint32_t rx_buf_bytes)
{
	struct ndrv_queue_opts opts = {
		.size = sizeof(opts), .queue = number, .rx_entries = 128, .tx_entries = 128,
		.rx_buf_bytes = rx_buf_bytes,
		.flags = rnd() % 4 ? 0 : NDRV_OPEN_F_KERNEL_DOORBELL,
	};
	int ret = CALL(ndrv_queue_open(&q, device, &opts));

	if (ret) {
		q = NULL;
		return ret;
	}
	opens++;
	ret = CALL(ndrv_pool_create(&pool, q, NR_BUFS, BUF_BYTES));
	if (ret)
		pool = NULL;
	if (!ret)
		ret = CALL(ndrv_pool_attach(q, pool));
	if (!ret)
		ret = CALL(ndrv_queue_start(q));
	if (!ret)
		ret = CALL(ndrv_waiter_open(&waiter, NDRV_WAIT_IRQ));
	if (!ret)
		ret = CALL(ndrv_waiter_add(waiter, q, NDRV_ARM_RX | NDRV_WAIT_EVENTS));
	if (ret)
		queue_close();
	return ret;
}

/* ---- under lies ------------------------------------------------------------------------------------ */

/* A handle may lie about the frame, and never about memory. */
static void handles_look(const struct ndrv_pkt *pkts, int n)
{
	const uint8_t *base = ndrv_pool_base(pool);
	static volatile uint8_t sum;
	uint32_t k;
	int i;

	for (i = 0; i < n; i++) {
		const uint8_t *data = pkts[i].data;
		size_t off = (size_t)(data - base);

		if (data < base || off >= ndrv_pool_bytes(pool))
			fail("a handle outside the pool", (long long)off, i);
		if (off % BUF_BYTES + pkts[i].len > BUF_BYTES ||
		    pkts[i].len > ndrv_queue_rx_buf_bytes(q))
			fail("a handle longer than its buffer", (long long)off, pkts[i].len);
		for (k = 0; k < pkts[i].len; k++)
			sum += data[k];
	}
}

static int receive(void)
{
	struct ndrv_pkt pkts[BURST];
	int n = ndrv_rx_burst(q, pkts, 1 + rnd() % BURST), took;

	if (n == -EMSGSIZE)		/* a frame that never ends */
		n = ndrv_rx_burst(q, pkts, BURST);
	if (n == -EMSGSIZE)
		return -ESTALE;
	if (n <= 0)
		return n;
	received += (unsigned int)n;
	handles_look(pkts, n);
	took = rnd() % 2 ? 0 : ndrv_tx_burst(q, pkts, (unsigned int)n);
	if (took < 0)
		took = 0;
	ndrv_pkt_free(q, pkts + took, (unsigned int)(n - took));
	return 0;
}

static int transmit(void)
{
	unsigned int i, n = 1 + rnd() % BURST;
	struct ndrv_pkt pkts[BURST];
	int took;

	n = ndrv_pkt_alloc(q, pkts, n);
	for (i = 0; i < n; i++) {
		pkts[i].len = 60 + rnd() % 1400;
		memset(pkts[i].data, 0xff, 6);
	}
	took = n ? ndrv_tx_burst(q, pkts, n) : ndrv_tx_reclaim(q);
	if (n && took < 0)
		ndrv_pkt_free(q, pkts, n);
	else if (n)
		ndrv_pkt_free(q, pkts + took, n - (unsigned int)took);
	if (n && took > 0)
		sent += (unsigned int)took;
	return took < 0 ? took : 0;
}

static int sleep_a_bit(void)
{
	int ret = CALL(ndrv_wait(waiter, 1000 * (1 + rnd() % 20)));

	waits++;
	return ret < 0 && ret != -ETIMEDOUT && ret != -EAGAIN ? ret : 0;
}

static int look(void)
{
	struct ndrv_queue_get get = { .size = sizeof(get) };
	struct ndrv_stats stats = { .size = sizeof(stats) };
	struct ndrv_link link = { .size = sizeof(link) };
	struct ndrv_info info = { .size = sizeof(info) };
	struct ndrv_event events[8];
	int ret = 0;

	switch (rnd() % 5) {
	case 0:
		return CALL(ndrv_queue_stats(q, &stats));
	case 1:
		return CALL(ndrv_queue_link(q, &link));
	case 2:
		return CALL(ndrv_queue_info(q, &info));
	case 3:
		return CALL(ndrv_queue_get(q, &get));
	}
	ret = CALL(ndrv_queue_event(q, events, 8));
	return ret < 0 && ret != -EAGAIN ? ret : 0;
}

static int change(void)
{
	struct ndrv_filter_add f = { .size = sizeof(f), .type = NDRV_FILTER_MAC,
				     .queue = NDRV_QUEUE_ANY,
				     .mac = { 2, 9, 9, 9, 9, (uint8_t)rnd() } };
	uint16_t queue = (uint16_t)ndrv_queue_number(q);
	bool spread = rnd() % 2;
	int ret;

	switch (rnd() % 4) {
	case 0:
		CALL(ndrv_rss_set(q, NULL, spread ? &queue : NULL, spread));
		return 0;
	case 1:
		return CALL(ndrv_queue_rx_mode(q, rnd() % 2 ? NDRV_OPEN_F_PROMISC : 0, 1518));
	case 2:
		ret = CALL(ndrv_queue_stop(q));
		return ret ? ret : CALL(ndrv_queue_start(q));
	}
	ret = CALL(ndrv_filter_add(q, &f));
	if (!ret && rnd() % 2)
		CALL(ndrv_filter_del(q, f.out_filter));
	return 0;
}

/* Until the queue is no good any more, or time is over. */
static void use(double end)
{
	static int (*const ways[])(void) = {
		receive, receive, receive, transmit, transmit, transmit, sleep_a_bit, look, look, change,
	};

	while (now_s() < end && rnd() % 500) {
		int ret = ways[rnd() % (sizeof(ways) / sizeof(ways[0]))]();

		if (ret == -ESTALE && ++revoked)
			ret = CALL(ndrv_queue_start(q));
		if (ret == -ENODEV || ret == -ESTALE || ret == -EPIPE)
			return;
	}
}

static int storm(double seconds)
{
	double end = now_s() + seconds;

	while (now_s() < end) {
		if (queue_open(rnd() % 2 ? NDRV_QUEUE_ANY : rnd() % 4, rnd() % 2 ? 1024 : 0)) {
			usleep(20000);
			continue;
		}
		use(end);
		queue_close();
	}
	printf("hostile-app: %s: %llu opens, %llu received, %llu sent, %llu waits, %llu errors, %llu revoked\n",
	       device, opens, received, sent, waits, errors, revoked);
	return 0;
}

/* ---- and without ------------------------------------------------------------------------------------ */

static void frame_make(uint8_t *f, uint32_t len, const uint8_t *mac, uint64_t nr)
{
	uint64_t was = state;
	uint32_t i;

	state = (nr + 1) * 0x9e3779b97f4a7c15ull;
	for (i = 0; i < len; i++)
		f[i] = (uint8_t)rnd();
	memcpy(f, mac, 6);
	memcpy(f + 6, mac, 6);
	f[12] = 0x88;
	f[13] = 0xb5;
	state = was;
}

static uint32_t frame_len(uint64_t nr)
{
	return 60 + (uint32_t)(nr * 7919 % 1455);
}

static void expect(const struct ndrv_pkt *pkt, const uint8_t *mac, uint64_t nr)
{
	uint8_t want[1514];

	frame_make(want, frame_len(nr), mac, nr);
	if (pkt->flags & NDRV_PKT_F_MORE || pkt->len != frame_len(nr))
		fail("a frame of another length", pkt->len, frame_len(nr));
	if (memcmp(pkt->data, want, pkt->len))
		fail("a frame of other bytes", (long long)nr, pkt->len);
}

static int exact(uint64_t count)
{
	struct ndrv_info info = { .size = sizeof(info) };
	uint64_t out = 0, in = 0;
	struct ndrv_pkt pkt, pkts[BURST];
	double end;
	int n, i, ret;

	ret = queue_open(0, 0);
	if (ret)
		fail(ndrv_strerror(ret), ret, 0);
	ret = ndrv_queue_info(q, &info);
	if (!ret)
		ret = ndrv_queue_wait_link(q, LINK_MS);
	if (ret)
		fail(ndrv_strerror(ret), ret, 0);
	end = now_s() + EXACT_BOUND_S;
	while (in < count) {
		if (out < count && out - in < 64 && ndrv_pkt_alloc(q, &pkt, 1)) {
			pkt.len = frame_len(out);
			frame_make(pkt.data, pkt.len, info.out_mac, out);
			n = ndrv_tx_burst(q, &pkt, 1);
			if (n < 0)
				fail(ndrv_strerror(n), n, (long long)out);
			if (n)
				out++;
			else
				ndrv_pkt_free(q, &pkt, 1);
		}
		n = ndrv_rx_burst(q, pkts, BURST);
		if (n < 0)
			fail(ndrv_strerror(n), n, (long long)in);
		for (i = 0; i < n; i++)
			expect(&pkts[i], info.out_mac, in++);
		ndrv_pkt_free(q, pkts, (unsigned int)n);
		if (now_s() > end)
			fail("frames are missing", (long long)in, (long long)out);
	}
	queue_close();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "Usage: hostile-app storm DEVICE SECONDS SEED\n"
				"       hostile-app exact DEVICE COUNT SEED\n");
		return 2;
	}
	device = argv[2];
	state = (strtoull(argv[4], NULL, 0) + 1) * 0x9e3779b97f4a7c15ull;
	signal(SIGALRM, on_alarm);
	return strcmp(argv[1], "exact") ? storm(strtod(argv[3], NULL)) :
					  exact(strtoull(argv[3], NULL, 0));
}
