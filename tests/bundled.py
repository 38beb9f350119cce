"""What stands for an office in tests that need only parts of one, confined to the right of a route as the office is."""

from types import SimpleNamespace

from server.confined import Confined, confined_projection
from server.rights import Right


class Bundle(SimpleNamespace):
    """The named parts of an office."""

    def within(self, right: Right) -> SimpleNamespace:
        parts = dict(vars(self))
        if "databases" in parts:
            stores = {name: Confined(store, name, right) for name, store in vars(self.databases).items()}
            parts["databases"] = SimpleNamespace(**stores)
        if "projection" in parts:
            parts["projection"] = confined_projection(parts["projection"], right)
        return SimpleNamespace(**parts)
