// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive side scaling of the E810: which fields of a frame are hashed, and the key and table that
 * turn the hash into a queue.
 *
 * What is hashed is said in tables of the package (E810 data sheet 613875, 7.4 and 7.6). A frame's
 * packet type gives a group (XLT1, which is the package's), its VSI gives another (XLT2); a ternary
 * memory turns both into a profile, and the profile lists 16-bit words of the frame. The package
 * has no profiles for RSS; the driver adds them with command 0C42. They go with a reset.
 */
#include "hw.h"
#include "hw_e810.h"
#include "hw_e810_regs.h"

#define E810_RES_HASH_PROFILE	0x60
#define E810_RES_HASH_TCAM	0x61
#define E810_RES_IGNORE_INDEX	BIT(13)		/* any will do */
#define E810_RES_BYTES		8		/* type, number, one element */
#define E810_RES_ELEMENT	4

#define E810_HASH_PROFILES	128
#define E810_TCAM_ENTRIES	512

/* Sections of the buffer of 0C42 */
#define E810_SECTION_XLT2	43
#define E810_SECTION_TCAM	44
#define E810_SECTION_WORDS	46
#define E810_UPDATE_LAST	BIT(0)

#define E810_FV_WORDS		24		/* of a profile; filled from the end */
#define E810_FV_WORD_BYTES	4
#define E810_FV_NO_PROTOCOL	0xff
#define E810_FV_NO_OFFSET	0x1ff
#define E810_PROT_IPV4		32		/* outer or only header */
#define E810_PROT_IPV6		40
#define E810_PROT_TCP		49
#define E810_PROT_UDP		53

#define E810_TCAM_BYTES		13		/* address, key, inverse key, profile */
#define E810_TCAM_KEY		2
#define E810_TCAM_KEY_BYTES	5
#define E810_TCAM_PROFILE	12
#define E810_TCAM_FLAGS_BYTES	2		/* of the key: they do not matter */

/* A group of VSIs: a number that the driver chooses, and the function's. */
#define E810_VSIG(pf)		(1 | (pf) << 13)

#define E810_RSS_KEY_BYTES	52		/* the last 12 serve fields beyond the usual ones */
#define E810_RSS_VSI_VALID	BIT(15)
#define E810_RSS_LUT_PF		1
#define E810_RSS_LUT_SIZE	GENMASK(3, 2)

enum e810_l3 { E810_V4, E810_V6 };

/* One profile each. Fragments and other protocols have no ports that could be hashed. */
static const struct e810_hash {
	u8 l3;
	u8 ports;			/* protocol with them, 0 = none */
	u16 ptypes[6];			/* packet types; 0 ends */
} e810_hashes[] = {
	{ E810_V4, 0, { 22, 23, 27, 28 } },
	{ E810_V4, E810_PROT_TCP, { 26 } },
	{ E810_V4, E810_PROT_UDP, { 24 } },
	{ E810_V6, 0, { 88, 89, 93, 94 } },
	{ E810_V6, E810_PROT_TCP, { 92 } },
	{ E810_V6, E810_PROT_UDP, { 90 } },
};

#define E810_NR_HASHES		ARRAY_SIZE(e810_hashes)
#define E810_MAX_TCAM		24

/* A ternary entry: packets of this group have this profile. */
struct e810_tcam {
	u16 address;
	u8 group;
	u8 hash;
};

struct e810_rss {
	u16 profile[E810_NR_HASHES];
	struct e810_tcam tcam[E810_MAX_TCAM];
	u32 nr_profiles, nr_tcam;	/* that firmware has given out */
	bool built;			/* firmware has the tables */
};

static int e810_res_alloc(struct ndrv_hw *hw, u16 type, u16 max, u16 *element)
{
	struct e810_aq_desc d = { .opcode = E810_OP_ALLOC_RESOURCES };
	u8 buf[E810_RES_BYTES] = {};
	int ret;

	put_unaligned_le16(1, d.param);
	put_unaligned_le16(type | E810_RES_IGNORE_INDEX, buf);
	put_unaligned_le16(1, buf + 2);
	ret = e810_aq_cmd(hw, &d, buf, sizeof(buf), E810_AQ_F_RD);
	*element = get_unaligned_le16(buf + E810_RES_ELEMENT);
	/* It becomes an index of registers and of tables. */
	if (!ret && *element >= max) {
		ndrv_hw_err(hw, "firmware gives out element %u of resource 0x%x, which has %u\n",
			    *element, type, max);
		ret = -EIO;
	}
	return ret;
}

static void e810_res_free(struct ndrv_hw *hw, u16 type, u16 element)
{
	struct e810_aq_desc d = { .opcode = E810_OP_FREE_RESOURCES };
	u8 buf[E810_RES_BYTES] = {};

	put_unaligned_le16(1, d.param);
	put_unaligned_le16(type, buf);
	put_unaligned_le16(1, buf + 2);
	put_unaligned_le16(element, buf + E810_RES_ELEMENT);
	e810_aq_cmd(hw, &d, buf, sizeof(buf), E810_AQ_F_RD);
}

static bool e810_rss_has_group(const struct e810_rss *rss, u8 group)
{
	u32 i;

	for (i = 0; i < rss->nr_tcam; i++)
		if (rss->tcam[i].group == group)
			return true;
	return false;
}

/* Profiles and ternary entries that firmware gives to this function. */
static int e810_rss_reserve(struct ndrv_hw *hw, struct e810_rss *rss)
{
	const u8 *group = e810_priv(hw)->rss_group;
	const u16 *ptype;
	u32 h;
	int ret;

	for (h = 0; h < E810_NR_HASHES; h++) {
		ret = e810_res_alloc(hw, E810_RES_HASH_PROFILE, E810_HASH_PROFILES,
				     &rss->profile[h]);
		if (ret)
			return ret;
		rss->nr_profiles++;
		for (ptype = e810_hashes[h].ptypes; *ptype; ptype++) {
			/* Group 0 is "all the rest"; types may share a group. */
			if (!group[*ptype] || e810_rss_has_group(rss, group[*ptype]))
				continue;
			ret = e810_res_alloc(hw, E810_RES_HASH_TCAM, E810_TCAM_ENTRIES,
					     &rss->tcam[rss->nr_tcam].address);
			if (ret)
				return ret;
			rss->tcam[rss->nr_tcam].group = group[*ptype];
			rss->tcam[rss->nr_tcam++].hash = h;
		}
	}
	return rss->nr_tcam ? 0 : -EOPNOTSUPP;
}

static void e810_rss_unreserve(struct ndrv_hw *hw, struct e810_rss *rss)
{
	while (rss->nr_tcam)
		e810_res_free(hw, E810_RES_HASH_TCAM, rss->tcam[--rss->nr_tcam].address);
	while (rss->nr_profiles)
		e810_res_free(hw, E810_RES_HASH_PROFILE, rss->profile[--rss->nr_profiles]);
}

/* The buffer of 0C42 while it is filled: a table of sections, then their contents. */
struct e810_update {
	u8 *buf;
	u32 nr, max;
	u32 end;
};

static u8 *e810_update_section(struct e810_update *u, u32 type, u32 bytes)
{
	u8 *entry = u->buf + 4 + u->nr++ * 8;
	u32 off = (u->end + 3) & ~3u;

	put_unaligned_le32(type, entry);
	put_unaligned_le16(off, entry + 4);
	put_unaligned_le16(bytes, entry + 6);
	u->end = off + bytes;
	put_unaligned_le16(u->nr, u->buf);
	put_unaligned_le16(u->end, u->buf + 2);
	return u->buf + off;
}

static void e810_fv_word(u8 *words, u32 *nr, u8 protocol, u16 off)
{
	u8 *word = words + (E810_FV_WORDS - 1 - (*nr)++) * E810_FV_WORD_BYTES;

	word[0] = protocol;
	put_unaligned_le16(off, word + 1);
}

/* The words that a profile hashes, in the order of the usual Toeplitz input. */
static void e810_rss_words(struct e810_update *u, const struct e810_hash *hash, u16 profile)
{
	u8 *section = e810_update_section(u, E810_SECTION_WORDS,
					  4 + E810_FV_WORDS * E810_FV_WORD_BYTES);
	u8 *words = section + 4;
	u32 i, nr = 0;

	put_unaligned_le16(1, section);
	put_unaligned_le16(profile, section + 2);
	for (i = 0; i < E810_FV_WORDS; i++) {
		words[i * E810_FV_WORD_BYTES] = E810_FV_NO_PROTOCOL;
		put_unaligned_le16(E810_FV_NO_OFFSET, words + i * E810_FV_WORD_BYTES + 1);
	}
	/* Source and destination stand behind each other in both headers. */
	for (i = 0; hash->l3 == E810_V4 && i < 8; i += 2)
		e810_fv_word(words, &nr, E810_PROT_IPV4, 12 + i);
	for (i = 0; hash->l3 == E810_V6 && i < 32; i += 2)
		e810_fv_word(words, &nr, E810_PROT_IPV6, 8 + i);
	for (i = 0; hash->ports && i < 4; i += 2)
		e810_fv_word(words, &nr, hash->ports, i);
}

/*
 * A key of 40 bits: flags, group of the packet type, group of the VSI; each bit in two halves: 01
 * matches 1, 10 matches 0, 11 anything.
 */
static void e810_rss_tcam_entry(u8 *entry, const struct e810_tcam *t, u16 profile, u16 vsig)
{
	u8 want[E810_TCAM_KEY_BYTES] = {};
	u8 *key = entry + E810_TCAM_KEY, *inverse = key + E810_TCAM_KEY_BYTES;
	u32 i;

	want[2] = t->group;
	put_unaligned_le16(vsig, want + 3);
	for (i = 0; i < E810_TCAM_KEY_BYTES; i++) {
		key[i] = i < E810_TCAM_FLAGS_BYTES ? 0xff : ~want[i];
		inverse[i] = i < E810_TCAM_FLAGS_BYTES ? 0xff : want[i];
	}
	put_unaligned_le16(t->address, entry);
	entry[E810_TCAM_PROFILE] = profile;
}

/* Firmware checks and enters it all at once, or none of it. */
static int e810_rss_update(struct ndrv_hw *hw, const struct e810_rss *rss, u16 vsi, u8 *buf)
{
	struct e810_aq_desc d = { .opcode = E810_OP_UPDATE_PACKAGE };
	struct e810_update u = { .buf = buf, .max = E810_NR_HASHES + 2 };
	u16 vsig = E810_VSIG(e810_priv(hw)->pf);
	u8 *section;
	u32 i;
	int ret;

	u.end = 4 + u.max * 8;
	for (i = 0; i < E810_NR_HASHES; i++)
		e810_rss_words(&u, &e810_hashes[i], rss->profile[i]);
	section = e810_update_section(&u, E810_SECTION_TCAM, 2 + rss->nr_tcam * E810_TCAM_BYTES);
	put_unaligned_le16(rss->nr_tcam, section);
	for (i = 0; i < rss->nr_tcam; i++)
		e810_rss_tcam_entry(section + 2 + i * E810_TCAM_BYTES, &rss->tcam[i],
				    rss->profile[rss->tcam[i].hash], vsig);
	section = e810_update_section(&u, E810_SECTION_XLT2, 6);
	put_unaligned_le16(1, section);
	put_unaligned_le16(vsi, section + 2);
	put_unaligned_le16(vsig, section + 4);

	d.param[0] = E810_UPDATE_LAST;
	ret = e810_fw_lock(hw, E810_LOCK_CHANGE);
	if (ret)
		return ret;
	ret = e810_aq_cmd(hw, &d, buf, u.end, E810_AQ_F_RD);
	e810_fw_unlock(hw, E810_LOCK_CHANGE);
	return ret;
}

static int e810_rss_build(struct ndrv_hw *hw, struct e810_rss *rss, u16 vsi)
{
	u32 h, i;
	u8 *buf;
	int ret;

	buf = e810_scratch_get(hw, E810_AQ_BUF_BYTES);
	if (!buf)
		return -ENOMEM;
	ret = e810_rss_reserve(hw, rss);
	/* Whole words are hashed, and each only once: another driver may have left masks. */
	for (h = 0; !ret && h < E810_NR_HASHES; h++) {
		ndrv_wr32(hw, E810_GLQF_HMASK_SEL(rss->profile[h]), 0);
		for (i = 0; i < E810_GLQF_HSYMM_REGS; i++)
			ndrv_wr32(hw, E810_GLQF_HSYMM(rss->profile[h], i), 0);
	}
	if (!ret)
		ret = e810_rss_update(hw, rss, vsi, buf);
	if (ret)
		e810_rss_unreserve(hw, rss);
	rss->built = !ret;
	e810_scratch_put(hw);
	return ret;
}

static int e810_rss_key(struct ndrv_hw *hw, u16 vsi, const u8 *key)
{
	struct e810_aq_desc d = { .opcode = E810_OP_SET_RSS_KEY };
	u8 buf[E810_RSS_KEY_BYTES] = {};

	put_unaligned_le16(vsi | E810_RSS_VSI_VALID, d.param);
	memcpy(buf, key, NDRV_HW_RSS_KEY);
	return e810_aq_cmd(hw, &d, buf, sizeof(buf), E810_AQ_F_RD);
}

/* The function's table is longer than the contract's: it is repeated. NULL: all to queue 0. */
static int e810_rss_table(struct ndrv_hw *hw, u16 vsi, const u16 *table)
{
	struct e810_aq_desc d = { .opcode = E810_OP_SET_RSS_LUT };
	u32 bytes = e810_priv(hw)->caps.rss_table;
	u32 size = bytes == 2048 ? 2 : bytes == 512 ? 1 : 0;
	u8 *buf;
	u32 i;
	int ret;

	buf = e810_scratch_get(hw, bytes);
	if (!buf)
		return -ENOMEM;
	for (i = 0; table && i < bytes; i++)
		buf[i] = table[i % NDRV_HW_RSS_TABLE];
	put_unaligned_le16(vsi | E810_RSS_VSI_VALID, d.param);
	put_unaligned_le16(E810_RSS_LUT_PF | FIELD_PREP(E810_RSS_LUT_SIZE, size), d.param + 2);
	ret = e810_aq_cmd(hw, &d, buf, bytes, E810_AQ_F_RD);
	e810_scratch_put(hw);
	return ret;
}

int e810_rss_set(struct ndrv_hw *hw, u16 vsi, const struct ndrv_hw_rss *want)
{
	struct e810 *e = e810_priv(hw);
	u32 table = e->caps.rss_table;
	int ret = 0;

	if (e->safe_mode || (table != 128 && table != 512 && table != 2048))
		return want ? -EOPNOTSUPP : 0;
	if (want && !e->rss)
		e->rss = ndrv_hw_zalloc(hw, sizeof(*e->rss));
	if (want && !e->rss)
		return -ENOMEM;
	/* The table first: there is no moment in which frames go where nobody said. */
	if (want)
		ret = e810_rss_key(hw, vsi, want->key);
	if (!ret)
		ret = e810_rss_table(hw, vsi, want ? want->table : NULL);
	if (!ret && want && !e->rss->built)
		ret = e810_rss_build(hw, e->rss, vsi);
	return e810_op_result(ret);
}

void e810_rss_forget(struct ndrv_hw *hw)
{
	struct e810 *e = e810_priv(hw);

	ndrv_hw_free(hw, e->rss);
	e->rss = NULL;
}
