// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever commands a guest sends, in whatever order and with whatever lengths, the E810 model must
 * neither crash nor hang, nor write a byte of the buffer behind what it was given. Run under ASan and
 * UBSan. Seeded: SEED=n ROUNDS=n repeat or lengthen a run.
 */
#include "sim_e810.h"
#include "fuzz.h"

static const uint16_t ops[] = {
	0x0001, 0x0002, 0x0003, 0x0008, 0x0009, 0x000a, 0x000b, 0x0107, 0x0108, 0x0110, 0x0200,
	0x0203, 0x0208, 0x0209, 0x020a, 0x0210, 0x0211, 0x0213, 0x02a0, 0x02a1, 0x02a2, 0x02a4,
	0x0400, 0x0401, 0x0403, 0x0404, 0x0408, 0x0409, 0x040a, 0x040e, 0x040f, 0x0410, 0x0412,
	0x0415, 0x0600, 0x0601, 0x0603, 0x0605, 0x0607, 0x0613, 0x06e0, 0x06e9, 0x0701, 0x0706,
	0x0a00, 0x0a01, 0x0a05, 0x0a06, 0x0a07, 0x0b02, 0x0b03, 0x0b04, 0x0b05, 0x0c30, 0x0c31,
	0x0c32, 0x0c40, 0x0c41, 0x0c42, 0x0c43,
};

#define NR_OPS (sizeof(ops) / sizeof(ops[0]))

static uint64_t tries[NR_OPS], good[NR_OPS];

static uint8_t byte(void)
{
	return pick(3) ? (uint8_t)(pick(9)) : (uint8_t)rnd();
}

/* Values that get far: nodes of the default tree, VSIs, small counts. */
static void random_words(uint8_t *p, unsigned int len)
{
	for (unsigned int i = 0; i + 4 <= len; i += 4)
		switch (pick(6)) {
		case 0:
			set32(p + i, 0x20 + pick(12));
			break;
		case 1:
			set16(p + i, (uint16_t)(0x8000 | pick(4)));
			set16(p + i + 2, 0);
			break;
		case 2:
			set32(p + i, pick(4));
			break;
		default:
			for (unsigned int k = 0; k < 4; k++)
				p[i + k] = byte();
		}
}

/* A package buffer whose frame is right and whose sections are anything. */
static void random_package(uint8_t *p)
{
	static const uint8_t types[] = { 1, 34, 42, 43, 44, 46, 58, 99 };
	unsigned int n = 1 + pick(3), end = 4 + 8 * n;

	set16(p, (uint16_t)n);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int size = 36 + pick(300);

		set32(p + 4 + 8 * i, types[pick(sizeof(types))]);
		set16(p + 8 + 8 * i, (uint16_t)end);
		set16(p + 10 + 8 * i, (uint16_t)size);
		set16(p + end, (uint16_t)(pick(8)));
		set16(p + end + 2, (uint16_t)(pick(2) ? pick(64) : rnd()));
		end += size;
	}
	set16(p + 2, (uint16_t)(pick(16) ? end : rnd()));
}

/* One group of one element, as the scheduler's commands take it. */
static void random_group(uint8_t *p)
{
	uint32_t parent = 0x20 + pick(14);

	set32(p, parent);
	set32(p + 4, 1);
	set32(p + 8, parent + pick(3));
	if (pick(2))
		set32(p + 4, 0x20 + pick(14));
	p[16] = 3;
}

static unsigned int broken;		/* bytes changed behind the buffer, or datalen too large */

static void random_command(struct port *t)
{
	static const uint16_t lens[] = { 0, 4, 8, 12, 16, 24, 32, 48, 56, 128, 256, 320, 560, 2048, 4096 };
	unsigned int which = pick(NR_OPS);
	uint16_t len = pick(8) ? lens[pick(15)] : (uint16_t)(pick(4096)), op = ops[which];
	uint8_t param[16];
	int rc;

	random_words(param, 16);
	random_words(t->buf, 4096);
	if ((op == 0x0c40 || op == 0x0c42 || op == 0x0c41) && pick(4)) {
		random_package(t->buf);
		len = 4096;
	}
	if (op >= 0x0401 && op <= 0x0415 && pick(2))
		random_group(t->buf);
	if (pick(2))
		set16(param, 1);
	if (one_in(4))
		set16(param + 2, (uint16_t)(1 + pick(2)));
	memset(t->buf + len, 0xa5, 4096u - len);
	rc = aq(t, op, param, len, pick(8));
	tries[which]++;
	good[which] += rc == 0;
	broken += rc >= 0 && t->done.datalen > len;
	for (unsigned int i = len; i < 4096; i++)
		broken += t->buf[i] != 0xa5;
}

static void restart(struct port *t)
{
	sim_inproc_flr(t->p);
	sim_inproc_enable(t->p);
	aq_open(t);
}

/* What a random command cannot do by itself often enough. */
static void locked(struct port *t)
{
	for (unsigned int id = 3; id <= 4; id++) {
		uint8_t param[16] = { 0 };

		set16(param, (uint16_t)id);
		set16(param + 2, 2);
		aq(t, 0x0008, param, 0, false);
	}
}

static void one_move(struct port *t)
{
	static const uint32_t regs[] = {
		ATQ_BAL, ATQ_BAH, ATQ_LEN, ATQ_HEAD, ATQ_TAIL, ARQ_BAL, ARQ_BAH, ARQ_LEN, ARQ_HEAD,
		ARQ_TAIL, 0x22e200, 0x22e300, 0x22fd00, 0x22fe00, 0x091000,
	};
	uint8_t *buf;

	switch (pick(40)) {
	case 0:
		wr(t, regs[pick(15)], pick(2) ? rnd() : pick(20));
		break;
	case 1:
		restart(t);
		break;
	case 2:
		sim_inproc_link(t->p, pick(2));
		settle();
		break;
	case 3:
		aq_event(t, &buf);
		break;
	case 4:
		sim_inproc_step(pick(400000000));
		break;
	case 5:
		locked(t);
		break;
	default:
		if (!aq_done(t))
			restart(t);
		random_command(t);
	}
}

static void fuzz_one(unsigned int moves)
{
	struct port *t = port_new(pick(2) ? "trap=off" : "trap=on");

	broken = 0;
	while (moves-- && fuzz_more())
		one_move(t);
	FUZZ_CHECK(!broken);
	restart(t);
	FUZZ_CHECK(aq(t, 0x0001, (uint8_t[16]){ 0 }, 0, false) == 0);
	port_free(t);
}

#ifndef FUZZ_LIBFUZZER
int main(void)
{
	unsigned int reached = 0, never = 0;

	fuzz_main(6, 10000);
	for (unsigned int i = 0; i < NR_OPS; i++) {
		reached += good[i] != 0;
		if (!good[i] && ++never < 8)
			printf("# %04x: %llu tries, none succeeded\n", ops[i],
			       (unsigned long long)tries[i]);
	}
	printf("# %u of %zu commands succeeded at least once\n", reached, NR_OPS);
	tap_ok(reached > NR_OPS * 3 / 4, "most commands were reached");
	return tap_done();
}
#endif
