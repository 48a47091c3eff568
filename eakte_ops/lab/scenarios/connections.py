"""Runs in a host of the lab: opens connections to the database until so many are in use, and keeps them.

As the cluster's superuser, so that those that only it may have are no limit.
"""

import os
import signal
import socket
import sys

import psycopg2

COUNT = "SELECT coalesce(sum(numbackends), 0) FROM pg_stat_database"


def main() -> None:
    """Open them, tell systemd, wait for the end."""
    held = [psycopg2.connect(host="/run/eakte", dbname="eakte", user="eakte_super")]
    held[0].autocommit = True
    with held[0].cursor() as cursor:
        while True:
            cursor.execute(COUNT)
            if cursor.fetchone()[0] >= int(sys.argv[1]):
                break
            held.append(psycopg2.connect(host="/run/eakte", dbname="eakte", user="eakte_super"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))
        told.send(b"READY=1")
    signal.pause()


if __name__ == "__main__":
    main()
