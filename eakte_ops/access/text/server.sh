# -- 4 Install, check, uninstall on this server -------------------------------------------------------------------------

accounts() {
    "$1" eakte /nonexistent "$NOLOGIN" '!' ''
    "$1" eakte-ops /etc/eakte-ops/home/eakte-ops /bin/sh '*' eakte,eakte-look
    "$1" eakte-look /etc/eakte-ops/home/eakte-look /bin/sh '*' ''
}

# Fails early and changes nothing while something is not there.
look_first() {
    [ "$(id -u)" = 0 ] || die "this has to be run as root"
    [ -d /run/systemd/system ] || die "systemd does not run here; the software is started and stopped by it"
    for each in sshd visudo sudo useradd usermod groupadd chage flock timeout ssh-keygen cmp setsid logger; do
        command -v "$each" >/dev/null || die "$each is not installed here"
    done
    for each in systemctl journalctl setpriv; do
        [ -x "/usr/bin/$each" ] || die "$each is not at /usr/bin/$each, where the sudo list and the units expect it"
    done
    visudo -c -q >/dev/null 2>&1 || die "visudo -c finds a fault in the sudo rules of this machine; that has to be put right first"
    for each in eakte eakte-ops eakte-look; do
        entry=$(getent passwd "$each") || continue
        [ "$(printf '%s' "$entry" | cut -d: -f5)" = "$MARK" ] ||
            die "there is an account $each that is not from this pack ($entry); rename it and run this again"
    done
}

# Keys that are no longer granted go first, whatever happens afterwards.
withdraw_keys() {
    file=/etc/eakte-ops/home/$1/.ssh/authorized_keys
    { [ -f "$file" ] && [ ! -L "$file" ]; } || return 0
    "$2" >"$file.granted" || die "$file.granted can not be written"
    if grep -v '^#' "$file" | grep -qvFx -f "$file.granted"; then
        grep -Fx -f "$file.granted" "$file" >"$file.kept"
        mv -f "$file.kept" "$file" || die "$file can not be put in place"
        did "withdrew keys of $1 that are no longer granted"
    fi
    rm -f "$file.granted"
}

# own_folder OWNER GROUP MODE PATH: a folder in a place that OWNER may write. Root does not touch such a place: a link
# planted there would lead root elsewhere. It is made, and set right where an older pack granted another mode, as OWNER.
own_folder() {
    # shellcheck disable=SC2016  # the values are arguments of the inner shell
    make='umask 077; mkdir -- "$1" && chgrp -- "$2" "$1" && chmod -- "$3" "$1"' again='chgrp -- "$2" "$1" && chmod -- "$3" "$1"'
    case $(what_is "$4") in
        "directory $1 $2 ${3#0}") return ;;
        "directory $1 "*) how=$again ;;
        *) [ -e "$4" ] || [ -L "$4" ] || how=$make ;;
    esac
    if [ -n "${how:-}" ]; then
        setpriv --reuid="$1" --regid="$1" --init-groups -- sh -c "$how" sh "$4" "$2" "$3" || die "$4 can not be made or set right as $1"
        did "folder $4 ($1:$2 $3)"
        how=
    fi
    check_folder "$@"
}

# own_file OWNER GROUP MODE PATH: an empty file in such a place, made as OWNER with its group GROUP and never through a
# link (set -C). What is there already is only looked at, and what others write into it stays.
own_file() {
    if [ ! -e "$4" ] && [ ! -L "$4" ]; then
        # shellcheck disable=SC2016  # the two values are arguments of the inner shell
        setpriv --reuid="$1" --regid="$2" --init-groups -- sh -c \
            'umask "$2"; set -C; : >"$1"' sh "$4" "$(printf '%04o' $((0666 & ~$3)))" || die "$4 can not be made as $1"
        CHANGED=$((CHANGED + 1))
        did "file $4 ($1:$2 $3)"
        return
    fi
    # An older pack granted another group or mode: set right as OWNER, who could do the same.
    case $(what_is "$4") in
        "regular file $1 $2 ${3#0}") return ;;
        "regular file $1 "*)
            # shellcheck disable=SC2016
            setpriv --reuid="$1" --regid="$1" --init-groups -- sh -c 'chgrp -- "$2" "$1" && chmod -- "$3" "$1"' sh "$4" "$2" "$3" ||
                die "$4 can not be set right as $1"
            did "file $4 ($1:$2 $3)" ;;
    esac
    check_own_file "$@"
}

check_own_file() {
    [ "$(what_is "$4")" = "regular file $1 $2 ${3#0}" ] || differs "$4 is \"$(what_is "$4")\", granted was \"regular file $1 $2 ${3#0}\""
}

install_pack() {
    look_first
    only_one_at_a_time
    say "Access pack $VERSION for $HOST:"
    withdraw_keys eakte-ops text_keys_ops
    withdraw_keys eakte-look text_keys_look
    accounts own_group
    accounts account
    for each in eakte eakte-ops eakte-look; do close_cron "$each"; done
    root_folders root_folder
    own_folders own_folder
    own_files own_file
    plain_files put_file
    install_units
    put_file text_sudo 0440 /etc/sudoers.d/eakte-ops
    visudo -c -q >/dev/null 2>&1 || { rm -f /etc/sudoers.d/eakte-ops; die "with our list the sudo rules have a fault; the list was taken away again"; }
    # The door is opened last, when everything behind it is as it should be.
    put_file text_keys_ops 0644 /etc/eakte-ops/home/eakte-ops/.ssh/authorized_keys
    put_file text_keys_look 0644 /etc/eakte-ops/home/eakte-look/.ssh/authorized_keys
    put_file text_self 0644 /etc/eakte-ops/pack.sh
    put_file text_pack_json 0644 /etc/eakte-ops/pack.json
    [ "$CHANGED" -gt 0 ] || did "everything was there already"
    check_pack
    show_facts
}

install_units() {
    before=$CHANGED
    unit_files put_file
    for file in /etc/systemd/system/eakte-*.service /etc/systemd/system/eakte-*.timer; do
        name=${file##*/}
        case " $UNITS $OWN_UNITS " in *" $name "*) continue ;; esac
        grep -qx "# $MARK" "$file" 2>/dev/null || continue
        case $name in
            *.timer) systemctl disable --now "$name" >/dev/null 2>&1 ;;
            *) systemctl disable "$name" >/dev/null 2>&1 ;;
        esac
        rm -f "$file"
        CHANGED=$((CHANGED + 1))
        did "removed $file, which an older version granted (a running service is not stopped by that)"
    done
    [ "$CHANGED" = "$before" ] || systemctl daemon-reload || die "systemctl daemon-reload failed"
    for each in $UNITS; do
        case $(systemctl is-enabled "$each" 2>/dev/null) in
            enabled) ;;
            masked*) missing "$each is masked; it will not start after a reboot" ;;
            *) systemctl enable "$each" >/dev/null 2>&1 || die "systemctl enable $each failed"
               did "$each starts with the machine from now on (it was not started now)" ;;
        esac
    done
    [ -z "$TIMER" ] || timer_runs || {
        systemctl enable --now "$TIMER" >/dev/null 2>&1 || die "systemctl enable --now $TIMER failed"
        CHANGED=$((CHANGED + 1))
        did "$TIMER runs from now on"
    }
}

timer_runs() { systemctl is-enabled --quiet "$TIMER" 2>/dev/null && systemctl is-active --quiet "$TIMER"; }

# The software's logs are rotated by the program that rotates those of the system.
check_rotation() {
    [ -n "$TIMER" ] || return 0
    timer_runs || differs "$TIMER does not run (systemctl enable --now $TIMER)"
    [ -x /usr/sbin/logrotate ] || missing "/usr/sbin/logrotate is not there: install the package logrotate; until then nothing rotates the software's logs"
}

check_pack() {
    accounts check_account
    for each in eakte eakte-ops eakte-look; do check_cron "$each"; done
    root_folders check_folder
    own_folders check_folder
    own_files check_own_file
    plain_files check_file
    unit_files check_file
    check_file text_keys_ops 0644 /etc/eakte-ops/home/eakte-ops/.ssh/authorized_keys
    check_file text_keys_look 0644 /etc/eakte-ops/home/eakte-look/.ssh/authorized_keys
    check_file text_pack_json 0644 /etc/eakte-ops/pack.json
    check_rotation
    check_more
    if [ "$(id -u)" = 0 ]; then
        check_file text_sudo 0440 /etc/sudoers.d/eakte-ops
        grep -Eq '^[#@]includedir[[:space:]]+/etc/sudoers\.d/?[[:space:]]*$' /etc/sudoers ||
            missing "/etc/sudoers does not read /etc/sudoers.d; add the line: @includedir /etc/sudoers.d"
        for each in eakte-ops eakte-look; do
            for address in $FROM; do check_sshd "$each" "$address"; done
        done
    else
        say "NOT LOOKED AT: sudo rules and sshd, because this does not run as root"
    fi
    [ ! -e /etc/eakte-ops/stop ] || say "NOTE: the stop switch is set: $(head -n 1 /etc/eakte-ops/stop)"
    [ "$DIFFERENT$MISSING" != 00 ] || say "Everything is as this pack grants it."
}

# Not more than granted: nothing else in our places.
check_more() {
    for file in /etc/eakte-ops/home/*/.ssh/* /etc/eakte-ops/home/*/.ssh/.[!.]*; do
        case $file in */.ssh/authorized_keys | */.ssh/\* | */.ssh/.\[*) ;; *) differs "$file is not from this pack" ;; esac
    done
    for file in /etc/systemd/system/eakte-* /run/systemd/system/eakte-* /etc/sudoers.d/eakte*; do
        [ -e "$file" ] || continue
        case " $UNITS $OWN_UNITS eakte-ops " in *" ${file##*/} "*) ;; *) differs "$file is not from this pack" ;; esac
    done
}

# Local IT is done with a machine that was handed over to it: one line that only root can write, for the centre to read.
done_pack() {
    [ "$(id -u)" = 0 ] || die "this has to be run as root"
    words=$(printf '%s' "${1:-done}" | tr '\n\t' '  ' | LC_ALL=C tr -d '\000-\037\177' | head -c 400)
    # shellcheck disable=SC2317  # put_file calls it
    text_done() { printf '%s\n' "$words"; }
    put_file text_done 0644 /etc/eakte-ops/handover-done
    say "The centre will read on its next look that you are done: $words"
    say "To take it back: rm /etc/eakte-ops/handover-done"
}

uninstall_pack() {
    [ "$(id -u)" = 0 ] || die "this has to be run as root"
    say "Taking away the rights of the centre on $HOST:"
    rm -f /etc/sudoers.d/eakte-ops && did "sudo list removed"
    lock_account eakte-ops
    lock_account eakte-look
    if [ -e /etc/systemd/system/eakte-job.service ]; then
        rm -f /etc/systemd/system/eakte-job.service /usr/local/lib/eakte-ops/eakte-claim /usr/local/lib/eakte-ops/eakte-run
        systemctl daemon-reload
        did "eakte-job.service and its two programs removed: no new job can start"
    fi
    if [ -n "$TIMER" ] && [ -e "/etc/systemd/system/$TIMER" ]; then
        systemctl disable --now "$TIMER" >/dev/null 2>&1
        rm -f "/etc/systemd/system/$TIMER" "/etc/systemd/system/${TIMER%.timer}.service"
        systemctl daemon-reload
        did "$TIMER and its service removed: the software's logs grow from now on, rotate them yourself"
    fi
    rm -f /etc/eakte-ops/allowed_signers /etc/eakte-ops/handover-done /etc/eakte-ops/pack.json
    case $(systemctl is-active eakte-job.service 2>/dev/null) in
        active | activating | deactivating)
            say "NOTE: a job is still running and ends by itself. Killing it may leave a change half done; if it has to be:"
            say "      systemctl stop eakte-job.service" ;;
    esac
    say "What stays: all data, configuration and logs (/var/lib/eakte, /etc/eakte, /opt/eakte, /var/log/eakte, /var/lib/eakte-ops),"
    say "the accounts without any way in, the units of the software itself (it goes on and comes up after a reboot:"
    say "$UNITS), this script as /etc/eakte-ops/pack.sh,"
    say "the stop switch if it is set, and lines in /etc/cron.deny and /etc/at.deny, which only forbid."
}
