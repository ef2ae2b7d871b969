"""Speed, memory and comparisons: measured, never asserted in tests."""
