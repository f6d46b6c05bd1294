// SPDX-License-Identifier: GPL-2.0-only
/* The control socket: every command, good and bad, and answers that are JSON. */
#define _GNU_SOURCE
#include <sys/socket.h>
#include <sys/un.h>

#include "sim_testdev.h"
#include "tap.h"

#include "app.h"

static struct sim_app app;
static char path[108];
static char answer[200000];

static void serve(void)
{
	while (sim_loop_wait(0) > 0)
		;
}

static int connect_new(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(addr.sun_path, path);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -1;
	serve();
	return fd;
}

/* What the socket has to say: bytes, 0 = nothing yet, -1 = hung up. */
static int hear(int fd)
{
	ssize_t n = recv(fd, answer, sizeof(answer) - 1, 0);

	answer[n > 0 ? n : 0] = '\0';
	return n > 0 ? (int)n : n == 0 || errno != EAGAIN ? -1 : 0;
}

static int say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		return -1;
	serve();
	return hear(fd);
}

/* Brackets pair up outside strings, one line, nothing after it: near enough to JSON. */
static bool json_shape(const char *s)
{
	char open[64];
	int depth = 0;

	if (*s != '{')
		return false;
	for (; *s && *s != '\n'; s++) {
		if (*s == '"') {
			for (s++; *s && *s != '"'; s++)
				if (*s == '\\')
					s++;
			if (!*s)
				return false;
		} else if (*s == '{' || *s == '[') {
			open[depth++] = *s == '{' ? '}' : ']';
		} else if (*s == '}' || *s == ']') {
			if (!depth || open[--depth] != *s)
				return false;
		}
	}
	return !depth && *s == '\n' && !s[1];
}

static bool ok(void)
{
	return json_shape(answer) && !strncmp(answer, "{\"ok\":true", 10);
}

static bool refused(const char *says)
{
	return json_shape(answer) && !strncmp(answer, "{\"ok\":false,\"error\":", 19) &&
	       strstr(answer, says);
}

static void test_commands(void)
{
	static const struct {
		const char *line, *error;	/* NULL: must succeed */
	} rows[] = {
		{"stats\n", NULL},
		{"stats reset\n", NULL},
		{"stats foo\n", "reset"},
		{"gen 0 start\n", "no generator"},
		{"wire 0:gen,count=5,sink\n", NULL},
		{"gen 0 start rate=1000 size=128\n", NULL},
		{"gen 0 stop\r\n", NULL},
		{"gen 0 set burst=2\n", NULL},
		{"gen 0 set burst\n", "key=value"},
		{"gen 0 set burst=0\n", "no value"},
		{"gen 0 jump\n", "start|stop"},
		{"gen 0\n", "start|stop"},
		{"gen 7 start\n", "port number"},
		{"gen x start\n", "port number"},
		{"gen\n", "port number"},
		{"sink 0 reset\n", NULL},
		{"sink 0 reset resync\n", NULL},
		{"sink 0 show\n", NULL},
		{"sink 1 reset\n", "no sink"},
		{"sink 1 show\n", "no sink"},
		{"sink 0\n", "reset"},
		{"link 0 down\n", NULL},
		{"link 0 up\n", NULL},
		{"link 0 sideways\n", "up|down"},
		{"wire\n", "SPEC"},
		{"wire 9:sink\n", "not a port"},
		{"wire cable:0,1\n", NULL},
		{"fault 0 stuck-reset 1\n", "not known"},
		{"fault 0\n", "NAME"},
		{"unplug 0\n", "unplug"},
		{"drop 0\n", "no client"},
		{"remove 0\n", NULL},
		{"remove 0\n", "already"},
		{"restore 0\n", NULL},
		{"restore 0\n", "not removed"},
		{"verbose 2\n", NULL},
		{"verbose x\n", "LEVEL"},
		{"help\n", NULL},
		{"dance\n", "unknown command"},
		{"\n", "empty"},
		{"say \"hi\\\"\n", "unknown"},
	};
	int fd = connect_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool good = say(fd, rows[i].line) > 0 &&
			    (rows[i].error ? refused(rows[i].error) : ok());

		if (!tap_ok(good, "%.*s", (int)strcspn(rows[i].line, "\r\n"), rows[i].line))
			printf("# answered: %s", answer);
	}
	close(fd);
	sim_verbose = -1;
}

static void test_stats_content(void)
{
	static const char *const names[] = {
		"frames",     "bytes",	       "dma_reads",	 "dma_writes",
		"dma_faults", "tail_overruns", "dma_after_stop", "link_transitions",
		"carrier",    "wire",	       "device_id",	 "mapped_pages",
	};
	int fd = connect_new();
	char key[64];

	app.devs[1]->ctr.dma_faults = 4711;
	say(fd, "stats\n");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(key, sizeof(key), "\"%s\":", names[i]);
		tap_ok(strstr(answer, key) != NULL, "stats has %s", names[i]);
	}
	tap_ok(strstr(answer, "\"dma_faults\":4711") != NULL, "with its value");
	say(fd, "stats reset\n");
	say(fd, "stats\n");
	tap_ok(!strstr(answer, "4711"), "reset");
	close(fd);
}

static void test_wait(void)
{
	int fd = connect_new(), other = connect_new();
	uint64_t next = 0;

	say(fd, "wire 0:none,gen,count=10\n");
	say(fd, "gen 0 start\n");
	tap_eq(say(fd, "gen 0 wait\n"), 0, "no answer while the generator runs");
	tap_ok(ctl_poll(&app, sim_now_ns()), "somebody waits");
	tap_ok(say(other, "stats\n") > 0 && ok(), "another client is served meanwhile");
	while (wire_gen_running(app.devs[0]->wire->gen))
		sim_wire_poll(app.devs[0]->wire, sim_now_ns(), &next);
	tap_ok(!ctl_poll(&app, sim_now_ns()), "nobody waits any more");
	tap_ok(hear(fd) > 0 && ok(), "the answer comes when it is done");
	tap_eq(td(app.devs[0])->rx_frames >= 10, 1, "and all frames with it");
	say(fd, "wire 0:none,gen\n");
	say(fd, "gen 0 start\n");
	say(fd, "gen 0 wait 1\n");
	ctl_poll(&app, sim_now_ns() + 2000000000);
	tap_ok(hear(fd) > 0 && refused("still runs"), "waiting ends after its time");
	close(fd);
	close(other);
	serve();
}

static void test_clients(void)
{
	int fds[12], fd, served = 0;
	char line[3000];

	for (int i = 0; i < 12; i++)
		fds[i] = connect_new();
	for (int i = 0; i < 12; i++)
		served += fds[i] >= 0 && say(fds[i], "verbose 0\n") > 0 && ok();
	tap_eq(served, 8, "eight clients at a time");
	for (int i = 0; i < 12; i++)
		close(fds[i]);
	serve();
	sim_verbose = -1;
	fd = connect_new();
	tap_ok(say(fd, "sta") == 0 && say(fd, "ts\nhelp\n") > 0, "a line in two parts, two in one");
	tap_ok(strchr(answer, '\n') && strstr(strchr(answer, '\n'), "\"help\""), "both answered");
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	tap_eq(say(fd, line), -1, "a line without end hangs up");
	close(fd);
	serve();
	fd = connect_new();
	say(fd, "quit\n");
	tap_ok(ok() && app.quit, "quit");
	close(fd);
}

/* A file in the way stays, a living server is not robbed, a dead one leaves its path to us. */
static void test_paths(const char *dir)
{
	char name[128], err[256] = "";
	struct sockaddr_un addr;
	int fd;

	snprintf(name, sizeof(name), "%s/file", dir);
	close(open(name, O_CREAT | O_WRONLY, 0600));
	tap_ok(sim_unix_listen(name, err, sizeof(err)) < 0 && strstr(err, "no socket"),
	       "a file is refused");
	tap_ok(!access(name, F_OK), "and still there");
	unlink(name);
	tap_ok(sim_unix_listen(path, err, sizeof(err)) < 0 && strstr(err, "another process"),
	       "a served socket is refused");
	serve();
	snprintf(name, sizeof(name), "%s/dead", dir);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	sim_unix_address(name, &addr);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		tap_ok(0, "bind");
	close(fd);
	fd = sim_unix_listen(name, err, sizeof(err));
	tap_ok(fd >= 0, "a socket left behind is taken over");
	close(fd);
	unlink(name);
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	tap_ok(sim_unix_listen(name, err, sizeof(err)) < 0 && strstr(err, "longer"),
	       "a path too long");
}

int main(void)
{
	char err[256] = "", dir[] = "/tmp/ndrv-ctl-test-XXXXXX";

	sim_verbose = -1;
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/ctl", dir);
	for (app.nr = 0; app.nr < 2; app.nr++) {
		char name[16];

		snprintf(name, sizeof(name), "port%u", app.nr);
		app.devs[app.nr] = sim_dev_create(&td_ops, name, app.nr, NULL, err, sizeof(err));
		if (!app.devs[app.nr] || sim_wire_init(app.devs[app.nr]))
			return 1;
	}
	tap_eq(ctl_listen(&app, "/nonexistent/dir/ctl", err, sizeof(err)), -1,
	       "a path that cannot be");
	tap_eq(ctl_listen(&app, path, err, sizeof(err)), 0, "listen");
	test_paths(dir);
	test_commands();
	test_stats_content();
	test_wait();
	test_clients();
	ctl_close();
	tap_ok(access(path, F_OK), "the socket is removed");
	rmdir(dir);
	for (unsigned int i = 0; i < app.nr; i++) {
		sim_wire_fini(app.devs[i]);
		sim_dev_destroy(app.devs[i]);
	}
	return tap_done();
}
