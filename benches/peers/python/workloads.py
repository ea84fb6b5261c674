"""What the two Python programs share: arguments, laws in milliseconds, and the row they print."""

import math
import random
import sys
import time

DRAWS = random.Random(1)

# ln X is normal with variance ln(1 + cv^2); the cv is 1 throughout.
LOGNORMAL_DEVIATION = math.sqrt(math.log(2.0))
SERVERS = 100
HITS = 0.8


def exponential(mean):
    return DRAWS.expovariate(1.0 / mean)


def lognormal_location(mean):
    return math.log(mean) - LOGNORMAL_DEVIATION**2 / 2.0


def lognormal(location):
    return DRAWS.lognormvariate(location, LOGNORMAL_DEVIATION)


APP_LOCATION = lognormal_location(5.0)
DATABASE_LOCATION = lognormal_location(8.0)


def arguments():
    """The workload's name and how many requests it serves."""
    return sys.argv[1], int(sys.argv[2])


def run(peer, workload, requests, simulate):
    """Simulates, and prints peer, workload, ns per request (processor time), mean and p95 in ms."""
    started = time.process_time()
    response_times = simulate()
    seconds = time.process_time() - started
    ordered = sorted(response_times)
    mean = sum(ordered) / len(ordered)
    percentile = ordered[int(0.95 * len(ordered))]
    nanos = seconds * 1e9 / requests
    print(f"{peer}\t{workload}\t{nanos:.1f}\t{mean:.4f}\t{percentile:.4f}")
