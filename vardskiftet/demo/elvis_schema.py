"""Which tables does the synthetic Elvis have? A schema of our own that forbids none of the dirt: no keys, no references."""

from __future__ import annotations

TABLES = {
    "person": (
        "person_id integer, personnummer text, fornamn text, efternamn text, kon text, fodelsedatum text, adress text, postnr text,"
        " ort text, telefon text, skyddad text, avliden_datum text, makulerad text, andrad_tid text"
    ),
    "remiss": (
        "remiss_id integer, person_id integer, avsandare_hsaid text, mottagare_hsaid text, skickad_tid text, prioritet text,"
        " orsak_text text, status text, makulerad text, andrad_tid text"
    ),
    "bokning": (
        "bokning_id integer, person_id integer, enhet_hsaid text, remiss_id integer, starttid text, langd_min text, besokstyp text,"
        " status text, anteckning text, makulerad text, andrad_tid text"
    ),
    "vantelista": (
        "vantelista_id integer, person_id integer, enhet_hsaid text, remiss_id integer, uppsatt_datum text, maldatum text, atgard text,"
        " prioritet text, kommentar text, makulerad text, andrad_tid text"
    ),
    "kontakt_historik": "kontakt_id integer, person_id integer, enhet_hsaid text, kontakt_tid text, besokstyp text, anteckning text",
    "tmp_import": "rad integer, innehall text",
}
INDEXED = {
    "person": ("person_id",),
    "remiss": ("remiss_id", "person_id"),
    "bokning": ("bokning_id", "person_id"),
    "vantelista": ("vantelista_id", "person_id"),
    "kontakt_historik": ("person_id",),
}
