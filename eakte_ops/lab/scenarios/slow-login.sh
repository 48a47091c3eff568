# Every login over SSH takes eight seconds longer. $1: break or mend.
set -eu
rule='account optional pam_exec.so quiet /usr/bin/sleep 8'
sed -i '\|pam_exec.so quiet /usr/bin/sleep|d' /etc/pam.d/sshd
case $1 in
  break) echo "$rule" >>/etc/pam.d/sshd ;;
  mend) : ;;
esac
