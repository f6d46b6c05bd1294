#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ndrv-tap: the kernel's network stack on a queue of a port, in two network namespaces joined by the cable
# between two ports, while frames that a filter picks go to a program on another queue. Jumbo frames,
# resets in the middle of a transfer, a cable that is pulled, changes of the interface.
# shellcheck disable=SC2317  # functions are called by name
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_two_ports
need_commands ndrv ndrv-tap ndrv-dump ndrv-pktgen ip ping socat tcpdump jq setpriv sha256sum
modprobe tun 2>/dev/null
if [ ! -c /dev/net/tun ]; then
	[ "${NDRV_NEED:-0}" = 0 ] || { echo "Bail out! no /dev/net/tun"; exit 1; }
	skip_all "no /dev/net/tun"
fi

tmp=$(mktemp -d)
nsa=ndrv-tap-a nsb=ndrv-tap-b
tap_a='' tap_b='' dump=''
cleanup()
{
	local p

	for p in $tap_a $tap_b $dump; do
		kill "$p" 2>/dev/null
	done
	wait
	ip netns del $nsa 2>/dev/null
	ip netns del $nsb 2>/dev/null
	rm -rf "$tmp" "$out"
}
trap cleanup EXIT

a=$(name_of "$port0") b=$(name_of "$port1")
mac_b=$(cat "/sys/class/ndrv/$b/mac")

in_a() { ip netns exec $nsa "$@"; }
in_b() { ip netns exec $nsb "$@"; }

says()			# TEXT FILE
{
	until_true 30 grep -q "$1" "$2" > "$tmp/wait" || cat "$tmp/wait" "$2"
}

carrier()		# NAMESPACE 0|1
{
	[ "$(ip netns exec "$1" cat /sys/class/net/t0/carrier 2>/dev/null || echo 0)" = "$2" ]
}

carriers() { carrier $nsa "$1" && carrier $nsb "$1"; }

set_up()		# NAMESPACE ADDRESS
{
	# Nothing but what the test sends may be on the wire.
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 &&
		ip -n "$1" addr add "$2/24" dev t0 && ip -n "$1" link set t0 up
}

# The largest file that a namespace sends the other in a few seconds; the receiver's sum is the sender's.
begin_transfer()
{
	head -c 4M /dev/urandom > "$tmp/sent"
	ip netns exec $nsb timeout 120 socat -u TCP-LISTEN:5001,reuseaddr - > "$tmp/received" & server=$!
	until_true 20 sh -c "ip netns exec $nsb ss -Hltn 'sport = :5001' | grep -q ." > "$tmp/wait"
	ip netns exec $nsa timeout 120 socat -u "OPEN:$tmp/sent" TCP:10.9.7.2:5001 & client=$!
}

end_transfer()
{
	wait $client && wait $server && cmp "$tmp/sent" "$tmp/received" && sha256sum "$tmp/received"
}

under_way() { [ -s "$tmp/received" ]; }

reset_port()		# PCI
{
	echo 1 > "/sys/bus/pci/devices/$1/reset"
}

send_filtered()		# COUNT
{
	ndrv-pktgen -q --pcap="$tmp/88b5.pcap" --loop -c "$1" -r 500 "$a"
}

# dump_has COUNT: so many frames have come to the program on queue 1.
dump_has() { [ "$(wc -l < "$tmp/dump.out")" -ge "$1" ]; }

dump_has_exactly() { until_true 20 dump_has "$1" && sleep 0.5 && [ "$(wc -l < "$tmp/dump.out")" = "$1" ]; }

ends_well()		# PID FILE JQ: by SIGINT, with exit status 0 and a summary of which JQ is true
{
	kill -INT "$1"
	wait "$1" || { cat "$2"; return 1; }
	jq -e "$3" "$2" || { cat "$2"; return 1; }
}

echo "TAP version 13"

# What it refuses
refuses "no port" 2 'one port is needed' ndrv-tap
refuses "uring" 2 'uring is not for this program' ndrv-tap --wait=uring "$a"
refuses "a name that is too long" 2 'longer than 15' ndrv-tap --name=0123456789abcdef "$a"
refuses "an MTU that is too large" 1 'is more than it can' ndrv-tap --mtu=60000 "$a"
refuses "a group's address" 1 'cannot have address 01:00' ndrv-tap --mac=01:00:00:00:00:01 "$a"
chmod 666 "/dev/$a" /dev/net/tun
refuses "somebody who may not make interfaces" 1 'needs CAP_NET_ADMIN' \
	setpriv --reuid=65534 --regid=65534 --clear-groups "$(command -v ndrv-tap)" "$a"
chmod 660 "/dev/$a"

ip netns add $nsa && ip netns add $nsb
ip netns exec $nsa ndrv-tap --name=t0 --mtu=9000 --json "$a" > "$tmp/a.out" 2> "$tmp/a.err" & tap_a=$!
ip netns exec $nsb ndrv-tap --name=t0 --mtu=9000 --json "$b" > "$tmp/b.out" 2> "$tmp/b.err" & tap_b=$!
says 'is network interface t0' "$tmp/a.err"
says 'is network interface t0' "$tmp/b.err"
check "addresses" set_up $nsa 10.9.7.1
check "on both sides" set_up $nsb 10.9.7.2
check "the interface has the port's address" sh -c "ip -n $nsb link show t0 | grep -i $mac_b"
check "and carrier, as the port has link" until_true 20 carriers 1
check "ping" in_a ping -q -c 5 -i 0.2 -W 5 10.9.7.2
check "ping with jumbo frames" in_b ping -q -c 5 -i 0.2 -W 5 -s 8972 -M "do" 10.9.7.1

# Filtered frames go to the program, all else to the kernel; where no filter does that, all goes there.
filters=$(ndrv info --json "$b" | jq '.features | index("filter-ethertype") != null')
if $filters; then
	make_pcap "$tmp/88b5.pcap" "$(echo "$mac_b" | tr -d :)02000000000188b5$(printf 'a5%.0s' $(seq 50))"
	ndrv-dump --queue=1 --filter=ethertype=0x88b5 "$b" > "$tmp/dump.out" 2> "$tmp/dump.err" & dump=$!
	says 'capturing on' "$tmp/dump.err"
	check "the filter is there" grep -E '^ethertype 1 1 set 0x88b5' "/sys/class/ndrv/$b/filters"
fi
begin_transfer
if $filters; then
	check "filtered frames beside a TCP transfer" send_filtered 300
	check "the program has all of them" dump_has_exactly 300
fi
check "the transfer is complete" end_transfer

# A reset of either port in the middle of a transfer
begin_transfer
until_true 30 under_way > "$tmp/wait"
check "reset of the sender's port" reset_port "$port0"
check "TCP goes on" end_transfer
says 'started again' "$tmp/a.err"
begin_transfer
until_true 30 under_way > "$tmp/wait"
check "reset of the receiver's port" reset_port "$port1"
check "TCP goes on there, too" end_transfer
if $filters; then
	says 'started again' "$tmp/dump.err"
	check "the filter survives" send_filtered 100
	check "and does its work" dump_has_exactly 400
	check "the program on queue 1 had nothing else" sh -c "! grep -v 'type 0x88b5' $tmp/dump.out"
	kill -INT $dump
	wait $dump
	ok $? "it ends"
	dump=''
	check "its filter went with it" sh -c "! grep ethertype /sys/class/ndrv/$b/filters"
fi

# The cable, where it can be pulled
if can_pull; then
	cable "$port0" down
	check "no link, no carrier" until_true 20 carrier $nsa 0
	# A cable of the simulator has both ends in one hand, one of QEMU an end for each port.
	if have_sim; then
		check "nor at its other end" until_true 20 carrier $nsb 0
	fi
	cable "$port0" up
	check "link, carrier" until_true 20 carriers 1
	check "ping after that" in_a ping -q -c 3 -i 0.2 -W 5 10.9.7.2
fi

# What users do to an interface
in_b ip link set t0 address 02:00:00:00:07:02
in_a ip neigh flush dev t0
check "another address: a filter takes its frames" until_true 20 \
	grep -E '^mac - 1 set 02:00:00:00:07:02' "/sys/class/ndrv/$b/filters"
check "ping with it" in_a ping -q -c 3 -i 0.2 -W 5 10.9.7.2
ip netns exec $nsb timeout 60 tcpdump -c 10 -i t0 -l -nn -e 'ether dst 02:00:00:00:00:77' > "$tmp/tcpdump" 2> "$tmp/tcpdump.err" &
watcher=$!
says 'listening on' "$tmp/tcpdump.err"
sleep 1			# the notification has to arrive
check "frames to somebody else" ndrv-pktgen -q -c 10 -r 100 --dst=02:00:00:00:00:77 "$a"
wait $watcher
ok $? "tcpdump sees them"

# Idle, it sleeps
sleep 1
check "idle, it needs 2 % of a processor at most" idle_share $tap_b 4 2

check "ends with a summary" ends_well $tap_b "$tmp/b.out" '.restarts == 1 and .from_port.bytes > 12000000 and .to_port.frames > 100'
tap_b=''
check "and its interface" sh -c "! ip -n $nsb link show t0"
check "the other one, too" ends_well $tap_a "$tmp/a.out" '.restarts == 1 and .to_port.bytes > 12000000 and .from_port.frames > 100'
tap_a=''

# An interface that stays, and one that is deleted
check "--persist" in_b ndrv-tap -q --persist --name=t1 -t 0.5 "$b"
check "the interface stays" ip -n $nsb link show t1
ip netns exec $nsb ndrv-tap --name=t1 "$b" > "$tmp/p.out" 2>&1 & tap_b=$!
says 'is network interface t1' "$tmp/p.out"
refuses "a second program on it" 1 'another program has this network interface' in_b ndrv-tap --name=t1 --queue=1 "$b"
ip -n $nsb link del t1
wait $tap_b
[ $? = 1 ] && grep 'interface was deleted' "$tmp/p.out" > /dev/null
ok $? "it ends when its interface is deleted"
tap_b=''
finish
