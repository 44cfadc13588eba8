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

# Records that are wrong in themselves or that ask for what is left out on purpose; each with the reason.
EXCUSED = {
    "unit_udpipe_2.0": {
        "DEMO_22": "wants the literal words of an unknown actor",
        "ACTOR_01": "wants the literal words of an unknown actor",
        "COMPOUND_07B": "wants three actors in one string; they are kept apart",
        "COMMA_11": "the text names the official's country, the record leaves it out",
        "ABOUT_01": "its dictionary has another code",
        "AFP0808020593_1a": "the same sentence and parse as _1b, which expects one event less",
    },
    "unit_udpipe_petr1": {
        "DEMO_22": "wants the literal words of an unknown actor",
        "ACTOR_01": "wants the literal words of an unknown actor",
        "AGENT_13": "its dictionary has another code",
        "COMPOUND_34": "a code that no reader can take from the file",
        "COMMA_11": "the text names the official's country, the record leaves it out",
        "AFP0808020593_1a": "the same sentence and parse as _1b, which expects one event less",
    },
    "petr2_gsr": {"TEST_4": "lists alternatives as if both were required"},
}


@pytest.mark.parametrize(
    ("suite", "share"), [("unit_udpipe_2.0", 0.99), ("unit_udpipe_petr1", 0.95), ("petr2_gsr", 0.84)]
)
def test_records_pass(suite: str, share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from run_suites import PEER, run_suite

    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path))
    outcomes = run_suite(SHARED / "dev" / "suites" / f"{suite}.jsonl", SHARED / "legacy")
    right = [o for o in outcomes if o.record["id"] not in EXCUSED[suite]]
    failed = [o.record["id"] for o in right if not o.exact]
    assert 1 - len(failed) / len(right) >= share, failed
    run: Counter[str] = Counter(o.record["category"] for o in outcomes)
    passed: Counter[str] = Counter(o.record["category"] for o in outcomes if o.exact)
    for category, (peer, of) in PEER[suite].items():
        if category != "all" and peer < of:
            assert passed[category] / run[category] > peer / of, category
