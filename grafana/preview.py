#!/usr/bin/env python3
"""Draws a dashboard as Grafana would about show it, from what a Prometheus answers: the preview of the README.

usage: preview.py PROMETHEUS_URL FILE.png [--dashboard NAME] [--minutes N]

Which panels there are, where they stand, what they are called, ask for and count in is read from the dashboard's JSON.
For example, ten minutes after `./dev demo --with-prometheus`:  grafana/preview.py http://127.0.0.1:9090 grafana/overview.png
Needs Debian's python3-matplotlib.
"""
import argparse
import datetime
import json
import pathlib
import re
import time
import urllib.parse
import urllib.request

import matplotlib

matplotlib.use("agg")
from matplotlib import dates, patches, pyplot, ticker  # noqa: E402

CELL = 0.36  # inches that a unit of the grid is high
WIDTH = 14
PALETTE = ["#56A64B", "#3274D9", "#F2A72E", "#E0226E", "#8F3BB8", "#37872D", "#FF780A", "#1F60C4"]
COLORS = {"green": "#56A64B", "yellow": "#E0A800", "red": "#E02F44", "blue": "#3274D9"}
INK, QUIET, LINE, PAGE = "#24292E", "#6E7680", "#E2E5E9", "#F4F5F5"


class Prometheus:
    """What it says of the last minutes, asked as Grafana does with all variables at All."""

    def __init__(self, url, minutes):
        self.url = url
        self.end = time.time()
        self.start = self.end - 60 * minutes
        self.step = (self.end - self.start) / 300

    def ask(self, target):
        """[(legend, labels, [(time, number)])]; one point where only the newest is wanted."""
        expression = re.sub(r'"\$\w+"', '".+"', target["expr"].replace("$__rate_interval", "1m"))
        asked = {"query": expression, "time": self.end} if target.get("instant") else {
            "query": expression, "start": self.start, "end": self.end, "step": self.step}
        path = f"{self.url}/api/v1/query{'' if target.get('instant') else '_range'}?{urllib.parse.urlencode(asked)}"
        with urllib.request.urlopen(path, timeout=10) as answer:
            series = json.load(answer)["data"]["result"]
        return [(re.sub(r"\{\{(\w+)\}\}", lambda name, labels=each["metric"]: labels.get(name[1], ""), target["legendFormat"]),
                 each["metric"], [(float(when), float(number)) for when, number in each.get("values") or [each["value"]]])
                for each in series]

    def marks(self, annotations):
        """[(time, colour)]: where each annotation begins."""
        found = []
        for annotation in annotations:
            for _, _, points in self.ask({"expr": annotation["expr"], "legendFormat": ""}):
                times = [when for when, number in points if number]
                found += [(when, annotation["iconColor"]) for before, when in zip([0, *times], times)
                          if when - before > 2 * self.step]
        return found


def scaled(number, unit, step=1000):
    for prefix in ("", "k", "M", "G"):
        if abs(number) < step:
            break
        number /= step
    return f"{number:.3g} {prefix}{unit}"


def lasting(seconds):
    for length, word in ((604800, "weeks"), (86400, "days"), (3600, "hours"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.3g} {word}"
    return f"{seconds:.3g} s"


FORMATS = {"bps": lambda number: scaled(number, "b/s"), "s": lasting, "celsius": lambda number: f"{number:.3g} °C",
           "percentunit": lambda number: f"{100 * number:.3g} %", "rotrpm": lambda number: f"{number:.0f} rpm",
           "short": lambda number: f"{number:.4g}"}


def formatter(unit):
    """Units that people know by their own name stand behind the number."""
    return FORMATS.get(unit) or (lambda number: f"{number:.4g} {unit.removeprefix('suffix: ')}")


def color_of(number, defaults):
    """By the panel's thresholds."""
    steps = defaults.get("thresholds", {}).get("steps", [])
    color = next((step["color"] for step in reversed(steps) if step["value"] is None or number >= step["value"]), INK)
    return COLORS.get(color, color)


def text_of(number, defaults):
    options = defaults.get("mappings", [{}])[0].get("options", {}) if defaults.get("mappings") else {}
    return options.get(f"{number:g}", {}).get("text") or formatter(defaults["unit"])(number)


class Card:
    """A panel's place on the page, in inches from its upper left corner."""

    def __init__(self, figure, place, title):
        self.figure = figure
        self.page_width, self.page_height = figure.get_size_inches()
        gap = 0.05
        self.left, self.top = place["x"] / 24 * WIDTH + gap, place["y"] * CELL + gap
        self.width, self.height = place["w"] / 24 * WIDTH - 2 * gap, place["h"] * CELL - 2 * gap
        self.rectangle(0, 0, self.width, self.height, facecolor="white", edgecolor=LINE)
        self.text(0.12, 0.2, title, size=9.5, weight="bold")

    def place(self, x, y, width, height):
        return [(self.left + x) / self.page_width, 1 - (self.top + y + height) / self.page_height,
                width / self.page_width, height / self.page_height]

    def rectangle(self, x, y, width, height, **style):
        left, bottom, wide, high = self.place(x, y, width, height)
        self.figure.add_artist(patches.Rectangle((left, bottom), wide, high, transform=self.figure.transFigure, zorder=-1,
                                                 **style))

    def text(self, x, y, words, size=8.0, color=INK, **style):
        left, bottom, _, _ = self.place(x, y, 0, 0)
        self.figure.text(left, bottom, words, size=size, color=color, va="center", **style)

    def axes(self, x, y, width, height):
        return self.figure.add_axes(self.place(x, y, width, height), facecolor="none")


def draw_stat(card, panel, found, *_):
    defaults = panel["fieldConfig"]["defaults"]
    filled = panel["options"]["colorMode"] == "background"
    tile = (card.width - 0.16) / max(1, len(found))
    for number, (legend, _, points) in enumerate(found):
        value, x = points[-1][1], 0.08 + number * tile
        color = color_of(value, defaults)
        if filled:
            card.rectangle(x + 0.02, 0.36, tile - 0.04, card.height - 0.44, facecolor=color, edgecolor="none")
        elif panel["options"]["graphMode"] == "area" and len(points) > 1:
            axes = card.axes(x + 0.04, 0.85, tile - 0.08, card.height - 0.92)
            axes.fill_between(*zip(*points), color=color, alpha=0.2, linewidth=0)
            axes.plot(*zip(*points), color=color, linewidth=1)
            axes.set_ylim(bottom=0)
            axes.axis("off")
        ink = "white" if filled else INK
        card.text(x + tile / 2, 0.5, legend, color=ink, ha="center")
        words = text_of(value, defaults)
        card.text(x + tile / 2, 0.74, words, size=min(15, 90 * tile / len(words)), weight="bold", ha="center",
                  color="white" if filled else color)


def draw_timeseries(card, panel, found, prometheus, marks):
    config = panel["fieldConfig"]
    mirrored = [re.compile(override["matcher"]["options"].strip("/")) for override in config["overrides"]
                if any(each["value"] == "negative-Y" for each in override["properties"])]
    shown = formatter(config["defaults"]["unit"])
    columns = 2 if len(found) > 4 and card.width > 7 else 1
    lines = min(-(-len(found) // columns), int((card.height - 1.4) / 0.17))  # Grafana would scroll
    legend_height = 0.2 + 0.17 * lines
    axes = card.axes(0.85, 0.42, card.width - 1.0, card.height - 0.72 - legend_height)
    for number, (legend, _, points) in enumerate(found):
        sign = -1 if any(pattern.search(legend) for pattern in mirrored) else 1
        times, values = [], []
        for (when, value), (before, _) in zip(points, [points[0], *points]):
            if when - before > 1.5 * prometheus.step:  # a gap stays one
                times, values = [*times, datetime.datetime.fromtimestamp(before)], [*values, float("nan")]
            times, values = [*times, datetime.datetime.fromtimestamp(when)], [*values, sign * value]
        color = PALETTE[number % len(PALETTE)]
        axes.plot(times, values, color=color, linewidth=1.2)
        axes.fill_between(times, values, color=color, alpha=0.07, linewidth=0)
        if number >= lines * columns:
            continue
        left = number // lines * card.width / columns
        right, y = left + card.width / columns - 0.15, card.height - legend_height + 0.17 * (number % lines)
        if number % lines == 0:
            for place, name in enumerate(("last", "max", "mean")):
                card.text(right - 0.85 * place, y, name, size=7.5, color=QUIET, ha="right")
        card.rectangle(left + 0.14, y + 0.145, 0.16, 0.03, facecolor=color, edgecolor="none")
        card.text(left + 0.38, y + 0.16, legend, size=7.5)
        numbers = [value for _, value in points]
        for place, value in enumerate((numbers[-1], max(numbers), sum(numbers) / len(numbers))):
            card.text(right - 0.85 * place, y + 0.16, shown(value), size=7.5, ha="right")
    axes.yaxis.set_major_locator(ticker.MaxNLocator(5))
    axes.yaxis.set_major_formatter(lambda value, _: shown(abs(value)))
    over_time(axes, prometheus, marks)
    axes.grid(axis="y", color=LINE, linewidth=0.7)


def draw_timeline(card, panel, found, prometheus, marks):
    axes = card.axes(0.6, 0.42, card.width - 0.75, card.height - 0.75)
    for number, (_, _, points) in enumerate(found):
        for when, value in points:
            begin = dates.date2num(datetime.datetime.fromtimestamp(when))
            axes.broken_barh([(begin, prometheus.step * 1.05 / 86400)], (number - 0.38, 0.76),
                             color=color_of(value, panel["fieldConfig"]["defaults"]), linewidth=0)
    axes.set_yticks(range(len(found)), [legend for legend, _, _ in found])
    axes.set_ylim(len(found) - 0.5, -0.5)
    over_time(axes, prometheus, marks)


def over_time(axes, prometheus, marks):
    for when, color in marks:
        axes.axvline(datetime.datetime.fromtimestamp(when), color=color, linewidth=1, linestyle="--")
    axes.set_xlim(datetime.datetime.fromtimestamp(prometheus.start), datetime.datetime.fromtimestamp(prometheus.end))
    axes.xaxis.set_major_locator(dates.AutoDateLocator(maxticks=8))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%H:%M"))
    axes.tick_params(length=0, labelsize=7.5, labelcolor=QUIET)
    axes.margins(y=0.08)
    for side in axes.spines.values():
        side.set_visible(False)


def draw_table(card, panel, found, *_):
    options = panel["transformations"][0]["options"]
    found = found[:int((card.height - 0.8) / 0.25)]  # Grafana would scroll
    columns = list(dict.fromkeys(label for _, labels, _ in found for label in labels if label not in options["excludeByName"]))
    if not found:
        card.text(card.width / 2, card.height / 2, panel["fieldConfig"]["defaults"]["noValue"], color=QUIET, ha="center")
    widths = [max(len(text) for text in [column, *(labels.get(column, "") for _, labels, _ in found)]) + 3 for column in columns]
    x = 0.15
    for column, width in zip(columns, widths):
        card.text(x, 0.52, options["renameByName"].get(column, column), color="#1F60C4", weight="bold")
        for line, (_, labels, _) in enumerate(found):
            card.text(x, 0.8 + 0.25 * line, labels.get(column, ""))
        x += width / sum(widths) * (card.width - 0.2)


DRAW = {"stat": draw_stat, "timeseries": draw_timeseries, "state-timeline": draw_timeline, "table": draw_table}


def draw(board, prometheus):
    """The rows that are open; a closed one is drawn as its line, once."""
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board["panels"]) + 1.6
    figure = pyplot.figure(figsize=(WIDTH, height * CELL), facecolor=PAGE)
    marks = prometheus.marks(board["annotations"]["list"])
    heading = Card.__new__(Card)
    heading.figure, heading.left, heading.top = figure, 0, 0
    heading.page_width, heading.page_height = figure.get_size_inches()
    heading.text(0.15, 0.3, board["title"], size=13, weight="bold")
    for panel in board["panels"]:
        place = {**panel["gridPos"], "y": panel["gridPos"]["y"] + 1.4}
        if panel["type"] == "row":
            title = re.sub(r": \$\w+", "", panel["title"])
            arrow = "›" if panel["collapsed"] else "⌄"
            heading.text(0.15, (place["y"] + 0.55) * CELL, f"{arrow} {title}", size=10.5, weight="medium")
        else:
            DRAW[panel["type"]](Card(figure, place, panel["title"]), panel,
                                [series for target in panel["targets"] for series in prometheus.ask(target)], prometheus, marks)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prometheus")
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--dashboard", default="overview")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    file = pathlib.Path(__file__).resolve().parent / "dashboards" / f"{options.dashboard}.json"
    figure = draw(json.loads(file.read_text()), Prometheus(options.prometheus, options.minutes))
    figure.savefig(options.file, dpi=100, facecolor=figure.get_facecolor())


if __name__ == "__main__":
    main()
