"""What is the same for everybody, made at start: pages, scripts made small, packs, what differs between editions."""
