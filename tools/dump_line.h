/* SPDX-License-Identifier: GPL-2.0-only */
/* One line about a frame, without the newline. */
#ifndef NDRV_TOOLS_DUMP_LINE_H
#define NDRV_TOOLS_DUMP_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

void dump_line(FILE *out, const uint8_t *frame, size_t len);

#endif
