#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Everybody who counts agrees to the packet: generator, card, module, library, program and sink, for the
# port and for each queue, with drops and with a reset in between. Needs the simulator's generator and
# sink, which it plugs into the two ports in place of their cable:
#	generator -> port 0 -> ndrv-fwd -> port 1 -> sink
# shellcheck disable=SC2317  # functions are called by name
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_two_ports
need_commands ndrv ndrv-fwd jq
have_sim || skip_all "needs the simulator's generator and sink"

tmp=$(mktemp -d)
fwd=''
cleanup()
{
	if [ -n "$fwd" ]; then
		kill -CONT "$fwd" 2>/dev/null
		kill "$fwd" 2>/dev/null
		wait "$fwd"
	fi
	plug "cable:$sim0,$sim1" > /dev/null
	until_true 20 link_up "$a" > /dev/null
	until_true 20 link_up "$b" > /dev/null
	rm -rf "$tmp" "$out"
}

a=$(name_of "$port0") b=$(name_of "$port1")
# Which ports of the simulator these are.
sim0=$(sim_number "$port0") sim1=$(sim_number "$port1")
trap cleanup EXIT

link_up() { [ "$(cat "/sys/class/ndrv/$1/link")" = up ]; }

# All figures of one moment into $tmp/NAME: of generator and sink, and of the ports a and b
look()			# NAME
{
	simctl stats > "$tmp/sim" && ndrv stats --json --queues "$a" > "$tmp/a" &&
		ndrv stats --json --queues "$b" > "$tmp/b" &&
		jq -n --slurpfile sim "$tmp/sim" --slurpfile a "$tmp/a" --slurpfile b "$tmp/b" \
			--argjson sim0 "$sim0" --argjson sim1 "$sim1" \
			'{ gen: $sim[0].devices[$sim0].wire.gen.sent,
			   sink: $sim[0].devices[$sim1].wire.sink.received,
			   good: $sim[0].devices[$sim1].wire.sink.good,
			   a: $a[0], b: $b[0] }' > "$tmp/$1"
}

# plug SPEC...: into the ports, in place of what is there
plug()
{
	local spec

	for spec in "$sim0:none" "$sim1:none" "$@"; do
		simctl wire "$spec" | jq -e .ok || return 1
	done
}

# holds JQ: true of before, after and fwd (the program's summary); with the figures if not.
holds()
{
	jq -en --slurpfile before "$tmp/before" --slurpfile after "$tmp/after" --slurpfile fwd "$tmp/fwd" "
		\$before[0] as \$before | \$after[0] as \$after | \$fwd[0] as \$fwd |
		def grown(f): (\$after | f) - (\$before | f);
		$1" && return
	# Once for each run of ndrv-fwd is enough.
	[ "$shown" = "$fwd_runs" ] || jq -c '{gen, sink, good}, (.a, .b | del(.queues)),
		(.a.queues[], .b.queues[] | [.queue, .state, .program, .card])' "$tmp/before" "$tmp/after"
	[ "$shown" = "$fwd_runs" ] || jq -c "del(.directions)" "$tmp/fwd"
	shown=$fwd_runs
	return 1
}

shown=0 fwd_runs=0
begin_fwd()		# OPTION...
{
	fwd_runs=$((fwd_runs + 1))
	ndrv-fwd --one-way --json --rx-ring=4096 "$@" "$a" "$b" > "$tmp/fwd" 2> "$tmp/fwd.err" &
	fwd=$!
	until_true 30 grep -q forwarding "$tmp/fwd.err" > "$tmp/wait" || cat "$tmp/wait" "$tmp/fwd.err"
	look before
}

end_fwd()
{
	look after
	kill -INT "$fwd"
	wait "$fwd" || { cat "$tmp/fwd.err"; fwd=''; return 1; }
	fwd=''
}

generate()		# KEY=VALUE...: and wait until it is over
{
	simctl "gen $sim0 start size=64 flows=64 $*" | jq -e .ok && SIMCTL_TIMEOUT=100 simctl "gen $sim0 wait 90" | jq -e .ok
}

# What is under way has arrived: neither the sink's count nor that of the second port changes any more.
settled()
{
	_old=$_new
	_new=$(simctl stats | jq -c "[.devices[$sim0, $sim1].counters | .rx_frames, .tx_frames]")
	[ "$_old" = "$_new" ]
}

echo "TAP version 13"
queues=$(ndrv info --json "$a" | jq 'if .rss_queues > 4 then 4 else 1 end')
check "generator and sink are plugged in" plug "$sim0:gen,sink" "$sim1:gen,sink"
check "link at port 0" until_true 20 link_up "$a"
check "link at port 1" until_true 20 link_up "$b"

# Nothing is lost: all figures are the same.
begin_fwd --queues="$queues" --wait=adaptive
check "generator: 20000 frames of 64 flows" generate rate=max count=20000 window=1024 "to=$sim1"
check "all have come through" until_true 20 settled
check "ndrv-fwd on $queues queues ends" end_fwd
check "the generator sent them" holds 'grown(.gen) == 20000'
check "port 0 has received so many" holds 'grown(.a.rx_packets) == 20000 and grown(.a.rx_missed + .a.rx_no_desc) == 0'
check "the library has, over all queues" holds '[$after.a.queues[].program.rx_packets] | add == 20000 and length == '"$queues"
check "ndrv-fwd has" holds '$fwd.received == 20000 and $fwd.sent == 20000 and $fwd.dropped == 0 and $fwd.missed == 0'
check "its queues: the same as the library's, one by one" holds \
	'[$fwd.queues[] | {queue, n: .directions[0].received}] ==
	 [$after.a.queues[] | {queue, n: .program.rx_packets}]'
check "and on the way out" holds \
	'[$fwd.queues[] | {queue, n: .directions[0].sent}] ==
	 [$after.b.queues[] | {queue, n: .program.tx_packets}]'
check "the bytes, without FCS" holds '([$after.a.queues[].program.rx_bytes] | add) == 20000 * 60 and
	([$after.b.queues[].program.tx_bytes] | add) == 20000 * 60 and
	grown(.a.rx_bytes) == 20000 * 60 and grown(.b.tx_bytes) == 20000 * 60'
check "where the card counts for a queue, it agrees with the library" holds \
	'[$after.a.queues[] | select(.card) | .card.rx_packets == .program.rx_packets and
		.card.rx_bytes == .program.rx_bytes and .card.rx_no_desc == 0] +
	 [$after.b.queues[] | select(.card) | .card.tx_packets == .program.tx_packets and
		.card.tx_bytes == .program.tx_bytes] | all'
if ndrv info --json "$a" | jq -e '.features | index("queue-stats")' > /dev/null; then
	check "it counts for all of these" holds '[$after.a.queues[].card] | length > 0 and all(. != null)'
fi
check "port 1 has sent so many" holds 'grown(.b.tx_packets) == 20000'
check "the sink has them, undamaged" holds 'grown(.sink) == 20000 and grown(.good) == 20000'

# A program that does not look: what does not fit is dropped, and counted.
begin_fwd --queues=1
kill -STOP "$fwd"
check "20000 frames to a program that sleeps" generate rate=max count=20000 window=0 flow=off
check "no more come" until_true 20 settled
kill -CONT "$fwd"
check "what was kept comes through" until_true 20 settled
sleep 0.5
check "ndrv-fwd ends" end_fwd
check "something was dropped" holds '$fwd.missed > 0 and $fwd.received > 0'
check "received and dropped is what was sent, for the module" holds \
	'grown(.a.rx_packets + .a.rx_missed) == grown(.gen) and
	 grown(.a.rx_packets - .a.rx_no_desc) == $fwd.received'
check "ndrv-fwd says the same" holds '$fwd.received + $fwd.missed == 20000'
check "what it took, it sent" holds '$fwd.sent == $fwd.received and grown(.b.tx_packets) == $fwd.sent and
	grown(.sink) == $fwd.sent and grown(.good) == $fwd.sent'

# A reset of the receiving port: what was in the card is lost, but no counter goes back or counts twice.
begin_fwd --queues="$queues" --wait=irq
simctl "gen $sim0 start size=64 flows=64 rate=20000 count=40000 window=0 flow=on" > /dev/null
until_true 20 sh -c "ndrv stats --json $a | jq -e '.rx_packets > $(jq .a.rx_packets "$tmp/before") + 2000'" > "$tmp/wait"
check "a reset in between" sh -c "echo 1 > /sys/bus/pci/devices/$port0/reset"
check "the generator ends" sh -c "SIMCTL_TIMEOUT=100 simctl 'gen $sim0 wait 90' | jq -e .ok"
check "nothing is under way" until_true 20 settled
sleep 0.5
check "ndrv-fwd has gone on, and ends" end_fwd
check "it was started again" holds '$fwd.restarts > 0 and $fwd.received > 0'
check "the module has counted what the program got, and no more than was sent" holds \
	'grown(.a.rx_packets) >= $fwd.received and grown(.a.rx_packets) <= grown(.gen)'
check "behind the reset all agree" holds '$fwd.sent + $fwd.dropped == $fwd.received and
	grown(.b.tx_packets) == $fwd.sent and grown(.sink) == $fwd.sent and grown(.good) == $fwd.sent'
check "queue by queue" holds \
	'[$fwd.queues[] | {queue, n: .directions[0].received}] ==
	 [$after.a.queues[] | {queue, n: .program.rx_packets}]'
check "resets" holds 'grown(.a.resets) == 1'
finish
