"""From a chain to sound: an excerpt as an ear hears it, a whole file, a preview."""
