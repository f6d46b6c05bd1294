// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vfio-user server against a client that behaves, one that does not, and random bytes. Server
 * and client share this one process and a socket pair; nothing waits.
 */
#define _GNU_SOURCE
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "sim_testdev.h"
#include "tap.h"

#include "vfio_user.h"

static struct sim_dev *dev;
static struct sim_vfu *vfu;
static int client = -1;
static struct vfu_header last;		/* header of the last reply */
static uint8_t payload[VFU_MAX_MSG];
static int got_fd;

static void serve(void)
{
	while (sim_loop_wait(0) > 0)
		;
}

static void disconnect(void)
{
	if (dev)
		sim_dev_destroy(dev);
	if (client >= 0)
		close(client);
	dev = NULL;
	client = -1;
}

static void connect_new(void)
{
	char err[256];
	int sv[2];

	disconnect();
	dev = sim_dev_create(&td_ops, "test", 0, NULL, err, sizeof(err));
	if (!dev || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sv))
		exit(1);
	client = sv[0];
	vfu = sim_vfu_serve(dev, sv[1]);
}

static void send_bytes(const void *data, size_t len, const int *fds, int nr_fds)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int) * 32)];
	} ctl = { .room = { 0 } };
	struct iovec iov = { (void *)data, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nr_fds) {
		mh.msg_control = &ctl;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * nr_fds);
		ctl.align.cmsg_level = SOL_SOCKET;
		ctl.align.cmsg_type = SCM_RIGHTS;
		ctl.align.cmsg_len = CMSG_LEN(sizeof(int) * nr_fds);
		memcpy(CMSG_DATA(&ctl.align), fds, sizeof(int) * nr_fds);
	}
	if (sendmsg(client, &mh, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		printf("# sendmsg: %s\n", strerror(errno));
}

/* Take one reply: 1, 0 = none, -1 = the server hung up. */
static int take_reply(void)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int) * 4)];
	} ctl;
	struct iovec iov = { &last, sizeof(last) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &ctl,
			     .msg_controllen = sizeof(ctl) };
	struct cmsghdr *c;
	ssize_t n = recvmsg(client, &mh, MSG_CMSG_CLOEXEC);

	got_fd = -1;
	if (n <= 0)
		return n < 0 && errno == EAGAIN ? 0 : -1;
	c = CMSG_FIRSTHDR(&mh);
	if (c)
		memcpy(&got_fd, CMSG_DATA(c), sizeof(got_fd));
	if (n != sizeof(last) || last.size < sizeof(last) || last.size > sizeof(payload))
		return -1;
	n = last.size - sizeof(last);
	return !n || recv(client, payload, n, 0) == n ? 1 : -1;
}

static int flags_of_next;		/* added to the next request's header */

/* One request and its reply: 0, the positive errno of an error reply, -1 none, -2 hung up. */
static int ask_fds(int command, const void *body, size_t len, const int *fds, int nr_fds)
{
	static uint16_t id;
	uint8_t msg[VFU_MAX_MSG];
	struct vfu_header h = { ++id, command, sizeof(h) + len, flags_of_next, 0 };
	int ret;

	memcpy(msg, &h, sizeof(h));
	if (len)
		memcpy(msg + sizeof(h), body, len);
	send_bytes(msg, sizeof(h) + len, fds, nr_fds);
	flags_of_next = 0;
	serve();
	ret = take_reply();
	if (ret <= 0)
		return ret - 1;
	if (last.id != id || last.command != command || !(last.flags & VFU_TYPE_REPLY))
		return -3;
	return last.flags & VFU_ERROR ? (int)last.error : 0;
}

static int ask(int command, const void *body, size_t len)
{
	return ask_fds(command, body, len, NULL, 0);
}

static int ask_version(const char *json)
{
	char body[512] = { 0 };

	strcpy(body + 4, json);
	return ask(VFU_VERSION, body, 4 + strlen(json) + 1);
}

#define QEMU_CAPS                                                                                 \
	"{\"capabilities\": {\"migration\": {\"max_bitmap_size\": 268435456, \"pgsize\": 4096}, " \
	"\"max_msg_fds\": 16, \"max_data_xfer_size\": 1048576, \"write_multiple\": true}}"

static void ready(void)
{
	connect_new();
	if (ask_version(QEMU_CAPS))
		tap_ok(0, "version exchange");
}

static void test_version(void)
{
	uint16_t bad[2] = { 1, 0 };

	connect_new();
	tap_eq(ask_version(QEMU_CAPS), 0, "version of QEMU");
	tap_ok(payload[last.size - sizeof(last) - 1] == 0, "reply ends with NUL");
	tap_ok(strstr((char *)payload + 4, "\"write_multiple\":true") != NULL,
	       "write_multiple agreed");
	tap_ok(last.size <= sizeof(last) + 4 + sizeof(QEMU_CAPS), "no longer than the request");
	tap_eq(ask_version(QEMU_CAPS), EINVAL, "a second one is refused");
	connect_new();
	tap_eq(ask_version("{}"), 0, "empty capabilities");
	tap_ok(!strstr((char *)payload + 4, "write_multiple"),
	       "nothing offered that was not proposed");
	connect_new();
	tap_eq(ask(VFU_VERSION, &(uint32_t){ 0 }, 4), 0, "no JSON at all");
	connect_new();
	tap_eq(ask(VFU_VERSION, bad, sizeof(bad)), EINVAL, "another major version");
	tap_ok(!sim_vfu_connected(vfu), "ends the connection");
	connect_new();
	tap_eq(ask(VFU_GET_INFO, &(struct vfu_device_info){ .argsz = 16 }, 16), -2,
	       "anything before VERSION ends the connection");
	tap_eq(td(dev)->resets[SIM_RESET_GONE], 1, "and the device stops");
}

static void test_caps_parser(void)
{
	static const struct {
		const char *text;
		int good, multi;
	} rows[] = {
		{"{}", 1, 0},
		{" { \"capabilities\" : { \"write_multiple\" : true } } ", 1, 1},
		{"{\"capabilities\":{\"write_multiple\":false}}", 1, 0},
		{"{\"write_multiple\":true}", 1, 0},
		{"{\"x\":{\"capabilities\":{\"write_multiple\":true}}}", 1, 0},
		{"{\"a\":[1,2,{\"b\":\"\\\"}\"}],\"c\":-1.5e3,\"d\":null}", 1, 0},
		{"", 0, 0},
		{"[]", 0, 0},
		{"{", 0, 0},
		{"{\"a\"", 0, 0},
		{"{\"a\":", 0, 0},
		{"{\"a\":}", 0, 0},
		{"{\"a\":1,}", 0, 0},
		{"{\"a\":tru}", 0, 0},
		{"{\"a\":\"\\", 0, 0},
		{"{\"a\":\"x", 0, 0},
		{"{} {}", 0, 0},
		{"{\"\n\":1}", 0, 0},
		{"{\"a\":[[[[[[[[[[1]]]]]]]]]]}", 0, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool multi;
		/* On the heap without NUL, so that a sanitizer sees one byte too far. */
		size_t len = strlen(rows[i].text);
		char *text = malloc(len ? len : 1);
		bool good;

		memcpy(text, rows[i].text, len);
		good = vfu_caps_parse(text, len, &multi);
		tap_ok(good == rows[i].good && (!good || multi == rows[i].multi), "JSON %zu: %s", i,
		       rows[i].good ? "accepted" : "refused");
		free(text);
	}
}

static void test_info(void)
{
	struct vfu_device_info info = { .argsz = sizeof(info) };
	struct vfu_region_info ri = { .argsz = sizeof(ri) };
	struct {
		struct vfu_region_info i;
		struct vfu_cap_sparse_mmap cap;
		struct sim_mmap_area area;
	} full;
	struct vfu_io_fds io = { .argsz = sizeof(io) };

	ready();
	tap_eq(ask(VFU_GET_INFO, &info, sizeof(info)), 0, "device info");
	memcpy(&info, payload, sizeof(info));
	tap_ok(info.num_regions == 9 && info.num_irqs == 5 && info.flags == 3, "of a PCI device");
	info.argsz = 15;
	tap_eq(ask(VFU_GET_INFO, &info, sizeof(info)), EINVAL, "argsz too small");
	tap_eq(ask(VFU_GET_INFO, &info, 12), EINVAL, "short message");
	tap_eq(ask(VFU_GET_REGION_INFO, &ri, sizeof(ri)), 0, "region 0 into a small buffer");
	memcpy(&ri, payload, sizeof(ri));
	tap_ok(ri.argsz == sizeof(full) && last.size == sizeof(last) + sizeof(ri),
	       "tells what it needs");
	tap_ok(ri.flags == 15 && ri.cap_offset == 32, "mappable, with capabilities");
	if (got_fd >= 0)
		close(got_fd);
	ri = (struct vfu_region_info){ .argsz = sizeof(full) };
	tap_eq(ask(VFU_GET_REGION_INFO, &ri, sizeof(ri)), 0, "and into one that fits");
	memcpy(&full, payload, sizeof(full));
	tap_ok(full.cap.id == 1 && full.cap.nr_areas == 1 && full.area.offset == TD_SHARED &&
	       full.area.size == 4096, "the shared page");
	tap_ok(got_fd >= 0 && lseek(got_fd, 0, SEEK_END) == TD_BAR0_SIZE, "with its memory");
	if (got_fd >= 0)
		close(got_fd);
	ri = (struct vfu_region_info){ .argsz = sizeof(ri), .index = 7 };
	ask(VFU_GET_REGION_INFO, &ri, sizeof(ri));
	memcpy(&ri, payload, sizeof(ri));
	tap_eq(ri.size, 4096, "configuration space");
	ri = (struct vfu_region_info){ .argsz = sizeof(ri), .index = 2 };
	tap_eq(ask(VFU_GET_REGION_INFO, &ri, sizeof(ri)), 0, "absent BAR");
	memcpy(&ri, payload, sizeof(ri));
	tap_ok(!ri.size && !ri.flags, "has size 0");
	ri = (struct vfu_region_info){ .argsz = sizeof(ri), .index = 9 };
	tap_eq(ask(VFU_GET_REGION_INFO, &ri, sizeof(ri)), EINVAL, "region 9");
	tap_eq(ask(VFU_GET_REGION_IO_FDS, &io, sizeof(io)), 0, "I/O descriptors");
	memcpy(&io, payload, sizeof(io));
	tap_eq(io.count, 0, "there are none");
	io = (struct vfu_io_fds){ .argsz = sizeof(io), .flags = 1 };
	tap_eq(ask(VFU_GET_REGION_IO_FDS, &io, sizeof(io)), EINVAL, "flags are refused");
	tap_eq(ask(11, NULL, 0), ENOSYS, "DMA_READ is not for servers");
	tap_eq(ask(4711, NULL, 0), ENOSYS, "unknown command");
}

static int dma_map(uint64_t iova, uint64_t size, uint64_t offset, uint32_t flags, int fd)
{
	struct vfu_dma_map m = { sizeof(m), flags, offset, iova, size };

	return ask_fds(VFU_DMA_MAP, &m, sizeof(m), &fd, fd >= 0);
}

static int dma_unmap(uint64_t iova, uint64_t size, uint32_t flags)
{
	struct vfu_dma_unmap m = { sizeof(m), flags, iova, size };

	return ask(VFU_DMA_UNMAP, &m, sizeof(m));
}

static void test_dma(void)
{
	int fd = memfd_create("ram", MFD_CLOEXEC), fds[20];
	struct vfu_dma_map m = { sizeof(m), 3, 0, 0x500000, 4096 };

	ready();
	if (fd < 0 || ftruncate(fd, 1 << 20))
		tap_ok(0, "memfd");
	tap_eq(dma_map(0x1000, 0x2000, 0, 3, fd), 0, "map");
	tap_eq(sim_iommu_pages(dev), 2, "two pages");
	tap_eq(dma_map(0x2000, 0x1000, 0, 3, fd), EEXIST, "map over it");
	tap_eq(dma_map(0x8000, 0x1000, 0, 3, -1), 0, "map without memory");
	tap_eq(sim_iommu_pages(dev), 2, "reaches nothing");
	tap_eq(dma_map(0x9000, 0x1000, 0, 0, fd), EINVAL, "map without permission");
	tap_eq(dma_map(0x9000, 0x1000, 0, 5, fd), EINVAL, "unknown flag");
	tap_eq(dma_map(0x9000, 0x800, 0, 3, fd), EINVAL, "part of a page");
	tap_eq(dma_map(0x9000, 0x1000, 1 << 20, 3, fd), EINVAL, "beyond the file");
	tap_eq(dma_map(0x9000, 0x1000, 0, 3, client), EINVAL, "a socket is no memory");
	for (int i = 0; i < 20; i++)
		fds[i] = fd;
	tap_eq(ask_fds(VFU_DMA_MAP, &m, sizeof(m), fds, 2), EINVAL, "two descriptors");
	tap_eq(ask_fds(VFU_DMA_MAP, &m, sizeof(m), fds, 20), EMFILE, "twenty descriptors");
	tap_eq(ask_fds(VFU_GET_INFO, &(struct vfu_device_info){ .argsz = 16 }, 16, fds, 1), EINVAL,
	       "a descriptor where none belongs");
	tap_eq(dma_unmap(0x1000, 0x1000, 0), 0, "unmap half");
	tap_eq(sim_iommu_pages(dev), 1, "one page left");
	tap_eq(dma_unmap(0x7f0000000000, 0x100000000, 0), 0, "unmap what never was");
	tap_eq(dma_unmap(0xfef00000, 0xffffffff01100000, 0), 0,
	       "unmap to the very end, as QEMU does");
	tap_eq(dma_unmap(0x1001, 0x1000, 0), EINVAL, "unaligned unmap");
	tap_eq(dma_unmap(0, 0, 0), EINVAL, "unmap of nothing");
	tap_eq(dma_unmap(0, 0, 1), ENOTSUP, "dirty bitmap");
	tap_eq(dma_unmap(0, 4096, 2), EINVAL, "all, with a size");
	tap_eq(dma_unmap(0, 0, 2), 0, "all");
	tap_eq(sim_iommu_pages(dev), 0, "nothing left");
	close(fd);
}

static int region(int cmd, uint32_t index, uint64_t off, uint32_t count, uint64_t val, size_t extra)
{
	uint8_t body[VFU_MAX_MSG];
	struct vfu_region_access a = { off, index, count };

	memcpy(body, &a, sizeof(a));
	memcpy(body + sizeof(a), &val, sizeof(val));
	return ask(cmd, body, sizeof(a) + extra);
}

static void test_regions(void)
{
	uint32_t v = 0;

	ready();
	tap_eq(region(VFU_REGION_WRITE, 0, 0x100, 4, 0xcafe, 4), 0, "write a register");
	tap_eq(region(VFU_REGION_READ, 0, 0x100, 4, 0, 0), 0, "read it");
	memcpy(&v, payload + 16, 4);
	tap_eq(v, 0xcafe, "same value");
	flags_of_next = VFU_NO_REPLY;
	tap_eq(region(VFU_REGION_WRITE, 0, 0x104, 4, 1, 4), -1, "posted write has no reply");
	tap_eq(td(dev)->regs[0x104 / 4], 1, "and arrives");
	flags_of_next = VFU_NO_REPLY;
	tap_eq(region(VFU_REGION_WRITE, 0, TD_BAR0_SIZE, 4, 1, 4), -1, "nor has a wrong one");
	tap_eq(region(VFU_REGION_READ, 0, TD_BAR0_SIZE, 4, 0, 0), EINVAL, "read behind the BAR");
	tap_eq(region(VFU_REGION_READ, 0, TD_BAR0_SIZE - 4, 8, 0, 0), EINVAL, "over its end");
	tap_eq(region(VFU_REGION_READ, 0, -4ull, 4, 0, 0), EINVAL, "far behind");
	tap_eq(region(VFU_REGION_READ, 0, 0x102, 4, 0, 0), EINVAL, "unaligned");
	tap_eq(region(VFU_REGION_READ, 0, 0, 3, 0, 0), EINVAL, "3 bytes");
	tap_eq(region(VFU_REGION_READ, 0, 0, 0, 0, 0), EINVAL, "0 bytes");
	tap_eq(region(VFU_REGION_READ, 2, 0, 4, 0, 0), EINVAL, "absent BAR");
	tap_eq(region(VFU_REGION_READ, 6, 0, 4, 0, 0), EINVAL, "ROM");
	tap_eq(region(VFU_REGION_READ, 0xffffffff, 0, 4, 0, 0), EINVAL, "region 2^32 - 1");
	tap_eq(region(VFU_REGION_READ, 7, 0, 4096, 0, 0), 0, "all of configuration space");
	tap_eq(region(VFU_REGION_READ, 7, 0, 4097, 0, 0), EINVAL, "and more");
	tap_eq(region(VFU_REGION_READ, 7, 0, 4, 0, 4), EINVAL, "read with data");
	tap_eq(region(VFU_REGION_WRITE, 0, 0, 4, 0, 3), EINVAL, "write with too little data");
	tap_eq(region(VFU_REGION_WRITE, 0, 0, 4, 0, 8), EINVAL, "write with too much");
	tap_eq(region(VFU_REGION_WRITE, 7, 4, 2, 6, 2), 0, "bus master on");
	tap_ok(dev->bus_master, "it is");
	tap_eq(region(VFU_REGION_WRITE, 7, 0xa8, 2, 0xa810, 2), 0, "FLR");
	tap_eq(td(dev)->resets[SIM_RESET_FLR], 1, "reaches the model");
	tap_eq(ask(VFU_RESET, NULL, 0), 0, "device reset");
	tap_eq(td(dev)->resets[SIM_RESET_FLR], 2, "too");
	tap_eq(ask(VFU_RESET, &v, 4), EINVAL, "reset with data");
}

static void test_multi(void)
{
	struct {
		uint64_t count;
		struct vfu_write_one w[3];
	} m = {3, {{{0x200, 0, 4}, {1}}, {{0x204, 0, 2}, {2}}, {{0x208, 0, 8}, {3}}}};

	ready();
	tap_eq(ask(VFU_REGION_WRITE_MULTI, &m, sizeof(m)), 0, "three writes in one message");
	tap_ok(td(dev)->regs[0x200 / 4] == 1 && td(dev)->regs[0x204 / 4] == 2 &&
	       td(dev)->regs[0x208 / 4] == 3, "all arrived");
	m.count = 4;
	tap_eq(ask(VFU_REGION_WRITE_MULTI, &m, sizeof(m)), EINVAL, "more counted than sent");
	m.count = 2;
	tap_eq(ask(VFU_REGION_WRITE_MULTI, &m, sizeof(m)), EINVAL, "fewer counted than sent");
	m.count = 0x2000000000000003;
	tap_eq(ask(VFU_REGION_WRITE_MULTI, &m, sizeof(m)), EINVAL, "a count that wraps");
	m.count = 3;
	m.w[1].a.count = 9;
	tap_eq(ask(VFU_REGION_WRITE_MULTI, &m, sizeof(m)), EINVAL, "9 bytes in 8");
}

static int irqs(uint32_t flags, uint32_t index, uint32_t start, uint32_t count, const int *fds,
		int nr)
{
	struct vfu_irq_set set = { sizeof(set), flags, index, start, count };

	return ask_fds(VFU_SET_IRQS, &set, sizeof(set), fds, nr);
}

static void test_irqs(void)
{
	struct vfu_irq_info info = { .argsz = sizeof(info), .index = VFU_IRQ_MSIX };
	int fds[5];
	uint64_t n = 0;

	for (int i = 0; i < 5; i++)
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ready();
	ask(VFU_GET_IRQ_INFO, &info, sizeof(info));
	memcpy(&info, payload, sizeof(info));
	tap_ok(info.count == TD_VECS && info.flags == 1, "MSI-X vectors");
	info = (struct vfu_irq_info){ .argsz = sizeof(info), .index = 5 };
	tap_eq(ask(VFU_GET_IRQ_INFO, &info, sizeof(info)), EINVAL, "interrupt index 5");
	tap_eq(irqs(0x24, VFU_IRQ_MSIX, 0, 4, fds, 4), 0, "four eventfds");
	sim_pci_write(dev, 4, &(uint16_t){ 6 }, 2);
	sim_msix_send(dev, 2);
	tap_ok(read(fds[2], &n, 8) == 8 && n == 1, "a message signals its eventfd");
	tap_ok(read(fds[1], &n, 8) < 0, "and no other");
	tap_eq(irqs(0x24, VFU_IRQ_MSIX, 1, 2, NULL, 0), 0, "take two away");
	sim_msix_send(dev, 2);
	tap_ok(read(fds[2], &n, 8) < 0, "nothing comes any more");
	tap_eq(irqs(0x24, VFU_IRQ_MSIX, 2, 1, fds + 4, 1), 0, "another eventfd for one vector");
	sim_msix_send(dev, 2);
	tap_ok(read(fds[4], &n, 8) == 8, "gets its message");
	tap_eq(irqs(0x21, VFU_IRQ_MSIX, 0, 0, NULL, 0), 0, "all off");
	sim_msix_send(dev, 0);
	tap_ok(read(fds[0], &n, 8) < 0, "vector 0 is silent");
	tap_eq(irqs(0x24, VFU_IRQ_MSIX, 0, 5, fds, 5), EINVAL, "one more than there are");
	tap_eq(irqs(0x24, VFU_IRQ_MSIX, 0xffffffff, 2, fds, 2), EINVAL, "start that wraps");
	tap_eq(irqs(0x24, VFU_IRQ_MSIX, 0, 3, fds, 2), EINVAL, "fewer eventfds than vectors");
	tap_eq(irqs(0x24, VFU_IRQ_INTX, 0, 1, fds, 1), EINVAL, "there is no INTx");
	tap_eq(irqs(0x21, VFU_IRQ_INTX, 0, 0, NULL, 0), 0, "but turning it off is fine");
	tap_eq(irqs(0x24, VFU_IRQ_ERR, 0, 1, fds, 1), 0, "error notifier");
	tap_eq(irqs(0x24, VFU_IRQ_REQ, 0, 1, fds + 1, 1), 0, "request notifier");
	tap_eq(sim_vfu_request_unplug(vfu), 0, "unplug request");
	tap_ok(read(fds[1], &n, 8) == 8, "arrives");
	tap_eq(irqs(0x27, VFU_IRQ_MSIX, 0, 1, fds, 1), EINVAL, "three kinds of data at once");
	tap_eq(irqs(0x04, VFU_IRQ_MSIX, 0, 1, fds, 1), EINVAL, "no action");
	tap_eq(irqs(0x34, VFU_IRQ_MSIX, 0, 1, fds, 1), EINVAL, "two actions");
	tap_eq(irqs(0x124, VFU_IRQ_MSIX, 0, 1, fds, 1), EINVAL, "unknown flag");
	tap_eq(irqs(0x0c, VFU_IRQ_MSIX, 0, 1, fds, 1), ENOTSUP, "mask by eventfd");
	tap_eq(irqs(0x22, VFU_IRQ_MSIX, 0, 4, NULL, 0), EINVAL, "BOOL without its bytes");
	for (int i = 0; i < 5; i++)
		close(fds[i]);
}

static void raw_header(uint32_t size, uint32_t flags, int command, size_t send)
{
	struct vfu_header h = { 1, command, size, flags, 0 };
	uint8_t msg[64] = { 0 };

	memcpy(msg, &h, sizeof(h));
	send_bytes(msg, send, NULL, 0);
	serve();
}

static void test_framing(void)
{
	struct vfu_header h = { 9, VFU_GET_INFO, 32, 0, 0 };
	struct vfu_device_info info = { .argsz = 16 };
	uint8_t msg[32];

	ready();
	raw_header(15, 0, VFU_GET_INFO, 16);
	tap_ok(!sim_vfu_connected(vfu), "size below a header hangs up");
	ready();
	raw_header(VFU_MAX_MSG + 1, 0, VFU_GET_INFO, 16);
	tap_ok(!sim_vfu_connected(vfu), "a message too large hangs up");
	ready();
	raw_header(0xffffffff, 0, VFU_GET_INFO, 16);
	tap_ok(!sim_vfu_connected(vfu), "size 2^32 - 1 hangs up");
	ready();
	raw_header(32, VFU_TYPE_REPLY, VFU_GET_INFO, 32);
	tap_ok(!sim_vfu_connected(vfu), "a reply to nothing hangs up");
	ready();
	raw_header(32, 0x40, VFU_GET_INFO, 32);
	tap_ok(!sim_vfu_connected(vfu), "unknown flags hang up");
	ready();
	for (size_t i = 0; i < sizeof(h); i++) {
		send_bytes((uint8_t *)&h + i, 1, NULL, 0);
		serve();
	}
	send_bytes(&info, 8, NULL, 0);
	serve();
	tap_eq(take_reply(), 0, "no reply to half a message");
	send_bytes((uint8_t *)&info + 8, 8, NULL, 0);
	serve();
	tap_ok(take_reply() == 1 && last.id == 9 && !(last.flags & VFU_ERROR),
	       "byte by byte it arrives");
	memcpy(msg, &h, sizeof(h));
	memcpy(msg + sizeof(h), &info, sizeof(info));
	for (int i = 0; i < 100; i++)
		send_bytes(msg, sizeof(msg), NULL, 0);
	serve();
	for (int i = 0; i < 100; i++)
		if (take_reply() != 1)
			h.id = 0;
	tap_eq(h.id, 9, "100 messages at once, 100 replies");
	close(client);
	client = -1;
	serve();
	tap_ok(!sim_vfu_connected(vfu), "a client that leaves is noticed");
	tap_eq(td(dev)->resets[SIM_RESET_GONE], 1, "and stops the device");
}

/* A client that sends and never reads may hold the server up for a moment, not for ever. */
static void test_no_reader(void)
{
	struct vfu_header h = { 9, VFU_GET_INFO, 32, 0, 0 };
	struct vfu_device_info info = { .argsz = 16 };
	uint8_t msg[32];

	ready();
	memcpy(msg, &h, sizeof(h));
	memcpy(msg + sizeof(h), &info, sizeof(info));
	for (int i = 0; i < 2000 && sim_vfu_connected(vfu); i++) {
		send_bytes(msg, sizeof(msg), NULL, 0);
		serve();
	}
	tap_ok(!sim_vfu_connected(vfu), "a client that never reads its replies is dropped");
}

static uint32_t rng = 12345;

static uint32_t rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	return rng ^= rng << 5;
}

/*
 * Valid frames around random bodies, with random descriptors: no crash, and the server still
 * works.
 */
static void test_random(int rounds)
{
	int fd = memfd_create("ram", MFD_CLOEXEC), fds[18], replies = 0;

	if (ftruncate(fd, 1 << 20))
		tap_ok(0, "memfd");
	for (int i = 0; i < 18; i++)
		fds[i] = fd;
	ready();
	for (int i = 0; i < rounds; i++) {
		uint32_t body[64];
		size_t len = rnd() % 8 ? rnd() % 64 : rnd() % sizeof(body);
		int nr = rnd() % 4 ? 0 : rnd() % 19, ret;

		for (size_t w = 0; w < 64; w++)
			body[w] = rnd() % 3 ? rnd() % 40 : rnd() % 5 ? rnd() : rnd() & 0xfffff000;
		if (rnd() % 2)
			body[0] = 32;
		if (!sim_vfu_connected(vfu))
			ready();
		ret = ask_fds(rnd() % 17, body, len, fds, nr);
		replies += ret >= 0;
		if (got_fd >= 0)
			close(got_fd);
	}
	tap_ok(replies > rounds * 9 / 10, "%d random messages: %d answered, none fatal", rounds,
	       replies);
	ready();
	tap_eq(ask(VFU_GET_INFO, &(struct vfu_device_info){ .argsz = 16 }, 16), 0, "still serving");
	close(fd);
}

static void test_noise(int rounds)
{
	int hangups = 0;

	for (int i = 0; i < rounds; i++) {
		uint8_t noise[300];

		for (size_t b = 0; b < sizeof(noise); b++)
			noise[b] = rnd();
		if (rnd() % 2)
			ready();
		else
			connect_new();
		send_bytes(noise, 16 + rnd() % 284, NULL, 0);
		serve();
		hangups += !sim_vfu_connected(vfu);
	}
	tap_ok(hangups == rounds, "%d times noise: %d connections ended", rounds, hangups);
}

/* Descriptors are closed whatever happened: their number is the same after all the abuse. */
static int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

int main(void)
{
	int before;

	sim_verbose = -1;
	ready();
	disconnect();
	before = open_fds();
	test_version();
	test_caps_parser();
	test_info();
	test_dma();
	test_regions();
	test_multi();
	test_irqs();
	test_framing();
	test_no_reader();
	test_random(20000);
	test_noise(500);
	disconnect();
	tap_eq(open_fds(), before, "no descriptor leaked");
	return tap_done();
}
