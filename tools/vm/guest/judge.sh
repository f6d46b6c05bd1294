# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the judges that are stock Linux drivers share: two ports of one driver on a cable, each in a
# namespace of its own, and what is done to them. Sourced after tap.sh; DRIVER is the driver's name.
# What is special about a driver stays in its judge.

probe()
{
	modprobe "$DRIVER" || return 1
	until_true 40 two_netdevs
}

two_netdevs()
{
	[ "$(netdevs_of "$DRIVER" | wc -l)" = 2 ]
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
	local ns bad=0

	for ns in a b; do
		ip netns exec $ns ethtool -S port |
			grep -E '(error|missed|no_buffer|dropped|hw_rsc_flushed|csum|timeout|fault|alloc_fail|undersize|oversize|fragments|jabber).*: *[1-9]' && bad=1
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
