"""docs/shapes.md knows each path of each pack, and says of each where that shape was seen."""
import re
import sys

import pytest
from harness import CORPUS, ROOT

sys.path.insert(0, str(ROOT / "tests"))
import shapes  # noqa: E402

PAGE = (ROOT / "docs/shapes.md").read_text()
AGAIN = "run python3 tests/shapes.py"


def on_the_page():
    """{(pack, request, path): verdict}"""
    rows = {}
    for section in PAGE.split("\n## ")[1:]:
        pack = section.splitlines()[0]
        for asked, path, seen in re.findall(r"^\| `(.*?)` \| `(.*?)` \| (.*?) \|$", section, re.M):
            rows[pack, asked, path] = seen.split(" (")[0]
    return rows


def test_the_page_has_each_path_of_each_pack_with_a_verdict():
    read = {(pack, asked, path) for pack, lines in shapes.rows(None).items() for asked, path, _ in lines}

    assert len(read) > 1000
    assert read ^ set(on_the_page()) == set(), AGAIN
    assert set(on_the_page().values()) <= set(shapes.VERDICTS)


def test_the_verdicts_are_those_of_the_recordings_of_real_boxes():
    if not CORPUS.is_dir():
        pytest.skip("no recordings of real boxes here")

    assert PAGE == shapes.page(shapes.rows(shapes.Seen(CORPUS))), AGAIN


@pytest.mark.parametrize("reply, path, leads", [
    ({"a": [{"b": 1}]}, "a/*/b", True), ({"a": {"b": 1}}, "a/*/b", True), ({"a": {}}, "a/*", False), ({"a": {"b": {"c": 1}}}, "a/*/../b", True),
    ({"a": ""}, "a", False), ({"a": 0}, "a", True), ({"a": [1, 2]}, "a/1", True), ({"a/b": 1}, "a~1b", True), ({}, "a", False)])
def test_a_path_leads_where_boxmeter_goes(reply, path, leads):
    assert shapes.leads_somewhere(reply, path) is leads
