"""How is a plan carried out and told? Shared by `apply` and `rehearse`: which hands is all that differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vardskiftet.cli.console import Answer
from vardskiftet.cli.opening import open_desk
from vardskiftet.cli.options import Given
from vardskiftet.cli.telling import as_json, tell
from vardskiftet.model.plan import Plan
from vardskiftet.run.apply import Applied
from vardskiftet.run.balance import plan_to_carry_out
from vardskiftet.run.desk import Desk

EMPTY_RECORD = (
    "Rehearsed as a first load, on an empty record: what this plan meets in the real one (rows of earlier plans, parents that stand there"
    " though they are rejected now, rows that users changed) is not in these numbers."
)


def carried_out(options: Given, named: str, verb: str, hands: Callable[[Desk, Plan], Applied], *, trust_code: bool = False) -> Answer:
    """Run the plan and answer with its books."""
    desk = replace(open_desk(options), trust_code=trust_code)
    plan = plan_to_carry_out(desk, named)
    done = hands(desk, plan)
    answer = Answer(f"vardskiftet.{verb}/1", exit_code=done.exit_code)
    answer.own = {
        "run_id": done.run_id,
        "plan": plan.name,
        "committed": done.committed,
        "findings": [*done.findings, *done.outlived],
        "left_list": done.left_list,
        "late": list(done.late),
        "late_list": done.late_list,
        **as_json(done.books),
    }
    if verb == "apply" and done.committed == 0:
        answer.say(f"Nothing to do: all {len(plan.batches)} batches of plan {plan.name} are in the target.")
    tell(answer, done.books)
    if verb == "rehearse" and plan.base:
        answer.say(EMPTY_RECORD)
    for finding in done.findings:
        answer.because("COUNT_MOVED", finding)
    for finding in done.outlived:
        answer.because("OUTLIVED", finding, where=finding.partition(":")[0])
    for finding in done.late:
        answer.because("WRITTEN_AFTER", finding, where=finding.partition(":")[0], hint="Enter it by hand, or plan one more final delta.")
    if done.late_list:
        answer.say(f"Rows written after the final delta, each by key: {done.late_list}")
    if done.left_list:
        answer.say(f"Rows left from earlier plans, each by id: {done.left_list}")
    wave = plan.wave
    mend = [f"vardskiftet coverage {wave}", f"vardskiftet plan {wave}"]  # after the mappings, or the budgets, were corrected
    rehearsed = mend if done.exit_code == 1 else [f"vardskiftet apply {wave}"]
    after = rehearsed if verb == "rehearse" else [f"vardskiftet books {wave}", f"vardskiftet report wave {wave}"]
    answer.next_steps = after if done.books.closes else [f"vardskiftet books {wave}"]
    return answer
