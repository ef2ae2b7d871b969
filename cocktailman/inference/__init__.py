"""What pages and commands call: load once, share between threads."""
