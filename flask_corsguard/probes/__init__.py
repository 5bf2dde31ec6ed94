"""Probes: requests to a server over the network that show what proxies and caches make of a policy."""
