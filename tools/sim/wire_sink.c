// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks frames that a port sends against the stamp of stamp.h: lost, duplicated, reordered,
 * corrupted, foreign; rates and latency. Believes nothing in a frame before its CRC was right.
 */
#include <stdlib.h>
#include <string.h>

#include "stamp.h"
#include "wire.h"

#define MAX_STREAMS	64
#define WINDOW		65536u		/* numbers remembered per stream below the highest */
#define HIST_BITS	5
#define HIST_SUB	(1u << HIST_BITS)	/* buckets per power of two: 3 % resolution */
#define HIST_BUCKETS	(33 * HIST_SUB)

struct stream {
	uint16_t id;
	uint64_t received, lost, duplicated, reordered, too_old;
	uint64_t next;			/* one above the highest sequence number seen */
	uint64_t base;			/* first one expected */
	uint64_t first_ns, last_ns;
	uint64_t *seen;			/* WINDOW bits, bit seq % WINDOW */
};

struct wire_sink {
	struct stream *streams[MAX_STREAMS];
	unsigned int nr_streams;
	struct stream *last;
	bool resync;
	uint64_t received, bytes, good, foreign, corrupted, bad_checksum, stream_overflow;
	uint64_t first_ns, last_ns;
	uint64_t lat_count, lat_sum;
	uint32_t lat_min, lat_max;
	uint64_t hist[HIST_BUCKETS];
};

struct wire_sink *wire_sink_new(void)
{
	struct wire_sink *s = calloc(1, sizeof(*s));

	if (s)
		s->lat_min = UINT32_MAX;
	return s;
}

static void streams_free(struct wire_sink *s)
{
	for (unsigned int i = 0; i < s->nr_streams; i++) {
		free(s->streams[i]->seen);
		free(s->streams[i]);
	}
}

void wire_sink_free(struct wire_sink *s)
{
	if (!s)
		return;
	streams_free(s);
	free(s);
}

void wire_sink_reset(struct wire_sink *s, bool resync)
{
	streams_free(s);
	memset(s, 0, sizeof(*s));
	s->lat_min = UINT32_MAX;
	s->resync = resync;
}

static struct stream *stream_get(struct wire_sink *s, uint16_t id, uint64_t seq)
{
	struct stream *st = s->last;

	if (st && st->id == id)
		return st;
	for (unsigned int i = 0; i < s->nr_streams; i++)
		if (s->streams[i]->id == id)
			return s->last = s->streams[i];
	if (s->nr_streams == MAX_STREAMS)
		return NULL;
	st = calloc(1, sizeof(*st));
	if (st)
		st->seen = calloc(WINDOW / 64, sizeof(uint64_t));
	if (!st || !st->seen) {
		free(st);
		return NULL;
	}
	st->id = id;
	st->base = st->next = s->resync ? seq : 0;
	s->streams[s->nr_streams++] = st;
	return s->last = st;
}

/* Mark `seq`; was it marked before? */
static bool seen_mark(struct stream *st, uint64_t seq)
{
	uint64_t *word = &st->seen[seq % WINDOW / 64], bit = 1ull << seq % 64;
	bool was = *word & bit;

	*word |= bit;
	return was;
}

static void sequence(struct stream *st, uint64_t seq)
{
	if (seq >= st->next) {
		uint64_t gap = seq - st->next;

		if (gap >= WINDOW)
			memset(st->seen, 0, WINDOW / 8);
		else
			for (uint64_t q = st->next; q <= seq; q++)
				st->seen[q % WINDOW / 64] &= ~(1ull << q % 64);
		st->lost += gap;		/* until they come after all */
		st->next = seq + 1;
		seen_mark(st, seq);
	} else if (seq < st->base || st->next - seq > WINDOW) {
		st->too_old++;			/* nobody remembers whether it came before */
	} else if (seen_mark(st, seq)) {
		st->duplicated++;
	} else {
		st->reordered++;
		st->lost--;
	}
}

/* Buckets of 1 ns below HIST_SUB ns, then HIST_SUB per power of two. */
static unsigned int bucket_of(uint32_t ns)
{
	unsigned int top;

	if (ns < HIST_SUB)
		return ns;
	top = 31 - __builtin_clz(ns);
	return (top - HIST_BITS + 1) * HIST_SUB + (ns >> (top - HIST_BITS)) % HIST_SUB;
}

static uint64_t bucket_low(unsigned int b)
{
	unsigned int top = b / HIST_SUB + HIST_BITS - 1;

	return b < HIST_SUB ? b : (uint64_t)(HIST_SUB + b % HIST_SUB) << (top - HIST_BITS);
}

static void latency(struct wire_sink *s, uint32_t sent, uint64_t now_ns)
{
	uint32_t ns = (uint32_t)now_ns - sent;

	s->lat_count++;
	s->lat_sum += ns;
	if (ns < s->lat_min)
		s->lat_min = ns;
	if (ns > s->lat_max)
		s->lat_max = ns;
	s->hist[bucket_of(ns)]++;
}

struct parsed {
	const uint8_t *ip, *udp, *payload;
	uint32_t ip_hdr, udp_len, payload_len;
};

/* Ethernet, tags, IPv4 without fragments, UDP with a payload that can hold a stamp. */
static bool parse(const uint8_t *f, uint32_t len, struct parsed *p)
{
	uint32_t off = 12, total;

	while (off + 6 <= len && (stamp_get16(f + off) == 0x8100 || stamp_get16(f + off) == 0x88a8))
		off += 4;
	if (off + 2 + 20 > len || stamp_get16(f + off) != 0x0800)
		return false;
	p->ip = f + off + 2;
	len -= off + 2;
	p->ip_hdr = (p->ip[0] & 15) * 4;
	total = stamp_get16(p->ip + 2);
	if (p->ip[0] >> 4 != 4 || p->ip_hdr < 20 || p->ip[9] != 17 || total > len)
		return false;
	if (stamp_get16(p->ip + 6) & 0x3fff || total < p->ip_hdr + 8 + STAMP_SIZE)
		return false;
	p->udp = p->ip + p->ip_hdr;
	p->udp_len = stamp_get16(p->udp + 4);
	if (p->udp_len < 8 + STAMP_SIZE || p->udp_len > total - p->ip_hdr)
		return false;
	p->payload = p->udp + 8;
	p->payload_len = p->udp_len - 8;
	return true;
}

static bool checksums_ok(const struct parsed *p)
{
	uint64_t sum;

	if (csum_fold(csum_add(0, p->ip, p->ip_hdr)))
		return false;
	if (!stamp_get16(p->udp + 6))
		return true;
	sum = csum_add(17 + p->udp_len, p->ip + 12, 8);
	return !csum_fold(csum_add(sum, p->udp, p->udp_len));
}

static bool crc_ok(const struct parsed *p)
{
	uint32_t crc = crc32_update(0, p->payload, STAMP_SIZE - 4);

	crc = crc32_update(crc, p->payload + STAMP_SIZE, p->payload_len - STAMP_SIZE);
	return crc == stamp_get32(p->payload + 14);
}

void wire_sink_rx(struct wire_sink *s, const uint8_t *frame, uint32_t len, uint64_t now_ns)
{
	struct stream *st;
	struct parsed p;
	uint64_t seq;

	if (!s->received++)
		s->first_ns = now_ns;
	s->last_ns = now_ns;
	s->bytes += len;
	if (!parse(frame, len, &p) || (stamp_get16(p.payload) != STAMP_MAGIC &&
				       stamp_get16(p.udp + 2) != STAMP_PORT)) {
		s->foreign++;
		return;
	}
	if (stamp_get16(p.payload) != STAMP_MAGIC || !crc_ok(&p)) {
		s->corrupted++;
		return;
	}
	if (!checksums_ok(&p))
		s->bad_checksum++;
	s->good++;
	seq = (uint64_t)stamp_get16(p.payload + 4) << 32 | stamp_get32(p.payload + 6);
	st = stream_get(s, stamp_get16(p.payload + 2), seq);
	if (!st) {
		s->stream_overflow++;
		return;
	}
	if (!st->received++)
		st->first_ns = now_ns;
	st->last_ns = now_ns;
	sequence(st, seq);
	if (stamp_get32(p.payload + 10))
		latency(s, stamp_get32(p.payload + 10), now_ns);
}

/* ---- figures ----------------------------------------------------------------------------- */

uint64_t wire_sink_stream_frames(const struct wire_sink *s, uint16_t stream)
{
	for (unsigned int i = 0; i < s->nr_streams; i++)
		if (s->streams[i]->id == stream)
			return s->streams[i]->received - s->streams[i]->duplicated;
	return 0;
}

void wire_sink_totals(const struct wire_sink *s, struct wire_sink_totals *t)
{
	*t = (struct wire_sink_totals){
		.received = s->received, .bytes = s->bytes, .good = s->good, .foreign = s->foreign,
		.corrupted = s->corrupted, .bad_checksum = s->bad_checksum,
		.first_ns = s->first_ns, .last_ns = s->last_ns,
	};
	for (unsigned int i = 0; i < s->nr_streams; i++) {
		t->lost += s->streams[i]->lost;
		t->duplicated += s->streams[i]->duplicated;
		t->reordered += s->streams[i]->reordered;
		t->too_old += s->streams[i]->too_old;
	}
}

/* Lower bound of the bucket that holds the q-th part of all samples. */
static uint64_t quantile(const struct wire_sink *s, double q)
{
	uint64_t want = s->lat_count * q, sum = 0;

	for (unsigned int b = 0; b < HIST_BUCKETS; b++) {
		sum += s->hist[b];
		if (sum > want)
			return bucket_low(b);
	}
	return s->lat_max;
}

static double mpps(uint64_t frames, uint64_t first_ns, uint64_t last_ns)
{
	return frames > 1 && last_ns > first_ns ? (frames - 1) * 1e3 / (last_ns - first_ns) : 0;
}

static void latency_json(const struct wire_sink *s, bool hist, FILE *out)
{
	const char *comma = "";

	if (!s->lat_count)
		hist = false;
	fprintf(out, ",\"latency_ns\":{\"count\":%llu", (unsigned long long)s->lat_count);
	if (s->lat_count)
		fprintf(out,
			",\"min\":%u,\"avg\":%llu,\"p50\":%llu,\"p90\":%llu,\"p99\":%llu,"
			"\"p999\":%llu,\"p9999\":%llu,\"max\":%u",
			s->lat_min, (unsigned long long)(s->lat_sum / s->lat_count),
			(unsigned long long)quantile(s, 0.5), (unsigned long long)quantile(s, 0.9),
			(unsigned long long)quantile(s, 0.99), (unsigned long long)quantile(s, 0.999),
			(unsigned long long)quantile(s, 0.9999), s->lat_max);
	if (hist)
		fputs(",\"hist\":[", out);
	for (unsigned int b = 0; hist && b < HIST_BUCKETS; b++) {
		if (!s->hist[b])
			continue;
		fprintf(out, "%s[%llu,%llu]", comma, (unsigned long long)bucket_low(b),
			(unsigned long long)s->hist[b]);
		comma = ",";
	}
	fputs(hist ? "]}" : "}", out);
}

void wire_sink_json(struct wire_sink *s, bool hist, FILE *out)
{
	struct wire_sink_totals t;

	wire_sink_totals(s, &t);
	fprintf(out,
		"{\"received\":%llu,\"bytes\":%llu,\"good\":%llu,\"foreign\":%llu,"
		"\"corrupted\":%llu,"
		"\"bad_checksum\":%llu,\"lost\":%llu,\"duplicated\":%llu,\"reordered\":%llu,"
		"\"too_old\":%llu,\"stream_overflow\":%llu,\"first_ns\":%llu,\"last_ns\":%llu,"
		"\"mpps\":%.6f",
		(unsigned long long)t.received, (unsigned long long)t.bytes,
		(unsigned long long)t.good, (unsigned long long)t.foreign,
		(unsigned long long)t.corrupted, (unsigned long long)t.bad_checksum,
		(unsigned long long)t.lost, (unsigned long long)t.duplicated,
		(unsigned long long)t.reordered, (unsigned long long)t.too_old,
		(unsigned long long)s->stream_overflow, (unsigned long long)t.first_ns,
		(unsigned long long)t.last_ns, mpps(t.received, t.first_ns, t.last_ns));
	latency_json(s, hist, out);
	fputs(",\"streams\":[", out);
	for (unsigned int i = 0; i < s->nr_streams; i++) {
		const struct stream *st = s->streams[i];

		fprintf(out,
			"%s{\"stream\":%u,\"received\":%llu,\"lost\":%llu,\"duplicated\":%llu,"
			"\"reordered\":%llu,\"too_old\":%llu,\"next_seq\":%llu,\"mpps\":%.6f}",
			i ? "," : "", st->id, (unsigned long long)st->received,
			(unsigned long long)st->lost, (unsigned long long)st->duplicated,
			(unsigned long long)st->reordered, (unsigned long long)st->too_old,
			(unsigned long long)st->next,
			mpps(st->received, st->first_ns, st->last_ns));
	}
	fputs("]}", out);
}
