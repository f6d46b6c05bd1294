/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The moving parts of hw_host.h, the same for every family: register access, log, DMA memory and
 * firmware files. For one test program: it defines what it declares.
 */
#ifndef HW_SHIM_H
#define HW_SHIM_H

#include "hw.h"

struct host host;
static const char *current = "";

u32 ndrv_rd32(struct ndrv_hw *hw, u32 reg)
{
	u32 value = sim_inproc_rd32((struct sim_inproc *)hw->regs, 0, reg);

	host.reads++;
	if (host.on_read)
		value = host.on_read(reg, value);
	/* As the core does: all ones may be a value, unless a register that never is says so too. */
	if (value == 0xffffffff) {
		u32 alive = sim_inproc_rd32((struct sim_inproc *)hw->regs, 0, hw->info->alive_reg);

		if (host.on_read)
			alive = host.on_read(hw->info->alive_reg, alive);
		if (alive == 0xffffffff)
			hw->gone = true;
	}
	return value;
}

void ndrv_wr32(struct ndrv_hw *hw, u32 reg, u32 value)
{
	host.writes++;
	if (host.on_write && !host.on_write(reg, value))
		return;
	sim_inproc_wr32((struct sim_inproc *)hw->regs, 0, reg, value);
}

void host_log(struct ndrv_hw *hw, int level, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	(void)hw;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!host.quiet)
		printf("# [%s] %s%s", current, line, strchr(line, '\n') ? "" : "\n");
	if (level == 0) {
		host.errors++;
		memcpy(host.last_error, line, sizeof(line));
	} else if (level == 1) {
		memcpy(host.last_warning, line, sizeof(line));
	}
}

void ndrv_hw_event(struct ndrv_hw *hw, u32 error, u32 queue)
{
	(void)hw;
	host.events++;
	host.event_error = error;
	host.event_queue = queue;
}

/* ---- DMA memory: the model reaches it as a device would, and faults once it is freed ------------ */

#define HOST_DMA_IOVA	0x70000000ull
#define HOST_PAGE	4096ull

static u64 host_dma_bytes;		/* that the family holds; 0 after detach */
static u64 host_dma_next = HOST_DMA_IOVA;

static inline u64 host_page_align(u64 bytes)
{
	return (bytes + HOST_PAGE - 1) & ~(HOST_PAGE - 1);
}

void *ndrv_hw_dma_alloc(struct ndrv_hw *hw, size_t bytes, u64 *iova)
{
	u64 len = host_page_align(bytes);
	void *mem;

	*iova = 0;
	if (host.fail_alloc && !--host.fail_alloc)
		return NULL;
	mem = aligned_alloc(HOST_PAGE, len);
	memset(mem, 0, len);
	/* Never the same address twice, and a hole behind each. */
	*iova = host_dma_next;
	host_dma_next += len + HOST_PAGE;
	sim_inproc_map((struct sim_inproc *)hw->regs, *iova, mem, len, SIM_INPROC_RW);
	host_dma_bytes += len;
	return mem;
}

void ndrv_hw_dma_free(struct ndrv_hw *hw, size_t bytes, void *mem, u64 iova)
{
	u64 len = host_page_align(bytes);

	if (!mem)
		return;
	sim_inproc_unmap((struct sim_inproc *)hw->regs, iova, len);
	host_dma_bytes -= len;
	free(mem);
}

void *ndrv_hw_zalloc(struct ndrv_hw *hw, size_t bytes)
{
	(void)hw;
	if (host.fail_alloc && !--host.fail_alloc)
		return NULL;
	return calloc(1, bytes);
}

void ndrv_hw_free(struct ndrv_hw *hw, void *mem)
{
	(void)hw;
	free(mem);
}

/* ---- firmware files: a copy without a spare byte, so that a sanitizer sees every overrun -------- */

int ndrv_hw_firmware(struct ndrv_hw *hw, const char *name, struct ndrv_hw_blob *blob)
{
	u8 *copy;

	(void)hw;
	memset(blob, 0, sizeof(*blob));
	host.firmware_asked++;
	if (!host.firmware || (host.firmware_name && strcmp(host.firmware_name, name)))
		return -ENOENT;
	copy = malloc(host.firmware_bytes ? host.firmware_bytes : 1);
	memcpy(copy, host.firmware, host.firmware_bytes);
	blob->data = copy;
	blob->bytes = host.firmware_bytes;
	blob->handle = copy;
	return 0;
}

void ndrv_hw_firmware_free(struct ndrv_hw *hw, struct ndrv_hw_blob *blob)
{
	(void)hw;
	free((void *)blob->handle);
	memset(blob, 0, sizeof(*blob));
}

#endif
