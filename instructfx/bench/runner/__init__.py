"""How cases are run, resumed and told."""
