// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810's admin queue: the rings through which the driver commands firmware, and firmware
 * reports (E810 data sheet 613875, 9.5). Owns the memory and the registers of both rings. What the
 * commands mean is no business of this file.
 *
 * Positions come from registers, never from the rings. What is read from memory is copied out once
 * and then checked (see hw_e810.h about who can write to it). One command is under way at a time;
 * one that gets no answer, or a wrong one, ends the queue until the next reset, because only a
 * reset makes sure that its answer does not come later and is taken for that of another.
 */
#include "hw.h"
#include "hw_e810.h"
#include "hw_e810_regs.h"

/* Descriptor: 32 bytes, little-endian */
#define E810_DESC_BYTES		32
#define E810_DESC_FLAGS		0
#define E810_DESC_OPCODE	2
#define E810_DESC_LEN		4
#define E810_DESC_RETVAL	6
#define E810_DESC_COOKIE	8
#define E810_DESC_PARAM		16
#define E810_DESC_ADDR_HIGH	24
#define E810_DESC_ADDR_LOW	28
#define E810_DESC_F_DD		BIT(0)		/* the card is done with the descriptor */
#define E810_DESC_F_CMP		BIT(1)		/* ... and it is an answer */
#define E810_DESC_F_ERR		BIT(2)
#define E810_DESC_F_LB		BIT(9)		/* buffer longer than 512 bytes */
#define E810_DESC_F_RD		BIT(10)		/* the card reads the buffer */
#define E810_DESC_F_BUF		BIT(12)
#define E810_DESC_F_SI		BIT(13)		/* no interrupt */
#define E810_DESC_SHORT_BUF	512
#define E810_RETVAL		GENMASK(7, 0)

#define E810_SEND_ENTRIES	32
#define E810_RECEIVE_ENTRIES	16

/* The bound of a command: some polls in quick succession, the rest a millisecond apart. */
#define E810_AQ_TIMEOUT_MS	1000
#define E810_AQ_QUICK_POLLS	20
#define E810_AQ_QUICK_POLL_US	50
#define E810_AQ_POLL_US		1000

struct e810_ring {
	u32 bal, bah, len, head, tail;	/* registers */
	u32 entries;
	u32 next;			/* where the driver is; the card's position is in HEAD */
	u8 *desc;
	u64 desc_iova;
	u8 *buf;			/* E810_AQ_BUF_BYTES each */
	u64 buf_iova;
	size_t buf_bytes;
};

struct e810_aq {
	struct e810_ring send;		/* one buffer: one command at a time */
	struct e810_ring receive;
	bool up;
	u32 cookie;			/* never starts again: an old answer fits no new command */
	u8 message[E810_AQ_BUF_BYTES];	/* the copy that a handler sees */
};

static const struct {
	u16 opcode;
	const char *name;
} e810_op_names[] = {
	{ E810_OP_GET_VERSION, "get version" },
	{ E810_OP_DRIVER_VERSION, "driver version" },
	{ E810_OP_QUEUE_SHUTDOWN, "queue shutdown" },
	{ E810_OP_REQUEST_RESOURCE, "request resource" },
	{ E810_OP_RELEASE_RESOURCE, "release resource" },
	{ E810_OP_FUNC_CAPS, "function capabilities" },
	{ E810_OP_DEV_CAPS, "device capabilities" },
	{ E810_OP_MAC_READ, "read MAC address" },
	{ E810_OP_MAC_WRITE, "write MAC address" },
	{ E810_OP_CLEAR_PXE, "clear PXE mode" },
	{ E810_OP_SWITCH_CONFIG, "get switch configuration" },
	{ E810_OP_SET_PORT_PARAMS, "set port parameters" },
	{ E810_OP_ALLOC_RESOURCES, "allocate resources" },
	{ E810_OP_FREE_RESOURCES, "free resources" },
	{ E810_OP_GET_VLAN_MODE, "get VLAN mode" },
	{ E810_OP_ADD_VSI, "add VSI" },
	{ E810_OP_UPDATE_VSI, "update VSI" },
	{ E810_OP_FREE_VSI, "free VSI" },
	{ E810_OP_ADD_RULES, "add switch rules" },
	{ E810_OP_UPDATE_RULES, "update switch rules" },
	{ E810_OP_REMOVE_RULES, "remove switch rules" },
	{ E810_OP_CLEAR_PF_CONFIG, "clear function configuration" },
	{ E810_OP_DEFAULT_TOPOLOGY, "get default scheduler topology" },
	{ E810_OP_ADD_SCHED_ELEMS, "add scheduler elements" },
	{ E810_OP_GET_SCHED_ELEMS, "get scheduler elements" },
	{ E810_OP_MOVE_SCHED_ELEMS, "move scheduler elements" },
	{ E810_OP_DELETE_SCHED_ELEMS, "delete scheduler elements" },
	{ E810_OP_QUERY_SCHED, "query scheduler resources" },
	{ E810_OP_PHY_CAPS, "get PHY capabilities" },
	{ E810_OP_SET_PHY_CONFIG, "set PHY configuration" },
	{ E810_OP_SET_MAC_CONFIG, "set MAC configuration" },
	{ E810_OP_RESTART_AN, "restart auto-negotiation" },
	{ E810_OP_LINK_STATUS, "get link status" },
	{ E810_OP_SET_EVENT_MASK, "set event mask" },
	{ E810_OP_STOP_LLDP, "stop LLDP" },
	{ E810_OP_START_LLDP, "start LLDP" },
	{ E810_OP_SET_RSS_KEY, "set RSS key" },
	{ E810_OP_SET_RSS_LUT, "set RSS table" },
	{ E810_OP_ADD_TX_QUEUES, "add Tx queues" },
	{ E810_OP_DISABLE_TX_QUEUES, "disable Tx queues" },
	{ E810_OP_DOWNLOAD_PACKAGE, "download package" },
	{ E810_OP_UPDATE_PACKAGE, "update package" },
	{ E810_OP_PACKAGE_INFO, "get package list" },
};

static const char *e810_op_name(u16 opcode)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(e810_op_names); i++)
		if (e810_op_names[i].opcode == opcode)
			return e810_op_names[i].name;
	return "unnamed";
}

/* Numbers in the descriptor's retval (9.5.1); they are not Linux's. */
static const struct {
	u8 retval;
	int err;
	const char *name;
} e810_retvals[] = {
	{ 1, -EPERM, "EPERM" }, { 2, -ENOENT, "ENOENT" }, { 5, -EIO, "EIO" },
	{ 8, -EAGAIN, "EAGAIN" }, { 9, -ENOMEM, "ENOMEM" }, { 12, -EBUSY, "EBUSY" },
	{ 13, -EEXIST, "EEXIST" }, { 14, -EINVAL, "EINVAL" }, { 16, -ENOSPC, "ENOSPC" },
	{ 17, -EOPNOTSUPP, "ENOSYS" }, { 21, -EIO, "EMODE" }, { 24, -EIO, "ENOSEC" },
	{ 25, -EIO, "EBADSIG" }, { 26, -EIO, "ESVN" }, { 27, -EIO, "EBADMAN" },
	{ 28, -EIO, "EBADBUF" },
};

/* A descriptor or buffer leaves the shared memory here, once; what changes there later goes unseen. */
static void e810_copy_out(u8 *to, const u8 *from, u32 bytes)
{
	u32 i, word;

	for (i = 0; i + sizeof(word) <= bytes; i += sizeof(word)) {
		word = READ_ONCE(*(const u32 *)(from + i));
		memcpy(to + i, &word, sizeof(word));
	}
	for (; i < bytes; i++)
		to[i] = READ_ONCE(from[i]);
}

static int e810_ring_alloc(struct ndrv_hw *hw, struct e810_ring *ring, u32 entries, u32 bufs)
{
	ring->entries = entries;
	ring->buf_bytes = (size_t)bufs * E810_AQ_BUF_BYTES;
	ring->desc = ndrv_hw_dma_alloc(hw, entries * E810_DESC_BYTES, &ring->desc_iova);
	if (!ring->desc)
		return -ENOMEM;
	ring->buf = ndrv_hw_dma_alloc(hw, ring->buf_bytes, &ring->buf_iova);
	return ring->buf ? 0 : -ENOMEM;
}

static void e810_ring_free(struct ndrv_hw *hw, struct e810_ring *ring)
{
	ndrv_hw_dma_free(hw, ring->entries * E810_DESC_BYTES, ring->desc, ring->desc_iova);
	ndrv_hw_dma_free(hw, ring->buf_bytes, ring->buf, ring->buf_iova);
	memset(ring, 0, sizeof(*ring));
}

int e810_aq_alloc(struct ndrv_hw *hw)
{
	struct e810_aq *aq = ndrv_hw_zalloc(hw, sizeof(*aq));
	int ret;

	if (!aq)
		return -ENOMEM;
	e810_priv(hw)->aq = aq;
	aq->send = (struct e810_ring){
		.bal = E810_PF_FW_ATQBAL, .bah = E810_PF_FW_ATQBAH, .len = E810_PF_FW_ATQLEN,
		.head = E810_PF_FW_ATQH, .tail = E810_PF_FW_ATQT,
	};
	aq->receive = (struct e810_ring){
		.bal = E810_PF_FW_ARQBAL, .bah = E810_PF_FW_ARQBAH, .len = E810_PF_FW_ARQLEN,
		.head = E810_PF_FW_ARQH, .tail = E810_PF_FW_ARQT,
	};
	ret = e810_ring_alloc(hw, &aq->send, E810_SEND_ENTRIES, 1);
	if (!ret)
		ret = e810_ring_alloc(hw, &aq->receive, E810_RECEIVE_ENTRIES, E810_RECEIVE_ENTRIES);
	if (ret)
		e810_aq_free(hw);
	return ret;
}

void e810_aq_free(struct ndrv_hw *hw)
{
	struct e810_aq *aq = e810_priv(hw)->aq;

	if (!aq)
		return;
	e810_ring_free(hw, &aq->send);
	e810_ring_free(hw, &aq->receive);
	ndrv_hw_free(hw, aq);
	e810_priv(hw)->aq = NULL;
}

static void e810_ring_off(struct ndrv_hw *hw, struct e810_ring *ring)
{
	ndrv_wr32(hw, ring->len, 0);
	ndrv_wr32(hw, ring->head, 0);
	ndrv_wr32(hw, ring->tail, 0);
	ndrv_wr32(hw, ring->bal, 0);
	ndrv_wr32(hw, ring->bah, 0);
}

/* An empty ring. The base is read back: a function that is still in reset swallows it. */
static int e810_ring_on(struct ndrv_hw *hw, struct e810_ring *ring)
{
	memset(ring->desc, 0, ring->entries * E810_DESC_BYTES);
	ring->next = 0;
	e810_ring_off(hw, ring);
	ndrv_wr32(hw, ring->len, ring->entries | E810_AQ_LEN_ENABLE);
	ndrv_wr32(hw, ring->bal, lower_32_bits(ring->desc_iova));
	ndrv_wr32(hw, ring->bah, upper_32_bits(ring->desc_iova));
	if (ndrv_rd32(hw, ring->bal) == lower_32_bits(ring->desc_iova))
		return 0;
	if (ndrv_hw_gone(hw))
		return -ENODEV;
	ndrv_hw_err(hw, "admin queue: register 0x%x does not hold the ring's address\n",
		    ring->bal);
	return -EIO;
}

/* Gives a receive descriptor and its buffer to the card; the tail is the caller's. */
static void e810_receive_post(struct e810_ring *ring, u32 idx)
{
	u64 iova = ring->buf_iova + (u64)idx * E810_AQ_BUF_BYTES;
	u8 desc[E810_DESC_BYTES] = {};

	put_unaligned_le16(E810_DESC_F_BUF | E810_DESC_F_LB, desc + E810_DESC_FLAGS);
	put_unaligned_le16(E810_AQ_BUF_BYTES, desc + E810_DESC_LEN);
	put_unaligned_le32(upper_32_bits(iova), desc + E810_DESC_ADDR_HIGH);
	put_unaligned_le32(lower_32_bits(iova), desc + E810_DESC_ADDR_LOW);
	memcpy(ring->desc + idx * E810_DESC_BYTES, desc, sizeof(desc));
}

int e810_aq_init(struct ndrv_hw *hw)
{
	struct e810_aq *aq = e810_priv(hw)->aq;
	u32 i;
	int ret;

	aq->up = false;
	ret = e810_ring_on(hw, &aq->send);
	if (!ret)
		ret = e810_ring_on(hw, &aq->receive);
	if (ret)
		return ret;
	for (i = 0; i < aq->receive.entries; i++)
		e810_receive_post(&aq->receive, i);
	ndrv_wr32(hw, E810_PF_FW_ARQT, aq->receive.entries - 1);
	aq->up = true;
	return 0;
}

void e810_aq_stop(struct ndrv_hw *hw)
{
	struct e810_aq *aq = e810_priv(hw)->aq;

	aq->up = false;
	e810_ring_off(hw, &aq->send);
	e810_ring_off(hw, &aq->receive);
}

/* No command is answered any more; says why, for this one. */
static int e810_aq_break(struct ndrv_hw *hw, u16 opcode, const char *why)
{
	e810_priv(hw)->aq->up = false;
	if (ndrv_hw_gone(hw))
		return -ENODEV;
	ndrv_hw_err(hw, "admin queue: opcode 0x%04x (%s): %s; no more commands until a reset\n",
		    opcode, e810_op_name(opcode), why);
	return -ETIMEDOUT;
}

/* Puts the command into the ring and tells the card. */
static void e810_aq_send(struct ndrv_hw *hw, const struct e810_aq_desc *d, const void *buf,
			 u16 len, u32 flags)
{
	struct e810_aq *aq = e810_priv(hw)->aq;
	struct e810_ring *ring = &aq->send;
	u8 desc[E810_DESC_BYTES] = {};
	u16 bits = E810_DESC_F_SI;

	memcpy(desc + E810_DESC_PARAM, d->param, sizeof(d->param));
	if (len) {
		memset(ring->buf, 0, E810_AQ_BUF_BYTES);
		if (flags & E810_AQ_F_RD)
			memcpy(ring->buf, buf, len);
		bits |= E810_DESC_F_BUF;
		bits |= flags & E810_AQ_F_RD ? E810_DESC_F_RD : 0;
		bits |= len > E810_DESC_SHORT_BUF ? E810_DESC_F_LB : 0;
		put_unaligned_le32(upper_32_bits(ring->buf_iova), desc + E810_DESC_ADDR_HIGH);
		put_unaligned_le32(lower_32_bits(ring->buf_iova), desc + E810_DESC_ADDR_LOW);
	}
	put_unaligned_le16(bits, desc + E810_DESC_FLAGS);
	put_unaligned_le16(d->opcode, desc + E810_DESC_OPCODE);
	put_unaligned_le16(len, desc + E810_DESC_LEN);
	put_unaligned_le64(++aq->cookie, desc + E810_DESC_COOKIE);
	memcpy(ring->desc + ring->next * E810_DESC_BYTES, desc, sizeof(desc));

	ring->next = (ring->next + 1) % ring->entries;
	ndrv_wr32(hw, ring->tail, ring->next);
}

/* Waits until the card's position is the driver's: the command has been worked off. */
static int e810_aq_wait(struct ndrv_hw *hw, u16 opcode)
{
	struct e810_ring *ring = &e810_priv(hw)->aq->send;
	u32 i, head, len;
	char why[64];

	for (i = 0; i < E810_AQ_QUICK_POLLS + E810_AQ_TIMEOUT_MS; i++) {
		head = ndrv_rd32(hw, ring->head) & E810_AQ_HEAD;
		if (ndrv_hw_gone(hw))
			return e810_aq_break(hw, opcode, "");
		if (head == ring->next)
			return 0;
		if (head >= ring->entries) {
			snprintf(why, sizeof(why), "the card is at entry %u of %u", head,
				 ring->entries);
			return e810_aq_break(hw, opcode, why);
		}
		ndrv_hw_sleep_us(hw, i < E810_AQ_QUICK_POLLS ? E810_AQ_QUICK_POLL_US :
							       E810_AQ_POLL_US);
	}
	len = ndrv_rd32(hw, ring->len);
	if (!(len & E810_AQ_LEN_ENABLE))
		return e810_aq_break(hw, opcode, "firmware has turned the queue off");
	snprintf(why, sizeof(why), "no answer within %u ms%s", E810_AQ_TIMEOUT_MS,
		 len & E810_AQ_LEN_CRIT ? ", and a critical error" : "");
	return e810_aq_break(hw, opcode, why);
}

/* Whether this is an answer, and to this command; NULL, or what is wrong with it. */
static const char *e810_aq_check(const struct e810_aq *aq, const struct e810_aq_desc *d,
				 const u8 *desc, u16 len)
{
	const u16 done = E810_DESC_F_DD | E810_DESC_F_CMP;
	u16 flags = get_unaligned_le16(desc + E810_DESC_FLAGS);

	if ((flags & done) != done)
		return "the answer is not complete";
	if (get_unaligned_le16(desc + E810_DESC_OPCODE) != d->opcode)
		return "the answer is to another opcode";
	if (get_unaligned_le64(desc + E810_DESC_COOKIE) != aq->cookie)
		return "the answer is to another command";
	if (len && get_unaligned_le16(desc + E810_DESC_LEN) > len)
		return "the answer is longer than its buffer";
	if (flags & E810_DESC_F_ERR && !get_unaligned_le16(desc + E810_DESC_RETVAL))
		return "the answer is an error without a number";
	return NULL;
}

void e810_aq_complain(struct ndrv_hw *hw, const struct e810_aq_desc *d)
{
	u32 retval = FIELD_GET(E810_RETVAL, d->retval);
	const char *name = "an unknown error";
	u32 i;

	for (i = 0; i < ARRAY_SIZE(e810_retvals); i++)
		if (e810_retvals[i].retval == retval)
			name = e810_retvals[i].name;
	ndrv_hw_err(hw, "admin queue: opcode 0x%04x (%s): firmware answers %u (%s)\n",
		    d->opcode, e810_op_name(d->opcode), retval, name);
}

static int e810_aq_errno(struct ndrv_hw *hw, const struct e810_aq_desc *d, u32 flags)
{
	u32 retval = FIELD_GET(E810_RETVAL, d->retval);
	int err = -EIO;
	u32 i;

	if (!retval)
		return 0;
	for (i = 0; i < ARRAY_SIZE(e810_retvals); i++)
		if (e810_retvals[i].retval == retval)
			err = e810_retvals[i].err;
	if (!(flags & E810_AQ_F_QUIET))
		e810_aq_complain(hw, d);
	return err;
}

int e810_aq_cmd(struct ndrv_hw *hw, struct e810_aq_desc *d, void *buf, u16 len, u32 flags)
{
	struct e810_aq *aq = e810_priv(hw)->aq;
	u8 desc[E810_DESC_BYTES];
	const char *wrong;
	u32 slot;
	int ret;

	if (len > E810_AQ_BUF_BYTES || !len != !buf)
		return -EINVAL;
	if (!aq->up)
		return ndrv_hw_gone(hw) ? -ENODEV : -ETIMEDOUT;
	slot = aq->send.next;
	e810_aq_send(hw, d, buf, len, flags);
	ret = e810_aq_wait(hw, d->opcode);
	if (ret)
		return ret;

	e810_copy_out(desc, aq->send.desc + slot * E810_DESC_BYTES, sizeof(desc));
	memset(aq->send.desc + slot * E810_DESC_BYTES, 0, E810_DESC_BYTES);
	wrong = e810_aq_check(aq, d, desc, len);
	if (wrong)
		return e810_aq_break(hw, d->opcode, wrong);
	d->retval = get_unaligned_le16(desc + E810_DESC_RETVAL);
	d->len = 0;
	memcpy(d->param, desc + E810_DESC_PARAM, sizeof(d->param));
	if (len) {
		d->len = get_unaligned_le16(desc + E810_DESC_LEN);
		memset(d->param + E810_DESC_ADDR_HIGH - E810_DESC_PARAM, 0, 8);
		e810_copy_out(buf, aq->send.buf, d->len);
		if (!(flags & E810_AQ_F_RD))
			memset((u8 *)buf + d->len, 0, len - d->len);
	}
	return e810_aq_errno(hw, d, flags);
}

/* One message out of the ring; false: it is not one. */
static bool e810_receive_one(struct ndrv_hw *hw, u32 idx,
			     void (*event)(struct ndrv_hw *hw, const struct e810_aq_desc *d,
					   const u8 *buf))
{
	struct e810_aq *aq = e810_priv(hw)->aq;
	struct e810_ring *ring = &aq->receive;
	struct e810_aq_desc d = {};
	u8 desc[E810_DESC_BYTES];
	u16 flags;

	e810_copy_out(desc, ring->desc + idx * E810_DESC_BYTES, sizeof(desc));
	flags = get_unaligned_le16(desc + E810_DESC_FLAGS);
	d.opcode = get_unaligned_le16(desc + E810_DESC_OPCODE);
	d.retval = get_unaligned_le16(desc + E810_DESC_RETVAL);
	d.len = get_unaligned_le16(desc + E810_DESC_LEN);
	if (!(flags & E810_DESC_F_DD) || flags & E810_DESC_F_ERR || d.len > E810_AQ_BUF_BYTES)
		return false;
	memcpy(d.param, desc + E810_DESC_PARAM, sizeof(d.param));
	memset(d.param + E810_DESC_ADDR_HIGH - E810_DESC_PARAM, 0, 8);
	memset(aq->message, 0, sizeof(aq->message));
	e810_copy_out(aq->message, ring->buf + (size_t)idx * E810_AQ_BUF_BYTES, d.len);
	event(hw, &d, aq->message);
	return true;
}

int e810_arq_poll(struct ndrv_hw *hw,
		  void (*event)(struct ndrv_hw *hw, const struct e810_aq_desc *d, const u8 *buf))
{
	struct e810_aq *aq = e810_priv(hw)->aq;
	struct e810_ring *ring = &aq->receive;
	u32 head, last = 0, n = 0, bad = 0;

	if (!aq->up)
		return ndrv_hw_gone(hw) ? -ENODEV : -ETIMEDOUT;
	head = ndrv_rd32(hw, ring->head) & E810_AQ_HEAD;
	if (ndrv_hw_gone(hw))
		return -ENODEV;
	if (head >= ring->entries) {
		ndrv_hw_err(hw, "admin queue: the card is at entry %u of %u of the receive ring\n",
			    head, ring->entries);
		return -EBADMSG;
	}
	for (; ring->next != head && n < ring->entries; n++) {
		last = ring->next;
		if (!e810_receive_one(hw, last, event))
			bad++;
		e810_receive_post(ring, last);
		ring->next = (last + 1) % ring->entries;
	}
	if (n)
		ndrv_wr32(hw, ring->tail, last);
	if (!bad)
		return 0;
	ndrv_hw_err(hw, "admin queue: %u of %u messages from firmware were broken\n", bad, n);
	return -EBADMSG;
}
