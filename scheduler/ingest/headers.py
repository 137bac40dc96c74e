"""The row with the names of the columns, in whatever language and below whatever title, and what else is no data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from scheduler.ingest.schema import FileSpec

LOOKED_AT = 20
"""Rows at the top among which the header is looked for."""
TOTALS = frozenset({"total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "somme", "totale", "suma"})
_LAST_ROWS = 5
_NOISE = re.compile(r"[\s_.\-/()\[\]#:*°]+")

OTHER_WORDS: Mapping[str, str] = {
    "order": "auftrag auftragsnummer auftragsnr auftragnr fertigungsauftrag productionorder workorder "
    "manufacturingorder orderno ordernumber ordrefabrication ordendeproduccion",
    "material": "artikel artikelnummer artikelnr materialnummer materialnr teil teilenummer item itemno itemnumber "
    "part partno partnumber product produkt article référence materialno",
    "quantity": "menge stückzahl anzahl auftragsmenge qty orderqty quantité cantidad quantità",
    "due": "liefertermin endtermin fälligkeit fällig fälligam termin duedate deliverydate enddate requireddate "
    "datedelivraison échéance fechadeentrega",
    "release": "freigabe freigabetermin starttermin frühesterstart releasedate startdate earlieststart",
    "priority": "priorität prio priorité prioridad",
    "customer": "kunde kundenname client cliente customername",
    "routing": "arbeitsplan plan gamme routingno ruta",
    "operation": "arbeitsgang arbeitsgangnr vorgang vorgangsnr ag op opno operationno operationnumber step opération",
    "description": "bezeichnung beschreibung text kurztext désignation descripción descrizione",
    "machine": "maschine anlage maschinennr machineno equipment macchina máquina",
    "work_center": "arbeitsplatz arbeitsplatzgruppe maschinengruppe workcentre workcenterno postedecharge",
    "calendar": "kalender schicht schichtmodell shift calendrier",
    "weekday": "wochentag tag day jour",
    "start": "beginn von from anfang début",
    "end": "ende bis to until fin",
    "unit": "einheit mengeneinheit me uom unité",
    "on_hand": "bestand lagerbestand verfügbar stock onhandqty quantityonhand",
    "receipt": "bestellung bestellnummer bestellnr purchaseorder po pono commande",
    "expected": "liefertermin erwartet wareneingang expecteddate eta arrival",
    "component": "komponente teil material einsatzmaterial composant",
    "status": "auftragsstatus state statut estado",
    "reason": "grund bemerkung motif",
}
"""What others call our columns, small letters, no blanks or marks. Those whose unit would be a guess are not here."""


def plain(name: str) -> str:
    return _NOISE.sub("", name.strip().casefold())


def header_row(rows: Sequence[Sequence[str]], spec: FileSpec) -> int:
    """Which row names the columns: the first, unless a later one names more of those that must be there."""
    needed = [c.name for c in spec.columns if c.required]

    def named(row: Sequence[str]) -> int:
        return len(set(needed) & set(renamed(row, spec)[0]))

    best = max(range(min(LOOKED_AT, len(rows))), key=lambda i: (named(rows[i]), -i), default=0)
    return best if best and named(rows[best]) > named(rows[0]) and named(rows[best]) * 2 >= len(needed) else 0


def renamed(header: Sequence[str], spec: FileSpec) -> tuple[list[str], dict[str, str]]:
    """The header in our own names, and what was called otherwise: {its name there: ours}.

    A word that may be two of the missing columns, or two words for one of them, stay what they are.
    """
    names = [name.strip() for name in header]
    ours = {c.name for c in spec.columns}
    missing = ours - set(names)
    meant: dict[str, list[str]] = {}
    for name in names:
        if not name or name in ours:
            continue
        word = plain(name)
        for column in missing:
            if word == plain(column) or word in OTHER_WORDS.get(column, "").split():
                meant.setdefault(column, []).append(name)
    sure = {words[0]: column for column, words in meant.items() if len(words) == 1}
    for name in list(sure):
        if sum(name in words for words in meant.values()) > 1:
            del sure[name]
    return [sure.get(name, name) for name in names], sure


def without_totals(rows: list[Sequence[str]], spec: FileSpec, header: Sequence[str]) -> tuple[list[Sequence[str]], int]:
    """The rows before those at the end that add up the others; and how many these are."""
    needed = [i for i, name in enumerate(header) if name in {c.name for c in spec.columns if c.required}]
    kept = len(rows)
    while kept > max(1, len(rows) - _LAST_ROWS):
        cells = [cell.strip() for cell in rows[kept - 1]]
        first = next((cell for cell in cells if cell), None)
        lacks = any(i >= len(cells) or not cells[i] for i in needed)
        if first is not None and not (plain(first) in TOTALS and lacks):
            break
        kept -= 1
    dropped = sum(any(cell.strip() for cell in row) for row in rows[kept:])
    return rows[:kept], dropped
