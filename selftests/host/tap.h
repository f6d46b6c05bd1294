/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TAP for the host tests: one call per case, a plan at the end, exit status 1 if a case failed.
 * Works in C and C++. A test program includes it once and owns no other output format.
 */
#ifndef HOST_TAP_H
#define HOST_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned int tap_cases, tap_failures;

/* One case; the name says what is expected to hold. Returns @good. */
static inline int __attribute__((format(printf, 2, 3))) tap_ok(int good, const char *name, ...)
{
	va_list ap;

	tap_cases++;
	if (!good)
		tap_failures++;
	printf("%s %u - ", good ? "ok" : "not ok", tap_cases);
	va_start(ap, name);
	vprintf(name, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	return good;
}

/* Like tap_ok(got == want), and says both when they differ. */
static inline int tap_eq(long long got, long long want, const char *name)
{
	if (got != want)
		printf("# %s: got %lld (%#llx), want %lld (%#llx)\n", name, got,
		       (unsigned long long)got, want, (unsigned long long)want);
	return tap_ok(got == want, "%s", name);
}

static inline void __attribute__((format(printf, 2, 3), unused))
tap_skip(const char *name, const char *why, ...)
{
	va_list ap;

	printf("ok %u - %s # SKIP ", ++tap_cases, name);
	va_start(ap, why);
	vprintf(why, ap);
	va_end(ap);
	putchar('\n');
}

/* The plan; the value is main's. A program that dies before this has failed, whatever it printed. */
static inline int tap_done(void)
{
	printf("1..%u\n", tap_cases);
	return tap_failures || !tap_cases;
}

#endif
