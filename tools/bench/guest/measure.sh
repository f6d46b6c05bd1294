# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What every contestant of `make bench` is measured with: the simulator's generator and sinks, which count
# outside the VM by their own clock. Sourced after tools/vm/guest/tap.sh.
#
# Of a run that goes on, two looks are taken $BENCH_SECONDS apart; the rate is what came between them. Each
# row of bench.csv is one such pair, nothing is averaged here.

BENCH_SECONDS=${BENCH_SECONDS:-0.5}
# Frames under way while something forwards: fewer than any ring holds, so that nobody has to drop.
WINDOW=512
RING=1024
BURST=32
# The address of nobody: all receive promiscuously, and a bridge floods it.
DST=02:00:00:00:00:02
CSV=/run/out/bench.csv
LATENCY_CSV=/run/out/latency.csv

die()
{
	echo "bench: $*" >&2
	exit 1
}

# The simulator's control socket, opened once: simctl costs a third of a second here.
open_sim()
{
	local p

	for p in /sys/class/virtio-ports/*; do
		[ "$(cat "$p/name")" != ndrv.sim ] || exec 9<> "/dev/${p##*/}"
	done
	{ true >&9; } 2> /dev/null || die "this VM has no simulator"
}

# ask COMMAND...: its answer in $ANSWER.
ask()
{
	printf '%s\n' "$*" >&9
	IFS= read -r -t 30 ANSWER <&9 || die "no answer to '$*'"
	[[ $ANSWER == '{"ok":true'* ]] || die "$*: $ANSWER"
}

# As tap.sh has it, which opens the socket each time.
sim()			# JQ
{
	ask stats
	jq -r "$1" <<< "$ANSWER"
}

rows_begin()
{
	[ -e $CSV ] || echo 'curve,work,who,size,batch,ring,pool,queues,rep,mpps,frames,lost' > $CSV
	[ -e $LATENCY_CSV ] || echo "who,load_pct,rate_pps,rep,frames,lost,p50_ns,p90_ns,p99_ns,p999_ns,p9999_ns," \
		"max_ns,hist" | tr -d ' ' > $LATENCY_CSV
}

# gen_start WORK SIZE [MORE...]
gen_start()
{
	local more="window=0"

	[ "$1" = rx ] || more="window=$WINDOW to=1"
	ask stats
	RX_BASE=${ANSWER#*'"rx_frames":'}
	RX_BASE=${RX_BASE%%,*}
	ask "sink 1 reset"
	ask "gen 0 start size=$2 rate=max count=0 flow=on flows=1 burst=1 dst=$DST $more ${*:3}"
}

gen_stop()
{
	ask "gen 0 stop"
}

# More frames have come through than NUMBER? Without jq: what is measured leaves little of the processor to us.
came_through()		# WORK NUMBER
{
	local a n

	ask stats
	case $1 in
	tx) a=${ANSWER#*'"sink":{"received":'} n=${a%%,*} ;;
	fwd) a=${ANSWER##*'"sink":{"received":'} n=${a%%,*} ;;
	rx) a=${ANSWER#*'"rx_frames":'} n=$((${a%%,*} - RX_BASE)) ;;
	esac
	[ "$n" -gt "$2" ]
}

# flows WORK: wait until frames move, and for the first hundred milliseconds after that.
flows()
{
	local n=0

	[ "$1" != rx ] || n=$((RING * 2))	# a card takes as many without any program
	until_true 20 came_through "$1" $n > /dev/null || return 1
	sleep 0.1
}

# Frames that come while a program sets up its ports are lost, and not what is measured.
warms_up()		# WORK
{
	local rc=0

	gen_start "$1" 64
	flows "$1" || rc=1
	gen_stop
	sleep 0.3
	return $rc
}

warm_up()		# WORK WHO
{
	warms_up "$1" || die "$2 $1: no frame came through"
}

# Two looks at a run that flows, and a third at what came after the generator has stopped.
measure()		# WORK
{
	ask stats
	LOOKS=("$ANSWER")
	sleep "$BENCH_SECONDS"
	ask stats
	LOOKS+=("$ANSWER")
	[ "$1" = tx ] || { gen_stop; sleep 0.2; ask stats; }
	LOOKS+=("$ANSWER")
}

# "mpps,frames,lost" of what was measured. Nobody knows what a sender has lost.
figures()		# WORK
{
	jq -rn --arg work "$1" --argjson a "${LOOKS[0]}" --argjson b "${LOOKS[1]}" --argjson c "${LOOKS[2]}" '
		def sink(port): [.devices[port].wire.sink | .received, .last_ns];
		def card: [.devices[0].counters.rx_frames, .devices[0].wire.gen.seconds * 1e9];
		def look: if $work == "tx" then sink(0) elif $work == "fwd" then sink(1) else card end;
		def lost: if $work == "tx" then ""
			elif $work == "fwd" then ($c.devices[0].wire.gen.run_sent - $c.devices[1].wire.sink.good)
			else $b.devices[0].counters.rx_missed - $a.devices[0].counters.rx_missed end;
		($a | look) as $from | ($b | look) as $to |
		if $to[0] > $from[0] and $to[1] > $from[1] and $from[1] > 0 then
			"\(($to[0] - $from[0]) * 1e9 / ($to[1] - $from[1]) | round / 1e6),\($to[0] - $from[0]),\(lost)"
		else error("nothing moved") end' || die "no figure for $1"
}

# row CURVE WORK WHO SIZE [BATCH [RING [POOL [QUEUES]]]]: what was measured
row()
{
	local figures

	figures=$(figures "$2") || die "$3 $2 $4: no figure"
	echo "$1,$2,$3,$4,${5:-$BURST},${6:-$RING},${7:-},${8:-1},$REP,$figures" | tee -a $CSV
}

# A program that forwards or receives runs: all sizes, one after the other.
sizes()			# WORK WHO
{
	local size

	warm_up "$1" "$2"
	for size in $SIZES; do
		gen_start "$1" "$size"
		flows "$1" || die "$2 $1 $size: no frame came through"
		measure "$1"
		row size "$1" "$2" "$size"
	done
}

until_ends()		# PID SECONDS
{
	until_true "$2" ended "$1" > /dev/null || die "process $1 does not end"
	wait "$1"
}

ended()
{
	! kill -0 "$1" 2> /dev/null
}
