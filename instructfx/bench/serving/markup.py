"""What a piece of the page says, and what of it is not ours."""

from __future__ import annotations

from html.parser import HTMLParser

HARMFUL_TAGS = frozenset(("script", "iframe", "object", "embed", "img", "link", "meta", "form", "base", "style"))
"""What no text of a visitor's may become. The page itself writes none of these."""


class Markup(HTMLParser):
    """A piece of the page. harmful are the tags and attributes in it that we never write."""

    COLLECTED = ("words", "reply", "notice")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.harmful: list[str] = []
        self._text: list[str] = []
        self._found: dict[str, list[str]] = {name: [] for name in self.COLLECTED}
        self._inside: tuple[str, str] | None = None  # class and tag of what is being collected
        self._depth = 0
        self.feed(html)
        self.close()

    @property
    def visible(self) -> str:
        """The text that a person sees."""
        return "".join(self._text).strip()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._found["words"])

    @property
    def replies(self) -> tuple[str, ...]:
        return tuple(self._found["reply"])

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(self._found["notice"])

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        bad = [name for name, value in attributes if name.startswith("on") or "javascript:" in (value or "").lower()]
        if tag in HARMFUL_TAGS or bad:
            self.harmful.append(f"<{tag} {' '.join(bad)}".strip())
        if self._inside:
            self._depth += tag == self._inside[1]
            return
        for name in (given.get("class") or "").split():
            if name in self.COLLECTED:
                self._inside, self._depth = (name, tag), 1
                self._found[name].append("")
                return

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[1]:
            self._depth -= 1
            if self._depth == 0:
                self._inside = None

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._inside:
            self._found[self._inside[0]][-1] += data
