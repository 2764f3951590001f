"""The web server: addresses, programs and passwords."""
