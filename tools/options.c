/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of the command line tools; see options.h. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "filter.h"

static const char *const wait_names[] = {
	[TOOL_WAIT_POLL] = "poll", [TOOL_WAIT_IRQ] = "irq", [TOOL_WAIT_URING] = "uring",
	[TOOL_WAIT_ADAPTIVE] = "adaptive",
};

#define DEFAULT_ENTRIES	512	/* what libndrv makes of 0 */
#define HELP_COLUMN	24
#define MAX_OPTIONS	32

/* The option's own number for getopt: its place in the list, beyond all letters. */
#define FIRST_VALUE	256

static struct tool_common *common;

static void set_count(const char *option, const char *text)
{
	common->count = tool_number(option, text, 1, UINT64_MAX);
}

static void set_seconds(const char *option, const char *text)
{
	common->run_ns = tool_seconds(option, text);
}

static void set_burst(const char *option, const char *text)
{
	common->burst = tool_number(option, text, 1, TOOL_BURST_MAX);
}

static void set_rx_ring(const char *option, const char *text)
{
	common->queue.rx_entries = tool_number(option, text, 1, NDRV_MAX_RING_ENTRIES);
}

static void set_tx_ring(const char *option, const char *text)
{
	common->queue.tx_entries = tool_number(option, text, 1, NDRV_MAX_RING_ENTRIES);
}

static void set_max_frame(const char *option, const char *text)
{
	common->queue.max_frame_bytes = tool_number(option, text, 64, 65535);
}

static void set_doorbell(const char *option, const char *text)
{
	if (!strcmp(text, "kernel"))
		common->queue.flags |= NDRV_OPEN_F_KERNEL_DOORBELL;
	else if (!strcmp(text, "mapped"))
		common->queue.flags &= ~NDRV_OPEN_F_KERNEL_DOORBELL;
	else
		tool_die_usage("%s: '%s' is neither mapped nor kernel", option, text);
}

static void set_queue(const char *option, const char *text)
{
	common->queue.queue = tool_number(option, text, 0, NDRV_QUEUE_ANY - 1);
}

static void set_quiet(const char *option, const char *text)
{
	(void)option;
	(void)text;
	common->quiet = true;
}

static void set_json(const char *option, const char *text)
{
	(void)option;
	(void)text;
	common->json = true;
}

static void set_wait(const char *option, const char *text)
{
	unsigned int i;

	for (i = 0; i < sizeof(wait_names) / sizeof(wait_names[0]); i++) {
		if (strcmp(text, wait_names[i]))
			continue;
		common->wait = i;
		return;
	}
	tool_die_usage("%s: '%s' is neither poll, irq, uring nor adaptive", option, text);
}

static void set_queues(const char *option, const char *text)
{
	common->queues = tool_number(option, text, 1, TOOL_QUEUES_MAX);
}

/* "0,2,4-7" */
static void set_cpus(const char *option, const char *text)
{
	const char *p = text;
	unsigned long first, last;
	char *end = NULL;

	common->nr_cpus = 0;
	do {
		first = last = isdigit((unsigned char)*p) ? strtoul(p, &end, 10) : ULONG_MAX;
		if (last != ULONG_MAX && *end == '-' && isdigit((unsigned char)end[1]))
			last = strtoul(end + 1, &end, 10);
		if (last >= CPU_SETSIZE || last < first || (*end && *end != ','))
			tool_die_usage("%s: '%s' is not a list of processors such as 0,2,4-7", option,
				       text);
		for (; first <= last; first++) {
			if (common->nr_cpus == TOOL_CPUS_MAX)
				tool_die_usage("%s: more than %u processors", option, TOOL_CPUS_MAX);
			common->cpus[common->nr_cpus++] = first;
		}
		p = end + 1;
	} while (*end);
}

static void set_filter(const char *option, const char *text)
{
	if (common->nr_filters == TOOL_FILTERS_MAX)
		tool_die_usage("%s: more than %u filters", option, TOOL_FILTERS_MAX);
	filter_parse(option, text, &common->filters[common->nr_filters++]);
}

/* By the bits of TOOL_OPT_*. A %s is the default. */
static const struct tool_option common_options[] = {
	{ 'c', "count", "N", "end after N packets", set_count, NULL },
	{ 't', "seconds", "S", "end after S seconds", set_seconds, NULL },
	{ 'b', "burst", "N", "at most N packets at a time (1 to 256; default %s)", set_burst, NULL },
	{ 0, "rx-ring", "N", "receive descriptors of a port (default %s)", set_rx_ring, NULL },
	{ 0, "tx-ring", "N", "transmit descriptors of a port (default %s)", set_tx_ring, NULL },
	{ 0, "max-frame", "N", "longest frame in bytes without FCS (default %s)", set_max_frame, NULL },
	{ 0, "doorbell", "HOW", "mapped (default): write the card's tail register;\n"
	  "kernel: one system call a burst", set_doorbell, NULL },
	{ 0, "queue", "N", "receive from queue pair N (default 0)", set_queue, NULL },
	{ 'q', "quiet", NULL, "print no more than the result", set_quiet, NULL },
	{ 0, "json", NULL, "print JSON", set_json, NULL },
	{ 0, "wait", "HOW", "while there is nothing to do (default %s):\npoll: look again at once;\n"
	  "irq: sleep until the card interrupts; uring: through io_uring;\n"
	  "adaptive: look for a while, then sleep", set_wait, NULL },
	{ 0, "queues", "N", "queue pairs of a port, each with a thread (default 1)", set_queues, NULL },
	{ 0, "cpus", "LIST", "processors of the threads in turn, such as 0,2,4-7", set_cpus, NULL },
	{ 0, "filter", "MATCH", "frames that match come to this program's queue (ethertype=0x88b5;\n"
	  "proto=udp,src=IP,dst=IP,sport=N,dport=N) or to queue=N, or are\n"
	  "received too (mac=MAC, vlan=N); may be given several times", set_filter, NULL },
};

#define NR_COMMON (sizeof(common_options) / sizeof(common_options[0]))

static const struct tool_option help_option = { 'h', "help", NULL, "print this", NULL, NULL };
static const struct tool_option version_option = { 0, "version", NULL, "print the version",
						    NULL, NULL };

/* The default of that option, as text. */
static const char *common_default(unsigned int bit)
{
	static char text[16];
	uint32_t value;

	switch (1u << bit) {
	case TOOL_OPT_WAIT:
		return wait_names[common->wait];
	case TOOL_OPT_BURST:
		value = common->burst;
		break;
	case TOOL_OPT_RX_RING:
		value = common->queue.rx_entries ? common->queue.rx_entries : DEFAULT_ENTRIES;
		break;
	case TOOL_OPT_TX_RING:
		value = common->queue.tx_entries ? common->queue.tx_entries : DEFAULT_ENTRIES;
		break;
	default:
		value = common->queue.max_frame_bytes ? common->queue.max_frame_bytes : 1518;
	}
	snprintf(text, sizeof(text), "%u", value);
	return text;
}

static void print_option(const struct tool_option *o, const char *value)
{
	const char *p;
	int column;

	column = o->letter ? printf("  -%c, ", o->letter) : printf("      ");
	column += printf("--%s%s%s", o->name, o->arg ? "=" : "", o->arg ? o->arg : "");
	printf("%*s", column < HELP_COLUMN ? HELP_COLUMN - column : 1, "");
	for (p = o->help; *p; p++) {
		if (p[0] == '%' && p[1] == 's') {
			fputs(value, stdout);
			p++;
		} else {
			putchar(*p);
			if (*p == '\n')
				printf("%*s", HELP_COLUMN, "");
		}
	}
	putchar('\n');
}

static void print_help(const struct tool_usage *usage)
{
	const struct tool_option *o;
	unsigned int bit;

	fputs(usage->head, stdout);
	for (o = usage->options; o && o->name; o++)
		print_option(o, "");
	for (bit = 0; bit < NR_COMMON; bit++)
		if (usage->common & 1u << bit)
			print_option(&common_options[bit], common_default(bit));
	print_option(&help_option, "");
	print_option(&version_option, "");
	fputs(usage->tail, stdout);
}

/* All options of the tool into @list; how many. */
static unsigned int collect(const struct tool_usage *usage, const struct tool_option **list)
{
	const struct tool_option *o;
	unsigned int bit, n = 0;

	for (o = usage->options; o && o->name && n < MAX_OPTIONS; o++)
		list[n++] = o;
	for (bit = 0; bit < NR_COMMON && n < MAX_OPTIONS; bit++)
		if (usage->common & 1u << bit)
			list[n++] = &common_options[bit];
	if (n + 2 > MAX_OPTIONS)
		tool_die("more options than the parser holds");
	list[n++] = &help_option;
	list[n++] = &version_option;
	return n;
}

static void set_option(const struct tool_option *o, const struct tool_usage *usage)
{
	char option[64];

	if (o == &help_option) {
		print_help(usage);
		exit(EXIT_SUCCESS);
	}
	if (o == &version_option) {
		printf("%s %s\n", tool_name, ndrv_version());
		exit(EXIT_SUCCESS);
	}
	if (o->flag) {
		*o->flag = true;
		return;
	}
	snprintf(option, sizeof(option), "--%s", o->name);
	o->set(option, optarg);
}

void tool_options(int argc, char **argv, const struct tool_usage *usage, struct tool_common *values)
{
	const struct tool_option *list[MAX_OPTIONS];
	struct option longs[MAX_OPTIONS + 1] = { 0 };
	char shorts[2 * MAX_OPTIONS + 1], *s = shorts;
	unsigned int i, n = collect(usage, list);
	int c;

	common = values;
	for (i = 0; i < n; i++) {
		longs[i].name = list[i]->name;
		longs[i].has_arg = list[i]->arg ? required_argument : no_argument;
		longs[i].val = FIRST_VALUE + i;
		if (!list[i]->letter)
			continue;
		*s++ = list[i]->letter;
		if (list[i]->arg)
			*s++ = ':';
	}
	*s = '\0';
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (c == '?')
			tool_try_help();
		for (i = 0; i < n && c != FIRST_VALUE + (int)i && c != list[i]->letter; i++)
			;
		set_option(list[i], usage);
	}
}

static bool multiply(uint64_t *value, char suffix)
{
	uint64_t factor;

	switch (suffix) {
	case '\0':
		return true;
	case 'k':
	case 'K':
		factor = 1000;
		break;
	case 'm':
	case 'M':
		factor = 1000000;
		break;
	case 'g':
	case 'G':
		factor = 1000000000;
		break;
	default:
		return false;
	}
	return !__builtin_mul_overflow(*value, factor, value);
}

uint64_t tool_number(const char *option, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (!isdigit((unsigned char)text[0]) || errno || (*end && end[1]) || !multiply(&value, *end))
		tool_die_usage("%s: '%s' is not a number", option, text);
	if (value < min || value > max)
		tool_die_usage("%s: %s is outside %llu to %llu", option, text,
			       (unsigned long long)min, (unsigned long long)max);
	return value;
}

uint64_t tool_seconds(const char *option, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0) || value > 1e9)
		tool_die_usage("%s: '%s' is not a number of seconds", option, text);
	return value * 1e9;
}

void tool_mac(const char *option, const char *text, uint8_t mac[6])
{
	unsigned int b[6];
	int end = 0, i;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		   &end) != 6 || text[end])
		tool_die_usage("%s: '%s' is not a MAC address", option, text);
	for (i = 0; i < 6; i++)
		mac[i] = b[i];
}
