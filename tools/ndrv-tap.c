/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ndrv-tap: joins a queue of a port to a TAP network interface, so that the kernel's network stack goes on
 * using a port whose other queues carry the traffic of programs. A frame is copied once each way, by the
 * TAP's read and write, straight out of and into the buffers that the card uses.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common.h"
#include "tap_dev.h"

#define BURST		64
/* A frame may take so many buffers: those of libndrv's receive bursts, and what every card can send. */
#define RX_PIECES	16
#define TX_PIECES	8
/* Beyond the MTU: Ethernet header and one VLAN tag. */
#define HEADER_BYTES	18
/* Shorter frames are filled up with zeroes, as a card does. */
#define FRAME_MIN_BYTES	60
#define TICK_US		1000000
#define EVENTS		8
/* While frames flow, so many rounds between two looks at everything else. */
#define BUSY_ROUNDS	256

static struct tool_common common = {
	.wait = TOOL_WAIT_ADAPTIVE,
	.queue = { .size = sizeof(common.queue), .flags = NDRV_OPEN_F_ALLMULTI },
};

static struct {
	const char *port, *name;
	unsigned int mtu;
	bool persist, have_mac;
	uint8_t mac[6];
} opt = { .name = "tap%d", .mtu = 1500 };

/* One direction's counters. */
struct count {
	uint64_t frames, bytes, dropped;
};

struct bridge {
	struct ndrv_queue *q;
	struct ndrv_pool *pool;
	struct ndrv_waiter *waiter;
	struct tap_dev tap;
	uint8_t port_mac[6];
	bool carrier, promisc_for_mac;
	uint32_t filter;		/* for an address that is not the port's; with @filtered */
	bool filtered;
	uint8_t filter_mac[6];
	/* To the port: [first, end) are frames that wait for room in the ring, [end, nr) empty buffers. */
	struct ndrv_pkt out[BURST];
	unsigned int first, end, nr;
	uint32_t room;			/* bytes of a buffer */
	struct count from_port, to_port;
	unsigned int restarts;
};

static void set_name(const char *option, const char *text)
{
	(void)option;
	opt.name = text;
}

static void set_mac(const char *option, const char *text)
{
	tool_mac(option, text, opt.mac);
	opt.have_mac = true;
}

static void set_mtu(const char *option, const char *text)
{
	opt.mtu = tool_number(option, text, 68, 65535 - HEADER_BYTES);
}

static const struct tool_option options[] = {
	{ 'n', "name", "NAME", "name of the network interface (default: tap0, tap1, ...)", set_name, NULL },
	{ 0, "mac", "MAC", "its address (default: that of the port)", set_mac, NULL },
	{ 0, "mtu", "N", "its MTU (default 1500)", set_mtu, NULL },
	{ 0, "persist", NULL, "it stays when this program ends", NULL, &opt.persist },
	{ 0 }
};

static const struct tool_usage usage = {
	.head = "Usage: ndrv-tap [OPTION]... PORT\n"
		"Make a network interface of a queue of PORT: ndrvN, /dev/ndrvN or a PCI address.\n\n",
	.options = options,
	.common = TOOL_OPT_SECONDS | TOOL_OPT_RX_RING | TOOL_OPT_TX_RING | TOOL_OPT_DOORBELL |
		  TOOL_OPT_QUEUE | TOOL_OPT_QUIET | TOOL_OPT_JSON | TOOL_OPT_WAIT |
		  TOOL_OPT_FILTER,
	.tail = "\n--wait=uring is not for this program. SIGINT and SIGTERM end with a summary.\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage.\n",
};

/* ---- what the port receives ----------------------------------------------------------------------- */

static void follow_link(struct bridge *b)
{
	struct ndrv_link link;
	int ret = ndrv_queue_link(b->q, &link);

	if (ret || link.out_up == b->carrier)
		return;		/* an error is of the queue, and its bursts know what to do */
	b->carrier = link.out_up;
	tap_dev_carrier(&b->tap, b->carrier);
	if (!common.quiet && b->carrier)
		fprintf(stderr, "ndrv-tap: %s: link up, %u Mbit/s\n", opt.port, link.out_mbps);
	else if (!common.quiet)
		fprintf(stderr, "ndrv-tap: %s: link down\n", opt.port);
}

/* Frames to an address that is not the port's: by a filter, or by receiving everything. */
static void follow_mac(struct bridge *b)
{
	bool own = !memcmp(b->tap.mac, b->port_mac, 6);
	struct ndrv_filter_add f = { .type = NDRV_FILTER_MAC, .queue = NDRV_QUEUE_ANY };
	int ret;

	if (b->filtered && !own && !memcmp(b->tap.mac, b->filter_mac, 6))
		return;
	if (b->filtered)
		ndrv_filter_del(b->q, b->filter);
	b->filtered = b->promisc_for_mac = false;
	if (own)
		return;
	memcpy(f.mac, b->tap.mac, 6);
	memcpy(b->filter_mac, f.mac, 6);
	ret = ndrv_filter_add(b->q, &f);
	b->filter = f.out_filter;
	b->filtered = !ret || ret == -EEXIST;
	if (b->filtered)
		return;
	tool_warn("%s: no filter for the address of %s (%s): receiving everything", opt.port,
		  b->tap.name, ndrv_strerror(ret));
	b->promisc_for_mac = true;
}

/* The port receives what the interface is for. Groups that it joins are not told: take them all. */
static void follow_tap(struct bridge *b)
{
	uint32_t flags = NDRV_RX_MODE_ALLMULTI;
	int ret;

	follow_mac(b);
	if (b->tap.promisc || b->promisc_for_mac)
		flags |= NDRV_RX_MODE_PROMISC;
	ret = ndrv_queue_rx_mode(b->q, flags, b->tap.mtu + HEADER_BYTES);
	if (ret == -ERANGE) {
		tool_warn("%s: the MTU of %s is more than the port can: longer frames are dropped",
			  opt.port, b->tap.name);
		ret = ndrv_queue_rx_mode(b->q, flags, common.queue.max_frame_bytes);
	}
	if (ret)
		tool_warn("%s: cannot change what it receives: %s", opt.port, ndrv_strerror(ret));
}

/* ---- frames --------------------------------------------------------------------------------------- */

/* Frames from the port to the interface; how many handles, or -1 if the program has to end. */
static int port_to_tap(struct bridge *b)
{
	struct ndrv_pkt pkts[BURST];
	struct iovec iov[RX_PIECES];
	unsigned int first, nr;
	ssize_t sent;
	int n = ndrv_rx_burst(b->q, pkts, BURST);

	if (n < 0) {
		if (!tool_recover(opt.port, b->q, n))
			return -1;
		b->restarts++;
		follow_link(b);
		return 1;
	}
	for (first = 0; first < (unsigned int)n; first += nr) {
		for (nr = 0; nr < RX_PIECES; nr++) {
			iov[nr].iov_base = pkts[first + nr].data;
			iov[nr].iov_len = pkts[first + nr].len;
			if (!(pkts[first + nr].flags & NDRV_PKT_F_MORE))
				break;
		}
		if (nr == RX_PIECES) {	/* longer than any frame of any card */
			b->from_port.dropped++;
			continue;
		}
		nr++;
		sent = -1;
		if (!(pkts[first + nr - 1].flags & NDRV_PKT_F_FRAME_BAD))
			sent = writev(b->tap.fd, iov, nr);
		if (sent < 0) {
			b->from_port.dropped++;	/* not up, or has no room */
			continue;
		}
		b->from_port.frames++;
		b->from_port.bytes += sent;
	}
	ndrv_pkt_free(b->q, pkts, n);
	return n;
}

/* A frame of @len bytes is in the buffers from b->end on: make packets of them. */
static void add_frame(struct bridge *b, size_t len)
{
	struct ndrv_pkt *p = &b->out[b->end];

	b->to_port.frames++;
	b->to_port.bytes += len;
	if (len < FRAME_MIN_BYTES) {
		memset((uint8_t *)p->data + len, 0, FRAME_MIN_BYTES - len);
		len = FRAME_MIN_BYTES;
	}
	for (; len > b->room; len -= b->room, p++) {
		p->len = b->room;
		p->flags = NDRV_PKT_F_MORE;
	}
	p->len = len;
	p->flags = 0;
	b->end = p + 1 - b->out;
}

/* Frames from the interface into b->out; how many, or -1. */
static int read_frames(struct bridge *b)
{
	struct iovec iov[TX_PIECES];
	unsigned int i, frames = 0;
	ssize_t len;

	b->nr -= b->end;
	memmove(b->out, &b->out[b->end], b->nr * sizeof(b->out[0]));
	b->first = b->end = 0;
	b->nr += ndrv_pkt_alloc(b->q, &b->out[b->nr], BURST - b->nr);
	while (b->nr - b->end >= TX_PIECES) {
		for (i = 0; i < TX_PIECES; i++) {
			iov[i].iov_base = b->out[b->end + i].data;
			iov[i].iov_len = b->room;
		}
		len = readv(b->tap.fd, iov, TX_PIECES);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (len <= 0) {
			tool_warn("%s: %s", b->tap.name,
				  errno == EBADFD ? "the network interface was deleted" : strerror(errno));
			return -1;
		}
		if ((size_t)len >= b->room * TX_PIECES) {
			b->to_port.dropped++;	/* perhaps cut: read(2) does not say */
			continue;
		}
		add_frame(b, len);
		frames++;
	}
	return frames;
}

/* Frames from the interface to the port; how many handles moved, or -1. */
static int tap_to_port(struct bridge *b)
{
	int got = 0, n;

	if (b->first == b->end)
		got = read_frames(b);
	if (got < 0 || b->first == b->end)
		return got;
	n = ndrv_tx_burst(b->q, &b->out[b->first], b->end - b->first);
	if (n == -EINVAL || n == -EOPNOTSUPP) {
		/* The first frame can never be sent. */
		for (n = 1; b->out[b->first + n - 1].flags & NDRV_PKT_F_MORE; n++)
			;
		ndrv_pkt_free(b->q, &b->out[b->first], n);
		b->to_port.frames--;
		b->to_port.dropped++;
	}
	if (n < 0) {
		if (!tool_recover(opt.port, b->q, n))
			return -1;
		b->restarts++;
		follow_link(b);
		return 1;
	}
	b->first += n;
	return got + n;
}

/* ---- the program ---------------------------------------------------------------------------------- */

/* What happened to the port or the interface, apart from frames. */
static void look_around(struct bridge *b)
{
	struct ndrv_event events[EVENTS];
	bool any = false;

	/* Whatever it was, the link may be another one. */
	while (ndrv_queue_event(b->q, events, EVENTS) > 0)
		any = true;
	if (any)
		follow_link(b);
	if (tap_dev_update(&b->tap))
		follow_tap(b);
}

/* Nothing moved: sleep. False if the program has to end. */
static bool nap(struct bridge *b, uint64_t end)
{
	uint64_t now = tool_now_ns(), us = TICK_US;
	bool held = b->first != b->end;
	int ret;

	if (end <= now)
		return true;
	if ((end - now) / 1000 < us)
		us = (end - now) / 1000 + 1;
	/* While the ring is full the interface is not read: its own queue holds the frames, or drops. */
	ret = ndrv_waiter_add(b->waiter, b->q, NDRV_ARM_RX | NDRV_WAIT_EVENTS | (held ? NDRV_ARM_TX : 0));
	if (!ret)
		ret = ndrv_waiter_add_fd(b->waiter, b->tap.fd, held ? 0 : EPOLLIN);
	if (!ret)
		ret = ndrv_wait(b->waiter, us);
	/* What is wrong with the queue is said by its next burst. */
	if (ret >= 0 || ret == -EINTR || ret == -ESTALE || ret == -ENODEV || ret == -EPIPE)
		return true;
	tool_warn("%s: cannot wait: %s", opt.port, ndrv_strerror(ret));
	return false;
}

static bool run(struct bridge *b)
{
	uint64_t end = common.run_ns ? tool_now_ns() + common.run_ns : UINT64_MAX;
	unsigned int busy = 0;
	int in, out;

	while (!tool_stop && tool_now_ns() < end) {
		in = port_to_tap(b);
		out = in < 0 ? -1 : tap_to_port(b);
		if (out < 0)
			return false;
		if ((in || out) && ++busy < BUSY_ROUNDS)
			continue;
		busy = 0;
		look_around(b);
		if (!in && !out && !nap(b, end))
			return false;
	}
	return true;
}

static void open_port(struct bridge *b)
{
	struct ndrv_queue_opts look = { .size = sizeof(look), .flags = NDRV_OPEN_F_NO_QUEUE };
	struct ndrv_queue *q = tool_open(opt.port, &look);
	struct ndrv_info info;

	if (ndrv_queue_info(q, &info))
		tool_die("%s: cannot read what it is", opt.port);
	ndrv_queue_close(q);
	if (opt.mtu + HEADER_BYTES > info.out_max_frame)
		tool_die("%s: an MTU of %u is more than it can: %u at most", opt.port, opt.mtu,
			 info.out_max_frame - HEADER_BYTES);
	memcpy(b->port_mac, info.out_mac, 6);
	common.queue.max_frame_bytes = opt.mtu + HEADER_BYTES;
	b->q = tool_open(opt.port, &common.queue);
	b->room = ndrv_queue_rx_buf_bytes(b->q);
	/* Rings, cache, and what is in hand. */
	b->pool = tool_pool(opt.port, b->q, ndrv_queue_rx_entries(b->q) +
			    ndrv_queue_tx_entries(b->q) + 512 + 2 * BURST, 0);
	tool_attach(opt.port, b->q, b->pool);
}

static void open_waiter(struct bridge *b)
{
	unsigned int mode = common.wait == TOOL_WAIT_POLL ? NDRV_WAIT_POLL :
			    common.wait == TOOL_WAIT_IRQ ? NDRV_WAIT_IRQ : NDRV_WAIT_ADAPTIVE;
	int ret;

	if (mode != NDRV_WAIT_POLL && !(ndrv_queue_features(b->q) & NDRV_FEAT_WAIT)) {
		if (mode == NDRV_WAIT_IRQ)
			tool_die("%s: has no interrupts (the kernel log says why at bind); take "
				 "--wait=poll", opt.port);
		tool_warn("%s: has no interrupts (the kernel log says why at bind): looking all the time",
			  opt.port);
		mode = NDRV_WAIT_POLL;
	}
	ret = ndrv_waiter_open(&b->waiter, mode);
	if (!ret)
		ret = ndrv_waiter_add_fd(b->waiter, b->tap.netlink, EPOLLIN);
	if (ret)
		tool_die("%s: cannot wait: %s", opt.port, ndrv_strerror(ret));
}

static void summary(const struct bridge *b)
{
	const struct count *in = &b->from_port, *out = &b->to_port;
	json_t *root;

	if (!common.json) {
		printf("%s -> %s: %llu frames, %llu bytes, %llu dropped\n", opt.port, b->tap.name,
		       (unsigned long long)in->frames, (unsigned long long)in->bytes,
		       (unsigned long long)in->dropped);
		printf("%s -> %s: %llu frames, %llu bytes, %llu dropped\n", b->tap.name, opt.port,
		       (unsigned long long)out->frames, (unsigned long long)out->bytes,
		       (unsigned long long)out->dropped);
		return;
	}
	root = json_pack("{s:s, s:s, s:i, s:{s:I, s:I, s:I}, s:{s:I, s:I, s:I}}", "port", opt.port,
			 "interface", b->tap.name, "restarts", b->restarts, "from_port", "frames",
			 (json_int_t)in->frames, "bytes", (json_int_t)in->bytes, "dropped",
			 (json_int_t)in->dropped, "to_port", "frames", (json_int_t)out->frames,
			 "bytes", (json_int_t)out->bytes, "dropped", (json_int_t)out->dropped);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

int main(int argc, char **argv)
{
	static struct bridge b;
	bool good;

	tool_name = "ndrv-tap";
	tool_options(argc, argv, &usage, &common);
	if (argc - optind != 1)
		tool_die_usage("one port is needed");
	if (common.wait == TOOL_WAIT_URING)
		tool_die_usage("--wait: uring is not for this program: take irq");
	opt.port = argv[optind];

	tool_catch_signals();
	open_port(&b);
	tap_dev_open(&b.tap, opt.name, opt.have_mac ? opt.mac : b.port_mac, opt.mtu);
	if (opt.persist)
		tap_dev_persist(&b.tap);
	tap_dev_carrier(&b.tap, false);
	open_waiter(&b);
	tool_start(opt.port, b.q);
	tool_filters(opt.port, b.q, &common);
	if (tap_dev_update(&b.tap))
		follow_tap(&b);
	follow_link(&b);
	if (!common.quiet)
		fprintf(stderr, "ndrv-tap: %s is network interface %s\n", opt.port, b.tap.name);

	good = run(&b);
	ndrv_pkt_free(b.q, &b.out[b.first], b.nr - b.first);
	ndrv_tx_flush(b.q, 100000);
	summary(&b);
	ndrv_waiter_close(b.waiter);
	tap_dev_close(&b.tap);
	ndrv_queue_close(b.q);
	ndrv_pool_destroy(b.pool);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
