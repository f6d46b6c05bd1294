// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a log shorter: whatever can be left out so that the oracle, or the watchdog, still objects. Only for
 * what a kernel survives; what it dies of is found by replaying the end of the log (--last).
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static struct batch *batches;
static unsigned int nr_batches;
static uint64_t deadline;

/* True if it still fails. The ports are new for every trial, and so is what they are compared with. */
static bool fails(void)
{
	const char *bad = NULL;
	struct base base;
	unsigned int i;

	for (i = 0; i < ports_count(); i++) {
		dev_unbind(port_pci(i));
		dev_bind(port_pci(i), "ndrv");
	}
	if (!ports_repair())
		return false;
	oracle_base(&base);
	for (i = 0; !bad && i < nr_batches; i++)
		bad = batch_run(&batches[i], false);
	ports_repair();
	if (!bad)
		bad = batch_check(&base);
	if (bad)
		printf("# %u batches: %s\n", nr_batches, bad);
	return bad;
}

/* Tries without batches [at, at + n). */
static bool without(unsigned int at, unsigned int n)
{
	struct batch *old = malloc(n * sizeof(*old));
	bool still;

	if (!old)
		return false;
	memcpy(old, &batches[at], n * sizeof(*old));
	memmove(&batches[at], &batches[at + n], (nr_batches - at - n) * sizeof(*old));
	nr_batches -= n;
	still = fails();
	if (!still) {
		memmove(&batches[at + n], &batches[at], (nr_batches - at) * sizeof(*old));
		memcpy(&batches[at], old, n * sizeof(*old));
		nr_batches += n;
	}
	free(old);
	return still;
}

static void fewer_batches(void)
{
	unsigned int n, at;

	for (n = nr_batches / 2; n; n /= 2)
		for (at = 0; at + n <= nr_batches && nr_batches > n && now_ms() < deadline;)
			if (!without(at, n))
				at += n;
}

static void fewer_calls(struct prog *p)
{
	struct prog old;
	uint32_t i;

	for (i = p->nr; i-- > 0 && now_ms() < deadline;) {
		old = *p;
		memmove(&p->call[i], &p->call[i + 1], (p->nr - i - 1) * sizeof(p->call[0]));
		p->nr--;
		if (!fails())
			*p = old;
	}
}

static bool write_batches(const char *path)
{
	static char text[64 << 10];
	FILE *f = fopen(path, "we");
	unsigned int i, k;

	for (i = 0; f && i < nr_batches; i++)
		for (k = 0; k < batches[i].nr; k++)
			fwrite(text, 1, prog_text(&batches[i].prog[k], text, sizeof(text)), f);
	return f && !fclose(f);
}

int minimise(const char *from, const char *path, unsigned int seconds)
{
	FILE *f = fopen(from, "re");
	unsigned int i, k, room = 0;
	struct batch *more;

	deadline = now_ms() + seconds * 1000ULL;
	for (; f; nr_batches++) {
		if (nr_batches == room) {
			room = room ? 2 * room : 64;
			more = realloc(batches, room * sizeof(*batches));
			if (!more)
				return 2;
			batches = more;
		}
		if (batch_read(&batches[nr_batches], f) <= 0)
			break;
	}
	if (f)
		fclose(f);
	if (!nr_batches || !fails()) {
		printf("# %s: nothing fails\n", from);
		return 1;
	}
	fewer_batches();
	for (i = 0; i < nr_batches; i++)
		for (k = 0; k < batches[i].nr; k++)
			fewer_calls(&batches[i].prog[k]);
	printf("# %u batches are left, in %s\n", nr_batches, path);
	return write_batches(path) ? 0 : 2;
}
