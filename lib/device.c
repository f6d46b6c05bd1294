/* SPDX-License-Identifier: MIT */
/*
 * From the name of a device to its file: "ndrv0", "/dev/ndrv0", or a PCI address, which sysfs
 * translates. Knows nothing of queues.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

#define SYSFS_CLASS "/sys/class/ndrv"

int ndrv_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	/* EINTR means that nothing was done. */
	do
		ret = ioctl(fd, request, arg);
	while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

/* "ndrv" and digits, nothing else. */
static bool is_device_name(const char *name)
{
	const char *digits = name + strlen("ndrv");

	return !strncmp(name, "ndrv", strlen("ndrv")) && *digits &&
	       strspn(digits, "0123456789") == strlen(digits);
}

/* [dddd:]bb:dd.f into the form that sysfs uses. */
static bool parse_pci(const char *name, char *bdf, size_t bdf_bytes)
{
	unsigned int domain = 0, bus, dev, fn;
	int end = 0;

	if (sscanf(name, "%4x:%2x:%2x.%1x%n", &domain, &bus, &dev, &fn, &end) != 4 || name[end]) {
		domain = 0;
		end = 0;
		if (sscanf(name, "%2x:%2x.%1x%n", &bus, &dev, &fn, &end) != 3 || name[end])
			return false;
	}
	return snprintf(bdf, bdf_bytes, "%04x:%02x:%02x.%x", domain, bus, dev, fn) < (int)bdf_bytes;
}

/* Does the class device @name belong to the PCI device @bdf? */
static bool belongs_to(const char *name, const char *bdf)
{
	char link[sizeof(SYSFS_CLASS) + NAME_MAX + sizeof("//device")];
	char target[PATH_MAX];
	const char *last;
	ssize_t len;

	snprintf(link, sizeof(link), SYSFS_CLASS "/%s/device", name);
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	last = strrchr(target, '/');
	return !strcmp(last ? last + 1 : target, bdf);
}

static int find_by_pci(const char *bdf, char *path, size_t path_bytes)
{
	DIR *dir = opendir(SYSFS_CLASS);
	struct dirent *entry;
	int ret = -ENOENT;

	if (!dir)
		return -ENOENT;
	while ((entry = readdir(dir))) {
		if (!is_device_name(entry->d_name) || !belongs_to(entry->d_name, bdf))
			continue;
		ret = snprintf(path, path_bytes, "/dev/%s", entry->d_name) < (int)path_bytes ?
			      0 : -ENAMETOOLONG;
		break;
	}
	closedir(dir);
	return ret;
}

/* The path of the device file that @name means. */
int ndrv_device_path(const char *name, char *path, size_t path_bytes)
{
	char bdf[32];

	if (name[0] == '/')
		return snprintf(path, path_bytes, "%s", name) < (int)path_bytes ? 0 : -ENAMETOOLONG;
	if (is_device_name(name))
		return snprintf(path, path_bytes, "/dev/%s", name) < (int)path_bytes ?
			       0 : -ENAMETOOLONG;
	if (parse_pci(name, bdf, sizeof(bdf)))
		return find_by_pci(bdf, path, path_bytes);
	return -EINVAL;
}
