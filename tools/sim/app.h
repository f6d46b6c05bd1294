/* SPDX-License-Identifier: GPL-2.0-only */
/* What main.c and ctl.c share: the devices of this process and the wish to end. */
#ifndef SIM_APP_H
#define SIM_APP_H

#include "vfio_user.h"
#include "wire.h"

struct sim_app {
	struct sim_dev *devs[SIM_MAX_PORTS];
	struct sim_vfu *vfus[SIM_MAX_PORTS];
	unsigned int nr;
	volatile bool quit;
	uint64_t iterations, sleeps;
};

/* ---- ctl.c ------------------------------------------------------------------------------- */

int ctl_listen(struct sim_app *app, const char *path, char *err, size_t err_size);
void ctl_close(void);
/* Answer those who wait for a generator. False if nobody waits. */
bool ctl_poll(struct sim_app *app, uint64_t now_ns);
void ctl_stats_json(struct sim_app *app, FILE *out);
/* Client: send one command, print the answer. Exit code: 0 if it says ok, 1 if not, 2 no answer. */
int ctl_ask(const char *path, const char *command);
extern const char ctl_help[];

#endif
