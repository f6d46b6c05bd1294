/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes pcapng; see pcapng.h. Section numbers are those of draft-ietf-opsawg-pcapng. */
#include <errno.h>
#include <string.h>

#include "pcapng.h"

#define BLOCK_SECTION		0x0a0d0d0au	/* 4.1 */
#define BLOCK_INTERFACE		1u		/* 4.2 */
#define BLOCK_STATISTICS	5u		/* 4.6 */
#define BLOCK_PACKET		6u		/* 4.3, enhanced packet block */
#define BYTE_ORDER_MAGIC	0x1a2b3c4du
#define LINKTYPE_ETHERNET	1u

#define OPT_END			0u
#define OPT_SHB_USERAPPL	4u
#define OPT_IF_NAME		2u
#define OPT_IF_TSRESOL		9u
#define OPT_EPB_FLAGS		2u
#define OPT_ISB_IFRECV		4u
#define OPT_ISB_IFDROP		5u

#define EPB_INBOUND		1u
#define EPB_CRC_ERROR		(1u << 24)

/* A block is put together here; packet data goes straight to the file. */
struct block {
	uint8_t bytes[512];
	uint32_t len;
};

static uint32_t padded(uint32_t len)
{
	return (len + 3) & ~3u;
}

static void add(struct block *b, const void *data, uint32_t len)
{
	memcpy(b->bytes + b->len, data, len);
	memset(b->bytes + b->len + len, 0, padded(len) - len);
	b->len += padded(len);
}

static void add32(struct block *b, uint32_t v)
{
	add(b, &v, 4);
}

static void add_option(struct block *b, uint16_t code, const void *value, uint16_t len)
{
	uint16_t head[2] = { code, len };

	add(b, head, 4);
	if (len)
		add(b, value, len);
}

static void add_string(struct block *b, uint16_t code, const char *text)
{
	size_t len = strlen(text);

	add_option(b, code, text, len > 100 ? 100 : len);
}

static void add_time(struct block *b, uint64_t time_ns)
{
	add32(b, time_ns >> 32);
	add32(b, time_ns);
}

static void begin(struct block *b, uint32_t type)
{
	b->len = 0;
	add32(b, type);
	add32(b, 0);
}

static int put(FILE *out, const void *data, size_t len)
{
	errno = 0;
	if (len && fwrite(data, len, 1, out) != 1)
		return errno ? -errno : -EIO;
	return 0;
}

/* The total length stands in front and at the end. */
static int end(FILE *out, struct block *b)
{
	uint32_t total = b->len + 4;

	memcpy(b->bytes + 4, &total, 4);
	add32(b, total);
	return put(out, b->bytes, b->len);
}

int pcapng_begin(FILE *out, const char *application, const char *interface)
{
	const uint64_t unknown_length = UINT64_MAX;
	const uint16_t version[2] = { 1, 0 }, link[2] = { LINKTYPE_ETHERNET, 0 };
	const uint8_t resolution = 9;		/* 10^-9 s */
	struct block b;
	int ret;

	begin(&b, BLOCK_SECTION);
	add32(&b, BYTE_ORDER_MAGIC);
	add(&b, version, 4);
	add(&b, &unknown_length, 8);
	add_string(&b, OPT_SHB_USERAPPL, application);
	add_option(&b, OPT_END, NULL, 0);
	ret = end(out, &b);
	if (ret)
		return ret;

	begin(&b, BLOCK_INTERFACE);
	add(&b, link, 4);
	add32(&b, 0);				/* no limit of the captured length */
	add_string(&b, OPT_IF_NAME, interface);
	add_option(&b, OPT_IF_TSRESOL, &resolution, 1);
	add_option(&b, OPT_END, NULL, 0);
	return end(out, &b);
}

int pcapng_packet(FILE *out, uint64_t time_ns, const struct iovec *pieces, unsigned int nr, int bad)
{
	const uint32_t flags = bad ? EPB_INBOUND | EPB_CRC_ERROR : EPB_INBOUND;
	static const uint8_t zeroes[4];
	uint32_t len = 0, total;
	struct block b, tail;
	unsigned int i;
	int ret;

	for (i = 0; i < nr; i++)
		len += pieces[i].iov_len;

	tail.len = 0;
	add_option(&tail, OPT_EPB_FLAGS, &flags, 4);
	add_option(&tail, OPT_END, NULL, 0);

	begin(&b, BLOCK_PACKET);
	add32(&b, 0);				/* interface */
	add_time(&b, time_ns);
	add32(&b, len);
	add32(&b, len);
	total = b.len + padded(len) + tail.len + 4;
	memcpy(b.bytes + 4, &total, 4);
	add32(&tail, total);

	ret = put(out, b.bytes, b.len);
	for (i = 0; i < nr && !ret; i++)
		ret = put(out, pieces[i].iov_base, pieces[i].iov_len);
	if (!ret)
		ret = put(out, zeroes, padded(len) - len);
	return ret ? ret : put(out, tail.bytes, tail.len);
}

int pcapng_statistics(FILE *out, uint64_t time_ns, uint64_t received, uint64_t dropped)
{
	struct block b;

	begin(&b, BLOCK_STATISTICS);
	add32(&b, 0);				/* interface */
	add_time(&b, time_ns);
	add_option(&b, OPT_ISB_IFRECV, &received, 8);
	add_option(&b, OPT_ISB_IFDROP, &dropped, 8);
	add_option(&b, OPT_END, NULL, 0);
	return end(out, &b);
}
