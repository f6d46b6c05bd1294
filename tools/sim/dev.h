/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between a device model (ixgbe.c, ...) and everything around it: transport, PCI
 * configuration space, DMA, wires. A model sees registers, IOVAs and frames, and never a socket.
 *
 * One thread runs everything; no function here is called concurrently for one process. The one
 * thing that changes behind the thread's back is guest memory and the shared register pages:
 * read each word of those once, then use the copy.
 *
 * This directory includes no header of kmod/ or lib/: it is the second, independent reading of
 * the data sheets.
 */
#ifndef SIM_DEV_H
#define SIM_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_MAX_BARS	6
#define SIM_MAX_VECS	128		/* MSI-X vectors a model may have */
#define SIM_FRAME_MAX	16384		/* bytes of a frame without FCS, jumbo included */

struct sim_dev;

enum sim_reset {
	SIM_RESET_POWER_ON,		/* first start, bus reset */
	SIM_RESET_FLR,			/* PCIe function level reset; VFIO device reset */
	SIM_RESET_GONE,			/* client vanished, surprise removal: stop all DMA */
};

/* What a register is about; the rest of the simulator needs to know no more. */
enum sim_reg_class {
	SIM_REG_OTHER,
	SIM_REG_STATS,			/* counters */
	SIM_REG_LINK,
};

/* What the model saw; printed as JSON by the control socket. Only ever grows. */
struct sim_counters {
	uint64_t rx_frames, rx_bytes;	/* DMAed to the host: frames, bytes without FCS */
	uint64_t tx_frames, tx_bytes;	/* put on the wire (after segmentation) */
	uint64_t rx_missed;		/* arrived, no room in the packet buffer */
	uint64_t rx_filtered;		/* arrived, no filter matched */
	uint64_t rx_no_desc;		/* dropped for want of descriptors (DROP_EN queues) */
	uint64_t dma_reads, dma_read_bytes;
	uint64_t dma_writes, dma_write_bytes;
	uint64_t dma_faults;		/* IOVA not mapped, or not for this direction */
	uint64_t dma_fault_iova;	/* the last one */
	uint64_t dma_no_master;		/* DMA or MSI-X refused: bus mastering off, or D3 */
	uint64_t dma_after_stop;	/* DMA for a queue whose stop was acknowledged: must be 0 */
	uint64_t maps;			/* ranges that the client has mapped: an IOMMU page each */
	uint64_t maps_large;		/* ... of these, whole and aligned 2 MiB, or more */
	uint64_t tail_overruns;		/* tail register outside the ring */
	uint64_t bad_desc;		/* descriptor the hardware would not accept */
	uint64_t buf_reused;		/* Rx buffer posted twice at a time (police=on) */
	uint64_t link_transitions;	/* link went up or down, reset by the driver included */
	uint64_t doorbells;		/* tail moves seen */
	uint64_t msix_sent;
	uint64_t resets, flrs;
};

/* One area of a BAR that the client may mmap; both page aligned. */
struct sim_mmap_area {
	uint64_t offset, size;
};

/* Filled by the model in ->init, read-only afterwards. */
struct sim_bar {
	uint64_t size;			/* power of two; 0 = BAR absent */
	bool is_io, is_64, prefetch;
	int mem_fd;			/* memfd of `size` bytes behind the mmap areas, or -1 */
	uint8_t *mem;			/* sim_bar_share: that memory, or NULL */
	const struct sim_mmap_area *areas;
	unsigned int nr_areas;
};

struct sim_pci_ident {
	uint16_t vendor, device, subvendor, subdevice;
	uint8_t revision;
	uint32_t class_code;		/* 24 bits: 0x020000 */
	uint8_t msix_cap_off, pcie_cap_off, pm_cap_off;	/* stock drivers hard-code some of these */
	uint8_t msix_bar;
	uint16_t msix_vecs;
	uint32_t msix_table_off, msix_pba_off;
	uint8_t link_width, link_speed;	/* PCIe LnkSta: lanes, generation */
};

/* From the command line: --dev MODEL,key=value,... ; keys the core does not know go to set(). */
struct sim_dev_ops {
	const char *name;		/* "82599" */
	const char *keys_help;		/* one line per key of set(), for --help */

	/* Give dev->priv, dev->ident and dev->bars their values. 0 or -errno. */
	int (*init)(struct sim_dev *dev);
	void (*fini)(struct sim_dev *dev);
	/*
	 * One option before init is over ("device", "mac", "media", "trap", ...): -ENOENT = not
	 * mine.
	 */
	int (*set)(struct sim_dev *dev, const char *key, const char *value);

	/* Returns with every DMA of the function finished, and none started afterwards. */
	void (*reset)(struct sim_dev *dev, enum sim_reset kind);

	/*
	 * A trapped access, len 1, 2, 4 or 8, inside the BAR. The model first takes note of what
	 * was stored in its mmaped pages (stores before this access must be seen before it).
	 * MSI-X table and PBA never come here.
	 */
	uint64_t (*bar_read)(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len);
	void (*bar_write)(struct sim_dev *dev, unsigned int bar, uint64_t off, unsigned int len,
			  uint64_t val);

	/*
	 * Look at tails, move frames, fire due interrupts. Bounded: at most a few hundred frames a
	 * call. True if it did anything. *next_ns (monotonic, same clock as now_ns) may be lowered
	 * to the time at which poll must run again although nothing happens (interrupt
	 * moderation, ...).
	 */
	bool (*poll)(struct sim_dev *dev, uint64_t now_ns, uint64_t *next_ns);

	/* A frame without FCS arrives from the wire. The data is only valid during the call. */
	void (*wire_rx)(struct sim_dev *dev, const uint8_t *frame, uint32_t len);
	/*
	 * How many bytes of frames could wire_rx take now? For senders that honour flow control.
	 * SIM_RX_DEAF: the port does not receive at all (disabled, link down): frames would vanish.
	 */
	int64_t (*wire_room)(struct sim_dev *dev);
	/* The wire was plugged in or pulled (carrier), or its far end changed. */
	void (*carrier)(struct sim_dev *dev, bool on);

	/*
	 * Optional. Could a store that nobody traps (a tail in a shared page) give the port work?
	 * False lets the poll loop sleep until a socket event or *next_ns. Without this op: true.
	 */
	bool (*active)(struct sim_dev *dev);

	/* PCI command register changed (bus master enable gates all DMA and MSI-X). */
	void (*bus_master)(struct sim_dev *dev, bool on);
	/*
	 * Fault injection: "stuck-reset", "no-dd", ... ; -ENOENT = not mine. count: how often,
	 * 0 = stop.
	 */
	int (*fault)(struct sim_dev *dev, const char *name, uint64_t count);
	/*
	 * Model-specific state for the control socket, appended as JSON members (no leading
	 * comma).
	 */
	void (*dump)(struct sim_dev *dev, char *buf, size_t size);
	/* Optional. For hostile.c. */
	enum sim_reg_class (*reg_class)(struct sim_dev *dev, unsigned int bar, uint64_t off);
};

#define SIM_RX_DEAF	(-1)

struct sim_dev {
	const struct sim_dev_ops *ops;
	char name[16];			/* "port0"; for messages */
	unsigned int index;
	void *priv;			/* the model's */
	struct sim_pci_ident ident;
	struct sim_bar bars[SIM_MAX_BARS];
	struct sim_counters ctr;
	bool bus_master;		/* kept by the PCI core: command register, and D0 */
	bool carrier;			/* kept by the wire core */
	bool removed;			/* as if pulled: no access reaches the model */
	/*
	 * The address for the NVM: 02:6e:64:00:00:INDEX before init, then the value of the option
	 * "mac" (which goes to set() as well). Generators aim at it.
	 */
	uint8_t mac[6];
	struct sim_pci *pci;		/* pcicfg.c */
	struct sim_iommu *iommu;	/* dma.c */
	struct sim_wire *wire;		/* wire.c */
	struct sim_tran *tran;		/* transport: vfio-user or in-process */
	struct sim_hostile *hostile;	/* hostile.c; NULL = honest */
};

/* ---- services for models: dma.c ---------------------------------------------------------- */

/*
 * DMA as the IOMMU lets it through. 0, or -EFAULT after counting the fault (nothing, or the part
 * before the unmapped page, was transferred). Any alignment and length.
 */
int sim_dma_read(struct sim_dev *dev, uint64_t iova, void *buf, size_t len);
int sim_dma_write(struct sim_dev *dev, uint64_t iova, const void *buf, size_t len);

/*
 * Host address of [iova, iova + len) if that is one contiguous mapping open in this direction, else
 * NULL (nothing is counted: fall back to sim_dma_read/write). Valid until the next call that can
 * run the transport, so only within one callback. The caller counts dev->ctr.dma_* itself.
 */
void *sim_dma_ptr(struct sim_dev *dev, uint64_t iova, size_t len, bool write);

/*
 * Where the descriptor at `iova` lies in this process, or NULL: its page is not open in both
 * directions. The last answer is kept for the next descriptor of the page, as long as the caller's
 * `gen` does not change. It must not cross a page.
 */
struct sim_desc_page {
	uint8_t *host;
	uint64_t iova, gen;
};

void sim_desc_look_up(struct sim_dev *dev, struct sim_desc_page *page, uint64_t iova);

static inline uint64_t *sim_desc_ptr(struct sim_dev *dev, struct sim_desc_page *page, uint64_t gen,
				     uint64_t iova)
{
	if (page->iova != (iova & ~4095ull) || page->gen != gen) {
		sim_desc_look_up(dev, page, iova & ~4095ull);
		page->gen = gen;
	}
	return page->host ? (uint64_t *)(page->host + (iova & 4095)) : NULL;
}

static inline void sim_desc_forget(struct sim_desc_page *page)
{
	*page = (struct sim_desc_page){ .iova = UINT64_MAX };
}

/*
 * Changes whenever the address space changed (map or unmap): whoever caches a sim_dma_ptr result
 * compares this first.
 */
uint64_t sim_dma_generation(struct sim_dev *dev);

/* Write-back of a descriptor of 16 or 32 bytes for which sim_desc_ptr() gave NULL. */
void sim_desc_write(struct sim_dev *dev, uint64_t iova, const uint64_t *qw, unsigned int bytes);

/*
 * Firmware is about to answer with `bytes` of descriptor, opcode in bytes 2 and 3, and *len bytes of
 * buf, which has room for `room`: a hostile port changes them. Only while dev->hostile is set.
 */
void sim_hostile_answer(struct sim_dev *dev, uint64_t iova, uint8_t *desc, unsigned int bytes,
			uint8_t *buf, uint16_t room, uint16_t *len);

/* ---- services for models: BARs and options ------------------------------------------------- */

/*
 * Puts `size` bytes of memory behind the BAR, zeroed, and lets the client map the areas, which stay
 * the caller's. 0 or -errno. While ->init and ->set run only: clients take note once.
 */
int sim_bar_share(struct sim_dev *dev, unsigned int bar, const struct sim_mmap_area *areas,
		  unsigned int nr_areas);
void sim_bar_unshare(struct sim_dev *dev, unsigned int bar);	/* nothing shared is fine */

/* Values of options; -EINVAL, and nothing stored, if they are none. */
int sim_option_on_off(const char *value, bool *on);
int sim_option_mac(const char *value, uint8_t mac[6]);
int sim_option_unicast(const char *value, uint8_t mac[6]);

/* ---- services for models: interrupts and wire -------------------------------------------- */

/* Send MSI-X message `vec`; masking in the table and the enable bit are handled here. */
void sim_msix_send(struct sim_dev *dev, unsigned int vec);

/*
 * Put a frame (without FCS, padded, checksums done) on the wire. Dropped and counted if nothing
 * is there.
 */
void sim_wire_tx(struct sim_dev *dev, const uint8_t *frame, uint32_t len);
/* May the port send a frame of `len` bytes now? False = the far end paused us (flow control). */
bool sim_wire_ready(struct sim_dev *dev, uint32_t len);

/*
 * The clock that poll gets as now_ns; for time registers read between two polls. Fake in host
 * tests.
 */
uint64_t sim_now_ns(void);

/* A line on stderr with the device's name; levels as -v counts them. */
void sim_log(struct sim_dev *dev, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

extern const struct sim_dev_ops sim_ixgbe_ops;
extern const struct sim_dev_ops sim_e810_ops;

#endif
