# shellcheck shell=sh
# What a machine is like, in one line; a value that can not be told is -. Changes nothing but the list it is told to keep.
# $state, $data, $configuration, $current: folders of the centre; $documents: of the document area, "" where there is
# none; $keep: 1 to keep the list of packages beside, for the comparison.
export LC_ALL=C
: "${name:?}" "${state:?}" "${data:?}" "${configuration:?}" "${current:?}" "${documents?}" "${keep:?}"
short() { sha256sum | cut -c 1-12; }
plain() { tr -cd 'A-Za-z0-9._:,/+-' | head -c "${1:-25}"; }
packages() {
    if command -v dpkg-query >/dev/null; then
        dpkg-query -W -f '${Package} ${Version}\n'
    elif command -v rpm >/dev/null; then
        rpm -qa
    fi | sort
}
highest() {
    timeout 50 find "$1" -type f -printf '%f\n' 2>/dev/null | grep -E '^[0-9A-Fa-f]{8}\.[0-9]{3}$' | cut -c 1-8 |
        tr a-f A-F | sort | tail -n 1
}
number=-
if [ -n "$documents" ] && [ -r "$documents" ]; then
    hex=$(highest "$documents")
    number=$((0x${hex:-0}))
fi
addresses=$( (ip -o addr show scope global 2>/dev/null || hostname -I | tr ' ' '\n') | sed 's/.* inet6* \([^ ]*\).*/\1/' |
    sort | tr '\n' ',' | plain 45)
disk=$(df -P -k "$data" | awk 'END { print $2 }')
memory=$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo)
files=$(find "$configuration" -type f -readable -exec sha256sum {} + 2>/dev/null | sort | short)
release=$(readlink "$current" 2>/dev/null | plain)
token=$(cat "$state/lock/token" 2>/dev/null | plain)
if [ "$keep" = 1 ]; then
    (umask 077 && packages >"$state/handover.packages.new") && mv -fT "$state/handover.packages.new" "$state/handover.packages"
fi
changed=-
if [ "$keep" != 1 ] && [ -r "$state/handover.packages" ]; then
    changed=$(packages | diff "$state/handover.packages" - | grep -c '^[<>]')
fi
set -- "boot=$(plain 8 </proc/sys/kernel/random/boot_id)" "kernel=$(uname -r | plain)" "packages=$(packages | short)" \
    "changed=$changed" "addresses=${addresses:--}" "disk=${disk:--}" "memory=${memory:--}" "documents=$number" \
    "release=${release:--}" "files=$files" "token=${token:--}" "clock=$(date +%s)"
echo "$name=$*"
