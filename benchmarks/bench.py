"""Measures the parts that are named, or all; prints their tables, keeps them as JSON, and draws them into docs/benchmarks.md.

Usage: python benchmarks/bench.py [PART ...] [--sizes N,N,...] [--pages N] [--rounds N] [--refit] [--print] [--output FOLDER]

`make bench` runs it in an environment of its own, with the peers; `make bench PART=verdicts` one part. `--print` prints what was
measured last. A part whose data is not at hand says so and is left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import record
from parts import PARTS, Absent, Options, measure, shown


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--sizes", help="training sentences of curve (500,all), pages of scale (100,1000)")
    parser.add_argument("--pages", type=int, help="pages of each timed run of throughput, audit and stages")
    parser.add_argument("--rounds", type=int, help="rounds whose median counts")
    parser.add_argument("--refit", action="store_true", help="ablation: train the heads without the part, too")
    parser.add_argument("--print", action="store_true", help="print the results that are there, and measure nothing")
    parser.add_argument("--output", type=Path, default=record.RESULTS, help="folder of the JSON files")
    given = parser.parse_args()
    names = given.parts or PARTS
    if unknown := [n for n in names if n not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    options = Options(given.sizes and tuple(given.sizes.split(",")), given.pages, given.rounds, given.refit)
    for name in names:
        if given.print:
            if result := record.load(name, given.output):
                print(shown(name, result), flush=True)
            continue
        try:
            result = measure(name, options)
        except Absent as reason:
            print(f"{name}: {reason}\n", flush=True)
            continue
        record.save(name, result, given.output)
        print(shown(name, result), flush=True)
    if not given.print and given.output == record.RESULTS:
        import page
        import plots

        plots.draw()
        page.write()


if __name__ == "__main__":
    main()
