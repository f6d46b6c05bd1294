#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# doctor.sh NDRV-DOCTOR: what it says about a machine where all is well, and about the same machine with
# one thing missing at a time. The machine is a folder; modinfo and openssl are stand-ins that read what
# this test wrote down, so that it needs neither.
set -u
doctor=$1
n=0 failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
KVER=6.12.107+deb13-amd64
SKID=0123456789abcdef0123456789abcdef01234567
ALIAS_82599='pci:v00008086d000010FBsv*sd*bc*sc*i*'
ALIAS_E810='pci:v00008086d0000159Bsv*sd*bc*sc*i*'

# A program of the stand-ins' folder.
stand_in()		# NAME, its text on stdin
{
	{ echo '#!/bin/sh'; cat; } > "$tmp/bin/$1"
	chmod 755 "$tmp/bin/$1"
}

# Everything in place: one 82599 bound, a signed module, Secure Boot with the key enrolled.
machine()
{
	local dev=$R/sys/bus/pci/devices/0000:01:00.0

	rm -rf "$R"
	mkdir -p "$R/proc/sys/kernel" "$R/lib/modules/$KVER/build" "$R/lib/modules/$KVER/updates/dkms" \
		"$R/sys/firmware/efi/efivars" "$R/sys/kernel/security" "$R/sys/module/module/parameters" \
		"$R/sys/module/ndrv" "$R/sys/class/iommu/dmar0" "$dev/ndrv/ndrv0" "$dev/iommu_group" \
		"$R/sys/bus/pci/drivers/ndrv" "$R/dev" "$R/var/lib/dkms/ndrv" "$R/usr/src/ndrv-1"
	echo $KVER > "$R/proc/sys/kernel/osrelease"
	echo "BUILD_EXCLUSIVE_KERNEL=\"^(6\\.1|6\\.12)\\.\"" > "$R/usr/src/ndrv-1/dkms.conf"
	touch "$R/lib/modules/$KVER/build/Makefile" "$R/lib/modules/$KVER/updates/dkms/ndrv.ko.xz"
	printf '\006\000\000\000\001' > "$R/sys/firmware/efi/efivars/SecureBoot-8be4"
	echo 'none [integrity] confidentiality' > "$R/sys/kernel/security/lockdown"
	echo N > "$R/sys/module/module/parameters/sig_enforce"
	echo 'DKMS module signing key' > "$R/signer"
	echo '0A:1B:2C' > "$R/sig_key"
	printf '%s\n' "$ALIAS_82599" "$ALIAS_E810" > "$R/alias"
	echo 0A1B2C > "$R/serial"
	touch "$R/var/lib/dkms/mok.pub"
	echo "2a 1 --- I 1 perm 1f030000 0 0 asymmetri DKMS module signing key: $SKID: X509.rsa 01234567 []" \
		> "$R/proc/keys"
	echo DMA-FQ > "$dev/iommu_group/type"
	echo 'pci:v00008086d000010FBsv00008086sd00000003bc02sc00i00' > "$dev/modalias"
	ln -s ../../drivers/ndrv "$dev/driver"
	touch "$R/dev/ndrv0"
	chmod 666 "$R/dev/ndrv0"
}

# says NAME STATUS REGEX...: after whatever was done to the machine.
says()
{
	local name=$1 want=$2 out rc=0 regex bad=""

	shift 2
	out=$(PATH=$tmp/bin:$PATH NDRV_DOCTOR_ROOT=$R SUDO_USER=${USER_IS:-} "$doctor" 2>&1) || rc=$?
	[ $rc = "$want" ] || bad="exit status $rc, not $want"
	for regex; do
		grep -qE -- "$regex" <<< "$out" || bad="nothing matches: $regex"
	done
	n=$((n + 1))
	if [ -z "$bad" ]; then
		echo "ok $n - $name"
	else
		failed=$((failed + 1))
		echo "not ok $n - $name"
		printf '# %s\n' "$bad"
		sed 's/^/# /' <<< "$out"
	fi
	machine
}

R=$tmp/root
mkdir -p "$tmp/bin"
# modinfo -F FIELD FILE
stand_in modinfo <<'END'
cat "$NDRV_DOCTOR_ROOT/$2" 2>/dev/null
END
stand_in openssl <<END
case "\$*" in
*-serial*) echo "serial=\$(cat "\$NDRV_DOCTOR_ROOT/serial")" ;;
*subjectKeyIdentifier*) echo 'X509v3 Subject Key Identifier:'; echo '    $SKID' | tr a-f A-F | sed 's/../&:/3' ;;
esac
END
stand_in dkms < /dev/null
machine

dev=$R/sys/bus/pci/devices/0000:01:00.0
says "a machine where all is well" 0 '^nothing is missing$' 'whose key this kernel trusts' \
	'Secure Boot, lockdown=integrity' 'bound to ndrv as ndrv0' '^ok .*/dev/ndrv0'
echo 6.5.1-amd64 > "$R/proc/sys/kernel/osrelease"
says "a kernel that ndrv is not tested on" 1 '^MISSING  kernel 6.5.1-amd64 is not one' '-> boot one that matches'
rm -r "$R/lib/modules/$KVER"
says "no headers" 1 '^MISSING  no module for kernel 6.12.* nor the headers' '-> sudo apt install dkms linux-headers-6.12'
rm -r "$R/lib/modules/$KVER/updates" "$R/var/lib/dkms/ndrv"
says "DKMS knows no ndrv" 1 '^MISSING  no module .* DKMS knows none' '-> .*make dkms-install'
rm -r "$R/lib/modules/$KVER/updates"
says "DKMS did not build for this kernel" 1 '^MISSING  no module .* though DKMS knows' '-> sudo dkms autoinstall -k 6.12'
rm "$R/sig_key" "$R/signer"
says "no signature, but Secure Boot" 1 '^MISSING  module is not signed' '-> build it through DKMS'
rm "$R/sig_key" "$R/signer" "$R"/sys/firmware/efi/efivars/*
echo '[none] integrity confidentiality' > "$R/sys/kernel/security/lockdown"
says "no signature, and none needed" 0 '^ok +module is not signed, and need not be'
: > "$R/proc/keys"
says "signed by DKMS, key not enrolled" 1 '^MISSING  module is signed by .DKMS.* does not trust' '-> sudo mokutil --import'
: > "$R/proc/keys"
rm "$R"/sys/firmware/efi/efivars/*
echo '[none] integrity confidentiality' > "$R/sys/kernel/security/lockdown"
echo Y > "$R/sys/module/module/parameters/sig_enforce"
says "module.sig_enforce alone" 1 'module.sig_enforce' '^MISSING  module is signed by'
sed -i 's/0123456789abcdef/1123456789abcdef/' "$R/proc/keys"
says "the kernel has another key of the same name" 1 '^MISSING  module is signed by'
echo 99 > "$R/serial"
: > "$R/proc/keys"
says "signed with a key that is not DKMS's" 1 "DKMS's own, /var/lib/dkms/mok.pub, is another"
rm -r "$R/sys/module/ndrv"
says "not loaded" 0 '^note .*not loaded: sudo modprobe ndrv'
rm -r "$R/sys/class/iommu/dmar0" "$dev/iommu_group"
says "no IOMMU" 1 '^MISSING  no IOMMU' '-> .*VT-d' 'behind no IOMMU'
echo identity > "$dev/iommu_group/type"
says "iommu=pt" 1 '^MISSING  0000:01:00.0: the IOMMU translates nothing' '-> take iommu=pt'
echo 'pci:v00008086d00001234sv00008086sd00000003bc02sc00i00' > "$dev/modalias"
says "no card" 1 '^MISSING  no card'
ln -sfn ../../drivers/ixgbe "$dev/driver"
mkdir "$R/sys/bus/pci/drivers/ixgbe"
says "the stock driver has the card" 0 '^note .*ixgbe has it: sudo ndrv bind 0000:01:00.0'
echo 'pci:v00008086d0000159Bsv00008086sd00000003bc02sc00i00' > "$dev/modalias"
says "an E810 without its package" 1 '^MISSING  .*ice.pkg' '-> sudo apt install firmware-intel-misc'
mkdir -p "$R/lib/firmware/intel/ice/ddp"
touch "$R/lib/firmware/intel/ice/ddp/ice.pkg"
echo 'pci:v00008086d0000159Bsv00008086sd00000003bc02sc00i00' > "$dev/modalias"
says "an E810 with its package" 0 '^nothing is missing'
chmod 600 "$R/dev/ndrv0"
[ "$(id -u)" != 0 ] || USER_IS=nobody
if [ "$(id -u)" = 0 ]; then
	says "a device file that is root's alone" 1 "^MISSING  /dev/ndrv0 is root's alone" '-> sudo groupadd'
	chmod 660 "$R/dev/ndrv0"
	chgrp daemon "$R/dev/ndrv0"
	says "a user who is not in the group" 1 '^MISSING  /dev/ndrv0 belongs to group daemon, and nobody' '-> sudo usermod -aG daemon nobody'
else
	says "a device file of one's own" 0 '^ok +/dev/ndrv0'
fi
echo "1..$n"
[ $failed = 0 ]
