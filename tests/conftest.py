import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness  # noqa: E402


def pytest_terminal_summary(terminalreporter):
    """What a test records as its `summary` is a line at the end, although it passed."""
    lines = sorted(text for report in terminalreporter.getreports("passed")
                   for name, text in report.user_properties if name == "summary")
    if lines:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(lines))


@pytest.fixture
def corpus():
    """The recordings of real boxes; they are not part of the repository."""
    if not harness.CORPUS.is_dir():
        pytest.skip("no recordings of real boxes here")
    return harness.CORPUS


@pytest.fixture
def golden():
    return harness.golden


@pytest.fixture(autouse=True)
def a_machine_of_its_own(tmp_path_factory, monkeypatch):
    """No test finds what another, or a boxmeter of this machine, has learned of a box of the same name; nor leaves anything."""
    folder = tmp_path_factory.mktemp("machine")
    monkeypatch.setenv("STATE_DIRECTORY", str(folder / "state"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "user-state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
