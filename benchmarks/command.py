"""The command line, for `measure.run`, which runs files."""

from coder.cli import main

main()
