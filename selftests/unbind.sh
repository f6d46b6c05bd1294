#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Unbind and unload with open, mapped descriptors: the program that has them learns it and ends, the
# stock driver takes the cards and passes traffic between two network namespaces, ndrv takes them back.
# shellcheck disable=SC2317  # functions are called by name
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_two_ports
need_commands ndrv ndrv-fwd ip ping modprobe
need_stock_driver

fwd=

# shellcheck disable=SC2317  # called by the trap
cleanup()
{
	[ -z "$fwd" ] || kill -KILL "$fwd" 2>/dev/null
	ip netns del ndrv_a 2>/dev/null
	ip netns del ndrv_b 2>/dev/null
	modprobe ndrv
	back_to_ndrv
	rm -f "$out"
}
trap cleanup EXIT

forwarding()		# is it running, with both queues?
{
	sleep 0.5
	kill -0 "$fwd"
}

start_fwd()
{
	ndrv-fwd --quiet "$port0" "$port1" > "$out.fwd" 2>&1 & fwd=$!
}

gone() { ! kill -0 "$fwd" 2>/dev/null; }

# It ended by itself, not by a signal (128 and up), with a failure and a sentence.
ended_well()
{
	wait "$fwd"
	rc=$?
	fwd=
	cat "$out.fwd"
	[ "$rc" -gt 0 ] && [ "$rc" -lt 128 ] && [ -s "$out.fwd" ]
}

port_up()		# NETNS PCI ADDRESS
{
	dev=$(netdev_of "$2")
	[ -n "$dev" ] || { echo "$2 has no interface"; return 1; }
	ip netns add "$1" && ip link set "$dev" netns "$1" &&
		ip -n "$1" addr add "$3/24" dev "$dev" && ip -n "$1" link set "$dev" up
}

pings() { ip netns exec ndrv_a ping -q -c 3 -i 0.2 -W 2 10.77.0.2; }

forwards_nothing_for_a_second()
{
	timeout -k 1 20 ndrv-fwd --quiet --seconds=1 "$port0" "$port1"
}

echo "TAP version 13"
start_fwd
check "forwards" forwarding
check "unbind of the first port under it" sh -c "echo $port0 > /sys/bus/pci/drivers/ndrv/unbind"
check "the program ends" until_true 10 gone
check "with an exit code and a sentence, not a signal" ended_well
check "the port comes back" sh -c "echo $port0 > /sys/bus/pci/drivers/ndrv/bind"

start_fwd
check "forwards again" forwarding
refuses "unloading the module under it" 1 'in use' rmmod ndrv
check "and it forwards on" forwarding
modprobe "$stock"
check "ndrv unbind gives both ports back" ndrv unbind --to="$stock" "$port0" "$port1"
check "the program ends" until_true 10 gone
check "with an exit code and a sentence, not a signal" ended_well
check "the first port is the stock driver's" is_bound "$port0" "$stock"
check "the second port is the stock driver's" is_bound "$port1" "$stock"
check "the first interface comes up" port_up ndrv_a "$port0" 10.77.0.1
check "the second interface comes up" port_up ndrv_b "$port1" 10.77.0.2
check "traffic passes between them" until_true 20 pings
ip netns del ndrv_a
ip netns del ndrv_b
check "without users the module can be unloaded" rmmod ndrv
check "and loaded" modprobe ndrv
sleep 1				# the interfaces come back from their namespaces
check "ndrv bind takes them again" ndrv bind --force "$port0" "$port1"
check "and forwards" forwards_nothing_for_a_second
rm -f "$out.fwd"
finish
