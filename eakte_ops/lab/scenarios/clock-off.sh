# Everybody who logs in sees a clock that is an hour fast. $1: break or mend.
# Only sessions: under a preloaded libfaketime the sandbox of sshd itself does not let anybody in.
set -eu
library=$(find /usr/lib -name libfaketime.so.1)
sed -i '/^LD_PRELOAD=/d; /^FAKETIME/d' /etc/environment
case $1 in
  break) printf 'LD_PRELOAD=%s\nFAKETIME=+3600\nFAKETIME_DONT_FAKE_MONOTONIC=1\n' "$library" >>/etc/environment ;;
  mend) : ;;
esac
