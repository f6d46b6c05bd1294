// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever a client of the vfio-user socket says, with whatever file descriptors, in front of a real
 * model: the simulator neither crashes nor hangs, touches nothing but what was mapped, and serves the
 * next client.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

#include "loop.h"
#include "tran.h"
#include "vfio_user.h"
#include "wire.h"

#define RAM_BYTES	(1u << 20)
#define NR_FDS_MAX	18

static const char hello[] = "{\"capabilities\": {\"max_msg_fds\": 16, \"write_multiple\": true}}";

static struct sim_dev *dev;
static struct sim_vfu *vfu;
static int client, ram = -1, event = -1;
static uint64_t now_ns, answered, refused, mapped;

static void serve(void)
{
	for (int i = 0; i < 100 && sim_loop_wait(0) > 0; i++)
		;
}

/* Replies are counted, and what comes with them closed. */
static void listen_to_replies(void)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int) * 4)];
	} ctl;
	static uint8_t reply[2 * VFU_MAX_MSG];
	struct iovec iov = { reply, sizeof(reply) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct vfu_header h;
	ssize_t n;
	int fd;

	for (;;) {
		mh.msg_control = &ctl;
		mh.msg_controllen = sizeof(ctl);
		n = recvmsg(client, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (n <= 0)
			return;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&mh); c; c = CMSG_NXTHDR(&mh, c)) {
			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
			close(fd);
		}
		if (n < (ssize_t)sizeof(h))
			continue;
		memcpy(&h, reply, sizeof(h));
		answered++;
		refused += !!(h.flags & VFU_ERROR);
	}
}

static void say(const void *data, size_t len, unsigned int nr_fds)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int) * NR_FDS_MAX)];
	} ctl = { .room = { 0 } };
	struct iovec iov = { (void *)data, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[NR_FDS_MAX];

	for (unsigned int i = 0; i < nr_fds; i++)
		fds[i] = one_in(3) ? event : ram;
	if (nr_fds) {
		mh.msg_control = &ctl;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * nr_fds);
		ctl.align.cmsg_level = SOL_SOCKET;
		ctl.align.cmsg_type = SCM_RIGHTS;
		ctl.align.cmsg_len = CMSG_LEN(sizeof(int) * nr_fds);
		memcpy(CMSG_DATA(&ctl.align), fds, sizeof(int) * nr_fds);
	}
	if (sendmsg(client, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EPIPE &&
	    errno != ECONNRESET && errno != EAGAIN)
		FUZZ_CHECK(!"sendmsg");
	serve();
	listen_to_replies();
}

static struct vfu_header header(unsigned int command, size_t len)
{
	return (struct vfu_header){ (uint16_t)command, (uint16_t)command,
				    (uint32_t)(sizeof(struct vfu_header) + len), 0, 0 };
}

static void send_with(struct vfu_header h, const void *body, size_t len, unsigned int nr_fds)
{
	uint8_t msg[VFU_MAX_MSG];

	memcpy(msg, &h, sizeof(h));
	memcpy(msg + sizeof(h), body, len);
	say(msg, sizeof(h) + len, nr_fds);
}

static void request(unsigned int command, const void *body, size_t len, unsigned int nr_fds)
{
	struct vfu_header h = header(command, len);

	if (one_in(16))
		h.flags = rnd();
	if (one_in(32))
		h.size = pick(2) ? rnd() : pick(64);
	send_with(h, body, len, nr_fds);
}

static void client_new(void)
{
	struct vfu_header h = { 1, VFU_VERSION, sizeof(h) + 4 + sizeof(hello), 0, 0 };
	uint8_t msg[sizeof(h) + 4 + sizeof(hello)] = { 0 };
	int sv[2];

	if (client >= 0)
		close(client);
	if (vfu) {
		dev->tran->ops->fini(dev);
		vfu = NULL;
	}
	sim_dev_reset(dev, SIM_RESET_GONE);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sv))
		exit(1);
	client = sv[0];
	vfu = sim_vfu_serve(dev, sv[1]);
	memcpy(msg, &h, sizeof(h));
	memcpy(msg + sizeof(h) + 4, hello, sizeof(hello));
	say(msg, sizeof(msg), 0);
}

/* ---- messages --------------------------------------------------------------------------------------- */

static uint64_t address(void)
{
	return pick(4) ? 4096ull * pick(64) : (uint64_t)rnd() << (pick(2) ? 12 : 32);
}

static void move_map(void)
{
	struct vfu_dma_map m = { pick(8) ? sizeof(m) : rnd(), pick(8) ? 3 : rnd(),
				 pick(4) ? 4096ull * pick(256) : rnd(), address(),
				 pick(4) ? 4096ull * (1 + pick(16)) : address() };
	uint64_t before = sim_iommu_pages(dev);

	request(VFU_DMA_MAP, &m, sizeof(m) - (one_in(16) ? pick(sizeof(m)) : 0),
		pick(8) ? 1 : pick(3));
	mapped += sim_iommu_pages(dev) > before;
}

static void move_unmap(void)
{
	struct vfu_dma_unmap m = { pick(8) ? sizeof(m) : rnd(), pick(8) ? 0 : rnd(), address(),
				   pick(4) ? 4096ull * (1 + pick(16)) : address() };

	request(VFU_DMA_UNMAP, &m, sizeof(m), one_in(16));
}

/* Registers that lead somewhere are in the first pages; configuration space is region 7. */
static void move_access(void)
{
	uint8_t body[sizeof(struct vfu_region_access) + VFU_MAX_XFER];
	static const uint32_t widths[] = { 1, 2, 4, 8 };
	struct vfu_region_access a = { pick(2) ? pick(0x8000) & ~3u : rnd(),
				       pick(4) ? pick(8) : rnd(),
				       pick(8) ? widths[pick(4)] : pick(VFU_MAX_XFER + 100) };
	unsigned int write = pick(2), data = write ? a.count : 0;

	if (data > VFU_MAX_XFER)
		data = VFU_MAX_XFER;
	if (a.region == 7 && pick(4))
		a.offset = pick(256);
	memcpy(body, &a, sizeof(a));
	if (data <= 8)
		fuzz_bytes(body + sizeof(a), data);
	else
		memset(body + sizeof(a), (int)rnd(), data);
	request(write ? VFU_REGION_WRITE : VFU_REGION_READ, body, sizeof(a) + data, one_in(32));
}

static void move_irqs(void)
{
	uint8_t body[sizeof(struct vfu_irq_set) + 256] = { 0 };
	struct vfu_irq_set s = {
		pick(8) ? sizeof(s) : rnd(), pick(4) ? VFU_IRQ_DATA_EVENTFD | VFU_IRQ_TRIGGER : rnd(),
		pick(4) ? VFU_IRQ_MSIX : pick(8), pick(2) ? pick(130) : rnd(),
		pick(2) ? pick(20) : rnd(),
	};

	memcpy(body, &s, sizeof(s));
	request(VFU_SET_IRQS, body, sizeof(s) + (pick(4) ? 0 : pick(256)), pick(NR_FDS_MAX + 1));
}

static void move_multi(void)
{
	uint8_t body[8 + 20 * sizeof(struct vfu_write_one)] = { 0 };
	uint64_t nr = pick(8) ? pick(20) : rnd();
	struct vfu_write_one one;

	memcpy(body, &nr, sizeof(nr));
	for (unsigned int i = 0; i < nr && i < 20; i++) {
		one.a = (struct vfu_region_access){ pick(0x8000) & ~3u, pick(8), 1u << pick(4) };
		fuzz_bytes(one.data, sizeof(one.data));
		memcpy(body + 8 + i * sizeof(one), &one, sizeof(one));
	}
	request(VFU_REGION_WRITE_MULTI, body, pick(4) ? 8 + (nr < 20 ? nr : 20) * sizeof(one) :
		pick(sizeof(body)), 0);
}

static void move_noise(void)
{
	uint8_t body[256];
	size_t len = pick(sizeof(body));

	fuzz_bytes(body, len);
	if (len >= 4 && pick(2))
		memcpy(body, &(uint32_t){ 32 }, 4);
	request(pick(18), body, len, one_in(4) ? pick(NR_FDS_MAX + 1) : 0);
}

/* Bytes that are no message, and then a client that works again. */
static void move_rude(void)
{
	uint8_t body[64];

	if (!one_in(8))
		return;
	fuzz_bytes(body, sizeof(body));
	say(body, 1 + pick(sizeof(body)), one_in(2));
	client_new();
}

static void move_time(void)
{
	uint64_t next = UINT64_MAX;

	now_ns += pick(2) ? 1000 : 1000000;
	sim_clock_fake(now_ns);
	sim_dev_poll(dev, now_ns, &next);
}

static void (*const moves_of[])(void) = {
	move_map, move_map, move_unmap, move_access, move_access, move_access, move_irqs, move_multi,
	move_noise, move_noise, move_rude, move_time, move_time,
};

/* A file of its own each time: what the mapping keeps of it ends with the device. */
static void ram_new(void)
{
	ram = memfd_create("ram", MFD_CLOEXEC);
	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ram < 0 || event < 0 || ftruncate(ram, RAM_BYTES))
		exit(1);
}

static void fuzz_one(unsigned int moves)
{
	const struct sim_dev_ops *ops = pick(2) ? &sim_ixgbe_ops : &sim_e810_ops;
	struct vfu_device_info info = { .argsz = sizeof(info) };
	uint64_t before;
	char err[256];

	ram_new();
	now_ns = 1000000000;
	sim_verbose = -1;			/* refusals are what this is about */
	sim_clock_fake(now_ns);
	dev = sim_dev_create(ops, "fuzz", 0, pick(2) ? "trap=on" : NULL, err, sizeof(err));
	if (!dev || sim_wire_init(dev))
		exit(1);
	client = -1;
	client_new();
	while (moves-- && fuzz_more()) {
		if (!sim_vfu_connected(vfu))
			client_new();
		moves_of[pick(sizeof(moves_of) / sizeof(moves_of[0]))]();
	}
	client_new();
	before = answered;
	/* Nothing is left to chance here: at the end of libFuzzer's input one_in() is always true. */
	send_with(header(VFU_GET_INFO, sizeof(info)), &info, sizeof(info), 0);
	FUZZ_CHECK(answered == before + 1);
	close(client);
	sim_wire_fini(dev);
	sim_dev_destroy(dev);
	vfu = NULL;
	close(ram);
	close(event);
}

#ifndef FUZZ_LIBFUZZER
int main(void)
{
	fuzz_main(15, 1000);
	printf("# %llu answers, %llu of them errors; %llu times something was mapped\n",
	       (unsigned long long)answered, (unsigned long long)refused,
	       (unsigned long long)mapped);
	tap_ok(answered > refused && refused && mapped, "messages of all kinds got through");
	return tap_done();
}
#endif
