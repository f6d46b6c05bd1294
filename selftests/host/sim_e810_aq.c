// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810 model's admin queue as a driver meets it: rings, answers, errors, events, and each fault
 * that can be injected into it.
 */
#include "sim_e810.h"

#define OP_VERSION	0x0001
#define OP_SHUTDOWN	0x0003
#define OP_REQ_RES	0x0008
#define OP_RELEASE	0x0009
#define OP_CAPS		0x000a
#define OP_MAC_READ	0x0107
#define OP_LINK		0x0607
#define EBUSY_FW	12
#define EINVAL_FW	14
#define ENOSYS_FW	17

static const uint8_t none[16];

static void version_and_ring(void)
{
	struct port *t = port_new("mac=02:00:00:00:00:42");

	tap_eq(aq(t, OP_VERSION, none, 0, false), 0, "get version");
	tap_eq(t->done.flags & (DESC_DD | DESC_CMP | DESC_ERR), DESC_DD | DESC_CMP, "DD and CMP");
	tap_eq(t->done.param[13], 1, "API major version");
	tap_eq(t->done.cookie_high, 0x11223344, "the cookie comes back");
	for (unsigned int i = 0; i < 3 * AQ_ENTRIES; i++)
		if (aq(t, OP_VERSION, none, 0, false))
			tap_ok(0, "command %u of a full lap fails", i);
	tap_eq(rd(t, ATQ_HEAD), t->next, "the head follows through the wrap");
	tap_eq(aq(t, 0x7777, none, 0, false), ENOSYS_FW, "an unknown opcode is ENOSYS");
	tap_eq(t->done.flags & DESC_ERR, DESC_ERR, "and ERR is set");
	tap_eq(t->done.opcode, 0x7777, "the opcode is echoed");

	memset(t->buf, 0xee, 4096);
	tap_eq(aq(t, OP_MAC_READ, none, 24, false), 0, "read MAC");
	tap_eq(t->done.datalen, 8, "datalen is what was written");
	tap_ok(!memcmp(t->buf + 2, "\x02\0\0\0\0\x42", 6), "the address of the option");
	tap_eq(t->buf[8], 0xee, "bytes beyond datalen are not touched");

	wr(t, ATQ_TAIL, 500);
	tap_eq(ctr(t)->tail_overruns, 1, "a tail outside the ring is counted");
	tap_eq(rd(t, ATQ_TAIL), rd(t, ATQ_HEAD), "and ignored");
	tap_eq(aq(t, OP_VERSION, none, 0, false), 0, "the queue goes on");
	/* Drivers that shut down clear head, tail and length in this order. */
	wr(t, ATQ_HEAD, 0);
	settle();
	tap_eq(rd(t, ATQ_HEAD), 0, "a head written back runs no old command");
	wr(t, ATQ_TAIL, 0);
	wr(t, ATQ_LEN, 0);
	t->next = 0;
	aq_post(t, OP_VERSION, none, 0, false);
	tap_ok(!aq_done(t), "a disabled queue answers nothing");
	port_free(t);
}

static void bad_memory(void)
{
	struct port *t = port_new(NULL);

	aq_post(t, OP_VERSION, none, 0, false);
	wr(t, ATQ_LEN, 0);
	aq_open(t);
	sim_inproc_unmap(t->p, AQ_BUF, 4096);
	tap_ok(aq(t, OP_CAPS, none, 4096, false) == -1, "an answer to an unmapped buffer never comes");
	tap_ok(rd(t, ATQ_LEN) & 1u << 30, "the length register says critical error");
	tap_ok(ctr(t)->dma_faults > 0, "and the fault is counted");
	port_free(t);

	t = port_new(NULL);
	wr(t, ATQ_LEN, 0);
	wr(t, ATQ_BAL, 0x40000000);
	wr(t, ATQ_LEN, AQ_ENTRIES | AQ_ENABLE);
	wr(t, ATQ_TAIL, 1);
	tap_ok(rd(t, ATQ_LEN) & 1u << 30, "a ring that is not mapped: critical error");
	wr(t, ATQ_LEN, 0);
	tap_eq(rd(t, ATQ_LEN), 0, "disabling clears it");
	port_free(t);
}

static void capabilities(void)
{
	struct port *t = port_new("vectors=64");
	unsigned int n;
	uint32_t rxqs = 0, vectors = 0;

	tap_eq(aq(t, OP_CAPS, none, 64, false), 9, "too small a buffer: ENOMEM");
	n = le32(t->done.param + 4);
	tap_ok(n >= 7 && n < 128, "with the number of capabilities");
	tap_eq(aq(t, OP_CAPS, none, 4096, false), 0, "function capabilities");
	tap_eq(le32(t->done.param + 4), n, "the same number");
	tap_eq(t->done.datalen, 32 * n, "32 bytes each");
	for (unsigned int i = 0; i < n; i++) {
		if (le16(t->buf + 32 * i) == 0x41)
			rxqs = le32(t->buf + 32 * i + 4);
		if (le16(t->buf + 32 * i) == 0x43)
			vectors = le32(t->buf + 32 * i + 4);
	}
	tap_eq(rxqs, 256, "receive queues");
	tap_eq(vectors, 64, "vectors follow the option");
	tap_eq(sim_inproc_cfg_rd(t->p, 0x72, 2) & 0x7ff, 63, "as the MSI-X capability says");
	port_free(t);
}

static int lock(struct port *t, uint16_t op, uint16_t id, uint32_t ms)
{
	uint8_t param[16] = { 0 };

	set16(param, id);
	set16(param + 2, 2);
	set32(param + 4, ms);
	return aq(t, op, param, 0, false);
}

static void locks(void)
{
	struct port *t = port_new(NULL);

	tap_eq(lock(t, OP_RELEASE, 1, 0), EINVAL_FW, "releasing what nobody holds");
	tap_eq(lock(t, OP_REQ_RES, 9, 0), EINVAL_FW, "a resource that is none");
	tap_eq(lock(t, OP_REQ_RES, 1, 1000), 0, "take the NVM");
	tap_eq(le32(t->done.param + 4), 1000, "for as long as was asked");
	tap_eq(lock(t, OP_REQ_RES, 1, 1000), EBUSY_FW, "a second time: busy");
	tap_ok(le32(t->done.param + 4) <= 1001, "with the time that is left");
	tap_eq(lock(t, OP_REQ_RES, 3, 1000), 0, "another resource is free");
	tap_eq(lock(t, OP_RELEASE, 1, 0), 0, "release");
	tap_eq(lock(t, OP_REQ_RES, 1, 1000), 0, "and take it again");
	sim_inproc_step(1001000000);
	tap_eq(lock(t, OP_REQ_RES, 1, 1000), 0, "a lock ends with its time");
	wr(t, 0x091000, 1);
	tap_eq(rd(t, 0x091000), 0, "PFR is done");
	aq_open(t);
	tap_eq(lock(t, OP_REQ_RES, 1, 1000), 0, "and with its function");
	port_free(t);
}

static void link_events(void)
{
	struct port *t = port_new("speed=25000");
	uint8_t param[16] = { 0 }, *buf;
	struct aq_desc *ev;
	unsigned int n;

	sim_inproc_link(t->p, true);
	settle();
	tap_ok(!aq_event(t, &buf), "no event before it is asked for");
	set16(param + 2, 3);
	memset(t->buf, 0, 64);
	tap_eq(aq(t, OP_LINK, param, 32, false), 0, "link status, events on");
	tap_eq(t->buf[2] & 1, 1, "link is up");
	tap_eq(le16(t->buf + 10), 0x80, "25G");
	sim_inproc_link(t->p, false);
	settle();
	ev = aq_event(t, &buf);
	tap_ok(ev && ev->opcode == OP_LINK && ev->flags & DESC_DD, "an event: link status");
	tap_ok(ev && ev->datalen == 32 && !(buf[2] & 1), "it says down");
	sim_inproc_link(t->p, true);
	settle();
	ev = aq_event(t, &buf);
	tap_ok(ev && buf[2] & 1, "the next says up");
	tap_ok(!aq_event(t, &buf), "and that is all");

	memset(param, 0, sizeof(param));
	set16(param + 8, 0x0002);
	tap_eq(aq(t, 0x0613, param, 0, false), 0, "mask up/down");
	sim_inproc_link(t->p, false);
	settle();
	tap_ok(!aq_event(t, &buf), "a masked event does not come");

	/* Nobody posts buffers: events wait, and come once there are some. */
	set16(param + 8, 0);
	aq(t, 0x0613, param, 0, false);
	wr(t, ARQ_LEN, 0);
	sim_inproc_link(t->p, true);
	settle();
	aq_open(t);
	settle();
	tap_ok(aq_event(t, &buf) && buf[2] & 1, "an event waits for its buffer");

	for (unsigned int i = 0; i < 100; i++) {
		sim_inproc_link(t->p, i & 1);
		settle();
	}
	tap_ok(rd(t, ARQ_LEN) & 1u << 29, "events that nobody fetches: overflow");
	for (n = 0; aq_event(t, &buf); n++)
		settle();
	tap_ok(n > AQ_ENTRIES && n < 100, "those that were kept still come");
	port_free(t);
}

static int fault(struct port *t, const char *name, uint64_t count)
{
	struct sim_dev *dev = sim_inproc_dev(t->p);

	return dev->ops->fault(dev, name, count);
}

static void faults_of_answers(void)
{
	struct port *t = port_new(NULL);
	uint8_t clean[32];

	tap_ok(fault(t, "aq-no-such", 1) < 0 && fault(t, "aq-late:zz", 1) < 0, "names are checked");
	aq(t, OP_MAC_READ, none, 24, false);
	memcpy(clean, t->buf, sizeof(clean));

	fault(t, "aq-error:0107", 1);
	tap_eq(aq(t, OP_VERSION, none, 0, false), 0, "aq-error leaves another opcode alone");
	tap_eq(aq(t, OP_MAC_READ, none, 24, false), 5, "aq-error: EIO");
	tap_eq(aq(t, OP_MAC_READ, none, 24, false), 0, "aq-error: once");

	fault(t, "aq-oversized", 1);
	tap_eq(aq(t, OP_MAC_READ, none, 24, false), 0, "aq-oversized");
	tap_ok(t->done.datalen > 24, "datalen is more than was asked for");

	fault(t, "aq-wrong-opcode", 1);
	tap_eq(aq(t, OP_MAC_READ, none, 24, false), 0, "aq-wrong-opcode");
	tap_ok(t->done.opcode != OP_MAC_READ, "another opcode comes back");

	fault(t, "aq-junk", 1);
	tap_eq(aq(t, OP_MAC_READ, none, 24, false), 0, "aq-junk: DD, no error");
	tap_ok(memcmp(t->buf, clean, 24), "but not that answer");
	tap_eq(t->buf[24], 0, "and nothing beyond the buffer");

	fault(t, "aq-no-dd", 1);
	tap_eq(aq(t, OP_MAC_READ, none, 24, false), -1, "aq-no-dd: the head moves, DD is missing");
	tap_ok(aq_done(t), "the head is there");
	tap_eq(aq(t, OP_MAC_READ, none, 24, false), 0, "then all is well");
	port_free(t);
}

static void faults_of_time(void)
{
	struct port *t = port_new(NULL);
	uint8_t *buf;
	struct aq_desc *ev;

	fault(t, "aq-late", 1);
	tap_eq(aq(t, OP_VERSION, none, 0, false), -1, "aq-late: no answer at once");
	sim_inproc_step(100000000);
	tap_ok(!aq_done(t), "nor after 100 ms");
	sim_inproc_step(250000000);
	tap_ok(aq_done(t) && t->done.flags & DESC_DD, "after 350 ms it is there");

	fault(t, "aq-late", 1);
	aq_post(t, OP_VERSION, none, 0, false);
	wr(t, ATQ_LEN, 0);
	sim_inproc_step(400000000);
	tap_eq(t->atq[(t->next + AQ_ENTRIES - 1) % AQ_ENTRIES].flags & DESC_DD, 0,
	       "a late answer never reaches a queue that was disabled");
	aq_open(t);

	fault(t, "aq-missing:0001", 1);
	tap_eq(aq(t, OP_VERSION, none, 0, false), -1, "aq-missing");
	sim_inproc_step(10000000000);
	tap_ok(!aq_done(t), "never");
	aq_open(t);
	tap_eq(aq(t, OP_VERSION, none, 0, false), -1, "not while the queue stays enabled");
	wr(t, ATQ_LEN, 0);
	aq_open(t);
	tap_eq(aq(t, OP_VERSION, none, 0, false), 0, "a queue made anew works");

	memset(t->arq_buf, 0, 4096 * AQ_ENTRIES);
	fault(t, "arq-junk", 2);
	settle();
	ev = aq_event(t, &buf);
	tap_ok(ev && ev->datalen > 4096, "arq-junk: more bytes than the buffer has");
	tap_ok(aq_event(t, &buf) != NULL, "as many as asked for");
	tap_ok(!aq_event(t, &buf), "no more");

	fault(t, "stuck-reset", 1);
	wr(t, 0x091000, 1);
	sim_inproc_step(10000000000);
	tap_eq(rd(t, 0x091000), 1, "stuck-reset: PFSWR stays");
	wr(t, 0x091000, 1);
	tap_eq(rd(t, 0x091000), 0, "the next reset works");
	port_free(t);
}

int main(void)
{
	version_and_ring();
	bad_memory();
	capabilities();
	locks();
	link_events();
	faults_of_answers();
	faults_of_time();
	return tap_done();
}
