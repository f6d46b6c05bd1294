// SPDX-License-Identifier: GPL-2.0-only
/* The control socket: one command a line in, one line of JSON out. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app.h"
#include "hostile.h"

#define MAX_CLIENTS	8
#define LINE_MAX_LEN	2048
#define MAX_ARGS	32

const char ctl_help[] =
	"  stats                      all counters of all ports\n"
	"  stats reset                counters, generators' and sinks' figures to 0\n"
	"  gen N start [key=value..]  a new run of the generator on port N (keys as in --wire)\n"
	"  gen N stop | set key=value..\n"
	"  gen N wait [seconds]       answers when the run has ended (default 60)\n"
	"  sink N reset [resync]      resync: streams may begin in their middle\n"
	"  sink N show                its figures alone, with the histogram of the latency\n"
	"  link N up|down             plug or pull the cable (carrier)\n"
	"  wire SPEC                  plug something else, as --wire\n"
	"  fault N NAME [count]       fault injection of the model; count 0 ends it (default 1)\n"
	"  hostile N SEED [RATE [WHAT]]  the port lies from now on, once in RATE chances (see hostile=)\n"
	"  hostile N off              honest again\n"
	"  hostile N log [COUNT]      how often it has lied, and the last lies\n"
	"  unplug N                   ask the client to remove the device\n"
	"  remove N                   surprise removal: registers read all ones, nothing works\n"
	"  restore N                  put the card back, as after power-on\n"
	"  drop N                     cut the connection to the client (QEMU then ends)\n"
	"  verbose LEVEL              messages on stderr, 0 to 3\n"
	"  quit                       end the simulator\n";

struct client {
	struct sim_fd fd;		/* .fd -1 = free */
	struct sim_app *app;
	char line[LINE_MAX_LEN];
	size_t have;
	int wait_port;			/* "gen N wait" under way, or -1 */
	uint64_t wait_until_ns;
};

static struct sim_fd listener = { .fd = -1 };
static char listen_path[108];
static struct client clients[MAX_CLIENTS];

/* ---- figures ----------------------------------------------------------------------------- */

static void counters_json(const struct sim_counters *c, FILE *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} all[] = {
		{ "rx_frames", c->rx_frames }, { "rx_bytes", c->rx_bytes },
		{ "tx_frames", c->tx_frames }, { "tx_bytes", c->tx_bytes },
		{ "rx_missed", c->rx_missed }, { "rx_filtered", c->rx_filtered },
		{ "rx_no_desc", c->rx_no_desc },
		{ "dma_reads", c->dma_reads }, { "dma_read_bytes", c->dma_read_bytes },
		{ "dma_writes", c->dma_writes }, { "dma_write_bytes", c->dma_write_bytes },
		{ "dma_faults", c->dma_faults }, { "dma_fault_iova", c->dma_fault_iova },
		{ "dma_no_master", c->dma_no_master }, { "dma_after_stop", c->dma_after_stop },
		{ "maps", c->maps }, { "maps_large", c->maps_large },
		{ "tail_overruns", c->tail_overruns }, { "bad_desc", c->bad_desc },
		{ "buf_reused", c->buf_reused }, { "link_transitions", c->link_transitions },
		{ "doorbells", c->doorbells }, { "msix_sent", c->msix_sent },
		{ "resets", c->resets }, { "flrs", c->flrs },
	};

	/* frames and bytes: both directions together, for those who want one figure. */
	fprintf(out, "{\"frames\":%llu,\"bytes\":%llu",
		(unsigned long long)(c->rx_frames + c->tx_frames),
		(unsigned long long)(c->rx_bytes + c->tx_bytes));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		fprintf(out, ",\"%s\":%llu", all[i].name, (unsigned long long)all[i].value);
	fputs("}", out);
}

static void device_json(struct sim_app *app, unsigned int i, FILE *out)
{
	static char dump[65536];
	struct sim_dev *dev = app->devs[i];
	struct sim_vfu *v = app->vfus[i];

	fprintf(out,
		"{\"name\":\"%s\",\"model\":\"%s\",\"device_id\":\"%04x:%04x\",\"connected\":%s,"
		"\"clients\":%llu,\"messages\":%llu,\"message_errors\":%llu,\"bus_master\":%s,"
		"\"carrier\":%s,\"removed\":%s,\"mapped_pages\":%llu,\"counters\":",
		dev->name, dev->ops->name, dev->ident.vendor, dev->ident.device,
		v && sim_vfu_connected(v) ? "true" : "false",
		(unsigned long long)(v ? v->clients : 0), (unsigned long long)(v ? v->messages : 0),
		(unsigned long long)(v ? v->errors : 0), dev->bus_master ? "true" : "false",
		dev->carrier ? "true" : "false", dev->removed ? "true" : "false",
		(unsigned long long)sim_iommu_pages(dev));
	counters_json(&dev->ctr, out);
	dump[0] = '\0';
	if (dev->ops->dump)
		dev->ops->dump(dev, dump, sizeof(dump));
	fprintf(out, ",\"state\":{%s},\"wire\":", dump);
	sim_wire_json(dev->wire, out);
	fputs("}", out);
}

/* What the simulator itself takes of its host; -1: the host does not say. */
static void process_json(FILE *out)
{
	long rss_kb = -1, fds = -1;
	char line[128];
	FILE *f = fopen("/proc/self/status", "re");
	DIR *dir = opendir("/proc/self/fd");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "RssAnon:", 8))
			rss_kb = strtol(line + 8, NULL, 10);
	if (f)
		fclose(f);
	while (dir && readdir(dir))
		fds++;
	if (dir)
		closedir(dir);
	/* Neither ".", "..", nor the directory that was read */
	fprintf(out, "\"process\":{\"anon_kb\":%ld,\"fds\":%ld}", rss_kb, dir ? fds - 2 : -1);
}

void ctl_stats_json(struct sim_app *app, FILE *out)
{
	fprintf(out, "{\"ok\":true,\"now_ns\":%llu,\"loop_iterations\":%llu,\"loop_sleeps\":%llu,",
		(unsigned long long)sim_now_ns(), (unsigned long long)app->iterations,
		(unsigned long long)app->sleeps);
	process_json(out);
	fputs(",\"devices\":[", out);
	for (unsigned int i = 0; i < app->nr; i++) {
		sim_wire_flush(app->devs[i]->wire);
		fputs(i ? "," : "", out);
		device_json(app, i, out);
	}
	fputs("]}\n", out);
}

static void string_json(const char *s, FILE *out)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", out);
		else if ((unsigned char)*s >= 0x20)
			fputc(*s, out);
	}
	fputc('"', out);
}

/* ---- commands ---------------------------------------------------------------------------- */

/* One command under way. err non-empty: answer with it; silent: answered later. */
struct cmd {
	struct sim_app *app;
	struct client *client;
	int argc;
	char *argv[MAX_ARGS];
	struct sim_dev *dev;		/* where the first argument is a port */
	FILE *out;
	bool wrote, silent;
	char err[2048];
};

static void cmd_stats(struct cmd *c)
{
	if (c->argc == 2 && !strcmp(c->argv[1], "reset")) {
		for (unsigned int i = 0; i < c->app->nr; i++) {
			memset(&c->app->devs[i]->ctr, 0, sizeof(c->app->devs[i]->ctr));
			sim_wire_stats_reset(c->app->devs[i]->wire);
		}
	} else if (c->argc == 1) {
		ctl_stats_json(c->app, c->out);
		c->wrote = true;
	} else {
		snprintf(c->err, sizeof(c->err), "stats takes nothing or 'reset'");
	}
}

static int gen_options(struct cmd *c, struct wire_gen *g)
{
	for (int i = 3; i < c->argc; i++) {
		char *value = strchr(c->argv[i], '=');

		if (!value) {
			snprintf(c->err, sizeof(c->err), "'%s' is not key=value", c->argv[i]);
			return -1;
		}
		*value++ = '\0';
		if (wire_gen_set(g, c->argv[i], value, c->err, sizeof(c->err)))
			return -1;
	}
	return 0;
}

static void cmd_gen(struct cmd *c)
{
	struct wire_gen *g = c->dev->wire->gen;
	const char *verb = c->argc > 2 ? c->argv[2] : "";

	if (!g) {
		snprintf(c->err, sizeof(c->err), "port %u has no generator; plug one: wire %u:gen",
			 c->dev->index, c->dev->index);
	} else if (!strcmp(verb, "start")) {
		if (!gen_options(c, g))
			wire_gen_start(g, c->err, sizeof(c->err));
	} else if (!strcmp(verb, "set")) {
		gen_options(c, g);
	} else if (!strcmp(verb, "stop")) {
		wire_gen_stop(g);
	} else if (!strcmp(verb, "wait") && c->client) {
		double secs = c->argc > 3 ? strtod(c->argv[3], NULL) : 60;

		c->client->wait_port = c->dev->index;
		c->client->wait_until_ns = sim_now_ns() + (uint64_t)(secs * 1e9);
		c->silent = true;
	} else {
		snprintf(c->err, sizeof(c->err), "gen N start|stop|set|wait");
	}
}

static void sink_show(struct cmd *c, struct wire_sink *s)
{
	fputs("{\"ok\":true,\"sink\":", c->out);
	wire_sink_json(s, true, c->out);
	fputs("}\n", c->out);
	c->wrote = true;
}

static void cmd_sink(struct cmd *c)
{
	struct wire_sink *s = c->dev->wire->sink;

	if (!s)
		snprintf(c->err, sizeof(c->err), "port %u has no sink; plug one: wire %u:sink",
			 c->dev->index, c->dev->index);
	else if (c->argc == 3 && !strcmp(c->argv[2], "show"))
		sink_show(c, s);
	else if (c->argc < 3 || strcmp(c->argv[2], "reset"))
		snprintf(c->err, sizeof(c->err), "sink N reset [resync] or sink N show");
	else
		wire_sink_reset(s, c->argc > 3 && !strcmp(c->argv[3], "resync"));
}

static void cmd_link(struct cmd *c)
{
	bool up = c->argc == 3 && !strcmp(c->argv[2], "up");

	if (!up && (c->argc != 3 || strcmp(c->argv[2], "down")))
		snprintf(c->err, sizeof(c->err), "link N up|down");
	else
		sim_wire_link(c->dev->wire, up);
}

static void cmd_fault(struct cmd *c)
{
	int ret;

	if (c->argc < 3 || c->argc > 4) {
		snprintf(c->err, sizeof(c->err), "fault N NAME [count]");
		return;
	}
	ret = c->dev->ops->fault ? c->dev->ops->fault(c->dev, c->argv[2], c->argc > 3 ?
						      strtoull(c->argv[3], NULL, 0) : 1) : -ENOENT;
	if (ret)
		snprintf(c->err, sizeof(c->err), "model %s, fault '%s': %s", c->dev->ops->name,
			 c->argv[2], ret == -ENOENT ? "not known" : strerror(-ret));
}

static void cmd_hostile(struct cmd *c)
{
	if (c->argc < 3 || strcmp(c->argv[2], "log")) {
		sim_hostile_command(c->dev, c->argc - 2, c->argv + 2, c->err, sizeof(c->err));
		return;
	}
	fputs("{\"ok\":true,\"hostile\":", c->out);
	sim_hostile_json(c->dev, c->argc > 3 ? (unsigned int)strtoul(c->argv[3], NULL, 0) : 32,
			 c->out);
	fputs("}\n", c->out);
	c->wrote = true;
}

static void cmd_wire(struct cmd *c)
{
	if (c->argc != 2)
		snprintf(c->err, sizeof(c->err), "wire SPEC, as --wire on the command line");
	else
		sim_wire_plug(c->app->devs, c->app->nr, c->argv[1], c->err, sizeof(c->err));
}

static void cmd_unplug(struct cmd *c)
{
	struct sim_vfu *v = c->app->vfus[c->dev->index];
	int ret = v ? sim_vfu_request_unplug(v) : -ENOTCONN;

	if (ret)
		snprintf(c->err, sizeof(c->err), "unplug: %s",
			 ret == -ENOTSUP ? "this client takes no such request (QEMU: device_del)" :
					   strerror(-ret));
}

static void cmd_remove(struct cmd *c)
{
	if (c->dev->removed)
		snprintf(c->err, sizeof(c->err), "port %u is removed already", c->dev->index);
	sim_dev_remove(c->dev);
}

static void cmd_restore(struct cmd *c)
{
	if (!c->dev->removed)
		snprintf(c->err, sizeof(c->err), "port %u is not removed", c->dev->index);
	sim_dev_restore(c->dev);
}

static void cmd_drop(struct cmd *c)
{
	struct sim_vfu *v = c->app->vfus[c->dev->index];

	if (!v || !sim_vfu_connected(v))
		snprintf(c->err, sizeof(c->err), "port %u has no client", c->dev->index);
	else
		sim_vfu_drop(v, "told to by the control socket");
}

static void cmd_verbose(struct cmd *c)
{
	if (c->argc != 2 || c->argv[1][0] < '0' || c->argv[1][0] > '9')
		snprintf(c->err, sizeof(c->err), "verbose LEVEL, 0 to 3");
	else
		sim_verbose = c->argv[1][0] - '0';
}

static void cmd_quit(struct cmd *c)
{
	c->app->quit = true;
}

static void cmd_help(struct cmd *c)
{
	fputs("{\"ok\":true,\"help\":", c->out);
	string_json(ctl_help, c->out);
	fputs("}\n", c->out);
	c->wrote = true;
}

static const struct {
	const char *name;
	void (*run)(struct cmd *c);
	bool port;			/* first argument is a port number */
} commands[] = {
	{ "stats", cmd_stats, false }, { "gen", cmd_gen, true }, { "sink", cmd_sink, true },
	{ "link", cmd_link, true }, { "wire", cmd_wire, false }, { "fault", cmd_fault, true },
	{ "hostile", cmd_hostile, true },
	{ "unplug", cmd_unplug, true }, { "drop", cmd_drop, true },
	{ "remove", cmd_remove, true }, { "restore", cmd_restore, true },
	{ "verbose", cmd_verbose, false }, { "quit", cmd_quit, false }, { "help", cmd_help, false },
};

static void cmd_run(struct cmd *c)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char *end;

		if (strcmp(commands[i].name, c->argv[0]))
			continue;
		if (commands[i].port) {
			unsigned long n = c->argc > 1 ? strtoul(c->argv[1], &end, 10) : c->app->nr;

			if (n >= c->app->nr || *end || end == c->argv[1]) {
				snprintf(c->err, sizeof(c->err), "%s needs a port number, 0 to %d",
					 c->argv[0], (int)c->app->nr - 1);
				return;
			}
			c->dev = c->app->devs[n];
		}
		commands[i].run(c);
		return;
	}
	snprintf(c->err, sizeof(c->err), "unknown command '%s'; 'help' lists them", c->argv[0]);
}

/* Run one line; the answer, to be freed, or NULL: comes later. */
static char *line_run(struct sim_app *app, struct client *client, char *line)
{
	struct cmd c = { .app = app, .client = client };
	char *answer = NULL, *save = NULL;
	size_t size;

	for (char *a = strtok_r(line, " \t\r", &save); a && c.argc < MAX_ARGS;
	     a = strtok_r(NULL, " \t\r", &save))
		c.argv[c.argc++] = a;
	c.out = open_memstream(&answer, &size);
	if (!c.out)
		return NULL;
	if (!c.argc)
		snprintf(c.err, sizeof(c.err), "empty command; 'help' lists them");
	else
		cmd_run(&c);
	if (c.err[0]) {
		fputs("{\"ok\":false,\"error\":", c.out);
		string_json(c.err, c.out);
		fputs("}\n", c.out);
	} else if (!c.wrote && !c.silent) {
		fputs("{\"ok\":true}\n", c.out);
	}
	fclose(c.out);
	if (c.silent) {
		free(answer);
		return NULL;
	}
	return answer;
}

/* ---- sockets ----------------------------------------------------------------------------- */

static void client_close(struct client *c)
{
	sim_loop_del(&c->fd);
	close(c->fd.fd);
	c->fd.fd = -1;
	c->wait_port = -1;
}

static void client_send(struct client *c, const char *text)
{
	size_t len = strlen(text);

	/* Answers fit the socket buffer; who does not read them is dropped. */
	if (send(c->fd.fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
		client_close(c);
}

static void client_line(struct client *c, char *line)
{
	char *answer = line_run(c->app, c, line);

	if (answer && c->fd.fd >= 0)
		client_send(c, answer);
	free(answer);
}

static void client_ready(void *arg, uint32_t events)
{
	struct client *c = arg;
	ssize_t n = read(c->fd.fd, c->line + c->have, sizeof(c->line) - c->have);
	char *nl;

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_close(c);
		return;
	}
	c->have += n;
	while (c->fd.fd >= 0 && (nl = memchr(c->line, '\n', c->have))) {
		char line[LINE_MAX_LEN];
		size_t len = nl - c->line;

		memcpy(line, c->line, len);
		line[len] = '\0';
		c->have -= len + 1;
		memmove(c->line, nl + 1, c->have);
		client_line(c, line);
	}
	if (c->fd.fd >= 0 && c->have == sizeof(c->line))
		client_close(c);		/* a line longer than any command */
}

static void listener_ready(void *arg, uint32_t events)
{
	int fd = accept4(listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	for (int i = 0; i < MAX_CLIENTS; i++) {
		struct client *c = &clients[i];

		if (c->fd.fd >= 0)
			continue;
		*c = (struct client){ .fd = { fd, client_ready, c }, .app = arg, .wait_port = -1 };
		if (sim_loop_add(&c->fd, EPOLLIN))
			client_close(c);
		return;
	}
	close(fd);
}

bool ctl_poll(struct sim_app *app, uint64_t now_ns)
{
	bool waiting = false;

	for (int i = 0; i < MAX_CLIENTS && listener.fd >= 0; i++) {
		struct client *c = &clients[i];
		struct wire_gen *g;

		if (c->fd.fd < 0 || c->wait_port < 0)
			continue;
		g = app->devs[c->wait_port]->wire->gen;
		if (!g || !wire_gen_running(g)) {
			c->wait_port = -1;
			client_send(c, "{\"ok\":true}\n");
		} else if (now_ns >= c->wait_until_ns) {
			c->wait_port = -1;
			client_send(c, "{\"ok\":false,\"error\":\"the generator still runs\"}\n");
		} else {
			waiting = true;
		}
	}
	return waiting;
}

int ctl_listen(struct sim_app *app, const char *path, char *err, size_t err_size)
{
	for (int i = 0; i < MAX_CLIENTS; i++)
		clients[i].fd.fd = -1;
	listener = (struct sim_fd){ sim_unix_listen(path, err, err_size), listener_ready, app };
	if (listener.fd < 0)
		return -1;
	if (sim_loop_add(&listener, EPOLLIN)) {
		snprintf(err, err_size, "--ctl %s: %s", path, strerror(errno));
		close(listener.fd);
		listener.fd = -1;
		return -1;
	}
	strcpy(listen_path, path);
	return 0;
}

void ctl_close(void)
{
	if (listener.fd < 0)
		return;
	for (int i = 0; i < MAX_CLIENTS; i++)
		if (clients[i].fd.fd >= 0)
			client_close(&clients[i]);
	sim_loop_del(&listener);
	close(listener.fd);
	unlink(listen_path);
	listener.fd = -1;
}

int ctl_ask(const char *path, const char *command)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;
	char *answer = NULL;
	size_t size = 0;
	FILE *f;
	int ret = 2;

	if (sim_unix_address(path, &addr) || fd < 0 ||
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		fprintf(stderr, "ndrv-sim: no simulator answers on '%s': %s\n", path,
			strerror(errno));
		return 2;
	}
	f = fdopen(fd, "r+");
	if (f && fprintf(f, "%s\n", command) > 0 && !fflush(f) && getline(&answer, &size, f) > 0) {
		fputs(answer, stdout);
		ret = strncmp(answer, "{\"ok\":true", 10) ? 1 : 0;
	} else {
		fprintf(stderr, "ndrv-sim: connection to '%s' ended without an answer\n", path);
	}
	free(answer);
	return ret;
}
