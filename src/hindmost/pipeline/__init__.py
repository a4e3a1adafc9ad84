"""The only place that knows the order: one file a verb (audit, demo, train, features, report)."""
