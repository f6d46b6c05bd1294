/* SPDX-License-Identifier: MIT */
/*
 * Vectors of VEC_BYTES (16: SSE4.2, 32: AVX2, 64: AVX-512) for the loops in burst_vec.h, which are written
 * once for all three. Internal to lib/. A desc_<format>.c is compiled once without VEC_BYTES, which is the
 * reference, and once for each width; the Makefile gives the compiler its flags.
 *
 * Arithmetic is what the compiler has for vector types. Here is what it has not, and what is best done
 * differently for each width: moving data between lanes.
 */
#ifndef NDRV_VEC_H
#define NDRV_VEC_H

#include <immintrin.h>
#include <stdint.h>

typedef uint64_t v64 __attribute__((vector_size(VEC_BYTES)));
typedef uint32_t v32 __attribute__((vector_size(VEC_BYTES)));
typedef uint16_t v16 __attribute__((vector_size(VEC_BYTES)));
typedef uint8_t v8 __attribute__((vector_size(VEC_BYTES)));
/* In memory: at any address. */
typedef uint64_t v64_mem __attribute__((vector_size(VEC_BYTES), aligned(8), may_alias));
typedef uint64_t x64 __attribute__((vector_size(16)));
typedef uint64_t x64_mem __attribute__((vector_size(16), aligned(8), may_alias));

/* 64-bit lanes; and the parts of 16 bytes, which is what a descriptor has. */
#define VEC_LANES	(VEC_BYTES / 8u)
#define VEC_QUADS	(VEC_BYTES / 16u)

/* In front of a loop over the vectors of a group. */
#ifdef __clang__
#define vec_unroll	_Pragma("unroll")
#else
#define vec_unroll	_Pragma("GCC unroll 16")
#endif

#define vec_inline static inline __attribute__((always_inline))

/* One 16-byte value in every quad; and the register and the instructions of this width. */
#if VEC_BYTES == 16
#define VEC_EACH(...)	{ __VA_ARGS__ }
#define VEC_REG		__m128i
#define VEC_DO(op)	_mm_##op
#elif VEC_BYTES == 32
#define VEC_EACH(...)	{ __VA_ARGS__, __VA_ARGS__ }
#define VEC_REG		__m256i
#define VEC_DO(op)	_mm256_##op
#else
#define VEC_EACH(...)	{ __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__ }
#define VEC_REG		__m512i
#define VEC_DO(op)	_mm512_##op
#endif

/* Volatile: loaded once, whatever the compiler thinks. */
vec_inline v64 vec_load(const volatile void *p)
{
	return *(const volatile v64_mem *)p;
}

vec_inline void vec_store(volatile void *p, v64 v)
{
	*(volatile v64_mem *)p = v;
}

vec_inline x64 quad_load(const volatile void *p)
{
	return *(const volatile x64_mem *)p;
}

vec_inline v64 vec_all(uint64_t x)
{
	return (v64){ 0 } + x;
}

vec_inline v32 vec_all32(uint32_t x)
{
	return (v32){ 0 } + x;
}

/* Bytes of @v by the numbers in @by, quad by quad; 0 where the number has bit 7. */
vec_inline v8 vec_shuffle(v8 v, v8 by)
{
	return (v8)VEC_DO(shuffle_epi8)((VEC_REG)v, (VEC_REG)by);
}

vec_inline v32 vec_max32(v32 a, v32 b)
{
	return (v32)VEC_DO(max_epu32)((VEC_REG)a, (VEC_REG)b);
}

vec_inline v32 vec_min32(v32 a, v32 b)
{
	return (v32)VEC_DO(min_epu32)((VEC_REG)a, (VEC_REG)b);
}

vec_inline v16 vec_min16(v16 a, v16 b)
{
	return (v16)VEC_DO(min_epu16)((VEC_REG)a, (VEC_REG)b);
}

#if VEC_BYTES == 16

/* 16 bytes, in every quad. */
vec_inline v8 vec_repeat(const void *p)
{
	return (v8)quad_load(p);
}

/* Has @v any of the bits @mask? */
vec_inline int vec_any(v64 v, v64 mask)
{
	return !_mm_testz_si128((__m128i)v, (__m128i)mask);
}

/* Quads that are @stride bytes apart. */
vec_inline v64 vec_gather(const volatile uint8_t *p, unsigned int stride)
{
	(void)stride;
	return vec_load(p);
}

/* Of handles: the first quadword, and the second one. */
vec_inline void vec_split(const struct ndrv_pkt *p, v64 *first, v64 *second)
{
	v64 a = quad_load(&p[0]), b = quad_load(&p[1]);

	*first = __builtin_shufflevector(a, b, 0, 2);
	*second = __builtin_shufflevector(a, b, 1, 3);
}

/* Quads of which @first and @second have the halves, @stride bytes apart. */
vec_inline void vec_scatter(volatile uint8_t *p, unsigned int stride, v64 first, v64 second)
{
	vec_store(p, __builtin_shufflevector(first, second, 0, 2));
	vec_store(p + stride, __builtin_shufflevector(first, second, 1, 3));
}

#elif VEC_BYTES == 32

vec_inline v8 vec_repeat(const void *p)
{
	return (v8)_mm256_broadcastsi128_si256((__m128i)quad_load(p));
}

vec_inline int vec_any(v64 v, v64 mask)
{
	return !_mm256_testz_si256((__m256i)v, (__m256i)mask);
}

vec_inline v64 vec_pair(x64 low, x64 high)
{
	return (v64)_mm256_inserti128_si256(_mm256_castsi128_si256((__m128i)low), (__m128i)high, 1);
}

vec_inline v64 vec_gather(const volatile uint8_t *p, unsigned int stride)
{
	return stride == 16 ? vec_load(p) : vec_pair(quad_load(p), quad_load(p + stride));
}

vec_inline void vec_split(const struct ndrv_pkt *p, v64 *first, v64 *second)
{
	v64 a = vec_pair(quad_load(&p[0]), quad_load(&p[2]));
	v64 b = vec_pair(quad_load(&p[1]), quad_load(&p[3]));

	*first = __builtin_shufflevector(a, b, 0, 4, 2, 6);
	*second = __builtin_shufflevector(a, b, 1, 5, 3, 7);
}

vec_inline void quad_store(volatile void *p, v64 v, int high)
{
	*(volatile x64_mem *)p = high ? (x64)_mm256_extracti128_si256((__m256i)v, 1) :
					(x64)_mm256_castsi256_si128((__m256i)v);
}

vec_inline void vec_scatter(volatile uint8_t *p, unsigned int stride, v64 first, v64 second)
{
	v64 a = __builtin_shufflevector(first, second, 0, 4, 2, 6);
	v64 b = __builtin_shufflevector(first, second, 1, 5, 3, 7);

	if (stride == 16) {
		vec_store(p, __builtin_shufflevector(a, b, 0, 1, 4, 5));
		vec_store(p + 32, __builtin_shufflevector(a, b, 2, 3, 6, 7));
		return;
	}
	quad_store(p, a, 0);
	quad_store(p + stride, b, 0);
	quad_store(p + 2 * stride, a, 1);
	quad_store(p + 3 * stride, b, 1);
}

#else

vec_inline v8 vec_repeat(const void *p)
{
	return (v8)_mm512_broadcast_i32x4((__m128i)quad_load(p));
}

vec_inline int vec_any(v64 v, v64 mask)
{
	return _mm512_test_epi64_mask((__m512i)v, (__m512i)mask) != 0;
}

/* The stride is 16 or 32 bytes. */
vec_inline v64 vec_gather(const volatile uint8_t *p, unsigned int stride)
{
	return stride == 16 ? vec_load(p) :
			      __builtin_shufflevector(vec_load(p), vec_load(p + 64), 0, 1, 4, 5, 8, 9, 12, 13);
}

vec_inline void vec_split(const struct ndrv_pkt *p, v64 *first, v64 *second)
{
	const volatile uint8_t *at = (const volatile uint8_t *)p;
	v64 a = vec_load(at), b = vec_load(at + 64), c = vec_load(at + 128);
	v64 f = __builtin_shufflevector(a, b, 0, 3, 6, 9, 12, 15, 0, 0);
	v64 s = __builtin_shufflevector(a, b, 1, 4, 7, 10, 13, 0, 0, 0);

	*first = __builtin_shufflevector(f, c, 0, 1, 2, 3, 4, 5, 10, 13);
	*second = __builtin_shufflevector(s, c, 0, 1, 2, 3, 4, 8, 11, 14);
}

vec_inline void vec_scatter(volatile uint8_t *p, unsigned int stride, v64 first, v64 second)
{
	const v64 zero = { 0 };
	v64 a = __builtin_shufflevector(first, second, 0, 8, 1, 9, 2, 10, 3, 11);
	v64 b = __builtin_shufflevector(first, second, 4, 12, 5, 13, 6, 14, 7, 15);

	if (stride == 16) {
		vec_store(p, a);
		vec_store(p + 64, b);
		return;
	}
	/* What is between the quads nobody reads: 0. */
	vec_store(p, __builtin_shufflevector(a, zero, 0, 1, 8, 8, 2, 3, 8, 8));
	vec_store(p + 64, __builtin_shufflevector(a, zero, 4, 5, 8, 8, 6, 7, 8, 8));
	vec_store(p + 128, __builtin_shufflevector(b, zero, 0, 1, 8, 8, 2, 3, 8, 8));
	vec_store(p + 192, __builtin_shufflevector(b, zero, 4, 5, 8, 8, 6, 7, 8, 8));
}

#endif

#endif
