"""Writes docs/bundle.schema.json from the records of the package: python tools/make_bundle_schema.py"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from instructfx.bundles.schema import bundle_schema  # noqa: E402

(ROOT / "docs" / "bundle.schema.json").write_text(json.dumps(bundle_schema(), indent=2) + "\n")
