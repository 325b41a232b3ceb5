"""`boxmeter schema` says of a file what the reader says, as far as a schema can: a public validator judges."""
import json

import jsonschema
import pytest
import yaml

from harness import ROOT, run

# The reader refuses more than a schema can see: how values go together, what is in other files.
MISTAKES = ROOT / "tests/golden/mistakes"


def validator(*words):
    schema = json.loads(run("schema", *words).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def complaints(validator_, path):
    return [error.message for error in validator_.iter_errors(yaml.safe_load(path.read_text()))]


def test_the_examples_are_valid():
    configs, packs = validator(), validator("packs")
    for name in ("boxmeter.yml", "demo.yml"):
        assert complaints(configs, ROOT / "config" / name) == []
    for path in sorted((ROOT / "config/queries").glob("*.yml")):
        assert complaints(packs, path) == [], path.name


@pytest.mark.parametrize("name", [
    "001-unknown-key", "002-unknown-top-level-key", "004-wrong-type-list-for-text", "005-wrong-type-text-for-list",
    "006-wrong-type-mapping-for-list", "008-missing-name", "009-missing-devices", "011-key-without-value",
    "012-unknown-kind", "014-device-name-with-slash", "015-key-of-another-kind", "016-interval-without-unit",
    "017-interval-negative", "020-timeout-with-comma", "021-series-limit-zero", "022-workers-text"])
def test_mistakes_that_a_schema_can_see_are_seen(name):
    assert complaints(validator(), MISTAKES / f"{name}.yml") != []


@pytest.mark.parametrize("name", ["080-pack-of-unknown-kind", "090-pack-unknown-type", "114-pack-unknown-fold",
                                  "119-pack-unknown-rule-key"])
def test_mistakes_of_packs_that_a_schema_can_see_are_seen(name):
    assert complaints(validator("packs"), MISTAKES / f"{name}.yml") != []


def test_an_unknown_file_is_told():
    ran = run("schema", "pack")
    assert (ran.returncode, ran.stderr) == (2, "boxmeter: unknown file 'pack' (known: config, packs)\n")
