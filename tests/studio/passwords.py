"""Who may use the studio that asks for a password."""

AUTH, OTHER_AUTH = ("ann", "pass:word"), ("bob", "b")
