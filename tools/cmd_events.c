/* SPDX-License-Identifier: GPL-2.0-only */
/* ndrv events: what happens to a device, as it happens. Opens the device without a queue. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "common.h"

#define BURST	16

static struct tool_common common;

static void set_count(const char *option, const char *text)
{
	common.count = tool_number(option, text, 1, UINT64_MAX);
}

static const struct tool_option options[] = {
	{ 'c', "count", "N", "end after N events", set_count, NULL },
	{ 0 }
};

static const struct tool_usage usage = {
	.head = "Usage: ndrv events [OPTION]... DEVICE\n"
		"Print what happens to a device from now on, a line for each event: its link, resets, errors.\n"
		"DEVICE is ndrvN or a PCI address.\n\n",
	.options = options,
	.common = TOOL_OPT_SECONDS | TOOL_OPT_JSON,
	.tail = "\nEnds when the device is gone, by SIGINT or SIGTERM. JSON is one object a line; its time is\n"
		"CLOCK_MONOTONIC in ns.\n",
};

static const char *const types[] = {
	[NDRV_EVENT_LINK] = "link", [NDRV_EVENT_REVOKED] = "revoked",
	[NDRV_EVENT_RESTORED] = "restored", [NDRV_EVENT_GONE] = "gone",
	[NDRV_EVENT_ERROR] = "error", [NDRV_EVENT_LOST] = "lost",
};

static const char *const reasons[] = {
	[NDRV_REASON_RESET] = "the hardware did not answer",
	[NDRV_REASON_ADMIN] = "somebody asked for a reset",
	[NDRV_REASON_SUSPEND] = "the system went to sleep",
	[NDRV_REASON_PCI_ERROR] = "PCI error",
	[NDRV_REASON_LOST] = "somebody else reset the whole card",
};

static const char *const errors[] = {
	[NDRV_ERROR_DESC] = "stopped because of its descriptors",
	[NDRV_ERROR_STRAY] = "was enabled behind the kernel's back, and stopped",
	[NDRV_ERROR_HARDWARE] = "internal error of the card; the kernel log says more",
};

#define NAME_OF(names, i) ((i) < sizeof(names) / sizeof((names)[0]) && (names)[i] ? (names)[i] : "unknown")

static void print_json(const struct ndrv_event *e)
{
	json_t *o = json_pack("{s:s, s:I}", "event", NAME_OF(types, e->type), "time_ns",
			      (json_int_t)e->time_ns);

	if (e->queue != NDRV_QUEUE_ANY)
		json_object_set_new(o, "queue", json_integer(e->queue));
	switch (e->type) {
	case NDRV_EVENT_LINK:
		json_object_set_new(o, "link_up", json_boolean(e->arg[0]));
		json_object_set_new(o, "link_mbps", json_integer(e->arg[1]));
		break;
	case NDRV_EVENT_REVOKED:
		json_object_set_new(o, "reason", json_string(NAME_OF(reasons, e->arg[0])));
		break;
	case NDRV_EVENT_ERROR:
		json_object_set_new(o, "error", json_string(NAME_OF(errors, e->arg[0])));
		break;
	case NDRV_EVENT_LOST:
		json_object_set_new(o, "events", json_integer(e->arg[0]));
		break;
	}
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

/* Event times are CLOCK_MONOTONIC; a person wants the time of day. */
static void print_time(uint64_t then_ns)
{
	struct timespec day;
	char text[16];
	struct tm tm;
	int64_t ns;

	clock_gettime(CLOCK_REALTIME, &day);
	ns = day.tv_sec * 1000000000ll + day.tv_nsec - (int64_t)(tool_now_ns() - then_ns);
	day.tv_sec = ns / 1000000000;
	localtime_r(&day.tv_sec, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s.%03d ", text, (int)(ns / 1000000 % 1000));
}

static void print_text(const struct ndrv_event *e)
{
	print_time(e->time_ns);
	switch (e->type) {
	case NDRV_EVENT_LINK:
		if (e->arg[0])
			printf("link up, %u Mbit/s\n", e->arg[1]);
		else
			printf("link down\n");
		break;
	case NDRV_EVENT_REVOKED:
		printf("queues taken away: %s\n", NAME_OF(reasons, e->arg[0]));
		break;
	case NDRV_EVENT_RESTORED:
		printf("works again\n");
		break;
	case NDRV_EVENT_GONE:
		printf("the device is gone\n");
		break;
	case NDRV_EVENT_ERROR:
		if (e->queue != NDRV_QUEUE_ANY)
			printf("queue %u: ", e->queue);
		printf("%s\n", NAME_OF(errors, e->arg[0]));
		break;
	case NDRV_EVENT_LOST:
		printf("%u events were lost\n", e->arg[0]);
		break;
	default:
		printf("event of unknown type %u\n", e->type);
	}
}

/* Until the count or the time; false when an error ended it. */
static bool follow(const char *name, struct ndrv_queue *q)
{
	uint64_t end = common.run_ns ? tool_now_ns() + common.run_ns : UINT64_MAX, now, seen = 0;
	struct pollfd p = { .fd = ndrv_queue_fd(q), .events = POLLPRI };
	struct ndrv_event events[BURST];
	int n, i;

	while (!tool_stop && !(common.count && seen >= common.count)) {
		n = ndrv_queue_event(q, events, BURST);
		if (n == -ENODEV)
			return true;
		if (n < 0 && n != -EAGAIN) {
			tool_warn("%s: %s", name, ndrv_strerror(n));
			return false;
		}
		for (i = 0; i < n && !(common.count && seen >= common.count); i++, seen++) {
			if (common.json)
				print_json(&events[i]);
			else
				print_text(&events[i]);
		}
		if (n > 0) {
			fflush(stdout);
			continue;
		}
		now = tool_now_ns();
		if (now >= end)
			return true;
		/* A second at most: a signal may have come just before. */
		poll(&p, 1, end - now < 1000000000 ? (end - now) / 1000000 + 1 : 1000);
	}
	return true;
}

int cmd_events(int argc, char **argv)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_NO_QUEUE };
	struct ndrv_queue *q;
	bool good;

	tool_options(argc, argv, &usage, &common);
	if (argc - optind != 1)
		tool_die_usage("one device is needed (see: ndrv list)");
	q = tool_open(argv[optind], &opts);
	tool_catch_signals();
	good = follow(argv[optind], q);
	ndrv_queue_close(q);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
