"""`python -m instructfx`."""

import sys

from instructfx.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
