"""Who is on the page, with which session, and what is being done for them."""
