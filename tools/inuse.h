/* SPDX-License-Identifier: GPL-2.0-only */
/* Does somebody depend on this network interface? */
#ifndef NDRV_TOOLS_INUSE_H
#define NDRV_TOOLS_INUSE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True if taking @iface away would cut something off: a device on top of it, or, while it is up, an
 * address or a route. @why then says what, as the end of a sentence "it ...".
 */
bool iface_in_use(const char *iface, char *why, size_t bytes);

#endif
