"""Would the verifier see it? Known silent corruptions, each seeded into a copy of the record that nobody else uses."""
