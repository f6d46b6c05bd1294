/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the command line tools share: messages, ends by signal, live lines, opening a port; options are
 * in options.h. Uses the installed headers of libndrv only, so that every tool doubles as an example.
 */
#ifndef NDRV_TOOLS_COMMON_H
#define NDRV_TOOLS_COMMON_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <ndrv.h>

#include "options.h"

#define EXIT_USAGE	2

/* Set by SIGINT and SIGTERM after tool_catch_signals(); loops look at it. */
extern volatile bool tool_stop;
/* The program's name in front of messages. */
extern const char *tool_name;

void tool_catch_signals(void);

/* Print "NAME: ..." to standard error; the last three do not return. */
void tool_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tool_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void tool_die_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void tool_try_help(void) __attribute__((noreturn));

uint64_t tool_now_ns(void);

/* ndrv_queue_open(), ndrv_pool_attach() and so on, ending the program with a sentence. */
struct ndrv_queue *tool_open(const char *name, const struct ndrv_queue_opts *opts);
struct ndrv_pool *tool_pool(const char *name, struct ndrv_queue *q, uint32_t bufs, uint32_t buf_bytes);
void tool_attach(const char *name, struct ndrv_queue *q, struct ndrv_pool *pool);
void tool_start(const char *name, struct ndrv_queue *q);
/* Received frames go to these queues (ndrv_rss_set()), as long as @q is open. */
void tool_spread(const char *name, struct ndrv_queue *q, const uint16_t *queues, unsigned int nr);
/* The filters of --filter, for @q; frames of a filter without a queue go to @q. */
void tool_filters(const char *name, struct ndrv_queue *q, const struct tool_common *common);
/* Thread @number, on the processor that --cpus gives it. Takes no signals but SIGUSR1, which does nothing. */
void tool_thread(pthread_t *thread, const struct tool_common *common, unsigned int number,
		 void *(*run)(void *), void *arg);
/* Says so while it waits; false if a signal ended the wait or no link came within @timeout_ms. */
bool tool_wait_link(const char *name, struct ndrv_queue *q, unsigned int timeout_ms);

/*
 * A queue call failed with @ret while running. True if the queue was started again (device reset),
 * false if the program should end; says which.
 */
bool tool_recover(const char *name, struct ndrv_queue *q, int ret);

/* A live line on standard error, rewritten in place on a terminal; nothing if it is none or quiet. */
void tool_live(bool quiet, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Ends the live line, so that what follows starts on a new one. */
void tool_live_end(void);

#endif
