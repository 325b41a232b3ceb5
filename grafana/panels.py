"""The panels of Grafana's dashboards, and how all of them look; make_dashboards.py says which there are."""
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
OURS = 'job=~"$job", instance=~"$instance"'
ON = "on (job, instance, device"
BITS, BYTES, SECONDS, RATIO, DB, DBM = "bps", "bytes", "s", "percentunit", "dB", "dBm"
GREEN, YELLOW, RED, GRAY = "green", "yellow", "red", "#808080"
HELPS = dict(re.findall(r"^\| `(\w+)` \|(?:[^|]*\|){3} (.*?) \|", (HERE.parent / "config/METRICS.md").read_text(), re.M))


def pick(metric, boxes="device"):
    """metric{job=~"$job", instance=~"$instance", device=~"$device"}"""
    return f'{metric}{{{OURS}, device=~"${boxes}"}}'


def per_second(metric, boxes="device"):
    return f"rate({pick(metric, boxes)}[$__rate_interval])"


def bits_per_second(metric, boxes="device"):
    """Lines are sold in bits; the metrics count bytes, as all of Prometheus does."""
    return "8 * " + (per_second if metric.endswith("_total") else pick)(metric, boxes)


def named(expression, info, key):
    """With the thing's name, which its info metric knows; a thing may have several rows there (a Wi-Fi device on two bands)."""
    return f"{expression} * {ON}, {key}) group_left (name) max by (job, instance, device, {key}, name) ({info})"


def steps(*pairs):
    """(None, green), (4, red): green, from 4 on red"""
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in pairs]}


def mapping(off, on):
    """What 0 and 1 are called, and their colours."""
    return {"thresholds": steps((None, off[1]), (1, on[1])),
            "mappings": [{"type": "value", "options": {"0": {"text": off[0], "color": off[1]},
                                                       "1": {"text": on[0], "color": on[1]}}}]}


UP, YES_IS_BAD = mapping(("down", RED), ("up", GREEN)), mapping(("no", GREEN), ("yes", YELLOW))
ON_OFF = mapping(("off", GRAY), ("on", GREEN))


def limits(*pairs):
    """Thresholds that are drawn as lines."""
    return {"defaults": {"thresholds": steps(*pairs)}, "custom": {"thresholdsStyle": {"mode": "dashed"}}}


def link_to(name, title):
    """From a value to the dashboard that tells more of its box."""
    return [{"title": title, "targetBlank": False,
             "url": f"/d/boxmeter-{name}?${{__url_time_range}}&${{datasource:queryparam}}&var-device=${{__field.labels.device}}"}]


def targets(expressions, instant=False):
    return [{"refId": chr(ord("A") + index), "expr": expression, "legendFormat": legend, "datasource": DATASOURCE,
             "instant": instant, "range": not instant, "editorMode": "code"}
            for index, (expression, legend) in enumerate(expressions)]


def described(expressions):
    """What the catalogue says of the metrics of a panel."""
    names = [name for expression, _ in expressions for name in re.findall(r"\w+", expression)]
    helps = dict.fromkeys(HELPS[name] for name in names if name in HELPS and not name.endswith("_info"))
    return " ".join(helps) or " ".join(dict.fromkeys(HELPS[name] for name in names if name in HELPS))


def panel(kind, title, expressions, unit="short", width=8, height=7, note="", defaults=None, options=None,
          custom=None, overrides=(), instant=False, none="no box here has this", colors="thresholds", **more):
    """What is not said here is Grafana's default, which for colours is red from 80 on."""
    return {"type": kind, "title": title, "description": note or described(expressions), "datasource": DATASOURCE,
            "targets": targets(expressions, instant), "gridPos": {"w": width, "h": height},
            "fieldConfig": {"defaults": {"unit": unit, "noValue": none, "color": {"mode": colors},
                                         "thresholds": steps((None, "blue")), **(defaults or {}), "custom": custom or {}},
                            "overrides": list(overrides)},
            "options": options or {}, **more}


def override(pattern, **properties):
    return {"matcher": {"id": "byRegexp", "options": pattern},
            "properties": [{"id": name.replace("_", "."), "value": value} for name, value in properties.items()]}


def series(title, *expressions, unit="short", mirrored=None, stacked=False, custom=None, overrides=(), **more):
    """Lines over time; `mirrored` is a pattern of legends that are drawn downwards."""
    style = {"lineWidth": 1, "fillOpacity": 12, "showPoints": "never", "spanNulls": False,
             "stacking": {"mode": "normal" if stacked else "none", "group": "A"}, **(custom or {})}
    mirror = [override(mirrored, custom_transform="negative-Y")] if mirrored else []
    options = {"legend": {"displayMode": "table", "placement": "bottom", "showLegend": True,
                          "calcs": ["mean", "max", "lastNotNull"]},
               "tooltip": {"mode": "multi", "sort": "desc"}}
    return panel("timeseries", title, expressions, unit, custom=style, overrides=[*mirror, *overrides], options=options,
                 colors="palette-classic", **more)


def stat(title, *expressions, unit="short", defaults=None, width=4, height=4, color="value", graph="none", **more):
    return panel("stat", title, expressions, unit, width, height, defaults=defaults, instant=graph == "none", options={
        "colorMode": color, "graphMode": graph, "textMode": "value_and_name", "justifyMode": "auto",
        "orientation": "auto", "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}, **more)


def timeline(title, *expressions, defaults=None, **more):
    return panel("state-timeline", title, expressions, defaults=defaults or UP, custom={"fillOpacity": 80, "lineWidth": 0},
                 options={"mergeValues": True, "showValue": "never", "rowHeight": 0.8,
                          "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"},
                          "tooltip": {"mode": "single", "sort": "none"}}, **more)


def table(title, expression, hide=("Time", "__name__", "job", "instance", "Value"), rename=None, unit="short", **more):
    """Instant values, a row per series."""
    made = panel("table", title, [(expression, "")], unit, instant=True, options={"showHeader": True, "cellHeight": "sm"},
                 transformations=[{"id": "organize", "options": {"excludeByName": {name: True for name in hide},
                                                                 "renameByName": {"device": "box", **(rename or {})}}}],
                 **more)
    made["targets"][0]["format"] = "table"
    return made


def row(title, *panels):
    return {"title": title, "panels": panels}


def row_of(variable, metric, title, *panels, label="device"):
    """A closed row for each box (each `label`) that has the metric; its panels ask for `$variable`."""
    return {"title": title, "panels": panels, "repeat": variable, "metric": metric, "label": label}
