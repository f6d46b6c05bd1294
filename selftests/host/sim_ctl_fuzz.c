// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever is typed, at the control socket, as options of --dev or as --wire, the simulator neither
 * crashes nor hangs; each line has one line of answer, and the next good command works. Words that
 * would make it open files or interfaces of this machine are left out.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fuzz.h"

#include "app.h"
#include "tran.h"

static const char *const words[] = {
	"stats", "reset", "gen", "start", "stop", "set", "sink", "resync", "link", "up", "down", "wire",
	"fault", "hostile", "off", "log", "all", "regs", "regs+desc", "aq+irq+", "unplug", "remove",
	"restore", "drop", "verbose", "help", "0", "1", "2", "-1", "cable:0,1", "cable:0,0", "0:loop",
	"0:gen,sink", "1:gen,count=5,start=auto", "0:none", "size=64", "size=99999", "rate=1000",
	"count=0", "burst=4", "flow=off", "stuck-reset", "no-dd", "torn-dd", "aq-late:0210", "aq-junk",
	"arq-junk", "core-reset", "18446744073709551615", "0x10", "=", ",", ":", "+", "\"", "\\",
};

static const char *const keys[] = {
	"device", "mac", "sfp", "trap", "police", "speed", "vectors", "fd", "pages", "hostile", "rate",
	"what", "size", "", "nothing",
};

static const char *const values[] = {
	"10fb", "1592", "ffff", "02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "2:0",
	"da", "none", "on", "off", "100000", "25000", "1", "128", "99999", "", "0", "-1", "all",
	"regs+link", "+", "0x7fffffffffffffff",
};

static struct sim_app app;
static char path[108];
static int fd = -1;
static uint64_t now_ns = 1000000000, good, bad, devices, refused;

static void serve(void)
{
	for (int i = 0; i < 100 && sim_loop_wait(0) > 0; i++)
		;
}

static bool forbidden(const char *text)
{
	return strstr(text, "pcap") || strstr(text, "tap");
}

#define WORD(list) list[pick(sizeof(list) / sizeof((list)[0]))]

/* Words mostly, and then some bytes changed. */
static size_t line_make(char *to, size_t size)
{
	size_t at = 0, n = 1 + pick(6);

	for (size_t i = 0; i < n && at + 40 < size; i++)
		at += (size_t)sprintf(to + at, "%s%s", i ? " " : "", WORD(words));
	for (size_t i = one_in(4) ? pick(6) : 0; i && at; i--)
		to[pick((uint32_t)at)] = (char)rnd();
	for (size_t i = 0; i < at; i++)
		if (!to[i] || to[i] == '\n')
			to[i] = ' ';
	to[at] = '\0';
	return at;
}

static void connect_new(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (fd >= 0)
		close(fd);
	serve();
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	strcpy(addr.sun_path, path);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		FUZZ_CHECK(!"connect");
	serve();
}

/* How many lines came back; -1: hung up. */
static int hear(void)
{
	static char answer[1 << 18];
	ssize_t n = recv(fd, answer, sizeof(answer) - 1, 0);
	int lines = 0;

	if (n <= 0)
		return n < 0 && errno == EAGAIN ? 0 : -1;
	answer[n] = '\0';
	for (char *p = answer; (p = strchr(p, '\n')); p++)
		lines++;
	good += !strncmp(answer, "{\"ok\":true", 10);
	bad += !strncmp(answer, "{\"ok\":false", 11);
	return lines;
}

static int say(const char *text, size_t len)
{
	if (send(fd, text, len, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		FUZZ_CHECK(!"send");
	serve();
	return hear();
}

static void move_line(void)
{
	char line[512];
	size_t len = line_make(line, sizeof(line) - 1);
	int lines;

	if (forbidden(line))
		return;
	line[len++] = '\n';
	lines = say(line, len);
	FUZZ_CHECK(lines == 1);
	sim_verbose = -1;
}

static void move_poll(void)
{
	now_ns += pick(2) ? 10000 : 1000000;
	sim_clock_fake(now_ns);
	for (unsigned int i = 0; i < app.nr; i++) {
		uint64_t next = UINT64_MAX;

		sim_dev_poll(app.devs[i], now_ns, &next);
		sim_wire_poll(app.devs[i]->wire, now_ns, &next);
	}
	ctl_poll(&app, now_ns);
}

static void move_device(void)
{
	const struct sim_dev_ops *ops = pick(2) ? &sim_ixgbe_ops : &sim_e810_ops;
	char opts[512], err[2048] = "";
	struct sim_dev *dev;
	size_t at = 0;

	for (unsigned int i = 1 + pick(4); i; i--)
		at += (size_t)sprintf(opts + at, "%s%s%s%s", at ? "," : "", WORD(keys),
				      pick(8) ? "=" : "", WORD(values));
	if (one_in(4) && at)
		opts[pick((uint32_t)at)] = (char)(1 + pick(255));
	dev = sim_dev_create(ops, "fuzz", 2, opts, err, sizeof(err));
	FUZZ_CHECK(dev || err[0]);
	if (dev) {
		devices++;
		sim_dev_destroy(dev);
	} else {
		refused++;
	}
}

static void move_long(void)
{
	char text[3000];
	unsigned int len = pick(sizeof(text));

	if (!one_in(16))
		return;
	memset(text, 'a' + (int)pick(26), len);
	say(text, len);
	connect_new();
}

static void (*const moves_of[])(void) = {
	move_line, move_line, move_line, move_line, move_line, move_poll, move_poll, move_device,
	move_long,
};

static void port_add(const struct sim_dev_ops *ops)
{
	char err[256];
	struct sim_dev *dev = sim_dev_create(ops, "port", app.nr, NULL, err, sizeof(err));

	if (!dev || sim_wire_init(dev))
		exit(1);
	app.devs[app.nr++] = dev;
}

static void fuzz_one(unsigned int moves)
{
	char err[256];

	memset(&app, 0, sizeof(app));
	sim_verbose = -1;
	sim_clock_fake(now_ns);
	snprintf(path, sizeof(path), "/tmp/ndrv-ctl-fuzz.%d", (int)getpid());
	port_add(&sim_ixgbe_ops);
	port_add(&sim_e810_ops);
	if (ctl_listen(&app, path, err, sizeof(err)))
		exit(1);
	connect_new();
	while (moves-- && fuzz_more())
		moves_of[pick(sizeof(moves_of) / sizeof(moves_of[0]))]();
	connect_new();
	FUZZ_CHECK(say("hostile 0 off\n", 14) == 1);
	FUZZ_CHECK(say("stats\n", 6) == 1);
	close(fd);
	fd = -1;
	ctl_close();
	for (unsigned int i = 0; i < app.nr; i++) {
		sim_wire_fini(app.devs[i]);
		sim_dev_destroy(app.devs[i]);
	}
}

#ifndef FUZZ_LIBFUZZER
int main(void)
{
	fuzz_main(10, 1000);
	printf("# %llu lines obeyed, %llu refused; %llu devices made, %llu refused\n",
	       (unsigned long long)good, (unsigned long long)bad, (unsigned long long)devices,
	       (unsigned long long)refused);
	tap_ok(good > 100 && bad > 100 && devices && refused, "both ends were reached");
	return tap_done();
}
#endif
