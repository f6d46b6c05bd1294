// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of the stress test's actors: each with the errors that are documented for it, and a watch on how
 * long it takes; and the steps that many actions have in common. Whatever is not documented becomes a
 * failure of the run, and the actor goes on.
 */
#include "stress.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * ENODEV is everybody's. Calls of the kernel's own interfaces have the errors of a function that is not
 * there (any more), or that somebody else has just taken; a probe may say what the hardware said.
 */
static const struct {
	const char *name;
	short errnos[8];
} calls[NR_CALLS] = {
	[C_OPEN] = { "open", { ENOENT, ENXIO } },
	[C_INFO] = { "INFO" },
	[C_SETUP] = { "QUEUE_SETUP", { EBUSY } },
	[C_START] = { "QUEUE_START", { EAGAIN, ETIMEDOUT, EIO } },
	[C_STOP] = { "QUEUE_STOP", { ETIMEDOUT } },
	[C_DOORBELL] = { "DOORBELL", { EPIPE } },
	[C_CREATE] = { "POOL_CREATE" },
	[C_ATTACH] = { "POOL_ATTACH" },
	[C_DETACH] = { "POOL_DETACH", { EBUSY } },
	[C_RX_MODE] = { "RX_MODE", { ETIMEDOUT, EIO } },
	[C_STATS] = { "STATS" },
	[C_LINK] = { "LINK", { ETIMEDOUT, EIO } },
	[C_RSS] = { "RSS", { EBUSY, EOPNOTSUPP, ETIMEDOUT, EIO } },
	[C_ARM] = { "ARM", { EPIPE } },
	[C_GET] = { "QUEUE_GET" },
	[C_FILTER_ADD] = { "FILTER_ADD", { EEXIST, ENOSPC, EAGAIN, ETIMEDOUT, EIO, EOPNOTSUPP } },
	[C_FILTER_DEL] = { "FILTER_DEL", { ETIMEDOUT } },
	[C_MMAP] = { "mmap" },
	[C_READ] = { "read", { EAGAIN } },
	[C_POLL] = { "poll" },
	[C_CLOSE] = { "close" },
	[C_ADOPT] = { "INFO, QUEUE_GET, mmap" },
	[C_URING_WAIT] = { "URING_WAIT", { ESTALE, ECANCELED, EPIPE } },
	[C_URING_CANCEL] = { "URING_CANCEL", { ENOENT } },
	[C_URING_ARM] = { "URING_ARM", { EPIPE } },
	[C_URING_END] = { "end of a ring" },
	[C_OVERRIDE] = { "driver_override", { ENOENT } },
	[C_BIND] = { "bind", { ENOENT, EBUSY, EIO, ETIMEDOUT } },
	[C_UNBIND] = { "unbind", { ENOENT } },
	[C_REMOVE] = { "remove", { ENOENT } },
	[C_RESCAN] = { "rescan" },
	[C_METHOD] = { "reset_method", { ENOENT } },
	[C_RESET] = { "reset", { ENOENT, ENOTTY } },
	[C_UNLOAD] = { "delete_module", { ENOENT, EAGAIN, EBUSY } },
	[C_LOAD] = { "modprobe" },
	[C_ATTR] = { "an attribute", { ENOENT, EIO } },
	[C_FDINFO] = { "fdinfo" },
	[C_REAP] = { "end of a process" },
	[C_SIM] = { "simulator" },
	[C_MONITOR] = { "monitor of QEMU", { EINVAL } },
};

const char *call_name(enum call call)
{
	return calls[call].name;
}

void fail(const char *fmt, ...)
{
	uint32_t n = __atomic_fetch_add(&stress->nr_failures, 1, __ATOMIC_RELAXED);
	va_list ap;
	int len = 0;

	if (n >= MAX_FAILURES)
		return;
	if (me)
		len = snprintf(stress->failures[n], sizeof(stress->failures[n]), "actor %td, %s: ",
			       me - stress->actors, me->act < 0 ? "between actions" :
			       action_name(me->act));
	va_start(ap, fmt);
	vsnprintf(stress->failures[n] + len, sizeof(stress->failures[n]) - len, fmt, ap);
	va_end(ap);
}

static uint64_t began_ms;
bool is_child;

void call_begin(enum call call)
{
	began_ms = now_ms();
	if (!me || is_child)
		return;
	me->call = call;
	me->call_ms = began_ms;
}

static bool documented(enum call call, int err)
{
	unsigned int i;

	if (!err || err == ENODEV)
		return true;
	for (i = 0; i < sizeof(calls[call].errnos) / sizeof(calls[call].errnos[0]); i++)
		if (calls[call].errnos[i] == err)
			return true;
	return false;
}

long call_end(enum call call, long ret)
{
	int err = ret < 0 ? (int)-ret : 0;
	uint64_t ms;

	if (!me)
		return ret;
	ms = now_ms() - began_ms;
	if (!is_child)
		me->call_ms = 0;
	if (ms > me->longest_ms[call])
		me->longest_ms[call] = (uint32_t)ms;
	if (err < MAX_ERRNO)
		me->errnos[call][err]++;
	if (!documented(call, err))
		fail("%s on %s: %s", calls[call].name, stress->ports[me->port].pci, strerror(err));
	return ret;
}

/* ---- chance --------------------------------------------------------------------------------------- */

/* splitmix64 */
uint32_t roll(uint32_t below)
{
	uint64_t z = me->rng += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ (z >> 31)) >> 32) % below;
}

bool chance(uint32_t percent)
{
	return roll(100) < percent;
}

bool go_on(uint64_t end_ms)
{
	return !stress->quiet && now_ms() < end_ms;
}

/* ---- common steps ---------------------------------------------------------------------------------- */

bool pci_there(const char *pci)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", pci);
	return !access(path, F_OK);
}

bool has_checkers(void)
{
	return !access("/proc/lockdep", F_OK);
}

/* The number may be another device's by the time of open(2): only one that is attacked, too. */
static int open_by_pci(const char *pci)
{
	char path[300];
	int fd = -ENOENT;
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/ndrv", pci);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (fd == -ENOENT && (e = readdir(dir))) {
		if (strncmp(e->d_name, "ndrv", 4))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
		break;
	}
	closedir(dir);
	return fd;
}

int port_fd(const struct stress_port *sp)
{
	return (int)CALL(C_OPEN, open_by_pci(sp->pci));
}

static int pair_pool(struct port *p)
{
	uint64_t len = (uint64_t)(p->qs.rx_entries + p->qs.tx_entries) * SLOT_BYTES;
	int fd = (int)CALL(C_CREATE, pool_create(p->fd, page_up(len))), err;

	if (fd < 0)
		return fd;
	err = (int)CALL(C_ATTACH, pool_attach(p->fd, fd, &p->pool));
	if (err) {
		close(fd);
		return err;
	}
	return pool_map(&p->pool);
}

int pair_open(struct port *p, const struct stress_port *sp, uint32_t flags, bool start)
{
	struct ndrv_queue_setup qs = setup_args();
	int fd = port_fd(sp), err;

	if (fd < 0)
		return fd;
	qs.queue = NDRV_QUEUE_ANY;
	qs.flags = flags;
	err = (int)CALL(C_SETUP, queue_setup(fd, &qs));
	if (err) {
		CALL(C_CLOSE, close(fd));
		return err;
	}
	err = (int)CALL(C_ADOPT, port_adopt(p, fd));
	if (!err)
		err = pair_pool(p);
	if (!err && start)
		err = (int)CALL(C_START, port_start(p));
	if (err && err != -EAGAIN && err != -ETIMEDOUT)
		pair_close(p);
	else
		err = 0;	/* nearly there: it runs after the next attempt */
	return err;
}

void pair_close(struct port *p)
{
	call_begin(C_CLOSE);
	port_close(p);
	call_end(C_CLOSE, 0);
}

int sysfs_put(const char *text, const char *fmt, ...)
{
	char path[256];
	va_list ap;
	int fd, err = 0;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int run_program(const char *const argv[])
{
	int status, null;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
