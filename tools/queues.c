/* SPDX-License-Identifier: GPL-2.0-only */
/* The queue pairs of a device as others see them; see queues.h. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queues.h"

/* queue state rx_entries tx_entries doorbell generation uid pid interrupts rx tx sleeps program */
static bool parse_line(const char *text, struct queue_line *l)
{
	unsigned long long generation, interrupts, rx, tx, sleeps;
	char queue[16];
	int end = 0;

	memset(l, 0, sizeof(*l));
	if (sscanf(text, "%15s %15s %u %u %15s %llu %u %d %llu %llu %llu %llu %n", queue, l->state,
		   &l->rx_entries, &l->tx_entries, l->doorbell, &generation, &l->uid, &l->pid,
		   &interrupts, &rx, &tx, &sleeps, &end) < 12 || !end)
		return false;
	l->queue = strcmp(queue, "-") ? atoi(queue) : -1;
	l->generation = generation;
	l->interrupts = interrupts;
	l->program_count.rx_packets = rx;
	l->program_count.tx_packets = tx;
	l->sleeps = sleeps;
	snprintf(l->program, sizeof(l->program), "%.*s", (int)strcspn(text + end, "\n"), text + end);
	return true;
}

/* "key:\tvalue" a line; false if the file is not that of @device and @l's pair. */
static bool parse_info(FILE *f, const char *device, struct queue_line *l)
{
	const struct {
		const char *key;
		uint64_t *value;
	} fields[] = {
		{ "rx_packets", &l->program_count.rx_packets },
		{ "rx_bytes", &l->program_count.rx_bytes },
		{ "rx_errors", &l->rx_errors },
		{ "tx_packets", &l->program_count.tx_packets },
		{ "tx_bytes", &l->program_count.tx_bytes },
		{ "hw_rx_packets", &l->card.rx_packets },
		{ "hw_rx_bytes", &l->card.rx_bytes },
		{ "hw_rx_no_desc", &l->card_no_desc },
		{ "hw_tx_packets", &l->card.tx_packets },
		{ "hw_tx_bytes", &l->card.tx_bytes },
	};
	bool device_fits = false, queue_fits = false;
	char line[128], *value;
	size_t i;

	while (fgets(line, sizeof(line), f)) {
		value = strchr(line, ':');
		if (!value)
			continue;
		*value++ = '\0';
		value += strspn(value, " \t");
		value[strcspn(value, "\n")] = '\0';
		device_fits |= !strcmp(line, "ndrv_device") && !strcmp(value, device);
		queue_fits |= !strcmp(line, "queue") && atoi(value) == l->queue && value[0] != '-';
		/* Other files have other lines with such names. */
		for (i = 0; i < sizeof(fields) / sizeof(fields[0]) && device_fits && queue_fits; i++) {
			if (strcmp(line, fields[i].key))
				continue;
			*fields[i].value = strtoull(value, NULL, 10);
			l->counted |= !strncmp(line, "hw_", 3);
		}
	}
	return device_fits && queue_fits;
}

static void read_info(const char *device, struct queue_line *l)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;
	FILE *f;

	if (l->queue < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo", l->pid);
	dir = opendir(path);
	while (dir && !l->info && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.32s", l->pid, entry->d_name);
		f = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (!f)
			continue;
		l->info = parse_info(f, device, l);
		fclose(f);
	}
	if (dir)
		closedir(dir);
}

int queues_read(const char *device, struct queue_line **lines)
{
	char path[PATH_MAX], text[512];
	struct queue_line *list = NULL, *more;
	int n = 0, room = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/ndrv/%s/queues", device);
	f = fopen(path, "r");
	if (!f)
		return -errno;
	while (fgets(text, sizeof(text), f)) {
		if (n == room) {
			room = room ? 2 * room : 64;
			more = reallocarray(list, room, sizeof(*list));
			if (!more) {
				free(list);
				fclose(f);
				return -ENOMEM;
			}
			list = more;
		}
		if (!parse_line(text, &list[n]))
			continue;
		read_info(device, &list[n++]);
	}
	fclose(f);
	*lines = list;
	return n;
}
