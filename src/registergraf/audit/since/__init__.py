"""Judging only what changed: from the changed quads to the things that each rule may see otherwise, and to verdicts.

``occurrences`` reads a query into ``patterns``, which ``reads`` keeps; ``affected`` follows the changed quads back to
what its rows are about, and ``moving`` does so for all rules; ``merging`` judges those and puts the new verdicts in the
place of the old.
A property test holds the result equal to the full run.
"""
