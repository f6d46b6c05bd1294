# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make bench: the stock driver, and what the kernel has to offer on it: its packet generator, a bridge, XDP,
# AF_XDP. Sourced after measure.sh and dpdk.sh.

DRIVER=$(is_e810 && echo ice || echo ixgbe)

carrier()
{
	[ "$(cat "/sys/class/net/${IF[0]}/carrier" "/sys/class/net/${IF[1]}/carrier" 2> /dev/null)" = $'1\n1' ]
}

# Interrupts on the processor that all contestants have: where two share a lock of the IOMMU, and the host has one
# processor for both, each would wait for the other's time slices. A driver that gets an XDP program asks for its
# interrupts anew.
irqs_to_us()
{
	local n

	for n in $(awk '/eth|ixgbe|ice/ { sub(":", "", $1); print $1 }' /proc/interrupts); do
		echo 2 > "/proc/irq/$n/smp_affinity" || die "interrupt $n does not go to processor 1"
	done
}

# One queue pair, as everybody here has, and rings as long as the others'.
stock_up()
{
	local i

	modprobe "$DRIVER" || die "$DRIVER does not load"
	until_true 40 two_netdevs > /dev/null || die "$DRIVER did not take both ports"
	mapfile -t IF < <(netdevs_of "$DRIVER")
	sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	for i in "${IF[@]}"; do
		ethtool -L "$i" combined 1 && ethtool -G "$i" rx $RING tx $RING &&
			ip link set "$i" up promisc on || die "$i cannot be set up"
	done
	until_true 30 carrier > /dev/null || die "no link with $DRIVER"
	irqs_to_us
}

stock_down()
{
	modprobe -r "$DRIVER" || die "$DRIVER does not unload"
}

# ---- pktgen ------------------------------------------------------------------------------------------

pktgen_gone()
{
	[ ! -e "/proc/net/pktgen/${IF[0]}" ]
}

pktgen_sizes()		# WHO CLONE_SKB BURST
{
	local size pid

	for size in $SIZES; do
		pg kpktgend_1 rem_device_all
		until_true 20 pktgen_gone > /dev/null || die "pktgen keeps ${IF[0]}"
		pg kpktgend_1 add_device "${IF[0]}"
		pg "${IF[0]}" count 0
		pg "${IF[0]}" pkt_size $((size - 4))
		pg "${IF[0]}" delay 0
		pg "${IF[0]}" clone_skb "$2"
		pg "${IF[0]}" burst "$3"
		pg "${IF[0]}" dst 198.18.0.2
		pg "${IF[0]}" dst_mac $DST
		ask "sink 0 reset"
		echo start > /proc/net/pktgen/pgctrl & pid=$!
		flows tx || die "pktgen sends nothing"
		measure tx
		echo stop > /proc/net/pktgen/pgctrl
		wait $pid
		row size tx "$1" "$size"
	done
}

# ---- bridge, XDP -------------------------------------------------------------------------------------

bridge_sizes()
{
	ip link add br0 type bridge && ip link set "${IF[0]}" master br0 && ip link set "${IF[1]}" master br0 &&
		ip link set br0 up || die "no bridge"
	sizes fwd bridge
	ip link del br0
}

xdp_on()		# IF
{
	ip link show "$1" | grep -q ' prog/xdp '
}

xdp_sizes()
{
	local drop

	xdp-bench drop "${IF[0]}" > /tmp/xdp.out 2>&1 & drop=$!
	until_true 20 xdp_on "${IF[0]}" > /dev/null || { cat /tmp/xdp.out >&2; die "no XDP program on ${IF[0]}"; }
	irqs_to_us
	sizes rx xdp
	kill -INT $drop
	until_ends $drop 20 || { cat /tmp/xdp.out >&2; die "xdp-bench failed"; }
	redirect_up
	warms_up fwd || redirect_again
	sizes fwd xdp
	redirect_down
}

# ixgbe sends what is redirected only while it has a program itself.
redirect_up()
{
	xdp-bench pass "${IF[1]}" > /tmp/xdp-pass.out 2>&1 & PASS=$!
	xdp-bench redirect "${IF[0]}" "${IF[1]}" > /tmp/xdp.out 2>&1 & REDIRECT=$!
	until_true 20 xdp_on "${IF[0]}" > /dev/null && until_true 20 xdp_on "${IF[1]}" > /dev/null ||
		{ cat /tmp/xdp.out /tmp/xdp-pass.out >&2; die "no XDP programs on both ports"; }
	irqs_to_us
}

redirect_down()
{
	kill -INT $REDIRECT
	until_ends $REDIRECT 20 || { cat /tmp/xdp.out >&2; die "xdp-bench failed"; }
	kill -INT $PASS
	until_ends $PASS 20 || { cat /tmp/xdp-pass.out >&2; die "xdp-bench failed"; }
}

# The stock driver, which sets up its port anew for a program, now and then redirects nothing after that.
redirect_again()
{
	echo "# xdp redirects nothing: both programs once more"
	ip -s link show "${IF[1]}"
	redirect_down
	redirect_up
}

# ---- AF_XDP, through DPDK's driver for it ---------------------------------------------------------------

# As its manual wants it for busy polling: interrupts stay off while the program looks.
busy_poll()		# IF
{
	echo 2 > "/sys/class/net/$1/napi_defer_hard_irqs" && echo 200000 > "/sys/class/net/$1/gro_flush_timeout"
}

af_xdp_sizes()
{
	local who=af_xdp-copy i

	for i in "${IF[@]}"; do
		busy_poll "$i" || die "$i does not take busy polling"
	done
	# Of a smaller buffer a stock 82599 uses 1 KiB, and frames that do not fit are dropped.
	testpmd_start 2432 --no-pci --vdev "net_af_xdp0,iface=${IF[0]}" --vdev "net_af_xdp1,iface=${IF[1]}"
	[ "$(ss --xdp -e | grep -c 'zc:1')" != 2 ] || who=af_xdp-zc
	irqs_to_us
	testpmd_sizes $who
	[ -z "$LATENCY" ] || latency_testpmd $who
	testpmd_stop
}

kernel_section()
{
	stock_up
	modprobe pktgen || die "pktgen does not load"
	pktgen_sizes pktgen 0 1
	pktgen_sizes pktgen-best 100000 32
	pg kpktgend_1 rem_device_all
	bridge_sizes
	xdp_sizes
	stock_down
	# A stock driver maps every packet, which an emulated IOMMU makes dear: so also without it.
	iommu_type identity
	stock_up
	pktgen_sizes pktgen-best-noiommu 100000 32
	modprobe -r pktgen
	stock_down
	iommu_type DMA
}

af_xdp_section()
{
	stock_up
	af_xdp_sizes
	stock_down
}
