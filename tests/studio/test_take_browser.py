"""Taking the session away, from the sheet in which it is heard."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from part_page import Part, opened

pytestmark = [
    pytest.mark.browser,
]

FORMATS = [
    {"name": "wav24", "label": "WAV 24 bit", "help": "for any program", "facts": ["44.1 kHz, 24 bit", "3:25"]},
    {"name": "mp3", "label": "MP3", "help": "for phones", "facts": ["44.1 kHz", "3:25", "about −14.0 LUFS"]},
    {"name": "preset", "label": "Preset", "help": "the chain", "facts": []},
]


def usual(**more: Any) -> dict[str, Any]:
    return {"session": "token", "formats": FORMATS, **more}


@pytest.fixture
def come(chromium: Any, url: str) -> Iterator[Callable[..., Part]]:
    with opened(chromium, url, "take", usual) as come:
        yield come


def answering(part: Part, *lines: dict[str, Any], status: int = 200) -> list[str]:
    """Have the part answered so; the paths that it asks, as they come."""
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(f"{route.request.method} /{route.request.url.split('/', 3)[3]}")
        route.fulfill(status=status, body="".join(json.dumps(line) + "\n" for line in lines))

    part.page.route("**/export/**", answer)
    part.page.route(
        "**/made/**", lambda route: route.fulfill(body="sound", headers={"content-disposition": "attachment"})
    )
    return asked


def told(part: Part) -> str:
    part.page.wait_for_function("document.querySelector('.take-told').textContent")
    return str(part.page.inner_text(".take-told"))


MADE = {"url": "/made/token/take.wav", "name": "take.wav", "notes": ["it is 2.0 dB lower"]}


def test_one_button_saves_and_says_before_what_it_will_be(come: Callable[..., Part]) -> None:
    part = come()
    asked = answering(part, {"share": 0.0, "before": 0}, {"share": 0.5, "before": 0}, MADE)
    assert part.page.inner_text(".take-save") == "Save as WAV 24 bit"
    assert part.page.inner_text(".take-facts") == "44.1 kHz, 24 bit · 3:25"
    with part.page.expect_download() as waiting:
        part.page.click(".take-save")
    assert waiting.value.suggested_filename == "take.wav"
    assert told(part) == "Saved take.wav. It is 2.0 dB lower."
    assert asked == ["POST /export/token/wav24"]
    assert part.page.inner_text(".take-save") == "Save as WAV 24 bit"


def test_the_format_chosen_last_is_the_button_from_then_on(come: Callable[..., Part]) -> None:
    part = come()
    asked = answering(part, MADE)
    assert not part.page.is_visible("[data-format=mp3]")
    part.page.click(".take-others summary")
    with part.page.expect_download():
        part.page.click("[data-format=mp3]")
    assert asked == ["POST /export/token/mp3"]
    part.page.reload()
    part.show(usual())
    part.page.wait_for_selector("text=Save as MP3")
    assert part.page.inner_text(".take-facts").endswith("about −14.0 LUFS")
    assert part.page.locator("[data-format]").evaluate_all("all => all.map((each) => each.dataset.format)") == [
        "wav24", "preset",
    ]  # fmt: skip


def test_a_format_without_sound_says_what_it_is(come: Callable[..., Part]) -> None:
    part = come()
    part.page.evaluate("localStorage.setItem('instructfx-format', 'preset')")
    part.show(usual())
    assert part.page.inner_text(".take-facts") == "the chain"


def test_it_shows_how_far_it_is_and_stops_where_it_is_pressed_again(come: Callable[..., Part]) -> None:
    part = come()
    part.page.evaluate(
        """() => { window.fetch = async (address, { signal }) => {
          const body = new ReadableStream({ start(stream) {
            window.say = (line) => stream.enqueue(new TextEncoder().encode(line));
            signal.addEventListener("abort", () => stream.error(signal.reason));
          } });
          return new Response(body);
        }; }"""
    )
    part.page.click(".take-save")
    part.page.evaluate("""say('{"share": 0.0, "before": 2}\\n')""")
    part.page.wait_for_selector("text=Stop saving WAV 24 bit, 2 before you")
    part.page.evaluate("""(say('{"share": 0.'), say('4, "before": 0}\\n'))""")  # in two pieces
    part.page.wait_for_selector("text=Stop saving WAV 24 bit, 40 %")
    assert part.page.evaluate("document.querySelector('.take-save i').style.scale") == "0.4 1"
    part.show(usual())  # a turn ends meanwhile
    assert part.page.inner_text(".take-save") == "Stop saving WAV 24 bit, 40 %"
    part.page.click(".take-save")
    assert told(part) == "Stopped; nothing was saved."
    assert part.page.inner_text(".take-save") == "Save as WAV 24 bit"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            [{"share": 0.2, "before": 0}, {"trouble": "There is no reverb in the chain."}],
            "There is no reverb in the chain.",
        ),
        ([{"share": 0.2, "before": 0}], "The server cannot be reached. Try again."),
    ],
)
def test_what_goes_wrong_is_one_line(come: Callable[..., Part], lines: list[dict[str, Any]], words: str) -> None:
    part = come()
    answering(part, *lines)
    part.page.click(".take-save")
    assert told(part) == words


@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits(come: Callable[..., Part], width: int) -> None:
    part = come(viewport={"width": width, "height": 844})
    part.page.click(".take-others summary")
    assert part.page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 390:
        heights = part.page.locator("button:not(#outside)").evaluate_all("all => all.map((each) => each.offsetHeight)")
        assert min(heights) >= 44
