#!/usr/bin/env python3
"""Runs every test of a build folder; the last line is 'N passed, N failed, N skipped'.

usage: run.py BUILD [--sanitized | --unit | --npm | --slow] [--no-unnamed-skips] [PYTEST ARGS]
--sanitized leaves out what is about time, other programs or the text of the repository; --unit runs the unit tests alone,
--npm those that need Grafana's own code, --slow those that are left out otherwise.
--no-unnamed-skips: a test that is skipped and that allowed_skips.txt does not name has failed.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent


ALLOWED_SKIPS = [line for line in (ROOT / "tests/allowed_skips.txt").read_text().splitlines() if line[:1] != "#"]


class Sum:
    def __init__(self, every_skip_is_named):
        self.passed = self.failed = self.skipped = 0
        self.every_skip_is_named = every_skip_is_named

    def skip(self, test):
        """`test` with its reason."""
        named = not self.every_skip_is_named or test in ALLOWED_SKIPS
        if not named:
            print(f"skipped, which tests/allowed_skips.txt does not allow: {test}")
        self.add(0, not named, named)

    def add(self, passed, failed, skipped):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped


UNIT_PARTS = 8  # more than a machine has cores, so that none of them waits long for the longest part


def unit_parts(program):
    """The test cases, as doctest numbers them: (first, last) of each part."""
    counted = subprocess.run([program, "--count"], text=True, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    count = int(re.search(r"current filters: (\d+)", counted)[1])
    size = -(-count // UNIT_PARTS)
    return [(first, min(first + size - 1, count)) for first in range(1, count + 1, size)]


def run_unit_part(program, first, last):
    """(passed, failed, why tests were skipped); prints all that doctest said if one failed."""
    ran = subprocess.run([program, f"--first={first}", f"--last={last}"], cwd=ROOT, text=True, errors="replace",
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900)
    # Only its count of failures is of this part; as passed it counts what is in the other parts, too.
    counts = re.search(r"test cases: .*\| *(\d+) failed", ran.stdout)
    skipped = re.findall(r"^skipped: (.*)$", ran.stdout, re.M)
    tests = last - first + 1 - len(skipped)
    if ran.returncode == 0 and counts:
        return tests, 0, skipped
    print(ran.stdout)
    failed = max(int(counts[1]), 1) if counts else tests  # without a count it crashed: which tests ran is not known
    return tests - failed, failed, skipped


def run_unit(build, total):
    """In parts, as many at a time as there are cores; a test that lacks what it needs prints 'skipped: why'."""
    program = build / "unit"
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        parts = list(pool.map(lambda part: run_unit_part(program, *part), unit_parts(program)))
    passed, failed = (sum(part[i] for part in parts) for i in (0, 1))
    skipped = [why for part in parts for why in part[2]]
    for why in skipped:
        print(f"skipped: {why}")
    print(f"unit: {passed} passed, {failed} failed")
    total.add(passed, failed, 0)
    for why in skipped:
        total.skip(f"unit: {why}")


def run_script(name, command, total):
    ran = subprocess.run(command, cwd=ROOT, text=True, errors="replace", stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, timeout=300)
    if ran.returncode != 0:
        print(ran.stdout)
    print(f"{name}: {'passed' if ran.returncode == 0 else 'failed'}")
    total.add(ran.returncode == 0, ran.returncode != 0, 0)


def run_pytest(build, arguments, total):
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.xml")
        subprocess.run([sys.executable, "-m", "pytest", "-q", "-rs", "-n", "4", "-p", "no:cacheprovider",
                        f"--junitxml={report}", *arguments, "tests"],
                       cwd=ROOT, env={**os.environ, "BOXMETER_BUILD": str(build)}, timeout=3000)
        if not report.exists():
            return total.add(0, 1, 0)
        suite = xml.etree.ElementTree.parse(report).getroot().find("testsuite")
        tests, errors, failures, skipped = (
            int(suite.get(key)) for key in ("tests", "errors", "failures", "skipped"))
        bad = errors + failures
        total.add(max(0, tests - bad - skipped), bad, 0)
        for test in suite.iter("testcase"):
            for skip in test.iter("skipped"):
                total.skip(f"{test.get('classname').removeprefix('tests.')}::{test.get('name')}: {skip.get('message')}")


def main():
    build = (ROOT / sys.argv[1]).resolve()
    options = {"--sanitized", "--unit", "--npm", "--slow", "--no-unnamed-skips"} & set(sys.argv)
    arguments = [argument for argument in sys.argv[2:] if argument not in options]
    total = Sum("--no-unnamed-skips" in options)
    if not {"--npm", "--slow"} & options:
        run_unit(build, total)
    if "--npm" in options:
        run_pytest(build, ["-m", "npm and not slow", *arguments], total)
    elif "--slow" in options:
        run_pytest(build, ["-m", "slow", *arguments], total)
    elif "--sanitized" in options:
        run_pytest(build, ["-m", "sanitized and not slow", *arguments], total)
    elif "--unit" not in options:
        run_script("layering", [sys.executable, "tests/layering.py", "src"], total)
        run_script("recordings", [sys.executable, "tests/recordings_test.py"], total)
        run_pytest(build, ["-m", "not slow", *arguments], total)
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    sys.exit(1 if total.failed else 0)


main()
