"""Speech acts: what words do beside asking for a change of sound."""

from __future__ import annotations

import pytest

from instructfx.language import understand
from instructfx.language.intent_types import Topic


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("what did you change?", "changed"),
        ("why did you add a compressor", "why"),
        ("what's in the chain?", "chain"),
        ("how much delay is on it?", "amount"),
        ("how loud is this?", "loudness"),
        ("what's the tempo?", "tempo"),
        ("is it too dark?", "quality"),
        ("is there any chorus on this?", "there"),
        ("what does a limiter do?", "meaning"),
        ("what can you do?", "abilities"),
        ("should I limit this?", "advice"),
        ("can you hear any hiss?", "fault"),
        ("¿qué has cambiado?", "changed"),
        ("¿cuánta reverb tiene?", "amount"),
        ("¿está muy fuerte?", "loudness"),
        ("¿le falta pegada?", "advice"),
        ("is it at -14 LUFS?", "loudness"),
    ],
)
def test_a_question_asks_for_no_change(words: str, topic: Topic) -> None:
    intent = understand(words)
    assert [question.topic for question in intent.questions] == [topic]
    assert (intent.wishes, intent.commands, intent.undo) == ((), (), 0)


@pytest.mark.parametrize(
    "words",
    [
        "can you make it warmer?",
        "could we have more bass?",
        "hi, how about a bit more air?",
        "¿podrías subir los graves?",
        "what if it were warmer?",
        "I'm wondering if it could be wider",
        "any chance of more air?",
        "¿qué tal un poco más de graves?",
    ],
)
def test_a_polite_wish_is_no_question(words: str) -> None:
    intent = understand(words)
    assert intent.wishes
    assert intent.questions == ()


@pytest.mark.parametrize(
    ("words", "axis", "sign"),
    [("¿y si fuera más cálido?", "warmth", 1), ("¿y si le bajas los graves?", "bass", -1)],
)
def test_a_soft_clause_does_not_turn_a_wish_round(words: str, axis: str, sign: int) -> None:
    assert understand(words).axes[axis] * sign > 0


@pytest.mark.parametrize("words", ["I wonder if it is too dark", "¿qué tal suena?", "I'm wondering what the tempo is"])
def test_a_question_behind_a_soft_clause_stays_one(words: str) -> None:
    intent = understand(words)
    assert intent.questions
    assert not intent.understood


def test_a_part_of_the_sound_behind_a_soft_clause_has_no_direction() -> None:
    assert understand("how about the bass?").undirected == ("bass",)


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("perfect, thanks", "acknowledgement"),
        ("I love it", "acknowledgement"),
        ("me gusta, déjalo así", "acknowledgement"),
        ("keep the warmth", "acknowledgement"),
        ("mantén el brillo así", "acknowledgement"),
        ("meh", "dissatisfied"),
        ("I hate it", "undo"),
        ("that's worse", "undo"),
        ("weniger Bass", "foreign"),
        ("plus chaud s'il te plaît", "foreign"),
    ],
)
def test_acts_that_ask_for_no_sound(words: str, act: str) -> None:
    intent = understand(words)
    assert intent.said == (act,)
    assert (intent.wishes, intent.commands) == ((), ())


def test_what_is_said_beside_an_acknowledgement_is_read() -> None:
    intent = understand("good, but the mud is still there")
    assert intent.said == ("acknowledgement",)
    assert intent.axes["mud"] < 0


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("mute the drums", "separate"),
        ("fade it out at the end", "automate"),
        ("reverse the track", "edit"),
        ("quantise the hi hats", "time"),
        ("autotune my voice", "tune"),
        ("write out the chords", "transcribe"),
        ("add a string section", "generate"),
        ("get rid of the background noise", "noise"),
        ("declip it", "restore"),
        ("pan the guitar left", "route"),
        ("quítale el ruido", "noise"),
        ("aísla la batería", "separate"),
        ("transpose only the bass", "tune"),
        ("bring the vocals up but leave the drums", "balance"),
        ("sube la voz pero deja la batería", "balance"),
        ("add a vocoder", "vocoder"),
        ("who is the drummer?", "identify"),
        ("what's the weather like?", "offtopic"),
        ("cuéntame un chiste", "offtopic"),
    ],
)
def test_what_the_rack_cannot_do_is_known(words: str, key: str) -> None:
    intent = understand(words)
    assert [each.key for each in intent.beyond] == [key]
    assert (intent.wishes, intent.commands) == ((), ())
    assert intent.beyond[0].english != intent.beyond[0].spanish


def test_what_can_be_done_beside_it_is_done() -> None:
    intent = understand("make it warmer, and export it as wav")
    assert intent.axes["warmth"] > 0
    assert [each.key for each in intent.app] == ["export"]


@pytest.mark.parametrize(
    ("words", "axis", "sign"),
    [
        ("it has no warmth", "warmth", 1),
        ("there's no low end", "bass", 1),
        ("no tiene cuerpo", "body", 1),
        ("lacks punch", "punch", 1),
        ("no air, no sparkle", "air", 1),
        ("full of mud", "mud", -1),
        ("hay mucho barro", "mud", -1),
        ("sounds like a phone call", "bass", 1),
        ("a bit boxy", "mud", -1),
        ("la mezcla suena opaca", "brightness", 1),
        ("it's quiet", "loudness", 1),
        ("this is just mud", "mud", -1),
        ("the bass is eating everything", "bass", -1),
        ("it's neither bright nor clear", "brightness", 1),
        ("make it sound like a phone call", "bass", -1),
        ("muddier", "mud", 1),
        ("take the mud out", "mud", -1),
        ("roll the sub off", "bass", -1),
        ("thin the pads out", "body", -1),
    ],
)
def test_lack_excess_and_how_it_is(words: str, axis: str, sign: int) -> None:
    assert understand(words).axes[axis] * sign > 0


def test_a_noun_without_a_direction_has_none() -> None:
    intent = understand("bass")
    assert (intent.wishes, intent.undirected) == ((), ("bass",))


@pytest.mark.parametrize("words", ["cut the first 10 seconds", "24 of them", "undo the cut at 200 Hz"])
def test_a_number_never_becomes_what_nothing_says(words: str) -> None:
    intent = understand(words)
    assert not any(command.settings or command.changes or command.boosts for command in intent.commands)


@pytest.mark.parametrize(
    ("words", "kind", "amount", "about"),
    [
        ("but not that obvious", "share", 0.5, ""),
        ("and the same again at 800", "same_for", 1.0, "800"),
        ("take it up another semitone", "same_for", 1.0, "1"),
        ("go back to how it was after the first thing", "version", 1.0, ""),
        ("vuelve a como estaba después de lo primero", "version", 1.0, ""),
        ("same cut at 800", "same_for", 1.0, "800"),
        ("otro dB", "same_for", 1.0, "1"),
        ("back off 1 dB", "less_by", 1.0, "1 db"),
        ("2 dB menos", "less_by", 1.0, "2 db"),
        ("take out the one at 5k", "flatten", 1.0, "5 k"),
        ("forget about the 8k one", "flatten", 1.0, "8 k"),
        ("honestly, half of that would be better", "share", 0.5, ""),
        ("wrong side", "again", -2.0, ""),
        ("its swamping the voice", "share", 0.5, ""),
        ("honestly i cant hear any difference", "again", 1.0, ""),
        ("one less", "less_by", 1.0, "1"),
        ("-2 actually", "instead", 1.0, "-2"),
        ("4, not 6", "instead", 1.0, "4"),
        ("back it off to 7", "instead", 1.0, "7"),
        ("que sea de 275", "instead", 1.0, "275"),
        ("sorry, treble i mean", "correct", 1.0, "treble"),
        ("whoops i said cut, meant boost", "correct", 1.0, "boost"),
        ("swap that for a normal overdrive", "swap", 1.0, "a normal overdrive"),
        ("undo the second thing", "withdraw", 2.0, ""),
        ("the compressor should come last", "end", 1.0, "compressor"),
    ],
)
def test_what_refers_to_the_turns_before(words: str, kind: str, amount: float, about: str) -> None:
    (reference,) = understand(words).references
    assert (reference.kind, reference.amount, reference.words) == (kind, amount, about)


@pytest.mark.parametrize("words", ["put it back to how it was at the start", "déjalo como estaba al principio"])
def test_back_to_the_start_takes_everything_out_and_can_be_undone(words: str) -> None:
    intent = understand(words)
    assert [(each.verb, each.effect) for each in intent.commands] == [("remove", None)]
    assert intent.references == ()


@pytest.mark.parametrize("words", ["don't make it brighter", "ni más cálido ni más brillante", "not more bass"])
def test_a_quality_that_is_to_come_no_further_asks_for_nothing(words: str) -> None:
    intent = understand(words)
    assert (intent.wishes, intent.commands, intent.said) == ((), (), ("acknowledgement",))


@pytest.mark.parametrize("words", ["don't add any reverb", "I don't want more reverb"])
def test_an_effect_that_is_not_to_be_added_stays_as_it_is(words: str) -> None:
    assert [(each.verb, each.effect) for each in understand(words).commands] == [("keep", "reverb")]


@pytest.mark.parametrize("words", ["add another one", "take the two out", "quita los dos"])
def test_what_only_counts_is_no_number_of_decibels(words: str) -> None:
    assert not any(command.settings or command.changes for command in understand(words).commands)


def test_a_quality_that_is_only_kept_asks_for_nothing() -> None:
    intent = understand("keep the warmth but drop the reverb")
    assert intent.wishes == ()
    assert [(each.verb, each.effect) for each in intent.commands] == [("remove", "reverb")]
    assert [wish.held for wish in understand("brighter but keep the warmth").wishes] == [False, True]


@pytest.mark.parametrize(
    ("words", "pan"),
    [
        ("L50", -0.5),
        ("ponlo a la izquierda un 30 por ciento", -0.3),
        ("a quarter to the right", 0.25),
        ("llévalo a la derecha", 0.5),
        ("céntralo", 0.0),
    ],
)
def test_a_place_beside_the_middle(words: str, pan: float) -> None:
    (command,) = understand(words).commands
    assert (command.effect, command.settings) == ("panner", {"pan": pan})


@pytest.mark.parametrize(("words", "pan"), [("the left side is heavier", 0.2), ("the right channel is too quiet", 0.2)])
def test_a_side_that_is_too_strong_or_too_weak_leans_the_other_way(words: str, pan: float) -> None:
    (command,) = understand(words).commands
    assert (command.effect, command.changes) == ("panner", {"pan": pan})
