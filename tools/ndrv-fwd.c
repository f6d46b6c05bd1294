/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv-fwd: forward packets between two ports, in both directions, from one thread and one pool of
 * buffers: what port A received is sent by port B without being copied.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

/* A frame that is longer than a buffer takes several handles; so many are always enough. */
#define BURST_PIECES	16
#define LINK_WAIT_MS	10000
#define FLUSH_US	200000
/* How many rounds without packets between two looks at the clock. */
#define ROUNDS_PER_TICK	64

struct port {
	const char *name;
	struct ndrv_queue *q;
	struct ndrv_stats before, after;
	unsigned int restarts;
};

/* One direction; @pkts[first, end) is received and not yet sent. */
struct way {
	struct port *from, *to;
	struct ndrv_pkt pkts[TOOL_BURST_MAX];
	unsigned int first, end;
	uint64_t received, sent, dropped;
};

static struct tool_common common = {
	.burst = 32,
	.queue = { .size = sizeof(common.queue), .flags = NDRV_OPEN_F_PROMISC },
};

static struct {
	uint32_t pool_bufs;
	bool one_way, mac_swap, set_dst;
	bool pieces;			/* frames may be longer than a buffer */
	uint8_t dst[6];
} opt;

/* How many packets may still be received; --count makes it finite. */
static uint64_t budget = UINT64_MAX;

static void set_pool(const char *option, const char *text)
{
	opt.pool_bufs = tool_number(option, text, 64, 1u << 24);
}

static void set_dst(const char *option, const char *text)
{
	tool_mac(option, text, opt.dst);
	opt.set_dst = true;
}

static void set_no_promisc(const char *option, const char *text)
{
	(void)option;
	(void)text;
	common.queue.flags &= ~NDRV_OPEN_F_PROMISC;
}

static const struct tool_option options[] = {
	{ '1', "one-way", NULL, "only from A to B", NULL, &opt.one_way },
	{ 0, "pool", "N", "buffers in the shared pool\n(default: what the rings need, twice)", set_pool, NULL },
	{ 0, "mac-swap", NULL, "exchange source and destination address", NULL, &opt.mac_swap },
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
		  TOOL_OPT_MAX_FRAME | TOOL_OPT_QUEUE,
	.tail = "\nSIGINT and SIGTERM end with the summary. Exit status: 0 done, 1 failed, 2 wrong usage.\n",
};

static void change_addresses(struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		uint8_t *frame = pkts[i].data, dst[6];

		/* Only the first piece of a frame begins with addresses. */
		if (i && pkts[i - 1].flags & NDRV_PKT_F_MORE)
			continue;
		if (opt.mac_swap) {
			memcpy(dst, frame, 6);
			memcpy(frame, frame + 6, 6);
			memcpy(frame + 6, dst, 6);
		}
		if (opt.set_dst)
			memcpy(frame, opt.dst, 6);
	}
}

/* Handles are packets, unless packets come in pieces. */
static unsigned int nr_packets(const struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i, count = 0;

	if (!opt.pieces)
		return n;
	for (i = 0; i < n; i++)
		count += !(pkts[i].flags & NDRV_PKT_F_MORE);
	return count;
}

/* The packet at w->first can never be sent: drop the whole frame that it begins. */
static void drop_frame(struct way *w)
{
	unsigned int n = 1;

	while (w->pkts[w->first + n - 1].flags & NDRV_PKT_F_MORE && w->first + n < w->end)
		n++;
	ndrv_pkt_free(w->to->q, &w->pkts[w->first], n);
	w->first += n;
	w->dropped++;
}

/* Move what there is; false if the program has to end. Packets that do not fit wait in the way. */
static bool move(struct way *w, bool receive)
{
	unsigned int count;
	int n;

	if (w->first == w->end && receive && budget) {
		n = ndrv_rx_burst(w->from->q, w->pkts, budget < common.burst && !opt.pieces ?
							       budget : common.burst);
		if (n < 0) {
			if (!tool_recover(w->from->name, w->from->q, n))
				return false;
			w->from->restarts++;
			return true;
		}
		w->first = 0;
		w->end = n;
		count = nr_packets(w->pkts, n);
		w->received += count;
		budget -= count < budget ? count : budget;
		if (opt.mac_swap || opt.set_dst)
			change_addresses(w->pkts, n);
	}
	if (w->first == w->end)
		return true;
	n = ndrv_tx_burst(w->to->q, &w->pkts[w->first], w->end - w->first);
	if (n >= 0) {
		w->sent += nr_packets(&w->pkts[w->first], n);
		w->first += n;
		return true;
	}
	if (n == -EINVAL || n == -EOPNOTSUPP) {
		drop_frame(w);
		return true;
	}
	if (!tool_recover(w->to->name, w->to->q, n))
		return false;
	w->to->restarts++;
	return true;
}

static uint64_t total(const struct way *ways, unsigned int nr_ways, bool sent)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < nr_ways; i++)
		sum += sent ? ways[i].sent : ways[i].received;
	return sum;
}

static void show_rate(const struct way *ways, unsigned int nr_ways, uint64_t *last, uint64_t ns)
{
	uint64_t sent = total(ways, nr_ways, true);

	tool_live(common.quiet, "%.3f Mpps, %llu packets forwarded", (sent - *last) * 1e3 / ns,
		  (unsigned long long)sent);
	*last = sent;
}

/* How long it ran, and how long from the first packet to the last, in ns. */
struct times {
	uint64_t took, active;
};

/* Until a signal, the count, the time or an error; false on an error. */
static bool forward(struct way *ways, unsigned int nr_ways, struct times *times)
{
	uint64_t start = tool_now_ns(), tick = start, now, last = 0, moved = 0, seen = 0;
	uint64_t first_packet = 0, last_packet = 0, shown = 0;
	unsigned int i, rounds = 0;
	bool good = true;

	while (good && !tool_stop) {
		for (i = 0; i < nr_ways && good; i++)
			good = move(&ways[i], true);
		moved = total(ways, nr_ways, true);
		if (!budget && ways[0].first == ways[0].end && ways[1].first == ways[1].end)
			break;
		/* The clock is looked at now and then, more seldom while packets flow. */
		if (moved != last && first_packet && ++rounds < ROUNDS_PER_TICK) {
			last = moved;
			continue;
		}
		rounds = 0;
		now = tool_now_ns();
		if (moved != seen) {
			first_packet = first_packet ? first_packet : now;
			last_packet = now;
		}
		seen = last = moved;
		if (common.run_ns && now - start >= common.run_ns)
			break;
		if (now - tick >= 1000000000) {
			show_rate(ways, nr_ways, &shown, now - tick);
			tick = now;
		}
	}
	now = tool_now_ns();
	times->took = now - start;
	times->active = first_packet ? (moved != seen ? now : last_packet) - first_packet : 0;
	return good;
}

/* Send what is in the way and wait until the cards have sent all; what stays behind is dropped. */
static void finish(struct way *ways, unsigned int nr_ways)
{
	uint64_t end = tool_now_ns() + FLUSH_US * 1000ull;
	unsigned int i;
	int left;

	for (i = 0; i < nr_ways; i++) {
		struct way *w = &ways[i];

		while (w->first != w->end && tool_now_ns() < end && !ndrv_queue_check(w->to->q))
			if (!move(w, false))
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

static json_t *way_json(const struct way *w)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "from", w->from->name, "to", w->to->name,
			 "received", (json_int_t)w->received, "sent", (json_int_t)w->sent,
			 "dropped", (json_int_t)w->dropped, "missed",
			 (json_int_t)(w->from->after.out_rx_missed - w->from->before.out_rx_missed +
				      w->from->after.out_rx_no_desc -
				      w->from->before.out_rx_no_desc));
}

static void summary(const struct way *ways, unsigned int nr_ways, const struct times *times)
{
	double mpps = times->active ? total(ways, nr_ways, true) * 1e3 / times->active : 0;
	uint64_t received = total(ways, nr_ways, false), sent = total(ways, nr_ways, true);
	uint64_t dropped = 0, missed = 0;
	unsigned int i, restarts = 0;
	json_t *list = json_array(), *root;

	for (i = 0; i < nr_ways; i++) {
		root = way_json(&ways[i]);
		dropped += json_integer_value(json_object_get(root, "dropped"));
		missed += json_integer_value(json_object_get(root, "missed"));
		json_array_append_new(list, root);
	}
	restarts = ways[0].from->restarts + ways[0].to->restarts;
	if (common.json) {
		root = json_pack("{s:f, s:f, s:I, s:I, s:I, s:I, s:f, s:i, s:o}", "seconds",
				 times->took / 1e9, "active_seconds", times->active / 1e9,
				 "received", (json_int_t)received, "sent", (json_int_t)sent,
				 "dropped", (json_int_t)dropped, "missed", (json_int_t)missed,
				 "mpps", mpps, "restarts", restarts, "directions", list);
		json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
		putchar('\n');
		json_decref(root);
		return;
	}
	json_decref(list);
	for (i = 0; i < nr_ways; i++)
		printf("%s -> %s: received %llu, sent %llu, dropped %llu\n", ways[i].from->name,
		       ways[i].to->name, (unsigned long long)ways[i].received,
		       (unsigned long long)ways[i].sent, (unsigned long long)ways[i].dropped);
	printf("%llu packets forwarded in %.2f s (%.2f s from first to last), %.3f Mpps; "
	       "%llu dropped, %llu missed by the cards\n",
	       (unsigned long long)sent, times->took / 1e9, times->active / 1e9, mpps,
	       (unsigned long long)dropped, (unsigned long long)missed);
}

static struct ndrv_pool *open_ports(struct port ports[2])
{
	struct ndrv_pool *pool;
	uint32_t bufs = 0;
	unsigned int i;

	/* Ports of different families may round what was asked for differently. */
	for (i = 0; i < 2; i++) {
		struct ndrv_queue *q = tool_open(ports[i].name, &common.queue);

		ports[i].q = q;
		opt.pieces |= common.queue.max_frame_bytes > ndrv_queue_rx_buf_bytes(q);
		/* Twice what a port can hold: rings, cache, and a burst in hand. */
		bufs += 2 * (ndrv_queue_rx_entries(q) + ndrv_queue_tx_entries(q) + 512);
	}
	if (opt.pieces && common.burst < BURST_PIECES)
		common.burst = BURST_PIECES;
	if (opt.pool_bufs)
		bufs = opt.pool_bufs;
	pool = tool_pool(ports[0].name, ports[0].q, bufs, 0);
	for (i = 0; i < 2; i++) {
		tool_attach(ports[i].name, ports[i].q, pool);
		if (ndrv_queue_stats(ports[i].q, &ports[i].before))
			tool_die("%s: cannot read statistics", ports[i].name);
		tool_start(ports[i].name, ports[i].q);
	}
	return pool;
}

int main(int argc, char **argv)
{
	static struct way ways[2];
	struct port ports[2] = { 0 };
	struct ndrv_pool *pool;
	unsigned int nr_ways, i;
	struct times times;
	bool good;

	tool_name = "ndrv-fwd";
	tool_options(argc, argv, &usage, &common);
	if (common.count)
		budget = common.count;
	if (argc - optind != 2)
		tool_die_usage("two ports are needed");
	ports[0].name = argv[optind];
	ports[1].name = argv[optind + 1];
	nr_ways = opt.one_way ? 1 : 2;
	for (i = 0; i < 2; i++) {
		ways[i].from = &ports[i];
		ways[i].to = &ports[!i];
	}

	tool_catch_signals();
	pool = open_ports(ports);
	for (i = 0; i < 2 && !tool_stop; i++)
		tool_wait_link(ports[i].name, ports[i].q, LINK_WAIT_MS);
	if (!common.quiet)
		fprintf(stderr, "ndrv-fwd: forwarding %s %s %s\n", ports[0].name,
			opt.one_way ? "->" : "<->", ports[1].name);

	good = forward(ways, nr_ways, &times);
	tool_live_end();
	finish(ways, nr_ways);
	for (i = 0; i < 2; i++)
		if (ndrv_queue_stats(ports[i].q, &ports[i].after))
			ports[i].after = ports[i].before;
	summary(ways, nr_ways, &times);
	for (i = 0; i < 2; i++)
		ndrv_queue_close(ports[i].q);
	ndrv_pool_destroy(pool);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
