#!/usr/bin/env python3
"""How long a build takes from nothing, without ccache; `./dev build-times` runs it.

usage: build_times.py JOBS [MESON ARGS]
As `build_times.py --compile FILE COMMAND...` it is the compiler's wrapper: a line of FILE per job, with its
seconds of CPU, its largest process in KB, and what it made.
"""
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def compile_one(record, command):
    code = subprocess.call(command)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = command[command.index("-o") + 1] if "-o" in command else "?"
    with open(record, "a") as lines:
        lines.write(f"{used.ru_utime + used.ru_stime:.2f} {used.ru_maxrss} {made}\n")
    sys.exit(code)


def timed(folder, jobs, *targets):
    began = time.monotonic()
    subprocess.run(["ninja", "--quiet", "-j", jobs, "-C", folder, *targets], check=True)
    return time.monotonic() - began


def main():
    jobs, *meson_args = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="boxmeter-build-times-") as folder:
        record = pathlib.Path(folder, "record")
        wrapper = f"{sys.executable} -S -E {pathlib.Path(__file__).resolve()} --compile {record} c++"
        build = pathlib.Path(folder, "build")
        subprocess.run(["meson", "setup", build, ROOT, "--werror", "-Dtests=true", *meson_args], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "CXX": wrapper, "CCACHE_DISABLE": "1"})
        os.environ["CCACHE_DISABLE"] = "1"
        record.write_text("")  # forget what meson tried
        print(f"building from nothing, {jobs} jobs; this takes minutes", flush=True)
        boxmeter = timed(build, jobs, "boxmeter")
        print(f"boxmeter                 {boxmeter:6.0f} s", flush=True)
        programs = boxmeter + timed(build, jobs, "boxmeter-sim")
        print(f"boxmeter, boxmeter-sim   {programs:6.0f} s", flush=True)
        everything = programs + timed(build, jobs)
        lines = [line.split(maxsplit=2) for line in record.read_text().splitlines()]
    print(f"all that ./dev test needs {everything:5.0f} s")
    print(f"compilers' CPU           {sum(float(line[0]) for line in lines):6.0f} s in {len(lines)} jobs")
    print("largest compilers")
    for _, kilobytes, made in sorted(lines, key=lambda line: -int(line[1]))[:5]:
        print(f"  {int(kilobytes) / 1024:4.0f} MB  {made}")
    print("longest compilers")
    for seconds, _, made in sorted(lines, key=lambda line: -float(line[0]))[:5]:
        print(f"  {float(seconds):5.1f} s  {made}")


if sys.argv[1:2] == ["--compile"]:
    compile_one(sys.argv[2], sys.argv[3:])
main()
