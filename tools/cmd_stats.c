/* SPDX-License-Identifier: GPL-2.0-only */
/* ndrv stats: the counters of a port, once or every few seconds, and those of its queue pairs. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "common.h"
#include "queues.h"
#include "sysfs.h"

static uint64_t interval_ns, count;
static bool queues;

static void set_interval(const char *option, const char *text)
{
	interval_ns = tool_seconds(option, text);
}

static void set_count(const char *option, const char *text)
{
	count = tool_number(option, text, 1, UINT64_MAX);
}

static const struct tool_option options[] = {
	{ 'i', "interval", "S", "print a line with rates every S seconds,\nuntil interrupted", set_interval, NULL },
	{ 'c', "count", "N", "... N times", set_count, NULL },
	{ 'Q', "queues", NULL, "also those of its queue pairs", NULL, &queues },
	{ 0 }
};

static const struct tool_usage usage = {
	.head = "Usage: ndrv stats [OPTION]... DEVICE\n"
		"Show the counters of a port since it was bound. DEVICE is ndrvN or a PCI address.\n\n",
	.options = options,
	.common = TOOL_OPT_JSON,
	.tail = "\nJSON with --interval is one object a line.\n",
};

static const struct {
	const char *name, *text;
	size_t offset;
} fields[] = {
#define FIELD(name, text) { #name, text, offsetof(struct ndrv_stats, out_##name) }
	FIELD(rx_packets, "frames received"),
	FIELD(rx_bytes, "bytes received"),
	FIELD(rx_missed, "missed: no room in the card"),
	FIELD(rx_no_desc, "dropped: no descriptor"),
	FIELD(rx_errors, "receive errors"),
	FIELD(rx_broadcast, "broadcasts received"),
	FIELD(rx_multicast, "multicasts received"),
	FIELD(tx_packets, "frames sent"),
	FIELD(tx_bytes, "bytes sent"),
	FIELD(tx_broadcast, "broadcasts sent"),
	FIELD(tx_multicast, "multicasts sent"),
	FIELD(resets, "device resets"),
	FIELD(link_changes, "link changes"),
#undef FIELD
};

#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

static uint64_t value(const struct ndrv_stats *s, unsigned int i)
{
	return *(const uint64_t *)((const char *)s + fields[i].offset);
}

static json_t *counts_json(const struct queue_count *c)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "rx_packets", (json_int_t)c->rx_packets, "rx_bytes",
			 (json_int_t)c->rx_bytes, "tx_packets", (json_int_t)c->tx_packets, "tx_bytes",
			 (json_int_t)c->tx_bytes);
}

static json_t *queue_json(const struct queue_line *l)
{
	json_t *program = counts_json(&l->program_count), *card = json_null();

	json_object_set_new(program, "rx_errors", json_integer(l->rx_errors));
	json_object_set_new(program, "sleeps", json_integer(l->sleeps));
	if (l->counted) {
		card = counts_json(&l->card);
		json_object_set_new(card, "rx_no_desc", json_integer(l->card_no_desc));
	}
	return json_pack("{s:i, s:s, s:i, s:i, s:s, s:i, s:i, s:s, s:I, s:o, s:o}", "queue", l->queue,
			 "state", l->state, "rx_entries", l->rx_entries, "tx_entries", l->tx_entries,
			 "doorbell", l->doorbell, "uid", l->uid, "pid", l->pid, "name", l->program,
			 "interrupts", (json_int_t)l->interrupts, "program", program, "card", card);
}

/* What the card has counted, if it does, beside what the program says. */
static void print_queue(const struct queue_line *l)
{
	char card[64] = "         -          -          -";

	if (l->counted)
		snprintf(card, sizeof(card), "%10llu %10llu %10llu",
			 (unsigned long long)l->card.rx_packets,
			 (unsigned long long)l->card.tx_packets,
			 (unsigned long long)l->card_no_desc);
	printf("%5d %-8s %10llu %10llu %s %10llu %10llu %7d %s\n", l->queue, l->state,
	       (unsigned long long)l->program_count.rx_packets,
	       (unsigned long long)l->program_count.tx_packets, card,
	       (unsigned long long)l->interrupts, (unsigned long long)l->sleeps, l->pid, l->program);
}

/* The pairs of the device, as text or as JSON (which the caller then has). */
static json_t *show_queues(const char *name, bool json)
{
	struct queue_line *lines = NULL;
	json_t *list = json_array();
	struct pci_dev dev;
	int n, i;

	if (pci_find(name, &dev) || !dev.ndrv[0])
		tool_die("%s: has no name of ndrv any more", name);
	n = queues_read(dev.ndrv, &lines);
	if (n < 0)
		tool_die("/sys/class/ndrv/%s/queues: %s", dev.ndrv, strerror(-n));
	if (!json)
		printf("\nqueue state    program rx program tx    card rx    card tx    dropped interrupts"
		       "     sleeps     pid name\n");
	for (i = 0; i < n; i++) {
		if (lines[i].queue < 0)
			continue;	/* such as ours */
		if (json)
			json_array_append_new(list, queue_json(&lines[i]));
		else
			print_queue(&lines[i]);
	}
	free(lines);
	return list;
}

static void print_all(const char *name, const struct ndrv_stats *s, const struct ndrv_link *l, bool json,
		      size_t flags)
{
	json_t *root, *list;
	unsigned int i;

	if (!json) {
		for (i = 0; i < NR_FIELDS; i++)
			printf("%20llu  %s\n", (unsigned long long)value(s, i), fields[i].text);
		if (queues)
			json_decref(show_queues(name, false));
		return;
	}
	root = json_pack("{s:b, s:i}", "link_up", l->out_up, "link_mbps", l->out_mbps);
	for (i = 0; i < NR_FIELDS; i++)
		json_object_set_new(root, fields[i].name, json_integer(value(s, i)));
	list = queues ? show_queues(name, true) : NULL;
	if (list)
		json_object_set_new(root, "queues", list);
	json_dumpf(root, stdout, flags);
	putchar('\n');
	json_decref(root);
}

static void print_rates(const struct ndrv_stats *now, const struct ndrv_stats *before, double s)
{
	printf("rx %10.0f /s %8.1f Mbit/s  missed %8.0f /s   tx %10.0f /s %8.1f Mbit/s\n",
	       (now->out_rx_packets - before->out_rx_packets) / s,
	       (now->out_rx_bytes - before->out_rx_bytes) * 8 / s / 1e6,
	       (now->out_rx_missed - before->out_rx_missed + now->out_rx_no_desc -
		before->out_rx_no_desc) / s,
	       (now->out_tx_packets - before->out_tx_packets) / s,
	       (now->out_tx_bytes - before->out_tx_bytes) * 8 / s / 1e6);
	fflush(stdout);
}

static void get(const char *name, struct ndrv_queue *q, struct ndrv_stats *s, struct ndrv_link *l)
{
	int ret = ndrv_queue_stats(q, s);

	if (!ret)
		ret = ndrv_queue_link(q, l);
	if (ret)
		tool_die("%s: %s", name, ndrv_strerror(ret));
}

static void watch(const char *name, struct ndrv_queue *q, bool json)
{
	const struct timespec nap = {
		.tv_sec = interval_ns / 1000000000,
		.tv_nsec = interval_ns % 1000000000,
	};
	struct ndrv_stats before, now;
	uint64_t then = tool_now_ns(), t, n = 0;
	struct ndrv_link l;

	get(name, q, &before, &l);
	while (!nanosleep(&nap, NULL) && !tool_stop) {
		get(name, q, &now, &l);
		t = tool_now_ns();
		if (json)
			print_all(name, &now, &l, true, JSON_COMPACT);
		else
			print_rates(&now, &before, (t - then) / 1e9);
		fflush(stdout);
		before = now;
		then = t;
		if (++n == count)
			break;
	}
}

int cmd_stats(int argc, char **argv)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_NO_QUEUE };
	struct tool_common common = { 0 };
	struct ndrv_queue *q;
	struct ndrv_stats s;
	struct ndrv_link l;

	tool_options(argc, argv, &usage, &common);
	if (argc - optind != 1)
		tool_die_usage("one device is needed (see: ndrv list)");
	if (count && !interval_ns)
		tool_die_usage("--count belongs to --interval");
	if (queues && interval_ns && !common.json)
		tool_die_usage("--queues with --interval needs --json");
	q = tool_open(argv[optind], &opts);
	tool_catch_signals();
	if (interval_ns) {
		watch(argv[optind], q, common.json);
	} else {
		get(argv[optind], q, &s, &l);
		print_all(argv[optind], &s, &l, common.json, JSON_INDENT(2));
	}
	ndrv_queue_close(q);
	return EXIT_SUCCESS;
}
