#!/usr/bin/env python3
"""Runs fuzz targets one after the other.

usage: fuzz.py BUILD [TARGET ...] [--seconds N] [--keep]

A target starts from tests/fuzz/corpus/TARGET, from its seeds among the recordings, and from what earlier runs
collected in BUILD/corpus/TARGET.  An input that breaks a promise stays as BUILD/found/TARGET-*, and the exit code
is 1: mend the code, and add the input to tests/fuzz/corpus/TARGET under a name that says what it found.

--keep adds, as reach-NNN, each collected input that alone reaches at least WORTH places in the code which neither the
seeds nor tests/fuzz/corpus reach; the few that remain are found again in seconds.  What is there keeps its name.
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
WORTH = 8  # edges of the control flow


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60, help="of each target (default: 60; 0: only --keep)")
    parser.add_argument("--keep", action="store_true", help="add what reaches new code to tests/fuzz/corpus")
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
    return f"{runs} runs, {covered} in {seconds} s"


def edges(fuzzer, target, inputs):
    """How many places in the code the files of the folder `inputs` reach."""
    ran = subprocess.run([fuzzer, "-runs=0", f"-max_len={SEED_LIMIT}", inputs],
                         text=True, errors="replace", env=environment(target), stderr=subprocess.PIPE,
                         stdout=subprocess.DEVNULL, check=True)
    return int((re.findall(r"cov: (\d+)", ran.stderr) or ["0"])[-1])


def keep(fuzzer, target, seeds, collected):
    """Adds to the corpus of `target`; says how many inputs."""
    corpus = CORPUS / target
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as lone:
        chosen, lone = pathlib.Path(folder), pathlib.Path(lone)
        for path in [*seeds.iterdir(), *corpus.iterdir()]:
            shutil.copy(path, chosen / f"known-{path.name}")
        reached = {}
        for path in collected.iterdir():
            shutil.copy(path, lone / "input")
            reached[path] = edges(fuzzer, target, lone)
        number = max((int(path.name[6:]) for path in corpus.glob("reach-[0-9]*")), default=0)
        added, all_edges = 0, edges(fuzzer, target, chosen)
        for path in sorted(reached, key=lambda path: (-reached[path], path.stat().st_size, path.name)):
            candidate = chosen / "candidate"
            shutil.copy(path, candidate)
            with_it = edges(fuzzer, target, chosen)
            if with_it < all_edges + WORTH:
                candidate.unlink()
                continue
            added, all_edges = added + 1, with_it
            candidate.rename(chosen / f"added-{added}")
            shutil.copy(path, corpus / f"reach-{number + added:03}")
    return f"{added} inputs added, {all_edges} edges"


def main():
    given = arguments()
    build = given.build.resolve()
    fuzzer = build / "fuzz"
    known = known_targets(fuzzer)
    for target in given.targets:
        if target not in known:
            sys.exit(f"fuzz: unknown target '{target}' (known: {', '.join(known)})")
    found = build / "found"
    found.mkdir(exist_ok=True)
    for target in given.targets or known:
        collected = build / "corpus" / target
        for folder in (collected, CORPUS / target):
            folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            seeds = pathlib.Path(folder)
            write_seeds(known[target], seeds)
            says = []
            if given.seconds > 0:
                says.append(run(fuzzer, target, given.seconds, [collected, CORPUS / target, seeds], found))
            if given.keep:
                says.append(keep(fuzzer, target, seeds, collected))
            print(f"{target}: {', '.join(says)}", flush=True)


if __name__ == "__main__":
    main()
