/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A TAP network interface and what its users do to it: ndrv-tap's view of the kernel. Knows nothing of
 * ports. One thread.
 */
#ifndef NDRV_TOOLS_TAP_DEV_H
#define NDRV_TOOLS_TAP_DEV_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct tap_dev {
	int fd;				/* a frame a read or write; never blocks */
	int netlink;			/* readable when the interface may have changed */
	char name[IFNAMSIZ];
	int ifindex;
	/* As the interface is now; tap_dev_update() */
	uint8_t mac[6];
	unsigned int mtu;
	bool promisc;			/* somebody wants everything: tcpdump, a bridge */
	bool gone;			/* deleted, or moved to another network namespace */
};

/*
 * Make the interface, or take one that is there (made by "ip tuntap add", say). @name may hold a %d. Ends
 * the program with a sentence.
 */
void tap_dev_open(struct tap_dev *t, const char *name, const uint8_t mac[6], unsigned int mtu);
void tap_dev_persist(const struct tap_dev *t);
void tap_dev_carrier(const struct tap_dev *t, bool up);
/* Read what has changed; true if something did. */
bool tap_dev_update(struct tap_dev *t);
void tap_dev_close(struct tap_dev *t);

#endif
