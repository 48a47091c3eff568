"""What is asked on servers (facts), how it is judged (checks)."""
