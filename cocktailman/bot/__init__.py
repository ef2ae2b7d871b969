"""The Telegram face: people write to `chat`, it queues jobs, workers run them with the library, `notifier` answers."""
