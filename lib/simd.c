/* SPDX-License-Identifier: MIT */
/*
 * Which build of the descriptor loops a queue gets: the widest that this CPU runs, or the scalar one where
 * QEMU's TCG emulates the CPU, for which vectors are function calls. NDRV_SIMD in the environment, one of the
 * names below, says how wide at most, also there; "scalar" is the reference.
 */
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "internal.h"

static const char *const names[NR_SIMD] = { "scalar", "sse4", "avx2", "avx512" };

#if defined(__x86_64__)
#define BUILDS(name) { &name, &name##_sse4, &name##_avx2, &name##_avx512 }
#else
#define BUILDS(name) { &name }
#endif

static const struct desc_ops *const *builds_of(uint32_t desc_format)
{
	static const struct desc_ops *const ixgbe[NR_SIMD] = BUILDS(ndrv_desc_ixgbe);
	static const struct desc_ops *const ice[NR_SIMD] = BUILDS(ndrv_desc_ice);
	static const struct desc_ops *const igb[NR_SIMD] = BUILDS(ndrv_desc_igb);

	switch (desc_format) {
	case NDRV_DESC_IXGBE:
		return ixgbe;
	case NDRV_DESC_ICE:
		return ice;
	case NDRV_DESC_IGB:
		return igb;
	default:
		return NULL;
	}
}

static bool cpu_has(enum simd simd)
{
#if defined(__x86_64__)
	switch (simd) {
	case SIMD_SSE4:
		return __builtin_cpu_supports("sse4.2");
	case SIMD_AVX2:
		return __builtin_cpu_supports("avx2");
	case SIMD_AVX512:
		/* The first CPUs with AVX-512 slow down when they use it; those have no VBMI2. */
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
		       __builtin_cpu_supports("avx512vbmi2");
	default:
		break;
	}
#endif
	return simd == SIMD_SCALAR;
}

/* By the name of the hypervisor, where CPUID says that there is one. */
bool ndrv_cpu_is_emulated(void)
{
#if defined(__x86_64__)
	unsigned int a, b, c, d, name[3];

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 31 & 1))
		return false;
	__cpuid(0x40000000, a, name[0], name[1], name[2]);
	return !memcmp(name, "TCGTCGTCGTCG", sizeof(name));
#else
	return false;
#endif
}

const char *ndrv_simd_name(enum simd simd)
{
	return names[simd];
}

/* NULL: this CPU cannot, or no such format. */
const struct desc_ops *ndrv_simd_ops(uint32_t desc_format, enum simd simd)
{
	const struct desc_ops *const *builds = builds_of(desc_format);

	return builds && cpu_has(simd) ? builds[simd] : NULL;
}

const struct desc_ops *ndrv_simd_best(uint32_t desc_format)
{
	const char *name = getenv("NDRV_SIMD");
	const struct desc_ops *ops = NULL;
	unsigned int i, most = ndrv_cpu_is_emulated() ? SIMD_SCALAR : NR_SIMD - 1;

	for (i = 0; name && i < NR_SIMD; i++)
		if (!strcmp(name, names[i]))
			most = i;
	for (i = 0; i <= most; i++) {
		const struct desc_ops *wider = ndrv_simd_ops(desc_format, i);

		ops = wider ? wider : ops;
	}
	return ops;
}
