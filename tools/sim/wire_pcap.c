// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes capture files in the classic pcap format (magic a1b2c3d4 / a1b23c4d,
 * Ethernet).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define MAGIC_USEC	0xa1b2c3d4u
#define MAGIC_NSEC	0xa1b23c4du
#define LINK_ETHERNET	1
#define SNAPLEN		65535
#define BUFFER		(1 << 20)

struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, sigfigs, snaplen, link;
};

struct record_header {
	uint32_t sec, frac, caplen, len;
};

struct wire_cap {
	FILE *f;
	int dirs;
	uint64_t frames;
	bool failed;
};

struct wire_cap *wire_cap_open(const char *file, char *err, size_t err_size)
{
	struct file_header h = { MAGIC_NSEC, 2, 4, 0, 0, SNAPLEN, LINK_ETHERNET };
	struct wire_cap *c = calloc(1, sizeof(*c));

	if (!c) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	c->dirs = CAP_FROM_PORT;
	c->f = fopen(file, "wbe");
	if (!c->f) {
		snprintf(err, err_size, "cannot write capture '%s': %s", file, strerror(errno));
		free(c);
		return NULL;
	}
	setvbuf(c->f, NULL, _IOFBF, BUFFER);
	if (fwrite(&h, sizeof(h), 1, c->f) != 1 || fflush(c->f)) {
		snprintf(err, err_size, "cannot write capture '%s': %s", file, strerror(errno));
		wire_cap_free(c);
		return NULL;
	}
	return c;
}

int wire_cap_dir(struct wire_cap *c, const char *value)
{
	if (!strcmp(value, "tx"))
		c->dirs = CAP_FROM_PORT;
	else if (!strcmp(value, "rx"))
		c->dirs = CAP_TO_PORT;
	else if (!strcmp(value, "both"))
		c->dirs = CAP_FROM_PORT | CAP_TO_PORT;
	else
		return -1;
	return 0;
}

void wire_cap_frame(struct wire_cap *c, int dir, const uint8_t *frame, uint32_t len)
{
	uint64_t now = sim_now_ns();
	struct record_header r = { now / 1000000000, now % 1000000000, len, len };

	if (!(c->dirs & dir) || c->failed)
		return;
	if (fwrite(&r, sizeof(r), 1, c->f) != 1 || fwrite(frame, len, 1, c->f) != 1) {
		c->failed = true;
		fprintf(stderr, "ndrv-sim: capture stopped: %s\n", strerror(errno));
		return;
	}
	c->frames++;
}

void wire_cap_flush(struct wire_cap *c)
{
	if (fflush(c->f) && !c->failed) {
		c->failed = true;
		fprintf(stderr, "ndrv-sim: capture stopped: %s\n", strerror(errno));
	}
}

void wire_cap_free(struct wire_cap *c)
{
	if (!c)
		return;
	wire_cap_flush(c);
	fclose(c->f);
	free(c);
}

void wire_cap_json(struct wire_cap *c, FILE *out)
{
	fprintf(out, "{\"frames\":%llu,\"failed\":%s}", (unsigned long long)c->frames,
		c->failed ? "true" : "false");
}

/* ---- reading ----------------------------------------------------------------------------- */

static uint32_t swapped(uint32_t v, bool swap)
{
	return swap ? __builtin_bswap32(v) : v;
}

static int header_read(FILE *f, bool *swap, bool *nsec)
{
	struct file_header h;

	if (fread(&h, sizeof(h), 1, f) != 1)
		return -1;
	*swap = h.magic == __builtin_bswap32(MAGIC_USEC) ||
		h.magic == __builtin_bswap32(MAGIC_NSEC);
	h.magic = swapped(h.magic, *swap);
	if (h.magic != MAGIC_USEC && h.magic != MAGIC_NSEC)
		return -1;
	*nsec = h.magic == MAGIC_NSEC;
	return (swapped(h.link, *swap) & 0xffff) == LINK_ETHERNET ? 0 : -1;
}

static int records_read(FILE *f, bool swap, bool nsec, struct pcap_frame **frames, size_t *nr)
{
	struct record_header r;
	size_t room = 0;
	uint64_t first = 0, at;

	while (fread(&r, sizeof(r), 1, f) == 1) {
		uint32_t len = swapped(r.caplen, swap);
		uint8_t *data;

		if (len < 14 || len > SIM_FRAME_MAX)
			return -1;
		if (*nr == room) {
			struct pcap_frame *more;

			room = room ? room * 2 : 256;
			more = realloc(*frames, room * sizeof(*more));
			if (!more)
				return -1;
			*frames = more;
		}
		data = malloc(len);
		if (!data || fread(data, len, 1, f) != 1) {
			free(data);
			return -1;
		}
		at = swapped(r.sec, swap) * 1000000000ull +
		     swapped(r.frac, swap) * (nsec ? 1ull : 1000ull);
		if (!*nr)
			first = at;
		(*frames)[(*nr)++] = (struct pcap_frame){ at > first ? at - first : 0, len, data };
	}
	return ferror(f) ? -1 : 0;
}

int pcap_load(const char *file, struct pcap_frame **frames, size_t *nr, char *err, size_t err_size)
{
	FILE *f = fopen(file, "rbe");
	bool swap, nsec;
	int ret;

	*frames = NULL;
	*nr = 0;
	if (!f) {
		snprintf(err, err_size, "cannot read '%s': %s", file, strerror(errno));
		return -1;
	}
	ret = header_read(f, &swap, &nsec);
	if (ret)
		snprintf(err, err_size, "'%s' is no pcap file with Ethernet frames (for pcapng: "
			 "tshark -F pcap -r IN -w OUT)", file);
	if (!ret) {
		ret = records_read(f, swap, nsec, frames, nr);
		if (!ret && !*nr)
			ret = -1;
		if (ret)
			snprintf(err, err_size,
				 "'%s': frame %zu is cut off or not of 14 to %d bytes", file,
				 *nr + 1, SIM_FRAME_MAX);
	}
	fclose(f);
	if (!ret)
		return 0;
	while (*nr)
		free((*frames)[--*nr].data);
	free(*frames);
	*frames = NULL;
	return -1;
}
