/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One text for two kinds of fuzzing. A program *_fuzz.c defines fuzz_one(), which asks pick(), rnd() and
 * fuzz_bytes() for every decision, and fuzz_summary(). Built plainly it is a host test: fuzz_main() feeds
 * it numbers of a seeded generator (SEED=n ROUNDS=n). Built with FUZZ_LIBFUZZER and clang's
 * -fsanitize=fuzzer (make fuzz-host) the decisions are libFuzzer's bytes, so that it can learn which
 * of them lead where.
 */
#ifndef HOST_FUZZ_H
#define HOST_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap.h"

/* Up to so many moves. Must end early when fuzz_more() is false. */
static void fuzz_one(unsigned int moves);

static uint64_t fuzz_state;
static const uint8_t *fuzz_at, *fuzz_end;	/* of libFuzzer's input; NULL: the generator */

static inline void fuzz_seed(uint64_t seed)
{
	fuzz_state = seed * 0x9e3779b97f4a7c15ull + 1;
}

/* Is there anything left to decide with? */
static inline bool fuzz_more(void)
{
	return !fuzz_at || fuzz_at < fuzz_end;
}

/* n low bytes are random, n <= 4; 0 at the end of the input. */
static inline uint32_t fuzz_bits(unsigned int n)
{
	uint32_t v = 0;

	if (!fuzz_at) {
		fuzz_state ^= fuzz_state << 13;
		fuzz_state ^= fuzz_state >> 7;
		fuzz_state ^= fuzz_state << 17;
		return (uint32_t)(fuzz_state >> 16);
	}
	while (n-- && fuzz_at < fuzz_end)
		v = v << 8 | *fuzz_at++;
	return v;
}

static inline uint32_t rnd(void)
{
	return fuzz_bits(4);
}

/* 0 to n - 1 */
static inline uint32_t pick(uint32_t n)
{
	return fuzz_bits(n <= 256 ? 1 : n <= 65536 ? 2 : 4) % n;
}

static inline bool one_in(uint32_t n)
{
	return pick(n) == 0;
}

static inline void fuzz_bytes(void *to, size_t len)
{
	uint8_t *p = to;

	while (len--)
		*p++ = (uint8_t)fuzz_bits(1);
}

#ifdef FUZZ_LIBFUZZER

#define FUZZ_MOVES_MAX	400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	fuzz_at = data;
	fuzz_end = data + size;
	fuzz_one(FUZZ_MOVES_MAX);
	return 0;
}

/* What must not be: libFuzzer keeps the input that led here. */
#define FUZZ_CHECK(cond) do {							\
	if (!(cond)) {								\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);	\
		abort();							\
	}									\
} while (0)

#else

static unsigned int fuzz_broken;

#define FUZZ_CHECK(cond) do {							\
	if (!(cond) && fuzz_broken++ < 5)					\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);		\
} while (0)

static inline unsigned int fuzz_rounds(unsigned int otherwise)
{
	const char *r = getenv("ROUNDS");

	return r ? (unsigned int)strtoul(r, NULL, 0) : otherwise;
}

static inline uint64_t fuzz_first_seed(void)
{
	const char *s = getenv("SEED");

	return s ? strtoull(s, NULL, 0) : 1;
}

/* `rounds` seeds with `moves` each. */
static inline void fuzz_main(unsigned int rounds, unsigned int moves)
{
	uint64_t seed = fuzz_first_seed();
	struct timespec a, b;
	unsigned int i;

	rounds = fuzz_rounds(rounds);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (i = 0; i < rounds; i++) {
		unsigned int before = fuzz_broken;

		fuzz_seed(seed + i);
		fuzz_one(moves);
		if (fuzz_broken != before && before < 5)
			printf("# ... with SEED=%llu ROUNDS=1\n", (unsigned long long)(seed + i));
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("# %u rounds of %u moves from seed %llu: %.1f s\n", rounds, moves,
	       (unsigned long long)seed,
	       (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	tap_eq(fuzz_broken, 0, "nothing that must not be");
}

#endif

#endif
