"""A merge queue's group: its members judged afresh, and the strictest verdict put on the group's commit."""

from collections.abc import Sequence

from msgspec import Struct

from keyturn.core.decision import ReasonCode
from keyturn.core.report import report_error
from keyturn.core.verdict import VerdictState, verdict_name
from keyturn.gate.judged import JudgeAgain, NotTaken
from keyturn.gate.persistence import Persistence
from keyturn.gate.publication import stands
from keyturn.gate.story import Gate, Result
from keyturn.ports import Reader, Unavailable, VerdictToPublish, Writer
from keyturn.render.status import decision_description, group_description
from keyturn.settings import Settings


class Queue(Struct, frozen=True, kw_only=True):
    """Judges the members of a merge group. The group commit's own checks are the queue's business."""

    reader: Reader
    writer: Writer
    gate: Gate
    settings: Settings

    def judge(self, base: str, base_commit: str, head_commit: str) -> tuple[Result, ...]:
        """Judge every member on its own head and publish the strictest verdict on the group's commit.

        A group whose members cannot all be found gets the verdict `error`, and so does one whose members kept changing.
        Raises `Unavailable` where nothing could be published.
        """
        persistence = Persistence.begin(self.gate.clock, self.gate.pause)
        while True:
            try:
                return self._judge_once(base, head_commit, self.reader.merge_group(base, base_commit, head_commit))
            except JudgeAgain as moved:
                if not persistence.judges_again(moved):
                    return self._give_up(base, head_commit, _why(moved))
            except Unavailable as refused:
                return self._give_up(base, head_commit, refused)

    def _judge_once(self, base: str, head_commit: str, members: Sequence[int]) -> tuple[Result, ...]:
        results = tuple(self.gate.judge(number) for number in members)
        strictest = max(results, key=lambda result: result.state.strictness)
        description = decision_description(strictest.decision)
        if len(results) > 1:
            description = group_description(strictest.decision.pull_request or 0, description)
        verdict = self._verdict(head_commit, base, strictest.state, description, strictest)
        if not self._is_done(verdict):
            if strictest.state is VerdictState.SUCCESS:
                self.gate.publication.confirm([result.judged for result in results if result.judged is not None])
            self.gate.publication.send(head_commit, verdict)
        return results

    def _give_up(self, base: str, head_commit: str, why: Unavailable) -> tuple[Result, ...]:
        """Publish the verdict `error`, and report why."""
        description = f"Merge group not judged: {why}"
        verdict = self._verdict(head_commit, base, VerdictState.ERROR, description, None)
        if not self._is_done(verdict):
            self.writer.publish(head_commit, verdict)
        decision = report_error(self.settings.repository, None, head_commit, base, why.code, str(why))
        return (Result(decision, None, published=not self.settings.dry_run, warnings=(str(why),)),)

    def _is_done(self, verdict: VerdictToPublish) -> bool:
        """Whether nothing needs to be written, because that very verdict stands there or nothing may be written."""
        return self.settings.dry_run or stands(verdict, self.settings.publish)

    def _verdict(
        self, commit: str, base: str, state: VerdictState, description: str, of: Result | None
    ) -> VerdictToPublish:
        """The verdict for the group's commit, with the one that stands there."""
        judged = of.judged if of is not None else None
        observed = judged.observed if judged is not None else self.gate.observing
        default = judged.judgement.facts.default_branch if judged is not None else self.settings.default_branch
        name = verdict_name(self.settings.check_name, base, default or base, observe=observed)
        return VerdictToPublish(
            name=name,
            state=state,
            description=description,
            target=f"{self.settings.server_url}/{self.settings.repository}/pull/{of.decision.pull_request}"
            if of is not None
            else f"{self.settings.server_url}/{self.settings.repository}/queue/{base}",
            anchor=judged.anchor if judged is not None else None,
            replaces=self.gate.publication.there(commit, name),
            title=description,
            summary=description,
        )


def _why(moved: JudgeAgain) -> Unavailable:
    """What to say where judging afresh came to nothing."""
    if isinstance(moved, NotTaken):
        return moved.why
    return Unavailable(ReasonCode.HEAD_MOVED, f"{moved}; the next run judges afresh")
