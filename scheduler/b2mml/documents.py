"""B2MML documents as text: read and written only where the published schema accepts them.

Source: B2MML V0700, MESA International (`schema/`, with its licence).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

from scheduler.errors import BadRequest, InternalFault

NAMESPACE = "http://www.mesa.org/xml/B2MML"
SCHEMAS = {
    "OperationsSchedule": "B2MML-OperationsSchedule.xsd",
    "OperationsPerformance": "B2MML-OperationsPerformance.xsd",
    "JobList": "B2MML-WorkSchedule.xsd",
    "WorkPerformance": "B2MML-WorkPerformance.xsd",
    "JobResponse": "B2MML-WorkPerformance.xsd",
    "JobResponseList": "B2MML-WorkPerformance.xsd",
}
"""The root element of each document that is known, and the schema that declares it."""
SHOWN = 5


def read(content: bytes) -> etree._Element:
    """The root of a document that its schema accepts. Raises BadRequest, with the line and the schema's rule."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise BadRequest.of("document", f"no XML at line {line}, column {column} ({error.msg})", "XML") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise BadRequest.of("document", "a DOCTYPE", "a document without one", "leave it out")
    name = etree.QName(root)
    if name.namespace != NAMESPACE or name.localname not in SCHEMAS:
        known = ", ".join(SCHEMAS)
        raise BadRequest.of("document", f"<{name.text}>", f"one of {known}, of the namespace {NAMESPACE}")
    breaches = _breaches(root)
    if breaches:
        more = f"; and {len(breaches) - SHOWN} more" if len(breaches) > SHOWN else ""
        told = "; ".join(breaches[:SHOWN])
        raise BadRequest(
            f"document: the schema of B2MML does not accept it: {told}{more}", "document", told, "B2MML V0700"
        )
    return root


def written(root: etree._Element) -> bytes:
    """The document as text. Raises InternalFault where its schema does not accept it: such a one is never sent."""
    breaches = _breaches(root)
    if breaches:
        raise InternalFault(
            f"a {etree.QName(root).localname} that B2MML does not accept: {'; '.join(breaches[:SHOWN])}"
        )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _breaches(root: etree._Element) -> list[str]:
    """What the schema says against it, each with its line and the rule's name."""
    schema = _schema(SCHEMAS[etree.QName(root).localname])
    # A schema keeps the errors of its last use, and is used by several threads: each takes its own copy of the state.
    validator = etree.XMLSchema(schema)
    if validator.validate(root):
        return []
    plain = "{" + NAMESPACE + "}"
    return [f"line {e.line}: {e.message.replace(plain, '')} ({e.type_name})" for e in validator.error_log]  # type: ignore[attr-defined]


@cache
def _schema(file: str) -> etree._ElementTree:
    return etree.parse(str(Path(__file__).parent / "schema" / file))
