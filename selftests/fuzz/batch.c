// SPDX-License-Identifier: GPL-2.0-only
/*
 * Batches: programs that run at the same time, in a process of their own that may be killed, watched by
 * the parent. A call that does not return within its bound, or a process that does not die, is found here.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL_MS		40000		/* the longest call; resets and link on a slow machine */
#define DEATH_MS	40000		/* from SIGKILL to the end, with a reset in between */
#define CHECK_MS	120000
#define RACE_ROUNDS	3

static char why[256];

/* What the threads of a process that hangs are doing. */
static void show_stacks(pid_t pid)
{
	char path[600], line[256];
	struct dirent *e;
	DIR *dir;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		printf("# thread %s\n", e->d_name);
		snprintf(path, sizeof(path), "/proc/%d/task/%s/stack", pid, e->d_name);
		f = fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			printf("#   %s", line);
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	fflush(stdout);
}

/* The call that has been going on for too long, or NULL. */
static const char *stuck_call(void)
{
	uint64_t now = now_ms();
	unsigned int i;

	for (i = 0; i <= NR_THREADS; i++) {
		uint64_t since = atomic_load(&shm->seat[i].since_ms);

		if (since && now > since + CALL_MS) {
			snprintf(why, sizeof(why), "%s has not returned for %llu ms",
				 ops[atomic_load(&shm->seat[i].op)].name, (unsigned long long)(now - since));
			return why;
		}
	}
	return NULL;
}

/* True if the process ended within @ms; its status. */
static bool wait_end(int pidfd, pid_t pid, unsigned int ms, int *status)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, (int)ms) == 1 && waitpid(pid, status, 0) == pid;
}

static const char *kill_it(int pidfd, pid_t pid, const char *reason)
{
	int status;

	kill(pid, SIGKILL);
	if (wait_end(pidfd, pid, DEATH_MS, &status))
		return reason;
	show_stacks(pid);
	snprintf(why, sizeof(why), "a process does not die within %u ms of SIGKILL", DEATH_MS);
	return why;
}

static const char *watch(pid_t pid, unsigned int kill_ms, unsigned int most_ms)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
	uint64_t end = now_ms() + most_ms;
	const char *found = NULL;
	bool over;

	if (pidfd < 0)
		return "pidfd_open";
	over = wait_end(pidfd, pid, kill_ms ? kill_ms : 500, &status);
	if (!over && kill_ms) {
		found = kill_it(pidfd, pid, NULL);
		close(pidfd);
		return found;
	}
	while (!over && !found) {
		over = wait_end(pidfd, pid, 500, &status);
		found = over ? NULL : stuck_call();
		if (!over && !found && now_ms() > end)
			found = "no end";
	}
	if (found) {
		show_stacks(pid);
		found = kill_it(pidfd, pid, found);
	} else if (WIFSIGNALED(status)) {
		snprintf(why, sizeof(why), "a process died of signal %d", WTERMSIG(status));
		found = why;
	} else if (WEXITSTATUS(status)) {
		snprintf(why, sizeof(why), "a process gave up, %d", WEXITSTATUS(status));
		found = why;
	}
	close(pidfd);
	return found;
}

/* ---- in the process of a batch --------------------------------------------------------------------- */

struct racer { pthread_t thread; struct world *w; const struct prog *p; unsigned int seat, rounds; };

static void *race(void *arg)
{
	struct racer *me = arg;
	unsigned int i;

	thread_init(me->seat);
	for (i = 0; i < me->rounds; i++)
		run_prog(me->w, me->p);
	thread_exit();
	return NULL;
}

static void run_threads(struct world *w, const struct batch *b)
{
	struct racer racer[MAX_BATCH];
	unsigned int i;

	for (i = 0; i < b->nr; i++) {
		/* Events are slow, and others want to get something done. */
		racer[i] = (struct racer){ .w = w, .p = &b->prog[i], .seat = i,
					   .rounds = i < NR_THREADS ? RACE_ROUNDS : 1 };
		if (pthread_create(&racer[i].thread, NULL, race, &racer[i]))
			_exit(97);
	}
	for (i = 0; i < b->nr; i++)
		pthread_join(racer[i].thread, NULL);
}

static void __attribute__((noreturn)) process(const struct batch *b, bool cov)
{
	static struct world w;
	struct rlimit few = { 160, 160 };

	setpgid(0, 0);
	setrlimit(RLIMIT_NOFILE, &few);
	world_open(&w);
	if (b->prog[0].flags & PROG_RACE) {
		run_threads(&w, b);
	} else {
		thread_init(0);
		if (cov)
			kcov_enable();
		run_prog(&w, &b->prog[0]);
	}
	if (!(b->prog[0].flags & PROG_LEAVE)) {
		uring_drop();
		world_close(&w);
	}
	if (cov)
		kcov_disable();
	_exit(0);
}

const char *batch_run(const struct batch *b, bool cov)
{
	const char *found;
	unsigned int i;
	pid_t pid;

	for (i = 0; i <= NR_THREADS; i++)
		atomic_store(&shm->seat[i].since_ms, 0);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return "fork";
	if (!pid)
		process(b, cov);
	setpgid(pid, pid);
	found = watch(pid, PROG_KILL_MS(b->prog[0].flags), CHECK_MS);
	kill(-pid, SIGKILL);		/* children of FORK that outlived their parent */
	return found;
}

const char *batch_check(const struct base *b)
{
	static char text[256];
	const char *found;
	ssize_t n;
	int fds[2];
	pid_t pid;

	if (pipe(fds))
		return "pipe";
	fflush(stdout);
	pid = fork();
	if (!pid) {
		found = oracle_check(b);
		if (found && write(fds[1], found, strlen(found)) < 0)
			_exit(96);
		_exit(0);
	}
	close(fds[1]);
	found = watch(pid, 0, CHECK_MS);
	n = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	if (found || n <= 0)
		return found;
	text[n] = 0;
	return text;
}

/* ---- making and reading ---------------------------------------------------------------------------- */

void batch_random_race(struct batch *b, struct rnd *r)
{
	uint32_t kill_ms = rnd_chance(r, 35) ? 1 + rnd_below(r, 4U << rnd_below(r, 8)) : 0, i;
	bool events = rnd_chance(r, 40);

	b->nr = 2 + rnd_below(r, NR_THREADS - 1);
	for (i = 0; i < b->nr; i++) {
		prog_random(&b->prog[i], r);
		/* Half of them do the same: that is when they meet. */
		if (i && rnd_chance(r, 50)) {
			b->prog[i] = b->prog[rnd_below(r, i)];
			prog_mutate(&b->prog[i], r, &b->prog[0]);
		}
	}
	if (events) {
		while (b->nr < NR_THREADS)	/* its place is the last one */
			b->prog[b->nr++] = (struct prog){};
		prog_events(&b->prog[b->nr++], r);
	}
	for (i = 0; i < b->nr; i++)
		b->prog[i].flags = (b->prog[i].flags & PROG_LEAVE) | PROG_RACE | i << 8;
	b->prog[0].flags |= kill_ms << 16;
}

int batch_read(struct batch *b, FILE *from)
{
	int ret;
	long at;

	for (b->nr = 0; b->nr < MAX_BATCH;) {
		at = ftell(from);
		ret = prog_read(&b->prog[b->nr], from);
		if (ret < 0)
			return ret;
		if (!ret)
			break;
		if (b->nr && (!(b->prog[b->nr].flags & PROG_RACE) || !PROG_THREAD(b->prog[b->nr].flags))) {
			fseek(from, at, SEEK_SET);
			break;
		}
		b->nr++;
		if (!(b->prog[0].flags & PROG_RACE))
			break;
	}
	return b->nr > 0;
}
