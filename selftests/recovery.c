// SPDX-License-Identifier: GPL-2.0-only
/*
 * What befalls a card while programs work on it, each many times under load: resets that somebody asks
 * for, PCI errors, unbinding, surprise removal. A program on the card does what a real one would: sees
 * that its pair was taken away, starts it again on the same descriptor, goes on; or sees that the card
 * is gone, and takes the one that comes. Two other ports carry traffic of their own meanwhile and must
 * not lose a frame. Wants four ports: 0 and 1, 2 and 3 each joined by a cable; with two there is no
 * neighbour. Suspend is in suspend.c.
 */
#include "kselftest_harness.h"
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#define ROUNDS	((int)ndrv_volume(20))
#define DRIVER	"ndrv"

/* ---- what happens to the card ------------------------------------------------------------------- */

/* /dev/aer_inject: one error of one function, as the kernel's aer_inject module takes it. */
struct aer_injection {
	uint8_t bus, dev, fn, pad;
	uint32_t uncorrectable, correctable, header_log[4], domain;
};

#define AER_DLP			0x00000010	/* data link protocol error: fatal */
#define AER_COMP_TIMEOUT	0x00004000	/* completion timeout: not fatal */

static int aer_inject(const char *pci, uint32_t error)
{
	struct aer_injection e = { .uncorrectable = error };
	unsigned int domain, bus, dev, fn;
	int fd, err = 0;

	if (sscanf(pci, "%x:%x:%x.%x", &domain, &bus, &dev, &fn) != 4)
		return -EINVAL;
	e.domain = domain;
	e.bus = bus;
	e.dev = dev;
	e.fn = fn;
	fd = open("/dev/aer_inject", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, &e, sizeof(e)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static bool aer_available(void)
{
	return !access("/dev/aer_inject", W_OK) ||
	       (!system("modprobe -q aer_inject") && !access("/dev/aer_inject", W_OK));
}

static int do_bus_reset(const char *pci)
{
	int err = sysfs_write(pci, "reset_method", "bus"), ret;

	if (err)
		return err;
	ret = dev_reset(pci);
	err = sysfs_write(pci, "reset_method", "default");
	return ret ? ret : err;
}

static int do_aer_nonfatal(const char *pci)
{
	return aer_inject(pci, AER_COMP_TIMEOUT);
}

static int do_aer_fatal(const char *pci)
{
	return aer_inject(pci, AER_DLP);
}

/* ---- the pair comes back -------------------------------------------------------------------------- */

FIXTURE(recovery)
{
	char pci[32];
	struct load l;
	struct neighbour n;
	bool has_neighbour;
	int watcher;			/* a file without a pair */
};

FIXTURE_VARIANT(recovery)
{
	int (*happen)(const char *pci);
	bool aer;
	uint32_t reason;
};

FIXTURE_VARIANT_ADD(recovery, flr) {
	.happen = dev_reset, .reason = NDRV_REASON_ADMIN,
};

FIXTURE_VARIANT_ADD(recovery, bus_reset) {
	.happen = do_bus_reset, .reason = NDRV_REASON_ADMIN,
};

FIXTURE_VARIANT_ADD(recovery, aer_nonfatal) {
	.happen = do_aer_nonfatal, .aer = true, .reason = NDRV_REASON_PCI_ERROR,
};

FIXTURE_VARIANT_ADD(recovery, aer_fatal) {
	.happen = do_aer_fatal, .aer = true, .reason = NDRV_REASON_PCI_ERROR,
};

FIXTURE_SETUP(recovery)
{
	self->l.p[0].fd = self->l.p[1].fd = self->n.from.fd = self->n.to.fd = self->watcher = -1;
	NEED_PORTS(2);
	NEED_ROOT();
	if (variant->aer && !aer_available()) {
		ASSERT_FALSE(dev_needed(2)) TH_LOG("no /dev/aer_inject");
		SKIP(return, "no /dev/aer_inject (CONFIG_PCIEAER_INJECT)");
	}
	strncpy(self->pci, dev_pci(0), sizeof(self->pci) - 1);
	self->watcher = dev_open(0);
	ASSERT_GE(self->watcher, 0);
	ASSERT_EQ(0, fcntl(self->watcher, F_SETFL, O_NONBLOCK));
	self->has_neighbour = dev_count() >= 4;
	if (self->has_neighbour)
		ASSERT_EQ(0, neighbour_start(&self->n, 2));
	ASSERT_EQ(0, load_start(&self->l, 0));
	ASSERT_EQ(0, load_flows(&self->l));
}

FIXTURE_TEARDOWN(recovery)
{
	load_end(&self->l);
	neighbour_end(&self->n);
	if (self->watcher >= 0)
		close(self->watcher);
}

/* What the three files were told of one round: NULL, or who was told what is not so. */
static const char *check_events(FIXTURE_DATA(recovery) *self, uint32_t reason, uint64_t before)
{
	struct events owner, watcher, peer;

	if (!(poll_fd(self->l.p[0].fd, POLLPRI, 0) & POLLPRI))
		return "poll(2) tells the owner of no event";
	if (events_read(self->l.p[0].fd, &owner) || events_read(self->watcher, &watcher) ||
	    events_read(self->l.p[1].fd, &peer))
		return "read(2) of the events";
	if (owner.of[NDRV_EVENT_REVOKED] != 1 || owner.of[NDRV_EVENT_RESTORED] != 1)
		return "the owner is to be told once that its pair is away, and once that it is back";
	if (owner.reason != reason || owner.queue != self->l.p[0].qs.out_queue)
		return "the owner was told another reason, or of another queue";
	if (owner.generation <= before || owner.generation >= self->l.p[0].generation)
		return "the owner's generation";
	if (watcher.of[NDRV_EVENT_REVOKED] || watcher.of[NDRV_EVENT_RESTORED] != 1)
		return "who has no pair is to be told that the device is back, and that only";
	if (peer.of[NDRV_EVENT_REVOKED] || peer.of[NDRV_EVENT_RESTORED])
		return "the far end was told of what did not happen to it";
	if (owner.backwards || watcher.backwards || peer.backwards)
		return "events in a wrong order";
	return NULL;
}

/* What happens and everything that follows: NULL, or what went wrong. */
static const char *one_round(FIXTURE_DATA(recovery) *self,
			     const FIXTURE_VARIANT(recovery) *variant)
{
	uint64_t restarts = self->l.restarts[0], resets = load_resets(&self->l, 0);
	uint64_t generation = self->l.p[0].generation;

	if (variant->happen(self->pci))
		return "it cannot be made to happen";
	if (load_restarted(&self->l, 0, restarts))
		return "the pair was not taken away, or could not be started again";
	if (load_flows(&self->l))
		return "no traffic afterwards";
	if (load_resets(&self->l, 0) != resets + 1)
		return "the reset was not counted once";
	return check_events(self, variant->reason, generation);
}

static void drain_events(FIXTURE_DATA(recovery) *self)
{
	struct events e;

	events_read(self->l.p[0].fd, &e);
	events_read(self->l.p[1].fd, &e);
	events_read(self->watcher, &e);
}

TEST_F_TIMEOUT(recovery, goes_on_with_the_same_descriptor, 600)
{
	uint64_t peer_resets = load_resets(&self->l, 1);
	int fd = self->l.p[0].fd, round;
	const char *why;

	drain_events(self);
	for (round = 0; round < ROUNDS; round++) {
		why = one_round(self, variant);
		ASSERT_EQ(NULL, why) TH_LOG("round %d: %s (thread: %d)", round, why, self->l.err);
	}
	EXPECT_EQ(fd, self->l.p[0].fd);
	EXPECT_EQ(ROUNDS, self->l.restarts[0]);
	EXPECT_EQ(0, self->l.no_hangup);
	EXPECT_EQ(0, self->l.wrong);
	/* The far end of the cable had no link for a while, and nothing else. */
	EXPECT_EQ(0, self->l.restarts[1]);
	EXPECT_EQ(peer_resets, load_resets(&self->l, 1));
	TH_LOG("%llu restarts, %llu times too early, %llu frames",
	       (unsigned long long)self->l.restarts[0], (unsigned long long)self->l.again,
	       (unsigned long long)self->l.total);
	if (!self->has_neighbour)
		return;
	neighbour_stop(&self->n);
	EXPECT_TRUE(neighbour_unharmed(&self->n)) TH_LOG("wrong: %llu",
							 (unsigned long long)self->n.wrong);
	TH_LOG("neighbour: %llu frames sent, %llu received", (unsigned long long)self->n.sent,
	       (unsigned long long)self->n.got);
}

/* ---- the pair is gone for good, and a new card comes ----------------------------------------------- */

FIXTURE(gone)
{
	char pci[32];
	int sim;			/* the simulator's number of the port */
	struct load l;
	struct neighbour n;
	bool has_neighbour;
};

FIXTURE_SETUP(gone)
{
	self->l.p[0].fd = self->l.p[1].fd = self->n.from.fd = self->n.to.fd = -1;
	NEED_PORTS(2);
	NEED_ROOT();
	strncpy(self->pci, dev_pci(0), sizeof(self->pci) - 1);
	self->sim = sim_index(0);
	self->has_neighbour = dev_count() >= 4;
	if (self->has_neighbour)
		ASSERT_EQ(0, neighbour_start(&self->n, 2));
	ASSERT_EQ(0, load_start(&self->l, 0));
	ASSERT_EQ(0, load_flows(&self->l));
}

FIXTURE_TEARDOWN(gone)
{
	load_end(&self->l);
	neighbour_end(&self->n);
	if (!self->pci[0] || dev_bound_to(self->pci, DRIVER))
		return;
	dev_unbind(self->pci);		/* the stock driver may have been quicker */
	EXPECT_EQ(0, dev_bind(self->pci, DRIVER));
}

/* What the owner of a pair of a card that is gone finds: NULL, or what is not so. */
static const char *check_gone(struct port *p)
{
	struct ndrv_info info;
	struct events e;

	if (p->status->state != NDRV_STATE_GONE || p->status->link_up)
		return "the status page";
	if (get_info(p->fd, &info) != -ENODEV || queue_start(p->fd, NULL) != -ENODEV)
		return "calls do not say ENODEV";
	if (events_read(p->fd, &e) || e.of[NDRV_EVENT_GONE] != 1 || e.last != NDRV_EVENT_GONE)
		return "the last event is not the end";
	if (!e.end)
		return "read(2) does not end";
	if ((poll_fd(p->fd, POLLIN, 0) & (POLLERR | POLLHUP)) != (POLLERR | POLLHUP))
		return "poll(2)";
	return NULL;
}

/* The driver has the port again, as number 0: the load takes it, and traffic flows. */
static const char *comes_back(FIXTURE_DATA(gone) *self)
{
	int err = 0;

	if (!dev_bound_to(self->pci, DRIVER)) {
		dev_unbind(self->pci);
		err = dev_bind(self->pci, DRIVER);
	}
	if (err || !dev_pci(0) || strcmp(dev_pci(0), self->pci))
		return "it cannot be bound again";
	if (load_replace(&self->l, 0, 0))
		return "the new one cannot be set up";
	return load_flows(&self->l) ? "no traffic afterwards" : NULL;
}

static const char *round_unbind(FIXTURE_DATA(gone) *self)
{
	const char *why;

	if (dev_unbind(self->pci))
		return "unbind";
	if (load_gone(&self->l, 0))
		return "the program did not learn of it";
	why = check_gone(&self->l.p[0]);
	return why ? why : comes_back(self);
}

/* In every other round nobody asks: the kernel notices by itself. */
static const char *round_surprise(FIXTURE_DATA(gone) *self, int round)
{
	struct ndrv_link link;
	const char *why;

	if (sim_command("remove %d", self->sim))
		return "the simulator does not remove it";
	if (round & 1)
		get_link(self->l.p[0].fd, &link);
	if (load_gone(&self->l, 0))
		return "the program did not learn of it";
	why = check_gone(&self->l.p[0]);
	if (why)
		return why;
	if (sysfs_write(self->pci, "remove", "1"))
		return "the slot cannot be emptied";
	why = check_gone(&self->l.p[0]) ? NULL : "events after the last";
	if (sim_command("restore %d", self->sim))
		return "the simulator does not put it back";
	if (sysfs_write(NULL, "/sys/bus/pci/rescan", "1"))
		return "rescan";
	return why ? why : comes_back(self);
}

#define EXPECT_UNHARMED() do {								\
	EXPECT_EQ(0, self->l.no_hangup);						\
	EXPECT_EQ(0, self->l.wrong);							\
	EXPECT_EQ(0, self->l.restarts[1]) TH_LOG("the far end was reset");		\
	if (self->has_neighbour) {							\
		neighbour_stop(&self->n);						\
		EXPECT_TRUE(neighbour_unharmed(&self->n));				\
		TH_LOG("%llu frames; neighbour: %llu frames sent, %llu received",	\
		       (unsigned long long)self->l.total,				\
		       (unsigned long long)self->n.sent,				\
		       (unsigned long long)self->n.got);				\
	}										\
} while (0)

TEST_F_TIMEOUT(gone, unbind, 600)
{
	const char *why;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		why = round_unbind(self);
		ASSERT_EQ(NULL, why) TH_LOG("round %d: %s (thread: %d)", round, why, self->l.err);
	}
	EXPECT_UNHARMED();
}

TEST_F_TIMEOUT(gone, surprise_removal, 600)
{
	const char *why;
	int round;

	if (!sim_present())
		SKIP(return, "nobody here who would pull the card");
	for (round = 0; round < ROUNDS; round++) {
		why = round_surprise(self, round);
		ASSERT_EQ(NULL, why) TH_LOG("round %d: %s (thread: %d)", round, why, self->l.err);
	}
	EXPECT_UNHARMED();
}

TEST_HARNESS_MAIN
