// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be so whenever every program is over: no pair and no filter belongs to anybody, the device
 * has no memory mapped that it had not before, the module's references are back, frames go both ways.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define SETTLE_MS	10000		/* descriptors in flight and rings of io_uring end a little later */
#define FRAMES		8

static long module_refs(void)
{
	FILE *f = fopen("/sys/module/ndrv/refcnt", "re");
	long n = -1;

	if (f && fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* Lines of the ports in the debug kernel's list of DMA mappings. */
static long dma_mappings(void)
{
	FILE *f = fopen("/sys/kernel/debug/dma-api/dump", "re");
	char line[256];
	unsigned int i;
	long n = 0;

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		for (i = 0; i < ports_count(); i++)
			n += !!strstr(line, port_pci(i));
	fclose(f);
	return n;
}

static unsigned int table_lines(unsigned int port, const char *table)
{
	char name[32], path[96], line[512];
	unsigned int n = 0;
	FILE *f;

	if (port_dev_name(port, name, sizeof(name)))
		return 0;
	snprintf(path, sizeof(path), "/sys/class/ndrv/%s/%s", name, table);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		n++;
	if (f)
		fclose(f);
	return n;
}

void oracle_base(struct base *b)
{
	b->refs = module_refs();
	b->dma = dma_mappings();
}

static const char *leftovers(const struct base *b)
{
	static char why[128];
	struct base now;
	unsigned int i, n;

	for (i = 0; i < ports_count(); i++) {
		n = table_lines(i, "queues");
		if (n) {
			snprintf(why, sizeof(why), "%s: %u files are open that nobody has", port_pci(i), n);
			return why;
		}
		n = table_lines(i, "filters");
		if (n) {
			snprintf(why, sizeof(why), "%s: %u filters are left", port_pci(i), n);
			return why;
		}
	}
	oracle_base(&now);
	if (now.refs != b->refs) {
		snprintf(why, sizeof(why), "module references: %ld, before %ld", now.refs, b->refs);
		return why;
	}
	/* A port that was bound again may have fewer, never more. */
	if (now.dma > b->dma) {
		snprintf(why, sizeof(why), "DMA mappings: %ld, before %ld", now.dma, b->dma);
		return why;
	}
	return NULL;
}

static const char *pass(struct port *from, struct port *to)
{
	uint8_t frame[FRAME_MIN * 2], in[2048];
	unsigned int seq, len = sizeof(frame);
	int got;

	for (seq = 0; seq < FRAMES; seq++) {
		frame_fill(frame, len, to->info.out_mac, from->info.out_mac, seq);
		if (port_send(from, frame, len))
			return "a fresh transmit ring is full";
	}
	for (seq = 0; seq < FRAMES; seq++) {
		do {
			got = port_recv(to, in, sizeof(in), 5000);
			if (got <= 0)
				return "frames do not arrive";
		} while (frame_seq(in) == UINT64_MAX);
		if (got != (int)len || frame_check(in, len, seq))
			return "frames arrive damaged, or in another order";
	}
	return port_tx_flush(from, 5000) ? "frames are not reported as sent" : NULL;
}

static const char *datapath(void)
{
	static struct port a, b;
	const char *why = NULL;

	a.fd = b.fd = -1;
	if (port_setup(&a, 0, NULL) || port_setup(&b, 1, NULL))
		why = "a fresh pair cannot be set up";
	else if (port_start(&a) || port_start(&b))
		why = "a fresh pair does not start";
	else if (port_wait_link(&a, LINK_MS) || port_wait_link(&b, LINK_MS))
		why = "no link";
	if (!why)
		why = pass(&a, &b);
	if (!why)
		why = pass(&b, &a);
	if (a.fd >= 0)
		port_close(&a);
	if (b.fd >= 0)
		port_close(&b);
	return why;
}

const char *oracle_check(const struct base *b)
{
	uint64_t end = now_ms() + SETTLE_MS;
	const char *why;

	for (why = leftovers(b); why && now_ms() < end; why = leftovers(b))
		sleep_ms(20);
	if (why || ports_count() < 2)
		return why;
	why = datapath();
	if (!why)
		why = leftovers(b);
	return why;
}
