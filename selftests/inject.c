// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's fault injection, and its books about a port; see inject.h. */
#include "inject.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define DEBUGFS	"/sys/kernel/debug"

static int nth_fd = -1;

static int put(const char *dir, const char *file, const char *value)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* Nothing fails by chance, nothing is printed, and no kind of allocation is spared. */
int inject_setup(void)
{
	static const char *const settings[][3] = {
		{ "failslab", "probability", "0" }, { "failslab", "verbose", "0" },
		{ "failslab", "ignore-gfp-wait", "N" }, { "failslab", "cache-filter", "N" },
		{ "fail_page_alloc", "probability", "0" }, { "fail_page_alloc", "verbose", "0" },
		{ "fail_page_alloc", "ignore-gfp-wait", "N" },
		{ "fail_page_alloc", "ignore-gfp-highmem", "N" },
		{ "fail_page_alloc", "min-order", "0" },
		{ "fail_usercopy", "probability", "0" }, { "fail_usercopy", "verbose", "0" },
	};
	unsigned int i;

	if (geteuid() != 0)
		return -EPERM;
	if (access(DEBUGFS "/failslab", F_OK) && mount("debugfs", DEBUGFS, "debugfs", 0, NULL) &&
	    errno != EBUSY)
		return -ENODEV;
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (put(settings[i][0], settings[i][1], settings[i][2]))
			return -ENODEV;
	inject_only_ndrv(false);
	/* Of this task: a child has its own. */
	if (nth_fd >= 0)
		close(nth_fd);
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return nth_fd < 0 ? -ENODEV : 0;
}

static int module_range(uint64_t *start, uint64_t *end)
{
	char line[256], name[64];
	unsigned long size;
	uint64_t at;
	FILE *f = fopen("/proc/modules", "re");
	int err = -ENODEV;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lu %*s %*s %*s %" SCNx64, name, &size, &at) != 3 ||
		    strcmp(name, "ndrv"))
			continue;
		*start = at;
		*end = at + size;
		err = at ? 0 : -EPERM;
	}
	if (f)
		fclose(f);
	return err;
}

void inject_or_leave(void)
{
	int err = inject_setup();

	if (!err)
		return;
	printf("TAP version 13\n1..0 # SKIP %s\n", err == -EPERM ? "needs root" :
	       "this kernel has no fault injection (FAILSLAB, FAIL_PAGE_ALLOC, FAULT_INJECTION_USERCOPY)");
	fflush(stdout);
	_exit(4);
}

/* From this function of the kernel to the next. */
static int function_range(const char *function, uint64_t *start, uint64_t *end)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[256], name[128];
	uint64_t at;

	*start = 0;
	*end = UINT64_MAX;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 " %*c %127s", &at, name) == 2 && !strcmp(name, function))
			*start = at;
	}
	if (f && fseek(f, 0, SEEK_SET))
		*start = 0;
	while (*start && fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNx64, &at) == 1 && at > *start && at < *end)
			*end = at;
	if (f)
		fclose(f);
	return *start ? 0 : -ENODEV;
}

/*
 * So far below the module, what is asked for is still the module's request: page tables of the IOMMU are
 * the deepest. Where a card has an interrupt pin, ACPI's interpreter lies below that, and one that runs out of
 * memory there leaves the kernel (6.12) with objects that it has freed (KASAN).
 */
#define DEPTH	"15"

/*
 * /proc/irq is left out: the kernel (6.12) goes on without an entry that it could not make there, and
 * then warns that there is none to be removed.
 */
int inject_only_ndrv(bool only)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
	uint64_t start = 0, end = UINT64_MAX, not_from = 0, not_to = 0;
	int err = only ? module_range(&start, &end) : 0;
	char text[4][32];
	unsigned int i;

	if (!err)
		err = function_range("register_irq_proc", &not_from, &not_to);
	snprintf(text[0], sizeof(text[0]), "0x%" PRIx64, start);
	snprintf(text[1], sizeof(text[1]), "0x%" PRIx64, end);
	snprintf(text[2], sizeof(text[2]), "0x%" PRIx64, not_from);
	snprintf(text[3], sizeof(text[3]), "0x%" PRIx64, not_to);
	for (i = 0; !err && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		err = put(kinds[i], "reject-start", text[2]);
		if (!err)
			err = put(kinds[i], "reject-end", text[3]);
		if (err)
			break;
		err = put(kinds[i], "stacktrace-depth", only ? DEPTH : "32");
		if (!err)
			err = put(kinds[i], "require-start", text[0]);
		if (!err)
			err = put(kinds[i], "require-end", text[1]);
	}
	return err;
}

void inject_arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, len, 0) != len)
		abort();
}

/*
 * What is left of the number that was armed. Reading it copies to user memory, and writing from there,
 * which may be what fails: then the step is over without its failure.
 */
static unsigned int take_back(void)
{
	unsigned int left = 1;
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) > 0)
		left = strtoul(text, NULL, 10);
	if (pwrite(nth_fd, "0", 1, 0) != 1 && pwrite(nth_fd, "0", 1, 0) != 1)
		abort();
	return left;
}

bool inject_fired(void)
{
	return take_back() == 0;
}

unsigned int inject_passed(unsigned int nth)
{
	return nth - take_back();
}

/* ---- the kernel's books -------------------------------------------------------------------------- */

int dma_mappings(const char *pci)
{
	FILE *f = fopen(DEBUGFS "/dma-api/dump", "re");
	char line[512];
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, pci) != NULL;
	if (!f)
		return -1;
	fclose(f);
	return n;
}

static int open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

void what_is_left(unsigned int nr, struct left *left)
{
	left->mappings = dma_mappings(dev_pci(nr));
	left->queues = sysfs_lines(nr, "queues", "");
	left->filters = sysfs_lines(nr, "filters", "");
	left->fds = open_fds();
}

bool same_left(const struct left *a, const struct left *b)
{
	return a->mappings == b->mappings && a->queues == b->queues && a->filters == b->filters &&
	       a->fds == b->fds;
}

/* ---- after all that ------------------------------------------------------------------------------ */

static int pass(struct port *a, struct port *b)
{
	uint8_t frame[256], in[SLOT_BYTES];
	int err = port_start(a);
	unsigned int i;

	if (!err)
		err = port_start(b);
	if (!err)
		err = port_wait_link(a, LINK_MS);
	if (!err)
		err = port_wait_link(b, LINK_MS);
	for (i = 0; !err && i < 8; i++) {
		frame_fill(frame, sizeof(frame), b->info.out_mac, a->info.out_mac, i);
		err = port_send(a, frame, sizeof(frame));
		if (!err && port_recv(b, in, sizeof(in), LINK_MS) != sizeof(frame))
			err = -ETIMEDOUT;
		if (!err && frame_check(in, sizeof(frame), i))
			err = -EBADMSG;
	}
	return err;
}

int packets_pass(void)
{
	struct port a, b;
	int err = port_setup(&a, 0, NULL);

	if (err)
		return err;
	err = port_setup(&b, 1, NULL);
	if (!err) {
		err = pass(&a, &b);
		port_close(&b);
	}
	port_close(&a);
	return err;
}
