"""The errors that a person can act on.

InstructFXError
├── AudioError       a file or its samples cannot be used
├── SettingsError    an effect, a setting or a chain that does not exist or is out of range
├── InstructionError an instruction that cannot be taken
├── PlannerError     a language model cannot be asked, or did not answer
├── EarError         an ear's model is missing, damaged or cannot be fetched
├── ExportError      a file for elsewhere cannot be made or written
├── StoreError       the session store cannot be read or written
├── LimitError       the studio has no room, time or memory for this
├── SetupError       an environment variable holds what it may not
└── Cancelled        the user stopped a turn before anything could be kept

Every message says what was wrong, what is legal and, where it helps, what to do.
"""

from __future__ import annotations


class InstructFXError(Exception):
    """Base of all errors that InstructFX raises on purpose."""


class AudioError(InstructFXError):
    """A file or its samples cannot be used."""


class SettingsError(InstructFXError):
    """An effect, a setting or a chain that does not exist or is out of range."""


class InstructionError(InstructFXError):
    """An instruction that cannot be taken."""


class PlannerError(InstructFXError):
    """A language model cannot be asked, or did not answer."""


class EarError(InstructFXError):
    """An ear's model is missing, damaged or cannot be fetched."""


class ExportError(InstructFXError):
    """A file for elsewhere cannot be made or written."""


class StoreError(InstructFXError):
    """The session store cannot be read or written."""


class LimitError(InstructFXError):
    """The studio has no room, time or memory for this."""


class SetupError(InstructFXError):
    """An environment variable holds what it may not."""


class Cancelled(InstructFXError):
    """The user stopped a turn before anything could be kept."""
