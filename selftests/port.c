// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port at work: fills and reads hardware descriptors through the mapped rings, as any program of
 * a user would. What they look like is in desc.c.
 */
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ETH_TYPE_IPV4	0x0800
#define ETH_TYPE_TEST	0x88b5		/* IEEE 802: local experiments */
#define SEQ_OFF		16
#define DATA_OFF	24

static int map_rings(struct port *p)
{
	int err = 0;

	if (p->qs.rx_entries)
		p->rx = xmmap(p->fd, page_up(p->qs.out_rx_ring_bytes), PROT_READ | PROT_WRITE,
			      MAP_SHARED, NDRV_MMAP_RX_RING, &err);
	if (!err && p->qs.tx_entries)
		p->tx = xmmap(p->fd, page_up(p->qs.out_tx_ring_bytes), PROT_READ | PROT_WRITE,
			      MAP_SHARED, NDRV_MMAP_TX_RING, &err);
	if (!err)
		p->status = xmmap(p->fd, page_up(1), PROT_READ, MAP_SHARED, NDRV_MMAP_STATUS, &err);
	if (err || (p->qs.flags & NDRV_QUEUE_F_KERNEL_DOORBELL))
		return err;
	if (p->qs.rx_entries)
		p->rx_page = xmmap(p->fd, page_up(1), PROT_READ | PROT_WRITE, MAP_SHARED,
				   NDRV_MMAP_RX_DOORBELL, &err);
	if (!err && p->qs.tx_entries)
		p->tx_page = xmmap(p->fd, page_up(1), PROT_READ | PROT_WRITE, MAP_SHARED,
				   NDRV_MMAP_TX_DOORBELL, &err);
	return err;
}

static int make_pool(struct port *p)
{
	uint64_t len = (uint64_t)(p->qs.rx_entries + p->qs.tx_entries) * SLOT_BYTES;
	int fd, err;

	fd = pool_create(p->fd, page_up(len));
	if (fd < 0)
		return fd;
	err = pool_attach(p->fd, fd, &p->pool);
	if (err) {
		close(fd);
		return err;
	}
	return pool_map(&p->pool);
}

static int find_format(struct port *p)
{
	p->desc = desc_format(p->info.out_desc_format);
	if (!p->desc || p->info.out_rx_desc_size != p->desc->rx_words * 8 ||
	    p->info.out_tx_desc_size != p->desc->tx_words * 8)
		return -EPROTO;
	return 0;
}

/* The slots are in a part of somebody else's pool, which fits into one of its pieces. */
static int take_pool(struct port *p, const struct pool *pool, uint64_t off)
{
	p->pool.map = pool->map + off;
	p->pool.len = (uint64_t)(p->qs.rx_entries + p->qs.tx_entries) * SLOT_BYTES;
	p->pool.piece_shift = 64;
	p->pool.nr_iovas = 1;
	p->pool.iovas[0] = pool_iova(pool, off);
	return 0;
}

int port_setup_in(struct port *p, unsigned int nr, const struct ndrv_queue_setup *qs,
		  const struct pool *pool, uint64_t off)
{
	int err;

	memset(p, 0, sizeof(*p));
	p->pool.fd = -1;
	p->fd = dev_open(nr);
	if (p->fd < 0)
		return p->fd;
	p->qs = qs ? *qs : setup_args();
	err = get_info(p->fd, &p->info);
	if (!err)
		err = find_format(p);
	if (!err)
		err = queue_setup(p->fd, &p->qs);
	if (!err)
		err = map_rings(p);
	if (!err)
		err = pool ? take_pool(p, pool, off) : make_pool(p);
	if (err)
		port_close(p);
	return err;
}

int port_setup(struct port *p, unsigned int nr, const struct ndrv_queue_setup *qs)
{
	return port_setup_in(p, nr, qs, NULL, 0);
}

/* As it was set up, from NDRV_QUEUE_GET: the set-up call was another process's. */
static int get_setup(struct port *p)
{
	struct ndrv_queue_get qg;
	int err = queue_get(p->fd, &qg);

	p->qs = (struct ndrv_queue_setup){
		.size = sizeof(p->qs),
		.flags = qg.out_flags,
		.queue = qg.out_queue,
		.rx_entries = qg.out_rx_entries,
		.tx_entries = qg.out_tx_entries,
		.rx_buf_bytes = qg.out_rx_buf_bytes,
		.out_queue = qg.out_queue,
		.out_rx_ring_bytes = qg.out_rx_ring_bytes,
		.out_tx_ring_bytes = qg.out_tx_ring_bytes,
		.out_rx_tail_off = qg.out_rx_tail_off,
		.out_tx_tail_off = qg.out_tx_tail_off,
	};
	p->generation = qg.out_generation;
	return err;
}

int port_adopt(struct port *p, int fd)
{
	int err;

	memset(p, 0, sizeof(*p));
	p->pool.fd = -1;
	p->fd = fd;
	err = get_info(p->fd, &p->info);
	if (!err)
		err = find_format(p);
	if (!err)
		err = get_setup(p);
	return err ? err : map_rings(p);
}

static void unmap(volatile const void *at, size_t len)
{
	if (at)
		munmap((void *)at, len);
}

void port_close(struct port *p)
{
	unmap(p->rx, page_up(p->qs.out_rx_ring_bytes));
	unmap(p->tx, page_up(p->qs.out_tx_ring_bytes));
	unmap(p->status, page_up(1));
	unmap(p->rx_page, page_up(1));
	unmap(p->tx_page, page_up(1));
	pool_close(&p->pool);
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	p->rx = p->tx = NULL;
	p->rx_page = p->tx_page = NULL;
	p->status = NULL;
}

int port_start(struct port *p)
{
	uint32_t i;
	int err;

	err = queue_start(p->fd, &p->generation);
	if (err)
		return err;
	p->rx_pos = p->tx_pos = p->tx_done = 0;
	if (!p->qs.rx_entries)
		return 0;
	for (i = 0; i < p->qs.rx_entries; i++)
		port_rx_desc(p, i, pool_iova(&p->pool, (uint64_t)i * SLOT_BYTES));
	port_tail(p, NDRV_DOORBELL_F_RX, port_rx_room(p), 0);
	return 0;
}

/* Tail = head means an empty ring, so one slot always stays ours. */
uint32_t port_rx_room(const struct port *p)
{
	return (p->qs.rx_entries - 1) / p->desc->rx_step * p->desc->rx_step;
}

int port_wait_link(struct port *p, unsigned int ms)
{
	uint64_t end = now_ms() + ms;
	struct ndrv_link link;
	int err;

	do {
		err = get_link(p->fd, &link);
		if (err || link.out_up)
			return err;
		sleep_ms(10);
	} while (now_ms() < end);
	return -ETIMEDOUT;
}

/* Mapped or by the kernel, whichever this pair has. */
void port_tail(struct port *p, uint32_t flags, uint32_t rx, uint32_t tx)
{
	if (p->qs.flags & NDRV_QUEUE_F_KERNEL_DOORBELL) {
		doorbell(p->fd, flags, rx, tx);
		return;
	}
	/* Descriptors first: pairs with the card, which reads them after it sees the tail. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	if (flags & NDRV_DOORBELL_F_RX)
		*(volatile uint32_t *)(p->rx_page + p->qs.out_rx_tail_off) = rx;
	if (flags & NDRV_DOORBELL_F_TX)
		*(volatile uint32_t *)(p->tx_page + p->qs.out_tx_tail_off) = tx;
}

void port_rx_desc(struct port *p, uint32_t idx, uint64_t iova)
{
	p->desc->rx_give(&p->rx[idx * p->desc->rx_words], iova);
}

bool port_rx_done(const struct port *p, uint32_t idx, unsigned int *len, bool *last)
{
	bool done = p->desc->rx_done(&p->rx[idx * p->desc->rx_words], len, last);

	/* The buffer after the descriptor: pairs with the card, which writes them in this order. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return done;
}

void port_tx_desc(struct port *p, uint64_t iova, unsigned int len)
{
	uint32_t idx = p->tx_pos % p->qs.tx_entries;

	p->desc->tx_fill(&p->tx[idx * p->desc->tx_words], iova, len);
	p->tx_pos++;
}

void port_tx_publish(struct port *p)
{
	port_tail(p, NDRV_DOORBELL_F_TX, 0, p->tx_pos % p->qs.tx_entries);
}

unsigned int port_tx_reap(struct port *p)
{
	unsigned int n = 0;

	while (p->tx_done < p->tx_pos) {
		uint32_t idx = p->tx_done % p->qs.tx_entries;

		if (!p->desc->tx_done(&p->tx[idx * p->desc->tx_words]))
			break;
		p->tx_done++;
		n++;
	}
	return n;
}

int port_send(struct port *p, const void *frame, unsigned int len)
{
	uint64_t off;

	port_tx_reap(p);
	if (p->tx_pos - p->tx_done >= p->qs.tx_entries - 1)
		return -EAGAIN;
	off = (p->qs.rx_entries + p->tx_pos % p->qs.tx_entries) * (uint64_t)SLOT_BYTES;
	memcpy(p->pool.map + off, frame, len);
	port_tx_desc(p, pool_iova(&p->pool, off), len);
	port_tx_publish(p);
	p->tx_sent_ever++;
	return 0;
}

int port_tx_flush(struct port *p, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (port_tx_reap(p), p->tx_done < p->tx_pos) {
		if (now_ms() > end)
			return -ETIMEDOUT;
		sleep_ms(1);
	}
	return 0;
}

/* The descriptor at rx_pos goes back to the card with its own slot. */
static void rx_give_back(struct port *p)
{
	uint32_t idx = p->rx_pos % p->qs.rx_entries;

	port_rx_desc(p, idx, pool_iova(&p->pool, (uint64_t)idx * SLOT_BYTES));
	p->rx_pos++;
	/* What a step has too much is given with the next one. */
	port_tail(p, NDRV_DOORBELL_F_RX, idx / p->desc->rx_step * p->desc->rx_step, 0);
}

int port_recv(struct port *p, void *buf, unsigned int max, unsigned int ms)
{
	uint64_t end = now_ms() + ms;
	uint32_t idx = p->rx_pos % p->qs.rx_entries;
	unsigned int len;
	bool last;

	while (!port_rx_done(p, idx, &len, &last)) {
		if (now_ms() >= end)
			return 0;
		sleep_ms(1);
	}
	if (last)
		memcpy(buf, p->pool.map + (uint64_t)idx * SLOT_BYTES, len < max ? len : max);
	rx_give_back(p);
	return last ? (int)len : -EMSGSIZE;
}

static uint8_t pattern(uint64_t seq, unsigned int off)
{
	return (uint8_t)(seq * 31 + off * 7 + (off >> 8));
}

void frame_fill(uint8_t *frame, unsigned int len, const uint8_t *dst, const uint8_t *src,
		uint64_t seq)
{
	unsigned int i;

	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	frame[12] = ETH_TYPE_TEST >> 8;
	frame[13] = ETH_TYPE_TEST & 0xff;
	frame[14] = (uint8_t)(len >> 8);
	frame[15] = (uint8_t)len;
	memcpy(frame + SEQ_OFF, &seq, sizeof(seq));
	for (i = DATA_OFF; i < len; i++)
		frame[i] = pattern(seq, i);
}

unsigned int frame_check(const uint8_t *frame, unsigned int len, uint64_t seq)
{
	unsigned int i;

	if (frame[12] != ETH_TYPE_TEST >> 8 || frame[13] != (ETH_TYPE_TEST & 0xff))
		return 13;
	if (frame[14] != (uint8_t)(len >> 8) || frame[15] != (uint8_t)len)
		return 15;
	if (frame_seq(frame) != seq)
		return SEQ_OFF + 1;
	for (i = DATA_OFF; i < len; i++)
		if (frame[i] != pattern(seq, i))
			return i + 1;
	return 0;
}

uint64_t frame_seq(const uint8_t *frame)
{
	uint64_t seq;

	if (frame[12] != ETH_TYPE_TEST >> 8 || frame[13] != (ETH_TYPE_TEST & 0xff))
		return UINT64_MAX;
	memcpy(&seq, frame + SEQ_OFF, sizeof(seq));
	return seq;
}

static void put_be16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put_ipv4(uint8_t *ip, unsigned int len, const struct look *l)
{
	unsigned int i, sum = 0;

	memset(ip, 0, 20 + 20);
	ip[0] = 0x45;
	put_be16(ip + 2, len);
	ip[8] = 64;
	ip[9] = l->proto;
	memcpy(ip + 12, &(uint32_t){ htonl(l->src_ip) }, 4);
	memcpy(ip + 16, &(uint32_t){ htonl(l->dst_ip) }, 4);
	for (i = 0; i < 20; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put_be16(ip + 10, ~sum);
	put_be16(ip + 20, l->src_port);
	put_be16(ip + 22, l->dst_port);
	if (l->proto == 6)
		ip[32] = 5 << 4;		/* header length; the checksum is wrong, as it may be */
	else if (l->proto == 17)
		put_be16(ip + 24, len - 20);	/* no checksum */
}

void frame_look(uint8_t *frame, unsigned int len, const struct look *l, const uint8_t *own,
		const uint8_t *src)
{
	unsigned int type = l->ethertype ? l->ethertype : l->proto ? ETH_TYPE_IPV4 : LOOK_TYPE;
	unsigned int at = 12;

	memset(frame, 0, len);
	memcpy(frame, l->dst ? l->dst : own, 6);
	memcpy(frame + 6, src, 6);
	if (l->vlan) {
		put_be16(frame + at, 0x8100);
		put_be16(frame + at + 2, l->vlan);
		at += 4;
	}
	put_be16(frame + at, type);
	at += 2;
	if (type == ETH_TYPE_IPV4)
		put_ipv4(frame + at, len - at, l);
}
