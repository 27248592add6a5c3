"""The database backend of BZPEER; Django finds it by this name."""
