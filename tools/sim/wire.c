// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire of each port: where a transmitted frame goes, who may send to the port, flow control and
 * carrier. Cables hand a frame to the other port at once; a loop goes through a buffer, so that a
 * model is never entered from inside its own transmit.
 */
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define LOOP_BYTES	(512 * 1024)
#define LOOP_BATCH	256

/* Frames under way on a loop: 4 bytes of length, then the frame, in a ring. */
struct wire_loop {
	uint8_t *ring;
	uint32_t head, tail;		/* free running; LOOP_BYTES is a power of two */
};

static struct sim_wire *wires[SIM_MAX_PORTS];	/* in no order */

struct sim_wire *sim_wire_find(unsigned int port)
{
	for (unsigned int i = 0; i < SIM_MAX_PORTS; i++)
		if (wires[i] && wires[i]->dev->index == port)
			return wires[i];
	return NULL;
}

int sim_wire_init(struct sim_dev *dev)
{
	unsigned int slot = 0;

	while (slot < SIM_MAX_PORTS && wires[slot])
		slot++;
	if (slot == SIM_MAX_PORTS)
		return -1;
	dev->wire = calloc(1, sizeof(*dev->wire));
	if (!dev->wire)
		return -1;
	wires[slot] = dev->wire;
	dev->wire->dev = dev;
	dev->wire->flow = true;
	return 0;
}

bool wire_carrier(const struct sim_wire *w)
{
	if (w->kind == WIRE_NONE || w->down || w->dev->removed)
		return false;
	return w->kind != WIRE_CABLE || (!w->peer->down && !w->peer->dev->removed);
}

/* Tell the model about a carrier that is no longer what it was told last. */
static void carrier_update(struct sim_wire *w)
{
	bool on = wire_carrier(w);

	if (on == w->dev->carrier)
		return;
	w->dev->carrier = on;
	if (w->dev->ops->carrier && !w->dev->removed)
		w->dev->ops->carrier(w->dev, on);
}

void sim_wire_link(struct sim_wire *w, bool up)
{
	w->down = !up;
	sim_wire_update(w);
}

void sim_wire_update(struct sim_wire *w)
{
	carrier_update(w);
	if (w->peer)
		carrier_update(w->peer);
}

/* ---- frames to a port -------------------------------------------------------------------- */

enum wire_room wire_room(struct sim_wire *w, uint32_t len)
{
	int64_t room;

	if (!wire_carrier(w))
		return ROOM_DEAF;
	if (!w->dev->ops->wire_room)
		return ROOM_YES;
	room = w->dev->ops->wire_room(w->dev);
	if (room == SIM_RX_DEAF)
		return ROOM_DEAF;
	return room >= (int64_t)len ? ROOM_YES : ROOM_FULL;
}

static void capture(struct sim_wire *w, int dir, const uint8_t *frame, uint32_t len)
{
	for (unsigned int i = 0; i < WIRE_MAX_CAPS && w->caps[i]; i++)
		wire_cap_frame(w->caps[i], dir, frame, len);
}

void wire_deliver(struct sim_wire *w, const uint8_t *frame, uint32_t len)
{
	if (!wire_carrier(w)) {
		w->deaf++;
		return;
	}
	w->to_frames++;
	w->to_bytes += len;
	if (w->caps[0])
		capture(w, CAP_TO_PORT, frame, len);
	w->dev->ops->wire_rx(w->dev, frame, len);
}

/* ---- loop -------------------------------------------------------------------------------- */

static void ring_copy(struct wire_loop *l, uint32_t at, uint8_t *to, const uint8_t *from,
		      uint32_t n)
{
	uint32_t off = at % LOOP_BYTES, first = n < LOOP_BYTES - off ? n : LOOP_BYTES - off;

	if (to) {
		memcpy(to, l->ring + off, first);
		memcpy(to + first, l->ring, n - first);
	} else {
		memcpy(l->ring + off, from, first);
		memcpy(l->ring, from + first, n - first);
	}
}

static uint32_t loop_room(const struct wire_loop *l)
{
	return LOOP_BYTES - (l->head - l->tail);
}

static bool loop_put(struct wire_loop *l, const uint8_t *frame, uint32_t len)
{
	if (loop_room(l) < len + sizeof(len))
		return false;
	ring_copy(l, l->head, NULL, (const uint8_t *)&len, sizeof(len));
	ring_copy(l, l->head + sizeof(len), NULL, frame, len);
	l->head += sizeof(len) + len;
	return true;
}

static bool loop_poll(struct sim_wire *w)
{
	struct wire_loop *l = w->loop;
	uint8_t frame[SIM_FRAME_MAX];
	int n = 0;

	while (l->tail != l->head && n < LOOP_BATCH) {
		uint32_t len;

		ring_copy(l, l->tail, (uint8_t *)&len, NULL, sizeof(len));
		if (w->flow && wire_room(w, len) == ROOM_FULL)
			break;
		ring_copy(l, l->tail + sizeof(len), frame, NULL, len);
		l->tail += sizeof(len) + len;
		wire_deliver(w, frame, len);
		n++;
	}
	return n > 0;
}

static void loop_free(struct wire_loop *l)
{
	if (l)
		free(l->ring);
	free(l);
}

static struct wire_loop *loop_new(void)
{
	struct wire_loop *l = calloc(1, sizeof(*l));

	if (l)
		l->ring = malloc(LOOP_BYTES);
	if (l && !l->ring) {
		free(l);
		return NULL;
	}
	return l;
}

/* ---- frames from a port: services of dev.h ----------------------------------------------- */

void sim_wire_tx(struct sim_dev *dev, const uint8_t *frame, uint32_t len)
{
	struct sim_wire *w = dev->wire;

	if (!w || len > SIM_FRAME_MAX)
		return;
	if (!wire_carrier(w)) {
		w->nobody++;
		return;
	}
	w->from_frames++;
	w->from_bytes += len;
	if (w->caps[0])
		capture(w, CAP_FROM_PORT, frame, len);
	switch (w->kind) {
	case WIRE_CABLE:
		wire_deliver(w->peer, frame, len);
		break;
	case WIRE_LOOP:
		if (!loop_put(w->loop, frame, len))
			w->nobody++;
		break;
	default:
		if (w->sink)
			wire_sink_rx(w->sink, frame, len, sim_now_ns());
		if (w->tap)
			wire_tap_tx(w->tap, frame, len);
		if (w->on_tx)
			w->on_tx(w->on_tx_arg, frame, len);
		break;
	}
}

bool sim_wire_ready(struct sim_dev *dev, uint32_t len)
{
	struct sim_wire *w = dev->wire;

	if (!w || !w->flow)
		return true;
	/*
	 * A far end that does not listen sends no pause frames: what we send is lost, as on a
	 * real wire.
	 */
	if (w->kind == WIRE_CABLE)
		return wire_room(w->peer, len) != ROOM_FULL;
	if (w->kind == WIRE_LOOP)
		return loop_room(w->loop) >= len + sizeof(len);
	return true;
}

bool sim_wire_poll(struct sim_wire *w, uint64_t now_ns, uint64_t *next_ns)
{
	bool did = false;

	if (w->loop)
		did |= loop_poll(w);
	if (w->gen)
		did |= wire_gen_poll(w->gen, w, now_ns, next_ns);
	if (w->tap)
		did |= wire_tap_poll(w->tap, w);
	return did;
}

/* ---- plugging ---------------------------------------------------------------------------- */

static void unplug(struct sim_wire *w)
{
	struct sim_wire *peer = w->peer;

	if (peer) {
		peer->peer = NULL;
		peer->kind = WIRE_NONE;
		carrier_update(peer);
	}
	w->peer = NULL;
	w->kind = WIRE_NONE;
	w->flow = true;
	carrier_update(w);
	loop_free(w->loop);
	wire_gen_free(w->gen);
	wire_sink_free(w->sink);
	wire_tap_free(w->tap);
	for (unsigned int i = 0; i < WIRE_MAX_CAPS; i++) {
		wire_cap_free(w->caps[i]);
		w->caps[i] = NULL;
	}
	w->loop = NULL;
	w->gen = NULL;
	w->sink = NULL;
	w->tap = NULL;
	w->on_tx = NULL;
}

void sim_wire_on_tx(struct sim_wire *w, void (*fn)(void *arg, const uint8_t *frame, uint32_t len),
		    void *arg)
{
	unplug(w);
	w->kind = WIRE_END;
	w->on_tx = fn;
	w->on_tx_arg = arg;
	carrier_update(w);
}

void sim_wire_fini(struct sim_dev *dev)
{
	if (!dev->wire)
		return;
	unplug(dev->wire);
	for (unsigned int i = 0; i < SIM_MAX_PORTS; i++)
		if (wires[i] == dev->wire)
			wires[i] = NULL;
	free(dev->wire);
	dev->wire = NULL;
}

static struct sim_wire *port_find(struct sim_dev **devs, unsigned int nr, const char *text,
				  char **end, char *err, size_t err_size)
{
	unsigned long port = strtoul(text, end, 10);

	if (*end == text || port >= nr) {
		snprintf(err, err_size,
			 "'%.20s' is not a port; ports are numbered 0 to %d in the order "
			 "of --dev",
			 text, (int)nr - 1);
		return NULL;
	}
	return devs[port]->wire;
}

static int plug_cable(struct sim_dev **devs, unsigned int nr, const char *spec, char *err,
		      size_t err_size)
{
	struct sim_wire *a, *b;
	bool flow = true;
	char *end;

	a = port_find(devs, nr, spec, &end, err, err_size);
	if (!a)
		return -1;
	if (*end != ',') {
		snprintf(err, err_size, "a cable has two ends: cable:A,B");
		return -1;
	}
	b = port_find(devs, nr, end + 1, &end, err, err_size);
	if (!b)
		return -1;
	if (a == b) {
		snprintf(err, err_size,
			 "a cable needs two different ports; N:loop plugs a port into itself");
		return -1;
	}
	if (*end && (strncmp(end, ",flow=", 6) || sim_option_on_off(end + 6, &flow))) {
		snprintf(err, err_size, "'%s' after cable:A,B: only ,flow=on or ,flow=off is known",
			 end);
		return -1;
	}
	unplug(a);
	unplug(b);
	a->kind = b->kind = WIRE_CABLE;
	a->peer = b;
	b->peer = a;
	a->flow = b->flow = flow;
	carrier_update(a);
	carrier_update(b);
	return 0;
}

/* The item that key=value options after it belong to. */
struct item {
	struct wire_gen *gen, *new_gen;	/* new_gen: made by this spec, wherever in it */
	struct wire_cap *cap;
	bool loop;
};

static int endpoint_only(struct sim_wire *w, const char *what, char *err, size_t err_size)
{
	if (w->kind == WIRE_CABLE || w->kind == WIRE_LOOP) {
		snprintf(err, err_size, "%s: port %u has a cable or loop; say none first", what,
			 w->dev->index);
		return -1;
	}
	w->kind = WIRE_END;
	return 0;
}

static int item_gen(struct sim_wire *w, struct item *it, const char *file, char *err,
		    size_t err_size)
{
	if (endpoint_only(w, "gen", err, err_size))
		return -1;
	wire_gen_free(w->gen);
	w->gen = it->gen = it->new_gen = wire_gen_new(w->dev->index, w->dev->mac);
	if (!w->gen) {
		snprintf(err, err_size, "out of memory");
		return -1;
	}
	return file ? wire_gen_load(w->gen, file, err, err_size) : 0;
}

static int item_cap(struct sim_wire *w, struct item *it, const char *file, char *err,
		    size_t err_size)
{
	unsigned int i = 0;

	while (i < WIRE_MAX_CAPS && w->caps[i])
		i++;
	if (i == WIRE_MAX_CAPS) {
		snprintf(err, err_size, "port %u has %d captures already", w->dev->index,
			 WIRE_MAX_CAPS);
		return -1;
	}
	w->caps[i] = it->cap = wire_cap_open(file, err, err_size);
	if (!w->caps[i])
		return -1;
	if (w->kind == WIRE_NONE)
		w->kind = WIRE_END;
	return 0;
}

static int item_loop(struct sim_wire *w, struct item *it, char *err, size_t err_size)
{
	if (w->kind != WIRE_NONE) {
		snprintf(err, err_size,
			 "loop: port %u has something else plugged in; say none first",
			 w->dev->index);
		return -1;
	}
	w->loop = loop_new();
	if (!w->loop) {
		snprintf(err, err_size, "out of memory");
		return -1;
	}
	w->kind = WIRE_LOOP;
	it->loop = true;
	return 0;
}

static int item_option(struct sim_wire *w, struct item *it, const char *key, const char *value,
		       char *err, size_t err_size)
{
	if (it->gen)
		return wire_gen_set(it->gen, key, value, err, err_size);
	if (it->cap && !strcmp(key, "dir") && !wire_cap_dir(it->cap, value))
		return 0;
	if (it->loop && !strcmp(key, "flow") && !sim_option_on_off(value, &w->flow))
		return 0;
	snprintf(err, err_size, "'%s=%s' fits nothing before it", key, value);
	return -1;
}

/* One comma-separated token: an item, or an option of the item before. */
static int plug_token(struct sim_wire *w, struct item *it, char *token, char *err, size_t err_size)
{
	char *value = strchr(token, '=');
	struct item none = { .new_gen = it->new_gen };

	if (value)
		*value++ = '\0';
	if (!strcmp(token, "gen") && !value) {
		*it = none;
		return item_gen(w, it, NULL, err, err_size);
	}
	if (!strcmp(token, "pcap-in") && value) {
		*it = none;
		return item_gen(w, it, value, err, err_size);
	}
	if (!strcmp(token, "pcap-out") && value) {
		*it = none;
		return item_cap(w, it, value, err, err_size);
	}
	if (!strcmp(token, "loop") && !value) {
		*it = none;
		return item_loop(w, it, err, err_size);
	}
	if (!strcmp(token, "none") && !value) {
		*it = none;
		unplug(w);
		return 0;
	}
	if (!strcmp(token, "sink") && !value) {
		*it = none;
		if (endpoint_only(w, "sink", err, err_size))
			return -1;
		if (!w->sink)
			w->sink = wire_sink_new();
		return w->sink ? 0 : -1;
	}
	if (!strcmp(token, "tap") && value) {
		*it = none;
		if (endpoint_only(w, "tap", err, err_size))
			return -1;
		wire_tap_free(w->tap);
		w->tap = wire_tap_open(w, value, err, err_size);
		return w->tap ? 0 : -1;
	}
	if (value)
		return item_option(w, it, token, value, err, err_size);
	snprintf(err, err_size,
		 "'%s' is nothing that can be plugged in; known: gen, sink, loop, tap=NAME, "
		 "pcap-in=FILE, pcap-out=FILE, none",
		 token);
	return -1;
}

int sim_wire_plug(struct sim_dev **devs, unsigned int nr, const char *spec, char *err,
		  size_t err_size)
{
	struct item it = { 0 };
	struct sim_wire *w;
	char *end, *copy, *save = NULL;
	int ret = 0;

	if (!strncmp(spec, "cable:", 6))
		return plug_cable(devs, nr, spec + 6, err, err_size);
	w = port_find(devs, nr, spec, &end, err, err_size);
	if (!w)
		return -1;
	if (*end != ':' || !end[1]) {
		snprintf(err, err_size, "'%s': expected cable:A,B or PORT:ITEM", spec);
		return -1;
	}
	copy = strdup(end + 1);
	if (!copy) {
		snprintf(err, err_size, "out of memory");
		return -1;
	}
	for (char *t = strtok_r(copy, ",", &save); t && !ret; t = strtok_r(NULL, ",", &save))
		ret = plug_token(w, &it, t, err, err_size);
	free(copy);
	if (w->kind == WIRE_END && !w->gen && !w->sink && !w->tap && !w->caps[0])
		w->kind = WIRE_NONE;
	carrier_update(w);
	if (!ret && it.new_gen && it.new_gen == w->gen && wire_gen_autostart(w->gen))
		ret = wire_gen_start(w->gen, err, err_size);
	return ret;
}

/* ---- figures ----------------------------------------------------------------------------- */

void sim_wire_stats_reset(struct sim_wire *w)
{
	w->from_frames = w->from_bytes = w->to_frames = w->to_bytes = w->nobody = w->deaf = 0;
	if (w->gen)
		wire_gen_stats_reset(w->gen);
	if (w->sink)
		wire_sink_reset(w->sink, false);
}

void sim_wire_flush(struct sim_wire *w)
{
	for (unsigned int i = 0; i < WIRE_MAX_CAPS && w->caps[i]; i++)
		wire_cap_flush(w->caps[i]);
}

void sim_wire_json(struct sim_wire *w, FILE *out)
{
	static const char *const kinds[] = { "none", "cable", "loop", "endpoint" };

	fprintf(out, "{\"kind\":\"%s\",\"carrier\":%s,\"flow\":%s", kinds[w->kind],
		wire_carrier(w) ? "true" : "false", w->flow ? "true" : "false");
	if (w->peer)
		fprintf(out, ",\"peer\":%u", w->peer->dev->index);
	fprintf(out, ",\"from_port_frames\":%llu,\"from_port_bytes\":%llu,\"to_port_frames\":%llu,"
		"\"to_port_bytes\":%llu,\"nobody\":%llu,\"no_carrier\":%llu",
		(unsigned long long)w->from_frames, (unsigned long long)w->from_bytes,
		(unsigned long long)w->to_frames, (unsigned long long)w->to_bytes,
		(unsigned long long)w->nobody, (unsigned long long)w->deaf);
	if (w->gen) {
		fputs(",\"gen\":", out);
		wire_gen_json(w->gen, out);
	}
	if (w->sink) {
		fputs(",\"sink\":", out);
		wire_sink_json(w->sink, false, out);
	}
	if (w->tap) {
		fputs(",\"tap\":", out);
		wire_tap_json(w->tap, out);
	}
	fputs(",\"captures\":[", out);
	for (unsigned int i = 0; i < WIRE_MAX_CAPS && w->caps[i]; i++) {
		fputs(i ? "," : "", out);
		wire_cap_json(w->caps[i], out);
	}
	fputs("]}", out);
}
