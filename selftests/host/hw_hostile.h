/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A family of kmod against a device that lies (tools/sim/hostile.h): seeded sequences of what the core
 * does with a port. Whatever the device says, every op ends in bounded time with an errno of the
 * contract, what the family tells the core stays within what the core relies on, nothing leaks, and
 * once the device is honest again a reset, as the core does it, makes the port work to the byte. For
 * one test program, after the family's rig.
 *
 * SEED=n repeats one seed and prints its lies; ROUNDS=n is how many seeds there are.
 */
#ifndef HW_HOSTILE_H
#define HW_HOSTILE_H

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

#define NR_QUEUES	4
#define NR_FILTERS	16
#define NR_MOVES	40
#define VECTORS		8
#define LIES_SHOWN	40

/* Of one op, in the device's time: the longest waits of the data sheets in a row, and no more. */
#define OP_BOUND_MS	20000
#define OP_BOUND_READS	2000000
/* Of one seed, in real time: an endless loop. */
#define SEED_BOUND_S	60

struct port {
	struct rig *r;
	bool running[NR_QUEUES];
	struct ndrv_hw_filter filters[NR_FILTERS];
	bool added[NR_FILTERS];
	u64 order;
	u64 state;			/* of the generator */
	u64 pending;			/* vectors that sent a message */
	bool misc_pending;
	const char *op;
	u64 op_start, op_reads;
};

/* What all seeds together met: a run that met nothing has tested nothing. */
static struct {
	u64 ops, errors, gone, resets, dead_starts, ok_starts, messages;
	u64 max_ms, max_reads;
	const char *max_op;
} met;

static u64 seed_now;
static unsigned int bad;		/* broken promises of the seed under way */

static u32 rnd(struct port *t)
{
	t->state ^= t->state << 13;
	t->state ^= t->state >> 7;
	t->state ^= t->state << 17;
	return (u32)(t->state >> 16);
}

__attribute__((format(printf, 2, 3)))
static void broken(struct port *t, const char *fmt, ...)
{
	va_list ap;

	printf("# seed %llu, %s: ", (unsigned long long)seed_now, t->op);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!bad++)
		sim_hostile_print(t->r->sim, LIES_SHOWN, "#   ", stdout);
}

static void on_alarm(int sig)
{
	static const char text[] = "# an op does not end; its seed is the last one printed\n";

	(void)sig;
	if (write(1, text, sizeof(text) - 1) < 0)
		_exit(2);
	abort();
}

/* ---- what the core does ------------------------------------------------------------------------ */

static struct port *port_now;

/* Interrupts come when no lock is held: after the op under way. */
static void on_message(void *arg, unsigned int vec)
{
	(void)arg;
	met.messages++;
	if (vec < 64)
		port_now->pending |= 1ull << vec;
}

static void interrupts(struct port *t)
{
	const struct ndrv_hw_ops *ops = t->r->ops;
	struct ndrv_hw *hw = &t->r->hw;
	u32 vec;

	for (vec = 0; hw->vectors && vec < hw->vectors; vec++) {
		if (!(t->pending >> vec & 1))
			continue;
		t->pending &= ~(1ull << vec);
		if (vec)
			ops->vector_off(hw, vec);
		else
			ops->misc_off(hw);
		t->misc_pending |= !vec;
	}
}

static void begin(struct port *t, const char *op)
{
	t->op = op;
	t->op_start = sim_inproc_now();
	t->op_reads = host.reads;
}

static bool may_return(int err)
{
	return err == 0 || err == -ETIMEDOUT || err == -EIO || err == -ENODEV ||
	       err == -ECONNRESET || err == -ENOSPC || err == -EOPNOTSUPP;
}

static int end(struct port *t, int err)
{
	u64 ms = ms_since(t->op_start), reads = host.reads - t->op_reads;

	met.ops++;
	met.errors += err != 0;
	if (ms > met.max_ms) {
		met.max_ms = ms;
		met.max_op = t->op;
	}
	if (reads > met.max_reads)
		met.max_reads = reads;
	if (ms > OP_BOUND_MS || reads > OP_BOUND_READS)
		broken(t, "took %llu ms and %llu reads", (unsigned long long)ms,
		       (unsigned long long)reads);
	if (!may_return(err))
		broken(t, "returned %d", err);
	if (err == -ENODEV && !t->r->hw.gone)
		broken(t, "ENODEV and the card is not gone");
	interrupts(t);
	return err;
}

/* What the core trusts after start: sizes of its tables, offsets for mmap. */
static void check_sane(struct port *t)
{
	const struct ndrv_hw_info *info = family.info;
	struct ndrv_hw *hw = &t->r->hw;
	u32 q, tx, off;

	if (!hw->max_queues || hw->max_queues > info->max_queues)
		broken(t, "max_queues is %u", hw->max_queues);
	if (hw->rss_queues > info->rss_queues)
		broken(t, "rss_queues is %u", hw->rss_queues);
	if (hw->features & ~info->features)
		broken(t, "features are %#x", hw->features);
	for (q = 0; q < hw->max_queues; q++)
		for (tx = 0; tx < 2; tx++) {
			off = t->r->ops->tail_off(hw, q, tx);
			if (off & 3 || off + 4ull > hw->regs_bytes)
				broken(t, "the tail of queue %u is at %#x", q, off);
		}
}

/* -> the port is usable */
static bool core_start(struct port *t)
{
	struct ndrv_hw *hw = &t->r->hw;
	const struct ndrv_hw_ops *ops = t->r->ops;
	int err;

	memset(t->running, 0, sizeof(t->running));
	memset(t->added, 0, sizeof(t->added));
	begin(t, "start");
	err = end(t, ops->start(hw));
	if (!err) {
		begin(t, "set_rx_mode");
		err = end(t, ops->set_rx_mode(hw, false, false, 1514));
	}
	if (err || hw->gone) {
		met.dead_starts++;
		return false;
	}
	met.ok_starts++;
	check_sane(t);
	if (hw->vectors)
		ops->misc_arm(hw);
	return true;
}

static bool core_quiet(struct port *t)
{
	struct ndrv_hw *hw = &t->r->hw;
	int err;

	begin(t, "reset");
	err = end(t, t->r->ops->reset(hw));
	if (err && !hw->gone) {
		sim_inproc_flr(t->r->p);
		sim_inproc_enable(t->r->p);
		hw->link_up = false;
		begin(t, "reset after FLR");
		err = end(t, t->r->ops->reset(hw));
	}
	return !err;
}

/* A reset for one queue's sake, as ndrv_dev_reset_for(). */
static bool core_reset(struct port *t)
{
	met.resets++;
	return core_quiet(t) && core_start(t);
}

/* ---- moves; each false: the port is lost ------------------------------------------------------- */

static bool settled(struct port *t, int err)
{
	if (err == -ETIMEDOUT || err == -ECONNRESET)
		return core_reset(t);
	return err != -ENODEV && !t->r->hw.gone;
}

static bool move_queue(struct port *t)
{
	struct rig *r = t->r;
	u32 q = rnd(t) % NR_QUEUES, i;
	int err;

	r->q.queue = q;
	r->q.vector = r->hw.vectors ? 1 + q % (r->hw.vectors - 1) : 0;
	if (q >= r->hw.max_queues)
		return true;
	if (t->running[q]) {
		begin(t, "queue_stop");
		err = end(t, r->ops->queue_stop(&r->hw, &r->q));
		t->running[q] = false;
		return settled(t, err);
	}
	for (i = 0; i < RING_ENTRIES; i++)
		family.rx_post(rx_desc(r, i), BUF_IOVA + (u64)i * BUF_BYTES);
	r->tx_tail = 0;
	begin(t, "queue_start");
	err = end(t, r->ops->queue_start(&r->hw, &r->q));
	t->running[q] = !err;
	if (!err)
		r->ops->doorbell(&r->hw, q, false, rx_tail(RING_ENTRIES - 1));
	return settled(t, err);
}

static bool move_traffic(struct port *t)
{
	struct rig *r = t->r;
	u32 q = rnd(t) % NR_QUEUES, i;
	u8 f[1514];

	frame_make(f, sizeof(f), rnd(t) & 1 ? mac : (const u8[6]){ 1, 0, 0x5e, 1, 2, 3 }, 0x55);
	for (i = rnd(t) % 8; i; i--)
		sim_inproc_inject(r->p, f, 60 + rnd(t) % 1455);
	if (q < r->hw.max_queues && t->running[q]) {
		family.tx_post(tx_desc(r, r->tx_tail), BUF_IOVA + RING_ENTRIES * BUF_BYTES, 64);
		r->tx_tail = (r->tx_tail + 1) % RING_ENTRIES;
		begin(t, "doorbell");
		r->ops->doorbell(&r->hw, q, true, r->tx_tail);
		r->ops->doorbell(&r->hw, q, false, rx_tail(rnd(t) % RING_ENTRIES));
		end(t, 0);
	}
	for (i = 1 + rnd(t) % 20; i; i--)
		sim_inproc_step(1000 + rnd(t) % 1000000);
	interrupts(t);
	return !r->hw.gone;
}

static bool move_link(struct port *t)
{
	struct ndrv_hw *hw = &t->r->hw;
	u32 mbps = 0;
	bool up = false;
	int err;

	begin(t, "link");
	err = end(t, t->r->ops->link(hw, &up, &mbps));
	if (!err && !up && mbps)
		broken(t, "down at %u Mb/s", mbps);
	if (!err)
		hw->link_up = up;
	if (!err && t->misc_pending && !hw->gone) {
		t->misc_pending = false;
		t->r->ops->misc_arm(hw);
	}
	return settled(t, err);
}

static bool move_stats(struct port *t)
{
	struct ndrv_hw_queue_stats qacc = { 0 };
	struct ndrv_hw_stats acc = { 0 };
	struct rig *r = t->r;
	u32 q = rnd(t) % NR_QUEUES;

	begin(t, "stats");
	r->ops->stats(&r->hw, &acc);
	end(t, 0);
	if (!t->running[q] || !r->ops->queue_stats)
		return !r->hw.gone;
	r->q.queue = q;
	begin(t, "queue_stats");
	r->ops->queue_stats(&r->hw, &r->q, &qacc);
	end(t, 0);
	return !r->hw.gone;
}

static bool move_filter(struct port *t)
{
	static const u32 types[] = { NDRV_FILTER_MAC, NDRV_FILTER_VLAN, NDRV_FILTER_ETHERTYPE,
				     NDRV_FILTER_TUPLE };
	static const u32 feats[] = { NDRV_FEAT_FILTER_MAC, NDRV_FEAT_FILTER_VLAN,
				     NDRV_FEAT_FILTER_ETHERTYPE, NDRV_FEAT_FILTER_TUPLE };
	struct ndrv_hw *hw = &t->r->hw;
	u32 i = rnd(t) % NR_FILTERS, k = rnd(t) % 4;
	struct ndrv_hw_filter *f = &t->filters[i];
	int err;

	if (t->added[i]) {
		begin(t, "filter_del");
		err = end(t, t->r->ops->filter_del(hw, f));
		t->added[i] = false;
		return settled(t, err);
	}
	if (!(hw->features & feats[k]))
		return true;
	*f = (struct ndrv_hw_filter){ .type = types[k], .order = ++t->order,
				      .mac = { 2, 9, 9, 9, 9, (u8)i }, .vlan = (u16)(i + 1),
				      .ethertype = (u16)(0x9000 + i), .proto = 17,
				      .fields = NDRV_FILTER_F_PROTO | NDRV_FILTER_F_DST_PORT,
				      .dst_port = (__be16)i };
	f->queue = types[k] == NDRV_FILTER_VLAN ? NDRV_QUEUE_ANY : 0;
	begin(t, "filter_add");
	err = end(t, t->r->ops->filter_add(hw, f));
	t->added[i] = !err;
	return settled(t, err);
}

static bool move_rss(struct port *t)
{
	struct ndrv_hw *hw = &t->r->hw;
	struct ndrv_hw_rss rss;
	u32 i;
	int err;

	if (!t->r->ops->rss || !hw->rss_queues)
		return true;
	memset(rss.key, (int)(rnd(t) & 0xff), sizeof(rss.key));
	for (i = 0; i < NDRV_HW_RSS_TABLE; i++)
		rss.table[i] = (u16)(rnd(t) % hw->rss_queues);
	begin(t, "rss");
	err = end(t, t->r->ops->rss(hw, rnd(t) % 4 ? &rss : NULL));
	return settled(t, err);
}

static bool move_mode(struct port *t)
{
	struct rig *r = t->r;
	u32 q = rnd(t) % NR_QUEUES;
	int err;

	begin(t, "set_rx_mode");
	err = end(t, r->ops->set_rx_mode(&r->hw, rnd(t) & 1, rnd(t) & 1,
					 rnd(t) & 1 ? 1514 : family.info->max_frame));
	if (!err && t->running[q] && r->ops->rx_drop) {
		r->q.queue = q;
		r->ops->rx_drop(&r->hw, &r->q, rnd(t) & 1);
	}
	return settled(t, err);
}

static bool move_sweep(struct port *t)
{
	struct ndrv_hw_live live = { 0 };
	u32 q;
	int err;

	for (q = 0; q < NR_QUEUES; q++)
		if (t->running[q]) {
			__set_bit(q, live.rx);
			__set_bit(q, live.tx);
		}
	begin(t, "sweep");
	err = t->r->ops->sweep(&t->r->hw, &live);
	if (err > (int)(2 * t->r->hw.max_queues))
		broken(t, "swept %d queues of %u", err, t->r->hw.max_queues);
	return settled(t, end(t, err > 0 ? 0 : err));
}

static bool move_arm(struct port *t)
{
	struct rig *r = t->r;
	u32 q = rnd(t) % NR_QUEUES;

	if (!r->hw.vectors || !t->running[q])
		return true;
	r->q.queue = q;
	r->q.vector = 1 + q % (r->hw.vectors - 1);
	begin(t, "queue_arm");
	r->ops->queue_arm(&r->hw, &r->q, rnd(t) & 1, rnd(t) & 1);
	end(t, 0);
	return !r->hw.gone;
}

static bool (*const moves[])(struct port *t) = {
	move_queue, move_queue, move_queue, move_traffic, move_traffic, move_traffic, move_link,
	move_stats, move_filter, move_rss, move_mode, move_sweep, move_arm, move_arm, core_reset,
};

/* ---- a seed ------------------------------------------------------------------------------------- */

static void lie(struct port *t, u64 seed)
{
	static const u32 rates[] = { 2, 5, 16, 50, 200 };
	unsigned int what = rnd(t) % 3 ? SIM_LIE_ALL : 1u << rnd(t) % 7;

	sim_hostile_on(t->r->sim, seed, rates[rnd(t) % ARRAY_SIZE(rates)], what);
}

static void attach_again(struct port *t)
{
	struct rig *r = t->r;
	u32 vectors = r->hw.vectors;

	if (r->ops->detach)
		r->ops->detach(&r->hw);
	rig_hw(r);
	r->hw.vectors = vectors;
	if (r->ops->attach && r->ops->attach(&r->hw))
		broken(t, "attach failed");
}

/* Unbind and bind, on a device that is honest from here on. */
static void recover(struct port *t)
{
	struct rig *r = t->r;

	t->op = "recovery";
	attach_again(t);
	r->q = (struct ndrv_hw_queue){
		.rx_entries = RING_ENTRIES, .tx_entries = RING_ENTRIES, .rx_buf_bytes = BUF_BYTES,
		.rx_iova = RX_RING_IOVA, .tx_iova = TX_RING_IOVA,
		.vector = r->hw.vectors ? 1 : 0,
	};
	if (!core_quiet(t) || !core_start(t) || !rig_link(r))
		broken(t, "the port does not come up on an honest device: %s", host.last_error);
	else if (memcmp(r->hw.mac, mac, 6))
		broken(t, "a wrong address");
	else if (queue_up(r, 0) || !tx_works(r, 100) || !rx_works(r, 0, 100, mac) ||
		 !tx_works(r, 1514) || !rx_works(r, 1, 1514, mac))
		broken(t, "frames do not pass on an honest device");
	else if (r->ops->queue_stop(&r->hw, &r->q))
		broken(t, "a queue does not stop on an honest device");
}

static void seed_run(u64 seed, const char *const *options, unsigned int nr_options)
{
	struct port t = { .state = (seed + 1) * 0x9e3779b97f4a7c15ull | 1, .op = "open" };
	bool early = seed & 1, alive;
	struct rig r;
	u32 i;

	seed_now = seed;
	bad = 0;
	alarm(SEED_BOUND_S);
	for (i = 0; i < 8; i++)
		rnd(&t);
	rig_open(&r, "hostile", options[rnd(&t) % nr_options]);
	host.quiet = !getenv("SEED");
	t.r = &r;
	port_now = &t;
	r.hw.vectors = rnd(&t) % 4 ? VECTORS : 0;
	r.q.vlan_strip = rnd(&t) & 1;
	if (r.hw.vectors)
		sim_inproc_msix_open(r.p);
	sim_inproc_on_msix(r.p, on_message, NULL);
	if (early)
		lie(&t, seed);
	alive = core_quiet(&t) && core_start(&t);
	if (!early) {
		rig_link(&r);
		lie(&t, seed);
	}
	for (i = 0; i < NR_MOVES && alive; i++)
		alive = moves[rnd(&t) % ARRAY_SIZE(moves)](&t);
	met.gone += r.hw.gone;
	if (!r.hw.gone) {
		begin(&t, "shutdown");
		end(&t, r.ops->shutdown(&r.hw));
	}
	if (getenv("SEED"))
		sim_hostile_print(r.sim, 256, "# ", stdout);
	sim_hostile_off(r.sim);
	recover(&t);
	t.op = "close";
	rig_close(&r);
	if (host_dma_bytes)
		broken(&t, "%llu bytes of DMA memory leak", (unsigned long long)host_dma_bytes);
	alarm(0);
}

static int hostile_main(const char *const *options, unsigned int nr_options, unsigned int rounds)
{
	const char *s = getenv("SEED"), *n = getenv("ROUNDS");
	u64 seed = s ? strtoull(s, NULL, 0) : 1, last;
	unsigned int failed = 0;
	struct timespec a, b;

	signal(SIGALRM, on_alarm);
	if (n)
		rounds = (unsigned int)strtoul(n, NULL, 0);
	else if (s)
		rounds = 1;
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (last = seed + rounds; seed < last; seed++) {
		seed_run(seed, options, nr_options);
		failed += bad != 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("# %u seeds in %.1f s: %llu ops, %llu errors, %llu resets, %llu starts and %llu that "
	       "failed, %llu cards gone, %llu messages; longest op: %s, %llu ms; most reads: %llu\n",
	       rounds, (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9,
	       (unsigned long long)met.ops, (unsigned long long)met.errors,
	       (unsigned long long)met.resets, (unsigned long long)met.ok_starts,
	       (unsigned long long)met.dead_starts, (unsigned long long)met.gone,
	       (unsigned long long)met.messages, met.max_op, (unsigned long long)met.max_ms,
	       (unsigned long long)met.max_reads);
	tap_eq(failed, 0, "seeds with a broken promise");
	if (rounds >= 100) {
		tap_ok(met.errors > rounds / 8 && met.gone && met.dead_starts, "lies did harm");
		tap_ok(met.ok_starts > rounds && met.messages, "and not only that");
	}
	return tap_done();
}

#endif
