"""The programs of Musterakte as they lie on a server below RELEASE/lib: a stand-in, not an e-file."""
