// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is true when nothing happens any more: checks of the stress test between its epochs, and the
 * tables of what has happened. Changes nothing but the traffic that it sends.
 */
#include "stress.h"
#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#define KLOG_READ_ALL	3		/* of syslog(2); its name is the kernel's own */
#define MAX_SAMPLES	512
#define FLAT_KB		1024		/* by so much may the least of a quarter grow */
#define FLAT_FREE_KB	4096		/* ... or shrink, for free memory as a whole */
#define FLAT_KASAN_KB	4096		/* slabs hold what KASAN keeps of freed objects for a while */

/* ---- what met what ---------------------------------------------------------------------------------- */

static uint64_t met[NR_ACTS][NR_ACTS];

/* The module is everybody's; what is done to a port meets what is done to the same one. */
static bool meet(const struct span *a, const struct span *b)
{
	return a->from_ms <= b->to_ms && b->from_ms <= a->to_ms &&
	       (a->port == b->port || a->act == ACT_MODULE || b->act == ACT_MODULE);
}

static void meet_all(const struct actor *a, const struct actor *b)
{
	uint32_t i, j;

	for (i = 0; i < a->nr_spans; i++) {
		const struct span *s = &a->spans[i];

		for (j = 0; j < b->nr_spans; j++) {
			const struct span *t = &b->spans[j];

			if (!meet(s, t))
				continue;
			met[s->act][t->act]++;
			if (s->act != t->act)
				met[t->act][s->act]++;
		}
	}
}

void matrix_add(void)
{
	unsigned int i, j;

	for (i = 0; i < stress->nr_actors; i++)
		for (j = i + 1; j < stress->nr_actors; j++)
			meet_all(&stress->actors[i], &stress->actors[j]);
	for (i = 0; i < stress->nr_actors; i++)
		stress->actors[i].nr_spans = 0;
}

/* Two processes at once cannot pull the same card: they do not try. */
static bool possible(int a, int b)
{
	return (a != ACT_SURPRISE && a != ACT_HOTPLUG) ||
	       (b != ACT_SURPRISE && b != ACT_HOTPLUG);
}

/* Cards of the simulator can be pulled by surprise, those of QEMU have slots that can be emptied. */
static bool counts(int act)
{
	bool sim = false;
	unsigned int i;

	for (i = 0; i < stress->nr_ports; i++)
		sim |= stress->ports[i].sim >= 0;
	return act == ACT_SURPRISE ? sim : act != ACT_HOTPLUG || slots_are_emptied();
}

static bool missing(int a, int b)
{
	return counts(a) && counts(b) && possible(a, b) && !met[a][b];
}

bool matrix_wish(int *a, int *b)
{
	static int at;
	int i;

	for (i = 0; i < NR_ACTS * NR_ACTS; i++) {
		at = (at + 1) % (NR_ACTS * NR_ACTS);
		*a = at / NR_ACTS;
		*b = at % NR_ACTS;
		if (*b <= *a && missing(*a, *b))
			return true;
	}
	return false;
}

unsigned int matrix_missing(void)
{
	unsigned int n = 0;
	int a, b;

	for (a = 0; a < NR_ACTS; a++)
		for (b = 0; b <= a; b++)
			n += missing(a, b);
	return n;
}

void matrix_print(void)
{
	int a, b;

	printf("# what happened to the same port at the same time (- cannot, 0 never did):\n#          ");
	for (b = 0; b < NR_ACTS; b++)
		printf(" %5.5s", action_name(b));
	printf("\n");
	for (a = 0; a < NR_ACTS; a++) {
		printf("# %-9s", action_name(a));
		for (b = 0; b <= a; b++) {
			if (counts(a) && counts(b) && possible(a, b))
				printf(" %5llu", (unsigned long long)met[a][b]);
			else
				printf("     -");
		}
		printf("\n");
	}
}

bool actions_done(void)
{
	uint64_t frames = 0, restarts = 0;
	bool all = true;
	unsigned int i;
	int a;

	printf("# action     tried   done\n");
	for (a = 0; a < NR_ACTS; a++) {
		uint64_t tried = 0, done = 0;

		for (i = 0; i < stress->nr_actors; i++) {
			tried += stress->actors[i].tried[a];
			done += stress->actors[i].done[a];
		}
		printf("# %-9s %6llu %6llu\n", action_name(a), (unsigned long long)tried,
		       (unsigned long long)done);
		all &= done || !counts(a);
	}
	for (i = 0; i < stress->nr_actors; i++) {
		frames += stress->actors[i].frames;
		restarts += stress->actors[i].restarts;
	}
	printf("# %llu frames received, %llu starts after a revocation\n", (unsigned long long)frames,
	       (unsigned long long)restarts);
	return all && frames && restarts;
}

void calls_print(void)
{
	unsigned int i;
	int c, e;

	printf("# call                 longest  results\n");
	for (c = 0; c < NR_CALLS; c++) {
		uint32_t longest = 0;

		for (i = 0; i < stress->nr_actors; i++)
			if (stress->actors[i].longest_ms[c] > longest)
				longest = stress->actors[i].longest_ms[c];
		printf("# %-21s %4u ms ", call_name(c), longest);
		for (e = 0; e < MAX_ERRNO; e++) {
			uint64_t n = 0;

			for (i = 0; i < stress->nr_actors; i++)
				n += stress->actors[i].errnos[c][e];
			if (n)
				printf(" %s %llu", e ? strerrorname_np(e) : "ok", (unsigned long long)n);
		}
		printf("\n");
	}
}

/* ---- memory ------------------------------------------------------------------------------------------- */

enum { MEM_SLAB, MEM_VMALLOC, MEM_STACKS, MEM_TABLES, MEM_AVAILABLE, NR_MEM };

static const char *const mem_names[NR_MEM] = {
	"SUnreclaim", "VmallocUsed", "KernelStack", "PageTables", "MemAvailable",
};

static struct sample {
	unsigned int epoch;
	long kb[NR_MEM];
	char all[4096];			/* of /proc/meminfo */
} samples[MAX_SAMPLES];
static unsigned int nr_samples;

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

/* Of a line of /proc/meminfo; false: there is none of that name. */
static bool meminfo(const char *all, const char *name, long *kb)
{
	size_t len = strlen(name);

	for (; *all; all += strcspn(all, "\n"), all += *all == '\n')
		if (!strncmp(all, name, len) && all[len] == ':')
			return sscanf(all + len + 1, "%ld", kb) == 1;
	return false;
}

/* Each processor keeps free pages of its own, tens of megabytes, which meminfo does not count as free. */
static long per_cpu_free_kb(void)
{
	long pages = 0, n;
	char line[256];
	FILE *f = fopen("/proc/zoneinfo", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " count: %ld", &n) == 1)
			pages += n;
	if (f)
		fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

void memory_sample(unsigned int epoch)
{
	struct sample *s = &samples[nr_samples];
	ssize_t len;
	int fd, i;

	if (nr_samples == MAX_SAMPLES)
		return;
	sync();
	put("/proc/sys/vm/drop_caches", "3");
	put("/proc/sys/vm/compact_memory", "1");
	fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, s->all, sizeof(s->all) - 1);
	if (fd >= 0)
		close(fd);
	s->all[len > 0 ? len : 0] = 0;
	for (i = 0; i < NR_MEM; i++)
		if (!meminfo(s->all, mem_names[i], &s->kb[i]))
			fail("/proc/meminfo: no %s", mem_names[i]);
	s->kb[MEM_AVAILABLE] += per_cpu_free_kb();
	s->epoch = epoch;
	nr_samples++;
}

/* Least (or, of what is free, most) of the samples from @from on, @n of them. */
static const struct sample *extreme(int what, unsigned int from, unsigned int n)
{
	const struct sample *best = &samples[from], *s;

	for (s = best; s < &samples[from + n]; s++)
		if (what == MEM_AVAILABLE ? s->kb[what] > best->kb[what] : s->kb[what] < best->kb[what])
			best = s;
	return best;
}

/* Where it went: everything that the kernel counts and that is not as it was. */
static void print_moved(const struct sample *was, const struct sample *is)
{
	const char *line = was->all, *end;
	long before, now;
	char name[64];

	printf("# between epochs %u and %u, kB:", was->epoch, is->epoch);
	for (; *line; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		if (sscanf(line, "%63[^:]: %ld", name, &before) == 2 && meminfo(is->all, name, &now) &&
		    labs(now - before) >= 256)
			printf(" %s %+ld", name, now - before);
	}
	printf("\n");
}

void memory_print(void)
{
	unsigned int i;
	int m;

	printf("# kB without the module, after epoch:\n#   ");
	for (m = 0; m < NR_MEM; m++)
		printf(" %12s", mem_names[m]);
	printf("\n");
	for (i = 0; i < nr_samples; i++) {
		printf("# %2u", samples[i].epoch);
		for (m = 0; m < NR_MEM; m++)
			printf(" %12ld", samples[i].kb[m]);
		printf("\n");
	}
}

/* The last quarter against the second one: the first is warming up. */
bool memory_flat(void)
{
	unsigned int quarter = nr_samples / 4;
	bool flat = true;
	int m;

	if (nr_samples < MIN_SAMPLES) {
		printf("# %u samples of memory are too few for a verdict\n", nr_samples);
		return false;
	}
	for (m = 0; m < NR_MEM; m++) {
		const struct sample *is = extreme(m, nr_samples - quarter, quarter);
		const struct sample *was = extreme(m, quarter, quarter);
		long grown = is->kb[m] - was->kb[m];
		long limit = m == MEM_AVAILABLE ? FLAT_FREE_KB :
			     m == MEM_SLAB && has_checkers() ? FLAT_KASAN_KB : FLAT_KB;

		if (m == MEM_AVAILABLE)
			grown = -grown;
		printf("# %s %s by %ld kB (limit %ld)\n", mem_names[m],
		       m == MEM_AVAILABLE ? "has shrunk" : "has grown", grown, limit);
		if (grown <= limit)
			continue;
		print_moved(was, is);
		flat = false;
	}
	return flat;
}

unsigned int mappings_left(void)
{
	unsigned int n = 0, i;
	int of_port;

	for (i = 0; i < stress->nr_ports; i++) {
		of_port = dma_mappings(stress->ports[i].pci);
		n += of_port > 0 ? of_port : 0;
	}
	return n;
}

/* ---- DMA that should not have been -------------------------------------------------------------------- */

/* What the IOMMU refused, as the kernel's log has it: that is all that is known of QEMU's own cards. */
static unsigned int iommu_faults(void)
{
	static char log[1 << 20];
	int len = klogctl(KLOG_READ_ALL, log, sizeof(log) - 1);
	unsigned int n = 0;
	char *at;

	if (len < 0)
		return 1;
	log[len] = 0;
	for (at = log; (at = strstr(at, "DMAR: [DMA")); at++)
		if (!n++)
			printf("# the kernel: %.*s\n", (int)strcspn(at, "\n"), at);
	return n;
}

bool no_stray_dma(void)
{
	static const char *const counters[] = { "dma_faults", "dma_after_stop" };
	bool good = !iommu_faults();
	unsigned int c;
	int64_t n;
	int i;

	for (i = 0; i < stress->nr_sim; i++) {
		for (c = 0; c < sizeof(counters) / sizeof(counters[0]); c++) {
			n = sim_counter_at(i, counters[c]);
			if (n)
				printf("# port %d of the simulator: %s = %lld, the last at %#llx\n", i,
				       counters[c], (long long)n,
				       (unsigned long long)sim_counter_at(i, "dma_fault_iova"));
			good &= !n;
		}
	}
	return good;
}

/* ---- the cable ----------------------------------------------------------------------------------------- */

static int one_way(struct port *from, struct port *to, unsigned int frames)
{
	uint8_t frame[FRAME_MAX];
	uint64_t end = now_ms() + MS(30000), first = now_ms() << 20, seq;
	unsigned int sent = 0, got = 0;
	int len;

	while (got < frames) {
		while (sent < frames && sent - got < 100) {
			len = FRAME_MIN + sent % (FRAME_MAX - FRAME_MIN);
			frame_fill(frame, len, to->info.out_mac, from->info.out_mac, first + sent);
			if (port_send(from, frame, len))
				break;
			sent++;
		}
		len = port_recv(to, frame, sizeof(frame), 10);
		seq = len > 0 ? frame_seq(frame) : 0;
		if (len < 0 || (len && (seq == UINT64_MAX || frame_check(frame, len, seq))))
			return -EBADMSG;
		/* Some cables keep frames that nobody took before. */
		if (len && seq >= first) {
			if (seq != first + got || len != FRAME_MIN + got % (FRAME_MAX - FRAME_MIN))
				return -EBADMSG;
			got++;
		}
		if (now_ms() > end)
			return -ETIMEDOUT;
	}
	return 0;
}

static int both_ways(struct port *p, unsigned int frames)
{
	int err, i;

	for (i = 0; i < 2; i++) {
		err = port_setup(&p[i], i, NULL);
		if (!err)
			err = port_start(&p[i]);
		if (err)
			return err;
	}
	for (i = 1; i >= 0; i--) {
		err = port_wait_link(&p[i], LINK_MS);
		if (err)
			return err;
	}
	err = one_way(&p[0], &p[1], frames);
	return err ? err : one_way(&p[1], &p[0], frames);
}

int cable_check(const char *pci_a, const char *pci_b, unsigned int frames)
{
	struct port p[2];
	char both[80];
	int err, i;

	memset(p, 0, sizeof(p));
	p[0].fd = p[1].fd = -1;
	snprintf(both, sizeof(both), "%s %s", pci_a, pci_b);
	setenv("NDRV_DEV", both, 1);
	err = both_ways(p, frames);
	for (i = 0; i < 2; i++)
		if (p[i].fd >= 0)
			port_close(&p[i]);
	return err;
}
