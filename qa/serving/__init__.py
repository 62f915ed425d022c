"""The server around the page: address, guard, accounts, sessions, metrics."""
