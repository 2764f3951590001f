"""Kinds of sentences: complaints told as pictures, levels, exclusions, praise, slips, other languages."""

from __future__ import annotations

import pytest

from instructfx.language import understand
from instructfx.language.foreign import foreign_language


@pytest.mark.parametrize(
    ("words", "axis", "sign"),
    [
        ("ugh my podcast sounds like i'm sitting in the bathroom", "space", -1),
        ("it sounds like I recorded it in a cave", "space", -1),
        ("it's like listening through a sock", "brightness", 1),
        ("the synth is like a dentist's drill", "harshness", -1),
        ("the hats are slicing my head off", "harshness", -1),
        ("it wears me out after a while", "harshness", -1),
        ("p's are popping", "bass", -1),
        ("everything is bunched up in the middle", "width", 1),
        ("it disappears in mono", "width", -1),
        ("it leans to the left", "balance", 1),
        ("it's dark, no air and no definition", "air", 1),
        ("it's all mids, no top and no bottom", "bass", 1),
        ("it's clouding the kick", "mud", -1),
        ("it crackles when loud", "fidelity", 1),
        ("the room is too boomy", "bass", -1),
        ("quiet bits vanish", "dynamics", -1),
        ("stop the peaks from going over", "dynamics", -1),
        ("it makes me dizzy", "movement", -1),
        ("feels like a robot made it, no soul", "movement", -1),
        ("the guitars are stepping on the vocals", "presence", 1),
        ("I want that the voice is more near", "space", -1),
        ("que pegue más la batería", "punch", 1),
        ("no quiero más graves, quiero más agudos", "brightness", 1),
        ("quiero que se entienda mejor", "presence", 1),
    ],
)
def test_pictures_and_consequences_go_away_from_what_they_name(words: str, axis: str, sign: int) -> None:
    assert understand(words).axes[axis] * sign > 0


@pytest.mark.parametrize(
    ("words", "way"),
    [
        ("excuse me, would you mind terribly turning it down just a smidge", -1),
        ("turn the whole thing up, it has to compete with commercial tracks", 1),
        ("everything up", 1),
        ("crank everything", 1),
        ("I wonder if you could lower the volume a bit", -1),
    ],
)
def test_the_whole_turned_up_or_down_is_level(words: str, way: int) -> None:
    intent = understand(words)
    assert [command.effect for command in intent.commands] == ["gain"]
    assert intent.commands[0].amount * way > 0
    assert intent.wishes == ()


def test_as_loud_as_something_asks_for_no_more_than_level() -> None:
    assert list(understand("make it as loud as commercial tracks").axes) == ["loudness"]


@pytest.mark.parametrize(
    ("words", "effect", "setting", "way"),
    [
        ("it wobbles too fast", "tremolo", "rate_hz", -1),
        ("it swirls too slowly", "phaser", "rate_hz", 1),
        ("the echoes come too quickly", "delay", "delay_seconds", 1),
    ],
)
def test_how_fast_an_effect_moves_is_its_setting(words: str, effect: str, setting: str, way: int) -> None:
    (command,) = understand(words, (effect,)).commands
    assert (command.effect, list(command.factors)) == (effect, [setting])
    assert (command.factors[setting] - 1) * way > 0
    assert command.amount == 0


@pytest.mark.parametrize(
    ("words", "verbs"),
    [
        ("anything but distortion to give it more energy", {"distortion": "remove"}),
        ("make it wider but not with chorus", {"chorus": "keep"}),
        ("instead of reverb use delay", {"reverb": "remove", "delay": "add"}),
        ("wide delay, subtle", {"delay": "add"}),
        ("chuck a bit of echo on there mate", {"delay": "add"}),
        ("hey siri uh i mean hey whatever your name is add some compression thanks", {"compressor": "add"}),
    ],
)
def test_effects_that_are_excluded_or_asked_for_beside_other_words(words: str, verbs: dict[str, str]) -> None:
    assert {command.effect: command.verb for command in understand(words).commands} == verbs


@pytest.mark.parametrize("words", ["this slaps", "yesss that's sick", "I love how it sounds", "it goes hard already"])
def test_praise_is_no_effect(words: str) -> None:
    intent = understand(words)
    assert intent.said == ("acknowledgement",)
    assert (intent.wishes, intent.commands) == ((), ())


def test_a_wish_behind_praise_is_read() -> None:
    intent = understand("yo this slaps but the bass is kinda weak ngl")
    assert intent.axes["bass"] > 0
    assert intent.commands == ()


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("speed it up by 10 percent", "time"),
        ("play it at half speed", "time"),
        ("reverse it", "edit"),
        ("make it half as long", "edit"),
        ("cut out the ums", "edit"),
        ("take out every um", "edit"),
        ("get rid of the barking dog in the background", "noise"),
        ("there's a siren outside", "noise"),
        ("solo the bass", "separate"),
        ("split this into stems", "separate"),
        ("compress the vocal but leave the guitar dynamic", "route"),
        ("everything except the bass louder", "route"),
        ("change the singer's accent", "perform"),
        ("make the guitar play in 3/4", "perform"),
        ("take the reverb off the original recording", "restore"),
        ("the reverb is baked in, take it out", "restore"),
    ],
)
def test_what_no_effect_does_is_refused_and_changes_nothing(words: str, key: str) -> None:
    intent = understand(words)
    assert [each.key for each in intent.beyond] == [key]
    assert (intent.wishes, intent.commands) == ((), ())


def test_faster_is_the_tempo_only_where_no_effect_was_spoken_of() -> None:
    assert [each.key for each in understand("a bit slower").beyond] == ["time"]
    assert understand("a bit slower", ("tremolo",)).beyond == ()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("mais grave no bumbo, por favor", "pt"),
        ("rajoute un peu d'écho", "fr"),
        ("più eco", "it"),
        ("etwas mehr Bass bitte", "de"),
        ("daha fazla bas", "tr"),
        ("un poco de eco", ""),
        ("less echo please", ""),
        ("hall", ""),
    ],
)
def test_words_that_all_languages_share_tell_none(words: str, code: str) -> None:
    assert foreign_language(words) == code


@pytest.mark.parametrize(
    ("words", "axis"), [("boost the bas a litle bit", "bass"), ("mkae it wram", "warmth"), ("mor trebel", "brightness")]
)
def test_short_words_are_mended_where_two_letters_changed_places(words: str, axis: str) -> None:
    assert understand(words).axes[axis] > 0


def test_a_spanish_note_is_spanish() -> None:
    assert understand("la voz más brillante").notes == ("se procesa la pista entera, no solo «voz»",)


@pytest.mark.parametrize(
    ("words", "topic", "effects"),
    [
        ("what's the difference between delay and reverb", "meaning", ("delay", "reverb")),
        ("how many dB did you boost the highs?", "changed", ("", "")),
        ("¿le hace falta compresión?", "advice", ("compressor", "")),
    ],
)
def test_questions_that_compare_or_ask_for_amounts(words: str, topic: str, effects: tuple[str, str]) -> None:
    (question,) = understand(words).questions
    assert (question.topic, (question.effect, question.also)) == (topic, effects)


@pytest.mark.parametrize(
    ("words", "axis", "sign"),
    [
        ("nuke the sub rumble", "bass", -1),
        ("theres a rumble in the room", "bass", -1),
        ("the tambourine is rather piercing", "air", -1),  # piercing up there
        ("take the edge off the top", "brightness", -1),
        ("it could stand to be a lot less nasal", "nasal", -1),
        ("so wide it makes me dizzy", "width", -1),
        ("so much bass it shakes the room", "bass", -1),
        ("so narrow", "width", 1),
        ("it has this cheap telephone quality and I hate it", "fidelity", 1),
        ("can't say I'd object to some more width", "width", 1),
        ("can barely make out the words", "presence", 1),
        ("muddy and dark", "brightness", 1),
    ],
)
def test_what_is_stated_of_the_sound_goes_away(words: str, axis: str, sign: int) -> None:
    assert understand(words).axes[axis] * sign > 0


def test_a_fault_is_of_what_stands_before_it() -> None:
    """Hiss of a tape is hiss, and an empty hall is no hollow sound."""
    (hiss,) = understand("less tape hiss").wishes
    assert hiss.families == ("noisy",)
    assert understand("empty swimming pool").axes["space"] > 0


@pytest.mark.parametrize("words", ["it doesn't need warmth", "it doesn't need any more bass"])
def test_what_is_not_needed_is_not_asked_for(words: str) -> None:
    assert understand(words).wishes == ()


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("gate at -45 dB", "noise"),
        ("take out the tape hiss", "noise"),
        ("mute the second verse", "section"),
        ("only in the chorus section though", "section"),
        ("have it get louder and louder towards the end", "automate"),
        ("que vaya bajando de volumen al final", "automate"),
        ("replace the snare with a 909 sample", "generate"),
        ("put a hip hop beat under it", "generate"),
        ("afina al cantante que se va de tono", "tune"),
        ("the drummer drags, make the timing steady", "time"),
        ("pásalo a 90 bpm", "time"),
        ("mix these two files together", "edit"),
        ("make a 30 second version", "edit"),
        ("pull out just the piano", "separate"),
        ("match the sound to my favourite record", "match"),
        ("Last chorus, Background Vocals, Wider", "section"),
        ("make an instrumental", "separate"),
        ("only the vocals should get the reverb", "route"),
        ("slowly pan it across", "automate"),
        ("quítale la reverberación a la grabación", "restore"),
        ("make it sound like Adele is singing instead of me", "perform"),
    ],
)
def test_more_that_no_effect_does(words: str, key: str) -> None:
    intent = understand(words)
    assert [each.key for each in intent.beyond] == [key]
    assert (intent.wishes, intent.commands) == ((), ())
