"""Events in the layouts of other datasets (GDELT, ICEWS, Phoenix, POLECAT) and of other programs (CSV, JSONL, Stata).

`registry.export_events` writes a table; `registry.LAYOUTS` tells the columns of each layout.
"""
