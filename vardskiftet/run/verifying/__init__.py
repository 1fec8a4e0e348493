"""How is a wave verified? Level by level, on the frozen plan, by hands that share nothing with those that loaded it."""
