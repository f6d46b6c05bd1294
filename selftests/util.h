/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of /dev/ndrvN share: finding ports, raw system calls, a port that sends and
 * receives, the simulator's counters. Speaks to the kernel through uapi/linux/ndrv.h and nothing
 * else (no libndrv), so that an error of the interface cannot be hidden by a library that shares
 * it. Functions return -errno; a timeout is -ETIMEDOUT.
 */
#ifndef NDRV_SELFTEST_UTIL_H
#define NDRV_SELFTEST_UTIL_H

#include <linux/ndrv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What ends a test that hangs: one that is slow, under an emulator whose machine has other work, goes on. */
#ifdef TEST_TIMEOUT_DEFAULT
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300
#endif

#define MS(n)		(n)
#define LINK_MS		MS(15000)	/* the longest wait for link after a start */
#define FRAME_MIN	60
#define FRAME_MAX	1514

/* ---- ports --------------------------------------------------------------------------------- */

#define MAX_PORTS	8

/*
 * The ports that may be used: those in NDRV_DEV (PCI addresses separated by spaces or commas), or
 * else all of them, in the order of their PCI addresses. NULL if there are fewer than @nr + 1.
 */
const char *dev_path(unsigned int nr);
const char *dev_pci(unsigned int nr);	/* "0000:03:00.0" */
unsigned int dev_count(void);
/* Open for reading and writing, close-on-exec; -ENODEV if there is no such port. */
int dev_open(unsigned int nr);
/* True if too few ports is a failure here (NDRV_NEED=count in the environment). */
bool dev_needed(unsigned int count);

/* Bind or unbind the port by sysfs, with driver_override. */
int dev_unbind(const char *pci);
int dev_bind(const char *pci, const char *driver);
bool dev_bound_to(const char *pci, const char *driver);
/* The reset that everybody with root may ask for by sysfs. */
int dev_reset(const char *pci);
/* Lines of a table of the port in sysfs that begin with @start; -1: no such file. */
int sysfs_lines(unsigned int nr, const char *file, const char *start);

/* For FIXTURE_SETUP and TEST, with kselftest_harness.h: leave unless there are @count ports. */
#define NEED_PORTS(count) do {							\
	if (dev_count() < (count)) {						\
		ASSERT_FALSE(dev_needed(count))					\
			TH_LOG("%u ports found, %u needed", dev_count(), (count)); \
		SKIP(return, "%u ports found, %u needed", dev_count(), (count)); \
	}									\
} while (0)

#define NEED_ROOT() do {							\
	if (geteuid() != 0)							\
		SKIP(return, "needs root");					\
} while (0)

/* ---- system calls -------------------------------------------------------------------------- */

int xioctl(int fd, unsigned long cmd, void *arg);	/* 0 or -errno */
/* Address or NULL with *err = -errno. */
void *xmmap(int fd, size_t len, int prot, int flags, uint64_t off, int *err);
size_t page_up(size_t len);
uint64_t now_ms(void);
void sleep_ms(unsigned int ms);
/*
 * How many frames or rounds of @n a case goes through: all, or a fifth, but no fewer than 2, with
 * NDRV_QUICK=1 in the environment, for kernels with checkers, which are that much slower. No case
 * is left out.
 */
unsigned int ndrv_volume(unsigned int n);

int get_info(int fd, struct ndrv_info *info);
/* A pair of 256 + 256 descriptors and 2 KiB buffers, to be changed before the call if need be. */
struct ndrv_queue_setup setup_args(void);
int queue_setup(int fd, struct ndrv_queue_setup *qs);
int queue_start(int fd, uint64_t *generation);
int queue_stop(int fd);
int queue_arm(int fd, uint32_t sides);	/* NDRV_ARM_* */
int queue_get(int fd, struct ndrv_queue_get *qg);
int doorbell(int fd, uint32_t flags, uint32_t rx_tail, uint32_t tx_tail);
int get_stats(int fd, struct ndrv_stats *st);
int get_link(int fd, struct ndrv_link *link);
/* poll(2) for @events: revents, 0 at timeout. */
int poll_fd(int fd, short events, int timeout_ms);

/* ---- pools --------------------------------------------------------------------------------- */

#define POOL_MAX_PIECES	1024

struct pool {
	int fd;				/* dma-buf; not above 0: a part of another pool */
	uint8_t *map;
	uint64_t len;
	uint32_t id;			/* out_pool of the attachment */
	uint32_t piece_shift, nr_iovas;
	uint64_t iovas[POOL_MAX_PIECES];
};

int pool_create(int fd, uint64_t len);			/* dma-buf or -errno */
int pool_attach(int fd, int pool_fd, struct pool *p);	/* fills all but map */
int pool_detach(int fd, uint32_t id);
int pool_map(struct pool *p);
uint64_t pool_iova(const struct pool *p, uint64_t off);
void pool_close(struct pool *p);

/* ---- descriptors (desc.c) ------------------------------------------------------------------- */

struct desc_format {
	const char *name;			/* of the family, for messages */
	uint32_t id;				/* NDRV_DESC_* */
	unsigned int rx_words, tx_words;	/* 64-bit words of a descriptor */
	uint32_t rx_step;			/* receive tails are multiples of this */
	/* The doorbell pages hold more than tails: ring addresses and enables, of other queues too. */
	bool ring_registers;
	void (*rx_give)(volatile uint64_t *d, uint64_t iova);
	/* False = the card has it still; *last: the frame ends in this buffer. */
	bool (*rx_done)(const volatile uint64_t *d, unsigned int *len, bool *last);
	/* The RSS hash of a descriptor that is done; false = it has none. */
	bool (*rx_hash)(const volatile uint64_t *d, uint32_t *hash);
	/* A whole frame in one buffer, to be reported when sent. */
	void (*tx_fill)(volatile uint64_t *d, uint64_t iova, unsigned int len);
	bool (*tx_done)(const volatile uint64_t *d);
};

/* NULL = no such format. */
const struct desc_format *desc_format(uint32_t id);

/* ---- a port at work (port.c) ----------------------------------------------------------------- */

#define SLOT_BYTES	2048

/*
 * One queue pair with its mappings and a pool of rx_entries + tx_entries slots: receive descriptor
 * i always has slot i. Positions count up freely; the ring index is position % entries.
 */
struct port {
	int fd;
	struct ndrv_info info;
	struct ndrv_queue_setup qs;
	const volatile struct ndrv_status *status;
	const struct desc_format *desc;
	volatile uint64_t *rx, *tx;		/* descriptors, desc->rx_words and tx_words each */
	volatile uint8_t *rx_page, *tx_page;	/* doorbells; NULL in kernel doorbell mode */
	struct pool pool;
	uint64_t generation;
	uint64_t rx_pos;			/* next descriptor to look at */
	uint64_t tx_pos, tx_done;		/* next to fill; first not completed */
	uint64_t tx_sent_ever;
};

/* -EPROTO: the kernel names a descriptor format that does not exist, or lies about its sizes. */
int port_setup(struct port *p, unsigned int nr, const struct ndrv_queue_setup *qs);
/* The same with slots in @pool from @off on, which this port's device has attached. */
int port_setup_in(struct port *p, unsigned int nr, const struct ndrv_queue_setup *qs,
		  const struct pool *pool, uint64_t off);
/* The pair behind a descriptor that came from another process, with mappings of one's own, and no pool. */
int port_adopt(struct port *p, int fd);
int port_start(struct port *p);			/* and gives port_rx_room() receive slots */
void port_close(struct port *p);
int port_wait_link(struct port *p, unsigned int ms);
void port_tail(struct port *p, uint32_t flags, uint32_t rx, uint32_t tx);
/* The most descriptors that the card can have at once, and the tail that gives them to it at first. */
uint32_t port_rx_room(const struct port *p);

/* A transmit descriptor for any address; not visible before port_tx_publish. */
void port_tx_desc(struct port *p, uint64_t iova, unsigned int len);
void port_tx_publish(struct port *p);
void port_rx_desc(struct port *p, uint32_t idx, uint64_t iova);
bool port_rx_done(const struct port *p, uint32_t idx, unsigned int *len, bool *last);
/* Copies the frame into a slot and publishes it; -EAGAIN = ring full. */
int port_send(struct port *p, const void *frame, unsigned int len);
/* Waits until all that was sent is completed. */
int port_tx_flush(struct port *p, unsigned int ms);
unsigned int port_tx_reap(struct port *p);
/* Length of the next frame, copied to @buf, its slot given back. 0 = none in time. */
int port_recv(struct port *p, void *buf, unsigned int max, unsigned int ms);

/* A frame with a checkable content: destination, source, type 0x88b5, @seq, then a pattern. */
void frame_fill(uint8_t *frame, unsigned int len, const uint8_t *dst, const uint8_t *src,
		uint64_t seq);
/* 0, or the offset + 1 of the first wrong byte behind the addresses. */
unsigned int frame_check(const uint8_t *frame, unsigned int len, uint64_t seq);
uint64_t frame_seq(const uint8_t *frame);	/* UINT64_MAX: not one of ours */

#define LOOK_TYPE	0x88f7

/* What a frame looks like to filters; all 0 = no tag, an EtherType of nobody, the port's address. */
struct look {
	const uint8_t *dst;		/* NULL = the port's own address */
	unsigned int vlan;		/* 0 = no tag */
	unsigned int ethertype;		/* 0 = LOOK_TYPE, or IPv4 if there is a protocol */
	unsigned int proto;		/* IPv4: 6, 17, 132 */
	uint32_t src_ip, dst_ip;	/* host byte order */
	uint16_t src_port, dst_port;
};

void frame_look(uint8_t *frame, unsigned int len, const struct look *l, const uint8_t *own,
		const uint8_t *src);

/* ---- processes (child.c) --------------------------------------------------------------------- */

/* One message of @len bytes with up to two descriptors; -1 = none. 0 or -errno. */
int send_fds(int sock, const void *data, size_t len, int fd0, int fd1);
int recv_fds(int sock, void *data, size_t len, int *fd0, int *fd1);
/* A child that dies with the test; in the child *sock is its end. */
pid_t child(int *sock);
bool ended_well(pid_t pid);

/* ---- what is behind the ports ----------------------------------------------------------------- */

/* The simulator is, so that it can be asked. Not so behind hardware, nor QEMU's own ports. */
bool sim_present(void);
/* A counter of the simulated port behind /dev/ndrv number @nr, or -1. */
int64_t sim_counter(unsigned int nr, const char *name);
/* The same of a port by its number in the simulator, which stays when /dev/ndrv numbers change. */
int64_t sim_counter_at(int index, const char *name);
/* How many queues of the port are enabled, both sides counted; -1: nobody knows. */
int sim_queues(unsigned int nr);
/* DMA address of the ring of an enabled queue, 0 = the simulator does not say. */
uint64_t sim_ring(unsigned int nr, bool tx, unsigned int queue);
bool sim_port_says(unsigned int nr, const char *text);	/* "\"trap\":true" */
/* Which port of the simulator is behind /dev/ndrv number @nr: for commands. */
int sim_index(unsigned int nr);
int sim_command(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* To QEMU's monitor, where ndrv-vm has joined it (--igb): a command and its arguments, as in JSON. */
int qemu_command(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * The ports are those of a VM of ours: there must be a link, nothing but a test is on it, and somebody
 * (the simulator, or QEMU's monitor) pulls and plugs the cable on demand.
 */
bool bench_present(void);
int cable(unsigned int nr, bool plugged);	/* 0 or -errno */

#endif
