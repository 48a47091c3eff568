"""The only room that changes a server: a playbook becomes a plan, a plan is a value, and a run carries it out.

plan.py and journal.py are values, progress.py says what is left to do (pure), acts.py how one step is carried out
(pure: it only says what to ask for), runner.py does it.
"""
