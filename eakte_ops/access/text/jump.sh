# -- 4 Install, check, uninstall on this jump host -------------------------------------------------------------------------

accounts() {
    "$1" eakte-jump /etc/eakte-ops/home/eakte-jump "$NOLOGIN" '*' ''
}

look_first() {
    [ "$(id -u)" = 0 ] || die "this has to be run as root"
    for each in sshd useradd usermod groupadd chage flock ssh-keygen cmp; do
        command -v "$each" >/dev/null || die "$each is not installed here"
    done
}

install_pack() {
    look_first
    only_one_at_a_time
    say "Access pack $VERSION for the jump host $HOST:"
    accounts own_group
    accounts account
    close_cron eakte-jump
    root_folders root_folder
    put_file text_keys_jump 0644 /etc/eakte-ops/home/eakte-jump/.ssh/authorized_keys
    put_file text_self 0644 /etc/eakte-ops/pack.sh
    put_file text_pack_json 0644 /etc/eakte-ops/pack.json
    [ "$CHANGED" -gt 0 ] || did "everything was there already"
    check_pack
    show_facts
}

check_pack() {
    accounts check_account
    check_cron eakte-jump
    root_folders check_folder
    check_file text_keys_jump 0644 /etc/eakte-ops/home/eakte-jump/.ssh/authorized_keys
    check_file text_pack_json 0644 /etc/eakte-ops/pack.json
    for file in /etc/eakte-ops/home/*/.ssh/* /etc/eakte-ops/home/*/.ssh/.[!.]*; do
        case $file in */eakte-jump/.ssh/authorized_keys | */.ssh/\* | */.ssh/.\[*) ;; *) differs "$file is not from this pack" ;; esac
    done
    if [ "$(id -u)" = 0 ]; then
        for address in $FROM; do check_sshd eakte-jump "$address"; done
        check_forwarding
    else
        say "NOT LOOKED AT: sshd, because this does not run as root"
    fi
    [ "$DIFFERENT$MISSING" != 00 ] || say "Everything is as this pack grants it."
}

check_forwarding() {
    rules=$(sshd_says eakte-jump "${FROM%% *}")
    case $(printf '%s\n' "$rules" | sed -n 's/^allowtcpforwarding //p') in
        yes | all | local | '') ;;
        *) missing "sshd forwards nothing (AllowTcpForwarding); for eakte-jump it needs: Match User eakte-jump / AllowTcpForwarding local" ;;
    esac
    case $(printf '%s\n' "$rules" | sed -n 's/^disableforwarding //p') in
        yes) missing "sshd has DisableForwarding; for eakte-jump it needs: Match User eakte-jump / DisableForwarding no" ;;
    esac
    case $(printf '%s\n' "$rules" | sed -n 's/^permitopen //p') in
        any | '') ;;
        *) say "NOTE: sshd has PermitOpen of its own; it has to name the servers behind this jump host too" ;;
    esac
    case $(printf '%s\n' "$rules" | sed -n 's/^allowstreamlocalforwarding //p') in
        no | '') ;;
        *) say "NOTE: better in sshd_config: Match User eakte-jump / AllowStreamLocalForwarding no (a key line can not say it)" ;;
    esac
}

done_pack() { die "a jump host is not handed over; this is for servers"; }

uninstall_pack() {
    [ "$(id -u)" = 0 ] || die "this has to be run as root"
    say "Taking away the rights of the centre on the jump host $HOST:"
    lock_account eakte-jump
    rm -f /etc/eakte-ops/pack.json
    say "What stays: the account eakte-jump without any way in, and this script as /etc/eakte-ops/pack.sh."
}
