"""Any bytes into everything that reads what comes from outside: the result, or the reader's own error."""
