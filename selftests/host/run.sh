#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh NAME=COMMAND...: run TAP programs one after the other and add up their cases.
#
# A program that prints no plan, a plan that its cases do not fill, dies, or takes longer than
# LIMIT seconds (600: it hangs) counts as one failed case more. What a failing program printed is shown.
# SHOW=TEXT runs only those with TEXT in the name.
# Last line: "N passed, N failed, N skipped"; exit status 1 if anything failed or nothing ran.
set -u

limit=${LIMIT:-600}
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

# -> "passed failed skipped plan-is-kept"
count()
{
	awk '/^ok / { if (/# SKIP/) s++; else p++ }
		/^not ok / { f++ }
		/^1\.\.[0-9]+/ { sub(/^1\.\./, ""); plan = $1 + 0; planned = 1 }
		END { print p + 0, f + 0, s + 0, (planned && plan == p + f + s) }' "$1"
}

for test; do
	name=${test%%=*}
	case "$name" in *"${SHOW:-}"*) ;; *) continue ;; esac
	start=$(date +%s%N)
	timeout -k 5 "$limit" sh -c "${test#*=}" > "$log" 2>&1
	rc=$?
	ms=$((($(date +%s%N) - start) / 1000000))
	# shellcheck disable=SC2046  # four numbers
	set -- $(count "$log")
	p=$1 f=$2 s=$3 kept=$4
	why=
	[ "$kept" = 1 ] || why="the plan is missing or not kept"
	[ $rc = 0 ] || [ "$f" -gt 0 ] || why="exit status $rc"
	[ $rc != 124 ] || why="longer than $limit s"
	[ -z "$why" ] || f=$((f + 1))
	if [ "$f" -gt 0 ]; then
		sed 's/^/  /' "$log"
		printf '%-24s FAILED %s\n' "$name" "$why"
	else
		printf '%-24s %4d passed%s  %d.%03d s\n' "$name" "$p" \
			"$([ "$s" = 0 ] || echo ", $s skipped")" $((ms / 1000)) $((ms % 1000))
		grep '# SKIP' "$log" | sed 's/^/  /'
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
[ $((passed + failed)) -gt 0 ] || failed=1
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
