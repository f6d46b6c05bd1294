# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What every script of tools/vm shares: where things are, messages, running programs of the tree.
# Sourced, never run. Changes nothing by itself.

# shellcheck disable=SC2034  # read by the scripts that source this
VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$VM_DIR/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ndrv
KERNELS="6.1 6.12"		# Debian 12's and Debian 13's; the newest is the default

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

need_root()
{
	[ "$(id -u)" = 0 ] || die "needs root ($1): run it with sudo"
}

now_ms()
{
	date +%s%3N
}

# stage NAME COMMAND...: run it and say how long it took.
stage()
{
	local name=$1 t0 t1 rc=0

	shift
	t0=$(now_ms)
	"$@" || rc=$?
	t1=$(now_ms)
	printf '%s: %s.%s s%s\n' "$name" $(((t1 - t0) / 1000)) $(((t1 - t0) % 1000 / 100)) \
		"$([ $rc = 0 ] || echo " (failed, $rc)")" >&2
	return $rc
}

# The tree is named after the content of what makes it, so an edited list makes a new tree.
tree_key()
{
	cat "$VM_DIR/packages" "$VM_DIR/mktree" | sha256sum | cut -c1-16
}

tree_path()
{
	echo "$CACHE/tree-$(tree_key)"
}

# The tree that setup made, or a sentence.
tree_ready()
{
	TREE=$(tree_path)
	[ -f "$TREE/.ndrv-ready" ] || die "there is no tree in $CACHE: run tools/vm/setup first"
}

# The E810's DDP package is there: mktree could not install it where the mirror does not have it.
tree_has_ddp()
{
	[ -e "$TREE/usr/lib/firmware/intel/ice/ddp/ice.pkg" ]
}

# tree_run PROGRAM ARGS...: a program of the tree in the host's file system: nothing is mounted.
tree_run()
{
	local prog=$1

	shift
	QEMU_MODULE_DIR=$TREE/usr/lib/x86_64-linux-gnu/qemu \
	"$TREE/lib64/ld-linux-x86-64.so.2" \
		--library-path "$TREE/usr/lib/x86_64-linux-gnu:$TREE/usr/lib" "$TREE$prog" "$@"
}

# kver_of 6.1: the tree's full version string of that kernel; "backports" is the newest there is.
kver_of()
{
	local d

	if [ "$1" = backports ]; then
		find "$TREE/usr/lib/modules" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -V | tail -n 1
		return
	fi
	for d in "$TREE/usr/lib/modules/$1".*; do
		[ -d "$d" ] && { basename "$d"; return 0; }
	done
	die "the tree has no kernel $1 (it has those in $TREE/usr/lib/modules)"
}

# tree_chroot OUT COMMAND...: as root of a throw-away copy of the tree (an overlay in memory), with
# the checkout read-only at /ndrv and the host's directory OUT at /out. All mounts are in a namespace
# that ends with the command, so nothing is left behind however it ends.
tree_chroot()
{
	local out=$1

	shift
	# shellcheck disable=SC2016  # for the inner shell
	unshare --mount --pid --fork --kill-child --propagation private -- bash -eu -c '
		tree=$1 top=$2 out=$3 at=$4
		shift 4
		mount -t tmpfs -o mode=755,size=75% ndrv "$at"
		mkdir "$at/up" "$at/work" "$at/root"
		mount -t overlay -o "lowerdir=$tree,upperdir=$at/up,workdir=$at/work" ndrv "$at/root"
		mkdir -p "$at/root/ndrv" "$at/root/out"
		mount --bind "$top" "$at/root/ndrv"
		mount -o remount,bind,ro "$at/root/ndrv"
		mount --bind "$out" "$at/root/out"
		mount -t proc proc "$at/root/proc"
		mount -t tmpfs tmp "$at/root/tmp"
		exec env -i PATH=/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8 \
			unshare --root="$at/root" --wd=/ -- "$@"
	' tree_chroot "$TREE" "$TOP" "$out" "$CACHE/mnt" "$@"
}
