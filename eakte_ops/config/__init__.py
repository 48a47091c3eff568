"""What a configuration file on a server should hold, and how far a server is from it. Values and command text only.

A template (head.py, template.py) of the operations folder (library.py) is rendered for a town (render.py) into text
with named places for secrets (rendered.py); nothing here opens a secret or a connection by itself.
"""
