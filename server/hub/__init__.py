"""A hub: takes sealed items in a village without a line, and relays them to its office when there is one."""
