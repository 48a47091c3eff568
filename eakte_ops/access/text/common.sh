# -- 3 Tools ---------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }
die() { say "STOPPED: $*" >&2; say "Nothing is half done that a second run does not complete." >&2; exit 2; }
missing() { MISSING=$((MISSING + 1)); say "MISSING: $*"; }    # something that local IT has to decide or to do
differs() { DIFFERENT=$((DIFFERENT + 1)); say "DIFFERS: $*"; }
did() { say "  $*"; }

# Whether nobody but root can rename or replace what lies at $1: every folder above belongs to root, and none is
# writable for all (unless only owners may rename there).
root_above() {
    above=${1%/*}
    while :; do
        case $(stat -c '%u:%a' "${above:-/}" 2>/dev/null) in
            0:*[2367]) [ -k "${above:-/}" ] || return 1 ;;
            0:*) ;;
            *) return 1 ;;
        esac
        [ -n "$above" ] || return 0
        above=${above%/*}
    done
}

# What lies at $1, links not followed: "directory eakte eakte 750", or "nothing".
what_is() {
    if [ ! -e "$1" ] && [ ! -L "$1" ]; then say nothing; return; fi
    seen=$(stat -c '%F %U %G %a' "$1")
    case $seen in "regular empty "*) say "regular ${seen#regular empty }" ;; *) say "$seen" ;; esac
}

# put_file TEXT MODE PATH: a root-owned file with what the function TEXT prints; whole or not at all.
# The new file is made beside its place (never in /tmp) and moved there. CHANGED counts what was not yet so.
put_file() {
    new=${3%/*}/.${3##*/}.eakte-new
    if [ -L "$3" ] || { [ -e "$3" ] && [ ! -f "$3" ]; }; then die "$3 is no ordinary file; move it away and run this again"; fi
    rm -f "$new" || die "$new can not be removed"
    { "$1" >"$new" && chown root:root "$new" && chmod "$2" "$new" && sync "$new"; } || die "$new can not be written"
    if [ -f "$3" ] && cmp -s "$new" "$3" && [ "$(what_is "$new")" = "$(what_is "$3")" ]; then
        rm -f "$new"
        return 0
    fi
    if [ "$1" = text_sudo ] && ! fault=$(visudo -c -f "$new" 2>&1); then
        rm -f "$new"
        die "visudo rejects the list for $3, so the old one stays: $fault"
    fi
    mv -f "$new" "$3" || die "$3 can not be put in place"
    CHANGED=$((CHANGED + 1))
    did "wrote $3"
}

# check_file TEXT MODE PATH: says how the file differs.
check_file() {
    if [ ! -f "$3" ] || [ -L "$3" ]; then differs "$3 is missing"; return; fi
    [ "$(what_is "$3")" = "regular file root root ${2#0}" ] || differs "$3 is \"$(what_is "$3")\", granted was root root ${2#0}"
    "$1" | cmp -s - "$3" || differs "$3 holds something else than this pack"
}

# root_folder OWNER GROUP MODE PATH: a folder whose parents belong to root, so that owner and mode can be set safely.
root_folder() {
    root_above "$4" || { missing "$4 is not made: a folder above it does not belong to root or is writable for all"; return; }
    if [ -L "$4" ]; then missing "$4 is a link; links are not followed here: mount the disk at this place instead"; return; fi
    if [ ! -e "$4" ]; then
        { mkdir -p "${4%/*}/" && mkdir -m 0700 "$4"; } || die "$4 can not be made"
    fi
    [ -d "$4" ] || die "$4 is no folder; move it away and run this again"
    [ "$(what_is "$4")" = "directory $1 $2 ${3#0}" ] && return
    { chown "$1:$2" "$4" && chmod "$3" "$4"; } || die "owner or mode of $4 can not be set"
    did "folder $4 ($1:$2 $3)"
}

check_folder() {
    [ "$(what_is "$4")" = "directory $1 $2 ${3#0}" ] || differs "$4 is \"$(what_is "$4")\", granted was \"directory $1 $2 ${3#0}\""
}

own_group() {
    getent group "$1" >/dev/null && return
    groupadd --system "$1" || die "the group $1 can not be made"
    did "group $1"
}

# account NAME HOME SHELL PASSWORD GROUPS: a system account with exactly these groups. PASSWORD is * (no password
# fits, keys are let in) or ! (locked). Age and end of the account are switched off: keys have their own.
account() {
    if ! getent passwd "$1" >/dev/null; then
        useradd --system --no-create-home --gid "$1" --home-dir "$2" --shell "$3" --comment "$MARK" "$1" ||
            die "the account $1 can not be made"
        did "account $1"
    fi
    entry=$(getent passwd "$1")
    [ "$(printf '%s' "$entry" | cut -d: -f5)" = "$MARK" ] ||
        die "there is an account $1 that is not from this pack ($entry); rename it and run this again"
    [ "$(printf '%s' "$entry" | cut -d: -f6,7)" = "$2:$3" ] || usermod --home "$2" --shell "$3" "$1" ||
        die "home or shell of $1 can not be set; is somebody logged in with it?"
    [ "$(id -gn "$1")" = "$1" ] || usermod --gid "$1" "$1" || die "the first group of $1 can not be set"
    { usermod --password "$4" --groups "$5" "$1" && chage -m 0 -M -1 -I -1 -E -1 "$1"; } ||
        die "password lock, groups or age of $1 can not be set"
}

check_account() {
    entry=$(getent passwd "$1") || { differs "the account $1 is missing"; return; }
    [ "$(printf '%s' "$entry" | cut -d: -f6,7)" = "$2:$3" ] || differs "the account $1 has home and shell $(printf '%s' "$entry" | cut -d: -f6,7)"
    have=$(id -Gn "$1" | tr ' ' '\n' | sort | tr '\n' ' ')
    want=$(printf '%s\n' "$1,$5" | tr ',' '\n' | grep . | sort | tr '\n' ' ')
    [ "$have" = "$want" ] || differs "the account $1 is in the groups ${have% }, granted was ${want% }"
    if [ "$(id -u)" = 0 ]; then
        lock=$(getent shadow "$1" | cut -d: -f2)
        [ "$lock" = "$4" ] || differs "the password field of $1 is not \"$4\""
    fi
}

# Takes an account's rights: no key, no shell, no password, ended since 1970; open sessions are ended.
lock_account() {
    getent passwd "$1" >/dev/null || return 0
    rm -f "/etc/eakte-ops/home/$1/.ssh/authorized_keys"
    usermod --password '!' --expiredate 1 --groups '' "$1" || die "the account $1 can not be locked"
    end_processes "$1"
    did "account $1 locked, its keys removed"
}

processes_of() { find /proc -maxdepth 1 -name '[0-9]*' -user "$1" -exec basename {} \; 2>/dev/null; }

end_processes() {
    for signal in TERM KILL; do
        for process in $(processes_of "$1"); do kill -s "$signal" "$process" 2>/dev/null; done
        [ -z "$(processes_of "$1")" ] || sleep 1
    done
}

# Time-controlled jobs would outlive a key: our accounts get none. Only where a list exists, or where none means "everybody".
close_cron() {
    rm -f "/var/lib/systemd/linger/$1"
    for kind in cron at; do
        case $kind in cron) command -v crontab ;; at) command -v at ;; esac >/dev/null || continue
        [ -e "/etc/$kind.allow" ] && continue
        if [ ! -e "/etc/$kind.deny" ] && { [ "$kind" = at ] || [ ! -e /etc/debian_version ]; }; then continue; fi
        grep -qx "$1" "/etc/$kind.deny" 2>/dev/null && continue
        printf '%s\n' "$1" >>"/etc/$kind.deny" && did "no $kind for $1: a line in /etc/$kind.deny"
    done
}

check_cron() {
    [ ! -e "/var/lib/systemd/linger/$1" ] || differs "$1 may keep processes after its last session (/var/lib/systemd/linger/$1)"
    if [ -e /etc/cron.allow ] && grep -qx "$1" /etc/cron.allow; then differs "$1 stands in /etc/cron.allow"; fi
    if [ -e /etc/at.allow ] && grep -qx "$1" /etc/at.allow; then differs "$1 stands in /etc/at.allow"; fi
}

# What sshd itself says it will do for account $1; nothing is edited here. $2: an address that it is reached from.
sshd_says() { sshd -T -C "user=$1,host=eakte-check,addr=$2" 2>/dev/null; }

check_sshd() {
    rules=$(sshd_says "$1" "$2")
    if [ -z "$rules" ]; then missing "sshd does not say how it is set up: $(sshd -T 2>&1 | head -n 1 | cut -c 1-200)"; return; fi
    rule() { printf '%s\n' "$rules" | sed -n "s/^$1 //p"; }
    [ "$(rule pubkeyauthentication)" = yes ] || missing "sshd does not take keys (PubkeyAuthentication); it has to for $1"
    case " $(rule authorizedkeysfile) " in
        *" .ssh/authorized_keys "* | *" %h/.ssh/authorized_keys "*) ;;
        *) missing "sshd looks for keys in \"$(rule authorizedkeysfile)\"; for $1 add: Match User $1 / AuthorizedKeysFile .ssh/authorized_keys" ;;
    esac
    for list in allowusers denyusers allowgroups denygroups; do
        names=$(rule "$list" | tr '\n' ' ')
        [ -n "$names" ] || continue
        case $list:" $names" in
            allow*:*" $1 "*) ;;
            allow*) missing "sshd has $list: ${names}- let $1 in there" ;;
            *) case " $names" in *" $1 "* | *'*'*) missing "sshd has $list: ${names}- this may keep $1 out" ;; esac ;;
        esac
    done
    case $(rule authenticationmethods) in
        any | publickey | '') ;;
        *) missing "sshd wants more than a key (AuthenticationMethods $(rule authenticationmethods)); for $1: publickey" ;;
    esac
}

only_one_at_a_time() {
    { mkdir -p /etc/eakte-ops && exec 9>/etc/eakte-ops/.lock && flock -n 9; } || die "this script is running already"
    [ "$(installed_version)" -le "$VERSION" ] || [ "$OLDER" = yes ] ||
        die "version $(installed_version) is installed and this is $VERSION; to go back all the same: install --older"
}

# The version of the pack that is installed, 0 for none.
installed_version() {
    found=$(sed -n 's/.*"version": \([0-9][0-9]*\).*/\1/p' /etc/eakte-ops/pack.json 2>/dev/null | head -n 1)
    say "${found:-0}"
}

# What is installed, for everybody to read. The day stays the first on which exactly this pack was installed.
text_pack_json() {
    since=$(sed -n "s/.*\"sha256\": \"$HASH\", \"installed\": \"\([0-9TZ:-]*\)\".*/\1/p" /etc/eakte-ops/pack.json 2>/dev/null)
    printf '{"town": "%s", "host": "%s", "version": %s, "sha256": "%s", "installed": "%s"}\n' \
        "$TOWN" "$HOST" "$VERSION" "$HASH" "${since:-$(date -u +%Y-%m-%dT%H:%M:%SZ)}"
}
text_self() { cat "$SELF"; }

# -- What is sent back to the centre --------------------------------------------------------------------------------

host_keys() {
    files=$(sshd -T 2>/dev/null | sed -n 's/^hostkey //p')
    [ -n "$files" ] || files=$(find /etc/ssh -name 'ssh_host_*_key' 2>/dev/null | sort)
    for file in $files; do
        [ -f "$file.pub" ] && cut -d ' ' -f 1,2 "$file.pub"
    done
}

facts_body() {
    say "format 1"
    say "town $TOWN"
    say "host $HOST"
    say "pack $VERSION $HASH"
    say "installed $(installed_version)"
    say "name $(uname -n)"
    say "os $(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d '"')"
    say "kernel $(uname -r)"
    say "arch $(uname -m)"
    say "zone $(readlink /etc/localtime 2>/dev/null | sed 's#.*/zoneinfo/##')"
    say "time $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    say "sshd $(ssh -V 2>&1 | cut -d ' ' -f 1 | tr -d ,)"
    say "systemd $(systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')"
    say "memory $(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) KiB"
    df -P -k -l 2>/dev/null | awk 'NR > 1 && $1 ~ "^/dev/|^overlay|^tmpfs" && $6 !~ "^/(dev|run|proc|sys)(/|$)" {print "disk", $6, $2, $4, "KiB"}'
    host_keys | sed 's/^/host-key /'
}

show_facts() {
    body=$(facts_body | LC_ALL=C tr -cd '\12\40-\176')
    say "-----BEGIN EAKTE-OPS FACTS-----"
    say "$body"
    say "sum $(printf '%s\n' "$body" | sha256sum | cut -d ' ' -f 1)"
    say "-----END EAKTE-OPS FACTS-----"
    say "Please send the block above to the centre, and read these fingerprints out when it calls:"
    host_keys | while read -r line; do printf '%s\n' "$line" | ssh-keygen -l -f - | awk '{print $2, $NF}'; done
}
