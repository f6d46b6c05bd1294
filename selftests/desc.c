// SPDX-License-Identifier: GPL-2.0-only
/*
 * What descriptors look like, one table entry per format: how a buffer is given to the card, how it
 * comes back, how a frame is sent. Typed from the data sheets (82599: 331520, 7.1.6 and 7.2.3.2;
 * E810: 613875, the LAN descriptors, profile "flexible NIC"), never from the library, so that a
 * wrong offset there cannot agree with itself here. Little endian machines only, as the cards are.
 */
#include "util.h"

/* 82599, X540, X550, and the 82576 the same: advanced descriptors, 16 bytes each. */
#define IXGBE_RXD_DD		(1ULL << 0)
#define IXGBE_RXD_EOP		(1ULL << 1)
#define IXGBE_RXD_RSS_TYPE	0xfULL		/* 0 = no hash */
#define IXGBE_TXD_DTYP_DATA	(3U << 20)
#define IXGBE_TXD_EOP		(1U << 24)
#define IXGBE_TXD_IFCS		(1U << 25)
#define IXGBE_TXD_RS		(1U << 27)
#define IXGBE_TXD_DEXT		(1U << 29)
#define IXGBE_TXD_DD		(1ULL << 32)

static void ixgbe_rx_give(volatile uint64_t *d, uint64_t iova)
{
	d[1] = 0;		/* the header address; DD comes back in its lowest bit */
	d[0] = iova;
}

static bool ixgbe_rx_done(const volatile uint64_t *d, unsigned int *len, bool *last)
{
	uint64_t done = d[1];

	*last = done & IXGBE_RXD_EOP;
	*len = done >> 32 & 0xffff;
	return done & IXGBE_RXD_DD;
}

static bool ixgbe_rx_hash(const volatile uint64_t *d, uint32_t *hash)
{
	*hash = d[0] >> 32;
	return d[0] & IXGBE_RXD_RSS_TYPE;
}

static void ixgbe_tx_fill(volatile uint64_t *d, uint64_t iova, unsigned int len)
{
	uint32_t cmd = len | IXGBE_TXD_DTYP_DATA | IXGBE_TXD_EOP | IXGBE_TXD_IFCS | IXGBE_TXD_RS |
		       IXGBE_TXD_DEXT;

	d[0] = iova;
	d[1] = cmd | (uint64_t)len << 46;	/* PAYLEN */
}

static bool ixgbe_tx_done(const volatile uint64_t *d)
{
	return d[1] & IXGBE_TXD_DD;
}

/* E810: flexible receive descriptors of 32 bytes, transmit data descriptors of 16. */
#define ICE_RXD_DD		(1ULL << 0)	/* status_error0, at byte 8 */
#define ICE_RXD_EOF		(1ULL << 1)
#define ICE_RXD_RSS_VALID	(1ULL << 12)
#define ICE_TXD_DTYPE		0xfULL		/* 0 = data; the card writes 0xf when it is done */
#define ICE_TXD_DONE		0xfULL
#define ICE_TXD_EOP		(1ULL << 4)
#define ICE_TXD_RS		(1ULL << 5)
#define ICE_TXD_MACLEN(bytes)	((uint64_t)(bytes) / 2 << 16)
#define ICE_TXD_BUF_SZ(bytes)	((uint64_t)(bytes) << 34)

static void ice_rx_give(volatile uint64_t *d, uint64_t iova)
{
	d[1] = 0;		/* the header address; DD comes back in its lowest bit */
	d[2] = 0;
	d[3] = 0;
	d[0] = iova;
}

static bool ice_rx_done(const volatile uint64_t *d, unsigned int *len, bool *last)
{
	uint64_t done = d[1];

	/* The length is in another word, which must not be read before DD is seen. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	*last = done & ICE_RXD_EOF;
	*len = d[0] >> 32 & 0x3fff;
	return done & ICE_RXD_DD;
}

static bool ice_rx_hash(const volatile uint64_t *d, uint32_t *hash)
{
	*hash = d[1] >> 32;
	return d[1] & ICE_RXD_RSS_VALID;
}

static void ice_tx_fill(volatile uint64_t *d, uint64_t iova, unsigned int len)
{
	d[0] = iova;
	d[1] = ICE_TXD_EOP | ICE_TXD_RS | ICE_TXD_MACLEN(14) | ICE_TXD_BUF_SZ(len);
}

static bool ice_tx_done(const volatile uint64_t *d)
{
	return (d[1] & ICE_TXD_DTYPE) == ICE_TXD_DONE;
}

static const struct desc_format formats[] = {
	{
		.name = "82599", .id = NDRV_DESC_IXGBE, .rx_words = 2, .tx_words = 2, .rx_step = 1,
		.ring_registers = true,
		.rx_give = ixgbe_rx_give, .rx_done = ixgbe_rx_done,
		.rx_hash = ixgbe_rx_hash,
		.tx_fill = ixgbe_tx_fill, .tx_done = ixgbe_tx_done,
	},
	{
		/* QRX_TAIL works in eights: its lowest three bits do not count. */
		.name = "E810", .id = NDRV_DESC_ICE, .rx_words = 4, .tx_words = 2, .rx_step = 8,
		.rx_give = ice_rx_give, .rx_done = ice_rx_done,
		.rx_hash = ice_rx_hash,
		.tx_fill = ice_tx_fill, .tx_done = ice_tx_done,
	},
	{
		/* Its queue registers lie elsewhere, but from tail to tail as those of the 82599. */
		.name = "82576", .id = NDRV_DESC_IGB, .rx_words = 2, .tx_words = 2, .rx_step = 1,
		.ring_registers = true,
		.rx_give = ixgbe_rx_give, .rx_done = ixgbe_rx_done,
		.rx_hash = ixgbe_rx_hash,
		.tx_fill = ixgbe_tx_fill, .tx_done = ixgbe_tx_done,
	},
};

const struct desc_format *desc_format(uint32_t id)
{
	unsigned int i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].id == id)
			return &formats[i];
	return NULL;
}
