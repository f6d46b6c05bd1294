// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82576's interrupts: MSI-X, one message per arming (7.3). Vector 0 has everything but queues.
 *
 * A queue's cause goes to the vector in its byte of IVAR while that byte is valid, and is lost otherwise.
 * It becomes the vector's bit in EICR, whether EIMS lets it out or not. What happens then:
 *  - Silicon sends a message while the vector is set in both EICR and EIMS; the message clears the
 *    bit in EICR (EIAC) and masks the vector (EIAM).
 *  - QEMU sends one when a vector comes to be set in both; the message clears EICR (EIAC), and does not
 *    mask. EIAM is only stored.
 * Why nothing is lost, with either: queue_arm sets EIMS, and does not clear EICR. A write-back before that
 * has left its bit in EICR, and setting EIMS sends the message; one after it sets the bit anew, since
 * the message of the one before has cleared it, and sends one too. The bit is never left set in
 * EICR while the vector is in EIMS, which would be silence on QEMU: EIAC has all vectors, nobody sets EICS,
 * and there is no moderation (EITR 0) that would let a bit wait for its message.
 * Without the automatic mask there may be further messages until vector_off has masked the vector: they
 * find nobody armed.
 *
 * A side that stays in its vector from one arming to the next loses nothing, and one that comes in is in
 * before queue_arm returns: reads push writes.
 *
 * The change of link is a cause in ICR, whose bits that are in IMS set the vector of IVAR_MISC when
 * they are new. misc_off therefore clears EICR first, and then ICR by reading: a change between the two
 * leaves EICR set and is one message too many; the other way round it would be lost.
 */
#include "hw_igb.h"

#define IGB_ALL_VECTORS		GENMASK(IGB_VECTORS - 1, 0)

static u32 ivar_byte(u32 queue, bool tx, u32 value)
{
	return value << (16 * (queue / IGB_IVAR_REGS) + 8 * tx);
}

/* True if that was a change, which has then been written and not yet flushed. */
static bool ivar_set(struct ndrv_hw *hw, u32 queue, u32 mask, u32 value)
{
	struct igb *x = hw->priv;
	unsigned long flags;
	bool changed;
	u32 *ivar = &x->ivar[queue % IGB_IVAR_REGS];

	spin_lock_irqsave(&x->lock, flags);
	changed = (*ivar & mask) != value;
	if (changed) {
		*ivar = (*ivar & ~mask) | value;
		ndrv_wr32(hw, IGB_IVAR(queue % IGB_IVAR_REGS), *ivar);
	}
	spin_unlock_irqrestore(&x->lock, flags);
	return changed;
}

void igb_irq_mask(struct ndrv_hw *hw)
{
	ndrv_wr32(hw, IGB_IMC, ~0U);
	ndrv_wr32(hw, IGB_EIMC, ~0U);
	ndrv_wr32(hw, IGB_EICR, ~0U);
	ndrv_rd32(hw, IGB_ICR);
}

void igb_irq_setup(struct ndrv_hw *hw)
{
	struct igb *x = hw->priv;
	u32 i;

	igb_irq_mask(hw);
	memset(x->ivar, 0, sizeof(x->ivar));
	for (i = 0; i < IGB_IVAR_REGS; i++)
		ndrv_wr32(hw, IGB_IVAR(i), 0);
	ndrv_wr32(hw, IGB_IVAR_MISC, 0);
	ndrv_wr32(hw, IGB_IAM, 0);
	ndrv_wr32(hw, IGB_GPIE, 0);
	if (!hw->vectors)
		return;
	/* First: the meaning of the other registers depends on it. */
	ndrv_wr32(hw, IGB_GPIE, IGB_GPIE_NSICR | IGB_GPIE_MSIX | IGB_GPIE_EIAME | IGB_GPIE_PBA);
	ndrv_wr32(hw, IGB_EIMC, IGB_ALL_VECTORS);
	ndrv_wr32(hw, IGB_EIAC, IGB_ALL_VECTORS);
	ndrv_wr32(hw, IGB_EIAM, IGB_ALL_VECTORS);
	/* No moderation: a message is sent only to who has gone to sleep. */
	for (i = 0; i < hw->vectors; i++)
		ndrv_wr32(hw, IGB_EITR(i), 0);
	ndrv_wr32(hw, IGB_IVAR_MISC, IGB_IVAR_VALID << 8);
	ndrv_wr32(hw, IGB_IMS, IGB_ICR_LSC);
}

void igb_irq_detach(struct ndrv_hw *hw, u32 queue, bool rx, bool tx)
{
	u32 mask = (rx ? ivar_byte(queue, false, 0xff) : 0) | (tx ? ivar_byte(queue, true, 0xff) : 0);

	ivar_set(hw, queue, mask, 0);
}

void igb_queue_arm(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool rx, bool tx)
{
	u32 entry = IGB_IVAR_VALID | q->vector;
	u32 value = (rx ? ivar_byte(q->queue, false, entry) : 0) |
		    (tx ? ivar_byte(q->queue, true, entry) : 0);
	bool changed = ivar_set(hw, q->queue, ivar_byte(q->queue, false, 0xffff), value);

	ndrv_wr32(hw, IGB_EIMS, BIT(q->vector));
	if (changed)
		igb_flush(hw);
}

void igb_vector_off(struct ndrv_hw *hw, u32 vector)
{
	ndrv_wr32(hw, IGB_EIMC, BIT(vector));
}

void igb_misc_off(struct ndrv_hw *hw)
{
	ndrv_wr32(hw, IGB_EIMC, BIT(0));
	ndrv_wr32(hw, IGB_EICR, BIT(0));
	/* What it was does not matter: the core asks for the link. */
	ndrv_rd32(hw, IGB_ICR);
}

void igb_misc_arm(struct ndrv_hw *hw)
{
	ndrv_wr32(hw, IGB_EIMS, BIT(0));
}
