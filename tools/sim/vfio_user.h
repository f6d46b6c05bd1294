/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vfio-user protocol, version 0.0, as QEMU's vfio-user-pci speaks it: message layout, and the
 * server's interface. All integers are in host byte order (the protocol says so).
 */
#ifndef SIM_VFIO_USER_H
#define SIM_VFIO_USER_H

#include "loop.h"
#include "tran.h"

enum vfu_command {
	VFU_VERSION		= 1,
	VFU_DMA_MAP		= 2,
	VFU_DMA_UNMAP		= 3,
	VFU_GET_INFO		= 4,
	VFU_GET_REGION_INFO	= 5,
	VFU_GET_REGION_IO_FDS	= 6,
	VFU_GET_IRQ_INFO	= 7,
	VFU_SET_IRQS		= 8,
	VFU_REGION_READ		= 9,
	VFU_REGION_WRITE	= 10,
	VFU_RESET		= 13,
	VFU_REGION_WRITE_MULTI	= 15,
	VFU_COMMANDS
};

#define VFU_TYPE_MASK		0x0fu
#define VFU_TYPE_COMMAND	0x00u
#define VFU_TYPE_REPLY		0x01u
#define VFU_NO_REPLY		0x10u
#define VFU_ERROR		0x20u

#define VFU_MAX_FDS		16	/* QEMU's own upper bound */
#define VFU_MAX_XFER		4096	/* bytes per region access; the whole configuration space */
#define VFU_MAX_MULTI		200
#define VFU_MAX_MSG		8192

struct vfu_header {
	uint16_t id, command;
	uint32_t size;			/* of the message, header included */
	uint32_t flags;
	uint32_t error;
};

struct vfu_dma_map {
	uint32_t argsz, flags;
	uint64_t offset, iova, size;
};

struct vfu_dma_unmap {
	uint32_t argsz, flags;
	uint64_t iova, size;
};

#define VFU_UNMAP_DIRTY_BITMAP	0x1u
#define VFU_UNMAP_ALL		0x2u

struct vfu_device_info {
	uint32_t argsz, flags, num_regions, num_irqs;
};

#define VFU_DEVICE_RESETS	0x1u
#define VFU_DEVICE_PCI		0x2u

struct vfu_region_info {
	uint32_t argsz, flags, index, cap_offset;
	uint64_t size, offset;
};

#define VFU_REGION_READABLE	0x1u
#define VFU_REGION_WRITABLE	0x2u
#define VFU_REGION_MMAP		0x4u
#define VFU_REGION_CAPS		0x8u

struct vfu_cap_sparse_mmap {
	uint16_t id, version;		/* 1, 1 */
	uint32_t next, nr_areas, reserved;
};

/* BARs 0-5 are regions 0-5. */
#define VFU_REGION_ROM		6
#define VFU_REGION_CONFIG	7
#define VFU_REGIONS		9

struct vfu_io_fds {
	uint32_t argsz, flags, index, count;
};

struct vfu_irq_info {
	uint32_t argsz, flags, index, count;
};

#define VFU_IRQ_INFO_EVENTFD	0x1u

enum { VFU_IRQ_INTX, VFU_IRQ_MSI, VFU_IRQ_MSIX, VFU_IRQ_ERR, VFU_IRQ_REQ, VFU_IRQS };

struct vfu_irq_set {
	uint32_t argsz, flags, index, start, count;
};

#define VFU_IRQ_DATA_NONE	0x01u
#define VFU_IRQ_DATA_BOOL	0x02u
#define VFU_IRQ_DATA_EVENTFD	0x04u
#define VFU_IRQ_MASK		0x08u
#define VFU_IRQ_UNMASK		0x10u
#define VFU_IRQ_TRIGGER		0x20u

struct vfu_region_access {
	uint64_t offset;
	uint32_t region, count;
};

struct vfu_write_one {
	struct vfu_region_access a;
	uint8_t data[8];
};

/* ---- the server -------------------------------------------------------------------------- */

struct sim_vfu {
	struct sim_tran tran;		/* first */
	struct sim_dev *dev;
	char path[108];
	struct sim_fd listener, conn;	/* .fd -1 = none */
	bool versioned;			/* VERSION was exchanged */
	uint8_t msg[VFU_MAX_MSG];	/* the message being received, header first */
	size_t have;
	int fds[VFU_MAX_FDS];		/* that came with it; -1 once taken */
	unsigned int nr_fds;
	bool fds_lost;			/* more came than fit */
	int msix[SIM_MAX_VECS], err, req; /* eventfds or -1 */
	uint64_t messages, errors, clients;
};

/* What a handler answers with; payload starts behind the header. */
struct vfu_reply {
	uint8_t payload[VFU_MAX_MSG - sizeof(struct vfu_header)];
	size_t len;
	int fd;				/* sent along, or -1; stays the owner's */
};

/* Listen on a socket at `path` (an old one is removed). NULL with a sentence in err. */
struct sim_vfu *sim_vfu_listen(struct sim_dev *dev, const char *path, char *err, size_t err_size);
/* Serve one connected socket and no other (tests). Takes fd. */
struct sim_vfu *sim_vfu_serve(struct sim_dev *dev, int fd);
bool sim_vfu_connected(const struct sim_vfu *v);
/*
 * Ask the client to let go of the device (the guest sees an unplug request). -ENOTCONN,
 * -ENOTSUP.
 */
int sim_vfu_request_unplug(struct sim_vfu *v);
/* Drop the client as if the cable to it was cut. */
void sim_vfu_drop(struct sim_vfu *v, const char *why);

/* vfio_user_cmd.c: handle one complete message. 0 or -errno; fills the reply. */
int vfu_dispatch(struct sim_vfu *v, const struct vfu_header *h, const uint8_t *payload, size_t len,
		 struct vfu_reply *reply);
void vfu_irqs_close(struct sim_vfu *v);

/* vfio_user_irq.c */
int vfu_get_irq_info(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r);
int vfu_set_irqs(struct sim_vfu *v, const uint8_t *p, size_t n, struct vfu_reply *r);

/*
 * vfio_user_caps.c: is `text` (len bytes, no NUL) one JSON object? Then *write_multiple tells
 * whether its "capabilities" member has "write_multiple": true.
 */
bool vfu_caps_parse(const char *text, size_t len, bool *write_multiple);

#endif
