"""A marker in every leaf of every recording, texts, numbers, names of members and comments: none is in what `boxmeter record`
writes of it."""
import json
import re
import shutil

import pytest
from harness import RECORDINGS, ROOT, Sim

from test_record import kind_of, record, text_of

TEXT = re.compile(r"q\d{5}zqplant", re.I)
# What leads the recorder from one answer to the next question: planted too, but one file at a time.
LEADS = re.compile(
    r"(?i)success|error_code|id|ain|identifier|mac|api_version|api_base_url|\w*(path|url|urls)|\w*number\w*entries|\w*associations|"
    r"newnumberof\w*|\w*count|newdefaultconnectionservice|newsecurityport|\w*userlist|newphonebooklist|pid|profile_id|state|status|"
    r"\w*enable|schema_version|servicetype|serviceid|argument|action|direction|relatedstatevariable|xmlns\w*|version|encoding|"
    r"encodingstyle|major|minor|sid")
PACKS = {pack: pack.read_text() for pack in sorted((ROOT / "config/queries").glob("*.yml"))}


class Markers:
    """Texts and numbers that no box has; `numbers` says in which member of which file each was planted."""

    def __init__(self, leads):
        self.count, self.numbers, self.is_lead = 0, {}, leads.fullmatch

    def text(self):
        self.count += 1
        return f"q{self.count:05d}zqplant"

    def number(self, file, name):
        self.count += 1
        marker = str(907100000 + self.count)
        self.numbers[marker] = (file, name)
        return marker

    def instead_of(self, text, file, name):
        is_number = re.fullmatch(r"-?\d+([.,]\d+)?", text.strip())
        return self.number(file, name) if is_number else self.text()

    def in_json(self, value, file, name=""):
        if isinstance(value, dict):
            marked = {key: self.in_json(member, file, key) for key, member in value.items()}
            return {**marked, self.text(): self.text(), f"{self.text()}_count": int(self.number(file, "")),
                    "sfp_serial": self.text(), "name_dns": [self.text(), {"label": self.text()}]}
        if isinstance(value, list):
            return [self.in_json(element, file, name) for element in value]
        if isinstance(value, bool) or value is None or self.is_lead(name):
            return value
        return self.text() if isinstance(value, str) else int(self.number(file, name))

    def in_xml(self, text, file):
        is_description = file.endswith(("desc.xml", "SCPD.xml"))
        open_elements, made = [], []
        for piece in re.split(r"(<[^>]*>)", text):
            name = re.sub(r".*:", "", open_elements[-1]) if open_elements else ""
            if piece.startswith("</"):
                if not is_description and len(open_elements) > 3 and made[-1].strip() == "":
                    element = self.text()
                    made.append(f"<{element}>{self.text()}</{element}>")
                open_elements.pop()
                made.append(piece)
            elif piece.startswith("<?"):
                made.append(f"{piece}<!-- {self.text()} -->")
            elif piece.startswith("<"):
                if not piece.startswith("<!") and not piece.endswith("/>"):
                    open_elements.append(re.match(r"<([\w:.-]+)", piece)[1])
                made.append(re.sub(
                    r'(\s(?:[\w-]+:)?([\w-]+)=")([^"]*)"', lambda found: found[0] if self.is_lead(found[2]) or "xmlns" in found[1]
                    else f'{found[1]}{self.instead_of(found[3], file, found[2])}"', piece))
            else:
                stays = not piece.strip() or self.is_lead(name) or "&lt;" in piece or is_description and name == "name"
                made.append(piece if stays else self.instead_of(piece, file, name))
        return "".join(made)


def plant(recording, folder, markers, only=None):
    shutil.copytree(recording, folder)
    for path in sorted(folder.rglob("*.*")):
        file = str(path.relative_to(folder))
        if only not in (None, file):
            continue
        if path.suffix == ".json":
            answer = json.loads(path.read_text())
            if path.name == "query.json":  # its keys are what is asked
                answer = {key: markers.text() for key in answer}
            else:
                answer = markers.in_json(answer, file)
            path.write_text(json.dumps(answer))
        elif path.suffix == ".xml":
            path.write_text(markers.in_xml(path.read_text(), file))


def read_of(file):
    """The words of the packs that ask for a file: a number there is a measured value, and stays."""
    name = file.split("/", 1)[-1].rsplit(".", 1)[0]
    asking = []
    for text in PACKS.values():
        paths = [quoted or bare for quoted, bare in re.findall(r'get: (?:"([^"]+)"|([^\s,}"]+))', text)]
        paths = [re.sub("/now-.*", "", path).strip("/").replace("/", "_") for path in paths]
        patterns = [re.sub(r"\\{.*?\\}", "[^_]+", re.escape(path)) for path in paths]
        of_freebox = any(re.fullmatch(pattern, name) for pattern in patterns)
        of_fritzbox = name.split(".NewI")[0].split(".ain=")[0] in text or file.startswith(("lists/", "soap/", "aha/", "rest/", "rrd"))
        if of_freebox or (not file.startswith("get/") and of_fritzbox) or "/rrd_" in file and "rrd:" in text:
            asking.append(text)
    return {word.lower() for text in asking for words in (r"[\w-]+", r"[\w:/-]+") for word in re.findall(words, text)}


def check(recording, tmp_path, markers, only=None):
    plant(recording, tmp_path / recording.name, markers, only)
    with Sim(tmp_path / recording.name, args=["--still"]) as sim:
        ran = record(sim, kind_of(recording), tmp_path / "made", tmp_path)
    if only is not None and ran.returncode == 1 and not (tmp_path / "made").exists() and "bug of boxmeter" not in ran.stderr:
        return  # what was planted there hides the box
    assert ran.returncode == 0, ran.stderr
    made = text_of(tmp_path / "made")
    found = sorted({marker[0].lower() for marker in TEXT.finditer(made)})
    assert found == [], [line.strip()[:200] for line in made.splitlines() if TEXT.search(line)][:20]
    stayed = [(*markers.numbers[number], number) for number in set(re.findall(r"9071\d{5}", made)) & markers.numbers.keys()]
    # Of the history of temperatures a pack reads every member, since boxes have other sensors each.
    assert sorted(place for place in stayed if place[0] != "get/rrd_temp.json" and place[1].lower() not in read_of(place[0])) == []


@pytest.mark.parametrize("recording", sorted(RECORDINGS.iterdir()), ids=lambda path: path.name)
def test_no_marker_of_any_leaf_is_in_a_recording(recording, tmp_path):
    markers = Markers(LEADS)
    check(recording, tmp_path, markers)
    assert markers.count > 100


@pytest.mark.slow
@pytest.mark.parametrize("recording", sorted(RECORDINGS.iterdir()), ids=lambda path: path.name)
def test_no_marker_of_what_leads_to_other_questions_is_in_a_recording(recording, tmp_path):
    files = [str(path.relative_to(recording)) for path in sorted(recording.rglob("*.*")) if path.suffix in (".json", ".xml")]
    for number, file in enumerate(files):
        folder = tmp_path / str(number)
        folder.mkdir()
        check(recording, folder, Markers(re.compile("success|api_version")), only=file)  # without these there is no box
        shutil.rmtree(folder)
