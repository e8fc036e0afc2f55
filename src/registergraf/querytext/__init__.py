"""The text of a SPARQL query: its tokens and groups, what is wrong with it, and exchanges that keep its answers.

Nothing here evaluates a query.
"""
