"""The timers of the operations host: which units, when they run next, what lies where systemd reads them."""
