"""What a person reads on every panel, told by Grafana's own code from npm: texts, legends, units, colours, thresholds.

The boxes are simulated ones, the numbers those of a real Prometheus that was given a past (grafana/history.py)."""
import json
import re
import shutil
import sys

import pytest

from harness import RECORDINGS, ROOT, golden

sys.path.insert(0, str(ROOT / "grafana"))
import seen  # noqa: E402
import simulated  # noqa: E402

pytestmark = pytest.mark.npm
BOARDS = {file.stem: json.loads(file.read_text()) for file in sorted((ROOT / "grafana/dashboards").glob("*.json"))}
NAMES = {source: source.name.split("-")[1] for source in sorted(RECORDINGS.iterdir())}  # "7590": a number, like many a name


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    """{board: [(row, what was asked, what is seen)]}, of a Prometheus that has scraped simulated boxes for days, as it seems."""
    folder = tmp_path_factory.mktemp("grafana")
    for name in ("prometheus", "promtool"):
        if not shutil.which(name):
            pytest.skip(f"{name} is not installed")
    try:
        seen.packages()
    except seen.NotHere as reason:
        pytest.skip(f"Grafana's own code is not here: {reason}")
    with simulated.source(folder, NAMES) as source:
        return {name: seen.read(board, source) for name, board in BOARDS.items()}


def test_what_a_person_reads_on_every_panel(screens):
    wrong = []
    for name, panels in screens.items():
        try:
            golden(f"grafana/{name}.txt", seen.page_of(BOARDS[name]["title"], panels))
        except AssertionError as error:
            wrong.append(f"{name}: {error}")
    assert wrong == [], "\n".join(wrong)


def test_nothing_on_the_screen_is_said_twice_or_in_a_machines_words(screens):
    for name, row, question, panel in everything(screens):
        where = (name, row, question["panel"]["title"])
        legends, heads = [field["name"] for field in panel.get("fields", [])], panel.get("columns", [])
        assert len(set(legends)) == len(legends) and len(set(heads)) == len(heads), (*where, legends, heads)
        texts = [*legends, *heads, *(field["text"] for field in panel.get("fields", []) if "text" in field)]
        assert not [text for text in texts if re.search(r"  |\{|\}|Value|^$|^ | $|NaN|undefined", text)], (*where, texts)
        assert not [head for head in heads if head[0].islower()], (*where, heads)


def test_a_name_that_looks_like_a_number_is_shown_as_it_is(screens):
    boxes = {cell["text"] for _, _, _, panel in everything(screens) if "Box" in panel.get("columns", [])
             for row in panel["rows"] for cell in [row[panel["columns"].index("Box")]]}
    assert boxes <= set(NAMES.values()) and "7590" in boxes


def test_the_same_state_has_the_same_colour_on_all_boards(screens):
    colors = {}
    for _, _, question, panel in everything(screens):
        for field in panel["fields"] if question["panel"]["type"] == "state-timeline" else []:
            for _, _, text, color in field["points"]:
                colors.setdefault(text, set()).add(color)
    good_or_bad_by_what_is_asked = {"yes", "no"}
    assert {text for text, found in colors.items() if len(found) > 1} <= good_or_bad_by_what_is_asked
    assert colors["up"] == {"#56a64b"} and colors["down"] == {"#e02f44"}


def test_the_pictures_of_the_readme_are_drawn_from_what_is_read(screens):
    pytest.importorskip("matplotlib", reason="python3-matplotlib is not installed; the pictures are drawn by hand")
    import preview
    theme = {"canvas": "#f4f5f5", "panel": "#ffffff", "text": "#24292e", "quiet": "#6e7680", "link": "#1f62e0", "border": "#e2e5e9"}
    for name in preview.PICTURES:
        figure = preview.draw(BOARDS[name], screens[name], theme, [])
        titles = {text.get_text() for text in figure.texts}
        is_open = {row["title"] for row in BOARDS[name]["panels"] if row["type"] == "row" and not row["collapsed"]}
        assert {question["panel"]["title"] for row, question, _ in screens[name] if row in is_open} <= titles
        preview.pyplot.close(figure)


def everything(screens):
    return [(name, *each) for name, panels in screens.items() for each in panels]
