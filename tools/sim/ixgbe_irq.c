// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: interrupt causes, masks, moderation and MSI-X messages (7.3, 8.2.3.5).
 *
 * MSI-X mode: a queue cause sets the bit of the vector in its IVAR byte; bits 15:0 of EICR, EIMS,
 * EIMC, EIAM are vectors 15:0 of the _EX registers. Other causes (16..30) have their own bits and
 * masks and share the vector of IVAR_MISC byte 1 (TCP timer: byte 0). Otherwise (GPIE.MSIX_MODE=0)
 * everything goes out as message 0. All messages are sent from poll, where the time is known.
 */
#include "ixgbe.h"

#define MISC_CAUSES	0x7fff0000u

void ixgbe_irq_reset(struct ixgbe *ix)
{
	ix->v_cause = ix->v_fire = ix->v_mask = ix->v_automask = 0;
	ix->misc = ix->misc_fire = ix->misc_mask = ix->misc_automask = 0;
	memset(ix->vec, 0, sizeof(ix->vec));
}

void ixgbe_irq_misc(struct ixgbe *ix, uint32_t causes)
{
	ix->misc |= causes;
	ix->misc_fire |= causes;
}

static void set_vectors(struct ixgbe *ix, uint64_t bits)
{
	ix->v_cause |= bits;
	ix->v_fire |= bits;
}

static void mask_set(struct ixgbe *ix, uint64_t vectors, uint32_t misc)
{
	ix->v_mask |= vectors;
	ix->misc_mask |= misc;
	/* What was pending while masked fires now. */
	ix->v_fire |= ix->v_cause & vectors;
	ix->misc_fire |= ix->misc & misc;
}

static void cause_clear(struct ixgbe *ix, uint32_t bits)
{
	ix->v_cause &= ~(uint64_t)(bits & EICR_QUEUES);
	ix->v_fire &= ~(uint64_t)(bits & EICR_QUEUES);
	ix->misc &= ~bits;
	ix->misc_fire &= ~bits;
}

static uint32_t eicr(const struct ixgbe *ix)
{
	return ix->misc | (uint32_t)(ix->v_cause & EICR_QUEUES);
}

/* 8.2.3.5.1: with GPIE.OCD only bits 29:16 are cleared by reading. */
static uint32_t eicr_read(struct ixgbe *ix)
{
	uint32_t val = eicr(ix);
	uint32_t gpie = R(ix, IXGBE_GPIE);

	cause_clear(ix, gpie & GPIE_OCD ? val & 0x3fff0000u : val);
	if (!(gpie & GPIE_MSIX_MODE)) {
		ix->v_mask &= ~(ix->v_automask & EICR_QUEUES);
		ix->misc_mask &= ~ix->misc_automask;
	}
	return val;
}

uint32_t ixgbe_irq_read(struct ixgbe *ix, uint32_t off)
{
	switch (off) {
	case IXGBE_EICR:
		return eicr_read(ix);
	case IXGBE_EICS:
		return eicr(ix);
	case IXGBE_EIMS:
	case IXGBE_EIMC:
		return ix->misc_mask | (uint32_t)(ix->v_mask & EICR_QUEUES);
	case IXGBE_EIAM:
		return ix->misc_automask | (uint32_t)(ix->v_automask & EICR_QUEUES);
	case IXGBE_EICS_EX(0):
		return (uint32_t)ix->v_cause;
	case IXGBE_EICS_EX(1):
		return ix->v_cause >> 32;
	case IXGBE_EIMS_EX(0):
	case IXGBE_EIMC_EX(0):
		return (uint32_t)ix->v_mask;
	case IXGBE_EIMS_EX(1):
	case IXGBE_EIMC_EX(1):
		return ix->v_mask >> 32;
	case IXGBE_EIAM_EX(0):
		return (uint32_t)ix->v_automask;
	case IXGBE_EIAM_EX(1):
		return ix->v_automask >> 32;
	}
	return 0;
}

void ixgbe_irq_write(struct ixgbe *ix, uint32_t off, uint32_t val)
{
	uint64_t high = (uint64_t)val << 32;

	switch (off) {
	case IXGBE_EICR:
		cause_clear(ix, val);
		break;
	case IXGBE_EICS:
		set_vectors(ix, val & EICR_QUEUES);
		ixgbe_irq_misc(ix, val & MISC_CAUSES);
		break;
	case IXGBE_EIMS:
		mask_set(ix, val & EICR_QUEUES, val & MISC_CAUSES);
		break;
	case IXGBE_EIMC:
		ix->v_mask &= ~(uint64_t)(val & EICR_QUEUES);
		ix->misc_mask &= ~val;
		break;
	case IXGBE_EIAM:
		ix->v_automask = (ix->v_automask & ~(uint64_t)EICR_QUEUES) | (val & EICR_QUEUES);
		ix->misc_automask = val & MISC_CAUSES;
		break;
	case IXGBE_EICS_EX(0):
		set_vectors(ix, val);
		break;
	case IXGBE_EICS_EX(1):
		set_vectors(ix, high);
		break;
	case IXGBE_EIMS_EX(0):
		mask_set(ix, val, 0);
		break;
	case IXGBE_EIMS_EX(1):
		mask_set(ix, high, 0);
		break;
	case IXGBE_EIMC_EX(0):
		ix->v_mask &= ~(uint64_t)val;
		break;
	case IXGBE_EIMC_EX(1):
		ix->v_mask &= ~high;
		break;
	case IXGBE_EIAM_EX(0):
		ix->v_automask = (ix->v_automask & ~0xffffffffull) | val;
		break;
	case IXGBE_EIAM_EX(1):
		ix->v_automask = (ix->v_automask & 0xffffffffull) | high;
		break;
	}
}

static uint32_t eitr(struct ixgbe *ix, unsigned int vec)
{
	return vec < 24 ? R(ix, IXGBE_EITR_LO(vec)) : R(ix, IXGBE_EITR_HI(vec));
}

/* May the vector send now? If not, next_ns is when. */
static bool moderated(struct ixgbe *ix, unsigned int vec, uint64_t now_ns, uint64_t *next_ns)
{
	struct ixgbe_vec *v = &ix->vec[vec];
	uint64_t due = v->last_ns + (uint64_t)EITR_INTERVAL(eitr(ix, vec)) * EITR_UNIT_NS;

	if (!v->sent || now_ns >= due)
		return false;
	if (due < *next_ns)
		*next_ns = due;
	return true;
}

static void send(struct ixgbe *ix, unsigned int vec, uint64_t now_ns)
{
	ix->vec[vec].sent = true;
	ix->vec[vec].last_ns = now_ns;
	sim_msix_send(ix->dev, vec);
}

static bool poll_queues(struct ixgbe *ix, uint64_t now_ns, uint64_t *next_ns)
{
	uint64_t due = ix->v_fire & ix->v_mask;
	bool did = false;

	while (due) {
		unsigned int vec = __builtin_ctzll(due);
		uint64_t bit = 1ull << vec;

		due &= due - 1;
		if (moderated(ix, vec, now_ns, next_ns))
			continue;
		ix->v_fire &= ~bit;
		/* EIAC has bits for vectors 15:0; above, there is no cause register to clear. */
		if (vec >= 16 || R(ix, IXGBE_EIAC) & bit)
			ix->v_cause &= ~bit;
		if (R(ix, IXGBE_GPIE) & GPIE_EIAME)
			ix->v_mask &= ~(bit & ix->v_automask);
		send(ix, vec, now_ns);
		did = true;
	}
	return did;
}

static bool poll_misc(struct ixgbe *ix, uint32_t causes, uint8_t entry, uint64_t now_ns,
		      uint64_t *next_ns)
{
	uint32_t due = ix->misc_fire & ix->misc_mask & causes;
	unsigned int vec = entry & IVAR_VECTOR;

	if (!due || !(entry & IVAR_VALID) || moderated(ix, vec, now_ns, next_ns))
		return false;
	ix->misc_fire &= ~due;
	ix->misc &= ~(due & R(ix, IXGBE_EIAC));
	if (R(ix, IXGBE_GPIE) & GPIE_EIAME)
		ix->misc_mask &= ~(due & ix->misc_automask);
	send(ix, vec, now_ns);
	return true;
}

/* GPIE.MSIX_MODE=0: one message, whatever the cause. */
static bool poll_single(struct ixgbe *ix, uint64_t now_ns, uint64_t *next_ns)
{
	uint64_t queues = ix->v_fire & ix->v_mask & EICR_QUEUES;
	uint32_t misc = ix->misc_fire & ix->misc_mask;

	if ((!queues && !misc) || moderated(ix, 0, now_ns, next_ns))
		return false;
	ix->v_fire &= ~queues;
	ix->misc_fire &= ~misc;
	send(ix, 0, now_ns);
	return true;
}

bool ixgbe_irq_poll(struct ixgbe *ix, uint64_t now_ns, uint64_t *next_ns)
{
	uint32_t ivar = R(ix, IXGBE_IVAR_MISC);
	bool did;

	if (!ix->v_fire && !ix->misc_fire)
		return false;
	if (!ix->dev->bus_master)
		return false;
	if (!(R(ix, IXGBE_GPIE) & GPIE_MSIX_MODE))
		return poll_single(ix, now_ns, next_ns);
	did = poll_queues(ix, now_ns, next_ns);
	did |= poll_misc(ix, MISC_CAUSES & ~EICR_TCP_TIMER, ivar >> 8, now_ns, next_ns);
	did |= poll_misc(ix, EICR_TCP_TIMER, ivar, now_ns, next_ns);
	return did;
}
