// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fuzzer of /dev/ndrvN: programs of typed calls, alone with the module's coverage as the guide, and
 * several at once. What the kernel's checkers do not see is compared after every few programs (oracle.c).
 * Before a program runs its text is in the log, so whatever it does to the kernel can be done again.
 *
 *   fuzz [--seconds 60] [--seed 1] [--mode both|alone|race] [--log FILE] [--corpus FILE] [--save FILE]
 *   fuzz --replay FILE [--last N] [--times N]	the programs of a log again; --last: only the last N
 *   fuzz --minimise FILE			to FILE.min: what of it the oracle still objects to
 *   fuzz --print FILE				as calls that people can read
 *   fuzz --check N				N programs through their text and back; needs nothing
 *
 * TAP. Needs root, and two ports of any family that are bound to ndrv and joined by a cable.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_CORPUS	4096
#define TEXT_MAX	(64 << 10)
#define ALONE_CHECK	64		/* programs from one check to the next */
#define SAVE_GAIN	4
#define PATIENCE	3		/* times the seconds given, at most */
#define RACE_CHECK	8		/* batches */

static struct {
	unsigned int seconds, last, times, check;
	uint64_t seed;
	bool alone, race;
	const char *log, *corpus, *save, *replay, *minimise, *print;
} opt = { .seconds = 60, .times = 1, .seed = 1, .alone = true, .race = true };

static struct prog *corpus;
static unsigned int *gain;		/* places that a program was the first to reach */
static unsigned int nr_corpus;
static struct base base;
static int log_fd = -1;
static unsigned int tap_nr, tap_failed;
static bool have_kcov;
static uint32_t features;		/* of the first port */

static void tap(const char *bad, const char *fmt, ...)
{
	va_list ap;

	tap_nr++;
	tap_failed += !!bad;
	printf("%sok %u - ", bad ? "not " : "", tap_nr);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(bad ? ": %s\n" : "\n", bad);
	fflush(stdout);
}

/* ---- the log --------------------------------------------------------------------------------------- */

static void log_batch(const struct batch *b)
{
	static char text[TEXT_MAX];
	size_t at = 0;
	unsigned int i;

	if (log_fd < 0)
		return;
	for (i = 0; i < b->nr; i++)
		at += prog_text(&b->prog[i], text + at, sizeof(text) - at);
	if (write(log_fd, text, at) != (ssize_t)at)
		printf("# the log cannot be written: %s\n", strerror(errno));
}

/* All was well up to here: what comes is a new story. */
static void log_clear(void)
{
	if (log_fd >= 0 && ftruncate(log_fd, 0))
		printf("# the log cannot be cut: %s\n", strerror(errno));
}

/* Repairs, and compares: NULL, or what is wrong. */
static const char *check(void)
{
	const char *bad = ports_repair() ? NULL : "a port cannot be bound again";

	if (!bad)
		bad = batch_check(&base);
	if (!bad)
		log_clear();
	return bad;
}

/* ---- depth: a fuzzer that is refused everywhere looks at nothing but refusals ------------------------ */

#define TRIES_MANY	50		/* so often refused is no chance */
#define CALLS_MANY	20000		/* among so many calls each kind has been tried so often */

/* How often calls whose name begins so ended with one of the first @errs results. */
static unsigned long ended(const char *prefix, unsigned int errs)
{
	unsigned long sum = 0;
	unsigned int i, err;

	for (i = 0; i < nr_ops(); i++)
		for (err = 0; err < errs && !strncmp(ops[i].name, prefix, strlen(prefix)); err++)
			sum += atomic_load(&shm->result[i][err]);
	return sum;
}

/* On a slow machine few are tried: that is no verdict on the call. */
static bool refused_everywhere(const char *op)
{
	return !ended(op, 1) && (ended(op, MAX_ERRNO + 1) >= TRIES_MANY ||
				 atomic_load(&shm->calls) >= CALLS_MANY);
}

/* True if there are calls that never succeeded; their names behind what is in @names. */
static bool shallow(char *names, size_t size)
{
	static const struct { const char *op; uint32_t feature; } deep[] = {
		{ "info", 0 }, { "queue_setup", 0 }, { "queue_start", 0 }, { "queue_stop", 0 },
		{ "doorbell", 0 }, { "pool_create", 0 }, { "pool_attach", 0 }, { "pool_detach", 0 },
		{ "rx_mode", 0 }, { "stats", 0 }, { "link", 0 }, { "rss", NDRV_FEAT_RX_HASH },
		{ "arm", NDRV_FEAT_WAIT }, { "queue_get", 0 }, { "filter_mac", NDRV_FEAT_FILTER_MAC },
		{ "filter_vlan", NDRV_FEAT_FILTER_VLAN }, { "filter_type", NDRV_FEAT_FILTER_ETHERTYPE },
		{ "filter_tuple", NDRV_FEAT_FILTER_TUPLE }, { "filter_del", NDRV_FEAT_FILTER_MAC },
		{ "mmap", 0 }, { "pool_map", 0 }, { "descs", 0 }, { "tail", 0 }, { "poll", 0 },
		{ "uring_cmd", 0 }, { "scm_recv", 0 }, { "fork", 0 },
	};
	size_t at = strlen(names);
	bool found = false;
	unsigned int i;

	for (i = 0; i < sizeof(deep) / sizeof(deep[0]); i++) {
		if ((deep[i].feature & features) != deep[i].feature || !refused_everywhere(deep[i].op))
			continue;
		found = true;
		if (at < size)
			at += (size_t)snprintf(names + at, size - at, " %s", deep[i].op);
	}
	return found;
}

static const char *find_features(void)
{
	struct ndrv_info info = {};
	int fd = port_open(0, O_RDWR), err = fd < 0 ? fd : get_info(fd, &info);

	close_fd(fd);
	features = info.out_features;
	return err ? "the first port does not say what it can" : NULL;
}

/* ---- alone: coverage is the guide ------------------------------------------------------------------ */

static void keep(const struct prog *p, unsigned int fresh)
{
	if (nr_corpus == MAX_CORPUS)
		return;
	gain[nr_corpus] = fresh;
	corpus[nr_corpus++] = *p;
}

static void next_prog(struct prog *p, struct rnd *r)
{
	if (!nr_corpus || rnd_chance(r, 25)) {
		prog_random(p, r);
		return;
	}
	/* The youngest are the ones whose surroundings are not known yet. */
	*p = corpus[rnd_chance(r, 40) ? nr_corpus - 1 - rnd_below(r, (nr_corpus + 7) / 8) :
		    rnd_below(r, nr_corpus)];
	prog_mutate(p, r, &corpus[rnd_below(r, nr_corpus)]);
}

static const char *load_corpus(void)
{
	struct prog p;
	FILE *f = opt.corpus ? fopen(opt.corpus, "re") : NULL;
	int ret = 0;

	if (opt.corpus && !f)
		return "the corpus cannot be read";
	while (f && nr_corpus < MAX_CORPUS / 2 && (ret = prog_read(&p, f)) > 0)
		keep(&p, 0);
	if (f)
		fclose(f);
	return ret < 0 ? "the corpus cannot be understood" : NULL;
}

static void run_alone(unsigned int seconds)
{
	uint64_t start = now_ms(), end = start + seconds * 1000ULL, ms;
	uint64_t late = start + PATIENCE * seconds * 1000ULL;
	unsigned int nr, fresh, first = nr_corpus;
	static struct batch b = { .nr = 1 };
	struct rnd r = { opt.seed };
	const char *bad = NULL;

	/* A slow machine gets more time to go deep, not a lesser task. */
	for (nr = 0; !bad && (now_ms() < end || (now_ms() < late && shallow((char[1]){}, 1))); nr++) {
		if (nr < first)
			b.prog[0] = corpus[nr];
		else
			next_prog(&b.prog[0], &r);
		b.prog[0].flags &= PROG_LEAVE;
		log_batch(&b);
		bad = batch_run(&b, have_kcov);
		fresh = kcov_harvest();
		if (nr < first)
			gain[nr] = fresh;
		else if (fresh)
			keep(&b.prog[0], fresh);
		if (!bad && nr % ALONE_CHECK == ALONE_CHECK - 1)
			bad = check();
	}
	ms = now_ms() - start;
	if (!bad)
		bad = check();
	printf("# alone: %u programs in %llu ms, %llu a minute; %u places of the module reached, %u programs kept\n",
	       nr, (unsigned long long)ms, (unsigned long long)(nr * 60000ULL / (ms + 1)), kcov_total(),
	       nr_corpus);
	tap(bad, "%u programs, one after the other (seed %llu)", nr, (unsigned long long)opt.seed);
}

static void run_race(unsigned int seconds)
{
	uint64_t end = now_ms() + seconds * 1000ULL, start = now_ms();
	struct rnd r = { ~opt.seed };
	const char *bad = NULL;
	static struct batch b;
	unsigned int nr;

	for (nr = 0; !bad && now_ms() < end; nr++) {
		batch_random_race(&b, &r);
		/* What led somewhere when it was alone is worth a race. */
		if (nr_corpus && rnd_chance(&r, 50)) {
			uint32_t flags = b.prog[0].flags;

			b.prog[0] = corpus[rnd_below(&r, nr_corpus)];
			b.prog[0].flags = flags;
		}
		log_batch(&b);
		bad = batch_run(&b, false);
		if (!bad && nr % RACE_CHECK == RACE_CHECK - 1)
			bad = check();
		else if (!bad && !ports_repair())
			bad = "a port cannot be bound again";
	}
	if (!bad)
		bad = check();
	printf("# races: %u in %llu ms\n", nr, (unsigned long long)(now_ms() - start));
	tap(bad, "%u races of 2 to %u threads (seed %llu)", nr, NR_THREADS, (unsigned long long)opt.seed);
}

/* ---- what came of it ------------------------------------------------------------------------------- */

static void print_results(void)
{
	unsigned int i, err;

	printf("# %lu calls, %lu stores and loads that faulted\n", atomic_load(&shm->calls),
	       atomic_load(&shm->faults));
	for (i = 0; i < nr_ops(); i++) {
		printf("# %-12s ok %lu", ops[i].name, atomic_load(&shm->result[i][0]));
		for (err = 1; err <= MAX_ERRNO; err++)
			if (atomic_load(&shm->result[i][err]))
				printf(" %s %lu", strerrorname_np((int)err) ?: "?",
				       atomic_load(&shm->result[i][err]));
		printf("\n");
	}
}

static void judge_depth(void)
{
	char names[256] = "refused whenever tried:";

	tap(shallow(names, sizeof(names)) ? names : NULL, "no kind of call is refused everywhere");
}

static int run_all(void)
{
	const char *bad = load_corpus();
	unsigned int seconds = opt.alone && opt.race ? opt.seconds / 2 : opt.seconds;

	if (bad) {
		fprintf(stderr, "fuzz: %s: %s\n", opt.corpus, bad);
		return 2;
	}
	printf("# seed %llu, %u s, %u ports, %u programs in the corpus\n", (unsigned long long)opt.seed,
	       opt.seconds, ports_count(), nr_corpus);
	bad = check();
	if (!bad)
		bad = find_features();
	tap(bad, "the ports are as they should be at the start");
	if (!bad && opt.alone)
		run_alone(seconds);
	if (!tap_failed && opt.race)
		run_race(seconds);
	print_results();
	if (!tap_failed)
		judge_depth();
	if (opt.alone && have_kcov)
		tap(kcov_total() ? NULL : "the module was built without it (NDRV_KCOV=1)",
		    "coverage of the module is seen");
	printf("1..%u\n", tap_nr);
	return !!tap_failed;
}

/* Those that lead to many places: a run that starts with them is where this one ends, nearly. */
static void save_corpus(void)
{
	static char text[TEXT_MAX];
	FILE *f = opt.save ? fopen(opt.save, "we") : NULL;
	unsigned int i;

	for (i = 0; f && i < nr_corpus; i++)
		if (gain[i] >= SAVE_GAIN)
			fwrite(text, 1, prog_text(&corpus[i], text, sizeof(text)), f);
	if (f)
		fclose(f);
}

/* ---- old programs ---------------------------------------------------------------------------------- */

static int open_file(const char *path, FILE **f)
{
	*f = fopen(path, "re");
	if (!*f)
		fprintf(stderr, "fuzz: %s: %s\n", path, strerror(errno));
	return *f ? 0 : 2;
}

static int print_file(const char *path)
{
	struct prog p;
	FILE *f;
	int ret = open_file(path, &f);
	unsigned int nr = 0;

	if (ret)
		return ret;
	while ((ret = prog_read(&p, f)) > 0) {
		printf("program %u, %s%u calls, ", nr++, p.flags & PROG_RACE ? "races, " : "", p.nr);
		prog_print(&p, stdout);
	}
	fclose(f);
	return ret ? 2 : 0;
}

/* What the log holds is what ran: programs of all kinds come back from their text as they were. */
static int check_text(unsigned int count)
{
	static struct prog p, other, back;
	static char text[TEXT_MAX];
	struct rnd r = { opt.seed };
	unsigned int nr, bad = 0;

	for (nr = 0; nr < count; nr++) {
		FILE *f;

		prog_random(&other, &r);
		prog_mutate(&p, &r, &other);
		if (!p.nr || rnd_chance(&r, 10))
			p = other;
		f = fmemopen(text, prog_text(&p, text, sizeof(text)), "r");
		bad += !f || prog_read(&back, f) != 1 || back.nr != p.nr || back.flags != p.flags ||
		       memcmp(back.call, p.call, p.nr * sizeof(p.call[0]));
		if (f)
			fclose(f);
	}
	tap(bad ? "some came back as others" : NULL, "%u programs are what their text says", count);
	printf("1..1\n");
	return !!bad;
}

static int replay_file(const char *path)
{
	static struct batch b;
	unsigned int nr = 0, all = 0, times;
	const char *bad = NULL;
	FILE *f;
	int ret = open_file(path, &f);

	if (ret)
		return ret;
	while ((ret = batch_read(&b, f)) > 0)
		all++;
	if (ret < 0)
		return 2;
	for (times = 0; !bad && times < opt.times; times++) {
		if (fseek(f, 0, SEEK_SET))
			bad = "the file cannot be read twice";
		for (nr = 0; !bad && batch_read(&b, f) > 0; nr++)
			if (!opt.last || nr + opt.last >= all)
				bad = batch_run(&b, false);
		if (!bad)
			bad = check();
	}
	fclose(f);
	tap(bad, "%u of %u batches of %s, %u times", opt.last && opt.last < all ? opt.last : all, all, path,
	    times);
	print_results();
	printf("1..%u\n", tap_nr);
	return !!bad;
}

static void usage(void)
{
	printf("usage: fuzz [--seconds N] [--seed N] [--mode both|alone|race] [--log FILE] [--corpus FILE] [--save FILE]\n"
	       "       fuzz --replay FILE [--last N] [--times N] | --minimise FILE | --print FILE | --check N\n");
	exit(2);
}

static void options(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seconds", 1, NULL, 's' }, { "seed", 1, NULL, 'n' }, { "mode", 1, NULL, 'm' },
		{ "log", 1, NULL, 'l' }, { "corpus", 1, NULL, 'c' }, { "save", 1, NULL, 'S' },
		{ "replay", 1, NULL, 'r' }, { "last", 1, NULL, 'L' }, { "times", 1, NULL, 't' },
		{ "minimise", 1, NULL, 'M' }, { "print", 1, NULL, 'p' },
		{ "check", 1, NULL, 'C' }, {},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 's': opt.seconds = (unsigned int)strtoul(optarg, NULL, 0); break;
		case 'n': opt.seed = strtoull(optarg, NULL, 0); break;
		case 'm':
			opt.alone = strcmp(optarg, "race");
			opt.race = strcmp(optarg, "alone");
			break;
		case 'l': opt.log = optarg; break;
		case 'c': opt.corpus = optarg; break;
		case 'S': opt.save = optarg; break;
		case 'r': opt.replay = optarg; break;
		case 'L': opt.last = (unsigned int)strtoul(optarg, NULL, 0); break;
		case 't': opt.times = (unsigned int)strtoul(optarg, NULL, 0); break;
		case 'M': opt.minimise = optarg; break;
		case 'p': opt.print = optarg; break;
		case 'C': opt.check = (unsigned int)strtoul(optarg, NULL, 0); break;
		default: usage();
		}
	}
	if (optind != argc)
		usage();
}

int main(int argc, char **argv)
{
	int ret;

	options(argc, argv);
	if (opt.print)
		return print_file(opt.print);
	if (opt.check)
		return check_text(opt.check);
	printf("TAP version 13\n");
	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return 4;
	}
	ports_find();
	if (ports_count() < 2) {
		printf("1..0 # SKIP %u ports found, 2 needed\n", ports_count());
		return dev_needed(2) ? 1 : 4;
	}
	shm = mmap(NULL, sizeof(*shm), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	corpus = calloc(MAX_CORPUS, sizeof(*corpus));
	gain = calloc(MAX_CORPUS, sizeof(*gain));
	if (shm == MAP_FAILED || !corpus || !gain)
		return 2;
	if (opt.log)
		log_fd = open(opt.log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	ports_repair();
	oracle_base(&base);
	if (opt.replay)
		return replay_file(opt.replay);
	if (opt.minimise) {
		char to[512];

		snprintf(to, sizeof(to), "%s.min", opt.minimise);
		return minimise(opt.minimise, to, opt.seconds);
	}
	have_kcov = kcov_init();
	if (!have_kcov)
		printf("# this kernel has no KCOV: chance is the only guide\n");
	ret = run_all();
	save_corpus();
	return ret;
}
