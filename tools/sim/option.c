// SPDX-License-Identifier: GPL-2.0-only
/* Values of options, as models and wires take them on the command line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dev.h"

int sim_option_on_off(const char *value, bool *on)
{
	if (strcmp(value, "on") && strcmp(value, "off"))
		return -EINVAL;
	*on = !strcmp(value, "on");
	return 0;
}

int sim_option_mac(const char *value, uint8_t mac[6])
{
	unsigned int b[6];
	char tail;

	if (sscanf(value, "%2x:%2x:%2x:%2x:%2x:%2x%c", b, b + 1, b + 2, b + 3, b + 4, b + 5,
		   &tail) != 6)
		return -EINVAL;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
	return 0;
}

int sim_option_unicast(const char *value, uint8_t mac[6])
{
	uint8_t m[6];

	if (sim_option_mac(value, m) || m[0] & 1)
		return -EINVAL;
	memcpy(mac, m, sizeof(m));
	return 0;
}
