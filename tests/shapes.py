#!/usr/bin/env python3
"""Writes docs/shapes.md: of every path that a pack reads, where a reply of that shape was really seen.

    python3 tests/shapes.py [FOLDER]   FOLDER: recordings of real boxes (default: ../shared/corpus)

Without that folder only the paths can be checked, not what was seen.
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared/corpus"
VERBS = ("tr064", "list", "aha", "lua", "rest", "get", "command", "rrd", "session", "callmonitor", "page", "query")
VERDICTS = {
    "recording": "a reply of a real box has it",
    "description": "a real box describes it (SCPD), no reply was recorded",
    "report": "somebody published it of a real box, in an issue or in a test of another program",
    "document": "the documentation of the interface has it",
    "none": "nobody has published a reply; published clients read it",
}
# What was published of real boxes: (request, path, where).  Only what was seen as an answer, not what a program reads.
REPORTS = [
    (r"lua dslStat", r"negotiatedValues/\*(/(title|val/\*/[du]s))?", "7530 AX 7.80, ma4nn/fritzbox-munin-fast"),
    (r"lua dslStat", r"negotiatedValues/\d+/val/0(/[du]s)?", "7530 AX 7.80, ma4nn/fritzbox-munin-fast"),
    (r"rest smarthome/overview", r"units/\*/interfaces/smartmeterInterface(/.*)?", "Smart Energy 250, evcc#29013"),
    (r"list Hosts1.X_AVM-DE_GetMeshListPath", r".*/rx_rcpi", "7590 8.03 and 5690 Pro, published tests"),
    (r"aha getdevicelistinfos", r"device/\*/(powermeter/voltage|simpleonoff/state|txbusy|present)", "DECT 210, home-assistant/core#55799"),
    (r"get system/", r"temp_(hdd0|sw|cpum|cpub|cpu_cp_master|cpu_cp_slave|cpu_ap)(/~)?|fan_rpm|box_flavor", "Delta 4.2.7, home-assistant/core#43812"),
]
# Files of real boxes for a document behind a request.
LISTS = {"X_AVM-DE_GetHostListPath": "devicehostlist", "X_AVM-DE_GetMeshListPath": "meshlist",
         "X_AVM-DE_GetWLANDeviceListPath": "wlandevicelist", "GetCallList": "calllist"}
AHA = {"getdevicelistinfos": "*device*.xml", "getbasicdevicestats": "basicdevicestats.xml"}


def from_xml(element):
    """As boxmeter makes JSON of XML."""
    name = lambda tag: tag.split("}")[-1]
    made = {"@" + name(key): value for key, value in element.attrib.items()}
    for child in element:
        value = from_xml(child)
        if name(child.tag) in made:
            before = made[name(child.tag)]
            made[name(child.tag)] = (before if isinstance(before, list) else [before]) + [value]
        else:
            made[name(child.tag)] = value
    text = (element.text or "").strip()
    if not made:
        return text or None
    return {**made, "#text": text} if text else made


def with_ends(mesh):
    """The mesh with what boxmeter adds to each link: the nodes and interfaces at its ends."""
    interfaces = [(node, interface) for node in mesh["nodes"] for interface in node.get("node_interfaces", [])]
    ends = {interface["uid"]: {**{key: value for key, value in node.items() if key != "node_interfaces"},
                               "node_id": node.get("device_mac_address") or node["uid"],
                               "interface_name": interface.get("name"), "interface_type": interface.get("type")}
            for node, interface in interfaces}
    for node, interface in interfaces:
        node["node_id"] = node.get("device_mac_address") or node["uid"]
        for link in interface.get("node_links", []):
            link.update({f"end_{i}": ends.get(link.get(f"node_interface_{i}_uid")) for i in (1, 2)})
    return mesh


def reply_of(path):
    try:
        if path.stem == "meshlist":
            return with_ends(json.loads(path.read_text()))
        if path.suffix == ".json":
            answer = json.loads(path.read_text())
            return answer.get("result", answer) if isinstance(answer, dict) else answer
        reply = from_xml(ElementTree.fromstring(path.read_text()))
        return next(iter(next(iter(reply.values())).values())) if path.parent.name == "soap" else reply
    except (ValueError, ElementTree.ParseError, StopIteration, AttributeError):
        return None


def steps_down(value, step):
    if step == "*":
        members = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        # A lone element stands for a list of one.
        lone = [value] if isinstance(value, dict) and any(not isinstance(each, (dict, list)) for each in members) else []
        return [*members, *lone] if value not in (None, "") and not isinstance(value, (str, int, float)) else [value]
    if isinstance(value, dict) and step in value:
        return [value[step]]
    if isinstance(value, list) and re.fullmatch(r"-?\d+", step) and -len(value) <= int(step) < len(value):
        return [value[int(step)]]
    return []


def leads_somewhere(reply, path):
    """Whether some place of the reply is where `path` leads."""
    places = [(reply,)]
    for step in filter(None, path.split("/")):
        step = step.replace("~1", "/").replace("~0", "~") if step != "~" else step
        if step == "~":
            continue
        if step == "..":
            places = [place[:-1] for place in places if len(place) > 1]
        else:
            places = [(*place, below) for place in places for below in steps_down(place[-1], step)]
    return any(place[-1] not in (None, "", [], {}) for place in places)


def sources(value):
    """The paths of `value:`, of a label, of `each:`."""
    if isinstance(value, list):
        return [path for each in value for path in sources(each)]
    if isinstance(value, dict):
        return sources(value.get("path") or value.get("sum") or [])
    text = "" if value is None else str(value)
    return [] if text.startswith("=") else [text]


def requests_of(request):
    """{part: [(verb, target)]} of a query's request; the only part of most has no name."""
    if isinstance(request, dict) and "first" in request:
        return {"": [one for each in request["first"] for one in requests_of(each)[""]]}
    verb = next((key for key in request if key in VERBS), None)
    if verb:
        target = request[verb]
        return {"": [(verb, target if isinstance(target, str) else json.dumps(target))]}
    return {part: requests_of(each)[""] for part, each in request.items()}


def paths_of(query):
    """(requests, path) of everything that the query reads."""
    parts = requests_of(query["request"])
    loops = {}
    for variable, loop in (query.get("for_each") or {}).items():
        if isinstance(loop, dict):
            asked = next((key for key in loop if key in VERBS), None) or "request"
            of_loop = requests_of({asked: loop[asked]} if asked != "request" else loop["request"])[""]
            each = (sources(loop.get("each")) or [""])[0]
            loops[variable] = (of_loop, each, loop.get("bind") or {})
            for path in [*(loop.get("bind") or {}).values(), *(loop.get("where") or {})]:
                yield of_loop, f"{each}/{path}".strip("/")

    def placed(each, path):
        if path.startswith("$"):
            head, _, rest = path[1:].partition("/")
            if head in loops:
                of_loop, loop_each, bind = loops[head]
                return of_loop, f"{loop_each}/{bind.get(rest, rest)}".strip("/")
            if head in parts and head:
                return parts[head], rest
            return (parts.get("reply") or parts.get("") or [], rest) if head == "reply" else (None, path)
        whole = f"{each}/{path}".strip("/") if not each.startswith("$") else path
        if each.startswith("$"):
            return placed("", each + ("/" + path if path else ""))
        if "" in parts:
            return parts[""], (whole + "/").removeprefix("reply/").rstrip("/") if query.get("for_each") else whole
        head, _, rest = whole.partition("/")
        return (parts[head], rest) if head in parts else (None, whole)

    for metric in query.get("metrics") or []:
        for each in sources(metric.get("each", query.get("each"))) or [""]:
            labels = {**(query.get("labels") or {}), **(metric.get("labels") or {})}
            read = [*sources(metric.get("value")), *(path for label in labels.values() for path in sources(label)),
                    *(metric.get("where") or query.get("where") or {}), *(metric.get("prefer") or {})]
            for path in [*([""] if each else []), *read]:
                requests, whole = placed(each, str(path))
                if requests and straight(whole) not in ("", "~"):
                    yield requests, straight(whole)


def straight(path):
    """Without going up what it has just gone down."""
    while re.search(r"(?<![^/])(?!\.\.)[^/]+/\.\./", path):
        path = re.sub(r"(?<![^/])(?!\.\.)[^/]+/\.\./", "", path, count=1)
    return path


def packs():
    for file in sorted((ROOT / "config/queries").glob("*.yml")):
        yield yaml.safe_load(file.read_text())


class Seen:
    """What real boxes and documents show."""

    def __init__(self, corpus):
        self.corpus = corpus
        self.described = {}
        for scpd in corpus.glob("fritzbox/*/*SCPD.xml"):
            for action in ElementTree.parse(scpd).iter():
                if action.tag.endswith("}action"):
                    names = [each.text for each in action.iter() if each.tag.endswith("}name")]
                    for name in names[1:]:
                        self.described.setdefault((names[0], name), scpd.parent.name)
        for matrix in corpus.glob("fritzbox/feature-matrix/*.json"):
            for row in json.loads(matrix.read_text()):
                self.described.setdefault((row["action"], "New" + row["result"]), matrix.stem.removeprefix("all_available_metrics_"))

    def files(self, verb, target):
        """(path, verdict) of recorded replies to that request."""
        name = re.sub(r"\{[^}]*\}", "1", target)
        if verb == "tr064":
            service, _, action = name.partition(".")
            names = [f"{each}.{action}.xml" for each in (("WANPPPConnection1", "WANIPConnection1", "WANIPConn1")
                                                       if service == "WANConnection" else (service,))]
            found = [path for each in names for path in self.corpus.glob(f"fritzbox/*/soap/{each}")]
        elif verb == "list":
            found = list(self.corpus.glob(f"fritzbox/*/lists/{LISTS.get(name.partition('.')[2], '-')}.*"))
        elif verb == "aha":
            pattern = AHA.get(name, "-")
            found = [*self.corpus.glob(f"fritzbox/*/aha/{pattern}"), *self.corpus.glob(f"fritzbox/*/lists/{pattern}")]
        elif verb == "get":
            file = re.sub(r"\{[^}]*\}", "0", target).strip("/").replace("/", "_").removesuffix("_now-60s")
            found = [path for path in self.corpus.glob("freebox/*/**/*.json")
                     if re.fullmatch(rf"(api_\w+?_)?{re.escape(file)}(-get)?", path.stem)]
        else:
            found = []
        yield from ((path, "document" if "documentation" in str(path) else "recording") for path in found)
        if verb == "get":  # the handmade ones follow the documentation of the API, as they say
            for path in sorted((ROOT / "tests/recordings").glob("freebox-*/get/*.json")):
                if re.fullmatch(re.sub(r"\\\{[^}]*\}", r"[^/]+", re.escape(target.strip("/").replace("/", "_"))), path.stem):
                    yield path, "document"

    def verdict(self, requests, path):
        best = ("none", "")
        order = list(VERDICTS)
        for verb, target in requests:
            for file, verdict in self.files(verb, target):
                if order.index(verdict) < order.index(best[0]) and leads_somewhere(reply_of(file), path):
                    best = verdict, next(part for part in file.parts if part[0].isdigit() or part.startswith(
                        ("freebox-", "ultra", "documentation", "various", "fritzbox-")) and part not in ("freebox", "fritzbox"))
            name = path.rpartition("/")[2]
            if verb == "tr064" and best[0] in ("none", "document"):
                where = self.described.get((target.partition(".")[2], name))
                best = ("description", where) if where else best
        for verb, target in requests:
            for request, place, where in REPORTS:
                if best[0] in ("none", "document") and re.fullmatch(request, f"{verb} {target}") and re.fullmatch(place, path):
                    best = ("report", where)
        return best


def rows(seen):
    """{pack: [(requests, path, verdict, where)]}"""
    table = {}
    for pack in packs():
        lines = {}
        for query in pack["queries"]:
            for requests, path in paths_of(query):
                asked = " or ".join(f"{verb} {target}" for verb, target in requests)
                lines[asked, path] = seen.verdict(requests, path) if seen else None
        table[pack["pack"]] = [(*key, verdict) for key, verdict in lines.items()]
    return table


def page(table):
    text = ["# Shapes: what each pack reads, and where it was seen", "",
            "Made by `tests/shapes.py`; a test holds it against the packs. Each path that a pack reads, and the best proof that a box",
            "really answers in that shape:", ""]
    text += [f"* **{verdict}**: {meaning}." for verdict, meaning in VERDICTS.items()]
    text += ["", "What has no proof (**none**) is read tolerantly, as everything is: `*` takes a lone element for a list of one, a member that is",
             "missing, empty or of another type is absent and never 0, text that is no number is absent and told once, and a state that",
             "nobody listed shows as all 0 and is counted. If your box answers otherwise, a recording (`boxmeter record`) proves it.", ""]
    counts = {verdict: sum(line[2][0] == verdict for lines in table.values() for line in lines) for verdict in VERDICTS}
    text += ["| " + " | ".join(VERDICTS) + " |", "|" + "---|" * len(VERDICTS), "| " + " | ".join(map(str, counts.values())) + " |", ""]
    for pack, lines in table.items():
        text += [f"## {pack}", "", "| request | path | seen |", "|---|---|---|"]
        text += [f"| `{asked}` | `{path}` | {verdict}{' (' + where + ')' if where else ''} |".replace("||", "\\|\\|")
                 for asked, path, (verdict, where) in lines]
        text.append("")
    return "\n".join(text)


if __name__ == "__main__":
    corpus = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    if not corpus.is_dir():
        sys.exit(f"{corpus}: no recordings of real boxes here")
    (ROOT / "docs/shapes.md").write_text(page(rows(Seen(corpus))))
