"""How does the demo go? The same steps that an operator would take, on a project made for it."""

from __future__ import annotations

import shlex

from vardskiftet.cli import console
from vardskiftet.cli.opening import open_desk
from vardskiftet.cli.options import Given
from vardskiftet.cli.paper import readiness_page, wave_page
from vardskiftet.cli.telling import as_json, tell
from vardskiftet.cli.telling_readiness import tell_gate
from vardskiftet.declare import read
from vardskiftet.demo.evidence import Stage
from vardskiftet.demo.project import EMBEDDED, begin, finish
from vardskiftet.engine.own_server import serve
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.errors import Usage
from vardskiftet.judge.masking import inert
from vardskiftet.model.progress import Progress
from vardskiftet.run.apply import apply, rehearse
from vardskiftet.run.balance import current_plan
from vardskiftet.run.desk import plans_of, save_plan
from vardskiftet.run.planning import make_plan
from vardskiftet.run.sharing import share_plan
from vardskiftet.run.story import tell_story
from vardskiftet.shipped import shipped

WAVE, GATE = "south-1", "G7"


VARIABLE = "VARDSKIFTET_DEMO_RECORD"
TARGETS = {
    "sqlite": EMBEDDED,
    "file_drop": "{kind: file_drop, path: work/drop, formats: [parquet, csv]}",
    "postgresql": f"{{kind: postgresql, url_from: {VARIABLE}, schema: millennium}}",
}


def show_demo(options: Given, size: str, seed: int, target: str, stage: Stage) -> console.Answer:
    """Make the project unless it is there; plan, rehearse, apply, balance; hand in evidence, ask the gate; write both reports."""
    teller = console.Teller(quiet=options.quiet or options.as_json)
    words = vocabulary()
    begun = begin(options.project, shipped(), size, seed, target=TARGETS[target])
    serving = serve(options.project.absolute() / "postgresql", VARIABLE) if target == "postgresql" else None
    made = finish(begun, read(options.project, words), lambda done, of: teller(Progress("make patients", done, of)))
    desk = open_desk(options)
    if plans_of(desk, WAVE):
        plan = current_plan(desk, WAVE)
    else:
        plan = make_plan(desk, WAVE)
        save_plan(desk, plan)
        share_plan(desk, plan)
        rehearse(desk, plan)
    applied = apply(desk, plan)
    page, books = wave_page(desk, WAVE, "en", None)
    tell_story(desk, WAVE, stage)
    ready_page, asked = readiness_page(desk, WAVE, GATE, None, "en", "html", None)
    answer = console.Answer("vardskiftet.demo/1", exit_code=applied.exit_code)
    folder = str(made.folder)
    planted = {system: str(path) for system, path in made.keys().items()}
    verdict = asked.readiness.verdict.value
    answer.own = {"project": folder, "report": str(page), "readiness": str(ready_page), "planted": planted}
    answer.own |= {"verdict": verdict, "gate": GATE, **as_json(books)}
    answer.say(f"A synthetic region lies in {folder}: wave {WAVE} was planned, rehearsed and loaded.")
    tell(answer, books)
    tell_gate(answer, asked, desk.programme)
    answer.say(f"The load's report: {page}")
    answer.say(f"The wave's readiness: {ready_page}")
    answer.next_steps = [f"cd {shlex.quote(folder)}", f"vardskiftet ready {WAVE} --gate {GATE}", f"vardskiftet books {WAVE}"]
    if serving is not None:
        answer.say(f"The record lies on a PostgreSQL server of this folder, which goes on until it is stopped: kill -INT {serving.pid}")
        answer.next_steps.insert(1, f"export {VARIABLE}={shlex.quote(serving.url)}")
    return answer


def stage_of(text: str) -> Stage:
    """How far the story is told. Raises Usage for a stage that there is not."""
    try:
        return Stage(text)
    except ValueError as error:
        known = ", ".join(Stage)
        raise Usage(f"'{inert(text)}' is not a stage of the demo.", hint=f"Known: {known}.") from error
