"""The three workloads in Ciw: python with_ciw.py mm1|supermarket|tiers REQUESTS"""

import ciw
from workloads import (
    APP_LOCATION,
    DATABASE_LOCATION,
    DRAWS,
    HITS,
    LOGNORMAL_DEVIATION,
    SERVERS,
    arguments,
    run,
)

WORKLOAD, REQUESTS = arguments()
UNLIMITED = float("inf")
# A node that takes no time and only sends on.
DISPATCH = ciw.dists.Deterministic(0.0)


def mm1():
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(0.8)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[1],
    )


class ShorterOfTwo(ciw.routing.NodeRouting):
    """Sends on to the shorter of two random servers, nodes 2 to 101."""

    def next_node(self, individual):
        first, second = (
            self.simulation.nodes[number] for number in DRAWS.sample(range(2, SERVERS + 2), 2)
        )
        is_shorter = second.number_of_individuals < first.number_of_individuals
        return second if is_shorter else first


def supermarket():
    leave = [ciw.routing.Leave()] * SERVERS
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(90.0)] + [None] * SERVERS,
        service_distributions=[DISPATCH] + [ciw.dists.Exponential(1.0)] * SERVERS,
        number_of_servers=[UNLIMITED] + [1] * SERVERS,
        routing=ciw.routing.NetworkRouting(routers=[ShorterOfTwo()] + leave),
    )


def tiers():
    """Node 1 sends on, 2 to 5 are servers, 6 the cache, 7 the database."""
    app = ciw.dists.Lognormal(APP_LOCATION, LOGNORMAL_DEVIATION)
    database = ciw.dists.Lognormal(DATABASE_LOCATION, LOGNORMAL_DEVIATION)
    by_luck = ciw.routing.Probabilistic(destinations=[6, 7], probs=[HITS, 1.0 - HITS])
    in_turn = ciw.routing.Cycle(cycle=[2, 3, 4, 5])
    leave = ciw.routing.Leave()
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1.0)] + [None] * 6,
        service_distributions=[DISPATCH] + [app] * 4 + [ciw.dists.Exponential(2.0), database],
        number_of_servers=[UNLIMITED, 8, 8, 8, 8, UNLIMITED, 16],
        routing=ciw.routing.NetworkRouting(routers=[in_turn] + [by_luck] * 4 + [leave] * 2),
    )


def response_time(individual):
    """From a customer's first arrival to its last departure."""
    records = individual.data_records
    return max(it.exit_date for it in records) - min(it.arrival_date for it in records)


def simulate():
    ciw.seed(1)
    network = {"mm1": mm1, "supermarket": supermarket, "tiers": tiers}[WORKLOAD]()
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(REQUESTS, method="Finish")
    finished = simulation.nodes[-1].all_individuals
    return [response_time(individual) for individual in finished if individual.data_records]


run(f"Ciw {ciw.__version__}", WORKLOAD, REQUESTS, simulate)
