"""The shell function by which a person has eakte-job.service carry out a text, for plans on paper. Pure text.

It makes the record that remote/jobs.sh makes, without what only a program needs; eakte-claim and eakte-run of the
access pack do the rest, so stop switch, token and "at most once" hold here, too.
"""

from __future__ import annotations

from eakte_ops.remote.jobs import START_COMMAND
from eakte_ops.remote.posix import quote

_TEXT = """\
job() ( # a name, the most seconds, names of variables; the text on standard input
  cd @STATE@ && umask 027 || exit
  id=$run.$1.$(date +%s) d=jobs/$run.$1.$(date +%s) limit=$2; shift 2
  for name; do eval "case \\$$name in *\\'*) echo no quotes in $name >&2; exit 1 ;; esac"; done
  mkdir -m 0700 $d && echo software >$d/account && echo $limit >$d/limit && echo "by hand: $who" >$d/note || exit
  cat /proc/sys/kernel/random/boot_id >$d/boot; cat lock/token >$d/token 2>/dev/null || echo 0 >$d/token
  { for name; do eval "echo \\"$name='\\$$name'\\""; done; cat; } >$d/script
  : >$d/out; : >$d/err; : >$d/alive; echo $id >$d/ready; printf '%-64s\\n' '' >$d/end
  chgrp -R @ACCOUNT@ $d && chmod 0640 $d/* && chmod 0660 $d/out $d/err $d/end && chmod 2750 $d || exit
  logger -t eakte-ops -- "begin $id by hand, $who" || exit
  echo $id >jobs/next && chgrp @ACCOUNT@ jobs/next && sudo -n @START@ || exit
  until grep -q '^exit ' $d/end || [ -e $d/refused ]; do sleep 1; done
  cat $d/out; cat $d/err >&2; [ ! -e $d/refused ] || cat $d/refused >&2
  read -r word end <$d/end && exit ${end:-1}
)
"""


def job_function(state: str, account: str) -> str:
    """The function `job`. `state`: our own folder there; `account`: that of the software."""
    words = {"@STATE@": quote(state), "@ACCOUNT@": quote(account), "@START@": " ".join(START_COMMAND)}
    text = _TEXT
    for word, value in words.items():
        text = text.replace(word, value)
    return text
