/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of ndrv(8): one function each, called with the command's own argv; exit status back. */
#ifndef NDRV_TOOLS_CMD_H
#define NDRV_TOOLS_CMD_H

#define EXIT_ALREADY	3	/* nothing was done because it was so already */

int cmd_list(int argc, char **argv);
int cmd_bind(int argc, char **argv);
int cmd_unbind(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_events(int argc, char **argv);

#endif
