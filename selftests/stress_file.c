// SPDX-License-Identifier: GPL-2.0-only
/*
 * What any user's process does to a port, and how it dies: actions of the stress test on files, mappings,
 * rings, waits. Each expects that the port goes at any moment, and nothing else: no signal, no error that
 * is not documented, no frame that nobody sent.
 */
#include "stress.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BRIEF_MS	MS(300)		/* an action that repeats itself, at most */
#define KILLED_MS	MS(20000)	/* a process that is about to be killed */
#define RING_MS		MS(20000)	/* a command that is to end, ends */

/*
 * How long an action goes on once it has what it needs, which may take longer than that. Where an open takes
 * seconds, two ends of a cable would hardly ever be there at once.
 */
static unsigned int brief(void)
{
	return 20 + roll(BRIEF_MS * (has_checkers() ? 6 : 1));
}

bool act_open(struct stress_port *sp)
{
	uint64_t end = now_ms() + brief();
	struct ndrv_info info;
	bool done = false;
	int fd, second;

	while (go_on(end)) {
		fd = port_fd(sp);
		if (fd < 0) {
			sleep_ms(1 + roll(5));
			continue;
		}
		done = true;
		CALL(C_INFO, get_info(fd, &info));
		second = dup(fd);
		CALL(C_CLOSE, close(fd));
		if (second >= 0)
			CALL(C_CLOSE, close(second));
	}
	return done;
}

/* Starts a pair that does not run (any more). False: the device is gone. */
static bool look_after(struct port *p)
{
	switch (p->status->state) {
	case NDRV_STATE_RUNNING:
		return true;
	case NDRV_STATE_GONE:
		return false;
	default:
		if (!CALL(C_START, port_start(p)))
			me->restarts++;
		return true;
	}
}

static void take_frames(struct port *p)
{
	uint8_t frame[FRAME_MAX];
	uint64_t seq;
	int n, len;

	for (n = 0; n < 32 && (len = port_recv(p, frame, sizeof(frame), 0)); n++) {
		seq = len > 0 ? frame_seq(frame) : UINT64_MAX;
		if (seq == UINT64_MAX || frame_check(frame, len, seq))
			fail("a frame of %d bytes that nobody sent (number %#llx)", len,
			     (unsigned long long)seq);
		me->frames++;
	}
}

static void send_frames(struct port *p, const struct stress_port *sp, uint64_t *seq)
{
	uint8_t frame[FRAME_MAX];
	unsigned int n, len;

	for (n = 0; n < 4; n++) {
		len = FRAME_MIN + *seq % 700;
		frame_fill(frame, len, stress->ports[sp->peer].mac, sp->mac, *seq);
		if (port_send(p, frame, len))
			return;
		++*seq;
	}
}

static bool traffic(struct stress_port *sp, uint32_t flags, unsigned int ms)
{
	uint64_t seq = (uint64_t)roll(1U << 30) << 16, end;
	struct port p;

	if (pair_open(&p, sp, flags, true))
		return false;
	end = now_ms() + ms;
	while (go_on(end) && look_after(&p)) {
		take_frames(&p);
		send_frames(&p, sp, &seq);
		sleep_ms(1);
	}
	if (chance(50) && p.status->state != NDRV_STATE_GONE)
		CALL(C_STOP, queue_stop(p.fd));
	pair_close(&p);
	return true;
}

bool act_traffic(struct stress_port *sp)
{
	return traffic(sp, chance(30) ? NDRV_QUEUE_F_KERNEL_DOORBELL : 0, brief());
}

/* ---- mappings ------------------------------------------------------------------------------------- */

struct toucher {
	struct port *p;
	pthread_mutex_t starts;		/* held from a start until the ring has its descriptors */
	volatile bool stop;
};

/*
 * Loads and stores in the doorbells all the time, whatever happens to the pages. The stores are of what
 * the pair has there itself, so that a card that gets them uses no memory that it should not.
 */
static void *touch_doorbells(void *arg)
{
	struct toucher *t = arg;
	volatile uint32_t *rx = (volatile uint32_t *)(t->p->rx_page + t->p->qs.out_rx_tail_off);
	volatile uint32_t *tx = (volatile uint32_t *)(t->p->tx_page + t->p->qs.out_tx_tail_off);

	while (!t->stop) {
		(void)*rx;
		(void)*tx;
		if (pthread_mutex_trylock(&t->starts))
			continue;
		*rx = port_rx_room(t->p);
		*tx = 0;
		pthread_mutex_unlock(&t->starts);
	}
	return NULL;
}

/* One more mapping of some area, touched all over, and mostly gone again. */
static void map_and_touch(struct port *p)
{
	static const uint64_t areas[] = {
		NDRV_MMAP_RX_RING, NDRV_MMAP_TX_RING, NDRV_MMAP_RX_DOORBELL,
		NDRV_MMAP_TX_DOORBELL, NDRV_MMAP_STATUS, NDRV_MMAP_COUNTERS,
	};
	uint64_t area = areas[roll(6)];
	size_t len = page_up(area == NDRV_MMAP_RX_RING ? p->qs.out_rx_ring_bytes :
			     area == NDRV_MMAP_TX_RING ? p->qs.out_tx_ring_bytes : 1);
	bool doorbell = area == NDRV_MMAP_RX_DOORBELL || area == NDRV_MMAP_TX_DOORBELL;
	int prot = PROT_READ | (area == NDRV_MMAP_STATUS ? 0 : PROT_WRITE), err;
	volatile uint8_t *at;
	size_t off;

	call_begin(C_MMAP);
	at = xmmap(p->fd, len, prot, MAP_SHARED, area, &err);
	call_end(C_MMAP, err);
	if (err)
		return;
	for (off = 0; off < len; off += 4096) {
		if (doorbell)
			(void)*(volatile uint32_t *)(at + (area == NDRV_MMAP_RX_DOORBELL ?
							   p->qs.out_rx_tail_off :
							   p->qs.out_tx_tail_off));
		else
			(void)at[off];
	}
	munmap((void *)at, len);
}

static bool mmaps(struct stress_port *sp, unsigned int ms)
{
	struct port p;
	struct toucher t = { .p = &p, .starts = PTHREAD_MUTEX_INITIALIZER };
	pthread_t thread;
	uint64_t end;

	if (pair_open(&p, sp, 0, chance(70)))
		return false;
	if (pthread_create(&thread, NULL, touch_doorbells, &t)) {
		fail("no thread");
		pair_close(&p);
		return false;
	}
	end = now_ms() + ms;
	while (go_on(end) && p.status->state != NDRV_STATE_GONE) {
		map_and_touch(&p);
		if (chance(20))
			CALL(C_STOP, queue_stop(p.fd));
		if (chance(20)) {
			pthread_mutex_lock(&t.starts);
			look_after(&p);
			pthread_mutex_unlock(&t.starts);
		}
	}
	/* Some more of it, of a device that is gone, perhaps */
	map_and_touch(&p);
	t.stop = true;
	pthread_join(thread, NULL);
	pair_close(&p);
	return true;
}

bool act_mmap(struct stress_port *sp)
{
	return mmaps(sp, brief());
}

/* ---- waits ------------------------------------------------------------------------------------------ */

static void read_events(int fd)
{
	struct ndrv_event ev[8];
	int n;

	for (n = 0; n < 32; n++) {
		call_begin(C_READ);
		if (call_end(C_READ, read(fd, ev, sizeof(ev)) < 0 ? -errno : 0) ||
		    fcntl(fd, F_GETFL) < 0)
			return;
		if (!poll_fd(fd, POLLPRI, 0))
			return;
	}
}

static bool waits(struct stress_port *sp, unsigned int ms)
{
	struct epoll_event ee = { .events = EPOLLIN | EPOLLOUT | EPOLLPRI };
	int ep = epoll_create1(EPOLL_CLOEXEC);
	struct port p;
	uint64_t end;

	if (ep < 0 || pair_open(&p, sp, 0, true)) {
		close(ep);
		return false;
	}
	fcntl(p.fd, F_SETFL, O_NONBLOCK);
	epoll_ctl(ep, EPOLL_CTL_ADD, p.fd, &ee);
	end = now_ms() + ms;
	while (go_on(end) && look_after(&p)) {
		CALL(C_ARM, queue_arm(p.fd, 1 + roll(3)));
		call_begin(C_POLL);
		if (chance(50))
			poll_fd(p.fd, POLLIN | POLLOUT | POLLPRI, roll(40));
		else if (epoll_wait(ep, &ee, 1, roll(40)) < 0)
			fail("epoll: %s", strerror(errno));
		call_end(C_POLL, 0);
		read_events(p.fd);
		take_frames(&p);
	}
	if (p.status->state == NDRV_STATE_GONE &&
	    (poll_fd(p.fd, 0, 0) & (POLLERR | POLLHUP)) != (POLLERR | POLLHUP))
		fail("gone, and poll does not say so");
	if (chance(50))
		close(ep);		/* before the file, and behind it */
	pair_close(&p);
	close(ep);
	return true;
}

bool act_wait(struct stress_port *sp)
{
	return waits(sp, brief());
}

static bool command(struct io_uring *ring, int fd, uint32_t op, uint32_t flags, uint64_t data)
{
	struct ndrv_uring arg = { .flags = flags };
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	if (!sqe)
		return false;
	io_uring_prep_rw(IORING_OP_URING_CMD, sqe, fd, NULL, 0, 0);
	sqe->cmd_op = op;
	memcpy(sqe->cmd, &arg, sizeof(arg));
	io_uring_sqe_set_data64(sqe, data);
	return io_uring_submit(ring) == 1;
}

/* Takes what has completed; waits for the completion @data, unless that is 0. False: it never came. */
static bool completions(struct io_uring *ring, uint64_t data)
{
	struct __kernel_timespec ts = { .tv_sec = RING_MS / 1000 };
	struct io_uring_cqe *cqe;
	uint64_t which;

	for (;;) {
		int err = data ? io_uring_wait_cqe_timeout(ring, &cqe, &ts) :
				 io_uring_peek_cqe(ring, &cqe);

		if (err)
			return !data;
		which = io_uring_cqe_get_data64(cqe);
		call_begin((enum call)which);
		call_end((enum call)which, cqe->res < 0 ? cqe->res : 0);
		io_uring_cqe_seen(ring, cqe);
		if (data && which == data)
			return true;
	}
}

/* A WAIT is under way while the file, the ring, or the whole process ends; or it is cancelled. */
static bool urings(struct stress_port *sp, unsigned int ms)
{
	struct io_uring ring;
	struct port p;
	uint64_t end;
	bool waiting;

	if (pair_open(&p, sp, 0, true))
		return false;
	if (!(p.info.out_features & NDRV_FEAT_URING_WAIT) || io_uring_queue_init(16, &ring, 0)) {
		pair_close(&p);
		return false;
	}
	end = now_ms() + ms;
	while (go_on(end) && look_after(&p)) {
		/* The numbers of calls are the data of their commands. */
		waiting = command(&ring, p.fd, NDRV_URING_WAIT, 1 + roll(3), C_URING_WAIT);
		sleep_ms(roll(20));
		if (chance(30))
			command(&ring, p.fd, NDRV_URING_ARM, NDRV_ARM_RX, C_URING_ARM);
		take_frames(&p);
		if (chance(30))
			break;		/* with it under way */
		if (!waiting)
			continue;
		command(&ring, p.fd, NDRV_URING_CANCEL, 0, C_URING_CANCEL);
		if (!completions(&ring, C_URING_WAIT))
			fail("a WAIT that was cancelled does not end");
		completions(&ring, 0);
	}
	if (chance(50))
		pair_close(&p);
	call_begin(C_URING_END);
	io_uring_queue_exit(&ring);
	call_end(C_URING_END, 0);
	if (p.fd >= 0)
		pair_close(&p);
	return true;
}

bool act_uring(struct stress_port *sp)
{
	return urings(sp, brief());
}

/* ---- settings ---------------------------------------------------------------------------------------- */

static void set_rss(int fd, bool on)
{
	struct ndrv_rss rss = { .size = sizeof(rss), .flags = on ? NDRV_RSS_F_SPREAD : 0 };

	if (on) {
		memset(rss.key, 0x6d, sizeof(rss.key));
		for (unsigned int i = 0; i < NDRV_RSS_TABLE_LEN; i++)
			rss.table[i] = i % 2;
	}
	CALL(C_RSS, xioctl(fd, NDRV_RSS, &rss));
}

static void set_filter(int fd)
{
	struct ndrv_filter_add f = { .size = sizeof(f), .queue = NDRV_QUEUE_ANY };
	struct ndrv_filter_del del = { .size = sizeof(del) };

	if (chance(50)) {
		f.type = NDRV_FILTER_MAC;
		memcpy(f.mac, (uint8_t[]){ 2, 0, 0, 0, 1, (uint8_t)roll(4) }, sizeof(f.mac));
	} else {
		f.type = NDRV_FILTER_ETHERTYPE;
		f.ethertype = 0x9000 + roll(4);
		f.queue = roll(2);
	}
	if (CALL(C_FILTER_ADD, xioctl(fd, NDRV_FILTER_ADD, &f)) || chance(30))
		return;
	del.filter = f.out_filter;
	CALL(C_FILTER_DEL, xioctl(fd, NDRV_FILTER_DEL, &del));
}

static void set_rx_mode(int fd)
{
	struct ndrv_rx_mode rm = { .size = sizeof(rm), .flags = roll(4),
				   .max_frame_bytes = chance(50) ? 0 : 64 + roll(9000) };

	CALL(C_RX_MODE, xioctl(fd, NDRV_RX_MODE, &rm));
}

bool act_config(struct stress_port *sp)
{
	struct ndrv_queue_get qg;
	struct ndrv_stats st;
	struct ndrv_link link;
	int fd = port_fd(sp);
	uint64_t end;

	if (fd < 0)
		return false;
	end = now_ms() + brief();
	while (go_on(end)) {
		switch (roll(6)) {
		case 0:
			set_rss(fd, chance(60));
			break;
		case 1:
			set_filter(fd);
			break;
		case 2:
			set_rx_mode(fd);
			break;
		case 3:
			CALL(C_STATS, get_stats(fd, &st));
			break;
		case 4:
			CALL(C_LINK, get_link(fd, &link));
			break;
		default:
			CALL(C_GET, queue_get(fd, &qg));
		}
	}
	CALL(C_CLOSE, close(fd));
	return true;
}

/* ---- pools ------------------------------------------------------------------------------------------- */

/* A pool of one device, attached to that and to the other end's, in whatever order they go. */
bool act_pool(struct stress_port *sp)
{
	int fd[2] = { port_fd(sp), port_fd(&stress->ports[sp->peer]) }, err, i;
	uint64_t end = now_ms() + brief();
	bool done = false;

	while (fd[0] >= 0 && go_on(end)) {
		struct pool pool = { .fd = -1 }, other;
		int buf = (int)CALL(C_CREATE, pool_create(fd[0], (1 + roll(64)) * 4096ULL));

		if (buf < 0)
			break;
		err = (int)CALL(C_ATTACH, pool_attach(fd[0], buf, &pool));
		if (fd[1] >= 0)
			CALL(C_ATTACH, pool_attach(fd[1], buf, &other));
		pool.fd = buf;
		if (!err && !pool_map(&pool)) {
			done = true;
			memset(pool.map, 0xa5, pool.len);
		}
		if (!err && chance(60))
			CALL(C_DETACH, pool_detach(fd[0], pool.id));
		pool_close(&pool);
	}
	for (i = 0; i < 2; i++)
		if (fd[i] >= 0)
			CALL(C_CLOSE, close(fd[i]));
	return done;
}

/* ---- attributes -------------------------------------------------------------------------------------- */

static void read_all(enum call call, int dir, const char *name)
{
	char text[4096];
	ssize_t n;
	int fd;

	call_begin(call);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -errno : read(fd, text, sizeof(text));
	call_end(call, n < 0 && fd >= 0 ? -errno : n);
	if (fd >= 0)
		close(fd);
}

/* Every file that the device has in sysfs, however often until it is gone. */
static bool read_attributes(const struct stress_port *sp)
{
	char path[400];
	struct dirent *e;
	bool done = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/ndrv", sp->pci);
	dir = opendir(path);
	if (!dir)
		return false;
	do {
		e = readdir(dir);
	} while (e && e->d_name[0] == '.');
	if (e)
		snprintf(path, sizeof(path), "/sys/class/ndrv/%s", e->d_name);
	closedir(dir);
	dir = e ? opendir(path) : NULL;
	while (dir && (e = readdir(dir))) {
		if (e->d_type != DT_REG)
			continue;
		read_all(C_ATTR, dirfd(dir), e->d_name);
		done = true;
	}
	if (dir)
		closedir(dir);
	return done;
}

bool act_sysfs(struct stress_port *sp)
{
	uint64_t end = now_ms() + brief();
	bool done = false;
	char path[64];
	int fd;

	while (go_on(end)) {
		done |= read_attributes(sp);
		fd = port_fd(sp);
		if (fd < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
		read_all(C_FDINFO, AT_FDCWD, path);
		CALL(C_CLOSE, close(fd));
	}
	return done;
}

/* ---- processes --------------------------------------------------------------------------------------- */

/* Dies of SIGKILL in the middle of something, with its queue running. */
bool act_kill(struct stress_port *sp)
{
	unsigned int what = roll(4), ms = roll(BRIEF_MS);
	uint64_t end = now_ms() + KILLED_MS;
	int status;
	pid_t pid = fork();

	if (pid < 0) {
		fail("fork: %s", strerror(errno));
		return false;
	}
	if (!pid) {
		is_child = true;
		while (now_ms() < end) {
			switch (what) {
			case 0:
				traffic(sp, 0, KILLED_MS);
				break;
			case 1:
				mmaps(sp, KILLED_MS);
				break;
			case 2:
				waits(sp, KILLED_MS);
				break;
			default:
				urings(sp, KILLED_MS);
			}
			sleep_ms(1);
		}
		_exit(0);
	}
	sleep_ms(ms);
	kill(pid, SIGKILL);
	call_begin(C_REAP);
	waitpid(pid, &status, 0);
	call_end(C_REAP, 0);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail("a process that was killed ended with status %#x", status);
	return true;
}

/* A child that has the descriptor, and goes on to another program with or without it, while we go. */
bool act_fork(struct stress_port *sp)
{
	bool keep = chance(50), first = chance(50);
	struct port p;
	int status;
	pid_t pid;

	if (pair_open(&p, sp, 0, chance(70)))
		return false;
	if (keep)
		fcntl(p.fd, F_SETFD, 0);
	pid = fork();
	if (!pid) {
		struct ndrv_info info;

		get_info(p.fd, &info);
		execlp("sleep", "sleep", "0.05", NULL);
		_exit(127);
	}
	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (first)
		pair_close(&p);
	call_begin(C_REAP);
	if (pid > 0 && (waitpid(pid, &status, 0) != pid || status))
		fail("a child ended with status %#x", status);
	call_end(C_REAP, 0);
	if (!first)
		pair_close(&p);
	return true;
}
