"""From rows of panels to a dashboard as Grafana reads it: places, variables, links, marks in time."""
from boards import influx
from panels import DATASOURCE, ON, OURS, pick

# Marks in every panel over time: what happened, how it is found, how often that is looked at.
ANNOTATIONS = [
    ("Restarts", "orange", "{{device}} restarted", f'resets({pick("box_uptime_seconds")}[2m]) > 0'),
    ("New firmware", "purple", "{{device}} runs {{firmware}}",
     f'{pick("box_info")} unless {ON}, firmware) {pick("box_info")} offset 5m and {ON}) {pick("box_info")} offset 5m'),
    ("Outages", "red", "{{device}} has no internet", f'{pick("box_wan_connected")} == bool 0 == 1'),
]


def variables(rows):
    def query(name, label, expression, hide=0):
        return {"type": "query", "name": name, "label": label, "datasource": DATASOURCE, "refresh": 2, "sort": 1, "hide": hide,
                "query": {"query": expression, "refId": "variable"}, "definition": expression, "includeAll": True,
                "multi": True, "allValue": ".+", "current": {"text": "All", "value": "$__all", "selected": True}}
    chosen = [{"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1,
               "current": {}, "hide": 0},
              query("job", "Job", "label_values(boxmeter_build_info, job)"),
              query("instance", "Instance", 'label_values(boxmeter_build_info{job=~"$job"}, instance)'),
              query("device", "Box", f"label_values(box_up{{{OURS}}}, device)")]
    if "${limit}" in repr(rows):
        chosen.append(textbox("limit", "Limit (GB in 30 days, 0: none)", "0"))
    for each in [*rows, *(panel for row in rows for panel in row["panels"])]:
        if "repeat" in each:
            label = each.get("label", "device")
            having = pick(each["metric"]) if label == "device" else f'{each["metric"]}{{{OURS}}}'
            chosen.append(query(each["repeat"], each["title"].split(":")[0], f"label_values({having}, {label})", hide=2))
    return chosen


def placed(panels, top):
    """From left to right, a new line where one does not fit; and where the next row begins."""
    made, left, height = [], 0, 0
    for each in panels:
        place = each["gridPos"]
        # Low panels may stand on top of each other beside a high one.
        above = made[-1]["gridPos"] if made else None
        if above and above["w"] == place["w"] and above["h"] + place["h"] <= height and above["y"] == top:
            made.append({**each, "gridPos": {**place, "x": above["x"], "y": top + above["h"]}})
            continue
        if left + place["w"] > 24:
            top, left, height = top + height, 0, 0
        made.append({**each, "gridPos": {**place, "x": left, "y": top}})
        made[-1].pop("metric", None)  # said for variables() alone
        left, height = left + place["w"], max(height, place["h"])
    return made, top + height


def laid_out(rows):
    panels, top = [], 0
    for each in rows:
        inside, end = placed(each["panels"], top + 1)
        head = {"type": "row", "title": each["title"], "gridPos": {"x": 0, "y": top, "w": 24, "h": 1}}
        if "repeat" in each:
            panels.append({**head, "title": f"{each['title']}: ${each['repeat']}", "collapsed": True, "repeat": each["repeat"],
                           "panels": inside})
            top += 1
        else:
            panels += [{**head, "collapsed": False, "panels": []}, *inside]
            top = end
    return numbered(panels)


def numbered(panels):
    count = 0
    for each in panels:
        for made in [each, *each.get("panels", [])]:
            made["id"] = count = count + 1
    return panels


def annotations():
    return [{"name": name, "datasource": DATASOURCE, "enable": True, "iconColor": color, "titleFormat": title, "expr": expression,
             "step": "60s", "useValueForTime": False} for name, color, title, expression in ANNOTATIONS]


def textbox(name, label, value):
    chosen = {"text": value, "value": value}
    return {"type": "textbox", "name": name, "label": label, "query": value, "hide": 0, "current": chosen,
            "options": [{**chosen, "selected": True}]}


def influx_variables():
    boxes = 'SHOW TAG VALUES FROM "$measurement" WITH KEY = "device"'
    return [{"type": "datasource", "name": "datasource", "label": "Data source", "query": "influxdb", "refresh": 1, "current": {},
             "hide": 0},
            textbox("measurement", "Measurement", "prometheus"), textbox("zone", "Time zone of the days", "Europe/Berlin"),
            {"type": "query", "name": "device", "label": "Box", "datasource": influx.SOURCE, "refresh": 2, "sort": 1, "hide": 0,
             "query": boxes, "definition": boxes, "includeAll": True, "multi": True,
             "current": {"text": "All", "value": "$__all", "selected": True}}]


def influx_dashboard():
    panels = [panel if panel["type"] == "row" else influx.of_influx(panel) for panel in laid_out(influx.ROWS)]
    about = "Boxes, line, home network and smart home, from InfluxDB with InfluxQL."
    return {**dashboard("influxdb", "Boxes (InfluxDB)", about, []), "tags": ["boxmeter-influxdb"],
            "templating": {"list": influx_variables()}, "annotations": {"list": []}, "links": [], "panels": panels}


def dashboard(name, title, description, rows):
    links = [{"type": "dashboards", "tags": ["boxmeter"], "title": "Boxes", "asDropdown": True, "includeVars": True,
              "keepTime": True, "icon": "external link", "targetBlank": False, "tooltip": "", "url": ""}]
    return {"uid": f"boxmeter-{name}", "title": title, "description": description, "tags": ["boxmeter"], "schemaVersion": 39,
            "version": 1, "editable": False, "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-6h", "to": "now"},
            "timezone": "browser", "templating": {"list": variables(rows)}, "annotations": {"list": annotations()},
            "links": links, "panels": laid_out(rows)}
