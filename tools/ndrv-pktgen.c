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

#define BURST_MAX	256
#define FCS_BYTES	4
#define LINK_WAIT_MS	10000
#define FLUSH_US	1000000
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

static struct {
	const char *port, *pcap;
	double rate;
	uint64_t count, run_ns;
	unsigned int burst, flows;
	bool loop, json, quiet, have_src, have_stream;
	struct frame_opts frame;
	struct ndrv_queue_opts queue;
} opt = {
	.burst = 32,
	.flows = 1,
	.frame = {
		.dst = { 0x02, 0, 0, 0, 0, 0x02 },
		.src_ip = 0xc6120001,	/* 198.18.0.1, RFC 2544 */
		.dst_ip = 0xc6120002,
		.src_port = 1024,
		.dst_port = 28260,
		.len = FRAME_MIN_BYTES,
	},
	.queue = { .size = sizeof(opt.queue), .flags = NDRV_OPEN_F_NO_RX },
};

struct gen {
	struct ndrv_queue *q;
	struct ndrv_pool *pool;
	struct frame frame;
	struct replay replay;
	struct ndrv_pkt pkts[BURST_MAX];	/* [first, end) is ready and not yet taken */
	unsigned int first, end;
	uint64_t made, taken, bytes;
	unsigned int flow, restarts;
};

static const char help[] =
	"Usage: ndrv-pktgen [OPTION]... PORT\n"
	"Send packets from PORT: ndrvN, /dev/ndrvN or a PCI address.\n"
	"\n"
	"  -r, --rate=PPS        packets per second (k, M, G); default: as many as go\n"
	"  -s, --size=BYTES      length of a frame, with FCS (64 to 9728; default 64)\n"
	"  -c, --count=N         end after N packets\n"
	"  -t, --seconds=S       end after S seconds\n"
	"  -b, --burst=N         at most N packets at a time (1 to 256; default 32)\n"
	"      --dst=MAC         destination address (default 02:00:00:00:00:02)\n"
	"      --src=MAC         source address (default: that of the port)\n"
	"      --dst-ip=IP       (default 198.18.0.2)\n"
	"      --src-ip=IP       (default 198.18.0.1)\n"
	"      --dst-port=N      UDP (default 28260)\n"
	"      --flows=N         take N UDP source ports in turn, from 1024 on (default 1)\n"
	"      --stream=N        number of the stream in the stamp (default: random)\n"
	"      --pcap=FILE       send the packets of FILE once, without their timing\n"
	"      --loop            ... over and over\n"
	"      --tx-ring=N       transmit descriptors (default 512)\n"
	"      --doorbell=HOW    mapped (default): write the card's tail register;\n"
	"                        kernel: one system call a burst\n"
	"  -q, --quiet           no live line\n"
	"      --json            print the summary as JSON\n"
	"  -h, --help            print this\n"
	"\n"
	"SIGINT and SIGTERM end with the summary. Exit status: 0 done, 1 failed, 2 wrong usage.\n";

enum { OPT_DST = 256, OPT_SRC, OPT_DST_IP, OPT_SRC_IP, OPT_DST_PORT, OPT_FLOWS, OPT_STREAM, OPT_PCAP,
	OPT_LOOP, OPT_TX_RING, OPT_DOORBELL, OPT_JSON };

static const struct option options[] = {
	{ "rate", required_argument, NULL, 'r' },
	{ "size", required_argument, NULL, 's' },
	{ "count", required_argument, NULL, 'c' },
	{ "seconds", required_argument, NULL, 't' },
	{ "burst", required_argument, NULL, 'b' },
	{ "dst", required_argument, NULL, OPT_DST },
	{ "src", required_argument, NULL, OPT_SRC },
	{ "dst-ip", required_argument, NULL, OPT_DST_IP },
	{ "src-ip", required_argument, NULL, OPT_SRC_IP },
	{ "dst-port", required_argument, NULL, OPT_DST_PORT },
	{ "flows", required_argument, NULL, OPT_FLOWS },
	{ "stream", required_argument, NULL, OPT_STREAM },
	{ "pcap", required_argument, NULL, OPT_PCAP },
	{ "loop", no_argument, NULL, OPT_LOOP },
	{ "tx-ring", required_argument, NULL, OPT_TX_RING },
	{ "doorbell", required_argument, NULL, OPT_DOORBELL },
	{ "quiet", no_argument, NULL, 'q' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static uint32_t parse_ip(const char *option, const char *text)
{
	struct in_addr ip;

	if (inet_pton(AF_INET, text, &ip) != 1)
		tool_die_usage("%s: '%s' is not an IPv4 address", option, text);
	return ntohl(ip.s_addr);
}

static void parse_frame_option(int c)
{
	switch (c) {
	case 's':
		opt.frame.len = tool_number("--size", optarg, 64, 9728) - FCS_BYTES;
		break;
	case OPT_DST:
		tool_mac("--dst", optarg, opt.frame.dst);
		break;
	case OPT_SRC:
		tool_mac("--src", optarg, opt.frame.src);
		opt.have_src = true;
		break;
	case OPT_DST_IP:
		opt.frame.dst_ip = parse_ip("--dst-ip", optarg);
		break;
	case OPT_SRC_IP:
		opt.frame.src_ip = parse_ip("--src-ip", optarg);
		break;
	case OPT_DST_PORT:
		opt.frame.dst_port = tool_number("--dst-port", optarg, 1, 65535);
		break;
	case OPT_FLOWS:
		opt.flows = tool_number("--flows", optarg, 1, 64512);
		break;
	case OPT_STREAM:
		opt.frame.stream = tool_number("--stream", optarg, 0, 65535);
		opt.have_stream = true;
		break;
	default:
		tool_try_help();
	}
}

static void parse_option(int c)
{
	switch (c) {
	case 'r':
		opt.rate = tool_number("--rate", optarg, 1, 10000000000ull);
		break;
	case 'c':
		opt.count = tool_number("--count", optarg, 1, UINT64_MAX);
		break;
	case 't':
		opt.run_ns = tool_seconds("--seconds", optarg);
		break;
	case 'b':
		opt.burst = tool_number("--burst", optarg, 1, BURST_MAX);
		break;
	case OPT_PCAP:
		opt.pcap = optarg;
		break;
	case OPT_LOOP:
		opt.loop = true;
		break;
	case OPT_TX_RING:
		opt.queue.tx_entries = tool_number("--tx-ring", optarg, 1, NDRV_MAX_RING_ENTRIES);
		break;
	case OPT_DOORBELL:
		opt.queue.flags |= tool_doorbell(optarg);
		break;
	case 'q':
		opt.quiet = true;
		break;
	case OPT_JSON:
		opt.json = true;
		break;
	case 'h':
		fputs(help, stdout);
		exit(EXIT_SUCCESS);
	default:
		parse_frame_option(c);
	}
}

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
		if (hdr->caplen != hdr->len || hdr->len < 17 || hdr->len > 9728 - FCS_BYTES) {
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
	struct ndrv_info info;
	struct timespec now;

	if (opt.pcap)
		longest = load_pcap(&g->replay);
	if (longest > 1518 - FCS_BYTES)
		opt.queue.max_frame_bytes = longest;
	while (buf_bytes < longest)
		buf_bytes *= 2;
	g->q = tool_open(opt.port, &opt.queue);
	if (ndrv_queue_info(g->q, &info))
		tool_die("%s: cannot read what it is", opt.port);
	if (!opt.have_src)
		memcpy(opt.frame.src, info.out_mac, sizeof(opt.frame.src));
	clock_gettime(CLOCK_REALTIME, &now);
	if (!opt.have_stream)
		opt.frame.stream = now.tv_nsec / 1000 ^ getpid();
	if (!opt.pcap && frame_init(&g->frame, &opt.frame))
		tool_die("out of memory");
	g->pool = tool_pool(opt.port, g->q, ndrv_queue_tx_entries(g->q) + 1024, buf_bytes);
	if (!opt.pcap)
		fill_pool(g);
	tool_attach(opt.port, g->q, g->pool);
	tool_start(opt.port, g->q);
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
static unsigned int allowance(const struct gen *g, uint64_t start)
{
	unsigned int n = opt.burst;
	double due;

	if (opt.count && opt.count - g->taken < n)
		n = opt.count - g->taken;
	if (!opt.rate)
		return n;
	due = (tool_now_ns() - start) * opt.rate / 1e9 + 1 - g->taken;
	if (due >= n)
		return n;
	if (due >= 1)
		return due;
	if ((1 - due) * 1e9 / opt.rate >= SLEEP_FROM_NS) {
		struct timespec nap = { .tv_nsec = SLEEP_FROM_NS / 2 };

		nanosleep(&nap, NULL);
	}
	return 0;
}

static bool file_done(const struct gen *g)
{
	return g->replay.nr && !opt.loop && g->replay.next == g->replay.nr && g->first == g->end;
}

/* Until a signal, the count, the time, the end of the file or an error (then false). */
static bool generate(struct gen *g, uint64_t start)
{
	uint64_t now, tick = start, shown = 0;
	unsigned int n, bursts = 0;
	int ret = 0;

	while (!tool_stop && !file_done(g) && !(opt.count && g->taken >= opt.count)) {
		n = allowance(g, start);
		ret = n ? send_burst(g, n) : 0;
		if (ret < 0)
			return false;
		if (ret && ++bursts < BURSTS_PER_TICK)
			continue;
		bursts = 0;
		now = tool_now_ns();
		if (opt.run_ns && now - start >= opt.run_ns)
			break;
		if (now - tick >= 1000000000) {
			tool_live(opt.quiet, "%.3f Mpps, %llu packets",
				  (g->taken - shown) * 1e3 / (now - tick),
				  (unsigned long long)g->taken);
			shown = g->taken;
			tick = now;
		}
	}
	return true;
}

static void summary(const struct gen *g, uint64_t sent, uint64_t took_ns)
{
	double s = took_ns / 1e9, pps = took_ns ? sent / s : 0;
	/* On the wire a frame also has FCS, preamble and gap: 24 bytes. */
	double mbps = took_ns ? (g->bytes + 24.0 * g->taken) * 8 / s / 1e6 : 0;
	json_t *root;

	if (!opt.json) {
		printf("%llu packets sent in %.2f s, %.3f Mpps, %.1f Mbit/s on the wire",
		       (unsigned long long)sent, s, pps / 1e6, mbps);
		if (opt.rate)
			printf(", %.2f %% of the rate asked for", 100 * pps / opt.rate);
		if (g->taken != sent)
			printf("; %llu were not sent", (unsigned long long)(g->taken - sent));
		putchar('\n');
		return;
	}
	root = json_pack("{s:s, s:f, s:I, s:I, s:f, s:f, s:f, s:i, s:i, s:I}", "port", opt.port,
			 "seconds", s, "sent", (json_int_t)sent, "unsent",
			 (json_int_t)(g->taken - sent), "mpps", pps / 1e6, "mbps", mbps, "rate",
			 opt.rate, "stream", opt.frame.stream, "restarts", g->restarts, "skipped",
			 (json_int_t)g->replay.skipped);
	json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(root);
}

int main(int argc, char **argv)
{
	static struct gen g;
	uint64_t start, took_ns;
	bool good;
	int c, left;

	tool_name = "ndrv-pktgen";
	while ((c = getopt_long(argc, argv, "r:s:c:t:b:qh", options, NULL)) != -1)
		parse_option(c);
	if (argc - optind != 1)
		tool_die_usage("one port is needed");
	if (opt.loop && !opt.pcap)
		tool_die_usage("--loop belongs to --pcap");
	opt.port = argv[optind];

	tool_catch_signals();
	set_up(&g);
	if (!tool_wait_link(opt.port, g.q, LINK_WAIT_MS) && !tool_stop)
		tool_die("%s: nothing can be sent without link", opt.port);
	start = tool_now_ns();
	good = generate(&g, start);
	/* Sent is what the card has reported, not what was put into the ring. */
	left = ndrv_tx_flush(g.q, FLUSH_US) ? ndrv_tx_reclaim(g.q) : 0;
	took_ns = tool_now_ns() - start;
	tool_live_end();
	if (left < 0)
		tool_warn("%s: %s", opt.port, ndrv_strerror(left));
	if (left)
		good = false;
	ndrv_pkt_free(g.q, &g.pkts[g.first], g.end - g.first);
	summary(&g, left > 0 ? g.taken - left : g.taken, took_ns);
	ndrv_queue_close(g.q);
	ndrv_pool_destroy(g.pool);
	frame_exit(&g.frame);
	free_pcap(&g.replay);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
