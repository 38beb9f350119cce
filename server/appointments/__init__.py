"""Days and hours on offer, the places of them, who waits, who came, and the calendar."""
