"""Real hosts on one machine, to try and to train on."""
