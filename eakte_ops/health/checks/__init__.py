"""The judgements: pure functions of facts and thresholds, each beside its texts in German and English."""
