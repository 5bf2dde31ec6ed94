"""Probes: requests to a server over the network that show what proxies and caches do to a policy."""
