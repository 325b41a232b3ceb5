import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness  # noqa: E402


@pytest.fixture
def corpus():
    """The recordings of real boxes; they are not part of the repository."""
    if not harness.CORPUS.is_dir():
        pytest.skip("no recordings of real boxes here")
    return harness.CORPUS


@pytest.fixture
def golden():
    return harness.golden
