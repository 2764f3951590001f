"""Questions are answered from the chain, the turns, the readings and the track; in both languages, without a change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from instructfx.audio.facts import TrackFacts
from instructfx.audio.fold_down import FoldDown
from instructfx.audio.tempo import Tempo
from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.ears.goal import Goal
from instructfx.effects import EFFECTS
from instructfx.errors import AudioError
from instructfx.language import understand
from instructfx.language.intent_types import Language, Question, Topic
from instructfx.planners import PastTurn, PlanRequest
from instructfx.planners.acts import nothing_to_reject, reply_to, unclear
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.plan import Reply
from instructfx.planners.questions import ANSWERS, answer
from instructfx.planners.usual import usual

USUAL = {axis: sum(usual(axis)) / 2 for axis in AXES}
WARM = Chain().added("eq", {"low_shelf_gain_db": 3.0, "low_shelf_cutoff_frequency_hz": 200.0})
CHURCH = WARM.added("reverb", {"mix": 0.3, "decay_seconds": 2.5})
WARMER = {**USUAL, "warmth": USUAL["warmth"] + 1.0, "mud": usual("mud")[1] + 0.5}
ROOMY = {**WARMER, "space": WARMER["space"] + 1.2, "dynamics": WARMER["dynamics"] - 0.7}
TURNS = (
    PastTurn("make it warmer", WARM, Goal("warmer", "", "", {"warmth": 1.0}), USUAL, WARMER),
    PastTurn("put it in a church", CHURCH, Goal("church", "", "", {"space": 1.0}), WARMER, ROOMY),
)


def facts(chain: Chain) -> TrackFacts:
    return TrackFacts(63.0, -14.2 if chain.slots else -16.5, -1.4, 3, Tempo(120.4, 0.8))


NOTHING_YET = PlanRequest("?", readings=USUAL, facts=facts)
LATER = PlanRequest("?", CHURCH, TURNS, ROOMY, facts=facts)


def said(topic: Topic, request: PlanRequest = LATER, language: Language = "en", **about: object) -> str:
    question = replace(Question(topic, str(about.pop("phrase", "?"))), **about)
    reply = answer(question, request, language)
    assert (reply.act, reply.raw) == ("question", "?")
    return reply.text


BRIGHT, MUDDY = {"brightness": 1.0, "air": 0.2}, {"mud": 1.0}


@pytest.mark.parametrize(
    ("topic", "about", "says"),
    [
        ("why", {}, ("put it in a church", "roomier", "the reverb")),
        ("why", {"effect": "eq"}, ("make it warmer", "warmer", "the equaliser")),
        ("why", {"effect": "chorus"}, ("no chorus",)),
        ("why", {"axes": MUDDY}, ("Mud reads", "“less muddy”|\"less muddy\"", "make it warmer")),
        ("changed", {}, ("put it in a church", "added reverb", "more even", "roomier")),
        ("chain", {}, ("equaliser (low shelf +3.0 dB at 200 Hz)", "reverb (decay 2.5 s", "mix 30 %")),
        ("amount", {"effect": "reverb"}, ("mix 30 %", "decay 2.5 s")),
        ("amount", {"effect": "delay"}, ("no delay",)),
        ("amount", {"axes": MUDDY}, ("Mud reads 10.6",)),
        ("loudness", {}, ("−14.2 LUFS", "−1.4 dBTP", "−16.5 LUFS")),
        ("width", {}, ("% of the energy", "as wide as most")),
        ("tempo", {}, ("120 bpm", "clear")),
        ("key", {}, ("do not detect keys",)),
        ("quality", {"axes": MUDDY}, ("Yes", "thicker than most", "10.6", "10.1", "less muddy")),
        ("quality", {"axes": BRIGHT}, ("No", "as usual", "−4.3")),
        ("quality", {"axes": {"mud": -1.0}}, ("rather the opposite",)),
        ("quality", {"effect": "reverb"}, ("Yes, reverb (decay 2.5 s", "Space reads")),
        ("there", {"effect": "reverb"}, ("Yes, reverb (decay 2.5 s",)),
        ("there", {"effect": "delay"}, ("No, there is no delay",)),
        ("meaning", {"effect": "compressor"}, ("Compressor: evens out dynamics", "threshold")),
        ("meaning", {"family": "warm"}, ("warm", "warmer")),
        ("meaning", {"family": "xyzzy"}, ("do not know",)),
        ("abilities", {}, (f"{len(EFFECTS)} effects", "reverb", "warmer")),
        ("undone", {}, ("put it in a church", "make it warmer")),
        ("advice", {}, ("less muddy",)),
        ("advice", {"effect": "compressor"}, ("do not call for it", "add a compressor")),
        ("advice", {"effect": "reverb"}, ("there already", "mix 30 %")),
        ("advice", {"axes": {"mud": -1.0}}, ("could help", "less muddy")),
        ("better", {}, ("roomier", "more even", "your ears decide", "Previous")),
        ("fault", {}, ("3 times", "cannot detect")),
        ("how", {"phrase": "how do I export this as mp3?"}, ("Download", "export")),
        ("how", {"phrase": "how can I compare"}, ("Dry, Previous and Current",)),
        ("how", {"phrase": "how does this work"}, ("knob",)),
        ("other", {}, ("cannot answer",)),
    ],
)  # fmt: skip
def test_every_topic_is_answered_from_what_is_known(
    topic: Topic, about: dict[str, object], says: tuple[str, ...]
) -> None:
    text = said(topic, **about)
    for part in says:
        assert any(each in text for each in part.split("|")), text


@pytest.mark.parametrize(
    ("topic", "about", "says"),
    [
        ("why", {}, ("put it in a church", "más espacioso", "la reverb")),
        ("why", {"axes": MUDDY}, ("El barro marca 10.6", "menos embarrado")),
        ("changed", {}, ("añadí una reverb", "más parejo")),
        ("chain", {}, ("ecualizador (shelf de graves +3.0 dB en 200 Hz)", "caída 2.5 s", "mezcla 30 %")),
        ("loudness", {}, ("−14.2 LUFS", "pico real")),
        ("tempo", {}, ("120 bpm",)),
        ("quality", {"axes": MUDDY}, ("Sí: más espeso que la mayoría", "menos embarrado")),
        ("there", {"effect": "delay"}, ("No, no hay delay",)),
        ("meaning", {"effect": "compressor"}, ("Compresor: empareja la dinámica", "umbral")),
        ("advice", {"effect": "compressor"}, ("añade un compresor",)),
        ("fault", {}, ("3 veces",)),
        ("how", {"phrase": "¿cómo descargo la pista?"}, ("Descarga la pista",)),
        ("better", {}, ("lo decide tu oído",)),
    ],
)
def test_and_in_spanish(topic: Topic, about: dict[str, object], says: tuple[str, ...]) -> None:
    text = said(topic, language="es", **about)
    for part in says:
        assert part in text


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("topic", ANSWERS)
def test_no_answer_leaves_a_gap_or_fails_whatever_is_known(topic: Topic, language: Language) -> None:
    bare = PlanRequest("?")
    abouts = [{}, {"axes": BRIGHT}, {"family": "warm", "axes": {"warmth": 1.0}}, {"axes": {"mud": -1.0}}]
    abouts += [{"effect": name} for name in EFFECTS]
    bypassed = replace(LATER, chain=CHURCH.bypassed("reverb", True).added("gain", {"gain_db": 0.0}))
    by_hand = replace(LATER, earlier=(*TURNS, PastTurn("By hand: mix", CHURCH, by_hand=True)))
    for request in (bare, NOTHING_YET, LATER, bypassed, by_hand):
        for about in abouts:
            text = said(topic, request, language, **about)
            assert text[-1] in ".?", text
            assert not {"{", "}"} & set(text)
            assert "  " not in text


def test_bypassed_and_resting_effects_are_told_as_such() -> None:
    chain = CHURCH.bypassed("reverb", True).added("gain", {"gain_db": 0.0})
    assert said("chain", replace(LATER, chain=chain)).endswith("reverb (bypassed), gain (flat).")


def test_a_tempo_that_is_not_sure_is_told_as_such() -> None:
    vague = replace(LATER, facts=lambda chain: replace(facts(chain), tempo=Tempo(93.0, 0.2), clipped=0))
    assert "no steady beat" in said("tempo", vague)
    assert "not clipped" in said("fault", vague)


def test_a_track_that_cannot_be_read_is_no_reason_to_fail() -> None:
    def gone(chain: Chain) -> TrackFacts:
        raise AudioError("the track is gone")

    assert "do not have" in said("tempo", replace(LATER, facts=gone))
    assert "LUFS" in said("loudness", replace(LATER, facts=gone))


def test_mono_has_no_width() -> None:
    assert "mono" in said("width", replace(LATER, channels=1))


@pytest.mark.parametrize(
    ("fold", "says"),
    [
        (FoldDown(0.5, 0.9), "It holds up in mono: left and right do not cancel each other. In mono it loses 0.5 dB."),
        (
            FoldDown(1.8, 60.0, 6.0),
            "Not all of it holds up in mono: in a part left and right cancel each other. "
            "In mono it loses 1.8 dB, at worst 60.0 dB, from 6 s on.",
        ),
        (
            FoldDown(20.0, 20.4),
            "It does not hold up in mono: left and right cancel each other. "
            'In mono it loses 20.0 dB. "flip the right channel" turns one side over.',
        ),
    ],
)
def test_mono_compatibility_is_measured(fold: FoldDown, says: str) -> None:
    assert said("mono", replace(LATER, facts=lambda chain: replace(facts(chain), fold=fold))) == says
    assert "mono" in said("mono", replace(LATER, channels=1))


@pytest.mark.parametrize(
    "words",
    [
        "is it mono compatible?",
        "will it hold up in mono?",
        "does it work in mono",
        "is this mono safe?",
        "check mono compatibility",
        "how does it sound in mono?",
        "what happens when it is summed to mono?",
        "will it collapse in mono?",
        "make it mono compatible",
        "are there phase problems?",
        "is it in phase?",
        "check the phase",
        "what's the phase correlation?",
        "¿se oye bien en mono?",
        "¿es compatible con mono?",
        "¿funciona en mono?",
        "¿qué pasa en mono?",
        "¿cuánto pierde en mono?",
        "¿hay problemas de fase?",
    ],
)
def test_what_asks_for_mono_compatibility(words: str) -> None:
    intent = understand(words)
    assert [question.topic for question in intent.questions] == ["mono"]
    assert not intent.wishes
    assert not intent.commands


# What is no question


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("mach es wärmer", "Ich verstehe Englisch und Spanisch"),
        ("mehr Hall bitte", "Ich verstehe"),
        ("plus chaud s'il te plaît", "Je comprends l'anglais"),
        ("enlève l'écho", "Je comprends"),
        ("più caldo e meno riverbero", "Capisco l'inglese"),
        ("mais quente", "Entendo inglês"),
        ("vähemmän kaikua", "I understand English and Spanish"),
    ],
)
def test_another_language_gets_one_line_that_it_may_read(words: str, text: str) -> None:
    reply = reply_to(understand(words), LATER)
    assert (reply.act, reply.raw) == ("language", words)
    assert reply.text.startswith(text)


def test_thanks_change_nothing() -> None:
    assert reply_to(understand("perfect"), LATER).text == "Good. It stays as it is."
    assert "hear" in reply_to(understand("ok"), NOTHING_YET).text


def test_what_is_unclear_is_asked_back_with_likely_wishes() -> None:
    assert "“more bass” or “less bass”" in unclear(understand("xyzzy"), LATER, {"bass": 1.0, "body": 0.3}).text
    after_a_turn = reply_to(understand("meh"), LATER).text
    assert "put it in a church" in after_a_turn
    assert "less muddy" in after_a_turn
    at_first = reply_to(understand("meh"), NOTHING_YET).text
    assert at_first.endswith("Do you mean “warmer”, “brighter” or “more space”?")


def test_a_refusal_with_nothing_to_take_back_is_asked_about() -> None:
    assert "nothing to take back" in nothing_to_reject(understand("I hate it")).text


def test_talk_about_the_page_says_where() -> None:
    reply = reply_to(understand("export as mp3"), LATER)
    assert (reply.act, "Download" in reply.text) == ("app", True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("what's the decay now?", "decay 1.5 s"),
        ("what is the decay set to?", "decay 1.5 s"),
        ("what's the release time?", "No effect in the chain has that setting"),
        ("how much did you cut at 400?", "At 400 Hz the chain does −3"),
        ("¿cuánto has bajado en 400?", "A 400 Hz la cadena hace −3"),
        ("¿cuál es el decaimiento de la reverb?", "1.5 s"),
        ("did you add reverb?", '2. "add reverb": added reverb'),
        ("what have you done so far?", '1. "cut": added an equaliser; 2. "add reverb": added reverb'),
        ("¿qué has hecho hasta ahora?", "1. «cut»: añadí un ecualizador; 2. «add reverb»"),
    ],
)
def test_a_setting_a_frequency_and_all_turns_can_be_asked_for(words: str, said: str) -> None:
    cut = Chain().added("eq", {"low_mid_gain_db": -3.0, "low_mid_cutoff_frequency_hz": 400.0})
    both = cut.added("reverb", {})
    earlier = (PastTurn("cut", cut), PastTurn("add reverb", both))
    reply = BuiltinPlanner().plan(PlanRequest(words, both, earlier))
    assert isinstance(reply, Reply)
    assert said in reply.text


def test_how_much_of_a_quality_there_is_is_no_yes_or_no() -> None:
    reply = BuiltinPlanner().plan(PlanRequest("how dynamic is it?", readings={"dynamics": 1.0}))
    assert isinstance(reply, Reply)
    assert reply.text.startswith("Dynamics reads 1")
