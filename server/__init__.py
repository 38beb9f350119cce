"""The HTTP side of an office: pages, the exchange and the officers' console, over `sync`."""
