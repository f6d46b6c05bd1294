// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wires: what generators send is what the stamp says, and the sink finds every kind of fault. Two
 * test devices stand for the software between them; what they do to frames is done here on purpose.
 */
#define _GNU_SOURCE
#include "sim_testdev.h"
#include "tap.h"

#include "sim_inproc.h"
#include "stamp.h"
#include "wire.h"

static struct sim_inproc *a, *b;

static void fresh(void)
{
	if (a) {
		sim_inproc_free(b);
		sim_inproc_free(a);
	}
	a = sim_inproc_new_ops(&td_ops, NULL);
	b = sim_inproc_new_ops(&td_ops, NULL);
}

static struct testdev *dev_a(void)
{
	return td(sim_inproc_dev(a));
}

static struct sim_wire *wire_a(void)
{
	return sim_inproc_dev(a)->wire;
}

static struct wire_sink_totals sink_a(void)
{
	struct wire_sink_totals t;

	wire_sink_totals(wire_a()->sink, &t);
	return t;
}

static void start_a(void)
{
	char err[256];

	if (wire_gen_start(wire_a()->gen, err, sizeof(err)))
		tap_ok(0, "start: %s", err);
}

/* The whole JSON of a wire, for figures that have no other reader. */
static double json_number(struct sim_wire *w, const char *key)
{
	char *text = NULL, *at;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	double v = -1;

	sim_wire_json(w, f);
	fclose(f);
	at = strstr(text, key);
	if (at)
		v = strtod(at + strlen(key) + 1, NULL);
	free(text);
	return v;
}

/* Bit by bit, as the definition says. */
static uint32_t crc_slow(const uint8_t *data, size_t len)
{
	uint32_t crc = ~0u;

	while (len--) {
		crc ^= *data++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void test_crc_lengths(void)
{
	uint8_t data[700];
	int bad_crc = 0, bad_sum = 0;

	for (int i = 0; i < 700; i++)
		data[i] = (i * 2654435761u) >> 13;
	for (size_t len = 0; len < 690; len++) {
		const uint8_t *at = data + len % 9;
		uint32_t sum = 0;

		bad_crc += crc32_update(0, at, len) != crc_slow(at, len);
		for (size_t i = 0; i < len; i++)
			sum += i % 2 ? at[i] : at[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		bad_sum += (csum_fold(csum_add(0, at, len)) ^ 0xffff) != sum;
	}
	tap_eq(bad_crc, 0, "CRC of every length up to 690");
	tap_eq(bad_sum, 0, "checksum of every length up to 690");
}

static void test_stamp_sums(void)
{
	uint8_t data[64];

	tap_eq(crc32_update(0, (const uint8_t *)"123456789", 9), 0xcbf43926, "CRC-32 check value");
	tap_eq(crc32_update(crc32_update(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789",
			    5),
	       0xcbf43926, "in two parts");
	for (int i = 0; i < 64; i++)
		data[i] = i * 7;
	test_crc_lengths();
	tap_eq(csum_fold(csum_add(0, (const uint8_t[]){0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7}, 8)),
	       0x220d, "checksum of RFC 1071's example");
	tap_eq(csum_fold(csum_add(csum_add(0, data, 30), data + 30, 33)),
	       csum_fold(csum_add(0, data, 63)), "odd length, in two parts");
}

/* An independent look at a frame, by the comment in stamp.h alone. */
static void test_frame_format(void)
{
	const uint8_t *f = dev_a()->last;
	uint32_t sum = 0;

	fresh();
	sim_inproc_plug("0:gen,count=3,flows=2,start=auto,dst=02:00:00:00:00:09,stream=5");
	sim_inproc_settle(1000000);
	f = dev_a()->last;
	tap_eq(dev_a()->rx_frames, 3, "three frames");
	tap_eq(dev_a()->last_len, 60, "64 bytes with FCS are 60");
	tap_ok(!memcmp(f, "\x02\0\0\0\0\x09\x02nd\xff\0\0\x08\0\x45", 15), "addresses, IPv4");
	tap_eq(f[16] << 8 | f[17], 46, "IP length");
	tap_eq(f[34] << 8 | f[35], 49152, "third frame, two flows: first source port");
	tap_eq(f[36] << 8 | f[37], 28260, "destination port");
	tap_eq(f[38] << 8 | f[39], 26, "UDP length");
	tap_ok(!memcmp(f + 42, "nd\0\5\0\0\0\0\0\2", 10), "magic, stream 5, sequence 2");
	for (int i = 14; i < 34; i += 2)
		sum += f[i] << 8 | f[i + 1];
	tap_eq((sum & 0xffff) + (sum >> 16), 0xffff, "IP header checksum");
	sum = 17 + 26;
	for (int i = 26; i < 60; i += 2)
		sum += f[i] << 8 | f[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	tap_eq((sum & 0xffff) + (sum >> 16), 0xffff, "UDP checksum");
	tap_eq(stamp_get32(f + 56), crc32_update(0, f + 42, 14), "CRC");
}

static void test_clean_path(void)
{
	struct wire_sink_totals t;

	fresh();
	dev_a()->echo = 1;
	sim_inproc_plug("0:gen,count=1000,size=imix,flows=7,sink");
	start_a();
	sim_inproc_settle(10000000);
	t = sink_a();
	tap_eq(t.received, 1000, "1000 received");
	tap_eq(t.good, 1000, "all good");
	tap_eq(t.lost + t.duplicated + t.reordered + t.corrupted + t.foreign + t.bad_checksum, 0,
	       "no fault of any kind");
	start_a();
	sim_inproc_settle(10000000);
	t = sink_a();
	tap_eq(t.good, 2000, "a second run is another stream");
	tap_eq(t.lost + t.duplicated + t.reordered + t.too_old, 0, "and no fault");
}

/* ---- faults, made by the device between generator and sink ------------------------------- */

static uint64_t seen;
static uint8_t kept[SIM_FRAME_MAX];
static uint32_t kept_len;

static void drop_tenth(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	if (++seen % 10)
		sim_wire_tx(dev, f, len);
}

static void double_tenth(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	sim_wire_tx(dev, f, len);
	if (!(++seen % 10))
		sim_wire_tx(dev, f, len);
}

static void swap_pairs(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	if (++seen % 2) {
		memcpy(kept, f, len);
		kept_len = len;
		return;
	}
	sim_wire_tx(dev, f, len);
	sim_wire_tx(dev, kept, kept_len);
}

static void flip_payload(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	if (!(++seen % 10))
		f[len - 1] ^= 1;
	sim_wire_tx(dev, f, len);
}

static void flip_sequence(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	if (!(++seen % 10))
		f[42 + 9] ^= 0x80;
	sim_wire_tx(dev, f, len);
}

static void flip_magic(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	if (!(++seen % 10))
		f[42] ^= 0x80;
	sim_wire_tx(dev, f, len);
}

static void flip_ip_sum(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	if (!(++seen % 10))
		f[24] ^= 1;
	sim_wire_tx(dev, f, len);
}

static void rewrite_macs(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	memset(f, 0x02, 12);
	sim_wire_tx(dev, f, len);
}

static void add_vlan(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	memmove(f + 16, f + 12, len - 12);
	memcpy(f + 12, "\x81\0\0\x2a", 4);
	sim_wire_tx(dev, f, len + 4);
}

static void own_frame(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	sim_wire_tx(dev, f, len);
	memset(f, 0xff, 12);
	memcpy(f + 12, "\x08\x06", 2);
	sim_wire_tx(dev, f, len);
}

static void test_faults(void)
{
	static const struct {
		const char *name;
		void (*alter)(struct sim_dev *dev, uint8_t *f, uint32_t len);
		uint64_t good, lost, duplicated, reordered, corrupted, bad_checksum, foreign;
	} rows[] = {
		{ "every tenth dropped (the last one unseen)", drop_tenth, 900, 99, 0, 0, 0, 0, 0 },
		{ "every tenth doubled", double_tenth, 1100, 0, 100, 0, 0, 0, 0 },
		{ "pairs swapped", swap_pairs, 1000, 0, 0, 500, 0, 0, 0 },
		{ "bit flipped in the payload", flip_payload, 900, 99, 0, 0, 100, 0, 0 },
		{ "bit flipped in the sequence number", flip_sequence, 900, 99, 0, 0, 100, 0, 0 },
		{ "bit flipped in the magic", flip_magic, 900, 99, 0, 0, 100, 0, 0 },
		{ "IP checksum broken", flip_ip_sum, 1000, 0, 0, 0, 0, 100, 0 },
		{ "MAC addresses rewritten", rewrite_macs, 1000, 0, 0, 0, 0, 0, 0 },
		{ "VLAN tag added", add_vlan, 1000, 0, 0, 0, 0, 0, 0 },
		{ "a foreign frame after each", own_frame, 1000, 0, 0, 0, 0, 0, 1000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wire_sink_totals t;

		fresh();
		seen = 0;
		dev_a()->alter = rows[i].alter;
		sim_inproc_plug("0:gen,count=1000,size=64+200,sink,");
		start_a();
		sim_inproc_settle(10000000);
		t = sink_a();
		if (!tap_ok(t.good == rows[i].good && t.lost == rows[i].lost &&
				    t.duplicated == rows[i].duplicated &&
				    t.reordered == rows[i].reordered &&
				    t.corrupted == rows[i].corrupted &&
				    t.foreign == rows[i].foreign &&
				    t.bad_checksum == rows[i].bad_checksum && !t.too_old,
			    "%s", rows[i].name))
			printf("# good %llu lost %llu dup %llu reord %llu corrupt %llu csum %llu "
			       "foreign "
			       "%llu old %llu\n",
			       (unsigned long long)t.good, (unsigned long long)t.lost,
			       (unsigned long long)t.duplicated, (unsigned long long)t.reordered,
			       (unsigned long long)t.corrupted, (unsigned long long)t.bad_checksum,
			       (unsigned long long)t.foreign, (unsigned long long)t.too_old);
	}
}

/* ---- the sink alone: sequence windows ---------------------------------------------------- */

static uint8_t frame[60];

static void make_frame(uint16_t stream, uint64_t seq)
{
	memset(frame, 0, sizeof(frame));
	memcpy(frame + 12, "\x08\0\x45\0\0\x2e", 6);
	frame[23] = 17;
	stamp_put16(frame + 24, csum_fold(csum_add(0, frame + 14, 20)));
	stamp_put16(frame + 38, 26);
	stamp_put16(frame + 42, STAMP_MAGIC);
	stamp_put16(frame + 44, stream);
	stamp_put16(frame + 46, seq >> 32);
	stamp_put32(frame + 48, seq);
	stamp_put32(frame + 56, crc32_update(0, frame + 42, 14));
}

static void feed(struct wire_sink *s, uint16_t stream, uint64_t seq)
{
	make_frame(stream, seq);
	wire_sink_rx(s, frame, sizeof(frame), 1000 + seq);
}

static void expect(struct wire_sink *s, const char *name, uint64_t lost, uint64_t dup,
		   uint64_t reord, uint64_t old)
{
	struct wire_sink_totals t;

	wire_sink_totals(s, &t);
	if (!tap_ok(t.lost == lost && t.duplicated == dup && t.reordered == reord &&
			    t.too_old == old,
		    "%s", name))
		printf("# lost %llu dup %llu reord %llu old %llu\n", (unsigned long long)t.lost,
		       (unsigned long long)t.duplicated, (unsigned long long)t.reordered,
		       (unsigned long long)t.too_old);
}

static void test_windows(void)
{
	struct wire_sink *s = wire_sink_new();
	struct wire_sink_totals t;

	feed(s, 1, 0);
	feed(s, 1, 3);
	expect(s, "a gap of two", 2, 0, 0, 0);
	feed(s, 1, 1);
	expect(s, "one of them late", 1, 0, 1, 0);
	feed(s, 1, 1);
	expect(s, "and once more", 1, 1, 1, 0);
	feed(s, 2, 5);
	expect(s, "another stream begins at 5: five lost", 6, 1, 1, 0);
	feed(s, 1, 200000);
	expect(s, "a gap beyond the window", 6 + 199996, 1, 1, 0);
	feed(s, 1, 100);
	expect(s, "too late to be remembered", 6 + 199996, 1, 1, 1);
	feed(s, 1, 200000 - 65535);
	expect(s, "just inside the window", 6 + 199995, 1, 2, 1);
	feed(s, 1, STAMP_SEQ_MASK);
	wire_sink_totals(s, &t);
	tap_eq(t.good, 9, "the highest number there is");
	wire_sink_reset(s, true);
	feed(s, 1, 77777);
	feed(s, 1, 77778);
	expect(s, "after a resync a stream may begin anywhere", 0, 0, 0, 0);
	feed(s, 1, 77776);
	expect(s, "what came before is old", 0, 0, 0, 1);
	wire_sink_reset(s, false);
	for (int i = 0; i < 100; i++)
		feed(s, i, 0);
	wire_sink_totals(s, &t);
	tap_eq(t.good, 100, "more streams than are followed are still counted");
	wire_sink_free(s);
}

/* Frames cut, lied about, random: never read beyond their end (a sanitizer watches), never good. */
static void test_hostile_frames(void)
{
	struct wire_sink *s = wire_sink_new();
	struct wire_sink_totals t;
	uint32_t rng = 1;

	for (uint32_t len = 0; len < 60; len++) {
		uint8_t *cut = malloc(len ? len : 1);

		make_frame(1, 0);
		memcpy(cut, frame, len);
		wire_sink_rx(s, cut, len, 1);
		free(cut);
	}
	for (int i = 0; i < 20000; i++) {
		uint32_t len = 14 + i % 47;
		uint8_t *f = malloc(len);

		make_frame(1, 0);
		memcpy(f, frame, len < 60 ? len : 60);
		for (int k = 0; k < 4; k++) {
			rng = rng * 1664525 + 1013904223;
			f[(rng >> 8) % len] ^= rng >> 24 | 1;
		}
		if (len < 60)
			wire_sink_rx(s, f, len, 1);
		free(f);
	}
	wire_sink_totals(s, &t);
	tap_eq(t.good, 0, "no cut frame is good");
	tap_ok(t.received > 15000, "%llu were looked at", (unsigned long long)t.received);
	wire_sink_free(s);
}

/* ---- pacing and flow control ------------------------------------------------------------- */

static void test_pacing(void)
{
	fresh();
	sim_inproc_plug("0:gen,rate=1000000");
	start_a();
	for (int i = 0; i < 1000; i++)
		sim_inproc_step(1000);
	tap_ok(dev_a()->rx_frames >= 999 && dev_a()->rx_frames <= 1001,
	       "1 Mpps for 1 ms: %llu frames", (unsigned long long)dev_a()->rx_frames);
	fresh();
	sim_inproc_plug("0:gen,rate=1000,burst=10");
	start_a();
	sim_inproc_step(0);
	tap_eq(dev_a()->rx_frames, 10, "a burst of ten at once");
	sim_inproc_step(9990000);
	tap_eq(dev_a()->rx_frames, 10, "and none before its time");
	sim_inproc_step(20000);
	tap_eq(dev_a()->rx_frames, 20, "then the next ten");
	sim_inproc_settle(100000000);
	tap_ok(dev_a()->rx_frames >= 100 && dev_a()->rx_frames <= 130,
	       "the poll loop is told when: %llu", (unsigned long long)dev_a()->rx_frames);
}

static void test_flow_control(void)
{
	fresh();
	sim_inproc_plug("0:gen,count=50");
	dev_a()->room = 59;
	start_a();
	sim_inproc_settle(1000000);
	tap_eq(dev_a()->rx_frames, 0, "no room: the generator waits");
	dev_a()->room = SIM_RX_DEAF;
	sim_inproc_settle(1000000);
	tap_eq(dev_a()->rx_frames, 0, "nor does it send to a port that does not listen");
	dev_a()->room = 60;
	sim_inproc_settle(1000000);
	tap_eq(dev_a()->rx_frames, 50, "with room it sends all");
	fresh();
	dev_a()->room = 0;
	sim_inproc_plug("0:gen,count=50,flow=off");
	start_a();
	sim_inproc_settle(1000000);
	tap_eq(dev_a()->rx_frames, 50, "flow=off: regardless");
	sim_inproc_link(a, false);
	start_a();
	sim_inproc_settle(1000000);
	tap_eq(dev_a()->rx_frames, 50, "but nothing passes a pulled cable");
	tap_eq(wire_a()->deaf, 50, "which is counted");
}

static void hold_back(struct sim_dev *dev, uint8_t *f, uint32_t len)
{
	(void)dev;
	memcpy(kept, f, len);
	kept_len = len;
}

static void test_window(void)
{
	char err[256] = "";

	fresh();
	dev_a()->alter = hold_back;
	sim_inproc_plug("0:gen,count=100,window=10,sink");
	start_a();
	sim_inproc_step(1000);
	sim_inproc_step(1000);
	tap_eq(dev_a()->rx_frames, 10, "no more than the window under way");
	sim_wire_tx(sim_inproc_dev(a), kept, kept_len);
	sim_inproc_step(1000);
	tap_eq(dev_a()->rx_frames, 11, "one arrives, one more is sent");
	sim_wire_tx(sim_inproc_dev(a), kept, kept_len);
	sim_wire_tx(sim_inproc_dev(a), kept, kept_len);
	sim_inproc_step(1000);
	tap_eq(dev_a()->rx_frames, 12, "a frame that arrives twice counts once");
	sim_inproc_step(150000000);
	tap_eq(dev_a()->rx_frames, 12, "what does not arrive is waited for");
	sim_inproc_step(100000000);
	tap_eq(dev_a()->rx_frames, 22, "but not for ever");
	dev_a()->alter = NULL;
	dev_a()->echo = 1;
	sim_inproc_settle(1000000000);
	tap_eq(dev_a()->rx_frames, 100, "and the run ends");
	sim_inproc_plug("1:gen,window=5");
	tap_ok(wire_gen_start(sim_inproc_dev(b)->wire->gen, err, sizeof(err)) &&
		       strstr(err, "needs a sink"),
	       "a window without a sink is refused");
	sim_inproc_plug("1:gen,window=5,to=0,count=7");
	tap_ok(!wire_gen_start(sim_inproc_dev(b)->wire->gen, err, sizeof(err)),
	       "with a sink elsewhere it runs");
}

static void test_cable(void)
{
	uint8_t f[60] = { 1 };

	fresh();
	tap_ok(!sim_inproc_dev(a)->carrier, "no wire, no carrier");
	sim_wire_tx(sim_inproc_dev(a), f, 60);
	tap_eq(wire_a()->nobody, 1, "a frame into nothing is counted");
	sim_inproc_plug("cable:0,1");
	tap_ok(sim_inproc_dev(a)->carrier && sim_inproc_dev(b)->carrier,
	       "a cable gives both carrier");
	sim_wire_tx(sim_inproc_dev(a), f, 60);
	tap_eq(td(sim_inproc_dev(b))->rx_frames, 1, "a to b");
	sim_wire_tx(sim_inproc_dev(b), f, 60);
	tap_eq(dev_a()->rx_frames, 1, "b to a");
	td(sim_inproc_dev(b))->room = 59;
	tap_ok(!sim_wire_ready(sim_inproc_dev(a), 60), "a full port pauses its peer");
	td(sim_inproc_dev(b))->room = SIM_RX_DEAF;
	tap_ok(sim_wire_ready(sim_inproc_dev(a), 60), "one that does not listen does not");
	sim_inproc_link(b, false);
	tap_ok(!sim_inproc_dev(a)->carrier && !sim_inproc_dev(b)->carrier,
	       "pulled: both lose carrier");
	sim_inproc_link(b, true);
	tap_ok(sim_inproc_dev(a)->carrier, "plugged again");
	sim_inproc_plug("cable:0,1,flow=off");
	td(sim_inproc_dev(b))->room = 0;
	tap_ok(sim_wire_ready(sim_inproc_dev(a), 60), "flow=off: never paused");
	sim_inproc_plug("0:none");
	tap_ok(!sim_inproc_dev(b)->carrier, "unplugging one end unplugs the other");
}

static void test_loop(void)
{
	uint8_t f[60] = { 1 };
	int sent = 0;

	fresh();
	sim_inproc_plug("0:loop");
	sim_wire_tx(sim_inproc_dev(a), f, 60);
	tap_eq(dev_a()->rx_frames, 0, "a loop never delivers from inside transmit");
	sim_inproc_step(0);
	tap_eq(dev_a()->rx_frames, 1, "but at the next poll");
	dev_a()->room = 0;
	while (sim_wire_ready(sim_inproc_dev(a), 60) && sent < 100000) {
		sim_wire_tx(sim_inproc_dev(a), f, 60);
		sent++;
	}
	tap_ok(sent > 1000 && sent < 100000, "a full loop pauses the port after %d frames", sent);
	sim_inproc_step(1000);
	tap_eq(dev_a()->rx_frames, 1, "nothing arrives without room");
	dev_a()->room = 1 << 20;
	sim_inproc_settle(10000000);
	tap_eq(dev_a()->rx_frames, sent + 1, "none lost");
	tap_ok(!memcmp(dev_a()->last, f, 60), "unharmed");
}

static void test_pcap(void)
{
	char path[] = "/tmp/ndrv-sim-test-XXXXXX", spec[128];
	int fd = mkstemp(path);

	if (fd < 0) {
		tap_ok(0, "temporary file");
		return;
	}
	close(fd);
	fresh();
	dev_a()->echo = 1;
	snprintf(spec, sizeof(spec), "0:gen,count=100,size=imix,pcap-out=%s", path);
	sim_inproc_plug(spec);
	start_a();
	sim_inproc_settle(10000000);
	fresh();
	dev_a()->echo = 1;
	snprintf(spec, sizeof(spec), "0:pcap-in=%s,count=100,start=auto,sink", path);
	sim_inproc_plug(spec);
	sim_inproc_settle(10000000);
	tap_eq(sink_a().good, 100, "recorded frames replayed are the same frames");
	tap_eq(sink_a().lost, 0, "in the same order");
	truncate(path, 1000);
	{
		struct pcap_frame *frames;
		size_t nr;
		char err[256] = "";

		tap_ok(pcap_load(path, &frames, &nr, err, sizeof(err)) && strstr(err, "cut off"),
		       "a file cut off is refused");
		truncate(path, 10);
		tap_ok(pcap_load(path, &frames, &nr, err, sizeof(err)) && strstr(err, "no pcap"),
		       "and one that is none");
	}
	unlink(path);
}

static int plug_fails(const char *spec, const char *says)
{
	struct sim_dev *devs[2] = { sim_inproc_dev(a), sim_inproc_dev(b) };
	char err[2048] = "";

	if (!sim_wire_plug(devs, 2, spec, err, sizeof(err)))
		return 0;
	if (!strstr(err, says))
		printf("# %s: '%s' does not say '%s'\n", spec, err, says);
	return strstr(err, says) != NULL;
}

static void test_bad_specs(void)
{
	static const char *const rows[][2] = {
		{"cable:0", "two ends"},
		{"cable:0,0", "two different"},
		{"cable:0,2", "not a port"},
		{"cable:0,1,speed=1", "flow="},
		{"x:gen", "not a port"},
		{"2:gen", "not a port"},
		{"0", "expected"},
		{"0:", "expected"},
		{"0:foo", "nothing that can"},
		{"0:gen,size=63", "no value"},
		{"0:gen,size=64+", "no value"},
		{"0:gen,size=100000", "no value"},
		{"0:gen,rate=fast", "no value"},
		{"0:gen,count=-1", "no value"},
		{"0:gen,burst=0", "no value"},
		{"0:gen,speed=1", "no option"},
		{"0:gen,dst=1:2:3", "no value"},
		{"0:gen,daddr=1.2.3", "no value"},
		{"0:sink,size=64", "fits nothing"},
		{"0:pcap-in=/nonexistent", "cannot read"},
		{"0:pcap-out=/nonexistent/x", "cannot write"},
		{"0:tap=a-name-that-is-much-too-long", "no interface name"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fresh();
		tap_ok(plug_fails(rows[i][0], rows[i][1]), "'%s' is refused", rows[i][0]);
	}
	fresh();
	sim_inproc_plug("cable:0,1");
	tap_ok(plug_fails("0:gen", "none first"), "no generator into a cable");
}

static void test_latency(void)
{
	fresh();
	dev_a()->echo = 1;
	sim_inproc_plug("0:gen,count=10,sink");
	start_a();
	sim_inproc_settle(1000000);
	tap_eq(json_number(wire_a(), "\"latency_ns\":{\"count\""), 10, "latency of each frame");
	tap_ok(json_number(wire_a(), "\"p99\"") <= json_number(wire_a(), "\"max\""),
	       "p99 within max");
}

/* Whose latency is known: 90 % 10 ns, then 1 us, 100 us, 10 ms and one of 2 s, sent just before the clock wraps. */
static void test_percentiles(void)
{
	static const struct {
		unsigned int frames;
		uint32_t ns;
	} rows[] = { { 90000, 10 }, { 9000, 1000 }, { 900, 100000 }, { 95, 10000000 }, { 5, 2000000000 } };
	static const struct {
		const char *key;
		double ns;
	} want[] = { { "p50", 10 }, { "p90", 1000 }, { "p99", 100000 }, { "p999", 1e7 }, { "p9999", 1e7 },
		     { "max", 2e9 } };
	struct wire_sink *s = wire_sink_new();
	uint64_t seq = 0, sum = 0, low, n;
	const uint32_t sent = 0xfffffff0;
	char *text = NULL, *at, key[16];
	unsigned int buckets = 0;
	size_t size;
	FILE *f;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned int k = 0; k < rows[i].frames; k++) {
			make_frame(1, seq++);
			stamp_put32(frame + 52, sent);
			stamp_put32(frame + 56, crc32_update(0, frame + 42, 14));
			wire_sink_rx(s, frame, sizeof(frame), (uint64_t)sent + rows[i].ns);
		}
	f = open_memstream(&text, &size);
	wire_sink_json(s, true, f);
	fclose(f);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		double v = -1;

		snprintf(key, sizeof(key), "\"%s\":", want[i].key);
		at = strstr(text, key);
		if (at)
			v = strtod(at + strlen(key), NULL);
		tap_ok(v <= want[i].ns && v > want[i].ns * 31 / 32, "%s is %.0f ns within 3 %%: %.0f",
		       want[i].key, want[i].ns, v);
	}
	at = strstr(text, "\"hist\":[");
	for (at = at ? at + 8 : NULL; at && sscanf(at, "[%lu,%lu]", &low, &n) == 2; buckets++) {
		sum += n;
		at = strstr(at, "],[");
		at = at ? at + 2 : NULL;
	}
	tap_eq(buckets, 5, "five latencies, five buckets of the histogram");
	tap_eq(sum, 100000, "which hold all frames");
	free(text);
	wire_sink_free(s);
}

int main(void)
{
	sim_verbose = -1;
	fresh();
	test_stamp_sums();
	test_frame_format();
	test_clean_path();
	test_faults();
	test_windows();
	test_hostile_frames();
	test_pacing();
	test_flow_control();
	test_window();
	test_cable();
	test_loop();
	test_pcap();
	test_bad_specs();
	test_latency();
	test_percentiles();
	sim_inproc_free(b);
	sim_inproc_free(a);
	return tap_done();
}
