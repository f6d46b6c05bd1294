/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is plugged into the ports: a cable to another port, a loop, or an endpoint made of a
 * generator, a sink, a TAP device; and captures on any of them. Models see none of this.
 */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include <stdio.h>

#include "loop.h"
#include "tran.h"

#define SIM_MAX_PORTS	16
#define WIRE_MAX_CAPS	4

enum wire_kind { WIRE_NONE, WIRE_CABLE, WIRE_LOOP, WIRE_END };

struct sim_wire {
	struct sim_dev *dev;
	enum wire_kind kind;
	bool flow;			/* honour the far end's room (cable, loop) */
	bool down;			/* carrier taken away by "link N down" */
	struct sim_wire *peer;		/* cable */
	struct wire_loop *loop;
	struct wire_gen *gen;		/* endpoint: sends to the port */
	struct wire_sink *sink;		/* endpoint: checks what the port sends */
	struct wire_tap *tap;
	struct wire_cap *caps[WIRE_MAX_CAPS];
	void (*on_tx)(void *arg, const uint8_t *frame, uint32_t len);	/* a test's eyes */
	void *on_tx_arg;
	/* Frames from the port, to the port, and those that went nowhere. */
	uint64_t from_frames, from_bytes, to_frames, to_bytes, nobody, deaf;
};

/* ---- wire.c ------------------------------------------------------------------------------ */

/* dev->wire of a new device; nothing plugged in. */
int sim_wire_init(struct sim_dev *dev);
void sim_wire_fini(struct sim_dev *dev);
struct sim_wire *sim_wire_find(unsigned int port);	/* NULL: no such port */

/*
 * Plug: "cable:A,B[,flow=off]" or "N:ITEM[,key=value]...[,ITEM...]" with items gen, sink, loop,
 * tap=NAME, pcap-in=FILE, pcap-out=FILE, none. 0, or -1 with a sentence in err.
 */
int sim_wire_plug(struct sim_dev **devs, unsigned int nr, const char *spec, char *err,
		  size_t err_size);
/* Unplug all and call fn for each frame of the port instead. */
void sim_wire_on_tx(struct sim_wire *w, void (*fn)(void *arg, const uint8_t *frame, uint32_t len),
		    void *arg);
void sim_wire_link(struct sim_wire *w, bool up);
/* A device at this wire was removed or came back: who has carrier now? */
void sim_wire_update(struct sim_wire *w);
/* Let generators and TAPs send. True if a frame moved; may lower *next_ns. */
bool sim_wire_poll(struct sim_wire *w, uint64_t now_ns, uint64_t *next_ns);
void sim_wire_json(struct sim_wire *w, FILE *out);
void sim_wire_stats_reset(struct sim_wire *w);
void sim_wire_flush(struct sim_wire *w);	/* captures to disk */

enum wire_room { ROOM_YES, ROOM_FULL, ROOM_DEAF };
enum wire_room wire_room(struct sim_wire *w, uint32_t len);
void wire_deliver(struct sim_wire *w, const uint8_t *frame, uint32_t len);
bool wire_carrier(const struct sim_wire *w);

/* ---- wire_gen.c: generator and pcap replay ----------------------------------------------- */

struct wire_gen *wire_gen_new(unsigned int port, const uint8_t *mac);
void wire_gen_free(struct wire_gen *g);
int wire_gen_load(struct wire_gen *g, const char *file, char *err, size_t err_size);
/* An option; -1 with a sentence. Takes effect at once, counters go on. */
int wire_gen_set(struct wire_gen *g, const char *key, const char *value, char *err,
		 size_t err_size);
int wire_gen_start(struct wire_gen *g, char *err, size_t err_size);
void wire_gen_stop(struct wire_gen *g);
bool wire_gen_running(const struct wire_gen *g);
bool wire_gen_autostart(const struct wire_gen *g);
bool wire_gen_poll(struct wire_gen *g, struct sim_wire *w, uint64_t now_ns, uint64_t *next_ns);
void wire_gen_json(struct wire_gen *g, FILE *out);
void wire_gen_stats_reset(struct wire_gen *g);
extern const char wire_gen_help[];

/* ---- wire_sink.c ------------------------------------------------------------------------- */

struct wire_sink *wire_sink_new(void);
void wire_sink_free(struct wire_sink *s);
void wire_sink_rx(struct wire_sink *s, const uint8_t *frame, uint32_t len, uint64_t now_ns);
/*
 * Forget everything. resync: a stream may then begin in its middle without that counting as
 * loss.
 */
void wire_sink_reset(struct wire_sink *s, bool resync);
/* hist: with all samples of latency, as [lower bound of a bucket in ns, samples]. */
void wire_sink_json(struct wire_sink *s, bool hist, FILE *out);

/* Totals over all streams; what the JSON shows. */
struct wire_sink_totals {
	uint64_t received, bytes, good, foreign, corrupted, bad_checksum;
	uint64_t lost, duplicated, reordered, too_old;
	uint64_t first_ns, last_ns;
};
/* Different frames of one stream that came so far. */
uint64_t wire_sink_stream_frames(const struct wire_sink *s, uint16_t stream);
void wire_sink_totals(const struct wire_sink *s, struct wire_sink_totals *t);

/* ---- wire_pcap.c, wire_tap.c ------------------------------------------------------------- */

enum { CAP_FROM_PORT = 1, CAP_TO_PORT = 2 };

struct wire_cap *wire_cap_open(const char *file, char *err, size_t err_size);
int wire_cap_dir(struct wire_cap *c, const char *value);
void wire_cap_frame(struct wire_cap *c, int dir, const uint8_t *frame, uint32_t len);
void wire_cap_flush(struct wire_cap *c);
void wire_cap_free(struct wire_cap *c);
void wire_cap_json(struct wire_cap *c, FILE *out);

struct pcap_frame {
	uint64_t at_ns;			/* since the first frame */
	uint32_t len;
	uint8_t *data;
};
/*
 * All frames of a pcap file (classic format, Ethernet); -1 with a sentence. Free
 * frames[0..n).data, frames.
 */
int pcap_load(const char *file, struct pcap_frame **frames, size_t *nr, char *err, size_t err_size);

struct wire_tap *wire_tap_open(struct sim_wire *w, const char *name, char *err, size_t err_size);
void wire_tap_free(struct wire_tap *t);
void wire_tap_tx(struct wire_tap *t, const uint8_t *frame, uint32_t len);
bool wire_tap_poll(struct wire_tap *t, struct sim_wire *w);
void wire_tap_json(struct wire_tap *t, FILE *out);

#endif
