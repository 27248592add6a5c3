"""The import dashboard, for staff."""
