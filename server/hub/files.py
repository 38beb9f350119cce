"""The images that a hub takes in by tus, as an office does."""

from server.hub.hub import Hub
from server.hub.intake import hub_intake_of
from server.uploads.sealed_files import SealedFiles


def hub_files_of(hub: Hub) -> SealedFiles:
    """Give the sealed files of a hub; what is still coming in is among its notes."""
    stores = hub.stores
    return SealedFiles(
        cases=stores.cases,
        blobs=stores.blobs,
        pending=stores.notes,
        intake=hub_intake_of(hub),
        clock=hub.clock,
        done=hub.stirred,
    )
