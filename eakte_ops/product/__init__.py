"""Profiles as data: what an e-file product is made of."""
