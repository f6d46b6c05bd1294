// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the owner of the machine does to a port: actions of the stress test on the device and the module,
 * through sysfs, the simulator and delete_module(2).
 */
#include "stress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DRIVER		"ndrv"
#define PATIENT_MS	MS(3000)	/* for an unplugged card to be given up by the kernel */
#define SLOT_MS		MS(20000)	/* for a slot that is emptied or filled */
#define HOME_MS		MS(180000)	/* until all cards are there again, and bound */
#define QUIET_MS	MS(10000)	/* for the module to be idle for once */

static int bind_port(const struct stress_port *sp)
{
	int err = (int)CALL(C_OVERRIDE, sysfs_put(DRIVER, "/sys/bus/pci/devices/%s/driver_override",
						  sp->pci));

	if (err)
		return err;
	return (int)CALL(C_BIND, sysfs_put(sp->pci, "/sys/bus/pci/drivers/" DRIVER "/bind"));
}

bool act_bind(struct stress_port *sp)
{
	bool tried = false;
	int i;

	/* That it is bound already is no reason to come later. */
	for (i = 0; i < 3 && !stress->quiet; i++) {
		tried |= bind_port(sp) != -ENOENT;
		sleep_ms(roll(60));
	}
	return tried;
}

bool act_unbind(struct stress_port *sp)
{
	bool done = !CALL(C_UNBIND, sysfs_put(sp->pci, "/sys/bus/pci/drivers/" DRIVER "/unbind"));

	if (done)
		sleep_ms(roll(50));
	bind_port(sp);
	return done;
}

static int rescan(void)
{
	return (int)CALL(C_RESCAN, sysfs_put("1", "/sys/bus/pci/rescan"));
}

static int remove_function(const struct stress_port *sp)
{
	return (int)CALL(C_REMOVE, sysfs_put("1", "/sys/bus/pci/devices/%s/remove", sp->pci));
}

bool act_remove(struct stress_port *sp)
{
	bool done = !remove_function(sp);

	sleep_ms(roll(50));
	rescan();
	bind_port(sp);
	return done;
}

/*
 * The card is pulled out: all ones. The kernel's part of a real removal, which is to empty the slot, comes
 * before or after the card is back. Before, it may wait for whoever resets the card to give up: not
 * for longer than a while here.
 */
bool act_surprise(struct stress_port *sp)
{
	uint64_t end;
	pid_t pid;

	/* One at a time: the second would put back what the first has just pulled. */
	if (sp->sim < 0 || __atomic_exchange_n(&sp->pulled, true, __ATOMIC_ACQ_REL))
		return false;
	CALL(C_SIM, sim_command("remove %d", sp->sim));
	sleep_ms(roll(400));
	pid = fork();
	if (!pid) {
		is_child = true;
		_exit(remove_function(sp) ? 1 : 0);
	}
	end = now_ms() + (chance(50) ? PATIENT_MS : 0);
	while (pid > 0 && now_ms() < end && !waitpid(pid, NULL, WNOHANG))
		sleep_ms(5);
	CALL(C_SIM, sim_command("restore %d", sp->sim));
	call_begin(C_REAP);
	while (pid > 0 && waitpid(pid, NULL, 0) > 0)
		;
	call_end(C_REAP, 0);
	/* Somebody's rescan may have found it half way. */
	remove_function(sp);
	rescan();
	__atomic_store_n(&sp->pulled, false, __ATOMIC_RELEASE);
	bind_port(sp);
	return true;
}

/*
 * The slot is emptied and filled again, as by hand: the kernel is asked, and lets the card go after it has
 * blinked for five seconds. Root ports are numbered through, those of the simulator's cards first.
 */
static int slot_empty(const struct stress_port *sp)
{
	return (int)CALL(C_MONITOR, qemu_command("device_del", "\"id\":\"igb%d\"", sp->igb));
}

static int slot_fill(const struct stress_port *sp)
{
	int n = sp->igb;

	return (int)CALL(C_MONITOR, qemu_command("device_add", "\"driver\":\"igb\",\"id\":\"igb%d\","
						 "\"bus\":\"rp%d\",\"netdev\":\"cable%d\","
						 "\"mac\":\"02:00:00:82:57:%02x\"", n,
						 stress->nr_sim + n, n, n));
}

static bool comes_or_goes(const struct stress_port *sp, bool there)
{
	uint64_t end = now_ms() + SLOT_MS;

	while (pci_there(sp->pci) != there && now_ms() < end)
		sleep_ms(20);
	return pci_there(sp->pci) == there;
}

/*
 * Whoever empties a slot holds pciehp's reset_lock and takes the lock for removal, and with that one held
 * takes the reset_lock once more; "remove" waits with the former for whoever writes to "reset", and that one
 * waits for the reset_lock. Linux, at least up to 6.12, may stop there for ever, whatever the driver. lockdep
 * tells of it at the first emptied slot, and is blind afterwards: there, no slot is emptied.
 */
bool slots_are_emptied(void)
{
	return stress->nr_igb && !has_checkers();
}

bool act_hotplug(struct stress_port *sp)
{
	bool done;
	int i;

	if (sp->igb < 0 || __atomic_exchange_n(&sp->pulled, true, __ATOMIC_ACQ_REL))
		return false;
	slot_empty(sp);
	/* A rescan may find it again on its last day: the monitor knows when it is gone. */
	done = comes_or_goes(sp, false);
	for (i = 0; i < 50 && slot_fill(sp); i++)
		sleep_ms(200);
	if (!comes_or_goes(sp, true))
		rescan();
	__atomic_store_n(&sp->pulled, false, __ATOMIC_RELEASE);
	bind_port(sp);
	return done;
}

static bool reset(struct stress_port *sp, const char *method)
{
	CALL(C_METHOD, sysfs_put(method, "/sys/bus/pci/devices/%s/reset_method", sp->pci));
	return !CALL(C_RESET, sysfs_put("1", "/sys/bus/pci/devices/%s/reset", sp->pci));
}

bool act_flr(struct stress_port *sp)
{
	return reset(sp, "flr");
}

/* By the slot, where there is such a way, but not where slots are emptied. */
bool act_reset(struct stress_port *sp)
{
	bool slot = sp->igb < 0 || !slots_are_emptied();

	/* The default goes on to the slot where an FLR fails, of a card that is just being pulled, say. */
	return reset(sp, slot && chance(50) ? "bus" : "default");
}

/* ---- module ------------------------------------------------------------------------------------------ */

int module_unload(unsigned int ms)
{
	uint64_t end = now_ms() + ms;
	int err;

	for (;;) {
		err = syscall(SYS_delete_module, DRIVER, O_NONBLOCK) ? -errno : 0;
		if (err != -EAGAIN && err != -EBUSY)
			return err;
		if (now_ms() > end)
			return err;
		sleep_ms(2);
	}
}

int module_load(void)
{
	/* From memory, where somebody has put it there */
	static const char *const here[] = { "insmod", "/run/" DRIVER ".ko", NULL };
	static const char *const argv[] = { "modprobe", DRIVER, NULL };

	return run_program(access(here[1], R_OK) ? argv : here);
}

/* The others are asked to be brief, and most of them begin nothing. With a neighbour, it is in use. */
bool act_module(struct stress_port *sp)
{
	bool done;
	int ret;

	stress->quiet = !stress->neighbour_runs;
	done = !CALL(C_UNLOAD, module_unload(stress->neighbour_runs ? MS(20) : QUIET_MS));
	stress->quiet = false;
	if (done && stress->neighbour_runs)
		fail("the module was unloaded under a neighbour that uses it");
	if (done)
		sleep_ms(roll(30));
	call_begin(C_LOAD);
	ret = module_load();
	call_end(C_LOAD, 0);
	/* Two at a time: one of them may find the other's, half loaded or half gone. */
	if (ret > 1)
		fail("modprobe ended with %d", ret);
	return done;
}

/* ---- home ---------------------------------------------------------------------------------------------- */

/* What a card decodes at, and what the kernel thinks that it does: its own first memory BAR. */
static bool bar_lost(const struct stress_port *sp)
{
	unsigned long long start = 0;
	uint32_t conf[6] = { 0 };
	char path[96];
	FILE *f;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource", sp->pci);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%llx", &start) != 1)
		start = 0;
	if (f)
		fclose(f);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", sp->pci);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, conf, sizeof(conf)) != sizeof(conf))
		start = 0;
	if (fd >= 0)
		close(fd);
	if (!start || (conf[4] & ~15u) == (uint32_t)start)
		return false;
	printf("# %s: BAR 0 is 0x%x in the card and 0x%llx in the kernel, COMMAND 0x%04x\n", sp->pci, conf[4],
	       start, conf[1] & 0xffff);
	return true;
}

/*
 * Linux writes BARs and resets functions under different locks: a card that is reset while it is being
 * enumerated may end without addresses, and then nobody's driver finds it. To enumerate it again helps.
 */
static void bring_home(const struct stress_port *sp)
{
	if (pci_there(sp->pci) && bar_lost(sp))
		remove_function(sp);
	if (!pci_there(sp->pci))
		rescan();
	if (pci_there(sp->pci))
		bind_port(sp);
}

bool ports_home(void)
{
	uint64_t end = now_ms() + HOME_MS;
	unsigned int i;
	bool all;

	do {
		all = true;
		for (i = 0; i < stress->nr_ports; i++) {
			struct stress_port *sp = &stress->ports[i];

			if (pci_there(sp->pci) && dev_bound_to(sp->pci, DRIVER))
				continue;
			all = false;
			bring_home(sp);
		}
		if (!all)
			sleep_ms(100);
	} while (!all && now_ms() < end);
	return all;
}
