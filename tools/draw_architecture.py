"""Draws docs/pictures/architecture.svg from the package's own imports: make map

Rooms go down a staircase, each under the rooms that import it. From a room a line goes right, over all that it imports;
from there one goes down into each of them. No line can go up.
"""

from __future__ import annotations

from colorsys import hls_to_rgb

from rooms import FLOOR_OF, FLOORS, ROOT, arrows, lines

PICTURE = ROOT / "docs" / "pictures" / "architecture.svg"

LEFT, TOP, STEP, ROW = 226, 62, 32, 34  # of the first room's corner; from room to room, right and down
ROOM_HEIGHT, LINE_WIDTH = 24, 0.075  # of a room, and of one line of its code
FONT = "ui-sans-serif, system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"

STYLE = f"""
  text {{ font: 13px {FONT}; fill: #1c2330 }}
  .title {{ font-size: 18px; font-weight: 600 }}
  .name {{ font-weight: 600 }}
  .soft {{ font-size: 12px; fill: #667085 }}
  .paper {{ fill: #fff }}
  .floor {{ fill: #f2f4f8 }}
  .out {{ stroke: #b0b8c6; stroke-width: 1.2 }}
  .in {{ stroke-width: 1.8 }}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #e8ecf3 }}
    .soft {{ fill: #98a3b5 }}
    .paper {{ fill: #14181f }}
    .floor {{ fill: #1c222c }}
    .out {{ stroke: #566174 }}
  }}
"""

LEGEND = (
    ("name", "How to read it"),
    ("soft", "A room is as wide as it has lines of code."),
    ("soft", "Grey lines go right, from a room to all that it imports."),
    ("soft", "Coloured ones go down, from there into what is imported."),
    ("soft", "A dot says that a room imports another, a larger one that much of it does."),
    ("soft", "Nothing goes up. Rooms on one floor do not know each other."),
)


def colour(room: str) -> str:
    """A hue for each floor, as light as white and black paper both bear."""
    red, green, blue = hls_to_rgb(FLOOR_OF[room] / len(FLOORS), 0.48, 0.5)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


def draw() -> str:
    """The picture as SVG: the same text for the same imports."""
    size, imported = lines(), arrows()
    rooms = [room for floor in reversed(FLOORS) for room in sorted(floor)]
    x = {room: LEFT + STEP * index for index, room in enumerate(rooms)}  # where its line comes down
    y = {room: TOP + ROW * index + ROW // 2 for index, room in enumerate(rooms)}  # the middle of its row
    width, height = x[rooms[-1]] + 40, TOP + ROW * len(rooms) + 16

    parts = [f'<rect class="paper" width="{width}" height="{height}" rx="12"/>']
    parts.append('<text class="title" x="24" y="38">The rooms of InstructFX, and what each one imports</text>')
    for floor in FLOORS[::2]:
        top = min(y[room] for room in floor) - ROW // 2
        parts.append(f'<rect class="floor" x="12" y="{top}" width="{width - 24}" height="{ROW * len(floor)}" rx="6"/>')

    for room in rooms:
        reached = [x[there] for here, there in imported if here == room]
        if reached:
            parts.append(f'<path class="out" d="M{x[room] + 8} {y[room]}H{max(reached)}"/>')
    for room in rooms:
        users = {here: count for (here, there), count in imported.items() if there == room}
        roof = y[room] - ROOM_HEIGHT // 2
        parts.append(f'<g fill="{colour(room)}" stroke="{colour(room)}" stroke-width="0">')
        if users:
            parts.append(f'<path class="in" d="M{x[room]} {min(y[user] for user in users)}V{roof - 5}"/>')
            parts.append(f'<path d="M{x[room] - 5} {roof - 8}h10l-5 8z"/>')
        for user, count in sorted(users.items(), key=lambda item: y[item[0]]):
            radius = min(1.5 + 0.8 * count**0.5, 6)
            parts.append(
                f'<circle cx="{x[room]}" cy="{y[user]}" r="{radius:.1f}"><title>{user} imports {room}</title></circle>'
            )
        wide = max(round(size[room] * LINE_WIDTH), 8)
        left = x[room] + 8 - wide
        parts.append(f'<rect x="{left}" y="{roof}" width="{wide}" height="{ROOM_HEIGHT}" rx="4"/></g>')
        parts.append(
            f'<text x="{left - 8}" y="{y[room] + 4}" text-anchor="end"><tspan class="soft">{size[room]:,}</tspan>'
            f' <tspan class="name">{room.replace(".", "/")}</tspan></text>'
        )
    first = height - 40 - 20 * len(LEGEND)
    for index, (kind, text) in enumerate(LEGEND):
        parts.append(f'<text class="{kind}" x="28" y="{first + 20 * index}">{text}</text>')

    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    label = "The packages of InstructFX as rooms on floors; imports run from upper floors to lower ones only"
    return "\n".join([f'{head} role="img" aria-label="{label}">', f"<style>{STYLE}</style>", *parts, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(draw())
