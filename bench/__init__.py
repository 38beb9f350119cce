"""Measurements side by side with the peers of the field; each module prints one JSON object on its last line."""
