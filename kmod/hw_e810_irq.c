// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 interrupts: which vector a queue's causes lead to, arming, and the vector for everything else.
 * Vectors are those of the function, from 0, as its queues are.
 *
 * The hardware writes descriptors back a cache line at a time; the rest of a line waits for the timer
 * (ITR) of the vector that the queue's cause leads to. When it runs out, a vector with INTENA sends a
 * message and clears INTENA; one with WB_ON_ITR only writes back. So a side that nobody waits for still
 * needs a cause, that is enabled, to a vector with WB_ON_ITR: the "quiet" vector, which never sends.
 * Sides that are waited for lead to the vector of their pair, which has one bit or the other.
 */
#include "hw_e810_port.h"
#include "hw_e810_regs.h"

#include <linux/ndrv.h>

#define ITR			0	/* of the timers of a vector, the one that is used */
#define ITR_QUEUE		1	/* 2 us */
#define ITR_MISC		62	/* 124 us: user space can provoke some of its causes */

/* From the end of a frame to its descriptor in memory: the timer, and the way there. */
#define WRITE_BACK_US		4

/* HMC, PE: parts of the card that ndrv does not use. */
#define OICR_WANTED		(E810_PFINT_OICR_ECC_ERR | E810_PFINT_OICR_MAL_DETECT | \
				 E810_PFINT_OICR_GRST | E810_PFINT_OICR_PCI_EXCEPTION | \
				 E810_PFINT_OICR_HMC_ERR)

static const u32 oicr_bits[E810_NR_MISC] = {
	[E810_MISC_ECC] = E810_PFINT_OICR_ECC_ERR,
	[E810_MISC_GRST] = E810_PFINT_OICR_GRST,
	[E810_MISC_PCI] = E810_PFINT_OICR_PCI_EXCEPTION,
	[E810_MISC_HMC] = E810_PFINT_OICR_HMC_ERR,
};

static u32 e810_cause(u32 vector)
{
	return E810_QINT_CAUSE_ENA | FIELD_PREP(E810_QINT_MSIX, vector) |
	       FIELD_PREP(E810_QINT_ITR, ITR);
}

/* The vector writes descriptors back and sends nothing; INTENA is what it is. */
static void e810_vector_quiet(struct ndrv_hw *hw, u32 vector)
{
	ndrv_wr32(hw, E810_GLINT_DYN_CTL(vector), E810_GLINT_DYN_CTL_WB_ON_ITR |
		  E810_GLINT_DYN_CTL_INTENA_MSK |
		  FIELD_PREP(E810_GLINT_DYN_CTL_ITR, E810_GLINT_DYN_CTL_ITR_NONE));
}

static void e810_vector_setup(struct ndrv_hw *hw, u32 vector)
{
	struct e810_port *port = e810_port(hw);

	if (port->vector_ready[vector])
		return;
	port->vector_ready[vector] = true;
	ndrv_wr32(hw, E810_GLINT_ITR(ITR, vector), ITR_QUEUE);
	e810_vector_quiet(hw, vector);
}

/*
 * The first vector that the core does not have. If the function has no more than the core got, there is
 * none, and sides that nobody waits for stay with the vector of their pair: it wakes up for them too.
 */
static u32 e810_quiet_vector(struct ndrv_hw *hw, u32 own)
{
	return hw->vectors < e810_priv(hw)->caps.vectors ? hw->vectors : own;
}

void e810_irq_start(struct ndrv_hw *hw)
{
	if (!hw->vectors) {
		/* Also where firmware has not said how many there are: one there is. */
		e810_vector_setup(hw, 0);
		return;
	}
	if (hw->vectors < e810_priv(hw)->caps.vectors)
		e810_vector_setup(hw, hw->vectors);
	ndrv_wr32(hw, E810_GLINT_ITR(ITR, 0), ITR_MISC);
	ndrv_wr32(hw, E810_PFINT_FW_CTL, e810_cause(0));
	ndrv_wr32(hw, E810_PFINT_OICR_CTL, e810_cause(0));
	ndrv_wr32(hw, E810_PFINT_OICR_ENA, OICR_WANTED);
}

static u32 e810_cause_reg(u32 queue, bool tx)
{
	return tx ? E810_QINT_TQCTL(queue) : E810_QINT_RQCTL(queue);
}

void e810_irq_queue_on(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool tx)
{
	e810_port(hw)->armed[tx][q->queue] = false;
	e810_vector_setup(hw, q->vector);
	ndrv_wr32(hw, e810_cause_reg(q->queue, tx), e810_cause(e810_quiet_vector(hw, q->vector)));
}

void e810_irq_queue_off(struct ndrv_hw *hw, u32 queue, bool tx)
{
	e810_port(hw)->armed[tx][queue] = false;
	ndrv_wr32(hw, e810_cause_reg(queue, tx), 0);
}

/* Leads a side where it belongs. True: to the vector of its pair, where it did not lead before. */
static bool e810_side_arm(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool tx, bool arm)
{
	bool *armed = &e810_port(hw)->armed[tx][q->queue];
	u32 quiet = e810_quiet_vector(hw, q->vector);

	if (*armed == arm || !(tx ? q->tx_entries : q->rx_entries))
		return false;
	*armed = arm;
	if (quiet == q->vector)
		return false;
	ndrv_wr32(hw, e810_cause_reg(q->queue, tx), e810_cause(arm ? q->vector : quiet));
	return arm;
}

/*
 * What happens after the read is a message. What happened before it is in memory when this returns:
 * whoever looks now sees it, and it does not matter whether the card has kept it in mind. But a frame
 * that came while its side led to the quiet vector is written back by that one's timer, and without a
 * message: that may take as long as the timer runs.
 *
 * A vector that is armed is left alone: to write INTENA could take a message away that is due.
 */
void e810_queue_arm(struct ndrv_hw *hw, const struct ndrv_hw_queue *q, bool rx, bool tx)
{
	struct e810_port *port = e810_port(hw);
	bool moved = e810_side_arm(hw, q, false, rx);

	moved |= e810_side_arm(hw, q, true, tx);
	if (!port->vector_armed[q->vector]) {
		port->vector_armed[q->vector] = true;
		ndrv_wr32(hw, E810_GLINT_DYN_CTL(q->vector), E810_GLINT_DYN_CTL_INTENA |
			  FIELD_PREP(E810_GLINT_DYN_CTL_ITR, E810_GLINT_DYN_CTL_ITR_NONE));
	}
	ndrv_rd32(hw, E810_GLGEN_STAT);
	if (moved)
		ndrv_hw_delay_us(hw, WRITE_BACK_US);
}

/* The message has cleared INTENA. */
void e810_vector_off(struct ndrv_hw *hw, u32 vector)
{
	e810_port(hw)->vector_armed[vector] = false;
	e810_vector_quiet(hw, vector);
}

/* ---- the vector for everything but queues ---------------------------------------------------- */

/* Reading clears. Each cause is counted by who reads it: here, or e810_misc_take(). */
static void e810_misc_note(u32 oicr, u32 count[E810_NR_MISC])
{
	u32 i;

	for (i = 0; i < E810_NR_MISC; i++)
		if (oicr & oicr_bits[i])
			WRITE_ONCE(count[i], count[i] + 1);
}

/* The message has cleared INTENA. */
void e810_misc_off(struct ndrv_hw *hw)
{
	u32 oicr = ndrv_rd32(hw, E810_PFINT_OICR);

	if (!ndrv_hw_gone(hw))
		e810_misc_note(oicr, e810_port(hw)->misc_irq);
}

void e810_misc_arm(struct ndrv_hw *hw)
{
	ndrv_wr32(hw, E810_GLINT_DYN_CTL(0), E810_GLINT_DYN_CTL_INTENA |
		  FIELD_PREP(E810_GLINT_DYN_CTL_ITR, E810_GLINT_DYN_CTL_ITR_NONE));
}

/* Was there such a cause since the last call? */
static bool e810_misc_seen(struct e810_port *port, enum e810_misc cause)
{
	u32 now = READ_ONCE(port->misc_irq[cause]) + port->misc_polled[cause];
	bool seen = now != port->misc_seen[cause];

	port->misc_seen[cause] = now;
	return seen;
}

int e810_misc_take(struct ndrv_hw *hw)
{
	struct e810_port *port = e810_port(hw);
	u32 oicr = ndrv_rd32(hw, E810_PFINT_OICR);

	if (ndrv_hw_gone(hw))
		return -ENODEV;
	e810_misc_note(oicr, port->misc_polled);
	/* User space can provoke this one: a descriptor names memory that is not the device's. */
	if (e810_misc_seen(port, E810_MISC_PCI)) {
		ndrv_hw_warn(hw, "PFINT_OICR.PCI_EXCEPTION: a transfer has failed; the queue whose descriptors asked for it has stopped\n");
		ndrv_hw_event(hw, NDRV_ERROR_DESC, NDRV_QUEUE_ANY);
	}
	if (e810_misc_seen(port, E810_MISC_HMC)) {
		ndrv_hw_warn(hw, "PFINT_OICR.HMC_ERR: the card had trouble with its memory in the host\n");
		ndrv_hw_event(hw, NDRV_ERROR_HARDWARE, NDRV_QUEUE_ANY);
	}
	if (e810_misc_seen(port, E810_MISC_ECC)) {
		ndrv_hw_err(hw, "PFINT_OICR.ECC_ERR: the card's memory has failed; resetting the function is what helps\n");
		ndrv_hw_event(hw, NDRV_ERROR_HARDWARE, NDRV_QUEUE_ANY);
		return -ECONNRESET;
	}
	return e810_misc_seen(port, E810_MISC_GRST) ? -ECONNRESET : 0;
}
