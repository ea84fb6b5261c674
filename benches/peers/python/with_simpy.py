"""The three workloads in SimPy: python with_simpy.py mm1|supermarket|tiers REQUESTS"""

import simpy
from workloads import (
    APP_LOCATION,
    DATABASE_LOCATION,
    DRAWS,
    HITS,
    SERVERS,
    arguments,
    exponential,
    lognormal,
    run,
)

WORKLOAD, REQUESTS = arguments()
ENVIRONMENT = simpy.Environment()
RESPONSE_TIMES = []


def serve(station, span):
    """Waits for the station and holds it for a span."""
    with station.request() as turn:
        yield turn
        yield ENVIRONMENT.timeout(span)


def mm1():
    server = simpy.Resource(ENVIRONMENT, 1)

    def customer():
        sent = ENVIRONMENT.now
        yield from serve(server, exponential(1.0))
        RESPONSE_TIMES.append(ENVIRONMENT.now - sent)

    for _ in range(REQUESTS):
        yield ENVIRONMENT.timeout(exponential(1.25))
        ENVIRONMENT.process(customer())


def supermarket():
    servers = [simpy.Resource(ENVIRONMENT, 1) for _ in range(SERVERS)]
    present = [0] * SERVERS

    def customer():
        sent = ENVIRONMENT.now
        first, second = DRAWS.sample(range(SERVERS), 2)
        chosen = second if present[second] < present[first] else first
        present[chosen] += 1
        yield from serve(servers[chosen], exponential(1.0))
        present[chosen] -= 1
        RESPONSE_TIMES.append(ENVIRONMENT.now - sent)

    for _ in range(REQUESTS):
        yield ENVIRONMENT.timeout(exponential(1.0 / 90.0))
        ENVIRONMENT.process(customer())


def tiers():
    servers = [simpy.Resource(ENVIRONMENT, 8) for _ in range(4)]
    database = simpy.Resource(ENVIRONMENT, 16)

    def customer(number):
        sent = ENVIRONMENT.now
        yield from serve(servers[number % 4], lognormal(APP_LOCATION))
        if DRAWS.random() < HITS:
            yield ENVIRONMENT.timeout(exponential(0.5))
        else:
            yield from serve(database, lognormal(DATABASE_LOCATION))
        RESPONSE_TIMES.append(ENVIRONMENT.now - sent)

    for number in range(REQUESTS):
        yield ENVIRONMENT.timeout(exponential(1.0))
        ENVIRONMENT.process(customer(number))


def simulate():
    ENVIRONMENT.process({"mm1": mm1, "supermarket": supermarket, "tiers": tiers}[WORKLOAD]())
    ENVIRONMENT.run()
    return RESPONSE_TIMES


run(f"SimPy {simpy.__version__}", WORKLOAD, REQUESTS, simulate)
