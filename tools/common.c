/* SPDX-License-Identifier: GPL-2.0-only */
/* What the command line tools share; see common.h. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

volatile bool tool_stop;
const char *tool_name = "ndrv";

static bool live_open;

static void on_signal(int sig)
{
	(void)sig;
	tool_stop = true;
}

void tool_catch_signals(void)
{
	/* No SA_RESTART: sleeping calls return and the loop sees tool_stop. */
	struct sigaction act = { .sa_handler = on_signal };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void say(const char *fmt, va_list ap)
{
	tool_live_end();
	fprintf(stderr, "%s: ", tool_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void tool_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void tool_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	exit(EXIT_FAILURE);
}

/* After getopt has said what is wrong. */
void tool_try_help(void)
{
	fprintf(stderr, "Try '%s --help'.\n", tool_name);
	exit(EXIT_USAGE);
}

void tool_die_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	tool_try_help();
}

uint64_t tool_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
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

uint32_t tool_doorbell(const char *text)
{
	if (!strcmp(text, "kernel"))
		return NDRV_OPEN_F_KERNEL_DOORBELL;
	if (strcmp(text, "mapped"))
		tool_die_usage("--doorbell: '%s' is neither mapped nor kernel", text);
	return 0;
}

/* EACCES and EBUSY each have two causes; whether the device opens without a queue tells them apart. */
static const char *open_error(const char *name, int ret)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_NO_QUEUE };
	struct ndrv_queue *q;
	bool opens;

	if (ret != -EACCES && ret != -EBUSY && ret != -ENXIO)
		return ndrv_strerror(ret);
	opens = !ndrv_queue_open(&q, name, &opts);
	if (opens)
		ndrv_queue_close(q);
	if (ret == -EACCES)
		return opens ? "the IOMMU does not confine it: pass-through mode (iommu=pt), or other "
			       "devices share its group; see NOTES of ndrv(8)"
			     : "permission denied: become a member of group ndrv";
	if (ret == -EBUSY)
		return opens ? "another program has its queue" : "another user has it open";
	return "no IOMMU is on for it; see NOTES of ndrv(8)";
}

struct ndrv_queue *tool_open(const char *name, const struct ndrv_queue_opts *opts)
{
	struct ndrv_queue *q;
	int ret = ndrv_queue_open(&q, name, opts);

	if (ret == -EINVAL && name[0] != '/' && strncmp(name, "ndrv", 4))
		tool_die_usage("%s: neither ndrvN, /dev/ndrvN nor a PCI address", name);
	if (ret)
		tool_die("%s: cannot open: %s", name, open_error(name, ret));
	return q;
}

struct ndrv_pool *tool_pool(const char *name, struct ndrv_queue *q, uint32_t bufs, uint32_t buf_bytes)
{
	struct ndrv_pool *pool;
	int ret = ndrv_pool_create(&pool, q, bufs, buf_bytes);

	if (ret)
		tool_die("%s: no packet memory for %u buffers: %s", name, bufs, ndrv_strerror(ret));
	return pool;
}

void tool_attach(const char *name, struct ndrv_queue *q, struct ndrv_pool *pool)
{
	int ret = ndrv_pool_attach(q, pool);

	if (ret)
		tool_die("%s: cannot attach the pool: %s", name, ndrv_strerror(ret));
}

void tool_start(const char *name, struct ndrv_queue *q)
{
	int ret = ndrv_queue_start(q);

	if (ret)
		tool_die("%s: cannot start: %s", name, ndrv_strerror(ret));
}

bool tool_wait_link(const char *name, struct ndrv_queue *q, unsigned int timeout_ms)
{
	int ret = ndrv_queue_wait_link(q, 100);

	if (ret == -ETIMEDOUT) {
		tool_live(false, "%s: waiting for link", name);
		ret = ndrv_queue_wait_link(q, timeout_ms);
		tool_live_end();
	}
	if (ret == -ETIMEDOUT)
		tool_warn("%s: no link after %u s", name, timeout_ms / 1000);
	else if (ret && ret != -EINTR)
		tool_warn("%s: %s", name, ndrv_strerror(ret));
	return !ret;
}

bool tool_recover(const char *name, struct ndrv_queue *q, int ret)
{
	unsigned int tries;

	tool_warn("%s: %s", name, ndrv_strerror(ret));
	if (ret != -ESTALE)
		return false;
	for (tries = 0; tries < 50 && !tool_stop; tries++) {
		ret = ndrv_queue_start(q);
		if (!ret) {
			tool_warn("%s: started again", name);
			return true;
		}
		if (ret != -EAGAIN)
			break;
		usleep(100000);
	}
	tool_warn("%s: cannot start again: %s", name, ndrv_strerror(ret));
	return false;
}

void tool_live(bool quiet, const char *fmt, ...)
{
	va_list ap;

	if (quiet || !isatty(STDERR_FILENO))
		return;
	fputs("\r\033[K", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
	live_open = true;
}

void tool_live_end(void)
{
	if (live_open)
		fputc('\n', stderr);
	live_open = false;
}
