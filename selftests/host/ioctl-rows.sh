#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ioctl-rows.sh TOP: nothing of the interface is forgotten by the sweeps of the kselftests. From
# uapi/linux/ndrv.h come the ioctls, the commands of io_uring and the input fields of their structures;
# each is in the module's dispatch, and in every table and list of variants of the tests.
set -eu

top=$1
header=$top/uapi/linux/ndrv.h
tests=$top/selftests
n=0 failed=0

numbers()
{
	sed -n 's/^#define[[:space:]]*\(NDRV_[A-Z_]*\)[[:space:]]*_IO[WR]*(NDRV_TYPE.*/\1/p' "$header"
}

compare()
{
	n=$((n + 1))
	if [ "$2" = "$3" ] && [ -n "$2" ]; then
		echo "ok $n - $1"
	else
		echo "# header: $(echo "$2" | paste -sd' ')"
		echo "# there:  $(echo "$3" | paste -sd' ')"
		echo "not ok $n - $1"
		failed=1
	fi
}

# What the pattern finds in a file, by its first group, or another.
grab()
{
	sed -nE "s/$1/\\${3:-1}/p" "$2" | sort -u
}

# "NDRV_CALL field" for what a caller may put into the structure above each number; that of io_uring is
# below them, one for all.
input_fields()
{
	awk '
		/^struct ndrv_[a-z_]+ \{/ { name = $2; n = 0 }
		name && /^\t__/ {
			f = $2
			sub(/[;\[].*/, "", f)
			if (f != "size" && f !~ /^out_/) field[++n] = f
		}
		/^};/ {
			if (name == "ndrv_uring")
				for (c in uring)
					for (i = 1; i <= n; i++) print c, field[i]
			name = ""
		}
		/^#define NDRV_URING_[A-Z]+[ \t]+_IO\(NDRV_TYPE/ { uring[$2]; next }
		/^#define NDRV_[A-Z_]+ +_IO\(NDRV_TYPE/ {
			for (i = 1; i <= n; i++) print $2, field[i]
		}' "$header" | sort -u
}

# "NDRV_CALL field" of the rows of a table.
rows_of_fields()
{
	sed -nE 's/^\t[A-Z_]+\((NDRV_[A-Z_]+), ndrv_[a-z_]+, ([a-z_0-9]+),.*/\1 \2/p' "$1" | sort -u
}

ioctls=$(numbers | grep -v '^NDRV_URING_' | sort -u)
uring=$(numbers | grep '^NDRV_URING_' | sort -u)
[ "$(echo "$ioctls" | wc -l)" -ge 16 ] || { echo "Bail out! $header has no ioctls"; exit 1; }
fields=$(input_fields)

compare "the module dispatches every ioctl" "$ioctls" \
	"$(grab '^\t[A-Z_]+\((NDRV_[A-Z_]+), struct ndrv_.*' "$top/kmod/cdev.c")"
compare "calls.c has a row for every ioctl" "$ioctls" \
	"$(grab '^\tROW\((NDRV_[A-Z_]+),.*' "$tests/calls.c")"
compare "ioctl.c sweeps every ioctl" "$ioctls" \
	"$(grab '^VARIANT\(([A-Z_]+)\);' "$tests/ioctl.c" | sed 's/^/NDRV_/')"
compare "values.c sweeps every ioctl" "$ioctls" \
	"$(grab '^VARIANT\(([A-Z_]+)\);' "$tests/values.c" | sed 's/^/NDRV_/')"
compare "states.c has every ioctl" "$ioctls" \
	"$(grab '^\tIN_STATES\((NDRV_[A-Z_]+),.*' "$tests/states.c")"
compare "values.c has every input field of every ioctl" \
	"$(echo "$fields" | grep -v '^NDRV_URING_')" "$(rows_of_fields "$tests/values.c")"
compare "the module dispatches every command of io_uring" "$uring" \
	"$(grab '.*(case|cmd_op ==) (NDRV_URING_[A-Z]+).*' "$top/kmod/uring.c" 2)"
compare "uring_values.c has every field of every command" \
	"$(echo "$fields" | grep '^NDRV_URING_')" "$(rows_of_fields "$tests/uring_values.c")"
compare "uring_values.c has every command in every state" "$uring" \
	"$(grab '^\tIN_STATES\((NDRV_[A-Z_]+),.*' "$tests/uring_values.c")"
compare "fail_nth.c fails what every ioctl allocates" "$ioctls" \
	"$(grab '^CALL\(([A-Z_]+)\);' "$tests/fail_nth.c" | sed 's/^/NDRV_/')"
compare "fail_nth.c fails what every command of io_uring allocates" "$uring" \
	"$(grab '^IN_RING\(([A-Z_]+),.*' "$tests/fail_nth.c" | sed 's/^/NDRV_URING_/')"
compare "fail_nth.c maps every area" \
	"$(grab '^#define (NDRV_MMAP_[A-Z_]+)[[:space:]].*' "$header")" \
	"$(grab '^MAPPING\(([A-Z_]+)\);' "$tests/fail_nth.c" | sed 's/^/NDRV_MMAP_/')"
echo "1..$n"
exit $failed
