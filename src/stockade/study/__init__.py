"""A study's folder: what study.toml says, checked, and the route from it to a briefing."""
