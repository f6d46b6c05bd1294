// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware of an E810 that misbehaves: its answers come late, never, unfinished, too long, to
 * another command, as junk or as an error, while a queue starts, stops or is closed, the receive
 * mode changes, the link is read, the port is bound. The simulator plays it. Whatever happens, the
 * call returns, the kernel log says which command it was and what was wrong with the answer, the
 * kernel itself does not complain, and the port passes frames again, after a reset at the latest.
 *
 * Needs an E810 port of the simulator and a port of any family at the other end of its cable.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#define DRIVER		"ndrv"
#define ALWAYS		1000000000	/* until it is taken back */

enum op { START, STOP, CLOSE, RX_MODE, RSS, LINK, BIND };

/* What is left of the admin queue, and so what the caller must see. */
enum harm {
	NONE,		/* the call succeeds */
	REFUSED,	/* firmware says no, and stays there */
	LOST,		/* no command works before a reset */
	UNKNOWN,	/* a well-formed answer with senseless content: it may or may not be noticed */
};

struct rig {
	unsigned int nr, peer;		/* E810, and who is at the other end of its cable */
	int sim;			/* which port of the simulator the E810 is */
	char pci[32];
	struct port a, b;
	int kmsg;
	char *log;			/* the kernel's, since the test or the call began */
	size_t log_len;
	uint64_t call_ms;
};

FIXTURE(aq) { struct rig r; };

FIXTURE_VARIANT(aq)
{
	const char *fault;		/* of the simulator; the command's number follows */
	const char *says;		/* what the log must say of it, beside the command */
	enum harm harm;
};

FIXTURE_VARIANT_ADD(aq, late) { "aq-late", NULL, NONE };
FIXTURE_VARIANT_ADD(aq, missing) { "aq-missing", "no answer within", LOST };
FIXTURE_VARIANT_ADD(aq, unfinished) { "aq-no-dd", "not complete", LOST };
FIXTURE_VARIANT_ADD(aq, oversized) { "aq-oversized", "longer than its buffer", LOST };
FIXTURE_VARIANT_ADD(aq, wrong_opcode) { "aq-wrong-opcode", "to another opcode", LOST };
FIXTURE_VARIANT_ADD(aq, junk) { "aq-junk", NULL, UNKNOWN };
FIXTURE_VARIANT_ADD(aq, error) { "aq-error", "firmware answers 5 (EIO)", REFUSED };

#define LOG_MAX		(1 << 20)
/* The module says at most 10 things of a kind in 5 seconds: slow enough to hear all. */
#define LOG_PAUSE_MS	600

static const char *log_read(struct rig *r)
{
	char record[8192], *text;
	ssize_t n;

	/* A record is "priority,sequence,time,flags;text\n"; -EPIPE: some were overwritten. */
	while ((n = read(r->kmsg, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		if (n <= 0)
			continue;
		record[n] = 0;
		text = strchr(record, ';');
		if (!text || r->log_len + strlen(text) >= LOG_MAX)
			continue;
		strcpy(r->log + r->log_len, text + 1);
		r->log_len += strlen(text + 1);
	}
	return r->log;
}

static void log_forget(struct rig *r)
{
	log_read(r);
	r->log_len = 0;
	r->log[0] = 0;
}

/* A line of the kernel that says both, of this port. */
static bool log_says(struct rig *r, const char *one, const char *two)
{
	const char *line = log_read(r), *end;

	for (; *line; line = end + 1) {
		char text[512];

		end = strchrnul(line, '\n');
		snprintf(text, sizeof(text), "%.*s", (int)(end - line), line);
		if (strstr(text, r->pci) && strstr(text, one) && (!two || strstr(text, two)))
			return true;
		if (!*end)
			break;
	}
	return false;
}

static const char *splat(struct rig *r)
{
	static const char *const signs[] = {
		"WARNING:", "BUG:", "KASAN", "UBSAN", "Oops", "possible circular locking",
		"blocked for more than", "DMAR: [DMA", "scheduling while atomic", "DMA-API:",
	};
	unsigned int i;

	log_read(r);
	for (i = 0; i < ARRAY_SIZE(signs); i++)
		if (strstr(r->log, signs[i]))
			return signs[i];
	return NULL;
}

static int fault(struct rig *r, const char *name, unsigned int opcode, unsigned int count)
{
	if (opcode)
		return sim_command("fault %d %s:%04x %u", r->sim, name, opcode, count);
	return sim_command("fault %d %s %u", r->sim, name, count);
}

static bool is_e810(unsigned int nr)
{
	struct ndrv_info info;
	int fd = dev_open(nr), err;

	if (fd < 0)
		return false;
	err = get_info(fd, &info);
	close(fd);
	return !err && info.out_desc_format == NDRV_DESC_ICE;
}

static int set_up(struct rig *r)
{
	int err = port_setup(&r->a, r->nr, NULL);

	if (!err)
		err = port_start(&r->a);
	if (!err)
		err = port_wait_link(&r->a, LINK_MS);
	if (!err)
		err = port_wait_link(&r->b, LINK_MS);
	return err;
}

/* For FIXTURE_SETUP: leaves unless ports 0 and 1 are an E810 of the simulator and its peer. */
#define RIG_SETUP() do {							\
	struct rig *r = &self->r;						\
	r->a.fd = r->b.fd = r->kmsg = -1;					\
	NEED_PORTS(2);								\
	NEED_ROOT();								\
	r->nr = is_e810(0) ? 0 : 1;						\
	r->peer = !r->nr;							\
	if (!sim_present() || !is_e810(r->nr)) {				\
		ASSERT_FALSE(dev_needed(2));					\
		SKIP(return, "needs an E810 port of the simulator");		\
	}									\
	strncpy(r->pci, dev_pci(r->nr), sizeof(r->pci) - 1);			\
	/* Unbound it has no number any more. */				\
	r->sim = sim_index(r->nr);						\
	r->log = calloc(1, LOG_MAX);						\
	ASSERT_TRUE(r->log != NULL);						\
	r->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);		\
	ASSERT_GE(r->kmsg, 0);							\
	ASSERT_EQ(0, lseek(r->kmsg, 0, SEEK_END));				\
	ASSERT_EQ(0, port_setup(&r->b, r->peer, NULL));				\
	ASSERT_EQ(0, port_start(&r->b));					\
	ASSERT_EQ(0, set_up(r));						\
} while (0)

#define RIG_TEARDOWN() do {							\
	struct rig *r = &self->r;						\
	const char *sign;							\
	if (r->kmsg < 0)							\
		return;								\
	port_close(&r->a);							\
	port_close(&r->b);							\
	sign = splat(r);							\
	EXPECT_EQ(NULL, sign) TH_LOG("the kernel log has \"%s\":\n%s", sign, r->log); \
	if (!dev_bound_to(r->pci, DRIVER))					\
		EXPECT_EQ(0, dev_bind(r->pci, DRIVER));				\
	EXPECT_EQ(0, sim_counter(r->nr, "dma_after_stop"));			\
} while (0)

FIXTURE_SETUP(aq)
{
	RIG_SETUP();
}

FIXTURE_TEARDOWN(aq)
{
	RIG_TEARDOWN();
}

/* ---- recovery -------------------------------------------------------------------------------- */

/* One frame each way: NULL, or what did not work. Old frames may come first. */
static const char *passes(struct rig *r)
{
	struct port *ends[2] = { &r->a, &r->b };
	static uint64_t seq = 1000;
	uint8_t out[200], in[2048];
	int i, got;

	for (i = 0; i < 2; i++) {
		frame_fill(out, sizeof(out), ends[!i]->info.out_mac, ends[i]->info.out_mac, ++seq);
		if (port_send(ends[i], out, sizeof(out)))
			return "transmit ring full";
		do {
			got = port_recv(ends[!i], in, sizeof(in), 3000);
			if (got <= 0)
				return i ? "the port received nothing" : "the port sent nothing";
		} while (frame_seq(in) != seq);
		if (got != sizeof(out) || frame_check(in, sizeof(out), seq))
			return "content";
	}
	return NULL;
}

static int rx_mode(struct port *p, uint32_t flags)
{
	struct ndrv_rx_mode rm = { .size = sizeof(rm), .flags = flags };

	return xioctl(p->fd, NDRV_RX_MODE, &rm);
}

/* Frames, and firmware that obeys. */
static const char *works(struct rig *r)
{
	struct ndrv_link link;

	if (rx_mode(&r->a, NDRV_RX_MODE_ALLMULTI) || rx_mode(&r->a, 0))
		return "receive mode";
	if (get_link(r->a.fd, &link) || !link.out_up)
		return "link";
	return passes(r);
}

/* Whatever state the call left: by restart, else by reset, else by binding anew. */
static const char *recover(struct rig *r, const char **how)
{
	uint32_t state = r->a.fd >= 0 ? r->a.status->state : NDRV_STATE_IDLE;

	*how = "by itself";
	if (r->a.fd < 0) {
		if (dev_bound_to(r->pci, DRIVER) && !set_up(r) && !works(r))
			return NULL;
	} else if (state != NDRV_STATE_GONE) {
		if (state == NDRV_STATE_RUNNING && !works(r))
			return NULL;
		queue_stop(r->a.fd);
		if (!port_start(&r->a) && !port_wait_link(&r->a, LINK_MS) &&
		    !port_wait_link(&r->b, LINK_MS) && !works(r))
			return NULL;
	}
	port_close(&r->a);
	if (state != NDRV_STATE_GONE && dev_bound_to(r->pci, DRIVER)) {
		*how = "by a reset";
		if (!dev_reset(r->pci) && !set_up(r))
			return works(r);
		port_close(&r->a);
	}
	*how = "by binding anew";
	if (dev_bound_to(r->pci, DRIVER) && dev_unbind(r->pci))
		return "unbind";
	if (dev_bind(r->pci, DRIVER))
		return "bind";
	return set_up(r) ? "start" : works(r);
}

#define EXPECT_RECOVERS(what) do {						\
	const char *how, *problem = recover(&self->r, &how);			\
	EXPECT_EQ(NULL, problem) TH_LOG("no recovery %s: %s", how, problem);	\
	TH_LOG("%s: %llu ms, recovered %s", what,				\
	       (unsigned long long)self->r.call_ms, how);			\
} while (0)

/* ---- one command of a call ------------------------------------------------------------------- */

/* The kernel may know the answer from an event, for a few calls. */
static int link_from_firmware(int fd)
{
	struct ndrv_link link;
	int i, ret = 0;

	for (i = 0; i < 8 && !ret; i++)
		ret = get_link(fd, &link);
	return ret;
}

static int spread_to_0(int fd)
{
	struct ndrv_rss rss = { .size = sizeof(rss), .flags = NDRV_RSS_F_SPREAD, .key = { 1 } };

	return xioctl(fd, NDRV_RSS, &rss);
}

static int call(struct rig *r, enum op op)
{
	uint64_t start = now_ms();
	int ret = -EINVAL;

	switch (op) {
	case START: ret = port_start(&r->a); break;
	case STOP: ret = queue_stop(r->a.fd); break;
	case CLOSE: port_close(&r->a); ret = 0; break;
	case RX_MODE: ret = rx_mode(&r->a, NDRV_RX_MODE_PROMISC); break;
	case RSS: ret = spread_to_0(r->a.fd); break;
	case LINK: ret = link_from_firmware(r->a.fd); break;
	case BIND: ret = dev_bind(r->pci, DRIVER); break;
	}
	r->call_ms = now_ms() - start;
	return ret;
}

/*
 * The next command @opcode of the call @op is answered wrongly. Once, but for the link, which the
 * kernel reads every second as well.
 */
#define ONE_COMMAND(op, opcode) do {						\
	struct rig *r = &self->r;						\
	char number[24];							\
	int ret;								\
	sleep_ms(LOG_PAUSE_MS);							\
	log_forget(r);								\
	snprintf(number, sizeof(number), "opcode 0x%04x", opcode);		\
	ASSERT_EQ(0, fault(r, variant->fault, opcode, (op) == LINK ? ALWAYS : 1)); \
	ret = call(r, op);							\
	ASSERT_EQ(0, fault(r, variant->fault, opcode, 0));			\
	if (variant->harm == NONE)						\
		EXPECT_EQ(0, ret) TH_LOG("%s", number);				\
	if (variant->harm == LOST || variant->harm == REFUSED) {		\
		if ((op) != CLOSE)						\
			EXPECT_NE(0, ret) TH_LOG("%s: nobody was told", number); \
		EXPECT_TRUE(log_says(r, number, variant->says))			\
			TH_LOG("no line with \"%s\" and \"%s\":\n%s", number,	\
			       variant->says, r->log);				\
	}									\
	EXPECT_RECOVERS(number);						\
} while (0)

TEST_F_TIMEOUT(aq, queue_start, 600)
{
	ASSERT_EQ(0, queue_stop(self->r.a.fd));
	ONE_COMMAND(START, 0x0c30);
}

TEST_F_TIMEOUT(aq, queue_stop, 600)
{
	ONE_COMMAND(STOP, 0x0c31);
}

/* Close cannot fail: it stops the card, whatever that takes. */
TEST_F_TIMEOUT(aq, close, 600)
{
	ONE_COMMAND(CLOSE, 0x0c31);
}

TEST_F_TIMEOUT(aq, rx_mode, 600)
{
	ONE_COMMAND(RX_MODE, 0x02a0);
}

TEST_F_TIMEOUT(aq, rss, 600)
{
	if (!self->r.a.info.out_rss_queues)
		SKIP(return, "no RSS: the card has no package");
	ONE_COMMAND(RSS, 0x0b03);
}

TEST_F_TIMEOUT(aq, link, 600)
{
	ONE_COMMAND(LINK, 0x0607);
}

/* Each of these in turn goes wrong while the port is bound; all have a buffer. */
TEST_F_TIMEOUT(aq, bind, 1200)
{
	static const unsigned int opcodes[] = { 0x000a, 0x0107, 0x0210, 0x02a0, 0x0401 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(opcodes); i++) {
		port_close(&self->r.a);
		ASSERT_EQ(0, dev_unbind(self->r.pci));
		ONE_COMMAND(BIND, opcodes[i]);
	}
}

/* ---- firmware that is dead, or talks without being asked -------------------------------------- */

FIXTURE(firmware) { struct rig r; };

FIXTURE_SETUP(firmware)
{
	RIG_SETUP();
}

FIXTURE_TEARDOWN(firmware)
{
	RIG_TEARDOWN();
}

/* Not one command is answered any more, not even after a reset: the port is given up. */
#define DEAD_FIRMWARE(op) do {							\
	struct rig *r = &self->r;						\
	const volatile struct ndrv_status *st;					\
	int err;								\
	st = xmmap(r->a.fd, page_up(1), PROT_READ, MAP_SHARED, NDRV_MMAP_STATUS, &err); \
	ASSERT_EQ(0, err);							\
	log_forget(r);								\
	ASSERT_EQ(0, fault(r, "aq-missing", 0, ALWAYS));			\
	EXPECT_EQ(-ENODEV, call(r, op));					\
	ASSERT_EQ(0, fault(r, "aq-missing", 0, 0));				\
	EXPECT_TRUE(log_says(r, "opcode 0x", "no answer within")) TH_LOG("%s", r->log); \
	EXPECT_TRUE(log_says(r, "the port does not start after its reset", NULL)) \
		TH_LOG("%s", r->log);						\
	EXPECT_EQ(NDRV_STATE_GONE, st->state);					\
	munmap((void *)st, page_up(1));						\
	EXPECT_RECOVERS("dead firmware");					\
} while (0)

TEST_F_TIMEOUT(firmware, dead_at_stop, 600)
{
	DEAD_FIRMWARE(STOP);
}

TEST_F_TIMEOUT(firmware, dead_at_start, 600)
{
	ASSERT_EQ(0, queue_stop(self->r.a.fd));
	DEAD_FIRMWARE(START);
}

/* Unbinding a port whose firmware is dead ends, and so does a bind, which fails. */
TEST_F_TIMEOUT(firmware, dead_at_unbind_and_bind, 600)
{
	struct rig *r = &self->r;

	ASSERT_EQ(0, fault(r, "aq-missing", 0, ALWAYS));
	EXPECT_EQ(0, dev_unbind(r->pci));
	EXPECT_EQ(NDRV_STATE_GONE, r->a.status->state);
	port_close(&r->a);
	log_forget(r);
	EXPECT_NE(0, call(r, BIND));
	EXPECT_TRUE(log_says(r, "opcode 0x", "no answer within")) TH_LOG("%s", r->log);
	ASSERT_EQ(0, fault(r, "aq-missing", 0, 0));
	EXPECT_FALSE(dev_bound_to(r->pci, DRIVER));
	EXPECT_RECOVERS("dead firmware");
}

/* The reset itself does not finish. */
TEST_F_TIMEOUT(firmware, stuck_reset, 600)
{
	struct rig *r = &self->r;

	port_close(&r->a);
	ASSERT_EQ(0, dev_unbind(r->pci));
	log_forget(r);
	ASSERT_EQ(0, fault(r, "stuck-reset", 0, ALWAYS));
	EXPECT_NE(0, call(r, BIND));
	ASSERT_EQ(0, fault(r, "stuck-reset", 0, 0));
	EXPECT_TRUE(log_says(r, "PFGEN_CTRL", NULL)) TH_LOG("%s", r->log);
	EXPECT_FALSE(dev_bound_to(r->pci, DRIVER));
	EXPECT_RECOVERS("stuck-reset");
}

/*
 * Somebody else resets the whole card: queues, VSI, admin queue and package are gone at a stroke.
 * The module looks at least every few seconds, so the program learns of it without asking.
 */
TEST_F_TIMEOUT(firmware, core_reset, 600)
{
	struct rig *r = &self->r;
	uint64_t end = now_ms() + 20000;

	ASSERT_EQ(0, fault(r, "core-reset", 0, 1));
	while (r->a.status->state == NDRV_STATE_RUNNING && now_ms() < end)
		sleep_ms(20);
	EXPECT_EQ(NDRV_STATE_REVOKED, r->a.status->state);
	EXPECT_RECOVERS("core-reset");
}

/* Events that nobody can have sent: frames pass on, and the link is what it is. */
TEST_F_TIMEOUT(firmware, junk_events, 600)
{
	struct rig *r = &self->r;
	struct ndrv_link link;
	const char *problem;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, fault(r, "arq-junk", 0, 8));
		sleep_ms(1500);
		problem = passes(r);
		EXPECT_EQ(NULL, problem) TH_LOG("%s", problem);
	}
	ASSERT_EQ(0, get_link(r->a.fd, &link));
	EXPECT_EQ(1, link.out_up);
	EXPECT_EQ(NDRV_STATE_RUNNING, r->a.status->state);
	EXPECT_RECOVERS("arq-junk");
}

TEST_HARNESS_MAIN
