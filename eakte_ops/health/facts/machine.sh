# shellcheck shell=sh
# What the operating system says about itself; every line is missing where it does not say it.
#   memory <TAB> NAME <TAB> kB              lines of /proc/meminfo
#   oom <TAB> kills since the start
#   pressure <TAB> some <TAB> per cent      how long some work waited for memory, mean of five minutes
#   start <TAB> hundredths since the machine began <TAB> ticks until process 1 <TAB> ticks a second <TAB> own|shared
#   running <TAB> kernel
#   kernel <TAB> kernel                     each one in /boot
#   reboot <TAB> packages                   somebody said that the machine has to start anew
#   system <TAB> ID <TAB> VERSION_ID
#   sudo <TAB> its own version <TAB> version of its package
export LC_ALL=C
awk '/^(MemTotal|MemAvailable|SwapTotal|SwapFree):/ { sub(":", "", $1); print "memory\t" $1 "\t" $2 }' /proc/meminfo
awk '$1 == "oom_kill" { print "oom\t" $2 }' /proc/vmstat
awk -F '[ =]' '$1 == "some" { for (i = 2; i < NF; i++) if ($i == "avg300") print "pressure\tsome\t" $(i + 1) }' \
  /proc/pressure/memory
# A container that is given an uptime of its own (lxcfs) says so by a mount of that file.
shape=shared
grep -q ' /proc/uptime ' /proc/mounts && shape=own
read -r up _ </proc/uptime
# What stands before the last bracket is the name of the program, and may hold anything.
ticks=$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)
printf 'start\t%s\t%s\t%s\t%s\n' "$up" "$ticks" "$(getconf CLK_TCK || echo 100)" "$shape"
printf 'running\t%s\n' "$(uname -r)"
for kernel in /boot/vmlinuz-*; do
  [ -f "$kernel" ] && printf 'kernel\t%s\n' "${kernel#/boot/vmlinuz-}"
done | head -n 50
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then
  printf 'reboot\t%s\n' "$(sort -u /run/reboot-required.pkgs | head -n 5 | tr '\n\t' '  ')"
fi
[ -r /etc/os-release ] && awk -F = '
  $1 == "ID" || $1 == "VERSION_ID" { gsub(/["'\'']/, "", $2); said[$1] = $2 }
  END { print "system\t" said["ID"] "\t" said["VERSION_ID"] }' /etc/os-release
if command -v sudo >/dev/null; then
  own=$(sudo -V | head -n 1)
  if command -v dpkg-query >/dev/null; then
    package=$(dpkg-query -W -f '${Version}' sudo)
  elif command -v rpm >/dev/null; then
    package=$(rpm -q --qf '%{VERSION}-%{RELEASE}' sudo) || package=
  else
    package=
  fi
  printf 'sudo\t%s\t%s\n' "${own##* }" "$package"
fi
printf 'end\n'
