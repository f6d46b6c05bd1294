// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several processes: a pair whose descriptor is passed, inherited, or closed by exec; two processes on
 * one port and one pool, of which either is killed under load while the other loses nothing; and what
 * others can see of a pair (NDRV_QUEUE_GET, /proc/PID/fdinfo, the counters page). Needs two ports
 * joined by a cable.
 */
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define HEADERS		42	/* Ethernet, IPv4, UDP; behind them is a frame of frame_fill() */
#define FRAME		(HEADERS + 120)
#define WINDOW		64	/* frames of a flow that may be under way: fewer than a ring has */
#define TYPE_0		0x88f7	/* EtherType of the frames for queue 0; queue 1 has the next */
#define ECHO_MS		MS(10000)

FIXTURE(process)
{
	struct port far;	/* port 0 */
	int ctl;		/* a file of port 1 without a pair */
	struct ndrv_info info;	/* of port 1 */
	int64_t faults[2];	/* that tests before this one have provoked */
};

FIXTURE_SETUP(process)
{
	self->far.fd = self->ctl = -1;
	NEED_PORTS(2);
	for (unsigned int i = 0; i < 2; i++)
		self->faults[i] = sim_present() ? sim_counter(i, "dma_faults") : 0;
	self->ctl = dev_open(1);
	ASSERT_GE(self->ctl, 0);
	ASSERT_EQ(0, get_info(self->ctl, &self->info));
	ASSERT_EQ(0, port_setup(&self->far, 0, NULL));
	ASSERT_EQ(0, port_start(&self->far));
	ASSERT_EQ(0, port_wait_link(&self->far, LINK_MS));
}

FIXTURE_TEARDOWN(process)
{
	port_close(&self->far);
	if (self->ctl >= 0)
		close(self->ctl);
	if (sim_present() && dev_count() >= 2) {
		EXPECT_EQ(self->faults[0], sim_counter(0, "dma_faults"));
		EXPECT_EQ(self->faults[1], sim_counter(1, "dma_faults"));
		EXPECT_EQ(0, sim_counter(1, "dma_after_stop"));
	}
}

/* Whether @queue of port 1 is anybody's, found out by taking it for a moment. */
static int queue_busy(uint32_t queue)
{
	struct ndrv_queue_setup qs = setup_args();
	int fd = dev_open(1), err;

	qs.queue = queue;
	err = queue_setup(fd, &qs);
	close(fd);
	return err == -EBUSY ? 1 : err;
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* Sends back what came, to whom it came from; 0 = nothing was there. */
static int echo(struct port *p)
{
	uint8_t frame[2048], mac[6];
	uint64_t end;
	int len = port_recv(p, frame, sizeof(frame), 0);

	if (len < FRAME)
		return 0;
	memcpy(mac, frame, 6);
	memcpy(frame, frame + 6, 6);
	memcpy(frame + 6, mac, 6);
	for (end = now_ms() + 1000; port_send(p, frame, len) == -EAGAIN && now_ms() < end;)
		sched_yield();
	return 1;
}

/*
 * Frames with their own numbers, and their echoes, which come in the same order or not at all. Flow 0
 * is that of queue 0, flow 1 that of queue 1.
 */
struct flow {
	uint64_t sent, back;
	uint64_t wrong;			/* echoes that are not the next one, or damaged */
	bool dead;			/* nobody answers: goes on without a window */
};

static bool by_type(const FIXTURE_DATA(process) *self)
{
	return self->info.out_features & NDRV_FEAT_FILTER_ETHERTYPE;
}

static uint64_t flow_seq(unsigned int nr, uint64_t n)
{
	return (uint64_t)nr << 32 | n;
}

static void flow_send(FIXTURE_DATA(process) *self, struct flow *f, unsigned int nr)
{
	const struct look type = { .ethertype = TYPE_0 + nr };
	const struct look udp = { .proto = 17, .src_ip = 1, .dst_ip = 2, .src_port = 1000 + nr };
	uint8_t frame[FRAME];

	frame_look(frame, FRAME, by_type(self) ? &type : &udp, self->info.out_mac,
		   self->far.info.out_mac);
	frame_fill(frame + HEADERS, FRAME - HEADERS, self->info.out_mac, self->far.info.out_mac,
		   flow_seq(nr, f->sent));
	if (!port_send(&self->far, frame, FRAME))
		f->sent++;
}

/* One echo, for whichever flow it is; false = none there. */
static bool flow_receive(FIXTURE_DATA(process) *self, struct flow *flows, unsigned int nr)
{
	uint8_t in[2048];
	uint64_t flow;
	int len;

	len = port_recv(&self->far, in, sizeof(in), 0);
	if (!len)
		return false;
	flow = frame_seq(in + HEADERS) >> 32;
	if (len >= FRAME && flow < nr) {
		struct flow *f = &flows[flow];

		f->wrong += len != FRAME || frame_check(in + HEADERS, FRAME - HEADERS,
							flow_seq(flow, f->back));
		f->back++;
	}
	return true;
}

/* Until flow @f has @frames echoes more; all flows are sent to. False: an echo is missing. */
static bool flows_run(FIXTURE_DATA(process) *self, struct flow *flows, int nr, int f,
		      uint64_t frames)
{
	uint64_t want = flows[f].back + frames, end = now_ms() + ECHO_MS, last = flows[f].back;
	int i;

	while (flows[f].back < want && now_ms() < end) {
		for (i = 0; i < nr; i++)
			if (flows[i].sent - flows[i].back < WINDOW ||
			    (flows[i].dead && flows[i].sent < flows[f].sent))
				flow_send(self, &flows[i], i);
		if (!flow_receive(self, flows, nr))
			sched_yield();
		if (flows[f].back != last)
			end = now_ms() + ECHO_MS;
		last = flows[f].back;
	}
	return flows[f].back >= want;
}

/* Until every frame of flow @f has its echo. */
static bool flow_settles(FIXTURE_DATA(process) *self, struct flow *flows, int nr, int f)
{
	uint64_t end = now_ms() + ECHO_MS;

	while (flows[f].back < flows[f].sent && now_ms() < end)
		if (!flow_receive(self, flows, nr))
			sched_yield();
	return flows[f].back == flows[f].sent;
}

/* ---- two processes on one port and one pool -------------------------------------------------- */

#define PART_BYTES	(512ULL * SLOT_BYTES)

/*
 * A process of its own: queue @queue of port 1, with slots in its half of the pool, which the one
 * with queue 0 creates and the other gets. Answers every frame, until it is killed or told to end.
 */
static int worker(int sock, uint32_t queue)
{
	struct ndrv_queue_setup qs = setup_args();
	struct pool pool = {}, own = {};
	struct port p;
	int fd, dmabuf, err;
	char c;

	fd = dev_open(1);
	dmabuf = queue ? -1 : pool_create(fd, 2 * PART_BYTES);
	if (queue ? recv_fds(sock, &c, 1, &dmabuf, NULL) : send_fds(sock, "p", 1, dmabuf, -1))
		return 1;
	err = pool_attach(fd, dmabuf, &pool);
	if (!err)
		err = pool_map(&pool);
	if (err)
		return 2;
	qs.queue = queue;
	err = port_setup_in(&p, 1, &qs, &pool, queue * PART_BYTES);
	/* The pair's own file holds the pool as well: it is the last to go. */
	if (!err)
		err = pool_attach(p.fd, dmabuf, &own);
	close(fd);
	if (!err)
		err = port_start(&p);
	if (!err)
		err = port_wait_link(&p, LINK_MS);
	if (err || send_fds(sock, "r", 1, -1, -1))
		return 3;
	while (recv(sock, &c, 1, MSG_DONTWAIT) < 0)
		if (!echo(&p))
			sched_yield();
	port_close(&p);
	return 0;
}

/* Each flow to its queue: by EtherType, or else by hash. 0 or -errno. */
static int name_flows(FIXTURE_DATA(process) *self)
{
	struct ndrv_rss rss = { .size = sizeof(rss), .flags = NDRV_RSS_F_SPREAD };
	struct ndrv_filter_add fa;
	unsigned int i;
	int err = 0;

	for (i = 0; by_type(self) && i < 2 && !err; i++) {
		fa = (struct ndrv_filter_add){
			.size = sizeof(fa), .type = NDRV_FILTER_ETHERTYPE, .ethertype = TYPE_0 + i,
			.queue = i,
		};
		err = xioctl(self->ctl, NDRV_FILTER_ADD, &fa);
	}
	if (by_type(self))
		return err;
	/*
	 * A Toeplitz hash is the sum of the key's windows of 32 bits, one for each bit of the input that
	 * is set: with a key of one bit and destination port 0 only the source port's last bit counts,
	 * bit 79 of the input, whose window ends with bit 110 of the key.
	 */
	rss.key[110 / 8] = 0x80 >> 110 % 8;
	for (i = 0; i < NDRV_RSS_TABLE_LEN; i++)
		rss.table[i] = i & 1;
	return xioctl(self->ctl, NDRV_RSS, &rss);
}

/* Kills the process with queue @victim after @frames of its frames; the other must not notice. */
static void kill_one(struct __test_metadata *_metadata, FIXTURE_DATA(process) *self, int victim,
		     uint64_t frames)
{
	struct flow flows[2] = {};
	int sock[2], dmabuf, i, survivor = !victim, status;
	pid_t pid[2];
	char c;

	for (i = 0; i < 2; i++) {
		pid[i] = child(&sock[i]);
		ASSERT_GE(pid[i], 0);
		if (!pid[i])
			_exit(worker(sock[i], i));
	}
	ASSERT_EQ(0, recv_fds(sock[0], &c, 1, &dmabuf, NULL));
	ASSERT_EQ(0, send_fds(sock[1], "p", 1, dmabuf, -1));
	close(dmabuf);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, recv_fds(sock[i], &c, 1, NULL, NULL)) TH_LOG("process %d", i);

	ASSERT_TRUE(flows_run(self, flows, 2, victim, frames));
	ASSERT_EQ(0, kill(pid[victim], SIGKILL));
	flows[victim].dead = true;
	EXPECT_TRUE(flows_run(self, flows, 2, survivor, 1000));
	ASSERT_EQ(pid[victim], waitpid(pid[victim], &status, 0));
	EXPECT_EQ(SIGKILL, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	EXPECT_TRUE(flows_run(self, flows, 2, survivor, 1000));
	EXPECT_TRUE(flow_settles(self, flows, 2, survivor));
	EXPECT_EQ(flows[survivor].sent, flows[survivor].back);
	EXPECT_EQ(0, flows[survivor].wrong);
	/* What came back before the kill was right, and somebody did lose frames. */
	EXPECT_EQ(0, flows[victim].wrong);
	EXPECT_GE(flows[victim].back, frames);
	EXPECT_GT(flows[victim].sent, flows[victim].back);
	EXPECT_EQ(0, queue_busy(victim));
	EXPECT_EQ(1, queue_busy(survivor));
	TH_LOG("killed %d after %llu of %llu; the other: %llu of %llu", victim,
	       (unsigned long long)flows[victim].back, (unsigned long long)flows[victim].sent,
	       (unsigned long long)flows[survivor].back, (unsigned long long)flows[survivor].sent);

	send_fds(sock[survivor], "e", 1, -1, -1);
	EXPECT_TRUE(ended_well(pid[survivor]));
	close(sock[0]);
	close(sock[1]);
	EXPECT_EQ(0, queue_busy(survivor));
}

/* The creator of the pool and the other one, at moments that no step of the program is aligned with. */
TEST_F_TIMEOUT(process, killed_under_load_while_another_works, 600)
{
	unsigned int round;

	if (!by_type(self) && self->info.out_rss_queues < 2) {
		ASSERT_FALSE(bench_present());
		SKIP(return, "neither a filter nor RSS to tell the processes' frames apart");
	}
	ASSERT_EQ(0, name_flows(self));
	for (round = 0; round < 6; round++)
		kill_one(_metadata, self, round % 2, 100 + 37 * round);
}

/* ---- a descriptor goes from one process to another ------------------------------------------- */

/* What the receiver has to know besides: addresses of the pool, and where in the rings the work is. */
struct handover {
	struct pool pool;
	uint64_t rx_pos, tx_pos, tx_done;
};

/* Goes on with a pair that runs, without stopping it. */
static int take_over(int sock)
{
	struct handover h;
	struct port p;
	int fd, dmabuf;
	char c;

	if (recv_fds(sock, &h, sizeof(h), &fd, &dmabuf) || port_adopt(&p, fd))
		return 1;
	if (p.status->state != NDRV_STATE_RUNNING || p.status->generation != p.generation)
		return 2;
	p.pool = h.pool;
	p.pool.fd = dmabuf;
	if (pool_map(&p.pool))
		return 3;
	p.rx_pos = h.rx_pos;
	p.tx_pos = h.tx_pos;
	p.tx_done = h.tx_done;
	if (send_fds(sock, "r", 1, -1, -1))
		return 4;
	while (recv(sock, &c, 1, MSG_DONTWAIT) < 0)
		if (!echo(&p))
			sched_yield();
	port_close(&p);
	return 0;
}

/* The frames that wait in the ring at that moment are answered by the other process: none is lost. */
TEST_F_TIMEOUT(process, passed_with_scm_rights, 600)
{
	struct flow flow = {};
	struct handover h = {};
	struct port p;
	uint64_t end;
	pid_t pid;
	int sock;
	char c;

	/* Before the port is open: nothing is inherited. */
	pid = child(&sock);
	ASSERT_GE(pid, 0);
	if (!pid)
		_exit(take_over(sock));
	ASSERT_EQ(0, port_setup(&p, 1, NULL));
	ASSERT_EQ(0, port_start(&p));
	ASSERT_EQ(0, port_wait_link(&p, LINK_MS));
	for (end = now_ms() + ECHO_MS; flow.back < 300 && now_ms() < end;) {
		if (flow.sent - flow.back < WINDOW)
			flow_send(self, &flow, 0);
		echo(&p);
		flow_receive(self, &flow, 1);
	}
	EXPECT_LE(300, flow.back);
	while (flow.sent - flow.back < WINDOW)
		flow_send(self, &flow, 0);
	h.pool = p.pool;
	h.rx_pos = p.rx_pos;
	h.tx_pos = p.tx_pos;
	h.tx_done = p.tx_done;
	ASSERT_EQ(0, send_fds(sock, &h, sizeof(h), p.fd, p.pool.fd));
	ASSERT_EQ(0, recv_fds(sock, &c, 1, NULL, NULL));
	EXPECT_TRUE(flows_run(self, &flow, 1, 0, 500));
	port_close(&p);
	EXPECT_TRUE(flows_run(self, &flow, 1, 0, 500));
	EXPECT_TRUE(flow_settles(self, &flow, 1, 0));
	EXPECT_EQ(0, flow.wrong);
	EXPECT_EQ(1, queue_busy(0));
	ASSERT_EQ(0, send_fds(sock, "e", 1, -1, -1));
	EXPECT_TRUE(ended_well(pid));
	EXPECT_EQ(0, queue_busy(0));
	close(sock);
}

/* ---- fork and exec --------------------------------------------------------------------------- */

/* Nothing of that is in this process's memory; the descriptor is here. Waits for the word to end. */
static int heir(int sock, const struct port *p)
{
	const volatile void *maps[] = { p->rx, p->tx, p->rx_page, p->tx_page, p->status };
	struct ndrv_queue_get qg;
	unsigned int i;
	char c;

	for (i = 0; i < ARRAY_SIZE(maps); i++)
		if (!msync((void *)maps[i], 4096, MS_ASYNC) || errno != ENOMEM)
			return 1;
	if (queue_get(p->fd, &qg) || qg.out_state != NDRV_STATE_RUNNING)
		return 2;
	if (send_fds(sock, "r", 1, -1, -1))
		return 3;
	return recv(sock, &c, 1, 0) == 1 ? 0 : 4;
}

TEST_F(process, fork_inherits_the_pair_without_mappings)
{
	struct port p;
	pid_t pid;
	int sock;
	char c;

	ASSERT_EQ(0, port_setup(&p, 1, NULL));
	ASSERT_EQ(0, port_start(&p));
	pid = child(&sock);
	ASSERT_GE(pid, 0);
	if (!pid)
		_exit(heir(sock, &p));
	ASSERT_EQ(0, recv_fds(sock, &c, 1, NULL, NULL));
	port_close(&p);
	EXPECT_EQ(1, queue_busy(0));
	if (sim_present())
		EXPECT_LE(2, sim_queues(1));
	ASSERT_EQ(0, send_fds(sock, "e", 1, -1, -1));
	EXPECT_TRUE(ended_well(pid));
	EXPECT_EQ(0, queue_busy(0));
	close(sock);
}

/* The mappings hold the file as well. */
TEST_F(process, mapping_keeps_the_pair)
{
	struct port p;

	ASSERT_EQ(0, port_setup(&p, 1, NULL));
	ASSERT_EQ(0, port_start(&p));
	close(p.fd);
	EXPECT_EQ(1, queue_busy(0));
	EXPECT_EQ(NDRV_STATE_RUNNING, p.status->state);
	p.fd = -1;
	port_close(&p);
	EXPECT_EQ(0, queue_busy(0));
}

/* A shell that waits for a line on its standard input, and has @fd or has it not. */
static pid_t exec_shell(int fd, bool keep, int *go)
{
	int pipe_in[2], done[2];
	pid_t pid;
	char c;

	if (pipe2(pipe_in, O_CLOEXEC) || pipe2(done, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (keep)
			fcntl(fd, F_SETFD, 0);
		dup2(pipe_in[0], 0);
		execl("/bin/sh", "sh", "-c", "read line", NULL);
		_exit(127);
	}
	close(pipe_in[0]);
	close(done[1]);
	/* Ends when exec has closed the other end. */
	if (read(done[0], &c, 1))
		pid = -1;
	close(done[0]);
	*go = pipe_in[1];
	return pid;
}

TEST_F(process, exec_closes_it_unless_told_otherwise)
{
	struct port p;
	int keep, go;
	pid_t pid;

	for (keep = 0; keep < 2; keep++) {
		ASSERT_EQ(0, port_setup(&p, 1, NULL));
		ASSERT_EQ(0, port_start(&p));
		pid = exec_shell(p.fd, keep, &go);
		ASSERT_GT(pid, 0);
		EXPECT_EQ(1, queue_busy(0));
		port_close(&p);
		EXPECT_EQ(keep, queue_busy(0));
		ASSERT_EQ(1, write(go, "\n", 1));
		close(go);
		EXPECT_TRUE(ended_well(pid));
		EXPECT_EQ(0, queue_busy(0));
	}
}

/* ---- what others see ------------------------------------------------------------------------- */

TEST_F(process, queue_get_says_what_was_set_up)
{
	struct ndrv_queue_setup qs = setup_args();
	struct ndrv_queue_get qg;
	struct port p;

	ASSERT_EQ(0, queue_get(self->ctl, &qg));
	EXPECT_EQ(NDRV_STATE_IDLE, qg.out_state);
	EXPECT_EQ(NDRV_QUEUE_ANY, qg.out_queue);
	EXPECT_EQ(0, qg.out_rx_entries | qg.out_tx_entries | qg.out_generation | qg.out_counted);
	qs.queue = 1;
	qs.tx_entries = 512;
	qs.flags = NDRV_QUEUE_F_KERNEL_DOORBELL;
	ASSERT_EQ(0, port_setup(&p, 1, &qs));
	ASSERT_EQ(0, queue_get(p.fd, &qg));
	EXPECT_EQ(NDRV_STATE_READY, qg.out_state);
	EXPECT_EQ(1, qg.out_queue);
	EXPECT_EQ(NDRV_QUEUE_F_KERNEL_DOORBELL, qg.out_flags);
	EXPECT_EQ(256, qg.out_rx_entries);
	EXPECT_EQ(512, qg.out_tx_entries);
	EXPECT_EQ(SLOT_BYTES, qg.out_rx_buf_bytes);
	EXPECT_EQ(p.qs.out_rx_ring_bytes, qg.out_rx_ring_bytes);
	EXPECT_EQ(p.qs.out_tx_ring_bytes, qg.out_tx_ring_bytes);
	EXPECT_EQ(p.qs.out_rx_tail_off, qg.out_rx_tail_off);
	EXPECT_EQ(p.qs.out_tx_tail_off, qg.out_tx_tail_off);
	EXPECT_EQ(p.status->generation, qg.out_generation);
	ASSERT_EQ(0, port_start(&p));
	ASSERT_EQ(0, queue_get(p.fd, &qg));
	EXPECT_EQ(NDRV_STATE_RUNNING, qg.out_state);
	EXPECT_EQ(p.status->generation, qg.out_generation);
	port_close(&p);
}

/* Sends @n frames of queue 0's and waits until they are all received, or counted as dropped. */
static void send_plain(FIXTURE_DATA(process) *self, unsigned int n)
{
	uint8_t frame[FRAME];
	unsigned int i;

	for (i = 0; i < n; i++) {
		frame_fill(frame, FRAME, self->info.out_mac, self->far.info.out_mac, i);
		while (port_send(&self->far, frame, FRAME) == -EAGAIN)
			sched_yield();
	}
}

static bool queue_counts(int fd, struct ndrv_queue_get *qg, uint64_t received)
{
	uint64_t end = now_ms() + ECHO_MS;

	do {
		if (queue_get(fd, qg))
			return false;
		if (!qg->out_counted || qg->out_rx_packets + qg->out_rx_no_desc == received)
			return true;
		sleep_ms(5);
	} while (now_ms() < end);
	return false;
}

/* The card's counters of a pair: each frame once, over stops, and none of the neighbour's. */
TEST_F(process, hardware_counts_by_queue)
{
	struct ndrv_queue_setup qs = setup_args();
	struct ndrv_queue_get qg, other;
	struct port p, q;
	uint8_t in[2048];
	unsigned int room, i;

	ASSERT_EQ(0, port_setup(&p, 1, NULL));
	qs.queue = 1;
	ASSERT_EQ(0, port_setup(&q, 1, &qs));
	ASSERT_EQ(0, port_start(&p));
	ASSERT_EQ(0, port_start(&q));
	ASSERT_EQ(0, port_wait_link(&p, LINK_MS));
	ASSERT_EQ(0, queue_get(p.fd, &qg));
	EXPECT_EQ(!!(self->info.out_features & NDRV_FEAT_QUEUE_STATS), qg.out_counted);
	EXPECT_EQ(0, qg.out_rx_packets | qg.out_rx_bytes | qg.out_tx_packets | qg.out_tx_bytes);
	if (!qg.out_counted) {
		send_plain(self, 10);
		for (i = 0; i < 10; i++)
			EXPECT_EQ(FRAME, port_recv(&p, in, sizeof(in), 3000));
		ASSERT_EQ(0, queue_get(p.fd, &qg));
		EXPECT_EQ(0, qg.out_counted);
		EXPECT_EQ(0, qg.out_rx_packets | qg.out_rx_bytes | qg.out_rx_no_desc);
		goto out;
	}
	/* More than the ring has room for: the rest is dropped, and that is counted too. */
	room = port_rx_room(&p);
	send_plain(self, room + 50);
	ASSERT_TRUE(queue_counts(p.fd, &qg, room + 50));
	EXPECT_EQ(room, qg.out_rx_packets);
	EXPECT_EQ(room * FRAME, qg.out_rx_bytes);
	EXPECT_EQ(50, qg.out_rx_no_desc);
	for (i = 0; i < 30; i++)
		while (port_send(&p, "\x02\xff\xff\xff\xff\xff frame", FRAME_MIN) == -EAGAIN)
			sched_yield();
	ASSERT_EQ(0, port_tx_flush(&p, 3000));
	/* Over a stop: what was counted stays, and goes on. */
	ASSERT_EQ(0, queue_stop(p.fd));
	ASSERT_EQ(0, queue_get(p.fd, &qg));
	EXPECT_EQ(30, qg.out_tx_packets);
	EXPECT_EQ(30 * FRAME_MIN, qg.out_tx_bytes);
	EXPECT_EQ(room, qg.out_rx_packets);
	ASSERT_EQ(0, port_start(&p));
	send_plain(self, 20);
	ASSERT_TRUE(queue_counts(p.fd, &qg, room + 50 + 20));
	EXPECT_EQ(room + 20, qg.out_rx_packets);
	ASSERT_EQ(0, queue_get(q.fd, &other));
	EXPECT_EQ(0, other.out_rx_packets | other.out_tx_packets | other.out_rx_no_desc);
out:
	port_close(&p);
	port_close(&q);
}

/* The value behind "key:\t" in /proc/self/fdinfo, or "". */
static const char *fdinfo(int fd, const char *key)
{
	static char text[4096], value[64];
	char path[64], want[64], *at;
	ssize_t n;
	int f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = open(path, O_RDONLY | O_CLOEXEC);
	n = f < 0 ? 0 : read(f, text, sizeof(text) - 1);
	close(f);
	text[n > 0 ? n : 0] = 0;
	snprintf(want, sizeof(want), "\n%s:\t", key);
	at = strstr(text, want);
	value[0] = 0;
	if (at)
		sscanf(at + strlen(want), "%63[^\n]", value);
	return value;
}

TEST_F(process, fdinfo_and_the_counters_page)
{
	volatile struct ndrv_counters *c;
	char number[32];
	struct port p;
	int err;

	ASSERT_EQ(0, port_setup(&p, 1, NULL));
	EXPECT_STREQ(dev_path(1) + strlen("/dev/"), fdinfo(p.fd, "ndrv_device"));
	EXPECT_STREQ("0", fdinfo(p.fd, "queue"));
	EXPECT_STREQ("-", fdinfo(self->ctl, "queue"));
	EXPECT_STREQ("idle", fdinfo(self->ctl, "state"));
	EXPECT_STREQ("ready", fdinfo(p.fd, "state"));
	ASSERT_EQ(0, port_start(&p));
	EXPECT_STREQ("running", fdinfo(p.fd, "state"));
	snprintf(number, sizeof(number), "%d", getpid());
	EXPECT_STREQ(number, fdinfo(p.fd, "pid"));
	EXPECT_STREQ("256", fdinfo(p.fd, "rx_entries"));
	snprintf(number, sizeof(number), "%llu", (unsigned long long)p.status->generation);
	EXPECT_STREQ(number, fdinfo(p.fd, "generation"));
	EXPECT_STREQ("0", fdinfo(p.fd, "rx_packets"));
	EXPECT_STREQ("0", fdinfo(p.fd, "interrupts"));

	xmmap(p.fd, 2 * page_up(1), PROT_READ, MAP_SHARED, NDRV_MMAP_COUNTERS, &err);
	EXPECT_EQ(-EINVAL, err);
	c = xmmap(p.fd, page_up(1), PROT_READ | PROT_WRITE, MAP_SHARED, NDRV_MMAP_COUNTERS, &err);
	ASSERT_EQ(0, err);
	EXPECT_EQ(0, c->rx_packets | c->sleeps | c->tx_bytes);
	c->rx_packets = 1234567890123ULL;
	c->tx_bytes = ~0ULL;
	c->sleeps = 7;
	EXPECT_STREQ("1234567890123", fdinfo(p.fd, "rx_packets"));
	EXPECT_STREQ("18446744073709551615", fdinfo(p.fd, "tx_bytes"));
	EXPECT_STREQ("7", fdinfo(p.fd, "sleeps"));
	/* Nobody else's. */
	EXPECT_STREQ("0", fdinfo(self->ctl, "rx_packets"));
	munmap((void *)c, page_up(1));
	port_close(&p);
}

TEST_HARNESS_MAIN
