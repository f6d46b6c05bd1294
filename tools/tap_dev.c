/* SPDX-License-Identifier: GPL-2.0-only */
/* A TAP network interface; see tap_dev.h. */
#include <errno.h>
#include <fcntl.h>

#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"
#include "tap_dev.h"

/* One message about one interface; with all its statistics a few kilobytes. */
#define NETLINK_BYTES	16384

static void make(struct tap_dev *t, const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	if (strlen(name) >= IFNAMSIZ)
		tool_die_usage("--name: '%s' is longer than %d letters", name, IFNAMSIZ - 1);
	t->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (t->fd < 0)
		tool_die("/dev/net/tun: %s%s", strerror(errno),
			 errno == ENOENT || errno == ENODEV ? " (modprobe tun)" : "");
	strcpy(ifr.ifr_name, name);
	if (!ioctl(t->fd, TUNSETIFF, &ifr)) {
		memcpy(t->name, ifr.ifr_name, IFNAMSIZ);
		return;
	}
	if (errno == EPERM)
		tool_die("%s: making a network interface needs CAP_NET_ADMIN; or let root make it for "
			 "you: ip tuntap add %s mode tap user NAME", name, name);
	if (errno == EBUSY)
		tool_die("%s: another program has this network interface", name);
	tool_die("%s: cannot be a TAP interface: %s", name,
		 errno == EINVAL ? "there is another kind of interface with that name, or the name is none" :
		 strerror(errno));
}

static void set_up(struct tap_dev *t, const uint8_t mac[6], unsigned int mtu)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { 0 };

	if (sock < 0)
		tool_die("socket: %s", strerror(errno));
	memcpy(ifr.ifr_name, t->name, IFNAMSIZ);
	ifr.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(ifr.ifr_hwaddr.sa_data, mac, 6);
	if (ioctl(t->fd, SIOCSIFHWADDR, &ifr))
		tool_die("%s: cannot have address %02x:%02x:%02x:%02x:%02x:%02x: %s", t->name, mac[0],
			 mac[1], mac[2], mac[3], mac[4], mac[5],
			 errno == EADDRNOTAVAIL ? "it is none of a single card" : strerror(errno));
	ifr.ifr_mtu = mtu;
	if (ioctl(sock, SIOCSIFMTU, &ifr))
		tool_die("%s: cannot have an MTU of %u: %s", t->name, mtu, strerror(errno));
	if (ioctl(sock, SIOCGIFINDEX, &ifr))
		tool_die("%s: %s", t->name, strerror(errno));
	t->ifindex = ifr.ifr_ifindex;
	close(sock);
}

/* Ask for all about the interface; the answer comes like a change. */
static void ask(struct tap_dev *t)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
	} m = {
		.h = { .nlmsg_len = sizeof(m), .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST },
		.i = { .ifi_index = t->ifindex },
	};

	if (send(t->netlink, &m, sizeof(m), 0) < 0)
		tool_die("netlink: %s", strerror(errno));
}

void tap_dev_open(struct tap_dev *t, const char *name, const uint8_t mac[6], unsigned int mtu)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };

	memset(t, 0, sizeof(*t));
	make(t, name);
	set_up(t, mac, mtu);
	t->netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (t->netlink < 0 || bind(t->netlink, (struct sockaddr *)&addr, sizeof(addr)))
		tool_die("netlink: %s", strerror(errno));
	ask(t);
}

void tap_dev_persist(const struct tap_dev *t)
{
	if (ioctl(t->fd, TUNSETPERSIST, 1))
		tool_die("%s: cannot stay behind: %s", t->name, strerror(errno));
}

void tap_dev_carrier(const struct tap_dev *t, bool up)
{
	int carrier = up;

	if (ioctl(t->fd, TUNSETCARRIER, &carrier) && errno != EBADFD)
		tool_die("%s: cannot change its carrier: %s", t->name, strerror(errno));
}

static void read_link(struct tap_dev *t, struct nlmsghdr *h)
{
	struct ifinfomsg *i = NLMSG_DATA(h);
	struct rtattr *a = IFLA_RTA(i);
	int left = IFLA_PAYLOAD(h);
	uint32_t value;

	if (i->ifi_index != t->ifindex || (i->ifi_family != AF_UNSPEC))
		return;
	if (h->nlmsg_type == RTM_DELLINK) {
		t->gone = true;
		return;
	}
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == IFLA_ADDRESS && RTA_PAYLOAD(a) == sizeof(t->mac))
			memcpy(t->mac, RTA_DATA(a), sizeof(t->mac));
		if (a->rta_type == IFLA_IFNAME && RTA_PAYLOAD(a) <= IFNAMSIZ)
			memcpy(t->name, RTA_DATA(a), RTA_PAYLOAD(a));
		if (RTA_PAYLOAD(a) != sizeof(value))
			continue;
		memcpy(&value, RTA_DATA(a), sizeof(value));
		if (a->rta_type == IFLA_MTU)
			t->mtu = value;
		if (a->rta_type == IFLA_PROMISCUITY)
			t->promisc = value;
	}
}

/* Member by member: what is between them may differ when nothing has changed. */
static bool changed(const struct tap_dev *a, const struct tap_dev *b)
{
	return strncmp(a->name, b->name, sizeof(a->name)) || memcmp(a->mac, b->mac, sizeof(a->mac)) ||
	       a->mtu != b->mtu || a->promisc != b->promisc || a->gone != b->gone;
}

bool tap_dev_update(struct tap_dev *t)
{
	static char buf[NETLINK_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct tap_dev before = *t;
	struct nlmsghdr *h;
	ssize_t n;

	while ((n = recv(t->netlink, buf, sizeof(buf), 0)) > 0 || (n < 0 && errno == ENOBUFS)) {
		if (n < 0) {
			ask(t);		/* something was lost: all of it once more */
			continue;
		}
		for (h = (struct nlmsghdr *)buf; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n))
			if (h->nlmsg_type == RTM_NEWLINK || h->nlmsg_type == RTM_DELLINK)
				read_link(t, h);
	}
	return changed(&before, t);
}

void tap_dev_close(struct tap_dev *t)
{
	close(t->netlink);
	close(t->fd);
}
