"""The documents as a site: plain Markdown becomes pages with search and one path through them."""
