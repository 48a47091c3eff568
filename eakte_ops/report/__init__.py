"""What is said to people who do not sit at a terminal: digest, alarm, and the queue that mails wait in."""
