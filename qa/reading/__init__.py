"""Read what a user gives (files, folders, web addresses, bytes) into sources."""
