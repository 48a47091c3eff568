"""Accounts, keys, sudo rules and the pack: what a town grants, and proof that it is exactly that."""
