// SPDX-License-Identifier: GPL-2.0-only
/* The table of all ioctls, and what each needs to succeed; see calls.h. */
#include "calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static int fill_nothing(int fd, void *arg)
{
	(void)fd;
	(void)arg;
	return 0;
}

static int fill_setup(int fd, void *arg)
{
	struct ndrv_queue_setup qs = setup_args();

	(void)fd;
	memcpy(arg, &qs, sizeof(qs));
	return 0;
}

static int fill_doorbell(int fd, void *arg)
{
	(void)fd;
	((struct ndrv_doorbell *)arg)->flags = NDRV_DOORBELL_F_TX;
	return 0;
}

static int fill_create(int fd, void *arg)
{
	(void)fd;
	((struct ndrv_pool_create *)arg)->len_bytes = 8192;
	return 0;
}

static void undo_create(int fd, void *arg)
{
	(void)fd;
	close(((struct ndrv_pool_create *)arg)->out_fd);
}

static uint64_t iova_room[64];

static int fill_attach(int fd, void *arg)
{
	struct ndrv_pool_attach *pa = arg;

	pa->fd = pool_create(fd, 8192);
	pa->nr_iovas = 64;
	pa->iovas_ptr = (uintptr_t)iova_room;
	return pa->fd < 0 ? pa->fd : 0;
}

static void undo_attach(int fd, void *arg)
{
	struct ndrv_pool_attach *pa = arg;

	pool_detach(fd, pa->out_pool);
	close(pa->fd);
}

static int fill_detach(int fd, void *arg)
{
	struct pool p;
	int pool_fd, err;

	pool_fd = pool_create(fd, 8192);
	if (pool_fd < 0)
		return pool_fd;
	err = pool_attach(fd, pool_fd, &p);
	close(pool_fd);
	((struct ndrv_pool_detach *)arg)->pool = p.id;
	return err;
}

static int fill_arm(int fd, void *arg)
{
	struct ndrv_info info;
	int err = get_info(fd, &info);

	((struct ndrv_arm *)arg)->flags = NDRV_ARM_RX;
	return err ? err : !(info.out_features & NDRV_FEAT_WAIT);
}

static int filter_type(int fd, struct ndrv_filter_add *fa, uint32_t type, uint32_t feature)
{
	struct ndrv_info info;
	int err = get_info(fd, &info);

	fa->type = type;
	return err ? err : !(info.out_features & feature);
}

/* Every card has filters for addresses. */
int fill_filter_mac(int fd, void *arg)
{
	struct ndrv_filter_add *fa = arg;

	fa->queue = NDRV_QUEUE_ANY;
	memcpy(fa->mac, "\x02\x00\x00\x00\x00\x01", 6);
	return filter_type(fd, fa, NDRV_FILTER_MAC, NDRV_FEAT_FILTER_MAC);
}

int fill_filter_vlan(int fd, void *arg)
{
	struct ndrv_filter_add *fa = arg;

	fa->queue = NDRV_QUEUE_ANY;
	fa->vlan = 100;
	return filter_type(fd, fa, NDRV_FILTER_VLAN, NDRV_FEAT_FILTER_VLAN);
}

int fill_filter_ethertype(int fd, void *arg)
{
	struct ndrv_filter_add *fa = arg;

	fa->queue = 0;
	fa->ethertype = 0x88b6;
	return filter_type(fd, fa, NDRV_FILTER_ETHERTYPE, NDRV_FEAT_FILTER_ETHERTYPE);
}

int fill_filter_tuple(int fd, void *arg)
{
	struct ndrv_filter_add *fa = arg;

	fa->queue = 0;
	fa->flags = NDRV_FILTER_F_PROTO | NDRV_FILTER_F_SRC_IP | NDRV_FILTER_F_DST_IP |
		    NDRV_FILTER_F_SRC_PORT | NDRV_FILTER_F_DST_PORT;
	fa->proto = 17;
	fa->src_ip = htonl(0x0a000001);
	fa->dst_ip = htonl(0x0a000002);
	fa->src_port = htons(1000);
	fa->dst_port = htons(2000);
	return filter_type(fd, fa, NDRV_FILTER_TUPLE, NDRV_FEAT_FILTER_TUPLE);
}

static void undo_filter(int fd, void *arg)
{
	struct ndrv_filter_del fd_arg = {
		.size = sizeof(fd_arg),
		.filter = ((struct ndrv_filter_add *)arg)->out_filter,
	};

	xioctl(fd, NDRV_FILTER_DEL, &fd_arg);
}

static int fill_unfilter(int fd, void *arg)
{
	struct ndrv_filter_add fa = { .size = sizeof(fa) };
	int err;

	fill_filter_mac(fd, &fa);
	err = xioctl(fd, NDRV_FILTER_ADD, &fa);
	((struct ndrv_filter_del *)arg)->filter = fa.out_filter;
	return err;
}

int fill_rss_spread(int fd, void *arg)
{
	struct ndrv_rss *rss = arg;
	struct ndrv_info info;
	int err = get_info(fd, &info);

	rss->flags = NDRV_RSS_F_SPREAD;
	memset(rss->key, 0x6d, sizeof(rss->key));
	return err ? err : !info.out_rss_queues;
}

static void undo_rss(int fd, void *arg)
{
	struct ndrv_rss rss = { .size = sizeof(rss) };

	(void)arg;
	xioctl(fd, NDRV_RSS, &rss);
}

static void undo_mode(int fd, void *arg)
{
	struct ndrv_rx_mode rm = { .size = sizeof(rm) };

	(void)arg;
	xioctl(fd, NDRV_RX_MODE, &rm);
}

static void undo_start(int fd, void *arg)
{
	(void)arg;
	queue_stop(fd);
}

static void undo_nothing(int fd, void *arg)
{
	(void)fd;
	(void)arg;
}

/* First and last out_ field. */
#define OUT(type, first, last) \
	offsetof(struct type, first), \
	offsetof(struct type, last) + sizeof(((struct type *)0)->last) - \
		offsetof(struct type, first)
#define NO_OUT -1, 0

#define ROW(call, type, flags, reserved, out, state, fill, undo) \
	{ #call, call, sizeof(struct type), flags, reserved, out, NDRV_STATE_##state, \
	  fill_##fill, undo_##undo }

const struct call calls[] = {
	ROW(NDRV_INFO, ndrv_info, 0, -1, OUT(ndrv_info, out_abi, out_vectors),
	    IDLE, nothing, nothing),
	ROW(NDRV_QUEUE_SETUP, ndrv_queue_setup,
	    NDRV_QUEUE_F_KERNEL_DOORBELL | NDRV_QUEUE_F_VLAN_STRIP,
	    offsetof(struct ndrv_queue_setup, __reserved),
	    OUT(ndrv_queue_setup, out_queue, out_tx_tail_off), IDLE, setup, nothing),
	ROW(NDRV_QUEUE_START, ndrv_queue_start, 0, -1,
	    OUT(ndrv_queue_start, out_generation, out_generation), READY, nothing, start),
	ROW(NDRV_QUEUE_STOP, ndrv_queue_stop, 0, -1, NO_OUT, RUNNING, nothing, nothing),
	ROW(NDRV_DOORBELL, ndrv_doorbell, NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX, -1, NO_OUT,
	    RUNNING, doorbell, nothing),
	ROW(NDRV_POOL_CREATE, ndrv_pool_create, 0, -1,
	    OUT(ndrv_pool_create, out_fd, out_contig_bytes), IDLE, create, create),
	ROW(NDRV_POOL_ATTACH, ndrv_pool_attach, 0, -1,
	    OUT(ndrv_pool_attach, out_len_bytes, out_pool), IDLE, attach, attach),
	ROW(NDRV_POOL_DETACH, ndrv_pool_detach, 0,
	    offsetof(struct ndrv_pool_detach, __reserved), NO_OUT, IDLE, detach, nothing),
	ROW(NDRV_RX_MODE, ndrv_rx_mode, NDRV_RX_MODE_PROMISC | NDRV_RX_MODE_ALLMULTI,
	    offsetof(struct ndrv_rx_mode, __reserved), NO_OUT, IDLE, nothing, mode),
	ROW(NDRV_STATS, ndrv_stats, 0, -1, OUT(ndrv_stats, out_rx_packets, out_link_changes),
	    IDLE, nothing, nothing),
	ROW(NDRV_LINK, ndrv_link, 0, -1, OUT(ndrv_link, out_up, out_mbps), IDLE, nothing, nothing),
	/* Without SPREAD it takes a table back, which any device lets a file do. */
	ROW(NDRV_RSS, ndrv_rss, NDRV_RSS_F_SPREAD, offsetof(struct ndrv_rss, table), NO_OUT,
	    IDLE, nothing, rss),
	ROW(NDRV_ARM, ndrv_arm, NDRV_ARM_RX | NDRV_ARM_TX, -1, NO_OUT, RUNNING, arm, nothing),
	ROW(NDRV_QUEUE_GET, ndrv_queue_get, 0, -1, OUT(ndrv_queue_get, out_state, out_tx_bytes),
	    READY, nothing, nothing),
	ROW(NDRV_FILTER_ADD, ndrv_filter_add,
	    NDRV_FILTER_F_PROTO | NDRV_FILTER_F_SRC_IP | NDRV_FILTER_F_DST_IP |
	    NDRV_FILTER_F_SRC_PORT | NDRV_FILTER_F_DST_PORT,
	    offsetof(struct ndrv_filter_add, __reserved),
	    OUT(ndrv_filter_add, out_filter, out_filter), IDLE, filter_mac, filter),
	ROW(NDRV_FILTER_DEL, ndrv_filter_del, 0, offsetof(struct ndrv_filter_del, __reserved),
	    NO_OUT, IDLE, unfilter, nothing),
};

const unsigned int nr_calls = sizeof(calls) / sizeof(calls[0]);

const struct call *call_find(unsigned long cmd)
{
	const struct call *c;

	for EACH_CALL(c)
		if (c->cmd == cmd)
			return c;
	return NULL;
}

int call_state(int fd, uint32_t state, uint32_t queue)
{
	struct ndrv_queue_setup qs = setup_args();
	int err = 0;

	qs.queue = queue;
	if (state != NDRV_STATE_IDLE)
		err = queue_setup(fd, &qs);
	if (!err && state == NDRV_STATE_RUNNING)
		err = queue_start(fd, NULL);
	return err;
}

int call_prepare(const struct call *call, int fd, void *arg)
{
	int err = call_state(fd, call->state, 0);

	if (err)
		return err;
	memset(arg, 0, MAX_ARG);
	err = call->fill(fd, arg);
	*(uint32_t *)arg = call->size;
	return err;
}

int call_fresh(const struct call *call, void *arg)
{
	int fd = dev_open(0), err;

	if (fd < 0)
		return fd;
	err = call_prepare(call, fd, arg);
	if (!err)
		return fd;
	close(fd);
	return err < 0 ? err : -EOPNOTSUPP;
}
