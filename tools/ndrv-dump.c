/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv-dump: capture from a port into a pcapng file or pipe, or print a line per packet. Receives only:
 * a buffer goes back to the pool as soon as its packet is written.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common.h"
#include "dump_line.h"
#include "pcapng.h"
#include "wait.h"

#define LINK_WAIT_MS	10000
#define BURST		64
#define TICK_NS		1000000000ull

static struct tool_common common = {
	.wait = TOOL_WAIT_ADAPTIVE,
	.queue = {
		.size = sizeof(common.queue),
		.flags = NDRV_OPEN_F_NO_TX,
		.rx_entries = 2048,
	},
};

static struct {
	const char *port, *file;
	unsigned int rss;
	bool null;
} opt;

struct dump {
	struct ndrv_queue *q;
	struct tool_waiter *waiter;
	FILE *out;
	uint64_t packets, bytes;
	struct ndrv_stats before, after;
};

static void set_file(const char *option, const char *text)
{
	(void)option;
	opt.file = text;
}

static void set_promisc(const char *option, const char *text)
{
	(void)option;
	(void)text;
	common.queue.flags |= NDRV_OPEN_F_PROMISC;
}

static void set_rss(const char *option, const char *text)
{
	opt.rss = tool_number(option, text, 1, NDRV_RSS_TABLE_LEN);
}

static const struct tool_option options[] = {
	{ 'w', "write", "FILE", "write pcapng; - is standard output", set_file, NULL },
	{ 'n', "null", NULL, "neither print nor write packets: count and drop them", NULL, &opt.null },
	{ 'p', "promisc", NULL, "also what is not addressed to the port", set_promisc, NULL },
	{ 0, "rss", "N", "spread what the port receives over the queues 0 to N - 1,\n"
	  "as long as this program runs; --queue takes the others", set_rss, NULL },
	{ 0 }
};

static const struct tool_usage usage = {
	.head = "Usage: ndrv-dump [OPTION]... PORT\n"
		"Capture packets from PORT: ndrvN, /dev/ndrvN or a PCI address. Without -w or -n, print a line\n"
		"for each.\n\n",
	.options = options,
	.common = TOOL_OPT_RUN | TOOL_OPT_RX_RING | TOOL_OPT_MAX_FRAME |
		  TOOL_OPT_QUEUE | TOOL_OPT_WAIT | TOOL_OPT_FILTER,
	.tail = "\nThe time of a packet is when it was taken from the ring. SIGINT and SIGTERM end with a summary,\n"
		"which goes to standard error (--json, too; -q leaves it out).\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage.\n",
};

static uint64_t time_of_day_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void open_output(struct dump *d)
{
	int ret;

	d->out = stdout;
	if (!opt.file)
		return;
	if (strcmp(opt.file, "-")) {
		d->out = fopen(opt.file, "wb");
		if (!d->out)
			tool_die("%s: %s", opt.file, strerror(errno));
	}
	ret = pcapng_begin(d->out, "ndrv-dump", opt.port);
	if (!ret && fflush(d->out))
		ret = -errno;
	if (ret)
		tool_die("%s: %s", opt.file, strerror(-ret));
}

/* One frame in @nr pieces; 0 or -errno of the output. */
static int write_frame(struct dump *d, const struct ndrv_pkt *pkts, unsigned int nr, uint64_t time_ns)
{
	int bad = !!(pkts[nr - 1].flags & NDRV_PKT_F_FRAME_BAD);
	struct iovec pieces[BURST];
	struct tm tm;
	unsigned int i;
	uint64_t len = 0;
	time_t seconds = time_ns / 1000000000;
	char clock[16];

	for (i = 0; i < nr; i++) {
		pieces[i].iov_base = pkts[i].data;
		pieces[i].iov_len = pkts[i].len;
		len += pkts[i].len;
	}
	d->packets++;
	d->bytes += len;
	if (opt.file)
		return pcapng_packet(d->out, time_ns, pieces, nr, bad);
	localtime_r(&seconds, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	fprintf(d->out, "%s.%09llu ", clock, (unsigned long long)(time_ns % 1000000000));
	dump_line(d->out, pkts[0].data, pkts[0].len);
	errno = 0;
	if (fprintf(d->out, ", %llu bytes%s\n", (unsigned long long)len, bad ? ", bad" : "") < 0)
		return errno ? -errno : -EIO;
	return 0;
}

/* --null: nobody looks at the packets. */
static void count(struct dump *d, const struct ndrv_pkt *pkts, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && !(common.count && d->packets >= common.count); i++) {
		d->bytes += pkts[i].len;
		d->packets += !(pkts[i].flags & NDRV_PKT_F_MORE);
	}
}

/* Take one burst; the number of handles, or a negative errno of the port or (in @out_ret) the output. */
static int take(struct dump *d, int *out_ret)
{
	struct ndrv_pkt pkts[BURST];
	unsigned int first, nr;
	uint64_t now;
	int n = ndrv_rx_burst(d->q, pkts, BURST);

	if (n <= 0)
		return n;
	if (opt.null) {
		count(d, pkts, n);
		ndrv_pkt_free(d->q, pkts, n);
		return n;
	}
	now = time_of_day_ns();
	for (first = 0; first < (unsigned int)n && !*out_ret; first += nr) {
		if (common.count && d->packets >= common.count)
			break;
		for (nr = 1; pkts[first + nr - 1].flags & NDRV_PKT_F_MORE; nr++)
			;
		*out_ret = write_frame(d, pkts + first, nr, now);
	}
	ndrv_pkt_free(d->q, pkts, n);
	return n;
}

/* Nothing arrived: show what was captured so far, and wait, but not beyond @until; false on an error. */
static bool idle(struct dump *d, bool first, uint64_t now, uint64_t until, int *out_ret)
{
	int ret;

	if (first && fflush(d->out)) {
		*out_ret = -errno;
		return true;
	}
	ret = tool_wait(d->waiter, until > now ? (until - now) / 1000 + 1 : 0);
	/* What is wrong with a queue is said by its next burst. */
	if (ret >= 0 || ret == -EINTR || ret == -ESTALE || ret == -ENODEV || ret == -EPIPE)
		return true;
	tool_warn("%s: cannot wait: %s", opt.port, ndrv_strerror(ret));
	return false;
}

/* Until a signal, the count, the time, or an error (then false). */
static bool capture(struct dump *d)
{
	uint64_t now = tool_now_ns(), tick = now, shown = 0, until;
	uint64_t end = common.run_ns ? now + common.run_ns : UINT64_MAX;
	bool empty = false, was_empty;
	int n, out_ret = 0;

	while (!tool_stop && !(common.count && d->packets >= common.count)) {
		n = take(d, &out_ret);
		if (n < 0 && !tool_recover(opt.port, d->q, n))
			return false;
		was_empty = empty;
		empty = !n;
		until = tick + TICK_NS < end ? tick + TICK_NS : end;
		if (empty && !out_ret && !idle(d, !was_empty, now, until, &out_ret))
			return false;
		if (out_ret) {
			/* A reader that had enough closes its end of the pipe. */
			if (out_ret == -EPIPE)
				return true;
			tool_warn("%s: %s", opt.file ? opt.file : "standard output",
				  strerror(-out_ret));
			return false;
		}
		now = tool_now_ns();
		if (now >= end)
			break;
		if (now - tick >= TICK_NS) {
			tool_live(common.quiet || !(opt.file || opt.null), "%.0f packets/s, %llu packets",
				  (d->packets - shown) * 1e9 / (now - tick),
				  (unsigned long long)d->packets);
			shown = d->packets;
			tick = now;
		}
	}
	return true;
}

static void summary(const struct dump *d, uint64_t missed)
{
	json_t *root;

	if (!common.json) {
		fprintf(stderr, "%llu packets captured, %llu bytes; %llu missed by the card\n",
			(unsigned long long)d->packets, (unsigned long long)d->bytes,
			(unsigned long long)missed);
		return;
	}
	root = json_pack("{s:s, s:I, s:I, s:I}", "port", opt.port, "packets",
			 (json_int_t)d->packets, "bytes", (json_int_t)d->bytes, "missed",
			 (json_int_t)missed);
	json_dumpf(root, stderr, JSON_INDENT(2));
	fputc('\n', stderr);
	json_decref(root);
}

/* Over this queue and those that other programs have. */
static void spread(const struct dump *d)
{
	uint16_t queues[NDRV_RSS_TABLE_LEN];
	unsigned int i;

	for (i = 0; i < opt.rss; i++)
		queues[i] = i;
	if (opt.rss)
		tool_spread(opt.port, d->q, queues, opt.rss);
}

int main(int argc, char **argv)
{
	struct ndrv_pool *pool;
	struct dump d = { 0 };
	uint64_t missed = 0;
	bool good;

	tool_name = "ndrv-dump";
	tool_options(argc, argv, &usage, &common);
	if (argc - optind != 1)
		tool_die_usage("one port is needed");
	if (opt.null && opt.file)
		tool_die_usage("--null writes nothing: it does not go with --write");
	opt.port = argv[optind];

	tool_catch_signals();
	d.q = tool_open(opt.port, &common.queue);
	pool = tool_pool(opt.port, d.q, 0, 0);
	tool_attach(opt.port, d.q, pool);
	open_output(&d);
	if (ndrv_queue_stats(d.q, &d.before))
		tool_die("%s: cannot read statistics", opt.port);
	tool_start(opt.port, d.q);
	spread(&d);
	tool_filters(opt.port, d.q, &common);
	tool_wait_link(opt.port, d.q, LINK_WAIT_MS);
	if (!common.quiet)
		fprintf(stderr, "ndrv-dump: capturing on %s\n", opt.port);

	d.waiter = tool_waiter_open(common.wait, &opt.port, &d.q, 1);
	if (d.waiter)
		tool_waiter_want(d.waiter, d.q, NDRV_ARM_RX);
	good = capture(&d);
	tool_waiter_close(d.waiter);
	tool_live_end();
	if (!ndrv_queue_stats(d.q, &d.after))
		missed = d.after.out_rx_missed - d.before.out_rx_missed +
			 d.after.out_rx_no_desc - d.before.out_rx_no_desc;
	if (opt.file && pcapng_statistics(d.out, time_of_day_ns(), d.packets, missed) != 0)
		good = good && ferror(d.out) && errno == EPIPE;
	if (fclose(d.out) && errno != EPIPE) {
		tool_warn("%s: %s", opt.file ? opt.file : "standard output", strerror(errno));
		good = false;
	}
	if (!common.quiet || common.json)
		summary(&d, missed);
	ndrv_queue_close(d.q);
	ndrv_pool_destroy(pool);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
