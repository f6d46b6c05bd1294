#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz-host.sh OUT [SECONDS [SEED]]: builds the programs *_fuzz.c with clang's libFuzzer, ASan and UBSan
# into OUT and runs each for its part of SECONDS (40), from SEED (1). Prints TAP; an input that does
# harm is kept in OUT and printed. RUNS=N: so many inputs each instead of SECONDS. T=TEXT: only programs
# with TEXT in their name. CLANG=NAME: another clang; it needs its libclang-rt-*-dev.
set -u
cd "$(dirname "$0")" || exit 2
mkdir -p "$1" && out=$(realpath "$1") || exit 2
seconds=${2:-40} seed=${3:-1} cc=${CLANG:-clang} top=../..
flags="-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all"
san=address,undefined

names=()
for f in *_fuzz.c; do
	case "$f" in *"${T:-}"*) names+=("${f%.c}") ;; esac
done
share=$((seconds / ${#names[@]}))
[ $share -gt 0 ] || share=1

build()			# NAME
{
	local lib

	case "$1" in
	sim_*) lib=$out/sim/libsim.a ;;
	*) lib=$out/lib/libndrv.a ;;
	esac
	# shellcheck disable=SC2086  # words
	$cc -std=gnu11 $flags -fsanitize=fuzzer,$san -DFUZZ_LIBFUZZER -Wall -Wextra -Wno-unused-function \
		-Wno-unused-but-set-variable -I$top/tools/sim -I$top/lib/include -I$top/uapi \
		-o "$out/$1" "$1.c" "$lib" -lpthread -lm
}

build_all()
{
	local n

	case "${names[*]}" in *sim_*)
		make -s -j2 -C $top/tools/sim lib OUT="$out/sim" CC="$cc" \
			CFLAGS="$flags -fsanitize=fuzzer-no-link,$san" || return 1 ;;
	esac
	case "${names[*]}" in *ring_*)
		make -s -j2 -C $top/lib "$out/lib/libndrv.a" BUILD="$out" CC="$cc" \
			CFLAGS="$flags -fsanitize=fuzzer-no-link,$san" || return 1 ;;
	esac
	for n in "${names[@]}"; do
		build "$n" || return 1
	done
}

failed=0 nr=0
ok()			# STATUS TEXT
{
	nr=$((nr + 1))
	[ "$1" = 0 ] && echo "ok $nr - $2" && return
	failed=1
	echo "not ok $nr - $2"
}

build_all > "$out/build.log" 2>&1
rc=$?
[ $rc = 0 ] || sed 's/^/# /' "$out/build.log" | tail -n 40
ok $rc "build with $("$cc" --version | head -n 1)"
for n in "${names[@]}"; do
	[ $rc = 0 ] || break
	mkdir -p "$out/corpus-$n"
	limit=(-max_total_time="$share")
	[ -z "${RUNS:-}" ] || limit=(-runs="$RUNS")
	# Setting up a card costs more than a hundred moves: long inputs from the start.
	"$out/$n" -seed="$seed" "${limit[@]}" -max_len=8192 -len_control=0 -timeout=60 -rss_limit_mb=4096 \
		-print_final_stats=1 -artifact_prefix="$out/$n-" "$out/corpus-$n" > "$out/$n.log" 2>&1
	r=$?
	# A run that ran nothing proves nothing.
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$n.log")
	[ $r != 0 ] || [ "${runs:-0}" -gt 0 ] || r=1
	[ $r = 0 ] || tail -n 60 "$out/$n.log" | sed 's/^/# /'
	ok $r "$n: ${runs:-0} inputs, coverage $(grep -o 'cov: [0-9]*' "$out/$n.log" | tail -n 1)"
done
echo "1..$nr"
exit $failed
