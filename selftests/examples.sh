#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The programs of lib/examples on two ports joined by a cable: what they print, and that those which wait
# use no CPU meanwhile.
# shellcheck disable=SC2317  # functions are called by name
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
PATH=$dir/../../examples:$dir/../build/examples:$PATH
need_two_ports
need_commands hello_rx forward wait_beside uring_loop rss_threads two_processes events filter ndrv ndrv-pktgen jq

tmp=$(mktemp -d)
pid=
cleanup()
{
	[ -z "$pid" ] || kill "$pid" 2>/dev/null
	rm -rf "$tmp" "$out"
}
trap cleanup EXIT

a=$(name_of "$port0") b=$(name_of "$port1")
gone() { ! kill -0 "$1" 2>/dev/null; }

# Begins a program; TEXT is what it says when it is ready. Output in $tmp/out and $tmp/err.
begin()			# TEXT COMMAND...
{
	local text=$1

	shift
	: > "$tmp/err"
	"$@" > "$tmp/out" 2> "$tmp/err" < "${stdin:-/dev/null}" &
	pid=$!
	until_true 30 grep -q "$text" "$tmp/err" > "$tmp/wait" || cat "$tmp/wait" "$tmp/err"
}

# It ends by itself and has printed TEXT.
ends()			# TEXT
{
	local rc

	until_true 40 gone "$pid" > /dev/null || kill "$pid"
	wait "$pid"
	rc=$?
	pid=
	[ $rc = 0 ] && grep -E "$1" "$tmp/out" || { cat "$tmp/out" "$tmp/err"; return 1; }
}

gen() { ndrv-pktgen -q "$@"; }

# Hundredths of a second of CPU that the program has used.
cpu_of() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

echo "TAP version 13"
begin receiving hello_rx "$b" 100
check "send 100" gen -c 100 -r 2000 -s 128 "$a"
check "hello_rx" ends '^100 packets, 12400 bytes$'

begin forwarding forward "$a" "$b" 1000
check "ten packets to forward" gen -c 10 "$b"
check "forward: ten become a thousand" ends '^1[0-9]{3} packets$'

begin forwarding uring_loop "$a" "$b" 1000
check "ten packets for the ring" gen -c 10 "$b"
check "uring_loop: ten become a thousand" ends '^1[0-9]{3} packets$'

mkfifo "$tmp/lines"
exec 4<> "$tmp/lines"
stdin=$tmp/lines begin waiting wait_beside "$b"
check "send 50" gen -c 50 -r 100 "$a"
echo count >&4
check "wait_beside sees packets and lines" until_true 20 grep -qx '50 packets' "$tmp/out"
begun=$(cpu_of $pid)
sleep 1
check "and sleeps when there is nothing" test $(($(cpu_of $pid) - begun)) -le 2
check "send one more" gen -c 1 "$a"
echo quit >&4
check "it ends" ends '^51 packets at the end$'
stdin=$tmp/lines begin waiting wait_beside "$b"
kill -TERM $pid
check "also by a signal" ends '^0 packets at the end$'

if [ "$(ndrv info --json "$b" | jq .rss_queues)" -gt 3 ]; then
	begin receiving rss_threads "$b" 4 256
	check "send 64 flows" gen -c 256 -r 2000 --flows=64 "$a"
	check "rss_threads: every packet is where its hash says" ends '^queue 3: [1-9][0-9]* packets, 0 misplaced$'
	check "each thread has some" test "$(grep -cE '^queue [0-3]: [1-9][0-9]* packets, 0 misplaced$' "$tmp/out")" = 4
else
	refuses "rss_threads where there is no RSS" 1 'not supported' rss_threads "$b" 1 1
fi

begin sending two_processes "$a" "$b" 2000
check "two_processes share a pool" ends '^2000 packets, [0-9]+ buffers from number [1-9][0-9]*$'

begin watching events "$b"
echo 1 > "/sys/bus/pci/devices/$port1/reset"
check "events tells of a reset" until_true 30 grep -q 'works again' "$tmp/out"
begun=$(cpu_of $pid)
sleep 1
check "and sleeps" test $(($(cpu_of $pid) - begun)) -le 2
kill $pid
wait $pid 2> /dev/null

until_true 30 grep -qx up "/sys/class/ndrv/$b/link" > /dev/null
begin receiving filter "$b" 02:00:00:00:00:77 10
check "send to another and to that address" gen -c 10 --dst=02:00:00:00:00:78 "$a"
check "ten of them" gen -c 10 --dst=02:00:00:00:00:77 "$a"
check "filter takes frames to its address" ends '^10 packets on queue 0$'
if ndrv info --json "$b" | jq -e '.features | index("filter-tuple")' > /dev/null; then
	begin receiving filter "$b" udp:28260 10
	check "datagrams" gen -c 10 --dst="$(cat "/sys/class/ndrv/$b/mac")" "$a"
	check "filter steers them" ends '^10 packets on queue 1$'
else
	refuses "filter that the card does not have" 1 'not supported' filter "$b" udp:28260 10
fi
refuses "an example without arguments" 2 '^Usage: forward FROM TO COUNT' forward
finish
