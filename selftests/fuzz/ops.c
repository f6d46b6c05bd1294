// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls that programs are made of: one row each, with the arguments and what right values are. Values
 * are typed from uapi/linux/ndrv.h. An ioctl needs no more than its row; everything else has a function.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#define VALUES(name, ...) \
	static const uint64_t name[] = { \
		sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t), __VA_ARGS__ }

VALUES(v_entries, 256, 64, 128, 512, 1024, 256, 2048, 0, 4096, 8192, 8, 32, 72, 100, 8160, 8200);
VALUES(v_bytes, 2048, 1024, 4096, 2048, 9728, 8192, 0, 128, 256, 1, 2047, 16384);
VALUES(v_queue, NDRV_QUEUE_ANY, 0, 1, 2, 3, 7, 63, 64, 127, 128, 255, 256, 2048);
VALUES(v_macq, NDRV_QUEUE_ANY, NDRV_QUEUE_ANY, 0, 1, 2, 63, 64);
VALUES(v_pool_len, 65536, 4096, 8192, 1 << 20, 2 << 20, (2 << 20) + 4096, 4 << 20, 0, 4095, 1ULL << 44,
       -4096ULL, -1ULL);
VALUES(v_tail, 0, 8, 16, 32, 64, 128, 248, 255, 256, 511, 1023, 4095, 8191, 8192, -1U);
VALUES(v_frame, 0, 1518, 9000, 9728, 64, 63, 1514, 15872, 16384, -1U);
VALUES(v_vlan, 1, 2, 100, 4094, 0, 4095, 0xffff);
VALUES(v_type, 0x88b5, 0x88f7, 0x86dd, 0x800, 0x5ff, 0x600, 0xffff, 0x8100, 0);
VALUES(v_proto, 6, 17, 132, 0, 1, 255);
VALUES(v_room, 1024, 1, 0, 512, 1U << 20, -1U);
VALUES(v_prot, 3, 1, 2, 0, 7, 5);
VALUES(v_mapflags, 0, 1, 2, 3);		/* run_mmap() says what they are */
VALUES(v_len, 0, 4096, 8192, 12288, 1, 1 << 16, 1 << 20, -4096ULL);
VALUES(v_advice, 4, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 100);
VALUES(v_readlen, 320, 40, 39, 0, 80, 4096, 1 << 20);
VALUES(v_cmd, _IO(0xbd, 0x10), _IO(0xbd, 0xff), _IOC(3, 0xbd, 0, 48), _IO(0xbc, 0), 0, -1ULL, 0x5421,
       0x5401, 0x541b, 0x40086602, _IO(0xbd, 0x40), _IO(0xbd, 0x42));
VALUES(v_uring, NDRV_URING_DOORBELL, NDRV_URING_ARM, NDRV_URING_WAIT, NDRV_URING_CANCEL, NDRV_ARM,
       _IO(NDRV_TYPE, 0x44), 0);
VALUES(v_wait, 0, 1, 3, 10);
VALUES(v_fcntl, 0, 1, 2, 3, 4, 5, 6);

#define MEMBER(type, member, kind_, hint_, pick_) \
	{ #member, kind_, sizeof(((struct type *)NULL)->member), offsetof(struct type, member), hint_, pick_ }
#define BITS(type, member, mask)	MEMBER(type, member, K_BITS, mask, NULL)
#define ZERO(type, member)		MEMBER(type, member, K_ZERO, 0, NULL)
#define PICK(type, member, values)	MEMBER(type, member, K_PICK, 0, values)
#define BELOW(type, member, n)		MEMBER(type, member, K_BELOW, n, NULL)
#define ARG(name, kind, hint)		{ name, kind, 0, 0, hint, NULL }
#define ONE_OF(name, values)		{ name, K_PICK, 0, 0, 0, values }

#define IOCTL(name_, weight_, cmd_, type, done_, ...) { \
	.name = name_, .weight = weight_, .cmd = cmd_, .size = sizeof(struct type), \
	.run = run_ioctl, .done = done_, .fix = fix_ioctl, \
	.f = { ARG("file", K_FILE, 0), ARG("size", K_SIZE, sizeof(struct type)), ARG("ptr", K_PTR, 0), \
	       __VA_ARGS__ } }

#define CALL(name_, weight_, ...)	{ .name = #name_, .weight = weight_, .run = run_##name_, .f = { __VA_ARGS__ } }
#define EVENT(name_, weight_, ...) { \
	.name = #name_, .weight = weight_, .event = true, .run = run_##name_, .f = { __VA_ARGS__ } }

static void done_setup(struct world *w, const uint64_t *a, const void *arg)
{
	if (a[0] < NR_FILES)
		w->setup[a[0]] = *(const struct ndrv_queue_setup *)arg;
}

static void done_info(struct world *w, const uint64_t *a, const void *arg)
{
	if (a[0] < NR_FILES)
		w->format[a[0]] = ((const struct ndrv_info *)arg)->out_desc_format;
}

static void done_pool(struct world *w, const uint64_t *a, const void *arg)
{
	const struct ndrv_pool_create *pc = arg;
	unsigned int slot = atomic_fetch_add(&w->pools, 1) % NR_POOLS;
	int old = atomic_exchange(&w->pool[slot], pc->out_fd);

	if (old >= 0)
		close_fd(old);
}

static void done_filter(struct world *w, const uint64_t *a, const void *arg)
{
	const struct ndrv_filter_add *fa = arg;

	w->filter_id[atomic_fetch_add(&w->filter_ids, 1) % NR_IDS] = fa->out_filter;
}

/*
 * What belongs together: chance alone hardly ever leaves out what the flags leave out. Values that are
 * wild already stay as they are.
 */
static void fix_setup(struct ndrv_queue_setup *qs)
{
	if (!qs->rx_entries && qs->rx_buf_bytes <= 4096)
		qs->rx_buf_bytes = 0;
}

static void fix_doorbell(struct ndrv_doorbell *db)
{
	if (!(db->flags & NDRV_DOORBELL_F_RX) && db->rx_tail < 4095)
		db->rx_tail = 0;
	if (!(db->flags & NDRV_DOORBELL_F_TX) && db->tx_tail < 4095)
		db->tx_tail = 0;
}

static void fix_tuple(struct ndrv_filter_add *fa)
{
	if (fa->flags & (NDRV_FILTER_F_SRC_PORT | NDRV_FILTER_F_DST_PORT))
		fa->flags |= NDRV_FILTER_F_PROTO;
	if (!(fa->flags & NDRV_FILTER_F_PROTO))
		fa->proto = 0;
	if (!(fa->flags & NDRV_FILTER_F_SRC_IP))
		fa->src_ip = 0;
	if (!(fa->flags & NDRV_FILTER_F_DST_IP))
		fa->dst_ip = 0;
	if (!(fa->flags & NDRV_FILTER_F_SRC_PORT))
		fa->src_port = 0;
	if (!(fa->flags & NDRV_FILTER_F_DST_PORT))
		fa->dst_port = 0;
}

static void fix_ioctl(const struct op *op, void *arg)
{
	if (op->cmd == NDRV_QUEUE_SETUP)
		fix_setup(arg);
	else if (op->cmd == NDRV_DOORBELL)
		fix_doorbell(arg);
	else if (op->cmd == NDRV_FILTER_ADD && !strcmp(op->name, "filter_tuple"))
		fix_tuple(arg);
}

#define FILTER(name, weight, ...) \
	IOCTL(name, weight, NDRV_FILTER_ADD, ndrv_filter_add, done_filter, __VA_ARGS__)
#define TYPE(n) { "type", K_CONST, 4, offsetof(struct ndrv_filter_add, type), n, NULL }

const struct op ops[] = {
	CALL(open, 60, ARG("file", K_SLOT, NR_FILES), ARG("port", K_PORT, 0), ARG("nonblock", K_BELOW, 2)),
	CALL(open_nobody, 4, ARG("file", K_SLOT, NR_FILES), ARG("port", K_PORT, 0)),
	CALL(close, 25, ARG("file", K_SLOT, NR_FILES)),
	CALL(dup, 8, ARG("file", K_FILE, 0), ARG("to", K_SLOT, NR_FILES)),
	IOCTL("info", 20, NDRV_INFO, ndrv_info, done_info, ZERO(ndrv_info, flags)),
	IOCTL("queue_setup", 60, NDRV_QUEUE_SETUP, ndrv_queue_setup, done_setup,
	      BITS(ndrv_queue_setup, flags, 3), PICK(ndrv_queue_setup, queue, v_queue),
	      PICK(ndrv_queue_setup, rx_entries, v_entries), PICK(ndrv_queue_setup, tx_entries, v_entries),
	      PICK(ndrv_queue_setup, rx_buf_bytes, v_bytes), ZERO(ndrv_queue_setup, __reserved)),
	IOCTL("queue_start", 50, NDRV_QUEUE_START, ndrv_queue_start, NULL, ZERO(ndrv_queue_start, flags)),
	IOCTL("queue_stop", 25, NDRV_QUEUE_STOP, ndrv_queue_stop, NULL, ZERO(ndrv_queue_stop, flags)),
	IOCTL("doorbell", 30, NDRV_DOORBELL, ndrv_doorbell, NULL, BITS(ndrv_doorbell, flags, 3),
	      PICK(ndrv_doorbell, rx_tail, v_tail), PICK(ndrv_doorbell, tx_tail, v_tail)),
	IOCTL("pool_create", 30, NDRV_POOL_CREATE, ndrv_pool_create, done_pool,
	      ZERO(ndrv_pool_create, flags), PICK(ndrv_pool_create, len_bytes, v_pool_len)),
	CALL(pool_attach, 40, ARG("file", K_FILE, 0), ARG("size", K_SIZE, sizeof(struct ndrv_pool_attach)),
	     ARG("ptr", K_PTR, 0), ZERO(ndrv_pool_attach, flags), ARG("pool", K_POOL, 0),
	     PICK(ndrv_pool_attach, nr_iovas, v_room), ARG("iovas", K_PTR, 0)),
	CALL(pool_detach, 20, ARG("file", K_FILE, 0), ARG("size", K_SIZE, sizeof(struct ndrv_pool_detach)),
	     ARG("ptr", K_PTR, 0), ZERO(ndrv_pool_detach, flags), ARG("id", K_SLOT, NR_IDS + 4),
	     ZERO(ndrv_pool_detach, __reserved)),
	IOCTL("rx_mode", 20, NDRV_RX_MODE, ndrv_rx_mode, NULL, BITS(ndrv_rx_mode, flags, 3),
	      PICK(ndrv_rx_mode, max_frame_bytes, v_frame), ZERO(ndrv_rx_mode, __reserved)),
	IOCTL("stats", 10, NDRV_STATS, ndrv_stats, NULL, ZERO(ndrv_stats, flags)),
	IOCTL("link", 10, NDRV_LINK, ndrv_link, NULL, ZERO(ndrv_link, flags)),
	CALL(rss, 20, ARG("file", K_FILE, 0), ARG("size", K_SIZE, sizeof(struct ndrv_rss)),
	     ARG("ptr", K_PTR, 0), BITS(ndrv_rss, flags, 1), ARG("key", K_SEED, 0), ARG("table", K_SEED, 0),
	     ARG("queues", K_BELOW, 17)),
	IOCTL("arm", 30, NDRV_ARM, ndrv_arm, NULL, BITS(ndrv_arm, flags, 3)),
	IOCTL("queue_get", 10, NDRV_QUEUE_GET, ndrv_queue_get, NULL, ZERO(ndrv_queue_get, flags)),
	FILTER("filter_mac", 10, ZERO(ndrv_filter_add, flags), TYPE(NDRV_FILTER_MAC),
	       PICK(ndrv_filter_add, queue, v_macq),
	       { "mac", K_SEED, 4, offsetof(struct ndrv_filter_add, mac) + 2, 0, NULL }),
	FILTER("filter_vlan", 8, ZERO(ndrv_filter_add, flags), TYPE(NDRV_FILTER_VLAN),
	       { "queue", K_CONST, 4, offsetof(struct ndrv_filter_add, queue), NDRV_QUEUE_ANY, NULL },
	       PICK(ndrv_filter_add, vlan, v_vlan)),
	FILTER("filter_type", 10, ZERO(ndrv_filter_add, flags), TYPE(NDRV_FILTER_ETHERTYPE),
	       BELOW(ndrv_filter_add, queue, 8), PICK(ndrv_filter_add, ethertype, v_type)),
	FILTER("filter_tuple", 14, BITS(ndrv_filter_add, flags, 0x1f), TYPE(NDRV_FILTER_TUPLE),
	       BELOW(ndrv_filter_add, queue, 8), PICK(ndrv_filter_add, proto, v_proto),
	       BELOW(ndrv_filter_add, src_ip, 4), BELOW(ndrv_filter_add, dst_ip, 4),
	       BELOW(ndrv_filter_add, src_port, 4), BELOW(ndrv_filter_add, dst_port, 4)),
	FILTER("filter_any", 6, BITS(ndrv_filter_add, flags, 0x1f), BELOW(ndrv_filter_add, type, 6),
	       PICK(ndrv_filter_add, queue, v_queue), BELOW(ndrv_filter_add, vlan, 3),
	       BELOW(ndrv_filter_add, ethertype, 3), BELOW(ndrv_filter_add, proto, 3),
	       ZERO(ndrv_filter_add, __reserved0), ZERO(ndrv_filter_add, __reserved)),
	CALL(filter_del, 14, ARG("file", K_FILE, 0), ARG("size", K_SIZE, sizeof(struct ndrv_filter_del)),
	     ARG("ptr", K_PTR, 0), ZERO(ndrv_filter_del, flags), ARG("id", K_SLOT, NR_IDS + 4),
	     ZERO(ndrv_filter_del, __reserved)),
	CALL(raw_ioctl, 4, ARG("file", K_FILE, 0), ONE_OF("cmd", v_cmd), ARG("ptr", K_PTR, 0)),
	CALL(read, 14, ARG("file", K_FILE, 0), ONE_OF("len", v_readlen), ARG("ptr", K_PTR, 0)),
	CALL(fcntl, 5, ARG("file", K_FILE, 0), ONE_OF("what", v_fcntl)),
	CALL(fdinfo, 5, ARG("file", K_SLOT, NR_FILES)),
	CALL(sysfs, 5, ARG("port", K_PORT, 0), ARG("entry", K_BELOW, 12)),
	CALL(mmap, 60, ARG("file", K_FILE, 0), ARG("area", K_SLOT, NR_AREAS + 2), ONE_OF("len", v_len),
	     ONE_OF("prot", v_prot), ONE_OF("flags", v_mapflags)),
	CALL(pool_map, 15, ARG("pool", K_POOL, 0), ONE_OF("len", v_len), ONE_OF("prot", v_prot),
	     ARG("page", K_BELOW, 3)),
	CALL(munmap, 15, ARG("map", K_MAP, 0), ONE_OF("off", v_len), ONE_OF("len", v_len)),
	CALL(mprotect, 10, ARG("map", K_MAP, 0), ONE_OF("off", v_len), ONE_OF("len", v_len), ONE_OF("prot", v_prot)),
	CALL(mremap, 10, ARG("map", K_MAP, 0), ONE_OF("len", v_len), ARG("to", K_SLOT, NR_MAPS),
	     ARG("flags", K_BITS, 7)),
	CALL(madvise, 10, ARG("map", K_MAP, 0), ONE_OF("len", v_len), ONE_OF("advice", v_advice)),
	CALL(mlock, 3, ARG("map", K_MAP, 0), ARG("off", K_BELOW, 2)),
	CALL(touch, 25, ARG("map", K_MAP, 0), ARG("write", K_BELOW, 2), ARG("seed", K_SEED, 0)),
	CALL(descs, 30, ARG("file", K_SLOT, NR_FILES), ARG("tx", K_BELOW, 2), ARG("count", K_BELOW, 33),
	     ARG("wrong", K_BELOW, 3), ARG("seed", K_SEED, 0), ARG("pool", K_SLOT, NR_POOLS)),
	CALL(tail, 30, ARG("file", K_SLOT, NR_FILES), ARG("tx", K_BELOW, 2), ONE_OF("value", v_tail),
	     ARG("off", K_ZERO, 0)),
	CALL(pool_close, 10, ARG("pool", K_SLOT, NR_POOLS)),
	CALL(udmabuf, 5, ARG("pool", K_SLOT, NR_POOLS), ARG("pages", K_BELOW, 9)),
	CALL(poll, 15, ARG("file", K_FILE, 0), ARG("events", K_BITS, 0x1f), ONE_OF("ms", v_wait)),
	CALL(epoll_ctl, 10, ARG("file", K_FILE, 0), ARG("op", K_BELOW, 4), ARG("events", K_BITS, 0x1f),
	     ARG("edge", K_BELOW, 4)),
	CALL(epoll_wait, 8, ONE_OF("ms", v_wait)),
	CALL(uring_cmd, 40, ARG("file", K_FILE, 0), ONE_OF("cmd", v_uring), ARG("flags", K_BITS, 3),
	     ONE_OF("rx_tail", v_tail), ONE_OF("tx_tail", v_tail), ARG("reserved", K_ZERO, 0),
	     ARG("sqe", K_BELOW, 4), ARG("ring", K_BELOW, 4)),
	CALL(uring_poll, 8, ARG("file", K_FILE, 0), ARG("events", K_BITS, 0x1f), ARG("multi", K_BELOW, 2)),
	CALL(uring_reap, 15, ONE_OF("ms", v_wait), ARG("cancel", K_BELOW, 3)),
	CALL(uring_exit, 6, ARG("now", K_BELOW, 2)),
	CALL(scm_send, 6, ARG("file", K_FILE, 0), ARG("gift", K_BELOW, 2)),
	CALL(scm_recv, 6, ARG("to", K_SLOT, NR_FILES)),
	CALL(fork, 6, ARG("how", K_BELOW, 5), ONE_OF("ms", v_wait)),
	CALL(kill_kid, 4, ARG("kid", K_SLOT, NR_KIDS)),
	CALL(timer, 8, ONE_OF("ms", v_wait)),
	CALL(sleep, 8, ONE_OF("ms", v_wait)),
	EVENT(dev_reset, 4, ARG("port", K_PORT, 0), ARG("bus", K_BELOW, 3)),
	EVENT(dev_rebind, 3, ARG("port", K_PORT, 0), ONE_OF("ms", v_wait)),
	EVENT(cable, 4, ARG("port", K_PORT, 0), ARG("up", K_BELOW, 2)),
};

_Static_assert(sizeof(ops) / sizeof(ops[0]) <= MAX_OPS, "shm has room for every row");

unsigned int nr_ops(void)
{
	return sizeof(ops) / sizeof(ops[0]);
}

unsigned int op_args(const struct op *op)
{
	unsigned int n = 0;

	while (n < MAX_ARGS && op->f[n].kind != K_END)
		n++;
	return n;
}

int op_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_ops(); i++)
		if (!strcmp(ops[i].name, name))
			return (int)i;
	return -ENOENT;
}
