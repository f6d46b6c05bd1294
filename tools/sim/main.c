// SPDX-License-Identifier: GPL-2.0-only
/* ndrv-sim: options, and the one loop that polls devices and wires, serves sockets and sleeps. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "app.h"
#include "hostile.h"

#define MAX_WIRES	64
#define SOCKET_CHECK_NS	4000		/* while busy, look at the sockets this often */
#define SLEEP_MIN_NS	5000
#define SLEEP_IDLE_NS	500000000	/* nothing can happen without a socket event */
#define WAITER_NS	1000000		/* somebody waits for a generator to end */

static struct sim_app app;
static uint64_t idle_ns = 20000, sleep_max_ns = 100000;

static const char usage[] =
"Usage: ndrv-sim --dev MODEL,sock=PATH[,key=value...] ... [--wire SPEC] ... [options]\n"
"       ndrv-sim --ask CTL_SOCKET \"COMMAND\"\n"
"\n"
"Software network cards for QEMU's vfio-user-pci, and the wires between them.\n"
"\n"
"  --dev MODEL,sock=PATH[,...]  a card; ports count from 0 in this order. QEMU connects to PATH\n"
"  --wire SPEC          what is plugged in; without it the port has no carrier. SPEC is\n"
"      cable:A,B[,flow=off]     a cable; flow=off: the far end never pauses the sender\n"
"      PORT:loop[,flow=off]     what the port sends comes back to it\n"
"      PORT:ITEM[,key=value...][,ITEM...]   an endpoint made of\n"
"        gen            sends stamped frames (keys below)\n"
"        sink           counts what comes: lost, duplicated, reordered, corrupted\n"
"        tap=NAME       a TAP interface of this machine\n"
"        pcap-in=FILE   sends the frames of a pcap file\n"
"        pcap-out=FILE[,dir=tx|rx|both]  records what the port sends (tx, default) or gets (rx);\n"
"                       also beside a cable or loop, as a --wire of its own after it\n"
"        none           unplugs everything\n"
"    keys of gen:\n";

static const char usage_options[] =
"  --ctl PATH           control socket: commands below\n"
"  --idle-us N          poll for N us after the last event, then sleep (default 20)\n"
"  --sleep-us N         longest sleep while a port is in use: the latency of a doorbell after a\n"
"                       pause (default 100)\n"
"  --ready-fd N         write \"ready\" to descriptor N once all sockets listen, and close it\n"
"  -v, --verbose        more messages on stderr; up to three times\n"
"  -h, --help           this text\n"
"  --ask PATH COMMAND   send a command to the control socket of a running ndrv-sim\n"
"\n"
"Commands of the control socket; each answers with one line of JSON that has \"ok\":\n";

static void help(void)
{
	fputs(usage, stdout);
	fputs(wire_gen_help, stdout);
	fputs(usage_options, stdout);
	fputs(ctl_help, stdout);
	fputs(sim_hostile_help, stdout);
	for (unsigned int i = 0; sim_models[i]; i++)
		printf("\nModel %s; keys of --dev:\n%s", sim_models[i]->name,
		       sim_models[i]->keys_help ? sim_models[i]->keys_help : "  (none)\n");
	fputs("\nSIGINT, SIGTERM end it; it prints all counters. Exit code 0, 1 after an error.\n",
	      stdout);
}

static void on_signal(int sig)
{
	(void)sig;
	app.quit = true;
}

/* ---- the loop ---------------------------------------------------------------------------- */

static bool poll_all(uint64_t now, uint64_t *next)
{
	bool did = false;

	for (unsigned int i = 0; i < app.nr; i++)
		did |= sim_dev_poll(app.devs[i], now, next);
	for (unsigned int i = 0; i < app.nr; i++)
		did |= sim_wire_poll(app.devs[i]->wire, now, next);
	return did;
}

/* Can a guest give us work by a plain store into a shared page? */
static bool stores_matter(void)
{
	for (unsigned int i = 0; i < app.nr; i++) {
		struct sim_dev *dev = app.devs[i];

		if (dev->bus_master && (!dev->ops->active || dev->ops->active(dev)))
			return true;
	}
	return false;
}

static void run(void)
{
	uint64_t idle_since = 0, sockets_at = 0, sleep_ns = SLEEP_MIN_NS;

	while (!app.quit) {
		uint64_t now = sim_now_ns(), next = now + SLEEP_IDLE_NS, longest;

		app.iterations++;
		if (ctl_poll(&app, now) && next > now + WAITER_NS)
			next = now + WAITER_NS;
		if (poll_all(now, &next)) {
			idle_since = now;
			sleep_ns = SLEEP_MIN_NS;
			if (now - sockets_at >= SOCKET_CHECK_NS) {
				sockets_at = now;
				sim_loop_wait(0);
			}
			continue;
		}
		sockets_at = now;
		if (now - idle_since < idle_ns || next <= now) {
			if (sim_loop_wait(0) > 0)
				idle_since = now;
			continue;
		}
		longest = stores_matter() ? sleep_ns : SLEEP_IDLE_NS;
		app.sleeps++;
		if (sim_loop_wait(next - now < longest ? next - now : longest) > 0) {
			idle_since = sim_now_ns();
			sleep_ns = SLEEP_MIN_NS;
		} else if (sleep_ns < sleep_max_ns) {
			sleep_ns = sleep_ns * 2 < sleep_max_ns ? sleep_ns * 2 : sleep_max_ns;
		}
	}
}

/* ---- options ----------------------------------------------------------------------------- */

/* Take "sock=PATH" out of a comma-separated list; the rest stays in `opts`. */
static char *take_sock(char *opts)
{
	char *rest = opts, *sock = NULL, *save = NULL, *copy = strdup(opts);

	if (!copy)
		return NULL;
	*rest = '\0';
	for (char *o = strtok_r(copy, ",", &save); o; o = strtok_r(NULL, ",", &save)) {
		if (!strncmp(o, "sock=", 5)) {
			free(sock);
			sock = strdup(o + 5);
			continue;
		}
		if (rest != opts)
			*rest++ = ',';
		rest = stpcpy(rest, o);
	}
	free(copy);
	return sock;
}

static int models_list(char *err, size_t size, const char *name)
{
	int n = snprintf(err, size, "--dev: no model '%s'; there is:", name);

	for (unsigned int i = 0; sim_models[i] && (size_t)n < size; i++)
		n += snprintf(err + n, size - n, " %s", sim_models[i]->name);
	return -1;
}

static int dev_add(char *spec, char *err, size_t err_size)
{
	char *opts = strchr(spec, ','), name[16], *sock;
	const struct sim_dev_ops *ops;
	struct sim_dev *dev;

	if (opts)
		*opts++ = '\0';
	if (app.nr == SIM_MAX_PORTS) {
		snprintf(err, err_size, "--dev: at most %d ports", SIM_MAX_PORTS);
		return -1;
	}
	ops = sim_model_find(spec);
	if (!ops)
		return models_list(err, err_size, spec);
	sock = opts ? take_sock(opts) : NULL;
	if (!sock) {
		snprintf(err, err_size, "--dev %s needs sock=PATH, where QEMU connects", spec);
		return -1;
	}
	snprintf(name, sizeof(name), "port%u", app.nr);
	dev = sim_dev_create(ops, name, app.nr, opts, err, err_size);
	if (!dev || sim_wire_init(dev)) {
		free(sock);
		return -1;
	}
	app.devs[app.nr] = dev;
	app.vfus[app.nr++] = sim_vfu_listen(dev, sock, err, err_size);
	free(sock);
	return app.vfus[app.nr - 1] ? 0 : -1;
}

enum { OPT_DEV = 256, OPT_WIRE, OPT_CTL, OPT_READY, OPT_IDLE, OPT_SLEEP, OPT_ASK };

static const struct option options[] = {
	{ "dev", required_argument, NULL, OPT_DEV },
	{ "wire", required_argument, NULL, OPT_WIRE },
	{ "ctl", required_argument, NULL, OPT_CTL },
	{ "ready-fd", required_argument, NULL, OPT_READY },
	{ "idle-us", required_argument, NULL, OPT_IDLE },
	{ "sleep-us", required_argument, NULL, OPT_SLEEP },
	{ "ask", required_argument, NULL, OPT_ASK },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL },
};

static int number(const char *what, const char *text, long max, long *out, char *err,
		  size_t err_size)
{
	char *end;

	*out = strtol(text, &end, 10);
	if (end == text || *end || *out < 0 || *out > max) {
		snprintf(err, err_size, "%s: '%s' is not a number from 0 to %ld", what, text, max);
		return -1;
	}
	return 0;
}

struct args {
	const char *wires[MAX_WIRES], *ctl;
	int nr_wires, ready_fd;
};

/* 0; 1: all done, exit 0 (or with the answer of --ask); -1 with a sentence in err. */
static int args_parse(int argc, char **argv, struct args *a, int *exit_code, char *err,
		      size_t err_size)
{
	long n;
	int o;

	while ((o = getopt_long(argc, argv, "vh", options, NULL)) != -1) {
		switch (o) {
		case OPT_DEV:
			if (dev_add(optarg, err, err_size))
				return -1;
			break;
		case OPT_WIRE:
			if (a->nr_wires == MAX_WIRES) {
				snprintf(err, err_size, "--wire: at most %d", MAX_WIRES);
				return -1;
			}
			a->wires[a->nr_wires++] = optarg;
			break;
		case OPT_CTL:
			a->ctl = optarg;
			break;
		case OPT_READY:
			if (number("--ready-fd", optarg, 65535, &n, err, err_size))
				return -1;
			a->ready_fd = n;
			break;
		case OPT_IDLE:
			if (number("--idle-us", optarg, 1000000, &n, err, err_size))
				return -1;
			idle_ns = n * 1000;
			break;
		case OPT_SLEEP:
			if (number("--sleep-us", optarg, 1000000, &n, err, err_size))
				return -1;
			sleep_max_ns = n * 1000;
			break;
		case OPT_ASK:
			if (optind != argc - 1) {
				snprintf(err, err_size,
					 "--ask PATH \"COMMAND\": give one command in quotes");
				return -1;
			}
			*exit_code = ctl_ask(optarg, argv[optind]);
			return 1;
		case 'v':
			sim_verbose++;
			break;
		case 'h':
			help();
			return 1;
		default:
			snprintf(err, err_size, "see --help");
			return -1;
		}
	}
	if (optind < argc)
		snprintf(err, err_size, "'%s' is not an option; see --help", argv[optind]);
	else if (!app.nr)
		snprintf(err, err_size, "no card given: --dev MODEL,sock=PATH; see --help");
	else
		return 0;
	return -1;
}

static int start(struct args *a, char *err, size_t err_size)
{
	static const struct sigaction quit = { .sa_handler = on_signal };

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGINT, &quit, NULL);
	sigaction(SIGTERM, &quit, NULL);
	prctl(PR_SET_TIMERSLACK, 1000ul);	/* sleeps of a few us are meant as such */
	for (int i = 0; i < a->nr_wires; i++) {
		char why[1024] = "";

		if (sim_wire_plug(app.devs, app.nr, a->wires[i], why, sizeof(why))) {
			snprintf(err, err_size, "--wire %s: %s", a->wires[i], why);
			return -1;
		}
	}
	if (a->ctl && ctl_listen(&app, a->ctl, err, err_size))
		return -1;
	printf("ready, %u port%s\n", app.nr, app.nr == 1 ? "" : "s");
	fflush(stdout);
	if (a->ready_fd >= 0) {
		if (write(a->ready_fd, "ready\n", 6) != 6) {
			snprintf(err, err_size, "--ready-fd %d: %s", a->ready_fd, strerror(errno));
			return -1;
		}
		close(a->ready_fd);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct args args = { .ready_fd = -1 };
	static char err[4096];
	int exit_code = 0, ret = args_parse(argc, argv, &args, &exit_code, err, sizeof(err));

	if (!ret) {
		ret = start(&args, err, sizeof(err));
		if (!ret) {
			run();
			ctl_stats_json(&app, stdout);
		}
	}
	if (ret < 0) {
		fprintf(stderr, "ndrv-sim: %s\n", err);
		exit_code = 1;
	}
	ctl_close();
	for (unsigned int i = 0; i < app.nr; i++) {
		sim_wire_fini(app.devs[i]);
		sim_dev_destroy(app.devs[i]);
	}
	return exit_code;
}
