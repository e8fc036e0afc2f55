"""What the tests of the quality scores share: the tables, a data set with all points, the official shapes."""

from __future__ import annotations

from registergraf.content import read_files
from support import CONTENT

FILES = read_files(CONTENT)
EU = "http://publications.europa.eu/resource/authority/"
PREFIXES = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix eu: <{EU}> . @prefix : <https://example.org/> .
"""
PERFECT = f"""
:d a dcat:Dataset ; dct:title "T"@en ; dct:description "D"@en ; dct:identifier "d" ;
  dcat:keyword "k"@en ;
  dcat:theme <{EU}data-theme/HEAL> ;
  dct:spatial <{EU}country/NOR> ;
  dct:temporal :period ;
  dct:accessRights <{EU}access-right/PUBLIC> ;
  dcat:contactPoint :contact ;
  dct:publisher :publisher ;
  dct:issued "2020-01-01"^^xsd:date ;
  dct:modified "2021-01-01"^^xsd:date ;
  dcat:distribution :x .
:x a dcat:Distribution ; dcat:accessURL <https://example.org/a> ;
  dcat:downloadURL <https://example.org/b> ;
  dct:format <{EU}file-type/CSV> ;
  dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ;
  dct:license <{EU}licence/CC_BY_4_0> ;
  dct:rights :rights ;
  dcat:byteSize "7"^^xsd:nonNegativeInteger .
:period a dct:PeriodOfTime . :contact a vcard:Kind . :publisher a foaf:Agent ; foaf:name "P" .
:rights a dct:RightsStatement .
<{EU}data-theme/HEAL> a skos:Concept ; skos:prefLabel "Health"@en ; skos:inScheme <{EU}data-theme> .
<{EU}country/NOR> a dct:Location ; skos:inScheme <{EU}country> .
<{EU}access-right/PUBLIC> a dct:RightsStatement ; skos:inScheme <{EU}access-right> .
<{EU}file-type/CSV> a dct:MediaTypeOrExtent .
<{EU}licence/CC_BY_4_0> a dct:LicenseDocument ; skos:inScheme <{EU}licence> .
<https://www.iana.org/assignments/media-types/text/csv> a dct:MediaType .
"""
OFFICIAL = {
    "dcat-ap-3": ("dcat-ap/html_shacl_shapes.ttl", "dcat-ap/html_shacl_range.ttl"),
    "dcat-ap-no-2": ("dcat-ap-no/DCAT-AP-NO-shacl_shapes_2.00_v0.8-2021-11-22.ttl",),
}
"""The shapes that each profile's table stands for."""
