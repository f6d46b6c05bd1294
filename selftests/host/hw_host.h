/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel as a family file of kmod sees it, on the host: what kmod/hw.h lists, over the
 * in-process simulator. hw->regs is the struct sim_inproc, time is the simulator's, so a wait takes
 * no time but is measured. Tests look into and interfere with it through struct host.
 */
#ifndef HW_HOST_H
#define HW_HOST_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

#include "sim_inproc.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define __iomem
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define BITS_PER_LONG		((int)(8 * sizeof(long)))
#define GENMASK(high, low)	((~0UL >> (BITS_PER_LONG - 1 - (high))) & (~0UL << (low)))
#define HOST_SHIFT(mask)	__builtin_ctzl(mask)
#define FIELD_PREP(mask, val)	(((unsigned long)(val) << HOST_SHIFT(mask)) & (mask))
#define FIELD_GET(mask, reg)	(((unsigned long)(reg) & (mask)) >> HOST_SHIFT(mask))
#define FIELD_MAX(mask)		((mask) >> HOST_SHIFT(mask))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define lower_32_bits(n)	((u32)(n))
#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define likely(x)		(x)
#define unlikely(x)		(x)
#define static_assert		_Static_assert
#define __aligned(n)		__attribute__((aligned(n)))
#define WARN_ON_ONCE(wrong)	((wrong) ? (abort(), true) : false)

static inline bool test_bit(unsigned int nr, const unsigned long *map)
{
	return map[nr / BITS_PER_LONG] >> (nr % BITS_PER_LONG) & 1;
}

static inline void __set_bit(unsigned int nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] |= 1UL << (nr % BITS_PER_LONG);
}

static inline void __clear_bit(unsigned int nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] &= ~(1UL << (nr % BITS_PER_LONG));
}

#define HOST_UNALIGNED(bits) \
static inline u##bits get_unaligned_le##bits(const void *p) \
{ \
	const u8 *b = p; \
	u64 v = 0; \
	int i; \
\
	for (i = bits / 8 - 1; i >= 0; i--) \
		v = v << 8 | b[i]; \
	return (u##bits)v; \
} \
static inline void put_unaligned_le##bits(u##bits v, void *p) \
{ \
	u8 *b = p; \
	int i; \
\
	for (i = 0; i < bits / 8; i++) \
		b[i] = (u8)((u64)v >> (8 * i)); \
}
HOST_UNALIGNED(16)
HOST_UNALIGNED(32)
HOST_UNALIGNED(64)

static inline u16 be16_to_cpu(__be16 v)
{
	return __builtin_bswap16((u16)v);
}

static inline u32 be32_to_cpu(__be32 v)
{
	return __builtin_bswap32((u32)v);
}

static inline unsigned int hweight32(u32 v)
{
	return (unsigned int)__builtin_popcount(v);
}

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)	(*(volatile __typeof__(x) *)&(x) = (val))

/* One thread, so a lock that is taken twice would never be had. */
typedef struct {
	bool held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void host_lock(spinlock_t *lock, bool take)
{
	if (lock->held == take)
		abort();
	lock->held = take;
}

#define spin_lock_irqsave(lock, flags)		((flags) = 0, host_lock(lock, true))
#define spin_unlock_irqrestore(lock, flags)	((void)(flags), host_lock(lock, false))

#define NDRV_VERSION		"0.0.0"
#define MODULE_FIRMWARE(name)	static_assert(sizeof(name) > 1, "a name")

struct device {
	int unused;
};

struct ndrv_hw;

/* One for the test program; defined in the test. */
struct host {
	/* Called after every register read and before every write; may be NULL. */
	u32 (*on_read)(u32 reg, u32 value);
	/* False: the write is lost. */
	bool (*on_write)(u32 reg, u32 value);
	u64 reads, writes;
	bool quiet;			/* no line of these is printed */
	unsigned int errors;		/* lines of ndrv_hw_err */
	char last_error[256];
	char last_warning[256];
	unsigned int fail_alloc;	/* n: the n-th allocation from now finds no memory */
	/* What ndrv_hw_firmware() finds, NULL = nothing; under this name only, NULL = under any. */
	const void *firmware;
	size_t firmware_bytes;
	const char *firmware_name;
	unsigned int firmware_asked;
	/* ndrv_hw_event(): how many, and what the last one said. */
	unsigned int events;
	u32 event_error, event_queue;
};

extern struct host host;

u32 ndrv_rd32(struct ndrv_hw *hw, u32 reg);
void ndrv_wr32(struct ndrv_hw *hw, u32 reg, u32 value);
void *ndrv_hw_zalloc(struct ndrv_hw *hw, size_t bytes);
void ndrv_hw_free(struct ndrv_hw *hw, void *mem);

static inline void ndrv_hw_sleep_us(struct ndrv_hw *hw, unsigned int us)
{
	(void)hw;
	sim_inproc_step((u64)us * 1000);
}

static inline void ndrv_hw_delay_us(struct ndrv_hw *hw, unsigned int us)
{
	ndrv_hw_sleep_us(hw, us);
}

void host_log(struct ndrv_hw *hw, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define ndrv_hw_err(hw, ...)	host_log(hw, 0, __VA_ARGS__)
#define ndrv_hw_warn(hw, ...)	host_log(hw, 1, __VA_ARGS__)
#define ndrv_hw_info(hw, ...)	host_log(hw, 2, __VA_ARGS__)

#endif
