"""Says a text by the pieces that an earlier one has and what is new between them, for whoever holds the earlier one.

Theory. Every place of the old text is known by the few characters that begin there. The new text is walked once: what
begins as a place of the old one does is taken from there as far as both are alike, anything else is said. Lengths are
those of JavaScript, so a text with characters beyond the first 65,536 is not said this way.
"""

Piece = str | tuple[int, int]  # what is new, or from where to where it stands in the old text

_SHORTEST = 12  # characters; fewer are said in no more bytes than the place where they stand


def pieces_of(new: str, old: str) -> list[Piece] | None:
    """Say *new* by pieces of *old*; None where that is not much less than all of it."""
    if max(new + old, default="") > "\uffff":
        return None
    pieces = _merged(new, old)
    said = sum(len(piece) if isinstance(piece, str) else _SHORTEST for piece in pieces)
    return pieces if said < len(new) / 2 else None


def _merged(new: str, old: str) -> list[Piece]:
    # Of the places that begin alike the first one counts.
    places = {old[at : at + _SHORTEST]: at for at in range(len(old) - _SHORTEST, -1, -1)}
    pieces: list[Piece] = []
    at = said = end = 0
    while at < len(new):
        begin = new[at : at + _SHORTEST]
        # What goes on where the last piece ended is likelier the same than what stands anywhere.
        start = end if old.startswith(begin, end) and len(begin) == _SHORTEST else places.get(begin)
        if start is None:
            at += 1
            continue
        if said < at:
            pieces.append(new[said:at])
        length = _alike(new, at, old=old, start=start)
        at, end = at + length, start + length
        said = at
        pieces.append((start, end))
    return [*pieces, new[said:]] if said < at else pieces


def _alike(new: str, at: int, *, old: str, start: int) -> int:
    most = min(len(new) - at, len(old) - start)
    return next((n for n in range(_SHORTEST, most) if new[at + n] != old[start + n]), most)
