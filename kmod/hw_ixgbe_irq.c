// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82599 family's interrupts: MSI-X, one message per arming (7.3). Vector 0 has everything but
 * queues.
 *
 * A queue's cause goes to the vector in its byte of IVAR while that byte is valid, and is lost
 * otherwise. At a vector it waits until EIMS lets it out; the message masks the vector again (EIAM)
 * and clears the cause (EIAC). So a side that stays in its vector from one arming to the next loses
 * nothing, and one that comes in is in before queue_arm returns: reads push writes.
 */
#include "hw_ixgbe.h"

/* A change of link, a read that failed on PCIe, a memory error. */
#define IXGBE_MISC	(IXGBE_EICR_LSC | IXGBE_EICR_PCI | IXGBE_EICR_ECC)

static u32 ivar_byte(u32 queue, bool tx, u32 value)
{
	return value << (16 * (queue & 1) + 8 * tx);
}

/* True if that was a change, which has then been written and not yet flushed. */
static bool ivar_set(struct ndrv_hw *hw, u32 queue, u32 mask, u32 value)
{
	struct ixgbe *x = hw->priv;
	unsigned long flags;
	bool changed;
	u32 *ivar = &x->ivar[queue / 2];

	spin_lock_irqsave(&x->lock, flags);
	changed = (*ivar & mask) != value;
	if (changed) {
		*ivar = (*ivar & ~mask) | value;
		ndrv_wr32(hw, IXGBE_IVAR(queue / 2), *ivar);
	}
	spin_unlock_irqrestore(&x->lock, flags);
	return changed;
}

void ixgbe_irq_mask(struct ndrv_hw *hw)
{
	ndrv_wr32(hw, IXGBE_EIMC, IXGBE_EIMC_ALL);
	ndrv_wr32(hw, IXGBE_EIMC_EX(0), ~0U);
	ndrv_wr32(hw, IXGBE_EIMC_EX(1), ~0U);
	/* As in a handler: by writing, since what reading clears depends on GPIE (8.2.3.5). */
	ndrv_wr32(hw, IXGBE_EICR, ~0U);
}

void ixgbe_irq_setup(struct ndrv_hw *hw)
{
	struct ixgbe *x = hw->priv;
	u32 i;

	ixgbe_irq_mask(hw);
	memset(x->ivar, 0, sizeof(x->ivar));
	for (i = 0; i < IXGBE_IVAR_REGS; i++)
		ndrv_wr32(hw, IXGBE_IVAR(i), 0);
	ndrv_wr32(hw, IXGBE_IVAR_MISC, 0);
	x->misc = 0;
	ndrv_wr32(hw, IXGBE_GPIE, 0);
	if (!hw->vectors)
		return;
	ndrv_wr32(hw, IXGBE_GPIE, IXGBE_GPIE_MSIX | IXGBE_GPIE_OCD | IXGBE_GPIE_EIAME |
		  IXGBE_GPIE_PBA);
	ndrv_wr32(hw, IXGBE_EIAC, IXGBE_EICR_VECTORS);
	/* Bits 15:0 of EIAM are those of EIAM_EX; the causes of vector 0 are masked by misc_off. */
	ndrv_wr32(hw, IXGBE_EIAM, 0);
	ndrv_wr32(hw, IXGBE_EIAM_EX(0), ~0U);
	ndrv_wr32(hw, IXGBE_EIAM_EX(1), ~0U);
	/* No moderation: a message is sent only to who has gone to sleep. */
	for (i = 0; i < hw->vectors; i++)
		ndrv_wr32(hw, IXGBE_EITR(i), 0);
	ndrv_wr32(hw, IXGBE_IVAR_MISC, IXGBE_IVAR_VALID << 8);
}

void ixgbe_irq_detach(struct ndrv_hw *hw, u32 queue, bool rx, bool tx)
{
	u32 mask = (rx ? ivar_byte(queue, false, 0xff) : 0) | (tx ? ivar_byte(queue, true, 0xff) : 0);

	ivar_set(hw, queue, mask, 0);
}

void ixgbe_queue_arm(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool rx, bool tx)
{
	u32 entry = IXGBE_IVAR_VALID | q->vector;
	u32 value = (rx ? ivar_byte(q->queue, false, entry) : 0) |
		    (tx ? ivar_byte(q->queue, true, entry) : 0);
	bool changed = ivar_set(hw, q->queue, ivar_byte(q->queue, false, 0xffff), value);

	ndrv_wr32(hw, IXGBE_EIMS_EX(q->vector / 32), BIT(q->vector % 32));
	if (changed)
		ixgbe_flush(hw);
}

/* The message has masked it already, but another pair may have been armed since. */
void ixgbe_vector_off(struct ndrv_hw *hw, u32 vector)
{
	ndrv_wr32(hw, IXGBE_EIMC_EX(vector / 32), BIT(vector % 32));
}

void ixgbe_misc_off(struct ndrv_hw *hw)
{
	struct ixgbe *x = hw->priv;
	unsigned long flags;
	u32 causes;

	ndrv_wr32(hw, IXGBE_EIMC, IXGBE_MISC);
	/* EICS reads as EICR does, without clearing. */
	causes = ndrv_rd32(hw, IXGBE_EICS) & IXGBE_MISC;
	if (ndrv_hw_gone(hw))
		return;
	ndrv_wr32(hw, IXGBE_EICR, causes);
	spin_lock_irqsave(&x->lock, flags);
	x->misc |= causes;
	spin_unlock_irqrestore(&x->lock, flags);
}

void ixgbe_misc_arm(struct ndrv_hw *hw)
{
	ndrv_wr32(hw, IXGBE_EIMS, IXGBE_MISC);
}

int ixgbe_irq_misc(struct ndrv_hw *hw)
{
	struct ixgbe *x = hw->priv;
	unsigned long flags;
	u32 causes;

	spin_lock_irqsave(&x->lock, flags);
	causes = x->misc;
	x->misc = 0;
	spin_unlock_irqrestore(&x->lock, flags);
	if (causes & IXGBE_EICR_PCI) {
		ndrv_hw_warn(hw, "EICR.PCI: a read of host memory has failed\n");
		ndrv_hw_event(hw, NDRV_ERROR_DESC, NDRV_QUEUE_ANY);
	}
	if (causes & IXGBE_EICR_ECC) {
		ndrv_hw_err(hw, "EICR.ECC: a memory of the card is corrupt, it has to be reset\n");
		ndrv_hw_event(hw, NDRV_ERROR_HARDWARE, NDRV_QUEUE_ANY);
		return -ECONNRESET;
	}
	return 0;
}
