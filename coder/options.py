"""Every option that can change the output, in one model; its values go into the metadata of the tables."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """Coding options.

    Args:
        scores: Goldstein scores: "gdelt", "icews" or a CSV file of the user's.
        quad_classes: "gdelt", or "phoenix" (root 16 counts as verbal conflict).
        monadic: code events without a target.
        gazetteer: recognise larger cities from GeoNames besides the dictionaries' places.
        story_similarity: from which similarity on two documents are the same story (shared runs of three words over all of
            both, 0 to 1); 0 looks for none.
        story_window: days that the documents of a story may be apart from its first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scores: str = "gdelt"
    quad_classes: str = "gdelt"
    monadic: bool = False
    gazetteer: bool = True
    story_similarity: Annotated[float, Field(ge=0, le=1)] = 0.5
    story_window: Annotated[int, Field(ge=0)] = 3

    def sha256(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
