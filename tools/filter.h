/* SPDX-License-Identifier: GPL-2.0-only */
/* Receive filters as words of the command line: --filter. */
#ifndef NDRV_TOOLS_FILTER_H
#define NDRV_TOOLS_FILTER_H

#include <ndrv.h>

/* "ethertype=0x88b5,queue=2" and so on; ends with a usage error. A queue that is not named is @out_filter = 0. */
void filter_parse(const char *option, const char *text, struct ndrv_filter_add *f);

#endif
