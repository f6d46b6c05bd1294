// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends frames to a port: generated ones with the stamp of stamp.h, or those of a pcap file. Paces
 * them, and with flow=on waits while the port has no room or does not listen, so that a frame that
 * gets lost was lost by software.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stamp.h"
#include "wire.h"

#define MAX_SIZES	16
#define FRAMES_PER_POLL	256
#define WINDOW_STALL_NS	200000000	/* nothing arrived for so long: what is under way is lost */
#define MAX_BACKLOG_NS	1000000		/* older debts are forgotten */
#define FCS		4
#define MIN_SIZE	64
#define ETH_LEN		14
#define IP_LEN		20
#define UDP_LEN		8
#define SPORT_BASE	49152

const char wire_gen_help[] =
	"      rate=N|max       frames per second (default max)\n"
	"      size=N[+N...]    bytes with FCS, 64 and up; several in turn; imix (default 64)\n"
	"      count=N          stop after N frames, 0 = never (default 0)\n"
	"      burst=N          frames sent back to back when paced (default 1)\n"
	"      flow=on|off      wait while the port has no room or does not listen (default on)\n"
	"      start=auto|manual  when plugged in, or by \"gen PORT start\" (default manual)\n"
	"      flows=N          UDP source ports used in turn (default 1)\n"
	"      dst=MAC src=MAC  addresses (default: the port's own, 02:6e:64:ff:00:PORT)\n"
	"      saddr=IP daddr=IP  IPv4 addresses (default 198.18.PORT.1, 198.19.PORT.1)\n"
	"      vlan=N           802.1Q tag with this VLAN, 0 = none (default 0)\n"
	"      window=N         at most N frames under way to the sink of `to` (default 0: any)\n"
	"      to=PORT          where they arrive (default: the generator's own port)\n"
	"      stream=N         stream number of the next run (default: counts up)\n"
	"    pcap-in=FILE has rate (rate=file: the file's own timing), count, burst, flow, start\n";

#define VARYING		10		/* stamp bytes that change per frame: sequence, time */

/*
 * A frame of one size. Its CRC is linear in the bytes that vary: the CRC with all of them 0,
 * and what each value of each of these bytes flips in it.
 */
struct template {
	uint32_t len;			/* without FCS */
	uint64_t udp_sum;		/* with source port, sequence, time, CRC and checksum 0 */
	uint8_t *frame;
	uint32_t crc_base;
	uint32_t (*crc_flip)[256];	/* [VARYING] */
};

struct wire_gen {
	unsigned int port;
	uint8_t dst[6], src[6];
	uint32_t saddr, daddr;
	uint64_t rate, count, burst, flows;
	bool flow, autostart, file_timing;
	unsigned int vlan, stream, runs, to;
	uint64_t window;
	unsigned int sizes[MAX_SIZES], nr_sizes;
	struct template tmpl[MAX_SIZES];
	struct pcap_frame *pcap;
	size_t nr_pcap;
	/* the current run */
	bool running, stale;		/* stale: templates do not match the options */
	uint64_t seq, base_seq, base_ns, end_ns;
	bool timed;
	uint64_t arrived, arrived_ns, given_up;	/* window: seen at the sink, when, not waited for */
	/* counters over all runs */
	uint64_t sent, bytes, waits, stalls;
	uint64_t started_ns;
};

static void templates_free(struct wire_gen *g)
{
	for (unsigned int i = 0; i < MAX_SIZES; i++) {
		free(g->tmpl[i].frame);
		free(g->tmpl[i].crc_flip);
		g->tmpl[i].frame = NULL;
		g->tmpl[i].crc_flip = NULL;
	}
}

struct wire_gen *wire_gen_new(unsigned int port, const uint8_t *mac)
{
	struct wire_gen *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->port = g->to = port;
	memcpy(g->dst, mac, 6);
	memcpy(g->src, (uint8_t[]){ 0x02, 0x6e, 0x64, 0xff, 0, port }, 6);
	g->saddr = 0xc6120001 | port << 8;
	g->daddr = 0xc6130001 | port << 8;
	g->burst = g->flows = 1;
	g->flow = true;
	g->sizes[0] = MIN_SIZE;
	g->nr_sizes = 1;
	g->stale = true;
	g->stream = (port << 12) & 0xf000;
	return g;
}

void wire_gen_free(struct wire_gen *g)
{
	if (!g)
		return;
	templates_free(g);
	for (size_t i = 0; i < g->nr_pcap; i++)
		free(g->pcap[i].data);
	free(g->pcap);
	free(g);
}

int wire_gen_load(struct wire_gen *g, const char *file, char *err, size_t err_size)
{
	return pcap_load(file, &g->pcap, &g->nr_pcap, err, err_size);
}

/* ---- options ----------------------------------------------------------------------------- */

static int parse_u64(const char *value, uint64_t max, uint64_t *out)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(value, &end, 10);
	if (end == value || *end || errno || *value == '-' || v > max)
		return -1;
	*out = v;
	return 0;
}

static int parse_ip(const char *value, uint32_t *ip)
{
	struct in_addr a;

	if (inet_pton(AF_INET, value, &a) != 1)
		return -1;
	*ip = ntohl(a.s_addr);
	return 0;
}

static int parse_sizes(struct wire_gen *g, const char *value)
{
	unsigned int sizes[MAX_SIZES], n = 0;
	char *end;

	if (!strcmp(value, "imix"))		/* 7 : 4 : 1 */
		value = "64+594+64+64+594+64+1518+64+594+64+594+64";
	for (;; value = end + 1) {
		unsigned long v = strtoul(value, &end, 10);

		if (end == value || v < MIN_SIZE || v > SIM_FRAME_MAX + FCS || n == MAX_SIZES)
			return -1;
		sizes[n++] = v;
		if (*end != '+')
			break;
	}
	if (*end)
		return -1;
	memcpy(g->sizes, sizes, sizeof(sizes));
	g->nr_sizes = n;
	return 0;
}

static int parse_word(const char *value, const char *yes, const char *no, bool *out)
{
	if (strcmp(value, yes) && strcmp(value, no))
		return -1;
	*out = !strcmp(value, yes);
	return 0;
}

static int set_rate(struct wire_gen *g, const char *value)
{
	g->file_timing = g->pcap && !strcmp(value, "file");
	if (g->file_timing || !strcmp(value, "max")) {
		g->rate = 0;
		return 0;
	}
	return parse_u64(value, 1000000000, &g->rate);
}

static int option(struct wire_gen *g, const char *key, const char *value)
{
	uint64_t v = 0;
	int ret;

	if (!strcmp(key, "rate"))
		return set_rate(g, value);
	if (!strcmp(key, "count"))
		return parse_u64(value, UINT64_MAX, &g->count);
	if (!strcmp(key, "burst"))
		return parse_u64(value, 65536, &v) || !v ? -1 : (g->burst = v, 0);
	if (!strcmp(key, "flow"))
		return parse_word(value, "on", "off", &g->flow);
	if (!strcmp(key, "start"))
		return parse_word(value, "auto", "manual", &g->autostart);
	if (g->pcap)
		return -2;
	if (!strcmp(key, "size"))
		return parse_sizes(g, value);
	if (!strcmp(key, "flows"))
		return parse_u64(value, 16384, &v) || !v ? -1 : (g->flows = v, 0);
	if (!strcmp(key, "dst"))
		return sim_option_mac(value, g->dst);
	if (!strcmp(key, "src"))
		return sim_option_mac(value, g->src);
	if (!strcmp(key, "saddr"))
		return parse_ip(value, &g->saddr);
	if (!strcmp(key, "daddr"))
		return parse_ip(value, &g->daddr);
	if (!strcmp(key, "window"))
		return parse_u64(value, 1 << 20, &g->window);
	if (!strcmp(key, "to"))
		return parse_u64(value, SIM_MAX_PORTS - 1, &v) ? -1 : (g->to = v, 0);
	if (strcmp(key, "vlan") && strcmp(key, "stream"))
		return -2;
	ret = parse_u64(value, !strcmp(key, "vlan") ? 4094 : 65535, &v);
	if (ret)
		return ret;
	if (!strcmp(key, "vlan")) {
		g->vlan = v;
	} else {
		g->stream = v;
		g->runs = 0;
	}
	return 0;
}

int wire_gen_set(struct wire_gen *g, const char *key, const char *value, char *err, size_t err_size)
{
	int ret = option(g, key, value);

	g->stale = true;
	g->timed = false;
	if (ret == -2)
		snprintf(err, err_size, "generator: no option '%s'%s; known:\n%s", key,
			 g->pcap ? " for a pcap file" : "", wire_gen_help);
	else if (ret)
		snprintf(err, err_size, "generator: '%s' is no value for '%s'", value, key);
	return ret ? -1 : 0;
}

/* ---- frames ------------------------------------------------------------------------------ */

static unsigned int ip_off(const struct wire_gen *g)
{
	return ETH_LEN + (g->vlan ? 4 : 0);
}

static uint32_t stamp_crc(const struct template *t, unsigned int off)
{
	uint32_t crc = crc32_update(0, t->frame + off, STAMP_SIZE - 4);

	return crc32_update(crc, t->frame + off + STAMP_SIZE, t->len - off - STAMP_SIZE);
}

static int crc_prepare(struct template *t, unsigned int off)
{
	t->crc_flip = malloc(VARYING * sizeof(*t->crc_flip));
	if (!t->crc_flip)
		return -1;
	t->crc_base = stamp_crc(t, off);
	for (unsigned int i = 0; i < VARYING; i++) {
		uint8_t *byte = t->frame + off + 4 + i;
		uint32_t *flip = t->crc_flip[i];

		flip[0] = 0;
		for (unsigned int bit = 1; bit < 256; bit *= 2) {
			*byte = bit;
			flip[bit] = stamp_crc(t, off) ^ t->crc_base;
		}
		*byte = 0;
		for (unsigned int v = 1; v < 256; v++)
			flip[v] = flip[v & (v - 1)] ^ flip[v & -v];
	}
	return 0;
}

static int template_build(struct wire_gen *g, struct template *t, unsigned int size)
{
	unsigned int ip = ip_off(g), min = ip + IP_LEN + UDP_LEN + STAMP_SIZE, udp_len;
	uint8_t *f;

	t->len = size - FCS < min ? min : size - FCS;	/* a tag makes the minimum frame 68 bytes */
	f = t->frame = calloc(1, t->len);
	if (!f)
		return -1;
	memcpy(f, g->dst, 6);
	memcpy(f + 6, g->src, 6);
	if (g->vlan) {
		stamp_put16(f + 12, 0x8100);
		stamp_put16(f + 14, g->vlan);
	}
	stamp_put16(f + ip - 2, 0x0800);
	f[ip] = 0x45;
	stamp_put16(f + ip + 2, t->len - ip);
	stamp_put16(f + ip + 6, 0x4000);		/* do not fragment */
	f[ip + 8] = 64;
	f[ip + 9] = 17;
	stamp_put32(f + ip + 12, g->saddr);
	stamp_put32(f + ip + 16, g->daddr);
	stamp_put16(f + ip + 10, csum_fold(csum_add(0, f + ip, IP_LEN)));
	udp_len = t->len - ip - IP_LEN;
	stamp_put16(f + ip + 22, STAMP_PORT);
	stamp_put16(f + ip + 24, udp_len);
	stamp_put16(f + ip + IP_LEN + UDP_LEN, STAMP_MAGIC);
	stamp_put16(f + ip + IP_LEN + UDP_LEN + 2, g->stream);
	for (unsigned int i = ip + IP_LEN + UDP_LEN + STAMP_SIZE; i < t->len; i++)
		f[i] = i;
	t->udp_sum = csum_add(17 + udp_len, f + ip + 12, t->len - ip - 12);
	return crc_prepare(t, ip + IP_LEN + UDP_LEN);
}

static int templates_build(struct wire_gen *g)
{
	templates_free(g);
	for (unsigned int i = 0; i < g->nr_sizes; i++)
		if (template_build(g, &g->tmpl[i], g->sizes[i]))
			return -1;
	g->stale = false;
	return 0;
}

/* Write what differs from frame to frame into the template: source port, stamp, both sums. */
static void template_stamp(struct wire_gen *g, struct template *t, uint64_t now_ns)
{
	unsigned int ip = ip_off(g);
	uint8_t *udp = t->frame + ip + IP_LEN, *st = udp + UDP_LEN;
	uint32_t time = (uint32_t)now_ns ? (uint32_t)now_ns : 1, lo = g->seq, crc = t->crc_base;
	uint16_t port = SPORT_BASE + (g->flows > 1 ? g->seq % g->flows : 0), hi = g->seq >> 32,
		 csum;

	stamp_put16(udp, port);
	stamp_put16(st + 4, hi);
	stamp_put32(st + 6, lo);
	stamp_put32(st + 10, time);
	for (unsigned int i = 0; i < VARYING; i++)
		crc ^= t->crc_flip[i][st[4 + i]];
	stamp_put32(st + 14, crc);
	csum = csum_fold(t->udp_sum + port + hi + lo + time + crc);
	stamp_put16(udp + 6, csum ? csum : 0xffff);
}

static uint32_t next_len(const struct wire_gen *g)
{
	return g->pcap ? g->pcap[g->seq % g->nr_pcap].len : g->tmpl[g->seq % g->nr_sizes].len;
}

/* ---- running ----------------------------------------------------------------------------- */

int wire_gen_start(struct wire_gen *g, char *err, size_t err_size)
{
	if (g->pcap && !g->nr_pcap) {
		snprintf(err, err_size, "the pcap file has no frames");
		return -1;
	}
	if (g->runs++)
		g->stream = (g->stream + 1) & 0xffff;
	if (!g->pcap && templates_build(g)) {
		snprintf(err, err_size, "out of memory");
		return -1;
	}
	if (g->window && !(sim_wire_find(g->to) && sim_wire_find(g->to)->sink)) {
		snprintf(err, err_size,
			 "window=%llu needs a sink on port %u to see frames arrive (to=PORT)",
			 (unsigned long long)g->window, g->to);
		return -1;
	}
	g->running = true;
	g->timed = false;
	g->seq = g->arrived = g->given_up = 0;
	g->arrived_ns = sim_now_ns();
	g->started_ns = sim_now_ns();
	return 0;
}

void wire_gen_stop(struct wire_gen *g)
{
	if (g->running)
		g->end_ns = sim_now_ns();
	g->running = false;
}

bool wire_gen_running(const struct wire_gen *g)
{
	return g->running;
}

bool wire_gen_autostart(const struct wire_gen *g)
{
	return g->autostart;
}

/* When is frame number `seq` of this run due? */
static uint64_t due_ns(const struct wire_gen *g, uint64_t seq)
{
	uint64_t n = seq - g->base_seq;

	if (g->file_timing) {
		uint64_t round = seq / g->nr_pcap, length = g->pcap[g->nr_pcap - 1].at_ns;

		return g->base_ns + round * length + g->pcap[seq % g->nr_pcap].at_ns;
	}
	n -= n % g->burst;
	return g->base_ns + n / g->rate * 1000000000 + n % g->rate * 1000000000 / g->rate;
}

static void time_base(struct wire_gen *g, uint64_t now_ns)
{
	g->base_ns = now_ns;
	g->base_seq = g->seq;
	if (g->file_timing)			/* as if the frames before had been sent in time */
		g->base_ns = now_ns - (due_ns(g, g->seq) - g->base_ns);
	g->timed = true;
}

/* May frame g->seq go now? Else lowers *next_ns to when it may. */
static bool is_due(struct wire_gen *g, uint64_t now_ns, uint64_t *next_ns)
{
	uint64_t due;

	if (!g->rate && !g->file_timing)
		return true;
	if (!g->timed)
		time_base(g, now_ns);
	due = due_ns(g, g->seq);
	if (due > now_ns) {
		if (due < *next_ns)
			*next_ns = due;
		return false;
	}
	if (now_ns - due > MAX_BACKLOG_NS)
		time_base(g, now_ns);
	return true;
}

/*
 * How many frames may be sent now without more than the window being under way? Frames that never
 * arrive would close it for good: after WINDOW_STALL_NS without any arrival they are given up.
 */
static uint64_t window_room(struct wire_gen *g, uint64_t now_ns)
{
	struct sim_wire *far = sim_wire_find(g->to);
	uint64_t under_way, arrived;

	if (!g->window)
		return FRAMES_PER_POLL;
	if (!far || !far->sink)
		return 0;
	arrived = wire_sink_stream_frames(far->sink, g->stream);
	if (arrived != g->arrived) {
		g->arrived = arrived;
		g->arrived_ns = now_ns;
	}
	under_way = g->seq - arrived - g->given_up;
	if ((int64_t)under_way < 0) {		/* given up, and came after all */
		g->given_up = g->seq - arrived;
		under_way = 0;
	}
	if (under_way >= g->window && now_ns - g->arrived_ns >= WINDOW_STALL_NS) {
		g->given_up += under_way;
		g->arrived_ns = now_ns;
		g->stalls++;
		under_way = 0;
	}
	return under_way >= g->window ? 0 : g->window - under_way;
}

bool wire_gen_poll(struct wire_gen *g, struct sim_wire *w, uint64_t now_ns, uint64_t *next_ns)
{
	unsigned int n = 0;
	uint64_t most;

	if (!g->running)
		return false;
	if (g->stale && !g->pcap && templates_build(g))
		return false;
	most = window_room(g, now_ns);
	if (!most) {
		g->waits++;
		if (g->arrived_ns + WINDOW_STALL_NS < *next_ns)
			*next_ns = g->arrived_ns + WINDOW_STALL_NS;
	}
	while (n < FRAMES_PER_POLL && n < most) {
		uint32_t len = next_len(g);
		const uint8_t *frame;

		if (g->count && g->seq >= g->count) {
			wire_gen_stop(g);
			break;
		}
		if (!is_due(g, now_ns, next_ns))
			break;
		if (g->flow && wire_room(w, len) != ROOM_YES) {
			g->waits++;
			break;
		}
		if (g->pcap) {
			frame = g->pcap[g->seq % g->nr_pcap].data;
		} else {
			struct template *t = &g->tmpl[g->seq % g->nr_sizes];

			template_stamp(g, t, now_ns);
			frame = t->frame;
		}
		wire_deliver(w, frame, len);
		g->seq = (g->seq + 1) & STAMP_SEQ_MASK;
		g->sent++;
		g->bytes += len;
		n++;
	}
	return n > 0;
}

void wire_gen_stats_reset(struct wire_gen *g)
{
	g->sent = g->bytes = g->waits = g->stalls = 0;
	g->started_ns = sim_now_ns();
}

void wire_gen_json(struct wire_gen *g, FILE *out)
{
	uint64_t end = g->running ? sim_now_ns() : g->end_ns;
	double secs = g->started_ns && end > g->started_ns ? (end - g->started_ns) / 1e9 : 0;

	fprintf(out,
		"{\"running\":%s,\"sent\":%llu,\"bytes\":%llu,\"run_sent\":%llu,\"waits\":%llu,"
		"\"stalls\":%llu,\"stream\":%u,\"seconds\":%.6f,\"mpps\":%.6f}",
		g->running ? "true" : "false", (unsigned long long)g->sent,
		(unsigned long long)g->bytes, (unsigned long long)g->seq,
		(unsigned long long)g->waits, (unsigned long long)g->stalls, g->stream, secs,
		secs > 0 ? g->seq / secs / 1e6 : 0);
}
