"""The peers' validation records, from the parses they ship (skipped where the folder ../shared is not there)."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT / "benchmarks"))

pytestmark = pytest.mark.skipif(
    not (SHARED / "dev" / "suites").is_dir(), reason="the peers' records (../shared/dev/suites) are not here"
)



@pytest.mark.parametrize(
    ("suite", "share"), [("unit_udpipe_2.0", 0.99), ("unit_udpipe_petr1", 0.99), ("petr2_gsr", 0.97)]
)
def test_records_pass(suite: str, share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from run_suites import PEER, right, run_suite

    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path))
    outcomes = run_suite(SHARED / "dev" / "suites" / f"{suite}.jsonl", SHARED / "legacy")
    sound = right(outcomes)
    failed = [o.record["id"] for o in sound if not o.exact]
    assert 1 - len(failed) / len(sound) >= share, failed
    run: Counter[str] = Counter(o.record["category"] for o in outcomes)
    passed: Counter[str] = Counter(o.record["category"] for o in outcomes if o.exact)
    assert sum(passed.values()) / sum(run.values()) > PEER[suite]["all"][0] / PEER[suite]["all"][1]
    for category, (peer, of) in PEER[suite].items():
        if category != "all" and peer < of:
            assert passed[category] / run[category] > peer / of, category


def test_no_record_is_excused_that_passes() -> None:
    from run_suites import run_suite
    from suite_verdicts import WRONG

    for suite, listed in WRONG.items():
        outcomes = run_suite(SHARED / "dev" / "suites" / f"{suite}.jsonl", SHARED / "legacy")
        assert not [o.record["id"] for o in outcomes if o.exact and o.record["id"] in listed]
