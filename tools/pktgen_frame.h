/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames that ndrv-pktgen makes: Ethernet, IPv4, UDP and the stamp that ndrv-sim's sink checks
 * (tools/sim/stamp.h specifies it; this is an independent implementation). A frame is written once
 * into every buffer; per packet only sequence number, checksums and source port change, at a cost
 * that does not depend on the size.
 */
#ifndef NDRV_PKTGEN_FRAME_H
#define NDRV_PKTGEN_FRAME_H

#include <stdint.h>

#define FRAME_MIN_BYTES	60		/* headers and stamp, without FCS */

struct frame_opts {
	uint8_t src[6], dst[6];
	uint32_t src_ip, dst_ip;	/* host byte order */
	uint16_t src_port, dst_port;	/* of the first flow; flow n has src_port + n */
	uint16_t stream;
	uint32_t len;			/* bytes without FCS */
};

struct frame {
	uint8_t *bytes;			/* with sequence number 0, for flow 0 */
	uint32_t len;
	uint16_t src_port;
	uint32_t crc;			/* of the stamp with sequence number 0 */
	uint32_t crc_delta[6][256];	/* what a value of each byte of the number changes in it */
	uint32_t udp_sum;		/* of everything that does not change, not folded to the end */
	/* The upper four bytes of the number change every 65536 packets: their part, kept. */
	uint32_t high, high_crc;
};

/* 0 or -ENOMEM. */
int frame_init(struct frame *f, const struct frame_opts *opts);
void frame_exit(struct frame *f);

/* Turn @data, which holds the frame with any number and flow, into packet @seq of @flow. */
void frame_stamp(struct frame *f, uint8_t *data, uint64_t seq, uint16_t flow);

#endif
