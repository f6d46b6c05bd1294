// SPDX-License-Identifier: GPL-2.0-only
/*
 * E810 model: the flash and its shadow RAM, as commands 0701 and 0706 show them. Read only: the
 * capability for updates is not advertised, and the commands that erase and write do not exist.
 *
 * The flash is two banks each of NVM, option ROM and netlist, and little else; what is not built
 * here reads as erased.
 */
#include <errno.h>
#include <stdlib.h>

#include "e810.h"

#define FLASH_BYTES	0xc00000u
#define SR_WORDS	0x8000u			/* GLNVM_GENS says 64 KiB */
#define UNIT		0x1000u			/* of pointers and sizes below */
#define NVM_BANK	0x20000u
#define NVM_BANK_BYTES	0x41a000u
#define OROM_BANK	0x854000u
#define OROM_BANK_BYTES	0x10000u
#define NETLIST_BANK	0x94e000u
#define NETLIST_BYTES	0x7000u
#define CSS_DWORDS	0xa1u			/* header before an NVM bank's contents */
#define SR_COPY		(352 * 2u)		/* its end, rounded up to 64 bytes */

enum sr_word {
	SR_CTRL = 0x00, SR_DEV_VER = 0x18, SR_EETRACK_LO = 0x2d, SR_EETRACK_HI = 0x2e,
	SR_CHECKSUM = 0x3f, SR_PFA = 0x40, SR_NVM_PTR = 0x42, SR_NVM_SIZE = 0x43,
	SR_OROM_PTR = 0x44, SR_OROM_SIZE = 0x45, SR_NETLIST_PTR = 0x46, SR_NETLIST_SIZE = 0x47,
};

#define SR_CTRL_VALID	0x0040u
#define SR_CTRL_BANKS	0x0038u			/* option ROM, netlist, NVM: second banks active */
#define SR_PTR_UNITS	0x8000u
#define PFA_AT		0x50u

#define FLAG_FLASH_ONLY	0x80u
#define SUM_VERIFY	0x01u
#define SUM_OK		0xbabau

struct e810_nvm {
	uint8_t flash[FLASH_BYTES];
	uint16_t sr[SR_WORDS];
};

int e810_nvm_init(struct e810 *e)
{
	e->nvm = calloc(1, sizeof(*e->nvm));
	return e->nvm ? 0 : -ENOMEM;
}

void e810_nvm_fini(struct e810 *e)
{
	free(e->nvm);
	e->nvm = NULL;
}

/* ---- contents ------------------------------------------------------------------------------- */

static void shadow_build(struct e810_nvm *n)
{
	uint16_t sum = 0;

	n->sr[SR_CTRL] = SR_CTRL_VALID | SR_CTRL_BANKS;
	n->sr[SR_DEV_VER] = 0x4000;		/* 4.00 */
	n->sr[SR_EETRACK_LO] = 0x6e64;
	n->sr[SR_EETRACK_HI] = 0x8001;
	n->sr[SR_PFA] = PFA_AT;
	n->sr[PFA_AT] = 1;			/* words, this one included: no entry */
	n->sr[SR_NVM_PTR] = SR_PTR_UNITS | NVM_BANK / UNIT;
	n->sr[SR_NVM_SIZE] = NVM_BANK_BYTES / UNIT;
	n->sr[SR_OROM_PTR] = SR_PTR_UNITS | OROM_BANK / UNIT;
	n->sr[SR_OROM_SIZE] = OROM_BANK_BYTES / UNIT;
	n->sr[SR_NETLIST_PTR] = SR_PTR_UNITS | NETLIST_BANK / UNIT;
	n->sr[SR_NETLIST_SIZE] = NETLIST_BYTES / UNIT;
	for (unsigned int i = 0; i < SR_WORDS; i++)
		sum += n->sr[i];
	n->sr[SR_CHECKSUM] = SUM_OK - sum;
}

/* Version 1.0.0 of an option ROM that holds nothing else: all bytes of the record sum to 0. */
static void orom_build(uint8_t *bank)
{
	static const char name[] = "1.0.0";
	uint8_t *civ = bank + 0x200, sum = 0;

	memcpy(civ, "$CIV", 4);
	put32(civ + 5, 1u << 24);
	civ[9] = sizeof(name) - 1;
	for (unsigned int i = 0; name[i]; i++)
		put16(civ + 10 + 2 * i, (uint16_t)name[i]);
	for (unsigned int i = 0; i < 74; i++)
		sum += civ[i];
	civ[4] = -sum;
}

static void netlist_build(uint8_t *bank)
{
	uint8_t *id = bank + 2 * 6;		/* no nodes: the identity follows at once */

	put16(bank, 0x011b);			/* link topology module */
	put16(bank + 4, 0x30 + 4);		/* words */
	put16(id + 2 * 2, 4);			/* version 4.0 */
	put16(id + 2 * 8, 1);
}

void e810_nvm_build(struct e810 *e)
{
	struct e810_nvm *n = e->nvm;

	if (n->sr[SR_CTRL])
		return;
	shadow_build(n);
	for (unsigned int bank = 0; bank < 2; bank++) {
		uint8_t *nvm = n->flash + NVM_BANK + bank * NVM_BANK_BYTES;

		put16(nvm + 2 * 2, CSS_DWORDS);
		for (unsigned int i = 0; i < SR_WORDS; i++)
			put16(nvm + SR_COPY + 2 * i, n->sr[i]);
		orom_build(n->flash + OROM_BANK + bank * OROM_BANK_BYTES);
		netlist_build(n->flash + NETLIST_BANK + bank * NETLIST_BYTES);
	}
}

/* ---- commands ------------------------------------------------------------------------------- */

/* 0701: offset 23:0 @0, flags @3, module @4, length @6. */
static enum e810_rc nvm_read(struct e810 *e, struct e810_aq_msg *m)
{
	uint32_t off = get32(m->param) & 0xffffff;
	uint16_t module = get16(m->param + 4), len = get16(m->param + 6);

	if (module || !len || len > m->len)
		return RC_EINVAL;
	if (m->param[3] & FLAG_FLASH_ONLY) {
		if (off >= FLASH_BYTES || len > FLASH_BYTES - off)
			return RC_EINVAL;
		memcpy(m->buf, e->nvm->flash + off, len);
	} else {
		if (off >= 2 * SR_WORDS || len > 2 * SR_WORDS - off)
			return RC_EINVAL;
		for (unsigned int i = 0; i < len; i++)
			m->buf[i] = (uint8_t)(e->nvm->sr[(off + i) / 2] >> 8 * ((off + i) & 1));
	}
	m->out = len;
	return RC_OK;
}

/* 0706: over the shadow RAM. Recalculating would write. */
static enum e810_rc nvm_checksum(struct e810 *e, struct e810_aq_msg *m)
{
	uint16_t sum = 0;

	if (!(m->param[0] & SUM_VERIFY))
		return RC_EINVAL;
	for (unsigned int i = 0; i < SR_WORDS; i++)
		sum += e->nvm->sr[i];
	put16(m->param + 2, sum);
	return RC_OK;
}

const struct e810_aq_cmd e810_cmd_nvm[] = {
	{ AQ_NVM_READ, "read NVM", nvm_read },
	{ AQ_NVM_CHECKSUM, "NVM checksum", nvm_checksum },
	{ 0 },
};
