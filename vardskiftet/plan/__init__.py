"""What will happen: order of mappings, batches, the plan as a value with a fingerprint. Values in, values out."""
