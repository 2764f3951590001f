"""The command line. Results go to standard output, progress to standard error; heavy imports wait for need.

Exit status: 0 done, 1 a check failed, 2 bad input (one line says what), 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from instructfx import __version__
from instructfx.cli import bench, clap, exports, judge, replay, sessions, studio, words
from instructfx.cli.interrupts import interrupts
from instructfx.cli.progress import TerminalProgress
from instructfx.errors import Cancelled, InstructFXError

if TYPE_CHECKING:
    from instructfx.effects import Effect
    from instructfx.sessions import Exchange, Turn


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if "decodes" not in options:
            return int(options.run(options))
        from instructfx.audio.quiet import quiet_libraries

        with quiet_libraries():
            return int(options.run(options))
    except InstructFXError as error:
        from instructfx.audio.naming import one_line

        sys.stderr.write(f"instructfx: {one_line(str(error))}\n")
        return 130 if isinstance(error, Cancelled) else 2
    except KeyboardInterrupt:
        sys.stderr.write("instructfx: interrupted\n")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="instructfx", description="Talk to an effects rack.")
    parser.add_argument("--version", action="version", version=f"InstructFX {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    refine = commands.add_parser("refine", help="refine a track by one instruction after another")
    refine.add_argument("track", metavar="TRACK", help="an audio file")
    refine.add_argument("instructions", metavar="INSTRUCTION", nargs="+", help='for example "make it warmer"')
    refine.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for the rendered tracks")
    refine.add_argument(
        "--planner", default="", metavar="NAME",
        help="who plans: builtin, recorded:FILE, or a model as litellm names it, such as openai/gpt-5 "
        "(default: INSTRUCTFX_PLANNER, else Gemini where its key is set, else builtin)",
    )  # fmt: skip
    refine.add_argument("--ear", default="", help="who listens: perceptual or clap (default: clap if it is there)")
    refine.add_argument("--device", default="", help="where the ear hears: cpu, cuda or mps (clap: the fastest)")
    refine.add_argument("--recipe", default="", help="search as another system does: text2fx or fxsearcher")
    refine.add_argument("--seed", type=int, default=0, help="for repeatable searches (default: %(default)s)")
    refine.add_argument("--step-size", type=float, default=1.0, metavar="X", help="how far each turn goes, 0.25 to 3")
    refine.add_argument("--iterations", type=int, metavar="N", help="most steps of each search, 1 to 200")
    refine.add_argument("--first-turn", choices=("initialize", "refine"), help="whether the first turn searches")
    refine.add_argument("--loss", default="", help="what the ear clap listens for, such as directional")
    refine.add_argument("--avoid", default="", metavar="WORDS", help='what it should not become: "harsh, muddy"')
    refine.add_argument(
        "--takes", type=int, default=1, metavar="N", help="of each instruction, 1 to 5; the first plays on"
    )
    refine.add_argument("--excerpt-start", type=float, metavar="S", help="search on the ten seconds from there on")
    refine.add_argument("--json", action="store_true", help="print one JSON object a turn, one a line")
    refine.set_defaults(run=_refine, decodes=True)

    effects = commands.add_parser("effects", help="list the effects and their settings")
    effects.add_argument("--json", action="store_true", help="print the tool schemas as JSON")
    effects.set_defaults(run=_effects)

    bench.add_commands(commands)
    clap.add_commands(commands)
    sessions.add_commands(commands)
    exports.add_commands(commands)
    replay.add_commands(commands)
    judge.add_commands(commands)
    words.add_commands(commands)
    studio.add_commands(commands)

    doctor = commands.add_parser("doctor", help="check this installation")
    doctor.add_argument("--ping", action="store_true", help="send one tiny request to the language model")
    doctor.set_defaults(run=_doctor)
    return parser


# refine


def _refine(options: argparse.Namespace) -> int:
    from instructfx.audio.fold_down import fold_down_of, warning
    from instructfx.audio.naming import dashed
    from instructfx.chain import preset
    from instructfx.engine import Callbacks
    from instructfx.engine.live import open_session
    from instructfx.engine.takes import check_count
    from instructfx.errors import AudioError
    from instructfx.exports.tags import read_tags, write_tags
    from instructfx.sessions import Exchange, readable, readable_exchange
    from instructfx.sessions.options import TurnOptions

    progress = TerminalProgress()
    chosen = TurnOptions(options.step_size, options.iterations, None, options.first_turn, options.loss, options.avoid)
    if options.takes != 1:
        check_count(options.takes)
    live = open_session(
        options.track,
        options.planner,
        options.ear,
        options.seed,
        recipe=options.recipe,
        device=options.device,
        options=chosen,
    )
    with live.kept_once_used(), interrupts() as interrupted:
        if options.excerpt_start is not None:
            live.listen_from(options.excerpt_start)
        try:
            options.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AudioError(f"cannot write into {options.out}: {error.strerror}. Choose another folder.") from error
        if warned := warning(fold_down_of(live.track)):
            progress.say(f"{live.track.name}: {warned}")
        tags = read_tags(live.track.path)
        for instruction in options.instructions:
            callbacks = Callbacks(on_stage=progress.stage, on_step=progress.step, cancelled=interrupted.is_set)
            if options.takes == 1:
                said: tuple[Turn | Exchange, ...] = (live.say(instruction, callbacks, chosen),)
            else:
                said = live.takes(instruction, options.takes, callbacks, chosen)
            for turn in said:
                if isinstance(turn, Exchange):
                    progress.clear()
                    answer = {"index": None, **readable_exchange(turn), "file": None}
                    sys.stdout.write(_json(answer) if options.json else _answered(turn))
                    sys.stdout.flush()
                    continue
                path = options.out / f"{turn.index:02d}-{dashed(instruction)}.flac"
                report = live.render_to(path, on_progress=progress.render, turn=turn)
                write_tags(path, tags)
                path.with_suffix(".json").write_text(preset.to_text(turn.chain))
                progress.clear()
                record = {**readable(turn), "file": str(path)}
                sys.stdout.write(_json(record) if options.json else _turn_text(turn, path, report.level.notes))
                sys.stdout.flush()
            if interrupted.is_set():
                return 130
    progress.say(f"session {live.session.id}")
    return 0


def _json(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return text.encode(errors="backslashreplace").decode() + "\n"  # of paths that are not UTF-8, as JSON escapes them


def _answered(exchange: Exchange) -> str:
    lines = [f'-  "{exchange.instruction}"', *(f"   {line}" for line in (exchange.reply, *exchange.notes))]
    lines.append(f"   nothing changed, answered by {exchange.answered_by}; {exchange.seconds:.1f} s")
    return "\n".join(lines) + "\n"


def _turn_text(turn: Turn, path: Path, of_level: Sequence[str]) -> str:
    from instructfx.audio.naming import printable

    notes = (*turn.notes, *of_level)
    lines = [f'{turn.index}. "{turn.instruction}"', f"   {turn.reply}", *(f"   {note}" for note in notes)]
    names = turn.chain.short_names
    for slot in turn.chain.slots:
        changed = [
            f"{param.name} {param.brief(slot.settings[param.name])}"
            for param in slot.effect.params
            if slot.settings[param.name] != param.default
        ]
        off = " (bypassed)" if slot.bypassed else ""
        if slot.effect.absent:
            lines.append(f"   {names[slot.id]}: {slot.effect.summary}")
            continue
        lines.append(f"   {names[slot.id]}{off}: {', '.join(changed) or 'as declared'}")
    lines.append(f"   {turn.route}, planned by {turn.planned_by}; {turn.seconds:.1f} s, {printable(str(path))}")
    return "\n".join(lines) + "\n"


# effects, doctor


def _effects(options: argparse.Namespace) -> int:
    from instructfx.effects import EFFECTS

    if options.json:
        tools = [effect.tool() for effect in EFFECTS.values()]
        sys.stdout.write(json.dumps(tools, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_effect_table(effect) for effect in EFFECTS.values()))
    return 0


def _effect_table(effect: Effect) -> str:
    kind = "differentiable" if effect.differentiable else "tried"
    lines = [f"{effect.name} - {effect.summary} [{kind}]"]
    for param in effect.params:
        default = f"default {param.shown(param.default) if param.choices else format(param.default, 'g')}"
        lines.append(f"  {param.name:32} {param.range_text():24} {default:14} {param.scale:7} {param.help}")
    return "\n".join(lines) + "\n"


def _doctor(options: argparse.Namespace) -> int:
    from instructfx.cli.doctor import examine

    findings = examine(options.ping)
    for finding in findings:
        sys.stdout.write(f"{'ok  ' if finding.well else 'BAD '} {finding.name}: {finding.detail}\n")
    return 0 if all(finding.well for finding in findings) else 1
