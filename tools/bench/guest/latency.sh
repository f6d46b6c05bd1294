# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make bench: latency of forwarding 64 bytes, from the generator's stamp to the sink, at parts of the highest
# load that a contestant takes without loss. Sourced after measure.sh.

LOADS="10 20 40"
LATENCY_SECONDS=${LATENCY_SECONDS:-1.5}
declare -A TOP_PPS		# by contestant

# One run at a rate, whatever becomes of it: "frames lost" and $SINK.
run_at()		# PPS SECONDS
{
	local count

	count=$(awk -v r="$1" -v s="$2" 'BEGIN { printf "%d", r * s + 1 }')
	ask "sink 1 reset"
	ask "gen 0 start size=64 rate=$1 count=$count flow=off window=0 burst=1 dst=$DST"
	ask "gen 0 wait 30"
	sleep 0.2
	ask "sink 1 show"
	SINK=$ANSWER
	FRAMES=$count
	LOST=$((count - $(jq .sink.good <<< "$SINK")))
}

# The highest rate at which nothing is lost, by steps of a tenth down from $1.
loss_free()		# WHO PPS
{
	local pps=$2 i

	for ((i = 0; i < 25; i++)); do
		run_at "$pps" 0.5
		[ $LOST != 0 ] || break
		pps=$((pps * 9 / 10))
	done
	[ $LOST = 0 ] || die "$1 loses frames even at $pps packets/s"
	TOP_PPS[$1]=$pps
}

# A program forwards.
latency()		# WHO
{
	local load pps top

	warm_up fwd "$1"
	if [ -z "${TOP_PPS[$1]:-}" ]; then
		gen_start fwd 64
		flows fwd || die "$1 forwards nothing"
		measure fwd
		top=$(figures fwd) || exit 1
		loss_free "$1" "$(awk -F, '{ printf "%d", $1 * 1e6 }' <<< "$top")"
	fi
	for load in $LOADS; do
		pps=$((TOP_PPS[$1] * load / 100))
		run_at $pps "$LATENCY_SECONDS"
		jq -r --arg row "$1,$load,$pps,$REP,$FRAMES,$LOST" '.sink.latency_ns |
			"\($row),\(.p50),\(.p90),\(.p99),\(.p999),\(.p9999),\(.max),\([.hist[] |
				"\(.[0]):\(.[1])"] | join(" "))"' <<< "$SINK" >> $LATENCY_CSV ||
			die "no latency of $1"
		tail -n 1 $LATENCY_CSV | cut -d, -f1-12
	done
}

latency_testpmd()	# WHO
{
	tp 'set fwd io' 'set portlist 0,1' start
	latency "$1"
	tp_halt
}

latency_ndrv()		# MODES...
{
	local mode

	for mode in "$@"; do
		start_fwd "$mode"
		latency "ndrv-$mode"
		stop
	done
}
