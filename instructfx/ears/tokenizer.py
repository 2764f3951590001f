"""RoBERTa's tokenizer, found beside the checkpoint or in the hub's cache, and checked.

Where it finds no files, transformers 5 silently makes a tokenizer of five tokens, and every text sounds alike.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from instructfx.errors import EarError

NAME = "roberta-base"
BYTES = 256  # a byte-level vocabulary has at least these
KNOWN = ("Hello world", [0, 31414, 232, 2])  # of the published vocabulary
KNOWN_SIZE = 50_265


def roberta_tokenizer(folder: Path, vocabulary: int) -> Any:
    """The tokenizer from a folder, or else from the hub's cache, never from the network.

    vocabulary is how many tokens the checkpoint knows. Raises EarError where the tokenizer is missing or another.
    """
    from transformers import RobertaTokenizer

    try:
        if folder.is_dir():
            tokenizer = RobertaTokenizer.from_pretrained(str(folder), local_files_only=True)
        else:
            tokenizer = RobertaTokenizer.from_pretrained(NAME, local_files_only=True)
    except Exception as error:  # what comes out of a damaged folder is of many kinds
        raise EarError(f"CLAP's tokenizer in {folder} cannot be read; {_REMEDY}") from error
    if len(tokenizer) < BYTES:
        raise EarError(f"CLAP's tokenizer is missing from {folder}; {_REMEDY}")
    if len(tokenizer) > vocabulary or (vocabulary == KNOWN_SIZE and tokenizer(KNOWN[0])["input_ids"] != KNOWN[1]):
        raise EarError(
            f"the tokenizer in {folder} is not the checkpoint's: it has {len(tokenizer)} tokens and the checkpoint "
            f"{vocabulary}; {_REMEDY}"
        )
    return tokenizer


_REMEDY = "run `python -m instructfx clap download`"
