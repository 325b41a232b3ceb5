"""The panels of Grafana's dashboards, and how all of them look; the boards say which there are."""
import functools
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
OURS = 'job=~"$job", instance=~"$instance"'
BOX = "job, instance, device"
ON = f"on ({BOX}"
BITS, BYTES, SECONDS, RATIO, DB, DBM = "bps", "bytes", "s", "percentunit", "dB", "suffix:dBm"
CELSIUS, DATE = "celsius", "dateTimeAsIso"
VOLUME = "decbytes"  # contracts count 1000 bytes as a kB
A_MINUTE, A_SECOND = "suffix:/min", "suffix:/s"
SPAN = {"unit": "dtdurations", "decimals": 1}  # "2 days, 3 hours"
GREEN, YELLOW, ORANGE, RED, BLUE, GRAY = "green", "yellow", "orange", "red", "blue", "#808080"


@functools.cache
def labels_of():
    """{metric: its labels}, from the catalogue."""
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\| ([^|]*) \|", (HERE.parent / "config/METRICS.md").read_text(), re.M)
    return {name: labels.split(", ") for name, labels in rows}


def pick(metric, boxes="device", more=""):
    """metric{job=~"$job", instance=~"$instance", device=~"$device"}"""
    return f'{metric}{{{OURS}, device=~"${boxes}"{", " + more if more else ""}}}'


def per_second(metric, boxes="device", more=""):
    return f"rate({pick(metric, boxes, more)}[$__rate_interval])"


def bits_per_second(metric, boxes="device", more=""):
    """Lines are sold in bits; the metrics count bytes, as all of Prometheus does."""
    return "8 * " + (per_second if metric.endswith("_total") else pick)(metric, boxes, more)


def named(expression, info, key):
    """With the thing's name, which its info metric knows; a thing may have several rows there (a Wi-Fi device on two bands)."""
    return f"{expression} * {ON}, {key}) group_left (name) max by ({BOX}, {key}, name) ({info})"


def by(labels, expression, how="max"):
    """Without job and instance, and all else that a person does not read."""
    return f"{how} by ({labels}) ({expression})"


def where_told(label, word, expression):
    """The label with a word before it, where there is one: for legends of things that not every box tells."""
    return f'label_replace({expression}, "{label}", " {word} $1", "{label}", "(.+)")'


# Values

def steps(*pairs):
    """(None, green), (4, red): green, from 4 on red"""
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in pairs]}


def values(*words):
    """[(0, "down", red), (1, "up", green)]: what a number is called, and its colour."""
    return {"thresholds": steps((None, GRAY)),
            "mappings": [{"type": "value", "options": {str(number): {"text": text, "color": color, "index": index}
                                                       for index, (number, text, color) in enumerate(words)}}]}


def yes_no(off, on):
    """What 0 and 1 are called, and their colours."""
    return values((0, *off), (1, *on))


UP, BAD, GOOD = yes_no(("down", RED), ("up", GREEN)), yes_no(("no", GREEN), ("yes", YELLOW)), yes_no(("no", RED), ("yes", GREEN))
ON_OFF, PLAIN = yes_no(("off", GRAY), ("on", GREEN)), yes_no(("no", GRAY), ("yes", BLUE))
PRESENT = yes_no(("away", GRAY), ("here", GREEN))


def limits(*pairs):
    """Thresholds that are drawn as lines."""
    return {"defaults": {"thresholds": steps(*pairs)}, "custom": {"thresholdsStyle": {"mode": "dashed"}}}


# Links

KEPT = "${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}"
TOPICS = {"line": "Internet line", "network": "Home network and Wi-Fi", "hosts": "Hosts", "smarthome": "Smart home and energy",
          "storage": "Storage and services", "phone": "Phone", "boxmeter": "boxmeter itself"}


def link_to(*names, box="${__field.labels.device}"):
    """From a value to the dashboards that tell more of its box, at the same time of the same data source."""
    return [{"title": TOPICS[name], "targetBlank": False, "url": f"/d/boxmeter-{name}?{KEPT}&var-device={box}"} for name in names]


# Panels

def targets(expressions, instant=False):
    return [{"refId": chr(ord("A") + index), "expr": expression, "legendFormat": legend, "datasource": DATASOURCE,
             "instant": instant, "range": not instant, "editorMode": "code"}
            for index, (expression, legend) in enumerate(expressions)]


def panel(kind, title, note, expressions, unit="", width=8, height=7, defaults=None, options=None, custom=None, overrides=(),
          instant=False, colors="thresholds", **more):
    """What is not said here is Grafana's default, which for colours is red from 80 on."""
    if kind in ("timeseries", "stat", "bargauge"):
        unit = unit or "short"  # in a table it would be said of the labels, too
    said = {"color": {"mode": colors}, "thresholds": steps((None, BLUE)), **({"unit": unit} if unit else {}), **(defaults or {})}
    return {"type": kind, "title": title, "description": note, "datasource": DATASOURCE, "targets": targets(expressions, instant),
            "gridPos": {"w": width, "h": height}, "fieldConfig": {"defaults": {**said, "custom": custom or {}},
                                                                  "overrides": list(overrides)},
            "options": options or {}, **more}


def override(pattern, **properties):
    """For the legends that a pattern fits."""
    return rule("byRegexp", pattern, **properties)


def column(name, **properties):
    return rule("byName", name, **properties)


def rule(matcher, option, **properties):
    return {"matcher": {"id": matcher, "options": option},
            "properties": [{"id": name.replace("_", "."), "value": value} for name, value in properties.items()]}


def mirrored(pattern):
    return override(pattern, custom_transform="negative-Y")


def capacity(pattern):
    """A bound, drawn as a dashed line over what it bounds."""
    return override(pattern, custom_fillOpacity=0, custom_lineStyle={"fill": "dash", "dash": [8, 6]},
                    custom_stacking={"mode": "none"})


def series(title, note, *expressions, unit="", stacked=False, custom=None, calcs=("mean", "max", "lastNotNull"), bars=False,
           **more):
    """Lines over time, or bars."""
    stepped = (custom or {}).get("lineInterpolation") == "stepAfter"
    fill = 60 if bars else 30 if stacked else 12 if unit in (BITS, BYTES) and not stepped else 0  # an area where it is an amount
    style = {"drawStyle": "bars" if bars else "line", "lineWidth": 1, "fillOpacity": fill, "showPoints": "never",
             "spanNulls": False, "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
             **({"axisSoftMin": 0} if unit in (BITS, BYTES, VOLUME) else {}), **(custom or {})}
    options = {"legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": list(calcs)},
               "tooltip": {"mode": "multi", "sort": "desc"}}
    return panel("timeseries", title, note, expressions, unit, custom=style, options=options, colors="palette-classic", **more)


def per_day(title, note, *expressions, days=30, **more):
    """A bar for each day of the dashboard's time zone.  The query asks for the day that begins at the bar."""
    return series(title, note, *expressions, bars=True, calcs=("sum", "mean", "max"), timeFrom=f"{days}d", interval="1d", **more)


def a_day(metric, boxes="device"):
    return f"increase({pick(metric, boxes)}[1d] offset -1d)"


def stat(title, note, *expressions, unit="", defaults=None, width=4, height=4, color="value", graph="none", instant=None,
         calc="lastNotNull",
         orientation="auto", **more):
    return panel("stat", title, note, expressions, unit, width, height, defaults=defaults,
                 instant=graph == "none" if instant is None else instant, options={
                     "colorMode": color, "graphMode": graph, "textMode": "value_and_name", "justifyMode": "auto",
                     "orientation": orientation, "reduceOptions": {"calcs": [calc], "fields": "", "values": False}}, **more)


def bars(title, note, *expressions, unit="", defaults=None, **more):
    """A bar for each thing, the longest first where the query says so."""
    return panel("bargauge", title, note, expressions, unit, defaults={"min": 0, **(defaults or {})}, instant=True, options={
        "displayMode": "basic", "orientation": "horizontal", "valueMode": "color", "showUnfilled": True,
        "minVizHeight": 16, "minVizWidth": 8,
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}, **more)


def timeline(title, note, *expressions, defaults=None, **more):
    return panel("state-timeline", title, note, expressions, defaults=defaults or UP, custom={"fillOpacity": 80, "lineWidth": 0},
                 options={"mergeValues": True, "showValue": "never", "rowHeight": 0.8, "perPage": 20,
                          "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"},
                          "tooltip": {"mode": "single", "sort": "none"}}, **more)


HIDDEN = ("Time", "__name__", "job", "instance")
WORDS = {"device": "Box", "mac": "MAC", "id": "ID", "ssid": "SSID", "bssid": "BSSID", "fstype": "File system", "os": "System",
         "local_address": "Local address", "last_error": "Last error", "vm": "Machine", "dns": "DNS", "mdns": "mDNS",
         "alertname": "Alert", "peer_name": "Peer", "task": "Task", "https_port": "HTTPS port", "table": "Partition table",
         "number": "No.",
         "docsis": "DOCSIS"}


def heads_of(expression, hide):
    """{label: its head}, in the order in which the first column's query names them."""
    grouped = re.match(r"max by \(([^)]*)\)", expression)
    labels = grouped[1].split(", ") if grouped else ["device", *(
        label for metric in re.findall(r"\w+", expression) for label in labels_of().get(metric, []) if label)]
    return {label: WORDS.get(label, label.capitalize().replace("_", " ")) for label in dict.fromkeys(labels) if label not in hide}


def table(title, note, *columns, hide=(), links=(), looks=None, width=12, **more):
    """Instant values: a row per thing; a column is (expression, its head or "" for one that always is 1, how it looks).

    What is said of a column is said by its name, so that a box called 7590 stays "7590"; `looks` is of label columns."""
    names = ["Value"] if len(columns) == 1 else [f"Value #{chr(ord('A') + index)}" for index in range(len(columns))]
    hidden = [*HIDDEN, *hide, *(name for name, (_, head, *_) in zip(names, columns) if not head)]
    if len(columns) > 1:
        hidden.append("Value")  # what the only query that has data calls its column; what then stands there is 1
    heads = heads_of(columns[0][0], hidden) | {name: head for name, (_, head, *_) in zip(names, columns) if head}
    rules = [column(head, **look) for head, look in [*((head, look) for _, head, look in columns if head), *(looks or {}).items()]]
    if links:
        rules.append(column("Box", links=link_to(*links, box="${__value.text}")))
    merge = [{"id": "merge", "options": {}}] if len(columns) > 1 else []
    made = panel("table", title, note, [(expression, "") for expression, *_ in columns], width=width, instant=True,
                 overrides=rules, options={"showHeader": True, "cellHeight": "sm"},
                 transformations=[*merge, {"id": "organize", "options": {
                     "excludeByName": {name: True for name in hidden},
                     "indexByName": {name: index for index, name in enumerate(heads)}, "renameByName": heads}},
                     {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": next(iter(heads.values()))}]}}], **more)
    for target in made["targets"]:
        target["format"] = "table"
    return made


def told(look):
    """A look of a table's column from the defaults of a panel: colours as text."""
    return {**look, "custom_cellOptions": {"type": "color-text"}}


def for_each_with(variable, metric, panel):
    """One such panel for each box that has the metric; it asks for `$variable`."""
    return {**panel, "repeat": variable, "repeatDirection": "h", "maxPerRow": 2, "metric": metric}


# Rows

def row(title, *panels):
    return {"title": title, "panels": panels}


def row_of(variable, metric, title, *panels, label="device"):
    """A closed row for each box (each `label`) that has the metric; its panels ask for `$variable`."""
    return {"title": title, "panels": panels, "repeat": variable, "metric": metric, "label": label}
