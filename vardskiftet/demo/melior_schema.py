"""Which tables does the synthetic Melior have? A schema of our own that forbids none of the dirt: no keys, no references."""

from __future__ import annotations

TABLES = {
    "patient": (
        "patnr integer, personnr text, fornamn text, efternamn text, kon text, fodd text, adress text, postnr text, ort text, skydd text,"
        " makulerad text, andrad text"
    ),
    "kontakt": "kontakt_id integer, patnr integer, enhet_hsaid text, tid text, typ text",
    "remiss": (
        "remiss_id integer, patnr integer, avsandare_hsaid text, mottagare_hsaid text, skickad text, prioritet text, diagnos text,"
        " fragestallning text, status text, makulerad text"
    ),
    "matning": (
        "matning_id integer, kontakt_id integer, patnr integer, barn text, typ text, varde text, matt_i text, tid text, kommentar text,"
        " makulerad text"
    ),
    "diagnos": "diagnos_id integer, kontakt_id integer, icd text, satt text",
    "anteckning": "anteckning_id integer, kontakt_id integer, skriven text, innehall text",
    "lakemedel": "ordination_id integer, patnr integer, lakemedel text, dosering text, insatt text",
    "varning": "varning_id integer, patnr integer, varning text, sedan text",
    "tmp_logg": "rad integer, innehall text",
}
INDEXED = {
    "patient": ("patnr",),
    "kontakt": ("kontakt_id", "patnr"),
    "remiss": ("remiss_id", "patnr"),
    "matning": ("matning_id", "patnr"),
    "diagnos": ("kontakt_id",),
    "anteckning": ("kontakt_id",),
    "lakemedel": ("patnr",),
    "varning": ("patnr",),
}
