// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port that lies. The model goes on working as it should; what leaves it (values read, descriptors,
 * answers of firmware, messages) is changed on its way, now and then, and things happen that nothing
 * caused. All decisions come from one generator a port, so the same seed and the same accesses give
 * the same lies. Knows no family.
 *
 * While a port is hostile no descriptor is stored by pointer (sim_desc_look_up), so that an honest
 * port pays nothing for this file where it is fast.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hostile.h"
#include "tran.h"
#include "wire.h"

#define NR_LOG		256
#define NR_PAST		16		/* values, descriptors and addresses remembered */
#define NR_FROZEN	4
#define NR_HELD		8
#define DESC_MAX	32		/* bytes of a descriptor */
#define EVENT_MIN_NS	20000ull	/* between two things that nothing caused */
#define EVENT_MAX_SHIFT	8		/* up to 5 ms */
#define STORM_MAX	64		/* messages in one go */
#define WILD_MAX	256		/* bytes of a write to a wrong place */

struct lie {
	uint64_t nr, at_ns;
	char text[96];
};

struct sim_hostile {
	uint64_t seed, state, lies;
	uint32_t rate;
	unsigned int what;
	uint64_t next_ns;
	bool pulled;			/* the cable, by us */
	struct lie log[NR_LOG];
	uint32_t past_reg[NR_PAST];
	struct {
		unsigned int bar;
		uint64_t off, val;
		unsigned int left;	/* reads; 0 = free */
	} frozen[NR_FROZEN];
	struct {
		uint8_t byte[DESC_MAX];
		unsigned int bytes;
	} past_desc[NR_PAST];
	struct {
		uint64_t iova;
		uint8_t byte[DESC_MAX];
		unsigned int bytes;	/* 0 = free */
	} held[NR_HELD];
	uint64_t past_iova[NR_PAST];
};

static const struct {
	const char *name;
	unsigned int what;
} kinds_of_lies[] = {
	{ "regs", SIM_LIE_REGS }, { "stats", SIM_LIE_STATS }, { "link", SIM_LIE_LINK },
	{ "desc", SIM_LIE_DESC }, { "aq", SIM_LIE_AQ }, { "irq", SIM_LIE_IRQ },
	{ "dma", SIM_LIE_DMA }, { "all", SIM_LIE_ALL },
};

/* Faults that models have anyway; who does not know one says so. */
static const struct {
	const char *name;
	unsigned int what;
} faults[] = {
	{ "stuck-reset", SIM_LIE_REGS }, { "stuck-disable", SIM_LIE_REGS },
	{ "eeprom-bad", SIM_LIE_REGS }, { "no-dd", SIM_LIE_DESC }, { "torn-dd", SIM_LIE_DESC },
	{ "aq-late", SIM_LIE_AQ }, { "aq-missing", SIM_LIE_AQ }, { "aq-no-dd", SIM_LIE_AQ },
	{ "aq-oversized", SIM_LIE_AQ }, { "aq-wrong-opcode", SIM_LIE_AQ },
	{ "aq-junk", SIM_LIE_AQ }, { "aq-error", SIM_LIE_AQ }, { "arq-junk", SIM_LIE_AQ },
	{ "core-reset", SIM_LIE_LINK },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- chance --------------------------------------------------------------------------------- */

static uint64_t rnd64(struct sim_hostile *h)
{
	h->state ^= h->state >> 12;
	h->state ^= h->state << 25;
	h->state ^= h->state >> 27;
	return h->state * 0x2545f4914f6cdd1dull;
}

static uint32_t rnd(struct sim_hostile *h)
{
	return (uint32_t)(rnd64(h) >> 32);
}

static bool chance(struct sim_hostile *h, unsigned int what)
{
	return h->what & what && rnd(h) % h->rate == 0;
}

/* Numbers at the edges of what fits, more often than any others. */
static uint32_t edge(struct sim_hostile *h)
{
	static const uint32_t edges[] = {
		0, 1, 2, 0x3f, 0x40, 0xff, 0x100, 0x7ff, 0x800, 0x801, 0x1000, 0x1001, 0x3fff,
		0x4000, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
	};

	return rnd(h) % 3 ? edges[rnd(h) % ARRAY_SIZE(edges)] : rnd(h);
}

__attribute__((format(printf, 2, 3)))
static void lied(struct sim_dev *dev, const char *fmt, ...)
{
	struct sim_hostile *h = dev->hostile;
	struct lie *l = &h->log[h->lies % NR_LOG];
	va_list ap;

	l->nr = h->lies++;
	l->at_ns = sim_now_ns();
	va_start(ap, fmt);
	vsnprintf(l->text, sizeof(l->text), fmt, ap);
	va_end(ap);
	sim_log(dev, 2, "lie %" PRIu64 ": %s", l->nr, l->text);
}

/* One to four places of `bytes`, each 8, 16 or 32 bits wide. */
static void spoil(struct sim_hostile *h, uint8_t *p, unsigned int bytes)
{
	for (unsigned int n = 1 + rnd(h) % 4; n && bytes; n--) {
		unsigned int width = 1u << rnd(h) % 3;
		uint32_t val = edge(h);

		if (width > bytes)
			width = 1;
		memcpy(p + rnd(h) % (bytes / width) * width, &val, width);
	}
}

static void fill(struct sim_hostile *h, uint8_t *p, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		p[i] = (uint8_t)rnd(h);
}

/* ---- registers ------------------------------------------------------------------------------ */

static uint64_t mask_of(unsigned int len)
{
	return UINT64_MAX >> (64 - 8 * len);
}

/* The bits that a driver waits for stay as they are for a while: late, or longer than it waits. */
static bool frozen(struct sim_hostile *h, unsigned int bar, uint64_t off, uint64_t *val)
{
	for (unsigned int i = 0; i < NR_FROZEN; i++)
		if (h->frozen[i].left && h->frozen[i].bar == bar && h->frozen[i].off == off) {
			h->frozen[i].left--;
			*val = h->frozen[i].val;
			return true;
		}
	return false;
}

static uint64_t other_value(struct sim_hostile *h, unsigned int bar, uint64_t off, uint64_t val)
{
	unsigned int i = rnd(h) % NR_FROZEN;

	switch (rnd(h) % 8) {
	case 0:
		return UINT64_MAX;
	case 1:
		return 0;
	case 2:
		return h->past_reg[rnd(h) % NR_PAST];
	case 3:
		return edge(h);
	case 4:
		return rnd64(h);
	case 5:
		h->frozen[i].bar = bar;
		h->frozen[i].off = off;
		h->frozen[i].left = 1u << rnd(h) % 14;
		h->frozen[i].val = rnd(h) % 2 ? val : val ^ 1ull << rnd(h) % 32;
		return h->frozen[i].val;
	case 6:
		return val - rnd(h) % 4096;		/* a counter goes back */
	}
	return val ^ 1ull << rnd(h) % 32;
}

uint64_t sim_hostile_read(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
			  uint64_t val)
{
	static const unsigned int lies[] = {
		[SIM_REG_OTHER] = SIM_LIE_REGS, [SIM_REG_STATS] = SIM_LIE_STATS,
		[SIM_REG_LINK] = SIM_LIE_LINK,
	};
	struct sim_hostile *h = dev->hostile;
	unsigned int what = lies[dev->ops->reg_class ? dev->ops->reg_class(dev, bar, off) : 0];
	uint64_t was = val;

	if (!(h->what & what))
		return val;
	if (!frozen(h, bar, off, &val)) {
		h->past_reg[rnd(h) % NR_PAST] = (uint32_t)val;
		if (rnd(h) % h->rate)
			return val;
		val = other_value(h, bar, off, val) & mask_of(len);
	}
	if (val != was)
		lied(dev, "BAR%u 0x%" PRIx64 " reads 0x%" PRIx64 " for 0x%" PRIx64, bar, off, val, was);
	return val;
}

/* ---- descriptors ---------------------------------------------------------------------------- */

static void address_seen(struct sim_hostile *h, uint64_t iova)
{
	h->past_iova[rnd(h) % NR_PAST] = iova;
}

static void hold(struct sim_hostile *h, uint64_t iova, const uint8_t *d, unsigned int bytes)
{
	unsigned int i = rnd(h) % NR_HELD;

	h->held[i].iova = iova;
	h->held[i].bytes = bytes;
	memcpy(h->held[i].byte, d, bytes);
}

static void held_release(struct sim_dev *dev)
{
	struct sim_hostile *h = dev->hostile;
	unsigned int i = rnd(h) % NR_HELD;

	if (!h->held[i].bytes)
		return;
	sim_dma_write(dev, h->held[i].iova, h->held[i].byte, h->held[i].bytes);
	lied(dev, "descriptor at 0x%" PRIx64 " comes late", h->held[i].iova);
	h->held[i].bytes = 0;
}

/* Whatever becomes of it is in `d`; false: it is not to be written at all. */
static bool desc_lie(struct sim_dev *dev, uint64_t *iova, uint8_t *d, unsigned int bytes)
{
	struct sim_hostile *h = dev->hostile;
	uint64_t at = *iova;
	unsigned int old = rnd(h) % NR_PAST, kind = rnd(h) % 12;

	switch (kind) {
	case 0:
		lied(dev, "descriptor at 0x%" PRIx64 " is left out", at);
		return false;
	case 1:
		hold(h, at, d, bytes);
		lied(dev, "descriptor at 0x%" PRIx64 " is held back", at);
		return false;
	case 2:
		fill(h, d, bytes);
		break;
	case 3:
		memset(d, 0xff, bytes);
		break;
	case 4:					/* done, and nothing in it */
		memset(d, 0, bytes);
		d[8] = 3;
		break;
	case 5:
		if (h->past_desc[old].bytes == bytes)
			memcpy(d, h->past_desc[old].byte, bytes);
		break;
	case 6:					/* its neighbours too, or instead */
		*iova += ((uint64_t)(rnd(h) % 17) - 8) * bytes;
		if (rnd(h) % 2)
			sim_dma_write(dev, at, d, bytes);
		break;
	case 7:
		*iova = rnd(h) % 2 ? rnd64(h) >> 12 : at ^ 1ull << rnd(h) % 48;
		break;
	default:
		spoil(h, d, bytes);
	}
	lied(dev, "descriptor at 0x%" PRIx64 ": kind %u, now at 0x%" PRIx64, at, kind, *iova);
	return true;
}

void sim_desc_write(struct sim_dev *dev, uint64_t iova, const uint64_t *qw, unsigned int bytes)
{
	struct sim_hostile *h = dev->hostile;
	uint8_t d[DESC_MAX];
	unsigned int slot;

	if (!h) {
		sim_dma_write(dev, iova, qw, bytes);
		return;
	}
	memcpy(d, qw, bytes);
	address_seen(h, iova);
	slot = rnd(h) % NR_PAST;
	if (chance(h, SIM_LIE_DESC) && !desc_lie(dev, &iova, d, bytes))
		return;
	h->past_desc[slot].bytes = bytes;
	memcpy(h->past_desc[slot].byte, d, bytes);
	sim_dma_write(dev, iova, d, bytes);
}

/* ---- firmware ------------------------------------------------------------------------------- */

void sim_hostile_answer(struct sim_dev *dev, uint64_t iova, uint8_t *desc, unsigned int bytes,
			uint8_t *buf, uint16_t room, uint16_t *len)
{
	struct sim_hostile *h = dev->hostile;
	unsigned int kind = rnd(h) % (room ? 8 : 3), opcode = desc[2] | desc[3] << 8;

	address_seen(h, iova);
	if (!chance(h, SIM_LIE_AQ))
		return;
	switch (kind) {
	case 0:					/* flags, opcode, length, return value, cookies */
		spoil(h, desc, 16);
		break;
	case 1:
		spoil(h, desc, bytes);
		break;
	case 2:
		fill(h, desc + 2, bytes - 2);
		break;
	case 3:
		fill(h, buf, room);
		*len = room;
		break;
	case 4:
		*len = (uint16_t)(rnd(h) % (room + 1u));
		break;
	case 5:
		memset(buf, rnd(h) % 2 ? 0xff : 0, room);
		*len = room;
		break;
	default:				/* mostly right, a few numbers absurd */
		spoil(h, buf, *len);
		spoil(h, buf, *len < 64 ? *len : 64);
	}
	lied(dev, "answer to %04x: kind %u, %u bytes", opcode, kind, *len);
}

/* ---- interrupts, and what nothing causes ------------------------------------------------------ */

bool sim_hostile_msix_lost(struct sim_dev *dev, unsigned int vec)
{
	if (!chance(dev->hostile, SIM_LIE_IRQ))
		return false;
	lied(dev, "message of vector %u is lost", vec);
	return true;
}

static void storm(struct sim_dev *dev)
{
	struct sim_hostile *h = dev->hostile;
	unsigned int n = rnd(h) % 4 ? 1 : 1 + rnd(h) % STORM_MAX;
	unsigned int vec = rnd(h) % (rnd(h) % 2 ? 4 : SIM_MAX_VECS), what = h->what;

	lied(dev, "%u messages of vector %u", n, vec);
	h->what = 0;				/* none of these is lost */
	while (n--)
		sim_msix_send(dev, vec);
	h->what = what;
}

static void wild_write(struct sim_dev *dev)
{
	struct sim_hostile *h = dev->hostile;
	uint64_t iova = rnd(h) % 4 ? h->past_iova[rnd(h) % NR_PAST] + rnd(h) % 65536 - 32768
				   : rnd64(h) >> 16;
	unsigned int bytes = 1 + rnd(h) % WILD_MAX;
	uint8_t data[WILD_MAX];

	fill(h, data, bytes);
	sim_dma_write(dev, iova, data, bytes);
	lied(dev, "%u bytes written to 0x%" PRIx64, bytes, iova);
}

static void model_fault(struct sim_dev *dev)
{
	struct sim_hostile *h = dev->hostile;
	unsigned int i = rnd(h) % ARRAY_SIZE(faults);
	uint64_t count = 1 + rnd(h) % 4;

	if (!(h->what & faults[i].what) || !dev->ops->fault)
		return;
	/* Rarer than all others: it ends whatever is going on. */
	if (!strcmp(faults[i].name, "core-reset") && rnd(h) % 16)
		return;
	if (!dev->ops->fault(dev, faults[i].name, count))
		lied(dev, "fault %s, %" PRIu64 " times", faults[i].name, count);
}

/* Pages of registers that the driver reads without a trap. */
static void scribble(struct sim_dev *dev)
{
	struct sim_hostile *h = dev->hostile;
	const struct sim_bar *bar = &dev->bars[rnd(h) % SIM_MAX_BARS];
	const struct sim_mmap_area *area;
	uint64_t off;
	uint32_t val;

	if (!bar->mem || !bar->nr_areas)
		return;
	area = &bar->areas[rnd(h) % bar->nr_areas];
	off = area->offset + rnd64(h) % area->size / 4 * 4;
	/* Low ones are those in use. */
	if (rnd(h) % 2)
		off = area->offset + rnd(h) % 0x100 / 4 * 4;
	val = edge(h);
	memcpy(bar->mem + off, &val, sizeof(val));
	lied(dev, "shared page, 0x%" PRIx64 " holds 0x%x", off, val);
}

static void flap(struct sim_dev *dev)
{
	struct sim_hostile *h = dev->hostile;

	if (!dev->wire)
		return;
	h->pulled = !h->pulled;
	sim_wire_link(dev->wire, !h->pulled);
	lied(dev, "cable %s", h->pulled ? "pulled" : "plugged");
}

static const struct {
	unsigned int what;
	void (*run)(struct sim_dev *dev);
} events[] = {
	{ SIM_LIE_IRQ, storm }, { SIM_LIE_IRQ, storm }, { SIM_LIE_DMA, wild_write },
	{ SIM_LIE_ALL, model_fault }, { SIM_LIE_REGS, scribble }, { SIM_LIE_LINK, flap },
	{ SIM_LIE_DESC, held_release }, { SIM_LIE_DESC, held_release },
};

bool sim_hostile_poll(struct sim_dev *dev, uint64_t now_ns, uint64_t *next_ns)
{
	struct sim_hostile *h = dev->hostile;

	if (now_ns >= h->next_ns) {
		unsigned int i = rnd(h) % ARRAY_SIZE(events);

		h->next_ns = now_ns + (EVENT_MIN_NS << rnd(h) % (EVENT_MAX_SHIFT + 1));
		if (h->what & events[i].what)
			events[i].run(dev);
	}
	if (*next_ns > h->next_ns)
		*next_ns = h->next_ns;
	return false;
}

/* ---- on and off ------------------------------------------------------------------------------ */

int sim_hostile_on(struct sim_dev *dev, uint64_t seed, uint32_t rate, unsigned int what)
{
	struct sim_hostile *h;

	if (!rate || !what || what & ~(unsigned int)SIM_LIE_ALL)
		return -EINVAL;
	sim_hostile_off(dev);
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	h->seed = seed;
	h->state = (seed + 1) * 0x9e3779b97f4a7c15ull | 1;
	h->rate = rate;
	h->what = what;
	for (int i = 0; i < 8; i++)		/* seeds that are close soon differ */
		rnd64(h);
	dev->hostile = h;
	sim_iommu_touch(dev);			/* descriptors no more by pointer */
	sim_log(dev, 1, "hostile from now on: seed %" PRIu64 ", one lie in %u", seed, rate);
	return 0;
}

void sim_hostile_off(struct sim_dev *dev)
{
	struct sim_hostile *h = dev->hostile;

	if (!h)
		return;
	dev->hostile = NULL;
	sim_iommu_touch(dev);
	for (unsigned int i = 0; i < ARRAY_SIZE(faults) && dev->ops->fault; i++)
		dev->ops->fault(dev, faults[i].name, 0);
	if (h->pulled && dev->wire)
		sim_wire_link(dev->wire, true);
	sim_log(dev, 1, "honest again after %" PRIu64 " lies, seed %" PRIu64, h->lies, h->seed);
	free(h);
}

int sim_hostile_what(const char *text, unsigned int *what)
{
	*what = 0;
	while (*text) {
		size_t len = strcspn(text, "+");
		unsigned int i = 0;

		while (i < ARRAY_SIZE(kinds_of_lies) &&
		       (strlen(kinds_of_lies[i].name) != len || strncmp(kinds_of_lies[i].name, text, len)))
			i++;
		if (i == ARRAY_SIZE(kinds_of_lies))
			return -EINVAL;
		*what |= kinds_of_lies[i].what;
		text += len;
		if (*text && !*++text)
			return -EINVAL;
	}
	return *what ? 0 : -EINVAL;
}

static int number(const char *text, uint64_t *n)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 0);
	return errno || end == text || *end || *text == '-' ? -EINVAL : 0;
}

int sim_hostile_option(struct sim_dev *dev, const char *key, const char *value)
{
	struct sim_hostile *h = dev->hostile;
	unsigned int what;
	uint64_t n;

	if (!strcmp(key, "hostile"))
		return number(value, &n) ? -EINVAL
					 : sim_hostile_on(dev, n, h ? h->rate : SIM_HOSTILE_RATE,
							  h ? h->what : SIM_LIE_ALL);
	if (strcmp(key, "rate") && strcmp(key, "what"))
		return -ENOENT;
	if (!h)					/* hostile= comes first */
		return -EINVAL;
	if (!strcmp(key, "what")) {
		if (sim_hostile_what(value, &what))
			return -EINVAL;
		h->what = what;
		return 0;
	}
	if (number(value, &n) || !n || n > UINT32_MAX)
		return -EINVAL;
	h->rate = (uint32_t)n;
	return 0;
}

int sim_hostile_command(struct sim_dev *dev, int argc, char **argv, char *err, size_t err_size)
{
	uint64_t seed, rate = SIM_HOSTILE_RATE;
	unsigned int what = SIM_LIE_ALL;
	int ret = -EINVAL;

	if (argc == 1 && !strcmp(argv[0], "off")) {
		sim_hostile_off(dev);
		return 0;
	}
	if (argc >= 1 && argc <= 3 && !number(argv[0], &seed) &&
	    (argc < 2 || (!number(argv[1], &rate) && rate <= UINT32_MAX)) &&
	    (argc < 3 || !sim_hostile_what(argv[2], &what)))
		ret = sim_hostile_on(dev, seed, (uint32_t)rate, what);
	if (ret)
		snprintf(err, err_size, "hostile N off | log [COUNT] | SEED [RATE [WHAT]]: one lie in "
			 "RATE chances; WHAT is all, or some of regs+stats+link+desc+aq+irq+dma");
	return ret;
}

const char sim_hostile_help[] =
	"\nAny port can be made to lie, by keys of --dev or by the control socket:\n"
	"  hostile=SEED    registers, descriptors, answers of firmware, messages are wrong now and\n"
	"                  then, and things happen that nothing caused; the same seed and the same\n"
	"                  accesses give the same lies\n"
	"  rate=N          (after it) one lie in N chances (default 16)\n"
	"  what=LIST       (after it) about what: regs+stats+link+desc+aq+irq+dma (default: all)\n";

/* ---- what was told ---------------------------------------------------------------------------- */

static uint64_t first_of(const struct sim_hostile *h, unsigned int last)
{
	if (last > NR_LOG)
		last = NR_LOG;
	return h->lies > last ? h->lies - last : 0;
}

void sim_hostile_json(struct sim_dev *dev, unsigned int last, FILE *out)
{
	const struct sim_hostile *h = dev->hostile;

	if (!h) {
		fputs("{\"on\":false}", out);
		return;
	}
	fprintf(out, "{\"on\":true,\"seed\":%" PRIu64 ",\"rate\":%u,\"lies\":%" PRIu64 ",\"log\":[",
		h->seed, h->rate, h->lies);
	for (uint64_t i = first_of(h, last); i < h->lies; i++) {
		const struct lie *l = &h->log[i % NR_LOG];

		fprintf(out, "%s{\"nr\":%" PRIu64 ",\"at_ns\":%" PRIu64 ",\"lie\":\"%s\"}",
			i > first_of(h, last) ? "," : "", l->nr, l->at_ns, l->text);
	}
	fputs("]}", out);
}

void sim_hostile_print(struct sim_dev *dev, unsigned int last, const char *prefix, FILE *out)
{
	const struct sim_hostile *h = dev->hostile;

	if (!h)
		return;
	for (uint64_t i = first_of(h, last); i < h->lies; i++)
		fprintf(out, "%slie %" PRIu64 ": %s\n", prefix, h->log[i % NR_LOG].nr,
			h->log[i % NR_LOG].text);
}
