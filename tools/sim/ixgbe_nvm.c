// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: NVM image and its access registers (6.3, 8.2.3.2), software/firmware semaphores
 * (8.2.3.4), MDIO without a PHY behind it, and the two-wire bus to an SFP+ module (SFF-8472).
 */
#include "ixgbe.h"

/* ---- image ---------------------------------------------------------------------------------- */

#define NVM_FW_PTR		0x0f
#define NVM_PBA			0x15
#define NVM_SFP_INIT_PTR	0x2b
#define NVM_CAPS		0x2c
#define  CAPS_ANY_SFP		0x0001
#define  CAPS_NO_CROSSTALK_WA	0x0080
#define NVM_ETRACK		0x2d
#define NVM_CHECKSUM		0x3f
#define NVM_SUM			0xbaba

#define AT_FW			0x0100		/* where this image keeps its sections */
#define AT_FW_PASS_THROUGH	0x0120
#define AT_SFP_LIST		0x0140
#define AT_SFP_DATA		0x0160

/* Firmware section: word 4 points to the pass-through patch whose word 7 is the version. */
static void build_firmware(struct ixgbe *ix)
{
	ix->nvm[NVM_FW_PTR] = AT_FW;
	ix->nvm[AT_FW + 4] = AT_FW_PASS_THROUGH;
	ix->nvm[AT_FW_PASS_THROUGH + 7] = 0x0009;
}

/*
 * List: one word, then pairs {module kind, data section}, 0xffff. Kinds as the stock drivers number
 * them: 3 and 4 direct attach on port 0 and 1, 5 and 6 SR or LR optics.
 */
static void build_sfp(struct ixgbe *ix)
{
	unsigned int at = AT_SFP_LIST;

	ix->nvm[NVM_SFP_INIT_PTR] = AT_SFP_LIST;
	ix->nvm[at++] = 8;
	for (unsigned int kind = 3; kind <= 6; kind++) {
		ix->nvm[at++] = kind;
		ix->nvm[at++] = AT_SFP_DATA;
	}
	ix->nvm[at] = 0xffff;
	ix->nvm[AT_SFP_DATA] = 1;
	ix->nvm[AT_SFP_DATA + 1] = 0x0000;	/* one value for CORECTL */
	ix->nvm[AT_SFP_DATA + 2] = 0xffff;
}

/* 6.3.1: words 0..3e, and the sections behind pointers 3..e; this image has none of those. */
void ixgbe_nvm_build(struct ixgbe *ix)
{
	uint16_t sum = 0;

	memset(ix->nvm, 0xff, sizeof(ix->nvm));
	memset(ix->nvm, 0, 0x40 * sizeof(ix->nvm[0]));
	for (unsigned int i = 0x03; i <= 0x0e; i++)
		ix->nvm[i] = 0xffff;
	ix->nvm[0x17] = 0xffff;
	ix->nvm[0x27] = 0xffff;
	ix->nvm[0x28] = 0xffff;
	ix->nvm[0x37] = 0xffff;
	ix->nvm[NVM_FW_PTR] = 0xffff;
	ix->nvm[NVM_PBA] = 0x5349;		/* old style, digits in the words */
	ix->nvm[NVM_PBA + 1] = 0x4d00;
	ix->nvm[NVM_SFP_INIT_PTR] = 0xffff;
	ix->nvm[NVM_CAPS] = CAPS_ANY_SFP | CAPS_NO_CROSSTALK_WA;
	ix->nvm[NVM_ETRACK] = 0x0001;
	ix->nvm[NVM_ETRACK + 1] = 0x8000;
	if (ixgbe_is_sfp(ix->device)) {
		build_firmware(ix);
		build_sfp(ix);
	}
	for (unsigned int i = 0; i < NVM_CHECKSUM; i++)
		sum += ix->nvm[i];
	ix->nvm[NVM_CHECKSUM] = NVM_SUM - sum;
}

/* ---- semaphores, EERD, MDIO ----------------------------------------------------------------- */

static void eerd_start(struct ixgbe *ix, uint32_t val)
{
	unsigned int word = (val >> 2) & 0x3fff;
	uint16_t data = word < IXGBE_NVM_WORDS ? ix->nvm[word] : 0xffff;

	if (ix->fault_eeprom_bad) {
		ix->fault_eeprom_bad--;
		data ^= 0x5a5a;
	}
	R(ix, IXGBE_EERD) = (val & 0xfffc) | EERD_DONE | (uint32_t)data << 16;
}

static void eewr_start(struct ixgbe *ix, uint32_t val)
{
	unsigned int word = (val >> 2) & 0x3fff;

	if (word < IXGBE_NVM_WORDS)
		ix->nvm[word] = val >> 16;
	R(ix, IXGBE_EEWR) = (val & ~EERD_START) | EERD_DONE;
}

/* ---- SFP+ on the two-wire bus ---------------------------------------------------------------- */

enum { I2C_IDLE, I2C_ADDR, I2C_PTR, I2C_WRITE, I2C_READ, I2C_IGNORE };

/* Passive direct-attach cable, 1 m; SFF-8472 tables 4-1 ff. The module's own A2 page is absent. */
static uint8_t sfp_byte(unsigned int at)
{
	static const uint8_t base[] = {
		[0] = 0x03, [1] = 0x04, [2] = 0x21, [8] = 0x04, [11] = 0x06, [12] = 0x67, [18] = 1,
		[56] = '1', ' ', ' ', ' ',
	};
	static const char vendor[17] = "ndrv sim        ", part[17] = "DAC 1 m         ";
	uint8_t sum = 0;

	if (at >= 20 && at < 36)
		return vendor[at - 20];
	if (at >= 40 && at < 56)
		return part[at - 40];
	if (at == 63) {
		for (unsigned int i = 0; i < 63; i++)
			sum += sfp_byte(i);
		return sum;
	}
	return at < sizeof(base) ? base[at] : 0;
}

static void i2c_byte_done(struct ixgbe *ix)
{
	uint8_t byte = ix->i2c.shift;

	switch (ix->i2c.state) {
	case I2C_ADDR:
		if ((byte & 0xfe) != 0xa0 || ix->sfp_absent || !ixgbe_is_sfp(ix->device)) {
			ix->i2c.state = I2C_IGNORE;
			break;
		}
		ix->i2c.state = byte & 1 ? I2C_READ : I2C_PTR;
		ix->i2c.sda_out = false;	/* acknowledge */
		break;
	case I2C_PTR:
		ix->i2c.ptr = byte;
		ix->i2c.state = I2C_WRITE;
		ix->i2c.sda_out = false;
		break;
	case I2C_WRITE:				/* write-protected: taken and dropped */
		ix->i2c.ptr++;
		ix->i2c.sda_out = false;
		break;
	}
}

static void i2c_falling(struct ixgbe *ix)
{
	bool reading = ix->i2c.state == I2C_READ;

	if (ix->i2c.state == I2C_IDLE || ix->i2c.state == I2C_IGNORE)
		return;
	if (ix->i2c.ack_phase) {		/* the ninth clock is over */
		ix->i2c.ack_phase = false;
		ix->i2c.bits = 0;
		ix->i2c.sda_out = true;
		if (reading) {
			ix->i2c.shift = sfp_byte(ix->i2c.ptr++);
			ix->i2c.reading = true;
			ix->i2c.sda_out = ix->i2c.shift >> 7;
		}
		return;
	}
	if (ix->i2c.bits < 8) {
		if (ix->i2c.reading)
			ix->i2c.sda_out = ix->i2c.shift >> (7 - ix->i2c.bits) & 1;
		return;
	}
	/* eight bits seen: the acknowledge bit follows */
	ix->i2c.ack_phase = true;
	ix->i2c.sda_out = true;
	if (ix->i2c.reading)
		ix->i2c.reading = false;	/* the master's turn */
	else
		i2c_byte_done(ix);
}

static void i2c_rising(struct ixgbe *ix, bool data)
{
	if (ix->i2c.ack_phase) {
		if (ix->i2c.state == I2C_READ && data && ix->i2c.sda_out && ix->i2c.bits == 8 &&
		    ix->i2c.answered)
			ix->i2c.state = I2C_IGNORE;	/* no acknowledge: last byte */
		if (ix->i2c.state == I2C_READ)
			ix->i2c.answered = true;
		return;
	}
	if (ix->i2c.bits < 8) {
		if (!ix->i2c.reading)
			ix->i2c.shift = ix->i2c.shift << 1 | data;
		ix->i2c.bits++;
	}
}

/* The master drives clock and data; a data edge while the clock is high is a start or a stop. */
static void i2c_write(struct ixgbe *ix, uint32_t val)
{
	bool clk = val & I2CCTL_CLK_OUT, data = val & I2CCTL_DATA_OUT;

	if (clk && ix->i2c.clk && data != ix->i2c.data) {
		ix->i2c.state = data ? I2C_IDLE : I2C_ADDR;
		ix->i2c.bits = 0;
		ix->i2c.answered = false;
		ix->i2c.ack_phase = ix->i2c.reading = false;
		ix->i2c.sda_out = true;
	} else if (clk && !ix->i2c.clk) {
		i2c_rising(ix, data);
	} else if (!clk && ix->i2c.clk) {
		i2c_falling(ix);
	}
	ix->i2c.clk = clk;
	ix->i2c.data = data;
	R(ix, IXGBE_I2CCTL) = val & (I2CCTL_CLK_OUT | I2CCTL_DATA_OUT);
}

static uint32_t i2c_read(struct ixgbe *ix)
{
	uint32_t val = R(ix, IXGBE_I2CCTL);

	if (ix->i2c.clk)
		val |= I2CCTL_CLK_IN;
	if (ix->i2c.data && (ix->i2c.sda_out || ix->i2c.state == I2C_IDLE))
		val |= I2CCTL_DATA_IN;
	return val;
}

/* ---- registers ------------------------------------------------------------------------------ */

uint32_t ixgbe_nvm_read(struct ixgbe *ix, uint32_t off)
{
	uint32_t val = R(ix, off);

	switch (off) {
	case IXGBE_EEC:
		val = (val & EEC_RW) | EEC_PRES | EEC_ARD | EEC_SIZE_16K;
		return val & EEC_REQ ? val | EEC_GNT : val;
	case IXGBE_SWSM:
		R(ix, off) |= SWSM_SMBI;	/* 8.2.3.4.1: who reads 0 has it */
		return val;
	case IXGBE_FWSM:
		return 0x00008000;		/* valid, no manageability */
	case IXGBE_FACTPS:
		return 0;
	case IXGBE_I2CCTL:
		return i2c_read(ix);
	}
	return val;
}

void ixgbe_nvm_write(struct ixgbe *ix, uint32_t off, uint32_t val)
{
	switch (off) {
	case IXGBE_EERD:
		if (val & EERD_START)
			eerd_start(ix, val);
		else
			R(ix, off) = val & 0xfffc;
		break;
	case IXGBE_EEWR:
		if (val & EERD_START)
			eewr_start(ix, val);
		break;
	case IXGBE_SWSM:
		R(ix, off) = val & (SWSM_SMBI | SWSM_SWESMBI);
		break;
	case IXGBE_FWSM:
	case IXGBE_FACTPS:
		break;
	case IXGBE_MSCA:
		R(ix, off) = val & ~MSCA_MDI_COMMAND;
		if (val & MSCA_MDI_COMMAND && val >> 26 & 2)	/* a read: nobody drives the wire */
			R(ix, IXGBE_MSRWD) |= 0xffff0000;
		break;
	case IXGBE_MSRWD:
		R(ix, off) = (R(ix, off) & 0xffff0000) | (val & 0xffff);
		break;
	case IXGBE_I2CCTL:
		i2c_write(ix, val);
		break;
	default:
		R(ix, off) = val;
	}
}
