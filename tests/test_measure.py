"""What the benchmarks say of memory is that of the measured process alone."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the system does not tell the peak of one program")
def test_peak_of_a_child_is_not_that_of_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from measure import run

    small, large = tmp_path / "small.py", tmp_path / "large.py"
    small.write_text("print('{\"a\": 1}')\n")
    large.write_text("held = b'x' * 200_000_000\nprint('{\"a\": 2}')\n")
    held = b"x" * 300_000_000
    one, other = run([str(small)]), run([str(large)])
    assert len(held) == 300_000_000
    assert one.result == {"a": 1} and other.result == {"a": 2}
    assert one.peak < 150, "the parent's memory is counted"
    assert 180 < other.peak - one.peak < 210  # 200 million bytes are 191 MB
    assert 0 < one.cpu <= one.wall * 1.5
