// SPDX-License-Identifier: GPL-2.0-only
/*
 * One handler per vfio-user command. Each checks every length, flag and index of a message that may
 * come from anybody, then calls the core. Answers -errno for what it does not accept.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vfio_user.h"

#define CAP_ID_SPARSE_MMAP 1

/* The first descriptor of the message, or -1. */
static int one_fd(struct sim_vfu *v)
{
	return v->nr_fds == 1 ? v->fds[0] : -1;
}

static int do_version(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	uint16_t ver[2];
	bool multi = false;
	int len;

	if (v->versioned || n < sizeof(ver))
		return -EINVAL;
	memcpy(ver, p, sizeof(ver));
	if (ver[0] != 0)
		return -EINVAL;
	if (n > sizeof(ver)) {			/* JSON is optional; then it ends with NUL */
		if (p[n - 1] || !vfu_caps_parse((const char *)p + sizeof(ver), n - sizeof(ver) - 1,
						&multi))
			return -EINVAL;
	}
	ver[1] = 0;
	memcpy(r->payload, ver, sizeof(ver));
	len = snprintf((char *)r->payload + sizeof(ver), sizeof(r->payload) - sizeof(ver),
		       "{\"capabilities\":{\"max_msg_fds\":%d,\"max_data_xfer_size\":%d,"
		       "\"pgsizes\":%lu%s}}", VFU_MAX_FDS, VFU_MAX_XFER, SIM_PAGE_SIZE,
		       multi ? ",\"write_multiple\":true" : "");
	r->len = sizeof(ver) + len + 1;
	v->versioned = true;
	return 0;
}

static int do_dma_map(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_dma_map m;
	int ret;

	(void)r;
	if (n != sizeof(m))
		return -EINVAL;
	memcpy(&m, p, sizeof(m));
	if (m.argsz < sizeof(m) || !m.flags || m.flags & ~(SIM_PROT_READ | SIM_PROT_WRITE))
		return -EINVAL;
	if (v->nr_fds > 1)
		return -EINVAL;
	if (!v->nr_fds) {
		/*
		 * ROM or device memory of the client: nothing a NIC has business with. Not
		 * reachable.
		 */
		sim_log(v->dev, 3, "map 0x%llx + 0x%llx without memory behind it: left out",
			(unsigned long long)m.iova, (unsigned long long)m.size);
		return 0;
	}
	ret = sim_iommu_map_fd(v->dev, m.iova, m.size, one_fd(v), m.offset, m.flags);
	sim_log(v->dev, ret ? 1 : 3, "map 0x%llx + 0x%llx, file offset 0x%llx, %s%s: %s",
		(unsigned long long)m.iova, (unsigned long long)m.size,
		(unsigned long long)m.offset, m.flags & SIM_PROT_READ ? "r" : "",
		m.flags & SIM_PROT_WRITE ? "w" : "", ret ? strerror(-ret) : "ok");
	return ret;
}

static int do_dma_unmap(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_dma_unmap m;

	if (n < sizeof(m))
		return -EINVAL;
	memcpy(&m, p, sizeof(m));
	if (m.flags & VFU_UNMAP_DIRTY_BITMAP)
		return -ENOTSUP;
	if (m.flags & ~VFU_UNMAP_ALL || n != sizeof(m))
		return -EINVAL;
	if (m.flags & VFU_UNMAP_ALL) {
		if (m.iova || m.size)
			return -EINVAL;
		sim_iommu_unmap(v->dev, 0, UINT64_MAX);
	} else {
		if (!m.size || m.iova & (SIM_PAGE_SIZE - 1) ||
		    (m.size & (SIM_PAGE_SIZE - 1) && m.iova + m.size != UINT64_MAX))
			return -EINVAL;
		sim_iommu_unmap(v->dev, m.iova, m.size);
	}
	sim_log(v->dev, 3, "unmap 0x%llx + 0x%llx%s", (unsigned long long)m.iova,
		(unsigned long long)m.size, m.flags & VFU_UNMAP_ALL ? " (all)" : "");
	m.argsz = sizeof(m);
	memcpy(r->payload, &m, sizeof(m));
	r->len = sizeof(m);
	return 0;
}

static int do_get_info(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_device_info info;

	(void)v;
	if (n != sizeof(info))
		return -EINVAL;
	memcpy(&info, p, sizeof(info));
	if (info.argsz < sizeof(info))
		return -EINVAL;
	info = (struct vfu_device_info){ sizeof(info), VFU_DEVICE_RESETS | VFU_DEVICE_PCI,
					 VFU_REGIONS, VFU_IRQS };
	memcpy(r->payload, &info, sizeof(info));
	r->len = sizeof(info);
	return 0;
}

/* Areas that the client may map; without them QEMU would map the whole BAR. */
static size_t sparse_cap(const struct sim_bar *bar, uint8_t *at, size_t room)
{
	struct vfu_cap_sparse_mmap cap = { CAP_ID_SPARSE_MMAP, 1, 0, bar->nr_areas, 0 };
	size_t need = sizeof(cap) + bar->nr_areas * sizeof(bar->areas[0]);

	if (need <= room) {
		memcpy(at, &cap, sizeof(cap));
		memcpy(at + sizeof(cap), bar->areas, bar->nr_areas * sizeof(bar->areas[0]));
	}
	return need;
}

static int do_get_region_info(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_region_info info, out = { .argsz = sizeof(out) };
	const struct sim_bar *bar;

	if (n != sizeof(info))
		return -EINVAL;
	memcpy(&info, p, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFU_REGIONS)
		return -EINVAL;
	out.index = info.index;
	r->len = sizeof(out);
	if (info.index == VFU_REGION_CONFIG) {
		out.size = SIM_PCI_CFG_SIZE;
		out.flags = VFU_REGION_READABLE | VFU_REGION_WRITABLE;
	} else if (info.index < SIM_MAX_BARS && v->dev->bars[info.index].size) {
		bar = &v->dev->bars[info.index];
		out.size = bar->size;
		out.flags = VFU_REGION_READABLE | VFU_REGION_WRITABLE;
		if (bar->mem_fd >= 0 && bar->nr_areas) {
			size_t room = sizeof(r->payload) - sizeof(out);

			out.flags |= VFU_REGION_MMAP | VFU_REGION_CAPS;
			out.argsz += sparse_cap(bar, r->payload + sizeof(out), room);
			if (out.argsz > sizeof(r->payload))
				return -E2BIG;
			/*
			 * Also when the list does not fit: QEMU refuses a flag without an
			 * offset.
			 */
			out.cap_offset = sizeof(out);
			if (info.argsz >= out.argsz)
				r->len = out.argsz;
			r->fd = bar->mem_fd;
		}
	}
	memcpy(r->payload, &out, sizeof(out));
	return 0;
}

/* No part of a BAR is served by ioeventfd or ioregionfd: an empty list. */
static int do_get_region_io_fds(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_io_fds q;

	(void)v;
	if (n != sizeof(q))
		return -EINVAL;
	memcpy(&q, p, sizeof(q));
	if (q.argsz < sizeof(q) || q.flags || q.count || q.index >= VFU_REGIONS)
		return -EINVAL;
	q.argsz = sizeof(q);
	memcpy(r->payload, &q, sizeof(q));
	r->len = sizeof(q);
	return 0;
}

static int region_write(struct sim_vfu *v, const struct vfu_region_access *a, const uint8_t *data)
{
	uint64_t val = 0;

	if (a->region == VFU_REGION_CONFIG)
		return sim_pci_write(v->dev, a->offset, data, a->count);
	if (a->region >= SIM_MAX_BARS || a->count > sizeof(val))
		return -EINVAL;
	memcpy(&val, data, a->count);
	return sim_bar_write(v->dev, a->region, a->offset, a->count, val);
}

static int do_region_read(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_region_access a;
	uint64_t val;
	int ret;

	if (n != sizeof(a))
		return -EINVAL;
	memcpy(&a, p, sizeof(a));
	if (!a.count || a.count > VFU_MAX_XFER)
		return -EINVAL;
	if (a.region == VFU_REGION_CONFIG) {
		ret = sim_pci_read(v->dev, a.offset, r->payload + sizeof(a), a.count);
	} else {
		ret = sim_bar_read(v->dev, a.region, a.offset, a.count, &val);
		if (!ret)
			memcpy(r->payload + sizeof(a), &val, a.count);
	}
	if (ret)
		return ret;
	memcpy(r->payload, &a, sizeof(a));
	r->len = sizeof(a) + a.count;
	return 0;
}

static int do_region_write(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_region_access a;
	int ret;

	if (n < sizeof(a))
		return -EINVAL;
	memcpy(&a, p, sizeof(a));
	if (!a.count || a.count > VFU_MAX_XFER || n != sizeof(a) + a.count)
		return -EINVAL;
	ret = region_write(v, &a, p + sizeof(a));
	memcpy(r->payload, &a, sizeof(a));
	r->len = sizeof(a);
	return ret;
}

static int do_region_write_multi(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_write_one one;
	uint64_t count, done;
	int ret = 0;

	if (n < sizeof(count))
		return -EINVAL;
	memcpy(&count, p, sizeof(count));
	if (count > VFU_MAX_MULTI || n != sizeof(count) + count * sizeof(one))
		return -EINVAL;
	for (done = 0; done < count; done++) {
		memcpy(&one, p + sizeof(count) + done * sizeof(one), sizeof(one));
		if (!one.a.count || one.a.count > sizeof(one.data))
			ret = -EINVAL;
		else
			ret = region_write(v, &one.a, one.data);
		if (ret)
			break;
	}
	memcpy(r->payload, &done, sizeof(done));
	r->len = sizeof(done);
	return ret;
}

static int do_reset(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	(void)p;
	(void)r;
	if (n)
		return -EINVAL;
	sim_dev_reset(v->dev, SIM_RESET_FLR);
	return 0;
}

static const struct {
	int (*run)(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r);
	bool takes_fds;
} commands[VFU_COMMANDS] = {
	[VFU_VERSION]			= { do_version },
	[VFU_DMA_MAP]			= { do_dma_map, true },
	[VFU_DMA_UNMAP]			= { do_dma_unmap },
	[VFU_GET_INFO]			= { do_get_info },
	[VFU_GET_REGION_INFO]		= { do_get_region_info },
	[VFU_GET_REGION_IO_FDS]		= { do_get_region_io_fds },
	[VFU_GET_IRQ_INFO]		= { vfu_get_irq_info },
	[VFU_SET_IRQS]			= { vfu_set_irqs, true },
	[VFU_REGION_READ]		= { do_region_read },
	[VFU_REGION_WRITE]		= { do_region_write },
	[VFU_RESET]			= { do_reset },
	[VFU_REGION_WRITE_MULTI]	= { do_region_write_multi },
};

int vfu_dispatch(struct sim_vfu *v, const struct vfu_header *h, const uint8_t *payload, size_t len,
		 struct vfu_reply *reply)
{
	reply->len = 0;
	reply->fd = -1;
	if (h->command >= VFU_COMMANDS || !commands[h->command].run)
		return -ENOSYS;
	if (v->nr_fds && !commands[h->command].takes_fds)
		return -EINVAL;
	return commands[h->command].run(v, payload, len, reply);
}
