"""`python -m closeup.cli`."""

from closeup.cli.main import main

main()
