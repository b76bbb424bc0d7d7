"""The documents as a site: `make site`. Sphinx reads the same Markdown files that people read in the repository.

A broken link, and a page that `index.md` does not list, is an error.
"""

project = "retention"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "docs/site/index"
include_patterns = ["*.md", "docs/**", "notebooks/*.md"]
exclude_patterns = ["docs/pictures.py"]
myst_heading_anchors = 4
myst_enable_extensions = ["html_image"]  # the pictures of the README are copied and found
html_theme = "furo"
html_title = "retention"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
suppress_warnings = ["misc.highlighting_failure"]  # csv, cron and dotenv have no colours
