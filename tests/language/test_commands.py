"""Effects by name and nickname, numbers with units, steps back."""

from __future__ import annotations

import pytest

from instructfx.language import Boost, Command, understand

VERBS = [
    ("some verb", "add", "reverb", 0.0),
    ("reverb?", "add", "reverb", 0.0),
    ("revreb", "add", "reverb", 0.0),
    ("add a touch of reverb", "add", "reverb", 0.35),
    ("a little reverb", "add", "reverb", 0.5),
    ("lots of reverb", "add", "reverb", 1.7),
    ("slapback", "add", "delay", 0.0),
    ("high-pass it", "add", "filter", 0.0),
    ("flanger", "add", "chorus", 0.0),
    ("some fuzz", "add", "distortion", 0.0),
    ("octaver", "add", "pitch_shift", 0.0),
    ("compress it a little", "add", "compressor", 0.5),
    ("squash it", "add", "compressor", 0.0),
    ("more delay", "adjust", "delay", 1.0),
    ("less reverb", "adjust", "reverb", -1.0),
    ("a bit less delay", "adjust", "delay", -0.5),
    ("a lot less reverb", "adjust", "reverb", -1.7),
    ("twice the reverb", "adjust", "reverb", 1.5),
    ("half the reverb", "adjust", "reverb", -0.5),
    ("too much reverb", "adjust", "reverb", -1.0),
    ("the reverb is too loud", "adjust", "reverb", -1.0),
    ("turn the reverb down a little", "adjust", "reverb", -0.5),
    ("not enough reverb", "adjust", "reverb", 1.0),
    ("not as much reverb", "adjust", "reverb", -1.0),
    ("compress it harder", "adjust", "compressor", 1.0),
    ("turn it up", "adjust", "gain", 1.0),
    ("lower the volume", "adjust", "gain", -1.0),
    ("drop the reverb", "remove", "reverb", 0.0),
    ("remove the delay", "remove", "delay", 0.0),
    ("kill the reverb", "remove", "reverb", 0.0),
    ("no reverb", "remove", "reverb", 0.0),
    ("no more delay", "remove", "delay", 0.0),
    ("without reverb", "remove", "reverb", 0.0),
    ("undo the reverb", "remove", "reverb", 0.0),
    ("I don't want reverb", "remove", "reverb", 0.0),
    ("sin reverb", "remove", "reverb", 0.0),
    ("quita el reverb", "remove", "reverb", 0.0),
    ("remove everything", "remove", None, 0.0),
    ("start over", "remove", None, 0.0),
    ("bypass the reverb", "bypass", "reverb", 0.0),
    ("mute the distortion", "bypass", "distortion", 0.0),
    ("turn off the compressor", "bypass", "compressor", 0.0),
    ("turn the chorus off", "bypass", "chorus", 0.0),
    ("apaga el chorus", "bypass", "chorus", 0.0),
    ("turn the reverb back on", "enable", "reverb", 0.0),
    ("bring the reverb back", "enable", "reverb", 0.0),
    ("unbypass the eq", "enable", "eq", 0.0),
    ("activa el compresor", "enable", "compressor", 0.0),
    ("leave the EQ alone", "keep", "eq", 0.0),
    ("keep the reverb", "keep", "reverb", 0.0),
    ("don't touch the delay", "keep", "delay", 0.0),
    ("without changing the eq", "keep", "eq", 0.0),
    ("no toques el eq", "keep", "eq", 0.0),
    ("deja el ecualizador como está", "keep", "eq", 0.0),
    ("keep the rest as it is", "keep", None, 0.0),
]


@pytest.mark.parametrize(("instruction", "verb", "effect", "amount"), VERBS, ids=[case[0] for case in VERBS])
def test_verb(instruction: str, verb: str, effect: str | None, amount: float) -> None:
    intent = understand(instruction)
    (command,) = intent.commands
    assert (command.verb, command.effect) == (verb, effect)
    assert command.amount == pytest.approx(amount)
    assert intent.wishes == ()
    assert intent.unknown == ()


SETTINGS = [
    ("high-pass at 80 Hz", "filter", {"highpass_hz": 80}),
    ("low-pass 8k", "filter", {"lowpass_hz": 8000}),
    ("filtro pasa altos a 80 Hz", "filter", {"highpass_hz": 80}),
    ("cut below 80 Hz", "filter", {"highpass_hz": 80}),
    ("remove everything above 10 kHz", "filter", {"lowpass_hz": 10000}),
    ("high pass at 120hz and low pass at 5khz", "filter", {"highpass_hz": 120, "lowpass_hz": 5000}),
    ("a 250 ms delay", "delay", {"delay_seconds": 0.25}),
    ("delay of a quarter second", "delay", {"delay_seconds": 0.25}),
    ("half a second of delay", "delay", {"delay_seconds": 0.5}),
    ("un retardo de medio segundo", "delay", {"delay_seconds": 0.5}),
    ("slapback", "delay", {"delay_seconds": 0.1, "feedback": 0.05, "mix": 0.3}),
    ("120 bpm dotted eighth delay", "delay", {"delay_seconds": 0.375}),
    ("quarter note delay at 100 bpm", "delay", {"delay_seconds": 0.6}),
    ("eighth note delay, 150 bpm", "delay", {"delay_seconds": 0.2}),
    ("delay 300ms feedback 40%", "delay", {"delay_seconds": 0.3, "feedback": 0.4}),
    ("delay 30% wet", "delay", {"mix": 0.3}),
    ("-5 semitones", "pitch_shift", {"semitones": -5}),
    ("4:1 ratio", "compressor", {"ratio": 4}),
    ("compress with a ratio of 4 to 1", "compressor", {"ratio": 4}),
    ("threshold -20", "compressor", {"threshold_db": -20}),
    ("put the attack at 1ms", "compressor", {"attack_ms": 1}),
    ("limit at -3 dB", "limiter", {"threshold_db": -3}),
    ("20 % wet", "reverb", {"mix": 0.2}),
    ("reverb at 20%", "reverb", {"mix": 0.2}),
    ("50/50 mix", "reverb", {"mix": 0.5}),
    ("dry/wet 30%", "reverb", {"mix": 0.3}),
    ("mix 0.4", "reverb", {"mix": 0.4}),
    ("reverb with 2.5 s decay", "reverb", {"decay_seconds": 2.5}),
    ("a 2 second reverb", "reverb", {"decay_seconds": 2}),
    ("decay to 4 seconds", "reverb", {"decay_seconds": 4}),
    ("reverb decay 3 s, mix 25%", "reverb", {"decay_seconds": 3, "mix": 0.25}),
    ("drive 12 dB", "distortion", {"drive_db": 12}),
    ("drive at 12 dB", "distortion", {"drive_db": 12}),
    ("8 bit", "bitcrush", {"bit_depth": 8}),
    ("phaser at 0.3 Hz", "phaser", {"rate_hz": 0.3}),
    ("width 150%", "stereo_width", {"width": 1.5}),
    ("pan 30% left", "panner", {"pan": -0.3}),
    ("pan hard right", "panner", {"pan": 1}),
    ("move it left", "panner", {"pan": -0.5}),
    ("center it", "panner", {"pan": 0}),
    ("set volume to -6 dB", "gain", {"gain_db": -6}),
    (
        "add a compressor with 4:1 ratio, attack 5 ms and threshold -20 dB",
        "compressor",
        {"ratio": 4, "attack_ms": 5, "threshold_db": -20},
    ),
]


@pytest.mark.parametrize(("instruction", "effect", "settings"), SETTINGS, ids=[case[0] for case in SETTINGS])
def test_settings(instruction: str, effect: str, settings: dict[str, float]) -> None:
    intent = understand(instruction)
    (command,) = intent.commands
    assert command.effect == effect
    assert dict(command.settings) == pytest.approx(settings)
    assert command.verb in ("add", "adjust")
    assert not command.changes
    assert intent.wishes == ()


CHANGES = [
    ("up two semitones", "pitch_shift", {"semitones": 2}),
    ("down an octave", "pitch_shift", {"semitones": -12}),
    ("drop it an octave", "pitch_shift", {"semitones": -12}),
    ("a fifth up", "pitch_shift", {"semitones": 7}),
    ("transpose up a minor third", "pitch_shift", {"semitones": 3}),
    ("sube dos semitonos", "pitch_shift", {"semitones": 2}),
    ("3 dB more drive", "distortion", {"drive_db": 3}),
    ("3 dB louder", "gain", {"gain_db": 3}),
    ("louder by 3 dB", "gain", {"gain_db": 3}),
    ("turn it down 6 dB", "gain", {"gain_db": -6}),
    ("baja 6 dB", "gain", {"gain_db": -6}),
    ("raise the volume by 3 dB", "gain", {"gain_db": 3}),
    ("more feedback", "delay", {"feedback": 0.11875}),
    ("make the reverb darker", "reverb", {"damping": 0.2, "high_cut_hz": -1000}),
    ("a bit brighter reverb", "reverb", {"damping": -0.1, "high_cut_hz": 750}),
    ("the reverb is too muddy", "reverb", {"low_cut_hz": 60, "low_decay_ratio": -0.3}),
]


@pytest.mark.parametrize(("instruction", "effect", "changes"), CHANGES, ids=[case[0] for case in CHANGES])
def test_changes(instruction: str, effect: str, changes: dict[str, float]) -> None:
    (command,) = understand(instruction).commands
    assert (command.verb, command.effect) == ("adjust", effect)
    assert dict(command.changes) == pytest.approx(changes)
    assert not command.settings


@pytest.mark.parametrize(
    ("instruction", "effect", "factors"),
    [
        ("shorter decay", "reverb", {"decay_seconds": 1 / 1.6}),
        ("the reverb is too long", "reverb", {"decay_seconds": 1 / 1.6}),
        ("a bit longer decay", "reverb", {"decay_seconds": 1.6**0.5}),
        ("faster chorus", "chorus", {"rate_hz": 1.6}),
        ("twice the attack", "compressor", {"attack_ms": 2.0}),
    ],
)
def test_times_and_rates_change_in_ratios(instruction: str, effect: str, factors: dict[str, float]) -> None:
    (command,) = understand(instruction, (effect,)).commands
    assert (command.verb, command.effect) == ("adjust", effect)
    assert dict(command.factors) == pytest.approx(factors, rel=1e-4)
    assert not command.settings
    assert not command.changes


BOOSTS = [
    ("cut 3 dB at 400 Hz", [(400, -3)]),
    ("boost 2.5dB around 3k", [(3000, 2.5)]),
    ("+4 dB at 10 kHz", [(10000, 4)]),
    ("-2dB @ 250", [(250, -2)]),
    ("corta 2,5 dB en 400 Hz", [(400, -2.5)]),
    ("cut 3 dB at 400 Hz and 2 kHz", [(400, -3), (2000, -3)]),
    ("boost 2 dB at 100, 200 and 400 Hz", [(100, 2), (200, 2), (400, 2)]),
    ("boost 3 dB at 100 Hz and cut 2 dB at 3 kHz", [(100, 3), (3000, -2)]),
    ("cut 200-800 Hz by 3 dB", [(400, -3)]),
    ("1.200 Hz -3 dB", [(1200, -3)]),
    ("cut 3 dB at 3,000 Hz", [(3000, -3)]),
]

BANDS = [
    ("cut between 200 and 800 Hz by 2 dB", Boost(400.0, -2.0, pytest.approx(2 / 3))),
    ("cut 4 dB at 250 Hz with a Q of 2", Boost(250.0, -4.0, 2.0)),
    ("a narrow cut of 6 dB at 2k", Boost(2000.0, -6.0, 4.0)),
    ("notch 50 Hz", Boost(50.0, -12.0, 6.0)),
    ("a 2 dB high shelf from 10 kHz", Boost(10000.0, 2.0, None, "high shelf")),
    ("low shelf at 120 Hz, -3 dB", Boost(120.0, -3.0, None, "low shelf")),
    ("bell at 1.2k, Q of 2, down 4 dB", Boost(1200.0, -4.0, 2.0)),
    ("a couple of dB more bass", Boost(150.0, 2.0, None, "low shelf")),
    ("sube los graves 3 dB", Boost(150.0, 3.0, None, "low shelf")),
    ("highs up 2 dB", Boost(6000.0, 2.0, None, "high shelf")),
]


@pytest.mark.parametrize(("instruction", "band"), BANDS, ids=[case[0] for case in BANDS])
def test_a_band_has_the_shape_and_the_width_that_are_said(instruction: str, band: Boost) -> None:
    (command,) = understand(instruction).commands
    (boost,) = command.boosts
    assert (boost.frequency_hz, boost.gain_db, boost.shape) == (band.frequency_hz, band.gain_db, band.shape)
    assert boost.q == band.q


@pytest.mark.parametrize(("instruction", "boosts"), BOOSTS, ids=[case[0] for case in BOOSTS])
def test_boosts(instruction: str, boosts: list[tuple[float, float]]) -> None:
    intent = understand(instruction)
    (command,) = intent.commands
    assert command.effect == "eq"
    assert command.boosts == tuple(Boost(float(hz), float(db)) for hz, db in boosts)
    assert intent.wishes == ()


UNDO = [
    ("undo", 1),
    ("undo that", 1),
    ("go back", 1),
    ("revert", 1),
    ("I liked it better before", 1),
    ("deshaz", 1),
    ("vuelve atrás", 1),
    ("go back two steps", 2),
    ("undo twice", 2),
    ("undo the last 3 changes", 3),
    ("deshaz los dos últimos cambios", 2),
]


@pytest.mark.parametrize(("instruction", "turns"), UNDO, ids=[case[0] for case in UNDO])
def test_undo(instruction: str, turns: int) -> None:
    intent = understand(instruction)
    assert (intent.undo, intent.wishes, intent.commands, intent.unknown) == (turns, (), (), ())


def test_the_stereo_image_is_not_an_effect_to_add() -> None:
    intent = understand("a wider stereo image")
    assert intent.commands == ()
    assert intent.axes["width"] == 1.0


def test_values_out_of_range_are_clamped_and_noted() -> None:
    intent = understand("5 octaves up")
    assert intent.commands[0].changes == {"semitones": 12.0}
    assert intent.notes == ("60 semitones is outside -12 to 12 semitones; used 12",)
    assert understand("eighth note delay").notes == ("no tempo was given for the note length; used 120 bpm",)


def test_several_effects_in_one_instruction() -> None:
    def told(instruction: str) -> list[tuple[str, str | None, float]]:
        return [(c.verb, c.effect, c.amount) for c in understand(instruction).commands]

    assert told("more reverb, less delay, and keep the eq") == [
        ("adjust", "reverb", 1.0),
        ("adjust", "delay", -1.0),
        ("keep", "eq", 0.0),
    ]
    assert told("remove the reverb and the delay") == [("remove", "reverb", 0.0), ("remove", "delay", 0.0)]
    assert told("replace the chorus with a phaser") == [("remove", "chorus", 0.0), ("add", "phaser", 0.0)]
    assert told("swap the delay for a reverb") == [("remove", "delay", 0.0), ("add", "reverb", 0.0)]
    assert told("remove everything but the reverb") == [("remove", None, 0.0), ("keep", "reverb", 0.0)]


def test_an_effect_and_a_quality() -> None:
    intent = understand("drop the delay and make it brighter")
    assert [(c.verb, c.effect) for c in intent.commands] == [("remove", "delay")]
    assert intent.axes["brightness"] == 1.0
    (command,) = understand("a dark reverb").commands
    assert isinstance(command, Command)
    assert command.changes["high_cut_hz"] < -1000


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("telephone band: 300 Hz to 3.4 kHz", 300, 3400),
        ("like a telephone, 400 Hz to 2.8 kHz", 400, 2800),
        ("band-limit it between 200 and 4k", 200, 4000),
        ("bandpass 300-3400 Hz", 300, 3400),
        ("keep only 200 Hz to 4 kHz", 200, 4000),
        ("filtra entre 300 y 3400", 300, 3400),
        ("limita la banda de 200 a 5k", 200, 5000),
    ],
)
def test_two_frequencies_of_a_band_are_both_sides_of_a_filter(words: str, low: float, high: float) -> None:
    (command,) = understand(words).commands
    assert (command.effect, command.settings) == ("filter", {"highpass_hz": low, "lowpass_hz": high})


@pytest.mark.parametrize(
    ("words", "mix"),
    [
        ("half wet", 0.5),
        ("three quarters wet", 0.75),
        ("50/50", 0.5),
        ("fully dry", 0.0),
        ("completely wet", 1.0),
        ("mezcla al 30 %", 0.3),
        ("mitad y mitad", 0.5),
        ("todo seco", 0.0),
    ],
)
def test_shares_of_a_mix(words: str, mix: float) -> None:
    intent = understand(words, ("reverb",))
    (command,) = intent.commands
    assert (command.effect, command.settings, intent.wishes) == ("reverb", {"mix": mix}, ())


def test_what_is_stated_of_the_sound_is_no_share() -> None:
    assert understand("it sounds completely dry", ("reverb",)).axes["space"] > 0


def test_a_shelf_goes_the_way_that_is_said() -> None:
    (command,) = understand("shelve the highs up 2 dB from 8k").commands
    assert command.boosts == (Boost(8000.0, 2.0, None, "high shelf"),)


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("comp w/ thresh -20 dB ratio 4", {"threshold_db": -20.0, "ratio": 4.0}),
        ("compressor threshold 18, ratio 3:1", {"threshold_db": -18.0, "ratio": 3.0}),  # a sign that was forgotten
        ("1.5:1 compression with 60 ms attack and 300 release", {"ratio": 1.5, "attack_ms": 60.0, "release_ms": 300.0}),
        ("reverb: 4.5 seconds, 80ms before it starts", {"decay_seconds": 4.5, "pre_delay_ms": 80.0}),
        ("a small room, 0.8 s, mix 20 percent", {"decay_seconds": 0.8, "mix": 0.2}),
        ("RT60 of 1.3s", {"decay_seconds": 1.3}),
        ("sube un tono y medio", {"semitones": 3.0}),
        ("distortion drive 9", {"drive_db": 9.0}),
        ("eighth triplets delay @ 100 bpm", {"delay_seconds": 0.2}),
        ("dotted quarter echo, tempo is 90", {"delay_seconds": 1.0}),
        ("R25", {"pan": 0.25}),
        ("nothing past 9k please", {"lowpass_hz": 9000.0}),
        ("lo cut at 45", {"highpass_hz": 45.0}),
        ("don't let peaks past -2 dBFS", {"threshold_db": -2.0}),
    ],
)
def test_a_number_belongs_to_the_nearest_word(words: str, settings: dict[str, float]) -> None:
    found = {name: value for command in understand(words).commands for name, value in command.settings.items()}
    changed = {name: value for command in understand(words).commands for name, value in command.changes.items()}
    assert {**found, **changed} == pytest.approx(found | settings | changed)
    assert settings.items() <= {**found, **changed}.items()


@pytest.mark.parametrize(
    ("words", "bands"),
    [
        ("bell at 1k2, plus 3", {1200.0: 3.0}),
        ("1.8k up two dB, 160 down one and a half", {1800.0: 2.0, 160.0: -1.5}),
        ("minus two at 200, minus one at 500, plus two at 6k", {200.0: -2.0, 500.0: -1.0, 6000.0: 2.0}),
    ],
)
def test_each_band_has_its_own_direction(words: str, bands: dict[float, float]) -> None:
    boosts = [boost for command in understand(words).commands for boost in command.boosts]
    assert {boost.frequency_hz: boost.gain_db for boost in boosts} == bands
