/* SPDX-License-Identifier: GPL-2.0-only */
/* One line about a frame: addresses, protocol, ports. Never reads beyond what was captured. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "dump_line.h"

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static const char *l4_name(uint8_t protocol, char *buf, size_t bytes)
{
	switch (protocol) {
	case 1:
		return "ICMP";
	case 6:
		return "TCP";
	case 17:
		return "UDP";
	case 58:
		return "ICMPv6";
	case 132:
		return "SCTP";
	}
	snprintf(buf, bytes, "protocol %u", protocol);
	return buf;
}

/* " NAME src:port > dst:port" for what follows an IP header at @l4, @len bytes. */
static void l3_line(FILE *out, int family, const void *src, const void *dst, uint8_t protocol,
		    const uint8_t *l4, size_t len)
{
	char s[INET6_ADDRSTRLEN], d[INET6_ADDRSTRLEN], name[16];
	int ports = (protocol == 6 || protocol == 17 || protocol == 132) && len >= 4;

	inet_ntop(family, src, s, sizeof(s));
	inet_ntop(family, dst, d, sizeof(d));
	fprintf(out, " %s %s", l4_name(protocol, name, sizeof(name)), s);
	if (ports)
		fprintf(out, ":%u", get16(l4));
	fprintf(out, " > %s", d);
	if (ports)
		fprintf(out, ":%u", get16(l4 + 2));
}

static void ip_line(FILE *out, uint16_t type, const uint8_t *p, size_t len)
{
	size_t header;

	if (type == 0x0800 && len >= 20) {
		header = (p[0] & 15) * 4;
		/* Only the first fragment has ports. */
		l3_line(out, AF_INET, p + 12, p + 16, p[9], p + header,
			header <= len && !(get16(p + 6) & 0x1fff) ? len - header : 0);
	} else if (type == 0x86dd && len >= 40) {
		l3_line(out, AF_INET6, p + 8, p + 24, p[6], p + 40, len - 40);
	} else if (type == 0x0806 && len >= 28) {
		char s[INET_ADDRSTRLEN], d[INET_ADDRSTRLEN];

		inet_ntop(AF_INET, p + 14, s, sizeof(s));
		inet_ntop(AF_INET, p + 24, d, sizeof(d));
		fprintf(out, " ARP %s %s > %s", get16(p + 6) == 1 ? "request" : "reply", s, d);
	} else {
		fprintf(out, " type 0x%04x", type);
	}
}

static void mac(FILE *out, const uint8_t *p)
{
	fprintf(out, "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4], p[5]);
}

void dump_line(FILE *out, const uint8_t *p, size_t len)
{
	size_t at = 14;
	uint16_t type;

	if (len < 14) {
		fputs("too short for Ethernet", out);
		return;
	}
	mac(out, p + 6);
	fputs(" > ", out);
	mac(out, p);
	type = get16(p + 12);
	while ((type == 0x8100 || type == 0x88a8) && at + 4 <= len) {
		fprintf(out, " VLAN %u", get16(p + at) & 0xfff);
		type = get16(p + at + 2);
		at += 4;
	}
	ip_line(out, type, p + at, len - at);
}
