"""How many connections this process may hold at once: each is an open file, and systems begin with few."""

import resource

WANTED = 32_768  # a connection a phone, and twice that many is nothing
ENOUGH = 4096  # below that a day on which many phones come back at once turns some away


def raise_limit() -> int:
    """Take as many as the system lets a process have, up to what is wanted; give how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED if hard == resource.RLIM_INFINITY else min(hard, WANTED)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
