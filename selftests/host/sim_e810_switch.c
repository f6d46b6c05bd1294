// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810 model's switch and RSS: which rule leads where, lists, pruning, loopback between VSIs,
 * counters, keys and tables by command and by register.
 */
#include "sim_e810_port.h"

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 0xa }, mac_b[6] = { 2, 0, 0, 0, 0, 0xb };

static unsigned int got(struct nic *n, unsigned int q)
{
	unsigned int i = 0;

	while (i < RING && n->rx[q][i].qw[1] & 1)
		i++;
	return i;
}

static uint32_t frame(uint8_t *f, const uint8_t *da, int vlan)
{
	uint32_t len = ip_frame(f, false, 17, 60);

	memcpy(f, da, 6);
	if (vlan >= 0) {
		memmove(f + 16, f + 12, len - 12);
		be16(f + 12, 0x8100);
		be16(f + 14, (uint16_t)vlan);
		len += 4;
	}
	return len;
}

static void send(struct nic *n, const uint8_t *da, int vlan)
{
	uint8_t f[256];

	put(n, f, frame(f, da, vlan));
}

static int list_new(struct port *t, bool prune)
{
	uint8_t param[16] = { 1 };

	memset(t->buf, 0, 6);
	set16(t->buf, prune ? 4 : 3);
	set16(t->buf + 2, 1);
	return aq(t, 0x0208, param, 6, true) ? -1 : le16(t->buf + 4);
}

static int list_set(struct port *t, unsigned int type, int list, unsigned int vsi)
{
	uint8_t param[16] = { 1 };

	memset(t->buf, 0, 16);
	set16(t->buf, (uint16_t)type);
	set16(t->buf + 4, (uint16_t)list);
	set16(t->buf + 6, 1);
	set16(t->buf + 8, (uint16_t)vsi);
	return aq(t, 0x02a0, param, 10, true);
}

static void test_mac(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);
	unsigned int b = (unsigned int)vsi_add(n->t, 1, 1, 3, 0, 0);
	struct rx_opts o = { .rxdid = 2 };
	int rule, list;

	rx_on(n, 0, &o, 56);
	rx_on(n, 1, &o, 56);
	send(n, mac_a, -1);
	tap_eq(got(n, 0) + got(n, 1), 0, "no rule: nobody gets it");
	tap_eq(ctr(n->t)->rx_filtered, 1, "counted as filtered");
	rule = rule_add(n->t, 1, 1, n->vsi, TO_VSI(n->vsi) | LB, mac_a, 0, 0);
	tap_ok(rule >= 0, "a MAC rule");
	tap_eq(rule_add(n->t, 1, 1, n->vsi, TO_VSI(n->vsi) | LB, mac_a, 0, 0), -13, "twice: EEXIST");
	tap_ok(rule_add(n->t, 1, 1, b, TO_VSI(b) | LB, mac_b, 0, 0) >= 0, "another VSI's");
	send(n, mac_a, -1);
	tap_eq(got(n, 0), 1, "to VSI A");
	send(n, mac_b, -1);
	tap_eq(got(n, 1), 1, "to VSI B");
	tap_eq(rd(n->t, 0x3b2000 + 8 * b), 1, "GLV_UPRC of B");
	tap_eq(sim_inproc_rd64(n->t->p, 0, 0x3b0000 + 8 * b), 106, "GLV_GORC, 8 bytes wide");
	tap_eq(rd(n->t, 0x381300), 3, "GLPRT_UPRC");
	tap_eq(rd(n->t, 0x380940), 3, "GLPRT_PRC127");
	list = list_new(n->t, false);
	tap_ok(list >= 0, "a VSI list");
	tap_eq(list_set(n->t, 3, list, n->vsi) | list_set(n->t, 3, list, b), 0, "with both VSIs");
	tap_ok(rule_add(n->t, 1, 1, b, (uint32_t)list << 4 | 1u << 14 | 1u << 17,
			(const uint8_t[6]){ 1, 0, 0x5e, 0, 0, 1 }, 0, 0) >= 0, "for a group");
	send(n, (const uint8_t[6]){ 1, 0, 0x5e, 0, 0, 1 }, -1);
	tap_ok(got(n, 0) == 2 && got(n, 1) == 2, "replicated to both");
	tap_eq(n->rx[1][1].qw[0] >> 14 & 3, 1, "UMBCAST: multicast");
	tap_eq(rule_del(n->t, (unsigned int)rule), 0, "rule removed");
	send(n, mac_a, -1);
	tap_eq(got(n, 0), 2, "no longer");
	tap_ok(rule_del(n->t, (unsigned int)rule) != 0, "removed twice: refused");
	tap_ok(rule_add(n->t, 1, 1, 500, TO_VSI(500), mac_a, 0, 0) < 0, "rule for no VSI: refused");
	nic_free(n);
}

static void test_directional(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);
	struct rx_opts o = { .rxdid = 2 };
	uint8_t f[256];
	uint32_t len;
	int dflt, drop;

	rx_on(n, 0, &o, 56);
	tx_on(n, 0);
	tap_ok(rule_add(n->t, 1, 3, n->vsi, TO_VSI(n->vsi) | LAN, (const uint8_t[6]){ 2 }, 0, 0) >= 0,
	       "promiscuous for transmitted unicast");
	send(n, mac_a, -1);
	tap_eq(got(n, 0), 0, "does not hold for received frames");
	tap_ok(rule_add(n->t, 0, 3, 0, TO_VSI(n->vsi), (const uint8_t[6]){ 3 }, 0, 0) >= 0,
	       "any multicast, received");
	send(n, (const uint8_t[6]){ 0x33, 0x33, 0, 0, 0, 1 }, -1);
	tap_eq(got(n, 0), 1, "holds");
	send(n, mac_a, -1);
	tap_eq(got(n, 0), 1, "not for unicast");
	dflt = rule_add(n->t, 0, 5, 0, TO_VSI(n->vsi), NULL, 0, 0);
	send(n, mac_a, -1);
	tap_eq(got(n, 0), 2, "the default VSI gets what nobody wants");
	rule_del(n->t, (unsigned int)dflt);
	drop = rule_add(n->t, 1, 0, n->vsi, 1u << 17 | 1u << 18, NULL, 0x88cc, 0);
	tap_ok(drop >= 0, "drop LLDP on transmit");
	len = frame(f, bcast, -1);
	be16(f + 12, 0x88cc);
	memcpy(n->tx_buf[0], f, len);
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(len));
	tx_kick(n, 0);
	tap_eq(n->nr_frames, 0, "not sent");
	tap_eq(n->tx[0][0].hi & 0xf, 0xf, "but completed");
	put(n, f, len);
	tap_eq(got(n, 0), 3, "received all the same");
	nic_free(n);
}

static void test_vlan(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);
	unsigned int b = (unsigned int)vsi_add(n->t, 1, 1, 3, 0, 1);	/* prunes */
	struct rx_opts o = { .rxdid = 2 };
	int list = list_new(n->t, true);

	rx_on(n, 1, &o, 56);
	rule_add(n->t, 1, 1, b, TO_VSI(b), mac_b, 0, 0);
	send(n, mac_b, -1);
	tap_eq(got(n, 1), 1, "untagged frames are not pruned");
	send(n, mac_b, 5);
	tap_eq(got(n, 1), 1, "VLAN 5 is");
	tap_eq(list_set(n->t, 5, list, b), 0, "prune list");
	tap_ok(rule_add(n->t, 1, 4, b, 2 | (uint32_t)list << 4 | 3u << 15, NULL, 0, 5) >= 0,
	       "VLAN rule");
	send(n, mac_b, 5);
	tap_eq(got(n, 1), 2, "VLAN 5 passes");
	send(n, mac_b, 6);
	tap_eq(got(n, 1), 2, "VLAN 6 does not");
	send(n, mac_b, 0x6005);
	tap_eq(got(n, 1), 3, "priority bits do not count");
	tap_eq(list_set(n->t, 6, list, b), 0, "out of the list");
	send(n, mac_b, 5);
	tap_eq(got(n, 1), 3, "pruned again");
	tap_ok(rule_add(n->t, 1, 2, b, TO_VSI(b), mac_a, 0, 7) >= 0, "MAC and VLAN");
	send(n, mac_a, 8);
	tap_eq(got(n, 1), 3, "both must match");
	nic_free(n);
}

/* 0211, the switch section only. */
static void sw_flags(struct port *t, unsigned int vsi, uint8_t flags)
{
	uint8_t param[16] = { 0 };

	set16(param, (uint16_t)(vsi | 0x8000));
	memset(t->buf, 0, 128);
	t->buf[2] = 1;
	t->buf[3] = flags;
	t->buf[4] = 1u << 4;
	set16(t->buf, 1);
	tap_eq(aq(t, 0x0211, param, 128, true), 0, "0211");
}

static void test_loopback(void)
{
	struct nic *n = nic_new("trap=on", 1, 3);
	struct rx_opts o = { .rxdid = 2 };
	unsigned int a, b;
	uint8_t f[256];
	uint32_t len = frame(f, mac_b, -1);

	a = (unsigned int)vsi_add(n->t, 2, 1, 3, 1u << 5, 0);		/* ALLOW_LB */
	b = (unsigned int)vsi_add(n->t, 1, 1, 3, 1u << 5, 0);
	rx_on(n, 0, &o, 56);
	rx_on(n, 1, &o, 56);
	rx_on(n, 2, &o, 56);
	rule_add(n->t, 1, 1, a, TO_VSI(a) | LB, mac_a, 0, 0);
	rule_add(n->t, 1, 1, b, TO_VSI(b) | LB, mac_b, 0, 0);
	n->vsi = a;
	tx_on(n, 0);
	memcpy(n->tx_buf[0], f, len);
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(len));
	tx_kick(n, 0);
	tap_eq(got(n, 1), 1, "from VSI to VSI");
	tap_eq(n->rx[1][0].qw[1] >> 8 & 1, 1, "LPBK");
	tap_eq(n->nr_frames, 0, "and not to the wire");
	memcpy(n->tx_buf[0], mac_a, 6);
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(len));
	tx_kick(n, 0);
	tap_eq(got(n, 2), 0, "never back to the sender");
	memcpy(n->tx_buf[0], bcast, 6);
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(len));
	tx_kick(n, 0);
	tap_ok(got(n, 0) == 1 && got(n, 2) == 0, "broadcast: to those with a rule");
	tap_eq(rd(n->t, 0x30e000 + 8 * a), 1, "GLV_BPTC");
	tap_eq(n->nr_frames, 2, "and to the wire");
	sw_flags(n->t, a, 0);
	memcpy(n->tx_buf[0], mac_b, 6);
	tx_put(n, 0, TX_BUF, EOP | RS | SIZE(len));
	tx_kick(n, 0);
	tap_ok(got(n, 1) == 1 && n->nr_frames == 3, "0211 takes ALLOW_LB away: to the wire");
	n->vsi = 1;
	tx_on(n, 1);
	memcpy(n->tx_buf[1], f, len);
	tx_put(n, 1, TX_BUF + 0x100000, EOP | RS | SIZE(len));
	tx_kick(n, 1);
	tap_eq(got(n, 1), 1, "without ALLOW_LB nothing stays inside");
	tap_eq(n->nr_frames, 4, "it goes to the wire");
	nic_free(n);
}

static void test_to_queue(void)
{
	struct nic *n = nic_new("trap=on", 4, 3);
	struct rx_opts o = { .rxdid = 2 };

	rx_on(n, 0, &o, 56);
	rx_on(n, 3, &o, 56);
	tap_ok(rule_add(n->t, 1, 1, n->vsi, 1 | 3u << 4, mac_a, 0, 0) >= 0, "to queue 3");
	send(n, mac_a, -1);
	tap_ok(got(n, 0) == 0 && got(n, 3) == 1, "goes there");
	nic_free(n);
}

static void test_rss_tables(void)
{
	struct nic *n = nic_new("trap=on", 4, 3);
	uint8_t param[16] = { 0 }, key[52], f[256];
	struct rx_opts o = { .rxdid = 2 };
	unsigned int bad = 0;

	set16(param, (uint16_t)(n->vsi | 0x8000));
	for (unsigned int i = 0; i < 52; i++)
		key[i] = (uint8_t)(3 * i + 1);
	memcpy(n->t->buf, key, 52);
	tap_eq(aq(n->t, 0x0b02, param, 52, true), 0, "0B02");
	memset(n->t->buf, 0, 52);
	tap_eq(aq(n->t, 0x0b04, param, 52, false), 0, "0B04");
	tap_ok(!memcmp(n->t->buf, key, 52), "gives the key back");
	tap_eq(rd(n->t, 0x401000 + 4 * n->vsi), (uint32_t)le32(key + 4), "VSIQF_HKEY shows it");
	set16(param + 2, 1 | 2 << 2);			/* PF table, 2048 */
	for (unsigned int i = 0; i < 2048; i++)
		n->t->buf[i] = (uint8_t)(i & 3);
	tap_eq(aq(n->t, 0x0b03, param, 2048, true), 0, "0B03");
	memset(n->t->buf, 0xff, 2048);
	tap_eq(aq(n->t, 0x0b05, param, 2048, false), 0, "0B05");
	for (unsigned int i = 0; i < 2048; i++)
		bad += n->t->buf[i] != (i & 3);
	tap_eq(bad, 0, "gives the table back");
	tap_ok(aq(n->t, 0x0b03, param, 512, true) != 0, "shorter than its size: refused");
	set16(param, 0x8000 | 600);
	tap_ok(aq(n->t, 0x0b02, param, 52, true) != 0, "key of no VSI: refused");
	for (unsigned int q = 0; q < 4; q++)
		rx_on(n, q, &o, 56);
	for (unsigned int i = 0; i < 8; i++) {
		uint32_t len = frame(f, bcast, -1);

		be16(f + 34, (uint16_t)(1000 + i));
		put(n, f, len);
	}
	tap_eq(got(n, 0), 8, "no profile (no package): no RSS, all to the first queue");
	tap_eq(n->rx[0][0].qw[1] >> 12 & 1, 0, "RSS_VALID 0");
	nic_free(n);
}

int main(void)
{
	test_mac();
	test_directional();
	test_vlan();
	test_loopback();
	test_to_queue();
	test_rss_tables();
	return tap_done();
}
