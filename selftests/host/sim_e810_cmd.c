// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810 model's commands and resets: what each answers, what it refuses, and what a reset leaves
 * behind. Rules, queues and RSS tables have tests of their own.
 */
#include "sim_e810.h"

#define ENOENT_FW	2
#define EPERM_FW	1
#define ENOMEM_FW	9
#define EBUSY_FW	12
#define EEXIST_FW	13
#define EINVAL_FW	14
#define ENOSPC_FW	16
#define EBADBUF_FW	28

#define PFGEN_CTRL	0x091000
#define GLGEN_RSTAT	0x0b8188
#define GLGEN_RTRIG	0x0b8190
#define GLNVM_ULD	0x0b6008
#define GLPCI_LBARCTRL	0x09de74

static const uint8_t none[16];

static bool shared(struct port *t, uint64_t off)
{
	return sim_inproc_bar_ptr(t->p, 0, off);
}

/* ---- device ---- */

static void registers(void)
{
	struct port *t = port_new(NULL);
	unsigned int ones = 0;

	tap_eq(rd(t, GLNVM_ULD) & 0x33b, 0x33b, "NVM is loaded");
	tap_eq(rd(t, 0x0b6108) & 0x40, 0x40, "flash is locked");
	tap_eq(rd(t, GLGEN_RSTAT) & 3, 0, "device is active");
	tap_eq(rd(t, 0x0b6134), 0, "firmware runs in its normal mode");
	tap_ok(rd(t, 0x45d058) & 0x3f, "descriptor profile 22 has its flags");
	for (uint32_t off = 0; off < 0x800000; off += 4)
		ones += rd(t, off) == 0xffffffff;
	tap_eq(ones, 0, "no register reads all ones");
	wr(t, 0x049348, 0x12345678);
	tap_eq(rd(t, 0x049348), 0x12345678, "unknown registers are storage");
	sim_inproc_wr64(t->p, 0, 0x049348, 0x1122334455667788ull);
	tap_eq(rd(t, 0x04934c), 0x11223344, "8-byte writes reach both halves");
	tap_ok(sim_inproc_rd64(t->p, 0, 0x049348) == 0x1122334455667788ull, "8-byte reads too");
	port_free(t);
}

static void bars(void)
{
	struct port *t = port_new(NULL);

	tap_ok(rd(t, GLPCI_LBARCTRL) & 4, "page space is on");
	tap_ok(shared(t, 0x03800000 + 4096 * 255), "last Rx doorbell page is shared");
	tap_ok(shared(t, 0x04000000 + 4096 * 255), "last Tx doorbell page is shared");
	tap_ok(!shared(t, 0x03800000 + 4096 * 256), "no more than there are queues");
	tap_ok(shared(t, 0x290000) && shared(t, 0x2c0000),
	       "packed tails are shared");
	tap_ok(!shared(t, 0x120000), "queue enables are not");
	tap_eq(sim_inproc_dev(t->p)->bars[0].size, 0x08000000, "BAR0 is 128 MiB");
	port_free(t);

	t = port_new("pages=off");
	tap_ok(!(rd(t, GLPCI_LBARCTRL) & 4), "pages=off: page space is off");
	tap_eq(sim_inproc_dev(t->p)->bars[0].size, 0x02000000, "BAR0 is 32 MiB");
	tap_ok(shared(t, 0x290000), "packed tails are still shared");
	port_free(t);

	t = port_new("trap=on");
	tap_ok(!shared(t, 0x290000), "trap=on: nothing is shared");
	port_free(t);
}

/* ---- VSIs ---- */

static int vsi_num;

static int vsi_add(struct port *t, uint16_t first, uint16_t count, unsigned int log2)
{
	uint8_t param[16] = { [6] = 2 };
	int rc;

	memset(t->buf, 0, 4096);
	set16(t->buf + 30, first);
	set16(t->buf + 32, count);
	set16(t->buf + 62, (uint16_t)(log2 << 11));
	rc = aq(t, 0x0210, param, 128, true);
	vsi_num = le16(t->done.param) & 0x3ff;
	return rc;
}

static int vsi_free(struct port *t, unsigned int num)
{
	uint8_t param[16] = { 0 };

	set16(param, (uint16_t)(num | 0x8000));
	return aq(t, 0x0213, param, 128, false);
}

/* Member `key` of the model's state of VSI `num`, or -1. */
static long vsi_state(struct port *t, int num, const char *key)
{
	static char dump[65536];
	struct sim_dev *dev = sim_inproc_dev(t->p);
	char want[32], *at;

	dev->ops->dump(dev, dump, sizeof(dump));
	snprintf(want, sizeof(want), "{\"vsi\":%d,", num);
	at = strstr(dump, want);
	snprintf(want, sizeof(want), "\"%s\":", key);
	at = at ? strstr(at, want) : NULL;
	return at ? strtol(at + strlen(want), NULL, 10) : -1;
}

static void vsis(void)
{
	struct port *t = port_new(NULL);
	uint8_t param[16] = { 0 };
	unsigned int n = 0;
	int num;

	tap_eq(vsi_add(t, 8, 4, 2), 0, "add a VSI");
	num = vsi_num;
	tap_eq(vsi_state(t, num, "first_queue"), 8, "its first queue");
	tap_eq(vsi_state(t, num, "queues"), 4, "and their number");
	tap_eq(vsi_add(t, 250, 8, 3), EINVAL_FW, "queues beyond the last one");
	tap_eq(aq(t, 0x0210, none, 64, true), EINVAL_FW, "half a context");

	/* An update changes the sections that it says are valid and no other. */
	set16(param, (uint16_t)(num | 0x8000));
	memset(t->buf, 0, 4096);
	set16(t->buf, 1 << 7);			/* queueing options */
	tap_eq(aq(t, 0x0211, param, 128, true), 0, "update another section");
	tap_eq(vsi_state(t, num, "queues"), 4, "the queues are as before");
	set16(t->buf, 1 << 6);
	set16(t->buf + 30, 16);
	set16(t->buf + 32, 1);
	tap_eq(aq(t, 0x0211, param, 128, true), 0, "update the queues");
	tap_eq(vsi_state(t, num, "first_queue"), 16, "now they moved");

	tap_eq(vsi_free(t, (unsigned int)num), 0, "free");
	tap_eq(vsi_free(t, (unsigned int)num), ENOENT_FW, "twice");
	tap_eq(vsi_free(t, 900), ENOENT_FW, "a number that no VSI can have");
	while (!vsi_add(t, 0, 1, 0) && n < 2000)
		n++;
	tap_eq(n, 767, "768 of them with firmware's own");
	tap_eq(t->done.retval, ENOSPC_FW, "then ENOSPC");
	wr(t, PFGEN_CTRL, 1);
	aq_open(t);
	tap_eq(vsi_add(t, 0, 1, 0), 0, "PFR frees them");
	tap_eq(vsi_num, num, "the first is the first again");
	port_free(t);
}

/* ---- scheduler ---- */

static uint32_t teid[9];

static int group(struct port *t, uint16_t op, uint32_t parent, uint16_t nr, const uint32_t *list)
{
	uint8_t param[16] = { 1 };

	memset(t->buf, 0, 4096);
	set32(t->buf, parent);
	set16(t->buf + 4, nr);
	for (unsigned int i = 0; i < nr; i++) {
		if (op == 0x0401)
			t->buf[8 + 24 * i + 8] = 3;
		else
			set32(t->buf + 8 + 4 * i, list[i]);
	}
	return aq(t, op, param, (uint16_t)(8 + nr * (op == 0x0401 ? 24 : 4)), true);
}

static int move(struct port *t, uint32_t from, uint32_t to, uint32_t node)
{
	uint8_t param[16] = { 1 };

	memset(t->buf, 0, 64);
	set32(t->buf, from);
	set32(t->buf + 4, to);
	set16(t->buf + 8, 1);
	set32(t->buf + 12, node);
	return aq(t, 0x0408, param, 16, true);
}

static uint32_t parent_of(struct port *t, uint32_t node)
{
	uint8_t param[16] = { 1 };

	memset(t->buf, 0, 64);
	set32(t->buf + 4, node);
	return aq(t, 0x0404, param, 24, true) ? 0 : le32(t->buf);
}

static void scheduler(void)
{
	static const uint8_t types[8] = { 1, 2, 4, 3, 3, 3, 3, 3 };
	struct port *t = port_new(NULL);
	bool chained = true;
	uint32_t a, b;
	unsigned int n = 0;

	tap_eq(aq(t, 0x0400, none, 4096, false), 0, "default topology");
	tap_eq(le16(t->buf + 4), 8, "eight nodes");
	for (unsigned int i = 0; i < 8; i++) {
		const uint8_t *p = t->buf + 8 + 24 * i;

		teid[i] = le32(p + 4);
		chained &= p[8] == types[i] && le32(p) == (i ? teid[i - 1] : 0xffffffff);
	}
	tap_ok(chained, "port, class, entry point and generic nodes in a chain");
	tap_eq(aq(t, 0x0412, none, 320, false), 0, "resources");
	tap_eq(le16(t->buf + 2), 9, "nine layers");

	tap_eq(group(t, 0x0401, teid[4], 1, NULL), 0, "add a node");
	a = le32(t->buf + 8 + 4);
	tap_eq(parent_of(t, a), teid[4], "it is there");
	tap_eq(group(t, 0x0401, teid[3], 1, NULL), 0, "add an uncle");
	b = le32(t->buf + 8 + 4);
	tap_eq(move(t, teid[4], b, a), 0, "move the node");
	tap_eq(parent_of(t, a), b, "it has a new parent");
	tap_eq(move(t, teid[4], b, a), ENOENT_FW, "its old parent has it no more");
	tap_eq(group(t, 0x040f, teid[3], 1, &b), EBUSY_FW, "a node with children stays");
	tap_eq(group(t, 0x040f, b, 1, &a), 0, "the child goes");
	tap_eq(group(t, 0x040f, teid[3], 1, &b), 0, "and then the parent");
	tap_eq(parent_of(t, b), 0, "it is gone");
	tap_eq(group(t, 0x040f, teid[0], 1, &teid[1]), EPERM_FW, "the class is not the driver's");
	tap_eq(group(t, 0x0401, 0x7fffffff, 1, NULL), ENOENT_FW, "no such parent");
	tap_eq(group(t, 0x0401, teid[7], 1, NULL), EINVAL_FW, "a queue is not added so");
	tap_eq(group(t, 0x0401, teid[3], 8, NULL), ENOSPC_FW, "too many siblings");
	while (!group(t, 0x0401, teid[3], 1, NULL) && n < 20)
		n++;
	tap_eq(n, 7, "all or nothing: seven fit beside the first");
	port_free(t);
}

static void scheduler_malformed(void)
{
	struct port *t = port_new(NULL);
	uint8_t param[16] = { 1 };

	memset(t->buf, 0xff, 4096);
	tap_eq(aq(t, 0x0401, param, 32, true), EINVAL_FW, "more nodes than the buffer holds");
	tap_eq(aq(t, 0x0408, param, 16, true), EINVAL_FW, "more moves than the buffer holds");
	set16(param, 0xffff);
	tap_eq(aq(t, 0x0404, param, 24, true), EINVAL_FW, "more elements than the buffer holds");
	tap_eq(aq(t, 0x0409, param, 4, true), EINVAL_FW, "more suspensions than the buffer holds");
	tap_eq(aq(t, 0x0400, none, 64, false), ENOMEM_FW, "no room for the topology");
	port_free(t);
}

/* ---- NVM ---- */

static int nvm(struct port *t, uint32_t off, uint16_t len, bool flash)
{
	uint8_t param[16] = { 0 };

	set32(param, off);
	param[3] = flash ? 0x80 : 0;
	set16(param + 6, len);
	return aq(t, 0x0701, param, len, false);
}

static uint16_t sr(struct port *t, uint16_t word)
{
	return nvm(t, 2u * word, 2, false) ? 0xdead : le16(t->buf);
}

static void flash(void)
{
	struct port *t = port_new(NULL);
	uint32_t lo = 0, hi = 16 << 20, bank;
	uint8_t param[16] = { 1 };

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;
		int rc = nvm(t, mid, 1, true);

		if (rc && rc != EINVAL_FW)
			break;
		*(rc ? &hi : &lo) = mid;
	}
	tap_eq(hi, 0xc00000, "the flash ends at 12 MiB");
	tap_eq(nvm(t, 0xbffffe, 4, true), EINVAL_FW, "no read across its end");
	tap_eq(sr(t, 0) & 0xc0, 0x40, "the control word is valid");
	tap_eq(nvm(t, 0xffff, 2, false), EINVAL_FW, "no read across the end of the shadow RAM");
	bank = (sr(t, 0x42) & 0x7fffu) * 4096 + sr(t, 0x43) * 4096u;
	tap_eq(nvm(t, bank + 2 * (352 + 0x18), 2, true), 0, "the active bank");
	tap_eq(le16(t->buf), sr(t, 0x18), "has a copy of the shadow RAM");
	tap_eq(aq(t, 0x0706, param, 0, false), 0, "checksum");
	tap_eq(le16(t->done.param + 2), 0xbaba, "is right");
	port_free(t);
}

/* ---- pools ---- */

static int res(struct port *t, bool alloc, uint16_t type, uint16_t nr, uint16_t id)
{
	uint8_t param[16] = { 1 };

	memset(t->buf, 0, 4096);
	set16(t->buf, type);
	set16(t->buf + 2, nr);
	set16(t->buf + 4, id);
	return aq(t, alloc ? 0x0208 : 0x0209, param, (uint16_t)(4 + 2 * (nr ? nr : 1)), true);
}

static void pools(void)
{
	struct port *t = port_new(NULL);
	uint8_t param[16] = { 0x60 };
	uint16_t id;

	tap_eq(res(t, true, 0x60, 1, 0), 0, "an RSS profile");
	id = le16(t->buf + 4);
	tap_eq(aq(t, 0x020a, param, 128, false), 0, "list them");
	tap_ok(le16(t->done.param + 4) == 1 && le16(t->buf) == id, "it is the one");
	tap_eq(res(t, false, 0x60, 1, id), 0, "give it back");
	tap_eq(res(t, false, 0x60, 1, id), EINVAL_FW, "once");
	tap_eq(res(t, true, 0x60, 129, 0), ENOSPC_FW, "more than there are");
	aq(t, 0x020a, param, 128, false);
	tap_eq(le16(t->done.param + 4), 0, "leave none taken");
	tap_eq(res(t, true, 0x1061, 1, 0), 0, "a TCAM entry from the end");
	tap_eq(le16(t->buf + 4), 511, "is the last one");
	tap_eq(res(t, true, 0x22, 1024, 0), 0, "all guaranteed filters");
	tap_eq(res(t, true, 0x22, 1, 0), ENOSPC_FW, "and no more");
	wr(t, PFGEN_CTRL, 1);
	aq_open(t);
	aq(t, 0x020a, (uint8_t[16]){ 0x61 }, 128, false);
	tap_eq(le16(t->done.param + 4), 0, "PFR takes all back");
	port_free(t);
}

/* ---- packages ---- */

static unsigned int pkg_end;

static void pkg_begin(struct port *t, unsigned int sections)
{
	memset(t->buf, 0, 4096);
	set16(t->buf, (uint16_t)sections);
	pkg_end = 4 + 8 * sections;
}

static uint8_t *pkg_section(struct port *t, unsigned int i, uint32_t type, unsigned int size)
{
	uint8_t *s = t->buf + pkg_end;

	set32(t->buf + 4 + 8 * i, type);
	set16(t->buf + 8 + 8 * i, (uint16_t)pkg_end);
	set16(t->buf + 10 + 8 * i, (uint16_t)size);
	pkg_end += (size + 3) & ~3u;
	set16(t->buf + 2, (uint16_t)pkg_end);
	return s;
}

static int lock(struct port *t, uint16_t op, uint16_t id)
{
	uint8_t param[16] = { 0 };

	set16(param, id);
	set16(param + 2, 2);
	return aq(t, op, param, 0, false);
}

/* One buffer: name, packet type 26 (TCP over IPv4) in group 7, and an entry that never matches. */
static int download(struct port *t)
{
	uint8_t *s;

	pkg_begin(t, 3);
	s = pkg_section(t, 0, 1, 36);
	s[0] = 1;
	s[1] = 3;
	s[2] = 99;
	memcpy(s + 4, "ICE OS Default Package", 22);
	s = pkg_section(t, 1, 42, 4 + 1);
	set16(s, 1);
	set16(s + 2, 26);
	s[4] = 7;
	s = pkg_section(t, 2, 44, 2 + 13);
	set16(s, 1);
	return aq(t, 0x0c40, (uint8_t[16]){ 1 }, 4096, true);
}

static void tcam_key(uint8_t key[10], uint16_t flags_dc, uint8_t ptg, uint16_t vsig)
{
	uint8_t want[5] = { 0, 0, ptg, (uint8_t)vsig, (uint8_t)(vsig >> 8) };

	for (unsigned int i = 0; i < 5; i++) {
		key[i] = (uint8_t)~want[i];
		key[5 + i] = want[i];
	}
	for (unsigned int i = 0; i < 2; i++) {
		key[i] |= (uint8_t)(flags_dc >> 8 * i);
		key[5 + i] |= (uint8_t)(flags_dc >> 8 * i);
	}
}

/* Profile 5: addresses and ports of TCP over IPv4, for the group of VSI `num`. */
static int add_profile(struct port *t, int num)
{
	static const struct { uint8_t proto, off; } words[] = {
		{ 32, 12 }, { 32, 14 }, { 32, 16 }, { 32, 18 }, { 49, 0 }, { 49, 2 },
	};
	uint8_t *s;

	pkg_begin(t, 3);
	s = pkg_section(t, 0, 43, 4 + 2);
	set16(s, 1);
	set16(s + 2, (uint16_t)num);
	set16(s + 4, 3);
	s = pkg_section(t, 1, 44, 2 + 13);
	set16(s, 1);
	set16(s + 2, 510);
	tcam_key(s + 4, 0xffff, 7, 3);
	s[14] = 5;
	s = pkg_section(t, 2, 46, 4 + 96);
	set16(s, 1);
	set16(s + 2, 5);
	memset(s + 4, 0xff, 96);
	for (unsigned int i = 0; i < 6; i++) {
		s[4 + 4 * i] = words[i].proto;
		set16(s + 5 + 4 * i, words[i].off);
	}
	return aq(t, 0x0c42, (uint8_t[16]){ 1 }, (uint16_t)pkg_end, true);
}

static void packages(void)
{
	struct port *t = port_new(NULL);
	int num;

	tap_eq(download(t), EPERM_FW, "no download without the global lock");
	tap_eq(aq(t, 0x0c43, none, 4096, false), 0, "package list");
	tap_eq(le32(t->buf), 1, "only what the NVM has");
	vsi_add(t, 0, 4, 2);
	num = vsi_num;
	tap_eq(lock(t, 0x0008, 4), 0, "take it");
	tap_eq(le16(t->done.param + 12), 0, "granted");
	tap_eq(download(t), 0, "download");
	lock(t, 0x0009, 4);
	tap_eq(aq(t, 0x0c43, none, 4096, false), 0, "package list");
	tap_ok(le32(t->buf) == 2 && t->buf[44 + 37] && !t->buf[4 + 37], "the new one is active");
	tap_eq(t->buf[44 + 2], 99, "with its version");
	tap_eq(lock(t, 0x0008, 4), 0, "the global lock once more");
	tap_eq(le16(t->done.param + 12), 2, "nothing left to do");

	tap_eq(vsi_state(t, num, "hash_fields"), 0, "without a profile nothing is hashed");
	tap_eq(add_profile(t, num), EPERM_FW, "no change without the change lock");
	lock(t, 0x0008, 3);
	tap_eq(add_profile(t, num), 0, "a profile for one group of VSIs");
	lock(t, 0x0009, 3);
	tap_eq(vsi_state(t, num, "hash_fields"), 0xc, "TCP over IPv4: addresses and ports");
	vsi_add(t, 8, 4, 2);
	tap_eq(vsi_state(t, vsi_num, "hash_fields"), 0, "another VSI hashes nothing");
	wr(t, PFGEN_CTRL, 1);
	aq_open(t);
	vsi_add(t, 0, 4, 2);
	tap_eq(vsi_num, num, "after PFR the same VSI");
	tap_eq(vsi_state(t, num, "hash_fields"), 0, "has no profile");
	aq(t, 0x0c43, none, 4096, false);
	tap_eq(le32(t->buf), 2, "but the package stays");
	port_free(t);
}

static void bad_packages(void)
{
	struct port *t = port_new(NULL);
	uint8_t *s;

	lock(t, 0x0008, 4);
	memset(t->buf, 0xff, 4096);
	tap_eq(aq(t, 0x0c40, none, 4096, true), EBADBUF_FW, "a buffer of ones");
	pkg_begin(t, 1);
	pkg_section(t, 0, 1, 36);
	set16(t->buf + 8, 4090);
	tap_eq(aq(t, 0x0c40, none, 4096, true), EBADBUF_FW, "a section outside the data");
	tap_eq(le32(t->buf), 4, "the answer says where");
	pkg_begin(t, 1);
	s = pkg_section(t, 0, 42, 8);
	set16(s, 4000);
	tap_eq(aq(t, 0x0c40, none, 4096, true), EBADBUF_FW, "more entries than the section holds");
	pkg_begin(t, 1);
	s = pkg_section(t, 0, 42, 8);
	set16(s, 4);
	set16(s + 2, 8190);
	tap_eq(aq(t, 0x0c40, none, 4096, true), EBADBUF_FW, "entries beyond the table");
	pkg_begin(t, 1);
	s = pkg_section(t, 0, 44, 15);
	set16(s, 1);
	set16(s + 2, 512);
	tap_eq(aq(t, 0x0c40, none, 4096, true), EBADBUF_FW, "a TCAM entry that there is not");
	tap_eq(download(t), 0, "a good one is still welcome");
	port_free(t);
}

/* ---- resets ---- */

static void device_reset(void)
{
	struct port *t = port_new(NULL);

	lock(t, 0x0008, 4);
	download(t);
	wr(t, GLGEN_RTRIG, 1);
	tap_eq(rd(t, GLGEN_RSTAT) & 3, 1, "CORER is announced");
	tap_eq(rd(t, GLGEN_RSTAT) >> 2 & 3, 1, "with its kind");
	tap_ok(rd(t, 0x16ca00) & 1u << 20, "and its cause in PFINT_OICR");
	tap_eq(aq(t, 0x0c43, none, 4096, false), 0, "until it comes all goes on");
	sim_inproc_step(21000000);
	tap_eq(rd(t, GLGEN_RSTAT) & 3, 2, "then the device is in reset");
	tap_eq(rd(t, GLNVM_ULD), 0, "NVM is not loaded");
	tap_eq(rd(t, ATQ_LEN), 0, "the admin queue is off");
	sim_inproc_step(6000000);
	tap_eq(rd(t, GLGEN_RSTAT) & 3, 0, "some time later it is active");
	tap_eq(rd(t, GLNVM_ULD) & 0x33b, 0x33b, "NVM is loaded again");
	aq_open(t);
	aq(t, 0x0c43, none, 4096, false);
	tap_eq(le32(t->buf), 1, "the package is gone");

	lock(t, 0x0008, 4);
	download(t);
	sim_inproc_gone(t->p);
	sim_inproc_enable(t->p);
	sim_inproc_map(t->p, ATQ, t->atq, 4096, SIM_INPROC_RW);
	sim_inproc_map(t->p, ARQ, t->arq, 4096, SIM_INPROC_RW);
	sim_inproc_map(t->p, AQ_BUF, t->buf, 4096, SIM_INPROC_RW);
	aq_open(t);
	tap_eq(aq(t, 0x0c43, none, 4096, false), 0, "another client finds a card");
	tap_eq(le32(t->buf), 1, "without the package of the one before");
	port_free(t);
}

static void function_reset(void)
{
	struct port *t = port_new("mac=02:00:00:00:00:42");
	volatile uint32_t *tail;
	uint8_t param[16] = { 0, 0x40, 2, 9, 9, 9, 9, 9 };

	tap_eq(aq(t, 0x0108, param, 0, false), 0, "write MAC");
	aq(t, 0x0107, none, 24, false);
	tap_ok(!memcmp(t->buf + 2, param + 2, 6), "it reads back");
	param[2] = 3;
	tap_eq(aq(t, 0x0108, param, 0, false), EINVAL_FW, "no multicast address");
	tap_eq(aq(t, 0x0110, (uint8_t[16]){ 2 }, 0, false), 0, "clear PXE mode");
	tap_eq(aq(t, 0x0110, (uint8_t[16]){ 2 }, 0, false), EEXIST_FW, "is done once");
	tail = sim_inproc_bar_ptr(t->p, 0, 0x04000000 + 4096 * 9);
	*tail = 77;
	sim_inproc_flr(t->p);
	sim_inproc_enable(t->p);
	tap_eq(*tail, 0, "FLR: doorbell pages read 0");
	tap_eq(rd(t, ATQ_LEN), 0, "the admin queue is off");
	tap_eq(rd(t, GLNVM_ULD) & 0x33b, 0x33b, "and the function ready");
	aq_open(t);
	aq(t, 0x0107, none, 24, false);
	tap_ok(!memcmp(t->buf + 2, "\x02\0\0\0\0\x42", 6), "the NVM's address is back");
	port_free(t);
}

static void phy(void)
{
	struct port *t = port_new("device=159b");
	uint8_t param[16] = { 0 };

	settle();
	set16(param + 2, 4);			/* what software set */
	tap_eq(aq(t, 0x0600, param, 560, false), 0, "PHY capabilities");
	tap_eq(t->done.datalen, 560, "all of them");
	tap_eq(t->buf[16] & 8, 8, "link is enabled");
	tap_ok(le32(t->buf) & 1u << 20, "25G over copper");
	t->buf[16] = 0x20;			/* no link; at once */
	memset(t->buf + 17, 0, 7);
	tap_eq(aq(t, 0x0601, none, 24, true), 0, "disable the link");
	settle();
	aq(t, 0x0607, none, 32, false);
	tap_eq(t->buf[2] & 1, 0, "it is down");
	tap_eq(aq(t, 0x0605, (uint8_t[16]){ 0, 0, 6 }, 0, false), 0, "restart, enable");
	settle();
	aq(t, 0x0607, none, 32, false);
	tap_eq(t->buf[2] & 1, 1, "it is up");
	memset(t->buf, 0, 24);
	t->buf[6] = 0x08;			/* 100G on a 25G port */
	t->buf[16] = 0x28;
	tap_eq(aq(t, 0x0601, none, 24, true), EINVAL_FW, "types that the port has not");
	set16(param, 10000);
	tap_eq(aq(t, 0x0603, param, 0, false), EINVAL_FW, "a frame longer than the port can");
	port_free(t);
}

int main(void)
{
	registers();
	bars();
	vsis();
	scheduler();
	scheduler_malformed();
	flash();
	pools();
	packages();
	bad_packages();
	device_reset();
	function_reset();
	phy();
	return tap_done();
}
