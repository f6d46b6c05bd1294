// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports by their PCI addresses, which stay when numbers change, and what happens to them from outside:
 * resets, unbind and bind, cables. Whatever of it a killed program left undone, ports_repair() does.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char pcis[MAX_PORTS][32];
static unsigned int nr_ports;
static int cables = -1;			/* to the process that speaks to the simulator */

void ports_find(void)
{
	for (nr_ports = 0; nr_ports < dev_count(); nr_ports++)
		snprintf(pcis[nr_ports], sizeof(pcis[0]), "%s", dev_pci(nr_ports));
}

unsigned int ports_count(void)
{
	return nr_ports;
}

const char *port_pci(unsigned int nr)
{
	return pcis[nr % nr_ports];
}

int port_dev_name(unsigned int nr, char *name, size_t size)
{
	char path[128];
	struct dirent *e;
	int err = -ENODEV;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/ndrv", port_pci(nr));
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.') {
			snprintf(name, size, "%s", e->d_name);
			err = 0;
		}
	if (dir)
		closedir(dir);
	return err;
}

int port_open(unsigned int nr, int flags)
{
	char name[64], path[80];

	if (port_dev_name(nr, name, sizeof(name))) {
		errno = ENODEV;
		return -1;
	}
	snprintf(path, sizeof(path), "/dev/%s", name);
	return open(path, flags | O_CLOEXEC);
}

static int sysfs_put(const char *pci, const char *file, const char *text)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", pci, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

long run_dev_reset(struct world *w, const struct op *op, const uint64_t *a)
{
	const char *pci = port_pci((unsigned int)a[0]);
	int ret;

	if (a[1] % 3)
		return sysfs_put(pci, "reset", "1");
	ret = sysfs_put(pci, "reset_method", "bus");
	if (!ret)
		ret = sysfs_put(pci, "reset", "1");
	sysfs_put(pci, "reset_method", "default");
	return ret;
}

/* A new node has root's permissions; open_nobody is to get past them. */
static void open_to_all(unsigned int nr)
{
	char name[64], path[80];

	if (port_dev_name(nr, name, sizeof(name)))
		return;
	snprintf(path, sizeof(path), "/dev/%s", name);
	chmod(path, 0666);
}

long run_dev_rebind(struct world *w, const struct op *op, const uint64_t *a)
{
	unsigned int nr = (unsigned int)(a[0] % nr_ports);
	int ret = dev_unbind(pcis[nr]), err;

	sleep_ms((unsigned int)(a[1] % 16));
	err = dev_bind(pcis[nr], "ndrv");
	open_to_all(nr);
	return ret ? ret : err;
}

/*
 * Who speaks to the simulator must not die half way through: the next one would get its answer. So that
 * is the work of a process that nobody kills, one byte a request.
 */
static void __attribute__((noreturn)) cable_server(int fd)
{
	uint8_t c;

	while (read(fd, &c, 1) == 1)
		sim_command("link %d %s", sim_index(c >> 1), c & 1 ? "up" : "down");
	_exit(0);
}

static bool cable_start(void)
{
	int fds[2];
	pid_t pid;

	if (cables >= 0 || !sim_present())
		return cables >= 0;
	if (pipe2(fds, O_CLOEXEC))
		return false;
	pid = fork();
	if (!pid) {
		close(fds[1]);
		cable_server(fds[0]);
	}
	close(fds[0]);
	cables = fds[1];
	return pid > 0;
}

long run_cable(struct world *w, const struct op *op, const uint64_t *a)
{
	uint8_t c = (uint8_t)(a[0] % nr_ports << 1 | (a[1] & 1));

	if (cables < 0)
		return -ENODEV;
	return write(cables, &c, 1) == 1 ? 0 : -errno;
}

bool ports_repair(void)
{
	unsigned int nr, try;
	bool all = true;
	uint8_t c;

	cable_start();
	for (nr = 0; nr < nr_ports; nr++) {
		sysfs_put(pcis[nr], "reset_method", "default");
		for (try = 0; try < 3 && !dev_bound_to(pcis[nr], "ndrv"); try++)
			dev_bind(pcis[nr], "ndrv");
		all = all && dev_bound_to(pcis[nr], "ndrv");
		open_to_all(nr);
		c = (uint8_t)(nr << 1 | 1);
		if (cables >= 0 && write(cables, &c, 1) != 1)
			all = false;
	}
	return all;
}
