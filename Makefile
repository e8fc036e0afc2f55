# The work is done by the scripts; these are their names for those who type make.
.PHONY: serve test bench

serve:
	sh script/serve

test:
	sh script/test

# Build seconds, memory, cold start: printed with the peer beside them, see docs/benchmarks.md.
bench:
	sh script/bench
