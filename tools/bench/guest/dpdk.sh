# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make bench: DPDK's testpmd, with its own driver for the card over vfio-pci or with AF_XDP on the stock one.
# One processor looks at the ports, the other one waits for commands. Sourced after measure.sh.

PMDS=$(echo /usr/lib/x86_64-linux-gnu/dpdk/pmds-*)

TP_OUT=/tmp/testpmd.out

dpdk_prepare()
{
	mkdir -p /dev/hugepages /run/pmds
	mount -t hugetlbfs hugetlbfs /dev/hugepages
	echo 160 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
	[ "$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages)" -ge 128 ] || die "no huge pages"
	# testpmd is linked with the drivers it needs; loading all of the plug-ins takes a minute here.
	mount --bind "$PMDS" /run/pmds && mount -t tmpfs none "$PMDS" || die "DPDK's drivers cannot be hidden"
	mkfifo /tmp/testpmd.in
}

vfio_up()
{
	local d

	modprobe vfio-pci || die "vfio-pci does not load"
	for d in $(nics); do
		echo vfio-pci > "/sys/bus/pci/devices/$d/driver_override"
		echo "$d" > /sys/bus/pci/drivers_probe
		[ "$(basename "$(readlink "/sys/bus/pci/devices/$d/driver")")" = vfio-pci ] ||
			die "vfio-pci does not take $d"
	done
}

vfio_down()
{
	local d

	for d in $(nics); do
		echo "$d" > /sys/bus/pci/drivers/vfio-pci/unbind
		echo > "/sys/bus/pci/devices/$d/driver_override"
	done
}

testpmd_start()		# MBUF_SIZE EAL ARGUMENTS...
{
	local mbuf=$1

	shift
	: > $TP_OUT
	LD_LIBRARY_PATH=/run/pmds stdbuf -oL dpdk-testpmd -l 0,1 -n 1 --no-telemetry \
		-d /run/pmds/librte_mempool_ring.so -d /run/pmds/librte_net_af_xdp.so "$@" -- \
		--nb-cores=1 --total-num-mbufs=32768 "--mbuf-size=$mbuf" --rxd=$RING --txd=$RING -i \
		< /tmp/testpmd.in > $TP_OUT 2>&1 &
	TESTPMD=$!
	exec 7> /tmp/testpmd.in
	TP_STOPS=0
	until_true 90 testpmd_ready > /dev/null && kill -0 $TESTPMD 2> /dev/null ||
		{ cat $TP_OUT >&2; die "testpmd does not start"; }
}

testpmd_ready()
{
	kill -0 $TESTPMD 2> /dev/null || return 0
	grep -q '^testpmd> ' $TP_OUT && [ "$(sim '[.devices[].carrier] | all')" = true ]
}

tp()			# COMMANDS...
{
	printf '%s\n' "$@" >&7
}

tp_halt()
{
	tp stop
	TP_STOPS=$((TP_STOPS + 1))
	until_true 20 tp_halted > /dev/null || { tail $TP_OUT >&2; die "testpmd does not stop"; }
}

tp_halted()
{
	[ "$(grep -c 'Accumulated forward statistics' $TP_OUT)" = $TP_STOPS ]
}

testpmd_stop()
{
	tp quit
	exec 7>&-
	until_ends $TESTPMD 60 || { tail $TP_OUT >&2; die "testpmd ended with an error"; }
}

testpmd_sizes()		# WHO
{
	local size

	for size in $SIZES; do
		tp 'set fwd txonly' 'set portlist 0' "set txpkts $((size - 4))" start
		ask "sink 0 reset"
		flows tx || die "$1 sends nothing"
		measure tx
		tp_halt
		row size tx "$1" "$size"
	done
	tp 'set fwd rxonly' 'set portlist 0' start
	sizes rx "$1"
	tp_halt
	tp 'set fwd io' 'set portlist 0,1' start
	sizes fwd "$1"
	tp_halt
}

testpmd_batches()	# WHO
{
	local n

	for n in $BATCHES; do
		# The vector paths receive nothing at all when asked for fewer.
		[ "$1" != dpdk-vector ] || [ "$n" -ge 4 ] || continue
		tp "set burst $n" 'set fwd io' 'set portlist 0,1' start
		warm_up fwd "$1"
		gen_start fwd 64
		flows fwd || die "$1 forwards nothing with bursts of $n"
		measure fwd
		tp_halt
		row batch fwd "$1" 64 "$n"
	done
	tp "set burst $BURST"
}

# 64 bits: no vector instructions at all. DPDK takes the widest that it knows for this card otherwise.
dpdk_mode()		# scalar|vector
{
	local a=() d

	for d in $(nics); do
		a+=(-a "$d")
	done
	[ "$1" = vector ] || a+=(--force-max-simd-bitwidth=64)
	testpmd_start 2176 "${a[@]}"
	testpmd_sizes "dpdk-$1"
	[ -z "$GROWTH" ] || testpmd_batches "dpdk-$1"
	[ -z "$LATENCY" ] || latency_testpmd "dpdk-$1"
	testpmd_stop
}

dpdk_section()
{
	vfio_up
	dpdk_mode scalar
	dpdk_mode vector
	vfio_down
}
