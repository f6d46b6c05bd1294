// SPDX-License-Identifier: GPL-2.0-only
/*
 * GET_IRQ_INFO and SET_IRQS: the eventfds by which interrupts reach the client. MSI-X only, no
 * INTx.
 */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vfio_user.h"

static unsigned int irq_count(struct sim_vfu *v, uint32_t index)
{
	switch (index) {
	case VFU_IRQ_MSIX:
		return v->dev->ident.msix_vecs;
	case VFU_IRQ_ERR:
	case VFU_IRQ_REQ:
		return 1;
	default:
		return 0;
	}
}

static int *irq_fds(struct sim_vfu *v, uint32_t index)
{
	switch (index) {
	case VFU_IRQ_MSIX:
		return v->msix;
	case VFU_IRQ_ERR:
		return &v->err;
	case VFU_IRQ_REQ:
		return &v->req;
	default:
		return NULL;
	}
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void vfu_irqs_close(struct sim_vfu *v)
{
	for (unsigned int i = 0; i < SIM_MAX_VECS; i++)
		fd_close(&v->msix[i]);
	fd_close(&v->err);
	fd_close(&v->req);
}

int vfu_get_irq_info(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_irq_info info;

	if (n != sizeof(info))
		return -EINVAL;
	memcpy(&info, p, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFU_IRQS)
		return -EINVAL;
	info.argsz = sizeof(info);
	info.flags = irq_count(v, info.index) ? VFU_IRQ_INFO_EVENTFD : 0;
	info.count = irq_count(v, info.index);
	memcpy(r->payload, &info, sizeof(info));
	r->len = sizeof(info);
	return 0;
}

/* One eventfd for each of `count` interrupts, or none at all: take the old ones away. */
static int irqs_assign(struct sim_vfu *v, const struct vfu_irq_set *set, int *fds)
{
	if (v->nr_fds && v->nr_fds != set->count)
		return -EINVAL;
	for (uint32_t i = 0; i < set->count; i++) {
		fd_close(&fds[set->start + i]);
		if (v->nr_fds) {
			fds[set->start + i] = v->fds[i];
			v->fds[i] = -1;
		}
	}
	return 0;
}

static void irq_signal(int fd)
{
	/* A counter at its maximum is still readable: the client is woken all the same. */
	if (fd >= 0 && eventfd_write(fd, 1) && errno != EAGAIN)
		return;
}

int vfu_set_irqs(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r)
{
	struct vfu_irq_set set;
	uint32_t data, action;
	int *fds;

	(void)r;
	if (n < sizeof(set))
		return -EINVAL;
	memcpy(&set, p, sizeof(set));
	data = set.flags & (VFU_IRQ_DATA_NONE | VFU_IRQ_DATA_BOOL | VFU_IRQ_DATA_EVENTFD);
	action = set.flags & (VFU_IRQ_MASK | VFU_IRQ_UNMASK | VFU_IRQ_TRIGGER);
	if (set.flags & ~(data | action) || set.index >= VFU_IRQS || set.argsz < sizeof(set))
		return -EINVAL;
	if (!data || data & (data - 1) || !action || action & (action - 1))
		return -EINVAL;
	if (n != sizeof(set) + (data == VFU_IRQ_DATA_BOOL ? set.count : 0))
		return -EINVAL;
	if (v->nr_fds && data != VFU_IRQ_DATA_EVENTFD)
		return -EINVAL;
	if (set.start > irq_count(v, set.index) ||
	    set.count > irq_count(v, set.index) - set.start)
		return -EINVAL;
	if (action != VFU_IRQ_TRIGGER)	/* no masks here: MSI-X masks are QEMU's */
		return set.count ? -ENOTSUP : 0;
	fds = irq_fds(v, set.index);
	if (!set.count) {			/* the whole index off */
		if (data != VFU_IRQ_DATA_NONE || set.start)
			return -EINVAL;
		for (unsigned int i = 0; i < irq_count(v, set.index); i++)
			fd_close(&fds[i]);
		return 0;
	}
	if (data == VFU_IRQ_DATA_EVENTFD)
		return irqs_assign(v, &set, fds);
	for (uint32_t i = 0; i < set.count; i++)
		if (data == VFU_IRQ_DATA_NONE || p[sizeof(set) + i])
			irq_signal(fds[set.start + i]);
	return 0;
}
