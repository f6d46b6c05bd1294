/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libndrv asks the kernel for: this program stands in for ioctl(2) and looks at the structures.
 * The limits of each family become sizes that the family takes, rings that no power of two fits are
 * refused, kernel doorbells carry the tail, and the default RSS key is symmetric.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "ring_fake.h"

static struct ndrv_info info;
static struct ndrv_queue_setup setup;		/* the last one */
static struct ndrv_rx_mode rx_mode;
static struct ndrv_doorbell doorbell;
static struct ndrv_rss rss;
static struct ndrv_filter_add filter;
static unsigned int doorbells;

/* Instead of the C library's: the memory behind the device is /dev/zero. */
int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	(void)fd;
	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	switch (request) {
	case NDRV_INFO:
		memcpy(arg, &info, sizeof(info));
		return 0;
	case NDRV_QUEUE_SETUP:
		memcpy(&setup, arg, sizeof(setup));
		((struct ndrv_queue_setup *)arg)->out_rx_ring_bytes =
			setup.rx_entries * info.out_rx_desc_size;
		((struct ndrv_queue_setup *)arg)->out_tx_ring_bytes =
			setup.tx_entries * info.out_tx_desc_size;
		return 0;
	case NDRV_RX_MODE:
		memcpy(&rx_mode, arg, sizeof(rx_mode));
		return 0;
	case NDRV_DOORBELL:
		memcpy(&doorbell, arg, sizeof(doorbell));
		doorbells++;
		return 0;
	case NDRV_FILTER_ADD:
		memcpy(&filter, arg, sizeof(filter));
		((struct ndrv_filter_add *)arg)->out_filter = 42;
		return 0;
	case NDRV_FILTER_DEL:
		if (((struct ndrv_filter_del *)arg)->filter == 42)
			return 0;
		errno = ENOENT;
		return -1;
	case NDRV_RSS:
		memcpy(&rss, arg, sizeof(rss));
		return 0;
	}
	errno = ENOTTY;
	return -1;
}

static const struct ndrv_info info_82599 = {
	.out_abi = NDRV_ABI_VERSION, .out_desc_format = NDRV_DESC_IXGBE,
	.out_ring_min = 64, .out_ring_max = 8192, .out_ring_align = 8,
	.out_rx_desc_size = 16, .out_tx_desc_size = 16,
	.out_rx_buf_align = 1024, .out_rx_buf_max = 16384, .out_max_frame = 15868,
};

static const struct ndrv_info info_e810 = {
	.out_abi = NDRV_ABI_VERSION, .out_desc_format = NDRV_DESC_ICE,
	.out_ring_min = 64, .out_ring_max = 8160, .out_ring_align = 32,
	.out_rx_desc_size = 32, .out_tx_desc_size = 16,
	.out_rx_buf_align = 128, .out_rx_buf_max = 16256, .out_max_frame = 9724,
};

/* Opens and closes; what was asked for is in setup then. */
static int try_open(const struct ndrv_info *like, uint32_t rx_entries, uint32_t tx_entries, uint32_t flags)
{
	struct ndrv_queue_opts opts = {
		.size = sizeof(opts), .flags = flags, .rx_entries = rx_entries, .tx_entries = tx_entries,
	};
	struct ndrv_queue *q;
	int ret;

	info = *like;
	memset(&setup, 0, sizeof(setup));
	ret = ndrv_queue_open(&q, "/dev/zero", &opts);
	if (!ret)
		ndrv_queue_close(q);
	return ret;
}

static void test_rings(void)
{
	static const struct {
		const struct ndrv_info *like;
		const char *name;
		uint32_t entries, given;	/* 0: -ERANGE */
	} rows[] = {
		{ &info_82599, "82599, default", 0, 512 },
		{ &info_82599, "82599, 1", 1, 64 },
		{ &info_82599, "82599, 65", 65, 128 },
		{ &info_82599, "82599, 8192", 8192, 8192 },
		{ &info_82599, "82599, 8193", 8193, 0 },
		{ &info_e810, "E810, default", 0, 512 },
		{ &info_e810, "E810, 1", 1, 64 },
		{ &info_e810, "E810, 96", 96, 128 },
		{ &info_e810, "E810, 4096", 4096, 4096 },
		{ &info_e810, "E810, 4097", 4097, 0 },
		{ &info_e810, "E810, 8160", 8160, 0 },
		{ &info_e810, "E810, 8192", 8192, 0 },
		{ &info_e810, "E810, 4294967295", UINT32_MAX, 0 },
	};
	unsigned int i;
	int ret;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ret = try_open(rows[i].like, rows[i].entries, rows[i].entries, 0);
		tap_ok(ret == (rows[i].given ? 0 : -ERANGE) && setup.rx_entries == rows[i].given &&
		       setup.tx_entries == rows[i].given && setup.rx_buf_bytes ==
		       (rows[i].given ? 2048 : 0), "%s descriptors: %u", rows[i].name, setup.rx_entries);
	}
	tap_eq(try_open(&info_e810, 8160, 64, NDRV_OPEN_F_NO_RX), 0, "a side left out has no limit");
	tap_ok(setup.rx_entries == 0 && setup.rx_buf_bytes == 0 && setup.tx_entries == 64,
	       "and no ring");
}

/* What the two families make of a frame size and of their buffer steps. */
static void test_buffers(void)
{
	struct ndrv_info odd = info_e810;
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .max_frame_bytes = 9000 };
	struct ndrv_queue *q;

	odd.out_rx_buf_align = 1536;
	tap_ok(!try_open(&odd, 0, 0, 0) && setup.rx_buf_bytes == 3072, "the next that the device can do");
	odd.out_rx_buf_align = 128;
	odd.out_rx_buf_max = 1920;
	tap_ok(!try_open(&odd, 0, 0, 0) && setup.rx_buf_bytes == 1920, "no more than it can do");
	info = info_e810;
	tap_eq(ndrv_queue_open(&q, "/dev/zero", &opts), 0, "a long frame");
	tap_eq(rx_mode.max_frame_bytes, 9000, "is asked for");
	ndrv_queue_close(q);
}

static void test_formats(void)
{
	struct ndrv_info other = info_e810;

	other.out_desc_format = NDRV_DESC_IGB + 1;
	tap_eq(try_open(&other, 0, 0, 0), -EPROTONOSUPPORT, "a format that this library does not know");
	other = info_e810;
	other.out_rx_desc_size = 16;
	tap_eq(try_open(&other, 0, 0, 0), -EPROTONOSUPPORT, "E810 descriptors of 16 bytes");
	other.out_rx_desc_size = 32;
	other.out_abi++;
	tap_eq(try_open(&other, 0, 0, 0), -EPROTONOSUPPORT, "another ABI");
}

/* Tails through the kernel: those of bursts, and one a step of those that release one by one. */
static void test_doorbells(void)
{
	struct ndrv_pkt p[64];
	uint32_t first;
	struct fake f;
	int i;

	fake_card = &fake_ice;
	fake_init(&f, 64, 64, 512, 2048, 2048);
	f.q->rx.tail = NULL;
	f.q->tx.tail = NULL;
	fake_start(&f);
	tap_ok(doorbells == 1 && doorbell.flags == NDRV_DOORBELL_F_RX && doorbell.rx_tail == 56 &&
	       !doorbell.tx_tail, "start posts the receive ring");
	f.rx_tail = doorbell.rx_tail;
	for (i = 0; i < 40; i++)
		fake_rx(&f, i, 60);
	tap_eq(ndrv_rx_burst(f.q, p, 40), 40, "receive");
	/* 40 of 56 are gone and 63 fit: 40 more, in whole steps. */
	tap_ok(doorbells == 2 && doorbell.rx_tail == (56 + 40) % 64, "a refill is one call");
	got(&f, p, 40);
	tap_eq(send(&f, p, 40), 40, "send");
	tap_ok(doorbells == 3 && doorbell.flags == NDRV_DOORBELL_F_TX && doorbell.tx_tail == 40 &&
	       !doorbell.rx_tail, "is one call");
	f.rx_tail = 32;
	doorbells = 0;
	for (i = 0; i < 16; i++) {
		fake_rx(&f, i, 60);
		ndrv_rx_peek(f.q, 1, &first);
		f.owner[fake_buf(&f, ndrv_rx_data(f.q, first))] = OWNER_POOL;
		ndrv_rx_release(f.q, 1);
	}
	tap_ok(doorbells == 2 && doorbell.rx_tail == 48, "16 released one by one are two calls");
	fake_exit(&f);
}

/* The hash as the cards compute it: a window of 32 key bits for each bit of the input that is 1. */
static uint32_t toeplitz(const uint8_t *key, const uint8_t *in, unsigned int bytes)
{
	uint32_t window = (uint32_t)key[0] << 24 | key[1] << 16 | key[2] << 8 | key[3], hash = 0;
	unsigned int i;

	for (i = 0; i < bytes * 8; i++) {
		if (in[i / 8] & 0x80 >> i % 8)
			hash ^= window;
		window = window << 1 | (key[i / 8 + 4] >> (7 - i % 8) & 1);
	}
	return hash;
}

static void test_rss(void)
{
	static const uint16_t queues[] = { 3, 0, 7 };
	/* Published with the hash: 66.9.149.187:2794 to 161.142.100.80:1766 is 51ccc178. */
	static const uint8_t key[NDRV_RSS_KEY_LEN] = {
		0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
		0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
		0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
	};
	static const uint8_t there[12] = { 66, 9, 149, 187, 161, 142, 100, 80, 10, 234, 6, 230 };
	static const uint8_t back[12] = { 161, 142, 100, 80, 66, 9, 149, 187, 6, 230, 10, 234 };
	struct ndrv_queue *q;
	unsigned int i, bad = 0;

	info = info_e810;
	if (ndrv_queue_open(&q, "/dev/zero", NULL)) {
		tap_ok(0, "open");
		return;
	}
	tap_eq(ndrv_rss_set(q, key, queues, 3), 0, "spread with a key");
	for (i = 0; i < NDRV_RSS_TABLE_LEN; i++)
		bad += rss.table[i] != queues[i % 3];
	tap_ok(!bad && rss.flags == NDRV_RSS_F_SPREAD && rss.size == sizeof(rss), "the table repeats");
	tap_eq(toeplitz(rss.key, there, 12), 0x51ccc178, "the key is passed on");
	tap_eq(ndrv_rss_set(q, NULL, queues, 1), 0, "spread without a key");
	tap_ok(toeplitz(rss.key, there, 12) == toeplitz(rss.key, back, 12) &&
	       toeplitz(rss.key, there, 8) == toeplitz(rss.key, back, 8),
	       "both directions have one hash");
	tap_ok(toeplitz(rss.key, there, 12) != toeplitz(rss.key, there, 8), "which is no constant");
	tap_eq(ndrv_rss_set(q, NULL, queues, NDRV_RSS_TABLE_LEN + 1), -EINVAL, "too many queues");
	tap_eq(ndrv_rss_set(q, key, NULL, 0), 0, "take it back");
	for (i = 0, bad = rss.flags; i < NDRV_RSS_KEY_LEN; i++)
		bad += rss.key[i];
	tap_eq(bad, 0, "without flag and key");
	ndrv_queue_close(q);
}

static void test_filters(void)
{
	struct ndrv_filter_add add = { .type = NDRV_FILTER_VLAN, .queue = NDRV_QUEUE_ANY, .vlan = 5 };
	struct ndrv_queue *q;

	info = info_82599;
	if (ndrv_queue_open(&q, "/dev/zero", NULL)) {
		tap_ok(0, "open");
		return;
	}
	tap_ok(!ndrv_filter_add(q, &add) && filter.size == sizeof(filter) && filter.vlan == 5 &&
	       add.out_filter == 42, "a filter gets a number");
	tap_eq(ndrv_filter_del(q, 42), 0, "by which it is taken back");
	tap_eq(ndrv_filter_del(q, 43), -ENOENT, "and no other");
	ndrv_queue_close(q);
}

/* A pipe stands for the file: it gives whole events, nothing, or its end. */
static void test_events(void)
{
	struct ndrv_event ev[4] = { { .type = NDRV_EVENT_LINK }, { .type = NDRV_EVENT_GONE } };
	struct ndrv_queue q = { 0 };
	int pipes[2];

	if (pipe2(pipes, O_NONBLOCK)) {
		tap_ok(0, "a pipe");
		return;
	}
	q.fd = pipes[0];
	tap_eq(ndrv_queue_event(&q, ev, 4), -EAGAIN, "no events");
	tap_eq(write(pipes[1], ev, 2 * sizeof(*ev)), 2 * sizeof(*ev), "two events");
	memset(ev, 0, sizeof(ev));
	tap_eq(ndrv_queue_event(&q, ev, 0), -EINVAL, "room for none");
	tap_ok(ndrv_queue_event(&q, ev, 1) == 1 && ev[0].type == NDRV_EVENT_LINK, "room for one");
	tap_ok(ndrv_queue_event(&q, ev, UINT32_MAX) == 1 && ev[0].type == NDRV_EVENT_GONE, "the other");
	close(pipes[1]);
	tap_eq(ndrv_queue_event(&q, ev, 4), -ENODEV, "the end");
	close(pipes[0]);
}

int main(void)
{
	test_filters();
	test_events();
	test_rings();
	test_buffers();
	test_formats();
	test_doorbells();
	test_rss();
	return tap_done();
}
