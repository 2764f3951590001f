"""Measures of speed and quality. Each makes a page of Markdown that a command writes into docs/measuring.md."""
