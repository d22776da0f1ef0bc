"""Sphinx: `make docs` builds the pages of this folder into build/docs."""

from factcheck import __version__

project = "factcheck"
author = copyright = "The factcheck authors"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": True}
# What our own pages name has to exist; types of other packages and of inner modules have no page here.
nitpicky = True
nitpick_ignore_regex = [(r"py:.*", r"(?!factcheck\.[A-Z]).*")]

html_theme = "furo"
html_title = f"factcheck {__version__}"
# One folder of pages that needs no network to read.
html_copy_source = False
html_show_sourcelink = False
