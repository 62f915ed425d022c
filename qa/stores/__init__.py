"""Where a generation's passages are searched: by meaning and by words."""
