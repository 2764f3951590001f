"""`instructfx sessions export` and `import`: sessions as files for others, and from others."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from instructfx.errors import StoreError


def add_commands(actions: Any) -> None:
    """Add `export` and `import` to the subparsers of `sessions`."""
    export = actions.add_parser("export", help="write a session to a file, or all of them as tables")
    export.add_argument("session", metavar="ID", nargs="?", help="the id that `refine` printed")
    export.add_argument("--all", action="store_true", help="every session, as tables for analysis")
    export.add_argument("--out", type=Path, required=True, metavar="PATH", help="x.ifx.zip; with --all a folder")
    export.add_argument("--no-audio", action="store_true", help="leave the track out; importing will ask for it")
    export.add_argument("--no-steps", action="store_true", help="leave the trajectories of the searches out")
    export.add_argument("--format", choices=("parquet", "csv"), help="of the tables (default: parquet)")
    export.set_defaults(run=_export)

    bring = actions.add_parser("import", help="take a session from a bundle, or from InstructFX2FX's session.json")
    bring.add_argument("file", type=Path, metavar="FILE", help="x.ifx.zip, or a session.json of InstructFX2FX")
    bring.add_argument("--audio", type=Path, metavar="TRACK", help="the session's track, where the file holds none")
    bring.set_defaults(run=_import, decodes=True)


def _export(options: argparse.Namespace) -> int:
    from instructfx.store import Store

    if options.all:
        if options.session or options.no_audio or options.no_steps:
            raise StoreError("--all writes tables of every session; leave the id, --no-audio and --no-steps out")
        from instructfx.bundles.dataset import export_tables

        for path in export_tables(Store(), options.out, options.format or "parquet"):
            sys.stdout.write(f"{path}\n")
        return 0
    if options.session is None or options.format:
        raise StoreError("say which session to export, or --all for tables of every one; --format is for tables")
    from instructfx.bundles import export_bundle

    export_bundle(Store(), options.session, options.out, not options.no_audio, not options.no_steps)
    sys.stdout.write(f"{options.out}\n")
    return 0


def _import(options: argparse.Namespace) -> int:
    from instructfx.bundles import import_bundle
    from instructfx.store import Store

    if _is_json(options.file):
        from instructfx.bundles.instructfx2fx import import_instructfx2fx

        if options.audio is None:
            raise StoreError(f"{options.file.name} holds no audio: give the track with --audio TRACK")
        imported = import_instructfx2fx(options.file, options.audio, Store())
    else:
        imported = import_bundle(options.file, Store(), options.audio)
    for note in imported.notes:
        sys.stderr.write(f"{note}\n")
    session = imported.session
    from instructfx.audio.naming import printable

    sys.stderr.write(f"{len(session.turns)} turns on {printable(session.dry.name)}; the session's id:\n")
    sys.stdout.write(f"{session.id}\n")
    return 0


def _is_json(path: Path) -> bool:
    """Whether a file is text in braces, and no zip file."""
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}. Give the path of a bundle.") from error
    except ValueError as error:
        raise StoreError("cannot read a file whose name holds a null character") from error
