"""How soon things are answered, and what they take."""
