"""What does the load look like to a person? Facts on paper."""
