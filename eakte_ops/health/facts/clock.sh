# shellcheck shell=sh
# The server's time of day: seconds since 1970.
LC_ALL=C date +%s.%N
