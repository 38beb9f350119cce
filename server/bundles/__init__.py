"""Files that somebody carries where there is no line."""
