// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever commands a guest sends, in whatever order and with whatever lengths, the E810 model must
 * neither crash nor hang, nor write a byte of the buffer behind what it was given. Run under ASan and
 * UBSan. Seeded: SEED=n ROUNDS=n repeat or lengthen a run.
 */
#include "sim_e810.h"

static uint64_t state;

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

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
	return rnd() % 3 ? (uint8_t)(rnd() % 9) : (uint8_t)rnd();
}

/* Values that get far: nodes of the default tree, VSIs, small counts. */
static void random_words(uint8_t *p, unsigned int len)
{
	for (unsigned int i = 0; i + 4 <= len; i += 4)
		switch (rnd() % 6) {
		case 0:
			set32(p + i, 0x20 + rnd() % 12);
			break;
		case 1:
			set16(p + i, (uint16_t)(0x8000 | rnd() % 4));
			set16(p + i + 2, 0);
			break;
		case 2:
			set32(p + i, rnd() % 4);
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
	unsigned int n = 1 + rnd() % 3, end = 4 + 8 * n;

	set16(p, (uint16_t)n);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int size = 36 + rnd() % 300;

		set32(p + 4 + 8 * i, types[rnd() % sizeof(types)]);
		set16(p + 8 + 8 * i, (uint16_t)end);
		set16(p + 10 + 8 * i, (uint16_t)size);
		set16(p + end, (uint16_t)(rnd() % 8));
		set16(p + end + 2, (uint16_t)(rnd() % 2 ? rnd() % 64 : rnd()));
		end += size;
	}
	set16(p + 2, (uint16_t)(rnd() % 16 ? end : rnd()));
}

/* One group of one element, as the scheduler's commands take it. */
static void random_group(uint8_t *p)
{
	uint32_t parent = 0x20 + rnd() % 14;

	set32(p, parent);
	set32(p + 4, 1);
	set32(p + 8, parent + rnd() % 3);
	if (rnd() % 2)
		set32(p + 4, 0x20 + rnd() % 14);
	p[16] = 3;
}

static unsigned int broken;		/* bytes changed behind the buffer, or datalen too large */

static void random_command(struct port *t)
{
	static const uint16_t lens[] = { 0, 4, 8, 12, 16, 24, 32, 48, 56, 128, 256, 320, 560, 2048, 4096 };
	unsigned int which = rnd() % NR_OPS;
	uint16_t len = rnd() % 8 ? lens[rnd() % 15] : (uint16_t)(rnd() % 4096), op = ops[which];
	uint8_t param[16];
	int rc;

	random_words(param, 16);
	random_words(t->buf, 4096);
	if ((op == 0x0c40 || op == 0x0c42 || op == 0x0c41) && rnd() % 4) {
		random_package(t->buf);
		len = 4096;
	}
	if (op >= 0x0401 && op <= 0x0415 && rnd() % 2)
		random_group(t->buf);
	if (rnd() % 2)
		set16(param, 1);
	if (rnd() % 4 == 0)
		set16(param + 2, (uint16_t)(1 + rnd() % 2));
	memset(t->buf + len, 0xa5, 4096u - len);
	rc = aq(t, op, param, len, rnd() % 8);
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

	switch (rnd() % 40) {
	case 0:
		wr(t, regs[rnd() % 15], rnd() % 2 ? rnd() : rnd() % 20);
		break;
	case 1:
		restart(t);
		break;
	case 2:
		sim_inproc_link(t->p, rnd() % 2);
		settle();
		break;
	case 3:
		aq_event(t, &buf);
		break;
	case 4:
		sim_inproc_step(rnd() % 400000000);
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

static void run(const char *options, unsigned int rounds, uint64_t seed)
{
	struct port *t = port_new(options);
	unsigned int reached = 0, never = 0;

	state = seed * 0x9e3779b97f4a7c15ull + 1;
	for (unsigned int i = 0; i < rounds; i++)
		one_move(t);
	for (unsigned int i = 0; i < NR_OPS; i++) {
		reached += good[i] != 0;
		if (!good[i] && ++never < 8)
			printf("# %04x: %llu tries, none succeeded\n", ops[i],
			       (unsigned long long)tries[i]);
	}
	printf("# %s: %u moves, seed %llu: %u of %zu commands succeeded at least once\n", options,
	       rounds, (unsigned long long)seed, reached, NR_OPS);
	tap_ok(reached > NR_OPS * 3 / 4, "%s: most commands were reached", options);
	tap_eq(broken, 0, "nothing is written behind a buffer");
	restart(t);
	tap_eq(aq(t, 0x0001, (uint8_t[16]){ 0 }, 0, false), 0, "after FLR the queue works as new");
	port_free(t);
}

int main(void)
{
	const char *s = getenv("SEED"), *r = getenv("ROUNDS");
	unsigned int rounds = r ? strtoul(r, NULL, 0) : 30000;
	uint64_t seed = s ? strtoull(s, NULL, 0) : 1;

	run("trap=off", rounds, seed);
	run("trap=on", rounds, seed + 1);
	return tap_done();
}
