"""What the office tells of its work: to everybody, to itself, to other bodies, and as files."""
