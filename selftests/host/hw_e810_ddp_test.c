// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810's package on the host: a file that is made here goes through kmod/hw_e810_ddp.c to the
 * model's firmware, RSS works with it, and damaged or hostile files leave a port that works without
 * RSS. NDRV_DDP=FILE uses that file for the first part.
 */
#include "hw_rig.h"
#include "hw_e810_rig.h"
#include "hw_rss.h"

#define OPTIONS		"mac=02:11:22:33:44:55"
#define PKG_BUF		4096
#define NR_BUFS		4		/* identity and groups, filler, filler, metadata */
#define SEG_HEADER	44
#define CONFIG_AT	96
#define CONFIG_BYTES	(SEG_HEADER + 12 + NR_BUFS * PKG_BUF)
#define SIG_AT		(CONFIG_AT + CONFIG_BYTES)
#define SIG_BYTES	(SEG_HEADER + 64 + 4 + PKG_BUF)
#define PKG_BYTES	(SIG_AT + SIG_BYTES)

static u8 pkg[PKG_BYTES];

static void seg_header(u8 *seg, u32 type, u32 bytes)
{
	put_unaligned_le32(type, seg);
	seg[4] = 1;
	put_unaligned_le32(bytes, seg + 8);
}

/* One section of a buffer; the buffer's table has room for two. */
static u8 *section(u8 *buf, u32 type, u32 bytes)
{
	u32 n = get_unaligned_le16(buf), end = n ? get_unaligned_le16(buf + 2) : 20;

	put_unaligned_le32(type, buf + 4 + 8 * n);
	put_unaligned_le16(end, buf + 8 + 8 * n);
	put_unaligned_le16(bytes, buf + 10 + 8 * n);
	put_unaligned_le16(n + 1, buf);
	put_unaligned_le16(end + bytes, buf + 2);
	return buf + end;
}

/* Packet types that RSS knows, in the groups of the published package. */
static void put_groups(u8 *s)
{
	static const u8 group[][2] = {
		{ 22, 4 }, { 23, 5 }, { 24, 2 }, { 26, 1 }, { 27, 3 }, { 28, 5 },
		{ 88, 9 }, { 89, 10 }, { 90, 7 }, { 92, 6 }, { 93, 8 }, { 94, 10 },
	};
	u32 i;

	put_unaligned_le16(1024, s);
	for (i = 0; i < ARRAY_SIZE(group); i++)
		s[4 + group[i][0]] = group[i][1];
}

static void pkg_make(bool is_signed)
{
	u8 *seg = pkg + CONFIG_AT, *buf = seg + SEG_HEADER + 12, *id;
	u32 i;

	memset(pkg, 0, sizeof(pkg));
	pkg[0] = 1;
	put_unaligned_le32(is_signed ? 2 : 1, pkg + 4);
	put_unaligned_le32(CONFIG_AT, pkg + 8);
	put_unaligned_le32(SIG_AT, pkg + 12);
	seg_header(seg, 0x10, CONFIG_BYTES);
	put_unaligned_le32(NR_BUFS, seg + SEG_HEADER + 8);
	id = section(buf, 1, 36);
	id[0] = 1;
	id[1] = 3;
	strcpy((char *)id + 4, "Made by a test");
	put_groups(section(buf, 42, 4 + 1024));
	for (i = 1; i < 3; i++)
		section(buf + i * PKG_BUF, 11, 16);
	section(buf + 3 * PKG_BUF, 0x80000010, 16);

	seg = pkg + SIG_AT;
	seg_header(seg, 0x1001, SIG_BYTES);
	put_unaligned_le32(0x10, seg + SEG_HEADER);
	put_unaligned_le32(1, seg + SEG_HEADER + 4);
	put_unaligned_le32(0, seg + SEG_HEADER + 8);
	put_unaligned_le32(0, seg + SEG_HEADER + 12);
	put_unaligned_le32(3, seg + SEG_HEADER + 16);
	put_unaligned_le32(1, seg + SEG_HEADER + 64);
	section(seg + SEG_HEADER + 68, 2, 64);
}

/* A port on a card that has just got power, with this file in the firmware folder. */
static void open_with(struct rig *r, const char *name, u64 serial, const char *file_name,
		      const void *file, size_t bytes)
{
	rig_open(r, name, OPTIONS);
	r->ops->detach(&r->hw);
	r->hw.serial = serial;
	host.firmware = file;
	host.firmware_bytes = bytes;
	host.firmware_name = file_name;
	host.firmware_asked = 0;
	if (r->ops->attach(&r->hw))
		tap_ok(false, "attach");
}

static bool up_with(struct rig *r, const char *name, const void *file, size_t bytes)
{
	open_with(r, name, 0, NULL, file, bytes);
	return !r->ops->reset(&r->hw) && !r->ops->start(&r->hw);
}

static bool has_rss(const struct rig *r)
{
	return r->hw.rss_queues && r->hw.features & NDRV_FEAT_RX_HASH;
}

static void test_good(const char *name, const void *file, size_t bytes)
{
	struct rig r;
	u32 asked;

	open_with(&r, name, 0, NULL, file, bytes);
	asked = host.firmware_asked;
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw), "port starts with %s", name);
	tap_ok(has_rss(&r), "RSS is there");
	tap_eq(r.hw.rss_queues, 256, "for all queues");
	tap_ok(rig_link(&r), "link");
	rss_test(&r);
	tap_eq(host.firmware_asked, asked, "only attach reads files");
	tap_eq(host.errors, 0, "nothing to complain of");
	r.ops->shutdown(&r.hw);
	rig_close(&r);
	tap_eq(host_dma_bytes, 0, "no DMA memory left");
}

/* The next driver finds the package on the card. */
static void test_again(void)
{
	struct rig r;

	tap_ok(up_with(&r, "again", pkg, sizeof(pkg)) && has_rss(&r), "first driver");
	r.ops->shutdown(&r.hw);
	r.ops->detach(&r.hw);
	r.hw.rss_queues = family.info->rss_queues;
	tap_eq(r.ops->attach(&r.hw), 0, "second driver");
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw), "starts");
	tap_ok(has_rss(&r), "RSS is there");
	r.ops->detach(&r.hw);

	pkg[CONFIG_AT + SEG_HEADER + 12 + 20 + 3]++;	/* another version in the file */
	tap_eq(r.ops->attach(&r.hw), 0, "third driver, with another file");
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw), "starts");
	tap_ok(!has_rss(&r), "but RSS is not there: its tables are not known");
	pkg[CONFIG_AT + SEG_HEADER + 12 + 20 + 3]--;
	rig_close(&r);
}

/* Each port has its file first. */
static void test_serial(void)
{
	struct rig r;

	open_with(&r, "serial", 0x0123456789abcdefull, "intel/ice/ddp/ice-0123456789abcdef.pkg",
		  pkg, sizeof(pkg));
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw) && has_rss(&r),
	       "a file for the card's serial number");
	tap_eq(host.firmware_asked, 1, "is asked for first");
	rig_close(&r);
	open_with(&r, "serial", 0x0123456789abcdefull, "intel/ice/ddp/ice.pkg",
		  pkg, sizeof(pkg));
	tap_ok(!r.ops->reset(&r.hw) && !r.ops->start(&r.hw) && has_rss(&r),
	       "else the one for all");
	rig_close(&r);
}

/* Without a package: a port that starts, and no RSS. Every so often a look whether it really works. */
static bool harmless(const void *file, size_t bytes)
{
	struct ndrv_hw_rss rss = rss_only(0, 0, 0);
	static u32 calls;
	struct rig r;
	bool good;

	good = up_with(&r, "hostile", file, bytes);
	if (good && !has_rss(&r))
		good = r.ops->rss(&r.hw, &rss) == -EOPNOTSUPP && !r.ops->rss(&r.hw, NULL);
	if (calls++ % 32 == 0)
		good = good && rig_link(&r) && !queue_up(&r, 0) && rx_works(&r, 0, 100, mac) &&
		       tx_works(&r, 100);
	rig_close(&r);
	return good;
}

static void test_short(void)
{
	u32 len, bad = 0, n = 0;
	struct rig r;

	for (len = 0; len < sizeof(pkg); len += len < 256 ? 5 : 1801, n++)
		bad += !harmless(pkg, len);
	tap_eq(bad, 0, "a port works with every short file");
	tap_ok(n > 55, "%u of them", n);
	up_with(&r, "short", pkg, sizeof(pkg) - 1);
	tap_ok(!has_rss(&r), "one missing byte is enough to refuse it");
	rig_close(&r);
}

static void test_fields(void)
{
	static const u32 at[] = {
		0, 4, 8, 12, CONFIG_AT, CONFIG_AT + 8, CONFIG_AT + SEG_HEADER,
		CONFIG_AT + SEG_HEADER + 4, CONFIG_AT + SEG_HEADER + 8, SIG_AT, SIG_AT + 8,
		SIG_AT + SEG_HEADER, SIG_AT + SEG_HEADER + 12, SIG_AT + SEG_HEADER + 16,
		SIG_AT + SEG_HEADER + 64, CONFIG_AT + SEG_HEADER + 12,
		CONFIG_AT + SEG_HEADER + 16, CONFIG_AT + SEG_HEADER + 20,
		CONFIG_AT + SEG_HEADER + 28,
	};
	static const u32 values[] = {
		0, 0x80000000, 0xffffffff, 0xfffffff0, 0x00100000, 0xffff0fff, 0x0fff0fff,
		PKG_BYTES - 1,
	};
	u32 i, j, was, bad = 0;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		was = get_unaligned_le32(pkg + at[i]);
		for (j = 0; j < ARRAY_SIZE(values); j++) {
			put_unaligned_le32(values[j], pkg + at[i]);
			if (!harmless(pkg, sizeof(pkg))) {
				printf("# %#x at byte %u\n", values[j], at[i]);
				bad++;
			}
		}
		put_unaligned_le32(was, pkg + at[i]);
	}
	tap_eq(bad, 0, "a port works whatever a count or offset says");
}

/* What drivers read at the very end of the file: a section there that is longer than its buffer. */
static void test_section_outside(void)
{
	u8 *buf = pkg + CONFIG_AT + SEG_HEADER + 12 + 3 * PKG_BUF;
	u32 at, bad = 0;

	pkg_make(false);
	put_unaligned_le16(2, buf);
	put_unaligned_le32(42, buf + 12);
	for (at = 4000; at < 0x10000; at += 6000) {
		put_unaligned_le16(at, buf + 16);
		put_unaligned_le16(PKG_BUF, buf + 18);
		put_unaligned_le16(1000, buf + 4000);
		bad += !harmless(pkg, SIG_AT);
	}
	tap_eq(bad, 0, "a section outside of its buffer is not followed");
	put_unaligned_le16(511, buf);
	tap_ok(harmless(pkg, SIG_AT), "nor a table of sections that is longer than its buffer");
	pkg_make(true);
}

static void test_noise(void)
{
	static u8 noisy[PKG_BYTES];
	u32 i, j, seed = 1, bad = 0;

	for (i = 0; i < 60; i++) {
		memcpy(noisy, pkg, sizeof(noisy));
		for (j = 0; j < 20; j++) {
			seed = seed * 1664525 + 1013904223;
			noisy[(seed >> 8) % (i & 1 ? PKG_BYTES : 256)] = (u8)(seed >> 3);
		}
		bad += !harmless(noisy, sizeof(noisy));
	}
	tap_eq(bad, 0, "a port works with noise in the file");
}

static void test_given(const char *path)
{
	FILE *f = path ? fopen(path, "rb") : NULL;
	u8 *file;
	size_t bytes;

	if (!path)
		return;
	file = malloc(4 << 20);
	bytes = f ? fread(file, 1, 4 << 20, f) : 0;
	tap_ok(bytes > 0, "%s is read", path);
	test_good("the given file", file, bytes);
	if (f)
		fclose(f);
	free(file);
}

int main(void)
{
	test_given(getenv("NDRV_DDP"));
	pkg_make(false);
	test_good("a package", pkg, sizeof(pkg));
	pkg_make(true);
	test_good("a signed package", pkg, sizeof(pkg));
	test_again();
	test_serial();
	test_short();
	test_fields();
	test_section_outside();
	test_noise();
	return tap_done();
}
