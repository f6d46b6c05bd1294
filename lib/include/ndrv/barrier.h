/* SPDX-License-Identifier: MIT */
/*
 * Every memory ordering that libndrv needs, and nothing else. No other file contains a barrier or an
 * access whose order matters; those use the functions here, and each use names its partner by letter.
 *
 * The two sides are this program and the card. They share the descriptor ring and the packet buffers,
 * which are ordinary cached memory, and the tail register ("doorbell"), which is device memory.
 *
 *   receive                                        transmit
 *
 *   program            card                        program            card
 *   -------            ----                        -------            ----
 *   buffer address                                 frame bytes
 *   into descriptor                                descriptor
 *     (A) publish                                    (A) publish
 *   tail register ---> (B) fetch descriptor        tail register ---> (B) fetch descriptor
 *                      write frame bytes                              fetch frame bytes
 *                      (C) set DD                                     (C) set DD
 *   load DD <--------'                             load DD <--------'
 *     (D) acquire                                    (D) acquire
 *   rest of descriptor,                            buffer is the
 *   frame bytes                                    program's again
 *
 * (A) pairs with (B): the card fetches a descriptor only after it saw the new tail, so what was stored
 *     before the tail is what it fetches. Without (A) it could fetch the previous content, a stale
 *     address with DD set.
 * (C) pairs with (D): PCI Express keeps posted writes in order, so DD becomes visible last. Without (D)
 *     the program could read frame bytes that it had fetched before DD was set.
 *
 * The same-address case needs no barrier: a receive descriptor is rewritten (A) after its write-back
 * was read (D); the store cannot pass the earlier load of the same bytes.
 */
#ifndef NDRV_BARRIER_H
#define NDRV_BARRIER_H

#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "libndrv needs a little-endian machine: descriptors are little-endian and are not swapped"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* (A): stores to rings and buffers before this call are visible to the card before the doorbell is. */
static inline void ndrv_publish(void)
{
#if defined(__x86_64__) || defined(__i386__)
	/* Stores to cached memory are not passed by a later store to uncached memory. */
	__asm__ __volatile__("" ::: "memory");
#elif defined(__aarch64__)
	__asm__ __volatile__("dmb oshst" ::: "memory");
#else
#error "libndrv does not know the barriers of this architecture"
#endif
}

/* (D): loads after this call see what the card wrote before the descriptor word that was just read. */
static inline void ndrv_acquire(void)
{
#if defined(__x86_64__) || defined(__i386__)
	/* Loads are not passed by later loads; only the compiler must be stopped. */
	__asm__ __volatile__("" ::: "memory");
#elif defined(__aarch64__)
	__asm__ __volatile__("dmb oshld" ::: "memory");
#endif
}

/* One load of a word that the card may write at any time; follow it with ndrv_acquire(). */
static inline uint32_t ndrv_load32(const volatile uint32_t *word)
{
	return *word;
}

/* The same for 64 bits; on a 32-bit machine this is two loads. */
static inline uint64_t ndrv_load64(const volatile uint64_t *word)
{
	return *word;
}

/* The store to a tail register. Call ndrv_publish() before it. */
static inline void ndrv_doorbell_write(volatile uint32_t *reg, uint32_t tail)
{
	*reg = tail;
}

#ifdef __cplusplus
}
#endif

#endif
