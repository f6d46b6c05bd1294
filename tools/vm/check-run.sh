# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How check runs its parts: each waits for the parts it needs and for a place in its lane, then runs in
# the background; what it printed is counted when it is over. Sourced. Knows of no part by name.

# shellcheck disable=SC2154  # lib.sh and check set what is read here
passed=0 failed=0 skipped=0 times=""
started=$(now_ms)

# Places at a time. vm: VMs, one more when no compiler competes with them any longer (a VM waits for
# about a fifth of its time); cpu: what keeps processors busy without a VM; net: downloads; alone: nothing
# else may run beside it, and it comes last.
declare -A lane_places=([vm]=$JOBS [cpu]=1 [net]=1 [alone]=1)

part_names=() cpu_left=""
declare -A part_lane=() part_needs=() part_kind=() part_command=() part_state=() part_pid=()

# add LANE NEEDS NAME KIND COMMAND...: declare a part. NEEDS: names with commas between, or "-"; what is
# not there (narrowed away) is not waited for. KIND: tap, or sum (it ends with a sum of its own).
# The order of declaration is the order of start, as far as needs and lanes let it.
add()
{
	local lane=$1 needs=$2 name=$3 kind=$4

	shift 4
	[ -z "${part_state[$name]:-}" ] || die "two parts are called $name"
	part_names+=("$name")
	part_lane[$name]=$lane
	part_needs[$name]=${needs#-}
	part_kind[$name]=$kind
	part_command[$name]=$(printf '%q ' "$@")
	part_state[$name]=waits
}

# The same, unless T says that others are wanted.
add_wanted()
{
	case "$3" in *"${T:-}"*) add "$@" ;; esac
}

# Counts of a TAP file, "passed failed skipped"; cases that a program prints within its own line
# ("# ok ...", as the kselftest runner does) count instead of the program. A missing or broken plan
# is a failure.
tap_count()
{
	awk '
		/^# (not )?ok [0-9]+ / {
			inner++
			if ($2 == "not") { f++; inner_failed++ }
			else if (/# SKIP/) s++
			else p++
		}
		/^(not )?ok [0-9]+/ {
			n++
			if (inner) {
				if ($1 == "not" && !inner_failed) f++	# died, or ran out of time
			} else if ($1 == "not") f++
			else if (/# SKIP/) s++
			else p++
			inner = inner_failed = 0
		}
		/^1\.\.[0-9]+/ { split($1, a, "[.][.]"); planned = 1; plan = a[2] }
		END {
			if (inner || !planned || plan != n) f++
			print p + 0, f + 0, s + 0
		}' "$1"
}

# account NAME STATUS MILLISECONDS CPU-SECONDS: add a part to the sum and print its line.
account()
{
	local name=$1 rc=$2 ms=$3 cpu=$4 p f s note="" log=$LOGS/$1.log

	if [ "${part_kind[$name]}" = tap ]; then
		read -r p f s < <(tap_count "$log")
	else			# make may say more after the sum
		read -r p f s < <(sed -nE \
			's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" |
			tail -n 1)
		p=${p:-0} f=${f:-1} s=${s:-0}
	fi
	[ $((p + f + s)) -gt 0 ] || { f=1; note=" (no test ran)"; }
	if [ "$rc" != 0 ] && [ "$f" = 0 ]; then
		f=1
		note=" (exit code $rc)"
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	times+="$ms $name"$'\n'
	part_state[$name]=$([ "$f" = 0 ] && echo good || echo bad)
	printf '%-28s %4d passed, %d failed, %d skipped %5d.%d s, processor %s s%s\n' "$name" \
		"$p" "$f" "$s" $((ms / 1000)) $((ms % 1000 / 100)) "$cpu" "$note"
	[ "$f" = 0 ] || show_failure "$log"
}

show_failure()
{
	if [ "$(grep -cE '^(# )?not ok' "$1")" -gt 1 ]; then
		grep -E -A12 '^(# )?not ok' "$1" | head -n 60 | sed 's/^/    /'
	else
		tail -n 25 "$1" | sed 's/^/    /'
	fi
	echo "    all of it: $1"
}

# One step as one test: its output is only worth reading when it fails.
step()
{
	local rc=0

	"${@:2}" || rc=$?
	[ $rc = 0 ] && echo "ok 1 - $1" || echo "not ok 1 - $1"
	echo "1..1"
	return $rc
}

# In the background, as a process group of its own, so that all of it can be ended; leaves its status,
# its duration and the processor's time in NAME.result.
start_part()		# NAME
{
	local name=$1

	part_state[$name]=runs
	(
		trap 'kill -- -$child 2>/dev/null; wait $child; exit 143' TERM
		eval "command=(${part_command[$name]})"
		t0=$(now_ms)
		rc=0
		set -m
		"${command[@]}" > "$LOGS/$name.log" 2>&1 < /dev/null & child=$!
		set +m
		wait $child || rc=$?
		times > "$LOGS/$name.times"	# the last line: user and system time of children
		echo "$rc $(($(now_ms) - t0)) $(tail -n 1 "$LOGS/$name.times" | awk -F'[ms ]+' \
			'{ printf "%d", $1 * 60 + $2 + $3 * 60 + $4 }')" > "$LOGS/$name.new" &&
			mv "$LOGS/$name.new" "$LOGS/$name.result"
	) &
	part_pid[$name]=$!
}

# Some part is in this state and in another lane than this.
other_lanes()		# STATE LANE
{
	local n

	for n in "${part_names[@]}"; do
		[ "${part_lane[$n]}" = "$2" ] || [ "${part_state[$n]}" != "$1" ] || return 0
	done
	return 1
}

# Why NAME cannot start yet; nothing if it can. A need that failed makes it fail, too.
blocked()		# NAME
{
	local lane=${part_lane[$1]} need n running=0 places

	for need in ${part_needs[$1]//,/ }; do
		case "${part_state[$need]:-good}" in
		waits|runs) echo waits; return ;;
		bad) echo "$need"; return ;;
		esac
	done
	for n in "${!part_pid[@]}"; do
		[ "${part_lane[$n]}" = "$lane" ] || [ "$lane" = alone ] && running=$((running + 1))
		[ "${part_lane[$n]}" != alone ] || running=99
	done
	places=${lane_places[$lane]}
	case $lane in
	alone) ! other_lanes waits alone || running=99 ;;
	vm) [ -n "$cpu_left" ] || places=$((places + 1)) ;;
	esac
	[ $running -lt "$places" ] || echo waits
}

start_what_can()
{
	local name why

	cpu_left=""
	for name in "${part_names[@]}"; do
		case "${part_lane[$name]}:${part_state[$name]}" in cpu:waits|cpu:runs) cpu_left=1 ;; esac
	done
	for name in "${part_names[@]}"; do
		[ "${part_state[$name]}" = waits ] || continue
		why=$(blocked "$name")
		case "$why" in
		"") start_part "$name" ;;
		waits) ;;
		*) echo "not run: $why failed" > "$LOGS/$name.log"
		   account "$name" 1 0 0 ;;
		esac
	done
}

run_parts()
{
	local name rc ms cpu

	while :; do
		start_what_can
		[ ${#part_pid[@]} -gt 0 ] || break
		wait -n "${part_pid[@]}" || :
		for name in "${!part_pid[@]}"; do
			kill -0 "${part_pid[$name]}" 2>/dev/null && continue
			unset "part_pid[$name]"
			read -r rc ms cpu < "$LOGS/$name.result" || { rc=1 ms=0 cpu=0; }
			account "$name" "$rc" "$ms" "$cpu"
		done
	done
}

# A signal ends what was started here, and nothing else.
interrupted()
{
	trap - INT TERM HUP
	# shellcheck disable=SC2046  # a list of process ids
	kill $(jobs -p) 2>/dev/null
	wait
	echo "interrupted"
	echo "$passed passed, $((failed + 1)) failed, $skipped skipped"
	exit 1
}

the_end()
{
	local ms=$(($(now_ms) - started))

	echo "longest: $(sort -rn <<< "$times" | head -n 8 |
		awk 'NF { printf "%s%s %d s", sep, $2, $1 / 1000; sep = ", " }')"
	printf 'took %d min %d s\n' $((ms / 60000)) $((ms / 1000 % 60))
	[ $((passed + failed)) -gt 0 ] || failed=1
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && exit 0
	exit 1
}
