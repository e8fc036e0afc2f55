"""Parse catalogues with CKAN's own DCAT parser, in an environment that has it; prints JSON.

Arguments: documents as ``format=path``, the format as rdflib calls it. For each format the datasets as ckanext-dcat hands
them to CKAN's harvester, by their IRI.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ckanext.dcat.processors import RDFParser


def datasets(text: str, name: str) -> dict[str, dict[str, object]]:
    """The datasets of a document, by IRI; what CKAN keeps as extras stands beside its fields."""
    parser = RDFParser()
    parser.parse(text, _format=name)
    read = [
        {**dataset, **{extra["key"]: extra["value"] for extra in dataset["extras"]}} for dataset in parser.datasets()
    ]
    return {dataset["uri"]: dataset for dataset in read}


documents = dict(argument.split("=", 1) for argument in sys.argv[1:])
told = {name: datasets(Path(path).read_text("utf-8"), name) for name, path in documents.items()}
json.dump(told, sys.stdout)
