# What is granted on this machine, as far as the account that asks can see it. One line per thing, first word: its kind.
# Arguments: account=NAME  path=PATH  unit=NAME  sudo (the own list; leaves a line in the town's log)
look_at_account() {
    entry=$(getent passwd "$1") || return
    echo "account $entry"
    echo "groups $1 $(id -Gn "$1")"
    home=$(printf '%s\n' "$entry" | cut -d: -f6)
    for file in "$home"/.ssh/* "$home"/.ssh/.[!.]*; do
        if [ -e "$file" ] || [ -L "$file" ]; then echo "key-file $file"; fi
    done
    [ ! -r "$home/.ssh/authorized_keys" ] || sed "s/^/key $1 /" "$home/.ssh/authorized_keys"
    [ ! -e "/var/lib/systemd/linger/$1" ] || echo "linger $1"
}

look_at_path() {
    if seen=$(LC_ALL=C stat -c '%U %G %a %s %F' "$1" 2>&1); then
        echo "path $1 $seen"
        # Only root's files are read: what an account of ours could make endless would use up the time of this answer.
        case $seen in "root "*" regular"*) [ ! -r "$1" ] || echo "sum $1 $(sha256sum <"$1" | cut -d ' ' -f 1)" ;; esac
    else
        case $seen in *denied*) echo "hidden $1" ;; *) echo "missing $1" ;; esac
    fi
}

look_at_unit() {
    systemctl show --no-pager -p FragmentPath,DropInPaths,UnitFileState,ActiveState,NeedDaemonReload -- "$1" | sed "s/^/unit $1 /"
}

for word; do
    case $word in
        account=*) look_at_account "${word#*=}" ;;
        path=*) look_at_path "${word#*=}" ;;
        unit=*) look_at_unit "${word#*=}" ;;
        sudo) sudo -n -l 2>&1 | sed 's/^/sudo /' ;;
    esac
done
for file in /etc/systemd/system/eakte-* /run/systemd/system/eakte-* /etc/systemd/system.control/eakte-*; do
    [ ! -e "$file" ] || echo "unit-file $file"
done
find /etc/eakte-ops /usr/local/lib/eakte-ops /opt/eakte -xdev -type f -perm /6000 2>/dev/null | sed 's/^/setuid /'
if [ -r /etc/eakte-ops/pack.json ]; then sed 's/^/pack /' /etc/eakte-ops/pack.json; fi
if [ -e /etc/eakte-ops/stop ]; then echo "stop $(head -c 400 /etc/eakte-ops/stop | head -n 1)"; fi
echo end
