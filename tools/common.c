/* SPDX-License-Identifier: GPL-2.0-only */
/* What the command line tools share; see common.h. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
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

static void on_kick(int sig)
{
	(void)sig;
}

void tool_catch_signals(void)
{
	/* No SA_RESTART: sleeping calls return and the loop sees tool_stop. */
	struct sigaction act = { .sa_handler = on_signal }, kick = { .sa_handler = on_kick };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGUSR1, &kick, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void say(const char *fmt, va_list ap)
{
	flockfile(stderr);
	tool_live_end();
	fprintf(stderr, "%s: ", tool_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	funlockfile(stderr);
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

/* Which limit of the device it was. */
static const char *range_error(struct ndrv_queue *q, const struct ndrv_queue_opts *opts)
{
	static char text[128];
	struct ndrv_info i;
	uint32_t ring = 1;

	if (ndrv_queue_info(q, &i))
		return ndrv_strerror(-ERANGE);
	/* libndrv's rings are powers of two. */
	while (2 * ring <= i.out_ring_max)
		ring *= 2;
	if (opts->rx_entries > ring || opts->tx_entries > ring)
		snprintf(text, sizeof(text), "its rings have %u descriptors at most", ring);
	else if (opts->queue != NDRV_QUEUE_ANY && opts->queue >= i.out_max_queues)
		snprintf(text, sizeof(text), "no queue pair %u: it has 0 to %u", opts->queue,
			 i.out_max_queues - 1);
	else if (opts->max_frame_bytes > i.out_max_frame)
		snprintf(text, sizeof(text), "its frames have %u bytes at most, without FCS",
			 i.out_max_frame);
	else
		snprintf(text, sizeof(text), "%s", ndrv_strerror(-ERANGE));
	return text;
}

/* Some errors have several causes; whether the device opens without a queue tells them apart. */
static const char *open_error(const char *name, const struct ndrv_queue_opts *wanted, int ret)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_NO_QUEUE };
	const char *range = NULL;
	struct ndrv_queue *q;
	bool opens;

	if (ret != -EACCES && ret != -EBUSY && ret != -ENXIO && ret != -ERANGE)
		return ndrv_strerror(ret);
	opens = !ndrv_queue_open(&q, name, &opts);
	if (opens && ret == -ERANGE)
		range = range_error(q, wanted);
	if (opens)
		ndrv_queue_close(q);
	if (ret == -ERANGE)
		return range ? range : ndrv_strerror(ret);
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
		tool_die("%s: cannot open: %s", name, open_error(name, opts, ret));
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

void tool_spread(const char *name, struct ndrv_queue *q, const uint16_t *queues, unsigned int nr)
{
	int ret = ndrv_rss_set(q, NULL, queues, nr);
	struct ndrv_info i;

	if (!ret)
		return;
	if (ret == -ERANGE && !ndrv_queue_info(q, &i))
		tool_die("%s: cannot spread over %u queues: its RSS reaches 0 to %u", name, nr,
			 i.out_rss_queues - 1);
	tool_die("%s: cannot spread over %u queues: %s", name, nr,
		 ret == -EBUSY ? "another program does it" : ndrv_strerror(ret));
}

void tool_thread(pthread_t *thread, const struct tool_common *common, unsigned int number,
		 void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	pthread_attr_t attr;
	unsigned int cpu = 0;
	cpu_set_t set;
	int ret;

	pthread_attr_init(&attr);
	if (common->nr_cpus) {
		cpu = common->cpus[number % common->nr_cpus];
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	}
	sigfillset(&all);
	sigdelset(&all, SIGUSR1);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(thread, &attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (ret == EINVAL && common->nr_cpus)
		tool_die("--cpus: there is no processor %u, or this program may not run on it", cpu);
	if (ret)
		tool_die("cannot start thread %u: %s", number, strerror(ret));
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
	flockfile(stderr);
	fputs("\r\033[K", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
	live_open = true;
	funlockfile(stderr);
}

void tool_live_end(void)
{
	if (live_open)
		fputc('\n', stderr);
	live_open = false;
}
