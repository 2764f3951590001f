"""What bad input and many visitors do to the studio."""
