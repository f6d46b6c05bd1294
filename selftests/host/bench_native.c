// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet costs in the bursts of libndrv, without kernel and VM: rings, pool and card are plain memory.
 *   bench_native time WINDOWS	one sample of each row in ns a packet, as csv
 *   bench_native grow WINDOWS	the same for the curves
 *   bench_native count PACKETS	the same work for callgrind: rows and their packets, in the order in which it is
 *				to count step() from count_from() to count_to(); a fifth for rows of curves
 * Rows differ in:
 *   curve  table: what the others do not say; burst, ring, pool, queues, size: a row of the curve in which only
 *          this differs from the base (32 handles, 512 entries, 4096 buffers, 1 queue, 64 bytes)
 *   card   82599, E810
 *   simd   scalar, or a vector extension that this CPU has
 *   work   rx (receive and drop), tx (allocate and send), forward
 *   burst  handles a call
 *   ring   entries of each of the two rings of a queue
 *   pool   buffers of 2048 bytes; more than said where the rings need more
 *   queues served by this thread in turn, a burst each, all on one pool
 *   size   of a frame with FCS; what does not fit into a buffer comes in pieces, and a packet is all of them
 *   place  near: the card is quiet while the library is timed, and what it wrote is in this core's cache;
 *          far: it runs on another core at the same time; not in the curves
 * Fails if packets get lost, never because it was slow: machines differ.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <time.h>

#include "ring_fake.h"

#define BUF_BYTES	2048u
#define FCS_BYTES	4u
#define BURST_MAX	256u
/* Descriptors of a ring at a time: what the card does before it is the library's turn. */
#define ROUND		256u
/* ... and with the card on another core, packets that are timed together. */
#define FAR_WINDOW	2048u
#define FAR_LIMIT_NS	1e9
#define MAX_WINDOWS	4096u
/* Of a row's arrays in memory. */
#define PLACES		5

enum work { RX, TX, FORWARD, NR_WORKS };
static const char *const works[] = { "rx", "tx", "forward" };
static const struct fake_card *const cards[] = { &fake_ixgbe, &fake_ice };

/* A row. Everything but the curve's name is what is done. */
struct point {
	const char *curve;
	const struct fake_card *card;
	enum simd simd;
	enum work work;
	uint32_t burst, ring, pool, queues, size;
};

#define N(a) (sizeof(a) / sizeof((a)[0]))

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint32_t frame_bytes(const struct point *p)
{
	return p->size - FCS_BYTES;
}

/* Handles, and descriptors, of a frame. */
static uint32_t pieces(const struct point *p)
{
	return (frame_bytes(p) + BUF_BYTES - 1) / BUF_BYTES;
}

/* Lengths for new handles, which are whole frames. */
static void fill_in(struct ndrv_pkt *pkts, int n, uint32_t bytes)
{
	uint32_t left = bytes;
	int i;

	for (i = 0; i < n; i++) {
		pkts[i].len = left < BUF_BYTES ? left : BUF_BYTES;
		left -= pkts[i].len;
		pkts[i].flags = left ? NDRV_PKT_F_MORE : 0;
		left = left ? left : bytes;
	}
}

/* One burst of a program that does as little as it can; how many handles it moved. */
static __attribute__((noinline)) int step(struct ndrv_queue *q, enum work work, unsigned int burst,
					  uint32_t bytes)
{
	struct ndrv_pkt pkts[BURST_MAX];
	int n, i, sent;

	if (work == TX) {
		n = (int)ndrv_pkt_alloc(q, pkts, burst);
		if (likely(bytes <= BUF_BYTES))
			for (i = 0; i < n; i++)
				pkts[i].len = bytes;
		else
			fill_in(pkts, n, bytes);
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

/* One descriptor is written back. */
static inline __attribute__((always_inline)) void arrive(struct fake *f, const struct fake_card *c,
							 uint32_t bytes, int last)
{
	static const struct fake_meta none;

	c->rx_write_back(f->rx_ring + f->rx_head * c->rx_desc_bytes, bytes, last, &none);
	f->rx_head = (f->rx_head + 1) & (f->rx_entries - 1);
}

/*
 * Frames arrive, in at most @most descriptors; @c is a constant where this is called, so that its calls are
 * inlined.
 */
static inline __attribute__((always_inline)) void receive(struct fake *f, const struct fake_card *c,
							  uint32_t most, uint32_t bytes)
{
	uint32_t tail = tail_of(&f->rx_tail) & ~(c->rx_tail_step - 1), n = 0, left;

	if (likely(bytes <= BUF_BYTES)) {
		for (; f->rx_head != tail && n < most; n++)
			arrive(f, c, bytes, 1);
		return;
	}
	n = (bytes + BUF_BYTES - 1) / BUF_BYTES;
	for (; most >= n && fake_rx_room(f) >= n; most -= n) {
		for (left = bytes; left > BUF_BYTES; left -= BUF_BYTES)
			arrive(f, c, BUF_BYTES, 0);
		arrive(f, c, left, 1);
	}
}

/* Everything up to the tail, which ends a frame, is sent; reported is what asked for it. */
static inline __attribute__((always_inline)) void transmit(struct fake *f, const struct fake_card *c,
							   uint32_t bytes)
{
	uint32_t tail = tail_of(&f->tx_tail), sum = 0;
	struct fake_tx_desc t;

	while (f->tx_head != tail) {
		uint8_t *d = f->tx_ring + f->tx_head * 16;

		f->errors += !c->tx_read(d, &t);
		sum += t.len;
		if (t.last) {
			f->errors += sum != bytes;
			sum = 0;
		}
		if (t.report)
			c->tx_report(d);
		f->tx_head = (f->tx_head + 1) & (f->tx_entries - 1);
	}
	f->errors += sum != 0;
}

static void card_turn(struct fake *f, const struct point *p, uint32_t most)
{
	uint32_t bytes = frame_bytes(p);

	if (f->card == &fake_ixgbe) {
		if (p->work != TX)
			receive(f, &fake_ixgbe, most, bytes);
		if (p->work != RX)
			transmit(f, &fake_ixgbe, bytes);
	} else {
		if (p->work != TX)
			receive(f, &fake_ice, most, bytes);
		if (p->work != RX)
			transmit(f, &fake_ice, bytes);
	}
}

struct far {
	struct fake *f;
	const struct point *p;
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
		card_turn(far->f, far->p, 32);
	return NULL;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* What a row runs on: a pool, held by a queue that never starts, and queues that live on it. */
struct rig {
	const struct point *p;
	struct fake holder, *f;
	void **pads;
	unsigned int nr_pads;
};

/*
 * How fast loads and stores pass each other depends on the low bits of their addresses, by a third and more, so
 * one place in memory says little: everything that the library allocates is put anywhere.
 */
static size_t anywhere(struct rig *r, size_t bytes)
{
	/* What is held until the end decides where the next one comes to lie. */
	r->pads[r->nr_pads++] = malloc(16 + (size_t)rand() % 256 * 16);
	return bytes;
}

static void move_arrays(struct rig *r, struct fake *f)
{
	struct ndrv_queue *q = f->q;

	free(q->rx.bufs);
	q->rx.bufs = malloc(anywhere(r, r->p->ring * sizeof(*q->rx.bufs)));
	free(q->tx.bufs);
	q->tx.bufs = malloc(anywhere(r, r->p->ring * sizeof(*q->tx.bufs)));
	free(q->tx.rs);
	q->tx.rs = malloc(anywhere(r, r->p->ring * sizeof(*q->tx.rs)));
	/* But rings start with a page, as the kernel's do. */
	free(f->rx_ring);
	f->rx_ring = aligned_alloc(4096, (r->p->ring * f->card->rx_desc_bytes + 4095) & ~4095u);
	q->rx.ring = f->rx_ring;
	free(f->tx_ring);
	f->tx_ring = aligned_alloc(4096, (r->p->ring * 16 + 4095) & ~4095u);
	q->tx.ring = f->tx_ring;
}

static void need(bool cond)
{
	if (!cond) {
		printf("Bail out! the queue does not start\n");
		exit(1);
	}
}

static void open_rig(struct rig *r, const struct point *p)
{
	const size_t bytes = (size_t)p->pool * BUF_BYTES;
	struct fake *h = &r->holder;

	r->p = p;
	r->f = calloc(p->queues, sizeof(*r->f));
	r->pads = calloc(p->queues, 4 * sizeof(*r->pads));
	need(r->f && r->pads);
	fake_card = p->card;
	fake_ops = ndrv_simd_ops(p->card->desc_format, p->simd);
	fake_piece_shift = FAKE_ONE_PIECE;
	fake_init(h, 64, 64, 1, BUF_BYTES, BUF_BYTES);

	/* Its pool, as large as it is, costs nothing: no frame is ever looked at. */
	ndrv_view_exit(h->q);
	need(!ndrv_pool_destroy(h->pool));
	free(h->mem);
	h->nr_bufs = p->pool;
	h->mem = aligned_alloc(4096, bytes);
	need(h->mem && !ndrv_pool_init(&h->pool, h->mem, bytes, BUF_BYTES, -1) &&
	     !ndrv_view_init(h->q, h->pool, h->iovas, h->nr_iovas, fake_piece_shift));
}

static void open_queues(struct rig *r)
{
	uint32_t i;

	for (i = 0; i < r->p->queues; i++) {
		struct fake *f = &r->f[i];

		(void)anywhere(r, 0);
		fake_init(f, r->p->ring, r->p->ring, 1, BUF_BYTES, BUF_BYTES);
		move_arrays(r, f);
		need(!fake_share(f, &r->holder) && !fake_start(f));
	}
}

/* True if nothing was lost. */
static bool close_queues(struct rig *r)
{
	unsigned int errors = 0;
	uint32_t i;

	for (i = 0; i < r->p->queues; i++) {
		errors += r->f[i].errors;
		fake_unshare(&r->f[i]);
	}
	while (r->nr_pads)
		free(r->pads[--r->nr_pads]);
	return !errors;
}

/* True if all buffers are where they were. */
static bool close_rig(struct rig *r)
{
	bool good = fake_all_home(&r->holder);

	fake_exit(&r->holder);
	free(r->f);
	free(r->pads);
	return good;
}

/* The queues' turn, @times times; packets that moved. */
static unsigned int sweeps(struct fake *f, const struct point *p, unsigned int times)
{
	const unsigned int burst = p->burst / pieces(p) * pieces(p);
	unsigned int i, k, n = 0;

	for (k = 0; k < times; k++) {
		for (i = 0; i < p->queues; i++) {
			int moved = step(f[i].q, p->work, burst, frame_bytes(p));

			if (moved <= 0)
				return n / pieces(p);
			n += (unsigned int)moved;
		}
	}
	return n / pieces(p);
}

static void cards_turn(struct fake *f, const struct point *p, uint32_t most)
{
	uint32_t i;

	for (i = 0; i < p->queues; i++)
		card_turn(&f[i], p, most);
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

/* What looking at the clock adds to a window; it counts where the card's turns are short. */
static double clock_ns(void)
{
	static struct windows w;

	for (w.n = 0; w.n < MAX_WINDOWS; w.n++) {
		double start = now_ns();

		w.ns[w.n] = now_ns() - start;
	}
	return median(&w);
}

/*
 * Descriptors a queue gets before the library's turn: the same in all rows of a curve; where queues are many,
 * no more than a burst, or it is a curve of how much memory the card wrote to meanwhile.
 */
static uint32_t backlog(const struct point *p)
{
	uint32_t n = ROUND / p->queues;

	if (!strcmp(p->curve, "ring"))
		n = p->burst;
	return n < p->burst ? p->burst : n;
}

/* ns a packet, or 0 if nothing moves. @clock is taken off each turn. */
static double near_place_ns(struct fake *f, const struct point *p, unsigned int nr_windows, double clock)
{
	const uint32_t round = backlog(p);
	struct windows w = { .n = 0 };

	while (w.n < nr_windows) {
		unsigned int n = 0, k;
		double spent = 0, start;

		do {
			cards_turn(f, p, round);
			start = now_ns();
			k = sweeps(f, p, round / p->burst);
			spent += now_ns() - start - clock;
			n += k;
		} while (k && n * pieces(p) < ROUND / 2);
		if (!k)
			return 0;
		w.ns[w.n++] = spent / n;
	}
	return median(&w);
}

/* 0 too if the two never ran together for as long as a window. */
static double far_ns(struct fake *f, const struct point *p, unsigned int nr_windows, int cpu)
{
	struct far far = { .f = f, .p = p, .cpu = cpu };
	struct windows w = { .n = 0 };
	const double give_up = now_ns() + FAR_LIMIT_NS;
	const uint32_t bytes = frame_bytes(p);
	bool warm = false;
	pthread_t thread;

	if (pthread_create(&thread, NULL, far_card, &far))
		return 0;
	while (w.n < nr_windows && now_ns() < give_up) {
		double start = now_ns();
		unsigned int n = 0;

		while (n < FAR_WINDOW && (n || now_ns() < give_up)) {
			int k = step(f->q, p->work, p->burst, bytes);

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

static const char *name_of(const struct point *p)
{
	static char row[96];

	snprintf(row, sizeof(row), "%s,%s,%s,%s,%u,%u,%u,%u,%u", p->curve, p->card->name, ndrv_simd_name(p->simd),
		 works[p->work], p->burst, p->ring, p->pool, p->queues, p->size);
	return row;
}

/* Until all of the rings and all that circulates has been used. */
static int warm_up(struct fake *f, const struct point *p)
{
	const uint32_t packets = p->queues * (2 * p->ring + 2 * CACHE_BUFS) / pieces(p);
	uint32_t n = 0, k;

	do {
		cards_turn(f, p, p->burst);
		k = sweeps(f, p, 1);
		n += k;
	} while (k && n < packets);
	return k != 0;
}

struct run {
	unsigned int windows;
	int cpu;		/* the card's; -1: no far rows */
	double clock;
	unsigned long packets;
	int bad;
};

static void lost(struct run *run, const struct point *p)
{
	fprintf(stderr, "%s: packets were lost\n", name_of(p));
	run->bad = 1;
}

/* The mean of PLACES: they come in a few kinds, among which a median would jump. */
static double near_ns(struct rig *r, const struct run *run)
{
	const bool table = !strcmp(r->p->curve, "table");
	double sum = 0, ns;
	unsigned int i;

	for (i = 0; i < PLACES; i++) {
		open_queues(r);
		ns = warm_up(r->f, r->p) ? near_place_ns(r->f, r->p, run->windows, table ? 0 : run->clock) : 0;
		if (!close_queues(r) || ns <= 0)
			return 0;
		sum += ns;
	}
	return sum / PLACES;
}

static void time_row(const struct point *p, struct run *run)
{
	double near, far = 0;
	bool good = true;
	struct rig r;

	memset(&r, 0, sizeof(r));
	open_rig(&r, p);
	near = near_ns(&r, run);
	printf("near,%s,%.2f\n", name_of(p), near);
	if (!strcmp(p->curve, "table") && run->cpu >= 0) {
		open_queues(&r);
		far = far_ns(r.f, p, run->windows, run->cpu);
		good = close_queues(&r);
		if (far > 0)
			printf("far,%s,%.2f\n", name_of(p), far);
		else
			fprintf(stderr, "%s: this machine is too busy for the far row\n", name_of(p));
	}
	if (!close_rig(&r) || near <= 0 || !good)
		lost(run, p);
}

/* Marks for callgrind: forget what was counted, write down what was counted. */
static __attribute__((noinline)) void count_from(void)
{
	__asm__ volatile("" ::: "memory");
}

static __attribute__((noinline)) void count_to(void)
{
	__asm__ volatile("" ::: "memory");
}

static void count_row(const struct point *p, struct run *run)
{
	const unsigned int whole = p->burst / pieces(p) * p->queues;
	const bool grows = strcmp(p->curve, "table") != 0;
	const unsigned long packets = grows ? run->packets / 5 : run->packets;
	unsigned long done = 0;
	unsigned int n = whole;
	struct rig r;

	memset(&r, 0, sizeof(r));
	open_rig(&r, p);
	open_queues(&r);
	if (grows && !warm_up(r.f, p))
		n = 0;
	count_from();
	while (n == whole && done < packets) {
		cards_turn(r.f, p, p->burst);
		n = sweeps(r.f, p, 1);
		done += n;
	}
	count_to();
	printf("%s,%lu\n", name_of(p), done);
	if (!close_queues(&r) || !close_rig(&r) || done < packets)
		lost(run, p);
}

/* ---- which rows there are -------------------------------------------------------------------- */

typedef void (*row_fn)(const struct point *p, struct run *run);

static const struct point base = {
	.curve = "table", .burst = 32, .ring = 512, .pool = 4096, .queues = 1, .size = 64,
};

static void table(row_fn row, struct run *run)
{
	static const uint32_t bursts[] = { 1, 8, 32, 64 };
	struct point p = base;
	unsigned int c, w, b, s;

	for (c = 0; c < N(cards); c++)
		for (w = 0; w < NR_WORKS; w++)
			for (b = 0; b < N(bursts); b++)
				for (s = 0; s < NR_SIMD; s++) {
					p.card = cards[c];
					p.simd = s;
					p.work = w;
					p.burst = bursts[b];
					if (ndrv_simd_ops(p.card->desc_format, s))
						row(&p, run);
				}
}

/* In the curves are the reference, what programs get here, and the widest that valgrind knows. */
static bool has_curves(uint32_t desc_format, enum simd simd)
{
	const struct desc_ops *ops = ndrv_simd_ops(desc_format, simd);

	return ops && (simd == SIMD_SCALAR || simd == SIMD_AVX2 || ops == ndrv_simd_best(desc_format));
}

/* @value: the member of @p that differs. */
static void curve(row_fn row, struct run *run, struct point *p, uint32_t *value, const uint32_t *values)
{
	const uint32_t was = *value;
	uint32_t least;

	for (; *values; values++) {
		*value = *values;
		/* Full receive rings, what is being sent, and the caches. */
		least = p->queues * (p->ring + CACHE_BUFS + BURST_MAX);
		p->pool = p->pool < least && value != &p->pool ? least : p->pool;
		row(p, run);
		p->pool = base.pool;
	}
	*value = was;
}

static void curves_of(row_fn row, struct run *run, struct point p)
{
	static const uint32_t bursts[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 0 };
	static const uint32_t rings[] = { 64, 128, 256, 512, 1024, 2048, 4096, NDRV_MAX_RING_ENTRIES, 0 };
	static const uint32_t pools[] = { 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16,
					  1 << 17, 1 << 18, 0 };
	static const uint32_t queues[] = { 1, 2, 4, 8, 16, 32, 64, 0 };
	static const uint32_t sizes[] = { 64, 128, 256, 512, 1024, 1518, 9018, 0 };

	p.curve = "burst";
	curve(row, run, &p, &p.burst, bursts);
	p.curve = "ring";
	curve(row, run, &p, &p.ring, rings);
	p.curve = "pool";
	curve(row, run, &p, &p.pool, pools);
	p.curve = "queues";
	curve(row, run, &p, &p.queues, queues);
	p.curve = "size";
	curve(row, run, &p, &p.size, sizes);
}

static void curves(row_fn row, struct run *run)
{
	struct point p = base;
	unsigned int c, w, s;

	for (c = 0; c < N(cards); c++)
		for (w = 0; w < NR_WORKS; w++)
			for (s = 0; s < NR_SIMD; s++) {
				p.card = cards[c];
				p.simd = s;
				p.work = w;
				if (has_curves(p.card->desc_format, s))
					curves_of(row, run, p);
			}
}

int main(int argc, char **argv)
{
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;
	struct run run = { .windows = n < MAX_WINDOWS ? n : MAX_WINDOWS, .packets = n };

	if (!n) {
		fprintf(stderr, "usage: bench_native time WINDOWS | grow WINDOWS | count PACKETS\n");
		return 2;
	}
	if (!strcmp(argv[1], "count")) {
		table(count_row, &run);
		curves(count_row, &run);
		return run.bad;
	}
	srand((unsigned int)time(NULL));
	run.cpu = other_cpu();
	if (!strcmp(argv[1], "grow")) {
		run.clock = clock_ns();
		curves(time_row, &run);
		return run.bad;
	}
	if (run.cpu < 0)
		fprintf(stderr, "one CPU only: no rows with the card on another core\n");
	table(time_row, &run);
	return run.bad;
}
