# SPDX-License-Identifier: GPL-2.0-only
#
# The front door. What is built, and how, stands in the folders' own Makefiles; all of it lands in
# build/. `make help` says what there is.

TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
BUILD ?= $(TOP)/build
export BUILD

PREFIX ?= /usr/local
export PREFIX DESTDIR

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' $(TOP)/dkms.conf)
DKMS_SRC := $(DESTDIR)/usr/src/ndrv-$(VERSION)

.PHONY: all kmod lib tools sim selftests test lint vmtest demo check fuzz fuzz-host stress soak \
	bench bench-native install uninstall dkms-install dkms-remove clean help

all: lib tools sim $(if $(wildcard $(KDIR)/Makefile),kmod)

help:
	@echo "make              library, tools and simulator; the module too, where the kernel headers are"
	@echo "make test         host tests: no root, no VM, under a minute"
	@echo "make lint         style, layering and spelling"
	@echo "sudo make demo    a VM with two emulated 82599, traffic through ndrv-fwd, one table;"
	@echo "                  NIC=e810 takes that card"
	@echo "sudo make check   every test there is: host, lint, VMs, in an hour; FULL=1 in hours, on all kernels"
	@echo "sudo make vmtest  the VM part of it; KERNEL=6.1|6.12|backports|debug|kcsan and T=NAME narrow it"
	@echo "sudo make fuzz    random calls to the module in a VM with checkers: SECONDS=60 SEED=1 NIC=82599|e810|igb"
	@echo "sudo make stress  everything that can happen to a port at once, in a VM: MINUTES=10 SEED= NIC="
	@echo "sudo make soak    traffic for HOURS=1 in a VM, nothing lost, no memory lost; NIC=82599|e810"
	@echo "sudo make bench   ndrv beside DPDK, AF_XDP, XDP, bridge and pktgen on the same emulated ports, in most"
	@echo "                  of an hour: tables, pictures, csv; NIC=82599|e810 REPS=5"
	@echo "make bench-native what a packet costs in the library: instructions and ns, no VM, no root"
	@echo "make kmod         the module for KVER=$(KVER) (or KDIR=...)"
	@echo "make install      library and tools below PREFIX=$(PREFIX)"
	@echo "sudo make dkms-install | dkms-remove   the module of version $(VERSION) through DKMS"

kmod:
	$(MAKE) -C $(TOP)/kmod KDIR=$(KDIR)

lib:
	$(MAKE) -C $(TOP)/lib

tools: lib
	$(MAKE) -C $(TOP)/tools

sim:
	$(MAKE) -C $(TOP)/tools/sim

selftests:
	mkdir -p $(BUILD)/selftests
	$(MAKE) -C $(TOP)/selftests OUTPUT=$(BUILD)/selftests

test:
	@$(MAKE) --no-print-directory -C $(TOP)/selftests/host run

lint:
	$(TOP)/tools/dev/check

vmtest:
	$(TOP)/tools/vm/check vm

demo:
	$(TOP)/tools/vm/demo

# With KERNEL: what runs on kernels, and no more.
check:
	$(TOP)/tools/vm/check $(if $(KERNEL),vm,all)

fuzz:
	@FUZZ_SECONDS=$(SECONDS) $(TOP)/tools/vm/fuzz

fuzz-host:
	@$(TOP)/selftests/host/fuzz-host.sh $(TOP)/build/fuzz-host $(or $(SECONDS),40) $(or $(SEED),1)

stress:
	@$(TOP)/tools/vm/stress

soak:
	@$(TOP)/tools/vm/soak

bench:
	@$(TOP)/tools/bench/vm

bench-native:
	@$(TOP)/tools/bench/native

install: lib tools
	$(MAKE) -C $(TOP)/lib install
	$(MAKE) -C $(TOP)/tools install

uninstall:
	$(MAKE) -C $(TOP)/lib uninstall
	$(MAKE) -C $(TOP)/tools uninstall

# Only what the module is built from goes to /usr/src.
dkms-install:
	@command -v dkms > /dev/null || { echo "dkms is missing: apt install dkms" >&2; exit 1; }
	@[ -d /lib/modules/$(KVER)/build/ ] || \
		{ echo "no kernel headers for $(KVER): apt install linux-headers-$(KVER)" >&2; exit 1; }
	rm -rf $(DKMS_SRC)
	install -d $(DKMS_SRC)/kmod $(DKMS_SRC)/uapi/linux
	install -m 644 $(TOP)/dkms.conf $(DKMS_SRC)/
	install -m 644 $(wildcard $(TOP)/kmod/*.[ch]) $(TOP)/kmod/Kbuild $(TOP)/kmod/Makefile $(DKMS_SRC)/kmod/
	install -m 644 $(TOP)/uapi/linux/ndrv.h $(DKMS_SRC)/uapi/linux/
	dkms status ndrv/$(VERSION) | grep -q . || dkms add ndrv/$(VERSION)
	dkms build --force ndrv/$(VERSION) -k $(KVER)
	dkms install --force ndrv/$(VERSION) -k $(KVER)

dkms-remove:
	dkms remove ndrv/$(VERSION) --all
	rm -rf $(DKMS_SRC)

clean:
	rm -rf $(BUILD)
