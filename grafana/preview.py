#!/usr/bin/env python3
"""Draws dashboards as Grafana shows them: places and kinds of panels from their JSON, and every text, colour, legend and tick
from Grafana's own code (reader/read.cjs), over simulated boxes with a past (history.py).  The pictures of the README.

usage: preview.py BUILD [FOLDER]      for example: grafana/preview.py build; FOLDER is grafana/preview unless told

Needs Debian's python3-matplotlib, prometheus and npm.
"""
import datetime
import json
import os
import pathlib
import re
import sys
import tempfile

import matplotlib

matplotlib.use("agg")
from matplotlib import dates, font_manager, patches, pyplot  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CELL = 0.36  # inches that a unit of the grid is high
WIDTH = 14
# What the pictures show: the boxes, and of each board the closed rows that are open in it.
BOXES = {"fritzbox-7590-154.07.57-handmade": "home", "freebox-ultra-16.0-handmade": "studio",
         "fritzbox-6690-267.07.57-handmade": "office-6690", "fritzbox-repeater-2400-216.07.57-handmade": "repeater"}
PICTURES = {"overview": [], "line": ["DSL: home"], "network": ["Mesh: home", "Wi-Fi channels: studio"]}


class Page:
    """The figure, and the colours of the theme."""

    def __init__(self, height, theme):
        self.colors = {name: plain(color, theme["panel"]) for name, color in theme.items()}
        self.figure = pyplot.figure(figsize=(WIDTH, height * CELL), facecolor=self.colors["canvas"])

    def card(self, place):
        return Card(self, place)


def plain(color, ground):
    """rgba(...) over its ground, as #rrggbb."""
    found = re.fullmatch(r"rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)", color)
    if not found:
        return color
    share = float(found[4] or 1)
    under = [int(ground[index:index + 2], 16) for index in (1, 3, 5)]
    return "#" + "".join(f"{round(int(over) * share + below * (1 - share)):02x}" for over, below in zip(found.groups()[:3], under))


class Card:
    """A panel's place on the page, in inches from its upper left corner."""

    def __init__(self, page, place):
        self.page, self.figure, self.colors = page, page.figure, page.colors
        self.page_width, self.page_height = page.figure.get_size_inches()
        gap = 0.05
        self.left, self.top = place["x"] / 24 * WIDTH + gap, place["y"] * CELL + gap
        self.width, self.height = place["w"] / 24 * WIDTH - 2 * gap, place["h"] * CELL - 2 * gap

    def frame(self, title):
        self.rectangle(0, 0, self.width, self.height, facecolor=self.colors["panel"], edgecolor=self.colors["border"])
        self.text(0.12, 0.2, title, size=9.5, weight="medium")

    def place(self, x, y, width, height):
        return [(self.left + x) / self.page_width, 1 - (self.top + y + height) / self.page_height,
                width / self.page_width, height / self.page_height]

    def rectangle(self, x, y, width, height, **style):
        left, bottom, wide, high = self.place(x, y, width, height)
        self.figure.add_artist(patches.Rectangle((left, bottom), wide, high, transform=self.figure.transFigure, zorder=-1, **style))

    def text(self, x, y, words, size=8.0, color=None, room=None, **style):
        left, bottom, _, _ = self.place(x, y, 0, 0)
        drawn = self.figure.text(left, bottom, words, size=size, color=color or self.colors["text"], va="center", **style)
        if room:  # cut as Grafana cuts it
            renderer = self.figure.canvas.get_renderer()
            while len(words) > 2 and drawn.get_window_extent(renderer).width / self.figure.dpi > room:
                words = words[:-2].rstrip() + "…"
                drawn.set_text(words)

    def nothing(self):
        self.text(self.width / 2, self.height / 2, "No data", color=self.colors["quiet"], ha="center")

    def axes(self, x, y, width, height):
        return self.figure.add_axes(self.place(x, y, width, height), facecolor="none")


def draw_stat(card, question, seen):
    fields, panel = seen["fields"], question["panel"]
    filled, graph = panel["options"]["colorMode"] == "background", panel["options"]["graphMode"] == "area"
    # One below the other where the panel says so, or where it is too narrow for tiles side by side.
    upright = panel["options"]["orientation"] == "horizontal" or card.width / max(1, len(fields)) < 0.75
    for number, field in enumerate(fields):
        if upright:
            draw_line_of_stat(card, field, number, len(fields))
            continue
        tile = (card.width - 0.16) / len(fields)
        x = 0.08 + number * tile
        if filled:
            card.rectangle(x + 0.02, 0.36, tile - 0.04, card.height - 0.44, facecolor=field["color"], edgecolor="none")
        elif graph and len(field["points"]) > 1:
            axes = card.axes(x + 0.04, 0.85, tile - 0.08, card.height - 0.92)
            times, numbers = zip(*[(when, value or 0) for when, value in field["points"]])
            axes.fill_between(times, numbers, color=field["color"], alpha=0.2, linewidth=0)
            axes.plot(times, numbers, color=field["color"], linewidth=1)
            axes.set_ylim(bottom=0)
            axes.axis("off")
        ink = "white" if filled else card.colors["text"]
        card.text(x + tile / 2, 0.52, field["name"], color=ink, ha="center", size=7.5, room=tile - 0.08)
        card.text(x + tile / 2, 0.76 if card.height < 2 else card.height / 2, field["text"], weight="bold", ha="center",
                  size=min(15, 85 * tile / max(4, len(field["text"]))), color="white" if filled else field["color"])


def draw_line_of_stat(card, field, number, count):
    high = (card.height - 0.44) / count
    y = 0.4 + high * (number + 0.5)
    card.text(0.14, y, field["name"], size=8, room=card.width * 0.6)
    card.text(card.width - 0.14, y, field["text"], size=9, weight="bold", color=field["color"], ha="right")


def draw_bars(card, _, seen):
    longest = max((field["number"] for field in seen["fields"]), default=1) or 1
    for number, field in enumerate(seen["fields"]):
        y = 0.45 + 0.3 * number
        card.text(0.14, y, field["name"], size=8, room=1.1)
        card.rectangle(1.3, y - 0.09, (card.width - 2.4) * field["number"] / longest, 0.18, facecolor=field["color"],
                       edgecolor="none")
        card.text(card.width - 0.14, y, field["text"], size=8, color=field["color"], ha="right")


def broken(points):
    """Times and numbers; what is missing between two points that are far apart stays missing."""
    usual = min((after[0] - before[0] for before, after in zip(points, points[1:])), default=0)
    times, numbers = [], []
    for (when, value), (before, _) in zip(points, [points[0], *points] if points else []):
        if when - before > 1.5 * usual:
            times, numbers = [*times, moment(before + 1)], [*numbers, float("nan")]
        times, numbers = [*times, moment(when)], [*numbers, float("nan") if value is None else value]
    return times, numbers


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def draw_timeseries(card, question, seen):
    fields = seen["fields"]
    if not fields:
        return card.nothing()
    calcs = list(fields[0]["calcs"])
    lines = min(len(fields), max(1, int((0.35 * card.height - 0.3) / 0.19)))  # Grafana gives a legend so much and scrolls
    foot = 0.3 + 0.19 * lines
    axes = card.axes(0.85, 0.42, card.width - (1.65 if any(axis["right"] for axis in seen["axes"]) else 1.0),
                     card.height - 0.72 - foot)
    scales = {axis["unit"]: axes.twinx() if axis["right"] else axes for axis in seen["axes"]}
    below = {}
    for field in fields:
        draw_field(scales.get(field.get("unit", ""), axes), field, below)
    draw_limits(axes, fields)
    for axis in seen["axes"]:
        scale = scales[axis["unit"]]
        scale.set_yticks([value for value, _ in axis["ticks"]], [text for _, text in axis["ticks"]])
        scale.set_ylim(axis["ticks"][0][0], axis["ticks"][-1][0])
        styled(card, scale)
    over_time(card, axes, question)
    axes.grid(axis="y", color=card.colors["border"], linewidth=0.7)
    for place, name in enumerate(reversed(calcs)):
        card.text(card.width - 0.15 - 0.8 * place, card.height - foot + 0.02, name, size=7.5, color=card.colors["link"], ha="right")
    for number, field in enumerate(fields[:lines]):
        y = card.height - foot + 0.2 + 0.19 * number
        card.rectangle(0.14, y - 0.02, 0.16, 0.035, facecolor=field["color"], edgecolor="none")
        card.text(0.38, y, field["name"], size=7.5, room=card.width - 0.7 - 0.8 * len(calcs))
        for place, text in enumerate(reversed(field["calcs"].values())):
            card.text(card.width - 0.15 - 0.8 * place, y, text, size=7.5, ha="right")


def draw_field(axes, field, below):
    custom = field["custom"]
    times, numbers = broken(field["points"])
    if custom.get("transform") == "negative-Y":
        numbers = [-number for number in numbers]
    stacks = custom.get("stacking", {}).get("mode") == "normal"
    ground = [below.get(when, 0) for when in times] if stacks else [0] * len(times)
    if stacks:
        numbers = [base + number for base, number in zip(ground, numbers)]
        below.update(zip(times, numbers))
    if custom.get("drawStyle") == "bars":
        return axes.bar(times, [top - base for top, base in zip(numbers, ground)], bottom=ground, width=0.8, align="edge",
                        color=field["color"], alpha=0.75, linewidth=0)
    dashes = (0, (6, 4)) if custom.get("lineStyle", {}).get("fill") == "dash" else "-"
    axes.plot(times, numbers, color=field["color"], linewidth=1.2, linestyle=dashes,
              drawstyle="steps-post" if custom.get("lineInterpolation") == "stepAfter" else "default")
    if custom.get("fillOpacity"):
        low = min(axes.get_ylim()[0], 0) if stacks else 0
        axes.fill_between(times, numbers, ground if stacks else low, color=field["color"], alpha=custom["fillOpacity"] / 150,
                          linewidth=0)


def draw_limits(axes, fields):
    if fields and fields[0]["custom"].get("thresholdsStyle", {}).get("mode") == "dashed":
        for value, color in fields[0]["thresholds"]:
            if value is not None:
                axes.axhline(value, color=color, linewidth=1, linestyle=(0, (8, 6)))


def draw_timeline(card, question, seen):
    fields = seen["fields"]
    if not fields:
        return card.nothing()
    widest = max(len(field["name"]) for field in fields)
    left = min(0.25 + 0.075 * widest, card.width * 0.4)
    foot = 0.28
    axes = card.axes(left, 0.42, card.width - left - 0.15, card.height - 0.75 - foot)
    legend = {}
    for number, field in enumerate(fields):
        for (when, _, text, color), (after, *_) in zip(field["points"], [*field["points"][1:], (question["to"], 0)]):
            begin, end = dates.date2num(moment(when)), dates.date2num(moment(min(after, when + 1200)))
            axes.broken_barh([(begin, end - begin)], (number - 0.4, 0.8), color=color, linewidth=0)
            legend[text] = color
    axes.set_yticks(range(len(fields)), [field["name"] for field in fields])
    axes.set_ylim(len(fields) - 0.5, -0.5)
    styled(card, axes)
    over_time(card, axes, question)
    x = 0.15
    for text, color in legend.items():
        card.rectangle(x, card.height - 0.21, 0.14, 0.04, facecolor=color, edgecolor="none")
        card.text(x + 0.2, card.height - 0.19, text, size=7.5)
        x += 0.4 + 0.075 * len(text)


def styled(card, axes):
    axes.tick_params(length=0, labelsize=7.5, labelcolor=card.colors["quiet"])
    for side in axes.spines.values():
        side.set_visible(False)


def over_time(card, axes, question):
    axes.set_xlim(moment(question["from"]), moment(question["to"]))
    axes.xaxis.set_major_locator(dates.AutoDateLocator(maxticks=7))
    days = question["to"] - question["from"] > 3 * 86400
    axes.xaxis.set_major_formatter(dates.DateFormatter("%m/%d" if days else "%H:%M"))
    styled(card, axes)


def draw_table(card, _, seen):
    if not seen["rows"]:
        return card.nothing()
    rows = seen["rows"][:int((card.height - 0.75) / 0.27)]  # Grafana would scroll
    wide = (card.width - 0.2) / len(seen["columns"])  # as Grafana does it: all the same
    for column, head in enumerate(seen["columns"]):
        x = 0.15 + column * wide
        card.text(x, 0.52, head, color=card.colors["link"], weight="medium", room=wide - 0.08)
        for line, row in enumerate(rows):
            cell = row[column]
            card.text(x, 0.82 + 0.27 * line, cell["text"], color=cell.get("color"), room=wide - 0.08)


DRAW = {"stat": draw_stat, "bargauge": draw_bars, "timeseries": draw_timeseries, "state-timeline": draw_timeline,
        "table": draw_table}


def laid_out(board, screen, opened):
    """[("row", title, y, open)] and [("panel", question, seen, place)] from top to bottom; a closed row is a line."""
    by_row, items, top = {}, [], 0
    for row, question, seen in screen:
        by_row.setdefault(row, []).append((question, seen))
    closed = {outer["title"].split(": $")[0] for outer in board["panels"] if outer.get("repeat")}
    shown_closed = set()
    for row, panels in by_row.items():
        is_closed, kind = row.split(": ")[0] in closed and row not in opened, row.split(": ")[0]
        if is_closed and (kind in shown_closed or any(each.startswith(kind + ": ") for each in opened)):
            continue
        shown_closed.add(kind)
        items.append(("row", row, top, not is_closed))
        top += 1
        if not is_closed:
            first = min(question["panel"]["gridPos"]["y"] for question, _ in panels)
            for question, seen in panels:
                place = question["panel"]["gridPos"]
                items.append(("panel", question, seen, {**place, "y": top + place["y"] - first}))
            top += max(question["panel"]["gridPos"]["y"] - first + question["panel"]["gridPos"]["h"] for question, _ in panels)
    return items, top


def draw(board, screen, theme, opened):
    items, height = laid_out(board, screen, opened)
    page = Page(height + 1.6, theme)
    page.card({"x": 0, "y": 0, "w": 24, "h": 1}).text(0.1, 0.28, board["title"], size=13, weight="semibold")
    for kind, *item in items:
        if kind == "row":
            title, y, is_open = item
            page.card({"x": 0, "y": y + 1.4, "w": 24, "h": 1}).text(0.1, 0.16, f"{'⌄' if is_open else '›'}  {title}", size=10.5,
                                                                    weight="medium")
        else:
            question, seen, place = item
            card = page.card({**place, "y": place["y"] + 1.4})
            card.frame(question["panel"]["title"])
            DRAW[question["panel"]["type"]](card, question, seen)
    return page.figure


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.split("\n\n")[1])
    os.environ["BOXMETER_BUILD"] = str(pathlib.Path(sys.argv[1]).resolve())
    import seen
    import simulated
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else HERE / "preview"
    folder.mkdir(exist_ok=True)
    known = {font.name for font in font_manager.fontManager.ttflist}
    pyplot.rcParams["font.family"] = [name for name in ("Inter", "DejaVu Sans") if name in known]
    names = {simulated.ROOT / "tests/recordings" / recording: name for recording, name in BOXES.items()}
    with tempfile.TemporaryDirectory() as work, simulated.source(pathlib.Path(work), names, days=31) as source:
        for name, opened in PICTURES.items():
            board = json.loads((HERE / f"dashboards/{name}.json").read_text())
            asked = list(seen.panels_of(board, source, 6 * 3600))
            for mode in ("light", "dark"):
                told = seen.told([question for _, question in asked], mode)
                screen = [(row, question, panel) for (row, question), panel in zip(asked, told["panels"])]
                figure = draw(board, screen, told["theme"], opened)
                figure.savefig(folder / f"{name}-{mode}.png", dpi=80, facecolor=figure.get_facecolor())
                pyplot.close(figure)


if __name__ == "__main__":
    main()
