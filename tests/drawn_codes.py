"""QR codes as they are drawn, compared with what a text makes."""

import re

import segno

Squares = set[tuple[int, int]]  # row, column


def dark_squares(path: str) -> Squares:
    """Read the dark squares from the path that draws them."""
    found: Squares = set()
    row, column = 0, 0
    for command, numbers in re.findall(r"([Mmh])([-.\d ]+)", path):
        values = [float(number) for number in numbers.split()]
        if command == "h":
            found |= {(row, column + step) for step in range(int(values[0]))}
            column += int(values[0])
        elif command == "M":
            column, row = int(values[0]), int(values[1])
        else:
            column, row = column + int(values[0]), row + int(values[1])
    return found


def squares_of(text: str) -> Squares:
    """Give the dark squares of the code of a text, with the quiet zone around it."""
    rows = segno.make(text, error="m", micro=False).matrix_iter(border=4)
    return {(y, x) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
