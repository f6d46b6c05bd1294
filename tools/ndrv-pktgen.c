/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv-pktgen: send UDP packets that ndrv-sim's sink can check, or the packets of a pcap file, at a
 * given rate or as fast as the port goes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "pktgen_frame.h"
#include "wait.h"

#define FCS_BYTES	4
/* Longest frame to send, with FCS: what every family can. */
#define FRAME_MAX_BYTES	9728
#define LINK_WAIT_MS	10000
#define FLUSH_US	1000000
/* With --wait: the clock and signals are looked at this often, whatever the card does. */
#define SLEEP_US	100000
/* Bursts between two looks at the clock, when no rate is set. */
#define BURSTS_PER_TICK	64
/* With a rate: sleep when the next packet is due no sooner than this. */
#define SLEEP_FROM_NS	200000

struct replay {
	uint8_t **frames;
	uint32_t *lens;
	size_t nr, next;
	uint64_t skipped;		/* cut by the capture, or too short or long to be sent */
};

static struct tool_common common = {
	.burst = 32,
	.queues = 1,
	.queue = {
		.size = sizeof(common.queue),
		.flags = NDRV_OPEN_F_NO_RX,
		.queue = NDRV_QUEUE_ANY,	/* all can send */
	},
};

static struct {
	const char *port, *pcap;
	double rate;
	unsigned int flows;
	bool loop, have_src, have_stream;
	struct frame_opts frame;
} opt = {
	.flows = 1,
	.frame = {
		.dst = { 0x02, 0, 0, 0, 0, 0x02 },
		.src_ip = 0xc6120001,	/* 198.18.0.1, RFC 2544 */
		.dst_ip = 0xc6120002,
		.src_port = 1024,
		.dst_port = 28260,
		.len = FRAME_MIN_BYTES,
	},
};

/* A queue pair, and the thread that sends on it. */
struct gen {
	unsigned int number;
	pthread_t thread;
	uint64_t count;			/* its share of --count; 0: no end */
	double rate;			/* of --rate */
	uint64_t start_ns, took_ns;
	uint64_t sent;			/* as the card has reported it */
	uint16_t stream;
	bool good;
	struct ndrv_queue *q;
	struct tool_waiter *waiter;
	struct ndrv_pool *pool;
	struct frame frame;
	struct replay replay;
	struct ndrv_pkt pkts[TOOL_BURST_MAX];	/* [first, end) is ready and not yet taken */
	unsigned int first, end;
	uint64_t made, taken, bytes;
	unsigned int flow, restarts;
};

static struct gen *gens;

static void set_rate(const char *option, const char *text)
{
	opt.rate = tool_number(option, text, 1, 10000000000ull);
}

static void set_size(const char *option, const char *text)
{
	opt.frame.len = tool_number(option, text, 64, FRAME_MAX_BYTES) - FCS_BYTES;
}

static void set_mac(const char *option, const char *text)
{
	bool src = !strcmp(option, "--src");

	tool_mac(option, text, src ? opt.frame.src : opt.frame.dst);
	opt.have_src |= src;
}

static void set_ip(const char *option, const char *text)
{
	struct in_addr ip;

	if (inet_pton(AF_INET, text, &ip) != 1)
		tool_die_usage("%s: '%s' is not an IPv4 address", option, text);
	*(strcmp(option, "--src-ip") ? &opt.frame.dst_ip : &opt.frame.src_ip) = ntohl(ip.s_addr);
}

static void set_dst_port(const char *option, const char *text)
{
	opt.frame.dst_port = tool_number(option, text, 1, 65535);
}

static void set_flows(const char *option, const char *text)
{
	opt.flows = tool_number(option, text, 1, 64512);
}

static void set_stream(const char *option, const char *text)
{
	opt.frame.stream = tool_number(option, text, 0, 65535);
	opt.have_stream = true;
}

static void set_pcap(const char *option, const char *text)
{
	(void)option;
	opt.pcap = text;
}

static const struct tool_option options[] = {
	{ 'r', "rate", "PPS", "packets per second (k, M, G);\ndefault: as many as go", set_rate, NULL },
	{ 's', "size", "BYTES", "length of a frame, with FCS (64 to 9728; default 64)", set_size, NULL },
	{ 0, "dst", "MAC", "destination address (default 02:00:00:00:00:02)", set_mac, NULL },
	{ 0, "src", "MAC", "source address (default: that of the port)", set_mac, NULL },
	{ 0, "dst-ip", "IP", "(default 198.18.0.2)", set_ip, NULL },
	{ 0, "src-ip", "IP", "(default 198.18.0.1)", set_ip, NULL },
	{ 0, "dst-port", "N", "UDP (default 28260)", set_dst_port, NULL },
	{ 0, "flows", "N", "take N UDP source ports in turn, from 1024 on (default 1)", set_flows, NULL },
	{ 0, "stream", "N", "number of the stream in the stamp (default: random)", set_stream, NULL },
	{ 0, "pcap", "FILE", "send the packets of FILE once, without their timing", set_pcap, NULL },
	{ 0, "loop", NULL, "... over and over", NULL, &opt.loop },
	{ 0 }
};

static const struct tool_usage usage = {
	.head = "Usage: ndrv-pktgen [OPTION]... PORT\n"
		"Send packets from PORT: ndrvN, /dev/ndrvN or a PCI address.\n\n",
	.options = options,
	.common = TOOL_OPT_RUN | TOOL_OPT_BURST | TOOL_OPT_TX_RING | TOOL_OPT_QUEUES | TOOL_OPT_CPUS |
		  TOOL_OPT_WAIT,
	.tail = "\nWith --queues, count and rate are those of all threads together; each has a stream of its own.\n"
		"SIGINT and SIGTERM end with the summary. Exit status: 0 done, 1 failed, 2 wrong usage.\n",
};

/* The whole file into memory; returns the length of its longest frame. */
static uint32_t load_pcap(struct replay *r)
{
	char error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *hdr;
	const uint8_t *data;
	uint32_t longest = 0;
	size_t room = 0;
	pcap_t *file;
	int ret;

	file = pcap_open_offline(opt.pcap, error);
	if (!file)
		tool_die("%s", error);
	if (pcap_datalink(file) != DLT_EN10MB)
		tool_die("%s: its packets are not Ethernet frames", opt.pcap);
	while ((ret = pcap_next_ex(file, &hdr, &data)) == 1) {
		if (hdr->caplen != hdr->len || hdr->len < 17 || hdr->len > FRAME_MAX_BYTES - FCS_BYTES) {
			r->skipped++;
			continue;
		}
		if (r->nr == room) {
			room = room ? 2 * room : 1024;
			r->frames = reallocarray(r->frames, room, sizeof(*r->frames));
			r->lens = reallocarray(r->lens, room, sizeof(*r->lens));
			if (!r->frames || !r->lens)
				tool_die("out of memory");
		}
		r->frames[r->nr] = malloc(hdr->len);
		if (!r->frames[r->nr])
			tool_die("out of memory");
		memcpy(r->frames[r->nr], data, hdr->len);
		r->lens[r->nr++] = hdr->len;
		if (hdr->len > longest)
			longest = hdr->len;
	}
	if (ret != PCAP_ERROR_BREAK)
		tool_die("%s: %s", opt.pcap, pcap_geterr(file));
	pcap_close(file);
	if (r->skipped)
		tool_warn("%s: %llu packets cannot be sent (cut by the capture, shorter than 17 or "
			  "longer than 9724 bytes)", opt.pcap, (unsigned long long)r->skipped);
	if (!r->nr)
		tool_die("%s: no packets to send", opt.pcap);
	return longest;
}

static void free_pcap(struct replay *r)
{
	size_t i;

	for (i = 0; i < r->nr; i++)
		free(r->frames[i]);
	free(r->frames);
	free(r->lens);
}

/* Every buffer of the pool holds the frame from now on. */
static void fill_pool(struct gen *g)
{
	uint32_t i, n = ndrv_pool_nr_bufs(g->pool);
	struct ndrv_pkt *pkts = calloc(n, sizeof(*pkts));

	if (!pkts)
		tool_die("out of memory");
	n = ndrv_pool_get(g->pool, pkts, n);
	for (i = 0; i < n; i++)
		memcpy(pkts[i].data, g->frame.bytes, g->frame.len);
	ndrv_pool_put(g->pool, pkts, n);
	free(pkts);
}

static void set_up(struct gen *g)
{
	uint32_t longest = opt.frame.len, buf_bytes = 2048;
	struct frame_opts frame;
	struct ndrv_info info;

	if (opt.pcap)
		longest = load_pcap(&g->replay);
	if (longest > 1518 - FCS_BYTES)
		common.queue.max_frame_bytes = longest;
	while (buf_bytes < longest)
		buf_bytes *= 2;
	g->q = tool_open(opt.port, &common.queue);
	if (ndrv_queue_info(g->q, &info))
		tool_die("%s: cannot read what it is", opt.port);
	if (!opt.have_src)
		memcpy(opt.frame.src, info.out_mac, sizeof(opt.frame.src));
	frame = opt.frame;
	frame.stream = g->stream = opt.frame.stream + g->number;
	if (!opt.pcap && frame_init(&g->frame, &frame))
		tool_die("out of memory");
	g->pool = tool_pool(opt.port, g->q, ndrv_queue_tx_entries(g->q) + 1024, buf_bytes);
	if (!opt.pcap)
		fill_pool(g);
	tool_attach(opt.port, g->q, g->pool);
	tool_start(opt.port, g->q);
	g->waiter = tool_waiter_open(common.wait, &opt.port, &g->q, 1);
	if (g->waiter)
		tool_waiter_want(g->waiter, g->q, NDRV_ARM_TX);
	g->count = common.count / common.queues + (g->number < common.count % common.queues);
	g->rate = opt.rate / common.queues;
}

/* Make up to @n packets ready behind g->end; the file may end before. */
static void make(struct gen *g, unsigned int n)
{
	struct replay *r = &g->replay;
	unsigned int i;

	g->first = 0;
	g->end = ndrv_pkt_alloc(g->q, g->pkts, n);
	for (i = 0; i < g->end; i++) {
		struct ndrv_pkt *pkt = &g->pkts[i];

		if (!r->nr) {
			frame_stamp(&g->frame, pkt->data, g->made++, g->flow);
			if (++g->flow == opt.flows)
				g->flow = 0;
			pkt->len = g->frame.len;
			continue;
		}
		if (r->next == r->nr && opt.loop)
			r->next = 0;
		if (r->next == r->nr)
			break;
		pkt->len = r->lens[r->next];
		memcpy(pkt->data, r->frames[r->next++], pkt->len);
		g->made++;
	}
	if (i < g->end)
		ndrv_pkt_free(g->q, &g->pkts[i], g->end - i);
	g->end = i;
}

/* Send up to @n packets; how many were taken, or -1 if the program has to end. */
static int send_burst(struct gen *g, unsigned int n)
{
	unsigned int i;
	int ret;

	if (g->first == g->end)
		make(g, n);
	ret = ndrv_tx_burst(g->q, &g->pkts[g->first], g->end - g->first);
	if (ret < 0) {
		if (!tool_recover(opt.port, g->q, ret))
			return -1;
		g->restarts++;
		return 0;
	}
	for (i = 0; i < (unsigned int)ret; i++)
		g->bytes += g->pkts[g->first + i].len;
	g->first += ret;
	g->taken += ret;
	return ret;
}

/* How many packets may go now. Sleeps when the next one is far away. */
static unsigned int allowance(const struct gen *g)
{
	unsigned int n = common.burst;
	double due;

	if (g->count && g->count - g->taken < n)
		n = g->count - g->taken;
	if (!g->rate)
		return n;
	due = (tool_now_ns() - g->start_ns) * g->rate / 1e9 + 1 - g->taken;
	if (due >= n)
		return n;
	if (due >= 1)
		return due;
	if ((1 - due) * 1e9 / g->rate >= SLEEP_FROM_NS) {
		struct timespec nap = { .tv_nsec = SLEEP_FROM_NS / 2 };

		nanosleep(&nap, NULL);
	}
	return 0;
}

/* The ring is full, and the card has to send some of it first; false if the program has to end. */
static bool nap(struct gen *g)
{
	int ret = tool_wait(g->waiter, SLEEP_US);

	/* What is wrong with a queue is said by its next burst. */
	if (ret >= 0 || ret == -EINTR || ret == -ESTALE || ret == -ENODEV || ret == -EPIPE)
		return true;
	tool_warn("%s: cannot wait: %s", opt.port, ndrv_strerror(ret));
	return false;
}

static bool file_done(const struct gen *g)
{
	return g->replay.nr && !opt.loop && g->replay.next == g->replay.nr && g->first == g->end;
}

static uint64_t total_taken(void)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < common.queues; i++)
		sum += __atomic_load_n(&gens[i].taken, __ATOMIC_RELAXED);
	return sum;
}

/* Until a signal, the count, the time, the end of the file or an error (then false). */
static bool generate(struct gen *g)
{
	uint64_t now, tick = g->start_ns, shown = 0, taken;
	unsigned int n, bursts = 0;
	int ret = 0;

	while (!tool_stop && !file_done(g) && !(g->count && g->taken >= g->count)) {
		n = allowance(g);
		ret = n ? send_burst(g, n) : 0;
		if (ret < 0 || (n && !ret && g->waiter && !nap(g)))
			return false;
		if (ret && ++bursts < BURSTS_PER_TICK)
			continue;
		bursts = 0;
		now = tool_now_ns();
		if (common.run_ns && now - g->start_ns >= common.run_ns)
			break;
		if (!g->number && now - tick >= 1000000000) {
			taken = total_taken();
			tool_live(common.quiet, "%.3f Mpps, %llu packets",
				  (taken - shown) * 1e3 / (now - tick), (unsigned long long)taken);
			shown = taken;
			tick = now;
		}
	}
	return true;
}

/* The thread of a queue pair. A share of nothing is nothing: --count may be less than --queues. */
static void *run(void *arg)
{
	struct gen *g = arg;
	int left;

	g->good = (common.count && !g->count) || generate(g);
	if (!g->good)
		tool_stop = true;
	/* Sent is what the card has reported, not what was put into the ring. */
	left = ndrv_tx_flush(g->q, FLUSH_US) ? ndrv_tx_reclaim(g->q) : 0;
	g->took_ns = tool_now_ns() - g->start_ns;
	if (left < 0)
		tool_warn("%s: %s", opt.port, ndrv_strerror(left));
	g->good = g->good && !left;
	ndrv_pkt_free(g->q, &g->pkts[g->first], g->end - g->first);
	g->sent = left > 0 ? g->taken - left : g->taken;
	return NULL;
}

/* What all threads did together; their lists of queues only as JSON. */
struct sums {
	uint64_t sent, taken, bytes, took_ns;
	unsigned int restarts;
};

static struct sums add_up(void)
{
	struct sums all = { 0 };
	unsigned int i;

	for (i = 0; i < common.queues; i++) {
		all.sent += gens[i].sent;
		all.taken += gens[i].taken;
		all.bytes += gens[i].bytes;
		all.restarts += gens[i].restarts;
		if (gens[i].took_ns > all.took_ns)
			all.took_ns = gens[i].took_ns;
	}
	return all;
}

static json_t *queues_json(void)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < common.queues; i++)
		json_array_append_new(list,
			json_pack("{s:i, s:i, s:I, s:I, s:i}", "queue", ndrv_queue_number(gens[i].q),
				  "stream", gens[i].stream, "sent", (json_int_t)gens[i].sent, "unsent",
				  (json_int_t)(gens[i].taken - gens[i].sent), "restarts",
				  gens[i].restarts));
	return list;
}

static void summary(void)
{
	const struct sums all = add_up();
	double s = all.took_ns / 1e9, pps = all.took_ns ? all.sent / s : 0;
	/* On the wire a frame also has FCS, preamble and gap: 24 bytes. */
	double mbps = all.took_ns ? (all.bytes + 24.0 * all.taken) * 8 / s / 1e6 : 0;
	json_t *root;

	if (!common.json) {
		printf("%llu packets sent in %.2f s, %.3f Mpps, %.1f Mbit/s on the wire",
		       (unsigned long long)all.sent, s, pps / 1e6, mbps);
		if (opt.rate)
			printf(", %.2f %% of the rate asked for", 100 * pps / opt.rate);
		if (all.taken != all.sent)
			printf("; %llu were not sent", (unsigned long long)(all.taken - all.sent));
		putchar('\n');
		return;
	}
	root = json_pack("{s:s, s:f, s:I, s:I, s:f, s:f, s:f, s:i, s:i, s:I, s:o}", "port", opt.port,
			 "seconds", s, "sent", (json_int_t)all.sent, "unsent",
			 (json_int_t)(all.taken - all.sent), "mpps", pps / 1e6, "mbps", mbps, "rate",
			 opt.rate, "stream", gens[0].stream, "restarts", all.restarts, "skipped",
			 (json_int_t)gens[0].replay.skipped, "queues", queues_json());
	json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(root);
}

int main(int argc, char **argv)
{
	struct timespec now;
	bool good = true;
	unsigned int i;

	tool_name = "ndrv-pktgen";
	tool_options(argc, argv, &usage, &common);
	if (argc - optind != 1)
		tool_die_usage("one port is needed");
	if (opt.loop && !opt.pcap)
		tool_die_usage("--loop belongs to --pcap");
	if (opt.pcap && common.queues > 1)
		tool_die_usage("--pcap: its packets have an order: one queue only");
	opt.port = argv[optind];
	clock_gettime(CLOCK_REALTIME, &now);
	if (!opt.have_stream)
		opt.frame.stream = now.tv_nsec / 1000 ^ getpid();
	gens = calloc(common.queues, sizeof(*gens));
	if (!gens)
		tool_die("out of memory");

	tool_catch_signals();
	for (i = 0; i < common.queues; i++) {
		gens[i].number = i;
		set_up(&gens[i]);
	}
	if (!tool_wait_link(opt.port, gens[0].q, LINK_WAIT_MS) && !tool_stop)
		tool_die("%s: nothing can be sent without link", opt.port);
	for (i = 0; i < common.queues; i++) {
		gens[i].start_ns = tool_now_ns();
		tool_thread(&gens[i].thread, &common, i, run, &gens[i]);
	}
	for (i = 0; i < common.queues; i++) {
		pthread_join(gens[i].thread, NULL);
		good = good && gens[i].good;
	}
	tool_live_end();
	summary();
	for (i = 0; i < common.queues; i++) {
		tool_waiter_close(gens[i].waiter);
		ndrv_queue_close(gens[i].q);
		ndrv_pool_destroy(gens[i].pool);
		frame_exit(&gens[i].frame);
		free_pcap(&gens[i].replay);
	}
	free(gens);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
