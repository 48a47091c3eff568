"""What runs by itself on the operations host, and when: systemd units and timers as text."""
