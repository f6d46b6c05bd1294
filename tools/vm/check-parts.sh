# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The parts of check: what there is, on which kernels, in which VM. Sourced by check; runs nothing.

# shellcheck disable=SC2154  # lib.sh and check set what is read here
GUEST=tools/vm/guest
CARDS="e810 82599 igb"

# What threads do to each other is what kcsan can judge.
CONCURRENT="wait uring queues process lifetime recovery events"

# pair MODEL N [KEYS]: two ports of the simulator, joined by a cable; N is the number of the first.
pair()
{
	echo "--dev $1,sock=p$2${3:+,$3} --dev $1,sock=p$(($2 + 1)) --wire cable:$2,$(($2 + 1))"
}

ends()			# MODEL
{
	echo "--dev $1,sock=p0 --dev $1,sock=p1 --wire 0:gen,sink --wire 1:gen,sink"
}

# Options of ndrv-vm for N ports (2 or 4) of a family, joined in pairs. Of the simulator's, the second
# pair is the neighbour of tests that attack the first, and where port 2 sees every register access,
# faults can be injected that are invisible behind mapped pages.
declare -a CARD_OPTIONS
ports()			# CARD N
{
	case "$1" in
	igb) CARD_OPTIONS=(--igb "$2") ;;
	*) CARD_OPTIONS=(--sim "$(pair "$1" 0) $([ "$2" = 2 ] || pair "$1" 2 trap=on)") ;;
	esac
}

# Which of the kernels that a part makes sense on are its kernels now: those of KERNEL, or all for
# FULL=1, or else those that the budget of continuous integration has room for.
kernels_of()		# BUDGET ALL
{
	local k

	if [ -n "${KERNEL:-}" ]; then
		for k in $KERNEL; do
			case " $2 " in *" $k "*) echo "$k" ;; esac
		done
	elif [ -n "${FULL:-}" ]; then
		echo "$2"
	else
		echo "$1"
	fi
}

# A part that boots KERNEL, unless T says that others are wanted.
own_used=""
part_on()		# KERNEL NAME COMMAND...
{
	local k=$1 needs=setup,build,build-selftests

	case "$2-$k" in *"${T:-}"*) ;; *) return ;; esac
	if own_kernel "$k"; then
		needs=$needs,kernel-$k
		own_used="$own_used $k"
	else
		needs=$needs,dkms-$k
	fi
	add vm "$needs" "$2-$k" tap "${@:3}"
}

# vm_on KERNEL NAME OPTION... -- COMMAND...: a part in a VM. On our own kernels, which are several times
# slower, tests run all their cases at less volume.
vm_on()
{
	local k=$1 quick=()

	! own_kernel "$k" || quick=(env NDRV_QUICK=1)
	part_on "$k" "$2" "${quick[@]}" "$VM_DIR/ndrv-vm" --kernel "$k" --name "$2-$k" "${@:3}"
}

# vm NAME BUDGET ALL OPTION... -- COMMAND...: one part for each of the kernels.
vm()
{
	local k

	for k in $(kernels_of "$2" "$3"); do
		vm_on "$k" "$1" "${@:4}"
	done
}

# The same for a script that calls ndrv-vm by itself: it gets the kernel's name as KERNEL.
vm_script()		# NAME BUDGET ALL COMMAND...
{
	local k

	for k in $(kernels_of "$2" "$3"); do
		part_on "$k" "$1" env KERNEL="$k" "${@:4}"
	done
}

# What an hour has room for: of each family a part on the debug kernel, the rest on a stock kernel. The sweeps
# of values, states and failing allocations, hours of processor all together, are left to KERNEL=debug.
declare -A HOUR=(
	[82599-debug]="ioctl refuse mmap pool datapath isolation iommu recovery uring"
	[82599-6.1]="ioctl_32 datapath recovery bind.sh unbind.sh kill.sh stats.sh"
	[e810-debug]="queue rss lifetime events process"
	[e810-6.12]="ioctl datapath recovery filter queues wait aqfault bind.sh unbind.sh tools.sh tap.sh stats.sh
		offload.sh examples.sh"
	[igb-debug]="queue lifetime"
	[igb-6.12]="ioctl refuse mmap queue pool datapath rss lifetime isolation iommu recovery events filter process
		wait uring queues bind.sh unbind.sh offload.sh"
)

# The kernel selftests: all of them for KERNEL or FULL=1, else those of the hour.
selftest_parts()
{
	local nic k programs

	for nic in $CARDS; do
		ports $nic 4
		for k in $(kernels_of "6.1 6.12 debug" "6.1 6.12 debug"); do
			programs=""
			if [ -z "${KERNEL:-}${FULL:-}" ]; then
				programs=${HOUR[$nic-$k]:-}
				[ -n "$programs" ] || continue
			fi
			# shellcheck disable=SC2086  # a list of programs
			vm_on "$k" "selftests-$nic" --timeout 2700 --kmod "${CARD_OPTIONS[@]}" -- \
				env NDRV_NEED=4 $GUEST/run-selftests $programs
		done
		# shellcheck disable=SC2086  # a list of programs
		vm "races-$nic" "" kcsan --timeout 1800 --kmod "${CARD_OPTIONS[@]}" -- \
			env NDRV_NEED=4 $GUEST/run-selftests $CONCURRENT
	done
	vm selftests-mixed 6.12 "6.1 6.12 debug" --timeout 900 --kmod \
		--sim "--dev 82599,sock=p0 --dev e810,sock=p1 --wire cable:0,1" -- \
		env NDRV_NEED=2 $GUEST/run-selftests mixed datapath ${FULL:+tools.sh}
}

# Software that is not ours says whether the simulated cards are what it knows.
judge_parts()
{
	vm judge-ice 6.12 "6.1 6.12" --timeout 1800 --sim "$(pair e810 0)" -- $GUEST/judge-ice
	vm judge-ixgbe 6.1 "6.1 6.12" --timeout 600 --sim "$(pair 82599 0)" -- $GUEST/judge-ixgbe
	# DPDK asks little of the kernel: one is enough.
	vm judge-dpdk-e810 6.12 6.12 --timeout 600 --sim "$(ends e810)" -- $GUEST/judge-dpdk
	vm judge-dpdk-e810-safe "" 6.12 --timeout 600 --sim "$(ends e810)" -- $GUEST/judge-dpdk safe
	vm judge-dpdk-82599 6.12 6.12 --timeout 600 --sim "$(ends 82599)" -- $GUEST/judge-dpdk
}

# A checker that keeps silent would make all the rest green: each must see what is planted for it.
checker_parts()
{
	vm_script planted "" "debug kcsan" "$VM_DIR/planted"
}

# At random, but the same each time: who looks for more sets SEED, or runs `make fuzz`, `make stress`.
torture_parts()
{
	local nic budget minutes=${MINUTES:-${FULL:+10}}

	for nic in $CARDS; do
		budget=""
		[ $nic != 82599 ] || budget=6.12
		vm_script "fuzz-$nic" "$budget" "6.12 debug" env NIC="$nic" FUZZ_SECONDS=90 SEED="${SEED:-1}" "$VM_DIR/fuzz"
	done
	# All families at once; on a kernel that sees what a race has damaged, for as long as there is room.
	vm_script stress "" "6.12 debug" env MINUTES="${minutes:-3}" SEED="${SEED:-1}" "$VM_DIR/stress"
	for nic in 82599 e810; do
		vm_script "soak-$nic" "" "6.1 6.12" env NIC="$nic" HOURS="${HOURS:-0.25}" "$VM_DIR/soak"
	done
}

# That `make bench` still runs to its end: its figures, beside other VMs, say nothing.
bench_part()
{
	local k

	for k in $(kernels_of "" 6.12); do
		case "bench-$k" in *"${T:-}"*) ;; *) continue ;; esac
		add vm "setup,build,dkms-$k" "bench-$k" tap step "make bench, one short round" env KERNEL="$k" REPS=1 SIZES=64 \
			BENCH_SECONDS=0.2 LATENCY_SECONDS=0.3 BATCHES=32 RINGS=1024 POOLS=8192 QUEUES=2 "$TOP/tools/bench/vm"
	done
}

# Does the module work at all on each of the kernels it is for: all families in one VM. Within the budget
# only on the newest: the others have the whole selftests.
smoke_parts()
{
	vm smoke backports "$MATRIX" --timeout 1800 --kmod --igb 2 \
		--sim "$(pair 82599 0) $(pair e810 2)" -- $GUEST/smoke $CARDS
}

# A kernel that takes only modules signed by a key it knows, as with Secure Boot.
sign_part()
{
	vm sign 6.12 "6.1 6.12" --kmod --append module.sig_enforce=1 --sim "$(pair 82599 0)" -- $GUEST/sign
}

# What needs a VM of its own kind. Within the budget suspend, which is a family's business, meets each
# family; the kind of IOMMU, which is not, one each.
special_parts()
{
	local nic none pt unsafe

	for nic in $CARDS; do
		none="" pt="" unsafe=""
		case $nic in
		e810) none=6.1 ;;
		82599) pt=6.1 ;;
		igb) unsafe=6.12 ;;
		esac
		ports $nic 2
		vm "suspend-$nic" 6.12 "6.1 6.12 debug" --kmod "${CARD_OPTIONS[@]}" -- \
			env NDRV_NEED=2 $GUEST/suspend
		vm "iommu-none-$nic" "$none" "6.1 6.12 debug" --no-iommu --kmod "${CARD_OPTIONS[@]}" -- \
			$GUEST/run-selftests iommu
		vm "iommu-pt-$nic" "$pt" "6.1 6.12 debug" --iommu-pt --kmod "${CARD_OPTIONS[@]}" -- \
			$GUEST/run-selftests iommu
		vm "iommu-unsafe-$nic" "$unsafe" "6.1 6.12 debug" --iommu-pt --kmod "${CARD_OPTIONS[@]}" -- \
			env NDRV_UNSAFE=1 $GUEST/run-selftests iommu
	done
}

# What `make demo` promises is measured, so nothing else may run beside it.
demo()			# NIC KERNEL
{
	NIC=$1 KERNEL=$2 "$VM_DIR/demo" && jq -e '.tx_ratio_pktgen >= 5' "$BUILD/demo.json"
}

demo_parts()
{
	local nic k

	for nic in 82599 e810; do
		for k in $(kernels_of 6.12 "6.1 6.12"); do
			add_wanted alone "build,dkms-$k" "demo-$nic-$k" tap \
				step "make demo NIC=$nic, at least 5 times pktgen" demo $nic "$k"
		done
	done
}

# The longest first, so that none is left alone at the end.
vm_parts()
{
	selftest_parts
	checker_parts
	torture_parts
	bench_part
	judge_parts
	smoke_parts
	special_parts
	sign_part
	demo_parts
}

# Kernels that the parts declared so far boot.
own_kernel_parts()
{
	local k

	for k in $(tr ' ' '\n' <<< "$own_used" | sort -u); do
		add cpu setup "kernel-$k" tap step "kernel $k" "$VM_DIR/kernel" "$k"
	done
}
