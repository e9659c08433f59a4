"""A merge queue's group: its members judged afresh, and the strictest verdict put on the group's commit."""

from dataclasses import dataclass

from keyturn.core.verdict import VerdictState, verdict_name
from keyturn.gate.publication import stands
from keyturn.gate.story import Gate, Result
from keyturn.ports import PublishedVerdict, Reader, Unavailable, VerdictToPublish, Writer
from keyturn.render.status import decision_description, strictest_description
from keyturn.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Judges the members of a merge group. The group commit's own checks are the queue's business."""

    reader: Reader
    writer: Writer
    gate: Gate
    settings: Settings

    def judge(self, base: str, base_commit: str, head_commit: str) -> tuple[Result, ...]:
        """Judge every member on its own head and publish the strictest verdict on the group's commit.

        A group whose members cannot all be found gets the verdict `error`; then `Unavailable` is raised after it was
        published. It is raised too where nothing could be published.
        """
        try:
            members = self.reader.merge_group(base, base_commit, head_commit)
        except Unavailable as refused:
            self._publish(head_commit, base, VerdictState.ERROR, f"Merge group not found: {refused}", None)
            raise
        results = tuple(self.gate.judge(number) for number in members)
        strictest = max(results, key=lambda result: result.state.strictness)
        description = decision_description(strictest.decision)
        if len(results) > 1:
            description = strictest_description(strictest.decision.pull_request or 0, description)
        self._publish(head_commit, base, strictest.state, description, strictest)
        return results

    def _publish(self, commit: str, base: str, state: VerdictState, description: str, of: Result | None) -> None:
        """Publish on the group's commit, unless that very verdict stands there."""
        if self.settings.dry_run:
            return
        judged = of.judged if of is not None else None
        observed = judged.observed if judged is not None else False
        default = judged.judgement.facts.default_branch if judged is not None else self.settings.default_branch
        name = verdict_name(self.settings.check_name, base, default or base, observe=observed)
        verdict = VerdictToPublish(
            name=name,
            state=state,
            description=description,
            target=f"{self.settings.server_url}/{self.settings.repository}/pull/{of.decision.pull_request}"
            if of is not None
            else f"{self.settings.server_url}/{self.settings.repository}/queue/{base}",
            anchor=judged.anchor if judged is not None else None,
            replaces=self._there(commit, name),
            title=description,
            summary=description,
        )
        if not stands(verdict, self.settings.publish):
            self.writer.publish(commit, verdict)

    def _there(self, commit: str, name: str) -> PublishedVerdict | None:
        return next((verdict for verdict in self.reader.verdicts(commit) if verdict.name == name), None)
