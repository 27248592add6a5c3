"""The embedded PostgreSQL and Valkey: where they live, how they are created, and who keeps them running.

Nothing here imports Django: the servers start before its settings are read. ``bzpeer.embedded`` is the way in.
"""
