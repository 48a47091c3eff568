"""Faults to train on. One `NAME.sh` each, run as root inside the host: `break` and `mend`, both may be repeated."""
