"""HTML: the environment of all templates, the style sheets, and the templates of files and mails."""
