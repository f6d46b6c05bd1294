// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs programs: what they have (struct world), descriptors and pointers of all kinds, ioctls and the other
 * calls on files. Mappings are in run_mem.c, waiting in run_wait.c, what happens to the device in event.c.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096UL
#define NOWHERE		0x100000000ULL		/* nothing is ever mapped there */
#define KERNEL		0xffff888000001000ULL

struct shared *shm;
__thread unsigned int my_seat;

/* Three pages for pointers of all kinds, per thread: read-write, the same read-only, and a hole behind. */
static __thread uint8_t *page_rw, *page_ro;
static __thread sigjmp_buf *way_out;
static __thread timer_t kicker;
static __thread bool has_kicker;

/* ---- threads and signals --------------------------------------------------------------------------- */

static void on_fault(int sig)
{
	if (way_out)
		siglongjmp(*way_out, 1);
	signal(sig, SIG_DFL);		/* a bug of the fuzzer: it happens again, and shows */
}

static void on_kick(int sig)
{
}

static void set_signals(void)
{
	struct sigaction sa = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	sa = (struct sigaction){ .sa_handler = on_kick };
	sigaction(SIGUSR1, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGIO, SIG_IGN);
}

int guarded(void (*fn)(void *), void *arg)
{
	sigjmp_buf here;

	if (sigsetjmp(here, 1)) {
		way_out = NULL;
		atomic_fetch_add(&shm->faults, 1);
		return -EFAULT;
	}
	way_out = &here;
	fn(arg);
	way_out = NULL;
	return 0;
}

void thread_init(unsigned int seat)
{
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	my_seat = seat;
	atomic_store(&shm->seat[seat].tid, (int)syscall(SYS_gettid));
	set_signals();
	ev._sigev_un._tid = (int)syscall(SYS_gettid);
	has_kicker = !timer_create(CLOCK_MONOTONIC, &ev, &kicker);
	if (fd < 0 || ftruncate(fd, PAGE))
		_exit(99);
	/* The page behind stays a hole: it is mapped, and taken away again. */
	page_rw = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	page_ro = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (page_rw == MAP_FAILED || page_ro == MAP_FAILED)
		_exit(99);
	mprotect(page_rw + PAGE, PAGE, PROT_NONE);
	close(fd);
}

void thread_exit(void)
{
	uring_drop();
	kick_stop();
	if (has_kicker)
		timer_delete(kicker);
	munmap(page_rw, 2 * PAGE);
	munmap(page_ro, PAGE);
}

void kick_start(unsigned int us)
{
	struct itimerspec it = { .it_value = { 0, us * 1000L }, .it_interval = { 0, 5000000 } };

	if (has_kicker)
		timer_settime(kicker, 0, &it, NULL);
}

void kick_stop(void)
{
	struct itimerspec it = {};

	if (has_kicker)
		timer_settime(kicker, 0, &it, NULL);
}

/* ---- descriptors ----------------------------------------------------------------------------------- */

/* Never one that was not opened here: the first hundred are the fuzzer's own. */
static int own_fd(int fd)
{
	int high;

	if (fd < 0)
		return -errno;
	if (fd >= 100)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	if (high < 0)
		high = -errno;
	close(fd);
	return high;
}

void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void put_file(struct world *w, unsigned int slot, int fd)
{
	close_fd(atomic_exchange(&w->file[slot % NR_FILES], fd));
}

static int other_fd(struct world *w, uint64_t v)
{
	switch ((v >> 8) % 7) {
	case 1: return atomic_load(&w->pool[v % NR_POOLS]);
	case 2: return w->memfd;
	case 4: return w->epoll;
	case 5: return w->null;
	case 6: return w->sock[0];
	default: return -1;
	}
}

int file_fd(struct world *w, uint64_t v)
{
	return v > 0xff ? other_fd(w, v) : atomic_load(&w->file[v % NR_FILES]);
}

int pool_fd(struct world *w, uint64_t v)
{
	if (v > 0xff)
		return (v >> 8) % 7 == 1 ? atomic_load(&w->file[v % NR_FILES]) : other_fd(w, v);
	return atomic_load(&w->pool[v % NR_POOLS]);
}

void world_open(struct world *w)
{
	unsigned int i;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < NR_FILES; i++)
		atomic_store(&w->file[i], -1);
	for (i = 0; i < NR_POOLS; i++)
		atomic_store(&w->pool[i], -1);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, w->sock))
		w->sock[0] = w->sock[1] = -1;
	w->epoll = own_fd(epoll_create1(EPOLL_CLOEXEC));
	w->memfd = own_fd(memfd_create("fuzz-world", MFD_CLOEXEC | MFD_ALLOW_SEALING));
	w->null = own_fd(open("/dev/null", O_RDWR | O_CLOEXEC));
	if (w->memfd >= 0 && (ftruncate(w->memfd, 1 << 20) || fcntl(w->memfd, F_ADD_SEALS, F_SEAL_SHRINK)))
		w->memfd = -1;
	w->shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

void world_close(struct world *w)
{
	unsigned int i;

	kids_reap(w);
	for (i = 0; i < NR_FILES; i++)
		put_file(w, i, -1);
	for (i = 0; i < NR_MAPS; i++)
		if (atomic_exchange(&w->map[i].there, false))
			munmap(map_addr(i), w->map[i].len);
	for (i = 0; i < NR_POOLS; i++)
		close_fd(atomic_exchange(&w->pool[i], -1));
	close_fd(w->sock[0]);
	close_fd(w->sock[1]);
	close_fd(w->epoll);
	close_fd(w->memfd);
	close_fd(w->null);
	munmap(w->shared, PAGE);
}

/* ---- programs -------------------------------------------------------------------------------------- */

static void count(unsigned int op, long ret)
{
	long err = ret < 0 ? -ret : 0;

	atomic_fetch_add(&shm->result[op][err > MAX_ERRNO ? MAX_ERRNO : err], 1);
	atomic_fetch_add(&shm->calls, 1);
}

void run_prog(struct world *w, const struct prog *p)
{
	struct seat *seat = &shm->seat[my_seat];
	uint32_t i;

	for (i = 0; i < p->nr; i++) {
		const struct call *c = &p->call[i];

		atomic_store(&seat->op, c->op);
		atomic_store(&seat->since_ms, now_ms());
		count(c->op, ops[c->op].run(w, &ops[c->op], c->arg));
		atomic_store(&seat->since_ms, 0);
	}
	kick_stop();
}

/* ---- pointers and ioctls --------------------------------------------------------------------------- */

struct copy { void *to; const void *from; size_t len; };

static void do_copy(void *arg)
{
	struct copy *c = arg;

	memcpy(c->to, c->from, c->len);
}

/* Where the kernel is to find @buf; it is copied there, as far as that is possible. */
static void *place(struct world *w, uint64_t kind, uint64_t file, void *buf, size_t len)
{
	struct copy copy = { NULL, buf, len };
	void *at = NULL;

	switch (kind % NR_PTRS) {
	case PTR_GOOD:
		return buf;
	case PTR_NULL:
		return NULL;
	case PTR_NOWHERE:
		return (void *)NOWHERE;
	case PTR_KERNEL:
		return (void *)KERNEL;
	case PTR_READONLY:
		copy.to = page_rw;
		at = page_ro;
		break;
	case PTR_EDGE:
		at = page_rw + PAGE - len / 2;
		copy.to = at;
		copy.len = len / 2;
		break;
	case PTR_SHARED:
		copy.to = at = w->shared;
		break;
	case PTR_RING:
		copy.to = at = map_addr(file % NR_FILES * NR_AREAS);
		break;
	case PTR_STATUS:
		return map_addr(file % NR_FILES * NR_AREAS + 4);
	}
	if (copy.len > PAGE)
		copy.len = PAGE;
	guarded(do_copy, &copy);
	return at;
}

/* The structure of an ioctl, as the row and the arguments say; @a[1] is its size, @a[2] where it is. */
static long call_struct(struct world *w, const struct op *op, unsigned long cmd, const uint64_t *a, void *buf,
			size_t size)
{
	uint32_t told = a[1] ? (uint32_t)a[1] : (uint32_t)size;
	void *at;

	memcpy(buf, &told, sizeof(told));
	at = place(w, a[2], a[0], buf, size);
	return ioctl(file_fd(w, a[0]), cmd, at) < 0 ? -errno : 0;
}

#define STRUCT_MAX	1024		/* behind the structure is something else than zeroes */

static void fill_struct(uint8_t *buf, const struct op *op, const uint64_t *a)
{
	unsigned int k, n = op_args(op);

	memset(buf, 0, STRUCT_MAX);
	memset(buf + op->size + 16, 0xa5, STRUCT_MAX - op->size - 16);
	for (k = 0; k < n; k++)
		if (op->f[k].bytes)
			memcpy(buf + op->f[k].off, &a[k], op->f[k].bytes);
}

long run_ioctl(struct world *w, const struct op *op, const uint64_t *a)
{
	uint8_t buf[STRUCT_MAX];
	long ret;

	fill_struct(buf, op, a);
	op->fix(op, buf);
	ret = call_struct(w, op, op->cmd, a, buf, op->size);
	if (!ret && a[2] % NR_PTRS == PTR_GOOD && op->done && (!a[1] || a[1] >= op->size))
		op->done(w, a, buf);
	return ret;
}

long run_pool_attach(struct world *w, const struct op *op, const uint64_t *a)
{
	static __thread uint64_t iovas[1024];
	union { struct ndrv_pool_attach pa; uint8_t bytes[STRUCT_MAX]; } u = {};
	long ret;

	u.pa.flags = (uint32_t)a[3];
	u.pa.fd = pool_fd(w, a[4]);
	u.pa.nr_iovas = (uint32_t)a[5];
	u.pa.iovas_ptr = (uintptr_t)place(w, a[6], a[0], iovas, sizeof(iovas));
	/* More room than there is may be claimed: a pool of programs has few pieces. */
	ret = call_struct(w, op, NDRV_POOL_ATTACH, a, u.bytes, sizeof(u.pa));
	if (ret || a[2] % NR_PTRS || a[6] % NR_PTRS || (a[1] && a[1] < sizeof(u.pa)))
		return ret;
	w->pool_id[atomic_fetch_add(&w->pool_ids, 1) % NR_IDS] = u.pa.out_pool;
	if (a[4] < NR_POOLS)
		w->attached[a[4]] = (struct attachment){
			iovas[0], u.pa.nr_iovas == 1 ? u.pa.out_len_bytes : 1ULL << u.pa.out_piece_shift };
	return 0;
}

/* One of the @n that there were; the last slots are numbers that nobody has, or that stand for all. */
static uint32_t number_of(const uint32_t *ids, unsigned int n, uint64_t slot)
{
	static const uint32_t others[] = { NDRV_POOL_ALL, 0, 63, 0x7fffffff };

	slot %= NR_IDS + 4;
	if (slot >= NR_IDS)
		return others[slot - NR_IDS];
	return ids[n && n < NR_IDS ? slot % n : slot];
}

long run_pool_detach(struct world *w, const struct op *op, const uint64_t *a)
{
	union { struct ndrv_pool_detach pd; uint8_t bytes[STRUCT_MAX]; } u = {};

	u.pd.flags = (uint32_t)a[3];
	u.pd.pool = number_of(w->pool_id, atomic_load(&w->pool_ids), a[4]);
	u.pd.__reserved = (uint32_t)a[5];
	return call_struct(w, op, NDRV_POOL_DETACH, a, u.bytes, sizeof(u.pd));
}

long run_filter_del(struct world *w, const struct op *op, const uint64_t *a)
{
	union { struct ndrv_filter_del fd; uint8_t bytes[STRUCT_MAX]; } u = {};

	u.fd.flags = (uint32_t)a[3];
	u.fd.filter = number_of(w->filter_id, atomic_load(&w->filter_ids), a[4]);
	u.fd.__reserved = (uint32_t)a[5];
	return call_struct(w, op, NDRV_FILTER_DEL, a, u.bytes, sizeof(u.fd));
}

long run_rss(struct world *w, const struct op *op, const uint64_t *a)
{
	union { struct ndrv_rss rss; uint8_t bytes[STRUCT_MAX]; } u = {};
	struct rnd key = { a[4] }, table = { a[5] };
	unsigned int i;

	u.rss.flags = (uint32_t)a[3];
	for (i = 0; u.rss.flags && i < NDRV_RSS_KEY_LEN; i++)
		u.rss.key[i] = (uint8_t)rnd64(&key);
	for (i = 0; u.rss.flags && i < NDRV_RSS_TABLE_LEN; i++)
		u.rss.table[i] = (uint16_t)rnd_below(&table, (uint32_t)a[6] % 0x10000);
	return call_struct(w, op, NDRV_RSS, a, u.bytes, sizeof(u.rss));
}

long run_raw_ioctl(struct world *w, const struct op *op, const uint64_t *a)
{
	uint8_t buf[STRUCT_MAX];

	memset(buf, 0x5a, sizeof(buf));
	return ioctl(file_fd(w, a[0]), a[1], place(w, a[2], a[0], buf, sizeof(buf))) < 0 ? -errno : 0;
}

/* ---- other calls on files -------------------------------------------------------------------------- */

long run_open(struct world *w, const struct op *op, const uint64_t *a)
{
	int fd = own_fd(port_open((unsigned int)a[1], O_RDWR | (a[2] & 1 ? O_NONBLOCK : 0)));

	if (fd >= 0)
		put_file(w, (unsigned int)a[0], fd);
	return fd;
}

/* As another user, who may open the node (fuzz.c sees to it), without the capability to overrule. */
long run_open_nobody(struct world *w, const struct op *op, const uint64_t *a)
{
	long ret;
	int fd;

	/* The system calls themselves: of this thread alone, which the C library's are not. */
	if (syscall(SYS_setresuid, -1, 65534, -1))
		return -errno;
	fd = own_fd(port_open((unsigned int)a[1], O_RDWR));
	ret = syscall(SYS_setresuid, -1, 0, -1);
	if (ret)
		_exit(98);
	if (fd >= 0)
		put_file(w, (unsigned int)a[0], fd);
	return fd;
}

long run_close(struct world *w, const struct op *op, const uint64_t *a)
{
	int fd = atomic_exchange(&w->file[a[0] % NR_FILES], -1);

	return close(fd) ? -errno : 0;
}

long run_dup(struct world *w, const struct op *op, const uint64_t *a)
{
	int fd = own_fd(fcntl(file_fd(w, a[0]), F_DUPFD_CLOEXEC, 100));

	if (fd >= 0)
		put_file(w, (unsigned int)a[1], fd);
	return fd;
}

long run_read(struct world *w, const struct op *op, const uint64_t *a)
{
	uint8_t buf[4096];
	long ret;

	kick_start(2000);		/* it may block for ever */
	ret = read(file_fd(w, a[0]), place(w, a[2], a[0], buf, sizeof(buf)),
		   a[1] <= sizeof(buf) || a[2] % NR_PTRS ? (size_t)a[1] : sizeof(buf));
	ret = ret < 0 ? -errno : ret;
	kick_stop();
	return ret;
}

long run_fcntl(struct world *w, const struct op *op, const uint64_t *a)
{
	int fd = file_fd(w, a[0]), ret;
	char c = 0;

	switch (a[1]) {
	case 0: ret = fcntl(fd, F_SETFL, O_NONBLOCK); break;
	case 1: ret = fcntl(fd, F_SETFL, 0); break;
	case 2: ret = fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK); break;
	case 3: ret = (int)lseek(fd, 4096, SEEK_SET); break;
	case 4: ret = (int)write(fd, &c, 1); break;
	case 5: ret = (int)pread(fd, &c, 1, 0); break;
	default: ret = fsync(fd); break;
	}
	return ret < 0 ? -errno : ret;
}

static long read_all(const char *path)
{
	char buf[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		;
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

long run_fdinfo(struct world *w, const struct op *op, const uint64_t *a)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", file_fd(w, a[0] % NR_FILES));
	return read_all(path);
}

long run_sysfs(struct world *w, const struct op *op, const uint64_t *a)
{
	static const char * const entries[] = {
		"queues", "filters", "owner", "link", "speed_mbps", "features", "iommu", "vectors",
		"max_queues", "stats/rx_packets", "stats/resets", "mac",
	};
	char name[32], path[128];

	if (port_dev_name((unsigned int)a[0] % ports_count(), name, sizeof(name)))
		return -ENODEV;
	snprintf(path, sizeof(path), "/sys/class/ndrv/%s/%s", name,
		 entries[a[1] % (sizeof(entries) / sizeof(entries[0]))]);
	return read_all(path);
}
