"""A catalogue of health registries of any size, with the relations of the real one and faults sown in at a fixed rate.

The same seed and size give the same triples. For about every 68 triples there is one registry: its names and keywords
in three languages, roles with periods, purposes, a contact, data services and distributions; the law, the organisations
and the umbrellas that registries share are fewer, and some are shared by many.
"""

from __future__ import annotations

import argparse
import datetime
import random
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "http://example.org/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
NAMESPACES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rg": "https://w3id.org/registergraf/ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
A_REGISTRY = 68
"""Triples for each registry, those that it shares with others included."""
FAULTS = 0.004
"""How often a statement is left out, doubled or wrong."""
WORDS = ("kreft", "hjerte", "svangerskap", "legemiddel", "diabetes", "dødsårsak", "pasient", "vaksine", "hofte", "nyre")
LANGUAGES = ("nb", "nn", "en")


def main() -> None:
    """Write the triples of a size as N-Triples."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("triples", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.stdout.writelines(line + "\n" for line in generated(given.triples, given.seed))


def generated(triples: int, seed: int = 1) -> Iterator[str]:
    """About so many triples, each a line of N-Triples."""
    return Generator(random.Random(seed), max(1, triples // A_REGISTRY)).lines()  # noqa: S311 - a benchmark


def iri(name: str) -> str:
    """A term of a vocabulary by its prefixed name, or a thing of ours."""
    prefix, _, local = name.partition(":")
    return f"<{NAMESPACES[prefix]}{local}>" if prefix in NAMESPACES else f"<{BASE}{name}>"


class Generator:
    """Makes the lines, one kind of thing after the other."""

    def __init__(self, chance: random.Random, registries: int) -> None:
        self.chance = chance
        self.registries = registries
        self.organisations = max(5, registries // 8)
        self.provisions = max(40, registries // 3)

    def lines(self) -> Iterator[str]:
        """All of it."""
        yield from self.say("rg:HealthRegistry", ("rdfs:subClassOf", iri("dcat:Dataset")))
        yield from self.say("rg:QualityRegistry", ("rdfs:subClassOf", iri("rg:HealthRegistry")))
        for number in range(10):
            yield from self.say(
                f"concept/purpose-{number}", (TYPE, iri("skos:Concept")), *self.labels("skos:prefLabel")
            )
        for number in range(self.organisations):
            yield from self.organisation(number)
        for number in range(self.provisions):
            yield from self.provision(number)
        for number in range(self.registries):
            yield from self.registry(number)

    def say(self, subject: str, *pairs: tuple[str, str]) -> Iterator[str]:
        """Statements on one thing; now and then one is left out."""
        for property_, value in pairs:
            if property_ == TYPE or not self.faulty():
                yield f"{iri(subject)} {f'<{TYPE}>' if property_ == TYPE else iri(property_)} {value} ."

    def faulty(self) -> bool:
        """Whether a fault is sown here."""
        return self.chance.random() < FAULTS

    def labels(self, property_: str) -> Iterator[tuple[str, str]]:
        """A name in each language; now and then two in one."""
        for language in LANGUAGES:
            other = self.chance.choice(LANGUAGES) if self.faulty() else language
            yield property_, f'"{self.chance.choice(WORDS)} {self.chance.randrange(10**6)}"@{other}'

    def number(self, value: int) -> str:
        """An integer; now and then a string."""
        return f'"{value}"' if self.faulty() else f'"{value}"^^{iri("xsd:integer")}'

    def day(self, value: int) -> str:
        """A day so many days after the beginning of 1990."""
        day = datetime.date(1990, 1, 1) + datetime.timedelta(days=value)
        return f'"{day.isoformat()}"^^{iri("xsd:date")}'

    def organisation(self, number: int) -> Iterator[str]:
        """Its name, number and web page."""
        digits = str(100_000_000 + number * 7919 % 900_000_000)
        yield from self.say(
            f"organisation/{number}",
            (TYPE, iri("foaf:Agent")),
            (TYPE, iri("org:FormalOrganization")),
            *self.labels("foaf:name"),
            ("dct:identifier", f'"{digits[:-1] if self.faulty() else digits}"'),
            ("foaf:homepage", f"<https://{'' if not self.faulty() else ' '.strip()}org{number}.example.org/>"),
        )

    def provision(self, number: int) -> Iterator[str]:
        """An act for every twenty, and sections within it."""
        act = number - number % 20
        if number == act:
            kind = [(TYPE, iri("eli:LegalResource")), ("eli:id_local", f'"LOV-{1990 + number % 30}-{number}"')]
        else:
            part = f"provision/{act}" if number % 20 < 10 else f"provision/{number - 1}"  # noqa: PLR2004 - ten sections, then letters
            kind = [(TYPE, iri("eli:LegalResourceSubdivision")), ("eli:is_part_of", iri(part))]
        end = self.chance.randrange(9_000, 12_000) if not self.faulty() else 1
        dates = [
            ("eli:first_date_entry_in_force", self.day(self.chance.randrange(9_000))),
            ("eli:date_no_longer_in_force", self.day(end)),
        ]
        yield from self.say(f"provision/{number}", *kind, ("rdfs:label", f'"§ {number}"@nb'), *dates)

    def registry(self, number: int) -> Iterator[str]:
        """A registry with all that hangs on it."""
        me, pick = f"registry/{number}", self.chance.randrange
        kind = "rg:QualityRegistry" if number % 3 else "rg:HealthRegistry"
        yield from self.say(
            me,
            (TYPE, iri(kind)),
            *self.labels("dct:title"),
            *self.labels("dct:description"),
            *(pair for _ in range(3) for pair in self.labels("dcat:keyword")),
            ("dct:identifier", f'"{number if not self.faulty() else number // 2}"'),
            ("dct:publisher", iri(f"organisation/{pick(self.organisations)}")),
            ("dcat:contactPoint", iri(f"contact/{number}")),
            ("rg:consentModel", iri(f"concept/purpose-{pick(3)}") if not self.faulty() else '"yes"'),
            ("rg:statutoryBasis", iri(f"provision/{pick(self.provisions)}")),
            ("rg:regulatedBy", iri(f"provision/{pick(self.provisions) // 20 * 20}")),
            ("rg:minTypicalAge", self.number(pick(40))),
            ("rg:maxTypicalAge", self.number(pick(30, 100))),
            ("dct:issued", self.day(pick(10_000))),
        )
        if number % 7 == 0 and number:
            yield from self.say(me, ("rg:memberOfRegistry", iri(f"registry/{pick(number)}")))
        yield from self.say(
            f"contact/{number}",
            (TYPE, iri("vcard:Organization")),
            ("vcard:fn", f'"Kontakt {number}"@nb'),
            ("vcard:hasEmail", f"<mailto:post{number}@example.org>" if not self.faulty() else f'"post{number}"'),
        )
        for role in range(3):
            yield from self.role(me, number, role)
        for purpose in range(2):
            yield from self.say(me, ("dpv:hasPurpose", iri(f"purpose/{number}-{purpose}")))
            broader = ("skos:broader", iri(f"concept/purpose-{pick(10)}"))
            yield from self.say(
                f"purpose/{number}-{purpose}", (TYPE, iri("dpv:Purpose")), *self.labels("skos:prefLabel"), broader
            )
        for part in range(2):
            yield from self.say(me, ("dcat:distribution", iri(f"distribution/{number}-{part}")))
            size = ("dcat:byteSize", self.number(pick(10**6)))
            where = ("dcat:accessURL", f"<https://example.org/data/{number}/{part}>")
            yield from self.say(f"distribution/{number}-{part}", (TYPE, iri("dcat:Distribution")), where, size)

    def role(self, me: str, number: int, role: int) -> Iterator[str]:
        """Who was what, and when."""
        start = self.chance.randrange(8_000)
        end = start + self.chance.randrange(1, 4_000) if not self.faulty() else start - 100
        yield from self.say(me, ("prov:qualifiedAttribution", iri(f"role/{number}-{role}")))
        yield from self.say(
            f"role/{number}-{role}",
            (TYPE, iri("prov:Attribution")),
            ("prov:agent", iri(f"organisation/{self.chance.randrange(self.organisations)}")),
            ("dcat:hadRole", iri(("rg:controller", "rg:processor", "rg:decisionAuthority")[role])),
            ("dcat:startDate", self.day(start)),
            ("dcat:endDate", self.day(max(end, 0))),
        )


if __name__ == "__main__":
    main()
