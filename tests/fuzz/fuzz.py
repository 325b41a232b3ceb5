#!/usr/bin/env python3
"""Runs fuzz targets one after the other and keeps what they found.

usage: fuzz.py BUILD [TARGET ...] [--seconds N]

A target starts from tests/fuzz/corpus/TARGET and from its seeds among the recordings.  Afterwards the corpus is
what reaches every place in the code that was ever reached, smallest inputs first, and at most 200 kB.  An input
that breaks a promise stays as BUILD/found/TARGET-*, and the exit code is 1.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "tests/fuzz/corpus"
SEED_LIMIT = 16_000  # a longer input makes a slow fuzzer
CORPUS_LIMIT = 200_000


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60, help="of each target (default: 60)")
    return parser.parse_args()


def known_targets(fuzzer):
    """{name: glob of its seeds}"""
    lines = subprocess.run([fuzzer], text=True, capture_output=True, check=True).stdout.splitlines()
    return dict((line.split(" ", 1) + [""])[:2] for line in lines)


def environment(target):
    return {**os.environ, "FUZZ_TARGET": target}


def write_seeds(pattern, folder):
    for path in ROOT.glob(pattern) if pattern else []:
        if path.is_file() and path.stat().st_size <= SEED_LIMIT:
            shutil.copy(path, folder / "-".join(path.relative_to(ROOT).parts))


def run(fuzzer, target, seconds, folders, found):
    """The last status line of libFuzzer; exits the program for a find."""
    command = [fuzzer, *folders, f"-max_total_time={seconds}", f"-max_len={SEED_LIMIT}", "-timeout=120",
               "-rss_limit_mb=1500", f"-artifact_prefix={found}/{target}-", "-print_final_stats=1"]
    dictionary = ROOT / "tests/fuzz" / f"{target}.dict"
    if dictionary.exists():
        command.append(f"-dict={dictionary}")
    ran = subprocess.run(command, text=True, errors="replace", env=environment(target), stderr=subprocess.PIPE,
                         stdout=subprocess.DEVNULL)
    if ran.returncode != 0:
        print(ran.stderr[-6000:])
        sys.exit(f"fuzz: target '{target}' found something; the input is in {found}")
    covered = re.findall(r"cov: \d+ ft: \d+", ran.stderr)[-1]
    runs = re.search(r"number_of_executed_units: (\d+)", ran.stderr)[1]
    return f"{runs} runs, {covered}"


def keep(fuzzer, target, folders):
    """Replaces the corpus by a small one that covers the same."""
    with tempfile.TemporaryDirectory() as kept:
        subprocess.run([fuzzer, "-set_cover_merge=1", "-use_counters=0", f"-max_len={SEED_LIMIT}", kept, *folders],
                       env=environment(target), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        shutil.rmtree(CORPUS / target)
        (CORPUS / target).mkdir()
        size = 0
        for path in sorted(pathlib.Path(kept).iterdir(), key=lambda path: (path.stat().st_size, path.name)):
            size += path.stat().st_size
            if size > CORPUS_LIMIT:
                break
            shutil.copy(path, CORPUS / target / path.name[:12])
    return f"{len(list((CORPUS / target).iterdir()))} inputs kept"


def main():
    given = arguments()
    fuzzer = given.build.resolve() / "fuzz"
    known = known_targets(fuzzer)
    for target in given.targets:
        if target not in known:
            sys.exit(f"fuzz: unknown target '{target}' (known: {', '.join(known)})")
    found = given.build.resolve() / "found"
    found.mkdir(exist_ok=True)
    for target in given.targets or known:
        (CORPUS / target).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as seeds, tempfile.TemporaryDirectory() as new:
            write_seeds(known[target], pathlib.Path(seeds))
            outcome = run(fuzzer, target, given.seconds, [new, CORPUS / target, seeds], found)
            print(f"{target}: {outcome} in {given.seconds} s, {keep(fuzzer, target, [CORPUS / target, seeds, new])}",
                  flush=True)


if __name__ == "__main__":
    main()
