// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core does for the families (hw.h): register access, DMA memory, firmware files. Knows no
 * family.
 */
#include <linux/dma-mapping.h>
#include <linux/firmware.h>

#include "ndrv.h"

/*
 * Register access for the families. All ones may be a value, or a card that is not there any
 * more.
 */
u32 ndrv_rd32(struct ndrv_hw *hw, u32 reg)
{
	u32 value;

	if (ndrv_hw_gone(hw))
		return ~0U;
	value = readl(hw->regs + reg);
	if (unlikely(value == ~0U) && readl(hw->regs + hw->info->alive_reg) == ~0U) {
		WRITE_ONCE(hw->gone, true);
		dev_err(hw->dev, "the card answers with all ones (register 0x%x): unplugged or dead\n",
			reg);
	}
	return value;
}

void ndrv_wr32(struct ndrv_hw *hw, u32 reg, u32 value)
{
	if (!ndrv_hw_gone(hw))
		writel(value, hw->regs + reg);
}

void ndrv_hw_event(struct ndrv_hw *hw, u32 error, u32 queue)
{
	struct ndrv_dev *ndev = container_of(hw, struct ndrv_dev, hw);

	ndrv_event_post_all(ndev, NDRV_EVENT_ERROR, queue, error, 0);
}

void *ndrv_hw_dma_alloc(struct ndrv_hw *hw, size_t bytes, u64 *iova)
{
	dma_addr_t dma;
	void *mem;

	mem = dma_alloc_coherent(hw->dev, PAGE_ALIGN(bytes), &dma, GFP_KERNEL);
	*iova = mem ? dma : 0;
	return mem;
}

void ndrv_hw_dma_free(struct ndrv_hw *hw, size_t bytes, void *mem, u64 iova)
{
	if (mem)
		dma_free_coherent(hw->dev, PAGE_ALIGN(bytes), mem, iova);
}

int ndrv_hw_firmware(struct ndrv_hw *hw, const char *name, struct ndrv_hw_blob *blob)
{
	const struct firmware *fw;
	int ret;

	memset(blob, 0, sizeof(*blob));
	ret = firmware_request_nowarn(&fw, name, hw->dev);
	if (ret)
		return ret;
	blob->data = fw->data;
	blob->bytes = fw->size;
	blob->handle = fw;
	return 0;
}

void ndrv_hw_firmware_free(struct ndrv_hw *hw, struct ndrv_hw_blob *blob)
{
	release_firmware(blob->handle);
	memset(blob, 0, sizeof(*blob));
}
