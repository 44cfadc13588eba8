"""Every option that can change the output, in one model; its values go into the metadata of the tables."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class LegacyOptions(BaseModel):
    """Switches of PETRARCH's configuration that change what legacy dictionaries code; all off by default.

    Args:
        comma_min, comma_max: fewest and most words of a clause between commas that is left out; 0 at most: none is.
        comma_bmin, comma_bmax: of a clause before the first comma.
        comma_emin, comma_emax: of a clause after the last comma.
        new_actor_length: most words of a noun phrase that stands for itself, in quotes, where no dictionary knows it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    comma_min: int = Field(default=2, ge=0)
    comma_max: int = Field(default=0, ge=0)
    comma_bmin: int = Field(default=0, ge=0)
    comma_bmax: int = Field(default=0, ge=0)
    comma_emin: int = Field(default=2, ge=0)
    comma_emax: int = Field(default=0, ge=0)
    new_actor_length: int = Field(default=0, ge=0)

    @property
    def commas(self) -> bool:
        """Whether any clause between commas is left out."""
        return bool(self.comma_max or self.comma_bmax or self.comma_emax)


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
        legacy: PETRARCH's switches, for legacy dictionaries.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scores: str = "gdelt"
    quad_classes: str = "gdelt"
    monadic: bool = False
    gazetteer: bool = True
    story_similarity: Annotated[float, Field(ge=0, le=1)] = 0.5
    story_window: Annotated[int, Field(ge=0)] = 3
    legacy: LegacyOptions = LegacyOptions()

    def sha256(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
