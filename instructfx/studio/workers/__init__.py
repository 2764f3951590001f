"""The processes that do what is heavy."""
