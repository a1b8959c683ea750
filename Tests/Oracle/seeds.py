"""The option `--seed`: a number, or `random` for one that is drawn and printed."""

import argparse
import os
import random
import sys

# The variable that the program's tests read, too.
VARIABLE = "IMPORT_AUDIT_SEED"


def add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=_seed, default=1, metavar="N", help="a number, or random; 1 by default")


def _seed(text: str) -> int:
    if text != "random":
        return int(text)
    seed = int(os.environ.get(VARIABLE) or random.SystemRandom().randrange(1 << 32))
    print(f"seed {seed}; {VARIABLE}={seed} repeats it", file=sys.stderr, flush=True)
    return seed
