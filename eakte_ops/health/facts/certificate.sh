# shellcheck shell=sh
# The certificate shown on each TLS port given. $@: ports of 127.0.0.1.
#   PORT <TAB> notAfter=... <TAB> subject=...      or PORT <TAB> none
#   end
export LC_ALL=C
command -v openssl >/dev/null || { printf 'no-openssl\n'; exit 0; }
for port in "$@"; do
  shown=$(timeout -s KILL 4 openssl s_client -connect "127.0.0.1:$port" 2>/dev/null </dev/null |
    openssl x509 -noout -enddate -subject 2>/dev/null | tr '\t' ' ' | tr '\n' '\t')
  printf '%s\t%s\n' "$port" "${shown:-none}"
done
printf 'end\n'
