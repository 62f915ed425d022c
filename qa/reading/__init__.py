"""Whatever a user gives (files, folders, web addresses, bytes) -> sources."""
