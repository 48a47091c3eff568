"""Signatures by people with the SSH keys they have anyway: OpenSSH's own `ssh-keygen -Y` (PROTOCOL.sshsig).

A signature is made over bytes and for a namespace, so that one made for an approval is none for a release.
"""
