/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv-fwd: forward packets between two ports, in both directions, from one pool of buffers: what port A
 * received is sent by port B without being copied. Here are the ports, the lanes' beginning and end, and
 * the summary; what a lane does is in fwd_lane.c.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fwd.h"

#define LINK_WAIT_MS	10000
#define TICK_NS		1000000000ull
/* A lane that sleeps is woken by a signal; one that was about to sleep just then, by the next. */
#define KICK_NS		50000000ull

static struct tool_common common = {
	.burst = 32,
	.queues = 1,
	.queue = { .size = sizeof(common.queue), .flags = NDRV_OPEN_F_PROMISC },
};

static struct {
	uint32_t pool_bufs;
	bool one_way;
} opt;

static struct fwd_port ports[2];
static struct fwd_lane *lanes;

static void set_pool(const char *option, const char *text)
{
	opt.pool_bufs = tool_number(option, text, 64, 1u << 24);
}

static void set_dst(const char *option, const char *text)
{
	tool_mac(option, text, fwd_opts.dst);
	fwd_opts.set_dst = true;
}

static void set_no_promisc(const char *option, const char *text)
{
	(void)option;
	(void)text;
	common.queue.flags &= ~NDRV_OPEN_F_PROMISC;
}

static const struct tool_option options[] = {
	{ '1', "one-way", NULL, "only from A to B", NULL, &opt.one_way },
	{ 0, "pool", "N", "buffers in the shared pool\n(default: all that the rings can need)", set_pool, NULL },
	{ 0, "mac-swap", NULL, "exchange source and destination address", NULL, &fwd_opts.mac_swap },
	{ 0, "dst", "MAC", "set the destination address", set_dst, NULL },
	{ 0, "no-promisc", NULL, "receive only what is addressed to the port", set_no_promisc, NULL },
	{ 0 }
};

static const struct tool_usage usage = {
	.head = "Usage: ndrv-fwd [OPTION]... PORT_A PORT_B\n"
		"Forward packets from PORT_A to PORT_B and back, without copying them. A port is ndrvN,\n"
		"/dev/ndrvN or a PCI address; the two may be of different families.\n\n",
	.options = options,
	.common = TOOL_OPT_RUN | TOOL_OPT_BURST | TOOL_OPT_RX_RING | TOOL_OPT_TX_RING |
		  TOOL_OPT_MAX_FRAME | TOOL_OPT_QUEUE | TOOL_OPT_QUEUES | TOOL_OPT_CPUS |
		  TOOL_OPT_WAIT | TOOL_OPT_FILTER,
	.tail = "\nWith --queues, received frames are spread over the queue pairs from --queue on (RSS).\n"
		"SIGINT and SIGTERM end with the summary. Exit status: 0 done, 1 failed, 2 wrong usage.\n",
};

/* How long it ran, and how long from the first packet to the last, in ns. */
struct times {
	uint64_t took, active;
};

/* Open all queues, and give them one pool. */
static struct ndrv_pool *open_ports(void)
{
	uint32_t first = common.queue.queue, bufs = 0;
	struct ndrv_pool *pool;
	unsigned int i, l;

	for (l = 0; l < common.queues; l++) {
		for (i = 0; i < 2; i++) {
			struct ndrv_queue *q;

			/* Ports of different families may round what was asked for differently. */
			common.queue.queue = first + l;
			q = tool_open(ports[i].name, &common.queue);
			lanes[l].ends[i].port = &ports[i];
			lanes[l].ends[i].q = q;
			fwd_opts.pieces |= common.queue.max_frame_bytes > ndrv_queue_rx_buf_bytes(q);
			/* What a queue can hold: rings, cache, and a burst in hand. */
			bufs += ndrv_queue_rx_entries(q) + ndrv_queue_tx_entries(q) + 512 +
				TOOL_BURST_MAX;
		}
	}
	if (fwd_opts.pieces && fwd_opts.burst < FWD_BURST_PIECES)
		fwd_opts.burst = FWD_BURST_PIECES;
	if (opt.pool_bufs)
		bufs = opt.pool_bufs;
	pool = tool_pool(ports[0].name, lanes[0].ends[0].q, bufs, 0);
	for (i = 0; i < 2; i++)
		if (ndrv_queue_stats(lanes[0].ends[i].q, &ports[i].before))
			tool_die("%s: cannot read statistics", ports[i].name);
	for (l = 0; l < common.queues; l++)
		for (i = 0; i < 2; i++)
			tool_attach(ports[i].name, lanes[l].ends[i].q, pool);
	return pool;
}

/* The queues run, and share what their port receives. */
static void start_ports(void)
{
	unsigned int i, l, nr_from = opt.one_way ? 1 : 2;
	uint16_t queues[TOOL_QUEUES_MAX];

	for (l = 0; l < common.queues; l++) {
		queues[l] = ndrv_queue_number(lanes[l].ends[0].q);
		for (i = 0; i < 2; i++)
			tool_start(ports[i].name, lanes[l].ends[i].q);
	}
	for (i = 0; i < nr_from; i++) {
		if (common.queues > 1)
			tool_spread(ports[i].name, lanes[0].ends[i].q, queues, common.queues);
		tool_filters(ports[i].name, lanes[0].ends[i].q, &common);
	}
	for (i = 0; i < 2 && !tool_stop; i++)
		tool_wait_link(ports[i].name, lanes[0].ends[i].q, LINK_WAIT_MS);
}

static void start_lane(struct fwd_lane *lane, unsigned int number)
{
	const char *const names[2] = { ports[0].name, ports[1].name };
	struct ndrv_queue *const queues[2] = { lane->ends[0].q, lane->ends[1].q };
	unsigned int i;

	lane->nr_ways = opt.one_way ? 1 : 2;
	for (i = 0; i < 2; i++) {
		lane->ways[i].from = &lane->ends[i];
		lane->ways[i].to = &lane->ends[!i];
	}
	lane->waiter = tool_waiter_open(common.wait, names, queues, 2);
	tool_thread(&lane->thread, &common, number, fwd_run, lane);
}

static uint64_t total_shown(void)
{
	uint64_t sum = 0;
	unsigned int l;

	for (l = 0; l < common.queues; l++)
		sum += __atomic_load_n(&lanes[l].shown, __ATOMIC_RELAXED);
	return sum;
}

/* Wake the lanes that sleep; how many have not ended. */
static unsigned int kick(void)
{
	unsigned int l, running = 0;

	for (l = 0; l < common.queues; l++) {
		if (__atomic_load_n(&lanes[l].done, __ATOMIC_ACQUIRE))
			continue;
		pthread_kill(lanes[l].thread, SIGUSR1);
		running++;
	}
	return running;
}

/* While the lanes work: the live line, and when it is over, that they all notice. */
static void watch(uint64_t start, const sigset_t *signals)
{
	uint64_t tick = start, shown = 0, now = start, nap, sent, count;
	struct pollfd wake = { .fd = fwd_opts.wake_fd, .events = POLLIN };
	struct timespec ts;

	for (;;) {
		if (tool_stop || (common.run_ns && now - start >= common.run_ns))
			fwd_stop = true;
		nap = TICK_NS;
		if (fwd_stop || !__atomic_load_n(&fwd_left, __ATOMIC_RELAXED)) {
			if (!kick())
				return;
			nap = KICK_NS;
		} else if (common.run_ns && start + common.run_ns - now < nap) {
			nap = start + common.run_ns - now;
		}
		ts = (struct timespec){ .tv_sec = nap / 1000000000, .tv_nsec = nap % 1000000000 };
		/* A signal arrives here and nowhere else: between here and there it is blocked. */
		if (ppoll(&wake, 1, &ts, signals) > 0 && read(wake.fd, &count, sizeof(count)) < 0)
			tool_die("eventfd: %s", strerror(errno));
		now = tool_now_ns();
		if (now - tick < TICK_NS)
			continue;
		sent = total_shown();
		tool_live(common.quiet, "%.3f Mpps, %llu packets forwarded",
			  (sent - shown) * 1e3 / (now - tick), (unsigned long long)sent);
		shown = sent;
		tick = now;
	}
}

static void run_lanes(struct times *times)
{
	uint64_t start, first = UINT64_MAX, last = 0;
	sigset_t block, before;
	unsigned int l;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &block, &before);
	fwd_opts.wake_fd = eventfd(0, EFD_CLOEXEC);
	if (fwd_opts.wake_fd < 0)
		tool_die("eventfd: %s", strerror(errno));
	start = tool_now_ns();
	for (l = 0; l < common.queues; l++)
		start_lane(&lanes[l], l);
	watch(start, &before);
	for (l = 0; l < common.queues; l++) {
		pthread_join(lanes[l].thread, NULL);
		tool_waiter_close(lanes[l].waiter);
		if (!lanes[l].first_ns)
			continue;
		first = lanes[l].first_ns < first ? lanes[l].first_ns : first;
		last = lanes[l].last_ns > last ? lanes[l].last_ns : last;
	}
	times->took = tool_now_ns() - start;
	times->active = last ? last - first : 0;
	close(fwd_opts.wake_fd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* What a way did, or the same way of all lanes together. */
struct sums {
	uint64_t received, sent, dropped;
};

static void add(struct sums *s, const struct fwd_way *w)
{
	s->received += w->received;
	s->sent += w->sent;
	s->dropped += w->dropped;
}

static uint64_t missed(unsigned int port)
{
	const struct ndrv_stats *a = &ports[port].before, *b = &ports[port].after;

	return b->out_rx_missed - a->out_rx_missed + b->out_rx_no_desc - a->out_rx_no_desc;
}

static json_t *way_json(unsigned int way, const struct sums *s)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:I}", "from", ports[way].name, "to", ports[!way].name,
			 "received", (json_int_t)s->received, "sent", (json_int_t)s->sent,
			 "dropped", (json_int_t)s->dropped);
}

static json_t *lane_json(const struct fwd_lane *lane)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < lane->nr_ways; i++) {
		struct sums s = { 0 };

		add(&s, &lane->ways[i]);
		json_array_append_new(list, way_json(i, &s));
	}
	return json_pack("{s:i, s:i, s:o}", "queue", ndrv_queue_number(lane->ends[0].q), "restarts",
			 lane->ends[0].restarts + lane->ends[1].restarts, "directions", list);
}

static void print_json(const struct sums *ways, const struct sums *all, const struct times *times,
		       double mpps)
{
	json_t *directions = json_array(), *queues = json_array(), *root;
	unsigned int i, l, restarts = 0, nr_ways = lanes[0].nr_ways;
	uint64_t all_missed = 0;

	for (i = 0; i < nr_ways; i++) {
		root = way_json(i, &ways[i]);
		json_object_set_new(root, "missed", json_integer(missed(i)));
		json_array_append_new(directions, root);
		all_missed += missed(i);
	}
	for (l = 0; l < common.queues; l++) {
		restarts += lanes[l].ends[0].restarts + lanes[l].ends[1].restarts;
		json_array_append_new(queues, lane_json(&lanes[l]));
	}
	root = json_pack("{s:f, s:f, s:I, s:I, s:I, s:I, s:f, s:i, s:o, s:o}", "seconds",
			 times->took / 1e9, "active_seconds", times->active / 1e9, "received",
			 (json_int_t)all->received, "sent", (json_int_t)all->sent, "dropped",
			 (json_int_t)all->dropped, "missed", (json_int_t)all_missed, "mpps", mpps,
			 "restarts", restarts, "directions", directions, "queues", queues);
	json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(root);
}

static void print_way(const char *indent, unsigned int way, const struct sums *s)
{
	printf("%s%s -> %s: received %llu, sent %llu, dropped %llu\n", indent, ports[way].name,
	       ports[!way].name, (unsigned long long)s->received, (unsigned long long)s->sent,
	       (unsigned long long)s->dropped);
}

static void print_text(const struct sums *ways, const struct sums *all, const struct times *times,
		       double mpps)
{
	unsigned int i, l, nr_ways = lanes[0].nr_ways;
	uint64_t all_missed = 0;

	for (i = 0; i < nr_ways; i++) {
		print_way("", i, &ways[i]);
		all_missed += missed(i);
		for (l = 0; l < common.queues && common.queues > 1; l++) {
			struct sums s = { 0 };

			add(&s, &lanes[l].ways[i]);
			printf("  queue %u, ", ndrv_queue_number(lanes[l].ends[i].q));
			print_way("", i, &s);
		}
	}
	printf("%llu packets forwarded in %.2f s (%.2f s from first to last), %.3f Mpps; "
	       "%llu dropped, %llu missed by the cards\n",
	       (unsigned long long)all->sent, times->took / 1e9, times->active / 1e9, mpps,
	       (unsigned long long)all->dropped, (unsigned long long)all_missed);
}

static void summary(const struct times *times)
{
	struct sums ways[2] = { 0 }, all = { 0 };
	unsigned int i, l;
	double mpps;

	for (l = 0; l < common.queues; l++) {
		for (i = 0; i < lanes[l].nr_ways; i++) {
			add(&ways[i], &lanes[l].ways[i]);
			add(&all, &lanes[l].ways[i]);
		}
	}
	mpps = times->active ? all.sent * 1e3 / times->active : 0;
	if (common.json)
		print_json(ways, &all, times, mpps);
	else
		print_text(ways, &all, times, mpps);
}

int main(int argc, char **argv)
{
	struct ndrv_pool *pool;
	struct times times;
	unsigned int i, l;
	bool good = true;

	tool_name = "ndrv-fwd";
	tool_options(argc, argv, &usage, &common);
	if (argc - optind != 2)
		tool_die_usage("two ports are needed");
	for (i = 0; i < 2; i++)
		ports[i].name = argv[optind + i];
	fwd_opts.burst = common.burst;
	if (common.count)
		fwd_set_count(common.count);
	lanes = calloc(common.queues, sizeof(*lanes));
	if (!lanes)
		tool_die("out of memory");

	tool_catch_signals();
	pool = open_ports();
	start_ports();
	if (!common.quiet)
		fprintf(stderr, "ndrv-fwd: forwarding %s %s %s\n", ports[0].name,
			opt.one_way ? "->" : "<->", ports[1].name);
	run_lanes(&times);
	tool_live_end();
	for (i = 0; i < 2; i++)
		if (ndrv_queue_stats(lanes[0].ends[i].q, &ports[i].after))
			ports[i].after = ports[i].before;
	summary(&times);
	for (l = 0; l < common.queues; l++) {
		good = good && lanes[l].good;
		for (i = 0; i < 2; i++)
			ndrv_queue_close(lanes[l].ends[i].q);
	}
	ndrv_pool_destroy(pool);
	free(lanes);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
