"""What a person sees on a dashboard: its panels asked of a Prometheus, and told by Grafana's own code (reader/read.cjs)."""
import fcntl
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = HERE.parent / ".venv/grafana"  # what npm installs, once per checkout


class NotHere(Exception):
    """Why Grafana's code cannot be had."""


@functools.cache
def packages():
    """The folder of Grafana's packages; npm fetches them the first time."""
    if not shutil.which("npm") or not shutil.which("node"):
        raise NotHere("npm is not installed")
    wanted = (HERE / "reader/package.json").read_text()
    PACKAGES.mkdir(parents=True, exist_ok=True)
    with open(PACKAGES / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        stamp = PACKAGES / "installed"
        if not stamp.exists() or stamp.read_text() != wanted:
            (PACKAGES / "package.json").write_text(wanted)
            done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts",
                                   "--legacy-peer-deps", "--engine-strict=false"], cwd=PACKAGES, capture_output=True, text=True,
                                  timeout=600)
            if done.returncode:
                raise NotHere(f"npm cannot install Grafana's packages here: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
            stamp.write_text(wanted)
    return PACKAGES / "node_modules"


class Source:
    """A Prometheus, asked as Grafana's data source does: over [end - length, end], scraped every `scrape` seconds."""

    def __init__(self, url, end=None, scrape=30):
        self.url, self.end, self.scrape = url, end or time.time(), scrape

    def get(self, path, **parameters):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=30) as answer:
            return json.load(answer)["data"]

    def values_of(self, definition, variables):
        """The values of a variable: label_values(selector, label)."""
        selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", definition).groups()
        found = self.get("query", query=f"count by ({label}) ({filled(selector, variables)})", time=self.end)["result"]
        return sorted(each["metric"][label] for each in found if label in each["metric"])

    def ask(self, panel, variables, length):
        """(the answers to a panel's queries, from when on it draws)."""
        length = seconds(panel.get("timeFrom")) or length
        step = max(seconds(panel.get("interval")) or self.scrape, round_interval(length / min(panel.get("maxDataPoints", 700),
                                                                                              700)))
        known = {**variables, "__rate_interval": f"{max(step + self.scrape, 4 * self.scrape)}s", "__interval": f"{step}s",
                 "__range": f"{length}s"}
        begin = (self.end - length) // step * step
        answers = []
        for target in panel["targets"]:
            expression = filled(target["expr"], known)
            data = self.get("query", query=expression, time=self.end) if target.get("instant") else self.get(
                "query_range", query=expression, start=begin, end=self.end // step * step, step=step)
            answers.append({"refId": target["refId"], "type": data["resultType"], "result": data["result"]})
        return answers, self.end - length


class Influx:
    """An InfluxDB, asked with InfluxQL as Grafana does; what it answers is told as a Prometheus would."""

    def __init__(self, url, database, end):
        self.url, self.database, self.end = url, database, end

    def get(self, query):
        asked = urllib.parse.urlencode({"db": self.database, "epoch": "s", "q": query})
        with urllib.request.urlopen(f"{self.url}/query?{asked}", timeout=30) as answer:
            result = json.load(answer)["results"][0]
        if "error" in result:
            raise ValueError(f"{query}: {result['error']}")
        return result.get("series", [])

    def ask(self, panel, variables, length):
        length = seconds(panel.get("timeFrom")) or length
        step = max(seconds(panel.get("interval")) or 1, round_interval(length / 700), 300)
        known = {**variables, "timeFilter": f"time >= {self.end - length}s and time <= {self.end}s", "__interval": f"{step}s"}
        answers = []
        for target in panel["targets"]:
            target["format"] = target["resultFormat"]
            target["legendFormat"] = re.sub(r"\$tag_(\w+)", r"{{\1}}", target["alias"])
            series = self.get(filled(target["query"].replace("${device:regex}", ".+"), known))
            told_series = [{"metric": each.get("tags", {}), "values": [[when, str(value)] for when, value in each["values"]]}
                           for each in series]
            answers.append({"refId": target["refId"], "type": "matrix", "result": told_series})
        return answers, self.end - length


def seconds(duration):
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    return int(duration[:-1]) * units[duration[-1]] if duration else None


def round_interval(wished):
    return next(step for step in (1, 15, 30, 60, 120, 300, 600, 1800, 3600, 21600, 86400) if step >= wished or step == 86400)


def filled(expression, variables):
    return re.sub(r"\$\{?(\w+)\}?", lambda name: str(variables.get(name[1], name[0])), expression)


def panels_of(board, source, length):
    """(title of the row, what told() is asked) of all panels, those of a closed row once for each that has it."""
    variables = {variable["name"]: variable.get("query", "") if variable["type"] == "textbox" else ".+"
                 for variable in board["templating"]["list"]}
    definitions = {each["name"]: each.get("definition") for each in board["templating"]["list"]}
    row = ""
    for outer in board["panels"]:
        if outer["type"] != "row":
            for panel, chosen in repeated(outer, source, variables, definitions):
                yield row, question(panel, source, chosen, length)
            continue
        row = outer["title"]
        for value in source.values_of(definitions[outer["repeat"]], variables) if outer.get("repeat") else []:
            chosen = {**variables, outer["repeat"]: value}
            for panel in outer["panels"]:
                yield filled(outer["title"], chosen), question(panel, source, chosen, length)


def repeated(panel, source, variables, definitions):
    """The panel, or one for each value of the variable that it repeats for, side by side as Grafana puts them."""
    if "repeat" not in panel:
        return [(panel, variables)]
    values, place, made = source.values_of(definitions[panel["repeat"]], variables), panel["gridPos"], []
    wide = 24 // min(len(values), panel["maxPerRow"])
    for number, value in enumerate(values):
        line, position = divmod(number, panel["maxPerRow"])
        chosen = {**variables, panel["repeat"]: value}
        where = {"x": position * wide, "y": place["y"] + line * place["h"], "w": wide, "h": place["h"]}
        made.append(({**panel, "title": filled(panel["title"], chosen), "gridPos": where}, chosen))
    return made


def question(panel, source, variables, length):
    answers, begin = source.ask(panel, variables, length)
    return {"panel": panel, "variables": variables, "answers": answers, "from": begin, "to": source.end}


def told(questions, theme="light"):
    """What Grafana's code says of them: the colours of the page, and for each panel what is seen."""
    done = subprocess.run(["node", HERE / "reader/read.cjs"], input=json.dumps({"theme": theme, "panels": questions}),
                          capture_output=True, text=True, timeout=300, env={**os.environ, "NODE_PATH": str(packages())})
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


# As text, for goldens

def read(board, source, length=6 * 3600, theme="light"):
    """[(title of the row, what was asked, what is seen)] of all panels."""
    asked = list(panels_of(board, source, length))
    seen = told([question for _, question in asked], theme)["panels"]
    return [(row, question, panel) for (row, question), panel in zip(asked, seen)]


def page_of(title, panels):
    """What a person reads on a board, panel by panel; of what changes over time, how often and what last."""
    lines, row = [f"# {title}"], None
    for where, question, panel in panels:
        if where != row:
            row = where
            lines += ["", f"## {row}"]
        lines += ["", f"{question['panel']['title']} ({question['panel']['type']})",
                  *(f"  {line}" for line in lines_of(question, panel))]
    return "\n".join(lines) + "\n"


def lines_of(question, panel):
    kind = question["panel"]["type"]
    if kind == "table":
        return table_of(panel) or ["No data"]
    fields = panel["fields"]
    if kind == "state-timeline":
        return [f"{field['name']}: {' > '.join(runs_of(field['points']))}" for field in fields] or ["No data"]
    if kind in ("stat", "bargauge"):
        return [f"{field['name']}: {field['text']} {field['color']}" for field in fields] or ["No data"]
    steps = [f"from {bound} {color}" for bound, color in (fields[0]["thresholds"] if fields else []) if bound is not None]
    lines = [f"{field['name']}: {', '.join(f'{name} {text}' for name, text in field['calcs'].items())} {field['color']}"
             + (" downwards" if field["custom"].get("transform") == "negative-Y" else "")
             + (" dashed" if field["custom"].get("lineStyle", {}).get("fill") == "dash" else "") for field in fields]
    axes = [f"axis: {' | '.join(text for _, text in axis['ticks'])}" + (" (right)" if axis["right"] else "")
            for axis in panel["axes"]]
    return [*lines, *axes, *(["limits: " + ", ".join(steps)] if steps else [])] or ["No data"]


def table_of(panel):
    if not panel["rows"]:
        return []
    told_rows = [[cell["text"] + (f" {cell['color']}" if "color" in cell else "") for cell in row] for row in panel["rows"]]
    rows = [panel["columns"], *sorted(told_rows)]  # Prometheus has no order of its own
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [" | ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows]


def runs_of(points):
    """["up #56a64b (3x)"]: equal neighbours as one."""
    runs = []
    for _, _, text, color in points:
        if runs and runs[-1][:2] == (text, color):
            runs[-1] = (text, color, runs[-1][2] + 1)
        else:
            runs.append((text, color, 1))
    return [f"{text} {color} ({count}x)" for text, color, count in runs]
