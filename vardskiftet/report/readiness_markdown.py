"""How does a wave's readiness read as Markdown, wherever people write to each other?"""

from __future__ import annotations

from html import unescape

from vardskiftet.judge.masking import inert_markdown
from vardskiftet.model.measurement import WHOLE_WAVE
from vardskiftet.report.labels import Lang
from vardskiftet.report.readiness_facts import Matter, ReadinessFacts
from vardskiftet.report.readiness_page import words_of
from vardskiftet.report.readiness_words import ReadinessWords

MARKS = {"good": "✔", "bad": "✖", "wait": "▲", "open": "?", "none": "·"}


def readiness_markdown(facts: ReadinessFacts, lang: Lang = "en") -> str:
    """The verdict, what keeps it from go with owners, what is not known, and all checks. What would be markup is escaped."""
    words = words_of(lang)

    def say(key: str, **values: object) -> str:
        return unescape(str(words.speech.say(key, **values)))

    verdict = facts.readiness.verdict.value
    told = [
        f"# {_plain(facts.wave_title)} ({facts.wave}), {facts.gate.gate}: {say(f'verdicts.{verdict}')}",
        f"{_plain(words.question(facts.gate))} {say(f'verdict_text.{verdict}')} "
        + say("ready.tally", passing=facts.passing, n=len(facts.asked)),
        f"{say('page.as_of')} {words.speech.moment(facts.now)} ({facts.timezone}) · {say('ready.gate')} {words.day(facts.gate_day)}",
    ]
    for kind in ("blocker", "unknown", "reservation"):
        held = facts.of_kind(kind)
        if held:
            told.append(f"## {say(f'groups.{kind}', n=len(held))}")
            told.append("\n".join(_matter(place, matter, facts, words) for place, matter in enumerate(held, 1)))
    told += [f"## {say('ready.unknown')}", _unknown(facts, words)]
    told += [f"## {say('ready.all_checks')}", say("ready.all_checks_lead", n=len(facts.lines), declared=len(facts.criteria.checks))]
    told.append(_checks(facts, words))
    told.append(unescape(str(words.speech.say("foot.chain", n=facts.store_length, head=facts.store_head[:16]))))
    if facts.synthetic:
        told.insert(1, f"**{say('page.synthetic')}.** {say('page.synthetic_text')}")
    return "\n\n".join(told) + "\n"


def _plain(text: str) -> str:
    return inert_markdown(text)


def _matter(place: int, matter: Matter, facts: ReadinessFacts, words: ReadinessWords) -> str:
    line, check = matter.line, matter.line.check
    first = line.worst
    value = words.value(check, first, matter.source)
    asked = unescape(str(words.speech.say("ready.asked_for", asked=words.asked(check))))
    where = "" if first.unit == WHOLE_WAVE else f" ({_plain(facts.titles.get(first.unit, first.unit))}, {unescape(str(words.units(line)))})"
    why = f" · {words.why(first)}" if first.why else ""
    measured = f"{_plain(value)}, {_plain(asked)}{where}" if value else where.strip()
    return (
        f"{place}. {MARKS[words.kind(line.outcome)]} **{_plain(words.title(check))}** `{check.check}` {measured}{why}  \n"
        f"   {_plain(words.role(check.owner))}: {_plain(words.remedy(check))}"
    )


def _unknown(facts: ReadinessFacts, words: ReadinessWords) -> str:
    found = [f"- {_plain(words.title(one.line.check))}: {words.why(one.line.worst)}" for one in facts.of_kind("unknown")]
    for state in ("missing", "stale"):
        names = [one.source.evidence for one in facts.evidence if one.state == state]
        if names:
            found.append(f"- {unescape(str(words.speech.say(f'ready.{state}', n=len(names))))} {', '.join(names)}")
    found.append(f"- {unescape(str(words.speech.say('ready.not_seen')))}")
    return "\n".join(found)


def _checks(facts: ReadinessFacts, words: ReadinessWords) -> str:
    heads = [unescape(str(words.speech.say(f"ready.{name}"))) for name in ("check", "result", "value", "threshold", "from_gate", "owner")]
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for line in facts.lines:
        check = line.check
        source = facts.criteria.source(check.measure.evidence) if check.measure.evidence else None
        units = unescape(str(words.units(line)))
        value = ", ".join(part for part in (words.value(check, line.worst, source), units, words.why(line.worst)) if part)
        outcome = f"{MARKS[words.kind(line.outcome)]} {unescape(str(words.outcome(line.outcome)))}"
        cells = (f"{words.title(check)} {check.check}", outcome, value, words.asked(check), check.gate, words.role(check.owner))
        rows.append(f"| {' | '.join(_plain(cell) for cell in cells)} |")
    return "\n".join(rows)
