// SPDX-License-Identifier: GPL-2.0-only
/*
 * stress: everything that can happen to a port at the same time, for minutes. Actors (processes) do actions
 * to ports in pairs on cables, each in the order that its numbers give, which come from one seed. The
 * supervisor here watches that every call returns; after each epoch it lets all actors pause and checks that
 * the neighbour lost nothing, that the module can be unloaded, that nothing of it is left, and that every
 * pair passes traffic again. TAP; needs root and a machine that has nothing else to do.
 *
 *	stress [-m MINUTES] [-s SEED] [-a ACTORS] [-e SECONDS] [-n A,B] PCI_A,PCI_B...
 */
#include "stress.h"
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PARK_MS		(2 * CALL_MS)	/* some have several calls to go */
#define END_MS		MS(10000)
#define UNLOAD_MS	MS(20000)
#define CABLE_FRAMES	300
#define OWNERS		3	/* one of so many actors owns the machine */
#define HOT_MS		MS(4000)	/* for so long most of them look at the same port */
#define WISH_MS		MS(1500)
#define FULL_EPOCHS	20	/* after so many, every pair of actions has met */

struct stress *stress;
struct actor *me;

static const struct {
	const char *name;
	bool (*fn)(struct stress_port *sp);
	unsigned int weight;
} actions[NR_ACTS] = {
	[ACT_BIND] = { "bind", act_bind, 3 },
	[ACT_UNBIND] = { "unbind", act_unbind, 2 },
	[ACT_REMOVE] = { "remove", act_remove, 2 },
	[ACT_SURPRISE] = { "surprise", act_surprise, 2 },
	[ACT_HOTPLUG] = { "hotplug", act_hotplug, 2 },
	[ACT_FLR] = { "flr", act_flr, 2 },
	[ACT_RESET] = { "reset", act_reset, 2 },
	[ACT_MODULE] = { "module", act_module, 1 },
	[ACT_OPEN] = { "open", act_open, 3 },
	[ACT_MMAP] = { "mmap", act_mmap, 4 },
	[ACT_TRAFFIC] = { "traffic", act_traffic, 5 },
	[ACT_KILL] = { "kill", act_kill, 4 },
	[ACT_FORK] = { "fork", act_fork, 3 },
	[ACT_WAIT] = { "wait", act_wait, 4 },
	[ACT_URING] = { "uring", act_uring, 4 },
	[ACT_CONFIG] = { "config", act_config, 4 },
	[ACT_POOL] = { "pool", act_pool, 4 },
	[ACT_SYSFS] = { "sysfs", act_sysfs, 3 },
};

static struct {
	double minutes;
	uint64_t seed;
	unsigned int actors, epoch_s;
	char neighbour[2][32];		/* empty: none */
} opt = { .minutes = 1, .actors = 12, .epoch_s = 20 };

static unsigned int tap_n, tap_failed;

const char *action_name(int act)
{
	return actions[act].name;
}

static bool ok(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %u - ", good ? "" : "not ", ++tap_n);
	tap_failed += !good;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	return good;
}

/* ---- actors ------------------------------------------------------------------------------------------- */

/* No access to anything that mmap gave may fault, whatever happens to the device. */
static void faulted(int sig, siginfo_t *si, void *context)
{
	fail("%s at %p", sig == SIGBUS ? "SIGBUS" : "SIGSEGV", si->si_addr);
	_exit(3);
}

static void on_faults(void)
{
	struct sigaction sa = { .sa_sigaction = faulted, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &sa, NULL);
	sigaction(SIGSEGV, &sa, NULL);
}

/* Owners do what the first of the actions are, the others the rest of them. */
static int pick(bool owner)
{
	int first = owner ? 0 : ACT_OPEN, last = owner ? ACT_OPEN : NR_ACTS, a;
	unsigned int sum = 0, n;

	for (a = first; a < last; a++)
		sum += actions[a].weight;
	n = roll(sum);
	for (a = first; n >= actions[a].weight; a++)
		n -= actions[a].weight;
	return a;
}

/* Somewhere, but in half of all cases where the others are, too. */
static unsigned int pick_port(void)
{
	return chance(50) ? now_ms() / HOT_MS % stress->nr_ports : roll(stress->nr_ports);
}

static bool suits(int act, const struct stress_port *sp)
{
	return act == ACT_SURPRISE ? sp->sim >= 0 : act != ACT_HOTPLUG || (sp->igb >= 0 && slots_are_emptied());
}

/* What has not met yet, meets sooner if many see to it. */
static void wished_for(bool owner, struct span *span)
{
	int wish = stress->wish[roll(2)];

	if (wish < 0 || owner != (wish < ACT_OPEN) || chance(40))
		return;
	span->act = (uint8_t)wish;
	span->port = (uint8_t)stress->wish_port;
}

static void act(bool owner)
{
	struct span span = {};
	bool done;

	do {
		span.port = (uint8_t)pick_port();
		span.act = (uint8_t)pick(owner);
	} while (!suits(span.act, &stress->ports[span.port]));
	wished_for(owner, &span);

	me->port = span.port;
	me->act = span.act;
	me->tried[span.act]++;
	span.from_ms = now_ms();
	done = actions[span.act].fn(&stress->ports[span.port]);
	span.to_ms = now_ms();
	me->act = -1;
	if (!done)
		return;
	me->done[span.act]++;
	if (me->nr_spans < MAX_SPANS)
		me->spans[me->nr_spans++] = span;
}

static void actor_main(bool owner)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	on_faults();
	me->act = -1;
	while (!stress->stop) {
		while (stress->pause && !stress->stop) {
			me->parked = true;
			sleep_ms(20);
		}
		me->parked = false;
		if (stress->stop)
			break;
		if (stress->quiet && chance(95)) {
			sleep_ms(50);
			continue;
		}
		act(owner);
		sleep_ms(roll(owner ? 300 : 20));
	}
	_exit(0);
}

static void actors_start(void)
{
	unsigned int i;
	pid_t pid;

	fflush(stdout);
	stress->pause = true;
	for (i = 0; i < opt.actors; i++) {
		struct actor *a = &stress->actors[i];

		a->rng = opt.seed * 0x2545f4914f6cdd1dULL + i;
		a->act = a->port = -1;
		pid = fork();
		if (!pid) {
			me = a;
			actor_main(i < opt.actors / OWNERS);
		}
		a->pid = pid;
		stress->nr_actors++;
	}
}

/* ---- watching ------------------------------------------------------------------------------------------- */

static void show_file(const char *path)
{
	char line[256];
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		printf("#     %s", line);
	if (f)
		fclose(f);
}

/* Where in the kernel every thread of the actor, and of its children, is. */
static void show_stacks(const struct actor *a)
{
	char command[400];
	FILE *f;

	snprintf(command, sizeof(command),
		 "for p in $(ps -eo pid=,pgid= | awk '$2 == %d { print $1 }'); do "
		 "for t in /proc/$p/task/*; do echo \"$t $(cat $t/comm) $(cat $t/wchan)\"; "
		 "cat $t/stack; done; done", a->pid);
	f = popen(command, "re");
	while (f && fgets(command, sizeof(command), f))
		printf("#     %s", command);
	if (f)
		pclose(f);
	show_file("/proc/locks");
}

/* False: one has died, or does not come back. */
static bool actors_well(void)
{
	unsigned int i;
	int status;

	for (i = 0; i < stress->nr_actors; i++) {
		struct actor *a = &stress->actors[i];
		uint64_t since = a->call_ms;

		if (waitpid(a->pid, &status, WNOHANG) == a->pid) {
			printf("# actor %u (%s) ended with status %#x\n", i,
			       a->act < 0 ? "-" : action_name(a->act), status);
			return false;
		}
		if (since && now_ms() > since + CALL_MS) {
			printf("# actor %u (%s on %s) is stuck in %s for %llu ms:\n", i,
			       action_name(a->act), stress->ports[a->port].pci, call_name(a->call),
			       (unsigned long long)(now_ms() - since));
			show_stacks(a);
			return false;
		}
	}
	return true;
}

static void make_a_wish(void)
{
	unsigned int i;
	int a, b;

	if (!matrix_wish(&a, &b))
		a = b = -1;
	for (i = 0; i < stress->nr_ports && a >= 0; i++) {
		stress->wish_port = (stress->wish_port + 1) % (int)stress->nr_ports;
		if (suits(a, &stress->ports[stress->wish_port]) &&
		    suits(b, &stress->ports[stress->wish_port]))
			break;
	}
	stress->wish[0] = a;
	stress->wish[1] = b;
}

static bool watch(unsigned int ms)
{
	uint64_t end = now_ms() + ms, wished = 0;

	while (now_ms() < end) {
		if (!actors_well() || stress->nr_failures >= MAX_FAILURES)
			return false;
		if (now_ms() >= wished + WISH_MS) {
			make_a_wish();
			wished = now_ms();
		}
		sleep_ms(100);
	}
	return true;
}

static bool all_parked(void)
{
	unsigned int i;

	for (i = 0; i < stress->nr_actors; i++)
		if (!stress->actors[i].parked)
			return false;
	return true;
}

static void show_who_works(void)
{
	unsigned int i;

	for (i = 0; i < stress->nr_actors; i++) {
		const struct actor *a = &stress->actors[i];

		if (a->parked)
			continue;
		printf("# actor %u does not pause: %s, %s\n", i,
		       a->act < 0 ? "between actions" : action_name(a->act),
		       a->call_ms ? call_name(a->call) : "in no call");
		show_stacks(a);
	}
}

static bool pause_actors(void)
{
	uint64_t end = now_ms() + PARK_MS;

	stress->pause = true;
	while (!all_parked()) {
		if (!actors_well())
			return false;
		if (now_ms() > end) {
			show_who_works();
			return false;
		}
		sleep_ms(20);
	}
	return true;
}

/* All have been told. Who does not end is shown as stuck already, or killed here. */
static void actors_end(void)
{
	uint64_t end = now_ms() + END_MS;
	unsigned int i;

	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		if (now_ms() > end + END_MS)
			return;
		if (now_ms() > end)
			for (i = 0; i < stress->nr_actors; i++)
				kill(stress->actors[i].pid, SIGKILL);
		sleep_ms(50);
	}
}

/* ---- neighbour -------------------------------------------------------------------------------------------- */

static pid_t neighbour_pid;

static void neighbour_main(void)
{
	static struct neighbour n;
	char both[80];
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	on_faults();
	snprintf(both, sizeof(both), "%s %s", opt.neighbour[0], opt.neighbour[1]);
	setenv("NDRV_DEV", both, 1);
	err = neighbour_start(&n, 0);
	if (err) {
		fail("the neighbour does not start: %s", strerror(-err));
		_exit(1);
	}
	stress->neighbour_runs = true;
	while (!stress->neighbour_end)
		sleep_ms(20);
	neighbour_stop(&n);
	stress->neighbour_sent = n.sent;
	if (!neighbour_unharmed(&n))
		fail("the neighbour sent %llu, received %llu, %llu of them wrong",
		     (unsigned long long)n.sent, (unsigned long long)n.got,
		     (unsigned long long)n.wrong);
	_exit(!neighbour_unharmed(&n));
}

/* Every second epoch is without: only then can the module be unloaded in its midst. */
static bool neighbour_begins(void)
{
	uint64_t end = now_ms() + 2 * LINK_MS;

	stress->neighbour_runs = false;
	stress->neighbour_end = false;
	stress->neighbour_sent = 0;
	fflush(stdout);
	neighbour_pid = fork();
	if (!neighbour_pid)
		neighbour_main();
	while (!stress->neighbour_runs && now_ms() < end && !waitpid(neighbour_pid, NULL, WNOHANG))
		sleep_ms(20);
	return stress->neighbour_runs;
}

static bool neighbour_ends(void)
{
	int status;

	stress->neighbour_end = true;
	return waitpid(neighbour_pid, &status, 0) == neighbour_pid && !status;
}

/* ---- epochs ----------------------------------------------------------------------------------------------- */

/* In a process of its own, as everything that opens ports: the numbers change. */
static bool cable_passes(const char *a, const char *b)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(-cable_check(a, b, CABLE_FRAMES));
	waitpid(pid, &status, 0);
	if (!status)
		return true;
	printf("# no traffic between %s and %s: %s\n", a, b,
	       WIFEXITED(status) ? strerror(WEXITSTATUS(status)) : "a signal");
	return false;
}

static bool cables_pass(void)
{
	unsigned int i;
	bool good = true;

	for (i = 0; i < stress->nr_ports; i += 2)
		good &= cable_passes(stress->ports[i].pci, stress->ports[i + 1].pci);
	if (opt.neighbour[0][0])
		good &= cable_passes(opt.neighbour[0], opt.neighbour[1]);
	return good;
}

/* Without the module: what is left of it. */
static bool nothing_is_left(unsigned int epoch)
{
	unsigned int n;

	memory_sample(epoch);
	n = mappings_left();
	if (n)
		printf("# %u DMA mappings are left\n", n);
	return !n;
}

static bool between_epochs(unsigned int epoch)
{
	int err;

	module_load();
	if (!ports_home()) {
		printf("# not every port is there and bound\n");
		return false;
	}
	err = module_unload(UNLOAD_MS);
	if (err) {
		printf("# the module cannot be unloaded: %s\n", strerror(-err));
		return false;
	}
	if (!nothing_is_left(epoch) || module_load() || !ports_home())
		return false;
	return cables_pass() && no_stray_dma();
}

static bool epoch_failures(unsigned int before)
{
	unsigned int i, n = stress->nr_failures;

	for (i = before; i < n && i < MAX_FAILURES; i++)
		printf("# %s\n", stress->failures[i]);
	return n == before;
}

/* False: there is no point in going on. */
static bool epoch(unsigned int nr)
{
	bool neighbour = opt.neighbour[0][0] && nr % 2 == 0, harmed, good;
	unsigned int before = stress->nr_failures;

	if (neighbour && !neighbour_begins())
		return ok(false, "epoch %u: the neighbour runs", nr);
	stress->pause = false;
	good = watch(opt.epoch_s * 1000);
	if (!pause_actors() || !good) {
		epoch_failures(before);
		return ok(false, "epoch %u: every call returned", nr);
	}
	harmed = neighbour && !neighbour_ends();
	stress->neighbour_runs = false;
	good = epoch_failures(before);
	matrix_add();
	if (neighbour)
		ok(!harmed, "epoch %u: the neighbour lost none of %llu frames", nr,
		   (unsigned long long)stress->neighbour_sent);
	ok(good, "epoch %u: every call did what is documented", nr);
	return ok(between_epochs(nr), "epoch %u: all given back, and traffic passes again", nr);
}

static void run(void)
{
	uint64_t end = now_ms() + (uint64_t)(opt.minutes * 60000);
	unsigned int nr = 0;
	bool good = ok(between_epochs(0), "before: every pair passes traffic");

	/* The first sample of memory is from before them. */
	while (good && (now_ms() < end || nr < MIN_SAMPLES - 1))
		good = epoch(++nr);
	stress->stop = stress->neighbour_end = true;
	matrix_print();
	ok(actions_done(), "every action has been done, and frames have passed");
	calls_print();
	memory_print();
	ok(memory_flat(), "memory is flat");
	if (nr >= FULL_EPOCHS)
		ok(!matrix_missing(), "every pair of actions has met (%u have not)", matrix_missing());
	else
		printf("# pairs of actions that never met: %u\n", matrix_missing());
}

/* ---- what to do --------------------------------------------------------------------------------------------- */

static bool add_port(const char *pci)
{
	struct stress_port *sp = &stress->ports[stress->nr_ports];
	struct ndrv_info info;
	unsigned int nr;
	int fd;

	for (nr = 0; nr < dev_count() && strcmp(dev_pci(nr), pci); nr++)
		;
	fd = dev_open(nr);
	if (stress->nr_ports == MAX_PORTS || fd < 0 || get_info(fd, &info))
		return false;
	close(fd);
	strncpy(sp->pci, pci, sizeof(sp->pci) - 1);
	memcpy(sp->mac, info.out_mac, sizeof(sp->mac));
	sp->sim = sp->igb = -1;
	if (info.out_desc_format == NDRV_DESC_IGB)
		sp->igb = stress->nr_igb++;
	else if (sim_present())
		sp->sim = sim_index(nr);
	sp->peer = stress->nr_ports ^ 1;
	stress->nr_ports++;
	return true;
}

static bool split(const char *both, char pci[2][32])
{
	return sscanf(both, "%31[^,],%31s", pci[0], pci[1]) == 2;
}

static int options(int argc, char **argv)
{
	char pair[2][32];
	int c;

	opt.seed = (uint64_t)time(NULL);
	while ((c = getopt(argc, argv, "m:s:a:e:n:")) >= 0) {
		if (c == 'm')
			opt.minutes = atof(optarg);
		else if (c == 's')
			opt.seed = strtoull(optarg, NULL, 0);
		else if (c == 'a')
			opt.actors = (unsigned int)atoi(optarg);
		else if (c == 'e')
			opt.epoch_s = (unsigned int)atoi(optarg);
		else if (c != 'n' || !split(optarg, opt.neighbour))
			return -EINVAL;
	}
	if (opt.minutes <= 0 || opt.actors < 2 || opt.actors > MAX_ACTORS || !opt.epoch_s ||
	    optind == argc)
		return -EINVAL;
	for (; optind < argc; optind++)
		if (!split(argv[optind], pair) || !add_port(pair[0]) || !add_port(pair[1]))
			return -ENODEV;
	return 0;
}

int main(int argc, char **argv)
{
	int err;

	stress = mmap(NULL, sizeof(*stress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stress == MAP_FAILED)
		return 1;
	err = options(argc, argv);
	if (err == -EINVAL)
		fprintf(stderr, "usage: stress [-m MINUTES] [-s SEED] [-a ACTORS] [-e SECONDS] [-n A,B] A,B...\n");
	if (err) {
		printf("Bail out! %s\n", err == -ENODEV ? "a port is not bound to ndrv" : "usage");
		return 2;
	}
	printf("TAP version 13\n# seed %llu, %g minutes, %u actors on %u ports\n",
	       (unsigned long long)opt.seed, opt.minutes, opt.actors, stress->nr_ports);
	stress->nr_sim = (int)dev_count() - stress->nr_igb;
	actors_start();
	run();
	actors_end();
	printf("1..%u\n", tap_n);
	return tap_failed || !tap_n;
}
