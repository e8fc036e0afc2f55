"""The pages for people: each view names the queries of its page, and a template arranges what they answer."""
