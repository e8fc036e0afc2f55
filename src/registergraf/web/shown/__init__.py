"""How things are shown: templates, terms as HTML, links, footnotes, and errors in the reader's language."""
