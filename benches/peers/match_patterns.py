"""Evaluates patterns one by one with stix2-matcher: the argument is a file with patterns and observations."""

import json
import sys
import time

from stix2matcher.matcher import Pattern

case = json.load(open(sys.argv[1]))
started = time.process_time()
patterns = [Pattern(text) for text in case["patterns"]]
compiled = time.process_time() - started
started = time.process_time()
hits = sum(1 for pattern in patterns for observation in case["observations"] if pattern.match([observation]))
evaluated = time.process_time() - started
count = len(patterns) * len(case["observations"])
print(f"{len(patterns)} patterns: {len(patterns) / compiled:,.0f} compiled and {count / evaluated:,.0f} evaluated a CPU-second, {hits} hits.")
