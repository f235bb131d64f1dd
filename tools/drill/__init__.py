"""The crash drill: named points, faults at each, and a checker that believes only the provider."""
