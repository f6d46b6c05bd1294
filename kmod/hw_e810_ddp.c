// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810's package ("DDP"): a file of tables for the card's parser and classifiers, without which
 * it receives and sends but cannot spread frames over queues. Finds it, checks it, gives it to
 * firmware, and looks up in it what RSS needs.
 *
 * Everything in the file is taken for hostile: whoever can write to the firmware folders chose it.
 * Each offset and length is compared with what contains it before it is followed; sizes are added in
 * 64 bits.
 */
#include "hw.h"
#include "hw_e810.h"

#define E810_PKG_NAME		"intel/ice/ddp/ice.pkg"
MODULE_FIRMWARE(E810_PKG_NAME);

#define E810_PKG_BUF		4096
#define E810_PKG_MAX_SEGMENTS	64

/* File header, segment header, segments (little-endian, offsets from the start of each) */
#define E810_FILE_FORMAT	0
#define E810_FILE_NR_SEGMENTS	4
#define E810_FILE_SEGMENTS	8
#define E810_SEG_TYPE		0
#define E810_SEG_SIZE		8
#define E810_SEG_BODY		44
#define E810_SEG_CONFIG		0x10		/* for the E810 */
#define E810_SEG_SIGNATURE	0x1001
#define E810_SIG_SEG_TYPE	44
#define E810_SIG_METHOD		48
#define E810_SIG_FIRST_BUF	56
#define E810_SIG_NR_BUFS	60
#define E810_SIG_BODY		108
#define E810_SIG_RSA2K		1		/* the one that the E810 checks */

/* Buffer: a table of sections */
#define E810_BUF_NR_SECTIONS	0
#define E810_BUF_SECTIONS	4
#define E810_SECTION_BYTES	8
#define E810_SECTION_TYPE	0
#define E810_SECTION_OFFSET	4
#define E810_SECTION_SIZE	6
#define E810_SECTION_METADATA	BIT(31)		/* for drivers, not for the card */
#define E810_SECTION_ID		1		/* version[4], name[28] */
#define E810_SECTION_XLT1_RSS	42		/* packet type -> group: count16, first16, u8[] */
#define E810_ID_BYTES		32
#define E810_ID_NAME		4

/* Answer to 0C43 */
#define E810_INFO_COUNT		0
#define E810_INFO_ENTRIES	4
#define E810_INFO_BYTES		40
#define E810_INFO_IN_NVM	36
#define E810_INFO_ACTIVE	37

#define E810_DOWNLOAD_LAST	BIT(0)
#define E810_DOWNLOAD_TRIES	5		/* firmware may still be checking the signature */
#define E810_DOWNLOAD_TRY_US	20000
#define E810_RETVAL_ENOSEC	24
#define E810_RETVAL_EBADSIG	25

/* Some buffers of a file. */
struct e810_bufs {
	const u8 *first;
	u32 nr;
};

struct e810_pkg {
	const u8 *data;
	u64 bytes;
	struct e810_bufs config;	/* what the card gets, then what drivers read */
	struct e810_bufs signature;
	u32 signed_first, signed_nr;	/* part of config that the signature covers */
	u8 id[E810_ID_BYTES];		/* version and name */
};

static const u8 *e810_pkg_at(const struct e810_pkg *pkg, u64 off, u64 len)
{
	return off <= pkg->bytes && len <= pkg->bytes - off ? pkg->data + off : NULL;
}

/* A count of 32 bits and as many buffers behind it. */
static bool e810_pkg_bufs(const struct e810_pkg *pkg, u64 off, u64 end, struct e810_bufs *bufs)
{
	const u8 *count = e810_pkg_at(pkg, off, 4);

	if (!count || off + 4 > end)
		return false;
	bufs->nr = get_unaligned_le32(count);
	bufs->first = e810_pkg_at(pkg, off + 4, (u64)bufs->nr * E810_PKG_BUF);
	return bufs->first && off + 4 + (u64)bufs->nr * E810_PKG_BUF <= end;
}

/* Two tables of ids stand before the buffers of a configuration segment. */
static bool e810_pkg_config(struct e810_pkg *pkg, u64 off, u64 end)
{
	const u8 *count;

	off += E810_SEG_BODY;
	count = e810_pkg_at(pkg, off, 4);
	if (!count || off + 4 > end)
		return false;
	off += 4 + 8ull * get_unaligned_le32(count);
	count = e810_pkg_at(pkg, off, 4);
	if (!count || off + 4 > end)
		return false;
	off += 4 + 4ull * get_unaligned_le32(count);
	return e810_pkg_bufs(pkg, off, end, &pkg->config);
}

static bool e810_pkg_signature(struct e810_pkg *pkg, u64 off, u64 end)
{
	const u8 *seg = e810_pkg_at(pkg, off, E810_SIG_BODY);

	if (!seg || off + E810_SIG_BODY > end)
		return false;
	if (get_unaligned_le32(seg + E810_SIG_SEG_TYPE) != E810_SEG_CONFIG ||
	    get_unaligned_le32(seg + E810_SIG_METHOD) != E810_SIG_RSA2K)
		return true;
	pkg->signed_first = get_unaligned_le32(seg + E810_SIG_FIRST_BUF);
	pkg->signed_nr = get_unaligned_le32(seg + E810_SIG_NR_BUFS);
	return e810_pkg_bufs(pkg, off + E810_SIG_BODY, end, &pkg->signature);
}

/*
 * A section of a buffer (E810_PKG_BUF bytes): NULL if it does not lie in it. @type and @len are
 * those of section @idx.
 */
static const u8 *e810_buf_section(const u8 *buf, u32 idx, u32 *type, u32 *len)
{
	const u8 *entry = buf + E810_BUF_SECTIONS + idx * E810_SECTION_BYTES;
	u32 nr = get_unaligned_le16(buf + E810_BUF_NR_SECTIONS);
	u32 off;

	if (idx >= nr || E810_BUF_SECTIONS + (idx + 1) * E810_SECTION_BYTES > E810_PKG_BUF)
		return NULL;
	*type = get_unaligned_le32(entry + E810_SECTION_TYPE);
	*len = get_unaligned_le16(entry + E810_SECTION_SIZE);
	off = get_unaligned_le16(entry + E810_SECTION_OFFSET);
	return off + *len <= E810_PKG_BUF ? buf + off : NULL;
}

/* Calls @each for every section of type @want, until it returns false. */
static void e810_pkg_sections(const struct e810_pkg *pkg, u32 want,
			      bool (*each)(const u8 *section, u32 len, void *arg), void *arg)
{
	const u8 *section;
	u32 b, i, type, len;

	for (b = 0; b < pkg->config.nr; b++) {
		for (i = 0;; i++) {
			section = e810_buf_section(pkg->config.first + (size_t)b * E810_PKG_BUF,
						   i, &type, &len);
			if (!section)
				break;
			if (type == want && !each(section, len, arg))
				return;
		}
	}
}

/* Version and name; the log shows them, so nothing but text is let through. */
static void e810_id_copy(u8 *id, const u8 *from)
{
	u32 i;

	memcpy(id, from, E810_ID_BYTES);
	for (i = E810_ID_NAME; i < E810_ID_BYTES; i++)
		if (id[i] && (id[i] < ' ' || id[i] > '~'))
			id[i] = '?';
}

static bool e810_pkg_id(const u8 *section, u32 len, void *arg)
{
	u8 *id = arg;

	if (len < E810_ID_BYTES)
		return true;
	e810_id_copy(id, section);
	return false;
}

/* NULL, or what is wrong with the file. */
static const char *e810_pkg_parse(struct e810_pkg *pkg, const struct ndrv_hw_blob *blob)
{
	const u8 *table, *seg;
	u32 i, nr, type;
	u64 off, end;

	memset(pkg, 0, sizeof(*pkg));
	pkg->data = blob->data;
	pkg->bytes = blob->bytes;
	if (!e810_pkg_at(pkg, 0, E810_FILE_SEGMENTS))
		return "it is too short";
	if (pkg->data[E810_FILE_FORMAT] != 1)
		return "its format is unknown";
	nr = get_unaligned_le32(pkg->data + E810_FILE_NR_SEGMENTS);
	table = e810_pkg_at(pkg, E810_FILE_SEGMENTS, 4ull * nr);
	if (nr > E810_PKG_MAX_SEGMENTS || !table)
		return "its table of segments is damaged";
	for (i = 0; i < nr; i++) {
		off = get_unaligned_le32(table + 4 * i);
		seg = e810_pkg_at(pkg, off, E810_SEG_BODY);
		if (!seg)
			return "a segment lies outside of it";
		end = off + get_unaligned_le32(seg + E810_SEG_SIZE);
		if (end < off + E810_SEG_BODY || end > pkg->bytes)
			return "a segment lies outside of it";
		type = get_unaligned_le32(seg + E810_SEG_TYPE);
		if (type == E810_SEG_CONFIG && !e810_pkg_config(pkg, off, end))
			return "its configuration is damaged";
		if (type == E810_SEG_SIGNATURE && !e810_pkg_signature(pkg, off, end))
			return "its signature is damaged";
	}
	if (!pkg->config.nr)
		return "it has no configuration for this card";
	if (pkg->signature.nr && (u64)pkg->signed_first + pkg->signed_nr > pkg->config.nr)
		return "its signature covers more than it has";
	e810_pkg_sections(pkg, E810_SECTION_ID, e810_pkg_id, pkg->id);
	return pkg->id[E810_ID_NAME] ? NULL : "it does not say what it is";
}

/* Whether a buffer is for drivers. The card's come first. */
static bool e810_buf_metadata(const u8 *buf)
{
	return get_unaligned_le32(buf + E810_BUF_SECTIONS + E810_SECTION_TYPE) &
	       E810_SECTION_METADATA;
}

static int e810_ddp_send(struct ndrv_hw *hw, const u8 *data, bool last, u8 *buf)
{
	struct e810_aq_desc d;
	u32 i;
	int ret;

	for (i = 0;; i++) {
		d = (struct e810_aq_desc){ .opcode = E810_OP_DOWNLOAD_PACKAGE };
		d.param[0] = last ? E810_DOWNLOAD_LAST : 0;
		memcpy(buf, data, E810_PKG_BUF);
		ret = e810_aq_cmd(hw, &d, buf, E810_PKG_BUF, E810_AQ_F_RD | E810_AQ_F_QUIET);
		if (!ret || e810_aq_lost(ret) || i + 1 == E810_DOWNLOAD_TRIES ||
		    (d.retval != E810_RETVAL_ENOSEC && d.retval != E810_RETVAL_EBADSIG))
			break;
		ndrv_hw_sleep_us(hw, E810_DOWNLOAD_TRY_US);
	}
	if (ret && !e810_aq_lost(ret))
		ndrv_hw_err(hw, "package: firmware refuses a part of it: error %u at byte %u, detail 0x%x\n",
			    d.retval, d.len < 8 ? 0 : get_unaligned_le32(buf),
			    d.len < 8 ? 0 : get_unaligned_le32(buf + 4));
	return ret;
}

/* Some buffers, up to the first that is for drivers; the last may be marked as such. */
static int e810_ddp_send_bufs(struct ndrv_hw *hw, const u8 *first, u32 nr, bool mark, u8 *buf)
{
	const u8 *data = first;
	bool last = false;
	u32 i;
	int ret = 0;

	for (i = 0; i < nr && !last && !ret; i++, data += E810_PKG_BUF) {
		if (e810_buf_metadata(data))
			return 0;
		last = mark && (i + 1 == nr || e810_buf_metadata(data + E810_PKG_BUF));
		ret = e810_ddp_send(hw, data, last, buf);
	}
	return ret;
}

static int e810_ddp_download(struct ndrv_hw *hw, const struct e810_pkg *pkg)
{
	const u8 *first = pkg->config.first;
	u32 nr = pkg->config.nr;
	u8 *buf;
	int ret;

	buf = e810_scratch_get(hw, E810_PKG_BUF);
	if (!buf)
		return -ENOMEM;
	ret = e810_fw_lock(hw, E810_LOCK_GLOBAL);
	if (ret)
		goto out_put_scratch;	/* 1: another function of the card has just done it */
	if (pkg->signature.nr) {
		first += (size_t)pkg->signed_first * E810_PKG_BUF;
		nr = pkg->signed_nr;
		ret = e810_ddp_send_bufs(hw, pkg->signature.first, pkg->signature.nr, false, buf);
	}
	if (!ret)
		ret = e810_ddp_send_bufs(hw, first, nr, true, buf);
	e810_fw_unlock(hw, E810_LOCK_GLOBAL);
out_put_scratch:
	e810_scratch_put(hw);
	return ret < 0 ? ret : 0;
}

/*
 * 1 and its version and name if a package is active on the card, 0 if none is. The tables that the
 * card starts with, out of its NVM, are no package.
 */
static int e810_ddp_active(struct ndrv_hw *hw, u8 id[E810_ID_BYTES])
{
	struct e810_aq_desc d = { .opcode = E810_OP_PACKAGE_INFO };
	u32 i, nr;
	u8 *buf, *entry;
	int ret;

	buf = e810_scratch_get(hw, E810_AQ_BUF_BYTES);
	if (!buf)
		return -ENOMEM;
	ret = e810_aq_cmd(hw, &d, buf, E810_AQ_BUF_BYTES, 0);
	nr = ret || d.len < E810_INFO_ENTRIES ? 0 : get_unaligned_le32(buf + E810_INFO_COUNT);
	nr = min_t(u32, nr, (E810_AQ_BUF_BYTES - E810_INFO_ENTRIES) / E810_INFO_BYTES);
	for (i = 0; i < nr && !ret; i++) {
		entry = buf + E810_INFO_ENTRIES + i * E810_INFO_BYTES;
		if (!entry[E810_INFO_ACTIVE] || entry[E810_INFO_IN_NVM])
			continue;
		e810_id_copy(id, entry);
		ret = 1;
	}
	e810_scratch_put(hw);
	return ret;
}

/* The file that is meant for this very card, or the one for all. */
void e810_ddp_get(struct ndrv_hw *hw)
{
	struct e810 *e = e810_priv(hw);
	char name[64];
	int ret = -ENOENT;

	if (hw->serial) {
		snprintf(name, sizeof(name), "intel/ice/ddp/ice-%016llx.pkg",
			 (unsigned long long)hw->serial);
		ret = ndrv_hw_firmware(hw, name, &e->ddp_file);
	}
	if (ret)
		ret = ndrv_hw_firmware(hw, E810_PKG_NAME, &e->ddp_file);
	e->ddp_file_err = ret;
}

void e810_ddp_put(struct ndrv_hw *hw)
{
	struct e810 *e = e810_priv(hw);

	if (!e->ddp_file_err)
		ndrv_hw_firmware_free(hw, &e->ddp_file);
	e->ddp_file_err = -ENOENT;
}

/* The packet types that RSS tells apart (see hw_e810_rss.c), out of the table of all. */
static bool e810_ddp_groups(const u8 *section, u32 len, void *arg)
{
	u8 *group = arg;
	u32 i, nr, first;

	if (len < 4)
		return true;
	nr = min_t(u32, get_unaligned_le16(section), len - 4);
	first = get_unaligned_le16(section + 2);
	for (i = 0; i < nr && first + i < E810_RSS_PTYPES; i++)
		group[first + i] = section[4 + i];
	return true;
}

/* What is needed, from the file that was found; NULL, or why there is no RSS. */
static const char *e810_ddp_use(struct ndrv_hw *hw, const struct ndrv_hw_blob *blob, int *err)
{
	struct e810 *e = e810_priv(hw);
	u8 id[E810_ID_BYTES] = {};
	struct e810_pkg pkg;
	const char *wrong;

	*err = 0;
	wrong = e810_pkg_parse(&pkg, blob);
	if (wrong)
		return wrong;
	*err = e810_ddp_active(hw, id);
	if (!*err) {
		*err = e810_ddp_download(hw, &pkg);
		if (*err)
			return "firmware did not take it";
		*err = e810_ddp_active(hw, id);
	}
	if (*err < 0)
		return "firmware does not say which package is active";
	if (!*err)
		return "it did not become active";
	*err = 0;
	if (memcmp(id, pkg.id, sizeof(id))) {
		ndrv_hw_info(hw, "package: %.28s %u.%u.%u.%u is active on the card, the file is %.28s %u.%u.%u.%u\n",
			     id + 4, id[0], id[1], id[2], id[3],
			     pkg.id + 4, pkg.id[0], pkg.id[1], pkg.id[2], pkg.id[3]);
		return "another package is active on the card; it stays until the next power-on";
	}
	memset(e->rss_group, 0, sizeof(e->rss_group));
	e810_pkg_sections(&pkg, E810_SECTION_XLT1_RSS, e810_ddp_groups, e->rss_group);
	ndrv_hw_info(hw, "package: %.28s %u.%u.%u.%u\n", id + 4, id[0], id[1], id[2], id[3]);
	return NULL;
}

int e810_ddp_load(struct ndrv_hw *hw)
{
	struct e810 *e = e810_priv(hw);
	u8 id[E810_ID_BYTES];
	const char *wrong;
	int ret, err = 0;

	/* After a reset of the function the package is still there, and so is what was read. */
	if (e->ddp_known) {
		ret = e810_ddp_active(hw, id);
		if (ret < 0 && e810_aq_lost(ret))
			return ret;
		if (ret > 0)
			return 0;
		e->ddp_known = false;
	}
	if (e->ddp_file_err) {
		wrong = e->ddp_file_err == -ENOENT ? "there is no such file (Debian 12: firmware-misc-nonfree, later: firmware-intel-misc)" :
					 "it cannot be read";
	} else {
		wrong = e810_ddp_use(hw, &e->ddp_file, &err);
	}
	if (e810_aq_lost(err))
		return err;
	e->ddp_known = !wrong;
	e->safe_mode = !!wrong;
	if (wrong && !e->safe_mode_told)
		ndrv_hw_warn(hw, "no RSS, all frames arrive on queue 0: package %s: %s\n",
			     E810_PKG_NAME, wrong);
	e->safe_mode_told = e->safe_mode;
	return 0;
}
