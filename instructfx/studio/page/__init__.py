"""The page: what stands on it, what it shows and what its parts tell."""
