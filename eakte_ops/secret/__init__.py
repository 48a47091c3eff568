"""Secrets as a type, kept in age files per town beside the inventory, opened at the last moment.

`vault.Vault(inventories, town, identities).reveal(name)` gives a `value.Secret`, which prints as its name. Recipients,
records, re-encryption and the check of it all have a file each. Only age.py and identity.py know the age library.
"""
