"""What `explain` shows of a sentence that legacy dictionaries coded: actors, lines tried, why nothing came of a verb."""

from __future__ import annotations

from dataclasses import dataclass

from coder.legacy.arguments import NULL
from coder.legacy.lookup import is_verb
from coder.legacy.phrases import Found
from coder.legacy.sentence import SentenceCoder


@dataclass(frozen=True, slots=True)
class LegacyTrace:
    """The coder of a sentence after its work; None where a discard left the sentence out."""

    coder: SentenceCoder | None

    def actor_lines(self) -> list[str]:
        """Each actor and agent found, with the codes of its phrase on the sentence's day and its line."""
        if self.coder is None:
            return []
        clause = self.coder.clause
        lines: list[str] = []
        shown: set[tuple[int, ...]] = set()
        for found in (*clause.actors.values(), *clause.agents.values()):
            if found.tokens in shown:
                continue
            shown.add(found.tokens)
            words = " ".join(clause.sentence.forms[t] for t in found.tokens)
            is_actor = clause.actors.get(found.tokens[0]) is found
            lines.append(f"{words!r} -> {self._said(found, is_actor)}")
        return lines

    def _said(self, found: Found, is_actor: bool) -> str:
        assert self.coder is not None
        clause = self.coder.clause
        if is_actor:
            entry = clause.legacy.actor(found.entry)
            return f"{' / '.join(clause.actor_codes(found)) or 'no code on that day'}  [actor; {entry.entry_id}]"
        agent = clause.legacy.agents[found.entry]
        letters = f"{agent.code}~" if agent.prefix else f"~{agent.code}"
        return f"{letters}  [agent; {agent.entry_id}]"

    def tried_lines(self) -> list[str]:
        """Every line of the dictionaries tried on each verb: the one that decided, or why it did not match."""
        if self.coder is None:
            return []
        forms = self.coder.clause.sentence.forms
        lines = []
        for tried in self.coder.tried or ():
            code = "null" if tried.code == NULL else tried.code
            verdict = f"MATCHES, code {code}" if tried.chosen else f"does not count: {tried.reason}"
            lines.append(f"{forms[tried.verb]}: {tried.place}: {tried.text}: {verdict}")
        return lines + self._fates()

    def _fates(self) -> list[str]:
        assert self.coder is not None
        clause, hits = self.coder.clause, self.coder.hits
        forms = clause.sentence.forms
        fates = [f"{forms[v]}: {fate}" for v, fate in sorted(self.coder.fates.items())]
        inside = {t for hit in hits.values() for t in hit.tokens}
        unknown = [i for i in range(len(forms)) if i not in inside and is_verb(clause, i)]
        left_out = [f"{forms[i]}: left out with its comma clause" for i in sorted(clause.dropped)
                    if clause.sentence.upos[i] == "VERB"]  # fmt: skip
        return fates + [f"{forms[i]}: no such verb in the dictionaries" for i in unknown] + left_out

    def why_nothing(self) -> str:
        """Why the sentence has no event."""
        if self.coder is None:
            return "a discard stands in the sentence or in its story"
        if not self.coder.hits:
            return "no verb of the dictionaries"
        raws = [raw for listed in self.coder.found.values() for raw in listed]
        if not raws:
            return "; ".join(self._fates()) or "no verb gives an event"
        if all(raw.target is None for raw in raws):
            return "no verb has a target (--monadic keeps such events)"
        return f"the ontology has no code {', '.join(sorted({raw.code for raw in raws}))}"
