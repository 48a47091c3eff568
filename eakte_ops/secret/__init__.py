"""Secrets as a type, kept in age files, one per town."""
