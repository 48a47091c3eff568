"""What people type: one file per command; the only room that prints."""
