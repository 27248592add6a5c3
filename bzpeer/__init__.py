"""The house: settings, addresses, engines and the ``up`` command. Light to import: engines start before Django."""
