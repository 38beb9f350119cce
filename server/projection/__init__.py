"""The disposable lists of cases, folded from the changes feed of `cases`."""
