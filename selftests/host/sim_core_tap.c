// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TAP interface as far end, in a network namespace of this test's own. Skipped where none may
 * be made.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "sim_testdev.h"
#include "tap.h"

#include "loop.h"
#include "sim_inproc.h"

#define NAME "simtap0"

static int host_socket(void)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_protocol = htons(0x88b5) };
	struct ifreq ifr = { .ifr_name = NAME };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(0x88b5));

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr))
		return -1;
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr) || ioctl(fd, SIOCGIFINDEX, &ifr))
		return -1;
	addr.sll_ifindex = ifr.ifr_ifindex;
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -1 : fd;
}

static void turn(void)
{
	for (int i = 0; i < 50; i++) {
		sim_loop_wait(0);
		sim_inproc_step(1000);
	}
}

int main(void)
{
	uint8_t out[100] = { 0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x88, 0xb5, 42 }, in[200];
	struct sim_inproc *p;
	struct testdev *t;
	int fd, got = 0;

	sim_inproc_step(0);
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
		tap_skip("TAP interface", "no network namespace: %s", strerror(errno));
		return tap_done();
	}
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		tap_skip("TAP interface", "/dev/net/tun: %s", strerror(errno));
		return tap_done();
	}
	close(fd);
	p = sim_inproc_new_ops(&td_ops, NULL);
	t = td(sim_inproc_dev(p));
	sim_inproc_plug("0:tap=" NAME);
	tap_ok(sim_inproc_dev(p)->carrier, "a TAP gives carrier");
	fd = host_socket();
	if (!tap_ok(fd >= 0, "the interface is there: %s", strerror(fd < 0 ? errno : 0)))
		return tap_done();
	t->alter = NULL;
	turn();
	t->rx_frames = 0;		/* the host's own router solicitations */
	for (int i = 0; i < 10; i++)
		got += send(fd, out, sizeof(out), 0) == sizeof(out);
	turn();
	tap_ok(got == 10 && t->rx_frames >= 10, "ten frames of the host reach the port");
	tap_ok(t->last_len == sizeof(out) && !memcmp(t->last, out, sizeof(out)), "unchanged");
	t->room = 0;
	t->rx_frames = 0;
	for (int i = 0; i < 10; i++)
		send(fd, out, sizeof(out), 0);
	turn();
	tap_eq(t->rx_frames, 0, "they wait while the port has no room");
	t->room = 1 << 20;
	turn();
	tap_ok(t->rx_frames >= 10, "and come afterwards: none lost");
	sim_wire_tx(sim_inproc_dev(p), out, sizeof(out));
	tap_ok(recv(fd, in, sizeof(in), 0) == sizeof(out) && in[14] == 42,
	       "a frame of the port reaches the host");
	close(fd);
	sim_inproc_plug("0:none");
	tap_ok(!if_nametoindex(NAME), "unplugged: the interface is gone");
	sim_inproc_free(p);
	return tap_done();
}
