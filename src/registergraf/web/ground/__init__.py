"""What every view stands on: a release ready to be asked, its days, the languages, what a client prefers."""
