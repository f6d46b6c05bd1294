# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the judges that are stock Linux drivers share: two ports of one driver on a cable, each in a
# namespace of its own, and what is done to them. Sourced after tap.sh; DRIVER is the driver's name.
# What is special about a driver stays in its judge.

# Both sides count from here: ice shows what came since its probe.
probe()
{
	simctl stats reset > /dev/null
	modprobe "$DRIVER" || return 1
	until_true 40 two_netdevs
}

ports_up()
{
	local names

	mapfile -t names < <(netdevs_of "$DRIVER")
	netns_up "${names[0]}" "${names[1]}" && until_true 30 carrier_is 1
}

ports_gone()
{
	netns_down
	modprobe -r "$DRIVER"
}

reload()
{
	ports_gone && probe && ports_up && pings
}

nic_counter()		# NETNS NAME
{
	ip netns exec "$1" ethtool -S port | awk -v n="$2:" '$1 == n { print $2 }'
}

# The driver's and the model's view of the same frames: sent by the one, received by the other.
# Needs: nic_frames NETNS tx|rx and nic_bytes NETNS tx|rx, what the card counted according to the
# driver, the bytes with frame check sequence (the simulator counts without).
counters_agree()
{
	local i n=0 bad=0 port ns dir frames bytes want

	for i in 0:a:tx 0:a:rx 1:b:tx 1:b:rx; do
		IFS=: read -r port ns dir <<< "$i"
		frames=$(nic_frames "$ns" "$dir")
		bytes=$(nic_bytes "$ns" "$dir")
		want=$(sim ".devices[$port].counters |
			\"\(.${dir}_frames) \(.${dir}_bytes + 4 * .${dir}_frames)\"")
		echo "port $port $dir: ethtool $frames $bytes, simulator $want"
		[ "$frames $bytes" = "$want" ] || bad=1
		n=$((n + frames))
	done
	[ $bad = 0 ] && [ $n -gt 0 ]
}

no_errors()
{
	local ns words bad=0

	words='error|missed|no_buffer|dropped|hw_rsc_flushed|csum|timeout|fault|alloc_fail'
	words+='|undersize|oversize|fragments|jabber'
	for ns in a b; do
		ip netns exec $ns ethtool -S port | grep -E "($words).*: *[1-9]" && bad=1
	done
	return $bad
}

both()			# up|down
{
	ip -n a link set port "$1" && ip -n b link set port "$1"
}

flap()
{
	local i

	for i in 1 2 3; do
		both down && until_true 5 carrier_is 0 || return 1
		both up && until_true 30 carrier_is 1 || return 1
	done
	pings
}

cable()
{
	simctl link 0 down && until_true 10 carrier_is 0 || return 1
	simctl link 0 up && until_true 30 carrier_is 1 && pings
}

mtu()
{
	ip -n a link set port mtu 9000 && ip -n b link set port mtu 9000 && until_true 30 carrier_is 1 &&
		pings -s 8900 -M "do"
}

# ---- what a port receives, and where it lands ----------------------------------------------------

# seen NETNS FILTER COMMAND...: how many frames of tcpdump's FILTER arrive while COMMAND runs. The
# interface is not made promiscuous by this.
seen()
{
	local ns=$1 filter=$2 pid

	shift 2
	: > /tmp/seen.err
	ip netns exec "$ns" tcpdump -p -nn -l -i port "$filter" > /tmp/seen.out 2> /tmp/seen.err & pid=$!
	until_true 20 grep -q 'listening on' /tmp/seen.err > /dev/null || { kill $pid; return 1; }
	"$@" > /dev/null 2>&1
	sleep 1
	kill -INT $pid
	wait $pid
	grep -c . /tmp/seen.out
}

# frames_to MAC: three frames from a to a link address that is not b's.
frames_to()
{
	ip -n a neigh replace 10.9.0.77 lladdr "$1" dev port nud permanent &&
		in_a ping -q -c 3 -i 0.2 -W 1 10.9.0.77
}

# only_with FLAG MAC: b gets frames for MAC while its interface has FLAG, and not otherwise.
only_with()		# promisc|allmulticast MAC
{
	local without with after

	without=$(seen b "ether dst $2" frames_to "$2")
	ip -n b link set port "$1" on || return 1
	with=$(seen b "ether dst $2" frames_to "$2")
	ip -n b link set port "$1" off || return 1
	after=$(seen b "ether dst $2" frames_to "$2")
	echo "of 3 frames to $2: $without without $1, $with with it, $after after it"
	[ "$without $with $after" = "0 3 0" ]
}

# A VLAN on both ends carries packets; a VLAN that the far end does not have is filtered by its card.
vlan()
{
	local ns i=0 mac got

	for ns in a b; do
		i=$((i + 1))
		ip -n $ns link add link port name v7 type vlan id 7 &&
			ip -n $ns addr add 10.97.0.$i/24 dev v7 && ip -n $ns link set v7 up || return 1
	done
	in_a ping -q -c 5 -i 0.2 -W 2 10.97.0.2 || return 1
	mac=$(ip netns exec b cat /sys/class/net/port/address)
	ip -n a link add link port name v9 type vlan id 9 && ip -n a addr add 10.99.0.1/24 dev v9 &&
		ip -n a link set v9 up &&
		ip -n a neigh replace 10.99.0.2 lladdr "$mac" dev v9 nud permanent || return 1
	got=$(seen b "vlan 9" in_a ping -q -c 3 -i 0.2 -W 1 10.99.0.2)
	echo "of 3 frames of VLAN 9, which b has not: $got"
	for ns in a b; do
		ip -n $ns link del v7 || return 1
	done
	ip -n a link del v9 && [ "$got" = 0 ]
}

rings()			# SIZE
{
	local ns

	for ns in a b; do
		ip netns exec $ns ethtool -G port rx "$1" tx "$1" || return 1
		ip netns exec $ns ethtool -g port |
			awk -v n="$1" '/^Current/ { now = 1 } now && /^[RT]X:/ { ok += $2 == n } END { exit ok != 2 }' ||
			{ echo "$ns does not show $1"; return 1; }
	done
	until_true 30 carrier_is 1 && pings
}

channels()		# COUNT
{
	in_b ethtool -L port combined "$1" && until_true 30 carrier_is 1 || return 1
	[ "$(in_b ethtool -l port | awk '/^Combined:/ { n = $2 } END { print n }')" = "$1" ] && pings
}

# Packets that b's receive queues counted, "Q0 Q1".
queue_packets()
{
	in_b ethtool -S port |
		awk '/rx_queue_[01]_packets:/ { v[n++] = $2 } END { print v[0] + 0, v[1] + 0 }'
}

# One packet in each of 96 UDP flows from a: how many b's first and second queue got.
spread()
{
	local p0 p1 q0 q1

	read -r p0 p1 < <(queue_packets)
	in_a bash -c 'for ((i = 0; i < 96; i++)); do echo > /dev/udp/10.9.0.2/9; done' 2>/dev/null
	sleep 1
	read -r q0 q1 < <(queue_packets)
	echo "$((q0 - p0)) $((q1 - p1))"
}

# rss_set WORDS: ethtool -X, always without symmetry: 6.12's ice takes "no change" for symmetric (it
# tests one bit of 0xff), and after that walks a freed list entry in its next reset.
rss_set()
{
	local plain=""

	in_b ethtool -x port | grep -q symmetric-xor && plain="xfrm none"
	# shellcheck disable=SC2086  # two words
	in_b ethtool -X port $plain "$@"
}

rss_key()
{
	in_b ethtool -x port | awk '/^RSS hash key/ { getline; print }'
}

# RSS: the flows go where the indirection table says, and the key decides which entry.
rss()
{
	local key zero q0 q1 bad=0

	key=$(rss_key)
	rss_set equal 2 || return 1
	read -r q0 q1 < <(spread)
	echo "96 flows over two queues: $q0 and $q1"
	[ "$q0" -ge 24 ] && [ "$q1" -ge 24 ] || bad=1
	rss_set start 1 equal 1 || return 1
	read -r q0 q1 < <(spread)
	echo "... over the second alone: $q0 and $q1"
	[ "$q0" -le 4 ] && [ "$q1" -ge 96 ] || bad=1
	zero=${key//[0-9a-f]/0}
	rss_set equal 2 && rss_set hkey "$zero" || return 1
	[ "$(rss_key)" = "$zero" ] || { echo "the key is not shown"; bad=1; }
	read -r q0 q1 < <(spread)
	echo "... over two with a key of zeroes: $q0 and $q1"
	[ "$q0" -ge 96 ] && [ "$q1" -le 4 ] || bad=1
	rss_set hkey "$key" && rss_set default || bad=1
	return $bad
}

irqs_of()		# PCI ADDRESS: interrupts that its vectors have had
{
	local n

	n=$(ls "/sys/bus/pci/devices/$1/msi_irqs")
	awk -v list="$n" 'BEGIN { split(list, l); for (i in l) want[l[i] ":"] = 1 }
		$1 in want { for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i } END { print sum + 0 }' /proc/interrupts
}

# Interrupt moderation: it reads back, and a stream of packets really causes fewer interrupts.
moderation()		# MICROSECONDS
{
	local d t0 n0 n ms most

	d=$(nics | sed -n 2p)
	in_b ethtool -C port adaptive-rx off adaptive-tx off rx-usecs "$1" tx-usecs "$1" || return 1
	[ "$(in_b ethtool -c port | awk '/^rx-usecs:/ { print $2 }')" = "$1" ] || return 1
	t0=$(date +%s%3N) n0=$(irqs_of "$d")
	tcp a b 10.9.0.2 16 || return 1
	n=$(($(irqs_of "$d") - n0)) ms=$(($(date +%s%3N) - t0))
	most=$((2 * ms * 1000 / $1 * 5 / 4 + 50))	# two queues; a quarter more, and some of the rest
	echo "$n interrupts in $ms ms with rx-usecs $1, at most $most expected"
	[ "$n" -gt 0 ] && [ "$n" -le $most ]
}

# Function level reset through sysfs, as root of the machine might ask for it while traffic is possible.
flr()
{
	local d before

	d=$(nics | sed -n 2p)
	before=$(sim '.devices[1].counters.flrs')
	echo flr > "/sys/bus/pci/devices/$d/reset_method" || return 1
	timeout 60 bash -c "echo 1 > /sys/bus/pci/devices/$d/reset" || return 1
	[ "$(sim '.devices[1].counters.flrs')" -gt "$before" ] || { echo "the card saw no FLR"; return 1; }
	until_true 60 carrier_is 1 && until_true 20 pings && tcp a b 10.9.0.2 4
}
