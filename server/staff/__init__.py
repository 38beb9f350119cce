"""Staff and devices: who they are, how they prove it, and for how long they stay signed in."""
