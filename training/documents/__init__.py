"""The figures and documents of docs/."""
