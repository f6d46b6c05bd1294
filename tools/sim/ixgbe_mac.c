// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82599 model: which device ids there are, the link, and the L2 receive filters (7.1.1).
 */
#include "ixgbe.h"

#define LINK_UP_DELAY_NS	2000000ull	/* partner and lanes found again after a restart */

enum media { MEDIA_BACKPLANE_KX4, MEDIA_BACKPLANE_KR, MEDIA_CX4, MEDIA_SFP };

static const struct {
	uint16_t device;
	enum media media;
} models[] = {
	{ 0x10f7, MEDIA_BACKPLANE_KX4 },
	{ 0x10f8, MEDIA_BACKPLANE_KX4 },
	{ 0x10f9, MEDIA_CX4 },
	{ 0x10fb, MEDIA_SFP },
	{ 0x10fc, MEDIA_BACKPLANE_KX4 },
	{ 0x1507, MEDIA_SFP },
	{ 0x1514, MEDIA_BACKPLANE_KX4 },
	{ 0x1517, MEDIA_BACKPLANE_KR },
	{ 0x154d, MEDIA_SFP },
	{ 0x1557, MEDIA_SFP },
};

static int media_of(uint16_t device)
{
	for (unsigned int i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (models[i].device == device)
			return models[i].media;
	return -1;
}

bool ixgbe_device_known(uint16_t device)
{
	return media_of(device) >= 0;
}

bool ixgbe_is_sfp(uint16_t device)
{
	return media_of(device) == MEDIA_SFP;
}

/* AUTOC as the NVM of such a card would load it, 8.2.3.22.21. */
uint32_t ixgbe_autoc_default(const struct ixgbe *ix)
{
	switch (media_of(ix->device)) {
	case MEDIA_SFP:
		return 3u << 13 | 1u << 9;	/* 10G serial; 1G SFI */
	case MEDIA_BACKPLANE_KR:
		return 4u << 13 | 1u << 16 | 1u << 31 | 1u << 30;	/* KX/KX4/KR AN */
	}
	return 1u << 13 | 1u << 7;		/* 10G parallel without AN, KX4 */
}

/* ---- link ----------------------------------------------------------------------------------- */

static void link_set(struct ixgbe *ix, bool up)
{
	if (ix->link_up == up)
		return;
	ix->link_up = up;
	ix->dev->ctr.link_transitions++;
	ixgbe_irq_misc(ix, EICR_LSC);
	sim_log(ix->dev, 2, "link %s", up ? "up" : "down");
}

/* The MAC's lanes start again: link down, and up a little later if there is a partner. */
void ixgbe_link_reset(struct ixgbe *ix)
{
	link_set(ix, false);
	ix->link_restart = true;
}

static bool link_possible(struct ixgbe *ix)
{
	if (!ix->dev->carrier)
		return false;
	return !ixgbe_is_sfp(ix->device) || !ix->sfp_absent;
}

bool ixgbe_link_poll(struct ixgbe *ix, uint64_t now_ns, uint64_t *next_ns)
{
	bool was_up = ix->link_up;

	if (!link_possible(ix)) {
		ix->link_at_ns = 0;
		ix->link_restart = false;
		link_set(ix, false);
		return was_up;
	}
	if (ix->link_up)
		return false;
	if (ix->link_restart || !ix->link_at_ns) {
		ix->link_restart = false;
		ix->link_at_ns = now_ns + LINK_UP_DELAY_NS;
	}
	if (now_ns >= ix->link_at_ns) {
		ix->link_at_ns = 0;
		link_set(ix, true);
		return true;
	}
	if (ix->link_at_ns < *next_ns)
		*next_ns = ix->link_at_ns;
	return false;
}

uint32_t ixgbe_links(struct ixgbe *ix)
{
	uint32_t lms = AUTOC_LMS(R(ix, IXGBE_AUTOC));
	uint32_t val = 0;

	if (!ix->link_up)
		return 0;
	val = LINKS_UP | (lms == 0 || lms == 2 ? LINKS_SPEED_1G : LINKS_SPEED_10G);
	if (lms == 4 || lms >= 6)
		val |= LINKS_KX_AN_COMP;
	return val;
}

/* ---- filters -------------------------------------------------------------------------------- */

static uint64_t mac_key(const uint8_t *mac)
{
	uint64_t key = 0;

	memcpy(&key, mac, 6);
	return key;
}

static void rar_build(struct ixgbe *ix)
{
	ix->rar_stale = false;
	ix->nr_rar = 0;
	for (unsigned int i = 0; i < 128; i++) {
		uint32_t ral = R(ix, IXGBE_RAL(i)), rah = R(ix, IXGBE_RAL(i) + 4);

		if (rah & RAH_AV)
			ix->rar[ix->nr_rar++] = (uint64_t)(rah & 0xffff) << 32 | ral;
	}
}

static bool rar_match(struct ixgbe *ix, uint64_t key)
{
	if (ix->rar_stale)
		rar_build(ix);
	for (unsigned int i = 0; i < ix->nr_rar; i++)
		if (ix->rar[i] == key)
			return true;
	return false;
}

/* 8.2.3.7.7: twelve bits of the address, where MCSTCTRL.MO says. */
static bool mta_match(struct ixgbe *ix, const uint8_t *mac)
{
	unsigned int shift = 4 - (R(ix, IXGBE_MCSTCTRL) & 3);
	unsigned int hash = ((mac[4] | (unsigned int)mac[5] << 8) >> shift) & 0xfff;

	if (!(R(ix, IXGBE_MCSTCTRL) & MCSTCTRL_MFE))
		return false;
	return R(ix, IXGBE_MTA(hash >> 5)) >> (hash & 31) & 1;
}

static bool vlan_pass(struct ixgbe *ix, bool tagged, uint16_t tci)
{
	uint32_t ctl = R(ix, IXGBE_VLNCTRL);
	unsigned int vid = tci & 0xfff;

	if (!(ctl & VLNCTRL_VFE) || !tagged)
		return true;
	if (ctl & VLNCTRL_CFIEN && !(tci & 0x1000) != !(ctl & VLNCTRL_CFI))
		return false;
	return R(ix, IXGBE_VFTA(vid >> 5)) >> (vid & 31) & 1;
}

enum ixgbe_match ixgbe_l2_filter(struct ixgbe *ix, const uint8_t *dst, bool tagged, uint16_t tci)
{
	uint32_t fctrl = R(ix, IXGBE_FCTRL);
	uint64_t key = mac_key(dst);
	enum ixgbe_match match = MATCH_NONE;

	if (key == 0xffffffffffffull)
		match = fctrl & FCTRL_BAM ? MATCH_EXACT : MATCH_NONE;
	else if (rar_match(ix, key))
		match = MATCH_EXACT;
	else if (dst[0] & 1)
		match = fctrl & FCTRL_MPE || mta_match(ix, dst) ? MATCH_INEXACT : MATCH_NONE;
	if (match == MATCH_NONE && fctrl & FCTRL_UPE && !(dst[0] & 1))
		match = MATCH_INEXACT;
	return match != MATCH_NONE && !vlan_pass(ix, tagged, tci) ? MATCH_NONE : match;
}
