"""Sealed files: taken in by tus piece by piece, kept, and given out."""
