"""Sphinx: `make docs` builds the pages of this folder into build/docs."""

from factcheck import __version__

project = "factcheck"
author = "The factcheck authors"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
nitpicky = True
# Fields of the domain's values are documented by their types; the attributes of dataclasses are not listed twice.
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": True}
nitpick_ignore_regex = [
    (r"py:.*", r"(pathlib|datetime|collections|enum|factcheck\.(?!FactChecker)|spacy|Path|date|Iterable|Sequence).*")
]

html_theme = "furo"
html_title = f"factcheck {__version__}"
# One folder of pages that needs no network to read.
html_copy_source = False
html_show_sourcelink = False
