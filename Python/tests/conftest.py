from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import import_audit

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Tests" / "Oracle"))


@pytest.fixture(scope="session")
def samples() -> Path:
    return REPOSITORY / "Samples"


@pytest.fixture(scope="session")
def binary() -> Path:
    return import_audit.binary()


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> Iterator[random.Random]:
    """A new seed for each run; printed with a failure. IMPORT_AUDIT_SEED repeats a run."""
    number = int(os.environ.get("IMPORT_AUDIT_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"IMPORT_AUDIT_SEED={number}")
    yield random.Random(number)
