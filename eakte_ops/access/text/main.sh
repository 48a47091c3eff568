# -- 5 Here it begins; nothing above does anything by itself ------------------------------------------------------------

usage() {
    say "Access pack $VERSION of the town $TOWN for $HOST.  sh $0 facts | check | install | uninstall | done WORDS"
    say "facts and check change nothing; install, uninstall and done are for root. See FREIGABE-$TOWN.md."
}

# shellcheck disable=SC2034  # these are read by the parts above
prepare() {
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
    LC_ALL=C
    export PATH LC_ALL
    umask 022
    CHANGED=0 DIFFERENT=0 MISSING=0
    SELF=$0
    [ -f "$SELF" ] || die "run this as a file: sh FILE $*"
    HASH=$(sha256sum <"$SELF" | cut -d ' ' -f 1)
    NOLOGIN=$(command -v nologin || say /bin/false)
    OLDER=no
    [ "${2:-}" != --older ] || OLDER=yes
}

main() {
    prepare "$@"
    case ${1:-} in
        facts) show_facts ;;
        check) check_pack ;;
        install) install_pack ;;
        uninstall) uninstall_pack ;;
        done) done_pack "${2:-}" ;;
        *) usage; exit 2 ;;
    esac
    [ "$DIFFERENT$MISSING" = 00 ] || exit 1
}

main "$@" </dev/null
