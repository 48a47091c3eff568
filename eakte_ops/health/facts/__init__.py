"""What is asked on a server: one Python file (how the answer is read) with NAME.sh beside it (how it is asked)."""
