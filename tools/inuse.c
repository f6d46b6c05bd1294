/* SPDX-License-Identifier: GPL-2.0-only */
/* Does somebody depend on this network interface? See inuse.h. Link-local IPv6 does not count. */
#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inuse.h"

static void note(char *why, size_t bytes, const char *fmt, const char *what)
{
	size_t len = strlen(why);

	if (len && len < bytes)
		len += snprintf(why + len, bytes - len, ", ");
	if (len < bytes)
		snprintf(why + len, bytes - len, fmt, what);
}

static bool is_up(const char *iface)
{
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up;

	if (fd < 0)
		return true;		/* not knowing must not cut anything off */
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", iface);
	up = ioctl(fd, SIOCGIFFLAGS, &ifr) || ifr.ifr_flags & IFF_UP;
	close(fd);
	return up;
}

/* Bonds, bridges and VLANs show as upper_NAME. */
static void note_uppers(const char *iface, char *why, size_t bytes)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/class/net/%s", iface);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "upper_", 6))
			note(why, bytes, "is part of %s", entry->d_name + 6);
	if (dir)
		closedir(dir);
}

static void note_addresses(const char *iface, char *why, size_t bytes)
{
	char text[INET6_ADDRSTRLEN];
	struct ifaddrs *list, *a;
	const void *addr;

	if (getifaddrs(&list))
		return;
	for (a = list; a; a = a->ifa_next) {
		if (!a->ifa_addr || strcmp(a->ifa_name, iface))
			continue;
		if (a->ifa_addr->sa_family == AF_INET) {
			addr = &((struct sockaddr_in *)a->ifa_addr)->sin_addr;
		} else if (a->ifa_addr->sa_family == AF_INET6) {
			addr = &((struct sockaddr_in6 *)a->ifa_addr)->sin6_addr;
			if (IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)addr))
				continue;
		} else {
			continue;
		}
		if (inet_ntop(a->ifa_addr->sa_family, addr, text, sizeof(text)))
			note(why, bytes, "has the address %s", text);
	}
	freeifaddrs(list);
}

static void note_routes4(const char *iface, char *why, size_t bytes)
{
	bool gateway = false, route = false;
	char line[256], name[IFNAMSIZ];
	unsigned int dst, mask;
	FILE *f = fopen("/proc/net/route", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%15s %x %*x %*x %*d %*d %*d %x", name, &dst, &mask) != 3 ||
		    strcmp(name, iface))
			continue;
		gateway = gateway || (!dst && !mask);
		route = true;
	}
	if (f)
		fclose(f);
	if (gateway)
		note(why, bytes, "carries the default route%s", "");
	else if (route)
		note(why, bytes, "carries a route%s", "");
}

static void note_routes6(const char *iface, char *why, size_t bytes)
{
	bool gateway = false, route = false;
	char line[256], dst[33], name[IFNAMSIZ];
	unsigned int prefix;
	FILE *f = fopen("/proc/net/ipv6_route", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%32s %x %*s %*x %*s %*x %*x %*x %*x %15s", dst, &prefix, name) != 3 ||
		    strcmp(name, iface) || !strncmp(dst, "fe80", 4) || !strncmp(dst, "ff", 2))
			continue;
		gateway = gateway || !prefix;
		route = true;
	}
	if (f)
		fclose(f);
	if (gateway)
		note(why, bytes, "carries the default route of IPv6%s", "");
	else if (route)
		note(why, bytes, "carries an IPv6 route%s", "");
}

bool iface_in_use(const char *iface, char *why, size_t bytes)
{
	why[0] = '\0';
	note_uppers(iface, why, bytes);
	if (is_up(iface)) {
		note_addresses(iface, why, bytes);
		note_routes4(iface, why, bytes);
		note_routes6(iface, why, bytes);
	}
	return why[0];
}
