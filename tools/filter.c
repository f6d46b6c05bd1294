/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receive filters as words of the command line; see filter.h. The words are those of
 * /sys/class/ndrv/ndrvN/filters. What a card can do, and which values make sense, the kernel says.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "filter.h"

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = { { "tcp", 6 }, { "udp", 17 }, { "sctp", 132 } };

static void set_type(const char *option, const char *text, struct ndrv_filter_add *f, uint32_t type)
{
	if (f->type && (f->type != type || type != NDRV_FILTER_TUPLE))
		tool_die_usage("%s: '%s': mac, vlan, ethertype and the fields of a tuple (proto, src, dst, "
			       "sport, dport) are filters of their own", option, text);
	f->type = type;
}

static uint32_t ip(const char *option, const char *text)
{
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1)
		tool_die_usage("%s: '%s' is not an IPv4 address", option, text);
	return a.s_addr;
}

static uint8_t protocol(const char *option, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (!strcmp(text, protocols[i].name))
			return protocols[i].number;
	return tool_number(option, text, 0, 255);
}

static void set_word(const char *option, const char *text, const char *key, const char *value,
		     struct ndrv_filter_add *f)
{
	if (!strcmp(key, "queue")) {
		f->queue = tool_number(option, value, 0, NDRV_QUEUE_ANY - 1);
		f->out_filter = 1;
	} else if (!strcmp(key, "mac")) {
		set_type(option, text, f, NDRV_FILTER_MAC);
		tool_mac(option, value, f->mac);
	} else if (!strcmp(key, "vlan")) {
		set_type(option, text, f, NDRV_FILTER_VLAN);
		f->vlan = tool_number(option, value, 1, 4094);
	} else if (!strcmp(key, "ethertype")) {
		set_type(option, text, f, NDRV_FILTER_ETHERTYPE);
		f->ethertype = tool_number(option, value, 0x600, 0xffff);
	} else if (!strcmp(key, "proto")) {
		set_type(option, text, f, NDRV_FILTER_TUPLE);
		f->proto = protocol(option, value);
		f->flags |= NDRV_FILTER_F_PROTO;
	} else if (!strcmp(key, "src")) {
		set_type(option, text, f, NDRV_FILTER_TUPLE);
		f->src_ip = ip(option, value);
		f->flags |= NDRV_FILTER_F_SRC_IP;
	} else if (!strcmp(key, "dst")) {
		set_type(option, text, f, NDRV_FILTER_TUPLE);
		f->dst_ip = ip(option, value);
		f->flags |= NDRV_FILTER_F_DST_IP;
	} else if (!strcmp(key, "sport")) {
		set_type(option, text, f, NDRV_FILTER_TUPLE);
		f->src_port = htons(tool_number(option, value, 0, 65535));
		f->flags |= NDRV_FILTER_F_SRC_PORT;
	} else if (!strcmp(key, "dport")) {
		set_type(option, text, f, NDRV_FILTER_TUPLE);
		f->dst_port = htons(tool_number(option, value, 0, 65535));
		f->flags |= NDRV_FILTER_F_DST_PORT;
	} else {
		tool_die_usage("%s: '%s' in '%s' is none of mac, vlan, ethertype, proto, src, dst, sport, "
			       "dport, queue", option, key, text);
	}
}

void filter_parse(const char *option, const char *text, struct ndrv_filter_add *f)
{
	char *copy = strdup(text), *next = copy, *word, *value;

	if (!copy)
		tool_die("out of memory");
	memset(f, 0, sizeof(*f));
	f->queue = NDRV_QUEUE_ANY;
	while ((word = strsep(&next, ","))) {
		value = strchr(word, '=');
		if (!value)
			tool_die_usage("%s: '%s' in '%s' is not NAME=VALUE", option, word, text);
		*value++ = '\0';
		set_word(option, text, word, value, f);
	}
	free(copy);
	if (!f->type)
		tool_die_usage("%s: '%s' does not say which frames: mac, vlan, ethertype, or fields of a "
			       "tuple", option, text);
}

static const char *why(const struct ndrv_filter_add *f, int ret)
{
	switch (ret) {
	case -EOPNOTSUPP:
		return "the card has no such filter (see features of ndrv info)";
	case -ENOSPC:
		return "the card has no room for one more";
	case -EEXIST:
		return "there is one with this match already";
	case -ERANGE:
		return "the card has no such queue";
	case -EINVAL:
		return f->type == NDRV_FILTER_TUPLE ? "ports need proto=tcp, udp or sctp" :
						      "it cannot be filtered for";
	default:
		return ndrv_strerror(ret);
	}
}

void tool_filters(const char *name, struct ndrv_queue *q, const struct tool_common *common)
{
	unsigned int i;
	int ret;

	for (i = 0; i < common->nr_filters; i++) {
		struct ndrv_filter_add f = common->filters[i];

		if (!f.out_filter && (f.type == NDRV_FILTER_ETHERTYPE || f.type == NDRV_FILTER_TUPLE))
			f.queue = ndrv_queue_number(q);
		f.out_filter = 0;
		ret = ndrv_filter_add(q, &f);
		if (ret)
			tool_die("%s: filter %u: %s", name, i + 1, why(&f, ret));
	}
}
