"""What is said beside what an instruction asks, in the language of the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from instructfx.language.intent_types import Language

TEXTS: Final[Mapping[str, Mapping[Language, str]]] = {
    "and": {"en": " and ", "es": " y "},
    "to": {"en": " to ", "es": " a "},
    "whole_track": {
        "en": "the whole track is processed, not only the {sources}",
        "es": "se procesa la pista entera, no solo «{sources}»",
    },
    "long": {
        "en": "only the first {count} characters were read",
        "es": "solo se leyeron los primeros {count} caracteres",
    },
    "outside": {
        "en": "{value} is outside {legal}; used {used}",
        "es": "{value} está fuera de {legal}; se usó {used}",
    },
    "reduction": {
        "en": "how many dB a compressor takes off is not measured; a lower threshold or a higher ratio takes more",
        "es": "cuántos dB reduce un compresor no se mide; un umbral más bajo o un ratio mayor reducen más",
    },
    "no_tempo": {
        "en": "no tempo was given for the note length; used 120 bpm",
        "es": "no se dio tempo para la figura; se usaron 120 bpm",
    },
}


def note(key: str, language: Language, **gaps: str) -> str:
    """The note of that key, its gaps filled."""
    return TEXTS[key][language].format(**gaps)
