// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values: every input field of every ioctl gets every value at which something could change (0, 1, all
 * powers of two and their neighbours, the limits of NDRV_INFO and theirs, all ones). Each answer is the
 * one that uapi/linux/ndrv.h documents for that value, and a refusal changes nothing.
 */
#include "kselftest_harness.h"
#include "calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>

/* What the expectation of a value can depend on. */
struct facts {
	struct ndrv_info info;
	uint64_t base;			/* what the field holds in the call that succeeds */
	uint32_t rx_entries, tx_entries;
};

/* Expectations: errnos, or OK: what the call gives with the field as it was. Two where both are true. */
#define OK		0
#define OR(a, b)	((a) | (b) << 8)

struct field {
	const char *name, *what;
	unsigned long cmd;
	unsigned int off, width, count;		/* count > 1: an array */
	int base;				/* what the call gives with the field as it is */
	int (*prepare)(const struct call *call, int fd, void *arg);
	int (*expect)(const struct facts *f, uint64_t v);
	bool (*skip)(const struct facts *f, uint64_t v);	/* would do what the test is not about */
};

/* ---- what each field may hold ------------------------------------------------------------------- */

static int any(const struct facts *f, uint64_t v)
{
	return OK;
}

static int no_flags(const struct facts *f, uint64_t v)
{
	return v ? EOPNOTSUPP : OK;
}

static int zero(const struct facts *f, uint64_t v)
{
	return v ? EINVAL : OK;
}

static int setup_flags(const struct facts *f, uint64_t v)
{
	if (v & ~(uint64_t)(NDRV_QUEUE_F_KERNEL_DOORBELL | NDRV_QUEUE_F_VLAN_STRIP))
		return EOPNOTSUPP;
	return v & NDRV_QUEUE_F_VLAN_STRIP && !(f->info.out_features & NDRV_FEAT_RX_VLAN) ?
	       EOPNOTSUPP : OK;
}

static int setup_queue(const struct facts *f, uint64_t v)
{
	return v == NDRV_QUEUE_ANY || v < f->info.out_max_queues ? OK : ERANGE;
}

static int entries(const struct facts *f, uint64_t v)
{
	bool out = v && (v < f->info.out_ring_min || v > f->info.out_ring_max);

	if (v % f->info.out_ring_align)
		return out ? OR(EINVAL, ERANGE) : EINVAL;
	return out ? ERANGE : OK;
}

/* There is a buffer size, which makes no sense without a receive side. */
static int rx_entries(const struct facts *f, uint64_t v)
{
	return v ? entries(f, v) : EINVAL;
}

static int rx_buf(const struct facts *f, uint64_t v)
{
	bool out = v > f->info.out_rx_buf_max;

	if (!v || v % f->info.out_rx_buf_align)
		return out ? OR(EINVAL, ERANGE) : EINVAL;
	return out ? ERANGE : OK;
}

/* The tail of the receive side is not 0. */
static int bell_flags(const struct facts *f, uint64_t v)
{
	if (v & ~(uint64_t)(NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX))
		return EOPNOTSUPP;
	return v & NDRV_DOORBELL_F_RX ? OK : EINVAL;
}

static int rx_tail(const struct facts *f, uint64_t v)
{
	return v < f->rx_entries ? OK : ERANGE;
}

static int tx_tail(const struct facts *f, uint64_t v)
{
	return v < f->tx_entries ? OK : ERANGE;
}

/* The same while the pair does not run. */
static int still_tail(const struct facts *f, uint64_t v)
{
	return v < f->tx_entries ? OK : OR(ERANGE, EPIPE);
}

static bool sends(const struct facts *f, uint64_t v)
{
	return v && v < f->tx_entries;
}

static int pool_len(const struct facts *f, uint64_t v)
{
	bool over = v > f->info.out_pool_limit;

	if (!v || v % 4096)
		return over ? OR(EINVAL, EDQUOT) : EINVAL;
	return over ? EDQUOT : OK;
}

/* More than this test needs to take from the machine. */
static bool large(const struct facts *f, uint64_t v)
{
	return v > 4 << 20 && v <= f->info.out_pool_limit;
}

static int pool_fd(const struct facts *f, uint64_t v)
{
	if (v == f->base)
		return OK;
	return fcntl((int)v, F_GETFD) < 0 ? EBADF : EINVAL;
}

/* Two pages are one piece where the IOMMU translates. */
static int iovas(const struct facts *f, uint64_t v)
{
	return v ? OK : ENOSPC;
}

static int bad_pointer(const struct facts *f, uint64_t v)
{
	return v == f->base ? OK : EFAULT;
}

static int pool_id(const struct facts *f, uint64_t v)
{
	return v == f->base || v == NDRV_POOL_ALL ? OK : ENOENT;
}

static int mode_flags(const struct facts *f, uint64_t v)
{
	return v & ~(uint64_t)(NDRV_RX_MODE_PROMISC | NDRV_RX_MODE_ALLMULTI) ? EOPNOTSUPP : OK;
}

static int frame(const struct facts *f, uint64_t v)
{
	return v && (v < 64 || v > f->info.out_max_frame) ? ERANGE : OK;
}

static int rss_flags(const struct facts *f, uint64_t v)
{
	if (v & ~(uint64_t)NDRV_RSS_F_SPREAD)
		return EOPNOTSUPP;
	return v && !f->info.out_rss_queues ? EOPNOTSUPP : OK;
}

static int rss_queue(const struct facts *f, uint64_t v)
{
	return v < f->info.out_rss_queues ? OK : ERANGE;
}

static int arm_flags(const struct facts *f, uint64_t v)
{
	if (v & ~(uint64_t)(NDRV_ARM_RX | NDRV_ARM_TX))
		return EOPNOTSUPP;
	return v ? OK : EINVAL;
}

#define TUPLE_FLAGS	0x1f

/* A filter that knows no flags. */
static int plain_flags(const struct facts *f, uint64_t v)
{
	return v & ~(uint64_t)TUPLE_FLAGS ? EOPNOTSUPP : v ? EINVAL : OK;
}

/* Of a filter with an address: others have no use for it. */
static int mac_type(const struct facts *f, uint64_t v)
{
	if (v == NDRV_FILTER_MAC)
		return OK;
	return v && v <= NDRV_FILTER_TUPLE ? OR(EINVAL, EOPNOTSUPP) : EOPNOTSUPP;
}

static int mac_queue(const struct facts *f, uint64_t v)
{
	bool can = f->info.out_features & NDRV_FEAT_FILTER_MAC_QUEUE;

	if (v == NDRV_QUEUE_ANY)
		return OK;
	if (v >= f->info.out_max_queues)
		return can ? ERANGE : OR(ERANGE, EOPNOTSUPP);
	return can ? OK : EOPNOTSUPP;
}

static int vlan_queue(const struct facts *f, uint64_t v)
{
	if (v == NDRV_QUEUE_ANY)
		return OK;
	return v >= f->info.out_max_queues ? OR(EINVAL, ERANGE) : EINVAL;
}

static int one_queue(const struct facts *f, uint64_t v)
{
	if (v == NDRV_QUEUE_ANY)
		return EINVAL;
	return v < f->info.out_max_queues ? OK : ERANGE;
}

static int vlan_id(const struct facts *f, uint64_t v)
{
	return v >= 1 && v <= 4094 ? OK : EINVAL;
}

static int ethertype(const struct facts *f, uint64_t v)
{
	return v < 0x600 || v == 0x800 || v == 0x86dd ? EINVAL : OK;
}

/* Every field holds something, so none may go. */
static int tuple_flags(const struct facts *f, uint64_t v)
{
	if (v & ~(uint64_t)TUPLE_FLAGS)
		return EOPNOTSUPP;
	return v == TUPLE_FLAGS ? OK : EINVAL;
}

static int protocol(const struct facts *f, uint64_t v)
{
	return v == 6 || v == 17 || v == 132 ? OK : EINVAL;
}

static int filter_id(const struct facts *f, uint64_t v)
{
	return v == f->base ? OK : ENOENT;
}

/* ---- the calls that succeed ---------------------------------------------------------------------- */

static int ready_bell(const struct call *call, int fd, void *arg)
{
	(void)call;
	memset(arg, 0, MAX_ARG);
	*(struct ndrv_doorbell *)arg = (struct ndrv_doorbell){
		.size = sizeof(struct ndrv_doorbell), .flags = NDRV_DOORBELL_F_TX,
	};
	return call_state(fd, NDRV_STATE_READY, 0);
}

static int rx_bell(const struct call *call, int fd, void *arg)
{
	int err = call_prepare(call, fd, arg);

	((struct ndrv_doorbell *)arg)->flags = NDRV_DOORBELL_F_RX;
	((struct ndrv_doorbell *)arg)->rx_tail = 8;
	return err;
}

/* What cannot be told is taken back while the pair runs, too. */
static int while_running(const struct call *call, int fd, void *arg)
{
	int err = call_state(fd, NDRV_STATE_RUNNING, 0);

	return err ? err : call_prepare(call, fd, arg);
}

static int filled(const struct call *call, int fd, void *arg, int (*fill)(int fd, void *arg))
{
	memset(arg, 0, MAX_ARG);
	*(uint32_t *)arg = call->size;
	return fill(fd, arg);
}

static int spread(const struct call *call, int fd, void *arg)
{
	return filled(call, fd, arg, fill_rss_spread);
}

static int vlan(const struct call *call, int fd, void *arg)
{
	return filled(call, fd, arg, fill_filter_vlan);
}

static int ether(const struct call *call, int fd, void *arg)
{
	return filled(call, fd, arg, fill_filter_ethertype);
}

static int tuple(const struct call *call, int fd, void *arg)
{
	return filled(call, fd, arg, fill_filter_tuple);
}

#define MEMBER(type, member)	(((struct type *)0)->member)
#define ROW(call, type, member, width_, base, prepare, expect, skip) \
	{ #call, #member, call, offsetof(struct type, member), width_, \
	  sizeof(MEMBER(type, member)) / (width_), base, prepare, expect, skip }
/* A number, as in the call of calls.c; with another call that succeeds; an array. */
#define FIELD(call, type, member, expect) \
	ROW(call, type, member, sizeof(MEMBER(type, member)), 0, call_prepare, expect, NULL)
#define FIELD_IN(call, type, member, expect, base, prepare, skip) \
	ROW(call, type, member, sizeof(MEMBER(type, member)), base, prepare, expect, skip)
#define ARRAY(call, type, member, expect, prepare) \
	ROW(call, type, member, sizeof(MEMBER(type, member)[0]), 0, prepare, expect, NULL)

static const struct field fields[] = {
	FIELD(NDRV_INFO, ndrv_info, flags, no_flags),
	ARRAY(NDRV_INFO, ndrv_info, __reserved, any, call_prepare),
	FIELD(NDRV_QUEUE_SETUP, ndrv_queue_setup, flags, setup_flags),
	FIELD(NDRV_QUEUE_SETUP, ndrv_queue_setup, queue, setup_queue),
	FIELD(NDRV_QUEUE_SETUP, ndrv_queue_setup, rx_entries, rx_entries),
	FIELD(NDRV_QUEUE_SETUP, ndrv_queue_setup, tx_entries, entries),
	FIELD(NDRV_QUEUE_SETUP, ndrv_queue_setup, rx_buf_bytes, rx_buf),
	FIELD(NDRV_QUEUE_SETUP, ndrv_queue_setup, __reserved, zero),
	FIELD(NDRV_QUEUE_START, ndrv_queue_start, flags, no_flags),
	FIELD(NDRV_QUEUE_STOP, ndrv_queue_stop, flags, no_flags),
	FIELD_IN(NDRV_DOORBELL, ndrv_doorbell, flags, bell_flags, 0, rx_bell, NULL),
	FIELD_IN(NDRV_DOORBELL, ndrv_doorbell, rx_tail, rx_tail, 0, rx_bell, NULL),
	FIELD_IN(NDRV_DOORBELL, ndrv_doorbell, tx_tail, zero, 0, rx_bell, NULL),
	FIELD_IN(NDRV_DOORBELL, ndrv_doorbell, tx_tail, tx_tail, 0, call_prepare, sends),
	FIELD_IN(NDRV_DOORBELL, ndrv_doorbell, tx_tail, still_tail, -EPIPE, ready_bell, NULL),
	FIELD(NDRV_POOL_CREATE, ndrv_pool_create, flags, no_flags),
	FIELD_IN(NDRV_POOL_CREATE, ndrv_pool_create, len_bytes, pool_len, 0, call_prepare, large),
	FIELD(NDRV_POOL_ATTACH, ndrv_pool_attach, flags, no_flags),
	FIELD(NDRV_POOL_ATTACH, ndrv_pool_attach, fd, pool_fd),
	FIELD(NDRV_POOL_ATTACH, ndrv_pool_attach, nr_iovas, iovas),
	FIELD(NDRV_POOL_ATTACH, ndrv_pool_attach, iovas_ptr, bad_pointer),
	FIELD_IN(NDRV_POOL_ATTACH, ndrv_pool_attach, iovas_ptr, bad_pointer, 0, while_running, NULL),
	FIELD(NDRV_POOL_DETACH, ndrv_pool_detach, flags, no_flags),
	FIELD(NDRV_POOL_DETACH, ndrv_pool_detach, pool, pool_id),
	FIELD(NDRV_POOL_DETACH, ndrv_pool_detach, __reserved, zero),
	FIELD(NDRV_RX_MODE, ndrv_rx_mode, flags, mode_flags),
	FIELD(NDRV_RX_MODE, ndrv_rx_mode, max_frame_bytes, frame),
	FIELD(NDRV_RX_MODE, ndrv_rx_mode, __reserved, zero),
	FIELD(NDRV_STATS, ndrv_stats, flags, no_flags),
	FIELD(NDRV_LINK, ndrv_link, flags, no_flags),
	FIELD(NDRV_RSS, ndrv_rss, flags, rss_flags),
	ARRAY(NDRV_RSS, ndrv_rss, key, zero, call_prepare),
	ARRAY(NDRV_RSS, ndrv_rss, key, any, spread),
	ARRAY(NDRV_RSS, ndrv_rss, table, zero, call_prepare),
	ARRAY(NDRV_RSS, ndrv_rss, table, rss_queue, spread),
	FIELD(NDRV_ARM, ndrv_arm, flags, arm_flags),
	FIELD(NDRV_QUEUE_GET, ndrv_queue_get, flags, no_flags),
	FIELD(NDRV_QUEUE_GET, ndrv_queue_get, __reserved, any),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, flags, plain_flags),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, flags, plain_flags, 0, vlan, NULL),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, flags, plain_flags, 0, ether, NULL),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, flags, tuple_flags, 0, tuple, NULL),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, type, mac_type),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, queue, mac_queue),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, queue, vlan_queue, 0, vlan, NULL),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, queue, one_queue, 0, ether, NULL),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, queue, one_queue, 0, tuple, NULL),
	ARRAY(NDRV_FILTER_ADD, ndrv_filter_add, mac, any, call_prepare),
	ARRAY(NDRV_FILTER_ADD, ndrv_filter_add, mac, zero, vlan),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, vlan, zero),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, vlan, vlan_id, 0, vlan, NULL),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, ethertype, zero),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, ethertype, ethertype, 0, ether, NULL),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, proto, zero),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, proto, protocol, 0, tuple, NULL),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, __reserved0, zero),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, src_ip, zero),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, src_ip, any, 0, tuple, NULL),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, dst_ip, zero),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, dst_ip, any, 0, tuple, NULL),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, src_port, zero),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, src_port, any, 0, tuple, NULL),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, dst_port, zero),
	FIELD_IN(NDRV_FILTER_ADD, ndrv_filter_add, dst_port, any, 0, tuple, NULL),
	FIELD(NDRV_FILTER_ADD, ndrv_filter_add, __reserved, zero),
	FIELD(NDRV_FILTER_DEL, ndrv_filter_del, flags, no_flags),
	FIELD(NDRV_FILTER_DEL, ndrv_filter_del, filter, filter_id),
	FIELD(NDRV_FILTER_DEL, ndrv_filter_del, __reserved, zero),
};

/* ---- the sweep ----------------------------------------------------------------------------------- */

#define MAX_VALUES	600

static unsigned int add_value(uint64_t *values, unsigned int n, unsigned int width, uint64_t v)
{
	unsigned int i;

	if (width < 8)
		v &= (1ULL << 8 * width) - 1;
	for (i = 0; i < n; i++)
		if (values[i] == v)
			return n;
	if (n < MAX_VALUES)
		values[n++] = v;
	return n;
}

static unsigned int around(uint64_t *values, unsigned int n, unsigned int width, uint64_t v,
			   uint64_t step)
{
	n = add_value(values, n, width, v - step);
	n = add_value(values, n, width, v - 1);
	n = add_value(values, n, width, v);
	n = add_value(values, n, width, v + 1);
	return add_value(values, n, width, v + step);
}

static unsigned int make_values(uint64_t *values, const struct facts *f, unsigned int width)
{
	const struct ndrv_info *info = &f->info;
	const uint64_t edges[][2] = {
		{ f->base, 1 }, { info->out_max_queues, 1 }, { info->out_rss_queues, 1 },
		{ info->out_ring_min, info->out_ring_align },
		{ info->out_ring_max, info->out_ring_align },
		{ info->out_rx_buf_max, info->out_rx_buf_align }, { info->out_max_frame, 1 },
		{ info->out_pool_limit, 4096 }, { 60, 1 }, { 0x600, 1 }, { 0x800, 1 },
		{ 0x86dd, 1 }, { 4094, 1 }, { 6, 1 }, { 17, 1 }, { 132, 1 }, { 12288, 4096 },
		{ 0xffffffff, 1 }, { -1ULL, 1 },
	};
	unsigned int n = 0, i;

	n = around(values, n, width, 0, 1);
	for (i = 0; i < 8 * width; i++)
		n = around(values, n, width, 1ULL << i, 1);
	for (i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		n = around(values, n, width, edges[i][0], edges[i][1]);
	return n;
}

static uint64_t get(const uint8_t *at, unsigned int width)
{
	uint64_t v = 0;

	memcpy(&v, at, width);
	return v;
}

/* What another file sees of the port, and this one of itself. */
struct seen {
	struct ndrv_info info;
	struct ndrv_queue_get qg;
	uint64_t resets;
	int filters, queues;
};

static int look(int fd, struct seen *s)
{
	struct ndrv_stats st;
	int err;

	memset(s, 0, sizeof(*s));
	err = get_info(fd, &s->info);
	if (!err)
		err = queue_get(fd, &s->qg);
	if (!err)
		err = get_stats(fd, &st);
	s->resets = st.out_resets;
	/* With no pool in it, and no packets: nothing moves by itself. */
	s->filters = sysfs_lines(0, "filters", "");
	s->queues = sysfs_lines(0, "queues", "");
	return err;
}

FIXTURE(values)
{
	int fd;
	const struct call *call;
	uint8_t good[MAX_ARG] __attribute__((aligned(8)));
};

FIXTURE_VARIANT(values)
{
	unsigned long cmd;
};

#define VARIANT(call) FIXTURE_VARIANT_ADD(values, call) { .cmd = NDRV_##call }
VARIANT(INFO);
VARIANT(QUEUE_SETUP);
VARIANT(QUEUE_START);
VARIANT(QUEUE_STOP);
VARIANT(DOORBELL);
VARIANT(POOL_CREATE);
VARIANT(POOL_ATTACH);
VARIANT(POOL_DETACH);
VARIANT(RX_MODE);
VARIANT(STATS);
VARIANT(LINK);
VARIANT(RSS);
VARIANT(ARM);
VARIANT(QUEUE_GET);
VARIANT(FILTER_ADD);
VARIANT(FILTER_DEL);

FIXTURE_SETUP(values)
{
	self->fd = -1;
	NEED_PORTS(1);
	self->call = call_find(variant->cmd);
	ASSERT_TRUE(self->call != NULL);
}

FIXTURE_TEARDOWN(values)
{
	if (self->fd >= 0)
		close(self->fd);
}

/* A file in which the call succeeds: 0, -errno, or 1 = this card does not have it. */
static int fresh(const struct call *call, const struct field *field, int *fd, uint8_t *good)
{
	if (*fd >= 0)
		close(*fd);
	*fd = dev_open(0);
	return *fd < 0 ? *fd : field->prepare(call, *fd, good);
}

static bool as_expected(int expected, int base, int err)
{
	if (expected == OK)
		return err == base;
	return err == -(expected & 0xff) || err == -(expected >> 8);
}

/* One field, or one element of it: how many calls; below 0: the sentence has been said. */
static int sweep(struct __test_metadata *_metadata, const struct call *call,
		 const struct field *field, unsigned int index, int *fd, uint8_t *good)
{
	unsigned int off = field->off + index * field->width, n, i;
	uint64_t values[MAX_VALUES];
	struct seen before, after;
	uint8_t arg[MAX_ARG] __attribute__((aligned(8)));
	struct facts f;
	int err, calls = 0;

	err = fresh(call, field, fd, good);
	if (err)
		return err;
	ASSERT_EQ(0, get_info(*fd, &f.info));
	f.rx_entries = setup_args().rx_entries;
	f.tx_entries = setup_args().tx_entries;
	f.base = get(good + off, field->width);
	n = make_values(values, &f, field->width);
	ASSERT_LT(n, MAX_VALUES);
	ASSERT_EQ(0, look(*fd, &before));
	for (i = 0; i < n; i++) {
		if (field->skip && field->skip(&f, values[i]))
			continue;
		memcpy(arg, good, sizeof(arg));
		memcpy(arg + off, &values[i], field->width);
		err = xioctl(*fd, call->cmd, arg);
		calls++;
		ASSERT_TRUE(as_expected(field->expect(&f, values[i]), field->base, err))
			TH_LOG("%s.%s[%u] = 0x%llx: %d", field->name, field->what, index,
			       (unsigned long long)values[i], err);
		if (err) {
			ASSERT_EQ(0, look(*fd, &after));
			ASSERT_EQ(0, memcmp(&before, &after, sizeof(before)))
				TH_LOG("%s.%s[%u] = 0x%llx: refused, but something changed",
				       field->name, field->what, index,
				       (unsigned long long)values[i]);
			continue;
		}
		call->undo(*fd, arg);
		ASSERT_EQ(0, fresh(call, field, fd, good));
		f.base = get(good + off, field->width);
		ASSERT_EQ(0, look(*fd, &before));
	}
	/* None of the refusals left a trace. */
	memcpy(arg, good, sizeof(arg));
	ASSERT_EQ(field->base, xioctl(*fd, call->cmd, arg)) TH_LOG("%s", field->name);
	return calls;
}

TEST_F_TIMEOUT(values, each_has_its_documented_answer, 1200)
{
	int nr_fields = 0, total = 0;
	const struct field *field;

	for (field = fields; field < fields + sizeof(fields) / sizeof(fields[0]); field++) {
		unsigned int at[] = { 0, field->count / 2, field->count - 1 }, i;

		if (field->cmd != variant->cmd)
			continue;
		nr_fields++;
		for (i = 0; i < 3; i++) {
			int n;

			if (i && at[i] == at[i - 1])
				continue;
			n = sweep(_metadata, self->call, field, at[i], &self->fd, self->good);
			ASSERT_GE(n, 0) TH_LOG("%s.%s: %d", field->name, field->what, n);
			if (n == 1)
				TH_LOG("%s.%s: this card has nothing of it", field->name,
				       field->what);
			total += n;
		}
	}
	ASSERT_GT(nr_fields, 0);
	TH_LOG("%d calls", total);
}

TEST_HARNESS_MAIN
