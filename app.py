"""The web studio: `python app.py`, then open http://127.0.0.1:7860. The same as `python -m instructfx studio`."""

import sys

from instructfx.cli import main

if __name__ == "__main__":
    sys.exit(main(["studio", *sys.argv[1:]]))
