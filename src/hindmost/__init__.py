"""Is retraining the last layer enough, or does this model need more?"""

__version__ = "0.1.0"
