// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet costs in the bursts of libndrv, without kernel and VM: rings, pool and card are plain memory.
 *   bench_native time WINDOWS                       one sample of each row in ns a packet, as csv
 *   bench_native count CARD SIMD WORK BURST PACKETS the same work for callgrind, which is to collect in step()
 * Rows differ in:
 *   card   82599, E810
 *   simd   scalar, or a vector extension that this CPU has
 *   work   rx (receive and drop), tx (allocate and send), forward
 *   burst  handles a call
 *   place  near: the card is quiet while the library is timed, and what it wrote is in this core's cache;
 *          far: it runs on another core at the same time
 * 64-byte frames (60 without FCS). Fails if packets get lost, never because it was slow: machines differ.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <time.h>

#include "ring_fake.h"

#define ENTRIES		512u
#define NR_BUFS		4096u
#define BUF_BYTES	2048u
#define FRAME_BYTES	60u
#define BURST_MAX	64u
/* Of a ring at a time: what the card does before it is the library's turn. */
#define ROUND		256u
/* ... and with the card on another core, packets that are timed together. */
#define FAR_WINDOW	2048u
#define FAR_LIMIT_NS	1e9
#define MAX_WINDOWS	4096u

enum work { RX, TX, FORWARD, NR_WORKS };
static const char *const works[] = { "rx", "tx", "forward" };
static const unsigned int bursts[] = { 1, 8, 32, 64 };
static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice };

#define N(a) (sizeof(a) / sizeof((a)[0]))

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* One burst of a program that does as little as it can; how many packets it moved. */
static __attribute__((noinline)) int step(struct ndrv_queue *q, enum work work, unsigned int burst)
{
	struct ndrv_pkt pkts[BURST_MAX];
	int n, i, sent;

	if (work == TX) {
		n = (int)ndrv_pkt_alloc(q, pkts, burst);
		for (i = 0; i < n; i++)
			pkts[i].len = FRAME_BYTES;
	} else {
		n = ndrv_rx_burst(q, pkts, burst);
	}
	if (n <= 0)
		return n;
	if (work == RX) {
		ndrv_pkt_free(q, pkts, (unsigned int)n);
		return n;
	}
	sent = ndrv_tx_burst(q, pkts, (unsigned int)n);
	if (sent < n)
		ndrv_pkt_free(q, pkts + (sent > 0 ? sent : 0), (unsigned int)(n - (sent > 0 ? sent : 0)));
	return sent;
}

/* ---- the card -------------------------------------------------------------------------------- */

static uint32_t tail_of(const uint32_t *reg)
{
	return __atomic_load_n(reg, __ATOMIC_ACQUIRE);
}

/* Frames arrive, at most @most; @c is a constant where this is called, so that its calls are inlined. */
static inline __attribute__((always_inline)) uint32_t receive(struct fake *f, const struct fake_card *c,
							     uint32_t most)
{
	static const struct fake_meta none;
	uint32_t tail = tail_of(&f->rx_tail) & ~(c->rx_tail_step - 1), n = 0;

	for (; f->rx_head != tail && n < most; n++) {
		c->rx_write_back(f->rx_ring + f->rx_head * c->rx_desc_bytes, FRAME_BYTES, 1, &none);
		f->rx_head = (f->rx_head + 1) & (ENTRIES - 1);
	}
	return n;
}

/* Everything up to the tail is sent; reported is what asked for it. */
static inline __attribute__((always_inline)) uint32_t transmit(struct fake *f, const struct fake_card *c)
{
	uint32_t tail = tail_of(&f->tx_tail), n = 0;
	struct fake_tx_desc t;

	for (; f->tx_head != tail; n++) {
		uint8_t *d = f->tx_ring + f->tx_head * 16;

		f->errors += !c->tx_read(d, &t) || t.len != FRAME_BYTES || !t.last;
		if (t.report)
			c->tx_report(d);
		f->tx_head = (f->tx_head + 1) & (ENTRIES - 1);
	}
	return n;
}

static void card_turn(struct fake *f, enum work work, uint32_t most)
{
	if (f->card == &fake_ixgbe) {
		if (work != TX)
			receive(f, &fake_ixgbe, most);
		if (work != RX)
			transmit(f, &fake_ixgbe);
	} else {
		if (work != TX)
			receive(f, &fake_ice, most);
		if (work != RX)
			transmit(f, &fake_ice);
	}
}

struct far {
	struct fake *f;
	enum work work;
	int cpu, stop;
};

static void *far_card(void *arg)
{
	struct far *far = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(far->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	while (!__atomic_load_n(&far->stop, __ATOMIC_ACQUIRE))
		card_turn(far->f, far->work, 32);
	return NULL;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void open_card(struct fake *f, const struct fake_card *card, enum simd simd)
{
	fake_card = card;
	fake_ops = ndrv_simd_ops(card->desc_format, simd);
	fake_piece_shift = FAKE_ONE_PIECE;
	fake_init(f, ENTRIES, ENTRIES, NR_BUFS, BUF_BYTES, BUF_BYTES);
	if (fake_start(f)) {
		printf("Bail out! the queue does not start\n");
		exit(1);
	}
}

/* True if nothing was lost. */
static int close_card(struct fake *f)
{
	int good;

	ndrv_rings_stop(f->q);
	good = fake_all_home(f) && !f->errors;
	fake_exit(f);
	return good;
}

/*
 * The median of many short windows is what a round says: whoever takes a CPU away for a while spoils some of
 * them, not the median.
 */
struct windows {
	unsigned int n;
	double ns[MAX_WINDOWS];
};

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(struct windows *w)
{
	if (!w->n)
		return 0;
	qsort(w->ns, w->n, sizeof(w->ns[0]), by_value);
	return w->ns[w->n / 2];
}

/* ns a packet, or 0 if nothing moves. */
static double near_ns(struct fake *f, enum work work, unsigned int burst, unsigned int nr_windows)
{
	struct windows w = { .n = 0 };

	while (w.n < nr_windows) {
		unsigned int i, n = 0;
		double start;

		card_turn(f, work, ROUND);
		start = now_ns();
		for (i = 0; i < ROUND / burst; i++) {
			int k = step(f->q, work, burst);

			if (k <= 0)
				break;
			n += (unsigned int)k;
		}
		if (!n)
			return 0;
		w.ns[w.n++] = (now_ns() - start) / n;
	}
	return median(&w);
}

/* 0 too if the two never ran together for as long as a window. */
static double far_ns(struct fake *f, enum work work, unsigned int burst, unsigned int nr_windows, int cpu)
{
	struct far far = { .f = f, .work = work, .cpu = cpu };
	struct windows w = { .n = 0 };
	const double give_up = now_ns() + FAR_LIMIT_NS;
	bool warm = false;
	pthread_t thread;

	if (pthread_create(&thread, NULL, far_card, &far))
		return 0;
	while (w.n < nr_windows && now_ns() < give_up) {
		double start = now_ns();
		unsigned int n = 0;

		while (n < FAR_WINDOW && (n || now_ns() < give_up)) {
			int k = step(f->q, work, burst);

			n += k > 0 ? (unsigned int)k : 0;
		}
		/* The first one is the time until both run. */
		if (warm && n)
			w.ns[w.n++] = (now_ns() - start) / n;
		warm = true;
	}
	__atomic_store_n(&far.stop, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	return median(&w);
}

/* Two CPUs that we may use; -1 if there is one only. */
static int other_cpu(void)
{
	cpu_set_t all, mine;
	int cpu, first = -1;

	if (sched_getaffinity(0, sizeof(all), &all))
		return -1;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		if (first >= 0)
			break;
		first = cpu;
	}
	if (cpu == CPU_SETSIZE)
		return -1;
	CPU_ZERO(&mine);
	CPU_SET(first, &mine);
	return sched_setaffinity(0, sizeof(mine), &mine) ? -1 : cpu;
}

static int sample(const struct fake_card *card, enum simd simd, enum work work, unsigned int burst,
		  unsigned int windows, int cpu)
{
	double near, far = 0;
	char row[64];
	struct fake f;

	snprintf(row, sizeof(row), "%s,%s,%s,%u", card->name, ndrv_simd_name(simd), works[work], burst);
	open_card(&f, card, simd);
	near = near_ns(&f, work, burst, windows);
	if (cpu >= 0)
		far = far_ns(&f, work, burst, windows, cpu);
	printf("near,%s,%.2f\n", row, near);
	if (far > 0)
		printf("far,%s,%.2f\n", row, far);
	else if (cpu >= 0)
		fprintf(stderr, "%s: this machine is too busy for the far row\n", row);
	if (close_card(&f) && near > 0)
		return 0;
	fprintf(stderr, "%s: packets were lost\n", row);
	return 1;
}

static int time_all(unsigned int windows)
{
	int cpu = other_cpu(), bad = 0;
	unsigned int c, s, w, b;

	if (cpu < 0)
		fprintf(stderr, "one CPU only: no rows with the card on another core\n");
	for (c = 0; c < N(cards); c++)
		for (w = 0; w < NR_WORKS; w++)
			for (b = 0; b < N(bursts); b++)
				for (s = 0; s < NR_SIMD; s++)
					if (ndrv_simd_ops(cards[c]->desc_format, s))
						bad += sample(cards[c], s, w, bursts[b], windows, cpu);
	return bad != 0;
}

static int count(const char *card, const char *simd, const char *work, unsigned int burst,
		 unsigned long packets)
{
	unsigned int c, w, s, n;
	unsigned long done = 0;
	struct fake f;

	for (c = 0; c < N(cards) && strcmp(card, cards[c]->name) != 0; c++)
		;
	for (w = 0; w < NR_WORKS && strcmp(work, works[w]) != 0; w++)
		;
	for (s = 0; s < NR_SIMD && strcmp(simd, ndrv_simd_name(s)) != 0; s++)
		;
	if (c == N(cards) || w == NR_WORKS || s == NR_SIMD || !burst || burst > BURST_MAX)
		return 2;
	if (!ndrv_simd_ops(cards[c]->desc_format, s))
		return 4;
	open_card(&f, cards[c], s);
	while (done < packets) {
		card_turn(&f, w, burst);
		n = (unsigned int)step(f.q, w, burst);
		if (n != burst)
			break;
		done += n;
	}
	printf("%lu\n", done);
	return !close_card(&f) || done < packets;
}

static unsigned int windows_of(const char *arg)
{
	unsigned long n = strtoul(arg, NULL, 0);

	return n < MAX_WINDOWS ? (unsigned int)n : MAX_WINDOWS;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "time"))
		return time_all(windows_of(argv[2]));
	if (argc == 7 && !strcmp(argv[1], "count"))
		return count(argv[2], argv[3], argv[4], strtoul(argv[5], NULL, 0), strtoul(argv[6], NULL, 0));
	fprintf(stderr, "usage: bench_native time WINDOWS | count CARD SIMD WORK BURST PACKETS\n");
	return 2;
}
