// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 82599 model's registers: reset values, NVM, semaphores, aliases, SFP+ bus, link, interrupts,
 * statistics, faults. Frames have tests of their own (sim_ixgbe_rx.c, sim_ixgbe_tx.c).
 */
#include "sim_ixgbe.h"

static void test_reset_values(void)
{
	struct port *t = port_new("trap=on,mac=02:11:22:33:44:55,device=10f7");

	tap_eq(rd(t, 0x8), 0x80000, "STATUS: master enabled, LAN 0");
	tap_eq(rd(t, 0x5400), 0x33221102, "RAL0 is the NVM's address");
	tap_eq(rd(t, 0x5404), 0x80005544, "RAH0 is valid");
	tap_eq(rd(t, 0xa200), 0x33221102, "RAL0 at its other address");
	tap_eq(rd(t, 0x3c00), 0x80000, "RXPBSIZE0 512 KiB");
	tap_eq(rd(t, 0xcc00), 0x28000, "TXPBSIZE0 160 KiB");
	tap_eq(rd(t, 0x4268), 0x05ee0000, "MAXFRS 1518");
	tap_eq(rd(t, 0x1014), 0x402, "SRRCTL 2 KiB");
	tap_eq(rd(t, 0x2f00) & 8, 8, "RDRXCTL.DMAIDONE");
	tap_eq(rd(t, 0x10148), 0x8000, "FWSM valid, no manageability");
	tap_eq(rd(t, 0x8d04), 3, "SECRXSTAT ready, off");
	tap_eq(rd(t, 0x1f000), 0, "an unknown register reads 0");
	wr(t, 0x8, 0xffffffff);
	tap_eq(rd(t, 0x8), 0x80000, "STATUS is read-only");
	wr(t, 0x0, 4);
	tap_eq(rd(t, 0x0), 4, "CTRL.GIO_DIS sticks");
	tap_eq(rd(t, 0x8), 0, "and STATUS.GIO clears");
	wr(t, 0x5400, 0xdeadbeef);
	wr(t, 0x5200, 0x55);
	wr(t, 0x1028, 1 << 25);
	wr(t, 0x4a80, rd(t, 0x4a80) | 1);
	wr(t, 0x0, 1u << 26);
	tap_eq(rd(t, 0x0), 0, "CTRL.RST clears itself and GIO_DIS");
	tap_eq(rd(t, 0x5400), 0x33221102, "reset restores RAL0");
	tap_eq(rd(t, 0x5200), 0, "reset clears the MTA");
	tap_eq(rd(t, 0x1028), 0, "reset disables queues");
	tap_eq(rd(t, 0x4a80) & 1, 0, "reset clears DMATXCTL.TE");
	tap_eq(rd(t, 0x42a0) >> 13 & 7, 1, "10F7: AUTOC.LMS 10G without AN");
	tap_eq(ctr(t)->resets, 1, "one reset counted");
	port_free(t);
}

static uint16_t nvm(struct port *t, unsigned int word)
{
	uint32_t val;

	wr(t, 0x10014, word << 2 | 1);
	val = rd(t, 0x10014);
	if ((val & 3) != 2)
		return 0xdead;
	return val >> 16;
}

static uint16_t nvm_sum(struct port *t)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < 0x40; i++)
		sum += nvm(t, i);
	for (unsigned int i = 3; i < 0xf; i++) {
		uint16_t at = nvm(t, i);

		for (unsigned int k = 1; at && at != 0xffff && k <= nvm(t, at); k++)
			sum += nvm(t, at + k);
	}
	return sum;
}

static void test_nvm(void)
{
	static const char *const devices[] = { "trap=on,device=10f7", "trap=on,device=10fb" };

	for (unsigned int i = 0; i < 2; i++) {
		struct port *t = port_new(devices[i]);

		tap_eq(rd(t, 0x10010) & 0x300, 0x300, "EEC: present, auto-read done");
		tap_eq(nvm_sum(t), 0xbaba, "NVM sums to BABA");
		sim_inproc_dev(t->p)->ops->fault(sim_inproc_dev(t->p), "eeprom-bad", 1);
		tap_ok(nvm_sum(t) != 0xbaba, "fault eeprom-bad is seen");
		tap_eq(nvm_sum(t), 0xbaba, "and is over");
		wr(t, 0x10010, 1 << 6);
		tap_eq(rd(t, 0x10010) & 0x80, 0x80, "EEC grants what is requested");
		port_free(t);
	}
}

static void test_semaphores(void)
{
	struct port *t = port_new("trap=on");

	tap_eq(rd(t, 0x10140), 0, "SWSM: the first reader gets SMBI");
	tap_eq(rd(t, 0x10140), 1, "the second does not");
	wr(t, 0x10140, 3);
	tap_eq(rd(t, 0x10140), 3, "SWESMBI is granted");
	wr(t, 0x10160, 5);
	wr(t, 0x0, 1u << 26);
	tap_eq(rd(t, 0x10160), 5, "SW_FW_SYNC survives a software reset");
	wr(t, 0x10140, 0);
	tap_eq(rd(t, 0x10140), 0, "released");
	sim_inproc_flr(t->p);
	sim_inproc_enable(t->p);
	tap_eq(rd(t, 0x10160), 0, "FLR clears SW_FW_SYNC");
	tap_eq(rd(t, 0x10140), 0, "and SMBI");
	port_free(t);
}

static void test_aliases(void)
{
	static const uint32_t pairs[][2] = {
		{ 0x1014, 0x2100 }, { 0x13d4, 0x213c }, { 0x100c, 0x2200 }, { 0x5478, 0xa278 },
		{ 0x5480, 0xea00 }, { 0x5818, 0xec80 }, { 0x5c7c, 0xeb7c }, { 0x5ca4, 0xeba4 },
	};
	static const char *const options[] = { "trap=on", "trap=off" };

	for (unsigned int m = 0; m < 2; m++) {
		struct port *t = port_new(options[m]);

		for (unsigned int i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
			wr(t, pairs[i][0], 0x1111 * (i + 1));
			tap_ok(rd(t, pairs[i][1]) == 0x1111 * (i + 1), "%s: %05x shows at %05x",
			       options[m], pairs[i][0], pairs[i][1]);
			wr(t, pairs[i][1], 0x123 + i);
			tap_ok(rd(t, pairs[i][0]) == 0x123 + i, "%s: and back", options[m]);
		}
		port_free(t);
	}
}

/* ---- two-wire bus ---- */

static void i2c(struct port *t, bool clk, bool data)
{
	wr(t, 0x28, (clk ? 2 : 0) | (data ? 8 : 0));
}

static bool i2c_bit(struct port *t, bool out)
{
	bool in;

	i2c(t, false, out);
	i2c(t, true, out);
	in = rd(t, 0x28) & 4;
	i2c(t, false, out);
	return in;
}

/* A byte out; true if acknowledged. */
static bool i2c_out(struct port *t, uint8_t byte)
{
	for (int i = 7; i >= 0; i--)
		i2c_bit(t, byte >> i & 1);
	return !i2c_bit(t, true);
}

static uint8_t i2c_in(struct port *t, bool ack)
{
	uint8_t byte = 0;

	for (int i = 0; i < 8; i++)
		byte = byte << 1 | i2c_bit(t, true);
	i2c_bit(t, !ack);
	return byte;
}

static void i2c_start(struct port *t)
{
	i2c(t, false, true);
	i2c(t, true, true);
	i2c(t, true, false);
	i2c(t, false, false);
}

static void i2c_stop(struct port *t)
{
	i2c(t, false, false);
	i2c(t, true, false);
	i2c(t, true, true);
}

static void test_sfp(void)
{
	struct port *t = port_new("trap=on,device=10fb");
	uint8_t page[64], sum = 0;
	bool ack;

	i2c_start(t);
	ack = i2c_out(t, 0xa0);
	ack &= i2c_out(t, 0);
	i2c_start(t);
	ack &= i2c_out(t, 0xa1);
	tap_ok(ack, "SFP+ acknowledges address, offset and read");
	for (unsigned int i = 0; i < 64; i++)
		page[i] = i2c_in(t, i < 63);
	i2c_stop(t);
	tap_eq(page[0], 3, "it is an SFP");
	tap_eq(page[8], 4, "passive copper");
	for (unsigned int i = 0; i < 63; i++)
		sum += page[i];
	tap_eq(page[63], sum, "CC_BASE is right");
	i2c_start(t);
	tap_ok(!i2c_out(t, 0xa4), "another address is not acknowledged");
	i2c_stop(t);
	i2c_start(t);
	ack = i2c_out(t, 0xa0) && i2c_out(t, 8);
	i2c_start(t);
	ack &= i2c_out(t, 0xa1);
	tap_ok(ack && i2c_in(t, false) == 4, "a single byte at an offset");
	i2c_stop(t);
	port_free(t);

	t = port_new("trap=on,device=10fb,sfp=none");
	i2c_start(t);
	tap_ok(!i2c_out(t, 0xa0), "an empty cage does not answer");
	tap_eq(rd(t, 0x42a4), 0, "and has no link");
	port_free(t);
}

/* ---- link and interrupts ---- */

static void test_link(void)
{
	struct port *t = port_new("trap=on,device=10f7");
	uint64_t n;

	tap_eq(rd(t, 0x42a4), 0x70000000, "LINKS: up, 10 Gb/s");
	n = ctr(t)->link_transitions;
	sim_inproc_link(t->p, false);
	settle();
	tap_eq(rd(t, 0x42a4), 0, "cable pulled: down");
	tap_eq(rd(t, 0x808) & 1 << 20, 1 << 20, "EICR.LSC set, read through EICS");
	tap_eq(rd(t, 0x800) & 1 << 20, 1 << 20, "EICR.LSC by reading EICR");
	tap_eq(rd(t, 0x800), 0, "which cleared it");
	sim_inproc_link(t->p, true);
	settle();
	tap_eq(ctr(t)->link_transitions - n, 2, "two transitions");
	wr(t, 0x0, 1u << 26);
	tap_eq(rd(t, 0x42a4), 0x70000000, "RST leaves the link alone");
	wr(t, 0x0, 1u << 3);
	tap_eq(rd(t, 0x42a4), 0, "LNK_RST takes it down");
	settle();
	tap_eq(rd(t, 0x42a4), 0x70000000, "and it comes back");
	wr(t, 0x42a0, rd(t, 0x42a0) | 1 << 12);
	tap_eq(rd(t, 0x42a0) & 1 << 12, 0, "AN_RESTART clears itself");
	tap_eq(rd(t, 0x42a4), 0, "and restarts the link");
	settle();
	tap_eq(ctr(t)->link_transitions - n, 6, "six transitions in all");
	port_free(t);
}

static void msix_mode(struct port *t)
{
	sim_inproc_msix_open(t->p);
	wr(t, 0x898, 1u << 4 | 1u << 5 | 1u << 30 | 1u << 31);
	wr(t, 0xad0, 0xffffffff);	/* EIAM_EX: mask on assertion */
	wr(t, 0x810, 0xffff);		/* EIAC */
	wr(t, 0x900, 0x00008180);	/* rx 0 -> 0, tx 0 -> 1 */
	wr(t, 0xa00, 0x00008200);	/* other causes -> 2 */
}

static void test_irq(void)
{
	struct port *t = port_new("trap=on,device=10f7");

	rd(t, 0x800);
	msix_mode(t);
	wr(t, 0xa90, 1);
	settle();
	tap_eq(sim_inproc_msix_count(t->p, 0), 0, "masked: no message");
	tap_eq(rd(t, 0x808) & 1, 1, "but pending");
	wr(t, 0xaa0, 1);
	settle();
	tap_eq(sim_inproc_msix_count(t->p, 0), 1, "unmasked: one message");
	tap_eq(rd(t, 0xaa0) & 1, 0, "auto-masked");
	tap_eq(rd(t, 0x808) & 1, 0, "auto-cleared");
	wr(t, 0x810, 0);
	wr(t, 0xa90, 2);
	wr(t, 0xaa0, 2);
	settle();
	tap_eq(sim_inproc_msix_count(t->p, 1), 1, "without its EIAC bit");
	tap_eq(rd(t, 0x808) & 2, 2, "a cause stays");
	wr(t, 0x810, 0xffff);
	wr(t, 0xa90, 1);
	wr(t, 0xa90, 1);
	wr(t, 0x880, 1);
	settle();
	tap_eq(sim_inproc_msix_count(t->p, 0), 2, "EIMS bit 0 is EIMS_EX bit 0; causes coalesce");
	wr(t, 0x880, 1 << 20);
	sim_inproc_link(t->p, false);
	settle();
	tap_eq(sim_inproc_msix_count(t->p, 2), 1, "LSC goes to the vector of IVAR_MISC");
	tap_eq(rd(t, 0x800) & 1 << 20, 1 << 20, "EICR.LSC");
	tap_eq(rd(t, 0x800) & 1 << 20, 0, "OCD: misc causes are read-clear still");
	wr(t, 0xa90, 0x20);
	wr(t, 0xaa0, 0x20);
	tap_eq(rd(t, 0x800) & 0x20, 0x20, "OCD: queue causes are not");
	tap_eq(rd(t, 0x800) & 0x20, 0x20, "read again");
	wr(t, 0x800, 0x20);
	settle();
	tap_eq(sim_inproc_msix_count(t->p, 5), 0, "write-1-clear came before the message");
	port_free(t);
}

static void test_moderation(void)
{
	struct port *t = port_new("trap=on,device=10f7");
	uint64_t start;

	msix_mode(t);
	wr(t, 0x820, 50 << 3);			/* 50 * 2.048 us */
	wr(t, 0xad0, 0);
	wr(t, 0xaa0, 1);
	wr(t, 0xa90, 1);
	sim_inproc_step(0);
	tap_eq(sim_inproc_msix_count(t->p, 0), 1, "the first message goes at once");
	start = sim_inproc_now();
	wr(t, 0xa90, 1);
	while (sim_inproc_msix_count(t->p, 0) < 2 && sim_inproc_now() - start < 1000000)
		sim_inproc_step(1000);
	tap_ok(sim_inproc_now() - start >= 102000 && sim_inproc_now() - start <= 104500,
	       "the second waits for EITR (%llu ns)",
	       (unsigned long long)(sim_inproc_now() - start));
	wr(t, 0xa90, 1);
	wr(t, 0x820, 50 << 3);			/* without CNT_WDIS the counter starts anew */
	sim_inproc_step(0);
	tap_eq(sim_inproc_msix_count(t->p, 0), 3, "writing EITR without CNT_WDIS releases it");
	port_free(t);
}

static void test_single_vector(void)
{
	struct port *t = port_new("trap=on,device=10f7");

	rd(t, 0x800);
	sim_inproc_msix_open(t->p);
	wr(t, 0x880, 1 << 20);
	sim_inproc_link(t->p, false);
	settle();
	tap_eq(sim_inproc_msix_count(t->p, 0), 1, "without MSIX_MODE everything is message 0");
	tap_eq(rd(t, 0x800), 1 << 20, "EICR tells the cause");
	tap_eq(rd(t, 0x800), 0, "and is read-clear");
	port_free(t);
}

/* ---- the rest ---- */

static void test_stats_pairs(void)
{
	struct port *t = port_new("trap=on,device=10f7");
	uint8_t f[2000];
	uint32_t len = ip_frame(f, false, 17, 100);

	rx_on(t, 0, SRRCTL_ADV, 0, RING - 1);
	rx_open(t);
	for (unsigned int i = 0; i < 10; i++)
		sim_inproc_inject(t->p, f, len);
	settle();
	tap_eq(rd(t, 0x4074), 10, "GPRC");
	tap_eq(rd(t, 0x4074), 0, "is read-clear");
	tap_eq(rd(t, 0x4078), 10, "BPRC");
	tap_eq(rd(t, 0x407c), 0, "MPRC is without broadcast");
	tap_eq(rd(t, 0x4064), 10, "146 bytes with FCS are PRC255");
	tap_eq(rd(t, 0x4068) + rd(t, 0x4060) + rd(t, 0x405c), 0, "and in no other class");
	tap_eq(rd(t, 0x4088), 10 * len, "GORC low: without the FCS, which is stripped");
	tap_eq(rd(t, 0x4088), 10 * len, "again");
	sim_inproc_inject(t->p, f, len);
	settle();
	tap_eq(rd(t, 0x408c), 0, "GORC high");
	tap_eq(rd(t, 0x4088), len, "bytes between the two reads are not lost");
	rd(t, 0x408c);
	tap_eq(rd(t, 0x4088), 0, "reading the high half cleared it");
	tap_eq(rd(t, 0x1030), 11, "QPRC0");
	tap_eq(rd(t, 0x1030), 0, "is read-clear");
	tap_eq(rd(t, 0x1034), 11 * len, "QBRC0");
	rd(t, 0x1038);
	wr(t, 0x4240, rd(t, 0x4240) & ~2u);
	sim_inproc_inject(t->p, f, len);
	settle();
	tap_eq(rd(t, 0x4088), len + 4, "GORC has the FCS while the host gets it");
	tap_eq(rd(t, 0x1034), len + 4, "and QBRC too");
	rd(t, 0x408c);
	tap_eq(rd(t, 0x4088), 0, "GORC low, nothing new");
	sim_inproc_inject(t->p, f, len);
	settle();
	rd(t, 0x408c);
	tap_eq(rd(t, 0x4088), len + 4, "bytes after a low half of 0 are not lost either");
	wr(t, 0x4080, 77);
	tap_eq(rd(t, 0x4080), 0, "statistics cannot be written");
	port_free(t);
}

/* With shared pages, drivers sum QPRC after MPC and before the rest. */
static void test_stats_sweep(void)
{
	struct port *t = port_new("trap=off,device=10f7");
	uint8_t f[2000];
	uint32_t len = ip_frame(f, false, 17, 100);
	unsigned int sum = 0;

	rx_on(t, 0, SRRCTL_ADV, 0, RING - 1);
	rx_open(t);
	for (unsigned int i = 0; i < 30; i++) {
		sim_inproc_inject(t->p, f, len);
		if (i % 10 == 9) {
			settle();
			rd(t, 0x3fa0);
			sum += rd(t, 0x1030);
			rd(t, 0x4000);
		}
	}
	tap_eq(sum, 30, "three sweeps sum QPRC to the frames that came");
	tap_eq(rd(t, 0x1030), 0, "0 between sweeps");
	port_free(t);
}

static void test_faults(void)
{
	struct port *t = port_new("trap=on");
	struct sim_dev *dev = sim_inproc_dev(t->p);

	tap_ok(dev->ops->fault(dev, "nonsense", 1) < 0, "an unknown fault is refused");
	dev->ops->fault(dev, "stuck-reset", 3);
	wr(t, 0x0, 1u << 26);
	for (unsigned int i = 0; i < 3; i++)
		tap_ok(rd(t, 0x0) & 1u << 26, "stuck-reset: RST stays");
	tap_ok(!(rd(t, 0x0) & 1u << 26), "three times only");
	rx_on(t, 0, SRRCTL_ADV, 0, 8);
	dev->ops->fault(dev, "stuck-disable", 1);
	wr(t, 0x1028, 0);
	tap_ok(rd(t, 0x1028) & 1u << 25, "stuck-disable: ENABLE stays");
	wr(t, 0x1028, 0);
	tap_ok(!(rd(t, 0x1028) & 1u << 25), "once only");
	port_free(t);
}

/* BAR2: the index and data ports reach the same registers. */
static void test_io_window(void)
{
	struct port *t = port_new("trap=on,mac=02:11:22:33:44:55");

	sim_inproc_cfg_wr(t->p, 4, 2, 7);
	sim_inproc_wr32(t->p, 2, 0, 0x5400);
	tap_eq(sim_inproc_rd32(t->p, 2, 4), 0x33221102, "IOADDR and IODATA reach RAL0");
	port_free(t);
}

int main(void)
{
	test_reset_values();
	test_nvm();
	test_semaphores();
	test_aliases();
	test_sfp();
	test_link();
	test_irq();
	test_moderation();
	test_single_vector();
	test_stats_pairs();
	test_stats_sweep();
	test_faults();
	test_io_window();
	return tap_done();
}
