# The work is done by the scripts; these are their names for those who type make.
.PHONY: serve test bench bench-http soak bench-audit lighthouse

serve:
	sh script/serve

test:
	sh script/test

# Build seconds, memory, cold start: printed with the peer beside them, see docs/benchmarks.md.
bench:
	sh script/bench

# The SPARQL service beside Oxigraph's own server, Virtuoso and rdflib-endpoint.
bench-http:
	sh script/bench-http

# Half an hour of mixed load with killed workers and a new release in the middle.
soak:
	sh script/soak

# Judging by SHACL beside pySHACL and the engines of PyPI: printed as ratios, see docs/audit-engine.md.
bench-audit:
	sh script/bench-audit

# Lighthouse over a page of each type: performance, accessibility, best practices.
lighthouse:
	sh script/lighthouse
