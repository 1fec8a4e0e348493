"""How does another host come to know a plan? Through the memory, where several share one; else it stays a file of the work folder."""

from __future__ import annotations

from vardskiftet.model.plan import Plan
from vardskiftet.run.desk import PLAN_MADE, Desk
from vardskiftet.run.noted import note


def share_plan(desk: Desk, plan: Plan) -> None:
    """Keep the whole plan in a memory that lies on a server; the same plan is kept once."""
    if not desk.programme.store.url_from:
        return
    with desk.reading_store() as store:
        known = {str(event.payload["plan"]) for event in store.events(kind=PLAN_MADE)}
    if plan.fingerprint not in known:
        payload = {"wave": plan.wave, "plan": plan.fingerprint, "document": plan.model_dump(mode="json")}
        note(desk, "plan", plan.wave, PLAN_MADE, payload)
