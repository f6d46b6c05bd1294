/* SPDX-License-Identifier: GPL-2.0-only */
/* ndrv: the command for devices. Picks the command; each has its own file cmd_*.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "common.h"

static const struct {
	const char *name, *tool_name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "list", "ndrv list", cmd_list },
	{ "bind", "ndrv bind", cmd_bind },
	{ "unbind", "ndrv unbind", cmd_unbind },
	{ "info", "ndrv info", cmd_info },
	{ "stats", "ndrv stats", cmd_stats },
	{ "events", "ndrv events", cmd_events },
};

static const char help[] =
	"Usage: ndrv COMMAND [OPTION]... [DEVICE]...\n"
	"\n"
	"  list                  network cards that ndrv can drive, and who drives them now\n"
	"  bind DEVICE...        give cards to ndrv\n"
	"  unbind DEVICE...      give them back to the kernel\n"
	"  info DEVICE           what a device is and can do, and its link\n"
	"  stats DEVICE          its counters, and those of its queues\n"
	"  events DEVICE         its link, resets and errors, as they happen\n"
	"\n"
	"DEVICE is ndrvN, a PCI address (0000:03:00.0, 03:00.0) or a network interface.\n"
	"ndrv COMMAND --help tells more; so does ndrv(8).\n";

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		tool_die_usage("a command is needed");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("ndrv %s\n", ndrv_version());
		return EXIT_SUCCESS;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		tool_name = commands[i].tool_name;
		return commands[i].run(argc - 1, argv + 1);
	}
	tool_die_usage("'%s' is no command", argv[1]);
}
