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
MATRIX="6.1 6.12 backports"	# what the module is built for, loaded on and smoke-tested on
OWN_KERNELS="debug kcsan"	# of tools/vm/kernel, with checkers
SOURCE_PACKAGE=linux-source-6.12

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

# What it prints is shown only if it fails, and that is the end.
quietly()		# LOG COMMAND...
{
	local log=$1

	shift
	"$@" > "$log" 2>&1 || {
		tail -n 25 "$log" >&2
		die "that failed (all of the output: $log)"
	}
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

# kver_of NAME: full version string of that kernel: 6.1 or 6.12, "backports" (the newest stock one), or
# one of our own.
kver_of()
{
	local d

	if own_kernel "$1"; then
		d=$(own_kernel_dir "$1")
		[ -f "$d/release" ] || die "the kernel $1 is not built: run tools/vm/kernel $1"
		cat "$d/release"
		return
	fi
	if [ "$1" = backports ]; then
		find "$TREE/usr/lib/modules" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -V | tail -n 1
		return
	fi
	for d in "$TREE/usr/lib/modules/$1".*; do
		[ -d "$d" ] && { basename "$d"; return 0; }
	done
	die "the tree has no kernel $1 (it has those in $TREE/usr/lib/modules)"
}

# Kernels that tools/vm/kernel builds from Debian's source and a fragment in kconfig/.
own_kernel()
{
	[ "$1" != base ] && [ -f "$VM_DIR/kconfig/$1.config" ]
}

# Where such a kernel is, or will be: named after all that makes it.
own_kernel_dir()
{
	local key

	key=$({
		source_version
		awk '$1 == "Package:" { p = $2 } $1 == "Version:" && p ~ /^gcc-[0-9]+$/ { print p, $2 }' \
			"$TREE/var/lib/dpkg/status"
		cat "$VM_DIR/kconfig/base.config" "$VM_DIR/kconfig/$1.config"
	} | sha256sum | cut -c1-12)
	echo "$CACHE/kernel-$1-$key"
}

# kernel_image NAME VERSION
kernel_image()
{
	if own_kernel "$1"; then
		echo "$(own_kernel_dir "$1")/bzImage"
	elif [ -e "$TREE/boot/vmlinuz-$2" ]; then
		echo "$TREE/boot/vmlinuz-$2"
	else
		echo "$TREE/usr/lib/modules/$2/vmlinuz"
	fi
}

# Where the module for a kernel lands, with what depmod says about it: laid over the guest's root.
kmod_dir()		# VERSION
{
	echo "$BUILD/dkms/$1${NDRV_KCOV:+.kcov}${NDRV_CC:+.$NDRV_CC}"
}

# Version of the kernel source package that the tree's package lists offer.
source_version()
{
	chroot "$TREE" apt-cache show --no-all-versions $SOURCE_PACKAGE | sed -n 's/^Version: //p'
}

# Path of the kernel source package, after a download where it is not there yet.
source_deb()
{
	local name dir=$CACHE/source tmp sum

	name=${SOURCE_PACKAGE}_$(source_version)_all.deb
	if [ ! -f "$dir/$name" ]; then
		mkdir -p "$dir"
		tmp=$(mktemp -d "$dir/new.XXXXXX")
		sum=$(chroot "$TREE" apt-cache show --no-all-versions $SOURCE_PACKAGE |
			sed -n 's/^SHA256: //p')
		(cd "$tmp" && tree_apt download $SOURCE_PACKAGE) > "$CACHE/source.log" 2>&1 &&
			echo "$sum  $tmp/$name" | sha256sum -c >> "$CACHE/source.log" 2>&1 || {
			tail -n 5 "$CACHE/source.log" >&2
			rm -rf "$tmp"
			die "cannot download $SOURCE_PACKAGE (all of the output: $CACHE/source.log)"
		}
		rm -f "$dir"/*.deb
		mv "$tmp/$name" "$dir/$name"
		rm -rf "$tmp"
	fi
	echo "$dir/$name"
}

# apt with the tree's package lists, run by the host.
tree_apt()
{
	chroot "$TREE" apt-get -q --print-uris -o APT::Sandbox::User=root "$@" | awk '{ print $1 }' |
		tr -d "'" | while read -r uri; do
			/usr/lib/apt/apt-helper download-file "$uri" "$(basename "$uri")"
		done
}

# tree_chroot OUT COMMAND...: as root of a throw-away copy of the tree (an overlay in memory), with
# the checkout read-only at /ndrv and the host's directory OUT at /out; KDEV=DIR puts that directory,
# read-only, at /kdev. All mounts are in a namespace that ends with the command, so nothing is left
# behind however it ends.
tree_chroot()
{
	local out=$1

	shift
	# shellcheck disable=SC2016  # for the inner shell
	unshare --mount --pid --fork --kill-child --propagation private -- bash -eu -c '
		tree=$1 top=$2 out=$3 at=$4 kdev=$5
		shift 5
		mount -t tmpfs -o mode=755,size=75% ndrv "$at"
		mkdir "$at/up" "$at/work" "$at/root"
		mount -t overlay -o "lowerdir=$tree,upperdir=$at/up,workdir=$at/work" ndrv "$at/root"
		mkdir -p "$at/root/ndrv" "$at/root/out"
		mount --bind "$top" "$at/root/ndrv"
		mount -o remount,bind,ro "$at/root/ndrv"
		mount --bind "$out" "$at/root/out"
		if [ "$kdev" ]; then
			mkdir "$at/root/kdev"
			mount --bind "$kdev" "$at/root/kdev"
			mount -o remount,bind,ro "$at/root/kdev"
		fi
		mount -t proc proc "$at/root/proc"
		mount -t tmpfs tmp "$at/root/tmp"
		exec env -i PATH=/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8 \
			unshare --root="$at/root" --wd=/ -- "$@"
	' tree_chroot "$TREE" "$TOP" "$out" "$CACHE/mnt" "${KDEV:-}" "$@"
}
