"""Rules that need more than one value. They read plain data of any shape and yield problems; shapes are files.py's."""
