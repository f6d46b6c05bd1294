# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make bench: ndrv's programs as an ordinary user, on processor 1. Sourced after measure.sh.

export LD_LIBRARY_PATH=/ndrv/build/lib
PATH=$PATH:/ndrv/build/tools

# MODE: poll, adaptive, uring, irq: what the program does while there is nothing to do; kernel: poll, and the
# doorbell is a system call a burst; vector: poll, with the loops that the library would take on a CPU that is
# not emulated.
mode_options()
{
	case $1 in
	vector) echo --wait=poll ;;
	kernel) echo --wait=poll --doorbell=kernel ;;
	*) echo "--wait=$1" ;;
	esac
}

as_user()		# COMMAND...: without any privilege, in group ndrv
{
	exec setpriv --reuid=bench --regid=ndrv --clear-groups --inh-caps=-all --no-new-privs \
		env LD_LIBRARY_PATH="$LD_LIBRARY_PATH" NDRV_SIMD="$SIMD" taskset -c "$CPUS" "$@"
}

ndrv_up()
{
	local d

	getent passwd bench > /dev/null || { groupadd --system ndrv &&
		useradd --system --gid ndrv --no-create-home bench; } || die "no user bench"
	modprobe ndrv || die "modprobe ndrv failed"
	for d in $(nics); do
		ndrv bind "$d" > /dev/null || die "ndrv could not be bound to $d"
	done
	chgrp ndrv /dev/ndrv* && chmod 660 /dev/ndrv*
}

ndrv_down()
{
	ndrv unbind ndrv0 > /tmp/unbind.out 2>&1 && ndrv unbind ndrv1 >> /tmp/unbind.out 2>&1 &&
		modprobe -r ndrv || { cat /tmp/unbind.out >&2; die "ndrv does not unload"; }
}

CPUS=1 SIMD=""
start()			# PROGRAM ARGUMENTS...
{
	as_user "$@" > /tmp/ndrv.out 2>&1 &
	RUNNING=$!
}

stop()
{
	kill -INT $RUNNING
	until_ends $RUNNING 20 || { cat /tmp/ndrv.out >&2; die "a program of ndrv ended with an error"; }
}

start_fwd()		# MODE OPTIONS...
{
	# shellcheck disable=SC2046  # words
	start ndrv-fwd --quiet --rx-ring=$RING --tx-ring=$RING $(mode_options "$1") "${@:2}" ndrv0 ndrv1
}

ndrv_sizes()		# MODE
{
	local size who=ndrv-$1 SIMD=""

	[ "$1" != vector ] || SIMD=avx512
	for size in $SIZES; do
		ask "sink 0 reset"
		# shellcheck disable=SC2046  # words
		start ndrv-pktgen --quiet --size="$size" --tx-ring=$RING $(mode_options "$1") ndrv0
		flows tx || { cat /tmp/ndrv.out >&2; die "$who sends nothing"; }
		measure tx
		stop
		row size tx "$who" "$size"
	done
	# shellcheck disable=SC2046  # words
	start ndrv-dump --null --quiet --promisc --rx-ring=$RING $(mode_options "$1") ndrv0
	sizes rx "$who"
	stop
	start_fwd "$1"
	sizes fwd "$who"
	stop
}

# point CURVE BATCH RING POOL QUEUES OPTIONS...: forwarding of 64 bytes.
point()
{
	start_fwd "${GROWTH_MODE:-poll}" "${@:6}"
	warm_up fwd "ndrv-fwd ${*:6}"
	gen_start fwd 64 "flows=$(($5 > 1 ? 256 : 1))"
	flows fwd || die "ndrv-fwd ${*:6}: nothing forwarded"
	measure fwd
	stop
	row "$1" fwd "ndrv-${GROWTH_MODE:-poll}" 64 "$2" "$3" "$4" "$5"
}

ndrv_growth()
{
	local n

	for n in $BATCHES; do
		point batch "$n" $RING "" 1 --burst="$n"
	done
	for n in $RINGS; do
		point ring $BURST "$n" "" 1 --rx-ring="$n" --tx-ring="$n"
	done
	for n in $POOLS; do
		point pool $BURST $RING "$n" 1 --pool="$n"
	done
	# Threads that look all the time would take the one processor from each other.
	for n in $QUEUES; do
		GROWTH_MODE=adaptive point queues $BURST $RING "" "$n" --queues="$n"
	done
}
