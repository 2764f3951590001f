"""Questions about now against then, about the chain's extremes and places, about what goes on: answered, no change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from instructfx.audio.facts import TrackFacts
from instructfx.audio.tempo import Tempo
from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.planners import PastExchange, PastTurn, PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.phrases import Voice
from instructfx.planners.plan import Reply
from instructfx.planners.usual import usual
from instructfx.rendering.gain_reduction import GainReduction

DRY = {axis: sum(usual(axis)) / 2 for axis in AXES}
BRIGHT = Chain().added("eq", {"high_shelf_gain_db": 4.0, "high_shelf_cutoff_frequency_hz": 8000.0, "mid_gain_db": -5.0})
LOUD = BRIGHT.added("gain", {"gain_db": 3.0}).added("reverb", {"mix": 0.3})
BRIGHTER = {**DRY, "brightness": DRY["brightness"] + 1.2, "bass": DRY["bass"] - 0.8}
ROOMY = {**BRIGHTER, "loudness": DRY["loudness"] + 1.0, "space": DRY["space"] + 2.0, "width": DRY["width"] + 0.1}
TURNS = (
    PastTurn("brighter", BRIGHT, readings_before=DRY, readings_after=BRIGHTER, index=1),
    PastTurn("a loud hall", LOUD, readings_before=BRIGHTER, readings_after=ROOMY, index=2),
)


def facts(chain: Chain) -> TrackFacts:
    return TrackFacts(
        63.0, -15.0 if "gain" in chain.ids else -18.0, -1.4 if chain.slots else -3.0, 0, Tempo(120.0, 0.9)
    )


LATER = PlanRequest("?", LOUD, TURNS, ROOMY, facts=facts)


def said(words: str, request: PlanRequest = LATER) -> str:
    reply = BuiltinPlanner().plan(replace(request, instruction=words))
    assert isinstance(reply, Reply), words
    assert reply.act == "question", reply
    return reply.text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            "is this louder than before?",
            'Yes: now louder than before "a loud hall", by 3.0 LU (−15.0 LUFS, then −18.0 LUFS',
        ),
        ("is it louder than the original?", "Yes: now louder than the dry track, by 3.0 LU"),
        ("is it quieter than the dry track?", "No: now louder than the dry track"),
        ("did the volume go up?", "Yes: now louder"),
        ("has the level gone down?", "No: now louder"),
        ("is it louder than turn 2?", 'No: now about the same as after "a loud hall"'),
        ("which is brighter, this or the original?", "Now brighter than the dry track, by 1.2 steps"),
        ("compared to the start, is it brighter or darker?", "Now brighter than the dry track"),
        ("is it less bright than the original?", "No: now brighter than the dry track"),
        ("how much brighter is it than the dry track?", "Now brighter than the dry track, by 1.2 steps"),
        ("did the bass change?", 'No: now about the same as before "a loud hall" (bass'),
        ("does it have less low end than the original?", "Yes: now less bass than the dry track, by 0.8 steps"),
        ("is it wider now?", "No: now about the same"),
        ("is there more reverb than before?", "Yes: now much roomier than before"),
        ("is there less reverb than before?", "No: now much roomier"),
        ("is the original brighter?", "No: now brighter than the dry track"),
        ("was it darker at the start?", "Yes: now brighter"),
        ("was it quieter before?", "Yes: now louder"),
        ("was it quieter in turn 1?", 'Yes: now louder than after "brighter"'),
        ("is it as bright as the original?", "Now brighter than the dry track"),
        ("how loud was the original?", "Now louder than the dry track, by 3.0 LU (−15.0 LUFS, then −18.0 LUFS)"),
        ("how much did the loudness change?", "Now louder than before"),
        ("is the volume lower than before?", "No: now louder"),
        ("¿era más oscuro antes?", "No: ahora casi igual"),
        ("¿cuánto ha subido el volumen?", "Ahora más fuerte que antes de «a loud hall», por 3.0 LU"),
        ("¿en qué se diferencia del original?", "Comparado con la pista original: "),
        ("is the bass still the same?", "Now about the same as before"),
        ("is it brighter than before the reverb?", "No: now about the same"),
        ("is it brighter than turn 7?", "no such version"),
        ("is it brighter than the first version?", 'No: now about the same as after "brighter"'),
        ("what changed since the first version?", 'Compared with after "brighter": '),
        ("how is it different from the original?", "Compared with the dry track: "),
        ("¿está más fuerte que antes?", "Sí: ahora más fuerte que antes de «a loud hall», por 3.0 LU (−15.0 LUFS"),
        ("¿es más oscuro que el original?", "No: ahora más brillante que la pista original, por 1.2 pasos"),
        ("¿cuál es más brillante, esta o la original?", "Ahora más brillante que la pista original"),
        ("¿han bajado los graves?", "No: ahora casi igual que antes de «a loud hall»"),
        ("¿tiene menos graves que la pista original?", "Sí: ahora con menos peso en graves que la pista original"),
    ],
)
def test_now_is_compared_with_then(words: str, says: str) -> None:
    assert says in said(words)


@pytest.mark.parametrize(
    "words",
    [
        "is it worse than the original?",
        "is the bass still the same?",
        "¿sigue sonando oscuro?",
        "¿era más claro antes?",
    ],
)
def test_a_question_never_takes_back_or_changes(words: str) -> None:
    assert said(words)


@pytest.mark.parametrize(
    "words", ["is the kick louder than before?", "is the kick too bright?", "¿está la voz más fuerte?"]
)
def test_of_an_instrument_only_the_whole_track_is_known(words: str) -> None:
    assert any(each in said(words) for each in ("whole track", "pista entera"))


def test_more_of_something_is_said_as_spanish_says_it() -> None:
    voice = Voice("es")
    assert voice.compared("bass", 0.5) == "con algo más de peso en graves"
    assert voice.compared("bass", -2.0) == "con bastante menos peso en graves"
    assert voice.compared("warmth", 2.0) == "mucho más cálido"


@pytest.mark.parametrize("words", ["is it louder than before?", "¿está más ancho que antes?", "did the bass change?"])
def test_with_nothing_done_there_is_nothing_to_compare(words: str) -> None:
    text = said(words, PlanRequest("?", readings=DRY, facts=facts))
    assert text.startswith(("Nothing has changed yet", "Todavía no ha cambiado nada"))


@pytest.mark.parametrize(
    "words",
    [
        "who made this warm?",
        "which part is the loudest?",
        "what's the widest part?",
        "when does the bass come in?",
        "where is it boomy?",
        "¿quién lo hizo tan cálido?",
        "¿cuándo entra el bajo?",
    ],
)
def test_a_question_that_is_not_understood_gets_no_yes_or_no_on_a_stray_word(words: str) -> None:
    assert said(words).startswith(("I cannot answer that", "No sé responder a eso"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("which frequency has the biggest boost?", "The biggest boost is +4.0 dB at 8.0 kHz, the high shelf band"),
        ("what's the biggest boost?", "+4.0 dB at 8.0 kHz"),
        ("what is the biggest cut?", "The biggest cut is −5.0 dB at 1.0 kHz, the mid band of the equaliser"),
        ("which band is boosted the most?", "+4.0 dB at 8.0 kHz"),
        ("¿qué frecuencia está más realzada?", "+4.0 dB en 8.0 kHz"),
        ("what does the eq do at 1 kHz?", "At 1000 Hz the chain does −"),
        ("where do you cut the most?", "−5.0 dB at 1.0 kHz"),
        ("¿qué frecuencia tiene el mayor realce?", "El mayor realce es +4.0 dB en 8.0 kHz"),
        ("¿dónde está el corte más grande?", "El mayor corte es −5.0 dB en 1.0 kHz"),
        ("what's first in the chain?", "Equaliser ("),
        ("what's last in the chain?", "Reverb ("),
        ("which effect comes second?", "Gain ("),
        ("which effect is fourth?", "Nothing stands there: the chain has only 3."),
        ("¿qué efecto va primero?", "Ecualizador ("),
        ("¿cuál es el último efecto de la cadena?", "Reverb ("),
    ],
)
def test_extremes_and_places_of_the_chain(words: str, says: str) -> None:
    text = said(words)
    assert says in text
    assert "In the chain, in this order" not in text


MOVING = PlanRequest(
    "?",
    Chain()
    .added("limiter", {"threshold_db": -9.0})
    .added("compressor", {})
    .added("tremolo", {"rate_hz": 4.0})
    .added("delay", {"delay_seconds": 0.25, "mix": 0.2})
    .added("reverb", {"mix": 0.35}),
    (PastTurn("all of it"),),
    DRY,
    facts=facts,
    reduction=lambda chain, slot_id: GainReduction(6.24, 2.51) if slot_id == "limiter" else GainReduction(0.0, 0.0),
)


@pytest.mark.parametrize(
    ("words", "says", "leaves_out"),
    [
        ("how fast is the wobble?", "The tremolo: rate 4 Hz", "bpm"),
        ("how fast is the tremolo?", "The tremolo: rate 4 Hz", "bpm"),
        ("what's the speed of the tremolo?", "rate 4 Hz", "bpm"),
        ("how fast is the delay?", "The delay: delay 0.25 s", "bpm"),
        ("¿a qué velocidad va el trémolo?", "velocidad 4 Hz", "bpm"),
        ("how fast is the track?", "120 bpm", "tremolo"),
        ("how fast is the chorus?", "no chorus", "bpm"),
        ("how many dB did the limiter take?", "takes 6.2 dB off the peaks at most, 2.5 dB on average", "Compressor"),
        ("how much is the limiter doing?", "takes 6.2 dB off", "Compressor"),
        ("how much is the compressor doing?", "takes nothing off", "Limiter"),
        ("how much gain reduction is there?", "takes 6.2 dB off", "bpm"),
        ("¿está trabajando el limitador?", "quita como mucho 6.2 dB", "Compresor"),
        ("is there too much reverb?", "as usual: space reads", "Yes"),
        ("¿hay demasiada reverb?", "Reverb (", "Sí"),
        ("how is the bass?", "Bass reads", "Yes"),
        ("¿cuántos dB quita el limitador?", "quita como mucho 6.2 dB", "Compresor"),
        ("how wet is it in percent?", "The reverb: mix 35 %", "compressor"),
        ("what percentage of reverb is on it?", "The reverb: mix 35 %", "delay"),
        ("¿qué porcentaje de reverb hay?", "La reverb: mezcla 35 %", "delay"),
        ("how much width is there now?", "% of the energy is in the sides", "reverb"),
    ],
)
def test_rates_reductions_and_mixes(words: str, says: str, leaves_out: str) -> None:
    text = said(words, MOVING)
    assert says in text
    assert leaves_out not in text


def after(question: str, request: PlanRequest = LATER) -> PlanRequest:
    return replace(request, asked=(question,), since=(PastExchange(question, "question", "..."),))


@pytest.mark.parametrize(
    ("before", "words", "says"),
    [
        ("what's the tempo?", "and the true peak?", "true peak of −1.4 dBTP"),
        ("is it brighter than the original?", "and the bass?", "less bass than the dry track"),
        ("is it too bright?", "and the bass?", "as usual: bass reads"),
        ("how loud is it?", "and the bass?", "Bass reads"),
        ("how much reverb is on it?", "and the gain?", "gain 3 dB"),
        ("is there any reverb?", "what about the delay?", "no delay"),
        ("what's first in the chain?", "and second?", "Gain ("),
        ("what's the biggest boost?", "and the biggest cut?", "−5.0 dB at 1.0 kHz"),
        ("how wet is the reverb?", "and the decay?", "decay"),
        ("is it loud enough for Spotify?", "ok, and for apple music?", "-16 is what is wanted there|the -16"),
        ("is it too loud for Spotify?", "and for the radio?", "Yes: it plays at −15.0 LUFS, 8.0 LU above the -23"),
        ("¿qué tan fuerte suena?", "¿y el tempo?", "120 bpm"),
        ("¿qué tan fuerte suena?", "¿y el pico real?", "pico real de −1.4 dBTP"),
        ("¿es más brillante que el original?", "¿y los graves?", "con menos peso en graves que la pista original"),
        ("how loud is it?", "and now?", "−15.0 LUFS"),
    ],
)
def test_what_a_question_leaves_out_is_that_of_the_one_before(before: str, words: str, says: str) -> None:
    text = said(words, after(before))
    assert any(each in text for each in says.split("|")), text


def test_a_question_can_be_asked_again_after_a_turn_and_carried_on_with_only_before_it() -> None:
    turned = replace(after("how loud is it?"), since=())
    assert "LUFS" in said("and now?", turned)
    assert "LUFS" in said("¿y ahora?", turned)
    reply = BuiltinPlanner().plan(replace(turned, instruction="and the bass?"))
    assert isinstance(reply, Reply)
    assert reply.text.startswith("Which way")


@pytest.mark.parametrize("words", ["and a bit more bass?", "how about more reverb?", "make it brighter"])
def test_a_wish_behind_a_question_stays_a_wish(words: str) -> None:
    assert not isinstance(BuiltinPlanner().plan(replace(after("how loud is it?"), instruction=words)), Reply)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("is it loud enough for Spotify?", "Yes: it plays at −15.0 LUFS, and -14 is what is wanted"),
        ("is it loud enough for apple music?", "Yes: it plays at −15.0 LUFS"),
        ("is it too quiet for youtube?", "No: it plays at"),
        ("is it too loud for the radio?", "Yes: it plays at −15.0 LUFS, 8.0 LU above the -23"),
        ("¿está lo bastante fuerte para Spotify?", "Sí: suena a −15.0 LUFS"),
        ("do you hear any distortion?", "below full scale"),
        ("is it clipping?", "No: the true peak is −1.4 dBTP, below full scale. Peaks are limited"),
        ("are the peaks limited?", "so that none passes −1.4 dBTP"),
        ("¿está clipeando?", "No: el pico real es −1.4 dBTP"),
    ],
)
def test_levels_are_held_against_targets(words: str, says: str) -> None:
    assert says in said(words)


def test_what_is_too_quiet_or_clipped_is_told_as_such() -> None:
    quiet = replace(
        LATER, facts=lambda chain: replace(facts(chain), loudness_lufs=-20.0, true_peak_dbtp=0.4, clipped=7)
    )
    text = said("is it loud enough for Spotify?", quiet)
    assert text.startswith("No: it plays at −20.0 LUFS, 6.0 LU below the -14")
    assert '"-14 LUFS"' in text
    text = said("is it clipping?", quiet)
    assert text.startswith("Yes: the true peak is 0.4 dBTP")
    assert "7 times" in text


@pytest.mark.parametrize(
    "words",
    [
        "is there something you'd do to improve it?",
        "any suggestions?",
        "what would you change?",
        "is there anything you would improve?",
        "what do you think it needs?",
        "how can it be improved?",
        "got any ideas?",
        "¿me recomiendas algo?",
        "¿qué cambiarías?",
        "¿hay algo que mejorarías?",
        "¿alguna sugerencia?",
    ],
)
def test_advice_is_what_the_readings_call_for(words: str) -> None:
    muddy = replace(LATER, readings={**DRY, "mud": usual("mud")[1] + 1.0})
    assert any(wish in said(words, muddy) for wish in ("less muddy", "menos embarrado"))
    assert said(words, replace(LATER, readings=DRY)).startswith(("Every reading", "Todas las medidas"))


@pytest.mark.parametrize(
    ("words", "begins"),
    [("Hi!", "Hello!"), ("hello there", "Hello!"), ("¡Hola!", "¡Hola!"), ("buenos días", "¡Hola!")],
)
def test_a_greeting_is_greeted_and_told_what_to_type(words: str, begins: str) -> None:
    reply = BuiltinPlanner().plan(replace(LATER, instruction=words))
    assert isinstance(reply, Reply)
    assert (reply.act, reply.text.startswith(begins)) == ("acknowledgement", True)
    assert reply.text.count("\n") == 0


@pytest.mark.parametrize("words", ["¿qué has cambiado?", "¿alguna sugerencia?", "que has hecho?", "¿suena mejor?"])
def test_a_question_in_spanish_is_answered_in_spanish(words: str) -> None:
    text = f" {said(words)} ".lower()
    assert not [word for word in (" the ", " after ", " and ", " is ", " it ", " was ") if word in text]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("what do you mean by boxy?", 'By "boxy" I understand'),
        ("where does the reverb sit in the chain?", "In the chain, in this order: equaliser"),
        ("do you think it needs compression?", "add a compressor"),
    ],
)
def test_what_is_asked_for_is_answered(words: str, says: str) -> None:
    assert says in said(words)


def test_how_it_was_before_is_gone_back_to_where_it_is_not_asked_about() -> None:
    plan = BuiltinPlanner().plan(replace(LATER, instruction="how it was before the reverb"))
    assert not isinstance(plan, Reply)
    assert plan.undo == 1


def test_thanks_in_spanish_are_answered_in_spanish() -> None:
    reply = BuiltinPlanner().plan(replace(LATER, instruction="gracias"))
    assert isinstance(reply, Reply)
    assert reply.text == "Bien. Se queda así."
