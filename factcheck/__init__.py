"""factcheck: holds the claims on a health-marketing page against a curated, cited reference set."""

__version__ = "0.1.0"
