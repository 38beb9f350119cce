"""An office to practise in: made-up people at every step, days to book, and a new officer's first day."""
