/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes pcapng (IETF draft-ietf-opsawg-pcapng): one section, one Ethernet interface, times in ns.
 * Every function returns 0 or -errno of the write.
 */
#ifndef NDRV_TOOLS_PCAPNG_H
#define NDRV_TOOLS_PCAPNG_H

#include <stdint.h>
#include <stdio.h>
#include <sys/uio.h>

int pcapng_begin(FILE *out, const char *application, const char *interface);

/* A received frame in @nr pieces; @bad: CRC or length error. */
int pcapng_packet(FILE *out, uint64_t time_ns, const struct iovec *pieces, unsigned int nr, int bad);

/* Counters of the interface: frames that arrived, and frames lost for want of room. */
int pcapng_statistics(FILE *out, uint64_t time_ns, uint64_t received, uint64_t dropped);

#endif
