"""The officers' console: cases as they are sealed, steps, notes, queues, the counter, and the audit."""
