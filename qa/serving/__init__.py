"""The server around the page: address, guard, accounts, sessions and metrics."""
