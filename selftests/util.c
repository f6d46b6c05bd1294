// SPDX-License-Identifier: GPL-2.0-only
/* Ports, raw system calls, pools, the simulator's counters; see util.h. */
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* ---- ports --------------------------------------------------------------------------------- */

struct found {
	char path[32];
	char pci[32];
};

static struct found found[MAX_PORTS];
static unsigned int nr_found;
static pid_t searched_by;		/* the harness forks for every test: numbers may have changed */

/* The PCI address behind a character device, whatever its class is called. */
static int pci_of(const char *path, char *pci, size_t size)
{
	char link[64], target[512], *base;
	struct stat st;
	ssize_t len;

	if (stat(path, &st) || !S_ISCHR(st.st_mode))
		return -ENODEV;
	snprintf(link, sizeof(link), "/sys/dev/char/%u:%u/device", major(st.st_rdev),
		 minor(st.st_rdev));
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;
	base = strrchr(target, '/');
	base = base ? base + 1 : target;
	if (strlen(base) >= size)
		return -ENAMETOOLONG;
	strcpy(pci, base);
	return 0;
}

static bool wanted(const char *pci)
{
	const char *list = getenv("NDRV_DEV");

	return !list || !*list || strstr(list, pci);
}

/* A port that was bound again has another number, but its place among the ports is the same. */
static int by_address(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->pci, ((const struct found *)b)->pci);
}

static void search(void)
{
	struct dirent *e;
	DIR *dir;

	nr_found = 0;
	searched_by = getpid();
	dir = opendir("/dev");
	if (!dir)
		return;
	while (nr_found < MAX_PORTS && (e = readdir(dir))) {
		struct found *f = &found[nr_found];
		unsigned int number;
		char end;

		if (sscanf(e->d_name, "ndrv%u%c", &number, &end) != 1)
			continue;
		snprintf(f->path, sizeof(f->path), "/dev/ndrv%u", number);
		if (!pci_of(f->path, f->pci, sizeof(f->pci)) && wanted(f->pci))
			nr_found++;
	}
	closedir(dir);
	qsort(found, nr_found, sizeof(found[0]), by_address);
}

unsigned int dev_count(void)
{
	if (searched_by != getpid())
		search();
	return nr_found;
}

const char *dev_path(unsigned int nr)
{
	return nr < dev_count() ? found[nr].path : NULL;
}

const char *dev_pci(unsigned int nr)
{
	return nr < dev_count() ? found[nr].pci : NULL;
}

int dev_open(unsigned int nr)
{
	const char *path = dev_path(nr);
	int fd;

	if (!path)
		return -ENODEV;
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool dev_needed(unsigned int count)
{
	const char *need = getenv("NDRV_NEED");

	return need && strtoul(need, NULL, 0) >= count;
}

#ifndef NDRV_LATE_PORTS		/* set where a program does something without ports, too */
/* Without a port there is nothing to test: one line, and kselftest's exit code for "skipped". */
static void __attribute__((constructor)) leave_without_port(void)
{
	if (dev_count() || dev_needed(1))
		return;
	printf("TAP version 13\n1..0 # SKIP no port is bound to ndrv%s%s\n",
	       getenv("NDRV_DEV") ? " of NDRV_DEV=" : " (ndrv bind ADDRESS)",
	       getenv("NDRV_DEV") ? getenv("NDRV_DEV") : "");
	fflush(stdout);
	_exit(4);
}
#endif

static int write_file(const char *text, const char *fmt, ...)
{
	char path[256];
	va_list ap;
	ssize_t n;
	int fd, err = 0;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}

int dev_unbind(const char *pci)
{
	return write_file(pci, "/sys/bus/pci/devices/%s/driver/unbind", pci);
}

int dev_reset(const char *pci)
{
	return write_file("1", "/sys/bus/pci/devices/%s/reset", pci);
}

bool dev_bound_to(const char *pci, const char *driver)
{
	char path[128], target[512];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", pci);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = 0;
	return !strcmp(strrchr(target, '/') + 1, driver);
}

/* Returns when the driver's probe has; the new /dev/ndrvN is found by the next search. */
int dev_bind(const char *pci, const char *driver)
{
	int err = write_file(driver, "/sys/bus/pci/devices/%s/driver_override", pci);

	if (!err)
		err = write_file(pci, "/sys/bus/pci/drivers/%s/bind", driver);
	searched_by = 0;
	return err;
}

int sysfs_lines(unsigned int nr, const char *file, const char *start)
{
	char path[96], text[256];
	int found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/ndrv/%s/%s", dev_path(nr) + strlen("/dev/"), file);
	f = fopen(path, "re");
	while (f && fgets(text, sizeof(text), f))
		found += !strncmp(text, start, strlen(start));
	if (f)
		fclose(f);
	return f ? found : -1;
}

/* ---- system calls -------------------------------------------------------------------------- */

int xioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? -errno : 0;
}

void *xmmap(int fd, size_t len, int prot, int flags, uint64_t off, int *err)
{
	void *p = mmap(NULL, len, prot, flags, fd, (off_t)off);

	*err = p == MAP_FAILED ? -errno : 0;
	return p == MAP_FAILED ? NULL : p;
}

size_t page_up(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (len + page - 1) / page * page;
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void sleep_ms(unsigned int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

unsigned int ndrv_volume(unsigned int n)
{
	const char *quick = getenv("NDRV_QUICK");

	if (!quick || strcmp(quick, "1"))
		return n;
	return n / 5 > 2 ? n / 5 : n < 2 ? n : 2;
}

int get_info(int fd, struct ndrv_info *info)
{
	*info = (struct ndrv_info){ .size = sizeof(*info) };
	return xioctl(fd, NDRV_INFO, info);
}

struct ndrv_queue_setup setup_args(void)
{
	return (struct ndrv_queue_setup){
		.size = sizeof(struct ndrv_queue_setup),
		.queue = 0,
		.rx_entries = 256,
		.tx_entries = 256,
		.rx_buf_bytes = SLOT_BYTES,
	};
}

int queue_setup(int fd, struct ndrv_queue_setup *qs)
{
	return xioctl(fd, NDRV_QUEUE_SETUP, qs);
}

int queue_start(int fd, uint64_t *generation)
{
	struct ndrv_queue_start qs = { .size = sizeof(qs) };
	int err = xioctl(fd, NDRV_QUEUE_START, &qs);

	if (!err && generation)
		*generation = qs.out_generation;
	return err;
}

int queue_stop(int fd)
{
	struct ndrv_queue_stop qs = { .size = sizeof(qs) };

	return xioctl(fd, NDRV_QUEUE_STOP, &qs);
}

int queue_arm(int fd, uint32_t sides)
{
	struct ndrv_arm arm = { .size = sizeof(arm), .flags = sides };

	return xioctl(fd, NDRV_ARM, &arm);
}

int queue_get(int fd, struct ndrv_queue_get *qg)
{
	*qg = (struct ndrv_queue_get){ .size = sizeof(*qg) };
	return xioctl(fd, NDRV_QUEUE_GET, qg);
}

int doorbell(int fd, uint32_t flags, uint32_t rx_tail, uint32_t tx_tail)
{
	struct ndrv_doorbell db = {
		.size = sizeof(db), .flags = flags, .rx_tail = rx_tail, .tx_tail = tx_tail,
	};

	return xioctl(fd, NDRV_DOORBELL, &db);
}

int get_stats(int fd, struct ndrv_stats *st)
{
	*st = (struct ndrv_stats){ .size = sizeof(*st) };
	return xioctl(fd, NDRV_STATS, st);
}

int get_link(int fd, struct ndrv_link *link)
{
	*link = (struct ndrv_link){ .size = sizeof(*link) };
	return xioctl(fd, NDRV_LINK, link);
}

int poll_fd(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, timeout_ms);

	return n < 0 ? -errno : n ? p.revents : 0;
}

/* ---- pools --------------------------------------------------------------------------------- */

int pool_create(int fd, uint64_t len)
{
	struct ndrv_pool_create pc = { .size = sizeof(pc), .len_bytes = len };
	int err = xioctl(fd, NDRV_POOL_CREATE, &pc);

	return err ? err : pc.out_fd;
}

int pool_attach(int fd, int pool_fd, struct pool *p)
{
	struct ndrv_pool_attach pa = {
		.size = sizeof(pa), .fd = pool_fd, .nr_iovas = POOL_MAX_PIECES,
		.iovas_ptr = (uintptr_t)p->iovas,
	};
	int err = xioctl(fd, NDRV_POOL_ATTACH, &pa);

	if (err)
		return err;
	p->fd = pool_fd;
	p->id = pa.out_pool;
	p->len = pa.out_len_bytes;
	p->piece_shift = pa.out_piece_shift;
	p->nr_iovas = pa.nr_iovas;
	return 0;
}

int pool_detach(int fd, uint32_t id)
{
	struct ndrv_pool_detach pd = { .size = sizeof(pd), .pool = id };

	return xioctl(fd, NDRV_POOL_DETACH, &pd);
}

int pool_map(struct pool *p)
{
	int err;

	p->map = xmmap(p->fd, p->len, PROT_READ | PROT_WRITE, MAP_SHARED, 0, &err);
	return err;
}

uint64_t pool_iova(const struct pool *p, uint64_t off)
{
	/* A single piece may be declared with any shift that covers the pool, 64 included. */
	if (p->piece_shift >= 64)
		return p->iovas[0] + off;
	return p->iovas[off >> p->piece_shift] + (off & ((1ULL << p->piece_shift) - 1));
}

void pool_close(struct pool *p)
{
	if (p->map && p->fd > 0)
		munmap(p->map, p->len);
	if (p->fd > 0)
		close(p->fd);
	p->map = NULL;
	p->fd = -1;
}

/* ---- the simulator, or QEMU, which has the cables of its own ports ---------------------------- */

#define SIM_PORT	"ndrv.sim"
#define SIM_LOCK	"/run/simctl.lock"	/* shared with the script of the same purpose */
#define QEMU_PORT	"ndrv.igb"
#define QEMU_LOCK	"/run/igbctl.lock"	/* and this with igbctl */
#define ANSWER_MS	60000

/* The virtio port of this name, which leads to a socket of the host: a descriptor or -errno. */
static int control_open(const char *wanted_name)
{
	char path[300], name[32];
	int found_fd = -ENODEV;
	struct dirent *e;
	DIR *dir;

	dir = opendir("/sys/class/virtio-ports");
	if (!dir)
		return -ENODEV;
	while (found_fd < 0 && (e = readdir(dir))) {
		ssize_t n = -1;
		int fd;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			n = read(fd, name, sizeof(name));
			close(fd);
		}
		if (n < 8 || strncmp(name, wanted_name, 8))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		found_fd = open(path, O_RDWR | O_CLOEXEC);
		if (found_fd < 0)
			found_fd = -errno;
	}
	closedir(dir);
	return found_fd;
}

/* One command line out, lines of JSON back up to one that ends and holds @mark. */
static int control_talk(int fd, const char *command, const char *mark, char *reply, size_t size)
{
	uint64_t end = now_ms() + ANSWER_MS;
	size_t have = 0;

	if (write(fd, command, strlen(command)) != (ssize_t)strlen(command) ||
	    write(fd, "\n", 1) != 1)
		return -EIO;
	while (!have || reply[have - 1] != '\n' || !strstr(reply, mark)) {
		ssize_t n;

		if (have == size - 1)
			return -EMSGSIZE;
		if (now_ms() > end || poll_fd(fd, POLLIN, ANSWER_MS) <= 0)
			return -ETIMEDOUT;
		n = read(fd, reply + have, size - 1 - have);
		if (n <= 0)
			return -EIO;
		have += (size_t)n;
		reply[have] = 0;
	}
	return 0;
}

static int control_ask(const char *port, const char *lock_file, const char *command,
		       const char *mark, char *reply, size_t size)
{
	int lock = open(lock_file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	int fd, err;

	if (lock < 0)
		return -errno;
	flock(lock, LOCK_EX);
	fd = control_open(port);
	err = fd;
	if (fd >= 0) {
		err = control_talk(fd, command, mark, reply, size);
		close(fd);
	}
	close(lock);
	return err;
}

static int sim_ask(const char *command, char *reply, size_t size)
{
	return control_ask(SIM_PORT, SIM_LOCK, command, "", reply, size);
}

static int64_t json_number(const char *text, const char *name)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(text, key);
	return at ? strtoll(at + strlen(key), NULL, 0) : -1;
}

/* How many PCI functions whose sysfs @file holds @value come before port @nr; -ENODEV: no such port. */
static int rank_among(unsigned int nr, const char *file, const char *value)
{
	const char *pci = dev_pci(nr);
	char path[300], text[16];
	struct dirent *e;
	int rank = 0;
	DIR *dir;

	dir = pci ? opendir("/sys/bus/pci/devices") : NULL;
	if (!dir)
		return -ENODEV;
	while ((e = readdir(dir))) {
		ssize_t n = -1;
		int fd;

		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", e->d_name, file);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			n = read(fd, text, sizeof(text));
			close(fd);
		}
		if (n >= (ssize_t)strlen(value) && !strncmp(text, value, strlen(value)) &&
		    strcmp(e->d_name, pci) < 0)
			rank++;
	}
	closedir(dir);
	return rank;
}

/* Ports of the simulator are in PCI order, before all others. */
int sim_index(unsigned int nr)
{
	return rank_among(nr, "class", "0x020000");
}

/* The simulator's words about one of its ports, or NULL. */
static const char *sim_words(int index)
{
	static char reply[1 << 20];
	char key[32], *at, *next;

	if (sim_ask("stats", reply, sizeof(reply)))
		return NULL;
	snprintf(key, sizeof(key), "\"name\":\"port%d\"", index);
	at = strstr(reply, key);
	if (!at)
		return NULL;
	next = strstr(at + 1, "\"name\":\"port");
	if (next)
		*next = 0;
	return at;
}

static const char *sim_port(unsigned int nr)
{
	return sim_words(sim_index(nr));
}

/* Asked once: what is behind the first port is behind all ports of a test. */
bool sim_present(void)
{
	static int known = -1;

	if (known < 0)
		known = sim_port(0) != NULL;
	return known;
}

int64_t sim_counter(unsigned int nr, const char *name)
{
	const char *port = sim_port(nr);

	return port ? json_number(port, name) : -1;
}

int64_t sim_counter_at(int index, const char *name)
{
	const char *port = sim_words(index);

	return port ? json_number(port, name) : -1;
}

int sim_queues(unsigned int nr)
{
	const char *at = sim_port(nr);
	int n = 0;

	for (at = at ? strstr(at, "\"queues\":[") : NULL; at; at = strstr(at + 1, "{\"dir\":"))
		n++;
	return n - 1;
}

uint64_t sim_ring(unsigned int nr, bool tx, unsigned int queue)
{
	const char *at = sim_port(nr), *end;
	char key[64];
	int64_t base;

	snprintf(key, sizeof(key), "{\"dir\":\"%s\",\"queue\":%u,", tx ? "tx" : "rx", queue);
	at = at ? strstr(at, key) : NULL;
	end = at ? strchr(at, '}') : NULL;
	if (!end)
		return 0;
	base = json_number(at, "base");
	return base > 0 && strstr(at, "\"base\":") < end ? (uint64_t)base : 0;
}

bool sim_port_says(unsigned int nr, const char *text)
{
	const char *port = sim_port(nr);

	return port && strstr(port, text);
}

int sim_command(const char *fmt, ...)
{
	char command[256], reply[4096];
	va_list ap;
	int err;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	err = sim_ask(command, reply, sizeof(reply));
	return err ? err : strstr(reply, "\"ok\":true") ? 0 : -EINVAL;
}

int qemu_command(const char *name, const char *fmt, ...)
{
	static char reply[1 << 16];	/* with what the monitor had to tell meanwhile */
	static unsigned int count;
	char arguments[256], command[512], mark[64], *line;
	va_list ap;
	int err;

	va_start(ap, fmt);
	vsnprintf(arguments, sizeof(arguments), fmt, ap);
	va_end(ap);
	/* Nobody's before: an answer that came too late for somebody else is not taken for this one. */
	snprintf(mark, sizeof(mark), "\"id\": \"%d-%u-%llu\"", getpid(), ++count,
		 (unsigned long long)now_ms());
	/* The first command of a connection opens it; later it is refused, which does no harm. */
	snprintf(command, sizeof(command),
		 "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"%s\",\"arguments\":{%s},%s}", name,
		 arguments, mark);
	err = control_ask(QEMU_PORT, QEMU_LOCK, command, mark, reply, sizeof(reply));
	if (err)
		return err;
	for (line = strstr(reply, mark); line > reply && line[-1] != '\n'; line--)
		;
	line[strcspn(line, "\n")] = 0;
	return strstr(line, "\"error\":") ? -EINVAL : 0;
}

/* QEMU names its ports igb0, igb1, ... in PCI order, and knows no others by that name. */
static int qemu_link(unsigned int nr, bool up)
{
	return qemu_command("set_link", "\"name\":\"igb%d\",\"up\":%s",
			    rank_among(nr, "device", "0x10c9"), up ? "true" : "false");
}

bool bench_present(void)
{
	int fd;

	if (sim_present())
		return true;
	fd = control_open(QEMU_PORT);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int cable(unsigned int nr, bool plugged)
{
	if (!sim_present())
		return qemu_link(nr, plugged);
	return sim_command("link %d %s", sim_index(nr), plugged ? "up" : "down");
}
