"""SPARQL over HTTP: the endpoint, the graph store, the named queries and stored ones."""
