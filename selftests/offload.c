// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends frames with every request that transmit knows, through libndrv, and writes down what must arrive;
 * offload.sh compares that with what tshark saw. Judges nothing itself.
 *   offload PORT DST-MAC MAX-FRAME FILE
 * A line of FILE: number, IP version, protocol, tags, frames, bytes behind the headers in each but the
 * last, TCP sequence number, IPv4 identification, TCP flags of the first, a middle and the last frame,
 * and all bytes behind the headers in hex.
 */
#include <ndrv.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUF_BYTES	16384u
#define NR_BUFS		1024u
#define LONGEST_MSS	8900u
#define RX_BUF_BYTES	2048u		/* what frames are cut into at the other end */
#define MAX_BYTES	NDRV_TX_MAX_TSO_BYTES
#define MAX_PIECES	38u
#define FIRST_PORT	30000u

#define TCP	6
#define UDP	17
#define SCTP	132
#define FIN	0x01
#define PSH	0x08
#define ACK	0x10
#define CWR	0x80

/* One frame to be sent. */
struct spec {
	uint32_t flags;			/* NDRV_PKT_F_TX_* */
	int ver, proto;
	uint32_t payload, mss;
	uint32_t ip_more, tcp_more;	/* bytes of options, or of an extension header */
	int tag;			/* in the frame already, -1 none */
	int zero_sum;			/* UDP: the sum comes out as 0 */
};

static struct ndrv_queue *q;
static FILE *list;
static uint8_t frame[MAX_BYTES], src_mac[6], dst_mac[6];
static unsigned int number;
static uint64_t sent_frames;

static void die(const char *what, int err)
{
	fprintf(stderr, "offload: frame %u: %s: %s\n", number, what, err ? ndrv_strerror(err) : "failed");
	exit(1);
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static uint32_t sum16(const uint8_t *p, uint32_t n, uint32_t sum)
{
	for (; n > 1; n -= 2, p += 2)
		sum += p[0] << 8 | p[1];
	if (n)
		sum += p[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* The real sum of an L4 packet with its pseudo header, as it is. */
static uint32_t l4_sum(const struct spec *s, const uint8_t *ip, const uint8_t *l4, uint32_t bytes)
{
	uint32_t sum = s->ver == 4 ? sum16(ip + 12, 8, 0) : sum16(ip + 8, 32, 0);

	return sum16(l4, bytes, sum + s->proto + (bytes & 0xffff) + (bytes >> 16));
}

/* Junk where a card must write, so that a card which does not is found out. */
static uint32_t build_ip(const struct spec *s, uint8_t *ip, uint32_t l4_bytes)
{
	uint32_t len = (s->ver == 4 ? 20 : 40) + s->ip_more;

	memset(ip, 0, len);
	if (s->ver == 4) {
		ip[0] = 0x40 | len / 4;
		put16(ip + 2, len + l4_bytes);
		put16(ip + 4, 0xfffe + number);
		ip[8] = 64;
		ip[9] = s->proto;
		put16(ip + 10, 0xdead);
		put32(ip + 12, 0xc0000201);
		put32(ip + 16, 0xc6336400 + number % 250);
		memset(ip + 20, 1, s->ip_more);			/* NOP */
		if (!(s->flags & (NDRV_PKT_F_TX_IP_CSUM | NDRV_PKT_F_TX_TSO))) {
			put16(ip + 10, 0);
			put16(ip + 10, ~sum16(ip, len, 0));
		}
		return len;
	}
	ip[0] = 0x60;
	put16(ip + 4, s->ip_more + l4_bytes);
	ip[6] = s->ip_more ? 60 : s->proto;
	ip[7] = 64;
	put32(ip + 8, 0x20010db8);
	ip[23] = 1;
	put32(ip + 24, 0x20010db8);
	put16(ip + 38, number);
	if (s->ip_more) {					/* destination options: padding */
		ip[40] = s->proto;
		ip[41] = s->ip_more / 8 - 1;
		ip[42] = 1;
		ip[43] = s->ip_more - 4;
	}
	return len;
}

static uint32_t build_l4(const struct spec *s, uint8_t *l4)
{
	put16(l4, FIRST_PORT + number);
	put16(l4 + 2, 9);
	switch (s->proto) {
	case TCP:
		put32(l4 + 4, 0xfffff000 + number);
		put32(l4 + 8, 1);
		l4[12] = (20 + s->tcp_more) / 4 << 4;
		l4[13] = s->mss ? CWR | ACK | PSH | FIN : ACK | PSH;
		put16(l4 + 14, 1000);
		put16(l4 + 16, 0xdead);
		put16(l4 + 18, 0);
		memset(l4 + 20, 1, s->tcp_more);
		return 20 + s->tcp_more;
	case UDP:
		put16(l4 + 4, 8 + s->payload);
		put16(l4 + 6, 0xdead);
		return 8;
	default:						/* SCTP, one chunk of data */
		put32(l4 + 4, 7);
		put32(l4 + 8, 0xdeaddead);
		put32(l4 + 12, 0x00030000 | (16 + s->payload));
		put32(l4 + 16, 1);
		put32(l4 + 20, 0);
		put32(l4 + 24, 0);
		return 28;
	}
}

/* Checksums that the card is not asked for. */
static void finish_l4(const struct spec *s, uint8_t *ip, uint8_t *l4, uint32_t bytes)
{
	uint8_t *field = l4 + (s->proto == TCP ? 16 : 6);
	uint32_t want;

	if (s->proto == SCTP)
		return;
	if (s->zero_sum) {
		put16(field, 0);
		put16(l4 + bytes - 2, 0);
		put16(l4 + bytes - 2, 0xffff - l4_sum(s, ip, l4, bytes));
		put16(field, 0xdead);
	}
	if (s->flags & ~(NDRV_PKT_F_TX_VLAN | NDRV_PKT_F_TX_IP_CSUM))
		return;
	put16(field, 0);
	want = ~l4_sum(s, ip, l4, bytes) & 0xffff;
	put16(field, want ? want : 0xffff);
}

/* What must arrive. */
static void write_down(const struct spec *s, uint32_t vlan, const uint8_t *payload)
{
	uint32_t each = s->mss ? s->mss : s->payload, n = each ? (s->payload + each - 1) / each : 1, i;
	int all = s->proto == TCP ? (s->mss ? CWR | ACK | PSH | FIN : ACK | PSH) : 0;
	static const char digits[] = "0123456789abcdef";
	char tags[32] = "-", own[16] = "";

	if (s->tag >= 0)
		snprintf(own, sizeof(own), "%d", s->tag);
	if (s->flags & NDRV_PKT_F_TX_VLAN)
		snprintf(tags, sizeof(tags), "%u%s%s", vlan & 0xfff, *own ? "," : "", own);
	else if (*own)
		snprintf(tags, sizeof(tags), "%s", own);
	fprintf(list, "%u %d %d %s %u %u %u %u %d %d %d ", number, s->ver, s->proto, tags, n,
		n > 1 ? each : s->payload, s->proto == TCP ? 0xfffff000 + number : 0,
		s->ver == 4 ? (0xfffe + number) & 0xffff : 0,
		n > 1 ? all & ~(PSH | FIN) : all, n > 2 ? all & ~(PSH | FIN | CWR) : 0,
		n > 1 ? all & ~CWR : all);
	for (i = 0; i < s->payload; i++) {
		putc_unlocked(digits[payload[i] >> 4], list);
		putc_unlocked(digits[payload[i] & 15], list);
	}
	putc_unlocked('\n', list);
	sent_frames += n;
}

/* The whole frame is in pieces of random lengths, all headers in the first. */
static unsigned int scatter(struct ndrv_pkt *p, uint32_t len, uint32_t header, uint32_t segment)
{
	uint32_t least = segment / 4 > len / 30 ? segment / 4 : len / 30, at = 0, part;
	unsigned int n = 0;

	while (at < len) {
		if (ndrv_pkt_alloc(q, &p[n], 1) != 1)
			die("no buffer", 0);
		part = least + 1 + (uint32_t)random() % (random() % 2 ? least + 8 : BUF_BYTES);
		if (!at)
			part = random() % 2 ? header : header + part;
		part = part < BUF_BYTES - 64 ? part : BUF_BYTES - 64;
		part = part < len - at ? part : len - at;
		p[n].data = (uint8_t *)p[n].data + random() % 64;
		memcpy(p[n].data, frame + at, part);
		p[n].len = part;
		p[n].flags = NDRV_PKT_F_MORE;
		at += part;
		n++;
	}
	p[n - 1].flags = 0;
	return n;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

/* Frames wait here, so that different ones go in one burst. */
static struct ndrv_pkt waiting[256];
static unsigned int nr_waiting;

static void send_waiting(void)
{
	uint64_t end = now_ms() + 20000;
	unsigned int done = 0;
	int ret;

	while (done < nr_waiting) {
		ret = ndrv_tx_burst(q, waiting + done, nr_waiting - done);
		if (ret < 0)
			die("send", ret);
		done += ret;
		if (now_ms() > end)
			die("the card does not send", 0);
	}
	nr_waiting = 0;
}

static void emit(const struct spec *s)
{
	uint32_t at = 12, len, ip_at, l4_at, vlan = 1 + random() % 4094;
	struct ndrv_pkt p[MAX_PIECES + 1];
	unsigned int n, i;
	int ret;

	memcpy(frame, dst_mac, 6);
	memcpy(frame + 6, src_mac, 6);
	if (s->tag >= 0) {
		put16(frame + 12, 0x8100);
		put16(frame + 14, s->tag);
		at = 16;
	}
	put16(frame + at, s->ver == 4 ? 0x0800 : 0x86dd);
	ip_at = at + 2;
	l4_at = ip_at + (s->ver == 4 ? 20 : 40) + s->ip_more;
	at = l4_at + build_l4(s, frame + l4_at);
	build_ip(s, frame + ip_at, at - l4_at + s->payload);
	len = at + s->payload;
	for (i = at; i < len; i++)
		frame[i] = random() >> 5;
	finish_l4(s, frame + ip_at, frame + l4_at, len - l4_at);
	write_down(s, vlan, frame + at);

	n = scatter(p, len, at, s->mss ? s->mss : len);
	p[0].flags |= s->flags;
	p[0].vlan = vlan;
	p[0].mss = s->mss;
	ret = ndrv_pkt_csum_prepare(&p[0]);
	if (ret)
		die("prepare", ret);
	if (nr_waiting + n > 256 || random() % 8 == 0)
		send_waiting();
	memcpy(waiting + nr_waiting, p, n * sizeof(*p));
	nr_waiting += n;
	number++;
}

/* With and without a tag to be put in, and one that is there; in between something plain. */
static void in_all_tags(struct spec s)
{
	static const struct spec plain = { .ver = 4, .proto = UDP, .payload = 100, .tag = -1 };
	int i;

	for (i = 0; i < 4; i++) {
		s.flags &= ~NDRV_PKT_F_TX_VLAN;
		s.flags |= i & 1 ? NDRV_PKT_F_TX_VLAN : 0;
		s.tag = i & 2 ? 77 : -1;
		emit(&s);
		if (random() % 4 == 0)
			emit(&plain);
	}
}

static void sums(int ver, const uint32_t *lens, unsigned int n)
{
	struct spec s = { .ver = ver };
	unsigned int i;

	for (i = 0; i < n; i++) {
		s.payload = lens[i];
		s.ip_more = i % 3 ? 0 : 8 * (i % 5);
		s.tcp_more = i % 2 ? 0 : 4 * (i % 11);
		s.proto = TCP;
		s.flags = NDRV_PKT_F_TX_TCP_CSUM | (ver == 4 && i % 2 ? NDRV_PKT_F_TX_IP_CSUM : 0);
		in_all_tags(s);
		s.proto = UDP;
		s.flags = NDRV_PKT_F_TX_UDP_CSUM | (ver == 4 && i % 2 ? 0 : NDRV_PKT_F_TX_IP_CSUM);
		if (ver == 6)
			s.flags &= ~NDRV_PKT_F_TX_IP_CSUM;
		in_all_tags(s);
		s.zero_sum = s.payload > 1 && !(s.payload & 1);
		in_all_tags(s);
		s.zero_sum = 0;
		if (s.payload) {
			s.proto = SCTP;
			s.flags = NDRV_PKT_F_TX_SCTP_CSUM;
			s.payload = (s.payload + 3) & ~3u;
			in_all_tags(s);
		}
		s.proto = UDP;
		s.flags = ver == 4 ? NDRV_PKT_F_TX_IP_CSUM : 0;
		in_all_tags(s);
	}
}

static void segments(int ver, uint32_t mss)
{
	const uint32_t lens[] = {
		1, mss - 1, mss, mss + 1, 2 * mss - 1, 2 * mss, 2 * mss + 1, 7 * mss + 13,
	};
	struct spec s = { .ver = ver, .proto = TCP, .mss = mss, .flags = NDRV_PKT_F_TX_TSO };
	unsigned int i;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		s.payload = lens[i];
		s.ip_more = i % 4 ? 0 : 8;
		s.tcp_more = i % 2 ? 12 : 0;
		in_all_tags(s);
	}
}

/* Around the lengths at which a frame takes one more buffer where it arrives, up to the longest. */
static void lengths(uint32_t max_frame)
{
	uint32_t len, headers;
	struct spec s = { .proto = UDP, .tag = -1 };
	int off;

	for (s.ver = 4; s.ver <= 6; s.ver += 2) {
		headers = s.ver == 4 ? 42 : 62;
		for (len = RX_BUF_BYTES; len < max_frame; len += RX_BUF_BYTES) {
			for (off = -1; off <= 1; off++) {
				s.payload = len + off - headers;
				s.flags = random() % 2 ? NDRV_PKT_F_TX_UDP_CSUM : 0;
				emit(&s);
			}
		}
		s.payload = max_frame - headers;
		s.flags = 0;
		emit(&s);
		s.flags = NDRV_PKT_F_TX_UDP_CSUM;
		emit(&s);
	}
}

static void all(uint32_t max_frame)
{
	static const uint32_t lens[] = { 0, 1, 2, 17, 18, 100, 999, 1000, 1371, 1372 };
	static const uint32_t long_lens[] = { 8700, 8701 };
	static const uint32_t msss[] = { 64, 100, 536, 1001, 1448, 1460, LONGEST_MSS };
	struct spec s = { .proto = TCP, .flags = NDRV_PKT_F_TX_TSO, .tag = -1, .tcp_more = 12 };
	unsigned int i;

	for (s.ver = 4; s.ver <= 6; s.ver += 2) {
		sums(s.ver, lens, sizeof(lens) / sizeof(lens[0]));
		sums(s.ver, long_lens, 2);
		for (i = 0; i < sizeof(msss) / sizeof(msss[0]); i++)
			segments(s.ver, msss[i]);
		s.mss = 1448;
		s.payload = 65160;
		emit(&s);
		s.payload = NDRV_TX_MAX_TSO_BYTES - (s.ver == 4 ? 66 : 86);
		emit(&s);
	}
	lengths(max_frame);
}

int main(int argc, char **argv)
{
	struct ndrv_queue_opts opts = {
		.size = sizeof(opts), .flags = NDRV_OPEN_F_NO_RX, .queue = NDRV_QUEUE_ANY,
	};
	struct ndrv_pool *pool;
	struct ndrv_info info;
	int ret;

	if (argc != 5 || sscanf(argv[3], "%u", &opts.max_frame_bytes) != 1 ||
	    sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &dst_mac[0], &dst_mac[1], &dst_mac[2],
		   &dst_mac[3], &dst_mac[4], &dst_mac[5]) != 6) {
		fprintf(stderr, "Usage: offload PORT DST-MAC MAX-FRAME FILE\n");
		return 2;
	}
	list = fopen(argv[4], "w");
	if (!list)
		die(argv[4], -errno);
	ret = ndrv_queue_open(&q, argv[1], &opts);
	if (ret)
		die("open", ret);
	ret = ndrv_queue_info(q, &info);
	if (!ret)
		ret = ndrv_pool_create(&pool, q, NR_BUFS, BUF_BYTES);
	if (!ret)
		ret = ndrv_pool_attach(q, pool);
	if (!ret)
		ret = ndrv_queue_start(q);
	if (!ret)
		ret = ndrv_queue_wait_link(q, 15000);
	if (ret)
		die("start", ret);
	memcpy(src_mac, info.out_mac, 6);
	srandom(1);
	all(opts.max_frame_bytes);
	send_waiting();
	ret = ndrv_tx_flush(q, 20000000);
	if (ret)
		die("flush", ret);
	ndrv_queue_close(q);
	if (fclose(list))
		die(argv[4], -errno);
	printf("%u requests, %llu frames\n", number, (unsigned long long)sent_frames);
	return ndrv_pool_destroy(pool) ? 1 : 0;
}
