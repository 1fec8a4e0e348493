"""Which tables does the synthetic AsynjaVisph have? A schema of our own that forbids none of the dirt: no keys, no references."""

from __future__ import annotations

TABLES = {
    "patient": (
        "patient_id integer, pnr text, fornamn text, efternamn text, kon text, fodd text, adress text, postnr text, ort text,"
        " avliden text, skydd text, struken text, andrad text"
    ),
    "bvc_matning": (
        "matning_id integer, patient_id integer, enhet_hsaid text, typ text, varde text, matt_i text, matt_tid text, kommentar text,"
        " struken text"
    ),
    "vaccination": (
        "vaccination_id integer, patient_id integer, enhet_hsaid text, vaccin text, dos text, given text, sats text, anmarkning text,"
        " struken text"
    ),
    "lakemedelsordination": "ordination_id integer, patient_id integer, lakemedel text, dosering text, insatt text",
    "varning": "varning_id integer, patient_id integer, varning text, sedan text",
    "diagnos": "diagnos_id integer, patient_id integer, ksh97p text, satt text",
    "journaltext": "text_id integer, patient_id integer, skriven text, anteckning text",
    "tmp_export": "rad integer, innehall text",
}
INDEXED = {
    "patient": ("patient_id",),
    "bvc_matning": ("matning_id", "patient_id"),
    "vaccination": ("vaccination_id", "patient_id"),
    "lakemedelsordination": ("patient_id",),
    "varning": ("patient_id",),
    "diagnos": ("patient_id",),
    "journaltext": ("patient_id",),
}
