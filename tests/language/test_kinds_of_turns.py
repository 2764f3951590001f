"""What is said of turns, of praise and of what was advised, and words that were read the wrong way round."""

from __future__ import annotations

import pytest

from instructfx.language import understand


@pytest.mark.parametrize(
    ("words", "kind", "amount", "rest"),
    [
        ("redo", "redo", 1.0, ""),
        ("undo the undo please", "redo", 1.0, ""),
        ("put back what I had", "redo", 1.0, ""),
        ("recupera lo que tenía", "redo", 1.0, ""),
        ("forward again", "redo", 1.0, ""),
        ("turn 3 was better", "turn", 3.0, "3"),
        ("el paso 2 sonaba mejor", "turn", 2.0, "2"),
        ("go back to version 4", "turn", 4.0, "4"),
        ("the second version was better", "version", 2.0, ""),
        ("prefiero la primera versión", "version", 1.0, ""),
        ("go back to the dry track", "version", 0.0, ""),
        ("vuelve a la pista original", "version", 0.0, ""),
        ("back to before I added the delay", "before", 1.0, "the delay"),
        ("go back to before you changed the delay", "before", -1.0, "delay"),
        ("vuelve a antes de la reverb", "before", 1.0, "reverb"),
        ("undo only the brightness", "withdraw", 0.0, "brightness"),
        ("no, quieter", "rather", 1.0, "quieter"),
        ("oops, to the left", "rather", 1.0, "left"),
        ("no, mejor más oscuro", "rather", 1.0, "más oscuro"),
        ("nope. Wider.", "rather", 1.0, "wider ."),
        ("sorry, colder", "rather", 0.5, "colder"),
        ("and the reverb", "same_for", 1.0, "reverb"),
        ("y la reverb también", "same_for", 1.0, "reverb"),
        ("ok do that", "offer", 1.0, ""),
        ("sí, hazlo", "offer", 1.0, ""),
    ],
)
def test_what_speaks_of_other_turns(words: str, kind: str, amount: float, rest: str) -> None:
    found = understand(words).references
    assert [(each.kind, each.amount, each.words) for each in found] == [(kind, amount, rest)]


@pytest.mark.parametrize(
    "words",
    ["👍", "👌👌", "exacto, así", "está bien padre", "qué chido", "órale", "justo así", "quedó bien chido"],
)
def test_praise_is_an_acknowledgement(words: str) -> None:
    intent = understand(words)
    assert (intent.said, intent.wishes, intent.commands, intent.unknown) == (("acknowledgement",), (), (), ())


@pytest.mark.parametrize(
    ("words", "effect", "amount"),
    [
        ("👍 but a bit less reverb", "reverb", -0.5),
        ("love it, just a touch more delay", "delay", 0.35),
        ("perfecto, pero un poco menos de reverb", "reverb", -0.5),
        ("lees reverb plz", "reverb", -1.0),
    ],
)
def test_praise_and_slips_leave_the_wish(words: str, effect: str, amount: float) -> None:
    commands = understand(words).commands
    assert [(each.effect, each.amount) for each in commands] == [(effect, amount)]


@pytest.mark.parametrize(
    "words",
    ["the voice sits too far back in the mix", "vocals too far back", "la voz está muy atrás",
     "her voice is too distant", "la guitarra suena demasiado lejos"],
)  # fmt: skip
def test_what_lies_too_far_back_comes_forward(words: str) -> None:
    axes = understand(words).axes
    assert axes["presence"] >= 0.9
    assert axes.get("space", 0.0) <= 0


@pytest.mark.parametrize("words", ["push it further back", "make it sound distant", "más lejos"])
def test_what_is_wished_further_back_goes_there(words: str) -> None:
    assert understand(words).axes["presence"] < 0


@pytest.mark.parametrize(
    ("words", "peak_dbtp"),
    [
        ("leave 6 dB of headroom", -6.0),
        ("give me 3 dB of headroom", -3.0),
        ("deja 3 dB de margen", -3.0),
        ("keep 1.5 dB headroom", -1.5),
        ("leave some headroom", -6.0),
        ("make it warmer and leave 4 dB of headroom", -4.0),
    ],
)
def test_headroom_is_a_peak_level(words: str, peak_dbtp: float) -> None:
    intent = understand(words)
    assert (intent.peak_dbtp, intent.commands, intent.understood) == (peak_dbtp, (), True)


@pytest.mark.parametrize(
    ("words", "changes", "amount"),
    [
        ("2 dB more headroom", {"gain_db": -2.0}, 0.0),
        ("3 dB más de margen", {"gain_db": -3.0}, 0.0),
        ("I need more headroom", {}, -1.0),
        ("not enough headroom", {}, -1.0),
    ],
)
def test_more_headroom_is_a_lower_level(words: str, changes: dict[str, float], amount: float) -> None:
    [command] = understand(words).commands
    assert (command.effect, command.changes, command.amount) == ("gain", changes, amount)


@pytest.mark.parametrize(
    "words", ["I want to hear 6 dB of gain reduction", "3 dB of gain reduction", "6 dB de reducción de ganancia"]
)
def test_gain_reduction_is_what_a_compressor_does(words: str) -> None:
    intent = understand(words)
    assert [(each.effect, dict(each.settings), dict(each.changes)) for each in intent.commands] == [
        ("compressor", {}, {})
    ]
    assert len(intent.notes) == 1


@pytest.mark.parametrize(
    ("words", "key", "rest"),
    [
        ("más ancho pero los graves en mono", "mono_bass", "wide"),
        ("wider but keep the bass in mono", "mono_bass", "wide"),
        ("make the low end mono", "mono_bass", ""),
        ("mono below 120 Hz", "mono_bass", ""),
        ("add some crackle", "make_noise", ""),
        ("put some vinyl crackle on it", "make_noise", ""),
        ("ponle crujido de vinilo", "make_noise", ""),
        ("make it warmer and add tape hiss", "make_noise", "warm"),
    ],
)
def test_what_no_effect_makes_is_said_and_the_rest_is_done(words: str, key: str, rest: str) -> None:
    intent = understand(words)
    assert [each.key for each in intent.beyond] == [key]
    assert [family for wish in intent.wishes for family in wish.families] == ([rest] if rest else [])


@pytest.mark.parametrize("words", ["make it mono", "like a gramophone, but no crackle", "like an old record"])
def test_what_an_effect_can_do_is_not_refused(words: str) -> None:
    assert understand(words).beyond == ()


@pytest.mark.parametrize(
    ("words", "effect"),
    [
        ("back to normal pitch", "pitch_shift"),
        ("reset the pitch", "pitch_shift"),
        ("vuelve al tono original", "pitch_shift"),
        ("reset the compressor", "compressor"),
    ],
)
def test_a_reset_of_an_effect_is_only_of_that(words: str, effect: str) -> None:
    assert [(each.verb, each.effect) for each in understand(words).commands] == [("remove", effect)]


@pytest.mark.parametrize("words", ["reset the width", "back to normal speed"])
def test_a_reset_of_what_is_no_effect_takes_nothing_out(words: str) -> None:
    assert understand(words).commands == ()


@pytest.mark.parametrize("words", ["suena muy apagado y con mucho barro", "it sounds dull and with a lot of mud"])
def test_a_fault_that_comes_with_another_is_a_complaint(words: str) -> None:
    axes = understand(words).axes
    assert axes["mud"] < 0 < axes["brightness"]
