"""The version of keyturn, stated here and nowhere else."""

VERSION = "0.1.0"
"""Semantic version; the package's metadata, `keyturn --version` and ledger entries take it from here."""
