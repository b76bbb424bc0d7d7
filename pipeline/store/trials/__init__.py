"""What is recorded before lists are shown, to be compared later: first offers, who was held out, nominations."""
