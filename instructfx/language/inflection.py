"""Makes the inflected forms of a word, so that the lexicon lists only plain words.

Every form comes with what it says beyond the word: a comparative ("brighter"), a superlative ("brightest"),
a noun ("brightness"), a verb ("brighten"), a weakened form ("brightish") or an adverb. English and Spanish
words are given and returned folded (lower case, no accents). Rules make more forms than a language has;
a form that no one writes does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

WordForm = Literal["base", "comparative", "superlative", "noun", "verb", "adverb", "ish"]

_VOWELS = "aeiou"
_IRREGULAR: dict[str, tuple[tuple[str, WordForm], ...]] = {
    "warm": (("warmth", "noun"),),
    "wide": (("width", "noun"),),
    "deep": (("depth", "noun"),),
    "strong": (("strength", "noun"), ("strengthen", "verb")),
    "clear": (("clarity", "noun"), ("clarify", "verb")),
    "broad": (("breadth", "noun"),),
    "brilliant": (("brilliance", "noun"), ("brilliancy", "noun")),
    "silent": (("silence", "noun"),),
    "vibrant": (("vibrance", "noun"), ("vibrancy", "noun")),
    "resonant": (("resonance", "noun"),),
    "sibilant": (("sibilance", "noun"),),
    "dissonant": (("dissonance", "noun"),),
    "ambient": (("ambience", "noun"), ("ambiance", "noun")),
    "present": (("presence", "noun"),),
    "distant": (("distance", "noun"),),
    "intimate": (("intimacy", "noun"),),
    "aggressive": (("aggression", "noun"), ("aggro", "base")),
    "angry": (("anger", "noun"),),
    "proximate": (("proximity", "noun"),),
    "calido": (("calidez", "noun"), ("calor", "noun")),
    "brillante": (("brillo", "noun"), ("brillantez", "noun")),
    "ancho": (("anchura", "noun"), ("amplitud", "noun")),
    "lejano": (("lejania", "noun"), ("alejar", "verb")),
    "agresivo": (("agresividad", "noun"),),
    "presente": (("presencia", "noun"),),
    "sibilante": (("sibilancia", "noun"),),
    "potente": (("potencia", "noun"),),
    "claro": (("claridad", "noun"),),
    "caliente": (("calentar", "verb"),),
}


def _short(word: str) -> bool:
    """Whether a final consonant doubles: "big" -> "bigger"."""
    if len(word) < 3 or word[-1] in "aeiouwxy" or word[-2] not in _VOWELS or word[-3] in _VOWELS:
        return False
    return not any(letter in "aeiouy" for letter in word[:-2])


def _verb_forms(verb: str) -> Iterator[str]:
    if verb.endswith("e"):
        yield from (f"{verb}s", f"{verb}d", f"{verb[:-1]}ing", f"{verb}r")
        return
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        yield from (f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing")
        return
    stem = verb + verb[-1] if _short(verb) else verb
    plural = "es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s"
    yield from (f"{verb}{plural}", f"{stem}ed", f"{stem}ing")


def _english_verbs(word: str) -> Iterator[str]:
    """Verbs that a quality makes: dark -> darken, fat -> fatten, wide -> widen."""
    stem = word + word[-1] if _short(word) else word
    if word.endswith("e"):
        yield word + "n"
    elif not word.endswith(("y", "n", "l", "r", "o")):
        yield stem + "en"


def english_forms(word: str) -> Iterator[tuple[str, WordForm]]:
    """All forms of an English word or phrase; of a phrase only the last word changes."""
    yield word, "base"
    head, _, last = word.rpartition(" ")
    if head:
        if len(last) > 2 and not last.endswith("s"):
            yield f"{word}s", "base"
        return
    yield from _IRREGULAR.get(word, ())
    for irregular, form in _IRREGULAR.get(word, ()):
        if form == "verb":
            yield from ((inflected, "verb") for inflected in _verb_forms(irregular))
    if len(word) < 3:
        return
    yield from _graded(word)
    for verb in _english_verbs(word):
        yield verb, "verb"
        yield f"{verb}er", "verb"
        yield from ((form, "verb") for form in _verb_forms(verb))
    yield from ((form, "verb") for form in _verb_forms(word))


def _graded(word: str) -> Iterator[tuple[str, WordForm]]:
    if word.endswith("y") and word[-2] not in _VOWELS:
        stem = word[:-1]
        yield from ((f"{stem}ier", "comparative"), (f"{stem}iest", "superlative"))
        yield from ((f"{stem}ily", "adverb"), (f"{stem}iness", "noun"), (f"{stem}yish", "ish"))
        if len(stem) > 2:
            yield stem, "noun"
            if stem[-1] == stem[-2] and stem[-1] not in "sflz":
                yield stem[:-1], "noun"
            elif stem[-1] not in _VOWELS:
                yield f"{stem}e", "noun"
        return
    stem = word[:-1] if word.endswith("e") else word + word[-1] if _short(word) else word
    yield from ((f"{stem}er", "comparative"), (f"{stem}est", "superlative"), (f"{stem}ish", "ish"))
    yield f"{word}ness", "noun"
    if word.endswith("le"):
        yield f"{word[:-1]}y", "adverb"
    elif word.endswith("ic"):
        yield f"{word}ally", "adverb"
    else:
        yield f"{word}ly", "adverb"
    if word.endswith(("al", "id")):
        yield f"{word}ity", "noun"
    if word.endswith("ed"):
        yield f"{word[:-2]}", "verb"
        yield f"{word[:-1]}", "verb"
        yield f"{word[:-2]}ing", "verb"
    if word.endswith("ive"):
        yield f"{word[:-1]}eness", "noun"
    if word.endswith("er"):
        yield f"{word}y", "base"
    elif not word.endswith(("y", "e")):
        doubled = word + word[-1] if _short(word) else word
        yield f"{doubled}y", "base"
        yield f"{doubled}ier", "comparative"


_PRONOUNS = ("lo", "la", "le", "los", "las")
_VERB_ENDINGS = (
    "ezcan", "ezca", "ecen", "ecer", "ecido", "eciendo", "ecida", "ece", "ificar", "ifica", "ifique", "izar", "iza",
    "ice", "izando", "izado", "izada", "ando", "iendo", "ado", "ada", "ados", "adas", "ido", "ida", "uen", "ue",
    "ar", "er", "ir", "an", "en", "as", "es", "ad", "a", "e",
)  # fmt: skip
_HARD = (("qu", "c"), ("gu", "g"), ("c", "z"))  # "seque" belongs to "sec-"


def spanish_stem(word: str) -> str:
    """What the verbs and forms of a Spanish word have in common: "oscur" of "oscuro" and "oscurecer"."""
    if word.endswith(("ecer", "izar")) and len(word) > 7:
        return word[:-4]
    if word.endswith(("ar", "er", "ir")) and len(word) > 5:
        return word[:-2]
    return word[:-1] if word[-1:] in _VOWELS else word


def spanish_verb_stems(word: str) -> Iterator[str]:
    """Stems that a Spanish verb form may be made of: "oscurecelo" of "oscur", "ensancha" of "anch"."""
    bare = [word]
    bare += [word[: -len(end)] for end in _PRONOUNS if word.endswith(end) and len(word) > len(end) + 4]
    for form in bare:
        for ending in _VERB_ENDINGS:
            if not form.endswith(ending):
                continue
            stem = form[: -len(ending)]
            yield from _variants(stem)
            for prefix in ("a", "ens", "en", "em", "es"):
                if stem.startswith(prefix):
                    yield from _variants(stem[len(prefix) :])


def _variants(stem: str) -> Iterator[str]:
    if len(stem) < 4:
        return
    yield stem
    yield from (stem[: -len(end)] + plain for end, plain in _HARD if stem.endswith(end))
    for diphthong, vowel in (("ie", "e"), ("ue", "o")):  # "calienta" belongs to "calent-"
        at = stem.rfind(diphthong)
        if at > 0:
            yield stem[:at] + vowel + stem[at + 2 :]


def spanish_forms(word: str) -> Iterator[tuple[str, WordForm]]:
    """All forms of a Spanish word: gender, number, -mente, -ísimo and quality nouns."""
    yield word, "base"
    head, _, last = word.rpartition(" ")
    if head or len(word) < 3:
        if len(last) > 2:
            yield f"{word}{'s' if last[-1] in _VOWELS else 'es'}", "base"
        return
    yield from _IRREGULAR.get(word, ())
    if word.endswith(("ar", "er", "ir")) and len(word) > 5:
        return
    stem = word[:-1] if word[-1] in _VOWELS else word
    if word.endswith(("o", "a")):
        yield from ((f"{stem}{end}", "base") for end in ("o", "a", "os", "as"))
        yield f"{stem}amente", "adverb"
    else:
        yield f"{word}mente", "adverb"
        yield (
            f"{word[:-1]}ces" if word.endswith("z") else f"{word}{'s' if word[-1] in _VOWELS else 'es'}",
            "base",
        )
        if word[-1] not in _VOWELS:
            yield from ((f"{word}a", "base"), (f"{word}as", "base"))
    soft = stem
    for end, change in (("c", "qu"), ("g", "gu"), ("z", "c")):
        if stem.endswith(end):
            soft = stem[: -len(end)] + change
    yield from ((f"{soft}isim{end}", "superlative") for end in ("o", "a", "os", "as"))
    yield from ((f"{soft}it{end}", "ish") for end in ("o", "a", "os", "as"))
    yield from ((f"{soft}{end}", "noun") for end in ("idad", "eza", "ura", "ez", "or"))
