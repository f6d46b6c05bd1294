/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames of ndrv-pktgen, checked by the simulator's own reading of the stamp and of checksums. The
 * generator patches checksums by linearity, the simulator calculates them from all bytes.
 */
#include <string.h>

#include "../../tools/pktgen_frame.c"	/* NOLINT(bugprone-suspicious-include): a program's file */
#include "stamp.h"
#include "tap.h"

static int checksums_right(const uint8_t *d, uint32_t len)
{
	uint64_t pseudo = csum_add(17 + len - 34, d + 26, 8);

	return !csum_fold(csum_add(0, d + 14, 20)) && !csum_fold(csum_add(pseudo, d + 34, len - 34));
}

static int stamp_right(const uint8_t *d, uint32_t len, uint64_t seq, uint16_t stream)
{
	const uint8_t *s = d + 42;
	uint32_t crc = crc32_update(crc32_update(0, s, 14), s + STAMP_SIZE, len - 42 - STAMP_SIZE);

	return stamp_get16(s) == STAMP_MAGIC && stamp_get16(s + 2) == stream &&
	       ((uint64_t)stamp_get16(s + 4) << 32 | stamp_get32(s + 6)) == seq &&
	       stamp_get32(s + 10) == 0 && stamp_get32(s + 14) == crc;
}

static void test_size(uint32_t len)
{
	static const uint64_t steps[] = {
		0, 1, 255, 256, 65534, 65535, 65536, 0xffffff, 0x100000000, STAMP_SEQ_MASK, 77,
	};
	struct frame_opts opts = {
		.src = { 2, 1, 2, 3, 4, 5 }, .dst = { 2, 9, 8, 7, 6, 5 },
		.src_ip = 0xc6120001, .dst_ip = 0xc6120002, .src_port = 1024,
		.dst_port = STAMP_PORT, .stream = 0xbeef, .len = len,
	};
	unsigned int i, flow, bad = 0, n = 0;
	static uint8_t data[9728];
	struct frame f;
	uint64_t seq;

	if (frame_init(&f, &opts)) {
		tap_ok(0, "memory for %u bytes", len);
		return;
	}
	memcpy(data, f.bytes, len);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		for (flow = 0; flow < 100; flow++, n++) {
			seq = (steps[i] + flow) & STAMP_SEQ_MASK;
			frame_stamp(&f, data, seq, flow);
			bad += !checksums_right(data, len) || !stamp_right(data, len, seq, 0xbeef) ||
			       stamp_get16(data + 34) != 1024 + flow || stamp_get16(data + 40) == 0;
		}
	}
	tap_ok(!bad, "%u frames of %u bytes: %u wrong", n, len, bad);
	data[len - 1] ^= 1;
	tap_ok(!stamp_right(data, len, seq, 0xbeef), "a flipped bit in %u bytes is found", len);
	frame_exit(&f);
}

int main(void)
{
	static const uint32_t sizes[] = { 60, 61, 62, 63, 64, 127, 1514, 9724 };
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		test_size(sizes[i]);
	return tap_done();
}
