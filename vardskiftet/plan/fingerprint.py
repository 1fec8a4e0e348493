"""What does a plan stand on, and has any of it moved? One fingerprint for all, and the list of what differs."""

from __future__ import annotations

import hashlib
import json

from vardskiftet.model.plan import Plan


def fingerprint(plan: Plan) -> str:
    """SHA-256 over everything that the plan says but its own fingerprint and the time it was made."""
    unsaid = (name for name in ("corrections", "decisions") if not getattr(plan, name))
    told_apart = {"fingerprint", "made_at", *unsaid}
    body = plan.model_dump(mode="json", exclude=told_apart)
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def minor(version: str) -> str:
    """The part of a version that must be the same when a plan is carried out: `0.1` of `0.1.7`."""
    return ".".join(version.split(".")[:2])


def moved(plan: Plan, *, tool: str, declarations: dict[str, str], source_schemas: dict[str, str], target_schema: str) -> tuple[str, ...]:
    """What is no longer as it was when the plan was made, in words; empty if all stands."""
    found = [
        f"{path} was changed"
        for path in sorted(plan.declarations)
        if path in declarations and declarations[path] != plan.declarations[path]
    ]
    found += [f"{path} is gone" for path in sorted(set(plan.declarations) - set(declarations))]
    found += [f"{path} is new" for path in sorted(set(declarations) - set(plan.declarations))]
    if minor(tool) != minor(plan.tool):
        found.append(f"the tool is {tool}, the plan was made by {plan.tool}")
    found += [
        f"the schema of system '{system}' is another"
        for system in sorted(plan.source_schemas)
        if source_schemas.get(system) != plan.source_schemas[system]
    ]
    if target_schema != plan.target_schema:
        found.append("the record's schema is another")
    return tuple(found)
