/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The descriptors of the cards of ring_fake.h. Typed from the data sheets by byte offsets on purpose:
 * <ndrv/desc.h> is not included, so that a wrong bit there is found. Fields that nobody may rely on are
 * written with junk.
 */
#ifndef RING_FAKE_CARDS_H
#define RING_FAKE_CARDS_H

#define FAKE_JUNK	0xa5a5a5a5u

static inline uint32_t fake_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static inline uint64_t fake_get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

/*
 * Quadwords at once, that with DD last: a card that gathers a descriptor in smaller pieces and copies them waits for
 * its own stores, longer than the library takes for a packet.
 */
static inline void fake_put64(uint8_t *p, uint64_t v)
{
	*(volatile uint64_t *)p = v;
}

/* Header address 0, so DD is clear too. */
static inline int fake_second_is_0(const uint8_t *d)
{
	return fake_get64(d + 8) == 0;
}

/* 82599: advanced descriptors, data sheet 331520, 7.1.6 and 7.2.3. */
static inline void fake_ixgbe_rx_write_back(uint8_t *d, uint32_t len, int last,
					    const struct fake_meta *m)
{
	uint32_t status = 1 | (last ? 2 | m->status : 0);	/* DD, EOP */
	uint64_t end = len | (last ? (uint32_t)m->vlan << 16 : 0);

	fake_put64(d, last ? (uint64_t)m->hash << 32 | m->info : 0);
	fake_put64(d + 8, end << 32 | status);
}

static inline uint32_t fake_ixgbe_rx_len(const uint8_t *d)
{
	return fake_get32(d + 12) & 0xffff;
}

static inline int fake_ixgbe_tx_read(const uint8_t *d, struct fake_tx_desc *t)
{
	uint32_t cmd = fake_get32(d + 8), olinfo = fake_get32(d + 12);

	t->iova = fake_get64(d);
	t->len = cmd & 0xffff;
	t->total = olinfo >> 14;
	t->last = !!(cmd & 1u << 24);			/* EOP */
	t->report = !!(cmd & 1u << 27);			/* RS */
	return (cmd & 0xf00000) == 0x300000 &&		/* DTYP: data */
	       cmd & 1u << 29 && cmd & 1u << 25 &&	/* DEXT, IFCS */
	       !(cmd & 0xd4000000) && !(olinfo & 0x3fff);
}

static inline void fake_ixgbe_tx_write(uint8_t *d, const struct fake_tx_desc *t)
{
	uint32_t dw[2] = { t->len | 0x22300000 | (t->last ? 1u << 24 : 0) | (t->report ? 1u << 27 : 0),
			   t->total << 14 };

	memcpy(d, &t->iova, 8);
	memcpy(d + 8, dw, 8);
}

static inline void fake_ixgbe_tx_report(uint8_t *d)
{
	d[12] |= 1;					/* DD */
}

static const struct fake_card fake_ixgbe = {
	.name = "82599",
	.desc_format = NDRV_DESC_IXGBE,
	.rx_desc_bytes = 16,
	.rx_tail_step = 1,
	.tx_max_bytes = 15868,
	.tx_max_pieces = 38,
	.rx_is_clean = fake_second_is_0,
	.rx_write_back = fake_ixgbe_rx_write_back,
	.rx_len = fake_ixgbe_rx_len,
	.tx_read = fake_ixgbe_tx_read,
	.tx_write = fake_ixgbe_tx_write,
	.tx_report = fake_ixgbe_tx_report,
};

/* 82576: the same, data sheet 320961, 7.1.5 and 7.2.2, but for the errors of received frames. */
static const struct fake_card fake_igb __attribute__((unused)) = {
	.name = "82576",
	.desc_format = NDRV_DESC_IGB,
	.rx_desc_bytes = 16,
	.rx_tail_step = 1,
	.tx_max_bytes = 9724,
	.tx_max_pieces = 38,
	.rx_is_clean = fake_second_is_0,
	.rx_write_back = fake_ixgbe_rx_write_back,
	.rx_len = fake_ixgbe_rx_len,
	.tx_read = fake_ixgbe_tx_read,
	.tx_write = fake_ixgbe_tx_write,
	.tx_report = fake_ixgbe_tx_report,
};

/* E810: flexible receive descriptors by profile 2, data sheet 613875. @info is the packet type. */
static inline void fake_ice_rx_write_back(uint8_t *d, uint32_t len, int last, const struct fake_meta *m)
{
	const uint64_t junk = (uint64_t)FAKE_JUNK << 32 | FAKE_JUNK;
	uint32_t w0 = 2 | (last ? m->info & 0x3ff : 0x3ff) << 16 | 0xa400c000;	/* ff0, umbcast */
	uint32_t w1 = len | (0xa5a54000 & ~0x3fffu);				/* header length, bits 15:14 */
	/* EOF; what else is there is valid with it only */
	uint32_t w2 = 1 | (last ? 2 | m->status | (uint32_t)m->vlan << 16 : 0xa5a53478 & ~2u);
	uint64_t q[4] = { (uint64_t)w1 << 32 | w0, (uint64_t)(last ? m->hash : FAKE_JUNK) << 32 | w2, junk, junk };

	fake_put64(d, q[0]);
	fake_put64(d + 16, q[2]);
	fake_put64(d + 24, q[3]);
	fake_put64(d + 8, q[1]);
}

static inline uint32_t fake_ice_rx_len(const uint8_t *d)
{
	return fake_get32(d + 4) & 0x3fff;
}

static inline int fake_ice_tx_read(const uint8_t *d, struct fake_tx_desc *t)
{
	uint64_t cmd = fake_get64(d + 8);

	t->iova = fake_get64(d);
	t->len = cmd >> 34 & 0x3fff;
	t->total = 0;
	t->last = !!(cmd & 1u << 4);			/* EOP */
	t->report = !!(cmd & 1u << 5);			/* RS */
	/* DTYPE data, no other command, no offload, no tag */
	return !(cmd & 0xf) && !(cmd & 0x3ffffffc0) && !(cmd >> 48);
}

static inline void fake_ice_tx_write(uint8_t *d, const struct fake_tx_desc *t)
{
	uint64_t cmd = (uint64_t)t->len << 34 | (t->last ? 1u << 4 : 0) | (t->report ? 1u << 5 : 0);

	memcpy(d, &t->iova, 8);
	memcpy(d + 8, &cmd, 8);
}

/* DTYPE becomes 0xf, nothing else is promised. */
static inline void fake_ice_tx_report(uint8_t *d)
{
	static const uint32_t dw[4] = { FAKE_JUNK, FAKE_JUNK, FAKE_JUNK | 0xf, FAKE_JUNK };

	memcpy(d, dw, 16);
}

static const struct fake_card fake_ice __attribute__((unused)) = {
	.name = "E810",
	.desc_format = NDRV_DESC_ICE,
	.rx_desc_bytes = 32,
	.rx_tail_step = 8,
	.tx_max_bytes = 9724,
	.tx_max_pieces = 8,
	.rx_is_clean = fake_second_is_0,
	.rx_write_back = fake_ice_rx_write_back,
	.rx_len = fake_ice_rx_len,
	.tx_read = fake_ice_tx_read,
	.tx_write = fake_ice_tx_write,
	.tx_report = fake_ice_tx_report,
};

#endif
