// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 queues: contexts, switching on and off, doorbells. A receive queue is a set of registers, a
 * transmit queue exists in firmware; user space reaches neither, only tails. So what these functions
 * have done is the state of the hardware, and nothing is read back to find out.
 */
#include "hw_e810_port.h"
#include "hw_e810_regs.h"

#include <linux/ndrv.h>

#define RX_CONTEXT_BYTES	32
#define TX_CONTEXT_BYTES	22	/* of 54; the rest is the hardware's */
#define RING_SHIFT		7	/* ring addresses are in units of 128 bytes */
#define RX_BUF_SHIFT		7
#define RX_MAX_CHAIN		5	/* descriptors of one frame (10.4.2) */

/* The bound of QRX_CTRL: polls times microseconds. */
#define RX_POLLS		500
#define RX_POLL_US		100

/* 0C31: how long firmware may wait for a queue, in units of its own (stock drivers use 5). */
#define TX_OFF_TIMEOUT		5
#define TX_OFF_FLUSH		BIT(3)

/* 0C30: one group of one queue */
#define ADD_TX_BYTES		(8 + 48)
#define ADD_TX_QUEUE		8
/* 0C31: one group of one queue */
#define DEL_TX_BYTES		8

/* Puts a number into a context, which is one little-endian number of many bits. */
static void e810_context_put(u8 *ctx, u32 lsb, u32 width, u64 value)
{
	u32 i;

	for (i = 0; i < width; i++)
		if (value >> i & 1)
			ctx[(lsb + i) / 8] |= 1 << ((lsb + i) % 8);
}

/*
 * RXMAX bounds what one frame may take from the ring. The port's limit is set elsewhere (0603): a
 * context must not change while its queue runs.
 */
static void e810_rx_context(u8 ctx[RX_CONTEXT_BYTES], const struct ndrv_hw_queue *q)
{
	memset(ctx, 0, RX_CONTEXT_BYTES);
	e810_context_put(ctx, 32, 57, q->rx_iova >> RING_SHIFT);
	e810_context_put(ctx, 89, 13, q->rx_entries);
	e810_context_put(ctx, 102, 7, q->rx_buf_bytes >> RX_BUF_SHIFT);
	e810_context_put(ctx, 116, 1, 1);			/* DSIZE: 32 bytes */
	e810_context_put(ctx, 117, 1, 1);			/* CRCSTRIP */
	e810_context_put(ctx, 119, 1, 1);			/* L2TSEL: a tag goes to L2TAG1 */
	e810_context_put(ctx, 174, 14, min_t(u32, E810_MAX_FRAME, RX_MAX_CHAIN * q->rx_buf_bytes));
	e810_context_put(ctx, 201, 1, 1);			/* PREFENA: always */
}

static void e810_tx_context(struct ndrv_hw *hw, u8 ctx[TX_CONTEXT_BYTES], const struct ndrv_hw_queue *q)
{
	struct e810_port *port = e810_port(hw);

	memset(ctx, 0, TX_CONTEXT_BYTES);
	e810_context_put(ctx, 0, 57, q->tx_iova >> RING_SHIFT);
	e810_context_put(ctx, 57, 3, port->lport);
	e810_context_put(ctx, 65, 3, e810_priv(hw)->pf);
	e810_context_put(ctx, 78, 2, 2);			/* VMVF_TYPE: the function itself */
	e810_context_put(ctx, 80, 10, port->vsi);
	e810_context_put(ctx, 135, 13, q->tx_entries);
	e810_context_put(ctx, 152, 1, 1);			/* TSO_ENA */
	e810_context_put(ctx, 153, 11, q->queue);		/* TSO_QNUM */
	e810_context_put(ctx, 164, 1, 1);			/* LEGACY_INT: a tail per queue */
}

void e810_queue_setup(struct ndrv_hw *hw)
{
	struct e810_port *port = e810_port(hw);

	memset(port->rx_on, 0, sizeof(port->rx_on));
	memset(port->tx_on, 0, sizeof(port->tx_on));
	memset(port->strip, 0, sizeof(port->strip));
}

static int e810_rx_acked(struct ndrv_hw *hw, u32 queue, u32 want)
{
	u32 i;

	for (i = 0; i < RX_POLLS; i++) {
		u32 ctrl = ndrv_rd32(hw, E810_QRX_CTRL(queue));

		if (ndrv_hw_gone(hw))
			return -ENODEV;
		if ((ctrl & E810_QRX_CTRL_QENA_STAT) == want)
			return 0;
		ndrv_hw_sleep_us(hw, RX_POLL_US);
	}
	ndrv_hw_err(hw, "QRX_CTRL(%u).QENA_STAT does not become %u: resetting the function is what helps\n",
		    queue, !!want);
	return -ETIMEDOUT;
}

/* QENA_STAT reads 0 when nothing of the queue is under way; the read has pushed its writes ahead. */
static int e810_rx_off(struct ndrv_hw *hw, u32 queue)
{
	struct e810_port *port = e810_port(hw);
	int ret;

	ndrv_wr32(hw, E810_QRX_CTRL(queue), 0);
	ret = e810_rx_acked(hw, queue, 0);
	if (ret)
		return ret;
	e810_irq_queue_off(hw, queue, false);
	__clear_bit(queue, port->rx_on);
	__clear_bit(queue, port->strip);
	return 0;
}

static int e810_rx_on(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	struct e810_port *port = e810_port(hw);
	u8 ctx[RX_CONTEXT_BYTES];
	u32 i, queue = q->queue;

	e810_rx_context(ctx, q);
	ndrv_wr32(hw, E810_QRXFLXP_CNTXT(queue),
		  FIELD_PREP(E810_QRXFLXP_CNTXT_RXDID, E810_QRXFLXP_CNTXT_RXDID_NIC) |
		  FIELD_PREP(E810_QRXFLXP_CNTXT_PRIO, 3));
	for (i = 0; i < RX_CONTEXT_BYTES / 4; i++)
		ndrv_wr32(hw, E810_QRX_CONTEXT(i, queue), get_unaligned_le32(ctx + 4 * i));
	e810_irq_queue_on(hw, q, false);
	ndrv_wr32(hw, E810_QRX_TAIL(queue), 0);
	/* From here on it has to be taken for running, whatever the hardware answers. */
	__set_bit(queue, port->rx_on);
	if (q->vlan_strip)
		__set_bit(queue, port->strip);
	ndrv_wr32(hw, E810_QRX_CTRL(queue), E810_QRX_CTRL_QENA_REQ);
	return e810_rx_acked(hw, queue, E810_QRX_CTRL_QENA_STAT);
}

/* Firmware's "no" to switching off is no proof that the queue is off, whatever it says. */
static int e810_tx_off(struct ndrv_hw *hw, u32 queue)
{
	struct e810_aq_desc d = { .opcode = E810_OP_DISABLE_TX_QUEUES };
	struct e810_port *port = e810_port(hw);
	u8 buf[DEL_TX_BYTES] = {};
	int ret;

	if (!test_bit(queue, port->tx_on))
		return 0;
	d.param[0] = TX_OFF_FLUSH;
	d.param[1] = 1;
	put_unaligned_le16(TX_OFF_TIMEOUT << 10, d.param + 2);
	put_unaligned_le32(port->group_teid[queue / port->group_size], buf);
	buf[4] = 1;
	put_unaligned_le16(queue, buf + 6);
	ret = e810_aq_cmd(hw, &d, buf, sizeof(buf), E810_AQ_F_RD);
	if (ret == -ENODEV)
		return ret;
	if (!ret && get_unaligned_le32(d.param + 4))
		ndrv_hw_err(hw, "opcode 0x0c31: transmit queue %u does not drain (blocked domains 0x%x); resetting the function is what helps\n",
			    queue, get_unaligned_le32(d.param + 4));
	if (ret || get_unaligned_le32(d.param + 4))
		return -ETIMEDOUT;
	e810_irq_queue_off(hw, queue, true);
	__clear_bit(queue, port->tx_on);
	/* Pushes write-backs that are on their way ahead of itself. */
	ndrv_rd32(hw, E810_GLGEN_STAT);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

static int e810_tx_on(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	struct e810_aq_desc d = { .opcode = E810_OP_ADD_TX_QUEUES };
	struct e810_port *port = e810_port(hw);
	u8 buf[ADD_TX_BYTES] = {}, *perq = buf + ADD_TX_QUEUE;
	u32 teid;
	int ret;

	e810_irq_queue_on(hw, q, true);
	ndrv_wr32(hw, E810_QTX_COMM_DBELL(q->queue), 0);
	d.param[0] = 1;
	put_unaligned_le32(port->group_teid[q->queue / port->group_size], buf);
	buf[4] = 1;
	put_unaligned_le16(q->queue, perq);
	e810_tx_context(hw, perq + 8, q);
	/* Element: valid sections, and a weight of 4 for both shares of the bandwidth */
	perq[33] = 0x7;
	put_unaligned_le16(4, perq + 38);
	put_unaligned_le16(4, perq + 42);
	__set_bit(q->queue, port->tx_on);
	ret = e810_aq_cmd(hw, &d, buf, sizeof(buf), E810_AQ_F_RD);
	if (ret == -ENODEV)
		return ret;
	if (e810_aq_lost(ret))
		return -ETIMEDOUT;
	if (ret) {
		/* Firmware has refused: there is no such queue. */
		__clear_bit(q->queue, port->tx_on);
		e810_irq_queue_off(hw, q->queue, true);
		return -EIO;
	}
	teid = get_unaligned_le32(perq + 4);
	if (!teid || teid == E810_NO_TEID) {
		ndrv_hw_err(hw, "opcode 0x0c30: transmit queue %u got the node 0x%x, which is none; resetting the function is what helps\n",
			    q->queue, teid);
		return -ETIMEDOUT;
	}
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

/* One VSI, one way to treat VLAN tags: who starts a queue while others run has to agree with them. */
static int e810_strip_agree(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	struct e810_port *port = e810_port(hw);
	u32 i;

	for (i = 0; i < E810_MAX_QUEUES; i++) {
		if (!test_bit(i, port->rx_on) || !!test_bit(i, port->strip) == q->vlan_strip)
			continue;
		ndrv_hw_warn(hw, "queue %u: VLAN_STRIP has to be the same for all queues of an E810 port, and queue %u runs %s it\n",
			     q->queue, i, q->vlan_strip ? "without" : "with");
		return -EBUSY;
	}
	return e810_vsi_strip(hw, q->vlan_strip);
}

int e810_queue_stop(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	int ret = 0, ret2;

	if (q->queue >= hw->max_queues)
		return -EINVAL;
	if (q->rx_entries)
		ret = e810_rx_off(hw, q->queue);
	if (q->tx_entries) {
		ret2 = e810_tx_off(hw, q->queue);
		ret = ret ?: ret2;
	}
	return ndrv_hw_gone(hw) ? -ENODEV : ret;
}

int e810_queue_start(struct ndrv_hw *hw, const struct ndrv_hw_queue *q)
{
	int ret, ret2;

	if (!e810_port(hw)->vsi_there)
		return -EIO;
	ret = e810_queue_stop(hw, q);
	if (!ret && q->rx_entries)
		ret = e810_strip_agree(hw, q);
	if (ret)
		return ret;
	if (q->rx_entries)
		ret = e810_rx_on(hw, q);
	if (!ret && q->tx_entries)
		ret = e810_tx_on(hw, q);
	if (!ret)
		return 0;
	ret2 = e810_queue_stop(hw, q);
	return ret2 ?: ret;
}

/*
 * User space cannot start a queue on this card: contexts and enables are in pages that it never
 * maps, or behind the admin queue. Left to find is what runs although its owner has stopped.
 */
int e810_queue_sweep(struct ndrv_hw *hw, const struct ndrv_hw_live *live)
{
	struct e810_port *port = e810_port(hw);
	struct ndrv_hw_queue q = {};
	int found = 0, ret;

	for (q.queue = 0; q.queue < hw->max_queues; q.queue++) {
		q.rx_entries = test_bit(q.queue, port->rx_on) && !test_bit(q.queue, live->rx);
		q.tx_entries = test_bit(q.queue, port->tx_on) && !test_bit(q.queue, live->tx);
		if (!q.rx_entries && !q.tx_entries)
			continue;
		found++;
		ret = e810_queue_stop(hw, &q);
		if (ret)
			return ret;
	}
	return ndrv_hw_gone(hw) ? -ENODEV : found;
}

/* The card's register names one queue of the whole card, which may be of another function. */
static u32 e810_complaint_queue(struct ndrv_hw *hw, u32 reg, u32 what)
{
	const struct e810 *e = e810_priv(hw);
	bool pqm = reg == E810_GL_MDET_TX_PQM;
	u32 pf = pqm ? FIELD_GET(E810_GL_MDET_PQM_PF, what) : FIELD_GET(E810_GL_MDET_PF, what);
	u32 queue = pqm ? FIELD_GET(E810_GL_MDET_PQM_QUEUE, what) :
			  FIELD_GET(E810_GL_MDET_QUEUE, what);

	queue -= reg == E810_GL_MDET_RX ? e->caps.rx_first : e->caps.tx_first;
	return pf == e->pf && queue < hw->max_queues ? queue : NDRV_QUEUE_ANY;
}

/*
 * Descriptors that the card does not accept stop their queue, and only that; its owner sees no more
 * completions. User space can provoke this, so it is not an error of ndrv's.
 */
void e810_queue_complaints(struct ndrv_hw *hw)
{
	static const struct {
		u32 pf, gl;
		const char *side;
	} units[] = {
		{ E810_PF_MDET_RX, E810_GL_MDET_RX, "receive" },
		{ E810_PF_MDET_TX_PQM, E810_GL_MDET_TX_PQM, "transmit" },
		{ E810_PF_MDET_TX_TCLAN, E810_GL_MDET_TX_TCLAN, "transmit" },
	};
	u32 i, what, queue;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (!(ndrv_rd32(hw, units[i].pf) & E810_PF_MDET_VALID) || ndrv_hw_gone(hw))
			continue;
		what = ndrv_rd32(hw, units[i].gl);
		ndrv_wr32(hw, units[i].gl, ~0U);
		ndrv_wr32(hw, units[i].pf, ~0U);
		queue = e810_complaint_queue(hw, units[i].gl, what);
		ndrv_hw_warn(hw, "%s queue %d: the card has stopped it because of its descriptors (kind %u); stop and start the queue\n",
			     units[i].side, (int)queue, (u32)FIELD_GET(E810_GL_MDET_TYPE, what));
		ndrv_hw_event(hw, NDRV_ERROR_DESC, queue);
	}
}

/* The packed registers: both kinds of address lead to one register, and these are always mapped. */
void e810_doorbell(struct ndrv_hw *hw, u32 queue, bool tx, u32 tail)
{
	ndrv_wr32(hw, tx ? E810_QTX_COMM_DBELL(queue) : E810_QRX_TAIL(queue), tail);
}

u32 e810_tail_off(struct ndrv_hw *hw, u32 queue, bool tx)
{
	if (e810_port(hw)->tail_pages)
		return tx ? E810_QTX_COMM_DBELL_PAGE(queue) : E810_QRX_TAIL_PAGE(queue);
	return tx ? E810_QTX_COMM_DBELL(queue) : E810_QRX_TAIL(queue);
}
