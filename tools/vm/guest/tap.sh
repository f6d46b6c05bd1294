# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# TAP, the simulator's figures, and two ports in two network namespaces: what the guest scripts that
# judge share. Sourced.

TAP_N=0 TAP_FAILED=0
TAP_LOG=$(mktemp)

# check NAME COMMAND...: one test case; a failing command's output is shown.
check()
{
	local name=$1 rc=0 t0=$SECONDS

	shift
	TAP_N=$((TAP_N + 1))
	"$@" > "$TAP_LOG" 2>&1 < /dev/null || rc=$?
	[ $((SECONDS - t0)) -lt 10 ] || echo "# took $((SECONDS - t0)) s:"
	if [ $rc = 0 ]; then
		echo "ok $TAP_N - $name"
	else
		TAP_FAILED=$((TAP_FAILED + 1))
		echo "not ok $TAP_N - $name (exit code $rc)"
		sed 's/^/# /' "$TAP_LOG" | tail -n 40
	fi
	return $rc
}

tap_end()
{
	echo "1..$TAP_N"
	[ $TAP_FAILED = 0 ] && [ $TAP_N -gt 0 ] && exit 0
	exit 1
}

# sim JQ: a value from the simulator's counters, e.g. sim '.devices[0].counters.tx_frames'
sim()
{
	simctl stats | jq -r "$1"
}

# until_true SECONDS COMMAND...
until_true()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "still not so: $*"; return 1; }
		sleep 0.2
	done
}

# What a guest's kernel says when the host was too busy to run it in time; no driver's fault.
KMSG_LATE='hrtimer: interrupt took|clocksource: |workqueue: .* hogged CPU|perf: interrupt took'

# Warnings and worse that the kernel printed since kmsg_mark; those that kmsg_known knows, too.
kmsg_mark()
{
	KMSG_MARK=$(dmesg -x | wc -l)
}

kmsg_warnings()
{
	dmesg -x | tail -n "+$((KMSG_MARK + 1))" |
		grep -E '^[a-z]+ *:(emerg|alert|crit|err|warn) ' | grep -vE "$KMSG_LATE"
}

# kmsg_known REGEX REASON: a warning that the driver may print, and why it does here.
KMSG_KNOWN=() KMSG_REASON=()
kmsg_known()
{
	KMSG_KNOWN+=("$1")
	KMSG_REASON+=("$2")
}

kmsg_clean()
{
	local found known

	known=$(IFS='|'; echo "${KMSG_KNOWN[*]:-^$}")
	found=$(kmsg_warnings | grep -vE "$known")
	[ -z "$found" ] || { echo "$found"; return 1; }
}

# Every known warning that was printed since kmsg_mark, with its reason, as comments.
kmsg_explain()
{
	local i lines

	for i in "${!KMSG_KNOWN[@]}"; do
		lines=$(kmsg_warnings | grep -E "${KMSG_KNOWN[$i]}") || continue
		echo "# printed $(wc -l <<< "$lines") times: $(head -n 1 <<< "$lines" | cut -d']' -f2-)"
		echo "#   because ${KMSG_REASON[$i]}"
	done
}

# The simulator itself saw nothing that a driver must not do.
sim_blames_nobody()
{
	local blame

	blame=$(sim '.devices[] | .name as $n | .counters |
		{dma_faults, dma_no_master, dma_after_stop, tail_overruns, bad_desc, buf_reused} |
		to_entries[] | select(.value != 0) | "\($n): \(.key) = \(.value)"') || return 1
	[ -z "$blame" ] || { echo "$blame"; return 1; }
}

# PCI addresses of the cards, all or those of one family.
nics()			# [82599|e810|igb]
{
	local id

	case "${1:-}" in
	82599) id='10f|15[0-5]' ;;
	e810) id='159[1239ab]' ;;
	igb) id='10c9' ;;
	'') id='' ;;
	*) id='no such family' ;;
	esac
	lspci -Dn -d 8086: | awk -v id="^8086:($id)" '$2 == "0200:" && $3 ~ id { print $1 }'
}

# There is such a card among them.
is_e810() { [ -n "$(nics e810)" ]; }
is_82599() { [ -n "$(nics 82599)" ]; }

# The cards' DMA is translated by the IOMMU: neither absent nor identity.
iommu_translates()
{
	local d type

	for d in $(nics); do
		type=$(cat "/sys/bus/pci/devices/$d/iommu_group/type")
		echo "$d: $type"
		case "$type" in DMA|DMA-FQ) ;; *) return 1 ;; esac
	done
	[ "$(nics | wc -l)" = 2 ]
}

# ---- for scripts that compare with stock drivers, and have a die of their own ---------------------

iommu_type()		# DMA|identity: for the cards, while no driver has them
{
	local d

	for d in $(nics); do
		echo "$1" > "/sys/bus/pci/devices/$d/iommu_group/type" || die "the IOMMU does not take '$1'"
	done
}

pg()			# FILE WORDS...
{
	echo "${*:2}" > "/proc/net/pktgen/$1" || die "pktgen refused '${*:2}'"
}

# ---- two ports in the namespaces a and b, addresses 10.9.0.1 and 10.9.0.2 ------------------------

in_a() { ip netns exec a "$@"; }
in_b() { ip netns exec b "$@"; }

# Names of the network interfaces of a driver, in PCI order.
netdevs_of()		# DRIVER
{
	local d

	for d in /sys/bus/pci/drivers/"$1"/*:*:*.*; do
		ls "$d/net" 2>/dev/null
	done
}

two_netdevs()		# of the driver $DRIVER
{
	[ "$(netdevs_of "$DRIVER" | wc -l)" = 2 ]
}

netns_up()		# IF_A IF_B
{
	ip netns add a && ip netns add b || return 1
	netns_port a "$1" 10.9.0.1 && netns_port b "$2" 10.9.0.2
}

netns_port()		# NETNS IF ADDRESS
{
	ip link set "$2" netns "$1" name port || return 1
	# Nothing but what the tests send may be on the wire, so that counters can be compared.
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 &&
		ip -n "$1" addr add "$3/24" dev port &&
		ip -n "$1" link set lo up && ip -n "$1" link set port up
}

netns_down()
{
	ip netns del a
	ip netns del b
}

carrier_is()		# 0|1
{
	local n

	for n in a b; do
		[ "$(ip netns exec $n cat /sys/class/net/port/carrier 2>/dev/null || echo 0)" = "$1" ] ||
			return 1
	done
}

pings()			# [ping options]
{
	in_a ping -q -c 5 -i 0.2 -W 2 "$@" 10.9.0.2 && in_b ping -q -c 5 -i 0.2 -W 2 "$@" 10.9.0.1
}

# tcp FROM TO ADDRESS MEGABYTES: through a socket, compare sha256 of what went in and came out.
tcp()
{
	local file=/dev/shm/tcp.in sum_in sum_out pid i

	head -c "${4}M" /dev/urandom > $file
	sum_in=$(sha256sum < $file)
	ip netns exec "$2" timeout 120 socat -b 262144 -u TCP-LISTEN:5001,reuseaddr - \
		> /dev/shm/tcp.out & pid=$!
	for ((i = 0; i < 100; i++)); do
		ip netns exec "$2" ss -Hltn 'sport = :5001' | grep -q . && break
		sleep 0.1
	done
	ip netns exec "$1" timeout 120 socat -b 262144 -u "OPEN:$file" "TCP:$3:5001" || return 1
	wait $pid || return 1
	sum_out=$(sha256sum < /dev/shm/tcp.out)
	rm -f $file /dev/shm/tcp.out
	[ "$sum_in" = "$sum_out" ] || { echo "sent $sum_in, received $sum_out"; return 1; }
}
