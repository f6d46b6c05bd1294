#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ndrv bind and ndrv unbind: what they refuse, with which exit code and sentence, and what the module
# itself refuses when somebody writes to sysfs by hand. Takes the first port through its stock driver.
# shellcheck disable=SC2317  # functions are called by name
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_two_ports
need_commands ndrv ip modprobe
need_stock_driver

# shellcheck disable=SC2317  # called by the trap
cleanup()
{
	ip netns del ndrv_x 2>/dev/null
	back_to_ndrv
	rm -f "$out"
}
trap cleanup EXIT

dev()
{
	netdev_of "$port0"
}

has_dev() { [ -n "$(dev)" ]; }

# Back with the stock driver, its interface down and without an address.
to_stock()
{
	ip link del ndrvbr 2>/dev/null
	is_bound "$port0" "$stock" || ndrv unbind --to="$stock" "$port0" > /dev/null || return 1
	until_true 5 has_dev && ip link set "$(dev)" down && ip addr flush dev "$(dev)"
}

still_stock() { is_bound "$port0" "$stock"; }

# Binding is refused, saying TEXT, and nothing has changed.
in_use()		# NAME TEXT
{
	refuses "$1: refused" 1 "$2" ndrv bind "$port0"
	check "$1: left alone" still_stock
}

echo "TAP version 13"
modprobe "$stock"
refuses "double bind" 3 'already bound' ndrv bind "$port0"
refuses "double bind by hand" 1 'No such device|Device or resource busy' \
	bash -c "echo $port0 > /sys/bus/pci/drivers/ndrv/bind"
refuses "bind of nothing" 2 'which device' ndrv bind
refuses "bind of no such device" 1 'no such' ndrv bind 0000:7f:1f.7
refuses "bind of no such interface" 1 'no such' ndrv bind nosuchif0
refuses "bind of another card" 1 'no card' ndrv bind \
	"$(lspci -Dn | awk '$3 !~ /^8086:10fb/ && $2 == "0600:" { print $1; exit }')"
check "unbind gives the port to the stock driver" to_stock
refuses "double unbind" 3 'not bound to ndrv' ndrv unbind "$port0"

ip link set "$(dev)" up && ip addr add 10.78.0.1/24 dev "$(dev)"
in_use "interface with an address" "$(dev).*10\.78\.0\.1|address"
ip addr flush dev "$(dev)"
ip route add 10.79.0.0/24 dev "$(dev)"
in_use "interface with a route" 'route'
ip route del 10.79.0.0/24 dev "$(dev)"
ip route add default dev "$(dev)" metric 4242
in_use "interface with the default route" 'default|route'
ip route del default dev "$(dev)" metric 4242
to_stock
ip link add link "$(dev)" name ndrvbr type vlan id 7 && ip link set "$(dev)" up
in_use "interface under a VLAN" 'ndrvbr|upper|VLAN|vlan|part of'
check "--force takes it all the same" ndrv bind --force "$port0"
check "it is ndrv's" is_bound "$port0" ndrv
check "and back" to_stock
ip netns add ndrv_x && ip link set "$(dev)" netns ndrv_x
in_use "interface in another network namespace" 'namespace'
ip netns del ndrv_x
until_true 5 has_dev > /dev/null
to_stock
refuses "bind by hand of a port that has a driver" 1 'No such device|Device or resource busy' \
	bash -c "echo $port0 > /sys/bus/pci/drivers/ndrv/bind"
check "an idle interface may be taken by its name" ndrv bind "$(dev)"
check "it is ndrv's" is_bound "$port0" ndrv

# Nobody named ndrv for this port: a free card is not taken, neither by probing nor by hand.
echo "$port0" > /sys/bus/pci/drivers/ndrv/unbind
echo > "/sys/bus/pci/devices/$port0/driver_override"
refuses "bind by hand without driver_override" 1 'No such device|Invalid argument|not permitted' \
	bash -c "echo $port0 > /sys/bus/pci/drivers/ndrv/bind"
echo none > "/sys/bus/pci/devices/$port0/driver_override"
echo "$port0" > /sys/bus/pci/drivers_probe 2>/dev/null
check "nor by a driver_override that names another" [ -z "$(driver_of "$port0")" ]
finish
