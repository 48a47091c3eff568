"""A machine in the hands of local IT: what is set for that time, what is remembered, and what has changed meanwhile."""
