"""Every option that can change the output, in one model; its values go into the metadata of the tables."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Coding options.

    Args:
        scores: Goldstein scores: "gdelt", "icews" or a CSV file of the user's.
        quad_classes: "gdelt", or "phoenix" (root 16 counts as verbal conflict).
        monadic: code events without a target.
        gazetteer: recognise larger cities from GeoNames besides the dictionaries' places.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scores: str = "gdelt"
    quad_classes: str = "gdelt"
    monadic: bool = False
    gazetteer: bool = True

    def sha256(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
