/* SPDX-License-Identifier: MIT */
/*
 * libndrv, data path: bursts of packet handles, and below them the descriptors themselves. No function
 * here makes a system call (but for the doorbell of a queue in kernel doorbell mode), allocates memory,
 * or waits.
 *
 * Thread rule for everything that takes a struct ndrv_queue: one thread at a time per queue. Different
 * queues may be used by different threads at once, also when they share a pool. ndrv_pool_get() and
 * ndrv_pool_put() may be called by any thread at any time.
 *
 * Ownership of a buffer (ndrv(7) has the drawing): it is at any time in exactly one place, the pool, a
 * ring, or the program's hands. Calls that fill in handles give the program buffers; calls that take
 * handles take them away: those that were accepted must not be touched any more.
 */
#ifndef NDRV_RING_H
#define NDRV_RING_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ndrv_queue;
struct ndrv_pool;

/*
 * Flags of a packet. On receive the checksum flags have a meaning only with their _CHECKED flag.
 * Transmit looks at MORE and at requests (bits 8 to 23) alone, and receive sets none of these, so that a
 * received handle can be sent as it is.
 */
#define NDRV_PKT_F_MORE		(1u << 1)	/* the frame goes on in the next handle */
#define NDRV_PKT_F_VLAN		(1u << 3)	/* vlan holds the tag; the frame no longer does */
#define NDRV_PKT_F_L4_CHECKED	(1u << 5)	/* the card looked at the TCP, UDP or SCTP checksum */
#define NDRV_PKT_F_IP_CHECKED	(1u << 6)	/* the card looked at the IPv4 header checksum */
#define NDRV_PKT_F_HASH		(1u << 7)	/* hash holds the RSS hash */
#define NDRV_PKT_F_FRAME_BAD	(1u << 29)	/* CRC or length error, or a length beyond the buffer */
#define NDRV_PKT_F_L4_BAD	(1u << 30)
#define NDRV_PKT_F_IP_BAD	(1u << 31)
#define NDRV_PKT_F_TX_RESERVED	0x00ff8000u

/*
 * Requests to transmit, in the first handle of a frame. All but VLAN need l2_len and l3_len; IPV6 says
 * what is behind l2_len, IPv4 without it. In the frame, the checksum of TCP and UDP must be the sum of
 * the pseudo header alone, not complemented, with the length of TCP or UDP in it but for TSO without;
 * that of SCTP, and of the IPv4 header where it is asked for or with TSO, must be 0; so must the length
 * in the IP header with TSO. ndrv_pkt_csum_prepare() does all this. The card sums up everything to the
 * end of the frame: padding behind the IP packet must be 0.
 */
#define NDRV_PKT_F_TX_IP_CSUM	(1u << 8)	/* put in the IPv4 header checksum */
#define NDRV_PKT_F_TX_TCP_CSUM	(1u << 9)	/* put in the checksum of TCP, or ... */
#define NDRV_PKT_F_TX_UDP_CSUM	(1u << 10)	/* ... of UDP, or ... */
#define NDRV_PKT_F_TX_SCTP_CSUM	(1u << 11)	/* ... of SCTP */
#define NDRV_PKT_F_TX_TSO	(1u << 12)	/* TCP: cut into segments of mss bytes, all checksums right */
#define NDRV_PKT_F_TX_VLAN	(1u << 13)	/* put in the tag vlan */
#define NDRV_PKT_F_TX_IPV6	(1u << 14)	/* no request; see above */

/* TSO: the smallest mss, and the longest frame with its headers. */
#define NDRV_TX_MIN_MSS		64u
#define NDRV_TX_MAX_TSO_BYTES	262143u

/**
 * struct ndrv_pkt - A packet, or a piece of one: a handle that is passed by value
 * @data: First byte, inside a buffer of the queue's pool. Which buffer it is follows from the address,
 *        so it may be moved inside the buffer (to strip or prepend a header), but not out of it.
 * @len: Bytes at @data; with NDRV_PKT_F_MORE, bytes of this piece
 * @flags: NDRV_PKT_F_*
 * @hash: Received, with NDRV_PKT_F_HASH: RSS hash
 * @l2_len: To be sent, with requests but VLAN: bytes of the Ethernet header with its tags, 14 to 126, even
 * @l3_len: The same: bytes of the IP header with options or extension headers
 * @l4_len: With NDRV_PKT_F_TX_TSO: bytes of the TCP header with options
 * @vlan: VLAN tag in host byte order, with NDRV_PKT_F_VLAN or NDRV_PKT_F_TX_VLAN
 * @mss: With NDRV_PKT_F_TX_TSO: bytes behind the headers of each segment, from NDRV_TX_MIN_MSS
 */
struct ndrv_pkt {
	void *data;
	uint32_t len;
	uint32_t flags;
	union {
		uint32_t hash;
		struct {
			uint8_t l2_len;
			uint8_t l3_len;
			uint8_t l4_len;
			uint8_t tx_reserved;
		};
	};
	uint16_t vlan;
	uint16_t mss;
};

/**
 * ndrv_rx_burst() - Receive what has arrived, up to @n handles
 *
 * Also puts fresh buffers from the pool into the ring in place of those it hands out; while the pool is
 * empty the ring runs dry and the card drops frames. A frame longer than one buffer takes several
 * handles, all of them in one burst; bursts of 16 are always enough for that.
 *
 * Return: the number of handles filled in, 0 if nothing has arrived, or
 *  -ESTALE    nothing has arrived, and nothing will: the kernel took the queue away (reset). Start it
 *             again with ndrv_queue_start().
 *  -ENODEV    the same, because the device is gone. Close the queue.
 *  -EPIPE     the queue is not started, or has no receive side
 *  -EMSGSIZE  the next frame takes more than @n handles
 */
int ndrv_rx_burst(struct ndrv_queue *q, struct ndrv_pkt *pkts, unsigned int n);

/**
 * ndrv_tx_burst() - Send up to @n packets
 *
 * Takes packets in order until the ring is full. The buffers of those that were taken go back to the
 * pool when the card has sent them; looking for that is part of later calls of ndrv_tx_burst() and of
 * ndrv_tx_reclaim(). Buffers must belong to the pool that is attached to @q; it does not matter which
 * queue received them. A frame in several pieces is taken as a whole or not at all; 8 pieces are sent by
 * every card. What goes with requests (NDRV_PKT_F_TX_*) may take one descriptor more than it has pieces.
 *
 * A frame with NDRV_PKT_F_TX_TSO leaves as segments with its headers and mss bytes each: lengths, TCP
 * sequence numbers, IPv4 identifications (one more each) and checksums are made right; FIN and PSH are
 * in the last one only, CWR in the first. Its headers are in its first piece.
 *
 * Return: the number of handles taken (0: ring full, try again later), or, with nothing taken,
 *  -EINVAL    the first packet cannot be sent: outside the pool or its buffer, shorter (17 bytes) or
 *             longer than the card can send (82599: 15868 bytes, E810 and 82576: 9724, with the tag that
 *             is put in), last piece missing, or more pieces than the ring has room for or the card takes
 *             (82599, 82576: 38, E810: 8 in a frame or segment and 255 in all; pieces of more than 12288
 *             bytes count more than once). Or its requests: header lengths that cannot be, or are longer than
 *             the frame; IP_CSUM with IPV6; two kinds of L4 checksum; mss below NDRV_TX_MIN_MSS, or
 *             segments longer than a frame can be; with TSO, nothing behind the headers, or more than
 *             NDRV_TX_MAX_TSO_BYTES in all; requests in a handle that is not the first of its frame
 *  -EOPNOTSUPP  the first packet has a request that the device cannot do (out_features of
 *             ndrv_queue_info()), or that does not exist
 *  -ESTALE, -ENODEV, -EPIPE  as for ndrv_rx_burst()
 */
int ndrv_tx_burst(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n);

/**
 * ndrv_pkt_csum_prepare() - Make a frame ready for the requests in its flags
 * @pkt: The first handle of a frame, with NDRV_PKT_F_TX_* and, for TSO, mss set
 *
 * Finds the headers, which must be in this piece, sets l2_len, l3_len and l4_len, sets or clears
 * NDRV_PKT_F_TX_IPV6, and writes the checksum of the pseudo header into the frame. Up to two VLAN tags
 * and IPv6 extension headers are seen through; the length of TCP or UDP is that of the IP header. With
 * VLAN as the only request, or none, nothing happens.
 *
 * Return: 0, or
 *  -EINVAL    the frame is not what the requests are for, a fragment, or its headers are cut off
 */
int ndrv_pkt_csum_prepare(struct ndrv_pkt *pkt);

/**
 * ndrv_tx_reclaim() - Return the buffers of sent packets to the pool now
 *
 * Only needed when the program waits for the end of sending, or for buffers, without sending. Sent
 * packets are seen in blocks of up to 32 descriptors; the last one that was sent ends a block too.
 *
 * Return: the number of descriptors that are still with the card (0: everything was sent), or -ESTALE,
 * -ENODEV, -EPIPE as for ndrv_rx_burst(); never an error while everything was sent.
 */
int ndrv_tx_reclaim(struct ndrv_queue *q);

/**
 * ndrv_pkt_alloc() - Take up to @n buffers out of the pool of @q
 *
 * Fills in data (the start of the buffer, plus its headroom) and sets len and flags to 0. What is in the
 * buffer is what its last user left there.
 *
 * Return: the number of handles filled in; less than @n when the pool has no more.
 */
unsigned int ndrv_pkt_alloc(struct ndrv_queue *q, struct ndrv_pkt *pkts, unsigned int n);

/**
 * ndrv_pkt_free() - Give buffers back to the pool of @q
 *
 * Every handle must own its buffer; giving one back twice makes the pool hand it out twice.
 */
void ndrv_pkt_free(struct ndrv_queue *q, const struct ndrv_pkt *pkts, unsigned int n);

/**
 * ndrv_pool_get(), ndrv_pool_put() - The same without a queue, under the pool's lock: slower, but from
 * any thread. Handles point at the very start of their buffers.
 */
unsigned int ndrv_pool_get(struct ndrv_pool *pool, struct ndrv_pkt *pkts, unsigned int n);
void ndrv_pool_put(struct ndrv_pool *pool, const struct ndrv_pkt *pkts, unsigned int n);

/*
 * Staying on the descriptor. These work on the same rings as the bursts and may be mixed with them
 * between two calls, but not inside a peek/release or reserve/submit pair.
 */

/**
 * ndrv_rx_peek() - Look at received descriptors where they are
 * @first: Set to the number of the first one; the next are first + 1, ...; they run through, never wrap
 *         to 0 at the end of the ring, and are passed as they are to the two functions below
 *
 * Nothing changes hands. Frames in several pieces may be seen in part.
 *
 * Return: how many of at most @n descriptors are written back, or an error of ndrv_rx_burst().
 */
int ndrv_rx_peek(struct ndrv_queue *q, unsigned int n, uint32_t *first);

/* The descriptor @idx in the ring, in the format of the device (<ndrv/desc.h>); valid until released. */
const volatile void *ndrv_rx_desc(const struct ndrv_queue *q, uint32_t idx);

/* The first byte that the card wrote for descriptor @idx. */
void *ndrv_rx_data(const struct ndrv_queue *q, uint32_t idx);

/**
 * ndrv_rx_release() - Give the first @n peeked descriptors back to the card, with the same buffers
 *
 * @n is at most what ndrv_rx_peek() returned. The pool is not involved: this is the cheapest way to
 * look at frames and forget them. An E810 takes descriptors in steps of 8: those behind the last whole
 * step are the card's only with a later release, and the doorbell is written once a step.
 *
 * Return: 0, or with kernel doorbells -ESTALE or -ENODEV.
 */
int ndrv_rx_release(struct ndrv_queue *q, unsigned int n);

/**
 * ndrv_tx_reserve() - Get room for @n raw transmit descriptors
 * @first: Set to the number of the first one, as in ndrv_rx_peek()
 *
 * Return: @n, 0 when there is not room for all of them, or an error of ndrv_tx_burst().
 */
int ndrv_tx_reserve(struct ndrv_queue *q, unsigned int n, uint32_t *first);

/* The descriptor @idx in the ring, to be written by the program: all 16 bytes of it. */
volatile void *ndrv_tx_desc(const struct ndrv_queue *q, uint32_t idx);

/**
 * ndrv_tx_submit() - Let the card send the first @n reserved descriptors
 *
 * The last of them must ask for a status report (RS). Their buffers stay the program's: nothing goes to
 * the pool; they may be used again when ndrv_tx_sent() has passed their number.
 *
 * Return: 0, or with kernel doorbells -ESTALE or -ENODEV.
 */
int ndrv_tx_submit(struct ndrv_queue *q, unsigned int n);

/* All transmit descriptors with a number below this one are sent (compare as int32_t differences). */
uint32_t ndrv_tx_sent(struct ndrv_queue *q);

/* The address under which the device of @q reaches @data, which must be inside the attached pool. */
uint64_t ndrv_iova(const struct ndrv_queue *q, const void *data);

#ifdef __cplusplus
}
#endif

#endif
