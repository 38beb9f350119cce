"""The survey of people's satisfaction (SKM): planned, answered, counted, reported."""
