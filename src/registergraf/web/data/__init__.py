"""Answers that are documents for machines: the catalogue, its feed, dumps, descriptions of what is here."""
