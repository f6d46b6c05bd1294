// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs as such: made at random, changed, written and read as text. Knows calls by their rows in
 * ops.c only. The text of a program is a line "prog FLAGS" and a line a call, "name argument=value...".
 */
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WRONG		4	/* percent of the arguments that are wrong on purpose */
#define ODD		30	/* ... that are right, or nearly so, and rare */
#define WRONG_EARLY	1	/* the same in what everything else stands on */
#define ODD_EARLY	5

/* What calls of one program have in common, so that they meet: few files, and their mappings. */
struct focus {
	struct rnd *r;
	unsigned int files;	/* slots below are used */
	unsigned int pools;	/* made so far */
	unsigned int wrong;	/* percent */
	unsigned int odd;	/* percent of the values that are not of the first third of their list */
};

static uint64_t wild(struct rnd *r)
{
	static const uint64_t edges[] = {
		0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
		0x7fffffffffffffff, 0x8000000000000000, -1ULL, 4095, 4096, 4097,
	};
	uint64_t v = edges[rnd_below(r, sizeof(edges) / sizeof(edges[0]))];

	switch (rnd_below(r, 4)) {
	case 0: return v;
	case 1: return v + rnd_below(r, 9) - 4;
	case 2: return 1ULL << rnd_below(r, 64);
	default: return rnd64(r) >> rnd_below(r, 64);
	}
}

static uint64_t wrong_value(const struct field *f, struct rnd *r)
{
	static const uint8_t sizes[] = { 4, 8, 0, 3, 12 };

	switch (f->kind) {
	case K_FILE:
	case K_POOL:
		return 0x100 * (1 + rnd_below(r, 6));
	case K_SIZE:
		switch (rnd_below(r, 4)) {
		case 0: return f->hint + 4 * (1 + rnd_below(r, 8));
		case 1: return sizes[rnd_below(r, sizeof(sizes))];
		case 2: return f->hint - 4;
		default: return (uint32_t)wild(r);
		}
	case K_PTR:
		return 1 + rnd_below(r, NR_PTRS - 1);
	case K_PORT:
	case K_SLOT:
	case K_MAP:
	case K_SEED:
		return rnd64(r) >> 32;
	default:
		return wild(r);
	}
}

/* The first values of a list are the likely ones. */
static uint64_t pick(const uint64_t *list, struct rnd *r, unsigned int odd)
{
	uint32_t n = (uint32_t)list[0];

	if (!rnd_chance(r, odd))
		n = (n + 2) / 3;
	return list[1 + rnd_below(r, n)];
}

static uint64_t value(const struct field *f, struct focus *c)
{
	struct rnd *r = c->r;

	if (rnd_chance(r, c->wrong))
		return wrong_value(f, r);
	switch (f->kind) {
	case K_PORT:
		return rnd_below(r, 8);
	case K_FILE:
		return rnd_below(r, c->files);
	case K_SLOT:
		return rnd_below(r, f->hint == NR_FILES ? c->files : (uint32_t)f->hint);
	case K_POOL:
		return rnd_below(r, rnd_chance(r, 70) && c->pools ? c->pools : NR_POOLS);
	case K_MAP:
		if (rnd_chance(r, 15))
			return NR_FILES * NR_AREAS + rnd_below(r, NR_POOLS);
		return rnd_below(r, c->files) * NR_AREAS + rnd_below(r, NR_AREAS);
	case K_BITS:
		return rnd64(r) & f->hint;
	case K_CONST:
		return f->hint;
	case K_PICK:
		return pick(f->pick, r, c->odd);
	case K_BELOW:
		return rnd_below(r, (uint32_t)f->hint);
	case K_SEED:
		return rnd64(r) >> 40;
	default:		/* K_SIZE, K_PTR, K_ZERO */
		return 0;
	}
}

static void make_call(struct call *c, unsigned int op, struct focus *focus)
{
	const struct op *o = &ops[op];
	unsigned int i, n = op_args(o);

	memset(c, 0, sizeof(*c));
	c->op = (uint16_t)op;
	for (i = 0; i < n; i++)
		c->arg[i] = value(&o->f[i], focus);
}

static unsigned int choose_op(struct rnd *r, bool events_only)
{
	unsigned int i, sum = 0, at;

	for (i = 0; i < nr_ops(); i++)
		sum += events_only && !ops[i].event ? 0 : ops[i].weight;
	at = rnd_below(r, sum);
	for (i = 0; i < nr_ops(); i++) {
		unsigned int weight = events_only && !ops[i].event ? 0 : ops[i].weight;

		if (at < weight)
			break;
		at -= weight;
	}
	return i;
}

/* One call of a known sequence: mostly right, first argument the file (or pool) itself. */
static void add(struct prog *p, const char *name, uint64_t first, struct focus *focus)
{
	if (p->nr == MAX_CALLS)
		return;
	make_call(&p->call[p->nr], (unsigned int)op_find(name), focus);
	p->call[p->nr++].arg[0] = first;
}

/* A file on the way that programs of users go, as far as chance takes it. */
static void prologue(struct prog *p, uint64_t file, struct focus *focus)
{
	static const char * const way[] = {
		"open", "queue_setup", "pool_create", "pool_attach", "info", "queue_start",
	};
	uint64_t areas = rnd64(focus->r);
	unsigned int i, area;

	focus->wrong = WRONG_EARLY;
	focus->odd = ODD_EARLY;
	for (i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		add(p, way[i], file, focus);
		if (!strcmp(way[i], "pool_create"))
			focus->pools++;
		if (!strcmp(way[i], "pool_attach") && p->nr < MAX_CALLS)
			p->call[p->nr - 1].arg[4] = (focus->pools - 1) % NR_POOLS;
		if (rnd_chance(focus->r, 5))
			break;
	}
	for (area = 0; area < NR_AREAS; area++) {
		if (!(areas >> area & 1))
			continue;
		add(p, "mmap", file, focus);
		if (p->nr < MAX_CALLS)
			p->call[p->nr - 1].arg[1] = area;
	}
}

void prog_random(struct prog *p, struct rnd *r)
{
	struct focus focus = { .r = r, .files = 1 + rnd_below(r, 3) };
	unsigned int i, more = 4 + rnd_below(r, MAX_CALLS - 8);

	memset(p, 0, sizeof(*p));
	if (rnd_chance(r, 10))
		focus.files = NR_FILES;
	p->flags = rnd_chance(r, 15) ? PROG_LEAVE : 0;
	for (i = 0; i < focus.files && i < 3; i++)
		if (rnd_chance(r, 85))
			prologue(p, i, &focus);
	focus.wrong = WRONG;
	focus.odd = ODD;
	while (more-- && p->nr < MAX_CALLS)
		make_call(&p->call[p->nr++], choose_op(r, false), &focus);
}

void prog_events(struct prog *p, struct rnd *r)
{
	struct focus focus = { .r = r, .files = 1, .wrong = WRONG, .odd = ODD };

	memset(p, 0, sizeof(*p));
	p->nr = 1 + rnd_below(r, 3);
	for (unsigned int i = 0; i < p->nr; i++) {
		unsigned int op = rnd_chance(r, 60) ? choose_op(r, true) :
				  (unsigned int)op_find(rnd_chance(r, 50) ? "sysfs" : "sleep");

		make_call(&p->call[i], op, &focus);
	}
}

static void insert_at(struct prog *p, uint32_t at, const struct call *c)
{
	if (p->nr == MAX_CALLS)
		return;
	memmove(&p->call[at + 1], &p->call[at], (p->nr - at) * sizeof(*c));
	p->call[at] = *c;
	p->nr++;
}

static void change_once(struct prog *p, struct rnd *r, const struct prog *other, struct focus *focus)
{
	uint32_t at = rnd_below(r, p->nr), arg;
	const struct op *op;
	struct call c;

	switch (rnd_below(r, 7)) {
	case 0:
		if (p->nr > 1)
			memmove(&p->call[at], &p->call[at + 1], (--p->nr - at) * sizeof(c));
		return;
	case 1:
	case 2:
		make_call(&c, choose_op(r, false), focus);
		insert_at(p, rnd_below(r, p->nr + 1), &c);
		return;
	case 3:
		c = p->call[at];
		insert_at(p, rnd_below(r, p->nr + 1), &c);
		return;
	case 4:
		if (other->nr)
			insert_at(p, rnd_below(r, p->nr + 1), &other->call[rnd_below(r, other->nr)]);
		return;
	default:
		op = &ops[p->call[at].op];
		if (!op_args(op))
			return;
		arg = rnd_below(r, op_args(op));
		p->call[at].arg[arg] = value(&op->f[arg], focus);
	}
}

void prog_mutate(struct prog *p, struct rnd *r, const struct prog *other)
{
	struct focus focus = { .r = r, .files = 1 + rnd_below(r, 3), .pools = 2, .wrong = WRONG, .odd = ODD };
	unsigned int n = 1 + rnd_below(r, 6);

	while (n--)
		change_once(p, r, other, &focus);
	if (rnd_chance(r, 5))
		p->flags ^= PROG_LEAVE;
}

/* ---- text ------------------------------------------------------------------------------------------ */

size_t prog_text(const struct prog *p, char *text, size_t size)
{
	size_t at = (size_t)snprintf(text, size, "prog %x\n", p->flags);

	for (uint32_t i = 0; i < p->nr; i++) {
		const struct op *op = &ops[p->call[i].op];

		at += (size_t)snprintf(text + at, size - at, "%s", op->name);
		for (unsigned int k = 0; k < op_args(op); k++)
			at += (size_t)snprintf(text + at, size - at, " %s=%llx", op->f[k].name,
					       (unsigned long long)p->call[i].arg[k]);
		at += (size_t)snprintf(text + at, size - at, "\n");
	}
	return at;
}

static void print_value(const struct field *f, uint64_t v, FILE *to)
{
	static const char * const ptrs[NR_PTRS] = {
		"good", "NULL", "unmapped", "readonly", "edge", "kernel", "shared", "ring", "status",
	};
	static const char * const kinds[] = {
		"", "pool", "memfd", "closed", "epoll", "null", "socket",
	};
	static const char * const areas[] = {
		"rx_ring", "tx_ring", "rx_doorbell", "tx_doorbell", "status", "counters",
	};
	unsigned long long u = v;

	if (f->kind == K_PTR)
		fprintf(to, "%s", ptrs[v % NR_PTRS]);
	else if ((f->kind == K_FILE || f->kind == K_POOL) && v > 0xff)
		fprintf(to, "<%s>", kinds[(v >> 8) % 7]);
	else if (f->kind == K_SIZE && !v)
		fprintf(to, "%llu", (unsigned long long)f->hint);
	else if (f->kind == K_MAP && v % NR_MAPS < NR_FILES * NR_AREAS)
		fprintf(to, "%s of file %llu", areas[v % NR_MAPS % NR_AREAS], u % NR_MAPS / NR_AREAS);
	else if (f->kind == K_MAP)
		fprintf(to, "pool %llu", u % NR_MAPS - NR_FILES * NR_AREAS);
	else if (!strcmp(f->name, "area") && v < NR_AREAS)
		fprintf(to, "%s", areas[v]);
	else
		fprintf(to, v > 9 ? "%#llx" : "%llu", u);
}

void prog_print(const struct prog *p, FILE *to)
{
	fprintf(to, "%s\n", p->flags & PROG_LEAVE ? "ends with everything open" : "closes everything");
	for (uint32_t i = 0; i < p->nr; i++) {
		const struct op *op = &ops[p->call[i].op];

		fprintf(to, "%3u  %s(", i, op->name);
		for (unsigned int k = 0; k < op_args(op); k++) {
			fprintf(to, "%s%s ", k ? ", " : "", op->f[k].name);
			print_value(&op->f[k], p->call[i].arg[k], to);
		}
		fprintf(to, ")\n");
	}
}

static int read_call(struct call *c, char *line)
{
	char *word = strtok(line, " \n"), *eq;
	const struct op *op;
	int nr = word ? op_find(word) : -ENOENT;

	if (nr < 0) {
		fprintf(stderr, "fuzz: no call \"%s\"\n", word ? word : "");
		return -EINVAL;
	}
	memset(c, 0, sizeof(*c));
	c->op = (uint16_t)nr;
	op = &ops[nr];
	for (unsigned int k = 0; k < op_args(op); k++) {
		word = strtok(NULL, " \n");
		eq = word ? strchr(word, '=') : NULL;
		if (!eq || strncmp(word, op->f[k].name, (size_t)(eq - word))) {
			fprintf(stderr, "fuzz: %s: argument %u is to be %s=\n", op->name, k, op->f[k].name);
			return -EINVAL;
		}
		c->arg[k] = strtoull(eq + 1, NULL, 16);
	}
	return 0;
}

int prog_read(struct prog *p, FILE *from)
{
	char line[1024];
	bool begun = false;
	long at;

	memset(p, 0, sizeof(*p));
	for (at = ftell(from); fgets(line, sizeof(line), from); at = ftell(from)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (!strncmp(line, "prog ", 5)) {
			if (begun) {
				fseek(from, at, SEEK_SET);
				return 1;
			}
			p->flags = (uint32_t)strtoul(line + 5, NULL, 16);
			begun = true;
			continue;
		}
		if (!begun || p->nr == MAX_CALLS || read_call(&p->call[p->nr], line))
			return -EINVAL;
		p->nr++;
	}
	return begun;
}
